/*
 * What keys do: one table of actions, each with its name, its keys and its help. The help page, the hints at the
 * bottom, the man page and `cxwall list actions` walk it, so that none of them can say anything else.
 *
 * Some ask at the bottom line: for the text of the filter, the column of an order, the state of agents. While such a prompt
 * is open all keys are its own.
 *
 * An action changes the view only, and tells app by bits of enum screen_ask what else must be done. It draws
 * nothing.
 */
#ifndef SCREEN_ACTION_H
#define SCREEN_ACTION_H

#include <stdbool.h>
#include <stdint.h>

#include "layout/state.h"
#include "screen/keyboard.h"
#include "screen/view.h"

struct action {
	const char *name; /* as a configuration calls it */
	const char *keys; /* the usual ones: names with blanks between */
	const char *help;
	const char *hint; /* for the bottom line; NULL: not there */
	unsigned (*run)(struct action_context *context, long number); /* returns a set of enum screen_ask */
	long number; /* for run: by how much, which way, or what */
	/* Why it can do nothing now, as a sentence; NULL: it can. Then it is not among the hints. NULL: it always can. */
	const char *(*idle)(const struct view *view, const struct scene *scene);
};

/* All actions in order; NULL after the last. */
const struct action *action_at(unsigned index);

/* What the actions from this one on are about, for the help page; NULL: the same as those before it. */
const char *action_group(unsigned index);

/* Whether it means anything for this wall at all: keys of a replay do in a replay. */
bool action_applies(unsigned index, const struct scene *scene);

/* Does what an action does, as if its key was pressed; a set of enum screen_ask. Why it can do nothing is said. */
unsigned action_run(struct action_context *context, unsigned index);

/* Takes one of the view's themes, and says which. */
void action_theme(struct action_context *context, int theme);

/* Sorts by a column: numbers the largest first, texts from A; the same column again the other way round. */
void action_sort(struct order *order, const struct panel *panel, int column);

/* The usual keys of all. */
void action_bindings(struct bindings *bindings);

/* Number of an action by its name, -1 if there is none; and the name nearest to a mistyped one, or NULL. */
int action_find(const char *name);
const char *action_nearest(const char *name);

/* The first key of an action, "" where it has none; returned. */
const char *action_first_key(const struct bindings *bindings, const char *name, char key[KEY_NAME_MAX]);

/* Does what the key stands for, in the prompt or on the wall; a set of enum screen_ask. */
unsigned action_key(struct action_context *context);

/* Whether a text is typed, which pasted ones go to. */
bool action_types(const struct view *view);

/* Whether the key ends the wall. */
bool action_quits(const struct bindings *bindings, uint32_t key);

/* Which key stands for which column: 1 to 9, then letters. */
char prompt_column_key(unsigned column);

/* The key of a state: 1 and so on, in the order of enum acd_state. */
char prompt_state_key(enum acd_state state);

#endif
