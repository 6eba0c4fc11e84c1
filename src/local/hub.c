#include "local/hub.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json_write.h"
#include "base/log.h"
#include "board/board.h"

enum {
	HUB_WISHES_MAX = 64,
	HUB_EXTRAS_MAX = BOARD_SERVICES_MAX + 2, /* each service, the chat, the campaigns */
	HUB_BACKLOG = 64,
	HUB_ACCEPTS_MAX = 16,  /* in one turn of the loop */
	HUB_MESSAGES_MAX = 8,  /* of one window in one turn */
	HUB_HELLO_SECONDS = 3, /* who has not said hello by then is no window */
	HUB_STUCK_SECONDS = 30, /* who takes nothing for so long is let go, and comes again */
	HUB_COMPLAINT_MS = 60 * 1000,
	HUB_MANY_MAX = 32,     /* windows that may wait to say hello */
};

/* A sign of life, which windows wait for. */
static const double HUB_BEAT_SECONDS = 1;

/* What is wanted within a moment is asked for at once; the next time not before some seconds have passed. */
static const double HUB_COLLECT_SECONDS = 0.1, HUB_AGAIN_SECONDS = 2;

/* A message, as it is sent to any number of windows. */
struct hub_bytes {
	struct buffer buffer;
	unsigned users;
};

/* The last message of a kind. The one before is reused as soon as no window is in the middle of it. */
struct hub_last {
	struct hub_bytes *now, *spare;
};

/* What comes beside the subscription. */
struct hub_extra {
	enum frame_kind kind;
	char subject[QUERY_SUBJECT_MAX];
	struct hub_last answer, missed;
};

/* What windows ask for, once for all that ask for the same. */
struct hub_wish {
	struct buffer text;
	struct layout *layout;
	unsigned windows;
	int64_t gone_ms;   /* when the last of them went */
	uint64_t since;    /* what was merged when it came in; 0: not yet */
	bool refused;
	char reason[REQUEST_REASON_MAX];
};

enum hub_due {
	DUE_WELCOME = 1 << 0,
	DUE_SERVICES = 1 << 1,
	DUE_REQUEST = 1 << 2,
	DUE_PLAN = 1 << 3,
	DUE_DATA = 1 << 4,
	DUE_EXTRAS = 1 << 5,
	DUE_LINK = 1 << 6,
	DUE_TEAMS = 1 << 7,
};

struct hub_window {
	struct hub *hub;
	int file;
	ev_io reads, writes;
	struct local_reader reader;
	long pid;
	bool said_hello, lasting;
	double interval;
	struct hub_wish *wish;
	long long serial;  /* of its last hello */
	unsigned due;      /* of enum hub_due */
	unsigned char extras[HUB_EXTRAS_MAX]; /* bits: 1 the answer, 2 what was missed */
	struct hub_bytes *sending;
	size_t sent;
	int64_t moved_ms; /* when it came, or took something last */
};

struct hub {
	struct ev_loop *loop;
	struct local_place *place;
	struct local_holder self;
	struct hub_sink sink;
	const struct layout *own;
	struct layout *merged;
	uint64_t merges;  /* how often it was made */
	uint64_t planned; /* of which the request is */
	unsigned left_out;
	double interval; /* that windows want, as the owner was told last */
	bool listens; /* it should */
	bool settled; /* the login ends */
	bool mute;    /* and it cannot, which was said */
	int file; /* that is listened to; -1 */
	struct stat about; /* of the socket's file */
	ev_io accepts;
	ev_timer beat, collect;
	int64_t merged_ms;
	int64_t complained_ms; /* of a window, in the log; 0: never */
	struct hub_window *windows[HUB_WINDOWS_MAX];
	unsigned window_count;
	struct hub_wish *wishes[HUB_WISHES_MAX];
	unsigned wish_count;
	/* Nobody wants them any more, and the merged layout has panels of them until it is made anew. */
	struct layout *kept[HUB_PANELS_MAX];
	unsigned kept_count;
	struct hub_extra extras[HUB_EXTRAS_MAX];
	unsigned extra_count;
	struct buffer plan, next; /* the request as text */
	struct hub_last request, data, services, teams, link;
	uint32_t answers; /* signature of the request that the data answer */
	struct buffer text;       /* of the message that is made */
	struct json json;
};

/* ---- messages that are shared ---- */

static void bytes_release(struct hub_bytes *bytes)
{
	if (bytes == NULL || --bytes->users > 0)
		return;
	buffer_free(&bytes->buffer);
	free(bytes);
}

static struct hub_bytes *bytes_new(void)
{
	struct hub_bytes *bytes = must_alloc(sizeof(*bytes));
	*bytes = (struct hub_bytes){ .users = 1 };
	buffer_init(&bytes->buffer, LOCAL_MESSAGE_MAX);
	return bytes;
}

