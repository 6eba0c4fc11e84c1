/*
 * A whole day: the same seed gives it to the byte, whatever the steps; counters fall back at the reset hour; and what
 * must always hold, holds at every minute.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "sim/answer.h"
#include "sim/catalogue.h"
#include "sim/life.h"

/* Everything about everybody. */
static void write_all(struct buffer *out, const struct centre *centre)
{
	buffer_clear(out);
	for (unsigned i = 0; i < centre->agent_count; i++) {
		for (const struct statistic *at = statistic_of_agents; at->name; at++) {
			struct cell cell = at->agent(centre, &centre->agents[i], 0);

			cell_put(out, &cell);
		}
	}
	for (unsigned i = 0; i < centre->service_count; i++) {
		struct facts facts = facts_of_service(centre, &centre->services[i]);

		for (const struct statistic *at = statistic_of_groups; at->name; at++) {
			struct cell cell = at->group(&facts, 0);

			cell_put(out, &cell);
		}
	}
	for (unsigned i = 0; i < NOTES_MAX && i < centre->note_count; i++)
		buffer_print(out, "%u %lld %s", centre->notes[i].number, (long long)centre->notes[i].sent,
			centre->notes[i].text->content);
}

static void same_seed_same_day(void **state)
{
	struct centre_config config = centre_defaults();
	struct centre coarse, fine;
	struct buffer one, two;

	(void)state;
	config.epoch = 1700000000;
	buffer_init(&one, 1 << 24);
	buffer_init(&two, 1 << 24);
	centre_init(&coarse, &config);
	centre_init(&fine, &config);
	for (unsigned hour = 0; hour < 30; hour++) {
		for (unsigned i = 0; i < 3600; i++)
			centre_run(&fine, fine.now + 997);
		centre_run(&coarse, fine.now);
		write_all(&one, &coarse);
		write_all(&two, &fine);
		assert_int_equal(one.length, two.length);
		assert_memory_equal(one.data, two.data, one.length);
	}
	buffer_free(&one);
	buffer_free(&two);
	centre_free(&coarse);
	centre_free(&fine);
}

static void another_seed_another_day(void **state)
{
	struct centre_config config = centre_defaults();
	struct centre a, b;
	struct buffer one, two;

	(void)state;
	buffer_init(&one, 1 << 24);
	buffer_init(&two, 1 << 24);
	centre_init(&a, &config);
	config.seed++;
	centre_init(&b, &config);
	write_all(&one, &a);
	write_all(&two, &b);
	assert_true(one.length != two.length || memcmp(one.data, two.data, one.length) != 0);
	/* Ids are the same, so that a layout with ids works for every seed. */
	assert_string_equal(a.services[4].id, b.services[4].id);
	assert_string_equal(a.agents[7].id, b.agents[7].id);
	buffer_free(&one);
	buffer_free(&two);
	centre_free(&a);
	centre_free(&b);
}

/* One more agent must not change who calls when: arrivals have streams of their own. */
static void arrivals_do_not_depend_on_other_draws(void **state)
{
	struct centre_config config = centre_defaults();
	struct centre a, b;

	(void)state;
	/* A rate of its own, since the catalogue's rates go with the number of agents. */
	static const struct service_traits traits[] = {
		{.name = "A", .media = "voice", .weight = 1, .pressure = 1, .talk = 200, .after_call = 20,
			.patience = 100, .target = 80, .threshold = 20, .calls_per_hour = 200},
	};

	config.services = 1;
	config.traits = traits;
	config.extras = false;
	config.agents = 20;
	centre_init(&a, &config);
	config.agents = 30;
	centre_init(&b, &config);
	assert_true(a.services[0].day.received > 300);
	assert_int_equal(a.services[0].day.received, b.services[0].day.received);
	assert_int_not_equal(a.services[0].day.abandoned_long, b.services[0].day.abandoned_long);
	centre_free(&a);
	centre_free(&b);
}

static void counters_fall_back_at_the_reset_hour(void **state)
{
	struct centre_config config = centre_defaults();
	struct centre centre;
	int64_t ready;

	(void)state;
	config.start_minute = 10 * 60 + 59;
	config.reset_hour = 11;
	centre_init(&centre, &config);
	assert_true(centre.services[1].day.received > 500);
	centre_run(&centre, centre.start + MINUTE_MS);
	assert_true(centre.services[1].day.received < 10);
	assert_int_equal(centre.agents[0].day.in_handled, 0);
	ready = 0;
	for (unsigned i = 0; i < AGENT_STATES; i++)
		ready += centre.agents[0].day.time[i];
	assert_int_equal(ready + centre.now - centre.agents[0].counted, 0);
	/* Those on duty stay so, and the clock of their state goes on. */
	centre_run(&centre, centre.start + 2 * MINUTE_MS);
	for (unsigned i = 0; i < centre.agent_count; i++)
		assert_true(centre.now - centre.agents[i].counted <= MINUTE_MS);
	centre_free(&centre);
}

