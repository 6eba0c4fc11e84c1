/*
 * The changes of the board that matter to somebody who reads or hears lines: a severity, a number of callers
 * waiting, an agent's state, who can be served, a message. Durations tick and counters of the day count: they
 * matter when their severity changes.
 *
 * The board still has the answer before (board_data_before), so only which answers were reported is remembered here.
 * Nothing stays allocated between calls.
 *
 * As lines they are text for people, journals and screen readers, or JSON, an object a line. Each ends in a newline.
 */
#ifndef OUTPUT_LINES_H
#define OUTPUT_LINES_H

#include <stdbool.h>
#include <stdint.h>

#include "alert/alert.h"
#include "base/buffer.h"
#include "board/board.h"

enum { CHANGE_TEXT_MAX = 600 };

struct change {
	const struct panel *panel;
	const char *row;       /* name of the service, agent, sender; "" for totals */
	const char *statistic; /* "availability" and "content" for panels without */
	const char *label;
	enum kind kind;
	const struct cell *from, *to; /* NULL: the row was not there before, or has gone */
	enum severity was, now;
	const struct edges *edges; /* of its column; NULL without */
};

struct changes {
	int64_t reported_ms[LAYOUT_PANELS_MAX];             /* received_ms of the panel's data; 0: none yet */
	enum availability availability[BOARD_SERVICES_MAX]; /* by the board's index */
	void (*each)(void *context, const struct change *change);
	void *context;
};

/* Calls each for every change since the last call. The first call, with a zeroed struct, reports what is severe. */
void changes_report(struct changes *changes, const struct board_view *view);

enum { LINES_DATE_MAX = 40 };

/*
 * "Sunday 2026-11-29", at the beginning and wherever the date differs from that of the line before, because the
 * lines have times of day only. *last is that date, 0 at first; "" if it is still the same. Returns out.
 */
const char *lines_date(char out[LINES_DATE_MAX], int64_t wall_ms, int *last);

/* How lines of text look. Colours are those of every terminal, by its own palette; without them the text is the same. */
struct lines_look {
	bool utf8; /* the arrow of a change; else -> */
	bool colors;
};

/* "14:05:10 Sales Waiting 4→7 ALERT" */
void lines_text(const struct board_view *view, const struct change *change, const struct lines_look *look, struct buffer *out);
void lines_json(const struct board_view *view, const struct change *change, struct buffer *out);

/*
 * An alert's event, with its own time: "14:05:10 ALERT long queue: Sales, 17", or WARN; "14:09:40 CLEAR long queue:
 * Sales, after 4:30". The word is at the same place in each line, for readers and filters.
 */
void lines_alert_text(const struct alert_event *event, const struct lines_look *look, struct buffer *out);
void lines_alert_json(const struct alert_event *event, struct buffer *out);

/* An alert has no value: "14:05:10 NO VALUE long queue: panel 'queues' has no row 'Sales' now"; or has one again. */
void lines_unknown_text(const struct alert_unknown *about, const struct lines_look *look, struct buffer *out);
void lines_unknown_json(const struct alert_unknown *about, struct buffer *out);

/* What could not be done: "14:05:11 FAILED alert 'long queue': /usr/bin/page failed with status 1". */
void lines_failure_text(int64_t wall_ms, const char *text, const struct lines_look *look, struct buffer *out);
void lines_failure_json(int64_t wall_ms, const char *text, struct buffer *out);

/* The link: "14:06:00 the server failed (500), data of 12 s ago"; good: data come (again). */
void lines_link_text(const struct board_view *view, bool good, const struct lines_look *look, struct buffer *out);
void lines_link_json(const struct board_view *view, bool good, struct buffer *out);

#endif
