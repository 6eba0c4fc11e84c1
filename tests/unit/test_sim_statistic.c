/*
 * The definitions of the statistics, on calls that are made by hand: every expected number can be worked out on paper.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/flow.h"
#include "sim/life.h"
#include "sim/shift.h"
#include "sim/statistic.h"

static const struct service_traits two_services[] = {
	{.name = "A", .media = "voice", .weight = 1, .pressure = 1, .talk = 60, .target = 80, .threshold = 20},
	{.name = "B", .media = "chat", .weight = 1, .pressure = 1, .talk = 60, .target = 80, .threshold = 20},
};

/* Agents who serve both services, no calls but those of the test, no chance at all. */
static struct centre_config quiet_config(unsigned agents)
{
	struct centre_config config = centre_defaults();

	config.agents = agents;
	config.services = 2;
	config.teams = 1;
	config.start_minute = 10 * 60;
	config.traits = two_services;
	config.all_skills = true;
	config.arrivals = config.curve = config.spikes = config.shifts = config.extras = config.notes = false;
	return config;
}

static void quiet_centre(struct centre *centre, unsigned agents)
{
	struct centre_config config = quiet_config(agents);
	centre_init(centre, &config);
}

static const struct call_plan plain = {
	.talk = 60 * SECOND_MS, .hold_at = -1, .after_call = 30 * SECOND_MS, .patience = -1, .transfer_to = -1,
};

static void call_in(struct centre *centre, unsigned service, int64_t patience_seconds)
{
	struct call_plan plan = plain;

	plan.patience = patience_seconds < 0 ? -1 : patience_seconds * SECOND_MS;
	flow_arrive(centre, service, &plan);
}

static void at(struct centre *centre, int seconds)
{
	centre_run(centre, centre->start + (int64_t)seconds * SECOND_MS);
}

static const char *text(struct cell cell)
{
	static char rooms[8][CELL_TEXT_MAX];
	static unsigned next;

	return cell_string(&cell, rooms[next++ % 8]);
}

static const char *of_service(const struct centre *centre, unsigned service, const char *name)
{
	struct facts facts = facts_of_service(centre, &centre->services[service]);
	const struct statistic *statistic = statistic_find(SCOPE_SERVICE, name);

	assert_non_null(statistic);
	return text(statistic->group(&facts, 0));
}

static const char *of_both(const struct centre *centre, const char *name)
{
	struct service_set set = {{3}};
	struct facts facts = facts_of_set(centre, &set);
	const struct statistic *statistic = statistic_find(SCOPE_TOTAL, name);

	assert_non_null(statistic);
	return text(statistic->group(&facts, 0));
}

static const char *of_agent(const struct centre *centre, unsigned agent, const char *name)
{
	const struct statistic *statistic = statistic_find(SCOPE_AGENT, name);

	assert_non_null(statistic);
	return text(statistic->agent(centre, &centre->agents[agent], 0));
}

static void blank_without_denominator(void **state)
{
	struct centre centre;

	(void)state;
	quiet_centre(&centre, 1);
	assert_string_equal(of_service(&centre, 0, "service_level"), "");
	assert_string_equal(of_service(&centre, 0, "in_average_speed_of_answer"), "");
	assert_string_equal(of_service(&centre, 0, "in_calls_abandoned_percent_per_day"), "");
	assert_string_equal(of_service(&centre, 0, "in_max_wait_time"), "");
	assert_string_equal(of_service(&centre, 0, "calls_average_handling_time_per_day"), "");
	assert_string_equal(of_service(&centre, 0, "in_calls_waiting"), "0");
	assert_string_equal(of_service(&centre, 0, "in_calls_received_per_day"), "0");
	assert_string_equal(of_both(&centre, "service_level"), "");
	centre_free(&centre);
}

/*
 * One agent. The first call is answered at once and takes 60 s and 30 s after; the others wait: one hangs up after
 * 10 s (short), one after 20 s (short: up to the threshold), one after 25 s (long), one is answered after 90 s.
 */
