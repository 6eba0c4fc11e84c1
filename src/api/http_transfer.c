#include "api/http_transfer.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "api/http_date.h"
#include "base/clock.h"
#include "base/log.h"

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "0"
#endif

/* The longest header that is looked at: a Location may be long. */
enum { HEADER_VALUE_MAX = URL_MAX };

/* Every option matters: one that is not known would silently take a guard away. */
static void easy_check(CURLcode code)
{
	if (code != CURLE_OK)
		fatal("the network library refused an option: %s", curl_easy_strerror(code));
}

#define EASY_SET(easy, option, value) easy_check(curl_easy_setopt(easy, option, value))

/* Counted before a byte is copied: libcurl's own limit does not see chunked bodies. */
static size_t take_body(char *bytes, size_t size, size_t count, void *context)
{
	struct transfer *transfer = context;
	size_t length = size * count;
	if (!buffer_add(&transfer->body, bytes, length)) {
		transfer->over = true;
		return 0;
	}
	return length;
}

bool http_header_clean(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return false;
	return true;
}

double http_retry_after(const char *value, int64_t wall_ms)
{
	char *end;
	double seconds = -1;
	if (value[0] >= '0' && value[0] <= '9') {
		unsigned long whole = strtoul(value, &end, 10);
		if (end[strspn(end, " \t")] != '\0')
			return -1;
		seconds = (double)whole;
	} else {
		int64_t when;
		if (!http_date_read(value, wall_ms / 1000, &when))
			return -1;
		seconds = (double)when - (double)wall_ms / 1000.0;
	}
	if (seconds < 0)
		seconds = 0;
	return seconds > HTTP_RETRY_AFTER_MAX ? HTTP_RETRY_AFTER_MAX : seconds;
}

/* The value of a header line if it has this name. */
static bool header_value(const char *line, size_t length, const char *name, char *out, size_t size)
{
	size_t skip = strlen(name);
	if (length <= skip || strncasecmp(line, name, skip) != 0 || line[skip] != ':')
		return false;
	const char *at = line + skip + 1, *end = line + length;
	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	while (end > at && (end[-1] == '\r' || end[-1] == '\n' || end[-1] == ' ' || end[-1] == '\t'))
		end--;
	size_t found = (size_t)(end - at);
	if (found >= size)
		found = size - 1;
	memcpy(out, at, found);
	out[found] = '\0';
	return true;
}

static void transfer_forget_headers(struct transfer *transfer)
{
	transfer->html = false;
	transfer->retry_after = -1;
	transfer->location[0] = '\0';
}

static size_t take_header(char *line, size_t size, size_t count, void *context)
{
	struct transfer *transfer = context;
	size_t length = size * count;
	char value[HEADER_VALUE_MAX];
	transfer->head += length;
	if (transfer->head > HTTP_HEAD_MAX)
		return 0;
	/* An interim answer (100) has headers of its own. */
	if (length > 5 && strncmp(line, "HTTP/", 5) == 0)
		transfer_forget_headers(transfer);
	else if (header_value(line, length, "Content-Type", value, sizeof(value)))
		transfer->html = strncasecmp(value, "text/html", 9) == 0 ||
			strncasecmp(value, "application/xhtml", 17) == 0;
	else if (header_value(line, length, "Retry-After", value, sizeof(value)))
		transfer->retry_after = http_retry_after(value, clock_wall_ms());
	else if (header_value(line, length, "Location", value, sizeof(value)))
		url_host_of(value, transfer->location, sizeof(transfer->location));
	return length;
}

