#include "screen/action.h"

#include <stddef.h>
#include <string.h>

#include "base/text.h"
#include "screen/view.h"

static struct panel_view *focused(const struct acting *acting, const struct panel_data **data)
{
	const struct panel *panel = view_panel(acting->view, acting->scene->layout);
	if (panel == NULL)
		return NULL;
	*data = board_data(acting->scene->board, panel);
	return &acting->view->panels[panel->index];
}

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
	return go_page(acting, acting->key - '1');
}

/* The first movement only shows where one is. */
static unsigned move(struct acting *acting, long by)
{
	const struct panel_data *data;
	struct view *view = acting->view;
	if (view->overlay != OVERLAY_NONE) {
		long top = (long)view->overlay_top + by;
		view->overlay_top = top < 0 ? 0 : (unsigned)top;
		return SCREEN_ASK_DRAW;
	}
	struct panel_view *panel = focused(acting, &data);
	if (panel == NULL || data->rows == 0)
		return SCREEN_ASK_DRAW;
	long at = panel->selected ? (long)panel->position + by : (long)panel->top + (by > 1 ? by : 0);
	view_select(panel, data, at);
	return SCREEN_ASK_DRAW;
}

static long page_of_rows(const struct acting *acting)
{
	const struct panel_data *data;
	const struct panel_view *panel = focused(acting, &data);
	return panel == NULL || panel->visible < 2 ? 1 : (long)panel->visible - 1;
}

static unsigned down(struct acting *acting)
{
	return move(acting, 1);
}

static unsigned up(struct acting *acting)
{
	return move(acting, -1);
}

static unsigned page_down(struct acting *acting)
{
	return move(acting, page_of_rows(acting));
}

static unsigned page_up(struct acting *acting)
{
	return move(acting, -page_of_rows(acting));
}

/* More than any grid has. */
static const long far = 1000 * 1000;

static unsigned first(struct acting *acting)
{
	return move(acting, -far);
}

static unsigned last(struct acting *acting)
{
	return move(acting, far);
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

static unsigned filter(struct acting *acting)
{
	const struct panel_data *data;
	const struct panel_view *panel = focused(acting, &data);
	if (panel == NULL)
		return 0;
	acting->view->prompt = PROMPT_FILTER;
	memcpy(acting->view->typed, panel->order.filter, sizeof(acting->view->typed));
	return SCREEN_ASK_DRAW;
}

static unsigned sort(struct acting *acting)
{
	const struct panel *panel = view_panel(acting->view, acting->scene->layout);
	if (panel != NULL && panel->column_count > 0)
		acting->view->prompt = PROMPT_SORT;
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

static unsigned pause_view(struct acting *acting)
{
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

/* One step back: what lies on top, the zoom, the filter, the selection. */
static unsigned back(struct acting *acting)
{
	const struct panel_data *data;
	struct view *view = acting->view;
	struct panel_view *panel = focused(acting, &data);
	if (view->overlay != OVERLAY_NONE)
		view->overlay = OVERLAY_NONE;
	else if (view->zoomed >= 0)
		view->zoomed = -1;
	else if (panel != NULL && panel->order.filter[0] != '\0')
		order_filter(&panel->order, "");
	else if (panel != NULL)
		panel->selected = false;
	return SCREEN_ASK_DRAW;
}

static const struct action table[] = {
	{ "help", "? h F1", "show or hide this page", "help", help },
	{ "filter", "/", "show only rows that contain a text", "filter", filter },
	{ "sort", "s", "sort by a column: its number follows", "sort", sort },
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
	{ "details", "!", "details of the connection", "details", details },
	{ "theme", "t", "next theme of colours", NULL, theme },
	{ "redraw", "Ctrl-L", "paint the screen again", NULL, redraw },
	{ "reload", "Ctrl-R", "read the layout again", NULL, reload },
	{ "retry", "r", "try the connection now", NULL, retry },
	{ "back", "Esc", "close what lies on top; clear the filter", NULL, back },
	{ "quit", "q", "end", "quit", quit },
};

const struct action *action_at(unsigned index)
{
	return index < sizeof(table) / sizeof(table[0]) ? &table[index] : NULL;
}

static const struct action *find(uint32_t key)
{
	for (unsigned i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const char *keys = table[i].keys;
		char name[16];
		while (key_next(&keys, name, sizeof(name)))
			if (key_read(name) == key)
				return &table[i];
	}
	return NULL;
}

/* Marks and all of the last character go at once. */
static void erase_last(char *text)
{
	size_t length = strlen(text);
	while (length > 0 && ((unsigned char)text[length - 1] & 0xC0) == 0x80)
		length--;
	text[length > 0 ? length - 1 : 0] = '\0';
}

static void type(char *text, size_t size, uint32_t key)
{
	char bytes[5];
	size_t length = strlen(text);
	if (key < ' ' || (key >= 0x7F && key < 0xA0) || key >= INPUT_NONE)
		return;
	size_t more = text_encode(bytes, key);
	if (length + more < size) {
		memcpy(text + length, bytes, more);
		text[length + more] = '\0';
	}
}

/* The rows follow while one types. */
static unsigned filter_key(struct acting *acting)
{
	struct view *view = acting->view;
	const struct panel_data *data;
	struct panel_view *panel = focused(acting, &data);
	if (acting->key == INPUT_ENTER || acting->key == INPUT_ESCAPE || panel == NULL)
		view->prompt = PROMPT_NONE;
	if (acting->key == INPUT_ESCAPE)
		view->typed[0] = '\0';
	else if (acting->key == INPUT_BACKSPACE)
		erase_last(view->typed);
	else
		type(view->typed, sizeof(view->typed), acting->key);
	if (panel != NULL)
		order_filter(&panel->order, view->typed);
	return SCREEN_ASK_DRAW;
}

/* Numbers are wanted largest first, texts from A; the same column again turns the order round. */
static void sort_by(struct order *order, const struct panel *panel, int column)
{
	enum kind kind = panel->columns[column].kind;
	bool numbers = kind != KIND_TEXT && kind != KIND_STATE;
	order_sort(order, column, order->column == column ? !order->descending : numbers);
}

static unsigned sort_key(struct acting *acting)
{
	const struct panel *panel = view_panel(acting->view, acting->scene->layout);
	uint32_t key = acting->key;
	acting->view->prompt = PROMPT_NONE;
	if (panel == NULL)
		return SCREEN_ASK_DRAW;
	struct order *order = &acting->view->panels[panel->index].order;
	int column = key >= '1' && key <= '9' ? (int)(key - '1') : key >= 'a' && key <= 'z' ? (int)(key - 'a') + 9 : -1;
	if (key == '0')
		order_sort(order, -1, false);
	else if (column >= 0 && column < (int)panel->column_count)
		sort_by(order, panel, column);
	return SCREEN_ASK_DRAW;
}

unsigned action_key(struct acting *acting)
{
	if (acting->view->prompt == PROMPT_FILTER)
		return filter_key(acting);
	if (acting->view->prompt == PROMPT_SORT)
		return sort_key(acting);
	const struct action *action = find(acting->key);
	return action == NULL ? SCREEN_ASK_NOTHING : action->run(acting);
}
