/*
 * The mouse: what stands where on the screen, and what a click or a turn of the wheel there does. A key that is told on the
 * screen is pressed by a click on it; a head sorts, a row is selected and opened by two clicks; a chip takes away what hides
 * rows; a click beside what lies on top closes that. While a text is asked for, clicks do nothing.
 *
 * Without the mouse nothing comes here: the screen asks for it only where it is wanted, and the terminal then leaves text to
 * be selected with Shift.
 */
#ifndef SCREEN_MOUSE_H
#define SCREEN_MOUSE_H

#include "screen/view.h"

/* Two clicks on a row within this time open it. */
enum { MOUSE_TWICE_MS = 500 };

/* A key that is told in a line of the screen, by its name. */
void mouse_add_spot(struct spots *spots, int line, int column, int columns, const char *key);

/* What context->key (a click or the wheel) does at a place where this panel was drawn; NULL: none. A set of enum screen_ask. */
unsigned mouse_act(struct action_context *context, const struct panel *panel, int line, int column);

#endif
