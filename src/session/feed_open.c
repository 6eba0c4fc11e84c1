#include "session/feed_open.h"

#include <stdlib.h>

#include "base/log.h"
#include "mqtt/relay.h"

/* ---- the broker's ---- */

struct relay_feed {
	struct feed feed;
	struct relay *relay;
};

static struct relay *relay_of(const struct feed *feed)
{
	return ((const struct relay_feed *)feed)->relay;
}

static void relay_feed_start(struct feed *feed)
{
	(void)feed;
}

static void relay_feed_stop(struct feed *feed)
{
	relay_stop(relay_of(feed));
}

static void relay_feed_retry(struct feed *feed)
{
	relay_retry(relay_of(feed));
}

static void relay_feed_set_layout(struct feed *feed, const struct layout *layout, const char *tag)
{
	(void)tag;
	relay_set_layout(relay_of(feed), layout);
}

static const struct link *relay_feed_link(const struct feed *feed)
{
	return relay_link(relay_of(feed));
}

static const struct request *relay_feed_request(const struct feed *feed)
{
	return relay_request(relay_of(feed));
}

static const struct catalogue *relay_feed_services(const struct feed *feed)
{
	return relay_services(relay_of(feed));
}

static const char *relay_feed_tenant(const struct feed *feed)
{
	return relay_tenant(relay_of(feed));
}

static void relay_feed_free(struct feed *feed)
{
	relay_free(relay_of(feed));
	free(feed);
}

static const struct feed_ops relay_feed_ops = {
	.start = relay_feed_start, .stop = relay_feed_stop, .retry = relay_feed_retry, .set_layout = relay_feed_set_layout,
	.link = relay_feed_link, .request = relay_feed_request, .services = relay_feed_services,
	.tenant = relay_feed_tenant, .free = relay_feed_free,
};

static struct feed *relay_feed_new(struct relay *relay)
{
	struct relay_feed *feed = must_alloc(sizeof(*feed));
	*feed = (struct relay_feed){ .feed = { .ops = &relay_feed_ops }, .relay = relay };
	return &feed->feed;
}

struct feed *feed_open(struct ev_loop *loop, struct feed_options *options, const struct feed_sink *sink,
	struct live **live, int *status, struct error *error)
{
	if (options->from != NULL) {
		*status = STATUS_USAGE;
		if (!url_broker_read(&options->address, options->from, error))
			return NULL;
		struct relay *relay = relay_new(loop, &options->address, options->mqtt, options->layout, sink, status, error);
		return relay != NULL ? relay_feed_new(relay) : NULL;
	}
	struct live *made = live_new(loop, options->api, options->layout, &options->live, sink, status, error);
	if (live != NULL)
		*live = made;
	return made != NULL ? live_feed(made) : NULL;
}
