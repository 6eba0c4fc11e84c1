/*
 * Are there enough people? Of one pool of services: what its counters say about calls, handling time, patience and people,
 * and what follows for the next half-hour by Erlang A (board/erlang).
 *
 * Calls per second: what the received counter rose by in the last 30 minutes; where past days are known, their calls in the
 * same half-hours, raised or lowered by how today compares with them so far. Handling time: the day's mean and what the
 * mean says of the last 30 minutes, else the time that people were busy for each call handled. Patience: the time that
 * callers waited for each one who left. People: who is ready or busy.
 *
 * How sure it is comes from counts: calls spread as a gamma mixture of Poisson, by what half-hours differed from each
 * other so far; the level of a half-hour with known rates varies as the queue does, which erlang_span() tells.
 *
 * Pure: no clock, no I/O, nothing allocated. Times are milliseconds of the time of day.
 */
#ifndef BOARD_STAFFING_H
#define BOARD_STAFFING_H

#include <stdbool.h>
#include <stdint.h>

#include "board/erlang.h"
#include "layout/staffing_stat.h"

enum {
	STAFFING_AHEAD_S = 1800,     /* what is told is the next half-hour */
	STAFFING_WINDOW = 30,        /* minutes that are looked back upon */
	STAFFING_MINUTES = 240,      /* that are kept, to see how half-hours differ */
	STAFFING_QUARTERS = 96,      /* of a day */
	STAFFING_FEWER = 2, STAFFING_MORE = 3, /* people that the curve reaches */
	STAFFING_CURVE = STAFFING_FEWER + STAFFING_MORE + 1,
	STAFFING_CALLS_LEAST = 20,   /* evidence: below it numbers are grey */
	STAFFING_MINUTES_LEAST = 15,
	STAFFING_CHANCE = 80,        /* percent of what comes that the interval holds */
	STAFFING_GRID = 100,         /* levels are told in whole percents */
};

/* One answer; NAN: blank, or never sent. Percents and seconds. */
struct staffing_reading {
	double value[STAFFING_STATS];
};

/* What happened in one minute. */
struct staffing_minute {
	int64_t minute;  /* since 1970; another one's: nothing is known */
	float seconds;   /* of it that were watched */
	float received, handled, left, counted; /* counted: hung up after the threshold; left: without an answer */
	float handling;  /* seconds of those handled */
	float waiting, busy, people; /* seconds of callers and people */
};

/* Calls of a quarter-hour of past days. */
struct staffing_quarter {
	float days, calls, squares; /* sums */
};

struct staffing_pool {
	struct staffing_minute minutes[STAFFING_MINUTES];
	struct staffing_quarter past[STAFFING_QUARTERS]; /* by local time of day */
	struct staffing_reading last;
	int64_t last_ms; /* 0: nothing came yet */
};

/* What a forecast is made of. */
struct staffing_inputs {
	struct erlang_queue queue;  /* people: those of now */
	struct erlang_start start;
	double load_spread, people_spread; /* relative standard deviations */
	double calls, minutes;      /* seen in the window */
	double handled;             /* in it */
	double left, waited;        /* callers who left, seconds waited, in what is kept */
	double days;                /* past days that count */
	double dispersion;          /* of half-hours, 1: Poisson */
	double target;              /* share */
	bool enough;                /* the evidence is */
	bool measured;              /* the handling time is busy time for each call */
};

/* The next half-hour with a number of people. */
struct staffing_span {
	unsigned people;
	double level, low, high; /* shares; the level is as often above as below */
	double wait;             /* mean seconds of all calls */
	double abandons;         /* share of the calls */
};

struct staffing_forecast {
	struct staffing_span curve[STAFFING_CURVE]; /* with STAFFING_FEWER fewer people up to STAFFING_MORE more */
	double calls;    /* that come */
	unsigned needed; /* people for the target; ERLANG_PEOPLE_MAX: so many, or more */
};

struct staffing_work;

struct staffing_work *staffing_work_new(void);
void staffing_work_free(struct staffing_work *work);

void staffing_pool_clear(struct staffing_pool *pool);

/* An answer; gap_ms: of a longer time since the last one nothing is known but that it passed. */
void staffing_pool_take(struct staffing_pool *pool, const struct staffing_reading *reading, int64_t wall_ms, int64_t gap_ms);

/* People who can take calls: ready, or busy with a call or the work after it. NAN: not known. */
double staffing_people(const struct staffing_reading *reading);

/* The first statistic without which there is no forecast and that is blank; STAFFING_STATS: none is. Arguments as below. */
enum staffing_stat staffing_lacks(const struct staffing_reading *reading, double target, double threshold);

/* Calls of a quarter-hour of a past day; quarter: of the local day, from 0. */
void staffing_pool_past(struct staffing_pool *pool, unsigned quarter, double calls);

/*
 * target: share, NAN for the service's own; threshold: seconds, NAN likewise. False where an input is blank: *lacks is its
 * statistic then. quarter: of the local day, with a fraction.
 */
bool staffing_look(const struct staffing_pool *pool, int64_t wall_ms, double quarter, double target, double threshold,
	struct staffing_inputs *inputs, enum staffing_stat *lacks);

void staffing_foresee(struct staffing_work *work, const struct staffing_inputs *inputs, struct staffing_forecast *forecast);

#endif
