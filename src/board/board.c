#include "board/board.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fold.h"
#include "base/log.h"
#include "base/text.h"
#include "board/query.h"
#include "layout/state.h"

/* ---- the rows of a grid, typed when somebody looks ---- */

enum {
	KEY_TEXT_MAX = 256, /* of a key made of texts; the ordinal keeps longer ones apart */
};

static void rows_free(struct rows *rows)
{
	if (rows == NULL)
		return;
	arena_free(&rows->arena);
	json_free(&rows->json);
	text_index_free(&rows->index);
	free(rows);
}

static bool rows_is_column(const struct rows_column *column, const struct json *json, int key, const char *plain,
	size_t length)
{
	if (column->calc != NULL)
		return false;
	if (plain == NULL)
		return json_is(json, key, column->id);
	return length == column->id_length && memcmp(plain, column->id, length) == 0;
}

/* The first of twins; -1: no column of ours. They mostly come in the order in which they were asked for. */
static int rows_find_column(const struct rows_format *format, const struct json *json, int key, unsigned expected)
{
	size_t length = 0;
	const struct rows_column *next = expected < format->count ? &format->columns[expected] : NULL;
	if (next != NULL && !next->second && next->calc == NULL && json_written_as(json, key, next->id, next->id_length))
		return (int)expected;
	const char *plain = json_plain(json, key, &length);
	for (unsigned i = 0; i < format->count; i++)
		if (rows_is_column(&format->columns[i], json, key, plain, length))
			return (int)i;
	return -1;
}

/* -1: no other column takes the same value. Twins stand in ascending order, the hidden key last. */
static int rows_next_twin(const struct rows_format *format, int column)
{
	unsigned twin = format->columns[column].twin;
	return twin != 0 ? (int)twin : -1;
}

/* Of a text that is not plain, or of a person. */
static const char *rows_copy_text(const struct rows_format *format, const struct rows_column *column,
	const struct json *json, int value, struct arena *arena)
{
	char text[BOARD_TEXT_MAX], shown[BOARD_TEXT_MAX];
	size_t length = json_text(json, value, text, sizeof(text));
	if (privacy_apply(format->names, column->person, text, shown, sizeof(shown)))
		return arena_copy(arena, shown, strlen(shown));
	return arena_copy(arena, text, length);
}

static bool rows_read_cell(const struct rows_format *format, const struct rows_column *column, const struct json *json,
	int value, struct arena *arena, struct cell *cell)
{
	size_t length;
	bool whole = format->names == NAMES_FULL || column->person == PERSON_NOTHING;
	const char *plain = whole ? json_plain(json, value, &length) : NULL;
	const char *copy = plain != NULL && length < BOARD_TEXT_MAX ? arena_copy(arena, plain, length)
		: rows_copy_text(format, column, json, value, arena);
	if (copy == NULL)
		return false;
	*cell = value_read(copy, column->kind, column->scale, format->wall_ms);
	return true;
}

/* The members of a row, one by one: the first is asked for with at -1. */
static int rows_next_member(const struct json *json, int node, int at, bool flat)
{
	if (!flat)
		return at < 0 ? json_first(json, node) : json_next(json, node, at);
	int next = at < 0 ? 1 : at + 2;
	return next < json->count ? next : -1;
}

/* Computed columns, of the cells that were read. */
static bool rows_compute(const struct rows_format *format, struct arena *arena, struct cell *cells)
{
	for (unsigned i = 0; i < format->shown; i++) {
		const struct placed_formula *calc = format->columns[i].calc;
		struct cell operands[FORMULA_OPERANDS_MAX];
		char text[FORMULA_TEXT_MAX];
		for (unsigned o = 0; calc != NULL && o < calc->formula.operand_count; o++)
			operands[o] = cells[calc->columns[o]];
		if (calc == NULL)
			continue;
		cells[i] = formula_value(&calc->formula, operands, text);
		if (cells[i].text == text && (cells[i].text = arena_copy(arena, text, strlen(text))) == NULL)
			return false;
	}
	return true;
}

/*
 * Reads a row into cells (as many as are read, all VALUE_NEVER before) out of a json that has it tokenised. The
 * first of duplicate columns stands. False at the arena's cap.
 */
static bool rows_read(const struct rows_format *format, const struct json *json, int node, struct arena *arena,
	struct cell *cells)
{
	bool flat = node == 0 && json_flat(json);
	unsigned expected = 0;
	for (int at = rows_next_member(json, node, -1, flat); at >= 0; at = rows_next_member(json, node, at, flat)) {
		int column = rows_find_column(format, json, at, expected);
		expected = (unsigned)(column + 1);
		for (; column >= 0 && column < (int)format->read; column = rows_next_twin(format, column))
			if (cells[column].state == VALUE_NEVER &&
				!rows_read_cell(format, &format->columns[column], json, json_value(json, at), arena,
				&cells[column]))
				return false;
	}
	return rows_compute(format, arena, cells);
}

