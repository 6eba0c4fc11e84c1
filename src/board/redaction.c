#include "board/redaction.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "board/board.h"
#include "board/decode.h"
#include "board/query.h"

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
	text_index_free(&pseudonyms->index);
}

static const char *pseudonyms_name(const void *context, unsigned item)
{
	return ((const struct pseudonyms *)context)->names[item];
}

/* 0: there is no room for more. */
static unsigned pseudonyms_number(struct pseudonyms *pseudonyms, const char *name)
{
	pseudonyms->index.text = pseudonyms_name;
	pseudonyms->index.context = pseudonyms;
	int known = text_index_find(&pseudonyms->index, name);
	if (known >= 0)
		return (unsigned)known + 1;
	const char *copy = arena_copy(&pseudonyms->arena, name, strlen(name));
	if (copy == NULL)
		return 0;
	pseudonyms->names = array_reserve(pseudonyms->names, &pseudonyms->room, pseudonyms->count + 1,
		sizeof(*pseudonyms->names));
	pseudonyms->names[pseudonyms->count] = copy;
	(void)text_index_add(&pseudonyms->index, copy, pseudonyms->count);
	return ++pseudonyms->count;
}

void pseudonym(struct pseudonyms *pseudonyms, enum person person, const char *name, char out[PSEUDONYM_MAX])
{
	char initials[PSEUDONYM_MAX - 16];
	out[0] = '\0';
	if (name[0] == '\0')
		return;
	unsigned number = pseudonyms_number(pseudonyms, name);
	if (number == 0 || !privacy_apply(NAMES_INITIALS, person, name, initials, sizeof(initials)))
		snprintf(out, PSEUDONYM_MAX, "hidden");
	else
		snprintf(out, PSEUDONYM_MAX, "%s %u", initials, pseudonyms->first + number);
}

/* An answer that is written anew. */
struct redacting {
	struct pseudonyms *pseudonyms;
	const struct json *json;
	struct buffer *out;
};

static void redact_member(const struct redacting *redacting, const char *key, enum person person, int value)
{
	char text[BOARD_TEXT_MAX], other[PSEUDONYM_MAX];
	enum json_kind kind = json_kind(redacting->json, value);
	if (kind == JSON_NONE || kind == JSON_OBJECT || kind == JSON_ARRAY || person == PERSON_EXTENSION)
		return;
	json_text(redacting->json, value, text, sizeof(text));
	if (person != PERSON_NOTHING)
		pseudonym(redacting->pseudonyms, person, text, other);
	json_put_pair(redacting->out, key, person != PERSON_NOTHING ? other : text);
}

/* A login that is shown to nobody: a number in its place still tells rows apart. */
static void redact_key(const struct redacting *redacting, const char *key, int value)
{
	char text[BOARD_TEXT_MAX], digits[16];
	json_text(redacting->json, value, text, sizeof(text));
	unsigned number = text[0] != '\0' ? pseudonyms_number(redacting->pseudonyms, text) : 0;
	if (number == 0)
		return;
	snprintf(digits, sizeof(digits), "%u", number);
	json_put_pair(redacting->out, key, digits);
}

static void redact_row(const struct redacting *redacting, const struct request_set *set, int row)
{
	bool people = set->panel->type != PANEL_SERVICE_GRID && !redacting->pseudonyms->full;
	json_put_object(redacting->out);
	for (unsigned i = 0; i < set->column_count; i++) {
		const struct request_column *column = &set->columns[i];
		int value = json_get(redacting->json, row, column->id);
		bool hidden = redacting->pseudonyms->shown_only && i >= set->read_count;
		if (!hidden || (set->panel->type == PANEL_SERVICE_GRID && (int)i == set->key_column))
			redact_member(redacting, column->id, people ? privacy_person(column->stat) : PERSON_NOTHING,
				value);
		else if ((int)i == set->key_column)
			redact_key(redacting, column->id, value);
	}
	json_put_object_end(redacting->out);
}

