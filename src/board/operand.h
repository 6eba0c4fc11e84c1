/*
 * What a value that an expression names is now: its cell on the board, or why there is none. Looking up allocates
 * nothing and owns nothing.
 */
#ifndef BOARD_OPERAND_H
#define BOARD_OPERAND_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/error.h"
#include "board/board.h"
#include "layout/expression.h"

/*
 * The cell that is meant, with a value in it; row counts for [*] only. NULL where there is none (stale, blank,
 * missing, no such row, two such rows): why (may be NULL) then says so.
 */
const struct cell *operand_cell(const struct operand *operand, const struct board_view *view, unsigned row,
	struct error *why);

/* Whether it names a row that fresh data do not have. */
bool operand_lacks_row(const struct operand *operand, const struct board_view *view);

/* The name of a row that is near the one that it names; NULL: none is. */
const char *operand_near_row(const struct operand *operand, const struct board_view *view);

/* Writes it as a person would: "queues[Sales].in_calls_waiting"; for [*] with the name of the row. */
void operand_print(const struct operand *operand, const struct board_view *view, unsigned row, struct buffer *out);

/* The name that a row shows: of a service, of an agent, else its first column. "" if it shows none. */
const char *row_name(const struct panel *panel, const struct panel_data *data, unsigned row);

#endif
