#include "board/staffing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "board/calls.h"

enum { MINUTE_MS = 60 * 1000, WINDOW_STEP = 5, SPREADS = 3 };

/* Before anybody left: one caller in five minutes of waiting. Each count outweighs it soon. */
static const double PATIENCE_CALLERS = 1, PATIENCE_SECONDS = 600;

/* The day's mean handling time stands for so many calls beside those of the last half-hour. */
static const double HANDLING_CALLS = 60;

/*
 * Handling times vary less than exponential ones: measured ones by about three quarters of their mean (L. Brown et al.,
 * Statistical Analysis of a Telephone Call Center, JASA 100, 2005). What a queue varies by goes with half of one and the square of
 * that.
 */
static const double VARIANCE_SHARE = (1 + 0.75 * 0.75) / 2;

/* Half-hours are taken for Poisson by the weight of so many pairs of them. */
static const double DISPERSION_PAIRS = 2;

struct staffing_work {
	struct erlang_work *erlang;
	double logs[STAFFING_GRID + 1], logs_below[STAFFING_GRID + 1]; /* of the middle of each cell of levels, and of 1 less it */
	double chances[STAFFING_GRID + 1];
};

struct staffing_work *staffing_work_new(void)
{
	struct staffing_work *work = must_alloc(sizeof(*work));
	memset(work, 0, sizeof(*work));
	work->erlang = erlang_work_new();
	for (int i = 0; i <= STAFFING_GRID; i++) {
		/* The first and the last cell are halves. */
		double middle = i == 0 ? 0.25 : i == STAFFING_GRID ? i - 0.25 : i;
		work->logs[i] = log(middle / STAFFING_GRID);
		work->logs_below[i] = log1p(-middle / STAFFING_GRID);
	}
	return work;
}

void staffing_work_free(struct staffing_work *work)
{
	if (work != NULL)
		erlang_work_free(work->erlang);
	free(work);
}

/* ---- what happened ---- */

void staffing_pool_clear(struct staffing_pool *pool)
{
	memset(pool, 0, sizeof(*pool));
}

/* A clock that was never set may be near 1970, or before it. */
static struct staffing_minute *minute_at(struct staffing_pool *pool, int64_t wall_ms)
{
	int64_t number = wall_ms < 0 ? 0 : wall_ms / MINUTE_MS;
	struct staffing_minute *minute = &pool->minutes[number % STAFFING_MINUTES];
	if (minute->minute != number)
		*minute = (struct staffing_minute){ .minute = number };
	return minute;
}

static const struct staffing_minute *minute_seen(const struct staffing_pool *pool, int64_t number)
{
	if (number < 0)
		return NULL;
	const struct staffing_minute *minute = &pool->minutes[number % STAFFING_MINUTES];
	return minute->minute == number && minute->seconds > 0 ? minute : NULL;
}

/* What a counter gained; 0 where it is not known. */
static double gained(const struct staffing_reading *last, const struct staffing_reading *now, enum staffing_stat stat)
{
	double before = last->value[stat], after = now->value[stat];
	if (isnan(before) || isnan(after))
		return 0;
	if (calls_began_anew(before, after))
		return after;
	return after > before ? after - before : 0;
}

static double handled_seconds(const struct staffing_reading *reading)
{
	return reading->value[STAFFING_HANDLING] * reading->value[STAFFING_HANDLED];
}

/* A mean that was rounded may make the sum fall. Where the day began anew there is no difference. */
static double handled_gained(const struct staffing_reading *last, const struct staffing_reading *now)
{
	double before = handled_seconds(last), after = handled_seconds(now);
	if (isnan(after) || now->value[STAFFING_HANDLED] < last->value[STAFFING_HANDLED])
		return 0;
	return isnan(before) ? 0 : after - before;
}

static double abandoned_gained(const struct staffing_reading *last, const struct staffing_reading *now)
{
	if (!isnan(now->value[STAFFING_ABANDONED]))
		return gained(last, now, STAFFING_ABANDONED);
	return gained(last, now, STAFFING_LONG) + gained(last, now, STAFFING_SHORT);
}

double staffing_people(const struct staffing_reading *reading)
{
	const double *value = reading->value;
	if (!isnan(value[STAFFING_READY]) && !isnan(value[STAFFING_BUSY]))
		return value[STAFFING_READY] + value[STAFFING_BUSY];
	return value[STAFFING_LOGGED] - value[STAFFING_NOT_READY];
}

static double busy_of(const struct staffing_reading *reading)
{
	const double *value = reading->value;
	return isnan(value[STAFFING_BUSY]) ? staffing_people(reading) - value[STAFFING_READY] : value[STAFFING_BUSY];
}

