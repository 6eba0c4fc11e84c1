/*
 * Grids of services and of agents: a head, rows, and a row of totals under them. A severity's mark stands in a
 * column of its own beside the value, so nothing jumps when it comes or goes.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "layout/state.h"
#include "screen/panel.h"

/* ---- columns: which fit, where each stands and how wide it is ---- */

enum {
	GAP = 2,         /* between columns */
	GAP_MAX = 5,     /* more, and the eye loses the line */
	TEXT_LEAST = 8,  /* a text narrower than this says nothing */
	STATE_LEAST = 11, /* "◐ not ready", and the beginning of longer ones */
	TEXT_GROWTH = 2, /* times its width at most */
};

static bool column_is_text(const struct column *column)
{
	return column->kind == KIND_TEXT || column->kind == KIND_STATE;
}

/* On a narrow screen a name gets no more than its share: a name alone says nothing. */
static int columns_least(const struct column *column, int total)
{
	int floor = column->width * 2 / 3;
	if (!column_is_text(column))
		return column->width;
	floor = floor > total * 3 / 10 ? total * 3 / 10 : floor;
	floor = floor < TEXT_LEAST ? TEXT_LEAST : floor;
	if (column->kind == KIND_STATE)
		floor = STATE_LEAST;
	return column->width > floor ? floor : column->width;
}

static int columns_sum(const struct panel *panel, const struct place *places, int gap)
{
	int total = 0, shown = 0;
	for (unsigned i = 0; i < panel->column_count; i++)
		if (places[i].shown) {
			total += places[i].width + (places[i].marked ? COLUMNS_MARK : 0);
			shown++;
		}
	return shown > 1 ? total + (shown - 1) * gap : total;
}

/* Of equals the ones with limits are what a wall is for, then the one that rows are ordered by. */
static int columns_weight(const struct panel *panel, unsigned index)
{
	const struct column *column = &panel->columns[index];
	bool sorts = panel->sort_stat != NULL && panel_column(panel, panel->sort_stat) == (int)index;
	return column->priority * 4 + (column_has_limits(column) ? 2 : 0) + (sorts || column->kind == KIND_STATE ? 1 : 0);
}

/* The column that is wanted columns_least, the last of equals; -1 when only one is left. */
static int columns_lowest(const struct panel *panel, const struct place *places)
{
	int found = -1, shown = 0;
	for (unsigned i = 0; i < panel->column_count; i++) {
		if (!places[i].shown)
			continue;
		shown++;
		if (found < 0 || columns_weight(panel, i) <= columns_weight(panel, (unsigned)found))
			found = (int)i;
	}
	return shown > 1 ? found : -1;
}

/* At their columns_least width first: what does not fit even so has to go. */
static void columns_drop(const struct panel *panel, int total, struct place *places)
{
	for (unsigned i = 0; i < panel->column_count; i++)
		places[i] = (struct place){ .shown = true, .width = columns_least(&panel->columns[i], total),
			.marked = column_has_limits(&panel->columns[i]) };
	int gap = total < 40 ? 1 : GAP;
	while (columns_sum(panel, places, gap) > total) {
		int goes = columns_lowest(panel, places);
		if (goes < 0)
			break;
		places[goes].shown = false;
	}
}

/* Texts take turns, the one that is furthest from its wish first. */
static int columns_grow(const struct panel *panel, struct place *places, int left, int times)
{
	while (left > 0) {
		int best = -1, need = 0;
		for (unsigned i = 0; i < panel->column_count; i++) {
			int wish = panel->columns[i].width * times - places[i].width;
			if (places[i].shown && column_is_text(&panel->columns[i]) && wish > need) {
				best = (int)i;
				need = wish;
			}
		}
		if (best < 0)
			break;
		places[best].width++;
		left--;
	}
	return left;
}

static void columns_set_left(const struct panel *panel, int gap, struct place *places)
{
	int left = 0;
	for (unsigned i = 0; i < panel->column_count; i++) {
		if (!places[i].shown)
			continue;
		places[i].left = left;
		left += places[i].width + (places[i].marked ? COLUMNS_MARK : 0) + gap;
	}
}

