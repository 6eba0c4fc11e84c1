#include "screen/view.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

enum { WHEEL_ROWS = 3 };

struct board_view scene_board_view(const struct scene *scene)
{
	return (struct board_view){
		.board = scene->board, .link = scene->link, .now_ms = scene->now_ms, .wall_ms = scene->wall_ms,
	};
}

int64_t scene_runs_until(const struct scene *scene)
{
	return scene->held_ms != 0 ? scene->held_ms : scene->now_ms;
}

/*
 * An outage ages all services at once, as it does everything else, though they are asked more rarely than the rest: they
 * are believed on as long as one of them is still answered.
 */
static bool services_cut_off(const struct scene *scene)
{
	const struct link *link = scene->link;
	if (link->accepted_ms == 0 || !link_stale(link, scene->now_ms))
		return false;
	int64_t stale_at_ms = link_stale_at(link, link->accepted_ms);
	for (unsigned i = 0; i < scene->board->service_count; i++)
		if (scene->board->services[i].state != AVAILABILITY_NEVER && scene->board->services[i].received_ms >= stale_at_ms)
			return false;
	return true;
}

bool scene_service_stale(const struct scene *scene, const struct service_availability *service)
{
	struct board_view view = scene_board_view(scene);
	if (service == NULL || service->state == AVAILABILITY_NEVER)
		return false;
	return board_view_service_stale(&view, service) || services_cut_off(scene);
}

/* An answer may leave a panel out: each has its own age. A clock has none, and is dimmed with the whole. */
bool scene_stale(const struct scene *scene, const struct panel *panel)
{
	struct board_view view = scene_board_view(scene);
	if (panel_kind(panel->type)->ask == ASK_NOTHING)
		return scene->link->accepted_ms != 0 && link_stale(scene->link, scene->now_ms);
	if (board_view_age(&view, panel) < 0)
		return false;
	return board_view_stale(&view, panel) || (panel->type == PANEL_AVAILABILITY && services_cut_off(scene));
}

void view_init(struct view *view, const struct themes *themes, const struct bindings *bindings)
{
	static const struct glyphs usual = { .set = GLYPH_SET_UTF8 };
	*view = (struct view){ .glyphs = &usual, .focus = -1, .zoomed = -1, .themes = themes, .background = -1, .bindings = bindings };
	buffer_init(&view->clip, VIEW_CLIP_MAX);
}

static void free_panels(struct panel_view *panels, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		free(panels[i].key);
		free(panels[i].services.cells);
		free(panels[i].services.keys);
		order_free(&panels[i].order);
	}
	free(panels);
}

void view_free(struct view *view)
{
	free_panels(view->panels, view->panel_count);
	pattern_free(&view->search.pattern);
	view->panels = NULL;
	view->panel_count = 0;
	if (view->preview != NULL)
		view_free(view->preview);
	free(view->preview);
	chooser_free(view->chooser);
	view->chooser = NULL;
	view->preview = NULL;
	free(view->card);
	view->card = NULL;
	buffer_free(&view->clip);
}

/* A column number means something else when the columns changed. */
static void carry_over(struct panel_view *to, struct panel_view *from, const struct panel *panel)
{
	*to = *from;
	order_init(&from->order);
	from->services = (struct panel_data){ .rows = 0 };
	from->key = NULL;
	memset(to->largest, 0, sizeof(to->largest));
	to->order.changed = true;
	to->order.data = NULL;
	if (to->order.column >= (int)panel->column_count)
		to->order.column = -1;
}

static struct panel_view *find_panel(struct view *view, const struct panel *panel)
{
	for (unsigned i = 0; i < view->panel_count; i++)
		if (view->panels[i].type == panel->type && strcmp(view->panels[i].name, panel->name) == 0)
			return &view->panels[i];
	return NULL;
}

void view_reset(struct view *view, const struct layout *layout)
{
	struct panel_view *panels = must_alloc(layout->panel_count * sizeof(*panels));
	for (unsigned i = 0; i < layout->panel_count; i++) {
		const struct panel *panel = &layout->panels[i];
		struct panel_view *before = find_panel(view, panel);
		panels[i] = (struct panel_view){ .visible = 1, .rows_pitch = 1, .type = panel->type };
		snprintf(panels[i].name, sizeof(panels[i].name), "%s", panel->name);
		order_init(&panels[i].order);
		if (before != NULL)
			carry_over(&panels[i], before, panel);
	}
	free_panels(view->panels, view->panel_count);
	view->panels = panels;
	view->panel_count = layout->panel_count;
	view->zoomed = -1;
	/* A picture of it is made anew as well. */
	view->previewed = 0;
	view->prompt = PROMPT_NONE;
	view->search.count = 0;
	/* Its row may be in no panel of this layout. */
	if (view->overlay == OVERLAY_CARD || view->overlay == OVERLAY_MEANING)
		view->overlay = OVERLAY_NONE;
	view_go(view, layout, view->page < layout->page_count ? view->page : 0, view->page_since_ms);
}

