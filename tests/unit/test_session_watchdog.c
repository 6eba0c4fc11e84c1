/* A keep-alive only from a wall that is seen to work. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(content_only_when_drawn_and_honest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
