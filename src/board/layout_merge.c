#include "board/layout_merge.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "board/query.h"

enum { MERGE_BYTES_MAX = 1024 * 1024, MERGE_NAME_ROOM = 96 };

static bool merge_asks(const struct panel *panel)
{
	return panel_kind(panel->type)->ask != ASK_NOTHING;
}

static void *merge_need(void *memory)
{
	if (memory == NULL)
		fatal("layouts of more than %d bytes", MERGE_BYTES_MAX);
	return memory;
}

/* Of two panels of one name the second gets a number. */
static const char *merge_name(struct layout *layout, const char *name)
{
	char numbered[MERGE_NAME_ROOM];
	snprintf(numbered, sizeof(numbered), "%s", name);
	for (unsigned i = 2; layout_panel(layout, numbered) != NULL; i++)
		snprintf(numbered, sizeof(numbered), "%.80s-%u", name, i);
	return merge_need(arena_copy(&layout->arena, numbered, strlen(numbered)));
}

static bool merge_add(struct layout *layout, const struct panel *panel,
	void (*leaf)(const char *text, char *out, size_t size), struct error *error)
{
	char name[MERGE_NAME_ROOM - 16];
	unsigned kept = 0;
	for (unsigned i = 0; i < layout->panel_count; i++)
		if (query_covers(&layout->panels[i], panel))
			return true;
	/* What the new one brings as well goes. */
	for (unsigned i = 0; i < layout->panel_count; i++)
		if (!query_covers(panel, &layout->panels[i]))
			layout->panels[kept++] = layout->panels[i];
	layout->panel_count = kept;
	if (kept == LAYOUT_PANELS_MAX)
		return error_set(error, "the layouts have more than %d different panels", LAYOUT_PANELS_MAX);
	leaf(panel->name, name, sizeof(name));
	const char *own = merge_name(layout, name);
	layout->panels[kept] = *panel;
	layout->panels[kept].name = own;
	layout->panel_count++;
	return true;
}

struct layout *layout_merge(const char *name, struct layout *const *layouts, unsigned count,
	void (*leaf)(const char *text, char *out, size_t size), struct error *error)
{
	struct layout *layout = must_alloc(sizeof(*layout));
	bool good = true;
	*layout = (struct layout){ .source = "layouts", .title = "" };
	arena_init(&layout->arena, MERGE_BYTES_MAX);
	layout->name = merge_need(arena_copy(&layout->arena, name, strlen(name)));
	layout->panels = merge_need(arena_alloc(&layout->arena, LAYOUT_PANELS_MAX * sizeof(*layout->panels)));
	for (unsigned i = 0; good && i < count; i++)
		for (unsigned p = 0; good && p < layouts[i]->panel_count; p++)
			if (merge_asks(&layouts[i]->panels[p]))
				good = merge_add(layout, &layouts[i]->panels[p], leaf, error);
	for (unsigned i = 0; i < layout->panel_count; i++)
		layout->panels[i].index = i;
	if (good)
		return layout;
	layout_free(layout);
	return NULL;
}
