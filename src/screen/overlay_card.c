/*
 * The card of a row (screen/card), as large as it needs and the screen has room for: how it stands now, in figures where they
 * fit, its limits and which are passed, its last hour, and everything else that is known of it.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "alert/alert.h"
#include "base/text.h"
#include "layout/meaning.h"
#include "screen/action.h"
#include "screen/card.h"
#include "screen/figures.h"
#include "screen/overlay.h"
#include "screen/panel.h"
#include "screen/state_look.h"

enum { HOUR_MINUTES = 60, MINUTE_MS = 60 * 1000, EDGE = 2, LABEL_MAX = 22, FIELD_LEAST = 34, TILES = 4 };

/* How large things are; the first that fits the screen is taken. */
static const struct card_look {
	int lines;  /* of a screen that has room for it, at least */
	int digits, chart, ribbon;
	bool airy;   /* blank lines between the parts, and around all of them */
	bool limits; /* a table of limits; else they stand beside the values */
} looks[] = {
	{ 60, 7, 14, 5, true, true }, { 42, 5, 10, 3, true, true }, { 34, 5, 8, 3, true, true }, { 28, 3, 7, 2, true, true },
	{ 20, 3, 5, 2, true, false }, { 20, 3, 5, 2, false, false }, { 0, 1, 3, 1, true, false }, { 0, 1, 1, 1, false, true },
};
enum { LOOKS = sizeof(looks) / sizeof(looks[0]) };

/* A card that is drawn, or only measured. */
struct sheet {
	const struct canvas *inside;
	const struct card *card;
	const struct scene *scene;
	const struct card_look *look;
	bool stale; /* all of it is dimmed */
	bool draw;
	int line;
	int left; /* the line behind the last blank one */
};

static int min(int a, int b)
{
	return a < b ? a : b;
}

static int max(int a, int b)
{
	return a > b ? a : b;
}

static void put(const struct sheet *sheet, int line, int column, int columns, enum role role, enum align align, const char *text)
{
	if (sheet->draw)
		canvas_put(sheet->inside, line, column, columns, role, align, text);
}

/* What separates two parts; nothing at the top, and nothing where a part has nothing. */
static void leave(struct sheet *sheet, int top)
{
	if (sheet->look->airy && sheet->line > top && sheet->line != sheet->left)
		sheet->left = ++sheet->line;
}

static enum role item_role(const struct sheet *sheet, const struct card_item *item)
{
	if (sheet->stale || item->stale)
		return ROLE_STALE;
	if (item->state == VALUE_NEVER || item->state == VALUE_BLANK)
		return ROLE_LABEL;
	return style_severity(item->severity);
}

static const char *item_mark(const struct sheet *sheet, const struct card_item *item)
{
	return sheet->stale || item->stale ? "" : style_mark(item->severity);
}

static const char *item_text(const struct sheet *sheet, const struct card_item *item)
{
	if (item->value[0] != '\0' || !sheet->draw)
		return item->value;
	return canvas_glyph(sheet->inside, item->state == VALUE_NEVER ? GLYPH_NEVER : GLYPH_BLANK);
}

/* A value and its mark, as one piece where the role has a ground of its own; returns the column behind it. */
static int put_value(const struct sheet *sheet, int line, int column, int columns, const struct card_item *item)
{
	const char *text = item_text(sheet, item), *mark = item_mark(sheet, item);
	enum role role = item_role(sheet, item);
	int width = min(text_width(text), columns);
	put(sheet, line, column, width, role, ALIGN_LEFT, text);
	if (mark[0] == '\0' || width + 3 > columns)
		return column + width;
	put(sheet, line, column + width, 1, role, ALIGN_LEFT, " ");
	put(sheet, line, column + width + 1, 2, role, ALIGN_LEFT, mark);
	return column + width + 1 + text_width(mark);
}

/* ---- fields ---- */

/* Those that have no other place on the card. */
static bool is_field(const struct sheet *sheet, const struct card_item *item, const char *const *elsewhere)
{
	for (unsigned i = 0; elsewhere[i] != NULL; i++)
		if (strcmp(item->stat, elsewhere[i]) == 0)
			return false;
	return strcmp(item->value, sheet->card->title) != 0;
}

/* What is asked for first stands first; what nobody foresaw comes last, in the order of the layout. */
static int field_rank(const struct card_item *item)
{
	static const char *const order[] = { "in_calls_waiting", "in_max_wait_time", "service_level", "service_level_target",
		"service_level_threshold_time", "agents_ready", "agents_logged", "agents_busy", "agents_busy_svc", "agents_acw",
		"agents_not_ready", "team_name", "extension", "login_time", "in_calls_handled_per_day", "out_calls_handled_per_day",
		"calls_average_handling_time_per_day", "active_item_talk_duration", "active_item_hold_duration",
		"active_item_acw_duration", "active_item_service_name", "active_item_media_type", "in_calls_received_per_day" };
	enum { COUNT = sizeof(order) / sizeof(order[0]) };
	for (int i = 0; i < COUNT; i++)
		if (strcmp(item->stat, order[i]) == 0)
			return i;
	return COUNT;
}

