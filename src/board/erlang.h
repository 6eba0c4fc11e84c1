/*
 * Queueing formulas: Erlang B and C, and the queue whose callers hang up (Erlang A, M/M/n+M), in the long run and over a
 * span of time that begins with the queue of now.
 *
 * Sources. Erlang B by its recursion and C from it: R. B. Cooper, Introduction to Queueing Theory (1981), ch. 3. Erlang A:
 * C. Palm, Research on telephone traffic carried by full availability groups (Tele 1, 1957); A. Mandelbaum and S. Zeltyn,
 * Service Engineering in Action: The Palm/Erlang-A Queue (2007). The time until so many who stand before a caller have left
 * is a sum of exponential times whose rates grow by the same step, so that exp(-time) has a beta distribution: N. L. Johnson,
 * S. Kotz, N. Balakrishnan, Continuous Univariate Distributions 2 (1995), ch. 25. Means and variances over a span: the
 * backward equations of a Markov chain with rewards, R. A. Howard, Dynamic Probabilistic Systems 2 (1971), ch. 13,
 * integrated by implicit Euler, which keeps the total of what fades away.
 *
 * All sums have positive terms only, and nothing is a quotient of factorials: no number of people is too large. A library
 * of special functions would add nothing: every incomplete beta function here has a whole second parameter, and those of one
 * queue follow from each other by one product each.
 *
 * Pure: no clock, no I/O. What is computed over time needs a struct erlang_work, which the caller owns and uses again.
 */
#ifndef BOARD_ERLANG_H
#define BOARD_ERLANG_H

#include <stdbool.h>

enum {
	ERLANG_PEOPLE_MAX = 600,
	ERLANG_WAITING_MAX = 600, /* more who wait than this count as this many */
	ERLANG_STATES_MAX = ERLANG_PEOPLE_MAX + ERLANG_WAITING_MAX + 2,
	ERLANG_STEPS = 15,
	ERLANG_REWARDS = 4,
};

struct erlang_queue {
	double arrivals;  /* calls a second */
	double handling;  /* mean seconds, with the work after the call */
	double patience;  /* mean seconds until a caller who waits hangs up; INFINITY: never */
	double threshold; /* seconds of the service level */
	double counted;   /* share of those who leave after the threshold that counts as abandoned: 1, or less with callbacks */
	unsigned people;
};

/* Share of calls that find all lines busy. offered: in erlangs. */
double erlang_b(double offered, unsigned people);

/* Share of calls that wait, where nobody hangs up; 1 where there is more work than people. */
double erlang_c(double offered, unsigned people);

/* The queue in the long run. Shares of all calls; waits in seconds. */
struct erlang_steady {
	double waits;     /* share that does not find anybody free */
	double abandons;  /* share that hangs up */
	double wait;      /* mean, of all calls */
	double level;     /* share answered within the threshold / (answered + abandoned after it) */
	double queue;     /* mean number of waiting calls */
	double occupancy; /* of the people */
};

struct erlang_work;

struct erlang_work *erlang_work_new(void);
void erlang_work_free(struct erlang_work *work);

/* False where there is no long run: more work than people, and nobody hangs up. */
bool erlang_steady(struct erlang_work *work, const struct erlang_queue *queue, struct erlang_steady *steady);

/* What is to be expected of a span that begins with so many calls in the system. */
struct erlang_span {
	double level;     /* as above: calls that end within the span */
	double variance;  /* of the level of one such span, all rates being known; 0 unless asked for */
	double abandons;  /* share of the calls that come */
	double wait;      /* mean seconds of the calls that come, those who hang up too */
	double calls;     /* that the level is made of */
};

/* busy: people at work now; waiting: calls that wait now; longest: seconds that the first of them has waited. */
struct erlang_start {
	double busy, waiting, longest;
};

void erlang_span(struct erlang_work *work, const struct erlang_queue *queue, const struct erlang_start *start, double seconds,
	bool variance, struct erlang_span *span);

#endif
