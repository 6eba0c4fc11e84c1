#include "model/operand.h"

#include <stdio.h>
#include <string.h>

#include "base/fold.h"
#include "base/text.h"
#include "model/privacy.h"

enum { WORD_MAX = 128 };

static const char word_letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";

void scan_blanks(struct scan *scan)
{
	while (*scan->at == ' ' || *scan->at == '\t')
		scan->at++;
}

bool scan_fail(const struct scan *scan, const char *where, struct error *error)
{
	return error_prefix(error, "character %d: ", (int)(where - scan->text) + 1);
}

bool scan_quoted(struct scan *scan, char *out, size_t size, struct error *error)
{
	const char *begin = scan->at, *at = begin + 1;
	size_t length = 0;
	for (; *at != *begin && *at != '\0'; at++) {
		/* A name may have quotes of both kinds. */
		if (*at == '\\' && at[1] != '\0' && strchr("\\'\"", at[1]) != NULL)
			at++;
		if (length + 1 < size)
			out[length] = *at;
		length++;
	}
	if (*at == '\0' || length >= size) {
		if (*at == '\0')
			error_set(error, "the %c does not end", *begin);
		else
			error_set(error, "this text is too long");
		return scan_fail(scan, begin, error);
	}
	out[length] = '\0';
	scan->at = at + 1;
	return true;
}

static bool scan_word(struct scan *scan, const char *what, char word[WORD_MAX], struct error *error)
{
	size_t length = strspn(scan->at, word_letters);
	if (length == 0 || length >= WORD_MAX) {
		error_set(error, length == 0 ? "the name of a %s is missing" : "the name of this %s is too long", what);
		return scan_fail(scan, scan->at, error);
	}
	memcpy(word, scan->at, length);
	word[length] = '\0';
	scan->at += length;
	return true;
}

static const char *panel_at(const void *table, size_t index)
{
	const struct layout *layout = table;
	return index < layout->panel_count ? layout->panels[index].name : NULL;
}

static const char *column_at(const void *table, size_t index)
{
	const struct panel *panel = table;
	return index < panel->column_count ? panel->columns[index].stat : NULL;
}

static bool has_values(const struct panel *panel)
{
	return panel->type == PANEL_TOTALS || panel->type == PANEL_SERVICE_GRID || panel->type == PANEL_AGENT_GRID;
}

static bool scan_panel(struct scan *scan, struct operand *operand, struct error *error)
{
	char word[WORD_MAX];
	const char *begin = scan->at;
	if (!scan_word(scan, "panel", word, error))
		return false;
	operand->panel = layout_panel(scan->layout, word);
	if (operand->panel != NULL && has_values(operand->panel))
		return true;
	const char *near = text_nearest(word, panel_at, scan->layout);
	if (operand->panel != NULL)
		error_set(error, "panel '%s' is of type %s, which has no statistics", word,
			panel_type_names[operand->panel->type]);
	else if (near != NULL)
		error_set(error, "layout '%s' has no panel '%s' (did you mean '%s'?)", scan->layout->name, word, near);
	else
		error_set(error, "layout '%s' has no panel '%s'", scan->layout->name, word);
	return scan_fail(scan, begin, error);
}

static bool scan_row_name(struct scan *scan, struct operand *operand, struct error *error)
{
	const char *begin = scan->at;
	if (*begin == '\'' || *begin == '"')
		return scan_quoted(scan, operand->row, sizeof(operand->row), error);
	size_t length = strcspn(begin, "]");
	if (length == 0 || length >= sizeof(operand->row)) {
		error_set(error, length == 0 ? "the name of a row is missing" : "the name of this row is too long");
		return scan_fail(scan, begin, error);
	}
	if (strcspn(begin, " \t\"'[") < length) {
		error_set(error, "the name of a row with blanks, brackets or quotes must be in quotes");
		return scan_fail(scan, begin, error);
	}
	memcpy(operand->row, begin, length);
	operand->row[length] = '\0';
	scan->at += length;
	return true;
}

static bool scan_row(struct scan *scan, struct operand *operand, struct error *error)
{
	const struct panel *panel = operand->panel;
	const char *begin = scan->at;
	if (*begin != '[') {
		operand->rows = OPERAND_TOTALS;
		if (panel->type == PANEL_TOTALS || panel->total)
			return true;
		error_set(error, "panel '%s' has rows: write %s[ROW], or %s[*] for any", panel->name, panel->name,
			panel->name);
		return scan_fail(scan, begin, error);
	}
	if (panel->type == PANEL_TOTALS) {
		error_set(error, "panel '%s' shows totals, which have no rows", panel->name);
		return scan_fail(scan, begin, error);
	}
	scan->at++;
	operand->rows = OPERAND_NAMED;
	if (strncmp(scan->at, "*]", 2) == 0) {
		operand->rows = OPERAND_ANY;
		scan->at++;
	} else if (!scan_row_name(scan, operand, error)) {
		return false;
	}
	if (*scan->at++ == ']')
		return true;
	error_set(error, "a ] is missing");
	return scan_fail(scan, scan->at - 1, error);
}

