#include "screen/move.h"

#include "screen/key.h"

enum { WHEEL_ROWS = 3 };

static unsigned scroll_overlay(struct view *view, long by)
{
	long top = (long)view->overlay_top + by;
	view->overlay_top = top < 0 ? 0 : (unsigned)top;
	return SCREEN_ASK_DRAW;
}

/* The first movement only shows where one is. */
unsigned move_rows(struct acting *acting, long by)
{
	const struct panel_data *data;
	if (acting->view->overlay != OVERLAY_NONE)
		return scroll_overlay(acting->view, by);
	struct panel_view *panel = acting_focused(acting, &data);
	if (panel == NULL || data->rows == 0)
		return SCREEN_ASK_DRAW;
	long at = panel->selected ? (long)panel->position + by : (long)panel->top + (by > 1 ? by : 0);
	view_select(panel, data, at);
	return SCREEN_ASK_DRAW;
}

/* The view goes, and the selection with it; where the view cannot go further, the selection still can. */
static void scroll(struct panel_view *panel, const struct panel_data *data, long by)
{
	long most = panel->order.count > panel->visible ? (long)(panel->order.count - panel->visible) : 0;
	long top = (long)panel->top + by, before = (long)panel->top;
	top = top > most ? most : top < 0 ? 0 : top;
	long at = panel->selected ? (long)panel->position + by : top;
	if (top == before)
		at = by > 0 ? MOVE_FAR : 0;
	panel->top = (unsigned)top;
	view_select(panel, data, at);
}

unsigned move_pages(struct acting *acting, int direction)
{
	const struct panel_data *data;
	struct panel_view *panel = acting_focused(acting, &data);
	bool overlay = acting->view->overlay != OVERLAY_NONE;
	unsigned visible = overlay ? acting->view->overlay_visible : panel != NULL ? panel->visible : 0;
	long page = visible < 2 ? 1 : (long)visible - 1;
	if (overlay)
		return scroll_overlay(acting->view, direction * page);
	if (panel != NULL && data->rows > 0)
		scroll(panel, data, direction * page);
	return SCREEN_ASK_DRAW;
}

unsigned move_search(struct acting *acting, int direction)
{
	const struct panel_data *data;
	struct panel_view *panel = acting_focused(acting, &data);
	if (panel == NULL || data->rows == 0)
		return SCREEN_ASK_DRAW;
	long from = panel->selected ? (long)panel->position : (long)panel->top - direction;
	long at = order_match(&panel->order, data, from, direction);
	if (at >= 0)
		view_select(panel, data, at);
	return SCREEN_ASK_DRAW;
}

static void turn_wheel(struct panel_view *panel, const struct panel_data *data, long by)
{
	panel->selected = false;
	long top = (long)panel->top + by;
	panel->top = top < 0 ? 0 : (unsigned)top;
	view_follow(panel, data);
}

/* What was clicked on was drawn before the keys that were read with the click. */
static bool is_there(const struct acting *acting, const struct panel *panel)
{
	const struct view *view = acting->view;
	return view->zoomed >= 0 ? (unsigned)view->zoomed == panel->index :
		view_shows(view, acting->scene->layout, panel->index);
}

unsigned move_mouse(struct acting *acting, const struct panel *panel, int line)
{
	struct view *view = acting->view;
	long by = acting->key == INPUT_WHEEL_UP ? -WHEEL_ROWS : acting->key == INPUT_WHEEL_DOWN ? WHEEL_ROWS : 0;
	if (view->overlay != OVERLAY_NONE) {
		if (by == 0)
			view->overlay = OVERLAY_NONE;
		return scroll_overlay(view, by);
	}
	if (panel == NULL || !panel_kind(panel->type)->scrolls || !is_there(acting, panel))
		return SCREEN_ASK_DRAW;
	const struct panel_data *data;
	struct panel_view *rows = acting_rows(acting, panel, &data);
	int at = line - rows->rows_line;
	view_focus(view, panel->index);
	if (by != 0)
		turn_wheel(rows, data, by);
	else if (data->rows > 0 && at >= 0 && (unsigned)at < rows->visible && rows->top + (unsigned)at < rows->order.count)
		view_select(rows, data, (long)rows->top + at);
	return SCREEN_ASK_DRAW;
}
