/*
 * Agents by state. In a small box a line for each state, as long as the box is; else one stacked bar of all agents with
 * its legend, as large as there is room. With lists, below that, who needs a look, who has been free longest and who has
 * been busy longest. What stands where depends on the box alone, not on the numbers of the moment.
 */
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "layout/state.h"
#include "screen/figures.h"
#include "screen/panel.h"
#include "screen/state_look.h"

static int max(int a, int b)
{
	return a > b ? a : b;
}

static int min(int a, int b)
{
	return a < b ? a : b;
}

/* ---- a line for each state ---- */

static double largest_count(const struct panel_data *data)
{
	double largest = 0;
	for (unsigned row = 0; row < data->rows; row++) {
		double number = board_cell(data, row, STATES_COLUMN_COUNT)->number;
		largest = number > largest ? number : largest;
	}
	return largest;
}

/* A bar's length tells the share at one look; one agent is never no bar. */
static void draw_share(const struct canvas *box, int line, int left, double share, enum role role)
{
	int columns = box->columns - left;
	int filled = (int)(share * columns + 0.5);
	if (share > 0 && filled == 0)
		filled = 1;
	canvas_repeat(box, line, left, filled, role, GLYPH_BAR);
	canvas_repeat(box, line, left + filled, columns - filled, ROLE_FRAME, GLYPH_TRACK);
}

static const char *state_name(const struct cell *cell)
{
	enum acd_state state = state_read(cell->text);
	return state == STATE_UNKNOWN && cell->text[0] != '\0' ? cell->text : state_label(state);
}

/* Room for every state, so that nothing moves when one comes; where that leaves no bar, for those that are there. */
static int label_width(const struct painting *painting, int room)
{
	int usual = text_width(state_label(STATE_AFTER_CALL_WORK)) + 1, longest = 0;
	for (unsigned row = 0; row < painting->data->rows; row++)
		longest = max(longest, text_width(state_name(board_cell(painting->data, row, STATES_COLUMN_STATE))));
	return usual <= room ? usual : longest;
}

static void draw_lines(struct painting *painting)
{
	enum { COUNT = 5, BAR_LEAST = 6 };
	const struct canvas *box = &painting->box;
	double largest = largest_count(painting->data);
	int label = min(label_width(painting, box->columns - 3 - COUNT - 2 - BAR_LEAST), box->columns - 3 - COUNT - 1);
	int bar = 1 + 2 + label + COUNT + 2;
	enum role role = painting->stale ? ROLE_STALE : ROLE_VALUE;
	unsigned top = panel_scroll(painting, box->lines > 0 ? (unsigned)box->lines : 0, UINT_MAX);
	for (int line = 0; top + (unsigned)line < painting->end; line++) {
		unsigned row = order_row(&painting->view->order, top + (unsigned)line);
		const struct cell *cell = board_cell(painting->data, row, STATES_COLUMN_STATE);
		const struct cell *count = board_cell(painting->data, row, STATES_COLUMN_COUNT);
		enum acd_state state = state_read(cell->text);
		const char *name = state_name(cell);
		bool nobody = count->number <= 0;
		char number[32];
		canvas_text(box, line, 1, nobody ? ROLE_LABEL : role, canvas_glyph(box, glyph_of_state(state)));
		canvas_put(box, line, 3, label, nobody ? ROLE_LABEL : ROLE_TEXT, ALIGN_LEFT, name);
		snprintf(number, sizeof(number), "%.0f", count->number);
		canvas_put(box, line, 3 + label, COUNT, nobody ? ROLE_LABEL : role, ALIGN_RIGHT, number);
		if (box->columns - bar >= BAR_LEAST) {
			struct canvas inside = canvas_part(box, 0, 0, box->lines, box->columns - 1);
			draw_share(&inside, line, bar, largest > 0 ? count->number / largest : 0,
				painting->stale ? ROLE_STALE : ROLE_TEXT);
		}
	}
}

/* ---- one bar ---- */

struct crew {
	double counts[STATE_GROUPS], all;
};

