#include "app/watchdog.h"

#ifdef HAVE_SYSTEMD
#include <systemd/sd-daemon.h>
#endif

#include "base/clock.h"

/* The clock on the wall changes each second: ten without a drawing pass are a fault. */
enum { DRAWN_WITHIN_MS = 10000 };

bool watchdog_content(const struct watchdog *watchdog, int64_t now_ms)
{
	bool drawn = watchdog->drawn_ms != 0 && now_ms - watchdog->drawn_ms <= DRAWN_WITHIN_MS;
	const struct link *link = watchdog->link;
	return drawn && (!link_stale(link, now_ms) || link->cause[0] != '\0');
}

void watchdog_drawn(struct watchdog *watchdog, int64_t now_ms)
{
	watchdog->drawn_ms = now_ms;
}

#ifdef HAVE_SYSTEMD

static void on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	if (watchdog_content(timer->data, clock_boot_ms()))
		sd_notify(0, "WATCHDOG=1");
}

void watchdog_start(struct watchdog *watchdog, struct ev_loop *loop, const struct link *link)
{
	uint64_t limit_us = 0;
	*watchdog = (struct watchdog){ .loop = loop, .link = link };
	sd_notify(0, "READY=1");
	if (sd_watchdog_enabled(0, &limit_us) <= 0)
		return;
	/* Three times within the limit, so that one may be late. */
	double seconds = (double)limit_us / 3e6;
	ev_timer_init(&watchdog->timer, on_timer, seconds, seconds);
	watchdog->timer.data = watchdog;
	ev_timer_start(loop, &watchdog->timer);
	watchdog->running = true;
}

void watchdog_stop(struct watchdog *watchdog)
{
	if (watchdog->running)
		ev_timer_stop(watchdog->loop, &watchdog->timer);
	watchdog->running = false;
	sd_notify(0, "STOPPING=1");
}

#else

void watchdog_start(struct watchdog *watchdog, struct ev_loop *loop, const struct link *link)
{
	*watchdog = (struct watchdog){ .loop = loop, .link = link };
}

void watchdog_stop(struct watchdog *watchdog)
{
	watchdog->running = false;
}

#endif
