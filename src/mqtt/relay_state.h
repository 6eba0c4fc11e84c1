/*
 * What a relay knows. Shared by relay_life.c, relay_take.c and relay_link.c, and by nobody else.
 */
#ifndef MQTT_RELAY_STATE_H
#define MQTT_RELAY_STATE_H

#include "board/query.h"
#include "board/record.h"
#include "mqtt/relay.h"
#include "mqtt/topics.h"

enum {
	/* The request of 64 panels with all their columns and texts. */
	RELAY_REQUEST_MAX = REQUEST_BODY_MAX,
	/* A beat that does not know of what we hold may have overtaken it; two have not. */
	RELAY_MISSES = 2,
	RELAY_AGAIN_MS = 15 * 1000, /* what was missed is asked for again, and not more often */
	RELAY_SILENCE_MS = 3000,    /* what is retained comes at once; a cluster may take a moment */
};

/* One app id of the publisher's that some panel of ours reads. */
struct relay_part {
	char leaf[TOPIC_LEAF_MAX];
	int id;           /* of the subscription; -1 */
	bool held;        /* its record came in this connection, or before */
	int64_t boot_ms;  /* of that record, by the publisher's clock */
	unsigned misses;  /* beats that spoke of another record */
	int64_t asked_ms; /* CLOCK_BOOTTIME */
	char trouble[ERROR_TEXT]; /* why it does not come; "" */
};

struct relay {
	struct ev_loop *loop;
	const struct url_broker *address;
	const struct layout *layout;
	struct feed_sink sink;
	struct broker *broker;
	bool stopping;

	struct bulletin status;
	bool has_status;
	struct beat last; /* without a run: none yet */
	bool beat_lives;  /* it was no retained one */
	int64_t beat_ms;  /* CLOCK_BOOTTIME when the last live one came, or when we began to wait; 0 */
	int64_t connected_ms;
	char run[BULLETIN_RUN_MAX]; /* whose clock the offset is of */
	bool offset_known;
	int64_t offset_ms, offset_at_ms; /* from the publisher's CLOCK_BOOTTIME to ours, and when that was found */

	struct buffer text;     /* of the request that holds */
	struct request request;
	double interval;
	struct relay_part parts[LAYOUT_PANELS_MAX];
	unsigned part_count;
	int status_id;
	char refusal[ERROR_TEXT]; /* why the broker does not let us read the status; "" */
	char damage[ERROR_TEXT];  /* what came last and could not be read; "" */
	int64_t damage_ms;

	struct catalogue services;
	struct link link;
	ev_timer tick;
	struct unpacker *unpacker;
	struct buffer out;
	struct json json;
};

/* relay_take.c: a message. */
void relay_take(struct relay *relay, const struct broker_message *message);
void relay_read_request(struct relay *relay); /* again, for the layout that holds */

/* relay_life.c: what the request names is subscribed to, and nothing else any more. */
void relay_subscribe_parts(struct relay *relay);
void relay_ask_again(struct relay *relay, struct relay_part *part);
struct relay_part *relay_part(struct relay *relay, const char *leaf);

/* relay_link.c: parts that the publisher has and that did not come yet. */
unsigned relay_missing(const struct relay *relay);

/* What all that comes to, in words; tells the sink where they changed. */
void relay_judge(struct relay *relay);

#endif
