/* What comes from the broker: checked, given its time, and passed on as frames. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "board/query.h"
#include "mqtt/relay_state.h"

enum { JITTER_MS = 20, DAMAGE_SHOWN_MS = 3000 /* long enough to be read */ };

/* Quartz: how much two clocks part in a second, at most. */
static const double DRIFT = 0.0002;

static void damaged(struct relay *relay, const char *what, const struct error *error)
{
	snprintf(relay->damage, sizeof(relay->damage), "%.30s from the broker cannot be used: %.180s", what, error->text);
	relay->damage_ms = clock_boot_ms();
	log_line("relay: %s", relay->damage);
}

/* ---- time ---- */

/*
 * A message may come late and never early: of all differences between the two clocks the least is the truest, while
 * the clocks themselves part slowly.
 */
static void learn_offset(struct relay *relay, int64_t boot_ms)
{
	int64_t now = clock_boot_ms(), offset = now - boot_ms;
	int64_t most = relay->offset_ms + (int64_t)(DRIFT * (double)(now - relay->offset_at_ms)) + 1;
	if (!relay->offset_known || offset < most)
		relay->offset_ms = offset;
	else
		relay->offset_ms = most;
	relay->offset_at_ms = now;
	relay->offset_known = true;
}

/* By the time of day; what claims to be of the future is of now. */
static int64_t by_wall(int64_t wall_ms)
{
	int64_t age = clock_wall_ms() - wall_ms;
	return clock_boot_ms() - (age > 0 ? age : 0);
}

static int64_t local_time(const struct relay *relay, int64_t boot_ms, int64_t wall_ms, bool retained)
{
	int64_t now = clock_boot_ms();
	if (relay->offset_known && strcmp(relay->run, relay->status.run) == 0)
		return boot_ms + relay->offset_ms < now ? boot_ms + relay->offset_ms : now;
	int64_t at = retained ? by_wall(wall_ms) : now;
	/* 0 is "never". */
	return at != 0 ? at : -1;
}

/* ---- frames ---- */

static bool unpack(struct relay *relay, const struct broker_message *message, enum record_kind kind, const char *what,
	struct record_content *content)
{
	struct error error;
	if (!record_unpack(relay->unpacker, message->bytes, message->length, &relay->out, content, &error)) {
		damaged(relay, what, &error);
		return false;
	}
	if (content->kind == kind)
		return true;
	error_set(&error, "it is a record of another kind");
	damaged(relay, what, &error);
	return false;
}

static bool bring(struct relay *relay, const struct frame *frame, const char *what)
{
	struct decode_report report;
	struct error error = { "" };
	if (relay->sink.frame(relay->sink.context, frame, &report, &error))
		return true;
	damaged(relay, what, &error);
	return false;
}

static void confirm(struct relay *relay, const struct relay_part *part, int64_t received_ms)
{
	if (relay->sink.confirmed == NULL)
		return;
	for (unsigned i = 0; i < relay->request.set_count; i++) {
		const struct request_set *set = &relay->request.sets[i];
		const char *leaf = set->skipped ? NULL : topic_of_app_id(set->app_id);
		if (leaf != NULL && strcmp(leaf, part->leaf) == 0)
			relay->sink.confirmed(relay->sink.context, set->panel, received_ms);
	}
}

/* The beat may have come first, and have said that this very record still holds. */
static void confirm_by_last(struct relay *relay, const struct relay_part *part)
{
	const struct beat *beat = &relay->last;
	for (unsigned i = 0; i < beat->count; i++)
		if (strcmp(beat->parts[i].leaf, part->leaf) == 0 && beat->parts[i].boot_ms == part->boot_ms)
			confirm(relay, part, local_time(relay, beat->boot_ms, beat->wall_ms, !relay->beat_lives) - beat->parts[i].age_ms);
}

/* It was given up, and comes after all. */
static void restore(struct relay *relay, struct relay_part *part)
{
	if (part->trouble[0] == '\0')
		return;
	part->trouble[0] = '\0';
	for (unsigned i = 0; i < relay->request.set_count; i++) {
		struct request_set *set = &relay->request.sets[i];
		const char *leaf = topic_of_app_id(set->app_id);
		if (leaf == NULL || strcmp(leaf, part->leaf) != 0)
			continue;
		set->skipped = false;
		set->reason[0] = '\0';
	}
	relay->sink.changed(relay->sink.context);
}

