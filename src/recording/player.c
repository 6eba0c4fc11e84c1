#include "recording/player.h"

#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "board/query_record.h"

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

/* The data that follow have no request until the next one that is recorded. */
static void forget_request(struct player *player)
{
	request_free(&player->request);
}

void player_layout(struct player *player, const struct layout *layout)
{
	player->layout = layout;
	forget_request(player);
}

/* One that says nonsense leaves none. */
static bool take_request(struct player *player, const struct buffer *bytes, struct error *error)
{
	forget_request(player);
	return bytes != NULL && request_record_read(&player->request, player->layout, &player->json, buffer_string(bytes),
		bytes->length, &player->link.interval, error);
}

/* What comes before the first record counts for a play from the beginning only. */
static void begin_flaws(struct player *player, uint32_t index)
{
	const struct recording *recording = player->recording;
	player->flaws.damage_count = player->flaws.step_count = player->flaws.steps_lost = 0;
	player->damage_next = player->step_next = 0;
	player->in_damage = false;
	while (index > 0 && player->damage_next < recording->damage_count &&
		recording->damages[player->damage_next].index <= index)
		player->damage_next++;
	while (index > 0 && player->step_next < recording->step_count && recording->steps[player->step_next].index <= index)
		player->step_next++;
}

/* Damage is one as long as no answer between can be read. */
static void add_damage(struct player *player, uint32_t index, int64_t bytes)
{
	struct flaws *flaws = &player->flaws;
	if (!player->in_damage && flaws->damage_count < FLAWS_MAX)
		flaws->damages[flaws->damage_count++] = (struct flaw_damage){
			.from_ms = index > 0 ? player->recording->entries[index - 1].wall_ms : 0,
		};
	player->in_damage = true;
	flaws->damages[flaws->damage_count - 1].bytes += bytes;
	flaws->damages[flaws->damage_count - 1].to_ms = 0;
}

static void pass_damages(struct player *player, uint32_t index)
{
	const struct recording *recording = player->recording;
	while (player->damage_next < recording->damage_count && recording->damages[player->damage_next].index <= index)
		add_damage(player, index, recording->damages[player->damage_next++].bytes);
}

static void pass_steps(struct player *player, uint32_t index)
{
	const struct recording *recording = player->recording;
	struct flaws *flaws = &player->flaws;
	for (; player->step_next < recording->step_count && recording->steps[player->step_next].index <= index;
		player->step_next++) {
		const struct recording_step *step = &recording->steps[player->step_next];
		if (flaws->step_count == FLAWS_MAX)
			flaws->steps_lost++;
		else
			flaws->steps[flaws->step_count++] = (struct flaw_step){ .by_ms = step->by_ms, .corrected = step->corrected,
				.wall_ms = recording->entries[step->index].wall_ms };
	}
}

void player_end(struct player *player)
{
	if (player->next >= player->recording->count)
		pass_damages(player, player->recording->count);
}

/* What one record was as played. */
static void note(struct player *player, uint32_t index, enum played played)
{
	const struct recording_entry *entry = &player->recording->entries[index];
	int64_t bytes = played == PLAYED_DAMAGED ? recording_damaged(player->recording, index) : 0;
	if (bytes > 0)
		add_damage(player, index, bytes);
	if (played != PLAYED_FRAME || entry->kind != RECORD_DATA || !player->in_damage)
		return;
	player->in_damage = false;
	player->flaws.damages[player->flaws.damage_count - 1].to_ms = entry->wall_ms;
}

uint32_t player_request_before(const struct player *player, uint32_t index)
{
	struct recording *recording = player->recording;
	do
		index = recording_before(recording, index, RECORD_REQUEST);
	while (index < recording->count && recording_damaged(recording, index) > 0);
	return index;
}

bool player_go(struct player *player, uint32_t index, struct error *error)
{
	const struct recording *recording = player->recording;
	uint32_t at = player_request_before(player, index);
	player->next = index;
	begin_flaws(player, index);
	forget_request(player);
	/* If none is whole the error is that of the last. */
	if (at == recording->count)
		at = recording_before(recording, index, RECORD_REQUEST);
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
		forget_request(player);
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

static enum played play_record(struct player *player, uint32_t index, struct frame *frame, struct error *error)
{
	const struct recording_entry *entry = &player->recording->entries[index];
	const struct buffer *bytes = recording_read(player->recording, index, error);
	return bytes == NULL ? PLAYED_DAMAGED : play(player, entry, bytes, frame, error);
}

void player_skip(struct player *player)
{
	uint32_t index = player->next++;
	pass_damages(player, index);
	pass_steps(player, index);
	note(player, index, PLAYED_DAMAGED);
	if (player->recording->entries[index].kind == RECORD_REQUEST && recording_damaged(player->recording, index) == 0)
		forget_request(player);
}

enum played player_next(struct player *player, struct frame *frame, const struct recording_entry **entry,
	struct error *error)
{
	if (player->next >= player->recording->count)
		return PLAYED_OVER;
	uint32_t index = player->next++;
	const struct recording_entry *at = &player->recording->entries[index];
	*entry = at;
	*frame = (struct frame){ .kind = FRAME_DATA, .subject = "", .received_ms = at->at_ms, .wall_ms = at->wall_ms };
	pass_damages(player, index);
	pass_steps(player, index);
	enum played played = play_record(player, index, frame, error);
	note(player, index, played);
	return played;
}

struct moment player_moment(const struct player *player, const struct board *board, int64_t now_ms, int64_t wall_ms)
{
	return (struct moment){ .board = board, .link = &player->link, .now_ms = now_ms, .wall_ms = wall_ms };
}
