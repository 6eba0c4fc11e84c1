#include "alert/alarm_log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/local_time.h"
#include "base/log.h"
#include "base/text.h"

/* Time without data, by the clock of the day. */
struct gap {
	int64_t from_ms, to_ms;
};

struct alarm_log {
	bool ahead;
	struct alarm *items; /* by the time at which they fired */
	unsigned count, room, forgotten;
	int64_t first_wall_ms, last_wall_ms; /* of the frames; 0: none came */
	double interval;                     /* between them, as of the last one */
	struct gap gaps[ALARM_GAPS_MAX];
	unsigned gap_count;
};

struct alarm_log *alarm_log_new(bool ahead)
{
	struct alarm_log *log = must_alloc(sizeof(*log));
	*log = (struct alarm_log){ .ahead = ahead };
	/* A wall takes no memory in the middle of its day; what nobody touches costs nothing. */
	if (!ahead)
		log->items = array_reserve(log->items, &log->room, ALARM_LOG_MAX, sizeof(*log->items));
	return log;
}

void alarm_log_free(struct alarm_log *log)
{
	if (log != NULL)
		free(log->items);
	free(log);
}

static unsigned log_most(const struct alarm_log *log)
{
	return log->ahead ? ALARM_LOG_AHEAD_MAX : ALARM_LOG_MAX;
}

/* The oldest that is over; if all fire, the oldest. */
static void forget_one(struct alarm_log *log)
{
	unsigned at = 0;
	while (at < log->count && log->items[at].over_wall_ms == 0)
		at++;
	at = at < log->count ? at : 0;
	memmove(&log->items[at], &log->items[at + 1], (log->count - at - 1) * sizeof(log->items[0]));
	log->count--;
	log->forgotten++;
}

static bool is_of(const struct alarm *alarm, const struct alert_state *state)
{
	return alarm->fired_ms == state->fired_ms && alarm->key == text_hash(state->key) &&
		strcmp(alarm->name, state->rule->name) == 0;
}

/* NULL: it is not kept. */
static struct alarm *find(struct alarm_log *log, const struct alert_state *state)
{
	for (unsigned i = log->count; i > 0; i--)
		if (is_of(&log->items[i - 1], state))
			return &log->items[i - 1];
	return NULL;
}

static void add(struct alarm_log *log, const struct alert_event *event)
{
	const struct alert_state *state = event->state;
	if (log->count == log_most(log) && log->ahead) {
		log->forgotten++;
		return;
	}
	if (log->count == log_most(log))
		forget_one(log);
	/* A wall allocates once, at its first alarm. */
	log->items = array_reserve(log->items, &log->room, log->ahead ? log->count + 1 : ALARM_LOG_MAX, sizeof(*log->items));
	struct alarm *alarm = &log->items[log->count++];
	*alarm = (struct alarm){ .key = text_hash(state->key), .severity = state->rule->severity, .fired_ms = state->fired_ms,
		.fired_wall_ms = event->wall_ms };
	snprintf(alarm->name, sizeof(alarm->name), "%s", state->rule->name);
	snprintf(alarm->row, sizeof(alarm->row), "%s", state->row);
	alert_state_value(state, alarm->value);
}

void alarm_log_event(struct alarm_log *log, const struct alert_event *event)
{
	struct alarm *alarm;
	if (event->kind == ALERT_FIRED) {
		add(log, event);
	} else if (event->kind == ALERT_CLEARED && (alarm = find(log, event->state)) != NULL) {
		alarm->over_wall_ms = event->wall_ms;
		alarm->lasted_ms = event->lasted_ms;
	}
}

static void add_gap(struct alarm_log *log, int64_t from_ms, int64_t to_ms)
{
	if (log->gap_count == ALARM_GAPS_MAX) {
		/* The two oldest become one, which says too much rather than too little; ahead the newest, for the same reason. */
		unsigned at = log->ahead ? ALARM_GAPS_MAX - 2 : 0;
		log->gaps[at].to_ms = log->gaps[at + 1].to_ms;
		memmove(&log->gaps[at + 1], &log->gaps[at + 2], (ALARM_GAPS_MAX - at - 2) * sizeof(log->gaps[0]));
		log->gap_count--;
	}
	log->gaps[log->gap_count++] = (struct gap){ from_ms, to_ms };
}

