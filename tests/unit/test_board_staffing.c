/*
 * What counters say of a pool, and what follows: counts become rates, days begin anew, gaps are no calls, blanks leave no number,
 * and more people are never worse.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "board/staffing.h"

enum { STEP_MS = 10 * 1000, GAP_MS = 70 * 1000, BEGIN_MS = 1000 * 60 * 1000 };

struct bed {
	struct staffing_pool pool;
	struct staffing_work *work;
	struct staffing_reading reading;
	int64_t now_ms;
	double calls; /* with a fraction */
};

static int set_up(void **state)
{
	struct bed *bed = calloc(1, sizeof(*bed));
	bed->work = staffing_work_new();
	bed->now_ms = BEGIN_MS;
	for (int i = 0; i < STAFFING_STATS; i++)
		bed->reading.value[i] = NAN;
	double *value = bed->reading.value;
	value[STAFFING_RECEIVED] = value[STAFFING_ANSWERED] = value[STAFFING_HANDLED] = 1000;
	value[STAFFING_HANDLING] = 200;
	value[STAFFING_WAITING] = 0;
	value[STAFFING_READY] = 2;
	value[STAFFING_BUSY] = 8;
	value[STAFFING_TARGET] = 80;
	value[STAFFING_THRESHOLD] = 20;
	*state = bed;
	return 0;
}

static int tear_down(void **state)
{
	struct bed *bed = *state;
	staffing_work_free(bed->work);
	free(bed);
	return 0;
}

static void live(struct bed *bed, int minutes, double calls_an_hour)
{
	for (int64_t end = bed->now_ms + minutes * 60000LL; bed->now_ms < end; bed->now_ms += STEP_MS) {
		double *value = bed->reading.value;
		staffing_pool_take(&bed->pool, &bed->reading, bed->now_ms, GAP_MS);
		bed->calls += calls_an_hour * STEP_MS / 3600000;
		double whole = floor(bed->calls);
		bed->calls -= whole;
		value[STAFFING_RECEIVED] += whole;
		value[STAFFING_ANSWERED] += whole;
		value[STAFFING_HANDLED] += whole;
	}
}

static bool look(struct bed *bed, struct staffing_inputs *inputs, enum staffing_stat *lacks)
{
	return staffing_look(&bed->pool, bed->now_ms, 40, NAN, NAN, inputs, lacks);
}

static void counts_become_rates(void **state)
{
	struct bed *bed = *state;
	struct staffing_inputs inputs;
	enum staffing_stat lacks;
	assert_false(look(bed, &inputs, &lacks));
	live(bed, 10, 120);
	assert_true(look(bed, &inputs, &lacks));
	assert_false(inputs.enough); /* ten minutes */
	live(bed, 110, 120);
	assert_true(look(bed, &inputs, &lacks));
	assert_true(inputs.enough);
	assert_true(fabs(inputs.queue.arrivals * 3600 - 120) < 6);
	assert_true(fabs(inputs.queue.handling - 200) < 1);
	assert_int_equal(inputs.queue.people, 10);
	assert_true(fabs(inputs.target - 0.8) < 1e-9 && fabs(inputs.queue.threshold - 20) < 1e-9);
	/* Calls that are as regular as these do not make it surer than Poisson by much, and never less. */
	assert_true(inputs.load_spread > 0.05 && inputs.load_spread < 0.2);
}

static void a_new_day_is_no_fall(void **state)
{
	struct bed *bed = *state;
	struct staffing_inputs inputs;
	enum staffing_stat lacks;
	live(bed, 60, 120);
	bed->reading.value[STAFFING_RECEIVED] = bed->reading.value[STAFFING_ANSWERED] = bed->reading.value[STAFFING_HANDLED] = 0;
	live(bed, 20, 120);
	assert_true(look(bed, &inputs, &lacks));
	assert_true(fabs(inputs.calls - 60) < 4);
	assert_true(inputs.left < 1);
}

static void a_gap_is_no_quiet_time(void **state)
{
	struct bed *bed = *state;
	struct staffing_inputs inputs;
	enum staffing_stat lacks;
	live(bed, 60, 120);
	bed->now_ms += 15 * 60000;
	bed->reading.value[STAFFING_RECEIVED] += 500;
	live(bed, 6, 120);
	assert_true(look(bed, &inputs, &lacks));
	assert_true(inputs.minutes < 20);
	assert_true(fabs(inputs.queue.arrivals * 3600 - 120) < 15);
}

