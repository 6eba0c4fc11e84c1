#include "output/changes.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "board/operand.h"

/* The rows of the answer before, in the order of their keys. */
struct before {
	const struct panel_data *data; /* NULL: there was none */
	unsigned *order;
};

struct telling {
	struct changes *changes;
	const struct panel *panel;
	const struct panel_data *data;
	struct before before;
};

static int compare_rows(const void *a, const void *b, void *data)
{
	const char *const *keys = board_keys(data);
	return strcmp(keys[*(const unsigned *)a], keys[*(const unsigned *)b]);
}

static void before_sort(struct before *before, const struct panel_data *data)
{
	before->data = data;
	before->order = must_alloc((data->rows + 1) * sizeof(*before->order));
	for (unsigned i = 0; i < data->rows; i++)
		before->order[i] = i;
	qsort_r(before->order, data->rows, sizeof(*before->order), compare_rows, (void *)data);
}

/* -1: it was not there. */
static int before_find(const struct before *before, const char *key)
{
	unsigned low = 0, high = before->data != NULL ? before->data->rows : 0;
	while (low < high) {
		unsigned middle = low + (high - low) / 2;
		int order = strcmp(board_keys(before->data)[before->order[middle]], key);
		if (order == 0)
			return (int)before->order[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return -1;
}

static bool same_cell(const struct cell *a, const struct cell *b)
{
	return a->state == b->state &&
		(a->state == VALUE_NUMBER ? a->number == b->number : strcmp(a->text, b->text) == 0);
}

/* Whose every change matters, whatever the severity. */
static bool always_matters(const struct column *column)
{
	return strcmp(column->stat, "acd_state") == 0 ||
		(column->kind == KIND_COUNT && strstr(column->stat, "waiting") != NULL);
}

static bool worth_telling(const struct change *change, const struct column *column)
{
	if (change->was != change->now)
		return true;
	/* The first answer is where everything begins, not a change. */
	return change->from != NULL && always_matters(column) && !same_cell(change->from, change->to);
}

static void tell(const struct telling *telling, const struct change *change)
{
	telling->changes->each(telling->changes->context, change);
}

static const char *name_of(const struct telling *telling, const struct panel_data *data, unsigned row)
{
	return telling->panel->type == PANEL_TOTALS ? "" : row_name(telling->panel, data, row);
}

static void tell_cell(const struct telling *telling, unsigned row, int old, unsigned index)
{
	const struct panel *panel = telling->panel;
	const struct column *column = &panel->columns[index];
	struct change change = {
		.panel = panel, .row = name_of(telling, telling->data, row), .statistic = column->stat,
		.label = column->label, .kind = column->kind, .to = board_cell(telling->data, row, index), .edges = &column->edges,
		.now = board_severity(panel, telling->data, row, index, false),
	};
	if (old >= 0) {
		change.from = board_cell(telling->before.data, (unsigned)old, index);
		change.was = board_severity(panel, telling->before.data, (unsigned)old, index, false);
	}
	if (worth_telling(&change, column))
		tell(telling, &change);
}

/* An agent who came or went: the state appears or is gone. */
static void tell_presence(const struct telling *telling, const struct panel_data *data, unsigned row, bool came)
{
	int index = panel_column(telling->panel, "acd_state");
	if (telling->panel->type != PANEL_AGENT_GRID || index < 0)
		return;
	const struct column *column = &telling->panel->columns[index];
	const struct cell *cell = board_cell(data, row, (unsigned)index);
	tell(telling, &(struct change){
		.panel = telling->panel, .row = name_of(telling, data, row), .statistic = column->stat,
		.label = column->label, .kind = column->kind, .from = came ? NULL : cell, .to = came ? cell : NULL,
	});
}

static void tell_message(const struct telling *telling, unsigned row)
{
	tell(telling, &(struct change){
		.panel = telling->panel, .row = board_cell(telling->data, row, MESSAGES_COLUMN_SENDER)->text,
		.statistic = "content", .label = "message", .kind = KIND_TEXT,
		.to = board_cell(telling->data, row, MESSAGES_COLUMN_TEXT),
	});
}

static void tell_row(const struct telling *telling, unsigned row)
{
	int old = before_find(&telling->before, board_keys(telling->data)[row]);
	bool first = telling->before.data == NULL;
	if (telling->panel->type == PANEL_MESSAGES) {
		if (old < 0 && !first)
			tell_message(telling, row);
		return;
	}
	if (board_again(telling->panel, telling->data, row))
		return;
	if (old < 0 && !first)
		tell_presence(telling, telling->data, row, true);
	for (unsigned i = 0; i < telling->panel->column_count; i++)
		tell_cell(telling, row, old, i);
}

static void tell_gone(const struct telling *telling)
{
	struct before now;
	const struct panel_data *old = telling->before.data;
	before_sort(&now, telling->data);
	for (unsigned row = 0; old != NULL && row < old->rows; row++)
		if (before_find(&now, board_keys(old)[row]) < 0 && !board_again(telling->panel, old, row))
			tell_presence(telling, old, row, false);
	free(now.order);
}

static bool has_rows(const struct panel *panel)
{
	return panel->type == PANEL_TOTALS || panel->type == PANEL_SERVICE_GRID || panel->type == PANEL_AGENT_GRID ||
		panel->type == PANEL_MESSAGES;
}

static void tell_panel(struct changes *changes, const struct board *board, const struct panel *panel)
{
	const struct panel_data *old = board_data_before(board, panel);
	struct telling telling = { .changes = changes, .panel = panel, .data = board_data(board, panel) };
	if (old != NULL)
		before_sort(&telling.before, old);
	for (unsigned row = 0; row < telling.data->rows; row++)
		tell_row(&telling, row);
	tell_gone(&telling);
	free(telling.before.order);
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

/* The board's services belong to whatever panels show them: the first stands for all. */
static void tell_availability(struct changes *changes, const struct board *board, const struct panel *panel)
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

void changes_tell(struct changes *changes, const struct board_view *view)
{
	const struct layout *layout = view->board->layout;
	for (unsigned i = 0; i < layout->panel_count; i++) {
		const struct panel *panel = &layout->panels[i];
		const struct panel_data *data = board_data(view->board, panel);
		if (panel->type == PANEL_AVAILABILITY)
			tell_availability(changes, view->board, panel);
		if (!has_rows(panel) || !data->received || data->received_ms == changes->told_ms[i])
			continue;
		changes->told_ms[i] = data->received_ms;
		tell_panel(changes, view->board, panel);
	}
}
