/*
 * The arithmetic of calls in a span of time: what a summary, the table by half-hours and the history on disk share.
 *
 * Calls are differences of the day's counters, never sums of what was shown: a counter that falls below half began anew
 * (the tenant's reset), a smaller fall is a correction. Percentages are never averaged: the service level of a span is
 * the vendor's formula on those differences. The API sends no count of calls within the threshold, so it is read back
 * from the day's service level and its two other counters. Rounding leaves several whole numbers open where there are many
 * calls, but few that follow from what the answers before left open; what stays uncertain is kept beside it.
 *
 * Pure: no clock, no I/O, no memory of its own.
 */
#ifndef BOARD_CALLS_H
#define BOARD_CALLS_H

#include <stdbool.h>
#include <stdint.h>

#include "layout/value.h"

enum { CALLS_GAP_MS = 60 * 1000 /* answers further apart leave a gap: one missed poll does not */ };

/* What is read for it, counters of the day first. */
enum calls_stat {
	CALLS_RECEIVED,
	CALLS_ANSWERED,
	CALLS_HANDLED,
	CALLS_ABANDONED,
	CALLS_ABANDONED_LONG,
	CALLS_ABANDONED_SHORT,
	CALLS_COUNTERS,
	CALLS_WAITING = CALLS_COUNTERS,
	CALLS_LONGEST,
	CALLS_LEVEL,
	CALLS_THRESHOLD,
	CALLS_STATS,
};

extern const char *const calls_stat_names[CALLS_STATS + 1]; /* NULL-ended */

/* What happened in an hour, a part of one, or a whole period. */
struct calls_span {
	int64_t from_ms;
	double calls[CALLS_COUNTERS];
	bool counted[CALLS_COUNTERS];
	double in_time;    /* calls within the threshold */
	double in_time_of; /* calls answered, or abandoned after the threshold; 0: not known */
	double uncertain;           /* calls that in_time may be off, by where it began and where it ends */
	double uncertain_from;
	bool levelled;
	double longest, waiting;    /* the most that was seen; -1: nothing */
	double running;             /* the day's service level at the end; -1: not known */
};

/* The counters of one answer. */
struct calls_reading {
	bool known[CALLS_STATS];
	double value[CALLS_STATS];
	bool level_known;
	double in_time, in_time_of, uncertain;
	double low, high; /* whole calls that in_time may be; high below low: it is none of any */
	double sent, half; /* calls that the level stands for as it was sent, and half a unit of its last place */
	bool rounds;       /* it was above what it stands for: the server does not cut */
};

extern const struct calls_span calls_none; /* a span in which nothing was seen */

/* The statistic with this name; -1: it is not one of these. */
int calls_stat_of(const char *name);

/* How many decimals this service level was sent with, in percent. */
unsigned calls_level_decimals(const struct cell *cell);

/* Works out the calls within the threshold, once the values of a reading are set. decimals: of the service level. */
void calls_read_level(struct calls_reading *reading, unsigned decimals);

/* Whether a counter that was `before` began anew. */
bool calls_began_anew(double before, double now);

/*
 * Adds an answer to a span. begun: the answer before it was within the span too, else the calls since then may belong to
 * the span before. True if a counter began anew.
 */
bool calls_add(struct calls_span *span, const struct calls_reading *last, const struct calls_reading *now, bool begun);

/* The level alone, where the calls were counted elsewhere. */
void calls_add_level(struct calls_span *span, const struct calls_reading *last, const struct calls_reading *now);

/*
 * The same for a time of which is kept what counters gained (NAN: not known), and where they stood at its end and at the
 * end of the time before. Where the two do not fit, as when a clock was set back, the service level is left out.
 */
void calls_add_kept(struct calls_span *span, const struct calls_reading *last, const struct calls_reading *now,
	const double gained[CALLS_COUNTERS]);

/* What the next answer is compared with: a statistic that was not sent this time keeps its last value. */
void calls_keep(struct calls_reading *last, const struct calls_reading *now);

/*
 * Percent; false where it is not known, or rounding leaves more than 50 points open. margin (may be NULL): points
 * that it leaves open.
 */
bool calls_level(const struct calls_span *span, double *percent, double *margin);

/* The calls that were answered: as counted, else those handled (*handled is then true). Negative: not known. */
double calls_answered(const struct calls_span *span, bool *handled);

/* Abandoned calls: as counted, else long and short together. Negative: not known. */
double calls_abandoned(const struct calls_span *span);

#endif
