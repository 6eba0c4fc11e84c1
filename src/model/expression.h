/*
 * Conditions on the board, for `cxwall check` and for alerts:
 *
 * queues[Sales].in_calls_waiting > 10 and now.agents_ready < 1
 *
 * `or`, `and`, parentheses; a comparison is PANEL[ROW].STAT OP VALUE, with < <= > >= = != and a number that may
 * have a unit (s, m, h, %); text and states compare with = and != to a word or a quoted text. Three-valued, after
 * Kleene: what is blank, stale, missing or no number makes its comparison unknown, so that an outage is never
 * fine.
 *
 * [*] stands for each row of one panel in turn, the same row wherever it stands in an expression. Alerts keep a
 * state for each row (expression_row); a check asks whether it holds for any (expression_any). Pure: reading
 * allocates once, evaluation nothing.
 */
#ifndef MODEL_EXPRESSION_H
#define MODEL_EXPRESSION_H

#include <stdbool.h>

#include "base/error.h"
#include "model/moment.h"
#include "model/operand.h"
#include "model/threshold.h"

enum {
	EXPRESSION_COMPARISONS_MAX = 32,
	EXPRESSION_DEPTH_MAX = 16, /* of parentheses */
};

enum truth {
	TRUTH_FALSE,
	TRUTH_UNKNOWN,
	TRUTH_TRUE,
};

struct expression;

/* NULL with an error that names the character and the nearest panel or statistic. The layout must outlive it. */
struct expression *expression_read(const char *text, const struct layout *layout, struct error *error);
void expression_free(struct expression *expression);

/* A lone value, as `check VALUE --warn` takes it. */
bool expression_value(const char *text, const struct layout *layout, struct operand *operand, struct error *error);

/* The panel that [*] walks; NULL if the expression has none. */
const struct panel *expression_panel(const struct expression *expression);

/* The values that it compares, in order; NULL after the last. */
const struct operand *expression_operand(const struct expression *expression, unsigned index);

/* What the value of that index is compared with; COMPARE_NONE where that is a text. */
struct threshold expression_threshold(const struct expression *expression, unsigned index);

/*
 * The truth for a row of that panel (any number if there is none). why (may be NULL) gets the first reason of what
 * is unknown; it is left alone where nothing is.
 */
enum truth expression_row(const struct expression *expression, const struct moment *moment, unsigned row,
	struct error *why);

/*
 * True if it holds for any row, false if for none; a panel without rows is unknown. *row (may be NULL) gets the
 * first row for which the answer holds.
 */
enum truth expression_any(const struct expression *expression, const struct moment *moment, unsigned *row,
	struct error *why);

#endif
