/*
 * The life of the subscription as a table: state × event → state, command, delay. No network, no clock, no loop: time
 * is an argument.
 *
 * api/live turns answers into events, steps through the table, and carries the command out after the delay. A pair that
 * has no row changes nothing. While a command waits or runs, the state is that of the last outcome, so that the screen
 * does not flicker between "limit" and "trying" each minute.
 */
#ifndef API_SUBSCRIPTION_H
#define API_SUBSCRIPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "board/link.h"

enum sub_state {
	SUB_START,
	SUB_SIGNING_IN,
	SUB_SIGN_IN_FAILED, /* no answer from the token service */
	SUB_SECRET_REFUSED, /* once: one more try */
	SUB_SECRET_STOPPED, /* twice: quiet */
	SUB_RENEWING,       /* after a 401 while creating */
	SUB_RENEWING_POLL,  /* after a 401 while polling: the subscription still lives */
	SUB_LISTING,        /* names are looked up */
	SUB_NOTHING,        /* nothing to subscribe to */
	SUB_CREATING,
	SUB_CREATE_FAILED,
	SUB_REJECTED, /* the body, for a reason that we cannot mend */
	SUB_REFUSED,  /* privilege, or a fresh token that is not taken */
	SUB_WAITING,  /* subscribed, no data yet */
	SUB_LIVE,
	SUB_POLL_FAILED,
	SUB_POLL_REFUSED,
	SUB_LOST,     /* somebody or something ended it */
	SUB_VERIFY_AFTER_409, /* whose subscription is in the way? */
	SUB_LIMIT,    /* none of this login's: the tenant has too many */
	SUB_IN_USE,   /* another client's */
	SUB_REPLACED, /* ours was replaced by another client's: looked at, never posted over */
	SUB_VERIFY_BEFORE_DELETE, /* another layout: is the subscription still ours to delete? */
	SUB_CLEARING, /* ours, or what take_over permits, is deleted before a new one is made */
	SUB_STOP_POSTING,   /* the end was asked for while a POST is on its way */
	SUB_STOP_VERIFY, /* the end was asked for: is the subscription still ours to delete? */
	SUB_STOP_DELETE,
	SUB_ENDED,
	SUB_STATES,
	SUB_SAME = SUB_STATES, /* in a row: the state stays */
};

enum sub_event {
	EVENT_NONE,
	EVENT_BEGIN,
	EVENT_TOKEN,
	EVENT_TOKEN_FAILED,
	EVENT_TOKEN_REFUSED,
	EVENT_TOKEN_STOPPED,
	EVENT_LISTED,
	EVENT_NOTHING, /* no panel subscribes, or none is left */
	EVENT_CREATED,
	EVENT_AMENDED,  /* refused, and the body was changed: post again */
	EVENT_REJECTED, /* refused, and nothing is left to change */
	EVENT_CONFLICT, /* 409 */
	EVENT_DATA,
	EVENT_BLANK,    /* rows without values: the other spelling is to be tried */
	EVENT_FOREIGN,  /* data of another client */
	EVENT_TAKE_OVER, /* the same, where take_over permits to delete it */
	EVENT_LEFTOVER, /* an earlier subscription of ours is in the way */
	EVENT_OURS,     /* before a DELETE: nobody has replaced it */
	EVENT_NOT_READY,
	EVENT_NOT_READY_LONG, /* after a 409 there were no data too often */
	EVENT_GONE,           /* 404 on data */
	EVENT_GONE_AGAIN,     /* ... too often in a short time */
	EVENT_UNAUTHORISED,
	EVENT_UNAUTHORISED_AGAIN, /* with a fresh token */
	EVENT_FORBIDDEN,
	EVENT_FAILED, /* no answer, 5xx, 429, an answer that cannot be read */
	EVENT_DELETED,
	EVENT_LAYOUT, /* another layout: other panels are to be asked for */
	EVENT_STOP,   /* and nothing of ours is on the server */
	EVENT_STOP_OWNED,
	EVENT_STOP_POSTING,
	EVENT_TIME_UP, /* the end takes too long */
	EVENT_COUNT,
};

