/*
 * A recording through the alerts of a layout, record by record, as fast as it can be read: what a back-test counts,
 * and what a replay looks up after a jump.
 *
 * The same engine as a wall's, with the recording's own times. A run of the recording program is a beginning, as it
 * was for its alerts: run_ends is called, and then they are reset. The struct owns what it opens and borrows the
 * layout; its address must stay.
 */
#ifndef RECORDING_REPLAY_ALERTS_H
#define RECORDING_REPLAY_ALERTS_H

#include <stdbool.h>

#include "alert/alert.h"
#include "recording/player.h"

struct rerun {
	struct player player;
	struct board *board;
	struct alerts *alerts;
	struct moment moment; /* of the record before */
	unsigned long frames, damaged;
	void (*run_ends)(void *context); /* may be NULL */
	void *context;
};

bool rerun_open(struct rerun *rerun, const char *path, const struct layout *layout, enum names names,
	void (*each)(void *context, const struct alert_event *event), void *context, struct error *error);
void rerun_close(struct rerun *rerun);

/* The next record; false after the last, when run_ends was called as well. */
bool rerun_step(struct rerun *rerun);

#endif
