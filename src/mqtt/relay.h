/*
 * What a publisher publishes at a broker, as a feed: brings its frames to the same sink as the live feed does.
 *
 * It subscribes to what its layout needs and to nothing else, and needs no login at the API. Ages are the publisher's:
 * how old everything was when it said so, plus what passed here since. What was retained has no such time, and
 * counts by the time of day, which two machines may not agree on: the link says `uncertain` until the publisher
 * is heard. Nothing that comes is believed: records are checked, sizes capped, texts scrubbed. Publishes nothing.
 */
#ifndef MQTT_RELAY_H
#define MQTT_RELAY_H

#include <ev.h>
#include <stdbool.h>

#include "board/feed.h"
#include "mqtt/broker.h"

struct relay;

/*
 * NULL with what only the user can mend; *status is then the exit status. The address, the access and the layout must
 * outlive it. The sink's `confirmed` is called for panels whose data did not change, with their age.
 */
struct relay *relay_new(struct ev_loop *loop, const struct url_broker *address, const struct mqtt_config *access,
	const struct layout *layout, const struct feed_sink *sink, int *status, struct error *error);

const struct link *relay_link(const struct relay *relay);
const struct request *relay_request(const struct relay *relay);

/* Names alone; known once they came, and asked for only where a panel shows all. */
const struct catalogue *relay_services(const struct relay *relay);

/* As the publisher says it; "". */
const char *relay_tenant(const struct relay *relay);

/* The sink's board must already be that layout's. */
void relay_set_layout(struct relay *relay, const struct layout *layout);
void relay_retry(struct relay *relay);

/* Says goodbye to the broker, 2 s at most, then calls the sink's ended. */
void relay_stop(struct relay *relay);
void relay_free(struct relay *relay);

#endif