void columns_place(const struct panel *panel, int total, struct place *places)
{
	int gap = total < 40 ? 1 : GAP, shown = 0;
	columns_drop(panel, total, places);
	for (unsigned i = 0; i < panel->column_count; i++)
		shown += places[i].shown;
	int left = columns_grow(panel, places, total - columns_sum(panel, places, gap), 1);
	while (left >= shown - 1 && shown > 1 && gap < GAP_MAX) {
		left -= shown - 1;
		gap++;
	}
	(void)columns_grow(panel, places, left, TEXT_GROWTH);
	/* A single column that is too wide is cut. */
	for (unsigned i = 0; i < panel->column_count && shown == 1; i++)
		if (places[i].shown && places[i].width > total)
			places[i].width = total;
	columns_set_left(panel, gap, places);
}

/* ---- drawing ---- */

/* What lies behind the cells of a line; a row's is of its role. */
enum ground { GROUND_BLANK, GROUND_HEAD, GROUND_ROW, GROUND_RULE, GROUND_TOTALS, GROUND_WORDS };

/* No role: the place is as an erased window has it. */
enum { ROLE_NONE = ROLE_COUNT };

enum { SELECTED_COLUMNS = 1 }; /* at the left of each row, for the mark of the selected one */

/* The column by which rows are ordered, by the user or by the layout, and which way. */
static int sorted_by(const struct painting *painting, bool *descending)
{
	if (painting->view->order.column >= 0) {
		*descending = painting->view->order.descending;
		return painting->view->order.column;
	}
	*descending = painting->panel->sort_descending;
	return painting->panel->sort_stat == NULL ? -1 : panel_column(painting->panel, painting->panel->sort_stat);
}

static void draw_head(struct painting *painting, const struct canvas *area, const struct place *places)
{
	bool descending = false;
	int sorted = sorted_by(painting, &descending);
	if (!cell_cache_ground(painting->cache, 0, cell_cache_key(GROUND_HEAD, "", (unsigned)(2 * sorted + descending))))
		return;
	canvas_blank(&painting->box, 0, 0, 1, painting->box.columns);
	for (unsigned i = 0; i < painting->panel->column_count; i++) {
		const struct column *column = &painting->panel->columns[i];
		char text[128];
		if (!places[i].shown)
			continue;
		const char *arrow = canvas_glyph(area, descending ? GLYPH_DOWN : GLYPH_UP);
		snprintf(text, sizeof(text), "%s%.100s", (int)i == sorted ? arrow : "", column->head);
		int wanted = text_width(text), left = places[i].left, width = places[i].width;
		/* A head may use the place of the mark, and at its left the gap. */
		if (column->align == ALIGN_RIGHT && wanted > width && left >= wanted - width) {
			left -= wanted - width > 2 ? 2 : wanted - width;
			width = places[i].left + places[i].width - left;
		} else if (column->align != ALIGN_RIGHT && places[i].marked) {
			width += COLUMNS_MARK;
		}
		canvas_put(area, 0, left, width, ROLE_LABEL, column->align, text);
	}
}

/* The text of an agent's state: its glyph, and as long a word as fits. */
static void state_text(struct painting *painting, const struct canvas *area, const struct place *place,
	const struct cell *cell, char text[PANEL_VALUE_MAX])
{
	enum acd_state state = cell->state == VALUE_NEVER ? STATE_UNKNOWN : state_read(cell->text);
	const char *label = state == STATE_UNKNOWN && cell->text[0] != '\0' ? cell->text : state_label(state);
	if (text_width(label) + 2 > place->width && state != STATE_UNKNOWN)
		label = state_brief(state);
	if (cell->state == VALUE_NEVER)
		snprintf(text, PANEL_VALUE_MAX, "%s", canvas_glyph(area, GLYPH_NEVER));
	else
		snprintf(text, PANEL_VALUE_MAX, "%s %s", canvas_glyph(&painting->box, glyph_of_state(state)), label);
}

/* What stands in a place: nothing of it is drawn where it stands there already. */
struct face {
	enum role role;
	unsigned ground; /* enum role, or ROLE_NONE */
	enum severity severity;
	enum align align;
	char text[PANEL_VALUE_MAX];
};