void rows_find(const struct rows_format *format, const struct json *json, int node, int *values)
{
	bool flat = node == 0 && json_flat(json);
	unsigned expected = 0;
	for (unsigned i = 0; i < format->count; i++)
		values[i] = -1;
	for (int at = rows_next_member(json, node, -1, flat); at >= 0; at = rows_next_member(json, node, at, flat)) {
		int column = rows_find_column(format, json, at, expected);
		expected = (unsigned)(column + 1);
		for (; column >= 0; column = rows_next_twin(format, column))
			if (values[column] < 0)
				values[column] = json_value(json, at);
	}
}

bool rows_read_value(const struct rows_format *format, unsigned column, const struct json *json, int value,
	struct arena *arena, struct cell *cell)
{
	*cell = (struct cell){ .text = "", .state = VALUE_NEVER };
	return value < 0 || rows_read_cell(format, &format->columns[column], json, value, arena, cell);
}

bool rows_read_number(const struct rows_format *format, unsigned column, const struct json *json, int value, double *number)
{
	const struct rows_column *about = &format->columns[column];
	char text[BOARD_TEXT_MAX];
	size_t length;
	const char *plain = json_plain(json, value, &length);
	if (plain != NULL && length < sizeof(text)) {
		memcpy(text, plain, length);
		text[length] = '\0';
	} else {
		json_text(json, value, text, sizeof(text));
	}
	struct cell cell = value_read(text, about->kind, about->scale, format->wall_ms);
	*number = cell.number;
	return cell.state == VALUE_NUMBER;
}

/* The value of a column; -1: the row has none. */
static int rows_value(const struct rows_format *format, const struct json *json, int node, int wanted)
{
	bool flat = node == 0 && json_flat(json);
	unsigned expected = 0;
	for (int at = rows_next_member(json, node, -1, flat); at >= 0; at = rows_next_member(json, node, at, flat)) {
		int column = rows_find_column(format, json, at, expected);
		expected = (unsigned)(column + 1);
		while (column >= 0 && column != wanted)
			column = rows_next_twin(format, column);
		if (column >= 0)
			return json_value(json, at);
	}
	return -1;
}

/* Scrubbed text of the row's key column; "" if there is none. */
static void rows_read_key(const struct rows_format *format, const struct json *json, int node, char out[BOARD_TEXT_MAX])
{
	json_text(json, format->key < 0 ? -1 : rows_value(format, json, node, format->key), out, BOARD_TEXT_MAX);
	if (out[strspn(out, " ")] == '\0')
		out[0] = '\0';
}

bool rows_readable(const struct rows_format *format, const struct json *json, int node)
{
	bool seen[ROWS_COLUMNS_MAX] = { false };
	for (int at = json_first(json, node); at >= 0; at = json_next(json, node, at)) {
		int column = rows_find_column(format, json, at, 0);
		if (column < 0 || (column >= (int)format->read && column != format->key) || seen[column])
			continue;
		seen[column] = true;
		enum json_kind kind = json_kind(json, json_value(json, at));
		if (kind == JSON_OBJECT || kind == JSON_ARRAY)
			return false;
	}
	return true;
}

/* What is computed, as the rows' own: the format's maker need not keep it. */
static bool rows_keep_calcs(struct rows *rows)
{
	for (unsigned i = 0; i < rows->format.shown; i++) {
		struct rows_column *column = &rows->format.columns[i];
		if (column->calc == NULL)
			continue;
		struct placed_formula *own = arena_alloc(&rows->arena, sizeof(*own));
		if (own == NULL)
			return false;
		*own = *column->calc;
		column->calc = own;
	}
	return true;
}

bool board_keep_rows(struct panel_data *data, const struct rows_format *format, unsigned count, const char *bytes,
	size_t length)
{
	if (data->grid == NULL) {
		data->grid = must_alloc(sizeof(*data->grid));
		arena_init(&data->grid->arena, BOARD_PANEL_BYTES_MAX);
		json_init(&data->grid->json);
		data->grid->index = (struct text_index){ .slots = NULL };
	}
	/* All rows are forgotten, and their memory stays. */
	struct rows *rows = data->grid;
	arena_reset(&rows->arena);
	*rows = (struct rows){ .arena = rows->arena, .json = rows->json, .index = rows->index };
	data->columns = format->shown;
	/*
	 * All that may be made of rows: their bytes, their texts (no longer than they were in JSON, with little more
	 * for a name), cells, keys (of texts at most) and the table that makes them unique. Asked for first, so that no
	 * look can fail.
	 */
	enum { OF_CELL = sizeof(struct cell) + 8, OF_ROW = 128 };
	if (4 * length + (size_t)count * (format->read * OF_CELL + format->shown * FORMULA_TEXT_MAX * format->computes + OF_ROW) + 65536 > rows->arena.max)
		return false;
	rows->format = *format;
	if (!rows_keep_calcs(rows))
		return false;
	rows->bytes = arena_copy(&rows->arena, bytes, length);
	rows->spans = arena_room(&rows->arena, count * sizeof(*rows->spans));
	rows->cells = arena_alloc(&rows->arena, count * sizeof(*rows->cells));
	/* Memory that nobody touches costs nothing. */
	rows->keys = arena_room(&rows->arena, count * sizeof(*rows->keys));
	rows->again = arena_room(&rows->arena, count * sizeof(*rows->again));
	rows->uses = arena_room(&rows->arena, count * sizeof(*rows->uses));
	return rows->bytes != NULL && rows->spans != NULL && rows->cells != NULL && rows->keys != NULL &&
		rows->again != NULL && rows->uses != NULL;
}

