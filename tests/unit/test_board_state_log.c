/* The states of agents in the last hour: what is seen, what is a gap, who is forgotten, what a replay takes back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/text.h"
#include "board/decode.h"
#include "board/state_log.h"

static const char agents[] =
	"pages = ( { rows = ( { panels = ( { name = \"a\" type = \"agent_grid\""
	" columns = ( \"first_last_name\", \"acd_state\" ) } ) } ) } )";

enum { SLOT = STATE_LOG_SLOT_MS, HOUR = STATE_LOG_SLOTS * SLOT };

struct desk {
	struct layout *layout;
	struct catalogue teams, services;
	struct request request;
	struct board *board;
	struct state_log *log;
	int64_t now_ms;
};

static struct layout *parse(const char *text)
{
	struct error error = { "" };
	struct layout *layout = layout_parse("n", "n", text, &error);
	if (layout == NULL)
		fail_msg("%s", error.text);
	return layout;
}

static void desk_open(struct desk *desk, int64_t now_ms)
{
	*desk = (struct desk){ .layout = parse(agents), .now_ms = now_ms };
	catalogue_init(&desk->teams);
	catalogue_init(&desk->services);
	request_init(&desk->request);
	request_plan(&desk->request, desk->layout, &desk->teams, &desk->services, "t");
	desk->board = board_new(desk->layout);
	desk->log = state_log_new(desk->layout);
	assert_non_null(desk->log);
}

static void desk_close(struct desk *desk)
{
	state_log_free(desk->log);
	board_free(desk->board);
	request_free(&desk->request);
	catalogue_free(&desk->teams);
	catalogue_free(&desk->services);
	layout_free(desk->layout);
}

/* Rows as an answer has them. */
static void answer(struct desk *desk, const char *rows)
{
	struct buffer text;
	struct error error = { "" };
	struct decode_report report;
	buffer_init(&text, 4 * 1024 * 1024);
	buffer_print(&text, "{\"t/a\":{\"agent_grids\":[{\"id\":\"grid\",\"values\":[");
	buffer_text(&text, rows);
	buffer_text(&text, "]}]}}");
	struct frame frame = { .kind = FRAME_DATA, .subject = "", .received_ms = desk->now_ms, .wall_ms = 1767225600000,
		.bytes = buffer_string(&text), .length = text.length, .request = &desk->request };
	if (!decode_frame(desk->board, &frame, &report, &error))
		fail_msg("%s", error.text);
	buffer_free(&text);
	state_log_take(desk->log, desk->board, 5);
}

static void one(struct desk *desk, const char *login, const char *state)
{
	char row[128];
	snprintf(row, sizeof(row), "{\"1\":\"Ana Bell\",\"2\":\"%s\",\"3\":\"%s\"}", state, login);
	answer(desk, row);
}

/* The last `count` slots as letters; '.' is unknown. */
static const char *seen(const struct desk *desk, const char *key, unsigned count)
{
	static const char letters[] = ".RBr=wnsox?";
	static char text[STATE_LOG_SLOTS + 1];
	unsigned char hour[STATE_LOG_SLOTS];
	(void)state_log_read(desk->log, key, desk->now_ms, hour);
	for (unsigned i = 0; i < count; i++)
		text[i] = letters[hour[STATE_LOG_SLOTS - count + i]];
	text[count] = '\0';
	return text;
}

static void only_where_states_are_shown(void **state)
{
	(void)state;
	struct layout *layout = parse("pages = ( { rows = ( { panels = ( { name = \"a\" type = \"agent_grid\" columns = ( \"first_last_name\" ) },"
		" { name = \"q\" type = \"service_grid\" columns = ( \"name\" ) } ) } ) } )");
	assert_null(state_log_new(layout));
	layout_free(layout);
}

