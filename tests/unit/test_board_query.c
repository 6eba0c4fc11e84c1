/* What is asked of the API, in both spellings, and what a refusal takes out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "board/query.h"

#define GUID_SALES "E66F7A0C-E464-4656-B4AA-026F53A3D403"
#define GUID_TEAM "F4ED90FA-5A49-4D76-9487-4E41B24CA45F"

struct fixture {
	struct layout *layout;
	struct catalogue teams, services;
	struct request request;
	struct buffer body;
	struct json json;
};

static void read_catalogue(struct catalogue *catalogue, const char *text)
{
	struct json json;
	struct error error;
	json_init(&json);
	if (!catalogue_read(catalogue, &json, text, strlen(text), &error))
		fail_msg("%s", error.text);
	json_free(&json);
}

static void begin(struct fixture *fixture, const char *panels, bool listed)
{
	char text[4096];
	struct error error = { "" };
	memset(fixture, 0, sizeof(*fixture));
	snprintf(text, sizeof(text), "pages = ( { rows = ( { panels = (%s) } ) } )", panels);
	fixture->layout = layout_parse("n", "n.conf", text, &error);
	if (fixture->layout == NULL)
		fail_msg("%s", error.text);
	catalogue_init(&fixture->teams);
	catalogue_init(&fixture->services);
	if (listed) {
		read_catalogue(&fixture->teams, "[{\"id\":\"" GUID_TEAM "\",\"name\":\"Customer Service\"}]");
		read_catalogue(&fixture->services, "[{\"id\":\"" GUID_SALES "\",\"name\":\"Sales\"}]");
	} else {
		strcpy(fixture->services.reason, "500");
	}
	request_init(&fixture->request);
	request_plan(&fixture->request, fixture->layout, &fixture->teams, &fixture->services, "tag");
	buffer_init(&fixture->body, REQUEST_BODY_MAX);
	json_init(&fixture->json);
}

static const char *body(struct fixture *fixture)
{
	struct error error;
	assert_true(request_body(&fixture->request, &fixture->body));
	/* Whatever is written must be JSON. */
	if (!json_parse(&fixture->json, buffer_string(&fixture->body), fixture->body.length, &error))
		fail_msg("%s: %s", error.text, buffer_string(&fixture->body));
	return buffer_string(&fixture->body);
}

static void end(struct fixture *fixture)
{
	request_free(&fixture->request);
	catalogue_free(&fixture->teams);
	catalogue_free(&fixture->services);
	layout_free(fixture->layout);
	buffer_free(&fixture->body);
	json_free(&fixture->json);
}

static const char agent_panel[] =
	"{ name = \"agents\" type = \"agent_grid\" teams = [\"Customer Service\"] filter = \"acd_state NE ''\" limit = 50\n"
	"sort = \"state_duration desc\" columns = ( \"first_last_name\", \"acd_state\" ) }";

static void the_schema_s_spelling(void **state)
{
	struct fixture f;
	(void)state;
	begin(&f, agent_panel, true);
	assert_string_equal(body(&f),
		"{\"tag/agents\":{\"agent_grids\":[{\"id\":\"grid\",\"columns\":["
		"{\"id\":\"1\",\"stat_name\":\"first_last_name\"},{\"id\":\"2\",\"stat_name\":\"acd_state\"},"
		"{\"id\":\"3\",\"stat_name\":\"state_duration\"},{\"id\":\"4\",\"stat_name\":\"login_id\"}],"
		"\"order_by\":\"3\",\"order_dir\":\"DESC\",\"limit\":50,"
		"\"filter_by\":\"2\",\"filter_value\":\"\",\"filter_operation\":\"NE\","
		"\"team_ids\":[\"" GUID_TEAM "\"]}]}}");
	end(&f);
}

