/* What a publisher sends of its last day, and what becomes of it in the history of a screen. The hours are the test's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "session/received_past.h"

enum { MINUTE = 60 * 1000, HOUR_S = 3600, DAY = 1440, INTERVAL = 5 };

/* 2026-11-24 08:00 UTC. */
static const int64_t eight_s = 1795507200;

static const char text[] =
	"pages = ( { rows = ( { panels = ( { name = \"long\" type = \"chart\" span = \"24h\" series = ( \"agents_ready\" ) },"
	" { name = \"day\" type = \"intervals\" services = [\"Sales\"] },"
	" { name = \"q\" type = \"service_grid\" columns = ( \"name\", { spark = \"in_calls_waiting\" } ) } ) } ) } )";

static struct {
	struct layout *layout;
	struct board *board;
	struct history *history;
	struct received_past past;
	int64_t wall_ms;
} bench;

int64_t clock_boot_ms(void)
{
	return bench.wall_ms - eight_s * 1000 + 7 * MINUTE;
}

int64_t clock_wall_ms(void)
{
	return bench.wall_ms;
}

static int set_up(void **state)
{
	struct error error = { "" };
	(void)state;
	memset(&bench, 0, sizeof(bench));
	bench.layout = layout_parse("test", "test", text, &error);
	if (bench.layout == NULL)
		fail_msg("%s", error.text);
	bench.board = board_new(bench.layout);
	bench.history = history_new(bench.layout);
	json_init(&bench.past.json);
	/* The machine started seven minutes before eight. */
	bench.wall_ms = (eight_s + 20 * 60 + 10) * 1000;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	received_past_free(&bench.past);
	history_free(bench.history);
	board_free(bench.board);
	layout_free(bench.layout);
	return 0;
}

static void give_panel(const char *name, const char *key, const char *const *values, unsigned count)
{
	const struct panel *panel = layout_panel(bench.layout, name);
	struct panel_data *data = &bench.board->panels[panel->index].data[0];
	arena_reset(&data->arena);
	data->received = true;
	data->received_ms = clock_boot_ms();
	data->rows = 1;
	data->columns = count;
	data->cells = arena_alloc(&data->arena, count * sizeof(*data->cells));
	for (unsigned i = 0; i < count; i++)
		data->cells[i] = value_read(values[i], panel->columns[i].kind, SCALE_PERCENT, 0);
	if (key == NULL)
		return;
	data->keys = arena_alloc(&data->arena, sizeof(*data->keys));
	data->keys[0] = key;
}

/* The screen's own answer: agents, calls received today, calls that wait at Sales. */
static void live(const char *agents, const char *received)
{
	const char *totals[] = { agents }, *row[] = { "Sales", "7" };
	const struct panel *day = layout_panel(bench.layout, "day");
	const char *half[LAYOUT_COLUMNS_MAX];
	for (unsigned i = 0; i < day->column_count; i++)
		half[i] = strcmp(day->columns[i].stat, "in_calls_received_per_day") == 0 ? received : "";
	give_panel("long", NULL, totals, 1);
	give_panel("day", NULL, half, day->column_count);
	give_panel("q", "Sales", row, 2);
	history_take(bench.history, bench.board, bench.wall_ms - clock_boot_ms(), INTERVAL);
	received_past_fill(&bench.past, bench.history);
}

static void take(const char *bytes)
{
	received_past_take(&bench.past, bench.layout, bench.history, bytes, bytes != NULL ? strlen(bytes) : 0);
}

/* An hour in which each minute has its number, 100 calls a minute, and 3 waiting; up to the minute `end`. */
static void hour(int64_t hour_s, int end)
{
	static char bytes[20000];
	int used = snprintf(bytes, sizeof(bytes), "{\"schema\":\"cxwall-past/1\",\"from\":%lld,\"series\":[", (long long)hour_s);
	static const char *const series[] = {
		"\"scope\":\"total\",\"name\":\"\",\"statistic\":\"agents_ready\",\"counter\":false",
		"\"scope\":\"service\",\"name\":\"Sales\",\"statistic\":\"in_calls_received_per_day\",\"counter\":true",
		"\"scope\":\"service\",\"name\":\"Sales\",\"statistic\":\"in_calls_waiting\",\"counter\":false",
		"\"scope\":\"service\",\"name\":\"Board room\",\"statistic\":\"agents_busy\",\"counter\":false",
	};
	for (int s = 0; s < 4; s++) {
		used += snprintf(bytes + used, sizeof(bytes) - (size_t)used, "%s{%s,\"first\":0,\"last\":[", s > 0 ? "," : "", series[s]);
		for (int i = 0; i < end; i++) {
			int of_day = (int)(hour_s % 86400 / 60) + i + 1;
			used += snprintf(bytes + used, sizeof(bytes) - (size_t)used, "%s%d", i > 0 ? "," : "", s == 0 ? i : s == 1 ? 100 * of_day : 3);
		}
		used += snprintf(bytes + used, sizeof(bytes) - (size_t)used, "]");
		for (int i = 0; s == 1 && i < end; i++)
			used += snprintf(bytes + used, sizeof(bytes) - (size_t)used, "%s100", i > 0 ? "," : ",\"gained\":[");
		used += snprintf(bytes + used, sizeof(bytes) - (size_t)used, s == 1 ? "]}" : "}");
	}
	snprintf(bytes + used, sizeof(bytes) - (size_t)used, "]}");
	take(bytes);
}

