/*
 * Pools of services, a line for each: people needed, here, and missing or spare, the service level of the next half-hour, what
 * it will be between, and small bars of the level with two people fewer up to three more. What has no room goes from the
 * right; the width of the box alone decides. Keys try one more or one fewer: the line then tells that half-hour.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "board/staffing.h"
#include "screen/panel.h"

enum {
	GAP = 2,
	PEOPLE_COLUMNS = 12, /* "≈ 12 missing" */
	COUNT_COLUMNS = 6,
	LEVEL_COLUMNS = 8,   /* "Expected" */
	RANGE_COLUMNS = 8,   /* "50–100 %" */
	WAIT_COLUMNS = 7,
	NAME_LEAST = 10,
	TEXT_MAX = 160,
};

/* What a line tells, in the order in which it goes where there is no room. */
enum part { PART_WAIT, PART_RANGE, PART_COUNTS, PART_CURVE, PART_LEVEL, PARTS };

struct plan {
	bool shown[PARTS];
	int name;
};

static const int part_columns[PARTS] = {
	[PART_WAIT] = GAP + WAIT_COLUMNS, [PART_RANGE] = GAP + RANGE_COLUMNS, [PART_COUNTS] = 2 * (GAP + COUNT_COLUMNS),
	[PART_CURVE] = GAP + STAFFING_CURVE, [PART_LEVEL] = GAP + LEVEL_COLUMNS,
};

/* One pool. */
struct line {
	const struct panel *panel;
	const struct panel_data *data;
	bool stale;
	enum role value; /* grey while there is little evidence */
};

static struct plan staffing_plan(int columns)
{
	struct plan plan = { .name = columns - GAP - PEOPLE_COLUMNS - COLUMNS_MARK };
	for (int part = 0; part < PARTS; part++)
		plan.name -= part_columns[part];
	for (int part = 0; part < PARTS; part++) {
		plan.shown[part] = plan.name >= NAME_LEAST;
		plan.name += plan.shown[part] ? 0 : part_columns[part];
	}
	return plan;
}

static double staffing_number(const struct line *line, enum staff_value value)
{
	if (line->data->rows == 0)
		return (double)NAN;
	const struct cell *cell = board_cell(line->data, 0, staff_column(value));
	return cell->state == VALUE_NUMBER ? cell->number : (double)NAN;
}

/* The level with so many more people; NAN: not known, or beyond what is computed. */
static double level_with(const struct line *line, int more)
{
	static const enum staff_value values[STAFFING_CURVE] = { STAFF_FEWER_2, STAFF_FEWER_1, STAFF_LEVEL, STAFF_MORE_1, STAFF_MORE_2,
		STAFF_MORE_3 };
	return more < -STAFFING_FEWER || more > STAFFING_MORE ? (double)NAN : staffing_number(line, values[more + STAFFING_FEWER]);
}

static void put_about(const struct painting *painting, const struct canvas *area, int column, int columns, enum role role, double number,
	const char *unit)
{
	char text[TEXT_MAX];
	if (isnan(number))
		snprintf(text, sizeof(text), "%s", canvas_glyph(&painting->box, GLYPH_BLANK));
	else
		snprintf(text, sizeof(text), "%s %.0f%s", canvas_glyph(&painting->box, GLYPH_ABOUT), number, unit);
	canvas_put(area, 0, column, columns, isnan(number) ? ROLE_LABEL : role, ALIGN_RIGHT, text);
}

/* Missing, spare, or enough: what the line is for. */
static void put_people(const struct painting *painting, const struct canvas *area, const struct line *line, int column, int tried)
{
	double missing = staffing_number(line, STAFF_MISSING) - tried;
	char text[TEXT_MAX];
	enum severity severity = SEVERITY_NONE;
	if (isnan(missing)) {
		canvas_put(area, 0, column, PEOPLE_COLUMNS, ROLE_LABEL, ALIGN_RIGHT, canvas_glyph(&painting->box, GLYPH_BLANK));
		return;
	}
	const char *about = canvas_glyph(&painting->box, GLYPH_ABOUT);
	if (missing > 0)
		snprintf(text, sizeof(text), "%s %.0f missing", about, missing);
	else if (missing < 0)
		snprintf(text, sizeof(text), "%s %.0f spare", about, -missing);
	else
		snprintf(text, sizeof(text), "%s enough", about);
	if (missing > 0 && line->value == ROLE_VALUE)
		severity = SEVERITY_WARN;
	enum role role = severity == SEVERITY_NONE ? line->value : style_severity(severity);
	canvas_put(area, 0, column, PEOPLE_COLUMNS, role, ALIGN_RIGHT, text);
	if (severity != SEVERITY_NONE)
		canvas_put(area, 0, column + PEOPLE_COLUMNS + 1, COLUMNS_MARK - 1, role, ALIGN_LEFT, style_mark(severity));
}