/* The grid that was asked for, if it is there. */
static void redact_grids(const struct redacting *redacting, const struct request_set *set, int grids)
{
	const struct json *json = redacting->json;
	json_put_array(redacting->out);
	for (int grid = json_first(json, grids); grid >= 0; grid = json_next(json, grids, grid)) {
		if (!json_is(json, json_get(json, grid, "id"), set->grid_id))
			continue;
		int rows = json_get(json, grid, "values");
		json_put_object(redacting->out);
		json_put_pair(redacting->out, "id", set->grid_id);
		json_put_key(redacting->out, "values");
		json_put_array(redacting->out);
		for (int row = json_first(json, rows); row >= 0; row = json_next(json, rows, row))
			redact_row(redacting, set, row);
		json_put_array_end(redacting->out);
		json_put_object_end(redacting->out);
		break;
	}
	json_put_array_end(redacting->out);
}

static void redact_totals(const struct redacting *redacting, const struct request_set *set, unsigned part, int totals)
{
	const struct texts *stats = &set->parts[part].stats;
	json_put_object(redacting->out);
	for (unsigned i = 0; i < stats->count; i++)
		redact_member(redacting, stats->items[i], PERSON_NOTHING, json_get(redacting->json, totals, stats->items[i]));
	json_put_object_end(redacting->out);
}

/* The whole name as one text, as the board would show it. */
static void redact_sender(const struct redacting *redacting, int item)
{
	const struct json *json = redacting->json;
	char one[BOARD_TEXT_MAX / 2], two[BOARD_TEXT_MAX / 2], name[BOARD_TEXT_MAX + 2], other[PSEUDONYM_MAX];
	json_text(json, json_get(json, item, "first_name"), one, sizeof(one));
	json_text(json, json_get(json, item, "last_name"), two, sizeof(two));
	bool named = one[0] != '\0' || two[0] != '\0';
	for (int i = 0; !named && decode_names.sender[i] != NULL && one[0] == '\0'; i++)
		json_text(json, json_get(json, item, decode_names.sender[i]), one, sizeof(one));
	snprintf(name, sizeof(name), "%s%s%s", one, one[0] != '\0' && two[0] != '\0' ? " " : "", two);
	pseudonym(redacting->pseudonyms, named ? PERSON_FIRST_LAST : PERSON_LOGIN, name, other);
	json_put_pair(redacting->out, "first_name", redacting->pseudonyms->full ? name : other);
}

static void redact_members(const struct redacting *redacting, int item, const char *const *names)
{
	for (; *names != NULL; names++)
		redact_member(redacting, *names, PERSON_NOTHING, json_get(redacting->json, item, *names));
}

static void redact_messages(const struct redacting *redacting, int list)
{
	const struct json *json = redacting->json;
	json_put_array(redacting->out);
	for (int item = json_first(json, list); item >= 0; item = json_next(json, list, item)) {
		json_put_object(redacting->out);
		redact_members(redacting, item, decode_names.content);
		redact_members(redacting, item, decode_names.time);
		redact_member(redacting, "is_urgent", PERSON_NOTHING, json_get(json, item, "is_urgent"));
		redact_sender(redacting, item);
		json_put_object_end(redacting->out);
	}
	json_put_array_end(redacting->out);
}

static void redact_part(const struct redacting *redacting, const struct request_set *set, const char *part, int grids)
{
	if (json_kind(redacting->json, grids) != JSON_ARRAY)
		return;
	json_put_key(redacting->out, part);
	redact_grids(redacting, set, grids);
}

/* A member "APP-ID": {...} for a part that has an app id of its own. */
static void redact_part_totals(const struct redacting *redacting, const struct request_set *set, unsigned part)
{
	const struct json *json = redacting->json;
	int app = json_get(json, json_root(json), set->parts[part].app_id);
	int totals = json_kind(json, app) == JSON_OBJECT ? json_get(json, app, "stats_totals") : -1;
	if (json_kind(json, totals) != JSON_OBJECT)
		return;
	json_put_key(redacting->out, set->parts[part].app_id);
	json_put_object(redacting->out);
	json_put_key(redacting->out, "stats_totals");
	redact_totals(redacting, set, part, totals);
	json_put_object_end(redacting->out);
}

