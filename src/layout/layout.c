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

int panel_column(const struct panel *panel, const char *name)
{
	int found = -1;
	for (unsigned i = 0; i < panel->column_count; i++) {
		const struct column *column = &panel->columns[i];
		if (strcmp(column->name, name) == 0 && (found < 0 || (column->dispositions.count == 0 && panel->columns[found].dispositions.count > 0)))
			found = (int)i;
	}
	return found;
}

int panel_picture_number(const struct panel *panel, unsigned column)
{
	const char *shows = panel->columns[column].shows;
	for (unsigned i = 0; shows != NULL && i < panel->column_count; i++)
		if (panel->columns[i].dispositions.count == 0 && strcmp(panel->columns[i].stat, shows) == 0)
			return (int)i;
	return -1;
}

bool column_has_limits(const struct column *column)
{
	return column->limit_count > 0 || column->warn.comparison != COMPARE_NONE || column->alert.comparison != COMPARE_NONE;
}

const struct limit *column_limit(const struct column *column, enum acd_state state, const char *reason)
{
	const struct limit *found = NULL;
	for (unsigned i = 0; i < column->limit_count; i++) {
		const struct limit *limit = &column->limits[i];
		if (limit->state != state || (limit->reason != NULL && !text_same(limit->reason, reason)))
			continue;
		if (found == NULL || found->reason == NULL)
			found = limit;
	}
	return found;
}

bool column_same(const struct column *a, const struct column *b)
{
	if ((a->calc == NULL) != (b->calc == NULL) || (a->calc != NULL && strcmp(a->calc->text, b->calc->text) != 0))
		return false;
	return strcmp(a->stat, b->stat) == 0 && texts_same(&a->sum, &b->sum) && a->kind == b->kind && a->scale == b->scale &&
		a->total_scale == b->total_scale &&
		texts_same(&a->dispositions, &b->dispositions);
}
