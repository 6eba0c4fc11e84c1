/*
 * Changes as lines: text for people, journals and screen readers, or JSON, an object a line. Each ends in a newline.
 */
#ifndef OUTPUT_LINES_H
#define OUTPUT_LINES_H

#include <stdbool.h>

#include "alert/alert.h"
#include "base/buffer.h"
#include "output/changes.h"

enum { LINES_DATE_MAX = 40 };

/*
 * "Sunday 2026-11-29", at the beginning and wherever the date differs from that of the line before, because the
 * lines have times of day only. *last is that date, 0 at first; "" if it is still the same. Returns out.
 */
const char *lines_date(char out[LINES_DATE_MAX], int64_t wall_ms, int *last);

/* "14:05:10 Sales Waiting 4→7 ALERT"; the arrow is -> where there is no UTF-8. */
void lines_text(const struct board_view *view, const struct change *change, bool utf8, struct buffer *out);
void lines_json(const struct board_view *view, const struct change *change, struct buffer *out);

/*
 * An alert's event, with its own time: "14:05:10 ALERT long queue: Sales, 17", or WARN; "14:09:40 CLEAR long queue:
 * Sales, after 4:30". The word is at the same place in each line, for readers and filters.
 */
void lines_alert_text(const struct alert_event *event, struct buffer *out);
void lines_alert_json(const struct alert_event *event, struct buffer *out);

/* An alert has no value: "14:05:10 NO VALUE long queue: panel 'queues' has no row 'Sales' now"; or has one again. */
void lines_unknown_text(const struct alert_unknown *about, struct buffer *out);
void lines_unknown_json(const struct alert_unknown *about, struct buffer *out);

/* What could not be done: "14:05:11 FAILED alert 'long queue': /usr/bin/page failed with status 1". */
void lines_failure_text(int64_t wall_ms, const char *text, struct buffer *out);
void lines_failure_json(int64_t wall_ms, const char *text, struct buffer *out);

/* The link: "14:06:00 the server failed (500), data of 12 s ago"; good: data come (again). */
void lines_link_text(const struct board_view *view, bool good, struct buffer *out);
void lines_link_json(const struct board_view *view, bool good, struct buffer *out);

#endif
