/*
 * A feed of what the hub of this login has: it brings the same frames to the same sink as the live feed does, and needs no
 * subscription.
 *
 * It says what its layout asks for and waits until the hub has all of it. When the hub goes it says so, and keeps the last
 * state; its owner decides whether to become the hub or to connect again. Whatever comes is checked like an answer of a
 * server. A hub that says nothing for two seconds hangs, which is a trouble in words.
 */
#ifndef LOCAL_FEED_H
#define LOCAL_FEED_H

#include <ev.h>

#include "board/feed.h"
#include "local/place.h"

struct local_feed;

struct local_feed_options {
	const char *command; /* as the hub is told */
	const double *interval; /* seconds between answers that this window wants, which may change with its layout; NULL: any */
	bool lasting;        /* it goes on until somebody ends it */
	bool take_over;      /* another client's subscription may be ended */
	/* The hub is gone, or none was found. Called from the loop, and not out of local_feed_connect(). */
	void (*lost)(void *context);
	void *context;
};

/* Place and layout must outlive it. */
struct local_feed *local_feed_new(struct ev_loop *loop, const struct local_place *place, const struct layout *layout,
	const struct local_feed_options *options, const struct feed_sink *sink);
struct feed *local_feed_feed(struct local_feed *feed);

/* Looks for the hub; false if nobody listens. */
bool local_feed_connect(struct local_feed *feed);
bool local_feed_connected(const struct local_feed *feed);

/* Whether the hub said who it is, in this connection or in the last one. */
bool local_feed_served(const struct local_feed *feed);

/* Whose windows these are, once it said so; NULL. */
const struct local_holder *local_feed_holder(const struct local_feed *feed);

/* The last request of the hub as text; "" before. */
const char *local_feed_request(const struct local_feed *feed, size_t *length);

#endif
