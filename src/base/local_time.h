/*
 * Parts of the day by the clock on the wall, in the machine's zone: half-hours, hours, days.
 *
 * Where the clock is changed the part that runs ends there, so that none holds two times of the same name: of a night
 * with 25 hours the hour from 2 to 3 comes twice, one with 23 has none, and a zone that moves by half an hour has one of
 * 30 minutes. A day is not divided: it has 23 or 25 hours. Times are seconds since 1970.
 */
#ifndef BASE_LOCAL_TIME_H
#define BASE_LOCAL_TIME_H

#include <stdbool.h>
#include <stdint.h>

enum {
	LOCAL_DAY_MINUTES = 1440,
	LOCAL_MINUTE_S = 60,
};

/* Where the part of so many minutes (of an hour at most, or LOCAL_DAY_MINUTES) that holds a time begins. */
int64_t local_part_begin(int64_t time_s, int minutes);

/* Where it ends, and the next one begins. */
int64_t local_part_end(int64_t time_s, int minutes);

/* The beginning of the day that is so many days after that of time_s; negative: before. */
int64_t local_day(int64_t time_s, int days);

/* Hours of each day, such as "22:00-06:00": minutes of the local day. */
struct local_hours {
	int from, to; /* equal: none; from > to: over midnight */
};

/* False: not two different times of one day. */
bool local_hours_read(struct local_hours *hours, const char *text);

bool local_hours_hold(const struct local_hours *hours, int64_t time_s);

#endif
