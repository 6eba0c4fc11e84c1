#include "model/threshold.h"

#include <stdlib.h>
#include <string.h>

/* More digits than a double tells apart. */
enum { NUMBER_TEXT_MAX = 20 };

struct operator_row {
	const char *sign;
	enum comparison comparison;
};

/* Longer signs first, so that "<=" is not read as "<". */
static const struct operator_row operators[] = {
	{ "<=", COMPARE_LE }, { ">=", COMPARE_GE }, { "!=", COMPARE_NE }, { "<", COMPARE_LT }, { ">", COMPARE_GT },
	{ "=", COMPARE_EQ },
};

struct unit_row {
	char sign;
	double factor;
	enum kind kind;
};

static const struct unit_row units[] = {
	{ 's', 1, KIND_DURATION },
	{ 'm', 60, KIND_DURATION },
	{ 'h', 3600, KIND_DURATION },
	{ '%', 1, KIND_PERCENT },
};

static const char *skip_blanks(const char *text)
{
	while (*text == ' ')
		text++;
	return text;
}

static bool apply_unit(char sign, enum kind kind, double *number, struct error *error)
{
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (units[i].sign != sign)
			continue;
		if (units[i].kind != kind)
			return error_set(error, "the unit %c does not suit a %s", sign, kind_names[kind]);
		*number *= units[i].factor;
		return true;
	}
	return error_set(error, "unknown unit '%c': one of s, m, h, %%", sign);
}

bool threshold_number(const char *text, enum kind kind, double *number, struct error *error)
{
	text = skip_blanks(text);
	if (kind == KIND_TEXT || kind == KIND_STATE)
		return error_set(error, "a %s has no limits; say what kind of number it is with kind", kind_names[kind]);
	/* Digits alone: strtod would also take "nan" and "0x10". */
	size_t sign = *text == '-', digits = strspn(text + sign, "0123456789.");
	char copy[NUMBER_TEXT_MAX], *end;
	if (digits == 0 || sign + digits >= sizeof(copy))
		return error_set(error, "'%.40s' is not a number", text);
	memcpy(copy, text, sign + digits);
	copy[sign + digits] = '\0';
	*number = strtod(copy, &end);
	const char *rest = skip_blanks(text + (end - copy));
	if (*rest == '\0')
		return true;
	if (*skip_blanks(rest + 1) != '\0')
		return error_set(error, "'%.40s' is not a number with a unit", text);
	return apply_unit(*rest, kind, number, error);
}

bool threshold_read(const char *text, enum kind kind, enum direction good, struct threshold *out, struct error *error)
{
	text = skip_blanks(text);
	out->comparison = COMPARE_NONE;
	for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]) && out->comparison == COMPARE_NONE; i++) {
		size_t length = strlen(operators[i].sign);
		if (strncmp(text, operators[i].sign, length) == 0) {
			out->comparison = operators[i].comparison;
			text += length;
		}
	}
	if (out->comparison == COMPARE_NONE && good == DIRECTION_LOW)
		out->comparison = COMPARE_GT;
	if (out->comparison == COMPARE_NONE && good == DIRECTION_HIGH)
		out->comparison = COMPARE_LT;
	if (out->comparison == COMPARE_NONE)
		return error_set(error, "'%.40s' must begin with <, <=, >, >=, = or !=", text);
	if (threshold_number(text, kind, &out->number, error))
		return true;
	out->comparison = COMPARE_NONE;
	return false;
}

bool threshold_holds(const struct threshold *threshold, double number)
{
	switch (threshold->comparison) {
	case COMPARE_LT:
		return number < threshold->number;
	case COMPARE_LE:
		return number <= threshold->number;
	case COMPARE_GT:
		return number > threshold->number;
	case COMPARE_GE:
		return number >= threshold->number;
	case COMPARE_EQ:
		return number == threshold->number;
	case COMPARE_NE:
		return number != threshold->number;
	case COMPARE_NONE:
		break;
	}
	return false;
}

enum severity threshold_severity(const struct threshold *warn, const struct threshold *alert, const struct cell *cell)
{
	if (cell->state != VALUE_NUMBER)
		return SEVERITY_NONE;
	if (threshold_holds(alert, cell->number))
		return SEVERITY_ALERT;
	return threshold_holds(warn, cell->number) ? SEVERITY_WARN : SEVERITY_NONE;
}
