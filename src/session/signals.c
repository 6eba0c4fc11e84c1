#include "session/signals.h"

#include <signal.h>
#include <stddef.h>

#include "base/clock.h"
#include "base/log.h"

/* Two requests within this time are one: timeout(1) signals the program, and then its group. */
enum { SAME_MS = 80 };

static const int watched[SIGNALS_COUNT] = { SIGINT, SIGTERM, SIGQUIT, SIGHUP, SIGUSR1, SIGUSR2 };

bool signals_asked(struct signals *signals, int number)
{
	if (number == SIGHUP)
		return true;
	int64_t now_ms = clock_boot_ms();
	if (signals->asked_ms == 0)
		signals->asked_ms = now_ms;
	if (now_ms - signals->asked_ms <= SAME_MS)
		return true;
	ev_break(signals->loop, EVBREAK_ALL);
	return false;
}

static void open_log_again(struct signals *signals)
{
	struct error error;
	if (!log_reopen(&error))
		message("log: %s", error.text);
	else if (signals->log_opened != NULL)
		signals->log_opened(signals->context);
}

static void signals_on_signal(struct ev_loop *loop, ev_signal *watcher, int events)
{
	struct signals *signals = watcher->data;
	(void)loop;
	(void)events;
	if (watcher->signum == SIGUSR2)
		open_log_again(signals);
	else if (watcher->signum != SIGUSR1 && signals_asked(signals, watcher->signum))
		signals->end(signals->context, watcher->signum);
	else if (watcher->signum == SIGUSR1 && signals->reload != NULL)
		signals->reload(signals->context);
}

bool signals_ignored(int number)
{
	struct sigaction now;
	return sigaction(number, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
}

void signals_start(struct signals *signals)
{
	for (int i = 0; i < SIGNALS_COUNT; i++) {
		ev_signal_init(&signals->watchers[i], signals_on_signal, watched[i]);
		signals->watchers[i].data = signals;
		if (!signals_ignored(watched[i]))
			ev_signal_start(signals->loop, &signals->watchers[i]);
	}
}

void signals_stop(struct signals *signals)
{
	for (int i = 0; i < SIGNALS_COUNT; i++)
		ev_signal_stop(signals->loop, &signals->watchers[i]);
}
