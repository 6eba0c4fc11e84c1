/*
 * `cxwall doctor`: first help. Each line begins with "fine", "note" or "wrong", and says what is the case, or what
 * to do; or with "value" or "look", and only shows something. It asks the server as the wall would, and never ends anybody's subscription without --take-over.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "alert/alert.h"
#include "alert/condition.h"
#include "api/live.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/text.h"
#include "base/url.h"
#include "board/operand.h"
#include "command/app.h"
#include "command/layout_permissions.h"
#include "command/verdict.h"
#include "layout/expression.h"
#include "store/store.h"

enum { NAME_ROOM = 256 };

struct doctor {
	struct app *app;
	int status; /* of the first thing that is wrong */
	bool colored;
	unsigned wrong, notes;         /* lines that say so */
	char first_wrong[2 * ERROR_TEXT];
	unsigned teams, services;      /* that the server lists */
	const struct layout *layout; /* the one that is checked, while another signs in */
	struct one_answer *answer;   /* ... by this */
	unsigned question;           /* the next of what is asked once */
	unsigned missing;
	bool lists_services; /* the server does */
};

/* A line; of what is wrong, and of notes where nothing is, the first is remembered for the last line. */
static void report(struct doctor *doctor, enum verdict verdict, const char *format, ...) __attribute__((format(printf, 3, 4)));

static void report(struct doctor *doctor, enum verdict verdict, const char *format, ...)
{
	char *text = NULL;
	va_list arguments;
	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		fatal("no memory");
	va_end(arguments);
	verdict_print(stdout, doctor->colored, verdict, "%s", text);
	if (verdict == VERDICT_WRONG && doctor->wrong++ == 0)
		snprintf(doctor->first_wrong, sizeof(doctor->first_wrong), "%s", text);
	doctor->notes += verdict == VERDICT_NOTE;
	free(text);
}

static void set_status(struct doctor *doctor, int status)
{
	if (doctor->status == STATUS_FINE)
		doctor->status = status;
}

/* ---- here ---- */

static const char *variable(const char *name)
{
	const char *value = getenv(name);
	return value != NULL && value[0] != '\0' ? value : "not set";
}

static void check_terminal(struct doctor *doctor)
{
	struct winsize size;
	const char *type = variable("TERM");
	if (!isatty(STDOUT_FILENO))
		report(doctor, VERDICT_NOTE, "terminal: standard output is not a terminal, which the wall needs (TERM is %s)", type);
	else if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		report(doctor, VERDICT_FINE, "terminal: %s, %d columns, %d lines", type, size.ws_col, size.ws_row);
	else
		report(doctor, VERDICT_NOTE, "terminal: %s, which does not report its size", type);
}

static void check_locale(struct doctor *doctor, const struct app *app)
{
	const char *locale = variable(getenv("LC_ALL") != NULL ? "LC_ALL" : getenv("LC_CTYPE") != NULL ? "LC_CTYPE" : "LANG");
	if (app->utf8)
		report(doctor, VERDICT_FINE, "locale: %s, UTF-8", locale);
	else
		report(doctor, VERDICT_NOTE, "locale: %s is not UTF-8, so frames and marks are ASCII. LC_ALL=C.UTF-8 gives the others.", locale);
}

static void show_sample(struct doctor *doctor, const struct app *app)
{
	bool ascii = app->options->glyphs == GLYPHS_ASCII || (app->options->glyphs == GLYPHS_AUTO && !app->utf8);
	report(doctor, VERDICT_LOOK, "glyphs: %s", ascii ? "+-|  o * . - ..."
		: "╭─╮│╰╯  ● ◐ ○ – …  ▀▄█ ⣀⣤⣶⣿  (if you see question marks, use --glyphs console)");
	if (doctor->colored)
		report(doctor, VERDICT_LOOK, "colours: \033[33m! warning\033[0m  \033[1;31m!! alert\033[0m  \033[2mdim\033[0m  "
			"\033[1mbold\033[0m  \033[7mreverse\033[0m");
	else
		report(doctor, VERDICT_LOOK, "colours: none on this terminal; ! and !! mark warnings and alerts");
}

/* Each value that somebody has set and where, a line each. */
static void show_values(struct doctor *doctor, const struct options *options)
{
	unsigned left_out = 0;
	char *text = NULL, *rest;
	size_t length;
	FILE *stream = open_memstream(&text, &length);
	if (stream == NULL)
		fatal("no memory");
	left_out = options_print(stream, options, "doctor", false);
	/* cppcheck-suppress nullPointerRedundantCheck ; fatal() does not return */
	fclose(stream);
	for (char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest))
		report(doctor, VERDICT_VALUE, "%s", line);
	if (left_out > 0)
		report(doctor, VERDICT_VALUE, "%u settings have their default; cxwall --print-config shows them", left_out);
	free(text);
}

