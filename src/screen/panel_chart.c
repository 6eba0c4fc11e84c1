/*
 * Series over time: one as an area or a line, or several as lines, over a quarter of an hour to five weeks, or the day from midnight
 * to midnight. Up to a day they are of minutes, beyond it of quarter-hours. Another day may stand behind one of them. At the left are a
 * few round values and the limits, below it the times of the machine's zone, and the limits are dashed lines. A minute
 * without a value is a gap. The picture moves on by whole values of whole minutes, and its arrangement depends on the size of
 * the box and on the layout alone.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/local_time.h"
#include "base/text.h"
#include "screen/figures.h"
#include "screen/panel.h"

enum {
	AXIS_COLUMNS = 24, /* from here on there are values at the left */
	AXIS_LINES = 4,    /* ... and times below */
	LEGEND_LINES = 4,
	TIME_APART = 4, /* blanks from one time to the next */
	VALUES_MOST = 6,   /* at the left */
	AXIS_TEXT = 32,
	AXIS_DIGITS = 1000000000, /* numbers from here on are written short at the left */
	CHART_LINES_MAX = 1000, /* of any terminal */
	MINUTE_MS = 60 * 1000,
};

/* Round numbers between low and high. */
struct axis {
	double low, high, step;
	int parts; /* steps from low to high */
};

struct plot {
	struct canvas area; /* of the picture alone */
	struct axis axis;
	unsigned count;     /* of values side by side */
	int64_t first_ms, end_ms; /* CLOCK_BOOTTIME at the left and at the right */
	float values[LAYOUT_SERIES_MAX][HISTORY_DAY_SLOTS];
	float other[HISTORY_DAY_SLOTS]; /* of another day at the same times */
	bool compared; /* some of that is known */
	bool any; /* there is a value */
};

static const enum role series_roles[LAYOUT_SERIES_MAX] = { ROLE_FINE, ROLE_VALUE, ROLE_LABEL, ROLE_KEY };

static bool is_drawn(const struct threshold *limit)
{
	return limit->comparison != COMPARE_NONE && limit->comparison != COMPARE_EQ && limit->comparison != COMPARE_NE;
}

/* ---- what there is ---- */

enum { DAY_MINUTES = 24 * 60, QUARTER_MINUTES = 15 };

static int64_t wall_from_boot(const struct painting *painting)
{
	return painting->scene->wall_ms - painting->scene->now_ms;
}

/* By minutes: whole shares of the clock since the start of the machine, so that the picture moves on in whole steps. */
static bool read_minutes(const struct painting *painting, struct plot *plot, unsigned index, unsigned minutes)
{
	return history_read(painting->scene->history, painting->panel, index, plot->end_ms - 1, minutes, plot->count, plot->values[index]);
}

/* The day: of each share the mean of the minutes in it; what is to come is a gap. */
static bool read_day(const struct painting *painting, struct plot *plot, unsigned index, int64_t step_ms)
{
	float minutes[HISTORY_DAY_SLOTS];
	int64_t now_ms = scene_runs_until(painting->scene);
	bool any = history_read(painting->scene->history, painting->panel, index, now_ms, 1, HISTORY_DAY_SLOTS, minutes);
	int64_t oldest_ms = (now_ms / MINUTE_MS - HISTORY_DAY_SLOTS + 1) * MINUTE_MS;
	for (unsigned at = 0; at < plot->count; at++) {
		int64_t from = (plot->first_ms + at * step_ms - oldest_ms) / MINUTE_MS, end = from + step_ms / MINUTE_MS, values = 0;
		double sum = 0;
		for (int64_t i = from < 0 ? 0 : from; any && i < end && i < HISTORY_DAY_SLOTS; i++)
			if (!isnan(minutes[i])) {
				sum += (double)minutes[i];
				values++;
			}
		plot->values[index][at] = values > 0 ? (float)(sum / (double)values) : NAN;
	}
	return any;
}

