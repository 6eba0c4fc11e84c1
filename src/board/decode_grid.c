#include "board/decode_grid.h"

#include <string.h>

#include "base/fold.h"
#include "base/text.h"
#include "layout/state.h"

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

/* Place in the format of the set's next column of the same id; 0: none. A hidden key stands behind the shown ones. */
static unsigned twin_place(const struct request_set *set, unsigned column)
{
	unsigned twin = set->columns[column].twin;
	if (twin >= set->shown_count)
		twin = (int)twin == set->key_column ? set->shown_count : 0;
	return twin < ROWS_COLUMNS_MAX ? twin : 0;
}

/* How the rows of a set are read: shown columns first; of the hidden ones only the key matters. */
static void take_format(const struct decoding *decoding, struct rows_format *format)
{
	const struct request_set *set = decoding->set;
	const struct panel *panel = set->panel;
	*format = (struct rows_format){ .shown = set->shown_count, .key = -1, .wall_ms = decoding->wall_ms,
		.names = decoding->names };
	for (unsigned i = 0; i < set->column_count && format->count < ROWS_COLUMNS_MAX; i++) {
		bool key = (int)i == set->key_column;
		if (i >= set->shown_count && !key)
			continue;
		if (key)
			format->key = (int)format->count;
		struct rows_column *column = &format->columns[format->count++];
		bool known = i < panel->column_count && i < set->shown_count;
		*column = (struct rows_column){
			.kind = known ? panel->columns[i].kind : KIND_TEXT,
			.scale = known ? panel->columns[i].scale : SCALE_PERCENT,
			.person = privacy_person(set->columns[i].stat),
			.twin = (unsigned char)twin_place(set, i),
		};
		memcpy(column->id, set->columns[i].id, sizeof(column->id));
		column->id_length = (unsigned char)strlen(column->id);
	}
	for (unsigned i = 0; i < format->count; i++)
		if (format->columns[i].twin != 0)
			format->columns[format->columns[i].twin].second = true;
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

/* A row that was kept closed, tokenised; else where it stands in the answer. */
static const struct json *row_json(struct decoding *decoding, int at, int *node)
{
	*node = at;
	if (!json_closed(decoding->json, at))
		return decoding->json;
	struct json_span span = json_span(decoding->json, at);
	json_open(decoding->row, decoding->json->text + span.start, span.end - span.start);
	*node = json_root(decoding->row);
	return decoding->row;
}

/* Closed rows are flat objects: nothing can be wrong with them. */
static bool check_row(const struct decoding *decoding, const struct rows_format *format, int at)
{
	if (json_closed(decoding->json, at))
		return true;
	if (json_kind(decoding->json, at) != JSON_OBJECT)
		return error_set(decoding->error, "a row of a grid is no object");
	return rows_readable(format, decoding->json, at) || error_set(decoding->error, "a value is no text");
}

static bool service_wanted(struct decoding *decoding, const struct rows_format *format, int at)
{
	const struct request_set *set = decoding->set;
	char name[ROWS_TEXT_MAX];
	int node;
	if (!set->filter_services_here)
		return true;
	const struct json *json = row_json(decoding, at, &node);
	rows_read_key(format, json, node, name);
	for (unsigned i = 0; i < set->panel->services.count; i++)
		if (fold_same_name(set->panel->services.items[i], name))
			return true;
	return false;
}

/* For the blank-columns report one row with a value suffices. */
static void look_for_values(struct decoding *decoding)
{
	const struct panel_data *data = decoding->data;
	decoding->rows_seen += data->rows;
	for (unsigned row = 0; row < data->rows && decoding->values_seen == 0; row++)
		for (unsigned column = 0; column < data->columns; column++) {
			enum value_state state = board_cell(data, row, column)->state;
			decoding->values_seen += state != VALUE_BLANK && state != VALUE_NEVER;
		}
}

static bool too_large(const struct decoding *decoding)
{
	return error_set(decoding->error, "more data than %d MB for one panel", BOARD_PANEL_BYTES_MAX >> 20);
}

/* Room for the rows of a grid; their bytes are all between its brackets. */
static bool reserve_rows(struct decoding *decoding, const struct rows_format *format, unsigned count, size_t bytes)
{
	struct panel_data *data = decoding->data;
	if (count > LAYOUT_GRID_LIMIT_MAX)
		return error_set(decoding->error, "more than %d rows in one grid", LAYOUT_GRID_LIMIT_MAX);
	if (data->grid == NULL)
		data->grid = rows_new(BOARD_PANEL_BYTES_MAX);
	data->columns = format->shown;
	return rows_reserve(data->grid, format, count, bytes) || too_large(decoding);
}

bool decode_grid(struct decoding *decoding, int node, bool *found)
{
	struct rows_format format;
	const struct json *json = decoding->json;
	int list;
	if (!find_rows(decoding, node, &list))
		return false;
	*found = list >= 0;
	struct json_span all = json_span(json, list);
	take_format(decoding, &format);
	if (!reserve_rows(decoding, &format, (unsigned)json_count(json, list), all.end - all.start))
		return false;
	struct rows *rows = decoding->data->grid;
	for (int at = json_first(json, list); at >= 0; at = json_next(json, list, at)) {
		if (!check_row(decoding, &format, at))
			return false;
		if (!service_wanted(decoding, &format, at))
			continue;
		struct json_span span = json_span(json, at);
		rows->spans[rows->count++] = (struct json_span){ span.start - all.start, span.end - all.start };
	}
	if (!rows_keep(rows, list >= 0 ? json->text + all.start : "", all.end - all.start))
		return too_large(decoding);
	decoding->data->rows = rows->count;
	look_for_values(decoding);
	return true;
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

/* Agents by their login, open addressing. */
struct logins {
	const char **names;
	size_t size;
};

static bool logins_open(struct logins *logins, struct decoding *decoding, unsigned rows)
{
	logins->size = 2 * (size_t)rows + 1;
	logins->names = arena_alloc(&decoding->data->arena, logins->size * sizeof(*logins->names));
	return logins->names != NULL || too_large(decoding);
}

/* Enters an agent; *again tells of one who is there. Who has no login is always another. */
static bool logins_enter(struct logins *logins, struct decoding *decoding, const char *name, bool *again)
{
	size_t at = text_hash(name) % logins->size;
	*again = false;
	if (name[0] == '\0')
		return true;
	for (; logins->names[at] != NULL; at = (at + 1) % logins->size)
		if (strcmp(logins->names[at], name) == 0) {
			*again = true;
			return true;
		}
	logins->names[at] = arena_copy(&decoding->data->arena, name, strlen(name));
	return logins->names[at] != NULL || too_large(decoding);
}

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
	struct rows_format format;
	struct logins logins;
	int list;
	if (!find_rows(decoding, node, &list))
		return false;
	*found = list >= 0;
	take_format(decoding, &format);
	if (!logins_open(&logins, decoding, (unsigned)json_count(decoding->json, list)))
		return false;
	for (int at = json_first(decoding->json, list); at >= 0; at = json_next(decoding->json, list, at)) {
		struct cell cell = { .text = "" };
		char login[ROWS_TEXT_MAX];
		bool again;
		int row;
		if (!check_row(decoding, &format, at))
			return false;
		const struct json *json = row_json(decoding, at, &row);
		if (!rows_read(&format, json, row, &decoding->data->arena, &cell))
			return too_large(decoding);
		decoding->values_seen += cell.state != VALUE_BLANK && cell.state != VALUE_NEVER;
		decoding->rows_seen++;
		rows_read_key(&format, json, row, login);
		if (!logins_enter(&logins, decoding, login, &again))
			return false;
		if (!again)
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
