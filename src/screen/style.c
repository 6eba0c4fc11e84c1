#include "screen/style.h"

#include <curses.h>
#include <stdlib.h>
#include <string.h>

#include "screen/terminfo.h"

const char *const theme_names[] = { "safe", "dark", "light", "contrast", NULL };
_Static_assert(sizeof(theme_names) / sizeof(theme_names[0]) == THEMES + 1, "each theme has a name");

enum { OWN = -1 };

/* Without colours severity lives by attribute and mark alone. */
static const struct look mono[ROLE_COUNT] = {
	[ROLE_TEXT] = { OWN, OWN, A_NORMAL },
	[ROLE_VALUE] = { OWN, OWN, A_BOLD },
	[ROLE_LABEL] = { OWN, OWN, A_NORMAL },
	[ROLE_FRAME] = { OWN, OWN, A_NORMAL },
	[ROLE_TITLE] = { OWN, OWN, A_BOLD },
	[ROLE_STALE] = { OWN, OWN, A_DIM },
	[ROLE_SELECT] = { OWN, OWN, A_REVERSE },
	[ROLE_KEY] = { OWN, OWN, A_BOLD },
	[ROLE_BANNER] = { OWN, OWN, A_REVERSE },
	[ROLE_WARN] = { OWN, OWN, A_BOLD | A_UNDERLINE },
	[ROLE_ALERT] = { OWN, OWN, A_BOLD | A_REVERSE },
	[ROLE_NOTE] = { OWN, OWN, A_BOLD },
	[ROLE_SEVERE] = { OWN, OWN, A_BOLD },
	[ROLE_LIMIT] = { OWN, OWN, A_NORMAL },
	[ROLE_FINE] = { OWN, OWN, A_NORMAL },
};

/*
 * Eight colours: whether bold or dim can be told from normal depends on the font, so nothing here rests on it
 * alone. Bold yellow on a light background cannot be read: the light theme fills instead.
 */
static const struct look eight[THEMES][ROLE_COUNT] = {
	[THEME_SAFE] = {
		[ROLE_TEXT] = { OWN, OWN, A_NORMAL },
		[ROLE_VALUE] = { OWN, OWN, A_BOLD },
		[ROLE_LABEL] = { OWN, OWN, A_NORMAL },
		[ROLE_FRAME] = { OWN, OWN, A_NORMAL },
		[ROLE_TITLE] = { OWN, OWN, A_BOLD },
		[ROLE_STALE] = { OWN, OWN, A_DIM },
		[ROLE_SELECT] = { OWN, OWN, A_REVERSE },
		[ROLE_KEY] = { OWN, OWN, A_BOLD },
		[ROLE_BANNER] = { COLOR_BLACK, COLOR_CYAN, A_NORMAL },
		[ROLE_WARN] = { COLOR_BLACK, COLOR_YELLOW, A_NORMAL },
		[ROLE_ALERT] = { COLOR_WHITE, COLOR_RED, A_BOLD },
		[ROLE_NOTE] = { OWN, OWN, A_BOLD },
		[ROLE_SEVERE] = { COLOR_RED, OWN, A_BOLD },
		[ROLE_LIMIT] = { COLOR_YELLOW, OWN, A_NORMAL },
		[ROLE_FINE] = { COLOR_CYAN, OWN, A_NORMAL },
	},
	[THEME_DARK] = {
		[ROLE_TEXT] = { OWN, OWN, A_NORMAL },
		[ROLE_VALUE] = { COLOR_WHITE, OWN, A_BOLD },
		[ROLE_LABEL] = { OWN, OWN, A_NORMAL },
		[ROLE_FRAME] = { OWN, OWN, A_NORMAL },
		[ROLE_TITLE] = { OWN, OWN, A_BOLD },
		[ROLE_STALE] = { OWN, OWN, A_DIM },
		[ROLE_SELECT] = { OWN, OWN, A_REVERSE },
		[ROLE_KEY] = { OWN, OWN, A_BOLD },
		[ROLE_BANNER] = { COLOR_BLACK, COLOR_CYAN, A_NORMAL },
		[ROLE_WARN] = { COLOR_YELLOW, OWN, A_BOLD },
		[ROLE_ALERT] = { COLOR_WHITE, COLOR_RED, A_BOLD },
		[ROLE_NOTE] = { COLOR_YELLOW, OWN, A_BOLD },
		[ROLE_SEVERE] = { COLOR_RED, OWN, A_BOLD },
		[ROLE_LIMIT] = { COLOR_YELLOW, OWN, A_NORMAL },
		[ROLE_FINE] = { COLOR_CYAN, OWN, A_NORMAL },
	},
	[THEME_LIGHT] = {
		[ROLE_TEXT] = { OWN, OWN, A_NORMAL },
		[ROLE_VALUE] = { OWN, OWN, A_BOLD },
		[ROLE_LABEL] = { OWN, OWN, A_NORMAL },
		[ROLE_FRAME] = { OWN, OWN, A_NORMAL },
		[ROLE_TITLE] = { OWN, OWN, A_BOLD },
		[ROLE_STALE] = { OWN, OWN, A_DIM },
		[ROLE_SELECT] = { OWN, OWN, A_REVERSE },
		[ROLE_KEY] = { OWN, OWN, A_BOLD },
		[ROLE_BANNER] = { COLOR_WHITE, COLOR_BLUE, A_NORMAL },
		[ROLE_WARN] = { COLOR_BLACK, COLOR_YELLOW, A_NORMAL },
		[ROLE_ALERT] = { COLOR_WHITE, COLOR_RED, A_BOLD },
		[ROLE_NOTE] = { COLOR_RED, OWN, A_BOLD },
		[ROLE_SEVERE] = { COLOR_RED, OWN, A_BOLD },
		[ROLE_LIMIT] = { COLOR_RED, OWN, A_NORMAL },
		[ROLE_FINE] = { COLOR_BLUE, OWN, A_NORMAL },
	},
	[THEME_CONTRAST] = {
		[ROLE_TEXT] = { COLOR_WHITE, COLOR_BLACK, A_BOLD },
		[ROLE_VALUE] = { COLOR_WHITE, COLOR_BLACK, A_BOLD },
		[ROLE_LABEL] = { COLOR_WHITE, COLOR_BLACK, A_NORMAL },
		[ROLE_FRAME] = { COLOR_WHITE, COLOR_BLACK, A_NORMAL },
		[ROLE_TITLE] = { COLOR_WHITE, COLOR_BLACK, A_BOLD },
		[ROLE_STALE] = { COLOR_WHITE, COLOR_BLACK, A_NORMAL },
		[ROLE_SELECT] = { COLOR_BLACK, COLOR_WHITE, A_NORMAL },
		[ROLE_KEY] = { COLOR_WHITE, COLOR_BLACK, A_BOLD },
		[ROLE_BANNER] = { COLOR_BLACK, COLOR_CYAN, A_NORMAL },
		[ROLE_WARN] = { COLOR_YELLOW, COLOR_BLACK, A_BOLD },
		[ROLE_ALERT] = { COLOR_WHITE, COLOR_RED, A_BOLD | A_UNDERLINE },
		[ROLE_NOTE] = { COLOR_YELLOW, COLOR_BLACK, A_BOLD },
		[ROLE_SEVERE] = { COLOR_RED, COLOR_BLACK, A_BOLD },
		[ROLE_LIMIT] = { COLOR_YELLOW, COLOR_BLACK, A_NORMAL },
		[ROLE_FINE] = { COLOR_CYAN, COLOR_BLACK, A_NORMAL },
	},
};

