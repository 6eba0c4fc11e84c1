#include "screen/style.h"

#include <curses.h>
#include <stdlib.h>
#include <string.h>

#include "screen/terminfo.h"

const char *const theme_names[] = { "auto", "dark", "light", "safe", "contrast", NULL };
_Static_assert(sizeof(theme_names) / sizeof(theme_names[0]) == THEMES + 2, "each theme has a name");

const char *const background_names[] = { "any", "dark", "light", NULL };

const char *const role_names[] = { "text", "value", "label", "frame", "title", "stale", "select", "key", "tab", "banner",
	"warn", "alert", "note", "severe", "limit", "fine", "ready", "busy", "work", "away", NULL };
_Static_assert(sizeof(role_names) / sizeof(role_names[0]) == ROLE_COUNT + 1, "each role has a name");

enum { OWN = PALETTE_OWN };

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
	[ROLE_TAB] = { OWN, OWN, A_REVERSE },
	[ROLE_BANNER] = { OWN, OWN, A_REVERSE },
	[ROLE_WARN] = { OWN, OWN, A_BOLD | A_UNDERLINE },
	[ROLE_ALERT] = { OWN, OWN, A_BOLD | A_REVERSE },
	[ROLE_NOTE] = { OWN, OWN, A_BOLD },
	[ROLE_SEVERE] = { OWN, OWN, A_BOLD },
	[ROLE_LIMIT] = { OWN, OWN, A_NORMAL },
	[ROLE_FINE] = { OWN, OWN, A_NORMAL },
	[ROLE_READY] = { OWN, OWN, A_BOLD },
	[ROLE_BUSY] = { OWN, OWN, A_NORMAL },
	[ROLE_WORK] = { OWN, OWN, A_NORMAL },
	[ROLE_AWAY] = { OWN, OWN, A_DIM },
};

/*
 * Eight colours: whether bold or dim can be told from normal depends on the font, so nothing here rests on it alone. A
 * warning never has a fill, which is for what is worse. Yellow cannot be read on a light background: where that
 * may be, a warning is magenta.
 */
