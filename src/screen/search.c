#include "screen/search.h"

#include <stdio.h>
#include <string.h>

#include "board/operand.h"
#include "screen/entry.h"
#include "screen/keyboard.h"

/* In the order in which they are gone to. */
enum { PART_TITLE, PART_LABEL, PART_ROW };

static int compare(const struct place_found *a, const struct place_found *b)
{
	const unsigned as[] = { a->page, a->panel, a->part, a->position }, bs[] = { b->page, b->panel, b->part, b->position };
	for (size_t i = 0; i < sizeof(as) / sizeof(as[0]); i++)
		if (as[i] != bs[i])
			return as[i] < bs[i] ? -1 : 1;
	return 0;
}

/* One look through everything: how many match, and which is next in a direction from a place, around the end. */
struct walk {
	struct action_context *context;
	struct pattern *pattern;
	struct place_found from;
	bool inclusive; /* the place itself would do */
	int direction;
	unsigned count;
	struct place_found first, next; /* the first of all in the direction; beyond the place */
	bool has_next;
	struct place_found at; /* in the walk */
};

/* Whether `a` comes before `b` in the direction. */
static bool is_nearer(const struct walk *walk, const struct place_found *a, const struct place_found *b)
{
	return compare(a, b) * walk->direction < 0;
}

static void take(struct walk *walk, unsigned part, unsigned position, const char *what)
{
	struct place_found *at = &walk->at;
	at->part = part;
	at->position = position;
	at->number = ++walk->count;
	snprintf(at->what, sizeof(at->what), "%s", what);
	int beyond = compare(at, &walk->from) * walk->direction;
	if (walk->count == 1 || is_nearer(walk, at, &walk->first))
		walk->first = *at;
	if ((beyond > 0 || (beyond == 0 && walk->inclusive)) && (!walk->has_next || is_nearer(walk, at, &walk->next))) {
		walk->next = *at;
		walk->has_next = true;
	}
}

static void look_at_label(struct walk *walk, unsigned part, unsigned position, const char *text)
{
	if (text != NULL && text[0] != '\0' && walk->pattern->kind != PATTERN_BAD && pattern_matches(walk->pattern, text, strlen(text)))
		take(walk, part, position, text);
}

/* The first of its texts, where it has no name. */
static const char *name_of(const struct panel *panel, const struct panel_data *data, unsigned row)
{
	if (panel->type == PANEL_MESSAGES)
		return board_cell(data, row, MESSAGES_COLUMN_TEXT)->text;
	return panel->column_count > 0 ? row_name(panel, data, row) : board_cell(data, row, 0)->text;
}

static bool row_matches(struct walk *walk, const struct panel_data *data, unsigned row)
{
	struct pattern *pattern = walk->pattern;
	if (pattern->kind == PATTERN_TEXT)
		return board_contains(data, row, pattern->text);
	for (unsigned column = 0; column < data->columns && pattern->kind == PATTERN_EXPRESSION; column++) {
		const char *text = board_peek(data, row, column).text;
		if (text[0] != '\0' && pattern_matches(pattern, text, strlen(text)))
			return pattern->kind == PATTERN_EXPRESSION;
	}
	return false;
}

static void look_at_rows(struct walk *walk, const struct panel *panel)
{
	const struct panel_data *data;
	struct panel_view *view = view_rows(walk->context, panel, &data);
	for (unsigned i = 0; i < view->order.count; i++) {
		unsigned row = order_row(&view->order, i);
		if (row_matches(walk, data, row))
			take(walk, PART_ROW, i, name_of(panel, data, row));
	}
}

static void look_at_panel(struct walk *walk, const struct panel *panel)
{
	const struct panel_data *data = board_data(walk->context->scene->board, panel);
	look_at_label(walk, PART_TITLE, 0, panel->title);
	if (panel_kind(panel->type)->scrolls)
		look_at_rows(walk, panel);
	for (unsigned i = 0; i < panel->column_count && panel_has_totals(panel->type); i++)
		look_at_label(walk, PART_LABEL, i, panel->columns[i].label);
	unsigned at = 0;
	for (int list = 0; data->lists != NULL && list < AGENT_LISTS; list++)
		for (unsigned i = 0; i < data->lists[list].count; i++)
			look_at_label(walk, PART_LABEL, at++, data->lists[list].agents[i].name);
}

