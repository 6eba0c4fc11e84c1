/*
 * What one-shot commands share: where a wall of the same user lives that asks for all they want, they read its last
 * frame; else they sign in, wait for what they need, 20 s at most, delete the subscription, end.
 */
#ifndef COMMAND_ONESHOT_H
#define COMMAND_ONESHOT_H

#include <ev.h>
#include <stdbool.h>

#include "board/board.h"
#include "board/board_view.h"
#include "command/app.h"
#include "command/last_frame.h"
#include "command/source.h"
#include "session/signals.h"

struct oneshot {
	struct app *app;
	struct ev_loop *loop;
	struct source source; /* none: a wall's frame is read, or waited for */
	struct board *board;
	enum last_frame_found found; /* of a living wall */
	struct error lacks;          /* LAST_FRAME_OTHER: what it does not ask for */
	ev_timer deadline, settle, look;
	struct signals signals;
	bool lists_only; /* no subscription */
	bool settling;   /* data came; availability and the like may still come */
	bool ending;
	int signal;       /* that ended it; 0 */
	int status;       /* of a feed that could not start */
	struct link link; /* as it was when the data came, or before the end began */
	char cause[2 * ERROR_TEXT + 2]; /* of a failure, as it was printed; "" */
	/*
	 * Called when the catalogues are there (lists_only) or the first data are accepted; NULL: done when availability
	 * and campaigns have come too, or 3 s later. Not called if a wall's frame is read.
	 */
	void (*ready)(struct oneshot *oneshot);
	void *context;
};

/* A layout of this name that asks for nothing: lists need the sign-in only. The caller frees with layout_free(). */
struct layout *oneshot_layout(const char *name);

/*
 * Runs until done or over time. Returns STATUS_FINE if ready was reached, else the status, with the cause on
 * standard error.
 */
int oneshot_run(struct oneshot *oneshot);

/* The command has what it wants: begins the end. */
void oneshot_done(struct oneshot *oneshot);

/* For commands that print one accepted answer: the board as it is now, with the link as it was then. */
struct moment oneshot_moment(const struct oneshot *oneshot);

void oneshot_free(struct oneshot *oneshot);

#endif
