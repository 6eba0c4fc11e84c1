/*
 * Golden screens as text that a person can review: one sheet for each size and set of glyphs, all its pictures below
 * each other. A picture is read from curses after it was drawn, at each number of colours.
 *
 *   == name                  a picture
 *   |text                    a line of it, trailing blanks cut
 *   :8. 12A 3B               its attributes, in runs; plain ones at the end, and whole plain lines, are left out
 *   *3                       the line before stands three times more
 *   A  bold 231/166 , ...    the legend at the end: attributes and colours at 256, 16, 8 and 0 colours, and the
 *                            numbers that stand for colours of 24 bits
 */
#ifndef TESTS_SHEET_H
#define TESTS_SHEET_H

#include <stdbool.h>

#include "base/buffer.h"

enum { SHEET_DEPTHS = 5, SHEET_COLUMNS_MAX = 240, SHEET_LINES_MAX = 67, SHEET_KINDS_MAX = 72 };

struct shown_cell {
	char text[24]; /* "": the right half of a wide character */
	unsigned attributes;
	short fg, bg;
};

struct shown {
	int columns, lines;
	struct shown_cell cells[SHEET_LINES_MAX][SHEET_COLUMNS_MAX];
};

/* What a cell looks like at each depth. */
struct dress {
	unsigned attributes[SHEET_DEPTHS];
	short fg[SHEET_DEPTHS], bg[SHEET_DEPTHS];
};

struct sheet {
	struct buffer out;
	struct dress kinds[SHEET_KINDS_MAX + 1]; /* 0 is plain */
	unsigned kind_count;
};

/* Reads the picture that curses drew last. */
void shown_read(struct shown *shown, int columns, int lines);

void sheet_init(struct sheet *sheet);

/* Adds a picture; false if its text is another one at another number of colours. */
bool sheet_add(struct sheet *sheet, const char *name, const struct shown shown[SHEET_DEPTHS]);

/* Adds the legend. */
void sheet_end(struct sheet *sheet);

#endif