const struct panel *view_panel(const struct view *view, const struct layout *layout)
{
	int index = view->zoomed >= 0 ? view->zoomed : view->focus;
	if (index < 0 || index >= (int)layout->panel_count)
		return NULL;
	const struct panel *panel = &layout->panels[index];
	return panel_kind(panel->type)->scrolls ? panel : NULL;
}

static enum service_look service_look(const struct scene *scene, const struct service_availability *service)
{
	if (service == NULL || service->state == AVAILABILITY_NEVER)
		return SERVICE_UNKNOWN;
	if (scene_service_stale(scene, service))
		return SERVICE_OLD;
	return service->state == AVAILABILITY_NOBODY ? SERVICE_NOBODY : SERVICE_AVAILABLE;
}

static void add_service(struct panel_view *view, unsigned row, const char *name, enum service_look look)
{
	struct panel_data *data = &view->services;
	if (row >= view->service_room) {
		view->service_room = row < 16 ? 32 : 2 * row;
		data->cells = must_realloc(data->cells, (unsigned long)view->service_room * SERVICES_COLUMNS * sizeof(*data->cells));
		data->keys = must_realloc(data->keys, (unsigned long)view->service_room * sizeof(*data->keys));
	}
	struct cell *cells = &data->cells[(size_t)row * SERVICES_COLUMNS];
	/* Names stay where they are on their board, so another one at a place is another order. */
	if (row >= data->rows || data->keys[row] != name)
		data->version++;
	data->keys[row] = name;
	cells[SERVICES_COLUMN_NAME] = (struct cell){ .text = name, .state = VALUE_TEXT };
	cells[SERVICES_COLUMN_LOOK] = (struct cell){ .text = "", .state = VALUE_NUMBER, .number = look };
}

const struct panel_data *view_data(struct panel_view *view, const struct scene *scene, const struct panel *panel)
{
	/* By what was last known, so that an outage moves nothing. */
	static const enum availability worst_first[] = { AVAILABILITY_NOBODY, AVAILABILITY_NEVER, AVAILABILITY_AVAILABLE };
	const struct board *board = scene->board;
	const struct texts *chosen = &panel->services;
	struct panel_data *data = &view->services;
	unsigned rows = 0, count = chosen->count > 0 ? chosen->count : board->service_count;
	if (panel->type != PANEL_AVAILABILITY)
		return board_data(board, panel);
	for (unsigned turn = 0; turn < sizeof(worst_first) / sizeof(worst_first[0]); turn++)
		for (unsigned i = 0; i < count; i++) {
			const struct service_availability *service = chosen->count > 0 ?
				board_find_service(board, chosen->items[i]) : &board->services[i];
			if ((service == NULL ? AVAILABILITY_NEVER : service->state) == worst_first[turn])
				add_service(view, rows++, chosen->count > 0 ? chosen->items[i] : service->service,
					service_look(scene, service));
		}
	data->rows = rows;
	data->columns = SERVICES_COLUMNS;
	return data;
}

bool view_shows(const struct view *view, const struct layout *layout, unsigned panel)
{
	if (view->page >= layout->page_count)
		return false;
	const struct page *page = &layout->pages[view->page];
	for (unsigned row = 0; row < page->row_count; row++)
		for (unsigned i = 0; i < page->rows[row].panel_count; i++)
			if (page->rows[row].panels[i]->index == panel)
				return true;
	return false;
}

static bool can_focus(const struct view *view, const struct layout *layout, unsigned panel)
{
	return panel_kind(layout->panels[panel].type)->scrolls && view_shows(view, layout, panel);
}

/* Where the key for the next panel goes: a zoom shows any of them. */
static bool can_go(const struct view *view, const struct layout *layout, unsigned panel)
{
	return view->zoomed >= 0 ? view_shows(view, layout, panel) : can_focus(view, layout, panel);
}

int view_first_panel(const struct view *view, const struct layout *layout)
{
	for (unsigned i = 0; i < layout->panel_count; i++)
		if (view_shows(view, layout, i))
			return (int)i;
	return -1;
}

void view_say(struct view *view, int64_t now_ms, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(view->said, sizeof(view->said), format, args);
	va_end(args);
	view->said_until_ms = now_ms + VIEW_UNKNOWN_MS;
	view->said_loud = false;
}