static void the_example_s_spelling(void **state)
{
	struct fixture f;
	(void)state;
	begin(&f, agent_panel, true);
	f.request.dialect = DIALECT_EXAMPLE;
	assert_string_equal(body(&f),
		"{\"tag/agents\":{\"agent_grids\":[{\"id\":\"grid\",\"columns\":["
		"{\"id\":\"1\",\"statName\":\"first_last_name\"},{\"id\":\"2\",\"statName\":\"acd_state\"},"
		"{\"id\":\"3\",\"statName\":\"state_duration\"},{\"id\":\"4\",\"statName\":\"login_id\"}],"
		"\"order\":[{\"by\":\"3\",\"dir\":\"DESC\"}],\"limit\":50,"
		"\"filter_by\":\"2\",\"filter_value\":\"\",\"filter_operation\":\"NE\","
		"\"team_ids\":[\"" GUID_TEAM "\"]}]}}");
	end(&f);
}

static void totals_messages_and_states(void **state)
{
	struct fixture f;
	(void)state;
	begin(&f,
		"{ name = \"now\" type = \"totals\" services = [\"Sales\"] dispositions = [\"Sold\"] tiles = ( \"in_calls_waiting\", \"x\" ) },"
		"{ name = \"news\" type = \"messages\" limit = 3 filter = \"fire\" },"
		"{ name = \"states\" type = \"agent_states\" },"
		"{ name = \"time\" type = \"clock\" }", true);
	assert_string_equal(body(&f),
		"{\"tag/now\":{\"stats_totals\":[\"in_calls_waiting\",\"x\"],"
		"\"stats_totals_service_ids\":[\"" GUID_SALES "\"],\"stats_totals_dispositions\":[\"Sold\"]},"
		"\"tag/news\":{\"chat_messages\":{\"filter\":\"fire\",\"limit\":3}},"
		"\"tag/states\":{\"agent_grids\":[{\"id\":\"grid\",\"columns\":[{\"id\":\"1\",\"stat_name\":\"acd_state\"},{\"id\":\"2\",\"stat_name\":\"login_id\"}]}]}}");
	end(&f);
}

/* Lists ask for what they show; the state comes first, as for counts alone. */
static void lists_of_agents_are_asked_for(void **state)
{
	struct fixture f;
	(void)state;
	begin(&f, "{ name = \"states\" type = \"agent_states\" lists = true filter = \"acd_state NE ''\" }", true);
	assert_string_equal(body(&f),
		"{\"tag/states\":{\"agent_grids\":[{\"id\":\"grid\",\"columns\":[{\"id\":\"1\",\"stat_name\":\"acd_state\"},"
		"{\"id\":\"2\",\"stat_name\":\"first_last_name\"},{\"id\":\"3\",\"stat_name\":\"reason\"},"
		"{\"id\":\"4\",\"stat_name\":\"state_duration\"},{\"id\":\"5\",\"stat_name\":\"login_id\"}],"
		"\"filter_by\":\"1\",\"filter_value\":\"\",\"filter_operation\":\"NE\"}]}}");
	end(&f);
}

static void a_total_row_is_asked_for(void **state)
{
	struct fixture f;
	(void)state;
	begin(&f, "{ name = \"q\" type = \"service_grid\" total = true columns = ( \"name\", \"service_level\" ) }", true);
	assert_non_null(strstr(body(&f), "}],\"stats_totals\":[\"service_level\"]}}"));
	assert_null(strstr(body(&f), "login_id"));
	end(&f);
}

/* What counts other dispositions is asked for under an app id of its own: the answer is keyed by the statistic alone. */
static void dispositions_of_tiles_have_parts(void **state)
{
	struct fixture f;
	(void)state;
	begin(&f, "{ name = \"n\" type = \"totals\" services = [\"Sales\"] tiles = ("
		" { stat = \"calls_dispositions_per_day\" dispositions = [\"Sold\"] }, \"in_calls_waiting\","
		" { stat = \"calls_dispositions_per_day\" dispositions = [\"Lost\", \"Sold\"] }, \"calls_dispositions_per_day\","
		" { stat = \"in_calls_received_per_day\" dispositions = [\"Sold\"] } ) }", true);
	assert_string_equal(body(&f),
		"{\"tag/n\":{\"stats_totals\":[\"calls_dispositions_per_day\",\"in_calls_received_per_day\"],"
		"\"stats_totals_service_ids\":[\"" GUID_SALES "\"],\"stats_totals_dispositions\":[\"Sold\"]},"
		"\"tag/n.2\":{\"stats_totals\":[\"in_calls_waiting\",\"calls_dispositions_per_day\"],"
		"\"stats_totals_service_ids\":[\"" GUID_SALES "\"]},"
		"\"tag/n.3\":{\"stats_totals\":[\"calls_dispositions_per_day\"],"
		"\"stats_totals_service_ids\":[\"" GUID_SALES "\"],\"stats_totals_dispositions\":[\"Lost\",\"Sold\"]}}");
	assert_string_equal(f.request.sets[0].parts[2].app_id, "tag/n.3");
	request_sign(&f.request);
	assert_non_null(strstr(body(&f), "/n.3\":{"));
	assert_null(strstr(body(&f), "\"tag/n.3\""));
	end(&f);
}

