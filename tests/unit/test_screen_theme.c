/*
 * Themes of the user's own: what a file may say, what its mistakes are called and where they are, which themes there are;
 * and colours as people, terminals and the environment write them.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <curses.h>

#include "screen/palette.h"
#include "screen/theme.h"

static void a_file_says_what_differs(void **state)
{
	static const char text[] =
		"# mine\n"
		"base = \"light\"\n"
		"background = \"any\"\n"
		"warn = { fg = \"#ffaf00\"  bold = true }\n"
		"alert = { fg = \"bright-white\"  bg = 160  bold = true  underline = true }\n"
		"text = { fg = \"default\" }\n";
	struct theme theme;
	struct themes themes;
	struct error error;
	(void)state;
	themes_init(&themes);
	assert_true(theme_parse(&theme, "mine", "mine.conf", text, &error));
	assert_string_equal(theme.name, "mine");
	assert_int_equal(theme.background, BACKGROUND_ANY);
	assert_int_equal(theme.base, THEME_LIGHT);
	struct look warn = style_look(&theme, DEPTH_FULL, ROLE_WARN), alert = style_look(&theme, DEPTH_FULL, ROLE_ALERT);
	assert_int_equal(warn.fg, PALETTE_FULL | 0xFFAF00);
	assert_int_equal(warn.bg, PALETTE_OWN);
	assert_int_equal(warn.attributes, A_BOLD);
	assert_int_equal(alert.fg, 15);
	assert_int_equal(alert.bg, 160);
	assert_int_equal(alert.attributes, A_BOLD | A_UNDERLINE);
	assert_int_equal(style_look(&theme, DEPTH_FULL, ROLE_TEXT).fg, PALETTE_OWN);
	/* The nearest that there are. */
	assert_int_equal(style_look(&theme, DEPTH_256, ROLE_WARN).fg, 214);
	assert_int_equal(style_look(&theme, DEPTH_256, ROLE_ALERT).bg, 160);
	assert_int_equal(style_look(&theme, DEPTH_16, ROLE_ALERT).fg, 15);
	assert_int_equal(style_look(&theme, DEPTH_8, ROLE_ALERT).fg, COLOR_WHITE);
	assert_int_equal(style_look(&theme, DEPTH_8, ROLE_ALERT).bg, COLOR_RED);
	assert_int_equal(style_look(&theme, DEPTH_8, ROLE_WARN).fg, COLOR_YELLOW);
	/* The rest is the shipped one's. */
	for (int depth = 0; depth < DEPTHS; depth++)
		assert_int_equal(style_look(&theme, (enum depth)depth, ROLE_NOTE).fg,
			style_look(&themes.items[THEME_LIGHT], (enum depth)depth, ROLE_NOTE).fg);
	/* Without a line it is the dark one. */
	assert_true(theme_parse(&theme, "none", "none.conf", "", &error));
	assert_int_equal(theme.base, THEME_DARK);
	assert_int_equal(theme.background, BACKGROUND_DARK);
	/* A theme with a ground of its own keeps it. */
	assert_true(theme_parse(&theme, "mine", "mine.conf", "base = \"contrast\"\nvalue = { fg = \"#00ff00\" }", &error));
	assert_int_equal(theme.looks[ROLE_VALUE].bg, theme.looks[ROLE_TEXT].bg);
}

static void mistakes_have_a_line(void **state)
{
	static const struct {
		const char *text, *says;
	} mistakes[] = {
		{ "\nwran = { fg = 1 }", "mine.conf:2: unknown key 'wran'" },
		{ "\nwran = { fg = 1 }", "(did you mean 'warn'?)" },
		{ "warn = { fg = \"amber\" }", "mine.conf:1: unknown colour 'amber': use \"#ffaf00\"" },
		{ "warn = { fg = \"yelow\" }", "mine.conf:1: unknown colour 'yelow' (did you mean 'yellow'?)" },
		{ "warn = { fg = \"#ffaf0\" }", "unknown colour '#ffaf0'" },
		{ "\n\nwarn = {\n fg = 256 }", "mine.conf:4: fg must be from 0 to 255" },
		{ "warn = { fg = true }", "fg is a colour" },
		{ "warn = { color = 1 }", "unknown key 'color'" },
		{ "warn = \"#ffaf00\"", "mine.conf:1: warn is a group: warn = { fg = \"#ffaf00\" }" },
		{ "base = \"drak\"", "(did you mean 'dark'?)" },
		{ "base = \"auto\"", "'auto'" },
		{ "background = \"grey\"", "mine.conf:1: " },
		{ "warn = { fg = \"#ffaf00\"", "mine.conf:1: " },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		struct theme theme;
		struct error error = { "" };
		assert_false(theme_parse(&theme, "mine", "mine.conf", mistakes[i].text, &error));
		if (strstr(error.text, mistakes[i].says) == NULL)
			fail_msg("%s: %s", mistakes[i].text, error.text);
	}
}

