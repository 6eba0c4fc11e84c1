#include "screen/screen.h"

#include <curses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "base/log.h"
#include "base/text.h"
#include "layout/state.h"
#include "screen/action.h"
#include "screen/canvas.h"
#include "screen/keyboard.h"
#include "screen/mouse.h"
#include "screen/overlay_frame.h"
#include "screen/page.h"
#include "screen/panel.h"
#include "screen/panel_box.h"
#include "screen/picture.h"
#include "screen/status.h"
#include "screen/terminal.h"
#include "screen/view.h"

/* newscr is the picture that the last update brought to the terminal. */
static int picture_take_cell(struct picture_page *picture, const struct style *style, int line, int column)
{
	struct picture_cell *out = picture_cell(picture, line, column);
	wchar_t characters[CCHARW_MAX + 1] = L"";
	attr_t attributes;
	short pair;
	cchar_t cell;
	size_t used = 0;
	mvwin_wch(newscr, line, column, &cell);
	getcchar(&cell, characters, &attributes, &pair, NULL);
	for (int i = 0; characters[i] != L'\0' && used + 4 < sizeof(out->text); i++)
		used += text_encode(out->text + used, (uint32_t)characters[i]);
	out->text[used] = '\0';
	if (used == 0)
		snprintf(out->text, sizeof(out->text), " ");
	/* The pairs are those of roles. */
	struct look look = { PALETTE_OWN, PALETTE_OWN, 0 };
	if (pair > 0 && pair <= ROLE_COUNT)
		look = style_look(style->theme, style->depth, (enum role)(pair - 1));
	out->fg = look.fg;
	out->bg = look.bg;
	out->bold = (attributes & A_BOLD) != 0;
	out->dim = (attributes & A_DIM) != 0;
	out->underline = (attributes & A_UNDERLINE) != 0;
	out->reverse = (attributes & (A_REVERSE | A_STANDOUT)) != 0;
	int width = characters[0] == L'\0' ? 1 : wcwidth(characters[0]);
	out->columns = width > 1 && column + 1 < picture->columns ? 2 : 1;
	return out->columns;
}

static void picture_take(struct picture_page *picture, const struct style *style)
{
	for (int line = 0; line < picture->lines; line++)
		for (int column = 0; column < picture->columns;) {
			int columns = picture_take_cell(picture, style, line, column);
			if (columns > 1) {
				struct picture_cell *second = picture_cell(picture, line, column + 1);
				*second = *picture_cell(picture, line, column);
				second->columns = 0;
				second->text[0] = '\0';
			}
			column += columns;
		}
}

/*
 * One frame: which windows there are for the page, the size and what lies on top, and what is drawn into each. Curses'
 * windows are made anew only when the geometry changes. Everything is marked for the terminal here and nothing is
 * written: that is the terminal's.
 */
struct geometry {
	int columns, lines;
	int top, bottom; /* lines of the status above and below */
	bool summary;    /* too small for panels */
	enum overlay overlay;
	int overlay_columns, overlay_lines;
	int message_columns, message_lines; /* while nothing has come at all; 0: something has */
	unsigned box_count;
	struct box boxes[PAGE_BOXES_MAX];
};

struct composition {
	struct geometry geometry;
	struct _win_st *top, *bottom, *summary, *message, *overlay;
	struct _win_st *panels[PAGE_BOXES_MAX];
	struct cell_cache cache[PAGE_BOXES_MAX]; /* of those of grids */
	bool overlay_drawn; /* its window has been drawn into */
	bool hints; /* the bottom shows the keys and nothing else */
	unsigned hints_page; /* ... of this page, whose panels some keys are for */
};

