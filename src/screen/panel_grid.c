/*
 * Grids of services and of agents: a head, rows, and a row of totals under them. A severity's mark stands in a
 * column of its own beside the value, so nothing jumps when it comes or goes.
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "model/state.h"
#include "screen/columns.h"
#include "screen/panel.h"

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

static void draw_state(struct painting *painting, const struct canvas *area, int line, const struct place *place,
	const struct cell *cell, enum role role)
{
	enum acd_state state = cell->state == VALUE_NEVER ? STATE_UNKNOWN : state_read(cell->text);
	const char *label = state == STATE_UNKNOWN && cell->text[0] != '\0' ? cell->text : state_label(state);
	if (text_width(label) + 2 > place->width && state != STATE_UNKNOWN)
		label = state_brief(state);
	char text[PANEL_VALUE_MAX];
	if (cell->state == VALUE_NEVER)
		snprintf(text, sizeof(text), "%s", canvas_glyph(area, GLYPH_NEVER));
	else
		snprintf(text, sizeof(text), "%s %s", canvas_glyph(&painting->box, glyph_of_state(state)), label);
	canvas_put(area, line, place->left, place->width, role, ALIGN_LEFT, text);
}

static void draw_cell(struct painting *painting, const struct canvas *area, int line, const struct place *place,
	unsigned row, unsigned index, const struct cell *cell, enum severity severity, bool selected)
{
	const struct column *column = &painting->panel->columns[index];
	enum role role = panel_role(painting, cell, severity);
	/* A first limit has no fill: its colour would tear a hole into the selected row, its mark does not. */
	if (selected && severity != SEVERITY_ALERT)
		role = ROLE_SELECT;
	if (column->kind == KIND_STATE) {
		draw_state(painting, area, line, place, cell, role);
	} else {
		char text[PANEL_VALUE_MAX];
		panel_value(painting, row, index, cell, text, sizeof(text));
		canvas_put(area, line, place->left, place->width, role, column->align, text);
	}
	if (!place->marked || severity == SEVERITY_NONE)
		return;
	/* A fill is one piece with its mark. */
	canvas_fill(area, line, place->left + place->width, 1, 1, role);
	canvas_put(area, line, place->left + place->width + 1, 2, role, ALIGN_LEFT, style_mark(severity));
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
	enum role role = selected ? ROLE_SELECT : painting->stale ? ROLE_STALE : ROLE_VALUE;
	canvas_fill(&painting->box, line, 0, 1, painting->box.columns, role);
	if (selected)
		canvas_repeat(&painting->box, line, 0, 1, ROLE_SELECT, GLYPH_SELECTED);
	for (unsigned i = 0; i < painting->panel->column_count && i < painting->data->columns; i++) {
		enum severity own = board_severity(painting->panel, painting->data, row, i, painting->stale);
		if (places[i].shown)
			draw_cell(painting, area, line, &places[i], row, i, board_cell(painting->data, row, i),
				own > lent ? own : lent, selected);
	}
}

/* Asked from the API, never added up here; no limits hold for it. */
static void draw_totals(struct painting *painting, const struct canvas *area, int line, const struct place *places)
{
	unsigned nowhere = painting->data->rows;
	canvas_repeat(&painting->box, line - 1, 0, painting->box.columns, ROLE_FRAME, GLYPH_HORIZONTAL);
	for (unsigned i = 0; i < painting->panel->column_count && i < painting->data->columns; i++) {
		struct cell cell = painting->data->totals[i];
		if (i == 0 && cell.state != VALUE_NUMBER)
			cell = (struct cell){ .text = "Total", .state = VALUE_TEXT };
		if (places[i].shown)
			draw_cell(painting, area, line, &places[i], nowhere, i, &cell, SEVERITY_NONE, false);
	}
}

/* What is hidden goes first: where there is no room the order is the less important. */
static void name_order(struct painting *painting)
{
	bool descending = false;
	int sorted = sorted_by(painting, &descending), state = painting->view->order.state;
	const char *filter = painting->view->order.filter, *arrow = "", *head = "";
	char only[48] = "", matching[48] = "";
	if (state >= 0)
		snprintf(only, sizeof(only), "only %s ", state_brief((enum acd_state)state));
	if (filter[0] != '\0')
		snprintf(matching, sizeof(matching), "/%.40s ", filter);
	if (sorted >= 0) {
		arrow = canvas_glyph(&painting->box, descending ? GLYPH_DOWN : GLYPH_UP);
		head = painting->panel->columns[sorted].head;
	}
	snprintf(painting->order, sizeof(painting->order), "%s%s%s%.24s", only, matching, arrow, head);
	text_trim(painting->order);
}

void panel_grid(struct painting *painting)
{
	struct place places[LAYOUT_COLUMNS_MAX];
	if (panel_absent(painting))
		return;
	int inner = painting->box.columns - 2 * SELECTED_COLUMNS;
	struct canvas area = canvas_part(&painting->box, 0, SELECTED_COLUMNS, painting->box.lines, inner);
	columns_place(painting->panel, area.columns, places);
	bool totals = painting->data->totals != NULL && painting->box.lines >= 5;
	int visible = painting->box.lines - 1 - (totals ? 2 : 0);
	painting->head = 1;
	unsigned top = panel_scroll(painting, visible > 0 ? (unsigned)visible : 0);
	name_order(painting);
	draw_head(painting, &area, places);
	const struct panel_view *view = painting->view;
	int line = 1;
	for (unsigned at = top; line <= visible && at < view->order.count; at++, line++)
		draw_row(painting, &area, line, places, order_row(&view->order, at), view->selected &&
			at == view->position);
	if (view->order.count == 0 && view->order.filter[0] != '\0')
		canvas_print(&area, 1, 0, ROLE_LABEL, "nothing matches /%s", view->order.filter);
	else if (view->order.count == 0 && view->order.state >= 0)
		canvas_print(&area, 1, 0, ROLE_LABEL, "nobody: %s", state_label((enum acd_state)view->order.state));
	if (totals)
		draw_totals(painting, &area, (line < visible + 1 ? line : visible + 1) + 1, places);
}
