/* Panels without rows of their own: clock, text, and the alerts that fire. */
#include <stdio.h>
#include <string.h>

#include "alert/alert.h"
#include "base/text.h"
#include "screen/figures.h"
#include "screen/panel.h"

void panel_clock(struct painting *painting)
{
	const struct canvas *box = &painting->box;
	char text[128];
	const char *format = painting->panel->format;
	if (format == NULL)
		day_time_text(painting->scene->clock, false, painting->scene->wall_ms, text);
	else if (!text_clock(text, sizeof(text), painting->scene->wall_ms, format))
		return;
	int wanted = painting->panel->digits, width = 0;
	int digits = digits_largest(box, wanted > 0 && wanted < box->lines ? wanted : box->lines);
	for (; digits > 1; digits = digits_largest(box, digits - 1)) {
		width = digits_width(box, text, digits);
		if (width >= 0 && width + 2 <= box->columns)
			break;
	}
	if (digits > 1) {
		digits_draw(box, panel_middle(painting, digits), (box->columns - width) / 2, digits, ROLE_VALUE, text);
		return;
	}
	width = text_width(text) < box->columns ? text_width(text) : box->columns;
	canvas_put(box, panel_middle(painting, 1), (box->columns - width) / 2, width, ROLE_VALUE, ALIGN_LEFT, text);
}

void panel_text(struct painting *painting)
{
	struct canvas inside = canvas_part(&painting->box, 0, 1, painting->box.lines, painting->box.columns - 2);
	int lines = canvas_wrap(&inside, 0, ROLE_TEXT, false, painting->panel->text, false);
	int first = panel_middle(painting, lines);
	canvas_wrap(&inside, first, ROLE_TEXT, false, painting->panel->text, true);
}

enum { AGE_COLUMNS = 8, SINCE_LEAST = 56, FLAG_COLUMNS = 4 };

/* Without a running wall nothing is evaluated: that is not "no alert"; but what has no value can be seen. */
static void draw_rules(struct painting *painting)
{
	const struct layout *layout = painting->scene->layout;
	const struct canvas *box = &painting->box;
	struct board_view view = scene_board_view(painting->scene);
	struct alerts *alerts = alerts_evaluate_once(&view);
	int lines = box->lines;
	for (unsigned i = 0; i < layout->alert_count && (int)i < lines; i++) {
		const char *why;
		bool unknown = painting->scene->board->accepted_ms != 0 &&
			alerts_truth(alerts, i, &why) == TRUTH_UNKNOWN;
		const char *word = unknown ? "no value" : "not evaluated";
		int width = text_width(word);
		canvas_put(box, (int)i, 1, box->columns - width - 3, ROLE_TEXT, ALIGN_LEFT, layout->alerts[i].name);
		canvas_put(box, (int)i, box->columns - width - 1, width, ROLE_LABEL, ALIGN_RIGHT, word);
	}
	alerts_free(alerts);
	if ((int)layout->alert_count > lines)
		snprintf(painting->corner, sizeof(painting->corner), "%d of %u", lines, layout->alert_count);
	painting->hidden = (int)layout->alert_count > lines ? layout->alert_count - (unsigned)lines : 0;
}

/* "25 min", and where there is room the time of day before it; returns its columns. */
static int since_text(const struct painting *painting, int64_t since_ms, char *out, size_t size)
{
	const struct scene *scene = painting->scene;
	int64_t lasted = scene->now_ms - since_ms;
	char clock[DAY_TIME_MAX], age[32];
	panel_age(age, sizeof(age), lasted);
	day_time_text(scene->clock, false, scene->wall_ms - lasted, clock);
	bool both = painting->box.columns >= SINCE_LEAST;
	snprintf(out, size, "%s%s%s", both ? clock : "", both ? " " : "", age);
	return both ? day_time_columns(scene->clock, false) + 1 + AGE_COLUMNS : AGE_COLUMNS;
}

/*
 * Mark, row and value, name, for how long, "ack". The row goes before the name: of several rows of one alert it is what
 * tells them apart, and what has no room goes from the right.
 */
