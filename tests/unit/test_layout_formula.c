/* The arithmetic of computed columns: what it gives, what is blank, and what is wrong with a formula. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "layout/formula.h"
#include "layout/layout.h"

/* a, b and c are operands 0, 1 and 2. */
static int find(void *context, const char *name, struct error *error)
{
	(void)context;
	if (strlen(name) == 1 && name[0] >= 'a' && name[0] <= 'c')
		return name[0] - 'a';
	error_set(error, "there is no '%s'", name);
	return -1;
}

static struct cell number(double value)
{
	return (struct cell){ .text = "", .state = VALUE_NUMBER, .number = value };
}

static struct cell value(const char *text, const struct cell operands[3], char shown[FORMULA_TEXT_MAX])
{
	struct formula formula;
	struct error error = { "" };
	if (!formula_read(text, find, NULL, &formula, &error))
		fail_msg("%s: %s", text, error.text);
	return formula_value(&formula, operands, shown);
}

static void results(void **state)
{
	static const struct {
		const char *text;
		double number;
		const char *shown;
	} rows[] = {
		{ "a", 6, "6" }, { "a + b", 9, "9" }, { "a - b - 1", 2, "2" }, { "a-b", 3, "3" }, { "a * b + 1", 19, "19" },
		{ "1 + a * b", 19, "19" }, { "(1 + a) * b", 21, "21" }, { "a / b / 2", 1, "1" }, { "a / (b / 2)", 4, "4" },
		{ "-a + b", -3, "-3" }, { "a * -b", -18, "-18" }, { "--a", 6, "6" }, { " ( ( a ) ) ", 6, "6" },
		{ "100 * b / (a + b + 1)", 30, "30" }, { "a * 0.5", 3, "3" }, { "a / 4", 1.5, "1.5" }, { "a + 2m", 126, "126" },
		{ "1h / a", 600, "600" }, { "c * 100", 7, "7" }, { "a - a", 0, "0" }, { "-a * 0", 0, "0" }, { "b / a / 1000", 0.0005, "0.0005" },
	};
	struct cell operands[3] = { number(6), number(3), number(0.07) };
	char shown[FORMULA_TEXT_MAX];
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct cell cell = value(rows[i].text, operands, shown);
		if (cell.state != VALUE_NUMBER || cell.number != rows[i].number || strcmp(cell.text, rows[i].shown) != 0)
			fail_msg("%s: %d %.17g %s", rows[i].text, (int)cell.state, cell.number, cell.text);
	}
}

/* Nothing is made of nothing. */
static void what_is_no_number(void **state)
{
	static const struct cell blank = { .text = "", .state = VALUE_BLANK }, never = { .text = "", .state = VALUE_NEVER },
		text = { .text = "n/a", .state = VALUE_TEXT };
	char shown[FORMULA_TEXT_MAX];
	(void)state;
	assert_int_equal(value("a + b", (struct cell[]){ number(1), blank, number(0) }, shown).state, VALUE_BLANK);
	assert_int_equal(value("0 * a", (struct cell[]){ blank, number(1), number(0) }, shown).state, VALUE_BLANK);
	assert_int_equal(value("a + b", (struct cell[]){ number(1), never, number(0) }, shown).state, VALUE_NEVER);
	assert_string_equal(value("a + b", (struct cell[]){ text, number(1), number(0) }, shown).text, "n/a");
	assert_int_equal(value("a / b", (struct cell[]){ number(1), number(0), number(0) }, shown).state, VALUE_BLANK);
	assert_int_equal(value("1 / (a - a)", (struct cell[]){ number(1), number(0), number(0) }, shown).state, VALUE_BLANK);
	assert_int_equal(value("a * a", (struct cell[]){ number(1e300), number(0), number(0) }, shown).state, VALUE_BLANK);
}