static void look_everywhere(struct walk *walk)
{
	const struct layout *layout = walk->context->scene->layout;
	pattern_begin(walk->pattern);
	for (unsigned page = 0; page < layout->page_count; page++) {
		unsigned panel = 0;
		for (unsigned row = 0; row < layout->pages[page].row_count; row++)
			for (unsigned i = 0; i < layout->pages[page].rows[row].panel_count; i++) {
				walk->at = (struct place_found){ .page = page, .panel = panel, .index = layout->pages[page].rows[row].panels[i]->index };
				look_at_panel(walk, layout->pages[page].rows[row].panels[i]);
				panel++;
			}
	}
}

static void go_to(struct action_context *context, const struct place_found *place)
{
	const struct panel *panel = &context->scene->layout->panels[place->index];
	const struct panel_data *data;
	if (context->view->page != place->page)
		view_go(context->view, context->scene->layout, place->page, context->scene->now_ms);
	(void)view_go_to(context, panel);
	if (place->part != PART_ROW)
		return;
	struct panel_view *rows = view_rows(context, panel, &data);
	view_select(rows, data, place->position);
}

/* The beginning of a page. */
static struct place_found place_at(unsigned page)
{
	return (struct place_found){ .page = page };
}

/* Where one is: the selection may have moved since the last step, or the page turned. */
static struct place_found here(const struct action_context *context)
{
	const struct search *search = &context->view->search;
	const struct panel_data *data;
	struct place_found at = search->at;
	if (search->count == 0 || context->view->page != at.page)
		return place_at(context->view->page);
	if (at.part == PART_ROW) {
		const struct panel_view *rows = view_rows(context, &context->scene->layout->panels[at.index], &data);
		at.position = rows->selected ? rows->position : at.position;
	}
	return at;
}

static void step(struct action_context *context, struct place_found from, bool inclusive, int direction)
{
	struct search *search = &context->view->search;
	struct walk walk = { .context = context, .pattern = &search->pattern, .from = from, .inclusive = inclusive,
		.direction = direction };
	search->count = 0;
	if (search->pattern.kind == PATTERN_NONE)
		return;
	look_everywhere(&walk);
	search->count = search->pattern.kind == PATTERN_BAD ? 0 : walk.count;
	if (search->count == 0)
		return;
	search->at = walk.has_next ? walk.next : walk.first;
	go_to(context, &search->at);
}

unsigned search_open(struct action_context *context, long unused)
{
	struct view *view = context->view;
	struct search *search = &view->search;
	(void)unused;
	view->overlay = OVERLAY_NONE;
	view->prompt = PROMPT_SEARCH;
	search->text[0] = '\0';
	search->count = 0;
	search->page = view->page;
	search->focus = view->focus;
	search->zoomed = view->zoomed;
	pattern_set(&search->pattern, "");
	return SCREEN_ASK_DRAW;
}

/* Back to where it began. */
static void give_up(struct action_context *context)
{
	struct view *view = context->view;
	struct search *search = &view->search;
	view->prompt = PROMPT_NONE;
	search->text[0] = '\0';
	pattern_set(&search->pattern, "");
	if (view->page != search->page)
		view_go(view, context->scene->layout, search->page, context->scene->now_ms);
	view->focus = search->focus;
	view->zoomed = search->zoomed;
}

static void say_place(struct action_context *context)
{
	char place[VIEW_SAID_MAX];
	search_place(context->view, place, sizeof(place));
	view_say(context->view, context->scene->now_ms, "%s", place);
}

unsigned search_key(struct action_context *context)
{
	struct view *view = context->view;
	struct search *search = &view->search;
	if (context->key == INPUT_ESCAPE) {
		give_up(context);
	} else if (context->key == INPUT_ENTER) {
		view->prompt = PROMPT_NONE;
		if (search->text[0] != '\0')
			say_place(context);
	} else if (entry_key(search->text, sizeof(search->text), context->key)) {
		pattern_set(&search->pattern, search->text);
		step(context, place_at(search->page), true, 1);
	}
	return SCREEN_ASK_DRAW;
}

bool search_goes_on(const struct view *view)
{
	return view->search.text[0] != '\0';
}

unsigned search_step(struct action_context *context, long direction)
{
	step(context, here(context), false, (int)direction);
	say_place(context);
	return SCREEN_ASK_DRAW;
}

void search_place(const struct view *view, char *out, size_t size)
{
	const struct search *search = &view->search;
	if (search->text[0] == '\0')
		snprintf(out, size, "Enter keeps, Esc goes back");
	else if (search->pattern.why != NULL)
		snprintf(out, size, "%s", search->pattern.why);
	else if (search->count == 0)
		snprintf(out, size, "not found");
	else
		snprintf(out, size, "%u of %u: %.60s", search->at.number, search->count, search->at.what);
}
