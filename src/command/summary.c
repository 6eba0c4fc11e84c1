/* `cxwall summary [FILE]`: a stretch of a recording in a page, or of what is remembered of the tenant. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/fold.h"
#include "base/local_time.h"
#include "base/log.h"
#include "base/text.h"
#include "board/decode.h"
#include "command/app.h"
#include "command/backtest.h"
#include "command/remembered.h"
#include "output/stdout.h"
#include "output/summary.h"
#include "recording/period.h"
#include "recording/reader.h"
#include "recording/recorded_wall.h"
#include "recording/summary.h"

enum { SUMMARY_BYTES_MAX = 64 * 1024 * 1024, LAYOUT_BYTES_MAX = 1024 * 1024, OPEN_MAX = 4096 };

/* An alert that was recorded as firing, and not yet as over. */
struct open_alert {
	char alert[SUMMARY_NAME_MAX], row[SUMMARY_NAME_MAX];
	int64_t wall_ms;
};

struct summary_run {
	struct app *app;
	struct recording_cursor cursor;
	struct summary summary;
	struct layout *layout; /* made of the recorded request; NULL: none yet */
	struct board *board;
	struct buffer text, next; /* of that layout, and of one that may be another */
	char name[SUMMARY_NAME_MAX]; /* of the layout that recorded */
	unsigned long damaged;
	bool alerts_recorded;
	struct open_alert *open;
	unsigned open_count;
};

/* Panels that ask for what is recorded from here on, if they are not those that there are. */
static bool summary_set_layout(struct summary_run *run, uint32_t index, struct error *error)
{
	const struct buffer *bytes = recording_read(run->cursor.recording, index, error);
	struct json *json = &run->cursor.json;
	if (bytes == NULL || !json_parse(json, buffer_string(bytes), bytes->length, error))
		return false;
	json_text(json, json_get(json, json_root(json), "layout"), run->name, sizeof(run->name));
	buffer_clear(&run->next);
	if (!recorded_summary_layout(json, &run->next))
		return error_set(error, "a recorded request is too large");
	if (run->layout != NULL && strcmp(buffer_string(&run->text), buffer_string(&run->next)) == 0)
		return true;
	struct layout *layout = layout_parse(run->name, "the recorded request", buffer_string(&run->next), error);
	if (layout == NULL)
		return false;
	/* First: the cursor's request points into the layout that goes. */
	cursor_layout(&run->cursor, layout);
	board_free(run->board);
	layout_free(run->layout);
	run->layout = layout;
	run->board = board_new(layout);
	summary_forget_panels(&run->summary);
	struct buffer other = run->text;
	run->text = run->next;
	run->next = other;
	return true;
}

static void summary_add_frame(struct summary_run *run, const struct frame *frame)
{
	struct error error;
	struct summary *summary = &run->summary;
	if (frame->kind != FRAME_DATA)
		return;
	if (!decode_frame(run->board, frame, NULL, &error)) {
		run->damaged++;
		return;
	}
	int64_t patience_ms = (int64_t)(run->cursor.link.interval * 2000);
	summary->gap_ms = patience_ms > CALLS_GAP_MS ? patience_ms : CALLS_GAP_MS;
	summary_add_answer(summary, run->board, frame->received_ms, frame->wall_ms);
}

/* A firing belongs to the period if some of it lies within. */
static void summary_add_firing(struct summary_run *run, const char *name, int64_t from_ms, int64_t lasted_ms, bool unfinished)
{
	struct summary *summary = &run->summary;
	if (from_ms <= summary->until_ms && from_ms + lasted_ms >= summary->from_ms)
		summary_alert(summary, name, from_ms, lasted_ms, unfinished);
}

static struct open_alert *open_alert_find(struct summary_run *run, const char *alert, const char *row)
{
	for (unsigned i = 0; i < run->open_count; i++)
		if (strcmp(run->open[i].alert, alert) == 0 && strcmp(run->open[i].row, row) == 0)
			return &run->open[i];
	return NULL;
}

static void open_alert_begin(struct summary_run *run, const char *alert, const char *row, int64_t wall_ms)
{
	if (run->open_count == OPEN_MAX || open_alert_find(run, alert, row) != NULL)
		return;
	struct open_alert *open = &run->open[run->open_count++];
	*open = (struct open_alert){ .wall_ms = wall_ms };
	snprintf(open->alert, sizeof(open->alert), "%s", alert);
	snprintf(open->row, sizeof(open->row), "%s", row);
}

