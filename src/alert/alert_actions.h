/*
 * What a program does with the alerts of its layout: keeps the engine's time, rings, runs commands, has messages sent,
 * and says what happened.
 *
 * Owns the engine (alert/alert), its timer and the commands that run. Without `commands` alerts show and ring only. The
 * owner calls alert_actions_before() and alert_actions_frame() around each frame of data that it decodes, and asks once
 * per turn of the loop whether to ring: a hundred alerts at once ring once. It never draws and never prints.
 *
 * Commands run without a shell, with the values in the environment, few at a time and not for long. Each gets a session
 * of its own (no terminal, and a process group), /dev/null for its three files and no other file, and is killed with
 * its group when its time is over. Alerts take turns: that of which the fewest run comes next. What fails is told in
 * words. Those that run at the end are killed. Needs the default loop, which reaps children.
 *
 * A child sees CXWALL_ALERT, CXWALL_STATE (firing, cleared), CXWALL_ROW, CXWALL_VALUE, CXWALL_SEVERITY, CXWALL_TIME
 * (seconds since 1970) and CXWALL_SECONDS (how long it lasted; 0 at firing).
 */
#ifndef ALERT_ALERT_ACTIONS_H
#define ALERT_ALERT_ACTIONS_H

#include <ev.h>
#include <stdbool.h>

#include "alert/alarm_log.h"
#include "alert/alert.h"
#include "base/error.h"

enum {
	ALERT_COMMANDS_RUNNING_MAX = 4,  /* at a time: a pager and a logger for two alerts */
	ALERT_COMMANDS_PLACES_MAX = 16,  /* the same, with the first of each alert of which nothing else runs */
	ALERT_COMMANDS_WAITING_MAX = 32, /* of one alert: more rows at once are one trouble, and that was told */
	ALERT_COMMANDS_SECONDS = 30,
	ALERT_ANSWER_MAX = 200,
};

/* Which firing is to be acknowledged, and for how long. */
struct alert_wish {
	char name[ALERT_ROW_MAX];
	uint32_t key;
	int64_t fired_ms;
	int minutes; /* ALERT_WISH_DAY: until midnight; 0: no more */
};

enum { ALERT_WISH_DAY = 24 * 60 };

struct alert_command;

struct alert_actions {
	struct ev_loop *loop;
	struct alerts *alerts;
	struct alarm_log *own_log; /* of what fired here */
	struct alarm_log *log;     /* the same, or a replay's, which knows what comes */
	char who[ALARM_BY_MAX];    /* acknowledges, as far as that is known */
	bool runs_commands;
	struct alert_command *commands; /* that run or wait, in the order in which they came */
	unsigned running;
	/* The command that failed last, and of the same alert none succeeded since, in words; "". And that alert. */
	char trouble[ERROR_TEXT], trouble_of[ALERT_ROW_MAX];
	ev_timer timer;
	bool muted, ring_due;
	/* The board and the time now; and what an owner wants to know of events, before anything is done about them. */
	struct board_view (*view)(void *context);
	void (*event)(void *context, const struct alert_event *event);
	/* Sends the messages that an alert which fires asks for; false with the reason. NULL: none are sent. */
	bool (*send)(void *context, const struct alert_event *event, struct error *error);
	/* NULL, or what an owner says of alerts that have no value. */
	void (*unknown)(void *context, const struct alert_unknown *about);
	/* Something is to be drawn, or said: NULL says nothing. */
	void (*changed)(void *context, const char *notice);
	void *context;
	double speed; /* of the moments' time; 1 when live */
};

/* The callbacks and the loop are set. */
void alert_actions_start(struct alert_actions *actions, const struct layout *layout, bool commands);
void alert_actions_stop(struct alert_actions *actions);

/* Alarms are told from a log that is filled by somebody else, who keeps it; NULL: by what fires here. */
void alert_actions_use_log(struct alert_actions *actions, struct alarm_log *log);

/* Another layout; what is the same in both goes on. */
void alert_actions_set_layout(struct alert_actions *actions, const struct layout *layout);

/* The time was moved: everything begins anew, in silence. */
void alert_actions_reset(struct alert_actions *actions);

/* As they were at a time of a recording, in silence. */
void alert_actions_restore(struct alert_actions *actions, const struct alerts_saved *mark);

void alert_actions_before(struct alert_actions *actions, const struct board_view *view);
void alert_actions_frame(struct alert_actions *actions, const struct board_view *view);

/* Catches up with the time, and plans the next visit. */
void alert_actions_now(struct alert_actions *actions);

/* What keys do; answer gets what to tell who pressed them. */
void alert_actions_acknowledge(struct alert_actions *actions, char answer[ALERT_ANSWER_MAX]);
void alert_actions_acknowledge_one(struct alert_actions *actions, const struct alert_wish *wish, char answer[ALERT_ANSWER_MAX]);
void alert_actions_mute(struct alert_actions *actions, char answer[ALERT_ANSWER_MAX]);

/* Whether to ring since the last call. */
bool alert_actions_ring_due(struct alert_actions *actions);

#endif
