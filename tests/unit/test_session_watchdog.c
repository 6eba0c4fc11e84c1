/* A keep-alive only from a wall that is seen to work. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "session/watchdog.h"

static struct link fresh(void)
{
	return (struct link){ .state = LINK_LIVE, .interval = 5, .accepted_ms = 100000 };
}

static void content_only_when_drawn_and_honest(void **state)
{
	struct link link = fresh();
	struct watchdog watchdog = { .link = &link };
	(void)state;
	/* Nothing was drawn yet. */
	assert_false(watchdog_content(&watchdog, 100000));
	/* Data that stay fresh for two minutes, so that the drawing alone decides. */
	link.interval = 60;
	watchdog_drawn(&watchdog, 100000);
	assert_true(watchdog_content(&watchdog, 100000));
	assert_true(watchdog_content(&watchdog, 110000));
	/* The next is overdue: the terminal takes nothing, or the loop hung. */
	assert_false(watchdog_content(&watchdog, 110001));
	/* A cause for old data excuses no late drawing. */
	strcpy(link.cause, "no route to host");
	assert_false(watchdog_content(&watchdog, 110001));
	link.cause[0] = '\0';
	/* A still picture is drawn again when its data are stale, and until then all is well. */
	watchdog_drawn(&watchdog, 220000);
	assert_true(watchdog_content(&watchdog, 160000));
	link = fresh();
	watchdog_drawn(&watchdog, WATCHDOG_NEVER);
	assert_true(watchdog_content(&watchdog, 110000));
	/* Drawn, but the data are old and nothing says why. */
	watchdog_drawn(&watchdog, 120000);
	assert_false(watchdog_content(&watchdog, 120000));
	strcpy(link.cause, "no route to host");
	assert_true(watchdog_content(&watchdog, 120000));
}

/* The words that a wall sends in 100 ms, which is many times the limit where there is one. */
static void check_words(const char *limit, const char *process, bool drawn, const char *wanted)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char name[64], words[4096] = "", word[64];
	snprintf(name, sizeof(name), "@cxwall-watchdog-%d", (int)getpid());
	size_t length = strlen(name);
	memcpy(address.sun_path + 1, name + 1, length - 1);
	int system = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(system, (const struct sockaddr *)&address, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)), 0);
	setenv("NOTIFY_SOCKET", name, 1);
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	if (limit != NULL)
		setenv("WATCHDOG_USEC", limit, 1);
	if (process != NULL)
		setenv("WATCHDOG_PID", process, 1);
	struct ev_loop *loop = ev_loop_new(0);
	struct link link = fresh();
	struct watchdog watchdog;
	link.accepted_ms = clock_boot_ms();
	watchdog_start(&watchdog, loop, &link);
	if (drawn)
		watchdog_drawn(&watchdog, clock_boot_ms());
	for (int64_t until_ms = clock_boot_ms() + 100; clock_boot_ms() < until_ms;) {
		ev_run(loop, EVRUN_NOWAIT);
		usleep(5000);
	}
	watchdog_stop(&watchdog);
	watchdog_stop(&watchdog);
	ev_loop_destroy(loop);
	for (ssize_t size; (size = recv(system, word, sizeof(word) - 1, 0)) > 0;) {
		word[size] = '\0';
		/* How many keep-alives there are is the machine's affair. */
		if (strstr(words, word) == NULL)
			strcat(strcat(words, word), " ");
	}
	close(system);
	unsetenv("NOTIFY_SOCKET");
	assert_string_equal(words, wanted);
}

static void says_what_it_was_asked_for(void **state)
{
	char own[16];
	(void)state;
	snprintf(own, sizeof(own), "%d", (int)getpid());
	check_words(NULL, NULL, true, "READY=1 STOPPING=1 ");
	check_words("0", NULL, true, "READY=1 STOPPING=1 ");
	check_words("30000", NULL, true, "READY=1 WATCHDOG=1 STOPPING=1 ");
	check_words("30000", own, true, "READY=1 WATCHDOG=1 STOPPING=1 ");
	/* Of a parent, which left its variables to us. */
	check_words("30000", "1", true, "READY=1 STOPPING=1 ");
	/* Nothing was drawn yet. */
	check_words("30000", NULL, false, "READY=1 STOPPING=1 ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(content_only_when_drawn_and_honest),
		cmocka_unit_test(says_what_it_was_asked_for),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
