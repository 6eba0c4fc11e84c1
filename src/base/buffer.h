/*
 * A growing byte buffer with a cap, always ended by a NUL that is not counted.
 *
 * The cap is an argument of buffer_init(), so that nobody can forget it. A write that would pass
 * the cap changes nothing, returns false, and marks the buffer as full until it is cleared: a
 * writer may test once, at the end. Memory is kept by buffer_clear() and reused.
 */
#ifndef BASE_BUFFER_H
#define BASE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

struct buffer {
	char *data; /* NULL until the first write */
	size_t length;
	size_t room;
	size_t max; /* bytes without the NUL */
	bool full;  /* a write was refused */
};

void buffer_init(struct buffer *buffer, size_t max);
bool buffer_add(struct buffer *buffer, const void *bytes, size_t length);
bool buffer_text(struct buffer *buffer, const char *text);
bool buffer_print(struct buffer *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Percent-encoded as RFC 3986 has it: all but letters, digits and -._~ as %XX. */
bool buffer_percent(struct buffer *buffer, const char *bytes, size_t length);
void buffer_clear(struct buffer *buffer);

/* Back to the first `length` bytes, as before the writes that followed them, also before one that was refused. */
void buffer_cut(struct buffer *buffer, size_t length);

/* The text so far; "" if nothing was written. Valid until the next write. */
const char *buffer_string(const struct buffer *buffer);

void buffer_free(struct buffer *buffer);

/* Overwrites the bytes first: for tokens and secrets. */
void buffer_wipe_free(struct buffer *buffer);

#endif
