/*
 * Conditions on the board, for `cxwall check` and for alerts, as they are written:
 *
 * queues[Sales].in_calls_waiting > 10 and now.agents_ready < 1
 *
 * `or`, `and`, parentheses; a comparison is PANEL[ROW].STAT OP VALUE, with < <= > >= = != and a number that may
 * have a unit (s, m, h, %); text and states compare with = and != to a word or a quoted text. A row is named by its
 * key or by the name that is shown, in quotes if it has blanks; `*` is any row; totals have none.
 *
 * Parsing allocates once and borrows the layout. board/operand finds the values, alert/condition says whether an expression
 * holds.
 */
#ifndef LAYOUT_EXPRESSION_H
#define LAYOUT_EXPRESSION_H

#include <stdbool.h>

#include "base/error.h"
#include "layout/layout.h"
#include "layout/threshold.h"

enum {
	EXPRESSION_COMPARISONS_MAX = 32,
	EXPRESSION_DEPTH_MAX = 16, /* of parentheses */
	/* With n comparisons there are n - 1 words between them. */
	EXPRESSION_NODES_MAX = 2 * EXPRESSION_COMPARISONS_MAX - 1,
	EXPRESSION_TEXT_MAX = 128, /* of a text that is compared, with its NUL */
	OPERAND_ROW_MAX = 256,
};

enum operand_rows {
	OPERAND_TOTALS, /* the one row of totals, or the totals under a grid */
	OPERAND_NAMED,
	OPERAND_ANY, /* [*] */
};

/* `PANEL[ROW].STAT`: which value of the board is meant. */
struct operand {
	const struct panel *panel;
	unsigned column;
	enum operand_rows rows;
	char row[OPERAND_ROW_MAX];
};

enum node_kind { NODE_COMPARISON, NODE_AND, NODE_OR };

struct node {
	enum node_kind kind;
	int left, right; /* of AND and OR */
	struct operand operand;
	struct threshold threshold; /* of numbers; for texts its comparison alone */
	char text[EXPRESSION_TEXT_MAX];
};

struct expression {
	const struct panel *panel; /* that [*] walks; NULL */
	unsigned count;
	int root;
	struct node nodes[EXPRESSION_NODES_MAX];
};

/* NULL with an error that names the character and the nearest panel or statistic. The layout must outlive it. */
struct expression *expression_read(const char *text, const struct layout *layout, struct error *error);
void expression_free(struct expression *expression);

/* A lone value, as `check VALUE --warn` takes it. */
bool expression_value(const char *text, const struct layout *layout, struct operand *operand, struct error *error);

/* The values that an expression compares, in order; NULL after the last. */
const struct operand *expression_operand(const struct expression *expression, unsigned index);

/* What the value of that index is compared with; COMPARE_NONE where that is a text. */
struct threshold expression_threshold(const struct expression *expression, unsigned index);

/* The text that the value of that index is compared with; "" where that is a number. */
const char *expression_text(const struct expression *expression, unsigned index);

/* The column of the layout that a value is in. */
const struct column *operand_column(const struct operand *operand);

#endif
