/*
 * The day by half-hours: calls as differences of counters, each counted once, through gaps, the tenant's reset, both changes
 * of the clock to and from summer time, and a clock that is set back; and what was before, as a store has it.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "board/history.h"

enum { RECEIVED, ANSWERED, ABANDONED, LEVEL, LONGEST, AGENTS, LONG, SHORT, COLUMNS };
enum { MINUTE = 60 * 1000, HALF = 30 * MINUTE };

/* 2026-11-24 08:00 UTC; and what makes it of the feed's clock. */
static const int64_t eight = 1795507200000, offset = 1795507200000 - 5000000;

static const char text[] = "pages = ( { rows = ( { panels = ( { name = \"day\" type = \"intervals\" } ) } ) } )";

struct desk {
	struct layout *layout;
	struct board *board;
	struct history *history;
	struct history_interval rows[HISTORY_HALVES], sum;
	unsigned count;
};

static void desk_open(struct desk *desk, const char *zone)
{
	struct error error = { "" };
	setenv("TZ", zone, 1);
	tzset();
	desk->layout = layout_parse("test", "test", text, &error);
	if (desk->layout == NULL)
		fail_msg("%s", error.text);
	assert_int_equal(desk->layout->panels[0].column_count, COLUMNS);
	desk->board = board_new(desk->layout);
	desk->history = history_new(desk->layout);
}

static void desk_close(struct desk *desk)
{
	history_free(desk->history);
	board_free(desk->board);
	layout_free(desk->layout);
}

static const char *level = "80.00"; /* of the day, as the server sends it */

/* The counters of the day, and a wait. */
static void give_at(struct desk *desk, int64_t boot_ms, int64_t wall_ms, int received, int answered, int longest)
{
	struct panel_data *data = &desk->board->panels[0].data[0];
	const int values[COLUMNS] = { [RECEIVED] = received, [ANSWERED] = answered, [ABANDONED] = received - answered, [LONGEST] = longest, [AGENTS] = 7, [LONG] = 0, [SHORT] = received - answered };
	arena_reset(&data->arena);
	data->received = true;
	data->received_ms = boot_ms;
	data->rows = 1;
	data->columns = COLUMNS;
	data->cells = arena_alloc(&data->arena, COLUMNS * sizeof(*data->cells));
	for (int i = 0; i < COLUMNS; i++) {
		char number[16];
		snprintf(number, sizeof(number), "%d", values[i]);
		if (i == LEVEL)
			snprintf(number, sizeof(number), "%s", level);
		data->cells[i] = value_read(arena_copy(&data->arena, number, strlen(number)), desk->layout->panels[0].columns[i].kind,
			SCALE_PERCENT, 0);
	}
	history_take(desk->history, desk->board, wall_ms - boot_ms, 5);
}

static void give(struct desk *desk, int64_t wall_ms, int received, int answered, int longest)
{
	give_at(desk, wall_ms - offset, wall_ms, received, answered, longest);
}

/* An answer each minute from `from` until before `until`, of which each brings so many calls. */
static int go_on(struct desk *desk, int64_t from_ms, int64_t until_ms, int calls, int each)
{
	for (; from_ms < until_ms; from_ms += MINUTE, calls += each)
		give(desk, from_ms, calls, calls, 10);
	return calls;
}

static void look(struct desk *desk, int64_t wall_ms)
{
	desk->count = history_intervals(desk->history, &desk->layout->panels[0], wall_ms, desk->rows, &desk->sum);
}

static const struct history_interval *at(const struct desk *desk, int64_t from_ms)
{
	for (unsigned i = 0; i < desk->count; i++)
		if (desk->rows[i].from_ms == from_ms)
			return &desk->rows[i];
	fail_msg("there is no half-hour from %lld", (long long)from_ms);
	return NULL;
}

static void same(const struct history_interval *interval, int column, double wanted)
{
	double got = (double)interval->values[column];
	if (!(got >= wanted - 0.01 && got <= wanted + 0.01))
		fail_msg("column %d: %g instead of %g", column, got, wanted);
}