static void blanks_leave_no_number(void **state)
{
	static const enum staffing_stat needed[] = { STAFFING_RECEIVED, STAFFING_WAITING, STAFFING_READY, STAFFING_BUSY, STAFFING_TARGET,
		STAFFING_THRESHOLD };
	struct bed *bed = *state;
	struct staffing_inputs inputs;
	enum staffing_stat lacks;
	live(bed, 60, 120);
	assert_true(look(bed, &inputs, &lacks));
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		struct staffing_reading reading = bed->reading;
		bed->reading.value[needed[i]] = NAN;
		live(bed, 1, 120);
		assert_false(look(bed, &inputs, &lacks));
		assert_int_equal(lacks, needed[i]);
		bed->reading = reading;
	}
	/* People are known by the others as well; and the handling time by the time that they were busy. */
	bed->reading.value[STAFFING_BUSY] = NAN;
	bed->reading.value[STAFFING_LOGGED] = 13;
	bed->reading.value[STAFFING_NOT_READY] = 3;
	bed->reading.value[STAFFING_HANDLING] = NAN;
	bed->reading.value[STAFFING_RECEIVED] = bed->reading.value[STAFFING_ANSWERED] = bed->reading.value[STAFFING_HANDLED] = 3000;
	bed->now_ms += 1000 * 60000;
	live(bed, 60, 144);
	assert_true(look(bed, &inputs, &lacks));
	assert_true(inputs.measured);
	assert_int_equal(inputs.queue.people, 10);
	assert_true(fabs(inputs.queue.handling - 200) < 8); /* 8 people, 144 calls an hour */
}

static void past_days_make_it_surer(void **state)
{
	struct bed *bed = *state;
	struct staffing_inputs alone, with;
	enum staffing_stat lacks;
	live(bed, 120, 120);
	assert_true(look(bed, &alone, &lacks));
	for (unsigned day = 0; day < 5; day++)
		for (unsigned quarter = 0; quarter < STAFFING_QUARTERS; quarter++)
			staffing_pool_past(&bed->pool, quarter, quarter < 40 ? 30 + day % 2 : 60 + day % 2);
	assert_true(look(bed, &with, &lacks));
	assert_true(with.days >= 5);
	/* From this quarter on days had twice as many calls. */
	assert_true(fabs(with.queue.arrivals * 3600 - 240) < 15);
	assert_true(with.load_spread < alone.load_spread);
}

static void more_people_are_never_worse(void **state)
{
	struct bed *bed = *state;
	struct staffing_inputs inputs;
	struct staffing_forecast forecast;
	enum staffing_stat lacks;
	live(bed, 120, 150);
	assert_true(look(bed, &inputs, &lacks));
	staffing_foresee(bed->work, &inputs, &forecast);
	for (unsigned i = 0; i < STAFFING_CURVE; i++) {
		const struct staffing_span *span = &forecast.curve[i];
		assert_int_equal(span->people, 10 + i - STAFFING_FEWER);
		assert_true(span->low <= span->level && span->level <= span->high + 0.005);
		assert_true(i == 0 || (span->level >= span[-1].level && span->wait <= span[-1].wait));
	}
	/* 8.3 erlangs: 10 people do not reach 80 % in 20 seconds, 11 do (Erlang C of them: 72 and 84 %). */
	assert_int_equal(forecast.needed, 11);
	inputs.target = 1e-6;
	staffing_foresee(bed->work, &inputs, &forecast);
	assert_true(forecast.needed >= 1);
	inputs.queue.people = 0;
	staffing_foresee(bed->work, &inputs, &forecast);
	assert_int_equal(forecast.curve[STAFFING_FEWER].people, 0);
	assert_true(forecast.curve[STAFFING_FEWER].level <= 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(counts_become_rates, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_new_day_is_no_fall, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_gap_is_no_quiet_time, set_up, tear_down),
		cmocka_unit_test_setup_teardown(blanks_leave_no_number, set_up, tear_down),
		cmocka_unit_test_setup_teardown(past_days_make_it_surer, set_up, tear_down),
		cmocka_unit_test_setup_teardown(more_people_are_never_worse, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
