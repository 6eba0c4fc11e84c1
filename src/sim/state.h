/*
 * Changes of an agent's state: the one place that keeps the day's times, the services' head counts and the list of
 * ready agents (longest idle first) in step. It schedules nothing.
 */
#ifndef SIM_STATE_H
#define SIM_STATE_H

#include "sim/centre.h"

/* reason is for AGENT_NOT_READY only. */
void agent_set_state(struct centre *centre, struct agent *agent, enum agent_state state, const struct reason *reason);

#endif