static void draw_state(const struct painting *painting, int line, const struct alert_state *state)
{
	const struct canvas *box = &painting->box;
	bool alert = state->rule->severity == SEVERITY_ALERT, known = state->acknowledged_until_ms != 0;
	enum role role = known ? ROLE_TEXT : alert ? ROLE_ALERT : ROLE_WARN;
	char text[ALERT_ROW_MAX + ALERT_VALUE_MAX + 80], since[64];
	int right = box->columns - 1;
	int columns = since_text(painting, state->fired_ms, since, sizeof(since));
	if (known && right > 30)
		canvas_put(box, line, right -= FLAG_COLUMNS, FLAG_COLUMNS, ROLE_LABEL, ALIGN_RIGHT, "ack");
	if (right > 24)
		canvas_put(box, line, right -= columns, columns, ROLE_LABEL, ALIGN_RIGHT, since);
	if (state->row[0] != '\0')
		snprintf(text, sizeof(text), "%s  %s  %s", state->row, state->shown, state->rule->name);
	else
		snprintf(text, sizeof(text), "%s  %s", state->rule->name, state->shown);
	canvas_put(box, line, 1, 2, role, ALIGN_LEFT, alert ? "!!" : "!");
	canvas_put(box, line, 4, right - 5, role, ALIGN_LEFT, text);
}

/* Neither firing nor well: mark, name, why, since when. */
static void draw_unknown(const struct painting *painting, int line, const struct alert_unknown *about)
{
	const struct canvas *box = &painting->box;
	char text[ERROR_TEXT + 160], since[64];
	int right = box->columns - 1;
	if (right > 24 && about->since_ms != 0) {
		int columns = since_text(painting, about->since_ms, since, sizeof(since));
		canvas_put(box, line, right -= columns, columns, ROLE_LABEL, ALIGN_RIGHT, since);
	}
	snprintf(text, sizeof(text), "%s  no value: %s", about->rule->name, about->why);
	canvas_put(box, line, 1, 2, ROLE_NOTE, ALIGN_LEFT, "?");
	canvas_put(box, line, 4, right - 5, ROLE_NOTE, ALIGN_LEFT, text);
}

static void put_corner(struct painting *painting, unsigned firing, unsigned unknown)
{
	unsigned lines = (unsigned)painting->box.lines;
	if (firing + unknown > lines)
		snprintf(painting->corner, sizeof(painting->corner), "%u of %u", lines, firing + unknown);
	else if (unknown == 0)
		snprintf(painting->corner, sizeof(painting->corner), "%u", firing);
	else if (firing == 0)
		snprintf(painting->corner, sizeof(painting->corner), "%u without value", unknown);
	else
		snprintf(painting->corner, sizeof(painting->corner), "%u, %u without value", firing, unknown);
}

void panel_alerts(struct painting *painting)
{
	const struct scene *scene = painting->scene;
	const struct alert_state *state;
	struct alert_unknown about;
	if (scene->layout->alert_count == 0) {
		canvas_text(&painting->box, 0, 1, ROLE_LABEL, "no alerts in this layout");
		return;
	}
	if (scene->alerts == NULL) {
		draw_rules(painting);
		return;
	}
	unsigned firing = 0, unknown = 0;
	for (; (state = alerts_firing(scene->alerts, firing)) != NULL; firing++)
		if ((int)firing < painting->box.lines)
			draw_state(painting, (int)firing, state);
	for (; alerts_unknown(scene->alerts, unknown, &about); unknown++)
		if ((int)(firing + unknown) < painting->box.lines)
			draw_unknown(painting, (int)(firing + unknown), &about);
	if (firing + unknown == 0)
		canvas_text(&painting->box, 0, 1, ROLE_LABEL, "no alert");
	else
		put_corner(painting, firing, unknown);
	unsigned count = firing + unknown, lines = (unsigned)painting->box.lines;
	painting->hidden = count > lines ? count - lines : 0;
}
