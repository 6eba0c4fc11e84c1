#include "board/operand.h"

#include <string.h>

#include "base/fold.h"
#include "base/text.h"
#include "board/privacy.h"

/* The column that names a row to people. */
static unsigned operand_name_column(const struct panel *panel)
{
	for (unsigned i = 0; i < panel->column_count; i++) {
		const char *stat = panel->columns[i].stat;
		enum person person = privacy_person(stat);
		if (panel->type == PANEL_SERVICE_GRID ? strcmp(stat, "name") == 0
						      : person == PERSON_FIRST_LAST || person == PERSON_LAST_FIRST)
			return i;
	}
	return 0;
}

const char *row_name(const struct panel *panel, const struct panel_data *data, unsigned row)
{
	return board_cell(data, row, operand_name_column(panel))->text;
}

/* -1 if no key is the same name, -2 if several are. */
static int operand_find_key(const struct operand *operand, const struct panel_data *data)
{
	int found = -1;
	for (unsigned row = 0; row < data->rows; row++)
		if (strcmp(board_keys(data)[row], operand->row) == 0)
			return (int)row;
	for (unsigned row = 0; row < data->rows; row++)
		if (fold_same_name(board_keys(data)[row], operand->row))
			found = found == -1 ? (int)row : -2;
	return found;
}

/* By key, which is unique; else by the shown name, which must be. -1 if there is none, -2 if there are several. */
static int operand_find_row(const struct operand *operand, const struct panel_data *data)
{
	int found = operand_find_key(operand, data), exact = -1;
	if (found != -1)
		return found;
	for (unsigned row = 0; row < data->rows; row++) {
		const char *name = row_name(operand->panel, data, row);
		if (!fold_same_name(name, operand->row) || board_again(operand->panel, data, row))
			continue;
		found = found == -1 ? (int)row : -2;
		if (strcmp(name, operand->row) == 0)
			exact = exact == -1 ? (int)row : -2;
	}
	return exact != -1 ? exact : found;
}

/* Which row; without its name where agents' names are not to be seen. */
static void operand_no_row(const struct operand *operand, bool several, bool hidden, struct error *why)
{
	const char *has = several ? "has several rows" : "has no row", *now = several ? "" : " now";
	if (hidden)
		error_set(why, "panel '%s' %s of the name that is compared%s", operand->panel->name, has, now);
	else
		error_set(why, "panel '%s' %s '%.60s'%s", operand->panel->name, has, operand->row, now);
}

static const struct cell *operand_row_cell(const struct operand *operand, const struct board_view *view, unsigned row,
	struct error *why)
{
	const struct panel_data *data = board_data(view->board, operand->panel);
	bool hidden = operand->panel->type == PANEL_AGENT_GRID && view->board->names != NAMES_FULL;
	int at = (int)row;
	if (operand->rows == OPERAND_NAMED)
		at = operand_find_row(operand, data);
	if (at >= 0 && (unsigned)at < data->rows)
		return board_cell(data, (unsigned)at, operand->column);
	if (operand->rows == OPERAND_NAMED)
		operand_no_row(operand, at == -2, hidden, why);
	else
		error_set(why, "panel '%s' has no rows now", operand->panel->name);
	return NULL;
}

static void operand_no_data(const struct operand *operand, const struct board_view *view, struct error *why)
{
	const struct panel_board *entry = &view->board->panels[operand->panel->index];
	const char *reason = entry->reason[0] != '\0' ? entry->reason : entry->problem;
	error_set(why, "panel '%s' has no data%s%.160s", operand->panel->name, reason[0] != '\0' ? ": " : "", reason);
}

static void operand_stale(const struct operand *operand, const struct board_view *view, struct error *why)
{
	char age[32];
	text_age(age, sizeof(age), (int64_t)(board_view_age(view, operand->panel) * 1000));
	error_set(why, "panel '%s' is stale: %s old", operand->panel->name, age);
}

const struct cell *operand_cell(const struct operand *operand, const struct board_view *view, unsigned row,
	struct error *why)
{
	const struct panel_data *data = board_data(view->board, operand->panel);
	const char *stat = operand_column(operand)->name;
	const struct cell *cell = NULL;
	if (!data->received)
		operand_no_data(operand, view, why);
	else if (board_view_stale(view, operand->panel))
		operand_stale(operand, view, why);
	else if (operand->rows != OPERAND_TOTALS || panel_has_totals(operand->panel->type))
		cell = operand_row_cell(operand, view, operand->rows == OPERAND_TOTALS ? 0 : row, why);
	else if (data->totals != NULL)
		cell = &data->totals[operand->column];
	else
		error_set(why, "panel '%s' has no totals", operand->panel->name);
	if (cell == NULL || cell->state == VALUE_NUMBER || cell->state == VALUE_TEXT)
		return cell;
	error_set(why, "'%s' in panel '%s' %s", stat, operand->panel->name,
		cell->state == VALUE_BLANK ? "is blank" : "was not sent");
	return NULL;
}

bool operand_lacks_row(const struct operand *operand, const struct board_view *view)
{
	const struct panel_data *data = board_data(view->board, operand->panel);
	return operand->rows == OPERAND_NAMED && data->received && operand_find_row(operand, data) == -1;
}

struct row_names {
	const struct panel *panel;
	const struct panel_data *data;
};

static const char *row_name_at(const void *table, size_t index)
{
	const struct row_names *names = table;
	return index < names->data->rows ? row_name(names->panel, names->data, (unsigned)index) : NULL;
}

const char *operand_near_row(const struct operand *operand, const struct board_view *view)
{
	struct row_names names = { operand->panel, board_data(view->board, operand->panel) };
	return text_nearest(operand->row, row_name_at, &names);
}

/* As it would be written. */
static void operand_put_row(struct buffer *out, const char *name)
{
	bool quoted = strpbrk(name, " \t[]'\"") != NULL;
	buffer_text(out, quoted ? "[\"" : "[");
	for (; *name != '\0'; name++) {
		if (quoted && (*name == '"' || *name == '\\'))
			buffer_text(out, "\\");
		buffer_add(out, name, 1);
	}
	buffer_text(out, quoted ? "\"]" : "]");
}

void operand_print(const struct operand *operand, const struct board_view *view, unsigned row, struct buffer *out)
{
	const char *name = operand->row;
	if (operand->rows == OPERAND_ANY)
		name = row_name(operand->panel, board_data(view->board, operand->panel), row);
	buffer_text(out, operand->panel->name);
	if (operand->rows != OPERAND_TOTALS)
		operand_put_row(out, name);
	buffer_print(out, ".%s", operand_column(operand)->name);
}
