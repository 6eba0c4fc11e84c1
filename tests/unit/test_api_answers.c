/* The token service's answers, and the words for everybody else's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "api/api_errors.h"
#include "api/auth.h"
#include "api/http.h"
#include "base/text.h"

static struct json json;
static struct buffer token;

static bool read_token(const char *text, double *life, struct error *error)
{
	return token_read(&json, text, strlen(text), &token, life, error);
}

static void reads_tokens(void **unused)
{
	(void)unused;
	double life = 0;
	struct error error;
	assert_true(read_token("{\"access_token\":\"abc.DEF-1\",\"token_type\":\"Bearer\",\"expires_in\":\"3600\"}",
		&life, &error));
	assert_string_equal(buffer_string(&token), "abc.DEF-1");
	assert_true(life == 3600);
	assert_true(read_token("{\"access_token\":\"x\",\"expires_in\":17}", &life, &error));
	assert_true(life == 17);
	assert_true(read_token("{\"access_token\":\"x\"}", &life, &error));
	assert_true(life == TOKEN_LIFE_USUAL);
	assert_true(read_token("{\"access_token\":\"x\",\"expires_in\":\"soon\"}", &life, &error));
	assert_true(life == TOKEN_LIFE_USUAL);
	assert_true(read_token("{\"access_token\":\"x\",\"expires_in\":-5}", &life, &error));
	assert_true(life == TOKEN_LIFE_USUAL);
	assert_true(read_token("{\"access_token\":\"x\",\"expires_in\":0}", &life, &error));
	assert_true(life == TOKEN_LIFE_USUAL);
	assert_true(read_token("{\"access_token\":\"x\",\"expires_in\":0.2}", &life, &error));
	assert_true(life == 1);
	assert_true(read_token("{\"access_token\":\"x\",\"expires_in\":1e12}", &life, &error));
	assert_true(life == TOKEN_LIFE_MAX);
}

static void refuses_bad_tokens(void **unused)
{
	(void)unused;
	static const char *const bad[] = {
		"", "{", "[]", "{}", "{\"access_token\":\"\"}", "{\"access_token\":5}", "{\"access_token\":null}",
		"{\"access_token\":\"a\\r\\nX-Evil: 1\"}", "{\"access_token\":\"a b\"}",
		"{\"access_token\":\"\\u00e9\"}", "<html></html>",
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		double life;
		struct error error = { "" };
		if (read_token(bad[i], &life, &error))
			fail_msg("%s was taken", bad[i]);
		assert_true(strlen(error.text) > 0);
		assert_int_equal(token.length, 0);
	}
}

static void renews_in_time(void **unused)
{
	(void)unused;
	assert_true(token_renewal(3600) == 3240);
	assert_true(token_renewal(300) == 240);
	assert_true(token_renewal(90) == 45);
	assert_true(token_renewal(60) == 30);
	assert_true(token_renewal(10) == 5);
	assert_true(token_renewal(1) == 1);
}

static void tells_only_codes(void **unused)
{
	(void)unused;
	char code[TOKEN_CODE_MAX];
	const char *good = "{\"error\":\"invalid_client\",\"error_description\":\"secret s3cret\"}";
	const char *prose = "{\"error\":\"the secret s3cret is wrong\"}";
	token_error_code(&json, good, strlen(good), code, sizeof(code));
	assert_string_equal(code, "invalid_client");
	token_error_code(&json, prose, strlen(prose), code, sizeof(code));
	assert_string_equal(code, "");
	token_error_code(&json, "x", 1, code, sizeof(code));
	assert_string_equal(code, "");
}

static void reads_retry_after(void **unused)
{
	(void)unused;
	const int64_t wall = 784111777000; /* Sun, 06 Nov 1994 08:49:37 GMT */
	assert_true(http_retry_after("120", wall) == 120);
	assert_true(http_retry_after("0", wall) == 0);
	assert_true(http_retry_after("86400", wall) == HTTP_RETRY_AFTER_MAX);
	assert_true(http_retry_after("99999999999999999999", wall) == HTTP_RETRY_AFTER_MAX);
	assert_true(http_retry_after("Sun, 06 Nov 1994 08:50:07 GMT", wall) == 30);
	assert_true(http_retry_after("Sun, 06 Nov 1994 08:00:00 GMT", wall) == 0);
	assert_true(http_retry_after("Sun, 06 Nov 2094 08:00:00 GMT", wall) == HTTP_RETRY_AFTER_MAX);
	assert_true(http_retry_after("Sunday, 06-Nov-94 08:50:07 GMT", wall) == 30);
	assert_true(http_retry_after("Sun Nov  6 08:50:07 1994", wall) == 30);
	assert_true(http_retry_after("12 monkeys", wall) == -1);
	assert_true(http_retry_after("", wall) == -1);
	assert_true(http_retry_after("-5", wall) == -1);
}

