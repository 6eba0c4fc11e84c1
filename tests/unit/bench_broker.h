/*
 * An MQTT broker in a test's hand, in the place of mqtt/connection: what is published is kept and
 * comes to whoever subscribed, at once and in order. A test connects and loses clients, refuses topics, and publishes as
 * a stranger. Included after feed_bench.h.
 */
#ifndef BENCH_BROKER_H
#define BENCH_BROKER_H

#include "mqtt/connection.h"

enum { BENCH_TOPICS_MAX = 400, BENCH_TOPIC_MAX = 256, BENCH_NEWS_MAX = 2000, BENCH_SUBSCRIPTIONS_MAX = 80, BENCH_CLIENTS_MAX = 4 };

struct mqtt_connection {
	struct mqtt_sink sink;
	struct mqtt_connection_status status;
	bool will_set, busy, stopping;
	char will_topic[BENCH_TOPIC_MAX], will_text[4000];
	char subscriptions[BENCH_SUBSCRIPTIONS_MAX][BENCH_TOPIC_MAX];
	unsigned subscription_count;
	int ids;
	unsigned subscribed, tries;
};

enum bench_news_kind { NEWS_MESSAGE, NEWS_GRANTED, NEWS_TAKEN, NEWS_ENDED };

static struct { char topic[BENCH_TOPIC_MAX]; char *bytes; size_t length; } bench_kept[BENCH_TOPICS_MAX];
static struct {
	enum bench_news_kind kind;
	struct mqtt_connection *broker;
	char topic[BENCH_TOPIC_MAX];
	char *bytes;
	size_t length;
	bool retained;
	int id;
	char cause[60];
} bench_news[BENCH_NEWS_MAX];
static unsigned bench_news_first, bench_news_count;
static struct mqtt_connection *bench_clients[BENCH_CLIENTS_MAX];
static struct mqtt_connection *bench_newest; /* the client that was made last */
static const char *bench_refused_read, *bench_refused_write; /* topics that contain it */
static bool bench_deaf; /* takes what is published and gives it to nobody */
static unsigned bench_publishes;

static unsigned bench_news_add(enum bench_news_kind kind, struct mqtt_connection *broker, const char *topic, const char *bytes, size_t length)
{
	assert_true(bench_news_count < BENCH_NEWS_MAX);
	unsigned at = (bench_news_first + bench_news_count++) % BENCH_NEWS_MAX;
	bench_news[at].kind = kind;
	bench_news[at].broker = broker;
	bench_news[at].retained = false;
	bench_news[at].cause[0] = '\0';
	snprintf(bench_news[at].topic, BENCH_TOPIC_MAX, "%s", topic);
	bench_news[at].length = length;
	bench_news[at].bytes = memcpy(malloc(length + 1), bytes, length);
	return at;
}

/* The one wildcard in use: "+" for the last level. */
static bool bench_matches(const char *filter, const char *topic)
{
	size_t length = strlen(filter);
	if (length < 2 || strcmp(filter + length - 2, "/+") != 0)
		return strcmp(filter, topic) == 0;
	return strncmp(filter, topic, length - 1) == 0 && strchr(topic + length - 1, '/') == NULL;
}

static unsigned bench_kept_at(const char *topic)
{
	for (unsigned i = 0; i < BENCH_TOPICS_MAX; i++)
		if (bench_kept[i].bytes != NULL && strcmp(bench_kept[i].topic, topic) == 0)
			return i;
	return BENCH_TOPICS_MAX;
}

/* What is retained under a topic, as a text; NULL. */
static inline const char *bench_topic(const char *topic)
{
	unsigned at = bench_kept_at(topic);
	return at == BENCH_TOPICS_MAX ? NULL : bench_kept[at].bytes;
}

static inline unsigned bench_topics(const char *prefix)
{
	unsigned count = 0;
	for (unsigned i = 0; i < BENCH_TOPICS_MAX; i++)
		count += bench_kept[i].bytes != NULL && strncmp(bench_kept[i].topic, prefix, strlen(prefix)) == 0;
	return count;
}

