#include "output/json.h"

#include <time.h>

#include "alert/alert.h"
#include "base/json.h"
#include "layout/threshold.h"
#include "output/values.h"

static void put_key(struct buffer *out, const char *before, const char *key)
{
	buffer_text(out, before);
	json_put_string(out, key);
	buffer_text(out, ":");
}

static void put_pair(struct buffer *out, const char *before, const char *key, const char *value)
{
	put_key(out, before, key);
	json_put_string(out, value);
}

static void put_number(struct buffer *out, double number)
{
	char text[NUMBER_TEXT_MAX];
	buffer_text(out, number_text(text, number));
}

/* "2026-01-31T14:05:22Z" */
void json_put_time(struct buffer *out, int64_t wall_ms)
{
	char text[32];
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm utc;
	gmtime_r(&seconds, &utc);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc);
	json_put_string(out, text);
}

static void put_age(struct buffer *out, const char *before, bool received, int64_t received_ms, int64_t now_ms)
{
	put_key(out, before, "age_seconds");
	if (received)
		buffer_print(out, "%.1f", (double)(now_ms - received_ms) / 1000);
	else
		buffer_text(out, "null");
}

/* What a cell is, in the words of the four marks. */
static const char *const value_names[] = { "never", "blank", "text", "number" };

static void put_cell(struct buffer *out, const char *before, const struct cell *cell, enum severity severity)
{
	buffer_text(out, before);
	put_pair(out, "{", "text", cell->text);
	put_pair(out, ",", "is", value_names[cell->state]);
	put_key(out, ",", "value");
	if (cell->state == VALUE_NUMBER)
		put_number(out, cell->number);
	else if (cell->state == VALUE_TEXT)
		json_put_string(out, cell->text);
	else
		buffer_text(out, "null");
	if (severity != SEVERITY_NONE)
		put_pair(out, ",", "severity", severity_names[severity]);
	buffer_text(out, "}");
}

static void put_column(struct buffer *out, const char *before, unsigned index, const char *stat, const char *label,
	const char *kind)
{
	buffer_text(out, before);
	put_key(out, "{", "id");
	buffer_print(out, "\"%u\"", index + 1);
	put_pair(out, ",", "statistic", stat);
	put_pair(out, ",", "label", label);
	put_pair(out, ",", "kind", kind);
	buffer_text(out, "}");
}

static void put_columns(struct buffer *out, const struct panel *panel)
{
	put_key(out, ",", "columns");
	buffer_text(out, "[");
	for (unsigned i = 0; i < columns_count(panel); i++) {
		struct shown_column column = columns_at(panel, i);
		put_column(out, i == 0 ? "" : ",", i, column.name, column.label, kind_names[column.kind]);
	}
	buffer_text(out, "]");
}

static void put_rows(struct buffer *out, const struct board_view *view, const struct panel *panel)
{
	const struct panel_data *data = board_data(view->board, panel);
	bool old = board_view_stale(view, panel);
	put_key(out, ",", "rows");
	buffer_text(out, "[");
	for (unsigned row = 0; row < data->rows; row++) {
		buffer_text(out, row == 0 ? "[" : ",[");
		for (unsigned column = 0; column < data->columns; column++)
			put_cell(out, column == 0 ? "" : ",", board_cell(data, row, column),
				board_severity(panel, data, row, column, old));
		buffer_text(out, "]");
	}
	buffer_text(out, "]");
	if (data->totals == NULL)
		return;
	put_key(out, ",", "totals");
	buffer_text(out, "[");
	for (unsigned column = 0; column < panel->column_count; column++)
		put_cell(out, column == 0 ? "" : ",", &data->totals[column], SEVERITY_NONE);
	buffer_text(out, "]");
}

