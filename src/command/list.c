/* `cxwall list WHAT`: what there is to write in a layout; some of it is known here, some must be asked for. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "base/os.h"
#include "base/text.h"
#include "board/privacy.h"
#include "command/app.h"
#include "command/layout_list.h"
#include "command/running.h"
#include "output/stdout.h"
#include "screen/action.h"

enum { CELL_MAX = 256, JOINED_MAX = 2048, LINE_MAX_BYTES = 512, LINE_COLUMNS = 80, STATISTICS_INDENT = 9, LAYOUTS_INDENT = 4, ACTIONS_INDENT = 40 };

/* ---- what is known here, and the catalogues that every sign-in fetches ---- */

/* Words in lines that end before column 80; all but the first begin at `indent`, where the first stands already. */
static void put_wrapped(struct buffer *out, const char *text, int indent)
{
	while (*text != '\0') {
		size_t length = strlen(text), cut = text_fit(text, LINE_COLUMNS - indent);
		while (cut < length && cut > 0 && text[cut] != ' ')
			cut--;
		cut = cut == 0 ? length : cut;
		buffer_print(out, "%.*s\n", (int)cut, text);
		text += cut + (text[cut] == ' ');
		if (*text != '\0')
			buffer_print(out, "%*s", indent, "");
	}
}

/* What it is stands in lines of their own, so that they fit 80 columns. */
static int list_statistics_text(void)
{
	static const char *const columns[] = { "scope", "name", "kind", "evidence", NULL };
	static const int widths[] = { 7, 48, 8, 0 };
	struct table table = { .columns = columns, .widths = widths };
	const struct statistic *row;
	table_begin(&table, FORMAT_TEXT);
	for (size_t i = 0; (row = statistic_at(i)) != NULL; i++) {
		const char *cells[] = { scope_names[row->scope], row->name, kind_names[row->kind], evidence_names[row->evidence] };
		char text[LINE_MAX_BYTES];
		table_row(&table, cells);
		snprintf(text, sizeof(text), "%s: %s", row->label, statistic_meaning(row->name));
		buffer_print(&table.out, "%*s", STATISTICS_INDENT, "");
		put_wrapped(&table.out, text, STATISTICS_INDENT);
	}
	return table_end(&table);
}

static int list_statistics(struct app *app)
{
	static const char *const columns[] = { "scope", "name", "kind", "evidence", "label", "meaning", NULL };
	static const int widths[] = { 7, 47, 8, 9, 24, 0 };
	struct table table = { .columns = columns, .widths = widths };
	const struct statistic *row;
	if (app->options->format == FORMAT_TEXT)
		return list_statistics_text();
	table_begin(&table, app->options->format);
	for (size_t i = 0; (row = statistic_at(i)) != NULL; i++) {
		const char *cells[] = { scope_names[row->scope], row->name, kind_names[row->kind],
			evidence_names[row->evidence], row->label, statistic_meaning(row->name) };
		table_row(&table, cells);
	}
	return table_end(&table);
}

static int list_layouts(struct app *app)
{
	static const char *const columns[] = { "name", "where", "about", NULL }, *const text_columns[] = { "name", "where", NULL };
	static const int widths[] = { 14, 30, 0 };
	bool text = app->options->format == FORMAT_TEXT;
	struct table table = { .columns = text ? text_columns : columns, .widths = widths };
	struct layout_list lines;
	layout_list_read(&lines);
	table_begin(&table, app->options->format);
	for (unsigned i = 0; i < lines.count; i++) {
		const struct scene_layout *line = &lines.items[i];
		const char *cells[] = { line->name, line->where, line->about };
		table_row(&table, cells);
		if (text && line->about[0] != '\0') {
			buffer_print(&table.out, "%*s", LAYOUTS_INDENT, "");
			put_wrapped(&table.out, line->about, LAYOUTS_INDENT);
		}
	}
	layout_list_free(&lines);
	return table_end(&table);
}

struct profile_line {
	char name[PROFILE_NAME_MAX], where[512];
};

struct profile_lines {
	struct profile_line *items;
	unsigned count;
};

