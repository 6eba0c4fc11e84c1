/*
 * The figures of a shift: differences of counters, resets and corrections, gaps, the worst quarter-hour, the service
 * level of an hour and how sure it is. And the layout that is made of a recorded request.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "board/decode.h"
#include "board/query.h"
#include "recording/recorded_wall.h"
#include "recording/summary.h"

enum { COLUMNS = 7, HOUR = SUMMARY_HOUR_MS, MINUTE = 60 * 1000 };

/* 2026-11-24 08:00 UTC. */
static const int64_t eight = 1795507200000;

static const char text[] =
	"pages = ( { rows = ( { panels = ( { name = \"q\" type = \"service_grid\" columns = ( \"name\","
	" \"in_calls_waiting\", \"in_max_wait_time\", \"in_calls_received_per_day\", \"in_calls_answered_per_day\","
	" \"in_calls_abandoned_in_queue_per_day\", \"service_level\" ) } ) } ) } )";

struct desk {
	struct layout *layout;
	struct board *board;
	struct summary summary;
};

/* Teams and services that cannot be listed. */
static const struct catalogue unknown = { .known = false };

static struct layout *parse(const char *layout)
{
	struct error error = { "" };
	struct layout *parsed = layout_parse("test", "test", layout, &error);
	if (parsed == NULL)
		fail_msg("%s", error.text);
	return parsed;
}

static void desk_open(struct desk *desk, int64_t from_ms, int64_t until_ms)
{
	desk->layout = parse(text);
	desk->board = board_new(desk->layout);
	summary_init(&desk->summary, from_ms, until_ms);
	desk->summary.gap_ms = 30 * MINUTE;
}

static void desk_close(struct desk *desk)
{
	summary_free(&desk->summary);
	board_free(desk->board);
	layout_free(desk->layout);
}

/* One service: waiting, longest, received, answered, abandoned long, service level. */
static void give(struct desk *desk, int64_t wall_ms, const char *const cells[COLUMNS - 1])
{
	static const enum kind kinds[COLUMNS - 1] = {
		KIND_COUNT, KIND_DURATION, KIND_COUNT, KIND_COUNT, KIND_COUNT, KIND_PERCENT,
	};
	struct panel_data *data = &desk->board->panels[0].data[0];
	arena_reset(&data->arena);
	data->received = true;
	data->received_ms = wall_ms;
	data->rows = 1;
	data->columns = COLUMNS;
	data->cells = arena_alloc(&data->arena, COLUMNS * sizeof(*data->cells));
	data->keys = arena_alloc(&data->arena, sizeof(*data->keys));
	data->keys[0] = "Sales";
	data->cells[0] = value_read("Sales", KIND_TEXT, SCALE_PERCENT, 0);
	for (int i = 0; i < COLUMNS - 1; i++)
		data->cells[i + 1] = value_read(cells[i], kinds[i], SCALE_PERCENT, 0);
	summary_add_answer(&desk->summary, desk->board, wall_ms, wall_ms);
}

#define GIVE(desk, wall_ms, ...) give(desk, wall_ms, (const char *const[]){ __VA_ARGS__ })

static void near(double got, double wanted)
{
	if (!(fabs(got - wanted) < 1e-9))
		fail_msg("%.12g instead of %.12g", got, wanted);
}

static const struct summary_line *line(const struct desk *desk)
{
	assert_int_equal(desk->summary.line_count, 1);
	return &desk->summary.lines[0];
}

