/*
 * The life of a call: arrival, waiting, offer, talk and hold, after-call work, and giving up.
 *
 * A call goes to the skilled agent who has been ready longest; an agent who becomes ready takes the call that has been
 * waiting longest among the agent's skills. Every counter of the day is touched here and nowhere else.
 */
#ifndef SIM_FLOW_H
#define SIM_FLOW_H

#include "sim/centre.h"

/* A call comes in now, with this plan. */
void flow_arrive(struct centre *centre, unsigned service, const struct call_plan *plan);

/* The agent becomes ready, and takes the longest waiting call, a promised callback, or nothing. */
void flow_ready(struct centre *centre, struct agent *agent);

/* A ready agent makes a call for one of the agent's services. */
void flow_call_out(struct centre *centre, struct agent *agent, unsigned service, bool reached);

/* Schedules the service's next arrival. */
void flow_schedule(struct centre *centre, struct service *service);

void flow_on_arrival(struct centre *centre, struct service *service);
void flow_on_spike(struct centre *centre, struct service *service, bool begins);
void flow_on_patience(struct centre *centre, struct call *call);
void flow_on_hold(struct centre *centre, struct agent *agent, bool begins);
void flow_on_talk_end(struct centre *centre, struct agent *agent);
void flow_on_after_call_end(struct centre *centre, struct agent *agent);

#endif
