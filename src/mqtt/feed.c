#include "mqtt/feed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "board/query.h"
#include "board/record.h"
#include "mqtt/topics.h"

#ifndef WITH_MQTT

bool mqtt_built(struct error *error)
{
	return error_set(
		error, "this cxwall was built without MQTT (--without-mqtt): publish and --from are not in it");
}

struct feed *mqtt_feed_new(struct ev_loop *loop, const struct url_broker *address, const struct mqtt_config *config,
	const struct layout *layout, const struct feed_sink *sink, struct error *error)
{
	(void)loop;
	(void)address;
	(void)config;
	(void)layout;
	(void)sink;
	(void)mqtt_built(error);
	return NULL;
}

#else

bool mqtt_built(struct error *error)
{
	(void)error;
	return true;
}

enum {
	/* The request of 64 panels with all their columns and texts. */
	FEED_REQUEST_MAX = REQUEST_BODY_MAX,
	/* One heartbeat that names another record than ours may have overtaken it; two have not. */
	FEED_MISSES = 2,
	FEED_AGAIN_MS = 15 * 1000, /* how often missing data are asked for again, at most */
	FEED_SILENCE_MS = 3000,    /* retained messages come at once; a cluster of brokers may take a moment */
	FEED_JITTER_MS = 20,       /* by how much the difference of two clocks may seem to change at each heartbeat */
	FEED_PAST_MAX = 2 * 1024 * 1024, /* bytes of an hour of the past, unpacked: twice what a publisher sends */
	FEED_DAMAGE_MS = 3000,     /* how long a message about unusable data stays, so that it can be read */
};

/* How often the feed looks whether the publisher has fallen silent. */
static const double FEED_TICK_SECONDS = 0.5;

/*
 * How long changed data wait for the heartbeat that ends their poll. A publisher sends both in one go, and a screen
 * that used each message by itself would be drawn again for each.
 */
static const double FEED_COLLECT_SECONDS = 0.1;

/* What was before has come when it is silent for so long after the broker let us read it. */
static const double FEED_PAST_SECONDS = 0.3;

/* How far two quartz clocks drift apart in a second, at most. */
static const double FEED_DRIFT = 0.0002;

/* What the clocks of this machine show while an event is handled. */
struct feed_clock {
	int64_t boot_ms, wall_ms;
};

/* One data topic of the publisher that a panel of ours reads. */
struct feed_topic {
	char name[TOPIC_NAME_MAX];
	int id;           /* of the subscription; -1 */
	bool held;        /* a record of it came, in this connection or before */
	int64_t boot_ms;  /* of that record, by the publisher's clock */
	unsigned misses;  /* heartbeats that named another record */
	int64_t asked_ms; /* CLOCK_BOOTTIME when we subscribed to it last */
	char trouble[ERROR_TEXT]; /* why it does not come; "" */
	struct buffer waiting;    /* a packed record that waits for its heartbeat; empty: none */
};

struct mqtt_feed {
	struct feed feed;
	struct ev_loop *loop;
	const struct url_broker *address;
	const struct layout *layout;
	struct feed_sink sink;
	struct mqtt_connection *connection;
	bool stopping, past_asked;

	struct mqtt_status status;
	bool has_status;
	struct mqtt_heartbeat heartbeat; /* the last one; without a run id: none yet */
	bool heard;       /* that heartbeat was not a retained one */
	int64_t heard_ms; /* CLOCK_BOOTTIME when the last such heartbeat came, or when we began to wait for one; 0 */
	int64_t connected_ms;
	char run_id[RUN_ID_MAX]; /* of the publisher that the offset is for */
	bool offset_known;
	int64_t offset_ms, offset_at_ms; /* from the publisher's CLOCK_BOOTTIME to ours, and when that was measured */

	struct buffer text; /* of the current request */
	struct request request;
	double interval;
	struct feed_topic topics[LAYOUT_PANELS_MAX];
	unsigned topic_count;
	int status_id;            /* of the subscription to the status */
	int past_id;              /* of the one to what was before; -1: not asked for, or all of it came */
	char refusal[ERROR_TEXT]; /* why The broker does not let us read the status; "" */
	char damage[ERROR_TEXT];  /* what came last and could not be used; "" */
	int64_t damage_ms;

	struct catalogue services;
	struct link link;
	ev_timer tick, collect, past;
	struct unpacker *unpacker;
	struct buffer out;
	struct json json;
};

static struct feed_clock feed_clock_read(void)
{
	return (struct feed_clock){ .boot_ms = clock_boot_ms(), .wall_ms = clock_wall_ms() };
}

static void feed_changed(struct mqtt_feed *feed)
{
	feed->sink.changed(feed->sink.context);
}

static void feed_set_damage(struct mqtt_feed *feed, const char *what, const struct error *error,
	const struct feed_clock *now)
{
	snprintf(feed->damage, sizeof(feed->damage), "%.30s from the broker cannot be used: %.180s", what, error->text);
	feed->damage_ms = now->boot_ms;
	log_line("feed: %s", feed->damage);
}

/* ---- topics ---- */

