#include "session/watchdog.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"

/* A drawing pass that is later than this is a fault. */
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

/* One datagram for systemd, as sd_notify(3) describes it; a name that begins with '@' is an abstract socket's. */
static void watchdog_notify(const char *state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const char *path = getenv("NOTIFY_SOCKET");
	size_t length = path == NULL ? 0 : strlen(path);
	if (length == 0 || length >= sizeof(address.sun_path) || (path[0] != '/' && path[0] != '@'))
		return;
	memcpy(address.sun_path, path, length);
	if (path[0] == '@')
		address.sun_path[0] = '\0';
	int file = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (file < 0)
		return;
	(void)sendto(file, state, strlen(state), MSG_NOSIGNAL, (const struct sockaddr *)&address,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + length));
	close(file);
}

/* What must come between keep-alives of this process; 0: none are wanted. */
static double limit_seconds(void)
{
	const char *limit = getenv("WATCHDOG_USEC"), *process = getenv("WATCHDOG_PID");
	if (limit == NULL || (process != NULL && strtol(process, NULL, 10) != (long)getpid()))
		return 0;
	return (double)strtoull(limit, NULL, 10) / 1e6;
}

static void watchdog_on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
	const struct watchdog *watchdog = timer->data;
	(void)loop;
	(void)events;
	if (watchdog_content(watchdog, clock_boot_ms()))
		watchdog_notify("WATCHDOG=1");
}

void watchdog_start(struct watchdog *watchdog, struct ev_loop *loop, const struct link *link)
{
	*watchdog = (struct watchdog){ .loop = loop, .link = link, .running = true };
	ev_timer_init(&watchdog->timer, watchdog_on_timer, 0., 0.);
	watchdog->timer.data = watchdog;
	watchdog_notify("READY=1");
	/* Three times within the limit, so that one may be late. */
	double seconds = limit_seconds() / 3;
	if (seconds <= 0)
		return;
	ev_timer_set(&watchdog->timer, seconds, seconds);
	ev_timer_start(loop, &watchdog->timer);
}

void watchdog_stop(struct watchdog *watchdog)
{
	if (!watchdog->running)
		return;
	ev_timer_stop(watchdog->loop, &watchdog->timer);
	watchdog->running = false;
	watchdog_notify("STOPPING=1");
}
