#include "screen/order.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "model/state.h"

/* What rows are compared by, read once for each: a comparison is made for each row many times. */
struct order_key {
	const char *text;
	double number;
	int severity, rank;
};

void order_init(struct order *order)
{
	*order = (struct order){ .column = -1, .state = -1, .plain = true, .changed = true };
}

void order_free(struct order *order)
{
	free(order->rows);
	free(order->scratch);
	free(order->keys);
	order_init(order);
}

void order_filter(struct order *order, const char *text)
{
	snprintf(order->filter, sizeof(order->filter), "%s", text);
	if (text[0] != '\0')
		memcpy(order->search, order->filter, sizeof(order->search));
	order->changed = true;
}

void order_state(struct order *order, int state)
{
	order->state = state;
	order->changed = true;
}

void order_sort(struct order *order, int column, bool descending)
{
	order->column = column;
	order->descending = descending;
	order->changed = true;
}

static void grow(struct order *order, unsigned rows)
{
	if (rows <= order->room)
		return;
	unsigned long bytes = (unsigned long)rows * sizeof(*order->rows);
	order->rows = must_realloc(order->rows, bytes);
	order->scratch = must_realloc(order->scratch, bytes);
	order->keys = must_realloc(order->keys, (unsigned long)rows * sizeof(*order->keys));
	order->room = rows;
}

static bool row_wanted(const struct order *order, const struct panel_data *data, unsigned row, int state_column)
{
	if (order->filter[0] != '\0' && !board_contains(data, row, order->filter))
		return false;
	return order->state < 0 || state_column < 0 ||
		(int)state_read(board_peek(data, row, (unsigned)state_column).text) == order->state;
}

/* Numbers before texts before blanks: what has no value is never first, whichever way the order goes. */
static int rank(const struct cell *cell)
{
	if (cell->state == VALUE_NUMBER)
		return 0;
	return cell->state == VALUE_TEXT ? 1 : 2;
}

struct sorting {
	const struct order *order;
	const struct order_key *keys; /* by row */
};

static void take_key(struct order_key *key, const struct order *order, const struct panel *panel,
	const struct panel_data *data, unsigned row, bool stale)
{
	*key = (struct order_key){ .severity = SEVERITY_NONE };
	if (panel->alarmed_first)
		key->severity = (int)board_row_severity(panel, data, row, stale);
	if (order->column < 0 || (unsigned)order->column >= data->columns)
		return;
	struct cell cell = board_peek(data, row, (unsigned)order->column);
	key->text = cell.text;
	key->number = cell.number;
	key->rank = rank(&cell);
}

static int compare_rows(const struct sorting *sorting, unsigned first, unsigned second)
{
	const struct order_key *a = &sorting->keys[first], *b = &sorting->keys[second];
	int order = 0;
	if (a->severity != b->severity)
		return b->severity - a->severity;
	if (a->rank != b->rank || a->text == NULL)
		return a->rank - b->rank;
	if (a->rank == 0)
		order = (a->number > b->number) - (a->number < b->number);
	else if (a->rank == 1)
		order = strcasecmp(a->text, b->text);
	return sorting->order->descending ? -order : order;
}

static void merge(const struct sorting *sorting, unsigned *out, const unsigned *in, unsigned from, unsigned middle,
	unsigned to)
{
	unsigned left = from, right = middle;
	for (unsigned i = from; i < to; i++) {
		bool take_left = right >= to || (left < middle && compare_rows(sorting, in[left], in[right]) <= 0);
		out[i] = take_left ? in[left++] : in[right++];
	}
}

/* A merge sort: equal rows keep the server's order, and its memory is ours (qsort allocates). */
static void sort_rows(struct order *order, const struct sorting *sorting)
{
	for (unsigned width = 1; width < order->count; width *= 2) {
		for (unsigned from = 0; from < order->count; from += 2 * width) {
			unsigned middle = from + width < order->count ? from + width : order->count;
			unsigned to = middle + width < order->count ? middle + width : order->count;
			merge(sorting, order->scratch, order->rows, from, middle, to);
		}
		unsigned *swap = order->rows;
		order->rows = order->scratch;
		order->scratch = swap;
	}
}

static bool is_current(const struct order *order, const struct panel_data *data, bool stale)
{
	return !order->changed && order->data == data && order->received_ms == data->received_ms &&
		order->version == data->version && order->total == data->rows && order->stale == stale;
}

void order_update(struct order *order, const struct panel *panel, const struct panel_data *data, bool stale)
{
	if (is_current(order, data, stale))
		return;
	order->data = data;
	order->received_ms = data->received_ms;
	order->version = data->version;
	order->total = data->rows;
	order->stale = stale;
	order->changed = false;
	order->plain = order->filter[0] == '\0' && order->state < 0 && order->column < 0 && !panel->alarmed_first;
	order->count = data->rows;
	if (order->plain)
		return;
	grow(order, data->rows);
	order->count = 0;
	int state_column = panel_column(panel, "acd_state");
	for (unsigned row = 0; row < data->rows; row++)
		if (row_wanted(order, data, row, state_column))
			order->rows[order->count++] = row;
	if (order->column < 0 && !panel->alarmed_first)
		return;
	for (unsigned i = 0; i < order->count; i++)
		take_key(&order->keys[order->rows[i]], order, panel, data, order->rows[i], stale);
	sort_rows(order, &(struct sorting){ order, order->keys });
}

unsigned order_row(const struct order *order, unsigned position)
{
	if (position >= order->count)
		return ORDER_NO_ROW;
	return order->plain ? position : order->rows[position];
}

/* Once a key was not where it was expected, all are made: one by one they cost more. */
static const char *key_at(const struct order *order, const struct panel_data *data, unsigned position)
{
	unsigned row = order_row(order, position);
	return row < data->rows ? board_keys(data)[row] : "";
}

long order_find(const struct order *order, const struct panel_data *data, const char *key, unsigned near)
{
	if (near < order->count && strcmp(board_key(data, order_row(order, near)), key) == 0)
		return (long)near;
	for (unsigned i = 0; i < order->count; i++)
		if (strcmp(key_at(order, data, i), key) == 0)
			return (long)i;
	return -1;
}

long order_match(const struct order *order, const struct panel_data *data, long from, int direction)
{
	long count = (long)order->count;
	for (long step = 1; step <= count && order->search[0] != '\0'; step++) {
		long at = ((from + direction * step) % count + count) % count;
		if (board_contains(data, order_row(order, (unsigned)at), order->search))
			return at;
	}
	return -1;
}
