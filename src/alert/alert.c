#include "alert/alert.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "alert/condition.h"
#include "base/log.h"
#include "base/text.h"
#include "board/operand.h"
#include "layout/expression.h"

struct rule {
	const struct alert_rule *about;
	struct alert_state *states;
	unsigned count, room;
	uint32_t *slots; /* states by key, index + 1, open addressing; made anew for each evaluation */
	unsigned slot_count;
	int64_t unknown_ms;   /* it has no value since; 0: it has one */
	bool told;            /* that it has none */
	struct error why;     /* the last time */
	unsigned long judged; /* evaluations with a value, of all runs */
	int64_t blind_ms;     /* how long it had none, of all runs */
};

struct alerts {
	const struct layout *layout;
	struct rule *rules;
	void (*each)(void *context, const struct alert_event *event);
	void (*unknown)(void *context, const struct alert_unknown *about); /* NULL: nobody asks */
	void *context;
	unsigned long fired; /* so far */
	int64_t evaluated_ms;
	int64_t wall_offset_ms; /* from the clock of the frames to the time of day, as of the last frame */
};

/* What a condition says now. */
struct finding {
	enum truth when, clear;
};

struct alerts *alerts_new(const struct layout *layout, void (*each)(void *context, const struct alert_event *event),
	void *context)
{
	struct alerts *alerts = must_alloc(sizeof(*alerts));
	*alerts = (struct alerts){ .layout = layout, .each = each, .context = context };
	unsigned long bytes = (layout->alert_count + 1) * sizeof(*alerts->rules);
	alerts->rules = must_alloc(bytes);
	memset(alerts->rules, 0, bytes);
	for (unsigned i = 0; i < layout->alert_count; i++)
		alerts->rules[i].about = &layout->alerts[i];
	return alerts;
}

void alerts_tell_unknown(struct alerts *alerts, void (*unknown)(void *context, const struct alert_unknown *about))
{
	alerts->unknown = unknown;
}

void alerts_free(struct alerts *alerts)
{
	if (alerts == NULL)
		return;
	for (struct rule *rule = alerts->rules; rule->about != NULL; rule++) {
		free(rule->states);
		free(rule->slots);
	}
	free(alerts->rules);
	free(alerts);
}

static bool same_rule(const struct alert_rule *a, const struct alert_rule *b)
{
	return strcmp(a->name, b->name) == 0 && strcmp(a->when, b->when) == 0 && text_equal(a->clear, b->clear);
}

void alerts_adopt(struct alerts *alerts, struct alerts *old)
{
	alerts->evaluated_ms = old->evaluated_ms;
	alerts->wall_offset_ms = old->wall_offset_ms;
	alerts->fired = old->fired;
	for (struct rule *rule = alerts->rules; rule->about != NULL; rule++)
		for (struct rule *before = old->rules; before->about != NULL; before++) {
			if (!same_rule(rule->about, before->about))
				continue;
			free(rule->states);
			rule->states = before->states;
			rule->count = before->count;
			rule->room = before->room;
			for (unsigned i = 0; i < rule->count; i++)
				rule->states[i].rule = rule->about;
			rule->unknown_ms = before->unknown_ms;
			rule->told = before->told;
			rule->why = before->why;
			before->states = NULL;
			before->count = before->room = 0;
		}
}

void alerts_reset(struct alerts *alerts)
{
	alerts->evaluated_ms = 0;
	for (struct rule *rule = alerts->rules; rule->about != NULL; rule++) {
		rule->count = 0;
		rule->unknown_ms = 0;
		rule->told = false;
	}
}

static struct alert_state *new_state(struct rule *rule)
{
	if (rule->count == rule->room) {
		rule->room = rule->room == 0 ? 4 : 2 * rule->room;
		rule->states = must_realloc(rule->states, rule->room * sizeof(*rule->states));
	}
	return &rule->states[rule->count++];
}

struct alerts_mark {
	unsigned long fired;
	int64_t evaluated_ms, wall_offset_ms;
	unsigned count;
	struct alert_state states[]; /* rule by rule */
};

