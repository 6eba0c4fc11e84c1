/*
 * Tiles: the totals, as large as their box allows, for whoever stands ten metres away. All tiles of a panel have
 * the same size of digits, and the room they reserve does not depend on the value of the moment, so that nothing
 * jumps.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "screen/canvas.h"
#include "screen/panel.h"

/* How the tiles stand in the box. */
struct grid {
	int columns, rows;
	int tile_columns, tile_lines;
	int digits;  /* 1, 3, 5, 7 */
	bool beside; /* labels stand at the left of the digits, not above */
};

/* "84 %" is a number and its unit, which is written small. */
struct value {
	char number[PANEL_VALUE_MAX];
	char unit[16];
	bool blank; /* of which "-" is the picture; in plain text the mark itself stands */
};

enum { TILE_EDGE = 1, MARK_COLUMNS = 3, TILE_BLANKS = 8 };

static struct value read_value(struct painting *painting, unsigned column)
{
	const struct cell *cell = board_cell(painting->data, 0, column);
	struct value value = { .unit = "", .blank = cell->state == VALUE_BLANK };
	if (value.blank)
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
static const char *usual(enum kind kind, bool beside)
{
	switch (kind) {
	case KIND_DURATION:
		return beside ? "0:00" : "00:00";
	case KIND_PERCENT:
		return "00";
	default:
		return beside ? "00" : "000";
	}
}

static int max(int a, int b)
{
	return a > b ? a : b;
}

/* Columns of the longest word: a label beside the digits is wrapped. */
static int longest_word(const char *label)
{
	int longest = 0;
	while (*label != '\0') {
		char word[64];
		size_t length = strcspn(label, " "), kept = length < sizeof(word) ? length : sizeof(word) - 1;
		memcpy(word, label, kept);
		word[kept] = '\0';
		longest = max(longest, text_width(word));
		label += length + (label[length] == ' ');
	}
	return longest;
}

/* Columns that a tile needs at a size of digits. */
static int tile_width(struct painting *painting, unsigned index, int digits, bool beside)
{
	const struct column *column = &painting->panel->columns[index];
	int unit = column->kind == KIND_PERCENT ? 2 : 0, gap = 1;
	int width = digits == 1 ? max(text_width(usual(column->kind, beside)), 4) :
		digits_width(&painting->box, usual(column->kind, beside), digits);
	return width + unit + 2 * TILE_EDGE + gap + (beside ? longest_word(column->label) + 1 : 0);
}

/* The widest tile decides, for all. */
static int widest(struct painting *painting, int digits, bool beside)
{
	int width = 0;
	for (unsigned i = 0; i < painting->panel->column_count; i++)
		width = max(width, tile_width(painting, i, digits, beside));
	return width;
}

static int largest_digits(struct painting *painting, int columns, int lines, bool beside)
{
	static const int sizes[] = { 7, 5, 3 };
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		if (lines >= sizes[i] + (beside ? 0 : 1) && columns >= widest(painting, sizes[i], beside))
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

/* Lines that the digits leave for the last hour, in all tiles alike: on large ones it is a picture, else a line. */
static int spark_lines(const struct grid *grid, int digits)
{
	enum { TALL = 3, TALL_FROM = 6 };
	int left = grid->tile_lines - digits - (grid->beside ? 0 : 1);
	return left >= TALL_FROM ? TALL : left >= 1 ? 1 : 0;
}

/*
 * Larger digits first, but the largest only where the last hour still has its line; then labels that are not cut; then
 * few rows, for an even line of tiles.
 */
static int score(const struct painting *painting, const struct grid *grid)
{
	bool whole = grid->beside || grid->tile_columns >= longest_label(painting) || grid->tile_columns >= 24;
	bool hour = grid->digits >= 5 && spark_lines(grid, grid->digits) > 0;
	return grid->digits * 1000 + (hour ? 2100 : 0) + (whole ? 1500 : 0) + (grid->beside ? 0 : 200) + 100 - grid->rows;
}

static struct grid arrange(struct painting *painting)
{
	int count = (int)painting->panel->column_count, best_score = -1;
	struct grid best = { .columns = 1, .rows = 1, .digits = 1 }; /* without lines: no tiles */
	for (int i = 2; i < 2 * count + 2; i++) {
		struct grid grid = { .rows = i / 2, .columns = (count + i / 2 - 1) / (i / 2), .beside = i % 2 == 1 };
		grid.tile_columns = painting->box.columns / grid.columns;
		grid.tile_lines = (painting->box.lines + painting->cut) / grid.rows;
		/* As many rows may not be needed: 4 tiles in 3 rows are 2 by 2. */
		if ((grid.rows - 1) * grid.columns >= count || (grid.tile_lines < 2 && grid.rows > 1))
			continue;
		grid.digits = painting->panel->digits > 0 ? painting->panel->digits :
			largest_digits(painting, grid.tile_columns, grid.tile_lines, grid.beside);
		if (score(painting, &grid) > best_score && !(grid.beside && grid.digits == 1)) {
			best = grid;
			best_score = score(painting, &grid);
		}
	}
	return best;
}

/* The size that a tile can have: its own wish, what fits, 1 for a text that has no picture. */
static int fit_digits(const struct canvas *tile, const struct value *value, int wanted, bool beside)
{
	int head = beside ? 0 : 1;
	int unit = value->unit[0] == '\0' ? 0 : text_width(value->unit) + 1;
	for (int digits = wanted; digits > 1; digits -= 2) {
		int width = digits_width(tile, value->number, digits);
		if (width >= 0 && width + unit + 2 * TILE_EDGE <= tile->columns && digits + head <= tile->lines)
			return digits;
	}
	return 1;
}

/* Number and unit as text. */
static void plain_text(const struct canvas *tile, const struct value *value, char *out, size_t size)
{
	const char *number = value->blank ? canvas_glyph(tile, GLYPH_BLANK) : value->number;
	snprintf(out, size, "%s%s%s", number, value->unit[0] == '\0' ? "" : " ", value->unit);
}

static void draw_plain(const struct canvas *tile, int line, enum role role, const struct value *value)
{
	char text[PANEL_VALUE_MAX + 20];
	plain_text(tile, value, text, sizeof(text));
	canvas_put(tile, line, TILE_EDGE, tile->columns - 2 * TILE_EDGE, role, ALIGN_LEFT, text);
}

static int min(int a, int b)
{
	return a < b ? a : b;
}

/* In a tile that is cut the digits stay where they are in the whole one, as long as they are there to the last line. */
static void draw_number(const struct canvas *tile, int cut, enum role role, int wanted, const struct value *value)
{
	int digits = fit_digits(tile, value, wanted, false);
	int free_lines = tile->lines + cut - 1 - digits;
	int line = min(1 + (free_lines > 1 ? free_lines / 2 : 0), tile->lines - digits);
	if (digits == 1) {
		draw_plain(tile, line, role, value);
		return;
	}
	digits_draw(tile, line, TILE_EDGE, digits, role, value->number);
	int after = TILE_EDGE + digits_width(tile, value->number, digits) + 1;
	canvas_text(tile, line + digits - 1, after, role, value->unit);
}

static void draw_above(const struct canvas *tile, const char *text, enum role label, enum severity severity)
{
	int right = tile->columns - TILE_EDGE;
	if (tile->style->fills[label])
		canvas_fill(tile, 0, 0, 1, tile->columns, label);
	canvas_put(tile, 0, TILE_EDGE, right - TILE_EDGE - MARK_COLUMNS, label, ALIGN_LEFT, text);
	canvas_put(tile, 0, right - 2, 2, label, ALIGN_RIGHT, style_mark(severity));
}

/* The digits are what matters: the label gets what they leave. */
static void draw_beside(const struct canvas *tile, int cut, const char *text, enum role label, enum role role,
	enum severity severity, int wanted, const struct value *value)
{
	int digits = fit_digits(tile, value, wanted, true);
	char plain[PANEL_VALUE_MAX + 20];
	int unit = value->unit[0] == '\0' ? 0 : text_width(value->unit) + 1;
	int width = digits > 1 ? digits_width(tile, value->number, digits) : text_width(value->number);
	int left = max(tile->columns - TILE_EDGE - width - unit, TILE_EDGE);
	int line = min((tile->lines + cut - digits) / 2, tile->lines - digits);
	if (digits > 1) {
		digits_draw(tile, line, left, digits, role, value->number);
		canvas_text(tile, line + digits - 1, left + width + 1, role, value->unit);
	} else {
		plain_text(tile, value, plain, sizeof(plain));
		canvas_put(tile, line, left, tile->columns - left, role, ALIGN_RIGHT, plain);
	}
	struct canvas side = canvas_part(tile, 0, TILE_EDGE, tile->lines, left - TILE_EDGE - 1);
	int used = canvas_wrap(&side, 0, label, false, text, false);
	if (tile->style->fills[label])
		canvas_fill(tile, 0, 0, used + 1, left - 1, label);
	canvas_wrap(&side, 0, label, false, text, true);
	canvas_text(&side, used < side.lines ? used : side.lines - 1, 0, label, style_mark(severity));
}

/* The most shares of the hour that fit: each as long as the others, or the picture would jump each minute. */
static unsigned spark_columns(int room)
{
	static const unsigned counts[] = { 60, 30, 20, 15, 12, 10 };
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		if ((int)counts[i] <= room)
			return counts[i];
	return 0;
}

/* A single bar is no picture of an hour. */
static bool is_picture(const float *values, unsigned count)
{
	unsigned there = 0;
	for (unsigned i = 0; i < count; i++)
		there += !isnan(values[i]);
	return there > 1;
}

/* Lines that the last hour takes of a tile, drawn or not. */
static int spark_room(const struct painting *painting, const struct canvas *tile, int lines)
{
	return spark_columns(tile->columns - 2 * TILE_EDGE) > 0 && painting->scene->history != NULL ? lines : 0;
}

/* What grows all day, and percentages, are shown from their least; the rest from 0. */
static void draw_spark(struct painting *painting, const struct canvas *tile, unsigned index, int lines, enum role role)
{
	const struct column *column = &painting->panel->columns[index];
	const struct scene *scene = painting->scene;
	float values[HISTORY_SLOTS];
	unsigned count = spark_columns(tile->columns - 2 * TILE_EDGE);
	struct canvas area = canvas_part(tile, tile->lines - lines, TILE_EDGE, lines, (int)count);
	bool zero = column->kind != KIND_PERCENT && strstr(column->stat, "_per_day") == NULL;
	if (history_read(scene->history, painting->panel, index, scene_runs_until(scene), count, values) && is_picture(values, count))
		spark_draw(&area, role, values, count, zero);
}

/*
 * A tile beyond its second limit is filled: that is what is seen first, in every theme and without colour. Where few
 * colours make a first limit a background, that fills what its label takes and no more: a warning is never larger than an
 * alert.
 */
static void draw_tile(struct painting *painting, const struct canvas *tile, int cut, unsigned index, const struct grid *grid)
{
	const struct column *column = &painting->panel->columns[index];
	const struct cell *cell = board_cell(painting->data, 0, index);
	enum severity severity = board_severity(painting->panel, painting->data, 0, index, painting->stale);
	enum role role = panel_role(painting, cell, severity);
	enum role label = severity == SEVERITY_NONE ? ROLE_LABEL : role; /* and of the last hour */
	int digits = column->digits > 0 ? column->digits : grid->digits;
	struct value value = read_value(painting, index);
	bool filled = painting->box.style->fills[role], warned = filled && severity == SEVERITY_WARN;
	if (filled && !warned)
		canvas_fill(tile, 0, 0, tile->lines, tile->columns, role);
	if (warned)
		role = ROLE_VALUE;
	/* On a very high tile label, digits and the last hour stay together. */
	int whole = min(tile->lines + cut, digits + TILE_BLANKS);
	struct canvas near = canvas_part(tile, 0, 0, whole, tile->columns);
	int spark = spark_room(painting, &near, spark_lines(grid, digits));
	/* Of a picture that is cut nothing can be read. */
	if (spark > 0 && near.lines == whole)
		draw_spark(painting, &near, index, spark, warned ? ROLE_LABEL : label);
	struct canvas body = canvas_part(&near, 0, 0, whole - spark, near.columns);
	cut = whole - spark - body.lines;
	if (grid->beside) {
		draw_beside(&body, cut, column->label, label, role, severity, digits, &value);
		return;
	}
	draw_above(&body, column->label, label, severity);
	draw_number(&body, cut, role, digits, &value);
}

static void draw_item(struct painting *painting, const struct canvas *item, unsigned index, enum severity severity)
{
	const struct cell *cell = board_cell(painting->data, 0, index);
	enum role role = panel_role(painting, cell, severity);
	struct value value = read_value(painting, index);
	char text[PANEL_VALUE_MAX + 20];
	snprintf(text, sizeof(text), "%s%s%s", value.number, value.unit[0] == '\0' ? "" : " ", value.unit);
	int right = item->columns - MARK_COLUMNS, width = text_width(text);
	canvas_put(item, 0, 0, right - width - 1, ROLE_LABEL, ALIGN_LEFT, painting->panel->columns[index].label);
	canvas_put(item, 0, max(right - width, 0), width, role, ALIGN_RIGHT, text);
	canvas_put(item, 0, right + 1, 2, role, ALIGN_LEFT, style_mark(severity));
}

/*
 * Where tiles do not fit: a label and a value each, side by side if there are more than lines; what does not fit
 * is the least severe.
 */
static void draw_items(struct painting *painting)
{
	enum { ITEM_LEAST = 13 };
	const struct canvas *box = &painting->box;
	int count = (int)painting->panel->column_count, done = 0;
	int across = (count + box->lines + painting->cut - 1) / (box->lines + painting->cut);
	if (across > box->columns / ITEM_LEAST)
		across = max(box->columns / ITEM_LEAST, 1);
	bool all = count <= across * box->lines;
	for (int wanted = SEVERITY_ALERT; wanted >= SEVERITY_NONE; wanted--)
		for (int i = 0; i < count && done < across * box->lines; i++) {
			enum severity severity =
				board_severity(painting->panel, painting->data, 0, (unsigned)i, painting->stale);
			if (all ? wanted != SEVERITY_ALERT : (int)severity != wanted)
				continue;
			int width = box->columns / across;
			struct canvas item = canvas_part(box, done / across, done % across * width, 1,
				width - (across > 1 ? 1 : 0));
			draw_item(painting, &item, (unsigned)i, severity);
			done++;
		}
}

void panel_totals(struct painting *painting)
{
	if (panel_absent(painting))
		return;
	struct grid grid = arrange(painting);
	if (grid.digits == 1 && (grid.tile_columns < 14 || grid.tile_lines < 2)) {
		draw_items(painting);
		return;
	}
	unsigned count = painting->panel->column_count;
	for (unsigned i = 0; i < count && i < painting->data->columns; i++) {
		int row = (int)i / grid.columns, place = (int)i % grid.columns;
		int left = place * painting->box.columns / grid.columns;
		int right = (place + 1) * painting->box.columns / grid.columns;
		int lines = painting->box.lines + painting->cut;
		int top = row * lines / grid.rows;
		int bottom = (row + 1) * lines / grid.rows;
		/* Neighbours that are both filled stay two. */
		int edge = place + 1 < grid.columns ? 1 : 0;
		int space = row + 1 < grid.rows && bottom - top > grid.digits + 2 ? 1 : 0;
		struct canvas tile = canvas_part(&painting->box, top, left, bottom - top - space, right - left - edge);
		if (tile.lines > 0)
			draw_tile(painting, &tile, bottom - top - space - tile.lines, i, &grid);
	}
}
