#include "sim/life.h"
#include "sim/site.h"

#include <string.h>
#include <strings.h>

static bool find_teams(struct site *site, struct error *error)
{
	const struct options *options = site->options;
	uint64_t teams = 0;
	for (unsigned i = 0; i < options->supervise_count; i++) {
		unsigned team;
		for (team = 0; team < site->centre.team_count; team++)
			if (strcasecmp(site->centre.teams[team].name, options->supervise[i]) == 0)
				break;
		if (team == site->centre.team_count)
			return error_set(error, "--supervise: there is no team '%s'", options->supervise[i]);
		teams |= (uint64_t)1 << team;
	}
	if (options->supervise_count == 0 && !options->supervise_none)
		teams = supervision_all_teams(&site->centre);
	site->supervised = supervision_of(&site->centre, teams);
	return true;
}

static bool pick_subteam(struct site *site, struct error *error)
{
	const struct options *options = site->options;
	for (unsigned i = 0; i < options->subteam_count; i++) {
		unsigned at = 0;
		while (at < site->centre.agent_count && strcmp(site->centre.agents[at].login, options->subteam[i]) != 0)
			at++;
		if (at == site->centre.agent_count)
			return error_set(error, "--subteam: there is no agent with the login '%s'", options->subteam[i]);
		site->centre.agents[at].in_subteam = true;
	}
	return true;
}

static bool add_logins(struct site *site, struct error *error)
{
	const struct options *options = site->options;
	if (strlen(options->tenant) >= sizeof(site->auth.tenant))
		return error_set(error, "--tenant: too long");
	memcpy(site->auth.tenant, options->tenant, strlen(options->tenant) + 1);
	site->auth.token_life = (int64_t)(options->token_life * 1000);
	site->auth.lock_after = options->lock_after;
	site->auth.lock_life = (int64_t)(options->lock_for * 1000);
	site->auth.account = options->account;
	for (unsigned i = 0; i < options->without_count; i++)
		if (!privilege_add(&site->lacking, options->without[i], error))
			return error_prefix(error, "--without: ");
	for (unsigned i = 0; i < options->user_count; i++)
		if (!auth_add(&site->auth, options->users[i], options->secrets[i]))
			return error_set(error, "--user, --secret: too long or too many");
	return true;
}

static void build_centre(struct site *site, int64_t utc)
{
	const struct options *options = site->options;
	struct centre_config config = centre_defaults();
	config.seed = (uint64_t)options->seed;
	config.agents = (unsigned)options->agents;
	config.services = (unsigned)options->services;
	config.teams = (unsigned)options->teams;
	config.start_minute = options->start_minute;
	config.reset_hour = options->reset_hour;
	config.reset_shift = options->reset_shift;
	config.epoch = options->epoch < 0 ? utc : (int64_t)options->epoch;
	centre_init(&site->centre, &config);
}

bool site_init(struct site *site, const struct options *options, int64_t now, int64_t utc, struct error *error)
{
	memset(site, 0, sizeof(*site));
	site->options = options;
	site->begun = site->now = now;
	site->utc = utc;
	json_init(&site->json);
	site->senders = (struct text_senders){ options->text_out, options->text_out_count };
	subscriptions_init(&site->subscriptions, (unsigned)options->limit);
	faults_init(&site->faults, (uint64_t)options->seed);
	build_centre(site, utc);
	for (unsigned i = 0; i < options->fault_count; i++)
		if (!faults_add(&site->faults, options->faults[i], now, error))
			return error_prefix(error, "--fault: ");
	return add_logins(site, error) && find_teams(site, error) && pick_subteam(site, error);
}

void site_free(struct site *site)
{
	centre_free(&site->centre);
	if (site->has_past)
		centre_free(&site->past);
	auth_wipe(&site->auth);
	subscriptions_free(&site->subscriptions);
	json_free(&site->json);
}

static int64_t site_time(const struct site *site, int64_t now)
{
	return site->centre.start + (int64_t)((double)(now - site->begun) * site->options->speed);
}

void site_advance(struct site *site, int64_t now, int64_t utc)
{
	site->now = now;
	site->utc = utc;
	centre_run(&site->centre, site_time(site, now));
}

/* The same configuration gives the same day, so it is lived through once more. */
static void begin_past(struct site *site, unsigned days_before)
{
	struct centre_config config = site->centre.config;
	config.days_before = days_before;
	if (site->has_past)
		centre_free(&site->past);
	centre_begin(&site->past, &config);
	for (unsigned i = 0; i < site->past.agent_count; i++)
		site->past.agents[i].in_subteam = site->centre.agents[i].in_subteam;
	site->has_past = true;
}

const struct centre *site_past(struct site *site, unsigned seconds)
{
	int64_t at = site_time(site, site->now - (int64_t)seconds * SECOND_MS);
	int64_t begins = centre_day_begins(&site->centre.config);
	unsigned days_before = at >= begins ? 0 : 1 + (unsigned)((begins - 1 - at) / DAY_MS);
	if (days_before > CENTRE_DAYS_MAX)
		return NULL;
	if (!site->has_past || site->past.now > at || site->past.config.days_before != days_before)
		begin_past(site, days_before);
	centre_run(&site->past, at);
	return &site->past;
}
