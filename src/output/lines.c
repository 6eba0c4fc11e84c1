#include "output/lines.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/array.h"
#include "base/json_write.h"
#include "base/text.h"
#include "board/operand.h"
#include "layout/state.h"
#include "layout/threshold.h"
#include "output/values.h"

/* ---- what has changed ---- */

/* A panel with its data of now and of the answer before. */
struct panel_comparison {
	struct changes *changes;
	const struct panel *panel;
	const struct panel_data *old, *now; /* old is NULL for the first answer */
	struct text_index old_rows;         /* by key */
};

static const char *row_key(const void *keys, unsigned row)
{
	return ((const char *const *)keys)[row];
}

static void index_rows(struct text_index *index, const struct panel_data *data)
{
	*index = (struct text_index){ .text = row_key, .context = board_keys(data) };
	text_index_clear(index, data->rows);
	for (unsigned i = 0; i < data->rows; i++)
		text_index_add(index, board_keys(data)[i], i);
}

static bool same_cell(const struct cell *a, const struct cell *b)
{
	return a->state == b->state &&
		(a->state == VALUE_NUMBER ? a->number == b->number : strcmp(a->text, b->text) == 0);
}

/* Whether every change of the column is reported, and not only a change of the severity. */
static bool always_matters(const struct column *column)
{
	return strcmp(column->stat, "acd_state") == 0 ||
		(column->kind == KIND_COUNT && strstr(column->stat, "waiting") != NULL);
}

static void report_change(const struct panel_comparison *comparison, const struct change *change)
{
	comparison->changes->each(comparison->changes->context, change);
}

static void compare_cell(const struct panel_comparison *comparison, unsigned row, int old, unsigned index)
{
	const struct panel *panel = comparison->panel;
	const struct column *column = &panel->columns[index];
	struct change change = {
		.panel = panel, .row = panel_has_totals(panel->type) ? "" : row_name(panel, comparison->now, row),
		.statistic = column->name, .label = column->label, .kind = column->kind, .edges = &column->edges,
		.to = board_cell(comparison->now, row, index),
		.now = board_severity(panel, comparison->now, row, index, false),
	};
	if (old >= 0) {
		change.from = board_cell(comparison->old, (unsigned)old, index);
		change.was = board_severity(panel, comparison->old, (unsigned)old, index, false);
	}
	/* Of the first answer, and of a new row, only a severity is a change. */
	if (change.was != change.now ||
		(change.from != NULL && always_matters(column) && !same_cell(change.from, change.to)))
		report_change(comparison, &change);
}

/* An agent came or went: reported as a state that appears or is gone. */
static void report_presence(const struct panel_comparison *comparison, const struct panel_data *data, unsigned row,
	bool came)
{
	const struct panel *panel = comparison->panel;
	int index = panel_column(panel, "acd_state");
	if (panel->type != PANEL_AGENT_GRID || index < 0)
		return;
	const struct column *column = &panel->columns[index];
	const struct cell *cell = board_cell(data, row, (unsigned)index);
	report_change(comparison, &(struct change){
		.panel = panel, .row = row_name(panel, data, row), .statistic = column->name, .label = column->label,
		.kind = column->kind, .from = came ? NULL : cell, .to = came ? cell : NULL,
	});
}

static void report_message(const struct panel_comparison *comparison, unsigned row)
{
	report_change(comparison, &(struct change){
		.panel = comparison->panel, .row = board_cell(comparison->now, row, MESSAGES_COLUMN_SENDER)->text,
		.statistic = "content", .label = "message", .kind = KIND_TEXT,
		.to = board_cell(comparison->now, row, MESSAGES_COLUMN_TEXT),
	});
}

static void compare_row(const struct panel_comparison *comparison, unsigned row)
{
	const struct panel *panel = comparison->panel;
	const char *key = board_keys(comparison->now)[row];
	int old = comparison->old != NULL ? text_index_find(&comparison->old_rows, key) : -1;
	bool is_new = old < 0 && comparison->old != NULL;
	if (panel->type == PANEL_MESSAGES) {
		if (is_new)
			report_message(comparison, row);
		return;
	}
	if (board_again(panel, comparison->now, row))
		return;
	if (is_new)
		report_presence(comparison, comparison->now, row, true);
	for (unsigned i = 0; i < panel->column_count; i++)
		compare_cell(comparison, row, old, i);
}

