#include "screen/picture.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "screen/palette.h"

/* What the terminal's own colours are where there is no terminal. */
enum { DARK_FG = 0xD0D0D0, DARK_BG = 0x101010, LIGHT_FG = 0x303030, LIGHT_BG = 0xFFFFFF };

void picture_open(struct picture_page *picture, int columns, int lines)
{
	size_t count = (size_t)columns * (size_t)lines;
	*picture = (struct picture_page){ .columns = columns, .lines = lines, .bg = PALETTE_OWN };
	picture->cells = must_alloc(count * sizeof(*picture->cells));
	for (size_t i = 0; i < count; i++)
		picture->cells[i] = (struct picture_cell){ .text = " ", .columns = 1, .fg = PALETTE_OWN, .bg = PALETTE_OWN };
}

void picture_close(struct picture_page *picture)
{
	free(picture->cells);
	picture->cells = NULL;
}

struct picture_cell *picture_cell(const struct picture_page *picture, int line, int column)
{
	return &picture->cells[(size_t)line * (size_t)picture->columns + (size_t)column];
}

static bool same_look(const struct picture_cell *a, const struct picture_cell *b)
{
	return a->fg == b->fg && a->bg == b->bg && a->bold == b->bold && a->dim == b->dim && a->underline == b->underline &&
		a->reverse == b->reverse;
}

static uint32_t first_code(const struct picture_cell *cell)
{
	const char *at = cell->text;
	return at[0] == '\0' ? ' ' : text_decode(&at, at + strlen(at));
}

static bool is_blank(const struct picture_cell *cell)
{
	return cell->columns == 0 || strcmp(cell->text, " ") == 0;
}

/* ---- ANSI ---- */

/* The terminal's own colours as ECMA-48 and xterm have them. */
static void add_sgr_color(struct buffer *out, int color, bool background)
{
	int base = background ? 40 : 30;
	if (color == PALETTE_OWN)
		return;
	if (color >= PALETTE_FULL) {
		int rgb = palette_rgb(color);
		buffer_print(out, ";%d;2;%d;%d;%d", base + 8, rgb >> 16 & 0xFF, rgb >> 8 & 0xFF, rgb & 0xFF);
	} else if (color >= 16) {
		buffer_print(out, ";%d;5;%d", base + 8, color);
	} else {
		buffer_print(out, ";%d", color < 8 ? base + color : base + 60 + color - 8);
	}
}

static void add_sgr(struct buffer *out, const struct picture_cell *look)
{
	buffer_print(out, "\033[0%s%s%s%s", look->bold ? ";1" : "", look->dim ? ";2" : "", look->underline ? ";4" : "",
		look->reverse ? ";7" : "");
	add_sgr_color(out, look->fg, false);
	add_sgr_color(out, look->bg, true);
	buffer_text(out, "m");
}

/* A cell that shows nothing where the line ends before it. */
static bool is_nothing(const struct picture_cell *cell)
{
	return is_blank(cell) && cell->columns > 0 && cell->bg == PALETTE_OWN && !cell->underline && !cell->reverse;
}

static int line_end(const struct picture_page *picture, int line)
{
	int end = picture->columns;
	while (end > 0 && is_nothing(picture_cell(picture, line, end - 1)))
		end--;
	return end;
}

static void write_ansi(const struct picture_page *picture, struct buffer *out)
{
	static const struct picture_cell plain = { .fg = PALETTE_OWN, .bg = PALETTE_OWN };
	for (int line = 0; line < picture->lines; line++) {
		const struct picture_cell *look = &plain;
		int end = line_end(picture, line);
		for (int column = 0; column < end; column++) {
			const struct picture_cell *cell = picture_cell(picture, line, column);
			if (cell->columns == 0)
				continue;
			if (!same_look(cell, look))
				add_sgr(out, cell);
			look = cell;
			buffer_text(out, cell->text);
		}
		buffer_text(out, same_look(look, &plain) ? "\n" : "\033[0m\n");
	}
}

/* ---- what HTML and SVG share ---- */

