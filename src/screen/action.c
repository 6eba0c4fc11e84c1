#include "screen/action.h"

#include <stddef.h>
#include <string.h>

#include "base/text.h"
#include "board/staffing.h"
#include "screen/card.h"
#include "screen/entry.h"
#include "screen/keyboard.h"
#include "screen/overlay.h"
#include "screen/search.h"
#include "screen/style.h"
#include "screen/view.h"

/* What is for the owner of the screen: the number says what. */
static unsigned ask(struct action_context *context, long asked)
{
	(void)context;
	return (unsigned)asked;
}

/* A live connection has nothing to try; names that the server did not know may be asked for again all the same. */
static unsigned retry(struct action_context *context, long unused)
{
	const struct scene *scene = context->scene;
	(void)unused;
	if (scene->replay != NULL)
		view_say(context->view, scene->now_ms, "A replay has no connection.");
	else if (scene->link->state == LINK_LIVE && !link_stale(scene->link, scene->now_ms))
		view_say(context->view, scene->now_ms, "The connection is live.");
	return SCREEN_ASK_RETRY;
}

static unsigned toggle_overlay(struct action_context *context, long overlay)
{
	if (context->view->overlay == (enum overlay)overlay)
		context->view->overlay = OVERLAY_NONE;
	else
		overlay_open(context, (enum overlay)overlay);
	return SCREEN_ASK_DRAW;
}

/* What there is to choose from is asked for each time: somebody may have written one. */
static unsigned open_layouts(struct action_context *context, long overlay)
{
	(void)toggle_overlay(context, overlay);
	return context->view->overlay == (enum overlay)overlay ? SCREEN_ASK_LAYOUTS : SCREEN_ASK_DRAW;
}

/* From a card one comes back to it. */
static unsigned show_meaning(struct action_context *context, long unused)
{
	struct view *view = context->view;
	(void)unused;
	view->subject.from = view->overlay == OVERLAY_CARD ? OVERLAY_CARD : OVERLAY_NONE;
	return toggle_overlay(context, OVERLAY_MEANING);
}

/* The feed may not have listed them yet. */
static unsigned open_choice(struct action_context *context, long unused)
{
	(void)unused;
	(void)toggle_overlay(context, OVERLAY_CHOICE);
	return context->view->overlay == OVERLAY_CHOICE ? SCREEN_ASK_NAMES : SCREEN_ASK_DRAW;
}

static unsigned turn_page(struct action_context *context, long by)
{
	const struct layout *layout = context->scene->layout;
	long count = (long)layout->page_count;
	if (count == 0)
		return SCREEN_ASK_NOTHING;
	view_go(context->view, layout, (unsigned)(((long)context->view->page + by + count) % count), context->scene->now_ms);
	return SCREEN_ASK_DRAW;
}

/* The place of the key among the action's keys is the number of the page. */
static unsigned go_to_page(struct action_context *context, long unused)
{
	unsigned count = context->scene->layout->page_count;
	(void)unused;
	if (context->place < count)
		view_go(context->view, context->scene->layout, context->place, context->scene->now_ms);
	else
		view_say(context->view, context->scene->now_ms, "There is no page %u: this wall has %u page%s.", context->place + 1, count,
			text_plural(count, "", "s"));
	return SCREEN_ASK_DRAW;
}

static unsigned move_focus(struct action_context *context, long direction)
{
	view_focus_next(context->view, context->scene->layout, (int)direction);
	return SCREEN_ASK_DRAW;
}

/* The panel that keys go to; on a page without one, as of cards and charts, the first. */
static unsigned zoom(struct action_context *context, long unused)
{
	struct view *view = context->view;
	(void)unused;
	view->zoomed = view->zoomed >= 0 ? -1 : view->focus >= 0 ? view->focus : view_first_panel(view, context->scene->layout);
	return SCREEN_ASK_DRAW;
}

