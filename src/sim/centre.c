#include "sim/centre.h"

#include <stdlib.h>

struct centre_config centre_defaults(void)
{
	return (struct centre_config){
		.seed = 1,
		.agents = 40,
		.services = 6,
		.teams = 3,
		.start_minute = 10 * 60 + 30,
		.talk = SPREAD_LOGNORMAL,
		.after_call = SPREAD_LOGNORMAL,
		.patience = SPREAD_LOGNORMAL,
		.arrivals = true,
		.curve = true,
		.spikes = true,
		.shifts = true,
		.extras = true,
		.notes = true,
	};
}

void centre_after(struct centre *centre, int64_t delay, enum event_kind kind, uint32_t subject, uint32_t serial,
	uint32_t detail)
{
	heap_add(&centre->heap, (struct event){
		.at = centre->now + (delay > 0 ? delay : 0),
		.kind = kind,
		.subject = subject,
		.serial = serial,
		.detail = detail,
	});
}

double centre_hour(const struct centre *centre)
{
	return (double)(centre->now % DAY_MS) / HOUR_MS;
}

void centre_free(struct centre *centre)
{
	heap_free(&centre->heap);
	call_pool_free(&centre->calls);
	free(centre->services);
	free(centre->agents);
	free(centre->teams);
}
