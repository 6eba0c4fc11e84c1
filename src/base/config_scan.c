#include "base/config_scan.h"

#include <string.h>

/* libconfig reads decimals of more digits into 32 bits by wrapping round. */
enum { DIGITS_MAX = 9 };

struct scan {
	const char *name;
	const char *at;
	int line;
	int depth;
	char open[CONFIG_DEPTH_MAX];
	int opened[CONFIG_DEPTH_MAX]; /* the line */
	struct error *error;
};

static bool scan_fail(const struct scan *scan, int line, const char *what)
{
	return error_set(scan->error, "%s:%d: %s", scan->name, line, what);
}

static bool scan_string(struct scan *scan)
{
	int line = scan->line;
	for (scan->at++; *scan->at != '"'; scan->at++) {
		if (*scan->at == '\\' && scan->at[1] != '\0')
			scan->at++;
		if (*scan->at == '\n')
			scan->line++;
		if (*scan->at == '\0')
			return scan_fail(scan, line, "this text has no closing \"");
	}
	scan->at++;
	return true;
}

static bool scan_comment(struct scan *scan)
{
	int line = scan->line;
	if (scan->at[0] == '#' || scan->at[1] == '/') {
		while (*scan->at != '\0' && *scan->at != '\n')
			scan->at++;
		return true;
	}
	for (scan->at += 2; !(scan->at[0] == '*' && scan->at[1] == '/'); scan->at++) {
		if (*scan->at == '\0')
			return scan_fail(scan, line, "this comment has no closing */");
		if (*scan->at == '\n')
			scan->line++;
	}
	scan->at += 2;
	return true;
}

static bool scan_open(struct scan *scan)
{
	if (scan->depth >= CONFIG_DEPTH_MAX)
		return scan_fail(scan, scan->line, "nested too deeply");
	scan->open[scan->depth] = *scan->at++;
	scan->opened[scan->depth++] = scan->line;
	return true;
}

static bool scan_close(struct scan *scan)
{
	static const char opens[] = "{[(", closes[] = "}])";
	char wanted = opens[strchr(closes, *scan->at) - closes];
	if (scan->depth == 0)
		return error_set(scan->error, "%s:%d: %c closes nothing", scan->name, scan->line, *scan->at);
	if (scan->open[scan->depth - 1] != wanted)
		return error_set(scan->error, "%s:%d: %c does not close the %c of line %d", scan->name, scan->line,
			*scan->at, scan->open[scan->depth - 1], scan->opened[scan->depth - 1]);
	scan->depth--;
	scan->at++;
	return true;
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
		c == '.' || c == '*';
}

/* A name, number or boolean. */
static bool scan_word(struct scan *scan)
{
	const char *start = scan->at;
	while (is_word(*scan->at))
		scan->at++;
	size_t length = (size_t)(scan->at - start);
	if (*start == '-')
		start++, length--;
	if (length > 0 && strspn(start, "0123456789") == length && length > DIGITS_MAX)
		return scan_fail(scan, scan->line, "this number is too large");
	return true;
}

static bool scan_step(struct scan *scan)
{
	char c = *scan->at;
	if (c == '"')
		return scan_string(scan);
	if (c == '#' || (c == '/' && (scan->at[1] == '/' || scan->at[1] == '*')))
		return scan_comment(scan);
	if (strchr("{[(", c) != NULL)
		return scan_open(scan);
	if (strchr("}])", c) != NULL)
		return scan_close(scan);
	if (c == '@')
		return scan_fail(scan, scan->line, "@include is not accepted");
	if ((unsigned char)c < 0x20 && strchr("\n\t\r", c) == NULL)
		return scan_fail(scan, scan->line, "a control character");
	if (is_word(c))
		return scan_word(scan);
	if (c == '\n')
		scan->line++;
	scan->at++;
	return true;
}

bool config_scan(const char *name, const char *text, struct error *error)
{
	struct scan scan = { .name = name, .at = text, .line = 1, .error = error };
	while (*scan.at != '\0')
		if (!scan_step(&scan))
			return false;
	if (scan.depth > 0)
		return error_set(error, "%s:%d: this %c is never closed", name, scan.opened[scan.depth - 1],
			scan.open[scan.depth - 1]);
	return true;
}
