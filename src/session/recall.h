/*
 * Filling the pictures of a wall with what was before: from the history on disk into the one in memory, once the first data
 * are there, the last hours first. A little at each turn of the loop, so that no key and no answer waits for it, and again for
 * whatever another layout or a new row of a grid shows.
 *
 * The owner gives the histories with each call and says when a layout goes. Owns nothing but the place where it is.
 */
#ifndef SESSION_RECALL_H
#define SESSION_RECALL_H

#include <stdbool.h>
#include <stdint.h>

#include "board/history.h"
#include "store/store.h"

struct recall {
	bool working; /* on the one that is wanted */
	bool filled;  /* something was put since recall_filled() asked */
	struct history_want want;
	enum store_every every;
	int64_t at_s, until_s; /* of that, what is read next, and where it ends */
	int series[LAYOUT_COLUMNS_MAX]; /* ids in the store, by column; -1: there is none */
};

/* Reads for about so many milliseconds; true if more is left. Times are of the feed's clock, and the time of day. */
bool recall_turn(struct recall *recall, struct history *history, struct store *store, int64_t wall_from_boot_ms,
	double milliseconds);

/* True once if pictures have something that they had not. */
bool recall_filled(struct recall *recall);

/* The layout goes, or its history. */
void recall_forget(struct recall *recall);

#endif
