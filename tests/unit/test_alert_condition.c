/* Expressions: the grammar, its errors, and what they say of a board: true, false, unknown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "alert/condition.h"
#include "base/text.h"
#include "board/decode.h"
#include "board/operand.h"
#include "layout/expression.h"

static const char layout_text[] =
	"pages = ( { rows = ( { panels = ("
	" { name = \"now\" type = \"totals\" tiles = ( \"in_calls_waiting\", \"service_level\", \"in_max_wait_time\" ) },"
	" { name = \"queues\" type = \"service_grid\" total = true columns = ( \"name\", \"in_calls_waiting\","
	"   \"in_max_wait_time\", \"service_level\" ) },"
	" { name = \"agents\" type = \"agent_grid\" columns = ( \"first_last_name\", \"acd_state\", \"state_duration\","
	"   \"reason\", \"odd_stat\" ) },"
	" { name = \"never\" type = \"totals\" tiles = ( \"in_calls_waiting\" ) },"
	" { name = \"empty\" type = \"service_grid\" columns = ( \"name\", \"in_calls_waiting\" ) },"
	" { name = \"news\" type = \"messages\" } ) } ) } )";

static const char answer[] =
	"{\"t/now\":{\"stats_totals\":{\"in_calls_waiting\":\"7\",\"service_level\":\"71.5\",\"in_max_wait_time\":\"\"}},"
	"\"t/queues\":{\"service_grids\":[{\"id\":\"grid\",\"values\":["
	" {\"1\":\"Sales\",\"2\":\"12\",\"3\":\"02:10\",\"4\":\"90\"},"
	" {\"1\":\"Customer Care\",\"2\":\"3\",\"3\":\"\",\"4\":\"n/a\"},"
	" {\"1\":\"1\",\"2\":\"0\",\"4\":\"100\"}]}],"
	" \"stats_totals\":{\"in_calls_waiting\":\"15\"}},"
	"\"t/agents\":{\"agent_grids\":[{\"id\":\"grid\",\"values\":["
	" {\"1\":\"Marky Mark\",\"2\":\"not_ready\",\"3\":\"700\",\"4\":\"Lunch\",\"5\":\"x y\",\"6\":\"marky\"},"
	" {\"1\":\"Liza Smith\",\"2\":\"ready\",\"3\":\"20\",\"4\":\"\",\"5\":\"z\",\"6\":\"liza\"},"
	" {\"1\":\"Liza Smith\",\"2\":\"\",\"3\":\"\",\"4\":\"\",\"5\":\"\",\"6\":\"liza.2\"}]}]},"
	"\"t/empty\":{\"service_grids\":[{\"id\":\"grid\",\"values\":[]}]}}";

struct desk {
	struct layout *layout;
	struct catalogue teams, services;
	struct request request;
	struct board *board;
	struct link link;
	struct board_view view;
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
	desk.view = (struct board_view){ .board = desk.board, .link = &desk.link, .now_ms = 2000 };
	*state = &desk;
	return 0;
}

static int close_desk(void **state)
{
	struct desk *desk = *state;
	board_free(desk->board);
	request_free(&desk->request);
	catalogue_free(&desk->teams);
	catalogue_free(&desk->services);
	layout_free(desk->layout);
	return 0;
}

static struct expression *read_good(const struct desk *desk, const char *text)
{
	struct error error = { "" };
	struct expression *expression = expression_read(text, desk->layout, &error);
	if (expression == NULL)
		fail_msg("%s: %s", text, error.text);
	return expression;
}

static void check_truth(const struct desk *desk, const char *text, enum truth wanted)
{
	struct expression *expression = read_good(desk, text);
	struct error why = { "" };
	enum truth got = condition_any(expression, &desk->view, NULL, &why);
	if (got != wanted)
		fail_msg("%s: got %d, wanted %d (%s)", text, got, wanted, why.text);
	if (got == TRUTH_UNKNOWN)
		assert_string_not_equal(why.text, "");
	expression_free(expression);
}

struct truth_row {
	const char *text;
	enum truth truth;
};

static void comparisons(void **state)
{
	static const struct truth_row rows[] = {
		{ "now.in_calls_waiting > 6", TRUTH_TRUE }, { "now.in_calls_waiting > 7", TRUTH_FALSE },
		{ "now.in_calls_waiting >= 7", TRUTH_TRUE }, { "now.in_calls_waiting < 7", TRUTH_FALSE },
		{ "now.in_calls_waiting <= 7", TRUTH_TRUE }, { "now.in_calls_waiting = 7", TRUTH_TRUE },
		{ "now.in_calls_waiting != 7", TRUTH_FALSE }, { "now.in_calls_waiting>6", TRUTH_TRUE },
		{ "  now.in_calls_waiting  >  6  ", TRUTH_TRUE }, { "now.service_level < 80%", TRUTH_TRUE },
		{ "now.service_level < 80 %", TRUTH_TRUE }, { "now.service_level < 71.5", TRUTH_FALSE },
		{ "queues[Sales].in_max_wait_time > 2m", TRUTH_TRUE }, { "queues[Sales].in_max_wait_time > 2 m", TRUTH_TRUE },
		{ "queues[Sales].in_max_wait_time > 130s", TRUTH_FALSE },
		{ "queues[Sales].in_max_wait_time < 1h", TRUTH_TRUE },
		{ "queues['Customer Care'].in_calls_waiting = 3", TRUTH_TRUE },
		{ "queues[\"Customer Care\"].in_calls_waiting = 3", TRUTH_TRUE },
		{ "queues[1].in_calls_waiting = 0", TRUTH_TRUE }, { "queues.in_calls_waiting = 15", TRUTH_TRUE },
		{ "agents[marky].acd_state = not_ready", TRUTH_TRUE },
		{ "agents[marky].acd_state = 'Not Ready'", TRUTH_TRUE },
		{ "agents['Marky Mark'].acd_state != ready", TRUTH_TRUE },
		{ "agents[marky].reason = Lunch", TRUTH_TRUE }, { "agents[marky].reason = lunch", TRUTH_FALSE },
		{ "agents[marky].odd_stat = 'x y'", TRUTH_TRUE }, { "agents[marky].state_duration > 10m", TRUTH_TRUE },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_truth(*state, rows[i].text, rows[i].truth);
}

/* Accents apart or joined, blanks around, quotes of both kinds: whatever a queue is called, it can be named. */
static void names_as_they_come(void **state)
{
	struct desk *desk = *state;
	struct error error = { "" };
	static const char other[] = "{\"t/queues\":{\"service_grids\":[{\"id\":\"grid\",\"values\":["
		"{\"1\":\"Cafe\xcc\x81\",\"2\":\"1\",\"5\":\"Cafe\xcc\x81\"},{\"1\":\" Sales \",\"2\":\"2\",\"5\":\" Sales \"},"
		"{\"1\":\"D'Arcy \\\"X\\\"\",\"2\":\"3\",\"5\":\"q3\"},{\"1\":\"a\\\\b\",\"2\":\"4\",\"5\":\"q4\"},"
		"{\"1\":\"\xc3\xa9\",\"2\":\"5\",\"5\":\"q5\"},{\"1\":\"e\xcc\x81\",\"2\":\"6\",\"5\":\"q6\"}]}]},"
		"\"t/agents\":{\"agent_grids\":[{\"id\":\"grid\",\"values\":["
		"{\"1\":\"Zoe\xcc\x88\",\"3\":\"1\",\"6\":\"zoe\xcc\x88\"},{\"1\":\"Zo\xc3\xab\",\"3\":\"2\",\"6\":\"z2\"}]}]}}";
	static const struct truth_row rows[] = {
		{ "queues['Caf\xc3\xa9'].in_calls_waiting = 1", TRUTH_TRUE },
		{ "queues['Cafe\xcc\x81'].in_calls_waiting = 1", TRUTH_TRUE },
		{ "queues[Caf\xc3\xa9].in_calls_waiting = 1", TRUTH_TRUE },
		{ "queues[Sales].in_calls_waiting = 2", TRUTH_TRUE },
		{ "queues['Sales  '].in_calls_waiting = 2", TRUTH_TRUE },
		{ "queues['D\\'Arcy \"X\"'].in_calls_waiting = 3", TRUTH_TRUE },
		{ "queues[\"D'Arcy \\\"X\\\"\"].in_calls_waiting = 3", TRUTH_TRUE },
		{ "queues['D\\'Arcy \\\"X\\\"'].name = 'D\\'Arcy \"X\"'", TRUTH_TRUE },
		{ "queues['a\\b'].in_calls_waiting = 4", TRUTH_TRUE },
		{ "queues['a\\\\b'].in_calls_waiting = 4", TRUTH_TRUE },
		/* Written the same, there are two; as it is sent, one. */
		{ "queues['\xc3\xa9'].in_calls_waiting = 5", TRUTH_TRUE },
		{ "queues['e\xcc\x81'].in_calls_waiting = 6", TRUTH_TRUE },
		{ "agents['zo\xc3\xab'].state_duration = 1", TRUTH_TRUE },
		{ "agents['Zo\xc3\xab'].state_duration = 2", TRUTH_TRUE },
		{ "agents['Zoe\xcc\x88'].state_duration = 1", TRUTH_TRUE },
		{ "queues[Sales].name = Sales", TRUTH_TRUE },
		{ "queues['caf\xc3\xa9'].in_calls_waiting = 1", TRUTH_UNKNOWN },
	};
	struct frame frame = { .kind = FRAME_DATA, .subject = "", .received_ms = 1000, .wall_ms = 1767225600000,
		.bytes = other, .length = sizeof(other) - 1, .request = &desk->request };
	if (!decode_frame(desk->board, &frame, NULL, &error))
		fail_msg("%s", error.text);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_truth(desk, rows[i].text, rows[i].truth);
	/* What is printed can be read again. */
	struct expression *expression = read_good(desk, "queues['D\\'Arcy \"X\"'].in_calls_waiting > 0");
	struct buffer out;
	buffer_init(&out, 4096);
	operand_print(expression_operand(expression, 0), &desk->view, 0, &out);
	assert_string_equal(buffer_string(&out), "queues[\"D'Arcy \\\"X\\\"\"].in_calls_waiting");
	buffer_free(&out);
	expression_free(expression);
}

