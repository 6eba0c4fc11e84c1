/*
 * Reading keys and the mouse from curses, as numbers of screen/key.h. The only place that knows curses' own numbers.
 */
#ifndef SCREEN_KEYBOARD_H
#define SCREEN_KEYBOARD_H

#include <stdbool.h>
#include <stdint.h>

struct _win_st; /* curses' window: its name. NOLINT(bugprone-reserved-identifier) */

/* Where the mouse was when it was last clicked or its wheel turned: cells of the screen. */
struct pointer {
	int line, column;
};

/*
 * The next key; INPUT_NONE: no more for now. *gone is set when there never will be. *pointer is set with a key of the
 * mouse.
 */
uint32_t keyboard_read(struct _win_st *keys, struct pointer *pointer, bool *gone);

/* Asks the terminal for clicks and turns of the wheel. */
void keyboard_take_mouse(void);

#endif
