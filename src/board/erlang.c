#include "board/erlang.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

/* States of the chain that are hardly ever reached are left out: below this weight beside the likeliest one. */
static const double WEIGHT_LEAST = 1e-9;

/* exp() of less is nothing. */
static const double EXPONENT_LEAST = -690;

enum reward { REWARD_IN_TIME, REWARD_COUNTED, REWARD_WAITING, REWARD_ABANDONED };

struct erlang_work {
	/* By state, from the first one on: how many calls are in the system. */
	double in_time[ERLANG_STATES_MAX];  /* share of those who come then that is answered within the threshold */
	double counted[ERLANG_STATES_MAX];  /* ... that is answered, or hangs up after it */
	double abandons[ERLANG_STATES_MAX]; /* ... that hangs up */
	double upper[ERLANG_STATES_MAX], pivot[ERLANG_STATES_MAX], lower[ERLANG_STATES_MAX];
	double rewards[ERLANG_STATES_MAX][ERLANG_REWARDS];
	double values[ERLANG_STATES_MAX][ERLANG_REWARDS];
	double steps[ERLANG_STEPS][ERLANG_STATES_MAX][2]; /* in time and counted, after each step */
	double second[ERLANG_STATES_MAX];
	double weight[ERLANG_STATES_MAX];
	unsigned first, count;
};

struct erlang_work *erlang_work_new(void)
{
	struct erlang_work *work = must_alloc(sizeof(*work));
	memset(work, 0, sizeof(*work));
	return work;
}

void erlang_work_free(struct erlang_work *work)
{
	free(work);
}

double erlang_b(double offered, unsigned people)
{
	/* Of the inverse, which only grows. */
	double inverse = 1;
	if (!(offered > 0))
		return people == 0 ? 1 : 0;
	for (unsigned n = 1; n <= people && isfinite(inverse); n++)
		inverse = 1 + inverse * n / offered;
	return 1 / inverse;
}

double erlang_c(double offered, unsigned people)
{
	if (offered >= people)
		return 1;
	double blocked = erlang_b(offered, people);
	return blocked / (1 - offered / people * (1 - blocked));
}

static unsigned people_of(const struct erlang_queue *queue)
{
	return queue->people < ERLANG_PEOPLE_MAX ? queue->people : ERLANG_PEOPLE_MAX;
}

/* How fast calls leave the system: answered to the end, or hung up. */
static double departures(const struct erlang_queue *queue, unsigned calls)
{
	unsigned people = people_of(queue), busy = calls < people ? calls : people;
	return busy / queue->handling + (calls - busy) / queue->patience;
}

/* The weights of the states from one of them on, up or down, until they are nothing. Returns the last state. */
static unsigned weigh_up(const struct erlang_queue *queue, double *weight, unsigned from)
{
	unsigned most = people_of(queue) + ERLANG_WAITING_MAX, state = from;
	for (; state < most && weight[state] > WEIGHT_LEAST; state++)
		weight[state + 1] = weight[state] * queue->arrivals / departures(queue, state + 1);
	return state;
}

static unsigned weigh_down(const struct erlang_queue *queue, double *weight, unsigned from)
{
	unsigned state = from;
	for (; state > 0 && weight[state] > WEIGHT_LEAST; state--)
		weight[state - 1] = weight[state] * departures(queue, state) / queue->arrivals;
	return state;
}

/* The likeliest state: where as many come as leave. */
static unsigned likeliest(const struct erlang_queue *queue)
{
	double offered = queue->arrivals * queue->handling, people = people_of(queue);
	double state = offered < people ? offered : people + (queue->arrivals - people / queue->handling) * queue->patience;
	double most = people + ERLANG_WAITING_MAX;
	return state < most ? (unsigned)state : (unsigned)most;
}

/*
 * What becomes of a call that comes in each state. With so many before it a call is answered after V, a sum of exponential
 * times of rates n/h + i/p, i = 0 ... those before it; exp(-V/p) is beta distributed with the parameters c = n p / h and one
 * more than those before it. P(V > t) and E(exp(-V/p); V <= t) are sums of one more term for each one before it.
 */
