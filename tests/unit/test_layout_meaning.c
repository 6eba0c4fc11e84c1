/* What a column, a tile and a panel mean, in words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "layout/meaning.h"

static struct layout *parse(const char *panels)
{
	char text[4096];
	struct error error = { "" };
	snprintf(text, sizeof(text), "pages = ( { rows = ( { panels = (%s) } ) } )", panels);
	struct layout *layout = layout_parse("n", "n", text, &error);
	if (layout == NULL)
		fail_msg("%s", error.text);
	return layout;
}

/* One line of what a column means; "" if it has none of the label. */
static const char *says(const struct panel *panel, unsigned column, const char *label)
{
	static struct meaning lines[MEANING_LINES_MAX];
	static const struct scales scales = { .totals = SCALE_FRACTION, .grids = SCALE_PERCENT };
	unsigned count = meaning_of_column(panel, column, &scales, lines);
	assert_true(count > 0 && count <= MEANING_LINES_MAX);
	for (unsigned i = 0; i < count; i++)
		if (strcmp(lines[i].label, label) == 0)
			return lines[i].text;
	return "";
}

static void a_tile(void **state)
{
	(void)state;
	struct layout *layout = parse("{ name = \"t\" type = \"totals\" services = [\"Sales\"] tiles = ("
		" { stat = \"in_max_wait_time\" warn = \"> 60s\" alert = \"> 2m\" }, { stat = \"service_level\" alert = \"< 70\" } ) }");
	const struct panel *panel = &layout->panels[0];
	assert_string_equal(says(panel, 0, "Means"), "How long the first of them has waited");
	assert_string_equal(says(panel, 0, "Limits"), "warning > 1:00, alert > 2:00");
	assert_string_equal(says(panel, 0, "Better"), "a low value");
	assert_string_equal(says(panel, 0, "Unit"), "a time: minutes and seconds, or hours, minutes and seconds");
	assert_string_equal(says(panel, 0, "API name"), "in_max_wait_time");
	assert_string_equal(says(panel, 0, "How sure"), "Seen: other programs that use this API ask for the name.");
	assert_string_equal(says(panel, 0, "Formula"), "");
	assert_string_equal(says(panel, 0, "Covers"), "");
	assert_string_equal(says(panel, 1, "Limits"), "alert < 70 %");
	assert_string_equal(says(panel, 1, "Better"), "a high value");
	assert_string_equal(says(panel, 1, "Unit"), "percent; the server sends 0.85 for 85 %");
	assert_memory_equal(says(panel, 1, "Covers"), "the day", 7);
	layout_free(layout);
}

static void a_column(void **state)
{
	(void)state;
	struct layout *layout = parse("{ name = \"a\" type = \"agent_grid\" columns = ( \"first_last_name\", \"acd_state\","
		" { stat = \"state_duration\" limits = ( { state = \"not_ready\" warn = \"> 15m\" alert = \"> 45m\" },"
		" { state = \"not_ready\" reason = \"Lunch\" warn = \"> 1h\" } ) },"
		" { stat = \"calls_dispositions_per_day\" dispositions = [\"Sold\", \"Lost\"] }, \"made_up\", \"active_item_acw_duration\" ) }");
	const struct panel *panel = &layout->panels[0];
	assert_string_equal(says(panel, 0, "Unit"), "text");
	assert_string_equal(says(panel, 0, "Limits"), "none");
	assert_string_equal(says(panel, 0, "Better"), "");
	assert_string_equal(says(panel, 0, "How sure"), "Documented: the name is in the vendor's published description of the API.");
	assert_string_equal(says(panel, 1, "Unit"), "a state");
	assert_string_equal(says(panel, 2, "Limits"), "not ready: warning > 15:00, alert > 45:00; not ready, Lunch: warning > 1:00:00");
	assert_string_equal(says(panel, 3, "Only of"), "Sold, Lost");
	assert_string_equal(says(panel, 4, "Means"), "cxwall does not know this statistic, and shows what the server sends.");
	assert_string_equal(says(panel, 4, "API name"), "made_up");
	assert_string_equal(says(panel, 4, "How sure"), "Only this layout has the name: cxwall cannot tell whether the server knows it.");
	assert_memory_equal(says(panel, 5, "How sure"), "Assumed:", 8);
	layout_free(layout);
}

