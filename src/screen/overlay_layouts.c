/*
 * The layouts that there are, each with what it is for, beside a picture of the one at the cursor, drawn as the wall would be
 * with the data of now. What these do not have says so: no number is made up.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "screen/action.h"
#include "screen/overlay.h"
#include "screen/page.h"
#include "screen/panel.h"
#include "screen/panel_box.h"
#include "screen/status.h"

enum {
	BESIDE_FROM = 60,  /* columns from which the picture stands beside the list */
	BELOW_FROM = 12,   /* lines from which it stands below a list that is as wide as the page */
	LIST_NARROW = 20, LIST_WIDE = 30, WIDE_FROM = 110,
	ABOUT_LINES = 2,
	LIST_BELOW_MOST = 6,
};

static void row_text(const void *context, unsigned row, char *out, size_t size)
{
	const struct scene *scene = context;
	const struct scene_layout *layout = &scene->layouts[row];
	snprintf(out, size, "%s  %s  %.100s", layout->name, layout->about, layout->where);
}

static bool is_shown(const struct scene *scene, unsigned row)
{
	return strcmp(scene->layouts[row].source, scene->layout->source) == 0;
}

static void row_draw(const void *context, unsigned row, const struct canvas *line, enum role role)
{
	static const char shown[] = "shown";
	const struct scene *scene = context;
	int right = is_shown(scene, row) ? (int)strlen(shown) : 0;
	canvas_put(line, 0, 0, line->columns - (right > 0 ? right + 1 : 0), role, ALIGN_LEFT, scene->layouts[row].name);
	canvas_put(line, 0, line->columns - right, right, role == ROLE_SELECT ? role : ROLE_LABEL, ALIGN_LEFT, shown);
}

static uint64_t source_id(const char *source)
{
	return text_hash(source);
}

static uint64_t row_id(const void *context, unsigned row)
{
	return source_id(((const struct scene *)context)->layouts[row].source);
}

static struct list_rows rows_of(const struct scene *scene)
{
	return (struct list_rows){ .count = scene->layouts != NULL ? scene->layout_count : 0, .context = scene, .text = row_text,
		.draw = row_draw, .id = row_id, .nothing = "There are no layouts." };
}

const struct scene_layout *view_layout_chosen(struct view *view, const struct scene *scene)
{
	struct list_rows rows = rows_of(scene);
	if (view->overlay != OVERLAY_LAYOUTS || rows.count == 0)
		return NULL;
	unsigned row = list_row(&view->list, &rows);
	return row == LIST_NO_ROW ? NULL : &scene->layouts[row];
}

static void layouts_open(struct action_context *context)
{
	/* The cursor begins at the layout that is shown. */
	context->view->list.known = true;
	context->view->list.id = source_id(context->scene->layout->source);
	context->view->previewed = 0;
}

/* Turns the pages of the picture. */
static void turn_preview(struct view *view, const struct scene *scene, long by)
{
	if (scene->layouts != NULL)
		view->preview_turn += by;
}

static bool layouts_key(struct action_context *context, unsigned *ask)
{
	struct view *view = context->view;
	struct list_rows rows = rows_of(context->scene);
	const struct scene_layout *chosen;
	bool typing = view->list.typing;
	switch (list_key(&view->list, &rows, context->key, context->action)) {
	case LIST_CHOSEN:
		chosen = view_layout_chosen(view, context->scene);
		if (chosen != NULL) {
			snprintf(view->layout_wanted, sizeof(view->layout_wanted), "%s", chosen->source);
			*ask = SCREEN_ASK_LAYOUT;
		}
		return true;
	case LIST_TOOK:
	case LIST_CHECKED:
		return true;
	case LIST_LEFT:
		break;
	}
	bool next = strcmp(context->action, "next-page") == 0;
	if (typing || (!next && strcmp(context->action, "previous-page") != 0))
		return false;
	turn_preview(view, context->scene, next ? 1 : -1);
	return true;
}

/* The view of the picture: another layout begins at its first page. */
static struct view *bring_preview(struct view *view, const struct layout *layout)
{
	if (view->preview == NULL) {
		view->preview = must_alloc(sizeof(*view->preview));
		view_init(view->preview, view->themes, view->bindings);
	}
	if (view->previewed != source_id(layout->source)) {
		view->preview->page = 0;
		view->preview_turn = 0;
		view_reset(view->preview, layout);
		view->previewed = source_id(layout->source);
	}
	long count = (long)layout->page_count;
	unsigned page = count > 0 ? (unsigned)((view->preview_turn % count + count) % count) : 0;
	if (page != view->preview->page)
		view_go(view->preview, layout, page, 0);
	return view->preview;
}

