/*
 * The windows of one login: who has the lock, what goes through the socket, and what the hub asks for on behalf of others.
 * Real sockets in a folder of the test's, with clocks in its hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <ev.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "local/feed.h"
#include "local/hub.h"

static int64_t boot_ms = 1000 * 1000;

int64_t clock_boot_ms(void)
{
	return boot_ms;
}

int64_t clock_wall_ms(void)
{
	return boot_ms + INT64_C(1700000000000);
}

void clock_zone_look(void)
{
}

/* ---- a folder where windows meet ---- */

struct bench {
	char runtime[64], folder_path[96];
	int folder;
	struct local_login login;
	struct ev_loop *loop;
	struct local_place place, other;
	struct layout *own, *layout;
	struct hub *hub;
	struct local_feed *window;
	struct request request;
	/* What the hub and the window called. */
	const struct layout *wanted;
	unsigned wanted_count, joined, hurried, lost_hub, lost_window, frames, missed, changed;
	enum local_ask asked;
	char last[200], cause[80];
	const struct request *answered;
};

static struct layout *parse(const char *name, const char *panels)
{
	char text[2000];
	struct error error;
	snprintf(text, sizeof(text), "pages = ( { rows = ( { panels = ( %s ) } ) } )", panels);
	struct layout *layout = layout_parse(name, "test", text, &error);
	if (layout == NULL)
		fail_msg("%s", error.text);
	return layout;
}

