/*
 * What changed on the board that matters to somebody who reads or hears lines: a severity, a number of callers
 * waiting, an agent's state, who can be served, a message. Durations tick and counters of the day count: they
 * matter when their severity changes.
 *
 * The answer before is still in the panel's other set of data (board/board) until the next one is decoded, so
 * nothing is kept here but which answers were told already.
 */
#ifndef OUTPUT_CHANGES_H
#define OUTPUT_CHANGES_H

#include <stdbool.h>
#include <stdint.h>

#include "board/board_view.h"

enum { CHANGE_TEXT_MAX = 600 };

struct change {
	const struct panel *panel;
	const char *row;       /* name of the service, agent, sender; "" for totals */
	const char *statistic; /* "availability" and "content" for panels without */
	const char *label;
	enum kind kind;
	const struct cell *from, *to; /* NULL: the row was not there, or is there no more */
	enum severity was, now;
	const struct edges *edges; /* of its column; NULL without */
};

struct changes {
	int64_t told_ms[LAYOUT_PANELS_MAX];                   /* received_ms of the panel's data; 0: none yet */
	enum availability availability[BOARD_SERVICES_MAX]; /* by the board's index */
	void (*each)(void *context, const struct change *change);
	void *context;
};

/* Calls each for every change since the last call. Begin with a zeroed struct: at first, what is severe is told. */
void changes_tell(struct changes *changes, const struct board_view *view);

#endif
