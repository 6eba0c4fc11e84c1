/*
 * What an action works with: the view that it changes, the scene that it looks at, the key that called it. All is
 * borrowed for the call.
 */
#ifndef SCREEN_ACTING_H
#define SCREEN_ACTING_H

#include <stdint.h>

#include "screen/view.h"

struct acting {
	struct view *view;
	const struct scene *scene;
	uint32_t key;
	unsigned place; /* of the key in the action's list, from 0 */
};

/* The view of a panel, with its rows as they are now, not as they were last drawn; and its data. */
struct panel_view *acting_rows(const struct acting *acting, const struct panel *panel, const struct panel_data **data);

/* The same of the panel that keys go to; NULL if there is none. */
struct panel_view *acting_focused(const struct acting *acting, const struct panel_data **data);

#endif
