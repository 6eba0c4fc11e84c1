#include "output/stdout_stream.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <unistd.h>

static bool stream_ready(void)
{
	struct pollfd output = { .fd = STDOUT_FILENO, .events = POLLOUT };
	return poll(&output, 1, 0) > 0;
}

/* A pipe that is ready takes PIPE_BUF bytes without blocking, and so does anything else. */
static void stream_send(struct stdout_stream *stream)
{
	while (stream->sent < stream->waiting.length && stream_ready()) {
		size_t left = stream->waiting.length - stream->sent;
		const char *at = buffer_string(&stream->waiting) + stream->sent;
		ssize_t done = write(STDOUT_FILENO, at, left < PIPE_BUF ? left : PIPE_BUF);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0 && errno == EAGAIN)
			break;
		if (done < 0) {
			stream->broken = true;
			ev_io_stop(stream->loop, &stream->ready);
			stream->failed(stream->context, errno);
			return;
		}
		stream->sent += (size_t)done;
	}
	if (stream->sent < stream->waiting.length) {
		ev_io_start(stream->loop, &stream->ready);
		return;
	}
	ev_io_stop(stream->loop, &stream->ready);
	buffer_clear(&stream->waiting);
	stream->sent = 0;
}

static void stream_on_ready(struct ev_loop *loop, ev_io *watcher, int events)
{
	(void)loop;
	(void)events;
	stream_send(watcher->data);
}

static unsigned long stream_count_lines(const struct buffer *lines)
{
	unsigned long count = 0;
	for (size_t i = 0; i < lines->length; i++)
		count += lines->data[i] == '\n';
	return count;
}

/* All lines or none, so that no line is cut. */
static bool stream_queue(struct stdout_stream *stream, const struct buffer *lines)
{
	size_t before = stream->waiting.length;
	if (stream->lines_lost > 0)
		stream->lost(stream->context, stream->lines_lost, &stream->waiting);
	if (buffer_add(&stream->waiting, buffer_string(lines), lines->length)) {
		stream->lines_lost = 0;
		return true;
	}
	buffer_cut(&stream->waiting, before);
	return false;
}

void stdout_stream_open(struct stdout_stream *stream)
{
	buffer_init(&stream->waiting, STDOUT_STREAM_BYTES_MAX);
	ev_io_init(&stream->ready, stream_on_ready, STDOUT_FILENO, EV_WRITE);
	stream->ready.data = stream;
}

void stdout_stream_add(struct stdout_stream *stream, const struct buffer *lines)
{
	if (lines->length == 0 || stream->broken)
		return;
	if (!stream_queue(stream, lines))
		stream->lines_lost += stream_count_lines(lines);
	stream_send(stream);
}

void stdout_stream_close(struct stdout_stream *stream)
{
	ev_io_stop(stream->loop, &stream->ready);
	buffer_free(&stream->waiting);
}
