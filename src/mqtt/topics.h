/*
 * What a publisher says of itself at a broker, and under which topics everything stands. cxwall-mqtt(5) describes it.
 *
 * The status says who publishes, and what is wrong with the feed it publishes, in words; the beat says at each poll
 * how old everything is, so that what did not change need not be sent again. Both are JSON; frames and their request
 * are records of board/record. What is read comes from the broker and is believed in nothing: each number has
 * its bounds, each text is scrubbed and cut.
 */
#ifndef MQTT_TOPICS_H
#define MQTT_TOPICS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/json.h"
#include "base/url.h"
#include "board/link.h"
#include "layout/layout.h"

enum {
	BULLETIN_RUN_MAX = 24,
	BULLETIN_WHO_MAX = 128,
	BULLETIN_BYTES_MAX = 64 * 1024, /* a beat of 64 panels has 6 kB */
	TOPIC_LEAF_MAX = 80,
	TOPIC_MAX = URL_PREFIX_MAX + 32 + TOPIC_LEAF_MAX,
};

/* In the order of the words in bulletin.c. */
enum topic {
	TOPIC_STATUS,
	TOPIC_REQUEST,
	TOPIC_BEAT,
	TOPIC_SERVICES,
	TOPIC_CHAT_HOURS,
	TOPIC_CAMPAIGNS,
	TOPIC_DATA,         /* /LEAF, of the app id */
	TOPIC_AVAILABILITY, /* /LEAF, of the service */
	TOPIC_COUNT,
};

/* PREFIX/v1/KIND[/LEAF]; leaf NULL: none. */
void topic_put(char out[TOPIC_MAX], const char *prefix, enum topic kind, const char *leaf);

/* Which topic of the prefix it is, with its leaf, which is "" where there is none; TOPIC_COUNT: none of ours. */
enum topic topic_read(const char *topic, const char *prefix, char leaf[TOPIC_LEAF_MAX]);

/* A leaf for any text: letters, digits and . _ - as they are; with others, something that no other text becomes. */
void topic_leaf(const char *text, char out[TOPIC_LEAF_MAX]);

/* The leaf in an app id, behind its last slash; NULL if it is no leaf of ours. */
const char *topic_of_app_id(const char *app_id);

struct bulletin {
	char run[BULLETIN_RUN_MAX]; /* another one at each start of a publisher */
	char who[BULLETIN_WHO_MAX]; /* for people: host and process */
	char tenant[BULLETIN_WHO_MAX];
	bool gone;                  /* the last will: nobody said goodbye */
	enum link_state state;      /* of its feed; LINK_ENDED: it said goodbye */
	char cause[ERROR_TEXT], advice[ERROR_TEXT];
	double interval;
	int exit_status;
	int64_t wall_ms; /* when it was written */
};

void bulletin_put(const struct bulletin *bulletin, struct buffer *out);
bool bulletin_read(struct bulletin *bulletin, struct json *json, const char *bytes, size_t length, struct error *error);

struct beat_part {
	char leaf[TOPIC_LEAF_MAX];
	int64_t age_ms;  /* since the last answer that spoke for it */
	int64_t boot_ms; /* the record that holds */
};

struct beat {
	char run[BULLETIN_RUN_MAX];
	int64_t boot_ms, wall_ms; /* when it was written, by the publisher's clocks */
	int64_t accepted_ms;      /* age of the last accepted answer; -1: none yet */
	unsigned count;
	struct beat_part parts[LAYOUT_PANELS_MAX];
};

void beat_put(const struct beat *beat, struct buffer *out);
bool beat_read(struct beat *beat, struct json *json, const char *bytes, size_t length, struct error *error);

#endif
