#include "screen/action.h"

#include <stddef.h>
#include <string.h>

#include "base/text.h"
#include "screen/key.h"
#include "screen/prompt.h"
#include "screen/style.h"
#include "screen/view.h"

static unsigned quit(struct acting *acting)
{
	(void)acting;
	return SCREEN_ASK_QUIT;
}

static unsigned help(struct acting *acting)
{
	acting->view->overlay = acting->view->overlay == OVERLAY_HELP ? OVERLAY_NONE : OVERLAY_HELP;
	acting->view->overlay_top = 0;
	return SCREEN_ASK_DRAW;
}

static unsigned details(struct acting *acting)
{
	acting->view->overlay = acting->view->overlay == OVERLAY_DETAILS ? OVERLAY_NONE : OVERLAY_DETAILS;
	acting->view->overlay_top = 0;
	return SCREEN_ASK_DRAW;
}

static unsigned go_page(struct acting *acting, unsigned page)
{
	if (page < acting->scene->layout->page_count)
		view_go(acting->view, acting->scene->layout, page, acting->scene->now_ms);
	return SCREEN_ASK_DRAW;
}

static unsigned next_page(struct acting *acting)
{
	unsigned count = acting->scene->layout->page_count;
	return count == 0 ? 0 : go_page(acting, (acting->view->page + 1) % count);
}

static unsigned previous_page(struct acting *acting)
{
	unsigned count = acting->scene->layout->page_count;
	return count == 0 ? 0 : go_page(acting, (acting->view->page + count - 1) % count);
}

static unsigned page_number(struct acting *acting)
{
	return go_page(acting, acting->place);
}

static unsigned down(struct acting *acting)
{
	return move_rows(acting, 1);
}

static unsigned up(struct acting *acting)
{
	return move_rows(acting, -1);
}

static unsigned page_down(struct acting *acting)
{
	return move_pages(acting, 1);
}

static unsigned page_up(struct acting *acting)
{
	return move_pages(acting, -1);
}

static unsigned first(struct acting *acting)
{
	return move_rows(acting, -MOVE_FAR);
}

static unsigned last(struct acting *acting)
{
	return move_rows(acting, MOVE_FAR);
}

static unsigned next_match(struct acting *acting)
{
	return move_search(acting, 1);
}

static unsigned previous_match(struct acting *acting)
{
	return move_search(acting, -1);
}

static unsigned focus_next(struct acting *acting)
{
	view_focus_next(acting->view, acting->scene->layout, 1);
	return SCREEN_ASK_DRAW;
}

static unsigned focus_previous(struct acting *acting)
{
	view_focus_next(acting->view, acting->scene->layout, -1);
	return SCREEN_ASK_DRAW;
}

static unsigned zoom(struct acting *acting)
{
	struct view *view = acting->view;
	view->zoomed = view->zoomed >= 0 ? -1 : view->focus;
	return SCREEN_ASK_DRAW;
}

/* Without a sort of the user's own, the layout's is taken over and turned round. */
static unsigned invert(struct acting *acting)
{
	const struct panel *panel = view_panel(acting->view, acting->scene->layout);
	if (panel == NULL || panel->column_count == 0)
		return 0;
	struct order *order = &acting->view->panels[panel->index].order;
	if (order->column >= 0) {
		order_sort(order, order->column, !order->descending);
		return SCREEN_ASK_DRAW;
	}
	int column = panel->sort_stat == NULL ? 0 : panel_column(panel, panel->sort_stat);
	if (column >= 0)
		order_sort(order, column, panel->sort_stat == NULL || !panel->sort_descending);
	return SCREEN_ASK_DRAW;
}

/* A recording waits; data that go on arriving do not. */
static unsigned pause_view(struct acting *acting)
{
	if (acting->scene->replay != NULL)
		return SCREEN_ASK_HOLD;
	acting->view->paused = !acting->view->paused;
	acting->view->paused_since_ms = acting->scene->now_ms;
	return SCREEN_ASK_DRAW;
}

static unsigned theme(struct acting *acting)
{
	int next = acting->view->theme + 1;
	acting->view->theme = theme_names[next] == NULL ? 0 : next;
	return SCREEN_ASK_DRAW;
}

static unsigned redraw(struct acting *acting)
{
	acting->view->repaint = true;
	return SCREEN_ASK_DRAW;
}

static unsigned reload(struct acting *acting)
{
	(void)acting;
	return SCREEN_ASK_RELOAD;
}

static unsigned retry(struct acting *acting)
{
	(void)acting;
	return SCREEN_ASK_RETRY;
}

static unsigned write_page(struct acting *acting)
{
	(void)acting;
	return SCREEN_ASK_WRITE;
}

/* One step back: what lies on top, the zoom, the filters, the selection. */
static unsigned back(struct acting *acting)
{
	const struct panel_data *data;
	struct view *view = acting->view;
	struct panel_view *panel = acting_focused(acting, &data);
	if (view->overlay != OVERLAY_NONE)
		view->overlay = OVERLAY_NONE;
	else if (view->zoomed >= 0)
		view->zoomed = -1;
	else if (panel != NULL && panel->order.filter[0] != '\0')
		order_filter(&panel->order, "");
	else if (panel != NULL && panel->order.state >= 0)
		order_state(&panel->order, -1);
	else if (panel != NULL)
		panel->selected = false;
	return SCREEN_ASK_DRAW;
}