static void put_services(struct buffer *out, const struct board_view *view, const struct panel *panel)
{
	const struct board *board = view->board;
	unsigned count = panel->services.count > 0 ? panel->services.count : board->service_count;
	put_key(out, ",", "services");
	buffer_text(out, "[");
	for (unsigned i = 0; i < count; i++) {
		const char *name = panel->services.count > 0 ? panel->services.items[i] : board->services[i].service;
		const struct service_availability *entry = board_find_service(board, name);
		put_pair(out, i == 0 ? "{" : ",{", "service", name);
		put_pair(out, ",", "availability",
			availability_names[entry != NULL ? entry->state : AVAILABILITY_NEVER]);
		bool known = entry != NULL && entry->state != AVAILABILITY_NEVER;
		put_pair(out, ",", "state", !known ? "never" : board_view_service_stale(view, entry) ? "stale" : "live");
		put_age(out, ",", known, known ? entry->received_ms : 0, view->now_ms);
		put_pair(out, ",", "problem", entry != NULL ? entry->problem : "");
		buffer_text(out, "}");
	}
	buffer_text(out, "]");
}

static const char *panel_state(const struct board_view *view, const struct panel *panel, const struct panel_data *data)
{
	return !data->received ? "never" : board_view_stale(view, panel) ? "stale" : "live";
}

static void put_panel(struct buffer *out, const struct board_view *view, const struct panel *panel)
{
	const struct panel_board *entry = &view->board->panels[panel->index];
	const struct panel_data *data = board_data(view->board, panel);
	put_pair(out, "{", "name", panel->name);
	put_pair(out, ",", "type", panel_type_names[panel->type]);
	put_pair(out, ",", "title", panel->title);
	if (panel->type == PANEL_AVAILABILITY) {
		put_pair(out, ",", "reason", entry->reason);
		put_services(out, view, panel);
	} else if (panel_kind(panel->type)->ask != ASK_NOTHING) {
		put_pair(out, ",", "state", panel_state(view, panel, data));
		put_age(out, ",", data->received, data->received_ms, view->now_ms);
		put_pair(out, ",", "reason", entry->reason[0] != '\0' ? entry->reason : entry->problem);
		put_columns(out, panel);
		put_rows(out, view, panel);
	}
	buffer_text(out, "}");
}

/* What a look tells of each alert: how long it has held is not known here. */
static void put_alerts(struct buffer *out, const struct board_view *view)
{
	static const char *const truths[] = {
		[TRUTH_FALSE] = "false", [TRUTH_TRUE] = "true", [TRUTH_UNKNOWN] = "unknown",
	};
	const struct layout *layout = view->board->layout;
	struct alerts *alerts = alerts_evaluate_once(view);
	put_key(out, ",", "alerts");
	buffer_text(out, "[");
	for (unsigned i = 0; i < layout->alert_count; i++) {
		const char *why;
		enum truth truth = alerts_truth(alerts, i, &why);
		put_pair(out, i == 0 ? "{" : ",{", "name", layout->alerts[i].name);
		put_pair(out, ",", "severity", severity_names[layout->alerts[i].severity]);
		put_pair(out, ",", "when", truths[truth]);
		put_pair(out, ",", "reason", why);
		buffer_text(out, "}");
	}
	buffer_text(out, "]");
	alerts_free(alerts);
}

bool json_document(const struct board_view *view, const char *tenant, const struct panel *only, struct buffer *out)
{
	const struct link *link = view->link;
	const struct layout *layout = view->board->layout;
	bool first = true;
	buffer_clear(out);
	put_key(out, "{", "version");
	buffer_print(out, "%d", JSON_DOCUMENT_VERSION);
	put_pair(out, ",", "program", "cxwall " PACKAGE_VERSION);
	put_key(out, ",", "time");
	json_put_time(out, view->wall_ms);
	put_pair(out, ",", "tenant", tenant != NULL ? tenant : "");
	put_pair(out, ",", "layout", layout->name);
	put_pair(out, ",", "title", layout->title);
	put_pair(out, ",", "state", link_stale(link, view->now_ms) ? "stale" : link_word(link->state));
	put_pair(out, ",", "cause", link->cause);
	put_age(out, ",", link->accepted_ms != 0, link->accepted_ms, view->now_ms);
	put_key(out, ",", "panels");
	buffer_text(out, "[");
	for (unsigned i = 0; i < layout->panel_count; i++) {
		if (only != NULL && only != &layout->panels[i])
			continue;
		buffer_text(out, first ? "" : ",");
		put_panel(out, view, &layout->panels[i]);
		first = false;
	}
	buffer_text(out, "]");
	put_alerts(out, view);
	buffer_text(out, "}\n");
	return !out->full;
}
