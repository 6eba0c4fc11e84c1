#include "screen/figures.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "base/fold.h"
#include "base/text.h"

enum { SMALL_ROWS = 5, LARGE_ROWS = 7, ASCII_ROWS = 3 };

/*
 * The sizes, by the lines that they take. A pixel is so many half lines high and as many columns wide, which makes it
 * a square on most terminals; with an odd number of half lines the last line is filled by half.
 */
static const struct digit_size {
	int lines, half_lines;
	bool large; /* of seven rows of pixels, else of five */
} sizes[] = {
	{ 3, 1, false }, { 5, 2, false }, { 7, 2, true }, { 11, 3, true }, { 14, 4, true }, { 18, 5, true },
	{ 21, 6, true }, { 25, 7, true }, { 28, 8, true },
};

enum { SIZE_COUNT = sizeof(sizes) / sizeof(sizes[0]) };

struct picture {
	char character;
	const char *small[SMALL_ROWS];
	const char *large[LARGE_ROWS]; /* NULL: only small */
	const char *ascii[ASCII_ROWS]; /* three rows for sets without half blocks; NULL: none */
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
	{ '-', { "...", "...", "###", "...", "..." }, { "....", "....", "....", "####", "....", "....", "...." },
		{ "   ", " _ ", "   " } },
	{ '?', { "###", "..#", ".##", "...", ".#." }, { ".##.", "#..#", "...#", "..#.", ".#..", "....", ".#.." },
		{ " _ ", " _|", " . " } },
	{ '%', { "#.#", "..#", ".#.", "#..", "#.#" }, { "##..#", "##..#", "...#.", "..#..", ".#...", "#..##", "#..##" },
		{ NULL } },
	{ ' ', { "..", "..", "..", "..", ".." },
		{ "..", "..", "..", "..", "..", "..", ".." }, { NULL } },
	{ '/', { "..#", "..#", ".#.", "#..", "#.." },
		{ "...#", "...#", "..#.", "..#.", ".#..", "#...", "#..." }, { NULL } },
	{ '&', { ".#..", "#.#.", ".#..", "#.##", ".##." },
		{ ".##..", "#..#.", "#.#..", ".#...", "#.#.#", "#..#.", ".##.#" }, { NULL } },
	{ '+', { "...", ".#.", "###", ".#.", "..." },
		{ ".....", "..#..", "..#..", "#####", "..#..", "..#..", "....." }, { NULL } },
	{ '\'', { "#", "#", ".", ".", "." },
		{ "#", "#", ".", ".", ".", ".", "." }, { NULL } },
	{ ',', { "..", "..", "..", ".#", "#." },
		{ "..", "..", "..", "..", ".#", ".#", "#." }, { NULL } },
	{ '(', { ".#", "#.", "#.", "#.", ".#" },
		{ ".#", "#.", "#.", "#.", "#.", "#.", ".#" }, { NULL } },
	{ ')', { "#.", ".#", ".#", ".#", "#." },
		{ "#.", ".#", ".#", ".#", ".#", ".#", "#." }, { NULL } },
	{ 'A', { ".#.", "#.#", "###", "#.#", "#.#" },
		{ ".##.", "#..#", "#..#", "####", "#..#", "#..#", "#..#" }, { NULL } },
	{ 'B', { "##.", "#.#", "##.", "#.#", "##." },
		{ "###.", "#..#", "#..#", "###.", "#..#", "#..#", "###." }, { NULL } },
	{ 'C', { ".##", "#..", "#..", "#..", ".##" },
		{ ".##.", "#..#", "#...", "#...", "#...", "#..#", ".##." }, { NULL } },
	{ 'D', { "##.", "#.#", "#.#", "#.#", "##." },
		{ "###.", "#..#", "#..#", "#..#", "#..#", "#..#", "###." }, { NULL } },
	{ 'E', { "###", "#..", "###", "#..", "###" },
		{ "####", "#...", "#...", "###.", "#...", "#...", "####" }, { NULL } },
	{ 'F', { "###", "#..", "###", "#..", "#.." },
		{ "####", "#...", "#...", "###.", "#...", "#...", "#..." }, { NULL } },
	{ 'G', { ".###", "#...", "#.##", "#..#", ".###" },
		{ ".##.", "#..#", "#...", "#.##", "#..#", "#..#", ".###" }, { NULL } },
	{ 'H', { "#.#", "#.#", "###", "#.#", "#.#" },
		{ "#..#", "#..#", "#..#", "####", "#..#", "#..#", "#..#" }, { NULL } },
	{ 'I', { "###", ".#.", ".#.", ".#.", "###" },
		{ "###", ".#.", ".#.", ".#.", ".#.", ".#.", "###" }, { NULL } },
	{ 'J', { "..#", "..#", "..#", "#.#", "###" },
		{ "...#", "...#", "...#", "...#", "#..#", "#..#", ".##." }, { NULL } },
	{ 'K', { "#.#", "#.#", "##.", "#.#", "#.#" },
		{ "#..#", "#..#", "#.#.", "##..", "#.#.", "#..#", "#..#" }, { NULL } },
	{ 'L', { "#..", "#..", "#..", "#..", "###" },
		{ "#...", "#...", "#...", "#...", "#...", "#...", "####" }, { NULL } },
	{ 'M', { "#...#", "##.##", "#.#.#", "#...#", "#...#" },
		{ "#...#", "##.##", "#.#.#", "#.#.#", "#...#", "#...#", "#...#" }, { NULL } },
	{ 'N', { "#..#", "##.#", "#.##", "#..#", "#..#" },
		{ "#...#", "##..#", "##..#", "#.#.#", "#..##", "#..##", "#...#" }, { NULL } },
	{ 'O', { "###", "#.#", "#.#", "#.#", "###" },
		{ ".##.", "#..#", "#..#", "#..#", "#..#", "#..#", ".##." }, { NULL } },
	{ 'P', { "###", "#.#", "###", "#..", "#.." },
		{ "###.", "#..#", "#..#", "###.", "#...", "#...", "#..." }, { NULL } },
	{ 'Q', { ".##.", "#..#", "#..#", "#.#.", ".#.#" },
		{ ".##.", "#..#", "#..#", "#..#", "#..#", "#.#.", ".#.#" }, { NULL } },
	{ 'R', { "##.", "#.#", "##.", "#.#", "#.#" },
		{ "###.", "#..#", "#..#", "###.", "#.#.", "#..#", "#..#" }, { NULL } },
	{ 'S', { ".##", "#..", "###", "..#", "##." },
		{ ".###", "#...", "#...", ".##.", "...#", "...#", "###." }, { NULL } },
	{ 'T', { "###", ".#.", ".#.", ".#.", ".#." },
		{ "#####", "..#..", "..#..", "..#..", "..#..", "..#..", "..#.." }, { NULL } },
	{ 'U', { "#.#", "#.#", "#.#", "#.#", "###" },
		{ "#..#", "#..#", "#..#", "#..#", "#..#", "#..#", ".##." }, { NULL } },
	{ 'V', { "#.#", "#.#", "#.#", "#.#", ".#." },
		{ "#...#", "#...#", "#...#", "#...#", ".#.#.", ".#.#.", "..#.." }, { NULL } },
	{ 'W', { "#...#", "#...#", "#.#.#", "##.##", "#...#" },
		{ "#...#", "#...#", "#...#", "#.#.#", "#.#.#", "##.##", "#...#" }, { NULL } },
	{ 'X', { "#.#", "#.#", ".#.", "#.#", "#.#" },
		{ "#...#", "#...#", ".#.#.", "..#..", ".#.#.", "#...#", "#...#" }, { NULL } },
	{ 'Y', { "#.#", "#.#", ".#.", ".#.", ".#." },
		{ "#...#", "#...#", ".#.#.", "..#..", "..#..", "..#..", "..#.." }, { NULL } },
	{ 'Z', { "###", "..#", ".#.", "#..", "###" },
		{ "####", "...#", "..#.", "..#.", ".#..", "#...", "####" }, { NULL } },
};

