/*
 * Whether a condition holds on the board. Three-valued, after Kleene: what is blank, stale, missing or no number makes
 * its comparison unknown, so that an outage is never fine.
 *
 * [*] stands for each row of one panel in turn, the same row wherever it stands in an expression. Alerts keep a
 * state for each row (condition_row); a check asks whether it holds for any (condition_any). Allocates nothing.
 */
#ifndef ALERT_CONDITION_H
#define ALERT_CONDITION_H

#include "alert/condition.h"
#include "base/error.h"
#include "board/board_view.h"
#include "layout/expression.h"

/* In order, so that "and" is the least and "or" the greatest. */
enum truth {
	TRUTH_FALSE,
	TRUTH_UNKNOWN,
	TRUTH_TRUE,
};

/*
 * The truth for a row of the panel that [*] walks (any number if there is none). why (may be NULL) gets the first reason
 * of what is unknown; it is left alone where nothing is.
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
