#include "screen/card.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "layout/meaning.h"
#include "screen/panel.h"

static bool is_grid(enum panel_type type)
{
	return type == PANEL_SERVICE_GRID || type == PANEL_AGENT_GRID;
}

static enum card_kind card_kind(enum panel_type type)
{
	switch (type) {
	case PANEL_AGENT_GRID:
		return CARD_AGENT;
	case PANEL_MESSAGES:
		return CARD_MESSAGE;
	case PANEL_CAMPAIGNS:
		return CARD_CAMPAIGN;
	default:
		return CARD_SERVICE;
	}
}

/* ---- finding a row ---- */

static long row_of_key(const struct panel_data *data, const char *key)
{
	const char *const *keys = data->received && data->rows > 0 ? board_keys(data) : NULL;
	for (unsigned row = 0; keys != NULL && row < data->rows; row++)
		if (strcmp(keys[row], key) == 0)
			return row;
	return -1;
}

/* Services of an availability panel are rows without an answer of their own. */
static long row_in_panel(struct view *view, const struct scene *scene, const struct panel *panel, const char *key)
{
	const struct panel_data *data = view_data(&view->panels[panel->index], scene, panel);
	if (panel->type != PANEL_AVAILABILITY)
		return row_of_key(data, key);
	for (unsigned row = 0; row < data->rows; row++)
		if (strcmp(data->keys[row], key) == 0)
			return row;
	return -1;
}

/* ---- taking values ---- */

/* Its number mostly stands in a column of its own. */
static bool is_picture(const struct column *column)
{
	return column->picture != PICTURE_NONE;
}

static bool has_item(const struct card *card, const struct layout *layout, const struct column *column)
{
	for (unsigned i = 0; i < card->count; i++)
		if (column_same(card_column(layout, &card->items[i]), column))
			return true;
	return false;
}

static void take_item(struct card *card, const struct scene *scene, const struct panel *panel, unsigned row, unsigned column)
{
	const struct panel_data *data = board_data(scene->board, panel);
	const struct cell *cell = board_cell(data, row, column);
	struct card_item *item = &card->items[card->count++];
	item->panel = panel->index;
	item->column = column;
	item->stat = is_picture(&panel->columns[column]) ? panel->columns[column].shows : panel->columns[column].stat;
	item->state = cell->state;
	item->number = cell->number;
	item->stale = scene_stale(scene, panel);
	item->severity = board_severity(panel, data, row, column, item->stale);
	/* A picture is labelled for what it looks like. */
	const struct column *about = &panel->columns[column];
	const struct statistic *known = is_picture(about) ? statistic_find(panel_kind(panel->type)->scope, about->shows) : NULL;
	snprintf(item->label, sizeof(item->label), "%s", known != NULL ? known->label : about->label);
	text_trim(item->label);
	card->runs |= panel_plain_value(scene, panel, row, column, item->value, sizeof(item->value));
}

/* What two panels have is taken of the first one that has it. */
static void take_row(struct card *card, const struct scene *scene, const struct panel *panel, unsigned row)
{
	for (unsigned column = 0; column < panel->column_count && card->count < CARD_ITEMS_MAX; column++)
		if (!is_picture(&panel->columns[column]) && !has_item(card, scene->layout, &panel->columns[column]))
			take_item(card, scene, panel, row, column);
	for (unsigned column = 0; column < panel->column_count && card->count < CARD_ITEMS_MAX; column++)
		if (is_picture(&panel->columns[column]) && card_item(card, panel->columns[column].shows) == NULL)
			take_item(card, scene, panel, row, column);
}

/* By what people call it; a key is shown of services alone, whose name it is. */
static void take_title(struct card *card)
{
	static const char *const names[] = { "first_last_name", "last_first_name", "name", NULL };
	const struct card_item *item = NULL;
	for (unsigned i = 0; names[i] != NULL && item == NULL; i++)
		item = card_item(card, names[i]);
	if (item == NULL && card->count > 0 && card->items[0].state == VALUE_TEXT && card->kind == CARD_AGENT)
		item = &card->items[0];
	const char *title = item != NULL ? item->value : card->kind == CARD_SERVICE ? card->key : "Agent";
	snprintf(card->title, sizeof(card->title), "%s", title);
}

/* Of the panel that the card was opened from, then of all others of its type. */
static bool take_grids(struct card *card, struct view *view, const struct scene *scene)
{
	const struct panel *first = &scene->layout->panels[card->panel];
	enum panel_type type = card->kind == CARD_AGENT ? PANEL_AGENT_GRID : PANEL_SERVICE_GRID;
	bool there = false;
	for (unsigned turn = 0; turn <= scene->layout->panel_count; turn++) {
		const struct panel *panel = turn == 0 ? first : &scene->layout->panels[turn - 1];
		if (panel->type != type || (turn > 0 && panel == first))
			continue;
		long row = row_in_panel(view, scene, panel, card->key);
		if (row < 0)
			continue;
		const struct panel_data *data = board_data(scene->board, panel);
		if (!there) {
			card->count = 0;
			card->seen_ms = data->received_ms;
			card->stale = scene_stale(scene, panel);
		}
		there = true;
		take_row(card, scene, panel, (unsigned)row);
	}
	return there;
}

