/*
 * The only place that asks what time it is. Everything below app and feed gets time as an argument.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* CLOCK_BOOTTIME in milliseconds: counts through a suspend, and no clock change moves it. For ages. */
int64_t clock_boot_ms(void);

/* Time of day, milliseconds since 1970 UTC. For the clock on the wall only. */
int64_t clock_wall_ms(void);

#endif
