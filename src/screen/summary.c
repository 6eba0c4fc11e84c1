#include "screen/summary.h"

#include <stdio.h>

#include "base/text.h"

struct summary {
	struct painting painting;
	const struct canvas *canvas;
	int line;
};

static void put(struct summary *summary, const char *label, const char *value, enum role role, enum severity severity)
{
	const struct canvas *canvas = summary->canvas;
	int width = text_width(value);
	int most = canvas->columns * 2 / 3;
	if (summary->line >= canvas->lines)
		return;
	width = width > most ? most : width;
	canvas_put(canvas, summary->line, 0, canvas->columns - width - 4, ROLE_LABEL, ALIGN_LEFT, label);
	canvas_put(canvas, summary->line, canvas->columns - width - 3, width, role, ALIGN_RIGHT, value);
	canvas_put(canvas, summary->line, canvas->columns - 2, 2, role, ALIGN_LEFT, style_mark(severity));
	summary->line++;
}

static void put_tiles(struct summary *summary, enum severity wanted)
{
	struct painting *painting = &summary->painting;
	for (unsigned i = 0; i < painting->panel->column_count; i++) {
		const struct cell *cell = board_cell(painting->data, 0, i);
		enum severity severity = board_severity(painting->panel, painting->data, 0, i, painting->stale);
		char text[PANEL_VALUE_MAX];
		if (severity != wanted)
			continue;
		panel_value(painting, 0, i, cell, text, sizeof(text));
		put(summary, painting->panel->columns[i].label, text, panel_role(painting, cell, severity), severity);
	}
}

/* Of a grid only what is severe: the first column says whose it is. */
static void put_rows(struct summary *summary, enum severity wanted)
{
	struct painting *painting = &summary->painting;
	for (unsigned row = 0; row < painting->data->rows && summary->line < summary->canvas->lines; row++) {
		if (board_row_severity(painting->panel, painting->data, row, painting->stale) < wanted)
			continue;
		for (unsigned i = 0; i < painting->panel->column_count; i++) {
			const struct cell *cell = board_cell(painting->data, row, i);
			char text[PANEL_VALUE_MAX];
			if (board_severity(painting->panel, painting->data, row, i, painting->stale) != wanted)
				continue;
			panel_value(painting, row, i, cell, text, sizeof(text));
			put(summary, board_cell(painting->data, row, 0)->text, text, style_severity(wanted), wanted);
		}
	}
}

static void put_panels(struct summary *summary, const struct page *page, enum severity wanted)
{
	struct painting *painting = &summary->painting;
	for (unsigned row = 0; row < page->row_count; row++)
		for (unsigned i = 0; i < page->rows[row].panel_count; i++) {
			painting->panel = page->rows[row].panels[i];
			painting->data = board_data(painting->scene->board, painting->panel);
			if (painting->panel->column_count == 0 || !painting->data->received)
				continue;
			if (painting->panel->type == PANEL_TOTALS)
				put_tiles(summary, wanted);
			else if (wanted > SEVERITY_NONE)
				put_rows(summary, wanted);
		}
}

void summary_draw(const struct canvas *canvas, const struct view *view, const struct scene *scene, bool stale)
{
	struct summary summary = { .canvas = canvas };
	if (view->page >= scene->layout->page_count)
		return;
	summary.painting = (struct painting){ .box = *canvas, .scene = scene, .stale = stale };
	for (int wanted = SEVERITY_ALERT; wanted >= SEVERITY_NONE; wanted--)
		put_panels(&summary, &scene->layout->pages[view->page], (enum severity)wanted);
	if (summary.line > 0)
		return;
	const char *cause = scene->link->cause[0] != '\0' ? scene->link->cause : link_word(scene->link->state);
	canvas_wrap(canvas, 0, ROLE_LABEL, false, scene->board->generation > 0 ? "nothing is in alarm" : cause, true);
}
