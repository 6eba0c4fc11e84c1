#include "session/recall.h"

#include <math.h>
#include <stddef.h>
#include <time.h>

enum {
	MS = 1000,
	RECALL_ROWS = 200, /* read at once: a tenth of a turn */
	RECALL_TIMES = 8,  /* ... of all columns of half-hours */
};

void recall_forget(struct recall *recall)
{
	recall->working = false;
}

bool recall_filled(struct recall *recall)
{
	bool filled = recall->filled;
	recall->filled = false;
	return filled;
}

/* ---- what is read ---- */

static int64_t every_s(enum store_every every)
{
	return every == STORE_MINUTE ? STORE_MINUTE_S : STORE_QUARTER_S;
}

static int recall_series(struct store *store, const struct history_want *want, unsigned column)
{
	struct store_name name;
	return store_column_name(want->panel, column, want->key, &name) ? store_series(store, &name) : -1;
}

static void recall_begin(struct recall *recall, struct store *store)
{
	const struct history_want *want = &recall->want;
	bool minutes = want->kind == HISTORY_MINUTES, all = want->kind == HISTORY_INTERVALS;
	int64_t until_s = want->until_ms / MS;
	for (unsigned i = 0; i < want->panel->column_count; i++)
		recall->series[i] = all || i == want->column ? recall_series(store, want, i) : -1;
	recall->every = minutes ? STORE_MINUTE : STORE_QUARTER;
	recall->until_s = until_s - until_s % every_s(recall->every);
	recall->at_s = recall->until_s - want->count * every_s(recall->every);
	recall->working = true;
}

struct recall_into {
	struct recall *recall;
	struct history *history;
	int64_t wall_from_boot_ms;
	int64_t from_s;
	unsigned column;
	struct history_past pasts[RECALL_TIMES][LAYOUT_COLUMNS_MAX];
};

static struct history_past recall_past(const struct store_row *row)
{
	return (struct history_past){ .from_ms = row->time_s * MS, .mean = row->mean, .largest = row->largest, .last = row->last,
		.gained = row->gained, .missed = row->missed };
}

static void recall_put(void *context, const struct store_row *row)
{
	struct recall_into *into = context;
	struct history_past past = recall_past(row);
	history_put(into->history, &into->recall->want, into->wall_from_boot_ms, &past);
	into->recall->filled = true;
}

static void recall_gather(void *context, const struct store_row *row)
{
	struct recall_into *into = context;
	int64_t at = (row->time_s - into->from_s) / every_s(into->recall->every);
	if (at >= 0 && at < RECALL_TIMES)
		into->pasts[at][into->column] = recall_past(row);
}

/* All columns of a few times, which belong together. */
static bool recall_read_all(struct recall_into *into, struct store *store, int64_t until_s)
{
	struct recall *recall = into->recall;
	unsigned columns = recall->want.panel->column_count;
	int64_t step_s = every_s(recall->every);
	bool good = true;
	for (int at = 0; at < RECALL_TIMES; at++)
		for (unsigned i = 0; i < columns; i++)
			into->pasts[at][i] = (struct history_past){ .from_ms = 0 };
	for (into->column = 0; good && into->column < columns; into->column++)
		if (recall->series[into->column] >= 0)
			good = store_read(store, recall->series[into->column], recall->every, into->from_s, until_s, recall_gather, into);
	for (int at = 0; good && at < RECALL_TIMES; at++) {
		bool any = false;
		for (unsigned i = 0; i < columns; i++)
			any = any || into->pasts[at][i].from_ms != 0;
		if (!any)
			continue;
		history_put_all(into->history, &recall->want, (into->from_s + at * step_s) * MS, step_s * MS, into->pasts[at]);
		recall->filled = true;
	}
	return good;
}

/* Reads a piece of what is wanted; false at its end, or where it cannot be read. */
static bool recall_step(struct recall *recall, struct history *history, struct store *store, int64_t wall_from_boot_ms)
{
	bool all = recall->want.kind == HISTORY_INTERVALS;
	struct recall_into into = { .recall = recall, .history = history, .wall_from_boot_ms = wall_from_boot_ms,
		.from_s = recall->at_s };
	int64_t until_s = recall->at_s + (all ? RECALL_TIMES : RECALL_ROWS) * every_s(recall->every);
	if (until_s > recall->until_s)
		until_s = recall->until_s;
	bool good = all ? recall_read_all(&into, store, until_s) : recall->series[recall->want.column] >= 0 &&
		store_read(store, recall->series[recall->want.column], recall->every, recall->at_s, until_s, recall_put, &into);
	recall->at_s = until_s;
	if (!good || recall->at_s < recall->until_s)
		return good;
	int64_t minute_s = recall->want.until_ms / MS / STORE_MINUTE_S * STORE_MINUTE_S;
	if (recall->every == STORE_MINUTE || recall->want.kind == HISTORY_MINUTES || minute_s == recall->until_s)
		return false;
	/* The quarter-hour in which this run began, by the minutes before it. */
	recall->every = STORE_MINUTE;
	recall->until_s = minute_s;
	return true;
}

/* ---- a turn ---- */

static double milliseconds_since(const struct timespec *begin)
{
	struct timespec now;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return 1e3 * (double)(now.tv_sec - begin->tv_sec) + 1e-6 * (double)(now.tv_nsec - begin->tv_nsec);
}

/* A row of a grid may be another one at the next turn: its hour is short, and read at once. */
bool recall_turn(struct recall *recall, struct history *history, struct store *store, int64_t wall_from_boot_ms,
	double milliseconds)
{
	struct timespec begin;
	(void)clock_gettime(CLOCK_MONOTONIC, &begin);
	for (;;) {
		if (!recall->working) {
			if (!history_next_want(history, wall_from_boot_ms, &recall->want))
				return false;
			recall_begin(recall, store);
		}
		while (recall_step(recall, history, store, wall_from_boot_ms))
			if (recall->want.key == NULL && recall->want.row == 0 && milliseconds_since(&begin) >= milliseconds)
				return true;
		recall->working = false;
		history_put_end(history, &recall->want);
		if (milliseconds_since(&begin) >= milliseconds)
			return true;
	}
}