/* A row, tokenised; until the next look at one. */
static const struct json *rows_open(struct rows *rows, unsigned row)
{
	struct json_span span = rows->spans[row];
	json_open(&rows->json, rows->bytes + span.start, span.end - span.start);
	return &rows->json;
}

static const struct cell *rows_cells(struct rows *rows, unsigned row)
{
	if (rows->cells[row] != NULL)
		return rows->cells[row];
	unsigned columns = rows->format.read;
	struct cell *cells = arena_room(&rows->arena, columns * sizeof(*cells));
	if (cells == NULL)
		return NULL;
	for (unsigned i = 0; i < columns; i++)
		cells[i] = (struct cell){ .text = "", .state = VALUE_NEVER };
	if (!rows_read(&rows->format, rows_open(rows, row), 0, &rows->arena, cells))
		return NULL;
	rows->cells[row] = cells;
	return cells;
}

static struct cell rows_peek(struct rows *rows, unsigned row, unsigned column)
{
	struct cell cell = { .text = "", .state = VALUE_NEVER };
	if (rows->format.columns[column].calc != NULL && rows_cells(rows, row) == NULL)
		return cell;
	if (rows->cells[row] != NULL)
		return rows->cells[row][column];
	const struct json *json = rows_open(rows, row);
	int value = rows_value(&rows->format, json, 0, (int)column);
	if (value >= 0)
		(void)rows_read_cell(&rows->format, &rows->format.columns[column], json, value, &rows->arena, &cell);
	return cell;
}

/* The bytes of a value: its own where they are plain, else in `other`. */
static const char *rows_bytes(const struct json *json, int value, char other[BOARD_TEXT_MAX], size_t *length)
{
	const char *plain = value < 0 ? NULL : json_plain(json, value, length);
	if (plain != NULL && *length < BOARD_TEXT_MAX)
		return plain;
	*length = json_text(json, value, other, BOARD_TEXT_MAX);
	return other;
}

/* Rows of one answer are written alike: their values are where those of the row before were. */
static void rows_each_text(struct rows *rows, unsigned column, board_take_text *take, void *context)
{
	char key_other[BOARD_TEXT_MAX], other[BOARD_TEXT_MAX];
	int key = -1, value = -1;
	json_close(&rows->json);
	for (unsigned row = 0; row < rows->count; row++) {
		struct json_span span = rows->spans[row];
		if (!json_open_like(&rows->json, rows->bytes + span.start, span.end - span.start)) {
			key = rows_value(&rows->format, &rows->json, 0, rows->format.key);
			value = rows_value(&rows->format, &rows->json, 0, (int)column);
		}
		size_t key_length = 0, length = 0;
		const char *key_text = rows_bytes(&rows->json, key, key_other, &key_length);
		const char *text = rows_bytes(&rows->json, value, other, &length);
		if (value >= 0 && !rows_is_blank(key_text, key_length))
			take(context, key_text, key_length, text, length);
	}
}

void board_each_text(const struct panel_data *data, unsigned column, board_take_text *take, void *context)
{
	struct rows *rows = data->cells == NULL ? data->grid : NULL;
	if (rows != NULL && rows->count > 0 && rows->format.key >= 0 && column < rows->format.shown &&
		rows->format.columns[column].calc == NULL)
		rows_each_text(rows, column, take, context);
}

struct cell board_operand(const struct panel_data *data, unsigned row, unsigned column, unsigned operand)
{
	struct rows *rows = data->cells == NULL ? data->grid : NULL;
	const struct placed_formula *calc = rows != NULL && column < rows->format.shown ? rows->format.columns[column].calc : NULL;
	if (calc == NULL || operand >= FORMULA_OPERANDS_MAX || calc->columns[operand] >= rows->format.read)
		return (struct cell){ .text = "", .state = VALUE_NEVER };
	if (row < data->rows)
		return rows_peek(rows, row, calc->columns[operand]);
	return data->totals != NULL ? data->totals[calc->columns[operand]] : (struct cell){ .text = "", .state = VALUE_NEVER };
}

static bool rows_cells_contain(const struct cell *cells, unsigned count, const char *text)
{
	for (unsigned i = 0; cells != NULL && i < count; i++)
		if (fold_contains(cells[i].text, strlen(cells[i].text), text))
			return true;
	return false;
}

