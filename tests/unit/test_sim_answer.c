/*
 * What a subscription's body asks for, and the rows that come back: filter, order, limit, teams, both spellings, and
 * the words in which a wrong body is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "sim/answer.h"
#include "sim/life.h"

struct fixture {
	struct centre centre;
	struct supervision supervised;
	struct body_rules rules;
	bool fraction_totals, fraction_grids;
	bool no_agent_metrics, no_service_metrics;
	struct arena arena;
	struct json json;
	struct json answer;
	struct buffer out;
	struct body body;
	unsigned status;
	struct error error;
};

static int set_up(void **state)
{
	static struct fixture fixture;
	struct centre_config config = centre_defaults();

	memset(&fixture, 0, sizeof(fixture));
	centre_init(&fixture.centre, &config);
	fixture.supervised = supervision_of(&fixture.centre, 7);
	fixture.rules = (struct body_rules){.centre = &fixture.centre, .supervised = &fixture.supervised};
	arena_init(&fixture.arena, 1 << 22);
	json_init(&fixture.json);
	json_init(&fixture.answer);
	buffer_init(&fixture.out, 1 << 24);
	*state = &fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	centre_free(&fixture->centre);
	arena_free(&fixture->arena);
	json_free(&fixture->json);
	json_free(&fixture->answer);
	buffer_free(&fixture->out);
	return 0;
}

static bool read_body(struct fixture *fixture, const char *text)
{
	struct error error;

	arena_reset(&fixture->arena);
	assert_true(json_parse(&fixture->json, text, strlen(text), &error));
	fixture->status = 0;
	return body_read(&fixture->body, &fixture->json, &fixture->rules, &fixture->arena, &fixture->status,
		&fixture->error);
}

/* The answer to a body that must be right, parsed. */
static const struct json *ask(struct fixture *fixture, const char *text)
{
	struct error error;

	assert_true(read_body(fixture, text));
	buffer_clear(&fixture->out);
	struct answer_rules rules = {
		.centre = &fixture->centre,
		.supervised = fixture->rules.supervised,
		.agent_metrics = !fixture->no_agent_metrics,
		.service_metrics = !fixture->no_service_metrics,
		.fraction_totals = fixture->fraction_totals,
		.fraction_grids = fixture->fraction_grids,
	};
	answer_write(&fixture->out, &fixture->body, &rules);
	assert_true(json_parse(&fixture->answer, buffer_string(&fixture->out), fixture->out.length, &error));
	return &fixture->answer;
}

/* The rows of the only grid of app id "x". */
static int rows_of(const struct json *json, const char *grids)
{
	int list = json_get(json, json_get(json, json_root(json), "x"), grids);

	return json_get(json, json_first(json, list), "values");
}

static const char *cell(const struct json *json, int rows, int row, const char *column)
{
	static char texts[8][256];
	static unsigned next;
	char *out = texts[next++ % 8];
	int at = json_first(json, rows);

	while (row-- > 0)
		at = json_next(json, rows, at);
	json_text(json, json_get(json, at, column), out, 256);
	return out;
}

#define AGENT_GRID(rest) "{\"x\":{\"agent_grids\":[{\"id\":\"g\",\"columns\":[" \
	"{\"id\":\"n\",\"stat_name\":\"login_id\"},{\"id\":\"s\",\"stat_name\":\"acd_state\"}," \
	"{\"id\":\"t\",\"stat_name\":\"state_duration\"},{\"id\":\"h\",\"stat_name\":\"in_calls_handled_per_day\"}," \
	"{\"id\":\"m\",\"stat_name\":\"team_name\"}]" rest "}]}}"
#define SERVICE_GRID(rest) "{\"x\":{\"service_grids\":[{\"id\":\"g\",\"columns\":[" \
	"{\"id\":\"n\",\"stat_name\":\"name\"},{\"id\":2,\"stat_name\":\"in_calls_received_per_day\"}]" rest "}]}}"

