#include "screen/digits.h"

#include <math.h>
#include <stddef.h>
#include <string.h>



enum { PIXEL_ROWS = 7, ASCII_ROWS = 3 };

/*
 * small: five rows of pixels, drawn in half cells for 3 rows and in double cells for 5. large: seven rows, in
 * double cells.
 */
struct picture {
	char character;
	const char *small[5];
	const char *large[7];
	const char *ascii[3]; /* three rows of plain characters */
};

static const struct picture table[] = {
	{ '0', { "###", "#.#", "#.#", "#.#", "###" },
		{ ".##.", "#..#", "#..#", "#..#", "#..#", "#..#", ".##." }, { " _ ", "| |", "|_|" } },
	{ '1', { ".#.", "##.", ".#.", ".#.", "###" },
		{ "..#.", ".##.", "..#.", "..#.", "..#.", "..#.", ".###" }, { "   ", " | ", " | " } },
	{ '2', { "###", "..#", "###", "#..", "###" },
		{ ".##.", "#..#", "...#", "..#.", ".#..", "#...", "####" }, { " _ ", " _|", "|_ " } },
	{ '3', { "###", "..#", "###", "..#", "###" },
		{ ".##.", "#..#", "...#", ".##.", "...#", "#..#", ".##." }, { " _ ", " _|", " _|" } },
	{ '4', { "#.#", "#.#", "###", "..#", "..#" },
		{ "#..#", "#..#", "#..#", "####", "...#", "...#", "...#" }, { "   ", "|_|", "  |" } },
	{ '5', { "###", "#..", "###", "..#", "###" },
		{ "####", "#...", "###.", "...#", "...#", "#..#", ".##." }, { " _ ", "|_ ", " _|" } },
	{ '6', { "###", "#..", "###", "#.#", "###" },
		{ ".##.", "#...", "#...", "###.", "#..#", "#..#", ".##." }, { " _ ", "|_ ", "|_|" } },
	{ '7', { "###", "..#", "..#", "..#", "..#" },
		{ "####", "...#", "...#", "..#.", "..#.", ".#..", ".#.." }, { " _ ", "  |", "  |" } },
	{ '8', { "###", "#.#", "###", "#.#", "###" },
		{ ".##.", "#..#", "#..#", ".##.", "#..#", "#..#", ".##." }, { " _ ", "|_|", "|_|" } },
	{ '9', { "###", "#.#", "###", "..#", "###" },
		{ ".##.", "#..#", "#..#", ".###", "...#", "...#", ".##." }, { " _ ", "|_|", " _|" } },
	{ ':', { ".", "#", ".", "#", "." }, { ".", ".", "#", ".", "#", ".", "." }, { " ", ".", "." } },
	{ '.', { ".", ".", ".", ".", "#" }, { ".", ".", ".", ".", ".", ".", "#" }, { " ", " ", "." } },
	{ '-', { "...", "...", "###", "...", "..." }, { "...", "...", "...", "###", "...", "...", "..." },
		{ "   ", " _ ", "   " } },
	{ '?', { "###", "..#", ".##", "...", ".#." }, { ".##.", "#..#", "...#", "..#.", ".#..", "....", ".#.." },
		{ " _ ", " _|", " . " } },
};

static const struct picture *find(char character)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].character == character)
			return &table[i];
	return NULL;
}

static bool is_ascii(const struct canvas *canvas)
{
	return canvas->glyphs->set == GLYPH_SET_ASCII;
}

static int picture_width(const struct canvas *canvas, const struct picture *picture, int rows)
{
	if (rows == 3)
		return (int)strlen(is_ascii(canvas) ? picture->ascii[0] : picture->small[0]);
	return 2 * (int)strlen(rows == 5 ? picture->small[0] : picture->large[0]);
}

/* Between two pictures: as wide as a pixel. */
static int gap(int rows)
{
	return rows == 3 ? 1 : 2;
}