bool rows_is_blank(const char *text, size_t length)
{
	while (length > 0 && text[length - 1] == ' ')
		length--;
	return length == 0;
}

static bool rows_contain(struct rows *rows, unsigned row, const char *text)
{
	const struct rows_format *format = &rows->format;
	if (rows->cells[row] != NULL || format->names != NAMES_FULL || format->computes)
		return rows_cells_contain(rows_cells(rows, row), format->shown, text);
	const struct json *json = rows_open(rows, row);
	bool flat = json_flat(json), seen[ROWS_COLUMNS_MAX] = { false };
	unsigned expected = 0;
	for (int at = rows_next_member(json, 0, -1, flat); at >= 0; at = rows_next_member(json, 0, at, flat)) {
		int column = rows_find_column(format, json, at, expected), value = json_value(json, at);
		char other[BOARD_TEXT_MAX];
		size_t length = 0;
		expected = (unsigned)(column + 1);
		if (column < 0 || column >= (int)format->shown || seen[column])
			continue;
		seen[column] = true;
		const char *plain = json_plain(json, value, &length);
		if (plain == NULL || length >= BOARD_TEXT_MAX) {
			length = json_text(json, value, other, sizeof(other));
			plain = other;
		}
		if (!rows_is_blank(plain, length) && fold_contains(plain, length, text))
			return true;
	}
	return false;
}

/* One row in the order of a column: numbers, then other texts, then what is blank, each as they came. */
struct row_place {
	double number;
	int state; /* 0 a number, 1 a text, 2 none */
	unsigned row;
};

static int rows_compare(const struct row_place *a, const struct row_place *b)
{
	if (a->state != b->state)
		return a->state < b->state ? -1 : 1;
	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	return a->row < b->row ? -1 : 1;
}

static int rows_compare_places(const void *a, const void *b)
{
	return rows_compare(a, b);
}

bool board_sort_rows(struct panel_data *data, unsigned column, bool descending, unsigned limit)
{
	struct rows *rows = data->grid;
	unsigned count = rows->count;
	struct row_place *places = arena_room(&rows->arena, count * sizeof(*places));
	struct json_span *spans = arena_room(&rows->arena, count * sizeof(*spans));
	struct cell **cells = arena_room(&rows->arena, count * sizeof(*cells));
	if (places == NULL || spans == NULL || cells == NULL)
		return false;
	for (unsigned row = 0; row < count; row++) {
		struct cell cell = rows_peek(rows, row, column);
		bool number = cell.state == VALUE_NUMBER;
		places[row] = (struct row_place){ .number = !number ? 0 : descending ? -cell.number : cell.number,
			.state = number ? 0 : cell.state == VALUE_TEXT ? 1 : 2, .row = row };
	}
	qsort(places, count, sizeof(*places), rows_compare_places);
	for (unsigned row = 0; row < count; row++) {
		spans[row] = rows->spans[places[row].row];
		cells[row] = rows->cells[places[row].row];
	}
	rows->spans = spans;
	rows->cells = cells;
	if (limit > 0 && count > limit) {
		rows->count = data->rows = limit;
		data->limit = limit;
	}
	return true;
}

/* ---- keys: how a selection finds its row again after the next answer ---- */

/*
 * All texts of the row, as one that ends in a newline. Numbers and states change; names do not. No text of the API
 * holds a newline, so that such a key, numbered or not, is never another row's own.
 */
static void rows_join_texts(struct rows *rows, unsigned row, char out[KEY_TEXT_MAX])
{
	const struct cell *cells = rows_cells(rows, row);
	size_t used = 0;
	out[0] = '\0';
	for (unsigned i = 0; cells != NULL && i < rows->format.shown && used < KEY_TEXT_MAX - 1; i++) {
		if (rows->format.columns[i].kind != KIND_TEXT || cells[i].state != VALUE_TEXT)
			continue;
		int more = snprintf(out + used, KEY_TEXT_MAX - used, "%s\n", cells[i].text);
		used += more > 0 ? (size_t)more : 0;
	}
	if (used > KEY_TEXT_MAX - 1)
		used = KEY_TEXT_MAX - 1;
	if (used == 0)
		used = 1;
	memcpy(out + used - 1, "\n", 2);
}

/* At the cap a row has no key of its own: it cannot be selected, and nothing else is lost. */
static const char *rows_keep_text(struct rows *rows, const char *text)
{
	const char *copy = arena_copy(&rows->arena, text, strlen(text));
	return copy == NULL ? "" : copy;
}

static const char *rows_key_text(const void *keys, unsigned row)
{
	return ((const char *const *)keys)[row];
}

