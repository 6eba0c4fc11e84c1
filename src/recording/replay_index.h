/*
 * What the alerts of a replay's layout had become at each moment of its recording, so that a jump finds them as a play
 * from the beginning would.
 *
 * Plays the whole recording once through an engine of its own (recording/replay_alerts), a few milliseconds at a time while the
 * loop has nothing else to do, and keeps a mark each five minutes of it: seconds for a day. Until it got to a moment,
 * nothing is known of it. Borrows the layout, owns the rest; memory for marks has a cap, and what lies behind is
 * then never known.
 */
#ifndef RECORDING_REPLAY_INDEX_H
#define RECORDING_REPLAY_INDEX_H

#include <ev.h>
#include <stdbool.h>

#include "recording/replay_alerts.h"

enum {
	PAST_MARK_MS = 5 * 60 * 1000,
	PAST_BYTES_MAX = 64 * 1024 * 1024, /* a week of marks with a hundred states each */
};

struct past_mark {
	uint32_t next; /* the record that comes after it */
	int64_t at_ms;
	struct alerts_mark *alerts;
};

struct past;

/* Never NULL; a recording that cannot be read is never known. grown is called when more is known. */
struct past *past_new(struct ev_loop *loop, const char *path, const struct layout *layout, enum names names,
	void (*grown)(void *context), void *context);
void past_free(struct past *past);

/* Whether the play got as far as this record, and may tell. */
bool past_knows(const struct past *past, uint32_t index);

/* The last mark at or before a record, in the same run of the program that recorded; NULL if there is none. */
const struct past_mark *past_find(const struct past *past, uint32_t index);

#endif
