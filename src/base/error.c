#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

bool error_set(struct error *error, const char *format, ...)
{
	if (error == NULL)
		return false;
	va_list args;
	va_start(args, format);
	vsnprintf(error->text, sizeof(error->text), format, args);
	va_end(args);
	text_trim(error->text);
	return false;
}

bool error_prefix(struct error *error, const char *format, ...)
{
	if (error == NULL)
		return false;
	char old[ERROR_TEXT];
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
