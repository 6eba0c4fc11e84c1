#include "base/duration.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* More digits than a double tells apart. */
enum { DIGITS_MAX = 18 };

static const char *duration_skip_blanks(const char *text)
{
	return text + strspn(text, " \t");
}

/* 0: not a unit. */
static double duration_unit(char unit)
{
	return unit == 's' ? 1 : unit == 'm' ? 60 : unit == 'h' ? 3600 : 0;
}

static bool duration_parse(const char *text, double *seconds)
{
	char number[DIGITS_MAX + 1];
	text = duration_skip_blanks(text);
	/* Digits alone: strtod would also take "nan", "1e3" and "0x10". */
	size_t whole = strspn(text, "0123456789"), length = whole;
	if (text[length] == '.')
		length += 1 + strspn(text + length + 1, "0123456789");
	if (length == 0 || (length == 1 && whole == 0) || length > DIGITS_MAX)
		return false;
	memcpy(number, text, length);
	number[length] = '\0';
	*seconds = strtod(number, NULL);
	text = duration_skip_blanks(text + length);
	if (*text == '\0')
		return true;
	*seconds *= duration_unit(*text);
	return duration_unit(*text) != 0 && *duration_skip_blanks(text + 1) == '\0';
}

bool duration_read(const char *text, double *seconds, struct error *error)
{
	char shown[41];
	if (duration_parse(text, seconds))
		return true;
	text_scrub(shown, sizeof(shown), text, strlen(text));
	return error_set(error, "'%s' is not a time; write seconds, or a number with s, m or h, such as 30s", shown);
}
