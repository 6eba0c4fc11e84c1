#include "output/csv.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "board/history.h"
#include "output/values.h"

static const char *const availability_columns[] = { "service", "availability", "age_seconds", "problem" };

bool csv_suits(const struct panel *panel)
{
	return panel->type == PANEL_AVAILABILITY || columns_count(panel) > 0;
}

void csv_field(struct buffer *out, bool first, const char *text)
{
	buffer_text(out, first ? "" : ",");
	bool blanks = text[0] == ' ' || (text[0] != '\0' && text[strlen(text) - 1] == ' ');
	bool quote = blanks || strpbrk(text, "\",\r\n") != NULL;
	if (!quote) {
		buffer_text(out, text);
		return;
	}
	buffer_text(out, "\"");
	for (; *text != '\0'; text++)
		buffer_print(out, *text == '"' ? "\"\"" : "%c", *text);
	buffer_text(out, "\"");
}

static void csv_cell(struct buffer *out, bool first, const struct cell *cell)
{
	char number[NUMBER_TEXT_MAX];
	if (cell->state == VALUE_NUMBER)
		csv_field(out, first, number_text(number, cell->number));
	else
		csv_field(out, first, cell->state == VALUE_TEXT ? cell->text : "");
}

static void csv_grid(const struct panel *panel, const struct panel_data *data, struct buffer *out)
{
	for (unsigned i = 0; i < columns_count(panel); i++)
		csv_field(out, i == 0, columns_at(panel, i).name);
	buffer_text(out, "\r\n");
	for (unsigned row = 0; row < data->rows; row++) {
		for (unsigned column = 0; column < columns_count(panel); column++)
			csv_cell(out, column == 0, board_cell(data, row, column));
		buffer_text(out, "\r\n");
	}
}

static void csv_intervals(const struct board_view *view, const struct panel *panel, struct buffer *out)
{
	struct history_interval intervals[HISTORY_HALVES], sum;
	char text[NUMBER_TEXT_MAX];
	unsigned count = view->history == NULL ? 0 : history_intervals(view->history, panel, view->wall_ms, intervals, &sum);
	buffer_text(out, "from,until,running,partial");
	for (unsigned i = 0; i < panel->column_count; i++)
		if (!panel->columns[i].unshown)
			csv_field(out, false, panel->columns[i].name);
	buffer_text(out, "\r\n");
	for (unsigned at = 0; at < count; at++) {
		const struct history_interval *interval = &intervals[at];
		if (!interval->known)
			continue;
		text_clock(text, sizeof(text), interval->from_ms, "%Y-%m-%dT%H:%M:%S%z");
		csv_field(out, true, text);
		text_clock(text, sizeof(text), interval->until_ms, "%Y-%m-%dT%H:%M:%S%z");
		csv_field(out, false, text);
		csv_field(out, false, interval->running ? "true" : "false");
		csv_field(out, false, interval->partial ? "true" : "false");
		for (unsigned i = 0; i < panel->column_count; i++)
			if (!panel->columns[i].unshown)
				csv_field(out, false, isnan(interval->values[i]) ? "" : number_text(text, (double)interval->values[i]));
		buffer_text(out, "\r\n");
	}
}

static void csv_service(const struct board_view *view, const char *name, struct buffer *out)
{
	const struct service_availability *entry = board_find_service(view->board, name);
	char age[NUMBER_TEXT_MAX] = "";
	bool known = entry != NULL && entry->state != AVAILABILITY_NEVER;
	if (known)
		number_text(age, (double)(view->now_ms - entry->received_ms) / 1000);
	csv_field(out, true, name);
	csv_field(out, false, availability_names[entry != NULL ? entry->state : AVAILABILITY_NEVER]);
	csv_field(out, false, age);
	csv_field(out, false, entry != NULL ? entry->problem : "");
	buffer_text(out, "\r\n");
}

static void csv_services(const struct board_view *view, const struct panel *panel, struct buffer *out)
{
	const struct board *board = view->board;
	for (unsigned i = 0; i < sizeof(availability_columns) / sizeof(availability_columns[0]); i++)
		csv_field(out, i == 0, availability_columns[i]);
	buffer_text(out, "\r\n");
	unsigned count = panel->services.count > 0 ? panel->services.count : board->service_count;
	for (unsigned i = 0; i < count; i++)
		csv_service(view, panel->services.count > 0 ? panel->services.items[i] : board->services[i].service,
			out);
}

bool csv_document(const struct board_view *view, const struct panel *panel, struct buffer *out, struct error *error)
{
	const struct panel_board *entry = &view->board->panels[panel->index];
	const struct panel_data *data = board_data(view->board, panel);
	const char *reason = entry->reason[0] != '\0' ? entry->reason : entry->problem;
	buffer_clear(out);
	if (panel->type == PANEL_AVAILABILITY)
		csv_services(view, panel, out);
	else if (data->received && panel->type == PANEL_INTERVALS)
		csv_intervals(view, panel, out);
	else if (data->received)
		csv_grid(panel, data, out);
	else
		return error_set(error, "panel '%s' has no data%s%.160s", panel->name, reason[0] != '\0' ? ": " : "",
			reason);
	return true;
}