/* Without a sort of the user's own, the layout's is taken over and turned round. */
static unsigned invert(struct action_context *context, long unused)
{
	const struct panel *panel = view_panel(context->view, context->scene->layout);
	(void)unused;
	if (panel == NULL || panel->column_count == 0)
		return 0;
	struct order *order = &context->view->panels[panel->index].order;
	if (order->column >= 0) {
		order_sort(order, order->column, !order->descending);
		return SCREEN_ASK_DRAW;
	}
	int column = panel->sort_stat == NULL ? 0 : panel_column(panel, panel->sort_stat);
	if (column >= 0)
		order_sort(order, column, panel->sort_stat == NULL || !panel->sort_descending);
	else
		view_say(context->view, context->scene->now_ms, "This list is sorted by a column that it does not show: sort it by another one first.");
	return SCREEN_ASK_DRAW;
}

/* A recording waits; data that go on arriving do not. */
static unsigned pause_view(struct action_context *context, long unused)
{
	(void)unused;
	if (context->scene->replay != NULL)
		return SCREEN_ASK_HOLD;
	context->view->paused = !context->view->paused;
	context->view->paused_since_ms = context->scene->now_ms;
	return SCREEN_ASK_DRAW;
}

/* The staffing panel of the page that keys go to; -1: there is none. */
static int staffing_view(const struct view *view, const struct layout *layout)
{
	int found = -1;
	for (unsigned i = 0; i < layout->panel_count; i++)
		if (layout->panels[i].type == PANEL_STAFFING && view_shows(view, layout, i) && (found < 0 || view->focus == (int)i))
			found = (int)i;
	return found;
}

/* What one more person would do, or one fewer; a replay goes faster or slower. */
static unsigned more(struct action_context *context, long by)
{
	int panel = staffing_view(context->view, context->scene->layout);
	if (context->scene->replay != NULL)
		return by > 0 ? SCREEN_ASK_FASTER : SCREEN_ASK_SLOWER;
	if (panel < 0)
		return SCREEN_ASK_NOTHING;
	int *tried = &context->view->panels[panel].tried;
	int next = *tried + (int)by;
	if (next < -STAFFING_FEWER || next > STAFFING_MORE)
		view_say(context->view, context->scene->now_ms, "Staffing tries up to %d fewer and %d more.", STAFFING_FEWER, STAFFING_MORE);
	else
		*tried = next;
	return SCREEN_ASK_DRAW;
}

void action_theme(struct action_context *context, int chosen)
{
	static const char *const made_for[] = {
		[BACKGROUND_ANY] = "any background", [BACKGROUND_DARK] = "a dark background", [BACKGROUND_LIGHT] = "a light background",
	};
	struct view *view = context->view;
	const struct theme *theme = &view->themes->items[chosen];
	view->theme = chosen;
	view->theme_chosen = true;
	view_say(view, context->scene->now_ms, "Theme '%s', for %s", theme->name, made_for[theme->background]);
	if (view->background < 0)
		view->said_until_ms = context->scene->now_ms + VIEW_THEME_MS;
	view->said_loud = true;
}

static unsigned theme(struct action_context *context, long unused)
{
	const struct view *view = context->view;
	const struct themes *themes = view->themes;
	int next = view->theme;
	(void)unused;
	/* Those for another background cannot be read here; one at least is for any. */
	do
		next = (next + 1) % (int)themes->count;
	while (!theme_suits(&themes->items[next], view->background));
	action_theme(context, next);
	return SCREEN_ASK_DRAW;
}

static unsigned toggle_mouse(struct action_context *context, long unused)
{
	struct view *view = context->view;
	(void)unused;
	view->mouse = !view->mouse;
	view_say(view, context->scene->now_ms, "%s", view->mouse ? "Mouse on: click rows, heads, pages and keys. Shift selects text."
		: "Mouse off: the terminal selects text again.");
	return SCREEN_ASK_DRAW;
}

static unsigned redraw(struct action_context *context, long unused)
{
	(void)unused;
	context->view->repaint = true;
	return SCREEN_ASK_DRAW;
}

/* One step back: what lies on top, the zoom, the filters, the selection. */
static unsigned back(struct action_context *context, long unused)
{
	const struct panel_data *data;
	struct view *view = context->view;
	struct panel_view *panel = view_focused(context, &data);
	(void)unused;
	if (view->overlay != OVERLAY_NONE)
		view->overlay = OVERLAY_NONE;
	else if (view->zoomed >= 0)
		view->zoomed = -1;
	else if (panel != NULL && panel->order.filter[0] != '\0')
		order_filter(&panel->order, "");
	else if (panel != NULL && panel->order.state >= 0)
		order_state(&panel->order, -1);
	else {
		view->search.text[0] = '\0';
		if (panel != NULL)
			panel->selected = false;
	}
	return SCREEN_ASK_DRAW;
}

