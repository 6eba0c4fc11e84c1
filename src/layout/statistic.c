#include "layout/statistic.h"

#include <string.h>

const char *const scope_names[] = { "agent", "service", "total", NULL };
const char *const kind_names[] = { "text", "state", "count", "duration", "percent", NULL };
const char *const evidence_names[] = { "published", "observed", "assumed", NULL };

/* Designators are left out here only: 80 rows of one line are read as a table, with the members in their order. */
static const struct statistic statistics[] = {
	{ "first_last_name", SCOPE_AGENT, KIND_TEXT, "Name", "Name", 22, DIRECTION_NONE, EVIDENCE_PUBLISHED },
	{ "extension", SCOPE_AGENT, KIND_TEXT, "Extension", "Ext", 6, DIRECTION_NONE, EVIDENCE_PUBLISHED },
	{ "acd_state", SCOPE_AGENT, KIND_STATE, "State", "State", 16, DIRECTION_NONE, EVIDENCE_PUBLISHED },
	{ "acd_next_state", SCOPE_AGENT, KIND_STATE, "Next state", "Next", 16, DIRECTION_NONE, EVIDENCE_PUBLISHED },
	{ "login_time", SCOPE_AGENT, KIND_DURATION, "Logged in for", "Login", 9, DIRECTION_NONE, EVIDENCE_PUBLISHED },
	{ "last_first_name", SCOPE_AGENT, KIND_TEXT, "Name (last first)", "Name", 22, DIRECTION_NONE, EVIDENCE_OBSERVED },
	{ "firstname", SCOPE_AGENT, KIND_TEXT, "First name", "First name", 14, DIRECTION_NONE, EVIDENCE_OBSERVED },
	{ "lastname", SCOPE_AGENT, KIND_TEXT, "Last name", "Last name", 16, DIRECTION_NONE, EVIDENCE_OBSERVED },
	{ "login_id", SCOPE_AGENT, KIND_TEXT, "Login", "Login id", 18, DIRECTION_NONE, EVIDENCE_OBSERVED },
	{ "team_name", SCOPE_AGENT, KIND_TEXT, "Team", "Team", 18, DIRECTION_NONE, EVIDENCE_OBSERVED },
	{ "reason", SCOPE_AGENT, KIND_TEXT, "Not Ready reason", "Reason", 14, DIRECTION_NONE, EVIDENCE_OBSERVED },
	{ "state_duration", SCOPE_AGENT, KIND_DURATION, "Time in state", "Time", 8, DIRECTION_LOW, EVIDENCE_OBSERVED },
	{ "active_item_talk_duration", SCOPE_AGENT, KIND_DURATION, "Talk", "Talk", 8, DIRECTION_NONE, EVIDENCE_OBSERVED },
	{ "active_item_hold_duration", SCOPE_AGENT, KIND_DURATION, "Hold", "Hold", 8, DIRECTION_NONE, EVIDENCE_OBSERVED },
	{ "active_item_media_type", SCOPE_AGENT, KIND_TEXT, "Active media", "Media", 8, DIRECTION_NONE, EVIDENCE_OBSERVED },
	{ "in_calls_handled_per_day", SCOPE_AGENT, KIND_COUNT, "IN handled today", "Handled", 7, DIRECTION_NONE, EVIDENCE_OBSERVED },
	{ "calls_average_handling_time_per_day", SCOPE_AGENT, KIND_DURATION, "Avg handle time today", "AHT", 8, DIRECTION_LOW, EVIDENCE_OBSERVED },
	{ "calls_dispositions_per_day", SCOPE_AGENT, KIND_COUNT, "Dispositions today", "Disps", 7, DIRECTION_NONE, EVIDENCE_OBSERVED },
	{ "agent_total_ready_time", SCOPE_AGENT, KIND_DURATION, "Ready time today", "Ready", 8, DIRECTION_NONE, EVIDENCE_OBSERVED },
	{ "agent_total_busy_time", SCOPE_AGENT, KIND_DURATION, "Busy time today", "Busy", 8, DIRECTION_NONE, EVIDENCE_OBSERVED },
	{ "agent_total_ACW_time", SCOPE_AGENT, KIND_DURATION, "ACW time today", "ACW", 8, DIRECTION_NONE, EVIDENCE_OBSERVED },
	{ "agent_total_break_time", SCOPE_AGENT, KIND_DURATION, "Break time today", "Break", 8, DIRECTION_NONE, EVIDENCE_OBSERVED },
	{ "count_of_interactions", SCOPE_AGENT, KIND_COUNT, "Active interactions", "Active", 6, DIRECTION_NONE, EVIDENCE_OBSERVED },
	{ "agent_total_not_ready_time", SCOPE_AGENT, KIND_DURATION, "Not Ready time today", "Not ready", 9, DIRECTION_NONE, EVIDENCE_ASSUMED },
	{ "active_item_acw_duration", SCOPE_AGENT, KIND_DURATION, "ACW", "ACW", 8, DIRECTION_NONE, EVIDENCE_ASSUMED },
	{ "active_item_service_name", SCOPE_AGENT, KIND_TEXT, "Service", "Service", 18, DIRECTION_NONE, EVIDENCE_ASSUMED },
	{ "out_calls_handled_per_day", SCOPE_AGENT, KIND_COUNT, "OUT handled today", "Out", 7, DIRECTION_NONE, EVIDENCE_ASSUMED },
	{ "in_calls_offered_per_day", SCOPE_AGENT, KIND_COUNT, "IN offered today", "Offered", 7, DIRECTION_NONE, EVIDENCE_ASSUMED },
	{ "in_calls_rejected_per_day", SCOPE_AGENT, KIND_COUNT, "IN rejected today", "Rejected", 8, DIRECTION_LOW, EVIDENCE_ASSUMED },
	{ "in_calls_transferred_per_day", SCOPE_AGENT, KIND_COUNT, "IN transferred today", "Transf", 7, DIRECTION_NONE, EVIDENCE_ASSUMED },
	{ "out_calls_transferred_per_day", SCOPE_AGENT, KIND_COUNT, "OUT transferred today", "Out tr", 7, DIRECTION_NONE, EVIDENCE_ASSUMED },
	{ "agent_occupancy", SCOPE_AGENT, KIND_PERCENT, "Occupancy", "Occ", 6, DIRECTION_LOW, EVIDENCE_ASSUMED },
	{ "name", SCOPE_SERVICE, KIND_TEXT, "Service", "Service", 22, DIRECTION_NONE, EVIDENCE_OBSERVED },
	{ "in_calls_waiting", SCOPE_SERVICE, KIND_COUNT, "Waiting", "Waiting", 7, DIRECTION_LOW, EVIDENCE_OBSERVED },
	{ "in_max_wait_time", SCOPE_SERVICE, KIND_DURATION, "Longest wait", "Longest", 8, DIRECTION_LOW, EVIDENCE_OBSERVED },
	{ "in_calls_received_per_day", SCOPE_SERVICE, KIND_COUNT, "Received today", "Received", 8, DIRECTION_NONE, EVIDENCE_OBSERVED },
	{ "in_calls_abandoned_total_per_day", SCOPE_SERVICE, KIND_COUNT, "Abandoned today", "Aband", 7, DIRECTION_LOW, EVIDENCE_OBSERVED },
	{ "in_calls_abandoned_percent_per_day", SCOPE_SERVICE, KIND_PERCENT, "Abandoned %", "Aband", 7, DIRECTION_LOW, EVIDENCE_OBSERVED },
	{ "in_calls_abandoned_in_queue_per_day", SCOPE_SERVICE, KIND_COUNT, "Long abandoned today", "Long ab", 7, DIRECTION_LOW, EVIDENCE_OBSERVED },
	{ "in_calls_abandoned_in_queue_ratio_per_day", SCOPE_SERVICE, KIND_PERCENT, "Long abandoned %", "Long ab", 7, DIRECTION_LOW, EVIDENCE_OBSERVED },
	{ "in_calls_short_abandoned_in_queue_per_day", SCOPE_SERVICE, KIND_COUNT, "Short abandoned today", "Short ab", 8, DIRECTION_LOW, EVIDENCE_OBSERVED },
	{ "in_calls_short_abandoned_in_queue_ratio_per_day", SCOPE_SERVICE, KIND_PERCENT, "Short abandoned %", "Short ab", 8, DIRECTION_LOW, EVIDENCE_OBSERVED },
	{ "service_level", SCOPE_SERVICE, KIND_PERCENT, "Service level", "SL", 6, DIRECTION_HIGH, EVIDENCE_OBSERVED },
	{ "service_level_target", SCOPE_SERVICE, KIND_PERCENT, "SL target", "Target", 6, DIRECTION_NONE, EVIDENCE_OBSERVED },
	{ "service_level_threshold_time", SCOPE_SERVICE, KIND_DURATION, "SL threshold", "in", 6, DIRECTION_NONE, EVIDENCE_OBSERVED },
	{ "agents_logged", SCOPE_SERVICE, KIND_COUNT, "Logged in", "Agents", 6, DIRECTION_HIGH, EVIDENCE_OBSERVED },
	{ "agents_busy", SCOPE_SERVICE, KIND_COUNT, "Busy", "Busy", 6, DIRECTION_NONE, EVIDENCE_OBSERVED },
	{ "in_calls_handled_per_day", SCOPE_SERVICE, KIND_COUNT, "IN handled today", "Handled", 7, DIRECTION_NONE, EVIDENCE_OBSERVED },
	{ "out_calls_handled_per_day", SCOPE_SERVICE, KIND_COUNT, "OUT handled today", "Out", 7, DIRECTION_NONE, EVIDENCE_OBSERVED },
	{ "agents_ready", SCOPE_SERVICE, KIND_COUNT, "Ready", "Ready", 6, DIRECTION_HIGH, EVIDENCE_ASSUMED },
	{ "agents_not_ready", SCOPE_SERVICE, KIND_COUNT, "Not Ready", "Not rdy", 7, DIRECTION_LOW, EVIDENCE_ASSUMED },
	{ "agents_acw", SCOPE_SERVICE, KIND_COUNT, "In ACW", "ACW", 6, DIRECTION_NONE, EVIDENCE_ASSUMED },
	{ "agents_busy_svc", SCOPE_SERVICE, KIND_COUNT, "Busy on this service", "Busy here", 9, DIRECTION_NONE, EVIDENCE_ASSUMED },
	{ "in_average_speed_of_answer", SCOPE_SERVICE, KIND_DURATION, "ASA", "ASA", 7, DIRECTION_LOW, EVIDENCE_ASSUMED },
	{ "in_calls_queued_per_day", SCOPE_SERVICE, KIND_COUNT, "Queued today", "Queued", 7, DIRECTION_NONE, EVIDENCE_ASSUMED },
	{ "in_calls_answered_per_day", SCOPE_SERVICE, KIND_COUNT, "Answered today", "Answered", 8, DIRECTION_NONE, EVIDENCE_ASSUMED },
	{ "calls_average_handling_time_per_day", SCOPE_SERVICE, KIND_DURATION, "Avg handle time today", "AHT", 8, DIRECTION_LOW, EVIDENCE_ASSUMED },
	{ "out_calls_answered_per_day", SCOPE_SERVICE, KIND_COUNT, "OUT answered today", "Out ans", 7, DIRECTION_NONE, EVIDENCE_ASSUMED },
	{ "cb_calls_requested_per_day", SCOPE_SERVICE, KIND_COUNT, "Callbacks requested today", "CB req", 7, DIRECTION_NONE, EVIDENCE_ASSUMED },
	{ "cb_calls_waiting", SCOPE_SERVICE, KIND_COUNT, "Callbacks waiting", "CB wait", 7, DIRECTION_LOW, EVIDENCE_ASSUMED },
	{ "agents_occupancy", SCOPE_SERVICE, KIND_PERCENT, "Occupancy", "Occ", 6, DIRECTION_LOW, EVIDENCE_ASSUMED },
	{ "in_calls_waiting", SCOPE_TOTAL, KIND_COUNT, "Waiting", "Waiting", 7, DIRECTION_LOW, EVIDENCE_PUBLISHED },
	{ "in_average_speed_of_answer", SCOPE_TOTAL, KIND_DURATION, "ASA", "ASA", 7, DIRECTION_LOW, EVIDENCE_PUBLISHED },
	{ "agents_logged", SCOPE_TOTAL, KIND_COUNT, "Agents logged in", "Agents", 6, DIRECTION_HIGH, EVIDENCE_PUBLISHED },
	{ "agents_ready", SCOPE_TOTAL, KIND_COUNT, "Agents ready", "Ready", 6, DIRECTION_HIGH, EVIDENCE_PUBLISHED },
	{ "in_max_wait_time", SCOPE_TOTAL, KIND_DURATION, "Longest wait", "Longest", 8, DIRECTION_LOW, EVIDENCE_OBSERVED },
	{ "in_calls_queued_per_day", SCOPE_TOTAL, KIND_COUNT, "Queued today", "Queued", 7, DIRECTION_NONE, EVIDENCE_OBSERVED },
	{ "in_calls_received_per_day", SCOPE_TOTAL, KIND_COUNT, "Received today", "Received", 8, DIRECTION_NONE, EVIDENCE_OBSERVED },
	{ "in_calls_abandoned_in_queue_per_day", SCOPE_TOTAL, KIND_COUNT, "Long abandoned today", "Long ab", 7, DIRECTION_LOW, EVIDENCE_OBSERVED },
	{ "in_calls_abandoned_in_queue_ratio_per_day", SCOPE_TOTAL, KIND_PERCENT, "Long abandoned %", "Long ab", 7, DIRECTION_LOW, EVIDENCE_OBSERVED },
	{ "in_calls_short_abandoned_in_queue_per_day", SCOPE_TOTAL, KIND_COUNT, "Short abandoned today", "Short ab", 8, DIRECTION_LOW, EVIDENCE_OBSERVED },
	{ "in_calls_short_abandoned_in_queue_ratio_per_day", SCOPE_TOTAL, KIND_PERCENT, "Short abandoned %", "Short ab", 8, DIRECTION_LOW, EVIDENCE_OBSERVED },
	{ "service_level", SCOPE_TOTAL, KIND_PERCENT, "Service level", "SL", 6, DIRECTION_HIGH, EVIDENCE_OBSERVED },
	{ "service_level_threshold_time", SCOPE_TOTAL, KIND_DURATION, "SL threshold", "in", 6, DIRECTION_NONE, EVIDENCE_OBSERVED },
	{ "out_calls_answered_per_day", SCOPE_TOTAL, KIND_COUNT, "OUT answered today", "Out ans", 7, DIRECTION_NONE, EVIDENCE_OBSERVED },
	{ "service_level_target", SCOPE_TOTAL, KIND_PERCENT, "SL target", "Target", 6, DIRECTION_NONE, EVIDENCE_ASSUMED },
	{ "agents_busy", SCOPE_TOTAL, KIND_COUNT, "Agents busy", "Busy", 6, DIRECTION_NONE, EVIDENCE_ASSUMED },
	{ "agents_not_ready", SCOPE_TOTAL, KIND_COUNT, "Agents not ready", "Not rdy", 7, DIRECTION_LOW, EVIDENCE_ASSUMED },
	{ "agents_acw", SCOPE_TOTAL, KIND_COUNT, "Agents in ACW", "ACW", 6, DIRECTION_NONE, EVIDENCE_ASSUMED },
	{ "in_calls_abandoned_total_per_day", SCOPE_TOTAL, KIND_COUNT, "Abandoned today", "Aband", 7, DIRECTION_LOW, EVIDENCE_ASSUMED },
	{ "in_calls_abandoned_percent_per_day", SCOPE_TOTAL, KIND_PERCENT, "Abandoned %", "Aband", 7, DIRECTION_LOW, EVIDENCE_ASSUMED },
	{ "in_calls_handled_per_day", SCOPE_TOTAL, KIND_COUNT, "IN handled today", "Handled", 7, DIRECTION_NONE, EVIDENCE_ASSUMED },
	{ "in_calls_answered_per_day", SCOPE_TOTAL, KIND_COUNT, "Answered today", "Answered", 8, DIRECTION_NONE, EVIDENCE_ASSUMED },
	{ "out_calls_handled_per_day", SCOPE_TOTAL, KIND_COUNT, "OUT handled today", "Out", 7, DIRECTION_NONE, EVIDENCE_ASSUMED },
	{ "calls_average_handling_time_per_day", SCOPE_TOTAL, KIND_DURATION, "Avg handle time today", "AHT", 8, DIRECTION_LOW, EVIDENCE_ASSUMED },
	{ "cb_calls_waiting", SCOPE_TOTAL, KIND_COUNT, "Callbacks waiting", "CB wait", 7, DIRECTION_LOW, EVIDENCE_ASSUMED },
	{ "agents_occupancy", SCOPE_TOTAL, KIND_PERCENT, "Occupancy", "Occ", 6, DIRECTION_LOW, EVIDENCE_ASSUMED },
};