static const struct look eight[THEMES][ROLE_COUNT] = {
	[THEME_DARK] = {
		[ROLE_TEXT] = { OWN, OWN, A_NORMAL },
		[ROLE_VALUE] = { OWN, OWN, A_BOLD },
		[ROLE_LABEL] = { OWN, OWN, A_NORMAL },
		[ROLE_FRAME] = { OWN, OWN, A_NORMAL },
		[ROLE_TITLE] = { OWN, OWN, A_BOLD },
		[ROLE_STALE] = { OWN, OWN, A_DIM },
		[ROLE_SELECT] = { OWN, OWN, A_REVERSE },
		[ROLE_KEY] = { OWN, OWN, A_BOLD },
		[ROLE_TAB] = { COLOR_WHITE, COLOR_BLUE, A_BOLD },
		[ROLE_BANNER] = { COLOR_BLACK, COLOR_CYAN, A_NORMAL },
		[ROLE_WARN] = { COLOR_YELLOW, OWN, A_BOLD },
		[ROLE_ALERT] = { COLOR_WHITE, COLOR_RED, A_BOLD },
		[ROLE_NOTE] = { COLOR_YELLOW, OWN, A_BOLD },
		[ROLE_SEVERE] = { COLOR_RED, OWN, A_BOLD },
		[ROLE_LIMIT] = { COLOR_YELLOW, OWN, A_NORMAL },
		[ROLE_FINE] = { COLOR_CYAN, OWN, A_NORMAL },
		[ROLE_READY] = { COLOR_GREEN, OWN, A_NORMAL },
		[ROLE_BUSY] = { COLOR_CYAN, OWN, A_NORMAL },
		[ROLE_WORK] = { COLOR_YELLOW, OWN, A_NORMAL },
		[ROLE_AWAY] = { OWN, OWN, A_DIM },
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
		[ROLE_TAB] = { COLOR_WHITE, COLOR_BLUE, A_BOLD },
		[ROLE_BANNER] = { COLOR_WHITE, COLOR_BLUE, A_NORMAL },
		[ROLE_WARN] = { COLOR_MAGENTA, OWN, A_BOLD },
		[ROLE_ALERT] = { COLOR_WHITE, COLOR_RED, A_BOLD },
		[ROLE_NOTE] = { COLOR_MAGENTA, OWN, A_BOLD },
		[ROLE_SEVERE] = { COLOR_RED, OWN, A_BOLD },
		[ROLE_LIMIT] = { COLOR_MAGENTA, OWN, A_NORMAL },
		[ROLE_FINE] = { COLOR_BLUE, OWN, A_NORMAL },
		[ROLE_READY] = { COLOR_GREEN, OWN, A_NORMAL },
		[ROLE_BUSY] = { COLOR_BLUE, OWN, A_NORMAL },
		[ROLE_WORK] = { COLOR_RED, OWN, A_NORMAL },
		[ROLE_AWAY] = { OWN, OWN, A_DIM },
	},
	[THEME_SAFE] = {
		[ROLE_TEXT] = { OWN, OWN, A_NORMAL },
		[ROLE_VALUE] = { OWN, OWN, A_BOLD },
		[ROLE_LABEL] = { OWN, OWN, A_NORMAL },
		[ROLE_FRAME] = { OWN, OWN, A_NORMAL },
		[ROLE_TITLE] = { OWN, OWN, A_BOLD },
		[ROLE_STALE] = { OWN, OWN, A_DIM },
		[ROLE_SELECT] = { OWN, OWN, A_REVERSE },
		[ROLE_KEY] = { OWN, OWN, A_BOLD },
		[ROLE_TAB] = { OWN, OWN, A_REVERSE },
		[ROLE_BANNER] = { COLOR_BLACK, COLOR_CYAN, A_NORMAL },
		[ROLE_WARN] = { COLOR_MAGENTA, OWN, A_BOLD },
		[ROLE_ALERT] = { COLOR_WHITE, COLOR_RED, A_BOLD },
		[ROLE_NOTE] = { COLOR_MAGENTA, OWN, A_BOLD },
		[ROLE_SEVERE] = { COLOR_RED, OWN, A_BOLD },
		[ROLE_LIMIT] = { COLOR_MAGENTA, OWN, A_NORMAL },
		[ROLE_FINE] = { COLOR_CYAN, OWN, A_NORMAL },
		[ROLE_READY] = { COLOR_CYAN, OWN, A_NORMAL },
		[ROLE_BUSY] = { OWN, OWN, A_NORMAL },
		[ROLE_WORK] = { COLOR_MAGENTA, OWN, A_NORMAL },
		[ROLE_AWAY] = { OWN, OWN, A_DIM },
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
		[ROLE_TAB] = { COLOR_BLACK, COLOR_WHITE, A_NORMAL },
		[ROLE_BANNER] = { COLOR_BLACK, COLOR_CYAN, A_NORMAL },
		[ROLE_WARN] = { COLOR_YELLOW, COLOR_BLACK, A_BOLD },
		[ROLE_ALERT] = { COLOR_WHITE, COLOR_RED, A_BOLD | A_UNDERLINE },
		[ROLE_NOTE] = { COLOR_YELLOW, COLOR_BLACK, A_BOLD },
		[ROLE_SEVERE] = { COLOR_RED, COLOR_BLACK, A_BOLD },
		[ROLE_LIMIT] = { COLOR_YELLOW, COLOR_BLACK, A_NORMAL },
		[ROLE_FINE] = { COLOR_CYAN, COLOR_BLACK, A_NORMAL },
		[ROLE_READY] = { COLOR_GREEN, COLOR_BLACK, A_BOLD },
		[ROLE_BUSY] = { COLOR_CYAN, COLOR_BLACK, A_NORMAL },
		[ROLE_WORK] = { COLOR_YELLOW, COLOR_BLACK, A_NORMAL },
		[ROLE_AWAY] = { COLOR_WHITE, COLOR_BLACK, A_NORMAL },
	},
};

#define RGB(number) (PALETTE_FULL | (number))

/*
 * 24 bits. Bright text is the terminal's own colour in bold where the background may be another one: in the safe theme,
 * and in the dark one, which is taken where the terminal does not say what it has. Greys and hues of the safe theme have
 * a contrast of 4 or more on black and of 2.5 or more on white; its orange, crimson and blue can be told apart in every
 * common colour blindness. Amber and red of the others differ in hue and in brightness.
 */