static double or_nothing(double value)
{
	return isnan(value) ? 0 : value;
}

/* Callers who left by themselves: hung up, or asked to be called back, which no counter of abandoned calls has. */
static double left_gained(const struct staffing_reading *last, const struct staffing_reading *now)
{
	double queued = now->value[STAFFING_WAITING] - last->value[STAFFING_WAITING], abandoned = abandoned_gained(last, now);
	if (isnan(now->value[STAFFING_ANSWERED]) || isnan(last->value[STAFFING_ANSWERED]) || isnan(queued))
		return abandoned;
	return gained(last, now, STAFFING_RECEIVED) - gained(last, now, STAFFING_ANSWERED) - queued;
}

void staffing_pool_take(struct staffing_pool *pool, const struct staffing_reading *reading, int64_t wall_ms, int64_t gap_ms)
{
	const struct staffing_reading *last = &pool->last;
	int64_t since = wall_ms - pool->last_ms;
	if (pool->last_ms != 0 && since > 0 && since <= gap_ms) {
		struct staffing_minute *minute = minute_at(pool, wall_ms);
		float seconds = (float)since / 1000;
		minute->seconds += seconds;
		minute->received += (float)gained(last, reading, STAFFING_RECEIVED);
		minute->handled += (float)gained(last, reading, STAFFING_HANDLED);
		minute->handling += (float)handled_gained(last, reading);
		minute->left += (float)left_gained(last, reading);
		minute->counted += (float)abandoned_gained(last, reading);
		minute->waiting += (float)or_nothing(reading->value[STAFFING_WAITING]) * seconds;
		minute->busy += (float)or_nothing(busy_of(reading)) * seconds;
		minute->people += (float)or_nothing(staffing_people(reading)) * seconds;
	}
	pool->last = *reading;
	pool->last_ms = wall_ms;
}

void staffing_pool_past(struct staffing_pool *pool, unsigned quarter, double calls)
{
	struct staffing_quarter *past = &pool->past[quarter % STAFFING_QUARTERS];
	past->days++;
	past->calls += (float)calls;
	past->squares += (float)(calls * calls);
}

/* ---- what it says ---- */

/* The minutes before one of them, put together. */
static struct staffing_minute add_minutes(const struct staffing_pool *pool, int64_t end, int count)
{
	struct staffing_minute sum = { .minute = end };
	for (int64_t number = end - count + 1; number <= end; number++) {
		const struct staffing_minute *minute = minute_seen(pool, number);
		if (minute == NULL)
			continue;
		sum.seconds += minute->seconds;
		sum.received += minute->received;
		sum.handled += minute->handled;
		sum.handling += minute->handling;
		sum.left += minute->left;
		sum.counted += minute->counted;
		sum.waiting += minute->waiting;
		sum.busy += minute->busy;
		sum.people += minute->people;
	}
	return sum;
}

/*
 * How much more half-hours that follow each other differ than those of a Poisson process would, whose difference varies as
 * their sum; and how far the people of one moment are from those of the half-hour after it.
 */
static void compare_halves(const struct staffing_pool *pool, int64_t end, struct staffing_inputs *inputs)
{
	double excess = 0, pairs = 0, strays = 0;
	for (int64_t at = end - 2 * STAFFING_WINDOW; at > end - STAFFING_MINUTES + 1; at -= WINDOW_STEP) {
		struct staffing_minute first = add_minutes(pool, at, STAFFING_WINDOW);
		struct staffing_minute second = add_minutes(pool, at + STAFFING_WINDOW, STAFFING_WINDOW);
		struct staffing_minute then = add_minutes(pool, at, 1);
		double both = (double)first.received + second.received;
		if (first.seconds < 25 * 60 || second.seconds < 25 * 60 || then.seconds <= 0 || both < 1)
			continue;
		double difference = (double)second.received - first.received;
		double now = (double)then.people / then.seconds, later = (double)second.people / second.seconds;
		excess += difference * difference / both;
		strays += later > 0 ? (now - later) * (now - later) / (later * later) : 0;
		pairs++;
	}
	/* Windows overlap: so many are one pair. */
	double independent = pairs * WINDOW_STEP / STAFFING_WINDOW, mean = pairs > 0 ? excess / pairs : 1;
	inputs->dispersion = (DISPERSION_PAIRS + mean * independent) / (DISPERSION_PAIRS + independent);
	inputs->people_spread = pairs > 0 ? sqrt(strays / pairs * independent / (1 + independent)) : 0;
}

