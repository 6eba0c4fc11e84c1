/* A recording, record by record: what happens to its request when the layout changes or the request is damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "board/record.h"
#include "layout/layout.h"
#include "recording/reader.h"

/* The test writes the file of a recorder record by record. */
#include "recording/recorder.c"

static const struct recording_limits wide = { .bytes = 1000 * 1000 * 1000, .age_ms = 7LL * 24 * 3600 * 1000 };

static const char good_request[] = "{\"layout\":\"l\",\"interval\":5.000,\"sets\":[{\"app_id\":\"t/q\",\"panel\":\"q\","
	"\"type\":\"totals\",\"grid_id\":\"grid\",\"services\":[],\"service_ids\":[],\"teams\":[],\"team_ids\":[],"
	"\"dispositions\":[],\"limit\":1000,\"total\":false,\"logged_in_only\":false,\"subteam_only\":false,"
	"\"filtered_here\":false,\"columns\":[{\"id\":\"1\",\"stat\":\"in_calls_waiting\"}]}]}";

/* Right by its checksums, and still no request: it has no interval. */
static const char bad_request[] = "{\"layout\":\"l\",\"sets\":[]}";

struct place {
	char path[64];
	struct writer *writer;
	int64_t now_ms;
	struct layout *layout;
};

static void put(struct place *place, enum record_kind kind, const char *text)
{
	struct error error = { "" };
	place->now_ms += 5000;
	if (!writer_put(place->writer, kind, place->now_ms, 1000000 + place->now_ms, text, strlen(text), &error))
		fail_msg("%s", error.text);
}

static int open_place(void **state)
{
	static struct place place;
	static const char source[] = "pages = ( { rows = ( { panels = ( { name = \"q\" type = \"totals\""
		" tiles = ( \"in_calls_waiting\" ) } ) } ) } )";
	struct error error = { "" };
	place = (struct place){ .now_ms = 0 };
	strcpy(place.path, "/tmp/cxwall-cursor-XXXXXX");
	int file = mkstemp(place.path);
	if (file < 0)
		return -1;
	close(file);
	place.writer = writer_open(place.path, &wide, &error);
	place.layout = layout_parse("l", "l.conf", source, &error);
	*state = &place;
	return place.writer == NULL || place.layout == NULL ? -1 : 0;
}

static int close_place(void **state)
{
	struct place *place = *state;
	layout_free(place->layout);
	return unlink(place->path);
}

static void must_play(struct recording_cursor *cursor, struct place *place)
{
	struct error error = { "" };
	writer_close(place->writer);
	if (!cursor_open(cursor, recording_open(place->path, &error), place->layout))
		fail_msg("%s", error.text);
}

static void overwrite(const struct place *place, int64_t offset)
{
	int file = open(place->path, O_WRONLY | O_CLOEXEC);
	assert_int_equal(pwrite(file, "\xee", 1, offset), 1);
	close(file);
}

static enum cursor_step next(struct recording_cursor *cursor)
{
	const struct recording_entry *entry;
	struct frame frame;
	struct error error;
	return cursor_next(cursor, &frame, &entry, &error);
}

/* Whatever the request says points into the layout, which may be freed after this. */
static void another_layout(void **state)
{
	struct place *place = *state;
	struct recording_cursor cursor;
	put(place, RECORD_START, "{}");
	put(place, RECORD_REQUEST, good_request);
	put(place, RECORD_DATA, "{}");
	must_play(&cursor, place);
	assert_int_equal(next(&cursor), CURSOR_START);
	assert_int_equal(next(&cursor), CURSOR_OTHER);
	assert_int_equal(cursor.request.set_count, 1);
	cursor_layout(&cursor, NULL);
	assert_int_equal(cursor.request.set_count, 0);
	assert_int_equal(next(&cursor), CURSOR_DAMAGED);
	cursor_close(&cursor);
}

/* Data are never taken for answers to the request before the one that they answer. */
static void damaged_request(void **state)
{
	struct place *place = *state;
	struct recording_cursor cursor;
	struct error error = { "" };
	put(place, RECORD_REQUEST, good_request);
	put(place, RECORD_DATA, "{}");
	put(place, RECORD_REQUEST, bad_request);
	put(place, RECORD_DATA, "{}");
	put(place, RECORD_REQUEST, good_request);
	put(place, RECORD_DATA, "{}");
	put(place, RECORD_START, "{}");
	put(place, RECORD_DATA, "{}");
	must_play(&cursor, place);
	static const enum cursor_step wanted[] = { CURSOR_OTHER, CURSOR_FRAME, CURSOR_DAMAGED, CURSOR_DAMAGED, CURSOR_OTHER,
		CURSOR_FRAME, CURSOR_START, CURSOR_DAMAGED, CURSOR_END };
	for (unsigned i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		assert_int_equal(next(&cursor), wanted[i]);
	assert_false(cursor_go(&cursor, 3, &error));
	assert_int_equal(next(&cursor), CURSOR_DAMAGED);
	assert_true(cursor_go(&cursor, 7, &error));
	assert_int_equal(next(&cursor), CURSOR_DAMAGED);
	assert_true(cursor_go(&cursor, 1, &error));
	assert_int_equal(next(&cursor), CURSOR_FRAME);
	cursor_close(&cursor);
}

/* One bit of what a request holds: nearly always it said what the one before it says, and app ids tell the rest. */
static void overwritten_request(void **state)
{
	struct place *place = *state;
	struct recording_cursor cursor;
	struct error error = { "" };
	put(place, RECORD_START, "{}");
	put(place, RECORD_REQUEST, good_request);
	put(place, RECORD_DATA, "{}");
	put(place, RECORD_REQUEST, good_request);
	put(place, RECORD_DATA, "{}");
	must_play(&cursor, place);
	overwrite(place, cursor.recording->entries[3].offset + RECORDING_HEADER + 4);
	static const enum cursor_step wanted[] = { CURSOR_START, CURSOR_OTHER, CURSOR_FRAME, CURSOR_DAMAGED, CURSOR_FRAME, CURSOR_END };
	for (unsigned i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		assert_int_equal(next(&cursor), wanted[i]);
	assert_true(cursor_go(&cursor, 4, &error));
	assert_int_equal(next(&cursor), CURSOR_FRAME);
	overwrite(place, cursor.recording->entries[1].offset + RECORDING_HEADER + 4);
	assert_false(cursor_go(&cursor, 4, &error));
	assert_non_null(strstr(error.text, "is damaged"));
	assert_int_equal(next(&cursor), CURSOR_DAMAGED);
	cursor_close(&cursor);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(another_layout, open_place, close_place),
		cmocka_unit_test_setup_teardown(damaged_request, open_place, close_place),
		cmocka_unit_test_setup_teardown(overwritten_request, open_place, close_place),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