/* An empty buffer for the next message of this kind. */
static struct buffer *last_begin(struct hub_last *last)
{
	struct hub_bytes *old = last->now;
	last->now = last->spare != NULL ? last->spare : bytes_new();
	last->spare = NULL;
	buffer_clear(&last->now->buffer);
	/* Where a window is in the middle of the old one, that is freed by the window. */
	if (old != NULL && old->users == 1)
		last->spare = old;
	else
		bytes_release(old);
	return &last->now->buffer;
}

static bool last_is_there(const struct hub_last *last)
{
	return last->now != NULL && last->now->buffer.length > 0;
}

static void last_forget(struct hub_last *last)
{
	if (last->now != NULL)
		(void)last_begin(last);
}

static void last_free(struct hub_last *last)
{
	bytes_release(last->now);
	bytes_release(last->spare);
	*last = (struct hub_last){ .now = NULL };
}

static bool last_put_text(struct hub_last *last, enum local_kind kind, const struct buffer *text)
{
	struct buffer *out = last_begin(last);
	if (local_put(kind, text, out))
		return true;
	buffer_clear(out);
	return false;
}

static bool last_put_record(struct hub_last *last, const struct record_content *content)
{
	struct error error;
	struct buffer *out = last_begin(last);
	if (record_pack(NULL, content, NULL, out, &error))
		return true;
	log_line("hub: %s", error.text);
	buffer_clear(out);
	return false;
}

/* A process that comes again and again fills no log. */
static void hub_complain(struct hub *hub, long pid, const char *what)
{
	int64_t now_ms = clock_boot_ms();
	if (hub->complained_ms != 0 && now_ms - hub->complained_ms < HUB_COMPLAINT_MS)
		return;
	hub->complained_ms = now_ms;
	log_line("hub: process %ld %s", pid, what);
}

/* ---- windows come and go ---- */

static void window_start_writing(struct hub_window *window)
{
	if (!ev_is_active(&window->writes))
		ev_io_start(window->hub->loop, &window->writes);
}

static void hub_due_to_all(struct hub *hub, unsigned due)
{
	for (unsigned i = 0; i < hub->window_count; i++)
		if (hub->windows[i]->said_hello) {
			hub->windows[i]->due |= due;
			window_start_writing(hub->windows[i]);
		}
}

static void wish_release(struct hub_wish *wish)
{
	if (wish != NULL && --wish->windows == 0)
		wish->gone_ms = clock_boot_ms();
}

static void wish_free(struct hub_wish *wish)
{
	layout_free(wish->layout);
	buffer_free(&wish->text);
	free(wish);
}

double hub_interval(const struct hub *hub)
{
	double least = 0;
	for (unsigned i = 0; i < hub->window_count; i++) {
		double interval = hub->windows[i]->interval;
		if (interval > 0 && (least == 0 || interval < least))
			least = interval;
	}
	return least;
}

static void hub_look_at_interval(struct hub *hub)
{
	double interval = hub_interval(hub);
	if (interval == hub->interval)
		return;
	hub->interval = interval;
	hub->sink.hurried(hub->sink.context);
}

static void window_free(struct hub_window *window)
{
	struct hub *hub = window->hub;
	unsigned at = 0;
	while (hub->windows[at] != window)
		at++;
	hub->windows[at] = hub->windows[--hub->window_count];
	ev_io_stop(hub->loop, &window->reads);
	ev_io_stop(hub->loop, &window->writes);
	close(window->file);
	wish_release(window->wish);
	bytes_release(window->sending);
	local_reader_free(&window->reader);
	free(window);
	if (hub->listens)
		hub_look_at_interval(hub);
}

unsigned hub_windows(const struct hub *hub)
{
	unsigned count = 0;
	for (unsigned i = 0; i < hub->window_count; i++)
		count += hub->windows[i]->said_hello;
	return count;
}

unsigned hub_lasting_windows(const struct hub *hub)
{
	unsigned count = 0;
	for (unsigned i = 0; i < hub->window_count; i++)
		count += hub->windows[i]->said_hello && hub->windows[i]->lasting;
	return count;
}

/* ---- what is sent ---- */

static struct hub_bytes *bytes_share(struct hub_last *last)
{
	if (!last_is_there(last))
		return NULL;
	last->now->users++;
	return last->now;
}

static struct hub_bytes *window_message(struct hub_window *window, enum local_kind kind)
{
	struct hub_bytes *bytes = bytes_new();
	if (local_put(kind, &window->hub->text, &bytes->buffer))
		return bytes;
	bytes_release(bytes);
	return NULL;
}