static void take_available(struct card *card, const struct scene *scene)
{
	const struct service_availability *service = board_find_service(scene->board, card->key);
	card->asked = service != NULL;
	if (service != NULL)
		card->available = *service;
}

/* Messages and campaigns have their own columns. */
static void take_cell(struct card *card, const struct panel_data *data, unsigned row, unsigned column, const char *label)
{
	const struct cell *cell = board_cell(data, row, column);
	struct card_item *item = &card->items[card->count++];
	*item = (struct card_item){ .panel = card->panel, .stat = "", .state = cell->state, .stale = card->stale };
	snprintf(item->label, sizeof(item->label), "%s", label);
	snprintf(item->value, sizeof(item->value), "%s", cell->text);
	text_trim(item->value);
}

static bool take_list(struct card *card, struct view *view, const struct scene *scene)
{
	const struct panel *panel = &scene->layout->panels[card->panel];
	const struct panel_data *data = board_data(scene->board, panel);
	long row = row_in_panel(view, scene, panel, card->key);
	if (row < 0)
		return false;
	card->count = 0;
	card->seen_ms = data->received_ms;
	card->stale = scene_stale(scene, panel);
	if (card->kind == CARD_MESSAGE) {
		take_cell(card, data, (unsigned)row, MESSAGES_COLUMN_SENDER, "From");
		take_cell(card, data, (unsigned)row, MESSAGES_COLUMN_TIME, "Sent");
		const struct cell *sent = board_cell(data, (unsigned)row, MESSAGES_COLUMN_TIME);
		if (sent->state == VALUE_NUMBER)
			(void)text_clock(card->items[1].value, sizeof(card->items[1].value), (int64_t)(sent->number * 1000), "%e %b %H:%M");
		snprintf(card->title, sizeof(card->title), "%s", board_cell(data, (unsigned)row, MESSAGES_COLUMN_TEXT)->text);
		card->items[0].severity = board_cell(data, (unsigned)row, MESSAGES_COLUMN_URGENT)->number > 0 ? SEVERITY_WARN : SEVERITY_NONE;
	} else {
		take_cell(card, data, (unsigned)row, CAMPAIGNS_COLUMN_STATE, "State");
		take_cell(card, data, (unsigned)row, CAMPAIGNS_COLUMN_LISTS, "Lists");
		snprintf(card->title, sizeof(card->title), "%s", board_cell(data, (unsigned)row, CAMPAIGNS_COLUMN_NAME)->text);
	}
	text_trim(card->title);
	return true;
}

/* ---- an alarm ---- */

static const struct alarm *find_alarm(const struct card *card, const struct scene *scene)
{
	uint16_t order[ALARM_LOG_MAX];
	struct alarm_day day = { .count = 0 };
	if (scene->alarms != NULL)
		day = alarm_log_day(scene->alarms, scene->wall_ms, order, ALARM_LOG_MAX);
	for (unsigned i = 0; i < day.count && i < ALARM_LOG_MAX; i++) {
		const struct alarm *alarm = alarm_log_at(scene->alarms, order[i]);
		if (alarm->key == card->alarm_key && alarm->fired_ms == card->fired_ms && strcmp(alarm->name, card->key) == 0)
			return alarm;
	}
	return NULL;
}

static void take_text(struct card *card, const char *label, const char *text)
{
	struct card_item *item = &card->items[card->count++];
	*item = (struct card_item){ .stat = "", .state = VALUE_TEXT };
	snprintf(item->label, sizeof(item->label), "%s", label);
	snprintf(item->value, sizeof(item->value), "%s", text);
	text_trim(item->value);
}

static const struct alert_rule *find_rule(const struct layout *layout, const char *name)
{
	for (unsigned i = 0; i < layout->alert_count; i++)
		if (strcmp(layout->alerts[i].name, name) == 0)
			return &layout->alerts[i];
	return NULL;
}

static void take_rule(struct card *card, const struct alert_rule *rule)
{
	char words[MEANING_TEXT_MAX], time[48], text[MEANING_TEXT_MAX + 80];
	meaning_of_condition(rule->when_condition, words, sizeof(words));
	value_format(time, sizeof(time), (double)(rule->for_ms / 1000), KIND_DURATION, NULL);
	snprintf(text, sizeof(text), "%s%s%s", words, rule->for_ms > 0 ? ", for " : "", rule->for_ms > 0 ? time : "");
	take_text(card, "Fires when", text);
	if (rule->clear_condition != NULL)
		meaning_of_condition(rule->clear_condition, words, sizeof(words));
	else
		snprintf(words, sizeof(words), "that is over");
	value_format(time, sizeof(time), (double)(rule->after_ms / 1000), KIND_DURATION, NULL);
	snprintf(text, sizeof(text), "%s%s%s", words, rule->after_ms > 0 ? ", for " : "", rule->after_ms > 0 ? time : "");
	take_text(card, "Clears when", text);
}

