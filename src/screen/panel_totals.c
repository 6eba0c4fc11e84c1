/*
 * Tiles: the totals, as large as their box allows, for whoever stands ten metres away. All tiles of a panel have the same size of
 * digits, and the room they reserve does not depend on the value of the moment, so that nothing jumps.
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "screen/digits.h"
#include "screen/panel.h"

/* How the tiles stand in the box. */
struct grid {
	int columns, rows;
	int tile_columns, tile_lines;
	int digits; /* 1, 3, 5, 7 */
};

/* "84 %" is a number and its unit, which is written small. */
struct value {
	char number[PANEL_VALUE_MAX];
	char unit[16];
};

enum { TILE_EDGE = 1, MARK_COLUMNS = 3 };

static struct value read_value(struct painting *painting, unsigned column)
{
	struct value value = { .unit = "" };
	const struct cell *cell = board_cell(painting->data, 0, column);
	if (cell->state == VALUE_BLANK)
		snprintf(value.number, sizeof(value.number), "-");
	else
		panel_value(painting, 0, column, cell, value.number, sizeof(value.number));
	char *blank = strrchr(value.number, ' ');
	if (cell->state == VALUE_NUMBER && blank != NULL && strchr("0123456789", blank[1]) == NULL &&
		strlen(blank + 1) < sizeof(value.unit)) {
		snprintf(value.unit, sizeof(value.unit), "%.15s", blank + 1);
		*blank = '\0';
	}
	return value;
}

/* What a value of the kind usually needs: reserving it keeps the picture still. */
static const char *usual(enum kind kind)
{
	switch (kind) {
	case KIND_DURATION:
		return "00:00";
	case KIND_PERCENT:
		return "00";
	default:
		return "000";
	}
}

static int max(int a, int b)
{
	return a > b ? a : b;
}

/* Columns that a tile needs at a size of digits; -1: it cannot be drawn so. */
static int tile_width(struct painting *painting, unsigned column, int digits)
{
	enum kind kind = painting->panel->columns[column].kind;
	int unit = kind == KIND_PERCENT ? 2 : 0;
	if (digits == 1)
		return max(text_width(usual(kind)), 4) + unit;
	return digits_width(&painting->box, usual(kind), digits) + unit + 1;
}

/* The widest tile decides, for all. */
static int widest(struct painting *painting, int digits)
{
	int width = 0;
	for (unsigned i = 0; i < painting->panel->column_count; i++)
		width = max(width, tile_width(painting, i, digits));
	return width + 2 * TILE_EDGE;
}

static int largest_digits(struct painting *painting, int columns, int lines)
{
	static const int sizes[] = { 7, 5, 3 };
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		if (lines >= sizes[i] + 1 && columns >= widest(painting, sizes[i]) + 1)
			return sizes[i];
	return 1;
}

static int longest_label(const struct painting *painting)
{
	int width = 0;
	for (unsigned i = 0; i < painting->panel->column_count; i++)
		width = max(width, text_width(painting->panel->columns[i].label));
	return width + MARK_COLUMNS + 2 * TILE_EDGE;
}

/* Larger digits first; then labels that are not cut; then few rows, for an even line of tiles. */
static struct grid arrange(struct painting *painting)
{
	int count = (int)painting->panel->column_count, best_score = -1;
	struct grid best = { .columns = 1, .rows = 1, .digits = 1 };
	for (int rows = 1; rows <= count; rows++) {
		struct grid grid = { .rows = rows, .columns = (count + rows - 1) / rows };
		grid.tile_columns = painting->box.columns / grid.columns;
		grid.tile_lines = painting->box.lines / rows;
		/* As many rows may not be needed: 4 tiles in 3 rows are 2 by 2. */
		if ((rows - 1) * grid.columns >= count || (grid.tile_lines < 2 && rows > 1))
			continue;
		grid.digits = painting->panel->digits > 0 ? painting->panel->digits :
			largest_digits(painting, grid.tile_columns, grid.tile_lines);
		bool whole = grid.tile_columns >= longest_label(painting) || grid.tile_columns >= 24;
		int score = grid.digits * 1000 + (whole ? 1500 : 0) + 100 - rows;
		if (score > best_score) {
			best = grid;
			best_score = score;
		}
	}
	return best;
}