/* By name, for all scopes: "the services" are one in a grid, and a panel's together in a total. */
static const struct {
	const char *name, *meaning;
} meanings[] = {
	{ "first_last_name", "the agent's name" },
	{ "extension", "telephone extension" },
	{ "acd_state", "what the agent does now: ready, busy, after-call work, not ready" },
	{ "acd_next_state", "the state that the agent has asked for, once the contact is over" },
	{ "login_time", "time that the agent is logged on" },
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
	{ "agent_occupancy", "(busy, with after-call work) / (that + ready)" },
	{ "in_calls_offered_per_day", "inbound interactions that were offered to the agent" },
	{ "in_calls_rejected_per_day", "inbound interactions that the agent did not take" },
	{ "in_calls_transferred_per_day", "inbound interactions that the agent passed on" },
	{ "out_calls_transferred_per_day", "outbound calls that the agent passed on" },
	{ "name", "the service's name" },
	{ "in_calls_waiting", "interactions of all media (calls, chats) in the queue at this moment" },
	{ "in_max_wait_time", "how long the first of them has waited" },
	{ "in_calls_received_per_day", "inbound interactions that came in" },
	{ "in_calls_queued_per_day", "inbound interactions that had to wait in the queue" },
	{ "in_calls_answered_per_day", "inbound interactions that an agent took" },
	{ "in_calls_handled_per_day", "inbound interactions (calls, chats) that are over, with their after-call work" },
	{ "in_calls_abandoned_total_per_day", "interactions given up before an answer: long + short" },
	{ "in_calls_abandoned_percent_per_day", "abandoned / received" },
	{ "in_calls_abandoned_in_queue_per_day", "interactions given up in the queue, later than the threshold T" },
	{ "in_calls_abandoned_in_queue_ratio_per_day", "abandoned after T / received" },
	{ "in_calls_short_abandoned_in_queue_per_day", "interactions given up in the queue within T" },
	{ "in_calls_short_abandoned_in_queue_ratio_per_day", "abandoned within T / received" },
	{ "service_level", "answered within T / (answered + abandoned after T); of email services another formula" },
	{ "service_level_target", "the service level that is aimed at" },
	{ "service_level_threshold_time", "T: seconds within which an interaction should be answered" },
	{ "in_average_speed_of_answer", "waiting time of answered calls and chats / their number" },
	{ "calls_average_handling_time_per_day", "(talk + hold + after-call work) / handled interactions" },
	{ "agents_logged", "agents with the service's skill who are logged in, also those whom the login does not supervise" },
	{ "agents_ready", "of them: free to take an interaction" },
	{ "agents_busy", "of them: with an interaction of any service, or in its after-call work" },
	{ "agents_busy_svc", "of them: with an interaction of this service, or in its after-call work" },
	{ "agents_not_ready", "of them: not ready" },
	{ "agents_acw", "of them: in after-call work" },
	{ "agents_occupancy", "busy / (busy + ready); busy includes after-call work" },
	{ "out_calls_answered_per_day", "outbound calls (with consultations and campaigns) that were answered" },
	{ "out_calls_handled_per_day", "outbound calls that are over, with their after-call work" },
	{ "cb_calls_requested_per_day", "callers who asked to be called back" },
	{ "cb_calls_waiting", "callers who wait to be called back" },
};