/* Others who can write the configuration could have the secret sent to them. */
static void check_writers(struct doctor *doctor, const char *path)
{
	struct file_text file;
	struct error error;
	if (!file_text_read(&file, path, CONFIG_BYTES_MAX, NULL))
		return;
	if (!permissions_file(file.file, path, "the configuration", &error))
		report(doctor, VERDICT_NOTE, "configuration: %s", error.text);
	file_text_close(&file);
}

static bool check_secret_file(struct doctor *doctor, const char *path)
{
	struct buffer secret;
	struct error error;
	buffer_init(&secret, SECRET_MAX);
	bool good = secret_file_read("secret_file", path, &secret, &error);
	if (good)
		report(doctor, VERDICT_FINE, "secret: from %s", path);
	else
		report(doctor, VERDICT_WRONG, "secret: %s", error.text);
	buffer_wipe_free(&secret);
	return good;
}

/* False if the secret cannot be read: then there is nothing to sign in with. */
static bool check_configuration(struct doctor *doctor, const struct app *app)
{
	const struct options *options = app->options;
	const struct api_config *config = &options->api;
	if (options->profile != NULL)
		report(doctor, VERDICT_FINE, "profile: %s", options->profile);
	if (options->config == NULL) {
		report(doctor, options->user_file_read ? VERDICT_FINE : VERDICT_NOTE, "configuration: %s%s", options->user_file,
			options->user_file_read ? "" : " is not there");
		/* Few computers have one. */
		if (options->system_file_read)
			report(doctor, VERDICT_FINE, "configuration: %s", options->system_file);
	} else {
		report(doctor, VERDICT_FINE, "configuration: %s", options->config);
		check_writers(doctor, options->config);
	}
	if (options->user_file_read)
		check_writers(doctor, options->user_file);
	if (options->system_file_read)
		check_writers(doctor, options->system_file);
	const char *secret = config->secret.text != NULL ? "CXWALL_SECRET"
		: config->secret.file != NULL ? "secret_file"
		: config->secret.command != NULL ? "secret_command" : NULL;
	if (config->tenant == NULL || config->user == NULL || secret == NULL)
		report(doctor, VERDICT_WRONG, "connection: %s is not configured; cxwall setup%s%s asks for it",
			config->tenant == NULL ? "the tenant's domain" : config->user == NULL ? "the login" : "the API secret",
			options->profile != NULL ? " --profile " : "", options->profile != NULL ? options->profile : "");
	if (secret == NULL)
		return false;
	if (config->secret.text == NULL && config->secret.file != NULL)
		return check_secret_file(doctor, config->secret.file);
	report(doctor, VERDICT_FINE, "secret: from %s", secret);
	return true;
}

static void check_programs(struct doctor *doctor)
{
	struct error error;
	for (unsigned index = 0; app_next_program_trouble(doctor->app->layout, &index, &error);) {
		report(doctor, VERDICT_WRONG, "%s", error.text);
		set_status(doctor, STATUS_USAGE);
	}
}

static bool check_layout(struct doctor *doctor)
{
	struct error error;
	doctor->app->layout = app_layout(doctor->app, &error);
	if (doctor->app->layout == NULL) {
		report(doctor, VERDICT_WRONG, "layout: %s", error.text);
		set_status(doctor, STATUS_USAGE);
		return false;
	}
	report(doctor, VERDICT_FINE, "layout: %s", doctor->app->layout->source);
	report(doctor, VERDICT_FINE, "interval: %g s", app_interval(doctor->app));
	for (const struct layout_warning *at = doctor->app->layout->warnings; at != NULL; at = at->next)
		report(doctor, VERDICT_NOTE, "%s", at->text);
	check_programs(doctor);
	return true;
}

static bool check_address(struct doctor *doctor)
{
	const struct api_config *config = &doctor->app->options->api;
	struct url_base base;
	struct error error;
	if (config->tenant == NULL || config->user == NULL) {
		set_status(doctor, STATUS_USAGE);
		return false;
	}
	if (!secret_check_login(config->user, config->tenant, &error)) {
		report(doctor, VERDICT_WRONG, "%s", error.text);
		set_status(doctor, STATUS_USAGE);
		return false;
	}
	if (!url_base_read(&base, config->url, config->tenant, config->allow_plaintext, &error)) {
		report(doctor, VERDICT_WRONG, "address: %s", error.text);
		set_status(doctor, STATUS_USAGE);
		return false;
	}
	if (base.plaintext)
		report(doctor, VERDICT_NOTE, "address: %s is not encrypted. The secret can be read on its way.", base.peer);
	else
		report(doctor, VERDICT_FINE, "address: %s", base.peer);
	return true;
}

/* ---- the server ---- */

