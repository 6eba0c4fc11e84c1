#include "screen/panel_box.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum {
	FLASH_SECONDS = 6, /* more adds nothing: who has not looked by then does not */
	FILTERED_LEAST = 14,   /* columns of what hides rows, for which a title is cut */
	ORDER_LEAST = 3,       /* columns of the order beside a title: less says nothing */
};

/* The first line of the screen says how old everything is: a panel does if its own data are older. */
static bool has_own_age(const struct painting *painting)
{
	const struct link *link = painting->scene->link;
	return painting->data->received && (!link_stale(link, painting->scene->now_ms) ||
		painting->data->received_ms + (int64_t)(link->interval * 1000) < link->accepted_ms);
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

static uint64_t frame_key(const struct painting *painting, enum role role)
{
	uint64_t key = cell_cache_key(0, painting->corner, (unsigned)role);
	key = cell_cache_key(key, painting->hiding, 0);
	return cell_cache_key(key, painting->order, painting->stale);
}

/*
 * What hides rows, on a ground of its own: whoever sees one queue must not believe that there is one. The cross says that it
 * can be taken away, where there is room. Returns the columns.
 */
static int draw_hiding(const struct canvas *window, int at, int room, struct painting *painting)
{
	enum { EDGES = 2, CROSS = 2 };
	const char *text = text_width(painting->hiding) + EDGES <= room ? painting->hiding : painting->hiding_brief;
	int width = text_width(text) + EDGES < room ? text_width(text) + EDGES : room;
	bool crossed = width + CROSS <= room;
	painting->view->chip_column = window->column + at;
	painting->view->chip_columns = width + (crossed ? CROSS : 0);
	canvas_fill(window, 0, at, 1, width + (crossed ? CROSS : 0), ROLE_BANNER);
	canvas_put(window, 0, at + 1, width - EDGES, ROLE_BANNER, ALIGN_LEFT, text);
	if (!crossed)
		return width;
	canvas_put(window, 0, at + width, 1, ROLE_BANNER, ALIGN_LEFT, canvas_glyph(window, GLYPH_CLOSE));
	return width + CROSS;
}

static void draw_frame(const struct canvas *window, struct painting *painting)
{
	int wanted = painting->hiding[0] == '\0' ? 0 : text_width(painting->hiding_brief) + 2;
	enum role role = painting->frame;
	/* An alarm is one piece: a title in a colour of its own would be a hole in it. */
	bool filled = window->style->fills[role];
	if (painting->cache != NULL && !cell_cache_cell(painting->cache, 0, CELL_CACHE_FRAME, frame_key(painting, role)))
		return;
	(void)canvas_frame(window, role);
	painting->view->chip_columns = 0;
	int corner = text_width(painting->corner), room = window->columns - 4;
	/* How many rows there are goes before how old they are, and what hides rows before the end of the title. */
	if (corner + 2 > room || (wanted > 0 && room - corner - 3 < FILTERED_LEAST + 3)) {
		memcpy(painting->corner, painting->counted, sizeof(painting->corner));
		corner = text_width(painting->corner);
	}
	if (corner + 2 > room)
		corner = 0;
	int at = 2, left = room - (corner > 0 ? corner + 3 : 0);
	int filtered = wanted < left - 3 ? wanted : left - 3;
	filtered = filtered < FILTERED_LEAST ? filtered : FILTERED_LEAST;
	canvas_put(window, 0, 1, left > 0 ? 1 : 0, role, ALIGN_LEFT, " ");
	at += canvas_put(window, 0, at, left - 1 - (filtered > 0 ? filtered + 1 : 0), filled ? role : painting->stale ? ROLE_LABEL : ROLE_TITLE,
		ALIGN_LEFT, painting->panel->title);
	int most = left - (at - 2) - 2;
	if (wanted > 0 && most >= ORDER_LEAST) {
		canvas_put(window, 0, at, 1, role, ALIGN_LEFT, " ");
		at += 1 + draw_hiding(window, at + 1, most, painting);
		most = left - (at - 2) - 2;
	}
	int order = text_width(painting->order);
	order = order < most ? order : most;
	if (order >= ORDER_LEAST) {
		canvas_put(window, 0, at, 1, role, ALIGN_LEFT, " ");
		at += 1 + canvas_put(window, 0, at + 1, order, filled ? role : ROLE_LABEL, ALIGN_LEFT, painting->order);
	}
	canvas_put(window, 0, at, 1, role, ALIGN_LEFT, " ");
	if (corner > 0) {
		int from = window->columns - corner - 3;
		canvas_put(window, 0, from, corner + 2, role, ALIGN_LEFT, " ");
		canvas_put(window, 0, from + 1, corner, filled ? role : painting->stale ? ROLE_NOTE :
			painting->corner_role != ROLE_TEXT ? painting->corner_role : ROLE_LABEL, ALIGN_LEFT, painting->corner);
		canvas_put(window, 0, from + 1 + corner, 1, role, ALIGN_LEFT, " ");
	}
}

/* Of all that a grid is made of: where none of it changed, and nothing in it runs, it stands as it is. */
static uint64_t grid_key(const struct painting *painting)
{
	const struct scene *scene = painting->scene;
	bool turns = painting->idle && painting->panel->turn > 0;
	int64_t turn = turns ? (scene->now_ms - painting->since_ms) / 1000 / painting->panel->turn : 0;
	unsigned flags = (unsigned)frame_role(painting) * 8 + painting->stale * 4u + painting->focused * 2u + painting->idle;
	uint64_t key = cell_cache_key(0, "", (unsigned)scene->board->generation);
	return cell_cache_key(cell_cache_key(key, "", (unsigned)turn), "", flags);
}

/* False: it stands there already. */
static bool grid_changed(const struct painting *painting)
{
	struct cell_cache *cache = painting->cache;
	uint64_t key = cache == NULL ? 0 : grid_key(painting);
	if (cache == NULL || (cache->valid && !cache->runs && !painting->stale && cache->made_of == key))
		return cache == NULL;
	cache->made_of = key;
	return true;
}

bool panel_box_draw(const struct box *box, struct view *view, const struct scene *shown, struct cell_cache *cache,
	const struct canvas *window)
{
	struct painting painting = { .box = *window, .scene = shown, .panel = box->panel, .framed = box->framed,
		.cut = box->cut, .pitch = 1 };
	painting.view = &view->panels[box->panel->index];
	painting.data = view_data(painting.view, shown, box->panel);
	painting.stale = scene_stale(shown, box->panel);
	painting.focused = !view_idle(view, shown->now_ms) && view_panel(view, shown->layout) == box->panel;
	painting.idle = view->keys && !view->paused && view_idle(view, shown->now_ms);
	painting.zoomed = view->zoomed == (int)box->panel->index;
	painting.since_ms = view->page_since_ms;
	painting.cache = cache;
	painting.view->box_line = box->line;
	painting.view->box_column = box->column;
	if (!grid_changed(&painting))
		return false;
	painting.cards = box->framed && box->panel->type == PANEL_TOTALS && painting.data->rows > 0 &&
		panel_totals_cards(&painting);
	if (painting.cards && painting.stale) {
		if (has_own_age(&painting))
			add_age(&painting);
		add_cause(&painting, painting.card_columns);
	}
	painting.framed = box->framed && !painting.cards;
	painting.frame = frame_role(&painting);
	if (painting.framed)
		painting.box = canvas_part(window, 1, 1, window->lines - 2, window->columns - 2);
	if (painting.box.lines > 0 && painting.box.columns > 0)
		panel_drawing(box->panel->type)->draw(&painting);
	painting.view->hidden = painting.hidden;
	memcpy(painting.counted, painting.corner, sizeof(painting.counted));
	painting.view->rows_line = box->line + painting.box.line + painting.head;
	painting.view->rows_pitch = painting.pitch;
	if (painting.stale && has_own_age(&painting) && !painting.cards)
		add_age(&painting);
	if (painting.stale && !painting.cards)
		add_cause(&painting, box->columns);
	if (painting.framed)
		draw_frame(window, &painting);
	if (painting.cache != NULL)
		painting.cache->runs = painting.runs;
	return true;
}