static struct hub_bytes *window_welcome(struct hub_window *window)
{
	struct hub *hub = window->hub;
	struct buffer *text = &hub->text;
	buffer_clear(text);
	json_put_object(text);
	json_put_integer_pair(text, "version", LOCAL_VERSION);
	json_put_pair(text, "program", "cxwall " PACKAGE_VERSION);
	json_put_pair(text, "identity", hub->place->identity);
	json_put_integer_pair(text, "pid", hub->self.pid);
	json_put_pair(text, "command", hub->self.command);
	json_put_pair(text, "layout", hub->own->name);
	json_put_integer_pair(text, "since_ms", hub->self.since_ms);
	json_put_integer_pair(text, "windows", hub_windows(hub));
	json_put_object_end(text);
	return window_message(window, LOCAL_WELCOME);
}

/* Whether the request has what a window asked for last, or will never have it. */
static bool window_is_planned(const struct hub_window *window)
{
	const struct hub *hub = window->hub;
	const struct hub_wish *wish = window->wish;
	return wish != NULL && (wish->refused || (wish->since != 0 && wish->since <= hub->planned));
}

static struct hub_bytes *window_plan(struct hub_window *window)
{
	struct hub *hub = window->hub;
	struct buffer *text = &hub->text;
	if (!window_is_planned(window))
		return NULL;
	buffer_clear(text);
	json_put_object(text);
	json_put_integer_pair(text, "serial", window->serial);
	json_put_pair(text, "reason", window->wish->refused ? window->wish->reason
		: hub->left_out > 0 ? "The windows of this login ask for more panels than one subscription can have" : "");
	json_put_object_end(text);
	return window_message(window, LOCAL_PLAN);
}

static struct hub_bytes *window_extra(struct hub_window *window)
{
	struct hub *hub = window->hub;
	for (unsigned i = 0; i < hub->extra_count; i++) {
		unsigned char *due = &window->extras[i];
		struct hub_bytes *bytes = NULL;
		if (*due & 1)
			bytes = bytes_share(&hub->extras[i].answer);
		else if (*due & 2)
			bytes = bytes_share(&hub->extras[i].missed);
		*due = *due & 1 ? *due & ~1u : 0;
		if (bytes != NULL)
			return bytes;
	}
	return NULL;
}

/* The next message that is due, in an order in which each means something; NULL: nothing is. */
static struct hub_bytes *window_next(struct hub_window *window)
{
	struct hub *hub = window->hub;
	struct hub_bytes *bytes = NULL;
	while (bytes == NULL && window->due != 0) {
		unsigned due = window->due & -window->due;
		window->due &= ~due;
		switch (due) {
		case DUE_WELCOME:
			bytes = window_welcome(window);
			break;
		case DUE_SERVICES:
			bytes = bytes_share(&hub->services);
			break;
		case DUE_TEAMS:
			bytes = bytes_share(&hub->teams);
			break;
		case DUE_REQUEST:
			bytes = bytes_share(&hub->request);
			break;
		case DUE_PLAN:
			bytes = window_plan(window);
			break;
		case DUE_DATA:
			bytes = bytes_share(&hub->data);
			break;
		case DUE_EXTRAS:
			bytes = window_extra(window);
			/* There may be more of them. */
			window->due |= bytes != NULL ? DUE_EXTRAS : 0;
			break;
		case DUE_LINK:
			bytes = bytes_share(&hub->link);
			break;
		}
	}
	return bytes;
}

/* False if it is gone. */
static bool window_write(struct hub_window *window)
{
	for (;;) {
		if (window->sending == NULL) {
			window->sending = window_next(window);
			window->sent = 0;
			if (window->sending == NULL) {
				ev_io_stop(window->hub->loop, &window->writes);
				return true;
			}
		}
		const struct buffer *bytes = &window->sending->buffer;
		ssize_t count = send(window->file, bytes->data + window->sent, bytes->length - window->sent, MSG_NOSIGNAL);
		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return errno == EAGAIN || errno == EWOULDBLOCK;
		window->sent += (size_t)count;
		window->moved_ms = clock_boot_ms();
		if (window->sent < bytes->length)
			continue;
		bytes_release(window->sending);
		window->sending = NULL;
	}
}

static void hub_on_writable(struct ev_loop *loop, ev_io *watcher, int events)
{
	struct hub_window *window = watcher->data;
	(void)loop;
	(void)events;
	if (!window_write(window))
		window_free(window);
}

/* ---- what windows want ---- */

static void hub_collect_soon(struct hub *hub)
{
	double since = (double)(clock_boot_ms() - hub->merged_ms) / 1000;
	double wait = hub->merged_ms == 0 || since >= HUB_AGAIN_SECONDS ? HUB_COLLECT_SECONDS : HUB_AGAIN_SECONDS - since;
	if (!ev_is_active(&hub->collect) && !hub->settled)
		timer_start(hub->loop, &hub->collect, wait > HUB_COLLECT_SECONDS ? wait : HUB_COLLECT_SECONDS);
}

