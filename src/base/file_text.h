/*
 * A text file that the user names: opened once, read whole, and kept open for whoever must know what was read.
 *
 * A name may mean another file a moment later. So a judgement about what was read looks at the descriptor, and a look
 * for changes compares the file that was read, not the file that stands there by the time the watch begins.
 */
#ifndef BASE_FILE_TEXT_H
#define BASE_FILE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "base/buffer.h"
#include "base/error.h"

/* What a file was when it was looked at. */
struct file_stamp {
	bool known; /* false: there is no file */
	dev_t device;
	ino_t number;
	off_t size;
	struct timespec written, changed;
};

struct file_text {
	int file; /* -1: not open */
	struct buffer text;
	struct file_stamp stamp; /* from before the first byte was read */
	uint64_t sum;            /* of the bytes: time stamps alone may miss a second write within their granularity */
};

/*
 * Reads a regular file of at most `max` bytes without a NUL. False with "PATH: ..."; nothing is left open then. A
 * FIFO or a device in its place is refused and never waited for.
 */
bool file_text_read(struct file_text *file, const char *path, size_t max, struct error *error);
void file_text_close(struct file_text *file);

/* What the name means now, links followed; false with errno if there is no such file. */
bool file_stamp_read(const char *path, struct file_stamp *out);
bool file_stamp_same(const struct file_stamp *a, const struct file_stamp *b);

#endif