static void report_list(struct doctor *doctor, const struct catalogue *catalogue, const char *what, const char *empty)
{
	bool has_advice = catalogue->advice != NULL && catalogue->advice[0] != '\0';
	if (!catalogue->known)
		report(doctor, VERDICT_NOTE, "%s: the server does not list them: %s%s%s", what, catalogue->reason, has_advice ? ". " : "",
			has_advice ? catalogue->advice : "");
	else if (catalogue->count == 0)
		report(doctor, VERDICT_NOTE, "%s: none: %s", what, empty);
	else
		report(doctor, VERDICT_FINE, "%s: %u, %s%s%s%s", what, catalogue->count, catalogue->entries[0].name,
			catalogue->count > 1 ? ", " : "", catalogue->count > 1 ? catalogue->entries[1].name : "",
			catalogue->count > 2 ? ", ..." : "");
}

/* A panel of all services asks for so many. */
static void report_many_services(struct doctor *doctor, const struct catalogue *services, const struct layout *layout)
{
	for (unsigned i = 0; i < layout->panel_count; i++) {
		const struct panel *panel = &layout->panels[i];
		if (panel->type == PANEL_AVAILABILITY && panel->services.count == 0 && services->count > BOARD_SERVICES_MAX)
			report(doctor, VERDICT_NOTE, "panel '%s': %u of %u services are not asked. Name those that matter in the layout.", panel->name,
				services->count - BOARD_SERVICES_MAX, services->count);
	}
}

/* What cannot be had without a token. */
static void check_cookies(struct doctor *doctor)
{
	const struct layout *layout = doctor->app->layout;
	if (doctor->app->options->api.auth != AUTH_COOKIE)
		return;
	report(doctor, VERDICT_NOTE, "auth = \"cookie\": an old way that the vendor calls deprecated; \"oauth\" needs the user's API secret");
	/* Its line comes with the other panels. */
	for (unsigned i = 0; i < layout->panel_count; i++)
		if (layout->panels[i].type == PANEL_CAMPAIGNS)
			set_status(doctor, STATUS_USAGE);
	for (unsigned i = 0; i < layout->alert_count; i++) {
		if (layout->alerts[i].sms.count == 0)
			continue;
		report(doctor, VERDICT_WRONG, "alert '%s': text messages need auth = \"oauth\"", layout->alerts[i].name);
		set_status(doctor, STATUS_USAGE);
	}
}

/* ---- what is asked once, because the layout or the configuration depends on it ---- */

/* Names of a list that the server gave. */
struct names_list {
	char (*items)[NAME_ROOM];
	unsigned count;
};

static void names_add(struct names_list *list, const struct json *json, int node)
{
	list->items = must_realloc(list->items, (list->count + 1) * sizeof(*list->items));
	json_text(json, node, list->items[list->count++], NAME_ROOM);
}

static const char *names_at(const void *table, size_t index)
{
	const struct names_list *list = table;
	return index < list->count ? list->items[index] : NULL;
}

static bool names_have(const struct names_list *list, const char *name)
{
	for (unsigned i = 0; i < list->count; i++)
		if (text_same(list->items[i], name))
			return true;
	return false;
}

static bool wants_dispositions(const struct doctor *doctor)
{
	const struct layout *layout = doctor->layout;
	bool any = false;
	for (unsigned p = 0; p < layout->panel_count; p++) {
		any = any || layout->panels[p].dispositions.count > 0;
		for (unsigned c = 0; c < layout->panels[p].column_count; c++)
			any = any || layout->panels[p].columns[c].dispositions.count > 0;
	}
	return any;
}

static void check_dispositions(struct doctor *doctor, const struct panel *panel, const struct texts *texts,
	const struct names_list *known)
{
	for (unsigned i = 0; i < texts->count; i++) {
		if (names_have(known, texts->items[i]))
			continue;
		report(doctor, VERDICT_WRONG, "panel '%s': there is no disposition '%s'%s", panel->name, texts->items[i],
			text_hint(text_nearest(texts->items[i], names_at, known), "; cxwall list dispositions lists them").text);
		set_status(doctor, STATUS_USAGE);
		doctor->missing++;
	}
}

static void told_dispositions(struct doctor *doctor, const struct json *json)
{
	const struct layout *layout = doctor->layout;
	struct names_list known = { .count = 0 };
	int root = json_root(json);
	for (int at = json_first(json, root); at >= 0; at = json_next(json, root, at))
		names_add(&known, json, at);
	doctor->missing = 0;
	for (unsigned p = 0; p < layout->panel_count; p++) {
		const struct panel *panel = &layout->panels[p];
		check_dispositions(doctor, panel, &panel->dispositions, &known);
		for (unsigned c = 0; c < panel->column_count; c++)
			check_dispositions(doctor, panel, &panel->columns[c].dispositions, &known);
	}
	if (doctor->missing == 0)
		report(doctor, VERDICT_FINE, "dispositions: the server knows those of the layout");
	free(known.items);
}

