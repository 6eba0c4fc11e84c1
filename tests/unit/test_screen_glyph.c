/*
 * Glyphs: every one of every set takes one column, states are told apart, and the set follows locale and terminal.
 */
#include "screen_board.h"

#include "screen/style.h"

static void each_takes_one_column(void **state)
{
	(void)state;
	text_locale();
	for (int set = 0; set < GLYPH_SETS; set++)
		for (int glyph = 0; glyph < GLYPH_COUNT; glyph++) {
			struct glyphs glyphs = { .set = (enum glyph_set)set };
			const char *text = glyph_text(&glyphs, (enum glyph)glyph);
			assert_non_null(text);
			if (text_width(text) != 1)
				fail_msg("set %d, glyph %d takes %d columns", set, glyph, text_width(text));
			for (const char *at = text; set == GLYPH_SET_ASCII && *at != '\0'; at++)
				assert_true(*at >= ' ' && *at <= '~');
		}
}

/* What a console's font may lack is nowhere in the plain set. */
static void plain_has_nothing_of_the_console_only(void **state)
{
	(void)state;
	for (int glyph = 0; glyph < GLYPH_COUNT; glyph++) {
		struct glyphs glyphs = { .set = GLYPH_SET_PLAIN };
		const char *text = glyph_text(&glyphs, (enum glyph)glyph), *end = text + strlen(text);
		uint32_t code = text_decode(&text, end);
		for (const uint32_t *only = glyph_console_only; *only != 0; only++)
			assert_int_not_equal(code, *only);
	}
}

/* The four marks are never alike, nor are the states that people work in. */
static void marks_differ(void **state)
{
	static const enum acd_state states[] = { STATE_READY, STATE_BUSY, STATE_AFTER_CALL_WORK,
		STATE_NOT_READY, STATE_RINGING,
		STATE_LOGGED_OUT, STATE_UNKNOWN };
	enum { COUNT = sizeof(states) / sizeof(states[0]) };
	(void)state;
	for (int set = 0; set < GLYPH_SETS; set++) {
		struct glyphs glyphs = { .set = (enum glyph_set)set };
		assert_string_not_equal(glyph_text(&glyphs, GLYPH_BLANK), glyph_text(&glyphs, GLYPH_NEVER));
		for (int i = 0; i < COUNT; i++)
			for (int j = 0; j < i; j++)
				assert_string_not_equal(glyph_text(&glyphs, glyph_of_state(states[i])),
					glyph_text(&glyphs, glyph_of_state(states[j])));
	}
}

static void set_follows_terminal(void **state)
{
	(void)state;
	assert_int_equal(glyph_choose(GLYPHS_AUTO, true, "xterm-256color").set, GLYPH_SET_UTF8);
	assert_int_equal(glyph_choose(GLYPHS_AUTO, true, "linux").set, GLYPH_SET_CONSOLE);
	assert_int_equal(glyph_choose(GLYPHS_AUTO, false, "xterm").set, GLYPH_SET_ASCII);
	assert_true(glyph_choose(GLYPHS_AUTO, false, "xterm").fold);
	assert_int_equal(glyph_choose(GLYPHS_UTF8, false, "linux").set, GLYPH_SET_UTF8);
	assert_false(glyph_choose(GLYPHS_UTF8, false, "linux").fold);
	assert_int_equal(glyph_choose(GLYPHS_ASCII, true, "xterm").set, GLYPH_SET_ASCII);
	assert_int_equal(glyph_choose(GLYPHS_CONSOLE, true, "xterm").set, GLYPH_SET_CONSOLE);
	assert_int_equal(glyph_choose(GLYPHS_PLAIN, true, "linux").set, GLYPH_SET_PLAIN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_takes_one_column),
		cmocka_unit_test(plain_has_nothing_of_the_console_only),
		cmocka_unit_test(marks_differ),
		cmocka_unit_test(set_follows_terminal),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
