/* What a publisher sends: which of it changed, and how old it is. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "board/query.h"
#include "mqtt/publisher_state.h"

static bool same_bytes(const struct buffer *a, const struct buffer *b)
{
	return a->length == b->length && memcmp(buffer_string(a), buffer_string(b), a->length) == 0;
}

static void exchange(struct buffer *a, struct buffer *b)
{
	struct buffer other = *a;
	*a = *b;
	*b = other;
}

static bool publish(struct publisher *publisher, enum topic kind, const char *leaf, const struct buffer *bytes)
{
	char topic[TOPIC_MAX];
	topic_put(topic, publisher->address->prefix, kind, leaf);
	if (bytes->length > BROKER_PAYLOAD_MAX)
		log_line("publish: %s is larger than %d bytes and was left out", topic, BROKER_PAYLOAD_MAX);
	return broker_publish(publisher->broker, topic, buffer_string(bytes), bytes->length) >= 0;
}

static void send_nothing(struct publisher *publisher, enum topic kind, const char *leaf)
{
	char topic[TOPIC_MAX];
	topic_put(topic, publisher->address->prefix, kind, leaf);
	(void)broker_publish(publisher->broker, topic, "", 0);
}

static bool pack(struct publisher *publisher, enum record_kind kind, int64_t boot_ms, int64_t wall_ms,
	const struct buffer *bytes, struct buffer *out)
{
	struct record_content content = {
		.kind = kind, .boot_ms = boot_ms, .wall_ms = wall_ms, .bytes = buffer_string(bytes), .length = bytes->length,
	};
	struct error error;
	buffer_clear(out);
	if (record_pack(publisher->packer, &content, NULL, out, &error))
		return true;
	log_line("publish: %s", error.text);
	return false;
}

void publisher_send_status(struct publisher *publisher)
{
	char topic[TOPIC_MAX];
	struct bulletin *own = &publisher->own;
	const struct link *link = &publisher->link;
	if (publisher->state != PUBLISHER_OURS)
		return;
	own->state = publisher->stopping ? LINK_ENDED : link->state;
	snprintf(own->cause, sizeof(own->cause), "%s", link->cause);
	snprintf(own->advice, sizeof(own->advice), "%s", link->advice);
	own->interval = link->interval;
	own->exit_status = link->exit_status;
	own->wall_ms = clock_wall_ms();
	buffer_clear(&publisher->out);
	bulletin_put(own, &publisher->out);
	topic_put(topic, publisher->address->prefix, TOPIC_STATUS, NULL);
	publisher->status_id =
		broker_publish(publisher->broker, topic, buffer_string(&publisher->out), publisher->out.length);
}

/* A part whose last state could not be sent yet is left out: nobody may take an older one for it. */
static void fill_beat(const struct publisher *publisher, struct beat *beat)
{
	int64_t now = clock_boot_ms();
	*beat = (struct beat){
		.boot_ms = now, .wall_ms = clock_wall_ms(),
		.accepted_ms = publisher->link.accepted_ms != 0 ? now - publisher->link.accepted_ms : -1,
	};
	memcpy(beat->run, publisher->own.run, sizeof(beat->run));
	for (unsigned i = 0; i < publisher->part_count; i++) {
		const struct publisher_part *part = &publisher->parts[i];
		if (part->unsent || part->spoken_ms == 0)
			continue;
		struct beat_part *out = &beat->parts[beat->count++];
		memcpy(out->leaf, part->leaf, sizeof(out->leaf));
		out->age_ms = now - part->spoken_ms;
		out->boot_ms = part->boot_ms;
	}
}

void publisher_send_beat(struct publisher *publisher)
{
	struct beat beat;
	if (publisher->state != PUBLISHER_OURS)
		return;
	fill_beat(publisher, &beat);
	buffer_clear(&publisher->out);
	beat_put(&beat, &publisher->out);
	/* Confirmed like the data: what is confirmed keeps its order. */
	publish(publisher, TOPIC_BEAT, NULL, &publisher->out);
	/* One for each poll; where there are none, a little less often. */
	ev_now_update(publisher->loop);
	publisher->beat.repeat = 1.5 * publisher->link.interval;
	ev_timer_again(publisher->loop, &publisher->beat);
}

