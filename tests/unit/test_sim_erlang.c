/*
 * The simulated day against queueing theory: with exponential handle times and endless patience the mean wait and the
 * chance of waiting agree with Erlang C; with exponential patience the abandonment agrees with Erlang A. Three loads
 * each, within the confidence interval that batch means of the run give.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "sim/centre.h"
#include "sim/life.h"

enum {
	AGENTS = 10,
	HANDLE = 100, /* seconds */
	/* One batch is a day: hundreds of times as long as the queue remembers, also at the highest load. */
	BATCHES = 250,
	/* States of Erlang A's chain; at patience 75 s the queue never comes near. */
	STATES = 400,
};

static const double patience = 75;

/* The share of the batches' means that lies this many standard errors away is below one in a thousand. */
static const double errors_allowed = 3.3;

struct estimate {
	double mean, error;
};

/* A share of sums: the mean of the days' means would count a busy day's many calls as little as a quiet day's few. */
struct batches {
	double above[BATCHES], below[BATCHES];
	unsigned count;
};

static void add(struct batches *batches, double above, double below)
{
	batches->above[batches->count] = above;
	batches->below[batches->count++] = below;
}

static struct estimate estimate(const struct batches *batches)
{
	double above = 0, below = 0, squares = 0, ratio;

	for (unsigned i = 0; i < batches->count; i++) {
		above += batches->above[i];
		below += batches->below[i];
	}
	ratio = above / below;
	for (unsigned i = 0; i < batches->count; i++) {
		double rest = batches->above[i] - ratio * batches->below[i];

		squares += rest * rest;
	}
	return (struct estimate){ratio, sqrt(squares * batches->count / (batches->count - 1)) / below};
}

/* Within the interval, and the interval is narrow enough to mean something. */
static void assert_agrees(const char *what, double load, struct estimate found, double theory)
{
	print_message("# %s at load %.2f: %.4f, theory %.4f, standard error %.4f\n", what, load, found.mean, theory,
		found.error);
	assert_true(fabs(found.mean - theory) <= errors_allowed * found.error);
	assert_true(found.error < 0.025 * theory);
}

static void start(struct centre *centre, double load, enum spread patience_spread)
{
	struct service_traits traits = {
		.name = "A", .media = "voice", .weight = 1, .pressure = 1, .talk = HANDLE, .patience = patience,
		.target = 80, .threshold = 20, .calls_per_hour = 3600 * load * AGENTS / HANDLE,
	};
	struct centre_config config = centre_defaults();

	config.seed = 12;
	config.agents = AGENTS;
	config.services = config.teams = 1;
	config.start_minute = 0;
	config.traits = &traits;
	config.talk = config.after_call = SPREAD_EXPONENTIAL;
	config.patience = patience_spread;
	config.curve = config.spikes = config.shifts = config.extras = config.notes = false;
	centre_init(centre, &config);
	/* The first day is not counted: it began with nobody in the queue. */
	centre_run(centre, centre->start + DAY_MS - 1);
}

/* To the last moment before the counters fall back. */
static const struct service_day *next_day(struct centre *centre)
{
	centre_run(centre, centre->now + DAY_MS);
	return &centre->services[0].day;
}

static double erlang_c(double load)
{
	double offered = load * AGENTS, term = 1, sum = 0, last;

	for (int k = 0; k < AGENTS; k++) {
		sum += term;
		term *= offered / (k + 1);
	}
	last = term / (1 - load);
	return last / (sum + last);
}

static void check_erlang_c(double load)
{
	struct batches waits = {0}, waited = {0};
	struct centre centre;
	double chance = erlang_c(load);

	start(&centre, load, SPREAD_NEVER);
	for (unsigned i = 0; i < BATCHES; i++) {
		const struct service_day *day = next_day(&centre);

		add(&waits, (double)day->answer_wait / SECOND_MS, day->answered);
		add(&waited, day->queued, day->received);
		assert_int_equal(day->abandoned_long + day->abandoned_short, 0);
	}
	centre_free(&centre);
	assert_agrees("mean wait", load, estimate(&waits), chance * HANDLE / (AGENTS * (1 - load)));
	assert_agrees("chance of waiting", load, estimate(&waited), chance);
}

/* Abandonment = impatience times the mean queue, over the arrivals; from the stationary chain. */
static double erlang_a(double load)
{
	double arrivals = load * AGENTS / HANDLE, weight = 1, sum = 0, queue = 0;

	for (int k = 0; k < STATES; k++) {
		int served = k + 1 < AGENTS ? k + 1 : AGENTS;

		sum += weight;
		queue += weight * (k > AGENTS ? k - AGENTS : 0);
		weight *= arrivals / ((double)served / HANDLE + (k + 1 - served) / patience);
	}
	return queue / sum / patience / arrivals;
}

static void check_erlang_a(double load)
{
	struct batches abandoned = {0};
	struct centre centre;

	start(&centre, load, SPREAD_EXPONENTIAL);
	for (unsigned i = 0; i < BATCHES; i++) {
		const struct service_day *day = next_day(&centre);

		add(&abandoned, day->abandoned_long + day->abandoned_short, day->received);
	}
	centre_free(&centre);
	assert_agrees("abandonment", load, estimate(&abandoned), erlang_a(load));
}

static void erlang_c_at_light_load(void **state)
{
	(void)state;
	check_erlang_c(0.7);
}

static void erlang_c_at_usual_load(void **state)
{
	(void)state;
	check_erlang_c(0.85);
}

static void erlang_c_at_heavy_load(void **state)
{
	(void)state;
	check_erlang_c(0.9);
}

static void erlang_a_at_light_load(void **state)
{
	(void)state;
	check_erlang_a(0.8);
}

static void erlang_a_at_full_load(void **state)
{
	(void)state;
	check_erlang_a(1.0);
}

static void erlang_a_at_overload(void **state)
{
	(void)state;
	check_erlang_a(1.3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(erlang_c_at_light_load),
		cmocka_unit_test(erlang_c_at_usual_load),
		cmocka_unit_test(erlang_c_at_heavy_load),
		cmocka_unit_test(erlang_a_at_light_load),
		cmocka_unit_test(erlang_a_at_full_load),
		cmocka_unit_test(erlang_a_at_overload),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