/* Rows before it have their keys. */
static void rows_give_key(struct rows *rows, unsigned row)
{
	char wanted[BOARD_TEXT_MAX], texts[KEY_TEXT_MAX], key[KEY_TEXT_MAX + 16];
	rows->uses[row] = 1;
	rows_read_key(&rows->format, rows_open(rows, row), 0, wanted);
	if (wanted[0] != '\0') {
		rows->keys[row] = rows_keep_text(rows, wanted);
		if (text_index_add(&rows->index, rows->keys[row], row) < 0)
			return;
		rows->again[row] = true;
	}
	rows_join_texts(rows, row, texts);
	/* Rows of equal texts are numbered; the first one counts them. */
	rows->keys[row] = rows_keep_text(rows, texts);
	int first = text_index_add(&rows->index, rows->keys[row], row);
	if (first < 0)
		return;
	snprintf(key, sizeof(key), "%s#%u", texts, (unsigned)++rows->uses[first]);
	rows->keys[row] = rows_keep_text(rows, key);
}

static const char *const *rows_keys(struct rows *rows)
{
	if (rows->keyed || rows->count == 0)
		return rows->keys;
	rows->index.text = rows_key_text;
	rows->index.context = rows->keys;
	text_index_clear(&rows->index, rows->count);
	memset(rows->again, 0, rows->count * sizeof(*rows->again));
	for (unsigned row = 0; row < rows->count; row++)
		rows_give_key(rows, row);
	rows->keyed = true;
	return rows->keys;
}

/* ---- the board ---- */

static const struct cell never = { .text = "", .state = VALUE_NEVER };

static struct board *board_make(unsigned panels)
{
	struct board *board = must_alloc(sizeof(*board));
	memset(board, 0, sizeof(*board));
	board->chat.wait_seconds = -1;
	json_init(&board->json);
	json_init(&board->row);
	unsigned long bytes = panels * sizeof(*board->panels);
	board->panels = must_alloc(bytes);
	memset(board->panels, 0, bytes);
	board->panel_count = panels;
	for (unsigned i = 0; i < panels; i++)
		for (int side = 0; side < 2; side++)
			arena_init(&board->panels[i].data[side].arena, BOARD_PANEL_BYTES_MAX);
	return board;
}

struct board *board_new(const struct layout *layout)
{
	struct board *board = board_make(layout->panel_count);
	board->layout = layout;
	return board;
}

void board_free(struct board *board)
{
	if (board == NULL)
		return;
	for (unsigned i = 0; i < board->panel_count; i++)
		for (int side = 0; side < 2; side++) {
			arena_free(&board->panels[i].data[side].arena);
			rows_free(board->panels[i].data[side].grid);
		}
	json_free(&board->json);
	json_free(&board->row);
	text_index_free(&board->logins);
	free(board->panels);
	free(board);
}

/* Data may stay only where they answer the same question. */
static bool board_same_panel(const struct panel *a, const struct panel *b)
{
	if (!query_same_source(a, b) || a->column_count != b->column_count)
		return false;
	for (unsigned i = 0; i < a->column_count; i++)
		if (!column_same(&a->columns[i], &b->columns[i]))
			return false;
	return true;
}

/* What a board knows beside its panels. */
static void board_copy_beside(struct board *to, const struct board *from)
{
	memcpy(to->services, from->services, sizeof(from->services));
	to->service_count = from->service_count;
	to->services_left = from->services_left;
	to->names = from->names;
	to->chat = from->chat;
	to->generation = from->generation;
	to->accepted_ms = from->accepted_ms;
	to->accepted_wall_ms = from->accepted_wall_ms;
}

void board_adopt(struct board *board, struct board *old)
{
	for (unsigned i = 0; i < board->layout->panel_count; i++) {
		const struct panel *panel = &board->layout->panels[i];
		const struct panel *before = layout_panel(old->layout, panel->name);
		if (before == NULL || !board_same_panel(panel, before))
			continue;
		/* Exchanged, so that each side frees what it then has. */
		struct panel_board moved = old->panels[before->index];
		old->panels[before->index] = board->panels[i];
		board->panels[i] = moved;
	}
	board_copy_beside(board, old);
}

void board_confirm(struct board *board, const struct panel *panel, int64_t received_ms)
{
	struct panel_board *entry = &board->panels[panel->index];
	struct panel_data *data = &entry->data[entry->shown];
	if (!data->received)
		return;
	data->received_ms = received_ms;
	if (received_ms > board->accepted_ms)
		board->accepted_ms = received_ms;
}

const struct panel_data *board_data(const struct board *board, const struct panel *panel)
{
	const struct panel_board *entry = &board->panels[panel->index];
	return &entry->data[entry->shown];
}

const struct panel_data *board_data_before(const struct board *board, const struct panel *panel)
{
	/* The spare is emptied when the next answer is decoded into it, not before. */
	const struct panel_board *entry = &board->panels[panel->index];
	const struct panel_data *data = &entry->data[1 - entry->shown];
	return data->received ? data : NULL;
}

