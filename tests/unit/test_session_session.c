/* What a session does with the frames of any feed, and how it ends; the feed is the test's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "session/session.h"

static const char source[] = "alerts = ( { name = \"long\" when = \"now.in_calls_waiting > 10\" command = \"/bin/true\" } )\n"
	"pages = ( { rows = ( { panels = ( { name = \"now\" type = \"totals\" tiles = ( \"in_calls_waiting\" ) } ) } ) } )";
static const char many[] = "{\"t/now\":{\"stats_totals\":{\"in_calls_waiting\":\"11\"}}}";

enum { AGE_MS = 1000 }; /* of a frame when it is brought */

struct bench {
	struct feed feed; /* first: the session has its address */
	struct feed_ops ops;
	struct layout *layout;
	struct catalogue unknown;
	struct request request;
	struct link link;
	struct session session;
	unsigned started, stopped, freed, layouts, frames, alerts, endings, misses;
	const char *tag;
	int64_t frame_ms, alert_ms;
	ev_timer timer; /* ends the session once it runs */
};

static struct bench *bench_of(const struct feed *feed)
{
	return (struct bench *)feed;
}

static void on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct bench *bench = timer->data;
	(void)loop;
	(void)events;
	session_end(&bench->session, STATUS_FAILED);
}

static void feed_start(struct feed *feed)
{
	struct bench *bench = bench_of(feed);
	bench->started++;
	ev_timer_init(&bench->timer, on_timer, 0., 0.);
	bench->timer.data = bench;
	ev_timer_start(bench->session.loop, &bench->timer);
}

static void feed_stop(struct feed *feed)
{
	struct feed_sink sink = session_sink(&bench_of(feed)->session);
	bench_of(feed)->stopped++;
	sink.ended(sink.context);
}

static void feed_set_layout(struct feed *feed, const struct layout *layout, const char *tag)
{
	struct bench *bench = bench_of(feed);
	assert_ptr_equal(bench->session.board->layout, layout);
	bench->layouts++;
	bench->tag = tag;
}

static const struct link *feed_link(const struct feed *feed)
{
	return &bench_of(feed)->link;
}

static const struct request *feed_request(const struct feed *feed)
{
	return &bench_of(feed)->request;
}

static int64_t feed_now_ms(const struct feed *feed)
{
	return bench_of(feed)->frame_ms + 100;
}

static bool feed_send(struct feed *feed, const struct alert_event *event, enum names names, struct error *error)
{
	(void)feed;
	(void)event;
	(void)names;
	(void)error;
	return true;
}

static void feed_free(struct feed *feed)
{
	bench_of(feed)->freed++;
}

static void on_frame(void *context, const struct frame *frame, const struct decode_report *report)
{
	struct bench *bench = context;
	(void)frame;
	(void)report;
	bench->frames++;
}

static void on_alert(void *context, const struct alert_event *event)
{
	struct bench *bench = context;
	bench->alerts++;
	bench->alert_ms = event->at_ms;
}

static void on_missed(void *context, enum frame_kind kind, const char *subject, const char *cause)
{
	struct bench *bench = context;
	assert_int_equal(kind, FRAME_CAMPAIGNS);
	assert_string_equal(subject, "");
	assert_string_equal(cause, "no answer");
	bench->misses++;
}

static void on_ending(void *context)
{
	struct bench *bench = context;
	bench->endings++;
}

static struct layout *read_layout(void)
{
	struct error error = { "" };
	struct layout *layout = layout_parse("l", "l.conf", source, &error);
	if (layout == NULL)
		fail_msg("%s", error.text);
	return layout;
}

static void bench_open(struct bench *bench, bool owns, bool acts)
{
	*bench = (struct bench){ .feed = { .ops = &bench->ops, .owns = owns }, .layout = read_layout() };
	bench->ops = (struct feed_ops){ .start = feed_start, .stop = feed_stop, .set_layout = feed_set_layout,
		.link = feed_link, .request = feed_request, .send = feed_send, .free = feed_free };
	bench->link = (struct link){ .state = LINK_LIVE, .interval = 5 };
	catalogue_init(&bench->unknown);
	request_init(&bench->request);
	request_plan(&bench->request, bench->layout, &bench->unknown, &bench->unknown, "t");
	bench->session = (struct session){ .layout = bench->layout, .keeps_history = true, .evaluates_alerts = true,
		.acts = acts, .calls = { .frame = on_frame, .alert = on_alert, .ending = on_ending, .context = bench } };
	assert_true(session_open(&bench->session));
	session_attach(&bench->session, &bench->feed);
}

static void bench_close(struct bench *bench)
{
	session_close(&bench->session);
	assert_int_equal(bench->freed, 1);
	request_free(&bench->request);
	catalogue_free(&bench->unknown);
	layout_free(bench->layout);
}

static bool bring(struct bench *bench, const char *json)
{
	struct feed_sink sink = session_sink(&bench->session);
	bench->frame_ms = clock_boot_ms() - AGE_MS;
	struct frame frame = { .kind = FRAME_DATA, .subject = "", .received_ms = bench->frame_ms,
		.wall_ms = clock_wall_ms() - AGE_MS,
		.bytes = json, .length = strlen(json), .request = &bench->request };
	struct decode_report report = { 0 };
	struct error error = { "" };
	return sink.frame(sink.context, &frame, &report, &error);
}

