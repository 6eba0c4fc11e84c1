/*
 * A feed of what a publisher publishes at a broker: it brings the same frames to the same sink as the live feed does.
 *
 * It subscribes to what its layout needs and to nothing else, and needs no login at the API. Ages are those of the
 * publisher's heartbeat, plus the time that has passed here since. Before the first heartbeat there are only retained
 * messages, whose ages follow from the time of day of two machines; until then the link is marked `uncertain`. Whatever
 * the broker sends is checked: records by their checksums, sizes by caps, texts by scrubbing. It publishes nothing.
 *
 * What a poll of the publisher changed is brought together, when the heartbeat that ends the poll comes, so that a
 * screen is drawn once for each poll. The first data of a panel are brought at once.
 */
#ifndef MQTT_FEED_H
#define MQTT_FEED_H

#include <ev.h>

#include "base/error.h"
#include "base/url.h"
#include "board/feed.h"
#include "mqtt/connection.h"

/* False with an error that says so if the program was built --without-mqtt. */
bool mqtt_built(struct error *error);

/*
 * NULL with what only the user can mend. The address, the configuration and the layout must outlive it. The sink's
 * `confirmed` is called for each panel whose data did not change, with their new age.
 */
struct feed *mqtt_feed_new(struct ev_loop *loop, const struct url_broker *address, const struct mqtt_config *config,
	const struct layout *layout, const struct feed_sink *sink, struct error *error);

#endif
