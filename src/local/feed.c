#include "local/feed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json_write.h"
#include "base/log.h"
#include "board/query.h"
#include "local/message.h"

enum {
	FEED_MESSAGES_MAX = 64, /* in one turn of the loop */
	/* Looks without a sign of life: by them and not by the clock, which goes on while this process or the machine sleeps. */
	FEED_SILENT_LOOKS = 4,
	FEED_HELLO_BYTES_MAX = RECORDING_HEADER + LOCAL_HELLO_MAX,
};

static const double FEED_LOOK_SECONDS = 0.5;

struct local_feed {
	struct feed feed;
	struct ev_loop *loop;
	const struct local_place *place;
	const struct layout *layout;
	struct local_feed_options options;
	struct feed_sink sink;

	int file; /* -1: not connected */
	ev_io reads, writes;
	ev_timer look, end;
	unsigned silent;
	bool hangs, stopping;
	struct local_reader reader;
	struct buffer out; /* what is to be said */
	size_t sent;

	struct local_holder holder;
	bool welcomed, served;
	char stranger[ERROR_TEXT]; /* the hub is of another version: what to say; "" */
	long long serial, planned; /* of our hello, and of the one that the request answers */
	bool current;              /* an answer to that request came */
	struct buffer text;        /* of the request */
	struct request request;
	double interval;
	struct catalogue services, teams;
	struct link hub, link; /* as the hub said it; as we tell it */
	char damage[ERROR_TEXT];
	struct json json;
	struct buffer draft;
};

static struct local_feed *local_feed_of(const struct feed *feed)
{
	return (struct local_feed *)(uintptr_t)feed;
}

/* ---- the link ---- */

static void feed_link_trouble(struct link *link, const char *cause, const char *advice)
{
	link->state = LINK_TROUBLE;
	link->exit_status = STATUS_NO_DATA;
	snprintf(link->cause, sizeof(link->cause), "%s", cause);
	snprintf(link->advice, sizeof(link->advice), "%s", advice);
}

static void feed_link_hangs(const struct local_feed *feed, struct link *link)
{
	struct local_holder holder = feed->holder;
	char cause[ERROR_TEXT], advice[ERROR_TEXT];
	if (!feed->welcomed && !local_place_ask(feed->place, &holder))
		snprintf(advice, sizeof(advice), "End it, and this window takes over.");
	else
		snprintf(advice, sizeof(advice), "End it with kill -9 %ld, and another window takes over.", holder.pid);
	snprintf(cause, sizeof(cause), "Your running wall (cxwall %.40s, process %ld) does not answer", holder.command, holder.pid);
	feed_link_trouble(link, cause, advice);
	/* A command that wants one answer does not wait for it. */
	link->failures += 2;
}

/* Whether the request has what our layout asks for, or says why not, and an answer to it came. */
static bool feed_is_complete(const struct local_feed *feed)
{
	bool wants = false;
	for (unsigned i = 0; i < feed->request.set_count; i++)
		wants = wants || !feed->request.sets[i].skipped;
	return feed->planned == feed->serial && feed->text.length > 0 && (feed->current || !wants);
}

static void feed_update_link(struct local_feed *feed)
{
	struct link next = feed->hub, *link = &feed->link;
	next.interval = feed->interval;
	if (feed->stopping) {
		next.state = LINK_ENDING;
		next.cause[0] = next.advice[0] = '\0';
	} else if (feed->stranger[0] != '\0') {
		feed_link_trouble(&next, feed->stranger, "End that wall, or install the same version for both.");
		next.failures += 2;
	} else if (feed->hangs) {
		feed_link_hangs(feed, &next);
	} else if (feed->file < 0 || next.state == LINK_ENDING || next.state == LINK_ENDED) {
		next.state = LINK_STARTING;
		next.cause[0] = next.advice[0] = '\0';
		next.next_try_ms = 0;
		next.exit_status = STATUS_NO_DATA;
	} else if (next.state == LINK_LIVE && !feed_is_complete(feed)) {
		next.state = LINK_WAITING;
		next.exit_status = STATUS_NO_DATA;
	}
	if (next.state == LINK_LIVE && feed->damage[0] != '\0')
		feed_link_trouble(&next, feed->damage, "Check that all windows have the same version.");
	bool changed = next.state != link->state || next.accepted_ms != link->accepted_ms || next.interval != link->interval ||
		strcmp(next.cause, link->cause) != 0 || strcmp(next.advice, link->advice) != 0 ||
		(next.cause[0] != '\0' && next.next_try_ms != link->next_try_ms);
	*link = next;
	if (changed)
		feed->sink.changed(feed->sink.context);
}

