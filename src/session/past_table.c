#include "session/past_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

enum {
	MINUTES_OF_QUARTER = STORE_QUARTER_S / STORE_MINUTE_S,
	/* Tiles, series of charts, columns of half-hours; and spark columns of the services on the screen. */
	PAST_SERIES_MAX = 2000,
};

struct past_series {
	struct store_name name;
	struct store_minute *minutes;
};

/* Services of a spark column, each of which is a series. */
struct past_rows {
	const struct panel *panel;
	unsigned column;
	char statistic[STORE_STATISTIC_MAX];
};

struct past_table {
	const struct layout *layout;
	int64_t first_s; /* of the first minute */
	unsigned minutes;
	struct past_series *series;
	unsigned count, room;
	int *of; /* the series of each column of each panel; -1 */
	struct past_rows *rows;
	unsigned rows_count;
};

static const struct store_minute nothing = { .mean = NAN, .largest = NAN, .last = NAN, .gained = NAN, .missed = NAN };

static int past_find(const struct past_table *table, const struct store_name *name)
{
	for (unsigned i = 0; i < table->count; i++)
		if (table->series[i].name.scope == name->scope && strcmp(table->series[i].name.statistic, name->statistic) == 0 &&
			strcmp(table->series[i].name.name, name->name) == 0)
			return (int)i;
	return -1;
}

static int past_add(struct past_table *table, const struct store_name *name)
{
	int found = past_find(table, name);
	if (found >= 0 || table->count == PAST_SERIES_MAX)
		return found;
	if (table->count == table->room) {
		table->room = table->room > 0 ? 2 * table->room : 16;
		table->series = must_realloc(table->series, table->room * sizeof(*table->series));
	}
	struct past_series *series = &table->series[table->count];
	*series = (struct past_series){ .name = *name, .minutes = must_alloc(table->minutes * sizeof(*series->minutes)) };
	for (unsigned i = 0; i < table->minutes; i++)
		series->minutes[i] = nothing;
	return (int)table->count++;
}

static void past_add_columns(struct past_table *table, const struct panel *panel)
{
	for (unsigned column = 0; column < panel->column_count; column++) {
		int *of = &table->of[panel->index * LAYOUT_COLUMNS_MAX + column];
		struct store_name name;
		bool spark = panel->type == PANEL_SERVICE_GRID && panel->columns[column].picture == PICTURE_SPARK;
		*of = -1;
		if (!spark && !panel_has_totals(panel->type))
			continue;
		if (store_column_name(panel, column, NULL, &name))
			*of = past_add(table, &name);
		if (!spark || !store_column_name(panel, column, "-", &name))
			continue;
		struct past_rows *rows = &table->rows[table->rows_count++];
		*rows = (struct past_rows){ .panel = panel, .column = column };
		memcpy(rows->statistic, name.statistic, sizeof(rows->statistic));
	}
}

struct past_table *past_table_new(const struct layout *layout, int64_t until_s, unsigned minutes)
{
	struct past_table *table = must_alloc(sizeof(*table));
	*table = (struct past_table){ .layout = layout, .minutes = minutes };
	table->first_s = until_s / STORE_MINUTE_S * STORE_MINUTE_S - (int64_t)(minutes - 1) * STORE_MINUTE_S;
	table->of = must_alloc((size_t)layout->panel_count * LAYOUT_COLUMNS_MAX * sizeof(*table->of));
	table->rows = must_alloc((size_t)layout->panel_count * LAYOUT_COLUMNS_MAX * sizeof(*table->rows));
	for (unsigned i = 0; i < layout->panel_count; i++)
		past_add_columns(table, &layout->panels[i]);
	return table;
}

void past_table_free(struct past_table *table)
{
	if (table == NULL)
		return;
	for (unsigned i = 0; i < table->count; i++)
		free(table->series[i].minutes);
	free(table->series);
	free(table->of);
	free(table->rows);
	free(table);
}

/* ---- what comes ---- */

/* Where a time is kept; NULL: it is too old, or too new. */
static struct store_minute *past_slot(const struct past_table *table, const struct past_series *series, int64_t time_s)
{
	int64_t minute = time_s >= table->first_s ? (time_s - table->first_s) / STORE_MINUTE_S : -1;
	return minute >= 0 && minute < (int64_t)table->minutes ? &series->minutes[minute] : NULL;
}

static bool past_wants_row(const struct past_table *table, const struct store_name *name)
{
	for (unsigned i = 0; i < table->rows_count; i++)
		if (name->scope == STORE_SERVICE && strcmp(table->rows[i].statistic, name->statistic) == 0)
			return true;
	return false;
}

void past_table_add(struct past_table *table, const struct store_name *name, int64_t hour_s,
	const struct store_minute minutes[STORE_HOUR_MINUTES])
{
	int at = past_find(table, name);
	if (at < 0 && past_wants_row(table, name))
		at = past_add(table, name);
	if (at < 0)
		return;
	for (unsigned i = 0; i < STORE_HOUR_MINUTES; i++) {
		struct store_minute *slot = past_slot(table, &table->series[at], hour_s + (int64_t)i * STORE_MINUTE_S);
		if (slot != NULL && !isnan(minutes[i].last))
			*slot = minutes[i];
	}
}

/* ---- what is wanted ---- */