size_t alerts_mark_bytes(const struct alerts_mark *mark)
{
	return sizeof(*mark) + mark->count * sizeof(mark->states[0]);
}

struct alerts_mark *alerts_mark(const struct alerts *alerts)
{
	unsigned count = 0;
	for (const struct rule *rule = alerts->rules; rule->about != NULL; rule++)
		count += rule->count;
	struct alerts_mark *mark = must_alloc(sizeof(*mark) + count * sizeof(mark->states[0]));
	*mark = (struct alerts_mark){ .fired = alerts->fired, .evaluated_ms = alerts->evaluated_ms,
		.wall_offset_ms = alerts->wall_offset_ms };
	for (const struct rule *rule = alerts->rules; rule->about != NULL; rule++)
		for (unsigned i = 0; i < rule->count; i++)
			mark->states[mark->count++] = rule->states[i];
	return mark;
}

void alerts_return(struct alerts *alerts, const struct alerts_mark *mark)
{
	alerts_reset(alerts);
	alerts->fired = mark->fired;
	alerts->evaluated_ms = mark->evaluated_ms;
	alerts->wall_offset_ms = mark->wall_offset_ms;
	for (struct rule *rule = alerts->rules; rule->about != NULL; rule++)
		for (unsigned i = 0; i < mark->count; i++)
			if (mark->states[i].rule == rule->about)
				*new_state(rule) = mark->states[i];
}

static void enter_slots(struct rule *rule)
{
	if (rule->slot_count < 2 * rule->room + 1) {
		rule->slot_count = 2 * rule->room + 1;
		rule->slots = must_realloc(rule->slots, rule->slot_count * sizeof(*rule->slots));
	}
	memset(rule->slots, 0, rule->slot_count * sizeof(*rule->slots));
	for (unsigned i = 0; i < rule->count; i++) {
		uint32_t at = text_hash(rule->states[i].key) % rule->slot_count;
		while (rule->slots[at] != 0)
			at = (at + 1) % rule->slot_count;
		rule->slots[at] = i + 1;
	}
}

/* Among the states that there were when the evaluation began. */
static struct alert_state *find_state(const struct rule *rule, const char *key)
{
	uint32_t at = text_hash(key) % rule->slot_count;
	for (; rule->slots[at] != 0; at = (at + 1) % rule->slot_count)
		if (strcmp(rule->states[rule->slots[at] - 1].key, key) == 0)
			return &rule->states[rule->slots[at] - 1];
	return NULL;
}

static struct alert_state *add_state(struct rule *rule, const char *key, int64_t now_ms)
{
	if (rule->count == ALERT_STATES_MAX)
		return NULL;
	struct alert_state *state = new_state(rule);
	*state = (struct alert_state){ .rule = rule->about, .phase = ALERT_PENDING, .holds_ms = now_ms };
	snprintf(state->key, sizeof(state->key), "%s", key);
	return state;
}

static bool is_quiet(const struct quiet_hours *quiet, int64_t wall_ms)
{
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm local;
	if (quiet->from == quiet->to || localtime_r(&seconds, &local) == NULL)
		return false;
	int minute = local.tm_hour * 60 + local.tm_min;
	if (quiet->from < quiet->to)
		return minute >= quiet->from && minute < quiet->to;
	return minute >= quiet->from || minute < quiet->to;
}

