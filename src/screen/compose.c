#include "screen/compose.h"

#include <curses.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "layout/state.h"
#include "screen/status.h"
#include "screen/summary.h"

enum {
	FLASH_SECONDS = 6, /* more adds nothing: who has not looked by then does not */
	BOTTOM_FROM_LINES = 6, /* below this the panels need every line */
	FILTERED_LEAST = 12,   /* columns of what hides rows, for which a title is cut */
	ORDER_LEAST = 3,       /* columns of the order beside a title: less says nothing */
};

static void place_one(struct geometry *geometry, const struct panel *panel, int lines)
{
	bool framed = geometry->columns >= PAGE_FRAME_COLUMNS && lines >= PAGE_FRAME_LINES - 2;
	geometry->boxes[0] = (struct box){ .panel = panel, .lines = lines, .columns = geometry->columns,
		.framed = framed };
	geometry->box_count = 1;
}

static bool has_box(const struct geometry *geometry, const struct panel *panel)
{
	for (unsigned i = 0; i < geometry->box_count; i++)
		if (geometry->boxes[i].panel == panel)
			return true;
	return false;
}

/* A panel that was gone to, but has no room on a small screen, takes it all while somebody is at the keys. */
static void place_boxes(struct geometry *geometry, const struct view *view, const struct scene *scene, int lines)
{
	const struct layout *layout = scene->layout;
	const struct panel *focused = view->chosen && !view_idle(view, scene->now_ms) ? view_panel(view, layout) : NULL;
	geometry->box_count = 0;
	if (view->zoomed >= 0 && view->zoomed < (int)layout->panel_count)
		place_one(geometry, &layout->panels[view->zoomed], lines);
	else if (view->page < layout->page_count)
		geometry->box_count = page_boxes(&layout->pages[view->page], lines, geometry->columns, geometry->boxes);
	if (focused != NULL && !has_box(geometry, focused))
		place_one(geometry, focused, lines);
	for (unsigned i = 0; i < geometry->box_count; i++)
		geometry->boxes[i].line += geometry->top;
}

static void measure(struct geometry *geometry, const struct view *view, const struct scene *scene, int columns,
	int lines)
{
	memset(geometry, 0, sizeof(*geometry));
	geometry->columns = columns;
	geometry->lines = lines;
	geometry->overlay = view->overlay;
	geometry->top = lines >= 2 ? 1 : 0;
	geometry->bottom = lines >= BOTTOM_FROM_LINES ? status_lines(view, scene, lines, columns) : 0;
	geometry->summary = lines < PAGE_GRID_LINES || columns < PAGE_GRID_COLUMNS;
	if (!geometry->summary)
		place_boxes(geometry, view, scene, lines - geometry->top - geometry->bottom);
}

static void drop_window(WINDOW **window)
{
	if (*window != NULL)
		delwin(*window);
	*window = NULL;
}

void compose_close(struct composition *composition)
{
	drop_window(&composition->top);
	drop_window(&composition->bottom);
	drop_window(&composition->summary);
	drop_window(&composition->overlay);
	for (unsigned i = 0; i < PAGE_BOXES_MAX; i++) {
		drop_window(&composition->panels[i]);
		kept_close(&composition->kept[i]);
	}
}

/* With leaveok the cursor is left where the last change was: no bytes for moving it away. */
static WINDOW *make_window(int lines, int columns, int line, int column)
{
	WINDOW *window = lines > 0 && columns > 0 ? newwin(lines, columns, line, column) : NULL;
	if (window != NULL)
		leaveok(window, TRUE);
	return window;
}

static WINDOW *make_overlay(const struct geometry *geometry)
{
	int columns, lines;
	overlay_size(geometry->overlay, &columns, &lines);
	columns = columns > geometry->columns ? geometry->columns : columns;
	lines = lines > geometry->lines - geometry->top ? geometry->lines - geometry->top : lines;
	return make_window(lines, columns, geometry->top + (geometry->lines - geometry->top - lines) / 2,
		(geometry->columns - columns) / 2);
}

