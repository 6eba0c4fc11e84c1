/*
 * Panels of short lists: availability, messages, campaigns.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "screen/figures.h"
#include "screen/panel.h"

enum { MARK_COLUMNS = 3 }; /* a blank, the mark, a blank */

static int min(int a, int b)
{
	return a < b ? a : b;
}

const char *panel_availability_word(const struct service_availability *service)
{
	if (service == NULL || service->state == AVAILABILITY_NEVER)
		return service != NULL && service->problem[0] != '\0' ? service->problem : "no answer";
	return service->state == AVAILABILITY_AVAILABLE ? "available" : "nobody";
}

static const char *service_at(const struct painting *painting, unsigned position)
{
	return board_cell(painting->data, order_row(&painting->view->order, position), SERVICES_COLUMN_NAME)->text;
}

static enum service_look look_at(const struct painting *painting, unsigned position)
{
	unsigned row = order_row(&painting->view->order, position);
	return (enum service_look)board_cell(painting->data, row, SERVICES_COLUMN_LOOK)->number;
}

/* They stand at the top, those of which it was so when they were last asked too. */
static unsigned services_without_agents(const struct painting *painting)
{
	unsigned count = 0;
	for (; count < painting->view->order.count; count++) {
		const struct service_availability *service = board_find_service(painting->scene->board, service_at(painting, count));
		if (service == NULL || service->state != AVAILABILITY_NOBODY)
			break;
	}
	return count;
}

static const char *other_service(const struct painting *painting, const struct panel_names *names, unsigned at)
{
	return at == names->own ? NULL : service_at(painting, at);
}

static int draw_name(struct painting *painting, unsigned at, int line, int columns, enum role role)
{
	struct panel_names names = { .at = other_service, .own = at, .end = painting->view->order.count };
	char text[PANEL_VALUE_MAX];
	snprintf(text, sizeof(text), "%s", service_at(painting, at));
	text_trim(text);
	panel_cut_name(painting, &names, columns, text);
	return canvas_put(&painting->box, line, 3, columns, role, ALIGN_LEFT, text);
}

enum { SERVICE_LETTERS = 3, SERVICE_WORD_COLUMNS = 36 /* AVAILABLE */ };

/*
 * Lines from one service to the next: where all have room for block letters they have them, with a blank line between
 * them or half of one, which the letters leave. It is read from the door. 1: they are text.
 */
static int services_pitch(const struct painting *painting, unsigned count, int lines)
{
	const struct canvas *box = &painting->box;
	int name = box->columns - 3 - 3 - SERVICE_WORD_COLUMNS - MARK_COLUMNS;
	int pitch = SERVICE_LETTERS + 1;
	lines += painting->cut;
	while (pitch >= SERVICE_LETTERS && pitch * ((int)count - 1) + SERVICE_LETTERS > lines)
		pitch--;
	if (count == 0 || pitch < SERVICE_LETTERS)
		return 1;
	for (unsigned row = 0; row < count; row++) {
		const char *text = board_cell(painting->data, row, SERVICES_COLUMN_NAME)->text;
		if (letters_fit(box, text, name, SERVICE_LETTERS) != SERVICE_LETTERS)
			return 1;
	}
	return pitch;
}

/* A word that is no sure one, as an age or a refusal, stays a text. */
static void draw_large_service(const struct painting *painting, unsigned at, int line, const char *word, enum role role,
	enum role name, const char *mark)
{
	const struct canvas *box = &painting->box;
	struct canvas row = canvas_part(box, line, 0, SERVICE_LETTERS, box->columns);
	int right = row.columns - MARK_COLUMNS;
	if (row.lines < SERVICE_LETTERS)
		return;
	letters_draw(&row, 0, 3, SERVICE_LETTERS, name, service_at(painting, at));
	if (letters_fit(&row, word, SERVICE_WORD_COLUMNS, SERVICE_LETTERS) == SERVICE_LETTERS)
		letters_draw(&row, 0, right - letters_width(&row, word, SERVICE_LETTERS), SERVICE_LETTERS, role, word);
	else
		canvas_put(&row, 1, right - SERVICE_WORD_COLUMNS, SERVICE_WORD_COLUMNS, role, ALIGN_RIGHT, word);
	canvas_put(&row, 1, right + 1, 2, role, ALIGN_LEFT, mark);
}

/* Dots lead the eye from a name to a word that is far from it. */
static void draw_leader(const struct canvas *box, int line, int from, int end)
{
	enum { LEADER_LEAST = 16 };
	enum glyph glyph = box->glyphs->set == GLYPH_SET_ASCII ? GLYPH_TRACK : GLYPH_MIDDLE_DOT;
	if (end - from >= LEADER_LEAST)
		for (int column = from + 1 + from % 2; column < end - 1; column += 2)
			canvas_repeat(box, line, column, 1, ROLE_FRAME, glyph);
}

