/* The live feed from its first request to its last, second by second: what it asks for, when, and what it leaves alone. */
#include "feed_bench.h"

#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include "api/auth.h"
#include "api/live_owner.h"
#include "api/sms.h"
#include "board/board.h"
#include "board/decode.h"

#define TAG "cxwall-host-user-test"
#define OTHERS "{\"somebody/else\":{\"stats_totals\":{\"in_calls_waiting\":\"3\"}}}"

static const char both[] = "pages = ( { rows = ( { panels = ("
	"{ name = \"now\" type = \"totals\" services = [\"Sales\"] tiles = (\"in_calls_waiting\", \"agents_ready\") },"
	"{ name = \"queues\" type = \"service_grid\" columns = (\"in_calls_waiting\", \"name\") } ) } ) } )";
static const char other_layout[] = "pages = ( { rows = ( { panels = ("
	"{ name = \"now\" type = \"totals\" services = [\"Sales\"] tiles = (\"agents_ready\") } ) } ) } )";
static const char unknown_team[] = "pages = ( { rows = ( { panels = ("
	"{ name = \"now\" type = \"totals\" services = [\"Sales\"] tiles = (\"in_calls_waiting\") },"
	"{ name = \"who\" type = \"agent_grid\" teams = [\"Green\"] columns = (\"login_id\") } ) } ) } )";
static const char only_open[] = "pages = ( { rows = ( { panels = ("
	"{ name = \"open\" type = \"availability\" services = [\"Sales\"] } ) } ) } )";
static const char with_open[] = "pages = ( { rows = ( { panels = ("
	"{ name = \"now\" type = \"totals\" services = [\"Sales\"] tiles = (\"in_calls_waiting\") },"
	"{ name = \"open\" type = \"availability\" services = [\"Sales\"] } ) } ) } )";

static struct api_config config;
static struct live_options options;
static struct layout *layout, *before;
static struct board *board;
static struct live *live;
static unsigned frames, misses, changes, ends;
static char missed_cause[ERROR_TEXT];

/* No chance: jitter is at its least. */
ssize_t getrandom(void *to, size_t length, unsigned flags)
{
	(void)flags;
	memset(to, 0, length);
	return (ssize_t)length;
}

static bool on_frame(void *context, const struct frame *frame, struct decode_report *report, struct error *error)
{
	(void)context;
	frames++;
	return decode_frame(board, frame, report, error);
}

static void on_missed(void *context, enum frame_kind kind, const char *subject, const char *cause)
{
	(void)context;
	(void)kind;
	(void)subject;
	misses++;
	snprintf(missed_cause, sizeof(missed_cause), "%s", cause);
}

static void on_changed(void *context)
{
	(void)context;
	changes++;
}

static void on_ended(void *context)
{
	(void)context;
	ends++;
}

static char sms_failure[ERROR_TEXT];
static unsigned sms_failures;

static void on_sms_failed(void *context, const char *text)
{
	(void)context;
	sms_failures++;
	snprintf(sms_failure, sizeof(sms_failure), "%s", text);
}

static const struct feed_sink sink = {
	.frame = on_frame, .missed = on_missed, .sms_failed = on_sms_failed, .changed = on_changed, .ended = on_ended,
};

static struct layout *layout_of(const char *text)
{
	struct error error = { "" };
	struct layout *made = layout_parse("test", "test", text, &error);
	if (made == NULL)
		fail_msg("%s", error.text);
	return made;
}

static void begin(const char *text)
{
	struct error error = { "" };
	int status = -1;
	frames = misses = changes = ends = 0;
	missed_cause[0] = '\0';
	layout = layout_of(text);
	board = board_new(layout);
	live = live_new(NULL, &config, layout, &options, &sink, &status, &error);
	if (live == NULL)
		fail_msg("%s", error.text);
	assert_int_equal(status, 0);
	bench_live = live;
	live_feed(live)->ops->start(live_feed(live));
	/* Nothing is called back until the loop runs. */
	assert_int_equal(frames + misses + changes + ends, 0);
	assert_int_equal(bench_at_once, 0);
}

/* Live, and its first data just came. */
static void begin_live(const char *text)
{
	begin(text);
	bench_run(0);
	assert_int_equal(live_link(live)->state, LINK_LIVE);
}

static void change_layout(const char *text)
{
	struct layout *next = layout_of(text);
	struct board *fresh = board_new(next);
	board_free(board);
	board = fresh;
	live_set_layout(live, next, TAG);
	layout_free(before);
	before = layout;
	layout = next;
}

static int set_up(void **unused)
{
	(void)unused;
	bench_reset();
	config = (struct api_config){ .tenant = "example.org", .url = "http://127.0.0.1:1", .user = "ann",
		.secret.text = "s3cret-s3cret", .interval = 5 };
	options = (struct live_options){ .tag = TAG };
	return 0;
}

static int tear_down(void **unused)
{
	(void)unused;
	live_free(live);
	live = NULL;
	board_free(board);
	layout_free(layout);
	layout_free(before);
	board = NULL;
	layout = before = NULL;
	unsigned left = bench_left();
	bench_reset();
	/* Nothing fires into what was freed. */
	return left == 0 ? 0 : -1;
}

static void said(const char *cause)
{
	if (strstr(live_link(live)->cause, cause) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", live_link(live)->cause, cause);
}

/* How many requests of this kind come while so much time goes by. */
static unsigned asked(enum bench_call call, double seconds)
{
	unsigned count = bench_counts[call];
	bench_run(seconds);
	return bench_counts[call] - count;
}

static void is(enum link_state state)
{
	if (live_link(live)->state != state)
		fail_msg("%s, not %s: %s", link_word(live_link(live)->state), link_word(state), live_link(live)->cause);
}

/* ---- a usual life ---- */

static void lives_and_ends(void **unused)
{
	(void)unused;
	begin(both);
	is(LINK_STARTING);
	assert_int_equal(live_link(live)->exit_status, 4);
	assert_true(live_link(live)->interval == 5);
	assert_int_equal(live_link(live)->accepted_ms, 0);
	bench_run(0);
	is(LINK_LIVE);
	assert_int_equal(live_link(live)->exit_status, 0);
	assert_int_equal(bench_counts[AT_TOKEN], 1);
	assert_int_equal(bench_counts[AT_TEAMS], 0);
	assert_int_equal(bench_counts[AT_SERVICES], 1);
	assert_true(live_lists_done(live));
	assert_int_equal(live_services(live)->count, 2);
	assert_int_equal(bench_counts[AT_CREATE], 1);
	assert_int_equal(bench_counts[AT_DATA], 1);
	assert_string_equal(bench_last_authorisation[AT_DATA], "Authorization: Bearer TOKEN1");
	assert_string_equal(bench_last_authorisation[AT_CREATE], "Authorization: Bearer TOKEN1");
	assert_string_equal(bench_last_authorisation[AT_SERVICES], "Authorization: Bearer TOKEN1");
	assert_string_equal(bench_last_body[AT_TOKEN],
		"client_id=ann&client_secret=s3cret-s3cret&scope=example.org&grant_type=client_credentials");
	assert_string_equal(live_link(live)->cause, "");
	assert_int_equal(live_link(live)->accepted, 1);
	assert_int_equal(live_link(live)->polls, 1);
	assert_int_equal(live_link(live)->accepted_ms, bench_ms);
	assert_int_equal(live_link(live)->next_try_ms, bench_ms + 5000);
	assert_int_equal(live_link(live)->latency_ms, 7);
	assert_int_equal(live_link(live)->bytes, strlen(bench_standing));
	assert_int_equal(live_link(live)->failures, 0);
	/* One poll for each interval, at its very moment. */
	int64_t first = bench_ms;
	assert_int_equal(asked(AT_DATA, 4.999), 0);
	assert_int_equal(asked(AT_DATA, 0.001), 1);
	assert_int_equal(bench_last_ms[AT_DATA], first + 5000);
	assert_int_equal(asked(AT_DATA, 50), 10);
	assert_int_equal(live_link(live)->accepted, 12);
	assert_int_equal(frames, 12);
	assert_int_equal(bench_counts[AT_TOKEN] + bench_counts[AT_CREATE], 2);
	/* An answer of this moment tells that it is ours: no look before the DELETE. */
	live_stop(live);
	live_stop(live);
	bench_run(0);
	assert_int_equal(bench_counts[AT_DATA], 12);
	assert_int_equal(bench_counts[AT_DELETE], 1);
	assert_string_equal(bench_last_authorisation[AT_DELETE], "Authorization: Bearer TOKEN1");
	assert_int_equal(ends, 1);
	is(LINK_ENDED);
	bench_run(100);
	assert_int_equal(ends, 1);
	assert_null(bench_standing);
}

/* The interval counts from when a poll began, however long its answer took; one that takes longer delays the next. */
static void slow_answers_keep_the_pace(void **unused)
{
	(void)unused;
	begin_live(both);
	bench_reply(AT_DATA, 200, bench_standing);
	replies[AT_DATA].after_ms = 3000;
	bench_run(5);
	int64_t began = bench_ms;
	assert_int_equal(bench_last_ms[AT_DATA], began);
	bench_run(5);
	assert_int_equal(bench_last_ms[AT_DATA], began + 5000);
	assert_int_equal(live_link(live)->accepted_ms, began + 3000);
	replies[AT_DATA].after_ms = 7000;
	bench_run(5);
	assert_int_equal(bench_last_ms[AT_DATA], began + 10000);
	bench_run(7);
	assert_int_equal(bench_last_ms[AT_DATA], began + 17000);
}

static void polls_on_the_beat(void **unused)
{
	(void)unused;
	options.align_to_second = true;
	bench_wall_shift = BENCH_WALL_MS + 700;
	begin_live(both);
	bench_run(60);
	assert_int_equal((bench_last_ms[AT_DATA] + bench_wall_shift) % 1000, 0);
	assert_int_equal(asked(AT_DATA, 50), 10);
	/* A clock that was set costs less than a second. */
	bench_wall_shift += 400;
	int64_t last = bench_last_ms[AT_DATA];
	bench_run(20);
	assert_int_equal((bench_last_ms[AT_DATA] + bench_wall_shift) % 1000, 0);
	assert_in_range(bench_last_ms[AT_DATA] - last, 15000, 20999);
}

static void fractions_have_no_beat(void **unused)
{
	(void)unused;
	options.align_to_second = true;
	config.interval = 1.5;
	bench_wall_shift = BENCH_WALL_MS + 700;
	begin_live(both);
	assert_int_equal(asked(AT_DATA, 30), 20);
}

/* Timers stand still while a machine sleeps: afterwards the poll comes within a nap. */
static void wakes_up_after_sleep(void **unused)
{
	(void)unused;
	config.interval = 60;
	begin_live(both);
	bench_run(2);
	bench_ms += 3600 * 1000;
	for (int i = 0; i < BENCH_TIMERS_MAX; i++)
		bench_timers[i].due += 3600 * 1000;
	assert_int_equal(asked(AT_DATA, LIVE_SLEEP_MAX_SECONDS), 1);
}

static void a_floor_holds_elsewhere(void **unused)
{
	(void)unused;
	config.interval = 0.2;
	begin_live(both);
	assert_int_equal(asked(AT_DATA, 2), 10);
	tear_down(NULL);
	config.url = "https://example.org";
	begin_live(both);
	assert_int_equal(asked(AT_DATA, 10), 10);
	assert_true(live_link(live)->interval == 1);
}

/* ---- the end ---- */

/* An answer that is older than a second does not tell: it is looked first. */
static void looks_before_it_deletes(void **unused)
{
	(void)unused;
	begin_live(both);
	bench_run(1.001);
	live_stop(live);
	bench_run(0);
	assert_int_equal(bench_counts[AT_DATA], 2);
	assert_int_equal(bench_counts[AT_DELETE], 1);
	assert_int_equal(ends, 1);
}

static void sure_for_a_second(void **unused)
{
	(void)unused;
	begin_live(both);
	bench_run(1);
	live_stop(live);
	bench_run(0);
	assert_int_equal(bench_counts[AT_DATA], 1);
	assert_int_equal(bench_counts[AT_DELETE], 1);
}

/* What a look before the DELETE may see, and whether the subscription goes. */
static void the_last_look_decides(void **unused)
{
	(void)unused;
	static const struct { int status; const char *body; bool goes; } looks[] = {
		{ 200, OTHERS, false }, { 404, "", false }, { 410, "", false }, { 204, "", false }, { 200, "{}", false },
		{ 401, "", false }, { 200, "{\"" TAG "/0123abcd/now\":{\"stats_totals\":{\"a\":\"1\"}}}", false },
		{ 200, "{\"error\":\"internal\"}", true }, { 200, "[]", true }, { 500, "", true }, { 403, "", true },
		{ 429, "", true }, { 0, NULL, true },
	};
	for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++) {
		set_up(NULL);
		begin_live(both);
		bench_run(2);
		bench_reply(AT_DATA, looks[i].status, looks[i].body);
		live_stop(live);
		bench_run(3);
		if (bench_counts[AT_DELETE] != looks[i].goes)
			fail_msg("look %zu (%d): %u deleted", i, looks[i].status, bench_counts[AT_DELETE]);
		assert_int_equal(ends, 1);
		assert_int_equal(tear_down(NULL), 0);
	}
}

