/*
 * An agent: who, which skills, what state since when, and what the agent did today.
 *
 * Only agent_set_state() of sim/state changes the state: it keeps the day's times, the services' head counts and
 * the list of ready agents (longest idle first) in step. Agents belong to the centre; names point into the
 * centre's memory.
 */
#ifndef SIM_AGENT_H
#define SIM_AGENT_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/catalogue.h"

struct call;

enum agent_state {
	AGENT_LOGGED_OUT,
	AGENT_READY,
	AGENT_BUSY,
	AGENT_AFTER_CALL_WORK,
	AGENT_NOT_READY,
	AGENT_STATES,
};

enum {
	/* More skills for one agent are not seen in practice. */
	AGENT_SKILLS_MAX = 4,
	/* A first and a last name of the tables, each at most 24 bytes, with room for a number. */
	AGENT_NAME_MAX = 64,
	/* Services fit a set of this many words of 64 bits. */
	SERVICE_WORDS = 8,
	SERVICES_MAX = SERVICE_WORDS * 64,
};

/* A set of services, by index. */
struct service_set {
	uint64_t words[SERVICE_WORDS];
};

/* Everything that falls back to 0 at the reset hour. Times in milliseconds. */
struct agent_day {
	int64_t time[AGENT_STATES];
	int64_t break_time; /* the part of not_ready whose reason is a break */
	int64_t handle_time;
	unsigned in_offered;
	unsigned in_rejected;
	unsigned in_handled;
	unsigned in_transferred;
	unsigned out_handled;
	uint16_t dispositions[DISPOSITIONS_MAX];
};

struct agent {
	char first[AGENT_NAME_MAX];
	char last[AGENT_NAME_MAX];
	char first_last[2 * AGENT_NAME_MAX];
	char last_first[2 * AGENT_NAME_MAX];
	char login[2 * AGENT_NAME_MAX];
	char extension[16];
	char id[40];
	unsigned index;
	unsigned team;
	unsigned skills[AGENT_SKILLS_MAX]; /* indexes of services */
	unsigned skill_count;
	struct service_set skill_set;
	bool outbound; /* makes calls now and then */
	bool in_subteam; /* picked by the supervisor */
	int shift;     /* index into the table of shifts */
	enum agent_state state;
	const struct reason *reason; /* of AGENT_NOT_READY, else NULL */
	int64_t since;               /* of the state */
	int64_t counted;             /* up to here the day's times are added up */
	int64_t login_at;
	uint32_t serial; /* changes with the state: outdated events do not match */
	uint32_t stint;  /* changes with each login */
	bool leaving;    /* logs out after the interaction in hand */
	const struct reason *pending; /* goes on this break after the interaction in hand */
	struct call *call;            /* while busy and in after-call work */
	struct agent *idle_previous;
	struct agent *idle_next;
	struct agent_day day;
};

/* The API's word for a state; "" for logged out. */
const char *agent_state_name(enum agent_state state);

/* Adds the time in the present state up to now to the day. */
void agent_count_time(struct agent *agent, int64_t now);

/* Begins a new day at now. */
void agent_reset(struct agent *agent, int64_t now);

void service_set_add(struct service_set *set, unsigned service);
void service_set_join(struct service_set *set, const struct service_set *more);
bool service_set_has(const struct service_set *set, unsigned service);
bool service_set_meets(const struct service_set *a, const struct service_set *b);

#endif
