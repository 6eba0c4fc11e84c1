/*
 * The surroundings of a feed in a test's hand: clock, timers and network. Nothing waits and nothing is sent: time goes
 * on only where a test says bench_run(), and requests are answered by what stands in `replies`, else as a healthy
 * server would. Included by one test program each; what it defines takes the place of base/clock, of api/http
 * and of libev's timers in that program.
 */
#ifndef FEED_BENCH_H
#define FEED_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <ev.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/http.h"
#include "api/live.h"
#include "base/clock.h"
#include "base/log.h"
#include "board/query.h"

/* ---- clock and timers ---- */

enum {
	BENCH_TIMERS_MAX = 64,
	BENCH_TURNS_MAX = 2000, /* timers that fire at one moment: more is a loop that spins */
	BENCH_WALL_MS = 1000000000,
};

static int64_t bench_ms = 10 * 1000 * 1000;
static int64_t bench_wall_shift = BENCH_WALL_MS;
static struct { ev_timer *timer; double due; } bench_timers[BENCH_TIMERS_MAX];
static unsigned bench_wakeups;

int64_t clock_boot_ms(void)
{
	return bench_ms;
}

int64_t clock_wall_ms(void)
{
	return bench_ms + bench_wall_shift;
}

void clock_zone_look(void)
{
}

void ev_now_update(struct ev_loop *loop)
{
	(void)loop;
}

static int bench_place(const ev_timer *timer)
{
	for (int i = 0; i < BENCH_TIMERS_MAX; i++)
		if (bench_timers[i].timer == timer)
			return i;
	return -1;
}

void ev_timer_stop(struct ev_loop *loop, ev_timer *timer)
{
	(void)loop;
	int at = bench_place(timer);
	if (at >= 0)
		bench_timers[at].timer = NULL;
	timer->active = 0;
}

static void bench_arm(ev_timer *timer, double seconds)
{
	int at = bench_place(NULL);
	assert_true(at >= 0 && seconds >= 0);
	bench_timers[at].timer = timer;
	bench_timers[at].due = (double)bench_ms + seconds * 1000;
	timer->active = 1;
}

void ev_timer_start(struct ev_loop *loop, ev_timer *timer)
{
	(void)loop;
	if (bench_place(timer) < 0)
		bench_arm(timer, timer->at);
}

void ev_timer_again(struct ev_loop *loop, ev_timer *timer)
{
	ev_timer_stop(loop, timer);
	if (timer->repeat > 0)
		bench_arm(timer, timer->repeat);
}

static bool bench_fire(double until)
{
	int first = -1;
	for (int i = 0; i < BENCH_TIMERS_MAX; i++)
		if (bench_timers[i].timer != NULL && (first < 0 || bench_timers[i].due < bench_timers[first].due))
			first = i;
	if (first < 0 || bench_timers[first].due > until)
		return false;
	ev_timer *timer = bench_timers[first].timer;
	while ((double)bench_ms < bench_timers[first].due)
		bench_ms++;
	ev_timer_stop(NULL, timer);
	if (timer->repeat > 0)
		bench_arm(timer, timer->repeat);
	bench_wakeups++;
	timer->cb(NULL, timer, EV_TIMER);
	return true;
}

/* ---- the network ---- */

enum bench_call {
	AT_TOKEN, AT_TEAMS, AT_SERVICES, AT_CREATE, AT_DATA, AT_DELETE, AT_AVAILABLE, AT_CHAT, AT_CAMPAIGNS,
	AT_SEND, AT_DELIVERY, AT_OTHER, AT_COUNT,
};

/* What a server answers that is not healthy. */
struct bench_reply {
	bool set;
	unsigned times;    /* so often; 0: from now on */
	int status;        /* 0: no answer */
	const char *body;  /* NULL: none */
	const char *cause; /* of a status 0, or why it cannot be used */
	double retry_after; /* 0: not told */
	bool unsent;       /* the request did not even arrive */
	bool done;         /* it did what was asked for, whatever it says */
	const char *naming; /* only where the request's body has this; NULL: always */
	int after_ms;
	int slow_ms; /* what a healthy answer takes */
};

static struct bench_reply replies[AT_COUNT];

struct http {
	int unused;
};

struct bench_transfer {
	bool busy;
	struct http_request request;
	char path[600], authorisation[600];
	char *body;
	int64_t due_ms;
	enum bench_call call;
};

static struct http bench_network;
static struct bench_transfer bench_transfers[HTTP_SLOTS];
static unsigned bench_counts[AT_COUNT];
static int64_t bench_last_ms[AT_COUNT]; /* when that was asked last */
static char bench_last_path[AT_COUNT][600], bench_last_body[AT_COUNT][4000], bench_last_authorisation[AT_COUNT][600];
static unsigned bench_at_once, bench_most_at_once; /* of what is asked beside the subscription */
static bool bench_last_once[AT_COUNT];
static char bench_last_agent[AT_COUNT][100]; /* User-Agent; "": none of its own */
static const struct http_response *bench_response; /* that is being told */

