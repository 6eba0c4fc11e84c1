/*
 * What is wrong with the part of a recording that was read: bytes that are damaged, and a clock that was set. Filled by
 * whoever plays it, told by output/flaws. Of more than it holds the number is known, and of damage the bytes.
 */
#ifndef RECORDING_FLAWS_H
#define RECORDING_FLAWS_H

#include <stdbool.h>
#include <stdint.h>

enum { FLAWS_MAX = 200 };

/* Time of day of the last record before the damage and the first answer after it that could be read; 0: there is none. */
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

#endif