/* So much earlier the local clock showed the same time on the other day. */
static int64_t against_shift(enum against against, int64_t wall_ms)
{
	int64_t days = against == AGAINST_WEEK ? 7 : 1;
	int64_t midnight_s = local_day(wall_ms / 1000, 0), then_s = local_day(wall_ms / 1000, -(int)days);
	return (midnight_s - then_s) * 1000;
}

static void read_other(const struct painting *painting, struct plot *plot, int64_t step_ms)
{
	const struct panel *panel = painting->panel;
	int64_t from_ms = plot->first_ms + wall_from_boot(painting);
	plot->compared = false;
	if (panel->against == AGAINST_NOTHING)
		return;
	int64_t shift_ms = against_shift(panel->against, from_ms);
	if (shift_ms == against_shift(panel->against, from_ms + plot->count * step_ms - 1)) {
		plot->compared = history_read_quarters(painting->scene->history, panel, 0, from_ms - shift_ms, step_ms, plot->count,
			plot->other);
		return;
	}
	/* Where a clock was changed between the two days each time has its own distance. */
	for (unsigned at = 0; at < plot->count; at++) {
		int64_t then_ms = from_ms + at * step_ms;
		bool read = history_read_quarters(painting->scene->history, panel, 0, then_ms - against_shift(panel->against, then_ms),
			step_ms, 1, &plot->other[at]);
		plot->compared = plot->compared || read;
	}
}

/* How long one value is: as many as there are dots, in whole minutes, or quarter-hours where there are no minutes. */
static int64_t value_length(const struct panel *panel, int64_t length_ms, int dots)
{
	int64_t unit = (panel->span > DAY_MINUTES || panel->columns[0].gained ? QUARTER_MINUTES : 1) * (int64_t)MINUTE_MS;
	int64_t most = dots < 1 ? 1 : dots > HISTORY_DAY_SLOTS ? HISTORY_DAY_SLOTS : dots;
	return (length_ms + most * unit - 1) / (most * unit) * unit;
}

static void read_values(const struct painting *painting, struct plot *plot)
{
	const struct panel *panel = painting->panel;
	int64_t now_ms = scene_runs_until(painting->scene), offset = wall_from_boot(painting);
	bool quarters = panel->span > DAY_MINUTES || panel->columns[0].gained, day = panel->span == 0;
	int64_t length_ms = panel->span * (int64_t)MINUTE_MS;
	if (day) {
		plot->first_ms = local_day((now_ms + offset) / 1000, 0) * 1000 - offset;
		length_ms = local_day((now_ms + offset) / 1000, 1) * 1000 - offset - plot->first_ms;
	}
	int64_t step_ms = value_length(panel, length_ms, chart_dots(&plot->area));
	plot->count = (unsigned)((length_ms + (day ? step_ms - 1 : 0)) / step_ms);
	plot->end_ms = day ? plot->first_ms + plot->count * step_ms :
		quarters ? ((now_ms + offset) / step_ms + 1) * step_ms - offset : (now_ms / step_ms + 1) * step_ms;
	plot->first_ms = plot->end_ms - plot->count * step_ms;
	plot->any = false;
	for (unsigned i = 0; i < panel->column_count; i++) {
		bool read = painting->scene->history != NULL && (quarters ? history_read_quarters(painting->scene->history, panel, i,
			plot->first_ms + offset, step_ms, plot->count, plot->values[i]) :
			day ? read_day(painting, plot, i, step_ms) : read_minutes(painting, plot, i, (unsigned)(step_ms / MINUTE_MS)));
		for (unsigned at = 0; !read && at < plot->count; at++)
			plot->values[i][at] = NAN;
		plot->any = plot->any || read;
	}
	if (painting->scene->history != NULL)
		read_other(painting, plot, step_ms);
	else
		plot->compared = false;
}

/* ---- round values ---- */