/* Calls of past days in the half-hour from this quarter on, a day; *days: how many are known. */
static double past_calls(const struct staffing_pool *pool, double quarter, double *days)
{
	double calls = 0, fraction = quarter - floor(quarter), weights[3] = { 1 - fraction, 1, fraction };
	*days = HUGE_VAL;
	for (int i = 0; i < 3; i++) {
		const struct staffing_quarter *past = &pool->past[((int)floor(quarter) + i + STAFFING_QUARTERS) % STAFFING_QUARTERS];
		if (weights[i] <= 0)
			continue;
		*days = fmin(*days, (double)past->days);
		calls += past->days > 0 ? weights[i] * (double)past->calls / past->days : 0;
	}
	return calls;
}

/* By how much past days differ in one quarter-hour, beyond Poisson: relative variance of a day's level; NAN: not known. */
static double day_variance(const struct staffing_pool *pool)
{
	double excess = 0, means = 0;
	for (int i = 0; i < STAFFING_QUARTERS; i++) {
		const struct staffing_quarter *past = &pool->past[i];
		if (past->days < 2)
			continue;
		double mean = (double)past->calls / past->days;
		double variance = ((double)past->squares - past->calls * mean) / (past->days - 1);
		excess += variance - mean;
		means += mean * mean;
	}
	return means > 0 ? fmax(excess / means, 0) : (double)NAN;
}

/* Calls a second, and how sure that is. */
static void look_at_calls(const struct staffing_pool *pool, const struct staffing_minute *window, double quarter,
	struct staffing_inputs *inputs, double *variance)
{
	double days, days_before, seconds = (double)window->seconds, calls = (double)window->received;
	double ahead = past_calls(pool, quarter, &days), before = past_calls(pool, quarter - 2, &days_before);
	double spread = day_variance(pool), rate = (calls + 0.5) / seconds;
	before *= seconds / STAFFING_AHEAD_S;
	days = fmin(days, days_before);
	inputs->calls = calls;
	inputs->minutes = seconds / 60;
	*variance = inputs->dispersion / (calls + 0.5);
	inputs->days = 0;
	if (days >= 2 && !isnan(spread) && before > 0 && ahead > 0) {
		/* As many calls as past days are worth: the less they differ, the more. */
		double worth = fmin(1 / fmax(spread, 1e-6), before * days);
		double level = (calls + worth) / (before + worth);
		rate = ahead * level / STAFFING_AHEAD_S;
		*variance = inputs->dispersion / (calls + worth) + 1 / (ahead * days);
		inputs->days = days;
	}
	/* What the half-hour to come varies beyond Poisson by itself. */
	*variance += fmax(inputs->dispersion - 1, 0) / fmax(rate * STAFFING_AHEAD_S, 1);
	inputs->queue.arrivals = rate;
}

/* Seconds for each call, and how sure that is; false where nothing says it. */
static bool look_at_handling(const struct staffing_pool *pool, int64_t end, struct staffing_inputs *inputs, double *variance)
{
	struct staffing_minute all = add_minutes(pool, end, STAFFING_MINUTES);
	double day = pool->last.value[STAFFING_HANDLING], count = pool->last.value[STAFFING_HANDLED];
	double handled = (double)all.handled, mean;
	inputs->handled = handled;
	inputs->measured = isnan(day);
	if (inputs->measured) {
		if (isnan(count) || handled < 1 || all.busy <= 0)
			return false;
		mean = (double)all.busy / handled;
		*variance = 1 / handled;
	} else {
		double worth = isnan(count) ? HANDLING_CALLS : fmin(count, HANDLING_CALLS);
		double recent = handled > 0 && all.handling > 0 ? (double)all.handling : day * handled;
		mean = (recent + day * worth) / (handled + worth);
		*variance = 1 / (handled + worth);
		if (handled + worth <= 0)
			return false;
	}
	inputs->queue.handling = mean;
	return mean > 0;
}

static void look_at_patience(const struct staffing_pool *pool, int64_t end, struct staffing_inputs *inputs)
{
	struct staffing_minute all = add_minutes(pool, end, STAFFING_MINUTES);
	double left = fmax((double)all.left, 0), counted = fmin((double)all.counted, left);
	inputs->left = left;
	inputs->waited = (double)all.waiting;
	inputs->queue.patience = ((double)all.waiting + PATIENCE_SECONDS) / (left + PATIENCE_CALLERS);
	inputs->queue.counted = (counted + 1) / (left + 1);
}

