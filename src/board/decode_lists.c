/* Messages and campaigns: lists whose items' shapes are less sure than those of grids. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "board/decode_grid.h"

enum {
	LIST_ITEMS_MAX = 1000, /* more than anybody asks for */
	JOINED_MAX = BOARD_TEXT_MAX,
};

/* Above this a time is in milliseconds: 10^12 s are 31,000 years. */
static const double MILLISECONDS_FROM = 1e12;

static const char *const content_names[] = { "content", "text", "message", "body", NULL };
static const char *const sender_names[] = { "sender", "from", "sender_name", "name", "login_id", "login", NULL };
static const char *const time_names[] = { "send_time", "time", "timestamp", NULL };

static int find_any(const struct json *json, int object, const char *const *names)
{
	for (; *names != NULL; names++) {
		int node = json_get(json, object, *names);
		enum json_kind kind = json_kind(json, node);
		if (kind == JSON_STRING || kind == JSON_NUMBER)
			return node;
	}
	return -1;
}

static bool put_copy(struct decoding *decoding, struct cell *cell, const char *text)
{
	const char *copy = arena_copy(&decoding->data->arena, text, strlen(text));
	if (copy == NULL)
		return error_set(decoding->error, "more data than %d MB for one panel", BOARD_PANEL_BYTES_MAX >> 20);
	*cell = value_read(copy, KIND_TEXT, SCALE_PERCENT, 0);
	return true;
}

/* "First Last", else the first of the usual names of a sender. */
static bool put_sender(struct decoding *decoding, int item, struct cell *cell)
{
	const struct json *json = decoding->json;
	char first[BOARD_TEXT_MAX / 2], last[BOARD_TEXT_MAX / 2], joined[JOINED_MAX + 2], shown[JOINED_MAX];
	json_text(json, json_get(json, item, "first_name"), first, sizeof(first));
	json_text(json, json_get(json, item, "last_name"), last, sizeof(last));
	enum person person = PERSON_FIRST_LAST;
	if (first[0] == '\0' && last[0] == '\0') {
		json_text(json, find_any(json, item, sender_names), first, sizeof(first));
		person = PERSON_LOGIN;
	}
	snprintf(joined, sizeof(joined), "%s%s%s", first, first[0] != '\0' && last[0] != '\0' ? " " : "", last);
	bool changed = privacy_apply(decoding->names, person, joined, shown, sizeof(shown));
	return put_copy(decoding, cell, changed ? shown : joined);
}

static bool put_time(struct decoding *decoding, int item, struct cell *cell)
{
	double seconds;
	int node = find_any(decoding->json, item, time_names);
	const char *text = decode_text(decoding, node);
	if (text == NULL)
		return false;
	*cell = value_read(text, KIND_TEXT, SCALE_PERCENT, 0);
	if (json_number(decoding->json, node, &seconds) && seconds > 0) {
		cell->state = VALUE_NUMBER;
		cell->number = seconds >= MILLISECONDS_FROM ? seconds / 1000 : seconds;
	}
	return true;
}

/* All text values of an object of unknown shape, in order. */
static bool put_joined(struct decoding *decoding, int list, struct cell *cell)
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
	return put_copy(decoding, cell, joined);
}

static bool decode_message(struct decoding *decoding, int item, struct cell *cells)
{
	const struct json *json = decoding->json;
	enum json_kind kind = json_kind(json, item);
	if (kind != JSON_OBJECT) {
		const char *text = decode_text(decoding, item);
		if (text == NULL)
			return false;
		cells[MESSAGES_COLUMN_TEXT] = value_read(text, KIND_TEXT, SCALE_PERCENT, 0);
		return true;
	}
	int content = find_any(json, item, content_names);
	if (content < 0)
		return put_joined(decoding, item, &cells[MESSAGES_COLUMN_TEXT]);
	const char *text = decode_text(decoding, content);
	if (text == NULL)
		return false;
	cells[MESSAGES_COLUMN_TEXT] = value_read(text, KIND_TEXT, SCALE_PERCENT, 0);
	int urgent = json_get(json, item, "is_urgent");
	bool is_urgent = json_is(json, urgent, "1") || json_kind(json, urgent) == JSON_TRUE || json_is(json, urgent, "true");
	cells[MESSAGES_COLUMN_URGENT] =
		(struct cell){ .text = is_urgent ? "1" : "0", .state = VALUE_NUMBER, .number = is_urgent };
	return put_time(decoding, item, &cells[MESSAGES_COLUMN_TIME]) &&
		put_sender(decoding, item, &cells[MESSAGES_COLUMN_SENDER]);
}

/* Newest first where all times are known; else the server's order. Insertion keeps equal times in their order. */
static void sort_messages(struct panel_data *data)
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
static bool number_keys(struct decoding *decoding, unsigned column)
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
			return error_set(decoding->error, "more data than %d MB for one panel",
				BOARD_PANEL_BYTES_MAX >> 20);
	}
	return true;
}

bool decode_messages(struct decoding *decoding, int node)
{
	if (!decode_list(decoding, node, MESSAGES_COLUMNS, decode_message))
		return false;
	sort_messages(decoding->data);
	return number_keys(decoding, MESSAGES_COLUMN_TEXT);
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
	cells[CAMPAIGNS_COLUMN_NAME] = value_read(name, KIND_TEXT, SCALE_PERCENT, 0);
	cells[CAMPAIGNS_COLUMN_STATE] = value_read(state, KIND_TEXT, SCALE_PERCENT, 0);
	return put_joined(decoding, json_get(json, item, "lists"), &cells[CAMPAIGNS_COLUMN_LISTS]);
}

bool decode_campaigns(struct decoding *decoding, int node)
{
	return decode_list(decoding, node, CAMPAIGNS_COLUMNS, decode_campaign) &&
		number_keys(decoding, CAMPAIGNS_COLUMN_NAME);
}