static int open_bench(void **state)
{
	static struct bench bench;
	struct error error;
	bench = (struct bench){ .runtime = "/tmp/cxwall-local-XXXXXX", .asked = LOCAL_ASKS };
	if (mkdtemp(bench.runtime) == NULL)
		return -1;
	snprintf(bench.folder_path, sizeof(bench.folder_path), "%s/cxwall", bench.runtime);
	mkdir(bench.folder_path, 0700);
	setenv("XDG_RUNTIME_DIR", bench.runtime, 1);
	bench.folder = open(bench.folder_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bench.login = (struct local_login){ .folder = bench.folder, .url = "https://api.example.org", .tenant = "t.example", .user = "wall" };
	bench.loop = ev_default_loop(EVFLAG_NOENV);
	bench.own = parse("own", "{ name = \"now\" type = \"totals\" tiles = ( \"in_calls_waiting\" ) }");
	bench.layout = parse("window", "{ name = \"q\" type = \"service_grid\" columns = ( \"name\", \"agents_ready\" ) },"
		" { name = \"open\" type = \"availability\" services = [\"Sales\"] }");
	request_init(&bench.request);
	*state = &bench;
	return local_place_find(&bench.place, &bench.login, &error) && local_place_find(&bench.other, &bench.login, &error) ? 0 : -1;
}

static int close_bench(void **state)
{
	struct bench *bench = *state;
	if (bench->window != NULL)
		local_feed_feed(bench->window)->ops->free(local_feed_feed(bench->window));
	hub_free(bench->hub);
	local_place_unlock(&bench->place);
	local_place_unlock(&bench->other);
	request_free(&bench->request);
	layout_free(bench->own);
	layout_free(bench->layout);
	DIR *listing = opendir(bench->folder_path);
	struct dirent *entry;
	while ((entry = readdir(listing)) != NULL)
		(void)unlinkat(bench->folder, entry->d_name, 0);
	closedir(listing);
	close(bench->folder);
	rmdir(bench->folder_path);
	return rmdir(bench->runtime);
}

/* ---- the lock ---- */

static void one_has_the_lock(void **state)
{
	struct bench *bench = *state;
	struct local_holder said = { .pid = 4711, .command = "run", .layout = "a \"b\"", .since_ms = 1234567890123, .listens = true }, heard;
	assert_true(local_place_lock(&bench->place));
	assert_true(local_place_lock(&bench->place));
	assert_false(local_place_lock(&bench->other));
	assert_false(local_place_ask(&bench->other, &heard));
	local_place_tell(&bench->place, &said);
	assert_true(local_place_ask(&bench->other, &heard));
	assert_int_equal(heard.pid, 4711);
	assert_string_equal(heard.command, "run");
	assert_string_equal(heard.layout, "a \"b\"");
	assert_int_equal(heard.since_ms, 1234567890123);
	assert_true(heard.listens);
	local_place_unlock(&bench->place);
	assert_false(local_place_ask(&bench->other, &heard));
	assert_true(local_place_lock(&bench->other));
	assert_false(local_place_lock(&bench->place));
}

static void a_lock_that_was_removed_is_made_again(void **state)
{
	struct bench *bench = *state;
	struct local_holder self = { .pid = 7 }, heard;
	char path[200];
	snprintf(path, sizeof(path), "%s/%s.lock", bench->folder_path, bench->place.name);
	assert_true(local_place_lock(&bench->place));
	assert_true(local_place_keep(&bench->place, &self));
	assert_int_equal(unlink(path), 0);
	assert_true(local_place_keep(&bench->place, &self));
	assert_true(local_place_ask(&bench->other, &heard) && heard.pid == 7);
	assert_false(local_place_lock(&bench->other));
	/* Somebody was quicker. */
	assert_int_equal(unlink(path), 0);
	assert_true(local_place_lock(&bench->other));
	assert_false(local_place_keep(&bench->place, &self));
}

static void other_logins_meet_elsewhere(void **state)
{
	struct bench *bench = *state;
	struct local_place place;
	struct error error;
	for (int i = 0; i < 3; i++) {
		struct local_login login = bench->login;
		*(i == 0 ? &login.url : i == 1 ? &login.tenant : &login.user) = i == 0 ? "https://api.example.net" : "other";
		assert_true(local_place_find(&place, &login, &error));
		assert_string_not_equal(place.name, bench->place.name);
		assert_string_not_equal(place.mark, bench->place.mark);
	}
	struct local_login none = bench->login;
	none.folder = -1;
	assert_false(local_place_find(&place, &none, &error));
}

/* ---- messages ---- */

static void messages_come_whole(void **state)
{
	struct bench *bench = *state;
	struct buffer text, out;
	struct local_reader reader;
	struct record_content content;
	int files[2];
	(void)bench;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, files), 0);
	buffer_init(&text, 1000);
	buffer_init(&out, 10000);
	buffer_text(&text, "{\"ask\":\"retry\"}");
	assert_true(local_put(LOCAL_ASK, &text, &out));
	assert_true(local_put(LOCAL_LINK, &text, &out));
	local_reader_init(&reader, RECORDING_HEADER + 100);
	unsigned came = 0;
	for (size_t i = 0; i < out.length; i++) {
		assert_int_equal(write(files[0], out.data + i, 1), 1);
		enum local_read read = local_reader_next(&reader, files[1], &content);
		if (read == LOCAL_READ_LATER)
			continue;
		assert_int_equal(read, LOCAL_READ_MESSAGE);
		assert_int_equal((int)content.kind, came == 0 ? (int)LOCAL_ASK : (int)LOCAL_LINK);
		assert_int_equal(content.length, text.length);
		assert_memory_equal(content.bytes, text.data, text.length);
		came++;
	}
	assert_int_equal(came, 2);
	/* Both at once, and then the end. */
	assert_int_equal(write(files[0], out.data, out.length), (ssize_t)out.length);
	close(files[0]);
	assert_int_equal(local_reader_next(&reader, files[1], &content), LOCAL_READ_MESSAGE);
	assert_int_equal(local_reader_next(&reader, files[1], &content), LOCAL_READ_MESSAGE);
	assert_int_equal(local_reader_next(&reader, files[1], &content), LOCAL_READ_END);
	close(files[1]);
	local_reader_free(&reader);
	buffer_free(&text);
	buffer_free(&out);
}