int digits_width(const struct canvas *canvas, const char *text, int rows)
{
	int width = 0;
	for (const char *at = text; *at != '\0'; at++) {
		const struct picture *picture = find(*at);
		if (picture == NULL)
			return -1;
		width += picture_width(canvas, picture, rows) + (at == text ? 0 : gap(rows));
	}
	return width;
}

static void draw_half_cells(const struct canvas *canvas, int line, int column, enum role role,
	const struct picture *picture)
{
	static const enum glyph glyphs[4] = { GLYPH_COUNT, GLYPH_LOWER_HALF, GLYPH_UPPER_HALF, GLYPH_BLOCK };
	for (int row = 0; row < 3; row++)
		for (int i = 0; picture->small[0][i] != '\0'; i++) {
			bool upper = picture->small[2 * row][i] == '#';
			bool lower = row < 2 && picture->small[2 * row + 1][i] == '#';
			if (upper || lower)
				canvas_repeat(canvas, line + row, column + i, 1, role, glyphs[2 * upper + lower]);
		}
}

static void draw_double_cells(const struct canvas *canvas, int line, int column, enum role role,
	const char *const *pixels, int rows)
{
	for (int row = 0; row < rows; row++)
		for (int i = 0; pixels[row][i] != '\0'; i++)
			if (pixels[row][i] == '#')
				canvas_repeat(canvas, line + row, column + 2 * i, 2, role, GLYPH_BLOCK);
}

static void draw_ascii(const struct canvas *canvas, int line, int column, enum role role, const struct picture *picture)
{
	for (int row = 0; row < ASCII_ROWS; row++)
		canvas_text(canvas, line + row, column, role, picture->ascii[row]);
}

void digits_draw(const struct canvas *canvas, int line, int column, int rows, enum role role, const char *text)
{
	for (const char *at = text; *at != '\0'; at++) {
		const struct picture *picture = find(*at);
		if (picture == NULL)
			return;
		if (rows == 3 && is_ascii(canvas))
			draw_ascii(canvas, line, column, role, picture);
		else if (rows == 3)
			draw_half_cells(canvas, line, column, role, picture);
		else if (rows == 5)
			draw_double_cells(canvas, line, column, role, picture->small, 5);
		else
			draw_double_cells(canvas, line, column, role, picture->large, PIXEL_ROWS);
		column += picture_width(canvas, picture, rows) + gap(rows);
	}
}

/* Height of a value between two others: 1 to levels. Where all are equal: the least for 0, else half. */
static int level_of(float value, float low, float high, int levels)
{
	if (!(high > low))
		return value > 0 ? (levels + 1) / 2 : 1;
	int level = 1 + (int)((value - low) / (high - low) * (float)(levels - 1) + 0.5F);
	return level > levels ? levels : level < 1 ? 1 : level;
}

/* A bar from the bottom up: full cells, and what is left in the topmost. */
static void draw_bar(const struct canvas *canvas, int column, int level, enum role role)
{
	for (int line = canvas->lines - 1; line >= 0 && level > 0; line--, level -= SPARK_LEVELS) {
		int part = level < SPARK_LEVELS ? level : SPARK_LEVELS;
		canvas_repeat(canvas, line, column, 1, role, (enum glyph)(GLYPH_SPARK_1 + part - 1));
	}
}

void spark_draw(const struct canvas *canvas, enum role role, const float *values, unsigned count, bool zero)
{
	float low = zero ? 0 : INFINITY, high = zero ? 0 : -INFINITY;
	for (unsigned i = 0; i < count; i++) {
		if (isnan(values[i]))
			continue;
		low = fminf(low, values[i]);
		high = fmaxf(high, values[i]);
	}
	/* A full cell would grow together with the digits above; where there are eighths it need not be used. */
	int levels = canvas->lines * SPARK_LEVELS - (canvas->glyphs->set == GLYPH_SET_UTF8 ? SPARK_LEVELS / 4 : 0);
	for (unsigned i = 0; i < count; i++)
		if (!isnan(values[i]))
			draw_bar(canvas, (int)i, level_of(values[i], low, high, levels), role);
}
