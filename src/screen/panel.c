#include "screen/panel.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

static const struct panel_drawing table[] = {
	[PANEL_TOTALS] = { 14, 2, panel_totals, true },
	[PANEL_SERVICE_GRID] = { 26, 3, panel_grid, false },
	[PANEL_AGENT_GRID] = { 26, 3, panel_grid, false },
	[PANEL_AGENT_STATES] = { 14, 2, panel_agent_states, false },
	[PANEL_AVAILABILITY] = { 14, 1, panel_availability, false },
	[PANEL_MESSAGES] = { 30, 1, panel_messages, false },
	[PANEL_CAMPAIGNS] = { 16, 2, panel_campaigns, false },
	[PANEL_ALERTS] = { 14, 1, panel_alerts, false },
	[PANEL_CLOCK] = { 8, 1, panel_clock, true },
	[PANEL_TEXT] = { 8, 1, panel_text, true },
	[PANEL_CHART] = { 14, 2, panel_chart, true },
	[PANEL_INTERVALS] = { 14, 3, panel_intervals, true },
	[PANEL_STAFFING] = { 24, 1, panel_staffing, true },
};
_Static_assert(sizeof(table) / sizeof(table[0]) == PANEL_TYPE_COUNT, "each panel type is drawn");

const struct panel_drawing *panel_drawing(enum panel_type type)
{
	return &table[type];
}

void panel_age(char *out, size_t size, int64_t milliseconds)
{
	text_age(out, size, milliseconds);
}

static size_t same_beginning(const char *a, const char *b)
{
	size_t same = 0;
	while (a[same] != '\0' && a[same] == b[same])
		same++;
	return same;
}

static size_t same_ending(const char *a, const char *b)
{
	size_t left = strlen(a), right = strlen(b), same = 0;
	while (same < left && same < right && a[left - same - 1] == b[right - same - 1])
		same++;
	return same;
}

/* The place of a whole character, with its marks, at or before this one. */
static size_t character_start(const char *text, size_t at)
{
	while (at > 0 && (((unsigned char)text[at] & 0xC0) == 0x80 || text_fit(text + at, 0) > 0))
		at--;
	return at;
}

/*
 * Whether another name that is shown looks the same when so many bytes of its beginning and its end are left. *from:
 * the first byte in which the name differs from one of those.
 */
static bool looks_alike(const struct painting *painting, const struct panel_names *names, const char *text,
	size_t beginning, size_t ending, size_t *from)
{
	*from = strlen(text);
	bool alike = false;
	for (unsigned at = names->first; at < names->end; at++) {
		const char *other = names->at(painting, names, at);
		if (other == NULL || strncmp(text, other, beginning) != 0 || strcmp(text, other) == 0 ||
			same_ending(text, other) < ending)
			continue;
		size_t same = same_beginning(text, other);
		if (same < *from)
			*from = same;
		alike = true;
	}
	return alike;
}

void panel_cut_name(const struct painting *painting, const struct panel_names *names, int columns,
	char text[PANEL_VALUE_MAX])
{
	enum { LEAST = 8 }; /* columns: of fewer, the ellipses would leave nothing to read */
	char cut[PANEL_VALUE_MAX];
	const char *ellipsis = canvas_glyph(&painting->box, GLYPH_ELLIPSIS);
	int room = columns - text_width(ellipsis);
	size_t from;
	if (text_width(text) <= columns || columns < LEAST ||
		!looks_alike(painting, names, text, text_fit(text, room), 0, &from))
		return;
	(void)text_cut_middle(cut, sizeof(cut), text, columns, ellipsis);
	if (looks_alike(painting, names, text, same_beginning(text, cut), same_ending(text, cut), &from)) {
		char rest[PANEL_VALUE_MAX];
		(void)text_cut_middle(rest, sizeof(rest), text + character_start(text, from), room, ellipsis);
		(void)snprintf(cut, sizeof(cut), "%s%s", ellipsis, rest);
	}
	memcpy(text, cut, sizeof(cut));
}

int panel_middle(const struct painting *painting, int lines)
{
	int line = (painting->box.lines + painting->cut - lines) / 2, most = painting->box.lines - lines;
	line = line < most ? line : most;
	return line > 0 ? line : 0;
}

bool panel_nothing_yet(const struct scene *scene)
{
	return scene->board->generation == 0 && scene->link->accepted_ms == 0;
}

