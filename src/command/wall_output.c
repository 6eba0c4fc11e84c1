#include "command/wall_output.h"

#include "base/clock.h"

static const double AGAIN_SECONDS = 1;

static void wall_output_wait(struct wall_output *output)
{
	ev_io_start(output->loop, &output->writable);
	timer_start(output->loop, &output->again, AGAIN_SECONDS);
}

static void wall_output_rest(struct wall_output *output)
{
	ev_io_stop(output->loop, &output->writable);
	ev_timer_stop(output->loop, &output->again);
}

bool wall_output_flush(struct wall_output *output)
{
	if (!screen_flush(output->screen)) {
		wall_output_rest(output);
		output->gone(output->context);
		return false;
	}
	if (screen_pending(output->screen)) {
		wall_output_wait(output);
		return false;
	}
	wall_output_rest(output);
	return true;
}

static void on_writable(struct ev_loop *loop, ev_io *watcher, int events)
{
	struct wall_output *output = watcher->data;
	(void)loop;
	(void)events;
	if (wall_output_flush(output))
		output->taken(output->context);
}

static void on_again(struct ev_loop *loop, ev_timer *watcher, int events)
{
	struct wall_output *output = watcher->data;
	(void)loop;
	(void)events;
	if (wall_output_flush(output))
		output->taken(output->context);
}

void wall_output_open(struct wall_output *output, struct ev_loop *loop, struct screen *screen)
{
	output->loop = loop;
	output->screen = screen;
	ev_io_init(&output->writable, on_writable, screen_output(screen), EV_WRITE);
	ev_timer_init(&output->again, on_again, 0., 0.);
	output->writable.data = output->again.data = output;
}

void wall_output_close(struct wall_output *output)
{
	wall_output_rest(output);
}
