/*
 * Publishes accepted frames at a broker, retained: each app id by itself, when it changed; with the request that they
 * answer, the state of their feed in words, and at each poll a beat that says how old everything is.
 *
 * First it claims the prefix: whose status stands there and who still beats stays the publisher, and `conflict` says
 * so. While the broker is away it goes on taking frames, and sends what then holds. Names that no layout shows never
 * leave it; those that are shown leave as far as the options allow. Topics and formats are those of mqtt/topics.
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
	/* The prefix is ours, for the first time: frames may come. */
	void (*claimed)(void *context);
	/* Somebody else publishes there: nothing more will be published. */
	void (*conflict)(void *context, const char *who);
	/* publisher_trouble() says something else. */
	void (*changed)(void *context);
	/* publisher_stop() is complete. */
	void (*ended)(void *context);
	void *context;
};

struct publisher_options {
	const char *tenant; /* for the screens' status lines; NULL: none */
	double interval;    /* until the feed says its own */
	enum names names;
};

/* NULL with what only the user can mend. The address and the configuration must outlive it. */
struct publisher *publisher_new(struct ev_loop *loop, const struct url_broker *address,
	const struct mqtt_config *config, const struct publisher_options *options, const struct publisher_sink *sink,
	struct error *error);

/* An accepted frame, in any order. */
void publisher_frame(struct publisher *publisher, const struct frame *frame);

/* The feed's link, the plan of its request (NULL: not yet), its services, whenever they may have changed. */
void publisher_feed(struct publisher *publisher, const struct link *link, const struct request *request,
	const struct catalogue *services);

/* What is wrong with the way to the broker; "" when nothing is. */
const char *publisher_trouble(const struct publisher *publisher);
const char *publisher_advice(const struct publisher *publisher);

/* Says goodbye, 2 s at most, then calls ended. */
void publisher_stop(struct publisher *publisher);
void publisher_free(struct publisher *publisher);

#endif
