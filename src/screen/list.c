#include "screen/list.h"

#include <stdio.h>
#include <string.h>

#include "screen/entry.h"
#include "screen/keyboard.h"

static bool has_filter(const struct list *list)
{
	return list->typing || list->filter[0] != '\0';
}

/* A list is looked at once for a key and once for a frame, so its filter is not kept compiled. */
static struct pattern pattern_of(const struct list *list)
{
	struct pattern pattern = { .kind = PATTERN_NONE };
	pattern_set(&pattern, list->filter);
	return pattern;
}

static bool is_shown(struct pattern *pattern, const struct list_rows *rows, unsigned row)
{
	char text[LIST_TEXT_MAX] = "";
	if (pattern->kind == PATTERN_NONE)
		return true;
	rows->text(rows->context, row, text, sizeof(text));
	return pattern_wants(pattern, pattern_matches(pattern, text, strlen(text)));
}

static uint64_t id_of(const struct list_rows *rows, unsigned row)
{
	return rows->id != NULL ? rows->id(rows->context, row) : row;
}

/* The row at a place among those that are shown. */
static unsigned row_at(const struct list *list, const struct list_rows *rows, unsigned place)
{
	struct pattern pattern = pattern_of(list);
	unsigned row = 0;
	while (row < rows->count && !(is_shown(&pattern, rows, row) && place-- == 0))
		row++;
	pattern_free(&pattern);
	return row < rows->count ? row : LIST_NO_ROW;
}

/* Scrolls no further than it must. */
static void show_cursor(struct list *list)
{
	unsigned visible = list->visible > 0 ? list->visible : 1;
	if (list->cursor < list->top)
		list->top = list->cursor;
	if (list->cursor >= list->top + visible)
		list->top = list->cursor - visible + 1;
}

/* Counts the rows, and finds the cursor's among them; where it went away, its neighbour takes its place. */
static void look(struct list *list, const struct list_rows *rows)
{
	unsigned count = 0, found = LIST_NO_ROW;
	struct pattern pattern = pattern_of(list);
	for (unsigned row = 0; row < rows->count; row++) {
		if (!is_shown(&pattern, rows, row))
			continue;
		if (list->known && id_of(rows, row) == list->id)
			found = count;
		count++;
	}
	pattern_free(&pattern);
	list->count = count;
	list->cursor = found != LIST_NO_ROW ? found : list->cursor < count ? list->cursor : count > 0 ? count - 1 : 0;
	unsigned row = row_at(list, rows, list->cursor);
	list->known = row != LIST_NO_ROW;
	if (list->known)
		list->id = id_of(rows, row);
	show_cursor(list);
}

static long clamp(long value, long most)
{
	return value > most && most >= 0 ? most : value < 0 ? 0 : value;
}

void list_move(struct list *list, long by)
{
	if (list->picks) {
		list->cursor = (unsigned)clamp((long)list->cursor + by, (long)list->count - 1);
		list->known = false;
		return;
	}
	/* A second key may come before the next drawing. */
	long most = list->visible == 0 ? -1 : list->count > list->visible ? (long)(list->count - list->visible) : 0;
	list->top = (unsigned)clamp((long)list->top + by, most);
}

unsigned list_row(struct list *list, const struct list_rows *rows)
{
	look(list, rows);
	return row_at(list, rows, list->cursor);
}

static enum list_took type_key(struct list *list, uint32_t key)
{
	if (key == INPUT_ENTER || key == INPUT_ESCAPE)
		list->typing = false;
	if (key == INPUT_ESCAPE)
		list->filter[0] = '\0';
	else if (key != INPUT_ENTER && !entry_key(list->filter, sizeof(list->filter), key))
		return key < ' ' ? LIST_TOOK : LIST_LEFT;
	/* Of other rows the first is the one. */
	if (key < INPUT_NONE && key != INPUT_ENTER)
		list->cursor = list->top = 0;
	list->known = list->known && key == INPUT_ENTER;
	return LIST_TOOK;
}

