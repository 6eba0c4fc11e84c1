/*
 * The search over everything that the wall has: rows of lists, tiles, series, names in lists of agents, and titles, on all
 * pages. It goes to the first match while one types, and on from there; the page and the panel are gone to, and a row is
 * selected. What a filter hides is not found.
 *
 * All matches are counted at each step, in the order of pages, panels and rows as they are shown; nothing is kept but where
 * one is and where one was.
 */
#ifndef SCREEN_SEARCH_H
#define SCREEN_SEARCH_H

#include "screen/view.h"

/* Begins to ask for a text. */
unsigned search_open(struct action_context *context, long unused);

/* A key while it is typed. */
unsigned search_key(struct action_context *context);

/* Whether there is a text to go on with; and the next match (1) or the previous one (-1). */
bool search_goes_on(const struct view *view);
unsigned search_step(struct action_context *context, long direction);

/* "3 of 7: Sales, in Queues", or that there is none; for the line in which it is typed. */
void search_place(const struct view *view, char *out, size_t size);

#endif