static bool wants_numbers(const struct doctor *doctor)
{
	bool any = false;
	for (unsigned i = 0; i < doctor->layout->alert_count; i++)
		any = any || doctor->layout->alerts[i].sms_from != NULL;
	return any;
}

/* Numbers are compared by their digits: the server writes them without a plus. */
static void told_numbers(struct doctor *doctor, const struct json *json)
{
	const struct layout *layout = doctor->layout;
	struct names_list known = { .count = 0 };
	int root = json_root(json);
	for (int at = json_first(json, root); at >= 0; at = json_next(json, root, at))
		names_add(&known, json, json_get(json, at, "number"));
	for (unsigned i = 0; i < layout->alert_count; i++) {
		const struct alert_rule *rule = &layout->alerts[i];
		const char *from = rule->sms_from;
		if (from == NULL)
			continue;
		bool found = false;
		for (unsigned k = 0; k < known.count; k++)
			found = found || strcmp(known.items[k] + (known.items[k][0] == '+'), from + (from[0] == '+')) == 0;
		if (found) {
			report(doctor, VERDICT_FINE, "alert '%s': sms_from is an access number", rule->name);
		} else {
			report(doctor, VERDICT_WRONG, "alert '%s': sms_from %s is not an access number of this contact centre; cxwall list numbers lists them",
				rule->name, from);
			set_status(doctor, STATUS_USAGE);
		}
	}
	free(known.items);
}

static bool wants_always(const struct doctor *doctor)
{
	return doctor->app->options->api.auth == AUTH_OAUTH;
}

/* All teams, beside those that the login supervises: why one is not on the wall. */
static void told_teams(struct doctor *doctor, const struct json *json)
{
	const struct catalogue *supervised = live_teams(doctor->answer->live);
	int root = json_root(json);
	char unseen[4 * NAME_ROOM] = "", name[NAME_ROOM];
	unsigned all = 0, seen = 0;
	if (!supervised->known)
		return;
	for (int at = json_first(json, root); at >= 0; at = json_next(json, root, at), all++) {
		bool found = false;
		json_text(json, json_get(json, at, "name"), name, sizeof(name));
		for (unsigned i = 0; i < supervised->count; i++)
			found = found || text_same(supervised->entries[i].name, name);
		size_t used = strlen(unseen);
		seen += found;
		if (!found)
			snprintf(unseen + used, sizeof(unseen) - used, "%s%.200s", used > 0 ? ", " : "", name);
	}
	text_trim(unseen);
	if (seen < all)
		report(doctor, VERDICT_NOTE, "teams: %u of %u are supervised by this login; not seen: %s", seen, all, unseen);
	else
		report(doctor, VERDICT_FINE, "teams: all %u are supervised by this login", all);
}

static bool wants_version(const struct doctor *doctor)
{
	return doctor->app->options->api.chat_app_id != NULL && wants_always(doctor);
}

static void told_version(struct doctor *doctor, const struct json *json)
{
	char version[NAME_ROOM];
	(void)doctor;
	json_text(json, json_get(json, json_root(json), "server_version"), version, sizeof(version));
	if (version[0] != '\0')
		report(doctor, VERDICT_FINE, "server: version %s", version);
}

struct question {
	const char *what, *path;
	bool (*wanted)(const struct doctor *doctor);
	void (*told)(struct doctor *doctor, const struct json *json);
	bool silent; /* a login may well not be allowed to ask this, and nothing depends on it */
};

static const struct question questions[] = {
	{ "teams", "/configapi/v2/team", wants_always, told_teams, true },
	{ "dispositions", "/statsapi/cfg/dispositions", wants_dispositions, told_dispositions, false },
	{ "access numbers", "/configapi/v2/phone/ext", wants_numbers, told_numbers, false },
	{ "server", "/clientweb/api/v2/version?tenantUrl=", wants_version, told_version, true },
};

enum { QUESTIONS = sizeof(questions) / sizeof(questions[0]) };

static void ask_next(struct doctor *doctor);

static void on_told(void *context, int status, const char *bytes, size_t length, const struct error *why)
{
	struct doctor *doctor = context;
	const struct question *question = &questions[doctor->question++];
	struct json json;
	struct error error;
	json_init(&json);
	if (status == 200 && json_parse(&json, bytes, length, &error)) {
		question->told(doctor, &json);
	} else if (!question->silent) {
		report(doctor, VERDICT_NOTE, "%s: not known: %s", question->what, status == 200 ? error.text : why->text);
	}
	json_free(&json);
	ask_next(doctor);
}

static void ask_next(struct doctor *doctor)
{
	char path[LIVE_FETCH_PATH_MAX];
	while (doctor->question < QUESTIONS && !questions[doctor->question].wanted(doctor))
		doctor->question++;
	if (doctor->question == QUESTIONS) {
		one_answer_done(doctor->answer);
		return;
	}
	const char *asked = questions[doctor->question].path, *end = asked + strlen(asked) - 1;
	snprintf(path, sizeof(path), "%s%.200s", asked, *end == '=' ? doctor->app->options->api.tenant : "");
	live_fetch(doctor->answer->live, path, on_told, doctor);
}

