/* What becomes of each failure of libcurl: in which words, and with which advice. What libcurl knows of it, a test says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "api/http_transfer.h"

/* What is known of a transfer; times in microseconds, 0: it did not come so far. */
static struct known {
	long verify, proxy_status, number;
	curl_off_t lookup, connect, sent, first;
} known;

#undef curl_easy_getinfo
CURLcode curl_easy_getinfo(CURL *easy, CURLINFO what, ...)
{
	va_list list;
	(void)easy;
	va_start(list, what);
	void *out = va_arg(list, void *);
	va_end(list);
	switch (what) {
	case CURLINFO_SSL_VERIFYRESULT:
		*(long *)out = known.verify;
		break;
	case CURLINFO_HTTP_CONNECTCODE:
		*(long *)out = known.proxy_status;
		break;
	case CURLINFO_OS_ERRNO:
		*(long *)out = known.number;
		break;
	case CURLINFO_NAMELOOKUP_TIME_T:
		*(curl_off_t *)out = known.lookup;
		break;
	case CURLINFO_CONNECT_TIME_T:
		*(curl_off_t *)out = known.connect;
		break;
	case CURLINFO_PRETRANSFER_TIME_T:
		*(curl_off_t *)out = known.sent;
		break;
	case CURLINFO_STARTTRANSFER_TIME_T:
		*(curl_off_t *)out = known.first;
		break;
	default:
		fail_msg("asked for %d", (int)what);
	}
	return CURLE_OK;
}

struct example {
	CURLcode code;
	struct known known;
	bool proxy, greeting;
	const char *cause, *advice;
};

static void says(const struct example *examples, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct example *example = &examples[i];
		struct transfer transfer = { .peer_host = "api.example.org", .greeting = example->greeting };
		char cause[300];
		if (example->proxy)
			snprintf(transfer.proxy_host, sizeof(transfer.proxy_host), "proxy.example.org");
		known = example->known;
		const char *advice = http_fault(&transfer, example->code, cause, sizeof(cause));
		if (strcmp(cause, example->cause) != 0 || strcmp(advice, example->advice) != 0)
			fail_msg("%zu: '%s', '%s'", i, cause, advice);
	}
}

#define SAYS(examples) says(examples, sizeof(examples) / sizeof((examples)[0]))

static void certificates(void **unused)
{
	static const struct { long verify; const char *cause; } numbers[] = {
		{ 9, "not valid yet" }, { 10, "expired" }, { 18, "self-signed" }, { 19, "signed by an unknown authority" },
		{ 20, "signed by an unknown authority" }, { 21, "signed by an unknown authority" }, { 23, "revoked" },
		{ 26, "not made for a server" }, { 62, "wrong name" }, { 66, "its key is too short" }, { 68, "its signature is too weak" },
		{ 24, "not trusted (reason 24)" }, { 0, "wrong name (it is not for api.example.org)" },
	};
	(void)unused;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct transfer transfer = { .peer_host = "api.example.org" };
		char cause[300], expected[300];
		known = (struct known){ .verify = numbers[i].verify };
		snprintf(expected, sizeof(expected), "certificate: %s", numbers[i].cause);
		const char *advice = http_fault(&transfer, CURLE_PEER_FAILED_VERIFICATION, cause, sizeof(cause));
		assert_string_equal(cause, expected);
		assert_true(advice[0] != '\0');
	}
	/* libcurl's own words, where the number is of something else. */
	struct transfer transfer = { .peer_host = "api.example.org" };
	char cause[300];
	known = (struct known){ .verify = 24 };
	snprintf(transfer.curl_error, sizeof(transfer.curl_error), "SSL: no alternative certificate subject name matches");
	assert_string_equal(http_fault(&transfer, CURLE_PEER_FAILED_VERIFICATION, cause, sizeof(cause)),
		"check the url: the certificate is for another host");
	assert_string_equal(cause, "certificate: wrong name (it is not for api.example.org)");
}