static unsigned sort_fields(const struct sheet *sheet, const char *const *elsewhere, unsigned fields[CARD_ITEMS_MAX])
{
	const struct card *card = sheet->card;
	unsigned count = 0;
	for (unsigned i = 0; i < card->count; i++) {
		if (!is_field(sheet, &card->items[i], elsewhere))
			continue;
		unsigned at = count++;
		for (; at > 0 && field_rank(&card->items[fields[at - 1]]) > field_rank(&card->items[i]); at--)
			fields[at] = fields[at - 1];
		fields[at] = i;
	}
	return count;
}

/* "> 5, > 10": the limits that hold now, in short. */
static void brief_limits(const struct sheet *sheet, const struct card_item *item, char *out, size_t size)
{
	const struct card_item *state = card_item(sheet->card, "acd_state"), *reason = card_item(sheet->card, "reason");
	char first[64], second[64];
	out[0] = '\0';
	/* Messages and campaigns have no columns of the layout. */
	if (sheet->card->kind != CARD_AGENT && sheet->card->kind != CARD_SERVICE)
		return;
	const struct column *column = card_column(sheet->scene->layout, item);
	const struct threshold *warn = &column->warn, *alert = &column->alert;
	if (column->limit_count > 0) {
		const struct limit *limit = state == NULL ? NULL :
			column_limit(column, state_read(state->value), reason != NULL ? reason->value : "");
		if (limit == NULL)
			return;
		warn = &limit->warn;
		alert = &limit->alert;
	}
	threshold_text(warn, column->kind, first, sizeof(first));
	threshold_text(alert, column->kind, second, sizeof(second));
	snprintf(out, size, "%s%s%s", first, first[0] != '\0' && second[0] != '\0' ? ", " : "", second);
}

/* Label and value, as many beside each other as there is room for. */
static void put_fields(struct sheet *sheet, const char *const *elsewhere)
{
	unsigned fields[CARD_ITEMS_MAX], count = sort_fields(sheet, elsewhere, fields);
	int columns = sheet->inside->columns - 2 * EDGE, across = max(min(columns / FIELD_LEAST, 3), 1);
	int width = columns / across, lines = ((int)count + across - 1) / across, labels[3] = { 0 };
	/* Down, then across: what belongs together stands below each other. */
	for (unsigned i = 0; i < count; i++)
		labels[(int)i / lines] = min(max(labels[(int)i / lines], text_width(sheet->card->items[fields[i]].label)), LABEL_MAX);
	for (unsigned i = 0; i < count; i++) {
		int left = EDGE + (int)i / lines * width, line = sheet->line + (int)i % lines, label = labels[(int)i / lines];
		const struct card_item *item = &sheet->card->items[fields[i]];
		put(sheet, line, left, label, ROLE_LABEL, ALIGN_LEFT, item->label);
		int end = put_value(sheet, line, left + label + 2, width - label - 4, item);
		char limits[160];
		brief_limits(sheet, item, limits, sizeof(limits));
		if (!sheet->look->limits && limits[0] != '\0' && end + 2 + text_width(limits) < left + width)
			put(sheet, line, end + 2, text_width(limits), ROLE_LABEL, ALIGN_LEFT, limits);
	}
	sheet->line += count > 0 ? lines : 0;
}

/* ---- limits ---- */

/* The limit that holds for an agent's state now, else that of the column. */
static void limit_words(const struct sheet *sheet, const struct card_item *item, char *out, size_t size)
{
	const struct column *column = card_column(sheet->scene->layout, item);
	const struct card_item *state = card_item(sheet->card, "acd_state"), *reason = card_item(sheet->card, "reason");
	char warn[64], alert[64];
	if (column->limit_count > 0) {
		const struct limit *limit = state == NULL ? NULL :
			column_limit(column, state_read(state->value), reason != NULL ? reason->value : "");
		out[0] = '\0';
		if (limit == NULL)
			return;
		threshold_text(&limit->warn, column->kind, warn, sizeof(warn));
		threshold_text(&limit->alert, column->kind, alert, sizeof(alert));
		snprintf(out, size, "%s%s%s%s%s for %s", warn[0] != '\0' ? "warning " : "", warn,
			warn[0] != '\0' && alert[0] != '\0' ? ", " : "", alert[0] != '\0' ? "alert " : "", alert,
			limit->reason != NULL ? limit->reason : state_label(limit->state));
		return;
	}
	meaning_of_limits(column, out, size);
}

static const char *passed_word(const struct sheet *sheet, const struct card_item *item)
{
	if (sheet->stale || item->stale)
		return "not judged, the data are old";
	if (item->state != VALUE_NUMBER)
		return "no value";
	return item->severity == SEVERITY_ALERT ? "past the alert" : item->severity == SEVERITY_WARN ? "past the warning" : "within";
}

