/*
 * Standard output of a command that goes on: it never waits for its reader.
 *
 * A pager that shows its first page, or a terminal that was stopped with Ctrl-S, takes nothing for as long as it likes.
 * Then lines wait here while polls and signals go on. Lines for which there is no room any more are lost, and the next
 * line that fits is preceded by one that says how many.
 */
#ifndef OUTPUT_STDOUT_STREAM_H
#define OUTPUT_STDOUT_STREAM_H

#include <ev.h>
#include <stdbool.h>

#include "base/buffer.h"

/* What may wait for a reader: an hour of a lively centre, and too little to matter. */
enum { STDOUT_STREAM_BYTES_MAX = 4 * 1024 * 1024 };

struct stdout_stream {
	struct ev_loop *loop;
	void (*failed)(void *context, int error);                     /* with an errno; called once */
	void (*lost)(void *context, unsigned long lines, struct buffer *out); /* adds the line that tells of it */
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

/* Whole lines; what the reader takes is written at once. */
void stdout_stream_add(struct stdout_stream *stream, const struct buffer *lines);

/* What still waits is lost. */
void stdout_stream_close(struct stdout_stream *stream);

#endif
