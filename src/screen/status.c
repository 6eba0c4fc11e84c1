#include "screen/status.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "alert/alert.h"
#include "base/text.h"
#include "layout/state.h"
#include "screen/action.h"
#include "screen/keyboard.h"
#include "screen/panel.h"

enum { TEXT_MAX = 2 * ERROR_TEXT + 64, LINES_MAX = 4, KEY_ROOM = 16 };

/* What stands at the bottom: texts in the order of their weight. */
struct bottom {
	char texts[LINES_MAX][TEXT_MAX];
	char rights[LINES_MAX][96];
	enum role roles[LINES_MAX];
	int count;
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
	snprintf(text, sizeof(text), "%s %s%s%s", role == ROLE_ALERT ? "!!" : "! ", cause,
		both && link->advice[0] != '\0' ? ": " : "", both ? link->advice : "");
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
		snprintf(text, sizeof(text), "Filter %s: %s_", panel == NULL ? "" : panel->title, view->typed);
		add(bottom, ROLE_TITLE, text, "Enter keeps, Esc clears");
	}
	if (panel == NULL || view->prompt == PROMPT_NONE || view->prompt == PROMPT_FILTER)
		return;
	if (view->prompt == PROMPT_SORT)
		name_columns(panel, text, sizeof(text));
	else
		name_states(panel, board_data(scene->board, panel), text, sizeof(text));
	add(bottom, ROLE_TITLE, text, "");
}

/* The first key of an action; "" where it has none, or keys do nothing. */
static const char *key_of(const struct view *view, const char *action, char out[KEY_ROOM])
{
	const char *keys = view->bindings->keys[action_find(action)];
	if (view->kiosk || !view->keys || !key_next(&keys, out, KEY_ROOM))
		out[0] = '\0';
	return out;
}

static void add_unknown(struct bottom *bottom, const struct view *view, const struct scene *scene)
{
	char text[96], key[KEY_ROOM], bytes[5], shown[8];
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
	char right[64] = "", key[KEY_ROOM];
	if (view->said[0] == '\0' || scene->now_ms >= view->said_until_ms)
		return;
	if (view->said_loud && key_of(view, "theme", key)[0] != '\0')
		snprintf(right, sizeof(right), "%s next theme", key);
	add(bottom, view->said_loud ? ROLE_BANNER : ROLE_TEXT, view->said, right);
}

/* "p resumes "; nothing without a key. */
static void hint(const struct view *view, const char *action, const char *what, char *out, size_t size)
{
	char key[KEY_ROOM];
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
	char right[64] = "", key[KEY_ROOM];
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
	char clock[16], text[96], resumes[32], right[96], left[32];
	if (!view->paused)
		return;
	text_clock(clock, sizeof(clock), scene->wall_ms - (scene->now_ms - view->paused_since_ms), "%H:%M:%S");
	snprintf(text, sizeof(text), "PAUSED at %s, live data are not shown", clock);
	hint(view, "pause", "resumes", resumes, sizeof(resumes));
	panel_age(left, sizeof(left), view->last_key_ms + VIEW_PAUSE_MS - scene->now_ms + 999);
	snprintf(right, sizeof(right), "%s%sby itself in %s", resumes, resumes[0] != '\0' ? "or " : "resumes ", left);
	add(bottom, ROLE_BANNER, text, right);
}

/* The first that nobody acknowledged, whatever page is shown. */
static void add_alerts(struct bottom *bottom, const struct view *view, const struct scene *scene)
{
	const struct alert_state *state, *first = NULL;
	char text[TEXT_MAX], right[64], known[40];
	unsigned more_count = 0;
	for (unsigned i = 0; scene->alerts != NULL && (state = alerts_firing(scene->alerts, i)) != NULL; i++) {
		more_count += first != NULL && state->acknowledged_until_ms == 0;
		if (first == NULL && state->acknowledged_until_ms == 0)
			first = state;
	}
	if (first == NULL)
		return;
	bool alert = first->rule->severity == SEVERITY_ALERT;
	snprintf(text, sizeof(text), "%s %s%s%s  %s", alert ? "!!" : "! ", first->rule->name,
		first->row[0] != '\0' ? ": " : "", first->row, first->shown);
	hint(view, "acknowledge", "acknowledges", known, sizeof(known));
	snprintf(right, sizeof(right), "%s", known);
	if (more_count > 0)
		snprintf(right, sizeof(right), "and %u more   %s", more_count, known);
	add(bottom, alert ? ROLE_ALERT : ROLE_NOTE, text, right);
}