/* A character that XML forbids cannot be escaped either. */
static void add_escaped(struct buffer *out, const char *text)
{
	for (const char *end = text + strlen(text), *at = text, *before; before = at, at < end;) {
		uint32_t code = text_decode(&at, end);
		if (code == '&')
			buffer_text(out, "&amp;");
		else if (code == '<')
			buffer_text(out, "&lt;");
		else if (code == '>')
			buffer_text(out, "&gt;");
		else if (code == '"')
			buffer_text(out, "&quot;");
		else if (code == 0xFFFD || code < ' ' || (code >= 0x7F && code < 0xA0) || code == 0xFFFE || code == 0xFFFF)
			buffer_text(out, "\xEF\xBF\xBD");
		else
			buffer_add(out, before, (size_t)(at - before));
	}
}

static int rgb_of(const struct picture_page *picture, int color, bool background)
{
	if (color != PALETTE_OWN)
		return palette_rgb(color);
	if (background && picture->bg != PALETTE_OWN)
		return palette_rgb(picture->bg);
	if (picture->light)
		return background ? LIGHT_BG : LIGHT_FG;
	return background ? DARK_BG : DARK_FG;
}

static int mixed(int one, int other)
{
	int rgb = 0;
	for (int shift = 0; shift <= 16; shift += 8)
		rgb |= (((one >> shift & 0xFF) * 3 + (other >> shift & 0xFF) * 2) / 5) << shift;
	return rgb;
}

struct shades {
	int fg, bg;
};

static struct shades shades_of(const struct picture_page *picture, const struct picture_cell *cell)
{
	struct shades shades = { rgb_of(picture, cell->fg, false), rgb_of(picture, cell->bg, true) };
	if (cell->dim)
		shades.fg = mixed(shades.fg, shades.bg);
	return cell->reverse ? (struct shades){ shades.bg, shades.fg } : shades;
}

/* A part of a cell, in eighths of its width and height. */
struct part {
	int left, top, right, bottom;
};

enum { PARTS_MAX = 3, QUADRANTS = 10 };

/* Of U+2596 to U+259F, upper left, upper right, lower left and lower right as bits from the lowest. */
static const unsigned char quadrants[QUADRANTS] = { 4, 8, 1, 13, 9, 7, 11, 2, 6, 14 };

/* The parts of a block element that are filled; 0: it is none, or a shade. */
static int block_parts(uint32_t code, struct part parts[PARTS_MAX + 1])
{
	int count = 0, eighths = (int)(code & 0xF);
	if (code == 0x2580)
		parts[count++] = (struct part){ 0, 0, 8, 4 };
	else if (code >= 0x2581 && code <= 0x2588)
		parts[count++] = (struct part){ 0, 8 - eighths, 8, 8 };
	else if (code >= 0x2589 && code <= 0x258F)
		parts[count++] = (struct part){ 0, 0, 16 - eighths, 8 };
	else if (code == 0x2590)
		parts[count++] = (struct part){ 4, 0, 8, 8 };
	else if (code == 0x2594)
		parts[count++] = (struct part){ 0, 0, 8, 1 };
	else if (code == 0x2595)
		parts[count++] = (struct part){ 7, 0, 8, 8 };
	for (int i = 0; code >= 0x2596 && code <= 0x259F && i < 4; i++)
		if (quadrants[code - 0x2596] & 1 << i)
			parts[count++] = (struct part){ i % 2 * 4, i / 2 * 4, i % 2 * 4 + 4, i / 2 * 4 + 4 };
	return count;
}

/* How much of a shade is filled, in quarters; 0: it is none. */
static int shade_quarters(uint32_t code)
{
	return code >= 0x2591 && code <= 0x2593 ? (int)(code - 0x2590) : 0;
}

static bool is_block(uint32_t code)
{
	return code >= 0x2580 && code <= 0x259F;
}

/* One character, without marks, that every monospaced font has as wide as the others. */
static bool is_ordinary(const struct picture_cell *cell)
{
	uint32_t code = first_code(cell);
	return cell->columns == 1 && cell->text[0] != '\0' && (code < 0x80 ? cell->text[1] == '\0' : code >= 0xA1 && code < 0x250 && strlen(cell->text) == 2);
}

/* ---- HTML ---- */

/* Lines are as high as the fonts that people have, so that frames have no gaps. */
static const char html_head[] =
	"<style>\n"
	"body { margin: 1em; }\n"
	"pre { display: inline-block; margin: 0; font: 15px/1.17 \"DejaVu Sans Mono\", Menlo, Consolas, \"Liberation Mono\", monospace; }\n"
	"pre span { display: inline-block; height: 1.17em; vertical-align: top; white-space: pre; }\n"
	"i { display: inline-block; height: 1.17em; width: 1ch; vertical-align: top; font-style: normal; text-align: center; }\n"
	"i.w { width: 2ch; }\n"
	"i.k { -webkit-text-fill-color: transparent; }\n"
	"</style>\n";