static void clear_leftovers(struct publisher *publisher)
{
	for (unsigned i = 0; i < publisher->leftover_count; i++) {
		bool ours = false;
		for (unsigned p = 0; p < publisher->part_count; p++)
			ours = ours || strcmp(publisher->leftovers[i], publisher->parts[p].leaf) == 0;
		if (!ours)
			send_nothing(publisher, TOPIC_DATA, publisher->leftovers[i]);
	}
	publisher->leftover_count = 0;
}

static void send_request(struct publisher *publisher)
{
	if (publisher->request_unsent && publisher->request.length > 0 &&
		pack(publisher, RECORD_REQUEST, publisher->request_ms, publisher->request_wall_ms, &publisher->request,
			&publisher->out) &&
		publish(publisher, TOPIC_REQUEST, NULL, &publisher->out)) {
		publisher->request_unsent = false;
		clear_leftovers(publisher);
	}
	if (publisher->services_unsent && publisher->services.length > 0)
		publisher->services_unsent = !publish(publisher, TOPIC_SERVICES, NULL, &publisher->services);
}

static void send_parts(struct publisher *publisher)
{
	for (unsigned i = 0; i < publisher->part_count; i++) {
		struct publisher_part *part = &publisher->parts[i];
		if (part->unsent && part->last.length > 0 &&
			pack(publisher, RECORD_DATA, part->boot_ms, part->wall_ms, &part->last, &publisher->out))
			part->unsent = !publish(publisher, TOPIC_DATA, part->leaf, &publisher->out);
	}
}

static void send_sides(struct publisher *publisher)
{
	for (unsigned i = 0; i < publisher->side_count; i++) {
		struct publisher_side *side = &publisher->sides[i];
		if (side->unsent)
			side->unsent = !publish(publisher, side->kind, side->leaf[0] != '\0' ? side->leaf : NULL, &side->record);
	}
}

void publisher_send_all(struct publisher *publisher)
{
	/* What the network does not take now would be old when it does: the next poll brings newer. */
	if (publisher->state != PUBLISHER_OURS || broker_busy(publisher->broker))
		return;
	send_request(publisher);
	send_parts(publisher);
	send_sides(publisher);
}

void publisher_forget_sent(struct publisher *publisher)
{
	publisher->request_unsent = publisher->services_unsent = true;
	for (unsigned i = 0; i < publisher->part_count; i++)
		publisher->parts[i].unsent = publisher->parts[i].last.length > 0;
	for (unsigned i = 0; i < publisher->side_count; i++)
		publisher->sides[i].unsent = true;
}

/* ---- what is taken ---- */

static struct publisher_part *find_part(struct publisher *publisher, const char *leaf)
{
	for (unsigned i = 0; leaf != NULL && i < publisher->part_count; i++)
		if (strcmp(publisher->parts[i].leaf, leaf) == 0)
			return &publisher->parts[i];
	return NULL;
}

static bool still_asked(const struct request *request, const char *leaf)
{
	for (unsigned i = 0; i < request->set_count; i++) {
		const char *own = topic_of_app_id(request->sets[i].app_id);
		if (!request->sets[i].skipped && own != NULL && strcmp(own, leaf) == 0)
			return true;
	}
	return false;
}

/* What was answered to the old request means nothing beside the new one. */
static void new_parts(struct publisher *publisher, const struct request *request)
{
	for (unsigned i = 0; i < publisher->part_count; i++) {
		struct publisher_part *part = &publisher->parts[i];
		if (publisher->state == PUBLISHER_OURS && !still_asked(request, part->leaf))
			send_nothing(publisher, TOPIC_DATA, part->leaf);
		buffer_clear(&part->last);
		part->unsent = false;
		part->spoken_ms = 0;
	}
	publisher->part_count = 0;
	for (unsigned i = 0; i < request->set_count && publisher->part_count < LAYOUT_PANELS_MAX; i++) {
		const char *leaf = topic_of_app_id(request->sets[i].app_id);
		if (!request->sets[i].skipped && leaf != NULL)
			snprintf(publisher->parts[publisher->part_count++].leaf, TOPIC_LEAF_MAX, "%s", leaf);
	}
}

void publisher_take_request(struct publisher *publisher, const struct request *request)
{
	buffer_clear(&publisher->next);
	if (!request_record_put(request, publisher->link.interval, &publisher->next) ||
		publisher->next.length > REQUEST_BODY_MAX) {
		log_line("publish: the request is too large to be published");
		return;
	}
	if (publisher->request.length > 0 && same_bytes(&publisher->request, &publisher->next))
		return;
	exchange(&publisher->request, &publisher->next);
	publisher->request_ms = clock_boot_ms();
	publisher->request_wall_ms = clock_wall_ms();
	publisher->request_unsent = true;
	new_parts(publisher, request);
}