static int compare_profiles(const void *a, const void *b)
{
	return strcmp(((const struct profile_line *)a)->name, ((const struct profile_line *)b)->name);
}

static void add_profile(void *context, const char *name)
{
	struct profile_lines *lines = context;
	char path[512], file[PROFILE_NAME_MAX + 16];
	snprintf(file, sizeof(file), "cxwall/%s.conf", name);
	(void)os_user_path(OS_FOLDER_CONFIG, file, path, sizeof(path));
	lines->items = must_realloc(lines->items, (lines->count + 1) * sizeof(*lines->items));
	struct profile_line *line = &lines->items[lines->count++];
	text_scrub(line->name, sizeof(line->name), name, strlen(name));
	text_scrub(line->where, sizeof(line->where), path, strlen(path));
}

/* The configurations beside cxwall.conf, for --profile. */
static int list_profiles(struct app *app)
{
	static const char *const columns[] = { "name", "where", NULL };
	static const int widths[] = { 14, 0 };
	struct table table = { .columns = columns, .widths = widths };
	struct profile_lines lines = { .count = 0 };
	options_each_profile(add_profile, &lines);
	if (lines.count > 0)
		qsort(lines.items, lines.count, sizeof(*lines.items), compare_profiles);
	table_begin(&table, app->options->format);
	for (unsigned i = 0; i < lines.count; i++) {
		const char *cells[] = { lines.items[i].name, lines.items[i].where };
		table_row(&table, cells);
	}
	free(lines.items);
	return table_end(&table);
}

static int list_themes(struct app *app)
{
	static const char *const columns[] = { "name", "background", "where", NULL };
	static const int widths[] = { 20, 10, 0 };
	struct table table = { .columns = columns, .widths = widths };
	if (!app_load_themes(app))
		return STATUS_USAGE;
	table_begin(&table, app->options->format);
	const char *by_terminal[] = { theme_names[0], background_names[BACKGROUND_ANY], "dark or light, as the terminal is" };
	table_row(&table, by_terminal);
	for (unsigned i = 0; i < app->themes.count; i++) {
		const struct theme *theme = &app->themes.items[i];
		const char *cells[] = { theme->name, background_names[theme->background], i < THEMES ? "built in" : "yours" };
		table_row(&table, cells);
	}
	return table_end(&table);
}

/* The panels of the layout, for snapshot --panel and conditions. */
static int list_panels(struct app *app)
{
	static const char *const columns[] = { "name", "type", "page", "title", NULL };
	static const int widths[] = { 20, 13, 4, 0 };
	struct table table = { .columns = columns, .widths = widths };
	if (!app_load_layout(app))
		return STATUS_USAGE;
	const struct layout *layout = app->layout;
	table_begin(&table, app->options->format);
	for (unsigned p = 0; p < layout->page_count; p++)
		for (unsigned r = 0; r < layout->pages[p].row_count; r++)
			for (unsigned i = 0; i < layout->pages[p].rows[r].panel_count; i++) {
				const struct panel *panel = layout->pages[p].rows[r].panels[i];
				char page[12];
				snprintf(page, sizeof(page), "%u", p + 1);
				const char *cells[] = { panel->name, panel_type_names[panel->type], page, panel->title };
				table_row(&table, cells);
			}
	return table_end(&table);
}

static int list_actions(struct app *app)
{
	static const char *const columns[] = { "name", "keys", "help", NULL };
	static const int widths[] = { 16, 20, 0 };
	struct table table = { .columns = columns, .widths = widths };
	const struct action *action;
	bool text = app->options->format == FORMAT_TEXT;
	table_begin(&table, app->options->format);
	for (size_t i = 0; (action = action_at(i)) != NULL; i++) {
		const char *cells[] = { action->name, app->options->bindings.keys[i], text ? "" : action->help };
		table_row(&table, cells);
		if (text) {
			/* In place of the line's end. */
			buffer_cut(&table.out, table.out.length - 1);
			put_wrapped(&table.out, action->help, ACTIONS_INDENT);
		}
	}
	return table_end(&table);
}

