/* Half-hours, hours and days by the clock on the wall, where it is changed and where it is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/local_time.h"

static const char berlin[] = "CET-1CEST,M3.5.0,M10.5.0/3", lord_howe[] = "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
	kathmandu[] = "<+0545>-5:45", beirut[] = "EET-2EEST,M3.5.0/0,M10.5.0/0";

static void set_zone(const char *zone)
{
	setenv("TZ", zone, 1);
	tzset();
}

/* The parts from a time on, as "HH:MM" and their minutes: "01:00/60 02:00/60". */
static void parts_are(int64_t from_s, int minutes, unsigned count, const char *wanted)
{
	char all[512] = "";
	size_t used = 0;
	int64_t at_s = local_part_begin(from_s, minutes);
	for (unsigned i = 0; i < count; i++) {
		char clock[16];
		struct tm local;
		time_t seconds = (time_t)at_s;
		int64_t end_s = local_part_end(at_s, minutes);
		assert_true(end_s > at_s);
		/* Whatever time of a part is asked for, it is the same part. */
		assert_int_equal(local_part_begin(end_s - 1, minutes), at_s);
		assert_int_equal(local_part_begin(at_s + 60, minutes), end_s - at_s > 60 ? at_s : end_s);
		assert_int_equal(local_part_end(end_s - 1, minutes), end_s);
		strftime(clock, sizeof(clock), "%H:%M", localtime_r(&seconds, &local));
		used += (size_t)snprintf(all + used, sizeof(all) - used, "%s%s/%d", i == 0 ? "" : " ", clock, (int)(end_s - at_s) / 60);
		at_s = end_s;
	}
	assert_string_equal(all, wanted);
}

static void plain_days(void **state)
{
	/* 2026-11-24 08:10 in Berlin. */
	const int64_t morning_s = 1795504200;
	(void)state;
	set_zone(berlin);
	parts_are(morning_s, 1, 2, "08:10/1 08:11/1");
	parts_are(morning_s, 15, 3, "08:00/15 08:15/15 08:30/15");
	parts_are(morning_s, 30, 3, "08:00/30 08:30/30 09:00/30");
	parts_are(morning_s, 60, 2, "08:00/60 09:00/60");
	parts_are(morning_s, LOCAL_DAY_MINUTES, 2, "00:00/1440 00:00/1440");
	set_zone(kathmandu);
	parts_are(morning_s, 60, 2, "12:00/60 13:00/60");
	parts_are(morning_s, LOCAL_DAY_MINUTES, 1, "00:00/1440");
}

static void clock_put_forward(void **state)
{
	/* 2026-03-29 00:30 UTC, half an hour before 02:00 becomes 03:00. */
	const int64_t before_s = 1774744200;
	(void)state;
	set_zone(berlin);
	parts_are(before_s, 60, 3, "01:00/60 03:00/60 04:00/60");
	parts_are(before_s, 30, 3, "01:30/30 03:00/30 03:30/30");
	parts_are(before_s, LOCAL_DAY_MINUTES, 2, "00:00/1380 00:00/1440");
	/* 2026-10-04 02:00 becomes 02:30, in an hour. */
	set_zone(lord_howe);
	parts_are(1791037800, 60, 3, "01:00/60 02:30/30 03:00/60");
	parts_are(1791037800, 30, 3, "01:00/30 01:30/30 02:30/30");
	parts_are(1791037800, LOCAL_DAY_MINUTES, 1, "00:00/1410");
	/* Midnight is missing. */
	set_zone(beirut);
	parts_are(1774731600, LOCAL_DAY_MINUTES, 3, "00:00/1440 01:00/1380 00:00/1440");
	parts_are(1774731600, 60, 2, "23:00/60 01:00/60");
}

