/*
 * The columns of a grid on the screen: which fit, where each stands and how wide it is.
 *
 * Pure arithmetic; nothing is allocated. Where there is no room texts are narrowed, then the lowest priority
 * goes; where there is more than is needed, texts and gaps grow a little.
 */
#ifndef SCREEN_COLUMNS_H
#define SCREEN_COLUMNS_H

#include <stdbool.h>

#include "layout/layout.h"

enum { COLUMNS_MARK = 3 }; /* a blank and "!!" beside a value that has limits */

struct place {
	bool shown;
	int left;  /* of the value */
	int width; /* of the value */
	bool marked; /* has room for a mark after it */
};

void columns_place(const struct panel *panel, int total, struct place *places);

#endif
