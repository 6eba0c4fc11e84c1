/* What signals do: an end that is asked for once or twice, reading the layout again, opening the log again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <ev.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "session/signals.h"

static int64_t now_ms;
static unsigned breaks, ends, reloads, opened;
static int ended_by;

int64_t clock_boot_ms(void)
{
	return now_ms;
}

void ev_break(struct ev_loop *loop, int how)
{
	(void)loop;
	assert_int_equal(how, EVBREAK_ALL);
	breaks++;
}

static void on_end(void *context, int number)
{
	assert_ptr_equal(context, &ends);
	ends++;
	ended_by = number;
}

static void on_reload(void *context)
{
	assert_ptr_equal(context, &ends);
	reloads++;
}

static void on_opened(void *context)
{
	assert_ptr_equal(context, &ends);
	opened++;
}

static struct signals signals;

static const int ours[] = { SIGINT, SIGTERM, SIGQUIT, SIGHUP, SIGUSR1, SIGUSR2 };

static int set_up(void **unused)
{
	(void)unused;
	/* Whoever runs the test may have it ignore them. */
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		signal(ours[i], SIG_DFL);
	signals = (struct signals){ .loop = ev_default_loop(EVFLAG_NOENV), .end = on_end, .reload = on_reload, .log_opened = on_opened,
		.context = &ends };
	now_ms = 5000;
	breaks = ends = reloads = opened = 0;
	signals_start(&signals);
	return 0;
}

static int tear_down(void **unused)
{
	(void)unused;
	signals_stop(&signals);
	for (int i = 0; i < SIGNALS_COUNT; i++)
		if (ev_is_active(&signals.watchers[i]))
			return -1;
	return 0;
}

static void comes(int number)
{
	for (int i = 0; i < SIGNALS_COUNT; i++)
		if (signals.watchers[i].signum == number) {
			assert_true(ev_is_active(&signals.watchers[i]));
			signals.watchers[i].cb(signals.loop, &signals.watchers[i], EV_SIGNAL);
			return;
		}
	fail_msg("nobody waits for signal %d", number);
}

/* timeout(1) signals the program, and then its group: that is one request. A second one waits for nothing. */
static void the_second_ends_at_once(void **unused)
{
	(void)unused;
	static const int numbers[] = { SIGINT, SIGTERM, SIGQUIT };
	for (unsigned i = 0; i < 3; i++) {
		tear_down(NULL);
		set_up(NULL);
		comes(numbers[i]);
		assert_int_equal(ended_by, numbers[i]);
		now_ms += 80;
		comes(numbers[(i + 1) % 3]);
		assert_true(ends == 2 && breaks == 0);
		now_ms++;
		comes(numbers[i]);
		assert_true(ends == 2 && breaks == 1);
	}
	/* A terminal that went away says so as often as it likes. */
	comes(SIGHUP);
	assert_true(ends == 3 && ended_by == SIGHUP && breaks == 1);
}

static void a_hangup_is_no_request(void **unused)
{
	(void)unused;
	comes(SIGHUP);
	now_ms += 1000;
	comes(SIGTERM);
	assert_true(ends == 2 && breaks == 0);
}

static void others_end_nothing(void **unused)
{
	(void)unused;
	comes(SIGUSR1);
	assert_true(reloads == 1 && opened == 0);
	signals.reload = NULL;
	comes(SIGUSR1);
	assert_int_equal(reloads, 1);
	now_ms += 1000;
	comes(SIGUSR2);
	assert_int_equal(opened, 1);
	signals.log_opened = NULL;
	comes(SIGUSR2);
	assert_true(ends == 0 && breaks == 0 && reloads == 1 && opened == 1);
}

/* A log that cannot be opened again is said, and the old one goes on. */
static void a_log_that_is_gone(void **unused)
{
	char folder[] = "/tmp/cxwall-signals-XXXXXX", path[60];
	struct error error;
	(void)unused;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/log", folder);
	assert_true(log_open(path, &error));
	comes(SIGUSR2);
	assert_int_equal(opened, 1);
	unlink(path);
	rmdir(folder);
	int before = dup(STDERR_FILENO), ends_of[2];
	assert_int_equal(pipe(ends_of), 0);
	dup2(ends_of[1], STDERR_FILENO);
	comes(SIGUSR2);
	dup2(before, STDERR_FILENO);
	close(before);
	close(ends_of[1]);
	char said[200] = "";
	assert_true(read(ends_of[0], said, sizeof(said) - 1) > 0);
	close(ends_of[0]);
	assert_non_null(strstr(said, "log: "));
	assert_non_null(strstr(said, "No such file or directory"));
	assert_int_equal(opened, 1);
	log_close();
}

/* nohup(1) ignores SIGHUP, and so do its programs. */
static void what_is_ignored_stays_ignored(void **unused)
{
	(void)unused;
	assert_false(signals_ignored(SIGHUP));
	signals_stop(&signals);
	signal(SIGHUP, SIG_IGN);
	assert_true(signals_ignored(SIGHUP));
	signals_start(&signals);
	unsigned active = 0;
	for (int i = 0; i < SIGNALS_COUNT; i++)
		active += ev_is_active(&signals.watchers[i]);
	assert_int_equal(active, SIGNALS_COUNT - 1);
	signal(SIGHUP, SIG_DFL);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_second_ends_at_once), TEST(a_hangup_is_no_request), TEST(others_end_nothing), TEST(a_log_that_is_gone),
		TEST(what_is_ignored_stays_ignored),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
