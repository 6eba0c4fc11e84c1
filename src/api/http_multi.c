#include "api/http.h"

#include <curl/curl.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "api/http_transfer.h"
#include "base/log.h"

/* Each slot may hold a socket, its rival of the other address family, and the resolver's wake-up. */
enum { HTTP_WATCHES = HTTP_SLOTS * 4 };

struct socket_watch {
	ev_io io;
	bool used;
};

struct http {
	struct ev_loop *loop;
	CURLM *multi;
	ev_timer timer;
	struct socket_watch watches[HTTP_WATCHES];
	struct transfer transfers[HTTP_SLOTS];
	struct authority authority;
	int64_t quickest_ms; /* -1: there was no answer yet */
};

/*
 * The library copies what it sends, secrets and tokens among it, and would leave the copies in freed memory. The size is
 * what the allocator gave, which is at least what was asked for.
 */
static void wiping_free(void *memory)
{
	if (memory == NULL)
		return;
	explicit_bzero(memory, malloc_usable_size(memory));
	free(memory);
}

/* By another name than malloc(), which is counted as ours (tests/bench/allocations). */
static void *plain_malloc(size_t size)
{
	return reallocarray(NULL, 1, size);
}

static void *plain_calloc(size_t count, size_t size)
{
	void *made = reallocarray(NULL, count, size);
	return made == NULL ? NULL : memset(made, 0, count * size);
}

static char *plain_strdup(const char *text)
{
	size_t size = strlen(text) + 1;
	char *made = plain_malloc(size);
	return made == NULL ? NULL : memcpy(made, text, size);
}

/* The usual one leaves a copy behind when it moves a block. */
static void *wiping_realloc(void *old, size_t size)
{
	size_t had = old == NULL ? 0 : malloc_usable_size(old);
	void *made = plain_malloc(size);
	if (made == NULL)
		return NULL;
	if (had > 0)
		memcpy(made, old, had < size ? had : size);
	wiping_free(old);
	return made;
}

/* A wrong option or no memory: neither can be mended while running. */
static void multi_check(CURLMcode code)
{
	if (code != CURLM_OK)
		fatal("the network library failed: %s", curl_multi_strerror(code));
}

static void http_finish(struct http *http, CURL *easy, CURLcode code)
{
	char *pointer = NULL;
	curl_easy_getinfo(easy, CURLINFO_PRIVATE, &pointer);
	struct transfer *transfer = (struct transfer *)(void *)pointer;
	multi_check(curl_multi_remove_handle(http->multi, easy));
	struct http_response response = transfer_response(transfer, code);
	if (response.status != 0 && (http->quickest_ms < 0 || response.latency_ms < http->quickest_ms))
		http->quickest_ms = response.latency_ms;
	/* While the callback runs, the slot is free for the next request and must not touch these bytes. */
	struct buffer body = transfer->body;
	struct http_request request = transfer->request;
	bool discard = request.secret || transfer->over;
	buffer_init(&transfer->body, body.max);
	transfer_release(transfer);
	request.done(request.context, &response);
	if (discard || transfer->body.data != NULL) {
		buffer_wipe_free(&body);
		return;
	}
	buffer_clear(&body);
	transfer->body = body;
}

/* After every action, time-outs too: a kept connection may finish a request inside of one. */
static void http_drain(struct http *http)
{
	CURLMsg *news;
	int left;
	while ((news = curl_multi_info_read(http->multi, &left)) != NULL)
		if (news->msg == CURLMSG_DONE)
			http_finish(http, news->easy_handle, news->data.result);
}

static void http_act(struct http *http, curl_socket_t socket, int events)
{
	int running;
	multi_check(curl_multi_socket_action(http->multi, socket, events, &running));
	http_drain(http);
}

static void on_socket_ready(struct ev_loop *loop, ev_io *io, int events)
{
	(void)loop;
	int bits = 0;
	if (events & EV_READ)
		bits |= CURL_CSELECT_IN;
	if (events & EV_WRITE)
		bits |= CURL_CSELECT_OUT;
	if (events & EV_ERROR)
		bits |= CURL_CSELECT_ERR;
	http_act(io->data, io->fd, bits);
}

static void on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)events;
	ev_timer_stop(loop, timer);
	http_act(timer->data, CURL_SOCKET_TIMEOUT, 0);
}

/* Called by libcurl from within its own functions: arms the timer and nothing else. */
static int set_timer(CURLM *multi, long ms, void *context)
{
	(void)multi;
	struct http *http = context;
	ev_timer_stop(http->loop, &http->timer);
	if (ms < 0)
		return 0;
	ev_now_update(http->loop);
	ev_timer_set(&http->timer, (double)ms / 1000.0, 0.0);
	ev_timer_start(http->loop, &http->timer);
	return 0;
}

static struct socket_watch *watch_take(struct http *http)
{
	for (int i = 0; i < HTTP_WATCHES; i++)
		if (!http->watches[i].used) {
			http->watches[i].used = true;
			return &http->watches[i];
		}
	return NULL;
}

