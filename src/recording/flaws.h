/*
 * What is wrong with the part of a recording that was read: damaged bytes, and a clock that was set. recording/cursor
 * collects these, for whoever reads with it; here are their sentences and their JSON. The lists have a cap. Of damage behind it the bytes
 * are added to the last entry; of clock steps behind it the number is kept.
 */
#ifndef RECORDING_FLAWS_H
#define RECORDING_FLAWS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"

enum { FLAWS_MAX = 200 };

/* The time of day of the last record before the damage and of the first answer after it that could be read; 0: none. */
struct flaw_damage {
	int64_t from_ms, to_ms;
	int64_t bytes;
};

struct flaw_step {
	int64_t wall_ms; /* of the first record after it */
	int64_t by_ms;   /* negative: back */
	bool corrected;  /* the recorded times of day on one side of it were wrong, and are corrected */
};

struct flaws {
	struct flaw_damage damages[FLAWS_MAX];
	struct flaw_step steps[FLAWS_MAX];
	unsigned damage_count, step_count, steps_lost;
};

/* Appends a line for each of the first few flaws. dated: times have their date. */
void flaws_text(const struct flaws *flaws, bool dated, struct buffer *out);

/* Appends "213 bytes are damaged between 09:12 and 09:14", without a line break. */
void flaws_damage_text(const struct flaw_damage *damage, bool dated, struct buffer *out);

/* Puts the members "damage" and "clock_steps" into an object of JSON. */
void flaws_json(const struct flaws *flaws, struct buffer *out);

#endif
