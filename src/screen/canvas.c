#include "screen/canvas.h"

#include <curses.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "base/guard.h"
#include "base/log.h"
#include "base/text.h"

struct canvas canvas_window(struct _win_st *window, const struct style *style, const struct glyphs *glyphs)
{
	struct canvas canvas = { .window = window, .style = style, .glyphs = glyphs };
	canvas.lines = getmaxy(window);
	canvas.columns = getmaxx(window);
	return canvas;
}

static int at_most(int a, int b)
{
	return a < b ? a : b;
}

static int at_least(int a, int b)
{
	return a > b ? a : b;
}

struct canvas canvas_part(const struct canvas *canvas, int line, int column, int lines, int columns)
{
	struct canvas part = *canvas;
	line = at_most(at_least(line, 0), canvas->lines);
	column = at_most(at_least(column, 0), canvas->columns);
	part.line += line;
	part.column += column;
	part.lines = at_least(at_most(lines, canvas->lines - line), 0);
	part.columns = at_least(at_most(columns, canvas->columns - column), 0);
	return part;
}

const char *canvas_glyph(const struct canvas *canvas, enum glyph glyph)
{
	return glyph_text(canvas->glyphs, glyph);
}

static void canvas_role(const struct canvas *canvas, enum role role)
{
	wattr_set(canvas->window, canvas->style->attributes[role], canvas->style->pairs[role], NULL);
}

/* A terminal that is not UTF-8 shows a question mark for each column of what it does not have. */
static size_t canvas_widen(const struct canvas *canvas, wchar_t *out, size_t room, const char *text)
{
	const char *end = text + strlen(text);
	size_t used = 0;
	while (text < end && used + 2 < room) {
		uint32_t code = text_decode(&text, end);
		if (!canvas->glyphs->fold || code < 0x7F) {
			out[used++] = (wchar_t)code;
			continue;
		}
		for (int width = wcwidth((wchar_t)code); width > 0; width--)
			out[used++] = L'?';
	}
	out[used] = L'\0';
	return used;
}

static void canvas_add(const struct canvas *canvas, int line, int column, enum role role, const char *text)
{
	wchar_t wide[CANVAS_TEXT_MAX];
	size_t length = canvas_widen(canvas, wide, CANVAS_TEXT_MAX, text);
	canvas_role(canvas, role);
	/* The last cell of a window answers ERR though it is drawn. */
	(void)mvwaddnwstr(canvas->window, canvas->line + line, canvas->column + column, wide, (int)length);
}

int canvas_put(const struct canvas *canvas, int line, int column, int columns, enum role role, enum align align,
	const char *text)
{
	char cut[CANVAS_TEXT_MAX];
	if (line < 0 || line >= canvas->lines || column < 0)
		return 0;
	columns = at_most(columns, canvas->columns - column);
	int used = text_cut(cut, sizeof(cut), text, columns, canvas_glyph(canvas, GLYPH_ELLIPSIS));
	if (used <= 0)
		return 0;
	canvas_add(canvas, line, align == ALIGN_RIGHT ? column + columns - used : column, role, cut);
	return used;
}

int canvas_text(const struct canvas *canvas, int line, int column, enum role role, const char *text)
{
	return column + canvas_put(canvas, line, column, canvas->columns - column, role, ALIGN_LEFT, text);
}

int canvas_print(const struct canvas *canvas, int line, int column, enum role role, const char *format, ...)
{
	char text[CANVAS_TEXT_MAX];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return canvas_text(canvas, line, column, role, text);
}

/* Sets the window's attributes too: a cell of pair 0 would take the colour that it last had, and each what else it had. */
static cchar_t canvas_cell(const struct canvas *canvas, enum role role, enum glyph glyph)
{
	const char *text = canvas_glyph(canvas, glyph);
	const char *end = text + strlen(text);
	wchar_t wide[2] = { (wchar_t)text_decode(&text, end), L'\0' };
	cchar_t cell;
	/*
	 * A bold block may be wider than its cell, as in xterm, and leave a line there; so does an underlined one. Of few
	 * colours bold is a colour.
	 */
	attr_t attributes = canvas->style->attributes[role];
	if (canvas->style->depth >= DEPTH_256)
		attributes &= ~(attr_t)(A_BOLD | A_UNDERLINE);
	wattr_set(canvas->window, attributes, canvas->style->pairs[role], NULL);
	setcchar(&cell, wide, attributes, canvas->style->pairs[role], NULL);
	return cell;
}

void canvas_repeat(const struct canvas *canvas, int line, int column, int count, enum role role, enum glyph glyph)
{
	if (line < 0 || line >= canvas->lines || column < 0 || column >= canvas->columns || count <= 0)
		return;
	cchar_t cell = canvas_cell(canvas, role, glyph);
	count = at_most(count, canvas->columns - column);
	(void)mvwhline_set(canvas->window, canvas->line + line, canvas->column + column, &cell, count);
}

/* The side of a frame, without its corners. */
static void canvas_side(const struct canvas *canvas, int column, enum role role)
{
	if (canvas->lines <= 2 || column < 0 || column >= canvas->columns)
		return;
	cchar_t cell = canvas_cell(canvas, role, GLYPH_VERTICAL);
	(void)mvwvline_set(canvas->window, canvas->line + 1, canvas->column + column, &cell, canvas->lines - 2);
}

void canvas_fill(const struct canvas *canvas, int line, int column, int lines, int columns, enum role role)
{
	struct canvas part = canvas_part(canvas, line, column, lines, columns);
	cchar_t cell;
	canvas_role(canvas, role);
	setcchar(&cell, L" ", canvas->style->attributes[role], canvas->style->pairs[role], NULL);
	for (int i = 0; i < part.lines && part.columns > 0; i++)
		(void)mvwhline_set(part.window, part.line + i, part.column, &cell, part.columns);
}

