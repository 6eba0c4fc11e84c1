#include "recording/cursor.h"

#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "board/query.h"

static bool cursor_begin(struct recording_cursor *cursor, struct recording *recording, const struct layout *layout)
{
	*cursor = (struct recording_cursor){
		.recording = recording, .layout = layout, .link = { .state = LINK_LIVE, .interval = 5 },
	};
	request_init(&cursor->request);
	json_init(&cursor->json);
	if (recording != NULL)
		return true;
	cursor_close(cursor);
	return false;
}

bool cursor_open(struct recording_cursor *cursor, const char *path, const struct layout *layout, struct error *error)
{
	return cursor_begin(cursor, recording_open(path, error), layout);
}

bool cursor_open_file(struct recording_cursor *cursor, int file, const char *name, const struct layout *layout,
	struct error *error)
{
	return cursor_begin(cursor, recording_open_file(file, name, error), layout);
}

void cursor_close(struct recording_cursor *cursor)
{
	recording_close(cursor->recording);
	request_free(&cursor->request);
	json_free(&cursor->json);
	*cursor = (struct recording_cursor){ .recording = NULL };
}

void cursor_layout(struct recording_cursor *cursor, const struct layout *layout)
{
	cursor->layout = layout;
	request_free(&cursor->request);
}

/* Without a valid one, the data that follow have no request until the next that is recorded. */
static bool read_request(struct recording_cursor *cursor, const struct buffer *bytes, struct error *error)
{
	request_free(&cursor->request);
	return bytes != NULL && request_record_read(&cursor->request, cursor->layout, &cursor->json, buffer_string(bytes),
		bytes->length, &cursor->link.interval, error);
}

/* Flaws before the first record count only if reading begins there. */
static void begin_flaws(struct recording_cursor *cursor, uint32_t index)
{
	const struct recording *recording = cursor->recording;
	cursor->flaws.damage_count = cursor->flaws.step_count = cursor->flaws.steps_lost = 0;
	cursor->damage_next = cursor->step_next = 0;
	cursor->in_damage = false;
	while (index > 0 && cursor->damage_next < recording->damage_count &&
		recording->damages[cursor->damage_next].index <= index)
		cursor->damage_next++;
	while (index > 0 && cursor->step_next < recording->step_count && recording->steps[cursor->step_next].index <= index)
		cursor->step_next++;
}

/* Damages without a readable answer between them are listed as one. */
static void add_damage(struct recording_cursor *cursor, uint32_t index, int64_t bytes)
{
	struct flaws *flaws = &cursor->flaws;
	if (!cursor->in_damage && flaws->damage_count < FLAWS_MAX)
		flaws->damages[flaws->damage_count++] = (struct flaw_damage){
			.from_ms = index > 0 ? cursor->recording->entries[index - 1].wall_ms : 0,
		};
	cursor->in_damage = true;
	flaws->damages[flaws->damage_count - 1].bytes += bytes;
	flaws->damages[flaws->damage_count - 1].to_ms = 0;
}

static void pass_damages(struct recording_cursor *cursor, uint32_t index)
{
	const struct recording *recording = cursor->recording;
	while (cursor->damage_next < recording->damage_count && recording->damages[cursor->damage_next].index <= index)
		add_damage(cursor, index, recording->damages[cursor->damage_next++].bytes);
}

static void pass_steps(struct recording_cursor *cursor, uint32_t index)
{
	const struct recording *recording = cursor->recording;
	struct flaws *flaws = &cursor->flaws;
	for (; cursor->step_next < recording->step_count && recording->steps[cursor->step_next].index <= index;
		cursor->step_next++) {
		const struct recording_step *step = &recording->steps[cursor->step_next];
		if (flaws->step_count == FLAWS_MAX)
			flaws->steps_lost++;
		else
			flaws->steps[flaws->step_count++] = (struct flaw_step){ .by_ms = step->by_ms, .corrected = step->corrected,
				.wall_ms = recording->entries[step->index].wall_ms };
	}
}

void cursor_end(struct recording_cursor *cursor)
{
	if (cursor->next >= cursor->recording->count)
		pass_damages(cursor, cursor->recording->count);
}

static void note_damage(struct recording_cursor *cursor, uint32_t index, enum cursor_step step)
{
	const struct recording_entry *entry = &cursor->recording->entries[index];
	int64_t bytes = step == CURSOR_DAMAGED ? recording_damaged(cursor->recording, index) : 0;
	if (bytes > 0)
		add_damage(cursor, index, bytes);
	if (step != CURSOR_FRAME || entry->kind != RECORD_DATA || !cursor->in_damage)
		return;
	cursor->in_damage = false;
	cursor->flaws.damages[cursor->flaws.damage_count - 1].to_ms = entry->wall_ms;
}

