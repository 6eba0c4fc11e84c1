#include "sim/roster.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

/*
 * Erlangs of work at the busiest hour for each agent on the list, were the centre without bounds: about 70 % are on
 * duty then, a tenth of them on a break, and the rest should be busy most of their time. A small centre must leave
 * more room, as the square root of its size.
 */
static const double work_per_agent = 0.50;
static const double room_of_small = 1.2;

/* Services with more pressure share agents among themselves, the calmer ones likewise: so some wait, some not. */
static const double busy_pressure = 0.9;

static const double second_skill_chance = 0.60;
static const double third_skill_chance = 0.25;
static const double outbound_chance = 0.25;

/* Extensions begin here, as in the published directory. */
enum { EXTENSION_FIRST = 1000 };

static void build_teams(struct centre *centre)
{
	centre->team_count = centre->config.teams;
	centre->teams = must_alloc(centre->team_count * sizeof(*centre->teams));
	memset(centre->teams, 0, centre->team_count * sizeof(*centre->teams));
	for (unsigned i = 0; i < centre->team_count; i++) {
		struct team *team = &centre->teams[i];
		catalogue_team_name(i, team->name, sizeof(team->name));
		catalogue_id('t', i, team->id, sizeof(team->id));
	}
	/* The id that the published examples give to Customer Service. */
	snprintf(centre->teams[0].id, sizeof(centre->teams[0].id), "F4ED90FA-5A49-4D76-9487-4E41B24CA45F");
}

static void build_service(struct centre *centre, struct service *service, unsigned index)
{
	const struct centre_config *config = &centre->config;
	service->index = index;
	service->surge = 1.0;
	service->traits = catalogue_service(index, service->name, sizeof(service->name));
	if (config->traits) {
		service->traits = config->traits[index];
		snprintf(service->name, sizeof(service->name), "%s", service->traits.name);
	}
	service->traits.name = service->name;
	if (service->traits.id)
		snprintf(service->id, sizeof(service->id), "%s", service->traits.id);
	else
		catalogue_id('s', index, service->id, sizeof(service->id));
	random_seed(&service->arrivals, config->seed, STREAM_ARRIVALS + index);
	random_seed(&service->spikes, config->seed, STREAM_SPIKES + index);
}

static void build_services(struct centre *centre)
{
	double agents = centre->config.agents;
	double weights = 0, work = work_per_agent * agents * (1 - room_of_small / sqrt(agents + 4));
	centre->service_count = centre->config.services;
	centre->services = must_alloc(centre->service_count * sizeof(*centre->services));
	memset(centre->services, 0, centre->service_count * sizeof(*centre->services));
	for (unsigned i = 0; i < centre->service_count; i++) {
		build_service(centre, &centre->services[i], i);
		weights += centre->services[i].traits.weight;
	}
	for (unsigned i = 0; i < centre->service_count; i++) {
		struct service *service = &centre->services[i];
		const struct service_traits *traits = &service->traits;
		service->rate = traits->calls_per_hour > 0
			? traits->calls_per_hour / 3600
			: work * traits->weight / weights / (traits->talk + traits->after_call);
	}
}

static void add_skill(struct agent *agent, unsigned service, unsigned *holders)
{
	if (agent->skill_count == AGENT_SKILLS_MAX || service_set_has(&agent->skill_set, service))
		return;
	agent->skills[agent->skill_count++] = service;
	service_set_add(&agent->skill_set, service);
	holders[service]++;
}

/* The service whose number of agents lags most behind its share, when the n-th of all agents is dealt out. */
static unsigned deal_skill(const struct centre *centre, const unsigned *dealt, unsigned n)
{
	double shares = 0, worst = -1e300;
	unsigned best = 0;
	for (unsigned i = 0; i < centre->service_count; i++)
		shares += centre->services[i].traits.weight / centre->services[i].traits.pressure;
	for (unsigned i = 0; i < centre->service_count; i++) {
		const struct service_traits *traits = &centre->services[i].traits;
		double lag = (n + 1) * traits->weight / traits->pressure / shares - dealt[i];
		if (lag > worst) {
			worst = lag;
			best = i;
		}
	}
	return best;
}

static bool is_busy(const struct centre *centre, unsigned service)
{
	return centre->services[service].traits.pressure > busy_pressure;
}

/* The service of the same kind that fewest agents can serve, or `first` where there is none but that. */
static unsigned scarcest(const struct centre *centre, unsigned first, const unsigned *holders)
{
	unsigned best = first;
	for (unsigned i = 0; i < centre->service_count; i++)
		if (i != first && is_busy(centre, i) == is_busy(centre, first) &&
		    (best == first || holders[i] < holders[best]))
			best = i;
	return best;
}