static void abandons_on_either_side(void **state)
{
	struct centre centre;

	(void)state;
	quiet_centre(&centre, 1);
	call_in(&centre, 0, -1);
	call_in(&centre, 0, 10);
	call_in(&centre, 0, 20);
	call_in(&centre, 0, 25);
	call_in(&centre, 0, -1);
	assert_string_equal(of_service(&centre, 0, "in_calls_waiting"), "4");
	at(&centre, 15);
	assert_string_equal(of_service(&centre, 0, "in_max_wait_time"), "15");
	assert_string_equal(of_service(&centre, 0, "in_calls_waiting"), "3");
	at(&centre, 100);
	assert_string_equal(of_service(&centre, 0, "in_calls_received_per_day"), "5");
	assert_string_equal(of_service(&centre, 0, "in_calls_queued_per_day"), "4");
	assert_string_equal(of_service(&centre, 0, "in_calls_answered_per_day"), "2");
	assert_string_equal(of_service(&centre, 0, "in_calls_short_abandoned_in_queue_per_day"), "2");
	assert_string_equal(of_service(&centre, 0, "in_calls_abandoned_in_queue_per_day"), "1");
	assert_string_equal(of_service(&centre, 0, "in_calls_abandoned_total_per_day"), "3");
	assert_string_equal(of_service(&centre, 0, "in_calls_abandoned_percent_per_day"), "60");
	assert_string_equal(of_service(&centre, 0, "in_calls_short_abandoned_in_queue_ratio_per_day"), "40");
	assert_string_equal(of_service(&centre, 0, "in_calls_abandoned_in_queue_ratio_per_day"), "20");
	/* One in time of two answered and one long abandon; the short ones count on neither side. */
	assert_string_equal(of_service(&centre, 0, "service_level"), "33.3");
	/* 0 s and 90 s, over the answered ones only. */
	assert_string_equal(of_service(&centre, 0, "in_average_speed_of_answer"), "45");
	assert_string_equal(of_service(&centre, 0, "in_calls_waiting"), "0");
	assert_string_equal(of_service(&centre, 0, "in_max_wait_time"), "");
	centre_free(&centre);
}

static void answered_at_the_threshold_is_in_time(void **state)
{
	struct centre centre;
	struct call_plan quick = plain;

	(void)state;
	quiet_centre(&centre, 1);
	quick.talk = 20 * SECOND_MS;
	quick.after_call = 0;
	flow_arrive(&centre, 0, &quick);
	call_in(&centre, 0, -1);
	at(&centre, 20);
	assert_string_equal(of_service(&centre, 0, "service_level"), "100");
	centre_free(&centre);
	quiet_centre(&centre, 1);
	quick.talk += 1;
	flow_arrive(&centre, 0, &quick);
	call_in(&centre, 0, -1);
	at(&centre, 21);
	assert_string_equal(of_service(&centre, 0, "service_level"), "50");
	centre_free(&centre);
}

static void handling_counts_after_call_work(void **state)
{
	struct centre centre;

	(void)state;
	quiet_centre(&centre, 1);
	call_in(&centre, 0, -1);
	at(&centre, 59);
	assert_string_equal(of_agent(&centre, 0, "acd_state"), "busy");
	assert_string_equal(of_agent(&centre, 0, "active_item_talk_duration"), "59");
	assert_string_equal(of_agent(&centre, 0, "active_item_media_type"), "voice");
	assert_string_equal(of_agent(&centre, 0, "count_of_interactions"), "1");
	assert_string_equal(of_agent(&centre, 0, "acd_next_state"), "ready");
	at(&centre, 70);
	assert_string_equal(of_agent(&centre, 0, "acd_state"), "after_call_work");
	assert_string_equal(of_agent(&centre, 0, "state_duration"), "10");
	assert_string_equal(of_agent(&centre, 0, "active_item_acw_duration"), "10");
	assert_string_equal(of_agent(&centre, 0, "active_item_talk_duration"), "");
	assert_string_equal(of_agent(&centre, 0, "count_of_interactions"), "0");
	assert_string_equal(of_service(&centre, 0, "in_calls_handled_per_day"), "0");
	at(&centre, 100);
	assert_string_equal(of_agent(&centre, 0, "acd_state"), "ready");
	assert_string_equal(of_agent(&centre, 0, "in_calls_handled_per_day"), "1");
	assert_string_equal(of_agent(&centre, 0, "calls_average_handling_time_per_day"), "90");
	assert_string_equal(of_service(&centre, 0, "calls_average_handling_time_per_day"), "90");
	assert_string_equal(of_agent(&centre, 0, "agent_total_busy_time"), "60");
	assert_string_equal(of_agent(&centre, 0, "agent_total_ACW_time"), "30");
	centre_free(&centre);
}

