#include "session/watchdog.h"

#ifdef HAVE_SYSTEMD
#include <dlfcn.h>
#include <stdlib.h>
#include <systemd/sd-daemon.h>
#endif

#include "base/clock.h"

/* A drawing pass that is so late is a fault. */
enum { LATE_MS = 10000 };

bool watchdog_content(const struct watchdog *watchdog, int64_t now_ms)
{
	bool drawn = watchdog->due_ms != 0 && now_ms - watchdog->due_ms <= LATE_MS;
	const struct link *link = watchdog->link;
	return drawn && (!link_stale(link, now_ms) || link->cause[0] != '\0');
}

void watchdog_drawn(struct watchdog *watchdog, int64_t due_ms)
{
	watchdog->due_ms = due_ms;
}

#ifdef HAVE_SYSTEMD

static void on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct watchdog *watchdog = timer->data;
	(void)loop;
	(void)events;
	if (watchdog_content(watchdog, clock_boot_ms()))
		watchdog->notify(0, "WATCHDOG=1");
}

/* The library stays until the end of the process. Returns what must come between keep-alives; 0: none are wanted. */
static uint64_t load(struct watchdog *watchdog)
{
	/* As the header declares them; POSIX lets a function's address pass through an object pointer. */
	__typeof__(&sd_watchdog_enabled) enabled = NULL;
	uint64_t limit_us = 0;
	const char *asks = getenv("NOTIFY_SOCKET");
	void *library = asks == NULL || asks[0] == '\0' ? NULL : dlopen("libsystemd.so.0", RTLD_NOW | RTLD_LOCAL);
	if (library == NULL)
		return 0;
	*(void **)&watchdog->notify = dlsym(library, "sd_notify");
	*(void **)&enabled = dlsym(library, "sd_watchdog_enabled");
	return enabled != NULL && enabled(0, &limit_us) > 0 ? limit_us : 0;
}

void watchdog_start(struct watchdog *watchdog, struct ev_loop *loop, const struct link *link)
{
	*watchdog = (struct watchdog){ .loop = loop, .link = link };
	uint64_t limit_us = load(watchdog);
	if (watchdog->notify == NULL)
		return;
	watchdog->notify(0, "READY=1");
	if (limit_us == 0)
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
	if (watchdog->notify != NULL)
		watchdog->notify(0, "STOPPING=1");
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