static const struct picture *picture_of(char character)
{
	/* The ten digits come first, in order. */
	if (character >= '0' && character <= '9')
		return &table[character - '0'];
	for (size_t i = 10; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].character == character)
			return &table[i];
	return NULL;
}

static const struct digit_size *size_of(int lines)
{
	for (size_t i = 0; i < SIZE_COUNT; i++)
		if (sizes[i].lines == lines)
			return &sizes[i];
	return NULL;
}

/* Cells cannot be divided: there are no half blocks. */
static bool is_whole(const struct canvas *canvas)
{
	return canvas->glyphs->set == GLYPH_SET_ASCII || canvas->glyphs->set == GLYPH_SET_PLAIN;
}

int digits_largest(const struct canvas *canvas, int lines)
{
	for (int i = SIZE_COUNT - 1; i >= 0; i--)
		/* Without halves of a line the smallest size has pictures of its own. */
		if (sizes[i].lines <= lines && !(is_whole(canvas) && i > 0 && sizes[i].half_lines % 2 == 1))
			return sizes[i].lines;
	return 1;
}

/* Columns of one character; -1: it has no picture at this size. */
static int picture_width(const struct canvas *canvas, const struct picture *picture, const struct digit_size *size)
{
	if (is_whole(canvas) && size->lines == ASCII_ROWS)
		return picture->ascii[0] == NULL ? -1 : (int)strlen(picture->ascii[0]);
	const char *row = size->large ? picture->large[0] : picture->small[0];
	return row == NULL ? -1 : size->half_lines * (int)strlen(row);
}

