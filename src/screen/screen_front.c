#include "screen/screen.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "screen/action.h"
#include "screen/compose.h"
#include "screen/freeze.h"
#include "screen/key.h"
#include "screen/move.h"
#include "screen/picture.h"
#include "screen/status.h"
#include "screen/terminal.h"

enum {
	KEYS_PER_TURN = 512, /* a paste must not keep the data from being read */
	NOTICE_MAX = 512,
	SECOND_MS = 1000,
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
	struct style style;
	struct glyphs glyphs;
	int glyph_choice;
	struct bindings bindings;
	bool kiosk_quit;
	struct view view;
	struct composition composition;
	const struct layout *layout; /* that the view was made for; only compared */
	struct frozen *frozen;       /* while paused */
	int64_t frozen_ms;
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
	style_open(&screen->style, options->theme, options->color);
	action_bindings(&screen->bindings);
	if (options->bindings != NULL)
		screen->bindings = *options->bindings;
	screen->kiosk_quit = options->kiosk_quit;
	view_init(&screen->view, screen->style.theme, &screen->bindings);
	screen->view.keys = terminal_input(terminal) >= 0;
	screen->view.kiosk = options->kiosk;
	return screen;
}

struct screen *screen_open(const struct screen_options *options, struct error *error)
{
	return start(terminal_open(options->kiosk, options->mouse, error), options);
}

struct screen *screen_open_text(const struct screen_options *options, int columns, int lines, struct error *error)
{
	return start(terminal_open_text(columns, lines, error), options);
}

void screen_close(struct screen *screen)
{
	if (screen == NULL)
		return;
	compose_close(&screen->composition);
	terminal_close(screen->terminal);
	freeze_free(screen->frozen);
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

static void take_pause(struct screen *screen, const struct scene *scene)
{
	if (screen->view.paused == (screen->frozen != NULL))
		return;
	freeze_free(screen->frozen);
	screen->frozen = screen->view.paused ? freeze(scene->board) : NULL;
	screen->frozen_ms = scene->now_ms;
}

/* What the panels show: while paused, the board of that moment, at that moment. */
static struct scene shown_scene(const struct screen *screen, const struct scene *scene)
{
	struct scene shown = *scene;
	if (screen->frozen != NULL) {
		shown.board = freeze_board(screen->frozen);
		shown.now_ms = screen->frozen_ms;
	}
	return shown;
}

static void adapt(struct screen *screen, const struct scene *scene)
{
	if (screen->layout != scene->layout || screen->view.panels == NULL)
		screen_reset(screen, scene);
}

static unsigned act(struct screen *screen, const struct scene *scene, const struct keystroke *stroke)
{
	struct scene shown = shown_scene(screen, scene);
	uint32_t key = stroke->key;
	struct acting acting = { .view = &screen->view, .scene = &shown, .key = key };
	/* The clock of the view is that of the wall, not of the frozen picture. */
	shown.now_ms = scene->now_ms;
	screen->view.last_key_ms = scene->now_ms;
	screen->seen.valid = false;
	if (key != INPUT_CLICK && key != INPUT_WHEEL_UP && key != INPUT_WHEEL_DOWN)
		return action_key(&acting);
	return move_mouse(&acting, compose_panel_at(&screen->composition, stroke->line, stroke->column), stroke->line);
}

/* Where frames and marks turn out to be two columns wide, ASCII keeps the columns in line. */
static bool take_width(struct screen *screen)
{
	if (screen->glyph_choice != GLYPHS_AUTO || screen->glyphs.set == GLYPH_SET_ASCII || !terminal_wide(screen->terminal))
		return false;
	screen->glyphs.set = GLYPH_SET_ASCII;
	screen_repaint(screen);
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
		if (stroke.pasted && screen->view.prompt != PROMPT_FILTER)
			continue;
		if (screen->view.kiosk) {
			if (screen->kiosk_quit && action_quits(&screen->bindings, stroke.key))
				ask |= SCREEN_ASK_QUIT;
			continue;
		}
		ask |= act(screen, scene, &stroke) | SCREEN_ASK_DRAW;
		take_pause(screen, scene);
		/* What only app can do is done once for each key: the next one waits for its turn. */
		if (ask & ~SCREEN_ASK_DRAW)
			break;
	}
	if (take_width(screen))
		ask |= SCREEN_ASK_DRAW;
	return gone ? ask | SCREEN_ASK_GONE : ask;
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
	freeze_free(screen->frozen);
	screen->frozen = NULL;
	screen->view.paused = false;
	view_reset(&screen->view, scene->layout);
	screen->layout = scene->layout;
	/* Boxes point to panels of the layout that is gone. */
	screen->composition.geometry.box_count = 0;
	screen->seen.valid = false;
}

static bool is_seen(const struct screen *screen, const struct scene *scene)
{
	const struct seen *seen = &screen->seen;
	const char *notice = scene->notice == NULL ? "" : scene->notice;
	return seen->valid && seen->generation == scene->board->generation &&
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

static void take_wishes(struct screen *screen)
{
	struct view *view = &screen->view;
	if (view->theme != screen->style.theme) {
		style_theme(&screen->style, view->theme);
		view->theme = screen->style.theme;
	}
	if (view->repaint)
		terminal_repaint(screen->terminal);
	view->repaint = false;
}

void screen_draw(struct screen *screen, const struct scene *scene)
{
	static const char *const depths[DEPTHS] = { "no colours", "8 colours", "16 colours", "256 colours" };
	adapt(screen, scene);
	/* The signal of a new size goes to the session that has the terminal, which after su is another one. */
	screen_resize(screen);
	if (terminal_pending(screen->terminal) || is_seen(screen, scene))
		return;
	if (screen->view.keys)
		(void)view_rotate(&screen->view, scene);
	take_wishes(screen);
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
	if (status_still(&screen->view, scene) && !shows_clock(&screen->composition.geometry))
		return link_stale_at(scene->link, scene->link->accepted_ms) - scene->now_ms;
	return SECOND_MS - scene->wall_ms % SECOND_MS;
}

bool screen_text(struct screen *screen, struct buffer *out)
{
	(void)screen;
	return picture_text(out);
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
