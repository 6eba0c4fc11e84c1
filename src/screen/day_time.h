/*
 * The time of day as people want it on the screen: the setting `clock`, such as "%I:%M %p". All its conversions are as
 * wide at each time of the day, whatever the locale, so that what stands beside a clock never moves. Documents and lines
 * for programs do not use it.
 */
#ifndef SCREEN_DAY_TIME_H
#define SCREEN_DAY_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Bytes: each conversion is as long as its text. */
enum { DAY_TIME_FORMAT_MAX = 30, DAY_TIME_MAX = DAY_TIME_FORMAT_MAX + 2 };

struct day_time {
	char full[DAY_TIME_FORMAT_MAX + 1];  /* of the status line */
	char brief[DAY_TIME_FORMAT_MAX + 1]; /* without seconds: of everything else */
	int full_columns, brief_columns;
};

/* 14:05:10 and 14:05. */
extern const struct day_time day_time_usual;

/* The format of a setting; false with an error that names what is wrong. */
bool day_time_read(struct day_time *time, const char *format, struct error *error);

/* Local time; NULL: the usual one. out has DAY_TIME_MAX bytes. */
void day_time_text(const struct day_time *time, bool seconds, int64_t wall_ms, char out[DAY_TIME_MAX]);

/* The text without the blank that an hour of one digit may begin with, for the middle of a sentence. */
const char *day_time_in_sentence(const char *text);

int day_time_columns(const struct day_time *time, bool seconds);

#endif
