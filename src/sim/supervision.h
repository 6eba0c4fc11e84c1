/*
 * What the logins may see: the teams that they supervise, and the services that those teams can serve.
 *
 * The API shows agents, services and dispositions of supervised teams alone. Totals of a service count all agents with
 * its skill, supervised or not.
 */
#ifndef SIM_SUPERVISION_H
#define SIM_SUPERVISION_H

#include "sim/centre.h"

struct supervision {
	uint64_t teams; /* a set */
	struct service_set services;
};

/* Of these teams; of all of them: every service, also one that nobody can serve. */
struct supervision supervision_of(const struct centre *centre, uint64_t teams);

uint64_t supervision_all_teams(const struct centre *centre);

bool supervision_has_team(const struct supervision *supervision, unsigned team);
bool supervision_has_service(const struct supervision *supervision, unsigned service);

#endif
