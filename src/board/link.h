/*
 * The state of the connection, as the status line, the details and the one-shot commands tell it.
 *
 * The live feed owns one and keeps it current; everybody else reads. Texts are for people, scrubbed, without secrets.
 */
#ifndef BOARD_LINK_H
#define BOARD_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* Exit statuses of all commands but check, which has those of monitoring (output/plugin). */
enum status {
	STATUS_FINE = 0,
	STATUS_FAILED = 1,   /* while running */
	STATUS_USAGE = 2,    /* usage, configuration or layout; no terminal */
	STATUS_REFUSED = 3,  /* authentication or privilege */
	STATUS_NO_DATA = 4,  /* no fresh data */
	STATUS_LIMIT = 5,    /* of subscriptions; another client uses the login, or another publisher the prefix */
	STATUS_SIGNAL = 128, /* plus its number: ended by that signal; SIGPIPE too, where nobody reads any more */
};

enum link_state {
	LINK_STARTING,
	LINK_SIGNING_IN,
	LINK_SUBSCRIBING,
	LINK_WAITING, /* subscribed, no data yet (204) */
	LINK_LIVE,
	LINK_TROUBLE, /* failed, will try again at next_try_ms */
	LINK_REFUSED, /* secret, privilege, or all of what the layout asks for; tries are rare */
	LINK_LIMIT,   /* the tenant's limit of subscriptions */
	LINK_IN_USE,  /* another client uses this login */
	LINK_ENDING,
	LINK_ENDED,
};

struct link {
	enum link_state state;
	char cause[ERROR_TEXT];  /* what is wrong, in words; "" when nothing is */
	char advice[ERROR_TEXT]; /* what to do about it; "" */
	char peer[ERROR_TEXT];   /* scheme and host that requests go to */
	bool plaintext;          /* http or mqtt to more than this machine */
	bool uncertain;          /* nothing was heard yet but what was kept: ages count by two machines' times of day */
	double interval;         /* seconds */
	int64_t accepted_ms;     /* CLOCK_BOOTTIME of the last accepted data; 0: none */
	int64_t next_try_ms;     /* CLOCK_BOOTTIME; 0: none is planned */
	int64_t latency_ms;      /* of the last answer */
	unsigned long polls, accepted, failures;
	unsigned long bytes; /* of the last body */
	enum status exit_status; /* of a one-shot command if it ended now; STATUS_FINE when live */
};

/* Whether what came at accepted_ms (0: never), and is asked for each interval (seconds), is stale. */
bool link_old(double interval, int64_t accepted_ms, int64_t now_ms);

/* Two intervals, 5 s at least, without an accepted answer; true before the first as well. */
bool link_stale(const struct link *link, int64_t now_ms);

/* The first millisecond at which data of accepted_ms are stale, if no others come. */
int64_t link_stale_at(const struct link *link, int64_t accepted_ms);

/* Seconds since the last accepted answer; -1 before the first. */
double link_age(const struct link *link, int64_t now_ms);

/* Whether it is a trouble that waiting a little longer does not mend. */
bool link_hopeless(const struct link *link);

/* One or two words: "live", "signing in". */
const char *link_word(enum link_state state);

#endif
