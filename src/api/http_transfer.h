/*
 * One easy handle and the request that it carries: how options are set, how bytes are taken, how the end is put
 * into words. For http_multi.c and http_fault.c only. The struct owns the handle, the header list and the body buffer.
 */
#ifndef API_HTTP_TRANSFER_H
#define API_HTTP_TRANSFER_H

#include <curl/curl.h>
#include <stdbool.h>

#include "api/authority.h"
#include "api/http.h"
#include "base/buffer.h"
#include "base/error.h"

struct transfer {
	CURL *easy;
	bool busy;
	bool over; /* the body passed its cap */
	size_t head; /* bytes of headers; above HTTP_HEAD_MAX the answer is given up */
	struct buffer body;
	struct curl_slist *headers;
	struct http_request request;
	char base[URL_MAX];
	char path[128]; /* without its query, for the log */
	char peer_host[URL_HOST_MAX];
	char proxy_host[URL_HOST_MAX]; /* "" for none */
	bool html;
	bool greeting; /* the connection stands, and TLS has begun */
	double retry_after;
	char location[URL_HOST_MAX];
	char cause[ERROR_TEXT];
	char curl_error[CURL_ERROR_SIZE]; /* libcurl's own words, for http_fault alone */
	int64_t began_ms;
	unsigned authority; /* the version that is set */
};

struct transfer_setup {
	const struct url_base *base;
	const char *proxy; /* "" for none */
	size_t body_max;
};

bool transfer_init(struct transfer *transfer, const struct transfer_setup *setup, struct error *error);
void transfer_free(struct transfer *transfer);

/* Sets the handle up for a request that trusts these authorities. */
void transfer_prepare(struct transfer *transfer, const struct http_request *request, const struct authority *authority);

/* The answer, or why there is none. Logs one line. */
struct http_response transfer_response(struct transfer *transfer, CURLcode code);

/* After the callback: lets go of what the request lent. */
void transfer_release(struct transfer *transfer);

/* http_fault.c: a failure in words; returns the advice. */
const char *http_fault(const struct transfer *transfer, CURLcode code, char *out, size_t size);

#endif