void canvas_blank(const struct canvas *canvas, int line, int column, int lines, int columns)
{
	cchar_t cell;
	if (canvas->style->background) {
		canvas_fill(canvas, line, column, lines, columns, ROLE_TEXT);
		return;
	}
	struct canvas part = canvas_part(canvas, line, column, lines, columns);
	wattr_set(canvas->window, A_NORMAL, 0, NULL);
	setcchar(&cell, L" ", A_NORMAL, 0, NULL);
	for (int i = 0; i < part.lines && part.columns > 0; i++)
		(void)mvwhline_set(part.window, part.line + i, part.column, &cell, part.columns);
}

struct canvas canvas_frame(const struct canvas *canvas, enum role role)
{
	int bottom = canvas->lines - 1, right = canvas->columns - 1;
	canvas_repeat(canvas, 0, 1, right - 1, role, GLYPH_HORIZONTAL);
	canvas_repeat(canvas, bottom, 1, right - 1, role, GLYPH_HORIZONTAL);
	canvas_side(canvas, 0, role);
	canvas_side(canvas, right, role);
	canvas_repeat(canvas, 0, 0, 1, role, GLYPH_TOP_LEFT);
	canvas_repeat(canvas, 0, right, 1, role, GLYPH_TOP_RIGHT);
	canvas_repeat(canvas, bottom, 0, 1, role, GLYPH_BOTTOM_LEFT);
	canvas_repeat(canvas, bottom, right, 1, role, GLYPH_BOTTOM_RIGHT);
	return canvas_part(canvas, 1, 1, canvas->lines - 2, canvas->columns - 2);
}

/* Bytes of the next line of a wrapped text: up to the last blank that fits, else what fits, at least one character. */
static size_t canvas_line_length(const char *text, int columns)
{
	const char *end = text + strlen(text), *at = text;
	size_t blank = 0;
	int used = 0;
	while (at < end && *at != '\n') {
		const char *next = at;
		char one[2] = { *at, '\0' };
		uint32_t code = text_decode(&next, end);
		int width = code < 0x80 ? text_width(one) : wcwidth((wchar_t)code);
		if (used + width > columns)
			break;
		if (*at == ' ')
			blank = (size_t)(at - text);
		used += width > 0 ? width : 0;
		at = next;
	}
	if (at == end || *at == '\n' || *at == ' ' || blank == 0) {
		if (at == text && at < end && *at != '\n')
			(void)text_decode(&at, end);
		return (size_t)(at - text);
	}
	return blank;
}

int canvas_wrap(const struct canvas *canvas, int line, enum role role, bool centred, const char *text, bool draw)
{
	int first = line;
	while (*text != '\0' && canvas->columns > 0) {
		char part[CANVAS_TEXT_MAX];
		size_t length = canvas_line_length(text, canvas->columns);
		size_t kept = length < sizeof(part) ? length : sizeof(part) - 1;
		memcpy(part, text, kept);
		part[kept] = '\0';
		int left = centred ? at_least((canvas->columns - text_width(part)) / 2, 0) : 0;
		if (draw)
			canvas_text(canvas, line, left, role, part);
		line++;
		text += length;
		if (*text == ' ' || *text == '\n')
			text++;
	}
	return line - first;
}

/* ---- what a window shows already ---- */

enum { KEYS_OF_LINE = LAYOUT_COLUMNS_MAX + 2 };

void cell_cache_open(struct cell_cache *cache, int lines)
{
	/* Much more than is needed goes. */
	if (lines > cache->room || lines < cache->room / 4) {
		cell_cache_close(cache);
		cache->room = lines + 8;
		cache->keys = must_alloc(((size_t)cache->room * KEYS_OF_LINE + 1) * sizeof(*cache->keys));
	}
	size_t used = (size_t)lines * KEYS_OF_LINE, room = (size_t)cache->room * KEYS_OF_LINE + 1;
	guard_open(cache->keys, room * sizeof(*cache->keys));
	guard_close(cache->keys + used, (room - used) * sizeof(*cache->keys));
	cache->lines = lines;
	cache->runs = false;
	cache->made_of = cache->placed = 0;
	cell_cache_forget(cache);
}

void cell_cache_close(struct cell_cache *cache)
{
	free(cache->keys);
	*cache = (struct cell_cache){ .valid = false };
}

void cell_cache_forget(struct cell_cache *cache)
{
	cache->valid = false;
	if (cache->keys != NULL)
		memset(cache->keys, 0, (size_t)cache->lines * KEYS_OF_LINE * sizeof(*cache->keys));
}

bool cell_cache_ground(struct cell_cache *cache, int line, uint64_t ground)
{
	uint64_t *keys = cache->keys + (size_t)line * KEYS_OF_LINE;
	if (keys[0] == ground)
		return false;
	keys[0] = ground;
	memset(keys + 1, 0, LAYOUT_COLUMNS_MAX * sizeof(*keys));
	return true;
}

bool cell_cache_cell(struct cell_cache *cache, int line, unsigned column, uint64_t key)
{
	uint64_t *at = &cache->keys[(size_t)line * KEYS_OF_LINE + 1 + column];
	bool differs = *at != key;
	*at = key;
	return differs;
}

/* FNV-1a of 64 bits: of a million different looks two share a key with a chance of one to thirty million. */
uint64_t cell_cache_key(uint64_t before, const char *text, unsigned number)
{
	static const uint64_t prime = 1099511628211u;
	uint64_t sum = before != 0 ? before : 14695981039346656037u;
	for (; *text != '\0'; text++)
		sum = (sum ^ (unsigned char)*text) * prime;
	sum = (sum ^ (number + 256)) * prime;
	return sum != 0 ? sum : 1;
}
