/*
 * The last hour of tiles and of rows: means of minutes, gaps that stay gaps, the end of a day, what a reload keeps, what
 * is filled in later.
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

#include "board/history.h"

static const int64_t minute = HISTORY_SLOT_MS, start = 10000LL * HISTORY_SLOT_MS;

static const char text[] =
	"pages = ( { rows = ( { panels = ( { name = \"now\" type = \"totals\" tiles = ("
	" \"in_calls_waiting\", \"in_calls_received_per_day\" ) },"
	" { name = \"g\" type = \"service_grid\" columns = ( \"name\", \"in_calls_waiting\" ) } ) } ) } )";

struct desk {
	struct layout *layout;
	struct board *board;
	struct history *history;
};

static struct layout *parse(const char *layout)
{
	struct error error = { "" };
	struct layout *parsed = layout_parse("test", "test", layout, &error);
	if (parsed == NULL)
		fail_msg("%s", error.text);
	return parsed;
}

/* A spark column beside the tiles. */
static struct layout *with_spark(const char *layout)
{
	struct layout *parsed = parse(layout);
	for (unsigned i = 0; i < parsed->panel_count; i++)
		for (unsigned column = 0; column < parsed->panels[i].column_count; column++)
			if (parsed->panels[i].type == PANEL_SERVICE_GRID && parsed->panels[i].columns[column].kind == KIND_COUNT)
				parsed->panels[i].columns[column].picture = PICTURE_SPARK;
	return parsed;
}

static void desk_open(struct desk *desk)
{
	desk->layout = with_spark(text);
	desk->board = board_new(desk->layout);
	desk->history = history_new(desk->layout);
}

static void desk_close(struct desk *desk)
{
	history_free(desk->history);
	board_free(desk->board);
	layout_free(desk->layout);
}

static void give(struct desk *desk, int64_t now_ms, const char *waiting, const char *received)
{
	struct panel_data *data = &desk->board->panels[0].data[0];
	arena_reset(&data->arena);
	data->received = true;
	data->received_ms = now_ms;
	data->rows = 1;
	data->columns = 2;
	data->cells = arena_alloc(&data->arena, 2 * sizeof(*data->cells));
	data->cells[0] = value_read(waiting, KIND_COUNT, SCALE_PERCENT, 0);
	data->cells[1] = value_read(received, KIND_COUNT, SCALE_PERCENT, 0);
	history_take(desk->history, desk->board, 0, 5);
}

static const float *hour(struct desk *desk, unsigned column, int64_t now_ms, unsigned count)
{
	static float out[HISTORY_SLOTS];
	for (unsigned i = 0; i < HISTORY_SLOTS; i++)
		out[i] = -1;
	(void)history_read(desk->history, &desk->layout->panels[0], column, now_ms, HISTORY_SLOTS / count, count, out);
	return out;
}

/* Values are whole or halves: exact. */
static void same(float got, double wanted)
{
	if (isnan(got) || (double)got < wanted || (double)got > wanted)
		fail_msg("%g instead of %g", (double)got, wanted);
}

static void nothing_yet(void **state)
{
	struct desk desk;
	float out[HISTORY_SLOTS];
	(void)state;
	desk_open(&desk);
	assert_false(history_read(desk.history, &desk.layout->panels[0], 0, start, 1, 60, out));
	assert_false(history_read(desk.history, &desk.layout->panels[1], 1, start, 1, 60, out));
	/* A blank and a text are no values. */
	give(&desk, start, "", "many");
	assert_false(history_read(desk.history, &desk.layout->panels[0], 0, start, 1, 60, out));
	assert_false(history_read(desk.history, &desk.layout->panels[0], 1, start, 1, 60, out));
	desk_close(&desk);
}