/* ---- prompts ---- */

char prompt_column_key(unsigned column)
{
	return (char)(column < 9 ? '1' + (int)column : 'a' + (int)column - 9);
}

char prompt_state_key(enum acd_state state)
{
	return (char)('1' + (int)state);
}

static unsigned prompt_filter(struct action_context *context, long unused)
{
	const struct panel_data *data;
	const struct panel_view *panel = view_focused(context, &data);
	(void)unused;
	if (panel == NULL)
		return SCREEN_ASK_DRAW;
	context->view->prompt = PROMPT_FILTER;
	context->view->search.text[0] = '\0';
	memcpy(context->view->typed, panel->order.filter, sizeof(context->view->typed));
	return SCREEN_ASK_DRAW;
}

/* Of what was asked for last: the search over everything, or the filter of a list. */
static unsigned next_match(struct action_context *context, long direction)
{
	return search_goes_on(context->view) ? search_step(context, direction) : move_search(context, direction);
}

static unsigned prompt_sort(struct action_context *context, long unused)
{
	const struct panel *panel = view_panel(context->view, context->scene->layout);
	(void)unused;
	if (panel != NULL && panel->column_count > 0)
		context->view->prompt = PROMPT_SORT;
	return SCREEN_ASK_DRAW;
}

static bool has_states(const struct panel *panel)
{
	return panel->type == PANEL_AGENT_GRID && panel_column(panel, "acd_state") >= 0;
}

/* The panel of agents that is focused, else the first of the page; NULL: there is none. */
static const struct panel *states_panel(const struct view *view, const struct layout *layout)
{
	const struct panel *panel = view_panel(view, layout);
	for (unsigned i = 0; i < layout->panel_count && (panel == NULL || !has_states(panel)); i++)
		if (has_states(&layout->panels[i]) && view_shows(view, layout, i))
			panel = &layout->panels[i];
	return panel != NULL && has_states(panel) ? panel : NULL;
}

/* Whoever asks for a state means agents: the focus goes to the first grid of the page that has them. */
static unsigned prompt_state(struct action_context *context, long unused)
{
	struct view *view = context->view;
	const struct panel *panel = states_panel(view, context->scene->layout);
	(void)unused;
	if (panel != NULL) {
		view_focus(view, panel->index);
		view->prompt = PROMPT_STATE;
	}
	return SCREEN_ASK_DRAW;
}

/* The rows follow while one types. */
static unsigned filter_key(struct action_context *context)
{
	struct view *view = context->view;
	const struct panel_data *data;
	struct panel_view *panel = view_focused(context, &data);
	if (context->key == INPUT_ENTER || context->key == INPUT_ESCAPE || panel == NULL)
		view->prompt = PROMPT_NONE;
	if (context->key == INPUT_ESCAPE)
		view->typed[0] = '\0';
	else
		(void)entry_key(view->typed, sizeof(view->typed), context->key);
	if (panel != NULL)
		order_filter(&panel->order, view->typed);
	return SCREEN_ASK_DRAW;
}

/* A key of a prompt that was not offered; Esc and Enter leave it as they should. */
static void say_not_offered(struct action_context *context, const char *what)
{
	char bytes[5], shown[8];
	uint32_t key = context->key;
	if (key == INPUT_ESCAPE || key == INPUT_ENTER || key >= INPUT_NONE ||
		text_scrub(shown, sizeof(shown), bytes, text_encode(bytes, key)) == 0)
		return;
	view_say(context->view, context->scene->now_ms, "There is no %s with the key %s.", what, shown);
}

/* Numbers are wanted largest first, texts from A; the same column again turns the order round. */
void action_sort(struct order *order, const struct panel *panel, int column)
{
	enum kind kind = panel->columns[column].kind;
	bool numbers = kind != KIND_TEXT && kind != KIND_STATE;
	order_sort(order, column, order->column == column ? !order->descending : numbers);
}

