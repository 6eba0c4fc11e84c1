/*
 * Styles: severity can be told at every depth of colours and without any, and colours stay within what the
 * terminal has.
 */
#include "screen_board.h"

#include <curses.h>
#include <math.h>

#include "screen/style.h"
#include "screen/terminal.h"

static struct themes shipped;

static struct look look(int theme, int depth, enum role role)
{
	return style_look(&shipped.items[theme], (enum depth)depth, role);
}

static bool same(struct look a, struct look b)
{
	return a.fg == b.fg && a.bg == b.bg && a.attributes == b.attributes;
}

static void severities_differ(void **state)
{
	(void)state;
	for (int theme = 0; theme < THEMES; theme++)
		for (int depth = 0; depth < DEPTHS; depth++) {
			struct look value = look(theme, depth, ROLE_VALUE), warn = look(theme, depth, ROLE_WARN);
			struct look alert = look(theme, depth, ROLE_ALERT);
			assert_false(same(value, warn));
			assert_false(same(warn, alert));
			/* Not by colour alone. */
			assert_true(warn.attributes != alert.attributes || warn.bg != alert.bg);
			assert_false(same(value, look(theme, depth, ROLE_STALE)));
			/* A fill is for what is worse. */
			assert_true(warn.bg == look(theme, depth, ROLE_VALUE).bg);
			assert_false((warn.attributes & A_REVERSE) != 0);
		}
}

static void colours_fit_the_depth(void **state)
{
	static const int colours[] = { 0, 8, 16, 256 };
	(void)state;
	for (int theme = 0; theme < THEMES; theme++)
		for (int depth = 0; depth < DEPTH_FULL; depth++)
			for (int role = 0; role < ROLE_COUNT; role++) {
				struct look at = look(theme, depth, (enum role)role);
				assert_true(at.fg < colours[depth] && at.bg < colours[depth]);
				assert_true(at.fg >= -1 && at.bg >= -1);
			}
}

/* Only the theme of high contrast has a background of its own. */
static void background_is_the_terminals(void **state)
{
	(void)state;
	for (int theme = 0; theme < THEMES; theme++)
		for (int depth = DEPTH_8; depth < DEPTHS; depth++)
			assert_int_equal(look(theme, depth, ROLE_TEXT).bg >= 0, theme == THEME_CONTRAST);
}

/* ---- what people see of a colour ---- */

static double linear(int part)
{
	double share = part / 255.0;
	return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4);
}

/* The ratio of WCAG: 1 for the same brightness, 21 for black and white. */
static double contrast(int a, int b)
{
	double of[2];
	for (int i = 0; i < 2; i++) {
		int rgb = i == 0 ? a : b;
		of[i] = 0.05 + 0.2126 * linear(rgb >> 16) + 0.7152 * linear(rgb >> 8 & 0xFF) + 0.0722 * linear(rgb & 0xFF);
	}
	return of[0] > of[1] ? of[0] / of[1] : of[1] / of[0];
}

/* How people see light who lack one kind of cones (Machado and others, 2009), and who lack none. */
static const struct sight {
	const char *name;
	double matrix[3][3];
} sights[] = {
	{ "all cones", { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } } },
	{ "deuteranopia", { { 0.367322, 0.860646, -0.227968 }, { 0.280085, 0.672501, 0.047413 },
		{ -0.011820, 0.042940, 0.968881 } } },
	{ "protanopia", { { 0.152286, 1.052583, -0.204868 }, { 0.114503, 0.786281, 0.099216 },
		{ -0.003882, -0.048116, 1.051998 } } },
};

static double lab_curve(double t)
{
	return t > 0.008856 ? cbrt(t) : 7.787 * t + 16.0 / 116;
}