static void draw_service(struct painting *painting, unsigned at, int line, bool large)
{
	const struct canvas *box = &painting->box;
	const struct service_availability *service = board_find_service(painting->scene->board,
		service_at(painting, at));
	enum service_look look = look_at(painting, at);
	char text[BOARD_REASON_MAX + 64];
	snprintf(text, sizeof(text), "%s", panel_availability_word(service));
	if (look == SERVICE_OLD) {
		char old[32];
		panel_age(old, sizeof(old), painting->scene->now_ms - service->received_ms);
		snprintf(text, sizeof(text), "%s old", old);
	}
	static const enum role roles[] = { [SERVICE_NOBODY] = ROLE_WARN, [SERVICE_UNKNOWN] = ROLE_LABEL, [SERVICE_OLD] = ROLE_STALE,
		[SERVICE_AVAILABLE] = ROLE_TEXT };
	enum role role = panel_row_role(painting, at, roles[look]);
	enum glyph mark = look == SERVICE_UNKNOWN ? GLYPH_NEVER : look == SERVICE_NOBODY ? GLYPH_OPEN : GLYPH_FULL;
	int width = text_width(text), room = box->columns - 3 - MARK_COLUMNS;
	if (width > room / 2 && width > 9)
		width = room / 2 > 9 ? room / 2 : 9;
	enum role name = panel_row_role(painting, at, look == SERVICE_OLD ? ROLE_STALE : ROLE_VALUE);
	panel_select(painting, large ? line + 1 : line, at);
	canvas_text(box, large ? line + 1 : line, 1, role, canvas_glyph(box, mark));
	if (large) {
		draw_large_service(painting, at, line, text, look == SERVICE_AVAILABLE && role != ROLE_SELECT ? ROLE_LABEL : role, name, look == SERVICE_NOBODY ? style_mark(SEVERITY_WARN) : "");
		return;
	}
	int named = 3 + draw_name(painting, at, line, room - width - 1, name);
	if (name != ROLE_SELECT)
		draw_leader(box, line, named, 3 + room - text_width(text));
	canvas_put(box, line, 3 + room - width, width, role, ALIGN_RIGHT, text);
	if (look != SERVICE_NOBODY)
		return;
	/* Word and mark are one piece, also where the role has a ground of its own. */
	canvas_fill(box, line, 3 + room, 1, 1, role);
	canvas_put(box, line, box->columns - 2, 1, role, ALIGN_LEFT, style_mark(SEVERITY_WARN));
}

/*
 * What is not shown, and how much of that is without agents, as far as the frame has room for it beside the title. Where
 * somebody scrolled, the corner says where that is.
 */
static void name_hidden(struct painting *painting, unsigned bad)
{
	enum { FRAME_COLUMNS = 7 }; /* of corners and blanks around title and corner */
	unsigned top = painting->view->top, end = painting->end;
	unsigned bad_shown = bad < top ? 0 : (bad < end ? bad : end) - top;
	int room = painting->box.columns + 2 - FRAME_COLUMNS - text_width(painting->panel->title);
	unsigned count = painting->view->order.count;
	if (painting->hidden == 0 && count == painting->data->rows)
		painting->corner[0] = '\0';
	else if (painting->hidden == 0)
		snprintf(painting->corner, sizeof(painting->corner), "%u of %u", count, painting->data->rows);
	if (painting->hidden == 0 || (top > 0 && painting->pages < 2))
		return;
	for (unsigned i = 0; i < 2; i++) {
		int used = snprintf(painting->corner, sizeof(painting->corner), "%u more", painting->hidden);
		if (i == 0 && bad > bad_shown && !painting->stale)
			snprintf(painting->corner + used, sizeof(painting->corner) - (size_t)used, ", %u without agents", bad - bad_shown);
		panel_name_turn(painting);
		if (text_width(painting->corner) <= room)
			return;
	}
}

/* Of a panel of all services: more than are asked. Said last, as it does not change from one minute to the next. */
static void name_not_asked(struct painting *painting)
{
	unsigned left = painting->panel->services.count > 0 ? 0 : painting->scene->board->services_left;
	size_t used = strlen(painting->corner);
	if (left > 0)
		snprintf(painting->corner + used, sizeof(painting->corner) - used, "%s%u not asked", used > 0 ? ", " : "", left);
}

