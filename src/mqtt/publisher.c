#include "mqtt/publisher.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json_write.h"
#include "base/log.h"
#include "base/os.h"
#include "board/query.h"
#include "board/record.h"
#include "board/redaction.h"
#include "mqtt/topics.h"

enum {
	PUBLISHER_LEFTOVERS_MAX = 2 * LAYOUT_PANELS_MAX, /* the topics of two requests */
	PUBLISHER_EXTRAS_MAX = 258,                      /* 256 services, the chat, the campaigns */
	PUBLISHER_HOUR_S = 3600,
	PUBLISHER_DAY_S = TOPIC_HOURS * PUBLISHER_HOUR_S,
};

/* The broker sends retained messages at once; a cluster may take a moment. */
static const double PUBLISHER_CLAIM_SECONDS = 1;

/* How long it may take until the broker sends us our own status. */
static const double PUBLISHER_ECHO_SECONDS = 10;

enum publisher_state {
	PUBLISHER_AWAY,     /* not connected */
	PUBLISHER_CLAIMING, /* listens for another publisher */
	PUBLISHER_PUBLISHING,
	PUBLISHER_OVER, /* gave way to another publisher, or ended */
};

/* One data topic: the answers for one app id. */
struct publisher_topic {
	char name[TOPIC_NAME_MAX];
	struct buffer last;       /* {"APP-ID": ...} of the last answer; empty: none yet */
	int64_t boot_ms, wall_ms; /* when it was received in this form for the first time */
	int64_t answered_ms;      /* CLOCK_BOOTTIME of the last answer that contained it; 0: none */
	bool unsent;
};

/* The last answer to something that is polled beside the subscription. */
struct publisher_extra {
	enum topic kind;
	char name[TOPIC_NAME_MAX];
	struct buffer record; /* packed */
	bool unsent;
};

/* An hour of the history. */
struct publisher_hour {
	struct buffer record; /* packed; empty: none of ours */
	int64_t hour_s;       /* when it began, ours or an earlier publisher's; 0: of no time */
	bool unsent;
	bool there; /* at the broker */
};

struct publisher {
	struct ev_loop *loop;
	const struct url_broker *address;
	struct mqtt_connection *connection;
	struct publisher_sink sink;
	enum publisher_state state;
	bool claimed, stopping;

	struct mqtt_status own, other; /* other: the publisher whose status was found; without a run id: none */
	bool other_waited;             /* the time in which the other one would have sent a heartbeat has passed */
	int status_id;                 /* of the subscription to the status, later of the status published last */
	bool echoed;                   /* our own status came back */
	ev_timer claim, heartbeat, echo;
	char refusal[ERROR_TEXT]; /* what the broker refused since we are connected; "" */

	struct link link;                      /* of the feed, as publisher_feed() was told last */
	struct buffer request, next, services; /* next: what is compared with the last one, and then takes its place */
	int64_t request_ms, request_wall_ms;
	bool request_unsent, services_unsent;
	struct publisher_topic topics[LAYOUT_PANELS_MAX];
	unsigned topic_count;
	struct publisher_extra *extras; /* PUBLISHER_EXTRAS_MAX */
	unsigned extra_count;
	struct publisher_hour hours[TOPIC_HOURS];
	/* Data topics that an earlier publisher left retained. */
	char leftovers[PUBLISHER_LEFTOVERS_MAX][TOPIC_NAME_MAX];
	unsigned leftover_count;

	struct pseudonyms pseudonyms;
	struct packer *packer;
	struct json json;
	struct buffer out;
};

static void publisher_stop_timers(struct publisher *publisher)
{
	ev_timer_stop(publisher->loop, &publisher->claim);
	ev_timer_stop(publisher->loop, &publisher->heartbeat);
	ev_timer_stop(publisher->loop, &publisher->echo);
}

static void publisher_set_refusal(struct publisher *publisher, const char *what, const char *reason)
{
	char text[ERROR_TEXT];
	snprintf(text, sizeof(text), "The broker %s under %.80s%s%.60s%s", what, publisher->address->prefix,
		reason[0] != '\0' ? " (" : "", reason, reason[0] != '\0' ? ")" : "");
	if (strcmp(text, publisher->refusal) == 0)
		return;
	snprintf(publisher->refusal, sizeof(publisher->refusal), "%s", text);
	publisher->sink.changed(publisher->sink.context);
}