/* Nothing tells whose it is: ours is deleted while the last answer is not stale, and left alone after. */
static void an_old_answer_is_not_trusted(void **unused)
{
	(void)unused;
	static const struct { double seconds; unsigned deletes; } ages[] = { { 9, 1 }, { 11, 0 }, { 3600, 0 } };
	for (size_t i = 0; i < sizeof(ages) / sizeof(ages[0]); i++) {
		set_up(NULL);
		begin_live(both);
		bench_reply(AT_DATA, 503, "");
		bench_run(ages[i].seconds);
		live_stop(live);
		bench_run(3);
		assert_int_equal(bench_counts[AT_DELETE], ages[i].deletes);
		assert_int_equal(ends, 1);
		assert_int_equal(tear_down(NULL), 0);
	}
}

static void one_shot_trusts_a_minute(void **unused)
{
	(void)unused;
	static const struct { double seconds; unsigned deletes; } ages[] = { { 59, 1 }, { 62, 0 } };
	for (size_t i = 0; i < sizeof(ages) / sizeof(ages[0]); i++) {
		set_up(NULL);
		options.one_shot = true;
		begin_live(both);
		bench_reply(AT_DATA, 503, "");
		bench_run(ages[i].seconds);
		live_stop(live);
		bench_run(3);
		assert_int_equal(bench_counts[AT_DELETE], ages[i].deletes);
		assert_int_equal(tear_down(NULL), 0);
	}
}

/* A command's subscription is its own even without data; a wall's may have been replaced by one that has none yet. */
static void one_shot_deletes_what_is_empty(void **unused)
{
	(void)unused;
	options.one_shot = true;
	begin_live(both);
	bench_run(2);
	bench_reply(AT_DATA, 204, "");
	live_stop(live);
	bench_run(3);
	assert_int_equal(bench_counts[AT_DELETE], 1);
}

static void deletes_before_its_first_data(void **unused)
{
	(void)unused;
	bench_reply(AT_DATA, 204, "");
	begin(both);
	bench_run(3);
	is(LINK_WAITING);
	live_stop(live);
	bench_run(3);
	assert_int_equal(bench_counts[AT_DELETE], 1);
	assert_int_equal(ends, 1);
}

/* A server that does not answer costs two seconds: one for the look, one for the DELETE. */
static void the_end_takes_two_seconds(void **unused)
{
	(void)unused;
	begin_live(both);
	bench_run(2);
	bench_reply(AT_DATA, 0, NULL);
	bench_reply(AT_DELETE, 0, NULL);
	replies[AT_DATA].after_ms = replies[AT_DELETE].after_ms = 10000;
	live_stop(live);
	bench_run(0.999);
	assert_int_equal(bench_counts[AT_DELETE], 0);
	bench_run(0.001);
	assert_int_equal(bench_counts[AT_DELETE], 1);
	bench_run(0.998);
	assert_int_equal(ends, 0);
	is(LINK_ENDING);
	bench_run(0.002);
	assert_int_equal(ends, 1);
}

/* Whatever a DELETE is answered, the end is the end. */
static void refused_deletes_end_too(void **unused)
{
	(void)unused;
	static const int answers[] = { 200, 204, 404, 401, 403, 429, 500, 0 };
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		set_up(NULL);
		begin_live(both);
		bench_reply(AT_DELETE, answers[i], "");
		live_stop(live);
		bench_run(0);
		/* A token that was refused is renewed, and the DELETE sent again, once. */
		assert_int_equal(bench_counts[AT_DELETE], answers[i] == 401 ? 2 : 1);
		assert_int_equal(bench_counts[AT_TOKEN], answers[i] == 401 ? 2 : 1);
		assert_int_equal(ends, 1);
		assert_int_equal(tear_down(NULL), 0);
	}
}

/* Each half of the end grows with the distance, because the DELETE may need a new connection; never beyond 2.5 s. */
static void a_slow_line_has_more_time(void **unused)
{
	(void)unused;
	static const struct { int64_t trip_ms; double half; } lines[] = { { 0, 1 }, { 400, 2.2 }, { 500, 2.5 }, { 9000, 2.5 } };
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		set_up(NULL);
		begin_live(both);
		bench_run(2);
		bench_trip_ms = lines[i].trip_ms;
		bench_reply(AT_DATA, 0, NULL);
		bench_reply(AT_DELETE, 0, NULL);
		replies[AT_DATA].after_ms = replies[AT_DELETE].after_ms = 10000;
		live_stop(live);
		bench_run(lines[i].half - 0.001);
		assert_int_equal(bench_counts[AT_DELETE], 0);
		bench_run(0.002);
		assert_int_equal(bench_counts[AT_DELETE], 1);
		bench_run(lines[i].half - 0.003);
		assert_int_equal(ends, 0);
		bench_run(0.004);
		assert_int_equal(ends, 1);
		assert_int_equal(tear_down(NULL), 0);
		bench_trip_ms = -1;
	}
}

/* To cancel a poll on its way would close the connection that the DELETE needs. */
static void a_poll_on_its_way_is_the_look(void **unused)
{
	(void)unused;
	begin_live(both);
	replies[AT_DATA].slow_ms = 300;
	bench_run(5.1);
	assert_int_equal(bench_counts[AT_DATA], 2);
	live_stop(live);
	bench_run(0.1);
	assert_int_equal(bench_counts[AT_DELETE], 0);
	bench_run(0.2);
	assert_int_equal(bench_counts[AT_DATA], 2);
	assert_int_equal(bench_counts[AT_DELETE], 1);
	assert_int_equal(ends, 1);
}

/* The old token was refused at a poll: the end waits for the new one. */
static void ends_while_renewing(void **unused)
{
	(void)unused;
	begin_live(both);
	bench_reply(AT_DATA, 401, "");
	replies[AT_TOKEN].slow_ms = 400;
	bench_run(5.1);
	assert_int_equal(bench_counts[AT_TOKEN], 2);
	replies[AT_DATA].set = false;
	live_stop(live);
	bench_run(0.1);
	assert_int_equal(bench_counts[AT_DATA], 2);
	bench_run(0.3);
	assert_int_equal(bench_counts[AT_TOKEN], 2);
	assert_int_equal(bench_counts[AT_DELETE], 1);
	assert_string_equal(bench_last_authorisation[AT_DELETE], "Authorization: Bearer TOKEN2");
	assert_int_equal(ends, 1);
}

/* A token that comes in the second half of the end: no DELETE with the old one, and no time for a look. */
static void ends_while_renewing_slowly(void **unused)
{
	(void)unused;
	begin_live(both);
	bench_reply(AT_DATA, 401, "");
	replies[AT_TOKEN].slow_ms = 1400;
	bench_run(5.1);
	replies[AT_DATA].set = false;
	live_stop(live);
	bench_run(1.2);
	assert_int_equal(bench_counts[AT_DELETE], 0);
	bench_run(0.2);
	assert_int_equal(bench_counts[AT_DATA], 2);
	assert_int_equal(bench_counts[AT_DELETE], 1);
	assert_string_equal(bench_last_authorisation[AT_DELETE], "Authorization: Bearer TOKEN2");
	assert_int_equal(ends, 1);
}

/* The POST is on its way when the end is asked for: what it made is deleted, what it may have made is looked at. */
static void ends_while_posting(void **unused)
{
	(void)unused;
	static const struct { int status; bool done; unsigned looks, deletes; } posts[] = {
		{ 200, true, 0, 1 }, { 0, true, 1, 1 }, { 0, false, 1, 0 }, { 409, false, 0, 0 }, { 400, false, 0, 0 },
		{ 401, false, 0, 0 }, { 403, false, 0, 0 },
	};
	for (size_t i = 0; i < sizeof(posts) / sizeof(posts[0]); i++) {
		set_up(NULL);
		bench_reply(AT_CREATE, posts[i].status, "");
		replies[AT_CREATE].after_ms = 500;
		replies[AT_CREATE].done = posts[i].done;
		begin(both);
		bench_run(0.1);
		live_stop(live);
		is(LINK_ENDING);
		bench_run(3);
		if (bench_counts[AT_DATA] != posts[i].looks || bench_counts[AT_DELETE] != posts[i].deletes)
			fail_msg("post %zu: %u looks, %u deletes", i, bench_counts[AT_DATA], bench_counts[AT_DELETE]);
		assert_int_equal(ends, 1);
		assert_int_equal(tear_down(NULL), 0);
	}
}

static void ends_without_a_subscription(void **unused)
{
	(void)unused;
	bench_reply(AT_TOKEN, 0, NULL);
	replies[AT_TOKEN].after_ms = 9000;
	begin(both);
	bench_run(1);
	live_stop(live);
	bench_run(0);
	assert_int_equal(ends, 1);
	assert_int_equal(bench_counts[AT_DATA] + bench_counts[AT_DELETE] + bench_counts[AT_CREATE], 0);
}

/* ---- whose it is ---- */

static void another_client_is_left_alone(void **unused)
{
	(void)unused;
	begin_live(both);
	bench_stand(OTHERS);
	bench_run(5);
	is(LINK_IN_USE);
	said("Another client uses this login and replaced our subscription");
	assert_int_equal(live_link(live)->exit_status, 5);
	/* A look each minute, nothing else. */
	unsigned posts = bench_counts[AT_CREATE];
	assert_int_equal(asked(AT_DATA, 59.9), 0);
	assert_int_equal(asked(AT_DATA, 0.2), 1);
	assert_int_equal(asked(AT_DATA, 180), 3);
	assert_int_equal(bench_counts[AT_CREATE], posts);
	assert_int_equal(bench_counts[AT_DELETE], 0);
	live_stop(live);
	bench_run(3);
	assert_int_equal(bench_counts[AT_DELETE], 0);
	assert_non_null(bench_standing);
}

static void comes_back_when_the_other_goes(void **unused)
{
	(void)unused;
	begin_live(both);
	bench_stand(OTHERS);
	bench_run(6);
	bench_stand(NULL);
	bench_run(60);
	is(LINK_LIVE);
	assert_int_equal(bench_counts[AT_CREATE], 2);
	assert_int_equal(bench_counts[AT_DELETE], 0);
}

static void takes_over_once_in_a_while(void **unused)
{
	(void)unused;
	config.take_over = true;
	begin_live(both);
	bench_stand(OTHERS);
	bench_run(5);
	is(LINK_LIVE);
	assert_int_equal(bench_counts[AT_DELETE], 1);
	assert_int_equal(bench_counts[AT_CREATE], 2);
	/* Again within half a minute: no fight. */
	bench_stand(OTHERS);
	bench_run(5);
	is(LINK_IN_USE);
	assert_int_equal(bench_counts[AT_DELETE], 1);
	/* The look a minute later may. */
	bench_run(60);
	is(LINK_LIVE);
	assert_int_equal(bench_counts[AT_DELETE], 2);
	/* Not at the end. */
	bench_run(42);
	bench_stand(OTHERS);
	live_stop(live);
	bench_run(3);
	assert_int_equal(bench_counts[AT_DELETE], 2);
	assert_int_equal(ends, 1);
}

static void takes_over_at_the_start(void **unused)
{
	(void)unused;
	config.take_over = true;
	bench_stand(OTHERS);
	begin_live(both);
	assert_int_equal(bench_counts[AT_DELETE], 1);
	assert_int_equal(bench_counts[AT_CREATE], 2);
}

static void deletes_its_own_leftover(void **unused)
{
	(void)unused;
	bench_stand("{\"" TAG "/0123abcd/now\":{\"stats_totals\":{\"agents_ready\":\"1\"}}}");
	begin_live(both);
	assert_int_equal(bench_counts[AT_DELETE], 1);
	assert_int_equal(bench_counts[AT_CREATE], 2);
	assert_int_equal(bench_counts[AT_DATA], 2);
}

