#include "mqtt/publisher.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "mqtt/publisher_state.h"

/* The broker sends what is retained at once; a cluster may take a moment. */
static const double CLAIM_SECONDS = 1;

/* How long what we published may take to come back. */
static const double ECHO_SECONDS = 10;

static void start_timer(struct publisher *publisher, ev_timer *timer, double seconds)
{
	ev_now_update(publisher->loop);
	ev_timer_stop(publisher->loop, timer);
	ev_timer_set(timer, seconds, 0.);
	ev_timer_start(publisher->loop, timer);
}

static void refuse(struct publisher *publisher, const char *what, const char *why)
{
	char text[ERROR_TEXT];
	snprintf(text, sizeof(text), "the broker %s under %.80s%s%.60s%s", what, publisher->address->prefix,
		why[0] != '\0' ? " (" : "", why, why[0] != '\0' ? ")" : "");
	if (strcmp(text, publisher->refusal) == 0)
		return;
	snprintf(publisher->refusal, sizeof(publisher->refusal), "%s", text);
	publisher->sink.changed(publisher->sink.context);
}

static void subscribe_to(struct publisher *publisher, enum topic kind, const char *leaf, bool on)
{
	char topic[TOPIC_MAX];
	topic_put(topic, publisher->address->prefix, kind, leaf);
	int id = on ? broker_subscribe(publisher->broker, topic) : broker_unsubscribe(publisher->broker, topic);
	if (kind == TOPIC_STATUS)
		publisher->status_id = id;
}

static void on_connected(void *context)
{
	struct publisher *publisher = context;
	if (publisher->state == PUBLISHER_OVER)
		return;
	publisher->state = PUBLISHER_CLAIMING;
	publisher->other.run[0] = '\0';
	publisher->other_waited = publisher->echoed = false;
	publisher->leftover_count = 0;
	publisher->refusal[0] = '\0';
	/* The status last: when it was granted, what is retained of the others has been sent. */
	subscribe_to(publisher, TOPIC_DATA, "+", true);
	subscribe_to(publisher, TOPIC_AVAILABILITY, "+", true);
	subscribe_to(publisher, TOPIC_BEAT, NULL, true);
	subscribe_to(publisher, TOPIC_STATUS, NULL, true);
	publisher->sink.changed(publisher->sink.context);
}

static void on_lost(void *context)
{
	struct publisher *publisher = context;
	ev_timer_stop(publisher->loop, &publisher->claim);
	ev_timer_stop(publisher->loop, &publisher->beat);
	ev_timer_stop(publisher->loop, &publisher->echo);
	if (publisher->state != PUBLISHER_OVER)
		publisher->state = PUBLISHER_AWAY;
	publisher->sink.changed(publisher->sink.context);
}

static void yield(struct publisher *publisher)
{
	publisher->state = PUBLISHER_OVER;
	ev_timer_stop(publisher->loop, &publisher->claim);
	ev_timer_stop(publisher->loop, &publisher->beat);
	ev_timer_stop(publisher->loop, &publisher->echo);
	publisher->sink.conflict(publisher->sink.context, publisher->other.who[0] != '\0' ? publisher->other.who : "?");
}

/* Whether somebody else stands there who said neither that he ended nor died. */
static bool is_other(const struct publisher *publisher, const struct bulletin *bulletin)
{
	return strcmp(bulletin->run, publisher->own.run) != 0 && !bulletin->gone && bulletin->state != LINK_ENDED;
}

/* Two that began at once both found nobody: one of them must go, and both must know which. */
static bool must_yield(const struct publisher *publisher, const char *run)
{
	return publisher->state == PUBLISHER_CLAIMING || strcmp(run, publisher->own.run) < 0;
}

static void take_status(struct publisher *publisher, const struct broker_message *message)
{
	struct bulletin bulletin;
	struct error error;
	bool ours = publisher->state == PUBLISHER_OURS;
	if (!bulletin_read(&bulletin, &publisher->json, message->bytes, message->length, &error)) {
		if (message->length > 0)
			log_line("publish: %s", error.text);
		if (ours)
			publisher_send_status(publisher);
		return;
	}
	bool alive = is_other(publisher, &bulletin);
	if (alive)
		publisher->other = bulletin;
	if (alive && !message->retained && must_yield(publisher, bulletin.run))
		yield(publisher);
	else if (ours && (alive || bulletin.gone || strcmp(bulletin.run, publisher->own.run) != 0))
		/* Such as the last will of an earlier connection of ours, which the broker gave up only now. */
		publisher_send_status(publisher);
	else if (ours)
		publisher->echoed = true;
}

static void take_beat(struct publisher *publisher, const struct broker_message *message)
{
	struct beat beat;
	struct error error;
	if (message->retained || !beat_read(&beat, &publisher->json, message->bytes, message->length, &error) ||
		strcmp(beat.run, publisher->own.run) == 0 || !must_yield(publisher, beat.run))
		return;
	yield(publisher);
}

