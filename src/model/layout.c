#include "model/layout.h"

#include <stdlib.h>
#include <string.h>

void layout_free(struct layout *layout)
{
	if (layout == NULL)
		return;
	arena_free(&layout->arena);
	free(layout);
}

const struct panel *layout_panel(const struct layout *layout, const char *name)
{
	for (unsigned i = 0; i < layout->panel_count; i++)
		if (strcmp(layout->panels[i].name, name) == 0)
			return &layout->panels[i];
	return NULL;
}

int panel_column(const struct panel *panel, const char *stat)
{
	for (unsigned i = 0; i < panel->column_count; i++)
		if (strcmp(panel->columns[i].stat, stat) == 0)
			return (int)i;
	return -1;
}