static void a_frame_is_told_when_it_is_accepted(void **unused)
{
	struct bench bench;
	(void)unused;
	bench_open(&bench, true, false);
	assert_false(bring(&bench, "[1"));
	assert_int_equal(bench.frames, 0);
	assert_int_equal(bench.alerts, 0);
	assert_true(bring(&bench, many));
	assert_int_equal(bench.frames, 1);
	assert_int_equal(bench.alerts, 1);
	assert_true(bench.session.dirty);
	bench_close(&bench);
}

/* What comes beside the subscription has no report. */
static void an_answer_without_a_report_is_accepted(void **unused)
{
	struct bench bench;
	(void)unused;
	bench_open(&bench, true, false);
	struct feed_sink sink = session_sink(&bench.session);
	static const char json[] = "{\"availability\":true}";
	struct frame frame = { .kind = FRAME_AVAILABILITY, .subject = "Sales", .received_ms = clock_boot_ms(),
		.wall_ms = clock_wall_ms(), .bytes = json, .length = sizeof(json) - 1, .request = &bench.request };
	struct error error = { "" };
	(void)sink.frame(sink.context, &frame, NULL, &error);
	assert_string_equal(error.text, "");
	bench_close(&bench);
}

/* Whether its owner wants to be told or not. */
static void a_miss_is_on_the_board(void **unused)
{
	struct bench bench;
	(void)unused;
	for (unsigned told = 0; told < 2; told++) {
		bench_open(&bench, true, false);
		struct feed_sink sink = session_sink(&bench.session);
		bench.session.calls.missed = told == 1 ? on_missed : NULL;
		bench.session.dirty = false;
		sink.missed(sink.context, FRAME_CAMPAIGNS, "", "no answer");
		assert_true(bench.session.dirty);
		assert_int_equal(bench.misses, told);
		bench_close(&bench);
	}
}

/* Answers of the API and of a recording count by their own time; a broker may have kept one for an hour. */
static void alerts_count_by_the_time_of_the_frame_or_by_now(void **unused)
{
	struct bench bench;
	(void)unused;
	bench_open(&bench, true, false);
	assert_true(bring(&bench, many));
	assert_int_equal(bench.alert_ms, bench.frame_ms);
	bench_close(&bench);
	bench_open(&bench, false, false);
	bench.ops.now_ms = bench.ops.wall_ms = feed_now_ms;
	assert_true(bring(&bench, many));
	assert_int_equal(bench.alert_ms, bench.frame_ms);
	bench_close(&bench);
	bench_open(&bench, false, false);
	int64_t before_ms = clock_boot_ms();
	assert_true(bring(&bench, many));
	assert_in_range(bench.alert_ms, before_ms, clock_boot_ms());
	bench_close(&bench);
}

/* A command or a message reaches somebody only where the feed is the contact centre's own and the owner wants it. */
static void alerts_act_for_the_owner_of_the_feed_alone(void **unused)
{
	struct bench bench;
	(void)unused;
	for (int i = 0; i < 4; i++) {
		bool owns = i & 1, acts = i & 2;
		bench_open(&bench, owns, acts);
		assert_int_equal(bench.session.alerts.runs_commands, owns && acts);
		assert_int_equal(bench.session.alerts.send != NULL, owns && acts);
		bench_close(&bench);
	}
}

static void another_layout_keeps_what_is_the_same(void **unused)
{
	struct bench bench;
	(void)unused;
	bench_open(&bench, true, false);
	assert_true(bring(&bench, many));
	struct layout *before = bench.layout;
	bench.layout = read_layout();
	request_free(&bench.request);
	request_plan(&bench.request, bench.layout, &bench.unknown, &bench.unknown, "t");
	session_set_layout(&bench.session, bench.layout, "tag");
	layout_free(before);
	assert_int_equal(bench.layouts, 1);
	assert_string_equal(bench.tag, "tag");
	assert_true(board_data(bench.session.board, &bench.layout->panels[0])->received);
	assert_non_null(alerts_firing(bench.session.alerts.alerts, 0));
	/* It fires still: no second event. */
	assert_int_equal(bench.alerts, 1);
	bench_close(&bench);
}

static void the_end_comes_once_and_waits_for_the_feed(void **unused)
{
	struct bench bench;
	(void)unused;
	bench_open(&bench, true, false);
	assert_int_equal(session_run(&bench.session), STATUS_FAILED);
	session_end(&bench.session, STATUS_FINE);
	assert_int_equal(bench.session.status, STATUS_FAILED);
	assert_int_equal(bench.started, 1);
	assert_int_equal(bench.stopped, 1);
	assert_int_equal(bench.endings, 1);
	bench_close(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_frame_is_told_when_it_is_accepted),
		cmocka_unit_test(a_miss_is_on_the_board),
		cmocka_unit_test(an_answer_without_a_report_is_accepted),
		cmocka_unit_test(alerts_count_by_the_time_of_the_frame_or_by_now),
		cmocka_unit_test(alerts_act_for_the_owner_of_the_feed_alone),
		cmocka_unit_test(another_layout_keeps_what_is_the_same),
		cmocka_unit_test(the_end_comes_once_and_waits_for_the_feed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