int digits_width(const struct canvas *canvas, const char *text, int lines)
{
	const struct digit_size *size = size_of(lines);
	int width = 0;
	for (const char *at = text; *at != '\0'; at++) {
		const struct picture *picture = picture_of(*at);
		int own = picture == NULL || size == NULL ? -1 : picture_width(canvas, picture, size);
		if (own < 0)
			return -1;
		/* Two characters stand a pixel apart. */
		width += own + (at == text ? 0 : size->half_lines);
	}
	return width;
}

static bool pixel(const struct picture *picture, const struct digit_size *size, int half_line, int column)
{
	int row = half_line / size->half_lines;
	if (half_line < 0)
		return false;
	if (size->large)
		return row < LARGE_ROWS && picture->large[row][column] == '#';
	return row < SMALL_ROWS && picture->small[row][column] == '#';
}

/* From so many half lines below the top of the canvas on. */
static void draw_pixels(const struct canvas *canvas, int half_line, int column, enum role role,
	const struct picture *picture, const struct digit_size *size)
{
	static const enum glyph glyphs[4] = { GLYPH_COUNT, GLYPH_LOWER_HALF, GLYPH_UPPER_HALF, GLYPH_BLOCK };
	int width = (int)strlen(size->large ? picture->large[0] : picture->small[0]);
	int line = half_line / 2, lowered = half_line % 2;
	for (int row = 0; row < size->lines + lowered; row++)
		for (int i = 0; i < width; i++) {
			int half = 2 * row - lowered;
			int both = 2 * pixel(picture, size, half, i) + pixel(picture, size, half + 1, i);
			if (both != 0)
				canvas_repeat(canvas, line + row, column + size->half_lines * i, size->half_lines, role,
					glyphs[both]);
		}
}

static void draw_digits(const struct canvas *canvas, int half_line, int column, int lines, enum role role, const char *text)
{
	const struct digit_size *size = size_of(lines);
	if (digits_width(canvas, text, lines) < 0)
		return;
	for (const char *at = text; *at != '\0'; at++) {
		const struct picture *picture = picture_of(*at);
		if (is_whole(canvas) && lines == ASCII_ROWS)
			for (int row = 0; row < ASCII_ROWS; row++)
				canvas_text(canvas, half_line / 2 + row, column, role, picture->ascii[row]);
		else
			draw_pixels(canvas, half_line, column, role, picture, size);
		column += picture_width(canvas, picture, size) + size->half_lines;
	}
}

void digits_draw(const struct canvas *canvas, int line, int column, int lines, enum role role, const char *text)
{
	draw_digits(canvas, 2 * line, column, lines, role, text);
}

/* Half lines from the top of digits to where they stand. */
static int digits_base(const struct canvas *canvas, int lines)
{
	const struct digit_size *size = size_of(lines);
	if (size == NULL || (is_whole(canvas) && lines == ASCII_ROWS))
		return 2 * lines;
	return size->half_lines * (size->large ? LARGE_ROWS : SMALL_ROWS);
}

void digits_draw_beside(const struct canvas *canvas, int line, int column, int lines, int beside, enum role role,
	const char *text)
{
	int lower = digits_base(canvas, beside) - digits_base(canvas, lines);
	draw_digits(canvas, 2 * line + lower - (is_whole(canvas) ? lower % 2 : 0), column, lines, role, text);
}