/* Grids are large and change little: only what differs is drawn (screen/kept). */
static bool is_grid(const struct panel *panel)
{
	return panel->type == PANEL_AGENT_GRID || panel->type == PANEL_SERVICE_GRID;
}

static void make_windows(struct composition *composition)
{
	const struct geometry *geometry = &composition->geometry;
	compose_close(composition);
	composition->hints = false;
	int middle = geometry->lines - geometry->top - geometry->bottom;
	composition->top = make_window(geometry->top, geometry->columns, 0, 0);
	composition->bottom =
		make_window(geometry->bottom, geometry->columns, geometry->lines - geometry->bottom, 0);
	if (geometry->summary)
		composition->summary = make_window(middle, geometry->columns, geometry->top, 0);
	for (unsigned i = 0; i < geometry->box_count; i++) {
		const struct box *box = &geometry->boxes[i];
		composition->panels[i] = make_window(box->lines, box->columns, box->line, box->column);
		if (is_grid(box->panel))
			kept_open(&composition->kept[i], box->lines);
	}
	if (geometry->overlay != OVERLAY_NONE)
		composition->overlay = make_overlay(geometry);
	/* What stood between the windows goes. */
	werase(stdscr);
	wnoutrefresh(stdscr);
}

static bool same_box(const struct box *a, const struct box *b)
{
	return a->panel == b->panel && a->line == b->line && a->column == b->column && a->lines == b->lines &&
		a->columns == b->columns && a->framed == b->framed;
}

static bool same_geometry(const struct geometry *a, const struct geometry *b)
{
	if (a->columns != b->columns || a->lines != b->lines || a->top != b->top || a->bottom != b->bottom ||
		a->summary != b->summary || a->overlay != b->overlay || a->box_count != b->box_count)
		return false;
	for (unsigned i = 0; i < a->box_count; i++)
		if (!same_box(&a->boxes[i], &b->boxes[i]))
			return false;
	return true;
}

static void add_age(struct painting *painting)
{
	char age[32], before[PANEL_CORNER_MAX];
	panel_age(age, sizeof(age), painting->scene->now_ms - painting->data->received_ms);
	memcpy(before, painting->corner, sizeof(before));
	if (snprintf(painting->corner, sizeof(painting->corner), "%s%s%s%s old", before,
		before[0] != '\0' ? ", " : "", age, painting->scene->link->uncertain ? "?" : "") < 0)
		painting->corner[0] = '\0';
}

/* Of availability the first of its old services that says something. */
static const char *cause_of(const struct painting *painting)
{
	const struct board *board = painting->scene->board;
	const struct texts *chosen = &painting->panel->services;
	unsigned count = chosen->count > 0 ? chosen->count : board->service_count;
	if (painting->panel->type != PANEL_AVAILABILITY)
		return board->panels[painting->panel->index].problem;
	for (unsigned i = 0; i < count; i++) {
		const struct service_availability *service = chosen->count > 0 ?
			board_find_service(board, chosen->items[i]) : &board->services[i];
		if (service != NULL && service->problem[0] != '\0')
			return service->problem;
	}
	return "";
}

/* Why this panel alone is old, as much as the frame has room for beside title and age. */
static void add_cause(struct painting *painting, int columns)
{
	enum { FRAME_COLUMNS = 10, CAUSE_LEAST = 8 };
	const char *cause = cause_of(painting), *between = painting->corner[0] != '\0' ? ": " : "";
	char cut[PANEL_CORNER_MAX];
	size_t used = strlen(painting->corner);
	int room = columns - FRAME_COLUMNS - text_width(painting->panel->title) - text_width(painting->corner);
	if (cause[0] == '\0' || room < CAUSE_LEAST)
		return;
	text_cut(cut, sizeof(cut), cause, room, canvas_glyph(&painting->box, GLYPH_ELLIPSIS));
	if (used + strlen(between) + strlen(cut) < sizeof(painting->corner))
		strcat(strcat(painting->corner, between), cut);
}