static void build_skills(struct centre *centre)
{
	struct random *random = &centre->streams[STREAM_SKILL];
	unsigned dealt[SERVICES_MAX] = { 0 }, holders[SERVICES_MAX] = { 0 };
	for (unsigned n = 0; n < centre->agent_count; n++) {
		struct agent *agent = &centre->agents[n];
		unsigned first = deal_skill(centre, dealt, n);
		double draw = random_unit(random);
		/* A stride coprime to the pattern's length: neighbours of one service get different shifts. */
		agent->shift = (int)(dealt[first] * 7 + first * 3) % (int)catalogue_shift_count();
		dealt[first]++;
		agent->team = centre->services[first].traits.team % centre->team_count;
		agent->outbound = random_chance(random, outbound_chance);
		add_skill(agent, first, holders);
		if (draw < second_skill_chance)
			add_skill(agent, scarcest(centre, first, holders), holders);
		if (draw < third_skill_chance)
			add_skill(agent, scarcest(centre, first, holders), holders);
		for (unsigned i = 0; centre->config.all_skills && i < centre->service_count; i++)
			add_skill(agent, i, holders);
		for (unsigned i = 0; i < agent->skill_count; i++)
			centre->services[agent->skills[i]].agents[AGENT_LOGGED_OUT]++;
	}
}

static unsigned long name_hash(const char *login)
{
	unsigned long hash = 5381;
	while (*login)
		hash = hash * 33 + (unsigned char)*login++;
	return hash;
}

/* The letters under the accents of the names in the catalogue; any other letter is left out. */
static const struct {
	const char *letter;
	char plain;
} plain_letters[] = {
	{ "á", 'a' }, { "å", 'a' }, { "Å", 'a' }, { "é", 'e' }, { "ë", 'e' }, { "ễ", 'e' }, { "í", 'i' }, { "Ł", 'l' }, { "ñ", 'n' },
	{ "ö", 'o' }, { "ü", 'u' },
};

/* Steps over one character; '\0' if it has no place in a login. */
static char plain_letter(const char **text)
{
	unsigned char byte = (unsigned char)**text;
	for (unsigned i = 0; i < sizeof(plain_letters) / sizeof(plain_letters[0]); i++) {
		size_t length = strlen(plain_letters[i].letter);
		if (strncmp(*text, plain_letters[i].letter, length) == 0) {
			*text += length;
			return plain_letters[i].plain;
		}
	}
	++*text;
	return byte < 0x80 && isalnum(byte) ? (char)tolower(byte) : '\0';
}

/* Logins are plain ASCII, whatever the name; one without a single letter gets a number. */
static size_t put_login(char *out, size_t size, const char *name)
{
	const char *at = name;
	size_t length = 0;
	while (*at && length + 1 < size) {
		char letter = plain_letter(&at);
		if (letter)
			out[length++] = letter;
	}
	out[length] = '\0';
	if (length == 0)
		length = (size_t)snprintf(out, size, "u%03lu", name_hash(name) % 1000);
	return length;
}

/* Open addressing over indexes + 1: 20,000 logins are made unique without comparing each with each. */
static void make_unique(struct centre *centre, struct agent *agent, unsigned *table, size_t room)
{
	size_t base = strlen(agent->login);
	unsigned number = 1;
	size_t at = name_hash(agent->login) % room;
	while (table[at]) {
		if (strcmp(centre->agents[table[at] - 1].login, agent->login) == 0) {
			snprintf(agent->login + base, sizeof(agent->login) - base, "%u", ++number);
			at = name_hash(agent->login) % room;
		} else {
			at = (at + 1) % room;
		}
	}
	table[at] = agent->index + 1;
}

static void name_agent(struct centre *centre, struct agent *agent)
{
	struct random *random = &centre->streams[STREAM_NAME];
	size_t length;
	unsigned first = random_next(random) & 0xffff;
	unsigned last = random_next(random) & 0xffff;
	snprintf(agent->first, sizeof(agent->first), "%s", catalogue_first_name(first));
	snprintf(agent->last, sizeof(agent->last), "%s", catalogue_last_name(last));
	snprintf(agent->first_last, sizeof(agent->first_last), "%s %s", agent->first, agent->last);
	snprintf(agent->last_first, sizeof(agent->last_first), "%s %s", agent->last, agent->first);
	length = put_login(agent->login, AGENT_NAME_MAX, agent->first);
	agent->login[length++] = '.';
	put_login(agent->login + length, AGENT_NAME_MAX - 8, agent->last);
	snprintf(agent->extension, sizeof(agent->extension), "%u", EXTENSION_FIRST + agent->index);
	catalogue_id('a', agent->index, agent->id, sizeof(agent->id));
}

static void build_agents(struct centre *centre)
{
	size_t room = (size_t)centre->config.agents * 2 + 1;
	unsigned *table = must_alloc(room * sizeof(*table));
	memset(table, 0, room * sizeof(*table));
	centre->agent_count = centre->config.agents;
	centre->agents = must_alloc(centre->agent_count * sizeof(*centre->agents));
	memset(centre->agents, 0, centre->agent_count * sizeof(*centre->agents));
	for (unsigned i = 0; i < centre->agent_count; i++) {
		struct agent *agent = &centre->agents[i];
		agent->index = i;
		agent->counted = agent->since = centre->now;
		name_agent(centre, agent);
		make_unique(centre, agent, table, room);
	}
	free(table);
}

void roster_build(struct centre *centre)
{
	build_teams(centre);
	build_services(centre);
	build_agents(centre);
	build_skills(centre);
}