/* One line for each value that has limits. */
static void put_limits(struct sheet *sheet)
{
	enum { WORDS = 30 };
	const struct card *card = sheet->card;
	int columns = sheet->inside->columns - 2 * EDGE, label = 0, top = sheet->line;
	for (unsigned i = 0; i < card->count; i++)
		if (column_has_limits(card_column(sheet->scene->layout, &card->items[i])))
			label = max(label, text_width(card->items[i].label));
	label = min(label, LABEL_MAX);
	for (unsigned i = 0; i < card->count; i++) {
		const struct card_item *item = &card->items[i];
		char words[CARD_TEXT_MAX];
		if (!column_has_limits(card_column(sheet->scene->layout, item)))
			continue;
		limit_words(sheet, item, words, sizeof(words));
		if (words[0] == '\0')
			continue;
		if (sheet->line == top)
			put(sheet, sheet->line++, EDGE, columns, ROLE_TITLE, ALIGN_LEFT, "Limits");
		bool severe = item->severity != SEVERITY_NONE && item_role(sheet, item) != ROLE_STALE;
		enum role role = !severe ? ROLE_LABEL : item->severity == SEVERITY_ALERT ? ROLE_SEVERE : ROLE_NOTE;
		const char *passed = passed_word(sheet, item);
		int room = columns - label - 2, right = min(text_width(passed) + 3, room);
		put(sheet, sheet->line, EDGE, label, ROLE_LABEL, ALIGN_LEFT, item->label);
		put(sheet, sheet->line, EDGE + label + 2, room - right - 1, ROLE_TEXT, ALIGN_LEFT, words);
		put(sheet, sheet->line, EDGE + columns - right, right - 3, role, ALIGN_LEFT, passed);
		put(sheet, sheet->line++, EDGE + columns - 2, 2, role, ALIGN_LEFT, severe ? item_mark(sheet, item) : "");
	}
}

/* ---- the last hour ---- */

static void put_clock(const struct sheet *sheet, int line, int column, int columns, enum align align, int64_t ago_ms)
{
	char text[DAY_TIME_MAX];
	day_time_text(sheet->scene->clock, false, sheet->scene->wall_ms - ago_ms, text);
	put(sheet, line, column, columns, ROLE_LABEL, align, text);
}

static void put_axis(struct sheet *sheet)
{
	enum { MIDDLE_LEAST = 50 };
	int columns = sheet->inside->columns - 2 * EDGE, width = day_time_columns(sheet->scene->clock, false);
	put_clock(sheet, sheet->line, EDGE, columns, ALIGN_LEFT, (int64_t)HOUR_MINUTES * MINUTE_MS);
	if (columns >= MIDDLE_LEAST)
		put_clock(sheet, sheet->line, EDGE + (columns - width) / 2, width, ALIGN_LEFT, (int64_t)HOUR_MINUTES * MINUTE_MS / 2);
	put_clock(sheet, sheet->line++, EDGE, columns, ALIGN_RIGHT, 0);
}

static void put_head(struct sheet *sheet, const char *left, const char *right)
{
	int columns = sheet->inside->columns - 2 * EDGE;
	put(sheet, sheet->line, EDGE, columns, ROLE_TITLE, ALIGN_LEFT, left);
	put(sheet, sheet->line++, EDGE, columns, ROLE_LABEL, ALIGN_RIGHT, right);
}

/* Calls that wait, by minute, out of the first grid that keeps them. */
static bool read_waiting(const struct sheet *sheet, float hour[HISTORY_SLOTS])
{
	const struct layout *layout = sheet->scene->layout;
	for (unsigned i = 0; i < layout->panel_count && sheet->scene->history != NULL; i++) {
		const struct panel *panel = &layout->panels[i];
		for (unsigned column = 0; column < panel->column_count && panel->type == PANEL_SERVICE_GRID; column++) {
			const struct column *about = &panel->columns[column];
			bool waiting = strcmp(about->shows != NULL ? about->shows : about->stat, "in_calls_waiting") == 0;
			if (waiting && history_read_row(sheet->scene->history, panel, sheet->card->key, column, scene_runs_until(sheet->scene),
				1, HISTORY_SLOTS, hour))
				return true;
		}
	}
	return false;
}

static void put_chart(struct sheet *sheet)
{
	float hour[HISTORY_SLOTS];
	const struct card_item *item = card_item(sheet->card, "in_calls_waiting");
	char most[48] = "";
	double largest = 0;
	if (item == NULL)
		return;
	bool known = read_waiting(sheet, hour);
	for (unsigned i = 0; known && i < HISTORY_SLOTS; i++)
		largest = fmax(largest, (double)hour[i]);
	if (known)
		snprintf(most, sizeof(most), "highest minute: %.3g", largest);
	put_head(sheet, "Waiting, last hour", most);
	if (!known) {
		put(sheet, sheet->line++, EDGE, sheet->inside->columns - 2 * EDGE, ROLE_LABEL, ALIGN_LEFT, "nothing was seen yet");
		return;
	}
	const struct column *column = card_column(sheet->scene->layout, item);
	struct chart chart = { .values = hour, .count = HISTORY_SLOTS, .kind = KIND_COUNT, .from_zero = true,
		.stale = sheet->stale || item->stale, .warn = &column->warn, .alert = &column->alert };
	int lines = sheet->look->chart;
	struct canvas area = canvas_part(sheet->inside, sheet->line, EDGE, lines, sheet->inside->columns - 2 * EDGE);
	/* Of a picture that is cut nothing can be read. */
	if (sheet->draw && sheet->line >= 0 && area.lines == lines)
		chart_draw(&area, &chart);
	sheet->line += lines;
	put_axis(sheet);
}