/* As backgrounds of the text's colour: fonts leave gaps between them. */
static void add_html_block(struct buffer *out, uint32_t code)
{
	struct part parts[PARTS_MAX + 1];
	int count = block_parts(code, parts), quarters = shade_quarters(code);
	buffer_text(out, "background:");
	for (int i = 0; i < count; i++) {
		const struct part *part = &parts[i];
		int wide = part->right - part->left, high = part->bottom - part->top;
		/* Where a background that is smaller than its box stands is a share of what is left of the box. */
		buffer_print(out, "%slinear-gradient(currentColor,currentColor) %d%% %d%%/%g%% %g%% no-repeat", i == 0 ? "" : ",",
			wide == 8 ? 0 : part->left * 100 / (8 - wide), high == 8 ? 0 : part->top * 100 / (8 - high), wide * 12.5, high * 12.5);
	}
	if (quarters > 0)
		buffer_print(out, "currentColor;opacity:0.%02d", quarters * 25);
}

static void add_html_cell(struct buffer *out, const struct picture_cell *cell)
{
	uint32_t code = first_code(cell);
	if (is_ordinary(cell)) {
		add_escaped(out, cell->text);
		return;
	}
	if (is_block(code)) {
		buffer_text(out, "<i class=\"k\" style=\"");
		add_html_block(out, code);
		buffer_text(out, "\">");
	} else {
		buffer_text(out, cell->columns > 1 ? "<i class=\"w\">" : "<i>");
	}
	add_escaped(out, cell->text);
	buffer_text(out, "</i>");
}

static void add_html_run(struct buffer *out, const struct picture_page *picture, int line, int column, int end)
{
	const struct picture_cell *look = picture_cell(picture, line, column);
	struct shades shades = shades_of(picture, look);
	buffer_print(out, "<span style=\"width:%dch;color:#%06x", end - column, (unsigned)shades.fg);
	if (shades.bg != rgb_of(picture, PALETTE_OWN, true))
		buffer_print(out, ";background:#%06x", (unsigned)shades.bg);
	buffer_print(out, "%s%s\">", look->bold ? ";font-weight:bold" : "", look->underline ? ";text-decoration:underline" : "");
	for (; column < end; column++)
		if (picture_cell(picture, line, column)->columns > 0)
			add_html_cell(out, picture_cell(picture, line, column));
	buffer_text(out, "</span>");
}

static int run_end(const struct picture_page *picture, int line, int column)
{
	const struct picture_cell *look = picture_cell(picture, line, column);
	int end = column + 1;
	while (end < picture->columns &&
		(picture_cell(picture, line, end)->columns == 0 || same_look(picture_cell(picture, line, end), look)))
		end++;
	return end;
}