static void all_agents(void **state)
{
	const struct json *json = ask(*state, AGENT_GRID(""));

	assert_int_equal(json_count(json, rows_of(json, "agent_grids")), 40);
}

static void filter_drops_logged_out(void **state)
{
	struct fixture *fixture = *state;
	const struct json *json =
		ask(fixture, AGENT_GRID(",\"filter_by\":\"s\",\"filter_operation\":\"NE\",\"filter_value\":\"\""));
	int rows = rows_of(json, "agent_grids");
	int logged = 0;

	for (unsigned i = 0; i < fixture->centre.agent_count; i++)
		logged += fixture->centre.agents[i].state != AGENT_LOGGED_OUT;
	assert_in_range(logged, 10, 39);
	assert_int_equal(json_count(json, rows), logged);
	for (int i = 0; i < logged; i++)
		assert_string_not_equal(cell(json, rows, i, "s"), "");
	json = ask(fixture, AGENT_GRID(",\"logged_in_agents_only\":true"));
	assert_int_equal(json_count(json, rows_of(json, "agent_grids")), logged);
}

static double number(const char *text)
{
	double value = -1;

	sscanf(text, "%lf", &value);
	return value;
}

static void order_is_numeric_for_numbers(void **state)
{
	const struct json *json =
		ask(*state, AGENT_GRID(",\"order_by\":\"t\",\"order_dir\":\"DESC\",\"limit\":\"20\""));
	int rows = rows_of(json, "agent_grids");

	assert_int_equal(json_count(json, rows), 20);
	for (int i = 1; i < 20; i++)
		assert_true(number(cell(json, rows, i - 1, "t")) >= number(cell(json, rows, i, "t")));
	assert_true(number(cell(json, rows, 0, "t")) > 100);
	assert_true(number(cell(json, rows, 19, "t")) < 1000);
}

static void order_of_texts_and_the_other_spelling(void **state)
{
	const struct json *json =
		ask(*state, AGENT_GRID(",\"order\":[{\"by\":\"m\",\"dir\":\"DESC\"},"
			"{\"by\":\"n\",\"dir\":\"ASC\"}],\"limit\":30"));
	int rows = rows_of(json, "agent_grids");

	assert_int_equal(json_count(json, rows), 30);
	for (int i = 1; i < 30; i++) {
		int order = strcmp(cell(json, rows, i - 1, "m"), cell(json, rows, i, "m"));

		assert_true(order >= 0);
		if (order == 0)
			assert_true(strcmp(cell(json, rows, i - 1, "n"), cell(json, rows, i, "n")) < 0);
	}
}

static void order_is_stable(void **state)
{
	/* Many agents share a team: within it, the order is that of the list without an order. */
	struct fixture *fixture = *state;
	const struct json *json = ask(fixture, AGENT_GRID(",\"order_by\":\"m\""));
	int rows = rows_of(json, "agent_grids");
	unsigned last = 0;

	for (int i = 0; i < 10; i++) {
		unsigned index = 0;

		while (strcmp(fixture->centre.agents[index].login, cell(json, rows, i, "n")) != 0)
			index++;
		assert_true(i == 0 || index > last);
		last = index;
	}
}

static void filter_compares_numbers(void **state)
{
	const struct json *json =
		ask(*state, AGENT_GRID(",\"filter_by\":\"h\",\"filter_operation\":\"GE\",\"filter_value\":9"));
	int rows = rows_of(json, "agent_grids");

	assert_true(json_count(json, rows) > 0);
	for (int i = 0; i < json_count(json, rows); i++)
		assert_true(number(cell(json, rows, i, "h")) >= 9);
	/* As texts, "10" would be below "9". */
	assert_true(number(cell(json, rows, 0, "h")) >= 10 || json_count(json, rows) > 1);
	json = ask(*state, AGENT_GRID(",\"filter_by\":\"h\",\"filter_operation\":\"LT\",\"filter_value\":\"9\""));
	assert_in_range(json_count(json, rows_of(json, "agent_grids")), 1, 39);
}