/* A leftover that a DELETE does not end: never a fight. */
static void a_leftover_that_stays_is_left(void **unused)
{
	(void)unused;
	bench_stand("{\"" TAG "/0123abcd/now\":{\"stats_totals\":{\"agents_ready\":\"1\"}}}");
	bench_reply(AT_DELETE, 200, "");
	begin(both);
	bench_run(0);
	is(LINK_TROUBLE);
	said("An earlier subscription of this screen still exists");
	bench_run(29);
	assert_int_equal(bench_counts[AT_DELETE], 1);
	bench_run(40);
	assert_int_equal(bench_counts[AT_DELETE], 2);
}

/* Once this run had a subscription, what has our tag and another request is another screen's. */
static void a_twin_is_left_alone(void **unused)
{
	(void)unused;
	begin_live(both);
	bench_stand("{\"" TAG "/0123abcd/now\":{\"stats_totals\":{\"agents_ready\":\"1\"}}}");
	bench_run(5);
	is(LINK_IN_USE);
	said("Another screen of the same name uses this login");
	bench_run(120);
	assert_int_equal(bench_counts[AT_DELETE], 0);
	bench_stand(NULL);
	bench_run(60);
	is(LINK_LIVE);
}

static void a_login_in_use_at_the_start(void **unused)
{
	(void)unused;
	bench_stand(OTHERS);
	begin(both);
	bench_run(0);
	is(LINK_IN_USE);
	said("Another client uses this login (409)");
	assert_non_null(strstr(live_link(live)->advice, "--take-over"));
	assert_int_equal(asked(AT_CREATE, 59.9), 0);
	assert_int_equal(asked(AT_CREATE, 0.2), 1);
	assert_int_equal(bench_counts[AT_DELETE], 0);
	bench_stand(NULL);
	bench_run(60);
	is(LINK_LIVE);
}

static void a_command_does_not_wait_for_it(void **unused)
{
	(void)unused;
	options.one_shot = true;
	bench_stand(OTHERS);
	begin(both);
	bench_run(0);
	is(LINK_IN_USE);
	assert_null(strstr(live_link(live)->advice, "--take-over"));
	assert_int_equal(live_link(live)->exit_status, 5);
	assert_int_equal(live_link(live)->next_try_ms, 0);
	bench_run(600);
	assert_int_equal(bench_counts[AT_CREATE], 1);
	assert_int_equal(bench_counts[AT_DATA], 1);
}

static void the_tenants_limit(void **unused)
{
	(void)unused;
	bench_reply(AT_CREATE, 409, "");
	begin(both);
	bench_run(0);
	is(LINK_LIMIT);
	said("All subscriptions of this tenant are in use (409)");
	assert_int_equal(live_link(live)->exit_status, 5);
	assert_int_equal(asked(AT_CREATE, 59.9), 0);
	assert_int_equal(asked(AT_CREATE, 0.2), 1);
	is(LINK_LIMIT);
	bench_heal(AT_CREATE);
	bench_run(60);
	is(LINK_LIVE);
}

/* A subscription without data: five looks, two seconds apart, then it is another client's. */
static void who_stands_there_says_nothing(void **unused)
{
	(void)unused;
	bench_reply(AT_CREATE, 409, "");
	bench_reply(AT_DATA, 204, "");
	begin(both);
	bench_run(0);
	is(LINK_SUBSCRIBING);
	assert_int_equal(bench_counts[AT_DATA], 1);
	assert_int_equal(asked(AT_DATA, 1.99), 0);
	assert_int_equal(asked(AT_DATA, 0.02), 1);
	assert_int_equal(asked(AT_DATA, 4), 2);
	is(LINK_SUBSCRIBING);
	assert_int_equal(asked(AT_DATA, 2), 1);
	is(LINK_IN_USE);
	assert_int_equal(asked(AT_DATA, 50), 0);
	assert_int_equal(bench_counts[AT_DELETE], 0);
}

static void what_cannot_be_read_is_left(void **unused)
{
	(void)unused;
	static const struct { const char *body, *words; } bodies[] = {
		{ "[]", "The answer is not an object of app ids" }, { "{\"error\":\"x\"}", "The answer contains no statistics" },
		{ "{", "The answer cannot be read" },
	};
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		set_up(NULL);
		bench_reply(AT_CREATE, 409, "");
		bench_reply(AT_DATA, 200, bodies[i].body);
		begin(both);
		bench_run(0);
		is(LINK_TROUBLE);
		said(bodies[i].words);
		bench_run(100);
		assert_int_equal(bench_counts[AT_DELETE], 0);
		assert_int_equal(tear_down(NULL), 0);
	}
}

/* ---- losses and refusals ---- */

static void a_lost_one_is_made_again(void **unused)
{
	(void)unused;
	begin_live(both);
	bench_stand(NULL);
	bench_run(5);
	is(LINK_TROUBLE);
	said("The subscription is gone (404)");
	assert_int_equal(bench_counts[AT_CREATE], 1);
	assert_int_equal(live_link(live)->next_try_ms, bench_ms + 300);
	bench_run(0.3);
	is(LINK_LIVE);
	assert_int_equal(bench_counts[AT_CREATE], 2);
	bench_stand(NULL);
	bench_run(5.3);
	is(LINK_LIVE);
	/* The third within five minutes is a fight, or a server that drops them. */
	bench_stand(NULL);
	bench_run(5);
	is(LINK_IN_USE);
	said("Another client uses this login, or the server drops our subscription");
	assert_int_equal(asked(AT_CREATE, 59.9), 0);
	assert_int_equal(asked(AT_CREATE, 0.2), 1);
	is(LINK_LIVE);
	/* What is gone is not deleted at the end. */
	bench_run(7);
	bench_stand(NULL);
	live_stop(live);
	bench_run(3);
	assert_int_equal(bench_counts[AT_DELETE], 0);
}

static void losses_in_an_hour_are_bad_luck(void **unused)
{
	(void)unused;
	begin_live(both);
	for (int i = 0; i < 6; i++) {
		bench_stand(NULL);
		bench_run(5.5);
		is(LINK_LIVE);
		bench_run(160);
	}
}

static void a_new_token_after_401(void **unused)
{
	(void)unused;
	begin_live(both);
	bench_reply_once(AT_DATA, 401, "");
	bench_run(5);
	is(LINK_LIVE);
	assert_int_equal(bench_counts[AT_TOKEN], 2);
	assert_int_equal(bench_counts[AT_DATA], 3);
	assert_string_equal(bench_last_authorisation[AT_DATA], "Authorization: Bearer TOKEN2");
	assert_int_equal(bench_counts[AT_CREATE], 1);
	/* A good answer came between: the next 401 is a first one again. */
	bench_run(5);
	bench_reply_once(AT_DATA, 401, "");
	bench_run(5);
	is(LINK_LIVE);
	assert_int_equal(bench_counts[AT_TOKEN], 3);
}

/* A fresh token that is not taken: tries with new ones, first soon, then each minute. */
static void tokens_that_do_not_help(void **unused)
{
	(void)unused;
	begin_live(both);
	bench_reply(AT_DATA, 401, "");
	bench_run(5);
	is(LINK_REFUSED);
	said("The server rejected our access token (401)");
	assert_int_equal(live_link(live)->exit_status, 3);
	assert_int_equal(bench_counts[AT_TOKEN], 2);
	assert_int_equal(asked(AT_DATA, 4.9), 0);
	unsigned tokens = bench_counts[AT_TOKEN];
	bench_run(0.2);
	assert_int_equal(bench_counts[AT_TOKEN], tokens + 1);
	bench_run(300);
	assert_in_range(asked(AT_TOKEN, 600), 9, 11);
	bench_heal(AT_DATA);
	bench_run(60);
	is(LINK_LIVE);
}

static void a_token_refused_while_creating(void **unused)
{
	(void)unused;
	bench_reply_once(AT_CREATE, 401, "");
	begin_live(both);
	assert_int_equal(bench_counts[AT_TOKEN], 2);
	assert_int_equal(bench_counts[AT_CREATE], 2);
	assert_string_equal(bench_last_authorisation[AT_CREATE], "Authorization: Bearer TOKEN2");
}

static void a_privilege_is_missing(void **unused)
{
	(void)unused;
	begin_live(both);
	bench_reply(AT_DATA, 403, "{\"message\":\"no privilege: ask the s3cret-s3cret admin\"}");
	bench_run(5);
	is(LINK_REFUSED);
	said("A privilege is missing (403): no privilege: ask the ************* admin");
	/* After 5 s, 10, 20, 40, then each minute. */
	assert_int_equal(asked(AT_DATA, 4.9), 0);
	assert_int_equal(asked(AT_DATA, 0.2), 1);
	assert_int_equal(asked(AT_DATA, 9.8), 0);
	assert_int_equal(asked(AT_DATA, 0.2), 1);
	assert_int_equal(asked(AT_DATA, 60), 2);
	assert_int_equal(asked(AT_DATA, 600), 10);
	bench_heal(AT_DATA);
	bench_run(60);
	is(LINK_LIVE);
	assert_int_equal(bench_counts[AT_CREATE], 1);
}

/* One refusal among good answers costs an interval, each time anew. */
static void a_blip_costs_an_interval(void **unused)
{
	(void)unused;
	begin_live(both);
	for (int i = 0; i < 5; i++) {
		bench_reply_once(AT_DATA, 403, "");
		bench_run(5);
		is(LINK_REFUSED);
		bench_run(5.1);
		is(LINK_LIVE);
		bench_run(10);
	}
	assert_int_equal(bench_counts[AT_CREATE], 1);
}

/* Where nothing worked yet, nobody can do anything within seconds. */
static void a_refusal_from_the_start_waits_a_minute(void **unused)
{
	(void)unused;
	bench_reply(AT_CREATE, 403, "");
	begin(both);
	bench_run(0);
	is(LINK_REFUSED);
	assert_int_equal(asked(AT_CREATE, 59), 0);
	assert_int_equal(asked(AT_CREATE, 2), 1);
}

/* Another layout, and the DELETE of the old one's is refused: nothing is posted over it at once. */
static void a_refused_delete_waits(void **unused)
{
	(void)unused;
	begin_live(both);
	bench_reply(AT_DELETE, 403, "");
	change_layout(other_layout);
	bench_run(0);
	is(LINK_REFUSED);
	assert_int_equal(asked(AT_DELETE, 4), 0);
	assert_int_equal(bench_counts[AT_CREATE], 1);
	bench_heal(AT_DELETE);
	bench_run(2);
	is(LINK_LIVE);
}

/* ---- failures ---- */

static void fails_slower_and_slower(void **unused)
{
	(void)unused;
	begin_live(both);
	bench_reply(AT_DATA, 502, "<html>nginx</html>");
	bench_run(5);
	is(LINK_TROUBLE);
	static const int waits[] = { 750, 1500, 3000, 6000, 12000, 24000, 45000, 45000 };
	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		assert_int_equal(live_link(live)->failures, i + 1);
		assert_int_equal(live_link(live)->next_try_ms, bench_ms + waits[i]);
		bench_run(waits[i] / 1000.0);
	}
	said("(502)");
	assert_null(strstr(live_link(live)->cause, "nginx"));
	assert_int_equal(live_link(live)->accepted, 1);
	assert_int_equal(live_link(live)->exit_status, 4);
	bench_heal(AT_DATA);
	bench_run(45);
	is(LINK_LIVE);
	assert_string_equal(live_link(live)->cause, "");
	/* From the beginning again. */
	bench_reply(AT_DATA, 502, "");
	bench_run(5);
	assert_int_equal(live_link(live)->next_try_ms, bench_ms + 750);
	/* A key asks at once. */
	unsigned polls = bench_counts[AT_DATA];
	live_retry(live);
	assert_int_equal(bench_counts[AT_DATA], polls + 1);
	/* While all is well it asks for nothing. */
	bench_heal(AT_DATA);
	bench_run(60);
	polls = bench_counts[AT_DATA];
	live_retry(live);
	assert_int_equal(bench_counts[AT_DATA], polls);
}

static void waits_as_long_as_it_is_told(void **unused)
{
	(void)unused;
	begin_live(both);
	bench_reply(AT_DATA, 503, "");
	replies[AT_DATA].retry_after = 90;
	bench_run(5);
	assert_int_equal(asked(AT_DATA, 89.9), 0);
	assert_int_equal(asked(AT_DATA, 0.1), 1);
	/* Less than our own wait counts for nothing, nor beside a good answer. */
	replies[AT_DATA].retry_after = 0.5;
	bench_run(90);
	assert_int_equal(live_link(live)->next_try_ms - bench_ms, 3000);
	bench_reply(AT_DATA, 200, bench_standing);
	replies[AT_DATA].retry_after = 90;
	bench_run(3);
	assert_int_equal(asked(AT_DATA, 20), 4);
}

