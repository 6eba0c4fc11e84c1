#include "alert/alert.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/array.h"
#include "base/log.h"
#include "base/text.h"
#include "board/operand.h"
#include "layout/expression.h"
#include "layout/state.h"

/* An alert of the layout, and what is known of it. */
struct rule {
	const struct alert_rule *definition; /* NULL ends the array */
	struct alert_state *states;
	unsigned state_count, state_room;
	struct text_index keys;    /* of the states that there were when the evaluation began */
	int64_t no_value_since_ms; /* 0: it has a value */
	bool reported;             /* that it has none */
	struct error why;          /* it had none the last time */
	unsigned long evaluations; /* with a value, since the engine was made */
	int64_t no_value_total_ms; /* since the engine was made */
};

struct alerts {
	const struct layout *layout;
	struct rule *rules;
	struct alerts_sink sink;
	unsigned long fired; /* so far */
	int64_t evaluated_ms;
	int64_t wall_offset_ms; /* from the clock of the frames to the time of day, as of the last frame */
};

/* Whether the conditions of an alert hold for a row. */
struct truths {
	enum truth when, clear;
};

static const char *alert_state_key(const void *context, unsigned item)
{
	const struct rule *rule = context;
	return rule->states[item].key;
}

struct alerts *alerts_new(const struct layout *layout, struct alerts_sink sink)
{
	struct alerts *alerts = must_alloc(sizeof(*alerts));
	*alerts = (struct alerts){ .layout = layout, .sink = sink };
	unsigned long bytes = (layout->alert_count + 1) * sizeof(*alerts->rules);
	alerts->rules = must_alloc(bytes);
	memset(alerts->rules, 0, bytes);
	for (unsigned i = 0; i < layout->alert_count; i++) {
		struct rule *rule = &alerts->rules[i];
		rule->definition = &layout->alerts[i];
		rule->keys = (struct text_index){ .text = alert_state_key, .context = rule };
	}
	return alerts;
}

void alerts_free(struct alerts *alerts)
{
	if (alerts == NULL)
		return;
	for (struct rule *rule = alerts->rules; rule->definition != NULL; rule++) {
		free(rule->states);
		text_index_free(&rule->keys);
	}
	free(alerts->rules);
	free(alerts);
}

void alerts_adopt(struct alerts *alerts, struct alerts *old)
{
	alerts->evaluated_ms = old->evaluated_ms;
	alerts->wall_offset_ms = old->wall_offset_ms;
	alerts->fired = old->fired;
	for (struct rule *rule = alerts->rules; rule->definition != NULL; rule++)
		for (struct rule *before = old->rules; before->definition != NULL; before++) {
			const struct alert_rule *a = rule->definition, *b = before->definition;
			if (strcmp(a->name, b->name) != 0 || strcmp(a->when, b->when) != 0 || !text_equal(a->clear, b->clear))
				continue;
			free(rule->states);
			rule->states = before->states;
			rule->state_count = before->state_count;
			rule->state_room = before->state_room;
			for (unsigned i = 0; i < rule->state_count; i++)
				rule->states[i].rule = rule->definition;
			rule->no_value_since_ms = before->no_value_since_ms;
			rule->reported = before->reported;
			rule->why = before->why;
			before->states = NULL;
			before->state_count = before->state_room = 0;
		}
}

void alerts_reset(struct alerts *alerts)
{
	alerts->evaluated_ms = 0;
	for (struct rule *rule = alerts->rules; rule->definition != NULL; rule++) {
		rule->state_count = 0;
		rule->no_value_since_ms = 0;
		rule->reported = false;
	}
}

static struct alert_state *new_state(struct rule *rule)
{
	rule->states = array_reserve(rule->states, &rule->state_room, rule->state_count + 1, sizeof(*rule->states));
	return &rule->states[rule->state_count++];
}

