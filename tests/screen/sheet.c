#include "sheet.h"

#include <curses.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "base/text.h"

enum { SHEET_BYTES_MAX = 4 * 1024 * 1024, LINE_MAX_BYTES = 8192 };

static int read_cell(struct shown_cell *out, int line, int column)
{
	wchar_t characters[CCHARW_MAX + 1] = L"";
	attr_t attributes;
	short pair;
	cchar_t cell;
	mvwin_wch(newscr, line, column, &cell);
	getcchar(&cell, characters, &attributes, &pair, NULL);
	out->text[0] = '\0';
	size_t used = 0;
	for (int i = 0; characters[i] != L'\0' && used + 5 < sizeof(out->text); i++)
		used += text_encode(out->text + used, (uint32_t)characters[i]);
	if (used == 0)
		out->text[used++] = ' ';
	out->text[used] = '\0';
	out->attributes = (unsigned)(attributes & (A_BOLD | A_DIM | A_REVERSE | A_UNDERLINE | A_STANDOUT | A_BLINK));
	out->fg = out->bg = -1;
	if (pair > 0)
		pair_content(pair, &out->fg, &out->bg);
	int width = characters[0] == L'\0' ? 1 : wcwidth(characters[0]);
	return width > 1 ? width : 1;
}

void shown_read(struct shown *shown, int columns, int lines)
{
	memset(shown, 0, sizeof(*shown));
	shown->columns = columns;
	shown->lines = lines;
	for (int line = 0; line < lines; line++)
		for (int column = 0; column < columns;) {
			struct shown_cell *cell = &shown->cells[line][column];
			int width = read_cell(cell, line, column);
			for (int i = 1; i < width && column + i < columns; i++) {
				cell[i] = *cell;
				cell[i].text[0] = '\0';
			}
			column += width;
		}
}

void sheet_init(struct sheet *sheet)
{
	memset(sheet, 0, sizeof(*sheet));
	buffer_init(&sheet->out, SHEET_BYTES_MAX);
	for (int depth = 0; depth < SHEET_DEPTHS; depth++)
		sheet->kinds[0].fg[depth] = sheet->kinds[0].bg[depth] = -1;
	sheet->kind_count = 1;
}

static char letter(unsigned kind)
{
	static const char letters[] = ".ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()+,-/;<=>?@[]^_";
	_Static_assert(sizeof(letters) - 1 > SHEET_KINDS_MAX, "each kind has a letter");
	return letters[kind];
}

static char kind_of(struct sheet *sheet, const struct shown shown[SHEET_DEPTHS], int line, int column)
{
	struct dress kind;
	memset(&kind, 0, sizeof(kind));
	for (int depth = 0; depth < SHEET_DEPTHS; depth++) {
		const struct shown_cell *cell = &shown[depth].cells[line][column];
		kind.attributes[depth] = cell->attributes;
		kind.fg[depth] = cell->fg;
		kind.bg[depth] = cell->bg;
	}
	for (unsigned i = 0; i < sheet->kind_count; i++)
		if (memcmp(&sheet->kinds[i], &kind, sizeof(kind)) == 0)
			return letter(i);
	if (sheet->kind_count > SHEET_KINDS_MAX)
		return '?';
	sheet->kinds[sheet->kind_count] = kind;
	return letter(sheet->kind_count++);
}

static void put_text(char *out, const struct shown *shown, int line)
{
	size_t used = 0, kept = 0;
	for (int column = 0; column < shown->columns; column++) {
		const char *text = shown->cells[line][column].text;
		used += (size_t)snprintf(out + used, LINE_MAX_BYTES - used, "%s", text);
		if (strcmp(text, " ") != 0)
			kept = used;
	}
	out[kept] = '\0';
}

