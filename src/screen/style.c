#include "screen/style.h"

#include <curses.h>
#include <stdlib.h>

#include "screen/capability.h"
#include "screen/screen.h"

const char *const color_names[] = { "auto", "always", "never", NULL };

_Static_assert(ROLE_COUNT < 63, "the smallest colour terminals have 64 pairs");

static enum depth depth_of(int colors)
{
	if (colors >= 256)
		return DEPTH_256;
	if (colors >= 16)
		return DEPTH_16;
	return colors >= 8 ? DEPTH_8 : DEPTH_MONO;
}

/* https://no-color.org: set and not empty. */
static bool wants_color(int choice)
{
	const char *no = getenv("NO_COLOR");
	if (choice == COLOR_AUTO)
		return no == NULL || no[0] == '\0';
	return choice == COLOR_ALWAYS;
}

/* The 256 colours of xterm: a cube of six steps from 16 on, then greys. */
static void palette_color(int color, int rgb[3])
{
	static const int steps[] = { 0, 95, 135, 175, 215, 255 };
	int cube = color - 16;
	for (int i = 0; i < 3; i++)
		rgb[i] = color >= 232 ? 8 + (color - 232) * 10 : steps[cube / (i == 0 ? 36 : i == 1 ? 6 : 1) % 6];
}

int style_direct(const int bits[3], int color)
{
	int rgb[3], number = 0;
	if (color < 16)
		return color;
	palette_color(color, rgb);
	for (int i = 0; i < 3; i++)
		number = number << bits[i] | (bits[i] >= 8 ? rgb[i] << (bits[i] - 8) : rgb[i] >> (8 - bits[i]));
	/* The smallest numbers are of a palette there too, of up to 256: black becomes the next to it. */
	int red_and_green = 1 << (bits[1] + bits[2]) | 1 << bits[2];
	return number < 256 ? number | red_and_green : number;
}

static int terminal_color(const struct style *style, int color)
{
	return style->direct ? style_direct(style->bits, color) : color;
}

/* A pair that cannot be made would be black on black: the role falls back to what it is without colours. */
static void take_role(struct style *style, enum role role)
{
	struct look look = style_look(style->theme, style->depth, role);
	short pair = (short)(role + 1);
	style->pairs[role] = 0;
	style->attributes[role] = look.attributes;
	if (style->depth == DEPTH_MONO || (look.fg < 0 && look.bg < 0))
		return;
	if (init_extended_pair(pair, terminal_color(style, look.fg), terminal_color(style, look.bg)) == ERR)
		style->attributes[role] = style_look(style->theme, DEPTH_MONO, role).attributes;
	else
		style->pairs[role] = pair;
}

void style_theme(struct style *style, int theme)
{
	style->theme = theme >= 0 && theme < THEMES ? theme : THEME_SAFE;
	for (int role = 0; role < ROLE_COUNT; role++)
		take_role(style, (enum role)role);
	for (int role = 0; role < ROLE_COUNT; role++) {
		short bg = style_look(style->theme, style->depth, (enum role)role).bg;
		bool own = style->pairs[role] > 0 && bg >= 0 && bg != style_look(style->theme, style->depth, ROLE_VALUE).bg;
		style->fills[role] = own || (style->attributes[role] & A_REVERSE) != 0;
	}
	style->background = style_look(style->theme, style->depth, ROLE_TEXT).bg >= 0 && style->pairs[ROLE_TEXT] > 0;
}

void style_open(struct style *style, int theme, int color)
{
	style->depth = DEPTH_MONO;
	style->direct = false;
	if (wants_color(color) && has_colors() && start_color() == OK) {
		style->depth = depth_of(COLORS);
		style->direct = capability_direct(COLORS, style->bits);
		/* Where the terminal cannot reset its colours, -1 is refused: then grey on black is its own. */
		if (use_default_colors() == ERR)
			assume_default_colors(COLOR_WHITE, COLOR_BLACK);
	}
	style_theme(style, theme);
}

enum role style_severity(enum severity severity)
{
	if (severity == SEVERITY_ALERT)
		return ROLE_ALERT;
	return severity == SEVERITY_WARN ? ROLE_WARN : ROLE_VALUE;
}

const char *style_mark(enum severity severity)
{
	if (severity == SEVERITY_ALERT)
		return "!!";
	return severity == SEVERITY_WARN ? "!" : "";
}
