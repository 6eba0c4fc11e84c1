/* What becomes of each failure of libcurl: in which words, and with which advice. What libcurl knows of it, a test says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <curl/curl.h>

#include "api/http.h"

struct example {
	CURLcode code;
	struct http_failure failure;
	bool proxy, greeting;
	const char *cause, *advice;
};

static void says(const struct example *examples, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct example *example = &examples[i];
		struct http_failure failure = example->failure;
		char cause[300];
		failure.code = (int)example->code;
		failure.host = "api.example.org";
		failure.proxy = example->proxy ? "proxy.example.org" : "";
		failure.tls_began = example->greeting;
		const char *advice = http_failure_text(&failure, cause, sizeof(cause));
		if (strcmp(cause, example->cause) != 0 || strcmp(advice, example->advice) != 0)
			fail_msg("%zu: '%s', '%s'", i, cause, advice);
	}
}

#define SAYS(examples) says(examples, sizeof(examples) / sizeof((examples)[0]))

static void certificates(void **unused)
{
	static const struct { long verify; const char *cause; } numbers[] = {
		{ 9, "The certificate is not valid yet" }, { 10, "The certificate has expired" },
		{ 18, "The certificate is self-signed" }, { 19, "The certificate is signed by an unknown authority" },
		{ 20, "The certificate is signed by an unknown authority" }, { 21, "The certificate is signed by an unknown authority" },
		{ 23, "The certificate was revoked" }, { 26, "The certificate is not for a server" },
		{ 62, "The certificate is for another host" }, { 66, "The key of the certificate is too short" },
		{ 68, "The signature of the certificate is too weak" }, { 24, "The certificate is not trusted (reason 24)" },
		{ 0, "The certificate is not for api.example.org" }, { 1, "The certificate is not for api.example.org" },
	};
	(void)unused;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct http_failure failure = {
			.code = CURLE_PEER_FAILED_VERIFICATION, .host = "api.example.org", .proxy = "", .verify = numbers[i].verify,
		};
		char cause[300];
		const char *advice = http_failure_text(&failure, cause, sizeof(cause));
		assert_string_equal(cause, numbers[i].cause);
		assert_true(advice[0] != '\0');
	}
}

/* In which phase the time ran out. */
static void timeouts(void **unused)
{
	static const char network[] = "Check this computer's network, the url, the port, and firewalls in between.";
	static const struct example examples[] = {
		{ CURLE_OPERATION_TIMEDOUT, { .resolved_us = 0 }, false, false, "The name server did not answer for api.example.org",
			"Check this computer's network and name server." },
		{ CURLE_OPERATION_TIMEDOUT, { .resolved_us = 0 }, true, false, "The name server did not answer for the proxy proxy.example.org",
			"Check this computer's network and name server." },
		{ CURLE_OPERATION_TIMEDOUT, { .resolved_us = 1 }, false, false, "No connection to api.example.org within 6 s", network },
		{ CURLE_OPERATION_TIMEDOUT, { .resolved_us = 1 }, false, true, "No encrypted connection within 6 s",
			"Check the url and the port, and that https answers there." },
		{ CURLE_OPERATION_TIMEDOUT, { .resolved_us = 1, .connected_us = 1 }, false, false, "No encrypted connection within 6 s",
			"Check the url and the port, and that https answers there." },
		{ CURLE_OPERATION_TIMEDOUT, { .resolved_us = 1 }, true, false, "No connection through the proxy proxy.example.org within 6 s",
			"Check the proxy setting and this computer's network." },
		{ CURLE_OPERATION_TIMEDOUT, { .resolved_us = 1, .connected_us = 1 }, true, false,
			"No connection through the proxy proxy.example.org within 6 s", "Check the proxy setting and this computer's network." },
		{ CURLE_OPERATION_TIMEDOUT, { .resolved_us = 1, .proxy_status = 200 }, true, false, "No connection to api.example.org within 6 s",
			network },
		{ CURLE_OPERATION_TIMEDOUT, { .resolved_us = 1, .proxy_status = 200 }, true, true, "No encrypted connection within 6 s",
			"Check the url and the port, and that https answers there." },
		{ CURLE_OPERATION_TIMEDOUT, { .resolved_us = 1 }, true, true, "No encrypted connection within 6 s",
			"Check the url and the port, and that https answers there." },
		{ CURLE_OPERATION_TIMEDOUT, { .resolved_us = 1, .connected_us = 1, .sent_us = 1 }, false, false,
			"The server took the request but did not answer within 9 s", "" },
		{ CURLE_OPERATION_TIMEDOUT, { .resolved_us = 1, .connected_us = 1, .sent_us = 1, .answered_us = 1 }, false, false,
			"The answer came too slowly", "" },
		/* A kept connection. */
		{ CURLE_OPERATION_TIMEDOUT, { .sent_us = 1 }, false, false, "The server took the request but did not answer within 9 s", "" },
	};
	(void)unused;
	SAYS(examples);
}

