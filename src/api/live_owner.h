/*
 * Who owns the subscription at the server, and whether it may be deleted.
 *
 * A login holds one subscription, and it may be another client's. Only its data show that: each app id begins with the
 * instance tag of its owner and contains the signature of the request. This remembers what this run subscribed to and
 * when the server confirmed it last. It only decides: it sends no request, and gets the time as an argument.
 */
#ifndef API_LIVE_OWNER_H
#define API_LIVE_OWNER_H

#include <stdbool.h>
#include <stdint.h>

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
	OWNER_UNKNOWN,  /* no answer, or one that cannot be read */
	OWNER_NOBODY,   /* there is no subscription (any more) */
	OWNER_NO_DATA,  /* there is one without data yet, so its owner is unknown */
	OWNER_OTHER,    /* another client's */
	OWNER_STRANGE,  /* not data of a subscription: an error object, or some other service */
	OWNER_SAME_TAG, /* our tag, but neither this request nor one of this run */
	OWNER_US,
};

enum post_result {
	POST_REFUSED,
	POST_UNKNOWN, /* it was sent, and no answer came */
	POST_DONE,
};

/* Begin with a zeroed struct. */
struct live_owner {
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

/* A POST of this signature is on its way, and how it ended. */
void live_owner_posting(struct live_owner *owner, uint32_t signature);
void live_owner_posted(struct live_owner *owner, enum post_result result, int64_t now_ms);

/* Data of ours came. */
void live_owner_confirm(struct live_owner *owner, int64_t now_ms);

/* Nothing of ours is there any more. */
void live_owner_gone(struct live_owner *owner);

/* Whose the app ids of a parsed answer are; an empty map is OWNER_NO_DATA. */
enum owner live_owner_of(const struct live_owner *owner, const struct request *request, const struct json *json);

/* Before this run had a subscription, one with our tag is of an earlier run, whatever the layout was then. */
bool live_owner_is_leftover(const struct live_owner *owner, enum owner seen);

/* After a 409 there were no data: true once that has lasted so long that it counts as another client's. */
bool live_owner_empty(struct live_owner *owner);

/* Whether the subscription that is in the way may be deleted now; then it counts as deleted. */
bool live_owner_clear(struct live_owner *owner, int64_t now_ms);

/* Whether ours was confirmed so lately that a DELETE needs no look. */
bool live_owner_is_sure(const struct live_owner *owner, int64_t now_ms);

/* Where the owner is unknown: whether our last confirmation is young enough to be trusted. */
bool live_owner_is_trusted(const struct live_owner *owner, bool one_shot, double interval, int64_t now_ms);

#endif
