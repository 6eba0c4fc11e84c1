/*
 * The keep-alive for systemd's WatchdogSec: sent only by a wall that is seen to work.
 *
 * "Works" means that no frame is overdue, and that the data on it are fresh or the cause of their age stands
 * beside them. A wall whose terminal takes no more bytes, or whose loop hangs, gets no keep-alive and is
 * restarted. Where no NOTIFY_SOCKET is set nothing here does anything.
 */
#ifndef SESSION_WATCHDOG_H
#define SESSION_WATCHDOG_H

#include <ev.h>
#include <stdbool.h>
#include <stdint.h>

#include "board/link.h"

#define WATCHDOG_NEVER (INT64_MAX / 2)

struct watchdog {
	struct ev_loop *loop;
	ev_timer timer;
	const struct link *link;
	int64_t due_ms; /* CLOCK_BOOTTIME at which the next drawing pass must reach the terminal; 0: none did yet */
	bool running;
};

/* Tells systemd that the start is over, and starts the timer if keep-alives are wanted. The link must outlive it. */
void watchdog_start(struct watchdog *watchdog, struct ev_loop *loop, const struct link *link);
void watchdog_stop(struct watchdog *watchdog);

/*
 * The drawing loop calls it after each pass that reached the terminal, and says when it means to draw again at the
 * latest; WATCHDOG_NEVER for a program that draws nothing.
 */
void watchdog_drawn(struct watchdog *watchdog, int64_t due_ms);

/* Whether a keep-alive may be sent now. */
bool watchdog_content(const struct watchdog *watchdog, int64_t now_ms);

#endif
