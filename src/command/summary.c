/* `cxwall summary FILE`: a stretch of a recording in a page. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fold.h"
#include "base/log.h"
#include "base/text.h"
#include "board/decode.h"
#include "command/app.h"
#include "command/backtest.h"
#include "output/stdout_document.h"
#include "output/summary.h"
#include "recording/cursor.h"
#include "recording/period.h"
#include "recording/summary_layout.h"

enum { SUMMARY_BYTES_MAX = 64 * 1024 * 1024, LAYOUT_BYTES_MAX = 1024 * 1024, OPEN_MAX = 4096 };

/* An alert that was recorded as firing, and not yet as over. */
struct open_alert {
	char alert[SHIFT_NAME_MAX], row[SHIFT_NAME_MAX];
	int64_t wall_ms;
};

struct summary {
	struct app *app;
	struct recording_cursor cursor;
	struct shift shift;
	struct layout *layout; /* made of the recorded request; NULL: none yet */
	struct board *board;
	struct buffer text, next; /* of that layout, and of one that may be another */
	char name[SHIFT_NAME_MAX]; /* of the layout that recorded */
	unsigned long damaged;
	bool alerts_recorded;
	struct open_alert *open;
	unsigned open_count;
};

/* Panels that ask for what is recorded from here on, if they are not those that there are. */
static bool summary_set_layout(struct summary *summary, uint32_t index, struct error *error)
{
	const struct buffer *bytes = recording_read(summary->cursor.recording, index, error);
	struct json *json = &summary->cursor.json;
	if (bytes == NULL || !json_parse(json, buffer_string(bytes), bytes->length, error))
		return false;
	json_text(json, json_get(json, json_root(json), "layout"), summary->name, sizeof(summary->name));
	buffer_clear(&summary->next);
	if (!shift_layout(json, &summary->next))
		return error_set(error, "a recorded request is too large");
	if (summary->layout != NULL && strcmp(buffer_string(&summary->text), buffer_string(&summary->next)) == 0)
		return true;
	struct layout *layout = layout_parse(summary->name, "the recorded request", buffer_string(&summary->next), error);
	if (layout == NULL)
		return false;
	/* First: the cursor's request points into the layout that goes. */
	cursor_layout(&summary->cursor, layout);
	board_free(summary->board);
	layout_free(summary->layout);
	summary->layout = layout;
	summary->board = board_new(layout);
	shift_panels(&summary->shift);
	struct buffer other = summary->text;
	summary->text = summary->next;
	summary->next = other;
	return true;
}

static void summary_add_frame(struct summary *summary, const struct frame *frame)
{
	struct error error;
	struct shift *shift = &summary->shift;
	if (frame->kind != FRAME_DATA)
		return;
	if (!decode_frame(summary->board, frame, NULL, &error)) {
		summary->damaged++;
		return;
	}
	int64_t patience_ms = (int64_t)(summary->cursor.link.interval * 2000);
	shift->gap_ms = patience_ms > SHIFT_GAP_MS ? patience_ms : SHIFT_GAP_MS;
	shift_take(shift, summary->board, frame->received_ms, frame->wall_ms);
}

/* A firing belongs to the period if some of it lies within. */
static void summary_add_firing(struct summary *summary, const char *name, int64_t from_ms, int64_t lasted_ms, bool unfinished)
{
	struct shift *shift = &summary->shift;
	if (from_ms <= shift->until_ms && from_ms + lasted_ms >= shift->from_ms)
		shift_alarm(shift, name, from_ms, lasted_ms, unfinished);
}

static struct open_alert *open_alert_find(struct summary *summary, const char *alert, const char *row)
{
	for (unsigned i = 0; i < summary->open_count; i++)
		if (strcmp(summary->open[i].alert, alert) == 0 && strcmp(summary->open[i].row, row) == 0)
			return &summary->open[i];
	return NULL;
}

static void open_alert_begin(struct summary *summary, const char *alert, const char *row, int64_t wall_ms)
{
	if (summary->open_count == OPEN_MAX || open_alert_find(summary, alert, row) != NULL)
		return;
	struct open_alert *open = &summary->open[summary->open_count++];
	*open = (struct open_alert){ .wall_ms = wall_ms };
	snprintf(open->alert, sizeof(open->alert), "%s", alert);
	snprintf(open->row, sizeof(open->row), "%s", row);
}

static void open_alert_end(struct summary *summary, const char *alert, const char *row, int64_t wall_ms, int64_t lasted_ms)
{
	struct open_alert *open = open_alert_find(summary, alert, row);
	summary_add_firing(summary, alert, wall_ms - lasted_ms, lasted_ms, false);
	if (open != NULL)
		*open = summary->open[--summary->open_count];
}

