/* Times of day in a zone with summer time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
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

/* 2026-11-24 10:00 in the test's zone, a Tuesday. */
static const int64_t now_ms = 1795510800000, hour_ms = 3600 * 1000, day_ms = 24 * 3600 * 1000;
static const int64_t today_ms = 1795474800000;

static void past_is(const char *since, const char *until, int64_t from_ms, int64_t until_ms)
{
	struct period period;
	struct error error = { .text = "" };
	if (!period_read_past(&period, now_ms, "since", since, until, &error))
		fail_msg("%s, %s: %s", since, until, error.text);
	assert_int_equal(period.from_ms, from_ms);
	assert_int_equal(period.until_ms, until_ms);
}

static void past_fails(const char *since, const char *until, const char *why)
{
	struct period period;
	struct error error;
	assert_false(period_read_past(&period, now_ms, "since", since, until, &error));
	if (strstr(error.text, why) == NULL)
		fail_msg("%s, %s: %s", since, until, error.text);
}

static void the_past(void **state)
{
	(void)state;
	past_is(NULL, NULL, today_ms, now_ms);
	past_is("yesterday", NULL, today_ms - day_ms, now_ms);
	past_is("yesterday", "today", today_ms - day_ms, today_ms);
	past_is(NULL, "today", today_ms - day_ms, today_ms);
	past_is(NULL, "yesterday", today_ms - 2 * day_ms, today_ms - day_ms);
	past_is("90m", NULL, now_ms - 90 * 60 * 1000, now_ms);
	past_is("12h", "now", now_ms - 12 * hour_ms, now_ms);
	past_is("0d", NULL, today_ms, now_ms);
	past_is("7d", "1d", today_ms - 7 * day_ms, today_ms - day_ms);
	/* The clocks were put back on 2026-10-25: that day has 25 hours. */
	past_is("29d", NULL, today_ms - 29 * day_ms, now_ms);
	past_is("30d", NULL, today_ms - 30 * day_ms - hour_ms, now_ms);
	past_is("5w", NULL, today_ms - 35 * day_ms - hour_ms, now_ms);
	past_is("08:00", NULL, today_ms + 8 * hour_ms, now_ms);
	past_is("11:00", NULL, today_ms - 13 * hour_ms, now_ms);
	past_is("22:00", "06:00", today_ms - 2 * hour_ms, today_ms + 6 * hour_ms);
	past_is("08:00", "18:00", today_ms + 8 * hour_ms, now_ms);
	past_is("08:00", "yesterday", today_ms - 40 * hour_ms, today_ms - day_ms);
	past_is("2026-11-20", "2026-11-21", today_ms - 4 * day_ms, today_ms - 3 * day_ms);
	past_is("2026-11-20 08:30", "12:00", today_ms - 4 * day_ms + 17 * hour_ms / 2, today_ms - 4 * day_ms + 12 * hour_ms);
	past_is("08:00", "2027-01-01", today_ms + 8 * hour_ms, now_ms);
	past_is("2026-11-24T09:00", NULL, today_ms + 9 * hour_ms, now_ms);
}

static void what_is_no_past(void **state)
{
	(void)state;
	past_fails("soon", NULL, "--since takes a time such as");
	past_fails("yestreday", NULL, "(did you mean 'yesterday'?)");
	past_fails("yesterday", "tody", "--until takes a time such as");
	past_fails("7", NULL, "not '7'");
	past_fails("7x", NULL, "not '7x'");
	past_fails("d", NULL, "not 'd'");
	past_fails("-1d", NULL, "not '-1d'");
	past_fails("7dd", NULL, "not '7dd'");
	past_fails("123456d", NULL, "not '123456d'");
	past_fails("2026-12-24", NULL, "--since 2026-12-24 is in the future");
	past_fails("today", "yesterday", "ends before it begins");
	past_fails("now", NULL, "ends before it begins");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clocks), cmocka_unit_test(the_past), cmocka_unit_test(what_is_no_past),
	};
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