/* An alert about the panel flashes for a few seconds, once, and stays as a steady frame while it fires. */
static enum role frame_role(const struct painting *painting)
{
	const struct scene *scene = painting->scene;
	enum role calm = painting->focused ? ROLE_TITLE : ROLE_FRAME;
	int64_t since = 0;
	enum severity severity = SEVERITY_NONE;
	if (scene->alerts != NULL)
		severity = alerts_panel(scene->alerts, painting->panel, &since);
	if (severity == SEVERITY_NONE)
		return calm;
	int64_t second = (scene->now_ms - since) / 1000;
	if (since != 0 && second >= 0 && second < FLASH_SECONDS && second % 2 == 1)
		return calm;
	return severity == SEVERITY_ALERT ? ROLE_ALERT : ROLE_WARN;
}

/* What hides rows of one panel, each piece behind a blank: "+7 only busy /email". The text may be long: it is last. */
static void add_mark(char *out, size_t size, const struct panel_view *view)
{
	const struct order *order = &view->order;
	size_t used = strlen(out);
	if (view->hidden > 0)
		used += (size_t)snprintf(out + used, size - used, " +%u", view->hidden);
	if (order->state >= 0 && used < size)
		used += (size_t)snprintf(out + used, size - used, " only %s", state_brief((enum acd_state)order->state));
	if (order->filter[0] != '\0' && used < size)
		snprintf(out + used, size - used, " /%s", order->filter);
}

static bool says_what_it_hides(const struct box *box)
{
	return box->framed || panel_drawing(box->panel->type)->all_shown;
}

/* A panel with a frame says by itself what it does not show; of the others the title line does. */
static void take_marks(const struct composition *composition, const struct view *view, struct status_marks *marks)
{
	const struct geometry *geometry = &composition->geometry;
	struct panel_view all = { .order = { .state = -1 } };
	unsigned silent = 0;
	memset(marks, 0, sizeof(*marks));
	for (unsigned i = 0; i < geometry->box_count; i++)
		silent += !says_what_it_hides(&geometry->boxes[i]);
	for (unsigned i = 0; i < geometry->box_count; i++) {
		const struct box *box = &geometry->boxes[i];
		const struct panel_view *panel = &view->panels[box->panel->index];
		char text[STATUS_MARKS_MAX] = "";
		add_mark(text, sizeof(text), panel);
		if (says_what_it_hides(box) || text[0] == '\0')
			continue;
		size_t used = strlen(marks->full);
		snprintf(marks->full + used, sizeof(marks->full) - used, "%s%.40s%s", used > 0 ? "  " : "",
			silent > 1 ? box->panel->title : "", silent > 1 ? text : text + 1);
		all.hidden += panel->hidden;
		if (all.order.filter[0] == '\0')
			memcpy(all.order.filter, panel->order.filter, sizeof(all.order.filter));
		if (all.order.state < 0)
			all.order.state = panel->order.state;
	}
	char text[STATUS_MARKS_MAX] = "";
	add_mark(text, sizeof(text), &all);
	marks->filtered = all.order.filter[0] != '\0' || all.order.state >= 0;
	snprintf(marks->brief, sizeof(marks->brief), "%s", text[0] != '\0' ? text + 1 : "");
	/* The text of a filter may be long: that there is one is short. */
	snprintf(marks->least, sizeof(marks->least), "%s", marks->filtered ? "/" : "");
	if (all.hidden > 0)
		snprintf(marks->least + strlen(marks->least), sizeof(marks->least) - strlen(marks->least), "+%u", all.hidden);
	text_trim(marks->full);
	text_trim(marks->brief);
}

static uint64_t frame_key(const struct painting *painting, enum role role)
{
	uint64_t key = kept_key(0, painting->corner, (unsigned)role);
	return kept_key(key, painting->order, painting->stale);
}