/* What the agent was for longest in a part of the hour; STATE_GROUPS: nobody knows. */
static enum state_group most_of(const unsigned char *hour, int from, int end)
{
	int slots[STATE_GROUPS + 1] = { 0 }, most = STATE_GROUPS;
	for (int i = from; i < end; i++)
		slots[hour[i] == STATE_LOG_UNKNOWN ? STATE_GROUPS : state_group((enum acd_state)(hour[i] - 1))]++;
	for (int group = 0; group < STATE_GROUPS; group++)
		if (slots[group] > 0 && (most == STATE_GROUPS || slots[group] > slots[most]))
			most = group;
	return most == STATE_GROUPS || slots[most] * 2 < slots[STATE_GROUPS] ? STATE_GROUPS : (enum state_group)most;
}

static void put_ribbon(const struct sheet *sheet, const unsigned char hour[STATE_LOG_SLOTS])
{
	int columns = sheet->inside->columns - 2 * EDGE;
	for (int column = 0; column < columns && sheet->draw; column++) {
		int from = column * STATE_LOG_SLOTS / columns, end = max((column + 1) * STATE_LOG_SLOTS / columns, from + 1);
		enum state_group group = most_of(hour, from, end);
		for (int line = 0; line < sheet->look->ribbon && group != STATE_GROUPS; line++)
			state_group_fill(sheet->inside, sheet->stale, sheet->line + line, EDGE + column, 1, group);
	}
}

static void duration_words(char *out, size_t size, int slots)
{
	int seconds = slots * (STATE_LOG_SLOT_MS / 1000);
	if (seconds < 60)
		snprintf(out, size, "%d s", seconds);
	else
		snprintf(out, size, "%d min", (seconds + 30) / 60);
}

/* How much of the hour each state had, with its mark. */
static void put_legend(struct sheet *sheet, const unsigned char hour[STATE_LOG_SLOTS])
{
	enum { ITEM = 20 };
	int slots[STATE_GROUPS + 1] = { 0 }, columns = sheet->inside->columns - 2 * EDGE, across = max(columns / ITEM, 1), at = 0;
	for (int i = 0; i < STATE_LOG_SLOTS; i++)
		slots[hour[i] == STATE_LOG_UNKNOWN ? STATE_GROUPS : state_group((enum acd_state)(hour[i] - 1))]++;
	for (int group = 0; group <= STATE_GROUPS; group++) {
		char text[64], lasted[24];
		int left = EDGE + at % across * ITEM, line = sheet->line + at / across;
		if (slots[group] == 0 || (group == STATE_GROUPS && slots[group] * STATE_LOG_SLOT_MS < MINUTE_MS))
			continue;
		duration_words(lasted, sizeof(lasted), slots[group]);
		if (group < STATE_GROUPS) {
			if (sheet->draw)
				state_group_mark(sheet->inside, sheet->stale, line, left, (enum state_group)group);
			put(sheet, line, left + 2, text_width(lasted), sheet->stale ? ROLE_STALE : ROLE_VALUE, ALIGN_LEFT, lasted);
			put(sheet, line, left + 3 + text_width(lasted), ITEM - 4 - text_width(lasted), ROLE_LABEL, ALIGN_LEFT,
				state_groups[group].label);
		} else {
			snprintf(text, sizeof(text), "%s not seen", lasted);
			put(sheet, line, left + 2, ITEM - 3, ROLE_LABEL, ALIGN_LEFT, text);
		}
		at++;
	}
	sheet->line += (at + across - 1) / across;
}

static void put_states(struct sheet *sheet)
{
	unsigned char hour[STATE_LOG_SLOTS];
	if (card_item(sheet->card, "acd_state") == NULL || sheet->scene->history == NULL)
		return;
	bool known = state_log_read(history_states(sheet->scene->history), sheet->card->key, scene_runs_until(sheet->scene), hour);
	put_head(sheet, "States, last hour", known ? "" : "nothing was seen yet");
	if (!known)
		return;
	put_ribbon(sheet, hour);
	sheet->line += sheet->look->ribbon;
	put_axis(sheet);
	put_legend(sheet, hour);
}

/* ---- how it stands now ---- */

/* "4:21", or "64 %" with its unit small behind it; returns its columns, 0: it cannot be drawn so. */
static int put_digits(const struct sheet *sheet, int line, int column, int columns, int size, enum role role, const char *text)
{
	char number[CARD_VALUE_MAX];
	snprintf(number, sizeof(number), "%s", text);
	size_t unit = strcspn(number, " ");
	bool has_unit = number[unit] != '\0';
	number[unit] = '\0';
	int width = digits_width(sheet->inside, number, size), all = width + (has_unit ? 1 + text_width(text + unit + 1) : 0);
	if (width <= 0 || all > columns)
		return 0;
	if (sheet->draw && line >= 0 && line + size <= sheet->inside->lines)
		digits_draw(sheet->inside, line, column, size, role, number);
	if (has_unit)
		put(sheet, line + size - 1, column + width + 1, columns - width - 1, role, ALIGN_LEFT, text + unit + 1);
	return all;
}

