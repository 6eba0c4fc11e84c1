/* Publishers and feeds at one broker, second by second: who may publish, what is sent, how old it is. */
#include "feed_bench.h"

#include "bench_broker.h"

#include <sys/random.h>

#include "board/board.h"
#include "board/decode.h"
#include "board/record.h"
#include "mqtt/feed.h"
#include "mqtt/publisher.h"
#include "mqtt/topics.h"

#define AT "walls/v1/"

static const char both[] = "pages = ( { rows = ( { panels = ("
	"{ name = \"now\" type = \"totals\" services = [\"Sales\"] tiles = (\"in_calls_waiting\", \"agents_ready\") },"
	"{ name = \"queues\" type = \"service_grid\" columns = (\"in_calls_waiting\", \"name\") },"
	"{ name = \"open\" type = \"availability\" } ) } ) } )";
static const char totals[] = "pages = ( { rows = ( { panels = ("
	"{ name = \"now\" type = \"totals\" services = [\"Sales\"] tiles = (\"in_calls_waiting\") } ) } ) } )";

/* What a publisher holds of what is asked beside the subscription: 256 services, the chat, the campaigns. */
enum { SIDES_MAX = 258 };

static struct url_broker address;
static struct mqtt_config login;
static struct catalogue teams, services;
static struct json json;
static bool are_open; /* the catalogues: tests that are tables set up again for each row */

/* ---- a publisher ---- */

struct press {
	struct publisher *publisher;
	struct mqtt_connection *broker;
	struct layout *layout;
	struct request request;
	struct link link;
	unsigned claims, conflicts, changes, ends;
	char who[200];
};

static struct press one, two;
static uint64_t next_run;

ssize_t getrandom(void *to, size_t length, unsigned flags)
{
	(void)flags;
	memset(to, 0, length);
	memcpy(to, &next_run, length < sizeof(next_run) ? length : sizeof(next_run));
	return (ssize_t)length;
}

static void on_claimed(void *context)
{
	((struct press *)context)->claims++;
}

static void on_conflict(void *context, const char *who)
{
	struct press *press = context;
	press->conflicts++;
	snprintf(press->who, sizeof(press->who), "%s", who);
}

static void on_press_changed(void *context)
{
	((struct press *)context)->changes++;
}

static void on_press_ended(void *context)
{
	((struct press *)context)->ends++;
}

static struct layout *layout_of(const char *text)
{
	struct error error = { "" };
	struct layout *made = layout_parse("test", "test", text, &error);
	if (made == NULL)
		fail_msg("%s", error.text);
	return made;
}

static void plan(struct press *press, const char *text)
{
	struct layout *old = press->layout;
	press->layout = layout_of(text);
	request_plan(&press->request, press->layout, &teams, &services, "cxwall-tag");
	request_sign(&press->request);
	layout_free(old);
}

static void press_open(struct press *press, uint64_t run, enum names names)
{
	struct error error = { "" };
	struct publisher_sink sink = { .claimed = on_claimed, .conflict = on_conflict, .changed = on_press_changed,
		.ended = on_press_ended, .context = press };
	struct publisher_options options = { .tenant = "example.org", .interval = 5, .names = names };
	memset(press, 0, sizeof(*press));
	next_run = run;
	request_init(&press->request);
	plan(press, both);
	press->link = (struct link){ .state = LINK_LIVE, .interval = 5 };
	press->publisher = publisher_new(NULL, &address, &login, &options, &sink, &error);
	assert_non_null(press->publisher);
	press->broker = bench_newest;
}

static void press_close(struct press *press)
{
	publisher_free(press->publisher);
	request_free(&press->request);
	layout_free(press->layout);
	memset(press, 0, sizeof(*press));
}

/* Connected, and a second later the prefix is its own. */
static void press_claim(struct press *press)
{
	bench_connect(press->broker);
	bench_run(1);
	assert_int_equal(press->claims, 1);
	publisher_feed(press->publisher, &press->link, &press->request, &services);
}

static void press_data(struct press *press, const char *bytes)
{
	struct frame frame = { .kind = FRAME_DATA, .subject = "", .received_ms = bench_ms, .wall_ms = clock_wall_ms(),
		.bytes = bytes, .length = strlen(bytes), .request = &press->request };
	publisher_frame(press->publisher, &frame);
}

/* A poll's answer; with another number in the first totals than usual, or as usual. */
static void press_poll(struct press *press, const char *number)
{
	char *bytes = bench_data(&press->request), *at = strstr(bytes, "\"in_calls_waiting\":\"");
	if (number != NULL && at != NULL)
		memcpy(at + strlen("\"in_calls_waiting\":\""), number, 1);
	press_data(press, bytes);
	free(bytes);
}

static void press_side(struct press *press, const char *service, const char *bytes)
{
	struct frame frame = { .kind = FRAME_AVAILABILITY, .subject = service, .received_ms = bench_ms,
		.wall_ms = clock_wall_ms(), .bytes = bytes, .length = strlen(bytes) };
	publisher_frame(press->publisher, &frame);
}

/* ---- a feed ---- */

static struct feed *feed;
static struct mqtt_connection *feed_broker;
static struct layout *wall_layout;
static struct board *board;
static unsigned frames, confirms, feed_ends;
static bool dirty; /* the feed called what a wall is drawn for */
static unsigned drawings;
static int64_t confirmed_ms;

static bool on_frame(void *context, const struct frame *frame, struct decode_report *report, struct error *error)
{
	(void)context;
	frames++;
	dirty = true;
	return decode_frame(board, frame, report, error);
}

static void on_confirmed(void *context, const struct panel *panel, int64_t received_ms)
{
	(void)context;
	confirms++;
	dirty = true;
	confirmed_ms = received_ms;
	board_confirm(board, panel, received_ms);
}

static void on_feed_ended(void *context)
{
	(void)context;
	feed_ends++;
}

static void on_feed_changed(void *context)
{
	(void)context;
	dirty = true;
}

/* A turn of the loop, which a wall ends with a drawing if there was anything new. */
static bool drawn_turn(void)
{
	drawings += dirty;
	dirty = false;
	return bench_broker_turn();
}

static unsigned pasts, past_ends, past_bytes;

static void on_past(void *context, const char *bytes, size_t length)
{
	(void)context;
	if (bytes == NULL) {
		past_ends++;
		return;
	}
	assert_int_equal(strlen(bytes), length);
	pasts++;
	past_bytes += (unsigned)length;
}

static bool wants_past;

static void feed_open(const char *text)
{
	struct error error = { "" };
	struct feed_sink sink = { .frame = on_frame, .changed = on_feed_changed, .confirmed = on_confirmed, .ended = on_feed_ended };
	frames = confirms = feed_ends = pasts = past_ends = past_bytes = 0;
	if (wants_past)
		sink.past = on_past;
	wall_layout = layout_of(text);
	board = board_new(wall_layout);
	feed = mqtt_feed_new(NULL, &address, &login, wall_layout, &sink, &error);
	assert_non_null(feed);
	feed_broker = bench_newest;
	feed->ops->start(feed);
	bench_connect(feed_broker);
}

static void feed_close(void)
{
	if (feed != NULL)
		feed->ops->free(feed);
	feed = NULL;
	board_free(board);
	layout_free(wall_layout);
	board = NULL;
	wall_layout = NULL;
}