/* Until when, and by whom where that is known. */
static void take_acknowledged(struct card *card, const struct alarm *alarm, const struct scene *scene)
{
	char until[DAY_TIME_MAX], text[CARD_VALUE_MAX];
	day_time_text(scene->clock, false, alarm->known_until_wall_ms, until);
	if (alarm->known_wall_ms == 0 || alarm->known_wall_ms > scene->wall_ms)
		snprintf(text, sizeof(text), "no");
	else
		snprintf(text, sizeof(text), "until %s%s%s", until, alarm->known_by[0] != '\0' ? ", by " : "", alarm->known_by);
	take_text(card, "Acknowledged", text);
}

static bool take_alarm(struct card *card, const struct scene *scene)
{
	const struct alarm *alarm = find_alarm(card, scene);
	const struct alert_rule *rule = find_rule(scene->layout, card->key);
	char fired[DAY_TIME_MAX], lasted[48], text[CARD_VALUE_MAX];
	if (alarm == NULL)
		return false;
	bool lasts = alarm_lasts(alarm, scene->wall_ms);
	const struct alert_state *state = lasts ? alarm_state(alarm, scene->alerts) : NULL;
	int64_t lasted_ms = !lasts ? alarm->lasted_ms : state != NULL ? scene->now_ms - state->fired_ms : scene->wall_ms - alarm->fired_wall_ms;
	card->count = 0;
	card->seen_ms = scene->now_ms;
	card->runs = lasts;
	snprintf(card->title, sizeof(card->title), "%s%s%s", alarm->name, alarm->row[0] != '\0' ? ": " : "", alarm->row);
	day_time_text(scene->clock, false, alarm->fired_wall_ms, fired);
	value_format(lasted, sizeof(lasted), (double)((lasted_ms > 0 ? lasted_ms : 0) / 1000), KIND_DURATION, NULL);
	if (lasts)
		snprintf(text, sizeof(text), "since %s, for %s", fired, lasted);
	else if (alarm->lost)
		snprintf(text, sizeof(text), "at %s, its end was not seen", fired);
	else
		snprintf(text, sizeof(text), "at %s, it lasted %s", fired, lasted);
	take_text(card, lasts ? "Fires" : "Fired", text);
	card->items[0].severity = lasts ? alarm->severity : SEVERITY_NONE;
	if (alarm->value[0] != '\0')
		take_text(card, "It had then", alarm->value);
	if (state != NULL && state->shown[0] != '\0')
		take_text(card, "It has now", state->shown);
	take_acknowledged(card, alarm, scene);
	if (rule != NULL)
		take_rule(card, rule);
	return true;
}

void card_take(struct card *card, struct view *view, const struct scene *scene)
{
	card->runs = false;
	if (card->kind == CARD_ALARM) {
		card->there = take_alarm(card, scene);
	} else if (card->kind == CARD_MESSAGE || card->kind == CARD_CAMPAIGN) {
		card->there = take_list(card, view, scene);
	} else {
		card->there = take_grids(card, view, scene);
		if (card->kind == CARD_SERVICE)
			take_available(card, scene);
		/* A service that no grid has may still be asked for. */
		const struct panel *panel = &scene->layout->panels[card->panel];
		if (!card->there && panel->type == PANEL_AVAILABILITY && row_in_panel(view, scene, panel, card->key) >= 0) {
			card->there = true;
			card->stale = card->asked && scene_service_stale(scene, &card->available);
			card->seen_ms = card->asked ? card->available.received_ms : scene->now_ms;
		}
		if (card->there)
			take_title(card);
	}
	card->known = card->known || card->there;
}

const struct column *card_column(const struct layout *layout, const struct card_item *item)
{
	return &layout->panels[item->panel].columns[item->column];
}

const struct card_item *card_item(const struct card *card, const char *stat)
{
	for (unsigned i = 0; i < card->count; i++)
		if (strcmp(card->items[i].stat, stat) == 0)
			return &card->items[i];
	return NULL;
}

/* ---- opening ---- */

static struct card *new_card(struct view *view)
{
	if (view->card == NULL)
		view->card = must_alloc(sizeof(*view->card));
	memset(view->card, 0, sizeof(*view->card));
	return view->card;
}

