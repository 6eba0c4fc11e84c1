/* `cxwall list WHAT`: what there is to write in a layout; some of it is known here, some must be asked for. */
#include <stdio.h>
#include <string.h>

#include "app/app.h"
#include "app/document.h"
#include "app/oneshot.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "output/csv.h"
#include "screen/action.h"

/* A layout that asks for nothing: lists need the sign-in only. */
static const char empty_layout[] =
	"pages = ( { rows = ( { panels = ( { name = \"none\" type = \"text\" text = \"-\" } ) } ) } )";

enum { LIST_BYTES_MAX = 16 * 1024 * 1024, CELL_MAX = 256 };

/* A table of texts on standard output, a JSON list of objects with the same names, or CSV. */
struct table {
	int format;
	unsigned rows;
	struct buffer out;
	const char *const *columns; /* NULL-ended */
	const int *widths;
};

static void table_csv(struct table *table, const char *const *cells)
{
	for (int i = 0; table->columns[i] != NULL; i++)
		csv_field(&table->out, i == 0, cells[i]);
	buffer_text(&table->out, "\r\n");
}

static void table_begin(struct table *table, const struct app *app)
{
	table->format = app->options->format;
	buffer_init(&table->out, LIST_BYTES_MAX);
	if (table->format == FORMAT_CSV)
		table_csv(table, table->columns);
	else if (table->format == FORMAT_JSON)
		buffer_text(&table->out, "[");
}

/* Padded by columns on the screen, not by bytes. */
static void put_padded(struct buffer *out, const char *text, int width, bool last)
{
	buffer_text(out, text);
	for (int at = text_width(text); !last && at < width; at++)
		buffer_text(out, " ");
	buffer_text(out, last ? "\n" : "  ");
}

static void table_json(struct table *table, const char *const *cells)
{
	for (int i = 0; table->columns[i] != NULL; i++) {
		buffer_text(&table->out, i > 0 ? "," : table->rows > 0 ? ",{" : "{");
		json_put_string(&table->out, table->columns[i]);
		buffer_text(&table->out, ":");
		json_put_string(&table->out, cells[i]);
	}
	buffer_text(&table->out, "}");
}

static void table_row(struct table *table, const char *const *cells)
{
	if (table->format == FORMAT_CSV)
		table_csv(table, cells);
	else if (table->format == FORMAT_JSON)
		table_json(table, cells);
	for (int i = 0; table->format == FORMAT_TEXT && table->columns[i] != NULL; i++)
		put_padded(&table->out, cells[i], table->widths[i], table->columns[i + 1] == NULL);
	table->rows++;
}

static int table_end(struct table *table)
{
	buffer_text(&table->out, table->format == FORMAT_JSON ? "]\n" : "");
	int status = document_print(&table->out);
	buffer_free(&table->out);
	return status;
}

static int list_statistics(struct app *app)
{
	static const char *const columns[] = { "scope", "name", "kind", "evidence", "label", NULL };
	static const int widths[] = { 7, 46, 8, 9, 0 };
	struct table table = { .columns = columns, .widths = widths };
	const struct statistic *row;
	table_begin(&table, app);
	for (size_t i = 0; (row = statistic_at(i)) != NULL; i++) {
		const char *cells[] = { scope_names[row->scope], row->name, kind_names[row->kind],
			evidence_names[row->evidence], row->label };
		table_row(&table, cells);
	}
	return table_end(&table);
}

static void add_layout(void *context, const char *name, const char *where)
{
	const char *cells[] = { name, where };
	table_row(context, cells);
}

static int list_layouts(struct app *app)
{
	static const char *const columns[] = { "name", "where", NULL };
	static const int widths[] = { 20, 0 };
	struct table table = { .columns = columns, .widths = widths };
	table_begin(&table, app);
	app_each_layout(add_layout, &table);
	return table_end(&table);
}

static int list_actions(struct app *app)
{
	static const char *const columns[] = { "name", "keys", "help", NULL };
	static const int widths[] = { 16, 20, 0 };
	struct table table = { .columns = columns, .widths = widths };
	const struct action *action;
	table_begin(&table, app);
	for (size_t i = 0; (action = action_at(i)) != NULL; i++) {
		const char *cells[] = { action->name, app->options->bindings.keys[i], action->help };
		table_row(&table, cells);
	}
	return table_end(&table);
}

static int print_catalogue(struct app *app, const struct catalogue *catalogue, const char *what)
{
	static const char *const columns[] = { "id", "name", NULL };
	static const int widths[] = { 36, 0 };
	struct table table = { .columns = columns, .widths = widths };
	if (!catalogue->known) {
		message("the server does not list its %s: %s", what, catalogue->reason);
		return STATUS_FAILED;
	}
	table_begin(&table, app);
	for (unsigned i = 0; i < catalogue->count; i++) {
		const char *cells[] = { catalogue->entries[i].id, catalogue->entries[i].name };
		table_row(&table, cells);
	}
	return table_end(&table);
}