static void close_catalogues(void)
{
	if (!are_open)
		return;
	catalogue_free(&teams);
	catalogue_free(&services);
	json_free(&json);
	are_open = false;
}

static int set_up(void **unused)
{
	(void)unused;
	struct error error = { "" };
	close_catalogues();
	are_open = true;
	bench_reset();
	bench_broker_reset();
	wants_past = false;
	assert_true(url_broker_read(&address, "mqtt://localhost/walls", &error));
	catalogue_init(&teams);
	catalogue_init(&services);
	json_init(&json);
	const char *list = "[{\"id\":\"E66F7A0C-E464-4656-B4AA-026F53A3D403\",\"name\":\"Sales\"},"
		"{\"id\":\"A2B6564D-C7FE-4086-A6CE-AE91C7A3A3D5\",\"name\":\"Support\"}]";
	assert_true(catalogue_read(&services, &json, list, strlen(list), &error));
	return 0;
}

static int tear_down(void **unused)
{
	(void)unused;
	press_close(&one);
	press_close(&two);
	feed_close();
	close_catalogues();
	unsigned left = bench_left();
	bench_broker_reset();
	bench_reset();
	return left == 0 ? 0 : -1;
}

static const char *text_of(const char *panel, unsigned row, unsigned column)
{
	const struct panel_data *data = board_data(board, layout_panel(wall_layout, panel));
	return data->received ? board_cell(data, row, column)->text : "never";
}

static void is(enum link_state state)
{
	if (feed->ops->link(feed)->state != state)
		fail_msg("%s, not %s: %s", link_word(feed->ops->link(feed)->state), link_word(state), feed->ops->link(feed)->cause);
}

static void said(const char *words)
{
	if (strstr(feed->ops->link(feed)->cause, words) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", feed->ops->link(feed)->cause, words);
}

/* How often something is published while so much time goes by. */
static unsigned published(double seconds)
{
	unsigned count = bench_publishes;
	bench_run(seconds);
	return bench_publishes - count;
}

/* ---- who may publish ---- */

static void claims_after_a_second(void **unused)
{
	(void)unused;
	press_open(&one, 5, NAMES_FULL);
	assert_non_null(strstr(one.broker->will_text, "\"gone\""));
	assert_string_equal(one.broker->will_topic, AT "status");
	bench_connect(one.broker);
	bench_run(0.999);
	assert_int_equal(one.claims, 0);
	assert_int_equal(bench_publishes, 0);
	assert_true(bench_listens(one.broker, AT "data/+"));
	bench_run(0.001);
	assert_int_equal(one.claims, 1);
	assert_non_null(bench_topic(AT "status"));
	assert_non_null(bench_topic(AT "beat"));
	assert_false(bench_listens(one.broker, AT "data/+"));
	assert_false(bench_listens(one.broker, AT "availability/+"));
	assert_true(bench_listens(one.broker, AT "status"));
	bench_run(100);
	assert_int_equal(one.claims, 1);
	assert_int_equal(one.conflicts, 0);
	assert_string_equal(publisher_trouble(one.publisher), "");
}

static void who_beats_stays(void **unused)
{
	(void)unused;
	press_open(&one, 9, NAMES_FULL);
	press_claim(&one);
	press_open(&two, 5, NAMES_FULL);
	bench_connect(two.broker);
	bench_run(20);
	assert_int_equal(two.claims, 0);
	assert_int_equal(two.conflicts, 1);
	assert_non_null(strstr(two.who, "process "));
	assert_int_equal(one.conflicts, 0);
	/* Who went publishes nothing more. */
	unsigned count = bench_publishes;
	publisher_feed(two.publisher, &two.link, &two.request, &services);
	press_poll(&two, NULL);
	assert_int_equal(bench_publishes, count);
}

/* A status may outlive its publisher: five seconds without a beat, or two and a half of its intervals. */
static void a_dead_ones_status_is_waited_for(void **unused)
{
	(void)unused;
	static const struct { double interval, seconds; } waits[] = { { 0.2, 6 }, { 2, 6 }, { 10, 26 } };
	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		struct mqtt_status other = { .run_id = "0001", .who = "a dead one", .state = LINK_LIVE, .interval = waits[i].interval };
		struct buffer text;
		set_up(NULL);
		buffer_init(&text, 4000);
		mqtt_status_put(&other, &text);
		bench_publish_text(AT "status", buffer_string(&text));
		buffer_free(&text);
		press_open(&one, 5, NAMES_FULL);
		bench_connect(one.broker);
		bench_run(waits[i].seconds - 0.01);
		assert_int_equal(one.claims, 0);
		bench_run(0.01);
		assert_int_equal(one.claims, 1);
		assert_int_equal(one.conflicts, 0);
		assert_int_equal(tear_down(NULL), 0);
	}
}

static void goodbyes_are_not_waited_for(void **unused)
{
	(void)unused;
	for (int gone = 0; gone < 2; gone++) {
		struct mqtt_status other = { .run_id = "0001", .who = "x", .state = LINK_ENDED, .gone = gone, .interval = 60 };
		struct buffer text;
		set_up(NULL);
		buffer_init(&text, 4000);
		mqtt_status_put(&other, &text);
		bench_publish_text(AT "status", buffer_string(&text));
		buffer_free(&text);
		press_open(&one, 5, NAMES_FULL);
		press_claim(&one);
		assert_int_equal(tear_down(NULL), 0);
	}
}

/* Both found nobody: the one with the lesser number stays, and the other goes. */
static void of_two_that_began_at_once_one_goes(void **unused)
{
	(void)unused;
	for (int turn = 0; turn < 2; turn++) {
		set_up(NULL);
		press_open(&one, turn == 0 ? 3 : 7, NAMES_FULL);
		press_open(&two, 5, NAMES_FULL);
		bench_connect(one.broker);
		bench_connect(two.broker);
		bench_run(0.5);
		/* Neither hears the other before it claims. */
		bench_more = NULL;
		bench_run(0.5);
		bench_more = bench_broker_turn;
		assert_int_equal(one.claims + two.claims, 2);
		bench_run(20);
		assert_int_equal(one.conflicts + two.conflicts, 1);
		assert_int_equal(turn == 0 ? two.conflicts : one.conflicts, 1);
		assert_int_equal(tear_down(NULL), 0);
	}
}

static void a_beat_of_the_lesser_makes_it_go(void **unused)
{
	(void)unused;
	struct mqtt_heartbeat heartbeat = { .run_id = "0000000000000001", .boot_ms = bench_ms, .wall_ms = 1 };
	struct buffer text;
	buffer_init(&text, 4000);
	press_open(&one, 5, NAMES_FULL);
	press_claim(&one);
	strcpy(heartbeat.run_id, "fffffffffffffff0");
	mqtt_heartbeat_put(&heartbeat, &text);
	bench_publish_text(AT "beat", buffer_string(&text));
	bench_run(1);
	assert_int_equal(one.conflicts, 0);
	strcpy(heartbeat.run_id, "0000000000000001");
	buffer_clear(&text);
	mqtt_heartbeat_put(&heartbeat, &text);
	bench_publish_text(AT "beat", buffer_string(&text));
	bench_run(1);
	assert_int_equal(one.conflicts, 1);
	buffer_free(&text);
}

