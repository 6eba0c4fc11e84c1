#include "screen/prompt.h"

#include <string.h>

#include "base/text.h"
#include "screen/key.h"

char prompt_column_key(unsigned column)
{
	return (char)(column < 9 ? '1' + (int)column : 'a' + (int)column - 9);
}

char prompt_state_key(enum acd_state state)
{
	return (char)('1' + (int)state);
}

unsigned prompt_filter(struct action_context *context, long unused)
{
	const struct panel_data *data;
	const struct panel_view *panel = view_focused(context, &data);
	(void)unused;
	if (panel == NULL)
		return SCREEN_ASK_DRAW;
	context->view->prompt = PROMPT_FILTER;
	memcpy(context->view->typed, panel->order.filter, sizeof(context->view->typed));
	return SCREEN_ASK_DRAW;
}

unsigned prompt_sort(struct action_context *context, long unused)
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

/* Whoever asks for a state means agents: the focus goes to the first grid of the page that has them. */
unsigned prompt_state(struct action_context *context, long unused)
{
	struct view *view = context->view;
	const struct layout *layout = context->scene->layout;
	const struct panel *panel = view_panel(view, layout);
	(void)unused;
	for (unsigned i = 0; i < layout->panel_count && (panel == NULL || !has_states(panel)); i++)
		if (has_states(&layout->panels[i]) && view_shows(view, layout, i))
			panel = &layout->panels[i];
	if (panel != NULL && has_states(panel)) {
		view_focus(view, panel->index);
		view->prompt = PROMPT_STATE;
	}
	return SCREEN_ASK_DRAW;
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
	char bytes[5], clean[8];
	size_t length = strlen(text);
	if (key < ' ' || (key >= 0x7F && key < 0xA0) || key >= INPUT_NONE)
		return;
	/* What is typed is shown: it is foreign text as any other. */
	size_t more = text_scrub(clean, sizeof(clean), bytes, text_encode(bytes, key));
	if (length + more < size) {
		memcpy(text + length, clean, more);
		text[length + more] = '\0';
	}
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
	else if (context->key == INPUT_BACKSPACE)
		erase_last(view->typed);
	else
		type(view->typed, sizeof(view->typed), context->key);
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

static unsigned sort_key(struct action_context *context)
{
	const struct panel *panel = view_panel(context->view, context->scene->layout);
	uint32_t key = key_latin(context->key);
	context->view->prompt = PROMPT_NONE;
	if (panel == NULL)
		return SCREEN_ASK_DRAW;
	struct order *order = &context->view->panels[panel->index].order;
	if (key == '0')
		order_sort(order, -1, false);
	for (unsigned column = 0; column < panel->column_count; column++)
		if (key == (uint32_t)prompt_column_key(column))
			sort_by(order, panel, (int)column);
	return SCREEN_ASK_DRAW;
}

static unsigned state_key(struct action_context *context)
{
	const struct panel_data *data;
	struct panel_view *panel = view_focused(context, &data);
	context->view->prompt = PROMPT_NONE;
	if (panel == NULL)
		return SCREEN_ASK_DRAW;
	if (context->key == '0')
		order_state(&panel->order, -1);
	for (int state = 0; state < STATE_UNKNOWN; state++)
		if (context->key == (uint32_t)prompt_state_key((enum acd_state)state)) {
			order_state(&panel->order, state);
			panel->selected = false;
			panel->top = 0;
		}
	return SCREEN_ASK_DRAW;
}

unsigned prompt_key(struct action_context *context)
{
	switch (context->view->prompt) {
	case PROMPT_FILTER:
		return filter_key(context);
	case PROMPT_SORT:
		return sort_key(context);
	case PROMPT_STATE:
		return state_key(context);
	case PROMPT_NONE:
		break;
	}
	return SCREEN_ASK_NOTHING;
}
