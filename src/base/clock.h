/*
 * What time it is, for feeds, session, commands and sim: the layers between get time as an argument. Who needs no more than a
 * stamp or a stretch asks the system itself, such as base/log for its lines.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* CLOCK_BOOTTIME in milliseconds: counts through a suspend, and no clock change moves it. For ages. */
int64_t clock_boot_ms(void);

/*
 * Time of day, milliseconds since 1970 UTC: for people, and for what outlives this run or this machine. It may jump. Whoever
 * asks in a long life gets a new time zone of the machine with it: once a minute a call does clock_zone_look().
 */
int64_t clock_wall_ms(void);

/*
 * Looks whether the file of the time zone (/etc/localtime, or what TZ names) was replaced, and lets the C library read it
 * again if so, which by itself it would not. The first look, before anything asks for the local time, only remembers it.
 */
void clock_zone_look(void);

#endif