static void words_for_what_cannot_be_used(void **unused)
{
	(void)unused;
	static const struct { int status; const char *body, *cause, *words; } answers[] = {
		{ 0, NULL, "no route to host", "no route to host" }, { 200, "", NULL, "The answer is empty" },
		{ 200, "{\"error\":\"internal\"}", NULL, "The answer contains no statistics: error \"internal\"" },
		{ 200, "nonsense", NULL, "The answer is not valid JSON" },
		{ 418, "{\"message\":\"a teapot\"}", NULL, "(418): a teapot" },
		{ 500, "{\"message\":\"a teapot\"}", NULL, "The server reported an internal error (500)" },
	};
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		set_up(NULL);
		begin_live(both);
		bench_reply(AT_DATA, answers[i].status, answers[i].body);
		replies[AT_DATA].cause = answers[i].cause;
		bench_run(5);
		is(LINK_TROUBLE);
		said(answers[i].words);
		assert_int_equal(live_link(live)->accepted, 1);
		assert_int_equal(tear_down(NULL), 0);
	}
}

/* 204: quick at first, then at the usual pace; said when the data are old, and once more after two minutes. */
static void waits_for_the_first_data(void **unused)
{
	(void)unused;
	bench_reply(AT_DATA, 204, "");
	begin(both);
	bench_run(0);
	is(LINK_WAITING);
	int64_t start = bench_ms;
	static const int after[] = { 300, 900, 2100, 4500, 9300 };
	for (size_t i = 0; i < sizeof(after) / sizeof(after[0]); i++) {
		assert_int_equal(live_link(live)->next_try_ms, start + after[i]);
		bench_run((double)(start + after[i] - bench_ms) / 1000.0);
	}
	assert_int_equal(live_link(live)->next_try_ms, bench_ms + 5000);
	assert_string_equal(live_link(live)->cause, "");
	bench_run(125);
	said("The server has not sent any data for 2 minutes (204)");
	bench_run(60);
	said("for 3 minutes");
	bench_heal(AT_DATA);
	bench_run(5);
	is(LINK_LIVE);
}

static void answers_without_data_in_mid_life(void **unused)
{
	(void)unused;
	begin_live(both);
	bench_reply(AT_DATA, 204, "");
	bench_run(5);
	is(LINK_WAITING);
	assert_string_equal(live_link(live)->cause, "");
	assert_int_equal(live_link(live)->next_try_ms, bench_ms + 5000);
	bench_run(10);
	said("The server does not send any data now (204)");
	bench_reply(AT_DATA, 200, "{}");
	bench_run(5);
	is(LINK_WAITING);
	said("(its answers are empty)");
	assert_int_equal(live_link(live)->accepted, 1);
	bench_heal(AT_DATA);
	bench_run(5);
	is(LINK_LIVE);
	assert_int_equal(bench_counts[AT_CREATE], 1);
}

static void a_command_says_at_once_what_it_saw(void **unused)
{
	(void)unused;
	options.one_shot = true;
	bench_reply(AT_DATA, 200, "{}");
	replies[AT_DATA].after_ms = 100;
	begin(both);
	bench_run(0);
	is(LINK_WAITING);
	assert_string_equal(live_link(live)->cause, "");
	bench_run(1);
	said("The server has not sent any data (its answers are empty)");
}

/* ---- what is asked for ---- */

/* Rows with nothing in them: the other spelling is tried, and what then brings data stays. */
static void tries_the_other_spelling(void **unused)
{
	(void)unused;
	begin(both);
	bench_run(0);
	assert_non_null(strstr(bench_last_body[AT_CREATE], "\"stat_name\""));
	tear_down(NULL);
	set_up(NULL);
	begin(both);
	char blank[600];
	bench_reply_once(AT_DATA, 200, blank);
	replies[AT_DATA].after_ms = 100;
	bench_run(0);
	snprintf(blank, sizeof(blank), "{\"%s\":{\"service_grids\":[{\"id\":\"grid\",\"values\":[{\"1\":\"\",\"2\":\"\"}]}]}}",
		live_request(live)->sets[1].app_id);
	bench_run(0.1);
	is(LINK_LIVE);
	assert_int_equal(bench_counts[AT_CREATE], 2);
	assert_int_equal(bench_counts[AT_DELETE], 1);
	assert_non_null(strstr(bench_last_body[AT_CREATE], "\"statName\""));
	assert_null(strstr(bench_last_body[AT_CREATE], "\"stat_name\""));
	/* Proven: blank columns are an empty queue from now on. */
	snprintf(blank, sizeof(blank), "{\"%s\":{\"service_grids\":[{\"id\":\"grid\",\"values\":[{\"1\":\"\",\"2\":\"\"}]}]}}",
		live_request(live)->sets[1].app_id);
	bench_reply(AT_DATA, 200, blank);
	bench_run(20);
	is(LINK_LIVE);
	assert_int_equal(bench_counts[AT_CREATE], 2);
}

static void the_spelling_may_be_fixed(void **unused)
{
	(void)unused;
	config.dialect = DIALECT_CHOICE_EXAMPLE;
	begin_live(both);
	char blank[600];
	snprintf(blank, sizeof(blank), "{\"%s\":{\"service_grids\":[{\"id\":\"grid\",\"values\":[{\"1\":\"\",\"2\":\"\"}]}]}}",
		live_request(live)->sets[1].app_id);
	bench_reply(AT_DATA, 200, blank);
	bench_run(10);
	is(LINK_LIVE);
	assert_int_equal(bench_counts[AT_CREATE], 1);
	assert_non_null(strstr(bench_last_body[AT_CREATE], "\"statName\""));
}

/* One statistic is refused: the panel that has it goes without, and is asked for again after an hour, or by a key. */
static void a_refused_panel_goes_without(void **unused)
{
	(void)unused;
	bench_reply(AT_CREATE, 400, "{\"message\":\"statistic agents_ready is not supported\"}");
	replies[AT_CREATE].naming = "agents_ready";
	begin_live(both);
	/* The other spelling first; then without. */
	assert_int_equal(bench_counts[AT_CREATE], 3);
	assert_true(live_request(live)->sets[0].skipped && live_request(live)->sets[0].refused);
	assert_null(strstr(bench_last_body[AT_CREATE], "agents_ready"));
	assert_non_null(strstr(bench_last_body[AT_CREATE], "service_grids"));
	bench_run(3500);
	assert_int_equal(bench_counts[AT_CREATE], 3);
	bench_run(300);
	is(LINK_LIVE);
	assert_int_equal(bench_counts[AT_CREATE], 5);
	assert_true(live_request(live)->sets[0].skipped);
	bench_heal(AT_CREATE);
	live_retry(live);
	bench_run(0);
	is(LINK_LIVE);
	assert_false(live_request(live)->sets[0].skipped);
}

static void a_refusal_without_a_name(void **unused)
{
	(void)unused;
	bench_reply(AT_CREATE, 400, "{\"message\":\"the queue is asleep\"}");
	begin(both);
	bench_run(0);
	is(LINK_REFUSED);
	said("The server refused the request (400): the queue is asleep");
	/* Both spellings were tried, once each. */
	assert_int_equal(bench_counts[AT_CREATE], 2);
	assert_int_equal(asked(AT_CREATE, 59.9), 0);
	assert_true(asked(AT_CREATE, 0.2) >= 1);
	bench_heal(AT_CREATE);
	bench_run(60);
	is(LINK_LIVE);
}

static void another_layout_replaces_it(void **unused)
{
	(void)unused;
	begin_live(both);
	char first[REQUEST_APP_ID_MAX];
	snprintf(first, sizeof(first), "%s", live_request(live)->sets[0].app_id);
	bench_run(2);
	change_layout(other_layout);
	is(LINK_SUBSCRIBING);
	bench_run(0);
	is(LINK_LIVE);
	/* The look, and the first data. */
	assert_int_equal(bench_counts[AT_DATA], 3);
	assert_int_equal(bench_counts[AT_DELETE], 1);
	assert_int_equal(bench_counts[AT_CREATE], 2);
	assert_string_not_equal(live_request(live)->sets[0].app_id, first);
	assert_int_equal(live_request(live)->set_count, 1);
	/* It was replaced meanwhile: nothing of theirs is deleted. */
	bench_run(2);
	bench_stand(OTHERS);
	change_layout(both);
	bench_run(0);
	is(LINK_IN_USE);
	assert_int_equal(bench_counts[AT_DELETE], 1);
	assert_int_equal(asked(AT_DATA, 59.9), 0);
}

/* The look before another layout found nothing: nothing of ours stands there until a POST is answered. */
static void what_is_gone_is_not_looked_for(void **unused)
{
	(void)unused;
	begin_live(both);
	bench_run(2);
	bench_stand(NULL);
	bench_reply(AT_CREATE, 503, "");
	change_layout(other_layout);
	bench_run(0);
	is(LINK_TROUBLE);
	assert_int_equal(bench_counts[AT_DELETE], 0);
	unsigned looks = bench_counts[AT_DATA];
	live_stop(live);
	bench_run(3);
	assert_int_equal(bench_counts[AT_DATA], looks);
	assert_int_equal(ends, 1);
}

/* After another layout was subscribed to, the old layout's answers are still ours. */
static void a_server_slow_to_follow(void **unused)
{
	(void)unused;
	begin_live(both);
	char *old = strdup(bench_standing);
	change_layout(other_layout);
	bench_reply(AT_DATA, 200, old);
	bench_run(0);
	is(LINK_WAITING);
	bench_run(16);
	is(LINK_WAITING);
	said("its answers are an earlier layout's");
	assert_int_equal(bench_counts[AT_DELETE], 1);
	bench_heal(AT_DATA);
	bench_run(6);
	is(LINK_LIVE);
	free(old);
}

static void another_layout_while_posting(void **unused)
{
	(void)unused;
	bench_reply(AT_CREATE, 200, "");
	replies[AT_CREATE].after_ms = 500;
	begin(both);
	bench_run(0.1);
	change_layout(other_layout);
	bench_heal(AT_CREATE);
	bench_run(0.4);
	is(LINK_LIVE);
	assert_int_equal(bench_counts[AT_CREATE], 2);
	assert_int_equal(bench_counts[AT_DELETE], 1);
	assert_int_equal(live_request(live)->set_count, 1);
}

/* A POST without an answer may have been taken: after another layout it is still known as ours. */
static void what_may_have_been_made_is_known(void **unused)
{
	(void)unused;
	begin(both);
	bench_reply(AT_CREATE, 0, NULL);
	replies[AT_CREATE].done = true;
	bench_run(0);
	is(LINK_TROUBLE);
	bench_heal(AT_CREATE);
	change_layout(other_layout);
	bench_run(0);
	is(LINK_LIVE);
	assert_int_equal(bench_counts[AT_DELETE], 1);
	/* One that never arrived left nothing. */
	live_stop(live);
	bench_run(3);
	tear_down(NULL);
	set_up(NULL);
	begin(both);
	bench_reply_once(AT_CREATE, 0, NULL);
	replies[AT_CREATE].unsent = true;
	bench_run(0);
	live_stop(live);
	bench_run(3);
	assert_int_equal(bench_counts[AT_DATA] + bench_counts[AT_DELETE], 0);
}

/* Eight subscriptions of this run are remembered, whatever the layouts were: the oldest is forgotten. */
static void only_so_many_are_remembered(void **unused)
{
	(void)unused;
	char text[400];
	char *stood[OWNER_SIGNATURES_MAX + 1];
	begin_live(both);
	for (int i = 0; i <= OWNER_SIGNATURES_MAX; i++) {
		stood[i] = strdup(bench_standing);
		snprintf(text, sizeof(text), "pages = ( { rows = ( { panels = ("
			"{ name = \"now\" type = \"totals\" services = [\"Sales\"] tiles = (\"agents_ready\") },"
			"{ name = \"news\" type = \"messages\" limit = %d } ) } ) } )", i + 1);
		change_layout(text);
		bench_run(1);
		is(LINK_LIVE);
	}
	/* The last nine are stood[1] to the one that stands; of these, and of stood[0], the oldest two are gone. */
	bench_stand(stood[2]);
	bench_run(5);
	is(LINK_WAITING);
	bench_stand(stood[1]);
	bench_run(20);
	is(LINK_IN_USE);
	for (int i = 0; i <= OWNER_SIGNATURES_MAX; i++)
		free(stood[i]);
}