static void took_data(struct relay *relay, struct relay_part *part, const struct frame *frame, int64_t boot_ms)
{
	part->held = true;
	part->boot_ms = boot_ms;
	part->misses = 0;
	relay->link.bytes = (unsigned long)frame->length;
	if (frame->received_ms > relay->link.accepted_ms)
		relay->link.accepted_ms = frame->received_ms;
}

static void take_data(struct relay *relay, const struct broker_message *message, const char *leaf)
{
	struct relay_part *part = relay_part(relay, leaf);
	struct record_content content;
	if (part == NULL || message->length == 0 || !unpack(relay, message, RECORD_DATA, "a frame", &content))
		return;
	struct frame frame = {
		.kind = FRAME_DATA, .subject = "", .wall_ms = content.wall_ms, .bytes = content.bytes,
		.length = content.length, .request = &relay->request,
		.received_ms = local_time(relay, content.boot_ms, content.wall_ms, message->retained),
	};
	restore(relay, part);
	if (!bring(relay, &frame, "a frame"))
		return;
	took_data(relay, part, &frame, content.boot_ms);
	confirm_by_last(relay, part);
}

static void take_side(struct relay *relay, const struct broker_message *message, enum frame_kind kind,
	enum record_kind record)
{
	struct record_content content;
	if (message->length == 0 || !unpack(relay, message, record, "an answer", &content))
		return;
	struct frame frame = {
		.kind = kind, .subject = "", .wall_ms = content.wall_ms, .bytes = content.bytes, .length = content.length,
		.received_ms = local_time(relay, content.boot_ms, content.wall_ms, message->retained),
	};
	char subject[BOARD_SERVICE_NAME_MAX];
	if (kind == FRAME_AVAILABILITY) {
		const char *end = content.length > 0 ? memchr(content.bytes, '\0', content.length) : NULL;
		if (end == NULL)
			return;
		text_scrub(subject, sizeof(subject), content.bytes, (size_t)(end - content.bytes));
		frame.subject = subject;
		frame.bytes = end + 1;
		frame.length = content.length - (size_t)(frame.bytes - content.bytes);
	}
	(void)bring(relay, &frame, "an answer");
}

/* ---- the request ---- */

/* One that cannot be read changes nothing. */
static bool read_request(struct relay *relay, const char *bytes, size_t length)
{
	struct error error;
	double interval = 0;
	if (!request_record_read(&relay->request, relay->layout, &relay->json, bytes, length, &interval, &error)) {
		damaged(relay, "the request", &error);
		return false;
	}
	relay->interval = interval;
	relay_subscribe_parts(relay);
	relay->sink.changed(relay->sink.context);
	return true;
}

void relay_read_request(struct relay *relay)
{
	if (relay->text.length > 0)
		(void)read_request(relay, buffer_string(&relay->text), relay->text.length);
}

static void take_request(struct relay *relay, const struct broker_message *message)
{
	struct record_content content;
	struct error error;
	if (message->length == 0 || !unpack(relay, message, RECORD_REQUEST, "the request", &content))
		return;
	if (content.length > RELAY_REQUEST_MAX) {
		error_set(&error, "it is larger than %d bytes", RELAY_REQUEST_MAX);
		damaged(relay, "the request", &error);
		return;
	}
	bool same = content.length == relay->text.length && relay->text.length > 0 &&
		memcmp(content.bytes, buffer_string(&relay->text), content.length) == 0;
	if (same || !read_request(relay, content.bytes, content.length))
		return;
	buffer_clear(&relay->text);
	buffer_add(&relay->text, content.bytes, content.length);
}

/* ---- status and beat ---- */

static void take_status(struct relay *relay, const struct broker_message *message)
{
	struct bulletin status;
	struct error error;
	relay->refusal[0] = '\0';
	if (message->length == 0) {
		relay->has_status = false;
		return;
	}
	if (!bulletin_read(&status, &relay->json, message->bytes, message->length, &error)) {
		damaged(relay, "the status", &error);
		return;
	}
	bool over = status.gone || status.state == LINK_ENDED;
	/* Of one that only looked who is there; the one that beats will say so again. */
	if (over && relay->beat_lives && strcmp(status.run, relay->run) != 0)
		return;
	/* Another one's clock is another clock. */
	if (strcmp(status.run, relay->status.run) != 0) {
		relay->offset_known = relay->beat_lives = false;
		relay->beat_ms = clock_boot_ms();
	}
	relay->status = status;
	relay->has_status = true;
}