static void connections(void **unused)
{
	static const struct example examples[] = {
		{ CURLE_COULDNT_CONNECT, { .os_error = ECONNREFUSED }, false, false, "api.example.org refused the connection",
			"Check the address and the port." },
		{ CURLE_COULDNT_CONNECT, { .os_error = ECONNREFUSED }, true, false, "The proxy proxy.example.org refused the connection",
			"Check the proxy setting." },
		{ CURLE_COULDNT_CONNECT, { .os_error = ENETUNREACH }, false, false, "api.example.org cannot be reached from here",
			"Check this computer's network." },
		{ CURLE_COULDNT_CONNECT, { .os_error = EHOSTUNREACH }, true, false, "The proxy proxy.example.org cannot be reached from here",
			"Check this computer's network." },
		{ CURLE_COULDNT_CONNECT, { .os_error = 0 }, false, false, "No connection to api.example.org",
			"Check this computer's network, the url and the port." },
		{ CURLE_COULDNT_CONNECT, { .os_error = EACCES }, true, false, "No connection to the proxy proxy.example.org",
			"Check the proxy setting and this computer's network." },
		{ CURLE_COULDNT_RESOLVE_HOST, { .os_error = 0 }, false, false, "The name api.example.org is unknown",
			"Check the url, this computer's network and its name server." },
		{ CURLE_COULDNT_RESOLVE_PROXY, { .os_error = 0 }, true, false, "The name of the proxy is unknown",
			"Check the proxy setting and the name server." },
	};
	(void)unused;
	SAYS(examples);
}

/* Whoever broke a connection is named, as far as it is known. */
static void proxies(void **unused)
{
	static const struct example examples[] = {
		{ CURLE_RECV_ERROR, { .proxy_status = 407 }, true, false, "The proxy refused the connection (407)",
			"The proxy requires a user and a password." },
		{ CURLE_RECV_ERROR, { .proxy_status = 300 }, true, false, "The proxy refused the connection (300)", "Check the proxy setting." },
		{ CURLE_RECV_ERROR, { .proxy_status = 299 }, true, false, "The connection broke", "" },
		{ CURLE_RECV_ERROR, { .proxy_status = 0 }, true, false, "Proxy proxy.example.org: The connection broke", "Check the proxy setting." },
		{ CURLE_RECV_ERROR, { .proxy_status = 0 }, false, false, "The connection broke", "" },
		{ CURLE_RECV_ERROR, { .proxy_status = 0 }, true, true, "The connection broke", "" },
		{ CURLE_RECV_ERROR, { .sent_us = 1 }, true, false, "The connection broke", "" },
		{ CURLE_TOO_MANY_REDIRECTS, { .sent_us = 0 }, true, false, "The connection failed: Number of redirects hit maximum amount", "" },
	};
	(void)unused;
	SAYS(examples);
}

static void other_failures(void **unused)
{
	static const struct { int code; const char *cause; bool advice; } codes[] = {
		{ CURLE_SEND_ERROR, "The connection broke while sending", false }, { CURLE_RECV_ERROR, "The connection broke", false },
		{ CURLE_GOT_NOTHING, "The server closed the connection without an answer", false }, { CURLE_PARTIAL_FILE, "The answer was cut off", false },
		{ CURLE_WEIRD_SERVER_REPLY, "The answer is not HTTP", true }, { CURLE_UNSUPPORTED_PROTOCOL, "The answer is not HTTP", true },
		{ CURLE_HTTP2, "The answer is not HTTP", true },
		{ CURLE_BAD_CONTENT_ENCODING, "The answer is compressed in a way that cannot be unpacked", true },
		{ CURLE_SSL_CONNECT_ERROR, "No encrypted connection could be made", true },
		{ CURLE_SSL_CACERT_BADFILE, "The ca_file cannot be used", true },
		{ CURLE_SSL_ISSUER_ERROR, "The certificate is signed by an unknown authority", true },
		{ CURLE_SSL_SHUTDOWN_FAILED, "The connection broke", false }, { CURLE_PROXY, "The proxy failed", true },
		{ CURLE_URL_MALFORMAT, "The url cannot be used", true },
		{ CURLE_OUT_OF_MEMORY, "The headers of the answer are too long, or memory has run out", false },
		{ 100, "The headers of the answer are too long", false },
	};
	(void)unused;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		struct http_failure failure = { .code = codes[i].code, .host = "api.example.org", .proxy = "" };
		char cause[300];
		const char *advice = http_failure_text(&failure, cause, sizeof(cause));
		assert_string_equal(cause, codes[i].cause);
		assert_int_equal(advice[0] != '\0', codes[i].advice);
	}
}