static const char *const tile_stats[] = { "in_calls_waiting", "in_max_wait_time", "service_level", "agents_ready", "agents_logged",
	"agents_busy", NULL };

/* What a value of the kind usually needs, so that the picture stays as it is. */
static int tile_columns(const struct sheet *sheet, const struct card_item *item, int size)
{
	enum { GAP = 3, UNIT = 2 };
	enum kind kind = card_column(sheet->scene->layout, item)->kind;
	const char *usual = kind == KIND_DURATION ? "00:00" : kind == KIND_PERCENT ? "00.0" : "00";
	char limits[160];
	brief_limits(sheet, item, limits, sizeof(limits));
	int figure = digits_width(sheet->inside, usual, size) + (kind == KIND_PERCENT ? UNIT : 0);
	return GAP + max(max(figure, text_width(item->label) + 3), text_width(limits));
}

/* The figures of a service that people come for, beside each other. False, and nothing is done: they have no room in this size. */
static bool put_tiles(struct sheet *sheet)
{
	const struct card_item *items[TILES];
	int count = 0, columns = sheet->inside->columns - 2 * EDGE, size = sheet->look->digits;
	for (unsigned i = 0; tile_stats[i] != NULL && count < TILES; i++)
		if ((items[count] = card_item(sheet->card, tile_stats[i])) != NULL)
			count++;
	if (count == 0 || size <= 1)
		return count == 0;
	int needs[TILES], left = EDGE, rest = columns;
	for (int i = 0; i < count; i++)
		rest -= needs[i] = tile_columns(sheet, items[i], size);
	if (rest < 0)
		return false;
	for (int i = 0, width; i < count; i++, left += width) {
		char limits[160];
		width = needs[i] + rest / count;
		enum role role = item_role(sheet, items[i]), word = role == ROLE_ALERT ? ROLE_SEVERE : role == ROLE_WARN ? ROLE_NOTE : ROLE_LABEL;
		put(sheet, sheet->line, left, width - 2, ROLE_LABEL, ALIGN_LEFT, items[i]->label);
		put(sheet, sheet->line, left + min(text_width(items[i]->label), width - 5) + 1, 2, word, ALIGN_LEFT, item_mark(sheet, items[i]));
		const char *text = items[i]->state == VALUE_NUMBER ? items[i]->value : item_text(sheet, items[i]);
		if (put_digits(sheet, sheet->line + 1, left, width - 1, size, word == ROLE_LABEL ? role : word, text) == 0)
			put(sheet, sheet->line + size, left, width - 2, role, ALIGN_LEFT, text);
		brief_limits(sheet, items[i], limits, sizeof(limits));
		put(sheet, sheet->line + 1 + size, left, width - 2, ROLE_LABEL, ALIGN_LEFT, limits);
	}
	sheet->line += size + 2;
	return true;
}

/* Since when, by the clock of the wall. */
static void since_words(const struct sheet *sheet, const struct card_item *time, char *out, size_t size)
{
	char clock[DAY_TIME_MAX], day[16] = "";
	out[0] = '\0';
	if (time == NULL || time->state != VALUE_NUMBER)
		return;
	int64_t since_ms = sheet->scene->wall_ms - (sheet->scene->now_ms - sheet->card->seen_ms) - (int64_t)(time->number * 1000);
	if (time->number >= 20 * 3600)
		(void)text_clock(day, sizeof(day), since_ms, "%e %b ");
	day_time_text(sheet->scene->clock, false, since_ms, clock);
	snprintf(out, size, "since %s%s", day, clock);
}

