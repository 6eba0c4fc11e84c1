/* Times of day in a zone with summer time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <time.h>

#include "recording/period.h"

static void clocks(void **state)
{
	/* 2026-10-24 20:00 UTC is 22:00; the clocks go back in the night. */
	const int64_t evening_ms = 1792872000000;
	int64_t at_ms = 0;
	(void)state;
	assert_true(period_clock("21:30", evening_ms, 0, &at_ms));
	assert_int_equal(at_ms, evening_ms - 30 * 60 * 1000);
	assert_true(period_clock("14:05:30", evening_ms, 1, &at_ms));
	assert_int_equal(at_ms, evening_ms + ((17 * 60 + 5) * 60 + 30) * 1000);
	static const char *const wrong[] = { "", "14", "24:00", "14:60", "14:05:60", "14:05x", "soon" };
	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(period_clock(wrong[i], evening_ms, 0, &at_ms));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clocks),
	};
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
