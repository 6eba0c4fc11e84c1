#include "layout/statistic.h"

#include <string.h>

/* By name, for all scopes: "the services" are one in a grid, and a panel's together in a total. */
static const struct {
	const char *name, *meaning;
} meanings[] = {
	{ "first_last_name", "the agent's name" },
	{ "extension", "telephone extension" },
	{ "acd_state", "what the agent does now: ready, busy, after-call work, not ready" },
	{ "acd_next_state", "the state that the agent has asked for, once the contact is over" },
	{ "login_time", "time since the agent logged in" },
	{ "last_first_name", "the agent's name, last name first" },
	{ "firstname", "the agent's first name" },
	{ "lastname", "the agent's last name" },
	{ "login_id", "the agent's login" },
	{ "team_name", "the agent's team" },
	{ "reason", "why the agent is not ready, such as Lunch" },
	{ "state_duration", "time since the agent came into the present state" },
	{ "active_item_talk_duration", "talk time of the present contact" },
	{ "active_item_hold_duration", "hold time of the present contact" },
	{ "active_item_acw_duration", "after-call work of the present contact" },
	{ "active_item_media_type", "what the present contact is: voice, chat" },
	{ "active_item_service_name", "service of the present contact" },
	{ "count_of_interactions", "contacts that the agent has at this moment" },
	{ "calls_dispositions_per_day", "contacts that were closed with one of the chosen dispositions" },
	{ "agent_total_ready_time", "time in ready since the reset hour" },
	{ "agent_total_busy_time", "time in busy since the reset hour" },
	{ "agent_total_ACW_time", "time in after-call work since the reset hour" },
	{ "agent_total_break_time", "time on breaks since the reset hour" },
	{ "agent_total_not_ready_time", "time not ready since the reset hour" },
	{ "agent_occupancy", "(talk + hold + after-call work) / (that + ready)" },
	{ "in_calls_offered_per_day", "inbound calls that rang at the agent" },
	{ "in_calls_rejected_per_day", "inbound calls that the agent did not take" },
	{ "in_calls_transferred_per_day", "inbound calls that the agent passed on" },
	{ "out_calls_transferred_per_day", "outbound calls that the agent passed on" },
	{ "name", "the service's name" },
	{ "in_calls_waiting", "callers in the queue at this moment" },
	{ "in_max_wait_time", "how long the first of them has waited" },
	{ "in_calls_received_per_day", "inbound calls that came in" },
	{ "in_calls_queued_per_day", "inbound calls that had to wait in the queue" },
	{ "in_calls_answered_per_day", "inbound calls that an agent took" },
	{ "in_calls_handled_per_day", "inbound calls that are over, with their after-call work" },
	{ "in_calls_abandoned_total_per_day", "callers who hung up before an answer: long + short" },
	{ "in_calls_abandoned_percent_per_day", "abandoned / received" },
	{ "in_calls_abandoned_in_queue_per_day", "callers who hung up in the queue, later than the threshold T" },
	{ "in_calls_abandoned_in_queue_ratio_per_day", "abandoned after T / received" },
	{ "in_calls_short_abandoned_in_queue_per_day", "callers who hung up in the queue within T" },
	{ "in_calls_short_abandoned_in_queue_ratio_per_day", "abandoned within T / received" },
	{ "service_level", "answered within T / (answered + abandoned after T)" },
	{ "service_level_target", "the service level that is aimed at" },
	{ "service_level_threshold_time", "T: seconds within which a call should be answered" },
	{ "in_average_speed_of_answer", "waiting time of answered calls / answered calls" },
	{ "calls_average_handling_time_per_day", "(talk + hold + after-call work) / handled calls" },
	{ "agents_logged", "agents with the service's skill who are logged in" },
	{ "agents_ready", "of them: free to take a call" },
	{ "agents_busy", "of them: with a contact, of this service or another" },
	{ "agents_busy_svc", "of them: with a contact of this service" },
	{ "agents_not_ready", "of them: not ready" },
	{ "agents_acw", "of them: in after-call work" },
	{ "agents_occupancy", "(busy + after-call work) / (that + ready)" },
	{ "out_calls_answered_per_day", "outbound calls that were answered" },
	{ "out_calls_handled_per_day", "outbound calls that are over, with their after-call work" },
	{ "cb_calls_requested_per_day", "callers who asked to be called back" },
	{ "cb_calls_waiting", "callers who wait to be called back" },
};

const char *statistic_meaning(const char *name)
{
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (strcmp(meanings[i].name, name) == 0)
			return meanings[i].meaning;
	return "";
}