static void take_leftover(struct publisher *publisher, const char *leaf, const struct broker_message *message)
{
	if (publisher->state != PUBLISHER_CLAIMING || !message->retained || publisher->leftover_count == LEFTOVERS_MAX)
		return;
	snprintf(publisher->leftovers[publisher->leftover_count++], TOPIC_LEAF_MAX, "%s", leaf);
}

static void on_message(void *context, const struct broker_message *message)
{
	struct publisher *publisher = context;
	char leaf[TOPIC_LEAF_MAX];
	if (publisher->state == PUBLISHER_OVER || publisher->stopping || message->too_large)
		return;
	switch (topic_read(message->topic, publisher->address->prefix, leaf)) {
	case TOPIC_STATUS:
		take_status(publisher, message);
		break;
	case TOPIC_BEAT:
		take_beat(publisher, message);
		break;
	case TOPIC_DATA:
		take_leftover(publisher, leaf, message);
		break;
	default:
		break;
	}
}

static void claim(struct publisher *publisher)
{
	bool first = !publisher->claimed;
	if (publisher->other.run[0] != '\0')
		log_line("publish: %s left its status and does not beat: taking over", publisher->other.who);
	publisher->state = PUBLISHER_OURS;
	publisher->claimed = true;
	subscribe_to(publisher, TOPIC_DATA, "+", false);
	subscribe_to(publisher, TOPIC_AVAILABILITY, "+", false);
	publisher_send_status(publisher);
	publisher_forget_sent(publisher);
	publisher_send_all(publisher);
	publisher_send_beat(publisher);
	start_timer(publisher, &publisher->echo, ECHO_SECONDS);
	publisher->sink.changed(publisher->sink.context);
	if (first)
		publisher->sink.claimed(publisher->sink.context);
}

static void on_claim(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct publisher *publisher = timer->data;
	(void)loop;
	(void)events;
	double wait = 2.5 * publisher->other.interval;
	/* A status may outlive its publisher and its broker; a beat does not. */
	if (publisher->other.run[0] != '\0' && !publisher->other_waited) {
		publisher->other_waited = true;
		start_timer(publisher, &publisher->claim, wait > 5 ? wait : 5);
		return;
	}
	claim(publisher);
}

static void on_echo(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct publisher *publisher = timer->data;
	(void)loop;
	(void)events;
	if (!publisher->echoed)
		refuse(publisher, "does not take what is published", "");
}

static void on_beat(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct publisher *publisher = timer->data;
	(void)loop;
	(void)events;
	publisher_send_all(publisher);
	publisher_send_beat(publisher);
}

static void on_subscribed(void *context, int id, const char *cause)
{
	struct publisher *publisher = context;
	if (cause[0] != '\0')
		refuse(publisher, "does not let us read", cause);
	else if (id == publisher->status_id && publisher->state == PUBLISHER_CLAIMING)
		start_timer(publisher, &publisher->claim, CLAIM_SECONDS);
}

static void on_published(void *context, int id, const char *cause)
{
	struct publisher *publisher = context;
	(void)id;
	if (cause[0] != '\0')
		refuse(publisher, "does not take what is published", cause);
}

static void on_ended(void *context)
{
	struct publisher *publisher = context;
	publisher->sink.ended(publisher->sink.context);
}

static void name_self(struct publisher *publisher)
{
	uint64_t number = 0;
	char host[65] = "";
	if (getrandom(&number, sizeof(number), GRND_NONBLOCK) != (ssize_t)sizeof(number))
		number = (uint64_t)clock_wall_ms() * 2654435761u ^ (uint64_t)getpid();
	gethostname(host, sizeof(host) - 1);
	snprintf(publisher->own.run, sizeof(publisher->own.run), "%016llx", (unsigned long long)number);
	snprintf(publisher->own.who, sizeof(publisher->own.who), "process %d on %s", (int)getpid(), host);
}

static void init(struct publisher *publisher)
{
	/* All of one cap: they change places. */
	buffer_init(&publisher->request, RECORDING_RAW_MAX);
	buffer_init(&publisher->next, RECORDING_RAW_MAX);
	buffer_init(&publisher->services, RECORDING_RAW_MAX);
	buffer_init(&publisher->out, RECORDING_RAW_MAX);
	for (unsigned i = 0; i < LAYOUT_PANELS_MAX; i++)
		buffer_init(&publisher->parts[i].last, RECORDING_RAW_MAX);
	publisher->sides = must_alloc(PUBLISHER_SIDES_MAX * sizeof(*publisher->sides));
	publisher->packer = packer_new();
	pseudonyms_init(&publisher->pseudonyms);
	json_init(&publisher->json);
	ev_timer_init(&publisher->claim, on_claim, 0., 0.);
	ev_timer_init(&publisher->beat, on_beat, 0., 0.);
	ev_timer_init(&publisher->echo, on_echo, 0., 0.);
	publisher->claim.data = publisher->beat.data = publisher->echo.data = publisher;
}

