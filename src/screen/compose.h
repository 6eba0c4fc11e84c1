/*
 * One frame: which windows there are for the page, the size and what lies on top, and what is drawn into each.
 *
 * Owns curses' windows; they are made anew only when the geometry changes. Everything is marked for the terminal
 * here and nothing is written: that is the terminal's.
 */
#ifndef SCREEN_COMPOSE_H
#define SCREEN_COMPOSE_H

#include "screen/kept.h"
#include "screen/overlay.h"
#include "screen/page.h"

struct geometry {
	int columns, lines;
	int top, bottom; /* lines of the status above and below */
	bool summary;    /* too small for panels */
	enum overlay overlay;
	unsigned box_count;
	struct box boxes[PAGE_BOXES_MAX];
};

struct composition {
	struct geometry geometry;
	struct _win_st *top, *bottom, *summary, *overlay;
	struct _win_st *panels[PAGE_BOXES_MAX];
	struct kept kept[PAGE_BOXES_MAX]; /* of those of grids */
	bool hints; /* the bottom shows the keys and nothing else */
};

void compose_close(struct composition *composition);

/*
 * Draws what is different from the last frame, or everything where `all` says that more than data and time may have
 * changed. `shown` holds the data for panels (frozen ones while paused), `scene` those for the status.
 */
void compose(struct composition *composition, struct view *view, const struct scene *shown, const struct scene *scene,
	const struct style *style, const struct glyphs *glyphs, const struct overlay_figures *figures, bool all);

/* The panel that stood at a place of the screen when it was last drawn; NULL: none did. */
const struct panel *compose_panel_at(const struct composition *composition, int line, int column);

#endif
