#include "command/app.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/local_time.h"
#include "base/log.h"
#include "base/os.h"
#include "base/secret.h"
#include "base/text.h"
#include "base/url.h"
#include "command/layout_permissions.h"
#include "mqtt/feed.h"
#include "screen/theme.h"

static const double INTERVAL_DEFAULT = 5, INTERVAL_FLOOR = 1;

enum { PATH_ROOM = 1024, PATH_SHOWN = 40 };

/* A mistake that begins with the name of an option, with the place where that was set. */
static void app_say_of_option(const struct app *app, const char *text)
{
	char name[64], place[ERROR_TEXT];
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(text, ":"), text);
	message("%s%s", options_place(app->options, name, place, sizeof(place)), text);
}

const char *app_called(void)
{
	const char *name = program_invocation_name;
	return name[0] != '/' && strchr(name, '/') != NULL && strlen(name) < PATH_SHOWN ? name : "cxwall";
}

bool app_connection(struct app *app)
{
	struct api_config *config = &app->options->api;
	struct error error;
	config->tenant = text_skip_mark(config->tenant);
	config->user = text_skip_mark(config->user);
	struct url_base address;
	if (!secret_check_login(config->user, config->tenant, &error) || (config->tenant != NULL &&
		!url_base_read(&address, config->url, config->tenant, config->allow_plaintext, &error))) {
		app_say_of_option(app, error.text);
		return false;
	}
	const char *missing = config->tenant == NULL ? "the tenant's domain"
		: config->user == NULL ? "the login"
		: config->secret.text == NULL && config->secret.file == NULL && config->secret.command == NULL
		? "the API secret"
		: NULL;
	if (missing == NULL)
		return true;
	const char *profile = app->options->profile;
	message("%s is not configured.", missing);
	fprintf(stderr, "\n    %s setup%s%s\n        asks for what is needed, tries it, and writes the configuration\n"
		"    %s demo\n        shows a simulated contact centre, without an account\n\n"
		"Or write ~/.config/cxwall/%s.conf yourself. The shortest that would do is\n\n"
		"    tenant      = \"example.cx.onecloud.com\"\n    user        = \"stats.user\"\n"
		"    secret_file = \"~/.config/cxwall/%s%ssecret\"\n\n"
		"and the secret alone in that file, readable by you only (chmod 600).\n",
		app_called(), profile != NULL ? " --profile " : "", profile != NULL ? profile : "", app_called(),
		profile != NULL ? profile : "cxwall",
		profile != NULL ? profile : "", profile != NULL ? "." : "");
	return false;
}

static bool folder_layout(const char *folder, const char *name, char *path, size_t size)
{
	struct stat about;
	if (folder[0] == '\0')
		return false;
	snprintf(path, size, "%s/%s.conf", folder, name);
	/* A dangling link counts as found, so that the mistake is reported instead of another layout being used. */
	return lstat(path, &about) == 0;
}

/* The folders of layouts, in the order in which they are searched, "" for one that is not; false after the last. */
static bool layout_folder(int index, char *out, size_t size)
{
	if (index == 0)
		(void)os_user_path(OS_FOLDER_CONFIG, "cxwall/layouts", out, size);
	if (index == 1)
		snprintf(out, size, "%s/cxwall/layouts", SYSCONFDIR);
	else if (index == 2)
		snprintf(out, size, "%s", LAYOUTDIR);
	return index < 3;
}

/* Loads a file, unless others could have written the commands in it that would run. */
static struct layout *load_trusted(const struct app *app, const char *path, struct error *error)
{
	struct file_text file;
	if (!file_text_read(&file, path, CONFIG_BYTES_MAX, error))
		return NULL;
	struct layout *layout = layout_load_open(path, &file, error);
	if (layout != NULL && app->acts && !permissions_layout(layout, file.file, path, error)) {
		layout_free(layout);
		layout = NULL;
	}
	file_text_close(&file);
	return layout;
}

