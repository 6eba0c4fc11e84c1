/*
 * The day by half-hours: a line for each, from the first of which anything is known, and their sum below. Where there is
 * more room than for these, lines of half-hours to come, and bars of the first column; where there is less, the oldest lines and the least
 * important columns go. Which columns have room depends on the size of the box and on the layout alone.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "board/history.h"
#include "screen/figures.h"
#include "screen/panel.h"

enum {
	GAP_COLUMNS = 2,
	GAP_MOST = 6,
	BAR_LEAST = 8,
	SUM_LINES = 4, /* from here on the sum stands below the half-hours */
};

/* Where everything stands; 0 columns: it has no room. */
struct plan {
	int left[LAYOUT_COLUMNS_MAX], width[LAYOUT_COLUMNS_MAX]; /* of values, whose marks stand behind them */
	int bar, bar_width; /* beside the first column */
	int first;          /* that column; -1: none */
	double most;        /* which fills a bar */
};

/* "14:30" and a mark that not all of it was seen. */
static int time_columns(const struct painting *painting)
{
	return day_time_columns(painting->scene->clock, false) + 1;
}

static bool has_marks(const struct column *column)
{
	return column_has_limits(column);
}

static int wanted_width(const struct column *column)
{
	int head = text_width(column->head);
	return (column->width > head ? column->width : head) + (has_marks(column) ? COLUMNS_MARK : 0);
}

/* The shown column with the lowest priority, the last of equal ones; -1: none. */
static int least_important(const struct panel *panel, const bool *shown)
{
	int least = -1;
	for (unsigned i = 0; i < panel->column_count; i++)
		if (shown[i] && (least < 0 || panel->columns[i].priority <= panel->columns[least].priority))
			least = (int)i;
	return least;
}

static struct plan make_plan(const struct panel *panel, int time, int columns)
{
	struct plan plan = { .first = -1 };
	bool shown[LAYOUT_COLUMNS_MAX] = { false };
	int used = time, count = 0;
	for (unsigned i = 0; i < panel->column_count; i++) {
		shown[i] = !panel->columns[i].unshown;
		if (!shown[i])
			continue;
		used += GAP_COLUMNS + wanted_width(&panel->columns[i]);
		count++;
	}
	while (used > columns && count > 0) {
		int gone = least_important(panel, shown);
		shown[gone] = false;
		used -= GAP_COLUMNS + wanted_width(&panel->columns[gone]);
		count--;
	}
	int spare = columns - used, bar = spare >= BAR_LEAST + GAP_COLUMNS ? spare / 2 : 0;
	if (bar > 0 && bar < BAR_LEAST)
		bar = BAR_LEAST;
	int wider = count > 0 ? (spare - bar) / count : 0;
	wider = wider > GAP_MOST ? GAP_MOST : wider;
	if (bar > 0)
		bar = spare - wider * count - GAP_COLUMNS;
	plan.bar_width = bar;
	int left = time;
	for (unsigned i = 0; i < panel->column_count; i++) {
		if (!shown[i])
			continue;
		left += GAP_COLUMNS + wider;
		plan.left[i] = left;
		plan.width[i] = wanted_width(&panel->columns[i]) - (has_marks(&panel->columns[i]) ? COLUMNS_MARK : 0);
		left += wanted_width(&panel->columns[i]);
		if (plan.first < 0) {
			plan.first = (int)i;
			plan.bar = left + GAP_COLUMNS;
			left += plan.bar_width > 0 ? GAP_COLUMNS + plan.bar_width : 0;
		}
	}
	return plan;
}

static void put_head(const struct painting *painting, const struct canvas *line, const struct plan *plan)
{
	canvas_put(line, 0, 0, time_columns(painting), ROLE_LABEL, ALIGN_LEFT, "From");
	for (unsigned i = 0; i < painting->panel->column_count; i++)
		if (plan->width[i] > 0)
			canvas_put(line, 0, plan->left[i], plan->width[i], ROLE_LABEL, ALIGN_RIGHT, painting->panel->columns[i].head);
}

