/*
 * The arithmetic of a computed column: numbers, statistics, + - * / and parentheses, as in
 *
 * 100 * agent_total_busy_time / (agent_total_busy_time + agent_total_ready_time)
 *
 * Parsed once into steps, which hold no pointers, so that they can be copied and outlive the layout. What a name stands for is
 * the caller's to say. Blank in, blank out; a division by zero is blank.
 */
#ifndef LAYOUT_FORMULA_H
#define LAYOUT_FORMULA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "layout/value.h"

enum {
	FORMULA_STEPS_MAX = 64,
	FORMULA_OPERANDS_MAX = 16,
	FORMULA_DEPTH_MAX = 16, /* of parentheses and signs */
	FORMULA_NAME_MAX = 128,
	FORMULA_TEXT_MAX = 32, /* of a result */
};

enum formula_step_kind { FORMULA_NUMBER, FORMULA_OPERAND, FORMULA_ADD, FORMULA_SUBTRACT, FORMULA_MULTIPLY, FORMULA_DIVIDE,
	FORMULA_NEGATE };

struct formula_step {
	enum formula_step_kind kind;
	unsigned operand;
	double number;
};

/* Steps for a stack, operands before what is done with them. */
struct formula {
	unsigned count;
	unsigned operand_count;
	struct formula_step steps[FORMULA_STEPS_MAX];
};

/* A formula with the places of its operands in a row of cells. */
struct placed_formula {
	struct formula formula;
	unsigned char columns[FORMULA_OPERANDS_MAX];
};

/*
 * False with an error that begins with "character N: ". find gives the number of an operand, which may be one that it gave
 * before, below FORMULA_OPERANDS_MAX; or -1 with an error.
 */
bool formula_read(const char *text, int (*find)(void *context, const char *name, struct error *error), void *context,
	struct formula *formula, struct error *error);

/*
 * The result of the operands' cells. Where one never came, is blank, or is a text, the result is that. A number has its text
 * in `text`, for the caller to keep.
 */
struct cell formula_value(const struct formula *formula, const struct cell *operands, char text[FORMULA_TEXT_MAX]);

#endif
