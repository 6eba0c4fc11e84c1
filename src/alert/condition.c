#include "alert/condition.h"

#include "base/fold.h"
#include "base/text.h"
#include "board/operand.h"
#include "layout/state.h"

/* States by their meaning, whatever the spelling; texts as they are. */
static bool same_text(const struct node *node, const char *text, enum kind kind)
{
	enum acd_state state = state_read(text);
	if (kind == KIND_STATE && state != STATE_UNKNOWN)
		return state == state_read(node->text);
	return kind == KIND_STATE ? text_same(text, node->text) : fold_same_name(text, node->text);
}

static enum truth compare(const struct node *node, const struct board_view *view, unsigned row, struct error *why)
{
	const struct column *column = operand_column(&node->operand);
	struct error reason = { "" };
	const struct cell *cell = operand_cell(&node->operand, view, row, &reason);
	bool holds;
	if (cell != NULL && kind_is_text(column->kind)) {
		holds = same_text(node, cell->text, column->kind) == (node->threshold.comparison == COMPARE_EQ);
	} else if (cell != NULL && cell->state == VALUE_NUMBER) {
		holds = threshold_holds(&node->threshold, cell->number);
	} else {
		if (cell != NULL)
			error_set(&reason, "'%s' in panel '%s' is no number: '%.60s'", column->stat,
				node->operand.panel->name, cell->text);
		if (why != NULL && why->text[0] == '\0')
			*why = reason;
		return TRUTH_UNKNOWN;
	}
	return holds ? TRUTH_TRUE : TRUTH_FALSE;
}

/* The numbers of the truths are in order, so that "and" is the least and "or" the greatest. */
static enum truth node_truth(const struct expression *expression, int at, const struct board_view *view, unsigned row,
	struct error *why)
{
	const struct node *node = &expression->nodes[at];
	if (node->kind == NODE_COMPARISON)
		return compare(node, view, row, why);
	enum truth left = node_truth(expression, node->left, view, row, why);
	enum truth right = node_truth(expression, node->right, view, row, why);
	bool least = node->kind == NODE_AND;
	return (left < right) == least ? left : right;
}

enum truth condition_row(const struct expression *expression, const struct board_view *view, unsigned row,
	struct error *why)
{
	return node_truth(expression, expression->root, view, row, why);
}

enum truth condition_any(const struct expression *expression, const struct board_view *view, unsigned *row,
	struct error *why)
{
	unsigned rows = 1;
	if (expression->panel != NULL)
		rows = board_data(view->board, expression->panel)->rows;
	enum truth best = TRUTH_FALSE;
	unsigned first = 0;
	for (unsigned i = 0; i < rows || i == 0; i++) {
		enum truth truth = condition_row(expression, view, i, why);
		if (truth > best) {
			best = truth;
			first = i;
		}
	}
	if (row != NULL)
		*row = first;
	return best;
}