enum list_took list_key(struct list *list, const struct list_rows *rows, uint32_t key, const char *action)
{
	look(list, rows);
	if (list->typing)
		return type_key(list, key);
	if (strcmp(action, "filter") == 0) {
		list->typing = true;
		return LIST_TOOK;
	}
	if (strcmp(action, "back") == 0 && list->filter[0] != '\0') {
		list->filter[0] = '\0';
		return LIST_TOOK;
	}
	if (key == INPUT_ENTER && list->count > 0)
		return LIST_CHOSEN;
	if (key == ' ' && rows->checked != NULL && list->count > 0)
		return LIST_CHECKED;
	return key == INPUT_ENTER ? LIST_TOOK : LIST_LEFT;
}

unsigned list_lines(const struct list *list, const struct list_rows *rows)
{
	return (rows->count > 0 ? rows->count : 1) + has_filter(list);
}

static void draw_row(const struct list_rows *rows, unsigned row, const struct canvas *line, bool selected)
{
	enum { CHECK = 4 };
	enum role role = selected ? ROLE_SELECT : ROLE_TEXT;
	int at = LIST_EDGE;
	if (selected) {
		canvas_fill(line, 0, 0, 1, line->columns, role);
		canvas_put(line, 0, 0, 1, role, ALIGN_LEFT, canvas_glyph(line, GLYPH_SELECTED));
	}
	if (rows->checked != NULL) {
		canvas_text(line, 0, at, role, rows->checked(rows->context, row) ? "[x]" : "[ ]");
		at += CHECK;
	}
	struct canvas rest = canvas_part(line, 0, at, 1, line->columns - at - 1);
	if (rows->draw != NULL) {
		rows->draw(rows->context, row, &rest, role);
		return;
	}
	char text[LIST_TEXT_MAX] = "";
	rows->text(rows->context, row, text, sizeof(text));
	canvas_put(&rest, 0, 0, rest.columns, role, ALIGN_LEFT, text);
}

int list_draw_filter(const struct list *list, const struct canvas *canvas)
{
	if (!has_filter(list))
		return 0;
	char text[LIST_FILTER_MAX + 16];
	struct pattern pattern = pattern_of(list);
	snprintf(text, sizeof(text), " filter: %s%s ", list->filter, list->typing ? "_" : "");
	int at = canvas_text(canvas, 0, 1, ROLE_BANNER, text);
	if (pattern.why != NULL)
		canvas_print(canvas, 0, at + 1, ROLE_NOTE, "%s", pattern.why);
	pattern_free(&pattern);
	return 1;
}

void list_draw(struct list *list, const struct list_rows *rows, const struct canvas *canvas)
{
	int head = list_draw_filter(list, canvas);
	struct canvas area = canvas_part(canvas, head, 0, canvas->lines - head, canvas->columns);
	list->visible = area.lines > 0 ? (unsigned)area.lines : 0;
	list->line = area.line;
	look(list, rows);
	if (list->top + list->visible > list->count)
		list->top = list->count > list->visible ? list->count - list->visible : 0;
	if (list->count == 0) {
		struct canvas text = canvas_part(&area, 0, 2, area.lines, area.columns - 3);
		(void)canvas_wrap(&text, 0, ROLE_LABEL, false, list->filter[0] != '\0' ? "Nothing contains this text." : rows->nothing, true);
		return;
	}
	unsigned place = 0;
	struct pattern pattern = pattern_of(list);
	for (unsigned row = 0; row < rows->count && place < list->top + list->visible; row++) {
		if (!is_shown(&pattern, rows, row))
			continue;
		if (place >= list->top) {
			struct canvas line = canvas_part(&area, (int)(place - list->top), 0, 1, area.columns);
			draw_row(rows, row, &line, place == list->cursor);
		}
		place++;
	}
	pattern_free(&pattern);
}