static unsigned sort_key(struct action_context *context)
{
	const struct panel *panel = view_panel(context->view, context->scene->layout);
	uint32_t key = key_latin(context->key);
	context->view->prompt = PROMPT_NONE;
	if (panel == NULL)
		return SCREEN_ASK_DRAW;
	struct order *order = &context->view->panels[panel->index].order;
	if (key == '0') {
		order_sort(order, -1, false);
		return SCREEN_ASK_DRAW;
	}
	for (unsigned column = 0; column < panel->column_count; column++)
		if (key == (uint32_t)prompt_column_key(column)) {
			action_sort(order, panel, (int)column);
			return SCREEN_ASK_DRAW;
		}
	say_not_offered(context, "column");
	return SCREEN_ASK_DRAW;
}

static bool anybody_in(const struct panel *panel, const struct panel_data *data, enum acd_state state)
{
	int column = panel_column(panel, "acd_state");
	for (unsigned row = 0; row < data->rows && column >= 0; row++)
		if (state_read(board_peek(data, row, (unsigned)column).text) == state)
			return true;
	return false;
}

static unsigned state_key(struct action_context *context)
{
	const struct panel_data *data;
	struct panel_view *rows = view_focused(context, &data);
	context->view->prompt = PROMPT_NONE;
	if (rows == NULL)
		return SCREEN_ASK_DRAW;
	if (context->key == '0') {
		order_state(&rows->order, -1);
		return SCREEN_ASK_DRAW;
	}
	for (int i = 0; i < STATE_UNKNOWN; i++) {
		enum acd_state state = (enum acd_state)i;
		if (context->key != (uint32_t)prompt_state_key(state))
			continue;
		if (!anybody_in(view_panel(context->view, context->scene->layout), data, state)) {
			view_say(context->view, context->scene->now_ms, "No agent is in the state '%s'.", state_label(state));
			return SCREEN_ASK_DRAW;
		}
		order_state(&rows->order, i);
		rows->selected = false;
		rows->top = 0;
		return SCREEN_ASK_DRAW;
	}
	say_not_offered(context, "state");
	return SCREEN_ASK_DRAW;
}

/* The prompt stays until the file is written: a name that is refused can be mended. */
static unsigned name_key(struct action_context *context)
{
	struct view *view = context->view;
	if (context->key == INPUT_ESCAPE || (context->key == INPUT_ENTER && view->layout_name[0] == '\0'))
		view->prompt = PROMPT_NONE;
	else if (context->key == INPUT_ENTER)
		return SCREEN_ASK_SAVE;
	else
		(void)entry_key(view->layout_name, sizeof(view->layout_name), context->key);
	return SCREEN_ASK_DRAW;
}

static unsigned prompt_name(struct action_context *context, long unused)
{
	(void)unused;
	context->view->overlay = OVERLAY_NONE;
	context->view->prompt = PROMPT_NAME;
	return SCREEN_ASK_DRAW;
}

static unsigned prompt_key(struct action_context *context)
{
	switch (context->view->prompt) {
	case PROMPT_FILTER:
		return filter_key(context);
	case PROMPT_SORT:
		return sort_key(context);
	case PROMPT_STATE:
		return state_key(context);
	case PROMPT_SEARCH:
		return search_key(context);
	case PROMPT_NAME:
		return name_key(context);
	case PROMPT_NONE:
		break;
	}
	return SCREEN_ASK_NOTHING;
}

/* ---- why a key can do nothing ---- */

static const char *idle_pages(const struct view *view, const struct scene *scene)
{
	(void)view;
	return scene->layout->page_count < 2 ? "This wall has only one page." : NULL;
}

static const char *idle_lists(const struct view *view, const struct scene *scene)
{
	return view->overlay == OVERLAY_NONE && view_panel(view, scene->layout) == NULL ? "There is no list on this page." : NULL;
}

static const char *idle_other_lists(const struct view *view, const struct scene *scene)
{
	if (view->zoomed >= 0)
		return view_focus_count(view, scene->layout) < 2 ? "There is no other panel on this page." : NULL;
	return view_focus_count(view, scene->layout) < 2 ? "There is no other list on this page." : NULL;
}

static const char *idle_panels(const struct view *view, const struct scene *scene)
{
	return view_first_panel(view, scene->layout) < 0 ? "This page has no panel." : NULL;
}

