/*
 * Glyph sets: which character stands for what. utf8 for terminal emulators, console for what the font of a Linux
 * console holds (256 or 512 glyphs), ascii for everything else.
 *
 * Constant tables; nothing is allocated. Every glyph takes exactly one column in every set, so that no picture
 * shifts with the set.
 */
#ifndef SCREEN_GLYPH_H
#define SCREEN_GLYPH_H

#include <stdbool.h>

#include "layout/state.h"

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
