/*
 * Tiles: the totals, as large as their box allows, for whoever stands ten metres away. Where there is room each is a
 * card with a frame of its own: the number in the middle, its mark in the frame, one line of what it means, and below
 * that the last hour. All tiles of a panel have the same size of digits, and the room they reserve depends on the size
 * of the box alone, not on the value of the moment, so that nothing jumps.
 */
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/local_time.h"
#include "base/text.h"
#include "layout/state.h"
#include "screen/figures.h"
#include "screen/panel.h"

/* How the tiles stand in the box. */
struct grid {
	int columns, rows;
	int tile_columns, tile_lines; /* inside of the frame, if it has one */
	int digits; /* 1, or a size of screen/figures */
	int label;  /* size of the labels in block letters; 0: text */
	bool cards; /* each has a frame, with its label in it if that is text */
};

/* "84 %" is a number and its unit, which is written smaller. */
struct value {
	char number[PANEL_VALUE_MAX];
	char unit[16];
	const char *about; /* before an estimate */
	bool blank; /* of which "-" is the picture; in plain text the mark itself stands */
};

enum {
	TILE_EDGE = 1,
	MARK_COLUMNS = 3,
	CARD_LINES = 4, CARD_COLUMNS = 14, /* least inside of a frame */
	CHART_LINES_AXIS = 4, /* from here on a chart has its times below */
	TREND_MINUTES = 15,
};