static void open_alert_end(struct summary_run *run, const char *alert, const char *row, int64_t wall_ms, int64_t lasted_ms)
{
	struct open_alert *open = open_alert_find(run, alert, row);
	summary_add_firing(run, alert, wall_ms - lasted_ms, lasted_ms, false);
	if (open != NULL)
		*open = run->open[--run->open_count];
}

static void summary_add_alert(struct summary_run *run, uint32_t index, int64_t wall_ms)
{
	struct error error;
	struct json *json = &run->cursor.json;
	const struct buffer *bytes = recording_read(run->cursor.recording, index, &error);
	char alert[SUMMARY_NAME_MAX], row[SUMMARY_NAME_MAX];
	double lasted = 0;
	if (bytes == NULL || !json_parse(json, buffer_string(bytes), bytes->length, &error))
		return;
	int root = json_root(json), event = json_get(json, root, "event");
	json_text(json, json_get(json, root, "alert"), alert, sizeof(alert));
	json_text(json, json_get(json, root, "row"), row, sizeof(row));
	(void)json_number(json, json_get(json, root, "lasted_ms"), &lasted);
	run->alerts_recorded = true;
	if (json_is(json, event, "fired"))
		open_alert_begin(run, alert, row, wall_ms);
	else if (json_is(json, event, "cleared"))
		open_alert_end(run, alert, row, wall_ms, (int64_t)lasted);
}

/* Alerts that still fire where a run of the wall ends, or the period. */
static void summary_end_run(struct summary_run *run, int64_t wall_ms)
{
	for (unsigned i = 0; i < run->open_count; i++) {
		const struct open_alert *open = &run->open[i];
		summary_add_firing(run, open->alert, open->wall_ms, wall_ms - open->wall_ms, true);
	}
	run->open_count = 0;
}

/* Alerts that fired before the period count where they last into it, so reading begins with the run. */
static uint32_t first_record_of(const struct recording *recording, int64_t from_ms)
{
	uint32_t index = 0;
	while (index < recording->count && recording->entries[index].wall_ms < from_ms)
		index++;
	while (index > 0 && recording->entries[index - 1].kind != RECORD_DATA)
		index--;
	return index > 0 ? index - 1 : 0;
}

static void summary_add_alerts_before(struct summary_run *run, uint32_t until)
{
	const struct recording *recording = run->cursor.recording;
	uint32_t start = recording_before(recording, until, RECORD_START);
	for (uint32_t i = start == recording->count ? 0 : start; i < until; i++)
		if (recording->entries[i].kind == RECORD_ALERT)
			summary_add_alert(run, i, recording->entries[i].wall_ms);
}

static void summary_begin(struct summary_run *run, uint32_t index)
{
	const struct recording *recording = run->cursor.recording;
	struct error error;
	uint32_t request = cursor_request_before(&run->cursor, index);
	summary_add_alerts_before(run, index);
	bool good = request == recording->count || summary_set_layout(run, request, &error);
	/* Without a request the answers cannot be understood until the next one. */
	if (!cursor_go(&run->cursor, index, &error) || !good)
		run->damaged++;
}

static void summary_add_record(struct summary_run *run, uint32_t index, const struct recording_entry *entry)
{
	struct frame frame;
	struct error error;
	bool good = entry->kind != RECORD_REQUEST || summary_set_layout(run, index, &error);
	/* Without a request a frame cannot be understood. */
	bool skipped = !good || (run->layout == NULL && entry->kind != RECORD_ALERT);
	if (skipped) {
		run->damaged += !good || entry->kind == RECORD_DATA;
		cursor_skip(&run->cursor);
		return;
	}
	enum cursor_step step = cursor_next(&run->cursor, &frame, &entry, &error);
	if (step == CURSOR_FRAME)
		summary_add_frame(run, &frame);
	else if (step == CURSOR_START)
		summary_end_run(run, index > 0 ? entry[-1].wall_ms : entry->wall_ms);
	else if (step == CURSOR_DAMAGED)
		run->damaged++;
	else if (entry->kind == RECORD_ALERT)
		summary_add_alert(run, index, entry->wall_ms);
}

/*
 * Behind the last record of the period. What comes just when it ends is of the hour that begins then, and so of the
 * next period; a period that ends with the recording has all of it. Where a clock was set between runs, later records
 * may be of earlier times.
 */
static uint32_t last_record_of(const struct recording *recording, int64_t until_ms, bool given)
{
	uint32_t end = recording->count;
	while (end > 0 && recording->entries[end - 1].wall_ms >= until_ms + !given)
		end--;
	return end;
}

