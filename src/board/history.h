/*
 * What was: means by minute of each number that a picture shows. A tile and a row of a grid with a spark column have
 * their last hour, a series of a chart has its last day. Of services the calls that wait are kept in any case, for their cards;
 * the states of agents are in board/state_log.
 *
 * Fed with the board after each accepted answer, by the time on CLOCK_BOOTTIME at which the data came; read for any
 * later moment. Minutes without data are gaps, and stay gaps. When a statistic of the day falls to 0 the day is over,
 * and the reset is never drawn as a fall: an hour forgets what came before, and a day has a gap in that minute. Rows are
 * known by the board's key, and forgotten when they were gone for an hour. Memory is taken at history_new() and when a
 * row is first seen. The layout must outlive the history.
 */
#ifndef BOARD_HISTORY_H
#define BOARD_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "board/board.h"
#include "board/calls.h"
#include "board/state_log.h"

enum {
	HISTORY_SLOTS = 60,       /* minutes of an hour: of tiles and rows */
	HISTORY_DAY_SLOTS = 1500, /* of a day, also of the one of 25 hours: of charts */
	HISTORY_SLOT_MS = 60 * 1000,
	HISTORY_QUARTER_MS = 15 * 60 * 1000,
	HISTORY_QUARTERS_MAX = 43 * 96, /* of five weeks with another week behind them: 16 kB for each series */
	/* Of one grid, the first ones: many times what a screen shows, and 130 kB for each spark column. */
	HISTORY_ROWS_MAX = 500,
	/* Half-hours of a day that has 25 hours and a half, as where the clock goes back, and one more. */
	HISTORY_HALVES = 52,
};

struct history;

struct history *history_new(const struct layout *layout);
void history_free(struct history *history);

/*
 * Takes the values of all panels that got new data since the last call. wall_from_boot_ms: what makes a time of day of the
 * feed's clock, for half-hours; interval: seconds between two answers, of which one may be missed.
 */
void history_take(struct history *history, const struct board *board, int64_t wall_from_boot_ms, double interval);

/*
 * Takes what a board of the same layout knew at an earlier time, into minutes that have no value yet. Times come in runs, each
 * in order of time, the last run first; of what a counter gained between two that are more than a minute apart nothing is known.
 */
void history_fill(struct history *history, const struct board *past, int64_t wall_from_boot_ms);

/*
 * Of a series of a chart or of a tile that is compared with another day: quarter-hours that belong to times of day from
 * from_ms on, `step_ms` apart, each the mean of those that begin within its step, else of the one that it lies in. What a
 * counter gained within each, where the column says so. False if there is no value at all.
 */
bool history_read_quarters(const struct history *history, const struct panel *panel, unsigned column, int64_t from_ms,
	int64_t step_ms, unsigned count, float *out);

/* Forgets the percentages, because they were read by a scale that proved wrong. */
void history_forget_percents(struct history *history);

/* Copies from the history of another version of the layout what belongs to tiles and columns that stayed what they were. */
void history_adopt(struct history *history, const struct history *old);

/*
 * Of a tile, or a series of a chart: `count` means of so many minutes each, oldest first, the one with now_ms last. A gap
 * is NAN. False if there is no value at all. These shares begin at fixed times, so that a picture moves in whole steps.
 */
bool history_read(const struct history *history, const struct panel *panel, unsigned column, int64_t now_ms,
	unsigned minutes, unsigned count, float *out);

/* The same of a spark column in the row of a grid that has this key (board_key()); NULL: in its row of totals. */
bool history_read_row(const struct history *history, const struct panel *panel, const char *key, unsigned column,
	int64_t now_ms, unsigned minutes, unsigned count, float *out);

/* The states of agents in the last hour; NULL: no grid shows them. */
const struct state_log *history_states(const struct history *history);

/* A half-hour of the local clock, or all of a day. */
struct history_interval {
	int64_t from_ms, until_ms; /* time of day */
	int64_t seen_ms; /* the first time within it that was seen, where this run began in it; else from_ms */
	bool known;   /* something of it was seen */
	bool partial; /* ... and something was not, so that there may have been more calls and longer waits */
	bool running; /* it is not over */
	bool idle;    /* calls are known, and there were none of which a service level could be made */
	bool handled; /* calls that are over stand for those that were answered */
	float margin; /* points that rounding leaves open in its service level */
	float values[LAYOUT_COLUMNS_MAX]; /* by column of the panel; NAN: not known, or there is nothing to know */
};

/*
 * The half-hours of the day of an intervals panel in order, those to come too; their number, at most HISTORY_HALVES. A day
 * goes from where the counters began anew, else from midnight, to the same time of the next day. `sum` is of those so far.
 */
unsigned history_intervals(const struct history *history, const struct panel *panel, int64_t wall_ms,
	struct history_interval out[HISTORY_HALVES], struct history_interval *sum);

/* ---- what was before, as a store has it ---- */

/* A minute or a quarter-hour of a column; NAN: not known. */
struct history_past {
	int64_t from_ms; /* time of day */
	double mean, largest, last;
	double gained, missed; /* by a counter: within, and before it while nobody looked */
};

enum history_kind {
	HISTORY_MINUTES,  /* of one column */
	HISTORY_QUARTERS, /* ... in quarter-hours */
	HISTORY_INTERVALS, /* of all columns of a panel, in quarter-hours */
};

/* A picture for which more than this run's answers is shown. */
struct history_want {
	enum history_kind kind;
	const struct panel *panel;
	unsigned column, row; /* row: of a grid */
	const char *key;      /* of that row (board_key()); NULL: totals. Valid until the next history_take() */
	unsigned count;       /* minutes or quarter-hours before until_ms */
	int64_t until_ms;     /* time of day of its first own value: what is put lies before */
};

/*
 * The first picture that has values of this run and was not filled with earlier ones; false: there is none. Filled once the
 * caller has put what there is, in order of time: for quarter-hours those that end before until_ms, and of the running one the
 * minutes that do.
 */
bool history_next_want(const struct history *history, int64_t wall_from_boot_ms, struct history_want *want);

void history_put(struct history *history, const struct history_want *want, int64_t wall_from_boot_ms,
	const struct history_past *past);

/* For HISTORY_INTERVALS: one time, by column of the panel; from_ms 0: nothing is known of a column. */
void history_put_all(struct history *history, const struct history_want *want, int64_t from_ms, int64_t length_ms,
	const struct history_past *pasts);
void history_put_end(struct history *history, const struct history_want *want);
#endif
