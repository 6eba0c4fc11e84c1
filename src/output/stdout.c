#include "output/stdout.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/json_write.h"
#include "base/log.h"
#include "base/text.h"
#include "output/csv.h"

enum { TABLE_BYTES_MAX = 16 * 1024 * 1024, TABLE_COLUMNS_MAX = 8 };

enum status stdout_document(const struct buffer *document)
{
	if (document->full) {
		message("the document is larger than %zu bytes", document->max);
		return STATUS_FAILED;
	}
	if (fwrite(buffer_string(document), 1, document->length, stdout) == document->length && fflush(stdout) == 0)
		return STATUS_FINE;
	message("standard output cannot be written: %s", strerror(errno));
	return STATUS_FAILED;
}

static void table_csv(struct table *table, const char *const *cells)
{
	for (int i = 0; table->columns[i] != NULL; i++)
		csv_field(&table->out, i == 0, cells[i]);
	buffer_text(&table->out, "\r\n");
}

/* Padded by columns on the screen, not by bytes. */
static void table_text(struct table *table, const char *const *cells)
{
	for (int i = 0; table->columns[i] != NULL; i++) {
		bool last = table->columns[i + 1] == NULL;
		buffer_text(&table->out, cells[i]);
		for (int at = text_width(cells[i]); !last && at < table->widths[i]; at++)
			buffer_text(&table->out, " ");
		buffer_text(&table->out, last ? "\n" : "  ");
	}
}

/* A single column needs no head. */
static void table_head(struct table *table)
{
	char heads[TABLE_COLUMNS_MAX][32];
	const char *cells[TABLE_COLUMNS_MAX];
	for (int i = 0; table->columns[i] != NULL; i++) {
		snprintf(heads[i], sizeof(heads[i]), "%s", table->columns[i]);
		for (char *at = heads[i]; *at != '\0'; at++)
			*at = *at == '_' ? ' ' : *at >= 'a' && *at <= 'z' ? (char)(*at - 'a' + 'A') : *at;
		cells[i] = heads[i];
	}
	table_text(table, cells);
}

static void table_json(struct table *table, const char *const *cells)
{
	json_put_object(&table->out);
	for (int i = 0; table->columns[i] != NULL; i++)
		json_put_pair(&table->out, table->columns[i], cells[i]);
	json_put_object_end(&table->out);
}

void table_begin(struct table *table, enum output_format format)
{
	table->format = format;
	buffer_init(&table->out, TABLE_BYTES_MAX);
	if (format == FORMAT_CSV)
		table_csv(table, table->columns);
	else if (format == FORMAT_JSON)
		json_put_array(&table->out);
	else if (table->columns[1] != NULL)
		table_head(table);
}

void table_row(struct table *table, const char *const *cells)
{
	if (table->format == FORMAT_CSV)
		table_csv(table, cells);
	else if (table->format == FORMAT_JSON)
		table_json(table, cells);
	else
		table_text(table, cells);
}

enum status table_end(struct table *table)
{
	if (table->format == FORMAT_JSON) {
		json_put_array_end(&table->out);
		buffer_text(&table->out, "\n");
	}
	enum status status = stdout_document(&table->out);
	buffer_free(&table->out);
	return status;
}

void table_drop(struct table *table)
{
	buffer_free(&table->out);
}

/* ---- lines of a command that keeps running ---- */

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
