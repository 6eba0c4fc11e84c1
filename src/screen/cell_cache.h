/*
 * What stands in a grid's window since the last frame, so that the next one draws only what is different.
 *
 * For each line a ground (what lies behind its cells) and a key for each cell; 0 is a blank. It holds no text: a
 * key is a hash of all that a cell looks like. The composition owns one beside each window, and forgets it when
 * the window is new or was erased.
 */
#ifndef SCREEN_CELL_CACHE_H
#define SCREEN_CELL_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "layout/layout.h"

enum { CELL_CACHE_FRAME = LAYOUT_COLUMNS_MAX }; /* the place of a key for the frame, on line 0 */

struct cell_cache {
	bool valid; /* the window shows what the keys say */
	bool runs;  /* a duration in it runs on with the time */
	uint64_t made_of; /* key of all that the last frame was made of, but for the time of such durations */
	int lines;
	uint64_t *keys; /* of each line: the ground, and one for each column */
};

/* Lines: of the window. */
void cell_cache_open(struct cell_cache *cache, int lines);
void cell_cache_close(struct cell_cache *cache);

/* The window was erased. */
void cell_cache_forget(struct cell_cache *cache);

/* True if the line must be drawn anew on another ground: then all of its cells are blank. */
bool cell_cache_ground(struct cell_cache *cache, int line, uint64_t ground);

/* True if the cell looks different from now on, and must be drawn. */
bool cell_cache_cell(struct cell_cache *cache, int line, unsigned column, uint64_t key);

/* A key of a text and a number, never 0; `before` chains them. */
uint64_t cell_cache_key(uint64_t before, const char *text, unsigned number);

#endif