static void a_name_that_looks_like_a_number_is_text(void **state)
{
	struct fixture *fixture = *state;

	snprintf(fixture->centre.services[4].name, sizeof(fixture->centre.services[4].name), "1");
	const struct json *json = ask(*state, SERVICE_GRID(",\"filter_by\":\"n\",\"filter_value\":\"1\""));
	int rows = rows_of(json, "service_grids");

	assert_int_equal(json_count(json, rows), 1);
	assert_string_equal(cell(json, rows, 0, "n"), "1");
	json = ask(*state, SERVICE_GRID(",\"filter_by\":\"n\",\"filter_value\":\"1.0\""));
	assert_int_equal(json_count(json, rows_of(json, "service_grids")), 0);
}

static void services_and_teams_are_chosen_by_id(void **state)
{
	const struct json *json =
		ask(*state, SERVICE_GRID(",\"service_ids\":[\"8e9042cf-c414-4749-910d-cc115498efd2\"]"));
	int rows = rows_of(json, "service_grids");

	assert_int_equal(json_count(json, rows), 1);
	assert_string_equal(cell(json, rows, 0, "n"), "Billing");
	json = ask(*state, AGENT_GRID(",\"team_ids\":[\"F4ED90FA-5A49-4D76-9487-4E41B24CA45F\"]"));
	rows = rows_of(json, "agent_grids");
	assert_in_range(json_count(json, rows), 1, 39);
	for (int i = 0; i < json_count(json, rows); i++)
		assert_string_equal(cell(json, rows, i, "m"), "Customer Service");
}

static void other_teams_are_not_shown(void **state)
{
	struct fixture *fixture = *state;
	const struct json *json;
	int rows;

	fixture->supervised = supervision_of(&fixture->centre, 2);
	json = ask(fixture, AGENT_GRID(""));
	rows = rows_of(json, "agent_grids");
	assert_in_range(json_count(json, rows), 1, 39);
	for (int i = 0; i < json_count(json, rows); i++)
		assert_string_equal(cell(json, rows, i, "m"), "Sales");
	assert_false(read_body(fixture, AGENT_GRID(",\"team_ids\":[\"F4ED90FA-5A49-4D76-9487-4E41B24CA45F\"]")));
	assert_int_equal(fixture->status, 404);
}

/* Services of the supervised teams alone, as rows, in totals, and by id. */
static void other_services_are_not_shown(void **state)
{
	static const char totals[] = "{\"x\":{\"stats_totals\":[\"in_calls_received_per_day\"]}}";
	struct fixture *fixture = *state;
	const struct json *json;
	int seen = 0;
	char text[32];

	/* Team 1 has the agents of Sales; what else they can serve is seen too. */
	fixture->supervised = supervision_of(&fixture->centre, 2);
	for (unsigned i = 0; i < fixture->centre.service_count; i++)
		seen += supervision_has_service(&fixture->supervised, i);
	assert_in_range(seen, 1, 5);
	assert_true(supervision_has_service(&fixture->supervised, 0));
	json = ask(fixture, SERVICE_GRID(""));
	assert_int_equal(json_count(json, rows_of(json, "service_grids")), seen);
	for (unsigned i = 0; i < fixture->centre.service_count; i++) {
		char request[512];
		snprintf(request, sizeof(request), SERVICE_GRID(",\"service_ids\":[\"%s\"]"), fixture->centre.services[i].id);
		assert_int_equal(read_body(fixture, request), supervision_has_service(&fixture->supervised, i));
	}
	assert_int_equal(fixture->status, 404);
	fixture->supervised = supervision_of(&fixture->centre, 0);
	json = ask(fixture, SERVICE_GRID(""));
	assert_int_equal(json_count(json, rows_of(json, "service_grids")), 0);
	json = ask(fixture, totals);
	json_text(json, json_get(json, json_get(json, json_get(json, json_root(json), "x"), "stats_totals"),
		"in_calls_received_per_day"), text, sizeof(text));
	assert_string_equal(text, "0");
	fixture->supervised = supervision_of(&fixture->centre, supervision_all_teams(&fixture->centre));
	json = ask(fixture, SERVICE_GRID(""));
	assert_int_equal(json_count(json, rows_of(json, "service_grids")), 6);
}

