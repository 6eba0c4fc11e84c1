#include "board/pseudonym.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_write.h"
#include "base/log.h"
#include "base/text.h"
#include "board/board.h"
#include "board/query.h"

/* What is kept of a message beside its sender. */
static const char *const message_members[] = {
	"content", "text", "message", "body", "send_time", "time", "timestamp", "is_urgent", NULL,
};

static const char *const sender_members[] = { "sender", "from", "sender_name", "name", "login_id", "login", NULL };

void pseudonyms_init(struct pseudonyms *pseudonyms)
{
	*pseudonyms = (struct pseudonyms){ .count = 0 };
	arena_init(&pseudonyms->arena, PSEUDONYM_BYTES_MAX);
	json_init(&pseudonyms->json);
}

void pseudonyms_free(struct pseudonyms *pseudonyms)
{
	arena_free(&pseudonyms->arena);
	json_free(&pseudonyms->json);
	free(pseudonyms->names);
	free(pseudonyms->slots);
}

static void enter(struct pseudonyms *pseudonyms, unsigned number)
{
	unsigned at = text_hash(pseudonyms->names[number - 1]) % pseudonyms->slot_count;
	while (pseudonyms->slots[at] != 0)
		at = (at + 1) % pseudonyms->slot_count;
	pseudonyms->slots[at] = number;
}

static void grow(struct pseudonyms *pseudonyms)
{
	pseudonyms->room = pseudonyms->room == 0 ? 64 : 2 * pseudonyms->room;
	pseudonyms->slot_count = 2 * pseudonyms->room + 1;
	pseudonyms->names = must_realloc(pseudonyms->names, pseudonyms->room * sizeof(*pseudonyms->names));
	pseudonyms->slots = must_realloc(pseudonyms->slots, pseudonyms->slot_count * sizeof(*pseudonyms->slots));
	memset(pseudonyms->slots, 0, pseudonyms->slot_count * sizeof(*pseudonyms->slots));
	for (unsigned number = 1; number <= pseudonyms->count; number++)
		enter(pseudonyms, number);
}

/* 0: there is no room for more. */
static unsigned number_of(struct pseudonyms *pseudonyms, const char *name)
{
	if (pseudonyms->slot_count > 0)
		for (unsigned at = text_hash(name) % pseudonyms->slot_count; pseudonyms->slots[at] != 0;
			at = (at + 1) % pseudonyms->slot_count)
			if (strcmp(pseudonyms->names[pseudonyms->slots[at] - 1], name) == 0)
				return pseudonyms->slots[at];
	const char *copy = arena_copy(&pseudonyms->arena, name, strlen(name));
	if (copy == NULL)
		return 0;
	if (pseudonyms->count == pseudonyms->room)
		grow(pseudonyms);
	pseudonyms->names[pseudonyms->count++] = copy;
	enter(pseudonyms, pseudonyms->count);
	return pseudonyms->count;
}

void pseudonym(struct pseudonyms *pseudonyms, enum person person, const char *name, char out[PSEUDONYM_MAX])
{
	char initials[PSEUDONYM_MAX - 16];
	out[0] = '\0';
	if (name[0] == '\0')
		return;
	unsigned number = number_of(pseudonyms, name);
	if (number == 0 || !privacy_apply(NAMES_INITIALS, person, name, initials, sizeof(initials)))
		snprintf(out, PSEUDONYM_MAX, "hidden");
	else
		snprintf(out, PSEUDONYM_MAX, "%s %u", initials, pseudonyms->first + number);
}

struct writing {
	struct pseudonyms *pseudonyms;
	const struct json *json;
	struct buffer *out;
};