static const char *idle_zoom(const struct view *view, const struct scene *scene)
{
	unsigned count = 0;
	for (unsigned i = 0; i < scene->layout->panel_count; i++)
		count += view_shows(view, scene->layout, i);
	return view->zoomed < 0 && count < 2 ? "The only panel of this page has all of the screen already." : NULL;
}

static const char *idle_columns(const struct view *view, const struct scene *scene)
{
	const struct panel *panel = view_panel(view, scene->layout);
	return panel == NULL ? "There is no list on this page." : panel->column_count == 0 ? "This list has no columns." : NULL;
}

static const char *idle_states(const struct view *view, const struct scene *scene)
{
	if (states_panel(view, scene->layout) != NULL)
		return NULL;
	/* A panel of states has lists of agents too, but nothing that could be left out of them. */
	for (unsigned i = 0; i < scene->layout->panel_count; i++)
		if (has_states(&scene->layout->panels[i]))
			return "The grid of agents is on another page.";
	return "This layout has no grid of agents.";
}

static const char *idle_search(const struct view *view, const struct scene *scene)
{
	if (search_goes_on(view))
		return NULL;
	const struct panel *panel = view_panel(view, scene->layout);
	if (panel == NULL)
		return "There is no list on this page.";
	return view->panels[panel->index].order.search[0] == '\0' ? "Filter by a text first: then this key finds it again." : NULL;
}

static const char *idle_alerts(const struct view *view, const struct scene *scene)
{
	(void)view;
	return scene->layout->alert_count == 0 ? "This layout has no alerts." : NULL;
}

static const char *idle_tries(const struct view *view, const struct scene *scene)
{
	return scene->replay == NULL && staffing_view(view, scene->layout) < 0 ? "This key belongs to a replay." : NULL;
}

/* Whatever answers must be able to be asked for something else. */
static const char *idle_choice(const struct view *view, const struct scene *scene)
{
	bool any = choice_suits(scene->layout, view->page, CHOICE_SERVICES) || choice_suits(scene->layout, view->page, CHOICE_TEAMS);
	if (scene->replay != NULL)
		return "A recording cannot be asked for other services.";
	if (!scene->asks)
		return "The publisher decides which services are asked for.";
	return any ? NULL : "No panel of this page is about services or teams.";
}

static const char *idle_chosen(const struct view *view, const struct scene *scene)
{
	const struct choice *choices = scene->changes != NULL && view->page < LAYOUT_PAGES_MAX ? scene->changes->choices[view->page] : NULL;
	return choices != NULL && (choices[CHOICE_SERVICES].made || choices[CHOICE_TEAMS].made) ? NULL
		: "Nothing was chosen: this page shows what its layout says.";
}

static const char *idle_acknowledge(const struct view *view, const struct scene *scene)
{
	const struct alert_state *state;
	const char *why = idle_alerts(view, scene);
	for (unsigned i = 0; why == NULL && scene->alerts != NULL && (state = alerts_firing(scene->alerts, i)) != NULL; i++)
		if (state->acknowledged_until_ms == 0)
			return NULL;
	return why != NULL ? why : "There is no alert to acknowledge.";
}

static const char *idle_replay(const struct view *view, const struct scene *scene)
{
	(void)view;
	return scene->replay == NULL ? "This key belongs to a replay." : NULL;
}

/* ---- the table ---- */