static void what_is_computed(void **state)
{
	(void)state;
	struct layout *layout = parse("{ name = \"q\" type = \"service_grid\" columns = ( \"name\","
		" { name = \"free\" calc = \"agents_logged - agents_busy\" label = \"Free\" kind = \"count\" },"
		" { bullet = \"service_level\" target = \"service_level_target\" }, { bullet = \"service_level\" target = 80 name = \"sl\" },"
		" { spark = \"in_calls_waiting\" }, { bar = \"in_calls_waiting\" alert = \"> 9\" }, { name = \"all\" kind = \"count\" label = \"All\""
		" sum = [\"in_calls_handled_per_day\", \"out_calls_handled_per_day\"] } ) }");
	const struct panel *panel = &layout->panels[0];
	assert_string_equal(says(panel, 1, "Means"), "Computed by cxwall from other statistics.");
	assert_string_equal(says(panel, 1, "Formula"), "agents_logged - agents_busy");
	assert_string_equal(says(panel, 1, "API name"), "");
	assert_string_equal(says(panel, 1, "How sure"), "");
	assert_non_null(strstr(says(panel, 2, "Means"), ". A bar shows the value against its target."));
	assert_string_equal(says(panel, 2, "Target"), "service_level_target, which the server sends");
	assert_string_equal(says(panel, 2, "API name"), "service_level");
	assert_string_equal(says(panel, 2, "Unit"), "percent; the server sends 85 for 85 %");
	assert_string_equal(says(panel, 3, "Target"), "80 %");
	assert_non_null(strstr(says(panel, 4, "Means"), "the last hour"));
	assert_string_equal(says(panel, 4, "Formula"), "");
	assert_string_equal(says(panel, 5, "Limits"), "alert > 9");
	assert_string_equal(says(panel, 6, "Formula"), "sum of in_calls_handled_per_day, out_calls_handled_per_day");
	layout_free(layout);
}

static const char *condition(const struct layout *layout, const char *text)
{
	static char words[MEANING_TEXT_MAX];
	struct error error = { "" };
	struct expression *expression = expression_read(text, layout, &error);
	if (expression == NULL)
		fail_msg("%s", error.text);
	meaning_of_condition(expression, words, sizeof(words));
	expression_free(expression);
	return words;
}

static void a_condition(void **state)
{
	(void)state;
	struct layout *layout = parse("{ name = \"now\" type = \"totals\" title = \"Now\" tiles = ( \"in_max_wait_time\", \"service_level\" ) },"
		"{ name = \"a\" type = \"agent_grid\" title = \"Crew\" columns = ( \"first_last_name\", \"acd_state\", \"state_duration\" ) },"
		"{ name = \"q\" type = \"service_grid\" title = \"Queues\" columns = ( \"name\", { stat = \"in_calls_waiting\" label = \"Calls\" } ) }");
	assert_string_equal(condition(layout, "now.in_max_wait_time > 2m"), "Longest wait in Now is above 2:00");
	assert_string_equal(condition(layout, "q[Sales].in_calls_waiting >= 10"), "Calls of Sales in Queues is at least 10");
	assert_string_equal(condition(layout, "now.service_level < 80 and (q[*].in_calls_waiting != 0 or now.in_max_wait_time <= 5)"),
		"Service level in Now is below 80 %, and (Calls of any row in Queues is not 0, or Longest wait in Now is at most 0:05)");
	assert_string_equal(condition(layout, "a[*].acd_state = not_ready and a[*].state_duration > 1h"),
		"State of any row in Crew is not_ready, and Time in state of any row in Crew is above 1:00:00");
	layout_free(layout);
}

/* Each statistic of the table has a meaning, and each panel type says what it shows. */
static void all_have_words(void **state)
{
	(void)state;
	for (size_t i = 0; statistic_at(i) != NULL; i++) {
		if (statistic_meaning(statistic_at(i)->name)[0] == '\0')
			fail_msg("%s has no meaning", statistic_at(i)->name);
		assert_non_null(strchr(meaning_of_evidence(statistic_at(i)), ':'));
	}
	for (int type = 0; type < PANEL_TYPE_COUNT; type++) {
		struct panel panel = { .type = (enum panel_type)type, .span = 60 };
		assert_true(strlen(meaning_of_panel(&panel)) > 10);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tile),
		cmocka_unit_test(a_column),
		cmocka_unit_test(what_is_computed),
		cmocka_unit_test(a_condition),
		cmocka_unit_test(all_have_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