static void draw_preview(const struct canvas *room, struct view *view, const struct scene *shown)
{
	struct box boxes[PAGE_BOXES_MAX];
	struct view *preview = bring_preview(view, shown->layout);
	if (room->lines < PAGE_GRID_LINES || room->columns < PAGE_GRID_COLUMNS) {
		summary_draw(room, preview, shown, link_stale(shown->link, shown->now_ms));
		return;
	}
	unsigned count = page_boxes(&shown->layout->pages[preview->page], room->lines, room->columns, boxes);
	for (unsigned i = 0; i < count; i++) {
		struct canvas part = canvas_part(room, boxes[i].line, boxes[i].column, boxes[i].lines, boxes[i].columns);
		struct cell_cache blank = { .valid = false };
		cell_cache_open(&blank, part.lines);
		(void)panel_box_draw(&boxes[i], preview, shown, &blank, &part);
		cell_cache_close(&blank);
	}
}

/* "built in, page 1 of 2" */
static void draw_about(const struct canvas *area, const struct view *view, const struct scene *scene, const struct scene_layout *at)
{
	char text[LIST_TEXT_MAX + 64];
	const struct layout *layout = scene->preview != NULL ? scene->preview->layout : NULL;
	int used = canvas_wrap(area, 0, ROLE_TEXT, false, at->about[0] != '\0' ? at->about : at->name, true);
	if (used >= area->lines)
		return;
	if (layout != NULL && layout->page_count > 1)
		snprintf(text, sizeof(text), "%s, page %u of %u", at->where, view->preview->page + 1, layout->page_count);
	else
		snprintf(text, sizeof(text), "%s", at->where);
	canvas_put(area, used, 0, area->columns, ROLE_LABEL, ALIGN_LEFT, text);
}

/* What it is for, and the picture or why there is none. */
static void draw_chosen(const struct canvas *area, struct view *view, const struct scene *scene)
{
	const struct scene_layout *at = view_layout_chosen(view, scene);
	if (at == NULL || area->lines <= 0)
		return;
	if (scene->preview != NULL)
		(void)bring_preview(view, scene->preview->layout);
	struct canvas about = canvas_part(area, 0, 1, ABOUT_LINES + 1, area->columns - 2);
	draw_about(&about, view, scene, at);
	struct canvas room = canvas_part(area, ABOUT_LINES + 1, 0, area->lines - ABOUT_LINES - 1, area->columns);
	if (room.lines <= 1)
		return;
	if (scene->preview != NULL) {
		draw_preview(&room, view, scene->preview);
		return;
	}
	room = canvas_part(&room, 0, 1, room.lines, room.columns - 2);
	if (scene->preview_error != NULL)
		(void)canvas_wrap(&room, 0, ROLE_NOTE, false, scene->preview_error, true);
}

static int layouts_lines(const struct view *view, const struct scene *scene, int columns, int screen_lines)
{
	(void)view;
	(void)scene;
	(void)columns;
	(void)screen_lines;
	return OVERLAY_WHOLE;
}

static void layouts_draw(struct overlay_painting *painting)
{
	const struct canvas *inside = &painting->inside;
	struct list_rows rows = rows_of(painting->scene);
	struct canvas list = *inside, chosen = *inside;
	if (inside->columns >= BESIDE_FROM) {
		int columns = inside->columns >= WIDE_FROM ? LIST_WIDE : LIST_NARROW;
		list = canvas_part(inside, 0, 0, inside->lines, columns);
		chosen = canvas_part(inside, 0, columns + 1, inside->lines, inside->columns - columns - 1);
	} else if (inside->lines >= BELOW_FROM) {
		int lines = (int)list_lines(&painting->view->list, &rows);
		lines = lines < LIST_BELOW_MOST ? lines : LIST_BELOW_MOST;
		list = canvas_part(inside, 0, 0, lines, inside->columns);
		chosen = canvas_part(inside, lines + 1, 0, inside->lines - lines - 1, inside->columns);
	} else {
		int lines = inside->lines > 2 ? inside->lines - ABOUT_LINES : inside->lines;
		list = canvas_part(inside, 0, 0, lines, inside->columns);
		chosen = canvas_part(inside, lines, 0, inside->lines - lines, inside->columns);
	}
	list_draw(&painting->view->list, &rows, &list);
	draw_chosen(&chosen, painting->view, painting->scene);
}

static void layouts_hints(const struct view *view, const struct scene *scene, struct overlay_hints *hints)
{
	char key[KEY_NAME_MAX];
	overlay_hint(hints, "Enter", "shows it");
	if (scene->preview != NULL && scene->preview->layout->page_count > 1)
		overlay_hint(hints, action_first_key(view->bindings, "next-page", key), "page");
	overlay_hint(hints, action_first_key(view->bindings, "filter", key), "filter");
}

const struct overlay_page overlay_layouts = {
	.title = "Layouts",
	.columns = OVERLAY_WHOLE,
	.picks = true,
	.holds = true,
	.lines = layouts_lines,
	.draw = layouts_draw,
	.open = layouts_open,
	.key = layouts_key,
	.hints = layouts_hints,
};