/* An alert that fires at the last record fires to the end of the period, if the recording goes on after it. */
static int64_t open_until(const struct summary *summary, const struct recording *recording, uint32_t end, int64_t last_ms)
{
	const struct recording_entry *next = &recording->entries[end];
	bool goes_on = end < recording->count && next->kind != RECORD_START && next->wall_ms - last_ms <= summary->gap_ms;
	return goes_on && summary->until_ms > last_ms ? summary->until_ms : last_ms;
}

static void summary_play(struct summary_run *run)
{
	const struct recording *recording = run->cursor.recording;
	uint32_t from = first_record_of(recording, run->summary.from_ms), index;
	uint32_t end = last_record_of(recording, run->summary.until_ms, run->app->options->until != NULL);
	struct progress progress;
	summary_begin(run, from);
	progress_start(&progress, end > from ? end - from : 0);
	int64_t last_ms = run->summary.from_ms;
	while ((index = run->cursor.next) < end) {
		const struct recording_entry *entry = &recording->entries[index];
		last_ms = entry->wall_ms;
		summary_add_record(run, index, entry);
		progress_show(&progress, index - from);
	}
	progress_end(&progress);
	cursor_end(&run->cursor);
	summary_end_run(run, open_until(&run->summary, recording, end, last_ms));
	summary_end(&run->summary);
}

/* The alerts of a layout that was asked for, instead of those that were recorded. */
static bool summary_test_alerts(struct summary_run *run, struct error *error)
{
	const struct app *app = run->app;
	struct backtest account;
	struct summary *summary = &run->summary;
	if (!backtest_run(&account, app->options->operands[0], app->layout, app->options->names, error))
		return false;
	summary->alert_count = summary->alerts_lost = 0;
	for (unsigned i = 0; i < account.count; i++) {
		const struct firing *firing = &account.firings[i];
		summary_add_firing(run, app->layout->alerts[firing->rule].name, firing->wall_ms, firing->lasted_ms, !firing->over);
	}
	free(account.firings);
	return true;
}

static const char *line_at(const void *table, size_t index)
{
	const struct summary *summary = table;
	return index < summary->line_count ? summary->lines[index].name : NULL;
}

/* All services were summed up; those that nobody asked for are taken out again. */
static bool summary_choose_services(struct summary *summary, const struct many *wanted, struct error *error)
{
	unsigned kept = 0;
	for (unsigned i = 0; i < wanted->count; i++) {
		unsigned at = 0;
		while (at < summary->line_count &&
			(summary->lines[at].kind != SUMMARY_SERVICE || !fold_same_name(summary->lines[at].name, wanted->items[i])))
			at++;
		if (at < summary->line_count)
			continue;
		const char *near = text_nearest(wanted->items[i], line_at, summary);
		return error_set(error, "the recording shows no service '%.60s'%s", wanted->items[i], text_hint(near, "").text);
	}
	for (unsigned i = 0; i < summary->line_count && wanted->count > 0; i++) {
		bool stays = false;
		for (unsigned w = 0; w < wanted->count && summary->lines[i].kind == SUMMARY_SERVICE; w++)
			stays = stays || fold_same_name(summary->lines[i].name, wanted->items[w]);
		if (!stays) {
			free(summary->lines[i].hours);
			continue;
		}
		summary->lines[kept++] = summary->lines[i];
	}
	summary->line_count = wanted->count > 0 ? kept : summary->line_count;
	return true;
}

static int summary_print_document(const struct summary *summary, const struct summary_about *about, enum output_format format)
{
	struct buffer out;
	buffer_init(&out, SUMMARY_BYTES_MAX);
	if (format == FORMAT_JSON)
		summary_json(summary, about, &out);
	else
		summary_text(summary, about, &out);
	int status = stdout_document(&out);
	buffer_free(&out);
	return status;
}

static int summary_print(const struct summary_run *run)
{
	const struct app *app = run->app;
	struct summary_about about = {
		.layout = run->name, .alert_source = app->layout != NULL ? app->layout->name : NULL,
		.alerts_known = app->layout != NULL || run->alerts_recorded, .damaged = run->damaged,
		.flaws = &run->cursor.flaws,
	};
	return summary_print_document(&run->summary, &about, app->options->format);
}

