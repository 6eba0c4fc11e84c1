/*
 * Standard output of a command. What is printed once is a finished document, or a table made row by row: it is printed
 * whole or not at all. A command that keeps running prints lines, and never blocks.
 *
 * A table is padded text, a JSON list of objects, or CSV. Its columns and widths are borrowed; its text belongs to it
 * until table_end() or table_drop().
 */
#ifndef OUTPUT_STDOUT_H
#define OUTPUT_STDOUT_H

#include <ev.h>
#include <stdbool.h>

#include "base/buffer.h"
#include "board/link.h"

/* The last three are of pictures, by `snapshot` alone. */
enum output_format { FORMAT_TEXT, FORMAT_JSON, FORMAT_CSV, FORMAT_ANSI, FORMAT_HTML, FORMAT_SVG };

/* The exit status, after a message if it is a failure. A buffer that is full is not printed at all. */
enum status stdout_document(const struct buffer *document);

struct table {
	const char *const *columns; /* NULL-ended */
	const int *widths;          /* of all but the last */
	enum output_format format;
	struct buffer out;
};

void table_begin(struct table *table, enum output_format format);
void table_row(struct table *table, const char *const *cells);

/* Prints and frees. */
enum status table_end(struct table *table);

/* Frees without printing. */
void table_drop(struct table *table);

/*
 * A pager at its first page, or a terminal stopped with Ctrl-S, may read nothing for hours. Lines are then queued here
 * while polls and signals continue. When the queue is full, lines are dropped, and the next one that fits is preceded
 * by a line that says how many.
 */

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