static void write_theme(const char *folder, const char *name, const char *text)
{
	char path[256];
	snprintf(path, sizeof(path), "%s/cxwall/themes/%s.conf", folder, name);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

/* Those of the folder come after the shipped ones; one with a mistake is an error only for who wants it. */
static void a_folder_has_themes(void **state)
{
	static const char *const files[] = { "zebra", "acme", "broken", "dark", NULL };
	char folder[] = "/tmp/cxwall-themes-XXXXXX", path[256];
	static struct themes themes;
	struct error error = { "" };
	(void)state;
	assert_non_null(mkdtemp(folder));
	setenv("XDG_CONFIG_HOME", folder, 1);
	assert_true(themes_load(&themes, NULL, &error));
	assert_int_equal(themes.count, THEMES);
	assert_int_equal(themes.chosen, -1);
	snprintf(path, sizeof(path), "%s/cxwall", folder);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/cxwall/themes", folder);
	mkdir(path, 0700);
	write_theme(folder, "zebra", "warn = { fg = 1 }");
	write_theme(folder, "acme", "warn = { fg = 2 }");
	write_theme(folder, "broken", "warn = { fg = }");
	write_theme(folder, "dark", "warn = { fg = 3 }");
	assert_true(themes_load(&themes, "auto", &error));
	assert_int_equal(themes.count, THEMES + 2);
	assert_string_equal(themes.items[THEMES].name, "acme");
	assert_string_equal(themes.items[THEMES + 1].name, "zebra");
	assert_int_equal(themes.chosen, -1);
	assert_true(themes_load(&themes, "zebra", &error));
	assert_int_equal(themes.chosen, THEMES + 1);
	assert_true(themes_load(&themes, "safe", &error));
	assert_int_equal(themes.chosen, THEME_SAFE);
	assert_true(theme_known("broken", &error));
	assert_false(themes_load(&themes, "broken", &error));
	assert_non_null(strstr(error.text, "/cxwall/themes/broken.conf:1: "));
	assert_false(themes_load(&themes, "zebar", &error));
	assert_string_equal(error.text, "unknown theme 'zebar' (did you mean 'zebra'?)");
	assert_false(theme_known("solarized", &error));
	assert_non_null(strstr(error.text, "use one of auto, dark, light, safe, contrast, acme, broken, zebra, or write "));
	assert_non_null(strstr(error.text, "/cxwall/themes/NAME.conf"));
	assert_false(theme_known("../dark", &error));
	assert_false(theme_known("", &error));
	for (int i = 0; files[i] != NULL; i++) {
		snprintf(path, sizeof(path), "%s/cxwall/themes/%s.conf", folder, files[i]);
		unlink(path);
	}
	snprintf(path, sizeof(path), "%s/cxwall/themes", folder);
	rmdir(path);
	snprintf(path, sizeof(path), "%s/cxwall", folder);
	rmdir(path);
	rmdir(folder);
}

static void colours_are_numbers(void **state)
{
	int color = 0;
	(void)state;
	assert_int_equal(palette_rgb(16), 0x000000);
	assert_int_equal(palette_rgb(208), 0xFF8700);
	assert_int_equal(palette_rgb(231), 0xFFFFFF);
	assert_int_equal(palette_rgb(245), 0x8A8A8A);
	assert_int_equal(palette_rgb(PALETTE_FULL | 0x123456), 0x123456);
	for (int i = 16; i < PALETTE_COLORS; i++)
		assert_int_equal(palette_rgb(palette_nearest(palette_rgb(i), PALETTE_COLORS)), palette_rgb(i));
	assert_int_equal(palette_nearest(0xFFB000, PALETTE_COLORS), 214);
	assert_int_equal(palette_nearest(0xFFFFFF, 8), COLOR_WHITE);
	assert_int_equal(palette_nearest(0xFFFFFF, 16), 15);
	assert_int_equal(palette_nearest(0xD70000, 8), COLOR_RED);
	assert_true(palette_read("#fa0", &color));
	assert_int_equal(color, PALETTE_FULL | 0xFFAA00);
	assert_true(palette_read("bright-red", &color));
	assert_int_equal(color, 9);
	assert_false(palette_read("#ffff", &color));
	assert_false(palette_read("", &color));
	assert_false(palette_is_light(0x000000));
	assert_false(palette_is_light(0x3C3C3C));
	assert_true(palette_is_light(0xEEE8D5));
	assert_true(palette_is_light(0xE5E5E5));
	assert_int_equal(palette_read_environment("15;0"), 0x000000);
	assert_int_equal(palette_read_environment("0;15"), 0xFFFFFF);
	assert_int_equal(palette_read_environment("0;default;7"), 0xE5E5E5);
	assert_int_equal(palette_read_environment("0;default"), -1);
	assert_int_equal(palette_read_environment("15"), -1);
	assert_int_equal(palette_read_environment("15;999"), -1);
	assert_int_equal(palette_read_environment(""), -1);
	assert_int_equal(palette_read_environment(NULL), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_says_what_differs),
		cmocka_unit_test(mistakes_have_a_line),
		cmocka_unit_test(a_folder_has_themes),
		cmocka_unit_test(colours_are_numbers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