static struct bottom collect(const struct view *view, const struct scene *scene, int columns)
{
	struct bottom bottom = { .count = 0 };
	if (scene->replay != NULL)
		add_replay(&bottom, view, scene);
	add_prompt(&bottom, view, scene);
	add_paused(&bottom, view, scene);
	add_trouble(&bottom, scene, columns);
	add_alerts(&bottom, view, scene);
	if (scene->notice != NULL && scene->notice[0] != '\0')
		add(&bottom, scene->warns ? ROLE_NOTE : ROLE_TEXT, scene->notice, "");
	add_said(&bottom, view, scene);
	add_unknown(&bottom, view, scene);
	return bottom;
}

int status_calm_lines(const struct view *view, const struct scene *scene)
{
	return scene->replay != NULL || (view->keys && !view->kiosk) ? 1 : 0;
}

int status_lines(const struct view *view, const struct scene *scene, int lines, int columns)
{
	struct bottom bottom = collect(view, scene, columns);
	int most = lines / 3 > 1 ? lines / 3 : 1;
	int count = bottom.count > 0 ? bottom.count : status_calm_lines(view, scene);
	return count < most ? count : most;
}

bool status_has_hints_only(const struct view *view, const struct scene *scene, int columns)
{
	return collect(view, scene, columns).count == 0;
}

bool status_is_unchanging(const struct view *view, const struct scene *scene)
{
	return scene->layout->status == STATUS_LINE_OFF && scene->link->state == LINK_LIVE && scene->replay == NULL &&
		scene->trouble_count == 0 &&
		!link_stale(scene->link, scene->now_ms) && view->overlay == OVERLAY_NONE && status_has_hints_only(view, scene, INT_MAX);
}

/* Columns of an action's hint, with the first of its keys; 0: it has none, or the key would do nothing now. */
static int hint_width(const struct view *view, const struct scene *scene, unsigned at, char key[KEY_ROOM])
{
	const struct action *action = action_at(at);
	const char *keys = view->bindings->keys[at];
	if (action->hint == NULL || !key_next(&keys, key, KEY_ROOM) ||
		(action->idle != NULL && action->idle(view, scene) != NULL))
		return 0;
	return text_width(key) + 1 + text_width(action->hint);
}

/* As many as there is room for; the last, how to leave, keeps its own. */
static void draw_hints(const struct canvas *line, const struct view *view, const struct scene *scene)
{
	enum { APART = 3 };
	char key[KEY_ROOM];
	unsigned last = 0;
	for (unsigned i = 0; action_at(i) != NULL; i++)
		if (hint_width(view, scene, i, key) > 0)
			last = i;
	int kept = APART + hint_width(view, scene, last, key), at = 1;
	for (unsigned i = 0; i <= last; i++) {
		int width = hint_width(view, scene, i, key);
		if (width == 0 || at + width + (i < last ? kept : 0) > line->columns)
			continue;
		at = canvas_print(line, 0, at, ROLE_KEY, "%s ", key);
		at = canvas_text(line, 0, at, ROLE_LABEL, action_at(i)->hint) + APART;
	}
}

void status_bottom(const struct canvas *lines, const struct view *view, const struct scene *scene)
{
	struct bottom bottom = collect(view, scene, lines->columns);
	for (int i = 0; i < bottom.count && i < lines->lines; i++) {
		enum role role = bottom.roles[i];
		int right = text_width(bottom.rights[i]);
		if (right > lines->columns / 2)
			right = lines->columns / 2;
		if (role == ROLE_BANNER || role == ROLE_ALERT)
			canvas_fill(lines, i, 0, 1, lines->columns, role);
		canvas_put(lines, i, 1, lines->columns - right - 3, role, ALIGN_LEFT, bottom.texts[i]);
		canvas_put(lines, i, lines->columns - right - 1, right, role, ALIGN_RIGHT, bottom.rights[i]);
	}
	if (bottom.count == 0 && view->keys && !view->kiosk)
		draw_hints(lines, view, scene);
}