/* Blank, missing, no number, no such row, two such rows, nothing received: none is zero, none is fine. */
static void unknowns(void **state)
{
	static const char *const texts[] = {
		"now.in_max_wait_time < 10", "now.in_max_wait_time != 10",
		"queues['Customer Care'].in_max_wait_time >= 0", "queues[1].in_max_wait_time >= 0",
		"queues['Customer Care'].service_level >= 0", "queues[Nobody].in_calls_waiting >= 0",
		"agents['Liza Smith'].state_duration >= 0", "agents[liza.2].acd_state != ready", "never.in_calls_waiting >= 0",
		"queues.service_level >= 0", "empty[*].in_calls_waiting >= 0", "empty[Sales].in_calls_waiting >= 0",
	};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		check_truth(*state, texts[i], TRUTH_UNKNOWN);
}

static void kleene(void **state)
{
	struct desk *desk = *state;
	static const char *const parts[] = {
		[TRUTH_FALSE] = "now.in_calls_waiting > 100", [TRUTH_UNKNOWN] = "never.in_calls_waiting > 0",
		[TRUTH_TRUE] = "now.in_calls_waiting > 0",
	};
	for (int left = TRUTH_FALSE; left <= TRUTH_TRUE; left++) {
		for (int right = TRUTH_FALSE; right <= TRUTH_TRUE; right++) {
			char text[256];
			snprintf(text, sizeof(text), "%s and %s", parts[left], parts[right]);
			check_truth(desk, text, left < right ? (enum truth)left : (enum truth)right);
			snprintf(text, sizeof(text), "(%s) or(%s)", parts[left], parts[right]);
			check_truth(desk, text, left > right ? (enum truth)left : (enum truth)right);
		}
	}
	/* "and" binds before "or"; parentheses before both. */
	check_truth(desk, "now.in_calls_waiting = 7 or now.in_calls_waiting = 7 and now.in_calls_waiting = 8", TRUTH_TRUE);
	check_truth(desk, "(now.in_calls_waiting = 7 or now.in_calls_waiting = 7) and now.in_calls_waiting = 8",
		TRUTH_FALSE);
	check_truth(desk, "now.in_calls_waiting = 7 AND now.in_calls_waiting = 7 and now.in_calls_waiting = 8",
		TRUTH_FALSE);
}

