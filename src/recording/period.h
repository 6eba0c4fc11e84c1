/*
 * The period of a recording that a summary is of, from --from and --until.
 *
 * "HH:MM" (or HH:MM:SS) is a time of day: for --from the last one that is not after the end of the recording, for
 * --until the first one after --from. "YYYY-MM-DD", alone or with a blank and a time, is exactly that time. The default
 * is the day of the last record, from its first answer to its last record. Owns nothing.
 */
#ifndef RECORDING_PERIOD_H
#define RECORDING_PERIOD_H

#include <stdbool.h>
#include <stdint.h>

#include "recording/reader.h"

struct period {
	int64_t from_ms, until_ms;
};

/* A time of day, "14:05" or "14:05:30", on the day of wall_ms or so many days later; false if the text is not one. */
bool period_clock(const char *text, int64_t wall_ms, int days, int64_t *at_ms);

/* from and until may be NULL; the recording has records. False with the reason. */
bool period_read(struct period *period, const struct recording *recording, const char *from, const char *until,
	struct error *error);

#endif
