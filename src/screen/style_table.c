#include <curses.h>

#include "screen/screen.h"
#include "screen/style.h"

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
		[ROLE_WARN] = { COLOR_BLACK, COLOR_YELLOW, A_NORMAL },
		[ROLE_ALERT] = { COLOR_WHITE, COLOR_RED, A_BOLD | A_UNDERLINE },
		[ROLE_NOTE] = { COLOR_YELLOW, COLOR_BLACK, A_BOLD },
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
		[ROLE_WARN] = { 16, 226, A_BOLD },
		[ROLE_ALERT] = { 231, 160, A_BOLD | A_UNDERLINE },
		[ROLE_NOTE] = { 226, 16, A_BOLD },
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