static struct crew read_crew(const struct panel_data *data)
{
	struct crew crew = { .all = 0 };
	for (unsigned row = 0; row < data->rows; row++) {
		double number = board_cell(data, row, STATES_COLUMN_COUNT)->number;
		crew.counts[state_group(state_read(board_cell(data, row, STATES_COLUMN_STATE)->text))] += number;
		crew.all += number;
	}
	return crew;
}

/* So many cells of a group's part. */
static void draw_fill(const struct painting *painting, int line, int column, int count, enum state_group group)
{
	state_group_fill(&painting->box, painting->stale, line, column, count, group);
}

/* Columns of each part: by its share, one at least for whoever is there; the largest part gives what that costs. */
static void share_columns(const struct crew *crew, int columns, int shares[STATE_GROUPS])
{
	double done = 0;
	int used = 0, largest = 0;
	for (int i = 0; i < STATE_GROUPS; i++) {
		done += crew->counts[i];
		int end = crew->all > 0 ? (int)(done / crew->all * columns + 0.5) : 0;
		shares[i] = crew->counts[i] > 0 ? max(end - used, 1) : 0;
		used += shares[i];
		largest = shares[i] > shares[largest] ? i : largest;
	}
	shares[largest] -= max(used - columns, 0);
}

static void draw_stack(const struct painting *painting, int lines, const struct crew *crew)
{
	int shares[STATE_GROUPS], left = 1;
	share_columns(crew, painting->box.columns - 2, shares);
	for (int i = 0; i < STATE_GROUPS; left += shares[i++])
		for (int line = 0; line < lines; line++)
			draw_fill(painting, line, left, shares[i], (enum state_group)i);
}

enum {
	LEGEND_LARGE = 12, /* columns of one with digits */
	LEGEND_SMALL = 15,
	LEGEND_BRIEF = 10,
	LIST_COLUMNS = 44,
	COLUMNS_NARROW = 34, /* below it words are brief, and lists have names and times alone */
};

/* Whether agents who are logged out are asked for. */
static bool has_logged_out(const struct panel *panel)
{
	bool filtered = panel->filter_stat != NULL && strcmp(panel->filter_stat, "acd_state") == 0 &&
		panel->filter_operation == FILTER_NE && panel->filter_value[0] == '\0';
	return !panel->logged_in_only && !filtered;
}

/* Items that always have their place; those of unknown states come and go. */
static int legend_items(const struct panel *panel)
{
	return STATE_GROUPS - 1 - (has_logged_out(panel) ? 0 : 1);
}

static void put_label(const struct canvas *canvas, int line, int column, int columns, int group)
{
	bool fits = text_width(state_groups[group].label) <= columns;
	canvas_put(canvas, line, column, columns, ROLE_LABEL, ALIGN_LEFT, fits ? state_groups[group].label : state_groups[group].brief);
}

static bool legend_has(const struct panel *panel, const struct crew *crew, int group)
{
	return crew->counts[group] > 0 || (group != STATE_GROUP_OTHER && (group != STATE_GROUP_OUT || has_logged_out(panel)));
}

static void count_text(char out[16], const struct crew *crew, int group)
{
	snprintf(out, 16, "%.0f", crew->counts[group]);
}

/* Each number as large as its part of the width, and what it is below it with the look of its part of the bar. */
static void draw_large_legend(const struct painting *painting, int top, int size, const struct crew *crew)
{
	const struct canvas *box = &painting->box;
	int items = 0, at = 0;
	for (int i = 0; i < STATE_GROUPS; i++)
		items += legend_has(painting->panel, crew, i);
	int width = (box->columns - 2) / items;
	for (int i = 0; i < STATE_GROUPS; i++) {
		if (!legend_has(painting->panel, crew, i))
			continue;
		struct canvas item = canvas_part(box, top, 1 + at++ * width, size + 1, width - 1);
		enum role role = painting->stale ? ROLE_STALE : crew->counts[i] <= 0 || i == STATE_GROUP_OUT ? ROLE_LABEL : ROLE_VALUE;
		char number[16];
		count_text(number, crew, i);
		int digits = letters_fit(&item, number, item.columns, size);
		if (digits > 1)
			digits_draw(&item, size - digits, 0, digits, role, number);
		else
			canvas_text(&item, size - 1, 0, role, number);
		draw_fill(painting, top + size, item.column - box->column, 2, (enum state_group)i);
		put_label(&item, size, 3, item.columns - 3, i);
	}
}