static void put_member(const struct writing *writing, bool *first, const char *key, enum person person, int value)
{
	char text[BOARD_TEXT_MAX], other[PSEUDONYM_MAX];
	enum json_kind kind = json_kind(writing->json, value);
	if (kind == JSON_NONE || kind == JSON_OBJECT || kind == JSON_ARRAY || person == PERSON_EXTENSION)
		return;
	json_text(writing->json, value, text, sizeof(text));
	if (person != PERSON_NOTHING)
		pseudonym(writing->pseudonyms, person, text, other);
	buffer_text(writing->out, *first ? "" : ",");
	json_put_string(writing->out, key);
	buffer_text(writing->out, ":");
	json_put_string(writing->out, person != PERSON_NOTHING ? other : text);
	*first = false;
}

/* A login that nobody is shown: what is left tells rows apart, and nothing else. */
static void put_key(const struct writing *writing, bool *first, const char *key, int value)
{
	char text[BOARD_TEXT_MAX];
	json_text(writing->json, value, text, sizeof(text));
	unsigned number = text[0] != '\0' ? number_of(writing->pseudonyms, text) : 0;
	if (number == 0)
		return;
	buffer_text(writing->out, *first ? "" : ",");
	json_put_string(writing->out, key);
	buffer_print(writing->out, ":\"%u\"", number);
	*first = false;
}

static enum person person_in(const struct writing *writing, const struct request_set *set, const char *stat)
{
	bool people = set->panel->type != PANEL_SERVICE_GRID && !writing->pseudonyms->full;
	return people ? privacy_person(stat) : PERSON_NOTHING;
}

static void put_row(const struct writing *writing, const struct request_set *set, int row)
{
	bool first = true;
	buffer_text(writing->out, "{");
	for (unsigned i = 0; i < set->column_count; i++) {
		const struct request_column *column = &set->columns[i];
		int value = json_get(writing->json, row, column->id);
		bool hidden = writing->pseudonyms->shown_only && i >= set->shown_count;
		if (!hidden || (set->panel->type == PANEL_SERVICE_GRID && (int)i == set->key_column))
			put_member(writing, &first, column->id, person_in(writing, set, column->stat), value);
		else if ((int)i == set->key_column)
			put_key(writing, &first, column->id, value);
	}
	buffer_text(writing->out, "}");
}

/* The grid that was asked for, if it is there. */
static void put_grids(const struct writing *writing, const struct request_set *set, int grids)
{
	const struct json *json = writing->json;
	buffer_text(writing->out, "[");
	for (int grid = json_first(json, grids); grid >= 0; grid = json_next(json, grids, grid)) {
		if (!json_is(json, json_get(json, grid, "id"), set->grid_id))
			continue;
		int rows = json_get(json, grid, "values");
		buffer_text(writing->out, "{\"id\":");
		json_put_string(writing->out, set->grid_id);
		buffer_text(writing->out, ",\"values\":[");
		for (int row = json_first(json, rows), i = 0; row >= 0; row = json_next(json, rows, row), i++) {
			buffer_text(writing->out, i == 0 ? "" : ",");
			put_row(writing, set, row);
		}
		buffer_text(writing->out, "]}");
		break;
	}
	buffer_text(writing->out, "]");
}

static void put_totals(const struct writing *writing, const struct request_set *set, int totals)
{
	bool first = true;
	buffer_text(writing->out, "{");
	for (unsigned i = 0; i < set->column_count; i++) {
		const char *stat = set->columns[i].stat;
		put_member(writing, &first, stat, PERSON_NOTHING, json_get(writing->json, totals, stat));
	}
	buffer_text(writing->out, "}");
}

/* The whole name as one text, as the board would show it. */
static void put_sender(const struct writing *writing, int item, bool *first)
{
	const struct json *json = writing->json;
	char one[BOARD_TEXT_MAX / 2], two[BOARD_TEXT_MAX / 2], name[BOARD_TEXT_MAX + 2], other[PSEUDONYM_MAX];
	json_text(json, json_get(json, item, "first_name"), one, sizeof(one));
	json_text(json, json_get(json, item, "last_name"), two, sizeof(two));
	bool named = one[0] != '\0' || two[0] != '\0';
	for (int i = 0; !named && sender_members[i] != NULL && one[0] == '\0'; i++)
		json_text(json, json_get(json, item, sender_members[i]), one, sizeof(one));
	snprintf(name, sizeof(name), "%s%s%s", one, one[0] != '\0' && two[0] != '\0' ? " " : "", two);
	pseudonym(writing->pseudonyms, named ? PERSON_FIRST_LAST : PERSON_LOGIN, name, other);
	buffer_print(writing->out, "%s\"first_name\":", *first ? "" : ",");
	json_put_string(writing->out, writing->pseudonyms->full ? name : other);
	*first = false;
}

