/*
 * A feed: whatever brings frames. The live API, a broker and a recording fill this in, and nobody who has a feed asks
 * which of them it is.
 *
 * A feed lives in the caller's libev loop and never blocks it. It calls its sink from the loop alone, never out of the
 * function that makes or starts it. What it was made from must outlive it; what it returns is its own, until the next
 * turn of the loop.
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
	/* The end is complete: see stop. */
	void (*ended)(void *context);
	void *context;
};

#endif