static void hub_remove_wish(struct hub *hub, unsigned at)
{
	struct hub_wish *wish = hub->wishes[at];
	if (layout_borrows(hub->merged, wish->layout)) {
		hub->kept[hub->kept_count++] = wish->layout;
		wish->layout = NULL;
	}
	wish_free(wish);
	memmove(&hub->wishes[at], &hub->wishes[at + 1], (hub->wish_count - at - 1) * sizeof(*hub->wishes));
	hub->wish_count--;
}

/* The layout of all wishes that count. */
static struct layout *hub_merge(struct hub *hub)
{
	const struct layout *layouts[HUB_WISHES_MAX];
	unsigned count = 0;
	for (unsigned i = 0; i < hub->wish_count; i++)
		if (!hub->wishes[i]->refused)
			layouts[count++] = hub->wishes[i]->layout;
	return layout_extend(hub->own, layouts, count, HUB_PANELS_MAX, &hub->left_out);
}

/* Whether two layouts of the same owner's ask for the same. */
static bool hub_asks_the_same(const struct layout *a, const struct layout *b)
{
	bool same = a->panel_count == b->panel_count;
	for (unsigned i = 0; same && i < a->panel_count; i++)
		same = strcmp(a->panels[i].name, b->panels[i].name) == 0 && query_covers(&a->panels[i], &b->panels[i]) &&
			query_covers(&b->panels[i], &a->panels[i]);
	return same;
}

/* The layout before, and what was only there for it. */
static void hub_forget_merged(struct hub *hub, struct layout *before)
{
	layout_free(before);
	while (hub->kept_count > 0)
		layout_free(hub->kept[--hub->kept_count]);
}

static void hub_take_in_wishes(struct hub *hub)
{
	for (unsigned i = 0; i < hub->wish_count; i++)
		if (hub->wishes[i]->since == 0)
			hub->wishes[i]->since = hub->merges;
}

static void hub_drop_extras(struct hub *hub)
{
	for (unsigned i = 0; i < hub->extra_count; i++) {
		struct hub_extra *extra = &hub->extras[i];
		if (layout_wants(hub->merged, extra->kind, extra->subject))
			continue;
		/* Its place stays, since windows know it by its number. */
		last_forget(&extra->answer);
		last_forget(&extra->missed);
	}
}

static void hub_merge_again(struct hub *hub)
{
	struct layout *merged = hub_merge(hub), *before = hub->merged;
	if (hub_asks_the_same(before, merged)) {
		layout_free(merged);
		hub_take_in_wishes(hub);
		hub_due_to_all(hub, DUE_PLAN);
		return;
	}
	hub->merged = merged;
	hub->merges++;
	hub->merged_ms = clock_boot_ms();
	hub_take_in_wishes(hub);
	log_line("hub: asking for %u panels, %u of them for other windows", merged->panel_count,
		merged->panel_count - hub->own->panel_count);
	hub->sink.wanted(hub->sink.context, merged);
	hub_forget_merged(hub, before);
	hub_drop_extras(hub);
}

static void hub_on_collect(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	hub_merge_again(timer->data);
}

static struct hub_wish *hub_find_wish(struct hub *hub, const char *text, size_t length)
{
	for (unsigned i = 0; i < hub->wish_count; i++)
		if (hub->wishes[i]->text.length == length && memcmp(buffer_string(&hub->wishes[i]->text), text, length) == 0)
			return hub->wishes[i];
	return NULL;
}

/* The one that nobody has wanted for longest makes room. */
static bool hub_make_room(struct hub *hub)
{
	int oldest = -1;
	if (hub->wish_count < HUB_WISHES_MAX)
		return true;
	for (unsigned i = 0; i < hub->wish_count; i++)
		if (hub->wishes[i]->windows == 0 && (oldest < 0 || hub->wishes[i]->gone_ms < hub->wishes[oldest]->gone_ms))
			oldest = (int)i;
	if (oldest < 0)
		return false;
	hub_remove_wish(hub, (unsigned)oldest);
	hub_collect_soon(hub);
	return true;
}

/* The json is that of the text. NULL if it is no wish, or there are too many. */
static struct hub_wish *hub_add_wish(struct hub *hub, const struct json *json, int node, const char *text, size_t length)
{
	struct error error;
	struct layout *layout = query_wish_read(json, node, &error);
	if (layout == NULL || !hub_make_room(hub)) {
		log_line("hub: %s", layout == NULL ? error.text : "too many different wishes");
		layout_free(layout);
		return NULL;
	}
	struct hub_wish *wish = must_alloc(sizeof(*wish));
	*wish = (struct hub_wish){ .layout = layout };
	buffer_init(&wish->text, LOCAL_HELLO_MAX);
	buffer_add(&wish->text, text, length);
	hub->wishes[hub->wish_count++] = wish;
	hub_collect_soon(hub);
	if (!ev_is_active(&hub->beat))
		ev_timer_again(hub->loop, &hub->beat);
	return wish;
}

