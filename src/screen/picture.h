/*
 * A picture of the screen for other programs: the cells of one frame as text with a terminal's colours (ANSI), as a page
 * of HTML, or as SVG.
 *
 * Every column stays where it was on the screen. In SVG block elements, lines of frames and braille are drawn, so that no
 * font is needed for them; in HTML block elements are backgrounds of their cells. Both have no script, load nothing, and
 * their text can be selected. A picture owns its cells; texts in them are clean (base/text.h).
 */
#ifndef SCREEN_PICTURE_H
#define SCREEN_PICTURE_H

#include <stdbool.h>

#include "base/buffer.h"
#include "screen/style.h"

enum picture_format { PICTURE_TEXT, PICTURE_ANSI, PICTURE_HTML, PICTURE_SVG };

enum { PICTURE_CELL_MAX = 32 }; /* bytes of a character and its marks */

struct picture_cell {
	char text[PICTURE_CELL_MAX]; /* "": the second column of the character before */
	int columns;                 /* 1 or 2; 0: that second column */
	int fg, bg;                  /* as screen/palette has them */
	bool bold, dim, underline, reverse;
};

struct picture_page {
	int columns, lines;
	bool light; /* what the terminal's own colours are: dark text on light */
	int bg;     /* of the whole page; PALETTE_OWN: the terminal's own */
	struct picture_cell *cells; /* line by line */
};

/* All cells are blank. */
void picture_open(struct picture_page *picture, int columns, int lines);
void picture_close(struct picture_page *picture);

struct picture_cell *picture_cell(const struct picture_page *picture, int line, int column);

/* The whole document; the title is that of the page. False: it does not fit the buffer. */
bool picture_write(const struct picture_page *picture, enum picture_format format, const char *title, struct buffer *out);

#endif