static void bench_keep(const char *topic, const char *bytes, size_t length)
{
	unsigned at = bench_kept_at(topic);
	if (at != BENCH_TOPICS_MAX) {
		free(bench_kept[at].bytes);
		bench_kept[at].bytes = NULL;
	}
	if (length == 0)
		return;
	for (at = 0; bench_kept[at].bytes != NULL; at++)
		assert_true(at + 1 < BENCH_TOPICS_MAX);
	snprintf(bench_kept[at].topic, BENCH_TOPIC_MAX, "%s", topic);
	bench_kept[at].bytes = memcpy(malloc(length + 1), bytes, length);
	bench_kept[at].bytes[length] = '\0';
	bench_kept[at].length = length;
}

/* Published by anybody. */
static inline void bench_publish(const char *topic, const void *bytes, size_t length)
{
	if (bench_deaf)
		return;
	bench_keep(topic, bytes, length);
	for (unsigned c = 0; c < BENCH_CLIENTS_MAX; c++) {
		struct mqtt_connection *client = bench_clients[c];
		if (client == NULL || client->status.state != MQTT_CONNECTED)
			continue;
		for (unsigned s = 0; s < client->subscription_count; s++)
			if (bench_matches(client->subscriptions[s], topic)) {
				bench_news_add(NEWS_MESSAGE, client, topic, bytes, length);
				break;
			}
	}
}

static inline void bench_publish_text(const char *topic, const char *text)
{
	bench_publish(topic, text, strlen(text));
}

static void bench_tell(unsigned at)
{
	struct mqtt_connection *broker = bench_news[at].broker;
	struct mqtt_message message = { .topic = bench_news[at].topic, .bytes = bench_news[at].bytes,
		.length = bench_news[at].length, .retained = bench_news[at].retained,
		.too_large = bench_news[at].length > MQTT_PAYLOAD_MAX };
	void *context = broker->sink.context;
	if (bench_news[at].kind == NEWS_ENDED)
		broker->sink.ended(context);
	else if (broker->status.state != MQTT_CONNECTED)
		return;
	else if (bench_news[at].kind == NEWS_MESSAGE)
		broker->sink.message(context, &message);
	else if (bench_news[at].kind == NEWS_GRANTED)
		broker->sink.subscribed(context, bench_news[at].id, bench_news[at].cause);
	else if (broker->sink.published != NULL)
		broker->sink.published(context, bench_news[at].id, bench_news[at].cause);
}

static bool bench_broker_turn(void)
{
	if (bench_news_count == 0)
		return false;
	unsigned at = bench_news_first;
	bench_news_first = (bench_news_first + 1) % BENCH_NEWS_MAX;
	bench_news_count--;
	if (bench_news[at].broker != NULL)
		bench_tell(at);
	free(bench_news[at].bytes);
	return true;
}

struct mqtt_connection *mqtt_connection_new(struct ev_loop *loop, const struct url_broker *address, const struct mqtt_config *config,
	const struct mqtt_will *will, const struct mqtt_sink *sink, struct error *error)
{
	(void)loop;
	(void)address;
	(void)config;
	(void)error;
	struct mqtt_connection *broker = calloc(1, sizeof(*broker));
	broker->sink = *sink;
	broker->will_set = will != NULL;
	if (will != NULL) {
		snprintf(broker->will_topic, sizeof(broker->will_topic), "%s", will->topic);
		snprintf(broker->will_text, sizeof(broker->will_text), "%s", will->text);
	}
	for (unsigned i = 0; i < BENCH_CLIENTS_MAX; i++)
		if (bench_clients[i] == NULL) {
			bench_clients[i] = broker;
			break;
		}
	bench_more = bench_broker_turn;
	bench_newest = broker;
	return broker;
}

const struct mqtt_connection_status *mqtt_connection_status(struct mqtt_connection *broker)
{
	broker->status.busy = broker->busy;
	return &broker->status;
}

static void bench_forget(struct mqtt_connection *broker, const char *topic)
{
	for (unsigned i = 0; i < broker->subscription_count; i++)
		if (strcmp(broker->subscriptions[i], topic) == 0)
			memmove(broker->subscriptions[i], broker->subscriptions[--broker->subscription_count], BENCH_TOPIC_MAX);
}