static void set_shares(struct erlang_work *work, const struct erlang_queue *queue)
{
	unsigned people = people_of(queue), end = work->first + work->count;
	double rate = people / queue->handling, leaving = 1 / queue->patience, threshold = queue->threshold;
	double still = exp(-leaving * threshold), gone = -expm1(-leaving * threshold);
	/* What each term grows by, beside the number of the term; in the limit where nobody hangs up it is Poisson's. */
	double growth = leaving > 0 ? rate * gone / leaving : rate * threshold;
	double log_term = -rate * threshold, log_served = -(rate + leaving) * threshold;
	double later = 0, later_served = 0;
	for (unsigned state = 0; state < end; state++) {
		double in_time = 1, counted = 1, abandons = 0;
		if (state >= people) {
			unsigned before = state - people;
			later += log_term > EXPONENT_LEAST ? exp(log_term) : 0;
			later_served += log_served > EXPONENT_LEAST ? exp(log_served) : 0;
			log_term += log((growth + gone * before) / (before + 1));
			log_served += log((growth + gone * (before + 1)) / (before + 1));
			double served = rate > 0 ? rate / (rate + (before + 1) * leaving) : 0;
			double waits = still * fmin(later, 1), answered = served * (1 - fmin(later_served, 1));
			in_time = answered;
			abandons = 1 - served;
			/* Of those who wait longer some are answered later. */
			double answered_later = served - answered;
			counted = answered + answered_later + queue->counted * fmax(waits - answered_later, 0);
		}
		if (state < work->first)
			continue;
		unsigned at = state - work->first;
		work->in_time[at] = in_time;
		work->counted[at] = counted;
		work->abandons[at] = abandons;
	}
}

bool erlang_steady(struct erlang_work *work, const struct erlang_queue *queue, struct erlang_steady *steady)
{
	unsigned people = people_of(queue), mode = likeliest(queue);
	if (isinf(queue->patience) && queue->arrivals * queue->handling >= people)
		return false;
	work->weight[mode] = 1;
	unsigned last = weigh_up(queue, work->weight, mode);
	work->first = weigh_down(queue, work->weight, mode);
	work->count = last - work->first + 1;
	set_shares(work, queue);
	double sum = 0, waits = 0, waiting = 0, busy = 0, in_time = 0, counted = 0, abandons = 0;
	for (unsigned state = work->first; state <= last; state++) {
		double weight = work->weight[state];
		unsigned at = state - work->first;
		sum += weight;
		waits += state >= people ? weight : 0;
		waiting += weight * (state > people ? state - people : 0);
		busy += weight * (state < people ? state : people);
		in_time += weight * work->in_time[at];
		counted += weight * work->counted[at];
		abandons += weight * work->abandons[at];
	}
	*steady = (struct erlang_steady){ .waits = waits / sum, .abandons = abandons / sum, .queue = waiting / sum,
		.wait = waiting / sum / queue->arrivals, .level = in_time / counted,
		.occupancy = people > 0 ? busy / sum / people : 1 };
	return true;
}

/* ---- over a span ---- */

/* The states that can be reached from where it begins. */
static void choose_states(struct erlang_work *work, const struct erlang_queue *queue, unsigned start, double seconds)
{
	unsigned mode = likeliest(queue), most = people_of(queue) + ERLANG_WAITING_MAX;
	work->weight[mode] = 1;
	unsigned last = weigh_up(queue, work->weight, mode), first = weigh_down(queue, work->weight, mode);
	/* Where hardly anybody hangs up the long run is far away. */
	double calls = queue->arrivals * seconds, most_come = start + calls + 6 * sqrt(calls) + 1;
	if (last > most_come)
		last = (unsigned)most_come;
	if (last < start + 1)
		last = start + 1 < most ? start + 1 : most;
	work->first = first < start ? first : start;
	work->count = last - work->first + 1;
}

/* The matrix I - step Q, in the form in which it is solved. */
static void factor(struct erlang_work *work, const struct erlang_queue *queue, double step)
{
	double before = 0;
	for (unsigned at = 0; at < work->count; at++) {
		double down = at > 0 ? departures(queue, work->first + at) : 0;
		double up = at + 1 < work->count ? queue->arrivals : 0;
		double pivot = 1 / (1 + step * (up + down) - step * down * before);
		work->lower[at] = step * down;
		work->pivot[at] = pivot;
		work->upper[at] = before = step * up * pivot;
	}
}

/* One step back in time of four rewards at once. */
static void step_back(struct erlang_work *work, double step)
{
	double last[ERLANG_REWARDS] = { 0 };
	for (unsigned at = 0; at < work->count; at++)
		for (unsigned i = 0; i < ERLANG_REWARDS; i++)
			last[i] = work->values[at][i] = (work->values[at][i] + step * work->rewards[at][i] +
				work->lower[at] * last[i]) * work->pivot[at];
	for (unsigned at = work->count - 1; at-- > 0;)
		for (unsigned i = 0; i < ERLANG_REWARDS; i++)
			last[i] = work->values[at][i] += work->upper[at] * last[i];
}