/* ---- what is said ---- */

static void feed_on_writable(struct ev_loop *loop, ev_io *watcher, int events)
{
	struct local_feed *feed = watcher->data;
	(void)loop;
	(void)events;
	while (feed->sent < feed->out.length) {
		ssize_t count = send(feed->file, feed->out.data + feed->sent, feed->out.length - feed->sent, MSG_NOSIGNAL);
		if (count < 0 && errno == EINTR)
			continue;
		/* Where the hub is gone, reading says so. */
		if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return;
		if (count < 0)
			break;
		feed->sent += (size_t)count;
	}
	buffer_clear(&feed->out);
	feed->sent = 0;
	ev_io_stop(feed->loop, &feed->writes);
}

static void feed_say(struct local_feed *feed, enum local_kind kind)
{
	if (feed->file < 0)
		return;
	(void)local_put(kind, &feed->draft, &feed->out);
	ev_io_start(feed->loop, &feed->writes);
}

static void feed_say_hello(struct local_feed *feed)
{
	struct buffer *draft = &feed->draft;
	feed->serial++;
	buffer_clear(draft);
	json_put_object(draft);
	json_put_integer_pair(draft, "version", LOCAL_VERSION);
	json_put_integer_pair(draft, "serial", feed->serial);
	json_put_pair(draft, "identity", feed->place->identity);
	json_put_pair(draft, "command", feed->options.command);
	json_put_bool_pair(draft, "lasting", feed->options.lasting);
	json_put_bool_pair(draft, "take_over", feed->options.take_over);
	const double *interval = feed->options.interval;
	json_put_real_pair(draft, "interval", interval != NULL, interval != NULL ? *interval : 0, 3);
	json_put_key(draft, "wish");
	(void)query_wish_put(feed->layout, draft);
	json_put_object_end(draft);
	feed_say(feed, LOCAL_HELLO);
}

static void feed_ask(struct local_feed *feed, enum local_ask ask)
{
	buffer_clear(&feed->draft);
	json_put_object(&feed->draft);
	json_put_pair(&feed->draft, "ask", local_ask_names[ask]);
	json_put_object_end(&feed->draft);
	feed_say(feed, LOCAL_ASK);
}

/* ---- what is heard ---- */

static void feed_damaged(struct local_feed *feed, const char *what, const struct error *error)
{
	snprintf(feed->damage, sizeof(feed->damage), "%.30s from your running wall cannot be used: %.160s", what, error->text);
	log_line("window: %s", feed->damage);
}

static bool feed_parse(struct local_feed *feed, const struct record_content *content)
{
	struct error error;
	if (content->length <= LOCAL_TEXT_MAX && json_parse(&feed->json, content->bytes, content->length, &error))
		return true;
	log_line("window: a message that cannot be read");
	return false;
}

static double feed_number(const struct local_feed *feed, const char *key)
{
	double number = 0;
	json_number(&feed->json, json_get(&feed->json, json_root(&feed->json), key), &number);
	return number > 0 && number < 1e15 ? number : 0;
}

static void feed_hear_welcome(struct local_feed *feed, const struct record_content *content)
{
	const struct json *json = &feed->json;
	struct local_holder *holder = &feed->holder;
	char program[PLACE_WORD_MAX];
	if (!feed_parse(feed, content))
		return;
	int root = json_root(json);
	*holder = (struct local_holder){ .listens = true };
	holder->pid = (long)feed_number(feed, "pid");
	holder->since_ms = (int64_t)feed_number(feed, "since_ms");
	holder->windows = (unsigned)feed_number(feed, "windows");
	json_text(json, json_get(json, root, "command"), holder->command, sizeof(holder->command));
	json_text(json, json_get(json, root, "layout"), holder->layout, sizeof(holder->layout));
	json_text(json, json_get(json, root, "program"), program, sizeof(program));
	feed->welcomed = feed->served = true;
	if ((int)feed_number(feed, "version") != LOCAL_VERSION)
		snprintf(feed->stranger, sizeof(feed->stranger), "Your running wall (process %ld) has another version (%s)", holder->pid,
			program);
}

