/*
 * What time it is, and timers, for feeds, session, commands and sim: the layers between get time as an argument. Who
 * needs no more than a stamp or a stretch asks the system itself, such as base/log for its lines.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <ev.h>
#include <stdint.h>

/* CLOCK_BOOTTIME in milliseconds: counts through a suspend, and no clock change moves it. For ages. */
int64_t clock_boot_ms(void);

/*
 * Time of day, milliseconds since 1970 UTC: for people, and for what outlives this run or this machine. It may jump.
 * Whoever asks in a long life gets a new time zone of the machine with it: once a minute a call does clock_zone_look().
 */
int64_t clock_wall_ms(void);

/*
 * Looks whether the file of the time zone (/etc/localtime, or what TZ names) was replaced, and lets the C library read
 * it again if so, which by itself it would not. The first look, before anything asks for the local time, only remembers
 * it.
 */
void clock_zone_look(void);

/* From now on the local time of this process is so many seconds ahead of UTC, whatever the machine's zone is. */
void clock_zone_set(int seconds);

/*
 * Starts a timer of libev: once, after so many seconds from now (at once if there are none); one that runs begins anew.
 * The loop's own time is as old as its turn: after a long decode a timer that counts from it would fire early, so it is
 * brought up to date first.
 */
static inline void timer_start(struct ev_loop *loop, ev_timer *timer, double seconds)
{
	ev_now_update(loop);
	ev_timer_stop(loop, timer);
	ev_timer_set(timer, seconds > 0 ? seconds : 0, 0.);
	ev_timer_start(loop, timer);
}

#endif
