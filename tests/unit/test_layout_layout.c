/* Layouts: the shipped ones, every option, and the errors people make. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "layout/layout.h"
#include "layout/state.h"

/* A layout of one panel, whose options are given. */
static struct layout *one(const char *options, struct error *error)
{
	char text[2048];
	snprintf(text, sizeof(text), "pages = ( { rows = ( { panels = ( {\n%s\n} ) } ) } )", options);
	return layout_parse("one", "one.conf", text, error);
}

static void shipped_layouts_use_what_the_server_knows(void **state)
{
	int count = 0;
	(void)state;
	for (const struct builtin_layout *at = builtin_layouts; at->name != NULL; at++, count++) {
		struct error error;
		struct layout *layout = layout_parse(at->name, at->name, at->text, &error);
		if (layout == NULL)
			fail_msg("%s", error.text);
		for (unsigned p = 0; p < layout->panel_count; p++) {
			const struct panel *panel = &layout->panels[p];
			for (unsigned c = 0; c < panel->column_count; c++) {
				if (panel->columns[c].known == NULL || (panel->columns[c].known->evidence == EVIDENCE_ASSUMED && !panel->columns[c].optional))
					fail_msg("%s: %s", at->name, panel->columns[c].stat);
			}
		}
		layout_free(layout);
	}
	assert_true(count >= 3);
}

static void a_plain_name_takes_every_default(void **state)
{
	struct error error;
	struct layout *layout = one("name = \"q\" type = \"service_grid\" columns = ( \"name\", \"in_max_wait_time\", \"x_y\" )",
		&error);
	(void)state;
	assert_non_null(layout);
	const struct panel *panel = layout_panel(layout, "q");
	assert_string_equal(layout->title, "one");
	assert_string_equal(panel->title, "q");
	assert_true(panel->frame);
	assert_int_equal(panel->limit, 0);
	assert_int_equal(panel->columns[0].align, ALIGN_LEFT);
	assert_int_equal(panel->columns[0].priority, 100);
	assert_int_equal(panel->columns[1].kind, KIND_DURATION);
	assert_int_equal(panel->columns[1].align, ALIGN_RIGHT);
	assert_string_equal(panel->columns[1].label, "Longest wait");
	assert_string_equal(panel->columns[1].head, "Longest");
	/* Unknown to us is allowed: text, labelled by its name. */
	assert_null(panel->columns[2].known);
	assert_int_equal(panel->columns[2].kind, KIND_TEXT);
	assert_string_equal(panel->columns[2].label, "x_y");
	layout_free(layout);
}

static void options_of_a_grid(void **state)
{
	struct error error = { "" };
	struct layout *layout = one(
		"name = \"a\" type = \"agent_grid\" title = \"Agents\" width = \"40%\" frame = \"none\" priority = 3\n"
		"teams = [\"Customer Service\"] services = \"Sales\" filter = \"acd_state NE ''\" limit = 50\n"
		"sort = \"state_duration desc\" alarmed_first = true severity = \"state_duration\" logged_in_only = true\n"
		"columns = ( { stat = \"first_last_name\" label = \"Who\" width = 30 align = \"right\" }, \"acd_state\",\n"
		"  { stat = \"state_duration\" warn = \"> 10m\" limits = ( { state = \"not_ready\" reason = \"Lunch\" warn = \"30m\" } ) },\n"
		"  { stat = \"x\" kind = \"percent\" scale = \"fraction\" warn = \"< 80\" alert = \"< 0.5 %\" dispositions = [\"Sold\"] } )",
		&error);
	(void)state;
	if (layout == NULL)
		fail_msg("%s", error.text);
	const struct panel *panel = &layout->panels[0];
	assert_int_equal(panel->width.unit, SIZE_SHARE);
	assert_int_equal(panel->width.amount, 40);
	assert_false(panel->frame);
	assert_int_equal(panel->services.count, 1);
	assert_string_equal(panel->filter_stat, "acd_state");
	assert_int_equal(panel->filter_operation, FILTER_NE);
	assert_string_equal(panel->filter_value, "");
	assert_string_equal(panel->sort_stat, "state_duration");
	assert_true(panel->sort_descending && panel->alarmed_first && panel->logged_in_only);
	assert_string_equal(panel->columns[0].label, "Who");
	assert_int_equal(panel->columns[0].align, ALIGN_RIGHT);
	assert_int_equal(panel->columns[2].limits[0].state, STATE_NOT_READY);
	assert_true(panel->columns[2].limits[0].warn.number == 1800);
	assert_int_equal(panel->columns[2].limits[0].warn.comparison, COMPARE_GT);
	assert_int_equal(panel->columns[3].kind, KIND_PERCENT);
	assert_int_equal(panel->columns[3].align, ALIGN_RIGHT);
	assert_int_equal(panel->columns[3].scale, SCALE_FRACTION);
	layout_free(layout);
}

