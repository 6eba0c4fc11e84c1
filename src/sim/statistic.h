/*
 * The statistics: name, scope, and the function that computes the value from the centre's facts.
 *
 * A service's value is the total over a set of one, so both come from the same function and cannot disagree. Shares and
 * means of several services are made of added facts, and agents with several skills are counted once. A value
 * without a denominator is blank. Everything is borrowed from the centre and read only.
 */
#ifndef SIM_STATISTIC_H
#define SIM_STATISTIC_H

#include "sim/cell.h"
#include "sim/centre.h"

enum scope {
	SCOPE_AGENT = 1,
	SCOPE_SERVICE = 2,
	SCOPE_TOTAL = 4,
};

/* What happened on a set of services, added up. */
struct facts {
	const struct centre *centre;
	struct service_set set;
	const char *name; /* of a single service, else "" */
	struct service_day day;
	unsigned waiting;
	unsigned callbacks;
	int64_t oldest; /* arrival of the call waiting longest; -1: nobody waits */
	unsigned agents[AGENT_STATES]; /* with a skill of the set */
	unsigned agents_on_it;
	unsigned emails_answered, emails_in_time; /* of the day's */
	int64_t emails_waited;
	bool only_email;
	int target;    /* -1: the services differ */
	int threshold; /* the same */
};

struct statistic {
	const char *name; /* NULL ends a table */
	unsigned scopes;
	struct cell (*agent)(const struct centre *centre, const struct agent *agent, unsigned dispositions);
	struct cell (*group)(const struct facts *facts, unsigned dispositions);
};

/* NULL if there is none of this name in the scope. */
const struct statistic *statistic_find(enum scope scope, const char *name);

/* The tables, for lists; each ends with a NULL name. */
extern const struct statistic statistic_of_agents[];
extern const struct statistic statistic_of_groups[];

struct facts facts_of_service(const struct centre *centre, const struct service *service);
struct facts facts_of_set(const struct centre *centre, const struct service_set *set);

#endif
