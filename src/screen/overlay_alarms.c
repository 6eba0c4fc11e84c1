/*
 * The alarms of today, those that last first, each with its times and who acknowledged it; keys acknowledge the chosen one
 * alone.
 */
#include <stdio.h>
#include <string.h>

#include "alert/alarm_log.h"
#include "base/text.h"
#include "board/operand.h"
#include "layout/expression.h"
#include "layout/value.h"
#include "screen/action.h"
#include "screen/card.h"
#include "screen/overlay.h"

enum { MARK = 3, TIME_LEAST = 6, LASTED = 9, KNOWN_FROM = 60, KNOWN = 34, ALARM_WHAT_MAX = 2 * ALERT_ROW_MAX + ALERT_VALUE_TEXT_MAX + 8 };

/* What the list is of, made anew for each call. */
struct looked {
	const struct scene *scene;
	struct alarm_day day;
	uint16_t order[ALARM_LOG_MAX];
};

static struct looked look(const struct scene *scene)
{
	struct looked looked = { .scene = scene };
	if (scene->alarms != NULL)
		looked.day = alarm_log_day(scene->alarms, scene->wall_ms, looked.order, ALARM_LOG_MAX);
	return looked;
}

static const struct alarm *alarm_of(const struct looked *looked, unsigned row)
{
	return alarm_log_at(looked->scene->alarms, looked->order[row]);
}

static void alarm_what(const struct alarm *alarm, char *out, size_t size)
{
	snprintf(out, size, "%s%s%s%s%s", alarm->row, alarm->row[0] != '\0' ? "  " : "", alarm->value, alarm->value[0] != '\0' ? "  " : "",
		alarm->name);
}

/* Whether somebody acknowledged it by now. */
static bool is_known(const struct alarm *alarm, const struct scene *scene)
{
	const struct alert_state *state = alarm_state(alarm, scene->alerts);
	if (alarm->known_wall_ms == 0 || alarm->known_wall_ms > scene->wall_ms)
		return false;
	/* A recording that was gone back in has forgotten it. */
	return !alarm_lasts(alarm, scene->wall_ms) || state == NULL || state->acknowledged_until_ms != 0 ||
		alarm->known_until_wall_ms <= scene->wall_ms;
}

/* "14:05â14:35 ann@pts/3", or until when alone. */
static void known_text(const struct alarm *alarm, const struct scene *scene, const struct canvas *canvas, char *out, size_t size)
{
	char from[DAY_TIME_MAX], until[DAY_TIME_MAX];
	out[0] = '\0';
	if (!is_known(alarm, scene)) {
		if (alarm->lost && !alarm_lasts(alarm, scene->wall_ms) && canvas->columns >= KNOWN_FROM)
			snprintf(out, size, "its end was not seen");
		return;
	}
	day_time_text(scene->clock, false, alarm->known_wall_ms, from);
	day_time_text(scene->clock, false, alarm->known_until_wall_ms, until);
	/* The end of the day, as people call it. */
	if (strcmp(until, "00:00") == 0)
		snprintf(until, sizeof(until), "24:00");
	if (canvas->columns < KNOWN_FROM)
		snprintf(out, size, "%s", until);
	else
		snprintf(out, size, "%s%s%s %s", from, canvas_glyph(canvas, GLYPH_DASH), until, alarm->known_by);
}

static void lasted_text(const struct alarm *alarm, const struct scene *scene, char *out, size_t size)
{
	bool lasts = alarm_lasts(alarm, scene->wall_ms);
	const struct alert_state *state = lasts ? alarm_state(alarm, scene->alerts) : NULL;
	int64_t lasted_ms = !lasts && !alarm->lost ? alarm->lasted_ms : state != NULL ? scene->now_ms - state->fired_ms :
		(lasts ? scene->wall_ms : alarm->over_wall_ms) - alarm->fired_wall_ms;
	value_format(out, size, (double)((lasted_ms > 0 ? lasted_ms : 0) / 1000), KIND_DURATION, NULL);
}