enum { LETTERS_MAX = 64 }; /* bytes of a text in block letters: no wall is wider */

/* The text with the pictures' letters: capitals, accents dropped. False: it is too long, or has none of them. */
static bool block_letters(char out[LETTERS_MAX], const char *text)
{
	size_t length = strlen(text);
	memset(out, 0, LETTERS_MAX);
	if (length == 0 || length >= LETTERS_MAX)
		return false;
	char folded[FOLD_ROOM(LETTERS_MAX)];
	length = fold_text(folded, sizeof(folded), text, length, FOLD_BASE);
	if (length >= LETTERS_MAX)
		return false;
	for (size_t i = 0; i <= length; i++)
		out[i] = folded[i] >= 'a' && folded[i] <= 'z' ? (char)(folded[i] - 'a' + 'A') : folded[i];
	return true;
}

int letters_width(const struct canvas *canvas, const char *text, int lines)
{
	char letters[LETTERS_MAX];
	return block_letters(letters, text) ? digits_width(canvas, letters, lines) : -1;
}

int letters_fit(const struct canvas *canvas, const char *text, int columns, int lines)
{
	char letters[LETTERS_MAX];
	if (!block_letters(letters, text))
		return 1;
	for (int size = digits_largest(canvas, lines); size > 1; size = digits_largest(canvas, size - 1)) {
		int width = digits_width(canvas, letters, size);
		if (width >= 0 && width <= columns)
			return size;
	}
	return 1;
}

void letters_draw(const struct canvas *canvas, int line, int column, int lines, enum role role, const char *text)
{
	char letters[LETTERS_MAX];
	if (block_letters(letters, text))
		digits_draw(canvas, line, column, lines, role, letters);
}

/* Parts of a cell that a bar can fill. */
static int bar_grain(const struct canvas *canvas, const struct bar *bar)
{
	if (bar->line || is_whole(canvas))
		return 1;
	return canvas->glyphs->set == GLYPH_SET_UTF8 ? 8 : 2;
}

int bar_dots(const struct canvas *canvas, const struct bar *bar)
{
	int dots = canvas->columns * bar_grain(canvas, bar);
	double filled = bar->value / bar->full * dots;
	/* What is there is seen; what is less than all never looks like all. */
	int least = bar->value > 0 ? 1 : 0, most = bar->value < bar->full && dots > 1 ? dots - 1 : dots;
	return filled < least ? least : filled > most ? most : (int)(filled + 0.5);
}

static int bar_tick(const struct canvas *canvas, const struct bar *bar)
{
	double column = bar->tick / bar->full * canvas->columns;
	return column >= canvas->columns ? canvas->columns - 1 : column > 0 ? (int)column : 0;
}

void bar_draw(const struct canvas *canvas, const struct bar *bar)
{
	int grain = bar_grain(canvas, bar), filled = bar_dots(canvas, bar), edge = canvas->lines > 1 ? 1 : 0;
	int whole = filled / grain, part = filled % grain * 8 / grain;
	canvas_repeat(canvas, canvas->lines / 2, 0, canvas->columns, bar->track, GLYPH_LINE_TRACK);
	for (int line = edge; line < canvas->lines - edge; line++) {
		canvas_repeat(canvas, line, 0, whole, bar->role, bar->line ? GLYPH_LINE : GLYPH_BAR);
		if (part > 0)
			canvas_repeat(canvas, line, whole, 1, bar->role, (enum glyph)(GLYPH_LEFT_1 + part - 1));
	}
	for (int line = 0; line < canvas->lines && !isnan(bar->tick); line++)
		canvas_repeat(canvas, line, bar_tick(canvas, bar), 1, bar->target, bar->line ? GLYPH_LINE_TARGET : GLYPH_TARGET);
}

enum { BRAILLE_DOTS = 4, SPARK_LEVELS = GLYPH_SPARK_8 - GLYPH_SPARK_1 + 1 };

/* How finely a cell can be divided. */
struct grain {
	int across, down;
};

