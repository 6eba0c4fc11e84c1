/*
 * Keys: their numbers and their names ("q", "Ctrl-L", "PgDn"), so that nobody but the terminal needs curses' own.
 *
 * A key is a Unicode character, or one of the numbers below. Nothing is allocated.
 */
#ifndef SCREEN_KEY_H
#define SCREEN_KEY_H

#include <stdbool.h>
#include <stdint.h>

/* Above all of Unicode. */
enum {
	INPUT_NONE = 0x200000,
	INPUT_UP,
	INPUT_DOWN,
	INPUT_LEFT,
	INPUT_RIGHT,
	INPUT_PAGE_UP,
	INPUT_PAGE_DOWN,
	INPUT_HOME,
	INPUT_END,
	INPUT_BACK_TAB,
	INPUT_F1,
	INPUT_F12 = INPUT_F1 + 11,
	INPUT_CLICK, /* of the mouse; where it was the terminal knows */
	INPUT_WHEEL_UP,
	INPUT_WHEEL_DOWN,
	INPUT_OTHER,  /* a key that has no name here */
	INPUT_CURSOR, /* an answer: where the cursor is */
	INPUT_MODE,   /* an answer: whether the terminal has a mode */
};

enum { INPUT_TAB = 9, INPUT_ENTER = 13, INPUT_ESCAPE = 27, INPUT_BACKSPACE = 127 };

/* Number of a named key; INPUT_NONE if the name means nothing. */
uint32_t key_read(const char *name);

/*
 * The key at the same place of a US keyboard, for a letter of a Russian, Ukrainian, Belarusian or Greek one; any other
 * key as it is.
 */
uint32_t key_latin(uint32_t key);

/* Named key nearest to a mistyped name; NULL if none is near. */
const char *key_nearest(const char *name);

/* The next name of a list with blanks between, copied into name; false after the last. */
int key_next(const char **list, char *name, int size);

/*
 * Which keys stand for which action: for each action, by its number in the table of actions, a list of key names.
 *
 * It begins with the keys of the table; a user's own win, and are taken away from the actions that had them. The
 * struct is a value, of fixed size; it knows keys, and no actions.
 */
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