static void nonsense_is_no_message(void **state)
{
	(void)state;
	struct buffer text, out;
	buffer_init(&text, 1000);
	buffer_init(&out, 10000);
	buffer_text(&text, "{\"ask\":\"retry\"}");
	assert_true(local_put(LOCAL_ASK, &text, &out));
	for (size_t i = 0; i <= out.length; i++) {
		struct local_reader reader;
		struct record_content content;
		int files[2];
		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, files), 0);
		local_reader_init(&reader, RECORDING_HEADER + (i == out.length ? text.length - 1 : 1000));
		if (i < out.length)
			out.data[i] ^= 0x55;
		assert_int_equal(write(files[0], out.data, out.length), (ssize_t)out.length);
		assert_int_equal(local_reader_next(&reader, files[1], &content), LOCAL_READ_NONSENSE);
		if (i < out.length)
			out.data[i] ^= 0x55;
		close(files[0]);
		close(files[1]);
		local_reader_free(&reader);
	}
	buffer_free(&text);
	buffer_free(&out);
}

static void a_link_is_what_it_was(void **state)
{
	(void)state;
	struct buffer text;
	struct json json;
	struct error error;
	struct link link = { .state = LINK_IN_USE, .cause = "another \"client\"", .advice = "end it", .peer = "https://x", .interval = 2.5,
		.accepted_ms = 900, .next_try_ms = 5000, .polls = 7, .accepted = 6, .failures = 1, .bytes = 99, .exit_status = STATUS_LIMIT }, back;
	buffer_init(&text, 4000);
	json_init(&json);
	local_link_put(&link, &text);
	assert_true(json_parse(&json, buffer_string(&text), text.length, &error));
	local_link_read(&back, &json, 1000);
	assert_int_equal(back.state, LINK_IN_USE);
	assert_string_equal(back.cause, link.cause);
	assert_string_equal(back.advice, link.advice);
	assert_string_equal(back.peer, link.peer);
	assert_int_equal(back.accepted_ms, 900);
	assert_int_equal(back.next_try_ms, 5000);
	assert_int_equal(back.exit_status, STATUS_LIMIT);
	assert_true(back.interval > 2.4 && back.interval < 2.6);
	/* No answer comes from the future. */
	local_link_read(&back, &json, 800);
	assert_int_equal(back.accepted_ms, 800);
	static const char odd[] = "{\"state\":7,\"interval\":-1,\"accepted_ms\":-5,\"next_try_ms\":1e300,\"exit_status\":77}";
	assert_true(json_parse(&json, odd, sizeof(odd) - 1, &error));
	local_link_read(&back, &json, 800);
	assert_int_equal(back.state, LINK_STARTING);
	assert_int_equal(back.accepted_ms + back.next_try_ms + back.exit_status, 0);
	assert_true(back.interval > 4.9 && back.interval < 5.1);
	buffer_free(&text);
	json_free(&json);
}

/* ---- a hub and a window ---- */

static void on_wanted(void *context, const struct layout *layout)
{
	struct bench *bench = context;
	bench->wanted = layout;
	bench->wanted_count++;
}

static void on_asked(void *context, enum local_ask ask)
{
	((struct bench *)context)->asked = ask;
}

static void on_joined(void *context)
{
	((struct bench *)context)->joined++;
}

static void on_hurried(void *context)
{
	((struct bench *)context)->hurried++;
}

static void on_lost_hub(void *context)
{
	((struct bench *)context)->lost_hub++;
}

static bool on_frame(void *context, const struct frame *frame, struct decode_report *report, struct error *error)
{
	struct bench *bench = context;
	(void)error;
	bench->frames++;
	bench->answered = frame->request;
	if (frame->kind == FRAME_DATA)
		report->ours = report->filled = 1;
	snprintf(bench->last, sizeof(bench->last), "%s|%.*s", frame->subject, (int)frame->length, frame->bytes);
	return true;
}