static struct grain grain_of(const struct canvas *canvas)
{
	switch (canvas->glyphs->set) {
	case GLYPH_SET_UTF8:
		return (struct grain){ 2, BRAILLE_DOTS };
	case GLYPH_SET_CONSOLE:
		return (struct grain){ 1, 2 };
	default:
		return (struct grain){ 1, 1 };
	}
}

/* The mean of the values that fall into one dot's width; NAN if all are gaps. */
static float value_at(const struct chart *chart, int dot, int dots)
{
	unsigned from = (unsigned)dot * chart->count / (unsigned)dots;
	unsigned end = ((unsigned)dot + 1) * chart->count / (unsigned)dots;
	double sum = 0;
	unsigned there = 0;
	for (unsigned i = from; i < end || i == from; i++)
		if (!isnan(chart->values[i])) {
			sum += (double)chart->values[i];
			there++;
		}
	return there > 0 ? (float)(sum / there) : NAN;
}

static bool has_limit(const struct threshold *threshold)
{
	return threshold != NULL && threshold->comparison != COMPARE_NONE && threshold->comparison != COMPARE_EQ &&
		threshold->comparison != COMPARE_NE;
}

/* The limit that is drawn: the first one, or the second if there is no first. */
static const struct threshold *limit_of(const struct chart *chart)
{
	if (has_limit(chart->warn))
		return chart->warn;
	return has_limit(chart->alert) ? chart->alert : NULL;
}

/* The numbers of the bottom and of the top, so that the limit is seen. */
static void range_of(const struct chart *chart, double *low, double *high)
{
	const struct threshold *limit = limit_of(chart);
	*low = INFINITY;
	*high = -INFINITY;
	for (unsigned i = 0; i < chart->count; i++) {
		if (isnan(chart->values[i]))
			continue;
		*low = fmin(*low, (double)chart->values[i]);
		*high = fmax(*high, (double)chart->values[i]);
	}
	if (limit != NULL) {
		*low = fmin(*low, limit->number);
		*high = fmax(*high, limit->number);
	}
	if (chart->shared) {
		*low = fmin(*low, chart->least);
		*high = fmax(*high, chart->most);
	}
	/* Room below the least value, or it could not be told from the bottom. */
	*low = chart->from_zero ? fmin(0, *low) : *low - fmax((*high - *low) / 2, 1);
	if (chart->kind == KIND_PERCENT)
		*low = fmax(*low, 0);
	if (*high - *low < 1)
		*high = *low + 1;
}

static int level_of(double value, double low, double high, int levels)
{
	/* Compared before it becomes an integer, which has no room for what is far beyond. */
	double level = (value - low) / (high - low) * levels + 0.5;
	return level >= levels ? levels : level >= 1 ? (int)level : 1;
}

static enum severity severity_at(const struct chart *chart, float value)
{
	if (chart->stale || isnan(value))
		return SEVERITY_NONE;
	struct cell cell = { .text = "", .number = (double)value, .state = VALUE_NUMBER };
	static const struct threshold none = { .comparison = COMPARE_NONE };
	return threshold_severity(chart->warn != NULL ? chart->warn : &none,
		chart->alert != NULL ? chart->alert : &none, &cell);
}

static enum role role_of(const struct chart *chart, enum severity severity)
{
	if (chart->stale)
		return ROLE_STALE;
	if (chart->role != ROLE_TEXT)
		return chart->role;
	if (severity != SEVERITY_NONE)
		return severity == SEVERITY_ALERT ? ROLE_SEVERE : ROLE_NOTE;
	return chart->fine != ROLE_TEXT ? chart->fine : ROLE_FINE;
}

/* The dots of a column of dots that are set: above `from`, up to `to`, counted from the bottom. */
struct stroke {
	int from, to;
};

/* The strokes of one cell's width, and how severe what they show is. */
struct strokes {
	struct stroke dots[2];
	bool base; /* an area of no height, where dots are too large to stand for it */
	enum severity worst;
};

/* What stands in one cell, whose bottom is so many dots above the canvas' own; 0: nothing. */
static uint32_t braille(const struct strokes *strokes, int bottom)
{
	static const uint32_t dots[2][BRAILLE_DOTS] = { { 0x40, 0x04, 0x02, 0x01 }, { 0x80, 0x20, 0x10, 0x08 } };
	uint32_t bits = 0;
	for (int across = 0; across < 2; across++)
		for (int dot = 0; dot < BRAILLE_DOTS; dot++)
			if (bottom + dot >= strokes->dots[across].from && bottom + dot < strokes->dots[across].to)
				bits |= dots[across][dot];
	return bits;
}