static void all_hours(void)
{
	/* In no order; the minute that runs is the screen's own. */
	hour(eight_s, 21);
	for (int ago = 23; ago >= 1; ago--)
		hour(eight_s - ago * HOUR_S, 60);
	take(NULL);
}

static float chart_minute(int ago)
{
	float out[DAY];
	assert_true(history_read(bench.history, layout_panel(bench.layout, "long"), 0, clock_boot_ms(), 1, DAY, out));
	return out[DAY - 1 - ago];
}

static void is(float got, double wanted)
{
	if (isnan(got) || fabs((double)got - wanted) > 0.01)
		fail_msg("%g instead of %g", (double)got, wanted);
}

static void check_day(void)
{
	static struct history_interval halves[HISTORY_HALVES], sum;
	const struct panel *day = layout_panel(bench.layout, "day");
	unsigned calls = 0, count = history_intervals(bench.history, day, bench.wall_ms, halves, &sum);
	while (strcmp(day->columns[calls].stat, "in_calls_received_per_day") != 0)
		calls++;
	for (unsigned i = 0; i < count; i++) {
		if (!halves[i].known)
			continue;
		bool running = halves[i].from_ms == eight_s * 1000;
		is(halves[i].values[calls], running ? 2010 : 3000);
		assert_false(halves[i].partial);
	}
	is(sum.values[calls], 8 * 6000 + 2010);
}

static void a_screen_begins_with_a_day(void **state)
{
	float out[HISTORY_SLOTS];
	(void)state;
	live("70", "50010");
	all_hours();
	is(chart_minute(0), 70);
	/* The twentieth minute of the hour runs: what was before it is the publisher's. */
	is(chart_minute(1), 19);
	is(chart_minute(20), 0);
	is(chart_minute(21), 59);
	is(chart_minute(20 + 22 * 60), 0);
	assert_true(history_read_row(bench.history, layout_panel(bench.layout, "q"), "Sales", 1, clock_boot_ms(), 1, HISTORY_SLOTS, out));
	for (unsigned i = 0; i < HISTORY_SLOTS - 1; i++)
		is(out[i], 3);
	is(out[HISTORY_SLOTS - 1], 7);
	check_day();
	/* Another answer fills nothing twice; later all that waited is given up. */
	bench.wall_ms += 5000;
	live("70", "50010");
	check_day();
	assert_non_null(bench.past.table);
	bench.wall_ms += MINUTE;
	live("70", "50010");
	assert_null(bench.past.table);
	assert_true(bench.past.ended);
}

/* The past may come before the first data. */
static void data_may_come_later(void **state)
{
	(void)state;
	all_hours();
	live("70", "50010");
	is(chart_minute(1), 19);
	check_day();
}

/* While the connection was lost the publisher went on: minutes that have no value are filled, others stay. */
static void a_lost_connection_leaves_no_hole(void **state)
{
	(void)state;
	live("70", "50010");
	all_hours();
	bench.wall_ms += 10 * MINUTE;
	live("80", "51010");
	assert_true(isnan(chart_minute(5)));
	hour(eight_s, 30);
	take(NULL);
	is(chart_minute(5), 25);
	is(chart_minute(10), 70);
	is(chart_minute(0), 80);
}

/* A publisher that has none, and one who means harm. */
static void nothing_comes_of_nothing(void **state)
{
	(void)state;
	live("70", "50010");
	take(NULL);
	assert_true(bench.past.ended);
	assert_null(bench.past.table);
	take("nonsense");
	/* Of last week, and of tomorrow. */
	hour(eight_s - 7 * 24 * HOUR_S, 60);
	hour(eight_s + 5 * HOUR_S, 60);
	take(NULL);
	is(chart_minute(0), 70);
	for (int ago = 1; ago < DAY; ago++)
		assert_true(isnan(chart_minute(ago)));
	received_past_drop(&bench.past);
	received_past_fill(&bench.past, bench.history);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_screen_begins_with_a_day, set_up, tear_down),
		cmocka_unit_test_setup_teardown(data_may_come_later, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_lost_connection_leaves_no_hole, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nothing_comes_of_nothing, set_up, tear_down),
	};
	setenv("TZ", "UTC0", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