static int set_socket(CURL *easy, curl_socket_t socket, int what, void *context, void *known)
{
	(void)easy;
	struct http *http = context;
	struct socket_watch *watch = known;
	if (what == CURL_POLL_REMOVE) {
		if (watch == NULL)
			return 0;
		ev_io_stop(http->loop, &watch->io);
		watch->used = false;
		curl_multi_assign(http->multi, socket, NULL);
		return 0;
	}
	if (watch == NULL) {
		watch = watch_take(http);
		if (watch == NULL)
			return -1;
		curl_multi_assign(http->multi, socket, watch);
	}
	int events = ((what & CURL_POLL_IN) ? EV_READ : 0) | ((what & CURL_POLL_OUT) ? EV_WRITE : 0);
	if (ev_is_active(&watch->io) && watch->io.fd == socket && (watch->io.events & (EV_READ | EV_WRITE)) == events)
		return 0;
	ev_io_stop(http->loop, &watch->io);
	ev_io_set(&watch->io, socket, events);
	ev_io_start(http->loop, &watch->io);
	return 0;
}

/* The proxy to use; "" for none. The environment counts for https only, and nothing goes by a proxy to this machine. */
static const char *http_proxy(const struct url_base *base, const char *proxy)
{
	if (base->loopback)
		return "";
	if (proxy != NULL)
		return proxy;
	if (!base->tls)
		return "";
	const char *found = getenv("https_proxy");
	if (found == NULL)
		found = getenv("HTTPS_PROXY");
	return found == NULL ? "" : found;
}

static void http_open_multi(struct http *http)
{
	http->multi = curl_multi_init();
	if (http->multi == NULL)
		fatal("the network library could not be started");
	multi_check(curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, set_socket));
	multi_check(curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http));
	multi_check(curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, set_timer));
	multi_check(curl_multi_setopt(http->multi, CURLMOPT_TIMERDATA, http));
	multi_check(curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, (long)HTTP_SLOTS));
}

struct http *http_new(struct ev_loop *loop, const struct url_base *base, const char *proxy, const char *ca_file,
	struct error *error)
{
	struct authority authority;
	if (!authority_open(&authority, ca_file, error))
		return NULL;
	/* libcurl is told not to touch signals, so a peer that hangs up would end the program. */
	signal(SIGPIPE, SIG_IGN);
	if (curl_global_init_mem(CURL_GLOBAL_DEFAULT, plain_malloc, wiping_free, wiping_realloc, plain_strdup,
		plain_calloc) != CURLE_OK)
		fatal("the network library could not be started");
	struct http *http = must_alloc(sizeof(*http));
	memset(http, 0, sizeof(*http));
	http->authority = authority;
	http->quickest_ms = -1;
	http->loop = loop;
	ev_timer_init(&http->timer, on_timer, 0.0, 0.0);
	http->timer.data = http;
	for (int i = 0; i < HTTP_WATCHES; i++) {
		ev_io_init(&http->watches[i].io, on_socket_ready, 0, 0);
		http->watches[i].io.data = http;
	}
	http_open_multi(http);
	struct transfer_setup setup = { .base = base, .proxy = http_proxy(base, proxy) };
	for (int i = 0; i < HTTP_SLOTS; i++) {
		setup.body_max = i == HTTP_STATS ? HTTP_DATA_MAX : HTTP_BODY_MAX;
		if (!transfer_init(&http->transfers[i], &setup, error)) {
			http_free(http);
			return NULL;
		}
	}
	return http;
}

void http_start(struct http *http, enum http_slot slot, const struct http_request *request)
{
	struct transfer *transfer = &http->transfers[slot];
	if (transfer->busy)
		fatal("two requests in one slot");
	authority_refresh(&http->authority);
	transfer_prepare(transfer, request, &http->authority);
	multi_check(curl_multi_add_handle(http->multi, transfer->easy));
}

int64_t http_round_trip_ms(const struct http *http)
{
	return http->quickest_ms;
}

bool http_busy(const struct http *http, enum http_slot slot)
{
	return http->transfers[slot].busy;
}

void http_cancel(struct http *http, enum http_slot slot)
{
	struct transfer *transfer = &http->transfers[slot];
	if (!transfer->busy)
		return;
	multi_check(curl_multi_remove_handle(http->multi, transfer->easy));
	transfer_release(transfer);
}

void http_free(struct http *http)
{
	if (http == NULL)
		return;
	for (int i = 0; i < HTTP_SLOTS; i++) {
		http_cancel(http, (enum http_slot)i);
		transfer_free(&http->transfers[i]);
	}
	curl_multi_cleanup(http->multi);
	for (int i = 0; i < HTTP_WATCHES; i++)
		ev_io_stop(http->loop, &http->watches[i].io);
	ev_timer_stop(http->loop, &http->timer);
	authority_close(&http->authority);
	free(http);
	curl_global_cleanup();
}