/* A subteam is who was picked; most supervisors picked nobody. */
static void subteam_is_who_was_picked(void **state)
{
	struct fixture *fixture = *state;
	const struct json *json = ask(fixture, AGENT_GRID(",\"my_subteam_only\":true"));

	assert_int_equal(json_count(json, rows_of(json, "agent_grids")), 0);
	fixture->centre.agents[3].in_subteam = true;
	json = ask(fixture, AGENT_GRID(",\"my_subteam_only\":true"));
	assert_int_equal(json_count(json, rows_of(json, "agent_grids")), 1);
	assert_string_equal(cell(json, rows_of(json, "agent_grids"), 0, "n"), fixture->centre.agents[3].login);
}

static void a_column_can_be_a_sum(void **state)
{
	static const char request[] = "{\"x\":{\"service_grids\":[{\"id\":\"g\",\"columns\":["
				      "{\"id\":1,\"stat_name\":\"in_calls_waiting|SUM\",\"sum_stat_names\":[\"in_calls_waiting\","
				      "\"cb_calls_waiting\",\"in_max_wait_time\"]}],\"limit\":1}]}}";
	struct fixture *fixture = *state;
	struct service *service = &fixture->centre.services[0];
	const struct json *json;

	service->callbacks = 5;
	service->waiting = 2;
	service->first = NULL; /* no longest wait: a blank adds nothing */
	json = ask(fixture, request);
	assert_string_equal(cell(json, rows_of(json, "service_grids"), 0, "1"), "7");
	assert_false(read_body(fixture, "{\"x\":{\"service_grids\":[{\"id\":1,\"columns\":[{\"id\":1,"
					"\"stat_name\":\"a|SUM\"}]}]}}"));
	assert_non_null(strstr(fixture->error.text, "sum_stat_names"));
	assert_false(read_body(fixture, "{\"x\":{\"service_grids\":[{\"id\":1,\"columns\":[{\"id\":1,"
					"\"stat_name\":\"a|SUM\",\"sum_stat_names\":[\"nothing\"]}]}]}}"));
	assert_non_null(strstr(fixture->error.text, "'nothing'"));
}

static void metrics_are_a_privilege(void **state)
{
	struct fixture *fixture = *state;
	const struct json *json;

	fixture->no_agent_metrics = true;
	json = ask(fixture, AGENT_GRID(""));
	assert_int_equal(json_count(json, rows_of(json, "agent_grids")), 0);
	json = ask(fixture, SERVICE_GRID(""));
	assert_int_equal(json_count(json, rows_of(json, "service_grids")), 6);
	fixture->no_agent_metrics = false;
	fixture->no_service_metrics = true;
	json = ask(fixture, AGENT_GRID(""));
	assert_int_equal(json_count(json, rows_of(json, "agent_grids")), 40);
	json = ask(fixture, SERVICE_GRID(""));
	assert_int_equal(json_count(json, rows_of(json, "service_grids")), 0);
}