static void hold_is_not_talk(void **state)
{
	struct centre centre;
	struct call_plan plan = plain;

	(void)state;
	quiet_centre(&centre, 1);
	plan.hold_at = 20 * SECOND_MS;
	plan.hold = 15 * SECOND_MS;
	flow_arrive(&centre, 0, &plan);
	at(&centre, 30);
	assert_string_equal(of_agent(&centre, 0, "active_item_hold_duration"), "10");
	assert_string_equal(of_agent(&centre, 0, "active_item_talk_duration"), "20");
	at(&centre, 40);
	assert_string_equal(of_agent(&centre, 0, "active_item_hold_duration"), "");
	assert_string_equal(of_agent(&centre, 0, "active_item_talk_duration"), "25");
	/* The talk is as long as planned; the hold comes on top. */
	at(&centre, 74);
	assert_string_equal(of_agent(&centre, 0, "acd_state"), "busy");
	at(&centre, 75);
	assert_string_equal(of_agent(&centre, 0, "acd_state"), "after_call_work");
	centre_free(&centre);
}

static void longest_idle_and_longest_waiting_first(void **state)
{
	struct centre centre;

	(void)state;
	quiet_centre(&centre, 2);
	call_in(&centre, 0, -1);
	at(&centre, 10);
	call_in(&centre, 1, -1);
	assert_string_equal(of_agent(&centre, 0, "active_item_service_name"), "A");
	assert_string_equal(of_agent(&centre, 1, "active_item_service_name"), "B");
	at(&centre, 20);
	call_in(&centre, 1, -1);
	at(&centre, 30);
	call_in(&centre, 0, -1);
	/* Agent 0 is free at 90 and takes the older call, which is the one for B. */
	at(&centre, 90);
	assert_string_equal(of_agent(&centre, 0, "active_item_service_name"), "B");
	assert_string_equal(of_service(&centre, 0, "in_calls_waiting"), "1");
	at(&centre, 100);
	assert_string_equal(of_agent(&centre, 1, "active_item_service_name"), "A");
	centre_free(&centre);
}

static void totals_count_agents_once(void **state)
{
	struct centre centre;

	(void)state;
	quiet_centre(&centre, 3);
	call_in(&centre, 0, -1);
	assert_string_equal(of_service(&centre, 0, "agents_logged"), "3");
	assert_string_equal(of_service(&centre, 1, "agents_logged"), "3");
	assert_string_equal(of_both(&centre, "agents_logged"), "3");
	assert_string_equal(of_both(&centre, "agents_ready"), "2");
	assert_string_equal(of_both(&centre, "agents_busy"), "1");
	assert_string_equal(of_service(&centre, 1, "agents_busy"), "1");
	assert_string_equal(of_service(&centre, 1, "agents_busy_svc"), "0");
	assert_string_equal(of_service(&centre, 0, "agents_busy_svc"), "1");
	centre_free(&centre);
}

/* The call ends after 60 s, the work after it at 90 s. */
static void busy_includes_after_call_work(void **state)
{
	struct centre centre;

	(void)state;
	quiet_centre(&centre, 3);
	call_in(&centre, 0, -1);
	at(&centre, 70);
	assert_string_equal(of_both(&centre, "agents_acw"), "1");
	assert_string_equal(of_both(&centre, "agents_busy"), "1");
	assert_string_equal(of_service(&centre, 1, "agents_busy"), "1");
	assert_string_equal(of_service(&centre, 0, "agents_busy_svc"), "1");
	assert_string_equal(of_service(&centre, 1, "agents_busy_svc"), "0");
	at(&centre, 91);
	assert_string_equal(of_both(&centre, "agents_busy"), "0");
	assert_string_equal(of_service(&centre, 0, "agents_busy_svc"), "0");
	centre_free(&centre);
}