static const struct theme shipped[THEMES] = {
	[THEME_DARK] = { .name = "dark", .background = BACKGROUND_DARK, .base = THEME_DARK, .looks = {
		[ROLE_TEXT] = { OWN, OWN, A_NORMAL },
		[ROLE_VALUE] = { OWN, OWN, A_BOLD },
		[ROLE_LABEL] = { RGB(0x9A9A9A), OWN, A_NORMAL },
		[ROLE_FRAME] = { RGB(0x505050), OWN, A_NORMAL },
		[ROLE_TITLE] = { OWN, OWN, A_BOLD },
		[ROLE_STALE] = { RGB(0x6C6C6C), OWN, A_NORMAL },
		[ROLE_SELECT] = { RGB(0xFFFFFF), RGB(0x444444), A_BOLD },
		[ROLE_KEY] = { OWN, OWN, A_BOLD },
		[ROLE_TAB] = { RGB(0xFFFFFF), RGB(0x005F87), A_BOLD },
		[ROLE_BANNER] = { RGB(0x000000), RGB(0x87D7FF), A_BOLD },
		[ROLE_WARN] = { RGB(0xFFAF00), OWN, A_BOLD },
		[ROLE_ALERT] = { RGB(0xFFFFFF), RGB(0xC4161C), A_BOLD },
		[ROLE_NOTE] = { RGB(0xFFAF00), OWN, A_BOLD },
		[ROLE_SEVERE] = { RGB(0xF05A5A), OWN, A_BOLD },
		[ROLE_LIMIT] = { RGB(0xA87400), OWN, A_NORMAL },
		[ROLE_FINE] = { RGB(0x5FAFAF), OWN, A_NORMAL },
		[ROLE_READY] = { RGB(0x87AF87), OWN, A_NORMAL },
		[ROLE_BUSY] = { RGB(0x5F8787), OWN, A_NORMAL },
		[ROLE_WORK] = { RGB(0xD7AF5F), OWN, A_NORMAL },
		[ROLE_AWAY] = { RGB(0x6C6C6C), OWN, A_NORMAL },
	} },
	[THEME_LIGHT] = { .name = "light", .background = BACKGROUND_LIGHT, .base = THEME_LIGHT, .looks = {
		[ROLE_TEXT] = { RGB(0x303030), OWN, A_NORMAL },
		[ROLE_VALUE] = { RGB(0x000000), OWN, A_BOLD },
		[ROLE_LABEL] = { RGB(0x606060), OWN, A_NORMAL },
		[ROLE_FRAME] = { RGB(0xB0B0B0), OWN, A_NORMAL },
		[ROLE_TITLE] = { RGB(0x101010), OWN, A_BOLD },
		[ROLE_STALE] = { RGB(0x949494), OWN, A_NORMAL },
		[ROLE_SELECT] = { RGB(0x000000), RGB(0xD0D0D0), A_BOLD },
		[ROLE_KEY] = { RGB(0x000000), OWN, A_BOLD },
		[ROLE_TAB] = { RGB(0xFFFFFF), RGB(0x005F87), A_BOLD },
		[ROLE_BANNER] = { RGB(0xFFFFFF), RGB(0x005FAF), A_BOLD },
		[ROLE_WARN] = { RGB(0xA05A00), OWN, A_BOLD },
		[ROLE_ALERT] = { RGB(0xFFFFFF), RGB(0xC4001A), A_BOLD },
		[ROLE_NOTE] = { RGB(0xA05A00), OWN, A_BOLD },
		[ROLE_SEVERE] = { RGB(0xC4001A), OWN, A_BOLD },
		[ROLE_LIMIT] = { RGB(0xC88A3C), OWN, A_NORMAL },
		[ROLE_FINE] = { RGB(0x1F8A8A), OWN, A_NORMAL },
		[ROLE_READY] = { RGB(0x4E8C4E), OWN, A_NORMAL },
		[ROLE_BUSY] = { RGB(0x20646C), OWN, A_NORMAL },
		[ROLE_WORK] = { RGB(0xB08D3C), OWN, A_NORMAL },
		[ROLE_AWAY] = { RGB(0x949494), OWN, A_NORMAL },
	} },
	[THEME_SAFE] = { .name = "safe", .background = BACKGROUND_ANY, .base = THEME_SAFE, .looks = {
		[ROLE_TEXT] = { OWN, OWN, A_NORMAL },
		[ROLE_VALUE] = { OWN, OWN, A_BOLD },
		[ROLE_LABEL] = { RGB(0x8A8A8A), OWN, A_NORMAL },
		[ROLE_FRAME] = { RGB(0x6C6C6C), OWN, A_NORMAL },
		[ROLE_TITLE] = { OWN, OWN, A_BOLD },
		[ROLE_STALE] = { RGB(0x767676), OWN, A_NORMAL },
		[ROLE_SELECT] = { OWN, OWN, A_REVERSE },
		[ROLE_KEY] = { OWN, OWN, A_BOLD },
		[ROLE_TAB] = { RGB(0xFFFFFF), RGB(0x005F87), A_BOLD },
		[ROLE_BANNER] = { RGB(0x000000), RGB(0x87D7FF), A_BOLD },
		[ROLE_WARN] = { RGB(0xD78700), OWN, A_BOLD },
		[ROLE_ALERT] = { RGB(0xFFFFFF), RGB(0xC8005A), A_BOLD },
		[ROLE_NOTE] = { RGB(0xD78700), OWN, A_BOLD },
		[ROLE_SEVERE] = { RGB(0xE0105F), OWN, A_BOLD },
		[ROLE_LIMIT] = { RGB(0xAF7A1F), OWN, A_NORMAL },
		[ROLE_FINE] = { RGB(0x5F87D7), OWN, A_NORMAL },
		[ROLE_READY] = { RGB(0x5F87D7), OWN, A_NORMAL },
		[ROLE_BUSY] = { RGB(0x8A8A8A), OWN, A_NORMAL },
		[ROLE_WORK] = { RGB(0xC8A24A), OWN, A_NORMAL },
		[ROLE_AWAY] = { RGB(0x6C6C6C), OWN, A_NORMAL },
	} },
	[THEME_CONTRAST] = { .name = "contrast", .background = BACKGROUND_ANY, .base = THEME_CONTRAST, .looks = {
		[ROLE_TEXT] = { RGB(0xFFFFFF), RGB(0x000000), A_NORMAL },
		[ROLE_VALUE] = { RGB(0xFFFFFF), RGB(0x000000), A_BOLD },
		[ROLE_LABEL] = { RGB(0xFFFFFF), RGB(0x000000), A_NORMAL },
		[ROLE_FRAME] = { RGB(0xFFFFFF), RGB(0x000000), A_NORMAL },
		[ROLE_TITLE] = { RGB(0xFFFFFF), RGB(0x000000), A_BOLD },
		[ROLE_STALE] = { RGB(0xBCBCBC), RGB(0x000000), A_NORMAL },
		[ROLE_SELECT] = { RGB(0x000000), RGB(0xFFFFFF), A_BOLD },
		[ROLE_KEY] = { RGB(0xFFFFFF), RGB(0x000000), A_BOLD },
		[ROLE_TAB] = { RGB(0x000000), RGB(0xFFFFFF), A_BOLD },
		[ROLE_BANNER] = { RGB(0x000000), RGB(0x00FFFF), A_BOLD },
		[ROLE_WARN] = { RGB(0xFFFF00), RGB(0x000000), A_BOLD },
		[ROLE_ALERT] = { RGB(0xFFFFFF), RGB(0xD70000), A_BOLD | A_UNDERLINE },
		[ROLE_NOTE] = { RGB(0xFFFF00), RGB(0x000000), A_BOLD },
		[ROLE_SEVERE] = { RGB(0xFF5F5F), RGB(0x000000), A_BOLD },
		[ROLE_LIMIT] = { RGB(0xFFFF00), RGB(0x000000), A_NORMAL },
		[ROLE_FINE] = { RGB(0x00FFFF), RGB(0x000000), A_NORMAL },
		[ROLE_READY] = { RGB(0x5FFF5F), RGB(0x000000), A_NORMAL },
		[ROLE_BUSY] = { RGB(0x00D7D7), RGB(0x000000), A_NORMAL },
		[ROLE_WORK] = { RGB(0xFFD75F), RGB(0x000000), A_NORMAL },
		[ROLE_AWAY] = { RGB(0xBCBCBC), RGB(0x000000), A_NORMAL },
	} },
};