static void put_range(const struct painting *painting, const struct canvas *area, const struct line *line, int column)
{
	double low = staffing_number(line, STAFF_LOW), high = staffing_number(line, STAFF_HIGH);
	char text[TEXT_MAX];
	if (isnan(low) || isnan(high))
		snprintf(text, sizeof(text), "%s", canvas_glyph(&painting->box, GLYPH_BLANK));
	else
		snprintf(text, sizeof(text), "%.0f%s%.0f %%", low, canvas_glyph(&painting->box, GLYPH_DASH), high);
	canvas_put(area, 0, column, RANGE_COLUMNS, line->value == ROLE_VALUE ? ROLE_TEXT : line->value, ALIGN_RIGHT, text);
}

/* A bar for each number of people; the one that the line tells is bright. */
static void put_curve(const struct canvas *area, const struct line *line, int column, int tried)
{
	for (int i = 0; i < STAFFING_CURVE; i++) {
		double level = level_with(line, i - STAFFING_FEWER);
		bool chosen = i - STAFFING_FEWER == tried;
		int step = isnan(level) ? -1 : (int)(level / 12.6);
		enum role role = line->stale ? ROLE_STALE : chosen && line->value == ROLE_VALUE ? ROLE_VALUE : ROLE_LABEL;
		if (step >= 0)
			canvas_repeat(area, 0, column + i, 1, role, (enum glyph)(GLYPH_SPARK_1 + (step > 7 ? 7 : step)));
	}
}

static const char *pool_name(const struct panel *panel, char *out, size_t size)
{
	size_t used = 0;
	if (panel->text[0] != '\0')
		return panel->text;
	if (panel->services.count == 0)
		return "All services";
	out[0] = '\0';
	for (unsigned i = 0; i < panel->services.count && used < size; i++)
		used += (size_t)snprintf(out + used, size - used, "%s%s", i > 0 ? " + " : "", panel->services.items[i]);
	return out;
}

static void put_pool(const struct painting *painting, const struct canvas *area, const struct plan *plan, const struct line *line)
{
	char name[2 * TEXT_MAX];
	int tried = painting->view->tried, column = plan->name;
	double here = staffing_number(line, STAFF_HERE);
	canvas_put(area, 0, 0, plan->name, line->stale ? ROLE_STALE : ROLE_TEXT, ALIGN_LEFT, pool_name(line->panel, name, sizeof(name)));
	put_people(painting, area, line, column + GAP, tried);
	column += GAP + PEOPLE_COLUMNS + COLUMNS_MARK;
	if (plan->shown[PART_LEVEL]) {
		put_about(painting, area, column + GAP, LEVEL_COLUMNS, line->value, level_with(line, tried), " %");
		column += part_columns[PART_LEVEL];
	}
	if (plan->shown[PART_CURVE]) {
		put_curve(area, line, column + GAP, tried);
		column += part_columns[PART_CURVE];
	}
	if (plan->shown[PART_COUNTS]) {
		char text[TEXT_MAX];
		put_about(painting, area, column + GAP, COUNT_COLUMNS, line->value, staffing_number(line, STAFF_NEEDED), "");
		if (isnan(here))
			snprintf(text, sizeof(text), "%s", canvas_glyph(&painting->box, GLYPH_BLANK));
		else
			snprintf(text, sizeof(text), tried != 0 ? "%.0f%+d" : "%.0f", here, tried);
		canvas_put(area, 0, column + 2 * GAP + COUNT_COLUMNS, COUNT_COLUMNS, line->stale ? ROLE_STALE : ROLE_VALUE, ALIGN_RIGHT, text);
		column += part_columns[PART_COUNTS];
	}
	/* What is told of other numbers of people is the level alone. */
	if (plan->shown[PART_RANGE]) {
		if (tried == 0)
			put_range(painting, area, line, column + GAP);
		column += part_columns[PART_RANGE];
	}
	if (plan->shown[PART_WAIT] && tried == 0) {
		double wait = staffing_number(line, STAFF_WAIT);
		char text[TEXT_MAX], about[TEXT_MAX];
		static const struct edges none;
		if (isnan(wait))
			snprintf(about, sizeof(about), "%s", canvas_glyph(&painting->box, GLYPH_BLANK));
		else {
			(void)value_format(text, sizeof(text), wait, KIND_DURATION, &none);
			snprintf(about, sizeof(about), "%s %.100s", canvas_glyph(&painting->box, GLYPH_ABOUT), text);
		}
		canvas_put(area, 0, column + GAP, WAIT_COLUMNS, line->value, ALIGN_RIGHT, about);
	}
}