/* Their order is the order of panels that show all. Ids are nobody's business. */
void publisher_take_services(struct publisher *publisher, const struct catalogue *services)
{
	if (!services->known)
		return;
	buffer_clear(&publisher->next);
	buffer_text(&publisher->next, "[");
	for (unsigned i = 0; i < services->count; i++) {
		buffer_text(&publisher->next, i == 0 ? "{\"id\":" : ",{\"id\":");
		json_put_string(&publisher->next, services->entries[i].name);
		buffer_text(&publisher->next, ",\"name\":");
		json_put_string(&publisher->next, services->entries[i].name);
		buffer_text(&publisher->next, "}");
	}
	buffer_text(&publisher->next, "]");
	if (publisher->services.length > 0 && same_bytes(&publisher->services, &publisher->next))
		return;
	exchange(&publisher->services, &publisher->next);
	publisher->services_unsent = true;
}

static void take_part(struct publisher *publisher, const struct request_set *set, const struct frame *frame)
{
	struct publisher_part *part = find_part(publisher, topic_of_app_id(set->app_id));
	buffer_clear(&publisher->next);
	if (part == NULL || !pseudonyms_set(&publisher->pseudonyms, set, &publisher->next))
		return;
	part->spoken_ms = frame->received_ms;
	if (part->last.length > 0 && same_bytes(&part->last, &publisher->next))
		return;
	exchange(&part->last, &publisher->next);
	part->boot_ms = frame->received_ms;
	part->wall_ms = frame->wall_ms;
	part->unsent = true;
}

static void take_data(struct publisher *publisher, const struct frame *frame)
{
	struct error error;
	publisher_take_request(publisher, frame->request);
	if (!pseudonyms_open(&publisher->pseudonyms, frame, &error)) {
		log_line("publish: %s", error.text);
		return;
	}
	for (unsigned i = 0; i < frame->request->set_count; i++)
		if (!frame->request->sets[i].skipped)
			take_part(publisher, &frame->request->sets[i], frame);
}

static struct publisher_side *find_side(struct publisher *publisher, enum topic kind, const char *leaf)
{
	for (unsigned i = 0; i < publisher->side_count; i++)
		if (publisher->sides[i].kind == kind && strcmp(publisher->sides[i].leaf, leaf) == 0)
			return &publisher->sides[i];
	if (publisher->side_count == PUBLISHER_SIDES_MAX)
		return NULL;
	struct publisher_side *side = &publisher->sides[publisher->side_count++];
	*side = (struct publisher_side){ .kind = kind };
	snprintf(side->leaf, sizeof(side->leaf), "%s", leaf);
	buffer_init(&side->record, BROKER_PAYLOAD_MAX);
	return side;
}

static void take_side(struct publisher *publisher, const struct frame *frame, enum topic kind, enum record_kind record)
{
	char leaf[TOPIC_LEAF_MAX] = "";
	if (kind == TOPIC_AVAILABILITY)
		topic_leaf(frame->subject, leaf);
	struct publisher_side *side = find_side(publisher, kind, leaf);
	if (side == NULL)
		return;
	buffer_clear(&publisher->next);
	if (kind == TOPIC_AVAILABILITY)
		buffer_add(&publisher->next, frame->subject, strlen(frame->subject) + 1);
	buffer_add(&publisher->next, frame->bytes, frame->length);
	side->unsent = pack(publisher, record, frame->received_ms, frame->wall_ms, &publisher->next, &side->record);
}

void publisher_frame(struct publisher *publisher, const struct frame *frame)
{
	switch (frame->kind) {
	case FRAME_DATA:
		take_data(publisher, frame);
		break;
	case FRAME_AVAILABILITY:
		take_side(publisher, frame, TOPIC_AVAILABILITY, RECORD_AVAILABILITY);
		break;
	case FRAME_CHAT_HOURS:
		take_side(publisher, frame, TOPIC_CHAT_HOURS, RECORD_CHAT_HOURS);
		break;
	case FRAME_CAMPAIGNS:
		take_side(publisher, frame, TOPIC_CAMPAIGNS, RECORD_CAMPAIGNS);
		break;
	}
	if (frame->kind == FRAME_DATA)
		publisher->link.accepted_ms = frame->received_ms;
	publisher_send_all(publisher);
	if (frame->kind == FRAME_DATA)
		publisher_send_beat(publisher);
}
