/*
 * Big digits: numbers, times and the marks for "blank" and "never" in 3, 5 or 7 rows, made of block glyphs or of
 * ASCII.
 *
 * Constant pictures; nothing is allocated. A text that holds anything else cannot be drawn big, and the caller
 * shows it plain.
 */
#ifndef SCREEN_DIGITS_H
#define SCREEN_DIGITS_H

#include <stdbool.h>

#include "screen/canvas.h"

/* Columns of a text at 3, 5 or 7 rows; -1 if it holds a character that has no picture. */
int digits_width(const struct canvas *canvas, const char *text, int rows);

/* Draws at a place; the caller has made sure that it fits. */
void digits_draw(const struct canvas *canvas, int line, int column, int rows, enum role role, const char *text);

enum { SPARK_LEVELS = 8 }; /* heights of a bar in one line */

/* A bar for each value from the canvas' left, as high as the canvas. With zero the least height means 0. */
void spark_draw(const struct canvas *canvas, enum role role, const float *values, unsigned count, bool zero);

#endif
