#include "screen/mouse.h"

#include <stdlib.h>

#include "base/clock.h"
#include "screen/action.h"
#include "screen/keyboard.h"

void mouse_add_spot(struct spots *spots, int line, int column, int columns, const char *key)
{
	if (spots->count == SPOTS_MAX || key[0] == '\0')
		return;
	spots->items[spots->count++] = (struct spot){ line, column, columns, key_read(key) };
}

/* The key that is told there; INPUT_NONE: none is. */
static uint32_t spot_at(const struct spots *spots, int line, int column)
{
	for (unsigned i = 0; i < spots->count; i++) {
		const struct spot *spot = &spots->items[i];
		if (line == spot->line && column >= spot->column && column < spot->column + spot->columns)
			return spot->key;
	}
	return INPUT_NONE;
}

static unsigned press(struct action_context *context, uint32_t key)
{
	context->key = key;
	return action_key(context);
}

/* Whether it is the second of two at the same place; a third begins anew. */
static bool is_second(struct view *view, int line, int column)
{
	struct last_click *last = &view->click;
	int64_t now_ms = clock_boot_ms();
	bool second = last->ms != 0 && now_ms - last->ms <= MOUSE_TWICE_MS && last->line == line && abs(last->column - column) <= 1;
	*last = (struct last_click){ .ms = second ? 0 : now_ms, .line = line, .column = column };
	return second;
}

/* The column whose head stands there; -1: none. A head may be wider than its values, at both sides. */
static int head_at(const struct panel_view *view, const struct panel *panel, int line, int column)
{
	enum { BEFORE = 2, BEHIND = 3 };
	int found = -1;
	if (line != view->box_line + view->head_line)
		return -1;
	for (unsigned i = 0; i < panel->column_count; i++) {
		int left = view->box_column + view->heads[i].left;
		if (view->heads[i].columns > 0 && column >= left - BEFORE && column < left + view->heads[i].columns + BEHIND &&
			(found < 0 || view->heads[i].left > view->heads[found].left))
			found = (int)i;
	}
	return found;
}

static bool is_on_chip(const struct panel_view *view, int line, int column)
{
	int left = view->box_column + view->chip_column;
	return view->chip_columns > 0 && line == view->box_line && column >= left && column < left + view->chip_columns;
}

/* What a click on a panel's frame or head does; false: there is nothing of the kind. */
static bool click_panel(struct action_context *context, const struct panel *panel, int line, int column)
{
	struct panel_view *view = &context->view->panels[panel->index];
	int head = head_at(view, panel, line, column);
	if (is_on_chip(view, line, column)) {
		order_filter(&view->order, "");
		order_state(&view->order, -1);
	} else if (head >= 0) {
		action_sort(&view->order, panel, head);
	} else {
		return false;
	}
	view_focus(context->view, panel->index);
	return true;
}

/* Whether a row of the panel stands in the line. */
static bool is_row(const struct panel_view *view, int line)
{
	return line >= view->rows_line && (unsigned)((line - view->rows_line) / view->rows_pitch) < view->visible &&
		view->top + (unsigned)((line - view->rows_line) / view->rows_pitch) < view->order.count;
}

static bool is_list_row(const struct view *view, int line)
{
	long at = line - view->overlay_area.line - view->list.line;
	return view->list.picks && at >= 0 && at < (long)view->list.visible && view->list.top + at < (long)view->list.count;
}

unsigned mouse_act(struct action_context *context, const struct panel *panel, int line, int column)
{
	struct view *view = context->view;
	bool on_top = view->overlay != OVERLAY_NONE;
	if (context->key != INPUT_CLICK)
		return move_mouse(context, panel, line, column);
	if (view->prompt != PROMPT_NONE)
		return SCREEN_ASK_DRAW;
	bool second = is_second(view, line, column);
	uint32_t key = spot_at(on_top ? &view->frame_spots : &view->spots, line, column);
	if (key != INPUT_NONE)
		return press(context, key);
	bool there = panel != NULL && panel_kind(panel->type)->scrolls && view_is_there(context, panel);
	if (!on_top && there && click_panel(context, panel, line, column))
		return SCREEN_ASK_DRAW;
	bool opens = second && (on_top ? is_list_row(view, line) : there && is_row(&view->panels[panel->index], line));
	unsigned asked = move_mouse(context, panel, line, column);
	return opens ? asked | press(context, INPUT_ENTER) : asked;
}
