/*
 * A copy of the board's shown data, for a view that is paused while data go on arriving.
 *
 * The copy owns its memory, is freed with freeze_free(), and does not need the layout that the board was made
 * for: that may be gone by then. Its spare sides stay empty; nothing is ever decoded into it.
 */
#ifndef SCREEN_FREEZE_H
#define SCREEN_FREEZE_H

#include "board/board.h"

struct frozen;

struct frozen *freeze(const struct board *board);
const struct board *freeze_board(const struct frozen *frozen);
void freeze_free(struct frozen *frozen);

#endif
