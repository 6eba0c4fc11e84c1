#include "output/plugin.h"

#include <stdlib.h>
#include <string.h>

#include "alert/condition.h"
#include "base/log.h"
#include "output/values.h"

/* Rows that are named in the text; the performance data have them all. */
enum { NAMED_MAX = 5, VALUE_TEXT_MAX = 600 };

static const char *const status_words[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };

/* How bad each is, so that a limit that certainly holds is not hidden by a row that nobody knows. */
static const int badness[] = { [PLUGIN_OK] = 0, [PLUGIN_UNKNOWN] = 1, [PLUGIN_WARNING] = 2, [PLUGIN_CRITICAL] = 3 };

/* A bar would begin the performance data. */
static void put_plain(struct buffer *out, const char *text)
{
	for (; *text != '\0'; text++)
		buffer_print(out, "%c", *text == '|' ? '/' : *text);
}

static void begin(struct buffer *out, enum plugin_status status)
{
	buffer_clear(out);
	buffer_print(out, "%s - ", status_words[status]);
}

void plugin_unknown(const char *cause, struct buffer *out)
{
	begin(out, PLUGIN_UNKNOWN);
	put_plain(out, cause);
	buffer_text(out, "\n");
}

static void put_name(const struct board_view *view, const struct operand *operand, unsigned row, struct buffer *out)
{
	struct buffer name;
	buffer_init(&name, VALUE_TEXT_MAX);
	operand_print(operand, view, row, &name);
	put_plain(out, buffer_string(&name));
	buffer_free(&name);
}

/* What the command compares with: an expression, or limits. */
struct judging {
	const struct expression *expression; /* NULL: the limits */
	const struct plugin_limits *limits;
};

static bool same_operand(const struct operand *a, const struct operand *b)
{
	return a->panel == b->panel && a->column == b->column && a->rows == b->rows && strcmp(a->row, b->row) == 0;
}

static void add_edge(struct edges *edges, const struct threshold *threshold)
{
	if (threshold->comparison != COMPARE_NONE)
		edges->numbers[edges->count++] = threshold->number;
}

/* By what a value is judged, here and in the layout; the caller frees the numbers. */
static struct edges edges_of(const struct judging *judging, const struct operand *operand)
{
	const struct edges *own = &operand_column(operand)->edges;
	struct edges edges = { .numbers = must_alloc((own->count + 2 + EXPRESSION_COMPARISONS_MAX) * sizeof(double)) };
	const struct operand *other;
	while (edges.count < own->count) {
		edges.numbers[edges.count] = own->numbers[edges.count];
		edges.count++;
	}
	for (unsigned i = 0; judging->expression != NULL && (other = expression_operand(judging->expression, i)) != NULL; i++) {
		struct threshold threshold = expression_threshold(judging->expression, i);
		if (same_operand(other, operand))
			add_edge(&edges, &threshold);
	}
	if (judging->limits != NULL) {
		add_edge(&edges, &judging->limits->warn);
		add_edge(&edges, &judging->limits->critical);
	}
	return edges;
}

/* "queues[Sales].in_calls_waiting is 7" */
static void put_value(const struct board_view *view, const struct judging *judging, const struct operand *operand,
	unsigned row, const struct cell *cell, struct buffer *out)
{
	char text[VALUE_TEXT_MAX];
	struct edges edges = edges_of(judging, operand);
	value_text(text, sizeof(text), cell, operand_column(operand)->kind, &edges);
	free(edges.numbers);
	put_name(view, operand, row, out);
	buffer_text(out, " is ");
	put_plain(out, text);
}

/* The plugins' ranges say when to complain: outside of them, or with @ inside. */
static void put_range(const struct threshold *threshold, struct buffer *out)
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

static const char *unit(enum kind kind)
{
	return kind == KIND_DURATION ? "s" : kind == KIND_PERCENT ? "%" : "";
}

/* 'label'=value[unit];warn;critical */
static void put_performance(const struct board_view *view, const struct operand *operand, unsigned row,
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
	buffer_print(out, "'=%s%s", number_text(number, cell->number), unit(operand_column(operand)->kind));
	if (limits == NULL)
		return;
	put_range(&limits->warn, out);
	put_range(&limits->critical, out);
}

/* Whether an earlier comparison was of the same value. */
static bool said_before(const struct expression *expression, unsigned index)
{
	for (unsigned i = 0; i < index; i++)
		if (same_operand(expression_operand(expression, i), expression_operand(expression, index)))
			return true;
	return false;
}

