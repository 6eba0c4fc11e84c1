#include "sim/statistic.h"

#include <string.h>

#define UNUSED __attribute__((unused))
#define GROUP_FUNCTION(name) static struct cell name(const struct facts *facts, unsigned dispositions UNUSED)

static void add_day(struct service_day *sum, const struct service_day *day)
{
	sum->received += day->received;
	sum->queued += day->queued;
	sum->answered += day->answered;
	sum->answered_in_time += day->answered_in_time;
	sum->abandoned_short += day->abandoned_short;
	sum->abandoned_long += day->abandoned_long;
	sum->handled += day->handled;
	sum->out_attempted += day->out_attempted;
	sum->out_answered += day->out_answered;
	sum->out_handled += day->out_handled;
	sum->callbacks_requested += day->callbacks_requested;
	sum->answer_wait += day->answer_wait;
	sum->handle_time += day->handle_time;
	for (unsigned i = 0; i < DISPOSITIONS_MAX; i++)
		sum->dispositions[i] += day->dispositions[i];
}

/* The targets of services that differ have no common value. */
static int common(int so_far, int next, bool first)
{
	return first || so_far == next ? next : -1;
}

static bool is_email(const struct service *service)
{
	return strcmp(service->traits.media, "email") == 0;
}

static void add_service(struct facts *facts, const struct service *service, bool first)
{
	service_set_add(&facts->set, service->index);
	add_day(&facts->day, &service->day);
	facts->waiting += service->waiting;
	facts->callbacks += service->callbacks;
	facts->agents_on_it += service->agents_on_it;
	if (service->first && (facts->oldest < 0 || service->first->arrived < facts->oldest))
		facts->oldest = service->first->arrived;
	facts->target = common(facts->target, service->traits.target, first);
	facts->threshold = common(facts->threshold, service->traits.threshold, first);
	if (is_email(service)) {
		facts->emails_answered += service->day.answered;
		facts->emails_in_time += service->day.answered_in_time;
		facts->emails_waited += service->day.answer_wait;
	}
	facts->only_email = is_email(service) && (first || facts->only_email);
}

struct facts facts_of_service(const struct centre *centre, const struct service *service)
{
	struct facts facts = { .centre = centre, .name = service->name, .oldest = -1 };
	add_service(&facts, service, true);
	for (unsigned i = 0; i < AGENT_STATES; i++)
		facts.agents[i] = service->agents[i];
	return facts;
}

struct facts facts_of_set(const struct centre *centre, const struct service_set *set)
{
	struct facts facts = { .centre = centre, .name = "", .oldest = -1, .target = -1, .threshold = -1 };
	bool first = true;
	for (unsigned i = 0; i < centre->service_count; i++) {
		if (!service_set_has(set, i))
			continue;
		add_service(&facts, &centre->services[i], first);
		first = false;
	}
	for (unsigned i = 0; i < centre->agent_count; i++)
		if (service_set_meets(&centre->agents[i].skill_set, set))
			facts.agents[centre->agents[i].state]++;
	return facts;
}

GROUP_FUNCTION(name)
{
	return cell_text(facts->name);
}

GROUP_FUNCTION(waiting)
{
	return cell_count(facts->waiting);
}

GROUP_FUNCTION(longest_wait)
{
	return facts->oldest < 0 ? cell_blank() : cell_seconds(facts->centre->now - facts->oldest);
}

GROUP_FUNCTION(received)
{
	return cell_count(facts->day.received);
}

GROUP_FUNCTION(queued)
{
	return cell_count(facts->day.queued);
}

GROUP_FUNCTION(answered)
{
	return cell_count(facts->day.answered);
}

GROUP_FUNCTION(handled)
{
	return cell_count(facts->day.handled);
}

GROUP_FUNCTION(out_answered)
{
	return cell_count(facts->day.out_answered);
}

GROUP_FUNCTION(out_handled)
{
	return cell_count(facts->day.out_handled);
}

GROUP_FUNCTION(abandoned)
{
	return cell_count(facts->day.abandoned_short + facts->day.abandoned_long);
}

GROUP_FUNCTION(abandoned_share)
{
	return cell_share(facts->day.abandoned_short + facts->day.abandoned_long, facts->day.received);
}

GROUP_FUNCTION(abandoned_long)
{
	return cell_count(facts->day.abandoned_long);
}

GROUP_FUNCTION(abandoned_long_share)
{
	return cell_share(facts->day.abandoned_long, facts->day.received);
}

GROUP_FUNCTION(abandoned_short)
{
	return cell_count(facts->day.abandoned_short);
}

GROUP_FUNCTION(abandoned_short_share)
{
	return cell_share(facts->day.abandoned_short, facts->day.received);
}

/*
 * The vendor's formula, of calls and chats: those who hung up before the threshold are left out of both sides. Emails
 * have one of their own, where nobody hangs up.
 */
GROUP_FUNCTION(service_level)
{
	if (facts->only_email)
		return cell_share(facts->emails_in_time, facts->emails_answered);
	return cell_share((double)facts->day.answered_in_time - facts->emails_in_time,
		(double)facts->day.answered - facts->emails_answered + facts->day.abandoned_long);
}

GROUP_FUNCTION(target)
{
	return facts->target < 0 ? cell_blank() : cell_percent((unsigned)facts->target);
}

GROUP_FUNCTION(threshold)
{
	return facts->threshold < 0 ? cell_blank() : cell_count((unsigned)facts->threshold);
}

/* Of calls and chats. */
GROUP_FUNCTION(speed_of_answer)
{
	return cell_mean(facts->day.answer_wait - facts->emails_waited, facts->day.answered - facts->emails_answered);
}

