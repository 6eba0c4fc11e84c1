/*
 * Standard output of a command that keeps running: writing never blocks.
 *
 * A pager at its first page, or a terminal stopped with Ctrl-S, may read nothing for hours. Lines are then queued here
 * while polls and signals continue. When the queue is full, lines are dropped, and the next one that fits is preceded
 * by a line that says how many.
 */
#ifndef OUTPUT_STDOUT_STREAM_H
#define OUTPUT_STDOUT_STREAM_H

#include <ev.h>
#include <stdbool.h>

#include "base/buffer.h"

/* The queue: an hour of a busy centre, and little memory. */
enum { STDOUT_STREAM_BYTES_MAX = 4 * 1024 * 1024 };

struct stdout_stream {
	struct ev_loop *loop;
	void (*failed)(void *context, int error);                     /* with an errno; called once */
	void (*lost)(void *context, unsigned long lines, struct buffer *out); /* adds the line about it */
	void *context;
	/* Its own. */
	struct buffer waiting;
	size_t sent; /* bytes of it */
	unsigned long lines_lost;
	bool broken;
	ev_io ready;
};

/* Loop, callbacks and context are set. */
void stdout_stream_open(struct stdout_stream *stream);

/* Whole lines. Writes at once what can be written. */
void stdout_stream_add(struct stdout_stream *stream, const struct buffer *lines);

/* What is still queued is lost. */
void stdout_stream_close(struct stdout_stream *stream);

#endif