/* Whatever the layouts were, what this run subscribed to is known as ours. */
static void earlier_layouts_are_remembered(void **unused)
{
	(void)unused;
	begin_live(both);
	char *first = strdup(bench_standing);
	for (int i = 0; i < 3; i++) {
		change_layout(i % 2 == 0 ? other_layout : both);
		bench_run(1);
	}
	bench_stand(first);
	bench_run(5);
	is(LINK_WAITING);
	assert_int_equal(bench_counts[AT_DELETE], 3);
	free(first);
}

static void names_are_looked_up_again(void **unused)
{
	(void)unused;
	begin_live(unknown_team);
	assert_int_equal(bench_counts[AT_TEAMS], 1);
	assert_true(live_request(live)->sets[1].skipped);
	assert_non_null(strstr(live_request(live)->sets[1].reason, "Green"));
	assert_int_equal(asked(AT_TEAMS, 179), 0);
	assert_int_equal(asked(AT_TEAMS, 2), 1);
	assert_int_equal(bench_counts[AT_CREATE], 1);
	bench_reply(AT_TEAMS, 200, "[{\"id\":\"F4ED90FA-5A49-4D76-9487-4E41B24CA45F\",\"name\":\"Green\"}]");
	bench_run(180);
	is(LINK_LIVE);
	assert_int_equal(bench_counts[AT_CREATE], 2);
	assert_false(live_request(live)->sets[1].skipped);
	assert_int_equal(live_teams(live)->count, 1);
	/* All are known: nobody asks any more. */
	assert_int_equal(asked(AT_TEAMS, 600), 0);
}

static void lists_that_fail_once(void **unused)
{
	(void)unused;
	bench_reply_once(AT_SERVICES, 503, "");
	begin(both);
	bench_run(0);
	is(LINK_TROUBLE);
	said("(503)");
	assert_int_equal(bench_counts[AT_CREATE], 0);
	bench_run(0.75);
	is(LINK_LIVE);
	/* Refused is answered: panels that need no names live. */
	tear_down(NULL);
	set_up(NULL);
	bench_reply(AT_SERVICES, 404, "");
	begin(both);
	bench_run(0);
	is(LINK_LIVE);
	assert_true(live_request(live)->sets[0].skipped);
	assert_false(live_request(live)->sets[1].skipped);
}

static void lists_alone(void **unused)
{
	(void)unused;
	options.lists_only = true;
	begin(both);
	assert_false(live_lists_done(live));
	bench_run(100);
	assert_true(live_lists_done(live));
	assert_int_equal(bench_counts[AT_TEAMS], 1);
	assert_int_equal(bench_counts[AT_SERVICES], 1);
	assert_int_equal(bench_counts[AT_CREATE] + bench_counts[AT_DATA] + bench_counts[AT_AVAILABLE], 0);
}

/* ---- signing in ---- */

static void two_refusals_and_silence(void **unused)
{
	(void)unused;
	bench_reply(AT_TOKEN, 401, "{\"error\":\"invalid_client\"}");
	begin(both);
	bench_run(0);
	is(LINK_REFUSED);
	assert_int_equal(live_link(live)->exit_status, 3);
	said("The secret was refused (401, invalid_client)");
	bench_run(60);
	assert_int_equal(bench_counts[AT_TOKEN], AUTH_REFUSALS_MAX);
	assert_int_equal(AUTH_REFUSALS_MAX, 2);
	assert_int_equal(asked(AT_TOKEN, 800), 0);
	assert_int_equal(asked(AT_TOKEN, 60), 1);
	/* A key asks once more, and once only. */
	bench_run(10);
	unsigned tokens = bench_counts[AT_TOKEN];
	live_retry(live);
	bench_run(800);
	assert_int_equal(bench_counts[AT_TOKEN], tokens + 1);
	bench_heal(AT_TOKEN);
	live_retry(live);
	bench_run(0);
	is(LINK_LIVE);
}

/* A refused secret's file is looked at again and again; only another secret in it is a reason to ask. */
static void a_refused_secret_waits_for_its_file(void **unused)
{
	(void)unused;
	char path[] = "/tmp/cxwall-live-XXXXXX";
	int file = mkstemp(path);
	assert_true(file >= 0 && write(file, "s3cret-one\n", 11) == 11);
	config.secret.text = NULL;
	config.secret.file = path;
	bench_reply(AT_TOKEN, 401, "{\"error\":\"invalid_client\"}");
	begin(both);
	bench_run(60);
	assert_int_equal(bench_counts[AT_TOKEN], AUTH_REFUSALS_MAX);
	assert_int_equal(asked(AT_TOKEN, 5 * AUTH_WATCH_SECONDS), 0);
	/* Written anew with the same secret, as editors do. */
	assert_int_equal(pwrite(file, "s3cret-one\n", 11, 0), 11);
	assert_int_equal(asked(AT_TOKEN, 5 * AUTH_WATCH_SECONDS), 0);
	bench_heal(AT_TOKEN);
	assert_int_equal(pwrite(file, "s3cret-two\n", 11, 0), 11);
	assert_int_equal(asked(AT_TOKEN, AUTH_WATCH_SECONDS), 1);
	is(LINK_LIVE);
	close(file);
	unlink(path);
}

/* Some servers refuse with a 200; a locked account is refused as well. */
static void refusals_have_many_words(void **unused)
{
	(void)unused;
	static const char locked[] = "{\"error\":\"invalid_client\",\"error_description\":\"the account is locked out\"}";
	static const char disabled[] = "{\"error\":\"invalid_client\",\"error_description\":\"the client is disabled\"}";
	static const char inactive[] = "{\"error\":\"invalid_request\",\"error_description\":\"the tenant is inactive\"}";
	static const char left[] = "{\"error\":\"invalid_grant\",\"error_description\":\"the user is inactive\"}";
	static const struct { int status; const char *body, *words; bool refused; unsigned calls; const char *advice; } answers[] = {
		{ 400, left, "The account is inactive (400, invalid_grant)", true, 1, "enable the user" },
		{ 401, locked, "The account is locked (401, invalid_client)", true, 1, "The secret may be right" },
		{ 401, disabled, "The account is disabled (401, invalid_client)", true, 1, "enable the user" },
		{ 400, inactive, "The tenant is inactive (400, invalid_request)", true, 1, "ask your provider" },
		{ 200, "{\"error\":\"invalid_client\"}", "The secret was refused (200, invalid_client)", true },
		{ 200, "{\"error\":\"unauthorized_client\"}", "The secret was refused (200, unauthorized_client)", true },
		{ 200, "{\"error\":\"access_denied\"}", "The secret was refused (200, access_denied)", true },
		{ 400, "{\"error\":\"invalid_request\"}", "The sign-in was refused (400, invalid_request)", true },
		{ 403, "", "This user may not sign in here (403)", true }, { 423, "", "The account is locked (423)", true, 1, "unlock the user" },
		{ 200, "{\"error\":\"busy\"}", "", false }, { 404, "", "There is no sign-in at this address (404)", false },
		{ 405, "", "There is no sign-in at this address (405)", false }, { 503, "", "The server could not sign in this user (503)", false },
		{ 0, NULL, "no answer within 10 s", false },
	};
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		set_up(NULL);
		bench_reply(AT_TOKEN, answers[i].status, answers[i].body);
		begin(both);
		bench_run(0);
		is(answers[i].refused ? LINK_REFUSED : LINK_TROUBLE);
		said(answers[i].words);
		assert_null(strstr(live_link(live)->cause, "s3cret"));
		if (answers[i].advice != NULL && strstr(live_link(live)->advice, answers[i].advice) == NULL)
			fail_msg("%zu: %s", i, live_link(live)->advice);
		bench_run(600);
		/* A secret that may be right is not tried again at once. */
		unsigned calls = answers[i].calls > 0 ? answers[i].calls : 2;
		if (answers[i].refused != (bench_counts[AT_TOKEN] == calls))
			fail_msg("%zu: %u calls", i, bench_counts[AT_TOKEN]);
		assert_int_equal(tear_down(NULL), 0);
	}
}

static void sign_in_fails_slower_and_slower(void **unused)
{
	(void)unused;
	bench_reply(AT_TOKEN, 500, "");
	begin(both);
	bench_run(0);
	is(LINK_TROUBLE);
	said("The server could not sign in this user (500)");
	assert_int_equal(live_link(live)->next_try_ms, bench_ms + 750);
	bench_run(0.75);
	assert_int_equal(live_link(live)->next_try_ms, bench_ms + 1500);
	replies[AT_TOKEN].retry_after = 100;
	bench_run(1.5);
	assert_int_equal(live_link(live)->next_try_ms, bench_ms + 100 * 1000);
	bench_heal(AT_TOKEN);
	bench_run(100);
	is(LINK_LIVE);
}

/* Renewed before it ends, in silence; a renewal that fails is tried again while the old one is taken. */
static void tokens_are_renewed_in_time(void **unused)
{
	(void)unused;
	bench_reply_once(AT_TOKEN, 200, "{\"access_token\":\"SHORT\",\"expires_in\":\"300\"}");
	begin_live(both);
	assert_int_equal(asked(AT_TOKEN, 239.9), 0);
	bench_reply(AT_TOKEN, 500, "");
	assert_int_equal(asked(AT_TOKEN, 0.2), 1);
	is(LINK_LIVE);
	assert_int_equal(asked(AT_TOKEN, 4.8), 0);
	assert_int_equal(asked(AT_TOKEN, 0.2), 1);
	assert_int_equal(asked(AT_TOKEN, 9.7), 0);
	bench_heal(AT_TOKEN);
	assert_int_equal(asked(AT_TOKEN, 0.3), 1);
	bench_run(5);
	is(LINK_LIVE);
	assert_string_equal(bench_last_authorisation[AT_DATA], "Authorization: Bearer TOKEN1");
	assert_int_equal(bench_counts[AT_CREATE], 1);
}

static void cookies_need_no_token(void **unused)
{
	(void)unused;
	config.auth = AUTH_COOKIE;
	begin_live(both);
	assert_int_equal(bench_counts[AT_TOKEN], 0);
	assert_string_equal(bench_last_authorisation[AT_DATA],
		"Cookie: X-STATSAPI-TOKEN=s3cret-s3cret; X-STATSAPI-TENANT=example.org; X-STATSAPI-LOGIN=ann");
	/* A 401 refuses the secret itself. */
	bench_reply(AT_DATA, 401, "");
	bench_run(5);
	is(LINK_REFUSED);
	said("The secret was refused (401)");
	assert_int_equal(asked(AT_DATA, 800), 0);
	bench_heal(AT_DATA);
	live_retry(live);
	bench_run(0);
	is(LINK_LIVE);
	assert_int_equal(bench_counts[AT_TOKEN], 0);
}

static void what_cannot_be_sent_is_refused(void **unused)
{
	(void)unused;
	static const struct { const char *user, *tenant, *secret, *chat; enum auth_kind auth; const char *words; } wrong[] = {
		{ "", "t", "s", NULL, AUTH_OAUTH, "no user is configured" },
		{ "u", "", "s", NULL, AUTH_OAUTH, "no tenant is configured" },
		{ "u\r\n", "t", "s", NULL, AUTH_OAUTH, "user: there is more than one line" },
		{ "u;v", "t", "s", NULL, AUTH_COOKIE, "user or tenant holds characters" },
		{ "u", "t", "s;t", NULL, AUTH_COOKIE, "the secret holds a ';'" },
		{ "u", "t", "s", "a\"b", AUTH_OAUTH, "chat_app_id or chat_client_id" },
	};
	layout = layout_of(both);
	board = board_new(layout);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct error error = { "" };
		int status = -1;
		config.user = wrong[i].user;
		config.tenant = wrong[i].tenant;
		config.secret.text = wrong[i].secret;
		config.chat_app_id = wrong[i].chat;
		config.auth = wrong[i].auth;
		assert_null(live_new(NULL, &config, layout, &options, &sink, &status, &error));
		assert_int_equal(status, 2);
		if (strstr(error.text, wrong[i].words) == NULL)
			fail_msg("%zu: %s", i, error.text);
	}
	/* In a form they are escaped. */
	config = (struct api_config){ .tenant = "t", .url = "http://127.0.0.1:1", .user = "a;b c", .secret.text = "s3;c&r", .interval = 5 };
	tear_down(NULL);
	begin_live(both);
	assert_non_null(strstr(bench_last_body[AT_TOKEN], "client_id=a%3Bb%20c&client_secret=s3%3Bc%26r&"));
}

/* ---- asked once ---- */

static unsigned fetched;
static int fetched_status;
static char fetched_text[200], fetched_cause[ERROR_TEXT];