static void put_runs(struct sheet *sheet, char *out, const struct shown shown[SHEET_DEPTHS], int line)
{
	size_t used = 0, kept = 0;
	out[0] = '\0';
	for (int column = 0; column < shown->columns;) {
		char kind = kind_of(sheet, shown, line, column);
		int count = 1;
		while (column + count < shown->columns && kind_of(sheet, shown, line, column + count) == kind)
			count++;
		used += (size_t)snprintf(out + used, LINE_MAX_BYTES - used, "%s%d%c", used > 0 ? " " : "", count, kind);
		if (kind != '.')
			kept = used;
		column += count;
	}
	out[kept] = '\0';
}

/* A part of a stacked bar is a shade of its own where colours do not tell it, and its mark in the legend is a square. */
static void forget_shades(char *text)
{
	static const char *const shades[] = { "▓", "▒", "░", "■" }, block[] = "█";
	for (size_t i = 0; i < sizeof(shades) / sizeof(shades[0]); i++)
		for (char *at = text; (at = strstr(at, shades[i])) != NULL;)
			memcpy(at, block, strlen(block));
}

static bool same_text(const struct shown shown[SHEET_DEPTHS], int line)
{
	static char first[LINE_MAX_BYTES], other[LINE_MAX_BYTES];
	put_text(first, &shown[0], line);
	forget_shades(first);
	for (int depth = 1; depth < SHEET_DEPTHS; depth++) {
		put_text(other, &shown[depth], line);
		forget_shades(other);
		if (strcmp(first, other) != 0) {
			fprintf(stderr, "|%s\n|%s\n", first, other);
			return false;
		}
	}
	return true;
}

bool sheet_add(struct sheet *sheet, const char *name, const struct shown shown[SHEET_DEPTHS])
{
	static char text[LINE_MAX_BYTES], runs[LINE_MAX_BYTES], last_text[LINE_MAX_BYTES], last_runs[LINE_MAX_BYTES];
	bool same = true;
	int times = 0;
	buffer_print(&sheet->out, "== %s\n", name);
	for (int line = 0; line <= shown->lines; line++) {
		bool end = line == shown->lines;
		if (!end) {
			same = same_text(shown, line) && same;
			put_text(text, shown, line);
			put_runs(sheet, runs, shown, line);
		}
		if (!end && line > 0 && strcmp(text, last_text) == 0 && strcmp(runs, last_runs) == 0) {
			times++;
			continue;
		}
		if (times > 0)
			buffer_print(&sheet->out, "*%d\n", times);
		times = 0;
		if (end)
			break;
		buffer_print(&sheet->out, "|%s\n", text);
		if (runs[0] != '\0')
			buffer_print(&sheet->out, ":%s\n", runs);
		memcpy(last_text, text, sizeof(text));
		memcpy(last_runs, runs, sizeof(runs));
	}
	return same && !sheet->out.full;
}

static void put_kind(struct sheet *sheet, const struct dress *kind, int depth)
{
	static const struct {
		unsigned bit;
		const char *name;
	} names[] = { { A_BOLD, " bold" }, { A_DIM, " dim" }, { A_REVERSE, " reverse" }, { A_UNDERLINE, " underline" },
		{ A_STANDOUT, " standout" }, { A_BLINK, " blink" } };
	bool any = false;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (kind->attributes[depth] & names[i].bit) {
			buffer_text(&sheet->out, names[i].name);
			any = true;
		}
	if (kind->fg[depth] >= 0)
		buffer_print(&sheet->out, " %d", kind->fg[depth]);
	else if (!any && kind->bg[depth] < 0)
		buffer_text(&sheet->out, " plain");
	if (kind->bg[depth] >= 0)
		buffer_print(&sheet->out, " on %d", kind->bg[depth]);
}

void sheet_end(struct sheet *sheet)
{
	buffer_text(&sheet->out, "== legend: at 256 colours, at 16, at 8, without, at 24 bits\n");
	for (unsigned i = 1; i < sheet->kind_count; i++) {
		buffer_print(&sheet->out, "%c ", letter(i));
		for (int depth = 0; depth < SHEET_DEPTHS; depth++) {
			buffer_text(&sheet->out, depth > 0 ? "," : "");
			put_kind(sheet, &sheet->kinds[i], depth);
		}
		buffer_text(&sheet->out, "\n");
	}
}