static void feed_read_request(struct local_feed *feed)
{
	struct error error;
	struct scales scales = feed->request.scales;
	if (!request_record_read(&feed->request, feed->layout, &feed->json, buffer_string(&feed->text), feed->text.length,
		&feed->interval, &error)) {
		feed_damaged(feed, "The request", &error);
		return;
	}
	/* What an answer proved here holds until the hub knows it too. */
	if (feed->request.scales.totals == SCALE_AUTO)
		feed->request.scales.totals = scales.totals;
	request_explain_absent(&feed->request, feed->planned == feed->serial ? "Your running wall does not have this panel" : "");
}

static void feed_hear_request(struct local_feed *feed, const struct record_content *content)
{
	buffer_clear(&feed->text);
	if (!buffer_add(&feed->text, content->bytes, content->length))
		return;
	feed->current = false;
	feed_read_request(feed);
	feed->sink.changed(feed->sink.context);
}

/* The hub has taken in what we asked for last: what is not in its request now will not come. */
static void feed_hear_plan(struct local_feed *feed, const struct record_content *content)
{
	char reason[REQUEST_REASON_MAX];
	if (!feed_parse(feed, content))
		return;
	feed->planned = (long long)feed_number(feed, "serial");
	json_text(&feed->json, json_get(&feed->json, json_root(&feed->json), "reason"), reason, sizeof(reason));
	if (feed->planned != feed->serial || feed->text.length == 0)
		return;
	request_explain_absent(&feed->request, reason[0] != '\0' ? reason : "Your running wall does not have this panel");
	feed->sink.changed(feed->sink.context);
}

static void feed_bring(struct local_feed *feed, const struct frame *frame)
{
	struct decode_report report = { 0 };
	struct error error = { "" };
	bool good = feed->sink.frame(feed->sink.context, frame, &report, &error);
	/* Who comes later knows it from the hub, whatever its first answer is. */
	if (good && report.proved_percent)
		feed_ask(feed, LOCAL_ASK_PERCENTS);
	if (good)
		feed->damage[0] = '\0';
	/* An answer to another request, or one that the server left us out of, is none of ours. */
	else if (frame->kind != FRAME_DATA || report.ours > 0 || report.foreign == 0)
		feed_damaged(feed, "An answer", &error);
}

static void feed_hear_frame(struct local_feed *feed, enum frame_kind kind, const struct record_content *content)
{
	struct frame frame = { .kind = kind, .subject = "", .wall_ms = content->wall_ms, .received_ms = content->boot_ms,
		.bytes = content->bytes, .length = content->length };
	int64_t now_ms = clock_boot_ms();
	if (frame.received_ms > now_ms || frame.received_ms <= 0)
		frame.received_ms = now_ms;
	if (kind == FRAME_AVAILABILITY) {
		const char *end = memchr(content->bytes, '\0', content->length);
		if (end == NULL)
			return;
		frame.subject = content->bytes;
		frame.bytes = end + 1;
		frame.length = content->length - (size_t)(end + 1 - content->bytes);
	}
	if (kind != FRAME_DATA) {
		if (layout_wants(feed->layout, kind, frame.subject))
			feed_bring(feed, &frame);
		return;
	}
	if (feed->text.length == 0)
		return;
	frame.request = &feed->request;
	feed->current = true;
	if (request_live_sets(&feed->request) > 0)
		feed_bring(feed, &frame);
}

static void feed_hear_missed(struct local_feed *feed, const struct record_content *content)
{
	const struct json *json = &feed->json;
	char subject[QUERY_SUBJECT_MAX], cause[ERROR_TEXT];
	if (!feed_parse(feed, content))
		return;
	int root = json_root(json);
	int kind = (int)feed_number(feed, "kind");
	json_text(json, json_get(json, root, "subject"), subject, sizeof(subject));
	json_text(json, json_get(json, root, "cause"), cause, sizeof(cause));
	if (kind >= FRAME_AVAILABILITY && kind <= FRAME_CAMPAIGNS && layout_wants(feed->layout, (enum frame_kind)kind, subject))
		feed->sink.missed(feed->sink.context, (enum frame_kind)kind, subject, cause);
}

static void feed_hear_names(struct local_feed *feed, const struct record_content *content, struct catalogue *names)
{
	struct error error;
	if (content->length <= LOCAL_TEXT_MAX &&
		catalogue_read(names, &feed->json, content->bytes, content->length, &error))
		feed->sink.changed(feed->sink.context);
}

