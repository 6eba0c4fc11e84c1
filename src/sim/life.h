/*
 * The centre lives: events are taken in their order, and handed to those whose they are.
 */
#ifndef SIM_LIFE_H
#define SIM_LIFE_H

#include "sim/centre.h"

/* Builds the centre, at the first moment of its life, which is before the start. Counts out of range are a bug of the caller. */
void centre_begin(struct centre *centre, const struct centre_config *config);

/* The same, and lives through the day up to the start. */
void centre_init(struct centre *centre, const struct centre_config *config);

/* When the counters of the start's day begin at 0, which is at the start or before it. */
int64_t centre_day_begins(const struct centre_config *config);

/* Lives on until `until` (milliseconds, as centre->now); nothing if that is past. */
void centre_run(struct centre *centre, int64_t until);

#endif