static void on_fetched(void *context, int status, const char *bytes, size_t length, const struct error *error)
{
	(void)context;
	fetched++;
	fetched_status = status;
	snprintf(fetched_text, sizeof(fetched_text), "%.*s", (int)length, bytes);
	snprintf(fetched_cause, sizeof(fetched_cause), "%s", error->text);
}

static void fetches_once(void **unused)
{
	(void)unused;
	fetched = 0;
	begin(both);
	bench_reply(AT_OTHER, 200, "[\"Sold\"]");
	live_fetch(live, "/statsapi/cfg/dispositions?inbound=1", on_fetched, NULL);
	assert_int_equal(fetched, 0);
	bench_run(0);
	assert_int_equal(fetched, 1);
	assert_int_equal(fetched_status, 200);
	assert_string_equal(fetched_text, "[\"Sold\"]");
	assert_string_equal(bench_last_path[AT_OTHER], "/statsapi/cfg/dispositions?inbound=1");
	assert_string_equal(bench_last_authorisation[AT_OTHER], "Authorization: Bearer TOKEN1");
	/* Signed in already, and one at a time. */
	replies[AT_OTHER].after_ms = 1000;
	live_fetch(live, "/a", on_fetched, NULL);
	live_fetch(live, "/b", on_fetched, NULL);
	assert_int_equal(fetched, 2);
	assert_int_equal(fetched_status, 0);
	assert_string_equal(fetched_cause, "this cannot be asked for now");
	bench_run(1);
	assert_int_equal(fetched, 3);
	assert_string_equal(bench_last_path[AT_OTHER], "/a");
	/* What cannot be used has no status. */
	replies[AT_OTHER] = (struct bench_reply){ .set = true, .status = 200, .body = "<html>", .cause = "an HTML page" };
	live_fetch(live, "/c", on_fetched, NULL);
	bench_run(0);
	assert_int_equal(fetched, 4);
	assert_int_equal(fetched_status, 0);
	assert_string_equal(fetched_cause, "an HTML page");
	assert_string_equal(fetched_text, "");
	/* What a refusal means depends on what was asked. */
	bench_reply(AT_OTHER, 403, "{\"error\":\"no s3cret-s3cret\"}");
	live_fetch(live, "/configapi/v2/phone/user", on_fetched, NULL);
	bench_run(0);
	assert_int_equal(fetched_status, 403);
	assert_string_equal(fetched_cause, "The server refused this request (403): no *************");
	bench_reply(AT_OTHER, 403, "");
	live_fetch(live, "/configapi/v2/phone/user", on_fetched, NULL);
	bench_run(0);
	assert_string_equal(fetched_cause, "A privilege is missing (403). The user needs the privilege to manage users or phones.");
	fetched = 4;
	/* The end does not leave anybody waiting. */
	replies[AT_OTHER].after_ms = 1000;
	live_fetch(live, "/d", on_fetched, NULL);
	live_stop(live);
	assert_int_equal(fetched, 5);
	assert_string_equal(fetched_cause, "the program ends");
	live_fetch(live, "/e", on_fetched, NULL);
	assert_int_equal(fetched, 6);
	bench_run(3);
	assert_int_equal(fetched, 6);
}

/* A token that ended before its time, met by what is asked once, and by a look for names. */
static void a_revoked_token_is_renewed_for_what_is_asked_once(void **unused)
{
	(void)unused;
	fetched = 0;
	begin_live(both);
	bench_reply_once(AT_OTHER, 401, "");
	live_fetch(live, "/statsapi/cfg/dispositions", on_fetched, NULL);
	bench_run(0);
	assert_int_equal(bench_counts[AT_TOKEN], 2);
	assert_string_equal(bench_last_authorisation[AT_OTHER], "Authorization: Bearer TOKEN2");
	assert_int_equal(fetched, 1);
	assert_int_equal(fetched_status, 200);
	/* Another one that is refused is told. */
	bench_reply(AT_OTHER, 401, "");
	live_fetch(live, "/statsapi/cfg/dispositions", on_fetched, NULL);
	bench_run(0);
	assert_int_equal(fetched, 2);
	assert_int_equal(fetched_status, 401);
	assert_int_equal(bench_counts[AT_TOKEN], 3);
	/* With cookies there is nothing to renew. */
	assert_int_equal(tear_down(NULL), 0);
	set_up(NULL);
	fetched = 0;
	config.auth = AUTH_COOKIE;
	begin_live(both);
	bench_reply(AT_OTHER, 401, "");
	live_fetch(live, "/statsapi/cfg/dispositions", on_fetched, NULL);
	bench_run(0);
	assert_int_equal(fetched, 1);
}

/* A poll that was on its way meanwhile is refused too, and goes on with the token that is there by then. */
static void a_revoked_token_is_renewed_once(void **unused)
{
	(void)unused;
	fetched = 0;
	begin_live(both);
	replies[AT_DATA] = (struct bench_reply){ .set = true, .times = 1, .status = 401, .after_ms = 700 };
	while (bench_counts[AT_DATA] < 2)
		bench_run(0.1);
	bench_reply_once(AT_OTHER, 401, "");
	live_fetch(live, "/statsapi/cfg/dispositions", on_fetched, NULL);
	bench_run(0.1);
	assert_int_equal(fetched, 1);
	assert_int_equal(bench_counts[AT_TOKEN], 2);
	unsigned polls = bench_counts[AT_DATA];
	bench_run(1);
	assert_int_equal(bench_counts[AT_DATA], polls + 1);
	assert_string_equal(bench_last_authorisation[AT_DATA], "Authorization: Bearer TOKEN2");
	assert_int_equal(bench_counts[AT_TOKEN], 2);
	is(LINK_LIVE);
	/* The new one is refused as any other. */
	bench_run(10);
	bench_reply_once(AT_DATA, 401, "");
	bench_run(5);
	assert_int_equal(bench_counts[AT_TOKEN], 3);
	is(LINK_LIVE);
}

static void a_revoked_token_is_renewed_for_names(void **unused)
{
	(void)unused;
	begin_live(unknown_team);
	bench_reply_once(AT_TEAMS, 401, "");
	bench_run(181);
	assert_int_equal(bench_counts[AT_TOKEN], 2);
	/* Services that were listed once, likewise; where they never were, a 401 says nothing of the token. */
	bench_reply_once(AT_SERVICES, 401, "");
	bench_run(180);
	assert_int_equal(bench_counts[AT_TOKEN], 3);
	assert_int_equal(tear_down(NULL), 0);
	set_up(NULL);
	bench_reply(AT_SERVICES, 401, "");
	begin_live("pages = ( { rows = ( { panels = ( { name = \"open\" type = \"availability\" } ) } ) } )");
	bench_run(600);
	assert_int_equal(bench_counts[AT_TOKEN], 1);
}

/* Whoever asks hears that nobody can sign in: before the refusal or after it. */
static void fetches_hear_of_the_refusal(void **unused)
{
	(void)unused;
	fetched = 0;
	bench_reply(AT_TOKEN, 401, "");
	begin(both);
	live_fetch(live, "/a", on_fetched, NULL);
	bench_run(0);
	assert_int_equal(fetched, 0);
	bench_run(10);
	assert_int_equal(fetched, 1);
	assert_int_equal(fetched_status, 0);
	assert_string_equal(fetched_cause, "The secret was refused (401)");
	live_fetch(live, "/b", on_fetched, NULL);
	assert_int_equal(fetched, 2);
	assert_string_equal(fetched_cause, "The secret was refused (401)");
	assert_int_equal(bench_counts[AT_OTHER], 0);
}

static void a_command_hears_of_the_first_refusal(void **unused)
{
	(void)unused;
	fetched = 0;
	options.one_shot = true;
	bench_reply(AT_TOKEN, 401, "");
	begin(both);
	live_fetch(live, "/a", on_fetched, NULL);
	bench_run(0);
	assert_int_equal(fetched, 1);
}

/* A path that does not fit is not cut. */
static void long_paths_are_refused(void **unused)
{
	(void)unused;
	char path[LIVE_FETCH_PATH_MAX + 2];
	fetched = 0;
	begin_live(both);
	memset(path, 'a', sizeof(path));
	path[0] = '/';
	path[LIVE_FETCH_PATH_MAX] = '\0';
	live_fetch(live, path, on_fetched, NULL);
	assert_int_equal(fetched, 1);
	assert_int_equal(bench_counts[AT_OTHER], 0);
	path[LIVE_FETCH_PATH_MAX - 1] = '\0';
	bench_reply(AT_OTHER, 200, "x");
	live_fetch(live, path, on_fetched, NULL);
	bench_run(0);
	assert_int_equal(fetched, 2);
	assert_int_equal(fetched_status, 200);
}

/* ---- beside the subscription ---- */

static void availability_has_its_own_pace(void **unused)
{
	(void)unused;
	begin_live(with_open);
	assert_int_equal(bench_counts[AT_AVAILABLE], 1);
	assert_string_equal(bench_last_path[AT_AVAILABLE], "/statsapi/info/check_available_agents?service=Sales");
	assert_string_equal(bench_last_authorisation[AT_AVAILABLE], "");
	int64_t first = bench_last_ms[AT_AVAILABLE];
	bench_run(31);
	assert_in_range(bench_last_ms[AT_AVAILABLE] - first, 15000, 30000);
	assert_int_equal(asked(AT_AVAILABLE, 300), 10);
	assert_int_equal(misses, 0);
}

/* Data that do not come are old, whatever availability says. */
static void availability_renews_no_age(void **unused)
{
	(void)unused;
	begin_live(with_open);
	int64_t accepted = live_link(live)->accepted_ms;
	bench_reply(AT_DATA, 0, NULL);
	replies[AT_DATA].after_ms = 10000;
	unsigned count = asked(AT_AVAILABLE, 120);
	assert_true(count >= 3);
	assert_int_equal(live_link(live)->accepted_ms, accepted);
	assert_true(link_stale(live_link(live), bench_ms));
}

static void availability_alone_has_an_age(void **unused)
{
	(void)unused;
	begin_live(only_open);
	assert_int_equal(bench_counts[AT_CREATE] + bench_counts[AT_DATA], 0);
	assert_int_equal(live_link(live)->accepted_ms, bench_ms);
	assert_true(live_link(live)->interval == PANEL_AVAILABILITY_SECONDS);
	bench_run(100);
	assert_in_range(bench_ms - live_link(live)->accepted_ms, 0, 30000);
	/* The end has nothing to delete. */
	live_stop(live);
	bench_run(0);
	assert_int_equal(bench_counts[AT_DELETE], 0);
	assert_int_equal(ends, 1);
}

/* What never had an answer is asked again after five seconds, then at its pace; Retry-After is heard. */
static void availability_that_fails(void **unused)
{
	(void)unused;
	bench_reply(AT_AVAILABLE, 0, NULL);
	begin_live(with_open);
	assert_int_equal(misses, 1);
	assert_string_equal(missed_cause, "no answer within 10 s");
	assert_int_equal(asked(AT_AVAILABLE, 4.9), 0);
	assert_int_equal(asked(AT_AVAILABLE, 0.2), 1);
	bench_heal(AT_AVAILABLE);
	bench_run(5);
	bench_reply(AT_AVAILABLE, 0, NULL);
	bench_run(30);
	misses = 0;
	assert_int_equal(asked(AT_AVAILABLE, 29), 0);
	assert_int_equal(asked(AT_AVAILABLE, 1), 1);
	assert_int_equal(misses, 1);
	bench_reply(AT_AVAILABLE, 503, "");
	replies[AT_AVAILABLE].retry_after = 100;
	bench_run(30);
	assert_int_equal(asked(AT_AVAILABLE, 95), 0);
	assert_non_null(strstr(missed_cause, "(503)"));
	assert_int_equal(asked(AT_AVAILABLE, 10), 1);
	assert_string_equal(live_link(live)->cause, "");
}

static void campaigns_need_the_token(void **unused)
{
	(void)unused;
	bench_reply(AT_TOKEN, 200, "{\"access_token\":\"LATE\",\"expires_in\":\"3600\"}");
	replies[AT_TOKEN].after_ms = 2000;
	begin("pages = ( { rows = ( { panels = ( { name = \"c\" type = \"campaigns\" } ) } ) } )");
	bench_run(1);
	assert_int_equal(bench_counts[AT_CAMPAIGNS], 0);
	bench_run(1);
	assert_int_equal(bench_counts[AT_CAMPAIGNS], 1);
	assert_string_equal(bench_last_authorisation[AT_CAMPAIGNS], "Authorization: Bearer LATE");
}