static void dispositions_of_a_total_row_have_parts(void **state)
{
	struct fixture f;
	(void)state;
	begin(&f, "{ name = \"q\" type = \"service_grid\" total = true columns = ( \"name\","
		" { stat = \"calls_dispositions_per_day\" dispositions = [\"Sold\"] }, \"in_calls_waiting\" ) }", true);
	assert_string_equal(body(&f),
		"{\"tag/q\":{\"service_grids\":[{\"id\":\"grid\",\"columns\":[{\"id\":\"1\",\"stat_name\":\"name\"},"
		"{\"id\":\"2\",\"stat_name\":\"calls_dispositions_per_day\",\"dispositions\":[\"Sold\"]},"
		"{\"id\":\"3\",\"stat_name\":\"in_calls_waiting\"}]}],\"stats_totals\":[\"in_calls_waiting\"]},"
		"\"tag/q.2\":{\"stats_totals\":[\"calls_dispositions_per_day\"],\"stats_totals_dispositions\":[\"Sold\"]}}");
	end(&f);
}

static void sort_and_filter_go_to_the_plain_column(void **state)
{
	struct fixture f;
	(void)state;
	begin(&f, "{ name = \"a\" type = \"agent_grid\" sort = \"calls_dispositions_per_day desc\""
		" filter = \"calls_dispositions_per_day GT 1\" columns = ( \"login_id\","
		" { stat = \"calls_dispositions_per_day\" dispositions = [\"Sold\"] } ) }", true);
	assert_non_null(strstr(body(&f), "{\"id\":\"3\",\"stat_name\":\"calls_dispositions_per_day\"}],"
		"\"order_by\":\"3\",\"order_dir\":\"DESC\",\"filter_by\":\"3\""));
	end(&f);
}

/* What is computed is not asked for, and what it is computed of is: once, behind the panel's own columns. */
static void computed_columns_ask_for_their_operands(void **state)
{
	struct fixture f;
	(void)state;
	begin(&f, "{ name = \"a\" type = \"agent_grid\" limit = 5 sort = \"occupancy desc\" columns = ( \"login_id\","
		" { label = \"Occupancy\" kind = \"percent\" calc = \"100 * agent_total_busy_time / (agent_total_busy_time + agent_total_ready_time)\" },"
		" \"agent_total_busy_time\", { label = \"All\" sum = [\"agent_total_ready_time\", \"agent_total_busy_time\"] } ) },"
		"{ name = \"n\" type = \"totals\" tiles = ( { label = \"Answered\" kind = \"percent\""
		" calc = \"100 - 100 * in_calls_abandoned_in_queue_per_day / in_calls_received_per_day\" } ) }", true);
	assert_string_equal(body(&f),
		"{\"tag/a\":{\"agent_grids\":[{\"id\":\"grid\",\"columns\":[{\"id\":\"1\",\"stat_name\":\"login_id\"},"
		"{\"id\":\"3\",\"stat_name\":\"agent_total_busy_time\"},"
		"{\"id\":\"4\",\"stat_name\":\"agent_total_ready_time|SUM\",\"sum_stat_names\":[\"agent_total_ready_time\",\"agent_total_busy_time\"]},"
		"{\"id\":\"5\",\"stat_name\":\"agent_total_ready_time\"}]}]},"
		"\"tag/n\":{\"stats_totals\":[\"in_calls_abandoned_in_queue_per_day\",\"in_calls_received_per_day\"]}}");
	end(&f);
}

