#include "layout/layout_merge.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"

enum { UNION_BYTES_MAX = 1024 * 1024, NAME_ROOM = 96 };

/* Where a limit cuts, the order decides what is left. */
static bool same_rows(const struct panel *a, const struct panel *b)
{
	return panel_same_source(a, b) && a->limit == b->limit && text_equal(a->sort_stat, b->sort_stat) &&
		(a->sort_stat == NULL || a->sort_descending == b->sort_descending);
}

static bool has_column(const struct panel *panel, const struct column *column)
{
	for (unsigned i = 0; i < panel->column_count; i++) {
		const struct column *own = &panel->columns[i];
		if (strcmp(own->stat, column->stat) == 0 && texts_same(&own->dispositions, &column->dispositions))
			return true;
	}
	return false;
}

/* Whether the first brings all that the second asks for. */
static bool covers(const struct panel *panel, const struct panel *other)
{
	if (!same_rows(panel, other) || (other->total && !panel->total))
		return false;
	for (unsigned i = 0; i < other->column_count; i++)
		if (!has_column(panel, &other->columns[i]))
			return false;
	return true;
}

static bool asks(const struct panel *panel)
{
	return panel_kind(panel->type)->ask != ASK_NOTHING;
}

static void *need(void *memory)
{
	if (memory == NULL)
		fatal("layouts of more than %d bytes", UNION_BYTES_MAX);
	return memory;
}

/* Of two panels of one name the second gets a number. */
static const char *other_name(struct layout *layout, const char *name)
{
	char numbered[NAME_ROOM];
	snprintf(numbered, sizeof(numbered), "%s", name);
	for (unsigned i = 2; layout_panel(layout, numbered) != NULL; i++)
		snprintf(numbered, sizeof(numbered), "%.80s-%u", name, i);
	return need(arena_copy(&layout->arena, numbered, strlen(numbered)));
}

static bool add(struct layout *layout, const struct panel *panel,
	void (*leaf)(const char *text, char *out, size_t size), struct error *error)
{
	char name[NAME_ROOM - 16];
	unsigned kept = 0;
	for (unsigned i = 0; i < layout->panel_count; i++)
		if (covers(&layout->panels[i], panel))
			return true;
	/* What the new one brings as well goes. */
	for (unsigned i = 0; i < layout->panel_count; i++)
		if (!covers(panel, &layout->panels[i]))
			layout->panels[kept++] = layout->panels[i];
	layout->panel_count = kept;
	if (kept == LAYOUT_PANELS_MAX)
		return error_set(error, "the layouts have more than %d different panels", LAYOUT_PANELS_MAX);
	leaf(panel->name, name, sizeof(name));
	const char *own = other_name(layout, name);
	layout->panels[kept] = *panel;
	layout->panels[kept].name = own;
	layout->panel_count++;
	return true;
}

struct layout *layout_union(const char *name, struct layout *const *layouts, unsigned count,
	void (*leaf)(const char *text, char *out, size_t size), struct error *error)
{
	struct layout *layout = must_alloc(sizeof(*layout));
	bool good = true;
	*layout = (struct layout){ .source = "layouts", .title = "" };
	arena_init(&layout->arena, UNION_BYTES_MAX);
	layout->name = need(arena_copy(&layout->arena, name, strlen(name)));
	layout->panels = need(arena_alloc(&layout->arena, LAYOUT_PANELS_MAX * sizeof(*layout->panels)));
	for (unsigned i = 0; good && i < count; i++)
		for (unsigned p = 0; good && p < layouts[i]->panel_count; p++)
			if (asks(&layouts[i]->panels[p]))
				good = add(layout, &layouts[i]->panels[p], leaf, error);
	for (unsigned i = 0; i < layout->panel_count; i++)
		layout->panels[i].index = i;
	if (good)
		return layout;
	layout_free(layout);
	return NULL;
}