static void draw_frame(const struct canvas *window, struct painting *painting)
{
	enum role role = frame_role(painting);
	if (painting->kept != NULL && !kept_cell(painting->kept, 0, KEPT_FRAME, frame_key(painting, role)))
		return;
	(void)canvas_frame(window, role);
	int corner = text_width(painting->corner), room = window->columns - 4;
	/* How many rows there are goes before how old they are, and what hides rows before the end of the title. */
	if (corner + 2 > room || (painting->filtered > 0 && room - corner - 3 < FILTERED_LEAST + 3)) {
		memcpy(painting->corner, painting->counted, sizeof(painting->corner));
		corner = text_width(painting->corner);
	}
	if (corner + 2 > room)
		corner = 0;
	int at = 2, left = room - (corner > 0 ? corner + 3 : 0);
	int filtered = painting->filtered < left - 3 ? painting->filtered : left - 3;
	filtered = filtered < FILTERED_LEAST ? filtered : FILTERED_LEAST;
	canvas_put(window, 0, 1, left > 0 ? 1 : 0, role, ALIGN_LEFT, " ");
	at += canvas_put(window, 0, at, left - 1 - (filtered > 0 ? filtered + 1 : 0), painting->stale ? ROLE_LABEL : ROLE_TITLE, ALIGN_LEFT,
		painting->panel->title);
	int order = text_width(painting->order), most = left - (at - 2) - 2;
	order = order < most ? order : most;
	if (order >= ORDER_LEAST) {
		canvas_put(window, 0, at, 1, role, ALIGN_LEFT, " ");
		at += 1 + canvas_put(window, 0, at + 1, order, ROLE_LABEL, ALIGN_LEFT, painting->order);
	}
	canvas_put(window, 0, at, 1, role, ALIGN_LEFT, " ");
	if (corner > 0) {
		int from = window->columns - corner - 3;
		canvas_put(window, 0, from, corner + 2, role, ALIGN_LEFT, " ");
		canvas_put(window, 0, from + 1, corner, painting->stale ? ROLE_NOTE : ROLE_LABEL, ALIGN_LEFT,
			painting->corner);
		canvas_put(window, 0, from + 1 + corner, 1, role, ALIGN_LEFT, " ");
	}
}

/* Of all that a grid is made of: where none of it changed, and nothing in it runs, it stands as it is. */
static uint64_t grid_key(const struct painting *painting)
{
	const struct scene *scene = painting->scene;
	int64_t turn = painting->idle ? (scene->now_ms - painting->since_ms) / VIEW_GRID_PAGE_MS : 0;
	unsigned flags = (unsigned)frame_role(painting) * 8 + painting->stale * 4u + painting->focused * 2u + painting->idle;
	uint64_t key = kept_key(0, "", (unsigned)scene->board->generation);
	return kept_key(kept_key(key, "", (unsigned)turn), "", flags);
}

/* False: it stands there already. */
static bool grid_changed(const struct painting *painting)
{
	struct kept *kept = painting->kept;
	uint64_t key = kept == NULL ? 0 : grid_key(painting);
	if (kept == NULL || (kept->valid && !kept->runs && !painting->stale && kept->made_of == key))
		return kept == NULL;
	kept->made_of = key;
	return true;
}