static void summary_add_alert(struct summary *summary, uint32_t index, int64_t wall_ms)
{
	struct error error;
	struct json *json = &summary->cursor.json;
	const struct buffer *bytes = recording_read(summary->cursor.recording, index, &error);
	char alert[SHIFT_NAME_MAX], row[SHIFT_NAME_MAX];
	double lasted = 0;
	if (bytes == NULL || !json_parse(json, buffer_string(bytes), bytes->length, &error))
		return;
	int root = json_root(json), event = json_get(json, root, "event");
	json_text(json, json_get(json, root, "alert"), alert, sizeof(alert));
	json_text(json, json_get(json, root, "row"), row, sizeof(row));
	(void)json_number(json, json_get(json, root, "lasted_ms"), &lasted);
	summary->alerts_recorded = true;
	if (json_is(json, event, "fired"))
		open_alert_begin(summary, alert, row, wall_ms);
	else if (json_is(json, event, "cleared"))
		open_alert_end(summary, alert, row, wall_ms, (int64_t)lasted);
}

/* Alerts that still fire where a run of the wall ends, or the period. */
static void summary_end_run(struct summary *summary, int64_t wall_ms)
{
	for (unsigned i = 0; i < summary->open_count; i++) {
		const struct open_alert *open = &summary->open[i];
		summary_add_firing(summary, open->alert, open->wall_ms, wall_ms - open->wall_ms, true);
	}
	summary->open_count = 0;
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

static void summary_add_alerts_before(struct summary *summary, uint32_t until)
{
	const struct recording *recording = summary->cursor.recording;
	uint32_t start = recording_before(recording, until, RECORD_START);
	for (uint32_t i = start == recording->count ? 0 : start; i < until; i++)
		if (recording->entries[i].kind == RECORD_ALERT)
			summary_add_alert(summary, i, recording->entries[i].wall_ms);
}

static void summary_begin(struct summary *summary, uint32_t index)
{
	const struct recording *recording = summary->cursor.recording;
	struct error error;
	uint32_t request = cursor_request_before(&summary->cursor, index);
	summary_add_alerts_before(summary, index);
	bool good = request == recording->count || summary_set_layout(summary, request, &error);
	/* Without a request the answers cannot be understood until the next one. */
	if (!cursor_go(&summary->cursor, index, &error) || !good)
		summary->damaged++;
}

static void summary_add_record(struct summary *summary, uint32_t index, const struct recording_entry *entry)
{
	struct frame frame;
	struct error error;
	bool good = entry->kind != RECORD_REQUEST || summary_set_layout(summary, index, &error);
	/* Without a request a frame cannot be understood. */
	bool skipped = !good || (summary->layout == NULL && entry->kind != RECORD_ALERT);
	if (skipped) {
		summary->damaged += !good || entry->kind == RECORD_DATA;
		cursor_skip(&summary->cursor);
		return;
	}
	enum cursor_step step = cursor_next(&summary->cursor, &frame, &entry, &error);
	if (step == CURSOR_FRAME)
		summary_add_frame(summary, &frame);
	else if (step == CURSOR_START)
		summary_end_run(summary, index > 0 ? entry[-1].wall_ms : entry->wall_ms);
	else if (step == CURSOR_DAMAGED)
		summary->damaged++;
	else if (entry->kind == RECORD_ALERT)
		summary_add_alert(summary, index, entry->wall_ms);
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
static int64_t open_until(const struct shift *shift, const struct recording *recording, uint32_t end, int64_t last_ms)
{
	const struct recording_entry *next = &recording->entries[end];
	bool goes_on = end < recording->count && next->kind != RECORD_START && next->wall_ms - last_ms <= shift->gap_ms;
	return goes_on && shift->until_ms > last_ms ? shift->until_ms : last_ms;
}

static void summary_play(struct summary *summary)
{
	const struct recording *recording = summary->cursor.recording;
	uint32_t from = first_record_of(recording, summary->shift.from_ms), index;
	uint32_t end = last_record_of(recording, summary->shift.until_ms, summary->app->options->until != NULL);
	struct progress progress;
	summary_begin(summary, from);
	progress_start(&progress, end > from ? end - from : 0);
	int64_t last_ms = summary->shift.from_ms;
	while ((index = summary->cursor.next) < end) {
		const struct recording_entry *entry = &recording->entries[index];
		last_ms = entry->wall_ms;
		summary_add_record(summary, index, entry);
		progress_show(&progress, index - from);
	}
	progress_end(&progress);
	cursor_end(&summary->cursor);
	summary_end_run(summary, open_until(&summary->shift, recording, end, last_ms));
	shift_end(&summary->shift);
}

/* The alerts of a layout that was asked for, instead of those that were recorded. */
static bool summary_test_alerts(struct summary *summary, struct error *error)
{
	const struct app *app = summary->app;
	struct backtest account;
	struct shift *shift = &summary->shift;
	if (!backtest_run(&account, app->options->operands[0], app->layout, app->options->names, error))
		return false;
	shift->alarm_count = shift->alarms_lost = 0;
	for (unsigned i = 0; i < account.count; i++) {
		const struct firing *firing = &account.firings[i];
		summary_add_firing(summary, app->layout->alerts[firing->rule].name, firing->wall_ms, firing->lasted_ms, !firing->over);
	}
	free(account.firings);
	return true;
}

static const char *line_at(const void *table, size_t index)
{
	const struct shift *shift = table;
	return index < shift->line_count ? shift->lines[index].name : NULL;
}

/* All services were summed up; those that nobody asked for are taken out again. */
static bool summary_choose_services(struct shift *shift, const struct many *wanted, struct error *error)
{
	unsigned kept = 0;
	for (unsigned i = 0; i < wanted->count; i++) {
		unsigned at = 0;
		while (at < shift->line_count &&
			(shift->lines[at].kind != SHIFT_SERVICE || !fold_same_name(shift->lines[at].name, wanted->items[i])))
			at++;
		if (at < shift->line_count)
			continue;
		const char *near = text_nearest(wanted->items[i], line_at, shift);
		return error_set(error, "the recording shows no service '%.60s'%s", wanted->items[i], text_hint(near, "").text);
	}
	for (unsigned i = 0; i < shift->line_count && wanted->count > 0; i++) {
		bool stays = false;
		for (unsigned w = 0; w < wanted->count && shift->lines[i].kind == SHIFT_SERVICE; w++)
			stays = stays || fold_same_name(shift->lines[i].name, wanted->items[w]);
		if (!stays) {
			free(shift->lines[i].hours);
			continue;
		}
		shift->lines[kept++] = shift->lines[i];
	}
	shift->line_count = wanted->count > 0 ? kept : shift->line_count;
	return true;
}

static int summary_print(const struct summary *summary)
{
	const struct app *app = summary->app;
	struct summary_about about = {
		.layout = summary->name, .alert_source = app->layout != NULL ? app->layout->name : NULL,
		.alerts_known = app->layout != NULL || summary->alerts_recorded, .damaged = summary->damaged,
		.flaws = &summary->cursor.flaws,
	};
	struct buffer out;
	buffer_init(&out, SUMMARY_BYTES_MAX);
	if (app->options->format == FORMAT_JSON)
		summary_json(&summary->shift, &about, &out);
	else
		summary_text(&summary->shift, &about, &out);
	int status = stdout_document(&out);
	buffer_free(&out);
	return status;
}

static bool summary_of_period(struct summary *summary, struct error *error)
{
	const struct options *options = summary->app->options;
	const struct recording *recording = summary->cursor.recording;
	struct period period;
	if (recording->count == 0)
		return error_set(error, "%.160s: the recording is empty", options->operands[0]);
	if (!period_read(&period, recording, options->from, options->until, error))
		return false;
	shift_init(&summary->shift, period.from_ms, period.until_ms);
	summary_play(summary);
	return summary_choose_services(&summary->shift, &options->services, error) &&
		(summary->app->layout == NULL || summary_test_alerts(summary, error));
}

static int summary_run(struct app *app)
{
	struct summary *summary = must_alloc(sizeof(*summary));
	struct error error;
	*summary = (struct summary){ .app = app };
	summary->open = must_alloc(OPEN_MAX * sizeof(*summary->open));
	buffer_init(&summary->text, LAYOUT_BYTES_MAX);
	buffer_init(&summary->next, LAYOUT_BYTES_MAX);
	int status = STATUS_USAGE;
	if (cursor_open(&summary->cursor, app->options->operands[0], NULL, &error)) {
		if (summary_of_period(summary, &error))
			status = summary_print(summary);
		else
			message("%s", error.text);
		shift_free(&summary->shift);
		cursor_close(&summary->cursor);
	} else {
		message("%s", error.text);
	}
	board_free(summary->board);
	layout_free(summary->layout);
	buffer_free(&summary->text);
	buffer_free(&summary->next);
	free(summary->open);
	free(summary);
	return status;
}

static int summary_command(struct app *app)
{
	if (app->options->operand_count != 1) {
		message("summary takes one recording");
		return STATUS_USAGE;
	}
	if (app->options->format == FORMAT_CSV) {
		message("summary prints text or json");
		return STATUS_USAGE;
	}
	/* A configured layout is the wall's, whose alerts were recorded: only one that is asked for here counts. */
	if (options_given(app->options, "layout")) {
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
	.operands = "FILE",
	.help = "a stretch of a recording in a page of text",
};