static struct history_past past_of(const struct store_minute *slot, int64_t time_s)
{
	return (struct history_past){
		.from_ms = time_s * 1000, .mean = (double)slot->mean, .largest = (double)slot->largest, .last = (double)slot->last,
		.gained = (double)slot->gained, .missed = (double)slot->missed,
	};
}

static int past_series_of(const struct past_table *table, const struct history_want *want)
{
	struct store_name name;
	if (want->key == NULL)
		return table->of[want->panel->index * LAYOUT_COLUMNS_MAX + want->column];
	return store_column_name(want->panel, want->column, want->key, &name) ? past_find(table, &name) : -1;
}

static void past_put_minutes(const struct past_table *table, struct history *history, const struct history_want *want,
	int64_t from_s, int64_t wall_from_boot_ms)
{
	int at = past_series_of(table, want);
	for (unsigned i = 0; at >= 0 && i < table->minutes; i++) {
		int64_t time_s = table->first_s + (int64_t)i * STORE_MINUTE_S;
		struct history_past past = past_of(&table->series[at].minutes[i], time_s);
		if (time_s >= from_s && past.from_ms + STORE_MINUTE_S * 1000 <= want->until_ms && !isnan(past.last))
			history_put(history, want, wall_from_boot_ms, &past);
	}
}

static double past_sum(double sum, double value)
{
	return isnan(value) ? sum : isnan(sum) ? value : sum + value;
}

/* The minutes of a quarter-hour as one; those that end after until_ms are not over. */
static struct history_past past_quarter(const struct past_table *table, const struct past_series *series, int64_t quarter_s)
{
	struct history_past all = past_of(&nothing, quarter_s);
	double sum = 0;
	unsigned count = 0;
	for (unsigned i = 0; i < MINUTES_OF_QUARTER; i++) {
		int64_t time_s = quarter_s + (int64_t)i * STORE_MINUTE_S;
		const struct store_minute *slot = past_slot(table, series, time_s);
		if (slot == NULL || isnan(slot->last))
			continue;
		sum += (double)slot->mean;
		count++;
		all.mean = sum / count;
		all.largest = fmax(all.largest, (double)slot->largest);
		all.last = (double)slot->last;
		all.gained = past_sum(all.gained, (double)slot->gained);
		all.missed = past_sum(all.missed, (double)slot->missed);
	}
	return all;
}

static void past_put_quarters(const struct past_table *table, struct history *history, const struct history_want *want,
	int64_t wall_from_boot_ms)
{
	int at = past_series_of(table, want);
	if (at < 0)
		return;
	const struct past_series *series = &table->series[at];
	int64_t quarter_s = table->first_s / STORE_QUARTER_S * STORE_QUARTER_S;
	for (; (quarter_s + STORE_QUARTER_S) * 1000 <= want->until_ms; quarter_s += STORE_QUARTER_S) {
		struct history_past past = past_quarter(table, series, quarter_s);
		if (!isnan(past.last))
			history_put(history, want, wall_from_boot_ms, &past);
	}
	past_put_minutes(table, history, want, quarter_s, wall_from_boot_ms);
}

static void past_put_intervals(const struct past_table *table, struct history *history, const struct history_want *want)
{
	struct history_past pasts[LAYOUT_COLUMNS_MAX];
	int64_t from_s = want->until_ms / 1000 - (int64_t)want->count * STORE_QUARTER_S;
	for (unsigned i = 0; i < table->minutes; i++) {
		int64_t time_s = table->first_s + (int64_t)i * STORE_MINUTE_S;
		bool any = false;
		if (time_s < from_s || (time_s + STORE_MINUTE_S) * 1000 > want->until_ms)
			continue;
		for (unsigned column = 0; column < want->panel->column_count; column++) {
			int at = table->of[want->panel->index * LAYOUT_COLUMNS_MAX + column];
			pasts[column] = (struct history_past){ .from_ms = 0 };
			if (at >= 0)
				pasts[column] = past_of(&table->series[at].minutes[i], time_s);
			if (isnan(pasts[column].last))
				pasts[column].from_ms = 0;
			any = any || pasts[column].from_ms != 0;
		}
		if (any)
			history_put_all(history, want, time_s * 1000, STORE_MINUTE_S * 1000, pasts);
	}
}

void past_table_fill(struct past_table *table, struct history *history, int64_t wall_from_boot_ms)
{
	struct history_want want;
	while (history_next_want(history, wall_from_boot_ms, &want)) {
		if (want.kind == HISTORY_MINUTES)
			past_put_minutes(table, history, &want, 0, wall_from_boot_ms);
		else if (want.kind == HISTORY_QUARTERS)
			past_put_quarters(table, history, &want, wall_from_boot_ms);
		else
			past_put_intervals(table, history, &want);
		history_put_end(history, &want);
	}
}

void past_table_mend(struct past_table *table, struct history *history, int64_t wall_from_boot_ms)
{
	for (unsigned i = 0; i < table->layout->panel_count; i++) {
		const struct panel *panel = &table->layout->panels[i];
		if (!panel_has_totals(panel->type) || panel->type == PANEL_INTERVALS)
			continue;
		for (unsigned column = 0; column < panel->column_count; column++) {
			struct history_want want = { .kind = HISTORY_MINUTES, .panel = panel, .column = column, .until_ms = INT64_MAX };
			if (table->of[panel->index * LAYOUT_COLUMNS_MAX + column] >= 0)
				past_put_minutes(table, history, &want, 0, wall_from_boot_ms);
		}
	}
}