static struct feed_topic *feed_find_topic(struct mqtt_feed *feed, const char *name)
{
	for (unsigned i = 0; i < feed->topic_count; i++)
		if (strcmp(feed->topics[i].name, name) == 0)
			return &feed->topics[i];
	return NULL;
}

/* Whether the panel of this set shows the data of this topic. */
static bool feed_set_reads(const struct request_set *set, const struct feed_topic *topic)
{
	const char *name = topic_name_of_app_id(set->app_id);
	return name != NULL && strcmp(name, topic->name) == 0;
}

static int feed_subscribe(struct mqtt_feed *feed, enum topic kind, const char *name)
{
	char topic[TOPIC_MAX];
	topic_put(topic, feed->address->prefix, kind, name);
	return mqtt_connection_subscribe(feed->connection, topic, true);
}

static void feed_subscribe_topic(struct mqtt_feed *feed, struct feed_topic *topic, const struct feed_clock *now)
{
	topic->id = feed_subscribe(feed, TOPIC_DATA, topic->name);
	topic->asked_ms = now->boot_ms;
}

/* Subscribing again makes the broker send what is retained. */
static void feed_ask_again(struct mqtt_feed *feed, struct feed_topic *topic, const struct feed_clock *now)
{
	if (now->boot_ms - topic->asked_ms < (topic->held ? FEED_AGAIN_MS : FEED_SILENCE_MS))
		return;
	if (!topic->held && topic->trouble[0] == '\0')
		snprintf(topic->trouble, sizeof(topic->trouble),
			"The broker does not send this panel. Check that this login may read it.");
	log_line("feed: asking again for %s", topic->name);
	feed_subscribe_topic(feed, topic, now);
}

/*
 * Drops the topics of the earlier request and subscribes to those of the current one. Topics of both are subscribed to
 * anew as well, so that the broker sends their retained data again and each panel is filled.
 */
static void feed_subscribe_request(struct mqtt_feed *feed, const struct feed_clock *now)
{
	for (unsigned i = 0; i < feed->topic_count; i++) {
		char topic[TOPIC_MAX];
		topic_put(topic, feed->address->prefix, TOPIC_DATA, feed->topics[i].name);
		(void)mqtt_connection_subscribe(feed->connection, topic, false);
	}
	feed->topic_count = 0;
	for (unsigned i = 0; i < feed->request.set_count; i++) {
		struct request_set *set = &feed->request.sets[i];
		const char *name = set->skipped ? NULL : topic_name_of_app_id(set->app_id);
		if (!set->skipped && name == NULL) {
			set->skipped = true;
			snprintf(set->reason, sizeof(set->reason),
				"The publisher describes this panel in a way that cannot be read");
		}
		if (name == NULL || feed_find_topic(feed, name) != NULL || feed->topic_count == LAYOUT_PANELS_MAX)
			continue;
		struct feed_topic *topic = &feed->topics[feed->topic_count++];
		*topic = (struct feed_topic){ .id = -1, .waiting = topic->waiting };
		buffer_clear(&topic->waiting);
		snprintf(topic->name, sizeof(topic->name), "%s", name);
		feed_subscribe_topic(feed, topic, now);
	}
}

/* What is polled beside the subscription, as far as the layout shows it. */
static void feed_subscribe_extras(struct mqtt_feed *feed)
{
	bool availability = false, all = false, campaigns = false;
	for (unsigned i = 0; i < feed->layout->panel_count; i++) {
		const struct panel *panel = &feed->layout->panels[i];
		availability = availability || panel->type == PANEL_AVAILABILITY;
		all = all || (panel->type == PANEL_AVAILABILITY && panel->services.count == 0);
		campaigns = campaigns || panel->type == PANEL_CAMPAIGNS;
	}
	if (all)
		feed_subscribe(feed, TOPIC_SERVICES, NULL);
	if (availability) {
		feed_subscribe(feed, TOPIC_AVAILABILITY, "+");
		feed_subscribe(feed, TOPIC_CHAT_HOURS, NULL);
	}
	if (campaigns)
		feed_subscribe(feed, TOPIC_CAMPAIGNS, NULL);
}

/* After the data, so that a screen that starts is not kept waiting. */
static void feed_ask_past(struct mqtt_feed *feed)
{
	if (feed->sink.past != NULL && !feed->past_asked)
		feed->past_id = feed_subscribe(feed, TOPIC_PAST, "+");
	feed->past_asked = true;
}

/* The running hour is published each minute: a screen that has seen it needs no more of it. */
static void feed_end_past(struct mqtt_feed *feed)
{
	char topic[TOPIC_MAX];
	ev_timer_stop(feed->loop, &feed->past);
	if (feed->past_id < 0)
		return;
	feed->past_id = -1;
	topic_put(topic, feed->address->prefix, TOPIC_PAST, "+");
	(void)mqtt_connection_subscribe(feed->connection, topic, false);
	feed->sink.past(feed->sink.context, NULL, 0);
}

/* ---- the publisher's time and ours ---- */

/*
 * A message may come late but never early. So the least difference between the two clocks that was ever seen is the
 * most accurate one; it may only grow as fast as two clocks can drift apart.
 */
