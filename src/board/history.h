/*
 * The last hour of each tile, for the sparkline under it: a ring of means, one for each minute.
 *
 * Fed with the board after each accepted answer, by the time on CLOCK_BOOTTIME at which the data came; read for any
 * later moment. Minutes without data are gaps, and stay gaps. When a statistic of the day falls to 0 the day is over:
 * what came before is forgotten, so that the reset is never drawn as a fall. All memory is allocated once, at
 * history_new(). The layout must outlive the history.
 */
#ifndef BOARD_HISTORY_H
#define BOARD_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "board/board.h"

enum {
	HISTORY_SLOTS = 60,
	HISTORY_SLOT_MS = 60 * 1000,
};

struct history;

struct history *history_new(const struct layout *layout);
void history_free(struct history *history);

/* Takes the values of all tiles that got new data since the last call. */
void history_take(struct history *history, const struct board *board);

/* Forgets the percentages, because they were read by a scale that proved wrong. */
void history_forget_percents(struct history *history);

/* Copies from the history of another version of the layout what belongs to tiles that stayed what they were. */
void history_adopt(struct history *history, const struct history *old);

/*
 * The hour before now_ms in `count` means, oldest first, the minute of now_ms in the last; count must divide
 * HISTORY_SLOTS. A gap is NAN. False if there is no value at all. Shares of the hour begin at fixed times, so that a
 * picture moves in whole steps.
 */
bool history_read(const struct history *history, const struct panel *panel, unsigned column, int64_t now_ms,
	unsigned count, float *out);

#endif
