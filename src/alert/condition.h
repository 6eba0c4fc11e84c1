/*
 * Whether a condition holds on the board. The answer has three values, after Kleene: a blank, stale or missing value,
 * or one that is not a number, makes its comparison unknown, so that an outage is never taken for a good value.
 *
 * [*] means each row of one panel in turn, the same row in all comparisons of an expression. Alerts keep a state for
 * each row (condition_row); a check asks whether it holds for any (condition_any). Nothing is allocated.
 */
#ifndef ALERT_CONDITION_H
#define ALERT_CONDITION_H

#include "base/error.h"
#include "board/board.h"
#include "layout/expression.h"

/* In this order "and" is the least of two and "or" the greatest. */
enum truth {
	TRUTH_FALSE,
	TRUTH_UNKNOWN,
	TRUTH_TRUE,
};

/*
 * The truth for a row of the panel that [*] walks; without [*] the row does not matter. why (may be NULL) gets the
 * first reason why a comparison is unknown, if it is empty.
 */
enum truth condition_row(const struct expression *expression, const struct board_view *view, unsigned row,
	struct error *why);

/*
 * True if it holds for any row, false if for none; a panel without rows is unknown. *row (may be NULL) gets the
 * first row for which the answer holds.
 */
enum truth condition_any(const struct expression *expression, const struct board_view *view, unsigned *row,
	struct error *why);

#endif
