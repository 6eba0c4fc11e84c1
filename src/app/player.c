#include "app/player.h"

#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "model/request_record.h"

static bool begin(struct player *player, struct recording *recording, const struct layout *layout)
{
	*player = (struct player){
		.recording = recording, .layout = layout, .link = { .state = LINK_LIVE, .interval = 5 },
	};
	request_init(&player->request);
	json_init(&player->json);
	if (recording != NULL)
		return true;
	player_close(player);
	return false;
}

bool player_open(struct player *player, const char *path, const struct layout *layout, struct error *error)
{
	return begin(player, recording_open(path, error), layout);
}

bool player_open_file(struct player *player, int file, const char *name, const struct layout *layout,
	struct error *error)
{
	return begin(player, recording_open_file(file, name, error), layout);
}

void player_close(struct player *player)
{
	recording_close(player->recording);
	request_free(&player->request);
	json_free(&player->json);
	*player = (struct player){ .recording = NULL };
}

void player_forget(struct player *player)
{
	request_free(&player->request);
}

void player_layout(struct player *player, const struct layout *layout)
{
	player->layout = layout;
	player_forget(player);
}

/* One that cannot be read leaves none: the data behind it would be taken for answers to an older one. */
static bool take_request(struct player *player, const struct buffer *bytes, struct error *error)
{
	player_forget(player);
	return bytes != NULL && request_record_read(&player->request, player->layout, &player->json, buffer_string(bytes),
		bytes->length, &player->link.interval, error);
}

bool player_go(struct player *player, uint32_t index, struct error *error)
{
	const struct recording *recording = player->recording;
	uint32_t at = recording_before(recording, index, RECORD_REQUEST);
	player->next = index;
	player_forget(player);
	if (at == recording->count)
		return true;
	return take_request(player, recording_read(player->recording, at, error), error);
}

/* The service's name is before the answer: scrubbed again, since anybody may have written the file. */
static bool fill_availability(struct player *player, struct frame *frame, const struct buffer *bytes,
	struct error *error)
{
	const char *end = bytes->length > 0 ? memchr(bytes->data, '\0', bytes->length) : NULL;
	if (end == NULL)
		return error_set(error, "a recorded availability lacks its service");
	text_scrub(player->subject, sizeof(player->subject), bytes->data, (size_t)(end - bytes->data));
	frame->subject = player->subject;
	frame->bytes = end + 1;
	frame->length = bytes->length - (size_t)(frame->bytes - bytes->data);
	return true;
}

static enum played play(struct player *player, const struct recording_entry *entry, const struct buffer *bytes,
	struct frame *frame, struct error *error)
{
	frame->bytes = buffer_string(bytes);
	frame->length = bytes->length;
	switch (entry->kind) {
	case RECORD_START:
		player_forget(player);
		return PLAYED_START;
	case RECORD_REQUEST:
		return take_request(player, bytes, error) ? PLAYED_OTHER : PLAYED_DAMAGED;
	case RECORD_DATA:
		if (player->request.layout == NULL) {
			error_set(error, "a recorded answer lacks its request");
			return PLAYED_DAMAGED;
		}
		frame->request = &player->request;
		player->link.accepted_ms = entry->at_ms;
		player->link.accepted++;
		return PLAYED_FRAME;
	case RECORD_AVAILABILITY:
		frame->kind = FRAME_AVAILABILITY;
		return fill_availability(player, frame, bytes, error) ? PLAYED_FRAME : PLAYED_DAMAGED;
	case RECORD_CHAT_HOURS:
		frame->kind = FRAME_CHAT_HOURS;
		return PLAYED_FRAME;
	case RECORD_CAMPAIGNS:
		frame->kind = FRAME_CAMPAIGNS;
		return PLAYED_FRAME;
	case RECORD_ALERT:
	case RECORD_END:
	case RECORD_STATE:
	case RECORD_NUMBERS:
		break;
	}
	return PLAYED_OTHER;
}

enum played player_next(struct player *player, struct frame *frame, const struct recording_entry **entry,
	struct error *error)
{
	if (player->next >= player->recording->count)
		return PLAYED_OVER;
	const struct recording_entry *at = &player->recording->entries[player->next];
	*entry = at;
	*frame = (struct frame){ .kind = FRAME_DATA, .subject = "", .received_ms = at->at_ms, .wall_ms = at->wall_ms };
	const struct buffer *bytes = recording_read(player->recording, player->next++, error);
	if (bytes == NULL && at->kind == RECORD_REQUEST)
		player_forget(player);
	return bytes == NULL ? PLAYED_DAMAGED : play(player, at, bytes, frame, error);
}

struct moment player_moment(const struct player *player, const struct board *board, int64_t now_ms, int64_t wall_ms)
{
	return (struct moment){ .board = board, .link = &player->link, .now_ms = now_ms, .wall_ms = wall_ms };
}
