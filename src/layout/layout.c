#include "layout/layout.h"

#include <string.h>

#include "base/text.h"

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

bool column_has_limits(const struct column *column)
{
	return column->limit_count > 0 || column->warn.comparison != COMPARE_NONE || column->alert.comparison != COMPARE_NONE;
}

bool column_same(const struct column *a, const struct column *b)
{
	return strcmp(a->stat, b->stat) == 0 && a->kind == b->kind && a->scale == b->scale &&
		a->total_scale == b->total_scale &&
		texts_same(&a->dispositions, &b->dispositions);
}
