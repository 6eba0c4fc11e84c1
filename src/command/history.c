/* `cxwall history`: what is remembered of services and totals, as a table, as CSV or JSON, or drawn. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "command/app.h"
#include "command/history_chart.h"
#include "command/remembered.h"
#include "output/history.h"
#include "output/stdout.h"
#include "recording/period.h"

enum { HISTORY_BYTES_MAX = 512 * 1024 * 1024 };

struct history_run {
	struct app *app;
	struct remembered past;
	struct spans *spans;
	unsigned left_out; /* services without counters of calls */
};

/* ---- what is wanted ---- */

/* Of what the services that are wanted have, each name once. */
static const char *statistic_name_at(const void *context, size_t index)
{
	const struct history_run *run = context;
	const struct remembered *past = &run->past;
	for (unsigned i = 0; i < past->count; i++) {
		bool again = !remembered_wanted(&past->series[i].name, &run->app->options->services);
		for (unsigned before = 0; before < i && !again; before++)
			again = remembered_wanted(&past->series[before].name, &run->app->options->services) &&
				strcmp(past->series[before].name.statistic, past->series[i].name.statistic) == 0;
		if (!again && index-- == 0)
			return past->series[i].name.statistic;
	}
	return NULL;
}

static bool history_unknown_statistic(const struct history_run *run, const char *wanted)
{
	struct names_said said = { .text = "" };
	const char *near = text_nearest(wanted, statistic_name_at, run), *name;
	for (size_t i = 0; (name = statistic_name_at(run, i)) != NULL; i++)
		names_said_add(&said, name);
	message("the statistic '%.100s' is not remembered%s", wanted, text_hint(near, "").text);
	names_say("there is", &said);
	return false;
}

static bool history_add_statistic(struct history_run *run, const char *wanted, struct error *error)
{
	bool any = false;
	for (unsigned i = 0; i < run->past.count; i++) {
		const struct store_series *series = &run->past.series[i];
		if (strcmp(series->name.statistic, wanted) != 0 ||
			!remembered_wanted(&series->name, &run->app->options->services))
			continue;
		any = true;
		if (!spans_add_series(run->spans, series, error))
			return false;
	}
	return any;
}

/* What is asked for is known; said before the store is read. */
static bool history_check_statistics(const struct history_run *run)
{
	const struct many *wanted = &run->app->options->statistics;
	for (unsigned i = 0; i < wanted->count; i++) {
		bool found = false;
		const char *name;
		for (size_t at = 0; (name = statistic_name_at(run, at)) != NULL && !found; at++)
			found = strcmp(name, wanted->items[i]) == 0;
		if (!found)
			return history_unknown_statistic(run, wanted->items[i]);
	}
	return true;
}

static bool history_choose(struct history_run *run, struct error *error)
{
	const struct many *statistics = &run->app->options->statistics;
	for (unsigned i = 0; i < statistics->count; i++)
		if (!history_add_statistic(run, statistics->items[i], error))
			return false;
	return statistics->count > 0 ||
	       remembered_add_lines(&run->past, run->spans, &run->app->options->services, &run->left_out, error);
}

/* ---- printing ---- */

static int history_list(const struct history_run *run)
{
	static const char *const columns[] = { "scope", "name", "statistic", "kind", "from", "until", NULL };
	static const int widths[] = { 7, 20, 44, 8, 16, 0 };
	struct table table = { .columns = columns, .widths = widths };
	table_begin(&table, run->app->options->format);
	for (unsigned i = 0; i < run->past.count; i++) {
		const struct store_series *series = &run->past.series[i];
		char from[32] = "", until[32] = "";
		if (run->past.first_s[i] != 0) {
			text_clock(from, sizeof(from), run->past.first_s[i] * 1000, "%Y-%m-%d %H:%M");
			text_clock(until, sizeof(until), run->past.end_s[i] * 1000, "%Y-%m-%d %H:%M");
		}
		/* In documents the name is that of the tables. */
		const char *name = run->app->options->format == FORMAT_TEXT ? remembered_subject(&series->name)
									    : series->name.name;
		const char *cells[] = { store_scope_names[series->name.scope], name, series->name.statistic,
			kind_names[series->kind], from, until };
		table_row(&table, cells);
	}
	return table_end(&table);
}

static int history_print(const struct history_run *run)
{
	const struct options *options = run->app->options;
	struct history_about about = { .of = run->past.of, .every = (enum history_every)options->every,
		.left_out = run->left_out };
	struct buffer out;
	buffer_init(&out, HISTORY_BYTES_MAX);
	if (options->format == FORMAT_JSON)
		history_json(run->spans, &about, &out);
	else if (options->format == FORMAT_CSV)
		history_csv(run->spans, &out);
	else
		history_text(run->spans, &about, &out);
	int status = stdout_document(&out);
	buffer_free(&out);
	return status;
}

static int history_of_period(struct history_run *run)
{
	const struct options *options = run->app->options;
	struct period period;
	struct error error = { .text = "" };
	int64_t now_ms = clock_wall_ms();
	bool unreadable = false;
	if (!period_read_past(&period, now_ms, "since", options->since, options->until, &error)) {
		message("%s", error.text);
		return STATUS_USAGE;
	}
	if (options->chart)
		return history_chart(run->app, &run->past, period.from_ms / 1000, period.until_ms / 1000);
	run->spans = spans_new(run->past.store, period.from_ms / 1000, period.until_ms / 1000, now_ms / 1000,
		history_every_minutes[options->every], &unreadable, &error);
	if (run->spans == NULL) {
		message("%s", error.text);
		return unreadable ? STATUS_FAILED : STATUS_NO_DATA;
	}
	if (!history_choose(run, &error)) {
		message("%s", error.text);
		return STATUS_USAGE;
	}
	if (spans_read(run->spans, run->past.store, run->past.series, run->past.count))
		return history_print(run);
	message("%s", store_trouble(run->past.store));
	return STATUS_FAILED;
}

static int history_run(struct history_run *run)
{
	const struct options *options = run->app->options;
	int status = remembered_open(&run->past, run->app, options->operand_count > 0 ? options->operands[0] : NULL);
	if (status != STATUS_FINE)
		return status;
	if (options->list)
		return remembered_extents(&run->past) ? history_list(run) : STATUS_FAILED;
	if (!remembered_check_services(&run->past, &options->services) || !history_check_statistics(run))
		return STATUS_USAGE;
	return history_of_period(run);
}

static int history_command(struct app *app)
{
	struct history_run run = { .app = app };
	if (app->options->operand_count > 1) {
		message("history reads one file only");
		return STATUS_USAGE;
	}
	if (app->options->chart && (app->options->format != FORMAT_TEXT || app->options->list)) {
		message("--chart cannot be combined with --format or --list");
		return STATUS_USAGE;
	}
	if (app->options->size != NULL && !app->options->chart) {
		message("--size needs --chart");
		return STATUS_USAGE;
	}
	int status = history_run(&run);
	spans_free(run.spans);
	remembered_close(&run.past);
	return status;
}

const struct command command_history = {
	.name = "history",
	.function = history_command,
	.task = TASK_RECORDS,
	.operands = "[FILE]",
	.help = "what is remembered: the day by half-hours, weeks by day",
	.examples = {
		{ "cxwall history", "Today by half-hours." },
		{ "cxwall history --since 7d --every 1d --format csv", "The last week by day, for a spreadsheet." },
	},
};
