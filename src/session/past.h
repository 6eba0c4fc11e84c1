/*
 * What was before a simulated wall began, as far as its layout shows it: asked from cxsim once the first data are there, and
 * filled into the session's history. The last hour comes first, then today, then what is left of two days by minute,
 * then what is compared with or shown of earlier days by quarter-hour. Only for a simulation that was started for this wall; a contact centre
 * has no such call, and what it was is never made up.
 *
 * The user sets the first part of the struct. It is over by itself; past_stop() ends it sooner, and comes before another
 * layout and before session_close().
 */
#ifndef SESSION_PAST_H
#define SESSION_PAST_H

#include <stdbool.h>
#include <stdint.h>

#include "api/live.h"
#include "session/session.h"

/* Answers of one time after the other. */
struct past_stretch {
	unsigned minutes;  /* ago, of the next one */
	unsigned until;    /* ago, of the last one */
	unsigned step;     /* minutes */
	bool agents;       /* with lists of agents, which have no longer history than this */
};

struct past {
	struct session *session; /* keeps its history */
	struct live *live;       /* its feed */
	void (*done)(void *context); /* called once, from the loop, unless it was stopped; may be NULL */
	void *context;

	struct board *board; /* where each answer is read; NULL: not running */
	int64_t boot_ms, wall_ms; /* "0 minutes ago": just before the minute that runs */
	struct past_stretch stretches[4];
	unsigned stretch, stretch_count;
	unsigned taken; /* answers */
	int64_t begun_ms; /* CLOCK_BOOTTIME; 0: not yet */
};

/* Begins, the first time; later calls do nothing. */
void past_begin(struct past *past);
void past_stop(struct past *past);

#endif