/* The state of an agent, why, since when and for how long. */
static bool put_state(struct sheet *sheet)
{
	const struct card_item *item = card_item(sheet->card, "acd_state"), *reason = card_item(sheet->card, "reason");
	const struct card_item *time = card_item(sheet->card, "state_duration");
	int columns = sheet->inside->columns - 2 * EDGE, size = sheet->look->digits;
	char word[CARD_VALUE_MAX + 8], text[2 * CARD_VALUE_MAX + 80], since[64];
	if (item == NULL)
		return true;
	enum acd_state state = item->state == VALUE_BLANK ? STATE_LOGGED_OUT : state_read(item->value);
	enum role role = sheet->stale || item->stale ? ROLE_STALE : state_groups[state_group(state)].role;
	const char *label = state == STATE_UNKNOWN && item->value[0] != '\0' ? item->value : state_label(state);
	bool why = reason != NULL && reason->value[0] != '\0';
	since_words(sheet, time, since, sizeof(since));
	snprintf(word, sizeof(word), "%s %s", sheet->draw ? canvas_glyph(sheet->inside, glyph_of_state(state)) : "x", label);
	int digits = time != NULL && size > 1 ? digits_width(sheet->inside, time->value, size) : 0;
	if (digits <= 0) {
		int right = time != NULL ? min(text_width(item_text(sheet, time)) + 3, columns) : 0;
		put(sheet, sheet->line, EDGE, columns - right - 1, role, ALIGN_LEFT, word);
		if (time != NULL)
			(void)put_value(sheet, sheet->line, EDGE + columns - right, right, time);
		sheet->line++;
		snprintf(text, sizeof(text), "%s%s%s", why ? reason->value : "", why && since[0] != '\0' ? ", " : "", since);
		if (text[0] != '\0')
			put(sheet, sheet->line++, EDGE, columns, ROLE_TEXT, ALIGN_LEFT, text);
		return size == 1 || time == NULL || time->state != VALUE_NUMBER;
	}
	/* The word is as large as the time where it has room. */
	int room = columns - digits - 4;
	enum role value = item_role(sheet, time);
	enum role large = value == ROLE_ALERT ? ROLE_SEVERE : value == ROLE_WARN ? ROLE_NOTE : value;
	const char *mark = item_mark(sheet, time);
	if (sheet->draw) {
		int fit = letters_fit(sheet->inside, label, room, size);
		if (fit > 1)
			letters_draw(sheet->inside, sheet->line + (size - fit), EDGE, fit, role, label);
		else
			put(sheet, sheet->line + size - 1, EDGE, room, role, ALIGN_LEFT, word);
		digits_draw(sheet->inside, sheet->line, EDGE + columns - digits, size, large, time->value);
	}
	snprintf(text, sizeof(text), "%s%s%s", why ? reason->value : "", why && since[0] != '\0' ? ", " : "", since);
	put(sheet, sheet->line + size, EDGE, columns - 4, ROLE_TEXT, ALIGN_LEFT, text);
	put(sheet, sheet->line + size, EDGE + columns - 2, 2, large, ALIGN_RIGHT, mark);
	sheet->line += size + 1;
	return true;
}

/* ---- who could serve, and what fires ---- */

static void put_pair(struct sheet *sheet, const char *label, enum role role, const char *text)
{
	enum { LABEL = 14 };
	put(sheet, sheet->line, EDGE, LABEL, ROLE_LABEL, ALIGN_LEFT, label);
	put(sheet, sheet->line++, EDGE + LABEL + 2, sheet->inside->columns - 2 * EDGE - LABEL - 2, role, ALIGN_LEFT, text);
}

/* Whole numbers as the server sent them; what it did not send is not said. */
static void put_agents(struct sheet *sheet)
{
	const struct card_item *ready = card_item(sheet->card, "agents_ready"), *logged = card_item(sheet->card, "agents_logged");
	const struct card_item *busy = card_item(sheet->card, "agents_busy");
	char text[160];
	int used = 0;
	bool known = logged != NULL && logged->state == VALUE_NUMBER;
	if (ready != NULL && ready->state == VALUE_NUMBER)
		used = snprintf(text, sizeof(text), known ? "%.0f of %.0f logged in are free" : "%.0f are free", ready->number, known ? logged->number : 0);
	else if (known)
		used = snprintf(text, sizeof(text), "%.0f logged in", logged->number);
	if (used > 0 && busy != NULL && busy->state == VALUE_NUMBER)
		used += snprintf(text + used, sizeof(text) - (size_t)used, ", %.0f busy", busy->number);
	if (used > 0)
		put_pair(sheet, "Agents", sheet->stale ? ROLE_STALE : ROLE_TEXT, text);
}

static void add_name(char *text, size_t size, const char *name)
{
	size_t used = strlen(text);
	snprintf(text + used, size - used, "%s%s", used > 0 ? ", " : "", name);
}

/* Those who are ready in a panel of the agents of this service alone. False: it is no such panel. */
static bool add_free(const struct sheet *sheet, const struct panel *panel, char *text, size_t size)
{
	enum { LOOKED_AT = 500, NAMES = 12 };
	const struct panel_data *data = board_data(sheet->scene->board, panel);
	int state = panel->type == PANEL_AGENT_GRID ? panel_column(panel, "acd_state") : -1;
	bool lists = panel->type == PANEL_AGENT_STATES && data->lists != NULL;
	if ((state < 0 && !lists) || panel->services.count != 1 || strcmp(panel->services.items[0], sheet->card->key) != 0 ||
		!data->received || scene_stale(sheet->scene, panel))
		return false;
	for (unsigned i = 0; lists && i < data->lists[AGENT_LIST_FREE].count && i < NAMES; i++)
		add_name(text, size, data->lists[AGENT_LIST_FREE].agents[i].name);
	for (unsigned row = 0, names = 0; state >= 0 && row < data->rows && row < LOOKED_AT && names < NAMES; row++)
		if (state_read(board_peek(data, row, (unsigned)state).text) == STATE_READY && board_cell(data, row, 0)->text[0] != '\0') {
			add_name(text, size, board_cell(data, row, 0)->text);
			names++;
		}
	return true;
}

