#include "screen/overlay.h"

#include <stdio.h>
#include <string.h>

#include "alert/alert.h"
#include "base/text.h"
#include "screen/action.h"
#include "screen/keyboard.h"
#include "screen/panel.h"

enum { KEYS_COLUMNS = 18, OVERLAY_COLUMNS = 76 };

/* Keys of a replay are listed during one. */
static bool is_listed(unsigned action, const struct scene *scene)
{
	return scene->replay != NULL || strncmp(action_at(action)->help, "replay:", 7) != 0;
}

/*
 * The keys from a line on by what they are about, with a blank line between groups where there is room for all, each with its
 * help beside it or, where that leaves too little room, below it; returns how many lines they are in all.
 */
static int draw_help(const struct canvas *inside, const struct bindings *bindings, const struct scene *scene, int top, bool airy,
	bool draw)
{
	enum { BESIDE_LEAST = 60, INDENT = 4 };
	bool beside = inside->columns >= BESIDE_LEAST;
	int left = beside ? KEYS_COLUMNS + 4 : INDENT, line = -top;
	struct canvas right = canvas_part(inside, 0, left, inside->lines, inside->columns - left - 1);
	for (unsigned i = 0; action_at(i) != NULL; i++) {
		const char *group = action_group(i);
		if (!is_listed(i, scene))
			continue;
		line += group != NULL && airy;
		if (group != NULL && draw)
			canvas_put(inside, line, 1, inside->columns - 2, ROLE_LABEL, ALIGN_LEFT, group);
		line += group != NULL;
		if (draw)
			canvas_put(inside, line, beside ? 3 : 1, beside ? KEYS_COLUMNS : inside->columns - 2, ROLE_KEY, ALIGN_LEFT,
				bindings->keys[i]);
		line += beside ? 0 : 1;
		line += canvas_wrap(&right, line, ROLE_TEXT, false, action_at(i)->help, draw);
	}
	return line + top;
}

/* That there is more, and which key goes there, where it does not fit. */
static void draw_place(const struct canvas *canvas, const struct view *view, int count)
{
	char key[16] = "", text[96];
	bool end = view->overlay_top >= view->overlay_most;
	int action = action_find(end ? "up" : "down");
	const char *keys = action < 0 ? "" : view->bindings->keys[action];
	if ((int)view->overlay_visible >= count || !key_next(&keys, key, sizeof(key)))
		return;
	snprintf(text, sizeof(text), " %u%s%u of %d, %s: %s ", view->overlay_top + 1, canvas_glyph(canvas, GLYPH_DASH),
		view->overlay_top + view->overlay_visible, count, key, end ? "back" : "more");
	int width = text_width(text);
	canvas_put(canvas, canvas->lines - 1, canvas->columns - width - 2, width, ROLE_TITLE, ALIGN_LEFT, text);
}

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

/* Returns how many lines they are. */
static int draw_details(const struct canvas *inside, const struct scene *scene, const struct overlay_figures *figures, bool draw)
{
	const struct link *link = scene->link;
	struct details details = { .inside = inside, .draw = draw };
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
	return details.line;
}

void overlay_size(const struct view *view, const struct scene *scene, int screen_columns, int screen_lines, int *columns,
	int *lines)
{
	enum { FRAME = 2, PAGE_LEAST = 4, /* lines of the page around it */ BESIDE_LEAST = 8 }; /* columns of the page on both sides: fewer show pieces of words */
	static const struct overlay_figures none = { .terminal = "-", .depth = "" };
	*columns = OVERLAY_COLUMNS + BESIDE_LEAST > screen_columns ? screen_columns : OVERLAY_COLUMNS;
	struct canvas inside = { .lines = 1000, .columns = *columns - FRAME };
	if (view->overlay != OVERLAY_HELP) {
		*lines = FRAME + draw_details(&inside, scene, &none, false);
		return;
	}
	*lines = FRAME + draw_help(&inside, view->bindings, scene, 0, true, false);
	if (*lines + PAGE_LEAST > screen_lines)
		*lines = FRAME + draw_help(&inside, view->bindings, scene, 0, false, false);
}

/* Which key takes it away. */
static void draw_closing(const struct canvas *canvas, const struct view *view)
{
	char key[16] = "", text[40];
	const char *keys = view->bindings->keys[action_find("back")];
	if (!key_next(&keys, key, sizeof(key)))
		return;
	snprintf(text, sizeof(text), " %s closes ", key);
	canvas_put(canvas, canvas->lines - 1, 2, text_width(text), ROLE_TITLE, ALIGN_LEFT, text);
}

void overlay_draw(const struct canvas *canvas, struct view *view, const struct scene *scene,
	const struct overlay_figures *figures)
{
	canvas_fill(canvas, 0, 0, canvas->lines, canvas->columns, ROLE_TEXT);
	struct canvas inside = canvas_frame(canvas, ROLE_TITLE);
	canvas_text(canvas, 0, 2, ROLE_TITLE, view->overlay == OVERLAY_HELP ? " Keys " : " Connection ");
	draw_closing(canvas, view);
	if (view->overlay != OVERLAY_HELP) {
		(void)draw_details(&inside, scene, figures, true);
		return;
	}
	bool airy = draw_help(&inside, view->bindings, scene, 0, true, false) <= inside.lines;
	int count = draw_help(&inside, view->bindings, scene, 0, airy, false);
	view->overlay_visible = inside.lines > 0 ? (unsigned)inside.lines : 0;
	view->overlay_most = count > inside.lines ? (unsigned)(count - inside.lines) : 0;
	view->overlay_top = view->overlay_top < view->overlay_most ? view->overlay_top : view->overlay_most;
	(void)draw_help(&inside, view->bindings, scene, (int)view->overlay_top, airy, true);
	draw_place(canvas, view, count);
}