static void counters_begin_at_the_reset_hour(void **state)
{
	struct centre_config config = centre_defaults();
	struct centre midnight, nine;

	(void)state;
	centre_init(&midnight, &config);
	config.reset_hour = 9;
	centre_init(&nine, &config);
	assert_true(nine.services[1].day.received > 50);
	assert_true(nine.services[1].day.received < midnight.services[1].day.received);
	centre_free(&midnight);
	centre_free(&nine);
}

static void check_service(const struct centre *centre, const struct service *service)
{
	unsigned agents[AGENT_STATES] = {0}, waiting = 0, on_it = 0;
	int64_t last = -1;

	for (const struct call *call = service->first; call; call = call->next) {
		assert_true(call->arrived >= last);
		last = call->arrived;
		waiting++;
	}
	assert_int_equal(waiting, service->waiting);
	for (unsigned i = 0; i < centre->agent_count; i++) {
		const struct agent *agent = &centre->agents[i];

		if (service_set_has(&agent->skill_set, service->index))
			agents[agent->state]++;
		if (agent->call && agent->call->service == service->index)
			on_it++;
	}
	assert_memory_equal(agents, service->agents, sizeof(agents));
	assert_int_equal(on_it, service->agents_on_it);
	/* Nobody waits while somebody could answer. */
	assert_true(waiting == 0 || agents[AGENT_READY] == 0);
	assert_true(service->day.answered_in_time <= service->day.answered);
}

static void check_agents(const struct centre *centre)
{
	unsigned ready = 0;

	for (unsigned i = 0; i < centre->agent_count; i++) {
		const struct agent *agent = &centre->agents[i];
		bool working = agent->state == AGENT_BUSY || agent->state == AGENT_AFTER_CALL_WORK;

		assert_int_equal(working, agent->call != NULL);
		assert_int_equal(agent->state == AGENT_NOT_READY, agent->reason != NULL);
		assert_true(agent->since <= centre->now);
		ready += agent->state == AGENT_READY;
	}
	for (const struct agent *agent = centre->idle_first; agent; agent = agent->idle_next) {
		assert_int_equal(agent->state, AGENT_READY);
		assert_true(!agent->idle_next || agent->since <= agent->idle_next->since);
		ready--;
	}
	assert_int_equal(ready, 0);
}

/* In the books: who came is answered, gone, promised a call, or waiting. */
static void check_books(const struct centre *centre)
{
	for (unsigned i = 0; i < centre->service_count; i++) {
		const struct service *service = &centre->services[i];
		const struct service_day *day = &service->day;

		assert_int_equal(day->received, day->answered + day->abandoned_short + day->abandoned_long +
			day->callbacks_requested + service->waiting);
	}
}

static void invariants_hold_all_day(void **state)
{
	struct centre_config config = centre_defaults();
	struct centre centre;

	(void)state;
	config.agents = 60;
	config.services = 9;
	config.seed = 5;
	config.start_minute = 5 * 60;
	centre_init(&centre, &config);
	for (unsigned minute = 0; minute < 18 * 60; minute++) {
		centre_run(&centre, centre.now + MINUTE_MS);
		for (unsigned i = 0; i < centre.service_count; i++)
			check_service(&centre, &centre.services[i]);
		check_agents(&centre);
		check_books(&centre);
	}
	centre_free(&centre);
}

static void logins_are_unique(void **state)
{
	struct centre_config config = centre_defaults();
	struct centre centre;

	(void)state;
	config.agents = 3000;
	config.arrivals = false;
	centre_init(&centre, &config);
	for (unsigned i = 0; i < centre.agent_count; i++) {
		for (const char *at = centre.agents[i].login; *at; at++)
			assert_true(*at > ' ' && *at < 0x7f);
		for (unsigned j = 0; j < i; j++)
			assert_string_not_equal(centre.agents[i].login, centre.agents[j].login);
	}
	centre_free(&centre);
}

/* As on the board of a contact centre: no number stands for a name, and no two services have the same. */
static void services_have_names_of_their_own(void **state)
{
	enum { WITHOUT_NUMBERS = 186 };
	char names[SERVICES_MAX][SERVICE_NAME_MAX];

	(void)state;
	for (unsigned i = 0; i < SERVICES_MAX; i++) {
		(void)catalogue_service(i, names[i], sizeof(names[i]));
		if (i < WITHOUT_NUMBERS && strpbrk(names[i], "0123456789") != NULL)
			fail_msg("service %u is '%s'", i, names[i]);
		for (unsigned j = 0; j < i; j++)
			assert_string_not_equal(names[i], names[j]);
	}
	assert_string_equal(names[0], "Sales");
	assert_string_equal(names[4], "Returns");
	assert_string_equal(names[WITHOUT_NUMBERS], "Orders 2");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_seed_same_day),
		cmocka_unit_test(another_seed_another_day),
		cmocka_unit_test(arrivals_do_not_depend_on_other_draws),
		cmocka_unit_test(counters_fall_back_at_the_reset_hour),
		cmocka_unit_test(counters_begin_at_the_reset_hour),
		cmocka_unit_test(invariants_hold_all_day),
		cmocka_unit_test(logins_are_unique),
		cmocka_unit_test(services_have_names_of_their_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
