#include "screen/picture.h"

#include <curses.h>
#include <wchar.h>

#include "base/text.h"

static void add_cell(struct buffer *out, const wchar_t *characters)
{
	for (int i = 0; characters[i] != L'\0'; i++) {
		char bytes[4];
		buffer_add(out, bytes, text_encode(bytes, (uint32_t)characters[i]));
	}
}

/* newscr is the picture that the last update brought to the terminal. */
static void add_line(struct buffer *out, int line)
{
	size_t kept = out->length;
	for (int column = 0; column < COLS;) {
		wchar_t characters[CCHARW_MAX + 1] = L"";
		attr_t attributes;
		short pair;
		cchar_t cell;
		mvwin_wch(newscr, line, column, &cell);
		getcchar(&cell, characters, &attributes, &pair, NULL);
		int width = characters[0] == L'\0' ? 1 : wcwidth(characters[0]);
		add_cell(out, characters[0] == L'\0' ? L" " : characters);
		if (characters[0] != L' ' && characters[0] != L'\0')
			kept = out->length;
		column += width > 1 ? width : 1;
	}
	if (out->data != NULL && !out->full) {
		out->length = kept;
		out->data[kept] = '\0';
	}
	buffer_text(out, "\n");
}

bool picture_text(struct buffer *out)
{
	for (int line = 0; line < LINES; line++)
		add_line(out, line);
	return !out->full;
}