/* In which phase the time ran out. */
static void timeouts(void **unused)
{
	static const char network[] = "check this computer's network, url and port, and firewalls in between";
	static const struct example examples[] = {
		{ CURLE_OPERATION_TIMEDOUT, { .lookup = 0 }, false, false, "the name server did not answer for api.example.org",
			"check this computer's network and name server" },
		{ CURLE_OPERATION_TIMEDOUT, { .lookup = 0 }, true, false, "the name server did not answer for the proxy proxy.example.org",
			"check this computer's network and name server" },
		{ CURLE_OPERATION_TIMEDOUT, { .lookup = 1 }, false, false, "no connection to api.example.org within 6 s", network },
		{ CURLE_OPERATION_TIMEDOUT, { .lookup = 1 }, false, true, "no encrypted connection within 6 s",
			"check url and port: does https answer there?" },
		{ CURLE_OPERATION_TIMEDOUT, { .lookup = 1, .connect = 1 }, false, false, "no encrypted connection within 6 s",
			"check url and port: does https answer there?" },
		{ CURLE_OPERATION_TIMEDOUT, { .lookup = 1 }, true, false, "no connection through the proxy proxy.example.org within 6 s",
			"check the proxy and this computer's network" },
		{ CURLE_OPERATION_TIMEDOUT, { .lookup = 1, .connect = 1 }, true, false,
			"no connection through the proxy proxy.example.org within 6 s", "check the proxy and this computer's network" },
		{ CURLE_OPERATION_TIMEDOUT, { .lookup = 1, .proxy_status = 200 }, true, false, "no connection to api.example.org within 6 s",
			network },
		{ CURLE_OPERATION_TIMEDOUT, { .lookup = 1, .proxy_status = 200 }, true, true, "no encrypted connection within 6 s",
			"check url and port: does https answer there?" },
		{ CURLE_OPERATION_TIMEDOUT, { .lookup = 1 }, true, true, "no encrypted connection within 6 s",
			"check url and port: does https answer there?" },
		{ CURLE_OPERATION_TIMEDOUT, { .lookup = 1, .connect = 1, .sent = 1 }, false, false,
			"the server took the request and did not answer within 9 s", "" },
		{ CURLE_OPERATION_TIMEDOUT, { .lookup = 1, .connect = 1, .sent = 1, .first = 1 }, false, false,
			"the answer came too slowly and was given up", "" },
		/* A kept connection. */
		{ CURLE_OPERATION_TIMEDOUT, { .sent = 1 }, false, false, "the server took the request and did not answer within 9 s", "" },
	};
	(void)unused;
	SAYS(examples);
}

static void connections(void **unused)
{
	static const struct example examples[] = {
		{ CURLE_COULDNT_CONNECT, { .number = ECONNREFUSED }, false, false, "api.example.org refused the connection",
			"nothing listens there: check url and port" },
		{ CURLE_COULDNT_CONNECT, { .number = ECONNREFUSED }, true, false, "the proxy proxy.example.org refused the connection",
			"no proxy listens there: check the proxy" },
		{ CURLE_COULDNT_CONNECT, { .number = ENETUNREACH }, false, false, "api.example.org cannot be reached from here",
			"check this computer's network" },
		{ CURLE_COULDNT_CONNECT, { .number = EHOSTUNREACH }, true, false, "the proxy proxy.example.org cannot be reached from here",
			"check this computer's network" },
		{ CURLE_COULDNT_CONNECT, { .number = 0 }, false, false, "no connection to api.example.org",
			"check this computer's network, url and port" },
		{ CURLE_COULDNT_CONNECT, { .number = EACCES }, true, false, "no connection to the proxy proxy.example.org",
			"check the proxy and this computer's network" },
		{ CURLE_COULDNT_RESOLVE_HOST, { .number = 0 }, false, false, "the name api.example.org is not known",
			"check the url, this computer's network and its name server" },
		{ CURLE_COULDNT_RESOLVE_PROXY, { .number = 0 }, true, false, "the name of the proxy is not known",
			"check the proxy and the name server" },
	};
	(void)unused;
	SAYS(examples);
}

