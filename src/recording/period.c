#include "recording/period.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/local_time.h"
#include "base/text.h"
#include "recording/summary.h"

enum { PERIOD_DAY_MS = 24 * 3600 * 1000 };

/* A time as an option gives it: a time of day, with or without a date. */
struct period_time {
	bool dated;
	struct tm local;
};

static bool period_read_clock(const char *text, struct tm *local)
{
	unsigned hour, minute, second = 0;
	char rest;
	int got = sscanf(text, "%2u:%2u:%2u%c", &hour, &minute, &second, &rest);
	if (got != 3 && sscanf(text, "%2u:%2u%c", &hour, &minute, &rest) != 2)
		return false;
	if (hour > 23 || minute > 59 || second > 59)
		return false;
	local->tm_hour = (int)hour;
	local->tm_min = (int)minute;
	local->tm_sec = (int)second;
	return true;
}

static bool period_read_time(struct period_time *time, const char *text)
{
	unsigned year, month, day;
	int used = 0;
	*time = (struct period_time){ .local.tm_isdst = -1 };
	if (sscanf(text, "%4u-%2u-%2u%n", &year, &month, &day, &used) != 3 || year < 1970 || month < 1 || month > 12 ||
		day < 1 || day > 31)
		return period_read_clock(text, &time->local);
	time->dated = true;
	time->local.tm_year = (int)year - 1900;
	time->local.tm_mon = (int)month - 1;
	time->local.tm_mday = (int)day;
	if (text[used] == '\0')
		return true;
	return (text[used] == ' ' || text[used] == 'T') && period_read_clock(text + used + 1, &time->local);
}

/* This time of day, on the day of wall_ms or so many days later. */
static int64_t period_on_day(const struct tm *clock, int64_t wall_ms, int days)
{
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm local = { .tm_isdst = -1 };
	localtime_r(&seconds, &local);
	local.tm_mday += days;
	local.tm_hour = clock->tm_hour;
	local.tm_min = clock->tm_min;
	local.tm_sec = clock->tm_sec;
	local.tm_isdst = -1;
	return (int64_t)mktime(&local) * 1000;
}

bool period_clock(const char *text, int64_t wall_ms, int days, int64_t *at_ms)
{
	struct tm clock = { .tm_isdst = -1 };
	if (!period_read_clock(text, &clock))
		return false;
	*at_ms = period_on_day(&clock, wall_ms, days);
	return true;
}

/*
 * The day of the last record, from its first answer on: what was before that is not missing. Its end is nearly always
 * the last record's own time, but not where a clock was set back between runs.
 */
static struct period period_default(const struct recording *recording)
{
	static const struct tm midnight = { .tm_hour = 0 };
	int64_t last_ms = recording->entries[recording->count - 1].wall_ms, first_ms = INT64_MAX;
	int64_t next_ms = period_on_day(&midnight, last_ms, 1);
	for (uint32_t i = 0; i < recording->count; i++)
		if (recording->entries[i].wall_ms > last_ms && recording->entries[i].wall_ms < next_ms)
			last_ms = recording->entries[i].wall_ms;
	int64_t day_ms = period_on_day(&midnight, last_ms, 0);
	for (uint32_t i = 0; i < recording->count; i++)
		if (recording->entries[i].kind == RECORD_DATA && recording->entries[i].wall_ms >= day_ms &&
			recording->entries[i].wall_ms < first_ms)
			first_ms = recording->entries[i].wall_ms;
	return (struct period){ .from_ms = first_ms == INT64_MAX ? day_ms : first_ms, .until_ms = last_ms };
}

/* A time without a date is on the day of near_ms. */
static bool period_read_option(struct period_time *time, const char *option, const char *text, int64_t near_ms,
	int64_t *at_ms, struct error *error)
{
	if (!period_read_time(time, text))
		return error_set(
			error, "--%s takes a time such as 08:00 or '2026-11-24 08:00', not '%.40s'", option, text);
	*at_ms = time->dated ? (int64_t)mktime(&time->local) * 1000 : period_on_day(&time->local, near_ms, 0);
	return true;
}