/* After a loss its own will comes, and its own status again. */
static void comes_back_after_a_loss(void **unused)
{
	(void)unused;
	press_open(&one, 5, NAMES_FULL);
	press_claim(&one);
	press_poll(&one, NULL);
	bench_run(1);
	bench_lose(one.broker, true);
	assert_string_equal(publisher_trouble(one.publisher), "the broker is away");
	assert_string_equal(publisher_advice(one.publisher), "mend it");
	assert_non_null(strstr(bench_topic(AT "status"), "\"gone\""));
	assert_int_equal(published(20), 0);
	press_poll(&one, "9");
	bench_connect(one.broker);
	bench_run(1);
	assert_int_equal(one.claims, 1);
	assert_null(strstr(bench_topic(AT "status"), "\"gone\""));
	assert_string_equal(publisher_trouble(one.publisher), "");
	/* A will that comes late is answered. */
	bench_publish_text(AT "status", one.broker->will_text);
	bench_run(0.1);
	assert_null(strstr(bench_topic(AT "status"), "\"gone\""));
	/* So is a status that somebody removed. */
	bench_publish_text(AT "status", "");
	bench_run(0.1);
	assert_non_null(bench_topic(AT "status"));
	/* And what came meanwhile is there. */
	feed_open(both);
	bench_run(1);
	assert_string_equal(text_of("now", 0, 0), "9");
}

static void what_an_earlier_one_left_goes(void **unused)
{
	(void)unused;
	bench_publish_text(AT "data/now", "old");
	bench_publish_text(AT "data/other", "old");
	press_open(&one, 5, NAMES_FULL);
	press_claim(&one);
	assert_null(bench_topic(AT "data/other"));
	press_poll(&one, NULL);
	bench_run(1);
	assert_non_null(bench_topic(AT "data/now"));
	assert_string_not_equal(bench_topic(AT "data/now"), "old");
}

static void refuse_queues(void)
{
	char words[300];
	snprintf(words, sizeof(words), "no data for %s", one.request.sets[1].app_id);
	assert_true(request_refuse(&one.request, 400, words));
	assert_true(!one.request.sets[0].skipped && one.request.sets[1].skipped);
}

/* A panel that the server refused has no data: what was published of it before must not look like them. */
static void what_is_refused_has_no_topic(void **unused)
{
	(void)unused;
	bench_publish_text(AT "data/queues", "old");
	press_open(&one, 5, NAMES_FULL);
	refuse_queues();
	press_claim(&one);
	press_poll(&one, NULL);
	bench_run(1);
	assert_null(bench_topic(AT "data/queues"));
	assert_int_equal(bench_topics(AT "data/"), 1);
	/* Refused later, it goes. */
	plan(&one, both);
	press_poll(&one, NULL);
	assert_non_null(bench_topic(AT "data/queues"));
	refuse_queues();
	publisher_feed(one.publisher, &one.link, &one.request, &services);
	assert_null(bench_topic(AT "data/queues"));
}

static void refusals_are_said(void **unused)
{
	(void)unused;
	press_open(&one, 5, NAMES_FULL);
	bench_refused_write = AT "data/";
	press_claim(&one);
	press_poll(&one, NULL);
	bench_run(1);
	assert_string_equal(publisher_trouble(one.publisher), "The broker does not take what is published under walls (not authorised)");
	assert_string_equal(publisher_advice(one.publisher), "Check the prefix and the broker's access list.");
	bench_refused_write = NULL;
	bench_refused_read = AT "beat";
	bench_connect(one.broker);
	bench_run(1);
	assert_string_equal(publisher_trouble(one.publisher), "The broker does not let us read under walls (not authorised)");
}

/* A broker that takes all and gives it to nobody. */
static void a_deaf_broker_is_noticed(void **unused)
{
	(void)unused;
	bench_deaf = true;
	press_open(&one, 5, NAMES_FULL);
	press_claim(&one);
	bench_run(9.9);
	assert_string_equal(publisher_trouble(one.publisher), "");
	bench_run(0.2);
	assert_string_equal(publisher_trouble(one.publisher), "The broker does not take what is published under walls");
}

static void says_goodbye(void **unused)
{
	(void)unused;
	press_open(&one, 5, NAMES_FULL);
	press_claim(&one);
	publisher_stop(one.publisher);
	publisher_stop(one.publisher);
	assert_true(one.broker->stopping);
	bench_run(0);
	assert_int_equal(one.ends, 1);
	assert_non_null(strstr(bench_topic(AT "status"), "\"ended\""));
	assert_int_equal(one.broker->subscription_count, 0);
	assert_int_equal(published(100), 0);
}

/* ---- what is sent ---- */

static void only_what_changed_is_sent(void **unused)
{
	(void)unused;
	press_open(&one, 5, NAMES_FULL);
	press_claim(&one);
	press_poll(&one, NULL);
	bench_run(5);
	/* The same again: a beat alone. */
	unsigned count = bench_publishes;
	press_poll(&one, NULL);
	assert_int_equal(bench_publishes, count + 1);
	bench_run(5);
	/* One panel of two changed. */
	count = bench_publishes;
	press_poll(&one, "9");
	assert_int_equal(bench_publishes, count + 2);
	/* The same feed says nothing new. */
	count = bench_publishes;
	publisher_feed(one.publisher, &one.link, &one.request, &services);
	assert_int_equal(bench_publishes, count);
	one.link.state = LINK_TROUBLE;
	snprintf(one.link.cause, sizeof(one.link.cause), "it rains");
	publisher_feed(one.publisher, &one.link, &one.request, &services);
	assert_int_equal(bench_publishes, count + 2);
	assert_non_null(strstr(bench_topic(AT "status"), "it rains"));
}

/* Where there are no polls a beat comes each one and a half intervals. */
static void beats_without_polls(void **unused)
{
	(void)unused;
	press_open(&one, 5, NAMES_FULL);
	press_claim(&one);
	press_poll(&one, NULL);
	assert_int_equal(published(7.49), 0);
	assert_int_equal(published(0.02), 1);
	assert_int_equal(published(75), 10);
}

static void what_a_busy_network_does_not_take_waits(void **unused)
{
	(void)unused;
	press_open(&one, 5, NAMES_FULL);
	press_claim(&one);
	one.broker->busy = true;
	press_poll(&one, "8");
	press_poll(&one, "9");
	assert_null(bench_topic(AT "data/now"));
	/* Its beat does not speak of what was not sent. */
	assert_null(strstr(bench_topic(AT "beat"), "\"now\""));
	one.broker->busy = false;
	bench_run(8);
	assert_non_null(bench_topic(AT "data/now"));
	assert_non_null(strstr(bench_topic(AT "beat"), "\"now\""));
	feed_open(both);
	bench_run(1);
	assert_string_equal(text_of("now", 0, 0), "9");
}

static void another_request_drops_the_old_parts(void **unused)
{
	(void)unused;
	press_open(&one, 5, NAMES_FULL);
	press_claim(&one);
	press_poll(&one, NULL);
	bench_run(1);
	assert_int_equal(bench_topics(AT "data/"), 2);
	plan(&one, totals);
	publisher_feed(one.publisher, &one.link, &one.request, &services);
	assert_null(bench_topic(AT "data/queues"));
	assert_non_null(bench_topic(AT "data/now"));
	/* Until it is answered, the beat speaks of none. */
	bench_run(8);
	assert_null(strstr(bench_topic(AT "beat"), "\"now\""));
}

