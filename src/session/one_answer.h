/*
 * What commands that want one answer share: where a wall of the same user runs that asks for all they want, they read
 * its saved frame; else they sign in, wait for what they need, 20 s at most and not beyond a second failure, delete the subscription, and end.
 *
 * The owner sets layout and names of the session, the feed's options and where saved frames are; the rest belongs to
 * the struct, until one_answer_free(). What failed is said on standard error.
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
	struct saved_frame_options saved;
	struct store_options remembered; /* tenant NULL: pictures begin with the answer */
	bool reads_saved; /* of a wall that runs */
	bool quiet;       /* the owner says itself what failed */
	bool wants_past;  /* of a simulation, for pictures of the last hour; the session keeps its history */
	/*
	 * Called when the catalogues are there (feed.live.lists_only) or the first data are accepted; NULL: done when
	 * availability and campaigns have come too, or 3 s later. Not called if a wall's frame is read.
	 */
	void (*ready)(struct one_answer *answer);
	void *context;
	/* For the owner to read. */
	struct live *live;           /* the API's feed; NULL */
	enum saved_frame_found found; /* of a wall that runs */
	struct link link;            /* as it was when the data came, or before the end began */
	char cause[2 * ERROR_TEXT + 2]; /* of a failure, as it was printed; "" */
	/* Its own alone. */
	struct error lacks; /* SAVED_FRAME_OTHER: what the wall does not ask for */
	ev_timer deadline, settle, look;
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