static bool open_broker(struct publisher *publisher, const struct mqtt_config *access, struct error *error)
{
	struct bulletin last = publisher->own;
	struct buffer text;
	char topic[TOPIC_MAX];
	struct broker_sink sink = {
		.connected = on_connected, .lost = on_lost, .message = on_message, .subscribed = on_subscribed,
		.published = on_published, .ended = on_ended, .context = publisher,
	};
	last.gone = true;
	last.wall_ms = 0;
	buffer_init(&text, BULLETIN_BYTES_MAX);
	bulletin_put(&last, &text);
	topic_put(topic, publisher->address->prefix, TOPIC_STATUS, NULL);
	struct broker_will will = { .topic = topic, .text = buffer_string(&text) };
	publisher->broker = broker_new(publisher->loop, publisher->address, access, &will, &sink, error);
	buffer_free(&text);
	return publisher->broker != NULL;
}

struct publisher *publisher_new(struct ev_loop *loop, const struct url_broker *address,
	const struct mqtt_config *access, const struct publisher_options *options, const struct publisher_sink *sink,
	struct error *error)
{
	struct publisher *publisher = must_alloc(sizeof(*publisher));
	memset(publisher, 0, sizeof(*publisher));
	publisher->loop = loop;
	publisher->address = address;
	publisher->sink = *sink;
	publisher->link = (struct link){ .state = LINK_STARTING, .interval = options->interval };
	init(publisher);
	publisher->pseudonyms.full = options->names == NAMES_FULL;
	publisher->pseudonyms.shown_only = true;
	publisher->own.interval = options->interval;
	snprintf(publisher->own.tenant, sizeof(publisher->own.tenant), "%s", options->tenant != NULL ? options->tenant : "");
	name_self(publisher);
	if (open_broker(publisher, access, error))
		return publisher;
	publisher_free(publisher);
	return NULL;
}

static bool same_news(const struct link *a, const struct link *b)
{
	return a->state == b->state && a->interval == b->interval && strcmp(a->cause, b->cause) == 0 &&
		strcmp(a->advice, b->advice) == 0;
}

void publisher_feed(struct publisher *publisher, const struct link *link, const struct request *request,
	const struct catalogue *services)
{
	bool news = !same_news(&publisher->link, link);
	publisher->link = *link;
	publisher_take_services(publisher, services);
	if (request != NULL)
		publisher_take_request(publisher, request);
	if (publisher->request_unsent || publisher->services_unsent)
		publisher_send_all(publisher);
	if (!news)
		return;
	publisher_send_status(publisher);
	publisher_send_beat(publisher);
}

const char *publisher_trouble(const struct publisher *publisher)
{
	return publisher->refusal[0] != '\0' ? publisher->refusal : broker_cause(publisher->broker);
}

const char *publisher_advice(const struct publisher *publisher)
{
	return publisher->refusal[0] != '\0' ? "check the prefix and the broker's access list"
					     : broker_advice(publisher->broker);
}

void publisher_stop(struct publisher *publisher)
{
	if (publisher->stopping)
		return;
	publisher->stopping = true;
	ev_timer_stop(publisher->loop, &publisher->claim);
	ev_timer_stop(publisher->loop, &publisher->beat);
	ev_timer_stop(publisher->loop, &publisher->echo);
	/* Nothing more of ours is to come back, see broker_stop(). */
	subscribe_to(publisher, TOPIC_DATA, "+", false);
	subscribe_to(publisher, TOPIC_AVAILABILITY, "+", false);
	subscribe_to(publisher, TOPIC_STATUS, NULL, false);
	subscribe_to(publisher, TOPIC_BEAT, NULL, false);
	publisher_send_status(publisher);
	publisher->state = PUBLISHER_OVER;
	broker_stop(publisher->broker);
}

void publisher_free(struct publisher *publisher)
{
	if (publisher == NULL)
		return;
	ev_timer_stop(publisher->loop, &publisher->claim);
	ev_timer_stop(publisher->loop, &publisher->beat);
	ev_timer_stop(publisher->loop, &publisher->echo);
	broker_free(publisher->broker);
	for (unsigned i = 0; i < LAYOUT_PANELS_MAX; i++)
		buffer_free(&publisher->parts[i].last);
	for (unsigned i = 0; i < publisher->side_count; i++)
		buffer_free(&publisher->sides[i].record);
	free(publisher->sides);
	buffer_free(&publisher->request);
	buffer_free(&publisher->next);
	buffer_free(&publisher->services);
	buffer_free(&publisher->out);
	packer_free(publisher->packer);
	pseudonyms_free(&publisher->pseudonyms);
	json_free(&publisher->json);
	free(publisher);
}
