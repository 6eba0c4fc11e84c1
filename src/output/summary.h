/*
 * The summary of a shift: a page of text for a mail, at most 80 columns wide, or a JSON document by
 * doc/summary.schema.json. Both say what they do not know, and which statistic would add it.
 */
#ifndef OUTPUT_SUMMARY_H
#define OUTPUT_SUMMARY_H

#include <stdbool.h>

#include "base/buffer.h"
#include "recording/reader.h"
#include "recording/summary.h"

enum { SUMMARY_DOCUMENT_VERSION = 1 };

/* What is not in the figures. */
struct summary_about {
	const char *remembered; /* the tenant or file whose history it is of; NULL: it is of a recording */
	const char *layout;       /* the one that was recorded; "" */
	const char *alert_source; /* the layout whose alerts were run; NULL: alerts as recorded */
	bool alerts_known;        /* without an alert: none fired, rather than none was recorded */
	unsigned long damaged;    /* records that were skipped */
	const struct flaws *flaws;
};

/* Both append to the buffer. */
void summary_text(const struct summary *summary, const struct summary_about *about, struct buffer *out);
void summary_json(const struct summary *summary, const struct summary_about *about, struct buffer *out);

/* The members of an object that say what happened in a span, for other documents too. */
void summary_json_calls(const struct calls_span *span, struct buffer *out);

#endif