static struct value read_value(struct painting *painting, unsigned column)
{
	const struct cell *cell = board_cell(painting->data, 0, column);
	struct value value = { .unit = "", .about = "", .blank = cell->state == VALUE_BLANK };
	if (cell->state == VALUE_NUMBER && painting->panel->columns[column].staff != STAFF_NONE)
		value.about = canvas_glyph(&painting->box, GLYPH_ABOUT);
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
static const char *usual(enum kind kind)
{
	switch (kind) {
	case KIND_DURATION:
		return "0:00";
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

static int min(int a, int b)
{
	return a < b ? a : b;
}

/* The size of a unit beside digits: about half of theirs; 1 where it has no picture. */
static int unit_digits(const struct canvas *canvas, const char *unit, int digits)
{
	int size = digits_largest(canvas, digits / 2);
	return size > 1 && digits_width(canvas, unit, size) >= 0 ? size : 1;
}

/* Columns of a unit with the blank before it. */
static int unit_width(const struct canvas *canvas, const char *unit, int digits)
{
	int size = unit_digits(canvas, unit, digits);
	if (unit[0] == '\0')
		return 0;
	return 1 + (size > 1 ? digits_width(canvas, unit, size) : text_width(unit));
}

/* Columns that the widest tile needs at a size of digits. */
static int widest(const struct painting *painting, int digits)
{
	int width = 0;
	for (unsigned i = 0; i < painting->panel->column_count; i++) {
		enum kind kind = painting->panel->columns[i].kind;
		int own = digits == 1 ? max(text_width(usual(kind)), 4) :
			digits_width(&painting->box, usual(kind), digits);
		width = max(width, own + unit_width(&painting->box, kind == KIND_PERCENT ? "%" : "", digits));
	}
	return width;
}

/* Lines beside the digits: the meaning, and a part of the tile for the last hour, more where it is tall. */
static int lines_besides(const struct grid *grid)
{
	int label = grid->label > 0 ? grid->label + 1 : grid->cards ? 0 : 1, inside = grid->tile_lines - label;
	return label + (inside >= 5 ? 1 : 0) + (inside >= 7 ? inside / 4 : 0);
}

static int largest_digits(const struct painting *painting, const struct grid *grid)
{
	int most = grid->tile_lines - lines_besides(grid);
	if (painting->panel->digits > 0)
		most = min(painting->panel->digits, most);
	int digits = digits_largest(&painting->box, most);
	while (digits > 1 && widest(painting, digits) + (grid->cards ? 0 : 2 * TILE_EDGE) > grid->tile_columns)
		digits = digits_largest(&painting->box, digits - 1);
	return digits;
}

static int longest_label(const struct painting *painting)
{
	int width = 0;
	for (unsigned i = 0; i < painting->panel->column_count; i++)
		width = max(width, text_width(painting->panel->columns[i].label));
	return width + MARK_COLUMNS + 2 * TILE_EDGE;
}

/* Size of block letters that all labels have room for; those of other scripts are text, and 0: all are. */
static int largest_label(const struct painting *painting, const struct grid *grid, int most)
{
	int label = 0;
	for (unsigned i = 0; i < painting->panel->column_count; i++) {
		int own = letters_fit(&painting->box, painting->panel->columns[i].label, grid->tile_columns - 2 * TILE_EDGE, most);
		bool other = own == 1 && letters_fit(&painting->box, painting->panel->columns[i].label, INT_MAX, most) == 1;
		if (own == 1 && !other)
			return 0;
		if (!other)
			label = label > 0 ? min(label, own) : own;
	}
	return label;
}

/* Where the digits are so large that a line of text is lost beside them, the labels grow with them. */
static void choose_sizes(const struct painting *painting, struct grid *grid)
{
	enum { DIGITS_FOR_LABEL = 3 };
	struct grid plain = *grid;
	plain.digits = largest_digits(painting, &plain);
	int most = grid->cards ? grid->tile_lines / (2 * DIGITS_FOR_LABEL) : 0;
	while (most > 1 && (grid->label = largest_label(painting, grid, most)) > 0) {
		grid->digits = largest_digits(painting, grid);
		/* A label of its own size, or one that costs the number nothing. */
		if (grid->digits >= DIGITS_FOR_LABEL * grid->label || (grid->digits == plain.digits && grid->digits > 2 * grid->label))
			return;
		most = grid->label - 1;
	}
	*grid = plain;
}

/* Larger digits first; then labels that are not cut; then cards; then few rows, for an even line of tiles. */
static int score(const struct painting *painting, const struct grid *grid)
{
	int room = grid->tile_columns + (grid->cards ? 2 : 0);
	bool whole = room >= longest_label(painting) || room >= 24;
	return grid->digits * 1000 + (grid->label + 1) * 1000 + (whole ? 1500 : 0) + (grid->cards ? 2000 : 0) + 100 - grid->rows;
}

static struct grid arrange(struct painting *painting)
{
	int count = (int)painting->panel->column_count, best_score = -1;
	struct grid best = { .columns = 1, .rows = 1, .digits = 1 }; /* without lines: no tiles */
	for (int i = 2; i < 2 * count + 2; i++) {
		struct grid grid = { .rows = i / 2, .columns = (count + i / 2 - 1) / (i / 2), .cards = i % 2 == 1 };
		/* Without cards the panel itself has a frame. */
		int frame = painting->cards && !grid.cards ? 2 : 0;
		grid.tile_columns = (painting->box.columns - frame) / grid.columns - (grid.cards ? 3 : 0);
		grid.tile_lines = (painting->box.lines + painting->cut - frame) / grid.rows - (grid.cards ? 2 : 0);
		/* As many rows may not be needed: 4 tiles in 3 rows are 2 by 2. */
		if ((grid.rows - 1) * grid.columns >= count || (grid.tile_lines < 2 && grid.rows > 1))
			continue;
		if (grid.cards && (!painting->cards || grid.tile_lines < CARD_LINES || grid.tile_columns < CARD_COLUMNS))
			continue;
		choose_sizes(painting, &grid);
		if (score(painting, &grid) > best_score) {
			best = grid;
			best_score = score(painting, &grid);
		}
	}
	return best;
}

bool panel_totals_cards(struct painting *painting)
{
	painting->cards = true;
	struct grid grid = arrange(painting);
	painting->cards = false;
	painting->card_columns = grid.tile_columns + 2;
	return painting->panel->frame && grid.cards;
}

/* An estimate of little evidence is grey. */
static enum role tile_role(const struct painting *painting, unsigned index, const struct cell *cell, enum severity severity)
{
	const struct panel *staffing = painting->panel->columns[index].staff != STAFF_NONE ? painting->panel->staffing : NULL;
	const struct panel_data *data = staffing != NULL ? board_data(painting->scene->board, staffing) : NULL;
	if (data != NULL && data->rows > 0 && severity == SEVERITY_NONE && !painting->stale &&
		!(board_cell(data, 0, staff_column(STAFF_EVIDENCE))->number > 0))
		return ROLE_LABEL;
	return panel_role(painting, cell, severity);
}

/* The size that a tile can have: its own wish, what fits, 1 for a text that has no picture. */
static int fit_digits(const struct canvas *tile, const struct value *value, int wanted)
{
	for (int digits = digits_largest(tile, min(wanted, tile->lines)); digits > 1;
		digits = digits_largest(tile, digits - 1)) {
		int width = digits_width(tile, value->number, digits);
		if (width >= 0 && width + unit_width(tile, value->unit, digits) <= tile->columns)
			return digits;
	}
	return 1;
}

/* Number and unit as text. */
static void plain_text(const struct canvas *tile, const struct value *value, char *out, size_t size)
{
	const char *number = value->blank ? canvas_glyph(tile, GLYPH_BLANK) : value->number;
	snprintf(out, size, "%s%s%s%s%s", value->about, value->about[0] == '\0' ? "" : " ", number, value->unit[0] == '\0' ? "" : " ", value->unit);
}

/* In the middle of so many lines; where the area is cut, as long as the digits are there to the last line. */
static void draw_number(const struct canvas *area, int lines, enum role role, int wanted, const struct value *value, const char *mark)
{
	int digits = fit_digits(area, value, wanted);
	int line = min(max(lines - digits, 0) / 2, max(area->lines - digits, 0));
	if (digits == 1) {
		char text[PANEL_VALUE_MAX + 20];
		plain_text(area, value, text, sizeof(text));
		int width = min(text_width(text), area->columns);
		canvas_put(area, line, (area->columns - width) / 2, width, role, ALIGN_LEFT, text);
		return;
	}
	int width = digits_width(area, value->number, digits), unit = unit_width(area, value->unit, digits);
	int left = (area->columns - width - unit) / 2, small = unit_digits(area, value->unit, digits);
	if (value->about[0] != '\0' && left >= 2)
		canvas_text(area, line + digits / 2, left - 2, role, value->about);
	digits_draw(area, line, left, digits, role, value->number);
	if (small > 1)
		digits_draw_beside(area, line, left + width + 1, small, digits, role, value->unit);
	else
		canvas_text(area, line + digits - 1, left + width + 1, role, value->unit);
	/* Beside its first line: digits alone are as calm without colours as with them. */
	if (left + width + 1 + text_width(mark) <= area->columns)
		canvas_text(area, line, left + width + 1, role, mark);
}

/* Means of the hour, one for each minute; false: there is no picture in them, as of a single one. */
static bool read_hour(const struct painting *painting, unsigned index, float means[HISTORY_SLOTS])
{
	const struct scene *scene = painting->scene;
	unsigned there = 0;
	if (scene->history == NULL ||
		!history_read(scene->history, painting->panel, index, scene_runs_until(scene), 1, HISTORY_SLOTS, means))
		return false;
	for (unsigned i = 0; i < HISTORY_SLOTS; i++)
		there += !isnan(means[i]);
	return there > 1;
}

/*
 * The row that a longest wait is of: the worst of a fresh grid over the same services, if its value is the tile's own.
 * Of another selection the same value could be of another service.
 */
static const char *row_of(const struct painting *painting, const struct column *column, double number)
{
	const struct scene *scene = painting->scene;
	/* Grid and total are computed one after the other, by the second. */
	const double apart = 1.5;
	for (unsigned i = 0; strstr(column->stat, "max_") != NULL && i < scene->layout->panel_count; i++) {
		const struct panel *panel = &scene->layout->panels[i];
		int at = panel_column(panel, column->stat), name = panel_column(panel, "name");
		if (panel->type != PANEL_SERVICE_GRID || at < 0 || name < 0 || scene_stale(scene, panel) ||
			!texts_same(&panel->services, &painting->panel->services))
			continue;
		const struct panel_data *data = board_data(scene->board, panel);
		double worst = -1;
		unsigned worst_row = 0;
		for (unsigned row = 0; row < data->rows; row++) {
			struct cell cell = board_peek(data, row, (unsigned)at);
			if (cell.state != VALUE_NUMBER || cell.number <= worst)
				continue;
			worst = cell.number;
			worst_row = row;
		}
		if (fabs(worst - number) < apart)
			return board_peek(data, worst_row, (unsigned)name).text;
	}
	return NULL;
}

/* The agents whom the login may see, all of them. */
static bool is_of_everybody(const struct panel *panel)
{
	bool present = panel->filter_stat != NULL && strcmp(panel->filter_stat, "acd_state") == 0 &&
		panel->filter_operation == FILTER_NE && panel->filter_value[0] == '\0';
	return panel->teams.count == 0 && panel->services.count == 0 && !panel->subteam_only && (panel->filter_stat == NULL || present);
}

/* How many a panel of states has on duty, if it has as many ready ones as the tile; 0: it is of others. */
static double states_on_duty(const struct panel_data *data, double ready)
{
	double all = 0, own = 0;
	for (unsigned row = 0; row < data->rows; row++) {
		enum acd_state state = state_read(board_peek(data, row, STATES_COLUMN_STATE).text);
		double number = board_peek(data, row, STATES_COLUMN_COUNT).number;
		all += state == STATE_OFFLINE || state == STATE_LOGGED_OUT ? 0 : number;
		own += state == STATE_READY ? number : 0;
	}
	return own == ready ? all : 0;
}

/*
 * Of how many agents some are ready: the tile beside it says it for the same services, or, where tiles are of all services,
 * a fresh panel of states of all agents. 0: nothing says it.
 */
static double on_duty(const struct painting *painting, const struct column *column, double ready)
{
	const struct scene *scene = painting->scene;
	if (strcmp(column->stat, "agents_ready") != 0)
		return 0;
	int logged = panel_column(painting->panel, "agents_logged");
	if (logged >= 0 && (unsigned)logged < painting->data->columns) {
		const struct cell *cell = board_cell(painting->data, 0, (unsigned)logged);
		return cell->state == VALUE_NUMBER && cell->number >= ready ? cell->number : 0;
	}
	for (unsigned i = 0; i < scene->layout->panel_count && painting->panel->services.count == 0; i++) {
		const struct panel *panel = &scene->layout->panels[i];
		const struct panel_data *data = board_data(scene->board, panel);
		if (panel->type != PANEL_AGENT_STATES || !is_of_everybody(panel) || scene_stale(scene, panel) || data->limit > 0)
			continue;
		double duty = states_on_duty(data, ready);
		if (duty > 0)
			return duty;
	}
	return 0;
}

/* What it was a quarter of an hour ago, as "▲ 4 in 15 min"; "" if that is not known or the same. */
static void trend_text(const struct painting *painting, const struct column *column, double number,
	const float *hour, int room, char *out, size_t size)
{
	char amount[64];
	double before = hour == NULL ? (double)NAN : (double)hour[HISTORY_SLOTS - 1 - TREND_MINUTES];
	out[0] = '\0';
	if (isnan(before))
		return;
	double change = column->kind == KIND_DURATION ? trunc(number) - trunc(before) : round(number) - round(before);
	if (fabs(change) < 1)
		return;
	enum kind kind = column->kind == KIND_PERCENT ? KIND_COUNT : column->kind;
	value_format(amount, sizeof(amount), fabs(change), kind, NULL);
	const char *glyph = canvas_glyph(&painting->box, change > 0 ? GLYPH_RISEN : GLYPH_FALLEN);
	const char *points = column->kind != KIND_PERCENT ? "" : fabs(change) < 2 ? " point" : " points";
	snprintf(out, size, "%s %s%s in %d min", glyph, amount, points, TREND_MINUTES);
	if (text_width(out) > room)
		snprintf(out, size, "%s %s%s", glyph, amount, points);
}

/* What it was at the same time of another day, as "yesterday 3"; "" if that is not known. */
static void against_text(const struct painting *painting, unsigned index, char *out, size_t size)
{
	const struct column *column = &painting->panel->columns[index];
	const struct scene *scene = painting->scene;
	int64_t wall_ms = scene_runs_until(scene) + scene->wall_ms - scene->now_ms;
	int64_t days = column->against == AGAINST_WEEK ? 7 : 1;
	char amount[64];
	float then;
	out[0] = '\0';
	if (column->against == AGAINST_NOTHING || scene->history == NULL)
		return;
	int64_t shift_ms = (local_day(wall_ms / 1000, 0) - local_day(wall_ms / 1000, -(int)days)) * 1000;
	if (!history_read_quarters(scene->history, painting->panel, index, wall_ms - shift_ms, HISTORY_QUARTER_MS, 1, &then))
		return;
	value_format(amount, sizeof(amount), column->kind == KIND_COUNT ? round((double)then) : (double)then, column->kind, NULL);
	snprintf(out, size, "%s %s", column->against == AGAINST_WEEK ? "last week" : "yesterday", amount);
}

/*
 * "limit 5" for > 5, "below 5" for >= 5, "target 80 %" or "at least 1" for <, "above 1" for <=: what the number is
 * judged by, the worse limit once that is passed.
 */
static void limit_text(const struct column *column, enum severity severity, char *out, size_t size)
{
	const struct threshold *limit = severity == SEVERITY_ALERT || column->warn.comparison == COMPARE_NONE ?
		&column->alert : &column->warn;
	char number[64];
	const char *word;
	switch (limit->comparison) {
	case COMPARE_GT:
		word = "limit";
		break;
	case COMPARE_GE:
		word = "below";
		break;
	case COMPARE_LE:
		word = "above";
		break;
	case COMPARE_LT:
		word = column->kind == KIND_PERCENT ? "target" : "at least";
		break;
	default:
		out[0] = '\0';
		return;
	}
	value_format(number, sizeof(number), limit->number, column->kind, NULL);
	snprintf(out, size, "%s %s", word, number);
}

/* One line: where it comes from or how it moved at the left, its limit at the right; the limit goes first. */
static void draw_meaning(const struct painting *painting, const struct canvas *line, unsigned index,
	enum severity severity, enum role role, const float *hour)
{
	const struct column *column = &painting->panel->columns[index];
	const struct cell *cell = board_cell(painting->data, 0, index);
	char left[PANEL_VALUE_MAX] = "", right[96] = "";
	int room = line->columns - 2 * TILE_EDGE;
	if (cell->state == VALUE_NUMBER && !painting->stale) {
		const char *row = cell->number > 0 ? row_of(painting, column, cell->number) : NULL;
		double duty = on_duty(painting, column, cell->number);
		against_text(painting, index, left, sizeof(left));
		if (left[0] == '\0' && row != NULL)
			snprintf(left, sizeof(left), "in %.200s", row);
		else if (left[0] == '\0' && duty > 0)
			snprintf(left, sizeof(left), "of %.0f on duty", duty);
		else if (left[0] == '\0')
			trend_text(painting, column, cell->number, hour, room, left, sizeof(left));
	}
	limit_text(column, severity, right, sizeof(right));
	int used = min(text_width(left), room);
	canvas_put(line, 0, TILE_EDGE, room, role, ALIGN_LEFT, left);
	if (used + 2 + text_width(right) <= room || used == 0)
		canvas_put(line, 0, TILE_EDGE + used, room - used, severity == SEVERITY_NONE ? ROLE_LABEL : role, ALIGN_RIGHT,
			right);
}

/* The hour's first and last minute below the picture. */
static void draw_axis(const struct painting *painting, const struct canvas *area, enum role role)
{
	const struct scene *scene = painting->scene;
	char from[DAY_TIME_MAX], now[DAY_TIME_MAX];
	day_time_text(scene->clock, false, scene->wall_ms - 3600 * 1000, from);
	day_time_text(scene->clock, false, scene->wall_ms, now);
	/* Narrow tiles have no room for two long times. */
	if (text_width(from) + 1 + text_width(now) <= area->columns)
		canvas_put(area, area->lines - 1, 0, area->columns, role, ALIGN_LEFT, from);
	canvas_put(area, area->lines - 1, 0, area->columns, role, ALIGN_RIGHT, now);
}

/* What grows all day, and percentages, are shown from their least; the rest from 0. */
static void draw_hour(const struct painting *painting, const struct canvas *area, unsigned index, const float *hour,
	bool filled, enum role role)
{
	const struct column *column = &painting->panel->columns[index];
	struct chart chart = { .values = hour, .count = HISTORY_SLOTS, .kind = column->kind,
		.from_zero = column->kind != KIND_PERCENT && !statistic_per_day(column->stat),
		.stale = painting->stale, .warn = &column->warn, .alert = &column->alert };
	struct canvas picture = *area;
	if (area->lines >= CHART_LINES_AXIS) {
		draw_axis(painting, area, filled ? role : ROLE_FRAME);
		picture.lines--;
	}
	if (filled)
		chart.role = role;
	chart_draw(&picture, &chart);
}

/* In block letters in the middle, or as text where it has none. */
static void draw_label(const struct canvas *area, int size, const char *label, enum role role)
{
	int width = letters_width(area, label, size);
	if (width >= 0) {
		letters_draw(area, 0, (area->columns - width) / 2, size, role, label);
		return;
	}
	width = min(text_width(label), area->columns);
	canvas_put(area, size / 2, (area->columns - width) / 2, width, role, ALIGN_LEFT, label);
}

/* Number, meaning and hour, from the top of the canvas to its bottom, of which so many lines may be cut. */
static void draw_body(struct painting *painting, const struct canvas *body, int cut, unsigned index,
	const struct grid *grid, int digits, enum severity severity)
{
	const struct cell *cell = board_cell(painting->data, 0, index);
	const struct column *column = &painting->panel->columns[index];
	enum role role = tile_role(painting, index, cell, severity);
	if (severity == SEVERITY_WARN && painting->box.style->fills[role])
		role = ROLE_VALUE;
	/* An underline below each row of a block is noise. */
	if (severity == SEVERITY_WARN && painting->box.style->depth == DEPTH_MONO)
		role = ROLE_VALUE;
	bool filled = painting->box.style->fills[role];
	enum role text = filled ? role : severity == SEVERITY_NONE || painting->stale ? ROLE_LABEL : ROLE_NOTE;
	struct value value = read_value(painting, index);
	float hour[HISTORY_SLOTS];
	bool has_hour = read_hour(painting, index, hour);
	int whole = body->lines + cut, left = whole - digits, top = 0;
	if (grid->label > 0) {
		struct canvas head = canvas_part(body, 0, TILE_EDGE, grid->label, body->columns - 2 * TILE_EDGE);
		draw_label(&head, grid->label, column->label, text);
		top = grid->label + 1;
		left -= top;
	}
	int meaning = left >= 1 ? 1 : 0;
	int chart = left - meaning;
	/* The picture is at most as high as the number, or where that has no room to grow in, leaves two lines around it. */
	if (chart > digits + 2)
		chart = max(digits + 2, chart - 4);
	if (chart >= 6)
		chart--;
	int lines = whole - top - meaning - chart;
	struct canvas area = canvas_part(body, top, 0, lines, body->columns);
	draw_number(&area, lines, role, digits, &value, style_mark(severity));
	if (meaning > 0) {
		struct canvas line = canvas_part(body, whole - chart - meaning, 0, 1, body->columns);
		draw_meaning(painting, &line, index, severity, text, has_hour ? hour : NULL);
	}
	struct canvas below = canvas_part(body, whole - chart, TILE_EDGE, chart, body->columns - 2 * TILE_EDGE);
	/* Of a picture that is cut nothing can be read. */
	if (chart > 0 && has_hour && cut == 0)
		draw_hour(painting, &below, index, hour, filled, role);
}

/* The label, "" if it is inside of the frame, with the title of the panel before it where there are other panels of tiles. */
static void card_title(const struct painting *painting, const char *label, char *out, size_t size)
{
	const struct layout *layout = painting->scene->layout;
	unsigned panels = 0;
	for (unsigned i = 0; i < layout->panel_count; i++)
		panels += layout->panels[i].type == PANEL_TOTALS;
	const char *dot = canvas_glyph(&painting->box, GLYPH_MIDDLE_DOT);
	if (panels > 1 && label[0] == '\0')
		snprintf(out, size, "%s", painting->panel->title);
	else if (panels > 1)
		snprintf(out, size, "%s %s %s", painting->panel->title, dot, label);
	else
		snprintf(out, size, "%s", label);
}

static bool any_severe(const struct painting *painting)
{
	bool severe = false;
	for (unsigned i = 0; i < painting->panel->column_count; i++)
		severe = severe || board_severity(painting->panel, painting->data, 0, i, painting->stale) != SEVERITY_NONE;
	return severe;
}

/*
 * An alert about the panel is shown by the frames of the tiles that are beyond a limit, or of all if none is; else a
 * frame has the colour of its own tile.
 */
static enum role card_role(const struct painting *painting, enum severity severity)
{
	bool rings = painting->frame == ROLE_WARN || painting->frame == ROLE_ALERT;
	if (rings && (severity != SEVERITY_NONE || !any_severe(painting)))
		return painting->frame;
	if (severity != SEVERITY_NONE && !painting->stale)
		return severity == SEVERITY_ALERT ? ROLE_SEVERE : ROLE_NOTE;
	return rings ? ROLE_FRAME : painting->frame;
}

/* The frame of a card: its label, its mark, and at the right of an old one its age. */
static struct canvas draw_card(struct painting *painting, const struct canvas *tile, const char *label,
	enum severity severity)
{
	char title[PANEL_VALUE_MAX];
	enum role role = card_role(painting, severity);
	card_title(painting, label, title, sizeof(title));
	struct canvas inside = canvas_frame(tile, role);
	const char *corner = painting->stale ? painting->corner : style_mark(severity);
	int width = text_width(corner), room = tile->columns - 4;
	if (width > 0 && width + 4 <= room) {
		canvas_put(tile, 0, tile->columns - 3 - width, width + 2, role, ALIGN_LEFT, " ");
		canvas_put(tile, 0, tile->columns - 2 - width, width, painting->stale ? ROLE_NOTE : role, ALIGN_LEFT, corner);
		canvas_put(tile, 0, tile->columns - 2, 1, role, ALIGN_LEFT, " ");
		room -= width + 1;
	}
	if (title[0] == '\0')
		return inside;
	canvas_put(tile, 0, 1, 1, role, ALIGN_LEFT, " ");
	int used = canvas_put(tile, 0, 2, room, painting->stale ? ROLE_LABEL : severity == SEVERITY_NONE ? ROLE_TITLE : role,
		ALIGN_LEFT, title);
	canvas_put(tile, 0, 2 + used, 1, role, ALIGN_LEFT, " ");
	return inside;
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
	enum role role = tile_role(painting, index, cell, severity);
	bool filled = painting->box.style->fills[role] && severity != SEVERITY_WARN;
	int digits = column->digits > 0 ? column->digits : grid->digits;
	if (grid->cards) {
		struct canvas inside = draw_card(painting, tile, grid->label > 0 ? "" : column->label, severity);
		if (filled)
			canvas_fill(&inside, 0, 0, inside.lines, inside.columns, role);
		draw_body(painting, &inside, cut, index, grid, digits, severity);
		return;
	}
	if (filled)
		canvas_fill(tile, 0, 0, tile->lines, tile->columns, role);
	enum role label = severity == SEVERITY_NONE ? ROLE_LABEL : role;
	int right = tile->columns - TILE_EDGE;
	if (painting->box.style->fills[label])
		canvas_fill(tile, 0, 0, 1, tile->columns, label);
	canvas_put(tile, 0, TILE_EDGE, right - TILE_EDGE - MARK_COLUMNS, label, ALIGN_LEFT, column->label);
	canvas_put(tile, 0, right - 2, 2, label, ALIGN_RIGHT, style_mark(severity));
	struct canvas body = canvas_part(tile, 1, 0, tile->lines - 1, tile->columns);
	draw_body(painting, &body, cut, index, grid, digits, severity);
}

static void draw_item(struct painting *painting, const struct canvas *item, unsigned index, enum severity severity)
{
	const struct cell *cell = board_cell(painting->data, 0, index);
	enum role role = tile_role(painting, index, cell, severity);
	struct value value = read_value(painting, index);
	char text[PANEL_VALUE_MAX + 20];
	snprintf(text, sizeof(text), "%s%s%s%s%s", value.about, value.about[0] == '\0' ? "" : " ", value.number,
		value.unit[0] == '\0' ? "" : " ", value.unit);
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
			int width = box->columns / across, left = done % across * width;
			/* Below each other with the rows of lists, which begin a column from the edge. */
			int edge = left == 0 ? TILE_EDGE : 0;
			struct canvas item = canvas_part(box, done / across, left + edge, 1, width - edge - (across > 1 ? 1 : 0));
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
		int space = !grid.cards && row + 1 < grid.rows && bottom - top > grid.digits + 2 ? 1 : 0;
		struct canvas tile = canvas_part(&painting->box, top, left, bottom - top - space, right - left - edge);
		if (tile.lines > 0)
			draw_tile(painting, &tile, bottom - top - space - tile.lines, i, &grid);
	}
}
