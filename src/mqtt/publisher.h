/*
 * Publishes accepted frames at a broker as retained messages: the data of each app id in a topic of its own, whenever
 * they changed; with them the request that they answer, the state of the feed in words, and a heartbeat at each poll
 * that says how old everything is. The topics and their formats are those of mqtt/topics.
 *
 * A prefix has one publisher. So it first listens: if another publisher sends heartbeats there, that one stays, and
 * `conflict` is called. While the broker is away it keeps the latest data, and sends them when it is back. Names of
 * people that no layout shows are never published; shown ones are published as far as the options allow.
 */
#ifndef MQTT_PUBLISHER_H
#define MQTT_PUBLISHER_H

#include <ev.h>
#include <stdbool.h>

#include "board/catalogue.h"
#include "board/frame.h"
#include "board/link.h"
#include "board/privacy.h"
#include "mqtt/connection.h"

struct publisher;

struct publisher_sink {
	/* The prefix is ours; called once, before which the feed need not begin. */
	void (*claimed)(void *context);
	/* Another publisher has the prefix: nothing more will be published. `who` describes it. */
	void (*conflict)(void *context, const char *who);
	/* publisher_trouble() has changed. */
	void (*changed)(void *context);
	/* publisher_stop() is complete. */
	void (*ended)(void *context);
	void *context;
};

struct publisher_options {
	const char *tenant; /* for the screens' status lines; NULL: none */
	double interval;    /* seconds between polls, until the feed says its own */
	enum names names;
};

/* NULL with what only the user can mend. The address and the configuration must outlive it. */
struct publisher *publisher_new(struct ev_loop *loop, const struct url_broker *address,
	const struct mqtt_config *config, const struct publisher_options *options, const struct publisher_sink *sink,
	struct error *error);

/* Publishes what has changed in an accepted frame. Frames of different kinds may come in any order. */
void publisher_frame(struct publisher *publisher, const struct frame *frame);

/* To be called whenever the feed's link, request (NULL: not planned yet) or services may have changed. */
void publisher_feed(struct publisher *publisher, const struct link *link, const struct request *request,
	const struct catalogue *services);

/*
 * An hour of the history as text (store/hour), which replaces what is there for that hour of the day. Kept while the broker is
 * away. A past that an earlier publisher left goes when it is older than a day.
 */
void publisher_past(struct publisher *publisher, int64_t hour_s, const char *bytes, size_t length);

/* What is wrong with the connection to the broker, and what to do; "" when nothing is. */
const char *publisher_trouble(const struct publisher *publisher);
const char *publisher_advice(const struct publisher *publisher);

/* Publishes the end and disconnects within 2 s, then calls ended. Idempotent. */
void publisher_stop(struct publisher *publisher);
void publisher_free(struct publisher *publisher);

#endif
