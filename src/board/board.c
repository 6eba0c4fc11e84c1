#include "board/board.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fold.h"
#include "base/log.h"
#include "base/text.h"
#include "board/query.h"
#include "layout/state.h"

static const struct cell never = { .text = "", .state = VALUE_NEVER };

static struct board *board_make(unsigned panels)
{
	struct board *board = must_alloc(sizeof(*board));
	memset(board, 0, sizeof(*board));
	board->chat.wait_seconds = -1;
	json_init(&board->json);
	json_init(&board->row);
	unsigned long bytes = (panels + 1) * sizeof(*board->panels);
	board->panels = must_alloc(bytes);
	memset(board->panels, 0, bytes);
	board->panel_count = panels;
	for (unsigned i = 0; i < panels; i++)
		for (int side = 0; side < 2; side++)
			arena_init(&board->panels[i].data[side].arena, BOARD_PANEL_BYTES_MAX);
	return board;
}

struct board *board_new(const struct layout *layout)
{
	struct board *board = board_make(layout->panel_count);
	board->layout = layout;
	return board;
}

void board_free(struct board *board)
{
	if (board == NULL)
		return;
	for (unsigned i = 0; i < board->panel_count; i++)
		for (int side = 0; side < 2; side++) {
			arena_free(&board->panels[i].data[side].arena);
			rows_free(board->panels[i].data[side].grid);
		}
	json_free(&board->json);
	json_free(&board->row);
	text_index_free(&board->logins);
	free(board->panels);
	free(board);
}

/* Data may stay only where they answer the same question. */
static bool board_same_panel(const struct panel *a, const struct panel *b)
{
	if (!query_same_source(a, b) || a->column_count != b->column_count)
		return false;
	for (unsigned i = 0; i < a->column_count; i++)
		if (!column_same(&a->columns[i], &b->columns[i]))
			return false;
	return true;
}

void board_adopt(struct board *board, struct board *old)
{
	for (unsigned i = 0; i < board->layout->panel_count; i++) {
		const struct panel *panel = &board->layout->panels[i];
		const struct panel *before = layout_panel(old->layout, panel->name);
		if (before == NULL || !board_same_panel(panel, before))
			continue;
		/* Exchanged, so that each side frees what it then has. */
		struct panel_board moved = old->panels[before->index];
		old->panels[before->index] = board->panels[i];
		board->panels[i] = moved;
	}
	memcpy(board->services, old->services, sizeof(board->services));
	board->names = old->names;
	board->service_count = old->service_count;
	board->chat = old->chat;
	board->generation = old->generation;
	board->accepted_ms = old->accepted_ms;
	board->accepted_wall_ms = old->accepted_wall_ms;
}

void board_confirm(struct board *board, const struct panel *panel, int64_t received_ms)
{
	struct panel_board *entry = &board->panels[panel->index];
	struct panel_data *data = &entry->data[entry->shown];
	if (!data->received)
		return;
	data->received_ms = received_ms;
	if (received_ms > board->accepted_ms)
		board->accepted_ms = received_ms;
}

const struct panel_data *board_data(const struct board *board, const struct panel *panel)
{
	const struct panel_board *entry = &board->panels[panel->index];
	return &entry->data[entry->shown];
}

const struct panel_data *board_data_before(const struct board *board, const struct panel *panel)
{
	/* The spare is emptied when the next answer is decoded into it, not before. */
	const struct panel_board *entry = &board->panels[panel->index];
	const struct panel_data *data = &entry->data[1 - entry->shown];
	return data->received ? data : NULL;
}

const struct cell *board_cell(const struct panel_data *data, unsigned row, unsigned column)
{
	if (row >= data->rows || column >= data->columns)
		return &never;
	if (data->cells != NULL)
		return &data->cells[(size_t)row * data->columns + column];
	const struct cell *cells = rows_cells(data->grid, row);
	return cells == NULL ? &never : &cells[column];
}

struct cell board_peek(const struct panel_data *data, unsigned row, unsigned column)
{
	if (data->cells != NULL || row >= data->rows || column >= data->columns)
		return *board_cell(data, row, column);
	return rows_peek(data->grid, row, column);
}

static bool board_cell_contains(const struct cell *cell, const char *text)
{
	return fold_contains(cell->text, strlen(cell->text), text);
}

bool board_contains(const struct panel_data *data, unsigned row, const char *text)
{
	if (data->cells == NULL && row < data->rows)
		return rows_contain(data->grid, row, text);
	for (unsigned column = 0; column < data->columns && row < data->rows; column++)
		if (board_cell_contains(board_cell(data, row, column), text))
			return true;
	return false;
}

