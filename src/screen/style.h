/*
 * Styles and glyphs: what a wall is drawn with.
 *
 * A style goes from a role (what a text is) to a colour and an attribute, for each theme and each number of colours. A
 * theme names colours of 24 bits; where a terminal has fewer, the nearest of its palette stand for them, and at 8 and 16
 * colours tables of their own. On numbers and texts colour means severity; the rest is told apart by brightness. Pictures
 * have one quiet colour more, for what was measured and is fine, and agents one for each group of states. The terminal's own
 * background stays. A struct style is filled once at start and at each change of theme; it borrows the theme. Pair numbers
 * stay below 64, which the smallest colour terminals have.
 *
 * Glyph sets say which character stands for what: utf8 for terminal emulators, console for what the font of a Linux
 * console holds (256 or 512 glyphs), plain for such fonts without half blocks, ascii for everything else. Every glyph takes exactly one column in every set, so
 * that no picture shifts with the set.
 */
#ifndef SCREEN_STYLE_H
#define SCREEN_STYLE_H

#include <stdbool.h>
#include <stdint.h>

#include "layout/state.h"
#include "layout/threshold.h"
#include "screen/palette.h"

enum color_choice { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

extern const char *const color_names[]; /* NULL-ended, in enum order */

enum role {
	ROLE_TEXT,   /* messages, help */
	ROLE_VALUE,  /* what people came to see */
	ROLE_LABEL,  /* what the value is called */
	ROLE_FRAME,  /* lines around panels */
	ROLE_TITLE,  /* in the frame, and of the wall */
	ROLE_STALE,  /* an old value */
	ROLE_SELECT, /* the selected row */
	ROLE_KEY,    /* of the key hints */
	ROLE_TAB,    /* of the page that is shown */
	ROLE_BANNER, /* paused */
	ROLE_WARN,   /* a value beyond its first limit */
	ROLE_ALERT,  /* ... its second: filled */
	ROLE_NOTE,   /* text that warns beside the data: no fill, so that lines of it can be read */
	ROLE_SEVERE, /* the part of a picture beyond the second limit: the same without a fill */
	ROLE_LIMIT,  /* the limit itself, as a line in a picture */
	ROLE_FINE,   /* measured and within its limits, in pictures only */
	ROLE_READY,  /* agents who are free, in pictures and marks of states */
	ROLE_BUSY,   /* ... who serve somebody */
	ROLE_WORK,   /* ... in after-call work */
	ROLE_AWAY,   /* ... not ready, or logged out */
	ROLE_COUNT,
};

extern const char *const role_names[]; /* as in files of themes; NULL-ended, in enum order */

enum depth { DEPTH_MONO, DEPTH_8, DEPTH_16, DEPTH_256, DEPTH_FULL, DEPTHS };

/* The shipped themes. */
enum { THEME_DARK, THEME_LIGHT, THEME_SAFE, THEME_CONTRAST, THEMES };

extern const char *const theme_names[]; /* "auto", then of these; NULL-ended */

/* What a theme can be read on. */
enum background { BACKGROUND_ANY, BACKGROUND_DARK, BACKGROUND_LIGHT };

extern const char *const background_names[]; /* NULL-ended, in enum order */

/* One cell of the table. Colours are those of screen/palette, PALETTE_OWN the terminal's own. */
struct look {
	int fg, bg;
	unsigned attributes; /* curses' */
};

enum { THEME_NAME_MAX = 32, THEMES_MAX = 20 };

struct theme {
	char name[THEME_NAME_MAX];
	enum background background;
	int base;               /* the shipped theme that it is, or that stands behind it */
	bool own[ROLE_COUNT];   /* what a user's theme says itself */
	struct look looks[ROLE_COUNT];
	bool dim;               /* of theme_dim(): of few colours, the terminal makes them faint */
};

/* The themes that the key goes through: the shipped ones, in the order of their enum, then the user's. */
struct themes {
	unsigned count;
	struct theme items[THEMES_MAX];
	int chosen; /* -1: by the background */
};

/* The shipped ones, chosen by the background. */
void themes_init(struct themes *themes);

/* The theme that was chosen; where none was, the one for a background of 0xRRGGBB, or -1: unknown, which is taken for dark. */
int themes_index(const struct themes *themes, int background);

/*
 * The same at night: everything darker on black, but for alerts. A theme for a light background becomes the dark one, because
 * its ground would be what lights the room.
 */
void theme_dim(const struct theme *theme, struct theme *out);

/* Whether a theme can be read on it; yes where the background is unknown. */
bool theme_suits(const struct theme *theme, int background);

struct style {
	enum depth depth;
	const struct theme *theme;
	bool direct; /* the terminal's numbers are red, green and blue, in so many bits */
	int bits[3];
	bool indexed;    /* 24 bits go to the terminal behind numbers of its palette, see style_colors() */
	int colors[PALETTE_COLORS]; /* ... for each of those 0xRRGGBB, or -1: itself */
	bool background; /* the theme has one of its own, everywhere */
	bool fills[ROLE_COUNT]; /* has a background of its own, or is reversed */
	unsigned attributes[ROLE_COUNT];
	short pairs[ROLE_COUNT];
};

/* What a role looks like at so many colours: at 256 and fewer with numbers of the palette alone. */
struct look style_look(const struct theme *theme, enum depth depth, enum role role);

/* What a colour is in a terminal of direct colours; of the first eight and the terminal's own the same. */
int style_direct(const int bits[3], int color);

/*
 * Starts colours in the running curses screen; the theme is borrowed. Wanted: so many colours, though curses has more or
 * fewer, for a picture of cells; DEPTH_MONO: what there is.
 */
void style_open(struct style *style, const struct theme *theme, enum color_choice color, enum depth wanted);

/* Takes another theme. */
void style_theme(struct style *style, const struct theme *theme);

/*
 * What each number of the palette stands for in what curses draws, 0xRRGGBB or -1 for itself; NULL: every number is itself.
 * The terminal puts colours of 24 bits in their place: curses knows them on few descriptions only.
 */
const int *style_colors(const struct style *style);

/* The same with everything in the colour of frames, for what lies below something else. */
struct style style_dimmed(const struct style *style);

enum role style_severity(enum severity severity);

/* "", "!", "!!". */
const char *style_mark(enum severity severity);

enum glyph_choice { GLYPHS_AUTO, GLYPHS_UTF8, GLYPHS_CONSOLE, GLYPHS_PLAIN, GLYPHS_ASCII };

extern const char *const glyph_names[]; /* NULL-ended, in enum order */

enum glyph {
	GLYPH_HORIZONTAL,
	GLYPH_VERTICAL,
	GLYPH_TOP_LEFT,
	GLYPH_TOP_RIGHT,
	GLYPH_BOTTOM_LEFT,
	GLYPH_BOTTOM_RIGHT,
	GLYPH_ELLIPSIS,
	GLYPH_BLANK, /* the API sent an empty text */
	GLYPH_NEVER, /* no such value came */
	GLYPH_DOWN,  /* sorted, largest first */
	GLYPH_UP,
	GLYPH_MIDDLE_DOT,
	GLYPH_FULL,       /* a live connection, a busy agent */
	GLYPH_HALF,       /* not ready */
	GLYPH_OPEN,       /* ready */
	GLYPH_QUARTER,    /* after-call work */
	GLYPH_RING,       /* ringing, reserved */
	GLYPH_EYE,        /* supervising */
	GLYPH_OTHER,      /* a state that we do not know */
	GLYPH_CROSS,      /* no connection */
	GLYPH_CLOSE,      /* behind what can be taken away */
	GLYPH_BLOCK,      /* a pixel of a big digit */
	GLYPH_UPPER_HALF, /* for digits of three rows */
	GLYPH_LOWER_HALF,
	GLYPH_BAR,   /* the filled part of a bar */
	GLYPH_TRACK, /* its empty part */
	GLYPH_LEFT_1, /* eighths of a cell, from its left */
	GLYPH_LEFT_2,
	GLYPH_LEFT_3,
	GLYPH_LEFT_4,
	GLYPH_LEFT_5,
	GLYPH_LEFT_6,
	GLYPH_LEFT_7,
	GLYPH_LINE,        /* the filled part of a bullet */
	GLYPH_LINE_TRACK,  /* its empty part */
	GLYPH_LINE_TARGET, /* its target */
	GLYPH_TARGET,      /* the target or limit of a bar, over its whole height */
	GLYPH_SPARK_1,
	GLYPH_SPARK_2,
	GLYPH_SPARK_3,
	GLYPH_SPARK_4,
	GLYPH_SPARK_5,
	GLYPH_SPARK_6,
	GLYPH_SPARK_7,
	GLYPH_SPARK_8,
	GLYPH_SELECTED, /* beside the selected row */
	GLYPH_DASH,     /* between two numbers */
	GLYPH_ABOUT,    /* before a number that is an estimate */
	GLYPH_LIMIT,    /* a limit in a chart */
	GLYPH_RISEN,    /* more than before */
	GLYPH_FALLEN,
	GLYPH_DENSE, /* parts of a stacked bar without colours */
	GLYPH_MEDIUM,
	GLYPH_LIGHT,
	GLYPH_SQUARE, /* a part of one in its legend, where it has a colour of its own */
	GLYPH_COUNT,
};

enum glyph_set { GLYPH_SET_UTF8, GLYPH_SET_CONSOLE, GLYPH_SET_ASCII, GLYPH_SET_PLAIN, GLYPH_SETS };

struct glyphs {
	enum glyph_set set;
	bool fold; /* the terminal is not UTF-8: foreign characters become '?' */
};

/* What a console's font must have for the set `console`, beside what `plain` has; 0-ended. */
extern const uint32_t glyph_console_only[];

/* The character as UTF-8 text. */
const char *glyph_text(const struct glyphs *glyphs, enum glyph glyph);

/* The mark of an agent's state. */
enum glyph glyph_of_state(enum acd_state state);

/* The set for a choice, a locale and a terminal's name. */
struct glyphs glyph_choose(enum glyph_choice choice, bool utf8, const char *terminal);

#endif
