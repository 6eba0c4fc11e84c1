/*
 * What keys do: one table of actions, each with its name, its keys and its help. The help page, the hints at the
 * bottom, the man page and `cxwall list actions` walk it, so that none of them can say anything else.
 *
 * An action changes the view only, and tells app by bits of enum screen_ask what else must be done. It draws
 * nothing.
 */
#ifndef SCREEN_ACTION_H
#define SCREEN_ACTION_H

#include <stdint.h>

#include "screen/key.h"
#include "screen/screen.h"

struct view;

struct acting {
	struct view *view;
	const struct scene *scene;
	uint32_t key; /* that called it */
};

struct action {
	const char *name; /* as a configuration would call it */
	const char *keys; /* names, with blanks between */
	const char *help;
	const char *hint; /* for the bottom line; NULL: not there */
	unsigned (*run)(struct acting *acting);
};

/* All actions in order; NULL after the last. */
const struct action *action_at(unsigned index);

/* Does what the key stands for, in the prompt or on the wall; a set of enum screen_ask. */
unsigned action_key(struct acting *acting);

#endif
