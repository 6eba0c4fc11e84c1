/*
 * Styles: severity can be told at every depth of colours and without any, and colours stay within what the
 * terminal has.
 */
#include "screen_board.h"

#include <curses.h>

#include "screen/style.h"
#include "screen/terminal.h"

static bool same(struct look a, struct look b)
{
	return a.fg == b.fg && a.bg == b.bg && a.attributes == b.attributes;
}

static void severities_differ(void **state)
{
	(void)state;
	for (int theme = 0; theme < THEMES; theme++)
		for (int depth = 0; depth < DEPTHS; depth++) {
			struct look value = style_look(theme, (enum depth)depth, ROLE_VALUE);
			struct look warn = style_look(theme, (enum depth)depth, ROLE_WARN);
			struct look alert = style_look(theme, (enum depth)depth, ROLE_ALERT);
			assert_false(same(value, warn));
			assert_false(same(warn, alert));
			/* Not by colour alone. */
			assert_true(warn.attributes != alert.attributes || warn.bg != alert.bg);
			assert_false(same(value, style_look(theme, (enum depth)depth, ROLE_STALE)));
		}
}

static void colours_fit_the_depth(void **state)
{
	static const int colours[DEPTHS] = { 0, 8, 16, 256 };
	(void)state;
	for (int theme = 0; theme < THEMES; theme++)
		for (int depth = 0; depth < DEPTHS; depth++)
			for (int role = 0; role < ROLE_COUNT; role++) {
				struct look look = style_look(theme, (enum depth)depth, (enum role)role);
				assert_true(look.fg < colours[depth] && look.bg < colours[depth]);
				assert_true(look.fg >= -1 && look.bg >= -1);
			}
}

/* Only the theme of high contrast has a background of its own. */
static void background_is_the_terminals(void **state)
{
	(void)state;
	for (int theme = 0; theme < THEMES; theme++)
		for (int depth = DEPTH_8; depth < DEPTHS; depth++)
			assert_int_equal(style_look(theme, (enum depth)depth, ROLE_TEXT).bg >= 0,
				theme == THEME_CONTRAST);
}

static void palette_becomes_direct(void **state)
{
	static const int wide[3] = { 8, 8, 8 }, narrow[3] = { 5, 6, 5 };
	(void)state;
	assert_int_equal(style_direct(wide, -1), -1);
	assert_int_equal(style_direct(wide, COLOR_RED), COLOR_RED);
	assert_int_equal(style_direct(wide, 208), 0xFF8700);
	assert_int_equal(style_direct(wide, 166), 0xD75F00);
	assert_int_equal(style_direct(wide, 231), 0xFFFFFF);
	assert_int_equal(style_direct(wide, 245), 0x8A8A8A);
	assert_int_equal(style_direct(wide, 117), 0x87D7FF);
	assert_int_equal(style_direct(wide, 25), 0x005FAF);
	/* No number of a palette. */
	assert_int_equal(style_direct(wide, 16), 0x010100);
	assert_int_equal(style_direct(narrow, 231), 0xFFFF);
	assert_int_equal(style_direct(narrow, 208), 0xFC20);
	for (int color = 16; color < 256; color++)
		assert_true(style_direct(wide, color) >= 256 && style_direct(narrow, color) >= 32);
}

static void open_style(struct style *style, int theme, int color)
{
	struct error error = { "" };
	struct terminal *terminal = terminal_open_text(80, 24, &error);
	assert_non_null(terminal);
	style_open(style, theme, color);
	terminal_close(terminal);
}

static void pairs_are_made(void **state)
{
	(void)state;
	for (int theme = 0; theme < THEMES; theme++) {
		struct style style;
		open_style(&style, theme, COLOR_ALWAYS);
		assert_int_equal(style.depth, DEPTH_8);
		assert_true(style.pairs[ROLE_WARN] > 0 && style.pairs[ROLE_ALERT] > 0);
		assert_int_not_equal(style.pairs[ROLE_WARN], style.pairs[ROLE_ALERT]);
		for (int role = 0; role < ROLE_COUNT; role++)
			assert_true(style.pairs[role] >= 0 && style.pairs[role] < 64);
	}
}

static void no_color_is_obeyed(void **state)
{
	struct style style;
	(void)state;
	setenv("NO_COLOR", "1", 1);
	open_style(&style, 0, COLOR_AUTO);
	assert_int_equal(style.depth, DEPTH_MONO);
	open_style(&style, 0, COLOR_ALWAYS);
	assert_int_equal(style.depth, DEPTH_8);
	setenv("NO_COLOR", "", 1);
	open_style(&style, 0, COLOR_AUTO);
	assert_int_equal(style.depth, DEPTH_8);
	unsetenv("NO_COLOR");
	open_style(&style, 0, COLOR_NEVER);
	assert_int_equal(style.depth, DEPTH_MONO);
	for (int role = 0; role < ROLE_COUNT; role++)
		assert_int_equal(style.pairs[role], 0);
}

static void marks(void **state)
{
	(void)state;
	assert_string_equal(style_mark(SEVERITY_NONE), "");
	assert_string_equal(style_mark(SEVERITY_WARN), "!");
	assert_string_equal(style_mark(SEVERITY_ALERT), "!!");
	assert_int_equal(style_severity(SEVERITY_ALERT), ROLE_ALERT);
	assert_int_equal(style_severity(SEVERITY_WARN), ROLE_WARN);
	assert_int_equal(style_severity(SEVERITY_NONE), ROLE_VALUE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(severities_differ),
		cmocka_unit_test(colours_fit_the_depth),
		cmocka_unit_test(background_is_the_terminals),
		cmocka_unit_test(palette_becomes_direct),
		cmocka_unit_test(pairs_are_made),
		cmocka_unit_test(no_color_is_obeyed),
		cmocka_unit_test(marks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
