#include "sim/statistic.h"

#include <string.h>

#define UNUSED __attribute__((unused))

/* Most agent functions need the agent only. */
#define AGENT_FUNCTION(name) \
	static struct cell name(const struct centre *centre UNUSED, const struct agent *agent, \
		unsigned dispositions UNUSED)

static bool logged_in(const struct agent *agent)
{
	return agent->state != AGENT_LOGGED_OUT;
}

AGENT_FUNCTION(first_last_name)
{
	return cell_text(agent->first_last);
}

AGENT_FUNCTION(last_first_name)
{
	return cell_text(agent->last_first);
}

AGENT_FUNCTION(first_name)
{
	return cell_text(agent->first);
}

AGENT_FUNCTION(last_name)
{
	return cell_text(agent->last);
}

AGENT_FUNCTION(login_id)
{
	return cell_text(agent->login);
}

AGENT_FUNCTION(extension)
{
	return cell_text(agent->extension);
}

AGENT_FUNCTION(team_name)
{
	return cell_text(centre->teams[agent->team].name);
}

AGENT_FUNCTION(acd_state)
{
	return cell_text(agent_state_name(agent->state));
}

/* What comes after the interaction in hand. */
AGENT_FUNCTION(acd_next_state)
{
	if (agent->state != AGENT_BUSY && agent->state != AGENT_AFTER_CALL_WORK)
		return cell_blank();
	return cell_text(agent_state_name(agent->pending || agent->leaving ? AGENT_NOT_READY : AGENT_READY));
}

AGENT_FUNCTION(reason)
{
	return cell_text(agent->reason ? agent->reason->name : "");
}

AGENT_FUNCTION(state_duration)
{
	return logged_in(agent) ? cell_seconds(centre->now - agent->since) : cell_blank();
}

/* The interaction that an agent is talking in, or NULL. */
static const struct call *talking(const struct agent *agent)
{
	return agent->state == AGENT_BUSY ? agent->call : NULL;
}

AGENT_FUNCTION(active_talk)
{
	const struct call *call = talking(agent);
	int64_t time;
	if (!call)
		return cell_blank();
	time = centre->now - call->answered - call->held;
	if (call->hold_since >= 0)
		time -= centre->now - call->hold_since;
	return cell_seconds(time);
}

AGENT_FUNCTION(active_hold)
{
	const struct call *call = talking(agent);
	return call && call->hold_since >= 0 ? cell_seconds(centre->now - call->hold_since) : cell_blank();
}

AGENT_FUNCTION(active_media)
{
	const struct call *call = talking(agent);
	if (!call)
		return cell_blank();
	return cell_text(call->outbound ? "voice" : centre->services[call->service].traits.media);
}

AGENT_FUNCTION(active_after_call)
{
	return agent->state == AGENT_AFTER_CALL_WORK ? cell_seconds(centre->now - agent->since) : cell_blank();
}

AGENT_FUNCTION(active_service)
{
	return agent->call ? cell_text(centre->services[agent->call->service].name) : cell_blank();
}

AGENT_FUNCTION(interactions)
{
	return logged_in(agent) ? cell_count(talking(agent) != NULL) : cell_blank();
}

AGENT_FUNCTION(in_handled)
{
	return cell_count(agent->day.in_handled);
}

AGENT_FUNCTION(out_handled)
{
	return cell_count(agent->day.out_handled);
}

AGENT_FUNCTION(in_offered)
{
	return cell_count(agent->day.in_offered);
}

AGENT_FUNCTION(in_rejected)
{
	return cell_count(agent->day.in_rejected);
}

AGENT_FUNCTION(in_transferred)
{
	return cell_count(agent->day.in_transferred);
}

/* Outbound calls are not passed on in this centre. */
AGENT_FUNCTION(out_transferred)
{
	(void)agent;
	return cell_count(0);
}

AGENT_FUNCTION(handling_time)
{
	return cell_mean(agent->day.handle_time, agent->day.in_handled + agent->day.out_handled);
}

static struct cell dispositions_count(const struct centre *centre UNUSED, const struct agent *agent,
	unsigned dispositions)
{
	unsigned count = 0;
	for (unsigned i = 0; i < DISPOSITIONS_MAX; i++)
		if (!dispositions || dispositions >> i & 1)
			count += agent->day.dispositions[i];
	return cell_count(count);
}