enum {
	BOTTOM_FROM_LINES = 6, /* below this the panels need every line */
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

/*
 * Lines that tell of trouble lie over the last ones of the page: what stands above them does not move. A panel that they
 * leave too little of is not shown until they go.
 */
static void cut_boxes(struct geometry *geometry, int lines)
{
	unsigned kept = 0;
	for (unsigned i = 0; i < geometry->box_count; i++) {
		struct box box = geometry->boxes[i];
		box.cut = box.line + box.lines > lines ? box.line + box.lines - lines : 0;
		box.lines -= box.cut;
		int least = panel_drawing(box.panel->type)->lines + (box.framed ? 2 : 0);
		if (box.cut == 0 || box.lines >= least || geometry->box_count == 1)
			geometry->boxes[kept++] = box;
	}
	geometry->box_count = kept;
}

/* A panel that was gone to, but has no room on a small screen, takes it all while somebody is at the keys. */
static void place_boxes(struct geometry *geometry, const struct view *view, const struct scene *scene, int lines)
{
	int calm = geometry->bottom - status_calm_lines(view, scene);
	calm = lines + (calm > 0 ? calm : 0);
	const struct layout *layout = scene->layout;
	const struct panel *focused = view->chosen && !view_idle(view, scene->now_ms) ? view_panel(view, layout) : NULL;
	geometry->box_count = 0;
	if (view->zoomed >= 0 && view->zoomed < (int)layout->panel_count)
		place_one(geometry, &layout->panels[view->zoomed], calm);
	else if (view->page < layout->page_count)
		geometry->box_count = page_boxes(&layout->pages[view->page], calm, geometry->columns, geometry->boxes);
	/* An answer to a key lies over a panel for a moment only: that is no reason to turn the page upside down. */
	bool briefly = scene->notice != NULL && scene->notice[0] != '\0' && focused != NULL && has_box(geometry, focused);
	cut_boxes(geometry, lines);
	if (focused != NULL && !has_box(geometry, focused) && !briefly)
		place_one(geometry, focused, lines);
	for (unsigned i = 0; i < geometry->box_count; i++)
		geometry->boxes[i].line += geometry->top;
}

/* What the page waits for, once and in its middle. */
static void measure_message(struct geometry *geometry, const struct scene *scene)
{
	enum { MOST = 64, FRAME = 4 };
	char text[2 * ERROR_TEXT];
	int room = geometry->lines - geometry->top - geometry->bottom, columns = geometry->columns < MOST ? geometry->columns : MOST;
	if (geometry->summary || !panel_nothing_yet(scene) || geometry->box_count == 0)
		return;
	panel_no_data(scene, text, sizeof(text));
	struct canvas inside = { .lines = room, .columns = columns - FRAME };
	int lines = canvas_wrap(&inside, 0, ROLE_TEXT, true, text, false) + 2;
	geometry->message_columns = columns;
	geometry->message_lines = lines < room ? lines : room;
}

/* `on_top`: what the page that lies on top shows. */
static void measure(struct geometry *geometry, const struct view *view, const struct scene *scene, const struct scene *on_top,
	int columns, int lines)
{
	memset(geometry, 0, sizeof(*geometry));
	geometry->columns = columns;
	geometry->lines = lines;
	geometry->overlay = view->overlay;
	if (view->overlay != OVERLAY_NONE)
		overlay_frame_size(view, on_top, columns, lines, &geometry->overlay_columns, &geometry->overlay_lines);
	geometry->top = lines >= 2 ? 1 : 0;
	geometry->bottom = lines >= BOTTOM_FROM_LINES ? status_lines(view, scene, lines, columns) : 0;
	geometry->summary = lines < PAGE_GRID_LINES || columns < PAGE_GRID_COLUMNS;
	if (!geometry->summary)
		place_boxes(geometry, view, scene, lines - geometry->top - geometry->bottom);
	measure_message(geometry, scene);
}

static void drop_window(WINDOW **window)
{
	if (*window != NULL)
		delwin(*window);
	*window = NULL;
}

static void drop_windows(struct composition *composition)
{
	drop_window(&composition->top);
	drop_window(&composition->bottom);
	drop_window(&composition->summary);
	drop_window(&composition->message);
	drop_window(&composition->overlay);
	for (unsigned i = 0; i < PAGE_BOXES_MAX; i++) {
		drop_window(&composition->panels[i]);
		cell_cache_forget(&composition->cache[i]);
	}
}

static void compose_close(struct composition *composition)
{
	drop_windows(composition);
	for (unsigned i = 0; i < PAGE_BOXES_MAX; i++)
		cell_cache_close(&composition->cache[i]);
}

/* With leaveok the cursor is left where the last change was: no bytes for moving it away. */
static WINDOW *make_window(int lines, int columns, int line, int column)
{
	WINDOW *window = lines > 0 && columns > 0 ? newwin(lines, columns, line, column) : NULL;
	if (window != NULL)
		leaveok(window, TRUE);
	return window;
}

/* In the middle, below the line at the top. */
static struct area overlay_area(const struct geometry *geometry)
{
	struct area area = { .lines = geometry->overlay_lines, .columns = geometry->overlay_columns };
	int room = geometry->lines - geometry->top;
	area.lines = area.lines > room ? room : area.lines;
	area.line = geometry->top + (room - area.lines) / 2;
	area.column = (geometry->columns - area.columns) / 2;
	return area;
}

static WINDOW *make_overlay(const struct geometry *geometry)
{
	struct area area = overlay_area(geometry);
	return make_window(area.lines, area.columns, area.line, area.column);
}

/* Grids are large and change little: only what differs is drawn (screen/canvas). */
static bool is_grid(const struct panel *panel)
{
	return panel->type == PANEL_AGENT_GRID || panel->type == PANEL_SERVICE_GRID;
}

static void make_windows(struct composition *composition, const struct style *style, const struct glyphs *glyphs)
{
	const struct geometry *geometry = &composition->geometry;
	drop_windows(composition);
	composition->hints = composition->overlay_drawn = false;
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
			cell_cache_open(&composition->cache[i], box->lines);
	}
	composition->message = make_window(geometry->message_lines, geometry->message_columns,
		geometry->top + (middle - geometry->message_lines) / 2, (geometry->columns - geometry->message_columns) / 2);
	if (geometry->overlay != OVERLAY_NONE)
		composition->overlay = make_overlay(geometry);
	/* What stood between the windows goes. */
	struct canvas ground = canvas_window(stdscr, style, glyphs);
	werase(stdscr);
	if (style->background)
		canvas_fill(&ground, 0, 0, ground.lines, ground.columns, ROLE_TEXT);
	wnoutrefresh(stdscr);
}