static void feed_measure_offset(struct mqtt_feed *feed, int64_t boot_ms, const struct feed_clock *now)
{
	int64_t offset = now->boot_ms - boot_ms;
	int64_t most = feed->offset_ms + (int64_t)(FEED_DRIFT * (double)(now->boot_ms - feed->offset_at_ms)) + 1;
	feed->offset_ms = !feed->offset_known || offset < most ? offset : most;
	feed->offset_at_ms = now->boot_ms;
	feed->offset_known = true;
}

/*
 * The publisher's time as ours, never in the future. Without the difference of the boot clocks, what was retained
 * counts by the time of day, and anything else is from now. Never 0, which means "never".
 */
static int64_t feed_local_ms(const struct mqtt_feed *feed, int64_t boot_ms, int64_t wall_ms, bool retained,
	const struct feed_clock *now)
{
	if (feed->offset_known && strcmp(feed->run_id, feed->status.run_id) == 0)
		return boot_ms + feed->offset_ms < now->boot_ms ? boot_ms + feed->offset_ms : now->boot_ms;
	int64_t age_ms = retained ? now->wall_ms - wall_ms : 0;
	int64_t local_ms = now->boot_ms - (age_ms > 0 ? age_ms : 0);
	return local_ms != 0 ? local_ms : -1;
}

/* ---- frames ---- */

static bool feed_unpack(struct mqtt_feed *feed, const char *bytes, size_t length, enum record_kind kind,
	const char *what, struct record_content *content, const struct feed_clock *now)
{
	struct error error;
	bool good = record_unpack(feed->unpacker, bytes, length, &feed->out, content, &error);
	if (good && content->kind == kind)
		return true;
	if (good)
		error_set(&error, "it is a record of another kind");
	feed_set_damage(feed, what, &error, now);
	return false;
}

static bool feed_deliver(
	struct mqtt_feed *feed, const struct frame *frame, const char *what, const struct feed_clock *now)
{
	struct decode_report report;
	struct error error = { "" };
	if (feed->sink.frame(feed->sink.context, frame, &report, &error))
		return true;
	feed_set_damage(feed, what, &error, now);
	return false;
}

static void feed_confirm(struct mqtt_feed *feed, const struct feed_topic *topic, int64_t received_ms)
{
	if (feed->sink.confirmed == NULL)
		return;
	for (unsigned i = 0; i < feed->request.set_count; i++) {
		const struct request_set *set = &feed->request.sets[i];
		if (!set->skipped && feed_set_reads(set, topic))
			feed->sink.confirmed(feed->sink.context, set->panel, received_ms);
	}
}

/* Data came that had been given up: their panels are shown again. */
static void feed_restore(struct mqtt_feed *feed, struct feed_topic *topic)
{
	if (topic->trouble[0] == '\0')
		return;
	topic->trouble[0] = '\0';
	for (unsigned i = 0; i < feed->request.set_count; i++) {
		struct request_set *set = &feed->request.sets[i];
		if (!feed_set_reads(set, topic))
			continue;
		set->skipped = false;
		set->reason[0] = '\0';
	}
	feed_changed(feed);
}

static void feed_use_data(struct mqtt_feed *feed, struct feed_topic *topic, const char *bytes, size_t length,
	bool retained, const struct feed_clock *now)
{
	struct record_content content;
	if (!feed_unpack(feed, bytes, length, RECORD_DATA, "A frame", &content, now))
		return;
	struct frame frame = {
		.kind = FRAME_DATA, .subject = "", .wall_ms = content.wall_ms, .bytes = content.bytes,
		.length = content.length, .request = &feed->request,
		.received_ms = feed_local_ms(feed, content.boot_ms, content.wall_ms, retained, now),
	};
	feed_restore(feed, topic);
	if (!feed_deliver(feed, &frame, "A frame", now))
		return;
	topic->held = true;
	topic->boot_ms = content.boot_ms;
	topic->misses = 0;
	feed->link.bytes = (unsigned long)frame.length;
	if (frame.received_ms > feed->link.accepted_ms)
		feed->link.accepted_ms = frame.received_ms;
	/* The heartbeat may have come first, and have said that this very record is still current. */
	const struct mqtt_heartbeat *heartbeat = &feed->heartbeat;
	int64_t local_ms = feed_local_ms(feed, heartbeat->boot_ms, heartbeat->wall_ms, !feed->heard, now);
	for (unsigned i = 0; i < heartbeat->count; i++) {
		const struct mqtt_heartbeat_entry *entry = &heartbeat->entries[i];
		if (strcmp(entry->name, topic->name) == 0 && entry->boot_ms == topic->boot_ms)
			feed_confirm(feed, topic, local_ms - entry->age_ms);
	}
}

static void feed_use_waiting(struct mqtt_feed *feed, const struct feed_clock *now)
{
	ev_timer_stop(feed->loop, &feed->collect);
	for (unsigned i = 0; i < feed->topic_count; i++) {
		struct feed_topic *topic = &feed->topics[i];
		if (topic->waiting.length == 0)
			continue;
		feed_use_data(feed, topic, topic->waiting.data, topic->waiting.length, false, now);
		buffer_clear(&topic->waiting);
	}
}

