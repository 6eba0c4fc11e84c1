/*
 * What a column, a tile or a panel means, for whoever meets it on the wall. The keys go on to the next one, over all panels of
 * the page, so that a wall can be read like a glossary.
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "layout/meaning.h"
#include "screen/action.h"
#include "screen/card.h"
#include "screen/overlay.h"

enum { LABEL = 10, EDGE = 2 };

/* A panel without columns is one subject itself. */
static unsigned subjects_of(const struct panel *panel)
{
	return panel->column_count > 0 ? panel->column_count : 1;
}

static bool is_reachable(const struct view *view, const struct layout *layout, unsigned panel)
{
	if (view->zoomed >= 0)
		return (unsigned)view->zoomed == panel;
	return view_shows(view, layout, panel);
}

/* The next (1) or the previous (-1) panel that is seen, all the way round. */
static unsigned next_panel(const struct view *view, const struct layout *layout, int direction)
{
	unsigned count = layout->panel_count;
	for (unsigned step = 1; step <= count; step++) {
		unsigned next = (view->subject.panel + (direction > 0 ? step : count - step)) % count;
		if (is_reachable(view, layout, next))
			return next;
	}
	return view->subject.panel;
}

static void move_subject(struct view *view, const struct layout *layout, int direction)
{
	struct subject *subject = &view->subject;
	if (direction > 0 && subject->column + 1 < subjects_of(&layout->panels[subject->panel])) {
		subject->column++;
	} else if (direction < 0 && subject->column > 0) {
		subject->column--;
	} else {
		subject->panel = next_panel(view, layout, direction);
		subject->column = direction > 0 ? 0 : subjects_of(&layout->panels[subject->panel]) - 1;
	}
	view->list.top = 0;
}

/* Where one is: the column that rows are ordered by, else the first one. */
static void meaning_open(struct action_context *context)
{
	struct view *view = context->view;
	const struct layout *layout = context->scene->layout;
	int panel = view->subject.from == OVERLAY_CARD && view->card != NULL ? (int)view->card->panel :
		view->zoomed >= 0 ? view->zoomed : view->focus >= 0 ? view->focus : view_first_panel(view, layout);
	view->subject.panel = panel >= 0 ? (unsigned)panel : 0;
	int column = view->panels[view->subject.panel].order.column;
	view->subject.column = column > 0 && column < (int)layout->panels[view->subject.panel].column_count ? (unsigned)column : 0;
}

/* A page that it was opened from comes back. */
static bool meaning_key(struct action_context *context, unsigned *ask)
{
	struct view *view = context->view;
	uint32_t key = context->key;
	int direction = key == INPUT_RIGHT || key == 'l' || key == INPUT_TAB ? 1 :
		key == INPUT_LEFT || key == 'h' || key == INPUT_BACK_TAB ? -1 : 0;
	*ask = SCREEN_ASK_DRAW;
	if (direction != 0) {
		move_subject(view, context->scene->layout, direction);
		return true;
	}
	if (view->subject.from == OVERLAY_NONE || (strcmp(context->action, "back") != 0 && strcmp(context->action, "meaning") != 0))
		return false;
	view->overlay = view->subject.from;
	view->list = (struct list){ .picks = false };
	return true;
}

struct glossary {
	const struct canvas *inside;
	int line;
	bool draw;
};

static void put(struct glossary *glossary, const char *label, const char *text)
{
	const struct canvas *inside = glossary->inside;
	struct canvas right = canvas_part(inside, 0, EDGE + LABEL, inside->lines, inside->columns - 2 * EDGE - LABEL);
	if (text[0] == '\0')
		return;
	if (glossary->draw)
		canvas_put(inside, glossary->line, EDGE, LABEL - 1, ROLE_LABEL, ALIGN_LEFT, label);
	int used = canvas_wrap(&right, glossary->line, ROLE_TEXT, false, text, glossary->draw);
	glossary->line += used > 0 ? used : 1;
}

static void put_services(struct glossary *glossary, const struct panel *panel)
{
	char text[600] = "";
	size_t used = 0;
	for (unsigned i = 0; i < panel->services.count && used < sizeof(text) - 1; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s", i > 0 ? ", " : "", panel->services.items[i]);
	text_trim(text);
	put(glossary, "Services", text);
}

/* From a line on; returns how many lines they are. */
static int draw_meaning(const struct canvas *inside, const struct view *view, const struct scene *scene, int top, bool draw)
{
	const struct panel *panel = &scene->layout->panels[view->subject.panel];
	struct glossary glossary = { .inside = inside, .line = -top, .draw = draw };
	struct meaning lines[MEANING_LINES_MAX];
	char limits[MEANING_TEXT_MAX];
	unsigned count = 0;
	if (panel->column_count > 0)
		count = meaning_of_column(panel, view->subject.column, &scene->board->scales, lines);
	for (unsigned i = 0; i < count; i++)
		put(&glossary, lines[i].label, lines[i].text);
	put(&glossary, count > 0 ? "Panel" : "Shows", meaning_of_panel(panel));
	if (panel->time != NULL) {
		meaning_of_limits(panel->time, limits, sizeof(limits));
		put(&glossary, "Limits", limits);
	}
	put_services(&glossary, panel);
	return glossary.line + top;
}

static int meaning_lines(const struct view *view, const struct scene *scene, int columns, int screen_lines)
{
	struct canvas inside = { .lines = 1000, .columns = columns };
	(void)screen_lines;
	return draw_meaning(&inside, view, scene, 0, false);
}

static const char *kind_of_subject(const struct panel *panel)
{
	return panel->type == PANEL_TOTALS ? "tile" : panel->type == PANEL_CHART ? "series" : "column";
}

static void meaning_draw(struct overlay_painting *painting)
{
	const struct canvas *inside = &painting->inside;
	struct view *view = painting->view;
	struct list *list = &view->list;
	const struct panel *panel = &painting->scene->layout->panels[view->subject.panel];
	const char *title = panel->title[0] != '\0' ? panel->title : panel->name;
	if (panel->column_count > 0)
		snprintf(painting->title, sizeof(painting->title), "%.60s, %s %u of %u in %.50s",
			panel->columns[view->subject.column].label, kind_of_subject(panel), view->subject.column + 1, panel->column_count, title);
	else
		snprintf(painting->title, sizeof(painting->title), "%.100s", title);
	text_trim(painting->title);
	list->count = (unsigned)draw_meaning(inside, view, painting->scene, 0, false);
	list->visible = inside->lines > 0 ? (unsigned)inside->lines : 0;
	list_move(list, 0);
	(void)draw_meaning(inside, view, painting->scene, (int)list->top, true);
}

static void meaning_hints(const struct view *view, const struct scene *scene, struct overlay_hints *hints)
{
	(void)view;
	(void)scene;
	overlay_hint(hints, "Tab", "next");
	overlay_hint(hints, "Shift-Tab", "previous");
}

const struct overlay_page overlay_meaning = {
	.title = "What it means",
	.columns = 76,
	.holds = true,
	.lines = meaning_lines,
	.draw = meaning_draw,
	.open = meaning_open,
	.key = meaning_key,
	.hints = meaning_hints,
};
