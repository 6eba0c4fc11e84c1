#include "screen/status.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert/alert.h"
#include "base/text.h"
#include "layout/state.h"
#include "layout/expression.h"
#include "screen/action.h"
#include "screen/chooser.h"
#include "screen/figures.h"
#include "screen/keyboard.h"
#include "screen/mouse.h"
#include "screen/panel.h"
#include "screen/search.h"

enum { TEXT_MAX = 2 * ERROR_TEXT + 64, LINES_MAX = 4 };

/* The worst of what fires and that nobody acknowledged, to be read from the door. */
struct firing {
	const struct alert_state *state; /* NULL: nothing fires */
	unsigned more;                   /* that fire beside it */
};

/* What stands at the bottom: an alarm, texts in the order of their weight, and the keys. */
struct bottom {
	struct firing alarm;
	int alarm_lines; /* 0: there is none, or it is one of the texts */
	char texts[LINES_MAX][TEXT_MAX];
	char rights[LINES_MAX][VIEW_SAID_MAX];
	enum role roles[LINES_MAX];
	int count;
	bool hints; /* the last line has the keys */
};

static void add(struct bottom *bottom, enum role role, const char *text, const char *right)
{
	if (bottom->count == LINES_MAX)
		return;
	snprintf(bottom->texts[bottom->count], TEXT_MAX, "%s", text);
	snprintf(bottom->rights[bottom->count], sizeof(bottom->rights[0]), "%s", right);
	bottom->roles[bottom->count++] = role;
}

static bool in_trouble(const struct scene *scene)
{
	enum link_state state = scene->link->state;
	return state >= LINK_TROUBLE && state <= LINK_IN_USE;
}

static enum severity link_severity(const struct scene *scene)
{
	if (link_stale(scene->link, scene->now_ms) && scene->link->accepted_ms != 0)
		return SEVERITY_ALERT;
	return in_trouble(scene) ? SEVERITY_WARN : SEVERITY_NONE;
}

static void next_try(const struct scene *scene, char *out, size_t size)
{
	int64_t left = scene->link->next_try_ms - scene->now_ms;
	out[0] = '\0';
	if (scene->link->next_try_ms == 0)
		return;
	if (left <= 0) {
		snprintf(out, size, "trying now");
		return;
	}
	char age[32];
	panel_age(age, sizeof(age), left + 999);
	snprintf(out, size, "next try in %s", age);
}

/* Cause and advice share a line where there is room for both, else each has its own. */
static void add_trouble(struct bottom *bottom, const struct scene *scene, int columns)
{
	const struct link *link = scene->link;
	char right[64], text[TEXT_MAX];
	if (!in_trouble(scene) && link->cause[0] == '\0')
		return;
	next_try(scene, right, sizeof(right));
	const char *cause = link->cause[0] != '\0' ? link->cause : link_word(link->state);
	enum role role = link_severity(scene) == SEVERITY_ALERT ? ROLE_ALERT : ROLE_NOTE;
	bool both = text_width(cause) + text_width(link->advice) + text_width(right) + 12 <= columns;
	int mark = snprintf(text, sizeof(text), "%s ", role == ROLE_ALERT ? "!!" : "! ");
	text_cause(text + mark, sizeof(text) - (size_t)mark, cause, both ? link->advice : "");
	add(bottom, role, text, right);
	snprintf(text, sizeof(text), "   %s", link->advice);
	if (!both && link->advice[0] != '\0')
		add(bottom, ROLE_TEXT, text, "");
}

