/*
 * What is remembered of a period: a table for people, at most 80 columns wide, CSV, or a JSON document by
 * doc/history.schema.json. Times in which nothing is known are blank, never 0.
 */
#ifndef OUTPUT_HISTORY_H
#define OUTPUT_HISTORY_H

#include "base/buffer.h"
#include "store/spans.h"

enum { HISTORY_DOCUMENT_VERSION = 1 };

/* How long the time of a line is. */
enum history_every { HISTORY_MINUTE, HISTORY_QUARTER, HISTORY_HALF_HOUR, HISTORY_HOUR, HISTORY_DAY };

/* NULL-ended, in enum order; and their minutes. */
extern const char *const history_every_names[];
extern const int history_every_minutes[];

struct history_about {
	const char *of; /* the tenant, or a file */
	enum history_every every;
	unsigned left_out; /* services of which no calls are remembered */
};

/* All append to the buffer. */
void history_text(const struct spans *spans, const struct history_about *about, struct buffer *out);
void history_csv(const struct spans *spans, struct buffer *out);
void history_json(const struct spans *spans, const struct history_about *about, struct buffer *out);

#endif
