/*
 * A stretch of a recording in figures: what `cxwall summary` prints.
 *
 * Fed with the board after each answer, with the time of day of each; a line for each service of the service grids, and
 * for each totals. Calls are differences of the day's counters, never sums of what was shown: a counter that falls
 * below half began anew (the tenant's reset), a smaller fall is a correction. Percentages are never averaged: the
 * service level of a stretch is the vendor's formula on those differences. The API sends no count of calls within
 * the threshold, so it is read back from the day's service level and its two other counters; what rounding makes
 * uncertain about it is kept beside it.
 *
 * Pure: no clock, no I/O. The caller gives the period, may set gap_ms, and owns the struct until shift_free().
 */
#ifndef RECORDING_SUMMARY_H
#define RECORDING_SUMMARY_H

#include <stdbool.h>
#include <stdint.h>

#include "board/board.h"

enum {
	SHIFT_LINES_MAX = 256 + LAYOUT_PANELS_MAX, /* services beyond it are counted, and told */
	SHIFT_DAYS_MAX = 31,
	SHIFT_GAPS_MAX = 1000, /* kept one by one; more are counted */
	SHIFT_ALARMS_MAX = 256,
	SHIFT_NAME_MAX = 128,
	SHIFT_HOUR_MS = 3600 * 1000,
	SHIFT_QUARTER_MS = 15 * 60 * 1000,
	SHIFT_GAP_MS = 60 * 1000, /* a missed poll is no gap */
};

/* What a summary reads, counters of the day first. */
enum shift_stat {
	SHIFT_RECEIVED,
	SHIFT_ANSWERED,
	SHIFT_HANDLED,
	SHIFT_ABANDONED,
	SHIFT_ABANDONED_LONG,
	SHIFT_ABANDONED_SHORT,
	SHIFT_COUNTERS,
	SHIFT_WAITING = SHIFT_COUNTERS,
	SHIFT_LONGEST,
	SHIFT_LEVEL,
	SHIFT_THRESHOLD,
	SHIFT_STATS,
};

extern const char *const shift_stat_names[SHIFT_STATS + 1]; /* NULL-ended */

/* What happened from a moment on, for an hour, a quarter of one, or the whole. */
struct shift_span {
	int64_t from_ms;
	double calls[SHIFT_COUNTERS];
	bool counted[SHIFT_COUNTERS];
	double in_time, in_time_of; /* calls within the threshold, of answered and abandoned after it; of 0: not known */
	double uncertain;           /* calls that in_time may be off, by where it began and where it ends */
	double uncertain_from;
	bool levelled;
	double longest, waiting;    /* the most that was seen; -1: nothing */
	double running;             /* the day's service level at the end; -1: not known */
};

enum shift_kind { SHIFT_SERVICE, SHIFT_TOTAL };

/* The counters as they stood. */
struct shift_reading {
	bool known[SHIFT_STATS];
	double value[SHIFT_STATS];
	bool level_known;
	double in_time, in_time_of, uncertain;
};

struct shift_line {
	enum shift_kind kind;
	char name[SHIFT_NAME_MAX];
	unsigned source[SHIFT_STATS]; /* the panel that a statistic is read from, and one; 0: none */
	bool asked[SHIFT_STATS], sent[SHIFT_STATS];
	unsigned decimals; /* of the service level, the most that were seen */
	uint64_t touched;  /* the number of the answer that spoke of it last */
	struct shift_reading now, last;
	struct shift_span whole;
	struct shift_span *hours; /* those with an answer, in order */
	unsigned hour_count, hour_room;
	struct shift_span quarter, worst; /* the one that runs, and the worst so far; from_ms 0: none */
	double threshold;                 /* seconds, as sent last; -1: not known */
};

struct shift_gap {
	int64_t from_ms, to_ms;
};

struct shift_alarm {
	char name[SHIFT_NAME_MAX];
	unsigned count, unfinished;
	int64_t lasted_ms, longest_ms, longest_at_ms;
};

struct shift {
	int64_t from_ms, until_ms; /* time of day; what is outside only tells where counters stood */
	int64_t gap_ms;            /* answers further apart than this leave a gap; SHIFT_GAP_MS at least */
	int64_t first_ms, last_ms; /* of the answers within; 0: none */
	int64_t before_ms;         /* of the answer before */
	uint64_t answers, serial; /* within, and all */
	struct shift_line *lines; /* in the order in which they came */
	unsigned line_count, line_room, lines_lost;
	struct shift_gap *gaps;
	unsigned gap_count, gaps_lost;
	int64_t gaps_ms; /* all of them together */
	unsigned resets; /* times at which counters began anew */
	int64_t reset_ms; /* the last of these; 0: none */
	struct shift_alarm alarms[SHIFT_ALARMS_MAX];
	unsigned alarm_count, alarms_lost;
};

/* from and until in milliseconds of the time of day; until is included. */
void shift_init(struct shift *shift, int64_t from_ms, int64_t until_ms);
void shift_free(struct shift *shift);

/* An answer that came at received_ms of its feed's clock is on the board. */
void shift_take(struct shift *shift, const struct board *board, int64_t received_ms, int64_t wall_ms);

/* The board is another: panels are looked for anew. */
void shift_panels(struct shift *shift);

/* A firing of an alarm that is over, or (unfinished) where it could be followed no longer. */
void shift_alarm(struct shift *shift, const char *name, int64_t wall_ms, int64_t lasted_ms, bool unfinished);

/* No more comes. */
void shift_end(struct shift *shift);

/*
 * Percent; false where it is not known, or rounding leaves more than 50 points open. margin (may be NULL): points
 * that it leaves open.
 */
bool shift_level(const struct shift_span *span, double *percent, double *margin);

/* The calls that were answered: as counted, else those handled (*handled is then true). Negative: not known. */
double shift_answered(const struct shift_span *span, bool *handled);

/* All that gave up: as counted, else long and short together. Negative: not known. */
double shift_abandoned(const struct shift_span *span);

/* Whether nothing was recorded for a part of a stretch, or it lies partly outside of the period. */
bool shift_partial(const struct shift *shift, int64_t from_ms, int64_t length_ms);

#endif