const struct cell *board_cell(const struct panel_data *data, unsigned row, unsigned column)
{
	if (row >= data->rows || column >= data->columns)
		return &never;
	if (data->cells != NULL)
		return &data->cells[(size_t)row * data->columns + column];
	const struct cell *cells = rows_cells(data->grid, row);
	return cells == NULL ? &never : &cells[column];
}

struct cell board_peek(const struct panel_data *data, unsigned row, unsigned column)
{
	if (data->cells != NULL || row >= data->rows || column >= data->columns)
		return *board_cell(data, row, column);
	return rows_peek(data->grid, row, column);
}

bool board_contains(const struct panel_data *data, unsigned row, const char *text)
{
	if (row >= data->rows)
		return false;
	if (data->cells == NULL)
		return rows_contain(data->grid, row, text);
	return rows_cells_contain(&data->cells[(size_t)row * data->columns], data->columns, text);
}

const char *const *board_keys(const struct panel_data *data)
{
	return data->cells != NULL || data->grid == NULL ? data->keys : rows_keys(data->grid);
}

const char *board_key(const struct panel_data *data, unsigned row)
{
	if (row >= data->rows)
		return "";
	return board_keys(data)[row];
}

bool board_again(const struct panel *panel, const struct panel_data *data, unsigned row)
{
	bool grid = panel->type == PANEL_AGENT_GRID && data->cells == NULL && data->grid != NULL;
	if (!grid || row >= data->rows)
		return false;
	(void)rows_keys(data->grid);
	return data->grid->again[row];
}

static bool board_copy_cells(struct arena *arena, struct cell *to, const struct cell *from, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		to[i] = from[i];
		to[i].text = from[i].text[0] == '\0' ? "" : arena_copy(arena, from[i].text, strlen(from[i].text));
		if (to[i].text == NULL)
			return false;
	}
	return true;
}

static bool board_copy_typed(struct panel_data *to, const struct panel_data *from)
{
	size_t count = from->cells == NULL ? 0 : (size_t)from->rows * from->columns;
	to->cells = arena_alloc(&to->arena, count * sizeof(*to->cells));
	to->keys = arena_alloc(&to->arena, from->rows * sizeof(*to->keys));
	if (to->cells == NULL || to->keys == NULL || !board_copy_cells(&to->arena, to->cells, from->cells, count))
		return false;
	for (unsigned row = 0; row < from->rows; row++) {
		to->keys[row] = arena_copy(&to->arena, from->keys[row], strlen(from->keys[row]));
		if (to->keys[row] == NULL)
			return false;
	}
	return true;
}

static bool board_copy_agent(struct arena *arena, struct listed_agent *agent)
{
	struct cell cell = agent->time;
	agent->name = arena_copy(arena, agent->name, strlen(agent->name));
	agent->state = arena_copy(arena, agent->state, strlen(agent->state));
	agent->reason = arena_copy(arena, agent->reason, strlen(agent->reason));
	return agent->name != NULL && agent->state != NULL && agent->reason != NULL &&
		board_copy_cells(arena, &agent->time, &cell, 1);
}

static bool board_copy_lists(struct panel_data *to, const struct panel_data *from)
{
	if (from->lists == NULL)
		return true;
	to->lists = arena_alloc(&to->arena, AGENT_LISTS * sizeof(*to->lists));
	for (int i = 0; i < AGENT_LISTS && to->lists != NULL; i++) {
		struct agent_list *list = &to->lists[i];
		*list = from->lists[i];
		list->agents = arena_alloc(&to->arena, (list->count + 1) * sizeof(*list->agents));
		if (list->agents == NULL)
			return false;
		memcpy(list->agents, from->lists[i].agents, list->count * sizeof(*list->agents));
		for (unsigned at = 0; at < list->count; at++)
			if (!board_copy_agent(&to->arena, &list->agents[at]))
				return false;
	}
	return to->lists != NULL;
}

static bool board_copy_rows(struct panel_data *to, const struct panel_data *from)
{
	if (from->cells == NULL && from->grid != NULL) {
		const struct rows *rows = from->grid;
		size_t length = 0;
		for (unsigned row = 0; row < rows->count; row++)
			length = rows->spans[row].end > length ? rows->spans[row].end : length;
		if (!board_keep_rows(to, &rows->format, rows->count, rows->bytes, length))
			return false;
		memcpy(to->grid->spans, rows->spans, rows->count * sizeof(*rows->spans));
		to->grid->count = rows->count;
	} else if (!board_copy_typed(to, from)) {
		return false;
	}
	to->columns = from->columns;
	to->rows = from->rows;
	if (from->totals == NULL)
		return true;
	/* With what they are computed of, see board_operand(). */
	unsigned columns = to->cells == NULL && to->grid != NULL ? to->grid->format.read : from->columns;
	to->totals = arena_alloc(&to->arena, columns * sizeof(*to->totals));
	return to->totals != NULL && board_copy_cells(&to->arena, to->totals, from->totals, columns);
}

