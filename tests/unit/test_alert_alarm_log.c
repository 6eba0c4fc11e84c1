/* The alarms of a day: what is told of which time, what goes when there is no room, and that one is acknowledged alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert/alarm_log.h"
#include "base/text.h"
#include "layout/layout.h"

enum { INTERVAL = 5, HOUR = 3600 };

/* A Tuesday, 00:00 UTC, and a clock of the machine that is far from it. */
static const int64_t midnight_ms = INT64_C(1764028800) * 1000, machine_ms = 5000 * 1000;

struct place {
	struct layout *layout;
	struct board *board;
	struct link link;
	struct alarm_log *log;
	uint16_t order[ALARM_LOG_AHEAD_MAX];
	struct alarm_day day;
};

static void open_place(struct place *place, bool ahead)
{
	struct error error = { "" };
	setenv("TZ", "UTC", 1);
	memset(place, 0, sizeof(*place));
	place->layout = layout_parse("test", "test.conf", "alerts = ( { name = \"long\" when = \"now.in_calls_waiting > 10\" },"
		" { name = \"low\" when = \"now.service_level < 70\" severity = \"warn\" } )"
		" pages = ( { rows = ( { panels = ( { name = \"now\" type = \"totals\""
		" tiles = ( \"in_calls_waiting\", \"service_level\" ) } ) } ) } )", &error);
	if (place->layout == NULL)
		fail_msg("%s", error.text);
	place->link = (struct link){ .state = LINK_LIVE, .interval = INTERVAL };
	place->log = alarm_log_new(ahead);
}

static void close_place(struct place *place)
{
	alarm_log_free(place->log);
	layout_free(place->layout);
}

static void look(struct place *place, int64_t second)
{
	struct board_view view = { .link = &place->link, .now_ms = machine_ms + second * 1000, .wall_ms = midnight_ms + second * 1000 };
	alarm_log_frame(place->log, &view);
}

static struct alert_state state_at(const struct place *place, unsigned rule, const char *row, int64_t second)
{
	struct alert_state state = { .rule = &place->layout->alerts[rule], .fired_ms = machine_ms + second * 1000 };
	snprintf(state.key, sizeof(state.key), "%s", row);
	snprintf(state.row, sizeof(state.row), "%s", row);
	snprintf(state.shown, sizeof(state.shown), "11");
	return state;
}

static void tell(struct place *place, const struct alert_state *state, enum alert_kind kind, int64_t second)
{
	struct alert_event event = { .kind = kind, .state = state, .at_ms = machine_ms + second * 1000,
		.wall_ms = midnight_ms + second * 1000 };
	event.lasted_ms = event.at_ms - state->fired_ms;
	alarm_log_event(place->log, &event);
}

/* From a second on, for so many. */
static void fire(struct place *place, const char *row, int64_t second, int64_t lasts)
{
	struct alert_state state = state_at(place, 0, row, second);
	tell(place, &state, ALERT_FIRED, second);
	if (lasts > 0)
		tell(place, &state, ALERT_CLEARED, second + lasts);
}

static const struct alarm *listed(struct place *place, int64_t second, unsigned index)
{
	place->day = alarm_log_day(place->log, midnight_ms + second * 1000, place->order, ALARM_LOG_AHEAD_MAX);
	return index < place->day.count ? alarm_log_at(place->log, place->order[index]) : NULL;
}

static void what_lasts_comes_first(void **state)
{
	struct place place;
	(void)state;
	open_place(&place, false);
	look(&place, 8 * HOUR);
	fire(&place, "a", 9 * HOUR, 0);
	fire(&place, "b", 10 * HOUR, 65);
	fire(&place, "c", 11 * HOUR, 0);
	look(&place, 11 * HOUR + 1);
	assert_string_equal(listed(&place, 12 * HOUR, 0)->row, "c");
	assert_string_equal(listed(&place, 12 * HOUR, 1)->row, "a");
	assert_string_equal(listed(&place, 12 * HOUR, 2)->row, "b");
	assert_null(listed(&place, 12 * HOUR, 3));
	assert_int_equal(place.day.firing, 2);
	assert_int_equal(listed(&place, 12 * HOUR, 2)->lasted_ms, 65000);
	assert_string_equal(listed(&place, 12 * HOUR, 2)->value, "Waiting 11");
	/* The next day only what is not over, or was not at midnight. */
	fire(&place, "d", 24 * HOUR - 10, 20);
	assert_int_equal((listed(&place, 25 * HOUR, 0), place.day.count), 3);
	assert_string_equal(listed(&place, 25 * HOUR, 2)->row, "d");
	close_place(&place);
}

