#include "base/config.h"

#include <libconfig.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/file_text.h"
#include "base/log.h"
#include "base/text.h"

enum {
	TEXT_LENGTH_MAX = 255, /* of a value, if its row names no other limit */
	TEXT_ROOM = 4096,      /* the most that a row may name */
	TEXTS_MAX = 64,
};

/* What the look at the text before libconfig's accepts. */
enum {
	/* pages/rows/panels/columns/limits nest 9 deep; libconfig's parser calls itself for each level. */
	SCAN_DEPTH_MAX = 32,
	/* libconfig compares each setting with all before it in its group; no group has half as many that are known. */
	SCAN_GROUP_MAX = 200,
	/* 64 panels of 32 columns with every option written out have fewer. */
	SCAN_SETTINGS_MAX = 50000,
	/* The longest known name has 20; a number with more digits has lost its meaning. */
	SCAN_WORD_MAX = 64,
	/* libconfig reads decimals of more digits into 32 bits by wrapping round. */
	SCAN_DIGITS_MAX = 9,
};

/* What may come next in the group, list or array that is open. */
enum expect {
	EXPECT_NAME,
	EXPECT_EQUALS,
	EXPECT_VALUE,
	EXPECT_END, /* of the value: a comma, the next setting of a group, or what closes */
};

struct scan_name {
	const char *at;
	size_t length;
	int line;
};

struct scan_level {
	char open; /* '\0': the file itself */
	const char *at;
	int line;
	enum expect expect;
	const char *comma; /* just read; NULL */
	int comma_line;
	unsigned settings;
	struct scan_name names[SCAN_GROUP_MAX];
};

/*
 * A look at the text before libconfig sees it, for what libconfig accepts or reports badly: it calls every mistake
 * "syntax error" and names the line where it noticed, while we name the place and the likely cause. Also numbers that
 * it would wrap, two texts of a list that it would join, @include, too deep nesting, so many settings that it would
 * take seconds.
 */
struct scan {
	const char *name;
	const char *text; /* the whole */
	const char *at;
	int line;
	unsigned depth;
	int all_settings;
	bool after_text;       /* the last value is a text, which more texts may continue */
	const char *value_end; /* behind the last value, and its line */
	int value_line;
	const char *long_text; /* the last text that goes over lines, where it begins and ends */
	int long_line, long_end;
	struct error *error;
	struct scan_level levels[SCAN_DEPTH_MAX + 1];
};

static struct scan_level *scan_top(struct scan *scan)
{
	return &scan->levels[scan->depth];
}

/* Whether a line may hold a secret, which no message shows. */
static bool config_is_private(const char *line)
{
	static const char *const words[] = { "secret", "password", "proxy", "token" };
	size_t length = strcspn(line, "\n");
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		const char *found = strcasestr(line, words[i]);
		if (found != NULL && found < line + length && strncmp(found + strlen(words[i]), "_file", 5) != 0)
			return true;
	}
	return false;
}

static bool config_excerpt(struct error *error, const char *text, const char *at)
{
	const char *line = at;
	while (line > text && line[-1] != '\n')
		line--;
	return config_is_private(line) ? false : error_excerpt(error, text, at);
}