static void publisher_subscribe(struct publisher *publisher, enum topic kind, const char *name, bool on)
{
	char topic[TOPIC_MAX];
	topic_put(topic, publisher->address->prefix, kind, name);
	int id = mqtt_connection_subscribe(publisher->connection, topic, on);
	if (kind == TOPIC_STATUS)
		publisher->status_id = id;
}

static bool publisher_same_bytes(const struct buffer *a, const struct buffer *b)
{
	return a->length == b->length && memcmp(buffer_string(a), buffer_string(b), a->length) == 0;
}

static void publisher_swap(struct buffer *a, struct buffer *b)
{
	struct buffer other = *a;
	*a = *b;
	*b = other;
}

/* ---- what is sent ---- */

static bool publisher_publish(
	struct publisher *publisher, enum topic kind, const char *name, const struct buffer *bytes)
{
	char topic[TOPIC_MAX];
	topic_put(topic, publisher->address->prefix, kind, name);
	if (bytes->length > MQTT_PAYLOAD_MAX)
		log_line("publish: %s is larger than %d bytes and was left out", topic, MQTT_PAYLOAD_MAX);
	return mqtt_connection_publish(publisher->connection, topic, buffer_string(bytes), bytes->length) >= 0;
}

/* Removes what is retained under a topic. */
static void publisher_clear_topic(struct publisher *publisher, enum topic kind, const char *name)
{
	char topic[TOPIC_MAX];
	topic_put(topic, publisher->address->prefix, kind, name);
	(void)mqtt_connection_publish(publisher->connection, topic, "", 0);
}

static bool publisher_pack(struct publisher *publisher, enum record_kind kind, int64_t boot_ms, int64_t wall_ms,
	const struct buffer *bytes, struct buffer *out)
{
	struct record_content content = {
		.kind = kind, .boot_ms = boot_ms, .wall_ms = wall_ms,
		.bytes = buffer_string(bytes), .length = bytes->length,
	};
	struct error error;
	buffer_clear(out);
	if (record_pack(publisher->packer, &content, NULL, out, &error))
		return true;
	log_line("publish: %s", error.text);
	return false;
}

static void publisher_send_status(struct publisher *publisher)
{
	char topic[TOPIC_MAX];
	struct mqtt_status *own = &publisher->own;
	const struct link *link = &publisher->link;
	if (publisher->state != PUBLISHER_PUBLISHING)
		return;
	own->state = publisher->stopping ? LINK_ENDED : link->state;
	snprintf(own->cause, sizeof(own->cause), "%s", link->cause);
	snprintf(own->advice, sizeof(own->advice), "%s", link->advice);
	own->interval = link->interval;
	own->exit_status = link->exit_status;
	own->wall_ms = clock_wall_ms();
	buffer_clear(&publisher->out);
	mqtt_status_put(own, &publisher->out);
	topic_put(topic, publisher->address->prefix, TOPIC_STATUS, NULL);
	publisher->status_id = mqtt_connection_publish(
		publisher->connection, topic, buffer_string(&publisher->out), publisher->out.length);
}

static void publisher_send_heartbeat(struct publisher *publisher)
{
	int64_t now_ms = clock_boot_ms(), accepted_ms = publisher->link.accepted_ms;
	struct mqtt_heartbeat heartbeat = {
		.boot_ms = now_ms,
		.wall_ms = clock_wall_ms(),
		.accepted_ms = accepted_ms != 0 ? now_ms - accepted_ms : -1,
	};
	if (publisher->state != PUBLISHER_PUBLISHING)
		return;
	memcpy(heartbeat.run_id, publisher->own.run_id, sizeof(heartbeat.run_id));
	for (unsigned i = 0; i < publisher->topic_count; i++) {
		const struct publisher_topic *topic = &publisher->topics[i];
		/* Leave out data that could not be sent yet, so that no screen confirms older data instead. */
		if (topic->unsent || topic->answered_ms == 0)
			continue;
		struct mqtt_heartbeat_entry *out = &heartbeat.entries[heartbeat.count++];
		memcpy(out->name, topic->name, sizeof(out->name));
		out->age_ms = now_ms - topic->answered_ms;
		out->boot_ms = topic->boot_ms;
	}
	buffer_clear(&publisher->out);
	mqtt_heartbeat_put(&heartbeat, &publisher->out);
	/* With the same quality of service as the data, so that the broker keeps their order. */
	publisher_publish(publisher, TOPIC_HEARTBEAT, NULL, &publisher->out);
	/* The next one follows the next poll; if none comes, the timer sends it a little later. */
	ev_now_update(publisher->loop);
	publisher->heartbeat.repeat = 1.5 * publisher->link.interval;
	ev_timer_again(publisher->loop, &publisher->heartbeat);
}