void hub_inherit(struct hub *hub, const char *request, size_t length)
{
	struct error error;
	if (!json_parse(&hub->json, request, length, &error))
		return;
	struct hub_wish *wish = hub_add_wish(hub, &hub->json, json_root(&hub->json), request, length);
	if (wish != NULL)
		wish->gone_ms = clock_boot_ms();
}

void hub_refuse_last(struct hub *hub, const char *reason)
{
	uint64_t last = 0;
	for (unsigned i = 0; i < hub->wish_count; i++)
		if (!hub->wishes[i]->refused && hub->wishes[i]->since > last)
			last = hub->wishes[i]->since;
	if (last == 0)
		return;
	for (unsigned i = 0; i < hub->wish_count; i++) {
		struct hub_wish *wish = hub->wishes[i];
		if (wish->since != last)
			continue;
		wish->refused = true;
		snprintf(wish->reason, sizeof(wish->reason), "%s", reason);
	}
	hub_due_to_all(hub, DUE_PLAN);
	hub_collect_soon(hub);
}

/* ---- what windows say ---- */

static bool window_hello(struct hub_window *window, const struct record_content *content)
{
	struct hub *hub = window->hub;
	struct json *json = &hub->json;
	struct error error;
	double version = 0, serial = 0, interval = 0;
	if (content->length > LOCAL_HELLO_MAX || !json_parse(json, content->bytes, content->length, &error))
		return false;
	int root = json_root(json), node = json_get(json, root, "wish");
	json_number(json, json_get(json, root, "version"), &version);
	json_number(json, json_get(json, root, "serial"), &serial);
	json_number(json, json_get(json, root, "interval"), &interval);
	bool first = !window->said_hello;
	/* One of another version is told who we are, and says that to its user. */
	if (first)
		window->due |= DUE_WELCOME;
	window->said_hello = true;
	window_start_writing(window);
	if ((int)version != LOCAL_VERSION || json_kind(json, node) != JSON_OBJECT)
		return true;
	if (!json_is(json, json_get(json, root, "identity"), hub->place->identity))
		return false;
	window->serial = serial > 0 && serial < 1e15 ? (long long)serial : 0;
	window->interval = interval > 0 && interval_valid(interval) ? interval : 0;
	window->lasting = json_kind(json, json_get(json, root, "lasting")) == JSON_TRUE;
	bool takes_over = json_kind(json, json_get(json, root, "take_over")) == JSON_TRUE;
	struct json_span span = json_span(json, node);
	const char *text = content->bytes + span.start;
	size_t length = span.end - span.start;
	struct hub_wish *wish = hub_find_wish(hub, text, length), *before = window->wish;
	if (wish == NULL)
		wish = hub_add_wish(hub, json, node, text, length);
	if (wish != NULL)
		wish->windows++;
	window->wish = wish;
	wish_release(before);
	window->due |= DUE_PLAN;
	if (first) {
		window->due |= DUE_SERVICES | DUE_REQUEST | DUE_DATA | DUE_EXTRAS | DUE_LINK | DUE_TEAMS;
		memset(window->extras, 3, sizeof(window->extras));
	}
	hub_look_at_interval(hub);
	if (first && hub_windows(hub) == 1)
		hub->sink.joined(hub->sink.context);
	if (takes_over)
		hub->sink.asked(hub->sink.context, LOCAL_ASK_TAKE_OVER);
	return true;
}

static bool window_ask(struct hub_window *window, const struct record_content *content)
{
	struct hub *hub = window->hub;
	struct error error;
	if (!window->said_hello || !json_parse(&hub->json, content->bytes, content->length, &error))
		return false;
	for (enum local_ask ask = LOCAL_ASK_RETRY; ask < LOCAL_ASKS; ask++)
		if (json_is(&hub->json, json_get(&hub->json, json_root(&hub->json), "ask"), local_ask_names[ask])) {
			hub->sink.asked(hub->sink.context, ask);
			return true;
		}
	return false;
}

static bool window_take(struct hub_window *window, const struct record_content *content)
{
	switch ((enum local_kind)content->kind) {
	case LOCAL_HELLO:
		return window_hello(window, content);
	case LOCAL_ASK:
		return window_ask(window, content);
	default:
		return false;
	}
}

