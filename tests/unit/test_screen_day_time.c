/*
 * The time of day as the setting `clock` writes it: at the hours where clocks differ, always as wide, and what a format may
 * not be.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/text.h"
#include "screen/day_time.h"

/* 2026-11-24 00:00:00 UTC. */
static const int64_t MIDNIGHT = INT64_C(1795478400) * 1000;

static void reads(const char *format, struct day_time *time)
{
	struct error error;
	if (!day_time_read(time, format, &error))
		fail_msg("%s: %s", format, error.text);
}

static void shows(const char *format, bool seconds, int hour, int minute, const char *wanted)
{
	struct day_time time;
	char text[DAY_TIME_MAX];
	reads(format, &time);
	day_time_text(&time, seconds, MIDNIGHT + (hour * 60 + minute) * INT64_C(60000) + 7000, text);
	assert_string_equal(text, wanted);
}

static void hours_of_both_clocks(void **state)
{
	(void)state;
	shows("%I:%M %p", true, 0, 0, "12:00 AM");
	shows("%I:%M %p", true, 0, 59, "12:59 AM");
	shows("%I:%M %p", true, 1, 0, "01:00 AM");
	shows("%I:%M %p", true, 11, 59, "11:59 AM");
	shows("%I:%M %p", true, 12, 0, "12:00 PM");
	shows("%I:%M %p", true, 13, 5, "01:05 PM");
	shows("%I:%M %p", true, 23, 59, "11:59 PM");
	shows("%l:%M%P", true, 9, 0, " 9:00am");
	shows("%k.%M", true, 0, 5, " 0.05");
	shows("%H:%M:%S", true, 0, 0, "00:00:07");
}

static void seconds_only_where_they_are_wanted(void **state)
{
	(void)state;
	shows("%I:%M:%S %p", true, 14, 5, "02:05:07 PM");
	shows("%I:%M:%S %p", false, 14, 5, "02:05 PM");
	shows("%I:%M %p", true, 14, 5, "02:05 PM");
	shows("%Hh%M %Ss", false, 14, 5, "14h05s");
	char text[DAY_TIME_MAX];
	day_time_text(NULL, true, MIDNIGHT, text);
	assert_string_equal(text, "00:00:00");
	day_time_text(NULL, false, MIDNIGHT, text);
	assert_string_equal(text, "00:00");
	assert_string_equal(day_time_in_sentence(" 9:00"), "9:00");
	assert_string_equal(day_time_in_sentence("09:00"), "09:00");
}

static void as_wide_at_each_minute(void **state)
{
	static const char *const formats[] = { "%I:%M %p", "%l:%M:%S %P", "%k:%M", "\xe5\x8d\x88%H:%M", "%H:%M:%S" };
	(void)state;
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		struct day_time time;
		reads(formats[i], &time);
		for (int minute = 0; minute < 24 * 60; minute++)
			for (int seconds = 0; seconds < 2; seconds++) {
				char text[DAY_TIME_MAX];
				day_time_text(&time, seconds, MIDNIGHT + minute * INT64_C(60000), text);
				assert_int_equal(text_width(text), day_time_columns(&time, seconds));
			}
	}
	assert_int_equal(day_time_columns(NULL, true), 8);
	assert_int_equal(day_time_columns(NULL, false), 5);
}

static void refuses(const char *format, const char *word)
{
	struct day_time time;
	struct error error;
	assert_false(day_time_read(&time, format, &error));
	if (strstr(error.text, word) == NULL || strncmp(error.text, "clock: ", 7) != 0)
		fail_msg("%s is refused with: %s", format, error.text);
}

static void what_is_no_time_of_day(void **state)
{
	(void)state;
	refuses("%d.%m. %H:%M", "'%d'");
	refuses("%H:%M%", "'%'");
	refuses("%H:%M %\xc3\xa9", "'%\xc3\xa9'");
	refuses("%X", "'%X'");
	refuses("%H", "no minute");
	refuses("%M", "no hour");
	refuses("noon", "no hour");
	refuses("%H:%M\n", "control");
	refuses("%H:%M 1234567890123456", "22 columns");
	refuses("%H:%M 1234567890123456789012345", "at most 30");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hours_of_both_clocks),
		cmocka_unit_test(seconds_only_where_they_are_wanted),
		cmocka_unit_test(as_wide_at_each_minute),
		cmocka_unit_test(what_is_no_time_of_day),
	};
	setenv("TZ", "UTC", 1);
	tzset();
	text_locale();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