void card_of_alarm(struct action_context *context, const struct alarm *alarm)
{
	struct view *view = context->view;
	struct card *card = new_card(view);
	card->kind = CARD_ALARM;
	card->alarm_key = alarm->key;
	card->fired_ms = alarm->fired_ms;
	card->from = view->overlay;
	card->before = view->list;
	snprintf(card->key, sizeof(card->key), "%s", alarm->name);
	view->overlay = OVERLAY_CARD;
	view->list = (struct list){ .picks = false };
	card_take(card, view, context->scene);
}

bool card_choose(struct action_context *context)
{
	const struct panel_data *data;
	struct view *view = context->view;
	const struct panel *panel = view_panel(view, context->scene->layout);
	struct panel_view *rows = view_focused(context, &data);
	if (rows == NULL || data->rows == 0 || rows->order.count == 0) {
		view_say(view, context->scene->now_ms, "There is no row to open.");
		return false;
	}
	if (!rows->selected)
		view_select(rows, data, (long)rows->top);
	struct card *card = new_card(view);
	card->kind = card_kind(panel->type);
	card->panel = panel->index;
	snprintf(card->key, sizeof(card->key), "%s", rows->key);
	card_take(card, view, context->scene);
	return true;
}

/* ---- copying ---- */

static unsigned end_copy(struct action_context *context, const char *name)
{
	struct view *view = context->view;
	if (view->clip.full || view->clip.length == 0) {
		view_say(view, context->scene->now_ms, view->clip.full ? "This is too long to copy." : "There is nothing to copy.");
		buffer_clear(&view->clip);
		return SCREEN_ASK_DRAW;
	}
	view_say(view, context->scene->now_ms, "Copied: %.100s", name);
	text_trim(view->said);
	return SCREEN_ASK_DRAW;
}

static unsigned copy_card(struct action_context *context)
{
	struct view *view = context->view;
	struct card *card = view->card;
	card_take(card, view, context->scene);
	buffer_print(&view->clip, "%s\n", card->title);
	for (unsigned i = 0; i < card->count; i++)
		if (strcmp(card->items[i].value, card->title) != 0)
			buffer_print(&view->clip, "%s\t%s\n", card->items[i].label, card->items[i].value);
	return end_copy(context, card->title);
}

static void put_grid_row(struct action_context *context, const struct panel *panel, unsigned row)
{
	char text[PANEL_VALUE_MAX];
	bool first = true;
	for (unsigned column = 0; column < panel->column_count; column++) {
		if (is_picture(&panel->columns[column]))
			continue;
		(void)panel_plain_value(context->scene, panel, row, column, text, sizeof(text));
		buffer_print(&context->view->clip, "%s%s", first ? "" : "\t", text);
		first = false;
	}
}

static void put_list_row(struct action_context *context, const struct panel *panel, const struct panel_data *data, unsigned row)
{
	struct buffer *out = &context->view->clip;
	char clock[40];
	const struct cell *sent = board_cell(data, row, MESSAGES_COLUMN_TIME);
	switch (panel->type) {
	case PANEL_AVAILABILITY:
		buffer_print(out, "%s\t%s", data->keys[row],
			panel_availability_word(board_find_service(context->scene->board, data->keys[row])));
		break;
	case PANEL_MESSAGES:
		if (sent->state != VALUE_NUMBER || !text_clock(clock, sizeof(clock), (int64_t)(sent->number * 1000), "%Y-%m-%d %H:%M"))
			snprintf(clock, sizeof(clock), "%.30s", sent->text);
		buffer_print(out, "%s\t%s\t%s", clock, board_cell(data, row, MESSAGES_COLUMN_SENDER)->text,
			board_cell(data, row, MESSAGES_COLUMN_TEXT)->text);
		break;
	default:
		for (unsigned column = 0; column < data->columns; column++)
			buffer_print(out, "%s%s", column > 0 ? "\t" : "", board_cell(data, row, column)->text);
	}
}

unsigned card_copy(struct action_context *context, long unused)
{
	const struct panel_data *data;
	struct view *view = context->view;
	(void)unused;
	buffer_clear(&view->clip);
	if (view->overlay == OVERLAY_CARD && view->card != NULL)
		return copy_card(context);
	const struct panel *panel = view_panel(view, context->scene->layout);
	struct panel_view *rows = view_focused(context, &data);
	if (rows == NULL || !rows->selected || rows->position >= rows->order.count) {
		view_say(view, context->scene->now_ms, "Select a row first, with the keys that move.");
		return SCREEN_ASK_DRAW;
	}
	unsigned row = order_row(&rows->order, rows->position);
	if (is_grid(panel->type))
		put_grid_row(context, panel, row);
	else
		put_list_row(context, panel, data, row);
	char name[CARD_TEXT_MAX];
	snprintf(name, sizeof(name), "%s", buffer_string(&view->clip));
	name[strcspn(name, "\t")] = '\0';
	return end_copy(context, name);
}