static void totals_and_messages(void **state)
{
	const struct json *json = ask(*state,
		"{\"x\":{\"stats_totals\":[\"agents_logged\",\"in_calls_waiting\"],\"stats_totals_service_ids\":[],"
		"\"chat_messages\":{\"filter\":\"\",\"limit\":\"3\"}}}");
	int x = json_get(json, json_root(json), "x");
	int messages = json_get(json, x, "chat_messages");
	char text[64];

	json_text(json, json_get(json, json_get(json, x, "stats_totals"), "agents_logged"), text, sizeof(text));
	assert_true(number(text) > 10);
	assert_int_equal(json_count(json, messages), 3);
	json_text(json, json_get(json, json_first(json, messages), "content"), text, sizeof(text));
	assert_string_not_equal(text, "");
	assert_int_equal(json_get(json, x, "agent_grids"), -1);
	json = ask(*state, "{\"x\":{\"chat_messages\":{\"filter\":\"no such words\"}}}");
	assert_int_equal(json_count(json, json_get(json, json_get(json, json_root(json), "x"), "chat_messages")), 0);
}

static void refusals_name_the_element(void **state)
{
	static const struct {
		const char *body;
		unsigned status;
		const char *words;
	} cases[] = {
		{"{}", 400, "app ids"},
		{"[]", 400, "app ids"},
		{"{\"x\":1}", 400, "'x'"},
		{"{\"x\":{\"stats_totals\":[\"foo\"]}}", 400, "'foo'"},
		{"{\"x\":{\"stats_totals\":[\"name\"]}}", 400, "'name'"},
		{"{\"x\":{\"stats_totals\":\"foo\"}}", 400, "stats_totals"},
		{"{\"x\":{\"agent_grids\":[{\"columns\":[]}]}}", 400, "no id"},
		{"{\"x\":{\"agent_grids\":[{\"id\":\"g\",\"columns\":[]}]}}", 400, "'g'"},
		{"{\"x\":{\"agent_grids\":[{\"id\":\"g\",\"columns\":[{\"id\":\"3\",\"stat_name\":\"foo\"}]}]}}", 400,
			"unknown statistic 'foo' in column '3' of grid 'g' of app id 'x'"},
		{AGENT_GRID(",\"order_by\":\"zz\""), 400, "'zz'"},
		{AGENT_GRID(",\"order_by\":\"n\",\"order_dir\":\"UP\""), 400, "'UP'"},
		{AGENT_GRID(",\"filter_by\":\"yy\""), 400, "'yy'"},
		{AGENT_GRID(",\"filter_by\":\"n\",\"filter_operation\":\"LIKE\""), 400, "'LIKE'"},
		{AGENT_GRID(",\"limit\":\"many\""), 400, "limit"},
		{AGENT_GRID(",\"limit\":-1"), 400, "limit"},
		{AGENT_GRID(",\"team_ids\":[\"none\"]"), 404, "team 'none'"},
		{SERVICE_GRID(",\"service_ids\":[\"none\"]"), 404, "service 'none'"},
		{"{\"x\":{\"stats_totals\":[\"service_level\"],\"stats_totals_service_ids\":[\"none\"]}}", 404,
			"'none'"},
		{"{\"x\":{\"stats_totals\":[\"service_level\"],\"stats_totals_dispositions\":[\"none\"]}}", 404,
			"'none'"},
	};
	struct fixture *fixture = *state;

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_false(read_body(fixture, cases[i].body));
		assert_int_equal(fixture->status, cases[i].status);
		if (!strstr(fixture->error.text, cases[i].words))
			fail_msg("'%s' does not name %s", fixture->error.text, cases[i].words);
	}
}

static void one_spelling_can_be_ruled_out(void **state)
{
	static const char schema[] = AGENT_GRID(",\"order_by\":\"n\"");
	static const char example[] = "{\"x\":{\"agent_grids\":[{\"id\":1,"
				      "\"columns\":[{\"id\":5,\"statName\":\"acd_state\"}],"
				      "\"order\":[{\"by\":\"5\",\"dir\":\"DESC\"}]}]}}";
	struct fixture *fixture = *state;

	assert_true(read_body(fixture, schema));
	assert_true(read_body(fixture, example));
	fixture->rules.dialect = DIALECT_SCHEMA;
	assert_true(read_body(fixture, schema));
	assert_false(read_body(fixture, example));
	assert_non_null(strstr(fixture->error.text, "statName"));
	fixture->rules.dialect = DIALECT_EXAMPLE;
	assert_true(read_body(fixture, example));
	assert_false(read_body(fixture, schema));
	assert_non_null(strstr(fixture->error.text, "stat_name"));
	assert_int_equal(fixture->status, 400);
}