static void fired_text(const struct alarm *alarm, const struct scene *scene, char *out, size_t size)
{
	char day[DAY_TIME_MAX], today[16];
	text_clock(day, sizeof(day), alarm->fired_wall_ms, "%e %b");
	text_clock(today, sizeof(today), scene->wall_ms, "%e %b");
	if (strcmp(day, today) == 0)
		day_time_text(scene->clock, false, alarm->fired_wall_ms, day);
	snprintf(out, size, "%s", day);
}

static void row_text(const void *context, unsigned row, char *out, size_t size)
{
	const struct looked *looked = context;
	const struct alarm *alarm = alarm_of(looked, row);
	char what[ALARM_WHAT_MAX];
	alarm_what(alarm, what, sizeof(what));
	snprintf(out, size, "%.200s %s", what, is_known(alarm, looked->scene) ? alarm->known_by : "");
}

/* A time of day, or a day as "24 Nov", and a blank. */
static int time_columns(const struct scene *scene)
{
	int columns = day_time_columns(scene->clock, false) + 1;
	return columns > TIME_LEAST ? columns : TIME_LEAST;
}

static int known_columns(const struct canvas *line, const struct scene *scene)
{
	return line->columns >= KNOWN_FROM ? (line->columns >= KNOWN_FROM + KNOWN ? KNOWN : line->columns / 3) : time_columns(scene);
}

static void row_draw(const void *context, unsigned row, const struct canvas *line, enum role role)
{
	const struct looked *looked = context;
	const struct scene *scene = looked->scene;
	const struct alarm *alarm = alarm_of(looked, row);
	char text[ALARM_WHAT_MAX];
	bool lasts = alarm_lasts(alarm, scene->wall_ms), known = is_known(alarm, scene);
	bool loud = lasts && !(known && alarm->known_until_wall_ms > scene->wall_ms);
	int after = known_columns(line, scene), at = MARK, time = time_columns(scene);
	enum role quiet = role == ROLE_SELECT ? role : lasts ? ROLE_TEXT : ROLE_LABEL;
	if (lasts)
		canvas_put(line, 0, 0, 2, role == ROLE_SELECT ? role : loud ? style_severity(alarm->severity) : ROLE_LABEL, ALIGN_LEFT,
			style_mark(alarm->severity));
	fired_text(alarm, scene, text, sizeof(text));
	canvas_put(line, 0, at, time, quiet, ALIGN_LEFT, text);
	at += time;
	lasted_text(alarm, scene, text, sizeof(text));
	canvas_put(line, 0, at, LASTED - 2, quiet, ALIGN_RIGHT, text);
	at += LASTED;
	alarm_what(alarm, text, sizeof(text));
	canvas_put(line, 0, at, line->columns - at - after - 1, role == ROLE_SELECT ? role : loud ? ROLE_VALUE : quiet, ALIGN_LEFT, text);
	known_text(alarm, scene, line, text, sizeof(text));
	canvas_put(line, 0, line->columns - after, after, quiet, ALIGN_LEFT, text);
}

/* Of those with the same times and names another place is another firing. */
static uint64_t row_id(const void *context, unsigned row)
{
	const struct looked *looked = context;
	const struct alarm *alarm = alarm_of(looked, row);
	return ((uint64_t)alarm->fired_ms << 20) ^ alarm->key ^ text_hash(alarm->name);
}

static struct list_rows rows_of(const struct looked *looked)
{
	return (struct list_rows){ .count = looked->day.count, .context = looked, .text = row_text, .draw = row_draw, .id = row_id,
		.nothing = looked->day.since_wall_ms == 0 ? "Nothing was looked at yet." : "No alarm so far." };
}