static void clock_put_back(void **state)
{
	/* 2026-10-24 23:30 UTC is 01:30; the hour from 2 comes twice. */
	const int64_t before_s = 1792884600;
	(void)state;
	set_zone(berlin);
	parts_are(before_s, 60, 4, "01:00/60 02:00/60 02:00/60 03:00/60");
	parts_are(before_s, 30, 6, "01:30/30 02:00/30 02:30/30 02:00/30 02:30/30 03:00/30");
	parts_are(before_s, LOCAL_DAY_MINUTES, 2, "00:00/1500 00:00/1440");
	/* 2026-04-05 02:00 becomes 01:30, in an hour. */
	set_zone(lord_howe);
	parts_are(1775311200, 60, 4, "01:00/60 01:30/30 02:00/60 03:00/60");
	parts_are(1775311200, 30, 4, "01:00/30 01:30/30 01:30/30 02:00/30");
	parts_are(1775311200, LOCAL_DAY_MINUTES, 2, "00:00/1470 00:00/1440");
	/* The hour before midnight comes twice. */
	set_zone(beirut);
	parts_are(1792870000, 60, 3, "22:00/60 23:00/60 23:00/60");
	parts_are(1792870000, LOCAL_DAY_MINUTES, 2, "00:00/1500 00:00/1440");
}

static void days_away(void **state)
{
	const int64_t noon_s = 1792929600; /* 2026-10-25, the day of 25 hours */
	(void)state;
	set_zone(berlin);
	int64_t day_s = local_day(noon_s, 0);
	assert_int_equal(local_day(noon_s, 1), day_s + 25 * 3600);
	assert_int_equal(local_day(noon_s, -1), day_s - 24 * 3600);
	assert_int_equal(local_day(noon_s, -7), day_s - 7 * 24 * 3600);
	/* Across the change in March, too. */
	assert_int_equal(local_day(1774744200, 1), local_day(1774744200, 0) + 23 * 3600);
}

static void hold(const char *text, int64_t time_s, bool wanted)
{
	struct local_hours hours;
	assert_true(local_hours_read(&hours, text));
	if (local_hours_hold(&hours, time_s) != wanted)
		fail_msg("%s at %lld", text, (long long)time_s);
}

static void hours_of_the_day(void **state)
{
	static const char *const wrong[] = { "", "20:00", "20:00-", "-07:00", "20:00-20:00", "24:01-07:00", "20:60-07:00", "20:0-07:00", "20-07",
		"20:00-07:00 ", " 20:00-07:00", "020:00-07:00", "+1:00-07:00", "20:00 - 07:00" };
	/* 2026-11-24 00:00 in Berlin. */
	const int64_t midnight_s = 1795474800;
	struct local_hours hours;
	(void)state;
	set_zone(berlin);
	hold("20:00-07:00", midnight_s, true);
	hold("20:00-07:00", midnight_s + 7 * 3600 - 1, true);
	hold("20:00-07:00", midnight_s + 7 * 3600, false);
	hold("20:00-07:00", midnight_s + 20 * 3600 - 1, false);
	hold("20:00-07:00", midnight_s + 20 * 3600, true);
	hold("9:30-17:00", midnight_s + 9 * 3600 + 1799, false);
	hold("9:30-17:00", midnight_s + 9 * 3600 + 1800, true);
	hold("9:30-17:00", midnight_s + 17 * 3600, false);
	hold("0:00-24:00", midnight_s + 24 * 3600 - 1, true);
	/* By the clock on the wall: in the night of 25 hours, at the second 02:30, and an hour more. 2026-10-25 02:30 CEST. */
	hold("22:00-03:00", 1792888200, true);
	hold("22:00-03:00", 1792888200 + 3600, true);
	hold("22:00-03:00", 1792888200 + 2 * 3600, false);
	hours = (struct local_hours){ 0, 0 };
	assert_false(local_hours_hold(&hours, midnight_s));
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (local_hours_read(&hours, wrong[i]))
			fail_msg("'%s' is taken for hours", wrong[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_days), cmocka_unit_test(clock_put_forward), cmocka_unit_test(clock_put_back),
		cmocka_unit_test(days_away), cmocka_unit_test(hours_of_the_day),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