/* However often a statistic is shown, and as the target of another one. The server sorts by what a picture shows. */
static void pictures_ask_for_each_statistic_once(void **state)
{
	struct fixture f;
	(void)state;
	begin(&f, "{ name = \"q\" type = \"service_grid\" total = true sort = \"in_calls_waiting desc\" limit = 9 columns = ( \"name\","
		" { bar = \"in_calls_waiting\" }, { spark = \"in_calls_waiting\" }, \"service_level\","
		" { bullet = \"service_level\" target = \"service_level_target\" } ) }", true);
	assert_string_equal(body(&f), "{\"tag/q\":{\"service_grids\":[{\"id\":\"grid\",\"columns\":["
		"{\"id\":\"1\",\"stat_name\":\"name\"},{\"id\":\"4\",\"stat_name\":\"service_level\"},"
		"{\"id\":\"6\",\"stat_name\":\"in_calls_waiting\"},{\"id\":\"7\",\"stat_name\":\"service_level_target\"}],"
		"\"order_by\":\"6\",\"order_dir\":\"DESC\",\"limit\":9}],"
		"\"stats_totals\":[\"service_level\",\"in_calls_waiting\",\"service_level_target\"]}}");
	end(&f);
}

static void the_key_is_hidden_and_last(void **state)
{
	struct fixture f;
	(void)state;
	begin(&f, "{ name = \"q\" type = \"service_grid\" columns = ( \"service_level\" ) }", true);
	assert_int_equal(f.request.sets[0].shown_count, 1);
	assert_int_equal(f.request.sets[0].key_column, 1);
	assert_string_equal(f.request.sets[0].columns[1].stat, "name");
	end(&f);
	begin(&f, "{ name = \"q\" type = \"service_grid\" columns = ( \"name\", \"service_level\" ) }", true);
	assert_int_equal(f.request.sets[0].column_count, 2);
	assert_int_equal(f.request.sets[0].key_column, 0);
	end(&f);
}

static void unknown_names_skip_their_panel_alone(void **state)
{
	struct fixture f;
	(void)state;
	begin(&f,
		"{ name = \"a\" type = \"totals\" services = [\"Slaes\"] tiles = ( \"agents_ready\" ) },"
		"{ name = \"b\" type = \"totals\" tiles = ( \"agents_ready\" ) },"
		"{ name = \"c\" type = \"agent_grid\" teams = [\"Night\"] columns = ( \"acd_state\" ) }", true);
	assert_string_equal(body(&f), "{\"tag/b\":{\"stats_totals\":[\"agents_ready\"]}}");
	assert_string_equal(f.request.sets[0].reason, "there is no service 'Slaes' (did you mean 'Sales'?)");
	assert_string_equal(f.request.sets[2].reason, "there is no team 'Night' that this login may see");
	assert_int_equal(request_live_sets(&f.request), 1);
	end(&f);
}

static void without_a_list_a_grid_is_filtered_here(void **state)
{
	struct fixture f;
	(void)state;
	begin(&f,
		"{ name = \"a\" type = \"service_grid\" services = [\"Sales\"] columns = ( \"service_level\" ) },"
		"{ name = \"b\" type = \"totals\" services = [\"Sales\"] tiles = ( \"agents_ready\" ) },"
		"{ name = \"c\" type = \"totals\" services = [\"" GUID_SALES "\"] tiles = ( \"agents_ready\" ) }", false);
	assert_true(f.request.sets[0].filter_services_here);
	assert_false(f.request.sets[0].skipped);
	assert_string_equal(f.request.sets[1].reason,
		"services cannot be listed (500): write the id of service 'Sales' in the layout");
	assert_false(f.request.sets[2].skipped);
	assert_null(strstr(body(&f), "tag/b"));
	end(&f);
}

static const char three_panels[] =
	"{ name = \"a\" type = \"agent_grid\" columns = ( \"first_last_name\", \"acd_state\" ) },"
	"{ name = \"b\" type = \"agent_grid\" columns = ( \"login_id\", \"team_name\" ) },"
	"{ name = \"c\" type = \"totals\" services = [\"Sales\"] tiles = ( \"agents_ready\" ) }";