static void any_row(void **state)
{
	struct desk *desk = *state;
	check_truth(desk, "queues[*].in_calls_waiting > 10", TRUTH_TRUE);
	check_truth(desk, "queues[*].in_calls_waiting > 12", TRUTH_FALSE);
	/* A row without a value hides nothing: it makes the answer unknown, unless another row settles it. */
	check_truth(desk, "queues[*].in_max_wait_time > 2m", TRUTH_TRUE);
	check_truth(desk, "queues[*].in_max_wait_time > 1h", TRUTH_UNKNOWN);
	/* The same row in both: nobody waits where there is no waiting time. */
	check_truth(desk, "queues[*].in_calls_waiting > 3 and queues[*].in_max_wait_time > 1h", TRUTH_FALSE);
	check_truth(desk, "queues[*].in_calls_waiting = 12 and queues[*].name = 'Customer Care'", TRUTH_FALSE);
	struct expression *expression = read_good(desk, "queues[*].in_calls_waiting < 5 and now.in_calls_waiting = 7");
	assert_ptr_equal(expression->panel, layout_panel(desk->layout, "queues"));
	static const enum truth rows[] = { TRUTH_FALSE, TRUTH_TRUE, TRUTH_TRUE };
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(condition_row(expression, &desk->view, i, NULL), rows[i]);
	unsigned row = 99;
	assert_int_equal(condition_any(expression, &desk->view, &row, NULL), TRUTH_TRUE);
	assert_int_equal(row, 1);
	expression_free(expression);
}

