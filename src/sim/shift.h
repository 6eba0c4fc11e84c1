/*
 * An agent's day: login, breaks, calls of the agent's own, logout.
 *
 * Nobody leaves a caller: a break or the end of the shift that comes during an interaction is kept, and takes effect
 * after it (the API shows it as the agent's next state).
 */
#ifndef SIM_SHIFT_H
#define SIM_SHIFT_H

#include "sim/centre.h"

/* Logs in who is on duty at this moment, and schedules everybody's next shift. */
void shift_begin(struct centre *centre);

void shift_on_start(struct centre *centre, struct agent *agent);
void shift_on_end(struct centre *centre, struct agent *agent);
void shift_on_break(struct centre *centre, struct agent *agent, enum reason_kind kind);
void shift_on_break_end(struct centre *centre, struct agent *agent);
void shift_on_outbound(struct centre *centre, struct agent *agent);

#endif
