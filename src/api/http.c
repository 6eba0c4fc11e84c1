#include "api/http.h"

#include <curl/curl.h>
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/file_text.h"
#include "base/log.h"
#include "base/text.h"

#ifndef PACKAGE_VERSION
#define PACKAGE_VERSION "0"
#endif

enum {
	/* Each slot may hold a socket, its rival of the other address family, and the resolver's wake-up. */
	HTTP_WATCHES = HTTP_SLOTS * 4,
	/* The longest header that is looked at: a Location may be long. */
	HTTP_HEADER_VALUE_MAX = URL_MAX,
	/* Ten times what systems have. */
	HTTP_AUTHORITY_MAX = 2 * 1024 * 1024,
	HTTP_DAY_SECONDS = 24 * 3600,
	HTTP_FAR_YEARS = 50,
	/* CURLE_TOO_LARGE, which older headers lack. */
	HTTP_ERROR_TOO_LARGE = 100,
	/* X509_V_OK, and what libcurl has until OpenSSL says another number. */
	HTTP_VERIFY_OK = 0,
	HTTP_VERIFY_UNSPECIFIED = 1,
	/* X509_V_ERR_...: of the validity, and of who signed it. */
	HTTP_VERIFY_EARLY = 9,
	HTTP_VERIFY_LATE = 10,
	HTTP_VERIFY_SELF_SIGNED = 18,
	HTTP_VERIFY_NO_LEAF_SIGNATURE = 21,
};

struct socket_watch {
	ev_io io;
	bool used;
};

/*
 * The certificates of authorities that the user named with ca_file. The file is read here and handed on as bytes:
 * libcurl would open it by its name within the loop, wait for ever where it is a FIFO, and keep what it read for a day.
 * What was read stays in force while the file cannot be read.
 */
struct authority {
	const char *path; /* NULL: the system's; borrowed */
	struct buffer text;
	struct file_stamp stamp;
	unsigned version; /* another number for each text that was read; 0: none */
};

