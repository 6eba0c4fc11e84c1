/*
 * Values in documents: JSON, CSV, metrics and a plugin's line, of texts that would break them and of numbers at their
 * edges. What is printed is read again: JSON by the strict pass, the others byte for byte.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "board/decode.h"
#include "output/csv.h"
#include "output/json.h"
#include "output/lines.h"
#include "output/metrics.h"
#include "output/values.h"
#include "output/plugin.h"

static const char layout_text[] =
	"title = \"Dreadful \\\"quotes\\\" \\\\ and |bars|\"\n"
	"pages = ( { rows = ( { panels = ("
	" { name = \"queues\" type = \"service_grid\" columns = ( \"name\", \"in_calls_waiting\","
	"   \"in_max_wait_time\", \"service_level\" ) },"
	" { name = \"now\" type = \"totals\" tiles = ( \"in_calls_waiting\", \"in_max_wait_time\", \"service_level\" ) },"
	" { name = \"odd\" type = \"totals\" tiles = ( { stat = \"odd-one\" kind = \"count\" },"
	"   { stat = \"odd.one\" kind = \"count\" } ) },"
	" { name = \"open\" type = \"availability\" services = [\"Sales, \\\"north\\\"\"] },"
	" { name = \"never\" type = \"totals\" tiles = ( \"in_calls_waiting\" ) } ) } ) } )";

/* Names: quotes, a backslash, line ends (which are scrubbed), a formula, a bar and what a plugin's label cannot hold. */
static const char answer[] =
	"{\"t/queues\":{\"service_grids\":[{\"id\":\"grid\",\"values\":["
	" {\"1\":\"a \\\"b\\\", c\\\\d\",\"2\":\"12\",\"3\":\"130\",\"4\":\"100\"},"
	" {\"1\":\"two\\r\\nlines\",\"2\":\"-5\",\"3\":\"-1\",\"4\":\"33.333333333333\"},"
	" {\"1\":\"=1+1|it's\",\"2\":\"123456789012\",\"3\":\"0:07\",\"4\":\"0\"},"
	" {\"1\":\"NaN\",\"2\":\"NaN\",\"3\":\"inf\",\"4\":\"nan%\"},"
	" {\"1\":\"1e999\",\"2\":\"1e999\",\"3\":\"1e999\",\"4\":\"1e999\"},"
	" {\"1\":\"\\u00e9\\ud83d\\ude00\",\"2\":\"\",\"4\":\"7 %\"}]}]},"
	"\"t/now\":{\"stats_totals\":{\"in_calls_waiting\":\"-0\",\"in_max_wait_time\":\"\",\"service_level\":\"0.5\"}},"
	"\"t/odd\":{\"stats_totals\":{\"odd-one\":\"1\",\"odd.one\":\"2\"}}}";

struct desk {
	struct layout *layout;
	struct catalogue teams, services;
	struct request request;
	struct board *board;
	struct link link;
	struct board_view view;
	struct buffer out;
};

static int open_desk(void **state)
{
	static struct desk desk;
	struct error error = { "" };
	memset(&desk, 0, sizeof(desk));
	desk.layout = layout_parse("test", "test.conf", layout_text, &error);
	if (desk.layout == NULL)
		fail_msg("%s", error.text);
	catalogue_init(&desk.teams);
	catalogue_init(&desk.services);
	request_init(&desk.request);
	request_plan(&desk.request, desk.layout, &desk.teams, &desk.services, "t");
	desk.board = board_new(desk.layout);
	struct frame frame = { .kind = FRAME_DATA, .subject = "", .received_ms = 1000, .wall_ms = 1767225600000,
		.bytes = answer, .length = sizeof(answer) - 1, .request = &desk.request };
	if (!decode_frame(desk.board, &frame, NULL, &error))
		fail_msg("%s", error.text);
	desk.link = (struct link){ .state = LINK_LIVE, .interval = 5, .accepted_ms = 1000 };
	desk.view = (struct board_view){ .board = desk.board, .link = &desk.link, .now_ms = 2000, .wall_ms = 1767225601000 };
	buffer_init(&desk.out, 1024 * 1024);
	*state = &desk;
	return 0;
}

static int close_desk(void **state)
{
	struct desk *desk = *state;
	buffer_free(&desk->out);
	board_free(desk->board);
	request_free(&desk->request);
	catalogue_free(&desk->teams);
	catalogue_free(&desk->services);
	layout_free(desk->layout);
	return 0;
}

