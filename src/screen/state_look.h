/*
 * How states of agents look in pictures: states that mean the same for whoever needs a crew are one group, with a colour, a
 * shade where colours do not tell the groups from each other, and a mark for its legend.
 */
#ifndef SCREEN_STATE_LOOK_H
#define SCREEN_STATE_LOOK_H

#include "layout/state.h"
#include "screen/canvas.h"

enum state_group { STATE_GROUP_FREE, STATE_GROUP_BUSY, STATE_GROUP_WORK, STATE_GROUP_AWAY, STATE_GROUP_OTHER, STATE_GROUP_OUT,
	STATE_GROUPS };

struct state_group_look {
	const char *label, *brief;
	enum role role;
	enum glyph fill;      /* where colours do not tell the parts from each other */
	enum acd_state state; /* of which it has the mark, where a block would be no picture */
};

extern const struct state_group_look state_groups[STATE_GROUPS];

enum state_group state_group(enum acd_state state);

/* So many cells of a group's part, which is told from its neighbours without colours too. */
void state_group_fill(const struct canvas *box, bool stale, int line, int column, int count, enum state_group group);

/* Beside a number of the legend. A square does not grow together with the part above it. */
void state_group_mark(const struct canvas *box, bool stale, int line, int column, enum state_group group);

#endif