/* CIELAB of a colour as somebody sees it. */
static void seen(int rgb, const struct sight *sight, double lab[3])
{
	static const double xyz[3][3] = { { 0.4124, 0.3576, 0.1805 }, { 0.2126, 0.7152, 0.0722 }, { 0.0193, 0.1192, 0.9505 } };
	static const double white[3] = { 0.95047, 1, 1.08883 };
	double light[3] = { linear(rgb >> 16), linear(rgb >> 8 & 0xFF), linear(rgb & 0xFF) }, at[3];
	for (int i = 0; i < 3; i++) {
		at[i] = 0;
		for (int j = 0; j < 3; j++) {
			double part = 0;
			for (int k = 0; k < 3; k++)
				part += sight->matrix[j][k] * light[k];
			at[i] += xyz[i][j] * fmin(1, fmax(0, part));
		}
		at[i] = lab_curve(at[i] / white[i]);
	}
	lab[0] = 116 * at[1] - 16;
	lab[1] = 500 * (at[0] - at[1]);
	lab[2] = 200 * (at[1] - at[2]);
}

static double difference(int a, int b, const struct sight *sight)
{
	double left[3], right[3];
	seen(a, sight, left);
	seen(b, sight, right);
	return sqrt(pow(left[0] - right[0], 2) + pow(left[1] - right[1], 2) + pow(left[2] - right[2], 2));
}

/* The hues that mean something: without a fill, and the fill of the worst. */
static int hue(int theme, int depth, int which)
{
	static const enum role roles[] = { ROLE_WARN, ROLE_SEVERE, ROLE_FINE };
	return which < 3 ? palette_rgb(look(theme, depth, roles[which]).fg) : palette_rgb(look(theme, depth, ROLE_ALERT).bg);
}

/* Just noticeable is 2; 25 is another colour at a glance. The two of the worst are one. */
static void hues_differ_for_everybody(void **state)
{
	enum { LEAST = 25, HUES = 4 };
	(void)state;
	for (int depth = DEPTH_256; depth < DEPTHS; depth++)
		for (int theme = 0; theme < THEMES; theme++)
			for (size_t s = 0; s < (theme == THEME_SAFE ? sizeof(sights) / sizeof(sights[0]) : 1); s++)
				for (int i = 0; i < HUES; i++)
					for (int j = i + 1; j < HUES; j++) {
						double far = difference(hue(theme, depth, i), hue(theme, depth, j), &sights[s]);
						if (far < LEAST && !(i == 1 && j == 3))
							fail_msg("%s, depth %d, %s: hues %d and %d are %.0f apart", theme_names[theme + 1], depth,
								sights[s].name, i, j, far);
					}
}

/* On black and on white, where a theme is for them; the text of a fill on its fill. */
static void texts_can_be_read(void **state)
{
	static const enum role texts[] = { ROLE_TEXT, ROLE_VALUE, ROLE_LABEL, ROLE_TITLE, ROLE_KEY, ROLE_WARN, ROLE_NOTE,
		ROLE_SEVERE, ROLE_FINE, ROLE_ALERT, ROLE_TAB, ROLE_BANNER, ROLE_SELECT };
	(void)state;
	for (int depth = DEPTH_256; depth < DEPTHS; depth++)
		for (int theme = 0; theme < THEMES; theme++)
			for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
				struct look at = look(theme, depth, texts[i]);
				enum background on = shipped.items[theme].background;
				double least = theme == THEME_SAFE ? 2.5 : 3.5;
				if (at.fg < 0)
					continue;
				if (at.bg >= 0)
					assert_true(contrast(palette_rgb(at.fg), palette_rgb(at.bg)) >= least);
				else if ((on != BACKGROUND_LIGHT && contrast(palette_rgb(at.fg), 0) < least) ||
					(on != BACKGROUND_DARK && contrast(palette_rgb(at.fg), 0xFFFFFF) < least))
					fail_msg("%s, depth %d: %s cannot be read", theme_names[theme + 1], depth, role_names[texts[i]]);
			}
}

