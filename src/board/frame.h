/*
 * A frame: one answer as it came, with its time. Feeds bring frames, decode gives them meaning, recordings keep them.
 * The bytes belong to whoever made the frame and last for one call.
 */
#ifndef BOARD_FRAME_H
#define BOARD_FRAME_H

#include <stddef.h>
#include <stdint.h>

enum frame_kind {
	FRAME_DATA,         /* S2 */
	FRAME_AVAILABILITY, /* S5; subject: the service as the layout or catalogue names it */
	FRAME_CHAT_HOURS,   /* M1 */
	FRAME_CAMPAIGNS,    /* C1 */
};

struct request;

struct frame {
	enum frame_kind kind;
	const char *subject; /* "" */
	int64_t received_ms; /* CLOCK_BOOTTIME */
	int64_t wall_ms;     /* time of day */
	const char *bytes;
	size_t length;
	struct request *request; /* that it answers, for FRAME_DATA; decoding notes in it how the server writes percentages */
};

#endif