static void on_missed(void *context, enum frame_kind kind, const char *subject, const char *cause)
{
	struct bench *bench = context;
	(void)kind;
	bench->missed++;
	snprintf(bench->cause, sizeof(bench->cause), "%s|%s", subject, cause);
}

static void on_changed(void *context)
{
	((struct bench *)context)->changed++;
}

static void on_ended(void *context)
{
	(void)context;
}

static void on_lost_window(void *context)
{
	((struct bench *)context)->lost_window++;
}

static void open_hub(struct bench *bench)
{
	struct hub_sink sink = { .wanted = on_wanted, .asked = on_asked, .joined = on_joined, .hurried = on_hurried, .lost = on_lost_hub,
		.context = bench };
	struct local_holder self = { .pid = 4711, .command = "run" };
	struct error error;
	assert_true(local_place_lock(&bench->place));
	bench->hub = hub_new(bench->loop, &bench->place, &self, bench->own, &sink);
	if (!hub_listen(bench->hub, &error))
		fail_msg("%s", error.text);
}

static const double half_a_second = 0.5;

static void open_window(struct bench *bench)
{
	struct feed_sink sink = { .frame = on_frame, .missed = on_missed, .changed = on_changed, .ended = on_ended, .context = bench };
	struct local_feed_options options = { .command = "run", .lasting = true, .interval = &half_a_second, .lost = on_lost_window,
		.context = bench };
	bench->window = local_feed_new(bench->loop, &bench->other, bench->layout, &options, &sink);
	assert_true(local_feed_connect(bench->window));
}

static void close_window(struct bench *bench)
{
	local_feed_feed(bench->window)->ops->free(local_feed_feed(bench->window));
	bench->window = NULL;
}

