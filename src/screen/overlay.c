#include "screen/overlay.h"

#include <stdio.h>

static const struct overlay_page *const table[OVERLAY_COUNT] = {
	[OVERLAY_HELP] = &overlay_help,
	[OVERLAY_DETAILS] = &overlay_details,
	[OVERLAY_ALARMS] = &overlay_alarms,
	[OVERLAY_LAYOUTS] = &overlay_layouts,
	[OVERLAY_COMMANDS] = &overlay_commands,
	[OVERLAY_CARD] = &overlay_card,
	[OVERLAY_MEANING] = &overlay_meaning,
	[OVERLAY_CHOICE] = &overlay_choice,
};

const struct overlay_page *overlay_page(enum overlay overlay)
{
	return table[overlay];
}

void overlay_open(struct action_context *context, enum overlay overlay)
{
	struct view *view = context->view;
	const struct overlay_page *page = table[overlay];
	view->overlay = overlay;
	view->list = (struct list){ .picks = page->picks };
	view->held = page->holds;
	if (page->open != NULL)
		page->open(context);
}

bool overlay_types(const struct view *view)
{
	const struct overlay_page *page = table[view->overlay];
	if (page == NULL)
		return false;
	return page->types != NULL ? page->types(view) : view->list.typing;
}

void overlay_hint(struct overlay_hints *hints, const char *key, const char *what)
{
	if (key[0] == '\0' || hints->count == OVERLAY_HINTS_MAX)
		return;
	snprintf(hints->items[hints->count].key, OVERLAY_KEY_MAX, "%s", key);
	hints->items[hints->count++].what = what;
}
