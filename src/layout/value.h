/*
 * One value as the API sent it, and what it means.
 *
 * Four things are never confused: a value, an empty text ("no value", never zero), and a value that never came;
 * staleness is a matter of the panel, see board.h. A cell keeps the text exactly as it came (scrubbed) beside the
 * parsed number; a text that does not parse as its column's kind stays VALUE_TEXT and is shown as it came.
 */
#ifndef LAYOUT_VALUE_H
#define LAYOUT_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "layout/statistic.h"

enum value_state {
	VALUE_NEVER, /* the answer has no such cell */
	VALUE_BLANK, /* the API sent an empty text */
	VALUE_TEXT,  /* text, or a number that could not be read */
	VALUE_NUMBER,
};

/* How a percentage is written. */
enum scale {
	SCALE_AUTO,     /* as this server writes those of its scope: see struct scales */
	SCALE_PERCENT,  /* 85 means 85 % */
	SCALE_FRACTION, /* 0.85 means 85 % */
};

/* NULL-ended, in enum order. */
extern const char *const scale_names[];

/*
 * How a server writes percentages. AUTO is the usual way of the scope, totals as fractions and grids as percents; anything
 * else was configured, or for totals proved by a value above 1.
 */
struct scales {
	enum scale totals, grids;
};

/* What a column's own scale and that of its scope come to: PERCENT or FRACTION. */
enum scale scale_of_total(enum scale own, const struct scales *scales);
enum scale scale_of_grid(enum scale own, const struct scales *scales);

/* Whether a text can be a percentage, but not a fraction: a number above 1 without a percent sign. */
bool value_above_one(const char *text);

struct cell {
	const char *text; /* "" unless TEXT or NUMBER; owned by the board's arena */
	double number;    /* a count, seconds, or percents; only with VALUE_NUMBER */
	enum value_state state;
};

/*
 * Reads a clean text by its kind. Counts: whole or decimal numbers. Durations: seconds, MM:SS, HH:MM:SS, 1d
 * 02:03:04. Percents: 85, 85%, 85.3, scaled if the scale is a fraction; AUTO is not. wall_ms is the time of receipt: a
 * "duration" above 10^9 is an epoch time (above 10^12 in milliseconds) and becomes the seconds since then, if it lies
 * within the last thirty days or the next one. 4294967295 and its like (value_is_none()) are not numbers. The cell
 * keeps the pointer.
 */
struct cell value_read(const char *text, enum kind kind, enum scale scale, int64_t wall_ms);

/* Whether a number is one of those by which programs say that they have none, such as 2147483647. */
bool value_is_none(double number);

/* Numbers by which a value is judged: the limits of its column, and what alerts compare it with. */
struct edges {
	double *numbers; /* NULL: none */
	unsigned count, room;
};

/*
 * Writes a number as people read it: 7 · 0:41, 12:40, 1:02:03, 2d 01:00 · 84 %. Returns its length in bytes.
 *
 * What is shown lies on the same side of each edge as the number itself, so that whoever compares the shown value with a
 * limit finds what the program finds: 79.6 beside a limit of 80 is "79.6 %", and elsewhere "80 %". 0 and, of percents, 100
 * are always edges: "0.4 %" and "99.9 %". One more digit is shown where rounding would reach or pass an edge; if that
 * one would too, it is not rounded to the nearest. edges may be NULL.
 */
size_t value_format(char *out, size_t size, double number, enum kind kind, const struct edges *edges);

/* The same for a cell; text as it is, "" for blank and never (the caller has marks for those). */
size_t value_text(char *out, size_t size, const struct cell *cell, enum kind kind, const struct edges *edges);

/* Appends a time that something took. */
void value_put_duration(struct buffer *out, int64_t milliseconds);

#endif
