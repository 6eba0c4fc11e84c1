/*
 * What a request that failed is called, and what to do about it. Pure: api/http gathers what libcurl knows.
 */
#ifndef API_HTTP_ERRORS_H
#define API_HTTP_ERRORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Limits of api/http that messages name. */
enum {
	HTTP_CONNECT_TIMEOUT_MS = 6000, /* two lost SYNs are repeated after 1 and 3 s */
	HTTP_SLOW_SECONDS = 9, /* sooner than the time-out, later than a slow query */
	HTTP_HEAD_MAX = 128 * 1024, /* of one answer, interim ones included; real ones are below 4 kB */
};

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

#endif