/* Ended before its time: another is asked for, by what meets the refusal, and nobody sees any of it. */
static void a_revoked_token_is_renewed_for_campaigns(void **unused)
{
	(void)unused;
	begin_live("pages = ( { rows = ( { panels = ( { name = \"c\" type = \"campaigns\" } ) } ) } )");
	assert_int_equal(bench_counts[AT_CAMPAIGNS], 1);
	bench_reply_once(AT_CAMPAIGNS, 401, "");
	bench_run(61);
	assert_int_equal(bench_counts[AT_TOKEN], 2);
	assert_string_equal(bench_last_authorisation[AT_CAMPAIGNS], "Authorization: Bearer TOKEN2");
	assert_int_equal(misses, 0);
	bench_reply_once(AT_CAMPAIGNS, 401, "");
	bench_run(61);
	assert_string_equal(bench_last_authorisation[AT_CAMPAIGNS], "Authorization: Bearer TOKEN3");
	/* One that helps nobody is told, and is no reason for a token a minute. */
	bench_reply(AT_CAMPAIGNS, 401, "");
	bench_run(61);
	assert_int_equal(bench_counts[AT_TOKEN], 4);
	assert_string_equal(missed_cause, "The server rejected our access token (401). Check that this user may use the API.");
	assert_int_equal(asked(AT_TOKEN, 600), 0);
	/* While none is to be had, the old one is tried again in the end. */
	bench_heal(AT_CAMPAIGNS);
	bench_run(61);
	bench_reply(AT_CAMPAIGNS, 401, "");
	bench_reply(AT_TOKEN, 0, NULL);
	misses = 0;
	bench_run(90);
	assert_in_range(misses, 1, 2);
}

/* By the documentation none is needed; where a server wants one, it gets it. */
static void availability_with_a_token_where_it_is_wanted(void **unused)
{
	(void)unused;
	bench_reply_once(AT_AVAILABLE, 401, "");
	begin_live(only_open);
	bench_run(1);
	assert_string_equal(bench_last_authorisation[AT_AVAILABLE], "Authorization: Bearer TOKEN1");
	assert_int_equal(misses, 0);
	assert_int_equal(bench_counts[AT_TOKEN], 1);
	/* Revoked, it is renewed here too. */
	bench_reply_once(AT_AVAILABLE, 401, "");
	bench_run(40);
	assert_string_equal(bench_last_authorisation[AT_AVAILABLE], "Authorization: Bearer TOKEN2");
	assert_int_equal(misses, 0);
}

static void what_is_beside_says_why(void **unused)
{
	(void)unused;
	static const char layout_of_it[] = "pages = ( { rows = ( { panels = ( { name = \"c\" type = \"campaigns\" } ) } ) } )";
	static const struct { int status; const char *body, *words; } answers[] = {
		{ 403, "{\"error\":\"Manage campaigns privilege is required\"}",
			"A privilege is missing (403): Manage campaigns privilege is required. The user needs the privilege to manage campaigns." },
		{ 500, "{\"error\":\"Incorrect endpoint specification\"}",
			"The server does not know this address (500): Incorrect endpoint specification. Check the url." },
		{ 400, "{\"error\":\"the s3cret-s3cret is long\"}", "The server refused the request (400): the ************* is long" },
	};
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		set_up(NULL);
		bench_reply(AT_CAMPAIGNS, answers[i].status, answers[i].body);
		begin_live(layout_of_it);
		assert_string_equal(missed_cause, answers[i].words);
		assert_int_equal(tear_down(NULL), 0);
	}
	set_up(NULL);
	config.chat_app_id = "app";
	config.chat_client_id = "client";
	bench_reply(AT_CHAT, 403, "{\"error_code\":\"3000\",\"error_message\":\"Invalid application unique ID\"}");
	begin_live(with_open);
	assert_string_equal(missed_cause, "The server refused this request (403): no such chat entry, check chat_app_id (error 3000)");
}

/* The cookies are for the statistics: what they cannot have is not asked for, and said at once. */
static void cookies_have_no_campaigns(void **unused)
{
	(void)unused;
	config.auth = AUTH_COOKIE;
	begin_live("pages = ( { rows = ( { panels = ( { name = \"c\" type = \"campaigns\" } ) } ) } )");
	bench_run(100);
	assert_int_equal(bench_counts[AT_CAMPAIGNS], 0);
	assert_non_null(strstr(missed_cause, "Campaigns need auth = \"oauth\""));
}

static void chat_hours_have_a_header_of_their_own(void **unused)
{
	(void)unused;
	config.chat_app_id = "app";
	config.chat_client_id = "client";
	begin_live(with_open);
	assert_int_equal(bench_counts[AT_CHAT], 1);
	assert_string_equal(bench_last_path[AT_CHAT], "/clientweb/api/v2/availability?tenantUrl=example.org");
	assert_string_equal(bench_last_authorisation[AT_CHAT],
		"Authorization: MOBILE-API-140-327-PLAIN appId=\"app\", clientId=\"client\"");
	assert_string_equal(bench_last_agent[AT_CHAT], "MobileClient");
	assert_string_equal(bench_last_agent[AT_AVAILABLE], "");
}

/* All services, four at once at most, and each of them in its turn. */
static void four_at_once(void **unused)
{
	(void)unused;
	bench_reply(AT_SERVICES, 200, "[{\"id\":\"1\",\"name\":\"A\"},{\"id\":\"2\",\"name\":\"B\"},{\"id\":\"3\",\"name\":\"C\"},"
		"{\"id\":\"4\",\"name\":\"D\"},{\"id\":\"5\",\"name\":\"E\"},{\"id\":\"6\",\"name\":\"F\"}]");
	bench_reply(AT_AVAILABLE, 200, "{\"availability\":true}");
	replies[AT_AVAILABLE].after_ms = 1000;
	begin("pages = ( { rows = ( { panels = ( { name = \"open\" type = \"availability\" } ) } ) } )");
	bench_run(0.5);
	assert_int_equal(bench_counts[AT_AVAILABLE], 4);
	assert_int_equal(bench_most_at_once, 4);
	bench_run(2);
	assert_int_equal(bench_counts[AT_AVAILABLE], 6);
	/* The next round is spread over the second half of the interval. */
	assert_int_equal(asked(AT_AVAILABLE, 12), 0);
	unsigned sooner = asked(AT_AVAILABLE, 8);
	assert_in_range(sooner, 2, 5);
	assert_int_equal(asked(AT_AVAILABLE, 10), 6 - sooner);
	/* A server that hangs: never more than four. */
	replies[AT_AVAILABLE].after_ms = 100 * 1000;
	bench_run(60);
	assert_int_equal(bench_at_once, 4);
	live_stop(live);
	assert_int_equal(bench_at_once, 0);
}

/* ---- a secret in a file ---- */

static char secret_path[] = "/tmp/cxwall-live-XXXXXX";