static const char two_columns_swapped[] =
	"{ name = \"a\" type = \"agent_grid\" columns = ( \"acd_state\", \"first_last_name\" ) },"
	"{ name = \"b\" type = \"agent_grid\" columns = ( \"login_id\", \"team_name\" ) },"
	"{ name = \"c\" type = \"totals\" services = [\"Sales\"] tiles = ( \"agents_ready\" ) }";

static void a_refused_hidden_key_goes_before_a_panel(void **state)
{
	struct fixture f;
	(void)state;
	begin(&f, three_panels, true);
	assert_true(request_refuse(&f.request, 400, "unknown statistic: login_id"));
	assert_int_equal(f.request.sets[0].key_column, -1);
	assert_int_equal(f.request.sets[0].column_count, 2);
	assert_false(f.request.sets[0].skipped || f.request.sets[1].skipped);
	/* Again: now it is the column that a panel shows. */
	assert_true(request_refuse(&f.request, 400, "unknown statistic: login_id"));
	assert_false(f.request.sets[0].skipped);
	assert_true(f.request.sets[1].skipped);
	assert_string_equal(f.request.sets[1].reason, "The server refused this panel (400): unknown statistic: login_id");
	/* Nothing else is named: posting again would not help. */
	assert_false(request_refuse(&f.request, 400, "unknown statistic: login_id"));
	end(&f);
}

static void a_refusal_takes_what_it_names(void **state)
{
	struct fixture f;
	(void)state;
	begin(&f, three_panels, true);
	assert_false(request_refuse(&f.request, 400, "Bad Request"));
	/* Parts of words name nothing. */
	assert_false(request_refuse(&f.request, 400, "my_team_name, team_names, x-agents_ready"));
	assert_true(request_refuse(&f.request, 404, "service e66f7a0c-e464-4656-b4aa-026f53a3d403 not found"));
	assert_false(f.request.sets[0].skipped || f.request.sets[1].skipped);
	assert_true(f.request.sets[2].skipped);
	assert_true(request_refuse(&f.request, 400, "{\"error\":\"bad grid in 'tag/a'\"}"));
	assert_true(f.request.sets[0].skipped);
	assert_true(request_refuse(&f.request, 400, "no column team_name"));
	assert_int_equal(request_live_sets(&f.request), 0);
	assert_string_equal(body(&f), "{}");
	end(&f);
}

/* Half-hours do without a statistic that the server does not know, and ask for the others. */
static void a_refused_column_goes_before_its_panel(void **state)
{
	struct fixture f;
	(void)state;
	begin(&f, "{ name = \"day\" type = \"intervals\" }", true);
	assert_non_null(strstr(body(&f), "\"in_calls_answered_per_day\""));
	assert_true(request_refuse(&f.request, 400, "unknown statistic: in_calls_answered_per_day"));
	assert_false(f.request.sets[0].skipped);
	assert_null(strstr(body(&f), "\"in_calls_answered_per_day\""));
	assert_non_null(strstr(body(&f), "\"in_calls_received_per_day\""));
	/* It is not asked for any more, so that the same refusal is about something else. */
	assert_true(request_refuse(&f.request, 400, "unknown statistic: in_calls_answered_per_day"));
	assert_true(f.request.sets[0].skipped);
	end(&f);
}

static void app_ids_tell_whose_they_are(void **state)
{
	struct fixture f;
	(void)state;
	begin(&f, three_panels, true);
	assert_true(request_is_ours(&f.request, "tag/a"));
	assert_false(request_is_ours(&f.request, "tag2/a"));
	assert_false(request_is_ours(&f.request, "tag"));
	assert_string_equal(f.request.sets[1].app_id, "tag/b");
	end(&f);
}

/* Of two layouts with one tag each must know its own answers; a plan made again from the same layout is the same. */
static void a_signature_tells_what_is_asked_for(void **state)
{
	struct fixture f, same, other;
	(void)state;
	begin(&f, three_panels, true);
	begin(&same, three_panels, true);
	begin(&other, two_columns_swapped, true);
	request_sign(&f.request);
	request_sign(&same.request);
	request_sign(&other.request);
	const char *app_id = f.request.sets[0].app_id;
	assert_string_equal(app_id, same.request.sets[0].app_id);
	for (unsigned i = 0; i < other.request.set_count; i++)
		assert_string_not_equal(other.request.sets[i].app_id, app_id);
	assert_true(request_is_ours(&other.request, app_id));
	assert_true(f.request.signature != 0 && f.request.signature != other.request.signature);
	assert_true(request_signature(&other.request, app_id) == f.request.signature);
	assert_true(request_signature(&f.request, "tag/a") == 0);
	assert_true(request_signature(&f.request, "tag/12345678") == 0);
	assert_true(request_signature(&f.request, "tag/+2345678/a") == 0);
	assert_true(request_signature(&f.request, "tag2/12345678/a") == 0);
	end(&f);
	end(&same);
	end(&other);
}