static const struct action table[] = {
	{ "help", "? h F1", "show or hide this page", "help", toggle_overlay, OVERLAY_HELP, NULL },
	{ "filter", "/", "show only matching rows", "filter", prompt_filter, 0, idle_lists },
	{ "search", "\\", "search everywhere", "search", search_open, 0, NULL },
	{ "next-match", "n", "next match", NULL, next_match, 1, idle_search },
	{ "previous-match", "N", "previous match", NULL, next_match, -1, idle_search },
	{ "state", "f", "agents in one state", "state", prompt_state, 0, idle_states },
	{ "sort", "s", "sort by a column", "sort", prompt_sort, 0, idle_columns },
	{ "invert", "I", "reverse the sort order", NULL, invert, 0, idle_columns },
	{ "next-panel", "Tab", "next list", "panel", move_focus, 1, idle_other_lists },
	{ "previous-panel", "Shift-Tab", "previous list", NULL, move_focus, -1, idle_other_lists },
	{ "card", "Enter", "open the card of the row", "card", toggle_overlay, OVERLAY_CARD, idle_lists },
	{ "meaning", "i", "what a column means", NULL, show_meaning, 0, idle_panels },
	{ "copy", "y", "copy the row or card", NULL, card_copy, 0, idle_lists },
	{ "zoom", "z e", "zoom the panel, and back", "zoom", zoom, 0, idle_zoom },
	{ "down", "j Down", "next row", NULL, move_rows, 1, idle_lists },
	{ "up", "k Up", "previous row", NULL, move_rows, -1, idle_lists },
	{ "page-down", "PgDn Ctrl-D", "a page of rows down", NULL, move_pages, 1, idle_lists },
	{ "page-up", "PgUp Ctrl-U", "a page of rows up", NULL, move_pages, -1, idle_lists },
	{ "first", "g Home", "first row", NULL, move_rows, -MOVE_FAR, idle_lists },
	{ "last", "G End", "last row", NULL, move_rows, MOVE_FAR, idle_lists },
	{ "next-page", "] Right", "next page", "page", turn_page, 1, idle_pages },
	{ "previous-page", "[ Left", "previous page", NULL, turn_page, -1, idle_pages },
	{ "page", "1 2 3 4 5 6 7 8 9", "the page with that number", NULL, go_to_page, 0, NULL },
	{ "pause", "p Space", "pause the screen", "pause", pause_view, 0, NULL },
	{ "acknowledge", "a", "acknowledge all alerts", NULL, ask, SCREEN_ASK_ACKNOWLEDGE, idle_acknowledge },
	{ "alarms", "A", "alarms of today", "alarms", toggle_overlay, OVERLAY_ALARMS, idle_alerts },
	{ "mute", "m", "mute or unmute the bell", NULL, ask, SCREEN_ASK_MUTE, idle_alerts },
	{ "step", ".", "replay: step forward", NULL, ask, SCREEN_ASK_STEP, idle_replay },
	{ "step-back", ",", "replay: step back", NULL, ask, SCREEN_ASK_STEP_BACK, idle_replay },
	{ "jump", ">", "replay: a minute forward", NULL, ask, SCREEN_ASK_JUMP, idle_replay },
	{ "jump-back", "<", "replay: a minute back", NULL, ask, SCREEN_ASK_JUMP_BACK, idle_replay },
	{ "faster", "+ =", "replay: faster; one more agent", NULL, more, 1, idle_tries },
	{ "slower", "-", "replay: slower; one fewer agent", NULL, more, -1, idle_tries },
	{ "details", "!", "details of the connection", "details", toggle_overlay, OVERLAY_DETAILS, NULL },
	{ "layouts", "L", "choose another layout", "layouts", open_layouts, OVERLAY_LAYOUTS, NULL },
	{ "services", "S", "choose services and teams", "services", open_choice, 0, idle_choice },
	{ "all-services", "U", "all services again", NULL, ask, SCREEN_ASK_UNCHOOSE, idle_chosen },
	{ "write-layout", "W", "write as a layout", NULL, prompt_name, 0, NULL },
	{ "command", ":", "run a command by its name", NULL, open_layouts, OVERLAY_COMMANDS, NULL },
	{ "write", "w", "write the page to a file", NULL, ask, SCREEN_ASK_WRITE, NULL },
	{ "mouse", "M", "use the mouse, or not", NULL, toggle_mouse, 0, NULL },
	{ "theme", "t", "next colour theme", NULL, theme, 0, NULL },
	{ "redraw", "Ctrl-L", "redraw the screen", NULL, redraw, 0, NULL },
	{ "reload", "Ctrl-R", "reload the layout", NULL, ask, SCREEN_ASK_RELOAD, NULL },
	{ "retry", "r", "reconnect now", NULL, retry, 0, NULL },
	{ "back", "Esc", "close this, or step back", NULL, back, 0, NULL },
	{ "quit", "q", "quit", "quit", ask, SCREEN_ASK_QUIT, NULL },
};

_Static_assert(sizeof(table) / sizeof(table[0]) <= BINDINGS_MAX, "each action can have keys");