static void hub_on_readable(struct ev_loop *loop, ev_io *watcher, int events)
{
	struct hub_window *window = watcher->data;
	struct record_content content;
	(void)loop;
	(void)events;
	for (int i = 0; i < HUB_MESSAGES_MAX; i++) {
		enum local_read read = local_reader_next(&window->reader, window->file, &content);
		if (read == LOCAL_READ_LATER)
			return;
		if (read != LOCAL_READ_MESSAGE || !window_take(window, &content)) {
			if (read != LOCAL_READ_END)
				hub_complain(window->hub, window->pid, "sent what cannot be understood");
			window_free(window);
			return;
		}
	}
}

static void hub_add_window(struct hub *hub, int file, long pid)
{
	struct hub_window *window = must_alloc(sizeof(*window));
	*window = (struct hub_window){ .hub = hub, .file = file, .pid = pid, .moved_ms = clock_boot_ms() };
	local_reader_init(&window->reader, RECORDING_HEADER + LOCAL_HELLO_MAX);
	ev_io_init(&window->reads, hub_on_readable, file, EV_READ);
	ev_io_init(&window->writes, hub_on_writable, file, EV_WRITE);
	window->reads.data = window->writes.data = window;
	ev_io_start(hub->loop, &window->reads);
	hub->windows[hub->window_count++] = window;
	if (!ev_is_active(&hub->beat))
		ev_timer_again(hub->loop, &hub->beat);
}

static void hub_on_connection(struct ev_loop *loop, ev_io *watcher, int events)
{
	struct hub *hub = watcher->data;
	(void)loop;
	(void)events;
	for (int i = 0; i < HUB_ACCEPTS_MAX; i++) {
		long pid = 0;
		int file = accept(hub->file, NULL, NULL);
		if (file < 0)
			return;
		(void)fcntl(file, F_SETFD, FD_CLOEXEC);
		(void)fcntl(file, F_SETFL, O_NONBLOCK);
		unsigned silent = hub->window_count - hub_windows(hub);
		if (hub->window_count == HUB_WINDOWS_MAX || silent >= HUB_MANY_MAX || !local_peer_is_ours(file, &pid))
			close(file);
		else
			hub_add_window(hub, file, pid);
	}
}

/* ---- the beat ---- */

/* Somebody removed the socket, or the lock: windows must find us, and no second hub. */
static void hub_keep_place(struct hub *hub)
{
	struct stat named;
	struct error error;
	if (!hub->listens)
		return;
	if (!local_place_keep(hub->place, &hub->self)) {
		hub->sink.lost(hub->sink.context);
		return;
	}
	if (hub->file >= 0 && lstat(hub->place->path, &named) == 0 && named.st_ino == hub->about.st_ino &&
		named.st_dev == hub->about.st_dev)
		return;
	if (hub->file >= 0) {
		ev_io_stop(hub->loop, &hub->accepts);
		close(hub->file);
		hub->file = -1;
	}
	if (hub_listen(hub, &error))
		hub->mute = false;
	else if (!hub->mute)
		log_line("hub: %s", error.text);
	hub->mute = hub->file < 0;
}

static void hub_let_go(struct hub *hub, int64_t now_ms)
{
	for (unsigned i = hub->window_count; i-- > 0;) {
		struct hub_window *window = hub->windows[i];
		int64_t since_ms = now_ms - window->moved_ms;
		bool stuck = window->said_hello ? window->sending != NULL && since_ms > HUB_STUCK_SECONDS * 1000
			: since_ms > HUB_HELLO_SECONDS * 1000;
		if (!stuck)
			continue;
		hub_complain(hub, window->pid, "takes nothing, or says nothing, and is let go");
		window_free(window);
	}
}

static void hub_forget_wishes(struct hub *hub, int64_t now_ms)
{
	unsigned before = hub->wish_count;
	for (unsigned i = hub->wish_count; i-- > 0;)
		if (hub->wishes[i]->windows == 0 && now_ms - hub->wishes[i]->gone_ms >= HUB_WISH_SECONDS * 1000)
			hub_remove_wish(hub, i);
	if (hub->wish_count < before)
		hub_collect_soon(hub);
}

static void hub_on_beat(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct hub *hub = timer->data;
	int64_t now_ms = clock_boot_ms();
	(void)loop;
	(void)events;
	hub_let_go(hub, now_ms);
	hub_forget_wishes(hub, now_ms);
	hub_due_to_all(hub, DUE_LINK);
	/* Nobody is there, and nothing is kept for anybody. */
	if (hub->window_count == 0 && hub->wish_count == 0)
		ev_timer_stop(hub->loop, &hub->beat);
}

/* ---- what the feed brings ---- */

static void hub_swap(struct buffer *a, struct buffer *b)
{
	struct buffer other = *a;
	*a = *b;
	*b = other;
}