static const struct panel *panel(const struct desk *desk, const char *name)
{
	return layout_panel(desk->layout, name);
}

static void numbers(void **state)
{
	static const struct {
		double number;
		const char *text;
	} rows[] = {
		{ 0, "0" }, { -0.0, "0" }, { 7, "7" }, { -5, "-5" }, { 0.5, "0.5" }, { -0.25, "-0.25" },
		{ 123456789012345, "123456789012345" }, { 1.0 / 3, "0.3333333333" }, { 1e15, "1e+15" }, { 1e300, "1e+300" },
	};
	char out[NUMBER_TEXT_MAX];
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(number_text(out, rows[i].number), rows[i].text);
}

static void fields(void **state)
{
	static const char *const rows[][2] = {
		{ "", "" }, { "plain", "plain" }, { "a,b", "\"a,b\"" }, { "say \"hi\"", "\"say \"\"hi\"\"\"" },
		{ "two\nlines", "\"two\nlines\"" }, { "cr\r", "\"cr\r\"" }, { " before", "\" before\"" },
		{ "after ", "\"after \"" }, { "\"", "\"\"\"\"" }, { "=1+1", "=1+1" }, { "in side", "in side" },
	};
	struct desk *desk = *state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		buffer_clear(&desk->out);
		csv_field(&desk->out, true, rows[i][0]);
		assert_string_equal(buffer_string(&desk->out), rows[i][1]);
	}
	csv_field(&desk->out, false, "");
	csv_field(&desk->out, false, "x");
	assert_string_equal(buffer_string(&desk->out), "in side,,x");
}

static void csv(void **state)
{
	struct desk *desk = *state;
	struct error error;
	assert_true(csv_document(&desk->view, panel(desk, "queues"), &desk->out, &error));
	assert_string_equal(buffer_string(&desk->out), "name,in_calls_waiting,in_max_wait_time,service_level\r\n"
		"\"a \"\"b\"\", c\\d\",12,130,100\r\n"
		"two lines,-5,-1,33.33333333\r\n"
		"=1+1|it's,123456789012,7,0\r\n"
		"NaN,NaN,inf,nan%\r\n"
		"1e999,1e999,1e999,1e999\r\n"
		"\303\251\360\237\230\200,,,7\r\n");
	assert_true(csv_document(&desk->view, panel(desk, "open"), &desk->out, &error));
	assert_string_equal(buffer_string(&desk->out), "service,availability,age_seconds,problem\r\n"
		"\"Sales, \"\"north\"\"\",never,,\r\n");
	assert_false(csv_document(&desk->view, panel(desk, "never"), &desk->out, &error));
	assert_string_equal(error.text, "panel 'never' has no data");
}

/* The value of a cell of the queues, as text and kind. */
static void check_cell(const struct json *json, unsigned row, unsigned column, enum json_kind kind, const char *value)
{
	char text[200];
	int at = json_first(json, json_get(json, json_root(json), "panels"));
	at = json_first(json, json_get(json, at, "rows"));
	int rows = json_get(json, json_first(json, json_get(json, json_root(json), "panels")), "rows");
	while (row-- > 0)
		at = json_next(json, rows, at);
	int cell = json_first(json, at);
	while (column-- > 0)
		cell = json_next(json, at, cell);
	int node = json_get(json, cell, "value");
	assert_int_equal(json_kind(json, node), kind);
	json_text(json, node, text, sizeof(text));
	assert_string_equal(text, value);
}

static void json(void **state)
{
	struct desk *desk = *state;
	struct error error = { "" };
	struct json read;
	char title[100];
	assert_true(json_document(&desk->view, "ten\"ant", NULL, &desk->out));
	json_init(&read);
	if (!json_parse(&read, buffer_string(&desk->out), desk->out.length, &error))
		fail_msg("%s: %s", error.text, buffer_string(&desk->out));
	json_text(&read, json_get(&read, json_root(&read), "title"), title, sizeof(title));
	assert_string_equal(title, "Dreadful \"quotes\" \\ and |bars|");
	check_cell(&read, 0, 0, JSON_STRING, "a \"b\", c\\d");
	check_cell(&read, 0, 1, JSON_NUMBER, "12");
	check_cell(&read, 1, 1, JSON_NUMBER, "-5");
	check_cell(&read, 1, 3, JSON_NUMBER, "33.33333333");
	check_cell(&read, 2, 1, JSON_NUMBER, "123456789012");
	check_cell(&read, 2, 2, JSON_NUMBER, "7");
	check_cell(&read, 3, 1, JSON_STRING, "NaN");
	check_cell(&read, 4, 1, JSON_STRING, "1e999");
	check_cell(&read, 5, 0, JSON_STRING, "\303\251\360\237\230\200");
	check_cell(&read, 5, 1, JSON_NULL, "");
	check_cell(&read, 5, 2, JSON_NULL, "");
	json_free(&read);
}

