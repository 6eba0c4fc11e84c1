/* Where requests may go, and the escaping of what is put into a query. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/url.h"

static void takes_good_addresses(void **unused)
{
	(void)unused;
	struct url_base base;
	struct error error;
	assert_true(url_base_read(&base, NULL, "mytenant.cx.onecloud.com", false, &error));
	assert_string_equal(base.text, "https://mytenant.cx.onecloud.com");
	assert_true(base.tls && !base.plaintext && !base.loopback);
	assert_true(url_base_read(&base, "https://host.example:8443/api//", "t", false, &error));
	assert_string_equal(base.text, "https://host.example:8443/api");
	assert_string_equal(base.peer, "https://host.example:8443");
	assert_string_equal(base.host, "host.example");
	assert_true(url_base_read(&base, "http://127.0.0.1:8080", "t", false, &error));
	assert_true(base.loopback && !base.plaintext && !base.tls);
	assert_true(url_base_read(&base, "http://localhost", "t", false, &error));
	assert_true(url_base_read(&base, "http://[::1]:1/", "t", false, &error));
	assert_string_equal(base.text, "http://[::1]:1");
	assert_true(base.loopback);
}

static void plain_http_needs_permission(void **unused)
{
	(void)unused;
	struct url_base base;
	struct error error;
	static const char *const far[] = {
		"http://host.example", "http://localhost.example", "http://10.0.0.1", "http://127.0.0.1.example",
		"http://[::2]",
	};
	for (size_t i = 0; i < sizeof(far) / sizeof(far[0]); i++) {
		assert_false(url_base_read(&base, far[i], "t", false, &error));
		assert_non_null(strstr(error.text, "https"));
		assert_true(url_base_read(&base, far[i], "t", true, &error));
		assert_true(base.plaintext);
	}
}

static void refuses_bad_addresses(void **unused)
{
	(void)unused;
	struct url_base base;
	static const char *const bad[] = {
		"", "host.example", "ftp://host.example", "file:///etc/passwd", "https://u@host.example",
		"https://u:p@host.example", "https://host.example/?a=b", "https://host.example/#x", "https://",
		"https://host.example:99999", "https://ho st",
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct error error = { "" };
		if (url_base_read(&base, bad[i], "t", true, &error))
			fail_msg("%s was taken", bad[i]);
		assert_true(strlen(error.text) > 0);
		assert_null(strstr(error.text, "u:p"));
	}
	struct error error;
	assert_false(url_base_read(&base, NULL, NULL, true, &error));
	assert_false(url_base_read(&base, NULL, "", true, &error));
	assert_false(url_base_read(&base, NULL, "a/b", true, &error));
	assert_false(url_base_read(&base, NULL, "u@host", true, &error));
}

static void knows_this_machine(void **unused)
{
	(void)unused;
	assert_true(url_is_loopback("localhost"));
	assert_true(url_is_loopback("LOCALHOST"));
	assert_true(url_is_loopback("127.9.9.9"));
	assert_true(url_is_loopback("[::1]"));
	assert_true(url_is_loopback("::1"));
	assert_false(url_is_loopback("128.0.0.1"));
	assert_false(url_is_loopback("::ffff:10.0.0.1"));
	assert_false(url_is_loopback(""));
	assert_false(url_is_loopback("localhost.example"));
}

static void escapes_values(void **unused)
{
	(void)unused;
	struct buffer out;
	buffer_init(&out, 200);
	assert_true(url_add_value(&out, "a", "b c&d=e/\xc3\xa9~-._Z9"));
	assert_true(url_add_value(&out, "x", ""));
	assert_string_equal(buffer_string(&out), "a=b%20c%26d%3De%2F%C3%A9~-._Z9&x=");
	buffer_clear(&out);
	buffer_text(&out, "/path?");
	assert_true(url_add_value(&out, "service", "1"));
	assert_string_equal(buffer_string(&out), "/path?service=1");
	buffer_free(&out);
	buffer_init(&out, 8);
	assert_false(url_add_value(&out, "name", "too long"));
	buffer_free(&out);
}

static void finds_hosts(void **unused)
{
	(void)unused;
	char host[URL_HOST_MAX];
	url_host_of("https://portal.example/login?x=1", host, sizeof(host));
	assert_string_equal(host, "portal.example");
	url_host_of("/relative", host, sizeof(host));
	assert_string_equal(host, "another address");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_good_addresses),
		cmocka_unit_test(plain_http_needs_permission),
		cmocka_unit_test(refuses_bad_addresses),
		cmocka_unit_test(knows_this_machine),
		cmocka_unit_test(escapes_values),
		cmocka_unit_test(finds_hosts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
