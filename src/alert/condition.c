#include "alert/condition.h"

#include "base/fold.h"
#include "base/text.h"
#include "board/operand.h"
#include "layout/state.h"

/* States are compared by their meaning, however they are written; texts as names are. */
static bool condition_text_same(const struct node *node, const char *text, enum kind kind)
{
	enum acd_state state = state_read(text);
	if (kind == KIND_STATE && state != STATE_UNKNOWN)
		return state == state_read(node->text);
	return kind == KIND_STATE ? text_same(text, node->text) : fold_same_name(text, node->text);
}

static enum truth condition_compare(const struct node *node, const struct board_view *view, unsigned row,
	struct error *why)
{
	const struct column *column = operand_column(&node->operand);
	struct error reason = { "" };
	const struct cell *cell = operand_cell(&node->operand, view, row, &reason);
	bool holds;
	if (cell != NULL && kind_is_text(column->kind)) {
		holds = condition_text_same(node, cell->text, column->kind) == (node->threshold.comparison == COMPARE_EQ);
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

static enum truth condition_node(const struct expression *expression, int at, const struct board_view *view,
	unsigned row, struct error *why)
{
	const struct node *node = &expression->nodes[at];
	if (node->kind == NODE_COMPARISON)
		return condition_compare(node, view, row, why);
	enum truth left = condition_node(expression, node->left, view, row, why);
	enum truth right = condition_node(expression, node->right, view, row, why);
	if (node->kind == NODE_AND)
		return left < right ? left : right;
	return left > right ? left : right;
}

enum truth condition_row(const struct expression *expression, const struct board_view *view, unsigned row,
	struct error *why)
{
	return condition_node(expression, expression->root, view, row, why);
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
