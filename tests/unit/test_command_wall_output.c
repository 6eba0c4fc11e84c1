/*
 * What a terminal does not take at once goes out when it takes more: as soon as the loop says so, within a second or two
 * where it does not, and a terminal that went away is told.
 */
#include <ev.h>
#include <fcntl.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "command/wall_output.h"

#include "screen_board.h"

struct bench {
	struct desk desk;
	struct screen *screen;
	struct ev_loop *loop;
	struct wall_output output;
	ev_timer end, read;
	int master, input, kept; /* our own 0 and 1, kept aside */
	unsigned taken, gone;
	size_t bytes;
};

static void on_taken(void *context)
{
	struct bench *bench = context;
	bench->taken++;
	ev_break(bench->loop, EVBREAK_ALL);
}

static void on_gone(void *context)
{
	struct bench *bench = context;
	bench->gone++;
	ev_break(bench->loop, EVBREAK_ALL);
}

static void on_end(struct ev_loop *loop, ev_timer *watcher, int events)
{
	(void)watcher;
	(void)events;
	ev_break(loop, EVBREAK_ALL);
}

/* As a terminal reads. */
static void on_read(struct ev_loop *loop, ev_timer *watcher, int events)
{
	struct bench *bench = watcher->data;
	char bytes[65536];
	ssize_t length;
	(void)loop;
	(void)events;
	while ((length = read(bench->master, bytes, sizeof(bytes))) > 0)
		bench->bytes += (size_t)length;
}

/* Until the terminal took all, or went away, or for so many seconds. */
static void run(struct bench *bench, double seconds)
{
	ev_now_update(bench->loop);
	ev_timer_set(&bench->end, seconds, 0.);
	ev_timer_start(bench->loop, &bench->end);
	ev_run(bench->loop, 0);
	ev_timer_stop(bench->loop, &bench->end);
}

static int bench_open(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));
	struct winsize size = { .ws_col = 200, .ws_row = 60 };
	struct screen_options options = { .utf8 = true };
	struct error error = { "" };
	int slave;
	*state = bench;
	setenv("TERM", "xterm-256color", 1);
	assert_int_equal(openpty(&bench->master, &slave, NULL, NULL, &size), 0);
	fcntl(bench->master, F_SETFL, O_NONBLOCK);
	bench->input = dup(0);
	bench->kept = dup(1);
	dup2(slave, 0);
	dup2(slave, 1);
	close(slave);
	desk_open(&bench->desk, "pages = ( { rows = ( { panels = ( { name = \"n\" type = \"totals\" tiles = ( \"in_calls_waiting\" ) } ) } ) } )");
	desk_fill(&bench->desk, "n", 1, "8");
	bench->screen = screen_open(&options, &error);
	if (bench->screen == NULL)
		fail_msg("%s", error.text);
	bench->loop = ev_loop_new(EVFLAG_NOENV);
	bench->output = (struct wall_output){ .taken = on_taken, .gone = on_gone, .context = bench };
	wall_output_open(&bench->output, bench->loop, bench->screen);
	ev_timer_init(&bench->end, on_end, 0., 0.);
	ev_timer_init(&bench->read, on_read, 0.05, 0.05);
	bench->read.data = bench;
	/* Nobody reads, and more is drawn until something waits. */
	for (int i = 0; i < 1000 && !screen_pending(bench->screen); i++) {
		screen_repaint(bench->screen);
		bench->desk.scene.wall_ms += 1000;
		screen_draw(bench->screen, &bench->desk.scene);
		bool out = wall_output_flush(&bench->output);
		assert_int_equal(out, !screen_pending(bench->screen));
	}
	assert_true(screen_pending(bench->screen));
	return 0;
}

static int bench_close(void **state)
{
	struct bench *bench = *state;
	wall_output_close(&bench->output);
	ev_timer_stop(bench->loop, &bench->read);
	screen_close(bench->screen);
	dup2(bench->input, 0);
	dup2(bench->kept, 1);
	close(bench->input);
	close(bench->kept);
	if (bench->master >= 0)
		close(bench->master);
	ev_loop_destroy(bench->loop);
	desk_close(&bench->desk);
	free(bench);
	return 0;
}

static void what_waits_goes_out(void **state)
{
	struct bench *bench = *state;
	run(bench, 0.3);
	assert_true(bench->taken == 0 && screen_pending(bench->screen));
	ev_timer_stop(bench->loop, &bench->output.again);
	ev_timer_start(bench->loop, &bench->read);
	run(bench, 60);
	assert_true(bench->taken == 1 && bench->gone == 0 && bench->bytes > 0);
	assert_false(screen_pending(bench->screen));
	assert_false(ev_is_active(&bench->output.writable));
	/* With nothing to write nobody is asked. */
	assert_true(wall_output_flush(&bench->output));
	assert_false(ev_is_active(&bench->output.writable) || ev_is_active(&bench->output.again));
}

/* The loop never says that the terminal takes more. */
static void a_missed_event_is_made_up_for(void **state)
{
	struct bench *bench = *state;
	ev_timer_start(bench->loop, &bench->read);
	for (int i = 0; i < 10 && screen_pending(bench->screen); i++) {
		ev_io_stop(bench->loop, &bench->output.writable);
		run(bench, 1.2);
	}
	assert_true(bench->taken == 1 && bench->gone == 0);
	assert_false(screen_pending(bench->screen));
	assert_false(ev_is_active(&bench->output.again));
}

static void a_terminal_that_went_away(void **state)
{
	struct bench *bench = *state;
	close(bench->master);
	bench->master = -1;
	run(bench, 60);
	assert_true(bench->taken == 0 && bench->gone == 1);
	assert_false(ev_is_active(&bench->output.writable) || ev_is_active(&bench->output.again));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_waits_goes_out, bench_open, bench_close),
		cmocka_unit_test_setup_teardown(a_missed_event_is_made_up_for, bench_open, bench_close),
		cmocka_unit_test_setup_teardown(a_terminal_that_went_away, bench_open, bench_close),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