/* The members "APP-ID": {...}; false if the answer has nothing for it. */
static bool redact_app(const struct redacting *redacting, const struct request_set *set)
{
	const struct json *json = redacting->json;
	int app = set->skipped ? -1 : json_get(json, json_root(json), set->app_id);
	if (json_kind(json, app) != JSON_OBJECT)
		return false;
	int totals = json_get(json, app, "stats_totals"), messages = json_get(json, app, "chat_messages");
	json_put_key(redacting->out, set->app_id);
	json_put_object(redacting->out);
	redact_part(redacting, set, "agent_grids", json_get(json, app, "agent_grids"));
	redact_part(redacting, set, "service_grids", json_get(json, app, "service_grids"));
	if (set->part_count > 0 && json_kind(json, totals) == JSON_OBJECT) {
		json_put_key(redacting->out, "stats_totals");
		redact_totals(redacting, set, 0, totals);
	}
	if (json_kind(json, messages) == JSON_ARRAY) {
		json_put_key(redacting->out, "chat_messages");
		redact_messages(redacting, messages);
	}
	json_put_object_end(redacting->out);
	for (unsigned part = 1; part < set->part_count; part++)
		redact_part_totals(redacting, set, part);
	return true;
}

bool pseudonyms_open(struct pseudonyms *pseudonyms, const struct frame *frame, struct error *error)
{
	return json_parse(&pseudonyms->json, frame->bytes, frame->length, error);
}

bool pseudonyms_set(struct pseudonyms *pseudonyms, const struct request_set *set, struct buffer *out)
{
	struct redacting redacting = { .pseudonyms = pseudonyms, .json = &pseudonyms->json, .out = out };
	json_put_object(out);
	bool found = redact_app(&redacting, set);
	json_put_object_end(out);
	return found && !out->full;
}

bool pseudonyms_frame(struct pseudonyms *pseudonyms, const struct frame *frame, struct buffer *out, struct error *error)
{
	struct redacting redacting = { .pseudonyms = pseudonyms, .json = &pseudonyms->json, .out = out };
	if (!pseudonyms_open(pseudonyms, frame, error))
		return false;
	json_put_object(out);
	for (unsigned i = 0; i < frame->request->set_count; i++)
		(void)redact_app(&redacting, &frame->request->sets[i]);
	json_put_object_end(out);
	return !out->full || error_set(error, "the answer is too large to be recorded");
}

void redaction_init(struct redaction *redaction, enum names names)
{
	*redaction = (struct redaction){ .names = names };
	buffer_init(&redaction->bytes, RECORDING_RAW_MAX);
	pseudonyms_init(&redaction->pseudonyms);
}

void redaction_free(struct redaction *redaction)
{
	buffer_free(&redaction->bytes);
	pseudonyms_free(&redaction->pseudonyms);
}

static void redaction_bytes(const struct redaction *redaction, struct record_content *content)
{
	content->bytes = buffer_string(&redaction->bytes);
	content->length = redaction->bytes.length;
}

static bool redaction_data(struct redaction *redaction, const struct frame *frame, struct record_content *content,
	struct error *error)
{
	if (redaction->names == NAMES_FULL)
		return true;
	buffer_clear(&redaction->bytes);
	if (!pseudonyms_frame(&redaction->pseudonyms, frame, &redaction->bytes, error))
		return false;
	redaction_bytes(redaction, content);
	return true;
}

/* The service, a NUL, the answer. */
static bool redaction_availability(struct redaction *redaction, const struct frame *frame,
	struct record_content *content, struct error *error)
{
	buffer_clear(&redaction->bytes);
	buffer_add(&redaction->bytes, frame->subject, strlen(frame->subject) + 1);
	if (!buffer_add(&redaction->bytes, frame->bytes, frame->length))
		return error_set(error, "an answer is too large");
	redaction_bytes(redaction, content);
	return true;
}

bool redaction_content(struct redaction *redaction, const struct frame *frame, struct record_content *content,
	struct error *error)
{
	*content = (struct record_content){
		.boot_ms = frame->received_ms, .wall_ms = frame->wall_ms, .bytes = frame->bytes,
		.length = frame->length,
	};
	switch (frame->kind) {
	case FRAME_DATA:
		content->kind = RECORD_DATA;
		return redaction_data(redaction, frame, content, error);
	case FRAME_AVAILABILITY:
		content->kind = RECORD_AVAILABILITY;
		return redaction_availability(redaction, frame, content, error);
	case FRAME_CHAT_HOURS:
		content->kind = RECORD_CHAT_HOURS;
		break;
	case FRAME_CAMPAIGNS:
		content->kind = RECORD_CAMPAIGNS;
		break;
	}
	return true;
}

const char *redaction_row_name(struct redaction *redaction, const char *row, char out[PSEUDONYM_MAX])
{
	if (redaction->names == NAMES_FULL)
		return row;
	pseudonym(&redaction->pseudonyms, PERSON_FIRST_LAST, row, out);
	return out;
}
