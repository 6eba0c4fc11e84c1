/*
 * What rows are looked for: a text that they contain, in any case, or a POSIX extended regular expression that matches it;
 * with a "!" before it what they do not. A text without signs of an expression is that text and nothing else; with some, what
 * contains it as it is typed matches too, so that "Sales (EN)" finds itself.
 *
 * A bad expression matches everything, and says why: nobody loses rows by a slip. So does one that takes too much: repetitions
 * are counted before it is compiled, references to groups are refused, texts are cut, and the time of one pass has an end.
 * The struct owns the compiled expression.
 */
#ifndef SCREEN_PATTERN_H
#define SCREEN_PATTERN_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

enum {
	PATTERN_MAX = 64,            /* bytes of one, with its end */
	PATTERN_REPEATS_MAX = 100,   /* all counts of {} in it multiplied */
	PATTERN_TEXT_MAX = 256,      /* bytes of a text that an expression is tried on */
	PATTERN_MATCHES_MAX = 10000, /* then it is compiled anew, because what the library learned takes memory */
	PATTERN_PASS_MS = 100,       /* of processor time, for one pass through all rows */
};

enum pattern_kind { PATTERN_NONE, PATTERN_TEXT, PATTERN_EXPRESSION, PATTERN_BAD };

struct pattern {
	enum pattern_kind kind;
	bool without;           /* what does not match is looked for */
	char text[PATTERN_MAX]; /* without the "!" */
	const char *why;        /* it is bad; NULL: it is not */
	regex_t expression;
	unsigned matches; /* since it was compiled */
	clock_t began;    /* the pass */
};

/* Takes another text; "" and "!" match everything. */
void pattern_set(struct pattern *pattern, const char *text);
void pattern_free(struct pattern *pattern);

/* Before the rows of one answer. */
void pattern_begin(struct pattern *pattern);

/* Whether a text matches by itself, whatever `without` says. It may turn bad, and then everything matches. */
bool pattern_matches(struct pattern *pattern, const char *text, size_t length);

/* What becomes of a row of which any text matched, or none. */
bool pattern_wants(const struct pattern *pattern, bool matched);

#endif
