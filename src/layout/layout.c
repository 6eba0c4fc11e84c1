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

bool column_same(const struct column *a, const struct column *b)
{
	return strcmp(a->stat, b->stat) == 0 && a->kind == b->kind && a->scale == b->scale &&
		texts_same(&a->dispositions, &b->dispositions);
}

/* NULL is a text that was not given. */
static bool same_filter(const struct panel *a, const struct panel *b)
{
	return text_equal(a->filter_stat, b->filter_stat) && a->filter_operation == b->filter_operation &&
		text_equal(a->filter_value, b->filter_value) && text_equal(a->message_filter, b->message_filter) &&
		a->logged_in_only == b->logged_in_only && a->subteam_only == b->subteam_only;
}

bool panel_same_source(const struct panel *a, const struct panel *b)
{
	return a->type == b->type && texts_same(&a->services, &b->services) && texts_same(&a->teams, &b->teams) &&
		texts_same(&a->dispositions, &b->dispositions) && same_filter(a, b);
}
