/*
 * HTTP requests in the caller's libev loop: this file, api/http_errors and base/url are the only door to libcurl.
 *
 * A fixed set of slots, each with one easy handle for the life of the process, so that connections are kept and
 * nothing is set up twice. A slot carries one request at a time. Answers come by a callback; their bytes last for
 * that call. Nothing here follows redirects, asks for compression (what is packed all the same is unpacked, up to the
 * cap), reads a proxy from the environment for plain http, or waits: a hung resolver, peer or proxy ends with a cause
 * after HTTP_TIMEOUT_MS.
 */
#ifndef API_HTTP_H
#define API_HTTP_H

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/http_errors.h"
#include "base/error.h"
#include "base/url.h"

enum {
	HTTP_TIMEOUT_MS = 10000,
	HTTP_SLOW_BYTES = 30, /* a second; below this for HTTP_SLOW_SECONDS, an answer is called too slow */
	/* 50,000 agents of 10 columns of 60 bytes are 30 MB. */
	HTTP_DATA_MAX = 32 * 1024 * 1024,
	/* Catalogues of 20,000 entries of 200 bytes are 4 MB; every other answer is far smaller. */
	HTTP_BODY_MAX = 8 * 1024 * 1024,
	HTTP_HEADERS_MAX = 6,
};

enum http_slot {
	HTTP_STATS, /* the subscription: create, poll, delete */
	HTTP_TOKEN,
	HTTP_LIST,  /* catalogues */
	HTTP_FETCH, /* whatever app asks for once */
	HTTP_SMS,   /* the text messages of alerts */
	HTTP_EXTRA, /* availability, chat hours, campaigns: four at once */
	HTTP_EXTRA_LAST = HTTP_EXTRA + 3,
	HTTP_SLOTS,
};

struct http_response {
	int status; /* 0: no answer */
	bool sent;  /* the request may have arrived */
	const char *body; /* ended by a NUL; never NULL */
	size_t length;
	double retry_after;  /* seconds, at most HTTP_RETRY_AFTER_MAX; -1: unknown */
	int64_t latency_ms;
	const char *cause;   /* why this is no usable answer, in words; "" if status and body can be believed */
	const char *advice;  /* what to do about it; "" */
};

struct http_request {
	const char *method; /* GET, POST, DELETE */
	const char *path;   /* below the base url, with its query; copied */
	const char *headers[HTTP_HEADERS_MAX]; /* "Name: value"; NULL ends; copied */
	const char *body; /* of a POST; must last until the answer */
	size_t body_length;
	/*
	 * It must not arrive twice: on a connection of its own, because what is lost on a kept one is sent again by the
	 * library.
	 */
	bool once;
	bool secret; /* the answer's bytes are wiped after the call */
	void (*done)(void *context, const struct http_response *response);
	void *context;
};

struct http;

/* Base and texts are borrowed for the call only. Ignores SIGPIPE for the process. NULL with an error. */
struct http *http_new(struct ev_loop *loop, const struct url_base *base, const char *proxy, const char *ca_file,
	struct error *error);

/* Starts a request; done is called later, never from here. The slot must be free. */
void http_start(struct http *http, enum http_slot slot, const struct http_request *request);

/* The quickest answer so far, in milliseconds: what the way there and back takes at least. -1: there was none. */
int64_t http_round_trip_ms(const struct http *http);

bool http_busy(const struct http *http, enum http_slot slot);

/* Forgets the slot's request without a call. */
void http_cancel(struct http *http, enum http_slot slot);

/* Not from within a done callback. */
void http_free(struct http *http);

#endif