/* Children (the secret's command, those of alerts) must not inherit the connection. */
static curl_socket_t open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
	(void)context;
	(void)purpose;
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static void set_limits(CURL *easy)
{
	EASY_SET(easy, CURLOPT_NOSIGNAL, 1L);
	/* Without it a hung resolver holds the whole loop, whatever the time-outs say. */
	EASY_SET(easy, CURLOPT_QUICK_EXIT, 1L);
	EASY_SET(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)HTTP_CONNECT_TIMEOUT_MS);
	EASY_SET(easy, CURLOPT_TIMEOUT_MS, (long)HTTP_TIMEOUT_MS);
	EASY_SET(easy, CURLOPT_LOW_SPEED_LIMIT, (long)HTTP_SLOW_BYTES);
	EASY_SET(easy, CURLOPT_LOW_SPEED_TIME, (long)HTTP_SLOW_SECONDS);
	EASY_SET(easy, CURLOPT_FOLLOWLOCATION, 0L);
	EASY_SET(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	EASY_SET(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
}

/* That the connection stood before TLS hung, libcurl's times do not tell in all versions. */
static CURLcode tls_begins(CURL *easy, void *tls, void *context)
{
	struct transfer *transfer = context;
	(void)easy;
	(void)tls;
	transfer->greeting = true;
	return CURLE_OK;
}

static void set_security(CURL *easy, const struct transfer_setup *setup)
{
	EASY_SET(easy, CURLOPT_PROTOCOLS_STR, setup->base->tls ? "https" : "http");
	EASY_SET(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	EASY_SET(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	EASY_SET(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	EASY_SET(easy, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
}

/* Connections that are kept were made with the authorities of their time, and libcurl does not use them with others. */
static void set_authority(struct transfer *transfer, const struct authority *authority)
{
	if (transfer->authority == authority->version)
		return;
	transfer->authority = authority->version;
	struct curl_blob blob = { .data = authority->text.data, .len = authority->text.length, .flags = CURL_BLOB_COPY };
	EASY_SET(transfer->easy, CURLOPT_CAINFO_BLOB, &blob);
	/* Instead of the system's, not beside them. */
	EASY_SET(transfer->easy, CURLOPT_CAPATH, NULL);
}

/* A proxy may be given without its scheme. */
static void take_proxy_host(struct transfer *transfer, const char *proxy)
{
	char url[URL_MAX];
	if (proxy[0] == '\0')
		return;
	snprintf(url, sizeof(url), "%s%s", strstr(proxy, "://") == NULL ? "http://" : "", proxy);
	url_host_of(url, transfer->proxy_host, sizeof(transfer->proxy_host));
}

bool transfer_init(struct transfer *transfer, const struct transfer_setup *setup, struct error *error)
{
	buffer_init(&transfer->body, setup->body_max);
	transfer->easy = curl_easy_init();
	if (transfer->easy == NULL)
		fatal("the network library could not be started");
	memcpy(transfer->base, setup->base->text, sizeof(transfer->base));
	memcpy(transfer->peer_host, setup->base->host, sizeof(transfer->peer_host));
	take_proxy_host(transfer, setup->proxy);
	set_limits(transfer->easy);
	set_security(transfer->easy, setup);
	EASY_SET(transfer->easy, CURLOPT_USERAGENT, "cxwall/" PACKAGE_VERSION);
	/* Asks for plain bytes. What a proxy packs all the same is unpacked, and counted as it comes out of that. */
	EASY_SET(transfer->easy, CURLOPT_ACCEPT_ENCODING, "identity");
	EASY_SET(transfer->easy, CURLOPT_PRIVATE, (void *)transfer);
	EASY_SET(transfer->easy, CURLOPT_WRITEFUNCTION, take_body);
	EASY_SET(transfer->easy, CURLOPT_WRITEDATA, transfer);
	EASY_SET(transfer->easy, CURLOPT_HEADERFUNCTION, take_header);
	EASY_SET(transfer->easy, CURLOPT_HEADERDATA, transfer);
	EASY_SET(transfer->easy, CURLOPT_ERRORBUFFER, transfer->curl_error);
	EASY_SET(transfer->easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	/* Not where libcurl was built with something else than OpenSSL: then the words are less exact. */
	(void)curl_easy_setopt(transfer->easy, CURLOPT_SSL_CTX_FUNCTION, tls_begins);
	(void)curl_easy_setopt(transfer->easy, CURLOPT_SSL_CTX_DATA, transfer);
	if (curl_easy_setopt(transfer->easy, CURLOPT_PROXY, setup->proxy) != CURLE_OK)
		return error_set(error, "proxy: this is no address of a proxy");
	return true;
}

/* Headers hold tokens. */
static void headers_wipe(struct transfer *transfer)
{
	for (struct curl_slist *item = transfer->headers; item != NULL; item = item->next)
		explicit_bzero(item->data, strlen(item->data));
	curl_slist_free_all(transfer->headers);
	transfer->headers = NULL;
}

void transfer_free(struct transfer *transfer)
{
	curl_easy_cleanup(transfer->easy);
	transfer->easy = NULL;
	headers_wipe(transfer);
	buffer_wipe_free(&transfer->body);
}

static bool headers_same(const struct transfer *transfer, const struct http_request *request)
{
	const struct curl_slist *item = transfer->headers;
	for (int i = 0; i < HTTP_HEADERS_MAX && request->headers[i] != NULL; i++, item = item->next)
		if (item == NULL || strcmp(item->data, request->headers[i]) != 0)
			return false;
	return item == NULL;
}

/* The list of the last request serves again while it is the same: it is for every poll. */
static void headers_set(struct transfer *transfer, const struct http_request *request)
{
	if (!headers_same(transfer, request)) {
		headers_wipe(transfer);
		for (int i = 0; i < HTTP_HEADERS_MAX && request->headers[i] != NULL; i++) {
			if (!http_header_clean(request->headers[i]))
				fatal("a header with control characters");
			struct curl_slist *list = curl_slist_append(transfer->headers, request->headers[i]);
			if (list == NULL)
				fatal("out of memory (a header)");
			transfer->headers = list;
		}
	}
	EASY_SET(transfer->easy, CURLOPT_HTTPHEADER, transfer->headers);
}

void transfer_prepare(struct transfer *transfer, const struct http_request *request, const struct authority *authority)
{
	char url[URL_MAX * 2];
	snprintf(url, sizeof(url), "%s%s", transfer->base, request->path);
	EASY_SET(transfer->easy, CURLOPT_URL, url);
	if (strcmp(request->method, "POST") == 0) {
		EASY_SET(transfer->easy, CURLOPT_CUSTOMREQUEST, NULL);
		EASY_SET(transfer->easy, CURLOPT_POST, 1L);
		EASY_SET(transfer->easy, CURLOPT_POSTFIELDS, request->body);
		EASY_SET(transfer->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_length);
	} else {
		bool get = strcmp(request->method, "GET") == 0;
		EASY_SET(transfer->easy, CURLOPT_HTTPGET, 1L);
		EASY_SET(transfer->easy, CURLOPT_CUSTOMREQUEST, get ? NULL : request->method);
	}
	EASY_SET(transfer->easy, CURLOPT_FRESH_CONNECT, request->once ? 1L : 0L);
	set_authority(transfer, authority);
	headers_set(transfer, request);
	snprintf(transfer->path, sizeof(transfer->path), "%.*s", (int)strcspn(request->path, "?"), request->path);
	transfer->request = *request;
	transfer->busy = true;
	transfer->over = transfer->greeting = false;
	transfer->head = 0;
	transfer->curl_error[0] = '\0';
	buffer_clear(&transfer->body);
	transfer_forget_headers(transfer);
	transfer->began_ms = clock_boot_ms();
}

void transfer_release(struct transfer *transfer)
{
	transfer->busy = false;
	/* What the request lent (body, path) may go away now. */
	EASY_SET(transfer->easy, CURLOPT_POSTFIELDS, NULL);
	transfer->request = (struct http_request){ .method = NULL };
}

/* One line: method, path without its query, status, bytes, time. */
static void transfer_log(const struct transfer *transfer, const struct http_response *response)
{
	log_line("%s %s %d %zu bytes %lld ms%s%s", transfer->request.method, transfer->path, response->status,
		response->length, (long long)response->latency_ms, response->cause[0] != '\0' ? ": " : "",
		response->cause);
}

static bool starts(const struct buffer *body, const char *bytes, size_t length)
{
	return body->length >= length && memcmp(body->data, bytes, length) == 0;
}

/* What the bytes are if they are neither text nor packed as the headers say; NULL: nothing strange. */
static const char *strange_bytes(const struct buffer *body)
{
	static const struct {
		const char *bytes;
		size_t length;
		const char *words;
	} known[] = {
		{ "\x1f\x8b", 2, "the answer is packed with gzip, but does not say so" },
		{ "\x28\xb5\x2f\xfd", 4, "the answer is packed with zstd, but does not say so" },
		{ "PK\x03\x04", 4, "the answer is a zip archive" },
		{ "\xff\xfe", 2, "the answer is UTF-16 text instead of UTF-8" },
		{ "\xfe\xff", 2, "the answer is UTF-16 text instead of UTF-8" },
	};
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (starts(body, known[i].bytes, known[i].length))
			return known[i].words;
	return NULL;
}

/* A byte order mark at the head means nothing in UTF-8. */
static size_t mark_length(const struct buffer *body)
{
	return starts(body, "\xef\xbb\xbf", 3) ? 3 : 0;
}

/* Answers that libcurl calls fine and nobody can use. */
static const char *transfer_unusable(struct transfer *transfer, int status)
{
	const char *start = buffer_string(&transfer->body) + mark_length(&transfer->body);
	start += strspn(start, " \t\r\n");
	/* To our unconditional requests a 304 is nonsense, and no redirect. */
	if (status >= 300 && status < 400 && status != 304) {
		snprintf(transfer->cause, sizeof(transfer->cause), "redirected to %.180s: never followed",
			transfer->location[0] != '\0' ? transfer->location : "another address");
		return "check the url, or whether a login portal is in between";
	}
	const char *strange = status >= 200 && status < 300 ? strange_bytes(&transfer->body) : NULL;
	if (strange != NULL) {
		snprintf(transfer->cause, sizeof(transfer->cause), "%s", strange);
		return "check the proxy and whatever else is in between";
	}
	/* Some servers label their JSON as text/html. */
	bool page = *start == '<' || (transfer->html && *start != '{' && *start != '[');
	if (status >= 200 && status < 300 && transfer->body.length > 0 && page) {
		snprintf(transfer->cause, sizeof(transfer->cause),
			"an HTML page instead of JSON (a login portal?)");
		return "check the url and the network that this computer is in";
	}
	return "";
}

struct http_response transfer_response(struct transfer *transfer, CURLcode code)
{
	long status = 0;
	curl_off_t sent_after = 0;
	transfer->cause[0] = '\0';
	curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(transfer->easy, CURLINFO_PRETRANSFER_TIME_T, &sent_after);
	size_t mark = mark_length(&transfer->body);
	struct http_response response = {
		.status = code == CURLE_OK ? (int)status : 0,
		.sent = sent_after > 0,
		.body = buffer_string(&transfer->body) + mark,
		.length = transfer->body.length - mark,
		.retry_after = transfer->retry_after,
		.latency_ms = clock_boot_ms() - transfer->began_ms,
		.cause = transfer->cause,
		.advice = "",
	};
	if (code != CURLE_OK)
		response.advice = http_fault(transfer, code, transfer->cause, sizeof(transfer->cause));
	else
		response.advice = transfer_unusable(transfer, response.status);
	transfer_log(transfer, &response);
	return response;
}
