/*
 * Conditions: reading one, and its truth for a board, fresh, stale and empty.
 *
 * The input is the condition, a NUL, and an answer to evaluate it against; without an answer the good one stands.
 */
#include "fuzz_board.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert/condition.h"
#include "board/operand.h"

enum { RECEIVED_MS = 1000, FRESH_MS = 2000, STALE_MS = 3600 * 1000 };

static enum truth truth_of(const struct expression *expression, const struct board_view *view)
{
	struct error why = { "" };
	unsigned row = 0;
	enum truth truth = condition_any(expression, view, &row, &why);
	PROMISE(truth <= TRUTH_TRUE && fuzz_clean(why.text));
	PROMISE(truth != TRUTH_UNKNOWN || why.text[0] != '\0');
	const struct panel *panel = expression->panel;
	if (panel == NULL)
		PROMISE(row == 0);
	else
		PROMISE(row == 0 || row < board_data(view->board, panel)->rows);
	PROMISE(condition_row(expression, view, row, NULL) == truth || truth == TRUTH_FALSE);
	return truth;
}

/* No row says more than all of them. */
static void check_rows(const struct expression *expression, const struct board_view *view, enum truth any)
{
	const struct panel *panel = expression->panel;
	unsigned rows = panel != NULL ? board_data(view->board, panel)->rows : 1;
	for (unsigned row = 0; row < rows; row++)
		PROMISE(condition_row(expression, view, row, NULL) <= any);
	/* Beyond the last. */
	condition_row(expression, view, rows, NULL);
}

static void check_operands(const struct expression *expression, const struct board_view *view)
{
	const struct operand *operand;
	struct buffer text;
	unsigned count = 0;
	buffer_init(&text, 4096);
	for (; (operand = expression_operand(expression, count)) != NULL; count++) {
		PROMISE(operand->panel != NULL && operand->column < operand->panel->column_count);
		PROMISE(operand_column(operand)->stat != NULL && memchr(operand->row, '\0', sizeof(operand->row)) != NULL);
		PROMISE(operand->rows != OPERAND_ANY || operand->panel == expression->panel);
		buffer_clear(&text);
		if (operand->rows != OPERAND_ANY)
			operand_print(operand, view, 0, &text);
		PROMISE(fuzz_clean(buffer_string(&text)));
	}
	PROMISE(count > 0 && count <= EXPRESSION_COMPARISONS_MAX);
	buffer_free(&text);
}

/* "(E)", "E and E", "E or E": as true as E, wherever they are within the caps. */
static void check_same(const char *joint, const char *text, const struct board_view *view, enum truth truth)
{
	size_t size = 2 * strlen(text) + 16;
	char *twice = malloc(size);
	if (twice == NULL)
		abort();
	if (joint == NULL)
		snprintf(twice, size, "(%s)", text);
	else
		snprintf(twice, size, "(%s)%s(%s)", text, joint, text);
	struct expression *expression = expression_read(twice, fuzz_stage()->layout, NULL);
	PROMISE(expression == NULL || truth_of(expression, view) == truth);
	expression_free(expression);
	free(twice);
}

static void check_truths(const char *text, const struct expression *expression, struct board *board)
{
	struct link link = { .state = LINK_LIVE, .interval = 5, .accepted_ms = RECEIVED_MS };
	struct board_view view = { .board = board, .link = &link, .now_ms = FRESH_MS };
	enum truth truth = truth_of(expression, &view);
	check_rows(expression, &view, truth);
	check_operands(expression, &view);
	PROMISE(truth_of(expression, &view) == truth);
	check_same(NULL, text, &view, truth);
	if (expression->panel == NULL) {
		check_same(" and ", text, &view, truth);
		check_same(" or ", text, &view, truth);
	}
	/* What is old says nothing, whatever it was. */
	view.now_ms = STALE_MS;
	PROMISE(truth_of(expression, &view) == TRUTH_UNKNOWN);
}

static void check_value(const char *text)
{
	struct operand operand;
	struct error error = { "" };
	bool good = expression_value(text, fuzz_stage()->layout, &operand, &error);
	PROMISE(good == (error.text[0] == '\0') && fuzz_clean(error.text));
	PROMISE(!good || operand.column < operand.panel->column_count);
}

static struct board *make_board(const char *answer, size_t length)
{
	struct board *board = board_new(fuzz_stage()->layout);
	const char *good = fuzz_good_answers[FRAME_DATA];
	struct frame frame = {
		.kind = FRAME_DATA, .subject = "", .received_ms = RECEIVED_MS, .wall_ms = 1767225600000, .bytes = good,
		.length = strlen(good), .request = &fuzz_stage()->request,
	};
	PROMISE(decode_frame(board, &frame, NULL, NULL));
	frame.bytes = answer;
	frame.length = length;
	if (length > 0)
		decode_frame(board, &frame, NULL, NULL);
	return board;
}

int fuzz_expression(const uint8_t *data, size_t size)
{
	struct error error = { "" };
	fuzz_begin();
	char *text = fuzz_string(data, size);
	size_t skip = strlen(text) < size ? strlen(text) + 1 : size;
	struct expression *expression = expression_read(text, fuzz_stage()->layout, &error);
	PROMISE((expression == NULL) == (error.text[0] != '\0') && fuzz_clean(error.text));
	check_value(text);
	if (expression != NULL) {
		struct board *board = make_board((const char *)data + skip, size - skip);
		check_truths(text, expression, board);
		board_free(board);
	}
	expression_free(expression);
	free(text);
	return 0;
}
