/*
 * What a publisher knows. Shared by publisher_life.c and publisher_send.c, and by nobody else.
 */
#ifndef MQTT_PUBLISHER_STATE_H
#define MQTT_PUBLISHER_STATE_H

#include "board/redaction.h"
#include "board/query.h"
#include "board/record.h"
#include "mqtt/publisher.h"
#include "mqtt/topics.h"

enum {
	/* What an earlier publisher left: the topics of two requests. */
	LEFTOVERS_MAX = 2 * LAYOUT_PANELS_MAX,
	PUBLISHER_SIDES_MAX = 258, /* 256 services, the chat, the campaigns */
};

enum publisher_state {
	PUBLISHER_AWAY,     /* no connection */
	PUBLISHER_CLAIMING, /* looks who else is there */
	PUBLISHER_OURS,
	PUBLISHER_OVER,     /* somebody else's, or ended */
};

/* One app id. */
struct publisher_part {
	char leaf[TOPIC_LEAF_MAX];
	struct buffer last;   /* {"APP-ID": ...} as it was last; empty: never */
	int64_t boot_ms, wall_ms; /* when that came first */
	int64_t spoken_ms;    /* CLOCK_BOOTTIME of the last answer that spoke for it; 0: none */
	bool unsent;
};

/* The last answer of what is asked beside the subscription. */
struct publisher_side {
	enum topic kind;
	char leaf[TOPIC_LEAF_MAX];
	struct buffer record; /* packed */
	bool unsent;
};

struct publisher {
	struct ev_loop *loop;
	const struct url_broker *address;
	struct broker *broker;
	struct publisher_sink sink;
	char tenant[BULLETIN_WHO_MAX];
	enum publisher_state state;
	bool claimed, stopping;

	struct bulletin own, other; /* other: who is there already; without a run: nobody */
	bool other_waited;
	int status_id;              /* of the subscription; then of the status that was published last */
	bool echoed;
	ev_timer claim, beat, echo;
	char trouble[ERROR_TEXT], advice[ERROR_TEXT];
	char refusal[ERROR_TEXT];   /* what the broker did not take or give, while connected */

	struct link link;           /* of the feed, as it was told last */
	struct buffer request, next, services;
	int64_t request_ms, request_wall_ms;
	bool request_unsent, services_unsent;
	struct publisher_part parts[LAYOUT_PANELS_MAX];
	unsigned part_count;
	struct publisher_side *sides; /* PUBLISHER_SIDES_MAX */
	unsigned side_count;
	char leftovers[LEFTOVERS_MAX][TOPIC_LEAF_MAX];
	unsigned leftover_count;

	struct pseudonyms pseudonyms;
	struct packer *packer;
	struct json json;
	struct buffer out;
};

/* publisher_send.c */
void publisher_send_all(struct publisher *publisher); /* whatever was not sent, then a beat */
void publisher_send_status(struct publisher *publisher);
void publisher_send_beat(struct publisher *publisher);
void publisher_forget_sent(struct publisher *publisher);
void publisher_take_request(struct publisher *publisher, const struct request *request);
void publisher_take_services(struct publisher *publisher, const struct catalogue *services);

#endif