/* The catalogues are there. */
static void on_signed_in(struct one_answer *answer)
{
	struct doctor *doctor = answer->context;
	report(doctor, VERDICT_FINE, "token: '%s' is signed in", doctor->app->options->api.user);
	report_list(doctor, live_teams(answer->live), "teams", "let the user supervise some, or agents stay unseen");
	report_list(doctor, live_services(answer->live), "services", "those of the teams that the user supervises are listed");
	report_many_services(doctor, live_services(answer->live), doctor->layout);
	doctor->lists_services = live_services(answer->live)->known;
	doctor->teams = live_teams(answer->live)->count;
	doctor->services = live_services(answer->live)->count;
	ask_next(doctor);
}

/* Signs in, and asks for teams and services, whatever the layout needs, and for what the layout names. */
static bool check_sign_in(struct doctor *doctor)
{
	struct app *app = doctor->app;
	struct layout *layout = app->layout;
	doctor->layout = layout;
	app->layout = app_layout_of_nothing("doctor");
	struct one_answer answer = app_one_answer(app, true);
	answer.ready = on_signed_in;
	answer.context = doctor;
	answer.quiet = true;
	doctor->answer = &answer;
	int status = one_answer_run(&answer);
	if (status != STATUS_FINE) {
		report(doctor, VERDICT_WRONG, "token: %s", answer.cause);
		set_status(doctor, status);
	}
	one_answer_free(&answer);
	doctor->answer = NULL;
	layout_free(app->layout);
	app->layout = layout;
	return status == STATUS_FINE;
}

/* Whether nothing came in a column, though there are rows. */
static bool is_blank_column(const struct panel_data *data, unsigned column)
{
	for (unsigned row = 0; row < data->rows; row++) {
		const struct cell *cell = board_cell(data, row, column);
		if (cell->state == VALUE_TEXT || cell->state == VALUE_NUMBER)
			return false;
	}
	return data->rows > 0;
}

static void report_panel(struct doctor *doctor, const struct board *board, const struct panel *panel)
{
	const struct panel_board *entry = &board->panels[panel->index];
	const struct panel_data *data = board_data(board, panel);
	const char *reason = entry->reason[0] != '\0' ? entry->reason : entry->problem;
	if (reason[0] != '\0') {
		report(doctor, VERDICT_WRONG, "panel '%s': %s", panel->name, reason);
		set_status(doctor, STATUS_NO_DATA);
		return;
	}
	if (data->received && data->rows == 0 && panel->type == PANEL_AGENT_GRID)
		report(doctor, VERDICT_NOTE, "panel '%s': no agents: perhaps the privilege 'View real-time agent metrics' is missing, or a "
			"supervised team", panel->name);
	else
		report(doctor, VERDICT_FINE, "panel '%s': %u row%s", panel->name, data->rows, text_plural(data->rows, "", "s"));
	if (data->limit > 0)
		report(doctor, VERDICT_NOTE, "panel '%s': the first %u rows only, as its limit says: there may be more", panel->name, data->limit);
	for (unsigned c = 0; c < panel->column_count; c++)
		if (is_blank_column(data, c))
			report(doctor, VERDICT_NOTE, "panel '%s': the server left '%s' blank in every row", panel->name,
				panel->columns[c].stat);
}

/* The worst of the services speaks for the panel. */
static void report_availability(struct doctor *doctor, const struct board *board, const struct panel *panel)
{
	unsigned asked = 0, failed = 0, without = 0;
	const char *problem = "";
	for (unsigned i = 0; i < board->service_count; i++) {
		const struct service_availability *service = &board->services[i];
		bool shown = panel->services.count == 0;
		for (unsigned k = 0; k < panel->services.count; k++)
			shown = shown || text_same(panel->services.items[k], service->service);
		if (!shown)
			continue;
		asked++;
		without += service->state == AVAILABILITY_NOBODY;
		failed += service->problem[0] != '\0';
		problem = service->problem[0] != '\0' ? service->problem : problem;
	}
	if (failed > 0) {
		report(doctor, VERDICT_WRONG, "panel '%s': %u of %u services: %s", panel->name, failed, asked, problem);
		set_status(doctor, STATUS_NO_DATA);
	} else if (asked == 0 && panel->services.count == 0) {
		report(doctor, VERDICT_NOTE, "panel '%s': %s", panel->name, doctor->lists_services
			? "no services, because the user supervises no team: let the user supervise some, or name services in the layout"
			: "the server does not list services; name them in the layout");
	} else {
		report(doctor, VERDICT_FINE, "panel '%s': %u service%s, %u without agents", panel->name, asked, text_plural(asked, "", "s"), without);
	}
}