void themes_init(struct themes *themes)
{
	memset(themes, 0, sizeof(*themes));
	memcpy(themes->items, shipped, sizeof(shipped));
	themes->count = THEMES;
	themes->chosen = -1;
}

int themes_index(const struct themes *themes, int background)
{
	if (themes->chosen >= 0)
		return themes->chosen;
	return background >= 0 && palette_is_light(background) ? THEME_LIGHT : THEME_DARK;
}

bool theme_suits(const struct theme *theme, int background)
{
	if (background < 0 || theme->background == BACKGROUND_ANY)
		return true;
	return (theme->background == BACKGROUND_LIGHT) == palette_is_light(background);
}

/* So much of its light, in parts of 100. */
static int darker(int color, int otherwise, int part)
{
	int rgb = color == OWN ? otherwise : palette_rgb(color), out = 0;
	for (int shift = 0; shift <= 16; shift += 8)
		out |= ((rgb >> shift & 0xFF) * part / 100) << shift;
	return PALETTE_FULL | out;
}

void theme_dim(const struct theme *theme, struct theme *out)
{
	enum { TEXT = 0xD0D0D0, GROUND = 0x000000, REST = 50, WARNING = 75 };
	*out = *theme;
	out->dim = true;
	if (theme->background == BACKGROUND_LIGHT)
		memcpy(out->looks, shipped[THEME_DARK].looks, sizeof(out->looks));
	out->background = BACKGROUND_ANY;
	for (int role = 0; role < ROLE_COUNT; role++) {
		struct look *look = &out->looks[role];
		bool warning = role == ROLE_WARN || role == ROLE_NOTE || role == ROLE_SEVERE;
		int part = role == ROLE_ALERT ? 100 : warning ? WARNING : REST;
		look->fg = darker(look->fg, TEXT, part);
		look->bg = darker(look->bg, GROUND, part);
	}
}