static void put_heads(const struct canvas *area, const struct plan *plan)
{
	int column = plan->name;
	canvas_put(area, 0, 0, plan->name, ROLE_LABEL, ALIGN_LEFT, "Next 30 minutes");
	canvas_put(area, 0, column + GAP, PEOPLE_COLUMNS, ROLE_LABEL, ALIGN_RIGHT, "People");
	column += GAP + PEOPLE_COLUMNS + COLUMNS_MARK;
	if (plan->shown[PART_LEVEL]) {
		canvas_put(area, 0, column + GAP, LEVEL_COLUMNS, ROLE_LABEL, ALIGN_RIGHT, "SL");
		column += part_columns[PART_LEVEL];
	}
	if (plan->shown[PART_CURVE]) {
		canvas_put(area, 0, column + GAP, STAFFING_CURVE, ROLE_LABEL, ALIGN_LEFT, "-2  +3");
		column += part_columns[PART_CURVE];
	}
	if (plan->shown[PART_COUNTS]) {
		canvas_put(area, 0, column + GAP, COUNT_COLUMNS, ROLE_LABEL, ALIGN_RIGHT, "Needed");
		canvas_put(area, 0, column + 2 * GAP + COUNT_COLUMNS, COUNT_COLUMNS, ROLE_LABEL, ALIGN_RIGHT, "Here");
		column += part_columns[PART_COUNTS];
	}
	if (plan->shown[PART_RANGE]) {
		canvas_put(area, 0, column + GAP, RANGE_COLUMNS, ROLE_LABEL, ALIGN_RIGHT, "4 of 5");
		column += part_columns[PART_RANGE];
	}
	if (plan->shown[PART_WAIT])
		canvas_put(area, 0, column + GAP, WAIT_COLUMNS, ROLE_LABEL, ALIGN_RIGHT, "Wait");
}

void panel_staffing(struct painting *painting)
{
	const struct board *board = painting->scene->board;
	const struct panel *panels = painting->panel;
	if (panel_absent(painting))
		return;
	struct canvas inside = canvas_part(&painting->box, 0, 1, painting->box.lines, painting->box.columns - 2);
	struct plan plan = staffing_plan(inside.columns);
	unsigned count = panels->pools, shown = 0;
	int heads = inside.lines + painting->cut > 1 ? 1 : 0, room = inside.lines + painting->cut - heads;
	bool little = false;
	if (heads > 0)
		put_heads(&inside, &plan);
	for (; shown < count && (int)shown < room; shown++) {
		struct line line = { .panel = &panels[shown], .data = board_data(board, &panels[shown]) };
		line.stale = scene_stale(painting->scene, line.panel);
		bool enough = staffing_number(&line, STAFF_EVIDENCE) > 0;
		line.value = line.stale ? ROLE_STALE : enough ? ROLE_VALUE : ROLE_LABEL;
		little = little || !enough;
		struct canvas area = canvas_part(&inside, heads + (int)shown, 0, 1, inside.columns);
		if (area.lines > 0)
			put_pool(painting, &area, &plan, &line);
	}
	painting->hidden = count - shown;
	if (painting->view->tried != 0)
		snprintf(painting->corner, sizeof(painting->corner), "if %d %s", painting->view->tried < 0 ? -painting->view->tried :
			painting->view->tried, painting->view->tried < 0 ? "left" : "more came");
	else if (little)
		snprintf(painting->corner, sizeof(painting->corner), "grey: under %d calls or %d min seen", STAFFING_CALLS_LEAST,
			STAFFING_MINUTES_LEAST);
}