struct alerts_saved {
	unsigned long fired;
	int64_t evaluated_ms, wall_offset_ms;
	unsigned count;
	struct alert_state states[]; /* rule by rule */
};

size_t alerts_saved_bytes(const struct alerts_saved *saved)
{
	return sizeof(*saved) + saved->count * sizeof(saved->states[0]);
}

struct alerts_saved *alerts_save(const struct alerts *alerts)
{
	unsigned count = 0;
	for (const struct rule *rule = alerts->rules; rule->definition != NULL; rule++)
		count += rule->state_count;
	struct alerts_saved *saved = must_alloc(sizeof(*saved) + count * sizeof(saved->states[0]));
	*saved = (struct alerts_saved){ .fired = alerts->fired, .evaluated_ms = alerts->evaluated_ms,
		.wall_offset_ms = alerts->wall_offset_ms };
	for (const struct rule *rule = alerts->rules; rule->definition != NULL; rule++)
		for (unsigned i = 0; i < rule->state_count; i++)
			saved->states[saved->count++] = rule->states[i];
	return saved;
}

void alerts_restore(struct alerts *alerts, const struct alerts_saved *saved)
{
	alerts_reset(alerts);
	alerts->fired = saved->fired;
	alerts->evaluated_ms = saved->evaluated_ms;
	alerts->wall_offset_ms = saved->wall_offset_ms;
	for (struct rule *rule = alerts->rules; rule->definition != NULL; rule++)
		for (unsigned i = 0; i < saved->count; i++)
			if (saved->states[i].rule == rule->definition)
				*new_state(rule) = saved->states[i];
}

static struct alert_state *add_state(struct rule *rule, const char *key, int64_t now_ms)
{
	if (rule->state_count == ALERT_STATES_MAX)
		return NULL;
	struct alert_state *state = new_state(rule);
	*state = (struct alert_state){ .rule = rule->definition, .phase = ALERT_PENDING, .pending_ms = now_ms };
	snprintf(state->key, sizeof(state->key), "%s", key);
	return state;
}

