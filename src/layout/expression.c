#include "layout/expression.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "base/text.h"

/* A text that is being parsed, and how far. */
struct scan {
	const char *text;
	const char *at;
	const struct layout *layout;
};

enum { WORD_MAX = 128 };

static const char word_letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";

static void parse_blanks(struct scan *scan)
{
	while (*scan->at == ' ' || *scan->at == '\t')
		scan->at++;
}

static bool parse_error_at(const struct scan *scan, const char *where, struct error *error)
{
	return error_prefix(error, "character %d: ", (int)(where - scan->text) + 1);
}

static bool parse_quoted(struct scan *scan, char *out, size_t size, struct error *error)
{
	const char *begin = scan->at, *at = begin + 1;
	size_t length = 0;
	for (; *at != *begin && *at != '\0'; at++) {
		/* A name may have quotes of both kinds. */
		if (*at == '\\' && at[1] != '\0' && strchr("\\'\"", at[1]) != NULL)
			at++;
		if (length + 1 < size)
			out[length] = *at;
		length++;
	}
	if (*at == '\0' || length >= size) {
		if (*at == '\0')
			error_set(error, "the %c does not end", *begin);
		else
			error_set(error, "this text is too long");
		return parse_error_at(scan, begin, error);
	}
	out[length] = '\0';
	scan->at = at + 1;
	return true;
}

static bool parse_word(struct scan *scan, const char *what, char word[WORD_MAX], struct error *error)
{
	size_t length = strspn(scan->at, word_letters);
	if (length == 0 || length >= WORD_MAX) {
		error_set(error, length == 0 ? "the name of a %s is missing" : "the name of this %s is too long", what);
		return parse_error_at(scan, scan->at, error);
	}
	memcpy(word, scan->at, length);
	word[length] = '\0';
	scan->at += length;
	return true;
}

static const char *panel_at(const void *table, size_t index)
{
	const struct layout *layout = table;
	return index < layout->panel_count ? layout->panels[index].name : NULL;
}

static const char *column_at(const void *table, size_t index)
{
	const struct panel *panel = table;
	return index < panel->column_count ? panel->columns[index].name : NULL;
}

static bool has_values(const struct panel *panel)
{
	return panel_has_totals(panel->type) || panel->type == PANEL_SERVICE_GRID || panel->type == PANEL_AGENT_GRID;
}

/* The first panel that shows a statistic; NULL: none does. */
static const struct panel *panel_with_column(const struct layout *layout, const char *name)
{
	for (unsigned i = 0; i < layout->panel_count; i++)
		if (has_values(&layout->panels[i]) && panel_column(&layout->panels[i], name) >= 0)
			return &layout->panels[i];
	return NULL;
}

static bool parse_panel(struct scan *scan, struct operand *operand, struct error *error)
{
	char word[WORD_MAX];
	const char *begin = scan->at;
	if (!parse_word(scan, "panel", word, error))
		return false;
	operand->panel = layout_panel(scan->layout, word);
	if (operand->panel != NULL && has_values(operand->panel))
		return true;
	const char *near = text_nearest(word, panel_at, scan->layout);
	const struct panel *shows = panel_with_column(scan->layout, word);
	if (operand->panel == NULL && near == NULL && shows != NULL)
		error_set(error, "'%s' is a statistic: write %s%s.%s", word, shows->name, shows->type == PANEL_TOTALS ? "" : "[*]", word);
	else if (operand->panel != NULL)
		error_set(error, "panel '%s' is of type %s, which has no statistics", word,
			panel_type_names[operand->panel->type]);
	else
		error_set(error, "layout '%s' has no panel '%s'%s", scan->layout->name, word, text_hint(near, "").text);
	return parse_error_at(scan, begin, error);
}

static bool parse_row_name(struct scan *scan, struct operand *operand, struct error *error)
{
	const char *begin = scan->at;
	if (*begin == '\'' || *begin == '"')
		return parse_quoted(scan, operand->row, sizeof(operand->row), error);
	size_t length = strcspn(begin, "]");
	if (length == 0 || length >= sizeof(operand->row)) {
		error_set(error, length == 0 ? "the name of a row is missing" : "the name of this row is too long");
		return parse_error_at(scan, begin, error);
	}
	if (strcspn(begin, " \t\"'[") < length) {
		error_set(error, "the name of a row with blanks, brackets or quotes must be in quotes");
		return parse_error_at(scan, begin, error);
	}
	memcpy(operand->row, begin, length);
	operand->row[length] = '\0';
	scan->at += length;
	return true;
}

