/* Looking names up: localhost is this machine whatever a name server says, others are asked for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <netdb.h>
#include <string.h>

#include "mqtt/resolve.h"

int __real_getaddrinfo(const char *host, const char *port, const struct addrinfo *hints, struct addrinfo **found);
int __wrap_getaddrinfo(const char *host, const char *port, const struct addrinfo *hints, struct addrinfo **found);

/* A name server that knows one name, and answers for localhost with somebody else. */
int __wrap_getaddrinfo(const char *host, const char *port, const struct addrinfo *hints, struct addrinfo **found)
{
	if (strcmp(host, "broker.example") != 0 && strcasecmp(host, "localhost") != 0)
		return EAI_NONAME;
	return __real_getaddrinfo("192.0.2.7", port, hints, found);
}

struct answer {
	struct ev_loop *loop;
	struct resolved resolved;
	unsigned count;
};

static void on_answer(void *context, const struct resolved *resolved)
{
	struct answer *answer = context;
	answer->resolved = *resolved;
	answer->count++;
	ev_break(answer->loop, EVBREAK_ALL);
}

static struct resolved look_up(const char *host)
{
	struct answer answer = { .loop = ev_loop_new(EVFLAG_NOENV) };
	struct resolver *resolver = resolver_new(answer.loop, host, on_answer, &answer);
	resolver_start(resolver);
	ev_run(answer.loop, 0);
	resolver_free(resolver);
	ev_loop_destroy(answer.loop);
	assert_int_equal(answer.count, 1);
	return answer.resolved;
}

static void localhost_is_this_machine(void **unused)
{
	(void)unused;
	static const char *const names[] = { "localhost", "LocalHost" };
	for (int i = 0; i < 2; i++) {
		struct resolved resolved = look_up(names[i]);
		assert_int_equal(resolved.count, 2);
		assert_string_equal(resolved.addresses[0], "127.0.0.1");
		assert_string_equal(resolved.addresses[1], "::1");
	}
}

static void others_are_asked_for(void **unused)
{
	(void)unused;
	struct resolved resolved = look_up("broker.example");
	assert_int_equal(resolved.count, 1);
	assert_string_equal(resolved.addresses[0], "192.0.2.7");
	resolved = look_up("nobody.example");
	assert_int_equal(resolved.count, 0);
	assert_string_not_equal(resolved.error.text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(localhost_is_this_machine),
		cmocka_unit_test(others_are_asked_for),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
