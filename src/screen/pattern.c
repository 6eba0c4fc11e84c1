#include "screen/pattern.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fold.h"

static bool is_ascii(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text >= 0x80)
			return false;
	return true;
}

/* By what the library says; its own words are of another language, or long. */
static const char *reason(int code)
{
	switch (code) {
	case REG_EBRACK: return "[ without ]";
	case REG_EPAREN: return "( without )";
	case REG_EBRACE: return "{ without }";
	case REG_BADBR: return "a bad number in { }";
	case REG_BADRPT: return "nothing to repeat";
	case REG_EESCAPE: return "\\ at the end";
	case REG_ERANGE: return "a bad range in [ ]";
	case REG_ECTYPE: return "an unknown [: :]";
	case REG_ESPACE: return "too large";
	default: return "not a regular expression";
	}
}

/* Why it is not even compiled; NULL: it may be. Within [ ] signs are letters. */
static const char *too_much(const char *text)
{
	long repeats = 1;
	const char *bracket = NULL;
	for (const char *at = text; *at != '\0'; at++) {
		if (bracket != NULL) {
			/* Right behind its beginning it is a letter. */
			bool first = at == bracket + 1 || (at == bracket + 2 && bracket[1] == '^');
			bracket = *at == ']' && !first ? NULL : bracket;
		} else if (*at == '[') {
			bracket = at;
		} else if (*at == '\\' && at[1] >= '1' && at[1] <= '9') {
			return "references to groups are not allowed";
		} else if (*at == '\\' && at[1] != '\0') {
			at++;
		} else if (*at == '{') {
			char *end;
			long count = strtol(at + 1, &end, 10);
			if (*end == ',')
				count = end[1] == '}' ? count + 1 : strtol(end + 1, NULL, 10);
			repeats *= count > 1 ? count : 1;
			if (count > PATTERN_REPEATS_MAX || repeats > PATTERN_REPEATS_MAX)
				return "too many repetitions";
		}
	}
	return NULL;
}

static void compile(struct pattern *pattern)
{
	char folded[FOLD_ROOM(PATTERN_MAX)];
	/* As the texts are. */
	fold_text(folded, sizeof(folded), pattern->text, strlen(pattern->text), FOLD_NAME);
	int code = regcomp(&pattern->expression, folded, REG_EXTENDED | REG_ICASE | REG_NOSUB);
	pattern->kind = code == 0 ? PATTERN_EXPRESSION : PATTERN_BAD;
	pattern->why = code == 0 ? NULL : reason(code);
	pattern->matches = 0;
}

void pattern_free(struct pattern *pattern)
{
	if (pattern->kind == PATTERN_EXPRESSION)
		regfree(&pattern->expression);
	pattern->kind = PATTERN_NONE;
}

static void turn_bad(struct pattern *pattern, const char *why)
{
	pattern_free(pattern);
	pattern->kind = PATTERN_BAD;
	pattern->why = why;
}

void pattern_set(struct pattern *pattern, const char *text)
{
	pattern_free(pattern);
	pattern->without = text[0] == '!';
	pattern->why = NULL;
	snprintf(pattern->text, sizeof(pattern->text), "%s", text + pattern->without);
	pattern_begin(pattern);
	if (pattern->text[0] == '\0')
		return;
	pattern->kind = PATTERN_TEXT;
	if (strpbrk(pattern->text, ".[]()*+?{}|^$\\") == NULL)
		return;
	const char *why = too_much(pattern->text);
	if (why != NULL)
		turn_bad(pattern, why);
	else
		compile(pattern);
}

void pattern_begin(struct pattern *pattern)
{
	pattern->began = clock();
	if (pattern->kind != PATTERN_EXPRESSION || pattern->matches < PATTERN_MATCHES_MAX)
		return;
	regfree(&pattern->expression);
	compile(pattern);
}

static bool expression_matches(struct pattern *pattern, const char *text, size_t length)
{
	enum { LOOKS = 64 }; /* matches from one look at the clock to the next */
	char folded[FOLD_ROOM(PATTERN_TEXT_MAX)];
	if (pattern->matches++ % LOOKS == 0 &&
		(clock() - pattern->began) / (CLOCKS_PER_SEC / 1000) > PATTERN_PASS_MS) {
		turn_bad(pattern, "it takes too long");
		return true;
	}
	length = length < PATTERN_TEXT_MAX ? length : PATTERN_TEXT_MAX;
	length = fold_text(folded, sizeof(folded), text, length, is_ascii(pattern->text) ? FOLD_BASE : FOLD_NAME);
	folded[length < sizeof(folded) ? length : sizeof(folded) - 1] = '\0';
	return regexec(&pattern->expression, folded, 0, NULL, 0) == 0;
}

bool pattern_matches(struct pattern *pattern, const char *text, size_t length)
{
	if (pattern->kind == PATTERN_NONE || pattern->kind == PATTERN_BAD)
		return true;
	return fold_contains(text, length, pattern->text) ||
		(pattern->kind == PATTERN_EXPRESSION && expression_matches(pattern, text, length));
}

bool pattern_wants(const struct pattern *pattern, bool matched)
{
	return pattern->kind == PATTERN_NONE || pattern->kind == PATTERN_BAD || matched != pattern->without;
}