static void publisher_clear_leftovers(struct publisher *publisher)
{
	for (unsigned i = 0; i < publisher->leftover_count; i++) {
		bool current = false;
		for (unsigned p = 0; p < publisher->topic_count; p++)
			current = current || strcmp(publisher->leftovers[i], publisher->topics[p].name) == 0;
		if (!current)
			publisher_clear_topic(publisher, TOPIC_DATA, publisher->leftovers[i]);
	}
	publisher->leftover_count = 0;
}

/* What is of another day, or of no time that was, is nothing that a screen could use. */
static bool publisher_hour_is_old(const struct publisher_hour *hour)
{
	int64_t age_s = clock_wall_ms() / 1000 - hour->hour_s;
	return age_s < 0 || age_s >= PUBLISHER_DAY_S;
}

static void publisher_send_hours(struct publisher *publisher)
{
	for (int i = 0; i < TOPIC_HOURS; i++) {
		struct publisher_hour *hour = &publisher->hours[i];
		char name[8];
		snprintf(name, sizeof(name), "%02d", i);
		if ((hour->there || hour->unsent) && publisher_hour_is_old(hour)) {
			buffer_clear(&hour->record);
			publisher_clear_topic(publisher, TOPIC_PAST, name);
			hour->there = hour->unsent = false;
		} else if (hour->unsent && publisher_publish(publisher, TOPIC_PAST, name, &hour->record)) {
			hour->unsent = false;
			hour->there = true;
		}
	}
}

/* Sends whatever was not sent yet. */
static void publisher_send_all(struct publisher *publisher)
{
	struct buffer *out = &publisher->out;
	/* While the network is slow, wait: by the time it takes more, the next poll has brought newer data. */
	if (publisher->state != PUBLISHER_PUBLISHING || mqtt_connection_status(publisher->connection)->busy)
		return;
	if (publisher->request_unsent && publisher->request.length > 0 &&
		publisher_pack(publisher, RECORD_REQUEST, publisher->request_ms, publisher->request_wall_ms,
			&publisher->request, out) &&
		publisher_publish(publisher, TOPIC_REQUEST, NULL, out)) {
		publisher->request_unsent = false;
		publisher_clear_leftovers(publisher);
	}
	if (publisher->services_unsent && publisher->services.length > 0)
		publisher->services_unsent = !publisher_publish(publisher, TOPIC_SERVICES, NULL, &publisher->services);
	for (unsigned i = 0; i < publisher->topic_count; i++) {
		struct publisher_topic *topic = &publisher->topics[i];
		if (topic->unsent && topic->last.length > 0 &&
			publisher_pack(publisher, RECORD_DATA, topic->boot_ms, topic->wall_ms, &topic->last, out))
			topic->unsent = !publisher_publish(publisher, TOPIC_DATA, topic->name, out);
	}
	for (unsigned i = 0; i < publisher->extra_count; i++) {
		struct publisher_extra *extra = &publisher->extras[i];
		const char *name = extra->name[0] != '\0' ? extra->name : NULL;
		if (extra->unsent)
			extra->unsent = !publisher_publish(publisher, extra->kind, name, &extra->record);
	}
	publisher_send_hours(publisher);
}

/* ---- what the feed brings ---- */

static struct publisher_topic *publisher_find_topic(struct publisher *publisher, const char *name)
{
	for (unsigned i = 0; name != NULL && i < publisher->topic_count; i++)
		if (strcmp(publisher->topics[i].name, name) == 0)
			return &publisher->topics[i];
	return NULL;
}

/* The topic of a panel; NULL: nothing is published of it. */
static const char *publisher_topic_of_set(const struct request_set *set)
{
	return set->skipped ? NULL : topic_name_of_app_id(set->app_id);
}