static void lists_ready(struct oneshot *oneshot)
{
	oneshot_done(oneshot);
}

static int list_teams(struct app *app)
{
	struct oneshot oneshot = { .app = app, .lists_only = true, .ready = lists_ready };
	int status = oneshot_run(&oneshot);
	if (status == STATUS_FINE)
		status = print_catalogue(app, live_teams(oneshot.live), "teams");
	oneshot_free(&oneshot);
	return status;
}

static int list_services(struct app *app)
{
	struct oneshot oneshot = { .app = app, .lists_only = true, .ready = lists_ready };
	int status = oneshot_run(&oneshot);
	if (status == STATUS_FINE)
		status = print_catalogue(app, live_services(oneshot.live), "services");
	oneshot_free(&oneshot);
	return status;
}

/* The answer to one GET, decoded into the table while its bytes last. */
struct fetch {
	struct oneshot oneshot;
	struct table table;
	char path[160];
	bool answered, good;
};

static bool read_names(struct table *table, const char *bytes, size_t length, struct error *error)
{
	struct json json;
	json_init(&json);
	bool good = json_parse(&json, bytes, length, error) &&
		(json_kind(&json, json_root(&json)) == JSON_ARRAY || error_set(error, "not a list"));
	for (int at = good ? json_first(&json, 0) : -1; at >= 0; at = json_next(&json, 0, at)) {
		char name[CELL_MAX];
		const char *cells[] = { name };
		json_text(&json, at, name, sizeof(name));
		table_row(table, cells);
	}
	json_free(&json);
	return good;
}

static void fetched(void *context, int status, const char *bytes, size_t length, const struct error *why)
{
	struct fetch *fetch = context;
	struct error error;
	fetch->answered = true;
	if (status != 200)
		message("dispositions: %s", why->text);
	else if (!read_names(&fetch->table, bytes, length, &error))
		message("dispositions: the answer is not valid: %s", error.text);
	else
		fetch->good = true;
	oneshot_done(&fetch->oneshot);
}

static void fetch_ready(struct oneshot *oneshot)
{
	struct fetch *fetch = oneshot->context;
	live_fetch(oneshot->live, fetch->path, fetched, fetch);
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
		.oneshot = { .app = app, .lists_only = true, .ready = fetch_ready, .context = &fetch },
		.table = { .columns = columns, .widths = widths },
		.path = "/statsapi/cfg/dispositions",
	};
	add_parameter(fetch.path, sizeof(fetch.path), options->agent_can_select, "agentCanSelect");
	add_parameter(fetch.path, sizeof(fetch.path), options->inbound, "inbound");
	add_parameter(fetch.path, sizeof(fetch.path), options->outbound, "outbound");
	add_parameter(fetch.path, sizeof(fetch.path), options->preview, "preview");
	table_begin(&fetch.table, app);
	int status = oneshot_run(&fetch.oneshot);
	if (status == STATUS_FINE && fetch.good)
		status = table_end(&fetch.table);
	else
		buffer_free(&fetch.table.out);
	if (status == STATUS_FINE && !fetch.answered)
		message("dispositions: no answer in time");
	if (status == STATUS_FINE && !fetch.good)
		status = fetch.answered ? STATUS_FAILED : STATUS_NO_DATA;
	oneshot_free(&fetch.oneshot);
	return status;
}

struct list_row {
	const char *name;
	int (*function)(struct app *app);
	bool asks; /* the server */
};

static const struct list_row lists[] = {
	{ "teams", list_teams, true },
	{ "services", list_services, true },
	{ "dispositions", list_dispositions, true },
	{ "statistics", list_statistics, false },
	{ "layouts", list_layouts, false },
	{ "actions", list_actions, false },
};

enum { LIST_COUNT = sizeof(lists) / sizeof(lists[0]) };

static const char *list_at(const void *table, size_t index)
{
	(void)table;
	return index < LIST_COUNT ? lists[index].name : NULL;
}

int command_list(struct app *app)
{
	struct error error;
	const char *what = app->options->word_count == 1 ? app->options->words[0] : "";
	for (size_t i = 0; i < LIST_COUNT; i++) {
		if (strcmp(lists[i].name, what) != 0)
			continue;
		if (!lists[i].asks)
			return lists[i].function(app);
		if (!app_connection(app))
			return STATUS_USAGE;
		app->layout = layout_parse("list", "built-in", empty_layout, &error);
		if (app->layout == NULL)
			fatal("%s", error.text);
		app_tag(app);
		return lists[i].function(app);
	}
	const char *near = text_nearest(what, list_at, NULL);
	if (what[0] != '\0' && near != NULL)
		message("there is no list '%.40s' (did you mean '%s'?)", what, near);
	else
		message("list what? teams, services, dispositions, statistics, layouts or actions");
	return STATUS_USAGE;
}