static bool parse_row(struct scan *scan, struct operand *operand, struct error *error)
{
	const struct panel *panel = operand->panel;
	const char *begin = scan->at;
	if (*begin != '[') {
		operand->rows = OPERAND_TOTALS;
		if (panel_has_totals(panel->type) || panel->total)
			return true;
		error_set(error, "panel '%s' has rows: write %s[ROW], or %s[*] for any", panel->name, panel->name,
			panel->name);
		return parse_error_at(scan, begin, error);
	}
	if (panel_has_totals(panel->type)) {
		error_set(error, "panel '%s' shows totals, which have no rows", panel->name);
		return parse_error_at(scan, begin, error);
	}
	scan->at++;
	operand->rows = OPERAND_NAMED;
	if (strncmp(scan->at, "*]", 2) == 0) {
		operand->rows = OPERAND_ANY;
		scan->at++;
	} else if (!parse_row_name(scan, operand, error)) {
		return false;
	}
	if (*scan->at++ == ']')
		return true;
	error_set(error, "a ] is missing");
	return parse_error_at(scan, scan->at - 1, error);
}

static bool parse_stat(struct scan *scan, struct operand *operand, struct error *error)
{
	char word[WORD_MAX];
	const char *begin = scan->at;
	if (*begin != '.') {
		error_set(error, "a point and a statistic must follow '%s'", operand->panel->name);
		return parse_error_at(scan, begin, error);
	}
	scan->at++;
	begin++;
	if (!parse_word(scan, "statistic", word, error))
		return false;
	int column = panel_column(operand->panel, word);
	if (column >= 0) {
		operand->column = (unsigned)column;
		return true;
	}
	const char *near = text_nearest(word, column_at, operand->panel);
	error_set(error, "panel '%s' has no '%s'%s", operand->panel->name, word, text_hint(near, "").text);
	return parse_error_at(scan, begin, error);
}

static bool parse_operand(struct scan *scan, struct operand *operand, struct error *error)
{
	*operand = (struct operand){ .panel = NULL };
	return parse_panel(scan, operand, error) && parse_row(scan, operand, error) && parse_stat(scan, operand, error);
}

const struct column *operand_column(const struct operand *operand)
{
	return &operand->panel->columns[operand->column];
}

struct parser {
	struct scan scan;
	struct expression *expression;
	struct error *error;
	unsigned comparisons, depth;
};

static bool parse_fail(const struct parser *parser, const char *where, const char *what)
{
	error_set(parser->error, "%s", what);
	return parse_error_at(&parser->scan, where, parser->error);
}

/* What a text is compared with: a quoted text, or a word that ends at a blank or a parenthesis. */
static bool parse_text(struct parser *parser, struct node *node)
{
	struct scan *scan = &parser->scan;
	if (*scan->at == '\'' || *scan->at == '"')
		return parse_quoted(scan, node->text, sizeof(node->text), parser->error);
	size_t length = strcspn(scan->at, " \t()");
	if (length == 0 || length >= sizeof(node->text))
		return parse_fail(parser, scan->at, length == 0 ? "a text is missing" : "this text is too long");
	memcpy(node->text, scan->at, length);
	node->text[length] = '\0';
	scan->at += length;
	return true;
}

/* A number and its unit, with or without blanks between them, cut out for threshold_number(). */
static bool parse_number(struct parser *parser, struct node *node, enum kind kind)
{
	struct scan *scan = &parser->scan;
	const char *begin = scan->at, *end = begin + strcspn(begin, " \t()");
	const char *unit = end + strspn(end, " \t");
	char text[EXPRESSION_TEXT_MAX];
	if (*unit != '\0' && strchr("smh%", *unit) != NULL && (unit[1] == '\0' || strchr(" \t()", unit[1]) != NULL))
		end = unit + 1;
	size_t length = (size_t)(end - begin);
	if (length == 0 || length >= sizeof(text))
		return parse_fail(parser, begin, "a number is missing");
	memcpy(text, begin, length);
	text[length] = '\0';
	if (!threshold_number(text, kind, &node->threshold.number, parser->error))
		return parse_error_at(scan, begin, parser->error);
	scan->at = end;
	return true;
}

static bool parse_operator(struct parser *parser, struct node *node)
{
	struct scan *scan = &parser->scan;
	const char *begin = scan->at;
	size_t length = threshold_operator(begin, &node->threshold.comparison);
	/* As == and => are written elsewhere. */
	bool longer = length > 0 && begin[length] != '\0' && strchr("<>=", begin[length]) != NULL;
	if (*begin != '\0' && strchr("+-*/", *begin) != NULL)
		return parse_fail(parser, begin, "a condition does not compute: give the panel a column with calc and a name, and compare that");
	if (length == 0 || longer)
		return parse_fail(parser, begin, *begin == '\0' ? "a comparison is missing: <, <=, >, >=, = or !="
							   : "this is none of <, <=, >, >=, = and !=");
	if (kind_is_text(operand_column(&node->operand)->kind) && node->threshold.comparison != COMPARE_EQ &&
		node->threshold.comparison != COMPARE_NE)
		return parse_fail(parser, begin, "text compares with = and != only");
	scan->at += length;
	return true;
}