int mqtt_connection_subscribe(struct mqtt_connection *broker, const char *topic, bool on)
{
	if (!on) {
		bench_forget(broker, topic);
		return broker->status.state == MQTT_CONNECTED ? ++broker->ids : -1;
	}
	if (broker->status.state != MQTT_CONNECTED)
		return -1;
	broker->subscribed++;
	bool refused = bench_refused_read != NULL && strstr(topic, bench_refused_read) != NULL;
	if (!refused) {
		bench_forget(broker, topic);
		assert_true(broker->subscription_count < BENCH_SUBSCRIPTIONS_MAX);
		snprintf(broker->subscriptions[broker->subscription_count++], BENCH_TOPIC_MAX, "%s", topic);
	}
	for (unsigned i = 0; !refused && i < BENCH_TOPICS_MAX; i++)
		if (bench_kept[i].bytes != NULL && bench_matches(topic, bench_kept[i].topic))
			bench_news[bench_news_add(NEWS_MESSAGE, broker, bench_kept[i].topic, bench_kept[i].bytes,
				bench_kept[i].length)].retained = true;
	unsigned at = bench_news_add(NEWS_GRANTED, broker, topic, "", 0);
	bench_news[at].id = ++broker->ids;
	snprintf(bench_news[at].cause, sizeof(bench_news[at].cause), "%s", refused ? "not authorised" : "");
	return broker->ids;
}

int mqtt_connection_publish(struct mqtt_connection *broker, const char *topic, const void *bytes, size_t length)
{
	if (broker->status.state != MQTT_CONNECTED || length > MQTT_PAYLOAD_MAX)
		return -1;
	/* Nothing is published without a name. */
	assert_true(topic[0] != '\0' && topic[strlen(topic) - 1] != '/');
	bool refused = bench_refused_write != NULL && strstr(topic, bench_refused_write) != NULL;
	bench_publishes++;
	if (!refused)
		bench_publish(topic, bytes, length);
	unsigned at = bench_news_add(NEWS_TAKEN, broker, topic, "", 0);
	bench_news[at].id = ++broker->ids;
	snprintf(bench_news[at].cause, sizeof(bench_news[at].cause), "%s", refused ? "not authorised" : "");
	return broker->ids;
}

/* A test says when it connects. */
void mqtt_connection_try(struct mqtt_connection *broker)
{
	broker->tries++;
}

void mqtt_connection_stop(struct mqtt_connection *broker)
{
	broker->stopping = true;
	bench_news_add(NEWS_ENDED, broker, "", "", 0);
}

void mqtt_connection_free(struct mqtt_connection *broker)
{
	for (unsigned i = 0; i < BENCH_CLIENTS_MAX; i++)
		if (bench_clients[i] == broker)
			bench_clients[i] = NULL;
	for (unsigned i = 0; i < BENCH_NEWS_MAX; i++)
		if (bench_news[i].broker == broker)
			bench_news[i].broker = NULL;
	free(broker);
}

/* ---- what tests say ---- */

static inline void bench_set_state(struct mqtt_connection *broker, enum mqtt_state state, const char *cause)
{
	broker->status = (struct mqtt_connection_status){ .state = state, .next_try_ms = state == MQTT_TROUBLE ? 77 : 0 };
	snprintf(broker->status.cause, sizeof(broker->status.cause), "%s", cause);
	snprintf(broker->status.advice, sizeof(broker->status.advice), "%s", cause[0] != '\0' ? "mend it" : "");
}

static inline void bench_connect(struct mqtt_connection *broker)
{
	bench_set_state(broker, MQTT_CONNECTED, "");
	broker->sink.connected(broker->sink.context);
}

/* The network breaks: what was subscribed to is forgotten, and the broker gives the last will. */
static inline void bench_lose(struct mqtt_connection *broker, bool will)
{
	bench_set_state(broker, MQTT_TROUBLE, "the broker is away");
	broker->subscription_count = 0;
	broker->sink.lost(broker->sink.context);
	if (will && broker->will_set)
		bench_publish_text(broker->will_topic, broker->will_text);
}

static inline bool bench_listens(const struct mqtt_connection *broker, const char *topic)
{
	for (unsigned i = 0; i < broker->subscription_count; i++)
		if (strcmp(broker->subscriptions[i], topic) == 0)
			return true;
	return false;
}

static inline void bench_broker_reset(void)
{
	while (bench_broker_turn())
		continue;
	for (unsigned i = 0; i < BENCH_TOPICS_MAX; i++) {
		free(bench_kept[i].bytes);
		bench_kept[i].bytes = NULL;
	}
	bench_refused_read = bench_refused_write = NULL;
	bench_deaf = false;
	bench_publishes = 0;
}

#endif
