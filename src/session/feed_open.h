/*
 * Makes the feed that the options name: what a broker's publisher publishes, or else the API of the contact centre.
 */
#ifndef SESSION_FEED_OPEN_H
#define SESSION_FEED_OPEN_H

#include "api/live.h"
#include "base/url.h"
#include "mqtt/mqtt_config.h"

/* Must outlive the feed. */
struct feed_options {
	const char *from; /* the address of a broker; NULL: the API */
	const struct api_config *api;
	const struct mqtt_config *mqtt;
	const struct layout *layout;
	struct live_options live; /* of the API's feed */
	struct url_broker address; /* of the broker, when it was read */
};

/*
 * NULL with an error for what only the user can mend; *status is then the exit status. live may be NULL; else it gets
 * the API's feed, for a command that asks what it alone can do.
 */
struct feed *feed_open(struct ev_loop *loop, struct feed_options *options, const struct feed_sink *sink,
	struct live **live, int *status, struct error *error);

#endif