const char *const *board_keys(const struct panel_data *data)
{
	return data->cells != NULL || data->grid == NULL ? data->keys : rows_keys(data->grid);
}

const char *board_key(const struct panel_data *data, unsigned row)
{
	if (row >= data->rows)
		return "";
	return data->cells != NULL || data->grid == NULL ? data->keys[row] : rows_key(data->grid, row);
}

bool board_again(const struct panel *panel, const struct panel_data *data, unsigned row)
{
	bool grid = panel->type == PANEL_AGENT_GRID && data->cells == NULL && data->grid != NULL;
	return grid && row < data->rows && rows_again(data->grid, row);
}

static bool board_copy_cells(struct arena *arena, struct cell *to, const struct cell *from, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		to[i] = from[i];
		to[i].text = from[i].text[0] == '\0' ? "" : arena_copy(arena, from[i].text, strlen(from[i].text));
		if (to[i].text == NULL)
			return false;
	}
	return true;
}

static bool board_copy_typed(struct panel_data *to, const struct panel_data *from)
{
	size_t count = from->cells == NULL ? 0 : (size_t)from->rows * from->columns;
	to->cells = arena_alloc(&to->arena, (count + 1) * sizeof(*to->cells));
	to->keys = arena_alloc(&to->arena, (from->rows + 1) * sizeof(*to->keys));
	if (to->cells == NULL || to->keys == NULL || !board_copy_cells(&to->arena, to->cells, from->cells, count))
		return false;
	for (unsigned row = 0; row < from->rows; row++) {
		to->keys[row] = arena_copy(&to->arena, from->keys[row], strlen(from->keys[row]));
		if (to->keys[row] == NULL)
			return false;
	}
	return true;
}

static bool board_copy_rows(struct panel_data *to, const struct panel_data *from)
{
	if (from->cells == NULL && from->grid != NULL) {
		to->grid = rows_new(BOARD_PANEL_BYTES_MAX);
		if (!rows_copy(to->grid, from->grid))
			return false;
	} else if (!board_copy_typed(to, from)) {
		return false;
	}
	to->columns = from->columns;
	to->rows = from->rows;
	if (from->totals == NULL)
		return true;
	to->totals = arena_alloc(&to->arena, (from->columns + 1) * sizeof(*to->totals));
	return to->totals != NULL && board_copy_cells(&to->arena, to->totals, from->totals, from->columns);
}

/* The cap is the same as the original's, so that only a board at its very edge can lose a panel here. */
static void board_copy_panel(struct panel_board *to, const struct panel_board *from)
{
	const struct panel_data *shown = &from->data[from->shown];
	struct panel_data *data = &to->data[0];
	memcpy(to->reason, from->reason, sizeof(to->reason));
	memcpy(to->problem, from->problem, sizeof(to->problem));
	data->received = shown->received;
	data->received_ms = shown->received_ms;
	data->version = shown->version;
	data->columns = shown->columns;
	if (shown->received && board_copy_rows(data, shown))
		return;
	data->rows = 0;
	data->totals = NULL;
}

struct board *board_copy(const struct board *board)
{
	struct board *copy = board_make(board->panel_count);
	for (unsigned i = 0; i < board->panel_count; i++)
		board_copy_panel(&copy->panels[i], &board->panels[i]);
	memcpy(copy->services, board->services, sizeof(board->services));
	copy->service_count = board->service_count;
	copy->chat = board->chat;
	copy->generation = board->generation;
	copy->accepted_ms = board->accepted_ms;
	copy->accepted_wall_ms = board->accepted_wall_ms;
	return copy;
}

static const char *board_row_text(const struct panel *panel, const struct panel_data *data, unsigned row, const char *stat)
{
	int column = panel_column(panel, stat);
	return column < 0 ? "" : board_cell(data, row, (unsigned)column)->text;
}

/* The limit for the row's state; one that names the reason too goes before one that does not. */
static const struct limit *board_row_limit(const struct panel *panel, const struct panel_data *data, unsigned row,
	const struct column *column)
{
	const struct limit *found = NULL;
	enum acd_state state = state_read(board_row_text(panel, data, row, "acd_state"));
	const char *reason = board_row_text(panel, data, row, "reason");
	for (unsigned i = 0; i < column->limit_count; i++) {
		const struct limit *limit = &column->limits[i];
		if (limit->state != state || (limit->reason != NULL && !text_same(limit->reason, reason)))
			continue;
		if (found == NULL || found->reason == NULL)
			found = limit;
	}
	return found;
}

static bool column_has_limits(const struct column *column)
{
	return column->limit_count > 0 || column->warn.comparison != COMPARE_NONE || column->alert.comparison != COMPARE_NONE;
}