void hub_plan(struct hub *hub, const struct request *request, double interval)
{
	if (request->layout != hub->merged)
		return;
	buffer_clear(&hub->next);
	if (!request_record_put(request, interval, &hub->next))
		return;
	bool same = hub->next.length == hub->plan.length &&
		memcmp(buffer_string(&hub->next), buffer_string(&hub->plan), hub->plan.length) == 0;
	if (!same) {
		hub_swap(&hub->plan, &hub->next);
		struct record_content content = { .kind = RECORD_REQUEST, .boot_ms = clock_boot_ms(), .wall_ms = clock_wall_ms(),
			.bytes = buffer_string(&hub->plan), .length = hub->plan.length };
		(void)last_put_record(&hub->request, &content);
		hub_due_to_all(hub, DUE_REQUEST);
	}
	/* An answer to another request means nothing beside this one. */
	if (hub->answers != request->signature)
		last_forget(&hub->data);
	if (hub->planned == hub->merges)
		return;
	hub->planned = hub->merges;
	hub_due_to_all(hub, DUE_PLAN);
}

static struct hub_extra *hub_extra(struct hub *hub, enum frame_kind kind, const char *subject, unsigned *at)
{
	int empty = -1;
	for (*at = 0; *at < hub->extra_count; ++*at) {
		struct hub_extra *extra = &hub->extras[*at];
		if (extra->kind == kind && strncmp(extra->subject, subject, sizeof(extra->subject) - 1) == 0)
			return extra;
		if (!last_is_there(&extra->answer) && !last_is_there(&extra->missed))
			empty = (int)*at;
	}
	if (empty < 0 && hub->extra_count == HUB_EXTRAS_MAX)
		return NULL;
	*at = empty >= 0 ? (unsigned)empty : hub->extra_count++;
	struct hub_extra *extra = &hub->extras[*at];
	extra->kind = kind;
	snprintf(extra->subject, sizeof(extra->subject), "%s", subject);
	return extra;
}

static void hub_extra_to_all(struct hub *hub, unsigned at, unsigned char bit)
{
	for (unsigned i = 0; i < hub->window_count; i++)
		hub->windows[i]->extras[at] |= bit;
	hub_due_to_all(hub, DUE_EXTRAS);
}

void hub_frame(struct hub *hub, const struct frame *frame)
{
	static const enum record_kind kinds[] = { [FRAME_DATA] = RECORD_DATA, [FRAME_AVAILABILITY] = RECORD_AVAILABILITY,
		[FRAME_CHAT_HOURS] = RECORD_CHAT_HOURS, [FRAME_CAMPAIGNS] = RECORD_CAMPAIGNS };
	struct record_content content = { .kind = kinds[frame->kind], .boot_ms = frame->received_ms, .wall_ms = frame->wall_ms,
		.bytes = frame->bytes, .length = frame->length };
	unsigned at;
	hub_keep_place(hub);
	if (frame->kind == FRAME_DATA) {
		hub->answers = frame->request->signature;
		if (last_put_record(&hub->data, &content))
			hub_due_to_all(hub, DUE_DATA);
		return;
	}
	struct hub_extra *extra = hub_extra(hub, frame->kind, frame->subject, &at);
	if (extra == NULL)
		return;
	if (frame->kind == FRAME_AVAILABILITY) {
		buffer_clear(&hub->text);
		buffer_add(&hub->text, frame->subject, strlen(frame->subject) + 1);
		buffer_add(&hub->text, frame->bytes, frame->length);
		content.bytes = buffer_string(&hub->text);
		content.length = hub->text.length;
	}
	last_forget(&extra->missed);
	if (last_put_record(&extra->answer, &content))
		hub_extra_to_all(hub, at, 1);
}

void hub_missed(struct hub *hub, enum frame_kind kind, const char *subject, const char *cause)
{
	unsigned at;
	struct hub_extra *extra = hub_extra(hub, kind, subject, &at);
	struct buffer *text = &hub->text;
	if (extra == NULL)
		return;
	buffer_clear(text);
	json_put_object(text);
	json_put_integer_pair(text, "kind", kind);
	json_put_pair(text, "subject", subject);
	json_put_pair(text, "cause", cause);
	json_put_object_end(text);
	if (last_put_text(&extra->missed, LOCAL_MISSED, text))
		hub_extra_to_all(hub, at, 2);
}

void hub_link(struct hub *hub, const struct link *link)
{
	buffer_clear(&hub->text);
	local_link_put(link, &hub->text);
	(void)last_put_text(&hub->link, LOCAL_LINK, &hub->text);
	hub_due_to_all(hub, DUE_LINK);
}