static void calls_of_a_half_hour(void **state)
{
	struct desk desk;
	(void)state;
	desk_open(&desk, "UTC");
	give(&desk, eight - 30000, 100, 90, 5);
	give(&desk, eight + MINUTE / 2, 104, 93, 20);
	give(&desk, eight + MINUTE, 110, 98, 65);
	/* The difference belongs to the time of the later answer. */
	give(&desk, eight + HALF - 1, 111, 99, 3);
	look(&desk, eight + HALF - 1);
	const struct history_interval *row = at(&desk, eight);
	assert_true(row->known && row->running);
	/* From 08:01 to 08:29 nobody looked, but what came is of this half-hour. */
	assert_true(row->partial);
	same(row, RECEIVED, 11);
	same(row, ANSWERED, 9);
	same(row, ABANDONED, 2);
	same(row, LONGEST, 65);
	same(row, AGENTS, 7);
	assert_false(at(&desk, eight + HALF)->known);
	assert_true(isnan(at(&desk, eight + HALF)->values[RECEIVED]));
	assert_int_equal(desk.count, 48);
	same(&desk.sum, RECEIVED, 11);
	desk_close(&desk);
}

static void nothing_known_is_not_zero(void **state)
{
	struct desk desk;
	(void)state;
	desk_open(&desk, "UTC");
	look(&desk, eight);
	assert_false(desk.sum.known);
	give(&desk, eight + 10 * MINUTE, 50, 50, 0);
	look(&desk, eight + 10 * MINUTE);
	const struct history_interval *row = at(&desk, eight);
	/* One answer has no difference yet, and the half-hour began before. */
	assert_true(row->known && row->partial && isnan(row->values[RECEIVED]) && !row->idle);
	assert_true(row->seen_ms == eight + 10 * MINUTE && at(&desk, eight + HALF)->seen_ms == eight + HALF);
	give(&desk, eight + 10 * MINUTE + 5000, 50, 50, 0);
	look(&desk, eight + 10 * MINUTE + 5000);
	same(at(&desk, eight), RECEIVED, 0);
	assert_true(isnan(at(&desk, eight)->values[LEVEL]) && at(&desk, eight)->idle);
	assert_true(isnan(at(&desk, eight - HALF)->values[RECEIVED]));
	desk_close(&desk);
}

static void a_gap_belongs_to_nobody(void **state)
{
	struct desk desk;
	(void)state;
	desk_open(&desk, "UTC");
	int calls = go_on(&desk, eight - MINUTE, eight + 20 * MINUTE, 10, 2);
	/* Nobody looked from 08:19 to 09:10. */
	calls = go_on(&desk, eight + 2 * HALF + 10 * MINUTE, eight + 3 * HALF, calls + 500, 1);
	look(&desk, eight + 3 * HALF);
	same(at(&desk, eight), RECEIVED, 40);
	assert_true(at(&desk, eight)->partial);
	assert_false(at(&desk, eight + HALF)->known);
	same(at(&desk, eight + 2 * HALF), RECEIVED, 19);
	assert_true(at(&desk, eight + 2 * HALF)->partial);
	same(&desk.sum, RECEIVED, 59);
	assert_true(desk.sum.partial);
	desk_close(&desk);
}

/* The tenant's day begins at four: the table too, once that was seen. */
static void the_reset_begins_a_day(void **state)
{
	struct desk desk;
	const int64_t four = eight - 8 * HALF;
	(void)state;
	desk_open(&desk, "UTC");
	(void)go_on(&desk, four - HALF, four, 900, 3);
	look(&desk, four - MINUTE);
	assert_true(desk.rows[0].from_ms == four - 8 * HALF);
	int calls = go_on(&desk, four, four + 2 * HALF, 2, 1);
	look(&desk, four + 2 * HALF - MINUTE);
	assert_true(desk.rows[0].from_ms == four);
	assert_int_equal(desk.count, 48);
	same(at(&desk, four), RECEIVED, 31);
	same(&desk.sum, RECEIVED, calls - 1);
	assert_false(desk.sum.partial);
	/* A correction is neither a reset nor a negative bar. */
	give(&desk, four + 2 * HALF, calls - 3, calls - 3, 0);
	look(&desk, four + 2 * HALF);
	same(at(&desk, four + 2 * HALF), RECEIVED, 0);
	assert_true(desk.rows[0].from_ms == four);
	desk_close(&desk);
}

