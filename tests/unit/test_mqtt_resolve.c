/* Looking names up: localhost is this machine whatever a name server says, others are asked for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <semaphore.h>

/* Looking names up is the connection's own. */
#include "mqtt/connection.c"

int __real_getaddrinfo(const char *host, const char *port, const struct addrinfo *hints, struct addrinfo **found);
int __wrap_getaddrinfo(const char *host, const char *port, const struct addrinfo *hints, struct addrinfo **found);

void __real_freeaddrinfo(struct addrinfo *found);
void __wrap_freeaddrinfo(struct addrinfo *found);
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument);

static bool no_threads;

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument)
{
	return no_threads ? EAGAIN : __real_pthread_create(thread, attributes, run, argument);
}

/* Each address was looked up by itself. */
void __wrap_freeaddrinfo(struct addrinfo *found)
{
	while (found != NULL) {
		struct addrinfo *next = found->ai_next;
		found->ai_next = NULL;
		__real_freeaddrinfo(found);
		found = next;
	}
}

/* Twenty addresses, of which the first two are the same. */
static int give_many(const char *port, const struct addrinfo *hints, struct addrinfo **found)
{
	for (int i = 20; i > 0; i--) {
		char address[20];
		struct addrinfo *one = NULL;
		snprintf(address, sizeof(address), "192.0.2.%d", i == 1 ? 2 : i);
		if (__real_getaddrinfo(address, port, hints, &one) != 0)
			return EAI_FAIL;
		one->ai_next = *found;
		*found = one;
	}
	return 0;
}

static sem_t go_on, gone_on;
static unsigned hanging; /* lookups that were begun */
static bool in_order; /* the thread of the last one takes no signals, and nobody waits for its end */

/* A name server that knows a few names, and answers for localhost with somebody else. */
int __wrap_getaddrinfo(const char *host, const char *port, const struct addrinfo *hints, struct addrinfo **found)
{
	sigset_t held;
	pthread_attr_t attributes;
	int detached = PTHREAD_CREATE_JOINABLE;
	pthread_sigmask(SIG_SETMASK, NULL, &held);
	pthread_getattr_np(pthread_self(), &attributes);
	pthread_attr_getdetachstate(&attributes, &detached);
	pthread_attr_destroy(&attributes);
	in_order = sigismember(&held, SIGTERM) == 1 && sigismember(&held, SIGWINCH) == 1 && detached == PTHREAD_CREATE_DETACHED;
	*found = NULL;
	if (strcmp(host, "many.example") == 0)
		return give_many(port, hints, found);
	if (strcmp(host, "empty.example") == 0)
		return 0;
	if (strcmp(host, "slow.example") == 0) {
		hanging++;
		sem_wait(&go_on);
		sem_post(&gone_on);
		return __real_getaddrinfo("192.0.2.8", port, hints, found);
	}
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
	struct resolver resolver;
	resolver_init(&resolver, answer.loop, host, on_answer, &answer);
	resolver_start(&resolver);
	ev_run(answer.loop, 0);
	resolver_close(&resolver);
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
	sigset_t held;
	struct resolved resolved = look_up("broker.example");
	assert_true(in_order);
	pthread_sigmask(SIG_SETMASK, NULL, &held);
	assert_int_equal(sigismember(&held, SIGTERM), 0);
	assert_string_equal(resolved.error.text, "");
	assert_int_equal(resolved.count, 1);
	assert_string_equal(resolved.addresses[0], "192.0.2.7");
	resolved = look_up("nobody.example");
	assert_int_equal(resolved.count, 0);
	assert_string_equal(resolved.error.text, gai_strerror(EAI_NONAME));
	resolved = look_up("empty.example");
	assert_int_equal(resolved.count, 0);
	assert_string_equal(resolved.error.text, "the name has no address");
	/* Each once, and no more than there is room for. */
	resolved = look_up("many.example");
	assert_int_equal(resolved.count, RESOLVE_ADDRESSES_MAX);
	for (unsigned i = 0; i < resolved.count; i++) {
		char address[20];
		snprintf(address, sizeof(address), "192.0.2.%u", i + 2);
		assert_string_equal(resolved.addresses[i], address);
	}
	no_threads = true;
	resolved = look_up("broker.example");
	no_threads = false;
	assert_int_equal(resolved.count, 0);
	assert_string_equal(resolved.error.text, "no thread could be started");
}

/* Threads do not pile up where a name server hangs: the first one's answer is for whoever waits then. */
static void one_lookup_at_a_time(void **unused)
{
	(void)unused;
	struct answer answer = { .loop = ev_loop_new(EVFLAG_NOENV) };
	struct resolver resolver;
	resolver_init(&resolver, answer.loop, "slow.example", on_answer, &answer);
	hanging = 0;
	resolver_start(&resolver);
	resolver_start(&resolver);
	resolver.wanted = false;
	resolver_start(&resolver);
	sem_post(&go_on);
	ev_run(answer.loop, 0);
	sem_wait(&gone_on);
	assert_int_equal(hanging, 1);
	assert_int_equal(answer.count, 1);
	assert_string_equal(answer.resolved.addresses[0], "192.0.2.8");
	/* Cancelled, it is told to nobody; and the next start is a lookup of its own. */
	resolver_start(&resolver);
	resolver.wanted = false;
	sem_post(&go_on);
	ev_run(answer.loop, EVRUN_ONCE);
	sem_wait(&gone_on);
	assert_int_equal(answer.count, 1);
	resolver_start(&resolver);
	sem_post(&go_on);
	ev_run(answer.loop, 0);
	sem_wait(&gone_on);
	assert_int_equal(hanging, 3);
	assert_int_equal(answer.count, 2);
	/* Freed while it hangs: the thread clears up behind itself. */
	resolver_start(&resolver);
	resolver_close(&resolver);
	ev_run(answer.loop, EVRUN_NOWAIT);
	ev_loop_destroy(answer.loop);
	sem_post(&go_on);
	sem_wait(&gone_on);
	assert_int_equal(answer.count, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(localhost_is_this_machine),
		cmocka_unit_test(others_are_asked_for),
		cmocka_unit_test(one_lookup_at_a_time),
	};
	sem_init(&go_on, 0, 0);
	sem_init(&gone_on, 0, 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