static void counts_what_rose(void **state)
{
	struct desk desk;
	double percent = 0, margin = 0;
	(void)state;
	desk_open(&desk, eight, eight + 2 * HOUR);
	/* The first answer is where counting begins. */
	GIVE(&desk, eight, "0", "", "100", "80", "10", "80.0");
	GIVE(&desk, eight + 30 * MINUTE, "4", "65", "120", "95", "11", "79.2");
	GIVE(&desk, eight + HOUR, "0", "", "130", "105", "11", "80.2");
	summary_end(&desk.summary);
	const struct summary_line *sales = line(&desk);
	near(sales->whole.calls[CALLS_RECEIVED], 30);
	near(sales->whole.calls[CALLS_ANSWERED], 25);
	assert_int_equal(sales->hour_count, 2);
	near(sales->hours[0].calls[CALLS_RECEIVED], 20);
	near(sales->hours[1].calls[CALLS_RECEIVED], 10);
	/* 72 of 90, 84 of 106, 93 of 116: never the mean of 79.2 and 80.2. */
	assert_true(calls_level(&sales->hours[0], &percent, &margin));
	near(percent, 100.0 * 12 / 16);
	near(margin, 0);
	assert_true(calls_level(&sales->hours[1], &percent, NULL));
	near(percent, 100.0 * 9 / 10);
	assert_true(calls_level(&sales->whole, &percent, NULL));
	near(percent, 100.0 * 21 / 26);
	near(sales->hours[0].running, 79.2);
	assert_false(sales->hours[0].counted[CALLS_ABANDONED]);
	near(calls_abandoned(&sales->whole), -1);
	desk_close(&desk);
}

/* Before the first call of a day the level is blank, and the first hour has one all the same. */
static void a_day_begins_without_calls(void **state)
{
	struct desk desk;
	double percent = 0, margin = 0;
	(void)state;
	desk_open(&desk, eight, eight + HOUR);
	GIVE(&desk, eight, "0", "", "0", "0", "0", "");
	GIVE(&desk, eight + 20 * MINUTE, "0", "", "10", "8", "2", "70.0");
	GIVE(&desk, eight + 40 * MINUTE, "0", "", "20", "16", "4", "75.0");
	summary_end(&desk.summary);
	const struct summary_line *sales = line(&desk);
	assert_int_equal(sales->hour_count, 1);
	assert_true(calls_level(&sales->hours[0], &percent, &margin));
	near(percent, 75);
	desk_close(&desk);
}

/* Rows of one service in one panel: calls received by each; "" : a row without a number. */
static void give_rows(struct desk *desk, unsigned panel, int64_t wall_ms, const char *const received[2])
{
	struct panel_data *data = &desk->board->panels[panel].data[0];
	arena_reset(&data->arena);
	data->received = true;
	data->received_ms = wall_ms;
	data->rows = 0;
	data->columns = 2;
	data->cells = arena_alloc(&data->arena, 4 * sizeof(*data->cells));
	data->keys = arena_alloc(&data->arena, 2 * sizeof(*data->keys));
	for (unsigned row = 0; row < 2 && received[row] != NULL; row++, data->rows++) {
		data->keys[row] = "Sales";
		data->cells[2 * row] = value_read("Sales", KIND_TEXT, SCALE_PERCENT, 0);
		data->cells[2 * row + 1] = value_read(received[row], KIND_COUNT, SCALE_PERCENT, 0);
	}
}

/* Two panels may be asked for different services' calls, and two rows may have one name: their counters are never mixed. */
static void the_first_panel_and_row_count(void **state)
{
	static const char two[] = "pages = ( { rows = ( { panels = ("
		" { name = \"a\" type = \"service_grid\" columns = ( \"name\", \"in_calls_received_per_day\" ) },"
		" { name = \"b\" type = \"service_grid\" columns = ( \"name\", \"in_calls_received_per_day\" ) } ) } ) } )";
	static const char *const a[][2] = { { "100", "900" }, { NULL, NULL }, { "110", "900" }, { "", "" }, { "115", "900" } };
	static const char *const b[][2] = { { "100", NULL }, { "130", NULL }, { "140", NULL }, { "150", NULL }, { "160", NULL } };
	struct desk desk;
	(void)state;
	desk.layout = parse(two);
	desk.board = board_new(desk.layout);
	summary_init(&desk.summary, eight, eight + 2 * HOUR);
	desk.summary.gap_ms = 30 * MINUTE;
	for (unsigned i = 0; i < 5; i++) {
		int64_t wall_ms = eight + i * 10 * MINUTE;
		/* The second time the first panel is not in the answer. */
		if (i != 1)
			give_rows(&desk, 0, wall_ms, a[i]);
		give_rows(&desk, 1, wall_ms, b[i]);
		summary_add_answer(&desk.summary, desk.board, wall_ms, wall_ms);
	}
	summary_end(&desk.summary);
	near(line(&desk)->whole.calls[CALLS_RECEIVED], 15);
	desk_close(&desk);
}

