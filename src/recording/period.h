/*
 * Which stretch of a recording a summary is of, from --from and --until.
 *
 * "HH:MM" (or HH:MM:SS) is a time of day: --from the last one not after the recording's end, --until the first one
 * after --from. "YYYY-MM-DD", with a blank and a time or without, is just that. Without --from it is the day of the
 * last record, from its first answer on; without --until, to the last record.
 */
#ifndef RECORDING_PERIOD_H
#define RECORDING_PERIOD_H

#include <stdbool.h>
#include <stdint.h>

#include "recording/reader.h"

struct period {
	int64_t from_ms, until_ms;
};

/* A time of day, "14:05" or "14:05:30", so many days from that of a moment (milliseconds since 1970); false if it is none. */
bool period_clock(const char *text, int64_t moment_ms, int days, int64_t *at_ms);

/* from and until may be NULL; the recording has records. False with the reason. */
bool period_read(struct period *period, const struct recording *recording, const char *from, const char *until,
	struct error *error);

#endif