/* One more service than there is room for is left out. */
static void sides_have_a_cap(void **unused)
{
	(void)unused;
	press_open(&one, 5, NAMES_FULL);
	press_claim(&one);
	for (int i = 0; i < SIDES_MAX + 2; i++) {
		char service[40];
		snprintf(service, sizeof(service), "service-%d", i);
		press_side(&one, service, "{\"availability\":true}");
		bench_run(0);
	}
	assert_int_equal(bench_topics(AT "availability/"), SIDES_MAX);
	assert_non_null(bench_topic(AT "availability/service-0"));
	press_side(&one, "service-0", "{\"availability\":false}");
	assert_int_equal(bench_topics(AT "availability/"), SIDES_MAX);
}

static void names_alone_are_published(void **unused)
{
	(void)unused;
	press_open(&one, 5, NAMES_FULL);
	press_claim(&one);
	assert_string_equal(bench_topic(AT "services"),
		"[{\"id\":\"Sales\",\"name\":\"Sales\"},{\"id\":\"Support\",\"name\":\"Support\"}]");
	unsigned count = bench_publishes;
	publisher_feed(one.publisher, &one.link, &one.request, &services);
	assert_int_equal(bench_publishes, count);
}

/* ---- what a screen makes of it ---- */

static void screens_show_what_is_published(void **unused)
{
	(void)unused;
	press_open(&one, 5, NAMES_FULL);
	press_claim(&one);
	press_poll(&one, "7");
	press_side(&one, "Sales", "{\"availability\":true}");
	one.link.accepted_ms = bench_ms;
	int64_t first = bench_ms;
	bench_run(3);
	feed_open(both);
	bench_run(0);
	assert_string_equal(text_of("now", 0, 0), "7");
	assert_string_equal(text_of("now", 0, 1), "2");
	assert_string_equal(feed->ops->tenant(feed), "example.org");
	assert_int_equal(feed->ops->services(feed)->count, 2);
	assert_non_null(board_find_service(board, "Sales"));
	/* Retained alone: ages go by the time of day, until a beat lives. */
	is(LINK_WAITING);
	assert_true(feed->ops->link(feed)->uncertain);
	assert_int_equal(feed->ops->link(feed)->accepted_ms, first);
	bench_run(2);
	press_poll(&one, "7");
	bench_run(0);
	is(LINK_LIVE);
	assert_false(feed->ops->link(feed)->uncertain);
	assert_int_equal(feed->ops->link(feed)->exit_status, 0);
	assert_int_equal(feed->ops->link(feed)->accepted_ms, bench_ms);
	assert_true(feed->ops->link(feed)->interval == 5);
	/* What did not change is confirmed with its new age. */
	assert_true(confirms > 0);
	assert_int_equal(confirmed_ms, bench_ms);
	bench_run(5);
	unsigned before = frames;
	press_poll(&one, "8");
	bench_run(0);
	assert_int_equal(frames, before + 1);
	assert_string_equal(text_of("now", 0, 0), "8");
	assert_int_equal(feed->ops->link(feed)->accepted, 1);
	/* Nothing beyond the request of this layout is listened to. */
	assert_true(bench_listens(feed_broker, AT "data/now"));
	assert_true(bench_listens(feed_broker, AT "availability/+"));
	feed->ops->stop(feed);
	feed->ops->stop(feed);
	bench_run(0);
	assert_int_equal(feed_ends, 1);
	is(LINK_ENDING);
}

/* What was published last, with another number everywhere. */
static void press_all(struct press *press, char number)
{
	char *bytes = bench_data(&press->request);
	for (char *at = bytes; (at = strstr(at, "\":\"")) != NULL; at += 3)
		if (at[3] >= '0' && at[3] <= '9')
			at[3] = number;
	press_data(press, bytes);
	free(bytes);
}

/* All of a poll is shown together, when its heartbeat comes; but what never came before is shown at once. */
static void a_poll_is_drawn_once(void **unused)
{
	(void)unused;
	press_open(&one, 5, NAMES_FULL);
	press_claim(&one);
	press_all(&one, '6');
	feed_open(both);
	bench_more = drawn_turn;
	bench_run(0);
	assert_string_equal(text_of("now", 0, 0), "6");
	bench_run(5);
	press_all(&one, '7');
	bench_run(0);
	is(LINK_LIVE);
	for (char number = '8'; number <= '9'; number++) {
		char shown[2] = { number };
		bench_run(5);
		drawings = frames = 0;
		press_all(&one, number);
		bench_run(0);
		assert_int_equal(frames, 2);
		assert_int_equal(drawings, 1);
		assert_string_equal(text_of("now", 0, 0), shown);
		assert_string_equal(text_of("queues", 0, 0), shown);
	}
	/* The heartbeat is lost: what came is shown a little later. */
	bench_run(5);
	(void)mqtt_connection_subscribe(feed_broker, AT "beat", false);
	drawings = frames = 0;
	press_all(&one, '3');
	bench_run(0.09);
	assert_string_equal(text_of("now", 0, 0), "9");
	bench_run(0.01);
	assert_string_equal(text_of("now", 0, 0), "3");
	assert_string_equal(text_of("queues", 0, 0), "3");
	assert_int_equal(frames, 2);
	/* Of two polls without a heartbeat none is lost. */
	press_all(&one, '4');
	press_all(&one, '5');
	bench_run(0.1);
	assert_int_equal(frames, 6);
	assert_string_equal(text_of("now", 0, 0), "5");
	/* Nor what came just before The connection broke. */
	press_all(&one, '4');
	while (bench_broker_turn())
		continue;
	bench_lose(feed_broker, false);
	assert_string_equal(text_of("queues", 0, 0), "4");
}

static void other_layouts_take_their_part(void **unused)
{
	(void)unused;
	press_open(&one, 5, NAMES_FULL);
	press_claim(&one);
	press_poll(&one, "7");
	feed_open(totals);
	bench_run(0);
	assert_string_equal(text_of("now", 0, 0), "7");
	assert_false(bench_listens(feed_broker, AT "data/queues"));
	assert_false(bench_listens(feed_broker, AT "availability/+"));
	assert_false(bench_listens(feed_broker, AT "services"));
	struct layout *next = layout_of(both);
	struct board *fresh = board_new(next);
	board_free(board);
	board = fresh;
	feed->ops->set_layout(feed, next, "");
	layout_free(wall_layout);
	wall_layout = next;
	bench_run(0);
	assert_string_equal(text_of("now", 0, 1), "2");
	assert_true(bench_listens(feed_broker, AT "data/queues"));
	assert_true(bench_listens(feed_broker, AT "availability/+"));
}

static void nobody_publishes(void **unused)
{
	(void)unused;
	feed_open(both);
	/* Another layout before there is a request: nothing is damaged. */
	feed->ops->set_layout(feed, wall_layout, "");
	assert_string_equal(feed->ops->link(feed)->cause, "");
	bench_run(2.9);
	is(LINK_SUBSCRIBING);
	bench_run(1);
	is(LINK_TROUBLE);
	said("Nothing arrives from walls: nothing is published there");
	assert_int_equal(feed->ops->link(feed)->exit_status, 4);
	assert_int_equal(feed->ops->link(feed)->failures, 1);
	bench_lose(feed_broker, false);
	said("the broker is away");
	assert_int_equal(feed->ops->link(feed)->next_try_ms, 77);
	bench_set_state(feed_broker, MQTT_REFUSED, "the broker is away");
	bench_run(1);
	is(LINK_REFUSED);
	assert_int_equal(feed->ops->link(feed)->exit_status, 3);
	feed->ops->retry(feed);
	assert_int_equal(feed_broker->tries, 2);
}