static void a_reset_is_no_fall(void **state)
{
	struct desk desk;
	double percent = 0;
	(void)state;
	desk_open(&desk, eight, eight + HOUR);
	GIVE(&desk, eight, "0", "", "400", "300", "50", "80.00");
	GIVE(&desk, eight + 10 * MINUTE, "0", "", "410", "310", "50", "80.00");
	GIVE(&desk, eight + 11 * MINUTE, "0", "", "3", "2", "1", "33.33");
	GIVE(&desk, eight + 12 * MINUTE, "0", "", "7", "5", "1", "66.67");
	summary_end(&desk.summary);
	near(line(&desk)->whole.calls[CALLS_RECEIVED], 17);
	near(line(&desk)->whole.calls[CALLS_ANSWERED], 15);
	assert_true(calls_level(&line(&desk)->whole, &percent, NULL));
	/* 8 of 10 before it, then 4 of 6. */
	near(percent, 100.0 * 12 / 16);
	assert_int_equal(desk.summary.resets, 1);
	assert_int_equal(desk.summary.reset_ms, eight + 11 * MINUTE);
	desk_close(&desk);
}

static void a_correction_is_no_reset(void **state)
{
	struct desk desk;
	(void)state;
	desk_open(&desk, eight, eight + HOUR);
	GIVE(&desk, eight, "0", "", "400", "300", "1", "80");
	GIVE(&desk, eight + MINUTE, "0", "", "398", "301", "0", "80");
	GIVE(&desk, eight + 2 * MINUTE, "0", "", "405", "305", "2", "");
	summary_end(&desk.summary);
	near(line(&desk)->whole.calls[CALLS_RECEIVED], 5);
	near(line(&desk)->whole.calls[CALLS_ANSWERED], 5);
	assert_int_equal(desk.summary.resets, 0);
	desk_close(&desk);
}

/* What is blank once is as it was before, and counted when it comes again. */
static void a_blank_loses_nothing(void **state)
{
	struct desk desk;
	(void)state;
	desk_open(&desk, eight, eight + HOUR);
	GIVE(&desk, eight, "0", "", "400", "300", "1", "80");
	GIVE(&desk, eight + MINUTE, "0", "", "", "", "", "");
	GIVE(&desk, eight + 2 * MINUTE, "0", "", "405", "302", "2", "80");
	summary_end(&desk.summary);
	near(line(&desk)->whole.calls[CALLS_RECEIVED], 5);
	near(line(&desk)->whole.calls[CALLS_ANSWERED], 2);
	desk_close(&desk);
}

static void says_what_rounding_leaves_open(void **state)
{
	struct desk desk;
	double percent = 0, margin = 0;
	(void)state;
	desk_open(&desk, eight, eight + HOUR);
	GIVE(&desk, eight, "0", "", "1", "900", "100", "80");
	GIVE(&desk, eight + MINUTE, "0", "", "1", "980", "120", "79");
	summary_end(&desk.summary);
	/* Whole percents of 1000 and 1100 calls: 10 and 11 calls either way, of 100. */
	assert_true(calls_level(&line(&desk)->whole, &percent, &margin));
	near(percent, 69);
	near(margin, 21);
	desk_close(&desk);
}

static void the_worst_quarter(void **state)
{
	struct desk desk;
	(void)state;
	desk_open(&desk, eight, eight + HOUR);
	GIVE(&desk, eight + MINUTE, "9", "59", "1", "1", "0", "80");
	GIVE(&desk, eight + 16 * MINUTE, "2", "60", "1", "1", "0", "80");
	GIVE(&desk, eight + 31 * MINUTE, "3", "60", "1", "1", "0", "80");
	GIVE(&desk, eight + 44 * MINUTE, "7", "12", "1", "1", "0", "80");
	GIVE(&desk, eight + 46 * MINUTE, "7", "60", "1", "1", "0", "80");
	summary_end(&desk.summary);
	/* The longest wait goes before the most waiting; of equal ones the earlier stays. */
	assert_int_equal(line(&desk)->worst.from_ms, eight + 30 * MINUTE);
	near(line(&desk)->worst.longest, 60);
	near(line(&desk)->worst.waiting, 7);
	desk_close(&desk);
}