static bool publisher_request_has(const struct request *request, const char *name)
{
	for (unsigned i = 0; i < request->set_count; i++) {
		const char *own = publisher_topic_of_set(&request->sets[i]);
		if (own != NULL && strcmp(own, name) == 0)
			return true;
	}
	return false;
}

/* Answers to the old request are useless with the new one: drop them, and remove the topics that are gone. */
static void publisher_reset_topics(struct publisher *publisher, const struct request *request)
{
	for (unsigned i = 0; i < publisher->topic_count; i++) {
		struct publisher_topic *topic = &publisher->topics[i];
		if (publisher->state == PUBLISHER_PUBLISHING && !publisher_request_has(request, topic->name))
			publisher_clear_topic(publisher, TOPIC_DATA, topic->name);
		buffer_clear(&topic->last);
		topic->unsent = false;
		topic->answered_ms = 0;
	}
	publisher->topic_count = 0;
	for (unsigned i = 0; i < request->set_count && publisher->topic_count < LAYOUT_PANELS_MAX; i++) {
		const char *name = publisher_topic_of_set(&request->sets[i]);
		if (name != NULL)
			snprintf(publisher->topics[publisher->topic_count++].name, TOPIC_NAME_MAX, "%s", name);
	}
}

static void publisher_set_request(struct publisher *publisher, const struct request *request)
{
	buffer_clear(&publisher->next);
	if (!request_record_put(request, publisher->link.interval, &publisher->next) ||
		publisher->next.length > REQUEST_BODY_MAX) {
		log_line("publish: the request is too large to be published");
		return;
	}
	if (publisher->request.length > 0 && publisher_same_bytes(&publisher->request, &publisher->next))
		return;
	publisher_swap(&publisher->request, &publisher->next);
	publisher->request_ms = clock_boot_ms();
	publisher->request_wall_ms = clock_wall_ms();
	publisher->request_unsent = true;
	publisher_reset_topics(publisher, request);
}

/* In the order in which panels that show all services list them. Ids are not published: screens need names only. */
static void publisher_set_services(struct publisher *publisher, const struct catalogue *services)
{
	if (!services->known)
		return;
	buffer_clear(&publisher->next);
	json_put_array(&publisher->next);
	for (unsigned i = 0; i < services->count; i++) {
		json_put_object(&publisher->next);
		json_put_pair(&publisher->next, "id", services->entries[i].name);
		json_put_pair(&publisher->next, "name", services->entries[i].name);
		json_put_object_end(&publisher->next);
	}
	json_put_array_end(&publisher->next);
	if (publisher->services.length > 0 && publisher_same_bytes(&publisher->services, &publisher->next))
		return;
	publisher_swap(&publisher->services, &publisher->next);
	publisher->services_unsent = true;
}

static void publisher_update_topic(struct publisher *publisher, const struct request_set *set,
	const struct frame *frame)
{
	struct publisher_topic *topic = publisher_find_topic(publisher, publisher_topic_of_set(set));
	buffer_clear(&publisher->next);
	if (topic == NULL || !pseudonyms_set(&publisher->pseudonyms, set, &publisher->next))
		return;
	topic->answered_ms = frame->received_ms;
	if (topic->last.length > 0 && publisher_same_bytes(&topic->last, &publisher->next))
		return;
	publisher_swap(&topic->last, &publisher->next);
	topic->boot_ms = frame->received_ms;
	topic->wall_ms = frame->wall_ms;
	topic->unsent = true;
}

static void publisher_update_data(struct publisher *publisher, const struct frame *frame)
{
	struct error error;
	publisher_set_request(publisher, frame->request);
	if (!pseudonyms_open(&publisher->pseudonyms, frame, &error)) {
		log_line("publish: %s", error.text);
		return;
	}
	for (unsigned i = 0; i < frame->request->set_count; i++)
		publisher_update_topic(publisher, &frame->request->sets[i], frame);
}

static struct publisher_extra *publisher_find_extra(struct publisher *publisher, enum topic kind, const char *name)
{
	for (unsigned i = 0; i < publisher->extra_count; i++)
		if (publisher->extras[i].kind == kind && strcmp(publisher->extras[i].name, name) == 0)
			return &publisher->extras[i];
	if (publisher->extra_count == PUBLISHER_EXTRAS_MAX)
		return NULL;
	struct publisher_extra *extra = &publisher->extras[publisher->extra_count++];
	*extra = (struct publisher_extra){ .kind = kind };
	snprintf(extra->name, sizeof(extra->name), "%s", name);
	buffer_init(&extra->record, MQTT_PAYLOAD_MAX);
	return extra;
}

