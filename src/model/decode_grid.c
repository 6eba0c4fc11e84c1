#include "model/decode_grid.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/state.h"

bool decode_room(struct decoding *decoding, unsigned rows, unsigned columns)
{
	struct panel_data *data = decoding->data;
	if (rows > LAYOUT_GRID_LIMIT_MAX)
		return error_set(decoding->error, "more than %d rows in one grid", LAYOUT_GRID_LIMIT_MAX);
	data->cells = arena_alloc(&data->arena, ((size_t)rows * columns + 1) * sizeof(*data->cells));
	data->keys = arena_alloc(&data->arena, ((size_t)rows + 1) * sizeof(*data->keys));
	if (data->cells == NULL || data->keys == NULL)
		return error_set(decoding->error, "more data than %d MB for one panel", BOARD_PANEL_BYTES_MAX >> 20);
	data->columns = columns;
	for (size_t i = 0; i < (size_t)rows * columns; i++)
		data->cells[i].text = "";
	return true;
}

const char *decode_text(struct decoding *decoding, int node)
{
	enum json_kind kind = json_kind(decoding->json, node);
	if (kind == JSON_OBJECT || kind == JSON_ARRAY) {
		error_set(decoding->error, "a value is no text");
		return NULL;
	}
	const char *text = json_text_copy(decoding->json, node, &decoding->data->arena, BOARD_TEXT_MAX);
	if (text == NULL)
		error_set(decoding->error, "more data than %d MB for one panel", BOARD_PANEL_BYTES_MAX >> 20);
	return text;
}

const char *decode_private(struct decoding *decoding, int node, enum person person)
{
	char shown[BOARD_TEXT_MAX];
	const char *text = decode_text(decoding, node);
	if (text == NULL || !privacy_apply(decoding->names, person, text, shown, sizeof(shown)))
		return text;
	text = arena_copy(&decoding->data->arena, shown, strlen(shown));
	if (text == NULL)
		error_set(decoding->error, "more data than %d MB for one panel", BOARD_PANEL_BYTES_MAX >> 20);
	return text;
}

/* Index of an answer's column id, or -1. Ours are "1" to the number of columns; recorded ones have another order. */
static int column_index(const struct decoding *decoding, int key)
{
	const struct request_set *set = decoding->set;
	char id[sizeof(set->columns->id)];
	json_text(decoding->json, key, id, sizeof(id));
	long number = strtol(id, NULL, 10);
	if (number >= 1 && number <= (long)set->column_count && strcmp(set->columns[number - 1].id, id) == 0)
		return (int)number - 1;
	for (unsigned i = 0; i < set->column_count; i++)
		if (strcmp(set->columns[i].id, id) == 0)
			return (int)i;
	return -1;
}

/* about NULL: text. */
static bool read_cell(struct decoding *decoding, int value, const struct column *about, enum person person,
	struct cell *cell)
{
	const char *text = decode_private(decoding, value, person);
	if (text == NULL)
		return false;
	*cell = value_read(text, about != NULL ? about->kind : KIND_TEXT, about != NULL ? about->scale : SCALE_PERCENT,
		decoding->wall_ms);
	return true;
}

/* One row of the answer into cells, shown columns first; hidden columns but the key are passed over. */
static bool decode_row(struct decoding *decoding, int row, struct cell *cells, struct cell *key_cell)
{
	const struct json *json = decoding->json;
	const struct request_set *set = decoding->set;
	if (json_kind(json, row) != JSON_OBJECT)
		return error_set(decoding->error, "a row of a grid is no object");
	for (int at = json_first(json, row); at >= 0; at = json_next(json, row, at)) {
		int column = column_index(decoding, at);
		bool shown = column >= 0 && column < (int)set->shown_count;
		if (!shown && (column < 0 || column != set->key_column))
			continue;
		int value = json_value(json, at);
		/* The first of duplicate keys stands, as everywhere. */
		if (column == set->key_column && key_cell->state == VALUE_NEVER &&
			!read_cell(decoding, value, NULL, PERSON_NOTHING, key_cell))
			return false;
		if (!shown)
			continue;
		if (cells[column].state != VALUE_NEVER)
			continue;
		const struct column *about = set->panel->column_count > 0 ? &set->panel->columns[column] : NULL;
		if (!read_cell(decoding, value, about, privacy_person(set->columns[column].stat), &cells[column]))
			return false;
		decoding->values_seen += cells[column].state != VALUE_BLANK;
	}
	decoding->rows_seen++;
	return true;
}

/* The grid with our id, or -1. */
static int find_grid(const struct decoding *decoding, int node)
{
	const struct json *json = decoding->json;
	for (int at = json_first(json, node); at >= 0; at = json_next(json, node, at))
		if (json_is(json, json_get(json, at, "id"), decoding->set->grid_id))
			return at;
	return -1;
}

/* The rows of our grid; -1 where there is none (found stays false), or on a fault (with the error). */
static bool find_rows(struct decoding *decoding, int node, int *rows)
{
	*rows = -1;
	enum json_kind kind = json_kind(decoding->json, node);
	if (kind == JSON_NONE || kind == JSON_NULL)
		return true;
	if (kind != JSON_ARRAY)
		return error_set(decoding->error, "the grids are no list");
	int grid = find_grid(decoding, node);
	if (grid < 0)
		return true;
	*rows = json_get(decoding->json, grid, "values");
	kind = json_kind(decoding->json, *rows);
	if (kind == JSON_NONE || kind == JSON_NULL)
		*rows = -1;
	else if (kind != JSON_ARRAY)
		return error_set(decoding->error, "the rows of a grid are no list");
	return true;
}