/* "FILE:LINE: " and the formatted text, and the line with a caret below the place; returns false. */
static bool config_scan_fail(const struct scan *scan, const char *at, int line, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* A formatted text, scrubbed: what was typed stands in it, from a file that may be somebody else's. */
static void config_clean(char clean[ERROR_TEXT], const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

static void config_clean(char clean[ERROR_TEXT], const char *format, va_list args)
{
	char what[ERROR_TEXT];
	vsnprintf(what, sizeof(what), format, args);
	text_scrub(clean, ERROR_TEXT, what, strlen(what));
}

static bool config_scan_fail(const struct scan *scan, const char *at, int line, const char *format, ...)
{
	char clean[ERROR_TEXT];
	va_list args;
	va_start(args, format);
	config_clean(clean, format, args);
	va_end(args);
	error_set(scan->error, "%s:%d: %s", scan->name, line, clean);
	return config_excerpt(scan->error, scan->text, at);
}

/*
 * The same for what does not fit the grammar. If a text of several lines ended on this line, its closing quote is
 * missing.
 */
#define scan_misfit(scan, at, line, ...) \
	((scan)->long_text != NULL && (scan)->long_end == (line) \
		? config_scan_fail(scan, (scan)->long_text, (scan)->long_line, \
			"this text has no closing \" on its line") \
		: config_scan_fail(scan, at, line, __VA_ARGS__))

static void scan_value_ends(struct scan *scan, bool text)
{
	scan_top(scan)->expect = EXPECT_END;
	scan_top(scan)->comma = NULL;
	scan->after_text = text;
	scan->value_end = scan->at;
	scan->value_line = scan->line;
}

static bool scan_comma_missing(struct scan *scan)
{
	return scan_misfit(scan, scan->value_end, scan->value_line, "a comma is missing between two items of the %c %c",
		scan_top(scan)->open, scan_top(scan)->open == '(' ? ')' : ']');
}

/* Whether these bytes, which begin with a character, are text: UTF-8 without control characters. */
static bool scan_check_text(const struct scan *scan, const char *at, const char *end, int line)
{
	while (at < end) {
		const char *begin = at;
		uint32_t code = text_decode(&at, end);
		line += code == '\n';
		if (code == 0xfffd && at == begin + 1)
			return config_scan_fail(scan, begin, line, "this character is not UTF-8; save the file as UTF-8");
		if (code < 0x20 && strchr("\t\r\n", (int)code) == NULL)
			return config_scan_fail(scan, begin, line, "a control character in this text; remove it");
	}
	return true;
}

static bool scan_string(struct scan *scan)
{
	struct scan_level *top = scan_top(scan);
	const char *start = scan->at;
	int line = scan->line;
	if (top->expect == EXPECT_NAME)
		return scan_misfit(scan, start, line, "the name of a setting is expected here, without quotes");
	if (top->expect == EXPECT_EQUALS)
		return scan_misfit(scan, start, line,
			"= is missing before this text; a \" within a text must be written \\\"");
	if (top->expect == EXPECT_END && (top->open == '(' || top->open == '['))
		return scan_comma_missing(scan);
	if (top->expect == EXPECT_END && !scan->after_text)
		return scan_misfit(scan, start, line,
			"a text is not expected here; is a quote or a comma before it too many or missing?");
	for (scan->at++; *scan->at != '"'; scan->at++) {
		if (*scan->at == '\\' && scan->at[1] != '\0')
			scan->at++;
		if (*scan->at == '\n')
			scan->line++;
		if (*scan->at == '\0')
			return config_scan_fail(scan, start, line, "this text has no closing \"");
	}
	scan->at++;
	if (!scan_check_text(scan, start, scan->at, line))
		return false;
	if (scan->line > line) {
		scan->long_text = start;
		scan->long_line = line;
		scan->long_end = scan->line;
	}
	scan_value_ends(scan, true);
	return true;
}

static bool scan_comment(struct scan *scan)
{
	const char *start = scan->at;
	int line = scan->line;
	if (scan->at[0] == '#' || scan->at[1] == '/') {
		while (*scan->at != '\0' && *scan->at != '\n')
			scan->at++;
		return true;
	}
	for (scan->at += 2; !(scan->at[0] == '*' && scan->at[1] == '/'); scan->at++) {
		if (*scan->at == '\0')
			return config_scan_fail(scan, start, line, "this comment has no closing */");
		if (*scan->at == '\n')
			scan->line++;
	}
	scan->at += 2;
	return true;
}

static bool scan_open(struct scan *scan)
{
	struct scan_level *top = scan_top(scan);
	char open = *scan->at;
	if (top->expect == EXPECT_NAME)
		return scan_misfit(scan, scan->at, scan->line, "a name and = are missing before this %c", open);
	if (top->expect == EXPECT_EQUALS)
		return scan_misfit(scan, scan->at, scan->line, "= is missing before this %c", open);
	if (top->expect == EXPECT_END && (top->open == '(' || top->open == '['))
		return scan_comma_missing(scan);
	if (top->expect == EXPECT_END)
		return scan_misfit(scan, scan->at, scan->line, "a name and = are missing before this %c", open);
	if (top->open == '[')
		return scan_misfit(scan, scan->at, scan->line,
			"[ ] holds plain values only; write ( ) around what is in %c brackets", open);
	if (scan->depth == SCAN_DEPTH_MAX)
		return config_scan_fail(scan, scan->at, scan->line, "nested too deeply");
	top = &scan->levels[++scan->depth];
	top->open = open;
	top->at = scan->at++;
	top->line = scan->line;
	top->settings = 0;
	top->comma = NULL;
	top->expect = open == '{' ? EXPECT_NAME : EXPECT_VALUE;
	return true;
}

/* What is open may end here. */
static bool scan_complete(struct scan *scan)
{
	struct scan_level *top = scan_top(scan);
	const struct scan_name *name = top->settings > 0 ? &top->names[top->settings - 1] : NULL;
	if (name != NULL && top->expect == EXPECT_EQUALS)
		return scan_misfit(scan, name->at, name->line, "'%.*s' has no = and no value", (int)name->length,
			name->at);
	if (top->expect != EXPECT_VALUE)
		return true;
	if (name != NULL && (top->open == '{' || top->open == '\0'))
		return scan_misfit(scan, name->at, name->line, "the value of '%.*s' is missing", (int)name->length,
			name->at);
	return top->comma == NULL ||
		scan_misfit(scan, top->comma, top->comma_line, "a comma too many: no item follows it");
}

/* Behind the text or comment that begins at a place, or the place itself. */
static const char *scan_skip(const char *at)
{
	if (*at == '#' || (at[0] == '/' && at[1] == '/'))
		return at + strcspn(at, "\n");
	if (at[0] == '/' && at[1] == '*') {
		const char *end = strstr(at + 2, "*/");
		return end == NULL ? at + strlen(at) : end + 2;
	}
	if (*at != '"')
		return at;
	for (at++; *at != '"' && *at != '\0'; at++)
		at += *at == '\\' && at[1] != '\0';
	return at + (*at == '"');
}

/*
 * Whether everything behind this closing bracket is closed as it should be, if so many levels are open there: to tell one
 * bracket too many from one that is missing.
 */
static bool scan_fits_without(const struct scan *scan, unsigned depth)
{
	static const char opens[] = "{[(", closes[] = "}])";
	char open[SCAN_DEPTH_MAX + 1];
	/* With one level less the bracket is taken for that level's own. */
	if (depth < scan->depth && (depth == 0 || closes[strchr(opens, scan->levels[depth].open) - opens] != *scan->at))
		return false;
	unsigned levels = depth < scan->depth ? depth - 1 : depth;
	for (unsigned i = 0; i < levels; i++)
		open[i] = scan->levels[i + 1].open;
	for (const char *at = scan->at + 1; *at != '\0';) {
		const char *behind = scan_skip(at), *close;
		if (behind != at) {
			at = behind;
			continue;
		}
		if (strchr(opens, *at) != NULL) {
			if (levels == SCAN_DEPTH_MAX)
				return false;
			open[levels++] = *at;
		} else if ((close = strchr(closes, *at)) != NULL) {
			if (levels == 0 || open[levels - 1] != opens[close - closes])
				return false;
			levels--;
		}
		at++;
	}
	return levels == 0;
}

static bool scan_close(struct scan *scan)
{
	static const char opens[] = "{[(", closes[] = "}])";
	struct scan_level *top = scan_top(scan);
	char wanted = opens[strchr(closes, *scan->at) - closes];
	if (scan->depth == 0)
		return config_scan_fail(scan, scan->at, scan->line, "%c closes nothing; remove it", *scan->at);
	char own = closes[strchr(opens, top->open) - opens];
	bool extra = scan_fits_without(scan, scan->depth), missing = scan->depth > 0 && scan_fits_without(scan, scan->depth - 1);
	if (top->open != wanted && extra && !missing)
		return config_scan_fail(scan, scan->at, scan->line, "a %c too many; remove it, or open what it closes", *scan->at);
	if (top->open != wanted)
		return config_scan_fail(scan, scan->at, scan->line, "%c does not close the %c of line %d; is a %c missing before it%s?",
			*scan->at, top->open, top->line, own, extra ? ", or is it one too many" : "");
	if (!scan_complete(scan))
		return false;
	scan->depth--;
	scan->at++;
	scan_value_ends(scan, false);
	return true;
}

static bool scan_is_name(char c, bool first)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '*' ||
		(!first && ((c >= '0' && c <= '9') || c == '_' || c == '-'));
}

/* Where a value ends. */
static bool scan_ends_value(const char *at)
{
	return *at == '\0' || strchr(" \t\r\n,;)]}#", *at) != NULL || (at[0] == '/' && (at[1] == '/' || at[1] == '*'));
}

/* The length of the number or boolean at a place; 0: there is none. */
static size_t scan_scalar(const char *at)
{
	size_t length;
	if (strncasecmp(at, "true", 4) == 0 || strncasecmp(at, "false", 5) == 0) {
		length = at[0] == 't' || at[0] == 'T' ? 4 : 5;
		return scan_ends_value(at + length) ? length : 0;
	}
	size_t sign = *at == '-' || *at == '+';
	if (at[sign] == '0' && (at[sign + 1] == 'x' || at[sign + 1] == 'X')) {
		length = sign + 2 + strspn(at + sign + 2, "0123456789abcdefABCDEF");
		length += strspn(at + length, "L");
		return scan_ends_value(at + length) ? length : 0;
	}
	size_t digits = strspn(at + sign, "0123456789");
	length = sign + digits;
	if (at[length] == '.') {
		size_t behind = strspn(at + length + 1, "0123456789");
		digits += behind;
		length += 1 + behind;
	}
	if (digits > 0 && (at[length] == 'e' || at[length] == 'E')) {
		size_t exponent = at[length + 1] == '-' || at[length + 1] == '+';
		length += 1 + exponent + strspn(at + length + 1 + exponent, "0123456789");
	}
	length += strspn(at + length, "L");
	return digits > 0 && scan_ends_value(at + length) ? length : 0;
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
static bool scan_foreign(struct scan *scan)
{
	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
		if (strncmp(scan->at, foreign[i].sign, strlen(foreign[i].sign)) == 0)
			return config_scan_fail(scan, scan->at, scan->line, "%s", foreign[i].advice);
	if (!scan_check_text(scan, scan->at, scan->at + strcspn(scan->at, " \t\r\n"), scan->line))
		return false;
	return config_scan_fail(scan, scan->at, scan->line,
		"a letter that is not ASCII; a text must be in \"double quotes\"");
}

/* Whether a name and = stand here, where a value is expected. */
static bool scan_is_setting(const char *at)
{
	if (!scan_is_name(*at, true))
		return false;
	while (scan_is_name(*at, false))
		at++;
	at += strspn(at, " \t");
	return *at == '=';
}

static bool scan_bare_text(struct scan *scan)
{
	struct scan_level *top = scan_top(scan);
	bool group = top->open == '{' || top->open == '\0';
	const struct scan_name *name = group ? &top->names[top->settings - 1] : NULL;
	if (*scan->at == '=')
		return scan_misfit(scan, scan->at, scan->line, "a second =; remove it");
	if (scan_is_setting(scan->at) && group && scan->line > name->line)
		return scan_misfit(scan, name->at, name->line, "the value of '%.*s' is missing", (int)name->length,
			name->at);
	if (scan_is_setting(scan->at) && !group)
		return scan_misfit(scan, scan->at, scan->line, "settings in a list must be in { braces }");
	static const char *const words[] = { "yes", "no", "on", "off" };
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strncasecmp(scan->at, words[i], strlen(words[i])) == 0 &&
			scan_ends_value(scan->at + strlen(words[i])))
			return scan_misfit(scan, scan->at, scan->line,
				"'%s' is not a value; write %s, or a text in \"double quotes\"",
				words[i], i % 2 == 0 ? "true" : "false");
	/* The rest of the line is what should be quoted, up to what most likely belongs to the syntax. */
	size_t length = strcspn(scan->at, "\n\r\",;)]}#");
	for (size_t i = 1; i < length; i++)
		if (scan->at[i - 1] == ' ' && scan_is_setting(scan->at + i))
			length = i;
	while (length > 1 && (scan->at[length - 1] == ' ' || scan->at[length - 1] == '\t'))
		length--;
	if (!scan_check_text(scan, scan->at, scan->at + length, scan->line))
		return false;
	if (length == 0)
		return scan_misfit(scan, scan->at, scan->line, "%s is expected here, not %c",
			group ? "a value" : "an item", *scan->at);
	if (config_is_private(group ? name->at : scan->at))
		return scan_misfit(scan, scan->at, scan->line, "a text must be in \"double quotes\"");
	return scan_misfit(scan, scan->at, scan->line, "a text must be in double quotes: %.*s%s\"%.*s\"",
		group ? (int)name->length : 0, group ? name->at : "", group ? " = " : "",
		length < 60 ? (int)length : 60, scan->at);
}

/* A number or a boolean, or what should be a text. */
static bool scan_value(struct scan *scan)
{
	const char *start = scan->at;
	size_t length = scan_scalar(start), sign = *start == '-' || *start == '+';
	if (length == 0)
		return (unsigned char)*start >= 0x80 ? scan_foreign(scan) : scan_bare_text(scan);
	if (length > SCAN_WORD_MAX)
		return config_scan_fail(scan, start, scan->line, "a word of more than %d characters", SCAN_WORD_MAX);
	if (strspn(start + sign, "0123456789") == length - sign && length - sign > SCAN_DIGITS_MAX)
		return config_scan_fail(scan, start, scan->line, "this number is too large; a telephone number is a text in \"double quotes\"");
	scan->at += length;
	scan_value_ends(scan, false);
	return true;
}

/* The name of a setting. */
static bool scan_setting_name(struct scan *scan)
{
	struct scan_level *top = scan_top(scan);
	const char *start = scan->at;
	while (scan_is_name(*scan->at, scan->at == start))
		scan->at++;
	size_t length = (size_t)(scan->at - start);
	if (length > SCAN_WORD_MAX)
		return config_scan_fail(scan, start, scan->line, "a word of more than %d characters", SCAN_WORD_MAX);
	if (top->settings == SCAN_GROUP_MAX)
		return config_scan_fail(scan, start, scan->line, "more than %d settings in one group", SCAN_GROUP_MAX);
	if (++scan->all_settings > SCAN_SETTINGS_MAX)
		return config_scan_fail(scan, start, scan->line, "more than %d settings", SCAN_SETTINGS_MAX);
	for (unsigned i = 0; i < top->settings; i++)
		if (top->names[i].length == length && strncmp(top->names[i].at, start, length) == 0)
			return scan_misfit(scan, start, scan->line,
				"'%.*s' is set already, in line %d; remove one of the two", (int)length,
				start, top->names[i].line);
	top->names[top->settings++] = (struct scan_name){ start, length, scan->line };
	top->expect = EXPECT_EQUALS;
	top->comma = NULL;
	return true;
}

static bool scan_separator(struct scan *scan)
{
	struct scan_level *top = scan_top(scan);
	bool group = top->open == '{' || top->open == '\0';
	const char *what = *scan->at == ',' ? "comma" : "semicolon";
	if (!group && *scan->at == ';')
		return scan_misfit(scan, scan->at, scan->line,
			"a comma is expected between the items of a list, not ;");
	if (top->expect == EXPECT_EQUALS)
		return scan_complete(scan);
	if (top->expect == EXPECT_VALUE && group)
		return scan_complete(scan);
	if (top->expect != EXPECT_END)
		return scan_misfit(scan, scan->at, scan->line, "a %s too many: nothing stands before it", what);
	top->expect = group ? EXPECT_NAME : EXPECT_VALUE;
	top->comma = scan->at++;
	top->comma_line = scan->line;
	return true;
}

/* After the name of a setting. */
static bool scan_equals(struct scan *scan)
{
	const struct scan_level *top = scan_top(scan);
	const struct scan_name *name = &top->names[top->settings - 1];
	if (*scan->at == '=' || *scan->at == ':') {
		scan_top(scan)->expect = EXPECT_VALUE;
		scan->at++;
		return true;
	}
	return scan_misfit(scan, name->at, name->line,
		"= is missing after '%.*s'; if it is part of a text, the whole text must be in \"double quotes\"",
		(int)name->length, name->at);
}

/* Where a name, or the end of what is open, is expected and something else stands. */
static bool scan_unexpected(struct scan *scan)
{
	const struct scan_level *top = scan_top(scan);
	char c = *scan->at;
	if ((unsigned char)c >= 0x80)
		return scan_foreign(scan);
	if (top->expect == EXPECT_NAME && top->comma != NULL && top->comma == scan->at - 1 && c >= '0' && c <= '9' &&
		top->comma > scan->text && top->comma[-1] >= '0' && top->comma[-1] <= '9')
		return scan_misfit(scan, top->comma, scan->line, "a number has a decimal point, not a comma");
	if (top->expect == EXPECT_END && (top->open == '(' || top->open == '['))
		return scan_comma_missing(scan);
	if ((c == '=' || c == ':') && top->expect == EXPECT_END && scan->after_text)
		return scan_misfit(scan, scan->at, scan->line, "the name of a setting must stand without quotes");
	if (c == '=' || c == ':')
		return scan_misfit(scan, scan->at, scan->line, "the name of a setting is missing before %c", c);
	return scan_misfit(scan, scan->at, scan->line,
		"the name of a setting is expected here; it begins with a letter");
}

static bool scan_step(struct scan *scan)
{
	char c = *scan->at;
	const struct scan_level *top = scan_top(scan);
	if (c == '\n')
		scan->line++;
	if (strchr(" \t\r\n", c) != NULL) {
		scan->at++;
		return true;
	}
	if (c == '#' || (c == '/' && (scan->at[1] == '/' || scan->at[1] == '*')))
		return scan_comment(scan);
	if ((unsigned char)c < 0x20)
		return config_scan_fail(scan, scan->at, scan->line, "a control character; remove it");
	if (c == '\'' || c == '`')
		return scan_misfit(scan, scan->at, scan->line, "a %s; a text must be in \"double quotes\"",
			c == '`' ? "backtick" : "single quote");
	if (c == '@')
		return config_scan_fail(scan, scan->at, scan->line,
			"@include is not accepted; write the settings here");
	if (c == '"')
		return scan_string(scan);
	if (strchr("}])", c) != NULL)
		return scan_close(scan);
	if (strchr(",;", c) != NULL)
		return scan_separator(scan);
	if (top->expect == EXPECT_EQUALS && strchr("{[(", c) == NULL)
		return (unsigned char)c >= 0x80 ? scan_foreign(scan) : scan_equals(scan);
	if (strchr("{[(", c) != NULL)
		return scan_open(scan);
	if (top->expect == EXPECT_VALUE)
		return scan_value(scan);
	if (scan_is_name(c, true) && (top->open == '{' || top->open == '\0'))
		return scan_setting_name(scan);
	return scan_unexpected(scan);
}

static bool config_scan(const char *name, const char *text, struct error *error)
{
	struct scan *scan = must_alloc(sizeof(*scan));
	scan->name = name;
	scan->text = scan->at = text;
	scan->line = 1;
	scan->depth = 0;
	scan->all_settings = 0;
	scan->after_text = false;
	scan->long_text = NULL;
	scan->error = error;
	scan->levels[0].open = '\0';
	scan->levels[0].expect = EXPECT_NAME;
	scan->levels[0].comma = NULL;
	scan->levels[0].settings = 0;
	bool good = true;
	while (good && *scan->at != '\0')
		good = scan_step(scan);
	if (good && scan->depth > 0)
		good = scan_misfit(scan, scan_top(scan)->at, scan_top(scan)->line, "this %c is never closed",
			scan_top(scan)->open);
	good = good && scan_complete(scan);
	free(scan);
	return good;
}

/* What libconfig refuses and the scan does not, in words. */
static const char *config_refusal(const char *said)
{
	if (strcmp(said, "mismatched element type in array") == 0)
		return "the values in [ ] must all be of one kind; write ( ) around a mixture";
	return "this line cannot be read; check its numbers, quotes and commas";
}

/* Where a line begins. */
static const char *config_line_at(const char *text, int line)
{
	for (; line > 1; line--) {
		const char *end = strchr(text, '\n');
		if (end == NULL)
			break;
		text = end + 1;
	}
	return text + strspn(text, " \t");
}

static const char byte_order_mark[] = "\xEF\xBB\xBF";

struct config {
	config_t parsed;
	char *name;
};

/* A node is libconfig's setting under another name, so that its header stays in this file. */
static const config_setting_t *setting(const struct config_node *node)
{
	return (const config_setting_t *)node;
}

static const struct config_node *node_of(const config_setting_t *from)
{
	return (const struct config_node *)from;
}

struct config *config_parse(const char *name, const char *text, struct error *error)
{
	/* Some editors put a byte order mark at the head; it means nothing in UTF-8. */
	if (strncmp(text, byte_order_mark, sizeof(byte_order_mark) - 1) == 0)
		text += sizeof(byte_order_mark) - 1;
	/* A comment would go on to the end of such a file. */
	if (strchr(text, '\r') != NULL && strchr(text, '\n') == NULL) {
		error_set(error, "%s:1: the lines of this file end in CR; save it with LF or CR LF", name);
		return NULL;
	}
	if (!config_scan(name, text, error))
		return NULL;
	struct config *config = must_alloc(sizeof(*config));
	config->name = must_alloc(strlen(name) + 1);
	strcpy(config->name, name);
	config_init(&config->parsed);
	if (config_read_string(&config->parsed, text) != CONFIG_TRUE) {
		int line = config_error_line(&config->parsed);
		error_set(error, "%s:%d: %s", name, line, config_refusal(config_error_text(&config->parsed)));
		config_excerpt(error, text, config_line_at(text, line));
		config_free(config);
		return NULL;
	}
	/* So that each setting can tell its file. */
	config_root_setting(&config->parsed)->hook = config->name;
	return config;
}

struct config *config_load(const char *path, struct error *error)
{
	struct file_text file;
	if (!file_text_read(&file, path, CONFIG_BYTES_MAX, error))
		return NULL;
	struct config *config = config_parse(path, buffer_string(&file.text), error);
	file_text_close(&file);
	return config;
}

void config_free(struct config *config)
{
	if (config == NULL)
		return;
	config_destroy(&config->parsed);
	free(config->name);
	free(config);
}

const struct config_node *config_root(const struct config *config)
{
	return node_of(config_root_setting(&config->parsed));
}

enum config_kind config_kind(const struct config_node *node)
{
	switch (config_setting_type(setting(node))) {
	case CONFIG_TYPE_GROUP:
		return CONFIG_GROUP;
	case CONFIG_TYPE_LIST:
		return CONFIG_LIST;
	case CONFIG_TYPE_ARRAY:
		return CONFIG_ARRAY;
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		return CONFIG_INTEGER;
	case CONFIG_TYPE_FLOAT:
		return CONFIG_FLOAT;
	case CONFIG_TYPE_BOOL:
		return CONFIG_BOOLEAN;
	default:
		return CONFIG_STRING;
	}
}

const char *config_name(const struct config_node *node)
{
	return config_setting_name(setting(node));
}

unsigned config_length(const struct config_node *node)
{
	return (unsigned)config_setting_length(setting(node));
}

const struct config_node *config_at(const struct config_node *node, unsigned index)
{
	return node_of(config_setting_get_elem(setting(node), index));
}

const struct config_node *config_get(const struct config_node *group, const char *name)
{
	return node_of(config_setting_get_member(setting(group), name));
}

int config_line(const struct config_node *node)
{
	return (int)config_setting_source_line(setting(node));
}

const char *config_string(const struct config_node *node)
{
	return config_kind(node) == CONFIG_STRING ? config_setting_get_string(setting(node)) : "";
}

double config_number(const struct config_node *node)
{
	switch (config_kind(node)) {
	case CONFIG_INTEGER:
		return (double)config_setting_get_int64(setting(node));
	case CONFIG_FLOAT:
		return config_setting_get_float(setting(node));
	case CONFIG_BOOLEAN:
		return config_setting_get_bool(setting(node));
	default:
		return 0;
	}
}

static const char *node_file(const struct config_node *node)
{
	const config_setting_t *at = setting(node);
	while (at->parent != NULL)
		at = at->parent;
	return at->hook;
}

bool config_error(const struct config_node *node, struct error *error, const char *format, ...)
{
	char clean[ERROR_TEXT];
	va_list args;
	va_start(args, format);
	config_clean(clean, format, args);
	va_end(args);
	/* The root group has no line of its own. */
	int line = config_line(node);
	return error_set(error, "%s:%d: %s", node_file(node), line > 0 ? line : 1, clean);
}

bool texts_same(const struct texts *a, const struct texts *b)
{
	if (a->count != b->count)
		return false;
	for (unsigned i = 0; i < a->count; i++)
		if (strcmp(a->items[i], b->items[i]) != 0)
			return false;
	return true;
}

static bool config_out_of_range(const struct config_key *key, double number)
{
	/* Written so that what is not a number is out of every range. */
	return (key->min != 0 || key->max != 0) && !(number >= key->min && number <= key->max);
}

/* Cleans each line by itself, so that the breaks between them stay. */
static size_t scrub_lines(char *out, size_t size, const char *text)
{
	size_t used = 0;
	while (used + 1 < size) {
		size_t length = strcspn(text, "\n");
		used += text_scrub(out + used, size - used, text, length);
		text += length;
		if (*text == '\0' || used + 1 >= size)
			break;
		out[used++] = *text++;
	}
	out[used] = '\0';
	return used;
}

static bool config_read_text(const struct config_walk *walk, const struct config_node *node,
	const struct config_key *key, const char **out, struct error *error)
{
	if (config_kind(node) != CONFIG_STRING)
		return config_error(node, error, "%s must be a text in quotes", key->name);
	const char *text = config_string(node);
	size_t length = strlen(text);
	size_t min = key->max > 0 ? (size_t)key->min : 1;
	size_t max = key->max <= 0 ? TEXT_LENGTH_MAX : key->max < TEXT_ROOM ? (size_t)key->max : TEXT_ROOM;
	if (length < min)
		return config_error(node, error, "%s must not be empty", key->name);
	if (length > max)
		return config_error(node, error, "%s is longer than %zu bytes", key->name, max);
	/* A file written by somebody else is foreign text too. */
	/* A byte that is not UTF-8 becomes a character of three. */
	char clean[3 * TEXT_ROOM + 1];
	size_t used = key->type == CONFIG_LINES ? scrub_lines(clean, sizeof(clean), text)
		: text_scrub(clean, sizeof(clean), text, length);
	/* Of characters that cannot be shown alone nothing is left. */
	if (used < min)
		return config_error(node, error, "%s must not be empty", key->name);
	*out = arena_copy(walk->arena, clean, used);
	return *out != NULL || config_error(node, error, "the file is too large");
}

static bool config_read_number(const struct config_node *node, const struct config_key *key, double *out,
	struct error *error)
{
	enum config_kind kind = config_kind(node);
	if (kind != CONFIG_INTEGER && !(kind == CONFIG_FLOAT && key->type == CONFIG_REAL))
		return config_error(node, error, "%s must be a %snumber", key->name,
			key->type == CONFIG_INT ? "whole " : "");
	double number = config_number(node);
	if (config_out_of_range(key, number))
		return config_error(node, error, "%s must be from %g to %g", key->name, key->min, key->max);
	*out = number;
	return true;
}

/* More digits than a double tells apart. */
enum { DIGITS_MAX = 18 };

static bool config_is_seconds(const char *text, double *seconds)
{
	static const char blanks[] = " \t";
	char number[DIGITS_MAX + 1];
	text += strspn(text, blanks);
	/* Digits alone: strtod would also take "nan", "1e3" and "0x10". */
	size_t whole = strspn(text, "0123456789"), length = whole;
	if (text[length] == '.')
		length += 1 + strspn(text + length + 1, "0123456789");
	if (length == 0 || (length == 1 && whole == 0) || length > DIGITS_MAX)
		return false;
	memcpy(number, text, length);
	number[length] = '\0';
	*seconds = strtod(number, NULL);
	text += length + strspn(text + length, blanks);
	if (*text == '\0')
		return true;
	double unit = *text == 's' ? 1 : *text == 'm' ? 60 : *text == 'h' ? 3600 : 0;
	*seconds *= unit;
	return unit != 0 && text[1 + strspn(text + 1, blanks)] == '\0';
}

bool config_text_seconds(const char *text, double *seconds, struct error *error)
{
	char shown[41];
	if (config_is_seconds(text, seconds))
		return true;
	text_scrub(shown, sizeof(shown), text, strlen(text));
	return error_set(error, "'%s' is not a time; write seconds, or a number with s, m or h, such as 30s", shown);
}

static bool config_read_seconds(const struct config_node *node, const struct config_key *key, double *out,
	struct error *error)
{
	enum config_kind kind = config_kind(node);
	double seconds = config_number(node);
	struct error why;
	if (kind == CONFIG_STRING && !config_text_seconds(config_string(node), &seconds, &why))
		return config_error(node, error, "%s: %s", key->name, why.text);
	if (kind != CONFIG_STRING && kind != CONFIG_INTEGER && kind != CONFIG_FLOAT)
		return config_error(node, error, "%s must be a time, such as 30 or \"30s\"", key->name);
	if (config_out_of_range(key, seconds))
		return config_error(node, error, "%s must be from %g to %g seconds", key->name, key->min, key->max);
	*out = seconds;
	return true;
}

static const char *config_choice_at(const void *table, size_t index)
{
	return ((const char *const *)table)[index];
}

static bool config_read_choice(const struct config_node *node, const struct config_key *key, int *out,
	struct error *error)
{
	const char *text = config_string(node);
	for (int i = 0; config_kind(node) == CONFIG_STRING && key->choices[i] != NULL; i++) {
		if (strcmp(key->choices[i], text) == 0) {
			*out = i;
			return true;
		}
	}
	const char *near = text_nearest(text, config_choice_at, key->choices);
	if (near != NULL && text[0] != '\0')
		return config_error(node, error, "unknown %s '%.60s' (did you mean '%s'?)", key->name, text, near);
	char all[ERROR_TEXT / 2] = "";
	for (int i = 0; key->choices[i] != NULL; i++) {
		strncat(all, i == 0 ? "" : ", ", sizeof(all) - strlen(all) - 1);
		strncat(all, key->choices[i], sizeof(all) - strlen(all) - 1);
	}
	if (config_kind(node) != CONFIG_STRING)
		return config_error(node, error, "%s must be a text in quotes: one of %s", key->name, all);
	return config_error(node, error, "unknown %s '%.60s': one of %s", key->name, text, all);
}

static bool config_read_texts(const struct config_walk *walk, const struct config_node *node,
	const struct config_key *key, struct texts *out, struct error *error)
{
	struct config_key item = *key;
	item.min = item.max = 0;
	unsigned max = key->max > 0 ? (unsigned)key->max : TEXTS_MAX;
	bool single = config_kind(node) == CONFIG_STRING;
	if (!single && config_kind(node) != CONFIG_LIST && config_kind(node) != CONFIG_ARRAY)
		return config_error(node, error, "%s must be a list of texts, as [\"a\", \"b\"]", key->name);
	unsigned count = single ? 1 : config_length(node);
	if (count > max)
		return config_error(node, error, "%s has more than %u items", key->name, max);
	if (count == 0)
		return config_error(node, error, "%s must not be empty; leave it out, or name something", key->name);
	for (unsigned i = 0; !single && i < count; i++)
		if (config_kind(config_at(node, i)) != CONFIG_STRING)
			return config_error(config_at(node, i), error, "%s must be a list of texts, as [\"a\", \"b\"]", key->name);
	const char **items = arena_alloc(walk->arena, (count + 1) * sizeof(*items));
	if (items == NULL)
		return config_error(node, error, "the file is too large");
	for (unsigned i = 0; i < count; i++)
		if (!config_read_text(walk, single ? node : config_at(node, i), &item, &items[i], error))
			return false;
	*out = (struct texts){ .items = items, .count = count };
	return true;
}

bool config_read_value(const struct config_walk *walk, const struct config_node *node, const struct config_key *key,
	void *out, struct error *error)
{
	void *field = (char *)out + key->offset;
	double number = 0;
	switch (key->type) {
	case CONFIG_TEXT:
	case CONFIG_LINES:
		return config_read_text(walk, node, key, field, error);
	case CONFIG_INT:
		if (!config_read_number(node, key, &number, error))
			return false;
		*(int *)field = (int)number;
		return true;
	case CONFIG_REAL:
		return config_read_number(node, key, field, error);
	case CONFIG_SECONDS:
		return config_read_seconds(node, key, field, error);
	case CONFIG_BOOL:
		if (config_kind(node) != CONFIG_BOOLEAN)
			return config_error(node, error, "%s must be true or false", key->name);
		*(bool *)field = config_number(node) != 0;
		return true;
	case CONFIG_CHOICE:
		return config_read_choice(node, key, field, error);
	case CONFIG_TEXTS:
		return config_read_texts(walk, node, key, field, error);
	case CONFIG_READ:
		return key->read(walk, node, field, error);
	case CONFIG_KNOWN:
		break;
	}
	return true;
}

static const char *config_key_at(const void *table, size_t index)
{
	return ((const struct config_key *)table)[index].name;
}

static const struct config_key *config_find_key(const struct config_key *keys, const char *name)
{
	for (; keys->name != NULL; keys++)
		if (strcmp(keys->name, name) == 0)
			return keys;
	return NULL;
}

static bool config_unknown_key(const struct config_walk *walk, const struct config_node *node, const char *what,
	const struct config_key *keys, struct error *error)
{
	const char *name = config_name(node);
	/* A name that is right elsewhere is not mistyped. */
	const char *home = walk->home != NULL ? walk->home(name) : NULL;
	const char *near = home == NULL ? text_nearest(name, config_key_at, keys) : NULL;
	char otherwise[100] = "";
	if (home != NULL)
		snprintf(otherwise, sizeof(otherwise), "; %s", home);
	else if (walk->manual != NULL)
		snprintf(otherwise, sizeof(otherwise), "; %s lists what there is", walk->manual);
	return config_error(node, error, "unknown key '%.60s' in %s%s", name, what, text_hint(near, otherwise).text);
}

bool config_fill(const struct config_walk *walk, const struct config_node *group, const char *what,
	const struct config_key *keys, void *out, struct error *error)
{
	if (config_kind(group) != CONFIG_GROUP)
		return config_error(group, error, "a %s must be in { braces }", what);
	for (unsigned i = 0; i < config_length(group); i++) {
		const struct config_node *node = config_at(group, i);
		const struct config_key *key = config_find_key(keys, config_name(node));
		if (key == NULL)
			return config_unknown_key(walk, node, what, keys, error);
		if (!config_read_value(walk, node, key, out, error))
			return false;
	}
	for (; keys->name != NULL; keys++)
		if (keys->required && config_get(group, keys->name) == NULL)
			return config_error(group, error, "%s needs '%s'", what, keys->name);
	return true;
}