bool view_says(const struct view *view, int64_t now_ms)
{
	return view->said[0] != '\0' && now_ms < view->said_until_ms;
}

unsigned view_focus_count(const struct view *view, const struct layout *layout)
{
	unsigned count = 0;
	for (unsigned i = 0; i < layout->panel_count; i++)
		count += can_go(view, layout, i);
	return count;
}

/* The first grid, for it is what people look for; else whatever scrolls. */
static int first_focus(const struct view *view, const struct layout *layout)
{
	int found = -1;
	for (unsigned i = 0; i < layout->panel_count; i++) {
		enum panel_type type = layout->panels[i].type;
		if (!can_focus(view, layout, i))
			continue;
		if (type == PANEL_SERVICE_GRID || type == PANEL_AGENT_GRID)
			return (int)i;
		if (found < 0)
			found = (int)i;
	}
	return found;
}

void view_go(struct view *view, const struct layout *layout, unsigned page, int64_t now_ms)
{
	view->page = page;
	view->page_since_ms = now_ms;
	view->zoomed = -1;
	view->focus = first_focus(view, layout);
	view->chosen = false;
}

void view_focus(struct view *view, unsigned panel)
{
	view->focus = (int)panel;
	view->chosen = true;
	if (view->zoomed >= 0)
		view->zoomed = (int)panel;
}

void view_focus_next(struct view *view, const struct layout *layout, int direction)
{
	int count = (int)layout->panel_count;
	int from = view->zoomed >= 0 ? view->zoomed : view->focus, at = from < 0 ? 0 : from;
	for (int step = 1; step <= count; step++) {
		int next = ((at + direction * step) % count + count) % count;
		if (!can_go(view, layout, (unsigned)next))
			continue;
		/* What is no list is zoomed, and keys find their list again when it goes. */
		if (can_focus(view, layout, (unsigned)next))
			view_focus(view, (unsigned)next);
		else
			view->zoomed = next;
		return;
	}
}

static void remember_key(struct panel_view *view, const char *key)
{
	unsigned size = (unsigned)strlen(key) + 1;
	if (size > view->key_room) {
		view->key = must_realloc(view->key, size);
		view->key_room = size;
	}
	memcpy(view->key, key, size);
}

/* Scrolls no further than it must. */
static void show_position(struct panel_view *view)
{
	unsigned visible = view->visible > 0 ? view->visible : 1;
	if (view->position < view->top)
		view->top = view->position;
	if (view->position >= view->top + visible)
		view->top = view->position - visible + 1;
}

void view_select(struct panel_view *view, const struct panel_data *data, long position)
{
	long last = (long)view->order.count - 1;
	view->selected = last >= 0;
	if (last < 0)
		return;
	position = position > last ? last : position;
	view->position = position < 0 ? 0 : (unsigned)position;
	remember_key(view, board_key(data, order_row(&view->order, view->position)));
	show_position(view);
}

void view_follow(struct panel_view *view, const struct panel_data *data)
{
	unsigned visible = view->visible > 0 ? view->visible : 1;
	if (view->selected) {
		long at = order_find(&view->order, data, view->key, view->position);
		view_select(view, data, at < 0 ? (long)view->position : at);
	}
	if (view->top + visible > view->order.count)
		view->top = view->order.count > visible ? view->order.count - visible : 0;
}

void view_bring(struct panel_view *view, const struct panel *panel, const struct panel_data *data, bool stale)
{
	order_update(&view->order, panel, data, stale);
	view_follow(view, data);
}

bool view_idle(const struct view *view, int64_t now_ms)
{
	return view->last_key_ms == 0 || now_ms - view->last_key_ms >= VIEW_HOLD_MS;
}

void view_resume(struct view *view, int64_t now_ms)
{
	if (now_ms - view->last_key_ms < VIEW_PAUSE_MS)
		return;
	view->paused = false;
	if (view->overlay != OVERLAY_NONE && view->held)
		view->overlay = OVERLAY_NONE;
}

static enum severity page_severity(const struct scene *scene, unsigned index)
{
	const struct page *page = &scene->layout->pages[index];
	bool stale = link_stale(scene->link, scene->now_ms);
	enum severity worst = SEVERITY_NONE;
	for (unsigned row = 0; row < page->row_count; row++)
		for (unsigned i = 0; i < page->rows[row].panel_count; i++) {
			const struct panel *panel = page->rows[row].panels[i];
			const struct panel_data *data = board_data(scene->board, panel);
			if (panel->column_count == 0)
				continue;
			for (unsigned line = 0; line < data->rows && worst < SEVERITY_ALERT; line++) {
				enum severity severity = board_row_severity(panel, data, line, stale);
				worst = severity > worst ? severity : worst;
			}
		}
	return worst;
}

