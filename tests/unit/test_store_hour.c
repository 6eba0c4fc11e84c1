/* An hour of the history as text: what is sent of it, and that nothing else is read than what may be sent. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "board/board.h"
#include "store/hour.h"

/* 2026-11-24 08:00 UTC. */
static const int64_t eight_s = 1795507200;

static const char text[] =
	"pages = ( { rows = ( { panels = ( { name = \"now\" type = \"totals\" services = [\"Sales\"] tiles = ("
	" \"in_calls_waiting\", \"in_calls_received_per_day\" ) } ) } ) } )";

static const struct store_name waiting = { STORE_SERVICE, "Sales", "in_calls_waiting" };
static const struct store_name received = { STORE_SERVICE, "Sales", "in_calls_received_per_day" };
static const struct store_name other = { STORE_TOTAL, "", "in_calls_waiting" };

static struct {
	struct layout *layout;
	struct board *board;
	struct store *store;
	struct store_hours *hours;
	struct buffer out;
	struct json json;
	int64_t boot_ms, wall_ms;
	/* What was read. */
	int64_t hour_s;
	unsigned count;
	struct store_name names[4];
	struct store_minute minutes[4][STORE_HOUR_MINUTES];
	struct error error;
} desk;

static int set_up(void **state)
{
	struct error error = { "" };
	(void)state;
	memset(&desk, 0, sizeof(desk));
	desk.layout = layout_parse("test", "test", text, &error);
	assert_non_null(desk.layout);
	desk.board = board_new(desk.layout);
	desk.store = store_open(&(struct store_options){ .tenant = "example.com", .writes = true, .in_memory = true });
	desk.hours = store_hours_new();
	store_hours_add(desk.hours, &waiting, false);
	store_hours_add(desk.hours, &received, true);
	buffer_init(&desk.out, STORE_HOUR_BYTES_MAX);
	json_init(&desk.json);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	store_close(desk.store, desk.boot_ms, desk.wall_ms);
	store_hours_free(desk.hours);
	board_free(desk.board);
	layout_free(desk.layout);
	buffer_free(&desk.out);
	json_free(&desk.json);
	return 0;
}

static void give(int64_t time_s, const char *calls_waiting, const char *calls_received)
{
	struct panel_data *data = &desk.board->panels[0].data[0];
	desk.wall_ms = time_s * 1000;
	desk.boot_ms = desk.wall_ms - eight_s * 1000 + 5000000;
	desk.board->accepted_ms = desk.boot_ms;
	desk.board->accepted_wall_ms = desk.wall_ms;
	arena_reset(&data->arena);
	data->received = true;
	data->received_ms = desk.boot_ms;
	data->rows = 1;
	data->columns = 2;
	data->cells = arena_alloc(&data->arena, 2 * sizeof(*data->cells));
	data->cells[0] = value_read(calls_waiting, KIND_COUNT, SCALE_PERCENT, 0);
	data->cells[1] = value_read(calls_received, KIND_COUNT, SCALE_PERCENT, 0);
	store_take(desk.store, desk.board, 5);
	store_turn(desk.store, desk.boot_ms, desk.wall_ms);
}

static void on_series(void *context, const struct store_name *name, const struct store_minute *minutes)
{
	assert_ptr_equal(context, &desk);
	assert_true(desk.count < 4);
	desk.names[desk.count] = *name;
	memcpy(desk.minutes[desk.count++], minutes, sizeof(desk.minutes[0]));
}

static bool read_back(const char *bytes, size_t length)
{
	desk.count = 0;
	desk.error.text[0] = '\0';
	return store_hour_read(&desk.json, bytes, length, &desk.hour_s, on_series, &desk, &desk.error);
}

static void same_name(const struct store_name *got, const struct store_name *wanted)
{
	assert_int_equal(got->scope, wanted->scope);
	assert_string_equal(got->name, wanted->name);
	assert_string_equal(got->statistic, wanted->statistic);
}

static void same(float got, double wanted)
{
	if (isnan(got) || fabs((double)got - wanted) > 0.001)
		fail_msg("%g instead of %g", (double)got, wanted);
}

static void an_hour_comes_back(void **state)
{
	(void)state;
	assert_false(store_hours_put(desk.hours, desk.store, eight_s, &desk.out));
	give(eight_s - 30, "7", "90");
	give(eight_s + 5 * 60, "3", "92");
	give(eight_s + 5 * 60 + 20, "4", "95");
	give(eight_s + 5 * 60 + 40, "1", "95");
	give(eight_s + 6 * 60, "2", "95");
	give(eight_s + 7 * 60, "2", "96");
	give(eight_s + 3600, "9", "99");
	/* Once, however often it is named; what nobody kept is not there. */
	store_hours_add(desk.hours, &waiting, false);
	store_hours_add(desk.hours, &other, false);
	assert_true(store_hours_put(desk.hours, desk.store, eight_s, &desk.out));
	if (!read_back(buffer_string(&desk.out), desk.out.length))
		fail_msg("%s: %s", desk.error.text, buffer_string(&desk.out));
	assert_int_equal(desk.hour_s, eight_s);
	assert_int_equal(desk.count, 2);
	same_name(&desk.names[0], &waiting);
	same_name(&desk.names[1], &received);
	assert_true(isnan(desk.minutes[0][4].last) && isnan(desk.minutes[0][4].mean) && isnan(desk.minutes[0][8].last));
	same(desk.minutes[0][5].mean, 8.0 / 3);
	same(desk.minutes[0][5].largest, 4);
	same(desk.minutes[0][5].last, 1);
	assert_true(isnan(desk.minutes[0][5].gained));
	same(desk.minutes[0][6].mean, 2);
	same(desk.minutes[0][6].largest, 2);
	same(desk.minutes[1][5].last, 95);
	same(desk.minutes[1][5].gained + desk.minutes[1][5].missed, 5);
	same(desk.minutes[1][6].gained, 0);
	same(desk.minutes[1][6].missed, 0);
	same(desk.minutes[1][7].gained, 1);
	/* The hour before has its own. */
	buffer_clear(&desk.out);
	assert_true(store_hours_put(desk.hours, desk.store, eight_s - 3600, &desk.out));
	assert_true(read_back(buffer_string(&desk.out), desk.out.length));
	assert_int_equal(desk.hour_s, eight_s - 3600);
	same(desk.minutes[0][59].last, 7);
	buffer_clear(&desk.out);
	store_hours_clear(desk.hours);
	assert_false(store_hours_put(desk.hours, desk.store, eight_s, &desk.out));
}

