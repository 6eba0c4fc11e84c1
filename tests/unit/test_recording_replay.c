/*
 * A replay whose loop is late: its clock waits for the records that are due, so that their data never seem stale. And
 * which alerts it returns to after a jump.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <ev.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "board/record.h"
#include "layout/layout.h"
#include "recording/reader.h"
#include "recording/replay.h"

/* The test writes the file of a recorder record by record. */
#include "recording/recorder.c"

static const struct recording_limits wide = { .bytes = 1000 * 1000 * 1000, .age_ms = 7LL * 24 * 3600 * 1000 };

static const char request[] = "{\"layout\":\"l\",\"interval\":5.000,\"sets\":[{\"app_id\":\"t/q\",\"panel\":\"q\","
	"\"type\":\"totals\",\"grid_id\":\"grid\",\"services\":[],\"service_ids\":[],\"teams\":[],\"team_ids\":[],"
	"\"dispositions\":[],\"limit\":1000,\"total\":false,\"logged_in_only\":false,\"subteam_only\":false,"
	"\"filtered_here\":false,\"columns\":[{\"id\":\"1\",\"stat\":\"in_calls_waiting\"}]}]}";

enum {
	FRAMES = 7200, STEP_MS = 5000,
	LATE_MS = 50, /* five answers of the recording, whose data are stale after two */
};

struct place {
	char path[64];
	struct layout *layout;
	struct ev_loop *loop;
	struct replay *replay;
	struct feed *feed; /* the same */
	int64_t brought_ms; /* the last answer */
	unsigned frames;
	bool slow; /* whoever takes the answers is */
};

static void be_late(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = LATE_MS * 1000000L }, NULL);
}

static void check_clock(const struct place *place)
{
	int64_t now_ms = place->feed->ops->now_ms(place->feed);
	assert_true(now_ms >= place->brought_ms);
	assert_true(now_ms < place->brought_ms + STEP_MS);
}

static bool on_frame(void *context, const struct frame *frame, struct decode_report *report, struct error *error)
{
	struct place *place = context;
	(void)report;
	(void)error;
	place->brought_ms = frame->received_ms;
	place->frames++;
	check_clock(place);
	if (place->slow)
		be_late();
	check_clock(place);
	return true;
}

static void on_nothing(void *context)
{
	(void)context;
}

static void on_notice(void *context, const char *text)
{
	(void)context;
	(void)text;
}

static void write_recording(const char *path)
{
	struct error error = { "" };
	struct writer *writer = writer_open(path, &wide, &error);
	assert_non_null(writer);
	assert_true(writer_put(writer, RECORD_START, 1000, 1001000, "{}", 2, &error));
	assert_true(writer_put(writer, RECORD_REQUEST, 1000, 1001000, request, strlen(request), &error));
	for (int64_t i = 0, now_ms = 1000; i < FRAMES; i++, now_ms += STEP_MS)
		assert_true(writer_put(writer, RECORD_DATA, now_ms, 1000000 + now_ms, "{}", 2, &error));
	writer_close(writer);
}

static int open_place(void **state)
{
	static struct place place;
	static const char source[] = "pages = ( { rows = ( { panels = ( { name = \"q\" type = \"totals\""
		" tiles = ( \"in_calls_waiting\" ) } ) } ) } )";
	struct feed_sink sink = { .frame = on_frame, .changed = on_nothing, .context = &place };
	struct replay_hooks hooks = { .moved = on_nothing, .restarted = on_nothing, .notice = on_notice, .settled = on_nothing };
	struct replay_options options = { .path = place.path, .speed = 512 };
	struct error error = { "" };
	place = (struct place){ .path = "/tmp/cxwall-replay-XXXXXX" };
	int file = mkstemp(place.path);
	if (file < 0)
		return -1;
	close(file);
	write_recording(place.path);
	place.layout = layout_parse("l", "l.conf", source, &error);
	place.loop = ev_loop_new(EVFLAG_NOENV);
	place.replay = replay_new(place.loop, place.layout, &options, &sink, &hooks, &error);
	if (place.replay == NULL)
		return -1;
	place.feed = replay_feed(place.replay);
	place.feed->ops->start(place.feed);
	/* It brings nothing before the loop runs. */
	if (place.frames > 0)
		return -1;
	while (place.frames == 0)
		ev_run(place.loop, EVRUN_ONCE);
	*state = &place;
	return 0;
}

static int close_place(void **state)
{
	struct place *place = *state;
	place->feed->ops->free(place->feed);
	ev_loop_destroy(place->loop);
	layout_free(place->layout);
	return unlink(place->path);
}

/* What else the loop does is asked the time before the answers that are due come. */
static void clock_waits_for_answers(void **state)
{
	struct place *place = *state;
	for (int i = 0; i < 5; i++) {
		unsigned before = place->frames;
		be_late();
		check_clock(place);
		while (place->frames == before)
			ev_run(place->loop, EVRUN_ONCE);
		assert_true(place->frames >= before + 5);
	}
}