/* The entry's hours are asked where a panel shows them. */
static void report_chat(struct doctor *doctor, const struct board *board)
{
	const struct api_config *config = &doctor->app->options->api;
	const struct chat_hours *chat = &board->chat;
	if (config->chat_app_id == NULL || config->chat_client_id == NULL)
		return;
	if (chat->problem[0] != '\0' || chat->state == AVAILABILITY_NEVER) {
		report(doctor, VERDICT_WRONG, "chat entry: %s", chat->problem[0] != '\0' ? chat->problem : "no answer in time");
		set_status(doctor, STATUS_NO_DATA);
	} else {
		report(doctor, VERDICT_FINE, "chat entry: %s", chat->state == AVAILABILITY_AVAILABLE ? "open" : "closed");
	}
}

static void report_panels(struct doctor *doctor, const struct board *board)
{
	const struct layout *layout = board->layout;
	bool availability = false;
	for (unsigned i = 0; i < layout->panel_count; i++) {
		const struct panel *panel = &layout->panels[i];
		if (panel->type == PANEL_AVAILABILITY)
			report_availability(doctor, board, panel);
		else if (panel_kind(panel->type)->ask != ASK_NOTHING)
			report_panel(doctor, board, panel);
		availability = availability || panel->type == PANEL_AVAILABILITY;
	}
	if (availability)
		report_chat(doctor, board);
}

/* Names rows that exist, for a condition that names one that does not. */
static void row_hint(const struct operand *operand, const struct board_view *view, char *out, size_t size)
{
	const struct panel_data *data = board_data(view->board, operand->panel);
	const char *near = operand_near_row(operand, view);
	if (near != NULL)
		snprintf(out, size, " (did you mean '%.80s'?)", near);
	else if (data->rows > 0)
		snprintf(out, size, " (its rows are '%.60s'%s%.60s%s%s)", row_name(operand->panel, data, 0),
			data->rows > 1 ? ", '" : "", data->rows > 1 ? row_name(operand->panel, data, 1) : "",
			data->rows > 1 ? "'" : "", data->rows > 2 ? ", ..." : "");
}

/* Hints for the first row of a condition that is missing; "" if none is. */
static void condition_hint(const struct expression *condition, const struct board_view *view, char *out, size_t size)
{
	const struct operand *operand;
	out[0] = '\0';
	for (unsigned i = 0; out[0] == '\0' && (operand = expression_operand(condition, i)) != NULL; i++)
		if (operand_lacks_row(operand, view))
			row_hint(operand, view, out, size);
}

static void report_alerts(struct doctor *doctor, const struct board_view *view)
{
	const struct layout *layout = view->board->layout;
	struct alerts *alerts = alerts_evaluate_once(view);
	unsigned without = 0;
	for (unsigned i = 0; i < layout->alert_count; i++) {
		const struct alert_rule *rule = &layout->alerts[i];
		char hint[256];
		const char *why;
		struct error cause = { "" };
		if (alerts_truth(alerts, i, &why) == TRUTH_UNKNOWN) {
			condition_hint(rule->when_condition, view, hint, sizeof(hint));
			report(doctor, VERDICT_NOTE, "alert '%s' has no value and cannot fire: %s%s", rule->name, why, hint);
			without++;
		}
		/* Of one row alone: the rows of [*] depend on what fires. */
		if (rule->clear_condition != NULL && rule->clear_condition->panel == NULL &&
			condition_row(rule->clear_condition, view, 0, &cause) == TRUTH_UNKNOWN) {
			condition_hint(rule->clear_condition, view, hint, sizeof(hint));
			report(doctor, VERDICT_NOTE, "alert '%s' could not clear: %s%s", rule->name, cause.text, hint);
			without++;
		}
	}
	if (without == 0 && layout->alert_count > 0)
		report(doctor, VERDICT_FINE, "alerts: %u, each has a value", layout->alert_count);
	alerts_free(alerts);
}

static void report_limits(struct doctor *doctor, const struct board *board, const struct panel *panel)
{
	struct error why;
	for (unsigned c = 0; c < panel->column_count; c++)
		if (board_limits_idle(panel, board_data(board, panel), c, LAYOUT_GRID_LIMIT_MAX, &why))
			report(doctor, VERDICT_NOTE, "%s", why.text);
}

/* The percentages of one scope: of totals, or of the rows of grids. */
struct percentages {
	const char *scope, *option;
	enum scale scale;  /* PERCENT or FRACTION */
	bool pinned;       /* in the configuration */
	unsigned count;    /* of values that are numbers, without a percent sign */
	bool above_one;    /* one of them, as it was sent */
	char first[96];    /* the first of them, with its place */
};