static void publisher_update_extra(
	struct publisher *publisher, const struct frame *frame, enum topic kind, enum record_kind record)
{
	char name[TOPIC_NAME_MAX] = "";
	if (kind == TOPIC_AVAILABILITY)
		topic_name_for(frame->subject, name);
	struct publisher_extra *extra = publisher_find_extra(publisher, kind, name);
	if (extra == NULL)
		return;
	buffer_clear(&publisher->next);
	if (kind == TOPIC_AVAILABILITY)
		buffer_add(&publisher->next, frame->subject, strlen(frame->subject) + 1);
	buffer_add(&publisher->next, frame->bytes, frame->length);
	extra->unsent =
		publisher_pack(publisher, record, frame->received_ms, frame->wall_ms, &publisher->next, &extra->record);
}

void publisher_frame(struct publisher *publisher, const struct frame *frame)
{
	switch (frame->kind) {
	case FRAME_DATA:
		publisher_update_data(publisher, frame);
		publisher->link.accepted_ms = frame->received_ms;
		break;
	case FRAME_AVAILABILITY:
		publisher_update_extra(publisher, frame, TOPIC_AVAILABILITY, RECORD_AVAILABILITY);
		break;
	case FRAME_CHAT_HOURS:
		publisher_update_extra(publisher, frame, TOPIC_CHAT_HOURS, RECORD_CHAT_HOURS);
		break;
	case FRAME_CAMPAIGNS:
		publisher_update_extra(publisher, frame, TOPIC_CAMPAIGNS, RECORD_CAMPAIGNS);
		break;
	}
	publisher_send_all(publisher);
	if (frame->kind == FRAME_DATA)
		publisher_send_heartbeat(publisher);
}

void publisher_feed(struct publisher *publisher, const struct link *link, const struct request *request,
	const struct catalogue *services)
{
	const struct link *before = &publisher->link;
	bool changed = before->state != link->state || before->interval != link->interval ||
		strcmp(before->cause, link->cause) != 0 || strcmp(before->advice, link->advice) != 0;
	publisher->link = *link;
	publisher_set_services(publisher, services);
	if (request != NULL)
		publisher_set_request(publisher, request);
	if (publisher->request_unsent || publisher->services_unsent)
		publisher_send_all(publisher);
	if (!changed)
		return;
	publisher_send_status(publisher);
	publisher_send_heartbeat(publisher);
}

void publisher_past(struct publisher *publisher, int64_t hour_s, const char *bytes, size_t length)
{
	struct publisher_hour *hour = &publisher->hours[hour_s % PUBLISHER_DAY_S / PUBLISHER_HOUR_S];
	buffer_clear(&publisher->next);
	buffer_add(&publisher->next, bytes, length);
	if (!publisher_pack(publisher, RECORD_PAST, 0, hour_s * 1000, &publisher->next, &publisher->out) ||
		(hour->record.length > 0 && publisher_same_bytes(&publisher->out, &hour->record)))
		return;
	buffer_clear(&hour->record);
	buffer_add(&hour->record, publisher->out.data, publisher->out.length);
	hour->hour_s = hour_s;
	hour->unsent = hour->record.length > 0;
	publisher_send_all(publisher);
}

/* ---- the prefix: who publishes under it ---- */

static void publisher_on_connected(void *context)
{
	struct publisher *publisher = context;
	if (publisher->state == PUBLISHER_OVER)
		return;
	publisher->state = PUBLISHER_CLAIMING;
	publisher->other.run_id[0] = '\0';
	publisher->other_waited = publisher->echoed = false;
	publisher->leftover_count = 0;
	publisher->refusal[0] = '\0';
	/* The status comes last: once it is granted, the broker has sent what is retained under the other topics. */
	publisher_subscribe(publisher, TOPIC_DATA, "+", true);
	publisher_subscribe(publisher, TOPIC_AVAILABILITY, "+", true);
	publisher_subscribe(publisher, TOPIC_PAST, "+", true);
	publisher_subscribe(publisher, TOPIC_HEARTBEAT, NULL, true);
	publisher_subscribe(publisher, TOPIC_STATUS, NULL, true);
	publisher->sink.changed(publisher->sink.context);
}