static void put_messages(const struct writing *writing, int list)
{
	const struct json *json = writing->json;
	buffer_text(writing->out, "[");
	for (int item = json_first(json, list), i = 0; item >= 0; item = json_next(json, list, item), i++) {
		bool first = true;
		buffer_text(writing->out, i == 0 ? "{" : ",{");
		for (int m = 0; message_members[m] != NULL; m++)
			put_member(writing, &first, message_members[m], PERSON_NOTHING, json_get(json, item, message_members[m]));
		put_sender(writing, item, &first);
		buffer_text(writing->out, "}");
	}
	buffer_text(writing->out, "]");
}

static void put_part(const struct writing *writing, bool *first, const char *key)
{
	buffer_print(writing->out, "%s\"%s\":", *first ? "" : ",", key);
	*first = false;
}

static void put_set(const struct writing *writing, const struct request_set *set, int app)
{
	const struct json *json = writing->json;
	int agents = json_get(json, app, "agent_grids"), services = json_get(json, app, "service_grids");
	int totals = json_get(json, app, "stats_totals"), messages = json_get(json, app, "chat_messages");
	bool first = true;
	buffer_text(writing->out, "{");
	if (json_kind(json, agents) == JSON_ARRAY) {
		put_part(writing, &first, "agent_grids");
		put_grids(writing, set, agents);
	}
	if (json_kind(json, services) == JSON_ARRAY) {
		put_part(writing, &first, "service_grids");
		put_grids(writing, set, services);
	}
	if (json_kind(json, totals) == JSON_OBJECT) {
		put_part(writing, &first, "stats_totals");
		put_totals(writing, set, totals);
	}
	if (json_kind(json, messages) == JSON_ARRAY) {
		put_part(writing, &first, "chat_messages");
		put_messages(writing, messages);
	}
	buffer_text(writing->out, "}");
}

/* ,"APP-ID":{...} or without the comma; false if the answer has nothing for it. */
static bool put_app(const struct writing *writing, const struct request_set *set, bool first)
{
	const struct json *json = writing->json;
	int app = set->skipped ? -1 : json_get(json, json_root(json), set->app_id);
	if (json_kind(json, app) != JSON_OBJECT)
		return false;
	buffer_text(writing->out, first ? "" : ",");
	json_put_string(writing->out, set->app_id);
	buffer_text(writing->out, ":");
	put_set(writing, set, app);
	return true;
}

bool pseudonyms_frame(struct pseudonyms *pseudonyms, const struct frame *frame, struct buffer *out,
	struct error *error)
{
	struct writing writing = { .pseudonyms = pseudonyms, .json = &pseudonyms->json, .out = out };
	bool first = true;
	if (!pseudonyms_open(pseudonyms, frame, error))
		return false;
	buffer_text(out, "{");
	for (unsigned i = 0; i < frame->request->set_count; i++)
		first = !put_app(&writing, &frame->request->sets[i], first) && first;
	return buffer_text(out, "}") || error_set(error, "the answer is too large to be recorded");
}

bool pseudonyms_open(struct pseudonyms *pseudonyms, const struct frame *frame, struct error *error)
{
	return json_parse(&pseudonyms->json, frame->bytes, frame->length, error);
}

bool pseudonyms_set(struct pseudonyms *pseudonyms, const struct request_set *set, struct buffer *out)
{
	struct writing writing = { .pseudonyms = pseudonyms, .json = &pseudonyms->json, .out = out };
	buffer_text(out, "{");
	return put_app(&writing, set, true) && buffer_text(out, "}");
}
