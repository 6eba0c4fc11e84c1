#include "output/plugin.h"

#include <stdlib.h>
#include <string.h>

#include "alert/condition.h"
#include "base/log.h"
#include "output/values.h"

/* Rows that are named in the text; the performance data have them all. */
enum { NAMED_MAX = 5, VALUE_TEXT_MAX = 600 };

static const char *const plugin_words[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };

/* A limit that is passed for certain is worse than a row without a value. */
static const int plugin_ranks[] = {
	[PLUGIN_OK] = 0, [PLUGIN_UNKNOWN] = 1, [PLUGIN_WARNING] = 2, [PLUGIN_CRITICAL] = 3,
};

/* Without bars, because a bar begins the performance data. */
static void plugin_put(struct buffer *out, const char *text)
{
	for (; *text != '\0'; text++)
		buffer_print(out, "%c", *text == '|' ? '/' : *text);
}

static void plugin_begin(struct buffer *out, enum plugin_status status)
{
	buffer_clear(out);
	buffer_print(out, "%s - ", plugin_words[status]);
}

void plugin_unknown(const char *cause, struct buffer *out)
{
	plugin_begin(out, PLUGIN_UNKNOWN);
	plugin_put(out, cause);
	buffer_text(out, "\n");
}

static void plugin_put_name(const struct board_view *view, const struct operand *operand, unsigned row,
	struct buffer *out)
{
	struct buffer name;
	buffer_init(&name, VALUE_TEXT_MAX);
	operand_print(operand, view, row, &name);
	plugin_put(out, buffer_string(&name));
	buffer_free(&name);
}

/* What the command compares with: an expression, or limits. */
struct plugin_test {
	const struct expression *expression; /* NULL: the limits */
	const struct plugin_limits *limits;
};

static bool same_operand(const struct operand *a, const struct operand *b)
{
	return a->panel == b->panel && a->column == b->column && a->rows == b->rows && strcmp(a->row, b->row) == 0;
}

static void plugin_add_edge(struct edges *edges, const struct threshold *threshold)
{
	if (threshold->comparison != COMPARE_NONE)
		edges->numbers[edges->count++] = threshold->number;
}

/* The limits of a value, here and in the layout; the caller frees the numbers. */
static struct edges plugin_edges(const struct plugin_test *test, const struct operand *operand)
{
	const struct edges *own = &operand_column(operand)->edges;
	struct edges edges = { .numbers = must_alloc((own->count + 2 + EXPRESSION_COMPARISONS_MAX) * sizeof(double)) };
	const struct operand *other;
	while (edges.count < own->count) {
		edges.numbers[edges.count] = own->numbers[edges.count];
		edges.count++;
	}
	for (unsigned i = 0; test->expression != NULL &&
		(other = expression_operand(test->expression, i)) != NULL; i++) {
		struct threshold threshold = expression_threshold(test->expression, i);
		if (same_operand(other, operand))
			plugin_add_edge(&edges, &threshold);
	}
	if (test->limits != NULL) {
		plugin_add_edge(&edges, &test->limits->warn);
		plugin_add_edge(&edges, &test->limits->critical);
	}
	return edges;
}

/* "queues[Sales].in_calls_waiting is 7" */
static void plugin_put_value(const struct board_view *view, const struct plugin_test *test,
	const struct operand *operand, unsigned row, const struct cell *cell, struct buffer *out)
{
	char text[VALUE_TEXT_MAX];
	struct edges edges = plugin_edges(test, operand);
	value_text(text, sizeof(text), cell, operand_column(operand)->kind, &edges);
	free(edges.numbers);
	plugin_put_name(view, operand, row, out);
	buffer_text(out, " is ");
	plugin_put(out, text);
}

/* A range of the plugin guidelines: values outside of it raise the alert, with @ those inside. */
static void plugin_put_range(const struct threshold *threshold, struct buffer *out)
{
	static const char *const before[] = {
		[COMPARE_LT] = "", [COMPARE_LE] = "@~:", [COMPARE_GT] = "~:", [COMPARE_GE] = "@",
		[COMPARE_EQ] = "@", [COMPARE_NE] = "",
	};
	char number[NUMBER_TEXT_MAX];
	enum comparison comparison = threshold->comparison;
	buffer_text(out, ";");
	if (comparison == COMPARE_NONE)
		return;
	number_text(number, threshold->number);
	buffer_print(out, "%s%s", before[comparison], number);
	if (comparison == COMPARE_LT || comparison == COMPARE_GE)
		buffer_text(out, ":");
	else if (comparison == COMPARE_EQ || comparison == COMPARE_NE)
		buffer_print(out, ":%s", number);
}

static const char *plugin_unit(enum kind kind)
{
	return kind == KIND_DURATION ? "s" : kind == KIND_PERCENT ? "%" : "";
}

/* 'label'=value[unit];warn;critical */
static void plugin_put_performance(const struct board_view *view, const struct operand *operand, unsigned row,
	const struct cell *cell, const struct plugin_limits *limits, struct buffer *out)
{
	char number[NUMBER_TEXT_MAX];
	struct buffer name;
	if (cell->state != VALUE_NUMBER)
		return;
	buffer_init(&name, VALUE_TEXT_MAX);
	operand_print(operand, view, row, &name);
	buffer_text(out, " '");
	/* A quote is doubled; an equals sign cannot be written. */
	for (const char *at = buffer_string(&name); *at != '\0'; at++)
		buffer_print(out, *at == '\'' ? "''" : "%c", *at == '=' || *at == '|' ? '_' : *at);
	buffer_free(&name);
	buffer_print(out, "'=%s%s", number_text(number, cell->number), plugin_unit(operand_column(operand)->kind));
	if (limits == NULL)
		return;
	plugin_put_range(&limits->warn, out);
	plugin_put_range(&limits->critical, out);
}