static void a_publisher_that_falls_silent(void **unused)
{
	(void)unused;
	press_open(&one, 5, NAMES_FULL);
	press_claim(&one);
	feed_open(both);
	bench_run(0);
	press_poll(&one, "7");
	bench_run(0);
	is(LINK_LIVE);
	/* It hangs: neither beat nor goodbye. */
	bench_set_state(one.broker, MQTT_TROUBLE, "");
	bench_run(10);
	is(LINK_LIVE);
	bench_run(1);
	is(LINK_TROUBLE);
	said("No heartbeat from the publisher for 1");
	assert_string_equal(text_of("now", 0, 0), "7");
	/* Its last will comes. */
	bench_publish_text(AT "status", one.broker->will_text);
	bench_run(1);
	said("The publisher has stopped or lost the broker");
	/* It comes back. */
	bench_connect(one.broker);
	bench_run(2);
	press_poll(&one, "6");
	bench_run(0);
	is(LINK_LIVE);
	assert_string_equal(text_of("now", 0, 0), "6");
	publisher_stop(one.publisher);
	bench_run(1);
	is(LINK_TROUBLE);
	said("The publisher was stopped");
}

static void troubles_of_the_publishers_feed(void **unused)
{
	(void)unused;
	press_open(&one, 5, NAMES_FULL);
	press_claim(&one);
	press_poll(&one, "7");
	one.link.state = LINK_REFUSED;
	one.link.exit_status = 3;
	snprintf(one.link.cause, sizeof(one.link.cause), "A privilege is missing (403)");
	snprintf(one.link.advice, sizeof(one.link.advice), "ask for it");
	publisher_feed(one.publisher, &one.link, &one.request, &services);
	feed_open(both);
	bench_run(8);
	is(LINK_REFUSED);
	said("Publisher: A privilege is missing (403)");
	assert_string_equal(feed->ops->link(feed)->advice, "ask for it");
	assert_int_equal(feed->ops->link(feed)->exit_status, 3);
}

/* One that looked who is there and went says goodbye; the one that beats is not ended by that. */
static void a_strangers_goodbye_is_not_the_end(void **unused)
{
	(void)unused;
	press_open(&one, 5, NAMES_FULL);
	press_claim(&one);
	feed_open(both);
	bench_run(0);
	press_poll(&one, "7");
	bench_run(0);
	is(LINK_LIVE);
	struct mqtt_status other = { .run_id = "0001", .who = "x", .gone = true, .interval = 5 };
	struct buffer text;
	buffer_init(&text, 4000);
	mqtt_status_put(&other, &text);
	struct mqtt_connection *client = one.broker;
	client->subscription_count = 0;
	bench_publish_text(AT "status", buffer_string(&text));
	buffer_free(&text);
	bench_run(0);
	is(LINK_LIVE);
}

static void what_the_broker_does_not_give(void **unused)
{
	(void)unused;
	bench_refused_read = AT "data/queues";
	press_open(&one, 5, NAMES_FULL);
	press_claim(&one);
	press_poll(&one, "7");
	feed_open(both);
	bench_run(1);
	press_poll(&one, "7");
	bench_run(0);
	is(LINK_LIVE);
	const struct request_set *set = &feed->ops->request(feed)->sets[1];
	assert_true(set->skipped);
	assert_string_equal(set->reason, "The broker does not let us read this panel (not authorised)");
	assert_string_equal(text_of("now", 0, 0), "7");
	bench_refused_read = AT "status";
	bench_lose(feed_broker, false);
	bench_connect(feed_broker);
	bench_run(1);
	is(LINK_REFUSED);
	said("The broker does not let us read walls (not authorised)");
}

/* A record that the beat knows and that never came is asked for again, then given up, and taken when it comes. */
static void lost_messages_are_asked_for_again(void **unused)
{
	(void)unused;
	press_open(&one, 5, NAMES_FULL);
	press_claim(&one);
	press_poll(&one, "7");
	feed_open(both);
	bench_run(0);
	press_poll(&one, "7");
	bench_run(0);
	is(LINK_LIVE);
	/* The next number is lost on its way to the screen. */
	unsigned asked = feed_broker->subscribed;
	(void)mqtt_connection_subscribe(feed_broker, AT "data/now", false);
	bench_run(5);
	press_poll(&one, "9");
	bench_run(0.1);
	assert_int_equal(feed_broker->subscribed, asked);
	bench_run(5);
	press_poll(&one, "9");
	bench_run(0.1);
	/* Two beats spoke of it, but it was asked for just before. */
	bench_run(5);
	press_poll(&one, "9");
	bench_run(0.1);
	assert_int_equal(feed_broker->subscribed, asked + 1);
	assert_string_equal(text_of("now", 0, 0), "9");
	/* It was there before: nobody forbids it. */
	assert_string_equal(feed->ops->request(feed)->sets[0].reason, "");
}

static void a_panel_that_never_comes(void **unused)
{
	(void)unused;
	press_open(&one, 5, NAMES_FULL);
	press_claim(&one);
	press_poll(&one, "7");
	feed_open(both);
	/* It is not retained, and what is sent is lost. */
	bench_keep(AT "data/queues", "", 0);
	bench_run(0);
	press_poll(&one, "7");
	bench_run(0);
	/* A picture with a hole is no answer yet. */
	is(LINK_WAITING);
	assert_string_equal(feed->ops->request(feed)->sets[1].reason, "");
	bench_run(5);
	press_poll(&one, "7");
	bench_run(0.5);
	assert_true(feed->ops->request(feed)->sets[1].skipped);
	assert_string_equal(feed->ops->request(feed)->sets[1].reason, "The broker does not send this panel. Check that this login may read it.");
	is(LINK_LIVE);
	/* It comes after all. */
	bench_lose(one.broker, false);
	bench_connect(one.broker);
	bench_run(1);
	assert_false(feed->ops->request(feed)->sets[1].skipped);
	assert_string_equal(feed->ops->request(feed)->sets[1].reason, "");
	assert_string_equal(text_of("queues", 0, 0), "1");
}

/* Availability is not all that is asked beside the subscription. */
static void campaigns_and_chat_hours(void **unused)
{
	(void)unused;
	static const struct { enum frame_kind kind; const char *topic, *bytes; } sides[] = {
		{ FRAME_CAMPAIGNS, AT "campaigns", "[{\"campaignId\":\"1\",\"name\":\"Spring\",\"state\":\"running\"}]" },
		{ FRAME_CHAT_HOURS, AT "chat_hours", "[]" },
	};
	press_open(&one, 5, NAMES_FULL);
	press_claim(&one);
	for (size_t i = 0; i < sizeof(sides) / sizeof(sides[0]); i++) {
		struct frame frame = { .kind = sides[i].kind, .subject = "", .received_ms = bench_ms, .wall_ms = clock_wall_ms(),
			.bytes = sides[i].bytes, .length = strlen(sides[i].bytes) };
		publisher_frame(one.publisher, &frame);
	}
	assert_int_equal(bench_topics(AT "c"), 2);
	feed_open("pages = ( { rows = ( { panels = ( { name = \"dial\" type = \"campaigns\" },"
		" { name = \"open\" type = \"availability\" services = [\"Sales\"] } ) } ) } )");
	bench_run(0);
	assert_true(bench_listens(feed_broker, AT "campaigns"));
	assert_false(bench_listens(feed_broker, AT "services"));
	assert_int_equal(frames, 2);
	assert_string_equal(text_of("dial", 0, 0), "Spring");
	/* After a loss all is published again. */
	bench_lose(one.broker, false);
	bench_keep(AT "campaigns", "", 0);
	bench_connect(one.broker);
	bench_run(1);
	assert_non_null(bench_topic(AT "campaigns"));
}

