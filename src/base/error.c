#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum {
	EXCERPT_INDENT = 4,
	EXCERPT_COLUMNS = 72,
	EXCERPT_BEFORE = 48, /* columns shown before the caret at most */
};

bool error_set(struct error *error, const char *format, ...)
{
	if (error == NULL)
		return false;
	va_list args;
	va_start(args, format);
	vsnprintf(error->text, sizeof(error->text), format, args);
	va_end(args);
	text_trim(error->text);
	error->excerpt[0] = '\0';
	return false;
}

bool error_prefix(struct error *error, const char *format, ...)
{
	if (error == NULL)
		return false;
	char old[sizeof(error->text)];
	memcpy(old, error->text, sizeof(old));
	va_list args;
	va_start(args, format);
	int used = vsnprintf(error->text, sizeof(error->text), format, args);
	va_end(args);
	if (used < 0)
		used = 0;
	if ((size_t)used < sizeof(error->text))
		snprintf(error->text + used, sizeof(error->text) - (size_t)used, "%s", old);
	text_trim(error->text);
	return false;
}

/* One character of foreign text as it is shown; returns its columns. */
static int excerpt_character(char out[16], const char **at, const char *end)
{
	const char *from = *at;
	(void)text_decode(at, end);
	text_scrub(out, 16, from, (size_t)(*at - from));
	return text_width(out);
}

bool error_excerpt(struct error *error, const char *text, const char *at)
{
	if (error == NULL)
		return false;
	char piece[16], *out = error->excerpt;
	size_t room = sizeof(error->excerpt), used;
	const char *start = at, *end = at + strcspn(at, "\r\n");
	while (start > text && start[-1] != '\n')
		start--;
	while (start < at && (*start == ' ' || *start == '\t'))
		start++;
	int caret = 0;
	for (const char *walk = start; walk < at;)
		caret += excerpt_character(piece, &walk, end);
	while (caret > EXCERPT_BEFORE && start < at)
		caret -= excerpt_character(piece, &start, end);
	used = (size_t)snprintf(out, room, "%*s", EXCERPT_INDENT, "");
	int columns = 0;
	while (start < end && columns < EXCERPT_COLUMNS &&
		used + sizeof(piece) + EXCERPT_INDENT + EXCERPT_COLUMNS + 4 < room) {
		columns += excerpt_character(piece, &start, end);
		used += (size_t)snprintf(out + used, room - used, "%s", piece);
	}
	snprintf(out + used, room - used, "\n%*s^\n", EXCERPT_INDENT + caret, "");
	return false;
}