static bool same_box(const struct box *a, const struct box *b)
{
	return a->panel == b->panel && a->line == b->line && a->column == b->column && a->lines == b->lines &&
		a->columns == b->columns && a->cut == b->cut && a->framed == b->framed;
}

static bool same_geometry(const struct geometry *a, const struct geometry *b)
{
	if (a->columns != b->columns || a->lines != b->lines || a->top != b->top || a->bottom != b->bottom ||
		a->summary != b->summary || a->overlay != b->overlay || a->overlay_lines != b->overlay_lines ||
		a->overlay_columns != b->overlay_columns || a->message_columns != b->message_columns ||
		a->message_lines != b->message_lines || a->box_count != b->box_count)
		return false;
	for (unsigned i = 0; i < a->box_count; i++)
		if (!same_box(&a->boxes[i], &b->boxes[i]))
			return false;
	return true;
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
static void collect_marks(const struct composition *composition, const struct view *view, struct status_marks *marks)
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

/* A theme with a background of its own has it everywhere. */
static void erase_window(const struct canvas *canvas)
{
	werase(canvas->window);
	if (canvas->style->background)
		canvas_fill(canvas, 0, 0, canvas->lines, canvas->columns, ROLE_TEXT);
}

/* The canvas of an erased window, in the style of the canvas before; false: there is no such window. */
static bool begin_window(WINDOW *window, struct canvas *canvas)
{
	if (window == NULL)
		return false;
	*canvas = canvas_window(window, canvas->style, canvas->glyphs);
	erase_window(canvas);
	return true;
}

static void refresh_panels(struct composition *composition, struct view *view, const struct scene *shown,
	const struct canvas *like, bool all)
{
	for (unsigned i = 0; i < composition->geometry.box_count; i++) {
		struct cell_cache *cache = &composition->cache[i];
		if (composition->panels[i] == NULL)
			continue;
		struct canvas canvas = canvas_window(composition->panels[i], like->style, like->glyphs);
		if (all || !cache->valid) {
			erase_window(&canvas);
			cell_cache_forget(cache);
		}
		const struct box *box = &composition->geometry.boxes[i];
		if (panel_box_draw(box, view, shown, is_grid(box->panel) ? cache : NULL, &canvas))
			wnoutrefresh(composition->panels[i]);
	}
}

/*
 * Draws what is different from the last frame, or everything where `all` says that more than data and time may have
 * changed. `shown` holds the data for panels (frozen ones while paused), `scene` those for the status.
 */
static void compose(struct composition *composition, struct view *view, const struct scene *shown, const struct scene *scene,
	const struct style *style, const struct glyphs *glyphs, const struct overlay_figures *figures, bool all)
{
	struct geometry wanted;
	const struct overlay_page *page = overlay_page(view->overlay);
	const struct scene *on_top = page != NULL && page->stands ? shown : scene;
	if (page != NULL && page->update != NULL)
		page->update(view, on_top);
	measure(&wanted, view, scene, on_top, COLS, LINES);
	if (!same_geometry(&wanted, &composition->geometry)) {
		composition->geometry = wanted;
		make_windows(composition, style, glyphs);
		view->overlay_area = overlay_area(&composition->geometry);
	}
	struct status_marks marks;
	struct style dimmed;
	struct canvas canvas = { .style = style, .glyphs = glyphs };
	if (page != NULL && !page->bright) {
		/* What lies below steps back. */
		dimmed = style_dimmed(style);
		canvas.style = &dimmed;
	}
	/* The title line says what the panels hide; what lies on top comes last. */
	refresh_panels(composition, view, shown, &canvas, all);
	collect_marks(composition, view, &marks);
	memset(view->tabs, 0, sizeof(view->tabs));
	if (begin_window(composition->top, &canvas)) {
		status_top(&canvas, view, scene, &marks);
		wnoutrefresh(composition->top);
	}
	/* The list of keys is drawn once, and stands until something else is to be said there. */
	bool hints = composition->bottom != NULL && status_has_hints_only(view, scene, LINES, COLS);
	bool same = hints && composition->hints && composition->hints_page == view->page;
	if ((!same || all) && begin_window(composition->bottom, &canvas)) {
		composition->hints = hints;
		composition->hints_page = view->page;
		status_bottom(&canvas, view, scene, LINES);
		wnoutrefresh(composition->bottom);
	}
	if (begin_window(composition->summary, &canvas)) {
		summary_draw(&canvas, view, shown, link_stale(shown->link, shown->now_ms));
		wnoutrefresh(composition->summary);
	}
	if (begin_window(composition->message, &canvas)) {
		char text[2 * ERROR_TEXT];
		panel_no_data(scene, text, sizeof(text));
		struct canvas inside = canvas_frame(&canvas, ROLE_TITLE);
		inside = canvas_part(&inside, 0, 1, inside.lines, inside.columns - 2);
		(void)canvas_wrap(&inside, 0, scene->link->state >= LINK_TROUBLE && scene->link->state <= LINK_IN_USE ? ROLE_NOTE : ROLE_TEXT, true, text, true);
		wnoutrefresh(composition->message);
	}
	canvas.style = style;
	bool stands = page != NULL && page->timeless && composition->overlay_drawn && !all && view->said[0] == '\0';
	if (stands && composition->overlay != NULL) {
		/* What is behind may have been drawn over it. */
		touchwin(composition->overlay);
		wnoutrefresh(composition->overlay);
	} else if (begin_window(composition->overlay, &canvas)) {
		composition->overlay_drawn = true;
		overlay_frame_draw(&canvas, view, on_top, figures);
		wnoutrefresh(composition->overlay);
	}
}

/* The panel that stood at a place of the screen when it was last drawn; NULL: none did. */
static const struct panel *compose_panel_at(const struct composition *composition, int line, int column)
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

enum {
	KEYS_PER_TURN = 512, /* a paste must not keep the data from being read */
	NOTICE_MAX = 512,
	SECOND_MS = 1000,
	WAKE_MS = 5 * 60 * 1000, /* a key makes a dim picture bright for so long */
};

/* What the last frame was made of: if none of it changed, there is nothing to draw. */
struct seen {
	bool valid;
	uint64_t generation;
	struct link link;
	char notice[NOTICE_MAX];
	int64_t second;
};

struct screen {
	struct terminal *terminal;
	struct themes themes;
	struct style style;
	struct glyphs glyphs;
	int glyph_choice;
	struct bindings bindings;
	bool kiosk_quit;
	struct local_hours dim;
	int64_t woken_ms;        /* when a key came last; 0: never */
	struct theme dim_theme;  /* of the one at that index, while the picture is dim */
	int dim_of;              /* -1: it is not dim */
	struct view view;
	struct composition composition;
	const struct layout *layout; /* that the view was made for; only compared */
	struct board *frozen;        /* while paused */
	int64_t frozen_ms;
	struct link frozen_link; /* which grows old with it */
	struct seen seen;
};

static struct screen *start(struct terminal *terminal, const struct screen_options *options)
{
	if (terminal == NULL)
		return NULL;
	struct screen *screen = must_alloc(sizeof(*screen));
	memset(screen, 0, sizeof(*screen));
	screen->terminal = terminal;
	screen->glyphs = glyph_choose(options->glyphs, options->utf8, terminal_name(terminal));
	screen->glyph_choice = options->glyphs;
	if (options->glyphs == GLYPHS_AUTO && screen->glyphs.set == GLYPH_SET_CONSOLE &&
		!terminal_font_has(terminal, glyph_console_only))
		screen->glyphs.set = GLYPH_SET_PLAIN;
	themes_init(&screen->themes);
	if (options->themes != NULL)
		screen->themes = *options->themes;
	action_bindings(&screen->bindings);
	if (options->bindings != NULL)
		screen->bindings = *options->bindings;
	screen->kiosk_quit = options->kiosk_quit;
	screen->dim = options->dim;
	screen->dim_of = -1;
	view_init(&screen->view, &screen->themes, &screen->bindings);
	screen->view.glyphs = &screen->glyphs;
	screen->view.background = terminal_background(terminal);
	screen->view.theme = themes_index(&screen->themes, screen->view.background);
	style_open(&screen->style, &screen->themes.items[screen->view.theme], options->color, options->depth);
	terminal_colors(terminal, style_colors(&screen->style));
	terminal_solid_blocks(terminal, screen->style.depth >= DEPTH_256 && screen->glyphs.set == GLYPH_SET_UTF8);
	screen->view.keys = terminal_input(terminal) >= 0;
	screen->view.kiosk = options->kiosk;
	screen->view.mouse = options->mouse && !options->kiosk;
	return screen;
}

struct screen *screen_open(const struct screen_options *options, struct error *error)
{
	return start(terminal_open(options->kiosk, options->mouse, error), options);
}

struct screen *screen_open_text(const struct screen_options *options, int columns, int lines, struct error *error)
{
	return start(terminal_open_text(columns, lines, options->depth > DEPTH_8, error), options);
}

void screen_close(struct screen *screen)
{
	if (screen == NULL)
		return;
	compose_close(&screen->composition);
	terminal_close(screen->terminal);
	board_free(screen->frozen);
	view_free(&screen->view);
	free(screen);
}

int screen_input(const struct screen *screen)
{
	return terminal_input(screen->terminal);
}

int screen_output(const struct screen *screen)
{
	return terminal_output(screen->terminal);
}

bool screen_taken(const struct screen *screen)
{
	return terminal_taken(screen->terminal);
}

bool screen_pending(const struct screen *screen)
{
	return terminal_pending(screen->terminal);
}

bool screen_flush(struct screen *screen)
{
	return terminal_flush(screen->terminal);
}

static void update_pause(struct screen *screen, const struct scene *scene)
{
	if (screen->view.paused == (screen->frozen != NULL))
		return;
	board_free(screen->frozen);
	screen->frozen = screen->view.paused ? board_copy(scene->board) : NULL;
	screen->frozen_ms = scene->now_ms;
	screen->frozen_link = *scene->link;
}

/* What the panels show: while paused, the board of that moment, which grows old as any. */
static struct scene shown_scene(const struct screen *screen, const struct scene *scene)
{
	struct scene shown = *scene;
	if (screen->frozen != NULL) {
		shown.board = screen->frozen;
		shown.link = &screen->frozen_link;
		shown.held_ms = screen->frozen_ms;
	}
	return shown;
}

static void adapt(struct screen *screen, const struct scene *scene)
{
	if (screen->layout != scene->layout || screen->view.panels == NULL)
		screen_reset(screen, scene);
}

/* What an action wants in the terminal's clipboard. */
static void copy_out(struct screen *screen, const struct scene *scene)
{
	struct view *view = &screen->view;
	const char *why = view->clip.length > 0 ? terminal_copy(screen->terminal, view->clip.data, view->clip.length) : NULL;
	if (why != NULL)
		view_say(view, scene->now_ms, "%s", why);
	buffer_clear(&view->clip);
}

/* What an action wants of the terminal. */
static void update_mouse(struct screen *screen, const struct scene *scene)
{
	struct view *view = &screen->view;
	if (terminal_mouse(screen->terminal, view->mouse))
		return;
	view->mouse = false;
	view_say(view, scene->now_ms, "This terminal has no mouse.");
}

static unsigned act(struct screen *screen, const struct scene *scene, const struct keystroke *stroke)
{
	struct scene shown = shown_scene(screen, scene);
	uint32_t key = stroke->key;
	struct action_context context = { .view = &screen->view, .scene = &shown, .key = key };
	screen->view.last_key_ms = scene->now_ms;
	screen->seen.valid = false;
	if (key != INPUT_CLICK && key != INPUT_WHEEL_UP && key != INPUT_WHEEL_DOWN)
		return action_key(&context);
	return mouse_act(&context, compose_panel_at(&screen->composition, stroke->line, stroke->column), stroke->line,
		stroke->column);
}

/* Where frames and marks turn out to be two columns wide, ASCII keeps the columns in line. */
static bool adapt_to_wide_frames(struct screen *screen)
{
	if (screen->glyph_choice != GLYPHS_AUTO || screen->glyphs.set == GLYPH_SET_ASCII || !terminal_wide(screen->terminal))
		return false;
	screen->glyphs.set = GLYPH_SET_ASCII;
	screen_repaint(screen);
	return true;
}

/* What the terminal says of its background decides the theme, unless somebody did. */
static bool adapt_to_background(struct screen *screen)
{
	struct view *view = &screen->view;
	int background = terminal_background(screen->terminal);
	if (view->background == background)
		return false;
	view->background = background;
	if (!view->theme_chosen)
		view->theme = themes_index(&screen->themes, background);
	screen->seen.valid = false;
	return true;
}

unsigned screen_keys(struct screen *screen, const struct scene *scene)
{
	unsigned ask = SCREEN_ASK_NOTHING;
	bool gone = false;
	adapt(screen, scene);
	for (int i = 0; i < KEYS_PER_TURN; i++) {
		struct keystroke stroke = terminal_key(screen->terminal, &gone);
		if (stroke.key == INPUT_NONE)
			break;
		/* A pasted text is no command; it has one place to go to. */
		if (stroke.pasted && !action_types(&screen->view))
			continue;
		screen->woken_ms = scene->now_ms;
		if (screen->dim_of >= 0)
			ask |= SCREEN_ASK_DRAW;
		if (screen->view.kiosk) {
			if (screen->kiosk_quit && action_quits(&screen->bindings, stroke.key))
				ask |= SCREEN_ASK_QUIT;
			continue;
		}
		ask |= act(screen, scene, &stroke) | SCREEN_ASK_DRAW;
		update_mouse(screen, scene);
		copy_out(screen, scene);
		update_pause(screen, scene);
		/* What only app can do is done once for each key: the next one waits for its turn. */
		if (ask & ~SCREEN_ASK_DRAW)
			break;
	}
	if (adapt_to_wide_frames(screen))
		ask |= SCREEN_ASK_DRAW;
	if (adapt_to_background(screen))
		ask |= SCREEN_ASK_DRAW;
	return gone ? ask | SCREEN_ASK_GONE : ask;
}

const char *screen_layout_wanted(const struct screen *screen)
{
	return screen->view.layout_wanted;
}

bool screen_lists_layouts(const struct screen *screen)
{
	return screen->view.overlay == OVERLAY_LAYOUTS || screen->view.overlay == OVERLAY_COMMANDS;
}

const struct scene_layout *screen_layout_chosen(struct screen *screen, const struct scene *scene)
{
	return view_layout_chosen(&screen->view, scene);
}

const struct chooser *screen_choice(const struct screen *screen)
{
	return screen->view.chooser;
}

const char *screen_layout_name(const struct screen *screen)
{
	return screen->view.layout_name;
}

void screen_layout_named(struct screen *screen)
{
	screen->view.prompt = PROMPT_NONE;
	screen->view.layout_name[0] = '\0';
	screen->seen.valid = false;
}

void screen_changes(const struct screen *screen, const struct layout *layout, struct panel_change *panels, struct arena *texts,
	struct buffer *left)
{
	for (unsigned i = 0; i < layout->panel_count && i < screen->view.panel_count; i++)
		order_change(&screen->view.panels[i].order, &layout->panels[i], &panels[i], texts, left);
}

unsigned screen_page(const struct screen *screen)
{
	return screen->view.page;
}

void screen_close_overlay(struct screen *screen)
{
	screen->view.overlay = OVERLAY_NONE;
	screen->seen.valid = false;
}

const struct alert_wish *screen_wish(const struct screen *screen)
{
	return &screen->view.wish;
}

int64_t screen_keys_wait(const struct screen *screen)
{
	return terminal_key_wait(screen->terminal);
}

void screen_ring(struct screen *screen)
{
	terminal_ring(screen->terminal);
}

void screen_resize(struct screen *screen)
{
	if (terminal_resize(screen->terminal))
		screen->seen.valid = false;
}

void screen_suspend(struct screen *screen)
{
	terminal_suspend(screen->terminal);
}

void screen_resume(struct screen *screen)
{
	terminal_resume(screen->terminal);
	screen->seen.valid = false;
}

void screen_repaint(struct screen *screen)
{
	screen->view.repaint = true;
	screen->seen.valid = false;
}

void screen_reset(struct screen *screen, const struct scene *scene)
{
	board_free(screen->frozen);
	screen->frozen = NULL;
	screen->view.paused = false;
	view_reset(&screen->view, scene->layout);
	screen->layout = scene->layout;
	/* Boxes point to panels of the layout that is gone. */
	screen->composition.geometry.box_count = 0;
	screen->seen.valid = false;
}

/* A key makes the picture bright for a while, also in a kiosk, where it does nothing else. */
static bool is_dim(const struct screen *screen, const struct scene *scene)
{
	return local_hours_hold(&screen->dim, scene->wall_ms / SECOND_MS) &&
		(screen->woken_ms == 0 || scene->now_ms - screen->woken_ms >= WAKE_MS);
}

/* The time of day at which the hours of the dim picture end next. */
static int64_t dim_end_ms(const struct screen *screen, const struct scene *scene)
{
	int64_t second = scene->wall_ms / SECOND_MS;
	second -= second % LOCAL_MINUTE_S;
	for (int minute = 0; minute <= LOCAL_DAY_MINUTES && local_hours_hold(&screen->dim, second); minute++)
		second += LOCAL_MINUTE_S;
	return second * SECOND_MS;
}

static bool is_seen(const struct screen *screen, const struct scene *scene)
{
	const struct seen *seen = &screen->seen;
	const char *notice = scene->notice == NULL ? "" : scene->notice;
	return seen->valid && is_dim(screen, scene) == (screen->dim_of >= 0) && seen->generation == scene->board->generation &&
		seen->second == scene->wall_ms / SECOND_MS &&
		/* A difference in what fills the struct up costs one drawing. NOLINTNEXTLINE(bugprone-suspicious-memory-comparison) */
		memcmp(&seen->link, scene->link, sizeof(seen->link)) == 0 &&
		strncmp(seen->notice, notice, NOTICE_MAX - 1) == 0;
}

static void remember(struct screen *screen, const struct scene *scene)
{
	struct seen *seen = &screen->seen;
	seen->valid = true;
	seen->generation = scene->board->generation;
	seen->second = scene->wall_ms / SECOND_MS;
	memcpy(&seen->link, scene->link, sizeof(seen->link));
	strncpy(seen->notice, scene->notice == NULL ? "" : scene->notice, NOTICE_MAX - 1);
}

static void apply_wishes(struct screen *screen, const struct scene *scene)
{
	struct view *view = &screen->view;
	const struct theme *theme = &screen->themes.items[view->theme];
	int dim_of = is_dim(screen, scene) ? view->theme : -1;
	bool other = dim_of != screen->dim_of;
	if (other && dim_of >= 0)
		theme_dim(theme, &screen->dim_theme);
	if (other)
		view->dim_until_ms = dim_of >= 0 ? dim_end_ms(screen, scene) : 0;
	screen->dim_of = dim_of;
	theme = dim_of >= 0 ? &screen->dim_theme : theme;
	if (other || theme != screen->style.theme) {
		style_theme(&screen->style, theme);
		terminal_colors(screen->terminal, style_colors(&screen->style));
		/* What lies between the windows has another ground, too. */
		screen->composition.geometry.columns = 0;
		screen->seen.valid = false;
	}
	if (view->repaint)
		terminal_repaint(screen->terminal);
	view->repaint = false;
}

void screen_draw(struct screen *screen, const struct scene *scene)
{
	static const char *const depths[DEPTHS] = { "no colours", "8 colours", "16 colours", "256 colours",
		"24-bit colours" };
	adapt(screen, scene);
	/* The signal of a new size goes to the session that has the terminal, which after su is another one. */
	screen_resize(screen);
	if (terminal_pending(screen->terminal) || is_seen(screen, scene))
		return;
	if (screen->view.keys)
		(void)view_rotate(&screen->view, scene);
	view_resume(&screen->view, scene->now_ms);
	update_pause(screen, scene);
	apply_wishes(screen, scene);
	struct overlay_figures figures = { .frame_bytes = terminal_frame_bytes(screen->terminal),
		.frame_ms = terminal_frame_ms(screen->terminal), .terminal = terminal_name(screen->terminal),
		.depth = depths[screen->style.depth] };
	struct scene shown = shown_scene(screen, scene);
	compose(&screen->composition, &screen->view, &shown, scene, &screen->style, &screen->glyphs, &figures,
		!screen->seen.valid);
	terminal_update(screen->terminal);
	remember(screen, scene);
}

static bool shows_clock(const struct geometry *geometry)
{
	for (unsigned i = 0; i < geometry->box_count; i++)
		if (geometry->boxes[i].panel->type == PANEL_CLOCK)
			return true;
	return false;
}

/* The clock on the wall shows seconds, and everything else that runs follows its beat: one frame a second at most. */
int64_t screen_next_change(const struct screen *screen, const struct scene *scene)
{
	if (screen_output(screen) < 0)
		return -1;
	if (status_is_unchanging(&screen->view, scene) && !shows_clock(&screen->composition.geometry)) {
		int64_t stale_ms = link_stale_at(scene->link, scene->link->accepted_ms) - scene->now_ms;
		int64_t minute_ms = LOCAL_MINUTE_S * SECOND_MS - scene->wall_ms % (LOCAL_MINUTE_S * SECOND_MS);
		return screen->dim.from != screen->dim.to && (stale_ms < 0 || minute_ms < stale_ms) ? minute_ms : stale_ms;
	}
	return SECOND_MS - scene->wall_ms % SECOND_MS;
}

bool screen_write_picture(struct screen *screen, enum picture_format format, const char *title, struct buffer *out)
{
	struct picture_page picture;
	picture_open(&picture, COLS, LINES);
	picture.light = screen->style.theme->background == BACKGROUND_LIGHT;
	if (screen->style.background)
		picture.bg = style_look(screen->style.theme, screen->style.depth, ROLE_TEXT).bg;
	picture_take(&picture, &screen->style);
	bool good = picture_write(&picture, format, title, out);
	picture_close(&picture);
	return good;
}

bool screen_text(struct screen *screen, struct buffer *out)
{
	return screen_write_picture(screen, PICTURE_TEXT, "", out);
}

bool screen_show_page(struct screen *screen, const struct scene *scene, unsigned page)
{
	adapt(screen, scene);
	if (page >= scene->layout->page_count)
		return false;
	view_go(&screen->view, scene->layout, page, scene->now_ms);
	screen->seen.valid = false;
	return true;
}

static bool page_holds(const struct page *page, const struct panel *panel)
{
	for (unsigned row = 0; row < page->row_count; row++)
		for (unsigned i = 0; i < page->rows[row].panel_count; i++)
			if (page->rows[row].panels[i] == panel)
				return true;
	return false;
}

bool screen_show_panel(struct screen *screen, const struct scene *scene, const char *name)
{
	const struct panel *panel = layout_panel(scene->layout, name);
	if (panel == NULL)
		return false;
	for (unsigned page = 0; page < scene->layout->page_count; page++)
		if (page_holds(&scene->layout->pages[page], panel))
			(void)screen_show_page(screen, scene, page);
	screen->view.zoomed = (int)panel->index;
	return true;
}