static void put_values(const struct board_view *view, const struct expression *expression, unsigned row, bool performance,
	struct buffer *out)
{
	const struct operand *operand;
	const struct judging judging = { .expression = expression };
	const char *before = performance ? " |" : ": ";
	for (unsigned i = 0; (operand = expression_operand(expression, i)) != NULL; i++) {
		const struct cell *cell = operand_cell(operand, view, row, NULL);
		if (cell == NULL || (performance && cell->state != VALUE_NUMBER) || said_before(expression, i))
			continue;
		buffer_text(out, before);
		before = performance ? "" : ", ";
		if (performance)
			put_performance(view, operand, row, cell, NULL, out);
		else
			put_value(view, &judging, operand, row, cell, out);
	}
}

enum plugin_status plugin_expression(const struct board_view *view, const struct expression *expression, const char *text,
	struct buffer *out)
{
	static const enum plugin_status status[] = {
		[TRUTH_FALSE] = PLUGIN_CRITICAL, [TRUTH_UNKNOWN] = PLUGIN_UNKNOWN, [TRUTH_TRUE] = PLUGIN_OK,
	};
	static const char *const words[] = { "is false", "is unknown", "is true" };
	struct error why = { "" };
	unsigned row = 0;
	enum truth truth = condition_any(expression, view, &row, &why);
	begin(out, status[truth]);
	put_plain(out, text);
	buffer_print(out, " %s", words[truth]);
	if (truth == TRUTH_UNKNOWN) {
		buffer_text(out, ": ");
		put_plain(out, why.text);
	} else {
		put_values(view, expression, row, false, out);
	}
	put_values(view, expression, row, true, out);
	buffer_text(out, "\n");
	return status[truth];
}

static enum plugin_status judge(const struct plugin_limits *limits, const struct cell *cell)
{
	if (cell == NULL || cell->state != VALUE_NUMBER)
		return PLUGIN_UNKNOWN;
	if (threshold_holds(&limits->critical, cell->number))
		return PLUGIN_CRITICAL;
	return threshold_holds(&limits->warn, cell->number) ? PLUGIN_WARNING : PLUGIN_OK;
}

static enum plugin_status judge_row(const struct board_view *view, const struct operand *operand, unsigned row,
	const struct plugin_limits *limits, struct error *why)
{
	const struct cell *cell = operand_cell(operand, view, row, why);
	enum plugin_status status = judge(limits, cell);
	if (cell != NULL && status == PLUGIN_UNKNOWN)
		error_set(why, "it is no number: '%.60s'", cell->text);
	return status;
}

/* The rows that are as bad as the worst. */
static void put_worst(const struct board_view *view, const struct operand *operand, const struct plugin_limits *limits,
	unsigned rows, enum plugin_status worst, struct buffer *out)
{
	const struct judging judging = { .limits = limits };
	unsigned named = 0, more = 0;
	struct error why = { "" };
	for (unsigned row = 0; row < rows; row++) {
		if (board_again(operand->panel, board_data(view->board, operand->panel), row) || judge_row(view, operand, row, limits, &why) != worst)
			continue;
		if (named == NAMED_MAX) {
			more++;
			continue;
		}
		buffer_text(out, named++ > 0 ? ", " : "");
		if (worst != PLUGIN_UNKNOWN) {
			put_value(view, &judging, operand, row, operand_cell(operand, view, row, NULL), out);
			continue;
		}
		put_name(view, operand, row, out);
		buffer_text(out, " is unknown: ");
		put_plain(out, why.text);
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
		enum plugin_status status = judge_row(view, operand, row, limits, NULL);
		if (badness[status] > badness[worst])
			worst = status;
	}
	begin(out, worst);
	put_worst(view, operand, limits, rows, worst, out);
	const char *bar = " |";
	for (unsigned row = 0; row < rows; row++) {
		const struct cell *cell = operand_cell(operand, view, row, NULL);
		if (cell == NULL || cell->state != VALUE_NUMBER ||
			(rows > 1 && board_again(operand->panel, board_data(view->board, operand->panel), row)))
			continue;
		buffer_text(out, bar);
		bar = "";
		put_performance(view, operand, row, cell, limits, out);
	}
	buffer_text(out, "\n");
	return worst;
}
