/*
 * Queueing formulas against published values and against exact arithmetic.
 *
 * Published: Erlang C of 10 people and 8 erlangs, 0.4092, and of 5 and 4, 0.5541, which tables of the formula have (R. B. Cooper,
 * Introduction to Queueing Theory, 1981); of one person it is the load. The example of 50 agents, 48 calls a minute, of
 * one minute each, and two minutes of patience of N. Gans, G. Koole, A. Mandelbaum, Telephone Call Centers: Tutorial, Review, and
 * Research Prospects (2003), table 1: with patience 3.1 % hang up and the people are busy 93 % of the time, without it the mean wait is
 * 20.8 s and the people are busy 96 %.
 *
 * The other values are of tests/unit/erlang_exact.py: sums of whole fractions and of decimals of 60 digits, of the definitions and
 * not of the recursions that are tested.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "board/erlang.h"

static void assert_near(double got, double wanted)
{
	if (fabs(got - wanted) > 0.00005)
		fail_msg("got %.6f, wanted %.6f", got, wanted);
}

static void erlang_b_and_c(void **state)
{
	static const struct {
		double offered;
		unsigned people;
		double b, c;
	} table[] = {
#include "erlang_exact_c.h"
	};
	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		assert_near(erlang_b(table[i].offered, table[i].people), table[i].b);
		assert_near(erlang_c(table[i].offered, table[i].people), table[i].c);
	}
	assert_near(erlang_c(8, 10), 0.4092);
	assert_near(erlang_c(4, 5), 0.5541);
	assert_near(erlang_c(0.7, 1), 0.7);
	assert_near(erlang_c(5, 5), 1);
}

static void erlang_a(void **state)
{
	static const struct {
		struct erlang_queue queue;
		double waits, abandons, wait, level;
	} table[] = {
#include "erlang_exact_a.h"
	};
	struct erlang_work *work = erlang_work_new();
	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct erlang_steady steady;
		assert_true(erlang_steady(work, &table[i].queue, &steady));
		assert_near(steady.waits, table[i].waits);
		assert_near(steady.abandons, table[i].abandons);
		assert_near(steady.level, table[i].level);
		assert_near(steady.wait / table[i].wait, 1);
	}
	erlang_work_free(work);
}

static void the_tutorial(void **state)
{
	struct erlang_work *work = erlang_work_new();
	struct erlang_queue queue = { .arrivals = 0.8, .handling = 60, .patience = 120, .threshold = 20, .counted = 1, .people = 50 };
	struct erlang_steady steady;
	(void)state;
	assert_true(erlang_steady(work, &queue, &steady));
	assert_true(fabs(steady.abandons - 0.031) < 0.0005);
	assert_true(fabs(steady.occupancy - 0.93) < 0.005);
	queue.patience = INFINITY;
	assert_true(erlang_steady(work, &queue, &steady));
	assert_true(fabs(steady.wait - 20.8) < 0.05);
	assert_true(fabs(steady.occupancy - 0.96) < 0.005);
	assert_near(steady.waits, erlang_c(48, 50));
	/* Without a bound on patience there is no long run beyond the people's work. */
	queue.people = 48;
	assert_false(erlang_steady(work, &queue, &steady));
	erlang_work_free(work);
}

/* A span that is long beside what the queue remembers has the level of the long run, wherever it begins. */
static void a_long_span(void **state)
{
	struct erlang_work *work = erlang_work_new();
	struct erlang_queue queue = { .arrivals = 0.09, .handling = 200, .patience = 180, .threshold = 20, .counted = 1, .people = 20 };
	struct erlang_steady steady;
	struct erlang_span idle, crowded;
	(void)state;
	assert_true(erlang_steady(work, &queue, &steady));
	erlang_span(work, &queue, &(struct erlang_start){ .busy = 0 }, 1e7, true, &idle);
	erlang_span(work, &queue, &(struct erlang_start){ .busy = 20, .waiting = 60, .longest = 300 }, 1e7, true, &crowded);
	assert_true(fabs(idle.level - steady.level) < 1e-3 && fabs(crowded.level - steady.level) < 1e-3);
	assert_true(fabs(idle.abandons - steady.abandons) < 1e-3 && fabs(idle.wait - steady.wait) < 0.1);
	/* A short one does not, and is less sure. */
	erlang_span(work, &queue, &(struct erlang_start){ .busy = 20, .waiting = 30, .longest = 200 }, 1800, true, &crowded);
	erlang_span(work, &queue, &(struct erlang_start){ .busy = 10 }, 1800, true, &idle);
	assert_true(crowded.level < steady.level - 0.05 && idle.level > steady.level);
	assert_true(idle.variance > 0.001 && idle.variance < 0.1);
	erlang_work_free(work);
}

/* No number is too large, and none too small. */
static void the_ends(void **state)
{
	struct erlang_work *work = erlang_work_new();
	struct erlang_queue queue = { .arrivals = 30, .handling = 600, .patience = 1e6, .threshold = 3600, .counted = 1, .people = 5000 };
	struct erlang_steady steady;
	struct erlang_span span;
	(void)state;
	erlang_span(work, &queue, &(struct erlang_start){ .busy = 1e9, .waiting = 1e9, .longest = 1e9 }, 1800, true, &span);
	assert_true(span.level >= 0 && span.level <= 1 && isfinite(span.variance));
	queue = (struct erlang_queue){ .arrivals = 1e-9, .handling = 1, .patience = INFINITY, .threshold = 0.001, .counted = 1, .people = 1 };
	assert_true(erlang_steady(work, &queue, &steady) && steady.level > 0.999);
	erlang_span(work, &queue, &(struct erlang_start){ .busy = 0 }, 1800, true, &span);
	assert_true(span.level >= 0 && span.level <= 1);
	erlang_work_free(work);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(erlang_b_and_c),
		cmocka_unit_test(erlang_a),
		cmocka_unit_test(the_tutorial),
		cmocka_unit_test(a_long_span),
		cmocka_unit_test(the_ends),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