static int legend_across(const struct painting *painting)
{
	int columns = painting->box.columns, item = columns < COLUMNS_NARROW ? LEGEND_BRIEF : LEGEND_SMALL;
	return min(max((columns - 2) / item, 1), legend_items(painting->panel));
}

/* "■ 7 ready", as many beside each other as there is room for. */
static void draw_small_legend(const struct painting *painting, int top, int rows, const struct crew *crew)
{
	const struct canvas *box = &painting->box;
	int across = legend_across(painting), at = 0;
	for (int i = 0; i < STATE_GROUPS; i++) {
		char number[16];
		if (!legend_has(painting->panel, crew, i) || at >= across * rows)
			continue;
		int column = 1 + at % across * ((box->columns - 2) / across), line = top + at / across;
		int end = column + (box->columns - 2) / across - 1;
		enum role role = painting->stale ? ROLE_STALE : crew->counts[i] <= 0 || i == STATE_GROUP_OUT ? ROLE_LABEL : ROLE_VALUE;
		count_text(number, crew, i);
		state_group_mark(box, painting->stale, line, column, (enum state_group)i);
		column = canvas_text(box, line, column + 2, role, number) + 1;
		put_label(box, line, column, end - column, i);
		at++;
	}
}

/* ---- lists ---- */

/* Of a time that has no room, the days. */
static void put_time(struct painting *painting, const struct listed_agent *agent, int columns, char *out, size_t size)
{
	const struct column *time = painting->panel->time;
	double ran = (double)((scene_runs_until(painting->scene) - painting->data->received_ms) / 1000);
	double seconds = agent->time.number + (painting->stale || ran < 0 ? 0 : ran), days = floor(seconds / 86400);
	painting->runs = painting->runs || !painting->stale;
	value_format(out, size, seconds, KIND_DURATION, &time->edges);
	if (text_width(out) > columns)
		snprintf(out, size, days < 1000 ? "%.0f days" : "%.0f d", days);
}

/* Name, state or reason, for how long, mark. */
static void draw_agent(struct painting *painting, const struct canvas *line, const struct listed_agent *agent)
{
	enum { TIME = 8, MARK = 3, NAME_MOST = 24 };
	enum acd_state state = state_read(agent->state);
	enum severity severity = painting->stale ? SEVERITY_NONE : agent->severity;
	enum role value = panel_role(painting, &agent->time, severity);
	enum role word = painting->stale ? ROLE_STALE : severity == SEVERITY_ALERT ? ROLE_SEVERE :
		severity == SEVERITY_WARN ? ROLE_NOTE : state_groups[state_group(state)].role;
	const char *name = state == STATE_UNKNOWN ? agent->state : state_label(state);
	bool narrow = line->columns + 2 < COLUMNS_NARROW;
	int room = line->columns - TIME - MARK, columns = narrow ? room - 1 : min(room * 11 / 20, NAME_MOST);
	char text[PANEL_VALUE_MAX], time[64];
	put_time(painting, agent, TIME, time, sizeof(time));
	/* A time that fills its columns needs a blank before it. */
	int word_columns = room - columns - 2 - (text_width(time) >= TIME ? 1 : 0);
	if (state != STATE_UNKNOWN && text_width(name) > word_columns)
		name = state_brief(state);
	snprintf(text, sizeof(text), "%s", agent->reason[0] != '\0' ? agent->reason : name);
	canvas_put(line, 0, 0, columns - 1, painting->stale ? ROLE_STALE : ROLE_VALUE, ALIGN_LEFT, agent->name);
	canvas_text(line, 0, columns, word, canvas_glyph(line, glyph_of_state(state)));
	if (!narrow)
		canvas_put(line, 0, columns + 2, word_columns, word, ALIGN_LEFT, text);
	canvas_put(line, 0, room, TIME, value, ALIGN_RIGHT, time);
	canvas_put(line, 0, room + TIME, MARK, value, ALIGN_LEFT, "");
	if (severity != SEVERITY_NONE) {
		canvas_fill(line, 0, room + TIME, 1, 1, value);
		canvas_put(line, 0, room + TIME + 1, 2, value, ALIGN_LEFT, style_mark(severity));
	}
}