/* A status that is removed is as if nobody had published; a record under another's topic is damage. */
static void removed_and_misplaced(void **unused)
{
	(void)unused;
	press_open(&one, 5, NAMES_FULL);
	press_claim(&one);
	press_poll(&one, "7");
	feed_open(both);
	bench_run(0);
	press_poll(&one, "7");
	bench_run(0);
	is(LINK_LIVE);
	one.broker->subscription_count = 0;
	unsigned at = bench_kept_at(AT "data/now");
	bench_publish(AT "request", bench_kept[at].bytes, bench_kept[at].length);
	bench_run(0);
	said("The request from the broker cannot be used: it is a record of another kind");
	bench_publish(AT "other/now", "x", 1);
	bench_publish(AT "data/stranger", "x", 1);
	bench_publish_text(AT "data/now", "");
	bench_publish_text(AT "availability/Sales", "");
	bench_publish_text(AT "beat", "");
	bench_run(4);
	press_poll(&one, "7");
	bench_run(0);
	is(LINK_LIVE);
	bench_publish_text(AT "beat", "");
	bench_run(0);
	assert_string_equal(feed->ops->link(feed)->cause, "");
	bench_publish_text(AT "status", "");
	bench_run(0);
	assert_null(strstr(feed->ops->link(feed)->cause, "cannot be used"));
	bench_run(4);
	is(LINK_TROUBLE);
	said("Nothing arrives from walls");
	assert_string_equal(text_of("now", 0, 0), "7");
}

/* A request may be unpacked to less than other records. */
static void too_large_requests(void **unused)
{
	(void)unused;
	char *spaces = malloc(REQUEST_BODY_MAX + 1);
	memset(spaces, ' ', REQUEST_BODY_MAX + 1);
	press_open(&one, 5, NAMES_FULL);
	press_claim(&one);
	feed_open(both);
	press_poll(&one, "7");
	bench_run(0);
	is(LINK_LIVE);
	one.broker->subscription_count = 0;
	for (unsigned more = 0; more < 2; more++) {
		struct record_content content = { .kind = RECORD_REQUEST, .boot_ms = bench_ms, .wall_ms = clock_wall_ms(), .bytes = spaces,
			.length = REQUEST_BODY_MAX + more };
		struct buffer record;
		struct error error = { "" };
		buffer_init(&record, MQTT_PAYLOAD_MAX);
		if (!record_pack(NULL, &content, NULL, &record, &error))
			fail_msg("%s", error.text);
		bench_publish(AT "request", record.data, record.length);
		buffer_free(&record);
		bench_run(0);
		said("The request from the broker cannot be used");
		assert_int_equal(strstr(feed->ops->link(feed)->cause, "it is larger than") != NULL, more);
		bench_run(4);
	}
	free(spaces);
}

/* The polls of the publisher's feed; nonsense is refused with its request. */
static void intervals(void **unused)
{
	(void)unused;
	static const double told[][2] = { { 12, 12 }, { 0.05, 0.05 }, { 3600, 3600 }, { 12, 12 } };
	static const double nonsense[] = { 0.04, 3601 };
	feed_open(both);
	assert_true(feed->ops->link(feed)->interval == 5);
	press_open(&one, 5, NAMES_FULL);
	press_claim(&one);
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		one.link.interval = told[i][0];
		publisher_feed(one.publisher, &one.link, &one.request, &services);
		bench_run(0);
		if (feed->ops->link(feed)->interval != told[i][1])
			fail_msg("%g: %g", told[i][0], feed->ops->link(feed)->interval);
	}
	press_poll(&one, "7");
	bench_run(0);
	for (size_t i = 0; i < sizeof(nonsense) / sizeof(nonsense[0]); i++) {
		one.link.interval = nonsense[i];
		publisher_feed(one.publisher, &one.link, &one.request, &services);
		bench_run(0);
		said("The request from the broker cannot be used: a recorded request with an interval of");
		assert_true(feed->ops->link(feed)->interval == 12);
		bench_run(4);
	}
}

/* Another request is published at once; screens ask for all again when they come back. */
static void news_without_a_poll(void **unused)
{
	(void)unused;
	char host[65] = "", who[120], before[5000];
	press_open(&one, 5, NAMES_FULL);
	press_claim(&one);
	gethostname(host, sizeof(host) - 1);
	snprintf(who, sizeof(who), "process %d on %s", (int)getpid(), host);
	assert_non_null(strstr(bench_topic(AT "status"), who));
	unsigned at = bench_kept_at(AT "request");
	size_t length = bench_kept[at].length;
	assert_in_range(length, 1, sizeof(before));
	memcpy(before, bench_kept[at].bytes, length);
	plan(&one, totals);
	publisher_feed(one.publisher, &one.link, &one.request, &services);
	at = bench_kept_at(AT "request");
	assert_true(bench_kept[at].length != length || memcmp(before, bench_kept[at].bytes, length) != 0);
	feed_open(totals);
	press_poll(&one, "7");
	bench_run(0);
	is(LINK_LIVE);
	bench_lose(feed_broker, false);
	assert_false(bench_listens(feed_broker, AT "data/now"));
	bench_connect(feed_broker);
	assert_true(bench_listens(feed_broker, AT "data/now"));
	feed->ops->stop(feed);
	bench_lose(feed_broker, false);
	is(LINK_ENDING);
	assert_string_equal(feed->ops->link(feed)->cause, "");
}

/* What is larger than a message may be is not looked at. */
static void too_large_messages(void **unused)
{
	(void)unused;
	press_open(&one, 5, NAMES_FULL);
	press_claim(&one);
	feed_open(both);
	bench_run(0);
	press_poll(&one, "7");
	bench_run(0);
	one.broker->subscription_count = 0;
	char *large = calloc(1, MQTT_PAYLOAD_MAX + 1);
	bench_publish(AT "data/now", large, MQTT_PAYLOAD_MAX + 1);
	bench_run(0);
	said("A message from the broker cannot be used: it is larger than 8388608 bytes");
	free(large);
	is(LINK_LIVE);
	assert_string_equal(text_of("now", 0, 0), "7");
}

/* ---- clocks ---- */

static void hear(const char *run, int64_t boot_ms, int64_t age_ms)
{
	struct mqtt_heartbeat heartbeat = { .boot_ms = boot_ms, .wall_ms = clock_wall_ms(), .accepted_ms = age_ms };
	struct buffer text;
	snprintf(heartbeat.run_id, sizeof(heartbeat.run_id), "%s", run);
	buffer_init(&text, 4000);
	mqtt_heartbeat_put(&heartbeat, &text);
	bench_publish_text(AT "beat", buffer_string(&text));
	buffer_free(&text);
	bench_run(0);
}

