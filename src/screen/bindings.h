/*
 * Which keys stand for which action: for each action, by its number in the table of actions, a list of key names.
 *
 * It begins with the keys of the table; a user's own win, and are taken away from the actions that had them. The
 * struct is a value, of fixed size; it knows keys, and no actions.
 */
#ifndef SCREEN_BINDINGS_H
#define SCREEN_BINDINGS_H

#include <stdbool.h>
#include <stdint.h>

enum {
	BINDINGS_MAX = 48,      /* actions */
	BINDINGS_TEXT_MAX = 96, /* bytes of a list of names */
};

struct bindings {
	unsigned count;
	bool own[BINDINGS_MAX]; /* set by the user */
	char keys[BINDINGS_MAX][BINDINGS_TEXT_MAX]; /* names with blanks between */
};

/* Adds the next action with its usual keys. */
void bindings_add(struct bindings *bindings, const char *keys);

/* Takes all keys from an action, before the user's own are given to it. */
void bindings_clear(struct bindings *bindings, unsigned action);

/*
 * Gives a key to an action. False if it is the user's own for another action already (*other is that one) or if the
 * list is full (*other is the action itself).
 */
bool bindings_give(struct bindings *bindings, unsigned action, const char *name, unsigned *other);

/* The action of a key and its place in the action's list, from 0; -1: none. */
int bindings_find(const struct bindings *bindings, uint32_t key, unsigned *place);

#endif