/* One easy handle and the request that it carries. Owns the handle, the header list and the body buffer. */
struct transfer {
	CURL *easy;
	bool busy;
	bool too_large; /* the body passed its cap */
	size_t head;    /* bytes of headers; above HTTP_HEAD_MAX the answer is given up */
	struct buffer body;
	struct curl_slist *headers;
	struct http_request request;
	char base[URL_MAX];
	char path[128]; /* without its query, for the log */
	char peer_host[URL_HOST_MAX];
	char proxy_host[URL_HOST_MAX]; /* "" for none */
	bool html;
	enum http_trouble trouble;
	char date[HTTP_DATE_MAX];
	bool tls_began; /* the connection is made, and TLS has begun */
	double retry_after;
	char location[URL_HOST_MAX];
	char cause[ERROR_TEXT];
	int64_t start_ms;
	unsigned authority_version; /* that is set */
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

/* ---- the authorities ---- */

/* False with "ca_file: ..." if the file cannot be read. */
static bool authority_read(struct authority *authority, struct error *error)
{
	struct file_text file;
	if (!file_text_read(&file, authority->path, HTTP_AUTHORITY_MAX, error))
		return error_prefix(error, "ca_file: ");
	buffer_free(&authority->text);
	authority->text = file.text;
	authority->stamp = file.stamp;
	authority->version++;
	buffer_init(&file.text, 0);
	file_text_close(&file);
	return true;
}

/* Reads the file again if it became another one. */
static void authority_refresh(struct authority *authority)
{
	struct file_stamp now;
	struct error error;
	if (authority->path == NULL || !file_stamp_read(authority->path, &now) || file_stamp_same(&now, &authority->stamp))
		return;
	if (!authority_read(authority, &error)) {
		log_line("%s", error.text);
		/* Said once for each such file. */
		authority->stamp = now;
	}
}

/* ---- headers of an answer ---- */

/* Counted by hand, so that a date past 2038 is right also where time_t has 32 bits. */
static int64_t http_seconds_of(const struct tm *date)
{
	/* March is 0; the months from there on have 31 30 31 30 31 days, twice, and the rest. */
	int month = (date->tm_mon + 10) % 12;
	int64_t year = (int64_t)date->tm_year + 1900 - (date->tm_mon < 2);
	/* Days from 1970 to the first of March of this year; a year that begins in March has its leap day at its end. */
	int64_t march = year * 365 + year / 4 - year / 100 + year / 400 - 719468;
	int64_t days = march + (month * 153 + 2) / 5 + date->tm_mday - 1;
	return days * HTTP_DAY_SECONDS + date->tm_hour * 3600 + date->tm_min * 60 + date->tm_sec;
}

/* Of the years that end in these two digits, the nearest: none is more than 50 years ahead. */
static void http_set_century(struct tm *date, int64_t now)
{
	int64_t year = 1970 + now / (365 * HTTP_DAY_SECONDS + HTTP_DAY_SECONDS / 4);
	int64_t meant = year - year % 100 + date->tm_year % 100;
	if (meant > year + HTTP_FAR_YEARS)
		meant -= 100;
	else if (meant <= year - HTTP_FAR_YEARS)
		meant += 100;
	date->tm_year = (int)(meant - 1900);
}

bool http_date_read(const char *text, int64_t now, int64_t *seconds)
{
	static const struct {
		const char *format;
		bool short_year;
	} forms[] = {
		{ "%a, %d %b %Y %H:%M:%S GMT", false }, /* Sun, 06 Nov 1994 08:49:37 GMT */
		{ "%a, %d-%b-%y %H:%M:%S GMT", true },  /* Sunday, 06-Nov-94 08:49:37 GMT */
		{ "%a %b %e %H:%M:%S %Y", false },      /* Sun Nov  6 08:49:37 1994 */
	};
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct tm date = { .tm_mday = 0 };
		const char *end = strptime(text, forms[i].format, &date);
		if (end == NULL || end[strspn(end, " \t")] != '\0')
			continue;
		if (forms[i].short_year)
			http_set_century(&date, now);
		*seconds = http_seconds_of(&date);
		return true;
	}
	return false;
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

/* ---- why a request failed, in words ---- */

struct http_fault {
	int code;
	const char *cause;
	const char *advice;
};

/* OpenSSL's numbers of what is wrong with a certificate (X509_V_ERR_...), so that only libcurl needs its headers. */
static const struct http_fault certificate_faults[] = {
	{ 9, "The certificate is not valid yet", "Check this computer's clock." },
	{ 10, "The certificate has expired", "The server needs a new one. Check this computer's clock too." },
	{ 18, "The certificate is self-signed", "If you trust it, name it as ca_file." },
	{ 19, "The certificate is signed by an unknown authority", "Name the authority's certificate as ca_file." },
	{ 20, "The certificate is signed by an unknown authority", "Name the authority's certificate as ca_file." },
	{ 21, "The certificate is signed by an unknown authority", "Name the authority's certificate as ca_file." },
	{ 23, "The certificate was revoked", "The server needs a new one." },
	{ 26, "The certificate is not for a server", "The server needs a new one." },
	{ 62, "The certificate is for another host", "Check the url." },
	{ 66, "The key of the certificate is too short", "The server needs a new one." },
	{ 68, "The signature of the certificate is too weak", "The server needs a new one." },
};

static const struct http_fault faults[] = {
	{ CURLE_COULDNT_RESOLVE_PROXY, "The name of the proxy is unknown", "Check the proxy setting and the name server." },
	{ CURLE_SEND_ERROR, "The connection broke while sending", "" },
	{ CURLE_RECV_ERROR, "The connection broke", "" },
	{ CURLE_GOT_NOTHING, "The server closed the connection without an answer", "" },
	{ CURLE_PARTIAL_FILE, "The answer was cut off", "" },
	{ CURLE_WEIRD_SERVER_REPLY, "The answer is not HTTP", "Check the url and the port." },
	{ CURLE_UNSUPPORTED_PROTOCOL, "The answer is not HTTP", "Check the url and the port." },
	{ CURLE_HTTP2, "The answer is not HTTP", "Check the url and the port." },
	{ CURLE_BAD_CONTENT_ENCODING, "The answer is compressed in a way that cannot be unpacked",
		"Check the proxy and anything else in between." },
	{ CURLE_SSL_CONNECT_ERROR, "No encrypted connection could be made",
		"Check the url and the port, and that https answers there." },
	{ CURLE_SSL_CACERT_BADFILE, "The ca_file cannot be used", "Check ca_file." },
	{ CURLE_SSL_ISSUER_ERROR, "The certificate is signed by an unknown authority", "Check ca_file." },
	{ CURLE_SSL_SHUTDOWN_FAILED, "The connection broke", "" },
	{ CURLE_PROXY, "The proxy failed", "Check the proxy setting." },
	{ CURLE_URL_MALFORMAT, "The url cannot be used", "Check the url." },
	/* What libcurl says of a single line that is too long for it; newer ones have a code of its own. */
	{ CURLE_OUT_OF_MEMORY, "The headers of the answer are too long, or memory has run out", "" },
	{ HTTP_ERROR_TOO_LARGE, "The headers of the answer are too long", "" },
};

static const struct http_fault *http_fault_find(const struct http_fault *table, size_t count, int code)
{
	for (size_t i = 0; i < count; i++)
		if (table[i].code == code)
			return &table[i];
	return NULL;
}

static const char *http_fault_certificate(const struct http_failure *failure, char *out, size_t size)
{
	const struct http_fault *fault = http_fault_find(certificate_faults,
		sizeof(certificate_faults) / sizeof(certificate_faults[0]), (int)failure->verify);
	if (fault != NULL) {
		snprintf(out, size, "%s", fault->cause);
		return fault->advice;
	}
	/* The name is compared by libcurl itself, which leaves the number that it began with. */
	if (failure->verify == HTTP_VERIFY_OK || failure->verify == HTTP_VERIFY_UNSPECIFIED) {
		snprintf(out, size, "The certificate is not for %.180s", failure->host);
		return "Check the url.";
	}
	snprintf(out, size, "The certificate is not trusted (reason %ld)", failure->verify);
	return "The server needs a better one, or name a ca_file.";
}

/* In which phase the time ran out. A kept connection has no time of its own but the last. */
static const char *http_fault_timeout(const struct http_failure *failure, char *out, size_t size)
{
	bool proxy = failure->proxy[0] != '\0';
	if (failure->sent_us != 0 && failure->answered_us == 0) {
		snprintf(out, size, "The server took the request but did not answer within %d s", HTTP_SLOW_SECONDS);
		return "";
	}
	if (failure->sent_us != 0) {
		snprintf(out, size, "The answer came too slowly");
		return "";
	}
	if (failure->resolved_us == 0) {
		snprintf(out, size, "The name server did not answer for %s%.180s", proxy ? "the proxy " : "",
			proxy ? failure->proxy : failure->host);
		return "Check this computer's network and name server.";
	}
	/* Not all versions of libcurl say whether the proxy took the connection and answered nothing. */
	if (proxy && failure->proxy_status == 0 && !failure->tls_began) {
		snprintf(out, size, "No connection through the proxy %.180s within %d s", failure->proxy,
			HTTP_CONNECT_TIMEOUT_MS / 1000);
		return "Check the proxy setting and this computer's network.";
	}
	if (failure->connected_us == 0 && !failure->tls_began) {
		snprintf(out, size, "No connection to %.180s within %d s", failure->host,
			HTTP_CONNECT_TIMEOUT_MS / 1000);
		return "Check this computer's network, the url, the port, and firewalls in between.";
	}
	snprintf(out, size, "No encrypted connection within %d s", HTTP_CONNECT_TIMEOUT_MS / 1000);
	return "Check the url and the port, and that https answers there.";
}

/* Blaming the API for its proxy would send people to the wrong place. */
static const char *http_fault_connect(const struct http_failure *failure, char *out, size_t size)
{
	bool through = failure->proxy[0] != '\0';
	const char *proxy = through ? "The proxy " : "", *peer = through ? failure->proxy : failure->host;
	if (failure->os_error == ECONNREFUSED) {
		snprintf(out, size, "%s%.180s refused the connection", proxy, peer);
		return through ? "Check the proxy setting." : "Check the address and the port.";
	}
	if (failure->os_error == ENETUNREACH || failure->os_error == EHOSTUNREACH) {
		snprintf(out, size, "%s%.180s cannot be reached from here", proxy, peer);
		return "Check this computer's network.";
	}
	snprintf(out, size, "No connection to %s%.180s", through ? "the proxy " : "", peer);
	return through ? "Check the proxy setting and this computer's network." : "Check this computer's network, the url and the port.";
}

const char *http_failure_text(const struct http_failure *failure, char *out, size_t size)
{
	int code = failure->code;
	if (failure->body_max > 0) {
		snprintf(out, size, "The answer is larger than %zu MB", failure->body_max / (1024 * 1024));
		return "Use a smaller limit or fewer columns.";
	}
	if (failure->head_too_large) {
		snprintf(out, size, "The headers of the answer are larger than %d kB", HTTP_HEAD_MAX / 1024);
		return "Check the url and the port.";
	}
	if (code == CURLE_PEER_FAILED_VERIFICATION)
		return http_fault_certificate(failure, out, size);
	if (code == CURLE_OPERATION_TIMEDOUT)
		return http_fault_timeout(failure, out, size);
	if (code == CURLE_COULDNT_CONNECT)
		return http_fault_connect(failure, out, size);
	if (code == CURLE_COULDNT_RESOLVE_HOST) {
		snprintf(out, size, "The name %.180s is unknown", failure->host);
		return "Check the url, this computer's network and its name server.";
	}
	long proxy = failure->proxy_status;
	if (code != CURLE_OK && proxy >= 300) {
		snprintf(out, size, "The proxy refused the connection (%ld)", proxy);
		return proxy == 407 ? "The proxy requires a user and a password." : "Check the proxy setting.";
	}
	const struct http_fault *fault = http_fault_find(faults, sizeof(faults) / sizeof(faults[0]), code);
	/* Before the request could be sent, it was the proxy that answered. */
	if (fault != NULL && proxy == 0 && failure->proxy[0] != '\0' && !failure->tls_began &&
		failure->sent_us == 0 && code != CURLE_COULDNT_RESOLVE_PROXY) {
		snprintf(out, size, "Proxy %.150s: %s", failure->proxy, fault->cause);
		return "Check the proxy setting.";
	}
	if (fault != NULL) {
		snprintf(out, size, "%s", fault->cause);
		return fault->advice;
	}
	snprintf(out, size, "The connection failed: %.180s", curl_easy_strerror((CURLcode)code));
	return "";
}

enum http_trouble http_failure_trouble(const struct http_failure *failure)
{
	int code = failure->code;
	bool proxy = failure->proxy[0] != '\0';
	if (failure->body_max > 0 || failure->head_too_large)
		return HTTP_TROUBLE_ANSWER;
	if (code == CURLE_PEER_FAILED_VERIFICATION)
		return failure->verify == HTTP_VERIFY_EARLY || failure->verify == HTTP_VERIFY_LATE ? HTTP_TROUBLE_VALIDITY
			: failure->verify >= HTTP_VERIFY_SELF_SIGNED && failure->verify <= HTTP_VERIFY_NO_LEAF_SIGNATURE
			? HTTP_TROUBLE_AUTHORITY : HTTP_TROUBLE_CERTIFICATE;
	if (code == CURLE_SSL_ISSUER_ERROR || code == CURLE_SSL_CACERT_BADFILE)
		return HTTP_TROUBLE_AUTHORITY;
	if (code == CURLE_COULDNT_RESOLVE_HOST)
		return HTTP_TROUBLE_NAME;
	/* Until it has made the connection, the proxy is at work. */
	if (proxy && code != CURLE_OK && (failure->proxy_status >= 300 ||
		(failure->proxy_status == 0 && !failure->tls_began && failure->sent_us == 0)))
		return HTTP_TROUBLE_PROXY;
	switch (code) {
	case CURLE_OPERATION_TIMEDOUT:
		return failure->resolved_us == 0 ? HTTP_TROUBLE_NAME : HTTP_TROUBLE_TIME;
	case CURLE_PROXY:
	case CURLE_COULDNT_RESOLVE_PROXY:
		return HTTP_TROUBLE_PROXY;
	case CURLE_PARTIAL_FILE:
	case CURLE_BAD_CONTENT_ENCODING:
	case CURLE_OUT_OF_MEMORY:
	case HTTP_ERROR_TOO_LARGE:
		return HTTP_TROUBLE_ANSWER;
	default:
		return HTTP_TROUBLE_CONNECTION;
	}
}

/* ---- one transfer ---- */

/* Every option matters: one that is not known would silently take a guard away. */
static void easy_check(CURLcode code)
{
	if (code != CURLE_OK)
		fatal("the network library refused an option: %s", curl_easy_strerror(code));
}

#define EASY_SET(easy, option, value) easy_check(curl_easy_setopt(easy, option, value))

/* Counted before a byte is copied: libcurl's own limit does not see chunked bodies. */
static size_t transfer_add_body(char *bytes, size_t size, size_t count, void *context)
{
	struct transfer *transfer = context;
	size_t length = size * count;
	if (!buffer_add(&transfer->body, bytes, length)) {
		transfer->too_large = true;
		return 0;
	}
	return length;
}

static void transfer_forget_headers(struct transfer *transfer)
{
	transfer->html = false;
	transfer->retry_after = -1;
	transfer->location[0] = transfer->date[0] = '\0';
}

/* The value of a header line, without blanks around it, if the header has this name; cut where it is too long. */
static bool transfer_header_value(const char *line, size_t length, const char *name, char *out, size_t size)
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

static size_t transfer_add_header(char *line, size_t size, size_t count, void *context)
{
	struct transfer *transfer = context;
	size_t length = size * count;
	char value[HTTP_HEADER_VALUE_MAX];
	transfer->head += length;
	if (transfer->head > HTTP_HEAD_MAX)
		return 0;
	/* An interim answer (100) has headers of its own. */
	if (length > 5 && strncmp(line, "HTTP/", 5) == 0)
		transfer_forget_headers(transfer);
	else if (transfer_header_value(line, length, "Content-Type", value, sizeof(value)))
		transfer->html = strncasecmp(value, "text/html", 9) == 0 ||
			strncasecmp(value, "application/xhtml", 17) == 0;
	else if (transfer_header_value(line, length, "Retry-After", value, sizeof(value)))
		transfer->retry_after = http_retry_after(value, clock_wall_ms());
	else if (transfer_header_value(line, length, "Date", value, sizeof(value)))
		snprintf(transfer->date, sizeof(transfer->date), "%.*s", HTTP_DATE_MAX - 1, value);
	else if (transfer_header_value(line, length, "Location", value, sizeof(value)))
		url_host_of(value, transfer->location, sizeof(transfer->location));
	return length;
}

/* Children (the secret's command, those of alerts) must not inherit the connection. */
static curl_socket_t transfer_open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
	(void)context;
	(void)purpose;
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* Not all versions of libcurl say by their times that the connection stood before TLS hung. */
static CURLcode transfer_tls_begins(CURL *easy, void *tls, void *context)
{
	struct transfer *transfer = context;
	(void)easy;
	(void)tls;
	transfer->tls_began = true;
	return CURLE_OK;
}

static void transfer_set_limits(CURL *easy, bool tls)
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
	EASY_SET(easy, CURLOPT_PROTOCOLS_STR, tls ? "https" : "http");
	EASY_SET(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	EASY_SET(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	EASY_SET(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	EASY_SET(easy, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
}

static bool transfer_init(struct transfer *transfer, const struct url_base *base, const char *proxy, size_t body_max,
	struct error *error)
{
	buffer_init(&transfer->body, body_max);
	transfer->easy = curl_easy_init();
	if (transfer->easy == NULL)
		fatal("the network library could not be started");
	memcpy(transfer->base, base->text, sizeof(transfer->base));
	memcpy(transfer->peer_host, base->host, sizeof(transfer->peer_host));
	if (proxy[0] != '\0') {
		/* It may be given without its scheme. */
		char url[URL_MAX];
		snprintf(url, sizeof(url), "%s%s", strstr(proxy, "://") == NULL ? "http://" : "", proxy);
		url_host_of(url, transfer->proxy_host, sizeof(transfer->proxy_host));
	}
	transfer_set_limits(transfer->easy, base->tls);
	EASY_SET(transfer->easy, CURLOPT_USERAGENT, "cxwall/" PACKAGE_VERSION);
	/* Asks for plain bytes. What a proxy packs all the same is unpacked, and counted as it comes out of that. */
	EASY_SET(transfer->easy, CURLOPT_ACCEPT_ENCODING, "identity");
	EASY_SET(transfer->easy, CURLOPT_PRIVATE, (void *)transfer);
	EASY_SET(transfer->easy, CURLOPT_WRITEFUNCTION, transfer_add_body);
	EASY_SET(transfer->easy, CURLOPT_WRITEDATA, transfer);
	EASY_SET(transfer->easy, CURLOPT_HEADERFUNCTION, transfer_add_header);
	EASY_SET(transfer->easy, CURLOPT_HEADERDATA, transfer);
	EASY_SET(transfer->easy, CURLOPT_OPENSOCKETFUNCTION, transfer_open_socket);
	/* Not where libcurl was built with something else than OpenSSL: then the words are less exact. */
	(void)curl_easy_setopt(transfer->easy, CURLOPT_SSL_CTX_FUNCTION, transfer_tls_begins);
	(void)curl_easy_setopt(transfer->easy, CURLOPT_SSL_CTX_DATA, transfer);
	if (curl_easy_setopt(transfer->easy, CURLOPT_PROXY, proxy) != CURLE_OK)
		return error_set(error, "proxy: this is no address of a proxy");
	return true;
}

/* Headers hold tokens. */
static void transfer_wipe_headers(struct transfer *transfer)
{
	for (struct curl_slist *item = transfer->headers; item != NULL; item = item->next)
		explicit_bzero(item->data, strlen(item->data));
	curl_slist_free_all(transfer->headers);
	transfer->headers = NULL;
}

/* Connections that are kept were made with the authorities of their time, and libcurl does not use them with others. */
static void transfer_set_authority(struct transfer *transfer, const struct authority *authority)
{
	if (transfer->authority_version == authority->version)
		return;
	transfer->authority_version = authority->version;
	struct curl_blob blob = { .data = authority->text.data, .len = authority->text.length, .flags = CURL_BLOB_COPY };
	EASY_SET(transfer->easy, CURLOPT_CAINFO_BLOB, &blob);
	/* Instead of the system's, not beside them. */
	EASY_SET(transfer->easy, CURLOPT_CAPATH, NULL);
}

static bool transfer_headers_same(const struct transfer *transfer, const struct http_request *request)
{
	const struct curl_slist *item = transfer->headers;
	for (int i = 0; i < HTTP_HEADERS_MAX && request->headers[i] != NULL; i++, item = item->next)
		if (item == NULL || strcmp(item->data, request->headers[i]) != 0)
			return false;
	return item == NULL;
}

/* The list of the last request serves again while it is the same: it is for every poll. */
static void transfer_set_headers(struct transfer *transfer, const struct http_request *request)
{
	if (!transfer_headers_same(transfer, request)) {
		transfer_wipe_headers(transfer);
		for (int i = 0; i < HTTP_HEADERS_MAX && request->headers[i] != NULL; i++) {
			if (text_has_control(request->headers[i]))
				fatal("a header with control characters");
			struct curl_slist *list = curl_slist_append(transfer->headers, request->headers[i]);
			if (list == NULL)
				fatal("out of memory (a header)");
			transfer->headers = list;
		}
	}
	EASY_SET(transfer->easy, CURLOPT_HTTPHEADER, transfer->headers);
}

/* Sets the handle up for a request that trusts these authorities. */
static void transfer_prepare(struct transfer *transfer, const struct http_request *request,
	const struct authority *authority)
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
	transfer_set_authority(transfer, authority);
	transfer_set_headers(transfer, request);
	snprintf(transfer->path, sizeof(transfer->path), "%.*s", (int)strcspn(request->path, "?"), request->path);
	transfer->request = *request;
	transfer->busy = true;
	transfer->too_large = transfer->tls_began = false;
	transfer->head = 0;
	buffer_clear(&transfer->body);
	transfer_forget_headers(transfer);
	transfer->start_ms = clock_boot_ms();
}

/* What the request lent (body, path) may go away afterwards. */
static void transfer_release(struct transfer *transfer)
{
	transfer->busy = false;
	EASY_SET(transfer->easy, CURLOPT_POSTFIELDS, NULL);
	transfer->request = (struct http_request){ .method = NULL };
}

static bool body_starts(const struct buffer *body, const char *bytes, size_t length)
{
	return body->length >= length && memcmp(body->data, bytes, length) == 0;
}

/* What the bytes are if they are neither text nor packed as the headers say; NULL: nothing of that kind. */
static const char *body_strange(const struct buffer *body)
{
	static const struct {
		const char *bytes;
		size_t length;
		const char *words;
	} known[] = {
		{ "\x1f\x8b", 2, "The answer is compressed with gzip but does not say so" },
		{ "\x28\xb5\x2f\xfd", 4, "The answer is compressed with zstd but does not say so" },
		{ "PK\x03\x04", 4, "The answer is a zip archive" },
		{ "\xff\xfe", 2, "The answer is UTF-16 text instead of UTF-8" },
		{ "\xfe\xff", 2, "The answer is UTF-16 text instead of UTF-8" },
	};
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (body_starts(body, known[i].bytes, known[i].length))
			return known[i].words;
	return NULL;
}

/* Why an answer cannot be used although libcurl calls it fine, into the cause; returns the advice, "" where it can. */
static const char *transfer_unusable(struct transfer *transfer, int status, const char *body)
{
	const char *start = body + strspn(body, " \t\r\n");
	/* We never send conditions, so 304 is an error; do not treat it as a redirect. */
	if (status >= 300 && status < 400 && status != 304) {
		transfer->trouble = HTTP_TROUBLE_PORTAL;
		snprintf(transfer->cause, sizeof(transfer->cause), "Redirected to %.180s, which is never followed",
			transfer->location[0] != '\0' ? transfer->location : "another address");
		return "Check the url, and whether a login portal is in the way.";
	}
	const char *strange = status >= 200 && status < 300 ? body_strange(&transfer->body) : NULL;
	if (strange != NULL) {
		transfer->trouble = HTTP_TROUBLE_ANSWER;
		snprintf(transfer->cause, sizeof(transfer->cause), "%s", strange);
		return "Check the proxy and anything else in between.";
	}
	/* Some servers label their JSON as text/html. */
	bool page = *start == '<' || (transfer->html && *start != '{' && *start != '[');
	if (status >= 200 && status < 300 && transfer->body.length > 0 && page) {
		transfer->trouble = HTTP_TROUBLE_PORTAL;
		snprintf(transfer->cause, sizeof(transfer->cause),
			"Got a web page instead of data (a login portal?)");
		return "Check the url and this computer's network.";
	}
	return "";
}

static long transfer_number(const struct transfer *transfer, CURLINFO what)
{
	long number = 0;
	curl_easy_getinfo(transfer->easy, what, &number);
	return number;
}

static int64_t transfer_time(const struct transfer *transfer, CURLINFO what)
{
	curl_off_t microseconds = 0;
	curl_easy_getinfo(transfer->easy, what, &microseconds);
	return microseconds;
}

/* Why there is no answer, into the cause; returns the advice. */
static const char *transfer_failed(struct transfer *transfer, CURLcode code)
{
	struct http_failure failure = {
		.code = (int)code,
		.host = transfer->peer_host,
		.proxy = transfer->proxy_host,
		.body_max = transfer->too_large ? transfer->body.max : 0,
		.head_too_large = transfer->head > HTTP_HEAD_MAX,
		.tls_began = transfer->tls_began,
		.verify = transfer_number(transfer, CURLINFO_SSL_VERIFYRESULT),
		.proxy_status = transfer_number(transfer, CURLINFO_HTTP_CONNECTCODE),
		.os_error = transfer_number(transfer, CURLINFO_OS_ERRNO),
		.resolved_us = transfer_time(transfer, CURLINFO_NAMELOOKUP_TIME_T),
		.connected_us = transfer_time(transfer, CURLINFO_CONNECT_TIME_T),
		.sent_us = transfer_time(transfer, CURLINFO_PRETRANSFER_TIME_T),
		.answered_us = transfer_time(transfer, CURLINFO_STARTTRANSFER_TIME_T),
	};
	transfer->trouble = http_failure_trouble(&failure);
	return http_failure_text(&failure, transfer->cause, sizeof(transfer->cause));
}

/* The answer, or why there is none. Logs one line: method, path without its query, status, bytes, time. */
static struct http_response transfer_response(struct transfer *transfer, CURLcode code)
{
	/* A byte order mark at the head means nothing in UTF-8. */
	size_t mark = body_starts(&transfer->body, "\xef\xbb\xbf", 3) ? 3 : 0;
	transfer->cause[0] = '\0';
	transfer->trouble = HTTP_NO_TROUBLE;
	struct http_response response = {
		.status = code == CURLE_OK ? (int)transfer_number(transfer, CURLINFO_RESPONSE_CODE) : 0,
		.sent = transfer_time(transfer, CURLINFO_PRETRANSFER_TIME_T) > 0,
		.path = transfer->path,
		.body = buffer_string(&transfer->body) + mark,
		.length = transfer->body.length - mark,
		.retry_after = transfer->retry_after,
		.latency_ms = clock_boot_ms() - transfer->start_ms,
		.cause = transfer->cause,
		.advice = "",
		.date = transfer->date,
	};
	response.advice = code != CURLE_OK ? transfer_failed(transfer, code)
		: transfer_unusable(transfer, response.status, response.body);
	response.trouble = transfer->trouble;
	log_line("%s %s %d %zu bytes %lld ms%s%s", transfer->request.method, transfer->path, response.status,
		response.length, (long long)response.latency_ms, response.cause[0] != '\0' ? ": " : "", response.cause);
	return response;
}

/* ---- the memory of libcurl ---- */

/*
 * The library copies what it sends, secrets and tokens among it, and would leave the copies in freed memory. The size
 * is what the allocator gave, which is at least what was asked for.
 */
static void wiping_free(void *memory)
{
	if (memory == NULL)
		return;
	explicit_bzero(memory, malloc_usable_size(memory));
	free(memory);
}

/* Not by malloc(), whose calls are counted as ours (tests/bench/allocations). */
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

/* realloc() would leave a copy behind when it moves a block. */
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

/* ---- the loop ---- */

/* A wrong option or no memory: the program cannot go on without either. */
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
	/* The callback may start the slot's next request, which must not touch these bytes. */
	struct buffer body = transfer->body;
	struct http_request request = transfer->request;
	bool discard = request.secret || transfer->too_large;
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

static void http_act(struct http *http, curl_socket_t socket, int events)
{
	CURLMsg *news;
	int left;
	multi_check(curl_multi_socket_action(http->multi, socket, events, &left));
	/* After every action, time-outs too: a kept connection may finish a request inside of one. */
	while ((news = curl_multi_info_read(http->multi, &left)) != NULL)
		if (news->msg == CURLMSG_DONE)
			http_finish(http, news->easy_handle, news->data.result);
}

static void http_on_socket(struct ev_loop *loop, ev_io *io, int events)
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

static void http_on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)events;
	ev_timer_stop(loop, timer);
	http_act(timer->data, CURL_SOCKET_TIMEOUT, 0);
}

/* Called by libcurl from within its own functions: arms the timer and nothing else. */
static int http_set_timer(CURLM *multi, long ms, void *context)
{
	(void)multi;
	struct http *http = context;
	ev_timer_stop(http->loop, &http->timer);
	if (ms < 0)
		return 0;
	timer_start(http->loop, &http->timer, (double)ms / 1000);
	return 0;
}

static int http_set_socket(CURL *easy, curl_socket_t socket, int what, void *context, void *known)
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
	for (int i = 0; i < HTTP_WATCHES && watch == NULL; i++)
		if (!http->watches[i].used) {
			watch = &http->watches[i];
			watch->used = true;
			curl_multi_assign(http->multi, socket, watch);
		}
	if (watch == NULL)
		return -1;
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
	multi_check(curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, http_set_socket));
	multi_check(curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http));
	multi_check(curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, http_set_timer));
	multi_check(curl_multi_setopt(http->multi, CURLMOPT_TIMERDATA, http));
	multi_check(curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, (long)HTTP_SLOTS));
}

