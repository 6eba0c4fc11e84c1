#include "sim/agent.h"

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
	agent->day = (struct agent_day){ 0 };
	agent->counted = now;
}

void service_set_add(struct service_set *set, unsigned service)
{
	set->words[service / 64] |= (uint64_t)1 << (service % 64);
}

void service_set_join(struct service_set *set, const struct service_set *more)
{
	for (int i = 0; i < SERVICE_WORDS; i++)
		set->words[i] |= more->words[i];
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