void panel_no_data(const struct scene *scene, char *out, size_t size)
{
	const struct link *link = scene->link;
	const char *tenant = scene->tenant != NULL ? scene->tenant : "";
	const char *word = link_word(link->state), *cause = link->cause[0] != '\0' ? link->cause : word;
	switch (link->state) {
	case LINK_WAITING:
	case LINK_LIVE:
		snprintf(out, size, "waiting for the first data%s%s", tenant[0] != '\0' ? " from " : "", tenant);
		break;
	case LINK_STARTING:
	case LINK_SIGNING_IN:
	case LINK_SUBSCRIBING:
		snprintf(out, size, "%s%s%s", word, tenant[0] != '\0' ? " at " : "", tenant);
		break;
	default:
		snprintf(out, size, "%s%s%s", cause, link->advice[0] != '\0' ? "\n" : "", link->advice);
	}
}

static const char *no_rows(const struct painting *painting)
{
	switch (painting->panel->type) {
	case PANEL_AGENT_GRID:
	case PANEL_AGENT_STATES:
		return "no agents\n"
			"An empty agent grid usually means a missing privilege or that the user supervises no team.";
	case PANEL_SERVICE_GRID:
		return "no services\n"
			"Services, like agents, are shown of the teams that the user supervises.";
	case PANEL_MESSAGES:
		return "no messages";
	case PANEL_CAMPAIGNS:
		return "no enabled campaigns";
	default:
		return "no rows";
	}
}

bool panel_absent(struct painting *painting)
{
	const struct panel_board *board = &painting->scene->board->panels[painting->panel->index];
	bool received = painting->data->received;
	if (received && painting->data->rows > 0)
		return false;
	/* One message for the whole page says so. */
	if (!received && board->problem[0] == '\0' && board->reason[0] == '\0' && panel_nothing_yet(painting->scene))
		return true;
	char why[2 * ERROR_TEXT];
	panel_no_data(painting->scene, why, sizeof(why));
	const char *text = received ? no_rows(painting) : why;
	if (!received && board->problem[0] != '\0')
		text = board->problem;
	if (board->reason[0] != '\0')
		text = board->reason;
	struct canvas inside = canvas_part(&painting->box, 0, 1, painting->box.lines, painting->box.columns - 2);
	int lines = canvas_wrap(&inside, 0, ROLE_LABEL, true, text, false);
	int first = panel_middle(painting, lines);
	canvas_wrap(&inside, first, board->reason[0] != '\0' ? ROLE_NOTE : ROLE_LABEL, true, text, true);
	return true;
}

/* These run by themselves; a longest wait does only while somebody waits, in the same answer. */
static bool runs(const struct painting *painting, unsigned row, unsigned column)
{
	const struct panel *panel = painting->panel;
	const char *stat = panel->columns[column].stat;
	if (strcmp(stat, "state_duration") == 0 || strcmp(stat, "login_time") == 0)
		return panel->type == PANEL_AGENT_GRID;
	if (strcmp(stat, "in_max_wait_time") != 0)
		return false;
	int waiting = panel_column(panel, "in_calls_waiting");
	if (waiting < 0 || (unsigned)waiting >= painting->data->columns || row >= painting->data->rows)
		return false;
	const struct cell *cell = board_cell(painting->data, row, (unsigned)waiting);
	return cell->state == VALUE_NUMBER && cell->number > 0;
}

/* Only what came is judged by limits; what ran on since is for the eye. */
static double elapsed(const struct painting *painting)
{
	int64_t since = scene_runs_until(painting->scene) - painting->data->received_ms;
	return since > 0 ? (double)(since / 1000) : 0;
}

void panel_value(struct painting *painting, unsigned row, unsigned column, const struct cell *cell, char *out,
	size_t size)
{
	enum kind kind = painting->panel->columns[column].kind;
	const struct edges *edges = &painting->panel->columns[column].edges;
	if (cell->state == VALUE_NEVER || cell->state == VALUE_BLANK) {
		enum glyph glyph = cell->state == VALUE_NEVER ? GLYPH_NEVER : GLYPH_BLANK;
		snprintf(out, size, "%s", canvas_glyph(&painting->box, glyph));
		return;
	}
	if (kind == KIND_DURATION && cell->state == VALUE_NUMBER && !painting->stale && runs(painting, row, column)) {
		painting->runs = true;
		value_format(out, size, cell->number + elapsed(painting), kind, edges);
		return;
	}
	value_text(out, size, cell, kind, edges);
}

bool panel_plain_value(const struct scene *scene, const struct panel *panel, unsigned row, unsigned column, char *out,
	size_t size)
{
	struct painting painting = { .scene = scene, .panel = panel, .data = board_data(scene->board, panel),
		.stale = scene_stale(scene, panel) };
	const struct cell *cell = board_cell(painting.data, row, column);
	out[0] = '\0';
	if (panel->columns[column].kind == KIND_STATE && cell->state != VALUE_NEVER) {
		enum acd_state state = state_read(cell->text);
		snprintf(out, size, "%s", state == STATE_UNKNOWN ? cell->text : state_label(state));
	} else if (cell->state != VALUE_NEVER && cell->state != VALUE_BLANK) {
		panel_value(&painting, row, column, cell, out, size);
	}
	text_trim(out);
	return painting.runs;
}