static bool summary_of_period(struct summary_run *run, struct error *error)
{
	const struct options *options = run->app->options;
	const struct recording *recording = run->cursor.recording;
	struct period period;
	if (recording->count == 0)
		return error_set(error, "%.160s: the recording is empty", options->operands[0]);
	if (!period_read(&period, recording, options->from, options->until, error))
		return false;
	summary_init(&run->summary, period.from_ms, period.until_ms);
	summary_play(run);
	return summary_choose_services(&run->summary, &options->services, error) &&
		(run->app->layout == NULL || summary_test_alerts(run, error));
}

static int summary_run(struct app *app)
{
	struct summary_run *run = must_alloc(sizeof(*run));
	struct error error;
	*run = (struct summary_run){ .app = app };
	run->open = must_alloc(OPEN_MAX * sizeof(*run->open));
	buffer_init(&run->text, LAYOUT_BYTES_MAX);
	buffer_init(&run->next, LAYOUT_BYTES_MAX);
	int status = STATUS_USAGE;
	if (cursor_open(&run->cursor, recording_open(app->options->operands[0], &error), NULL)) {
		if (summary_of_period(run, &error))
			status = summary_print(run);
		else
			message("%s", error.text);
		summary_free(&run->summary);
		cursor_close(&run->cursor);
	} else {
		message("%s", error.text);
	}
	board_free(run->board);
	layout_free(run->layout);
	buffer_free(&run->text);
	buffer_free(&run->next);
	free(run->open);
	free(run);
	return status;
}

/* ---- of what is remembered ---- */

/* Hours, quarter-hours and the finest there is, of one period. */
enum { GRAIN_HOURS, GRAIN_QUARTERS, GRAIN_FINEST, GRAINS };

struct summary_past {
	struct remembered past;
	struct spans *grains[GRAINS];
	struct summary summary;
};

static int summary_of_past_fails(const struct error *error, bool unreadable)
{
	message("%s", error->text);
	return unreadable ? STATUS_FAILED : STATUS_NO_DATA;
}

/* Minutes without a row, or quarter-hours where minutes are gone. */
static void summary_find_gaps(struct summary *summary, const struct spans *spans)
{
	int64_t since_s = summary->from_ms / 1000;
	for (unsigned i = 0; i < spans->count; i++) {
		const struct spans_part *part = &spans->parts[i];
		if (!part->seen)
			continue;
		if (part->from_s > since_s)
			summary_add_gap(summary, since_s * 1000, part->from_s * 1000);
		if (summary->first_ms == 0)
			summary->first_ms = part->from_s * 1000;
		since_s = part->until_s;
		summary->last_ms = since_s * 1000;
	}
	/* The last minute is written when it is over. */
	if (summary->until_ms - since_s * 1000 > 3 * LOCAL_MINUTE_S * 1000)
		summary_add_gap(summary, since_s * 1000, summary->until_ms);
}

static void summary_take_line(struct summary_past *run, unsigned at)
{
	const struct spans_line *from = &run->grains[GRAIN_HOURS]->lines[at];
	struct summary_line *line = summary_begin_line(&run->summary, from->scope == STORE_SERVICE ? SUMMARY_SERVICE : SUMMARY_TOTAL,
		from->name[0] != '\0' ? from->name : "all services");
	if (line == NULL)
		return;
	line->whole = from->whole;
	line->threshold = from->threshold;
	line->decimals = from->decimals;
	memcpy(line->sent, from->sent, sizeof(line->sent));
	for (unsigned i = 0; i < run->grains[GRAIN_HOURS]->count; i++)
		if (run->grains[GRAIN_HOURS]->parts[i].seen)
			summary_add_hour(line, &from->parts[i]);
	for (unsigned i = 0; i < run->grains[GRAIN_QUARTERS]->count; i++)
		if (run->grains[GRAIN_QUARTERS]->parts[i].seen)
			summary_add_quarter(line, &run->grains[GRAIN_QUARTERS]->lines[at].parts[i]);
}

