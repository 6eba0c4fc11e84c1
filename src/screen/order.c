#include "screen/order.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fold.h"
#include "base/log.h"
#include "base/text.h"
#include "layout/state.h"

/* What rows are compared by, read once for each: a comparison is made for each row many times. */
struct order_key {
	unsigned text; /* where its key is in the order's texts; 0: nothing to compare by */
	double number;
	int severity, rank;
};

/*
 * Keys of texts, kept from answer to answer: most texts are the ones of before, and in some locales a key takes longer
 * than all else. A place for each hash, twice as many as there are rows.
 */
struct order_text {
	unsigned text, key; /* where they are in the bytes; 0: none yet */
};

enum {
	TEXTS_PER_ROW = 2,
	TEXT_KEY_MAX = 4096, /* more than a cell's text needs in any locale; cut beyond */
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
	free(order->texts);
	free(order->bytes);
	pattern_free(&order->pattern);
	order_init(order);
}

void order_filter(struct order *order, const char *text)
{
	snprintf(order->filter, sizeof(order->filter), "%s", text);
	if (text[0] != '\0') {
		memcpy(order->search, order->filter, sizeof(order->search));
		pattern_set(&order->pattern, order->search);
	}
	order->changed = true;
}

const char *order_filter_trouble(const struct order *order)
{
	return order->filter[0] == '\0' ? NULL : order->pattern.why;
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

static void forget_texts(struct order *order)
{
	memset(order->texts, 0, order->text_room * sizeof(*order->texts));
	/* 0 means none. */
	order->used = 1;
	order->fresh = 0;
}

/* Before the texts of one answer. Those of ones long gone are forgotten with all others, so that memory has a bound. */
static void begin_texts(struct order *order, unsigned rows)
{
	enum { ANSWERS_KEPT = 4 };
	unsigned room = rows * TEXTS_PER_ROW + 1;
	if (room > order->text_room) {
		order->texts = must_realloc(order->texts, (unsigned long)room * sizeof(*order->texts));
		order->text_room = room;
		forget_texts(order);
	}
	if (order->fresh > ANSWERS_KEPT * rows)
		forget_texts(order);
}

static unsigned keep_bytes(struct order *order, const char *text, size_t length)
{
	if (order->used + length + 1 > order->byte_room) {
		unsigned long room = 2 * (order->used + length + 1);
		order->bytes = must_realloc(order->bytes, room);
		order->byte_room = room;
	}
	unsigned at = (unsigned)order->used;
	memcpy(order->bytes + at, text, length);
	order->bytes[at + length] = '\0';
	order->used += length + 1;
	return at;
}

static unsigned text_key(struct order *order, const char *text)
{
	enum { PLACES = 8 }; /* that a text may have: enough while half of all are free */
	unsigned first = text_hash(text) % order->text_room;
	struct order_text *entry = &order->texts[first];
	for (unsigned i = 0; i < PLACES; i++) {
		entry = &order->texts[(first + i) % order->text_room];
		if (entry->text == 0)
			break;
		if (strcmp(order->bytes + entry->text, text) == 0)
			return entry->key;
	}
	char key[TEXT_KEY_MAX];
	size_t length = fold_order(key, sizeof(key), text);
	entry->text = keep_bytes(order, text, strlen(text));
	entry->key = keep_bytes(order, key, length);
	order->fresh++;
	return entry->key;
}

/* Whether a row is looked for. A plain text is looked for in the bytes of the answer; an expression in each cell. */
static bool row_sought(struct order *order, const struct panel_data *data, unsigned row)
{
	struct pattern *pattern = &order->pattern;
	bool matched = pattern->kind != PATTERN_NONE && board_contains(data, row, pattern->text);
	for (unsigned column = 0; column < data->columns && pattern->kind == PATTERN_EXPRESSION && !matched; column++) {
		const char *text = board_peek(data, row, column).text;
		matched = text[0] != '\0' && pattern_matches(pattern, text, strlen(text));
	}
	return pattern_wants(pattern, matched);
}

static bool row_wanted(struct order *order, const struct panel_data *data, unsigned row, int state_column)
{
	if (order->filter[0] != '\0' && !row_sought(order, data, row))
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

/* The worst severity of the columns that lift a row. */
static enum severity lifted_by(const struct panel *panel, const struct panel_data *data, unsigned row, bool stale)
{
	enum severity worst = SEVERITY_NONE;
	for (unsigned i = 0; i < panel->column_count && worst < SEVERITY_ALERT; i++) {
		enum severity severity = panel->columns[i].lifts ? board_severity(panel, data, row, i, stale) : SEVERITY_NONE;
		worst = severity > worst ? severity : worst;
	}
	return worst;
}

static void take_key(struct order_key *key, struct order *order, const struct panel *panel,
	const struct panel_data *data, unsigned row, bool stale)
{
	*key = (struct order_key){ .severity = SEVERITY_NONE };
	if (panel->alarmed_first)
		key->severity = (int)lifted_by(panel, data, row, stale);
	if (order->column < 0 || (unsigned)order->column >= data->columns)
		return;
	struct cell cell = board_peek(data, row, (unsigned)order->column);
	key->number = cell.number;
	key->rank = rank(&cell);
	if (key->rank == 1)
		key->text = text_key(order, cell.text);
}

static int compare_rows(const struct sorting *sorting, unsigned first, unsigned second)
{
	const struct order_key *a = &sorting->keys[first], *b = &sorting->keys[second];
	int order = 0;
	if (a->severity != b->severity)
		return b->severity - a->severity;
	if (a->rank != b->rank)
		return a->rank - b->rank;
	if (a->rank == 0)
		order = (a->number > b->number) - (a->number < b->number);
	else if (a->rank == 1)
		order = strcmp(sorting->order->bytes + a->text, sorting->order->bytes + b->text);
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
	pattern_begin(&order->pattern);
	for (unsigned row = 0; row < data->rows; row++)
		if (row_wanted(order, data, row, state_column))
			order->rows[order->count++] = row;
	if (order->column < 0 && !panel->alarmed_first)
		return;
	begin_texts(order, data->rows);
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

long order_match(struct order *order, const struct panel_data *data, long from, int direction)
{
	long count = (long)order->count;
	pattern_begin(&order->pattern);
	for (long step = 1; step <= count && order->search[0] != '\0'; step++) {
		long at = ((from + direction * step) % count + count) % count;
		if (row_sought(order, data, order_row(order, (unsigned)at)))
			return at;
	}
	return -1;
}

static const char *keep_text(struct arena *texts, const char *text)
{
	return arena_copy(texts, text, strlen(text));
}

static void leave_out(struct buffer *left, const char *what, const char *text, const struct panel *panel)
{
	buffer_print(left, "%s%s '%s' of %s", left->length > 0 ? ", " : "", what, text, panel->title);
}

/* A state as the API writes it, where the server does the filtering; "" for one whose word is not published. */
static void state_token(enum acd_state state, char *out, size_t size)
{
	bool published = state == STATE_READY || state == STATE_NOT_READY || state == STATE_BUSY || state == STATE_AFTER_CALL_WORK;
	snprintf(out, size, "%s", published ? state_label(state) : "");
	for (; *out != '\0'; out++)
		*out = *out == ' ' || *out == '-' ? '_' : *out;
}

void order_change(const struct order *order, const struct panel *panel, struct panel_change *change, struct arena *texts,
	struct buffer *left)
{
	char text[FORMULA_NAME_MAX + 32], token[32];
	unsigned keys = panel_kind(panel->type)->keys;
	*change = (struct panel_change){ .sort = NULL };
	if (order->column >= 0 && order->column < (int)panel->column_count && (keys & PANEL_KEY_SORT) != 0) {
		snprintf(text, sizeof(text), "%s %s", panel->columns[order->column].name, order->descending ? "desc" : "asc");
		change->sort = keep_text(texts, text);
	}
	if (order->state >= 0) {
		state_token((enum acd_state)order->state, token, sizeof(token));
		bool free = panel->filter_stat == NULL || strcmp(panel->filter_stat, "acd_state") == 0;
		snprintf(text, sizeof(text), "acd_state EQ '%s'", token);
		if (token[0] != '\0' && free && (keys & PANEL_KEY_FILTER) != 0)
			change->filter = keep_text(texts, text);
		else
			leave_out(left, "state", state_label((enum acd_state)order->state), panel);
	}
	if (order->filter[0] != '\0')
		leave_out(left, "filter", order->filter, panel);
}