/* Of these days one has 23 hours, one 25: no hour is missing, none counted twice. */
static void summer_time(void **state)
{
	/* 2026-03-29 and 2026-10-25, midnight in Berlin. */
	static const struct { int64_t midnight; unsigned halves; } days[] = { { 1774738800000, 46 }, { 1792879200000, 50 } };
	(void)state;
	for (int day = 0; day < 2; day++) {
		struct desk desk;
		desk_open(&desk, "Europe/Berlin");
		int64_t from = days[day].midnight;
		give(&desk, from - 5000, 1000, 1000, 0);
		int calls = go_on(&desk, from, from + days[day].halves * (int64_t)HALF, 1000, 1);
		look(&desk, from + days[day].halves * (int64_t)HALF - 1);
		assert_int_equal(desk.count, days[day].halves);
		for (unsigned i = 0; i < desk.count; i++) {
			assert_true(desk.rows[i].from_ms == from + i * (int64_t)HALF);
			same(&desk.rows[i], RECEIVED, i == 0 ? 29 : 30);
			assert_false(desk.rows[i].partial);
		}
		same(&desk.sum, RECEIVED, calls - 1001);
		desk_close(&desk);
	}
	setenv("TZ", "UTC", 1);
	tzset();
}

/* An hour back: those calls are added to what the half-hour had, and nothing is negative. */
static void a_clock_that_is_set_back(void **state)
{
	struct desk desk;
	(void)state;
	desk_open(&desk, "UTC");
	int calls = go_on(&desk, eight - MINUTE, eight + 3 * HALF, 10, 1);
	int64_t boot = eight + 3 * HALF - offset;
	for (int i = 0; i < 30; i++, calls++, boot += MINUTE)
		give_at(&desk, boot, eight + HALF + i * MINUTE, calls, calls, 10);
	look(&desk, eight + 2 * HALF - MINUTE);
	same(at(&desk, eight), RECEIVED, 30);
	same(at(&desk, eight + HALF), RECEIVED, 60);
	/* What the wrong clock filed under times to come is not shown before they do. */
	assert_false(at(&desk, eight + 2 * HALF)->known);
	same(&desk.sum, RECEIVED, 90);
	desk_close(&desk);
}

static void level_of_its_own_calls(void **state)
{
	struct desk desk;
	(void)state;
	desk_open(&desk, "UTC");
	/* 160 of 200 within the threshold, then 178 of 220: 18 of these 20. */
	give(&desk, eight - 15000, 200, 200, 0);
	level = "80.91";
	give(&desk, eight + 40000, 220, 220, 0);
	level = "80.00";
	look(&desk, eight + MINUTE);
	same(at(&desk, eight), LEVEL, 90);
	desk_close(&desk);
}