static void gaps_and_parts(void **state)
{
	struct desk desk;
	(void)state;
	desk_open(&desk, eight, eight + 4 * HOUR);
	desk.summary.gap_ms = CALLS_GAP_MS;
	GIVE(&desk, eight + 2 * MINUTE, "0", "", "1", "1", "0", "80");
	for (int minute = 3; minute <= 4 * 60; minute++)
		if (minute < 90 || minute > 100)
			GIVE(&desk, eight + minute * MINUTE, "0", "", "1", "1", "0", "80");
	summary_end(&desk.summary);
	assert_int_equal(desk.summary.gap_count, 2);
	assert_int_equal(desk.summary.gaps[0].to_ms, eight + 2 * MINUTE);
	assert_int_equal(desk.summary.gaps[1].from_ms, eight + 89 * MINUTE);
	assert_int_equal(desk.summary.gaps[1].to_ms, eight + 101 * MINUTE);
	assert_int_equal(desk.summary.gaps_ms, 14 * MINUTE);
	assert_true(summary_partial(&desk.summary, eight, HOUR));
	assert_true(summary_partial(&desk.summary, eight + HOUR, HOUR));
	assert_false(summary_partial(&desk.summary, eight + 2 * HOUR, HOUR));
	assert_true(summary_partial(&desk.summary, eight + 4 * HOUR, HOUR));
	desk_close(&desk);
}

/* Calls of a gap are in the whole, and in an hour that has all of it. */
static void calls_of_a_gap(void **state)
{
	struct desk desk;
	(void)state;
	desk_open(&desk, eight, eight + 2 * HOUR);
	desk.summary.gap_ms = CALLS_GAP_MS;
	GIVE(&desk, eight, "0", "", "10", "10", "0", "80");
	GIVE(&desk, eight + 20 * MINUTE, "0", "", "13", "10", "0", "80");
	GIVE(&desk, eight + 70 * MINUTE, "0", "", "20", "10", "0", "80");
	GIVE(&desk, eight + 71 * MINUTE, "0", "", "21", "10", "0", "80");
	summary_end(&desk.summary);
	near(line(&desk)->whole.calls[CALLS_RECEIVED], 11);
	near(line(&desk)->hours[0].calls[CALLS_RECEIVED], 3);
	near(line(&desk)->hours[1].calls[CALLS_RECEIVED], 1);
	near(line(&desk)->quarter.calls[CALLS_RECEIVED], 1);
	desk_close(&desk);
}

/* What came before the period tells where the counters stood, if it was just before. */
static void begins_in_the_middle(void **state)
{
	for (int old = 0; old <= 1; old++) {
		struct desk desk;
		(void)state;
		desk_open(&desk, eight, eight + HOUR);
		desk.summary.gap_ms = CALLS_GAP_MS;
		GIVE(&desk, eight - (old ? 30 * MINUTE : 5000), "9", "900", "100", "80", "10", "80");
		GIVE(&desk, eight + 1000, "0", "", "104", "82", "10", "80");
		GIVE(&desk, eight + 6000, "0", "", "105", "83", "10", "80");
		GIVE(&desk, eight + HOUR + 1, "99", "9999", "500", "83", "10", "80");
		summary_end(&desk.summary);
		near(line(&desk)->whole.calls[CALLS_RECEIVED], old ? 1 : 5);
		near(line(&desk)->whole.longest, -1);
		assert_int_equal(desk.summary.answers, 2);
		desk_close(&desk);
	}
}

static void alerts_add_up(void **state)
{
	struct summary summary;
	(void)state;
	summary_init(&summary, eight, eight + HOUR);
	summary_alert(&summary, "long queue", eight, 3000, false);
	summary_alert(&summary, "other", eight, 0, false);
	summary_alert(&summary, "long queue", eight + 1, 5000, true);
	assert_int_equal(summary.alert_count, 2);
	assert_int_equal(summary.alerts[0].count, 2);
	assert_int_equal(summary.alerts[0].unfinished, 1);
	assert_int_equal(summary.alerts[0].lasted_ms, 8000);
	assert_int_equal(summary.alerts[0].longest_at_ms, eight + 1);
	assert_int_equal(summary.alerts[1].longest_at_ms, eight);
	summary_free(&summary);
}

