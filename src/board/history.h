/*
 * What was: means by minute of each number that a picture shows. A tile and a row of a grid with a spark column have
 * their last hour, a series of a chart has its last day.
 *
 * Fed with the board after each accepted answer, by the time on CLOCK_BOOTTIME at which the data came; read for any
 * later moment. Minutes without data are gaps, and stay gaps. When a statistic of the day falls to 0 the day is over,
 * and the reset is never drawn as a fall: an hour forgets what came before, and a day has a gap in that minute. Rows are
 * known by the board's key, and forgotten when they were gone for an hour. Memory is taken at history_new() and when a
 * row is first seen. The layout must outlive the history.
 */
#ifndef BOARD_HISTORY_H
#define BOARD_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "board/board.h"

enum {
	HISTORY_SLOTS = 60,       /* minutes of an hour: of tiles and rows */
	HISTORY_DAY_SLOTS = 1440, /* of a day: of charts */
	HISTORY_SLOT_MS = 60 * 1000,
	/* Of one grid, the first ones: many times what a screen shows, and 130 kB for each spark column. */
	HISTORY_ROWS_MAX = 500,
};

struct history;

struct history *history_new(const struct layout *layout);
void history_free(struct history *history);

/* Takes the values of all panels that got new data since the last call. */
void history_take(struct history *history, const struct board *board);

/* Takes what a board of the same layout knew at an earlier time, into minutes that have no value yet. */
void history_fill(struct history *history, const struct board *past);

/* Forgets the percentages, because they were read by a scale that proved wrong. */
void history_forget_percents(struct history *history);

/* Copies from the history of another version of the layout what belongs to tiles and columns that stayed what they were. */
void history_adopt(struct history *history, const struct history *old);

/*
 * Of a tile, or a series of a chart: `count` means of so many minutes each, oldest first, the one with now_ms last. A gap
 * is NAN. False if there is no value at all. These shares begin at fixed times, so that a picture moves in whole steps.
 */
bool history_read(const struct history *history, const struct panel *panel, unsigned column, int64_t now_ms,
	unsigned minutes, unsigned count, float *out);

/* The same of a spark column in the row of a grid that has this key (board_key()); NULL: in its row of totals. */
bool history_read_row(const struct history *history, const struct panel *panel, const char *key, unsigned column,
	int64_t now_ms, unsigned minutes, unsigned count, float *out);

#endif