/* Whose subscription stands at the server, and what it answers: NULL: none. */
static char *bench_standing;
static struct live *bench_live;
static unsigned bench_tokens; /* granted */

static void bench_stand(const char *text)
{
	free(bench_standing);
	bench_standing = text == NULL ? NULL : strdup(text);
}

/* The live feed by the functions that every feed has. */

static inline const struct link *live_link(struct live *live)
{
	return live_feed(live)->ops->link(live_feed(live));
}

static inline const struct request *live_request(struct live *live)
{
	return live_feed(live)->ops->request(live_feed(live));
}

static inline void live_set_layout(struct live *live, const struct layout *layout, const char *tag)
{
	live_feed(live)->ops->set_layout(live_feed(live), layout, tag);
}

static inline void live_retry(struct live *live)
{
	live_feed(live)->ops->retry(live_feed(live));
}

static inline bool live_sms(struct live *live, const struct alert_event *event, enum names names, struct error *error)
{
	return live_feed(live)->ops->send(live_feed(live), event, names, error);
}

static inline void live_stop(struct live *live)
{
	live_feed(live)->ops->stop(live_feed(live));
}

static inline void live_free(struct live *live)
{
	if (live != NULL)
		live_feed(live)->ops->free(live_feed(live));
}

/* What a server says that holds this request: a number in every cell. */
static char *bench_data(const struct request *request)
{
	struct buffer out;
	buffer_init(&out, 256 * 1024);
	buffer_text(&out, "{");
	for (unsigned i = 0; i < request->set_count; i++) {
		const struct request_set *set = &request->sets[i];
		if (set->skipped)
			continue;
		bool totals = set->panel->type == PANEL_TOTALS, agents = set->panel->type == PANEL_AGENT_GRID;
		buffer_print(&out, "%s\"%s\":{", out.length > 1 ? "," : "", set->app_id);
		if (set->panel->type == PANEL_MESSAGES) {
			buffer_text(&out, "\"chat_messages\":[]}");
			continue;
		}
		buffer_text(&out, totals ? "\"stats_totals\":{"
			: agents ? "\"agent_grids\":[{\"id\":\"grid\",\"values\":[{" : "\"service_grids\":[{\"id\":\"grid\",\"values\":[{");
		for (unsigned c = 0; c < set->column_count; c++)
			buffer_print(&out, "%s\"%s\":\"%u\"", c > 0 ? "," : "", totals ? set->columns[c].stat : set->columns[c].id,
				c + 1);
		buffer_text(&out, totals ? "}}" : "}]}]}");
	}
	buffer_text(&out, "}");
	char *text = strdup(buffer_string(&out));
	buffer_free(&out);
	return text;
}

static enum bench_call bench_what(const char *method, const char *path)
{
	static const struct { const char *method, *path; enum bench_call call; } calls[] = {
		{ "POST", "/configapi/v2/oauth/token", AT_TOKEN }, { "GET", "/statsapi/cfg/teams", AT_TEAMS },
		{ "GET", "/statsapi/cfg/services", AT_SERVICES }, { "POST", "/statsapi/subscription", AT_CREATE },
		{ "GET", "/statsapi/subscription/data", AT_DATA }, { "DELETE", "/statsapi/subscription/active", AT_DELETE },
		{ "GET", "/statsapi/info/check_available_agents", AT_AVAILABLE },
		{ "GET", "/clientweb/api/v2/availability", AT_CHAT }, { "GET", "/configapi/v2/campaign/getAll/", AT_CAMPAIGNS },
		{ "POST", "/clientweb/smsapi/v1/Messages", AT_SEND },
	};
	size_t length = strcspn(path, "?");
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (strcmp(method, calls[i].method) == 0 && strlen(calls[i].path) == length &&
			strncmp(path, calls[i].path, length) == 0)
			return calls[i].call;
	return strncmp(path, "/clientweb/smsapi/v1/Messages/", 30) == 0 ? AT_DELIVERY : AT_OTHER;
}

struct http *http_new(struct ev_loop *loop, const struct url_base *base, const char *proxy, const char *ca_file,
	struct error *error)
{
	(void)loop;
	(void)base;
	(void)proxy;
	(void)ca_file;
	(void)error;
	return &bench_network;
}

/* What the way there and back takes at least; -1: nothing was answered yet. */
static int64_t bench_trip_ms = -1;

int64_t http_round_trip_ms(const struct http *http)
{
	(void)http;
	return bench_trip_ms;
}

