#include "board/keeping.h"

#include <string.h>

void keeping_init(struct keeping *keeping, enum names names)
{
	*keeping = (struct keeping){ .names = names };
	buffer_init(&keeping->bytes, RECORDING_RAW_MAX);
	pseudonyms_init(&keeping->pseudonyms);
}

void keeping_free(struct keeping *keeping)
{
	buffer_free(&keeping->bytes);
	pseudonyms_free(&keeping->pseudonyms);
}

static void take_bytes(const struct keeping *keeping, struct record_content *content)
{
	content->bytes = buffer_string(&keeping->bytes);
	content->length = keeping->bytes.length;
}

static bool keep_data(struct keeping *keeping, const struct frame *frame, struct record_content *content,
	struct error *error)
{
	if (keeping->names == NAMES_FULL)
		return true;
	buffer_clear(&keeping->bytes);
	if (!pseudonyms_frame(&keeping->pseudonyms, frame, &keeping->bytes, error))
		return false;
	take_bytes(keeping, content);
	return true;
}

/* The service, a NUL, the answer. */
static bool keep_availability(struct keeping *keeping, const struct frame *frame, struct record_content *content,
	struct error *error)
{
	buffer_clear(&keeping->bytes);
	buffer_add(&keeping->bytes, frame->subject, strlen(frame->subject) + 1);
	if (!buffer_add(&keeping->bytes, frame->bytes, frame->length))
		return error_set(error, "an answer is too large");
	take_bytes(keeping, content);
	return true;
}

bool keeping_frame(struct keeping *keeping, const struct frame *frame, struct record_content *content,
	struct error *error)
{
	*content = (struct record_content){
		.boot_ms = frame->received_ms, .wall_ms = frame->wall_ms, .bytes = frame->bytes, .length = frame->length,
	};
	switch (frame->kind) {
	case FRAME_DATA:
		content->kind = RECORD_DATA;
		return keep_data(keeping, frame, content, error);
	case FRAME_AVAILABILITY:
		content->kind = RECORD_AVAILABILITY;
		return keep_availability(keeping, frame, content, error);
	case FRAME_CHAT_HOURS:
		content->kind = RECORD_CHAT_HOURS;
		break;
	case FRAME_CAMPAIGNS:
		content->kind = RECORD_CAMPAIGNS;
		break;
	}
	return true;
}

const char *keeping_row(struct keeping *keeping, const char *row, char out[PSEUDONYM_MAX])
{
	if (keeping->names == NAMES_FULL)
		return row;
	pseudonym(&keeping->pseudonyms, PERSON_FIRST_LAST, row, out);
	return out;
}