static void report_gone(const struct panel_comparison *comparison)
{
	const struct panel_data *old = comparison->old;
	struct text_index now;
	index_rows(&now, comparison->now);
	for (unsigned row = 0; row < old->rows; row++)
		if (text_index_find(&now, board_keys(old)[row]) < 0 && !board_again(comparison->panel, old, row))
			report_presence(comparison, old, row, false);
	text_index_free(&now);
}

static void compare_panel(struct changes *changes, const struct board *board, const struct panel *panel)
{
	struct panel_comparison comparison = {
		.changes = changes, .panel = panel, .old = board_data_before(board, panel),
		.now = board_data(board, panel),
	};
	if (comparison.old != NULL)
		index_rows(&comparison.old_rows, comparison.old);
	for (unsigned row = 0; row < comparison.now->rows; row++)
		compare_row(&comparison, row);
	if (comparison.old != NULL)
		report_gone(&comparison);
	text_index_free(&comparison.old_rows);
}

static const struct cell *availability_cell(enum availability state)
{
	static const struct cell cells[] = {
		[AVAILABILITY_NEVER] = { .text = "", .state = VALUE_NEVER },
		[AVAILABILITY_NOBODY] = { .text = "nobody", .state = VALUE_TEXT },
		[AVAILABILITY_AVAILABLE] = { .text = "available", .state = VALUE_TEXT },
	};
	return &cells[state];
}

/* All availability panels share the board's services, so a change is reported for the first panel only. */
static void compare_availability(struct changes *changes, const struct board *board, const struct panel *panel)
{
	for (unsigned i = 0; i < board->service_count; i++) {
		enum availability was = changes->availability[i], now = board->services[i].state;
		changes->availability[i] = now;
		if (was == now || was == AVAILABILITY_NEVER)
			continue;
		changes->each(changes->context, &(struct change){
			.panel = panel, .row = board->services[i].service, .statistic = "availability",
			.label = "availability", .kind = KIND_TEXT, .from = availability_cell(was),
			.to = availability_cell(now),
		});
	}
}

void changes_report(struct changes *changes, const struct board_view *view)
{
	const struct layout *layout = view->board->layout;
	for (unsigned i = 0; i < layout->panel_count; i++) {
		const struct panel *panel = &layout->panels[i];
		const struct panel_data *data = board_data(view->board, panel);
		bool has_rows = panel_has_totals(panel->type) || panel->type == PANEL_SERVICE_GRID ||
			panel->type == PANEL_AGENT_GRID || panel->type == PANEL_MESSAGES;
		if (panel->type == PANEL_AVAILABILITY)
			compare_availability(changes, view->board, panel);
		if (!has_rows || !data->received || data->received_ms == changes->reported_ms[i])
			continue;
		changes->reported_ms[i] = data->received_ms;
		compare_panel(changes, view->board, panel);
	}
}

/* ---- in words ---- */

enum lines_paint { PAINT_TIME, PAINT_NAME, PAINT_FINE, PAINT_WARN, PAINT_ALERT, PAINT_NONE };

/* Of the eight that each terminal has; its own palette makes them readable on its background. */
static const char *const paints[] = {
	[PAINT_TIME] = "\033[2m", [PAINT_NAME] = "\033[1m", [PAINT_FINE] = "\033[32m", [PAINT_WARN] = "\033[33m",
	[PAINT_ALERT] = "\033[1;31m", [PAINT_NONE] = "\033[0m",
};

static void lines_paint(struct buffer *out, const struct lines_look *look, enum lines_paint paint)
{
	if (look->colors)
		buffer_text(out, paints[paint]);
}

static void lines_put_painted(struct buffer *out, const struct lines_look *look, enum lines_paint paint, const char *text)
{
	lines_paint(out, look, paint);
	buffer_text(out, text);
	lines_paint(out, look, PAINT_NONE);
}

static enum lines_paint lines_severity_paint(enum severity severity)
{
	return severity == SEVERITY_ALERT ? PAINT_ALERT : severity == SEVERITY_WARN ? PAINT_WARN : PAINT_NONE;
}

/* In local time, like the clock of the wall. */
static void lines_put_clock(struct buffer *out, const struct lines_look *look, int64_t wall_ms)
{
	char text[16];
	text_clock(text, sizeof(text), wall_ms, "%H:%M:%S");
	lines_put_painted(out, look, PAINT_TIME, text);
	buffer_text(out, " ");
}

