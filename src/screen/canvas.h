/*
 * Drawing in a part of a window: every text is cut to the columns it is given, wide characters are never split,
 * and nothing is ever written outside the part.
 *
 * A canvas is a value: it borrows the window, the style and the glyphs, and owns nothing. Texts must be clean
 * (base/text.h).
 */
#ifndef SCREEN_CANVAS_H
#define SCREEN_CANVAS_H

#include "layout/layout.h"
#include "screen/glyph.h"
#include "screen/style.h"

enum { CANVAS_TEXT_MAX = 1024 }; /* bytes of a text drawn: a line of 256 columns, each with two marks */

struct _win_st; /* curses' window: its name. NOLINT(bugprone-reserved-identifier) */

struct canvas {
	struct _win_st *window;
	const struct style *style;
	const struct glyphs *glyphs;
	int line, column;   /* of its corner, in the window */
	int lines, columns; /* its size */
};

/* The whole window. */
struct canvas canvas_window(struct _win_st *window, const struct style *style, const struct glyphs *glyphs);

/* A part, clipped to the whole. */
struct canvas canvas_part(const struct canvas *canvas, int line, int column, int lines, int columns);

/* Puts a text into a field of columns; blanks around it stay as they are. Returns the columns of the text. */
int canvas_put(const struct canvas *canvas, int line, int column, int columns, enum role role, enum align align,
	const char *text);

/* Puts a text at the left, as wide as it is; returns the column after it. */
int canvas_text(const struct canvas *canvas, int line, int column, enum role role, const char *text);

int canvas_print(const struct canvas *canvas, int line, int column, enum role role, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/* The same glyph, count times. */
void canvas_repeat(const struct canvas *canvas, int line, int column, int count, enum role role, enum glyph glyph);

/* Blanks in the role's colours. */
void canvas_fill(const struct canvas *canvas, int line, int column, int lines, int columns, enum role role);

/* Blanks as an erased window has them. */
void canvas_blank(const struct canvas *canvas, int line, int column, int lines, int columns);

const char *canvas_glyph(const struct canvas *canvas, enum glyph glyph);

/* A frame around the whole canvas; returns what is inside. */
struct canvas canvas_frame(const struct canvas *canvas, enum role role);

/*
 * Wraps a text at blanks into the canvas, from `line` on, centred or at the left; returns the lines used. With
 * draw false nothing is drawn.
 */
int canvas_wrap(const struct canvas *canvas, int line, enum role role, bool centred, const char *text, bool draw);

#endif