bool period_read(struct period *period, const struct recording *recording, const char *from, const char *until,
	struct error *error)
{
	struct period_time time;
	*period = period_default(recording);
	int64_t last_ms = period->until_ms;
	if (from != NULL && !period_read_option(&time, "from", from, last_ms, &period->from_ms, error))
		return false;
	if (from != NULL && !time.dated && period->from_ms > last_ms)
		period->from_ms = period_on_day(&time.local, last_ms, -1);
	if (until != NULL && !period_read_option(&time, "until", until, period->from_ms, &period->until_ms, error))
		return false;
	if (until != NULL && !time.dated && period->until_ms <= period->from_ms)
		period->until_ms = period_on_day(&time.local, period->from_ms, 1);
	if (period->until_ms < period->from_ms)
		return error_set(error, "the period ends before it begins");
	if (period->until_ms - period->from_ms > (int64_t)SUMMARY_DAYS_MAX * PERIOD_DAY_MS)
		return error_set(error, "the period is longer than %d days", SUMMARY_DAYS_MAX);
	return true;
}

/* ---- of what is remembered ---- */

/* "7d": digits and one unit. */
static bool period_read_ago(const char *text, int64_t now_ms, int64_t *at_ms)
{
	enum { DIGITS_MAX = 5, WEEK_DAYS = 7 };
	size_t digits = strspn(text, "0123456789");
	if (digits == 0 || digits > DIGITS_MAX || text[digits] == '\0' || text[digits + 1] != '\0')
		return false;
	int64_t count = strtol(text, NULL, 10), now_s = now_ms / 1000;
	switch (text[digits]) {
	case 'm':
		*at_ms = now_ms - count * LOCAL_MINUTE_S * 1000;
		return true;
	case 'h':
		*at_ms = now_ms - count * 60 * LOCAL_MINUTE_S * 1000;
		return true;
	case 'w':
		count *= WEEK_DAYS;
		break;
	case 'd':
		break;
	default:
		return false;
	}
	/* Further back than anything that is kept. */
	enum { PERIOD_DAYS_MAX = 20 * 366 };
	*at_ms = local_day(now_s, -(int)(count < PERIOD_DAYS_MAX ? count : PERIOD_DAYS_MAX)) * 1000;
	return true;
}

/* All but a time of day alone, which hangs on the other end of the period. */
static bool period_read_exact(const char *text, int64_t now_ms, int64_t *at_ms)
{
	struct period_time time;
	if (strcmp(text, "now") == 0)
		*at_ms = now_ms;
	else if (strcmp(text, "today") == 0)
		*at_ms = local_day(now_ms / 1000, 0) * 1000;
	else if (strcmp(text, "yesterday") == 0)
		*at_ms = local_day(now_ms / 1000, -1) * 1000;
	else if (period_read_time(&time, text) && time.dated)
		*at_ms = (int64_t)mktime(&time.local) * 1000;
	else
		return period_read_ago(text, now_ms, at_ms);
	return true;
}

static const char *period_word_at(const void *table, size_t index)
{
	static const char *const words[] = { "now", "today", "yesterday", NULL };
	(void)table;
	return words[index];
}

static bool period_not_a_time(const char *option, const char *text, struct error *error)
{
	const char *near = text_nearest(text, period_word_at, NULL);
	return error_set(error, "--%s takes a time such as 08:00, '2026-11-24 08:00', yesterday, 7d or 12h, not '%.40s'%s", option,
		text, text_hint(near, "").text);
}

bool period_read_past(struct period *period, int64_t now_ms, const char *since_option, const char *since, const char *until,
	struct error *error)
{
	struct tm clock = { .tm_isdst = -1 };
	bool until_clock = until != NULL && period_read_clock(until, &clock);
	*period = (struct period){ .until_ms = now_ms };
	if (until != NULL && !until_clock && !period_read_exact(until, now_ms, &period->until_ms))
		return period_not_a_time("until", until, error);
	if (period->until_ms > now_ms)
		period->until_ms = now_ms;
	if (since == NULL) {
		/* What ends at midnight is the day before. */
		period->from_ms = local_day((period->until_ms - 1) / 1000, 0) * 1000;
	} else if (period_clock(since, period->until_ms, 0, &period->from_ms)) {
		if (period->from_ms >= period->until_ms)
			(void)period_clock(since, period->until_ms, -1, &period->from_ms);
	} else if (!period_read_exact(since, now_ms, &period->from_ms)) {
		return period_not_a_time(since_option, since, error);
	}
	if (until_clock) {
		(void)period_clock(until, period->from_ms, 0, &period->until_ms);
		if (period->until_ms <= period->from_ms)
			(void)period_clock(until, period->from_ms, 1, &period->until_ms);
	}
	if (period->from_ms > now_ms)
		return error_set(error, "--%s %s is in the future", since_option, since != NULL ? since : "");
	if (period->until_ms > now_ms)
		period->until_ms = now_ms;
	return period->until_ms > period->from_ms || error_set(error, "the period ends before it begins");
}
