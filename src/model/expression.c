#include "model/expression.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/fold.h"
#include "base/log.h"
#include "base/text.h"
#include "model/state.h"

enum node_kind { NODE_COMPARISON, NODE_AND, NODE_OR };

enum {
	VALUE_TEXT_MAX = 128,
	/* With n comparisons there are n - 1 words between them. */
	NODES_MAX = 2 * EXPRESSION_COMPARISONS_MAX - 1,
};

struct node {
	enum node_kind kind;
	int left, right; /* of AND and OR */
	struct operand operand;
	struct threshold threshold; /* of numbers; for texts its comparison alone */
	char text[VALUE_TEXT_MAX];
};

struct expression {
	const struct panel *panel; /* that [*] walks; NULL */
	unsigned count;
	int root;
	struct node nodes[NODES_MAX];
};

struct reading {
	struct scan scan;
	struct expression *expression;
	struct error *error;
	unsigned comparisons, depth;
};

static bool fail(const struct reading *reading, const char *where, const char *what)
{
	error_set(reading->error, "%s", what);
	return scan_fail(&reading->scan, where, reading->error);
}

static bool is_text(enum kind kind)
{
	return kind == KIND_TEXT || kind == KIND_STATE;
}

/* A word of a text comparison: a quoted text, or what stands before the next blank or parenthesis. */
static bool read_text(struct reading *reading, struct node *node)
{
	struct scan *scan = &reading->scan;
	if (*scan->at == '\'' || *scan->at == '"')
		return scan_quoted(scan, node->text, sizeof(node->text), reading->error);
	size_t length = strcspn(scan->at, " \t()");
	if (length == 0 || length >= sizeof(node->text))
		return fail(reading, scan->at, length == 0 ? "a text is missing" : "this text is too long");
	memcpy(node->text, scan->at, length);
	node->text[length] = '\0';
	scan->at += length;
	return true;
}

/* A number and its unit, with blanks between them or not: as much as threshold_number() shall see. */
static bool read_number(struct reading *reading, struct node *node, enum kind kind)
{
	struct scan *scan = &reading->scan;
	const char *begin = scan->at, *end = begin + strcspn(begin, " \t()");
	const char *unit = end + strspn(end, " \t");
	char text[VALUE_TEXT_MAX];
	if (*unit != '\0' && strchr("smh%", *unit) != NULL && (unit[1] == '\0' || strchr(" \t()", unit[1]) != NULL))
		end = unit + 1;
	size_t length = (size_t)(end - begin);
	if (length == 0 || length >= sizeof(text))
		return fail(reading, begin, "a number is missing");
	memcpy(text, begin, length);
	text[length] = '\0';
	if (!threshold_number(text, kind, &node->threshold.number, reading->error))
		return scan_fail(scan, begin, reading->error);
	scan->at = end;
	return true;
}

static bool read_operator(struct reading *reading, struct node *node)
{
	struct scan *scan = &reading->scan;
	const char *begin = scan->at;
	size_t length = threshold_operator(begin, &node->threshold.comparison);
	if (length == 0)
		return fail(reading, begin, *begin == '\0' ? "a comparison is missing: <, <=, >, >=, = or !="
							   : "this is none of <, <=, >, >=, = and !=");
	if (is_text(operand_column(&node->operand)->kind) && node->threshold.comparison != COMPARE_EQ &&
		node->threshold.comparison != COMPARE_NE)
		return fail(reading, begin, "text compares with = and != only");
	scan->at += length;
	return true;
}

/* One panel for all [*], so that they can stand for the same row. */
static bool note_rows(struct reading *reading, const struct operand *operand, const char *where)
{
	struct expression *expression = reading->expression;
	if (operand->rows != OPERAND_ANY || expression->panel == operand->panel)
		return true;
	if (expression->panel != NULL)
		return fail(reading, where, "[*] walks one panel only in an expression");
	expression->panel = operand->panel;
	return true;
}

static int add_node(struct reading *reading, const struct node *node)
{
	struct expression *expression = reading->expression;
	expression->nodes[expression->count] = *node;
	return (int)expression->count++;
}

static int read_comparison(struct reading *reading)
{
	struct scan *scan = &reading->scan;
	struct node node = { .kind = NODE_COMPARISON };
	const char *begin = scan->at;
	if (reading->comparisons == EXPRESSION_COMPARISONS_MAX) {
		fail(reading, begin, "too many comparisons");
		return -1;
	}
	reading->comparisons++;
	if (!operand_scan(scan, &node.operand, reading->error) || !note_rows(reading, &node.operand, begin))
		return -1;
	scan_blanks(scan);
	if (!read_operator(reading, &node))
		return -1;
	scan_blanks(scan);
	enum kind kind = operand_column(&node.operand)->kind;
	if (is_text(kind) ? !read_text(reading, &node) : !read_number(reading, &node, kind))
		return -1;
	return add_node(reading, &node);
}

static int read_or(struct reading *reading);

static int read_part(struct reading *reading)
{
	struct scan *scan = &reading->scan;
	const char *begin = scan->at;
	if (*begin != '(')
		return read_comparison(reading);
	if (reading->depth == EXPRESSION_DEPTH_MAX) {
		fail(reading, begin, "the parentheses nest too deep");
		return -1;
	}
	reading->depth++;
	scan->at++;
	int inner = read_or(reading);
	reading->depth--;
	if (inner >= 0 && *scan->at != ')') {
		fail(reading, begin, "this ( is not closed");
		return -1;
	}
	scan->at++;
	return inner;
}

