/*
 * What is asked at the bottom line: the text of the filter, the column of an order, the state of agents. While a
 * prompt is open all keys are its own.
 */
#ifndef SCREEN_PROMPT_H
#define SCREEN_PROMPT_H

#include "layout/state.h"
#include "screen/view.h"

/* Actions: open a prompt for the panel that keys go to, where it has what is asked for; sets of enum screen_ask. */
unsigned prompt_filter(struct action_context *context, long unused);
unsigned prompt_sort(struct action_context *context, long unused);
unsigned prompt_state(struct action_context *context, long unused);

/* Takes a key for the prompt that is open. */
unsigned prompt_key(struct action_context *context);

/* Which key stands for which column: 1 to 9, then letters. */
char prompt_column_key(unsigned column);

/* The key of a state: 1 and so on, in the order of enum acd_state. */
char prompt_state_key(enum acd_state state);

#endif