/* As a store has it: what is put lies before the first answer, and what came between the two is counted. */
static void what_was_before(void **state)
{
	struct desk desk;
	struct history_want want;
	struct history_past pasts[COLUMNS] = { { 0 } };
	(void)state;
	desk_open(&desk, "UTC");
	assert_false(history_next_want(desk.history, offset, &want));
	int calls = go_on(&desk, eight + 20 * MINUTE, eight + 25 * MINUTE, 520, 1);
	assert_true(history_next_want(desk.history, offset, &want));
	assert_int_equal(want.kind, HISTORY_INTERVALS);
	assert_true(want.until_ms == eight + 20 * MINUTE);
	/* Two quarter-hours, then the running one by minutes. */
	int last = 460;
	for (int64_t from = eight - HALF; from < eight + 20 * MINUTE;) {
		int64_t length = from < eight + 15 * MINUTE ? 15 * MINUTE : MINUTE;
		int gained = length == MINUTE ? 1 : 15;
		last += gained;
		for (int i = 0; i < COLUMNS; i++) {
			int value = i == LEVEL ? 80 : i == LONGEST ? 99 : i == AGENTS ? 7 : i == RECEIVED || i == ANSWERED ? last : 0;
			pasts[i] = (struct history_past){ .from_ms = from, .mean = value, .largest = value, .last = value,
				.gained = i == RECEIVED || i == ANSWERED ? gained : 0, .missed = 0 };
		}
		history_put_all(desk.history, &want, from, length, pasts);
		from += length;
	}
	history_put_end(desk.history, &want);
	assert_false(history_next_want(desk.history, offset, &want));
	look(&desk, eight + 25 * MINUTE);
	same(at(&desk, eight - HALF), RECEIVED, 30);
	same(at(&desk, eight - HALF), LONGEST, 99);
	/* 15 and 5 that were kept, 520 - 510 up to the first answer, and 4. */
	same(at(&desk, eight), RECEIVED, calls - 1 - 490);
	/* 392 and 419 of them within the threshold, in whole calls. */
	same(at(&desk, eight), LEVEL, 100.0 * (419 - 392) / (524 - 490));
	assert_false(at(&desk, eight)->partial);
	assert_true(at(&desk, eight - HALF)->known && !at(&desk, eight - 2 * HALF)->known);
	/* Another version of the layout keeps all of it, and wants nothing again. */
	struct history *next = history_new(desk.layout);
	history_adopt(next, desk.history);
	history_free(desk.history);
	desk.history = next;
	assert_false(history_next_want(desk.history, offset, &want));
	look(&desk, eight + 25 * MINUTE);
	same(at(&desk, eight - HALF), RECEIVED, 30);
	desk_close(&desk);
}

/* Earlier answers come in runs, the last one first: what came between two runs is counted once. */
static void runs_of_the_past(void **state)
{
	static const int runs[][2] = { { -60, 0 }, { -600, -60 }, { -1440, -600 } };
	struct desk desk;
	(void)state;
	desk_open(&desk, "UTC");
	const int64_t now = eight + 5 * HALF;
	struct board *past = board_new(desk.layout), *board = desk.board;
	struct history *none = history_new(desk.layout), *history = desk.history;
	give(&desk, now, 10000, 10000, 0);
	desk.board = past;
	desk.history = none;
	for (unsigned run = 0; run < 3; run++)
		for (int minute = runs[run][0]; minute < runs[run][1]; minute++) {
			int64_t at_ms = now + minute * (int64_t)MINUTE;
			give(&desk, at_ms, 10000 + 3 * minute, 10000 + 3 * minute, 7);
			history_fill(history, past, offset);
		}
	desk.board = board;
	desk.history = history;
	look(&desk, now);
	for (unsigned i = 0; i < desk.count && desk.rows[i].from_ms < now; i++) {
		same(&desk.rows[i], RECEIVED, 90);
		same(&desk.rows[i], LONGEST, 7);
		assert_false(desk.rows[i].partial);
	}
	same(&desk.sum, RECEIVED, 3.0 * 30 * 21 + 3);
	history_free(none);
	board_free(past);
	desk_close(&desk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_of_a_half_hour),
		cmocka_unit_test(nothing_known_is_not_zero),
		cmocka_unit_test(a_gap_belongs_to_nobody),
		cmocka_unit_test(the_reset_begins_a_day),
		cmocka_unit_test(summer_time),
		cmocka_unit_test(a_clock_that_is_set_back),
		cmocka_unit_test(level_of_its_own_calls),
		cmocka_unit_test(what_was_before),
		cmocka_unit_test(runs_of_the_past),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