/* By name, where the layout has a panel that says so. */
static void put_free(struct sheet *sheet)
{
	const struct layout *layout = sheet->scene->layout;
	char text[CARD_TEXT_MAX] = "";
	for (unsigned i = 0; i < layout->panel_count; i++)
		if (add_free(sheet, &layout->panels[i], text, sizeof(text))) {
			text_trim(text);
			put_pair(sheet, "Free now", text[0] != '\0' ? ROLE_TEXT : ROLE_NOTE, text[0] != '\0' ? text : "nobody");
			return;
		}
}

static void put_available(struct sheet *sheet)
{
	const struct service_availability *service = &sheet->card->available;
	char text[BOARD_REASON_MAX + 64], age[32];
	if (!sheet->card->asked)
		return;
	bool old = scene_service_stale(sheet->scene, service), nobody = service->state == AVAILABILITY_NOBODY;
	panel_age(age, sizeof(age), sheet->scene->now_ms - service->received_ms);
	snprintf(text, sizeof(text), "%s", nobody ? "no, nobody can serve it" : service->state == AVAILABILITY_AVAILABLE ? "yes" :
		panel_availability_word(service));
	size_t used = strlen(text);
	if (service->state != AVAILABILITY_NEVER)
		snprintf(text + used, sizeof(text) - used, ", asked %s ago", age);
	put_pair(sheet, "Available", old ? ROLE_STALE : nobody ? ROLE_NOTE : ROLE_TEXT, text);
}

static void put_alerts(struct sheet *sheet)
{
	const struct alert_state *state;
	for (unsigned i = 0; sheet->scene->alerts != NULL && (state = alerts_firing(sheet->scene->alerts, i)) != NULL; i++) {
		char text[2 * ALERT_ROW_MAX + 96], age[32], until[DAY_TIME_MAX + 24] = "", clock[DAY_TIME_MAX];
		if (strcmp(state->key, sheet->card->key) != 0)
			continue;
		panel_age(age, sizeof(age), sheet->scene->now_ms - state->fired_ms);
		day_time_text(sheet->scene->clock, false,
			sheet->scene->wall_ms + state->acknowledged_until_ms - sheet->scene->now_ms, clock);
		if (state->acknowledged_until_ms != 0)
			snprintf(until, sizeof(until), ", acknowledged until %s", clock);
		snprintf(text, sizeof(text), "%s %s, for %s%s", style_mark(state->rule->severity), state->rule->name, age, until);
		text_trim(text);
		put_pair(sheet, "Alert", until[0] != '\0' ? ROLE_TEXT : state->rule->severity == SEVERITY_ALERT ? ROLE_SEVERE : ROLE_NOTE, text);
		put_pair(sheet, "", ROLE_LABEL, state->rule->when);
	}
}

/* ---- the whole ---- */

static void put_gone(struct sheet *sheet)
{
	char text[96], age[32];
	if (sheet->card->there)
		return;
	panel_age(age, sizeof(age), sheet->scene->now_ms - sheet->card->seen_ms);
	snprintf(text, sizeof(text), "No longer in the list. These are its last values, %s old.", age);
	put(sheet, sheet->line++, EDGE, sheet->inside->columns - 2 * EDGE, ROLE_NOTE, ALIGN_LEFT, text);
}

static const char *const nowhere[] = { NULL };
static const char *const with_state[] = { "acd_state", "reason", "state_duration", NULL };

/* Labels at the left, texts wrapped beside them. */
static void put_texts(struct sheet *sheet)
{
	enum { LABEL = 14 };
	int room = sheet->inside->columns - 2 * EDGE - LABEL;
	for (unsigned i = 0; i < sheet->card->count; i++) {
		const struct card_item *item = &sheet->card->items[i];
		struct canvas right = canvas_part(sheet->inside, 0, EDGE + LABEL, sheet->inside->lines, room);
		enum role role = sheet->stale ? ROLE_STALE : item->severity == SEVERITY_ALERT ? ROLE_SEVERE :
			item->severity == SEVERITY_WARN ? ROLE_NOTE : ROLE_TEXT;
		put(sheet, sheet->line, EDGE, LABEL - 1, ROLE_LABEL, ALIGN_LEFT, item->label);
		sheet->line += max(canvas_wrap(&right, sheet->line, role, false, item->value, sheet->draw), 1);
	}
}

static void put_message(struct sheet *sheet)
{
	struct canvas area = canvas_part(sheet->inside, 0, EDGE, sheet->inside->lines, sheet->inside->columns - 2 * EDGE);
	sheet->line += canvas_wrap(&area, sheet->line, sheet->stale ? ROLE_STALE : ROLE_VALUE, false, sheet->card->title, sheet->draw);
}

