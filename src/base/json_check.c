/*
 * The strict pass: RFC 8259 to the letter, with a depth and a token cap, in one iterative walk. Duplicate keys are
 * allowed by the grammar (json_get takes the first); lone surrogates too (json_text makes U+FFFD of them).
 */
#include <string.h>

#include "base/json.h"
#include "base/text.h"

enum expect {
	EXPECT_VALUE,
	EXPECT_VALUE_OR_END, /* after [ */
	EXPECT_KEY,
	EXPECT_KEY_OR_END, /* after { */
	EXPECT_COLON,
	EXPECT_COMMA_OR_END,
	EXPECT_NOTHING, /* the document is complete */
};

struct check {
	const char *text;
	size_t length;
	size_t at;
	unsigned depth;
	char open[JSON_DEPTH_MAX]; /* '{' or '[' */
	enum expect expect;
	int tokens;
	struct error *error;
};

static bool check_fail(const struct check *check, const char *what)
{
	return error_set(check->error, "byte %zu: %s", check->at, what);
}

static bool check_token(struct check *check)
{
	if (check->tokens >= JSON_TOKENS_MAX)
		return check_fail(check, "more values than are accepted");
	check->tokens++;
	return true;
}

/* After a value: what may follow depends on what is open. */
static void check_after_value(struct check *check)
{
	check->expect = check->depth == 0 ? EXPECT_NOTHING : EXPECT_COMMA_OR_END;
}

static bool check_open(struct check *check, char bracket)
{
	if (check->depth >= JSON_DEPTH_MAX)
		return check_fail(check, "nested deeper than is accepted");
	if (!check_token(check))
		return false;
	check->open[check->depth++] = bracket;
	check->expect = bracket == '{' ? EXPECT_KEY_OR_END : EXPECT_VALUE_OR_END;
	check->at++;
	return true;
}

