/*
 * The last day of what a publisher publishes, for screens that keep no history: each hour of the session's store goes to the
 * publisher as text (store/hour), the running one once a minute, when the store has written it.
 *
 * Of the store, which may know more of the tenant, only what the published layouts draw over time goes out: totals, and the
 * spark columns of lists of services. The user sets the first part of the struct; all is borrowed.
 */
#ifndef SESSION_PUBLISHED_PAST_H
#define SESSION_PUBLISHED_PAST_H

#include "mqtt/publisher.h"
#include "session/session.h"
#include "store/hour.h"

struct published_past {
	struct session *session;        /* of all layouts together: its store and its board */
	struct publisher *publisher;
	struct layout *const *layouts;  /* that are published */
	unsigned layout_count;

	struct store_hours *hours; /* NULL: not running */
	struct buffer text;
	ev_timer timer;
	unsigned older; /* hours before the running one that are sent already */
	int64_t hour_s; /* that ran when the timer was set */
};

/* Begins, if it is not running; to be called once there are data. */
void published_past_start(struct published_past *past);

/* All of it once more, since other layouts are published; `layouts` is the caller's to set before. */
void published_past_restart(struct published_past *past);
void published_past_stop(struct published_past *past);

#endif