/* What is computed was not sent, and says nothing of how percentages are. */
static void look_at_percentage(struct percentages *percentages, const struct panel *panel, unsigned column, const struct cell *cell)
{
	if (panel->columns[column].kind != KIND_PERCENT || panel->columns[column].calc != NULL || cell->state != VALUE_NUMBER || strchr(cell->text, '%') != NULL)
		return;
	if (percentages->count++ == 0)
		snprintf(percentages->first, sizeof(percentages->first), "%.40s of panel '%.20s' is %.10s", panel->columns[column].stat,
			panel->name, cell->text);
	percentages->above_one = percentages->above_one || value_above_one(cell->text);
}

static void report_percentages_of(struct doctor *doctor, const struct percentages *percentages)
{
	bool fraction = percentages->scale == SCALE_FRACTION;
	const char *how = percentages->pinned ? "as configured"
		: strcmp(percentages->option, "percent_totals") == 0 && !fraction ? "since a value was above 1" : "as is usual";
	if (percentages->count == 0)
		return;
	report(doctor, VERDICT_FINE, "percentages of %s: read as %s, %s: %s", percentages->scope,
		fraction ? "fractions (0.85 is 85 %)" : "percents (85 is 85 %)", how, percentages->first);
	if (fraction && percentages->above_one)
		report(doctor, VERDICT_NOTE, "percentages of %s: some are above 1, so they are not fractions. Leave %s out, or write \"percent\"",
			percentages->scope, percentages->option);
	if (!fraction && !percentages->above_one)
		report(doctor, VERDICT_NOTE, "percentages of %s: all are at most 1 now. If they are fractions, set %s = \"fraction\"",
			percentages->scope, percentages->option);
}

/* How the server writes percentages cannot be asked: what was found, and what makes one doubt it. */
static void report_percentages(struct doctor *doctor, const struct app *app, const struct board *board)
{
	const struct api_config *config = &app->options->api;
	struct percentages totals = { .scope = "totals", .option = "percent_totals",
		.scale = scale_of_total(SCALE_AUTO, &board->scales), .pinned = config->percent_totals != SCALE_AUTO };
	struct percentages grids = { .scope = "grids", .option = "percent_grids",
		.scale = scale_of_grid(SCALE_AUTO, &board->scales), .pinned = config->percent_grids != SCALE_AUTO };
	for (unsigned i = 0; i < board->panel_count; i++) {
		const struct panel *panel = &board->layout->panels[i];
		const struct panel_data *data = board_data(board, panel);
		for (unsigned c = 0; c < panel->column_count; c++) {
			/* What the layout pins says nothing of the others. */
			for (unsigned row = 0; panel->columns[c].scale == SCALE_AUTO && row < data->rows; row++)
				look_at_percentage(panel_has_totals(panel->type) ? &totals : &grids, panel, c, board_cell(data, row, c));
			if (data->totals != NULL && panel->columns[c].total_scale == SCALE_AUTO)
				look_at_percentage(&totals, panel, c, &data->totals[c]);
		}
	}
	report_percentages_of(doctor, &totals);
	report_percentages_of(doctor, &grids);
}

/* Where locks and last frames are. */
static void check_runtime(struct doctor *doctor)
{
	struct error error;
	int folder = app_runtime_folder(&error);
	if (folder >= 0)
		close(folder);
	else
		report(doctor, VERDICT_NOTE, "windows: they cannot share the login, and no last frame is kept: %s", error.text);
}

/* A writer that has written nothing for a while has trouble of its own, which its screen or its messages tell. */
static void report_history(struct doctor *doctor, const struct store_about *about)
{
	enum { SILENT_S = 5 * 60 };
	int64_t silent_s = clock_wall_ms() / 1000 - about->last_s;
	char since[32], age[32], writer[64] = "nobody writes it now";
	text_clock(since, sizeof(since), about->first_s * 1000, "%Y-%m-%d %H:%M");
	text_age(age, sizeof(age), silent_s * 1000);
	if (about->writer > 0)
		snprintf(writer, sizeof(writer), "written by process %ld", about->writer);
	else if (about->writer < 0)
		snprintf(writer, sizeof(writer), "another program writes it");
	report(doctor, VERDICT_FINE, "history: %s, %.1f MB, %u series since %s, %s", about->path, (double)about->bytes / 1e6, about->series, since,
		writer);
	if (about->writer != 0 && silent_s > SILENT_S)
		report(doctor, VERDICT_NOTE, "history: its last minute is %s old; press ! on that wall to see why", age);
}

static void check_history(struct doctor *doctor, const struct app *app)
{
	struct store_options options = app_store_options(app);
	struct store_about about;
	if (options.tenant == NULL) {
		report(doctor, VERDICT_NOTE, "history: none is kept, as configured");
		return;
	}
	struct store *store = store_open(&options);
	store_look(store, &about);
	if (store_trouble(store)[0] != '\0')
		report(doctor, VERDICT_NOTE, "history: %s", store_trouble(store));
	else if (about.first_s > 0)
		report_history(doctor, &about);
	else
		report(doctor, VERDICT_FINE, "history: %s, nothing is in it yet", about.path);
	store_close(store, 0, 0);
}