static void draw_head(const struct canvas *line, const struct scene *scene)
{
	int after = known_columns(line, scene), time = time_columns(scene);
	canvas_put(line, 0, MARK, time, ROLE_LABEL, ALIGN_LEFT, "Fired");
	canvas_put(line, 0, MARK + time, LASTED - 2, ROLE_LABEL, ALIGN_RIGHT, "Lasted");
	canvas_put(line, 0, line->columns - after, after, ROLE_LABEL, ALIGN_LEFT, line->columns >= KNOWN_FROM ? "Acknowledged" : "Known");
}

/* Of what time it is, and what of that was not seen: nothing is said of any other. */
static void make_title(const struct looked *looked, char *out, size_t size)
{
	const struct alarm_day *day = &looked->day;
	char since[DAY_TIME_MAX], unseen[64] = "", forgotten[48] = "", lasted[32];
	day_time_text(looked->scene->clock, false, day->since_wall_ms, since);
	if (day->since_wall_ms == 0) {
		snprintf(out, size, "Alarms");
		return;
	}
	value_format(lasted, sizeof(lasted), (double)(day->unseen_ms / 1000), KIND_DURATION, NULL);
	if (day->unseen_ms > 0)
		snprintf(unseen, sizeof(unseen), ", without data for %s of it", lasted);
	if (day->forgotten > 0)
		snprintf(forgotten, sizeof(forgotten), ", %u not kept", day->forgotten);
	snprintf(out, size, "Alarms %s%s: %u firing, %u over%s%s", day->whole ? "today" : "since ", day->whole ? "" : day_time_in_sentence(since), day->firing,
		day->count - day->firing, unseen, forgotten);
}

static int alarms_lines(const struct view *view, const struct scene *scene, int columns, int screen_lines)
{
	enum { HEAD = 1, LEAST = 8 };
	struct looked looked = look(scene);
	struct list_rows rows = rows_of(&looked);
	int lines = HEAD + (int)list_lines(&view->list, &rows);
	(void)columns;
	(void)screen_lines;
	return lines < LEAST ? LEAST : lines;
}

static void alarms_draw(struct overlay_painting *painting)
{
	const struct canvas *inside = &painting->inside;
	struct looked looked = look(painting->scene);
	struct list_rows rows = rows_of(&looked);
	/* Where the list has its rows: beside the mark of the chosen one. */
	struct canvas head = canvas_part(inside, 0, LIST_EDGE, 1, inside->columns - LIST_EDGE - 1);
	struct canvas list = canvas_part(inside, 1, 0, inside->lines - 1, inside->columns);
	draw_head(&head, painting->scene);
	list_draw(&painting->view->list, &rows, &list);
	make_title(&looked, painting->title, sizeof(painting->title));
}

static const struct {
	char key;
	int minutes;
	const char *what;
} terms[] = { { '1', 10, "ack 10 min" }, { '3', 30, "ack 30 min" }, { '0', ALERT_WISH_DAY, "ack today" }, { 'u', 0, "undo" } };

/* The firing at the cursor; NULL: there is none. */
static const struct alarm *chosen(struct list *list, const struct looked *looked)
{
	struct list_rows rows = rows_of(looked);
	unsigned row = list_row(list, &rows);
	return row == LIST_NO_ROW ? NULL : alarm_of(looked, row);
}

static unsigned acknowledge(struct action_context *context, const struct alarm *alarm, int minutes)
{
	const struct scene *scene = context->scene;
	struct alert_wish *wish = &context->view->wish;
	if (alarm == NULL || !alarm_lasts(alarm, scene->wall_ms) || alarm_state(alarm, scene->alerts) == NULL) {
		view_say(context->view, scene->now_ms, "%s", alarm == NULL ? "There is no alarm to acknowledge." : "This alarm is over.");
		return SCREEN_ASK_DRAW;
	}
	if (minutes == 0 && !is_known(alarm, scene)) {
		view_say(context->view, scene->now_ms, "This alarm is not acknowledged.");
		return SCREEN_ASK_DRAW;
	}
	*wish = (struct alert_wish){ .key = alarm->key, .fired_ms = alarm->fired_ms, .minutes = minutes };
	snprintf(wish->name, sizeof(wish->name), "%s", alarm->name);
	return SCREEN_ASK_ACKNOWLEDGE_ONE;
}