static int print_catalogue(struct app *app, const struct catalogue *catalogue, const char *what)
{
	static const char *const columns[] = { "name", "id", NULL };
	static const int widths[] = { 30, 0 };
	struct table table = { .columns = columns, .widths = widths };
	if (!catalogue->known) {
		message("the server does not list its %s: %s", what, catalogue->reason);
		return STATUS_FAILED;
	}
	table_begin(&table, app->options->format);
	for (unsigned i = 0; i < catalogue->count; i++) {
		const char *cells[] = { catalogue->entries[i].name, catalogue->entries[i].id };
		table_row(&table, cells);
	}
	return table_end(&table);
}

static int list_catalogue(struct app *app, const struct catalogue *(*of)(const struct live *live), const char *what)
{
	struct one_answer answer = app_one_answer(app, true);
	answer.ready = one_answer_done;
	int status = one_answer_run(&answer);
	if (status == STATUS_FINE)
		status = print_catalogue(app, of(answer.live), what);
	one_answer_free(&answer);
	return status;
}

/* What a running wall of the same login knows. */
struct running_list {
	struct app *app;
	const char *what;
	int status;
};

static void print_running(void *context, const struct catalogue *names)
{
	struct running_list *list = context;
	list->status = print_catalogue(list->app, names, list->what);
}

static int list_running(struct app *app, bool teams, const char *what)
{
	struct running_list list = { .app = app, .what = what, .status = STATUS_NO_DATA };
	struct error error;
	if (!running_names(app, teams, print_running, &list, &error))
		message("%s", error.text);
	return list.status;
}

static int list_teams(struct app *app)
{
	if (app->options->running)
		return list_running(app, true, "teams");
	return list_catalogue(app, live_teams, "teams");
}

static int list_services(struct app *app)
{
	if (app->options->running)
		return list_running(app, false, "services");
	return list_catalogue(app, live_services, "services");
}

/* ---- what is asked for by a GET of its own ---- */

/* The answer to one GET, read into the table while its bytes last. */
struct fetch {
	struct app *app;
	struct one_answer answer;
	struct table table;
	const char *what;
	const char *none; /* said of an empty list; NULL: nothing but its heads */
	char path[160];
	/* One element of the answer becomes a row. */
	void (*read)(struct fetch *fetch, const struct json *json, int item);
	bool answered, good;
	unsigned rows;
};

static bool read_list(struct fetch *fetch, const char *bytes, size_t length, struct error *error)
{
	struct json json;
	json_init(&json);
	bool good = json_parse(&json, bytes, length, error) &&
		(json_kind(&json, json_root(&json)) == JSON_ARRAY || error_set(error, "not a list"));
	int root = json_root(&json);
	for (int at = good ? json_first(&json, root) : -1; at >= 0; at = json_next(&json, root, at), fetch->rows++)
		fetch->read(fetch, &json, at);
	json_free(&json);
	return good;
}

static void fetched(void *context, int status, const char *bytes, size_t length, const struct error *why)
{
	struct fetch *fetch = context;
	struct error error;
	fetch->answered = true;
	if (status != 200)
		message("%s: %s", fetch->what, why->text);
	else if (!read_list(fetch, bytes, length, &error))
		message("%s: the answer is not valid: %s", fetch->what, error.text);
	else
		fetch->good = true;
	one_answer_done(&fetch->answer);
}

static void fetch_ask(struct one_answer *answer)
{
	struct fetch *fetch = answer->context;
	live_fetch(answer->live, fetch->path, fetched, fetch);
}

static int fetch_run(struct fetch *fetch, struct app *app)
{
	fetch->app = app;
	fetch->answer = app_one_answer(app, true);
	fetch->answer.ready = fetch_ask;
	fetch->answer.context = fetch;
	table_begin(&fetch->table, app->options->format);
	int status = one_answer_run(&fetch->answer);
	if (status == STATUS_FINE && fetch->good) {
		status = table_end(&fetch->table);
		if (status == STATUS_FINE && fetch->rows == 0 && fetch->none != NULL)
			message("%s", fetch->none);
	} else {
		table_drop(&fetch->table);
		if (status == STATUS_FINE && !fetch->answered)
			message("%s: no answer in time", fetch->what);
		if (status == STATUS_FINE)
			status = fetch->answered ? STATUS_FAILED : STATUS_NO_DATA;
	}
	one_answer_free(&fetch->answer);
	return status;
}

