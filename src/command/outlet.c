#include "command/outlet.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <unistd.h>

static bool outlet_takes(void)
{
	struct pollfd output = { .fd = STDOUT_FILENO, .events = POLLOUT };
	return poll(&output, 1, 0) > 0;
}

/* A pipe that is ready takes PIPE_BUF bytes without waiting; whatever is no pipe takes them as well. */
static void send_waiting(struct outlet *outlet)
{
	while (outlet->sent < outlet->waiting.length && outlet_takes()) {
		size_t left = outlet->waiting.length - outlet->sent;
		ssize_t done = write(STDOUT_FILENO, buffer_string(&outlet->waiting) + outlet->sent, left < PIPE_BUF ? left : PIPE_BUF);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0 && errno == EAGAIN)
			break;
		if (done < 0) {
			outlet->broken = true;
			ev_io_stop(outlet->loop, &outlet->ready);
			outlet->failed(outlet->context, errno);
			return;
		}
		outlet->sent += (size_t)done;
	}
	if (outlet->sent < outlet->waiting.length) {
		ev_io_start(outlet->loop, &outlet->ready);
		return;
	}
	ev_io_stop(outlet->loop, &outlet->ready);
	buffer_clear(&outlet->waiting);
	outlet->sent = 0;
}

static void on_ready(struct ev_loop *loop, ev_io *watcher, int events)
{
	(void)loop;
	(void)events;
	send_waiting(watcher->data);
}

static unsigned long count_lines(const struct buffer *lines)
{
	unsigned long count = 0;
	for (size_t i = 0; i < lines->length; i++)
		count += lines->data[i] == '\n';
	return count;
}

/* All of it or nothing: a line that was begun is finished. */
static bool keep(struct outlet *outlet, const struct buffer *lines)
{
	size_t before = outlet->waiting.length;
	if (outlet->lines_lost > 0)
		outlet->lost(outlet->context, outlet->lines_lost, &outlet->waiting);
	if (buffer_add(&outlet->waiting, buffer_string(lines), lines->length)) {
		outlet->lines_lost = 0;
		return true;
	}
	buffer_cut(&outlet->waiting, before);
	return false;
}

void outlet_open(struct outlet *outlet)
{
	buffer_init(&outlet->waiting, OUTLET_BYTES_MAX);
	ev_io_init(&outlet->ready, on_ready, STDOUT_FILENO, EV_WRITE);
	outlet->ready.data = outlet;
}

void outlet_add(struct outlet *outlet, const struct buffer *lines)
{
	if (lines->length == 0 || outlet->broken)
		return;
	if (!keep(outlet, lines))
		outlet->lines_lost += count_lines(lines);
	send_waiting(outlet);
}

void outlet_close(struct outlet *outlet)
{
	ev_io_stop(outlet->loop, &outlet->ready);
	buffer_free(&outlet->waiting);
}