static void draw_chat(struct painting *painting, int line)
{
	const struct chat_hours *chat = &painting->scene->board->chat;
	const struct canvas *box = &painting->box;
	char text[BOARD_REASON_MAX], old[32], wait[32];
	bool known = chat->state != AVAILABILITY_NEVER;
	bool stale = known && link_old(PANEL_AVAILABILITY_SECONDS, chat->received_ms, painting->scene->now_ms);
	panel_age(old, sizeof(old), painting->scene->now_ms - chat->received_ms);
	value_format(wait, sizeof(wait), chat->wait_seconds, KIND_DURATION, NULL);
	if (!known)
		snprintf(text, sizeof(text), "%s", chat->problem);
	else if (stale)
		snprintf(text, sizeof(text), "%s old", old);
	else if (chat->state == AVAILABILITY_AVAILABLE && chat->wait_seconds >= 0)
		snprintf(text, sizeof(text), "open, wait %s", wait);
	else
		snprintf(text, sizeof(text), "%s", chat->state == AVAILABILITY_AVAILABLE ? "open" : "closed");
	canvas_text(box, line, 3, stale ? ROLE_STALE : ROLE_VALUE, "Chat");
	canvas_put(box, line, 8, box->columns - 8 - MARK_COLUMNS, stale ? ROLE_STALE : ROLE_TEXT, ALIGN_RIGHT, text);
}

void panel_availability(struct painting *painting)
{
	const struct board *board = painting->scene->board;
	const struct panel_board *own = &board->panels[painting->panel->index];
	int lines = painting->box.lines;
	bool chat = board->chat.state != AVAILABILITY_NEVER || board->chat.problem[0] != '\0';
	if (painting->data->rows == 0 && !chat && panel_nothing_yet(painting->scene) && own->reason[0] == '\0' &&
		own->problem[0] == '\0')
		return;
	if (painting->data->rows == 0 && !chat) {
		const char *why = own->reason[0] != '\0' ? own->reason : own->problem[0] != '\0' ?
			own->problem : "not asked yet";
		canvas_wrap(&painting->box, 0, ROLE_LABEL, true, why, true);
		return;
	}
	view_bring(painting->view, painting->panel, painting->data, painting->stale);
	unsigned bad = services_without_agents(painting), visible = lines > (chat ? 1 : 0) ? (unsigned)(lines - (chat ? 1 : 0)) : 0;
	int pitch = services_pitch(painting, painting->data->rows, (int)visible);
	bool large = pitch > 1;
	visible = large ? painting->data->rows : visible;
	/* Services without agents never turn away for others. */
	unsigned top = panel_scroll(painting, visible, bad > 0 ? bad : painting->data->rows);
	name_hidden(painting, bad);
	name_not_asked(painting);
	panel_name_hiding(painting);
	int line = 0;
	painting->pitch = pitch;
	for (unsigned at = top; at < painting->end; at++, line += pitch)
		draw_service(painting, at, line, large);
	if (painting->view->order.count == 0 && visible > 0) {
		struct canvas inside = canvas_part(&painting->box, 0, 1, lines, painting->box.columns - 2);
		panel_nothing(painting, &inside, line++);
	}
	if (chat)
		draw_chat(painting, min(line, lines - 1));
}

/* In the title, and in the first of the lines for rows if it leaves none. */
static void name_filter(struct painting *painting, int line)
{
	panel_name_hiding(painting);
	if (painting->view->order.count > 0 || painting->box.lines <= line)
		return;
	struct canvas inside = canvas_part(&painting->box, 0, 1, painting->box.lines, painting->box.columns - 2);
	panel_nothing(painting, &inside, line);
}

/* Today's by the clock, older ones by their day; a time of unknown form as it came. */
static void message_time(const struct painting *painting, const struct cell *cell, char out[DAY_TIME_MAX])
{
	enum { SIZE = DAY_TIME_MAX };
	time_t sent = (time_t)cell->number, now = (time_t)(painting->scene->wall_ms / 1000);
	struct tm then, today;
	if (cell->state != VALUE_NUMBER) {
		snprintf(out, SIZE, "%s", cell->text);
		return;
	}
	localtime_r(&sent, &then);
	localtime_r(&now, &today);
	bool same_day = then.tm_yday == today.tm_yday && then.tm_year == today.tm_year;
	if (same_day)
		day_time_text(painting->scene->clock, false, (int64_t)sent * 1000, out);
	else if (strftime(out, SIZE, "%e %b", &then) == 0)
		out[0] = '\0';
}

/*
 * What is urgent does not turn away: then the first page stays. Nor does anything that is new, for what was written an
 * hour before: the newest, and those of the hour before now, take turns.
 */
