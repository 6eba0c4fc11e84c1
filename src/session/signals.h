/*
 * The signals of a running command: which of them end it, and how often it was asked to.
 *
 * SIGTERM, SIGINT, SIGQUIT and SIGHUP end a command, SIGUSR1 reloads its layout, SIGUSR2 opens the log again. A signal
 * that was ignored when the program started stays ignored, so that nohup and a shell's background jobs work.
 *
 * At the end a command waits for the server, because a subscription that is left behind locks the login for a while.
 * Only a person who asks twice is in a hurry. A terminal that closes says so in several ways at once (the kernel's
 * SIGHUP, the shell's, a descriptor that fails), and some programs follow SIGTERM with SIGHUP: none of that is a
 * second request. Neither is the same signal sent twice in one moment, as timeout(1) does.
 */
#ifndef SESSION_SIGNALS_H
#define SESSION_SIGNALS_H

#include <ev.h>
#include <stdbool.h>
#include <stdint.h>

enum { SIGNALS_COUNT = 6 };

struct signals {
	struct ev_loop *loop;
	/* A request to end, perhaps not the first. */
	void (*end)(void *context, int number);
	/* NULL: there is nothing to reload. */
	void (*reload)(void *context);
	/* The log was opened again; may be NULL. */
	void (*log_opened)(void *context);
	void *context;
	/* Its own. */
	ev_signal watchers[SIGNALS_COUNT];
	int64_t asked_ms; /* by a person, for the first time; 0: not yet */
};

/* Loop, callbacks and context are set. */
void signals_start(struct signals *signals);

/* Signals have their default effect again. */
void signals_stop(struct signals *signals);

/* Whether the program was started with this signal ignored; to be asked before anything watches it. */
bool signals_ignored(int number);

/*
 * Somebody asked for the end by this signal, or with 0 by a key. The second time the loop is left at once; false then.
 * For keys: signals_start() does it for signals.
 */
bool signals_asked(struct signals *signals, int number);

#endif