static void the_background_chooses(void **state)
{
	struct themes themes;
	(void)state;
	themes_init(&themes);
	assert_int_equal(themes_index(&themes, -1), THEME_DARK);
	assert_int_equal(themes_index(&themes, 0x000000), THEME_DARK);
	assert_int_equal(themes_index(&themes, 0x002B36), THEME_DARK);
	assert_int_equal(themes_index(&themes, 0x303446), THEME_DARK);
	assert_int_equal(themes_index(&themes, 0xFDF6E3), THEME_LIGHT);
	assert_int_equal(themes_index(&themes, 0xFFFFFF), THEME_LIGHT);
	themes.chosen = THEME_SAFE;
	assert_int_equal(themes_index(&themes, 0xFFFFFF), THEME_SAFE);
	assert_true(theme_suits(&themes.items[THEME_DARK], -1));
	assert_true(theme_suits(&themes.items[THEME_DARK], 0x101010));
	assert_false(theme_suits(&themes.items[THEME_DARK], 0xEEEEEE));
	assert_false(theme_suits(&themes.items[THEME_LIGHT], 0x101010));
	assert_true(theme_suits(&themes.items[THEME_SAFE], 0xEEEEEE));
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
	struct terminal *terminal = terminal_open_text(80, 24, false, &error);
	assert_non_null(terminal);
	style_open(style, &shipped.items[theme], (enum color_choice)color, DEPTH_MONO);
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

/* A background that is not known is taken for dark: where it is not, nothing that matters may vanish. */
static void what_is_read_is_the_terminals_own(void **state)
{
	static const enum role read[] = { ROLE_TEXT, ROLE_VALUE, ROLE_TITLE, ROLE_KEY };
	(void)state;
	assert_int_equal(themes_index(&shipped, -1), THEME_DARK);
	for (int depth = DEPTH_8; depth <= DEPTH_FULL; depth++)
		for (unsigned i = 0; i < sizeof(read) / sizeof(read[0]); i++)
			assert_int_equal(look(THEME_DARK, depth, read[i]).fg, PALETTE_OWN);
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

static void dim_but_for_alerts(void **state)
{
	(void)state;
	for (int i = 0; i < THEMES; i++) {
		struct theme dim;
		theme_dim(&shipped.items[i], &dim);
		struct look text = style_look(&dim, DEPTH_FULL, ROLE_VALUE), alert = style_look(&dim, DEPTH_FULL, ROLE_ALERT);
		assert_int_equal(text.bg, PALETTE_FULL);
		assert_true(palette_brightness(palette_rgb(text.fg)) < 0.3);
		assert_true(palette_brightness(palette_rgb(text.fg)) > 0.05);
		int theme = i == THEME_LIGHT ? THEME_DARK : i;
		assert_int_equal(palette_rgb(alert.bg), palette_rgb(style_look(&shipped.items[theme], DEPTH_FULL, ROLE_ALERT).bg));
		for (int role = 0; role < ROLE_COUNT; role++) {
			struct look few = style_look(&dim, DEPTH_8, (enum role)role), before = style_look(&shipped.items[i], DEPTH_8, (enum role)role);
			bool stays = role == ROLE_ALERT || role == ROLE_SEVERE || (before.attributes & A_REVERSE) != 0;
			assert_true(few.fg < 8 && few.bg < 8);
			assert_int_equal((few.attributes & A_DIM) != 0, stays ? (before.attributes & A_DIM) != 0 : true);
			assert_int_equal((few.attributes & A_BOLD) != 0, stays ? (before.attributes & A_BOLD) != 0 : false);
		}
	}
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
		cmocka_unit_test(hues_differ_for_everybody),
		cmocka_unit_test(texts_can_be_read),
		cmocka_unit_test(the_background_chooses),
		cmocka_unit_test(palette_becomes_direct),
		cmocka_unit_test(pairs_are_made),
		cmocka_unit_test(what_is_read_is_the_terminals_own),
		cmocka_unit_test(no_color_is_obeyed),
		cmocka_unit_test(dim_but_for_alerts),
		cmocka_unit_test(marks),
	};
	themes_init(&shipped);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
