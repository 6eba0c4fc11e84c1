#include "board/decode.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "base/fold.h"
#include "base/text.h"
#include "layout/state.h"

enum {
	LIST_ITEMS_MAX = 1000, /* more than anybody asks for */
	JOINED_MAX = BOARD_TEXT_MAX,
};

/* Above this a time is in milliseconds: 10^12 s are 31,000 years. */
static const double MILLISECONDS_FROM = 1e12;

const struct decode_names decode_names = {
	.content = { "content", "text", "message", "body", NULL },
	.sender = { "sender", "from", "sender_name", "name", "login_id", "login", NULL },
	.time = { "send_time", "time", "timestamp", NULL },
};

/* What one decoding works with. */
struct decoding {
	const struct json *json;
	struct json *row;              /* for a row that is kept closed; NULL outside the subscription */
	struct text_index *logins;     /* of the agents of one panel */
	const struct request_set *set; /* NULL outside the subscription */
	struct panel_data *data;       /* the spare */
	int64_t wall_ms;
	enum names names;
	struct scales scales;
	struct error *error;
	unsigned filled;                 /* panels that found what was asked for */
	unsigned rows_seen, values_seen; /* of grids: for the blank-columns report */
};

static bool decode_too_large(const struct decoding *decoding)
{
	return error_set(decoding->error, "more data than %d MB for one panel", BOARD_PANEL_BYTES_MAX >> 20);
}

static bool decode_room(struct decoding *decoding, unsigned rows, unsigned columns)
{
	struct panel_data *data = decoding->data;
	if (rows > LAYOUT_GRID_LIMIT_MAX)
		return error_set(decoding->error, "more than %d rows in one grid", LAYOUT_GRID_LIMIT_MAX);
	data->cells = arena_alloc(&data->arena, (size_t)rows * columns * sizeof(*data->cells));
	data->keys = arena_alloc(&data->arena, (size_t)rows * sizeof(*data->keys));
	if (data->cells == NULL || data->keys == NULL)
		return decode_too_large(decoding);
	data->columns = columns;
	for (size_t i = 0; i < (size_t)rows * columns; i++)
		data->cells[i].text = "";
	return true;
}

static const char *decode_text(struct decoding *decoding, int node)
{
	enum json_kind kind = json_kind(decoding->json, node);
	if (kind == JSON_OBJECT || kind == JSON_ARRAY) {
		error_set(decoding->error, "a value is no text");
		return NULL;
	}
	const char *text = json_text_copy(decoding->json, node, &decoding->data->arena, BOARD_TEXT_MAX);
	if (text == NULL)
		decode_too_large(decoding);
	return text;
}

/* Place in the format of the set's next column of the same id; 0: none. A hidden key stands behind the shown ones. */
static unsigned decode_twin(const struct request_set *set, unsigned column)
{
	unsigned twin = set->columns[column].twin;
	if (twin >= set->read_count)
		twin = (int)twin == set->key_column ? set->read_count : 0;
	return twin < ROWS_COLUMNS_MAX ? twin : 0;
}

/* How the rows of a set are read: shown columns first; of the hidden ones only the key matters. */
static void decode_format(const struct decoding *decoding, struct rows_format *format)
{
	const struct request_set *set = decoding->set;
	*format = (struct rows_format){ .shown = set->shown_count, .read = set->read_count, .key = -1, .wall_ms = decoding->wall_ms,
		.names = decoding->names };
	for (unsigned i = 0; i < set->column_count && format->count < ROWS_COLUMNS_MAX; i++) {
		bool key = (int)i == set->key_column;
		if (i >= set->read_count && !key)
			continue;
		if (key)
			format->key = (int)format->count;
		struct rows_column *column = &format->columns[format->count++];
		*column = (struct rows_column){
			.kind = set->columns[i].kind,
			.calc = set->columns[i].calc,
			.scale = scale_of_grid(set->columns[i].scale, &decoding->scales),
			.person = privacy_person(set->columns[i].stat),
			.twin = (unsigned char)decode_twin(set, i),
		};
		format->computes = format->computes || column->calc != NULL;
		memcpy(column->id, set->columns[i].id, sizeof(column->id));
		column->id_length = (unsigned char)strlen(column->id);
	}
	for (unsigned i = 0; i < format->count; i++)
		if (format->columns[i].twin != 0)
			format->columns[format->columns[i].twin].second = true;
}

/* The grid with our id, or -1. */
static int decode_find_grid(const struct decoding *decoding, int node)
{
	const struct json *json = decoding->json;
	for (int at = json_first(json, node); at >= 0; at = json_next(json, node, at))
		if (json_is(json, json_get(json, at, "id"), decoding->set->grid_id))
			return at;
	return -1;
}