/* Several are due at once, and meanwhile more become due. */
static void clock_waits_between_answers(void **state)
{
	struct place *place = *state;
	be_late();
	place->slow = true;
	while (place->frames < 6)
		ev_run(place->loop, EVRUN_ONCE);
	check_clock(place);
}

/* A key that comes before the answers that are due leaves them for later. */
static void keys_pass_nothing(void **state)
{
	struct place *place = *state;
	unsigned before = place->frames;
	be_late();
	replay_hold(place->replay);
	check_clock(place);
	assert_int_equal(place->frames, before);
	be_late();
	replay_step(place->replay, 1);
	assert_int_equal(place->frames, before + 1);
	check_clock(place);
	replay_hold(place->replay);
	be_late();
	replay_faster(place->replay, false);
	check_clock(place);
	assert_int_equal(place->frames, before + 1);
	be_late();
	replay_step(place->replay, 1);
	assert_int_equal(place->frames, before + 2);
	check_clock(place);
}

/* ---- alerts after a jump ---- */

enum { RUN_FRAMES = 200, RUN_MS = RUN_FRAMES * STEP_MS };

struct jump {
	unsigned settled, recalls;
};

static bool on_any_frame(void *context, const struct frame *frame, struct decode_report *report, struct error *error)
{
	(void)context;
	(void)frame;
	(void)report;
	(void)error;
	return true;
}

static void on_recall(void *context, const struct alerts_saved *mark)
{
	struct jump *jump = context;
	assert_non_null(mark);
	jump->recalls++;
}

static void on_settled(void *context)
{
	((struct jump *)context)->settled++;
}

/* Two runs of the recording program, one behind the other: the second begins at 08:16:40, and its data at 08:28:40. */
static void write_two_runs(const char *path)
{
	const int64_t eight = 8 * 3600 * 1000LL, trouble_ms = 12 * 60 * 1000;
	struct error error = { "" };
	struct writer *writer = writer_open(path, &wide, &error);
	assert_non_null(writer);
	for (int64_t run = 0; run < 2; run++) {
		int64_t boot_ms = 1000 + 5000 * run, wall_ms = eight + run * RUN_MS;
		assert_true(writer_put(writer, RECORD_START, boot_ms, wall_ms, "{}", 2, &error));
		assert_true(writer_put(writer, RECORD_REQUEST, boot_ms, wall_ms, request, strlen(request), &error));
		for (int64_t i = 0, after_ms = run * trouble_ms; i < RUN_FRAMES; i++, after_ms += STEP_MS)
			assert_true(writer_put(writer, RECORD_DATA, boot_ms + after_ms, wall_ms + after_ms, "{}", 2, &error));
	}
	writer_close(writer);
}

/* How often alerts are returned to a mark by a replay that begins there. */
static unsigned recalls_at(const char *at)
{
	static const char source[] = "pages = ( { rows = ( { panels = ( { name = \"q\" type = \"totals\""
		" tiles = ( \"in_calls_waiting\" ) } ) } ) } ) alerts = ( { name = \"a\" when = \"q.in_calls_waiting > 10\" } )";
	struct jump jump = { .settled = 0 };
	struct feed_sink sink = { .frame = on_any_frame, .changed = on_nothing, .context = &jump };
	struct replay_hooks hooks = { .moved = on_nothing, .restarted = on_nothing, .recall = on_recall, .notice = on_notice,
		.settled = on_settled };
	struct error error = { "" };
	char path[] = "/tmp/cxwall-replay-XXXXXX";
	struct replay_options options = { .path = path, .at = at, .speed = 0.25 };
	int file = mkstemp(path);
	assert_true(file >= 0);
	close(file);
	write_two_runs(path);
	struct layout *layout = layout_parse("l", "l.conf", source, &error);
	assert_non_null(layout);
	struct ev_loop *loop = ev_loop_new(EVFLAG_NOENV);
	struct replay *replay = replay_new(loop, layout, &options, &sink, &hooks, &error);
	assert_non_null(replay);
	struct feed *feed = replay_feed(replay);
	feed->ops->start(feed);
	/* Once at the start, and again when the alerts up to there are known. */
	while (jump.settled < 2)
		ev_run(loop, EVRUN_ONCE);
	feed->ops->free(feed);
	ev_loop_destroy(loop);
	layout_free(layout);
	unlink(path);
	return jump.recalls;
}

/* What an alert was when one run of the program ended says nothing about the next run. */
static void alerts_of_an_earlier_run_are_not_recalled(void **state)
{
	(void)state;
	setenv("TZ", "UTC", 1);
	tzset();
	assert_int_equal(recalls_at("08:14"), 1);
	assert_int_equal(recalls_at("08:28"), 0);
	assert_int_equal(recalls_at("08:44"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(clock_waits_for_answers, open_place, close_place),
		cmocka_unit_test_setup_teardown(clock_waits_between_answers, open_place, close_place),
		cmocka_unit_test_setup_teardown(keys_pass_nothing, open_place, close_place),
		cmocka_unit_test(alerts_of_an_earlier_run_are_not_recalled),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