enum severity board_severity(const struct panel *panel, const struct panel_data *data, unsigned row, unsigned column,
	bool stale)
{
	if (stale || column >= panel->column_count)
		return SEVERITY_NONE;
	const struct column *about = &panel->columns[column];
	if (!column_has_limits(about))
		return SEVERITY_NONE;
	const struct cell *cell = board_cell(data, row, column);
	const struct limit *limit = about->limit_count > 0 ? board_row_limit(panel, data, row, about) : NULL;
	if (limit != NULL)
		return threshold_severity(&limit->warn, &limit->alert, cell);
	return threshold_severity(&about->warn, &about->alert, cell);
}

bool board_limits_idle(const struct panel *panel, const struct panel_data *data, unsigned column, unsigned rows_max,
	struct error *why)
{
	const struct column *about = &panel->columns[column];
	unsigned texts = 0, rows = data->rows < rows_max ? data->rows : rows_max;
	const char *first = "";
	for (unsigned row = 0; column_has_limits(about) && row < rows; row++) {
		const struct cell *cell = board_cell(data, row, column);
		if (cell->state == VALUE_TEXT && texts++ == 0)
			first = cell->text;
	}
	if (texts == rows && texts > 0)
		error_set(why, "panel '%s': %s is not a number: %.60s; its limit never applies", panel->name, about->stat, first);
	else if (texts > 0)
		error_set(why, "panel '%s': %s is not a number in %u of %u rows: %.60s; its limit does not apply there",
			panel->name, about->stat, texts, rows, first);
	return texts > 0;
}

enum severity board_row_severity(const struct panel *panel, const struct panel_data *data, unsigned row, bool stale)
{
	enum severity worst = SEVERITY_NONE;
	for (unsigned column = 0; column < panel->column_count; column++) {
		enum severity severity = board_severity(panel, data, row, column, stale);
		if (severity > worst)
			worst = severity;
	}
	return worst;
}

const struct service_availability *board_find_service(const struct board *board, const char *service)
{
	for (unsigned i = 0; i < board->service_count; i++)
		if (strcmp(board->services[i].service, service) == 0)
			return &board->services[i];
	return NULL;
}

struct service_availability *board_service(struct board *board, const char *service)
{
	for (unsigned i = 0; i < board->service_count; i++)
		if (strcmp(board->services[i].service, service) == 0)
			return &board->services[i];
	if (board->service_count == BOARD_SERVICES_MAX || strlen(service) >= BOARD_SERVICE_NAME_MAX)
		return NULL;
	struct service_availability *entry = &board->services[board->service_count++];
	*entry = (struct service_availability){ .state = AVAILABILITY_NEVER };
	snprintf(entry->service, sizeof(entry->service), "%s", service);
	return entry;
}

static bool board_shows_all_services(const struct layout *layout)
{
	for (unsigned i = 0; i < layout->panel_count; i++)
		if (layout->panels[i].type == PANEL_AVAILABILITY && layout->panels[i].services.count == 0)
			return true;
	return false;
}

/* Why a panel of all services has none; "": nothing is wrong. */
static void board_set_unlisted(struct board *board, const char *reason)
{
	for (unsigned i = 0; i < board->layout->panel_count; i++) {
		const struct panel *panel = &board->layout->panels[i];
		if (panel->type != PANEL_AVAILABILITY || panel->services.count > 0)
			continue;
		char *why = board->panels[i].reason;
		why[0] = '\0';
		if (reason[0] != '\0')
			snprintf(why, BOARD_REASON_MAX, "services cannot be listed (%s): name them in the layout", reason);
	}
}

void board_list_services(struct board *board, const struct catalogue *services)
{
	if (!services->known)
		board_set_unlisted(board, services->reason);
	if (board->services_listed || !services->known)
		return;
	board_set_unlisted(board, "");
	board->services_listed = true;
	if (board_shows_all_services(board->layout))
		for (unsigned i = 0; i < services->count; i++)
			board_service(board, services->entries[i].name);
}

void board_missed(struct board *board, enum frame_kind kind, const char *subject, const char *cause)
{
	if (kind == FRAME_AVAILABILITY) {
		struct service_availability *entry = board_service(board, subject);
		if (entry != NULL)
			snprintf(entry->problem, sizeof(entry->problem), "%s", cause);
		return;
	}
	if (kind == FRAME_CHAT_HOURS)
		snprintf(board->chat.problem, sizeof(board->chat.problem), "%s", cause);
	for (unsigned i = 0; i < board->layout->panel_count; i++)
		if (kind == FRAME_CAMPAIGNS && board->layout->panels[i].type == PANEL_CAMPAIGNS)
			snprintf(board->panels[i].problem, sizeof(board->panels[i].problem), "%s", cause);
}