static bool check_close(struct check *check, char bracket)
{
	char opened = bracket == '}' ? '{' : '[';
	if (check->depth == 0 || check->open[check->depth - 1] != opened)
		return check_fail(check, "a bracket closes what is not open");
	check->depth--;
	check->at++;
	check_after_value(check);
	return true;
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* At the backslash. */
static bool check_escape(struct check *check)
{
	const char *text = check->text;
	size_t at = check->at + 1;
	if (at >= check->length)
		return check_fail(check, "the text ends in an escape");
	if (text[at] == 'u') {
		for (size_t i = 1; i <= 4; i++)
			if (at + i >= check->length || !is_hex(text[at + i]))
				return check_fail(check, "\\u without four hexadecimal digits");
		check->at = at + 5;
		return true;
	}
	if (text[at] == '\0' || strchr("\"\\/bfnrt", text[at]) == NULL)
		return check_fail(check, "an unknown escape");
	check->at = at + 1;
	return true;
}

/* Steps over one character above 0x7F. */
static bool check_utf8(struct check *check)
{
	const char *next = check->text + check->at;
	const char *before = next;
	/* U+FFFD itself takes three bytes, a failed decode one. */
	if (text_decode(&next, check->text + check->length) == 0xFFFD && next - before == 1)
		return check_fail(check, "invalid UTF-8");
	check->at += (size_t)(next - before);
	return true;
}

static bool check_string(struct check *check)
{
	if (!check_token(check))
		return false;
	for (check->at++; check->at < check->length;) {
		unsigned char c = (unsigned char)check->text[check->at];
		if (c == '"') {
			check->at++;
			return true;
		}
		if (c < 0x20)
			return check_fail(check, "a control character in a string");
		if (c == '\\') {
			if (!check_escape(check))
				return false;
		} else if (c >= 0x80) {
			if (!check_utf8(check))
				return false;
		} else {
			check->at++;
		}
	}
	return check_fail(check, "the text ends inside a string");
}

static size_t digits(const struct check *check, size_t at)
{
	size_t start = at;
	while (at < check->length && check->text[at] >= '0' && check->text[at] <= '9')
		at++;
	return at - start;
}

static char char_at(const struct check *check, size_t at)
{
	return at < check->length ? check->text[at] : '\0';
}

static bool check_number(struct check *check)
{
	if (!check_token(check))
		return false;
	size_t at = check->at;
	if (char_at(check, at) == '-')
		at++;
	size_t whole = digits(check, at);
	if (whole == 0 || (whole > 1 && check->text[at] == '0'))
		return check_fail(check, "not a number");
	at += whole;
	if (char_at(check, at) == '.') {
		size_t part = digits(check, at + 1);
		if (part == 0)
			return check_fail(check, "not a number");
		at += 1 + part;
	}
	if (char_at(check, at) == 'e' || char_at(check, at) == 'E') {
		at++;
		if (char_at(check, at) == '+' || char_at(check, at) == '-')
			at++;
		size_t part = digits(check, at);
		if (part == 0)
			return check_fail(check, "not a number");
		at += part;
	}
	check->at = at;
	return true;
}

static bool check_literal(struct check *check)
{
	static const char *const literals[] = { "true", "false", "null" };
	for (size_t i = 0; i < sizeof(literals) / sizeof(literals[0]); i++) {
		size_t length = strlen(literals[i]);
		if (check->length - check->at >= length && memcmp(check->text + check->at, literals[i], length) == 0) {
			check->at += length;
			return check_token(check);
		}
	}
	return check_fail(check, "not a JSON value");
}

static bool check_value(struct check *check)
{
	char c = check->text[check->at];
	if (c == '{' || c == '[')
		return check_open(check, c);
	bool good = c == '"' ? check_string(check)
		: c == '-' || (c >= '0' && c <= '9') ? check_number(check)
		: check_literal(check);
	if (good)
		check_after_value(check);
	return good;
}

static bool check_key(struct check *check)
{
	if (check->text[check->at] != '"')
		return check_fail(check, "a key is missing");
	check->expect = EXPECT_COLON;
	return check_string(check);
}

static bool check_comma(struct check *check)
{
	char c = check->text[check->at];
	if (c == '}' || c == ']')
		return check_close(check, c);
	if (c != ',')
		return check_fail(check, "a comma or a closing bracket is missing");
	check->at++;
	check->expect = check->open[check->depth - 1] == '{' ? EXPECT_KEY : EXPECT_VALUE;
	return true;
}

static bool check_step(struct check *check)
{
	char c = check->text[check->at];
	switch (check->expect) {
	case EXPECT_VALUE:
		return check_value(check);
	case EXPECT_VALUE_OR_END:
		return c == ']' ? check_close(check, c) : check_value(check);
	case EXPECT_KEY:
		return check_key(check);
	case EXPECT_KEY_OR_END:
		return c == '}' ? check_close(check, c) : check_key(check);
	case EXPECT_COLON:
		if (c != ':')
			return check_fail(check, "a colon is missing");
		check->at++;
		check->expect = EXPECT_VALUE;
		return true;
	case EXPECT_COMMA_OR_END:
		return check_comma(check);
	case EXPECT_NOTHING:
		break;
	}
	return check_fail(check, "something follows the end");
}

static void skip_space(struct check *check)
{
	while (check->at < check->length) {
		char c = check->text[check->at];
		if (c != ' ' && c != '\t' && c != '\n' && c != '\r')
			return;
		check->at++;
	}
}

bool json_check(const char *text, size_t length, int *tokens, struct error *error)
{
	struct check check = { .text = text, .length = length, .error = error };
	for (skip_space(&check); check.at < length; skip_space(&check))
		if (!check_step(&check))
			return false;
	if (check.expect != EXPECT_NOTHING)
		return check_fail(&check, check.tokens == 0 ? "nothing there" : "the text ends too early");
	if (tokens != NULL)
		*tokens = check.tokens;
	return true;
}