static bool service_wanted(const struct decoding *decoding, const struct cell *name)
{
	const struct request_set *set = decoding->set;
	if (!set->filter_services_here)
		return true;
	for (unsigned i = 0; i < set->panel->services.count; i++)
		if (strcmp(set->panel->services.items[i], name->text) == 0)
			return true;
	return false;
}

bool decode_grid(struct decoding *decoding, int node, bool *found)
{
	struct panel_data *data = decoding->data;
	unsigned columns = decoding->set->shown_count;
	int rows;
	if (!find_rows(decoding, node, &rows))
		return false;
	*found = rows >= 0;
	unsigned count = (unsigned)json_count(decoding->json, rows);
	if (!decode_room(decoding, count, columns))
		return false;
	struct cell *keys = arena_alloc(&data->arena, ((size_t)count + 1) * sizeof(*keys));
	if (keys == NULL)
		return error_set(decoding->error, "more data than %d MB for one panel", BOARD_PANEL_BYTES_MAX >> 20);
	for (int at = json_first(decoding->json, rows); at >= 0; at = json_next(decoding->json, rows, at)) {
		struct cell *cells = data->cells + (size_t)data->rows * columns;
		struct cell *key = &keys[data->rows];
		*key = (struct cell){ .text = "" };
		if (!decode_row(decoding, at, cells, key))
			return false;
		if (service_wanted(decoding, key)) {
			data->rows++;
			continue;
		}
		for (unsigned i = 0; i < columns; i++)
			cells[i] = (struct cell){ .text = "" };
	}
	return decode_keys(decoding, decoding->set->key_column >= 0 ? keys : NULL);
}

bool decode_totals_row(struct decoding *decoding, int node, struct cell **out)
{
	const struct panel *panel = decoding->set->panel;
	enum json_kind kind = json_kind(decoding->json, node);
	*out = NULL;
	if (kind == JSON_NONE || kind == JSON_NULL)
		return true;
	if (kind != JSON_OBJECT)
		return error_set(decoding->error, "the totals are no object");
	struct cell *cells = arena_alloc(&decoding->data->arena, (panel->column_count + 1) * sizeof(*cells));
	if (cells == NULL)
		return error_set(decoding->error, "more data than %d MB for one panel", BOARD_PANEL_BYTES_MAX >> 20);
	for (unsigned i = 0; i < panel->column_count; i++) {
		const struct column *column = &panel->columns[i];
		int value = json_get(decoding->json, node, column->stat);
		cells[i] = (struct cell){ .text = "" };
		if (value < 0)
			continue;
		const char *text = decode_text(decoding, value);
		if (text == NULL)
			return false;
		cells[i] = value_read(text, column->kind, column->scale, decoding->wall_ms);
	}
	*out = cells;
	return true;
}

/* Unknown tokens that get a row of their own; more share the last. */
enum { UNKNOWN_STATES_MAX = 8 };

struct state_count {
	const char *token;
	unsigned agents;
};

struct state_counts {
	struct state_count known[STATE_COUNT];
	struct state_count unknown[UNKNOWN_STATES_MAX];
	unsigned unknown_count;
};

static void count_state(struct state_counts *counts, const char *token)
{
	enum acd_state state = state_read(token);
	if (state != STATE_UNKNOWN) {
		counts->known[state].token = state == STATE_LOGGED_OUT ? "logged_out" : token;
		counts->known[state].agents++;
		return;
	}
	unsigned i = 0;
	while (i < counts->unknown_count && !text_same(counts->unknown[i].token, token))
		i++;
	if (i == UNKNOWN_STATES_MAX)
		i--;
	else if (i == counts->unknown_count)
		counts->unknown[counts->unknown_count++].token = token;
	counts->unknown[i].agents++;
}

static void put_state(struct panel_data *data, const struct state_count *count)
{
	if (count->agents == 0)
		return;
	struct cell *cells = data->cells + (size_t)data->rows * STATES_COLUMNS;
	cells[STATES_COLUMN_STATE] = (struct cell){ .text = count->token, .state = VALUE_TEXT };
	cells[STATES_COLUMN_COUNT] = (struct cell){ .text = "", .state = VALUE_NUMBER, .number = count->agents };
	data->keys[data->rows++] = count->token;
}

bool decode_states(struct decoding *decoding, int node, bool *found)
{
	struct state_counts counts = { 0 };
	int rows;
	if (!find_rows(decoding, node, &rows))
		return false;
	*found = rows >= 0;
	for (int at = json_first(decoding->json, rows); at >= 0; at = json_next(decoding->json, rows, at)) {
		struct cell cell = { .text = "" }, key = { .text = "" };
		if (!decode_row(decoding, at, &cell, &key))
			return false;
		count_state(&counts, cell.text);
	}
	if (!decode_room(decoding, STATE_COUNT + UNKNOWN_STATES_MAX, STATES_COLUMNS))
		return false;
	for (int i = 0; i < STATE_COUNT; i++)
		put_state(decoding->data, &counts.known[i]);
	for (unsigned i = 0; i < counts.unknown_count; i++)
		put_state(decoding->data, &counts.unknown[i]);
	return true;
}
