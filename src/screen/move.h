/*
 * Moving among rows: by rows, by pages, to the next match, with the mouse. While something lies on top, the same
 * keys scroll that. Each function returns a set of enum screen_ask.
 */
#ifndef SCREEN_MOVE_H
#define SCREEN_MOVE_H

#include "screen/acting.h"

/* More than any grid has. */
enum { MOVE_FAR = 1000 * 1000 };

unsigned move_rows(struct acting *acting, long by);

/* By what is visible, but for one line, so that the eye finds its place again. */
unsigned move_pages(struct acting *acting, int direction);

/* To the next (1) or the previous (-1) row that contains the text last filtered by, all the way round. */
unsigned move_search(struct acting *acting, int direction);

/* A click or a turn of the wheel (acting->key) at a line of the screen that belongs to a panel; NULL: to none. */
unsigned move_mouse(struct acting *acting, const struct panel *panel, int line);

#endif
