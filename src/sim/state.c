#include "sim/state.h"

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
