#include "layout/threshold.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

const char *const severity_names[] = { "none", "warn", "alert", NULL };

/* A double has 17 significant digits. */
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

static const char *threshold_skip_blanks(const char *text)
{
	while (*text == ' ')
		text++;
	return text;
}

/* Sets an error that begins with the text, cut between characters; returns false. */
static bool threshold_refuse(struct error *error, const char *text, const char *why)
{
	char shown[41];
	text_scrub(shown, sizeof(shown), text, strlen(text));
	return error_set(error, "'%s' %s", shown, why);
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
	/* Half of a character cannot be printed. */
	if ((unsigned char)sign >= 0x80)
		return error_set(error, "unknown unit: one of s, m, h, %%");
	return error_set(error, "unknown unit '%c': one of s, m, h, %%", sign);
}

bool threshold_number(const char *text, enum kind kind, double *number, struct error *error)
{
	text = threshold_skip_blanks(text);
	if (kind == KIND_TEXT || kind == KIND_STATE)
		return error_set(error, "a %s has no limits; say what kind of number it is with kind", kind_names[kind]);
	/* Digits alone: strtod would also take "nan" and "0x10". */
	size_t sign = *text == '-', digits = strspn(text + sign, "0123456789.");
	char copy[NUMBER_TEXT_MAX], *end;
	if (digits == 0 || sign + digits >= sizeof(copy))
		return threshold_refuse(error, text, digits == 0 ? "is not a number" : "has too many digits");
	memcpy(copy, text, sign + digits);
	copy[sign + digits] = '\0';
	*number = strtod(copy, &end);
	const char *rest = threshold_skip_blanks(text + (end - copy));
	if (*rest == '\0')
		return true;
	if (*rest == ',')
		return threshold_refuse(error, text, "has a comma: a number has a decimal point");
	if (strchr("<>=!", *rest) != NULL)
		return threshold_refuse(error, text, "has its sign behind the number: write it before");
	if (*threshold_skip_blanks(rest + 1) != '\0')
		return threshold_refuse(error, text, "is not a number with one of the units s, m, h and %");
	return apply_unit(*rest, kind, number, error);
}

size_t threshold_operator(const char *text, enum comparison *out)
{
	*out = COMPARE_NONE;
	for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
		size_t length = strlen(operators[i].sign);
		if (strncmp(text, operators[i].sign, length) == 0) {
			*out = operators[i].comparison;
			return length;
		}
	}
	return 0;
}

bool threshold_read(const char *text, enum kind kind, enum direction good, struct threshold *out, struct error *error)
{
	const char *written = text = threshold_skip_blanks(text);
	text += threshold_operator(text, &out->comparison);
	if (out->comparison == COMPARE_NONE && good == DIRECTION_LOW)
		out->comparison = COMPARE_GT;
	if (out->comparison == COMPARE_NONE && good == DIRECTION_HIGH)
		out->comparison = COMPARE_LT;
	if (out->comparison == COMPARE_NONE)
		return threshold_refuse(error, text, "must begin with <, <=, >, >=, = or !=");
	/* A sign that there is not, such as => or one character for both, stands where the number is looked for. */
	if (!kind_is_text(kind) && strspn(threshold_skip_blanks(text), "-.0123456789") == 0)
		(void)threshold_refuse(error, written, "is not a number with a sign: write <, <=, >, >=, = or != and a number");
	else if (threshold_number(text, kind, &out->number, error))
		return true;
	out->comparison = COMPARE_NONE;
	return false;
}

void threshold_text(const struct threshold *threshold, enum kind kind, char *out, size_t size)
{
	char number[64];
	out[0] = '\0';
	value_format(number, sizeof(number), threshold->number, kind, NULL);
	for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++)
		if (operators[i].comparison == threshold->comparison)
			snprintf(out, size, "%s %s", operators[i].sign, number);
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

enum threshold_reach threshold_reach(const struct threshold *threshold, double least, double most)
{
	double n = threshold->number;
	bool never = false, always = false;
	switch (threshold->comparison) {
	case COMPARE_LT:
		never = n <= least;
		always = n > most;
		break;
	case COMPARE_LE:
		never = n < least;
		always = n >= most;
		break;
	case COMPARE_GT:
		never = n >= most;
		always = n < least;
		break;
	case COMPARE_GE:
		never = n > most;
		always = n <= least;
		break;
	case COMPARE_EQ:
		never = n < least || n > most;
		break;
	case COMPARE_NE:
		always = n < least || n > most;
		break;
	case COMPARE_NONE:
		break;
	}
	return never ? THRESHOLD_NEVER : always ? THRESHOLD_ALWAYS : THRESHOLD_MAY;
}

enum severity threshold_severity(const struct threshold *warn, const struct threshold *alert, const struct cell *cell)
{
	if (cell->state != VALUE_NUMBER)
		return SEVERITY_NONE;
	if (threshold_holds(alert, cell->number))
		return SEVERITY_ALERT;
	return threshold_holds(warn, cell->number) ? SEVERITY_WARN : SEVERITY_NONE;
}