/*
 * 256 colours. Bright text is the terminal's own colour in bold where the theme does not know the background
 * (safe). Greys of the safe theme have a contrast of 4 or more on black and 3 or more on white. Orange against a
 * fill of vermillion can be told apart in every common colour blindness, and by the fill alone.
 */
static const struct look many[THEMES][ROLE_COUNT] = {
	[THEME_SAFE] = {
		[ROLE_TEXT] = { OWN, OWN, A_NORMAL },
		[ROLE_VALUE] = { OWN, OWN, A_BOLD },
		[ROLE_LABEL] = { 245, OWN, A_NORMAL },
		[ROLE_FRAME] = { 242, OWN, A_NORMAL },
		[ROLE_TITLE] = { OWN, OWN, A_BOLD },
		[ROLE_STALE] = { 243, OWN, A_NORMAL },
		[ROLE_SELECT] = { OWN, OWN, A_REVERSE },
		[ROLE_KEY] = { OWN, OWN, A_BOLD },
		[ROLE_BANNER] = { 16, 117, A_BOLD },
		[ROLE_WARN] = { 208, OWN, A_BOLD },
		[ROLE_ALERT] = { 231, 166, A_BOLD },
		[ROLE_NOTE] = { 208, OWN, A_BOLD },
		[ROLE_SEVERE] = { 166, OWN, A_BOLD },
		[ROLE_LIMIT] = { 172, OWN, A_NORMAL },
		[ROLE_FINE] = { 31, OWN, A_NORMAL },
	},
	[THEME_DARK] = {
		[ROLE_TEXT] = { 252, OWN, A_NORMAL },
		[ROLE_VALUE] = { 231, OWN, A_BOLD },
		[ROLE_LABEL] = { 247, OWN, A_NORMAL },
		[ROLE_FRAME] = { 240, OWN, A_NORMAL },
		[ROLE_TITLE] = { 254, OWN, A_BOLD },
		[ROLE_STALE] = { 242, OWN, A_NORMAL },
		[ROLE_SELECT] = { 231, 238, A_BOLD },
		[ROLE_KEY] = { 231, OWN, A_BOLD },
		[ROLE_BANNER] = { 16, 117, A_BOLD },
		[ROLE_WARN] = { 220, OWN, A_BOLD },
		[ROLE_ALERT] = { 231, 160, A_BOLD },
		[ROLE_NOTE] = { 220, OWN, A_BOLD },
		[ROLE_SEVERE] = { 203, OWN, A_NORMAL },
		[ROLE_LIMIT] = { 136, OWN, A_NORMAL },
		[ROLE_FINE] = { 73, OWN, A_NORMAL },
	},
	[THEME_LIGHT] = {
		[ROLE_TEXT] = { 236, OWN, A_NORMAL },
		[ROLE_VALUE] = { 16, OWN, A_BOLD },
		[ROLE_LABEL] = { 241, OWN, A_NORMAL },
		[ROLE_FRAME] = { 248, OWN, A_NORMAL },
		[ROLE_TITLE] = { 16, OWN, A_BOLD },
		[ROLE_STALE] = { 246, OWN, A_NORMAL },
		[ROLE_SELECT] = { 16, 252, A_BOLD },
		[ROLE_KEY] = { 16, OWN, A_BOLD },
		[ROLE_BANNER] = { 231, 25, A_BOLD },
		[ROLE_WARN] = { 130, OWN, A_BOLD },
		[ROLE_ALERT] = { 231, 160, A_BOLD },
		[ROLE_NOTE] = { 130, OWN, A_BOLD },
		[ROLE_SEVERE] = { 160, OWN, A_NORMAL },
		[ROLE_LIMIT] = { 173, OWN, A_NORMAL },
		[ROLE_FINE] = { 30, OWN, A_NORMAL },
	},
	[THEME_CONTRAST] = {
		[ROLE_TEXT] = { 231, 16, A_NORMAL },
		[ROLE_VALUE] = { 231, 16, A_BOLD },
		[ROLE_LABEL] = { 231, 16, A_NORMAL },
		[ROLE_FRAME] = { 231, 16, A_NORMAL },
		[ROLE_TITLE] = { 231, 16, A_BOLD },
		[ROLE_STALE] = { 250, 16, A_NORMAL },
		[ROLE_SELECT] = { 16, 231, A_BOLD },
		[ROLE_KEY] = { 231, 16, A_BOLD },
		[ROLE_BANNER] = { 16, 51, A_BOLD },
		[ROLE_WARN] = { 226, 16, A_BOLD },
		[ROLE_ALERT] = { 231, 160, A_BOLD | A_UNDERLINE },
		[ROLE_NOTE] = { 226, 16, A_BOLD },
		[ROLE_SEVERE] = { 203, 16, A_BOLD },
		[ROLE_LIMIT] = { 226, 16, A_NORMAL },
		[ROLE_FINE] = { 51, 16, A_NORMAL },
	},
};