uint32_t cursor_request_before(const struct recording_cursor *cursor, uint32_t index)
{
	struct recording *recording = cursor->recording;
	do
		index = recording_before(recording, index, RECORD_REQUEST);
	while (index < recording->count && recording_damaged(recording, index) > 0);
	return index;
}

bool cursor_go(struct recording_cursor *cursor, uint32_t index, struct error *error)
{
	const struct recording *recording = cursor->recording;
	uint32_t at = cursor_request_before(cursor, index);
	cursor->next = index;
	begin_flaws(cursor, index);
	request_free(&cursor->request);
	/* Where all are damaged, read the last one for its error. */
	if (at == recording->count)
		at = recording_before(recording, index, RECORD_REQUEST);
	if (at == recording->count)
		return true;
	return read_request(cursor, recording_read(cursor->recording, at, error), error);
}

/* The name of the service stands before the answer. It is scrubbed again, since anybody may have written the file. */
static bool fill_availability(struct recording_cursor *cursor, struct frame *frame, const struct buffer *bytes,
	struct error *error)
{
	const char *end = bytes->length > 0 ? memchr(bytes->data, '\0', bytes->length) : NULL;
	if (end == NULL)
		return error_set(error, "a recorded availability lacks its service");
	text_scrub(cursor->subject, sizeof(cursor->subject), bytes->data, (size_t)(end - bytes->data));
	frame->subject = cursor->subject;
	frame->bytes = end + 1;
	frame->length = bytes->length - (size_t)(frame->bytes - bytes->data);
	return true;
}

static enum cursor_step read_frame(struct recording_cursor *cursor, const struct recording_entry *entry,
	const struct buffer *bytes, struct frame *frame, struct error *error)
{
	frame->bytes = buffer_string(bytes);
	frame->length = bytes->length;
	switch (entry->kind) {
	case RECORD_START:
		request_free(&cursor->request);
		return CURSOR_START;
	case RECORD_REQUEST:
		return read_request(cursor, bytes, error) ? CURSOR_OTHER : CURSOR_DAMAGED;
	case RECORD_DATA:
		if (cursor->request.layout == NULL) {
			error_set(error, "a recorded answer lacks its request");
			return CURSOR_DAMAGED;
		}
		frame->request = &cursor->request;
		cursor->link.accepted_ms = entry->at_ms;
		cursor->link.accepted++;
		return CURSOR_FRAME;
	case RECORD_AVAILABILITY:
		frame->kind = FRAME_AVAILABILITY;
		return fill_availability(cursor, frame, bytes, error) ? CURSOR_FRAME : CURSOR_DAMAGED;
	case RECORD_CHAT_HOURS:
		frame->kind = FRAME_CHAT_HOURS;
		return CURSOR_FRAME;
	case RECORD_CAMPAIGNS:
		frame->kind = FRAME_CAMPAIGNS;
		return CURSOR_FRAME;
	case RECORD_ALERT:
	case RECORD_END:
	case RECORD_STATE:
	case RECORD_NUMBERS:
		break;
	}
	return CURSOR_OTHER;
}

void cursor_skip(struct recording_cursor *cursor)
{
	uint32_t index = cursor->next++;
	pass_damages(cursor, index);
	pass_steps(cursor, index);
	note_damage(cursor, index, CURSOR_DAMAGED);
	if (cursor->recording->entries[index].kind == RECORD_REQUEST && recording_damaged(cursor->recording, index) == 0)
		request_free(&cursor->request);
}

enum cursor_step cursor_next(struct recording_cursor *cursor, struct frame *frame, const struct recording_entry **entry,
	struct error *error)
{
	if (cursor->next >= cursor->recording->count)
		return CURSOR_END;
	uint32_t index = cursor->next++;
	const struct recording_entry *at = &cursor->recording->entries[index];
	*entry = at;
	*frame = (struct frame){ .kind = FRAME_DATA, .subject = "", .received_ms = at->at_ms, .wall_ms = at->wall_ms };
	pass_damages(cursor, index);
	pass_steps(cursor, index);
	const struct buffer *bytes = recording_read(cursor->recording, index, error);
	enum cursor_step step = bytes == NULL ? CURSOR_DAMAGED : read_frame(cursor, at, bytes, frame, error);
	note_damage(cursor, index, step);
	return step;
}

struct board_view cursor_view(const struct recording_cursor *cursor, const struct board *board, int64_t now_ms,
	int64_t wall_ms)
{
	return (struct board_view){ .board = board, .link = &cursor->link, .now_ms = now_ms, .wall_ms = wall_ms };
}
