/*
 * Pictures of numbers: big digits and letters, and areas over time.
 *
 * Digits are of two constant fonts in whole multiples of half a line, made of block glyphs or of ASCII: numbers, times,
 * Latin capitals, a few signs and the marks for "blank" and "never" in 3 to 28 lines; in ASCII capitals begin at 5. A text
 * that holds anything else cannot be drawn big, and the caller shows it plain.
 *
 * A chart has two by four dots of braille in a cell in UTF-8, two halves on a console, one character in ASCII. A minute
 * without a value is a gap, a value of 0 a line at the bottom: the two never look alike. The parts beyond a limit have
 * the colour of the limit, which is itself drawn as a dashed line.
 *
 * Nothing is allocated; what is drawn is borrowed for the call.
 */
#ifndef SCREEN_FIGURES_H
#define SCREEN_FIGURES_H

#include <stdbool.h>

#include "screen/canvas.h"

/* The largest size that so many lines hold: 3, 5, 7, 11, 14, 18, 21, 25 or 28; 1, plain text, if none does. */
int digits_largest(const struct canvas *canvas, int lines);

/* Columns of a text in one of these sizes; -1 if it holds a character that has no picture there. */
int digits_width(const struct canvas *canvas, const char *text, int lines);

/* Draws at a place; the caller has made sure that it fits. */
void digits_draw(const struct canvas *canvas, int line, int column, int lines, enum role role, const char *text);

/* The same beside larger digits that begin on this line: both stand on one line, if need be by half a line. */
void digits_draw_beside(const struct canvas *canvas, int line, int column, int lines, int beside, enum role role,
	const char *text);

/*
 * Labels in block letters: capitals of the same fonts, accents dropped ("Störung" as STORUNG). The largest size of at most
 * so many lines that so many columns hold; 1, plain text, for other scripts, other signs, and where there is no room. A
 * caller with several labels beside each other takes the least of them for all.
 */
int letters_fit(const struct canvas *canvas, const char *text, int columns, int lines);

/* Columns of a text in one of the sizes; -1 if it cannot be drawn in it. */
int letters_width(const struct canvas *canvas, const char *text, int lines);

/* Draws at a place in a size that letters_fit() returned, other than 1. */
void letters_draw(const struct canvas *canvas, int line, int column, int lines, enum role role, const char *text);

/*
 * A value against a target or limit. On several lines what stands for the target is higher than the bar; of one line a bullet
 * is drawn as a line.
 */
struct bar {
	double value, full; /* the value that fills the canvas, above 0 */
	double tick;        /* where the target or limit stands; NAN: there is none */
	bool line;
	enum role role, track, target;
};

void bar_draw(const struct canvas *canvas, const struct bar *bar);

/* Of what it draws, all that can differ between two values: for a cache. */
int bar_dots(const struct canvas *canvas, const struct bar *bar);

/* What stands where: the values oldest first, NAN for a gap, spread over the canvas' whole width. */
struct chart {
	const float *values;
	unsigned count;
	enum kind kind;
	bool shared;    /* pictures beside each other have one scale: it goes from the least to the most of all of them */
	double least, most;
	bool from_zero; /* the bottom is 0; else a little below the least value */
	bool line;      /* its upper edge alone */
	bool behind;    /* another time: sparse, and only where nothing else stands */
	bool stale;     /* no colours: nothing old is judged */
	enum role role; /* of all of it, on a filled ground; ROLE_TEXT: by the limits */
	enum role fine; /* of what is within its limits; ROLE_TEXT: ROLE_FINE */
	const struct threshold *warn, *alert;
	double low, high; /* of the bottom and the top: the caller draws the limits; alike: they are found, and one limit drawn */
};

void chart_draw(const struct canvas *canvas, const struct chart *chart);

/*
 * Lines over each other, in one range that they all say. In ASCII they are letters from A on. The first one may be behind the
 * others, and is then one more than a layout has.
 */
void charts_draw(const struct canvas *canvas, const struct chart *charts, unsigned count);

/* The mark by which a legend tells what is behind. */
const char *chart_behind(const struct canvas *canvas);

/* The line of the canvas in which a value stands, within the range. */
int chart_line(const struct canvas *canvas, double value, double low, double high);

/* How many values can stand side by side in so many columns. */
int chart_dots(const struct canvas *canvas);

#endif