/*
 * B takes emails. One agent: an email is answered at once and takes 90 s, one waits for them and is late; a call waits
 * for both. Calls and chats: 0 of 1 in time after 180 s; emails by their own formula: 1 of 2.
 */
static void emails_are_apart(void **state)
{
	struct service_traits traits[] = { two_services[0], two_services[1] };
	struct centre_config config = quiet_config(1);
	struct centre centre;

	(void)state;
	traits[1].media = "email";
	config.traits = traits;
	centre_init(&centre, &config);
	call_in(&centre, 1, -1);
	call_in(&centre, 1, -1);
	at(&centre, 1);
	call_in(&centre, 0, -1);
	at(&centre, 200);
	assert_string_equal(of_service(&centre, 1, "service_level"), "50");
	assert_string_equal(of_service(&centre, 0, "service_level"), "0");
	assert_string_equal(of_both(&centre, "service_level"), "0");
	assert_string_equal(of_service(&centre, 1, "in_average_speed_of_answer"), "");
	assert_string_equal(of_both(&centre, "in_average_speed_of_answer"), "179");
	centre_free(&centre);
}

/* Two stretches of a day are added up: it is no time since the last login. */
static void login_time_is_of_the_day(void **state)
{
	struct centre centre;
	double before;

	(void)state;
	quiet_centre(&centre, 1);
	before = strtod(of_agent(&centre, 0, "login_time"), NULL);
	at(&centre, 100);
	shift_on_end(&centre, &centre.agents[0]);
	at(&centre, 150);
	shift_on_start(&centre, &centre.agents[0]);
	at(&centre, 180);
	assert_int_equal((int)(strtod(of_agent(&centre, 0, "login_time"), NULL) - before), 130);
	centre_free(&centre);
}

/* A: 1 of 1 in time. B: 0 of 1, after a wait. Together 1 of 2 facts, whatever the mean of 100 and 0 is. */
static void totals_are_made_of_facts(void **state)
{
	struct centre centre;

	(void)state;
	quiet_centre(&centre, 1);
	call_in(&centre, 0, -1);
	call_in(&centre, 1, -1);
	call_in(&centre, 1, 30);
	at(&centre, 91);
	assert_string_equal(of_service(&centre, 0, "service_level"), "100");
	assert_string_equal(of_service(&centre, 1, "service_level"), "0");
	assert_string_equal(of_both(&centre, "service_level"), "33.3");
	assert_string_equal(of_both(&centre, "in_calls_received_per_day"), "3");
	assert_string_equal(of_both(&centre, "in_average_speed_of_answer"), "45");
	assert_string_equal(of_both(&centre, "service_level_target"), "80");
	centre_free(&centre);
}

static void logged_out_is_blank(void **state)
{
	struct centre centre;

	(void)state;
	quiet_centre(&centre, 1);
	shift_on_end(&centre, &centre.agents[0]);
	at(&centre, 10);
	assert_string_equal(of_agent(&centre, 0, "acd_state"), "");
	assert_string_equal(of_agent(&centre, 0, "login_time"), "");
	assert_string_equal(of_agent(&centre, 0, "state_duration"), "");
	assert_string_equal(of_agent(&centre, 0, "count_of_interactions"), "");
	assert_string_equal(of_service(&centre, 0, "agents_logged"), "0");
	call_in(&centre, 0, -1);
	assert_string_equal(of_service(&centre, 0, "in_calls_waiting"), "1");
	centre_free(&centre);
}

static void break_waits_for_the_caller(void **state)
{
	struct centre centre;

	(void)state;
	quiet_centre(&centre, 1);
	call_in(&centre, 0, -1);
	at(&centre, 10);
	shift_on_break(&centre, &centre.agents[0], REASON_LUNCH);
	assert_string_equal(of_agent(&centre, 0, "acd_state"), "busy");
	assert_string_equal(of_agent(&centre, 0, "acd_next_state"), "not_ready");
	assert_string_equal(of_agent(&centre, 0, "reason"), "");
	at(&centre, 100);
	assert_string_equal(of_agent(&centre, 0, "acd_state"), "not_ready");
	assert_string_equal(of_agent(&centre, 0, "reason"), "Lunch");
	assert_string_equal(of_agent(&centre, 0, "agent_total_break_time"), "10");
	assert_string_equal(of_agent(&centre, 0, "agent_total_not_ready_time"), "10");
	centre_free(&centre);
}