static void mistakes(void **state)
{
	static const struct {
		const char *text, *error;
	} rows[] = {
		{ "", "character 1: a number or a statistic is missing at the end" },
		{ "a +", "character 4: a number or a statistic is missing at the end" },
		{ "a b", "character 3: +, -, * or / is expected" },
		{ "(a", "character 1: this ( is not closed" },
		{ "a)", "character 2: this ) closes nothing" },
		{ "a * / b", "character 5: a number, a statistic or ( is expected" },
		{ "a + x", "character 5: there is no 'x'" },
		{ "1 + 2", "character 1: there is no statistic to compute with" },
		{ "a + 1.2.3", "character 5: this is not a number" },
		{ "a + 5x", "character 6: after a number +, -, *, /, a parenthesis, or a unit (s, m, h) is expected" },
		{ "a > 5", "character 3: +, -, * or / is expected" },
		{ "((((((((((((((((((a))))))))))))))))))", "character 17: the parentheses nest too deep" },
		{ "a + 1234567890123456789012345", "character 5: this number is too long" },
	};
	struct formula formula;
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct error error = { "" };
		assert_false(formula_read(rows[i].text, find, NULL, &formula, &error));
		assert_string_equal(error.text, rows[i].error);
	}
	char text[600] = "a";
	for (int i = 0; i < 40; i++)
		strcat(text, " + a");
	struct error error = { "" };
	assert_false(formula_read(text, find, NULL, &formula, &error));
	assert_non_null(strstr(error.text, "too long to be computed"));
}

#define GRID(columns) "pages = (\n{ rows = ( { panels = (\n{ name = \"p\" type = \"agent_grid\" columns = ( \"login_id\",\n" columns \
	" ) } ) } ) } )"

/* In a layout, with line, cause and the nearest name. */
static void mistakes_in_a_layout(void **state)
{
	static const struct {
		const char *text, *error;
	} rows[] = {
		{ GRID("{ label = \"Occ\" calc = \"agent_total_busy_tme / 2\" }"),
			"l.conf:4: calc of 'occ': character 1: there is no statistic 'agent_total_busy_tme' (did you mean 'agent_total_busy_time'?)" },
		{ GRID("{ label = \"Occ\" calc = \"reason / 2\" }"),
			"l.conf:4: calc of 'occ': character 1: 'reason' is a text: only numbers can be computed with" },
		{ GRID("{ label = \"A\" calc = \"login_time\" },\n{ label = \"B\" calc = \"a + login_time\" }"),
			"l.conf:5: calc of 'b': character 1: 'a' is computed itself: write what it is computed of" },
		{ GRID("{ calc = \"login_time\" }"), "l.conf:4: a column with 'calc' needs a label" },
		{ GRID("{ label = \"x\" }"), "l.conf:4: column needs 'stat', 'calc' or 'sum'" },
		{ GRID("{ stat = \"reason\" calc = \"login_time\" }"), "l.conf:4: a column has one of 'stat', 'calc' and 'sum'" },
		{ GRID("{ label = \"9\" calc = \"login_time\" }"), "l.conf:4: '9' gives no name for conditions: add name = \"...\"" },
		{ GRID("{ label = \"Occ\" kind = \"text\" calc = \"login_time\" }"), "l.conf:4: a computed column is a count, a duration or a percent" },
		{ GRID("{ label = \"Two\" sum = [\"login_time\", \"count_of_interactions\"] }"),
			"l.conf:4: 'login_time' is a duration and 'count_of_interactions' a count: they cannot be added up" },
		{ GRID("{ label = \"Occ\" calc = \"login_time\" },\n{ label = \"occ\" calc = \"login_time\" }"), "l.conf:5: 'occ' is there already (line 4)" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct error error = { "" };
		struct layout *layout = layout_parse("l", "l.conf", rows[i].text, &error);
		layout_free(layout);
		if (layout != NULL || strcmp(error.text, rows[i].error) != 0)
			fail_msg("got    %s\nwanted %s", error.text, rows[i].error);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(results),
		cmocka_unit_test(what_is_no_number),
		cmocka_unit_test(mistakes),
		cmocka_unit_test(mistakes_in_a_layout),
	};
	text_locale();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
