/*
 * The hour before a simulated wall began: asked from cxsim minute by minute, oldest first, once the first data are there,
 * and filled into the session's history. Only for a simulation that was started for this wall; a contact centre has no such
 * call, and what it was is never made up.
 *
 * The user sets the first part of the struct. It is over by itself; past_stop() ends it sooner, and comes before another
 * layout and before session_close().
 */
#ifndef SESSION_PAST_H
#define SESSION_PAST_H

#include <stdbool.h>

#include "api/live.h"
#include "session/session.h"

struct past {
	struct session *session; /* keeps its history */
	struct live *live;       /* its feed */
	void (*done)(void *context); /* called once, from the loop, unless it was stopped; may be NULL */
	void *context;

	struct board *board; /* where each answer is read; NULL: not running */
	unsigned minutes;    /* ago, of the answer that is waited for */
	bool begun;
};

/* Begins, the first time; later calls do nothing. */
void past_begin(struct past *past);
void past_stop(struct past *past);

#endif