static void training_is_no_break(void **state)
{
	struct centre centre;

	(void)state;
	quiet_centre(&centre, 1);
	shift_on_break(&centre, &centre.agents[0], REASON_TRAINING);
	at(&centre, 60);
	assert_string_equal(of_agent(&centre, 0, "reason"), "Training");
	assert_string_equal(of_agent(&centre, 0, "agent_total_break_time"), "0");
	assert_string_equal(of_agent(&centre, 0, "agent_total_not_ready_time"), "60");
	/* Nor has it been one when it is over. */
	at(&centre, 2 * 3600);
	assert_string_equal(of_agent(&centre, 0, "acd_state"), "ready");
	assert_string_equal(of_agent(&centre, 0, "agent_total_break_time"), "0");
	centre_free(&centre);
}

static void dispositions_can_be_chosen(void **state)
{
	const struct statistic *statistic = statistic_find(SCOPE_AGENT, "calls_dispositions_per_day");
	struct centre centre;
	struct call_plan plan = plain;

	(void)state;
	quiet_centre(&centre, 1);
	for (unsigned i = 0; i < 3; i++) {
		plan.disposition = i == 2 ? 4 : 1;
		flow_arrive(&centre, 0, &plan);
	}
	at(&centre, 300);
	assert_string_equal(text(statistic->agent(&centre, &centre.agents[0], 0)), "3");
	assert_string_equal(text(statistic->agent(&centre, &centre.agents[0], 1U << 1)), "2");
	assert_string_equal(text(statistic->agent(&centre, &centre.agents[0], 1U << 4)), "1");
	assert_string_equal(text(statistic->agent(&centre, &centre.agents[0], 1U << 0)), "0");
	centre_free(&centre);
}

static void outbound_is_counted_apart(void **state)
{
	struct centre centre;

	(void)state;
	quiet_centre(&centre, 2);
	flow_call_out(&centre, &centre.agents[0], 1, true);
	flow_call_out(&centre, &centre.agents[1], 1, false);
	assert_string_equal(of_agent(&centre, 0, "active_item_media_type"), "voice");
	assert_string_equal(of_service(&centre, 1, "out_calls_answered_per_day"), "1");
	at(&centre, 3600);
	assert_string_equal(of_agent(&centre, 0, "out_calls_handled_per_day"), "1");
	assert_string_equal(of_agent(&centre, 1, "out_calls_handled_per_day"), "0");
	assert_string_equal(of_service(&centre, 1, "out_calls_handled_per_day"), "1");
	assert_string_equal(of_service(&centre, 1, "in_calls_received_per_day"), "0");
	centre_free(&centre);
}

static void scopes_are_kept_apart(void **state)
{
	(void)state;
	assert_null(statistic_find(SCOPE_TOTAL, "name"));
	assert_null(statistic_find(SCOPE_AGENT, "in_calls_waiting"));
	assert_null(statistic_find(SCOPE_SERVICE, "acd_state"));
	assert_ptr_not_equal(statistic_find(SCOPE_AGENT, "in_calls_handled_per_day"),
		statistic_find(SCOPE_SERVICE, "in_calls_handled_per_day"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blank_without_denominator),
		cmocka_unit_test(abandons_on_either_side),
		cmocka_unit_test(answered_at_the_threshold_is_in_time),
		cmocka_unit_test(handling_counts_after_call_work),
		cmocka_unit_test(hold_is_not_talk),
		cmocka_unit_test(longest_idle_and_longest_waiting_first),
		cmocka_unit_test(totals_count_agents_once),
		cmocka_unit_test(busy_includes_after_call_work),
		cmocka_unit_test(emails_are_apart),
		cmocka_unit_test(login_time_is_of_the_day),
		cmocka_unit_test(totals_are_made_of_facts),
		cmocka_unit_test(logged_out_is_blank),
		cmocka_unit_test(break_waits_for_the_caller),
		cmocka_unit_test(training_is_no_break),
		cmocka_unit_test(dispositions_can_be_chosen),
		cmocka_unit_test(outbound_is_counted_apart),
		cmocka_unit_test(scopes_are_kept_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
