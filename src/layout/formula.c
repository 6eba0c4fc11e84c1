#include "layout/formula.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

struct formula_scan {
	const char *text, *at;
	int (*find)(void *context, const char *name, struct error *error);
	void *context;
	struct formula *formula;
	struct error *error;
	unsigned depth;
};

static bool formula_fail(const struct formula_scan *scan, const char *where, const char *what)
{
	if (what != NULL)
		error_set(scan->error, "%s", what);
	return error_prefix(scan->error, "character %d: ", (int)(where - scan->text) + 1);
}

static void formula_skip_blanks(struct formula_scan *scan)
{
	while (*scan->at == ' ' || *scan->at == '\t')
		scan->at++;
}

static bool formula_add(struct formula_scan *scan, struct formula_step step)
{
	struct formula *formula = scan->formula;
	if (formula->count == FORMULA_STEPS_MAX)
		return formula_fail(scan, scan->at, "this is too long to be computed");
	formula->steps[formula->count++] = step;
	return true;
}

/* Digits alone, because strtod() would also take "1e9" and "0x10"; with a unit of time they are seconds. */
static bool formula_read_number(struct formula_scan *scan)
{
	static const char digits[] = "0123456789.";
	char copy[24], *end;
	const char *begin = scan->at;
	size_t length = strspn(begin, digits);
	if (length >= sizeof(copy))
		return formula_fail(scan, begin, "this number is too long");
	memcpy(copy, begin, length);
	copy[length] = '\0';
	struct formula_step step = { .kind = FORMULA_NUMBER, .number = strtod(copy, &end) };
	if (*end != '\0' || copy[0] == '.')
		return formula_fail(scan, begin, "this is not a number");
	scan->at += length;
	double factor = *scan->at == 's' ? 1 : *scan->at == 'm' ? 60 : *scan->at == 'h' ? 3600 : 0;
	scan->at += factor > 0;
	step.number *= factor > 0 ? factor : 1;
	if (*scan->at != '\0' && strchr(" \t+-*/()", *scan->at) == NULL)
		return formula_fail(scan, scan->at, "after a number +, -, *, /, a parenthesis, or a unit (s, m, h) is expected");
	return formula_add(scan, step);
}

static bool formula_read_name(struct formula_scan *scan)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
	char name[FORMULA_NAME_MAX];
	const char *begin = scan->at;
	size_t length = strspn(begin, letters);
	if (length == 0)
		return formula_fail(scan, begin, *begin == '\0' ? "a number or a statistic is missing at the end"
								 : "a number, a statistic or ( is expected");
	if (length >= sizeof(name))
		return formula_fail(scan, begin, "this name is too long");
	memcpy(name, begin, length);
	name[length] = '\0';
	int operand = scan->find(scan->context, name, scan->error);
	if (operand < 0)
		return formula_fail(scan, begin, NULL);
	if ((unsigned)operand >= scan->formula->operand_count)
		scan->formula->operand_count = (unsigned)operand + 1;
	scan->at += length;
	return formula_add(scan, (struct formula_step){ .kind = FORMULA_OPERAND, .operand = (unsigned)operand });
}

static bool formula_read_sum(struct formula_scan *scan);

static bool formula_read_part(struct formula_scan *scan)
{
	formula_skip_blanks(scan);
	const char *begin = scan->at;
	if (*begin != '(' && *begin != '-')
		return *begin >= '0' && *begin <= '9' ? formula_read_number(scan) : formula_read_name(scan);
	if (scan->depth == FORMULA_DEPTH_MAX)
		return formula_fail(scan, begin, "the parentheses nest too deep");
	scan->depth++;
	scan->at++;
	bool good;
	if (*begin == '-') {
		good = formula_read_part(scan) && formula_add(scan, (struct formula_step){ .kind = FORMULA_NEGATE });
	} else {
		good = formula_read_sum(scan) && (*scan->at == ')' || formula_fail(scan, begin, "this ( is not closed"));
		scan->at += good;
	}
	scan->depth--;
	return good;
}

static double formula_do(enum formula_step_kind kind, double a, double b)
{
	switch (kind) {
	case FORMULA_ADD:
		return a + b;
	case FORMULA_SUBTRACT:
		return a - b;
	case FORMULA_MULTIPLY:
		return a * b;
	default:
		return a / b;
	}
}

