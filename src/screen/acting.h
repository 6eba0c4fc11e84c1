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

/* The view of the panel that keys go to, and its data; NULL if there is none. */
struct panel_view *acting_focused(const struct acting *acting, const struct panel_data **data);

#endif