static void says_what_it_saw(void **state)
{
	struct place place;
	(void)state;
	open_place(&place, false);
	(void)listed(&place, HOUR, 0);
	assert_int_equal(place.day.since_wall_ms, 0);
	assert_int_equal(place.day.unseen_ms, 0);
	for (int64_t second = 8 * HOUR; second <= 9 * HOUR; second += INTERVAL)
		look(&place, second);
	(void)listed(&place, 9 * HOUR + 1, 0);
	assert_false(place.day.whole);
	assert_int_equal(place.day.since_wall_ms, midnight_ms + 8 * HOUR * 1000);
	assert_int_equal(place.day.unseen_ms, 0);
	/* No data, still; and then again some. */
	(void)listed(&place, 9 * HOUR + 600, 0);
	assert_int_equal(place.day.unseen_ms, 600 * 1000);
	look(&place, 9 * HOUR + 700);
	(void)listed(&place, 9 * HOUR + 701, 0);
	assert_int_equal(place.day.unseen_ms, 700 * 1000);
	/* The next day begins at midnight, and only its own gaps count. */
	for (int64_t second = 9 * HOUR + 700; second <= 23 * HOUR; second += INTERVAL)
		look(&place, second);
	look(&place, 25 * HOUR);
	(void)listed(&place, 25 * HOUR + 1, 0);
	assert_true(place.day.whole);
	assert_int_equal(place.day.since_wall_ms, midnight_ms + 24 * HOUR * 1000);
	assert_int_equal(place.day.unseen_ms, HOUR * 1000);
	/* Of very many gaps it says too much rather than too little. */
	for (int64_t second = 26 * HOUR; second < 30 * HOUR; second += 100)
		look(&place, second);
	(void)listed(&place, 30 * HOUR, 0);
	assert_true(place.day.unseen_ms >= 4 * HOUR * 1000);
	assert_true(place.day.unseen_ms <= 6 * HOUR * 1000);
	close_place(&place);
}

static void oldest_go_first(void **state)
{
	struct place place;
	char row[16];
	(void)state;
	open_place(&place, false);
	look(&place, HOUR);
	fire(&place, "first", HOUR, 0);
	for (int i = 0; i < ALARM_LOG_MAX + 9; i++) {
		snprintf(row, sizeof(row), "%d", i);
		fire(&place, row, 2 * HOUR + 10 * i, 5);
	}
	assert_string_equal(listed(&place, 20 * HOUR, 0)->row, "first");
	assert_int_equal(place.day.count, ALARM_LOG_MAX);
	assert_int_equal(place.day.forgotten, 10);
	assert_string_equal(listed(&place, 20 * HOUR, 1)->row, row);
	assert_string_equal(listed(&place, 20 * HOUR, ALARM_LOG_MAX - 1)->row, "10");
	close_place(&place);
}

static void a_recording_tells_nothing_of_later(void **state)
{
	struct place place;
	(void)state;
	open_place(&place, true);
	for (int64_t second = 8 * HOUR; second <= 10 * HOUR; second += INTERVAL)
		look(&place, second);
	fire(&place, "a", 9 * HOUR, 600);
	fire(&place, "b", 9 * HOUR + 1800, 0);
	assert_null(listed(&place, 9 * HOUR - 1, 0));
	assert_string_equal(listed(&place, 9 * HOUR + 300, 0)->row, "a");
	assert_int_equal(place.day.count, 1);
	assert_int_equal(place.day.firing, 1);
	assert_int_equal(place.day.unseen_ms, 0);
	assert_true(alarm_lasts(listed(&place, 9 * HOUR + 300, 0), midnight_ms + (9 * HOUR + 300) * 1000));
	assert_string_equal(listed(&place, 9 * HOUR + 900, 0)->row, "a");
	assert_int_equal(place.day.firing, 0);
	/* What no engine follows any more has no end that was seen. */
	alarm_log_lose(place.log, NULL, midnight_ms + 10 * HOUR * 1000);
	assert_string_equal(listed(&place, 11 * HOUR, 0)->row, "b");
	assert_true(listed(&place, 11 * HOUR, 0)->lost);
	assert_false(listed(&place, 11 * HOUR, 1)->lost);
	close_place(&place);
}

static void acknowledgements_are_kept(void **state)
{
	struct place place;
	(void)state;
	open_place(&place, false);
	look(&place, 8 * HOUR);
	struct alert_state first = state_at(&place, 0, "a", 9 * HOUR), second = state_at(&place, 1, "a", 9 * HOUR);
	tell(&place, &first, ALERT_FIRED, 9 * HOUR);
	tell(&place, &second, ALERT_FIRED, 9 * HOUR);
	alarm_log_acknowledge(place.log, &first, midnight_ms + 10 * HOUR * 1000, midnight_ms + 11 * HOUR * 1000, "ann@pts/3");
	assert_string_equal(listed(&place, 10 * HOUR, 1)->known_by, "ann@pts/3");
	assert_string_equal(listed(&place, 10 * HOUR, 1)->name, "long");
	assert_int_equal(listed(&place, 10 * HOUR, 0)->known_wall_ms, 0);
	tell(&place, &first, ALERT_CLEARED, 10 * HOUR + 1);
	assert_string_equal(listed(&place, 12 * HOUR, 1)->known_by, "ann@pts/3");
	alarm_log_acknowledge(place.log, &first, midnight_ms + 10 * HOUR * 1000, 0, "ann@pts/3");
	assert_int_equal(listed(&place, 12 * HOUR, 1)->known_wall_ms, 0);
	assert_string_equal(listed(&place, 12 * HOUR, 1)->known_by, "");
	close_place(&place);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_lasts_comes_first),
		cmocka_unit_test(says_what_it_saw),
		cmocka_unit_test(oldest_go_first),
		cmocka_unit_test(a_recording_tells_nothing_of_later),
		cmocka_unit_test(acknowledgements_are_kept),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