bool http_busy(const struct http *http, enum http_slot slot)
{
	(void)http;
	return bench_transfers[slot].busy;
}

static void bench_release(struct bench_transfer *transfer)
{
	if (transfer->busy && transfer >= &bench_transfers[HTTP_EXTRA])
		bench_at_once--;
	transfer->busy = false;
	free(transfer->body);
	transfer->body = NULL;
}

void http_cancel(struct http *http, enum http_slot slot)
{
	(void)http;
	bench_release(&bench_transfers[slot]);
}

void http_free(struct http *http)
{
	if (http == NULL)
		return;
	for (int i = 0; i < HTTP_SLOTS; i++)
		bench_release(&bench_transfers[i]);
}

static void bench_note(enum bench_call call, const struct http_request *request)
{
	bench_counts[call]++;
	bench_last_ms[call] = bench_ms;
	bench_last_once[call] = request->once;
	snprintf(bench_last_path[call], sizeof(bench_last_path[call]), "%s", request->path);
	snprintf(bench_last_body[call], sizeof(bench_last_body[call]), "%.*s", (int)request->body_length,
		request->body != NULL ? request->body : "");
	bench_last_authorisation[call][0] = bench_last_agent[call][0] = '\0';
	for (int i = 0; i < HTTP_HEADERS_MAX && request->headers[i] != NULL; i++)
		if (strncmp(request->headers[i], "User-Agent: ", 12) == 0)
			snprintf(bench_last_agent[call], sizeof(bench_last_agent[call]), "%s", request->headers[i] + 12);
	for (int i = 0; i < HTTP_HEADERS_MAX && request->headers[i] != NULL; i++)
		if (strncmp(request->headers[i], "Authorization: ", 15) == 0 || strncmp(request->headers[i], "Cookie: ", 8) == 0)
			snprintf(bench_last_authorisation[call], sizeof(bench_last_authorisation[call]), "%s", request->headers[i]);
}

void http_start(struct http *http, enum http_slot slot, const struct http_request *request)
{
	(void)http;
	struct bench_transfer *transfer = &bench_transfers[slot];
	assert_false(transfer->busy);
	transfer->busy = true;
	transfer->request = *request;
	transfer->call = bench_what(request->method, request->path);
	snprintf(transfer->path, sizeof(transfer->path), "%s", request->path);
	bench_note(transfer->call, request);
	transfer->due_ms = bench_ms + (replies[transfer->call].set ? replies[transfer->call].after_ms
		: replies[transfer->call].slow_ms);
	if (slot >= HTTP_EXTRA && ++bench_at_once > bench_most_at_once)
		bench_most_at_once = bench_at_once;
}

/* What a healthy server says and does; the caller frees. */
static char *bench_healthy(enum bench_call call, int *status)
{
	char text[120] = "";
	*status = 200;
	switch (call) {
	case AT_TOKEN:
		snprintf(text, sizeof(text), "{\"access_token\":\"TOKEN%u\",\"expires_in\":\"3600\"}", ++bench_tokens);
		break;
	case AT_TEAMS:
		return strdup("[{\"id\":\"F4ED90FA-5A49-4D76-9487-4E41B24CA45F\",\"name\":\"Blue\"}]");
	case AT_SERVICES:
		return strdup("[{\"id\":\"E66F7A0C-E464-4656-B4AA-026F53A3D403\",\"name\":\"Sales\"},"
			"{\"id\":\"A2B6564D-C7FE-4086-A6CE-AE91C7A3A3D5\",\"name\":\"Support\"}]");
	case AT_CREATE:
		if (bench_standing != NULL) {
			*status = 409;
		} else {
			bench_standing = bench_data(live_request(bench_live));
		}
		break;
	case AT_DATA:
		*status = bench_standing != NULL ? 200 : 404;
		return strdup(bench_standing != NULL ? bench_standing : "");
	case AT_DELETE:
		bench_stand(NULL);
		break;
	case AT_AVAILABLE:
		return strdup("{\"availability\":true}");
	case AT_CHAT:
	case AT_CAMPAIGNS:
		return strdup("[]");
	case AT_SEND:
		return strdup("{\"sid\":\"sid-1\",\"status\":\"queued\"}");
	case AT_DELIVERY:
		return strdup("{\"status\":\"delivered\"}");
	case AT_OTHER:
	case AT_COUNT:
		break;
	}
	return strdup(text);
}

