/*
 * What a wall does with its alerts: keeps the engine's time, rings, runs commands, sends messages, says what was told.
 *
 * Owns the engine of the layout (alert/alert) and its timer. Without `commands` (a replay) alerts show and ring
 * only. The caller says alarms_before() and alarms_frame() around each decoded frame, and asks once per turn of
 * the loop whether to ring: a hundred alerts at once ring once.
 */
#ifndef SESSION_ALARMS_H
#define SESSION_ALARMS_H

#include <ev.h>
#include <stdbool.h>

#include "alert/alert.h"
#include "alert/alert_command.h"
#include "api/live.h"
#include "board/privacy.h"

struct alarms {
	struct ev_loop *loop;
	struct alerts *alerts;
	struct runner *runner; /* NULL: nothing is run */
	struct live *live;     /* that sends messages; NULL: none are sent */
	enum names names;      /* how much of a name stands in them */
	ev_timer timer;
	bool muted, ring;
	/* The board and the time now; and what an owner wants to know of events, before anything is done about them. */
	struct moment (*moment)(void *context);
	void (*event)(void *context, const struct alert_event *event);
	/* NULL, or what an owner says of alerts that have no value. */
	void (*unknown)(void *context, const struct alert_unknown *about);
	/* Something is to be drawn, or said: NULL says nothing. */
	void (*changed)(void *context, const char *notice);
	void *context;
	double speed; /* of the moments' time; 1 when live */
};

/* The callbacks and the loop are set. */
void alarms_start(struct alarms *alarms, const struct layout *layout, bool commands);
void alarms_stop(struct alarms *alarms);

/* Another layout; what is the same in both goes on. */
void alarms_layout(struct alarms *alarms, const struct layout *layout);

/* The time was moved: everything begins anew, in silence. */
void alarms_reset(struct alarms *alarms);

/* As they were at a moment of a recording, in silence. */
void alarms_return(struct alarms *alarms, const struct alerts_mark *mark);

void alarms_before(struct alarms *alarms, const struct moment *moment);
void alarms_frame(struct alarms *alarms, const struct moment *moment);

/* Catches up with the time, and plans the next visit. */
void alarms_now(struct alarms *alarms);

void alarms_acknowledge(struct alarms *alarms);
void alarms_mute(struct alarms *alarms);

/* Whether to ring since the last call. */
bool alarms_rings(struct alarms *alarms);

#endif