static void feed_hear(struct local_feed *feed, const struct record_content *content)
{
	switch ((int)content->kind) {
	case LOCAL_WELCOME:
		feed_hear_welcome(feed, content);
		break;
	case RECORD_REQUEST:
		feed_hear_request(feed, content);
		break;
	case LOCAL_PLAN:
		feed_hear_plan(feed, content);
		break;
	case RECORD_DATA:
		feed_hear_frame(feed, FRAME_DATA, content);
		break;
	case RECORD_AVAILABILITY:
		feed_hear_frame(feed, FRAME_AVAILABILITY, content);
		break;
	case RECORD_CHAT_HOURS:
		feed_hear_frame(feed, FRAME_CHAT_HOURS, content);
		break;
	case RECORD_CAMPAIGNS:
		feed_hear_frame(feed, FRAME_CAMPAIGNS, content);
		break;
	case LOCAL_MISSED:
		feed_hear_missed(feed, content);
		break;
	case LOCAL_SERVICES:
		feed_hear_names(feed, content, &feed->services);
		break;
	case LOCAL_TEAMS:
		feed_hear_names(feed, content, &feed->teams);
		break;
	case LOCAL_LINK:
		if (feed_parse(feed, content))
			local_link_read(&feed->hub, &feed->json, clock_boot_ms());
		break;
	}
}

static void feed_disconnect(struct local_feed *feed)
{
	if (feed->file < 0)
		return;
	ev_io_stop(feed->loop, &feed->reads);
	ev_io_stop(feed->loop, &feed->writes);
	ev_timer_stop(feed->loop, &feed->look);
	close(feed->file);
	feed->file = -1;
	feed->hangs = feed->welcomed = false;
	feed->stranger[0] = '\0';
	buffer_clear(&feed->out);
	feed->sent = 0;
	local_reader_clear(&feed->reader);
}

static void feed_on_readable(struct ev_loop *loop, ev_io *watcher, int events)
{
	struct local_feed *feed = watcher->data;
	struct record_content content;
	enum local_read read = LOCAL_READ_MESSAGE;
	(void)loop;
	(void)events;
	for (int i = 0; i < FEED_MESSAGES_MAX && read == LOCAL_READ_MESSAGE; i++) {
		read = local_reader_next(&feed->reader, feed->file, &content);
		if (read != LOCAL_READ_MESSAGE)
			break;
		feed->silent = 0;
		feed->hangs = false;
		feed_hear(feed, &content);
		/* The sink may have had enough. */
		if (feed->file < 0)
			return;
	}
	if (read == LOCAL_READ_END || read == LOCAL_READ_NONSENSE) {
		if (read == LOCAL_READ_NONSENSE)
			log_line("window: what the hub sends cannot be understood");
		feed_disconnect(feed);
		feed_update_link(feed);
		feed->options.lost(feed->options.context);
		return;
	}
	feed_update_link(feed);
}

static void feed_on_look(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct local_feed *feed = timer->data;
	(void)loop;
	(void)events;
	feed->silent++;
	if (feed->silent >= FEED_SILENT_LOOKS && !feed->hangs) {
		feed->hangs = true;
		feed_update_link(feed);
	}
}

/* ---- connecting ---- */

bool local_feed_connected(const struct local_feed *feed)
{
	return feed->file >= 0;
}

bool local_feed_connect(struct local_feed *feed)
{
	struct sockaddr_un address;
	long pid = 0;
	if (feed->file >= 0)
		return true;
	int file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	local_place_address(feed->place, &address);
	if (file < 0 || connect(file, (const struct sockaddr *)&address, sizeof(address)) != 0 || !local_peer_is_ours(file, &pid)) {
		if (file >= 0)
			close(file);
		return false;
	}
	feed->file = file;
	feed->served = false;
	feed->silent = 0;
	ev_io_set(&feed->reads, file, EV_READ);
	ev_io_set(&feed->writes, file, EV_WRITE);
	ev_io_start(feed->loop, &feed->reads);
	ev_timer_again(feed->loop, &feed->look);
	feed_say_hello(feed);
	return true;
}

/* ---- the interface ---- */

static void local_feed_start(struct feed *base)
{
	(void)base;
}

static void feed_on_end(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct local_feed *feed = timer->data;
	(void)loop;
	(void)events;
	feed->sink.ended(feed->sink.context);
}

static void local_feed_stop(struct feed *base)
{
	struct local_feed *feed = local_feed_of(base);
	if (feed->stopping)
		return;
	feed->stopping = true;
	feed_disconnect(feed);
	feed->link.state = LINK_ENDING;
	/* From the loop, since the sink may free us. */
	timer_start(feed->loop, &feed->end, 0);
}

