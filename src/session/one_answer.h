/*
 * What commands that want one answer share: where another window of the same login has the subscription, they read from it;
 * else they sign in, wait for what they need, 20 s at most and not beyond a second failure, delete the subscription, and end.
 *
 * The owner sets layout and names of the session and the feed's options; the rest belongs to the struct, until one_answer_free(). What failed is said on standard error.
 */
#ifndef SESSION_ONE_ANSWER_H
#define SESSION_ONE_ANSWER_H

#include <ev.h>
#include <stdbool.h>

#include "session/past.h"
#include "session/session.h"

struct one_answer {
	/* The owner's. */
	struct session session; /* its layout and names */
	struct feed_options feed;
	struct store_options remembered; /* tenant NULL: pictures begin with the answer */
	bool quiet;       /* the owner says itself what failed */
	bool wants_past;  /* of a simulation, for pictures of the last hour; the session keeps its history */
	/*
	 * Called when the catalogues are there (feed.live.lists_only) or the first data are accepted; NULL: done when
	 * availability and campaigns have come too, or 3 s later.
	 */
	void (*ready)(struct one_answer *answer);
	void *context;
	/* For the owner to read. */
	struct live *live;           /* the API's feed; NULL */
	bool shared;                 /* another window of this login has the subscription: */
	struct feed_holder holder;   /* ... this one */
	struct link link;            /* as it was when the data came, or before the end began */
	char cause[2 * ERROR_TEXT + 2]; /* of a failure, as it was printed; "" */
	/* Its own alone. */
	ev_timer deadline, settle;
	struct past past;
	bool is_ready;   /* data came; availability and the like may still come */
	int open_status; /* of a feed that could not be made */
};

/* Runs until done or over time. STATUS_FINE if it is ready, else the exit status. */
int one_answer_run(struct one_answer *answer);

/* The command has what it wants: begins the end. */
void one_answer_done(struct one_answer *answer);

/* For commands that print one accepted answer: the board as it is now, with the link as it was then. */
struct board_view one_answer_view(const struct one_answer *answer);

void one_answer_free(struct one_answer *answer);

#endif