struct layout *app_layout_named(const struct app *app, const char *name, struct error *error)
{
	name = name != NULL ? name : "overview";
	char folder[512], path[640];
	struct stat about;
	if (strchr(name, '/') != NULL || (stat(name, &about) == 0 && S_ISREG(about.st_mode)))
		return load_trusted(app, name, error);
	for (int i = 0; layout_folder(i, folder, sizeof(folder)); i++)
		if (folder_layout(folder, name, path, sizeof(path)))
			return load_trusted(app, path, error);
	for (const struct builtin_layout *at = builtin_layouts; at->name != NULL; at++) {
		if (strcmp(at->name, name) != 0)
			continue;
		snprintf(path, sizeof(path), "built-in %s", name);
		return layout_parse(name, path, at->text, error);
	}
	char near[LAYOUT_NAME_MAX];
	bool any = app_nearest_layout(name, near);
	error_set(error, "there is no layout '%.60s'%s", name, text_hint(any ? near : NULL, "; cxwall list layouts lists them").text);
	return NULL;
}

struct layout *app_layout(const struct app *app, struct error *error)
{
	return app_layout_named(app, app->options->layout, error);
}

void app_use_layout(struct app *app, const char *name)
{
	snprintf(app->layout_used, sizeof(app->layout_used), "%s", name);
	app->options->layout = app->layout_used;
}

/* What stands before the first blank of a command that was written as one text, as for a shell. */
static bool is_program_with_arguments(const char *text)
{
	char path[4096];
	size_t length = strcspn(text, " ");
	if (text[length] == '\0' || length >= sizeof(path))
		return false;
	memcpy(path, text, length);
	path[length] = '\0';
	return access(path, X_OK) == 0;
}

static bool program_trouble(const struct layout *layout, const struct alert_rule *rule, const struct texts *command,
	struct error *error)
{
	struct stat about;
	if (command->count == 0)
		return false;
	const char *program = command->items[0], *why = NULL;
	if (stat(program, &about) != 0 || access(program, X_OK) != 0)
		why = strerror(errno);
	else if (!S_ISREG(about.st_mode))
		why = "not a program";
	if (why == NULL)
		return false;
	bool one_text = command->count == 1 && is_program_with_arguments(program);
	error_set(error, "%s:%d: alert '%.60s': %.100s cannot be run: %s%s", layout->source, rule->line, rule->name, program, why,
		one_text ? "; write each argument in quotes of its own, as [\"/bin/echo\", \"text\"]"
		: access(program, F_OK) == 0 && S_ISREG(about.st_mode) ? "; chmod +x makes it a program" : "");
	return true;
}

bool app_next_option_trouble(const struct app *app, unsigned *index, struct error *error)
{
	const struct options *options = app->options;
	const struct api_config *api = &options->api;
	const struct { const char *name, *file; } files[] = {
		{ "secret_file", api->secret.text == NULL ? api->secret.file : NULL }, { "ca_file", api->ca_file },
		{ "broker_ca_file", options->mqtt.ca_file },
	};
	const struct { const char *name, *why; bool holds; } others[] = {
		{ "secret_command", "not used, because secret_file is set", api->secret.file != NULL && api->secret.command != NULL },
		{ "chat_app_id", "not used without chat_client_id", api->chat_app_id != NULL && api->chat_client_id == NULL },
		{ "chat_client_id", "not used without chat_app_id", api->chat_client_id != NULL && api->chat_app_id == NULL },
	};
	enum { FILES = sizeof(files) / sizeof(files[0]), OTHERS = sizeof(others) / sizeof(others[0]) };
	char place[ERROR_TEXT];
	while (*index < FILES + OTHERS) {
		unsigned i = (*index)++;
		if (i < FILES && files[i].file != NULL && access(files[i].file, R_OK) != 0) {
			error_set(error, "%s%s: %.120s cannot be read: %s", options_place(options, files[i].name, place, sizeof(place)),
				files[i].name, files[i].file, strerror(errno));
			return true;
		}
		if (i >= FILES && others[i - FILES].holds) {
			error_set(error, "%s%s: %s", options_place(options, others[i - FILES].name, place, sizeof(place)),
				others[i - FILES].name, others[i - FILES].why);
			return true;
		}
	}
	return false;
}

bool app_next_program_trouble(const struct layout *layout, unsigned *index, struct error *error)
{
	while (*index < 2 * layout->alert_count) {
		const struct alert_rule *rule = &layout->alerts[*index / 2];
		const struct texts *command = (*index)++ % 2 == 0 ? &rule->command : &rule->clear_command;
		if (program_trouble(layout, rule, command, error))
			return true;
	}
	return false;
}

bool app_load_layout(struct app *app)
{
	struct error error;
	app->layout = app_layout(app, &error);
	if (app->layout == NULL)
		message_error(&error);
	return app->layout != NULL;
}