static void stand(const char *run)
{
	struct mqtt_status status = { .run_id = "", .who = "x", .state = LINK_LIVE, .interval = 5 };
	struct buffer text;
	snprintf(status.run_id, sizeof(status.run_id), "%s", run);
	buffer_init(&text, 4000);
	mqtt_status_put(&status, &text);
	bench_publish_text(AT "status", buffer_string(&text));
	buffer_free(&text);
	bench_run(0);
}

/* Another machine's boot clock: messages may be late and never early, so the least difference counts. */
static void late_beats_do_not_make_data_younger(void **unused)
{
	(void)unused;
	const int64_t theirs = -1000 * 1000;
	feed_open(totals);
	stand("0a");
	hear("0a", bench_ms + theirs, 2000);
	assert_int_equal(feed->ops->link(feed)->accepted_ms, bench_ms - 2000);
	bench_run(5);
	/* Four hundred milliseconds on its way. */
	hear("0a", bench_ms + theirs - 400, 0);
	assert_in_range(feed->ops->link(feed)->accepted_ms, bench_ms - 400, bench_ms - 397);
	bench_run(5);
	hear("0a", bench_ms + theirs, 0);
	assert_int_equal(feed->ops->link(feed)->accepted_ms, bench_ms);
	/* One that came sooner than any before is truer. */
	bench_run(5);
	hear("0a", bench_ms + theirs + 50, 0);
	assert_int_equal(feed->ops->link(feed)->accepted_ms, bench_ms);
	bench_run(5);
	hear("0a", bench_ms + theirs, 0);
	assert_in_range(feed->ops->link(feed)->accepted_ms, bench_ms - 50, bench_ms - 47);
}

/* The clocks part by 150 parts in a million: a day later that is thirteen seconds, and ages are right all the same. */
static void clocks_may_part(void **unused)
{
	(void)unused;
	feed_open(totals);
	for (int way = -1; way <= 1; way += 2) {
		stand(way < 0 ? "0a" : "0b");
		double theirs = 5000;
		for (int i = 0; i < 1000; i++) {
			bench_run(60);
			theirs += 60 * 1000 * (1 + way * 0.00015);
			hear(way < 0 ? "0a" : "0b", (int64_t)theirs, 0);
			if (feed->ops->link(feed)->accepted_ms < bench_ms - 20)
				fail_msg("%d: %lld ms old", i, (long long)(bench_ms - feed->ops->link(feed)->accepted_ms));
		}
	}
}

/* A beat between polls says how old the last answer is; so does one that is there before its data. */
static void beats_have_ages(void **unused)
{
	(void)unused;
	press_open(&one, 5, NAMES_FULL);
	press_claim(&one);
	feed_open(both);
	bench_run(0);
	press_poll(&one, "7");
	int64_t polled_ms = bench_ms;
	bench_run(0);
	unsigned before = confirms;
	bench_run(8);
	assert_true(confirms > before);
	assert_int_equal(confirmed_ms, polled_ms);
	feed_close();
	confirmed_ms = 0;
	/* What is retained comes in the order of the subscriptions. */
	feed_open(both);
	bench_run(0.5);
	assert_true(confirms > 0);
	assert_int_equal(confirmed_ms, polled_ms);
}

/* A publisher that was started anew has another clock: nothing of the old difference counts. */
static void another_run_is_another_clock(void **unused)
{
	(void)unused;
	feed_open(totals);
	stand("0a");
	hear("0a", bench_ms + 500, 0);
	bench_run(5);
	stand("0b");
	assert_true(feed->ops->link(feed)->uncertain);
	hear("0b", bench_ms - 9000000, 1000);
	assert_false(feed->ops->link(feed)->uncertain);
	assert_int_equal(feed->ops->link(feed)->accepted_ms, bench_ms - 1000);
}

/* ---- what cannot be used ---- */

static void damage_is_said_for_a_while(void **unused)
{
	(void)unused;
	static const struct { const char *topic, *bytes, *words; } bad[] = {
		{ AT "status", "{\"run\":\"x\"}", "The status from the broker cannot be used" },
		{ AT "beat", "[]", "The heartbeat from the broker cannot be used" },
		{ AT "request", "nonsense", "The request from the broker cannot be used" },
		{ AT "data/now", "nonsense", "A frame from the broker cannot be used" },
		{ AT "services", "nonsense", "The list of services from the broker cannot be used" },
		{ AT "availability/Sales", "nonsense", "An answer from the broker cannot be used" },
		{ AT "campaigns", "nonsense", NULL },
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		set_up(NULL);
		press_open(&one, 5, NAMES_FULL);
		press_claim(&one);
		feed_open(both);
		bench_run(0);
		press_poll(&one, "7");
		bench_run(0);
		is(LINK_LIVE);
		one.broker->subscription_count = 0;
		bench_publish_text(bad[i].topic, bad[i].bytes);
		/* A frame waits for its heartbeat. */
		bench_run(0.1);
		is(LINK_LIVE);
		if (bad[i].words != NULL)
			said(bad[i].words);
		else
			assert_string_equal(feed->ops->link(feed)->cause, "");
		assert_string_equal(text_of("now", 0, 0), "7");
		press_poll(&one, "7");
		bench_run(2.9);
		assert_true((feed->ops->link(feed)->cause[0] != '\0') == (bad[i].words != NULL));
		bench_run(0.2);
		press_poll(&one, "7");
		bench_run(0);
		assert_string_equal(feed->ops->link(feed)->cause, "");
		assert_int_equal(tear_down(NULL), 0);
	}
}

/* ---- what was before ---- */

enum { HOUR_S = 3600, DAY_S = 24 * HOUR_S };

static int64_t hour_now(void)
{
	return clock_wall_ms() / 1000 / HOUR_S * HOUR_S;
}

static const char *past_topic(int64_t hour_s)
{
	static char topic[64];
	snprintf(topic, sizeof(topic), AT "past/%02d", (int)(hour_s % DAY_S / HOUR_S));
	return topic;
}

static void press_past(struct press *press, int64_t hour_s, const char *text)
{
	publisher_past(press->publisher, hour_s, text, strlen(text));
}

/* As an earlier publisher left it, or somebody else. */
static void leave_past(int64_t hour_s, enum record_kind kind, const char *topic)
{
	struct packer *packer = packer_new();
	struct record_content content = { .kind = kind, .wall_ms = hour_s * 1000, .bytes = "left", .length = 4 };
	struct buffer out;
	struct error error;
	buffer_init(&out, 10000);
	assert_true(record_pack(packer, &content, NULL, &out, &error));
	bench_publish(topic, out.data, out.length);
	buffer_free(&out);
	packer_free(packer);
}

static void the_last_day_is_published(void **unused)
{
	(void)unused;
	press_open(&one, 5, NAMES_FULL);
	/* Kept until the prefix is ours. */
	press_past(&one, hour_now(), "now");
	assert_int_equal(bench_publishes, 0);
	press_claim(&one);
	assert_non_null(bench_topic(past_topic(hour_now())));
	for (int ago = 1; ago < 24; ago++)
		press_past(&one, hour_now() - ago * HOUR_S, "before");
	assert_int_equal(bench_topics(AT "past/"), 24);
	/* What did not change is not sent again; a new connection is sent all of it. */
	unsigned count = bench_publishes;
	press_past(&one, hour_now(), "now");
	assert_int_equal(bench_publishes, count);
	press_past(&one, hour_now(), "later");
	assert_int_equal(bench_publishes, count + 1);
	bench_lose(one.broker, true);
	for (int hour = 0; hour < 24; hour++)
		bench_publish_text(past_topic(hour * HOUR_S), "");
	bench_connect(one.broker);
	bench_run(1);
	assert_int_equal(bench_topics(AT "past/"), 24);
	/* The day goes round: each hour takes the place of the one a day before, and one without data leaves it empty. */
	bench_run(2 * HOUR_S);
	press_past(&one, hour_now(), "tomorrow");
	assert_int_equal(bench_topics(AT "past/"), 23);
	assert_null(bench_topic(past_topic(hour_now() - HOUR_S)));
	assert_non_null(bench_topic(past_topic(hour_now())));
	assert_string_equal(publisher_trouble(one.publisher), "");
}

