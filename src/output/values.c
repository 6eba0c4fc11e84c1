#include "output/values.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/json_write.h"
#include "base/text.h"
#include "board/board.h"

/* The columns of panels that have a fixed set; NULL for the others. */
static const char *const *columns_fixed(const struct panel *panel, unsigned *count)
{
	static const char *const states[STATES_COLUMNS] = { "acd_state", "agents" };
	static const char *const messages[MESSAGES_COLUMNS] = { "send_time", "sender", "content", "is_urgent" };
	static const char *const campaigns[CAMPAIGNS_COLUMNS] = { "name", "state", "lists" };
	switch (panel->type) {
	case PANEL_AGENT_STATES:
		*count = STATES_COLUMNS;
		return states;
	case PANEL_MESSAGES:
		*count = MESSAGES_COLUMNS;
		return messages;
	case PANEL_CAMPAIGNS:
		*count = CAMPAIGNS_COLUMNS;
		return campaigns;
	default:
		*count = panel->column_count;
		return NULL;
	}
}

unsigned columns_count(const struct panel *panel)
{
	unsigned count;
	columns_fixed(panel, &count);
	return count;
}

struct shown_column columns_at(const struct panel *panel, unsigned index)
{
	unsigned count;
	const char *const *names = columns_fixed(panel, &count);
	if (names != NULL)
		return (struct shown_column){ .name = names[index], .label = names[index], .kind = KIND_TEXT };
	const struct column *column = &panel->columns[index];
	return (struct shown_column){ .name = column->name, .label = column->label, .kind = column->kind };
}

const char *const availability_names[] = { "never", "nobody", "available" };

const char *number_text(char out[NUMBER_TEXT_MAX], double number)
{
	bool whole = number == floor(number) && fabs(number) < 1e15;
	/* A negative zero is written without its sign. */
	if (number == 0)
		number = 0;
	snprintf(out, NUMBER_TEXT_MAX, whole ? "%.0f" : "%.10g", number);
	return out;
}

void json_put_number_pair(struct buffer *out, const char *key, bool known, double number)
{
	char text[NUMBER_TEXT_MAX] = "null";
	if (known)
		number_text(text, number);
	json_put_key(out, key);
	json_put_raw(out, text, strlen(text));
}

void put_padded(struct buffer *out, const char *text, int columns, bool right)
{
	enum { CELL_BYTES_MAX = 1024 };
	char cut[CELL_BYTES_MAX];
	int used = text_cut(cut, sizeof(cut), text, columns, "~");
	buffer_print(out, "%*s%s%*s", right ? columns - used : 0, "", cut, right ? 0 : columns - used, "");
}

void put_cut(struct buffer *out, const char *text, int columns)
{
	int width = text_width(text);
	put_padded(out, text, width < columns ? width : columns, false);
}

void put_level(struct buffer *out, int columns, bool known, double percent, double margin)
{
	char text[32] = "-";
	if (known && margin >= 0.5)
		snprintf(text, sizeof(text), "%.0f %%~%.0f", percent, margin);
	else if (known)
		value_format(text, sizeof(text), percent, KIND_PERCENT, NULL);
	buffer_print(out, "%*s", columns, text);
}