/* The cap is the same as the original's, so that only a board at its very edge can lose a panel here. */
static void board_copy_panel(struct panel_board *to, const struct panel_board *from)
{
	const struct panel_data *shown = &from->data[from->shown];
	struct panel_data *data = &to->data[0];
	memcpy(to->reason, from->reason, sizeof(to->reason));
	memcpy(to->problem, from->problem, sizeof(to->problem));
	data->received = shown->received;
	data->received_ms = shown->received_ms;
	data->version = shown->version;
	data->limit = shown->limit;
	data->columns = shown->columns;
	if (shown->received && board_copy_rows(data, shown) && board_copy_lists(data, shown))
		return;
	data->rows = 0;
	data->lists = NULL;
	data->totals = NULL;
}

void board_put(struct board *board, const struct panel *panel, unsigned column, double number, const char *text)
{
	struct panel_board *entry = &board->panels[panel->index];
	struct panel_data *data = &entry->data[entry->shown];
	const char *copy = data->cells != NULL && column < data->columns ? arena_copy(&data->arena, text, strlen(text)) : NULL;
	if (copy != NULL)
		data->cells[column] = (struct cell){ .text = copy, .number = number, .state = VALUE_NUMBER };
}

struct board *board_copy(const struct board *board)
{
	struct board *copy = board_make(board->panel_count);
	for (unsigned i = 0; i < board->panel_count; i++)
		board_copy_panel(&copy->panels[i], &board->panels[i]);
	board_copy_beside(copy, board);
	return copy;
}

struct board *board_copy_for(const struct board *board, const struct layout *layout)
{
	struct board *copy = board_new(layout);
	for (unsigned i = 0; i < layout->panel_count; i++)
		for (unsigned k = 0; k < board->layout->panel_count; k++)
			if (board_same_panel(&layout->panels[i], &board->layout->panels[k])) {
				board_copy_panel(&copy->panels[i], &board->panels[k]);
				break;
			}
	board_copy_beside(copy, board);
	copy->scales = board->scales;
	return copy;
}

void board_put_never(struct board *board, const struct panel *panel)
{
	struct panel_board *entry = &board->panels[panel->index];
	struct panel_data *data = &entry->data[entry->shown];
	if (data->received)
		return;
	struct cell *cells = arena_alloc(&data->arena, panel->column_count * sizeof(*cells));
	const char **keys = arena_alloc(&data->arena, sizeof(*keys));
	if (cells == NULL || keys == NULL)
		return;
	for (unsigned i = 0; i < panel->column_count; i++)
		cells[i] = never;
	keys[0] = "";
	data->cells = cells;
	data->keys = keys;
	data->rows = 1;
	data->columns = panel->column_count;
	data->received = true;
	data->received_ms = board->accepted_ms;
	entry->reason[0] = '\0';
}

static const char *board_row_text(const struct panel *panel, const struct panel_data *data, unsigned row,
	const char *stat)
{
	int column = panel_column(panel, stat);
	return column < 0 ? "" : board_cell(data, row, (unsigned)column)->text;
}

enum severity board_severity(const struct panel *panel, const struct panel_data *data, unsigned row, unsigned column,
	bool stale)
{
	if (stale || column >= panel->column_count)
		return SEVERITY_NONE;
	const struct column *about = &panel->columns[column];
	/* Limits of half-hours and of quarter-hours say nothing about the whole day. */
	if (!column_has_limits(about) || panel->type == PANEL_INTERVALS || about->gained)
		return SEVERITY_NONE;
	const struct cell *cell = board_cell(data, row, column);
	const struct limit *limit = about->limit_count == 0 ? NULL :
		column_limit(about, state_read(board_row_text(panel, data, row, "acd_state")), board_row_text(panel, data, row, "reason"));
	if (limit != NULL)
		return threshold_severity(&limit->warn, &limit->alert, cell);
	return threshold_severity(&about->warn, &about->alert, cell);
}

bool board_limits_idle(const struct panel *panel, const struct panel_data *data, unsigned column, unsigned rows_max,
	struct error *why)
{
	const struct column *about = &panel->columns[column];
	unsigned texts = 0, rows = data->rows < rows_max ? data->rows : rows_max;
	const char *first = "";
	for (unsigned row = 0; column_has_limits(about) && row < rows; row++) {
		const struct cell *cell = board_cell(data, row, column);
		if (cell->state == VALUE_TEXT && texts++ == 0)
			first = cell->text;
	}
	if (texts == rows && texts > 0)
		error_set(why, "panel '%s': %s is not a number: %.60s; its limit never applies", panel->name,
			about->name, first);
	else if (texts > 0)
		error_set(why, "panel '%s': %s is not a number in %u of %u rows: %.60s; its limit does not apply there",
			panel->name, about->name, texts, rows, first);
	return texts > 0;
}

