/* Lines on a standard output that nobody reads for a while: whole, in order, and those that are lost are counted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "output/stdout.h"

/* Standard output is a pipe from the setup to the teardown: messages of a check that fails go there too, so that checks
   are made of what was noted, after reader_close(). */
struct reader {
	int pipe, before;
	struct stdout_stream stream;
	struct buffer got, lines;
	unsigned failures, lost_calls;
	int failure;
	unsigned long lost;
};

enum { GOT_MAX = 3 * STDOUT_STREAM_BYTES_MAX };

static void on_failed(void *context, int error)
{
	struct reader *reader = context;
	reader->failures++;
	reader->failure = error;
}

static void on_lost(void *context, unsigned long lines, struct buffer *out)
{
	struct reader *reader = context;
	reader->lost_calls++;
	reader->lost = lines;
	buffer_print(out, "lost %lu\n", lines);
}

static void reader_open(struct reader *reader)
{
	int ends[2];
	*reader = (struct reader){ .failures = 0 };
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
	fflush(stdout);
	reader->before = dup(STDOUT_FILENO);
	dup2(ends[1], STDOUT_FILENO);
	close(ends[1]);
	reader->pipe = ends[0];
	buffer_init(&reader->got, GOT_MAX);
	buffer_init(&reader->lines, STDOUT_STREAM_BYTES_MAX);
	reader->stream = (struct stdout_stream){ .loop = ev_loop_new(EVBACKEND_POLL), .failed = on_failed, .lost = on_lost,
		.context = reader };
	stdout_stream_open(&reader->stream);
}

static void reader_close(struct reader *reader)
{
	stdout_stream_close(&reader->stream);
	ev_loop_destroy(reader->stream.loop);
	dup2(reader->before, STDOUT_FILENO);
	close(reader->before);
	if (reader->pipe >= 0)
		close(reader->pipe);
}

static void reader_free(struct reader *reader)
{
	buffer_free(&reader->got);
	buffer_free(&reader->lines);
}

/* Reads all that comes while the loop runs. */
static void reader_read(struct reader *reader)
{
	char bytes[65536];
	for (;;) {
		ev_run(reader->stream.loop, EVRUN_NOWAIT);
		ssize_t length = read(reader->pipe, bytes, sizeof(bytes));
		if (length <= 0)
			return;
		(void)buffer_add(&reader->got, bytes, (size_t)length);
	}
}

/* So many lines of 100 bytes, numbered from first. */
static void reader_add(struct reader *reader, unsigned first, unsigned count)
{
	buffer_clear(&reader->lines);
	for (unsigned i = 0; i < count; i++)
		buffer_print(&reader->lines, "%099u\n", first + i);
	stdout_stream_add(&reader->stream, &reader->lines);
}

static bool next_line_is(const char **at, const char *text)
{
	size_t length = strlen(text);
	if (strncmp(*at, text, length) != 0 || (*at)[length] != '\n')
		return false;
	*at += length + 1;
	return true;
}

static bool next_numbers_are(const char **at, unsigned first, unsigned count)
{
	char line[128];
	for (unsigned i = 0; i < count; i++) {
		snprintf(line, sizeof(line), "%099u", first + i);
		if (!next_line_is(at, line))
			return false;
	}
	return true;
}

static void lines_wait_for_their_reader(void **state)
{
	struct reader reader;
	(void)state;
	reader_open(&reader);
	for (unsigned i = 0; i < 100; i++)
		reader_add(&reader, 100 * i, 100);
	bool waited = ev_is_active(&reader.stream.ready) && reader.stream.waiting.length > 0;
	reader_read(&reader);
	bool over = !ev_is_active(&reader.stream.ready) && reader.stream.waiting.length == 0;
	reader_add(&reader, 10000, 1);
	reader_read(&reader);
	reader_close(&reader);
	const char *at = buffer_string(&reader.got);
	assert_true(waited);
	assert_true(over);
	assert_true(next_numbers_are(&at, 0, 10001));
	assert_string_equal(at, "");
	assert_int_equal(reader.lost_calls, 0);
	assert_int_equal(reader.failures, 0);
	reader_free(&reader);
}

static void lost_lines_are_counted_once(void **state)
{
	enum { EACH = 1000, FIT = STDOUT_STREAM_BYTES_MAX / (EACH * 100) };
	struct reader reader;
	(void)state;
	reader_open(&reader);
	for (unsigned i = 0; i < FIT + 2; i++)
		reader_add(&reader, EACH * i, EACH);
	reader_read(&reader);
	reader_add(&reader, 7, 1);
	reader_add(&reader, 8, 1);
	reader_read(&reader);
	reader_close(&reader);
	const char *at = buffer_string(&reader.got);
	assert_true(next_numbers_are(&at, 0, FIT * EACH));
	assert_int_equal(reader.lost, 2 * EACH);
	assert_true(next_line_is(&at, "lost 2000"));
	assert_true(next_numbers_are(&at, 7, 2));
	assert_string_equal(at, "");
	reader_free(&reader);
}

/* The line about lost lines is not kept where the lines behind it do not fit. */
static void a_loss_that_goes_on_is_one_loss(void **state)
{
	enum { EACH = 1000, FIT = STDOUT_STREAM_BYTES_MAX / (EACH * 100) };
	struct reader reader;
	(void)state;
	reader_open(&reader);
	for (unsigned i = 0; i < FIT + 3; i++)
		reader_add(&reader, EACH * i, EACH);
	unsigned calls = reader.lost_calls;
	/* There is room for these. */
	reader_add(&reader, 7, 1);
	unsigned long lost = reader.lost;
	reader_add(&reader, 8, 1);
	reader_read(&reader);
	reader_close(&reader);
	const char *at = buffer_string(&reader.got);
	assert_true(calls >= 2);
	assert_int_equal(lost, 3 * EACH);
	assert_true(next_numbers_are(&at, 0, FIT * EACH));
	assert_true(next_line_is(&at, "lost 3000"));
	assert_true(next_numbers_are(&at, 7, 2));
	assert_string_equal(at, "");
	reader_free(&reader);
}

static void a_reader_that_is_gone_is_told_once(void **state)
{
	struct reader reader;
	(void)state;
	signal(SIGPIPE, SIG_IGN);
	reader_open(&reader);
	close(reader.pipe);
	reader.pipe = -1;
	reader_add(&reader, 0, 1);
	reader_add(&reader, 1, 1);
	bool waits = ev_is_active(&reader.stream.ready);
	reader_close(&reader);
	assert_int_equal(reader.failures, 1);
	assert_int_equal(reader.failure, EPIPE);
	assert_false(waits);
	reader_free(&reader);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_wait_for_their_reader),
		cmocka_unit_test(lost_lines_are_counted_once),
		cmocka_unit_test(a_loss_that_goes_on_is_one_loss),
		cmocka_unit_test(a_reader_that_is_gone_is_told_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