const char *lines_date(char out[LINES_DATE_MAX], int64_t wall_ms, int *last)
{
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm local;
	localtime_r(&seconds, &local);
	int date = (local.tm_year + 1900) * 1000 + local.tm_yday;
	if (date == *last || strftime(out, LINES_DATE_MAX, "%A %Y-%m-%d\n", &local) == 0)
		out[0] = '\0';
	*last = date;
	return out;
}

static void lines_put_value(struct buffer *out, const struct change *change, const struct cell *cell, const struct lines_look *look)
{
	enum kind kind = change->kind;
	char text[CHANGE_TEXT_MAX];
	const char *none = look->utf8 ? "–" : "-";
	if (cell == NULL || cell->state == VALUE_BLANK || cell->state == VALUE_NEVER) {
		buffer_text(out, cell != NULL && cell->state == VALUE_NEVER ? "?" : none);
		return;
	}
	enum acd_state state = kind == KIND_STATE ? state_read(cell->text) : STATE_UNKNOWN;
	if (state != STATE_UNKNOWN) {
		buffer_text(out, state_label(state));
		return;
	}
	value_text(text, sizeof(text), cell, kind, change->edges);
	buffer_text(out, text);
}

static const char *lines_severity_word(const struct change *change)
{
	static const char *const words[] = { "", " WARN", " ALERT" };
	if (change->now == SEVERITY_NONE && change->was != SEVERITY_NONE)
		return " fine";
	return words[change->now];
}

void lines_text(const struct board_view *view, const struct change *change, const struct lines_look *look, struct buffer *out)
{
	bool news = strcmp(change->statistic, "content") == 0;
	bool changed = change->from != NULL || change->to == NULL || change->was == change->now;
	bool fine = change->now == SEVERITY_NONE && change->was != SEVERITY_NONE;
	lines_put_clock(out, look, view->wall_ms);
	lines_put_painted(out, look, PAINT_NAME, change->row[0] != '\0' ? change->row : change->panel->title);
	buffer_print(out, " %s%s ", change->label, news ? ":" : "");
	lines_paint(out, look, fine ? PAINT_FINE : lines_severity_paint(change->now));
	if (!news && changed) {
		lines_put_value(out, change, change->from, look);
		buffer_text(out, look->utf8 ? "→" : "->");
	}
	lines_put_value(out, change, change->to, look);
	buffer_text(out, lines_severity_word(change));
	lines_paint(out, look, PAINT_NONE);
	buffer_text(out, "\n");
}

static void lines_json_begin(struct buffer *out, int64_t wall_ms, const char *event)
{
	json_put_object(out);
	json_put_time_pair(out, "time", true, wall_ms);
	json_put_pair(out, "event", event);
}

static void lines_json_end(struct buffer *out)
{
	json_put_object_end(out);
	buffer_text(out, "\n");
}

static void lines_json_cell(struct buffer *out, const char *key, const struct cell *cell)
{
	if (cell != NULL && cell->state == VALUE_TEXT)
		json_put_pair(out, key, cell->text);
	else
		json_put_number_pair(out, key, cell != NULL && cell->state == VALUE_NUMBER,
			cell != NULL ? cell->number : 0);
}

void lines_json(const struct board_view *view, const struct change *change, struct buffer *out)
{
	lines_json_begin(out, view->wall_ms, "change");
	json_put_pair(out, "panel", change->panel->name);
	json_put_pair(out, "row", change->row);
	json_put_pair(out, "statistic", change->statistic);
	json_put_pair(out, "label", change->label);
	lines_json_cell(out, "from", change->from);
	lines_json_cell(out, "to", change->to);
	json_put_pair(out, "was", severity_names[change->was]);
	json_put_pair(out, "severity", severity_names[change->now]);
	lines_json_end(out);
}

/* WARN, ALERT, or CLEAR. */
static const char *lines_alert_word(const struct alert_event *event)
{
	if (event->kind == ALERT_CLEARED)
		return "CLEAR";
	return event->state->rule->severity == SEVERITY_ALERT ? "ALERT" : "WARN";
}