enum { STATISTIC_COUNT = sizeof(statistics) / sizeof(statistics[0]) };

const struct statistic *statistic_at(size_t index)
{
	return index < STATISTIC_COUNT ? &statistics[index] : NULL;
}

const struct statistic *statistic_find(enum scope scope, const char *name)
{
	for (size_t i = 0; i < STATISTIC_COUNT; i++)
		if (statistics[i].scope == scope && strcmp(statistics[i].name, name) == 0)
			return &statistics[i];
	return NULL;
}

const char *statistic_meaning(const char *name)
{
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (strcmp(meanings[i].name, name) == 0)
			return meanings[i].meaning;
	return "";
}

bool statistic_per_day(const char *name)
{
	return strstr(name, "_per_day") != NULL;
}

bool statistic_of_day(const char *name)
{
	static const char *const others[] = { "service_level", "in_average_speed_of_answer", "agent_occupancy", "agents_occupancy",
		"agent_total_ready_time", "agent_total_busy_time", "agent_total_ACW_time", "agent_total_break_time",
		"agent_total_not_ready_time" };
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strcmp(others[i], name) == 0)
			return true;
	return statistic_per_day(name);
}

bool kind_is_text(enum kind kind)
{
	return kind == KIND_TEXT || kind == KIND_STATE;
}