static unsigned turning_messages(struct painting *painting, unsigned visible)
{
	double since = (double)(painting->scene->wall_ms / 1000 - 3600);
	unsigned turning = 0;
	view_bring(painting->view, painting->panel, painting->data, painting->stale);
	for (unsigned at = 0; at < visible && at < painting->view->order.count; at++) {
		unsigned row = order_row(&painting->view->order, at);
		if (board_cell(painting->data, row, MESSAGES_COLUMN_URGENT)->number > 0)
			return visible;
	}
	for (; turning < painting->view->order.count; turning++) {
		const struct cell *sent = board_cell(painting->data, order_row(&painting->view->order, turning), MESSAGES_COLUMN_TIME);
		if (sent->state == VALUE_NUMBER && sent->number < since)
			break;
	}
	return turning > visible ? turning : visible;
}

void panel_messages(struct painting *painting)
{
	if (panel_absent(painting))
		return;
	const struct canvas *box = &painting->box;
	unsigned visible = box->lines > 0 ? (unsigned)box->lines : 0;
	unsigned top = panel_scroll(painting, visible, turning_messages(painting, visible));
	name_filter(painting, 0);
	/* Older news are no rows that somebody misses. */
	if (box->lines == 1)
		painting->hidden = 0;
	if (painting->hiding[0] == '\0' && painting->view->order.count <= (unsigned)box->lines)
		painting->corner[0] = '\0';
	for (int line = 0; top + (unsigned)line < painting->end; line++) {
		unsigned at_row = top + (unsigned)line, row = order_row(&painting->view->order, at_row);
		bool urgent = board_cell(painting->data, row, MESSAGES_COLUMN_URGENT)->number > 0;
		enum role role = panel_row_role(painting, at_row, painting->stale ? ROLE_STALE : urgent ? ROLE_WARN : ROLE_TEXT);
		char sent[DAY_TIME_MAX];
		panel_select(painting, line, at_row);
		if (urgent)
			canvas_text(box, line, 0, role, "!");
		message_time(painting, board_cell(painting->data, row, MESSAGES_COLUMN_TIME), sent);
		int at = canvas_print(box, line, 2, panel_row_role(painting, at_row, ROLE_LABEL), "%s ", sent);
		const char *sender = board_cell(painting->data, row, MESSAGES_COLUMN_SENDER)->text;
		if (sender[0] != '\0')
			at = canvas_print(box, line, at, panel_row_role(painting, at_row, painting->stale ? ROLE_STALE : ROLE_VALUE), "%s: ",
				sender);
		canvas_text(box, line, at, role, board_cell(painting->data, row, MESSAGES_COLUMN_TEXT)->text);
	}
}

void panel_campaigns(struct painting *painting)
{
	enum { STATE_WIDTH = 12, LISTS_WIDTH = 20 };
	if (panel_absent(painting))
		return;
	const struct canvas *box = &painting->box;
	int lists = box->columns >= 56 ? LISTS_WIDTH : 0, state = STATE_WIDTH;
	int name = box->columns - 2 - state - 2 - (lists > 0 ? lists + 2 : 0);
	painting->head = 1;
	unsigned top = panel_scroll(painting, box->lines > 1 ? (unsigned)box->lines - 1 : 0, UINT_MAX);
	name_filter(painting, 1);
	canvas_put(box, 0, 1, name, ROLE_LABEL, ALIGN_LEFT, "Campaign");
	canvas_put(box, 0, 1 + name + 2, state, ROLE_LABEL, ALIGN_LEFT, "State");
	canvas_put(box, 0, 1 + name + 2 + state + 2, lists, ROLE_LABEL, ALIGN_LEFT, "Lists");
	for (int line = 1; top + (unsigned)line - 1 < painting->end; line++) {
		unsigned at = top + (unsigned)line - 1, row = order_row(&painting->view->order, at);
		const char *texts[CAMPAIGNS_COLUMNS];
		for (unsigned i = 0; i < CAMPAIGNS_COLUMNS; i++) {
			const struct cell *cell = board_cell(painting->data, row, i);
			texts[i] = cell->state == VALUE_BLANK ? canvas_glyph(box, GLYPH_BLANK) :
				cell->state == VALUE_NEVER ? canvas_glyph(box, GLYPH_NEVER) : cell->text;
		}
		enum role role = panel_row_role(painting, at, painting->stale ? ROLE_STALE : ROLE_TEXT);
		panel_select(painting, line, at);
		canvas_put(box, line, 1, name, panel_row_role(painting, at, painting->stale ? ROLE_STALE : ROLE_VALUE), ALIGN_LEFT,
			texts[CAMPAIGNS_COLUMN_NAME]);
		canvas_put(box, line, 1 + name + 2, state, role, ALIGN_LEFT, texts[CAMPAIGNS_COLUMN_STATE]);
		canvas_put(box, line, 1 + name + 2 + state + 2, lists, role, ALIGN_LEFT, texts[CAMPAIGNS_COLUMN_LISTS]);
	}
}