static void report_event(struct alerts *alerts, struct alert_state *state, enum alert_kind kind, int64_t at_ms)
{
	struct alert_event event = { .kind = kind, .state = state, .at_ms = at_ms };
	event.wall_ms = at_ms + alerts->wall_offset_ms;
	event.about_person = state->about_person;
	event.loud = !local_hours_hold(&state->rule->quiet, event.wall_ms / 1000);
	if (kind == ALERT_FIRED)
		state->loud = event.loud;
	if (kind == ALERT_CLEARED) {
		event.lasted_ms = at_ms - state->fired_ms;
		event.loud = state->loud;
	}
	if (alerts->sink.event != NULL)
		alerts->sink.event(alerts->sink.context, &event);
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t fires_ms(const struct alert_state *state)
{
	return later(state->pending_ms + state->rule->for_ms, state->rests_until_ms);
}

static void step_firing(struct alerts *alerts, struct alert_state *state, struct truths truths, int64_t now_ms)
{
	/* Where `clear` and `when` both hold, it stays: else it would flap. */
	bool clears = truths.clear == TRUTH_TRUE && truths.when != TRUTH_TRUE;
	if (!clears)
		state->clears_ms = 0;
	else if (state->clears_ms == 0)
		state->clears_ms = now_ms;
	if (clears && now_ms >= state->clears_ms + state->rule->after_ms) {
		state->phase = ALERT_RESOLVED;
		state->rests_until_ms = now_ms + state->rule->cooldown_ms;
		report_event(alerts, state, ALERT_CLEARED, now_ms);
		return;
	}
	if (state->acknowledged_until_ms != 0 && now_ms >= state->acknowledged_until_ms) {
		state->acknowledged_until_ms = 0;
		report_event(alerts, state, ALERT_REMINDED, now_ms);
	}
}

static void step_state(struct alerts *alerts, struct alert_state *state, struct truths truths, int64_t now_ms)
{
	if (state->phase == ALERT_FIRING) {
		step_firing(alerts, state, truths, now_ms);
		return;
	}
	if (truths.when != TRUTH_TRUE) {
		state->phase = ALERT_RESOLVED;
		return;
	}
	if (state->phase == ALERT_RESOLVED)
		state->pending_ms = now_ms;
	state->phase = ALERT_PENDING;
	if (now_ms < fires_ms(state))
		return;
	state->phase = ALERT_FIRING;
	state->fired_ms = now_ms;
	state->number = ++alerts->fired;
	state->clears_ms = state->acknowledged_until_ms = 0;
	report_event(alerts, state, ALERT_FIRED, now_ms);
}

/* why gets the first reason why one is unknown, unless it holds one already. */
static struct truths evaluate_conditions(const struct rule *rule, const struct board_view *view, unsigned row,
	bool firing, struct error *why)
{
	struct truths truths = { .when = condition_row(rule->definition->when_condition, view, row, why) };
	/* An unknown end matters only while it fires. */
	if (rule->definition->clear_condition != NULL)
		truths.clear = condition_row(rule->definition->clear_condition, view, row, firing ? why : NULL);
	else
		truths.clear = truths.when == TRUTH_FALSE ? TRUTH_TRUE
			: truths.when == TRUTH_TRUE ? TRUTH_FALSE : TRUTH_UNKNOWN;
	return truths;
}

/* The value and the name as they are now. */
static void describe(const struct rule *rule, struct alert_state *state, const struct board_view *view, unsigned row)
{
	const struct operand *operand = expression_operand(rule->definition->when_condition, 0);
	const struct cell *cell = operand_cell(operand, view, row, NULL);
	const struct panel *panel = rule->definition->when_condition->panel;
	if (panel != NULL) {
		const char *name = row_name(panel, board_data(view->board, panel), row);
		state->about_person = panel->type == PANEL_AGENT_GRID;
		text_scrub(state->row, sizeof(state->row), name, strlen(name));
	}
	state->value_of_person = privacy_person(operand_column(operand)->stat) != PERSON_NOTHING;
	if (cell != NULL && cell->state == VALUE_NUMBER)
		snprintf(state->value, sizeof(state->value), "%.10g", cell->number);
	else if (cell != NULL)
		text_scrub(state->value, sizeof(state->value), cell->text, strlen(cell->text));
	if (cell != NULL && operand_column(operand)->kind == KIND_STATE && state_read(cell->text) != STATE_UNKNOWN)
		snprintf(state->shown, sizeof(state->shown), "%s", state_label(state_read(cell->text)));
	else if (cell != NULL)
		value_text(state->shown, sizeof(state->shown), cell, operand_column(operand)->kind, &operand_column(operand)->edges);
}

/* Returns whether the alert has a value for this row. */
static bool evaluate_row(struct alerts *alerts, struct rule *rule, const struct board_view *view, unsigned row,
	const char *key, unsigned char *seen, struct error *why)
{
	int found = text_index_find(&rule->keys, key);
	struct alert_state *state = found < 0 ? NULL : &rule->states[found];
	bool firing = state != NULL && state->phase == ALERT_FIRING;
	struct truths truths = evaluate_conditions(rule, view, row, firing, why);
	bool has_value = truths.when != TRUTH_UNKNOWN && !(firing && truths.clear == TRUTH_UNKNOWN);
	if (state != NULL)
		seen[found] = 1;
	else if (truths.when == TRUTH_TRUE)
		state = add_state(rule, key, view->now_ms);
	if (state == NULL)
		return has_value;
	describe(rule, state, view, row);
	step_state(alerts, state, truths, view->now_ms);
	return has_value;
}

/* A resolved state is needed until its cooldown is over. */
static void drop_resolved(struct rule *rule, int64_t now_ms)
{
	unsigned count = 0;
	for (unsigned i = 0; i < rule->state_count; i++) {
		if (rule->states[i].phase == ALERT_RESOLVED && now_ms >= rule->states[i].rests_until_ms)
			continue;
		if (count != i)
			rule->states[count] = rule->states[i];
		count++;
	}
	rule->state_count = count;
}

/*
 * Whether an alert of each row has a value where there are no rows. If no agents are logged in, none can fire. A
 * contact centre always has services, so a grid of services without a row means that something is wrong.
 */
static bool empty_has_value(const struct rule *rule, const struct board_view *view, const struct panel *panel,
	struct error *why)
{
	bool fresh = board_data(view->board, panel)->received && !board_view_stale(view, panel);
	if (fresh && panel->type == PANEL_AGENT_GRID)
		return true;
	return condition_row(rule->definition->when_condition, view, 0, why) != TRUTH_UNKNOWN;
}

/* Returns whether the alert has a value for any row: nobody expects an alert of the others. */
static bool evaluate_rows(struct alerts *alerts, struct rule *rule, const struct board_view *view,
	const struct panel *panel, unsigned char *seen, struct error *why)
{
	const struct panel_data *data = board_data(view->board, panel);
	unsigned before = rule->state_count;
	bool has_value = data->rows == 0 && empty_has_value(rule, view, panel, why);
	for (unsigned row = 0; row < data->rows; row++)
		if (!board_again(panel, data, row) &&
			evaluate_row(alerts, rule, view, row, board_keys(data)[row], seen, why))
			has_value = true;
	/* States whose row is missing: it is gone if the panel has other rows; without any rows nothing is known. */
	struct truths missing = { .when = TRUTH_UNKNOWN, .clear = TRUTH_UNKNOWN };
	if (data->received && data->rows > 0 && !board_view_stale(view, panel))
		missing = (struct truths){ .when = TRUTH_FALSE, .clear = TRUTH_TRUE };
	for (unsigned i = 0; i < before; i++)
		if (!seen[i])
			step_state(alerts, &rule->states[i], missing, view->now_ms);
	return has_value;
}

static void report_unknown(struct alerts *alerts, struct rule *rule, int64_t now_ms, bool over)
{
	rule->reported = !over;
	if (alerts->sink.unknown == NULL)
		return;
	struct alert_unknown unknown = {
		.rule = rule->definition, .why = rule->why.text, .since_ms = rule->no_value_since_ms, .at_ms = now_ms,
		.wall_ms = now_ms + alerts->wall_offset_ms, .over = over,
	};
	alerts->sink.unknown(alerts->sink.context, &unknown);
}

/* Counts the time without a value, and reports it once it lasted: a single odd answer is not worth a message. */
static void step_value(struct alerts *alerts, struct rule *rule, bool has_value, int64_t now_ms)
{
	if (rule->no_value_since_ms != 0 && alerts->evaluated_ms != 0)
		rule->no_value_total_ms += now_ms - alerts->evaluated_ms;
	if (has_value) {
		rule->evaluations++;
		if (rule->reported)
			report_unknown(alerts, rule, now_ms, true);
		rule->no_value_since_ms = 0;
		return;
	}
	if (rule->no_value_since_ms == 0)
		rule->no_value_since_ms = now_ms;
	if (!rule->reported && now_ms >= rule->no_value_since_ms + ALERT_UNKNOWN_MS)
		report_unknown(alerts, rule, now_ms, false);
}

static void evaluate_rule(struct alerts *alerts, struct rule *rule, const struct board_view *view)
{
	unsigned char seen[ALERT_STATES_MAX];
	const struct panel *panel = rule->definition->when_condition->panel;
	struct error why = { "" };
	bool has_value;
	memset(seen, 0, rule->state_count);
	text_index_clear(&rule->keys, rule->state_room);
	for (unsigned i = 0; i < rule->state_count; i++)
		text_index_add(&rule->keys, rule->states[i].key, i);
	if (panel == NULL)
		has_value = evaluate_row(alerts, rule, view, 0, "", seen, &why);
	else
		has_value = evaluate_rows(alerts, rule, view, panel, seen, &why);
	drop_resolved(rule, view->now_ms);
	if (!has_value)
		rule->why = why;
	step_value(alerts, rule, has_value, view->now_ms);
}

static void evaluate(struct alerts *alerts, const struct board_view *view)
{
	for (struct rule *rule = alerts->rules; rule->definition != NULL; rule++)
		evaluate_rule(alerts, rule, view);
	alerts->evaluated_ms = view->now_ms;
}

/*
 * When the first panel that the condition compares turns stale; those that are stale already or never came do not
 * count.
 */
static int64_t condition_stale_ms(const struct alerts *alerts, const struct expression *condition,
	const struct board_view *view)
{
	int64_t first = INT64_MAX;
	const struct operand *operand;
	for (unsigned i = 0; condition != NULL && (operand = expression_operand(condition, i)) != NULL; i++) {
		const struct panel_data *data = board_data(view->board, operand->panel);
		int64_t at = data->received ? link_stale_at(view->link, data->received_ms) : 0;
		if (at > alerts->evaluated_ms && at < first)
			first = at;
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
	if (state->clears_ms != 0)
		due = state->clears_ms + state->rule->after_ms;
	if (state->acknowledged_until_ms != 0)
		due = earlier(due, state->acknowledged_until_ms);
	return due;
}

static int64_t rule_due(const struct alerts *alerts, const struct rule *rule, const struct board_view *view)
{
	int64_t due = INT64_MAX;
	bool counting = false;
	for (unsigned i = 0; i < rule->state_count; i++) {
		const struct alert_state *state = &rule->states[i];
		counting = counting || state->phase == ALERT_PENDING || (state->phase == ALERT_FIRING && state->clears_ms != 0);
		due = earlier(due, state_due(state));
	}
	if (rule->no_value_since_ms != 0 && !rule->reported)
		due = earlier(due, rule->no_value_since_ms + ALERT_UNKNOWN_MS);
	/*
	 * When data turn stale, running times restart and the value is gone, even if the next answer comes before they end.
	 */
	bool has_value = alerts->evaluated_ms != 0 && rule->no_value_since_ms == 0;
	if (counting || has_value) {
		due = earlier(due, condition_stale_ms(alerts, rule->definition->when_condition, view));
		due = earlier(due, condition_stale_ms(alerts, rule->definition->clear_condition, view));
	}
	return due;
}

int64_t alerts_due(const struct alerts *alerts, const struct board_view *view)
{
	int64_t due = INT64_MAX;
	for (const struct rule *rule = alerts->rules; rule->definition != NULL; rule++)
		due = earlier(due, rule_due(alerts, rule, view));
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
	for (struct rule *rule = alerts->rules; rule->definition != NULL; rule++)
		for (unsigned i = 0; i < rule->state_count; i++) {
			struct alert_state *state = &rule->states[i];
			if (state->phase != ALERT_FIRING || state->acknowledged_until_ms != 0)
				continue;
			state->acknowledged_until_ms = now_ms + ALERT_ACKNOWLEDGED_MS;
			count++;
		}
	return count;
}

static struct alert_state *find_firing(const struct alerts *alerts, const char *name, uint32_t key, int64_t fired_ms)
{
	for (const struct rule *rule = alerts->rules; rule->definition != NULL; rule++)
		for (unsigned i = 0; i < rule->state_count; i++) {
			struct alert_state *state = &rule->states[i];
			if (state->phase == ALERT_FIRING && state->fired_ms == fired_ms && text_hash(state->key) == key &&
				strcmp(rule->definition->name, name) == 0)
				return state;
		}
	return NULL;
}

const struct alert_state *alerts_find(const struct alerts *alerts, const char *name, uint32_t key, int64_t fired_ms)
{
	return find_firing(alerts, name, key, fired_ms);
}

const struct alert_state *alerts_acknowledge_one(struct alerts *alerts, const char *name, uint32_t key, int64_t fired_ms,
	int64_t until_ms)
{
	struct alert_state *state = find_firing(alerts, name, key, fired_ms);
	if (state != NULL)
		state->acknowledged_until_ms = until_ms;
	return state;
}

void alert_state_value(const struct alert_state *state, char out[ALERT_VALUE_TEXT_MAX])
{
	const struct operand *operand = expression_operand(state->rule->when_condition, 0);
	const char *head = operand == NULL ? NULL : operand_column(operand)->head;
	bool has_head = head != NULL && head[0] != '\0';
	snprintf(out, ALERT_VALUE_TEXT_MAX, "%.60s%s%s", has_head ? head : "", has_head ? " " : "", state->shown);
}

const struct alert_state *alerts_firing(const struct alerts *alerts, unsigned index)
{
	for (const struct rule *rule = alerts->rules; rule->definition != NULL; rule++)
		for (unsigned i = 0; i < rule->state_count; i++)
			if (rule->states[i].phase == ALERT_FIRING && index-- == 0)
				return &rule->states[i];
	return NULL;
}

bool alerts_unknown(const struct alerts *alerts, unsigned index, struct alert_unknown *unknown)
{
	for (const struct rule *rule = alerts->rules; rule->definition != NULL; rule++) {
		bool never = alerts->evaluated_ms == 0;
		if ((!never && rule->no_value_since_ms == 0) || index-- > 0)
			continue;
		*unknown = (struct alert_unknown){ .rule = rule->definition, .why = never ? "no answer yet" : rule->why.text,
			.since_ms = never ? 0 : rule->no_value_since_ms, .at_ms = alerts->evaluated_ms };
		return true;
	}
	return false;
}

struct alerts *alerts_evaluate_once(const struct board_view *view)
{
	struct alerts *alerts = alerts_new(view->board->layout, (struct alerts_sink){ 0 });
	alerts_frame(alerts, view);
	return alerts;
}

enum truth alerts_truth(const struct alerts *alerts, unsigned index, const char **why)
{
	const struct rule *rule = &alerts->rules[index];
	*why = rule->no_value_since_ms != 0 ? rule->why.text : "";
	if (rule->no_value_since_ms != 0)
		return TRUTH_UNKNOWN;
	for (unsigned i = 0; i < rule->state_count; i++)
		if (rule->states[i].phase != ALERT_RESOLVED)
			return TRUTH_TRUE;
	return TRUTH_FALSE;
}

struct alert_totals alerts_totals(const struct alerts *alerts, unsigned index)
{
	const struct rule *rule = &alerts->rules[index];
	struct alert_totals totals = { .evaluations = rule->evaluations, .no_value_ms = rule->no_value_total_ms };
	snprintf(totals.why, sizeof(totals.why), "%s", rule->why.text);
	return totals;
}

static bool compares_panel(const struct rule *rule, const struct panel *panel)
{
	const struct operand *operand;
	for (unsigned i = 0; (operand = expression_operand(rule->definition->when_condition, i)) != NULL; i++)
		if (operand->panel == panel)
			return true;
	return false;
}

enum severity alerts_panel(const struct alerts *alerts, const struct panel *panel, int64_t *since_ms)
{
	enum severity worst = SEVERITY_NONE;
	int64_t newest = 0;
	for (const struct rule *rule = alerts->rules; rule->definition != NULL; rule++)
		for (unsigned i = 0; i < rule->state_count; i++) {
			const struct alert_state *state = &rule->states[i];
			if (state->phase != ALERT_FIRING || state->acknowledged_until_ms != 0 || !compares_panel(rule, panel))
				continue;
			if (worst < rule->definition->severity)
				worst = rule->definition->severity;
			newest = later(newest, state->fired_ms);
		}
	if (since_ms != NULL)
		*since_ms = newest;
	return worst;
}
