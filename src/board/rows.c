#include "board/rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fold.h"
#include "base/log.h"

enum {
	KEY_TEXT_MAX = 256, /* of a key made of texts; the ordinal keeps longer ones apart */
};

struct rows *rows_new(size_t max)
{
	struct rows *rows = must_alloc(sizeof(*rows));
	*rows = (struct rows){ .count = 0 };
	arena_init(&rows->arena, max);
	json_init(&rows->json);
	return rows;
}

void rows_free(struct rows *rows)
{
	if (rows == NULL)
		return;
	arena_free(&rows->arena);
	json_free(&rows->json);
	text_index_free(&rows->index);
	free(rows);
}

void rows_clear(struct rows *rows)
{
	arena_reset(&rows->arena);
	rows->count = 0;
	rows->bytes = NULL;
	rows->spans = NULL;
	rows->cells = NULL;
	rows->keys = NULL;
	rows->keyed = false;
}

static bool rows_is_column(const struct rows_column *column, const struct json *json, int key, const char *plain,
	size_t length)
{
	if (plain == NULL)
		return json_is(json, key, column->id);
	return length == column->id_length && memcmp(plain, column->id, length) == 0;
}

/* The first of twins; -1: no column of ours. They mostly come in the order in which they were asked for. */
static int rows_find_column(const struct rows_format *format, const struct json *json, int key, unsigned expected)
{
	size_t length = 0;
	const char *plain = json_plain(json, key, &length);
	const struct rows_column *next = expected < format->count ? &format->columns[expected] : NULL;
	if (next != NULL && !next->second && rows_is_column(next, json, key, plain, length))
		return (int)expected;
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
	char text[ROWS_TEXT_MAX], shown[ROWS_TEXT_MAX];
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
	const char *copy = plain != NULL && length < ROWS_TEXT_MAX ? arena_copy(arena, plain, length)
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

bool rows_read(const struct rows_format *format, const struct json *json, int node, struct arena *arena,
	struct cell *cells)
{
	bool flat = node == 0 && json_flat(json);
	unsigned expected = 0;
	for (int at = rows_next_member(json, node, -1, flat); at >= 0; at = rows_next_member(json, node, at, flat)) {
		int column = rows_find_column(format, json, at, expected);
		expected = (unsigned)(column + 1);
		for (; column >= 0 && column < (int)format->shown; column = rows_next_twin(format, column))
			if (cells[column].state == VALUE_NEVER &&
				!rows_read_cell(format, &format->columns[column], json, json_value(json, at), arena, &cells[column]))
				return false;
	}
	return true;
}

void rows_read_key(const struct rows_format *format, const struct json *json, int node, char out[ROWS_TEXT_MAX])
{
	bool flat = node == 0 && json_flat(json);
	unsigned expected = 0;
	out[0] = '\0';
	if (format->key < 0)
		return;
	for (int at = rows_next_member(json, node, -1, flat); at >= 0; at = rows_next_member(json, node, at, flat)) {
		int column = rows_find_column(format, json, at, expected);
		expected = (unsigned)(column + 1);
		while (column >= 0 && column != format->key)
			column = rows_next_twin(format, column);
		if (column < 0)
			continue;
		json_text(json, json_value(json, at), out, ROWS_TEXT_MAX);
		if (out[strspn(out, " ")] == '\0')
			out[0] = '\0';
		return;
	}
}

bool rows_readable(const struct rows_format *format, const struct json *json, int node)
{
	bool seen[ROWS_COLUMNS_MAX] = { false };
	for (int at = json_first(json, node); at >= 0; at = json_next(json, node, at)) {
		int column = rows_find_column(format, json, at, 0);
		if (column < 0 || (column >= (int)format->shown && column != format->key) || seen[column])
			continue;
		seen[column] = true;
		enum json_kind kind = json_kind(json, json_value(json, at));
		if (kind == JSON_OBJECT || kind == JSON_ARRAY)
			return false;
	}
	return true;
}

/*
 * All that may be made of rows: their bytes, their texts (no longer than they were in JSON, with little more for a
 * name), cells, keys (of texts at most) and the table that makes them unique. Asked for first, so that no look can
 * fail.
 */
static size_t rows_bytes_max(const struct rows_format *format, unsigned count, size_t bytes)
{
	enum { OF_CELL = sizeof(struct cell) + 8, OF_ROW = 128 };
	return 4 * bytes + (size_t)count * (format->shown * OF_CELL + OF_ROW) + 65536;
}

bool rows_reserve(struct rows *rows, const struct rows_format *format, unsigned count, size_t bytes)
{
	rows_clear(rows);
	if (rows_bytes_max(format, count, bytes) > rows->arena.max)
		return false;
	rows->format = *format;
	rows->spans = arena_room(&rows->arena, (count + 1UL) * sizeof(*rows->spans));
	rows->cells = arena_alloc(&rows->arena, (count + 1UL) * sizeof(*rows->cells));
	/* Memory that nobody touches costs nothing. */
	rows->keys = arena_room(&rows->arena, (count + 1UL) * sizeof(*rows->keys));
	rows->again = arena_room(&rows->arena, (count + 1UL) * sizeof(*rows->again));
	rows->uses = arena_room(&rows->arena, (count + 1UL) * sizeof(*rows->uses));
	return rows->spans != NULL && rows->cells != NULL && rows->keys != NULL && rows->again != NULL && rows->uses != NULL;
}

bool rows_keep(struct rows *rows, const char *bytes, size_t length)
{
	rows->bytes = arena_copy(&rows->arena, bytes, length);
	return rows->bytes != NULL;
}

bool rows_copy(struct rows *rows, const struct rows *from)
{
	size_t bytes = from->count > 0 ? from->spans[from->count - 1].end : 0;
	if (!rows_reserve(rows, &from->format, from->count, bytes) || !rows_keep(rows, from->bytes, bytes))
		return false;
	memcpy(rows->spans, from->spans, from->count * sizeof(*rows->spans));
	rows->count = from->count;
	return true;
}

/* A row that is not there reads as one without members. */
/* A row, tokenised; until the next look at one. One that is not there is an empty object. */
static const struct json *rows_open(struct rows *rows, unsigned row)
{
	if (row >= rows->count) {
		json_open(&rows->json, "{}", 2);
		return &rows->json;
	}
	struct json_span span = rows->spans[row];
	json_open(&rows->json, rows->bytes + span.start, span.end - span.start);
	return &rows->json;
}

const struct cell *rows_cells(struct rows *rows, unsigned row)
{
	if (row >= rows->count)
		return NULL;
	if (rows->cells[row] != NULL)
		return rows->cells[row];
	unsigned columns = rows->format.shown;
	struct cell *cells = arena_room(&rows->arena, (columns + 1) * sizeof(*cells));
	if (cells == NULL)
		return NULL;
	for (unsigned i = 0; i < columns; i++)
		cells[i] = (struct cell){ .text = "", .state = VALUE_NEVER };
	if (!rows_read(&rows->format, rows_open(rows, row), 0, &rows->arena, cells))
		return NULL;
	rows->cells[row] = cells;
	return cells;
}

static int rows_value(const struct rows_format *format, const struct json *json, unsigned wanted)
{
	bool flat = json_flat(json);
	unsigned expected = 0;
	for (int at = rows_next_member(json, 0, -1, flat); at >= 0; at = rows_next_member(json, 0, at, flat)) {
		int column = rows_find_column(format, json, at, expected);
		expected = (unsigned)(column + 1);
		while (column >= 0 && column != (int)wanted)
			column = rows_next_twin(format, column);
		if (column >= 0)
			return json_value(json, at);
	}
	return -1;
}

struct cell rows_peek(struct rows *rows, unsigned row, unsigned column)
{
	struct cell cell = { .text = "", .state = VALUE_NEVER };
	if (row >= rows->count || column >= rows->format.count)
		return cell;
	if (rows->cells[row] != NULL)
		return column < rows->format.shown ? rows->cells[row][column] : cell;
	const struct json *json = rows_open(rows, row);
	int value = rows_value(&rows->format, json, column);
	if (value >= 0)
		(void)rows_read_cell(&rows->format, &rows->format.columns[column], json, value, &rows->arena, &cell);
	return cell;
}

static bool rows_cells_contain(const struct cell *cells, unsigned count, const char *text)
{
	for (unsigned i = 0; cells != NULL && i < count; i++)
		if (fold_contains(cells[i].text, strlen(cells[i].text), text))
			return true;
	return false;
}

/* Blanks alone are no value. */
static bool rows_is_blank(const char *text, size_t length)
{
	while (length > 0 && text[length - 1] == ' ')
		length--;
	return length == 0;
}

bool rows_contain(struct rows *rows, unsigned row, const char *text)
{
	const struct rows_format *format = &rows->format;
	if (row >= rows->count)
		return false;
	if (rows->cells[row] != NULL || format->names != NAMES_FULL)
		return rows_cells_contain(rows_cells(rows, row), format->shown, text);
	const struct json *json = rows_open(rows, row);
	bool flat = json_flat(json), seen[ROWS_COLUMNS_MAX] = { false };
	unsigned expected = 0;
	for (int at = rows_next_member(json, 0, -1, flat); at >= 0; at = rows_next_member(json, 0, at, flat)) {
		int column = rows_find_column(format, json, at, expected), value = json_value(json, at);
		char other[ROWS_TEXT_MAX];
		size_t length = 0;
		expected = (unsigned)(column + 1);
		if (column < 0 || column >= (int)format->shown || seen[column])
			continue;
		seen[column] = true;
		const char *plain = json_plain(json, value, &length);
		if (plain == NULL || length >= ROWS_TEXT_MAX) {
			length = json_text(json, value, other, sizeof(other));
			plain = other;
		}
		if (!rows_is_blank(plain, length) && fold_contains(plain, length, text))
			return true;
	}
	return false;
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
	char wanted[ROWS_TEXT_MAX], texts[KEY_TEXT_MAX], key[KEY_TEXT_MAX + 16];
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

const char *const *rows_keys(struct rows *rows)
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

bool rows_again(struct rows *rows, unsigned row)
{
	(void)rows_keys(rows);
	return rows->again[row];
}

const char *rows_key(struct rows *rows, unsigned row)
{
	return row < rows->count ? rows_keys(rows)[row] : "";
}
