#include "sim/supervision.h"

uint64_t supervision_all_teams(const struct centre *centre)
{
	return UINT64_MAX >> (64 - centre->team_count);
}

struct supervision supervision_of(const struct centre *centre, uint64_t teams)
{
	struct supervision supervision = { .teams = teams };
	bool all = teams == supervision_all_teams(centre);
	for (unsigned i = 0; all && i < centre->service_count; i++)
		service_set_add(&supervision.services, i);
	for (unsigned i = 0; !all && i < centre->agent_count; i++)
		if (supervision_has_team(&supervision, centre->agents[i].team))
			service_set_join(&supervision.services, &centre->agents[i].skill_set);
	return supervision;
}

bool supervision_has_team(const struct supervision *supervision, unsigned team)
{
	return supervision->teams >> team & 1;
}

bool supervision_has_service(const struct supervision *supervision, unsigned service)
{
	return service_set_has(&supervision->services, service);
}