static void each_look_fills_a_place(void **state)
{
	static const char *const states[] = { "ready", "busy", "busy", "after_call_work", "not_ready", "" };
	struct desk desk;
	(void)state;
	desk_open(&desk, 10 * HOUR);
	assert_string_equal(seen(&desk, "ana", 3), "...");
	for (unsigned i = 0; i < 6; i++, desk.now_ms += SLOT)
		one(&desk, "ana", states[i]);
	desk.now_ms -= SLOT;
	assert_string_equal(seen(&desk, "ana", 8), "..RBBwnx");
	assert_string_equal(seen(&desk, "bob", 3), "...");
	desk_close(&desk);
}

/* More answers than places: the first of each counts, and the others are not read. */
static void a_place_has_one_look(void **state)
{
	struct desk desk;
	(void)state;
	desk_open(&desk, 10 * HOUR);
	one(&desk, "ana", "ready");
	desk.now_ms += SLOT / 2;
	one(&desk, "ana", "busy");
	desk.now_ms += SLOT / 2;
	one(&desk, "ana", "busy");
	assert_string_equal(seen(&desk, "ana", 3), ".RB");
	desk_close(&desk);
}

static void an_outage_is_a_gap(void **state)
{
	struct desk desk;
	(void)state;
	desk_open(&desk, 10 * HOUR);
	one(&desk, "ana", "busy");
	desk.now_ms += 2 * SLOT;
	one(&desk, "ana", "ready");
	assert_string_equal(seen(&desk, "ana", 4), ".BBR");
	desk.now_ms += 6 * SLOT;
	assert_string_equal(seen(&desk, "ana", 7), "R......");
	one(&desk, "ana", "ready");
	assert_string_equal(seen(&desk, "ana", 7), "R.....R");
	desk_close(&desk);
}

static void what_is_older_than_an_hour_goes(void **state)
{
	struct desk desk;
	unsigned char hour[STATE_LOG_SLOTS];
	(void)state;
	desk_open(&desk, 10 * HOUR);
	one(&desk, "ana", "busy");
	desk.now_ms += HOUR - SLOT;
	assert_int_equal(seen(&desk, "ana", STATE_LOG_SLOTS)[0], 'B');
	desk.now_ms += SLOT;
	assert_false(state_log_read(desk.log, "ana", desk.now_ms, hour));
	one(&desk, "ana", "ready");
	assert_string_equal(seen(&desk, "ana", 4), "...R");
	/* A paused picture is of a time whose places others have by now. */
	desk.now_ms -= HOUR;
	assert_string_equal(seen(&desk, "ana", 2), "..");
	desk_close(&desk);
}

/* A clock that began after what is shown, as that of a recording, counts below 0. */
static void times_before_the_start(void **state)
{
	struct desk desk;
	(void)state;
	desk_open(&desk, -HOUR);
	one(&desk, "ana", "busy");
	assert_string_equal(seen(&desk, "ana", 2), ".B");
	desk_close(&desk);
}

static void a_replay_that_goes_back(void **state)
{
	static const char *const states[] = { "ready", "busy", "not_ready", "after_call_work" };
	struct desk desk;
	(void)state;
	desk_open(&desk, 10 * HOUR);
	for (unsigned i = 0; i < 4; i++, desk.now_ms += SLOT)
		one(&desk, "ana", states[i]);
	desk.now_ms = 10 * HOUR + 2 * SLOT;
	one(&desk, "ana", "ready");
	assert_string_equal(seen(&desk, "ana", 4), ".RBR");
	desk.now_ms += SLOT;
	assert_string_equal(seen(&desk, "ana", 4), "RBR.");
	desk_close(&desk);
}

/* Two rows of one agent, rows in another order, a name that JSON escapes. */
static void rows_are_known_by_their_key(void **state)
{
	struct desk desk;
	(void)state;
	desk_open(&desk, 10 * HOUR);
	answer(&desk, "{\"1\":\"Ana\",\"2\":\"ready\",\"3\":\"ana\"},{\"1\":\"Bob\",\"2\":\"busy\",\"3\":\"b\\u00f6b\"},{\"1\":\"Nobody\",\"2\":\"busy\"}");
	desk.now_ms += SLOT;
	answer(&desk, "{\"3\":\"b\\u00f6b\",\"1\":\"Bob\",\"2\":\"not_ready\"},{\"1\":\"Ana\",\"2\":\"busy\",\"3\":\"ana\"},{\"1\":\"Ana\",\"2\":\"busy\",\"3\":\"ana\"}");
	assert_string_equal(seen(&desk, "ana", 3), ".RB");
	assert_string_equal(seen(&desk, "b\xc3\xb6" "b", 3), ".Bn");
	assert_string_equal(seen(&desk, "", 3), "...");
	desk_close(&desk);
}