/* The round numbers from the smallest: those that are usual, then by decades. */
static double round_step(enum kind kind, unsigned index)
{
	static const double percents[] = { 1, 2, 5, 10, 20, 25, 50, 100 };
	static const double seconds[] = { 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400 };
	static const double counts[] = { 1 };
	static const double beyond[] = { 2, 5, 10 };
	const double *usual = kind == KIND_PERCENT ? percents : kind == KIND_DURATION ? seconds : counts;
	unsigned count = kind == KIND_PERCENT ? sizeof(percents) / sizeof(percents[0]) :
		kind == KIND_DURATION ? sizeof(seconds) / sizeof(seconds[0]) : 1;
	if (index < count)
		return usual[index];
	return usual[count - 1] * beyond[(index - count) % 3] * pow(10, (index - count) / 3);
}

/* A step that is so small beside the numbers that adding it changes nothing does not do. */
static struct axis axis_fit(enum kind kind, double least, double most, int parts)
{
	enum { STEPS = 200 }; /* far beyond every number that can be read */
	struct axis axis = { .high = 1, .step = 1, .parts = 1 };
	for (unsigned i = 0; i < STEPS; i++) {
		axis.step = round_step(kind, i);
		axis.low = floor(least / axis.step) * axis.step;
		axis.high = ceil(most / axis.step) * axis.step;
		if (axis.high <= axis.low)
			axis.high = axis.low + axis.step;
		if (axis.high > axis.low && axis.high - axis.low <= axis.step * (parts + 0.5))
			break;
	}
	axis.parts = (int)((axis.high - axis.low) / axis.step + 0.5);
	return axis;
}

static double axis_value(const struct axis *axis, int part)
{
	return axis->low + part * axis->step;
}

/* What grows all day, and percentages, are shown from near their least; the rest from 0. */
static struct axis find_axis(const struct panel *panel, const struct plot *plot)
{
	double least = INFINITY, most = -INFINITY;
	bool from_zero = panel->columns[0].kind != KIND_PERCENT;
	for (unsigned i = 0; i < panel->column_count; i++) {
		const struct threshold *limits[] = { &panel->columns[i].warn, &panel->columns[i].alert };
		from_zero = from_zero && (panel->columns[i].gained || !statistic_per_day(panel->columns[i].stat));
		for (unsigned at = 0; at < 2; at++)
			if (is_drawn(limits[at])) {
				least = fmin(least, limits[at]->number);
				most = fmax(most, limits[at]->number);
			}
		for (unsigned at = 0; at < plot->count; at++)
			if (!isnan(plot->values[i][at])) {
				least = fmin(least, (double)plot->values[i][at]);
				most = fmax(most, (double)plot->values[i][at]);
			}
	}
	for (unsigned at = 0; plot->compared && at < plot->count; at++)
		if (!isnan(plot->other[at])) {
			least = fmin(least, (double)plot->other[at]);
			most = fmax(most, (double)plot->other[at]);
		}
	if (from_zero || isinf(least))
		least = fmin(least, 0);
	if (isinf(most))
		most = least;
	int parts = plot->area.lines / 2;
	return axis_fit(panel->columns[0].kind, least, most, parts < 1 ? 1 : parts > VALUES_MOST ? VALUES_MOST : parts);
}

/* ---- the values at the left ---- */

/* What has more digits than anybody counts must not take the room of the picture. */
static void axis_text(char text[AXIS_TEXT], double value, enum kind kind)
{
	if (kind != KIND_DURATION && fabs(value) >= AXIS_DIGITS)
		(void)snprintf(text, AXIS_TEXT, "%.3g%s", value, kind == KIND_PERCENT ? " %" : "");
	else
		(void)value_format(text, AXIS_TEXT, value, kind, NULL);
}

/* Room for the usual ones, so that the picture does not move when they change. */
static int axis_width(const struct panel *panel, const struct axis *axis)
{
	enum kind kind = panel->columns[0].kind;
	int width = kind == KIND_COUNT ? 3 : 5;
	char text[AXIS_TEXT];
	for (int part = 0; part <= axis->parts; part++) {
		axis_text(text, axis_value(axis, part), kind);
		width = text_width(text) > width ? text_width(text) : width;
	}
	return width;
}

