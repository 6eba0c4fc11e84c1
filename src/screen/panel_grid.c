/*
 * Grids of services and of agents: a head, rows, and a row of totals under them. A severity's mark stands in a
 * column of its own beside the value, so nothing jumps when it comes or goes.
 */
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "layout/state.h"
#include "screen/figures.h"
#include "screen/panel.h"

/* ---- columns: which fit, where each stands and how wide it is ---- */

enum {
	GAP = 2,         /* between columns */
	GAP_MAX = 5,     /* more, and the eye loses the line */
	GAP_MAX_TALL = 12, /* ... of rows that rules keep apart */
	TEXT_LEAST = 8,  /* a text narrower than this says nothing */
	STATE_LEAST = 11, /* "◐ not ready", and the beginning of longer ones */
	TEXT_GROWTH = 2, /* times its width at most */
	PICTURE_LEAST = 8,
	SIZE_MOST = 5, /* lines of a row */
	LETTER_LINES = 3, /* of names beside it */
	BAR_GROWTH = 3,
	SPARK_GROWTH = 5,
};

static bool column_is_text(const struct column *column)
{
	return column->kind == KIND_TEXT || column->kind == KIND_STATE;
}

/* A number that rows of several lines show in figures. */
static bool column_is_figure(const struct column *column)
{
	return !column_is_text(column) && column->picture == PICTURE_NONE;
}

/* Room for the unit behind a figure, which is written as text. */
static int unit_columns(const struct column *column)
{
	return column->kind == KIND_PERCENT ? 2 : 0;
}

/* What a value of the column usually needs: reserving it keeps the picture still. */
static int figure_columns(const struct canvas *canvas, const struct column *column, int size)
{
	const char *usual = column->kind == KIND_DURATION ? "00:00" : column->kind == KIND_PERCENT ? "00.0" :
		statistic_per_day(column->stat) ? "0000" : "000";
	/* A unit: that of percents, and of times that lack their seconds. */
	int unit = column->kind == KIND_COUNT ? 0 : 2;
	int head = text_width(column->head) + 1, width = digits_width(canvas, usual, size) + unit;
	return width > head ? width : head;
}