/* A request that is written down, as the summary's own layout, and its answer. */
static void a_layout_of_what_was_recorded(void **state)
{
	static const char source[] =
		"pages = ( { rows = ( { panels = ( { name = \"q\" type = \"service_grid\" services = [\"Sa\\\"les\\\\\"]"
		" filter = \"agents_logged GE 'a \\\"b'\" limit = 7 total = true columns = ( \"agents_logged\", \"in_calls_waiting\","
		" { stat = \"service_level\" scale = \"fraction\" } ) },"
		" { name = \"people\" type = \"agent_grid\" columns = ( \"first_last_name\" ) },"
		" { name = \"few\" type = \"totals\" tiles = ( \"agents_ready\" ) },"
		" { name = \"now\" type = \"totals\" tiles = ( \"service_level\" ) } ) } ) } )";
	struct layout *layout = parse(source);
	struct request request;
	struct buffer record, made;
	struct json json;
	struct error error = { "" };
	double interval;
	(void)state;
	request_init(&request);
	json_init(&json);
	buffer_init(&record, REQUEST_BODY_MAX);
	buffer_init(&made, REQUEST_BODY_MAX);
	request_plan(&request, layout, &unknown, &unknown, "test");
	assert_true(request_record_put(&request, 5, &record));
	assert_true(json_parse(&json, record.data, record.length, &error));
	assert_true(recorded_summary_layout(&json, &made));
	struct layout *own = parse(buffer_string(&made));
	assert_int_equal(own->panel_count, 2);
	assert_string_equal(own->panels[0].services.items[0], "Sa\"les\\");
	assert_string_equal(own->panels[0].filter_value, "a \"b");
	assert_true(panel_column(&own->panels[0], "name") >= 0);
	assert_true(own->panels[0].total);
	struct request found;
	request_init(&found);
	if (!request_record_read(&found, own, &json, record.data, record.length, &interval, &error))
		fail_msg("%s", error.text);
	for (unsigned i = 0; i < found.set_count; i++)
		if (found.sets[i].skipped)
			fail_msg("%s: %s", found.sets[i].panel->name, found.sets[i].reason);
	assert_int_equal(found.sets[0].columns[panel_column(&own->panels[0], "service_level")].scale, SCALE_FRACTION);
	request_free(&found);
	request_free(&request);
	layout_free(own);
	layout_free(layout);
	buffer_free(&record);
	buffer_free(&made);
	json_free(&json);
}