static void read_name(struct fetch *fetch, const struct json *json, int item)
{
	char name[CELL_MAX];
	const char *cells[] = { name };
	json_text(json, item, name, sizeof(name));
	table_row(&fetch->table, cells);
}

static void add_parameter(char *path, size_t size, bool wanted, const char *name)
{
	size_t length = strlen(path);
	if (wanted)
		snprintf(path + length, size - length, "%s%s=1", strchr(path, '?') == NULL ? "?" : "&", name);
}

static int list_dispositions(struct app *app)
{
	static const char *const columns[] = { "name", NULL };
	static const int widths[] = { 0 };
	const struct options *options = app->options;
	struct fetch fetch = {
		.table = { .columns = columns, .widths = widths }, .what = "dispositions", .read = read_name,
		.path = "/statsapi/cfg/dispositions",
	};
	add_parameter(fetch.path, sizeof(fetch.path), options->agent_can_select, "agentCanSelect");
	add_parameter(fetch.path, sizeof(fetch.path), options->inbound, "inbound");
	add_parameter(fetch.path, sizeof(fetch.path), options->outbound, "outbound");
	add_parameter(fetch.path, sizeof(fetch.path), options->preview, "preview");
	return fetch_run(&fetch, app);
}

/* The texts of a list, with commas between; what does not fit is left out. */
static void join_texts(const struct json *json, int list, char *out, size_t size)
{
	size_t used = 0;
	out[0] = '\0';
	for (int at = json_first(json, list); at >= 0; at = json_next(json, list, at)) {
		char text[CELL_MAX];
		json_text(json, at, text, sizeof(text));
		if (used + strlen(text) + 3 > size)
			return;
		used += (size_t)snprintf(out + used, size - used, "%s%s", used > 0 ? ", " : "", text);
	}
}

static void read_campaign(struct fetch *fetch, const struct json *json, int item)
{
	char name[CELL_MAX], state[CELL_MAX], joined[JOINED_MAX];
	const char *cells[] = { name, state, joined };
	json_text(json, json_get(json, item, "name"), name, sizeof(name));
	json_text(json, json_get(json, item, "state"), state, sizeof(state));
	join_texts(json, json_get(json, item, "lists"), joined, sizeof(joined));
	table_row(&fetch->table, cells);
}

static int list_campaigns(struct app *app)
{
	static const char *const columns[] = { "name", "state", "lists", NULL };
	static const int widths[] = { 32, 10, 0 };
	struct fetch fetch = {
		.table = { .columns = columns, .widths = widths }, .what = "campaigns", .none = "no enabled campaigns", .read = read_campaign,
		.path = "/configapi/v2/campaign/getAll/",
	};
	return fetch_run(&fetch, app);
}

/* A member of a directory's entry, as much of it as may be shown. */
static void read_private(struct fetch *fetch, const struct json *json, int item, const char *key, enum person person,
	char out[CELL_MAX])
{
	char whole[CELL_MAX];
	json_text(json, json_get(json, item, key), whole, sizeof(whole));
	enum names names = fetch->app->options->names;
	if (whole[0] == '\0' || !privacy_apply(names, person, whole, out, CELL_MAX))
		memcpy(out, whole, sizeof(whole));
}

static void read_entry(struct fetch *fetch, const struct json *json, int item)
{
	char extension[CELL_MAX], login[CELL_MAX], first[CELL_MAX], last[CELL_MAX], external[CELL_MAX];
	const char *cells[] = { extension, login, first, last, external };
	read_private(fetch, json, item, "extension", PERSON_EXTENSION, extension);
	read_private(fetch, json, item, "loginId", PERSON_LOGIN, login);
	read_private(fetch, json, item, "firstName", PERSON_FIRST, first);
	read_private(fetch, json, item, "lastName", PERSON_LAST, last);
	read_private(fetch, json, item, "external", PERSON_EXTENSION, external);
	table_row(&fetch->table, cells);
}