static unsigned acknowledge(struct acting *acting)
{
	(void)acting;
	return SCREEN_ASK_ACKNOWLEDGE;
}

static unsigned mute(struct acting *acting)
{
	(void)acting;
	return SCREEN_ASK_MUTE;
}

static unsigned step(struct acting *acting)
{
	(void)acting;
	return SCREEN_ASK_STEP;
}

static unsigned step_back(struct acting *acting)
{
	(void)acting;
	return SCREEN_ASK_STEP_BACK;
}

static unsigned jump(struct acting *acting)
{
	(void)acting;
	return SCREEN_ASK_JUMP;
}

static unsigned jump_back(struct acting *acting)
{
	(void)acting;
	return SCREEN_ASK_JUMP_BACK;
}

static unsigned faster(struct acting *acting)
{
	(void)acting;
	return SCREEN_ASK_FASTER;
}

static unsigned slower(struct acting *acting)
{
	(void)acting;
	return SCREEN_ASK_SLOWER;
}

static const struct action table[] = {
	{ "help", "? h F1", "show or hide this page", "help", help },
	{ "filter", "/", "show only rows that contain a text", "filter", prompt_filter },
	{ "next-match", "n", "next row with the text that was filtered by last", NULL, next_match },
	{ "previous-match", "N", "previous row with that text", NULL, previous_match },
	{ "state", "f", "show only agents in one state: its number follows", "state", prompt_state },
	{ "sort", "s", "sort by a column: its number follows", "sort", prompt_sort },
	{ "invert", "I", "turn the order round", NULL, invert },
	{ "next-panel", "Tab", "go to the next panel that scrolls", "panel", focus_next },
	{ "previous-panel", "Shift-Tab", "go to the previous one", NULL, focus_previous },
	{ "zoom", "Enter e", "one panel on the whole screen, and back", "zoom", zoom },
	{ "down", "j Down", "next row", NULL, down },
	{ "up", "k Up", "previous row", NULL, up },
	{ "page-down", "PgDn Ctrl-D", "a page of rows down", NULL, page_down },
	{ "page-up", "PgUp Ctrl-U", "a page of rows up", NULL, page_up },
	{ "first", "g Home", "first row", NULL, first },
	{ "last", "G End", "last row", NULL, last },
	{ "next-page", "] Right", "next page of the wall", "page", next_page },
	{ "previous-page", "[ Left", "previous page", NULL, previous_page },
	{ "page", "1 2 3 4 5 6 7 8 9", "the page with that number", NULL, page_number },
	{ "pause", "p Space", "hold the picture; data go on arriving", "pause", pause_view },
	{ "acknowledge", "a", "alerts that fire are known, for half an hour", NULL, acknowledge },
	{ "mute", "m", "alerts ring no more, or again", NULL, mute },
	{ "step", ".", "replay: one answer on, and hold", NULL, step },
	{ "step-back", ",", "replay: one answer back, and hold", NULL, step_back },
	{ "jump", ">", "replay: a minute on", NULL, jump },
	{ "jump-back", "<", "replay: a minute back", NULL, jump_back },
	{ "faster", "+ =", "replay: twice as fast", NULL, faster },
	{ "slower", "-", "replay: half as fast", NULL, slower },
	{ "details", "!", "details of the connection", "details", details },
	{ "write", "w", "write the page as text into a file", NULL, write_page },
	{ "theme", "t", "next theme of colours", NULL, theme },
	{ "redraw", "Ctrl-L", "paint the screen again", NULL, redraw },
	{ "reload", "Ctrl-R", "read the layout again", NULL, reload },
	{ "retry", "r", "try the connection now", NULL, retry },
	{ "back", "Esc", "close what lies on top; clear what was filtered", NULL, back },
	{ "quit", "q", "end", "quit", quit },
};

_Static_assert(sizeof(table) / sizeof(table[0]) <= BINDINGS_MAX, "each action can have keys");

const struct action *action_at(unsigned index)
{
	return index < sizeof(table) / sizeof(table[0]) ? &table[index] : NULL;
}

void action_bindings(struct bindings *bindings)
{
	bindings->count = 0;
	for (unsigned i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		bindings_add(bindings, table[i].keys);
}

static const char *name_at(const void *context, size_t index)
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

const char *action_nearest(const char *name)
{
	return text_nearest(name, name_at, NULL);
}

/* A letter of another alphabet that has no action of its own is the key at its place. */
static int find_action(const struct bindings *bindings, uint32_t key, unsigned *place)
{
	int found = bindings_find(bindings, key, place);
	return found >= 0 ? found : bindings_find(bindings, key_latin(key), place);
}

unsigned action_key(struct acting *acting)
{
	struct view *view = acting->view;
	view->unknown_key = INPUT_NONE;
	if (view->prompt != PROMPT_NONE)
		return prompt_key(acting);
	int found = find_action(view->bindings, acting->key, &acting->place);
	if (found >= 0)
		return table[found].run(acting);
	if (acting->key > ' ' && acting->key < INPUT_NONE && acting->key != INPUT_BACKSPACE) {
		view->unknown_key = acting->key;
		view->unknown_ms = acting->scene->now_ms;
	}
	return SCREEN_ASK_NOTHING;
}

bool action_quits(const struct bindings *bindings, uint32_t key)
{
	unsigned place;
	int found = find_action(bindings, key, &place);
	return found >= 0 && table[found].run == quit;
}