static void publisher_on_lost(void *context)
{
	struct publisher *publisher = context;
	publisher_stop_timers(publisher);
	if (publisher->state != PUBLISHER_OVER)
		publisher->state = PUBLISHER_AWAY;
	publisher->sink.changed(publisher->sink.context);
}

/* Gives way to the other publisher. */
static void publisher_yield(struct publisher *publisher)
{
	publisher->state = PUBLISHER_OVER;
	publisher_stop_timers(publisher);
	publisher->sink.conflict(publisher->sink.context, publisher->other.who[0] != '\0' ? publisher->other.who : "?");
}

/* Two publishers that started together both found nobody. The one with the greater run id ends, so both know which. */
static bool publisher_must_yield(const struct publisher *publisher, const char *run_id)
{
	return publisher->state == PUBLISHER_CLAIMING || strcmp(run_id, publisher->own.run_id) < 0;
}

static void publisher_read_status(struct publisher *publisher, const struct mqtt_message *message)
{
	struct mqtt_status status;
	struct error error;
	bool publishing = publisher->state == PUBLISHER_PUBLISHING;
	if (!mqtt_status_read(&status, &publisher->json, message->bytes, message->length, &error)) {
		if (message->length > 0)
			log_line("publish: %s", error.text);
		if (publishing)
			publisher_send_status(publisher);
		return;
	}
	bool own = strcmp(status.run_id, publisher->own.run_id) == 0;
	/* Another publisher that has neither ended nor died. */
	bool alive = !own && !status.gone && status.state != LINK_ENDED;
	if (alive)
		publisher->other = status;
	if (alive && !message->retained && publisher_must_yield(publisher, status.run_id))
		publisher_yield(publisher);
	else if (publishing && (status.gone || !own))
		/* For example the last will of our own earlier connection, which the broker gave up only now. */
		publisher_send_status(publisher);
	else if (publishing)
		publisher->echoed = true;
}

static void publisher_read_heartbeat(struct publisher *publisher, const struct mqtt_message *message)
{
	struct mqtt_heartbeat heartbeat;
	struct error error;
	if (message->retained ||
		!mqtt_heartbeat_read(&heartbeat, &publisher->json, message->bytes, message->length, &error) ||
		strcmp(heartbeat.run_id, publisher->own.run_id) == 0 ||
		!publisher_must_yield(publisher, heartbeat.run_id))
		return;
	publisher_yield(publisher);
}

/* An earlier publisher's, which stays until it is old or ours takes its place. */
static void publisher_read_hour(struct publisher *publisher, const struct mqtt_message *message, const char *name)
{
	struct record_header header;
	int number = topic_hour(name);
	if (number < 0 || !message->retained || message->length == 0)
		return;
	struct publisher_hour *hour = &publisher->hours[number];
	bool good = record_check(message->bytes, message->length, &header) && header.kind == RECORD_PAST;
	hour->there = true;
	if (hour->record.length == 0)
		hour->hour_s = good ? header.wall_ms / 1000 : 0;
}

static void publisher_on_message(void *context, const struct mqtt_message *message)
{
	struct publisher *publisher = context;
	char name[TOPIC_NAME_MAX];
	if (publisher->state == PUBLISHER_OVER || publisher->stopping || message->too_large)
		return;
	switch (topic_read(message->topic, publisher->address->prefix, name)) {
	case TOPIC_STATUS:
		publisher_read_status(publisher, message);
		break;
	case TOPIC_HEARTBEAT:
		publisher_read_heartbeat(publisher, message);
		break;
	case TOPIC_DATA:
		if (publisher->state == PUBLISHER_CLAIMING && message->retained &&
			publisher->leftover_count < PUBLISHER_LEFTOVERS_MAX)
			snprintf(publisher->leftovers[publisher->leftover_count++], TOPIC_NAME_MAX, "%s", name);
		break;
	case TOPIC_PAST:
		if (publisher->state == PUBLISHER_CLAIMING)
			publisher_read_hour(publisher, message, name);
		break;
	default:
		break;
	}
}

