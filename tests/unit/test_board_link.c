/* The link: when data are stale, and what waiting does not mend. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "board/link.h"

static void data_are_stale_after_two_intervals(void **state)
{
	static const double intervals[] = { 0.1, 1, 2.5, 3.3, 5, 60 };
	(void)state;
	for (size_t i = 0; i < sizeof(intervals) / sizeof(intervals[0]); i++) {
		struct link link = { .state = LINK_LIVE, .interval = intervals[i] };
		assert_true(link_stale(&link, 1000));
		link.accepted_ms = 1000;
		int64_t at = link_stale_at(&link, link.accepted_ms);
		assert_false(link_stale(&link, at - 1));
		assert_true(link_stale(&link, at));
		assert_in_range(at - 1000, intervals[i] > 2.5 ? (int64_t)(2000 * intervals[i]) : 5000,
			intervals[i] > 2.5 ? (int64_t)(2000 * intervals[i]) + 2 : 5002);
	}
}

static void some_troubles_are_hopeless(void **state)
{
	(void)state;
	for (int i = LINK_STARTING; i <= LINK_ENDED; i++) {
		struct link link = { .state = (enum link_state)i };
		assert_int_equal(link_hopeless(&link), i == LINK_REFUSED || i == LINK_LIMIT || i == LINK_IN_USE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(data_are_stale_after_two_intervals),
		cmocka_unit_test(some_troubles_are_hopeless),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
