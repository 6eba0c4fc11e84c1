/* What a publisher sends of its history, and when: the store is real, the publisher and the clocks are the test's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "session/published_past.h"

enum { HOUR_S = 3600, SENT_MAX = 200 };

/* 2026-11-24 08:00 UTC. */
static const int64_t eight_s = 1795507200;

static const char shown[] =
	"pages = ( { rows = ( { panels = ( { name = \"now\" type = \"totals\" tiles = ( \"agents_ready\" ) },"
	" { name = \"q\" type = \"service_grid\" columns = ( \"name\", \"in_max_wait_time\", { spark = \"in_calls_waiting\" } ) } ) } ) } )";
static const char other[] =
	"pages = ( { rows = ( { panels = ( { name = \"now\" type = \"totals\" tiles = ( \"agents_busy\" ) } ) } ) } )";

static struct {
	struct session session;
	struct layout *layouts[1];
	struct published_past past;
	int64_t wall_ms;
	struct { int64_t hour_s; char text[2000]; } sent[SENT_MAX];
	unsigned count;
} bench;

int64_t clock_boot_ms(void)
{
	return bench.wall_ms - eight_s * 1000 + 100000000;
}

int64_t clock_wall_ms(void)
{
	return bench.wall_ms;
}

void publisher_past(struct publisher *publisher, int64_t hour_s, const char *bytes, size_t length)
{
	assert_null(publisher);
	assert_true(bench.count < SENT_MAX && length < sizeof(bench.sent[0].text));
	bench.sent[bench.count].hour_s = hour_s;
	memcpy(bench.sent[bench.count++].text, bytes, length + 1);
}

static struct layout *parse(const char *text)
{
	struct error error = { "" };
	struct layout *parsed = layout_parse("test", "test", text, &error);
	if (parsed == NULL)
		fail_msg("%s", error.text);
	return parsed;
}

static void give_panel(unsigned index, const char *key, const char *const *values, unsigned count)
{
	const struct panel *panel = &bench.session.board->layout->panels[index];
	struct panel_data *data = &bench.session.board->panels[index].data[0];
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

/* An answer each so many seconds until a time. */
static void live(int64_t until_s, int step_s)
{
	static const char *const totals[] = { "3" }, *const row[] = { "Sales", "20", "7" };
	for (; bench.wall_ms < until_s * 1000; bench.wall_ms += step_s * 1000LL) {
		bench.session.board->accepted_ms = clock_boot_ms();
		bench.session.board->accepted_wall_ms = bench.wall_ms;
		give_panel(0, NULL, totals, 1);
		if (bench.session.board->layout->panel_count > 1)
			give_panel(1, "Sales", row, 3);
		store_take(bench.session.store, bench.session.board, step_s);
		store_turn(bench.session.store, clock_boot_ms(), bench.wall_ms);
	}
	bench.wall_ms = until_s * 1000;
	store_turn(bench.session.store, clock_boot_ms(), bench.wall_ms);
}

static int set_up(void **state)
{
	(void)state;
	memset(&bench, 0, sizeof(bench));
	bench.wall_ms = eight_s * 1000;
	bench.layouts[0] = parse(shown);
	bench.session.layout = bench.layouts[0];
	bench.session.loop = ev_loop_new(EVFLAG_NOENV);
	bench.session.board = board_new(bench.layouts[0]);
	bench.session.store = store_open(&(struct store_options){ .tenant = "x.example", .writes = true, .in_memory = true });
	bench.past = (struct published_past){ .session = &bench.session, .layouts = bench.layouts, .layout_count = 1 };
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	published_past_stop(&bench.past);
	store_close(bench.session.store, clock_boot_ms(), bench.wall_ms);
	board_free(bench.session.board);
	layout_free(bench.layouts[0]);
	ev_loop_destroy(bench.session.loop);
	return 0;
}

/* The timer is due; in how many seconds the next one is. */
static double fire(void)
{
	assert_true(ev_is_active(&bench.past.timer));
	ev_timer_stop(bench.session.loop, &bench.past.timer);
	bench.past.timer.cb(bench.session.loop, &bench.past.timer, 0);
	return ev_timer_remaining(bench.session.loop, &bench.past.timer);
}

static bool last_has(const char *text)
{
	return strstr(bench.sent[bench.count - 1].text, text) != NULL;
}

/* The running hour first, then those before it, as far as there are any. */
static void a_day_is_sent_hour_by_hour(void **state)
{
	(void)state;
	live(eight_s + 3 * HOUR_S + 90, 30);
	published_past_start(&bench.past);
	assert_int_equal(bench.count, 1);
	assert_int_equal(bench.sent[0].hour_s, eight_s + 3 * HOUR_S);
	assert_true(last_has("\"agents_ready\"") && last_has("\"in_calls_waiting\"") && last_has("\"Sales\""));
	assert_false(last_has("in_max_wait_time"));
	for (int hour = 1; hour < 24; hour++)
		assert_true(fire() < (hour < 23 ? 1 : 60));
	assert_int_equal(bench.count, 4);
	for (int hour = 1; hour < 4; hour++)
		assert_int_equal(bench.sent[hour].hour_s, eight_s + (3 - hour) * HOUR_S);
	/* Once it runs, it is not begun anew. */
	published_past_start(&bench.past);
	assert_int_equal(bench.count, 4);
}

/* When the store has written it; the last minute of an hour when the next one runs. */
static void the_running_hour_is_sent_each_minute(void **state)
{
	(void)state;
	live(eight_s + 57 * 60 + 10, 10);
	published_past_start(&bench.past);
	double seconds = 0;
	for (int hour = 1; hour < 24; hour++)
		seconds = fire();
	assert_int_equal(bench.count, 1);
	assert_true(seconds > 50 && seconds < 60);
	for (int minute = 58; minute < 60; minute++) {
		live(eight_s + minute * 60 + 5, 5);
		seconds = fire();
		assert_true(seconds > 59 && seconds < 61);
		assert_int_equal(bench.sent[bench.count - 1].hour_s, eight_s);
	}
	assert_int_equal(bench.count, 3);
	live(eight_s + HOUR_S + 65, 5);
	(void)fire();
	assert_int_equal(bench.count, 5);
	assert_int_equal(bench.sent[3].hour_s, eight_s);
	assert_int_equal(bench.sent[4].hour_s, eight_s + HOUR_S);
	live(eight_s + HOUR_S + 125, 5);
	(void)fire();
	assert_int_equal(bench.count, 6);
}

/* Other layouts show something else, and all hours are sent again. */
static void other_layouts_show_something_else(void **state)
{
	(void)state;
	live(eight_s + HOUR_S + 90, 30);
	published_past_start(&bench.past);
	for (int hour = 1; hour < 24; hour++)
		(void)fire();
	assert_int_equal(bench.count, 2);
	struct layout *before = bench.layouts[0], *after = parse(other);
	bench.layouts[0] = after;
	published_past_restart(&bench.past);
	/* Nobody looked at these agents before. */
	assert_int_equal(bench.count, 2);
	bench.layouts[0] = before;
	published_past_restart(&bench.past);
	(void)fire();
	assert_int_equal(bench.count, 4);
	published_past_stop(&bench.past);
	layout_free(after);
	published_past_restart(&bench.past);
	assert_int_equal(bench.count, 4);
	bench.session.ending = true;
	published_past_start(&bench.past);
	assert_int_equal(bench.count, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_day_is_sent_hour_by_hour, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_running_hour_is_sent_each_minute, set_up, tear_down),
		cmocka_unit_test_setup_teardown(other_layouts_show_something_else, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