/* Whether an earlier comparison was of the same value. */
static bool plugin_is_repeated(const struct expression *expression, unsigned index)
{
	for (unsigned i = 0; i < index; i++)
		if (same_operand(expression_operand(expression, i), expression_operand(expression, index)))
			return true;
	return false;
}

static void plugin_put_values(const struct board_view *view, const struct expression *expression, unsigned row,
	bool performance, struct buffer *out)
{
	const struct operand *operand;
	const struct plugin_test test = { .expression = expression };
	const char *before = performance ? " |" : ": ";
	for (unsigned i = 0; (operand = expression_operand(expression, i)) != NULL; i++) {
		const struct cell *cell = operand_cell(operand, view, row, NULL);
		if (cell == NULL || (performance && cell->state != VALUE_NUMBER) || plugin_is_repeated(expression, i))
			continue;
		buffer_text(out, before);
		before = performance ? "" : ", ";
		if (performance)
			plugin_put_performance(view, operand, row, cell, NULL, out);
		else
			plugin_put_value(view, &test, operand, row, cell, out);
	}
}

enum plugin_status plugin_expression(const struct board_view *view, const struct expression *expression,
	const char *text, struct buffer *out)
{
	static const enum plugin_status status[] = {
		[TRUTH_FALSE] = PLUGIN_CRITICAL, [TRUTH_UNKNOWN] = PLUGIN_UNKNOWN, [TRUTH_TRUE] = PLUGIN_OK,
	};
	static const char *const words[] = { "is false", "is unknown", "is true" };
	struct error why = { "" };
	unsigned row = 0;
	enum truth truth = condition_any(expression, view, &row, &why);
	plugin_begin(out, status[truth]);
	plugin_put(out, text);
	buffer_print(out, " %s", words[truth]);
	if (truth == TRUTH_UNKNOWN) {
		buffer_text(out, ": ");
		plugin_put(out, why.text);
	} else {
		plugin_put_values(view, expression, row, false, out);
	}
	plugin_put_values(view, expression, row, true, out);
	buffer_text(out, "\n");
	return status[truth];
}

/* why is set for an unknown value, and may be NULL. */
static enum plugin_status plugin_row_status(const struct board_view *view, const struct operand *operand, unsigned row,
	const struct plugin_limits *limits, struct error *why)
{
	const struct cell *cell = operand_cell(operand, view, row, why);
	if (cell == NULL)
		return PLUGIN_UNKNOWN;
	if (cell->state != VALUE_NUMBER) {
		error_set(why, "it is no number: '%.60s'", cell->text);
		return PLUGIN_UNKNOWN;
	}
	if (threshold_holds(&limits->critical, cell->number))
		return PLUGIN_CRITICAL;
	return threshold_holds(&limits->warn, cell->number) ? PLUGIN_WARNING : PLUGIN_OK;
}

/* The rows that are as bad as the worst. */
static void plugin_put_worst(const struct board_view *view, const struct operand *operand,
	const struct plugin_limits *limits, unsigned rows, enum plugin_status worst, struct buffer *out)
{
	const struct plugin_test test = { .limits = limits };
	unsigned named = 0, more = 0;
	struct error why = { "" };
	for (unsigned row = 0; row < rows; row++) {
		if (board_again(operand->panel, board_data(view->board, operand->panel), row) ||
			plugin_row_status(view, operand, row, limits, &why) != worst)
			continue;
		if (named == NAMED_MAX) {
			more++;
			continue;
		}
		buffer_text(out, named++ > 0 ? ", " : "");
		if (worst != PLUGIN_UNKNOWN) {
			plugin_put_value(view, &test, operand, row, operand_cell(operand, view, row, NULL), out);
			continue;
		}
		plugin_put_name(view, operand, row, out);
		buffer_text(out, " is unknown: ");
		plugin_put(out, why.text);
	}
	if (more > 0)
		buffer_print(out, ", and %u more", more);
}

enum plugin_status plugin_value(const struct board_view *view, const struct operand *operand,
	const struct plugin_limits *limits, struct buffer *out)
{
	enum plugin_status worst = PLUGIN_OK;
	unsigned rows = 1;
	/* A panel without rows has an unknown one. */
	if (operand->rows == OPERAND_ANY && board_data(view->board, operand->panel)->rows > 0)
		rows = board_data(view->board, operand->panel)->rows;
	for (unsigned row = 0; row < rows; row++) {
		enum plugin_status status = plugin_row_status(view, operand, row, limits, NULL);
		if (plugin_ranks[status] > plugin_ranks[worst])
			worst = status;
	}
	plugin_begin(out, worst);
	plugin_put_worst(view, operand, limits, rows, worst, out);
	const char *bar = " |";
	for (unsigned row = 0; row < rows; row++) {
		const struct cell *cell = operand_cell(operand, view, row, NULL);
		if (cell == NULL || cell->state != VALUE_NUMBER ||
			(rows > 1 && board_again(operand->panel, board_data(view->board, operand->panel), row)))
			continue;
		buffer_text(out, bar);
		bar = "";
		plugin_put_performance(view, operand, row, cell, limits, out);
	}
	buffer_text(out, "\n");
	return worst;
}