/* The first data of a panel, and what was retained, are shown at once: no heartbeat follows them. */
static void feed_receive_data(struct mqtt_feed *feed, const struct mqtt_message *message, const char *name,
	const struct feed_clock *now)
{
	struct feed_topic *topic = feed_find_topic(feed, name);
	if (topic == NULL || message->length == 0)
		return;
	/* Data of two polls: the heartbeat between them was lost. */
	if (topic->waiting.length > 0)
		feed_use_waiting(feed, now);
	if (message->retained || !feed->heard || !topic->held) {
		feed_use_data(feed, topic, message->bytes, message->length, message->retained, now);
		return;
	}
	buffer_add(&topic->waiting, message->bytes, message->length);
	if (!ev_is_active(&feed->collect))
		timer_start(feed->loop, &feed->collect, FEED_COLLECT_SECONDS);
}

/* The answer to something that is polled beside the subscription. */
static void feed_receive_extra(struct mqtt_feed *feed, const struct mqtt_message *message, enum frame_kind kind,
	enum record_kind record, const struct feed_clock *now)
{
	struct record_content content;
	if (message->length == 0 ||
		!feed_unpack(feed, message->bytes, message->length, record, "An answer", &content, now))
		return;
	struct frame frame = {
		.kind = kind, .subject = "", .wall_ms = content.wall_ms, .bytes = content.bytes,
		.length = content.length,
		.received_ms = feed_local_ms(feed, content.boot_ms, content.wall_ms, message->retained, now),
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
	(void)feed_deliver(feed, &frame, "An answer", now);
}

static void feed_receive_past(struct mqtt_feed *feed, const struct mqtt_message *message, const char *name,
	const struct feed_clock *now)
{
	static const char what[] = "An hour of the past";
	struct record_content content;
	struct record_header header;
	struct error error;
	if (feed->past_id < 0 || !message->retained || message->length == 0 || topic_hour(name) < 0)
		return;
	timer_start(feed->loop, &feed->past, FEED_PAST_SECONDS);
	/* Before it is unpacked: an hour is small. */
	if (!record_check(message->bytes, message->length, &header) || header.raw > FEED_PAST_MAX) {
		error_set(&error, "it is damaged or too large");
		feed_set_damage(feed, what, &error, now);
		return;
	}
	if (feed_unpack(feed, message->bytes, message->length, RECORD_PAST, what, &content, now))
		feed->sink.past(feed->sink.context, content.bytes, content.length);
}

/* ---- the request ---- */

/* A request that cannot be read changes nothing. */
static bool feed_read_request(struct mqtt_feed *feed, const char *bytes, size_t length, const struct feed_clock *now)
{
	struct error error;
	double interval = 0;
	if (!request_record_read(&feed->request, feed->layout, &feed->json, bytes, length, &interval, &error)) {
		feed_set_damage(feed, "The request", &error, now);
		return false;
	}
	char absent[REQUEST_REASON_MAX];
	snprintf(absent, sizeof(absent), "The publisher does not send this panel; start it with -l %.60s", feed->layout->name);
	request_explain_absent(&feed->request, absent);
	feed->interval = interval;
	feed_subscribe_request(feed, now);
	feed_ask_past(feed);
	feed_changed(feed);
	return true;
}

static void feed_receive_request(struct mqtt_feed *feed, const struct mqtt_message *message,
	const struct feed_clock *now)
{
	struct record_content content;
	struct error error;
	/* What waits answers the earlier request. */
	feed_use_waiting(feed, now);
	if (message->length == 0 ||
		!feed_unpack(feed, message->bytes, message->length, RECORD_REQUEST, "The request", &content, now))
		return;
	if (content.length > FEED_REQUEST_MAX) {
		error_set(&error, "it is larger than %d bytes", FEED_REQUEST_MAX);
		feed_set_damage(feed, "The request", &error, now);
		return;
	}
	bool same = content.length == feed->text.length && feed->text.length > 0 &&
		memcmp(content.bytes, buffer_string(&feed->text), content.length) == 0;
	if (same || !feed_read_request(feed, content.bytes, content.length, now))
		return;
	buffer_clear(&feed->text);
	buffer_add(&feed->text, content.bytes, content.length);
}

static void feed_receive_services(struct mqtt_feed *feed, const struct mqtt_message *message,
	const struct feed_clock *now)
{
	struct error error;
	if (message->length > 0 &&
		!catalogue_read(&feed->services, &feed->json, message->bytes, message->length, &error))
		feed_set_damage(feed, "The list of services", &error, now);
	else
		feed_changed(feed);
}

/* ---- status and heartbeat ---- */

static void feed_receive_status(struct mqtt_feed *feed, const struct mqtt_message *message,
	const struct feed_clock *now)
{
	struct mqtt_status status;
	struct error error;
	feed->refusal[0] = '\0';
	if (message->length == 0) {
		feed->has_status = false;
		return;
	}
	if (!mqtt_status_read(&status, &feed->json, message->bytes, message->length, &error)) {
		feed_set_damage(feed, "The status", &error, now);
		return;
	}
	bool over = status.gone || status.state == LINK_ENDED;
	/* From a second publisher that found this one and ended; the one that we hear will publish its status again. */
	if (over && feed->heard && strcmp(status.run_id, feed->run_id) != 0)
		return;
	/* A new publisher: its boot clock is unrelated to the old one's. */
	if (strcmp(status.run_id, feed->status.run_id) != 0) {
		feed->offset_known = feed->heard = false;
		feed->heard_ms = now->boot_ms;
	}
	feed->status = status;
	feed->has_status = true;
}

static void feed_receive_heartbeat_entry(struct mqtt_feed *feed, const struct mqtt_heartbeat_entry *entry,
	int64_t heartbeat_ms, const struct feed_clock *now)
{
	struct feed_topic *topic = feed_find_topic(feed, entry->name);
	if (topic == NULL)
		return;
	if (topic->held && topic->boot_ms == entry->boot_ms) {
		topic->misses = 0;
		feed_confirm(feed, topic, heartbeat_ms - entry->age_ms);
		return;
	}
	/* Our record is newer than the retained heartbeat. */
	if (topic->held && !feed->heard && topic->boot_ms > entry->boot_ms)
		return;
	if (++topic->misses >= FEED_MISSES)
		feed_ask_again(feed, topic, now);
}

/* Data topics that the publisher has and that neither came yet nor were given up. */
static unsigned feed_missing(const struct mqtt_feed *feed)
{
	unsigned count = 0;
	for (unsigned i = 0; i < feed->topic_count; i++) {
		const struct feed_topic *topic = &feed->topics[i];
		for (unsigned e = 0; !topic->held && topic->trouble[0] == '\0' && e < feed->heartbeat.count; e++)
			count += strcmp(feed->heartbeat.entries[e].name, topic->name) == 0;
	}
	return count;
}

static void feed_receive_heartbeat(struct mqtt_feed *feed, const struct mqtt_message *message,
	const struct feed_clock *now)
{
	struct mqtt_heartbeat heartbeat;
	struct error error;
	feed_use_waiting(feed, now);
	if (message->length == 0)
		return;
	if (!mqtt_heartbeat_read(&heartbeat, &feed->json, message->bytes, message->length, &error)) {
		feed_set_damage(feed, "The heartbeat", &error, now);
		return;
	}
	/* A retained heartbeat is older than one that we have heard. */
	if (message->retained && feed->heard && strcmp(heartbeat.run_id, feed->heartbeat.run_id) == 0)
		return;
	feed->heartbeat = heartbeat;
	feed->heard = !message->retained;
	if (feed->heard) {
		if (strcmp(feed->run_id, heartbeat.run_id) != 0)
			feed->offset_known = false;
		memcpy(feed->run_id, heartbeat.run_id, sizeof(feed->run_id));
		feed_measure_offset(feed, heartbeat.boot_ms, now);
		feed->heard_ms = now->boot_ms;
		feed->link.polls++;
	}
	int64_t heartbeat_ms = feed_local_ms(feed, heartbeat.boot_ms, heartbeat.wall_ms, !feed->heard, now);
	if (heartbeat.accepted_ms >= 0) {
		int64_t accepted_ms = heartbeat_ms - heartbeat.accepted_ms;
		feed->link.accepted += feed->heard && accepted_ms > feed->link.accepted_ms + FEED_JITTER_MS;
		feed->link.accepted_ms = accepted_ms != 0 ? accepted_ms : -1;
	}
	for (unsigned i = 0; i < heartbeat.count; i++)
		feed_receive_heartbeat_entry(feed, &heartbeat.entries[i], heartbeat_ms, now);
	if (!feed->heard)
		return;
	if (now->boot_ms - feed->damage_ms > FEED_DAMAGE_MS && feed_missing(feed) == 0)
		feed->damage[0] = '\0';
	/* Ages have changed, if nothing else has. */
	feed_changed(feed);
}

static void feed_receive(struct mqtt_feed *feed, const struct mqtt_message *message, const struct feed_clock *now)
{
	char name[TOPIC_NAME_MAX];
	struct error error;
	enum topic kind = topic_read(message->topic, feed->address->prefix, name);
	if (message->too_large && kind != TOPIC_COUNT) {
		error_set(&error, "it is larger than %d bytes", MQTT_PAYLOAD_MAX);
		feed_set_damage(feed, "A message", &error, now);
		return;
	}
	switch (kind) {
	case TOPIC_STATUS:
		feed_receive_status(feed, message, now);
		break;
	case TOPIC_REQUEST:
		feed_receive_request(feed, message, now);
		break;
	case TOPIC_HEARTBEAT:
		feed_receive_heartbeat(feed, message, now);
		break;
	case TOPIC_SERVICES:
		feed_receive_services(feed, message, now);
		break;
	case TOPIC_CHAT_HOURS:
		feed_receive_extra(feed, message, FRAME_CHAT_HOURS, RECORD_CHAT_HOURS, now);
		break;
	case TOPIC_CAMPAIGNS:
		feed_receive_extra(feed, message, FRAME_CAMPAIGNS, RECORD_CAMPAIGNS, now);
		break;
	case TOPIC_DATA:
		feed_receive_data(feed, message, name, now);
		break;
	case TOPIC_AVAILABILITY:
		feed_receive_extra(feed, message, FRAME_AVAILABILITY, RECORD_AVAILABILITY, now);
		break;
	case TOPIC_PAST:
		feed_receive_past(feed, message, name, now);
		break;
	case TOPIC_COUNT:
		break;
	}
}

/* ---- the link: the way to the broker, then the publisher, then the publisher's own feed ---- */

static void feed_link_set(
	struct link *link, enum link_state state, enum status exit_status, const char *cause, const char *advice)
{
	link->state = state;
	link->exit_status = exit_status;
	snprintf(link->cause, sizeof(link->cause), "%s", cause);
	snprintf(link->advice, sizeof(link->advice), "%s", advice);
}

static void feed_link_without_status(const struct mqtt_feed *feed, int64_t now_ms, struct link *link)
{
	char cause[ERROR_TEXT];
	if (now_ms - feed->connected_ms < FEED_SILENCE_MS) {
		feed_link_set(link, LINK_SUBSCRIBING, STATUS_NO_DATA, "", "");
		return;
	}
	snprintf(cause, sizeof(cause),
		"Nothing arrives from %.80s: nothing is published there, or the broker does not let us read it",
		feed->address->prefix);
	feed_link_set(link, LINK_TROUBLE, STATUS_NO_DATA, cause,
		"Check the prefix, the publisher, and the broker's access list.");
}

static void feed_link_silent(int64_t silent_ms, struct link *link)
{
	char cause[ERROR_TEXT];
	snprintf(cause, sizeof(cause), "No heartbeat from the publisher for %d s: it, the broker or the network hangs",
		(int)(silent_ms / 1000));
	feed_link_set(link, LINK_TROUBLE, STATUS_NO_DATA, cause, "");
}

/* What the publisher says about its own feed. Before its first heartbeat that is only what was retained. */
static void feed_link_as_published(const struct mqtt_feed *feed, struct link *link)
{
	const struct mqtt_status *status = &feed->status;
	char cause[ERROR_TEXT] = "";
	if (status->cause[0] != '\0')
		snprintf(cause, sizeof(cause), "Publisher: %.240s", status->cause);
	feed_link_set(link, status->state, status->exit_status, cause, status->advice);
	if (status->state == LINK_LIVE && !feed->heard)
		feed_link_set(link, LINK_WAITING, STATUS_NO_DATA, "", "");
}

static void feed_link_to_publisher(const struct mqtt_feed *feed, int64_t now_ms, struct link *link)
{
	bool silent = link_old(feed->interval, feed->heard_ms, now_ms);
	if (feed->refusal[0] != '\0')
		feed_link_set(link, LINK_REFUSED, STATUS_REFUSED, feed->refusal, "Check the broker's access list.");
	else if (!feed->has_status)
		feed_link_without_status(feed, now_ms, link);
	else if (feed->status.gone)
		feed_link_set(link, LINK_TROUBLE, STATUS_NO_DATA,
			"The publisher has stopped or lost the broker",
			"Restart it on its machine.");
	else if (feed->status.state == LINK_ENDED)
		feed_link_set(link, LINK_TROUBLE, STATUS_NO_DATA, "The publisher was stopped",
			"Start it again on its machine.");
	else if (silent)
		feed_link_silent(now_ms - feed->heard_ms, link);
	else
		feed_link_as_published(feed, link);
	/* One-shot commands wait until no panel is missing. */
	if (link->state == LINK_LIVE && (feed->text.length == 0 || feed_missing(feed) > 0))
		feed_link_set(link, LINK_WAITING, STATUS_NO_DATA, "", "");
	if (link->cause[0] == '\0' && feed->damage[0] != '\0')
		feed_link_set(link, link->state, link->exit_status, feed->damage,
			"Check that the publisher and this screen have the same version.");
}

static void feed_update_link(struct mqtt_feed *feed, int64_t now_ms)
{
	const struct mqtt_connection_status *broker = mqtt_connection_status(feed->connection);
	struct link *link = &feed->link, next = feed->link;
	if (feed->stopping)
		feed_link_set(&next, LINK_ENDING, link->exit_status, "", "");
	else if (broker->state == MQTT_REFUSED)
		feed_link_set(&next, LINK_REFUSED, STATUS_REFUSED, broker->cause, broker->advice);
	else if (broker->state != MQTT_CONNECTED)
		feed_link_set(&next, broker->cause[0] != '\0' ? LINK_TROUBLE : LINK_STARTING, STATUS_NO_DATA,
			broker->cause, broker->advice);
	else
		feed_link_to_publisher(feed, now_ms, &next);
	if (next.state == LINK_LIVE)
		next.exit_status = 0;
	next.failures += next.state == LINK_TROUBLE && link->state != LINK_TROUBLE;
	next.uncertain = !feed->heard && !(feed->offset_known && strcmp(feed->run_id, feed->status.run_id) == 0);
	next.interval = feed->interval;
	next.next_try_ms = broker->next_try_ms;
	bool changed = next.state != link->state || next.uncertain != link->uncertain ||
		next.next_try_ms != link->next_try_ms || strcmp(next.cause, link->cause) != 0 ||
		strcmp(next.advice, link->advice) != 0;
	*link = next;
	if (changed)
		feed_changed(feed);
}

/* ---- events ---- */

static void feed_on_connected(void *context)
{
	struct mqtt_feed *feed = context;
	struct feed_clock now = feed_clock_read();
	feed->connected_ms = feed->heard_ms = now.boot_ms;
	feed->has_status = feed->heard = feed->past_asked = false;
	feed->past_id = -1;
	feed->refusal[0] = feed->damage[0] = '\0';
	feed->status_id = feed_subscribe(feed, TOPIC_STATUS, NULL);
	feed_subscribe(feed, TOPIC_HEARTBEAT, NULL);
	feed_subscribe(feed, TOPIC_REQUEST, NULL);
	for (unsigned i = 0; i < feed->topic_count; i++)
		feed_subscribe_topic(feed, &feed->topics[i], &now);
	feed_subscribe_extras(feed);
	/* The request is known from the connection before, and may be the same. */
	if (feed->text.length > 0)
		feed_ask_past(feed);
	feed_update_link(feed, now.boot_ms);
}

static void feed_on_lost(void *context)
{
	struct mqtt_feed *feed = context;
	struct feed_clock now = feed_clock_read();
	feed_use_waiting(feed, &now);
	feed_end_past(feed);
	feed_update_link(feed, now.boot_ms);
}

static void feed_on_message(void *context, const struct mqtt_message *message)
{
	struct mqtt_feed *feed = context;
	struct feed_clock now = feed_clock_read();
	feed_receive(feed, message, &now);
	feed_update_link(feed, now.boot_ms);
}

/* A panel that this login may not read says so itself; without the status nothing is known about any panel. */
static void feed_on_subscribed(void *context, int id, const char *cause)
{
	struct mqtt_feed *feed = context;
	/* Some brokers let a login read single panels: then there is no past. */
	if (id == feed->past_id && cause[0] != '\0')
		feed_end_past(feed);
	else if (id == feed->past_id)
		timer_start(feed->loop, &feed->past, FEED_PAST_SECONDS);
	if (cause[0] == '\0')
		return;
	if (id == feed->status_id)
		snprintf(feed->refusal, sizeof(feed->refusal), "The broker does not let us read %.100s (%.60s)",
			feed->address->prefix, cause);
	for (unsigned i = 0; i < feed->topic_count; i++)
		if (feed->topics[i].id == id)
			snprintf(feed->topics[i].trouble, sizeof(feed->topics[i].trouble),
				"The broker does not let us read this panel (%.60s)", cause);
	feed_update_link(feed, clock_boot_ms());
}

static void feed_on_ended(void *context)
{
	struct mqtt_feed *feed = context;
	feed->sink.ended(feed->sink.context);
}

/* Panels whose data do not come show the reason instead. */
static void feed_skip_missing(struct mqtt_feed *feed)
{
	bool changed = false;
	for (unsigned i = 0; i < feed->request.set_count; i++) {
		struct request_set *set = &feed->request.sets[i];
		const char *name = topic_name_of_app_id(set->app_id);
		const struct feed_topic *topic = name != NULL ? feed_find_topic(feed, name) : NULL;
		if (topic == NULL || topic->held || topic->trouble[0] == '\0' || set->skipped)
			continue;
		set->skipped = true;
		snprintf(set->reason, sizeof(set->reason), "%.230s", topic->trouble);
		changed = true;
	}
	if (changed)
		feed_changed(feed);
}

static void feed_on_tick(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct mqtt_feed *feed = timer->data;
	(void)loop;
	(void)events;
	feed_skip_missing(feed);
	feed_update_link(feed, clock_boot_ms());
}

/* The heartbeat of a poll is late. */
static void feed_on_collect(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct mqtt_feed *feed = timer->data;
	struct feed_clock now = feed_clock_read();
	(void)loop;
	(void)events;
	feed_use_waiting(feed, &now);
	feed_update_link(feed, now.boot_ms);
}

static void feed_on_past(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	feed_end_past(timer->data);
}

/* ---- the interface ---- */

static void mqtt_feed_start(struct feed *base)
{
	struct mqtt_feed *feed = (struct mqtt_feed *)base;
	mqtt_connection_try(feed->connection);
	ev_timer_start(feed->loop, &feed->tick);
}

static void mqtt_feed_stop(struct feed *base)
{
	struct mqtt_feed *feed = (struct mqtt_feed *)base;
	if (feed->stopping)
		return;
	feed->stopping = true;
	ev_timer_stop(feed->loop, &feed->tick);
	ev_timer_stop(feed->loop, &feed->collect);
	ev_timer_stop(feed->loop, &feed->past);
	mqtt_connection_stop(feed->connection);
	feed->link.state = LINK_ENDING;
}

static void mqtt_feed_retry(struct feed *base)
{
	mqtt_connection_try(((struct mqtt_feed *)base)->connection);
}

static void mqtt_feed_set_layout(struct feed *base, const struct layout *layout, const char *tag)
{
	struct mqtt_feed *feed = (struct mqtt_feed *)base;
	struct feed_clock now = feed_clock_read();
	(void)tag;
	feed->layout = layout;
	/* Its panels may want more of what was before. */
	feed->past_asked = false;
	/* The old plan borrows from the old layout. */
	request_free(&feed->request);
	feed->request.layout = layout;
	if (feed->text.length > 0)
		(void)feed_read_request(feed, buffer_string(&feed->text), feed->text.length, &now);
	if (mqtt_connection_status(feed->connection)->state == MQTT_CONNECTED)
		feed_subscribe_extras(feed);
	feed_update_link(feed, now.boot_ms);
}

static const struct link *mqtt_feed_link(const struct feed *base)
{
	return &((const struct mqtt_feed *)base)->link;
}

static const struct request *mqtt_feed_request(const struct feed *base)
{
	return &((const struct mqtt_feed *)base)->request;
}

/* Names alone. They are known once they came, and are asked for only where a panel shows all services. */
static const struct catalogue *mqtt_feed_services(const struct feed *base)
{
	return &((const struct mqtt_feed *)base)->services;
}

static const char *mqtt_feed_tenant(const struct feed *base)
{
	return ((const struct mqtt_feed *)base)->status.tenant;
}

static void mqtt_feed_free(struct feed *base)
{
	struct mqtt_feed *feed = (struct mqtt_feed *)base;
	ev_timer_stop(feed->loop, &feed->tick);
	ev_timer_stop(feed->loop, &feed->collect);
	ev_timer_stop(feed->loop, &feed->past);
	mqtt_connection_free(feed->connection);
	request_free(&feed->request);
	catalogue_free(&feed->services);
	for (unsigned i = 0; i < LAYOUT_PANELS_MAX; i++)
		buffer_free(&feed->topics[i].waiting);
	buffer_free(&feed->text);
	buffer_free(&feed->out);
	unpacker_free(feed->unpacker);
	json_free(&feed->json);
	free(feed);
}

static const struct feed_ops mqtt_feed_ops = {
	.start = mqtt_feed_start,
	.stop = mqtt_feed_stop,
	.retry = mqtt_feed_retry,
	.set_layout = mqtt_feed_set_layout,
	.link = mqtt_feed_link,
	.request = mqtt_feed_request,
	.services = mqtt_feed_services,
	.tenant = mqtt_feed_tenant,
	.free = mqtt_feed_free,
};

struct feed *mqtt_feed_new(struct ev_loop *loop, const struct url_broker *address, const struct mqtt_config *config,
	const struct layout *layout, const struct feed_sink *sink, struct error *error)
{
	struct mqtt_feed *feed = must_alloc(sizeof(*feed));
	memset(feed, 0, sizeof(*feed));
	feed->feed.ops = &mqtt_feed_ops;
	feed->loop = loop;
	feed->address = address;
	feed->layout = layout;
	feed->sink = *sink;
	buffer_init(&feed->text, FEED_REQUEST_MAX);
	buffer_init(&feed->out, RECORDING_RAW_MAX);
	for (unsigned i = 0; i < LAYOUT_PANELS_MAX; i++)
		buffer_init(&feed->topics[i].waiting, MQTT_PAYLOAD_MAX);
	request_init(&feed->request);
	catalogue_init(&feed->services);
	json_init(&feed->json);
	feed->unpacker = unpacker_new();
	feed->interval = 5;
	feed->link.state = LINK_STARTING;
	feed->link.interval = feed->interval;
	feed->link.uncertain = true;
	feed->link.plaintext = !address->tls && !address->loopback;
	snprintf(feed->link.peer, sizeof(feed->link.peer), "%.*s", (int)sizeof(feed->link.peer) - 1, address->peer);
	ev_timer_init(&feed->tick, feed_on_tick, FEED_TICK_SECONDS, FEED_TICK_SECONDS);
	/* Messages that have come are handled before the feed looks for silence. */
	ev_set_priority(&feed->tick, EV_MINPRI);
	ev_timer_init(&feed->collect, feed_on_collect, 0., 0.);
	ev_timer_init(&feed->past, feed_on_past, 0., 0.);
	feed->tick.data = feed->collect.data = feed->past.data = feed;
	feed->past_id = -1;
	struct mqtt_sink events = {
		.connected = feed_on_connected, .lost = feed_on_lost, .message = feed_on_message,
		.subscribed = feed_on_subscribed, .ended = feed_on_ended, .context = feed,
	};
	feed->connection = mqtt_connection_new(loop, address, config, NULL, &events, error);
	if (feed->connection != NULL)
		return &feed->feed;
	mqtt_feed_free(&feed->feed);
	return NULL;
}

#endif
