/*
 * A contact centre that never changes: it answers the request of any layout with the same agents, services and
 * totals, in the API's own words. The board is filled through the program's own decoding.
 */
#ifndef TESTS_CENTRE_H
#define TESTS_CENTRE_H

#include <stdint.h>

#include "board/board.h"
#include "board/history.h"

/* The moment at which the last answer came: boot time, and 14:05:00 UTC of a day. */
enum { CENTRE_NOW_MS = 100 * HISTORY_SLOT_MS };
#define CENTRE_WALL_MS (INT64_C(1764079500) * 1000)

/* An hour of totals into the history, then everything once into the board. Ends the program where decoding fails. */
void centre_fill(struct board *board, struct history *history);

#endif