static void write_secret(const char *text)
{
	FILE *file = fopen(secret_path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

/* A refused secret is asked for again when its file changed, which is looked at each ten seconds, and never before. */
static void a_changed_secret_is_tried(void **unused)
{
	(void)unused;
	for (int auth = AUTH_OAUTH; auth <= AUTH_COOKIE; auth++) {
		set_up(NULL);
		int file = mkstemp(secret_path);
		assert_true(file >= 0);
		close(file);
		write_secret("wrong-secret\n");
		config.secret.text = NULL;
		config.secret.file = secret_path;
		config.auth = auth;
		begin(both);
		if (auth == AUTH_COOKIE)
			bench_run(0);
		enum bench_call call = auth == AUTH_OAUTH ? AT_TOKEN : AT_DATA;
		bench_reply(call, 401, "");
		bench_run(60);
		is(LINK_REFUSED);
		unsigned calls = bench_counts[call];
		/* Written again without a change, it is the same secret. */
		write_secret("wrong-secret\n");
		bench_run(100);
		assert_int_equal(bench_counts[call], calls);
		bench_heal(call);
		write_secret("right-secret-is-longer\n");
		bench_run(AUTH_WATCH_SECONDS + 1);
		is(LINK_LIVE);
		if (auth == AUTH_OAUTH)
			assert_non_null(strstr(bench_last_body[AT_TOKEN], "client_secret=right-secret-is-longer&"));
		else
			assert_non_null(strstr(bench_last_authorisation[AT_DATA], "X-STATSAPI-TOKEN=right-secret-is-longer;"));
		/* Nobody looks at it any more. */
		write_secret("another\n");
		unsigned tokens = bench_counts[AT_TOKEN];
		bench_run(100);
		assert_int_equal(bench_counts[AT_TOKEN], tokens);
		assert_int_equal(tear_down(NULL), 0);
		unlink(secret_path);
		memcpy(secret_path + strlen(secret_path) - 6, "XXXXXX", 6);
	}
}

/* Nothing of a layout can be asked for: said, and looked for again after a minute. */
static void no_panel_can_be_asked_for(void **unused)
{
	(void)unused;
	begin("pages = ( { rows = ( { panels = ( { name = \"who\" type = \"agent_grid\" teams = [\"Green\"]"
		" columns = (\"login_id\") } ) } ) } )");
	bench_run(0);
	/* For a command this is the end: it would wait in vain. */
	assert_true(link_hopeless(live_link(live)));
	assert_int_equal(live_link(live)->exit_status, 4);
	said("Green");
	assert_string_equal(live_link(live)->advice, "No panel of this layout can be requested.");
	assert_int_equal(bench_counts[AT_CREATE], 0);
	bench_reply(AT_TEAMS, 200, "[{\"id\":\"F4ED90FA-5A49-4D76-9487-4E41B24CA45F\",\"name\":\"Green\"}]");
	assert_int_equal(asked(AT_TEAMS, 59), 0);
	bench_run(2);
	is(LINK_LIVE);
}

/* ---- text messages ---- */

static const char with_alert[] = "pages = ( { rows = ( { panels = ("
	"{ name = \"now\" type = \"totals\" services = [\"Sales\"] tiles = (\"in_calls_waiting\") } ) } ) } )\n"
	"alerts = ( { name = \"long queue\" when = \"now.in_calls_waiting > 3\" sms = [\"+15550000001\", \"+15550000002\"]"
	" sms_from = \"+15559999999\" } )";

/* The alert fires; https, because on loopback messages are hurried. */
static void begin_sms(void)
{
	struct error error = { "" };
	config.url = "https://example.org";
	sms_failures = 0;
	sms_failure[0] = '\0';
	begin_live(with_alert);
	struct alert_state about = { .rule = &layout->alerts[0], .phase = ALERT_FIRING, .value = "12" };
	struct alert_event event = { .kind = ALERT_FIRED, .state = &about, .at_ms = bench_ms, .wall_ms = clock_wall_ms(), .loud = true };
	if (!live_sms(live, &event, NAMES_FULL, &error))
		fail_msg("%s", error.text);
}

static void texts_are_sent_and_followed(void **unused)
{
	(void)unused;
	begin_sms();
	bench_reply(AT_DELIVERY, 200, "{\"status\":\"sent\"}");
	bench_run(0);
	assert_int_equal(bench_counts[AT_SEND], 2);
	assert_true(bench_last_once[AT_SEND]);
	assert_false(bench_last_once[AT_DATA]);
	assert_string_equal(bench_last_authorisation[AT_SEND], "Authorization: Bearer TOKEN1");
	assert_non_null(strstr(bench_last_body[AT_SEND], "{\"To\":\"+15550000002\",\"From\":\"+15559999999\",\"Body\":\""));
	assert_non_null(strstr(bench_last_body[AT_SEND], "long queue"));
	/* Looks at the delivery: after 3 s, then 5, 10, 20 and so on, eight for each at most. */
	assert_int_equal(asked(AT_DELIVERY, 2.9), 0);
	assert_int_equal(asked(AT_DELIVERY, 0.2), 2);
	assert_string_equal(bench_last_path[AT_DELIVERY], "/clientweb/smsapi/v1/Messages/sid-1");
	assert_int_equal(asked(AT_DELIVERY, 4.8), 0);
	assert_int_equal(asked(AT_DELIVERY, 0.2), 2);
	unsigned wakeups = bench_wakeups;
	assert_int_equal(asked(AT_DELIVERY, 600), 12);
	/* While it waits nothing spins: polls each five seconds, naps, and the looks. */
	assert_in_range(bench_wakeups - wakeups, 120, 700);
	assert_int_equal(asked(AT_DELIVERY, 3600), 0);
	assert_int_equal(bench_counts[AT_SEND], 2);
	assert_int_equal(sms_failures, 0);
}

static void deliveries_end_the_looks(void **unused)
{
	(void)unused;
	begin_sms();
	bench_run(4);
	assert_int_equal(bench_counts[AT_DELIVERY], 2);
	assert_int_equal(asked(AT_DELIVERY, 600), 0);
	assert_int_equal(sms_failures, 0);
}

/* What may have arrived is never sent again; what certainly did not is, three times in all. */
static void texts_are_not_sent_twice(void **unused)
{
	(void)unused;
	static const struct { int status; bool unsent; const char *body; unsigned sends; const char *words; } answers[] = {
		{ 0, false, NULL, 1, "nobody knows whether it was sent, and it is not sent again: no answer within 10 s" },
		{ 0, true, NULL, 3, "not sent: no answer within 10 s" },
		{ 500, false, "", 1, "nobody knows whether it was sent, and it is not sent again: The server reported an internal error (500)" },
		{ 403, false, "", 1, "not sent: A privilege is missing (403). The user needs the privilege Use SMS/MMS API." },
		{ 403, false, "{\"error\":\"privilege Use SMS/MMS API is required\"}", 1,
			"not sent: A privilege is missing (403): privilege Use SMS/MMS API is required" },
		{ 403, false, "{\"error\":\"the account is closed\"}", 1, "not sent: The server refused this request (403): the account is closed" },
		{ 404, false, "", 1, "not sent: The server does not know this (404)" },
		{ 200, false, "{\"sid\":\"x\",\"status\":\"failed\",\"error_code\":null,\"error_message\":\"From number is not a Text Out "
			"access number\"}", 1, "it was not delivered: From number is not a Text Out access number" },
		{ 200, false, "{\"sid\":\"x\",\"status\":\"failed\",\"error_code\":\"30003\",\"error_message\":\"no +15550000002\"}", 1,
			"it was not delivered: no ..002 (error 30003)" },
		{ 400, false, "{\"message\":\"call +15550000001\"}", 1, "not sent: The server refused the request (400): call ..001" },
		{ 429, false, "", 3, "not sent: The server limits the number of requests (429)" },
		{ 200, false, "nonsense", 1,
			"nobody knows whether it was sent, and it is not sent again: the server's answer cannot be read" },
		{ 200, false, "{\"sid\":\"a/b\",\"status\":\"queued\"}", 1, NULL },
		{ 200, false, "{\"sid\":\"x\",\"status\":\"failed\",\"error_code\":30003}", 1, "it was not delivered (error 30003)" },
		{ 200, false, "{\"sid\":\"x\",\"status\":\"failed\"}", 1, "it was not delivered" },
		{ 302, false, "", 1, "not sent: redirected: never followed" },
	};
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		char failure[ERROR_TEXT] = "";
		set_up(NULL);
		bench_reply(AT_SEND, answers[i].status, answers[i].body);
		replies[AT_SEND].unsent = answers[i].unsent;
		replies[AT_SEND].cause = answers[i].status == 302 ? "redirected: never followed" : NULL;
		begin_sms();
		bench_run(120);
		if (answers[i].words != NULL)
			snprintf(failure, sizeof(failure), "alert 'long queue': message to ..002: %s", answers[i].words);
		if (bench_counts[AT_SEND] != 2 * answers[i].sends || sms_failures != (answers[i].words != NULL ? 2 : 0) ||
			strcmp(sms_failure, failure) != 0)
			fail_msg("%zu: %u sends, %u failures: %s", i, bench_counts[AT_SEND], sms_failures, sms_failure);
		assert_int_equal(bench_counts[AT_DELIVERY], 0);
		assert_int_equal(tear_down(NULL), 0);
	}
}

/* What the server never says to be sent is told; what it says to be sent is left at that. */
static void queued_for_ever(void **unused)
{
	(void)unused;
	static const char *const statuses[] = { "queued", "sent" };
	for (size_t i = 0; i < 2; i++) {
		char body[60];
		set_up(NULL);
		snprintf(body, sizeof(body), "{\"status\":\"%s\"}", statuses[i]);
		bench_reply(AT_DELIVERY, 200, body);
		begin_sms();
		bench_run(3600);
		assert_int_equal(bench_counts[AT_DELIVERY], 16);
		assert_int_equal(sms_failures, i == 0 ? 2 : 0);
		if (i == 0)
			assert_non_null(strstr(sms_failure, "still queued after some minutes: it may never arrive"));
		assert_int_equal(tear_down(NULL), 0);
	}
	/* A look that fails is one look less. */
	set_up(NULL);
	bench_reply(AT_DELIVERY, 503, "");
	begin_sms();
	bench_run(20);
	bench_heal(AT_DELIVERY);
	bench_run(600);
	assert_int_equal(bench_counts[AT_DELIVERY], 8);
	assert_int_equal(sms_failures, 0);
}

/* One message of an alert for a time: a second is refused, with a word; and with cookies none is sent. */
static void texts_have_limits(void **unused)
{
	(void)unused;
	struct error error = { "" };
	begin_sms();
	bench_run(60);
	struct alert_state about = { .rule = &layout->alerts[0], .phase = ALERT_FIRING, .value = "12" };
	struct alert_event event = { .kind = ALERT_FIRED, .state = &about, .at_ms = bench_ms, .wall_ms = clock_wall_ms(), .loud = true };
	assert_false(live_sms(live, &event, NAMES_FULL, &error));
	assert_non_null(strstr(error.text, "alert 'long queue': no other message within"));
	/* Said once. */
	assert_true(live_sms(live, &event, NAMES_FULL, &error));
	bench_run(60);
	assert_int_equal(bench_counts[AT_SEND], 2);
	config.auth = AUTH_COOKIE;
	assert_false(live_sms(live, &event, NAMES_FULL, &error));
	assert_non_null(strstr(error.text, "messages are sent with auth = \"oauth\" only"));
	config.auth = AUTH_OAUTH;
	live_stop(live);
	assert_true(live_sms(live, &event, NAMES_FULL, &error));
	bench_run(3);
	assert_int_equal(bench_counts[AT_SEND], 2);
}

/* Without a token that is taken, what was to be said is old news after some minutes. */
static void texts_do_not_wait_for_ever(void **unused)
{
	(void)unused;
	bench_reply(AT_SEND, 401, "");
	begin_sms();
	bench_reply(AT_TOKEN, 503, "");
	bench_run(SMS_LATE_MS / 1000 - 2);
	assert_int_equal(sms_failures, 0);
	bench_run(4);
	assert_int_equal(sms_failures, 2);
	assert_non_null(strstr(sms_failure, "not sent: there is no token that the server takes"));
	assert_int_equal(bench_counts[AT_SEND], 2);
}

/* The second and third try come after 5 and 20 seconds, or when the server says. */
static void tries_are_spread(void **unused)
{
	(void)unused;
	bench_reply(AT_SEND, 429, "");
	begin_sms();
	bench_run(0);
	assert_int_equal(bench_counts[AT_SEND], 2);
	assert_int_equal(asked(AT_SEND, 4.9), 0);
	replies[AT_SEND].retry_after = 60;
	assert_int_equal(asked(AT_SEND, 0.2), 2);
	assert_int_equal(asked(AT_SEND, 59.7), 0);
	assert_int_equal(asked(AT_SEND, 0.4), 2);
	assert_int_equal(sms_failures, 2);
}

static void texts_wait_for_another_token(void **unused)
{
	(void)unused;
	bench_reply_once(AT_SEND, 401, "");
	begin_sms();
	bench_run(2);
	assert_int_equal(bench_counts[AT_TOKEN], 2);
	assert_int_equal(bench_counts[AT_SEND], 3);
	assert_string_equal(bench_last_authorisation[AT_SEND], "Authorization: Bearer TOKEN2");
	assert_int_equal(sms_failures, 0);
	/* A second 401 is the end of it. */
	tear_down(NULL);
	set_up(NULL);
	bench_reply(AT_SEND, 401, "");
	begin_sms();
	bench_run(60);
	assert_int_equal(bench_counts[AT_SEND], 4);
	assert_int_equal(sms_failures, 2);
}

/* A status that is asked for is not sent at the end. */
static void the_end_sends_nothing(void **unused)
{
	(void)unused;
	bench_reply(AT_SEND, 200, "{\"sid\":\"x\",\"status\":\"queued\"}");
	replies[AT_SEND].after_ms = 1000;
	begin_sms();
	live_stop(live);
	bench_run(3);
	assert_int_equal(bench_counts[AT_SEND], 1);
	assert_int_equal(bench_counts[AT_DELIVERY], 0);
	assert_int_equal(ends, 1);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(lives_and_ends), TEST(slow_answers_keep_the_pace), TEST(polls_on_the_beat), TEST(fractions_have_no_beat),
		TEST(wakes_up_after_sleep), TEST(a_floor_holds_elsewhere),
		TEST(looks_before_it_deletes), TEST(sure_for_a_second), TEST(the_last_look_decides),
		TEST(an_old_answer_is_not_trusted), TEST(one_shot_trusts_a_minute), TEST(one_shot_deletes_what_is_empty),
		TEST(deletes_before_its_first_data), TEST(the_end_takes_two_seconds), TEST(refused_deletes_end_too), TEST(a_slow_line_has_more_time),
		TEST(a_poll_on_its_way_is_the_look), TEST(ends_while_renewing), TEST(ends_while_renewing_slowly),
		TEST(ends_while_posting), TEST(ends_without_a_subscription),
		TEST(another_client_is_left_alone), TEST(comes_back_when_the_other_goes), TEST(takes_over_once_in_a_while),
		TEST(takes_over_at_the_start), TEST(deletes_its_own_leftover), TEST(a_leftover_that_stays_is_left),
		TEST(a_twin_is_left_alone), TEST(a_login_in_use_at_the_start), TEST(a_command_does_not_wait_for_it),
		TEST(the_tenants_limit), TEST(who_stands_there_says_nothing), TEST(what_cannot_be_read_is_left),
		TEST(a_lost_one_is_made_again), TEST(losses_in_an_hour_are_bad_luck), TEST(a_new_token_after_401),
		TEST(tokens_that_do_not_help), TEST(a_token_refused_while_creating), TEST(a_privilege_is_missing),
		TEST(a_blip_costs_an_interval), TEST(a_refusal_from_the_start_waits_a_minute),
		TEST(a_refused_delete_waits), TEST(fails_slower_and_slower), TEST(waits_as_long_as_it_is_told),
		TEST(words_for_what_cannot_be_used), TEST(waits_for_the_first_data), TEST(answers_without_data_in_mid_life),
		TEST(a_command_says_at_once_what_it_saw), TEST(tries_the_other_spelling), TEST(the_spelling_may_be_fixed),
		TEST(a_refused_panel_goes_without), TEST(a_refusal_without_a_name), TEST(another_layout_replaces_it),
		TEST(a_server_slow_to_follow), TEST(another_layout_while_posting), TEST(what_may_have_been_made_is_known),
		TEST(earlier_layouts_are_remembered), TEST(names_are_looked_up_again), TEST(lists_that_fail_once),
		TEST(lists_alone), TEST(two_refusals_and_silence), TEST(a_refused_secret_waits_for_its_file), TEST(sign_in_fails_slower_and_slower),
		TEST(tokens_are_renewed_in_time), TEST(cookies_need_no_token), TEST(what_cannot_be_sent_is_refused),
		TEST(fetches_once), TEST(a_revoked_token_is_renewed_for_what_is_asked_once), TEST(a_revoked_token_is_renewed_once), TEST(a_revoked_token_is_renewed_for_names),
		TEST(fetches_hear_of_the_refusal), TEST(a_command_hears_of_the_first_refusal),
		TEST(long_paths_are_refused), TEST(availability_has_its_own_pace), TEST(availability_renews_no_age),
		TEST(availability_alone_has_an_age), TEST(availability_that_fails), TEST(campaigns_need_the_token),
		TEST(a_revoked_token_is_renewed_for_campaigns), TEST(availability_with_a_token_where_it_is_wanted),
		TEST(what_is_beside_says_why), TEST(cookies_have_no_campaigns),
		TEST(chat_hours_have_a_header_of_their_own), TEST(four_at_once),
		TEST(what_is_gone_is_not_looked_for), TEST(refusals_have_many_words), TEST(texts_are_sent_and_followed),
		TEST(deliveries_end_the_looks), TEST(texts_are_not_sent_twice), TEST(tries_are_spread),
		TEST(texts_wait_for_another_token), TEST(the_end_sends_nothing),
		TEST(a_changed_secret_is_tried), TEST(no_panel_can_be_asked_for), TEST(queued_for_ever), TEST(texts_have_limits),
		TEST(texts_do_not_wait_for_ever), TEST(only_so_many_are_remembered),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