/* This doctor is one of the windows that read from it. */
static void report_holder(struct doctor *doctor, const struct feed_holder *holder, const char *age)
{
	char since[32];
	unsigned others = holder->windows > 1 ? holder->windows - 1 : 0;
	text_clock(since, sizeof(since), holder->since_ms, "%Y-%m-%d %H:%M");
	report(doctor, VERDICT_FINE, "subscription: held by your cxwall %s (process %ld, layout %s) since %s; its data are %s old", holder->command,
		holder->pid, holder->layout, since, age);
	if (others > 0)
		report(doctor, VERDICT_FINE, "subscription: %u other window%s of yours share%s it", others, text_plural(others, "", "s"),
			text_plural(others, "s", ""));
}

static bool layout_acts(const struct layout *layout)
{
	bool acts = false;
	for (unsigned i = 0; i < layout->alert_count; i++)
		acts = acts || layout->alerts[i].command.count > 0 || layout->alerts[i].clear_command.count > 0 ||
			layout->alerts[i].sms.count > 0;
	return acts;
}

static void check_subscription(struct doctor *doctor)
{
	struct app *app = doctor->app;
	struct one_answer answer = app_one_answer(app, false);
	answer.quiet = true;
	int status = one_answer_run(&answer);
	if (status != STATUS_FINE) {
		report(doctor, VERDICT_WRONG, "subscription: %s", answer.cause);
		set_status(doctor, status);
	} else {
		char age[32];
		text_age(age, sizeof(age), (int64_t)(link_age(&answer.link, clock_boot_ms()) * 1000));
		if (answer.shared)
			report_holder(doctor, &answer.holder, age);
		else
			report(doctor, VERDICT_FINE, "subscription: one is free, data came in time");
		if (answer.shared && layout_acts(app->layout) && strcmp(answer.holder.layout, app->layout->name) != 0)
			report(doctor, VERDICT_NOTE, "alerts: commands and messages of this layout do not run, since the window that holds the login "
				"shows layout %s", answer.holder.layout);
		report_panels(doctor, answer.session.board);
		for (unsigned i = 0; i < app->layout->panel_count; i++)
			report_limits(doctor, answer.session.board, &app->layout->panels[i]);
		report_percentages(doctor, app, answer.session.board);
		struct board_view view = one_answer_view(&answer);
		report_alerts(doctor, &view);
	}
	one_answer_free(&answer);
}

/* The last sentence: all is well, or what to do first. */
static void sum_up(const struct doctor *doctor)
{
	const struct options *options = doctor->app->options;
	char start[PROFILE_NAME_MAX + 64], seen[96] = "";
	snprintf(start, sizeof(start), "%s%s%s", app_called(), options->profile != NULL ? " --profile " : "",
		options->profile != NULL ? options->profile : "");
	if (doctor->services > 0 || doctor->teams > 0)
		snprintf(seen, sizeof(seen), ": %u service%s, %u team%s", doctor->services, text_plural(doctor->services, "", "s"),
			doctor->teams, text_plural(doctor->teams, "", "s"));
	if (doctor->status == STATUS_FINE && doctor->wrong == 0)
		verdict_text(stdout, "Everything works%s. Start the wall with: %s", seen, start);
	else if (doctor->wrong == 1)
		verdict_text(stdout, "One thing is wrong: %s", doctor->first_wrong);
	else
		verdict_text(stdout, "%u things are wrong. First: %s", doctor->wrong, doctor->first_wrong);
}

static int doctor_command(struct app *app)
{
	struct doctor doctor = { .app = app, .colored = verdict_colored(app->options->color, stdout) };
	/* What is only shown comes first, so that the verdicts are on the screen at the end. */
	show_values(&doctor, app->options);
	show_sample(&doctor, app);
	check_terminal(&doctor);
	check_locale(&doctor, app);
	bool secret = check_configuration(&doctor, app);
	if (!secret)
		set_status(&doctor, STATUS_USAGE);
	if (check_layout(&doctor) && check_address(&doctor) && secret) {
		check_cookies(&doctor);
		check_runtime(&doctor);
		check_history(&doctor, app);
		app_tag(app);
		fflush(stdout);
		if (check_sign_in(&doctor))
			check_subscription(&doctor);
	}
	sum_up(&doctor);
	if (fflush(stdout) == 0)
		return doctor.status;
	message("standard output cannot be written");
	return STATUS_FAILED;
}

const struct command command_doctor = {
	.name = "doctor",
	.function = doctor_command,
	.task = TASK_SET_UP,
	.operands = "",
	.help = "check the set-up and say what to fix",
	.examples = {
		{ "cxwall doctor", "The first thing to run when something is wrong." },
	},
};