static void catalogues_take_names_and_ids(void **state)
{
	struct catalogue catalogue;
	struct json json;
	struct error error;
	(void)state;
	catalogue_init(&catalogue);
	json_init(&json);
	read_catalogue(&catalogue, "[{\"id\":\"" GUID_SALES "\",\"name\":\"Sales\"},{\"id\":\"x\",\"name\":\"\"},{\"name\":\"y\"}]");
	assert_int_equal(catalogue.count, 1);
	assert_string_equal(catalogue_id(&catalogue, "Sales"), GUID_SALES);
	assert_string_equal(catalogue_id(&catalogue, "e66f7a0c-e464-4656-b4aa-026f53a3d403"), GUID_SALES);
	assert_string_equal(catalogue_id(&catalogue, GUID_TEAM), GUID_TEAM);
	assert_null(catalogue_id(&catalogue, "Support"));
	/* Blanks around it, and accents apart or joined, are no difference. */
	assert_string_equal(catalogue_id(&catalogue, " Sales "), GUID_SALES);
	read_catalogue(&catalogue, "[{\"id\":\"" GUID_TEAM "\",\"name\":\"Cafe\xcc\x81\"},"
		"{\"id\":\"" GUID_SALES "\",\"name\":\"Caf\xc3\xa9 2 \"},{\"id\":\"z\",\"name\":\"Caf\xc3\xa9 2\"}]");
	assert_string_equal(catalogue_id(&catalogue, "Caf\xc3\xa9"), GUID_TEAM);
	assert_string_equal(catalogue_id(&catalogue, "Cafe\xcc\x81 2"), GUID_SALES);
	assert_string_equal(catalogue_id(&catalogue, "Caf\xc3\xa9 2"), "z");
	read_catalogue(&catalogue, "[{\"id\":\"" GUID_SALES "\",\"name\":\"Sales\"}]");
	assert_string_equal(catalogue_name(&catalogue, GUID_SALES), "Sales");
	/* A bad answer leaves the old list. */
	assert_false(catalogue_read(&catalogue, &json, "{}", 2, &error));
	assert_false(catalogue_read(&catalogue, &json, "[", 1, &error));
	assert_int_equal(catalogue.count, 1);
	json_free(&json);
	catalogue_free(&catalogue);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_schema_s_spelling),
		cmocka_unit_test(the_example_s_spelling),
		cmocka_unit_test(totals_messages_and_states),
		cmocka_unit_test(lists_of_agents_are_asked_for),
		cmocka_unit_test(a_total_row_is_asked_for),
		cmocka_unit_test(dispositions_of_tiles_have_parts),
		cmocka_unit_test(computed_columns_ask_for_their_operands),
		cmocka_unit_test(pictures_ask_for_each_statistic_once),
		cmocka_unit_test(dispositions_of_a_total_row_have_parts),
		cmocka_unit_test(sort_and_filter_go_to_the_plain_column),
		cmocka_unit_test(the_key_is_hidden_and_last),
		cmocka_unit_test(unknown_names_skip_their_panel_alone),
		cmocka_unit_test(without_a_list_a_grid_is_filtered_here),
		cmocka_unit_test(a_refused_hidden_key_goes_before_a_panel),
		cmocka_unit_test(a_refusal_takes_what_it_names),
		cmocka_unit_test(a_refused_column_goes_before_its_panel),
		cmocka_unit_test(app_ids_tell_whose_they_are),
		cmocka_unit_test(a_signature_tells_what_is_asked_for),
		cmocka_unit_test(catalogues_take_names_and_ids),
	};
	text_locale();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