/* Sixteen colours are eight with bright ones; grey (8) is invisible in some palettes, so labels stay plain. */
static struct look sixteen(int theme, enum role role)
{
	struct look look = eight[theme][role];
	if (theme == THEME_DARK && (role == ROLE_WARN || role == ROLE_NOTE))
		look.fg = COLOR_YELLOW + 8;
	if (theme == THEME_DARK && role == ROLE_SEVERE)
		look.fg = COLOR_RED + 8;
	return look;
}

static int nearest_color(int color, int colors)
{
	return color < colors ? color : palette_nearest(palette_rgb(color), colors);
}

static struct look nearest_look(struct look look, int colors)
{
	look.fg = nearest_color(look.fg, colors);
	look.bg = nearest_color(look.bg, colors);
	return look;
}

struct look style_look(const struct theme *theme, enum depth depth, enum role role)
{
	if (theme->dim && depth < DEPTH_256) {
		struct look look = depth == DEPTH_MONO ? mono[role] : depth == DEPTH_8 ? eight[theme->base][role] : sixteen(theme->base, role);
		/* What is reversed is an alert, or what somebody has just chosen. */
		if (role != ROLE_ALERT && role != ROLE_SEVERE && (look.attributes & A_REVERSE) == 0)
			look.attributes = (look.attributes & ~(unsigned)A_BOLD) | A_DIM;
		return look;
	}
	switch (depth) {
	case DEPTH_8:
		return theme->own[role] ? nearest_look(theme->looks[role], 8) : eight[theme->base][role];
	case DEPTH_16:
		return theme->own[role] ? nearest_look(theme->looks[role], 16) : sixteen(theme->base, role);
	case DEPTH_256:
		return nearest_look(theme->looks[role], PALETTE_COLORS);
	case DEPTH_FULL:
		return theme->looks[role];
	default:
		return mono[role];
	}
}

const char *const color_names[] = { "auto", "always", "never", NULL };