const struct action *action_at(unsigned index)
{
	return index < sizeof(table) / sizeof(table[0]) ? &table[index] : NULL;
}

const char *action_group(unsigned index)
{
	static const struct {
		const char *first, *title;
	} groups[] = { { "filter", "Lists" }, { "next-page", "Pages" }, { "acknowledge", "Alerts" }, { "step", "Replay" },
		{ "details", "Wall" } };
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		if (index < sizeof(table) / sizeof(table[0]) && strcmp(table[index].name, groups[i].first) == 0)
			return groups[i].title;
	return NULL;
}

bool action_applies(unsigned index, const struct scene *scene)
{
	bool staffing = false;
	for (unsigned i = 0; i < scene->layout->panel_count; i++)
		staffing = staffing || (scene->layout->panels[i].type == PANEL_STAFFING && scene->layout->panels[i].pools > 0);
	return scene->replay != NULL || (table[index].idle == idle_tries ? staffing : table[index].idle != idle_replay);
}

void action_bindings(struct bindings *bindings)
{
	bindings->count = 0;
	for (unsigned i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		bindings_add(bindings, table[i].keys);
}

static const char *action_name_at(const void *context, size_t index)
{
	(void)context;
	return index < sizeof(table) / sizeof(table[0]) ? table[index].name : NULL;
}

int action_find(const char *name)
{
	for (unsigned i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (strcmp(table[i].name, name) == 0)
			return (int)i;
	return -1;
}

const char *action_first_key(const struct bindings *bindings, const char *name, char key[KEY_NAME_MAX])
{
	int action = action_find(name);
	const char *keys = action < 0 ? "" : bindings->keys[action];
	(void)key_next(&keys, key, KEY_NAME_MAX);
	return key;
}

const char *action_nearest(const char *name)
{
	return text_nearest(name, action_name_at, NULL);
}

/* A letter of another alphabet that has no action of its own is the key at its place. */
static int find_action(const struct bindings *bindings, uint32_t key, unsigned *place)
{
	int found = bindings_find(bindings, key, place);
	return found >= 0 ? found : bindings_find(bindings, key_latin(key), place);
}

/* What lies on top has a key first; while a text is typed there, all characters are its own. */
static bool key_on_top(struct action_context *context, unsigned *asked)
{
	const struct overlay_page *page = overlay_page(context->view->overlay);
	if (page == NULL)
		return false;
	bool types = overlay_types(context->view) && context->key < INPUT_NONE;
	return (page->key != NULL && page->key(context, asked)) || types;
}

unsigned action_run(struct action_context *context, unsigned index)
{
	const struct action *action = &table[index];
	const char *why = action->idle != NULL ? action->idle(context->view, context->scene) : NULL;
	if (why != NULL) {
		view_say(context->view, context->scene->now_ms, "%s", why);
		return SCREEN_ASK_DRAW;
	}
	return action->run(context, action->number);
}

unsigned action_key(struct action_context *context)
{
	struct view *view = context->view;
	view->unknown_key = INPUT_NONE;
	view->said[0] = '\0';
	if (view->prompt != PROMPT_NONE)
		return prompt_key(context);
	int found = find_action(view->bindings, context->key, &context->place);
	context->action = found >= 0 ? table[found].name : "";
	unsigned asked = SCREEN_ASK_DRAW;
	if (key_on_top(context, &asked))
		return asked;
	if (found >= 0)
		return action_run(context, (unsigned)found);
	if (context->key > ' ' && context->key < INPUT_NONE && context->key != INPUT_BACKSPACE) {
		view->unknown_key = context->key;
		view->unknown_ms = context->scene->now_ms;
	}
	return SCREEN_ASK_NOTHING;
}

bool action_types(const struct view *view)
{
	return view->prompt == PROMPT_FILTER || view->prompt == PROMPT_SEARCH || view->prompt == PROMPT_NAME || (view->prompt == PROMPT_NONE && overlay_types(view));
}

bool action_quits(const struct bindings *bindings, uint32_t key)
{
	unsigned place;
	int found = find_action(bindings, key, &place);
	return found >= 0 && table[found].run == ask && table[found].number == SCREEN_ASK_QUIT;
}
