/*
 * Writing a recording: one file, and the file before it, which keep to a size and an age together.
 *
 * A record has its own length and checksums and is written by one call, so that after a crash all earlier records are
 * whole. A writer that continues a file cuts off only what no whole record follows. The writer puts no records of its
 * own; recording/writer decides what is recorded. It owns its descriptor and buffers, and in the steady state it
 * allocates nothing.
 */
#ifndef RECORDING_WRITER_H
#define RECORDING_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "board/record.h"

struct recording_limits {
	int64_t bytes;  /* of the file and the one before it together */
	int64_t age_ms; /* of the oldest record */
};

struct writer;

/*
 * Opens FILE for appending, or makes it (0600). Refuses a file that is not a recording, a link, and a file that another
 * program records into. When FILE is full, or its first record old, it is renamed to FILE.1 and replaces that. Age is
 * counted by boot time, or by recorded times; while the time of day is young or was just set, nothing is removed because
 * of it. On a full disk this succeeds without a file, and writer_ready() tries again.
 */
struct writer *writer_open(const char *path, const struct recording_limits *limits, struct error *error);

/*
 * Checks that the path still names this file and that nobody else changed its length; otherwise opens it again or begins
 * another one. Call it before writer_began(). False with the reason: nothing can be put. *news gets what the user should
 * know about the file, until writer_forget_news(), or NULL.
 */
bool writer_ready(struct writer *writer, const char **news, struct error *error);

void writer_forget_news(struct writer *writer);

/* Appends; false with the reason, and then the record is not in the file. It may be tried again. */
bool writer_put(struct writer *writer, enum record_kind kind, int64_t boot_ms, int64_t wall_ms, const char *bytes,
	size_t length, struct error *error);

/* True once after each change of the file: START and REQUEST must be put again. */
bool writer_began(struct writer *writer);

/* NULL is allowed. */
void writer_close(struct writer *writer);

#endif