/* The time in a state today, the present stretch included. */
static int64_t time_in(const struct centre *centre, const struct agent *agent, enum agent_state state)
{
	return agent->day.time[state] + (agent->state == state ? centre->now - agent->counted : 0);
}

/* The day's total, over all logins of the day. */
AGENT_FUNCTION(login_time)
{
	int64_t total = 0;
	for (int state = 0; state < AGENT_STATES; state++)
		if (state != AGENT_LOGGED_OUT)
			total += time_in(centre, agent, (enum agent_state)state);
	return logged_in(agent) ? cell_seconds(total) : cell_blank();
}

AGENT_FUNCTION(ready_time)
{
	return cell_seconds(time_in(centre, agent, AGENT_READY));
}

AGENT_FUNCTION(busy_time)
{
	return cell_seconds(time_in(centre, agent, AGENT_BUSY));
}

AGENT_FUNCTION(after_call_time)
{
	return cell_seconds(time_in(centre, agent, AGENT_AFTER_CALL_WORK));
}

AGENT_FUNCTION(not_ready_time)
{
	return cell_seconds(time_in(centre, agent, AGENT_NOT_READY));
}

AGENT_FUNCTION(break_time)
{
	bool on_break = agent->reason && agent->reason->is_break;
	return cell_seconds(agent->day.break_time + (on_break ? centre->now - agent->counted : 0));
}

AGENT_FUNCTION(occupancy)
{
	int64_t work = time_in(centre, agent, AGENT_BUSY) + time_in(centre, agent, AGENT_AFTER_CALL_WORK);
	return cell_share((double)work, (double)(work + time_in(centre, agent, AGENT_READY)));
}

const struct statistic statistic_of_agents[] = {
	{ .name = "first_last_name", .agent = first_last_name },
	{ .name = "last_first_name", .agent = last_first_name },
	{ .name = "firstname", .agent = first_name },
	{ .name = "lastname", .agent = last_name },
	{ .name = "login_id", .agent = login_id },
	{ .name = "extension", .agent = extension },
	{ .name = "team_name", .agent = team_name },
	{ .name = "acd_state", .agent = acd_state },
	{ .name = "state_ic", .agent = acd_state }, /* what older clients call it */
	{ .name = "acd_next_state", .agent = acd_next_state },
	{ .name = "reason", .agent = reason },
	{ .name = "login_time", .agent = login_time },
	{ .name = "state_duration", .agent = state_duration },
	{ .name = "active_item_talk_duration", .agent = active_talk },
	{ .name = "active_item_hold_duration", .agent = active_hold },
	{ .name = "active_item_acw_duration", .agent = active_after_call },
	{ .name = "active_item_media_type", .agent = active_media },
	{ .name = "active_item_service_name", .agent = active_service },
	{ .name = "count_of_interactions", .agent = interactions },
	{ .name = "in_calls_handled_per_day", .agent = in_handled },
	{ .name = "in_calls_offered_per_day", .agent = in_offered },
	{ .name = "in_calls_rejected_per_day", .agent = in_rejected },
	{ .name = "in_calls_transferred_per_day", .agent = in_transferred },
	{ .name = "out_calls_handled_per_day", .agent = out_handled },
	{ .name = "out_calls_transferred_per_day", .agent = out_transferred },
	{ .name = "calls_average_handling_time_per_day", .agent = handling_time },
	{ .name = "calls_dispositions_per_day", .agent = dispositions_count },
	{ .name = "agent_total_ready_time", .agent = ready_time },
	{ .name = "agent_total_busy_time", .agent = busy_time },
	{ .name = "agent_total_ACW_time", .agent = after_call_time },
	{ .name = "agent_total_break_time", .agent = break_time },
	{ .name = "agent_total_not_ready_time", .agent = not_ready_time },
	{ .name = "agent_occupancy", .agent = occupancy },
	{ .name = NULL },
};

const struct statistic *statistic_find(enum scope scope, const char *name)
{
	const struct statistic *at = scope == SCOPE_AGENT ? statistic_of_agents : statistic_of_groups;
	for (; at->name; at++)
		if ((scope == SCOPE_AGENT || at->scopes & scope) && strcmp(at->name, name) == 0)
			return at;
	return NULL;
}
