#include "sim/agent.h"

#include "sim/centre.h"

const char *agent_state_name(enum agent_state state)
{
	static const char *const names[AGENT_STATES] = {
		[AGENT_LOGGED_OUT] = "",
		[AGENT_READY] = "ready",
		[AGENT_BUSY] = "busy",
		[AGENT_AFTER_CALL_WORK] = "after_call_work",
		[AGENT_NOT_READY] = "not_ready",
	};

	return names[state];
}

void agent_count_time(struct agent *agent, int64_t now)
{
	int64_t passed = now - agent->counted;

	agent->day.time[agent->state] += passed;
	if (agent->reason && agent->reason->is_break)
		agent->day.break_time += passed;
	agent->counted = now;
}

void agent_reset(struct agent *agent, int64_t now)
{
	agent->day = (struct agent_day){0};
	agent->counted = now;
}

static void idle_leave(struct centre *centre, struct agent *agent)
{
	if (agent->idle_previous)
		agent->idle_previous->idle_next = agent->idle_next;
	else
		centre->idle_first = agent->idle_next;
	if (agent->idle_next)
		agent->idle_next->idle_previous = agent->idle_previous;
	else
		centre->idle_last = agent->idle_previous;
	agent->idle_previous = agent->idle_next = NULL;
}

static void idle_join(struct centre *centre, struct agent *agent)
{
	agent->idle_previous = centre->idle_last;
	agent->idle_next = NULL;
	if (centre->idle_last)
		centre->idle_last->idle_next = agent;
	else
		centre->idle_first = agent;
	centre->idle_last = agent;
}

void agent_set_state(struct centre *centre, struct agent *agent, enum agent_state state, const struct reason *reason)
{
	agent_count_time(agent, centre->now);
	if (agent->state == AGENT_READY)
		idle_leave(centre, agent);
	for (unsigned i = 0; i < agent->skill_count; i++) {
		centre->services[agent->skills[i]].agents[agent->state]--;
		centre->services[agent->skills[i]].agents[state]++;
	}
	if (agent->state == AGENT_LOGGED_OUT && state != AGENT_LOGGED_OUT) {
		agent->login_at = centre->now;
		agent->stint++;
	}
	agent->state = state;
	agent->reason = state == AGENT_NOT_READY ? reason : NULL;
	agent->since = centre->now;
	agent->serial++;
	if (state == AGENT_READY)
		idle_join(centre, agent);
}

void service_set_add(struct service_set *set, unsigned service)
{
	set->words[service / 64] |= (uint64_t)1 << (service % 64);
}

bool service_set_has(const struct service_set *set, unsigned service)
{
	return set->words[service / 64] >> (service % 64) & 1;
}

bool service_set_meets(const struct service_set *a, const struct service_set *b)
{
	for (int i = 0; i < SERVICE_WORDS; i++)
		if (a->words[i] & b->words[i])
			return true;
	return false;
}