/* What was given up here comes as any code. */
static void too_large(void **unused)
{
	struct http_failure failure = {
		.code = CURLE_WRITE_ERROR, .host = "api.example.org", .proxy = "", .body_max = HTTP_DATA_MAX, .head_too_large = true,
	};
	char cause[300];
	(void)unused;
	assert_string_equal(http_failure_text(&failure, cause, sizeof(cause)), "Use a smaller limit or fewer columns.");
	assert_string_equal(cause, "The answer is larger than 32 MB");
	failure.body_max = 0;
	assert_string_equal(http_failure_text(&failure, cause, sizeof(cause)), "Check the url and the port.");
	assert_string_equal(cause, "The headers of the answer are larger than 128 kB");
	failure.head_too_large = false;
	failure.code = CURLE_RECV_ERROR;
	http_failure_text(&failure, cause, sizeof(cause));
	assert_string_equal(cause, "The connection broke");
}

/* The same by kind, for who asks people what they typed. */
static void kinds(void **unused)
{
	static const struct { struct http_failure failure; bool proxy; enum http_trouble trouble; } rows[] = {
		{ { .code = CURLE_COULDNT_RESOLVE_HOST }, false, HTTP_TROUBLE_NAME }, { { .code = CURLE_COULDNT_CONNECT }, false, HTTP_TROUBLE_CONNECTION },
		{ { .code = CURLE_COULDNT_CONNECT }, true, HTTP_TROUBLE_PROXY }, { { .code = CURLE_COULDNT_RESOLVE_PROXY }, true, HTTP_TROUBLE_PROXY },
		{ { .code = CURLE_RECV_ERROR, .proxy_status = 407 }, true, HTTP_TROUBLE_PROXY }, { { .code = CURLE_RECV_ERROR }, true, HTTP_TROUBLE_PROXY },
		{ { .code = CURLE_RECV_ERROR, .tls_began = true, .proxy_status = 200 }, true, HTTP_TROUBLE_CONNECTION },
		{ { .code = CURLE_OPERATION_TIMEDOUT, .resolved_us = 1, .proxy_status = 200 }, true, HTTP_TROUBLE_TIME },
		{ { .code = CURLE_OPERATION_TIMEDOUT, .resolved_us = 1 }, true, HTTP_TROUBLE_PROXY },
		{ { .code = CURLE_OPERATION_TIMEDOUT }, false, HTTP_TROUBLE_NAME }, { { .code = CURLE_OPERATION_TIMEDOUT, .resolved_us = 1 }, false, HTTP_TROUBLE_TIME },
		{ { .code = CURLE_PEER_FAILED_VERIFICATION, .verify = 9, .tls_began = true }, false, HTTP_TROUBLE_VALIDITY },
		{ { .code = CURLE_PEER_FAILED_VERIFICATION, .verify = 10, .tls_began = true }, true, HTTP_TROUBLE_VALIDITY },
		{ { .code = CURLE_PEER_FAILED_VERIFICATION, .verify = 18 }, false, HTTP_TROUBLE_AUTHORITY },
		{ { .code = CURLE_PEER_FAILED_VERIFICATION, .verify = 20 }, false, HTTP_TROUBLE_AUTHORITY },
		{ { .code = CURLE_PEER_FAILED_VERIFICATION, .verify = 23 }, false, HTTP_TROUBLE_CERTIFICATE },
		{ { .code = CURLE_PEER_FAILED_VERIFICATION, .verify = 0 }, false, HTTP_TROUBLE_CERTIFICATE },
		{ { .code = CURLE_WRITE_ERROR, .body_max = 1 }, false, HTTP_TROUBLE_ANSWER }, { { .code = CURLE_WRITE_ERROR, .head_too_large = true }, false, HTTP_TROUBLE_ANSWER },
		{ { .code = CURLE_PARTIAL_FILE }, false, HTTP_TROUBLE_ANSWER }, { { .code = CURLE_GOT_NOTHING, .sent_us = 1 }, false, HTTP_TROUBLE_CONNECTION },
	};
	(void)unused;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct http_failure failure = rows[i].failure;
		failure.host = "api.example.org";
		failure.proxy = rows[i].proxy ? "proxy.example.org" : "";
		if (http_failure_trouble(&failure) != rows[i].trouble)
			fail_msg("%zu: %d", i, http_failure_trouble(&failure));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(certificates), cmocka_unit_test(timeouts), cmocka_unit_test(connections), cmocka_unit_test(proxies),
		cmocka_unit_test(other_failures),
		cmocka_unit_test(kinds), cmocka_unit_test(too_large),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
