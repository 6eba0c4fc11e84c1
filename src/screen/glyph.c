#include "screen/glyph.h"

#include <stddef.h>
#include <string.h>


const char *const glyph_names[] = { "auto", "utf8", "console", "ascii", NULL };

/* The console's column keeps to code page 437, which every console font has. */
static const char *const table[GLYPH_COUNT][GLYPH_SETS] = {
	[GLYPH_HORIZONTAL] = { "─", "─", "-" },
	[GLYPH_VERTICAL] = { "│", "│", "|" },
	[GLYPH_TOP_LEFT] = { "┌", "┌", "+" },
	[GLYPH_TOP_RIGHT] = { "┐", "┐", "+" },
	[GLYPH_BOTTOM_LEFT] = { "└", "└", "+" },
	[GLYPH_BOTTOM_RIGHT] = { "┘", "┘", "+" },
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
};

static const enum glyph states[STATE_COUNT] = {
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
	return table[glyph][glyphs->set];
}

enum glyph glyph_of_state(enum acd_state state)
{
	return states[state];
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