static void tell(struct alerts *alerts, struct alert_state *state, enum alert_kind kind, int64_t at_ms)
{
	struct alert_event event = { .kind = kind, .state = state, .at_ms = at_ms };
	event.wall_ms = at_ms + alerts->wall_offset_ms;
	event.about_person = state->about_person;
	event.loud = !is_quiet(&state->rule->quiet, event.wall_ms);
	if (kind == ALERT_FIRED)
		state->loud = event.loud;
	if (kind == ALERT_CLEARED) {
		event.lasted_ms = at_ms - state->fired_ms;
		event.loud = state->loud;
	}
	if (alerts->each != NULL)
		alerts->each(alerts->context, &event);
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t fires_ms(const struct alert_state *state)
{
	return later(state->holds_ms + state->rule->for_ms, state->rests_ms);
}

static void step_pending(struct alerts *alerts, struct alert_state *state, struct finding found, int64_t now_ms)
{
	if (found.when != TRUTH_TRUE) {
		state->phase = ALERT_RESOLVED;
		return;
	}
	if (now_ms < fires_ms(state))
		return;
	state->phase = ALERT_FIRING;
	state->fired_ms = now_ms;
	state->number = ++alerts->fired;
	state->calm_ms = state->acknowledged_ms = 0;
	tell(alerts, state, ALERT_FIRED, now_ms);
}

static void step_firing(struct alerts *alerts, struct alert_state *state, struct finding found, int64_t now_ms)
{
	/* A `clear` that overlaps with `when` never makes it flap. */
	bool calm = found.clear == TRUTH_TRUE && found.when != TRUTH_TRUE;
	if (!calm)
		state->calm_ms = 0;
	else if (state->calm_ms == 0)
		state->calm_ms = now_ms;
	if (calm && now_ms >= state->calm_ms + state->rule->after_ms) {
		state->phase = ALERT_RESOLVED;
		state->rests_ms = now_ms + state->rule->cooldown_ms;
		tell(alerts, state, ALERT_CLEARED, now_ms);
		return;
	}
	if (state->acknowledged_ms != 0 && now_ms >= state->acknowledged_ms) {
		state->acknowledged_ms = 0;
		tell(alerts, state, ALERT_REMINDED, now_ms);
	}
}

static void step(struct alerts *alerts, struct alert_state *state, struct finding found, int64_t now_ms)
{
	if (state->phase == ALERT_FIRING) {
		step_firing(alerts, state, found, now_ms);
		return;
	}
	if (state->phase == ALERT_RESOLVED && found.when == TRUTH_TRUE) {
		state->phase = ALERT_PENDING;
		state->holds_ms = now_ms;
	}
	if (state->phase == ALERT_PENDING)
		step_pending(alerts, state, found, now_ms);
}

/* why gets the first reason of what is unknown, unless it has one. */
static struct finding find_out(const struct rule *rule, const struct board_view *view, unsigned row, bool firing,
	struct error *why)
{
	struct finding found = { .when = condition_row(rule->about->when_condition, view, row, why) };
	/* Whether it is over matters only while it fires. */
	if (rule->about->clear_condition != NULL)
		found.clear = condition_row(rule->about->clear_condition, view, row, firing ? why : NULL);
	else
		found.clear = found.when == TRUTH_FALSE ? TRUTH_TRUE : found.when == TRUTH_TRUE ? TRUTH_FALSE : TRUTH_UNKNOWN;
	return found;
}

/* The value and the name as they are now. */
static void describe(const struct rule *rule, struct alert_state *state, const struct board_view *view, unsigned row)
{
	const struct operand *operand = expression_operand(rule->about->when_condition, 0);
	const struct cell *cell = operand_cell(operand, view, row, NULL);
	const struct panel *panel = expression_panel(rule->about->when_condition);
	if (panel != NULL) {
		const char *name = row_name(panel, board_data(view->board, panel), row);
		state->about_person = panel->type == PANEL_AGENT_GRID;
		text_scrub(state->row, sizeof(state->row), name, strlen(name));
	}
	state->value_of_person = privacy_person(operand_column(operand)->stat) != PERSON_NOTHING;
	if (cell != NULL)
		text_scrub(state->value, sizeof(state->value), cell->text, strlen(cell->text));
}

/* Returns whether it could be judged. */
static bool evaluate_row(struct alerts *alerts, struct rule *rule, const struct board_view *view, unsigned row,
	const char *key, unsigned char *seen, struct error *why)
{
	struct alert_state *state = find_state(rule, key);
	bool firing = state != NULL && state->phase == ALERT_FIRING;
	struct finding found = find_out(rule, view, row, firing, why);
	bool judged = found.when != TRUTH_UNKNOWN && !(firing && found.clear == TRUTH_UNKNOWN);
	if (state != NULL)
		seen[state - rule->states] = 1;
	else if (found.when == TRUTH_TRUE)
		state = add_state(rule, key, view->now_ms);
	if (state == NULL)
		return judged;
	describe(rule, state, view, row);
	step(alerts, state, found, view->now_ms);
	return judged;
}

/* States whose row is not there: it is gone if the panel has others, else nobody knows. */
static void evaluate_gone(struct alerts *alerts, struct rule *rule, const struct board_view *view, bool known,
	const unsigned char *seen, unsigned before)
{
	struct finding found = { .when = TRUTH_UNKNOWN, .clear = TRUTH_UNKNOWN };
	if (known)
		found = (struct finding){ .when = TRUTH_FALSE, .clear = TRUTH_TRUE };
	for (unsigned i = 0; i < before; i++)
		if (!seen[i])
			step(alerts, &rule->states[i], found, view->now_ms);
}

/* Resting states whose rest is over are needed no more. */
static void drop_done(struct rule *rule, int64_t now_ms)
{
	unsigned kept = 0;
	for (unsigned i = 0; i < rule->count; i++) {
		if (rule->states[i].phase == ALERT_RESOLVED && now_ms >= rule->states[i].rests_ms)
			continue;
		if (kept != i)
			rule->states[kept] = rule->states[i];
		kept++;
	}
	rule->count = kept;
}

/*
 * Whether an alert of each row can be judged where there are no rows. Agents who are all gone have nothing that could fire;
 * a contact centre without queues is none, so that something else is wrong with a grid of them.
 */
static bool judge_empty(const struct rule *rule, const struct board_view *view, const struct panel *panel, struct error *why)
{
	bool fresh = board_data(view->board, panel)->received && !board_view_stale(view, panel);
	if (fresh && panel->type == PANEL_AGENT_GRID)
		return true;
	return condition_row(rule->about->when_condition, view, 0, why) != TRUTH_UNKNOWN;
}

/* Returns whether any row could be judged: of those beside it that cannot, nobody expects an alert. */
static bool evaluate_rows(struct alerts *alerts, struct rule *rule, const struct board_view *view,
	const struct panel *panel, unsigned char *seen, struct error *why)
{
	const struct panel_data *data = board_data(view->board, panel);
	unsigned before = rule->count;
	bool judged = data->rows == 0 && judge_empty(rule, view, panel, why);
	for (unsigned row = 0; row < data->rows; row++)
		if (!board_again(panel, data, row) &&
			evaluate_row(alerts, rule, view, row, board_keys(data)[row], seen, why))
			judged = true;
	bool known = data->received && data->rows > 0 && !board_view_stale(view, panel);
	evaluate_gone(alerts, rule, view, known, seen, before);
	return judged;
}

static void tell_unknown(struct alerts *alerts, struct rule *rule, int64_t now_ms, bool over)
{
	rule->told = !over;
	if (alerts->unknown == NULL)
		return;
	struct alert_unknown about = { .rule = rule->about, .why = rule->why.text, .since_ms = rule->unknown_ms,
		.at_ms = now_ms, .wall_ms = now_ms + alerts->wall_offset_ms, .over = over };
	alerts->unknown(alerts->context, &about);
}

/* Since when it has no value, and for how long in all; told when it lasted, so that one odd answer is no news. */
static void step_value(struct alerts *alerts, struct rule *rule, bool judged, int64_t now_ms)
{
	if (rule->unknown_ms != 0 && alerts->evaluated_ms != 0)
		rule->blind_ms += now_ms - alerts->evaluated_ms;
	if (judged) {
		rule->judged++;
		if (rule->told)
			tell_unknown(alerts, rule, now_ms, true);
		rule->unknown_ms = 0;
		return;
	}
	if (rule->unknown_ms == 0)
		rule->unknown_ms = now_ms;
	if (!rule->told && now_ms >= rule->unknown_ms + ALERT_UNKNOWN_MS)
		tell_unknown(alerts, rule, now_ms, false);
}

static void evaluate_rule(struct alerts *alerts, struct rule *rule, const struct board_view *view)
{
	unsigned char seen[ALERT_STATES_MAX];
	const struct panel *panel = expression_panel(rule->about->when_condition);
	struct error why = { "" };
	bool judged;
	memset(seen, 0, rule->count);
	enter_slots(rule);
	if (panel == NULL)
		judged = evaluate_row(alerts, rule, view, 0, "", seen, &why);
	else
		judged = evaluate_rows(alerts, rule, view, panel, seen, &why);
	drop_done(rule, view->now_ms);
	if (!judged)
		rule->why = why;
	step_value(alerts, rule, judged, view->now_ms);
}

static void evaluate(struct alerts *alerts, const struct board_view *view)
{
	for (struct rule *rule = alerts->rules; rule->about != NULL; rule++)
		evaluate_rule(alerts, rule, view);
	alerts->evaluated_ms = view->now_ms;
}

/* When a panel that the rule compares will be stale; what is stale already, or never came, makes no difference. */
static int64_t stale_ms(const struct alerts *alerts, const struct rule *rule, const struct board_view *view)
{
	int64_t first = INT64_MAX;
	const struct operand *operand;
	for (int side = 0; side < 2; side++) {
		const struct expression *expression = side == 0 ? rule->about->when_condition : rule->about->clear_condition;
		for (unsigned i = 0; expression != NULL && (operand = expression_operand(expression, i)) != NULL; i++) {
			const struct panel_data *data = board_data(view->board, operand->panel);
			int64_t at = data->received ? link_stale_at(view->link, data->received_ms) : 0;
			if (at > alerts->evaluated_ms && at < first)
				first = at;
		}
	}
	return first;
}

static int64_t state_due(const struct alert_state *state)
{
	int64_t due = INT64_MAX;
	if (state->phase == ALERT_PENDING)
		return fires_ms(state);
	if (state->phase != ALERT_FIRING)
		return due;
	if (state->calm_ms != 0)
		due = state->calm_ms + state->rule->after_ms;
	if (state->acknowledged_ms != 0 && state->acknowledged_ms < due)
		due = state->acknowledged_ms;
	return due;
}

static int64_t rule_due(const struct alerts *alerts, const struct rule *rule, const struct board_view *view)
{
	int64_t due = INT64_MAX;
	bool counting = false;
	for (unsigned i = 0; i < rule->count; i++) {
		const struct alert_state *state = &rule->states[i];
		int64_t at = state_due(state);
		counting = counting || state->phase == ALERT_PENDING || (state->phase == ALERT_FIRING && state->calm_ms != 0);
		due = at < due ? at : due;
	}
	if (rule->unknown_ms != 0 && !rule->told && rule->unknown_ms + ALERT_UNKNOWN_MS < due)
		due = rule->unknown_ms + ALERT_UNKNOWN_MS;
	/* Data that turn stale restart what counts, even if the next answer comes before it is over; and are no value. */
	bool valued = alerts->evaluated_ms != 0 && rule->unknown_ms == 0;
	int64_t stale = counting || valued ? stale_ms(alerts, rule, view) : INT64_MAX;
	return stale < due ? stale : due;
}

int64_t alerts_due(const struct alerts *alerts, const struct board_view *view)
{
	int64_t due = INT64_MAX;
	for (const struct rule *rule = alerts->rules; rule->about != NULL; rule++) {
		int64_t at = rule_due(alerts, rule, view);
		due = at < due ? at : due;
	}
	return due;
}

void alerts_until(struct alerts *alerts, const struct board_view *view)
{
	int64_t due;
	struct board_view then = *view;
	while ((due = alerts_due(alerts, view)) <= view->now_ms && due > alerts->evaluated_ms) {
		then.now_ms = due;
		then.wall_ms = due + alerts->wall_offset_ms;
		evaluate(alerts, &then);
	}
}

void alerts_before(struct alerts *alerts, const struct board_view *view)
{
	struct board_view before = *view;
	before.now_ms--;
	alerts_until(alerts, &before);
}

void alerts_frame(struct alerts *alerts, const struct board_view *view)
{
	alerts->wall_offset_ms = view->wall_ms - view->now_ms;
	evaluate(alerts, view);
}

unsigned alerts_acknowledge(struct alerts *alerts, int64_t now_ms)
{
	unsigned count = 0;
	for (struct rule *rule = alerts->rules; rule->about != NULL; rule++)
		for (unsigned i = 0; i < rule->count; i++) {
			struct alert_state *state = &rule->states[i];
			if (state->phase != ALERT_FIRING || state->acknowledged_ms != 0)
				continue;
			state->acknowledged_ms = now_ms + ALERT_ACKNOWLEDGED_MS;
			count++;
		}
	return count;
}

const struct alert_state *alerts_firing(const struct alerts *alerts, unsigned index)
{
	for (const struct rule *rule = alerts->rules; rule->about != NULL; rule++)
		for (unsigned i = 0; i < rule->count; i++)
			if (rule->states[i].phase == ALERT_FIRING && index-- == 0)
				return &rule->states[i];
	return NULL;
}

bool alerts_unknown(const struct alerts *alerts, unsigned index, struct alert_unknown *about)
{
	for (const struct rule *rule = alerts->rules; rule->about != NULL; rule++) {
		bool never = alerts->evaluated_ms == 0;
		if ((!never && rule->unknown_ms == 0) || index-- > 0)
			continue;
		*about = (struct alert_unknown){ .rule = rule->about, .why = never ? "no answer yet" : rule->why.text,
			.since_ms = never ? 0 : rule->unknown_ms, .at_ms = alerts->evaluated_ms };
		return true;
	}
	return false;
}

struct alerts *alerts_once(const struct board_view *view)
{
	struct alerts *alerts = alerts_new(view->board->layout, NULL, NULL);
	alerts_frame(alerts, view);
	return alerts;
}

enum alert_look alerts_look(const struct alerts *alerts, unsigned index, const char **why)
{
	const struct rule *rule = &alerts->rules[index];
	*why = rule->unknown_ms != 0 ? rule->why.text : "";
	if (rule->unknown_ms != 0)
		return ALERT_WITHOUT_VALUE;
	for (unsigned i = 0; i < rule->count; i++)
		if (rule->states[i].phase != ALERT_RESOLVED)
			return ALERT_HOLDS;
	return ALERT_QUIET;
}

struct alert_account alerts_account(const struct alerts *alerts, unsigned index)
{
	const struct rule *rule = &alerts->rules[index];
	struct alert_account account = { .judged = rule->judged, .blind_ms = rule->blind_ms };
	snprintf(account.why, sizeof(account.why), "%s", rule->why.text);
	return account;
}

static bool concerns(const struct rule *rule, const struct panel *panel)
{
	const struct operand *operand;
	for (unsigned i = 0; (operand = expression_operand(rule->about->when_condition, i)) != NULL; i++)
		if (operand->panel == panel)
			return true;
	return false;
}

enum severity alerts_panel(const struct alerts *alerts, const struct panel *panel, int64_t *since_ms)
{
	enum severity worst = SEVERITY_NONE;
	int64_t newest = 0;
	for (const struct rule *rule = alerts->rules; rule->about != NULL; rule++)
		for (unsigned i = 0; i < rule->count; i++) {
			const struct alert_state *state = &rule->states[i];
			if (state->phase != ALERT_FIRING || !concerns(rule, panel))
				continue;
			if (worst < rule->about->severity)
				worst = rule->about->severity;
			if (state->acknowledged_ms == 0)
				newest = later(newest, state->fired_ms);
		}
	if (since_ms != NULL)
		*since_ms = newest;
	return worst;
}
