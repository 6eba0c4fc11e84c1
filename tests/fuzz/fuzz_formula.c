/*
 * Formulas of computed columns: reading one, and its value for operands of all states. The first byte chooses the states.
 */
#include "fuzz.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "layout/formula.h"

struct names {
	char seen[FORMULA_OPERANDS_MAX][FORMULA_NAME_MAX];
	unsigned count;
};

static int find(void *context, const char *name, struct error *error)
{
	struct names *names = context;
	PROMISE(name[0] != '\0' && strlen(name) < FORMULA_NAME_MAX);
	for (unsigned i = 0; i < names->count; i++)
		if (strcmp(names->seen[i], name) == 0)
			return (int)i;
	if (names->count == FORMULA_OPERANDS_MAX) {
		error_set(error, "too many");
		return -1;
	}
	strcpy(names->seen[names->count], name);
	return (int)names->count++;
}

static void check_value(const struct formula *formula, unsigned states)
{
	static const double numbers[] = { 0, 1, -3, 0.07, 1e300, 12345678 };
	struct cell operands[FORMULA_OPERANDS_MAX];
	char text[FORMULA_TEXT_MAX];
	bool whole = true;
	for (unsigned i = 0; i < FORMULA_OPERANDS_MAX; i++) {
		enum value_state state = states == 0 ? VALUE_NUMBER : (enum value_state)((states + i) % 4);
		operands[i] = (struct cell){ .text = "x", .state = state, .number = numbers[(states + i) % 6] };
		whole = whole && (i >= formula->operand_count || state == VALUE_NUMBER);
	}
	struct cell cell = formula_value(formula, operands, text);
	PROMISE(isfinite(cell.number) && cell.text != NULL);
	PROMISE(cell.state != VALUE_NUMBER || (whole && cell.text == text && fuzz_clean(text) && text[0] != '\0'));
	PROMISE(whole || cell.state != VALUE_NUMBER);
}

int fuzz_formula(const uint8_t *data, size_t size)
{
	static struct names names;
	struct formula formula;
	struct error error = { "" };
	fuzz_begin();
	if (size < 1)
		return 0;
	names.count = 0;
	char *text = fuzz_string(data + 1, size - 1);
	bool good = formula_read(text, find, &names, &formula, &error);
	PROMISE(good == (error.text[0] == '\0'));
	PROMISE(good || strncmp(error.text, "character ", 10) == 0);
	if (good) {
		PROMISE(formula.count > 0 && formula.count <= FORMULA_STEPS_MAX);
		PROMISE(formula.operand_count > 0 && formula.operand_count <= names.count);
		for (unsigned states = 0; states < 4; states++)
			check_value(&formula, states + data[0] / 4);
		check_value(&formula, 0);
	}
	free(text);
	return 0;
}
