/*
 * A service: its callers' traits, its queue (longest waiting first) and what happened on it today.
 *
 * The day's counters are raw facts; shares and means are made of them in sim/statistic, so that a total over several
 * services adds facts and never shares. Services belong to the centre.
 */
#ifndef SIM_SERVICE_H
#define SIM_SERVICE_H

#include <stdint.h>

#include "sim/agent.h"
#include "sim/call.h"
#include "sim/catalogue.h"
#include "sim/random.h"

enum { SERVICE_NAME_MAX = 64 };

/* Everything that falls back to 0 at the reset hour. Times in milliseconds. */
struct service_day {
	unsigned received;
	unsigned queued; /* had to wait */
	unsigned answered;
	unsigned answered_in_time; /* within the service level's threshold */
	unsigned abandoned_short;  /* up to the threshold */
	unsigned abandoned_long;   /* after it */
	unsigned handled;
	unsigned out_attempted;
	unsigned out_answered;
	unsigned out_handled;
	unsigned callbacks_requested;
	int64_t answer_wait; /* of the answered ones */
	int64_t handle_time; /* of those handled, in and out */
	unsigned dispositions[DISPOSITIONS_MAX];
};

struct service {
	char name[SERVICE_NAME_MAX];
	char id[40];
	struct service_traits traits;
	unsigned index;
	unsigned agents[AGENT_STATES]; /* with the skill, by state */
	unsigned agents_on_it;         /* busy with one of its calls, or in the work after it */
	struct call *first;            /* waiting longest */
	struct call *last;
	unsigned waiting;
	unsigned callbacks; /* promised and not yet made */
	double rate;        /* calls in a second at the curve's top */
	double surge;       /* 1, or the factor of a spike */
	struct random arrivals;
	struct random spikes;
	struct service_day day;
};

void service_queue(struct service *service, struct call *call);
void service_unqueue(struct service *service, struct call *call);

#endif