/* What the layout's alerts do can be done with this connection; else says what cannot. For what owns a live feed. */
static bool app_alerts(const struct app *app)
{
	const struct layout *layout = app->layout;
	for (unsigned i = 0; i < layout->alert_count; i++) {
		const struct alert_rule *rule = &layout->alerts[i];
		if (rule->sms.count == 0 || app->options->api.auth == AUTH_OAUTH)
			continue;
		message("%s:%d: alert '%s': messages are sent with auth = \"oauth\" only", layout->source, rule->line,
			rule->name);
		return false;
	}
	return true;
}

static void each_in_folder(const char *folder, void (*each)(void *context, const char *name, const char *where),
	void *context)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		size_t length = strlen(entry->d_name);
		if (length <= 5 || strcmp(entry->d_name + length - 5, ".conf") != 0)
			continue;
		entry->d_name[length - 5] = '\0';
		each(context, entry->d_name, folder);
	}
	if (dir != NULL)
		closedir(dir);
}

void app_each_layout(void (*each)(void *context, const char *name, const char *where), void *context)
{
	char folder[512];
	for (int i = 0; layout_folder(i, folder, sizeof(folder)); i++)
		each_in_folder(folder, each, context);
	for (const struct builtin_layout *at = builtin_layouts; at->name != NULL; at++)
		each(context, at->name, "built in");
}

enum { LAYOUT_NAMES_MAX = 256 };

struct layout_names {
	char names[LAYOUT_NAMES_MAX][LAYOUT_NAME_MAX];
	unsigned count;
};

static void add_layout_name(void *context, const char *name, const char *where)
{
	struct layout_names *all = context;
	(void)where;
	if (all->count < LAYOUT_NAMES_MAX && strlen(name) < LAYOUT_NAME_MAX)
		text_scrub(all->names[all->count++], LAYOUT_NAME_MAX, name, strlen(name));
}

static const char *layout_name_at(const void *table, size_t index)
{
	const struct layout_names *all = table;
	return index < all->count ? all->names[index] : NULL;
}

bool app_nearest_layout(const char *name, char out[LAYOUT_NAME_MAX])
{
	struct layout_names all = { .count = 0 };
	app_each_layout(add_layout_name, &all);
	const char *near = text_nearest(name, layout_name_at, &all);
	for (unsigned i = 0; i < all.count; i++)
		if (strcmp(all.names[i], name) == 0)
			near = all.names[i];
	if (near != NULL)
		snprintf(out, LAYOUT_NAME_MAX, "%s", near);
	return near != NULL;
}

double app_interval(const struct app *app)
{
	double interval = app->options->interval;
	if (interval == 0 && app->layout != NULL)
		interval = app->layout->interval;
	if (interval == 0)
		interval = INTERVAL_DEFAULT;
	/* Less than a second is for tests, on this machine only. */
	const struct api_config *config = &app->options->api;
	struct url_base base;
	if (interval < INTERVAL_FLOOR &&
		!(url_base_read(&base, config->url, config->tenant, true, NULL) && base.loopback))
		interval = INTERVAL_FLOOR;
	return interval;
}

bool app_load_themes(struct app *app)
{
	struct error error;
	if (themes_load(&app->themes, app->options->theme, &error))
		return true;
	message("%s", error.text);
	return false;
}

bool app_colors(const struct app *app)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
	if (app->options->color != COLOR_AUTO)
		return app->options->color == COLOR_ALWAYS;
	return isatty(STDOUT_FILENO) && (no == NULL || no[0] == '\0') && term != NULL && term[0] != '\0' &&
		strcmp(term, "dumb") != 0 && strncmp(term, "vt", 2) != 0;
}

const struct day_time *app_clock(const struct app *app)
{
	return app->options->clock != NULL ? &app->options->day_time : NULL;
}

struct screen_options app_screen_options(const struct app *app)
{
	struct local_hours dim = { 0, 0 };
	const char *text = app->options->dim;
	if (text == NULL || !local_hours_read(&dim, text))
		dim = (struct local_hours){ 0, 0 };
	return (struct screen_options){
		.themes = app->themes.count > 0 ? &app->themes : NULL,
		.glyphs = app->options->glyphs,
		.color = app->options->color,
		.utf8 = app->utf8,
		.bindings = &app->options->bindings,
		.mouse = app->options->mouse,
		.kiosk = app->options->kiosk,
		.kiosk_quit = app->options->kiosk_quit,
		.dim = dim,
	};
}