static void stale_is_unknown(void **state)
{
	struct desk *desk = *state;
	desk->view.now_ms = 1000 + 10000;
	check_truth(desk, "now.in_calls_waiting > 6", TRUTH_TRUE);
	desk->view.now_ms = 1000 + 10001;
	check_truth(desk, "now.in_calls_waiting > 6", TRUTH_UNKNOWN);
	check_truth(desk, "now.in_calls_waiting > 6 or queues[*].in_calls_waiting >= 0", TRUTH_UNKNOWN);
	/* A panel's own age counts: others may be fresh. */
	desk->link.accepted_ms = desk->view.now_ms;
	check_truth(desk, "now.in_calls_waiting > 6", TRUTH_UNKNOWN);
}

struct error_row {
	const char *text;
	const char *error;
};

static void errors(void **state)
{
	static const struct error_row rows[] = {
		{ "", "character 1: the name of a panel is missing" },
		{ "nwo.in_calls_waiting > 1", "character 1: layout 'test' has no panel 'nwo' (did you mean 'now'?)" },
		{ "zzzzzzzz.x > 1", "character 1: layout 'test' has no panel 'zzzzzzzz'" },
		{ "now.in_calls_waitin > 1",
			"character 5: panel 'now' has no 'in_calls_waitin' (did you mean 'in_calls_waiting'?)" },
		{ "now > 1", "character 4: a point and a statistic must follow 'now'" },
		{ "news.content = x", "character 1: panel 'news' is of type messages, which has no statistics" },
		{ "agents.acd_state = x", "character 7: panel 'agents' has rows: write agents[ROW], or agents[*] for any" },
		{ "now[x].in_calls_waiting > 1", "character 4: panel 'now' shows totals, which have no rows" },
		{ "queues[].name = x", "character 8: the name of a row is missing" },
		{ "queues[Customer Care].name = x",
			"character 8: the name of a row with blanks, brackets or quotes must be in quotes" },
		{ "queues['Sales.name = x", "character 8: the ' does not end" },
		{ "queues['Sales'.name = x", "character 15: a ] is missing" },
		{ "now.in_calls_waiting", "character 21: a comparison is missing: <, <=, >, >=, = or !=" },
		{ "now.in_calls_waiting ~ 1", "character 22: this is none of <, <=, >, >=, = and !=" },
		{ "now.in_calls_waiting > ", "character 24: a number is missing" },
		{ "now.in_calls_waiting > x", "character 24: 'x' is not a number" },
		{ "now.in_calls_waiting > 1s", "character 24: the unit s does not suit a count" },
		{ "now.in_calls_waiting > 1 1", "character 26: 'and' or 'or' is missing here" },
		{ "now.in_calls_waiting > 1 and", "character 29: the name of a panel is missing" },
		{ "(now.in_calls_waiting > 1", "character 1: this ( is not closed" },
		{ "now.in_calls_waiting > 1)", "character 25: this ) closes nothing" },
		{ "agents[*].acd_state > ready", "character 21: text compares with = and != only" },
		{ "agents[*].acd_state = ", "character 23: a text is missing" },
		{ "agents[*].acd_state = ready or queues[*].in_calls_waiting > 1",
			"character 32: [*] walks one panel only in an expression" },
		{ "now.in_calls_waiting > \033[2J", "the expression holds characters that cannot be printed" },
	};
	struct desk *desk = *state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct error error = { "" };
		if (expression_read(rows[i].text, desk->layout, &error) != NULL)
			fail_msg("'%s' was read", rows[i].text);
		assert_string_equal(error.text, rows[i].error);
	}
}

