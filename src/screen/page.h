/*
 * Where each panel of a page stands on a screen of a given size.
 *
 * Pure arithmetic on a layout's page: sizes in cells, shares and "what is left" become boxes that fill the
 * screen without a gap. Where there is no room the lowest priority goes first; there is no size at which nothing
 * is shown. Nothing is allocated.
 */
#ifndef SCREEN_PAGE_H
#define SCREEN_PAGE_H

#include <stdbool.h>

#include "layout/layout.h"

enum {
	PAGE_BOXES_MAX = LAYOUT_PANELS_MAX,
	PAGE_FRAME_COLUMNS = 60, /* below this, or these lines, frames cost more than they give */
	PAGE_FRAME_LINES = 16,
	PAGE_GRID_LINES = 8, /* below this, or these columns, a list of what matters is shown instead */
	PAGE_GRID_COLUMNS = 30,
};

struct box {
	const struct panel *panel;
	int line, column, lines, columns;
	int cut; /* lines that status lines took of it: what it shows stays where it is */
	bool framed;
};

/* One part of a line that is divided. */
struct part {
	struct size size;
	int least;
	int priority;
};

/* Divides total among the parts; a part that got no room is 0. The sum is total unless every part was dropped. */
void page_divide(const struct part *parts, unsigned count, int total, int *out);

/* Boxes of a page in an area of the screen; returns how many. */
unsigned page_boxes(const struct page *page, int lines, int columns, struct box *boxes);

#endif
