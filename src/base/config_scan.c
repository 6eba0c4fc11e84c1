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
	int settings[CONFIG_DEPTH_MAX + 1]; /* of each open group, the file itself first */
	int all_settings;
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
	scan->settings[scan->depth] = 0;
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
	if (length > CONFIG_WORD_MAX)
		return error_set(scan->error, "%s:%d: a word of more than %d characters", scan->name, scan->line, CONFIG_WORD_MAX);
	if (*start == '-')
		start++, length--;
	if (length > 0 && strspn(start, "0123456789") == length && length > DIGITS_MAX)
		return scan_fail(scan, scan->line, "this number is too large");
	return true;
}

struct foreign_row {
	const char *sign, *advice;
};

/* What word processors and web pages put where the syntax wants ASCII. */
static const struct foreign_row foreign[] = {
	{ "\u201c", "a typographic quote; write \" instead" },
	{ "\u201d", "a typographic quote; write \" instead" },
	{ "\u201e", "a typographic quote; write \" instead" },
	{ "\u2018", "a typographic quote; write \" instead" },
	{ "\u2019", "a typographic quote; write \" instead" },
	{ "\u00ab", "a typographic quote; write \" instead" },
	{ "\u00bb", "a typographic quote; write \" instead" },
	{ "\u2013", "a dash; write - instead" },
	{ "\u2014", "a dash; write - instead" },
	{ "\u2212", "a dash; write - instead" },
	{ "\u00a0", "a no-break space; write a plain one instead" },
	{ "\u202f", "a no-break space; write a plain one instead" },
	{ "\u200b", "an invisible character; remove it" },
	{ "\ufeff", "a byte order mark in the middle of the file; remove it" },
};

/* Outside of texts and comments everything is ASCII. */
static bool scan_foreign(const struct scan *scan)
{
	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
		if (strncmp(scan->at, foreign[i].sign, strlen(foreign[i].sign)) == 0)
			return scan_fail(scan, scan->line, foreign[i].advice);
	return scan_fail(scan, scan->line, "a letter that is not ASCII outside of \"quotes\"");
}

/* At the = or : between a name and its value. */
static bool scan_setting(struct scan *scan)
{
	scan->at++;
	if (++scan->settings[scan->depth] > CONFIG_GROUP_MAX)
		return error_set(scan->error, "%s:%d: more than %d settings in one group", scan->name, scan->line,
			CONFIG_GROUP_MAX);
	if (++scan->all_settings > CONFIG_SETTINGS_MAX)
		return error_set(scan->error, "%s:%d: more than %d settings", scan->name, scan->line, CONFIG_SETTINGS_MAX);
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
	if (c == '=' || c == ':')
		return scan_setting(scan);
	if (c == '\'')
		return scan_fail(scan, scan->line, "a single quote; texts stand in \"double quotes\"");
	if ((unsigned char)c >= 0x80)
		return scan_foreign(scan);
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