enum severity board_row_severity(const struct panel *panel, const struct panel_data *data, unsigned row, bool stale)
{
	enum severity worst = SEVERITY_NONE;
	for (unsigned column = 0; column < panel->column_count; column++) {
		enum severity severity = board_severity(panel, data, row, column, stale);
		if (severity > worst)
			worst = severity;
	}
	return worst;
}

const struct service_availability *board_find_service(const struct board *board, const char *service)
{
	for (unsigned i = 0; i < board->service_count; i++)
		if (strcmp(board->services[i].service, service) == 0)
			return &board->services[i];
	return NULL;
}

struct service_availability *board_service(struct board *board, const char *service)
{
	for (unsigned i = 0; i < board->service_count; i++)
		if (strcmp(board->services[i].service, service) == 0)
			return &board->services[i];
	if (board->service_count == BOARD_SERVICES_MAX || strlen(service) >= BOARD_SERVICE_NAME_MAX)
		return NULL;
	struct service_availability *entry = &board->services[board->service_count++];
	*entry = (struct service_availability){ .state = AVAILABILITY_NEVER };
	snprintf(entry->service, sizeof(entry->service), "%s", service);
	return entry;
}

static bool board_shows_all_services(const struct layout *layout)
{
	for (unsigned i = 0; i < layout->panel_count; i++)
		if (layout->panels[i].type == PANEL_AVAILABILITY && layout->panels[i].services.count == 0)
			return true;
	return false;
}

/* Why a panel of all services has none; "": nothing is wrong. */
static void board_set_unlisted(struct board *board, const char *reason)
{
	for (unsigned i = 0; i < board->layout->panel_count; i++) {
		const struct panel *panel = &board->layout->panels[i];
		if (panel->type != PANEL_AVAILABILITY || panel->services.count > 0)
			continue;
		char *why = board->panels[i].reason;
		why[0] = '\0';
		if (reason[0] != '\0')
			snprintf(why, BOARD_REASON_MAX, "%s", reason);
	}
}

/* Why a list of services is none; "": it is one. */
static void board_unlisted_reason(const struct catalogue *services, char out[BOARD_REASON_MAX])
{
	out[0] = '\0';
	if (services->known && services->count == 0)
		snprintf(out, BOARD_REASON_MAX,
			"No services. Only those of the teams that the user supervises are listed.");
	else if (!services->known && services->reason[0] != '\0')
		snprintf(out, BOARD_REASON_MAX, "services cannot be listed (%s): name them in the layout",
			services->reason);
}

void board_list_services(struct board *board, const struct catalogue *services)
{
	char why[BOARD_REASON_MAX];
	board_unlisted_reason(services, why);
	if (!board->services_listed)
		board_set_unlisted(board, why);
	if (board->services_listed || !services->known || services->count == 0)
		return;
	board->services_listed = true;
	if (!board_shows_all_services(board->layout))
		return;
	for (unsigned i = 0; i < services->count; i++)
		if (board_service(board, services->entries[i].name) == NULL)
			board->services_left++;
}

void board_missed(struct board *board, enum frame_kind kind, const char *subject, const char *cause)
{
	if (kind == FRAME_AVAILABILITY) {
		struct service_availability *entry = board_service(board, subject);
		if (entry != NULL)
			snprintf(entry->problem, sizeof(entry->problem), "%s", cause);
		return;
	}
	if (kind == FRAME_CHAT_HOURS)
		snprintf(board->chat.problem, sizeof(board->chat.problem), "%s", cause);
	for (unsigned i = 0; i < board->layout->panel_count; i++)
		if (kind == FRAME_CAMPAIGNS && board->layout->panels[i].type == PANEL_CAMPAIGNS)
			snprintf(board->panels[i].problem, sizeof(board->panels[i].problem), "%s", cause);
}

/* ---- the board as it is now ---- */

/* CLOCK_BOOTTIME of the panel's youngest data; 0: none came yet. */
static int64_t board_view_received(const struct board_view *view, const struct panel *panel)
{
	const struct board *board = view->board;
	const struct panel_data *data = board_data(board, panel);
	int64_t youngest = data->received ? data->received_ms : 0;
	for (unsigned i = 0; panel->type == PANEL_AVAILABILITY && i < board->service_count; i++)
		if (board->services[i].state != AVAILABILITY_NEVER && board->services[i].received_ms > youngest)
			youngest = board->services[i].received_ms;
	return youngest;
}

bool board_view_stale(const struct board_view *view, const struct panel *panel)
{
	int every = panel_kind(panel->type)->every;
	return link_old(every > 0 ? every : view->link->interval, board_view_received(view, panel), view->now_ms);
}

double board_view_age(const struct board_view *view, const struct panel *panel)
{
	struct link link = { .accepted_ms = board_view_received(view, panel) };
	return link_age(&link, view->now_ms);
}

bool board_view_service_stale(const struct board_view *view, const struct service_availability *service)
{
	return service != NULL && service->state != AVAILABILITY_NEVER &&
		link_old(PANEL_AVAILABILITY_SECONDS, service->received_ms, view->now_ms);
}