/* Whether one of that state is in the list of those who need a look, and therefore in no other. */
static bool is_looked_at(const struct panel_data *data, enum acd_state state)
{
	const struct agent_list *look = &data->lists[AGENT_LIST_LOOK];
	for (unsigned i = 0; i < look->count; i++)
		if (state_read(look->agents[i].state) == state)
			return true;
	return false;
}

/* Why a list is empty. That nobody needs a look is not said of agents of whom it is not known. */
static void nobody_text(const struct panel_data *data, enum agent_list_kind kind, char *out, size_t size)
{
	static const struct {
		enum acd_state state;
		const char *nobody, *nobody_else;
	} words[AGENT_LISTS] = {
		[AGENT_LIST_LOOK] = { STATE_COUNT, "nobody is beyond a limit", "" },
		[AGENT_LIST_FREE] = { STATE_READY, "nobody is free", "nobody else is free" },
		[AGENT_LIST_BUSY] = { STATE_BUSY, "nobody is busy", "nobody else is busy" },
	};
	if (data->lists == NULL)
		snprintf(out, size, "%s", words[kind].nobody);
	else if (data->lists[kind].untimed > 0)
		snprintf(out, size, "unknown: %u without a time", data->lists[kind].untimed);
	else
		snprintf(out, size, "%s", is_looked_at(data, words[kind].state) ? words[kind].nobody_else : words[kind].nobody);
}

/* A heading, and below it as many as have room; returns the lines that were used. */
static int draw_list(struct painting *painting, const struct canvas *area, enum agent_list_kind kind)
{
	static const char *const titles[AGENT_LISTS] = { "Needs a look", "Longest free", "Longest busy" };
	static const struct agent_list none;
	const struct agent_list *list = painting->data->lists != NULL ? &painting->data->lists[kind] : &none;
	int shown = min((int)list->count, area->lines - 1);
	unsigned all = list->total + list->untimed;
	char count[48] = "", nobody[48];
	if (area->lines < 2)
		return 0;
	if (shown > 0 && (unsigned)shown < all)
		snprintf(count, sizeof(count), "%d of %u", shown, all);
	int used = canvas_put(area, 0, 0, area->columns, ROLE_TITLE, ALIGN_LEFT, titles[kind]);
	canvas_put(area, 0, used + 1, area->columns - used - 1, ROLE_LABEL, ALIGN_RIGHT, count);
	if (shown == 0) {
		nobody_text(painting->data, kind, nobody, sizeof(nobody));
		canvas_put(area, 1, 0, area->columns, ROLE_LABEL, ALIGN_LEFT, nobody);
	}
	for (int i = 0; i < shown; i++) {
		struct canvas line = canvas_part(area, 1 + i, 0, 1, area->columns);
		draw_agent(painting, &line, &list->agents[i]);
	}
	return 1 + max(shown, 1);
}

/* Who needs a look, and in the lines that are left who has been busy longest. */
static void draw_pair(struct painting *painting, const struct canvas *area, enum agent_list_kind first,
	enum agent_list_kind second)
{
	int used = draw_list(painting, area, first) + 1;
	struct canvas below = canvas_part(area, used, 0, max(area->lines - used, 0), area->columns);
	if (below.lines >= 2)
		(void)draw_list(painting, &below, second);
}

