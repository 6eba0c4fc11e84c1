/*
 * A recording through the alerts of a layout, record by record, as fast as it can be read: what a back-test counts,
 * and what a replay looks up after a jump.
 *
 * The engine is a wall's (alert/alert), with the recording's own times. Each run of the recording program begins with
 * alerts that have just been reset, as it did then; run_ends is called before. The struct owns what it opens and borrows
 * the layout; its address must stay.
 */
#ifndef RECORDING_REPLAY_ALERTS_H
#define RECORDING_REPLAY_ALERTS_H

#include <stdbool.h>

#include "alert/alert.h"
#include "recording/cursor.h"

struct replay_alerts {
	struct recording_cursor cursor;
	struct board *board;
	struct alerts *alerts;
	struct board_view view; /* of the last record */
	unsigned long frames, damaged;
	void (*run_ends)(void *context); /* may be NULL */
	void *context;
};

bool replay_alerts_open(struct replay_alerts *replay, const char *path, const struct layout *layout, enum names names,
	void (*each)(void *context, const struct alert_event *event), void *context, struct error *error);
void replay_alerts_close(struct replay_alerts *replay);

/* Reads the next record; false after the last, once run_ends was called for it as well. */
bool replay_alerts_step(struct replay_alerts *replay);

#endif