static void write_html(const struct picture_page *picture, const char *title, struct buffer *out)
{
	buffer_text(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>");
	add_escaped(out, title);
	buffer_text(out, "</title>\n");
	buffer_text(out, html_head);
	buffer_print(out, "</head>\n<body style=\"background:#%06x;color:#%06x\">\n<pre>\n",
		(unsigned)rgb_of(picture, PALETTE_OWN, true), (unsigned)rgb_of(picture, PALETTE_OWN, false));
	for (int line = 0; line < picture->lines; line++) {
		int last = line_end(picture, line);
		for (int column = 0, end; column < last; column = end) {
			end = run_end(picture, line, column);
			add_html_run(out, picture, line, column, end < last ? end : last);
		}
		buffer_text(out, "\n");
	}
	buffer_text(out, "</pre>\n</body>\n</html>\n");
}

/* ---- SVG ---- */

enum { CELL_WIDTH = 9, CELL_HEIGHT = 18, BASELINE = 14, FONT_SIZE = 15, MARGIN = 9 };

/* Of a line character: what goes to the left, the right, up and down. */
enum { ARM_NONE, ARM_LIGHT, ARM_HEAVY, ARM_DOUBLE, ARM_DASHED };

struct lines {
	uint32_t code;
	unsigned char left, right, up, down;
	bool round;
};

/* Those that the sets of glyphs have (screen/style). */
static const struct lines line_characters[] = {
	{ 0x2500, ARM_LIGHT, ARM_LIGHT, 0, 0, false }, { 0x2502, 0, 0, ARM_LIGHT, ARM_LIGHT, false },
	{ 0x2501, ARM_HEAVY, ARM_HEAVY, 0, 0, false }, { 0x2503, 0, 0, ARM_HEAVY, ARM_HEAVY, false },
	{ 0x2504, ARM_DASHED, ARM_DASHED, 0, 0, false }, { 0x254C, ARM_DASHED, ARM_DASHED, 0, 0, false },
	{ 0x250C, 0, ARM_LIGHT, 0, ARM_LIGHT, false }, { 0x2510, ARM_LIGHT, 0, 0, ARM_LIGHT, false },
	{ 0x2514, 0, ARM_LIGHT, ARM_LIGHT, 0, false }, { 0x2518, ARM_LIGHT, 0, ARM_LIGHT, 0, false },
	{ 0x256D, 0, ARM_LIGHT, 0, ARM_LIGHT, true }, { 0x256E, ARM_LIGHT, 0, 0, ARM_LIGHT, true },
	{ 0x256F, ARM_LIGHT, 0, ARM_LIGHT, 0, true }, { 0x2570, 0, ARM_LIGHT, ARM_LIGHT, 0, true },
	{ 0x253F, ARM_HEAVY, ARM_HEAVY, ARM_LIGHT, ARM_LIGHT, false },
	{ 0x2550, ARM_DOUBLE, ARM_DOUBLE, 0, 0, false }, { 0x256A, ARM_DOUBLE, ARM_DOUBLE, ARM_LIGHT, ARM_LIGHT, false },
};

static const struct lines *lines_of(uint32_t code)
{
	for (size_t i = 0; i < sizeof(line_characters) / sizeof(line_characters[0]); i++)
		if (line_characters[i].code == code)
			return &line_characters[i];
	return NULL;
}

static bool is_braille(uint32_t code)
{
	return code >= 0x2800 && code <= 0x28FF;
}

static bool is_drawn(const struct picture_cell *cell)
{
	uint32_t code = first_code(cell);
	return is_block(code) || is_braille(code) || lines_of(code) != NULL;
}

static int svg_x(int column)
{
	return MARGIN + column * CELL_WIDTH;
}

static int svg_y(int line)
{
	return MARGIN + line * CELL_HEIGHT;
}

static void add_svg_area(struct buffer *out, double x, double y, double width, double height)
{
	buffer_print(out, "M%g %gh%gv%gh%gz", x, y, width, height, -width);
}

static void add_svg_arm(struct buffer *out, int kind, double x, double y, double width, double height)
{
	/* The thin side is what is 0. */
	double thick = kind == ARM_HEAVY ? 2.5 : 1.2, across = width == 0 ? thick : 0, along = height == 0 ? thick : 0;
	if (kind == ARM_DOUBLE) {
		add_svg_area(out, x, y - 2.2, width, 1.2);
		add_svg_area(out, x, y + 1, width, 1.2);
	} else if (kind == ARM_DASHED) {
		add_svg_area(out, x + 0.75, y - thick / 2, width - 1.5, thick);
	} else if (kind != ARM_NONE) {
		add_svg_area(out, x - across / 2, y - along / 2, width + across, height + along);
	}
}

/* A quarter of a circle with a straight piece to the middle of either side. */
static void add_svg_corner(struct buffer *out, const struct lines *lines, double x, double y)
{
	const double r = 4, half = 0.6;
	double cx = x + CELL_WIDTH / 2.0, cy = y + CELL_HEIGHT / 2.0;
	double h = lines->right != ARM_NONE ? 1 : -1, v = lines->down != ARM_NONE ? 1 : -1;
	/* Between an outer and an inner arc around the middle of the bend. */
	double mx = cx + h * r, my = cy + v * r, outer = r + half, inner = r - half;
	buffer_print(out, "M%g %gA%g %g 0 0 %d %g %gV%gA%g %g 0 0 %d %g %gz", mx - h * outer, my, outer, outer, h * v > 0, mx, my - v * outer,
		my - v * inner, inner, inner, h * v < 0, mx - h * inner, my);
	add_svg_area(out, cx - half, v > 0 ? my : y, 2 * half, v > 0 ? y + CELL_HEIGHT - my : my - y);
	add_svg_area(out, h > 0 ? mx : x, cy - half, h > 0 ? x + CELL_WIDTH - mx : mx - x, 2 * half);
}

static void add_svg_lines(struct buffer *out, const struct lines *lines, double x, double y)
{
	double half_wide = CELL_WIDTH / 2.0, half_high = CELL_HEIGHT / 2.0;
	if (lines->round) {
		add_svg_corner(out, lines, x, y);
		return;
	}
	/* One stroke where both arms are alike, so that none shows where they meet. */
	if (lines->left == lines->right && lines->left != ARM_DASHED) {
		add_svg_arm(out, lines->left, x, y + half_high, CELL_WIDTH, 0);
	} else {
		add_svg_arm(out, lines->left, x, y + half_high, half_wide, 0);
		add_svg_arm(out, lines->right, x + half_wide, y + half_high, half_wide, 0);
	}
	if (lines->up == lines->down) {
		add_svg_arm(out, lines->up, x + half_wide, y, 0, CELL_HEIGHT);
	} else {
		add_svg_arm(out, lines->up, x + half_wide, y, 0, half_high);
		add_svg_arm(out, lines->down, x + half_wide, y + half_high, 0, half_high);
	}
}

static void add_svg_braille(struct buffer *out, uint32_t bits, double x, double y)
{
	/* The fourth row came later, and has the last two bits. */
	static const unsigned char rows[8] = { 0, 1, 2, 0, 1, 2, 3, 3 }, sides[8] = { 0, 0, 0, 1, 1, 1, 0, 1 };
	const double size = 2.6;
	for (int i = 0; i < 8; i++)
		if (bits & 1u << i)
			add_svg_area(out, x + (sides[i] + 0.5) * CELL_WIDTH / 2.0 - size / 2, y + (rows[i] + 0.5) * CELL_HEIGHT / 4.0 - size / 2,
				size, size);
}

static void add_svg_drawing(struct buffer *out, const struct picture_cell *cell, double x, double y)
{
	uint32_t code = first_code(cell);
	const struct lines *lines = lines_of(code);
	struct part parts[PARTS_MAX + 1];
	int count = block_parts(code, parts);
	for (int i = 0; i < count; i++)
		add_svg_area(out, x + parts[i].left * CELL_WIDTH / 8.0, y + parts[i].top * CELL_HEIGHT / 8.0,
			(parts[i].right - parts[i].left) * CELL_WIDTH / 8.0, (parts[i].bottom - parts[i].top) * CELL_HEIGHT / 8.0);
	if (shade_quarters(code) > 0)
		add_svg_area(out, x, y, CELL_WIDTH, CELL_HEIGHT);
	if (lines != NULL)
		add_svg_lines(out, lines, x, y);
	if (is_braille(code))
		add_svg_braille(out, code - 0x2800, x, y);
}

/* What is drawn of a run: of one shade in one path. */
static void add_svg_drawings(struct buffer *out, const struct picture_page *picture, int line, int column, int end)
{
	struct shades shades = shades_of(picture, picture_cell(picture, line, column));
	for (int quarters = 0; quarters < 4; quarters++) {
		bool any = false;
		for (int at = column; at < end; at++) {
			const struct picture_cell *cell = picture_cell(picture, line, at);
			if (cell->columns == 0 || !is_drawn(cell) || shade_quarters(first_code(cell)) != quarters)
				continue;
			if (!any)
				buffer_print(out, "<path fill=\"#%06x\"", (unsigned)shades.fg);
			if (!any && quarters > 0)
				buffer_print(out, " fill-opacity=\"0.%02d\"", quarters * 25);
			if (!any)
				buffer_text(out, " d=\"");
			any = true;
			add_svg_drawing(out, cell, svg_x(at), svg_y(line));
		}
		if (any)
			buffer_text(out, "\"/>\n");
	}
}

/* Words of ordinary characters with one blank between them; other characters one by one, each in its place. */
static int word_end(const struct picture_page *picture, int line, int column, int end)
{
	int at = column + picture_cell(picture, line, column)->columns;
	if (!is_ordinary(picture_cell(picture, line, column)))
		return at;
	int last = at;
	for (bool blank = false; at < end && is_ordinary(picture_cell(picture, line, at)); at++) {
		bool before = blank;
		blank = is_blank(picture_cell(picture, line, at));
		if (blank && before)
			break;
		last = blank ? last : at + 1;
	}
	return last;
}

static bool has_marks(const struct picture_cell *cell)
{
	const char *at = cell->text, *end = at + strlen(at);
	if (at < end)
		(void)text_decode(&at, end);
	return at < end;
}

static void add_svg_texts(struct buffer *out, const struct picture_page *picture, int line, int column, int end)
{
	const struct picture_cell *look = picture_cell(picture, line, column);
	struct shades shades = shades_of(picture, look);
	for (int at = column, next; at < end; at = next) {
		const struct picture_cell *cell = picture_cell(picture, line, at);
		next = at + 1;
		if (is_blank(cell) || is_drawn(cell))
			continue;
		next = word_end(picture, line, at, end);
		buffer_print(out, "<text x=\"%d\" y=\"%d\"", svg_x(at), svg_y(line) + BASELINE);
		/* Stretched to a length, some programs move marks away from their character. */
		if (!has_marks(cell))
			buffer_print(out, " textLength=\"%d\" lengthAdjust=\"spacingAndGlyphs\"", (next - at) * CELL_WIDTH);
		buffer_print(out, " fill=\"#%06x\"%s%s>", (unsigned)shades.fg, look->bold ? " font-weight=\"bold\"" : "",
			look->underline ? " text-decoration=\"underline\"" : "");
		for (int i = at; i < next; i++)
			add_escaped(out, picture_cell(picture, line, i)->text);
		buffer_text(out, "</text>\n");
	}
}

static void add_svg_ground(struct buffer *out, const struct picture_page *picture, int line, int column, int end)
{
	struct shades shades = shades_of(picture, picture_cell(picture, line, column));
	if (shades.bg != rgb_of(picture, PALETTE_OWN, true))
		buffer_print(out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#%06x\"/>\n", svg_x(column), svg_y(line),
			(end - column) * CELL_WIDTH, CELL_HEIGHT, (unsigned)shades.bg);
}

static void write_svg(const struct picture_page *picture, const char *title, struct buffer *out)
{
	int width = picture->columns * CELL_WIDTH + 2 * MARGIN, height = picture->lines * CELL_HEIGHT + 2 * MARGIN;
	buffer_print(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
		"viewBox=\"0 0 %d %d\" font-family=\"'DejaVu Sans Mono', Menlo, Consolas, 'Liberation Mono', monospace\" font-size=\"%d\">\n<title>",
		width, height, width, height, FONT_SIZE);
	add_escaped(out, title);
	buffer_print(out, "</title>\n<rect width=\"%d\" height=\"%d\" fill=\"#%06x\"/>\n", width, height,
		(unsigned)rgb_of(picture, PALETTE_OWN, true));
	/* All grounds first: a character may reach into the cell beside it. */
	for (int line = 0; line < picture->lines; line++)
		for (int column = 0, end; column < picture->columns; column = end) {
			end = run_end(picture, line, column);
			add_svg_ground(out, picture, line, column, end);
		}
	for (int line = 0; line < picture->lines; line++)
		for (int column = 0, end; column < picture->columns; column = end) {
			end = run_end(picture, line, column);
			add_svg_drawings(out, picture, line, column, end);
			add_svg_texts(out, picture, line, column, end);
		}
	buffer_text(out, "</svg>\n");
}

static void write_text(const struct picture_page *picture, struct buffer *out)
{
	for (int line = 0; line < picture->lines; line++) {
		int end = picture->columns;
		while (end > 0 && is_blank(picture_cell(picture, line, end - 1)) && picture_cell(picture, line, end - 1)->columns > 0)
			end--;
		for (int column = 0; column < end; column++)
			buffer_text(out, picture_cell(picture, line, column)->text);
		buffer_text(out, "\n");
	}
}

bool picture_write(const struct picture_page *picture, enum picture_format format, const char *title, struct buffer *out)
{
	switch (format) {
	case PICTURE_TEXT:
		write_text(picture, out);
		break;
	case PICTURE_ANSI:
		write_ansi(picture, out);
		break;
	case PICTURE_HTML:
		write_html(picture, title, out);
		break;
	case PICTURE_SVG:
		write_svg(picture, title, out);
		break;
	}
	return !out->full;
}