_Static_assert(ROLE_COUNT < 63, "the smallest colour terminals have 64 pairs");

static enum depth depth_of(int colors)
{
	if (colors >= PALETTE_COLORS)
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

/*
 * Whether the terminal says that it takes 24 bits though its numbers are of a palette. GNU screen passes COLORTERM on from
 * the terminal that it runs in, and does not know the sequences that this promises.
 */
static bool promises_full(void)
{
	const char *promise = getenv("COLORTERM"), *screen = getenv("STY");
	if (terminfo_promises_full())
		return true;
	return promise != NULL && (strcmp(promise, "truecolor") == 0 || strcmp(promise, "24bit") == 0) &&
		(screen == NULL || screen[0] == '\0');
}

int style_direct(const int bits[3], int color)
{
	int number = 0;
	if (color < 16)
		return color;
	int rgb = palette_rgb(color);
	for (int i = 0; i < 3; i++) {
		int part = rgb >> (16 - 8 * i) & 0xFF;
		number = number << bits[i] | (bits[i] >= 8 ? part << (bits[i] - 8) : part >> (8 - bits[i]));
	}
	/* The smallest numbers are of a palette there too, of up to 256: black becomes the next to it. */
	int red_and_green = 1 << (bits[1] + bits[2]) | 1 << bits[2];
	return number < PALETTE_COLORS ? number | red_and_green : number;
}

/* A number of the palette that stands for a colour: the nearest, or the next that stands for nothing else. */
static int stand_in(struct style *style, int color)
{
	int rgb = palette_rgb(color), at = palette_nearest(rgb, PALETTE_COLORS);
	for (int tries = 0; tries < PALETTE_COLORS - 16; tries++, at = at + 1 < PALETTE_COLORS ? at + 1 : 16) {
		if (style->colors[at] >= 0 && style->colors[at] != rgb)
			continue;
		style->colors[at] = rgb;
		return at;
	}
	return at;
}

static int terminal_color(struct style *style, int color)
{
	if (style->direct)
		return style_direct(style->bits, color);
	/* A number that a user's theme names is that colour, whatever else it stands for. */
	return style->indexed && color >= 16 ? stand_in(style, color) : color;
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

void style_theme(struct style *style, const struct theme *theme)
{
	style->theme = theme;
	for (int i = 0; i < PALETTE_COLORS; i++)
		style->colors[i] = -1;
	for (int role = 0; role < ROLE_COUNT; role++)
		style_role(style, (enum role)role);
	for (int role = 0; role < ROLE_COUNT; role++) {
		int bg = style_look(theme, style->depth, (enum role)role).bg;
		bool own = style->pairs[role] > 0 && bg >= 0 && bg != style_look(theme, style->depth, ROLE_VALUE).bg;
		style->fills[role] = own || (style->attributes[role] & A_REVERSE) != 0;
	}
	style->background = style_look(theme, style->depth, ROLE_TEXT).bg >= 0 && style->pairs[ROLE_TEXT] > 0;
}

void style_open(struct style *style, const struct theme *theme, enum color_choice color, enum depth wanted)
{
	style->depth = DEPTH_MONO;
	style->direct = style->indexed = false;
	if (wants_color(color) && has_colors() && start_color() == OK) {
		style->depth = depth_of(COLORS);
		style->direct = terminfo_direct(COLORS, style->bits);
		style->indexed = !style->direct && COLORS == PALETTE_COLORS && promises_full() && terminfo_indexed();
		if (style->direct || style->indexed)
			style->depth = DEPTH_FULL;
		if (wanted != DEPTH_MONO) {
			style->direct = false;
			style->indexed = wanted == DEPTH_FULL;
			style->depth = wanted;
		}
		/* Where the terminal cannot reset its colours, -1 is refused: then grey on black is its own. */
		if (use_default_colors() == ERR)
			assume_default_colors(COLOR_WHITE, COLOR_BLACK);
	}
	style_theme(style, theme);
}

const int *style_colors(const struct style *style)
{
	return style->indexed ? style->colors : NULL;
}

struct style style_dimmed(const struct style *style)
{
	struct style dimmed = *style;
	/* Frames of high contrast are no darker than anything else. */
	enum role quiet = style->theme->base == THEME_CONTRAST ? ROLE_STALE : ROLE_FRAME;
	for (int role = 0; role < ROLE_COUNT; role++) {
		dimmed.pairs[role] = style->pairs[quiet];
		dimmed.attributes[role] = style->depth >= DEPTH_256 ? style->attributes[quiet] : A_DIM;
		dimmed.fills[role] = false;
	}
	return dimmed;
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

const char *const glyph_names[] = { "auto", "utf8", "console", "plain", "ascii", NULL };

/*
 * The console's column keeps to code page 437, which the kernel's own font has. Debian's console fonts for Latin letters
 * have most of it, but no half blocks: where the plain column says nothing, the console's goes for both.
 */
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
	[GLYPH_QUARTER] = { "◔", "▄", "w", "w" },
	[GLYPH_RING] = { "◎", "»", ">" },
	[GLYPH_EYE] = { "◇", "¡", "i", "i" },
	[GLYPH_OTHER] = { "◌", "·", "." },
	[GLYPH_CROSS] = { "✗", "x", "x" },
	[GLYPH_CLOSE] = { "✕", "x", "x" },
	[GLYPH_BLOCK] = { "█", "█", "#" },
	[GLYPH_UPPER_HALF] = { "▀", "▀", "\"", "\"" },
	[GLYPH_LOWER_HALF] = { "▄", "▄", "_", "_" },
	[GLYPH_BAR] = { "█", "█", "=" },
	[GLYPH_TRACK] = { "░", "░", "." },
	[GLYPH_LEFT_1] = { "▏", "▌", "#", "█" },
	[GLYPH_LEFT_2] = { "▎", "▌", "#", "█" },
	[GLYPH_LEFT_3] = { "▍", "▌", "#", "█" },
	[GLYPH_LEFT_4] = { "▌", "▌", "#", "█" },
	[GLYPH_LEFT_5] = { "▋", "▌", "#", "█" },
	[GLYPH_LEFT_6] = { "▊", "▌", "#", "█" },
	[GLYPH_LEFT_7] = { "▉", "▌", "#", "█" },
	[GLYPH_LINE] = { "━", "═", "=" },
	[GLYPH_LINE_TRACK] = { "┄", "─", "." },
	[GLYPH_LINE_TARGET] = { "┿", "╪", "|" },
	[GLYPH_TARGET] = { "┃", "│", "|" },
	[GLYPH_SPARK_1] = { "▁", "_", "_" },
	[GLYPH_SPARK_2] = { "▂", "_", "_" },
	[GLYPH_SPARK_3] = { "▃", "▄", ".", "░" },
	[GLYPH_SPARK_4] = { "▄", "▄", ".", "░" },
	[GLYPH_SPARK_5] = { "▅", "▄", ":", "▒" },
	[GLYPH_SPARK_6] = { "▆", "▄", ":", "▒" },
	[GLYPH_SPARK_7] = { "▇", "█", "|" },
	[GLYPH_SPARK_8] = { "█", "█", "|" },
	[GLYPH_SELECTED] = { "▸", ">", ">" },
	[GLYPH_DASH] = { "–", "-", "-" },
	[GLYPH_ABOUT] = { "≈", "~", "~" },
	[GLYPH_LIMIT] = { "╌", "-", "-" },
	[GLYPH_RISEN] = { "▲", "+", "+" },
	[GLYPH_FALLEN] = { "▼", "-", "-" },
	[GLYPH_DENSE] = { "▓", "▓", "%", "▒" },
	[GLYPH_MEDIUM] = { "▒", "▒", "+", "░" },
	[GLYPH_LIGHT] = { "░", "░", "-", "·" },
	[GLYPH_SQUARE] = { "■", "■", "#" },
};

/* Half blocks, and the dark shade that goes with them in every font. */
const uint32_t glyph_console_only[] = { 0x2580, 0x2584, 0x258C, 0x2593, 0 };

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
	const char *text = characters[glyph][glyphs->set];
	return text != NULL ? text : characters[glyph][GLYPH_SET_CONSOLE];
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
	else if (choice == GLYPHS_PLAIN)
		glyphs.set = GLYPH_SET_PLAIN;
	return glyphs;
}