static void a_minute_is_a_mean(void **state)
{
	struct desk desk;
	(void)state;
	desk_open(&desk);
	give(&desk, start, "2", "100");
	give(&desk, start + 5000, "6", "101");
	/* The same data again, as when another panel's came. */
	history_take(desk.history, desk.board, 0, 5);
	give(&desk, start + minute, "8", "102");
	const float *out = hour(&desk, 0, start + minute, 60);
	same(out[58], 4);
	same(out[59], 8);
	assert_true(isnan(out[57]));
	/* In shares of two minutes that begin at even minutes. */
	out = hour(&desk, 0, start + minute, 30);
	same(out[29], 6);
	desk_close(&desk);
}

static void a_gap_stays_a_gap(void **state)
{
	struct desk desk;
	(void)state;
	desk_open(&desk);
	give(&desk, start, "2", "100");
	give(&desk, start + 3 * minute, "4", "100");
	const float *out = hour(&desk, 0, start + 4 * minute, 60);
	same(out[55], 2);
	assert_true(isnan(out[56]) && isnan(out[57]));
	same(out[58], 4);
	assert_true(isnan(out[59]));
	/* What is older than an hour is gone, also when the ring came round. */
	give(&desk, start + 62 * minute, "9", "100");
	out = hour(&desk, 0, start + 62 * minute, 60);
	same(out[59], 9);
	same(out[0], 4);
	for (unsigned i = 1; i < 59; i++)
		assert_true(isnan(out[i]));
	/* A value of exactly an hour ago has left the ring, and the slot is the new one's. */
	give(&desk, start + 122 * minute, "3", "100");
	out = hour(&desk, 0, start + 122 * minute, 60);
	same(out[59], 3);
	for (unsigned i = 0; i < 59; i++)
		assert_true(isnan(out[i]));
	give(&desk, start + 181 * minute, "4", "100");
	out = hour(&desk, 0, start + 181 * minute, 60);
	same(out[59], 4);
	same(out[0], 3);
	for (unsigned i = 1; i < 59; i++)
		assert_true(isnan(out[i]));
	/* After a night of silence nothing is left. */
	give(&desk, start + 900 * minute, "1", "100");
	out = hour(&desk, 0, start + 900 * minute, 60);
	for (unsigned i = 0; i < 59; i++)
		assert_true(isnan(out[i]));
	same(out[59], 1);
	desk_close(&desk);
}

static void the_end_of_a_day_is_no_fall(void **state)
{
	struct desk desk;
	(void)state;
	desk_open(&desk);
	give(&desk, start, "5", "800");
	give(&desk, start + minute, "5", "812");
	give(&desk, start + 2 * minute, "0", "0");
	give(&desk, start + 3 * minute, "1", "3");
	/* Of the day: yesterday is forgotten. */
	const float *out = hour(&desk, 1, start + 3 * minute, 60);
	assert_true(isnan(out[56]) && isnan(out[57]));
	same(out[58], 0);
	same(out[59], 3);
	/* Of the moment: a 0 is news. */
	out = hour(&desk, 0, start + 3 * minute, 60);
	same(out[56], 5);
	same(out[58], 0);
	/* Within a minute too: no mean of two days. */
	give(&desk, start + 4 * minute, "1", "500");
	give(&desk, start + 4 * minute + 1, "1", "0");
	out = hour(&desk, 1, start + 4 * minute + 1, 60);
	same(out[59], 0);
	desk_close(&desk);
}