enum staffing_stat staffing_lacks(const struct staffing_reading *reading, double target, double threshold)
{
	const double *value = reading->value;
	if (isnan(value[STAFFING_RECEIVED]))
		return STAFFING_RECEIVED;
	if (isnan(value[STAFFING_WAITING]))
		return STAFFING_WAITING;
	if (isnan(value[STAFFING_READY]))
		return STAFFING_READY;
	if (isnan(staffing_people(reading)))
		return STAFFING_BUSY;
	if (isnan(target) && isnan(value[STAFFING_TARGET]))
		return STAFFING_TARGET;
	if (isnan(threshold) && isnan(value[STAFFING_THRESHOLD]))
		return STAFFING_THRESHOLD;
	return STAFFING_STATS;
}

bool staffing_look(const struct staffing_pool *pool, int64_t wall_ms, double quarter, double target, double threshold,
	struct staffing_inputs *inputs, enum staffing_stat *lacks)
{
	int64_t end = wall_ms / MINUTE_MS;
	double calls_variance = 0, handling_variance = 0, people = staffing_people(&pool->last);
	*inputs = (struct staffing_inputs){ .dispersion = 1 };
	*lacks = STAFFING_RECEIVED;
	if (pool->last_ms == 0)
		return false;
	inputs->target = isnan(target) ? pool->last.value[STAFFING_TARGET] / 100 : target;
	inputs->queue.threshold = isnan(threshold) ? pool->last.value[STAFFING_THRESHOLD] : threshold;
	*lacks = staffing_lacks(&pool->last, target, threshold);
	if (*lacks != STAFFING_STATS)
		return false;
	struct staffing_minute window = add_minutes(pool, end, STAFFING_WINDOW);
	*lacks = STAFFING_RECEIVED;
	if (window.seconds < 60)
		return false;
	compare_halves(pool, end, inputs);
	look_at_calls(pool, &window, quarter, inputs, &calls_variance);
	*lacks = STAFFING_HANDLING;
	if (!look_at_handling(pool, end, inputs, &handling_variance))
		return false;
	look_at_patience(pool, end, inputs);
	inputs->queue.people = (unsigned)fmax(people + 0.5, 0);
	inputs->start = (struct erlang_start){ .busy = busy_of(&pool->last), .waiting = pool->last.value[STAFFING_WAITING],
		.longest = or_nothing(pool->last.value[STAFFING_LONGEST]) };
	inputs->load_spread = sqrt(calls_variance + handling_variance);
	inputs->enough = inputs->calls >= STAFFING_CALLS_LEAST && inputs->minutes >= STAFFING_MINUTES_LEAST;
	return true;
}

/* ---- what is to be expected ---- */

static void span_of(struct staffing_work *work, const struct staffing_inputs *inputs, unsigned people, double load,
	const struct erlang_start *start, bool variance, struct erlang_span *span)
{
	struct erlang_queue queue = inputs->queue;
	queue.people = people;
	queue.arrivals *= load;
	erlang_span(work->erlang, &queue, start, STAFFING_AHEAD_S, variance, span);
}

/*
 * Level that the calls to come would have with so many people, in a half-hour that begins as usual. The queue of one moment
 * says nothing about how many people are needed.
 */
static double usual_level(struct staffing_work *work, const struct staffing_inputs *inputs, unsigned people)
{
	struct erlang_start usual = { .busy = inputs->queue.arrivals * inputs->queue.handling };
	struct erlang_span span;
	if (people == 0)
		return 0;
	span_of(work, inputs, people, 1, &usual, false, &span);
	return span.level;
}

/* Adds a beta distribution with this mean and variance to the chances of whole percents. */
static void add_beta(struct staffing_work *work, double weight, double mean, double variance)
{
	double masses[STAFFING_GRID + 1], sum = 0;
	mean = fmin(fmax(mean, 1e-4), 1 - 1e-4);
	variance = fmin(fmax(variance, 1e-6), 0.98 * mean * (1 - mean));
	double size = mean * (1 - mean) / variance - 1, a = mean * size, b = (1 - mean) * size, most = -HUGE_VAL;
	for (int i = 0; i <= STAFFING_GRID; i++) {
		masses[i] = (a - 1) * work->logs[i] + (b - 1) * work->logs_below[i];
		/* The ends are half as wide, and their mass where the density has no bound is known. */
		double half = 0.5 / STAFFING_GRID;
		if (i == 0)
			masses[i] = a * log(half) - log(a) - log(1.0 / STAFFING_GRID);
		else if (i == STAFFING_GRID)
			masses[i] = b * log(half) - log(b) - log(1.0 / STAFFING_GRID);
		most = fmax(most, masses[i]);
	}
	for (int i = 0; i <= STAFFING_GRID; i++)
		sum += masses[i] = exp(masses[i] - most);
	for (int i = 0; i <= STAFFING_GRID; i++)
		work->chances[i] += weight * masses[i] / sum;
}