static void check_has(const struct desk *desk, const char *line)
{
	if (strstr(buffer_string(&desk->out), line) == NULL)
		fail_msg("no %s in\n%s", line, buffer_string(&desk->out));
}

static void metrics(void **state)
{
	struct desk *desk = *state;
	assert_true(metrics_document(&desk->view, &desk->out));
	check_has(desk, "\ncxwall_in_calls_waiting{panel=\"queues\",service=\"a \\\"b\\\", c\\\\d\"} 12\n");
	check_has(desk, "\ncxwall_in_calls_waiting{panel=\"queues\",service=\"two lines\"} -5\n");
	check_has(desk, "\ncxwall_in_calls_waiting{panel=\"queues\",service=\"=1+1|it's\"} 123456789012\n");
	check_has(desk, "\ncxwall_in_calls_waiting{panel=\"now\"} 0\n");
	check_has(desk, "\ncxwall_service_level_ratio{panel=\"now\"} 0.5\n");
	check_has(desk, "\ncxwall_in_max_wait_time_seconds{panel=\"queues\",service=\"=1+1|it's\"} 7\n");
	/* What is no number has no series: never NaN, never infinity. */
	assert_null(strstr(buffer_string(&desk->out), "service=\"NaN\"} "));
	assert_null(strstr(buffer_string(&desk->out), "1e999"));
	assert_null(strstr(buffer_string(&desk->out), "} nan"));
	assert_null(strstr(buffer_string(&desk->out), "} inf"));
	assert_string_equal(buffer_string(&desk->out) + desk->out.length - 6, "# EOF\n");
}

/* How often a line begins with this. */
static unsigned count_lines(const struct desk *desk, const char *beginning)
{
	unsigned count = 0;
	for (const char *at = buffer_string(&desk->out); (at = strstr(at, beginning)) != NULL; at++)
		count += at == buffer_string(&desk->out) || at[-1] == '\n';
	return count;
}

/* A scraper refuses a page with a family in two places, or with a series twice. */
static void a_family_and_a_series_appear_once(void **state)
{
	struct desk *desk = *state;
	assert_true(metrics_document(&desk->view, &desk->out));
	assert_int_equal(count_lines(desk, "# TYPE cxwall_in_calls_waiting gauge\n"), 1);
	assert_int_equal(count_lines(desk, "cxwall_in_calls_waiting{panel=\"now\"} "), 1);
	/* Two statistics whose names differ in what a name of a family cannot hold: the first is printed. */
	assert_int_equal(count_lines(desk, "cxwall_odd_one{panel=\"odd\"} 1\n"), 1);
	assert_int_equal(count_lines(desk, "cxwall_odd_one{panel=\"odd\"} "), 1);
	assert_int_equal(count_lines(desk, "cxwall_in_calls_waiting{panel=\"queues\",service=\"two lines\"} "), 1);
}

static void check_plugin(struct desk *desk, const char *value, const char *warn, enum plugin_status wanted,
	const char *line)
{
	struct error error = { "" };
	struct operand operand;
	struct plugin_limits limits = { .warn = { .comparison = COMPARE_NONE } };
	if (!expression_value(value, desk->layout, &operand, &error))
		fail_msg("%s", error.text);
	const struct column *column = operand_column(&operand);
	if (!threshold_read(warn, column->kind, column->good, &limits.warn, &error))
		fail_msg("%s", error.text);
	assert_int_equal(plugin_value(&desk->view, &operand, &limits, &desk->out), wanted);
	assert_string_equal(buffer_string(&desk->out), line);
}

