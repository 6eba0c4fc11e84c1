#include "base/local_time.h"

#include <stdlib.h>
#include <time.h>

enum { LONGEST_DAY_S = 30 * 3600 }; /* no zone has a longer one */

static struct tm local_of(int64_t time_s)
{
	time_t seconds = (time_t)time_s;
	struct tm local = { .tm_isdst = -1 };
	(void)localtime_r(&seconds, &local);
	return local;
}

static bool same_day(const struct tm *a, const struct tm *b)
{
	return a->tm_yday == b->tm_yday && a->tm_year == b->tm_year;
}

/* Whether two times are of one day, or before and after no change of the clock. */
static bool local_alike(int64_t a_s, int64_t b_s, bool day)
{
	struct tm a = local_of(a_s), b = local_of(b_s);
	return day ? same_day(&a, &b) : a.tm_gmtoff == b.tm_gmtoff;
}

/* Where what is like time_s ends on the way to other_s, which is not: of the two seconds that meet there the later. */
static int64_t local_edge(int64_t time_s, int64_t other_s, bool day)
{
	int64_t like_s = time_s;
	while (llabs(other_s - like_s) > 1) {
		int64_t middle_s = like_s + (other_s - like_s) / 2;
		if (local_alike(middle_s, time_s, day))
			like_s = middle_s;
		else
			other_s = middle_s;
	}
	return like_s > other_s ? like_s : other_s;
}

/* Where the clock was not changed since midnight, its hands tell where that was: no search is needed. */
static int64_t day_begin(int64_t time_s)
{
	struct tm local = local_of(time_s);
	int64_t begin_s = time_s - (local.tm_hour * 60 + local.tm_min) * LOCAL_MINUTE_S - local.tm_sec;
	bool found = local_alike(begin_s, time_s, true) && !local_alike(begin_s - 1, time_s, true);
	return found ? begin_s : local_edge(time_s, time_s - LONGEST_DAY_S, true);
}

int64_t local_part_begin(int64_t time_s, int minutes)
{
	if (minutes >= LOCAL_DAY_MINUTES)
		return day_begin(time_s);
	struct tm local = local_of(time_s);
	int64_t begin_s = time_s - (local.tm_hour * 60 + local.tm_min) % minutes * LOCAL_MINUTE_S - local.tm_sec;
	return local_alike(begin_s, time_s, false) ? begin_s : local_edge(time_s, begin_s, false);
}

int64_t local_part_end(int64_t time_s, int minutes)
{
	if (minutes >= LOCAL_DAY_MINUTES)
		return local_edge(time_s, time_s + LONGEST_DAY_S, true);
	struct tm local = local_of(time_s);
	int64_t length_s = (int64_t)minutes * LOCAL_MINUTE_S;
	int64_t end_s =
		time_s - (local.tm_hour * 60 + local.tm_min) % minutes * LOCAL_MINUTE_S - local.tm_sec + length_s;
	return local_alike(end_s - 1, time_s, false) ? end_s : local_edge(time_s, end_s - 1, false);
}

int64_t local_day(int64_t time_s, int days)
{
	int64_t day_s = local_part_begin(time_s, LOCAL_DAY_MINUTES);
	for (; days > 0; days--)
		day_s = local_part_end(day_s, LOCAL_DAY_MINUTES);
	for (; days < 0; days++)
		day_s = local_part_begin(day_s - 1, LOCAL_DAY_MINUTES);
	return day_s;
}

/* "06:30" or "6:30", up to 24:00. */
static const char *read_minute(const char *text, int *minute)
{
	int hours = 0, minutes = 0, digits = 0;
	for (; *text >= '0' && *text <= '9' && digits < 2; text++, digits++)
		hours = hours * 10 + *text - '0';
	if (digits == 0 || *text++ != ':')
		return NULL;
	for (digits = 0; *text >= '0' && *text <= '9' && digits < 2; text++, digits++)
		minutes = minutes * 10 + *text - '0';
	*minute = hours * 60 + minutes;
	return digits == 2 && minutes < 60 && *minute <= LOCAL_DAY_MINUTES ? text : NULL;
}

bool local_hours_read(struct local_hours *hours, const char *text)
{
	const char *at = read_minute(text, &hours->from);
	at = at != NULL && *at == '-' ? read_minute(at + 1, &hours->to) : NULL;
	return at != NULL && *at == '\0' && hours->from != hours->to;
}

bool local_hours_hold(const struct local_hours *hours, int64_t time_s)
{
	if (hours->from == hours->to)
		return false;
	struct tm local = local_of(time_s);
	int minute = local.tm_hour * 60 + local.tm_min;
	if (hours->from < hours->to)
		return minute >= hours->from && minute < hours->to;
	return minute >= hours->from || minute < hours->to;
}