/* The same tile, elsewhere in the panel and in the layout, keeps its hour; another one begins anew. */
static void a_reload_keeps_what_stayed(void **state)
{
	static const char other[] =
		"pages = ( { rows = ( { panels = ( { name = \"first\" type = \"totals\" tiles = ( \"agents_ready\" ) },"
		" { name = \"now\" type = \"totals\" tiles = ( \"agents_ready\", \"in_calls_waiting\" ) } ) } ) } )";
	static const char turned[] =
		"pages = ( { rows = ( { panels = ( { name = \"now\" type = \"totals\" tiles = ("
		" \"in_calls_received_per_day\", \"in_calls_waiting\" ) } ) } ) } )";
	static const char narrower[] =
		"pages = ( { rows = ( { panels = ( { name = \"now\" type = \"totals\" services = [ \"Sales\" ]"
		" tiles = ( \"in_calls_waiting\" ) } ) } ) } )";
	struct desk desk;
	float out[HISTORY_SLOTS];
	(void)state;
	desk_open(&desk);
	give(&desk, start, "5", "800");
	struct layout *after = parse(other);
	struct history *history = history_new(after);
	history_adopt(history, desk.history);
	assert_true(history_read(history, &after->panels[1], 1, start, 1, 60, out));
	same(out[59], 5);
	assert_false(history_read(history, &after->panels[1], 0, start, 1, 60, out));
	assert_false(history_read(history, &after->panels[0], 0, start, 1, 60, out));
	history_free(history);
	layout_free(after);
	/* Each tile finds its own hour, wherever it stood and stands. */
	after = parse(text);
	history = history_new(after);
	history_adopt(history, desk.history);
	assert_true(history_read(history, &after->panels[0], 0, start, 1, 60, out));
	same(out[59], 5);
	assert_true(history_read(history, &after->panels[0], 1, start, 1, 60, out));
	same(out[59], 800);
	history_free(history);
	layout_free(after);
	after = parse(turned);
	history = history_new(after);
	history_adopt(history, desk.history);
	assert_true(history_read(history, &after->panels[0], 0, start, 1, 60, out));
	same(out[59], 800);
	assert_true(history_read(history, &after->panels[0], 1, start, 1, 60, out));
	same(out[59], 5);
	history_free(history);
	layout_free(after);
	after = parse(narrower);
	history = history_new(after);
	history_adopt(history, desk.history);
	assert_false(history_read(history, &after->panels[0], 0, start, 1, 60, out));
	history_free(history);
	layout_free(after);
	desk_close(&desk);
}

/* So many rows called a, b, c and so on, or all by a name that begins so, and what waits in each. */
static void give_rows(struct board *board, int64_t now_ms, unsigned rows, const char *begins, unsigned first, const char *waiting)
{
	struct panel_data *data = &board->panels[1].data[0];
	arena_reset(&data->arena);
	data->received = true;
	data->received_ms = now_ms;
	data->rows = rows;
	data->columns = 2;
	data->cells = arena_alloc(&data->arena, (2UL * rows + 1) * sizeof(*data->cells));
	data->keys = arena_alloc(&data->arena, (rows + 1UL) * sizeof(*data->keys));
	data->totals = arena_alloc(&data->arena, 2 * sizeof(*data->totals));
	for (unsigned i = 0; i < rows; i++) {
		char key[32];
		snprintf(key, sizeof(key), "%s%u", begins, first + i);
		data->keys[i] = arena_copy(&data->arena, key, strlen(key));
		data->cells[2UL * i] = value_read(data->keys[i], KIND_TEXT, SCALE_PERCENT, 0);
		data->cells[2UL * i + 1] = value_read(waiting, KIND_COUNT, SCALE_PERCENT, 0);
	}
	data->totals[0] = value_read("", KIND_TEXT, SCALE_PERCENT, 0);
	data->totals[1] = value_read("99", KIND_COUNT, SCALE_PERCENT, 0);
}

/* The hour of a row, or NULL. */
static const float *row_hour(const struct history *history, const struct panel *grid, const char *key, int64_t now_ms)
{
	static float out[HISTORY_SLOTS];
	return history_read_row(history, grid, key, 1, now_ms, 1, HISTORY_SLOTS, out) ? out : NULL;
}