void alarm_log_frame(struct alarm_log *log, const struct board_view *view)
{
	if (log->first_wall_ms == 0)
		log->first_wall_ms = view->wall_ms;
	else if (view->wall_ms > log->last_wall_ms && link_old(log->interval, log->last_wall_ms, view->wall_ms))
		add_gap(log, log->last_wall_ms, view->wall_ms);
	log->last_wall_ms = view->wall_ms;
	log->interval = view->link->interval;
}

const struct alert_state *alarm_state(const struct alarm *alarm, const struct alerts *alerts)
{
	return alerts == NULL ? NULL : alerts_find(alerts, alarm->name, alarm->key, alarm->fired_ms);
}

void alarm_log_lose(struct alarm_log *log, const struct alerts *alerts, int64_t wall_ms)
{
	for (unsigned i = 0; i < log->count; i++) {
		struct alarm *alarm = &log->items[i];
		if (alarm->over_wall_ms != 0 || alarm_state(alarm, alerts) != NULL)
			continue;
		alarm->over_wall_ms = wall_ms;
		alarm->lost = true;
	}
}

void alarm_log_acknowledge(struct alarm_log *log, const struct alert_state *state, int64_t wall_ms, int64_t until_wall_ms,
	const char *by)
{
	struct alarm *alarm = find(log, state);
	if (alarm == NULL)
		return;
	alarm->known_wall_ms = until_wall_ms != 0 ? wall_ms : 0;
	alarm->known_until_wall_ms = until_wall_ms;
	snprintf(alarm->known_by, sizeof(alarm->known_by), "%s", until_wall_ms != 0 ? by : "");
}

const struct alarm *alarm_log_at(const struct alarm_log *log, unsigned number)
{
	return &log->items[number];
}

bool alarm_lasts(const struct alarm *alarm, int64_t wall_ms)
{
	return alarm->over_wall_ms == 0 || alarm->over_wall_ms > wall_ms;
}

/* Of the time since then until now. */
static int64_t unseen(const struct alarm_log *log, int64_t since_ms, int64_t wall_ms)
{
	int64_t sum = 0;
	for (unsigned i = 0; i <= log->gap_count; i++) {
		struct gap gap = i < log->gap_count ? log->gaps[i] : (struct gap){ log->last_wall_ms, wall_ms };
		/* The last one lasts, if it is one. */
		if (i == log->gap_count && (log->first_wall_ms == 0 || !link_old(log->interval, gap.from_ms, wall_ms)))
			break;
		gap.from_ms = gap.from_ms > since_ms ? gap.from_ms : since_ms;
		gap.to_ms = gap.to_ms < wall_ms ? gap.to_ms : wall_ms;
		sum += gap.to_ms > gap.from_ms ? gap.to_ms - gap.from_ms : 0;
	}
	return sum;
}

struct alarm_day alarm_log_day(const struct alarm_log *log, int64_t wall_ms, uint16_t *order, unsigned room)
{
	int64_t begin_ms = local_day(wall_ms / 1000, 0) * 1000;
	struct alarm_day day = { .whole = log->first_wall_ms != 0 && log->first_wall_ms <= begin_ms, .forgotten = log->forgotten };
	day.since_wall_ms = day.whole ? begin_ms : log->first_wall_ms;
	day.unseen_ms = unseen(log, day.since_wall_ms, wall_ms);
	/* First what lasts, then the rest; of each the newest first. */
	for (int over = 0; over < 2; over++)
		for (unsigned i = log->count; i > 0; i--) {
			const struct alarm *alarm = &log->items[i - 1];
			bool lasts = alarm_lasts(alarm, wall_ms);
			if (alarm->fired_wall_ms > wall_ms || lasts == (over == 1) || (!lasts && alarm->over_wall_ms < begin_ms))
				continue;
			day.firing += lasts;
			if (day.count < room)
				order[day.count++] = (uint16_t)(i - 1);
		}
	return day;
}
