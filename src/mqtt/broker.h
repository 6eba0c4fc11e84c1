/*
 * A connection to an MQTT broker: the only door to libmosquitto.
 *
 * It lives in the caller's libev loop and never blocks it: names are looked up elsewhere (mqtt/resolve), and each of
 * a name's addresses gets its turn. MQTT 5 is spoken, or 3.1.1 where the broker knows no better. It connects again
 * by itself, later and later, by chance a little earlier or later than others; after each connection the owner
 * subscribes and publishes anew, for nothing of an earlier connection is kept. Topics and payloads that it hands out
 * are as the broker sent them, and nobody's word.
 */
#ifndef MQTT_BROKER_H
#define MQTT_BROKER_H

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/url.h"
#include "mqtt/mqtt_config.h"

enum {
	/* 10,000 agents with 20 columns are 500 kB when packed; sixteen times that. */
	BROKER_PAYLOAD_MAX = 8 * 1024 * 1024,
	/* A broker that has not answered for so long is asked; after as long again it is gone. */
	BROKER_KEEPALIVE_SECONDS = 10,
	BROKER_STOP_SECONDS = 2,
};

/* False: built --without-mqtt; the text says so. */
bool broker_built(struct error *error);

enum broker_state {
	BROKER_CONNECTING, /* the first try, or one after a loss */
	BROKER_CONNECTED,
	BROKER_TROUBLE,    /* waits for the next try */
	BROKER_REFUSED,    /* the broker does not want this login; tries are rare */
	BROKER_ENDED,
};

struct broker_message {
	const char *topic;
	const char *bytes; /* last for one call */
	size_t length;
	bool retained;  /* published before we subscribed */
	bool too_large; /* longer than BROKER_PAYLOAD_MAX: not to be looked at */
};

/* What the broker publishes for us when we are gone without a word; copied. */
struct broker_will {
	const char *topic; /* NULL: none */
	const char *text;
};

/* Any callback may call everything but broker_free(). */
struct broker_sink {
	void (*connected)(void *context);
	/* The connection or a try is over, and broker_cause() says why. */
	void (*lost)(void *context);
	void (*message)(void *context, const struct broker_message *message);
	/* What broker_subscribe() or broker_publish() began. cause: why not, "" if it was granted. */
	void (*subscribed)(void *context, int id, const char *cause);
	void (*published)(void *context, int id, const char *cause);
	/* broker_stop() is complete. */
	void (*ended)(void *context);
	void *context;
};

struct broker;

/* NULL with what only the user can mend. The address and the access must outlive it. */
struct broker *broker_new(struct ev_loop *loop, const struct url_broker *address, const struct mqtt_config *access,
	const struct broker_will *will, const struct broker_sink *sink, struct error *error);

enum broker_state broker_state(const struct broker *broker);
const char *broker_cause(const struct broker *broker);  /* "" when nothing is wrong */
const char *broker_advice(const struct broker *broker); /* "" */
int64_t broker_next_try_ms(const struct broker *broker); /* CLOCK_BOOTTIME; 0: none is planned */

/* Each gives an id for the callback; -1 if there is no connection or the library refuses. */
int broker_subscribe(struct broker *broker, const char *topic);
int broker_unsubscribe(struct broker *broker, const char *topic);

/* Retained, in the order of the calls; the broker answers, and published is called. */
int broker_publish(struct broker *broker, const char *topic, const void *bytes, size_t length);

/* Whether what was published before still waits for the network: more would pile up. */
bool broker_busy(const struct broker *broker);

/* Try at once. */
void broker_retry(struct broker *broker);

/* Sends what waits and says goodbye, 2 s at most, then calls ended. The will is not published. Idempotent. */
void broker_stop(struct broker *broker);
void broker_free(struct broker *broker);

#endif