static void each_row_has_its_own_hour(void **state)
{
	struct desk desk;
	(void)state;
	desk_open(&desk);
	const struct panel *grid = &desk.layout->panels[1];
	give_rows(desk.board, start, 2, "q", 0, "4");
	history_take(desk.history, desk.board, 0, 5);
	give_rows(desk.board, start + 1000, 2, "q", 0, "6");
	history_take(desk.history, desk.board, 0, 5);
	/* In another order, with a new one and without an old one. */
	give_rows(desk.board, start + minute, 2, "q", 1, "8");
	history_take(desk.history, desk.board, 0, 5);
	const float *out = row_hour(desk.history, grid, "q0", start + minute);
	same(out[58], 5);
	assert_true(isnan(out[59]));
	out = row_hour(desk.history, grid, "q1", start + minute);
	same(out[58], 5);
	same(out[59], 8);
	out = row_hour(desk.history, grid, "q2", start + minute);
	assert_true(isnan(out[58]));
	same(out[59], 8);
	/* The row of totals has one too. */
	out = row_hour(desk.history, grid, NULL, start + minute);
	same(out[59], 99);
	/* Other columns and unknown rows have none. */
	assert_null(row_hour(desk.history, grid, "q3", start + minute));
	assert_null(row_hour(desk.history, grid, "", start + minute));
	float none[HISTORY_SLOTS];
	assert_false(history_read_row(desk.history, grid, "q1", 0, start, 1, HISTORY_SLOTS, none));
	assert_false(history_read(desk.history, grid, 1, start, 1, HISTORY_SLOTS, none));
	assert_false(history_read_row(desk.history, &desk.layout->panels[0], "q1", 0, start, 1, HISTORY_SLOTS, none));
	desk_close(&desk);
}

/* Rows that went an hour ago make room for others; of more than there is room for the first ones are kept. */
/* The card of a service draws who waited, whether the grid has a spark of it or not. */
static void waiting_is_kept_without_a_spark(void **state)
{
	struct desk desk = { .layout = parse(text) };
	(void)state;
	desk.board = board_new(desk.layout);
	desk.history = history_new(desk.layout);
	give_rows(desk.board, start, 2, "q", 0, "4");
	history_take(desk.history, desk.board, 0, 5);
	const float *out = row_hour(desk.history, &desk.layout->panels[1], "q1", start);
	assert_non_null(out);
	same(out[59], 4);
	desk_close(&desk);
}

static void rows_that_are_gone_make_room(void **state)
{
	struct desk desk;
	char last[32], beyond[32];
	(void)state;
	desk_open(&desk);
	const struct panel *grid = &desk.layout->panels[1];
	snprintf(last, sizeof(last), "old%d", HISTORY_ROWS_MAX - 1);
	snprintf(beyond, sizeof(beyond), "old%d", HISTORY_ROWS_MAX);
	give_rows(desk.board, start, HISTORY_ROWS_MAX + 1, "old", 0, "4");
	history_take(desk.history, desk.board, 0, 5);
	assert_non_null(row_hour(desk.history, grid, last, start));
	assert_null(row_hour(desk.history, grid, beyond, start));
	/* No room while the old ones are shown. */
	give_rows(desk.board, start + minute, 3, "new", 0, "4");
	history_take(desk.history, desk.board, 0, 5);
	assert_null(row_hour(desk.history, grid, "new0", start + minute));
	/* One of them comes back in time. */
	give_rows(desk.board, start + 30 * minute, 1, "old", 7, "5");
	history_take(desk.history, desk.board, 0, 5);
	give_rows(desk.board, start + 61 * minute, 3, "new", 0, "4");
	history_take(desk.history, desk.board, 0, 5);
	assert_non_null(row_hour(desk.history, grid, "new2", start + 61 * minute));
	assert_non_null(row_hour(desk.history, grid, "old7", start + 61 * minute));
	assert_null(row_hour(desk.history, grid, "old6", start + 30 * minute));
	desk_close(&desk);
}

