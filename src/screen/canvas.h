/*
 * Drawing in a part of a window: every text is cut to the columns it is given, wide characters are never split,
 * and nothing is ever written outside the part. And what a window shows since the last frame.
 *
 * A canvas is a value: it borrows the window, the style and the glyphs, and owns nothing. Texts must be clean
 * (base/text.h).
 */
#ifndef SCREEN_CANVAS_H
#define SCREEN_CANVAS_H

#include <stdbool.h>
#include <stdint.h>

#include "layout/layout.h"
#include "screen/style.h"

enum { CANVAS_TEXT_MAX = 1024 }; /* bytes of a text drawn: a line of 256 columns, each with two marks */

struct _win_st; /* curses' window: its name. NOLINT(bugprone-reserved-identifier) */

struct canvas {
	struct _win_st *window;
	const struct style *style;
	const struct glyphs *glyphs;
	int line, column;   /* of its corner, in the window */
	int lines, columns; /* its size */
};

/* The whole window. */
struct canvas canvas_window(struct _win_st *window, const struct style *style, const struct glyphs *glyphs);

/* A part, clipped to the whole. */
struct canvas canvas_part(const struct canvas *canvas, int line, int column, int lines, int columns);

/* Puts a text into a field of columns; blanks around it stay as they are. Returns the columns of the text. */
int canvas_put(const struct canvas *canvas, int line, int column, int columns, enum role role, enum align align,
	const char *text);

/* Puts a text at the left, as wide as it is; returns the column after it. */
int canvas_text(const struct canvas *canvas, int line, int column, enum role role, const char *text);

int canvas_print(const struct canvas *canvas, int line, int column, enum role role, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/* The same glyph, count times. */
void canvas_repeat(const struct canvas *canvas, int line, int column, int count, enum role role, enum glyph glyph);

/* Blanks in the role's colours. */
void canvas_fill(const struct canvas *canvas, int line, int column, int lines, int columns, enum role role);

/* Blanks as an erased window has them. */
void canvas_blank(const struct canvas *canvas, int line, int column, int lines, int columns);

const char *canvas_glyph(const struct canvas *canvas, enum glyph glyph);

/* A frame around the whole canvas; returns what is inside. */
struct canvas canvas_frame(const struct canvas *canvas, enum role role);

/*
 * Wraps a text at blanks into the canvas, from `line` on, centred or at the left; returns the lines used. With
 * draw false nothing is drawn.
 */
int canvas_wrap(const struct canvas *canvas, int line, enum role role, bool centred, const char *text, bool draw);

enum { CELL_CACHE_FRAME = LAYOUT_COLUMNS_MAX }; /* the place of a key for the frame, on line 0 */

/*
 * What stands in a grid's window since the last frame, so that the next one draws only what is different.
 *
 * For each line a ground (what lies behind its cells) and a key for each cell; 0 is a blank. It holds no text: a
 * key is a hash of all that a cell looks like. The composition owns one beside each window, and forgets it when
 * the window is new or was erased.
 */
struct cell_cache {
	bool valid; /* the window shows what the keys say */
	bool runs;  /* a duration in it runs on with the time */
	uint64_t made_of; /* key of all that the last frame was made of, but for the time of such durations */
	uint64_t placed;  /* key of where its columns stood */
	int lines, room; /* of the window; that there is memory for */
	uint64_t *keys; /* of each line: the ground, and one for each column */
};

/* Lines: of the window. Memory of a window before it is used again, so that a line that comes and goes takes none. */
void cell_cache_open(struct cell_cache *cache, int lines);
void cell_cache_close(struct cell_cache *cache);

/* The window was erased. */
void cell_cache_forget(struct cell_cache *cache);

/* True if the line must be drawn anew on another ground: then all of its cells are blank. */
bool cell_cache_ground(struct cell_cache *cache, int line, uint64_t ground);

/* True if the cell looks different from now on, and must be drawn. */
bool cell_cache_cell(struct cell_cache *cache, int line, unsigned column, uint64_t key);

/* A key of a text and a number, never 0; `before` chains them. */
uint64_t cell_cache_key(uint64_t before, const char *text, unsigned number);

#endif