static bool scan_stat(struct scan *scan, struct operand *operand, struct error *error)
{
	char word[WORD_MAX];
	const char *begin = scan->at;
	if (*begin != '.') {
		error_set(error, "a point and a statistic must follow '%s'", operand->panel->name);
		return scan_fail(scan, begin, error);
	}
	scan->at++;
	begin++;
	if (!scan_word(scan, "statistic", word, error))
		return false;
	int column = panel_column(operand->panel, word);
	if (column >= 0) {
		operand->column = (unsigned)column;
		return true;
	}
	const char *near = text_nearest(word, column_at, operand->panel);
	if (near != NULL)
		error_set(error, "panel '%s' has no '%s' (did you mean '%s'?)", operand->panel->name, word, near);
	else
		error_set(error, "panel '%s' has no '%s'", operand->panel->name, word);
	return scan_fail(scan, begin, error);
}

bool operand_scan(struct scan *scan, struct operand *operand, struct error *error)
{
	*operand = (struct operand){ .panel = NULL };
	return scan_panel(scan, operand, error) && scan_row(scan, operand, error) && scan_stat(scan, operand, error);
}

const struct column *operand_column(const struct operand *operand)
{
	return &operand->panel->columns[operand->column];
}

/* The column that names a row to people. */
static unsigned name_column(const struct panel *panel)
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
	return board_cell(data, row, name_column(panel))->text;
}

/* -1 if no key is the same name, -2 if several are. */
static int find_key(const struct operand *operand, const struct panel_data *data)
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
static int find_row(const struct operand *operand, const struct panel_data *data)
{
	int found = find_key(operand, data), exact = -1;
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
static void say_no_row(const struct operand *operand, bool several, bool hidden, struct error *why)
{
	const char *has = several ? "has several rows" : "has no row", *now = several ? "" : " now";
	if (hidden)
		error_set(why, "panel '%s' %s of the name that is compared%s", operand->panel->name, has, now);
	else
		error_set(why, "panel '%s' %s '%.60s'%s", operand->panel->name, has, operand->row, now);
}

static const struct cell *row_cell(const struct operand *operand, const struct moment *moment, unsigned row,
	struct error *why)
{
	const struct panel_data *data = board_data(moment->board, operand->panel);
	bool hidden = operand->panel->type == PANEL_AGENT_GRID && moment->board->names != NAMES_FULL;
	int at = (int)row;
	if (operand->rows == OPERAND_NAMED)
		at = find_row(operand, data);
	if (at >= 0 && (unsigned)at < data->rows)
		return board_cell(data, (unsigned)at, operand->column);
	if (operand->rows == OPERAND_NAMED)
		say_no_row(operand, at == -2, hidden, why);
	else
		error_set(why, "panel '%s' has no rows now", operand->panel->name);
	return NULL;
}

static void say_nothing_came(const struct operand *operand, const struct moment *moment, struct error *why)
{
	const struct panel_board *entry = &moment->board->panels[operand->panel->index];
	const char *reason = entry->reason[0] != '\0' ? entry->reason : entry->problem;
	error_set(why, "panel '%s' has no data%s%.160s", operand->panel->name, reason[0] != '\0' ? ": " : "", reason);
}

const struct cell *operand_cell(const struct operand *operand, const struct moment *moment, unsigned row,
	struct error *why)
{
	const struct panel_data *data = board_data(moment->board, operand->panel);
	const char *stat = operand_column(operand)->stat;
	const struct cell *cell = NULL;
	if (!data->received)
		say_nothing_came(operand, moment, why);
	else if (moment_stale(moment, operand->panel))
		error_set(why, "panel '%s' is stale: %.0f s old", operand->panel->name,
			moment_age(moment, operand->panel));
	else if (operand->rows != OPERAND_TOTALS || operand->panel->type == PANEL_TOTALS)
		cell = row_cell(operand, moment, operand->rows == OPERAND_TOTALS ? 0 : row, why);
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

bool operand_lacks_row(const struct operand *operand, const struct moment *moment)
{
	const struct panel_data *data = board_data(moment->board, operand->panel);
	return operand->rows == OPERAND_NAMED && data->received && find_row(operand, data) == -1;
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

const char *operand_near_row(const struct operand *operand, const struct moment *moment)
{
	struct row_names names = { operand->panel, board_data(moment->board, operand->panel) };
	return text_nearest(operand->row, row_name_at, &names);
}

/* As it would be written. */
static void put_row(struct buffer *out, const char *name)
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

void operand_print(const struct operand *operand, const struct moment *moment, unsigned row, struct buffer *out)
{
	const char *name = operand->row;
	if (operand->rows == OPERAND_ANY)
		name = row_name(operand->panel, board_data(moment->board, operand->panel), row);
	buffer_text(out, operand->panel->name);
	if (operand->rows != OPERAND_TOTALS)
		put_row(out, name);
	buffer_print(out, ".%s", operand_column(operand)->stat);
}