/* All [*] must mean the same panel, so that they can mean the same row. */
static bool check_same_panel(struct parser *parser, const struct operand *operand, const char *where)
{
	struct expression *expression = parser->expression;
	if (operand->rows != OPERAND_ANY || expression->panel == operand->panel)
		return true;
	if (expression->panel != NULL)
		return parse_fail(parser, where, "[*] walks one panel only in an expression");
	expression->panel = operand->panel;
	return true;
}

static int add_node(struct parser *parser, const struct node *node)
{
	struct expression *expression = parser->expression;
	expression->nodes[expression->count] = *node;
	return (int)expression->count++;
}

static int parse_comparison(struct parser *parser)
{
	struct scan *scan = &parser->scan;
	struct node node = { .kind = NODE_COMPARISON };
	const char *begin = scan->at;
	if (parser->comparisons == EXPRESSION_COMPARISONS_MAX) {
		parse_fail(parser, begin, "too many comparisons");
		return -1;
	}
	parser->comparisons++;
	if (!parse_operand(scan, &node.operand, parser->error) || !check_same_panel(parser, &node.operand, begin))
		return -1;
	parse_blanks(scan);
	if (!parse_operator(parser, &node))
		return -1;
	parse_blanks(scan);
	enum kind kind = operand_column(&node.operand)->kind;
	if (kind_is_text(kind) ? !parse_text(parser, &node) : !parse_number(parser, &node, kind))
		return -1;
	return add_node(parser, &node);
}

static int parse_or(struct parser *parser);

static int parse_part(struct parser *parser)
{
	struct scan *scan = &parser->scan;
	const char *begin = scan->at;
	if (*begin != '(')
		return parse_comparison(parser);
	if (parser->depth == EXPRESSION_DEPTH_MAX) {
		parse_fail(parser, begin, "the parentheses nest too deep");
		return -1;
	}
	parser->depth++;
	scan->at++;
	int inner = parse_or(parser);
	parser->depth--;
	if (inner >= 0 && *scan->at != ')') {
		parse_fail(parser, begin, "this ( is not closed");
		return -1;
	}
	scan->at++;
	return inner;
}

/* Skips a word, in any case, if a blank, a parenthesis or the end follows it. */
static bool parse_keyword(struct scan *scan, const char *word)
{
	size_t length = strlen(word);
	parse_blanks(scan);
	if (strncasecmp(scan->at, word, length) != 0 || strchr(" \t(", scan->at[length]) == NULL)
		return false;
	scan->at += length;
	return true;
}

static int parse_join(struct parser *parser, enum node_kind kind, int left, int right)
{
	struct node node = { .kind = kind, .left = left, .right = right };
	return left < 0 || right < 0 ? -1 : add_node(parser, &node);
}

static int parse_and(struct parser *parser)
{
	parse_blanks(&parser->scan);
	int left = parse_part(parser);
	while (left >= 0 && parse_keyword(&parser->scan, "and")) {
		parse_blanks(&parser->scan);
		left = parse_join(parser, NODE_AND, left, parse_part(parser));
	}
	return left;
}

static int parse_or(struct parser *parser)
{
	int left = parse_and(parser);
	while (left >= 0 && parse_keyword(&parser->scan, "or"))
		left = parse_join(parser, NODE_OR, left, parse_and(parser));
	return left;
}

/* Clean UTF-8: the texts come back in messages. */
static bool check_printable(const char *text, struct error *error)
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
	struct parser parser = {
		.scan = { .text = text, .at = text, .layout = layout }, .expression = expression, .error = error,
	};
	memset(expression, 0, sizeof(*expression));
	bool good = check_printable(text, error) && (expression->root = parse_or(&parser)) >= 0;
	if (good && *parser.scan.at != '\0')
		good = parse_fail(&parser, parser.scan.at, *parser.scan.at == ')' ? "this ) closes nothing"
			: strchr("&|", *parser.scan.at) != NULL ? "write 'and' or 'or' instead of this"
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
	if (!check_printable(text, error))
		return false;
	parse_blanks(&scan);
	if (!parse_operand(&scan, operand, error))
		return false;
	parse_blanks(&scan);
	if (*scan.at == '\0')
		return true;
	error_set(error, "a value alone is expected beside --warn and --critical");
	return parse_error_at(&scan, scan.at, error);
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
	if (node == NULL || kind_is_text(operand_column(&node->operand)->kind))
		return (struct threshold){ .comparison = COMPARE_NONE };
	return node->threshold;
}

const char *expression_text(const struct expression *expression, unsigned index)
{
	const struct node *node = comparison_at(expression, index);
	return node == NULL || !kind_is_text(operand_column(&node->operand)->kind) ? "" : node->text;
}