static void publisher_claim(struct publisher *publisher)
{
	bool first = !publisher->claimed;
	if (publisher->other.run_id[0] != '\0')
		log_line("publish: %s left its status and does not beat: taking over", publisher->other.who);
	publisher->state = PUBLISHER_PUBLISHING;
	publisher->claimed = true;
	publisher_subscribe(publisher, TOPIC_DATA, "+", false);
	publisher_subscribe(publisher, TOPIC_AVAILABILITY, "+", false);
	publisher_subscribe(publisher, TOPIC_PAST, "+", false);
	publisher_send_status(publisher);
	/* A new connection: nothing that was sent earlier counts. */
	publisher->request_unsent = publisher->services_unsent = true;
	for (unsigned i = 0; i < publisher->topic_count; i++)
		publisher->topics[i].unsent = publisher->topics[i].last.length > 0;
	for (unsigned i = 0; i < publisher->extra_count; i++)
		publisher->extras[i].unsent = true;
	for (int i = 0; i < TOPIC_HOURS; i++)
		publisher->hours[i].unsent = publisher->hours[i].record.length > 0;
	publisher_send_all(publisher);
	publisher_send_heartbeat(publisher);
	timer_start(publisher->loop, &publisher->echo, PUBLISHER_ECHO_SECONDS);
	publisher->sink.changed(publisher->sink.context);
	if (first)
		publisher->sink.claimed(publisher->sink.context);
}

static void publisher_on_claim(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct publisher *publisher = timer->data;
	(void)loop;
	(void)events;
	double wait = 2.5 * publisher->other.interval;
	/* A retained status may outlive its publisher, so wait for a heartbeat of it. */
	if (publisher->other.run_id[0] != '\0' && !publisher->other_waited) {
		publisher->other_waited = true;
		timer_start(publisher->loop, &publisher->claim, wait > 5 ? wait : 5);
		return;
	}
	publisher_claim(publisher);
}

static void publisher_on_echo(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct publisher *publisher = timer->data;
	(void)loop;
	(void)events;
	if (!publisher->echoed)
		publisher_set_refusal(publisher, "does not take what is published", "");
}

static void publisher_on_heartbeat(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct publisher *publisher = timer->data;
	(void)loop;
	(void)events;
	publisher_send_all(publisher);
	publisher_send_heartbeat(publisher);
}

static void publisher_on_subscribed(void *context, int id, const char *cause)
{
	struct publisher *publisher = context;
	if (cause[0] != '\0')
		publisher_set_refusal(publisher, "does not let us read", cause);
	else if (id == publisher->status_id && publisher->state == PUBLISHER_CLAIMING)
		timer_start(publisher->loop, &publisher->claim, PUBLISHER_CLAIM_SECONDS);
}

static void publisher_on_published(void *context, int id, const char *cause)
{
	struct publisher *publisher = context;
	(void)id;
	if (cause[0] != '\0')
		publisher_set_refusal(publisher, "does not take what is published", cause);
}

static void publisher_on_ended(void *context)
{
	struct publisher *publisher = context;
	publisher->sink.ended(publisher->sink.context);
}

/* ---- for the owner ---- */

static bool publisher_open(struct publisher *publisher, const struct mqtt_config *config, struct error *error)
{
	struct mqtt_status will_status = publisher->own;
	struct buffer text;
	char topic[TOPIC_MAX];
	struct mqtt_sink sink = {
		.connected = publisher_on_connected,
		.lost = publisher_on_lost,
		.message = publisher_on_message,
		.subscribed = publisher_on_subscribed,
		.published = publisher_on_published,
		.ended = publisher_on_ended,
		.context = publisher,
	};
	will_status.gone = true;
	will_status.wall_ms = 0;
	buffer_init(&text, STATUS_BYTES_MAX);
	mqtt_status_put(&will_status, &text);
	topic_put(topic, publisher->address->prefix, TOPIC_STATUS, NULL);
	struct mqtt_will will = { .topic = topic, .text = buffer_string(&text) };
	publisher->connection = mqtt_connection_new(publisher->loop, publisher->address, config, &will, &sink, error);
	buffer_free(&text);
	return publisher->connection != NULL;
}

