#include "sim/leave.h"

#include "sim/state.h"

void leave_now(struct centre *centre, struct agent *agent)
{
	agent->leaving = false;
	agent->pending = NULL;
	agent_set_state(centre, agent, AGENT_LOGGED_OUT, NULL);
}

void leave_pause(struct centre *centre, struct agent *agent, enum reason_kind kind)
{
	const struct reason *reason = &catalogue_reasons[kind];
	double minutes = reason->minutes * (0.7 + 0.6 * random_unit(&centre->streams[STREAM_BREAK]));
	agent_set_state(centre, agent, AGENT_NOT_READY, reason);
	centre_after(centre, (int64_t)(minutes * MINUTE_MS), EVENT_BREAK_END, agent->index, agent->serial, 0);
}

bool leave_if_due(struct centre *centre, struct agent *agent)
{
	const struct reason *pending = agent->pending;
	if (agent->leaving) {
		leave_now(centre, agent);
	} else if (pending) {
		agent->pending = NULL;
		leave_pause(centre, agent, (enum reason_kind)(pending - catalogue_reasons));
	} else {
		return false;
	}
	return true;
}
