/*
 * The simulated contact centre: a discrete-event model of services, agents and calls.
 *
 * Time is a count of milliseconds since a midnight, and is an argument: the model has no clock. What happened up to a
 * moment does not depend on the steps in which it was asked for, and the same configuration gives the same
 * day to the byte. A struct centre owns all its parts; readers (sim/statistic) borrow it as const. Nothing here knows
 * HTTP.
 */
#ifndef SIM_CENTRE_H
#define SIM_CENTRE_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/agent.h"
#include "sim/call.h"
#include "sim/heap.h"
#include "sim/random.h"
#include "sim/service.h"

enum {
	SECOND_MS = 1000,
	MINUTE_MS = 60 * SECOND_MS,
	HOUR_MS = 60 * MINUTE_MS,
	DAY_MS = 24 * HOUR_MS,

	/* Extensions have five digits, and the login names stay readable. */
	AGENTS_MAX = 20000,
	TEAMS_MAX = 64,
	TEAM_NAME_MAX = 64,
	/* As many of the newest internal messages as anybody asks for. */
	NOTES_MAX = 50,
	/* Five weeks can be looked back upon, and the day that began before the oldest of them. */
	CENTRE_DAYS_MAX = 36,
};

struct centre_config {
	uint64_t seed;
	unsigned agents, services, teams;
	int start_minute; /* of the day: where the simulation stands when centre_init() returns */
	int reset_hour;   /* when the day's counters fall back to 0 */
	int reset_shift;  /* seconds by which they fall later than that, or earlier; no event of the day depends on it */
	unsigned days_before; /* lives through an earlier day of the same centre, up to CENTRE_DAYS_MAX; 0: through the start's */
	int64_t epoch;    /* UTC seconds at the start, for the times of messages */
	/* The rest is for checks against queueing theory; centre_defaults() turns everything on. */
	const struct service_traits *traits; /* as many as services; NULL: the catalogue */
	enum spread talk, after_call, patience;
	bool arrivals;  /* false: calls come from flow_arrive() only */
	bool curve;     /* false: arrivals are as dense at night as at noon */
	bool spikes;    /* sudden crowds */
	bool shifts;    /* false: everybody is logged in always, without breaks */
	bool extras;    /* holds, rejected offers, transfers, callbacks, outbound calls */
	bool notes;     /* internal messages */
	bool all_skills; /* every agent serves every service, up to AGENT_SKILLS_MAX */
};

/* One for each purpose. A service's arrivals and spikes have streams of their own, in struct service. */
enum stream {
	STREAM_TALK,
	STREAM_HOLD,
	STREAM_AFTER_CALL,
	STREAM_PATIENCE,
	STREAM_DISPOSITION,
	STREAM_TRANSFER,
	STREAM_OFFER,
	STREAM_SHIFT,
	STREAM_BREAK,
	STREAM_OUTBOUND,
	STREAM_NOTE,
	STREAM_NAME,
	STREAM_SKILL,
	STREAMS,
	STREAM_ARRIVALS = 1000, /* plus the service's index */
	STREAM_SPIKES = 2000,
};

enum event_kind {
	EVENT_ARRIVAL,     /* subject: service */
	EVENT_SPIKE,       /* subject: service */
	EVENT_SPIKE_END,   /* subject: service */
	EVENT_PATIENCE,    /* subject: call */
	EVENT_HOLD,        /* subject: agent, as in all that follow */
	EVENT_HOLD_END,
	EVENT_TALK_END,
	EVENT_AFTER_CALL_END,
	EVENT_SHIFT,
	EVENT_SHIFT_END,
	EVENT_BREAK,       /* detail: enum reason_kind */
	EVENT_BREAK_END,
	EVENT_OUTBOUND,
	EVENT_NOTE,        /* no subject */
	EVENT_RESET,       /* no subject */
};

struct team {
	char name[TEAM_NAME_MAX];
	char id[40];
};

/* An internal chat message. */
struct note {
	unsigned number;
	const struct agent *from;
	const struct chat_text *text;
	int64_t sent; /* UTC seconds */
};

struct centre {
	struct centre_config config;
	int64_t now;   /* milliseconds since a midnight that is long before the start */
	int64_t start; /* now when centre_init() returned */
	struct heap heap;
	struct random streams[STREAMS];
	struct service *services;
	struct agent *agents;
	struct team *teams;
	unsigned service_count, agent_count, team_count;
	struct call_pool calls;
	struct agent *idle_first; /* ready longest */
	struct agent *idle_last;
	struct note notes[NOTES_MAX]; /* a ring */
	unsigned note_count;          /* ever sent; the newest is at (note_count - 1) % NOTES_MAX */
};

struct centre_config centre_defaults(void);

void centre_free(struct centre *centre);

/* For the parts of the model: an event after `delay` milliseconds. */
void centre_after(struct centre *centre, int64_t delay, enum event_kind kind, uint32_t subject, uint32_t serial,
	uint32_t detail);

/* Hour of the simulated day, 0 to below 24. */
double centre_hour(const struct centre *centre);

#endif
