/*
 * The period that a summary or a table is of: of a recording from --from and --until, of what is remembered from --since
 * and --until.
 *
 * "HH:MM" (or HH:MM:SS) is a time of day: for --from the last one that is not after the end of the recording, for
 * --until the first one after --from. "YYYY-MM-DD", alone or with a blank and a time, is exactly that time. The default
 * is the day of the last record, from its first answer to its last record.
 *
 * What is remembered goes on, so its times are told from now as well: "now", "today" and "yesterday" (where the day begins),
 * "7d" and "2w" (where the day so long ago begins), "90m" and "12h" (so long ago). Owns nothing.
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

/*
 * Up to now_ms. Both may be NULL: then it is today so far. since_option is what the first is called ("since", "from"). A time of
 * day is for the first one the last before the end, for the second one the first after the beginning.
 */
bool period_read_past(struct period *period, int64_t now_ms, const char *since_option, const char *since, const char *until,
	struct error *error);

#endif