/* Panels of types that this program knows, two in a row; without any there is no layout. */
static void a_layout_of_known_panels(void **state)
{
#define SET(name, type) "{\"panel\":\"" name "\",\"type\":\"" type "\",\"columns\":[{\"id\":\"1\",\"stat\":\"in_calls_waiting\"}]}"
	static const struct {
		const char *sets;
		unsigned panels, rows;
	} rows[] = {
		{ "", 0, 0 }, { SET("a", "strange"), 0, 0 }, { SET("a", "totals"), 1, 1 },
		{ SET("a", "totals") "," SET("x", "strange") "," SET("b", "service_grid"), 2, 1 },
		{ SET("a", "totals") "," SET("b", "service_grid") "," SET("c", "totals"), 3, 2 },
		{ SET("a", "totals") "," SET("b", "totals") "," SET("c", "totals") "," SET("d", "totals") "," SET("e", "totals"), 5, 3 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct recorded_wall wall = { .layout = "mine" };
		struct error error = { "" };
		buffer_init(&wall.request, REQUEST_BODY_MAX);
		buffer_print(&wall.request, "{\"layout\":\"mine\",\"sets\":[%s]}", rows[i].sets);
		struct layout *layout = recorded_wall_layout(&wall, &error);
		if (rows[i].panels == 0) {
			assert_null(layout);
		} else {
			if (layout == NULL)
				fail_msg("%s", error.text);
			assert_string_equal(layout->title, "mine");
			assert_int_equal(layout->panel_count, rows[i].panels);
			assert_int_equal(layout->pages[0].row_count, rows[i].rows);
			assert_string_equal(layout->panels[0].name, "panel1");
			assert_string_equal(layout->panels[0].title, "a");
		}
		layout_free(layout);
		recorded_wall_free(&wall);
	}
#undef SET
}

/* The same column for both, once recorded or twice, whatever the order of a row. */
static void a_statistic_shown_twice(void **state)
{
#define SOLD "{ stat = \"calls_dispositions_per_day\" dispositions = [\"Sold\"] kind = \"count\" }"
#define LAYOUT(columns) "pages = ( { rows = ( { panels = ( { name = \"q\" type = \"service_grid\" columns = ( \"name\", " \
	columns " ) } ) } ) } )"
	static const char twice[] = LAYOUT(SOLD ", { stat = \"calls_dispositions_per_day\" dispositions = [\"Lost\"] }, " SOLD);
	static const char once[] = LAYOUT(SOLD ", { stat = \"calls_dispositions_per_day\" dispositions = [\"Lost\"] }");
	static const char *const rows[] = { "\"1\":\"Sales\",\"2\":\"17\",\"3\":\"4\"",
		"\"1\":\"Sales\",\"2\":\"17\",\"3\":\"4\",\"4\":\"17\"", "\"1\":\"Sales\",\"3\":\"4\",\"2\":\"17\"" };
	for (int row = 0; row < 3; row++) {
		struct layout *layout = parse(row == 1 ? twice : once), *shown = parse(twice);
		struct request request, found;
		struct buffer record;
		struct json json;
		struct error error = { "" };
		double interval;
		char answer[400];
		(void)state;
		request_init(&request);
		request_init(&found);
		json_init(&json);
		buffer_init(&record, REQUEST_BODY_MAX);
		request_plan(&request, layout, &unknown, &unknown, "test");
		assert_true(request_record_put(&request, 5, &record));
		if (!request_record_read(&found, shown, &json, record.data, record.length, &interval, &error))
			fail_msg("%s", error.text);
		snprintf(answer, sizeof(answer), "{\"%s\":{\"service_grids\":[{\"id\":\"grid\",\"values\":[{%s},"
			"{\"1\":\"Help\",\"2\":\"5\"}]}]}}", request.sets[0].app_id, rows[row]);
		struct frame frame = { .kind = FRAME_DATA, .subject = "", .received_ms = 1, .bytes = answer,
			.length = strlen(answer), .request = &found };
		struct board *board = board_new(shown);
		if (!decode_frame(board, &frame, NULL, &error))
			fail_msg("%s", error.text);
		const struct panel_data *data = board_data(board, &shown->panels[0]);
		assert_int_equal(data->rows, 2);
		assert_string_equal(board_keys(data)[0], "Sales");
		/* A row that nobody looked at, as a sort sees it. */
		if (row != 1)
			near(board_peek(data, 1, 3).number, 5);
		near(board_cell(data, 0, 1)->number, 17);
		assert_string_equal(board_cell(data, 0, 2)->text, "4");
		assert_int_equal(board_cell(data, 0, 3)->state, VALUE_NUMBER);
		near(board_cell(data, 0, 3)->number, 17);
		board_free(board);
		request_free(&request);
		request_free(&found);
		buffer_free(&record);
		json_free(&json);
		layout_free(layout);
		layout_free(shown);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_what_rose),
		cmocka_unit_test(a_day_begins_without_calls),
		cmocka_unit_test(the_first_panel_and_row_count),
		cmocka_unit_test(a_reset_is_no_fall),
		cmocka_unit_test(a_correction_is_no_reset),
		cmocka_unit_test(a_blank_loses_nothing),
		cmocka_unit_test(says_what_rounding_leaves_open),
		cmocka_unit_test(the_worst_quarter),
		cmocka_unit_test(gaps_and_parts),
		cmocka_unit_test(calls_of_a_gap),
		cmocka_unit_test(begins_in_the_middle),
		cmocka_unit_test(alerts_add_up),
		cmocka_unit_test(a_layout_of_what_was_recorded),
		cmocka_unit_test(a_layout_of_known_panels),
		cmocka_unit_test(a_statistic_shown_twice),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