GROUP_FUNCTION(handling_time)
{
	return cell_mean(facts->day.handle_time, facts->day.handled + facts->day.out_handled);
}

GROUP_FUNCTION(agents_logged)
{
	unsigned count = 0;
	for (unsigned i = 0; i < AGENT_STATES; i++)
		if (i != AGENT_LOGGED_OUT)
			count += facts->agents[i];
	return cell_count(count);
}

GROUP_FUNCTION(agents_ready)
{
	return cell_count(facts->agents[AGENT_READY]);
}

/* With an interaction of any service, or in the work after it. */
GROUP_FUNCTION(agents_busy)
{
	return cell_count(facts->agents[AGENT_BUSY] + facts->agents[AGENT_AFTER_CALL_WORK]);
}

GROUP_FUNCTION(agents_not_ready)
{
	return cell_count(facts->agents[AGENT_NOT_READY]);
}

GROUP_FUNCTION(agents_after_call)
{
	return cell_count(facts->agents[AGENT_AFTER_CALL_WORK]);
}

GROUP_FUNCTION(agents_on_it)
{
	return cell_count(facts->agents_on_it);
}

GROUP_FUNCTION(callbacks_requested)
{
	return cell_count(facts->day.callbacks_requested);
}

GROUP_FUNCTION(callbacks_waiting)
{
	return cell_count(facts->callbacks);
}

/* Of everybody with a skill of the set, over the day, whatever they worked on. */
GROUP_FUNCTION(occupancy)
{
	int64_t work = 0, ready = 0;
	for (unsigned i = 0; i < facts->centre->agent_count; i++) {
		const struct agent *agent = &facts->centre->agents[i];
		int64_t running = facts->centre->now - agent->counted;
		if (!service_set_meets(&agent->skill_set, &facts->set))
			continue;
		work += agent->day.time[AGENT_BUSY] + agent->day.time[AGENT_AFTER_CALL_WORK];
		ready += agent->day.time[AGENT_READY];
		if (agent->state == AGENT_BUSY || agent->state == AGENT_AFTER_CALL_WORK)
			work += running;
		else if (agent->state == AGENT_READY)
			ready += running;
	}
	return cell_share((double)work, (double)(work + ready));
}

static struct cell dispositions_count(const struct facts *facts, unsigned dispositions)
{
	unsigned count = 0;
	for (unsigned i = 0; i < DISPOSITIONS_MAX; i++)
		if (!dispositions || dispositions >> i & 1)
			count += facts->day.dispositions[i];
	return cell_count(count);
}

enum { BOTH = SCOPE_SERVICE | SCOPE_TOTAL };

const struct statistic statistic_of_groups[] = {
	{ .name = "name", .scopes = SCOPE_SERVICE, .group = name },
	{ .name = "in_calls_waiting", .scopes = BOTH, .group = waiting },
	{ .name = "in_max_wait_time", .scopes = BOTH, .group = longest_wait },
	{ .name = "in_calls_received_per_day", .scopes = BOTH, .group = received },
	{ .name = "in_calls_queued_per_day", .scopes = BOTH, .group = queued },
	{ .name = "in_calls_answered_per_day", .scopes = BOTH, .group = answered },
	{ .name = "in_calls_handled_per_day", .scopes = BOTH, .group = handled },
	{ .name = "out_calls_answered_per_day", .scopes = BOTH, .group = out_answered },
	{ .name = "out_calls_handled_per_day", .scopes = BOTH, .group = out_handled },
	{ .name = "in_calls_abandoned_total_per_day", .scopes = BOTH, .group = abandoned },
	{ .name = "in_calls_abandoned_percent_per_day", .scopes = BOTH, .group = abandoned_share },
	{ .name = "in_calls_abandoned_in_queue_per_day", .scopes = BOTH, .group = abandoned_long },
	{ .name = "in_calls_abandoned_in_queue_ratio_per_day", .scopes = BOTH, .group = abandoned_long_share },
	{ .name = "in_calls_short_abandoned_in_queue_per_day", .scopes = BOTH, .group = abandoned_short },
	{ .name = "in_calls_short_abandoned_in_queue_ratio_per_day", .scopes = BOTH, .group = abandoned_short_share },
	{ .name = "service_level", .scopes = BOTH, .group = service_level },
	{ .name = "service_level_target", .scopes = BOTH, .group = target },
	{ .name = "service_level_threshold_time", .scopes = BOTH, .group = threshold },
	{ .name = "in_average_speed_of_answer", .scopes = BOTH, .group = speed_of_answer },
	{ .name = "calls_average_handling_time_per_day", .scopes = BOTH, .group = handling_time },
	{ .name = "calls_dispositions_per_day", .scopes = BOTH, .group = dispositions_count },
	{ .name = "agents_logged", .scopes = BOTH, .group = agents_logged },
	{ .name = "agents_ready", .scopes = BOTH, .group = agents_ready },
	{ .name = "agents_busy", .scopes = BOTH, .group = agents_busy },
	{ .name = "agents_not_ready", .scopes = BOTH, .group = agents_not_ready },
	{ .name = "agents_acw", .scopes = BOTH, .group = agents_after_call },
	{ .name = "agents_busy_svc", .scopes = BOTH, .group = agents_on_it },
	{ .name = "agents_occupancy", .scopes = BOTH, .group = occupancy },
	{ .name = "cb_calls_requested_per_day", .scopes = BOTH, .group = callbacks_requested },
	{ .name = "cb_calls_waiting", .scopes = BOTH, .group = callbacks_waiting },
	{ .name = NULL },
};
