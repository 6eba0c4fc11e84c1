#include "output/changes.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "board/operand.h"

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
		.panel = panel, .row = panel->type == PANEL_TOTALS ? "" : row_name(panel, comparison->now, row),
		.statistic = column->stat, .label = column->label, .kind = column->kind, .edges = &column->edges,
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
		.panel = panel, .row = row_name(panel, data, row), .statistic = column->stat, .label = column->label,
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
	int old = comparison->old != NULL ? text_index_find(&comparison->old_rows, board_keys(comparison->now)[row]) : -1;
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
		.changes = changes, .panel = panel, .old = board_data_before(board, panel), .now = board_data(board, panel),
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
			.label = "availability", .kind = KIND_TEXT, .from = availability_cell(was), .to = availability_cell(now),
		});
	}
}

void changes_report(struct changes *changes, const struct board_view *view)
{
	const struct layout *layout = view->board->layout;
	for (unsigned i = 0; i < layout->panel_count; i++) {
		const struct panel *panel = &layout->panels[i];
		const struct panel_data *data = board_data(view->board, panel);
		bool has_rows = panel->type == PANEL_TOTALS || panel->type == PANEL_SERVICE_GRID ||
			panel->type == PANEL_AGENT_GRID || panel->type == PANEL_MESSAGES;
		if (panel->type == PANEL_AVAILABILITY)
			compare_availability(changes, view->board, panel);
		if (!has_rows || !data->received || data->received_ms == changes->reported_ms[i])
			continue;
		changes->reported_ms[i] = data->received_ms;
		compare_panel(changes, view->board, panel);
	}
}
