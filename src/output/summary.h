/*
 * The summary of a shift: a page of text for a mail, at most 80 columns wide, or a JSON document by
 * doc/summary.schema.json. Both say what they do not know, and which statistic would tell.
 */
#ifndef OUTPUT_SUMMARY_H
#define OUTPUT_SUMMARY_H

#include <stdbool.h>

#include "base/buffer.h"
#include "recording/flaws.h"
#include "recording/summary.h"

enum { SHIFT_DOCUMENT_VERSION = 1 };

/* What stands above the figures. */
struct shift_about {
	const char *layout;        /* that was recorded; "" */
	const char *alarm_source;  /* the layout whose alerts were run; NULL: as recorded */
	bool alarms_known;         /* there are alarms to tell of, if none rang */
	unsigned long damaged;     /* records that were passed over */
	const struct flaws *flaws;
};

void shift_text(const struct shift *shift, const struct shift_about *about, struct buffer *out);
void shift_json(const struct shift *shift, const struct shift_about *about, struct buffer *out);

/* Whether no answer had a value of a statistic for the line, and it would add something. */
bool shift_lacks(const struct shift_line *line, enum shift_stat stat);

/* What a statistic would add to a summary of this line: "answered, service level by hour"; "" if nothing. */
const char *shift_adds(const struct shift_line *line, enum shift_stat stat);

#endif