/* What it was about: the panel that its alert compares first; NULL: the layout has no such alert any more. */
static const struct panel *panel_of(const struct alarm *alarm, const struct layout *layout)
{
	for (unsigned i = 0; i < layout->alert_count; i++) {
		const struct operand *operand = expression_operand(layout->alerts[i].when_condition, 0);
		if (strcmp(layout->alerts[i].name, alarm->name) == 0)
			return operand == NULL ? NULL : operand->panel;
	}
	return NULL;
}

/* Closes the page, and goes to the panel and the row. */
static void show(struct action_context *context, const struct alarm *alarm)
{
	struct view *view = context->view;
	const struct panel *panel = panel_of(alarm, context->scene->layout);
	const struct panel_data *data;
	if (panel == NULL || !view_go_to(context, panel)) {
		view_say(view, context->scene->now_ms, "No page shows what this alarm is about.");
		return;
	}
	view->overlay = OVERLAY_NONE;
	if (alarm->row[0] == '\0' || !panel_kind(panel->type)->scrolls)
		return;
	struct panel_view *rows = view_rows(context, panel, &data);
	for (unsigned i = 0; i < rows->order.count; i++)
		if (text_hash(board_key(data, order_row(&rows->order, i))) == alarm->key) {
			view_select(rows, data, i);
			return;
		}
	view_say(view, context->scene->now_ms, "'%.60s' is not in this list now.", alarm->row);
}

static bool alarms_key(struct action_context *context, unsigned *ask)
{
	struct list *list = &context->view->list;
	struct looked looked = look(context->scene);
	struct list_rows rows = rows_of(&looked);
	enum list_took took = list_key(list, &rows, context->key, context->action);
	if (took == LIST_CHOSEN)
		show(context, chosen(list, &looked));
	if (took != LIST_LEFT)
		return true;
	const struct alarm *meant = strcmp(context->action, "meaning") == 0 ? chosen(list, &looked) : NULL;
	if (meant != NULL) {
		card_of_alarm(context, meant);
		return true;
	}
	/* The usual key means the chosen one here: others must not fall silent with it. */
	bool usual = strcmp(context->action, "acknowledge") == 0;
	for (size_t i = 0; i < sizeof(terms) / sizeof(terms[0]); i++) {
		if (usual ? terms[i].minutes != ALERT_ACKNOWLEDGED_MS / 60000 : key_latin(context->key) != (uint32_t)terms[i].key)
			continue;
		*ask = acknowledge(context, chosen(list, &looked), terms[i].minutes);
		return true;
	}
	return false;
}

static void alarms_hints(const struct view *view, const struct scene *scene, struct overlay_hints *hints)
{
	struct looked looked = look(scene);
	struct list list = view->list;
	const struct alarm *alarm = chosen(&list, &looked);
	char meaning[KEY_NAME_MAX];
	bool lasts = alarm != NULL && alarm_lasts(alarm, scene->wall_ms) && !view->list.typing;
	for (size_t i = 0; i < sizeof(terms) / sizeof(terms[0]) && lasts; i++) {
		char key[2] = { terms[i].key, '\0' };
		if (terms[i].minutes != 0 || is_known(alarm, scene))
			overlay_hint(hints, key, terms[i].what);
	}
	if (alarm != NULL && !view->list.typing)
		overlay_hint(hints, "Enter", "shows it");
	if (alarm != NULL && !view->list.typing)
		overlay_hint(hints, action_first_key(view->bindings, "meaning", meaning), "about it");
}

const struct overlay_page overlay_alarms = {
	.title = "Alarms",
	.columns = 110,
	.picks = true,
	.lines = alarms_lines,
	.draw = alarms_draw,
	.key = alarms_key,
	.hints = alarms_hints,
};
