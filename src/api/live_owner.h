/*
 * Who owns the subscription at the server, and whether it may be deleted.
 *
 * A login holds one subscription, and it may be another client's. Only its data show that: each app id begins with the
 * instance tag of its owner and contains the signature of the request. This remembers what this run subscribed to and
 * when the server confirmed it last, and decides what follows from whose data were seen. It sends no request, and gets
 * the time as an argument.
 */
#ifndef API_LIVE_OWNER_H
#define API_LIVE_OWNER_H

#include <stdbool.h>
#include <stdint.h>

#include "api/subscription.h"
#include "base/json.h"
#include "board/query.h"

enum {
	/* Subscriptions of this run that may still exist: one for each layout that was changed while nothing answered. */
	OWNER_SIGNATURES_MAX = 8,
	OWNER_EMPTY_MAX = 5, /* answers without data after a 409, until it counts as another client's */
	OWNER_SURE_MS = 1000, /* so long after a confirmation there is no need to look again */
	OWNER_CLEAR_AGAIN_MS = 30 * 1000, /* what is in the way is deleted once in so long: two clients never fight */
	/* A one-shot command's subscription has a tag that no later run knows: it is rather deleted unseen. */
	OWNER_TRUST_ONE_SHOT_MS = 60 * 1000,
};

/* Whose data were seen; of several app ids, the one that comes last here counts. */
enum owner {
	OWNER_NOT_ASKED, /* nothing was looked at yet */
	OWNER_UNKNOWN,  /* no answer, or one that cannot be read */
	OWNER_NOBODY,   /* there is no subscription (any more) */
	OWNER_NO_DATA,  /* there is one without data yet, so its owner is unknown */
	OWNER_OTHER,    /* another client's */
	OWNER_STRANGE,  /* not data of a subscription: an error object, or some other service */
	OWNER_SAME_TAG, /* our tag, but neither this request nor one of this run */
	OWNER_US,
};

/* What the data were looked at for. */
enum owner_look {
	LOOK_POLL,          /* data that the sink does not take as an answer to our request */
	LOOK_AFTER_409,     /* whose subscription is in the way */
	LOOK_BEFORE_DELETE, /* whether the subscription is still ours */
	LOOK_AT_END,        /* the same, when the program ends: nothing is made afterwards */
};

enum owner_news {
	OWNER_POSTING, /* the request is on its way ... */
	OWNER_POST_REFUSED,
	OWNER_POST_UNKNOWN, /* it was sent, and no answer came */
	OWNER_POST_DONE,
	OWNER_CONFIRMED, /* data of ours came */
	OWNER_GONE,      /* nothing of ours is there any more */
};

/* Begin with a struct that is zeroed but for what its user sets. */
struct live_owner {
	/* Set by the user, and may change. */
	const struct request *request; /* what is asked for now: its data are ours */
	double interval; /* between polls: for two of them our last confirmation is trusted */
	bool one_shot;
	bool take_over;  /* another client's subscription may be deleted */

	bool subscribed; /* a subscription of ours may exist */
	bool subscribed_before_post;
	bool had_data; /* data came since the subscription was made */
	bool same_tag_elsewhere; /* the subscription that is in the way has our tag, but this run did not make it */
	uint32_t posted; /* signature of the POST that was sent last: the layout may change before its answer */
	uint32_t signatures[OWNER_SIGNATURES_MAX]; /* of what this run subscribed to, the newest last */
	unsigned signature_count;
	unsigned empty_answers; /* in a row, after a 409 */
	int64_t confirmed_ms;   /* when the server last showed that it is ours; 0: never */
	int64_t cleared_ms;     /* when we last deleted what was in the way; 0: never */
};

void live_owner_note(struct live_owner *owner, enum owner_news news, int64_t now_ms);

/* Whose the app ids of a parsed answer are; an empty map is OWNER_NO_DATA. */
enum owner live_owner_of(const struct live_owner *owner, const struct json *json);

/*
 * What follows from whose data were seen. Before a DELETE, OWNER_NOT_ASKED gives EVENT_OURS if ours was confirmed so
 * lately that there is no need to look, else EVENT_NONE. What may be deleted counts as deleted.
 */
enum sub_event live_owner_verdict(struct live_owner *owner, enum owner_look look, enum owner seen, int64_t now_ms);

#endif
