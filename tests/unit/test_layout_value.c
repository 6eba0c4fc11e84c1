/* Values, thresholds, states: what a text of the API means. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "layout/state.h"
#include "layout/threshold.h"
#include "layout/value.h"

struct reading {
	const char *text;
	enum kind kind;
	enum scale scale;
	enum value_state state;
	double number;
};

/* Counts the calls of the C library's slow way. */
static unsigned slow_numbers;

double __real_strtod(const char *text, char **end);
double __wrap_strtod(const char *text, char **end);

double __wrap_strtod(const char *text, char **end)
{
	slow_numbers++;
	return __real_strtod(text, end);
}

/* 2026-01-01T00:00:00Z */
static const int64_t wall_ms = 1767225600000;

static void texts_become_values(void **state)
{
	static const struct reading readings[] = {
		{ "", KIND_COUNT, SCALE_PERCENT, VALUE_BLANK, 0 },
		{ "  ", KIND_DURATION, SCALE_PERCENT, VALUE_BLANK, 0 },
		{ "", KIND_TEXT, SCALE_PERCENT, VALUE_BLANK, 0 },
		{ "0", KIND_COUNT, SCALE_PERCENT, VALUE_NUMBER, 0 },
		{ "7", KIND_COUNT, SCALE_PERCENT, VALUE_NUMBER, 7 },
		{ "-3", KIND_COUNT, SCALE_PERCENT, VALUE_NUMBER, -3 },
		{ "1.5", KIND_COUNT, SCALE_PERCENT, VALUE_NUMBER, 1.5 },
		{ "1", KIND_TEXT, SCALE_PERCENT, VALUE_TEXT, 0 },
		{ "7 calls", KIND_COUNT, SCALE_PERCENT, VALUE_TEXT, 0 },
		{ "nan", KIND_COUNT, SCALE_PERCENT, VALUE_TEXT, 0 },
		{ "0x10", KIND_COUNT, SCALE_PERCENT, VALUE_TEXT, 0 },
		{ "1e999", KIND_COUNT, SCALE_PERCENT, VALUE_TEXT, 0 },
		{ "41", KIND_DURATION, SCALE_PERCENT, VALUE_NUMBER, 41 },
		{ "02:41", KIND_DURATION, SCALE_PERCENT, VALUE_NUMBER, 161 },
		{ "1:02:03", KIND_DURATION, SCALE_PERCENT, VALUE_NUMBER, 3723 },
		{ "1d 02:03:04", KIND_DURATION, SCALE_PERCENT, VALUE_NUMBER, 93784 },
		{ "90:00", KIND_DURATION, SCALE_PERCENT, VALUE_NUMBER, 5400 },
		{ "1:75", KIND_DURATION, SCALE_PERCENT, VALUE_TEXT, 0 },
		{ "1:2:3:4", KIND_DURATION, SCALE_PERCENT, VALUE_TEXT, 0 },
		{ "1:", KIND_DURATION, SCALE_PERCENT, VALUE_TEXT, 0 },
		{ "1767225540", KIND_DURATION, SCALE_PERCENT, VALUE_NUMBER, 60 },
		{ "1767225540000", KIND_DURATION, SCALE_PERCENT, VALUE_NUMBER, 60 },
		{ "1767225700", KIND_DURATION, SCALE_PERCENT, VALUE_NUMBER, 0 },
		{ "9223372036854775807", KIND_DURATION, SCALE_PERCENT, VALUE_TEXT, 0 },
		/* A day ahead and thirty days back are believed, a second more is not. */
		{ "1767312000", KIND_DURATION, SCALE_PERCENT, VALUE_NUMBER, 0 },
		{ "1767312001", KIND_DURATION, SCALE_PERCENT, VALUE_TEXT, 0 },
		{ "1764633600", KIND_DURATION, SCALE_PERCENT, VALUE_NUMBER, 2592000 },
		{ "1764633599", KIND_DURATION, SCALE_PERCENT, VALUE_TEXT, 0 },
		{ "1764633599000", KIND_DURATION, SCALE_PERCENT, VALUE_TEXT, 0 },
		{ "1000000000", KIND_DURATION, SCALE_PERCENT, VALUE_TEXT, 0 },
		/* "None", as the largest integer, in seconds or made of milliseconds. */
		{ "2147483647", KIND_DURATION, SCALE_PERCENT, VALUE_TEXT, 0 },
		{ "4294967295", KIND_DURATION, SCALE_PERCENT, VALUE_TEXT, 0 },
		{ "4294967295000", KIND_DURATION, SCALE_PERCENT, VALUE_TEXT, 0 },
		{ "4294967", KIND_DURATION, SCALE_PERCENT, VALUE_TEXT, 0 },
		{ "4294967.295", KIND_DURATION, SCALE_PERCENT, VALUE_TEXT, 0 },
		{ "2147483", KIND_DURATION, SCALE_PERCENT, VALUE_TEXT, 0 },
		{ "2147484", KIND_DURATION, SCALE_PERCENT, VALUE_TEXT, 0 },
		{ "2147485", KIND_DURATION, SCALE_PERCENT, VALUE_NUMBER, 2147485 },
		{ "596523:14:07", KIND_DURATION, SCALE_PERCENT, VALUE_TEXT, 0 },
		{ "49710d 06:28:15", KIND_DURATION, SCALE_PERCENT, VALUE_TEXT, 0 },
		{ "-1", KIND_DURATION, SCALE_PERCENT, VALUE_TEXT, 0 },
		{ "2147483647", KIND_COUNT, SCALE_PERCENT, VALUE_TEXT, 0 },
		{ "4294967295", KIND_COUNT, SCALE_PERCENT, VALUE_TEXT, 0 },
		{ "18446744073709551615", KIND_COUNT, SCALE_PERCENT, VALUE_TEXT, 0 },
		{ "-2147483648", KIND_COUNT, SCALE_PERCENT, VALUE_TEXT, 0 },
		{ "2147483646", KIND_COUNT, SCALE_PERCENT, VALUE_NUMBER, 2147483646 },
		{ "4294967295", KIND_PERCENT, SCALE_FRACTION, VALUE_TEXT, 0 },
		{ "85", KIND_PERCENT, SCALE_PERCENT, VALUE_NUMBER, 85 },
		{ "85%", KIND_PERCENT, SCALE_PERCENT, VALUE_NUMBER, 85 },
		{ "85.5 %", KIND_PERCENT, SCALE_PERCENT, VALUE_NUMBER, 85.5 },
		{ "1", KIND_PERCENT, SCALE_PERCENT, VALUE_NUMBER, 1 },
		{ "0.5", KIND_PERCENT, SCALE_FRACTION, VALUE_NUMBER, 50 },
		{ "1", KIND_PERCENT, SCALE_FRACTION, VALUE_NUMBER, 100 },
		{ "85%", KIND_PERCENT, SCALE_FRACTION, VALUE_NUMBER, 85 },
		{ "85%x", KIND_PERCENT, SCALE_PERCENT, VALUE_TEXT, 0 },
		{ "ready", KIND_STATE, SCALE_PERCENT, VALUE_TEXT, 0 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(readings) / sizeof(readings[0]); i++) {
		const struct reading *r = &readings[i];
		struct cell cell = value_read(r->text, r->kind, r->scale, wall_ms);
		if (cell.state != r->state || cell.number != r->number)
			fail_msg("'%s': state %d, number %g", r->text, (int)cell.state, cell.number);
		/* The text stays as it came. */
		assert_string_equal(cell.text, r->state == VALUE_BLANK ? "" : r->text);
	}
}

struct writing {
	double number;
	enum kind kind;
	const char *text;
};

/* Nearly all numbers of an answer are whole: sorting thousands of rows reads each of them. */
static void whole_numbers_are_read_quickly(void **state)
{
	static const struct {
		const char *text;
		double number;
		bool quick;
	} numbers[] = {
		{ "0", 0, true }, { "7", 7, true }, { "-12", -12, true }, { "999999999999999", 999999999999999, true },
		{ "-999999999999999", -999999999999999, true }, { "1000000000000000", 1e15, false }, { "0.5", 0.5, false },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		slow_numbers = 0;
		struct cell cell = value_read(numbers[i].text, KIND_COUNT, SCALE_PERCENT, wall_ms);
		assert_int_equal(cell.state, VALUE_NUMBER);
		assert_true(cell.number == numbers[i].number);
		assert_int_equal(slow_numbers == 0, numbers[i].quick);
	}
}

static void numbers_are_written_for_people(void **state)
{
	static const struct writing writings[] = {
		{ 7, KIND_COUNT, "7" },
		{ 1.25, KIND_COUNT, "1.3" },
		{ 12345, KIND_COUNT, "12345" },
		{ 9999999, KIND_COUNT, "9999999" },
		{ 10000000, KIND_COUNT, "10000000" },
		{ 5000000000, KIND_COUNT, "5000000000" },
		{ -3, KIND_COUNT, "-3" },
		{ 0, KIND_DURATION, "0:00" },
		{ 41, KIND_DURATION, "0:41" },
		{ 59.9, KIND_DURATION, "0:59" },
		{ 60, KIND_DURATION, "1:00" },
		{ 760, KIND_DURATION, "12:40" },
		{ 3599, KIND_DURATION, "59:59" },
		{ 3600, KIND_DURATION, "1:00:00" },
		{ 3723, KIND_DURATION, "1:02:03" },
		{ 86399, KIND_DURATION, "23:59:59" },
		{ 86400, KIND_DURATION, "1d 00:00" },
		{ 84.4, KIND_PERCENT, "84 %" },
		{ 100, KIND_PERCENT, "100 %" },
	};
	char text[32];
	(void)state;
	for (size_t i = 0; i < sizeof(writings) / sizeof(writings[0]); i++) {
		size_t length = value_format(text, sizeof(text), writings[i].number, writings[i].kind, NULL);
		assert_string_equal(text, writings[i].text);
		assert_int_equal(length, strlen(text));
	}
	assert_int_equal(value_format(text, 3, 12345, KIND_COUNT, NULL), 2);
}

/* A value fills the room that it has to the last byte, and no more. */
static void values_fit_their_room(void **state)
{
	static const struct {
		struct cell cell;
		enum kind kind;
		const char *whole;
	} values[] = {
		{ { .text = "Sales", .state = VALUE_TEXT }, KIND_TEXT, "Sales" },
		{ { .text = "", .number = 12345, .state = VALUE_NUMBER }, KIND_COUNT, "12345" },
		{ { .text = "", .number = 86400, .state = VALUE_NUMBER }, KIND_DURATION, "1d 00:00" },
		{ { .text = "", .number = 3723, .state = VALUE_NUMBER }, KIND_DURATION, "1:02:03" },
		{ { .text = "", .number = 84, .state = VALUE_NUMBER }, KIND_PERCENT, "84 %" },
		{ { .text = "", .state = VALUE_BLANK }, KIND_COUNT, "" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		for (size_t size = 1; size < 12; size++) {
			char out[16];
			size_t whole = strlen(values[i].whole), length = whole < size ? whole : size - 1;
			memset(out, 'x', sizeof(out));
			assert_int_equal(value_text(out, size, &values[i].cell, values[i].kind, NULL), length);
			assert_memory_equal(out, values[i].whole, length);
			assert_int_equal(out[length], '\0');
			assert_int_equal(out[size], 'x');
		}
}

struct edge_case {
	double number;
	enum kind kind;
	double edges[2];
	unsigned count;
	const char *text;
};

/* Whoever compares what is shown with a limit finds what the program finds. */
static void no_number_is_shown_beyond_a_limit(void **state)
{
	static const struct edge_case cases[] = {
		{ 79.6, KIND_PERCENT, { 0 }, 0, "80 %" }, { 79.6, KIND_PERCENT, { 80 }, 1, "79.6 %" },
		{ 80, KIND_PERCENT, { 80 }, 1, "80 %" }, { 80.4, KIND_PERCENT, { 80 }, 1, "80.4 %" },
		{ 79.96, KIND_PERCENT, { 80 }, 1, "79.9 %" }, { 80.04, KIND_PERCENT, { 80 }, 1, "80.1 %" },
		{ 79.4, KIND_PERCENT, { 80 }, 1, "79 %" }, { 79.97, KIND_PERCENT, { 80, 79.95 }, 2, "79.97 %" },
		{ 79.46, KIND_PERCENT, { 79.5 }, 1, "79 %" }, { 79.6, KIND_PERCENT, { 79.5 }, 1, "80 %" },
		/* A half is rounded up, whether the whole before it is even or odd. */
		{ 90.5, KIND_PERCENT, { 0 }, 0, "91 %" }, { 91.5, KIND_PERCENT, { 0 }, 0, "92 %" }, { 2.25, KIND_COUNT, { 0 }, 0, "2.3" },
		/* Nothing and all are limits for everybody. */
		{ 0.4, KIND_PERCENT, { 0 }, 0, "0.4 %" }, { 0.04, KIND_PERCENT, { 0 }, 0, "0.1 %" },
		{ 0, KIND_PERCENT, { 0 }, 0, "0 %" }, { 99.6, KIND_PERCENT, { 0 }, 0, "99.6 %" },
		{ 99.96, KIND_PERCENT, { 0 }, 0, "99.9 %" }, { 100.3, KIND_PERCENT, { 0 }, 0, "100.3 %" },
		{ -0.3, KIND_PERCENT, { 0 }, 0, "-0.3 %" }, { 0.04, KIND_COUNT, { 0 }, 0, "0.1" }, { -0.04, KIND_COUNT, { 0 }, 0, "-0.1" },
		{ 5.04, KIND_COUNT, { 5 }, 1, "5.1" }, { 4.96, KIND_COUNT, { 5 }, 1, "4.9" }, { 4.96, KIND_COUNT, { 0 }, 0, "5.0" },
		{ 5, KIND_COUNT, { 5 }, 1, "5" },
		{ 119.6, KIND_DURATION, { 119 }, 1, "2:00" }, { 119.6, KIND_DURATION, { 120 }, 1, "1:59" },
		{ 0.4, KIND_DURATION, { 0 }, 1, "0:01" }, { 0.4, KIND_DURATION, { 60 }, 1, "0:00" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct edge_case c = cases[i];
		struct edges edges = { .numbers = c.edges, .count = c.count };
		char text[32];
		value_format(text, sizeof(text), c.number, c.kind, &edges);
		if (strcmp(text, c.text) != 0)
			fail_msg("%g: '%s', not '%s'", c.number, text, c.text);
	}
	/* Fractions do not bring digits of their own. */
	for (int percent = 0; percent <= 100; percent++) {
		char sent[16], text[32], expected[16];
		snprintf(sent, sizeof(sent), "0.%02d", percent);
		if (percent == 100)
			snprintf(sent, sizeof(sent), "1");
		struct cell cell = value_read(sent, KIND_PERCENT, SCALE_FRACTION, wall_ms);
		struct edges edges = { .numbers = (double[]){ percent }, .count = 1 };
		value_text(text, sizeof(text), &cell, KIND_PERCENT, &edges);
		snprintf(expected, sizeof(expected), "%d %%", percent);
		assert_string_equal(text, expected);
	}
}

struct limit_case {
	const char *text;
	enum kind kind;
	enum direction good;
	double below, at, above; /* values to try */
	const char *holds;       /* for each of the three: y or n */
};

static void thresholds_go_both_ways(void **state)
{
	static const struct limit_case cases[] = {
		{ "> 5", KIND_COUNT, DIRECTION_LOW, 4, 5, 6, "nny" },
		{ ">= 5", KIND_COUNT, DIRECTION_LOW, 4, 5, 6, "nyy" },
		{ "< 80", KIND_PERCENT, DIRECTION_HIGH, 79, 80, 81, "ynn" },
		{ "<= 80 %", KIND_PERCENT, DIRECTION_HIGH, 79, 80, 81, "yyn" },
		{ "> 60s", KIND_DURATION, DIRECTION_LOW, 59, 60, 61, "nny" },
		{ ">2m", KIND_DURATION, DIRECTION_LOW, 119, 120, 121, "nny" },
		{ "> 1.5h", KIND_DURATION, DIRECTION_LOW, 5399, 5400, 5401, "nny" },
		{ "= 0", KIND_COUNT, DIRECTION_NONE, -1, 0, 1, "nyn" },
		{ "!= 0", KIND_COUNT, DIRECTION_NONE, -1, 0, 1, "yny" },
		{ "5", KIND_COUNT, DIRECTION_LOW, 4, 5, 6, "nny" },
		{ "80", KIND_PERCENT, DIRECTION_HIGH, 79, 80, 81, "ynn" },
		/* Blanks are where people write them. */
		{ "  > 5", KIND_COUNT, DIRECTION_LOW, 4, 5, 6, "nny" },
		{ " >=   5 ", KIND_COUNT, DIRECTION_LOW, 4, 5, 6, "nyy" },
		{ " 5", KIND_COUNT, DIRECTION_LOW, 4, 5, 6, "nny" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct threshold threshold;
		struct error error = { "" };
		if (!threshold_read(cases[i].text, cases[i].kind, cases[i].good, &threshold, &error))
			fail_msg("'%s': %s", cases[i].text, error.text);
		assert_int_equal(threshold_holds(&threshold, cases[i].below), cases[i].holds[0] == 'y');
		assert_int_equal(threshold_holds(&threshold, cases[i].at), cases[i].holds[1] == 'y');
		assert_int_equal(threshold_holds(&threshold, cases[i].above), cases[i].holds[2] == 'y');
	}
}

static void bad_thresholds_are_refused(void **state)
{
	static const struct limit_case cases[] = {
		{ .text = "> ", .kind = KIND_COUNT }, { .text = "5", .kind = KIND_COUNT }, { .text = "> 5s", .kind = KIND_COUNT },
		{ .text = "> 5%", .kind = KIND_DURATION }, { .text = "> 5x", .kind = KIND_DURATION },
		{ .text = "> 5 m s", .kind = KIND_DURATION }, { .text = "> five", .kind = KIND_COUNT },
		{ .text = "> 5", .kind = KIND_TEXT }, { .text = "> 5", .kind = KIND_STATE }, { .text = "", .kind = KIND_COUNT },
		{ .text = "> nan", .kind = KIND_COUNT }, { .text = "> 0x5", .kind = KIND_COUNT },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct threshold threshold;
		struct error error;
		if (threshold_read(cases[i].text, cases[i].kind, DIRECTION_NONE, &threshold, &error))
			fail_msg("accepted '%s'", cases[i].text);
		assert_int_equal(threshold.comparison, COMPARE_NONE);
	}
}

static void only_numbers_are_severe(void **state)
{
	struct threshold warn = { COMPARE_LT, 5 }, alert = { COMPARE_LT, 1 }, none = { 0 };
	struct cell zero = value_read("0", KIND_COUNT, SCALE_PERCENT, 0);
	struct cell three = value_read("3", KIND_COUNT, SCALE_PERCENT, 0);
	struct cell blank = value_read("", KIND_COUNT, SCALE_PERCENT, 0);
	struct cell words = value_read("none", KIND_COUNT, SCALE_PERCENT, 0);
	struct cell never = { .text = "", .state = VALUE_NEVER };
	(void)state;
	assert_int_equal(threshold_severity(&warn, &alert, &zero), SEVERITY_ALERT);
	assert_int_equal(threshold_severity(&warn, &alert, &three), SEVERITY_WARN);
	assert_int_equal(threshold_severity(&none, &none, &zero), SEVERITY_NONE);
	assert_int_equal(threshold_severity(&warn, &alert, &blank), SEVERITY_NONE);
	assert_int_equal(threshold_severity(&warn, &alert, &words), SEVERITY_NONE);
	assert_int_equal(threshold_severity(&warn, &alert, &never), SEVERITY_NONE);
}

static void state_tokens_are_normalised(void **state)
{
	(void)state;
	assert_int_equal(state_read("ready"), STATE_READY);
	assert_int_equal(state_read("Not Ready"), STATE_NOT_READY);
	assert_int_equal(state_read("AFTER_CALL_WORK"), STATE_AFTER_CALL_WORK);
	assert_int_equal(state_read("after-call-work"), STATE_AFTER_CALL_WORK);
	assert_int_equal(state_read(""), STATE_LOGGED_OUT);
	assert_int_equal(state_read("dancing"), STATE_UNKNOWN);
	/* Of any length; the sanitizers see one that does not fit. */
	for (size_t length = 25; length < 45; length++) {
		char token[64] = "";
		memset(token, 'x', length);
		assert_int_equal(state_read(token), STATE_UNKNOWN);
	}
	for (int i = 0; i < STATE_COUNT; i++)
		assert_non_null(state_label((enum acd_state)i));
}

static void the_table_of_statistics_is_sound(void **state)
{
	const struct statistic *row, *other;
	(void)state;
	assert_string_equal(statistic_find(SCOPE_AGENT, "acd_state")->label, "State");
	assert_null(statistic_find(SCOPE_TOTAL, "acd_state"));
	assert_int_equal(statistic_find(SCOPE_SERVICE, "name")->kind, KIND_TEXT);
	for (size_t i = 0; (row = statistic_at(i)) != NULL; i++) {
		assert_true(row->width >= text_width(row->head));
		assert_true(row->label[0] != '\0');
		for (size_t j = 0; j < i && (other = statistic_at(j)) != NULL; j++)
			assert_false(row->scope == other->scope && strcmp(row->name, other->name) == 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_fit_their_room),
		cmocka_unit_test(texts_become_values),
		cmocka_unit_test(whole_numbers_are_read_quickly),
		cmocka_unit_test(numbers_are_written_for_people),
		cmocka_unit_test(no_number_is_shown_beyond_a_limit),
		cmocka_unit_test(thresholds_go_both_ways),
		cmocka_unit_test(bad_thresholds_are_refused),
		cmocka_unit_test(only_numbers_are_severe),
		cmocka_unit_test(state_tokens_are_normalised),
		cmocka_unit_test(the_table_of_statistics_is_sound),
	};
	text_locale();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