static void plugin(void **state)
{
	struct desk *desk = *state;
	check_plugin(desk, "queues[\"=1+1|it's\"].in_calls_waiting", "> 5", PLUGIN_WARNING,
		"WARNING - queues[\"=1+1/it's\"].in_calls_waiting is 123456789012 |"
		" 'queues[\"_1+1_it''s\"].in_calls_waiting'=123456789012;~:5;\n");
	check_plugin(desk, "queues['two lines'].in_calls_waiting", "< -4", PLUGIN_WARNING,
		"WARNING - queues[\"two lines\"].in_calls_waiting is -5 | 'queues[\"two lines\"].in_calls_waiting'=-5;-4:;\n");
	check_plugin(desk, "queues[NaN].in_calls_waiting", "> 5", PLUGIN_UNKNOWN,
		"UNKNOWN - queues[NaN].in_calls_waiting is unknown: it is no number: 'NaN'\n");
	check_plugin(desk, "queues[1e999].in_calls_waiting", "> 5", PLUGIN_UNKNOWN,
		"UNKNOWN - queues[1e999].in_calls_waiting is unknown: it is no number: '1e999'\n");
	/* A bar in a cause would begin the performance data. */
	plugin_unknown("a|b", &desk->out);
	assert_string_equal(buffer_string(&desk->out), "UNKNOWN - a/b\n");
}

/* Any row that is true is enough; unknown only if none is true and some row cannot be told. */
static void any_row(void **state)
{
	static const struct {
		const char *text;
		enum plugin_status status;
	} rows[] = {
		{ "queues[*].in_calls_waiting > 100", PLUGIN_OK },
		{ "queues[*].in_calls_waiting > 1000000000000", PLUGIN_UNKNOWN },
		{ "queues[*].name = Nobody", PLUGIN_CRITICAL },
		{ "queues[*].in_calls_waiting > 1000000000000 or queues[*].name = NaN", PLUGIN_OK },
		{ "queues[*].in_calls_waiting > 1000000000000 and queues[*].name = Nobody", PLUGIN_CRITICAL },
	};
	struct desk *desk = *state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct error error = { "" };
		struct expression *expression = expression_read(rows[i].text, desk->layout, &error);
		if (expression == NULL)
			fail_msg("%s: %s", rows[i].text, error.text);
		enum plugin_status status = plugin_expression(&desk->view, expression, rows[i].text, &desk->out);
		if (status != rows[i].status)
			fail_msg("%s: %s", rows[i].text, buffer_string(&desk->out));
		expression_free(expression);
	}
}

/* A document that does not fit is none. */
static void caps(void **state)
{
	struct desk *desk = *state;
	struct buffer small;
	buffer_init(&small, 200);
	assert_false(json_document(&desk->view, "tenant", NULL, &small));
	assert_false(metrics_document(&desk->view, &small));
	buffer_free(&small);
}

/* Lines have times of day only: the date stands before the first, and wherever it is another. */
static void dates_of_lines(void **state)
{
	/* 2026-11-29 23:59:59 UTC, in the zone that is set. */
	const int64_t late_ms = 1795996799000;
	char out[LINES_DATE_MAX];
	int said = 0;
	(void)state;
	assert_string_equal(lines_date(out, late_ms - 3600 * 1000, &said), "Sunday 2026-11-29\n");
	assert_string_equal(lines_date(out, late_ms, &said), "");
	assert_string_equal(lines_date(out, late_ms + 1000, &said), "Monday 2026-11-30\n");
	assert_string_equal(lines_date(out, late_ms + 2000, &said), "");
	assert_string_equal(lines_date(out, late_ms + 365LL * 24 * 3600 * 1000, &said), "Monday 2027-11-29\n");
	/* A clock that was set back. */
	assert_string_equal(lines_date(out, late_ms, &said), "Sunday 2026-11-29\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test_setup_teardown(fields, open_desk, close_desk),
		cmocka_unit_test_setup_teardown(csv, open_desk, close_desk),
		cmocka_unit_test_setup_teardown(json, open_desk, close_desk),
		cmocka_unit_test_setup_teardown(metrics, open_desk, close_desk),
		cmocka_unit_test_setup_teardown(a_family_and_a_series_appear_once, open_desk, close_desk),
		cmocka_unit_test_setup_teardown(plugin, open_desk, close_desk),
		cmocka_unit_test_setup_teardown(any_row, open_desk, close_desk),
		cmocka_unit_test_setup_teardown(caps, open_desk, close_desk),
		cmocka_unit_test(dates_of_lines),
	};
	(void)text_locale();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
