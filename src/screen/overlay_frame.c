#include "screen/overlay_frame.h"

#include <stdio.h>

#include "base/text.h"
#include "screen/action.h"
#include "screen/mouse.h"

enum { FRAME = 2, EDGE = 2 };

void overlay_frame_size(const struct view *view, const struct scene *scene, int screen_columns, int screen_lines, int *columns,
	int *lines)
{
	enum { BESIDE_LEAST = 8 }; /* columns of the wall on both sides: fewer show pieces of words */
	const struct overlay_page *page = overlay_page(view->overlay);
	int wanted = page->width != NULL ? page->width(screen_columns) : page->columns;
	*columns = wanted + BESIDE_LEAST > screen_columns ? screen_columns : wanted;
	*lines = FRAME + page->lines(view, scene, *columns - FRAME, screen_lines);
	*lines = *lines < screen_lines ? *lines : screen_lines;
}

/* A click there presses it. */
static void note_key(const struct canvas *canvas, struct view *view, int at, int width, const char *key)
{
	const struct area *area = &view->overlay_area;
	mouse_add_spot(&view->frame_spots, area->line + canvas->lines - 1, area->column + at, width, key);
}

/* " Esc closes "; returns the column behind it. */
static int put_key(const struct canvas *canvas, struct view *view, int at, int end, const char *key, const char *what)
{
	char text[96];
	snprintf(text, sizeof(text), " %s %s ", key, what);
	int width = text_width(text);
	if (key[0] == '\0' || at + width > end)
		return at;
	canvas_put(canvas, canvas->lines - 1, at, width, ROLE_TITLE, ALIGN_LEFT, text);
	note_key(canvas, view, at, width, key);
	return at + width + 1;
}

/* That there is more, and which key goes there, where it does not fit; returns its first column. */
static int put_place(const struct canvas *canvas, struct view *view)
{
	const struct list *list = &view->list;
	char key[KEY_NAME_MAX], text[96];
	bool end = list->top + list->visible >= list->count;
	/* Where letters are text the arrows are left. */
	if (overlay_types(view))
		snprintf(key, sizeof(key), "%s", end ? "Up" : "Down");
	else
		(void)action_first_key(view->bindings, end ? "up" : "down", key);
	if (list->visible >= list->count || key[0] == '\0')
		return canvas->columns - EDGE;
	snprintf(text, sizeof(text), " %u%s%u of %u, %s: %s ", list->top + 1, canvas_glyph(canvas, GLYPH_DASH),
		end ? list->count : list->top + list->visible, list->count, key, end ? "back" : "more");
	int width = text_width(text);
	canvas_put(canvas, canvas->lines - 1, canvas->columns - width - EDGE, width, ROLE_TITLE, ALIGN_LEFT, text);
	note_key(canvas, view, canvas->columns - width - EDGE, width, key);
	return canvas->columns - width - EDGE;
}

static void put_keys(const struct canvas *canvas, struct view *view, const struct scene *scene)
{
	const struct overlay_page *page = overlay_page(view->overlay);
	struct overlay_hints hints = { .count = 0 };
	char key[KEY_NAME_MAX];
	view->frame_spots.count = 0;
	int end = put_place(canvas, view);
	int at = put_key(canvas, view, EDGE, end, action_first_key(view->bindings, "back", key), "closes");
	if (view_says(view, scene->now_ms)) {
		int room = end - at - 2;
		canvas_put(canvas, canvas->lines - 1, at, room > 0 ? 1 : 0, ROLE_NOTE, ALIGN_LEFT, " ");
		at += 1 + canvas_put(canvas, canvas->lines - 1, at + 1, room, ROLE_NOTE, ALIGN_LEFT, view->said);
		canvas_put(canvas, canvas->lines - 1, at, room > 0 ? 1 : 0, ROLE_NOTE, ALIGN_LEFT, " ");
		return;
	}
	if (page->hints != NULL)
		page->hints(view, scene, &hints);
	for (unsigned i = 0; i < hints.count; i++)
		at = put_key(canvas, view, at, end, hints.items[i].key, hints.items[i].what);
}

void overlay_frame_draw(const struct canvas *canvas, struct view *view, const struct scene *scene,
	const struct overlay_figures *figures)
{
	const struct overlay_page *page = overlay_page(view->overlay);
	canvas_fill(canvas, 0, 0, canvas->lines, canvas->columns, ROLE_TEXT);
	struct overlay_painting painting = { .view = view, .scene = scene, .figures = figures };
	painting.inside = canvas_frame(canvas, ROLE_TITLE);
	snprintf(painting.title, sizeof(painting.title), "%s", page->title);
	page->draw(&painting);
	int room = canvas->columns - 2 * EDGE - 2, width = text_width(painting.title);
	canvas_put(canvas, 0, EDGE, 1, ROLE_TITLE, ALIGN_LEFT, " ");
	width = canvas_put(canvas, 0, EDGE + 1, width < room ? width : room, ROLE_TITLE, ALIGN_LEFT, painting.title);
	canvas_put(canvas, 0, EDGE + 1 + width, 1, ROLE_TITLE, ALIGN_LEFT, " ");
	put_keys(canvas, view, scene);
}