static void draw_face(const struct painting *painting, const struct canvas *area, int line, const struct place *place,
	unsigned index, const struct face *face)
{
	uint64_t key = cell_cache_key(0, face->text, (unsigned)face->role * 16 + (unsigned)face->severity);
	if (!cell_cache_cell(painting->cache, line, index, key))
		return;
	int width = place->width + (place->marked ? COLUMNS_MARK : 0);
	if (face->ground == ROLE_NONE)
		canvas_blank(area, line, place->left, 1, width);
	else
		canvas_fill(area, line, place->left, 1, width, (enum role)face->ground);
	canvas_put(area, line, place->left, place->width, face->role, face->align, face->text);
	if (!place->marked || face->severity == SEVERITY_NONE)
		return;
	/* A fill is one piece with its mark. */
	canvas_fill(area, line, place->left + place->width, 1, 1, face->role);
	canvas_put(area, line, place->left + place->width + 1, 2, face->role, ALIGN_LEFT, style_mark(face->severity));
}

/* A percentage in a narrow column does without its blank, then without its sign: its digits are what matters. */
static void squeeze_percent(char *text, int width)
{
	char *sign = strstr(text, " %");
	if (sign == NULL || text_width(text) <= width)
		return;
	memmove(sign, sign + 1, strlen(sign));
	if (text_width(text) > width)
		*sign = '\0';
}

/* A name of another row that is shown. */
static const char *name_at(const struct painting *painting, const struct panel_names *names, unsigned at)
{
	unsigned row = order_row(&painting->view->order, at);
	return row == names->own ? NULL : board_cell(painting->data, row, names->column)->text;
}

static void cut_name(const struct painting *painting, const struct place *place, unsigned row, unsigned index,
	char text[PANEL_VALUE_MAX])
{
	const struct panel_view *view = painting->view;
	unsigned end = view->top + view->visible < view->order.count ? view->top + view->visible : view->order.count;
	struct panel_names names = { .at = name_at, .own = row, .column = index, .first = view->top, .end = end };
	panel_cut_name(painting, &names, place->width, text);
}

static void draw_cell(struct painting *painting, const struct canvas *area, int line, const struct place *place,
	unsigned row, unsigned index, const struct cell *cell, enum severity severity, unsigned ground)
{
	const struct column *column = &painting->panel->columns[index];
	/* Not initialised whole: it is large, and there is one for each cell of each frame. */
	struct face face;
	face.role = panel_role(painting, cell, severity);
	face.ground = ground;
	face.severity = severity;
	/* A first limit has no fill: its colour would tear a hole into the selected row, its mark does not. */
	if (ground == ROLE_SELECT && severity != SEVERITY_ALERT)
		face.role = ROLE_SELECT;
	face.align = column->kind == KIND_STATE ? ALIGN_LEFT : column->align;
	if (column->kind == KIND_STATE)
		state_text(painting, area, place, cell, face.text);
	else
		panel_value(painting, row, index, cell, face.text, sizeof(face.text));
	if (column->kind == KIND_PERCENT && cell->state == VALUE_NUMBER)
		squeeze_percent(face.text, place->width);
	if (column->kind == KIND_TEXT)
		cut_name(painting, place, row, index, face.text);
	draw_face(painting, area, line, place, index, &face);
}

/* The severity of the column that the whole row follows; none if each cell has its own. */
static enum severity lent_severity(const struct painting *painting, unsigned row)
{
	if (painting->panel->severity_from == NULL)
		return SEVERITY_NONE;
	int column = panel_column(painting->panel, painting->panel->severity_from);
	return column < 0 ? SEVERITY_NONE :
		board_severity(painting->panel, painting->data, row, (unsigned)column, painting->stale);
}

static void draw_row(struct painting *painting, const struct canvas *area, int line, const struct place *places,
	unsigned row, bool selected)
{
	enum severity lent = lent_severity(painting, row);
	/* Blanks in the attributes of values: then changes, and turned pages, need few changes of attributes. */
	enum role ground = selected ? ROLE_SELECT : painting->stale ? ROLE_STALE : ROLE_VALUE;
	if (cell_cache_ground(painting->cache, line, cell_cache_key(GROUND_ROW, "", (unsigned)ground))) {
		canvas_fill(&painting->box, line, 0, 1, painting->box.columns, ground);
		if (selected)
			canvas_repeat(&painting->box, line, 0, 1, ROLE_SELECT, GLYPH_SELECTED);
	}
	for (unsigned i = 0; i < painting->panel->column_count && i < painting->data->columns; i++) {
		enum severity own = board_severity(painting->panel, painting->data, row, i, painting->stale);
		if (places[i].shown)
			draw_cell(painting, area, line, &places[i], row, i, board_cell(painting->data, row, i),
				own > lent ? own : lent, ground);
	}
}

