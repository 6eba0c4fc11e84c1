/*
 * A panel in its box of a page: its frame with the title, what hides rows, how many there are and how old they are, and inside
 * what the panel's type draws.
 */
#ifndef SCREEN_PANEL_BOX_H
#define SCREEN_PANEL_BOX_H

#include "screen/page.h"
#include "screen/panel.h"

/*
 * Draws it into the whole canvas. The cache has what stands there already; of other panels than grids it is NULL, or not
 * valid. False: nothing had to be drawn. The view learns where its rows are.
 */
bool panel_box_draw(const struct box *box, struct view *view, const struct scene *shown, struct cell_cache *cache,
	const struct canvas *window);

#endif