/* As text; what is not known has the mark of it, and a level or a wait without calls that of a blank. */
static void value_of(const struct painting *painting, const struct history_interval *interval, unsigned index, char *out, size_t size)
{
	const struct column *column = &painting->panel->columns[index];
	float value = interval->values[index];
	if (!isnan(value)) {
		bool level = column->kind == KIND_PERCENT;
		double shown = column->kind == KIND_COUNT ? round((double)value) : (double)value;
		int used = level && interval->margin >= 0.5F ? snprintf(out, size, "~") : 0;
		(void)value_format(out + used, size - (size_t)used, shown, column->kind, &column->edges);
		return;
	}
	bool nothing = column->kind == KIND_PERCENT ? interval->idle : interval->known && column->kind == KIND_DURATION;
	snprintf(out, size, "%s", canvas_glyph(&painting->box, nothing ? GLYPH_BLANK : GLYPH_NEVER));
}

static enum severity severity_of(const struct painting *painting, const struct history_interval *interval, unsigned index)
{
	const struct column *column = &painting->panel->columns[index];
	struct cell cell = { .text = "", .number = (double)interval->values[index], .state = VALUE_NUMBER };
	if (isnan(interval->values[index]) || painting->stale)
		return SEVERITY_NONE;
	return threshold_severity(&column->warn, &column->alert, &cell);
}

/* What is over is told, but does not call as what is wrong now does. */
static enum role value_role(enum severity severity, bool running)
{
	if (running || severity == SEVERITY_NONE)
		return style_severity(severity);
	return severity == SEVERITY_ALERT ? ROLE_SEVERE : ROLE_NOTE;
}

static void put_values(const struct painting *painting, const struct canvas *line, const struct plan *plan,
	const struct history_interval *interval)
{
	for (unsigned i = 0; i < painting->panel->column_count; i++) {
		char text[PANEL_VALUE_MAX];
		if (plan->width[i] <= 0)
			continue;
		value_of(painting, interval, i, text, sizeof(text));
		enum severity severity = severity_of(painting, interval, i);
		enum role role = painting->stale ? ROLE_STALE : value_role(severity, interval->running);
		if (isnan(interval->values[i]) || (severity == SEVERITY_NONE && interval->values[i] <= 0))
			role = painting->stale ? ROLE_STALE : ROLE_LABEL;
		canvas_put(line, 0, plan->left[i], plan->width[i], role, ALIGN_RIGHT, text);
		if (severity != SEVERITY_NONE)
			canvas_put(line, 0, plan->left[i] + plan->width[i] + 1, COLUMNS_MARK - 1, role, ALIGN_LEFT, style_mark(severity));
	}
}

static void put_bar(const struct painting *painting, const struct canvas *line, const struct plan *plan,
	const struct history_interval *interval)
{
	float value = plan->first >= 0 ? interval->values[plan->first] : NAN;
	if (plan->bar_width <= 0 || !(value > 0) || !(plan->most > 0))
		return;
	/* As wide as the value is: there is nothing that a track beside it would tell. */
	double columns = (double)value / plan->most * plan->bar_width, least = 1.0 / 16;
	int width = (int)ceil(columns - least);
	width = width < 1 ? 1 : width;
	struct canvas area = canvas_part(line, 0, plan->bar, 1, width);
	enum role role = painting->stale ? ROLE_STALE : ROLE_FINE;
	bar_draw(&area, &(struct bar){ .value = (double)value, .full = plan->most * width / plan->bar_width, .tick = (double)NAN, .role = role, .track = ROLE_FRAME,
		.target = ROLE_LIMIT });
}

