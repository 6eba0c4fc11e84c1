/*
 * One value of an answer: nothing, a number, or a text. The API writes each of them as text.
 *
 * A cell borrows its text. Nothing is "no value" and sorts before every value.
 */
#ifndef SIM_CELL_H
#define SIM_CELL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"

enum cell_kind {
	CELL_BLANK,
	CELL_NUMBER,
	CELL_TEXT,
};

struct cell {
	enum cell_kind kind;
	bool share; /* a number that is a percentage, or a fraction of 1 */
	double number;
	const char *text;
};

enum { CELL_TEXT_MAX = 32 };

struct cell cell_blank(void);
struct cell cell_text(const char *text);
struct cell cell_count(unsigned count);

/* Whole seconds, rounded down as a clock shows them; blank if negative. */
struct cell cell_seconds(int64_t milliseconds);

/* Percent with one decimal; blank if there is nothing to take a share of. */
struct cell cell_share(double part, double whole);

/* A share that is whole percents, such as a target. */
struct cell cell_percent(unsigned percent);

/* Numbers are added; nothing beside a number counts as 0, and a text cannot be added. */
struct cell cell_sum(struct cell a, struct cell b);

/* The same share as a fraction of 1, with three decimals; any other cell as it is. */
struct cell cell_fraction(struct cell cell);

/* Seconds; blank if the count is 0. */
struct cell cell_mean(int64_t milliseconds, unsigned count);

/* Negative, 0 or positive, as strcmp(). Numbers by value, texts by bytes. */
int cell_compare(const struct cell *a, const struct cell *b);

/* The text of a cell; a number is written into room of CELL_TEXT_MAX bytes. */
const char *cell_string(const struct cell *cell, char *room);

/* The text as a JSON string. */
void cell_put(struct buffer *out, const struct cell *cell);

#endif