/* Steps over a word that stands alone. */
static bool take_word(struct scan *scan, const char *word)
{
	size_t length = strlen(word);
	scan_blanks(scan);
	if (strncasecmp(scan->at, word, length) != 0 || strchr(" \t(", scan->at[length]) == NULL)
		return false;
	scan->at += length;
	return true;
}

static int join(struct reading *reading, enum node_kind kind, int left, int right)
{
	struct node node = { .kind = kind, .left = left, .right = right };
	return left < 0 || right < 0 ? -1 : add_node(reading, &node);
}

static int read_and(struct reading *reading)
{
	scan_blanks(&reading->scan);
	int left = read_part(reading);
	while (left >= 0 && take_word(&reading->scan, "and")) {
		scan_blanks(&reading->scan);
		left = join(reading, NODE_AND, left, read_part(reading));
	}
	return left;
}

static int read_or(struct reading *reading)
{
	int left = read_and(reading);
	while (left >= 0 && take_word(&reading->scan, "or"))
		left = join(reading, NODE_OR, left, read_and(reading));
	return left;
}

/* Clean UTF-8: the texts come back in messages. */
static bool check_text(const char *text, struct error *error)
{
	char clean[4096];
	size_t length = strlen(text);
	if (length >= sizeof(clean))
		return error_set(error, "the expression is too long");
	text_scrub(clean, sizeof(clean), text, length);
	return strcmp(clean, text) == 0 || error_set(error, "the expression holds characters that cannot be printed");
}

struct expression *expression_read(const char *text, const struct layout *layout, struct error *error)
{
	struct expression *expression = must_alloc(sizeof(*expression));
	struct reading reading = {
		.scan = { .text = text, .at = text, .layout = layout }, .expression = expression, .error = error,
	};
	memset(expression, 0, sizeof(*expression));
	bool good = check_text(text, error) && (expression->root = read_or(&reading)) >= 0;
	if (good && *reading.scan.at != '\0')
		good = fail(&reading, reading.scan.at, *reading.scan.at == ')' ? "this ) closes nothing"
									 : "'and' or 'or' is missing here");
	if (good)
		return expression;
	expression_free(expression);
	return NULL;
}

void expression_free(struct expression *expression)
{
	free(expression);
}

bool expression_value(const char *text, const struct layout *layout, struct operand *operand, struct error *error)
{
	struct scan scan = { .text = text, .at = text, .layout = layout };
	if (!check_text(text, error))
		return false;
	scan_blanks(&scan);
	if (!operand_scan(&scan, operand, error))
		return false;
	scan_blanks(&scan);
	if (*scan.at == '\0')
		return true;
	error_set(error, "a value alone is expected beside --warn and --critical");
	return scan_fail(&scan, scan.at, error);
}

const struct panel *expression_panel(const struct expression *expression)
{
	return expression->panel;
}

static const struct node *comparison_at(const struct expression *expression, unsigned index)
{
	for (unsigned i = 0; i < expression->count; i++)
		if (expression->nodes[i].kind == NODE_COMPARISON && index-- == 0)
			return &expression->nodes[i];
	return NULL;
}

const struct operand *expression_operand(const struct expression *expression, unsigned index)
{
	const struct node *node = comparison_at(expression, index);
	return node == NULL ? NULL : &node->operand;
}

struct threshold expression_threshold(const struct expression *expression, unsigned index)
{
	const struct node *node = comparison_at(expression, index);
	if (node == NULL || is_text(operand_column(&node->operand)->kind))
		return (struct threshold){ .comparison = COMPARE_NONE };
	return node->threshold;
}

/* States by their meaning, whatever the spelling; texts as they are. */
static bool same_text(const struct node *node, const char *text, enum kind kind)
{
	enum acd_state state = state_read(text);
	if (kind == KIND_STATE && state != STATE_UNKNOWN)
		return state == state_read(node->text);
	return kind == KIND_STATE ? text_same(text, node->text) : fold_same_name(text, node->text);
}

static enum truth compare(const struct node *node, const struct moment *moment, unsigned row, struct error *why)
{
	const struct column *column = operand_column(&node->operand);
	struct error reason = { "" };
	const struct cell *cell = operand_cell(&node->operand, moment, row, &reason);
	bool holds;
	if (cell != NULL && is_text(column->kind)) {
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
static enum truth node_truth(const struct expression *expression, int at, const struct moment *moment, unsigned row,
	struct error *why)
{
	const struct node *node = &expression->nodes[at];
	if (node->kind == NODE_COMPARISON)
		return compare(node, moment, row, why);
	enum truth left = node_truth(expression, node->left, moment, row, why);
	enum truth right = node_truth(expression, node->right, moment, row, why);
	bool least = node->kind == NODE_AND;
	return (left < right) == least ? left : right;
}

enum truth expression_row(const struct expression *expression, const struct moment *moment, unsigned row,
	struct error *why)
{
	return node_truth(expression, expression->root, moment, row, why);
}

enum truth expression_any(const struct expression *expression, const struct moment *moment, unsigned *row,
	struct error *why)
{
	unsigned rows = 1;
	if (expression->panel != NULL)
		rows = board_data(moment->board, expression->panel)->rows;
	enum truth best = TRUTH_FALSE;
	unsigned first = 0;
	for (unsigned i = 0; i < rows || i == 0; i++) {
		enum truth truth = expression_row(expression, moment, i, why);
		if (truth > best) {
			best = truth;
			first = i;
		}
	}
	if (row != NULL)
		*row = first;
	return best;
}