static void reads_dates(void **unused)
{
	(void)unused;
	static const struct {
		const char *text;
		int64_t now, seconds; /* -1: no date */
	} cases[] = {
		{ "Sun, 06 Nov 1994 08:49:37 GMT", 0, 784111777 },
		{ "Sunday, 06-Nov-94 08:49:37 GMT", 784111777, 784111777 },
		{ "Sun Nov  6 08:49:37 1994", 0, 784111777 },
		{ "Sun Nov 06 08:49:37 1994  ", 0, 784111777 },
		{ "Thu, 01 Jan 1970 00:00:00 GMT", 0, 0 },
		{ "Wed, 31 Dec 1969 23:59:00 GMT", 0, -60 },
		{ "Tue, 29 Feb 2000 12:00:00 GMT", 0, 951825600 },
		{ "Sat, 31 Dec 2016 23:59:60 GMT", 0, 1483228800 },
		{ "Tue, 19 Jan 2038 03:14:08 GMT", 0, 2147483648 },
		{ "Sun, 07 Feb 2106 06:28:16 GMT", 0, 4294967296 },
		{ "Mon, 01 Mar 2100 00:00:00 GMT", 0, 4107542400 },
		{ "Sat Nov  6 08:00:00 2094", 0, 3939868800 },
		/* Two digits: 1994 in 2026, 2094 in 2060, 2100 in 2099. */
		{ "Sunday, 06-Nov-94 08:49:37 GMT", 1767225600, 784111777 },
		{ "Saturday, 06-Nov-94 08:00:00 GMT", 2840140800, 3939868800 },
		{ "Monday, 01-Mar-00 00:00:00 GMT", 4070908800, 4107542400 },
		{ "Tuesday, 19-Jan-38 03:14:08 GMT", 1767225600, 2147483648 },
		{ "", 0, -1 }, { "GMT", 0, -1 }, { "Sun, 06 Nov 1994 08:49:37", 0, -1 },
		{ "Sun, 06 Nov 1994 08:49:37 +0100", 0, -1 }, { "Sun, 06 Nov 1994 08:49:37 GMT, and more", 0, -1 },
		{ "Sun, 32 Nov 1994 08:49:37 GMT", 0, -1 }, { "Sun, 06 Nov 1994 25:49:37 GMT", 0, -1 },
		{ "1994-11-06T08:49:37Z", 0, -1 }, { "Sun, 06 Nov 99999999999 08:49:37 GMT", 0, -1 },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t seconds = -1;
		(void)http_date_read(cases[i].text, cases[i].now, &seconds);
		if (seconds != cases[i].seconds)
			fail_msg("%s is %lld", cases[i].text, (long long)seconds);
	}
}

static void keeps_headers_clean(void **unused)
{
	(void)unused;
	assert_false(text_has_control("Authorization: Bearer abc"));
	assert_true(text_has_control("a\r\nb"));
	assert_true(text_has_control("a\tb"));
	assert_true(text_has_control("a\x7f"));
}

