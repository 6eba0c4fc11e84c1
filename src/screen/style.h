/*
 * Styles and glyphs: what a wall is drawn with.
 *
 * A style goes from a role (what a text is) to a colour and an attribute, for each theme and each number of colours.
 *
 * On numbers and texts colour means severity; the rest is told apart by brightness. Pictures have one quiet colour more,
 * for what was measured and is fine. The terminal's own background stays. A struct style is filled once at start and at each change of theme; it owns nothing. Pair
 * numbers stay below 64, which the smallest colour terminals have.
 *
 * Glyph sets say which character stands for what: utf8 for terminal emulators, console for what the font of a Linux
 * console holds (256 or 512 glyphs), ascii for everything else. Every glyph takes exactly one column in every set, so
 * that no picture shifts with the set.
 */
#ifndef SCREEN_STYLE_H
#define SCREEN_STYLE_H

#include <stdbool.h>

#include "layout/state.h"
#include "layout/threshold.h"

enum color_choice { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

extern const char *const color_names[]; /* NULL-ended, in enum order */
extern const char *const theme_names[]; /* of enum theme */

enum role {
	ROLE_TEXT,   /* messages, help */
	ROLE_VALUE,  /* what people came to see */
	ROLE_LABEL,  /* what the value is called */
	ROLE_FRAME,  /* lines around panels */
	ROLE_TITLE,  /* in the frame, and of the wall */
	ROLE_STALE,  /* an old value */
	ROLE_SELECT, /* the selected row */
	ROLE_KEY,    /* of the key hints */
	ROLE_BANNER, /* paused */
	ROLE_WARN,   /* a value beyond its first limit */
	ROLE_ALERT,  /* ... its second: filled */
	ROLE_NOTE,   /* text that warns beside the data: no fill, so that lines of it can be read */
	ROLE_SEVERE, /* the part of a picture beyond the second limit: the same without a fill */
	ROLE_LIMIT,  /* the limit itself, as a line in a picture */
	ROLE_FINE,   /* measured and within its limits, in pictures only */
	ROLE_COUNT,
};

enum depth { DEPTH_MONO, DEPTH_8, DEPTH_16, DEPTH_256, DEPTHS };

enum theme { THEME_SAFE, THEME_DARK, THEME_LIGHT, THEME_CONTRAST, THEMES };

/* One cell of the table. Colours are terminal colours, -1 the terminal's own. */
struct look {
	short fg, bg;
	unsigned attributes; /* curses' */
};

struct style {
	enum depth depth;
	int theme;
	bool direct; /* the terminal's numbers are red, green and blue, in so many bits */
	int bits[3];
	bool background; /* the theme has one of its own, everywhere */
	bool fills[ROLE_COUNT]; /* has a background of its own, or is reversed */
	unsigned attributes[ROLE_COUNT];
	short pairs[ROLE_COUNT];
};

/* The row of the table; also for tests. */
struct look style_look(int theme, enum depth depth, enum role role);

/* What a colour of the 256 is in a terminal of direct colours; of the first eight and the terminal's own the same. */
int style_direct(const int bits[3], int color);

/* Starts colours in the running curses screen. */
void style_open(struct style *style, int theme, enum color_choice color);

/* Takes another theme. */
void style_theme(struct style *style, int theme);

enum role style_severity(enum severity severity);

/* "", "!", "!!". */
const char *style_mark(enum severity severity);

enum glyph_choice { GLYPHS_AUTO, GLYPHS_UTF8, GLYPHS_CONSOLE, GLYPHS_ASCII };

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
	GLYPH_BLOCK,      /* a pixel of a big digit */
	GLYPH_UPPER_HALF, /* for digits of three rows */
	GLYPH_LOWER_HALF,
	GLYPH_BAR,   /* the filled part of a bar */
	GLYPH_TRACK, /* its empty part */
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
	GLYPH_LIMIT,    /* a limit in a chart */
	GLYPH_RISEN,    /* more than before */
	GLYPH_FALLEN,
	GLYPH_DENSE, /* parts of a stacked bar without colours */
	GLYPH_MEDIUM,
	GLYPH_LIGHT,
	GLYPH_COUNT,
};

enum glyph_set { GLYPH_SET_UTF8, GLYPH_SET_CONSOLE, GLYPH_SET_ASCII, GLYPH_SETS };

struct glyphs {
	enum glyph_set set;
	bool fold; /* the terminal is not UTF-8: foreign characters become '?' */
};

/* The character as UTF-8 text. */
const char *glyph_text(const struct glyphs *glyphs, enum glyph glyph);

/* The mark of an agent's state. */
enum glyph glyph_of_state(enum acd_state state);

/* The set for a choice, a locale and a terminal's name. */
struct glyphs glyph_choose(enum glyph_choice choice, bool utf8, const char *terminal);

#endif
