#include "output/columns.h"

#include "board/board.h"

static const char *const states_columns[STATES_COLUMNS] = { "acd_state", "agents" };
static const char *const messages_columns[MESSAGES_COLUMNS] = { "send_time", "sender", "content", "is_urgent" };
static const char *const campaigns_columns[CAMPAIGNS_COLUMNS] = { "name", "state", "lists" };

static const char *const *fixed(const struct panel *panel, unsigned *count)
{
	switch (panel->type) {
	case PANEL_AGENT_STATES:
		*count = STATES_COLUMNS;
		return states_columns;
	case PANEL_MESSAGES:
		*count = MESSAGES_COLUMNS;
		return messages_columns;
	case PANEL_CAMPAIGNS:
		*count = CAMPAIGNS_COLUMNS;
		return campaigns_columns;
	default:
		*count = panel->column_count;
		return NULL;
	}
}

unsigned columns_count(const struct panel *panel)
{
	unsigned count;
	fixed(panel, &count);
	return count;
}

struct shown_column columns_at(const struct panel *panel, unsigned index)
{
	unsigned count;
	const char *const *names = fixed(panel, &count);
	if (names != NULL)
		return (struct shown_column){ .name = names[index], .label = names[index], .kind = KIND_TEXT };
	const struct column *column = &panel->columns[index];
	return (struct shown_column){ .name = column->stat, .label = column->label, .kind = column->kind };
}