void lines_alert_text(const struct alert_event *event, const struct lines_look *look, struct buffer *out)
{
	const struct alert_state *state = event->state;
	char lasted[32];
	lines_put_clock(out, look, event->wall_ms);
	lines_put_painted(out, look, event->kind == ALERT_CLEARED ? PAINT_FINE : lines_severity_paint(state->rule->severity),
		lines_alert_word(event));
	buffer_print(out, " %s%s", state->rule->name, state->row[0] != '\0' ? ": " : "");
	lines_put_painted(out, look, PAINT_NAME, state->row);
	if (event->kind == ALERT_CLEARED) {
		value_format(lasted, sizeof(lasted), (double)(event->lasted_ms / 1000), KIND_DURATION, NULL);
		buffer_print(out, ", after %s", lasted);
	} else if (state->shown[0] != '\0') {
		buffer_print(out, ", %s", state->shown);
	}
	buffer_print(out, "%s%s\n", event->kind == ALERT_REMINDED ? ", still" : "", event->loud ? "" : ", quiet hours");
}

void lines_alert_json(const struct alert_event *event, struct buffer *out)
{
	static const char *const states[] = {
		[ALERT_FIRED] = "firing", [ALERT_CLEARED] = "cleared", [ALERT_REMINDED] = "reminded",
	};
	const struct alert_state *state = event->state;
	lines_json_begin(out, event->wall_ms, "alert");
	json_put_pair(out, "alert", state->rule->name);
	json_put_pair(out, "state", states[event->kind]);
	json_put_pair(out, "severity", severity_names[state->rule->severity]);
	json_put_pair(out, "row", state->row);
	json_put_pair(out, "value", state->value);
	json_put_pair(out, "text", state->shown);
	json_put_real_pair(out, "lasted_seconds", event->kind == ALERT_CLEARED, (double)event->lasted_ms / 1000, 3);
	json_put_bool_pair(out, "quiet", !event->loud);
	lines_json_end(out);
}

void lines_unknown_text(const struct alert_unknown *about, const struct lines_look *look, struct buffer *out)
{
	char lasted[32];
	lines_put_clock(out, look, about->wall_ms);
	lines_put_painted(out, look, about->over ? PAINT_FINE : PAINT_WARN, about->over ? "VALUE" : "NO VALUE");
	if (about->over) {
		value_format(lasted, sizeof(lasted), (double)((about->at_ms - about->since_ms) / 1000), KIND_DURATION,
			NULL);
		buffer_print(out, " %s, after %s without\n", about->rule->name, lasted);
		return;
	}
	buffer_print(out, " %s: %s\n", about->rule->name, about->why);
}

void lines_unknown_json(const struct alert_unknown *about, struct buffer *out)
{
	lines_json_begin(out, about->wall_ms, "value");
	json_put_pair(out, "alert", about->rule->name);
	json_put_pair(out, "state", about->over ? "known" : "unknown");
	json_put_pair(out, "reason", about->over ? "" : about->why);
	json_put_real_pair(out, "lasted_seconds", about->over, (double)(about->at_ms - about->since_ms) / 1000, 3);
	lines_json_end(out);
}

void lines_failure_text(int64_t wall_ms, const char *text, const struct lines_look *look, struct buffer *out)
{
	lines_put_clock(out, look, wall_ms);
	lines_put_painted(out, look, PAINT_ALERT, "FAILED");
	buffer_print(out, " %s\n", text);
}

void lines_failure_json(int64_t wall_ms, const char *text, struct buffer *out)
{
	lines_json_begin(out, wall_ms, "failure");
	json_put_pair(out, "text", text);
	lines_json_end(out);
}

void lines_link_text(const struct board_view *view, bool good, const struct lines_look *look, struct buffer *out)
{
	const struct link *link = view->link;
	char age[32];
	lines_put_clock(out, look, view->wall_ms);
	lines_put_painted(out, look, good ? PAINT_FINE : PAINT_WARN,
		good ? "live" : link->cause[0] != '\0' ? link->cause : link_word(link->state));
	if (!good && link->accepted_ms != 0) {
		text_age(age, sizeof(age), (int64_t)(link_age(link, view->now_ms) * 1000));
		buffer_print(out, "; last data %s ago", age);
	}
	buffer_print(out, "%s%s\n", !good && link->advice[0] != '\0' ? ". " : "", good ? "" : link->advice);
}

void lines_link_json(const struct board_view *view, bool good, struct buffer *out)
{
	const struct link *link = view->link;
	lines_json_begin(out, view->wall_ms, "link");
	json_put_pair(out, "state", good ? "live" : link_word(link->state));
	json_put_pair(out, "cause", good ? "" : link->cause);
	json_put_pair(out, "advice", good ? "" : link->advice);
	json_put_real_pair(out, "age_seconds", link->accepted_ms != 0, link_age(link, view->now_ms), 1);
	lines_json_end(out);
}