/* What finds no room is left out whole. */
static void it_has_a_bound(void **state)
{
	struct buffer small;
	(void)state;
	for (int minute = 0; minute <= 60; minute++)
		give(eight_s + minute * 60, minute % 2 ? "100000" : "2", "100000");
	buffer_init(&small, 700);
	assert_true(store_hours_put(desk.hours, desk.store, eight_s, &small));
	if (!read_back(buffer_string(&small), small.length))
		fail_msg("%s: %s", desk.error.text, buffer_string(&small));
	assert_int_equal(desk.count, 1);
	buffer_free(&small);
}

#define HOUR(from, series) "{\"schema\":\"cxwall-past/1\",\"from\":" from ",\"series\":[" series "]}"
#define SERIES(more) "{\"scope\":\"service\",\"name\":\"Sales\",\"statistic\":\"s\",\"counter\":false," more "}"

/* Whoever may publish at the broker may send anything. */
static void what_is_no_hour_is_refused(void **state)
{
	static const char *const bad[] = {
		"", "[]", "{}", "nonsense", HOUR("0", ""), HOUR("1795507201", ""), HOUR("-3600", ""), HOUR("1e300", ""), HOUR("null", ""),
		"{\"schema\":\"cxwall-past/2\",\"from\":1795507200,\"series\":[]}", "{\"schema\":\"cxwall-past/1\",\"from\":1795507200}",
		HOUR("1795507200", "3"), HOUR("1795507200", "{}"), HOUR("1795507200", SERIES("\"first\":60,\"last\":[1]")),
		HOUR("1795507200", SERIES("\"first\":-1,\"last\":[1]")), HOUR("1795507200", SERIES("\"first\":0,\"last\":7")),
		HOUR("1795507200", SERIES("\"first\":59,\"last\":[1,2]")), HOUR("1795507200", SERIES("\"first\":0,\"last\":[1e13]")),
		HOUR("1795507200", "{\"scope\":\"agent\",\"name\":\"x\",\"statistic\":\"s\",\"first\":0,\"last\":[1]}"),
		HOUR("1795507200", "{\"scope\":\"total\",\"name\":\"x\",\"statistic\":\"\",\"first\":0,\"last\":[1]}"),
		HOUR("1795507200", SERIES("\"first\":0,\"last\":[1]") ",{}"),
	};
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (read_back(bad[i], strlen(bad[i])))
			fail_msg("%s is read", bad[i]);
		assert_int_equal(desk.count, 0);
		assert_string_not_equal(desk.error.text, "");
	}
	static const char good[] = HOUR("1795507200", "{\"scope\":\"total\",\"name\":\"S\\u001b[2Jx\",\"statistic\":\"a\\u0007b\","
		"\"counter\":\"no\",\"first\":57,\"last\":[1,null,\"x\"],\"gained\":[9]}");
	assert_true(read_back(good, strlen(good)));
	assert_int_equal(desk.count, 1);
	assert_null(strchr(desk.names[0].name, 0x1b));
	assert_null(strchr(desk.names[0].statistic, 7));
	same(desk.minutes[0][57].mean, 1);
	assert_true(isnan(desk.minutes[0][57].gained) && isnan(desk.minutes[0][58].mean) && isnan(desk.minutes[0][59].last));
	/* Far more series than anybody sends. */
	struct buffer many;
	buffer_init(&many, STORE_HOUR_BYTES_MAX);
	buffer_text(&many, "{\"schema\":\"cxwall-past/1\",\"from\":1795507200,\"series\":[");
	for (int i = 0; i <= STORE_HOUR_SERIES_MAX; i++)
		buffer_print(&many, "%s" SERIES("\"first\":0,\"last\":[1]"), i > 0 ? "," : "");
	buffer_text(&many, "]}");
	assert_false(many.full);
	assert_false(read_back(buffer_string(&many), many.length));
	assert_int_equal(desk.count, 0);
	buffer_free(&many);
	char *large = calloc(1, STORE_HOUR_BYTES_MAX + 1);
	memset(large, ' ', STORE_HOUR_BYTES_MAX + 1);
	memcpy(large, good, strlen(good));
	assert_false(read_back(large, STORE_HOUR_BYTES_MAX + 1));
	assert_true(read_back(large, STORE_HOUR_BYTES_MAX));
	free(large);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_hour_comes_back, set_up, tear_down),
		cmocka_unit_test_setup_teardown(it_has_a_bound, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_no_hour_is_refused, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