struct http *http_new(struct ev_loop *loop, const struct url_base *base, const char *proxy, const char *ca_file,
	struct error *error)
{
	struct authority authority = { .path = ca_file };
	buffer_init(&authority.text, HTTP_AUTHORITY_MAX);
	if (ca_file != NULL && !authority_read(&authority, error))
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
	ev_timer_init(&http->timer, http_on_timer, 0.0, 0.0);
	http->timer.data = http;
	for (int i = 0; i < HTTP_WATCHES; i++) {
		ev_io_init(&http->watches[i].io, http_on_socket, 0, 0);
		http->watches[i].io.data = http;
	}
	http_open_multi(http);
	proxy = http_proxy(base, proxy);
	for (int i = 0; i < HTTP_SLOTS; i++)
		if (!transfer_init(&http->transfers[i], base, proxy, i == HTTP_STATS ? HTTP_DATA_MAX : HTTP_BODY_MAX, error)) {
			http_free(http);
			return NULL;
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
		struct transfer *transfer = &http->transfers[i];
		http_cancel(http, (enum http_slot)i);
		curl_easy_cleanup(transfer->easy);
		transfer_wipe_headers(transfer);
		buffer_wipe_free(&transfer->body);
	}
	curl_multi_cleanup(http->multi);
	for (int i = 0; i < HTTP_WATCHES; i++)
		ev_io_stop(http->loop, &http->watches[i].io);
	ev_timer_stop(http->loop, &http->timer);
	buffer_free(&http->authority.text);
	free(http);
	curl_global_cleanup();
}
