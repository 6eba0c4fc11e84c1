/*
 * The topics of a publisher, and the two messages in which it describes itself: its status and its heartbeat.
 * cxwall-mqtt(5) specifies all of them.
 *
 * The status names the publisher and says what is wrong with the feed that it publishes. The heartbeat is sent at each
 * poll and says how old the data of each topic are, so that unchanged data need not be sent again. Both are JSON;
 * frames and their request are records of board/record. Whatever is read here came from the broker and is not
 * trusted: numbers are checked against bounds, texts are scrubbed and cut. Nothing here allocates or logs.
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
	RUN_ID_MAX = 24,
	PUBLISHER_NAME_MAX = 128,
	STATUS_BYTES_MAX = 64 * 1024, /* of a status or a heartbeat; a heartbeat of 64 panels has 6 kB */
	TOPIC_NAME_MAX = 80,
	TOPIC_MAX = URL_PREFIX_MAX + 32 + TOPIC_NAME_MAX,
	TOPIC_HOURS = 24,
};

/* In the order of the words in topics.c. */
enum topic {
	TOPIC_STATUS,
	TOPIC_REQUEST,
	TOPIC_HEARTBEAT,
	TOPIC_SERVICES,
	TOPIC_CHAT_HOURS,
	TOPIC_CAMPAIGNS,
	TOPIC_DATA,         /* /NAME: the last part of the app id */
	TOPIC_AVAILABILITY, /* /NAME: of the service */
	TOPIC_PAST,         /* /HH: an hour of the day in UTC, of the last 24 */
	TOPIC_COUNT,
};

/* Writes PREFIX/v1/KIND or, with a name, PREFIX/v1/KIND/NAME. */
void topic_put(char out[TOPIC_MAX], const char *prefix, enum topic kind, const char *name);

/* Returns the kind of a topic and its name ("" if it has none); TOPIC_COUNT if the topic is not one of ours. */
enum topic topic_read(const char *topic, const char *prefix, char name[TOPIC_NAME_MAX]);

/* The hour of the day in the name of TOPIC_PAST; -1 if it is not one. */
int topic_hour(const char *name);

/*
 * Makes a topic name of any text. Letters, digits and . _ - stay; a text with other characters gets a hash as well, so
 * that different texts get different names.
 */
void topic_name_for(const char *text, char out[TOPIC_NAME_MAX]);

/* The topic name in an app id: what follows its last slash. NULL if that is not a valid name. */
const char *topic_name_of_app_id(const char *app_id);

struct mqtt_status {
	char run_id[RUN_ID_MAX];      /* a different one each time a publisher starts */
	char who[PUBLISHER_NAME_MAX]; /* host and process, for people */
	char tenant[PUBLISHER_NAME_MAX];
	bool gone;                    /* from the last will: the publisher ended without saying so */
	enum link_state state;        /* of the publisher's feed; LINK_ENDED: the publisher ended in order */
	char cause[ERROR_TEXT], advice[ERROR_TEXT];
	double interval;
	int exit_status;
	int64_t wall_ms; /* when it was written */
};

void mqtt_status_put(const struct mqtt_status *status, struct buffer *out);
bool mqtt_status_read(
	struct mqtt_status *status, struct json *json, const char *bytes, size_t length, struct error *error);

/* One data topic in a heartbeat. */
struct mqtt_heartbeat_entry {
	char name[TOPIC_NAME_MAX];
	int64_t age_ms;  /* since the last answer that contained these data, changed or not */
	int64_t boot_ms; /* of the record that was published last */
};

struct mqtt_heartbeat {
	char run_id[RUN_ID_MAX];
	int64_t boot_ms, wall_ms; /* when it was written, by the publisher's clocks */
	int64_t accepted_ms;      /* age of the last accepted answer; -1: none yet */
	unsigned count;
	struct mqtt_heartbeat_entry entries[LAYOUT_PANELS_MAX];
};

void mqtt_heartbeat_put(const struct mqtt_heartbeat *heartbeat, struct buffer *out);
bool mqtt_heartbeat_read(struct mqtt_heartbeat *heartbeat, struct json *json, const char *bytes, size_t length,
	struct error *error);

#endif
