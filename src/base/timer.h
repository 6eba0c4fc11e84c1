/*
 * Starting a timer of libev. The loop's own time is as old as its turn: after a long decode a timer that counts from it
 * would fire early, so it is brought up to date first. Owns nothing.
 */
#ifndef BASE_TIMER_H
#define BASE_TIMER_H

#include <ev.h>

/* Once, after so many seconds from now (at once if there are none); one that runs begins anew. */
static inline void timer_start(struct ev_loop *loop, ev_timer *timer, double seconds)
{
	ev_now_update(loop);
	ev_timer_stop(loop, timer);
	ev_timer_set(timer, seconds > 0 ? seconds : 0, 0.);
	ev_timer_start(loop, timer);
}

#endif