/* One value beside its line, unless another stands there. */
static void put_axis_value(const struct canvas *side, const struct plot *plot, bool *used, double value, enum kind kind,
	enum role role)
{
	char text[AXIS_TEXT];
	int line = chart_line(&plot->area, value, plot->axis.low, plot->axis.high);
	if (line < 0 || line >= side->lines || line >= CHART_LINES_MAX || used[line])
		return;
	used[line] = true;
	axis_text(text, value, kind);
	canvas_put(side, line, 0, side->columns, role, ALIGN_RIGHT, text);
}

/* The limits are dashed lines; without colour their numbers tell which they are. */
static void draw_limits(const struct painting *painting, const struct canvas *side, const struct plot *plot, bool *used)
{
	const struct panel *panel = painting->panel;
	for (unsigned i = 0; i < panel->column_count; i++) {
		const struct threshold *limits[] = { &panel->columns[i].alert, &panel->columns[i].warn };
		for (unsigned at = 0; at < 2; at++) {
			if (!is_drawn(limits[at]))
				continue;
			enum role role = painting->stale ? ROLE_STALE : at == 0 ? ROLE_SEVERE : ROLE_LIMIT;
			int line = chart_line(&plot->area, limits[at]->number, plot->axis.low, plot->axis.high);
			canvas_repeat(&plot->area, line, 0, plot->area.columns, role, GLYPH_LIMIT);
			put_axis_value(side, plot, used, limits[at]->number, panel->columns[i].kind, painting->stale ? ROLE_STALE :
				at == 0 ? ROLE_SEVERE : ROLE_NOTE);
		}
	}
}

static void draw_values(const struct painting *painting, const struct canvas *side, const struct plot *plot, bool *used)
{
	const struct axis *axis = &plot->axis;
	for (int part = 0; part <= axis->parts; part++)
		put_axis_value(side, plot, used, axis_value(axis, part), painting->panel->columns[0].kind, ROLE_LABEL);
}

/* ---- the times below ---- */