/* False: nothing had to be drawn. */
static bool draw_panel(struct composition *composition, unsigned index, struct view *view, const struct scene *shown,
	const struct canvas *window)
{
	const struct box *box = &composition->geometry.boxes[index];
	struct painting painting = { .box = *window, .scene = shown, .panel = box->panel, .framed = box->framed };
	painting.data = board_data(shown->board, box->panel);
	painting.view = &view->panels[box->panel->index];
	painting.stale = scene_stale(shown, box->panel);
	painting.focused = !view_idle(view, shown->now_ms) && view_panel(view, shown->layout) == box->panel;
	painting.idle = view->keys && !view->paused && view_idle(view, shown->now_ms);
	painting.since_ms = view->page_since_ms;
	painting.kept = is_grid(box->panel) ? &composition->kept[index] : NULL;
	if (!grid_changed(&painting))
		return false;
	if (box->framed)
		painting.box = canvas_part(window, 1, 1, window->lines - 2, window->columns - 2);
	if (painting.box.lines > 0 && painting.box.columns > 0)
		panel_drawing(box->panel->type)->draw(&painting);
	painting.view->hidden = painting.hidden;
	memcpy(painting.counted, painting.corner, sizeof(painting.counted));
	painting.view->rows_line = box->line + painting.box.line + painting.head;
	if (painting.stale && painting.data->received)
		add_age(&painting);
	if (painting.stale)
		add_cause(&painting, box->columns);
	if (box->framed)
		draw_frame(window, &painting);
	if (painting.kept != NULL)
		painting.kept->runs = painting.runs;
	return true;
}

/* A theme with a background of its own has it everywhere. */
static void erase_window(const struct canvas *canvas)
{
	werase(canvas->window);
	if (canvas->style->background)
		canvas_fill(canvas, 0, 0, canvas->lines, canvas->columns, ROLE_TEXT);
}

static void refresh_panels(struct composition *composition, struct view *view, const struct scene *shown,
	const struct canvas *like, bool all)
{
	for (unsigned i = 0; i < composition->geometry.box_count; i++) {
		struct kept *kept = &composition->kept[i];
		if (composition->panels[i] == NULL)
			continue;
		struct canvas canvas = canvas_window(composition->panels[i], like->style, like->glyphs);
		if (all || !kept->valid) {
			erase_window(&canvas);
			kept_forget(kept);
		}
		if (draw_panel(composition, i, view, shown, &canvas))
			wnoutrefresh(composition->panels[i]);
	}
}

void compose(struct composition *composition, struct view *view, const struct scene *shown, const struct scene *scene,
	const struct style *style, const struct glyphs *glyphs, const struct overlay_figures *figures, bool all)
{
	struct geometry wanted;
	measure(&wanted, view, scene, COLS, LINES);
	if (!same_geometry(&wanted, &composition->geometry)) {
		composition->geometry = wanted;
		make_windows(composition);
	}
	WINDOW *windows[] = { composition->top, composition->bottom, composition->summary, composition->overlay };
	enum { TOP, BOTTOM, SUMMARY, OVERLAY };
	struct status_marks marks;
	struct canvas canvas = { .style = style, .glyphs = glyphs };
	/* The title line says what the panels hide; what lies on top comes last. */
	refresh_panels(composition, view, shown, &canvas, all);
	take_marks(composition, view, &marks);
	for (int i = TOP; i <= OVERLAY; i++) {
		if (windows[i] == NULL)
			continue;
		canvas = canvas_window(windows[i], style, glyphs);
		bool calm = i == BOTTOM && status_calm(view, scene, canvas.columns);
		if (calm && composition->hints && !all)
			continue;
		if (i == BOTTOM)
			composition->hints = calm;
		erase_window(&canvas);
		if (i == TOP)
			status_top(&canvas, view, scene, &marks);
		else if (i == BOTTOM)
			status_bottom(&canvas, view, scene);
		else if (i == SUMMARY)
			summary_draw(&canvas, view, shown, link_stale(scene->link, scene->now_ms));
		else
			overlay_draw(&canvas, view, scene, figures);
		wnoutrefresh(windows[i]);
	}
}

const struct panel *compose_panel_at(const struct composition *composition, int line, int column)
{
	const struct geometry *geometry = &composition->geometry;
	for (unsigned i = 0; i < geometry->box_count; i++) {
		const struct box *box = &geometry->boxes[i];
		if (line >= box->line && line < box->line + box->lines && column >= box->column &&
			column < box->column + box->columns)
			return box->panel;
	}
	return NULL;
}