/*
 * The shortest run of whole percents that holds what comes so often; without the less likely one of its ends where that is
 * nearer to it.
 */
static void shortest(const struct staffing_work *work, double *low, double *high)
{
	const double wanted = STAFFING_CHANCE / 100.0, *chances = work->chances;
	int first = 0, last = STAFFING_GRID, end = 0;
	double held = 0, best = 1;
	for (int i = 0; i <= STAFFING_GRID; i++) {
		for (; end <= STAFFING_GRID && held < wanted; end++)
			held += chances[end];
		if (held < wanted)
			break;
		if (end - 1 - i < last - first) {
			first = i;
			last = end - 1;
			best = held;
		}
		held -= chances[i];
	}
	double least = fmin(chances[first], chances[last]);
	if (first < last && wanted - (best - least) < best - wanted) {
		if (chances[first] <= chances[last])
			first++;
		else
			last--;
	}
	*low = (double)first / STAFFING_GRID;
	*high = (double)last / STAFFING_GRID;
}

/* As often above as below it: the mean would lie below nearly all that comes where little is amiss. */
static double middle(const struct staffing_work *work)
{
	double below = 0;
	for (int i = 0; i <= STAFFING_GRID; i++) {
		double chance = work->chances[i];
		if (below + chance >= 0.5) {
			double from = i == 0 ? 0 : i - 0.5, width = i == 0 || i == STAFFING_GRID ? 0.5 : 1;
			return (from + width * (0.5 - below) / chance) / STAFFING_GRID;
		}
		below += chance;
	}
	return 1;
}

/* Three loads stand for all: Gauss and Hermite's for a normal distribution. */
static const double spread_places[SPREADS] = { -1.7320508075688772, 0, 1.7320508075688772 };
static const double spread_weights[SPREADS] = { 1 / 6.0, 2 / 3.0, 1 / 6.0 };

/* The half-hour with so many people, from the queue of now on. */
static void foresee_with(struct staffing_work *work, const struct staffing_inputs *inputs, unsigned people, struct staffing_span *ahead)
{
	double spread = sqrt(inputs->load_spread * inputs->load_spread + inputs->people_spread * inputs->people_spread);
	*ahead = (struct staffing_span){ .people = people };
	if (people == 0)
		return;
	memset(work->chances, 0, sizeof(work->chances));
	for (int i = 0; i < SPREADS; i++) {
		struct erlang_span span;
		double weight = spread_weights[i];
		span_of(work, inputs, people, exp(spread * spread_places[i]), &inputs->start, true, &span);
		ahead->wait += weight * span.wait;
		ahead->abandons += weight * span.abandons;
		add_beta(work, weight, span.level, VARIANCE_SHARE * span.variance);
	}
	shortest(work, &ahead->low, &ahead->high);
	ahead->level = middle(work);
}

/* The least number of people with whom calls would reach the target. */
static unsigned people_needed(struct staffing_work *work, const struct staffing_inputs *inputs)
{
	unsigned low = 0, high = (unsigned)fmin(inputs->queue.arrivals * inputs->queue.handling, ERLANG_PEOPLE_MAX) + 1, step = 1;
	for (; high < ERLANG_PEOPLE_MAX && usual_level(work, inputs, high) < inputs->target; step *= 2) {
		low = high;
		high += step;
	}
	if (high >= ERLANG_PEOPLE_MAX)
		return ERLANG_PEOPLE_MAX;
	/* Most targets lie a little above as many people as there is work for. */
	for (step = 1; low == 0 && high > step + 1 && usual_level(work, inputs, high - step) >= inputs->target; step *= 2)
		high -= step;
	if (low == 0)
		low = high > step ? high - step : 0;
	while (high > low + 1) {
		unsigned between = low + (high - low) / 2;
		if (usual_level(work, inputs, between) >= inputs->target)
			high = between;
		else
			low = between;
	}
	return high;
}

void staffing_foresee(struct staffing_work *work, const struct staffing_inputs *inputs, struct staffing_forecast *forecast)
{
	unsigned here = inputs->queue.people;
	*forecast = (struct staffing_forecast){ .calls = inputs->queue.arrivals * STAFFING_AHEAD_S };
	for (unsigned i = 0; i < STAFFING_CURVE; i++)
		foresee_with(work, inputs, here + i > STAFFING_FEWER ? here + i - STAFFING_FEWER : 0, &forecast->curve[i]);
	forecast->needed = people_needed(work, inputs);
}
