/*
 * A feed: whatever brings frames. The live API, a broker and a recording fill this in, and nobody who has a feed asks
 * which of them it is.
 *
 * A feed lives in the caller's libev loop and never blocks it. It calls its sink from the loop alone, never out of the
 * function that makes or starts it. What it was made from must outlive it, and what it returns is its own, until the
 * next turn of the loop. Each kind has a function of its own that makes it, and begins with a struct feed.
 */
#ifndef BOARD_FEED_H
#define BOARD_FEED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "board/catalogue.h"
#include "board/decode.h"
#include "board/frame.h"
#include "board/link.h"
#include "board/privacy.h"
#include "board/query.h"
#include "layout/layout.h"

/*
 * What a feed calls. Any callback may ask the feed to stop or to try again; it may be freed from ended only, and get
 * another layout from none.
 */
struct feed_sink {
	/*
	 * An answer came. Returns true if it was accepted; else fills error, and the feed counts it as a failure.
	 * The report is for FRAME_DATA. The frame's bytes last for this call only.
	 */
	bool (*frame)(void *context, const struct frame *frame, struct decode_report *report, struct error *error);
	/* Availability, chat hours or campaigns could not be had: subject as in struct frame, cause in words. */
	void (*missed)(void *context, enum frame_kind kind, const char *subject, const char *cause);
	/* A text message was not sent, or not delivered: why. NULL where none are sent. */
	void (*sms_failed)(void *context, const char *text);
	/* The link, or the plan of the request, changed: draw again. */
	void (*changed)(void *context);
	/* Optional: a panel's data are what they were, as of a later time. */
	void (*confirmed)(void *context, const struct panel *panel, int64_t received_ms);
	/*
	 * Optional: an hour of what was before, as store/hour reads it; NULL: there is no more, and what came is to be used.
	 * Hours come in no order, after each connection once.
	 */
	void (*past)(void *context, const char *bytes, size_t length);
	/* The end is complete: see stop. */
	void (*ended)(void *context);
	void *context;
};

struct feed;
struct alert_event;

/* Which process of this user holds the login, where it is another one than this. */
struct feed_holder {
	long pid;
	char command[64], layout[64];
	int64_t since_ms; /* time of day */
	unsigned windows; /* that read from it */
};

struct feed_ops {
	/* Begins; what follows comes from the loop. */
	void (*start)(struct feed *feed);
	/*
	 * Begins the end, within seconds, and then calls the sink's ended; idempotent. NULL: there is nothing to end.
	 */
	void (*stop)(struct feed *feed);
	/* A key asks: try at once. NULL: nothing can be tried. */
	void (*retry)(struct feed *feed);
	/* Another layout from now on; the sink's board must be that layout's already. The tag is for a subscription. */
	void (*set_layout)(struct feed *feed, const struct layout *layout, const char *tag);
	const struct link *(*link)(const struct feed *feed);
	const struct request *(*request)(const struct feed *feed);
	/* NULL, or a function that is: services are not known. */
	const struct catalogue *(*services)(const struct feed *feed);
	/* Whether the request is what is asked for: its names were looked up. NULL: it always is. */
	bool (*planned)(const struct feed *feed);
	/* NULL, or false: it is this process, or nobody. */
	bool (*holder)(const struct feed *feed, struct feed_holder *holder);
	/* What is wrong with this process alone, while the feed goes on; "". NULL: nothing is. */
	const char *(*note)(const struct feed *feed);
	const struct catalogue *(*teams)(const struct feed *feed); /* in the same way */
	/* Somebody chooses of them: both are to be listed, whatever the layout needs. NULL: it does not list them. */
	void (*list_names)(struct feed *feed);
	/* Whose data these are, where the feed itself says it; "" or NULL: it does not. */
	const char *(*tenant)(const struct feed *feed);
	/* The boot time and the time of day that its frames count by; NULL: those of this machine. */
	int64_t (*now_ms)(const struct feed *feed);
	int64_t (*wall_ms)(const struct feed *feed);
	/* Sends what an alert that fires wants sent; false with the reason. NULL: the feed sends nothing. */
	bool (*send)(struct feed *feed, const struct alert_event *event, enum names names, struct error *error);
	/* Frees at once, without ending anything in order. */
	void (*free)(struct feed *feed);
};

struct feed {
	const struct feed_ops *ops;
	bool owns; /* it is the contact centre's own connection: what alerts do is done here. May change when sink.changed is called */
};

#endif