/* The half-hour that runs has a mark of its own and a brighter time, so that the eye finds it. */
static void put_interval(const struct painting *painting, const struct canvas *line, const struct plan *plan,
	const struct history_interval *interval)
{
	char text[DAY_TIME_MAX];
	int columns = time_columns(painting);
	bool future = interval->from_ms > painting->scene->wall_ms;
	enum role role = painting->stale ? ROLE_STALE : interval->running ? ROLE_TITLE : future ? ROLE_FRAME : ROLE_LABEL;
	day_time_text(painting->scene->clock, false, interval->from_ms, text);
	canvas_put(line, 0, 0, columns - 1, role, ALIGN_LEFT, text);
	if (future)
		return;
	if (interval->running)
		canvas_repeat(line, 0, columns - 1, 1, role, GLYPH_SELECTED);
	else if (interval->partial)
		canvas_put(line, 0, columns - 1, 1, role, ALIGN_LEFT, "~");
	put_values(painting, line, plan, interval);
	put_bar(painting, line, plan, interval);
}

/* Beside the title: since when, and what the marks mean. */
static void put_corner(struct painting *painting, const struct history_interval *first, bool cut, bool partial)
{
	char since[DAY_TIME_MAX];
	day_time_text(painting->scene->clock, false, first->seen_ms, since);
	const char *dot = canvas_glyph(&painting->box, GLYPH_MIDDLE_DOT);
	snprintf(painting->corner, sizeof(painting->corner), "%s %s%s%s%s", cut ? "from" : "since", day_time_in_sentence(since), partial ? " " : "",
		partial ? dot : "", partial ? " ~ partly seen" : "");
}

/* The half-hours that are shown: all that are known, and as many to come as there is room for. */
static unsigned choose(const struct history_interval *intervals, unsigned count, int64_t wall_ms, unsigned room, unsigned *end)
{
	unsigned first = 0, now = 0;
	while (first < count && !intervals[first].known)
		first++;
	while (now + 1 < count && intervals[now + 1].from_ms <= wall_ms)
		now++;
	*end = first + room < count ? first + room : count;
	if (*end > now)
		return first;
	*end = now + 1;
	return now + 1 - room;
}

void panel_intervals(struct painting *painting)
{
	struct history_interval intervals[HISTORY_HALVES], sum;
	const struct scene *scene = painting->scene;
	if (panel_absent(painting))
		return;
	struct canvas inside = canvas_part(&painting->box, 0, 1, painting->box.lines, painting->box.columns - 2);
	unsigned count = scene->history == NULL ? 0 :
		history_intervals(scene->history, painting->panel, scene->wall_ms, intervals, &sum);
	if (count == 0 || !sum.known) {
		(void)canvas_wrap(&inside, panel_middle(painting, 1), ROLE_LABEL, true, "no value yet", true);
		return;
	}
	struct plan plan = make_plan(painting->panel, time_columns(painting), inside.columns);
	int lines = inside.lines + painting->cut, below = lines >= SUM_LINES ? 1 : 0;
	unsigned end, room = (unsigned)(lines - 1 - below > 0 ? lines - 1 - below : 1);
	unsigned first = choose(intervals, count, scene->wall_ms, room, &end);
	bool partial = false;
	for (unsigned i = first; i < end; i++) {
		partial = partial || (intervals[i].partial && !intervals[i].running);
		if (plan.first >= 0 && !isnan(intervals[i].values[plan.first]))
			plan.most = fmax(plan.most, (double)intervals[i].values[plan.first]);
	}
	put_corner(painting, &intervals[first], first > 0 && intervals[first - 1].known, partial);
	put_head(painting, &inside, &plan);
	for (unsigned i = first; i < end; i++) {
		struct canvas line = canvas_part(&inside, 1 + (int)(i - first), 0, 1, inside.columns);
		if (line.lines > 0)
			put_interval(painting, &line, &plan, &intervals[i]);
	}
	if (below == 0)
		return;
	struct canvas line = canvas_part(&inside, 1 + (int)(end - first), 0, 1, inside.columns);
	if (line.lines <= 0)
		return;
	canvas_put(&line, 0, 0, time_columns(painting), painting->stale ? ROLE_STALE : ROLE_TITLE, ALIGN_LEFT, "Day");
	put_values(painting, &line, &plan, &sum);
}