static int app_within(int value, int least, int most)
{
	return value < least ? least : value > most ? most : value;
}

bool app_picture_size(const struct app *app, int *columns, int *lines)
{
	enum { COLUMNS_DEFAULT = 120, LINES_DEFAULT = 40, COLUMNS_MIN = 20, LINES_MIN = 5 };
	const char *text = app->options->size, *wide = getenv("COLUMNS"), *high = getenv("LINES");
	char after = '\0';
	struct winsize size;
	if (text != NULL) {
		if (sscanf(text, "%dx%d%c", columns, lines, &after) == 2 && *columns >= COLUMNS_MIN && *columns <= PICTURE_COLUMNS_MAX &&
			*lines >= LINES_MIN && *lines <= PICTURE_LINES_MAX)
			return true;
		message("--size must be COLSxLINES, from %dx%d to %dx%d", COLUMNS_MIN, LINES_MIN, PICTURE_COLUMNS_MAX, PICTURE_LINES_MAX);
		return false;
	}
	*columns = COLUMNS_DEFAULT;
	*lines = LINES_DEFAULT;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0) {
		*columns = size.ws_col;
		*lines = size.ws_row - 1;
	} else if (wide != NULL && atoi(wide) > 0) {
		*columns = atoi(wide);
		if (high != NULL && atoi(high) > 0)
			*lines = atoi(high);
	}
	*columns = app_within(*columns, COLUMNS_MIN, PICTURE_COLUMNS_MAX);
	*lines = app_within(*lines, LINES_MIN, PICTURE_LINES_MAX);
	return true;
}

static bool runtime_is_ours(int folder, const char *path, struct error *error)
{
	struct stat about;
	if (fstat(folder, &about) != 0)
		return error_set(error, "%.160s: %s", path, strerror(errno));
	if (about.st_uid != geteuid())
		return error_set(error, "%.160s belongs to another user", path);
	return (about.st_mode & 077) == 0 ||
		error_set(error, "%.160s is open to others: it must be yours alone (chmod 700)", path);
}

int app_runtime_folder(struct error *error)
{
	char path[PATH_ROOM];
	bool fits = os_user_path(OS_FOLDER_RUNTIME, "cxwall", path, sizeof(path));
	if (!fits && errno == ENOENT) {
		error_set(error, "XDG_RUNTIME_DIR is not set, and there is no /run/user/%u of yours", (unsigned)geteuid());
		return -1;
	}
	if (fits)
		(void)mkdir(path, 0700);
	int folder = fits ? open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
	if (folder < 0) {
		error_set(error, "%.160s: %s", path, !fits ? "too long" : errno == ENOTDIR || errno == ELOOP
			? "is a link or no folder" : strerror(errno));
		return -1;
	}
	if (runtime_is_ours(folder, path, error))
		return folder;
	close(folder);
	return -1;
}

/* Only characters that an app id can hold without escaping; the others become '_'. */
static void tag_part(char *out, size_t size, const char *text)
{
	size_t used = strlen(out);
	for (; *text != '\0' && used + 1 < size; text++) {
		char c = *text;
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_';
		out[used++] = plain ? c : '_';
	}
	out[used] = '\0';
}

/*
 * Host, user, and the place where the windows of this login meet: a subscription with this tag is that of a window which ran
 * here, and runs no more if the lock is free. Where windows cannot meet nobody knows that; then the layout is in the tag, so
 * that no more is taken for a leftover than has to be.
 */
static void make_tag(struct app *app, const char *place)
{
	char host[65] = "host", user[24];
	gethostname(host, sizeof(host) - 1);
	host[strcspn(host, ".")] = '\0';
	snprintf(user, sizeof(user), "%u", (unsigned)getuid());
	const char *login = getenv("USER");
	strcpy(app->tag, "cxwall-");
	tag_part(app->tag, 30, host);
	strcat(app->tag, "-");
	tag_part(app->tag, 50, login != NULL && login[0] != '\0' ? login : user);
	strcat(app->tag, "-");
	tag_part(app->tag, TAG_MAX - 12, place);
}

static struct local_login app_login(const struct app *app)
{
	const struct api_config *api = &app->options->api;
	return (struct local_login){ .folder = app->runtime, .url = api->url, .tenant = api->tenant, .user = api->user,
		.allow_plaintext = api->allow_plaintext };
}