static void draw_lists(struct painting *painting, int top)
{
	const struct canvas *box = &painting->box;
	struct canvas area = canvas_part(box, top, 1, box->lines - top, box->columns - 2);
	int beside = min((area.columns + 3) / (LIST_COLUMNS + 3), AGENT_LISTS), width = (area.columns + 3) / max(beside, 1) - 3;
	if (beside < 2 && area.lines < 5) {
		(void)draw_list(painting, &area, AGENT_LIST_LOOK);
		return;
	}
	if (beside < 2) {
		/* Above who needs a look, below who could help. */
		int upper = (area.lines - 1) * 11 / 20;
		struct canvas above = canvas_part(&area, 0, 0, upper, area.columns);
		struct canvas below = canvas_part(&area, upper + 1, 0, area.lines - upper - 1, area.columns);
		draw_pair(painting, &above, AGENT_LIST_LOOK, AGENT_LIST_BUSY);
		(void)draw_list(painting, &below, AGENT_LIST_FREE);
		return;
	}
	struct canvas left = canvas_part(&area, 0, 0, area.lines, width);
	struct canvas middle = canvas_part(&area, 0, width + 3, area.lines, width);
	struct canvas right = canvas_part(&area, 0, 2 * (width + 3), area.lines, width);
	if (beside == 2) {
		draw_pair(painting, &left, AGENT_LIST_LOOK, AGENT_LIST_BUSY);
	} else {
		(void)draw_list(painting, &left, AGENT_LIST_LOOK);
		(void)draw_list(painting, &right, AGENT_LIST_BUSY);
	}
	(void)draw_list(painting, &middle, AGENT_LIST_FREE);
}

/* Lines of the parts of the panel, from the top; 0: the part is not there. */
struct parts {
	int bar, legend;
	int digits; /* of the legend; 1: it is a text */
};

/* Without lists digits have what is left; with them as much as leaves the lists more than half. */
static bool arrange(const struct painting *painting, struct parts *parts)
{
	enum { LINES_LEAST = 6, LIST_LINES_LEAST = 3, COLUMNS_LEAST = 26 };
	const struct canvas *box = &painting->box;
	int items = legend_items(painting->panel), across = legend_across(painting);
	bool lists = painting->panel->lists, wide = box->columns - 2 >= items * LEGEND_LARGE;
	int lines = box->lines + painting->cut;
	if (lines < LINES_LEAST || box->columns < COLUMNS_LEAST || (!lists && !wide))
		return false;
	int room = lists ? lines * 2 / 5 : lines;
	parts->bar = room >= 12 ? max(3, room / 4) : room >= 7 ? 3 : room >= 4 ? 2 : 1;
	/* A blank line between bar and digits, and what they are below them. */
	parts->digits = wide ? digits_largest(box, room - parts->bar - 2) : 1;
	while (parts->digits > 3 && digits_width(box, "000", parts->digits) + 2 > (box->columns - 2) / items)
		parts->digits = digits_largest(box, parts->digits - 1);
	if (!lists && parts->digits == 1)
		return false;
	parts->legend = parts->digits > 1 ? 1 + parts->digits + 1 : (items + across - 1) / across;
	/* Where nothing follows, the bar has what digits of that width leave, up to the half. */
	if (!lists)
		parts->bar = max(parts->bar, min(lines - parts->legend, lines / 2));
	return !lists || lines - parts->bar - parts->legend >= LIST_LINES_LEAST;
}

static void draw_bar(struct painting *painting, const struct parts *parts)
{
	struct crew crew = read_crew(painting->data);
	draw_stack(painting, parts->bar, &crew);
	if (parts->digits > 1)
		draw_large_legend(painting, parts->bar + 1, parts->digits, &crew);
	else
		draw_small_legend(painting, parts->bar, parts->legend, &crew);
	/* One line of air, but not where a list would lose half of its rows for it. */
	int top = parts->bar + parts->legend + (painting->box.lines + painting->cut > 10 ? 1 : 0);
	if (painting->panel->lists)
		draw_lists(painting, top);
}

static void name_agents(struct painting *painting, bool bar)
{
	struct crew crew = read_crew(painting->data);
	char first[32] = "";
	double number = bar ? crew.all - crew.counts[STATE_GROUP_OUT] : crew.all;
	const char *what = bar ? "on duty" : "agents";
	if (painting->data->limit > 0)
		snprintf(first, sizeof(first), " of first %u", painting->data->limit);
	if (painting->hidden > 0)
		snprintf(painting->corner, sizeof(painting->corner), "%.0f %s%s, +%u", number, what, first, painting->hidden);
	else
		snprintf(painting->corner, sizeof(painting->corner), "%.0f %s%s", number, what, first);
}

void panel_agent_states(struct painting *painting)
{
	struct parts parts;
	if (panel_absent(painting))
		return;
	bool bar = arrange(painting, &parts);
	if (bar)
		draw_bar(painting, &parts);
	else
		draw_lines(painting);
	name_agents(painting, bar);
}
