#include "session/feed_open.h"

#include "mqtt/feed.h"

struct feed *feed_open(struct ev_loop *loop, struct feed_options *options, const struct feed_sink *sink,
	struct live **live, int *status, struct error *error)
{
	if (options->from != NULL) {
		*status = STATUS_USAGE;
		if (!url_broker_read(&options->address, options->from, error))
			return NULL;
		struct feed *feed = mqtt_feed_new(loop, &options->address, options->mqtt, options->layout, sink, error);
		if (feed != NULL)
			*status = STATUS_FINE;
		return feed;
	}
	struct live *made = live_new(loop, options->api, options->layout, &options->live, sink, status, error);
	if (live != NULL)
		*live = made;
	return made != NULL ? live_feed(made) : NULL;
}
