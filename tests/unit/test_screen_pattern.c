/* What is looked for: texts, expressions, what is without them; bad ones hide nothing, and none takes the wall's time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "screen/pattern.h"

static bool wants(const char *pattern_text, const char *text)
{
	struct pattern pattern = { .kind = PATTERN_NONE };
	pattern_set(&pattern, pattern_text);
	bool wanted = pattern_wants(&pattern, pattern_matches(&pattern, text, strlen(text)));
	pattern_free(&pattern);
	return wanted;
}

static enum pattern_kind kind_of(const char *text)
{
	struct pattern pattern = { .kind = PATTERN_NONE };
	pattern_set(&pattern, text);
	enum pattern_kind kind = pattern.kind;
	assert_true((kind == PATTERN_BAD) == (pattern.why != NULL));
	pattern_free(&pattern);
	return kind;
}

static void texts_are_texts(void **state)
{
	(void)state;
	assert_true(wants("", "Sales"));
	assert_true(wants("AL", "Sales"));
	assert_false(wants("bill", "Sales"));
	assert_true(wants("oz", "Özil"));
	assert_false(wants("ö", "ozil"));
	assert_int_equal(kind_of("after-call work"), PATTERN_TEXT);
	/* As they are typed they find themselves. */
	assert_true(wants("Sales (EN)", "Sales (EN)"));
	assert_true(wants("C++", "Team C++"));
	assert_true(wants("Dr. Who", "Dr. Who"));
	assert_true(wants("$5", "up to $5"));
}

static void expressions_match(void **state)
{
	(void)state;
	assert_int_equal(kind_of("^sa"), PATTERN_EXPRESSION);
	assert_true(wants("^sa", "Sales"));
	assert_false(wants("^al", "Sales"));
	assert_true(wants("sales|billing", "BILLING"));
	assert_true(wants("s.*s$", "Sales"));
	assert_false(wants("s.*e$", "Sales"));
	assert_true(wants("^.zil$", "Özil"));
	assert_true(wants("[[:digit:]]{3}", "line 205"));
	assert_false(wants("[[:digit:]]{3}", "line 20"));
	/* Letters beyond ASCII count as they do in a plain text, however the accent is written. */
	assert_true(wants("^ö", "Özil"));
	assert_true(wants("^ö", "O\xCC\x88zil"));
	assert_false(wants("^ö", "Ozil"));
}

static void without_turns_it_round(void **state)
{
	(void)state;
	assert_false(wants("!al", "Sales"));
	assert_true(wants("!al", "Chat"));
	assert_true(wants("!", "Sales"));
	assert_false(wants("!^sa|^ch", "Chat"));
	assert_true(wants("!^sa|^ch", "Billing"));
	/* A bad one hides nothing, with a sign before it either. */
	assert_true(wants("!(", "Sales"));
}

static void bad_ones_hide_nothing(void **state)
{
	static const char *const bad[] = { "(", "[a", "a{1", "*(", "a\\", "[z-a]", "[[:nothing:]]", "(a)\\1", "a{101}", "(a{50}){50}",
		"((a{9}){9}){9}", "[[]{99}{99}", "a{1,9999}", "a{99,}{99}", "[^]]{99}{99}" };
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (kind_of(bad[i]) != PATTERN_BAD)
			fail_msg("%s is taken", bad[i]);
		assert_true(wants(bad[i], "nothing like it"));
	}
	assert_int_equal(kind_of("(a{10}){10}"), PATTERN_EXPRESSION);
	assert_int_equal(kind_of("[{]{99}"), PATTERN_EXPRESSION);
	assert_int_equal(kind_of("\\{99\\{99"), PATTERN_EXPRESSION);
}

/* However it is meant: one pass through many rows ends in time, and says so. */
static void none_takes_the_walls_time(void **state)
{
	static const char *const slow[] = { "([[:alpha:]]+[[:alpha:]]*)+ ([[:alpha:]]+)+x", "(.{10}){10}z", "(a|b)*a(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)x",
		"((((a*)*)*)*)*b", "(.*)*(.*)*(.*)*(.*)*x", "(x+x+)+y" };
	char text[300];
	(void)state;
	for (size_t i = 0; i < sizeof(slow) / sizeof(slow[0]); i++) {
		struct pattern pattern = { .kind = PATTERN_NONE };
		pattern_set(&pattern, slow[i]);
		assert_null(pattern.why);
		clock_t began = clock();
		srand(1);
		for (int row = 0; row < 20000; row++) {
			for (size_t at = 0; at < sizeof(text) - 1; at++)
				text[at] = "ab xö"[rand() % 4];
			text[sizeof(text) - 1] = '\0';
			(void)pattern_matches(&pattern, text, strlen(text));
			if (pattern.kind == PATTERN_BAD)
				break;
		}
		/* Making the texts takes its time too. */
		assert_true((clock() - began) / (CLOCKS_PER_SEC / 1000) < 20 * PATTERN_PASS_MS);
		if (pattern.kind == PATTERN_BAD)
			assert_string_equal(pattern.why, "it takes too long");
		pattern_free(&pattern);
	}
	/* What never ends in time ends. */
	struct pattern pattern = { .kind = PATTERN_NONE };
	pattern_set(&pattern, "([[:alpha:]]+[[:alpha:]]*)+ ([[:alpha:]]+)+x");
	pattern.began -= (PATTERN_PASS_MS + 1) * (CLOCKS_PER_SEC / 1000);
	assert_true(pattern_matches(&pattern, "nothing", 7));
	assert_int_equal(pattern.kind, PATTERN_BAD);
	pattern_free(&pattern);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_texts),
		cmocka_unit_test(expressions_match),
		cmocka_unit_test(without_turns_it_round),
		cmocka_unit_test(bad_ones_hide_nothing),
		cmocka_unit_test(none_takes_the_walls_time),
	};
	if (!text_locale())
		setenv("LC_ALL", "C.UTF-8", 1);
	(void)text_locale();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