enum role panel_role(const struct painting *painting, const struct cell *cell, enum severity severity)
{
	if (painting->stale)
		return ROLE_STALE;
	if (cell->state == VALUE_NEVER || cell->state == VALUE_BLANK)
		return ROLE_LABEL;
	return style_severity(severity);
}

/*
 * A list that is left alone shows all its rows in turn; a selection or a key stops that. As few pages as there can be,
 * and all of them full: they begin at equal distances, so that neighbours share rows rather than leave the last one nearly
 * empty. Returns the first row of the page.
 */
static unsigned turn_page(struct painting *painting, unsigned visible, unsigned turning)
{
	int64_t shown = painting->scene->now_ms - painting->since_ms;
	if (painting->panel->turn <= 0 || turning <= visible || visible == 0 || shown < 0)
		return 0;
	painting->pages = (turning + visible - 1) / visible;
	painting->page = (unsigned)(shown / 1000 / painting->panel->turn % painting->pages);
	return painting->page * (turning - visible) / (painting->pages - 1);
}

void panel_name_turn(struct painting *painting)
{
	size_t used = strlen(painting->corner);
	if (painting->pages > 1)
		snprintf(painting->corner + used, sizeof(painting->corner) - used, " %s %u/%u",
			canvas_glyph(&painting->box, GLYPH_MIDDLE_DOT), painting->page + 1, painting->pages);
}

unsigned panel_scroll(struct painting *painting, unsigned visible, unsigned turning)
{
	struct panel_view *view = painting->view;
	view->visible = visible;
	view_bring(view, painting->panel, painting->data, painting->stale);
	unsigned count = view->order.count;
	if (painting->idle && count > visible) {
		view->selected = false;
		view->top = turn_page(painting, visible, turning < count ? turning : count);
	}
	painting->end = view->top + visible < count ? view->top + visible : count;
	painting->hidden = count - (painting->end - view->top);
	const char *dash = canvas_glyph(&painting->box, GLYPH_DASH);
	/* Of more rows than were asked for nobody knows how many there are. */
	const char *first = painting->data->limit > 0 ? "first " : "";
	if (count == 0)
		snprintf(painting->corner, sizeof(painting->corner), "0 of %s%u", first, painting->data->rows);
	else
		snprintf(painting->corner, sizeof(painting->corner), "%u%s%u of %s%u", view->top + 1, dash, painting->end, first, count);
	panel_name_turn(painting);
	return view->top;
}

enum role panel_row_role(const struct painting *painting, unsigned position, enum role role)
{
	return painting->view->selected && painting->view->position == position ? ROLE_SELECT : role;
}

void panel_select(const struct painting *painting, int line, unsigned position)
{
	if (panel_row_role(painting, position, ROLE_TEXT) != ROLE_SELECT)
		return;
	canvas_fill(&painting->box, line, 0, 1, painting->box.columns, ROLE_SELECT);
	canvas_repeat(&painting->box, line, 0, 1, ROLE_SELECT, GLYPH_SELECTED);
}

void panel_name_hiding(struct painting *painting)
{
	const struct order *order = &painting->view->order;
	char only[48] = "";
	bool both = order->state >= 0 && order->filter[0] != '\0';
	const char *bad = order_filter_trouble(order) != NULL ? "bad " : "";
	if (order->state >= 0)
		snprintf(only, sizeof(only), "only %s", state_brief((enum acd_state)order->state));
	memcpy(painting->hiding, only, sizeof(only));
	memcpy(painting->hiding_brief, only, sizeof(only));
	if (order->filter[0] != '\0') {
		snprintf(painting->hiding, sizeof(painting->hiding), "%s%s%sfilter: %.40s", only, both ? ", " : "", bad, order->filter);
		snprintf(painting->hiding_brief, sizeof(painting->hiding_brief), "%s%s/%.40s", only, both ? " " : "", order->filter);
	}
	text_trim(painting->hiding);
	text_trim(painting->hiding_brief);
}

void panel_nothing(const struct painting *painting, const struct canvas *canvas, int line)
{
	const struct order *order = &painting->view->order;
	if (order->filter[0] != '\0')
		canvas_print(canvas, line, 0, ROLE_LABEL, "nothing matches /%s", order->filter);
	else if (order->state >= 0)
		canvas_print(canvas, line, 0, ROLE_LABEL, "No agent is in the state '%s'.", state_label((enum acd_state)order->state));
}