/* Sixteen colours are eight with bright ones; grey (8) is invisible in some palettes, so labels stay plain. */
static struct look sixteen(int theme, enum role role)
{
	struct look look = eight[theme][role];
	if (theme == THEME_CONTRAST || theme == THEME_LIGHT)
		return look;
	if (role == ROLE_WARN || role == ROLE_NOTE)
		look = (struct look){ COLOR_YELLOW + (theme == THEME_DARK ? 8 : 0), OWN, A_BOLD };
	if (role == ROLE_VALUE && theme == THEME_DARK)
		look.fg = COLOR_WHITE + 8;
	return look;
}

struct look style_look(int theme, enum depth depth, enum role role)
{
	switch (depth) {
	case DEPTH_8:
		return eight[theme][role];
	case DEPTH_16:
		return sixteen(theme, role);
	case DEPTH_256:
		return many[theme][role];
	default:
		return mono[role];
	}
}

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
static bool wants_color(enum color_choice choice)
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
static void style_role(struct style *style, enum role role)
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
		style_role(style, (enum role)role);
	for (int role = 0; role < ROLE_COUNT; role++) {
		short bg = style_look(style->theme, style->depth, (enum role)role).bg;
		bool own = style->pairs[role] > 0 && bg >= 0 && bg != style_look(style->theme, style->depth, ROLE_VALUE).bg;
		style->fills[role] = own || (style->attributes[role] & A_REVERSE) != 0;
	}
	style->background = style_look(style->theme, style->depth, ROLE_TEXT).bg >= 0 && style->pairs[ROLE_TEXT] > 0;
}