static int summary_read_past(struct summary_past *run, const struct options *options)
{
	static const int minutes[GRAINS] = { 60, STORE_QUARTER_S / LOCAL_MINUTE_S, 1 };
	struct period period;
	struct error error;
	int64_t now_ms = clock_wall_ms();
	const char *since = options->from != NULL ? options->from : options->since;
	if (!period_read_past(&period, now_ms, options->from != NULL ? "from" : "since", since, options->until, &error)) {
		message("%s", error.text);
		return STATUS_USAGE;
	}
	if (period.until_ms - period.from_ms > SUMMARY_DAYS_MAX * 24 * INT64_C(3600000)) {
		message("the period is longer than %d days", SUMMARY_DAYS_MAX);
		return STATUS_USAGE;
	}
	for (int i = 0; i < GRAINS; i++) {
		bool unreadable = false;
		struct spans *spans = spans_new(run->past.store, period.from_ms / 1000, period.until_ms / 1000, now_ms / 1000, minutes[i],
			&unreadable, &error);
		run->grains[i] = spans;
		if (spans == NULL || (i != GRAIN_FINEST && !remembered_add_lines(&run->past, spans, &options->services, NULL, &error)))
			return summary_of_past_fails(&error, unreadable);
		if (!spans_read(spans, run->past.store, run->past.series, run->past.count)) {
			message("%s", store_trouble(run->past.store));
			return STATUS_FAILED;
		}
	}
	summary_init(&run->summary, period.from_ms, period.until_ms);
	return STATUS_FINE;
}

static void summary_drop_first_gap(struct summary *summary)
{
	summary->gaps_ms -= summary->gaps[0].to_ms - summary->gaps[0].from_ms;
	summary->gap_count--;
	memmove(&summary->gaps[0], &summary->gaps[1], summary->gap_count * sizeof(*summary->gaps));
	summary->from_ms = summary->first_ms;
}

static int summary_print_past(struct summary_past *run, const struct options *options)
{
	static const struct flaws none;
	struct summary_about about = { .remembered = run->past.of, .layout = "", .flaws = &none };
	struct summary *summary = &run->summary;
	summary_find_gaps(summary, run->grains[GRAIN_FINEST]);
	/* Without a time that was asked for, what was before the first row is not missing, as in a recording. */
	if (options->from == NULL && options->since == NULL && summary->gap_count > 0 && summary->gaps[0].to_ms == summary->first_ms)
		summary_drop_first_gap(summary);
	for (unsigned i = 0; i < run->grains[GRAIN_HOURS]->line_count; i++)
		summary_take_line(run, i);
	summary->resets = run->grains[GRAIN_HOURS]->resets;
	summary->reset_ms = run->grains[GRAIN_HOURS]->reset_s * 1000;
	return summary_print_document(summary, &about, options->format);
}

static int summary_of_past(struct app *app, const char *file)
{
	struct summary_past *run = must_alloc(sizeof(*run));
	*run = (struct summary_past){ .past = { .count = 0 } };
	int status = remembered_open(&run->past, app, file);
	if (status == STATUS_FINE && !remembered_check_services(&run->past, &app->options->services))
		status = STATUS_USAGE;
	if (status == STATUS_FINE)
		status = summary_read_past(run, app->options);
	if (status == STATUS_FINE)
		status = summary_print_past(run, app->options);
	for (int i = 0; i < GRAINS; i++)
		spans_free(run->grains[i]);
	summary_free(&run->summary);
	remembered_close(&run->past);
	free(run);
	return status;
}

static int summary_command(struct app *app)
{
	const struct options *options = app->options;
	const char *file = options->operand_count > 0 ? options->operands[0] : NULL;
	if (options->operand_count > 1) {
		message("summary reads one file only");
		return STATUS_USAGE;
	}
	if (options->format == FORMAT_CSV) {
		message("summary has no CSV: use --format text or json");
		return STATUS_USAGE;
	}
	if (options->from != NULL && options->since != NULL) {
		message("--from and --since mean the same: use one of them");
		return STATUS_USAGE;
	}
	if (file == NULL || store_is_history(file)) {
		if (!options_given(options, "layout"))
			return summary_of_past(app, file);
		message("-l needs a recording, because alerts are evaluated over recorded answers");
		return STATUS_USAGE;
	}
	if (options->since != NULL) {
		message("--since is for the history: use --from with a recording");
		return STATUS_USAGE;
	}
	/* A configured layout is the wall's, whose alerts were recorded: only one that is asked for here counts. */
	if (options_given(app->options, "layout")) {
		app->acts = false;
		if (!app_load_layout(app))
			return STATUS_USAGE;
		if (app->layout->alert_count == 0) {
			message("layout '%s' has no alerts", app->layout->name);
			return STATUS_USAGE;
		}
	}
	return summary_run(app);
}

const struct command command_summary = {
	.name = "summary",
	.function = summary_command,
	.task = TASK_RECORDS,
	.operands = "[FILE]",
	.help = "a one-page report of a shift",
	.examples = {
		{ "cxwall summary", "Today so far, from the history." },
		{ "cxwall summary monday.rec --from 08:00 --until 16:00", "A shift of a recording." },
	},
};