static int list_directory(struct app *app)
{
	static const char *const columns[] = { "extension", "login_id", "first_name", "last_name", "external", NULL };
	static const int widths[] = { 9, 24, 16, 20, 0 };
	struct fetch fetch = {
		.table = { .columns = columns, .widths = widths }, .what = "directory", .read = read_entry,
		.path = "/configapi/v2/phone/user",
	};
	return fetch_run(&fetch, app);
}

/* What a number is assigned to stands in a member that is called as its type: "type":"scenario","scenario":"Main". */
static void read_access_number(struct fetch *fetch, const struct json *json, int item)
{
	char number[CELL_MAX], media[CELL_MAX], type[CELL_MAX], name[CELL_MAX];
	const char *cells[] = { number, media, type, name };
	json_text(json, json_get(json, item, "number"), number, sizeof(number));
	json_text(json, json_get(json, item, "media"), media, sizeof(media));
	json_text(json, json_get(json, item, "type"), type, sizeof(type));
	json_text(json, json_get(json, item, type), name, sizeof(name));
	table_row(&fetch->table, cells);
}

static int list_numbers(struct app *app)
{
	static const char *const columns[] = { "number", "media", "type", "name", NULL };
	static const int widths[] = { 16, 12, 12, 0 };
	struct fetch fetch = {
		.table = { .columns = columns, .widths = widths }, .what = "numbers", .read = read_access_number,
		.path = "/configapi/v2/phone/ext",
	};
	return fetch_run(&fetch, app);
}

/* ---- the command ---- */

struct list_row {
	const char *name;
	int (*function)(struct app *app);
	bool asks;  /* the server */
	bool oauth; /* and is not to be had with auth = "cookie" */
};

static const struct list_row lists[] = {
	{ "teams", list_teams, true, false },
	{ "services", list_services, true, false },
	{ "dispositions", list_dispositions, true, false },
	{ "statistics", list_statistics, false, false },
	{ "layouts", list_layouts, false, false },
	{ "panels", list_panels, false, false },
	{ "profiles", list_profiles, false, false },
	{ "themes", list_themes, false, false },
	{ "actions", list_actions, false, false },
	{ "campaigns", list_campaigns, true, true },
	{ "directory", list_directory, true, true },
	{ "numbers", list_numbers, true, true },
};

enum { LIST_COUNT = sizeof(lists) / sizeof(lists[0]) };

static const char *list_at(const void *table, size_t index)
{
	(void)table;
	return index < LIST_COUNT ? lists[index].name : NULL;
}

static const char list_operands[] =
	"teams|services|dispositions|statistics|layouts|panels|profiles|themes|actions|campaigns|directory|numbers";

static int list_command(struct app *app)
{
	const char *what = app->options->operand_count == 1 ? app->options->operands[0] : "";
	for (size_t i = 0; i < LIST_COUNT; i++) {
		if (strcmp(lists[i].name, what) != 0)
			continue;
		if (!lists[i].asks)
			return lists[i].function(app);
		if (!app_connection(app))
			return STATUS_USAGE;
		if (lists[i].oauth && app->options->api.auth == AUTH_COOKIE) {
			message("list %s needs auth = \"oauth\": the cookies are for the statistics alone", lists[i].name);
			return STATUS_USAGE;
		}
		app->layout = app_layout_of_nothing("list");
		app_tag(app);
		return lists[i].function(app);
	}
	const char *near = text_nearest(what, list_at, NULL);
	if (what[0] != '\0' && near != NULL)
		message("there is no list '%.40s' (did you mean '%s'?)", what, near);
	else
		message("list needs a word: %s", list_operands);
	return STATUS_USAGE;
}

const struct command command_list = {
	.name = "list",
	.function = list_command,
	.task = TASK_SET_UP,
	.operands = list_operands,
	.help = "names to use in a layout, campaigns, the phone directory",
	.examples = {
		{ "cxwall list layouts", "The layouts that there are, with what each is for." },
		{ "cxwall list services", "The names of your services, as they are written in a layout." },
	},
};