/* The next page in alarm after the shown one; the page itself if there is no other. */
static unsigned next_in_alert(const struct view *view, const struct scene *scene)
{
	unsigned count = scene->layout->page_count;
	for (unsigned step = 1; step < count; step++)
		if (page_severity(scene, (view->page + step) % count) == SEVERITY_ALERT)
			return (view->page + step) % count;
	return view->page;
}

/* Every second turn goes to a page in alarm, the others go on with the round where it was: so nothing starves. */
static unsigned next_page(struct view *view, const struct scene *scene)
{
	unsigned count = scene->layout->page_count;
	view->turns++;
	if (scene->layout->rotate == ROTATE_ALARMS && view->turns % 2 == 0) {
		unsigned alarmed = next_in_alert(view, scene);
		if (alarmed != view->page)
			return alarmed;
	}
	unsigned from = scene->layout->rotate == ROTATE_ALARMS ? view->resume_page : view->page;
	unsigned next = (from + 1) % count;
	/* Coming back from a visit, the round must not stay on the same page. */
	if (next == view->page)
		next = (next + 1) % count;
	view->resume_page = next;
	return next;
}

static bool is_held(const struct view *view)
{
	return view->paused || view->zoomed >= 0 || (view->overlay != OVERLAY_NONE && view->held);
}

int view_turns_in(const struct view *view, const struct scene *scene)
{
	const struct layout *layout = scene->layout;
	int seconds = view->page < layout->page_count ? layout->pages[view->page].seconds : 0;
	if (seconds <= 0 || layout->page_count < 2 || is_held(view) || !view->keys)
		return 0;
	int64_t since = view->page_since_ms != 0 ? view->page_since_ms : scene->now_ms;
	int64_t left = since + (int64_t)seconds * 1000 - scene->now_ms;
	int64_t held = view->last_key_ms != 0 ? view->last_key_ms + VIEW_HOLD_MS - scene->now_ms : 0;
	left = held > left ? held : left;
	return left > 0 ? (int)((left + 999) / 1000) : 0;
}

bool view_rotate(struct view *view, const struct scene *scene)
{
	enum { HOLD_TIMES = 4 }; /* a page in alarm stays so many turns: the others must not starve */
	const struct layout *layout = scene->layout;
	int seconds = view->page < layout->page_count ? layout->pages[view->page].seconds : 0;
	if (view->page_since_ms == 0)
		view->page_since_ms = scene->now_ms;
	if (seconds <= 0 || layout->page_count < 2 || is_held(view) || !view_idle(view, scene->now_ms))
		return false;
	int64_t shown = scene->now_ms - view->page_since_ms;
	if (shown < (int64_t)seconds * 1000)
		return false;
	if (layout->rotate == ROTATE_HOLD && shown < (int64_t)seconds * 1000 * HOLD_TIMES &&
		page_severity(scene, view->page) == SEVERITY_ALERT)
		return false;
	view_go(view, layout, next_page(view, scene), scene->now_ms);
	return true;
}

struct panel_view *view_rows(const struct action_context *context, const struct panel *panel, const struct panel_data **data)
{
	struct panel_view *view = &context->view->panels[panel->index];
	*data = view_data(view, context->scene, panel);
	view_bring(view, panel, *data, scene_stale(context->scene, panel));
	return view;
}

static bool page_has(const struct page *page, const struct panel *panel)
{
	for (unsigned row = 0; row < page->row_count; row++)
		for (unsigned i = 0; i < page->rows[row].panel_count; i++)
			if (page->rows[row].panels[i] == panel)
				return true;
	return false;
}

bool view_go_to(struct action_context *context, const struct panel *panel)
{
	struct view *view = context->view;
	const struct layout *layout = context->scene->layout;
	unsigned page = view->page < layout->page_count && page_has(&layout->pages[view->page], panel) ? view->page : 0;
	while (page < layout->page_count && !page_has(&layout->pages[page], panel))
		page++;
	if (page == layout->page_count)
		return false;
	if (page != view->page)
		view_go(view, layout, page, context->scene->now_ms);
	if (view->zoomed >= 0)
		view->zoomed = (int)panel->index;
	if (panel_kind(panel->type)->scrolls)
		view_focus(view, panel->index);
	return true;
}

struct panel_view *view_focused(const struct action_context *context, const struct panel_data **data)
{
	const struct panel *panel = view_panel(context->view, context->scene->layout);
	return panel == NULL ? NULL : view_rows(context, panel, data);
}