static void says_what_a_status_means(void **unused)
{
	(void)unused;
	static const struct { const char *path; int status; const char *reason, *cause, *advice; } cases[] = {
		{ "/statsapi/subscription/data", 403, "", "A privilege is missing (403)", "Access Realtime Stats API" },
		{ "/statsapi/subscription/data", 403, "missing privilege", "A privilege is missing (403): missing privilege", "View real-time agent" },
		{ "/configapi/v2/campaign/getAll/", 403, "Manage campaigns privilege is required",
			"A privilege is missing (403): Manage campaigns privilege is required", "manage campaigns" },
		{ "/configapi/v2/phone/ext", 403, "", "A privilege is missing (403)", "users or phones" },
		{ "/configapi/v2/team", 403, "", "A privilege is missing (403)", "manage users" },
		{ "/clientweb/smsapi/v1/Messages", 403, "", "A privilege is missing (403)", "Use SMS/MMS API" },
		{ "/statsapi/subscription/data", 403, "illegal login attempt", "The server refused this way of signing in (403): illegal login attempt",
			"API secret of this user" },
		{ "/statsapi/subscription/data", 403, "the queue is asleep", "The server refused this request (403): the queue is asleep", "" },
		{ "/clientweb/api/v2/availability", 403, "", "The server refused this request (403)", "" },
		{ "/statsapi/subscription/data", 500, "", "The server reported an internal error (500)", "If this lasts, check the url." },
		{ "/statsapi/subscription/data", 500, "Incorrect endpoint specification",
			"The server does not know this address (500): Incorrect endpoint specification", "Check the url." },
		{ "/statsapi/subscription/data", 404, "", "The server does not know this (404)", "Check the url." },
		{ "/statsapi/subscription/data", 404, "user team not found", "The server does not know this (404): user team not found", "" },
		{ "/statsapi/subscription/data", 599, "", "The server reported an error (599)", "" },
		{ "/statsapi/subscription/data", 502, "upstream connect error", "The server is not available behind its gateway (502)", "" },
		{ "/clientweb/api/v2/availability", 503, "no chat", "The server is not available now (503): no chat", "" },
		{ "/statsapi/cfg/dispositions", 401, "token", "The server rejected our access token (401)", "use the API" },
		{ "/statsapi/subscription/data", 418, "", "Unexpected answer from the server (418)", "" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct api_words words = api_explain(cases[i].path, cases[i].status, cases[i].reason);
		assert_string_equal(words.cause, cases[i].cause);
		if (cases[i].advice[0] == '\0' ? words.advice[0] != '\0' : strstr(words.advice, cases[i].advice) == NULL)
			fail_msg("%zu: %s", i, words.advice);
	}
}

/* The codes of the messaging API become advice; one that is not known is told as it came. */
static void chat_errors_have_words(void **unused)
{
	(void)unused;
	static const struct { const char *body, *reason; } cases[] = {
		{ "{\"error_code\":\"3000\",\"error_message\":\"Invalid application unique ID\"}",
			"no such chat entry, check chat_app_id (error 3000)" },
		{ "{\"error_code\":5006,\"error_message\":\"x\"}", "no such chat entry, check chat_app_id (error 5006)" },
		{ "{\"error_code\":\"1000\"}", "check the tenant (error 1000)" },
		{ "{\"error_code\":\"5001\",\"error_message\":\"x\"}", "no chat server is available (error 5001)" },
		{ "{\"error_code\":\"5955\",\"error_message\":\"Unspecified server error\"}", "Unspecified server error (error 5955)" },
		{ "{\"error\":\"forbidden\"}", "forbidden" }, { "<html>", "" }, { "", "" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char reason[API_REASON_MAX];
		api_reason("/clientweb/api/v2/availability", &json, cases[i].body, strlen(cases[i].body), reason, sizeof(reason));
		assert_string_equal(reason, cases[i].reason);
	}
}

static void accounts_have_troubles(void **unused)
{
	(void)unused;
	static const struct { const char *body; enum account_trouble trouble; } cases[] = {
		{ "{\"error\":\"invalid_client\",\"error_description\":\"The account is locked out\"}", ACCOUNT_LOCKED },
		{ "{\"error\":\"invalid_client\",\"error_description\":\"Client is disabled or locked out\"}", ACCOUNT_LOCKED },
		{ "{\"error\":\"Account Locked\"}", ACCOUNT_LOCKED },
		{ "{\"error\":\"invalid_client\",\"error_description\":\"the client is disabled\"}", ACCOUNT_DISABLED },
		{ "{\"message\":\"Tenant is inactive\"}", ACCOUNT_TENANT_INACTIVE },
		{ "{\"error\":\"invalid_grant\",\"error_description\":\"User is inactive\"}", ACCOUNT_INACTIVE },
		{ "{\"error\":\"invalid_grant\",\"error_description\":\"user is not active\"}", ACCOUNT_INACTIVE },
		{ "{\"error\":\"invalid_client\",\"client_id\":\"lockedbridge\"}", ACCOUNT_NO_TROUBLE },
		{ "The account is locked", ACCOUNT_NO_TROUBLE }, { "", ACCOUNT_NO_TROUBLE },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (token_account_trouble(&json, cases[i].body, strlen(cases[i].body)) != cases[i].trouble)
			fail_msg("%s", cases[i].body);
}

static void finds_reasons(void **unused)
{
	(void)unused;
	static const struct {
		const char *body;
		const char *reason;
	} cases[] = {
		{ "{\"message\":\"unknown statistic 'x'\"}", "unknown statistic 'x'" },
		{ "{\"error\":{\"code\":5,\"message\":\"no\"}}", "no" },
		{ "{\"error\":\"bad\"}", "bad" },
		{ "plain\x1b[31m words", "plain [31m words" },
		{ "<html><body>500</body></html>", "" },
		{ "  \r\n <!DOCTYPE html>", "" },
		{ "", "" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char reason[API_REASON_MAX];
		api_reason("/statsapi/subscription/data", &json, cases[i].body, strlen(cases[i].body), reason, sizeof(reason));
		assert_string_equal(reason, cases[i].reason);
	}
}

static int open_all(void **unused)
{
	(void)unused;
	json_init(&json);
	buffer_init(&token, TOKEN_MAX);
	return 0;
}

static int close_all(void **unused)
{
	(void)unused;
	json_free(&json);
	buffer_wipe_free(&token);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_tokens),
		cmocka_unit_test(refuses_bad_tokens),
		cmocka_unit_test(renews_in_time),
		cmocka_unit_test(tells_only_codes),
		cmocka_unit_test(reads_dates),
		cmocka_unit_test(reads_retry_after),
		cmocka_unit_test(keeps_headers_clean),
		cmocka_unit_test(says_what_a_status_means),
		cmocka_unit_test(chat_errors_have_words),
		cmocka_unit_test(accounts_have_troubles),
		cmocka_unit_test(finds_reasons),
	};
	return cmocka_run_group_tests(tests, open_all, close_all);
}