static void a_reload_keeps_rows(void **state)
{
	static const char moved[] =
		"pages = ( { rows = ( { panels = ( { name = \"g\" type = \"service_grid\" columns = ("
		" \"name\", \"agents_ready\", \"in_calls_waiting\" ) } ) } ) } )";
	struct desk desk;
	float out[HISTORY_SLOTS];
	(void)state;
	desk_open(&desk);
	give_rows(desk.board, start, 2, "q", 0, "4");
	history_take(desk.history, desk.board, 0, 5);
	struct layout *after = with_spark(moved);
	struct history *history = history_new(after);
	history_adopt(history, desk.history);
	const struct panel *grid = layout_panel(after, "g");
	assert_true(history_read_row(history, grid, "q1", 2, start, 1, HISTORY_SLOTS, out));
	same(out[59], 4);
	assert_true(history_read_row(history, grid, NULL, 2, start, 1, HISTORY_SLOTS, out));
	same(out[59], 99);
	assert_false(history_read_row(history, grid, "q1", 1, start, 1, HISTORY_SLOTS, out));
	history_free(history);
	layout_free(after);
	desk_close(&desk);
}

/* An earlier hour goes into minutes that are empty: before the first answer or after it. */
static void the_past_fills_gaps_only(void **state)
{
	struct desk desk;
	(void)state;
	desk_open(&desk);
	give(&desk, start, "5", "800");
	struct board *past = board_new(desk.layout);
	struct board *now = desk.board;
	struct history *none = history_new(desk.layout), *history = desk.history;
	desk.board = past;
	desk.history = none;
	give(&desk, start - 3 * minute, "2", "700");
	give_rows(past, start - 3 * minute, 1, "q", 0, "3");
	history_fill(history, past, 0);
	give(&desk, start - 2 * minute, "3", "720");
	history_fill(history, past, 0);
	give(&desk, start, "100", "100");
	history_fill(history, past, 0);
	/* Older than what is kept. */
	give(&desk, start - 60 * minute, "77", "1");
	history_fill(history, past, 0);
	desk.board = now;
	desk.history = history;
	const float *out = hour(&desk, 0, start, 60);
	same(out[56], 2);
	same(out[57], 3);
	assert_true(isnan(out[58]) && isnan(out[0]));
	same(out[59], 5);
	out = row_hour(history, &desk.layout->panels[1], "q0", start);
	same(out[56], 3);
	/* What is filled in is no part of the minute that runs. */
	give(&desk, start + 1000, "7", "801");
	out = hour(&desk, 0, start, 60);
	same(out[59], 6);
	history_free(none);
	board_free(past);
	desk_close(&desk);
}

/* What is remembered is older than the time since the machine started. */
static void a_machine_may_start_later(void **state)
{
	struct desk desk;
	(void)state;
	desk_open(&desk);
	struct history *none = history_new(desk.layout), *history = desk.history;
	give(&desk, 5 * minute, "1", "1");
	desk.history = none;
	for (int ago = 54; ago >= 1; ago--) {
		give(&desk, (5 - ago) * minute, "8", "1");
		history_fill(history, desk.board, 0);
	}
	desk.history = history;
	const float *out = hour(&desk, 0, 5 * minute, 60);
	assert_true(isnan(out[4]));
	for (unsigned i = 5; i < 59; i++)
		same(out[i], 8);
	same(out[59], 1);
	history_free(none);
	desk_close(&desk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_yet),
		cmocka_unit_test(a_minute_is_a_mean),
		cmocka_unit_test(a_machine_may_start_later),
		cmocka_unit_test(a_gap_stays_a_gap),
		cmocka_unit_test(the_end_of_a_day_is_no_fall),
		cmocka_unit_test(a_reload_keeps_what_stayed),
		cmocka_unit_test(each_row_has_its_own_hour),
		cmocka_unit_test(waiting_is_kept_without_a_spark), cmocka_unit_test(rows_that_are_gone_make_room),
		cmocka_unit_test(a_reload_keeps_rows),
		cmocka_unit_test(the_past_fills_gaps_only),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
