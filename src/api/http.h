/*
 * HTTP requests in the caller's libev loop: this file and base/url are the only door to libcurl.
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

#include "base/error.h"
#include "base/url.h"

enum {
	HTTP_TIMEOUT_MS = 10000,
	HTTP_CONNECT_TIMEOUT_MS = 6000, /* two lost SYNs are repeated after 1 and 3 s */
	HTTP_SLOW_BYTES = 30, /* a second; below this for HTTP_SLOW_SECONDS, an answer is called too slow */
	HTTP_SLOW_SECONDS = 9, /* sooner than the time-out, later than a slow query */
	HTTP_RETRY_AFTER_MAX = 600, /* seconds: no server may silence a wall for longer */
	HTTP_HEAD_MAX = 128 * 1024, /* of one answer, interim ones included; real ones are below 4 kB */
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

/* What kind of thing is wrong where there is no usable answer: for who asks people about it. */
enum http_trouble {
	HTTP_NO_TROUBLE,
	HTTP_TROUBLE_NAME,        /* is not known */
	HTTP_TROUBLE_CONNECTION,  /* refused, not reached, lost, no TLS, or no HTTP */
	HTTP_TROUBLE_TIME,        /* nobody answered in time */
	HTTP_TROUBLE_CERTIFICATE,
	HTTP_TROUBLE_VALIDITY,    /* the certificate is not valid yet, or no longer: it, or the clock here, is wrong */
	HTTP_TROUBLE_AUTHORITY,   /* nobody that is trusted here signed the certificate */
	HTTP_TROUBLE_PROXY,
	HTTP_TROUBLE_PORTAL,      /* a web page, or a way to one */
	HTTP_TROUBLE_ANSWER,      /* too large, cut off, packed in a strange way */
};

enum { HTTP_DATE_MAX = 40 };

struct http_response {
	int status; /* 0: no answer */
	enum http_trouble trouble;
	const char *date; /* its header Date; "" */
	bool sent;  /* the request may have arrived */
	const char *path; /* that was asked for, without its query; as long as `cause` */
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

/*
 * What a header says, and what a request that failed is called: pure, with the time as an argument, and here for tests.
 */

/* Seconds of a Retry-After header, a number or a date; capped; -1 if it says nothing. */
double http_retry_after(const char *value, int64_t wall_ms);

/*
 * Seconds since 1970 of a date of a header (RFC 9110, 5.6.7): the form that is written today and the two obsolete ones,
 * always in GMT. now: the same, for the century of a year of two digits. False: not such a date.
 */
bool http_date_read(const char *text, int64_t now, int64_t *seconds);

struct http_failure {
	int code;           /* libcurl's */
	const char *host;   /* of the url */
	const char *proxy;  /* the host of the proxy; "" for none */
	size_t body_max;    /* the body was larger than this and given up; 0: it was not */
	bool head_too_large;
	bool tls_began;     /* the connection is made, and TLS has begun */
	long verify;        /* OpenSSL's number of what is wrong with the certificate */
	long proxy_status;  /* what the proxy answered; 0: nothing */
	long os_error;      /* errno of the connection */
	/* When each phase was over; 0: never. A kept connection has no time of its own but the last two. */
	int64_t resolved_us, connected_us, sent_us, answered_us;
};

/* Writes the cause; returns the advice, "" for none. */
const char *http_failure_text(const struct http_failure *failure, char *out, size_t size);

/* Its kind, by the same numbers. */
enum http_trouble http_failure_trouble(const struct http_failure *failure);

#endif
