/*
 * What stands in a grid's window since the last frame, so that the next one draws only what is different.
 *
 * For each line a ground (what lies behind its cells) and a key for each cell; 0 is a blank. It holds no text: a
 * key is a hash of all that a cell looks like. The composition owns one beside each window, and forgets it when
 * the window is new or was erased.
 */
#ifndef SCREEN_KEPT_H
#define SCREEN_KEPT_H

#include <stdbool.h>
#include <stdint.h>

#include "layout/layout.h"

enum { KEPT_FRAME = LAYOUT_COLUMNS_MAX }; /* the place of a key for the frame, on line 0 */

struct kept {
	bool valid; /* the window shows what the keys say */
	bool runs;  /* a duration in it runs on with the time */
	uint64_t made_of; /* key of all that the last frame was made of, but for the time of such durations */
	int lines;
	uint64_t *keys; /* of each line: the ground, and one for each column */
};

/* Lines: of the window. */
void kept_open(struct kept *kept, int lines);
void kept_close(struct kept *kept);

/* The window was erased. */
void kept_forget(struct kept *kept);

/* True if the line must be drawn anew on another ground: then all of its cells are blank. */
bool kept_ground(struct kept *kept, int line, uint64_t ground);

/* True if the cell looks different from now on, and must be drawn. */
bool kept_cell(struct kept *kept, int line, unsigned column, uint64_t key);

/* A key of a text and a number, never 0; `before` chains them. */
uint64_t kept_key(uint64_t before, const char *text, unsigned number);

#endif
