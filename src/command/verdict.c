#include "command/verdict.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"

enum { COLUMNS_MOST = 80, COLUMNS_LEAST = 20, INDENT = 7 };

static const struct { const char *word, *color; } verdicts[] = {
	[VERDICT_FINE] = { "fine", "\033[32m" },
	[VERDICT_NOTE] = { "note", "\033[33m" },
	[VERDICT_WRONG] = { "wrong", "\033[1;31m" },
	[VERDICT_VALUE] = { "value", "\033[2m" },
	[VERDICT_LOOK] = { "look", "\033[2m" },
};

bool verdict_colored(enum color_choice choice, FILE *out)
{
	const char *no_color = getenv("NO_COLOR"), *type = getenv("TERM");
	if (choice != COLOR_AUTO)
		return choice == COLOR_ALWAYS;
	return isatty(fileno(out)) && (no_color == NULL || no_color[0] == '\0') && type != NULL && type[0] != '\0' &&
		strcmp(type, "dumb") != 0;
}

/* Escapes of colours have no width. */
static int escaped_width(const char *text, size_t length)
{
	char part[1024];
	size_t used = 0;
	for (size_t i = 0; i < length && used + 1 < sizeof(part); i++) {
		if (text[i] == '\033')
			while (i < length && text[i] != 'm')
				i++;
		else
			part[used++] = text[i];
	}
	part[used] = '\0';
	return text_width(part);
}

/* 80, or less on a smaller terminal; programs that read lines want whole ones: 0. */
static int columns_of(FILE *out)
{
	struct winsize size;
	if (!isatty(fileno(out)))
		return 0;
	bool known = ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col >= COLUMNS_LEAST;
	return known && size.ws_col < COLUMNS_MOST ? size.ws_col : COLUMNS_MOST;
}

/* Words that do not fit begin a line; one that is longer than a line is left whole, so that it can be copied. */
static void print_wrapped(FILE *out, const char *text, int indent)
{
	int columns = columns_of(out), at = indent, blanks = 0;
	for (bool first = true; *text != '\0'; first = false) {
		size_t length = strcspn(text, " ");
		int width = escaped_width(text, length);
		if (columns > 0 && !first && at + blanks + width > columns) {
			fprintf(out, "\n%*s", indent, "");
			at = indent;
		} else {
			/* Several in a row are meant. */
			fprintf(out, "%*s", blanks, "");
			at += blanks;
		}
		fwrite(text, 1, length, out);
		at += width;
		text += length;
		blanks = (int)strspn(text, " ");
		text += blanks;
	}
	fputc('\n', out);
}

static char *formatted(const char *format, va_list arguments) __attribute__((format(printf, 1, 0)));

static char *formatted(const char *format, va_list arguments)
{
	char *text = NULL;
	if (vasprintf(&text, format, arguments) < 0)
		fatal("no memory");
	return text;
}

void verdict_print(FILE *out, bool colored, enum verdict verdict, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	char *text = formatted(format, arguments);
	va_end(arguments);
	fprintf(out, "%s%-*s%s", colored ? verdicts[verdict].color : "", INDENT - 1, verdicts[verdict].word, colored ? "\033[0m" : "");
	fputc(' ', out);
	print_wrapped(out, text, INDENT);
	free(text);
}

void verdict_text(FILE *out, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	char *text = formatted(format, arguments);
	va_end(arguments);
	print_wrapped(out, text, 0);
	free(text);
}
