/*
 * What was before a simulated wall began, as far as its layout shows it: asked from cxsim minute by minute once the first data
 * are there, the last hour first, and filled into the session's history. Only for a simulation that was started for this wall; a contact centre has no such
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
	unsigned until;      /* ago, behind the last one that is asked for: 0, or an hour while longer charts are filled */
	bool begun;
};

/* Begins, the first time; later calls do nothing. */
void past_begin(struct past *past);
void past_stop(struct past *past);

#endif
