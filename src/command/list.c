/* `cxwall list WHAT`: what there is to write in a layout; some of it is known here, some must be asked for. */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "command/app.h"
#include "command/list_asked.h"
#include "command/oneshot.h"
#include "output/stdout_document.h"
#include "screen/action.h"

static int list_statistics(struct app *app)
{
	static const char *const columns[] = { "scope", "name", "kind", "evidence", "label", "meaning", NULL };
	static const int widths[] = { 7, 47, 8, 9, 24, 0 };
	struct table table = { .columns = columns, .widths = widths };
	const struct statistic *row;
	table_begin(&table, app->options->format);
	for (size_t i = 0; (row = statistic_at(i)) != NULL; i++) {
		const char *cells[] = { scope_names[row->scope], row->name, kind_names[row->kind],
			evidence_names[row->evidence], row->label, statistic_meaning(row->name) };
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
	table_begin(&table, app->options->format);
	app_each_layout(add_layout, &table);
	return table_end(&table);
}

static int list_actions(struct app *app)
{
	static const char *const columns[] = { "name", "keys", "help", NULL };
	static const int widths[] = { 16, 20, 0 };
	struct table table = { .columns = columns, .widths = widths };
	const struct action *action;
	table_begin(&table, app->options->format);
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
	table_begin(&table, app->options->format);
	for (unsigned i = 0; i < catalogue->count; i++) {
		const char *cells[] = { catalogue->entries[i].id, catalogue->entries[i].name };
		table_row(&table, cells);
	}
	return table_end(&table);
}

static int list_catalogue(struct app *app, const struct catalogue *(*of)(const struct live *live), const char *what)
{
	struct oneshot oneshot = { .app = app, .lists_only = true, .ready = oneshot_done };
	int status = oneshot_run(&oneshot);
	if (status == STATUS_FINE)
		status = print_catalogue(app, of(oneshot.source.live), what);
	oneshot_free(&oneshot);
	return status;
}

static int list_teams(struct app *app)
{
	return list_catalogue(app, live_teams, "teams");
}

static int list_services(struct app *app)
{
	return list_catalogue(app, live_services, "services");
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
	{ "campaigns", list_campaigns, true },
	{ "directory", list_directory, true },
};

enum { LIST_COUNT = sizeof(lists) / sizeof(lists[0]) };

static const char *list_at(const void *table, size_t index)
{
	(void)table;
	return index < LIST_COUNT ? lists[index].name : NULL;
}

int command_list(struct app *app)
{
	const char *what = app->options->word_count == 1 ? app->options->words[0] : "";
	for (size_t i = 0; i < LIST_COUNT; i++) {
		if (strcmp(lists[i].name, what) != 0)
			continue;
		if (!lists[i].asks)
			return lists[i].function(app);
		if (!app_connection(app))
			return STATUS_USAGE;
		app->layout = oneshot_layout("list");
		app_tag(app);
		return lists[i].function(app);
	}
	const char *near = text_nearest(what, list_at, NULL);
	if (what[0] != '\0' && near != NULL)
		message("there is no list '%.40s' (did you mean '%s'?)", what, near);
	else
		message("list what? teams, services, dispositions, statistics, layouts, actions, campaigns or "
			"directory");
	return STATUS_USAGE;
}