bool app_login_place(const struct app *app, struct local_login *login, struct local_place *place, struct error *error)
{
	*login = app_login(app);
	return local_place_find(place, login, error);
}

void app_tag(struct app *app)
{
	struct local_place place;
	struct error error;
	app->runtime = app_runtime_folder(&error);
	if (app->runtime >= 0 && !app->simulated) {
		struct local_login login = app_login(app);
		app->meets = local_place_find(&place, &login, &error);
	}
	if (!app->meets && !app->simulated)
		log_line("the windows of this login cannot share it: %s", error.text);
	make_tag(app, app->meets ? place.mark : app->layout->name);
	snprintf(app->saved, sizeof(app->saved), "%s-", app->tag);
	tag_part(app->saved, sizeof(app->saved) - 12, app->layout->name);
}

/* A subscription of our own, beside one with the same tag that may be a wall's: it is told from that. */
static void app_make_tag_other(struct app *app)
{
	size_t length = strlen(app->tag);
	snprintf(app->tag + length, sizeof(app->tag) - length, "-%d", (int)getpid());
}

bool app_feed_configured(struct app *app)
{
	struct url_broker address;
	struct error error;
	const char *from = app->options->broker_from;
	if (from == NULL)
		return app_connection(app);
	if (mqtt_built(&error) && url_broker_read(&address, from, &error))
		return true;
	message("%s", error.text);
	return false;
}

bool app_feed_configured_to_act(struct app *app)
{
	return app_feed_configured(app) && (app->options->broker_from != NULL || app_alerts(app));
}

void app_feed_tag(struct app *app)
{
	if (app->options->broker_from == NULL)
		app_tag(app);
}

struct feed_options app_feed_options(struct app *app)
{
	struct options *options = app->options;
	options->api.interval = app_interval(app);
	return (struct feed_options){ .from = options->broker_from, .api = &options->api, .mqtt = &options->mqtt,
		.live = { .tag = app->tag, .memory = app->runtime },
		.login = app->meets ? app_login(app) : (struct local_login){ .folder = -1 },
		.command = app->command != NULL ? app->command->name : "" };
}

struct recorder_options app_record_options(const struct app *app)
{
	const struct options *options = app->options;
	return (struct recorder_options){
		.path = options->record, .names = options->names, .tenant = options->api.tenant,
		.limits = { .bytes = options->record_size * INT64_C(1000000), .age_ms = options->record_days * INT64_C(86400000) },
	};
}

/* A simulation tells its past itself. */
struct store_options app_store_options(const struct app *app)
{
	const struct options *options = app->options;
	bool kept = options->history_days > 0 && options->broker_from == NULL && !app->simulated;
	return (struct store_options){ .tenant = kept ? options->api.tenant : NULL, .days = (unsigned)options->history_days };
}

struct saved_frame_options app_saved_options(const struct app *app)
{
	const struct api_config *api = &app->options->api;
	return (struct saved_frame_options){ .folder = app->runtime, .tag = app->saved, .url = api->url, .tenant = api->tenant,
		.user = api->user, .allow_plaintext = api->allow_plaintext, .names = app->options->names,
		.interval = app_interval(app), .layout = app->layout };
}

struct one_answer app_one_answer(struct app *app, bool lists_only)
{
	struct one_answer answer = { .feed = app_feed_options(app) };
	answer.session.layout = app->layout;
	answer.session.names = app->options->names;
	answer.feed.live.one_shot = true;
	answer.feed.live.lists_only = lists_only;
	if (lists_only)
		answer.feed.from = NULL;
	if (lists_only)
		answer.feed.login.folder = -1;
	else if (answer.feed.from == NULL && !app->meets)
		app_make_tag_other(app);
	answer.wants_past = app->simulated && !lists_only;
	answer.session.keeps_history = !lists_only;
	if (!app->simulated)
		answer.remembered = app_store_options(app);
	return answer;
}

struct layout *app_layout_of_nothing(const char *name)
{
	static const char text[] =
		"pages = ( { rows = ( { panels = ( { name = \"none\" type = \"text\" text = \"-\" } ) } ) } )";
	struct error error;
	struct layout *layout = layout_parse(name, "built-in", text, &error);
	if (layout == NULL)
		fatal("%s", error.text);
	return layout;
}

void app_done(struct app *app)
{
	if (app->runtime >= 0)
		close(app->runtime);
	app->runtime = -1;
	layout_free(app->layout);
	app->layout = NULL;
}