static void crowd(struct desk *desk, unsigned from, unsigned count)
{
	struct buffer rows;
	buffer_init(&rows, 1024 * 1024);
	for (unsigned i = from; i < from + count; i++)
		buffer_print(&rows, "%s{\"1\":\"N\",\"2\":\"busy\",\"3\":\"a%u\"}", i > from ? "," : "", i);
	answer(desk, buffer_string(&rows));
	buffer_free(&rows);
}

/* At the cap those who were gone for an hour make room; a larger grid is left alone. */
static void the_cap(void **state)
{
	struct desk desk;
	(void)state;
	desk_open(&desk, 10 * HOUR);
	crowd(&desk, 0, STATE_LOG_AGENTS_MAX);
	assert_string_equal(seen(&desk, "a1999", 1), "B");
	desk.now_ms += SLOT;
	crowd(&desk, 5000, 10);
	assert_string_equal(seen(&desk, "a5000", 1), ".");
	desk.now_ms += HOUR;
	crowd(&desk, 5000, 10);
	assert_string_equal(seen(&desk, "a5000", 1), "B");
	desk.now_ms += SLOT;
	crowd(&desk, 5000, STATE_LOG_AGENTS_MAX + 1);
	assert_string_equal(seen(&desk, "a5000", 2), "B.");
	desk_close(&desk);
}

/* Minutes of before the start, as a demo has them, go where nothing is known. */
static void minutes_of_before(void **state)
{
	struct desk desk;
	(void)state;
	desk_open(&desk, 10 * HOUR);
	one(&desk, "ana", "ready");
	struct state_log *log = desk.log;
	desk.log = NULL;
	desk.now_ms -= 12 * SLOT;
	one(&desk, "ana", "busy");
	state_log_fill(log, desk.board);
	desk.now_ms += 7 * SLOT;
	one(&desk, "ana", "not_ready");
	state_log_fill(log, desk.board);
	state_log_fill(NULL, desk.board);
	desk.now_ms += 5 * SLOT;
	desk.log = log;
	assert_string_equal(seen(&desk, "ana", 19), ".BBBBBB.nnnnnn....R");
	desk.now_ms += SLOT;
	one(&desk, "ana", "busy");
	assert_string_equal(seen(&desk, "ana", 3), ".RB");
	desk_close(&desk);
}

static void a_reload_keeps_them(void **state)
{
	struct desk desk;
	(void)state;
	desk_open(&desk, 10 * HOUR);
	one(&desk, "ana", "ready");
	struct state_log *next = state_log_new(desk.layout);
	state_log_adopt(next, desk.log);
	state_log_adopt(next, NULL);
	state_log_adopt(NULL, desk.log);
	state_log_free(desk.log);
	desk.log = next;
	desk.now_ms += SLOT;
	one(&desk, "ana", "busy");
	assert_string_equal(seen(&desk, "ana", 3), ".RB");
	desk_close(&desk);
}

int main(void)
{
	assert_true(text_locale() || setenv("LC_ALL", "C.UTF-8", 1) == 0);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_where_states_are_shown),
		cmocka_unit_test(each_look_fills_a_place),
		cmocka_unit_test(a_place_has_one_look),
		cmocka_unit_test(an_outage_is_a_gap),
		cmocka_unit_test(what_is_older_than_an_hour_goes),
		cmocka_unit_test(times_before_the_start),
		cmocka_unit_test(a_replay_that_goes_back),
		cmocka_unit_test(rows_are_known_by_their_key),
		cmocka_unit_test(the_cap),
		cmocka_unit_test(minutes_of_before),
		cmocka_unit_test(a_reload_keeps_them),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