static void step_second(struct erlang_work *work, double step, double rate, double level, const double (*means)[2])
{
	double last = 0;
	for (unsigned at = 0; at < work->count; at++) {
		/* Of a call that comes: what it counts for, and what it counts for with all that come after it. */
		double in_time = work->in_time[at], counted = work->counted[at];
		unsigned next = at + 1 < work->count ? at + 1 : at;
		double own = in_time - level * counted, square = in_time * (1 - level) * (1 - level) + (counted - in_time) * level * level;
		double after = means[next][0] - level * means[next][1];
		work->second[at] = last = (work->second[at] + step * rate * (square + 2 * own * after) + work->lower[at] * last) *
			work->pivot[at];
	}
	for (unsigned at = work->count - 1; at-- > 0;)
		last = work->second[at] += work->upper[at] * last;
}

/* Of calls that wait at one moment, the share that is answered in time, by how long they wait in all. */
static double waiting_in_time(double wait, double threshold)
{
	return threshold > 0 ? fmin(fmax(2 - wait / threshold, 0), 1) : 0;
}

void erlang_span(struct erlang_work *work, const struct erlang_queue *queue, const struct erlang_start *start, double seconds,
	bool variance, struct erlang_span *span)
{
	unsigned people = people_of(queue);
	double waits = fmin(fmax(start->waiting, 0), ERLANG_WAITING_MAX - 1), step = seconds / ERLANG_STEPS;
	/* Who waits beside people who are free is about to be answered. */
	unsigned begin = (unsigned)(fmin(fmax(start->busy, 0), people) + waits + 0.5);
	begin = waits > 0 && begin < people ? people : begin;
	choose_states(work, queue, begin, seconds);
	set_shares(work, queue);
	factor(work, queue, step);
	for (unsigned at = 0; at < work->count; at++) {
		unsigned state = work->first + at;
		double *rewards = work->rewards[at], *values = work->values[at];
		rewards[REWARD_IN_TIME] = queue->arrivals * work->in_time[at];
		rewards[REWARD_COUNTED] = queue->arrivals * work->counted[at];
		rewards[REWARD_ABANDONED] = state > people ? (state - people) : 0; /* time that is waited */
		rewards[REWARD_WAITING] = 0;
		values[REWARD_IN_TIME] = values[REWARD_COUNTED] = values[REWARD_ABANDONED] = 0;
		values[REWARD_WAITING] = state > people ? state - people : 0; /* who waits at the end */
		work->second[at] = 0;
	}
	for (unsigned i = 0; i < ERLANG_STEPS; i++) {
		step_back(work, step);
		for (unsigned at = 0; variance && at < work->count; at++) {
			work->steps[i][at][0] = work->values[at][REWARD_IN_TIME];
			work->steps[i][at][1] = work->values[at][REWARD_COUNTED];
		}
	}
	unsigned at = begin - work->first < work->count ? begin - work->first : work->count - 1;
	double in_time = work->values[at][REWARD_IN_TIME], counted = work->values[at][REWARD_COUNTED];
	double still = work->values[at][REWARD_WAITING], waited = work->values[at][REWARD_ABANDONED];
	double rate = people / queue->handling, come = queue->arrivals * seconds;
	double ratio = counted > 0 ? in_time / counted : 1;
	/* Who waits now ends within the span, and who waits at its end does not. */
	double wait_now = fmax(start->longest, rate > 0 ? waits / (rate + 0.5 * waits / queue->patience) : HUGE_VAL);
	double wait_then = rate > 0 ? still / (rate + 0.5 * still / queue->patience) : HUGE_VAL;
	in_time += waits * waiting_in_time(wait_now, queue->threshold) - still * waiting_in_time(wait_then, queue->threshold);
	counted += waits - still;
	counted = fmax(counted, 1e-9);
	*span = (struct erlang_span){ .level = fmin(fmax(in_time / counted, 0), 1), .calls = counted,
		.wait = come > 0 ? waited / come : 0, .abandons = come > 0 ? fmin(waited / queue->patience / come, 1) : 0 };
	if (!variance)
		return;
	for (unsigned i = 0; i < ERLANG_STEPS; i++)
		step_second(work, step, queue->arrivals, ratio, (const double (*)[2])work->steps[i]);
	double mean = work->values[at][REWARD_IN_TIME] - ratio * work->values[at][REWARD_COUNTED];
	span->variance = fmax(work->second[at] - mean * mean, 0) / (counted * counted);
}