/* False where an operand is no number, or something is divided by 0. */
static bool formula_compute(const struct formula_step *steps, unsigned count, const struct cell *operands, double *number)
{
	double stack[FORMULA_STEPS_MAX] = { 0 };
	unsigned top = 0;
	for (unsigned i = 0; i < count; i++) {
		const struct formula_step *step = &steps[i];
		if (step->kind == FORMULA_OPERAND && operands[step->operand].state != VALUE_NUMBER)
			return false;
		if (step->kind == FORMULA_NUMBER || step->kind == FORMULA_OPERAND) {
			stack[top++] = step->kind == FORMULA_NUMBER ? step->number : operands[step->operand].number;
		} else if (step->kind == FORMULA_NEGATE) {
			stack[top - 1] = -stack[top - 1];
		} else {
			top--;
			if (step->kind == FORMULA_DIVIDE && stack[top] == 0)
				return false;
			stack[top - 1] = formula_do(step->kind, stack[top - 1], stack[top]);
		}
	}
	*number = stack[0];
	return true;
}

/* Whether the steps from the given one on are numbers alone that come to 0: what is divided by them is always blank. */
static bool formula_is_zero(const struct formula *formula, unsigned first)
{
	double number = 0;
	for (unsigned i = first; i < formula->count; i++)
		if (formula->steps[i].kind == FORMULA_OPERAND)
			return false;
	/* None of these steps is an operand. */
	static const struct cell none = { .text = "" };
	return formula_compute(&formula->steps[first], formula->count - first, &none, &number) && number == 0;
}

static bool formula_read_product(struct formula_scan *scan)
{
	bool good = formula_read_part(scan);
	for (; good; formula_skip_blanks(scan)) {
		formula_skip_blanks(scan);
		char sign = *scan->at;
		if (sign != '*' && sign != '/')
			return true;
		const char *begin = scan->at++;
		unsigned first = scan->formula->count;
		good = formula_read_part(scan) &&
			(sign == '*' || !formula_is_zero(scan->formula, first) || formula_fail(scan, begin, "this divides by 0, which is always blank")) &&
			formula_add(scan, (struct formula_step){ .kind = sign == '*' ? FORMULA_MULTIPLY : FORMULA_DIVIDE });
	}
	return false;
}

static bool formula_read_sum(struct formula_scan *scan)
{
	bool good = formula_read_product(scan);
	while (good && (*scan->at == '+' || *scan->at == '-')) {
		char sign = *scan->at++;
		good = formula_read_product(scan) &&
			formula_add(scan, (struct formula_step){ .kind = sign == '+' ? FORMULA_ADD : FORMULA_SUBTRACT });
	}
	return good;
}

bool formula_read(const char *text, int (*find)(void *context, const char *name, struct error *error), void *context,
	struct formula *formula, struct error *error)
{
	struct formula_scan scan = { .text = text, .at = text, .find = find, .context = context, .formula = formula, .error = error };
	*formula = (struct formula){ .count = 0 };
	if (!formula_read_sum(&scan))
		return false;
	if (*scan.at == ')')
		return formula_fail(&scan, scan.at, "this ) closes nothing");
	if (*scan.at != '\0')
		return formula_fail(&scan, scan.at, "+, -, * or / is expected");
	if (formula->operand_count == 0)
		return formula_fail(&scan, text, "there is no statistic to compute with");
	return true;
}

/* Without the last bits, so that 100 * 3 / 10 is 30 for a limit too. */
static double formula_round(double number)
{
	return fabs(number) < 1e6 ? round(number * 1e9) / 1e9 : number;
}

struct cell formula_value(const struct formula *formula, const struct cell *operands, char text[FORMULA_TEXT_MAX])
{
	struct cell cell = { .text = "", .state = VALUE_BLANK };
	double number;
	for (unsigned i = 0; i < formula->operand_count; i++) {
		if (operands[i].state == VALUE_TEXT)
			return operands[i];
		if (operands[i].state == VALUE_NEVER)
			cell.state = VALUE_NEVER;
	}
	if (!formula_compute(formula->steps, formula->count, operands, &number))
		return cell;
	number = formula_round(number);
	if (!isfinite(number))
		return cell;
	snprintf(text, FORMULA_TEXT_MAX, "%.10g", number == 0 ? 0 : number);
	return (struct cell){ .text = text, .number = number == 0 ? 0 : number, .state = VALUE_NUMBER };
}
