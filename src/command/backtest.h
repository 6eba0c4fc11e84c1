/*
 * What the alerts of a layout would have done on a recording: the account that `cxwall backtest` prints.
 *
 * The same engine as a wall's, with the recording's own times. A run of the recording program is a beginning, as it
 * was for its alerts; what still fires where a run or the file ends lasted until there, and is marked.
 */
#ifndef COMMAND_BACKTEST_H
#define COMMAND_BACKTEST_H

#include <stdbool.h>
#include <stdint.h>

#include "alert/alert.h"
#include "recording/reader.h"

enum {
	BACKTEST_ROW_MAX = 64,
	BACKTEST_FIRINGS_MAX = 1000 * 1000, /* more is no alert but a mistake, and said to be one */
	HOURS = 24,
};

struct firing {
	unsigned long number; /* the engine's */
	unsigned rule;        /* index in the layout */
	char row[BACKTEST_ROW_MAX];
	int64_t at_ms, wall_ms, lasted_ms;
	bool over;  /* it cleared; else the recording ended */
	bool quiet;
};

struct backtest {
	const struct layout *layout;
	struct alert_totals accounts[LAYOUT_ALERTS_MAX];
	struct firing *firings; /* in the order in which they began */
	unsigned count, room;
	int64_t from_ms, to_ms; /* time of day of the first record and the last */
	unsigned long frames, damaged;
	struct flaws flaws;
};

/* Plays the recording; false with the reason. The caller frees the firings. */
bool backtest_run(struct backtest *account, const char *path, const struct layout *layout, enum names names,
	struct error *error);

/*
 * How far a long recording was read, in percent on one line of standard error, if that is a terminal; nothing for
 * short ones. The line is empty again at the end.
 */
struct progress {
	bool shown;
	uint32_t count;
	unsigned percent;
};

void progress_start(struct progress *progress, uint32_t count);
void progress_show(struct progress *progress, uint32_t done);
void progress_end(struct progress *progress);

#endif