static void a_past_that_was_left_grows_old(void **unused)
{
	(void)unused;
	int64_t now_s = hour_now();
	leave_past(now_s - 3 * HOUR_S, RECORD_PAST, past_topic(now_s - 3 * HOUR_S));
	leave_past(now_s - 4 * HOUR_S - DAY_S, RECORD_PAST, past_topic(now_s - 4 * HOUR_S));
	leave_past(now_s + 5 * HOUR_S, RECORD_PAST, past_topic(now_s + 5 * HOUR_S));
	leave_past(now_s - 6 * HOUR_S, RECORD_DATA, past_topic(now_s - 6 * HOUR_S));
	bench_publish_text(past_topic(now_s - 7 * HOUR_S), "nonsense");
	press_open(&one, 5, NAMES_FULL);
	press_claim(&one);
	assert_int_equal(bench_topics(AT "past/"), 1);
	assert_non_null(bench_topic(past_topic(now_s - 3 * HOUR_S)));
	assert_false(bench_listens(one.broker, AT "past/+"));
	bench_run(20 * HOUR_S);
	assert_int_equal(bench_topics(AT "past/"), 1);
	bench_run(2 * HOUR_S);
	press_poll(&one, NULL);
	assert_int_equal(bench_topics(AT "past/"), 0);
}

/* After the data, once, and then no more is sent; and after each connection. */
static void screens_get_the_last_day(void **unused)
{
	(void)unused;
	press_open(&one, 5, NAMES_FULL);
	press_claim(&one);
	for (int ago = 0; ago < 24; ago++)
		press_past(&one, hour_now() - ago * HOUR_S, "hour");
	feed_open(both);
	bench_run(1);
	assert_int_equal(pasts, 0);
	assert_false(bench_listens(feed_broker, AT "past/+"));
	feed_close();
	wants_past = true;
	feed_open(both);
	bench_run(0.25);
	assert_int_equal(pasts, 24);
	assert_int_equal(past_bytes, 24 * 4);
	assert_int_equal(past_ends, 0);
	press_poll(&one, "7");
	bench_run(0.1);
	assert_int_equal(past_ends, 1);
	is(LINK_LIVE);
	assert_false(bench_listens(feed_broker, AT "past/+"));
	press_past(&one, hour_now(), "more");
	bench_run(1);
	assert_int_equal(pasts, 24);
	bench_lose(feed_broker, false);
	bench_connect(feed_broker);
	bench_run(1);
	assert_int_equal(pasts, 48);
	assert_int_equal(past_ends, 2);
	/* What comes after the end, or is no hour, is nobody's. */
	press_past(&one, hour_now(), "even more");
	bench_run(1);
	assert_int_equal(pasts, 48);
	/* A connection that is lost in the middle has an end too. */
	bench_lose(feed_broker, false);
	bench_connect(feed_broker);
	bench_lose(feed_broker, false);
	assert_int_equal(past_ends, 3);
}

/* An older publisher has none, and some logins may not read it. */
static void there_may_be_no_past(void **unused)
{
	(void)unused;
	wants_past = true;
	for (int refused = 0; refused < 2; refused++) {
		press_open(&one, 5, NAMES_FULL);
		press_claim(&one);
		if (refused)
			bench_refused_read = "past";
		feed_open(both);
		bench_run(0);
		press_poll(&one, "7");
		bench_run(1);
		is(LINK_LIVE);
		assert_string_equal(feed->ops->link(feed)->cause, "");
		assert_int_equal(past_ends, 1);
		assert_int_equal(pasts, 0);
		feed_close();
		press_close(&one);
		bench_refused_read = NULL;
	}
}

static void a_past_may_be_damaged(void **unused)
{
	static char large[3 * 1024 * 1024];
	struct packer *packer = packer_new();
	struct record_content content = { .kind = RECORD_PAST, .wall_ms = hour_now() * 1000, .bytes = large, .length = sizeof(large) };
	struct buffer out;
	struct error error;
	(void)unused;
	memset(large, ' ', sizeof(large));
	buffer_init(&out, sizeof(large));
	assert_true(record_pack(packer, &content, NULL, &out, &error));
	wants_past = true;
	press_open(&one, 5, NAMES_FULL);
	press_claim(&one);
	leave_past(hour_now(), RECORD_PAST, AT "past/24");
	leave_past(hour_now(), RECORD_PAST, AT "past/x");
	for (int kind = 0; kind < 3; kind++) {
		if (kind == 0)
			bench_publish_text(AT "past/00", "nonsense");
		else if (kind == 1)
			leave_past(hour_now(), RECORD_DATA, AT "past/00");
		else
			bench_publish(AT "past/00", out.data, out.length);
		feed_open(both);
		bench_run(0.2);
		said("An hour of the past from the broker cannot be used");
		bench_run(1);
		assert_int_equal(past_ends, 1);
		assert_int_equal(pasts, 0);
		feed_close();
	}
	buffer_free(&out);
	packer_free(packer);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(claims_after_a_second), TEST(who_beats_stays), TEST(a_dead_ones_status_is_waited_for),
		TEST(goodbyes_are_not_waited_for), TEST(of_two_that_began_at_once_one_goes), TEST(a_beat_of_the_lesser_makes_it_go),
		TEST(comes_back_after_a_loss), TEST(what_an_earlier_one_left_goes),
		TEST(what_is_refused_has_no_topic), TEST(refusals_are_said),
		TEST(a_deaf_broker_is_noticed), TEST(says_goodbye), TEST(only_what_changed_is_sent), TEST(beats_without_polls),
		TEST(what_a_busy_network_does_not_take_waits), TEST(another_request_drops_the_old_parts), TEST(sides_have_a_cap),
		TEST(names_alone_are_published), TEST(screens_show_what_is_published), TEST(a_poll_is_drawn_once), TEST(other_layouts_take_their_part),
		TEST(nobody_publishes), TEST(a_publisher_that_falls_silent), TEST(troubles_of_the_publishers_feed),
		TEST(a_strangers_goodbye_is_not_the_end), TEST(what_the_broker_does_not_give), TEST(lost_messages_are_asked_for_again),
		TEST(a_panel_that_never_comes), TEST(late_beats_do_not_make_data_younger), TEST(clocks_may_part),
		TEST(beats_have_ages), TEST(another_run_is_another_clock), TEST(damage_is_said_for_a_while),
		TEST(campaigns_and_chat_hours), TEST(removed_and_misplaced), TEST(too_large_messages), TEST(too_large_requests),
		TEST(intervals), TEST(news_without_a_poll),
		TEST(the_last_day_is_published), TEST(a_past_that_was_left_grows_old), TEST(screens_get_the_last_day),
		TEST(there_may_be_no_past), TEST(a_past_may_be_damaged),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