/* Asked from the API, never added up here; no limits hold for it. */
static void draw_totals(struct painting *painting, const struct canvas *area, int line, const struct place *places)
{
	unsigned nowhere = painting->data->rows;
	if (cell_cache_ground(painting->cache, line - 1, GROUND_RULE))
		canvas_repeat(&painting->box, line - 1, 0, painting->box.columns, ROLE_FRAME, GLYPH_HORIZONTAL);
	if (cell_cache_ground(painting->cache, line, GROUND_TOTALS))
		canvas_blank(&painting->box, line, 0, 1, painting->box.columns);
	for (unsigned i = 0; i < painting->panel->column_count && i < painting->data->columns; i++) {
		struct cell cell = painting->data->totals[i];
		if (i == 0 && cell.state != VALUE_NUMBER)
			cell = (struct cell){ .text = "Total", .state = VALUE_TEXT };
		if (places[i].shown)
			draw_cell(painting, area, line, &places[i], nowhere, i, &cell, SEVERITY_NONE, ROLE_NONE);
	}
}

/* What is hidden goes first: where there is no room the order is the less important. */
static void name_order(struct painting *painting)
{
	bool descending = false;
	int sorted = sorted_by(painting, &descending);
	panel_name_hiding(painting);
	size_t used = strlen(painting->order);
	if (sorted >= 0)
		snprintf(painting->order + used, sizeof(painting->order) - used, "%s%s%.24s", used > 0 ? " " : "",
			canvas_glyph(&painting->box, descending ? GLYPH_DOWN : GLYPH_UP), painting->panel->columns[sorted].head);
	text_trim(painting->order);
}

static void blank_lines(struct painting *painting, int from, int to)
{
	for (int line = from; line < to; line++)
		if (cell_cache_ground(painting->cache, line, GROUND_BLANK))
			canvas_blank(&painting->box, line, 0, 1, painting->box.columns);
}

static void draw_nothing(struct painting *painting, const struct canvas *area)
{
	blank_lines(painting, 1, 2);
	/* Whatever comes next has to be drawn over it. */
	(void)cell_cache_ground(painting->cache, 1, GROUND_WORDS);
	panel_nothing(painting, area, 1);
}

/* Rows from line 1 to the last one for them; returns the line after the last row. */
static int draw_rows(struct painting *painting, const struct canvas *area, const struct place *places, int last)
{
	const struct panel_view *view = painting->view;
	int line = 1;
	for (unsigned at = view->top; line <= last && at < painting->end; at++, line++)
		draw_row(painting, area, line, places, order_row(&view->order, at), view->selected &&
			at == view->position);
	return line;
}

void panel_grid(struct painting *painting)
{
	struct place places[LAYOUT_COLUMNS_MAX] = { { .shown = false } };
	int lines = painting->box.lines;
	if (!painting->data->received || painting->data->rows == 0) {
		blank_lines(painting, 0, lines);
		cell_cache_forget(painting->cache);
		(void)panel_absent(painting);
		return;
	}
	int inner = painting->box.columns - 2 * SELECTED_COLUMNS;
	struct canvas area = canvas_part(&painting->box, 0, SELECTED_COLUMNS, lines, inner);
	columns_place(painting->panel, area.columns, places);
	bool totals = painting->data->totals != NULL && lines >= 5;
	int visible = lines - 1 - (totals ? 2 : 0);
	painting->head = 1;
	(void)panel_scroll(painting, visible > 0 ? (unsigned)visible : 0, UINT_MAX);
	name_order(painting);
	draw_head(painting, &area, places);
	int line = draw_rows(painting, &area, places, visible);
	if (painting->view->order.count == 0 && !totals && visible > 0) {
		draw_nothing(painting, &area);
		line++;
	}
	int sum = totals ? (line < visible + 1 ? line : visible + 1) + 1 : lines + 1;
	blank_lines(painting, line, sum - 1);
	if (totals) {
		draw_totals(painting, &area, sum, places);
		blank_lines(painting, sum + 1, lines);
	}
	painting->cache->valid = true;
}
