/* What the network library copies of a secret is wiped before its memory is freed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <curl/curl.h>
#include <ev.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "api/http.h"

static bool freed_any, freed_zero;
void __real_free(void *memory);
void __wrap_free(void *memory);

void __wrap_free(void *memory)
{
	const char *bytes = memory;
	if (memory != NULL) {
		freed_any = freed_zero = true;
		for (size_t i = 0; i < malloc_usable_size(memory); i++)
			freed_zero = freed_zero && bytes[i] == 0;
	}
	__real_free(memory);
}

static void copies_are_wiped(void **unused)
{
	(void)unused;
	struct ev_loop *loop = ev_default_loop(EVFLAG_NOENV);
	struct url_base base;
	struct error error;
	assert_true(url_base_read(&base, "http://127.0.0.1:1", "example.org", false, &error));
	struct http *http = http_new(loop, &base, NULL, NULL, &error);
	assert_non_null(http);
	/* The library hands these out from its own memory, and takes them back. */
	for (int length = 1; length < 3000; length += 271) {
		char text[3001];
		memset(text, 's', sizeof(text));
		char *copy = curl_easy_escape(NULL, text, length);
		assert_non_null(copy);
		assert_int_equal(strlen(copy), length);
		freed_any = freed_zero = false;
		curl_free(copy);
		assert_true(freed_any && freed_zero);
	}
	/* Headers grow block by block, and so do lists. */
	struct curl_slist *list = curl_slist_append(NULL, "Authorization: Bearer secret");
	freed_any = freed_zero = false;
	curl_slist_free_all(list);
	assert_true(freed_any && freed_zero);
	http_free(http);
	ev_loop_destroy(loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(copies_are_wiped) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