/* A picture is called like its statistic, unless a number has that name; its limits have the statistic's sign. */
static void pictures_of_a_grid(void **state)
{
	struct error error = { "" };
	struct layout *layout = one("name = \"q\" type = \"service_grid\" size = 5 sort = \"in_max_wait_time desc\" columns = (\n"
		"{ bar = \"in_calls_waiting\" warn = 5 priority = 7 }, \"in_calls_waiting\", { bar = \"in_max_wait_time\" width = 30 },\n"
		"{ bullet = \"service_level\" target = \"service_level_target\" label = \"Goal\" },\n"
		"{ bullet = \"in_max_wait_time\" target = \"2m\" lifts = false }, { spark = \"service_level\" name = \"day\" } )", &error);
	(void)state;
	if (layout == NULL)
		fail_msg("%s", error.text);
	assert_null(layout->warnings->next);
	const struct panel *panel = &layout->panels[0];
	const struct column *bar = &panel->columns[0], *wait = &panel->columns[2], *goal = &panel->columns[3];
	assert_int_equal(panel->row_lines, 5);
	assert_int_equal(panel->sort_here, -1);
	assert_string_equal(panel->sort_stat, "in_max_wait_time");
	assert_string_equal(bar->name, "in_calls_waiting_bar");
	assert_string_equal(bar->label, "Waiting");
	assert_string_equal(bar->shows, "in_calls_waiting");
	assert_int_equal(bar->picture, PICTURE_BAR);
	assert_int_equal(bar->kind, KIND_COUNT);
	assert_int_equal(bar->warn.comparison, COMPARE_GT);
	assert_int_equal(bar->priority, 7);
	assert_true(bar->lifts);
	assert_int_equal(bar->calc->operands[0].column, 1);
	assert_int_equal(panel_picture_number(panel, 0), 1);
	assert_string_equal(wait->name, "in_max_wait_time");
	assert_int_equal(wait->width, 30);
	assert_int_equal(panel_picture_number(panel, 2), -1);
	assert_string_equal(goal->label, "Goal");
	assert_false(goal->lifts);
	assert_string_equal(goal->calc->operands[PICTURE_TARGET].stat, "service_level_target");
	assert_string_equal(panel->columns[4].name, "in_max_wait_time_bullet");
	assert_true(panel->columns[4].target == 120);
	assert_string_equal(panel->columns[5].name, "day");
	assert_string_equal(panel->columns[5].label, "Last hour");
	layout_free(layout);
}

struct wrong {
	const char *options, *error;
};

