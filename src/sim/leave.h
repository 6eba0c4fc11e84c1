/*
 * How an agent goes: for a break, or home.
 *
 * Nobody leaves a caller: what comes due during an interaction is kept by sim/shift, and taken here after it.
 */
#ifndef SIM_LEAVE_H
#define SIM_LEAVE_H

#include "sim/centre.h"

/* Logs the agent out. */
void leave_now(struct centre *centre, struct agent *agent);

/* Makes an agent without a call not ready for about as long as the reason says. */
void leave_pause(struct centre *centre, struct agent *agent, enum reason_kind kind);

/* After an interaction: true if a break or the end of the shift was due, and the agent took it. */
bool leave_if_due(struct centre *centre, struct agent *agent);

#endif