void style_open(struct style *style, int theme, enum color_choice color)
{
	style->depth = DEPTH_MONO;
	style->direct = false;
	if (wants_color(color) && has_colors() && start_color() == OK) {
		style->depth = depth_of(COLORS);
		style->direct = terminfo_direct(COLORS, style->bits);
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

/* ---- glyphs ---- */

const char *const glyph_names[] = { "auto", "utf8", "console", "ascii", NULL };

/* The console's column keeps to code page 437, which every console font has. */
static const char *const characters[GLYPH_COUNT][GLYPH_SETS] = {
	[GLYPH_HORIZONTAL] = { "─", "─", "-" },
	[GLYPH_VERTICAL] = { "│", "│", "|" },
	[GLYPH_TOP_LEFT] = { "╭", "┌", "+" },
	[GLYPH_TOP_RIGHT] = { "╮", "┐", "+" },
	[GLYPH_BOTTOM_LEFT] = { "╰", "└", "+" },
	[GLYPH_BOTTOM_RIGHT] = { "╯", "┘", "+" },
	[GLYPH_ELLIPSIS] = { "…", "~", "~" },
	[GLYPH_BLANK] = { "–", "-", "-" },
	[GLYPH_NEVER] = { "?", "?", "?" },
	[GLYPH_DOWN] = { "▾", "v", "v" },
	[GLYPH_UP] = { "▴", "^", "^" },
	[GLYPH_MIDDLE_DOT] = { "·", "·", "-" },
	[GLYPH_FULL] = { "●", "■", "*" },
	[GLYPH_HALF] = { "◐", "▒", "x" },
	[GLYPH_OPEN] = { "○", "°", "o" },
	[GLYPH_QUARTER] = { "◔", "▄", "w" },
	[GLYPH_RING] = { "◎", "»", ">" },
	[GLYPH_EYE] = { "◇", "¡", "i" },
	[GLYPH_OTHER] = { "◌", "·", "." },
	[GLYPH_CROSS] = { "✗", "x", "x" },
	[GLYPH_BLOCK] = { "█", "█", "#" },
	[GLYPH_UPPER_HALF] = { "▀", "▀", "\"" },
	[GLYPH_LOWER_HALF] = { "▄", "▄", "_" },
	[GLYPH_BAR] = { "█", "█", "=" },
	[GLYPH_TRACK] = { "░", "░", "." },
	[GLYPH_SPARK_1] = { "▁", "_", "_" },
	[GLYPH_SPARK_2] = { "▂", "_", "_" },
	[GLYPH_SPARK_3] = { "▃", "▄", "." },
	[GLYPH_SPARK_4] = { "▄", "▄", "." },
	[GLYPH_SPARK_5] = { "▅", "▄", ":" },
	[GLYPH_SPARK_6] = { "▆", "▄", ":" },
	[GLYPH_SPARK_7] = { "▇", "█", "|" },
	[GLYPH_SPARK_8] = { "█", "█", "|" },
	[GLYPH_SELECTED] = { "▸", ">", ">" },
	[GLYPH_DASH] = { "–", "-", "-" },
	[GLYPH_LIMIT] = { "╌", "-", "-" },
	[GLYPH_RISEN] = { "▲", "+", "+" },
	[GLYPH_FALLEN] = { "▼", "-", "-" },
	[GLYPH_DENSE] = { "▓", "▓", "%" },
	[GLYPH_MEDIUM] = { "▒", "▒", "+" },
	[GLYPH_LIGHT] = { "░", "░", "-" },
};

static const enum glyph state_glyphs[STATE_COUNT] = {
	[STATE_READY] = GLYPH_OPEN,
	[STATE_BUSY] = GLYPH_FULL,
	[STATE_RINGING] = GLYPH_RING,
	[STATE_RESERVED] = GLYPH_RING,
	[STATE_AFTER_CALL_WORK] = GLYPH_QUARTER,
	[STATE_NOT_READY] = GLYPH_HALF,
	[STATE_SUPERVISING] = GLYPH_EYE,
	[STATE_OFFLINE] = GLYPH_BLANK,
	[STATE_LOGGED_OUT] = GLYPH_BLANK,
	[STATE_UNKNOWN] = GLYPH_OTHER,
};

const char *glyph_text(const struct glyphs *glyphs, enum glyph glyph)
{
	return characters[glyph][glyphs->set];
}

enum glyph glyph_of_state(enum acd_state state)
{
	return state_glyphs[state];
}

struct glyphs glyph_choose(enum glyph_choice choice, bool utf8, const char *terminal)
{
	struct glyphs glyphs = { .set = GLYPH_SET_UTF8, .fold = !utf8 && choice == GLYPHS_AUTO };
	if (choice == GLYPHS_ASCII || (choice == GLYPHS_AUTO && !utf8))
		glyphs.set = GLYPH_SET_ASCII;
	else if (choice == GLYPHS_CONSOLE || (choice == GLYPHS_AUTO && strncmp(terminal, "linux", 5) == 0))
		glyphs.set = GLYPH_SET_CONSOLE;
	return glyphs;
}