/* Whoever broke a connection is named, as far as it is known. */
static void proxies(void **unused)
{
	static const struct example examples[] = {
		{ CURLE_RECV_ERROR, { .proxy_status = 407 }, true, false, "the proxy refused the connection (407)",
			"the proxy wants a user and a password" },
		{ CURLE_RECV_ERROR, { .proxy_status = 300 }, true, false, "the proxy refused the connection (300)", "check the proxy" },
		{ CURLE_RECV_ERROR, { .proxy_status = 299 }, true, false, "the connection broke", "" },
		{ CURLE_RECV_ERROR, { .proxy_status = 0 }, true, false, "the proxy proxy.example.org: the connection broke", "check the proxy" },
		{ CURLE_RECV_ERROR, { .proxy_status = 0 }, false, false, "the connection broke", "" },
		{ CURLE_RECV_ERROR, { .proxy_status = 0 }, true, true, "the connection broke", "" },
		{ CURLE_RECV_ERROR, { .sent = 1 }, true, false, "the connection broke", "" },
		{ CURLE_TOO_MANY_REDIRECTS, { .sent = 0 }, true, false, "the connection failed: Number of redirects hit maximum amount", "" },
	};
	(void)unused;
	SAYS(examples);
}

static void other_failures(void **unused)
{
	static const struct { int code; const char *cause; bool advice; } codes[] = {
		{ CURLE_SEND_ERROR, "the connection broke while sending", false }, { CURLE_RECV_ERROR, "the connection broke", false },
		{ CURLE_GOT_NOTHING, "the server hung up without an answer", false }, { CURLE_PARTIAL_FILE, "the answer was cut off", false },
		{ CURLE_WEIRD_SERVER_REPLY, "the answer is no HTTP", true }, { CURLE_UNSUPPORTED_PROTOCOL, "the answer is no HTTP", true },
		{ CURLE_HTTP2, "the answer is no HTTP", true },
		{ CURLE_BAD_CONTENT_ENCODING, "the answer is packed in a way that cannot be unpacked", true },
		{ CURLE_SSL_CONNECT_ERROR, "no encrypted connection could be made", true },
		{ CURLE_SSL_CACERT_BADFILE, "the ca_file could not be used", true },
		{ CURLE_SSL_ISSUER_ERROR, "certificate: signed by an unknown authority", true },
		{ CURLE_SSL_SHUTDOWN_FAILED, "the connection broke", false }, { CURLE_PROXY, "the proxy failed", true },
		{ CURLE_URL_MALFORMAT, "the url cannot be used", true },
		{ CURLE_OUT_OF_MEMORY, "the answer's headers are too long, or out of memory", false },
		{ 100, "the answer's headers are too long", false },
	};
	(void)unused;
	known = (struct known){ .verify = 0 };
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		struct transfer transfer = { .peer_host = "api.example.org" };
		char cause[300];
		const char *advice = http_fault(&transfer, (CURLcode)codes[i].code, cause, sizeof(cause));
		assert_string_equal(cause, codes[i].cause);
		assert_int_equal(advice[0] != '\0', codes[i].advice);
	}
}

/* What was given up here comes as any code. */
static void too_large(void **unused)
{
	struct transfer transfer = { .peer_host = "api.example.org", .over = true };
	char cause[300];
	(void)unused;
	buffer_init(&transfer.body, HTTP_DATA_MAX);
	assert_string_equal(http_fault(&transfer, CURLE_WRITE_ERROR, cause, sizeof(cause)), "ask for less: a smaller limit, fewer columns");
	assert_string_equal(cause, "the answer is larger than 32 MB");
	transfer.over = false;
	transfer.head = HTTP_HEAD_MAX + 1;
	assert_string_equal(http_fault(&transfer, CURLE_WRITE_ERROR, cause, sizeof(cause)), "check url and port");
	assert_string_equal(cause, "the answer's headers are larger than 128 kB");
	transfer.head = HTTP_HEAD_MAX;
	known = (struct known){ .verify = 0 };
	http_fault(&transfer, CURLE_RECV_ERROR, cause, sizeof(cause));
	assert_string_equal(cause, "the connection broke");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(certificates), cmocka_unit_test(timeouts), cmocka_unit_test(connections), cmocka_unit_test(proxies),
		cmocka_unit_test(other_failures), cmocka_unit_test(too_large),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