/* Turns of the loop until something is true. */
#define UNTIL(condition) \
	do { \
		for (int turn = 0; !(condition); turn++) { \
			if (turn > 5000) \
				fail_msg("never: %s", #condition); \
			ev_run(bench->loop, EVRUN_NOWAIT); \
			usleep(1000); \
		} \
	} while (0)

static void plan(struct bench *bench)
{
	static const struct catalogue none = { .known = false };
	request_plan(&bench->request, hub_layout(bench->hub), &none, &none, "tag");
	request_sign(&bench->request);
	hub_plan(bench->hub, &bench->request, 5);
}

static void answer(struct bench *bench, const char *bytes)
{
	struct frame frame = { .kind = FRAME_DATA, .subject = "", .received_ms = boot_ms, .wall_ms = clock_wall_ms(), .bytes = bytes,
		.length = strlen(bytes), .request = &bench->request };
	hub_frame(bench->hub, &frame);
}

static void tell_live(struct bench *bench)
{
	struct link link = { .state = LINK_LIVE, .interval = 5, .accepted_ms = boot_ms };
	hub_link(bench->hub, &link);
}

static const struct link *window_link(const struct bench *bench)
{
	const struct feed *feed = local_feed_feed(bench->window);
	return feed->ops->link(feed);
}

static void a_window_gets_what_it_asks_for(void **state)
{
	struct bench *bench = *state;
	open_hub(bench);
	plan(bench);
	answer(bench, "{\"first\":{}}");
	open_window(bench);
	UNTIL(bench->joined == 1);
	tell_live(bench);
	assert_int_equal(bench->hurried, 1);
	assert_true(hub_interval(bench->hub) > 0.4 && hub_interval(bench->hub) < 0.6);
	UNTIL(local_feed_holder(bench->window) != NULL);
	assert_int_equal(local_feed_holder(bench->window)->pid, 4711);
	assert_string_equal(local_feed_holder(bench->window)->layout, "own");
	UNTIL(window_link(bench)->state == LINK_WAITING);
	/* What the hub has not is added behind its own. */
	UNTIL(bench->wanted_count == 1);
	assert_ptr_equal(bench->wanted, hub_layout(bench->hub));
	assert_int_equal(bench->wanted->panel_count, 3);
	assert_string_equal(bench->wanted->panels[0].name, "now");
	assert_int_equal(bench->wanted->panels[1].type, PANEL_SERVICE_GRID);
	assert_int_equal(bench->wanted->panels[2].type, PANEL_AVAILABILITY);
	/* The answer to the request before is none to this one. */
	close_window(bench);
	plan(bench);
	open_window(bench);
	UNTIL(local_feed_feed(bench->window)->ops->request(local_feed_feed(bench->window))->set_count > 0);
	assert_int_equal(bench->frames, 0);
	answer(bench, "{\"second\":{}}");
	tell_live(bench);
	UNTIL(window_link(bench)->state == LINK_LIVE);
	assert_string_equal(bench->last, "|{\"second\":{}}");
	assert_int_equal(bench->answered->set_count, 1);
	assert_false(bench->answered->sets[0].skipped);
	/* What its layout does not show does not come. */
	struct frame frame = { .kind = FRAME_AVAILABILITY, .subject = "Other", .received_ms = boot_ms, .wall_ms = 1, .bytes = "{}", .length = 2 };
	hub_frame(bench->hub, &frame);
	hub_missed(bench->hub, FRAME_AVAILABILITY, "Other", "no");
	unsigned before = bench->frames;
	frame.subject = "Sales";
	hub_frame(bench->hub, &frame);
	UNTIL(strcmp(bench->last, "Sales|{}") == 0);
	assert_int_equal(bench->frames, before + 1);
	assert_int_equal(bench->missed, 0);
	hub_missed(bench->hub, FRAME_AVAILABILITY, "Sales", "why");
	UNTIL(bench->missed == 1);
	assert_string_equal(bench->cause, "Sales|why");
	/* Keys. */
	local_feed_feed(bench->window)->ops->retry(local_feed_feed(bench->window));
	UNTIL(bench->asked == LOCAL_ASK_RETRY);
	local_feed_feed(bench->window)->ops->list_names(local_feed_feed(bench->window));
	UNTIL(bench->asked == LOCAL_ASK_NAMES);
	/* The hub goes. */
	hub_close(bench->hub);
	UNTIL(bench->lost_window == 1);
	assert_false(local_feed_connected(bench->window));
	assert_false(local_feed_connect(bench->window));
}

static void a_wish_is_kept_a_while(void **state)
{
	struct bench *bench = *state;
	open_hub(bench);
	open_window(bench);
	UNTIL(bench->wanted_count == 1);
	close_window(bench);
	UNTIL(hub_windows(bench->hub) == 0);
	assert_int_equal(bench->hurried, 2);
	/* It comes again, as a check does: nothing is asked anew. */
	boot_ms += (HUB_WISH_SECONDS - 1) * 1000;
	open_window(bench);
	UNTIL(hub_windows(bench->hub) == 1);
	close_window(bench);
	UNTIL(hub_windows(bench->hub) == 0);
	for (int i = 0; i < 1500; i++) {
		ev_run(bench->loop, EVRUN_NOWAIT);
		usleep(1000);
	}
	assert_int_equal(bench->wanted_count, 1);
	boot_ms += HUB_WISH_SECONDS * 1000;
	UNTIL(bench->wanted_count == 2);
	assert_int_equal(hub_layout(bench->hub)->panel_count, 1);
}

static void at_the_end_nothing_is_asked_anew(void **state)
{
	struct bench *bench = *state;
	open_hub(bench);
	hub_settle(bench->hub);
	const struct layout *before = hub_layout(bench->hub);
	open_window(bench);
	UNTIL(hub_windows(bench->hub) == 1);
	for (int i = 0; i < 500; i++) {
		ev_run(bench->loop, EVRUN_NOWAIT);
		usleep(1000);
	}
	assert_int_equal(bench->wanted_count, 0);
	assert_ptr_equal(hub_layout(bench->hub), before);
}

static void what_is_refused_goes_with_its_reason(void **state)
{
	struct bench *bench = *state;
	open_hub(bench);
	open_window(bench);
	UNTIL(bench->wanted_count == 1);
	hub_refuse_last(bench->hub, "no such thing");
	boot_ms += 10 * 1000;
	UNTIL(bench->wanted_count == 2);
	assert_int_equal(hub_layout(bench->hub)->panel_count, 1);
	plan(bench);
	answer(bench, "{}");
	tell_live(bench);
	UNTIL(window_link(bench)->state == LINK_LIVE);
	const struct request *request = local_feed_feed(bench->window)->ops->request(local_feed_feed(bench->window));
	assert_true(request->sets[0].skipped);
	assert_string_equal(request->sets[0].reason, "no such thing");
	hub_refuse_last(bench->hub, "nothing is left to refuse");
	assert_int_equal(hub_layout(bench->hub)->panel_count, 1);
}

static void a_hub_inherits_what_the_last_one_asked_for(void **state)
{
	struct bench *bench = *state;
	struct buffer text;
	buffer_init(&text, REQUEST_BODY_MAX);
	open_hub(bench);
	open_window(bench);
	UNTIL(bench->wanted_count == 1);
	plan(bench);
	assert_true(request_record_put(&bench->request, 5, &text));
	close_window(bench);
	hub_free(bench->hub);
	local_place_unlock(&bench->place);
	open_hub(bench);
	hub_inherit(bench->hub, buffer_string(&text), text.length);
	boot_ms += 10 * 1000;
	UNTIL(bench->wanted_count == 2);
	assert_int_equal(hub_layout(bench->hub)->panel_count, 2);
	hub_inherit(bench->hub, "nonsense", 8);
	buffer_free(&text);
}

static void a_layout_that_changes_keeps_its_place(void **state)
{
	struct bench *bench = *state;
	open_hub(bench);
	open_window(bench);
	UNTIL(bench->wanted_count == 1);
	struct layout *other = parse("other", "{ name = \"a\" type = \"totals\" tiles = ( \"agents_busy\" ) },"
		" { name = \"b\" type = \"service_grid\" columns = ( \"name\", \"agents_ready\" ) }");
	const struct layout *all = hub_set_layout(bench->hub, other);
	/* The window's queues are there already; its availability is not. */
	assert_int_equal(all->panel_count, 3);
	assert_string_equal(all->panels[1].name, "b");
	assert_int_equal(all->panels[2].type, PANEL_AVAILABILITY);
	plan(bench);
	answer(bench, "{\"x\":{}}");
	tell_live(bench);
	UNTIL(window_link(bench)->state == LINK_LIVE);
	/* The window's own changes. */
	struct layout *mine = parse("mine", "{ name = \"z\" type = \"totals\" tiles = ( \"agents_logged\" ) }");
	struct feed *feed = local_feed_feed(bench->window);
	feed->ops->set_layout(feed, mine, "");
	assert_int_equal(window_link(bench)->state, LINK_WAITING);
	boot_ms += 10 * 1000;
	UNTIL(bench->wanted_count == 2);
	plan(bench);
	answer(bench, "{\"y\":{}}");
	UNTIL(window_link(bench)->state == LINK_LIVE);
	close_window(bench);
	layout_free(mine);
	hub_set_layout(bench->hub, bench->own);
	layout_free(other);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_bench, close_bench)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_has_the_lock), TEST(a_lock_that_was_removed_is_made_again), TEST(other_logins_meet_elsewhere),
		TEST(messages_come_whole), TEST(nonsense_is_no_message), TEST(a_link_is_what_it_was),
		TEST(a_window_gets_what_it_asks_for), TEST(a_wish_is_kept_a_while), TEST(at_the_end_nothing_is_asked_anew), TEST(what_is_refused_goes_with_its_reason),
		TEST(a_hub_inherits_what_the_last_one_asked_for), TEST(a_layout_that_changes_keeps_its_place),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