/* Minutes from one time to the next: as many times as have room. */
static int time_step(int span, int columns, int time)
{
	static const int steps[] = { 1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360, 720, 1440, 2 * 1440, 7 * 1440 };
	for (unsigned i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (steps[i] * columns >= span * (time + TIME_APART))
			return steps[i];
	return 0;
}

/*
 * Round times by the clock on the wall, from the newest back. Where the zone's offset changed a step may end between two round
 * ones, and the next one is looked for.
 */
static void draw_times(const struct painting *painting, const struct canvas *line, const struct plot *plot, int left)
{
	int span = (int)((plot->end_ms - plot->first_ms) / MINUTE_MS);
	int step = time_step(span, plot->area.columns, day_time_columns(painting->scene->clock, false)), free_to = line->columns, days = step > DAY_MINUTES ? step / DAY_MINUTES : 1;
	int64_t offset = wall_from_boot(painting);
	time_t at = (time_t)((plot->end_ms + offset) / 1000), first = (time_t)((plot->first_ms + offset) / 1000);
	struct tm local;
	while (step > 0 && localtime_r(&at, &local) != NULL) {
		at -= (local.tm_hour * 60 + local.tm_min) % (step > DAY_MINUTES ? DAY_MINUTES : step) * 60 + local.tm_sec;
		if (at < first || localtime_r(&at, &local) == NULL)
			break;
		char text[DAY_TIME_MAX];
		int64_t since_ms = at * INT64_C(1000) - offset - plot->first_ms;
		int column = left + (int)(since_ms * plot->area.columns / (plot->end_ms - plot->first_ms));
		int minutes = local.tm_hour * 60 + local.tm_min;
		bool round = step > DAY_MINUTES ? minutes == 0 && local.tm_yday % days == 0 : minutes % step == 0;
		/* Where there are several days, a day is named at its midnight. */
		bool named = minutes == 0 && span > DAY_MINUTES + 60;
		day_time_text(painting->scene->clock, false, at * INT64_C(1000), text);
		if (round && (!named || strftime(text, sizeof(text), "%a %d", &local) > 0)) {
			int from = column - text_width(text) / 2;
			from = from + text_width(text) > line->columns ? line->columns - text_width(text) : from < 0 ? 0 : from;
			if (from + text_width(text) <= free_to) {
				canvas_text(line, 0, from, ROLE_LABEL, text);
				free_to = from - 1;
			}
		}
		at--;
	}
}

/* ---- what it is now ---- */

static enum role now_role(const struct painting *painting, enum severity severity, enum role plain)
{
	return painting->stale ? ROLE_STALE : severity == SEVERITY_ALERT ? ROLE_SEVERE : severity == SEVERITY_WARN ? ROLE_NOTE : plain;
}

static enum severity now_text(struct painting *painting, unsigned index, char *out, size_t size)
{
	char value[PANEL_VALUE_MAX];
	enum severity severity = board_severity(painting->panel, painting->data, 0, index, painting->stale);
	panel_value(painting, 0, index, board_cell(painting->data, 0, index), value, sizeof(value));
	snprintf(out, size, "%.100s%s%s%s", value, painting->panel->columns[index].gained ? " today" : "",
		severity == SEVERITY_NONE ? "" : " ", style_mark(severity));
	return severity;
}

/* "yesterday 3" behind it, where that is known. */
static void add_other(struct painting *painting, const struct plot *plot)
{
	const struct column *column = &painting->panel->columns[0];
	int64_t length_ms = plot->end_ms - plot->first_ms, since_ms = scene_runs_until(painting->scene) - plot->first_ms;
	unsigned at = (unsigned)(since_ms * plot->count / length_ms);
	size_t used = strlen(painting->corner);
	char value[64] = "";
	if (!plot->compared)
		return;
	if (at < plot->count && !isnan(plot->other[at]) && !column->gained)
		(void)value_format(value, sizeof(value), column->kind == KIND_COUNT ? round((double)plot->other[at]) : (double)plot->other[at],
			column->kind, NULL);
	snprintf(painting->corner + used, sizeof(painting->corner) - used, " %s %s %s%s%s",
		canvas_glyph(&painting->box, GLYPH_MIDDLE_DOT), chart_behind(&painting->box),
		painting->panel->against == AGAINST_WEEK ? "last week" : "yesterday", value[0] != '\0' ? " " : "", value);
}

/* "A Waiting 9 !", one beside the other; what has no room loses its label. */
static void draw_legend(struct painting *painting, const struct canvas *line)
{
	const struct panel *panel = painting->panel;
	char values[LAYOUT_SERIES_MAX][128];
	int all = 0, column = 0;
	for (unsigned i = 0; i < panel->column_count; i++) {
		(void)now_text(painting, i, values[i], sizeof(values[i]));
		all += text_width(panel->columns[i].label) + text_width(values[i]) + 6;
	}
	bool labels = all <= line->columns + 3;
	for (unsigned i = 0; i < panel->column_count && column < line->columns; i++) {
		char letter[] = { (char)('A' + i), '\0' };
		enum severity severity = board_severity(panel, painting->data, 0, i, painting->stale);
		if (panel->column_count > 1)
			column = canvas_text(line, 0, column, painting->stale ? ROLE_STALE : series_roles[i], letter) + 1;
		if (labels)
			column = canvas_text(line, 0, column, ROLE_LABEL, panel->columns[i].label) + 1;
		column = canvas_text(line, 0, column, now_role(painting, severity, ROLE_VALUE), values[i]) + 3;
	}
}

/* Which line is whose, at its end; of lines that end together one beside the other. */
static void draw_letters(const struct painting *painting, const struct canvas *side, const struct plot *plot)
{
	int lines[LAYOUT_SERIES_MAX];
	for (unsigned i = 0; i < painting->panel->column_count; i++) {
		float last = plot->values[i][plot->count - 1];
		char letter[] = { (char)('A' + i), '\0' };
		int column = 0;
		lines[i] = isnan(last) ? -1 : chart_line(&plot->area, (double)last, plot->axis.low, plot->axis.high);
		if (lines[i] < 0)
			continue;
		for (unsigned before = 0; before < i; before++)
			column += lines[before] == lines[i];
		canvas_text(side, lines[i], column, painting->stale ? ROLE_STALE : series_roles[i], letter);
	}
}

/* ---- all of it ---- */

static void draw_series(const struct painting *painting, const struct plot *plot)
{
	struct chart charts[LAYOUT_SERIES_MAX + 1];
	const struct panel *panel = painting->panel;
	unsigned behind = plot->compared ? 1 : 0;
	charts[0] = (struct chart){ .values = plot->other, .count = plot->count, .kind = panel->columns[0].kind, .behind = true,
		.stale = painting->stale, .fine = ROLE_FRAME, .low = plot->axis.low, .high = plot->axis.high };
	for (unsigned i = 0; i < panel->column_count; i++) {
		const struct column *column = &panel->columns[i];
		charts[behind + i] = (struct chart){ .values = plot->values[i], .count = plot->count, .kind = column->kind,
			.line = panel->style == CHART_LINE || panel->column_count > 1, .stale = painting->stale,
			.fine = series_roles[i], .warn = &column->warn, .alert = &column->alert,
			.low = plot->axis.low, .high = plot->axis.high };
	}
	charts_draw(&plot->area, charts, behind + panel->column_count);
}

static void place_area(struct plot *plot, const struct canvas *inside, int left, int right, int below)
{
	plot->area = canvas_part(inside, 0, left, inside->lines - below, inside->columns - left - right);
}

void panel_chart(struct painting *painting)
{
	const struct panel *panel = painting->panel;
	struct plot plot;
	if (panel_absent(painting))
		return;
	if (panel->column_count == 1) {
		enum severity severity = now_text(painting, 0, painting->corner, sizeof(painting->corner));
		painting->corner_role = now_role(painting, severity, ROLE_VALUE);
	}
	struct canvas inside = canvas_part(&painting->box, 0, 1, painting->box.lines, painting->box.columns - 2);
	bool legend = (panel->column_count > 1 || !painting->framed) && inside.lines + painting->cut >= LEGEND_LINES;
	if (legend) {
		draw_legend(painting, &inside);
		inside = canvas_part(&inside, 1, 0, inside.lines - 1, inside.columns);
	}
	/* Of a picture that is cut nothing can be read. */
	if (painting->cut > 0 || inside.lines <= 0)
		return;
	bool axis = inside.columns >= AXIS_COLUMNS;
	int below = axis && inside.lines >= AXIS_LINES ? 1 : 0;
	int right = panel->column_count > 1 ? (int)panel->column_count + 1 : 0;
	int left = axis ? axis_width(panel, &(struct axis){ .step = 1 }) + 1 : 0;
	place_area(&plot, &inside, left, right, below);
	read_values(painting, &plot);
	plot.axis = find_axis(panel, &plot);
	if (axis && axis_width(panel, &plot.axis) >= left) {
		left = axis_width(panel, &plot.axis) + 1;
		place_area(&plot, &inside, left, right, below);
		read_values(painting, &plot);
	}
	if (plot.area.columns <= 0 || plot.area.lines <= 0)
		return;
	add_other(painting, &plot);
	if (!plot.any && !plot.compared) {
		(void)canvas_wrap(&inside, panel_middle(painting, 1), ROLE_LABEL, true, "no value yet", true);
		return;
	}
	bool used[CHART_LINES_MAX] = { false };
	struct canvas side = canvas_part(&inside, 0, 0, plot.area.lines, axis ? left - 1 : 0);
	draw_limits(painting, &side, &plot, used);
	if (axis)
		draw_values(painting, &side, &plot, used);
	draw_series(painting, &plot);
	if (right > 0) {
		struct canvas end = canvas_part(&inside, 0, left + plot.area.columns + 1, plot.area.lines, right - 1);
		draw_letters(painting, &end, &plot);
	}
	if (below > 0) {
		struct canvas times = canvas_part(&inside, plot.area.lines, 0, 1, inside.columns);
		draw_times(painting, &times, &plot, left);
	}
}
