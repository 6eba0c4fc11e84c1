/*
 * The changes of the board that matter to somebody who reads or hears lines: a severity, a number of callers
 * waiting, an agent's state, who can be served, a message. Durations tick and counters of the day count: they
 * matter when their severity changes.
 *
 * The board still has the answer before (board_data_before), so only which answers were reported is remembered here.
 * Nothing stays allocated between calls.
 */
#ifndef OUTPUT_CHANGES_H
#define OUTPUT_CHANGES_H

#include <stdbool.h>
#include <stdint.h>

#include "board/board.h"

enum { CHANGE_TEXT_MAX = 600 };

struct change {
	const struct panel *panel;
	const char *row;       /* name of the service, agent, sender; "" for totals */
	const char *statistic; /* "availability" and "content" for panels without */
	const char *label;
	enum kind kind;
	const struct cell *from, *to; /* NULL: the row was not there before, or has gone */
	enum severity was, now;
	const struct edges *edges; /* of its column; NULL without */
};

struct changes {
	int64_t reported_ms[LAYOUT_PANELS_MAX];             /* received_ms of the panel's data; 0: none yet */
	enum availability availability[BOARD_SERVICES_MAX]; /* by the board's index */
	void (*each)(void *context, const struct change *change);
	void *context;
};

/* Calls each for every change since the last call. The first call, with a zeroed struct, reports what is severe. */
void changes_report(struct changes *changes, const struct board_view *view);

#endif