static void too_much(void **state)
{
	struct desk *desk = *state;
	char text[4000] = "";
	struct error error = { "" };
	for (int i = 0; i < EXPRESSION_COMPARISONS_MAX; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%snow.in_calls_waiting = 7", i > 0 ? " and " : "");
	check_truth(desk, text, TRUTH_TRUE);
	strcat(text, " and now.in_calls_waiting = 7");
	assert_null(expression_read(text, desk->layout, &error));
	assert_non_null(strstr(error.text, "too many comparisons"));
	memset(text, '(', 17);
	strcpy(text + 17, "now.in_calls_waiting = 7)))))))))))))))))");
	assert_null(expression_read(text, desk->layout, &error));
	assert_string_equal(error.text, "character 17: the parentheses nest too deep");
	text[strlen(text) - 1] = '\0';
	check_truth(desk, text + 1, TRUTH_TRUE);
	memset(text, 'a', sizeof(text) - 1);
	assert_null(expression_read(text, desk->layout, &error));
}

static void lone_values(void **state)
{
	struct desk *desk = *state;
	struct operand operand;
	struct error error = { "" };
	struct buffer out;
	buffer_init(&out, 200);
	assert_true(expression_value(" queues[Sales].in_calls_waiting ", desk->layout, &operand, &error));
	assert_float_equal(operand_cell(&operand, &desk->view, 0, &error)->number, 12, 0);
	operand_print(&operand, &desk->view, 0, &out);
	assert_string_equal(buffer_string(&out), "queues[Sales].in_calls_waiting");
	buffer_clear(&out);
	assert_true(expression_value("queues[*].in_calls_waiting", desk->layout, &operand, &error));
	assert_float_equal(operand_cell(&operand, &desk->view, 1, &error)->number, 3, 0);
	operand_print(&operand, &desk->view, 1, &out);
	assert_string_equal(buffer_string(&out), "queues[\"Customer Care\"].in_calls_waiting");
	assert_null(operand_cell(&operand, &desk->view, 3, &error));
	assert_false(expression_value("now.in_calls_waiting > 1", desk->layout, &operand, &error));
	assert_string_equal(error.text, "character 22: a value alone is expected beside --warn and --critical");
	buffer_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(comparisons, open_desk, close_desk),
		cmocka_unit_test_setup_teardown(names_as_they_come, open_desk, close_desk),
		cmocka_unit_test_setup_teardown(unknowns, open_desk, close_desk),
		cmocka_unit_test_setup_teardown(kleene, open_desk, close_desk),
		cmocka_unit_test_setup_teardown(any_row, open_desk, close_desk),
		cmocka_unit_test_setup_teardown(stale_is_unknown, open_desk, close_desk),
		cmocka_unit_test_setup_teardown(errors, open_desk, close_desk),
		cmocka_unit_test_setup_teardown(too_much, open_desk, close_desk),
		cmocka_unit_test_setup_teardown(lone_values, open_desk, close_desk),
	};
	text_locale();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
