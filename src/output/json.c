#include "output/json.h"

#include <math.h>
#include <stdio.h>

#include "alert/alert.h"
#include "base/json_write.h"
#include "board/history.h"
#include "layout/threshold.h"
#include "output/values.h"

static void document_age(struct buffer *out, bool received, int64_t received_ms, int64_t now_ms)
{
	json_put_real_pair(out, "age_seconds", received, (double)(now_ms - received_ms) / 1000, 1);
}

static void document_cell(struct buffer *out, const struct cell *cell, enum severity severity)
{
	/* The four marks of the screen, in words. */
	static const char *const states[] = { "never", "blank", "text", "number" };
	json_put_object(out);
	json_put_pair(out, "text", cell->text);
	json_put_pair(out, "is", states[cell->state]);
	if (cell->state == VALUE_TEXT)
		json_put_pair(out, "value", cell->text);
	else
		json_put_number_pair(out, "value", cell->state == VALUE_NUMBER, cell->number);
	if (severity != SEVERITY_NONE)
		json_put_pair(out, "severity", severity_names[severity]);
	json_put_object_end(out);
}

static void document_columns(struct buffer *out, const struct panel *panel)
{
	json_put_key(out, "columns");
	json_put_array(out);
	for (unsigned i = 0; i < columns_count(panel); i++) {
		struct shown_column column = columns_at(panel, i);
		char id[16];
		snprintf(id, sizeof(id), "%u", i + 1);
		json_put_object(out);
		json_put_pair(out, "id", id);
		json_put_pair(out, "statistic", column.name);
		json_put_pair(out, "label", column.label);
		json_put_pair(out, "kind", kind_names[column.kind]);
		json_put_object_end(out);
	}
	json_put_array_end(out);
}

static void document_rows(struct buffer *out, const struct board_view *view, const struct panel *panel)
{
	const struct panel_data *data = board_data(view->board, panel);
	bool stale = board_view_stale(view, panel);
	if (data->limit > 0) {
		json_put_key(out, "first");
		json_put_integer(out, data->limit);
	}
	json_put_key(out, "rows");
	json_put_array(out);
	for (unsigned row = 0; row < data->rows; row++) {
		json_put_array(out);
		for (unsigned column = 0; column < data->columns; column++)
			document_cell(out, board_cell(data, row, column),
				board_severity(panel, data, row, column, stale));
		json_put_array_end(out);
	}
	json_put_array_end(out);
	if (data->totals == NULL)
		return;
	json_put_key(out, "totals");
	json_put_array(out);
	for (unsigned column = 0; column < panel->column_count; column++)
		document_cell(out, &data->totals[column], SEVERITY_NONE);
	json_put_array_end(out);
}

/* A half-hour, or the day so far. Numbers are null where they are not known. */
static void document_interval(struct buffer *out, const struct panel *panel, const struct history_interval *interval)
{
	json_put_object(out);
	json_put_time_pair(out, "from", true, interval->from_ms);
	json_put_time_pair(out, "until", true, interval->until_ms);
	json_put_bool_pair(out, "running", interval->running);
	json_put_bool_pair(out, "partial", interval->partial);
	json_put_key(out, "values");
	json_put_object(out);
	for (unsigned i = 0; i < panel->column_count; i++)
		if (!panel->columns[i].unshown)
			json_put_number_pair(out, panel->columns[i].name, !isnan(interval->values[i]), (double)interval->values[i]);
	json_put_object_end(out);
	json_put_object_end(out);
}

static void document_intervals(struct buffer *out, const struct board_view *view, const struct panel *panel)
{
	struct history_interval intervals[HISTORY_HALVES], sum = { .known = false };
	unsigned count = view->history == NULL ? 0 : history_intervals(view->history, panel, view->wall_ms, intervals, &sum);
	json_put_key(out, "intervals");
	json_put_array(out);
	for (unsigned i = 0; i < count; i++)
		if (intervals[i].known)
			document_interval(out, panel, &intervals[i]);
	json_put_array_end(out);
	if (!sum.known)
		return;
	json_put_key(out, "day");
	document_interval(out, panel, &sum);
}

