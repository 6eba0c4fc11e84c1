/*
 * The connection and what is wrong, in full, for whoever is to mend it.
 */
#include <stdio.h>

#include "alert/alert.h"
#include "base/text.h"
#include "screen/overlay.h"
#include "screen/panel.h"

struct details {
	const struct canvas *inside;
	int line;
	bool draw;
};

static void detail(struct details *details, const char *label, const char *value)
{
	if (value[0] == '\0')
		return;
	if (details->draw)
		canvas_put(details->inside, details->line, 1, 16, ROLE_LABEL, ALIGN_LEFT, label);
	struct canvas right = canvas_part(details->inside, 0, 18, details->inside->lines,
		details->inside->columns - 19);
	int used = canvas_wrap(&right, details->line, ROLE_TEXT, false, value, details->draw);
	details->line += used > 0 ? used : 1;
}

/* Alerts that cannot fire, the first by name; "" if there are none. */
static void alerts_text(const struct scene *scene, char *out, size_t size)
{
	struct alert_unknown about, first = { .why = "" };
	unsigned count = 0;
	while (scene->alerts != NULL && alerts_unknown(scene->alerts, count, &about))
		if (count++ == 0)
			first = about;
	out[0] = '\0';
	if (count == 1)
		snprintf(out, size, "%s has no value: %s", first.rule->name, first.why);
	else if (count > 1)
		snprintf(out, size, "%u have no value: %s: %s", count, first.rule->name, first.why);
}

/* Limits that cannot apply, the first in full; "" if there are none. */
static void limits_text(const struct scene *scene, char *out, size_t size)
{
	enum { ROWS = 100 }; /* looked at while the page is drawn; doctor looks at all */
	const struct layout *layout = scene->layout;
	struct error why, first = { "" };
	unsigned count = 0;
	for (unsigned p = 0; p < layout->panel_count; p++) {
		const struct panel_data *data = board_data(scene->board, &layout->panels[p]);
		for (unsigned c = 0; c < layout->panels[p].column_count; c++)
			if (board_limits_idle(&layout->panels[p], data, c, ROWS, &why) && count++ == 0)
				first = why;
	}
	snprintf(out, size, "%s", first.text);
	if (count > 1)
		snprintf(out, size, "%s (and %u more)", first.text, count - 1);
}

/* What is wrong stands first: a small screen has room for little more. */
static void draw_wrong(struct details *details, const struct scene *scene)
{
	char text[ERROR_TEXT + 128];
	for (unsigned i = 0; i < scene->trouble_count; i++)
		detail(details, "Trouble", scene->troubles[i].text);
	if (scene->link->cause[0] != '\0')
		detail(details, "Cause", scene->link->cause);
	if (scene->link->advice[0] != '\0')
		detail(details, "Advice", scene->link->advice);
	alerts_text(scene, text, sizeof(text));
	if (text[0] != '\0')
		detail(details, "Alerts", text);
	limits_text(scene, text, sizeof(text));
	if (text[0] != '\0')
		detail(details, "Limits", text);
}

/* From a line on; returns how many lines they are. */
static int draw_details(const struct canvas *inside, const struct scene *scene, const struct overlay_figures *figures, int top,
	bool draw)
{
	const struct link *link = scene->link;
	struct details details = { .inside = inside, .line = -top, .draw = draw };
	char text[ERROR_TEXT + 128], age[32] = "never";
	if (link->accepted_ms != 0)
		panel_age(age, sizeof(age), scene->now_ms - link->accepted_ms);
	detail(&details, "State", scene->replay != NULL ? "replay" : link_word(link->state));
	draw_wrong(&details, scene);
	detail(&details, "Server", link->peer);
	detail(&details, "Tenant", scene->tenant == NULL ? "" : scene->tenant);
	detail(&details, "Layout", scene->layout->source == NULL ? "" : scene->layout->source);
	snprintf(text, sizeof(text), "%s%s", age, link->accepted_ms != 0 ? " ago" : "");
	detail(&details, "Last data", text);
	snprintf(text, sizeof(text), "%.3g s", link->interval);
	detail(&details, "Interval", text);
	/* A recording answers no polls. */
	if (scene->replay != NULL)
		snprintf(text, sizeof(text), "%lu shown", link->accepted);
	else
		snprintf(text, sizeof(text), "%lu polls, %lu accepted, %lu failed", link->polls, link->accepted, link->failures);
	detail(&details, "Answers", text);
	snprintf(text, sizeof(text), "%lu bytes in %lld ms", link->bytes, (long long)link->latency_ms);
	detail(&details, "Last answer", text);
	snprintf(text, sizeof(text), "%lu bytes, %.2f ms", figures->frame_bytes, figures->frame_ms);
	detail(&details, "Last frame", text);
	snprintf(text, sizeof(text), "%s, %s", figures->terminal, figures->depth);
	detail(&details, "Terminal", text);
	return details.line + top;
}

static int details_lines(const struct view *view, const struct scene *scene, int columns, int screen_lines)
{
	static const struct overlay_figures none = { .terminal = "-", .depth = "" };
	struct canvas inside = { .lines = 1000, .columns = columns };
	(void)view;
	(void)screen_lines;
	return draw_details(&inside, scene, &none, 0, false);
}

static void details_draw(struct overlay_painting *painting)
{
	const struct canvas *inside = &painting->inside;
	struct list *list = &painting->view->list;
	list->count = (unsigned)draw_details(inside, painting->scene, painting->figures, 0, false);
	list->visible = inside->lines > 0 ? (unsigned)inside->lines : 0;
	list_move(list, 0);
	(void)draw_details(inside, painting->scene, painting->figures, (int)list->top, true);
}

const struct overlay_page overlay_details = {
	.title = "Connection",
	.columns = 76,
	.lines = details_lines,
	.draw = details_draw,
};