/* A limit may be a bare number, whole or not: the same as its text. */
static void limits_may_be_numbers(void **state)
{
	static const struct {
		const char *written;
		enum comparison comparison;
		double number;
	} limits[] = {
		{ "5", COMPARE_GT, 5 },
		{ "2.5", COMPARE_GT, 2.5 },
		{ "\"5\"", COMPARE_GT, 5 },
		{ "\"> 5\"", COMPARE_GT, 5 },
		{ "\"<= 0.5\"", COMPARE_LE, 0.5 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		char options[300];
		struct error error = { "" };
		snprintf(options, sizeof(options), "name = \"q\" type = \"service_grid\" columns = ("
			" { stat = \"in_calls_waiting\" warn = %s alert = %s } )", limits[i].written, limits[i].written);
		struct layout *layout = one(options, &error);
		if (layout == NULL)
			fail_msg("%s", error.text);
		const struct column *column = &layout_panel(layout, "q")->columns[0];
		assert_int_equal(column->warn.comparison, limits[i].comparison);
		assert_int_equal(column->alert.comparison, limits[i].comparison);
		assert_true(column->warn.number == limits[i].number && column->alert.number == limits[i].number);
		layout_free(layout);
	}
	struct error error = { "" };
	assert_null(one("name = \"q\" type = \"service_grid\" columns = ( { stat = \"in_calls_waiting\" warn = true } )",
		&error));
	assert_non_null(strstr(error.text, "one.conf:2: warn must be a text such as \"> 5\""));
}

/* Every statistic that is known is explained, the first and the last too, and nothing else is. */
static void statistics_have_meanings(void **state)
{
	(void)state;
	unsigned count = 0;
	for (size_t i = 0; statistic_at(i) != NULL; i++, count++)
		if (statistic_meaning(statistic_at(i)->name)[0] == '\0')
			fail_msg("%s has no meaning", statistic_at(i)->name);
	assert_true(count > 50);
	assert_string_equal(statistic_meaning("no_such_statistic"), "");
}

static void mistakes_are_named_with_their_line(void **state)
{
	static const struct wrong wrongs[] = {
		{ "name = \"q\"", "one.conf:1: panel needs 'type'" },
		{ "type = \"clock\"", "one.conf:1: panel needs 'name'" },
		{ "name = \"q\"\ntype = \"clok\"", "one.conf:3: unknown type 'clok' (did you mean 'clock'?)" },
		{ "name = \"1q\" type = \"clock\"",
			"one.conf:2: the name of a panel is letters, digits, _ and -, and begins with a letter" },
		{ "name = \"q\" type = \"clock\"\ncolumns = ( \"name\" )",
			"one.conf:3: 'columns' does not belong to a panel of type clock" },
		{ "name = \"q\" type = \"clock\"\ncolour = \"red\"", "one.conf:3: unknown key 'colour' in panel; cxwall-layout(5) lists what there is" },
		{ "name = \"q\" type = \"service_grid\"", "one.conf:1: a panel of type service_grid needs 'columns'" },
		{ "name = \"q\" type = \"totals\"\ntiles = ()", "one.conf:3: tiles must not be empty" },
		{ "name = \"q\" type = \"totals\"\ntiles = ( { stat = \"service_level\"\nwarn = \"< 80s\" } )",
			"one.conf:4: warn of service_level: the unit s does not suit a percent" },
		{ "name = \"q\" type = \"totals\" tiles = ( \"agents_ready\",\n\"agents_ready\" )",
			"one.conf:3: 'agents_ready' is there already (line 2)" },
		{ "name = \"q\" type = \"totals\" tiles = ( { stat = \"a\"\ndigits = 29 } )",
			"one.conf:3: digits must be \"auto\", or a number of lines from 1 to 28" },
		{ "name = \"q\" type = \"service_grid\" columns = ( { stat = \"name\" digits = 3 } )",
			"one.conf:2: digits belong to the tiles of totals" },
		{ "name = \"q\" type = \"chart\"", "one.conf:1: a panel of type chart needs 'series'" },
		{ "name = \"q\" type = \"chart\" series = ( \"agents_ready\",\n\"service_level\" )",
			"one.conf:3: 'service_level' is a percentage and 'agents_ready' is a count: a chart has one axis, so draw them in two" },
		{ "name = \"q\" type = \"chart\" series = ( \"no_such\" )",
			"one.conf:2: 'no_such' cannot be drawn: a series is a count, a duration or a percentage; kind says which" },
		{ "name = \"q\" type = \"chart\" series = ( \"agents_ready\", \"agents_busy\", \"agents_logged\", \"in_calls_waiting\", \"agents_on_call\" )",
			"one.conf:2: more than 4 series" },
		{ "name = \"q\" type = \"chart\" series = ( \"agents_ready\" )\nspan = \"10m\"",
			"one.conf:3: span must be whole minutes, from \"15m\" to \"35d\", or \"day\"" },
		{ "name = \"q\" type = \"chart\" series = ( \"agents_ready\" )\nspan = \"36d\"",
			"one.conf:3: span must be at most \"35d\"" },
		{ "name = \"q\" type = \"chart\" series = ( \"agents_ready\", \"agents_busy\" )\ncompare = \"week\"",
			"one.conf:3: a chart of one series can be compared with another day" },
		{ "name = \"q\" type = \"chart\" series = ( \"agents_ready\" ) span = \"2d\"\ncompare = \"yesterday\"",
			"one.conf:3: a chart of more than a day lies over its own yesterday" },
		{ "name = \"q\" type = \"chart\" series = ( { stat = \"agents_ready\"\neach = \"15m\" } )",
			"one.conf:3: each belongs to a series of a chart that is a counter of the day" },
		{ "name = \"q\" type = \"chart\" series = ( { stat = \"in_calls_received_per_day\"\neach = \"1h\" } )",
			"one.conf:3: each must be \"15m\"" },
		{ "name = \"q\" type = \"chart\" series = ( { stat = \"agents_ready\"\ncompare = \"week\" } )",
			"one.conf:3: compare belongs to the tiles of totals, or to a chart as a whole" },
		{ "name = \"q\" type = \"intervals\" columns = (\n\"in_average_speed_of_answer\" )",
			"one.conf:3: 'in_average_speed_of_answer' is not known by half-hours: write counts, waits or service_level" },
		{ "name = \"q\" type = \"chart\" series = ( \"agents_ready\" )\nspan = 1000",
			"one.conf:3: span must be whole minutes, from \"15m\" to \"35d\", or \"day\"" },
		{ "name = \"q\" type = \"chart\" series = ( \"agents_ready\" )\nstyle = \"bars\"",
			"one.conf:3: unknown style 'bars': one of area, line" },
		{ "name = \"q\" type = \"chart\" series = ( { sum = [\"agents_ready\", \"agents_busy\"]\nlabel = \"Both\" } )",
			"one.conf:2: sum is for the columns of grids: write calc = \"a + b\" in a series" },
		{ "name = \"q\" type = \"totals\" tiles = ( \"agents_ready\" )\nspan = \"1h\"",
			"one.conf:3: 'span' does not belong to a panel of type totals" },
		{ "name = \"q\" type = \"service_grid\" columns = ( { stat = \"name\" warn = \"> 3\" } )",
			"one.conf:2: warn of name: a text has no limits; say what kind of number it is with kind" },
		{ "name = \"q\" type = \"totals\" tiles = ( { stat = \"agents_ready\"\nscale = \"fraction\" } )",
			"one.conf:3: scale is for percentages, and 'agents_ready' is a count; remove it" },
		{ "name = \"q\" type = \"totals\" tiles = ( { stat = \"no_such\"\nscale = \"fraction\" } )",
			"one.conf:3: scale is for percentages, and 'no_such' is a text; add kind = \"percent\" if it is one" },
		{ "name = \"q\" type = \"totals\" tiles = ( { calc = \"agents_ready + 1\" label = \"c\"\nscale = \"fraction\" } )",
			"one.conf:3: scale is for percentages, and 'c' is a count; remove it" },
		{ "name = \"q\" type = \"service_grid\" total = true columns = ( { sum = [\"agents_ready\"] label = \"s\"\ntotal_scale = \"fraction\" } )",
			"one.conf:3: total_scale is for percentages, and 's' is a count; remove it" },
		{ "name = \"q\" type = \"service_grid\" columns = ( \"name\" )\nsize = 4",
			"one.conf:3: size must be \"auto\", or 1, 3 or 5 lines for each row" },
		{ "name = \"q\" type = \"totals\" tiles = ( \"agents_ready\" )\nsize = 3",
			"one.conf:3: 'size' does not belong to a panel of type totals" },
		{ "name = \"q\" type = \"totals\" tiles = ( {\nbar = \"agents_ready\" } )",
			"one.conf:3: bar is for the columns of grids" },
		{ "name = \"q\" type = \"service_grid\" columns = ( {\nspark = \"in_calls_waitnig\" } )",
			"one.conf:3: there is no statistic 'in_calls_waitnig' of services (did you mean 'in_calls_waiting'?)" },
		{ "name = \"q\" type = \"service_grid\" columns = ( {\nbar = \"name\" } )",
			"one.conf:3: 'name' is a text: a picture shows a number" },
		{ "name = \"q\" type = \"service_grid\" columns = ( { bar = \"in_calls_waiting\"\nstat = \"name\" } )",
			"one.conf:3: 'stat' does not go with 'bar'" },
		{ "name = \"q\" type = \"service_grid\" columns = ( { bar = \"in_calls_waiting\"\nspark = \"in_calls_waiting\" } )",
			"one.conf:3: 'spark' does not go with 'bar'" },
		{ "name = \"q\" type = \"service_grid\" columns = ( { bar = \"in_calls_waiting\"\ntarget = 5 } )",
			"one.conf:3: target belongs to a bullet" },
		{ "name = \"q\" type = \"service_grid\" columns = ( { stat = \"in_calls_waiting\"\ntarget = 5 } )",
			"one.conf:3: target belongs to a bullet" },
		{ "name = \"q\" type = \"service_grid\" columns = ( { bullet = \"service_level\" } )",
			"one.conf:2: a bullet needs a target" },
		{ "name = \"q\" type = \"service_grid\" columns = ( { bullet = \"service_level\"\ntarget = \"in_calls_waiting\" } )",
			"one.conf:3: 'service_level' is a percent and its target 'in_calls_waiting' a count" },
		{ "name = \"q\" type = \"service_grid\" columns = ( { bullet = \"service_level\"\ntarget = \"80s\" } )",
			"one.conf:3: target: the unit s does not suit a percent" },
		{ "name = \"q\" type = \"service_grid\" columns = ( { bar = \"in_calls_waiting\" },\n{ bar = \"in_calls_waiting\" } )",
			"one.conf:3: 'in_calls_waiting_bar' is there already (line 2)" },
		{ "name = \"q\" type = \"service_grid\" columns = ( \"name\" )\nsort = \"name up\"",
			"one.conf:3: sort must be one statistic, and asc or desc, such as \"in_calls_waiting desc\"" },
		{ "name = \"q\" type = \"service_grid\" columns = ( \"name\" )\nfilter = \"name\"",
			"one.conf:3: filter must be STATISTIC OPERATION 'VALUE', with EQ, NE, LT, GT, LE or GE, such as \"in_calls_waiting GT '0'\"" },
		{ "name = \"q\" type = \"service_grid\" columns = ( \"name\" )\nseverity = \"x\"",
			"one.conf:3: 'x' is no column of this panel" },
		{ "name = \"q\" type = \"service_grid\" columns = ( \"name\" )\nlimit = 0",
			"one.conf:3: limit must be from 1 to 50000" },
		{ "name = \"q\" type = \"agent_grid\" columns = (\n{ stat = \"state_duration\" limits = ( { state = \"x\" warn = \"1m\" } ) } )",
			"one.conf:3: unknown state 'x': ready, not_ready, busy, after_call_work and the like" },
		{ "name = \"q\" type = \"agent_grid\" columns = (\n{ stat = \"state_duration\" limits = ( { state = \"busy\" warn = \"1m\" } ) } )",
			"one.conf:3: limits need the column acd_state in the same grid" },
		{ "name = \"q\" type = \"agent_states\"\nlimits = ( { state = \"busy\" warn = \"1m\" } )",
			"one.conf:3: limits are for the lists: add 'lists = true'" },
		{ "name = \"q\" type = \"agent_states\" lists = true limits = (\n{ state = \"x\" warn = \"1m\" } )",
			"one.conf:3: unknown state 'x': ready, not_ready, busy, after_call_work and the like" },
		{ "name = \"q\" type = \"clock\"\nwidth = \"40\"",
			"one.conf:3: width must be a number of cells or a share such as \"40%\"" },
		{ "name = \"q\" type = \"clock\"\nwidth = 0", "one.conf:3: width must be from 1 to 1000" },
		{ "name = \"q\" type = \"staffing\"\ntarget = \"80\"", "one.conf:3: target must be percent and seconds, such as \"80/20\"" },
		{ "name = \"q\" type = \"staffing\" pools = (\n{ name = \"x\" } )", "one.conf:3: pool needs 'pool'" },
		{ "name = \"q\" type = \"service_grid\" columns = ( {\nstaff = \"missing\" } )", "one.conf:3: staff belongs to the tiles of totals" },
		{ "name = \"q\" type = \"totals\" tiles = ( {\nstaff = \"mising\" } )",
			"one.conf:3: unknown staff 'mising' (did you mean 'missing'?)" },
		{ "name = \"q\" type = \"text\"", "one.conf:1: a panel of type text needs 'text'" },
		{ "name = \"q\" type = \"clock\" }, {\nname = \"q\" type = \"clock\"",
			"one.conf:3: another panel is called 'q' (line 1)" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
		struct error error = { "" };
		struct layout *layout = one(wrongs[i].options, &error);
		if (layout != NULL)
			fail_msg("accepted: %s", wrongs[i].options);
		assert_string_equal(error.text, wrongs[i].error);
	}
}

/* A key that a group does not have is refused in each group, and so is one of the wrong type. */
static void each_group_refuses_wrong_keys(void **state)
{
	static const char text[] = "interval = 5 %s\npages = ( { title = \"P\" %s\nrows = ( { height = 5 %s\npanels = ("
		" { name = \"g\" type = \"agent_grid\" %s\ncolumns = ( \"acd_state\", { stat = \"state_duration\" %s\n"
		"limits = ( { state = \"busy\" warn = \"1m\" %s } ) } ) },\n"
		"{ name = \"t\" type = \"totals\" tiles = ( { stat = \"in_calls_waiting\" %s } ) } ) } ) } )\n"
		"alerts = ( { name = \"a\" when = \"t.in_calls_waiting > 1\" %s } )";
	static const struct {
		const char *group, *typed;
	} groups[] = {
		{ "layout", "title = 5" }, { "page", "rows = 5" }, { "row", "panels = 5" }, { "panel", "title = 5" },
		{ "column", "label = 5" }, { "limit", "alert = true" }, { "tile", "label = 5" }, { "alert", "severity = 5" },
	};
	enum { GROUPS = sizeof(groups) / sizeof(groups[0]) };
	char whole[2000], wanted[200];
	(void)state;
	for (unsigned i = 0; i <= GROUPS; i++)
		for (unsigned typed = 0; typed < 2; typed++) {
			const char *at[GROUPS];
			struct error error = { "" };
			for (unsigned k = 0; k < GROUPS; k++)
				at[k] = k != i ? "" : typed ? groups[k].typed : "qqqqq = 1";
			snprintf(whole, sizeof(whole), text, at[0], at[1], at[2], at[3], at[4], at[5], at[6], at[7]);
			struct layout *layout = layout_parse("n", "n.conf", whole, &error);
			if ((layout != NULL) != (i == GROUPS))
				fail_msg("%s: %s", i < GROUPS ? groups[i].group : "all", error.text);
			if (i < GROUPS && !typed) {
				snprintf(wanted, sizeof(wanted), "n.conf:%u: unknown key 'qqqqq' in %s; cxwall-layout(5) lists what there is", i + 1, groups[i].group);
				assert_string_equal(error.text, wanted);
			}
			layout_free(layout);
		}
}

/* Times have the same forms in every place, and are refused with the same words. */
static void charts_have_a_span_and_a_style(void **state)
{
	static const struct {
		const char *options;
		int span;
		enum chart_style style;
	} cases[] = {
		{ "", 60, CHART_AREA },
		{ "span = \"15m\" style = \"line\"", 15, CHART_LINE },
		{ "span = \"1d\" style = \"area\"", 1440, CHART_AREA },
		{ "span = \"24h\"", 1440, CHART_AREA },
		{ "span = 7200", 120, CHART_AREA },
		{ "span = \"35d\"", 35 * 1440, CHART_AREA },
		{ "span = \"day\"", 0, CHART_AREA },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[512];
		struct error error = { "" };
		snprintf(text, sizeof(text), "name = \"c\" type = \"chart\" %s series = ( { stat = \"other\" kind = \"count\" }, "
			"{ label = \"Load\" calc = \"agents_busy + agents_ready\" } )", cases[i].options);
		struct layout *layout = one(text, &error);
		if (layout == NULL)
			fail_msg("%s", error.text);
		assert_int_equal(layout->panels[0].span, cases[i].span);
		assert_int_equal(layout->panels[0].style, cases[i].style);
		assert_int_equal(layout->panels[0].column_count, 2);
		layout_free(layout);
	}
}

static void times_of_a_layout(void **state)
{
	static const char text[] = "interval = %s\npages = ( { seconds = %s rows = ( { panels = (\n"
		"  { name = \"c\" type = \"totals\" tiles = ( \"in_calls_waiting\" ) } ) } ) } )\n"
		"alerts = ( { name = \"long\" when = \"c.in_calls_waiting > 1\"\n  for = %s after = %s } )";
	static const struct {
		const char *interval, *seconds, *hold, *after, *error;
	} cases[] = {
		{ "90", "90", "90", "90", NULL },
		{ "\"90\"", "\"90\"", "\"90\"", "\"90\"", NULL },
		{ "\"90s\"", "\"90s\"", "\"90 s\"", "\"90s\"", NULL },
		{ "\"1.5m\"", "\"1.5m\"", "\"1.5m\"", "90.0", NULL },
		{ "\"5x\"", "1", "1", "1", "n.conf:1: interval: '5x' is not a time; write seconds, or a number with s, m or h, such as 30s" },
		{ "1", "\"5x\"", "1", "1", "n.conf:2: seconds: '5x' is not a time; write seconds, or a number with s, m or h, such as 30s" },
		{ "1", "1", "\"5x\"", "1", "n.conf:5: for: '5x' is not a time; write seconds, or a number with s, m or h, such as 30s" },
		{ "1", "1", "1", "\"\"", "n.conf:5: after: '' is not a time; write seconds, or a number with s, m or h, such as 30s" },
		{ "true", "1", "1", "1", "n.conf:1: interval must be a time, such as 30 or \"30s\"" },
		{ "1", "0.5", "1", "1", "n.conf:2: seconds must be whole seconds" },
		{ "1", "1", "-1", "1", "n.conf:5: for must be from 0 to 86400 seconds" },
		{ "\"2h\"", "1", "1", "1", "n.conf:1: interval must be from 0.05 to 3600 seconds" },
	};
	char whole[1000];
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error error = { "" };
		snprintf(whole, sizeof(whole), text, cases[i].interval, cases[i].seconds, cases[i].hold, cases[i].after);
		struct layout *layout = layout_parse("n", "n.conf", whole, &error);
		assert_string_equal(error.text, cases[i].error != NULL ? cases[i].error : "");
		assert_int_equal(layout != NULL, cases[i].error == NULL);
		if (layout == NULL)
			continue;
		assert_true(layout->interval == 90);
		assert_int_equal(layout->pages[0].seconds, 90);
		assert_int_equal(layout->alerts[0].for_ms, 90000);
		assert_int_equal(layout->alerts[0].after_ms, 90000);
		layout_free(layout);
	}
}

static void whole_layouts(void **state)
{
	struct error error;
	struct layout *layout = layout_parse("n", "n.conf",
		"title = \"T\" interval = 2.5 rotate = \"alarms\" status = \"off\"\n"
		"pages = ( { title = \"P\" seconds = 20 rows = ( { height = 9 panels = (\n"
		"  { name = \"c\" type = \"totals\" tiles = ( \"in_calls_waiting\" ) } ) },\n"
		"  { height = \"50%\" priority = 2 panels = ( { name = \"d\" type = \"text\" text = \"x\" } ) } ) } )\n"
		"alerts = ( { name = \"long\" when = \"c.in_calls_waiting > 1\" for = \"30s\" quiet = \"22:00-06:30\"\n"
		"  bell = true command = [\"/bin/true\", \"x\"] sms = [\"+15551234567\", \"442079460123\"] sms_from = \"+15557654321\" } )", &error);
	(void)state;
	assert_non_null(layout);
	assert_true(layout->interval == 2.5);
	assert_int_equal(layout->rotate, ROTATE_ALARMS);
	assert_int_equal(layout->status, STATUS_LINE_OFF);
	assert_int_equal(layout->pages[0].seconds, 20);
	assert_int_equal(layout->pages[0].rows[0].height.amount, 9);
	assert_int_equal(layout->pages[0].rows[1].priority, 2);
	assert_int_equal(layout->panel_count, 2);
	const struct alert_rule *rule = &layout->alerts[0];
	assert_string_equal(rule->name, "long");
	assert_null(rule->clear);
	assert_int_equal(rule->for_ms, 30000);
	assert_int_equal(rule->after_ms, 0);
	assert_int_equal(rule->quiet.from, 22 * 60);
	assert_int_equal(rule->quiet.to, 6 * 60 + 30);
	assert_int_equal(rule->severity, SEVERITY_ALERT);
	assert_true(rule->bell);
	assert_int_equal(rule->command.count, 2);
	assert_string_equal(rule->sms_from, "+15557654321");
	layout_free(layout);
	assert_null(layout_parse("n", "n.conf", "pages = ( { rows = () } )", &error));
	assert_string_equal(error.text, "n.conf:1: rows must not be empty");
	assert_null(layout_parse("n", "n.conf", "title = \"x\"", &error));
	assert_string_equal(error.text, "n.conf:1: layout needs 'pages'");
	assert_null(layout_parse("n", "n.conf", "interval = 0.01 pages = ()", &error));
	assert_null(layout_parse("n", "n.conf", "", &error));
}

static const char alerting[] =
	"pages = ( { rows = ( { panels = ("
	" { name = \"now\" type = \"totals\" tiles = ( \"in_calls_waiting\" ) },"
	" { name = \"q\" type = \"service_grid\" columns = ( \"name\", \"in_calls_waiting\" ) },"
	" { name = \"r\" type = \"service_grid\" columns = ( \"name\", \"in_calls_waiting\" ) } ) } ) } )"
	" alerts = ( { name = \"long\" when = \"q[*].in_calls_waiting > 10\" for = \"30s\" } )";

/* A setting of an alert that is given anew, as a back-test does, is read as if it stood in the file. */
static void alerts_take_other_settings(void **state)
{
	struct error error = { "" };
	struct layout *layout = layout_parse("a", "a.conf", alerting, &error);
	(void)state;
	if (layout == NULL)
		fail_msg("%s", error.text);
	struct alert_rule *rule = &layout->alerts[0];
	assert_true(alert_rule_set(layout, rule, "when", "now.in_calls_waiting > 3 and q['\"\\\\'].in_calls_waiting = 1", &error));
	assert_string_equal(rule->when, "now.in_calls_waiting > 3 and q['\"\\\\'].in_calls_waiting = 1");
	assert_true(alert_rule_set(layout, rule, "clear", "now.in_calls_waiting < 2", &error));
	assert_string_equal(rule->clear, "now.in_calls_waiting < 2");
	assert_true(alert_rule_set(layout, rule, "for", "2m", &error));
	assert_int_equal(rule->for_ms, 120000);
	assert_true(alert_rule_set(layout, rule, "after", "90s", &error));
	assert_int_equal(rule->after_ms, 90000);
	assert_true(alert_rule_set(layout, rule, "cooldown", "1h", &error));
	assert_int_equal(rule->cooldown_ms, 3600000);
	assert_true(alert_rule_set(layout, rule, "quiet", "22:00-06:30", &error));
	layout_free(layout);
}

static void wrong_settings_of_alerts_are_named(void **state)
{
	static const struct {
		const char *key, *value, *error;
	} wrong[] = {
		{ "wehn", "x", "'wehn' cannot be set (did you mean 'when'?)" },
		{ "command", "x", "'command' cannot be set: when, clear, for, after, cooldown and quiet can" },
		{ "name", "x", "'name' cannot be set: when, clear, for, after, cooldown and quiet can" },
		{ "when", "nosuch.in_calls_waiting > 1", "nosuch" },
		{ "when", "now.in_calls_waiting >", "" },
		{ "clear", "r[*].in_calls_waiting < 1", "[*] must walk the panel that it walks in 'when'" },
		{ "clear", "now.in_calls_waiting <", "" },
		{ "clear", "nosuch.in_calls_waiting < 1", "nosuch" },
		{ "for", "soon", "--set:1: for" },
		{ "quiet", "09:00-09:00", "quiet must be two different times of one day" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct error error = { "" };
		struct layout *layout = layout_parse("a", "a.conf", alerting, &error);
		assert_non_null(layout);
		if (alert_rule_set(layout, &layout->alerts[0], wrong[i].key, wrong[i].value, &error))
			fail_msg("%s = %s was accepted", wrong[i].key, wrong[i].value);
		if (error.text[0] == '\0' || strstr(error.text, wrong[i].error) == NULL)
			fail_msg("%s = %s: '%s', not '%s'", wrong[i].key, wrong[i].value, error.text, wrong[i].error);
		layout_free(layout);
	}
	/* Longer than any expression may be. */
	char value[3 * LAYOUT_EXPRESSION_MAX];
	struct error error = { "" };
	struct layout *layout = layout_parse("a", "a.conf", alerting, &error);
	memset(value, 'x', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	assert_false(alert_rule_set(layout, &layout->alerts[0], "when", value, &error));
	assert_string_equal(error.text, "this value of 'when' is too long");
	layout_free(layout);
}

static void too_many_are_refused(void **state)
{
	char text[16384] = "pages = ( { rows = (";
	struct error error;
	(void)state;
	for (int i = 0; i <= LAYOUT_ROWS_MAX; i++)
		strcat(text, i == 0 ? "{}" : ",{}");
	strcat(text, ") } )");
	assert_null(layout_parse("n", "n.conf", text, &error));
	assert_string_equal(error.text, "n.conf:1: more than 12 rows");
	strcpy(text, "pages = ( { rows = ( { panels = (");
	for (int i = 0; i <= LAYOUT_PANELS_MAX; i++)
		sprintf(text + strlen(text), "%s{ name = \"p%d\" type = \"clock\" }", i == 0 ? "" : ",", i);
	strcat(text, ") } ) } )");
	assert_null(layout_parse("n", "n.conf", text, &error));
	assert_string_equal(error.text, "n.conf:1: more than 64 panels");
}

/* All media wait in a queue, and after-call work is busy. */
static void meanings_are_of_interactions(void **state)
{
	const struct statistic *statistic;
	(void)state;
	for (size_t i = 0; (statistic = statistic_at(i)) != NULL; i++) {
		const char *meaning = statistic_meaning(statistic->name);
		if (strncmp(statistic->name, "in_calls_", 9) == 0 && (strstr(meaning, "caller") != NULL || strstr(meaning, "inbound call") != NULL))
			fail_msg("%s: %s", statistic->name, meaning);
	}
	assert_non_null(strstr(statistic_meaning("in_calls_waiting"), "all media"));
	assert_non_null(strstr(statistic_meaning("agents_busy"), "after-call work"));
	assert_non_null(strstr(statistic_meaning("agents_logged"), "not supervise"));
	assert_non_null(strstr(statistic_meaning("service_level"), "email"));
	assert_null(strstr(statistic_meaning("agents_occupancy"), "busy + after-call"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(meanings_are_of_interactions),
		cmocka_unit_test(each_group_refuses_wrong_keys),
		cmocka_unit_test(shipped_layouts_use_what_the_server_knows),
		cmocka_unit_test(a_plain_name_takes_every_default),
		cmocka_unit_test(options_of_a_grid),
		cmocka_unit_test(pictures_of_a_grid),
		cmocka_unit_test(limits_may_be_numbers),
		cmocka_unit_test(statistics_have_meanings),
		cmocka_unit_test(mistakes_are_named_with_their_line),
		cmocka_unit_test(charts_have_a_span_and_a_style),
		cmocka_unit_test(times_of_a_layout),
		cmocka_unit_test(whole_layouts),
		cmocka_unit_test(alerts_take_other_settings),
		cmocka_unit_test(wrong_settings_of_alerts_are_named),
		cmocka_unit_test(too_many_are_refused),
	};
	text_locale();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