static void bench_answer(struct bench_transfer *transfer)
{
	struct bench_reply reply = replies[transfer->call];
	if (reply.naming != NULL && strstr(bench_last_body[transfer->call], reply.naming) == NULL)
		reply = (struct bench_reply){ .set = false };
	int status = 200;
	char *healthy = NULL;
	if (!reply.set || reply.done)
		healthy = bench_healthy(transfer->call, &status);
	char path[sizeof(transfer->path)];
	memcpy(path, transfer->path, sizeof(path));
	path[strcspn(path, "?")] = '\0';
	struct http_response response = {
		.path = path, .status = reply.set ? reply.status : status, .sent = !reply.unsent, .retry_after = -1, .latency_ms = 7,
		.body = reply.set ? reply.body != NULL ? reply.body : "" : healthy, .cause = "", .advice = "",
	};
	if (reply.set && reply.retry_after > 0)
		response.retry_after = reply.retry_after;
	if (reply.set && (reply.cause != NULL || reply.status == 0))
		response.cause = reply.cause != NULL ? reply.cause : "no answer within 10 s";
	response.length = strlen(response.body);
	if (reply.set && reply.times > 0 && --replies[transfer->call].times == 0)
		replies[transfer->call].set = false;
	struct http_request request = transfer->request;
	bench_release(transfer);
	bench_response = &response;
	request.done(request.context, &response);
	free(healthy);
}

/* The transfer whose answer is next, at `until` the latest; NULL. */
static struct bench_transfer *bench_next(int64_t until)
{
	struct bench_transfer *next = NULL;
	for (int i = 0; i < HTTP_SLOTS; i++) {
		struct bench_transfer *transfer = &bench_transfers[i];
		if (transfer->busy && transfer->due_ms <= until && (next == NULL || transfer->due_ms < next->due_ms))
			next = transfer;
	}
	return next;
}

/* ---- the log ---- */

static int bench_log = -1; /* to be read from here; its file has no name any more */

static inline void bench_log_open(void)
{
	char path[] = "/tmp/cxwall-log-XXXXXX";
	struct error error = { "" };
	bench_log = mkstemp(path);
	assert_true(bench_log >= 0);
	if (!log_open(path, &error))
		fail_msg("%s", error.text);
	unlink(path);
}

/* How many of its lines hold these words. */
static inline unsigned bench_logged(const char *words)
{
	static char text[64 * 1024];
	unsigned count = 0;
	ssize_t length = pread(bench_log, text, sizeof(text) - 1, 0);
	assert_in_range(length, 0, sizeof(text) - 2);
	text[length] = '\0';
	for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n"))
		count += strstr(line, words) != NULL;
	return count;
}

static inline void bench_log_close(void)
{
	log_close();
	close(bench_log);
}

/* ---- what tests say ---- */

/* What else may happen at this moment (bench_broker.h): true if something did. */
static bool (*bench_more)(void);

/* Lets so much time go by; timers fire and answers come at their time. */
static inline void bench_run(double seconds)
{
	int64_t end = bench_ms + (int64_t)(seconds * 1000 + 0.5), moment = bench_ms;
	unsigned turns = 0;
	for (;;) {
		if (bench_ms != moment) {
			moment = bench_ms;
			turns = 0;
		}
		if (++turns > BENCH_TURNS_MAX)
			fail_msg("the loop spins at %lld ms", (long long)bench_ms);
		if (bench_more != NULL && bench_more())
			continue;
		struct bench_transfer *answer = bench_next(bench_ms);
		if (answer != NULL) {
			bench_answer(answer);
			continue;
		}
		answer = bench_next(end);
		if (bench_fire(answer != NULL ? (double)answer->due_ms : (double)end))
			continue;
		if (answer == NULL)
			break;
		bench_ms = answer->due_ms;
	}
	bench_ms = end;
}

static inline void bench_reply(enum bench_call call, int status, const char *body)
{
	replies[call] = (struct bench_reply){ .set = true, .status = status, .body = body };
}

static inline void bench_reply_once(enum bench_call call, int status, const char *body)
{
	replies[call] = (struct bench_reply){ .set = true, .times = 1, .status = status, .body = body };
}

static inline void bench_heal(enum bench_call call)
{
	replies[call] = (struct bench_reply){ .set = false };
}

/* Everything as before the first test. */
static inline void bench_reset(void)
{
	memset(replies, 0, sizeof(replies));
	memset(bench_counts, 0, sizeof(bench_counts));
	memset(bench_last_ms, 0, sizeof(bench_last_ms));
	memset(bench_timers, 0, sizeof(bench_timers));
	bench_wakeups = bench_tokens = bench_at_once = bench_most_at_once = 0;
	bench_wall_shift = BENCH_WALL_MS;
	bench_live = NULL;
	bench_stand(NULL);
}

/* How many timers are armed, and how many requests run. */
static inline unsigned bench_left(void)
{
	unsigned count = 0;
	for (int i = 0; i < BENCH_TIMERS_MAX; i++)
		count += bench_timers[i].timer != NULL;
	for (int i = 0; i < HTTP_SLOTS; i++)
		count += bench_transfers[i].busy;
	return count;
}

#endif