/* On a narrow screen a name gets no more than its share: a name alone says nothing. */
static int columns_least(const struct column *column, const struct canvas *canvas, int total, int size, int name)
{
	int floor = column->width * 2 / 3;
	/* Beside large figures a small picture is a smudge. */
	int picture = size == 1 ? PICTURE_LEAST : column->width * (size - 1) / SIZE_MOST;
	if (column->picture != PICTURE_NONE)
		return column->width < picture ? column->width : picture;
	if (!column_is_text(column))
		return size > 1 ? figure_columns(canvas, column, size) : column->width;
	if (name > 0)
		return name;
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

/* Columns of the lowest priority are for cards: on the wall they narrow no other one. */
static void columns_drop_spare(const struct panel *panel, int total, int gap, struct place *places)
{
	for (unsigned spare = panel->column_count; spare-- > 0;) {
		int wanted = 0, shown = 0;
		for (unsigned i = 0; i < panel->column_count; i++) {
			const struct column *column = &panel->columns[i];
			if (!places[i].shown)
				continue;
			wanted += (places[i].width > column->width ? places[i].width : column->width) + (places[i].marked ? COLUMNS_MARK : 0);
			shown++;
		}
		if (wanted + (shown - 1) * gap <= total)
			break;
		if (panel->columns[spare].priority == 0)
			places[spare].shown = false;
	}
}

/* At their columns_least width first: what does not fit even so has to go. */
static void columns_drop(const struct panel *panel, const struct canvas *canvas, int total, const struct row_look *look,
	struct place *places)
{
	for (unsigned i = 0; i < panel->column_count; i++)
		places[i] = (struct place){ .shown = true,
			.width = columns_least(&panel->columns[i], canvas, total, look->size, i == 0 ? look->name : 0),
			.marked = column_has_limits(&panel->columns[i]) };
	int gap = total < 40 ? 1 : GAP;
	columns_drop_spare(panel, total, gap, places);
	while (columns_sum(panel, places, gap) > total) {
		int goes = columns_lowest(panel, places);
		if (goes < 0)
			break;
		places[goes].shown = false;
	}
}

/* How often its width a column may take where there is room, after texts and gaps have had theirs. */
static int columns_growth(const struct column *column)
{
	if (column->picture == PICTURE_NONE)
		return column_is_text(column) ? TEXT_GROWTH : 0;
	return column->picture == PICTURE_SPARK ? SPARK_GROWTH : BAR_GROWTH;
}

/* Texts and pictures take turns, the one that is furthest from its wish first: as they are written, or as they may grow. */
static int columns_grow(const struct panel *panel, struct place *places, int left, bool beyond)
{
	while (left > 0) {
		int best = -1, need = 0;
		for (unsigned i = 0; i < panel->column_count; i++) {
			int growth = columns_growth(&panel->columns[i]);
			int wish = panel->columns[i].width * (beyond ? growth : growth > 0) - places[i].width;
			if (places[i].shown && wish > need) {
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

void columns_place(const struct panel *panel, const struct canvas *canvas, int total, const struct row_look *look,
	struct place *places)
{
	int gap = total < 40 ? 1 : GAP, shown = 0;
	columns_drop(panel, canvas, total, look, places);
	for (unsigned i = 0; i < panel->column_count; i++)
		shown += places[i].shown;
	int left = columns_grow(panel, places, total - columns_sum(panel, places, gap), false);
	/* Gaps a little, texts and pictures, then gaps once more where rules keep the eye in its row. */
	for (int most = GAP_MAX; most <= (look->size > 1 ? GAP_MAX_TALL : GAP_MAX); most += GAP_MAX_TALL - GAP_MAX) {
		while (shown > 1 && left >= shown - 1 && gap < most) {
			left -= shown - 1;
			gap++;
		}
		left = columns_grow(panel, places, left, true);
	}
	/* A single column that is too wide is cut. */
	for (unsigned i = 0; i < panel->column_count && shown == 1; i++)
		if (places[i].shown && places[i].width > total)
			places[i].width = total;
	columns_set_left(panel, gap, places);
}

/* ---- rows: how high they are ---- */

/*
 * How rows stand in the box. Where `size` is auto few rows in a tall box grow: first a blank line between them, then figures
 * of 3 lines, then of 5, as far as all rows fit and no column of the usual priority has to go.
 *
 * A wall that changes its size with each agent who comes or goes cannot be read. So it goes by the services that the layout
 * names, where it names them, else by the most rows of the last half-hour to hour: rows become smaller at once when there
 * are more than ever in that time, because none must be hidden, and larger at most twice an hour.
 */
struct arrangement {
	int size;    /* lines of a row */
	int names;   /* columns that its name takes in block letters; 0: it is plain text */
	int pitch;   /* lines from one row to the next; more than the size: with a rule, or a blank line, between them */
	int top;     /* the line before the first row */
	int visible; /* rows that there is room for */
	bool totals; /* ... beside the row of totals */
};

enum {
	HEAD_LINES = 1,
	TOTALS_LEAST = 5, /* lines of a box that has room for totals */
	USUAL_PRIORITY = 50,
	PLAN_MS = 30 * 60 * 1000,
	NO_LETTERS = 1000, /* columns: more than any */
};

/* Columns of the widest name in block letters; NO_LETTERS where one has no picture, or would be too wide. */
static int letters_of_names(const struct painting *painting)
{
	enum { LOOKED_AT = 50 }; /* of a list that does not fit the first rows decide */
	const struct column *column = &painting->panel->columns[0];
	int most = letters_width(&painting->box, "Total", LETTER_LINES);
	for (unsigned row = 0; row < painting->data->rows && row < LOOKED_AT && column->kind == KIND_TEXT; row++) {
		int width = letters_width(&painting->box, board_cell(painting->data, row, 0)->text, LETTER_LINES);
		if (width < 0 || width > TEXT_GROWTH * column->width)
			return NO_LETTERS;
		most = width > most ? width : most;
	}
	return column->kind == KIND_TEXT && most > 0 ? most : NO_LETTERS;
}

/* What rows must have room for. */
static struct row_mark planned(struct painting *painting)
{
	const struct panel *panel = painting->panel;
	struct row_mark *mark = &painting->view->planned, most;
	int64_t now_ms = painting->scene->now_ms;
	/* A replay may have jumped back. */
	if (now_ms >= mark->until_ms || mark->until_ms - now_ms > PLAN_MS) {
		bool follows = now_ms >= mark->until_ms && now_ms - mark->until_ms < PLAN_MS;
		*mark = (struct row_mark){ .rows_before = follows ? mark->rows : 0, .name_before = follows ? mark->name : 0,
			.until_ms = now_ms + PLAN_MS };
	}
	mark->rows = painting->data->rows > mark->rows ? painting->data->rows : mark->rows;
	most = *mark;
	most.rows = mark->rows > mark->rows_before ? mark->rows : mark->rows_before;
	if (panel->type == PANEL_SERVICE_GRID && panel->services.count > 0)
		most.rows = panel->services.count;
	/* Of a long list nobody looks at the names of rows that are not shown. */
	bool few = most.rows * (SIZE_MOST + 1u) <= (unsigned)(painting->box.lines + painting->cut);
	int name = few || panel->row_lines == SIZE_MOST ? letters_of_names(painting) : 0;
	mark->name = name > mark->name ? name : mark->name;
	most.name = mark->name > mark->name_before ? mark->name : mark->name_before;
	return most;
}

/* Rows that so many lines hold, of which the totals take one place, with a rule before it where the rows have none. */
static int rows_held(const struct arrangement *rows, int lines)
{
	if (rows->pitch == rows->size)
		return (lines - rows->top - (rows->totals ? 1 : 0)) / rows->size - (rows->totals ? 1 : 0);
	return (lines - rows->top + 1) / rows->pitch - (rows->totals ? 1 : 0);
}

/* Lines from the heads to the last of so many rows and the totals. */
static int lines_taken(const struct arrangement *rows, int count)
{
	int places = count + (rows->totals ? 1 : 0);
	return rows->top + (rows->pitch == rows->size ? places * rows->size + (rows->totals ? 1 : 0) : places * rows->pitch - 1);
}

/* Rows of a size as far apart as so many of them can stand, but not so far that the eye loses them. */
static struct arrangement spread(int size, int count, bool totals, int lines)
{
	enum { SPREAD_MAX = 5 };
	int most = size > 1 ? size + SPREAD_MAX : 2, places = count + (totals ? 1 : 0);
	struct arrangement rows = { .size = size, .totals = totals, .top = HEAD_LINES };
	rows.pitch = places > 0 ? (lines - HEAD_LINES + 1) / places : most;
	rows.pitch = rows.pitch > most ? most : rows.pitch < size ? size : rows.pitch;
	return rows;
}

/* Whether rows that look so show what rows of one line do. */
static bool columns_stay(const struct painting *painting, int columns, const struct row_look *look)
{
	static const struct row_look plain = { .size = 1 };
	struct place one[LAYOUT_COLUMNS_MAX], places[LAYOUT_COLUMNS_MAX];
	columns_place(painting->panel, &painting->box, columns, &plain, one);
	columns_place(painting->panel, &painting->box, columns, look, places);
	for (unsigned i = 0; i < painting->panel->column_count; i++)
		if (one[i].shown && !places[i].shown && (painting->zoomed || painting->panel->columns[i].priority >= USUAL_PRIORITY))
			return false;
	return true;
}

/*
 * Whether figures of a size have room for the columns: with names in block letters, else without. Letters are beside the
 * largest figures only, and of all names or none: one that is small among large ones looks odd.
 */
static bool figures_fit(const struct painting *painting, int columns, int name, struct arrangement *rows)
{
	struct row_look look = { .size = rows->size, .name = rows->size == SIZE_MOST && name < NO_LETTERS ? name : 0 };
	if (look.name > 0 && columns_stay(painting, columns, &look)) {
		rows->names = look.name;
		return true;
	}
	look.name = 0;
	return columns_stay(painting, columns, &look);
}

static struct arrangement arrange(struct painting *painting, int columns)
{
	const struct panel *panel = painting->panel;
	/* Lines that tell of trouble take some for a while, and move nothing. */
	int lines = painting->box.lines, whole = lines + painting->cut, wanted = panel->row_lines;
	struct row_mark most = planned(painting);
	bool totals = painting->data->totals != NULL && lines >= TOTALS_LEAST;
	struct arrangement rows = { .size = 1, .pitch = 1, .totals = totals, .top = HEAD_LINES };
	for (int size = wanted > 0 ? wanted : SIZE_MOST; size > 1 || (size == 1 && wanted != 1); size -= 2) {
		struct arrangement way = spread(size, (int)most.rows, totals, whole);
		bool fits = rows_held(&way, whole) >= (int)most.rows;
		/* Of a size that was asked for, rows that do not fit take turns. */
		if (!fits && size == wanted) {
			way.pitch = size + 1;
			fits = rows_held(&way, whole) >= 1;
		}
		if (!fits || (size > 1 && !figures_fit(painting, columns, most.name, &way) && wanted == 0))
			continue;
		/* Figures of 5 lines fill them: without a rule between them they would be one. */
		if (size == SIZE_MOST && way.pitch == size)
			continue;
		rows = way;
		break;
	}
	/* Figures right below the heads look as if they belonged to them; a list without blank lines is read from its top. */
	int left = rows.pitch > 1 ? whole - lines_taken(&rows, (int)most.rows) : 0;
	rows.top += left >= 4 && rows.size > 1 ? 2 : left >= 2 ? 1 : 0;
	rows.visible = rows_held(&rows, lines);
	/* An alarm's banner may leave less than the totals need. */
	if (rows.visible < 0 && rows.totals) {
		rows.totals = false;
		rows.visible = rows_held(&rows, lines);
	}
	if (rows.visible < 0)
		rows.visible = 0;
	return rows;
}

/* The first line of a row, by its place from the top; half of what is left between it and the rules is above it. */
static int row_line(const struct arrangement *rows, int slot)
{
	return rows->top + slot * rows->pitch + (rows->pitch - rows->size) / 2;
}

/* ---- drawing ---- */

/* What lies behind the cells of a line; a row's is of its role. */
enum ground { GROUND_BLANK, GROUND_HEAD, GROUND_ROW, GROUND_RULE, GROUND_WORDS };

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

/* Where a click sorts. */
static void note_heads(struct painting *painting, const struct canvas *area, const struct place *places)
{
	struct panel_view *view = painting->view;
	view->head_line = area->line;
	for (unsigned i = 0; i < painting->panel->column_count; i++) {
		view->heads[i].left = area->column + places[i].left;
		view->heads[i].columns = places[i].shown ? places[i].width : 0;
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
	int size;         /* lines of the row */
	bool figure;      /* in figures, where the row has several lines */
	int unit;         /* ... columns behind them for a unit */
	bool dim;         /* ... a 0 of what is better low */
	const struct edges *edges; /* ... numbers that it is compared with */
	int letters;      /* lines of block letters; 0: plain text */
	const struct bar *bar; /* in place of the text, which is then only what it looks like */
	const struct chart *chart;
	uint64_t look;         /* key of what the chart shows */
	char text[PANEL_VALUE_MAX];
};

/* "84 %" is a number and its unit: a pointer to the blank between them; NULL: there is none. */
static char *unit_of(char *text)
{
	char *blank = strrchr(text, ' ');
	return blank != NULL && blank[1] == '%' ? blank : NULL;
}

/*
 * The role of pixels. A fill behind large figures would be louder than what it says, and one for a first limit louder than
 * the colour of a second one: the mark beside them has the fill. Without colours only a fill tells the second one.
 */
static enum role figure_role(const struct style *style, const struct face *face)
{
	if (face->ground == ROLE_SELECT)
		return face->role;
	/* Where it is good that there is nothing, what there is stands out. */
	if (face->role == ROLE_VALUE && face->dim)
		return ROLE_LABEL;
	if (face->severity == SEVERITY_ALERT && face->role == ROLE_ALERT)
		return style->depth == DEPTH_MONO ? ROLE_ALERT : ROLE_SEVERE;
	if (face->severity == SEVERITY_WARN && face->role == ROLE_WARN && (style->depth == DEPTH_MONO || style->fills[ROLE_WARN]))
		return ROLE_VALUE;
	return face->role;
}

/* A number and the unit behind it, " %" or nothing. */
struct figure {
	char number[PANEL_VALUE_MAX];
	const char *unit;
	int behind; /* columns for it */
};

/*
 * Hours without their seconds, 1:02:43 as "1:02 h": the longest times are those that must not become small. False for other
 * texts, and where what is left would look like a number that it is compared with, and is beyond.
 */
static bool without_seconds(const struct face *face, struct figure *figure)
{
	unsigned hours, minutes, seconds;
	char rest;
	if (sscanf(face->text, "%5u:%2u:%2u%c", &hours, &minutes, &seconds, &rest) != 3)
		return false;
	for (unsigned i = 0; seconds > 0 && i < face->edges->count; i++)
		if (face->edges->numbers[i] == (double)hours * 3600 + minutes * 60)
			return false;
	snprintf(figure->number, sizeof(figure->number), "%u:%02u", hours, minutes);
	figure->unit = " h";
	figure->behind = text_width(figure->unit);
	return true;
}

/* False: there is no room for it in this size. */
static bool put_figure(const struct canvas *place, const struct figure *figure, int size, enum role role)
{
	int width = digits_width(place, figure->number, size), line = (place->lines - size + 1) / 2;
	if (width < 0 || width + figure->behind > place->columns)
		return false;
	digits_draw(place, line, place->columns - figure->behind - width, size, role, figure->number);
	canvas_put(place, line + size - 1, place->columns - figure->behind, figure->behind, role, ALIGN_LEFT, figure->unit);
	return true;
}

/* The number as large as its place allows, at the right; a unit is text beside its last line. */
static void draw_figure(const struct canvas *place, const struct face *face)
{
	struct figure figure = { .unit = "", .behind = face->unit }, hours;
	snprintf(figure.number, sizeof(figure.number), "%s", face->text);
	char *unit = unit_of(figure.number);
	if (unit != NULL) {
		*unit = '\0';
		figure.unit = face->text + strlen(figure.number);
		figure.behind = text_width(figure.unit);
	}
	/* The mark for a blank has a picture of its own. */
	if (strcmp(figure.number, canvas_glyph(place, GLYPH_BLANK)) == 0)
		snprintf(figure.number, sizeof(figure.number), "-");
	enum role role = figure_role(place->style, face);
	bool timed = without_seconds(face, &hours);
	for (int size = digits_largest(place, face->size); size > 1; size = digits_largest(place, size - 1))
		if (put_figure(place, &figure, size, role) || (timed && put_figure(place, &hours, size, role)))
			return;
	canvas_put(place, place->lines / 2, 0, place->columns, face->role, face->align, face->text);
}

static void draw_face(struct painting *painting, const struct canvas *area, int line, const struct place *place,
	unsigned index, const struct face *face)
{
	unsigned look = ((unsigned)face->letters * ROLE_COUNT + (unsigned)face->role) * 16 + (unsigned)face->severity;
	uint64_t key = cell_cache_key(face->look, face->text, look);
	if (!cell_cache_cell(painting->cache, line, index, key))
		return;
	int width = place->width + (place->marked ? COLUMNS_MARK : 0), middle = face->size / 2;
	if (face->ground == ROLE_NONE)
		canvas_blank(area, line, place->left, face->size, width);
	else
		canvas_fill(area, line, place->left, face->size, width, (enum role)face->ground);
	struct canvas box = canvas_part(area, line, place->left, face->size, place->width);
	bool figure = face->figure && face->size > 1;
	if (figure && figure_role(area->style, face) == ROLE_ALERT)
		canvas_fill(&box, 0, 0, box.lines, box.columns, ROLE_ALERT);
	if (face->bar != NULL)
		bar_draw(&box, face->bar);
	else if (face->chart != NULL)
		chart_draw(&box, face->chart);
	else if (figure)
		draw_figure(&box, face);
	else if (face->letters > 0)
		letters_draw(&box, (face->size - face->letters + 1) / 2, 0, face->letters, face->role, face->text);
	else
		canvas_put(&box, middle, 0, box.columns, face->role, face->align, face->text);
	if (!place->marked || face->severity == SEVERITY_NONE)
		return;
	/* A fill is one piece with its mark; large figures have it at their upper right, with the fill that they do without. */
	int at = figure ? 0 : middle, left = place->left + place->width;
	if (!figure)
		canvas_fill(area, line + at, left, 1, 1, face->role);
	canvas_put(area, line + at, left + 1, 2, face->role, ALIGN_LEFT, style_mark(face->severity));
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

/* The largest number of a column, kept for as long as the data last. */
static double largest_of(struct painting *painting, unsigned index)
{
	const struct panel_data *data = painting->data;
	struct column_most *most = &painting->view->largest[index];
	if (most->version == data->version && most->version != 0)
		return most->number;
	*most = (struct column_most){ .version = data->version };
	for (unsigned row = 0; row < data->rows; row++) {
		struct cell cell = board_operand(data, row, index, 0);
		if (cell.state == VALUE_NUMBER && cell.number > most->number)
			most->number = cell.number;
	}
	return most->number;
}

/* The column whose limits a picture shows: its own, else those of the number beside it. */
static const struct column *limits_of(const struct panel *panel, unsigned index)
{
	const struct column *own = &panel->columns[index];
	int number = panel_picture_number(panel, index);
	return column_has_limits(own) || number < 0 ? own : &panel->columns[number];
}

static bool is_ceiling(const struct threshold *limit)
{
	return limit->comparison == COMPARE_GT || limit->comparison == COMPARE_GE;
}

/* A value that must not grow fills the bar at its last limit, and the first stands in it; others go by the largest row. */
static void measure_bar(struct painting *painting, unsigned index, const struct column *about, struct bar *bar)
{
	const struct threshold *first = about->warn.comparison != COMPARE_NONE ? &about->warn : &about->alert;
	const struct threshold *last = about->alert.comparison != COMPARE_NONE ? &about->alert : &about->warn;
	if (is_ceiling(last)) {
		bar->full = last->number;
		if (is_ceiling(first) && first->number < last->number)
			bar->tick = first->number;
	} else {
		bar->full = largest_of(painting, index);
		if (first->comparison != COMPARE_NONE) {
			bar->tick = first->number;
			bar->full = fmax(bar->full, first->number);
		}
	}
}

/* Percentages have their own scale; others have some room beyond the target. */
static void measure_bullet(struct painting *painting, unsigned row, unsigned index, struct bar *bar)
{
	const struct column *column = &painting->panel->columns[index];
	bar->tick = column->target;
	if (isnan(column->target)) {
		struct cell target = board_operand(painting->data, row, index, PICTURE_TARGET);
		bar->tick = target.state == VALUE_NUMBER ? target.number : (double)NAN;
	}
	bar->full = column->kind == KIND_PERCENT ? 100 : fmax(largest_of(painting, index), isnan(bar->tick) ? 0 : bar->tick * 5 / 4);
}

/* Whether a value misses its target, on the bad side of the statistic. */
static bool misses_target(const struct column *column, const struct bar *bar)
{
	if (isnan(bar->tick) || column->good == DIRECTION_NONE)
		return false;
	return column->good == DIRECTION_HIGH ? bar->value < bar->tick : bar->value > bar->tick;
}

/* What of the value is beyond: by the limits of the column, and of a bullet without any by its target. */
static enum severity picture_severity(const struct painting *painting, unsigned index, const struct column *about,
	const struct cell *cell, const struct bar *bar)
{
	const struct column *column = &painting->panel->columns[index];
	if (painting->stale)
		return SEVERITY_NONE;
	if (!column_has_limits(about) && column->picture == PICTURE_BULLET)
		return misses_target(column, bar) ? SEVERITY_WARN : SEVERITY_NONE;
	return threshold_severity(&about->warn, &about->alert, cell);
}

static enum role picture_role(enum severity severity)
{
	return severity == SEVERITY_ALERT ? ROLE_SEVERE : severity == SEVERITY_WARN ? ROLE_NOTE : ROLE_FINE;
}

static bool read_hour(const struct painting *painting, unsigned row, unsigned index, float hour[HISTORY_SLOTS])
{
	const struct scene *scene = painting->scene;
	const char *key = row < painting->data->rows ? board_key(painting->data, row) : NULL;
	return scene->history != NULL &&
		history_read_row(scene->history, painting->panel, key, index, scene_runs_until(scene), 1, HISTORY_SLOTS, hour);
}

/* The least and the largest mean of all rows: a row with one caller must not look like one with ten. Kept as of a bar. */
static const struct column_most *range_of_hours(struct painting *painting, unsigned index)
{
	const struct panel_data *data = painting->data;
	struct column_most *most = &painting->view->largest[index];
	float hour[HISTORY_SLOTS];
	if (most->version == data->version && most->version != 0)
		return most;
	*most = (struct column_most){ .version = data->version, .number = -INFINITY, .least = INFINITY };
	for (unsigned row = 0; row < data->rows && row < HISTORY_ROWS_MAX; row++)
		if (read_hour(painting, row, index, hour))
			for (unsigned i = 0; i < HISTORY_SLOTS; i++) {
				/* A gap is neither: fmin and fmax leave it out. */
				most->number = fmax(most->number, (double)hour[i]);
				most->least = fmin(most->least, (double)hour[i]);
			}
	return most;
}

/* The last hour of the row, a mean for each minute; nothing where none is kept. */
static void draw_spark(struct painting *painting, const struct canvas *area, int line, const struct place *place,
	unsigned row, unsigned index, const struct column *about, struct face *face)
{
	const struct column *column = &painting->panel->columns[index];
	float hour[HISTORY_SLOTS];
	struct chart chart = { .values = hour, .count = HISTORY_SLOTS, .kind = column->kind, .stale = painting->stale,
		.from_zero = column->kind != KIND_PERCENT && !statistic_per_day(column->shows),
		.role = face->ground == ROLE_SELECT ? ROLE_SELECT : ROLE_TEXT, .warn = &about->warn, .alert = &about->alert };
	unsigned bits;
	face->text[0] = '\0';
	face->look = 1;
	if (read_hour(painting, row, index, hour)) {
		/* The face ends with this drawing. */
		/* cppcheck-suppress autoVariables */
		face->chart = &chart;
		/* The total may be the sum of all, and has its own scale. */
		const struct column_most *range = row < painting->data->rows ? range_of_hours(painting, index) : NULL;
		if (range != NULL) {
			chart.shared = true;
			chart.least = range->least;
			chart.most = range->number;
			snprintf(face->text, sizeof(face->text), "%g %g", chart.least, chart.most);
		}
		for (unsigned i = 0; i < HISTORY_SLOTS; i++) {
			memcpy(&bits, &hour[i], sizeof(bits));
			face->look = cell_cache_key(face->look, "", bits);
		}
	}
	draw_face(painting, area, line, place, index, face);
}

/* Of a picture of several lines a bullet is thinner than its target. */
static void draw_picture(struct painting *painting, const struct canvas *area, const struct arrangement *rows, int line,
	const struct place *place, unsigned row, unsigned index, const struct cell *cell, enum severity severity, unsigned ground)
{
	const struct column *column = &painting->panel->columns[index], *about = limits_of(painting->panel, index);
	struct face face = { .ground = ground, .severity = severity, .align = ALIGN_LEFT, .size = rows->size };
	face.role = panel_role(painting, cell, severity);
	if (column->picture == PICTURE_SPARK) {
		draw_spark(painting, area, line, place, row, index, about, &face);
		return;
	}
	if (cell->state != VALUE_NUMBER) {
		panel_value(painting, row, index, cell, face.text, sizeof(face.text));
		draw_face(painting, area, line, place, index, &face);
		return;
	}
	struct bar bar = { .value = cell->number, .tick = (double)NAN,
		.line = column->picture == PICTURE_BULLET && rows->size == 1 };
	if (column->picture == PICTURE_BULLET)
		measure_bullet(painting, row, index, &bar);
	else
		measure_bar(painting, index, about, &bar);
	if (bar.full <= 0)
		bar.full = 1;
	/* Colours would tear holes into the selected row. */
	bool plain = ground == ROLE_SELECT || painting->stale;
	enum role plain_role = ground == ROLE_SELECT ? ROLE_SELECT : ROLE_STALE;
	bar.role = plain ? plain_role : picture_role(picture_severity(painting, index, about, cell, &bar));
	bar.track = plain ? plain_role : ROLE_FRAME;
	bar.target = plain ? plain_role : column->picture == PICTURE_BULLET ? ROLE_VALUE : ROLE_LIMIT;
	struct canvas box = canvas_part(area, line, place->left, rows->size, place->width);
	snprintf(face.text, sizeof(face.text), "%d %g %g %d %d", bar_dots(&box, &bar), bar.full, bar.tick, (int)bar.role, place->width);
	face.bar = &bar;
	draw_face(painting, area, line, place, index, &face);
}

static void draw_cell(struct painting *painting, const struct canvas *area, const struct arrangement *rows, int line,
	const struct place *place, unsigned row, unsigned index, const struct cell *cell, enum severity severity, unsigned ground)
{
	const struct column *column = &painting->panel->columns[index];
	if (column->picture != PICTURE_NONE) {
		draw_picture(painting, area, rows, line, place, row, index, cell, severity, ground);
		return;
	}
	/* Not initialised whole: it is large, and there is one for each cell of each frame. */
	struct face face;
	face.role = panel_role(painting, cell, severity);
	face.ground = ground;
	face.severity = severity;
	face.size = rows->size;
	face.figure = column_is_figure(column);
	face.unit = unit_columns(column);
	face.dim = column->good == DIRECTION_LOW && cell->state == VALUE_NUMBER && cell->number == 0;
	face.edges = &column->edges;
	face.letters = index == 0 && rows->names > 0 ? LETTER_LINES : 0;
	face.bar = NULL;
	face.chart = NULL;
	face.look = 0;
	/* A first limit has no fill: its colour would tear a hole into the selected row, its mark does not. */
	if (ground == ROLE_SELECT && severity != SEVERITY_ALERT)
		face.role = ROLE_SELECT;
	face.align = column->kind == KIND_STATE ? ALIGN_LEFT : column->align;
	if (column->kind == KIND_STATE)
		state_text(painting, area, place, cell, face.text);
	else
		panel_value(painting, row, index, cell, face.text, sizeof(face.text));
	if (column->kind == KIND_PERCENT && cell->state == VALUE_NUMBER && rows->size == 1)
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

/* The ground of all lines of a row, which is kept with its first one. */
static void ground_row(struct painting *painting, const struct arrangement *rows, int line, enum role ground)
{
	bool is_new = false;
	for (int i = 0; i < rows->size; i++)
		is_new = cell_cache_ground(painting->cache, line + i, cell_cache_key(GROUND_ROW, "", (unsigned)ground)) || is_new;
	if (!is_new)
		return;
	if (ground == ROLE_TEXT)
		canvas_blank(&painting->box, line, 0, rows->size, painting->box.columns);
	else
		canvas_fill(&painting->box, line, 0, rows->size, painting->box.columns, ground);
	for (int i = 0; i < rows->size && ground == ROLE_SELECT; i++)
		canvas_repeat(&painting->box, line + i, 0, 1, ROLE_SELECT, GLYPH_SELECTED);
}

static void draw_row(struct painting *painting, const struct canvas *area, const struct arrangement *rows, int line,
	const struct place *places, unsigned row, bool selected)
{
	enum severity lent = lent_severity(painting, row);
	/* Blanks in the attributes of values: then changes, and turned pages, need few changes of attributes. */
	enum role ground = selected ? ROLE_SELECT : painting->stale ? ROLE_STALE : ROLE_VALUE;
	ground_row(painting, rows, line, ground);
	for (unsigned i = 0; i < painting->panel->column_count && i < painting->data->columns; i++) {
		enum severity own = board_severity(painting->panel, painting->data, row, i, painting->stale);
		if (places[i].shown)
			draw_cell(painting, area, rows, line, &places[i], row, i, board_cell(painting->data, row, i),
				own > lent ? own : lent, ground);
	}
}

/* Asked from the API, never added up here; no limits hold for it. */
static void draw_totals(struct painting *painting, const struct canvas *area, const struct arrangement *rows, int line,
	const struct place *places)
{
	unsigned nowhere = painting->data->rows;
	ground_row(painting, rows, line, ROLE_TEXT);
	for (unsigned i = 0; i < painting->panel->column_count && i < painting->data->columns; i++) {
		struct cell cell = painting->data->totals[i];
		if (i == 0 && cell.state != VALUE_NUMBER)
			cell = (struct cell){ .text = "Total", .state = VALUE_TEXT };
		if (places[i].shown)
			draw_cell(painting, area, rows, line, &places[i], nowhere, i, &cell, SEVERITY_NONE, ROLE_NONE);
	}
}

/* For the title. */
static void name_order(struct painting *painting)
{
	enum { BESIDE_WORST = 32 };
	bool descending = false;
	int sorted = sorted_by(painting, &descending);
	/* Half of the words says nothing: the title and how many rows there are need room beside them. */
	bool room = painting->box.columns >= text_width(painting->panel->title) + BESIDE_WORST;
	const char *worst = painting->panel->alarmed_first && !painting->stale && room ? "worst first" : "";
	panel_name_hiding(painting);
	snprintf(painting->order, sizeof(painting->order), "%s", worst);
	if (sorted >= 0)
		snprintf(painting->order, sizeof(painting->order), "%s%s%s%.24s", worst, worst[0] != '\0' ? ", " : "",
			canvas_glyph(&painting->box, descending ? GLYPH_DOWN : GLYPH_UP), painting->panel->columns[sorted].head);
	text_trim(painting->order);
}

static void blank_lines(struct painting *painting, int from, int to)
{
	for (int line = from; line < to; line++)
		if (cell_cache_ground(painting->cache, line, GROUND_BLANK))
			canvas_blank(&painting->box, line, 0, 1, painting->box.columns);
}

static void draw_rule(struct painting *painting, int line)
{
	if (cell_cache_ground(painting->cache, line, GROUND_RULE))
		canvas_repeat(&painting->box, line, 0, painting->box.columns, ROLE_FRAME, GLYPH_HORIZONTAL);
}

/* Where columns or rows moved nothing stands where it is looked for. */
static void keep_place(struct painting *painting, const struct arrangement *rows, const struct place *places)
{
	uint64_t key = cell_cache_key(0, "", (unsigned)((rows->size * 64 + rows->pitch) * 4 + rows->top));
	for (unsigned i = 0; i < painting->panel->column_count; i++) {
		key = cell_cache_key(key, "", (unsigned)(places[i].left * 2 + places[i].shown));
		key = cell_cache_key(key, "", (unsigned)places[i].width);
	}
	if (key == painting->cache->placed)
		return;
	cell_cache_forget(painting->cache);
	canvas_blank(&painting->box, 0, 0, painting->box.lines, painting->box.columns);
	painting->cache->placed = key;
}

static void draw_nothing(struct painting *painting, const struct canvas *area)
{
	blank_lines(painting, 1, 2);
	/* Whatever comes next has to be drawn over it. */
	(void)cell_cache_ground(painting->cache, 1, GROUND_WORDS);
	panel_nothing(painting, area, 1);
}

/* Rows from line 1 on, the totals below them, and what is between and behind all of these. */
static void draw_rows(struct painting *painting, const struct canvas *area, const struct arrangement *rows,
	const struct place *places)
{
	const struct panel_view *view = painting->view;
	int next = HEAD_LINES, slot = 0;
	if (view->order.count == 0 && !rows->totals && rows->visible > 0) {
		draw_nothing(painting, area);
		next++;
	}
	for (unsigned at = view->top; at < painting->end && slot < rows->visible; at++, slot++) {
		int line = row_line(rows, slot);
		blank_lines(painting, next, line);
		draw_row(painting, area, rows, line, places, order_row(&view->order, at), view->selected && at == view->position);
		next = line + rows->size;
		bool last = at + 1 == painting->end || slot + 1 == rows->visible;
		if (rows->pitch == rows->size || (last && !rows->totals))
			continue;
		/* Lines of text are told apart by a blank one: as many rules would be louder than they are. */
		if (rows->size == 1 && !last)
			continue;
		line = rows->top + (slot + 1) * rows->pitch - 1;
		blank_lines(painting, next, line);
		draw_rule(painting, line);
		next = line + 1;
	}
	if (rows->totals) {
		/* Rows that nothing separates have a rule before the totals. */
		if (rows->pitch == rows->size)
			draw_rule(painting, next++);
		int line = rows->pitch == rows->size ? next : row_line(rows, slot);
		blank_lines(painting, next, line);
		draw_totals(painting, area, rows, line, places);
		next = line + rows->size;
	}
	blank_lines(painting, next, painting->box.lines);
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
	struct arrangement rows = arrange(painting, area.columns);
	struct row_look look = { .size = rows.size, .name = rows.names };
	columns_place(painting->panel, &area, area.columns, &look, places);
	keep_place(painting, &rows, places);
	painting->head = rows.top;
	painting->pitch = rows.pitch;
	(void)panel_scroll(painting, (unsigned)rows.visible, UINT_MAX);
	name_order(painting);
	draw_head(painting, &area, places);
	note_heads(painting, &area, places);
	draw_rows(painting, &area, &rows, places);
	painting->cache->valid = true;
}