static void hear_part(struct relay *relay, const struct beat_part *said, int64_t beat_at_ms)
{
	struct relay_part *part = relay_part(relay, said->leaf);
	if (part == NULL)
		return;
	if (part->held && part->boot_ms == said->boot_ms) {
		part->misses = 0;
		confirm(relay, part, beat_at_ms - said->age_ms);
		return;
	}
	/* A newer one than a retained beat knows of. */
	if (part->held && !relay->beat_lives && part->boot_ms > said->boot_ms)
		return;
	if (++part->misses >= RELAY_MISSES)
		relay_ask_again(relay, part);
}

static void hear_parts(struct relay *relay)
{
	const struct beat *beat = &relay->last;
	int64_t at = local_time(relay, beat->boot_ms, beat->wall_ms, !relay->beat_lives);
	if (beat->accepted_ms >= 0) {
		int64_t accepted = at - beat->accepted_ms;
		/* The clocks' difference is a little another one each time. */
		relay->link.accepted += relay->beat_lives && accepted > relay->link.accepted_ms + JITTER_MS;
		relay->link.accepted_ms = accepted != 0 ? accepted : -1;
	}
	for (unsigned i = 0; i < beat->count; i++)
		hear_part(relay, &beat->parts[i], at);
}

static void take_beat(struct relay *relay, const struct broker_message *message)
{
	struct beat beat;
	struct error error;
	if (message->length == 0)
		return;
	if (!beat_read(&beat, &relay->json, message->bytes, message->length, &error)) {
		damaged(relay, "the beat", &error);
		return;
	}
	/* A retained one says nothing that a live one has not said better. */
	if (message->retained && relay->beat_lives && strcmp(beat.run, relay->last.run) == 0)
		return;
	relay->last = beat;
	relay->beat_lives = !message->retained;
	if (relay->beat_lives) {
		if (strcmp(relay->run, beat.run) != 0)
			relay->offset_known = false;
		memcpy(relay->run, beat.run, sizeof(relay->run));
		learn_offset(relay, beat.boot_ms);
		relay->beat_ms = clock_boot_ms();
		relay->link.polls++;
	}
	hear_parts(relay);
	if (!relay->beat_lives)
		return;
	if (clock_boot_ms() - relay->damage_ms > DAMAGE_SHOWN_MS && relay_missing(relay) == 0)
		relay->damage[0] = '\0';
	/* Ages are others, if nothing else is. */
	relay->sink.changed(relay->sink.context);
}

static void take_services(struct relay *relay, const struct broker_message *message)
{
	struct error error;
	if (message->length > 0 &&
		!catalogue_read(&relay->services, &relay->json, message->bytes, message->length, &error))
		damaged(relay, "the list of services", &error);
	else
		relay->sink.changed(relay->sink.context);
}

static void too_large(struct relay *relay)
{
	struct error error;
	error_set(&error, "it is larger than %d bytes", BROKER_PAYLOAD_MAX);
	damaged(relay, "a message", &error);
}

void relay_take(struct relay *relay, const struct broker_message *message)
{
	char leaf[TOPIC_LEAF_MAX];
	enum topic kind = topic_read(message->topic, relay->address->prefix, leaf);
	if (message->too_large && kind != TOPIC_COUNT) {
		too_large(relay);
		return;
	}
	switch (kind) {
	case TOPIC_STATUS:
		take_status(relay, message);
		break;
	case TOPIC_REQUEST:
		take_request(relay, message);
		break;
	case TOPIC_BEAT:
		take_beat(relay, message);
		break;
	case TOPIC_SERVICES:
		take_services(relay, message);
		break;
	case TOPIC_CHAT_HOURS:
		take_side(relay, message, FRAME_CHAT_HOURS, RECORD_CHAT_HOURS);
		break;
	case TOPIC_CAMPAIGNS:
		take_side(relay, message, FRAME_CAMPAIGNS, RECORD_CAMPAIGNS);
		break;
	case TOPIC_DATA:
		take_data(relay, message, leaf);
		break;
	case TOPIC_AVAILABILITY:
		take_side(relay, message, FRAME_AVAILABILITY, RECORD_AVAILABILITY);
		break;
	case TOPIC_COUNT:
		break;
	}
}