static void local_feed_retry(struct feed *base)
{
	feed_ask(local_feed_of(base), LOCAL_ASK_RETRY);
}

static void local_feed_set_layout(struct feed *base, const struct layout *layout, const char *tag)
{
	struct local_feed *feed = local_feed_of(base);
	(void)tag;
	feed->layout = layout;
	/* The old plan borrows from the old layout. */
	struct scales scales = feed->request.scales;
	request_free(&feed->request);
	feed->request.layout = layout;
	feed->request.scales = scales;
	feed_say_hello(feed);
	if (feed->text.length > 0)
		feed_read_request(feed);
	feed->current = false;
	feed_update_link(feed);
}

static const struct link *local_feed_link(const struct feed *base)
{
	return &local_feed_of(base)->link;
}

static const struct request *local_feed_request_of(const struct feed *base)
{
	return &local_feed_of(base)->request;
}

static const struct catalogue *local_feed_services(const struct feed *base)
{
	return &local_feed_of(base)->services;
}

static const struct catalogue *local_feed_teams(const struct feed *base)
{
	return &local_feed_of(base)->teams;
}

static void local_feed_list_names(struct feed *base)
{
	feed_ask(local_feed_of(base), LOCAL_ASK_NAMES);
}

static bool local_feed_planned(const struct feed *base)
{
	return feed_is_complete(local_feed_of(base));
}

static void local_feed_free(struct feed *base)
{
	struct local_feed *feed = local_feed_of(base);
	feed_disconnect(feed);
	ev_timer_stop(feed->loop, &feed->end);
	request_free(&feed->request);
	catalogue_free(&feed->services);
	catalogue_free(&feed->teams);
	local_reader_free(&feed->reader);
	buffer_free(&feed->out);
	buffer_free(&feed->text);
	buffer_free(&feed->draft);
	json_free(&feed->json);
	free(feed);
}

static const struct feed_ops local_feed_ops = {
	.start = local_feed_start,
	.stop = local_feed_stop,
	.retry = local_feed_retry,
	.set_layout = local_feed_set_layout,
	.link = local_feed_link,
	.request = local_feed_request_of,
	.services = local_feed_services,
	.teams = local_feed_teams,
	.list_names = local_feed_list_names,
	.planned = local_feed_planned,
	.free = local_feed_free,
};

struct local_feed *local_feed_new(struct ev_loop *loop, const struct local_place *place, const struct layout *layout,
	const struct local_feed_options *options, const struct feed_sink *sink)
{
	struct local_feed *feed = must_alloc(sizeof(*feed));
	*feed = (struct local_feed){ .feed = { .ops = &local_feed_ops }, .loop = loop, .place = place, .layout = layout,
		.options = *options, .sink = *sink, .file = -1, .interval = 5 };
	local_reader_init(&feed->reader, LOCAL_MESSAGE_MAX);
	buffer_init(&feed->out, 2 * FEED_HELLO_BYTES_MAX);
	buffer_init(&feed->text, REQUEST_BODY_MAX);
	buffer_init(&feed->draft, LOCAL_HELLO_MAX);
	request_init(&feed->request);
	feed->request.layout = layout;
	catalogue_init(&feed->services);
	catalogue_init(&feed->teams);
	json_init(&feed->json);
	feed->link.state = feed->hub.state = LINK_STARTING;
	feed->link.interval = feed->interval;
	feed->link.exit_status = STATUS_NO_DATA;
	ev_init(&feed->reads, feed_on_readable);
	ev_init(&feed->writes, feed_on_writable);
	ev_timer_init(&feed->look, feed_on_look, 0., FEED_LOOK_SECONDS);
	ev_timer_init(&feed->end, feed_on_end, 0., 0.);
	/* What has come is heard before its absence is counted. */
	ev_set_priority(&feed->look, EV_MINPRI);
	feed->reads.data = feed->writes.data = feed->look.data = feed->end.data = feed;
	return feed;
}

struct feed *local_feed_feed(struct local_feed *feed)
{
	return &feed->feed;
}

bool local_feed_served(const struct local_feed *feed)
{
	return feed->served;
}

const struct local_holder *local_feed_holder(const struct local_feed *feed)
{
	return feed->welcomed ? &feed->holder : NULL;
}

const char *local_feed_request(const struct local_feed *feed, size_t *length)
{
	*length = feed->text.length;
	return buffer_string(&feed->text);
}
