/*
 * Fifty pools: their numbers are in the cells of their panels and of tiles, a poll takes no memory, and at most a millisecond of
 * processor time.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "board/decode.h"
#include "board/pools.h"
#include "board/query.h"

enum { POOLS = 50, INTERVAL_MS = 5000, BODY_MAX = 1024 * 1024, POLLS = 400, WARM = 400 };

static unsigned long memory_calls;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);

void *__wrap_malloc(size_t size)
{
	memory_calls++;
	return __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	memory_calls++;
	return __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
	memory_calls++;
	return __real_realloc(old, size);
}

struct bed {
	struct layout *layout;
	struct board *board;
	struct pools *pools;
	struct request request;
	struct buffer body;
	int64_t now_ms;
	unsigned polls;
	double seconds; /* of the processor, that pools took */
};

static int set_up(void **state)
{
	struct bed *bed = calloc(1, sizeof(*bed));
	struct catalogue teams, services;
	struct buffer text;
	struct error error = { "" };
	buffer_init(&text, BODY_MAX);
	buffer_text(&text, "pages = ( { rows = ( { panels = ( { name = \"p\" type = \"staffing\" target = \"80/20\" pools = (");
	for (unsigned i = 0; i < POOLS; i++)
		buffer_print(&text, "%s { pool = [\"E66F7A0C-E464-4656-B4AA-%012u\"] }", i > 0 ? "," : "", i);
	buffer_text(&text, ") }, { name = \"now\" type = \"totals\" tiles = ( { staff = \"needed\" target = \"80/20\" } ) } ) } ) } )");
	bed->layout = layout_parse("many", "many.conf", buffer_string(&text), &error);
	buffer_free(&text);
	if (bed->layout == NULL)
		fail_msg("%s", error.text);
	catalogue_init(&teams);
	catalogue_init(&services);
	request_init(&bed->request);
	request_plan(&bed->request, bed->layout, &teams, &services, "test");
	catalogue_free(&teams);
	catalogue_free(&services);
	bed->board = board_new(bed->layout);
	bed->pools = pools_new(bed->layout);
	buffer_init(&bed->body, BODY_MAX);
	bed->now_ms = 1000 * 1000;
	*state = bed;
	return 0;
}

static int tear_down(void **state)
{
	struct bed *bed = *state;
	buffer_free(&bed->body);
	pools_free(bed->pools);
	board_free(bed->board);
	request_free(&bed->request);
	layout_free(bed->layout);
	free(bed);
	return 0;
}

/* 20 people, 300 calls an hour of 200 seconds: 16.7 erlangs. */
static void poll(struct bed *bed)
{
	struct error error = { "" };
	unsigned calls = 500 + bed->polls * 5 / 12;
	buffer_clear(&bed->body);
	buffer_text(&bed->body, "{");
	for (unsigned i = 0; i < bed->request.set_count; i++)
		buffer_print(&bed->body, "%s\"%s\":{\"stats_totals\":{\"in_calls_received_per_day\":\"%u\",\"in_calls_answered_per_day\":\"%u\","
			"\"in_calls_handled_per_day\":\"%u\",\"calls_average_handling_time_per_day\":\"200\",\"in_calls_waiting\":\"0\","
			"\"in_max_wait_time\":\"\",\"agents_ready\":\"3\",\"agents_busy\":\"17\"}}", i > 0 ? "," : "", bed->request.sets[i].app_id,
			calls, calls, calls);
	buffer_text(&bed->body, "}");
	struct frame frame = { .kind = FRAME_DATA, .subject = "", .received_ms = bed->now_ms, .wall_ms = bed->now_ms, .request = &bed->request,
		.bytes = buffer_string(&bed->body), .length = strlen(buffer_string(&bed->body)) };
	if (!decode_frame(bed->board, &frame, NULL, &error))
		fail_msg("%s", error.text);
	struct timespec before, after;
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
	pools_take(bed->pools, bed->board, 0, INTERVAL_MS / 1000.0);
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
	bed->seconds += (double)(after.tv_sec - before.tv_sec) + 1e-9 * (double)(after.tv_nsec - before.tv_nsec);
	bed->now_ms += INTERVAL_MS;
	bed->polls++;
}

static void fifty_pools(void **state)
{
	struct bed *bed = *state;
	for (unsigned i = 0; i < WARM; i++)
		poll(bed);
	unsigned long before = memory_calls;
	bed->seconds = 0;
	for (unsigned i = 0; i < POLLS; i++)
		poll(bed);
	print_message("# %.3f ms a poll\n", 1000 * bed->seconds / POLLS);
	assert_int_equal(memory_calls - before, 0);
	for (unsigned i = 0; i < bed->layout->panel_count; i++) {
		const struct panel *panel = &bed->layout->panels[i];
		const struct panel_data *data = board_data(bed->board, panel);
		if (panel->type == PANEL_TOTALS)
			continue;
		assert_true(board_cell(data, 0, staff_column(STAFF_HERE))->number == 20);
		double needed = board_cell(data, 0, staff_column(STAFF_NEEDED))->number;
		assert_true(needed == 19 || needed == 20);
		assert_true(board_cell(data, 0, staff_column(STAFF_MISSING))->number == needed - 20);
		assert_true(board_cell(data, 0, staff_column(STAFF_EVIDENCE))->number == 1);
	}
	const struct cell *tile = board_cell(board_data(bed->board, layout_panel(bed->layout, "now")), 0, 0);
	assert_true(tile->state == VALUE_NUMBER && (tile->number == 19 || tile->number == 20));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test_setup_teardown(fifty_pools, set_up, tear_down) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