struct publisher *publisher_new(struct ev_loop *loop, const struct url_broker *address,
	const struct mqtt_config *config, const struct publisher_options *options, const struct publisher_sink *sink,
	struct error *error)
{
	char host[65] = ""; /* a name of Linux has 64 letters at most */
	struct publisher *publisher = must_alloc(sizeof(*publisher));
	memset(publisher, 0, sizeof(*publisher));
	publisher->loop = loop;
	publisher->address = address;
	publisher->sink = *sink;
	publisher->link = (struct link){ .state = LINK_STARTING, .interval = options->interval };
	/* All have the same cap, since they are swapped. */
	buffer_init(&publisher->request, RECORDING_RAW_MAX);
	buffer_init(&publisher->next, RECORDING_RAW_MAX);
	buffer_init(&publisher->services, RECORDING_RAW_MAX);
	buffer_init(&publisher->out, RECORDING_RAW_MAX);
	for (unsigned i = 0; i < LAYOUT_PANELS_MAX; i++)
		buffer_init(&publisher->topics[i].last, RECORDING_RAW_MAX);
	for (int i = 0; i < TOPIC_HOURS; i++)
		buffer_init(&publisher->hours[i].record, MQTT_PAYLOAD_MAX);
	publisher->extras = must_alloc(PUBLISHER_EXTRAS_MAX * sizeof(*publisher->extras));
	publisher->packer = packer_new();
	pseudonyms_init(&publisher->pseudonyms);
	json_init(&publisher->json);
	ev_timer_init(&publisher->claim, publisher_on_claim, 0., 0.);
	ev_timer_init(&publisher->heartbeat, publisher_on_heartbeat, 0., 0.);
	ev_timer_init(&publisher->echo, publisher_on_echo, 0., 0.);
	publisher->claim.data = publisher->heartbeat.data = publisher->echo.data = publisher;
	publisher->pseudonyms.full = options->names == NAMES_FULL;
	publisher->pseudonyms.shown_only = true;
	publisher->own.interval = options->interval;
	snprintf(publisher->own.tenant, sizeof(publisher->own.tenant), "%s",
		options->tenant != NULL ? options->tenant : "");
	gethostname(host, sizeof(host) - 1);
	snprintf(publisher->own.run_id, sizeof(publisher->own.run_id), "%016llx", (unsigned long long)os_random());
	snprintf(publisher->own.who, sizeof(publisher->own.who), "process %d on %s", (int)getpid(), host);
	if (!publisher_open(publisher, config, error)) {
		publisher_free(publisher);
		return NULL;
	}
	mqtt_connection_try(publisher->connection);
	return publisher;
}

const char *publisher_trouble(const struct publisher *publisher)
{
	return publisher->refusal[0] != '\0' ? publisher->refusal
					     : mqtt_connection_status(publisher->connection)->cause;
}

const char *publisher_advice(const struct publisher *publisher)
{
	return publisher->refusal[0] != '\0' ? "Check the prefix and the broker's access list."
					     : mqtt_connection_status(publisher->connection)->advice;
}

void publisher_stop(struct publisher *publisher)
{
	if (publisher->stopping)
		return;
	publisher->stopping = true;
	publisher_stop_timers(publisher);
	/* So that no message of ours comes back while we disconnect, see mqtt_connection_stop(). */
	publisher_subscribe(publisher, TOPIC_DATA, "+", false);
	publisher_subscribe(publisher, TOPIC_AVAILABILITY, "+", false);
	publisher_subscribe(publisher, TOPIC_PAST, "+", false);
	publisher_subscribe(publisher, TOPIC_STATUS, NULL, false);
	publisher_subscribe(publisher, TOPIC_HEARTBEAT, NULL, false);
	publisher_send_status(publisher);
	publisher->state = PUBLISHER_OVER;
	mqtt_connection_stop(publisher->connection);
}

void publisher_free(struct publisher *publisher)
{
	if (publisher == NULL)
		return;
	publisher_stop_timers(publisher);
	mqtt_connection_free(publisher->connection);
	for (unsigned i = 0; i < LAYOUT_PANELS_MAX; i++)
		buffer_free(&publisher->topics[i].last);
	for (unsigned i = 0; i < publisher->extra_count; i++)
		buffer_free(&publisher->extras[i].record);
	free(publisher->extras);
	for (int i = 0; i < TOPIC_HOURS; i++)
		buffer_free(&publisher->hours[i].record);
	buffer_free(&publisher->request);
	buffer_free(&publisher->next);
	buffer_free(&publisher->services);
	buffer_free(&publisher->out);
	packer_free(publisher->packer);
	pseudonyms_free(&publisher->pseudonyms);
	json_free(&publisher->json);
	free(publisher);
}