/* Lines that it takes from the first one on. False: not in this size. */
static bool put_card(struct sheet *sheet)
{
	const struct card *card = sheet->card;
	int top = sheet->line, edge = sheet->look->airy && sheet->look->digits > 1 ? 1 : 0;
	bool fits = true;
	sheet->line = top += edge;
	sheet->left = top;
	put_gone(sheet);
	leave(sheet, top);
	if (card->kind == CARD_AGENT) {
		fits = put_state(sheet);
		leave(sheet, top);
		put_fields(sheet, card_item(card, "acd_state") != NULL ? with_state : nowhere);
		leave(sheet, top);
		put_states(sheet);
	} else if (card->kind == CARD_SERVICE) {
		bool figures = sheet->look->digits > 1;
		fits = put_tiles(sheet);
		if (!figures)
			put_fields(sheet, nowhere);
		leave(sheet, top);
		put_chart(sheet);
	} else if (card->kind == CARD_MESSAGE) {
		put_message(sheet);
		leave(sheet, top);
		put_fields(sheet, nowhere);
	} else if (card->kind == CARD_ALARM) {
		put_texts(sheet);
	} else {
		put_fields(sheet, nowhere);
	}
	if ((card->kind == CARD_AGENT || card->kind == CARD_SERVICE) && sheet->look->limits) {
		leave(sheet, top);
		put_limits(sheet);
	}
	if (card->kind == CARD_SERVICE) {
		leave(sheet, top);
		put_agents(sheet);
		put_free(sheet);
		put_available(sheet);
		leave(sheet, top);
		if (sheet->look->digits > 1)
			put_fields(sheet, tile_stats);
	}
	if (card->kind != CARD_ALARM)
		put_alerts(sheet);
	sheet->line += sheet->line != sheet->left ? edge : 0;
	return fits;
}

static int measure(struct sheet *sheet, const struct card_look *look, bool *fits)
{
	sheet->look = look;
	sheet->draw = false;
	sheet->line = 0;
	*fits = put_card(sheet);
	return sheet->line;
}

/* The largest look that has room, and its lines. */
static const struct card_look *choose(struct sheet *sheet, int room, int screen_lines, int *lines)
{
	for (int i = 0; i < LOOKS; i++) {
		bool fits;
		*lines = measure(sheet, &looks[i], &fits);
		if (i == LOOKS - 1 || (fits && *lines <= room && screen_lines >= looks[i].lines))
			return &looks[i];
	}
	return &looks[LOOKS - 1];
}

static struct sheet sheet_of(const struct canvas *inside, const struct view *view, const struct scene *scene)
{
	return (struct sheet){ .inside = inside, .card = view->card, .scene = scene, .stale = !view->card->there || view->card->stale };
}

static int card_columns(int screen_columns)
{
	return screen_columns < 100 ? 76 : screen_columns < 150 ? 88 : screen_columns < 200 ? 112 : 148;
}

static int card_lines(const struct view *view, const struct scene *scene, int columns, int screen_lines)
{
	enum { AROUND = 5 }; /* lines of frame, and of the wall around it */
	struct canvas inside = { .lines = 1000, .columns = columns, .glyphs = view->glyphs };
	struct sheet sheet = sheet_of(&inside, view, scene);
	int lines;
	(void)choose(&sheet, screen_lines - AROUND, screen_lines, &lines);
	return lines;
}

static void card_draw(struct overlay_painting *painting)
{
	const struct canvas *inside = &painting->inside;
	struct view *view = painting->view;
	struct list *list = &view->list;
	struct sheet sheet = sheet_of(inside, view, painting->scene);
	int lines;
	const struct card_look *look = choose(&sheet, inside->lines, 1000, &lines);
	snprintf(painting->title, sizeof(painting->title), "%.150s",
		view->card->kind == CARD_MESSAGE ? "Message" : view->card->title);
	text_trim(painting->title);
	list->count = (unsigned)lines;
	list->visible = inside->lines > 0 ? (unsigned)inside->lines : 0;
	list_move(list, 0);
	sheet.look = look;
	sheet.draw = true;
	sheet.line = -(int)list->top;
	(void)put_card(&sheet);
}

static void card_open(struct action_context *context)
{
	if (!card_choose(context))
		context->view->overlay = OVERLAY_NONE;
}

/* A page that it was opened from comes back, as it was. */
static bool card_key(struct action_context *context, unsigned *ask)
{
	struct view *view = context->view;
	const char *action = context->action;
	bool closes = strcmp(action, "back") == 0 || strcmp(action, "card") == 0 || strcmp(action, "meaning") == 0;
	if (view->card->from == OVERLAY_NONE || !closes)
		return false;
	view->overlay = view->card->from;
	view->list = view->card->before;
	*ask = SCREEN_ASK_DRAW;
	return true;
}

static void card_update(struct view *view, const struct scene *scene)
{
	card_take(view->card, view, scene);
}

static void card_hints(const struct view *view, const struct scene *scene, struct overlay_hints *hints)
{
	char key[KEY_NAME_MAX];
	(void)scene;
	if (view->card->kind == CARD_AGENT || view->card->kind == CARD_SERVICE)
		overlay_hint(hints, action_first_key(view->bindings, "meaning", key), "what it means");
	overlay_hint(hints, action_first_key(view->bindings, "copy", key), "copies");
}

const struct overlay_page overlay_card = {
	.title = "Card",
	.columns = 76,
	.width = card_columns,
	.holds = true,
	.stands = true,
	.update = card_update,
	.lines = card_lines,
	.draw = card_draw,
	.open = card_open,
	.key = card_key,
	.hints = card_hints,
};