/* The rows of our grid; -1 where there is none (found stays false), or on a fault (with the error). */
static bool decode_find_rows(struct decoding *decoding, int node, int *rows)
{
	*rows = -1;
	enum json_kind kind = json_kind(decoding->json, node);
	if (kind == JSON_NONE || kind == JSON_NULL)
		return true;
	if (kind != JSON_ARRAY)
		return error_set(decoding->error, "the grids are no list");
	int grid = decode_find_grid(decoding, node);
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
static const struct json *decode_row_json(struct decoding *decoding, int at, int *node)
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
static bool decode_check_row(const struct decoding *decoding, const struct rows_format *format, int at)
{
	if (json_closed(decoding->json, at))
		return true;
	if (json_kind(decoding->json, at) != JSON_OBJECT)
		return error_set(decoding->error, "a row of a grid is no object");
	return rows_readable(format, decoding->json, at) || error_set(decoding->error, "a value is no text");
}

/* Scrubbed; "" where the row has none, or the set has no column of keys. */
static void decode_row_key(const struct request_set *set, const struct json *json, int row, char out[BOARD_TEXT_MAX])
{
	json_text(json, set->key_column < 0 ? -1 : json_get(json, row, set->columns[set->key_column].id), out, BOARD_TEXT_MAX);
	if (out[strspn(out, " ")] == '\0')
		out[0] = '\0';
}

static bool decode_wants_service(struct decoding *decoding, int at)
{
	const struct request_set *set = decoding->set;
	char name[BOARD_TEXT_MAX];
	int node;
	if (!set->filter_services_here)
		return true;
	const struct json *json = decode_row_json(decoding, at, &node);
	decode_row_key(set, json, node, name);
	for (unsigned i = 0; i < set->panel->services.count; i++)
		if (fold_same_name(set->panel->services.items[i], name))
			return true;
	return false;
}

/* For the blank-columns report one row with a value suffices. */
static void decode_count_values(struct decoding *decoding)
{
	const struct panel_data *data = decoding->data;
	decoding->rows_seen += data->rows;
	for (unsigned row = 0; row < data->rows && decoding->values_seen == 0; row++)
		for (unsigned column = 0; column < data->columns; column++) {
			enum value_state state = board_cell(data, row, column)->state;
			decoding->values_seen += state != VALUE_BLANK && state != VALUE_NEVER;
		}
}

/* As many rows as were asked for at most: there may be more. */
static void decode_note_limit(struct decoding *decoding, unsigned rows)
{
	int limit = decoding->set->limit;
	decoding->data->limit = limit > 0 && rows >= (unsigned)limit ? (unsigned)limit : 0;
}

static bool decode_grid(struct decoding *decoding, int node, bool *found)
{
	struct rows_format format;
	const struct json *json = decoding->json;
	int list;
	if (!decode_find_rows(decoding, node, &list))
		return false;
	*found = list >= 0;
	struct json_span all = json_span(json, list);
	decode_format(decoding, &format);
	unsigned count = (unsigned)json_count(json, list);
	if (count > LAYOUT_GRID_LIMIT_MAX)
		return error_set(decoding->error, "more than %d rows in one grid", LAYOUT_GRID_LIMIT_MAX);
	if (!board_keep_rows(decoding->data, &format, count, list >= 0 ? json->text + all.start : "", all.end - all.start))
		return decode_too_large(decoding);
	struct rows *rows = decoding->data->grid;
	for (int at = json_first(json, list); at >= 0; at = json_next(json, list, at)) {
		if (!decode_check_row(decoding, &format, at))
			return false;
		if (!decode_wants_service(decoding, at))
			continue;
		struct json_span span = json_span(json, at);
		rows->spans[rows->count++] = (struct json_span){ span.start - all.start, span.end - all.start };
	}
	decoding->data->rows = rows->count;
	decode_note_limit(decoding, (unsigned)json_count(json, list));
	const struct panel *panel = decoding->set->panel;
	if (panel->sort_here >= 0 &&
		!board_sort_rows(decoding->data, (unsigned)panel->sort_here, panel->sort_descending, (unsigned)panel->limit))
		return decode_too_large(decoding);
	decode_count_values(decoding);
	return true;
}

/* How a total of a panel's column is written. */
static enum scale decode_total_scale(const struct request_set *set, unsigned column, const struct scales *scales)
{
	return scale_of_total(set->columns[column].total_scale, scales);
}

/* The totals of each part of a set, as nodes; -1: none came. False on a fault, with the error. */
static bool decode_parts(struct decoding *decoding, int app, int nodes[LAYOUT_COLUMNS_MAX + 1])
{
	const struct json *json = decoding->json;
	const struct request_set *set = decoding->set;
	for (unsigned part = 0; part < set->part_count; part++) {
		int of_part = part == 0 ? app : json_get(json, json_root(json), set->parts[part].app_id);
		int node = json_kind(json, of_part) == JSON_OBJECT ? json_get(json, of_part, "stats_totals") : -1;
		enum json_kind kind = json_kind(json, node);
		if (kind != JSON_NONE && kind != JSON_NULL && kind != JSON_OBJECT)
			return error_set(decoding->error, "the totals are no object");
		nodes[part] = kind == JSON_OBJECT ? node : -1;
	}
	return true;
}

static bool decode_total(struct decoding *decoding, unsigned column, int node, struct cell *cell)
{
	const struct request_column *about = &decoding->set->columns[column];
	int value = json_get(decoding->json, node, about->stat);
	if (value < 0)
		return true;
	const char *text = decode_text(decoding, value);
	if (text == NULL)
		return false;
	*cell = value_read(text, about->kind, decode_total_scale(decoding->set, column, &decoding->scales), decoding->wall_ms);
	return true;
}

/* Computed tiles, and those of a total row, which is computed of the totals. */
static bool decode_compute_totals(struct decoding *decoding, struct cell *cells)
{
	const struct request_set *set = decoding->set;
	for (unsigned i = 0; i < set->shown_count; i++) {
		const struct placed_formula *calc = set->columns[i].calc;
		struct cell operands[FORMULA_OPERANDS_MAX];
		char text[FORMULA_TEXT_MAX];
		if (calc == NULL)
			continue;
		for (unsigned o = 0; o < calc->formula.operand_count; o++)
			operands[o] = cells[calc->columns[o]];
		cells[i] = formula_value(&calc->formula, operands, text);
		if (cells[i].text == text)
			cells[i].text = arena_copy(&decoding->data->arena, text, strlen(text));
		if (cells[i].text == NULL)
			return false;
	}
	return true;
}

/* One cell for each column; NULL if no totals came at all. */
static bool decode_totals_row(struct decoding *decoding, int app, struct cell **out)
{
	const struct request_set *set = decoding->set;
	int nodes[LAYOUT_COLUMNS_MAX + 1] = { 0 };
	bool any = false;
	*out = NULL;
	if (!decode_parts(decoding, app, nodes))
		return false;
	for (unsigned part = 0; part < set->part_count; part++)
		any = any || nodes[part] >= 0;
	if (!any)
		return true;
	struct cell *cells = arena_alloc(&decoding->data->arena, set->column_count * sizeof(*cells));
	if (cells == NULL)
		return decode_too_large(decoding);
	for (unsigned i = 0; i < set->column_count; i++) {
		cells[i] = (struct cell){ .text = "" };
		/* Names have no total, and yet a server may send one. */
		if (i < set->read_count && set->columns[i].calc == NULL && nodes[set->columns[i].part] >= 0 &&
			!decode_total(decoding, i, nodes[set->columns[i].part], &cells[i]))
			return false;
		/* The server adds up in rows alone. */
		if (set->columns[i].sum.count > 0)
			cells[i].state = VALUE_BLANK;
	}
	if (!decode_compute_totals(decoding, cells))
		return decode_too_large(decoding);
	*out = cells;
	return true;
}

/* ---- agents by state ---- */

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

static void decode_count_state(struct state_counts *counts, enum acd_state state, const char *token)
{
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

static void decode_put_state(struct panel_data *data, const struct state_count *count)
{
	if (count->agents == 0)
		return;
	struct cell *cells = data->cells + (size_t)data->rows * STATES_COLUMNS;
	cells[STATES_COLUMN_STATE] = (struct cell){ .text = count->token, .state = VALUE_TEXT };
	cells[STATES_COLUMN_COUNT] = (struct cell){ .text = "", .state = VALUE_NUMBER, .number = count->agents };
	data->keys[data->rows++] = count->token;
}

static const char *decode_login(const void *logins, unsigned agent)
{
	return ((const char *const *)logins)[agent];
}

/* A state as agents of this answer have it: a thousand of them have few, so each is read once. */
struct spelling {
	const char *bytes; /* in the answer; NULL: not as it reads */
	size_t length;
	enum acd_state state;
	struct cell cell;
};

enum { SPELLINGS_MAX = 16 };

struct spellings {
	struct spelling list[SPELLINGS_MAX + 1]; /* the last for those beyond */
	unsigned count;
};

/* A row that may be listed. Names are read at the end, of those that are. */
struct listed_row {
	int row;
	double seconds;
	enum severity severity;
	const char *state;
};

struct listing {
	struct listed_row rows[AGENT_LIST_MAX];
	unsigned count, total, untimed;
};

/* What is gathered of the rows of a panel of states. */
struct states_reading {
	struct rows_format format;
	const struct column *time; /* NULL: no lists */
	const char **logins;
	struct state_counts counts;
	struct spellings spellings;
	struct listing listings[AGENT_LISTS];
	int values[ROWS_COLUMNS_MAX]; /* nodes of the row that was opened last */
};

/* NULL at the cap. */
static const struct spelling *decode_row_state(struct decoding *decoding, struct states_reading *reading, const struct json *json,
	int value)
{
	struct spellings *spellings = &reading->spellings;
	size_t length = 0;
	const char *plain = json_plain(json, value, &length);
	for (unsigned i = 0; plain != NULL && i < spellings->count; i++)
		if (spellings->list[i].bytes != NULL && spellings->list[i].length == length && memcmp(spellings->list[i].bytes, plain, length) == 0)
			return &spellings->list[i];
	struct spelling *read = &spellings->list[spellings->count];
	*read = (struct spelling){ .bytes = plain, .length = length };
	if (!rows_read_value(&reading->format, STATES_ASKED_STATE, json, value, &decoding->data->arena, &read->cell))
		return NULL;
	read->state = state_read(read->cell.text);
	spellings->count += plain != NULL && spellings->count < SPELLINGS_MAX;
	return read;
}

/* Whether an agent of another row has the same login; who has none is always another. False at the cap. */
static bool decode_agent_again(struct decoding *decoding, const char **logins, const struct json *json, int value, bool *again)
{
	unsigned next = decoding->logins->count;
	char scrubbed[BOARD_TEXT_MAX];
	size_t length = 0;
	const char *login = json_plain(json, value, &length);
	if (login == NULL || length >= sizeof(scrubbed)) {
		length = json_text(json, value, scrubbed, sizeof(scrubbed));
		login = scrubbed;
	}
	*again = false;
	if (rows_is_blank(login, length))
		return true;
	logins[next] = arena_copy(&decoding->data->arena, login, length);
	if (logins[next] == NULL)
		return decode_too_large(decoding);
	*again = text_index_add(decoding->logins, logins[next], next) >= 0;
	return true;
}

/* Where the row belongs: behind those that are as severe and as long. */
static unsigned decode_listed_place(const struct listing *listing, const struct listed_row *row)
{
	unsigned low = 0, high = listing->count;
	while (low < high) {
		unsigned middle = (low + high) / 2;
		const struct listed_row *there = &listing->rows[middle];
		if (there->severity > row->severity || (there->severity == row->severity && there->seconds >= row->seconds))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Beyond the last place it is counted only. */
static void decode_insert_row(struct listing *listing, const struct listed_row *row)
{
	unsigned at = decode_listed_place(listing, row);
	listing->total++;
	if (at == AGENT_LIST_MAX)
		return;
	listing->count += listing->count < AGENT_LIST_MAX;
	memmove(&listing->rows[at + 1], &listing->rows[at], (listing->count - 1 - at) * sizeof(*row));
	listing->rows[at] = *row;
}

static bool decode_needs_reason(const struct column *time, enum acd_state state)
{
	for (unsigned i = 0; i < time->limit_count; i++)
		if (time->limits[i].state == state && time->limits[i].reason != NULL)
			return true;
	return false;
}

/* Whose time is no number has no place in an order by time, and is counted where he may belong. False at the cap. */
static bool decode_place_agent(struct decoding *decoding, struct states_reading *reading, const struct json *json, const int *values,
	int row, const struct spelling *state)
{
	struct listed_row listed = { .row = row, .state = state->cell.text };
	struct cell reason = { .text = "" };
	bool timed = rows_read_number(&reading->format, STATES_ASKED_TIME, json, values[STATES_ASKED_TIME], &listed.seconds);
	if (decode_needs_reason(reading->time, state->state) && !rows_read_value(&reading->format, STATES_ASKED_REASON, json, values[STATES_ASKED_REASON],
		&decoding->data->arena, &reason))
		return decode_too_large(decoding);
	const struct limit *limit = column_limit(reading->time, state->state, reason.text);
	if (!timed) {
		reading->listings[AGENT_LIST_LOOK].untimed += limit != NULL;
		reading->listings[AGENT_LIST_FREE].untimed += state->state == STATE_READY;
		reading->listings[AGENT_LIST_BUSY].untimed += state->state == STATE_BUSY;
		return true;
	}
	if (limit != NULL) {
		struct cell time = { .text = "", .state = VALUE_NUMBER, .number = listed.seconds };
		listed.severity = threshold_severity(&limit->warn, &limit->alert, &time);
	}
	if (listed.severity != SEVERITY_NONE)
		decode_insert_row(&reading->listings[AGENT_LIST_LOOK], &listed);
	else if (state->state == STATE_READY)
		decode_insert_row(&reading->listings[AGENT_LIST_FREE], &listed);
	else if (state->state == STATE_BUSY)
		decode_insert_row(&reading->listings[AGENT_LIST_BUSY], &listed);
	return true;
}

/* Opens a row, with the nodes of its values: those of the row before, if that has the same keys. */
static const struct json *decode_open_state_row(struct decoding *decoding, struct states_reading *reading, int at)
{
	if (!json_closed(decoding->json, at)) {
		json_close(decoding->row);
		rows_find(&reading->format, decoding->json, at, reading->values);
		return decoding->json;
	}
	struct json_span span = json_span(decoding->json, at);
	if (!json_open_like(decoding->row, decoding->json->text + span.start, span.end - span.start))
		rows_find(&reading->format, decoding->row, json_root(decoding->row), reading->values);
	return decoding->row;
}

static bool decode_list_agent(struct decoding *decoding, struct states_reading *reading, const struct listed_row *listed,
	struct listed_agent *agent)
{
	const struct rows_format *format = &reading->format;
	const int *values = reading->values;
	struct arena *arena = &decoding->data->arena;
	struct cell name, reason;
	const struct json *json = decode_open_state_row(decoding, reading, listed->row);
	if (!rows_read_value(format, STATES_ASKED_NAME, json, values[STATES_ASKED_NAME], arena, &name) ||
		!rows_read_value(format, STATES_ASKED_REASON, json, values[STATES_ASKED_REASON], arena, &reason) ||
		!rows_read_value(format, STATES_ASKED_TIME, json, values[STATES_ASKED_TIME], arena, &agent->time))
		return false;
	agent->name = name.text;
	agent->state = listed->state;
	agent->reason = reason.text;
	agent->severity = listed->severity;
	return true;
}

static bool decode_fill_lists(struct decoding *decoding, struct states_reading *reading)
{
	struct arena *arena = &decoding->data->arena;
	struct agent_list *lists = arena_alloc(arena, AGENT_LISTS * sizeof(*lists));
	for (int i = 0; i < AGENT_LISTS && lists != NULL; i++) {
		const struct listing *listing = &reading->listings[i];
		lists[i] = (struct agent_list){ .count = listing->count, .total = listing->total, .untimed = listing->untimed,
			.agents = arena_room(arena, AGENT_LIST_MAX * sizeof(*lists[i].agents)) };
		if (lists[i].agents == NULL)
			return decode_too_large(decoding);
		for (unsigned k = 0; k < listing->count; k++)
			if (!decode_list_agent(decoding, reading, &listing->rows[k], &lists[i].agents[k]))
				return decode_too_large(decoding);
	}
	decoding->data->lists = lists;
	return lists != NULL || decode_too_large(decoding);
}

static bool decode_state_row(struct decoding *decoding, struct states_reading *reading, int at)
{
	const int *values = reading->values;
	bool again;
	if (!decode_check_row(decoding, &reading->format, at))
		return false;
	const struct json *json = decode_open_state_row(decoding, reading, at);
	const struct spelling *state = decode_row_state(decoding, reading, json, values[STATES_ASKED_STATE]);
	if (state == NULL)
		return decode_too_large(decoding);
	decoding->values_seen += state->cell.state != VALUE_BLANK && state->cell.state != VALUE_NEVER;
	decoding->rows_seen++;
	if (!decode_agent_again(decoding, reading->logins, json, reading->format.key < 0 ? -1 : values[reading->format.key], &again))
		return false;
	if (again)
		return true;
	decode_count_state(&reading->counts, state->state, state->cell.text);
	return reading->time == NULL || decode_place_agent(decoding, reading, json, values, at, state);
}

static bool decode_states(struct decoding *decoding, int node, bool *found)
{
	const struct column *time = decoding->set->panel->time;
	struct states_reading reading = { .time = time };
	int list;
	if (!decode_find_rows(decoding, node, &list))
		return false;
	*found = list >= 0;
	decode_format(decoding, &reading.format);
	unsigned rows = (unsigned)json_count(decoding->json, list);
	reading.logins = arena_room(&decoding->data->arena, rows * sizeof(*reading.logins));
	if (reading.logins == NULL)
		return decode_too_large(decoding);
	decoding->logins->text = decode_login;
	decoding->logins->context = reading.logins;
	text_index_clear(decoding->logins, rows);
	json_close(decoding->row);
	for (int at = json_first(decoding->json, list); at >= 0; at = json_next(decoding->json, list, at))
		if (!decode_state_row(decoding, &reading, at))
			return false;
	if (time != NULL && !decode_fill_lists(decoding, &reading))
		return false;
	if (!decode_room(decoding, STATE_COUNT + UNKNOWN_STATES_MAX, STATES_COLUMNS))
		return false;
	decode_note_limit(decoding, rows);
	for (int i = 0; i < STATE_COUNT; i++)
		decode_put_state(decoding->data, &reading.counts.known[i]);
	for (unsigned i = 0; i < reading.counts.unknown_count; i++)
		decode_put_state(decoding->data, &reading.counts.unknown[i]);
	return true;
}

/* ---- messages and campaigns, whose shapes are less sure than those of grids ---- */

static int decode_find_any(const struct json *json, int object, const char *const *names)
{
	for (; *names != NULL; names++) {
		int node = json_get(json, object, *names);
		enum json_kind kind = json_kind(json, node);
		if (kind == JSON_STRING || kind == JSON_NUMBER)
			return node;
	}
	return -1;
}

static bool decode_put_copy(struct decoding *decoding, struct cell *cell, const char *text)
{
	const char *copy = arena_copy(&decoding->data->arena, text, strlen(text));
	if (copy == NULL)
		return decode_too_large(decoding);
	*cell = value_read(copy, KIND_TEXT, SCALE_AUTO, 0);
	return true;
}

/* "First Last", else the first of the usual names of a sender. */
static bool decode_put_sender(struct decoding *decoding, int item, struct cell *cell)
{
	const struct json *json = decoding->json;
	char first[BOARD_TEXT_MAX / 2], last[BOARD_TEXT_MAX / 2], joined[JOINED_MAX + 2], shown[JOINED_MAX];
	json_text(json, json_get(json, item, "first_name"), first, sizeof(first));
	json_text(json, json_get(json, item, "last_name"), last, sizeof(last));
	enum person person = PERSON_FIRST_LAST;
	if (first[0] == '\0' && last[0] == '\0') {
		json_text(json, decode_find_any(json, item, decode_names.sender), first, sizeof(first));
		person = PERSON_LOGIN;
	}
	snprintf(joined, sizeof(joined), "%s%s%s", first, first[0] != '\0' && last[0] != '\0' ? " " : "", last);
	bool changed = privacy_apply(decoding->names, person, joined, shown, sizeof(shown));
	return decode_put_copy(decoding, cell, changed ? shown : joined);
}

static bool decode_put_time(struct decoding *decoding, int item, struct cell *cell)
{
	double seconds;
	int node = decode_find_any(decoding->json, item, decode_names.time);
	const char *text = decode_text(decoding, node);
	if (text == NULL)
		return false;
	*cell = value_read(text, KIND_TEXT, SCALE_AUTO, 0);
	if (json_number(decoding->json, node, &seconds) && seconds > 0) {
		cell->state = VALUE_NUMBER;
		cell->number = seconds >= MILLISECONDS_FROM ? seconds / 1000 : seconds;
	}
	return true;
}

/* All text values of an object of unknown shape, in order. */
static bool decode_put_joined(struct decoding *decoding, int list, struct cell *cell)
{
	const struct json *json = decoding->json;
	char joined[JOINED_MAX] = "";
	size_t used = 0;
	bool object = json_kind(json, list) == JSON_OBJECT;
	for (int at = json_first(json, list); at >= 0 && used + 2 < sizeof(joined); at = json_next(json, list, at)) {
		int value = object ? json_value(json, at) : at;
		if (json_kind(json, value) != JSON_STRING)
			continue;
		if (used > 0) {
			const char *between = object ? " " : ", ";
			memcpy(joined + used, between, strlen(between) + 1);
			used += strlen(between);
		}
		used += json_text(json, value, joined + used, sizeof(joined) - used);
	}
	return decode_put_copy(decoding, cell, joined);
}

static bool decode_message(struct decoding *decoding, int item, struct cell *cells)
{
	const struct json *json = decoding->json;
	enum json_kind kind = json_kind(json, item);
	if (kind != JSON_OBJECT) {
		const char *text = decode_text(decoding, item);
		if (text == NULL)
			return false;
		cells[MESSAGES_COLUMN_TEXT] = value_read(text, KIND_TEXT, SCALE_AUTO, 0);
		return true;
	}
	int content = decode_find_any(json, item, decode_names.content);
	if (content < 0)
		return decode_put_joined(decoding, item, &cells[MESSAGES_COLUMN_TEXT]);
	const char *text = decode_text(decoding, content);
	if (text == NULL)
		return false;
	cells[MESSAGES_COLUMN_TEXT] = value_read(text, KIND_TEXT, SCALE_AUTO, 0);
	int urgent = json_get(json, item, "is_urgent");
	bool is_urgent = json_is(json, urgent, "1") || json_kind(json, urgent) == JSON_TRUE || json_is(json, urgent, "true");
	cells[MESSAGES_COLUMN_URGENT] =
		(struct cell){ .text = is_urgent ? "1" : "0", .state = VALUE_NUMBER, .number = is_urgent };
	return decode_put_time(decoding, item, &cells[MESSAGES_COLUMN_TIME]) &&
		decode_put_sender(decoding, item, &cells[MESSAGES_COLUMN_SENDER]);
}

/* Newest first where all times are known; else the server's order. Insertion keeps equal times in their order. */
static void decode_sort_messages(struct panel_data *data)
{
	for (unsigned i = 0; i < data->rows; i++)
		if (data->cells[i * MESSAGES_COLUMNS + MESSAGES_COLUMN_TIME].state != VALUE_NUMBER)
			return;
	for (unsigned i = 1; i < data->rows; i++) {
		struct cell row[MESSAGES_COLUMNS];
		memcpy(row, data->cells + i * MESSAGES_COLUMNS, sizeof(row));
		unsigned at = i;
		for (; at > 0 && data->cells[(at - 1) * MESSAGES_COLUMNS + MESSAGES_COLUMN_TIME].number <
				row[MESSAGES_COLUMN_TIME].number; at--)
			memcpy(data->cells + at * MESSAGES_COLUMNS, data->cells + (at - 1) * MESSAGES_COLUMNS, sizeof(row));
		memcpy(data->cells + at * MESSAGES_COLUMNS, row, sizeof(row));
	}
}

/* A list's rows by a function for each item. */
static bool decode_list(struct decoding *decoding, int node, unsigned columns,
	bool (*item)(struct decoding *decoding, int item, struct cell *cells))
{
	struct panel_data *data = decoding->data;
	if (json_kind(decoding->json, node) != JSON_ARRAY)
		return error_set(decoding->error, "not a list");
	int count = json_count(decoding->json, node);
	if (!decode_room(decoding, (unsigned)(count < LIST_ITEMS_MAX ? count : LIST_ITEMS_MAX), columns))
		return false;
	for (int at = json_first(decoding->json, node); at >= 0 && data->rows < LIST_ITEMS_MAX;
		at = json_next(decoding->json, node, at)) {
		if (!item(decoding, at, data->cells + (size_t)data->rows * columns))
			return false;
		data->rows++;
	}
	return true;
}

/*
 * Rows of lists have no key of their own: their first text and an ordinal do, with a newline between, which no
 * text holds.
 */
static bool decode_number_keys(struct decoding *decoding, unsigned column)
{
	struct panel_data *data = decoding->data;
	for (unsigned row = 0; row < data->rows; row++) {
		char key[BOARD_TEXT_MAX + 16];
		const char *text = board_cell(data, row, column)->text;
		unsigned same = 0;
		for (unsigned other = 0; other < row; other++)
			same += strcmp(board_cell(data, other, column)->text, text) == 0;
		if (same > 0)
			snprintf(key, sizeof(key), "%s\n#%u", text, same + 1);
		else
			snprintf(key, sizeof(key), "%s", text);
		data->keys[row] = arena_copy(&data->arena, key, strlen(key));
		if (data->keys[row] == NULL)
			return decode_too_large(decoding);
	}
	return true;
}

static bool decode_messages(struct decoding *decoding, int node)
{
	if (!decode_list(decoding, node, MESSAGES_COLUMNS, decode_message))
		return false;
	decode_sort_messages(decoding->data);
	return decode_number_keys(decoding, MESSAGES_COLUMN_TEXT);
}

static bool decode_campaign(struct decoding *decoding, int item, struct cell *cells)
{
	const struct json *json = decoding->json;
	if (json_kind(json, item) != JSON_OBJECT)
		return error_set(decoding->error, "a campaign is no object");
	const char *name = decode_text(decoding, json_get(json, item, "name"));
	const char *state = name != NULL ? decode_text(decoding, json_get(json, item, "state")) : NULL;
	if (state == NULL)
		return false;
	/* A list without room for its cells has ended before. NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
	cells[CAMPAIGNS_COLUMN_NAME] = value_read(name, KIND_TEXT, SCALE_AUTO, 0);
	cells[CAMPAIGNS_COLUMN_STATE] = value_read(state, KIND_TEXT, SCALE_AUTO, 0);
	return decode_put_joined(decoding, json_get(json, item, "lists"), &cells[CAMPAIGNS_COLUMN_LISTS]);
}

static bool decode_campaigns(struct decoding *decoding, int node)
{
	return decode_list(decoding, node, CAMPAIGNS_COLUMNS, decode_campaign) &&
		decode_number_keys(decoding, CAMPAIGNS_COLUMN_NAME);
}

/* ---- frames ---- */

/* The other of the two sets of data, emptied. */
static struct panel_data *decode_spare(struct board *board, const struct panel *panel)
{
	struct panel_board *entry = &board->panels[panel->index];
	struct panel_data *data = &entry->data[1 - entry->shown];
	arena_reset(&data->arena);
	data->received = false;
	data->rows = data->columns = data->limit = 0;
	data->cells = data->totals = NULL;
	data->keys = NULL;
	data->lists = NULL;
	return data;
}

static void decode_set_problem(struct panel_board *entry, const char *problem)
{
	snprintf(entry->problem, sizeof(entry->problem), "%s", problem);
}

static bool decode_totals(struct decoding *decoding, int app, bool *found)
{
	struct panel_data *data = decoding->data;
	struct cell *cells;
	if (!decode_totals_row(decoding, app, &cells))
		return false;
	*found = cells != NULL;
	if (!*found)
		return true;
	if (!decode_room(decoding, 1, decoding->set->panel->column_count))
		return false;
	data->rows = 1;
	data->cells = cells;
	data->keys[0] = "";
	return true;
}

/* One app id's part of the answer into the spare; found is false where the answer lacks what was asked for. */
static bool decode_set(struct decoding *decoding, int app, bool *found)
{
	const struct json *json = decoding->json;
	const struct panel *panel = decoding->set->panel;
	*found = true;
	switch (panel->type) {
	case PANEL_TOTALS:
	case PANEL_CHART:
	case PANEL_INTERVALS:
	case PANEL_STAFFING:
		return decode_totals(decoding, app, found);
	case PANEL_SERVICE_GRID:
		return decode_grid(decoding, json_get(json, app, "service_grids"), found) &&
			(!panel->total || decode_totals_row(decoding, app, &decoding->data->totals));
	case PANEL_AGENT_GRID:
		return decode_grid(decoding, json_get(json, app, "agent_grids"), found);
	case PANEL_AGENT_STATES:
		return decode_states(decoding, json_get(json, app, "agent_grids"), found);
	case PANEL_MESSAGES:
		*found = json_kind(json, json_get(json, app, "chat_messages")) == JSON_ARRAY;
		return !*found || decode_messages(decoding, json_get(json, app, "chat_messages"));
	default:
		return true;
	}
}

static bool decode_app(struct board *board, struct decoding *decoding, int app)
{
	const struct panel *panel = decoding->set->panel;
	struct panel_board *entry = &board->panels[panel->index];
	bool found;
	if (json_kind(decoding->json, app) != JSON_OBJECT)
		return error_set(decoding->error, "an app id holds no object");
	decoding->data = decode_spare(board, panel);
	if (!decode_set(decoding, app, &found))
		return error_prefix(decoding->error, "panel '%.40s': ", panel->name);
	entry->fresh = found;
	entry->absent = !found;
	decoding->filled += found;
	return true;
}

/* Shows the spares that this frame built. */
static void decode_show(struct board *board, int64_t received_ms)
{
	for (unsigned i = 0; i < board->layout->panel_count; i++) {
		struct panel_board *entry = &board->panels[i];
		if (entry->absent)
			decode_set_problem(entry, "The answer has nothing for this panel");
		entry->absent = false;
		if (!entry->fresh)
			continue;
		decode_set_problem(entry, "");
		entry->fresh = false;
		entry->shown = 1 - entry->shown;
		entry->data[entry->shown].received = true;
		entry->data[entry->shown].received_ms = received_ms;
		entry->data[entry->shown].version = board->generation + 1;
	}
	board->generation++;
}

static void decode_drop(struct board *board)
{
	for (unsigned i = 0; i < board->layout->panel_count; i++)
		board->panels[i].fresh = board->panels[i].absent = false;
}

/* Whether an app id is a set's own or that of one of its parts. */
static bool decode_is_of_set(const struct request_set *set, const char *app_id)
{
	for (unsigned part = 1; part < set->part_count; part++)
		if (strcmp(set->parts[part].app_id, app_id) == 0)
			return true;
	return strcmp(set->app_id, app_id) == 0;
}

/* All sets of one app id: one, unless the request is another client's. */
static bool decode_sets(struct board *board, struct decoding *decoding, int key, const struct request *request,
	struct decode_report *report)
{
	char app_id[REQUEST_APP_ID_MAX];
	json_text(decoding->json, key, app_id, sizeof(app_id));
	for (unsigned i = 0; i < request->set_count; i++) {
		const struct request_set *set = &request->sets[i];
		if (set->skipped || !decode_is_of_set(set, app_id))
			continue;
		report->ours++;
		/* The parts of a set are read with it. The first of duplicate app ids stands. */
		if (strcmp(set->app_id, app_id) != 0)
			continue;
		decoding->set = set;
		if (!board->panels[set->panel->index].fresh && !decode_app(board, decoding, json_value(decoding->json, key)))
			return false;
	}
	return true;
}

bool decode_is_set(const struct json *json, int node)
{
	static const char *const members[] = { "agent_grids", "service_grids", "stats_totals", "chat_messages" };
	if (json_kind(json, node) != JSON_OBJECT)
		return false;
	for (unsigned i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (json_get(json, node, members[i]) >= 0)
			return true;
	return json_count(json, node) == 0;
}

/* ---- how the server writes percentages of totals ---- */

/* A value above 1 is no fraction of a whole. One that is pinned is not expected to be one. */
static bool decode_set_proves_percent(const struct json *json, const struct request_set *set)
{
	for (unsigned i = 0; i < set->column_count; i++) {
		const struct request_column *column = &set->columns[i];
		char text[BOARD_TEXT_MAX];
		if (column->kind != KIND_PERCENT || !column->total || column->total_scale != SCALE_AUTO)
			continue;
		int app = json_get(json, json_root(json), column->part == 0 ? set->app_id : set->parts[column->part].app_id);
		int totals = json_kind(json, app) == JSON_OBJECT ? json_get(json, app, "stats_totals") : -1;
		json_text(json, json_kind(json, totals) == JSON_OBJECT ? json_get(json, totals, column->stat) : -1, text, sizeof(text));
		if (value_above_one(text))
			return true;
	}
	return false;
}

/* Before anything is typed, so that no value of this answer is shown a hundred times too large. */
static bool decode_proves_percent(const struct json *json, const struct request *request)
{
	for (unsigned i = 0; request->scales.totals == SCALE_AUTO && i < request->set_count; i++) {
		const struct request_set *set = &request->sets[i];
		if (set->part_count > 0 && !set->skipped && decode_set_proves_percent(json, set))
			return true;
	}
	return false;
}

static void decode_retype_total(struct cell *cell, const struct request_set *set, unsigned column, const struct scales *scales)
{
	if (set->columns[column].calc == NULL && set->panel->columns[column].kind == KIND_PERCENT && cell->state != VALUE_NEVER)
		*cell = value_read(cell->text, KIND_PERCENT, decode_total_scale(set, column, scales), 0);
}

/* Totals that an earlier frame brought, for panels of which this one does not speak. */
static void decode_retype_totals(struct board *board, const struct request *request)
{
	for (unsigned i = 0; i < request->set_count; i++) {
		const struct request_set *set = &request->sets[i];
		struct panel_board *entry = &board->panels[set->panel->index];
		struct panel_data *data = &entry->data[entry->shown];
		if (set->skipped || !data->received)
			continue;
		struct cell *cells = panel_has_totals(set->panel->type) ? data->cells : data->totals;
		for (unsigned column = 0; cells != NULL && column < data->columns; column++)
			decode_retype_total(&cells[column], set, column, &request->scales);
	}
}

static bool decode_apps(struct board *board, const struct frame *frame, struct decode_report *report,
	struct error *error)
{
	const struct json *json = &board->json;
	struct decoding decoding = {
		.json = json, .row = &board->row, .logins = &board->logins, .wall_ms = frame->wall_ms, .names = board->names,
		.scales = frame->request->scales, .error = error,
	};
	int root = json_root(json);
	if (json_kind(json, root) != JSON_OBJECT)
		return error_set(error, "The answer is not an object of app ids");
	report->proved_percent = decode_proves_percent(json, frame->request);
	if (report->proved_percent)
		decoding.scales.totals = SCALE_PERCENT;
	for (int at = json_first(json, root); at >= 0; at = json_next(json, root, at)) {
		unsigned before = report->ours;
		if (!decode_sets(board, &decoding, at, frame->request, report)) {
			report->bad_part = true;
			return false;
		}
		if (report->ours > before)
			continue;
		if (decode_is_set(json, json_value(json, at)))
			report->foreign++;
		else if (report->stray == 0)
			report->stray = at;
	}
	report->filled = decoding.filled;
	report->blank_columns = decoding.rows_seen > 0 && decoding.values_seen == 0;
	return true;
}

/* An error, or something else that is no app id. */
static bool decode_no_statistics(const struct json *json, int key, struct error *error)
{
	char name[32], text[120];
	json_text(json, key, name, sizeof(name));
	json_text(json, json_value(json, key), text, sizeof(text));
	const char *quote = text[0] != '\0' ? "\"" : "";
	return error_set(error, "The answer contains no statistics: %s%s%s%s%s", name, text[0] != '\0' ? " " : "", quote, text, quote);
}

static bool decode_data(struct board *board, const struct frame *frame, struct decode_report *report,
	struct error *error)
{
	struct decode_report local = { 0 };
	bool good = decode_apps(board, frame, &local, error);
	/* In a map of app ids nothing else stands. */
	if (good && local.ours == 0 && local.stray > 0) {
		local.foreign = 0;
		good = decode_no_statistics(&board->json, local.stray, error);
	}
	if (report != NULL)
		*report = local;
	/* An answer that speaks for none of our panels is somebody else's, and brings nothing new. */
	if (good && local.ours == 0 && local.foreign > 0)
		good = error_set(error, "The answer belongs to another client's subscription");
	if (!good) {
		decode_drop(board);
		return false;
	}
	decode_show(board, frame->received_ms);
	if (local.proved_percent) {
		frame->request->scales.totals = SCALE_PERCENT;
		decode_retype_totals(board, frame->request);
	}
	board->scales = frame->request->scales;
	if (local.filled == 0)
		return true;
	board->accepted_ms = frame->received_ms;
	board->accepted_wall_ms = frame->wall_ms;
	return true;
}

static bool decode_availability(struct board *board, const struct frame *frame, struct error *error)
{
	const struct json *json = &board->json;
	int node = json_get(json, json_root(json), "availability");
	char word[8];
	/* The documentation has true in its example and "True" in its table. */
	json_text(json, node, word, sizeof(word));
	bool yes = strcasecmp(word, "true") == 0;
	if (!yes && strcasecmp(word, "false") != 0)
		return error_set(error, "The answer does not say whether agents are available");
	struct service_availability *entry = board_service(board, frame->subject);
	if (entry == NULL)
		return error_set(error, "more than %d services", BOARD_SERVICES_MAX);
	entry->state = yes ? AVAILABILITY_AVAILABLE : AVAILABILITY_NOBODY;
	entry->received_ms = frame->received_ms;
	entry->problem[0] = '\0';
	board->generation++;
	return true;
}

static bool decode_chat_hours(struct board *board, const struct frame *frame, struct error *error)
{
	const struct json *json = &board->json;
	int root = json_root(json), chat = json_get(json, root, "chat");
	bool open = json_is(json, chat, "available");
	if (!open && !json_is(json, chat, "notAvailable"))
		return error_set(error, "The answer does not say whether the chat is open");
	board->chat = (struct chat_hours){ .state = open ? AVAILABILITY_AVAILABLE : AVAILABILITY_NOBODY };
	board->chat.received_ms = frame->received_ms;
	if (!json_number(json, json_get(json, root, "ewt"), &board->chat.wait_seconds) ||
		value_is_none(board->chat.wait_seconds) || value_is_none(board->chat.wait_seconds * 1000))
		board->chat.wait_seconds = -1;
	board->generation++;
	return true;
}

static bool decode_campaign_list(struct board *board, const struct frame *frame, struct error *error)
{
	for (unsigned i = 0; i < board->layout->panel_count; i++) {
		const struct panel *panel = &board->layout->panels[i];
		if (panel->type != PANEL_CAMPAIGNS)
			continue;
		struct decoding decoding = { .json = &board->json, .wall_ms = frame->wall_ms, .error = error };
		decoding.data = decode_spare(board, panel);
		if (!decode_campaigns(&decoding, json_root(&board->json))) {
			decode_drop(board);
			return false;
		}
		board->panels[i].fresh = true;
	}
	decode_show(board, frame->received_ms);
	return true;
}

bool decode_frame(struct board *board, const struct frame *frame, struct decode_report *report, struct error *error)
{
	if (report != NULL)
		*report = (struct decode_report){ 0 };
	if (!json_parse_rows(&board->json, frame->bytes, frame->length, error))
		return error_prefix(error, "The answer is not valid JSON: ");
	switch (frame->kind) {
	case FRAME_DATA:
		return decode_data(board, frame, report, error);
	case FRAME_AVAILABILITY:
		return decode_availability(board, frame, error);
	case FRAME_CHAT_HOURS:
		return decode_chat_hours(board, frame, error);
	case FRAME_CAMPAIGNS:
		return decode_campaign_list(board, frame, error);
	}
	return error_set(error, "a frame of unknown kind");
}

void decode_reasons(struct board *board, const struct request *request)
{
	for (unsigned i = 0; i < request->set_count; i++) {
		const struct request_set *set = &request->sets[i];
		struct panel_board *entry = &board->panels[set->panel->index];
		snprintf(entry->reason, sizeof(entry->reason), "%s", set->skipped ? set->reason : "");
	}
}