/* "● live  3s": the mark tells the state without its colour. What is paused is not live, however fresh the data are. */
static void link_text(const struct canvas *line, const struct view *view, const struct scene *scene, bool still, char *out,
	size_t size)
{
	const struct link *link = scene->link;
	if (view->paused && link_severity(scene) == SEVERITY_NONE) {
		char since[32];
		panel_age(since, sizeof(since), scene->now_ms - view->paused_since_ms);
		snprintf(out, size, "%s PAUSED %s", canvas_glyph(line, GLYPH_HALF), since);
		return;
	}
	enum glyph mark = link->state == LINK_LIVE ? GLYPH_FULL : in_trouble(scene) ? GLYPH_CROSS : GLYPH_OPEN;
	double age = link_age(link, scene->now_ms);
	bool stale = link->accepted_ms != 0 && link_stale(link, scene->now_ms);
	const char *word = stale && link->state == LINK_LIVE ? "no answer" : link_word(link->state);
	char old[40] = "";
	/* Counted by clocks that need not agree. */
	const char *doubt = link->uncertain && scene->replay == NULL ? "?" : "";
	if (!still && age >= 0 && age < 60)
		snprintf(old, sizeof(old), " %2d s%s%s", (int)age, doubt, stale ? " old" : "");
	else if (!still && age >= 60) {
		char words[32];
		panel_age(words, sizeof(words), (int64_t)(age * 1000));
		snprintf(old, sizeof(old), " %s%s old", words, doubt);
	}
	if (scene->replay != NULL)
		word = "REPLAY";
	snprintf(out, size, "%s%s %s%s", stale ? "!! " : in_trouble(scene) ? "! " : "", canvas_glyph(line,
		mark), word, old);
}

static void where_text(const struct canvas *line, const struct view *view, const struct scene *scene, char *out,
	size_t size)
{
	const struct layout *layout = scene->layout;
	const char *dot = canvas_glyph(line, GLYPH_MIDDLE_DOT);
	int used = snprintf(out, size, "%s", layout->title != NULL ? layout->title : "");
	const char *page = view->page < layout->page_count ? layout->pages[view->page].title : "";
	if (page == NULL || strcmp(page, out) == 0)
		page = "";
	if (page[0] != '\0' && used >= 0 && used < (int)size)
		used += snprintf(out + used, size - (size_t)used, "%s%s%s%s", used > 0 ? " " : "", used > 0 ? dot : "",
			used > 0 ? " " : "", page);
	if (layout->page_count > 1 && used >= 0 && used < (int)size)
		snprintf(out + used, size - (size_t)used, " %u/%u", view->page + 1, layout->page_count);
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
static int put_marks(const struct canvas *line, int right, const struct status_marks *marks)
{
	enum { CUT_LEAST = 8 }; /* columns of a text that still says what it is */
	const char *text = right - room_for(marks->full) >= TITLE_LEAST ? marks->full : marks->brief;
	if (right < text_width(text) && right < CUT_LEAST)
		text = marks->least;
	int width = text_width(text) < right ? text_width(text) : right;
	if (width <= 0)
		return right;
	canvas_put(line, 0, right - width, width, marks->filtered ? ROLE_NOTE : ROLE_LABEL, ALIGN_RIGHT, text);
	return right - width - NOTE_GAP;
}

void status_top(const struct canvas *line, const struct view *view, const struct scene *scene,
	const struct status_marks *marks)
{
	int hidden = room_for(marks->least);
	char clock[32], link[160], where[512];
	int columns = line->columns;
	enum severity severity = link_severity(scene);
	bool still = status_is_unchanging(view, scene);
	text_clock(clock, sizeof(clock), scene->wall_ms, "%H:%M:%S");
	link_text(line, view, scene, still, link, sizeof(link));
	where_text(line, view, scene, where, sizeof(where));
	int right = columns;
	if (columns >= 36 && !still) {
		canvas_put(line, 0, columns - 9, 8, ROLE_TITLE, ALIGN_RIGHT, clock);
		right -= 9 + 2;
	}
	int width = text_width(link) < right - hidden ? text_width(link) : right - hidden;
	enum role role = severity == SEVERITY_ALERT ? ROLE_ALERT : severity == SEVERITY_WARN ? ROLE_NOTE :
		view->paused ? ROLE_BANNER : ROLE_TEXT;
	canvas_put(line, 0, right - width, width, role, ALIGN_RIGHT, link);
	right -= width + 2;
	if (scene->link->plaintext)
		right = put_note(line, right, hidden + (scene->muted ? room_for("! muted") : 0), "! not encrypted", "! http");
	for (unsigned i = 0; i < scene->trouble_count; i++)
		right = put_note(line, right, hidden, scene->troubles[i].mark, scene->troubles[i].mark);
	if (scene->muted)
		right = put_note(line, right, hidden, "! muted", "! muted");
	right = put_marks(line, right, marks);
	int at = 1 + canvas_put(line, 0, 1, right - 1, ROLE_TITLE, ALIGN_LEFT, where);
	const char *tenant = scene->tenant == NULL ? "" : scene->tenant;
	if (tenant[0] != '\0' && right - at > text_width(tenant) + 3)
		canvas_print(line, 0, at + 3, ROLE_LABEL, "%s", tenant);
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
			if (painting->panel->type == PANEL_TOTALS)
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
