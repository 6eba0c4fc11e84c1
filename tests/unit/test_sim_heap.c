/*
 * The calendar: earliest first, in order of adding among equals, nothing beyond the moment asked for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "sim/heap.h"
#include "sim/random.h"

static void takes_earliest_first(void **state)
{
	static const int64_t times[] = {50, 10, 40, 20, 30};
	struct heap heap;
	struct event event = {.at = -1};

	(void)state;
	heap_init(&heap);
	for (unsigned i = 0; i < 5; i++)
		heap_add(&heap, (struct event){.at = times[i], .subject = i});
	for (int64_t at = 10; at <= 50; at += 10) {
		assert_true(heap_take(&heap, 100, &event));
		assert_int_equal(event.at, at);
		assert_int_equal(times[event.subject], at);
	}
	assert_false(heap_take(&heap, 100, &event));
	heap_free(&heap);
}

static void keeps_order_among_equals(void **state)
{
	struct heap heap;
	struct event event = {.at = -1};

	(void)state;
	heap_init(&heap);
	for (unsigned i = 0; i < 100; i++)
		heap_add(&heap, (struct event){.at = 7, .subject = i});
	for (unsigned i = 0; i < 100; i++) {
		assert_true(heap_take(&heap, 7, &event));
		assert_int_equal(event.subject, i);
	}
	heap_free(&heap);
}

static void leaves_later_events(void **state)
{
	struct heap heap;
	struct event event = {.at = -1};

	(void)state;
	heap_init(&heap);
	heap_add(&heap, (struct event){.at = 11});
	assert_false(heap_take(&heap, 10, &event));
	assert_true(heap_take(&heap, 11, &event));
	heap_free(&heap);
}

static void sorts_any_mixture(void **state)
{
	struct heap heap;
	struct random random;
	struct event event = {.at = -1}, last = event;

	(void)state;
	heap_init(&heap);
	random_seed(&random, 3, 0);
	/* Adding and taking in turns, as the simulation does. */
	for (unsigned i = 0; i < 20000; i++) {
		heap_add(&heap, (struct event){.at = last.at + 1 + random_below(&random, 1000)});
		heap_add(&heap, (struct event){.at = last.at + 1 + random_below(&random, 10)});
		assert_true(heap_take(&heap, INT64_MAX, &event));
		assert_true(event.at > last.at || (event.at == last.at && event.order > last.order));
		last = event;
	}
	assert_int_equal(heap.count, 20000);
	heap_free(&heap);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_earliest_first),
		cmocka_unit_test(keeps_order_among_equals),
		cmocka_unit_test(leaves_later_events),
		cmocka_unit_test(sorts_any_mixture),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
