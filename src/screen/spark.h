/*
 * Sparklines: a row of values as little bars, in one line or in several. Gaps stay blank.
 *
 * Pure arithmetic and a canvas; nothing is allocated.
 */
#ifndef SCREEN_SPARK_H
#define SCREEN_SPARK_H

#include <stdbool.h>

#include "screen/canvas.h"

enum { SPARK_LEVELS = 8 }; /* heights of a bar in one line */

/* A bar for each value from the canvas' left, as high as the canvas. With zero the least height means 0. */
void spark_draw(const struct canvas *canvas, enum role role, const float *values, unsigned count, bool zero);

#endif