static void a_statistic_can_be_refused(void **state)
{
	static const char *const refused[] = {"acd_state"};
	struct fixture *fixture = *state;

	fixture->rules.refused = refused;
	fixture->rules.refused_count = 1;
	assert_false(read_body(fixture, AGENT_GRID("")));
	assert_non_null(strstr(fixture->error.text, "'acd_state'"));
	assert_true(read_body(fixture, SERVICE_GRID("")));
}

/* Two of three were answered in time: 66.7 %, in totals and in the rows, each in its own scale. */
static void percentages_by_scope(void **state)
{
	static const char request[] = "{\"x\":{\"stats_totals\":[\"service_level\",\"service_level_target\",\"agents_logged\"],"
				       "\"stats_totals_service_ids\":[\"E66F7A0C-E464-4656-B4AA-026F53A3D403\"],"
				       "\"service_grids\":[{\"id\":\"g\",\"columns\":[{\"id\":1,\"stat_name\":\"service_level\"},"
				       "{\"id\":2,\"stat_name\":\"service_level_target\"},{\"id\":3,\"stat_name\":\"agents_logged\"}],"
				       "\"service_ids\":[\"E66F7A0C-E464-4656-B4AA-026F53A3D403\"]}]}}";
	static const char *const shown[4][2] = { { "66.7", "66.7" }, { "0.667", "66.7" }, { "66.7", "0.667" },
		{ "0.667", "0.667" } };
	struct fixture *fixture = *state;
	struct service_day *day = &fixture->centre.services[0].day;

	*day = (struct service_day){.answered = 3, .answered_in_time = 2};
	for (unsigned i = 0; i < 4; i++) {
		fixture->fraction_totals = i & 1;
		fixture->fraction_grids = i & 2;
		const struct json *json = ask(fixture, request);
		int totals = json_get(json, json_get(json, json_root(json), "x"), "stats_totals");
		int rows = rows_of(json, "service_grids");
		char logged[32], text[32];

		json_text(json, json_get(json, totals, "service_level"), text, sizeof(text));
		assert_string_equal(text, shown[i][0]);
		assert_string_equal(cell(json, rows, 0, "1"), shown[i][1]);
		json_text(json, json_get(json, totals, "service_level_target"), text, sizeof(text));
		assert_string_equal(text, i & 1 ? "0.8" : "80");
		assert_string_equal(cell(json, rows, 0, "2"), i & 2 ? "0.8" : "80");
		json_text(json, json_get(json, totals, "agents_logged"), logged, sizeof(logged));
		assert_string_equal(logged, cell(json, rows, 0, "3"));
		assert_true(strtod(logged, NULL) > 1);
	}
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_agents),
		TEST(filter_drops_logged_out),
		TEST(order_is_numeric_for_numbers),
		TEST(order_of_texts_and_the_other_spelling),
		TEST(order_is_stable),
		TEST(filter_compares_numbers),
		TEST(a_name_that_looks_like_a_number_is_text),
		TEST(services_and_teams_are_chosen_by_id),
		TEST(other_teams_are_not_shown),
		TEST(other_services_are_not_shown),
		TEST(subteam_is_who_was_picked),
		TEST(a_column_can_be_a_sum),
		TEST(metrics_are_a_privilege),
		TEST(totals_and_messages),
		TEST(refusals_name_the_element),
		TEST(one_spelling_can_be_ruled_out),
		TEST(a_statistic_can_be_refused),
		TEST(percentages_by_scope),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