static void put_braille(const struct canvas *canvas, int line, int column, enum role role, uint32_t bits)
{
	/* U+2800 to U+28FF are three bytes of UTF-8. */
	uint32_t code = 0x2800 + bits;
	char text[4] = { (char)(0xE0 | code >> 12), (char)(0x80 | (code >> 6 & 0x3F)), (char)(0x80 | (code & 0x3F)), '\0' };
	canvas_put(canvas, line, column, 1, role, ALIGN_LEFT, text);
}

/* Where there are no dots: halves of a cell, or one mark. */
static void put_block(const struct canvas *canvas, int line, int column, enum role role, const struct strokes *strokes,
	int bottom, const char *mark)
{
	const struct stroke *stroke = &strokes->dots[0];
	bool lower = bottom >= stroke->from && bottom < stroke->to, upper = bottom + 1 >= stroke->from && bottom + 1 < stroke->to;
	if (is_whole(canvas))
		upper = lower;
	if (!lower && !upper)
		return;
	if (mark != NULL)
		canvas_put(canvas, line, column, 1, role, ALIGN_LEFT, mark);
	else
		canvas_repeat(canvas, line, column, 1, role, !upper ? GLYPH_LOWER_HALF : !lower ? GLYPH_UPPER_HALF : GLYPH_BLOCK);
}

/* Dashes in the line of the limit, where the area does not reach. */
static void draw_limit(const struct canvas *canvas, const struct chart *chart, double low, double high)
{
	const struct threshold *limit = limit_of(chart);
	if (limit == NULL || canvas->lines < 2)
		return;
	int line = chart_line(canvas, limit->number, low, high);
	canvas_repeat(canvas, line, 0, canvas->columns,
		chart->stale ? ROLE_STALE : chart->role != ROLE_TEXT ? chart->role : ROLE_LIMIT, GLYPH_LIMIT);
}

int chart_line(const struct canvas *canvas, double value, double low, double high)
{
	int down = grain_of(canvas).down;
	return canvas->lines - 1 - (level_of(value, low, high, canvas->lines * down) - 1) / down;
}

int chart_dots(const struct canvas *canvas)
{
	return canvas->columns * grain_of(canvas).across;
}

/* An area stands on the bottom; a line goes from where it was, so that it is not torn. 0 dots: a gap. */
static struct strokes strokes_at(const struct canvas *canvas, const struct chart *chart, int column, double low, double high,
	int *before)
{
	struct grain grain = grain_of(canvas);
	struct strokes strokes = { .worst = SEVERITY_NONE };
	for (int across = 0; across < grain.across; across++) {
		float value = value_at(chart, column * grain.across + across, canvas->columns * grain.across);
		enum severity severity = severity_at(chart, value);
		int level = isnan(value) ? 0 : level_of((double)value, low, high, canvas->lines * grain.down);
		struct stroke *stroke = &strokes.dots[across];
		/* A whole or half block would look like a number that is not there. */
		strokes.base = !chart->line && grain.down < BRAILLE_DOTS && level == 1 &&
			(double)value - low < (high - low) / (canvas->lines * grain.down) / 2;
		*stroke = (struct stroke){ .from = 0, .to = strokes.base ? 0 : level };
		if (chart->line && level > 0) {
			bool rose = *before > 0 && *before < level, fell = *before > level;
			stroke->from = rose ? *before : level - 1;
			stroke->to = fell ? *before - 1 : level;
		}
		*before = level;
		strokes.worst = severity > strokes.worst ? severity : strokes.worst;
	}
	return strokes;
}

/* Whether anything of these stands in a cell. */
static bool stands(const struct strokes *strokes, unsigned count, int bottom, struct grain grain)
{
	for (unsigned i = 0; i < count; i++)
		for (int across = 0; across < grain.across; across++)
			if (strokes[i].dots[across].to > bottom && strokes[i].dots[across].from < bottom + grain.down)
				return true;
	return false;
}

/* In ASCII the light block is what a limit is drawn with. */
const char *chart_behind(const struct canvas *canvas)
{
	return canvas->glyphs->set == GLYPH_SET_ASCII ? ":" : canvas_glyph(canvas, GLYPH_LIGHT);
}

