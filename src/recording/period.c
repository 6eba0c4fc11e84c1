#include "recording/period.h"

#include <stdio.h>
#include <time.h>

#include "recording/summary.h"

enum { DAY_MS = 24 * 3600 * 1000 };

struct written {
	bool dated;
	struct tm local;
};

static bool read_date(const char *text, struct tm *local, int *used)
{
	unsigned year, month, day;
	if (sscanf(text, "%4u-%2u-%2u%n", &year, &month, &day, used) != 3 || year < 1970 || month < 1 || month > 12 ||
		day < 1 || day > 31)
		return false;
	local->tm_year = (int)year - 1900;
	local->tm_mon = (int)month - 1;
	local->tm_mday = (int)day;
	return true;
}

static bool read_clock(const char *text, struct tm *local)
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

static bool read_written(struct written *written, const char *text)
{
	int used = 0;
	*written = (struct written){ .dated = false };
	written->local.tm_isdst = -1;
	if (!read_date(text, &written->local, &used))
		return read_clock(text, &written->local);
	written->dated = true;
	if (text[used] == '\0')
		return true;
	return (text[used] == ' ' || text[used] == 'T') && read_clock(text + used + 1, &written->local);
}

static struct tm local_time(int64_t wall_ms)
{
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm local = { .tm_isdst = -1 };
	localtime_r(&seconds, &local);
	return local;
}

/* A time of the day so many days from that of a moment. */
static int64_t on_day(const struct tm *clock, int64_t moment_ms, int days)
{
	struct tm local = local_time(moment_ms);
	local.tm_mday += days;
	local.tm_hour = clock->tm_hour;
	local.tm_min = clock->tm_min;
	local.tm_sec = clock->tm_sec;
	local.tm_isdst = -1;
	return (int64_t)mktime(&local) * 1000;
}

bool period_clock(const char *text, int64_t moment_ms, int days, int64_t *at_ms)
{
	struct tm clock = { .tm_isdst = -1 };
	if (!read_clock(text, &clock))
		return false;
	*at_ms = on_day(&clock, moment_ms, days);
	return true;
}

static bool read_moment(const char *option, const char *text, struct written *written, struct error *error)
{
	return read_written(written, text) ||
		error_set(error, "--%s takes a time such as 08:00 or '2026-11-24 08:00', not '%.40s'", option, text);
}

/* The first record of a day: what was before it is not missing. */
static int64_t day_begins(const struct recording *recording, int64_t last_ms)
{
	static const struct tm midnight = { .tm_hour = 0 };
	int64_t day_ms = on_day(&midnight, last_ms, 0);
	int64_t first_ms = INT64_MAX;
	for (uint32_t i = 0; i < recording->count; i++)
		if (recording->entries[i].kind == RECORD_DATA && recording->entries[i].wall_ms >= day_ms &&
			recording->entries[i].wall_ms < first_ms)
			first_ms = recording->entries[i].wall_ms;
	return first_ms == INT64_MAX ? day_ms : first_ms;
}

/* The last moment of the last record's day. It is nearly always the last record's own; not where a clock was set back between runs. */
static int64_t day_ends(const struct recording *recording)
{
	static const struct tm midnight = { .tm_hour = 0 };
	int64_t last_ms = recording->entries[recording->count - 1].wall_ms, next_ms = on_day(&midnight, last_ms, 1);
	for (uint32_t i = 0; i < recording->count; i++)
		if (recording->entries[i].wall_ms > last_ms && recording->entries[i].wall_ms < next_ms)
			last_ms = recording->entries[i].wall_ms;
	return last_ms;
}

static bool read_from(int64_t *from_ms, int64_t last_ms, const char *text, struct error *error)
{
	struct written written;
	if (!read_moment("from", text, &written, error))
		return false;
	*from_ms = written.dated ? (int64_t)mktime(&written.local) * 1000 : on_day(&written.local, last_ms, 0);
	if (!written.dated && *from_ms > last_ms)
		*from_ms = on_day(&written.local, last_ms, -1);
	return true;
}

static bool read_until(int64_t *until_ms, int64_t from_ms, const char *text, struct error *error)
{
	struct written written;
	if (!read_moment("until", text, &written, error))
		return false;
	*until_ms = written.dated ? (int64_t)mktime(&written.local) * 1000 : on_day(&written.local, from_ms, 0);
	if (!written.dated && *until_ms <= from_ms)
		*until_ms = on_day(&written.local, from_ms, 1);
	return true;
}

bool period_read(struct period *period, const struct recording *recording, const char *from, const char *until,
	struct error *error)
{
	int64_t last_ms = day_ends(recording);
	period->from_ms = day_begins(recording, last_ms);
	period->until_ms = last_ms;
	if (from != NULL && !read_from(&period->from_ms, last_ms, from, error))
		return false;
	if (until != NULL && !read_until(&period->until_ms, period->from_ms, until, error))
		return false;
	if (period->until_ms < period->from_ms)
		return error_set(error, "the period ends before it begins");
	if (period->until_ms - period->from_ms > (int64_t)SUMMARY_DAYS_MAX * DAY_MS)
		return error_set(error, "the period is longer than %d days", SUMMARY_DAYS_MAX);
	return true;
}
