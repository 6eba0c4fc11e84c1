/*
 * A period of a recording in figures: what `cxwall summary` prints.
 *
 * Fed with the board after each answer, with the time of day of each; a line for each service of the service grids, and
 * for each totals. Calls are differences of the day's counters, never sums of what was shown: a counter that falls
 * below half began anew (the tenant's reset), a smaller fall is a correction. Percentages are never averaged: the
 * service level of a period is the vendor's formula on those differences. The API sends no count of calls within
 * the threshold, so it is read back from the day's service level and its two other counters; what rounding makes
 * uncertain about it is kept beside it.
 *
 * Pure: no clock, no I/O. The caller gives the period, may set gap_ms, and owns the struct until summary_free().
 */
#ifndef RECORDING_SUMMARY_H
#define RECORDING_SUMMARY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/json.h"
#include "board/board.h"
#include "board/calls.h"

enum {
	SUMMARY_LINES_MAX = 256 + LAYOUT_PANELS_MAX, /* lines beyond it are counted, and reported */
	SUMMARY_DAYS_MAX = 31,
	SUMMARY_GAPS_MAX = 1000, /* listed one by one; more are counted */
	SUMMARY_ALERTS_MAX = 256,
	SUMMARY_NAME_MAX = 128,
	SUMMARY_HOUR_MS = 3600 * 1000,
	SUMMARY_QUARTER_MS = 15 * 60 * 1000,
};

enum summary_kind { SUMMARY_SERVICE, SUMMARY_TOTAL };

struct summary_line {
	enum summary_kind kind;
	char name[SUMMARY_NAME_MAX];
	unsigned source[CALLS_STATS]; /* the panel that a statistic is read from, and one; 0: none */
	bool asked[CALLS_STATS], sent[CALLS_STATS];
	unsigned decimals; /* of the service level, the most that were seen */
	uint64_t touched;  /* the number of the answer that spoke of it last */
	struct calls_reading now, last;
	struct calls_span whole;
	struct calls_span *hours; /* those with an answer, in order */
	unsigned hour_count, hour_room;
	struct calls_span quarter, worst; /* the one that runs, and the worst so far; from_ms 0: none */
	double threshold;                 /* seconds, as sent last; -1: not known */
};

struct summary_gap {
	int64_t from_ms, to_ms;
};

struct summary_alert {
	char name[SUMMARY_NAME_MAX];
	unsigned count, unfinished;
	int64_t lasted_ms, longest_ms, longest_at_ms;
};

struct summary {
	int64_t from_ms, until_ms; /* time of day; what is outside only tells where counters stood */
	int64_t gap_ms;            /* answers further apart than this leave a gap; CALLS_GAP_MS at least */
	int64_t first_ms, last_ms; /* of the answers within; 0: none */
	int64_t before_ms;         /* of the answer before */
	uint64_t answers, serial; /* within, and all */
	struct summary_line *lines; /* in the order in which they came */
	unsigned line_count, line_room, lines_lost;
	struct summary_gap *gaps;
	unsigned gap_count, gaps_lost;
	int64_t gaps_ms; /* all of them together */
	unsigned resets; /* times at which counters began anew */
	int64_t reset_ms; /* the last of these; 0: none */
	struct summary_alert alerts[SUMMARY_ALERTS_MAX];
	unsigned alert_count, alerts_lost;
};

/* from and until in milliseconds of the time of day; until is included. */
void summary_init(struct summary *summary, int64_t from_ms, int64_t until_ms);
void summary_free(struct summary *summary);

/* Adds the answer on the board; received_ms is of its feed's clock. */
void summary_add_answer(struct summary *summary, const struct board *board, int64_t received_ms, int64_t wall_ms);

/* The board is another one, whose panels show other statistics. */
void summary_forget_panels(struct summary *summary);

/* Adds a firing of an alert. unfinished: it lasted until the recording or the run ended, or longer. */
void summary_alert(struct summary *summary, const char *name, int64_t wall_ms, int64_t lasted_ms, bool unfinished);

/*
 * Instead of answers, spans that were worked out elsewhere. A new line is the caller's to fill in but for its hours and
 * quarter-hours, which come in order; NULL: there is no room. A gap is within the period.
 */
struct summary_line *summary_begin_line(struct summary *summary, enum summary_kind kind, const char *name);
void summary_add_hour(struct summary_line *line, const struct calls_span *hour);
void summary_add_quarter(struct summary_line *line, const struct calls_span *quarter);
void summary_add_gap(struct summary *summary, int64_t from_ms, int64_t to_ms);

/* Ends the period: no more is added. */
void summary_end(struct summary *summary);

/* Whether a time has gaps, or lies partly outside of the period. */
bool summary_partial(const struct summary *summary, int64_t from_ms, int64_t length_ms);

#endif