static int more(char *text, size_t size, int used, const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Appends as far as there is room. */
static int more(char *text, size_t size, int used, const char *format, ...)
{
	va_list args;
	if (used < 0 || used >= (int)size)
		return used;
	va_start(args, format);
	int added = vsnprintf(text + used, size - (size_t)used, format, args);
	va_end(args);
	return added < 0 ? used : used + added;
}

static void name_columns(const struct panel *panel, char *text, size_t size)
{
	int used = more(text, size, 0, "Sort by:  0 server order");
	for (unsigned i = 0; i < panel->column_count; i++)
		used = more(text, size, used, "  %c %s", prompt_column_key(i), panel->columns[i].head);
}

/* The states that somebody is in, and how many are. */
static void name_states(const struct panel *panel, const struct panel_data *data, char *text, size_t size)
{
	unsigned counts[STATE_COUNT] = { 0 };
	int column = panel_column(panel, "acd_state"), used = more(text, size, 0, "State:  0 all");
	for (unsigned row = 0; row < data->rows && column >= 0; row++)
		counts[state_read(board_cell(data, row, (unsigned)column)->text)]++;
	for (int state = 0; state < STATE_UNKNOWN; state++)
		if (counts[state] > 0)
			used = more(text, size, used, "  %c %s (%u)", prompt_state_key((enum acd_state)state),
				state_label((enum acd_state)state), counts[state]);
}

static void add_prompt(struct bottom *bottom, const struct view *view, const struct scene *scene)
{
	const struct panel *panel = view_panel(view, scene->layout);
	char text[TEXT_MAX];
	if (view->prompt == PROMPT_FILTER) {
		const char *trouble = panel == NULL ? NULL : order_filter_trouble(&view->panels[panel->index].order);
		char why[96] = "Enter keeps, Esc clears";
		if (trouble != NULL)
			snprintf(why, sizeof(why), "All rows are shown: %s.", trouble);
		snprintf(text, sizeof(text), "Filter %s: %s_", panel == NULL ? "" : panel->title, view->typed);
		add(bottom, trouble != NULL ? ROLE_NOTE : ROLE_TITLE, text, why);
	}
	if (view->prompt == PROMPT_SEARCH) {
		char place[VIEW_SAID_MAX];
		search_place(view, place, sizeof(place));
		snprintf(text, sizeof(text), "Search: %s_", view->search.text);
		add(bottom, ROLE_TITLE, text, place);
	}
	if (view->prompt == PROMPT_NAME) {
		snprintf(text, sizeof(text), "Name of the new layout: %s_", view->layout_name);
		add(bottom, ROLE_TITLE, text, "Enter writes it, Esc does not");
	}
	if (panel == NULL || (view->prompt != PROMPT_SORT && view->prompt != PROMPT_STATE))
		return;
	if (view->prompt == PROMPT_SORT)
		name_columns(panel, text, sizeof(text));
	else
		name_states(panel, board_data(scene->board, panel), text, sizeof(text));
	add(bottom, ROLE_TITLE, text, "Esc cancels");
}

/* The first key of an action; "" where it has none, or keys do nothing. */
static const char *key_of(const struct view *view, const char *action, char out[KEY_NAME_MAX])
{
	out[0] = '\0';
	return view->kiosk || !view->keys ? out : action_first_key(view->bindings, action, out);
}

static void add_unknown(struct bottom *bottom, const struct view *view, const struct scene *scene)
{
	char text[96], key[KEY_NAME_MAX], bytes[5], shown[8];
	int64_t age = scene->now_ms - view->unknown_ms;
	if (view->unknown_key == 0 || view->unknown_key >= INPUT_NONE || age < 0 || age >= VIEW_UNKNOWN_MS)
		return;
	if (text_scrub(shown, sizeof(shown), bytes, text_encode(bytes, view->unknown_key)) == 0)
		return;
	snprintf(text, sizeof(text), "There is no key %s.", shown);
	if (key_of(view, "help", key)[0] != '\0')
		snprintf(text, sizeof(text), "There is no key %s. Press %s for the list of keys.", shown, key);
	add(bottom, ROLE_TEXT, text, "");
}

/* What the last key did or could not do. */
static void add_said(struct bottom *bottom, const struct view *view, const struct scene *scene)
{
	char right[64] = "", key[KEY_NAME_MAX];
	/* What lies on top says it itself, because it may lie on this line. */
	if (view->overlay != OVERLAY_NONE || !view_says(view, scene->now_ms))
		return;
	if (view->said_loud && key_of(view, "theme", key)[0] != '\0')
		snprintf(right, sizeof(right), "%s next theme", key);
	add(bottom, view->said_loud ? ROLE_BANNER : ROLE_TEXT, view->said, right);
}

/* "p resumes "; nothing without a key. */
static void hint(const struct view *view, const char *action, const char *what, char *out, size_t size)
{
	char key[KEY_NAME_MAX];
	out[0] = '\0';
	if (key_of(view, action, key)[0] != '\0')
		snprintf(out, size, "%s %s ", key, what);
}

static void add_replay(struct bottom *bottom, const struct view *view, const struct scene *scene)
{
	const struct {
		const char *actions[2], *what;
	} hints[] = {
		{ { "pause", NULL }, scene->held ? "plays" : "pauses" }, { { "step-back", "step" }, "step" }, { { "jump-back", "jump" }, "minute" },
		{ { "slower", "faster" }, "speed" },
	};
	char right[64] = "", key[KEY_NAME_MAX];
	int used = 0;
	for (unsigned i = 0; i < sizeof(hints) / sizeof(hints[0]); i++) {
		int before = used;
		for (unsigned k = 0; k < 2 && hints[i].actions[k] != NULL; k++)
			if (key_of(view, hints[i].actions[k], key)[0] != '\0')
				used = more(right, sizeof(right), used, "%s ", key);
		if (used > before)
			used = more(right, sizeof(right), used, "%s   ", hints[i].what);
	}
	add(bottom, ROLE_BANNER, scene->replay, right);
}

static void add_paused(struct bottom *bottom, const struct view *view, const struct scene *scene)
{
	char clock[DAY_TIME_MAX], text[DAY_TIME_MAX + 64], resumes[32], right[96], left[32];
	if (!view->paused)
		return;
	day_time_text(scene->clock, true, scene->wall_ms - (scene->now_ms - view->paused_since_ms), clock);
	snprintf(text, sizeof(text), "PAUSED at %s, live data are not shown", day_time_in_sentence(clock));
	hint(view, "pause", "resumes", resumes, sizeof(resumes));
	panel_age(left, sizeof(left), view->last_key_ms + VIEW_PAUSE_MS - scene->now_ms + 999);
	snprintf(right, sizeof(right), "%s%sby itself in %s", resumes, resumes[0] != '\0' ? "or " : "resumes ", left);
	add(bottom, ROLE_BANNER, text, right);
}

/* How far what a condition compares first is beyond its limit, in its own unit; 0 where it is no number. */
static double alarm_distance(const struct alert_state *state)
{
	struct threshold limit = expression_threshold(state->rule->when_condition, 0);
	double number = strtod(state->value, NULL);
	switch (limit.comparison) {
	case COMPARE_GT:
	case COMPARE_GE:
		return number - limit.number;
	case COMPARE_LT:
	case COMPARE_LE:
		return limit.number - number;
	default:
		return 0;
	}
}

/* Rows of one alert have the same limit; numbers of different alerts cannot be compared. */
static bool is_worse(const struct alert_state *state, const struct alert_state *than)
{
	if (state->rule->severity != than->rule->severity)
		return state->rule->severity > than->rule->severity;
	return state->rule == than->rule && alarm_distance(state) > alarm_distance(than);
}

/* Whatever page is shown: the worst, of equals the first of the layout, and of its rows the one furthest beyond its limit. */
static struct firing find_alarm(const struct scene *scene, bool acknowledged)
{
	struct firing alarm = { .state = NULL };
	const struct alert_state *state;
	for (unsigned i = 0; scene->alerts != NULL && (state = alerts_firing(scene->alerts, i)) != NULL; i++) {
		if ((state->acknowledged_until_ms != 0) != acknowledged)
			continue;
		alarm.more += alarm.state != NULL;
		if (alarm.state == NULL || is_worse(state, alarm.state))
			alarm.state = state;
	}
	return alarm;
}

/* The row, the value, what it is called: "Sales  SL 66 %  low service level". */
static void alarm_text(const struct alert_state *state, char *out, size_t size)
{
	char value[ALERT_VALUE_TEXT_MAX];
	alert_state_value(state, value);
	snprintf(out, size, "%s%s%s  %s", state->row, state->row[0] != '\0' ? "  " : "", value, state->rule->name);
}

/* Without a view there is no room for the key. */
static void alarm_right(const struct firing *alarm, const struct view *view, const struct scene *scene, char *out, size_t size)
{
	char known[40] = "", age[32], more_text[24] = "";
	panel_age(age, sizeof(age), scene->now_ms - alarm->state->fired_ms);
	if (view != NULL)
		hint(view, "acknowledge", "acknowledges", known, sizeof(known));
	if (alarm->more > 0)
		snprintf(more_text, sizeof(more_text), "   +%u more", alarm->more);
	/* Without the blank that keeps a hint from the next one. */
	int length = known[0] != '\0' ? (int)strlen(known) - 1 : 0;
	snprintf(out, size, "%s%s%s%.*s", age, more_text, length > 0 ? "   " : "", length, known);
}

/*
 * Lines of an alarm: by the size of the screen alone, so that its words change nothing else. A warning is one line of text,
 * which is less loud.
 */
static int alarm_lines(const struct firing *alarm, int lines)
{
	enum { LARGE_FROM = 56, MEDIUM_FROM = 34 };
	if (alarm->state == NULL || alarm->state->rule->severity != SEVERITY_ALERT || lines < MEDIUM_FROM)
		return 0;
	return lines >= LARGE_FROM ? 9 : 5;
}

static void add_alarm(struct bottom *bottom, const struct view *view, const struct scene *scene, int lines, int columns)
{
	enum { KEY_FROM_COLUMNS = 60 };
	char text[TEXT_MAX], known[TEXT_MAX], right[96], left[32];
	bottom->alarm = find_alarm(scene, false);
	bottom->alarm_lines = alarm_lines(&bottom->alarm, lines);
	const struct alert_state *state = bottom->alarm.state;
	if (state != NULL && bottom->alarm_lines == 0) {
		bool alert = state->rule->severity == SEVERITY_ALERT;
		alarm_text(state, known, sizeof(known));
		snprintf(text, sizeof(text), "%s %.500s", alert ? "!!" : "! ", known);
		alarm_right(&bottom->alarm, columns < KEY_FROM_COLUMNS ? NULL : view, scene, right, sizeof(right));
		add(bottom, alert ? ROLE_ALERT : ROLE_NOTE, text, right);
	}
	/* What somebody knows about is told quietly, until it is reported again. */
	struct firing quiet = find_alarm(scene, true);
	if (state != NULL || quiet.state == NULL)
		return;
	alarm_text(quiet.state, known, sizeof(known));
	panel_age(left, sizeof(left), quiet.state->acknowledged_until_ms - scene->now_ms + 999);
	if (columns < KEY_FROM_COLUMNS)
		snprintf(right, sizeof(right), "known");
	else if (quiet.more > 0)
		snprintf(right, sizeof(right), "+%u more   acknowledged for %s", quiet.more, left);
	else
		snprintf(right, sizeof(right), "acknowledged for %s", left);
	add(bottom, ROLE_LABEL, known, right);
}

enum { HINTS_FROM_LINES = 16 }; /* a smaller screen has no line for the keys beside what is wrong */

static struct bottom collect(const struct view *view, const struct scene *scene, int lines, int columns)
{
	struct bottom bottom = { .count = 0 };
	if (scene->replay != NULL)
		add_replay(&bottom, view, scene);
	add_prompt(&bottom, view, scene);
	add_paused(&bottom, view, scene);
	add_trouble(&bottom, scene, columns);
	add_alarm(&bottom, view, scene, lines, columns);
	if (scene->notice != NULL && scene->notice[0] != '\0')
		add(&bottom, scene->warns ? ROLE_NOTE : ROLE_TEXT, scene->notice, "");
	add_said(&bottom, view, scene);
	add_unknown(&bottom, view, scene);
	bottom.hints = view->keys && !view->kiosk && scene->replay == NULL && view->prompt == PROMPT_NONE &&
		(lines >= HINTS_FROM_LINES || (bottom.count == 0 && bottom.alarm_lines == 0));
	return bottom;
}

int status_calm_lines(const struct view *view, const struct scene *scene)
{
	return scene->replay != NULL || (view->keys && !view->kiosk) ? 1 : 0;
}

/* Lines of what is collected: the alarm gives way first, then what weighs least. */
static int bottom_lines(struct bottom *bottom, const struct view *view, const struct scene *scene, int lines)
{
	int most = lines / 3 > 1 ? lines / 3 : 1;
	int count = bottom->count + bottom->hints;
	if (bottom->alarm_lines + count > most)
		bottom->alarm_lines = most > count ? most - count : 0;
	count += bottom->alarm_lines;
	if (count == 0)
		count = status_calm_lines(view, scene);
	return count < most ? count : most;
}

int status_lines(const struct view *view, const struct scene *scene, int lines, int columns)
{
	struct bottom bottom = collect(view, scene, lines, columns);
	return bottom_lines(&bottom, view, scene, lines);
}

bool status_has_hints_only(const struct view *view, const struct scene *scene, int lines, int columns)
{
	struct bottom bottom = collect(view, scene, lines, columns);
	return bottom.count == 0 && bottom.alarm_lines == 0 && link_severity(scene) == SEVERITY_NONE;
}

bool status_is_unchanging(const struct view *view, const struct scene *scene)
{
	return scene->layout->status == STATUS_LINE_OFF && scene->link->state == LINK_LIVE && scene->replay == NULL &&
		scene->trouble_count == 0 &&
		!link_stale(scene->link, scene->now_ms) && view->overlay == OVERLAY_NONE && status_has_hints_only(view, scene, INT_MAX, INT_MAX);
}

/* Columns of an action's hint, with the first of its keys; 0: it has none, or the key would do nothing now. */
static int hint_width(const struct view *view, const struct scene *scene, unsigned at, char key[KEY_NAME_MAX])
{
	const struct action *action = action_at(at);
	const char *keys = view->bindings->keys[at];
	if (action->hint == NULL || !key_next(&keys, key, KEY_NAME_MAX) ||
		(action->idle != NULL && action->idle(view, scene) != NULL))
		return 0;
	return text_width(key) + 1 + text_width(action->hint);
}

enum { HINTS_APART = 3 };

static int put_hint(const struct canvas *line, struct view *view, int screen_line, int at, const char *key, const char *what)
{
	int first = at;
	at = canvas_print(line, 0, at, ROLE_KEY, "%s ", key);
	at = canvas_text(line, 0, at, ROLE_LABEL, what);
	mouse_add_spot(&view->spots, screen_line, first, at - first, key);
	return at + HINTS_APART;
}

static bool fires(const struct view *view, const struct scene *scene)
{
	(void)view;
	return scene->alerts != NULL && alerts_firing(scene->alerts, 0) != NULL;
}

static bool is_wrong(const struct view *view, const struct scene *scene)
{
	(void)view;
	return link_severity(scene) != SEVERITY_NONE;
}

static bool searches(const struct view *view, const struct scene *scene)
{
	(void)scene;
	return search_goes_on(view);
}

static bool hides(const struct view *view, const struct scene *scene)
{
	const struct panel *panel = view_panel(view, scene->layout);
	const struct order *order = panel == NULL || view->zoomed >= 0 ? NULL : &view->panels[panel->index].order;
	return order != NULL && (order->filter[0] != '\0' || order->state >= 0);
}

/*
 * What helps now goes before all else: in trouble, in an alarm, whose own line says how to acknowledge it, among matches, and
 * where rows are hidden.
 */
static const struct {
	const char *action, *what;
	bool (*now)(const struct view *view, const struct scene *scene);
} firsts[] = {
	{ "retry", "try now", is_wrong }, { "details", "why", is_wrong }, { "alarms", "alarms", fires },
	{ "next-match", "next match", searches }, { "back", "all rows", hides },
};

/* Whether an action is among those that were put first. */
static bool is_first(const struct view *view, const struct scene *scene, const char *action)
{
	for (size_t i = 0; i < sizeof(firsts) / sizeof(firsts[0]); i++)
		if (strcmp(firsts[i].action, action) == 0 && firsts[i].now(view, scene))
			return true;
	return false;
}

static int put_firsts(const struct canvas *line, struct view *view, const struct scene *scene, int screen_line, int at, int right)
{
	char key[KEY_NAME_MAX];
	for (size_t i = 0; i < sizeof(firsts) / sizeof(firsts[0]); i++) {
		const struct action *action = action_at((unsigned)action_find(firsts[i].action));
		if (!firsts[i].now(view, scene) || (action->idle != NULL && action->idle(view, scene) != NULL))
			continue;
		if (key_of(view, firsts[i].action, key)[0] != '\0' && at + text_width(key) + 1 + text_width(firsts[i].what) <= right)
			at = put_hint(line, view, screen_line, at, key, firsts[i].what);
	}
	return at;
}

/* As many as there is room for; the last, how to leave, keeps its own. */
static void draw_hints(const struct canvas *line, struct view *view, const struct scene *scene, int screen_line)
{
	char key[KEY_NAME_MAX];
	unsigned last = 0;
	for (unsigned i = 0; action_at(i) != NULL; i++)
		if (hint_width(view, scene, i, key) > 0)
			last = i;
	int kept = HINTS_APART + hint_width(view, scene, last, key);
	int at = put_firsts(line, view, scene, screen_line, 1, line->columns - kept);
	for (unsigned i = 0; i <= last; i++) {
		int width = hint_width(view, scene, i, key);
		if (width == 0 || at + width + (i < last ? kept : 0) > line->columns || is_first(view, scene, action_at(i)->name))
			continue;
		at = put_hint(line, view, screen_line, at, key, action_at(i)->hint);
	}
}

/* "08:00 ████░░░░ 17:30": how much of a recording was shown. */
static void draw_progress(const struct canvas *room, const struct scene *scene)
{
	enum { BAR_LEAST = 8 };
	char begin[DAY_TIME_MAX], end[DAY_TIME_MAX];
	int time = day_time_columns(scene->clock, false), bar = room->columns - 2 * (time + 1);
	if (bar < BAR_LEAST)
		return;
	day_time_text(scene->clock, false, scene->replay_begin_ms, begin);
	day_time_text(scene->clock, false, scene->replay_end_ms, end);
	int done = (int)(scene->replay_done * bar + 0.5);
	done = done < 0 ? 0 : done > bar ? bar : done;
	canvas_put(room, 0, 0, time, ROLE_BANNER, ALIGN_LEFT, begin);
	canvas_repeat(room, 0, time + 1, done, ROLE_BANNER, GLYPH_BAR);
	canvas_repeat(room, 0, time + 1 + done, bar - done, ROLE_BANNER, GLYPH_TRACK);
	canvas_put(room, 0, time + 1 + bar + 1, time, ROLE_BANNER, ALIGN_LEFT, end);
}

/* The row and its value as large as there is room for, at the right what it is called, since when, and the others. */
static void draw_alarm(const struct canvas *area, const struct firing *alarm, const struct view *view, const struct scene *scene)
{
	enum { EDGE = 2, APART = 4 };
	const struct alert_state *state = alarm->state;
	char value[ALERT_VALUE_TEXT_MAX], big[ALERT_ROW_MAX + ALERT_VALUE_TEXT_MAX + 8], right[96];
	canvas_fill(area, 0, 0, area->lines, area->columns, ROLE_ALERT);
	alarm_right(alarm, view, scene, right, sizeof(right));
	alert_state_value(state, value);
	const char *whose = state->row[0] != '\0' ? state->row : state->rule->name;
	int side = text_width(state->rule->name) > text_width(right) ? text_width(state->rule->name) : text_width(right);
	side = side < area->columns / 2 ? side : area->columns / 2;
	int room = area->columns - side - 2 * EDGE - APART, middle = area->lines / 2;
	/* Without the name of the value, if that makes room for larger letters. */
	snprintf(big, sizeof(big), "%s %s", whose, value);
	int size = letters_fit(area, big, room, area->lines - 2);
	if (size < area->lines - 2) {
		snprintf(big, sizeof(big), "%s %s", whose, state->shown);
		size = letters_fit(area, big, room, area->lines - 2);
	}
	if (size > 1) {
		letters_draw(area, (area->lines - size) / 2, EDGE, size, ROLE_ALERT, big);
		canvas_put(area, middle > 1 ? middle - 1 : 0, area->columns - side - EDGE, side, ROLE_ALERT, ALIGN_RIGHT, state->rule->name);
		canvas_put(area, middle > 1 ? middle + 1 : middle, area->columns - side - EDGE, side, ROLE_ALERT, ALIGN_RIGHT, right);
		return;
	}
	char text[TEXT_MAX];
	alarm_text(state, text, sizeof(text));
	int width = text_width(right);
	canvas_put(area, middle, EDGE - 1, 2, ROLE_ALERT, ALIGN_LEFT, "!!");
	canvas_put(area, middle, EDGE + 2, area->columns - width - 2 * EDGE - 4, ROLE_ALERT, ALIGN_LEFT, text);
	canvas_put(area, middle, area->columns - width - EDGE, width, ROLE_ALERT, ALIGN_RIGHT, right);
}

void status_bottom(const struct canvas *lines, struct view *view, const struct scene *scene, int screen_lines)
{
	struct bottom bottom = collect(view, scene, screen_lines, lines->columns);
	(void)bottom_lines(&bottom, view, scene, screen_lines);
	view->spots.count = 0;
	int top = bottom.alarm_lines < lines->lines ? bottom.alarm_lines : lines->lines;
	bool replayed = scene->replay != NULL && scene->replay_end_ms > 0;
	if (top > 0) {
		struct canvas area = canvas_part(lines, 0, 0, top, lines->columns);
		draw_alarm(&area, &bottom.alarm, view, scene);
	}
	for (int i = 0; i < bottom.count && top + i < lines->lines; i++) {
		enum role role = bottom.roles[i];
		int right = text_width(bottom.rights[i]), line = top + i;
		if (right > lines->columns / 2)
			right = lines->columns / 2;
		if (role == ROLE_BANNER || role == ROLE_ALERT)
			canvas_fill(lines, line, 0, 1, lines->columns, role);
		canvas_put(lines, line, 1, lines->columns - right - 3, role, ALIGN_LEFT, bottom.texts[i]);
		canvas_put(lines, line, lines->columns - right - 1, right, role, ALIGN_RIGHT, bottom.rights[i]);
		int free = lines->columns - right - 3 - text_width(bottom.texts[i]) - 1;
		if (i == 0 && replayed) {
			struct canvas room = canvas_part(lines, line, text_width(bottom.texts[i]) + 3, 1, free - 4);
			draw_progress(&room, scene);
		}
	}
	int last = lines->lines - 1;
	if (bottom.hints && top + bottom.count <= last) {
		struct canvas line = canvas_part(lines, last, 0, 1, lines->columns);
		draw_hints(&line, view, scene, screen_lines - 1);
	}
}

/* When the last data came; a wall that begins with a kept frame has some before its link accepted any. */
static int64_t newest_data(const struct scene *scene)
{
	int64_t newest = scene->link->accepted_ms;
	for (unsigned i = 0; scene->link->accepted_ms == 0 && i < scene->layout->panel_count; i++) {
		const struct panel_data *data = board_data(scene->board, &scene->layout->panels[i]);
		if (data->received && data->received_ms > newest)
			newest = data->received_ms;
	}
	return newest;
}

/*
 * "● live": the mark tells the state without its colour. What is paused is not live, however fresh the data are. The age
 * is told where it means something, once for the whole wall: panels tell theirs where it is another one.
 */
static void link_text(const struct canvas *line, const struct view *view, const struct scene *scene, bool still, char *out,
	size_t size)
{
	enum { AGE_FROM = 10 }; /* seconds: less is now */
	const struct link *link = scene->link;
	char words[32] = "";
	if (view->paused && link_severity(scene) == SEVERITY_NONE) {
		panel_age(words, sizeof(words), scene->now_ms - view->paused_since_ms);
		snprintf(out, size, "%s PAUSED %s", canvas_glyph(line, GLYPH_HALF), words);
		return;
	}
	enum glyph mark = link->state == LINK_LIVE ? GLYPH_FULL : in_trouble(scene) ? GLYPH_CROSS : GLYPH_OPEN;
	int64_t newest_ms = newest_data(scene);
	double age = newest_ms == 0 ? -1 : (double)(scene->now_ms - newest_ms) / 1000;
	bool stale = newest_ms != 0 && link_old(link->interval, newest_ms, scene->now_ms);
	/* Counted by clocks that need not agree. */
	const char *doubt = link->uncertain && scene->replay == NULL ? "?" : "";
	panel_age(words, sizeof(words), (int64_t)(age * 1000));
	if (stale)
		snprintf(out, size, "!! %s no data for %s%s", canvas_glyph(line, GLYPH_CROSS), words, doubt);
	else
		snprintf(out, size, "%s%s %s%s%s%s", in_trouble(scene) ? "! " : "", canvas_glyph(line, mark),
			scene->replay != NULL ? "REPLAY" : link_word(link->state), !still && age >= AGE_FROM ? "  " : "",
			!still && age >= AGE_FROM ? words : "", !still && age >= AGE_FROM ? doubt : "");
}

enum { TITLE_LEAST = 8, NOTE_GAP = 2 };

/* The columns that a note takes of the line. */
static int room_for(const char *note)
{
	return note[0] != '\0' ? text_width(note) + NOTE_GAP : 0;
}

/*
 * What must not be overlooked goes before the title: in full where that leaves it room. `kept` columns belong to what
 * comes after. Returns the columns left.
 */
static int put_note(const struct canvas *line, int right, int kept, const char *words, const char *word)
{
	const char *note = right - kept - room_for(words) >= TITLE_LEAST ? words : word;
	int width = text_width(note);
	if (right - kept < width)
		return right;
	canvas_put(line, 0, right - width, width, ROLE_NOTE, ALIGN_RIGHT, note);
	return right - width - NOTE_GAP;
}

/* That rows are hidden goes before the title: whoever reads the others must know. */
static int put_marks(const struct canvas *line, int right, const struct status_marks *marks, int kept)
{
	enum { CUT_LEAST = 8 }; /* columns of a text that still says what it is */
	const char *text = right - room_for(marks->full) >= kept ? marks->full : marks->brief;
	if (right < text_width(text) && right < CUT_LEAST)
		text = marks->least;
	int width = text_width(text) < right ? text_width(text) : right;
	if (width <= 0)
		return right;
	canvas_put(line, 0, right - width, width, marks->filtered ? ROLE_NOTE : ROLE_LABEL, ALIGN_RIGHT, text);
	return right - width - NOTE_GAP;
}

/* "3 of 14 services": whoever sees a few must not believe that these are all. Returns its length. */
static int limit_text(const struct view *view, const struct scene *scene, bool brief, char *out, size_t size)
{
	int used = 0;
	out[0] = '\0';
	for (int kind = 0; scene->changes != NULL && view->page < LAYOUT_PAGES_MAX && kind < CHOICES; kind++) {
		const struct choice *choice = &scene->changes->choices[view->page][kind];
		unsigned all = chooser_known(scene, (enum choice_kind)kind), count = choice->names.count;
		if (!choice->made)
			continue;
		if (count == 0) {
			used = more(out, size, used, "%sall %s", used > 0 ? ", " : " ", choice_keys[kind]);
			continue;
		}
		used = more(out, size, used, "%s%u", used > 0 ? ", " : " ", count);
		if (all > 0)
			used = more(out, size, used, brief ? "/%u" : " of %u", all);
		if (!brief)
			used = more(out, size, used, " %s", (all > 0 ? all : count) == 1 ? (kind == CHOICE_TEAMS ? "team" : "service") : choice_keys[kind]);
	}
	return used > 0 ? more(out, size, used, " ") : 0;
}

/* On a ground of its own, beside the connection. */
static int put_limit(const struct canvas *line, int right, int kept, const struct view *view, const struct scene *scene)
{
	char text[96];
	if (limit_text(view, scene, false, text, sizeof(text)) == 0)
		return right;
	if (right - kept - text_width(text) < TITLE_LEAST)
		(void)limit_text(view, scene, true, text, sizeof(text));
	int width = text_width(text);
	if (right < width)
		return right;
	canvas_put(line, 0, right - width, width, ROLE_BANNER, ALIGN_LEFT, text);
	return right - width - NOTE_GAP;
}

enum { TAB_TEXT_MAX = 160, TABS_APART = 1 };

/* " 2 Queues ": the number is the key of the page, and says nothing where there is but one. */
static void tab_text(const struct layout *layout, unsigned page, char *out, size_t size)
{
	const char *title = layout->pages[page].title != NULL ? layout->pages[page].title : "";
	if (layout->page_count < 2)
		snprintf(out, size, " %.100s ", title);
	else if (title[0] == '\0')
		snprintf(out, size, " %u ", page + 1);
	else
		snprintf(out, size, " %u %.100s ", page + 1, title);
}

/* A wall of one page without a title of its own has no tabs. */
static bool has_tabs(const struct layout *layout)
{
	const char *title = layout->page_count > 0 ? layout->pages[0].title : NULL;
	return layout->page_count > 1 || (title != NULL && title[0] != '\0' && !text_equal(title, layout->title));
}

/* "12 s": when the page turns by itself. As wide for each page of a wall, so that nothing beside it moves. */
static int turn_text(const struct view *view, const struct scene *scene, char *out, size_t size)
{
	int seconds = view_turns_in(view, scene), most = 0;
	for (unsigned i = 0; i < scene->layout->page_count && scene->layout->page_count > 1; i++)
		if (scene->layout->pages[i].seconds > most)
			most = scene->layout->pages[i].seconds;
	out[0] = '\0';
	if (most == 0)
		return 0;
	int width = snprintf(NULL, 0, "%d s", most > 60 ? most : 60);
	if (seconds > 0)
		snprintf(out, size, "%d s", seconds);
	return width + 1;
}

struct head {
	char title[256], turn[24];
	int title_columns, tabs_columns, turn_columns;
	int least_columns; /* of the page that is shown, or the beginning of the title */
};

/* All of it in full. */
static struct head measure_head(const struct view *view, const struct scene *scene)
{
	const struct layout *layout = scene->layout;
	struct head head = { .title = "" };
	char tab[TAB_TEXT_MAX];
	snprintf(head.title, sizeof(head.title), "%s", layout->title != NULL ? layout->title : "");
	head.title_columns = text_width(head.title);
	for (unsigned i = 0; i < layout->page_count && has_tabs(layout); i++) {
		tab_text(layout, i, tab, sizeof(tab));
		head.tabs_columns += text_width(tab) + TABS_APART;
	}
	head.turn_columns = turn_text(view, scene, head.turn, sizeof(head.turn));
	head.least_columns = TITLE_LEAST;
	if (has_tabs(layout) && view->page < layout->page_count) {
		tab_text(layout, view->page, tab, sizeof(tab));
		head.least_columns = text_width(tab) + (layout->page_count > 1 ? (int)sizeof("1/2") + 1 : 1);
	}
	return head;
}

/* Title, tabs, and when the next page comes; where there is less room the shown tab and "2/4", and before that the title goes. */
static void put_head(const struct canvas *line, int right, const struct head *head, struct view *view, const struct scene *scene)
{
	enum { TITLE_GAP = 2 };
	const struct layout *layout = scene->layout;
	char tab[TAB_TEXT_MAX], place[32] = "";
	int at = 1, tail = head->turn_columns;
	bool tabs = has_tabs(layout), all = tabs && 1 + head->title_columns + TITLE_GAP + head->tabs_columns + tail <= right;
	if (!tabs || view->page >= layout->page_count) {
		canvas_put(line, 0, at, right - at, ROLE_TITLE, ALIGN_LEFT, head->title);
		return;
	}
	tab_text(layout, view->page, tab, sizeof(tab));
	if (!all && layout->page_count > 1)
		snprintf(place, sizeof(place), "%u/%u", view->page + 1, layout->page_count);
	int least = text_width(tab) + (place[0] != '\0' ? text_width(place) + 1 : 0) + tail;
	int room = all ? head->title_columns : right - at - TITLE_GAP - least;
	if (room >= TITLE_LEAST || (all && room > 0) || room >= head->title_columns)
		at += canvas_put(line, 0, at, room, ROLE_TITLE, ALIGN_LEFT, head->title) + TITLE_GAP;
	at = at > 1 && head->title_columns == 0 ? 1 : at;
	for (unsigned i = all ? 0 : view->page; i < (all ? layout->page_count : view->page + 1); i++) {
		tab_text(layout, i, tab, sizeof(tab));
		view->tabs[i].column = at;
		view->tabs[i].columns = canvas_put(line, 0, at, right - at, i == view->page ? ROLE_TAB : ROLE_LABEL, ALIGN_LEFT, tab);
		at += view->tabs[i].columns + (all ? TABS_APART : 0);
	}
	if (!all && at + 1 + text_width(place) <= right) {
		/* A click on "2/4" goes to the next page. */
		if (place[0] != '\0')
			view->tabs[(view->page + 1) % layout->page_count] = (struct tab){ at, text_width(place) + 2 };
		at = canvas_text(line, 0, at + 1, ROLE_LABEL, place) + 1;
	}
	if (tail > 0 && at + tail <= right + 1)
		canvas_put(line, 0, at, tail - 1, ROLE_LABEL, ALIGN_RIGHT, head->turn);
}

/* Until when the picture is dim on purpose, so that nobody takes it for a fault; where there is room. */
static int put_dim(const struct canvas *line, const struct view *view, const struct scene *scene, int whole, int right)
{
	enum { APART = 3 };
	char clock[DAY_TIME_MAX], text[DAY_TIME_MAX + 16];
	if (view->dim_until_ms == 0)
		return right;
	day_time_text(scene->clock, false, view->dim_until_ms, clock);
	snprintf(text, sizeof(text), "dim until %s", day_time_in_sentence(clock));
	if (whole + text_width(text) > right)
		return right;
	canvas_put(line, 0, right - text_width(text) - 1, text_width(text), ROLE_LABEL, ALIGN_RIGHT, text);
	return right - text_width(text) - APART;
}

void status_top(const struct canvas *line, struct view *view, const struct scene *scene,
	const struct status_marks *marks)
{
	enum { APART = 3 };
	int hidden = room_for(marks->least);
	char clock[DAY_TIME_MAX], link[160];
	int right = line->columns;
	enum severity severity = link_severity(scene);
	bool still = status_is_unchanging(view, scene);
	struct head head = measure_head(view, scene);
	const char *tenant = scene->tenant == NULL ? "" : scene->tenant;
	day_time_text(scene->clock, true, scene->wall_ms, clock);
	link_text(line, view, scene, still, link, sizeof(link));
	int time = day_time_columns(scene->clock, true);
	if (right >= 28 + time && !still) {
		canvas_put(line, 0, right - time - 1, time, ROLE_TITLE, ALIGN_RIGHT, clock);
		right -= time + 1 + 2;
	}
	/* Whose contact centre it is goes first. */
	int whole = 1 + head.title_columns + 2 + head.tabs_columns + head.turn_columns + text_width(link) + 2 * APART + hidden;
	/* ... and before that which screen this is, where somebody gave it a name. */
	const char *name = scene->name == NULL ? "" : scene->name;
	int named = name[0] != '\0' && whole + text_width(name) <= right ? text_width(name) + APART : 0;
	if (tenant[0] != '\0' && whole + named + text_width(tenant) <= right) {
		canvas_put(line, 0, right - text_width(tenant) - 1, text_width(tenant), ROLE_LABEL, ALIGN_RIGHT, tenant);
		right -= text_width(tenant) + APART;
	}
	if (named > 0) {
		canvas_put(line, 0, right - text_width(name) - 1, text_width(name), ROLE_LABEL, ALIGN_RIGHT, name);
		right -= named;
	}
	right = put_dim(line, view, scene, whole, right);
	int width = text_width(link) < right - hidden ? text_width(link) : right - hidden;
	enum role role = severity == SEVERITY_ALERT ? ROLE_ALERT : severity == SEVERITY_WARN ? ROLE_NOTE :
		view->paused ? ROLE_BANNER : ROLE_TEXT;
	canvas_put(line, 0, right - width, width, role, ALIGN_RIGHT, link);
	if (role == ROLE_TEXT && scene->link->state == LINK_LIVE)
		canvas_put(line, 0, right - width, 1, ROLE_READY, ALIGN_LEFT, canvas_glyph(line, GLYPH_FULL));
	right -= width + 2;
	if (scene->link->plaintext)
		right = put_note(line, right, hidden + (scene->muted ? room_for("! muted") : 0), "! not encrypted", "! http");
	for (unsigned i = 0; i < scene->trouble_count; i++)
		right = put_note(line, right, hidden, scene->troubles[i].mark, scene->troubles[i].mark);
	if (scene->muted)
		right = put_note(line, right, hidden, "! muted", "! muted");
	right = put_limit(line, right, hidden + head.least_columns, view, scene);
	right = put_marks(line, right, marks, head.least_columns);
	put_head(line, right, &head, view, scene);
}

struct summary {
	struct painting painting;
	const struct canvas *canvas;
	int line;
};

static void put(struct summary *summary, const char *label, const char *value, enum role role, enum severity severity)
{
	const struct canvas *canvas = summary->canvas;
	int width = text_width(value);
	int most = canvas->columns * 2 / 3;
	if (summary->line >= canvas->lines)
		return;
	width = width > most ? most : width;
	canvas_put(canvas, summary->line, 0, canvas->columns - width - 4, ROLE_LABEL, ALIGN_LEFT, label);
	canvas_put(canvas, summary->line, canvas->columns - width - 3, width, role, ALIGN_RIGHT, value);
	canvas_put(canvas, summary->line, canvas->columns - 2, 2, role, ALIGN_LEFT, style_mark(severity));
	summary->line++;
}

static void put_tiles(struct summary *summary, enum severity wanted)
{
	struct painting *painting = &summary->painting;
	for (unsigned i = 0; i < painting->panel->column_count; i++) {
		const struct cell *cell = board_cell(painting->data, 0, i);
		enum severity severity = board_severity(painting->panel, painting->data, 0, i, painting->stale);
		char text[PANEL_VALUE_MAX];
		if (severity != wanted)
			continue;
		panel_value(painting, 0, i, cell, text, sizeof(text));
		put(summary, painting->panel->columns[i].label, text, panel_role(painting, cell, severity), severity);
	}
}

/* Of a grid only what is severe: the first column says whose it is. */
static void put_rows(struct summary *summary, enum severity wanted)
{
	struct painting *painting = &summary->painting;
	for (unsigned row = 0; row < painting->data->rows && summary->line < summary->canvas->lines; row++) {
		if (board_row_severity(painting->panel, painting->data, row, painting->stale) < wanted)
			continue;
		for (unsigned i = 0; i < painting->panel->column_count; i++) {
			const struct cell *cell = board_cell(painting->data, row, i);
			char text[PANEL_VALUE_MAX];
			if (board_severity(painting->panel, painting->data, row, i, painting->stale) != wanted)
				continue;
			panel_value(painting, row, i, cell, text, sizeof(text));
			put(summary, board_cell(painting->data, row, 0)->text, text, style_severity(wanted), wanted);
		}
	}
}

static void put_panels(struct summary *summary, const struct page *page, enum severity wanted)
{
	struct painting *painting = &summary->painting;
	for (unsigned row = 0; row < page->row_count; row++)
		for (unsigned i = 0; i < page->rows[row].panel_count; i++) {
			painting->panel = page->rows[row].panels[i];
			painting->data = board_data(painting->scene->board, painting->panel);
			if (painting->panel->column_count == 0 || !painting->data->received)
				continue;
			if (panel_has_totals(painting->panel->type))
				put_tiles(summary, wanted);
			else if (wanted > SEVERITY_NONE)
				put_rows(summary, wanted);
		}
}

void summary_draw(const struct canvas *canvas, const struct view *view, const struct scene *scene, bool stale)
{
	struct summary summary = { .canvas = canvas };
	if (view->page >= scene->layout->page_count)
		return;
	summary.painting = (struct painting){ .box = *canvas, .scene = scene, .stale = stale };
	for (int wanted = SEVERITY_ALERT; wanted >= SEVERITY_NONE; wanted--)
		put_panels(&summary, &scene->layout->pages[view->page], (enum severity)wanted);
	if (summary.line > 0)
		return;
	const char *cause = scene->link->cause[0] != '\0' ? scene->link->cause : link_word(scene->link->state);
	canvas_wrap(canvas, 0, ROLE_LABEL, false, scene->board->generation > 0 ? "nothing is in alarm" : cause, true);
}