/* The size that a tile can have: its own wish, what fits, 1 for a text that has no picture. */
static int fit_digits(const struct canvas *tile, const struct value *value, int wanted)
{
	int unit = value->unit[0] == '\0' ? 0 : text_width(value->unit) + 1;
	for (int digits = wanted; digits > 1; digits -= 2) {
		int width = digits_width(tile, value->number, digits);
		if (width >= 0 && width + unit + 2 * TILE_EDGE <= tile->columns && digits + 1 <= tile->lines)
			return digits;
	}
	return 1;
}

static void draw_plain(const struct canvas *tile, int line, enum role role, const struct value *value)
{
	char text[PANEL_VALUE_MAX + 20];
	snprintf(text, sizeof(text), "%s%s%s", value->number, value->unit[0] == '\0' ? "" : " ", value->unit);
	canvas_put(tile, line, TILE_EDGE, tile->columns - 2 * TILE_EDGE, role, ALIGN_LEFT, text);
}

static void draw_number(const struct canvas *tile, enum role role, int wanted, const struct value *value)
{
	int digits = fit_digits(tile, value, wanted);
	int free_lines = tile->lines - 1 - digits;
	int line = 1 + (free_lines > 1 ? free_lines / 2 : 0);
	if (digits == 1) {
		draw_plain(tile, line, role, value);
		return;
	}
	digits_draw(tile, line, TILE_EDGE, digits, role, value->number);
	int after = TILE_EDGE + digits_width(tile, value->number, digits) + 1;
	canvas_text(tile, line + digits - 1, after, role, value->unit);
}

/* A tile beyond its second limit is filled: that is what is seen first, in every theme and without colour. */
static void draw_tile(struct painting *painting, const struct canvas *tile, unsigned index, int digits)
{
	const struct column *column = &painting->panel->columns[index];
	const struct cell *cell = board_cell(painting->data, 0, index);
	enum severity severity = board_severity(painting->panel, painting->data, 0, index, painting->stale);
	enum role role = panel_role(painting, cell, severity);
	struct value value = read_value(painting, index);
	if (severity == SEVERITY_ALERT)
		canvas_fill(tile, 0, 0, tile->lines, tile->columns, role);
	enum role label = severity == SEVERITY_NONE ? ROLE_LABEL : role;
	int right = tile->columns - TILE_EDGE;
	canvas_put(tile, 0, TILE_EDGE, right - TILE_EDGE - MARK_COLUMNS, label, ALIGN_LEFT, column->label);
	canvas_put(tile, 0, right - 2, 2, role, ALIGN_RIGHT, style_mark(severity));
	draw_number(tile, role, column->digits > 0 ? column->digits : digits, &value);
}

/* On a single line there is room for "Waiting 7 !!" only. */
static void draw_line(struct painting *painting)
{
	int at = 0;
	for (unsigned i = 0; i < painting->panel->column_count; i++) {
		enum severity severity = board_severity(painting->panel, painting->data, 0, i, painting->stale);
		enum role role = panel_role(painting, board_cell(painting->data, 0, i), severity);
		struct value value = read_value(painting, i);
		at = canvas_print(&painting->box, 0, at, ROLE_LABEL, "%s ", painting->panel->columns[i].label);
		at = canvas_print(&painting->box, 0, at, role, "%s%s %s", value.number, value.unit, style_mark(severity)) + 2;
	}
}

void panel_totals(struct painting *painting)
{
	if (panel_absent(painting))
		return;
	if (painting->box.lines < 2) {
		draw_line(painting);
		return;
	}
	struct grid grid = arrange(painting);
	unsigned count = painting->panel->column_count;
	for (unsigned i = 0; i < count && i < painting->data->columns; i++) {
		int row = (int)i / grid.columns, place = (int)i % grid.columns;
		int left = place * painting->box.columns / grid.columns;
		int right = (place + 1) * painting->box.columns / grid.columns;
		int top = row * painting->box.lines / grid.rows;
		int bottom = (row + 1) * painting->box.lines / grid.rows;
		/* Neighbours that are both filled stay two. */
		int edge = place + 1 < grid.columns ? 1 : 0;
		int space = row + 1 < grid.rows && bottom - top > grid.digits + 2 ? 1 : 0;
		struct canvas tile = canvas_part(&painting->box, top, left, bottom - top - space, right - left - edge);
		draw_tile(painting, &tile, i, grid.digits);
	}
}