static void hub_names(struct hub *hub, struct hub_last *last, enum local_kind kind, enum hub_due due,
	const struct catalogue *names)
{
	struct buffer *text = &hub->text;
	if (names == NULL || !names->known)
		return;
	buffer_clear(text);
	json_put_array(text);
	for (unsigned i = 0; i < names->count; i++) {
		json_put_object(text);
		json_put_pair(text, "id", names->entries[i].id);
		json_put_pair(text, "name", names->entries[i].name);
		json_put_object_end(text);
	}
	json_put_array_end(text);
	/* Nearly always they are what they were. */
	if (last_is_there(last) && last->now->buffer.length == RECORDING_HEADER + text->length &&
		memcmp(last->now->buffer.data + RECORDING_HEADER, buffer_string(text), text->length) == 0)
		return;
	if (last_put_text(last, kind, text))
		hub_due_to_all(hub, due);
}

void hub_services(struct hub *hub, const struct catalogue *services)
{
	hub_names(hub, &hub->services, LOCAL_SERVICES, DUE_SERVICES, services);
}

void hub_teams(struct hub *hub, const struct catalogue *teams)
{
	hub_names(hub, &hub->teams, LOCAL_TEAMS, DUE_TEAMS, teams);
}

/* ---- the beginning and the end ---- */

bool hub_listen(struct hub *hub, struct error *error)
{
	struct sockaddr_un address;
	hub->listens = true;
	int file = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	local_place_address(hub->place, &address);
	/* Whoever listened there had the lock, and has it no more. */
	(void)unlink(address.sun_path);
	mode_t before = umask(0177);
	bool good = file >= 0 && bind(file, (const struct sockaddr *)&address, sizeof(address)) == 0 && listen(file, HUB_BACKLOG) == 0;
	umask(before);
	if (!good) {
		error_set(error, "other windows of this login cannot read from this one: %s", strerror(errno));
		if (file >= 0)
			close(file);
		return false;
	}
	(void)lstat(hub->place->path, &hub->about);
	hub->file = file;
	hub->self.listens = true;
	local_place_tell(hub->place, &hub->self);
	ev_io_init(&hub->accepts, hub_on_connection, file, EV_READ);
	hub->accepts.data = hub;
	ev_io_start(hub->loop, &hub->accepts);
	return true;
}

const struct layout *hub_set_layout(struct hub *hub, const struct layout *own)
{
	struct layout *before = hub->merged;
	snprintf(hub->self.layout, sizeof(hub->self.layout), "%s", own->name);
	local_place_tell(hub->place, &hub->self);
	hub->own = own;
	hub->merged = hub_merge(hub);
	hub->merges++;
	hub_take_in_wishes(hub);
	hub_forget_merged(hub, before);
	return hub->merged;
}

const struct layout *hub_layout(const struct hub *hub)
{
	return hub->merged;
}

struct hub *hub_new(struct ev_loop *loop, struct local_place *place, const struct local_holder *self,
	const struct layout *own, const struct hub_sink *sink)
{
	struct hub *hub = must_alloc(sizeof(*hub));
	*hub = (struct hub){ .loop = loop, .place = place, .self = *self, .sink = *sink, .own = own, .file = -1, .merges = 1 };
	buffer_init(&hub->plan, REQUEST_BODY_MAX);
	buffer_init(&hub->next, REQUEST_BODY_MAX);
	buffer_init(&hub->text, LOCAL_TEXT_MAX);
	json_init(&hub->json);
	ev_timer_init(&hub->beat, hub_on_beat, 0., HUB_BEAT_SECONDS);
	ev_timer_init(&hub->collect, hub_on_collect, 0., 0.);
	hub->beat.data = hub->collect.data = hub;
	hub->merged = hub_merge(hub);
	return hub;
}

void hub_settle(struct hub *hub)
{
	ev_timer_stop(hub->loop, &hub->collect);
	hub->settled = true;
}

void hub_close(struct hub *hub)
{
	ev_timer_stop(hub->loop, &hub->beat);
	ev_timer_stop(hub->loop, &hub->collect);
	hub->listens = false;
	if (hub->file >= 0) {
		ev_io_stop(hub->loop, &hub->accepts);
		close(hub->file);
		hub->file = -1;
	}
	while (hub->window_count > 0)
		window_free(hub->windows[hub->window_count - 1]);
}

void hub_free(struct hub *hub)
{
	if (hub == NULL)
		return;
	hub_close(hub);
	while (hub->wish_count > 0)
		hub_remove_wish(hub, hub->wish_count - 1);
	hub_forget_merged(hub, hub->merged);
	for (unsigned i = 0; i < hub->extra_count; i++) {
		last_free(&hub->extras[i].answer);
		last_free(&hub->extras[i].missed);
	}
	last_free(&hub->request);
	last_free(&hub->data);
	last_free(&hub->services);
	last_free(&hub->teams);
	last_free(&hub->link);
	buffer_free(&hub->plan);
	buffer_free(&hub->next);
	buffer_free(&hub->text);
	json_free(&hub->json);
	free(hub);
}