enum sub_command {
	COMMAND_NONE,
	COMMAND_SIGN_IN,
	COMMAND_LIST,
	COMMAND_CREATE,
	COMMAND_POLL,
	COMMAND_VERIFY_AFTER_409,
	COMMAND_VERIFY_BEFORE_DELETE, /* before a DELETE: somebody may have replaced ours since the last answer */
	COMMAND_DELETE,
	COMMAND_END,
	COMMAND_COUNT,
};

enum sub_delay {
	DELAY_NOW,
	DELAY_SOON,     /* half a second, with jitter: two walls must not fight in step */
	DELAY_QUICK,    /* grows from a third of a second to the interval: the first data are near */
	DELAY_INTERVAL, /* one interval after the last poll began */
	DELAY_BACKOFF,  /* grows from 1 s to a minute, with jitter */
	DELAY_TWO_SECONDS,
	DELAY_REFUSAL,  /* after data: the interval, 1 s at least, doubled each time up to a minute; before any: a minute */
	DELAY_MINUTE,
	DELAY_QUARTER, /* of an hour: the secret was refused twice */
};

struct transition {
	uint32_t states; /* bits: 1 << enum sub_state */
	enum sub_event event;
	enum sub_state next;
	enum sub_command command;
	enum sub_delay delay;
};

/* What a new try in a state is preceded by: a refusal is not remembered against it. */
enum sub_anew {
	ANEW_NOTHING,
	ANEW_TOKEN,  /* a 401 may be answered by a new token again */
	ANEW_SECRET, /* one more sign-in is allowed */
	ANEW_NAMES,  /* names are looked up and every panel asked for again */
};

enum { SUB_STATUS_SAME = -1 };

struct sub_about {
	const char *name;
	enum link_state link;
	int exit_status; /* enum status of a one-shot command that ended now; SUB_STATUS_SAME: as before */
	enum sub_anew anew; /* before the command that waits in this state */
	bool in_the_way;    /* another subscription is: a one-shot command does not wait until it goes */
};

enum {
	SUB_LOSSES = 3, /* within the window mean that another client fights for the login */
	SUB_LOSSES_WINDOW_MS = 5 * 60 * 1000,
	SUB_QUICK_OVER = 16, /* polls after which DELAY_QUICK is the interval, however long that is */
};

/* Begin with a zeroed struct. */
struct subscription {
	enum sub_state state;
	unsigned failures;        /* in a row; the first is 1 */
	unsigned refusals;        /* in a row since the last data */
	bool had_data;            /* in this run */
	unsigned empty_polls;     /* in a row, from the first without data on */
	int64_t waiting_since_ms; /* without data; 0: data came */
	double delay; /* seconds until the command of the last step */
	int64_t lost_ms[SUB_LOSSES]; /* the newest first */
	unsigned losses;
};

/*
 * Takes an event through the table, and logs a change of state. The row says what follows; its event is
 * EVENT_GONE_AGAIN where EVENT_GONE is the last of too many losses. NULL: nothing changes.
 */
const struct transition *subscription_step(struct subscription *subscription, enum sub_event event, double interval,
	int64_t now_ms);

const struct sub_about *subscription_about(enum sub_state state);

/* The table itself, for tests. */

/* NULL: nothing changes. */
const struct transition *subscription_next(enum sub_state state, enum sub_event event);

/* The rows in order; NULL after the last. */
const struct transition *subscription_row(size_t index);
const char *subscription_event_name(enum sub_event event);

/* Seconds until a row's command; random is from 0 to 1. */
double subscription_delay(const struct subscription *subscription, enum sub_delay delay, double interval,
	double random);

/* Seconds; 1 s doubled with each failure, ±25 %, a minute at most. */
double subscription_backoff(unsigned failures, double random);

#endif
