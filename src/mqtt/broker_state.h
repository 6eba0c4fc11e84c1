/*
 * What the two halves of mqtt/broker share: broker_life.c begins tries and ends them, broker_link.c has the connection
 * while it lasts. For them alone.
 */
#ifndef MQTT_BROKER_STATE_H
#define MQTT_BROKER_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "mqtt/broker.h"
#include "mqtt/broker_tls.h"
#include "mqtt/resolve.h"

struct mosquitto;

enum {
	BROKER_TEXT_MAX = 1024, /* of a last will */
	/* Bytes without the end of a message, after which nobody waits for it. */
	BROKER_STREAM_MAX = 4 * BROKER_PAYLOAD_MAX,
};

struct broker {
	struct ev_loop *loop;
	const struct url_broker *address;
	const struct mqtt_config *access;
	struct broker_sink sink;
	char will_topic[URL_PREFIX_MAX + 64], will_text[BROKER_TEXT_MAX];

	struct mosquitto *client; /* of one try and its connection; NULL between them */
	struct broker_tls *tls;
	struct resolver *resolver;
	struct resolved resolved;
	unsigned turn;  /* which of the addresses */
	unsigned tried; /* of the addresses, in this round */
	bool distrusted; /* one of them in this round: its certificate is what there is to say */
	ev_io reader, writer;
	int socket; /* that the watchers watch; -1: none */
	ev_timer misc, timer, end;

	enum broker_state state;
	bool old_version; /* 3.1.1 */
	bool welcome;     /* CONNACK came */
	bool stopping, inside;
	bool goodbye;     /* DISCONNECT was sent */
	int unconfirmed;  /* what was published or left last, if the broker has not answered; -1 */
	int code;         /* of a CONNACK that says no, or of a DISCONNECT; 0 */
	unsigned failures;
	int64_t welcome_ms, next_try_ms;
	char cause[ERROR_TEXT], advice[ERROR_TEXT];
	bool too_large, whole;
	uint64_t whole_at; /* bytes read when the last message was whole */
};

/* ---- broker_link.c ---- */

void broker_init_watchers(struct broker *broker);
void broker_set_callbacks(struct mosquitto *client);

/*
 * After each call of the library: it opens and closes its socket as it likes, and gives the next the same number.
 * It must not be freed inside of one of its own calls.
 */
void broker_attend(struct broker *broker, int rc);

void broker_start_timer(struct broker *broker, ev_timer *timer, double seconds);
uint64_t broker_random(void);
void broker_say(struct broker *broker, const char *cause, const char *advice);

/* When the next try begins: in a moment, or later each time. */
void broker_plan_next(struct broker *broker, bool soon);

/* The connection or the try is over: says why, plans the next, tells the owner. */
void broker_lose(struct broker *broker, int rc);

/* The library's client goes, nothing else. */
void broker_close(struct broker *broker);

#endif