/* Why a key that goes to rows goes nowhere. */
static unsigned say_empty(struct action_context *context, const struct panel_view *panel)
{
	bool hides = panel != NULL && (panel->order.filter[0] != '\0' || panel->order.state >= 0);
	view_say(context->view, context->scene->now_ms, "%s", hides ? "The filter hides all rows." : "This list has no rows.");
	return SCREEN_ASK_DRAW;
}

/* The first movement only shows where one is. */
unsigned move_rows(struct action_context *context, long by)
{
	const struct panel_data *data;
	if (context->view->overlay != OVERLAY_NONE) {
		list_move(&context->view->list, by);
		return SCREEN_ASK_DRAW;
	}
	struct panel_view *panel = view_focused(context, &data);
	if (panel == NULL || panel->order.count == 0)
		return say_empty(context, panel);
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

unsigned move_pages(struct action_context *context, long direction)
{
	const struct panel_data *data;
	struct panel_view *panel = view_focused(context, &data);
	bool overlay = context->view->overlay != OVERLAY_NONE;
	unsigned visible = overlay ? context->view->list.visible : panel != NULL ? panel->visible : 0;
	long page = visible < 2 ? 1 : (long)visible - 1;
	if (overlay)
		list_move(&context->view->list, direction * page);
	else if (panel == NULL || panel->order.count == 0)
		return say_empty(context, panel);
	else
		scroll(panel, data, direction * page);
	return SCREEN_ASK_DRAW;
}

unsigned move_search(struct action_context *context, long direction)
{
	const struct panel_data *data;
	struct panel_view *panel = view_focused(context, &data);
	if (panel == NULL || panel->order.count == 0)
		return say_empty(context, panel);
	long from = panel->selected ? (long)panel->position : (long)panel->top - direction;
	long at = order_match(&panel->order, data, from, (int)direction);
	if (at >= 0)
		view_select(panel, data, at);
	else
		view_say(context->view, context->scene->now_ms, "No row contains '%.60s'.", panel->order.search);
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
bool view_is_there(const struct action_context *context, const struct panel *panel)
{
	const struct view *view = context->view;
	return view->zoomed >= 0 ? (unsigned)view->zoomed == panel->index :
		view_shows(view, context->scene->layout, panel->index);
}

/* A click on a tab; false: there is none. */
static bool click_tab(struct action_context *context, int line, int column)
{
	struct view *view = context->view;
	for (unsigned i = 0; i < context->scene->layout->page_count && line == 0; i++) {
		const struct tab *tab = &view->tabs[i];
		if (column < tab->column || column >= tab->column + tab->columns)
			continue;
		view_go(view, context->scene->layout, i, context->scene->now_ms);
		return true;
	}
	return false;
}

static bool is_within(const struct area *area, int line, int column)
{
	return line >= area->line && line < area->line + area->lines && column >= area->column && column < area->column + area->columns;
}

/* A click beside what lies on top takes it away; one on a row goes there. */
static unsigned mouse_on_top(struct view *view, long by, int line, int column)
{
	struct list *list = &view->list;
	const struct area *area = &view->overlay_area;
	long at = line - area->line - list->line;
	if (by != 0)
		list_move(list, by);
	else if (!is_within(area, line, column))
		view->overlay = OVERLAY_NONE;
	else if (list->picks && at >= 0 && at < (long)list->visible && list->top + at < (long)list->count)
		list_move(list, (long)list->top + at - (long)list->cursor);
	return SCREEN_ASK_DRAW;
}

unsigned move_mouse(struct action_context *context, const struct panel *panel, int line, int column)
{
	struct view *view = context->view;
	long by = context->key == INPUT_WHEEL_UP ? -WHEEL_ROWS : context->key == INPUT_WHEEL_DOWN ? WHEEL_ROWS : 0;
	if (view->overlay != OVERLAY_NONE)
		return mouse_on_top(view, by, line, column);
	if (by == 0 && click_tab(context, line, column))
		return SCREEN_ASK_DRAW;
	if (panel == NULL || !panel_kind(panel->type)->scrolls || !view_is_there(context, panel))
		return SCREEN_ASK_DRAW;
	const struct panel_data *data;
	struct panel_view *rows = view_rows(context, panel, &data);
	int at = line < rows->rows_line ? -1 : (line - rows->rows_line) / rows->rows_pitch;
	view_focus(view, panel->index);
	if (by != 0)
		turn_wheel(rows, data, by);
	else if (data->rows > 0 && at >= 0 && (unsigned)at < rows->visible && rows->top + (unsigned)at < rows->order.count)
		view_select(rows, data, (long)rows->top + at);
	return SCREEN_ASK_DRAW;
}