/* Every second dot, or a light block: told from what stands before it without colours too. */
static void put_behind(const struct canvas *canvas, int line, int column, const struct chart *chart, const struct strokes *strokes,
	int bottom)
{
	enum { EVERY_SECOND = 0x01 | 0x04 | 0x10 | 0x80 };
	struct grain grain = grain_of(canvas);
	if (!stands(strokes, 1, bottom, grain))
		return;
	uint32_t bits = grain.down == BRAILLE_DOTS ? braille(strokes, bottom) & EVERY_SECOND : 0;
	if (bits != 0)
		put_braille(canvas, line, column, role_of(chart, SEVERITY_NONE), bits);
	else if (grain.down != BRAILLE_DOTS)
		canvas_put(canvas, line, column, 1, role_of(chart, SEVERITY_NONE), ALIGN_LEFT, chart_behind(canvas));
}

/* Those of all charts in one cell: dots are added, and the more severe colour, else the later one, wins. */
static void draw_column(const struct canvas *canvas, const struct chart *charts, unsigned count, const struct strokes *strokes,
	int column)
{
	static const char *const letters[] = { "A", "B", "C", "D" };
	int down = grain_of(canvas).down;
	for (int line = 0; line < canvas->lines; line++) {
		int bottom = (canvas->lines - 1 - line) * down;
		uint32_t bits = 0;
		const struct chart *top = NULL;
		enum severity worst = SEVERITY_NONE;
		if (charts[0].behind && !stands(&strokes[1], count - 1, bottom, grain_of(canvas)))
			put_behind(canvas, line, column, &charts[0], &strokes[0], bottom);
		for (unsigned i = charts[0].behind ? 1 : 0; i < count; i++) {
			uint32_t own = 0;
			if (strokes[i].base && bottom == 0)
				canvas_repeat(canvas, line, column, 1, role_of(&charts[i], strokes[i].worst), GLYPH_SPARK_1);
			if (down == BRAILLE_DOTS)
				own = braille(&strokes[i], bottom);
			else
				put_block(canvas, line, column, role_of(&charts[i], strokes[i].worst), &strokes[i], bottom,
					count > 1 && !charts[0].behind && is_whole(canvas) && i < sizeof(letters) / sizeof(letters[0]) ? letters[i] : NULL);
			bits |= own;
			if (own == 0 || (top != NULL && strokes[i].worst < worst))
				continue;
			top = &charts[i];
			worst = strokes[i].worst;
		}
		if (bits != 0)
			put_braille(canvas, line, column, role_of(top, worst), bits);
	}
}

void charts_draw(const struct canvas *canvas, const struct chart *charts, unsigned count)
{
	int before[LAYOUT_SERIES_MAX + 1] = { 0 };
	for (int column = 0; column < canvas->columns; column++) {
		struct strokes strokes[LAYOUT_SERIES_MAX + 1];
		for (unsigned i = 0; i < count; i++)
			strokes[i] = strokes_at(canvas, &charts[i], column, charts[i].low, charts[i].high, &before[i]);
		draw_column(canvas, charts, count, strokes, column);
	}
}

/* One line without braille has characters of its own, or it would be flat. */
static void draw_spark(const struct canvas *canvas, const struct chart *chart)
{
	for (int column = 0; column < canvas->columns; column++) {
		float value = value_at(chart, column, canvas->columns);
		if (isnan(value))
			continue;
		int level = level_of((double)value, chart->low, chart->high, SPARK_LEVELS);
		canvas_repeat(canvas, 0, column, 1, role_of(chart, severity_at(chart, value)), (enum glyph)(GLYPH_SPARK_1 + level - 1));
	}
}

void chart_draw(const struct canvas *canvas, const struct chart *chart)
{
	struct chart own = *chart;
	if (chart->count == 0 || canvas->columns <= 0 || canvas->lines <= 0)
		return;
	if (!(own.high > own.low)) {
		range_of(chart, &own.low, &own.high);
		draw_limit(canvas, chart, own.low, own.high);
	}
	if (canvas->lines == 1 && grain_of(canvas).down < BRAILLE_DOTS) {
		draw_spark(canvas, &own);
		return;
	}
	charts_draw(canvas, &own, 1);
}