static void document_services(struct buffer *out, const struct board_view *view, const struct panel *panel)
{
	const struct board *board = view->board;
	unsigned count = panel->services.count > 0 ? panel->services.count : board->service_count;
	json_put_key(out, "services");
	json_put_array(out);
	for (unsigned i = 0; i < count; i++) {
		const char *name = panel->services.count > 0 ? panel->services.items[i] : board->services[i].service;
		const struct service_availability *entry = board_find_service(board, name);
		bool known = entry != NULL && entry->state != AVAILABILITY_NEVER;
		json_put_object(out);
		json_put_pair(out, "service", name);
		json_put_pair(out, "availability", availability_names[known ? entry->state : AVAILABILITY_NEVER]);
		json_put_pair(out, "state", !known ? "never" : board_view_service_stale(view, entry)
			? "stale" : "live");
		document_age(out, known, known ? entry->received_ms : 0, view->now_ms);
		json_put_pair(out, "problem", entry != NULL ? entry->problem : "");
		json_put_object_end(out);
	}
	json_put_array_end(out);
}

static void document_panel(struct buffer *out, const struct board_view *view, const struct panel *panel)
{
	const struct panel_board *entry = &view->board->panels[panel->index];
	const struct panel_data *data = board_data(view->board, panel);
	json_put_object(out);
	json_put_pair(out, "name", panel->name);
	json_put_pair(out, "type", panel_type_names[panel->type]);
	json_put_pair(out, "title", panel->title);
	if (panel->type == PANEL_AVAILABILITY) {
		json_put_pair(out, "reason", entry->reason);
		document_services(out, view, panel);
	} else if (panel_kind(panel->type)->ask != ASK_NOTHING) {
		json_put_pair(out, "state", !data->received ? "never" : board_view_stale(view, panel)
			? "stale" : "live");
		document_age(out, data->received, data->received_ms, view->now_ms);
		json_put_pair(out, "reason", entry->reason[0] != '\0' ? entry->reason : entry->problem);
		document_columns(out, panel);
		document_rows(out, view, panel);
		if (panel->type == PANEL_INTERVALS)
			document_intervals(out, view, panel);
	}
	json_put_object_end(out);
}

/* Whether the condition of each alert is true now. A single look cannot say how long it has been. */
static void document_alerts(struct buffer *out, const struct board_view *view)
{
	static const char *const truths[] = {
		[TRUTH_FALSE] = "false", [TRUTH_TRUE] = "true", [TRUTH_UNKNOWN] = "unknown",
	};
	const struct layout *layout = view->board->layout;
	struct alerts *alerts = alerts_evaluate_once(view);
	json_put_key(out, "alerts");
	json_put_array(out);
	for (unsigned i = 0; i < layout->alert_count; i++) {
		const char *why;
		enum truth truth = alerts_truth(alerts, i, &why);
		json_put_object(out);
		json_put_pair(out, "name", layout->alerts[i].name);
		json_put_pair(out, "severity", severity_names[layout->alerts[i].severity]);
		json_put_pair(out, "when", truths[truth]);
		json_put_pair(out, "reason", why);
		json_put_object_end(out);
	}
	json_put_array_end(out);
	alerts_free(alerts);
}

bool json_document(const struct board_view *view, const char *tenant, const struct panel *only, struct buffer *out)
{
	const struct link *link = view->link;
	const struct layout *layout = view->board->layout;
	buffer_clear(out);
	json_put_object(out);
	json_put_integer_pair(out, "version", JSON_DOCUMENT_VERSION);
	json_put_pair(out, "program", "cxwall " PACKAGE_VERSION);
	json_put_time_pair(out, "time", true, view->wall_ms);
	json_put_pair(out, "tenant", tenant != NULL ? tenant : "");
	json_put_pair(out, "layout", layout->name);
	json_put_pair(out, "title", layout->title);
	json_put_pair(out, "state", link_stale(link, view->now_ms) ? "stale" : link_word(link->state));
	json_put_pair(out, "cause", link->cause);
	document_age(out, link->accepted_ms != 0, link->accepted_ms, view->now_ms);
	json_put_key(out, "panels");
	json_put_array(out);
	for (unsigned i = 0; i < layout->panel_count; i++)
		if (only == NULL || only == &layout->panels[i])
			document_panel(out, view, &layout->panels[i]);
	json_put_array_end(out);
	document_alerts(out, view);
	json_put_object_end(out);
	buffer_text(out, "\n");
	return !out->full;
}
