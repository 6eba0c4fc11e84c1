#include "board/history.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/log.h"
#include "board/query.h"

/* means[slot % slots] belongs to a slot of the time that ends with the newest. */
struct series {
	int64_t newest; /* slot of the last value; 0: none yet */
	int64_t reset;  /* slot in which a day ended, which stays a gap; 0: none */
	double sum;     /* of the values of the newest slot */
	unsigned count;
	unsigned slots;
	float last; /* value */
	float *means;
};

/* A row of a grid; the first is the one of totals. */
struct known_row {
	char *key;
	int64_t seen_ms;
	struct series *series; /* one for each spark column */
};

/* What is kept of one panel: series by column, or rows that have series. */
struct place {
	struct series *series;
	unsigned count; /* of series, or of spark columns */
	unsigned char columns[LAYOUT_COLUMNS_MAX]; /* of these */
	struct known_row *rows; /* NULL: not of a grid */
	unsigned row_count;
	struct text_index index; /* of the rows but the first */
	int64_t swept; /* slot in which rows that are gone were looked for */
	int64_t received_ms; /* of the data that were taken last */
};

struct history {
	const struct layout *layout;
	struct place *places; /* by panel */
};

/* A machine may have started after what is remembered: then its time is negative, and no slot may be. */
enum { SLOTS_BEFORE = 100 * HISTORY_DAY_SLOTS };

static int64_t slot_of(int64_t boot_ms)
{
	return (boot_ms + SLOTS_BEFORE * (int64_t)HISTORY_SLOT_MS) / HISTORY_SLOT_MS;
}

/* ---- one series ---- */

static void series_forget(struct series *series)
{
	series->newest = series->reset = 0;
	series->sum = 0;
	series->count = 0;
	series->last = 0;
	for (unsigned i = 0; i < series->slots; i++)
		series->means[i] = NAN;
}

static struct series *series_new(unsigned count, unsigned slots)
{
	struct series *series = must_alloc((count + 1UL) * sizeof(*series) + (size_t)count * slots * sizeof(float));
	float *means = (float *)(void *)(series + count + 1);
	for (unsigned i = 0; i < count; i++) {
		series[i] = (struct series){ .slots = slots, .means = means + (size_t)i * slots };
		series_forget(&series[i]);
	}
	return series;
}

static void series_copy(struct series *series, const struct series *from)
{
	float *means = series->means;
	if (series->slots != from->slots)
		return;
	*series = *from;
	series->means = means;
	memcpy(means, from->means, from->slots * sizeof(*means));
}

/* Minutes that passed without a value are gaps. */
static void series_advance(struct series *series, int64_t slot)
{
	int64_t from = series->newest + 1;
	if (from < slot - series->slots + 1)
		from = slot - series->slots + 1;
	for (int64_t gap = from; gap <= slot; gap++)
		series->means[gap % series->slots] = NAN;
	series->newest = slot;
	series->sum = 0;
	series->count = 0;
}

static void series_end_day(struct series *series, int64_t slot)
{
	if (series->slots == HISTORY_SLOTS) {
		series_forget(series);
		return;
	}
	if (slot > series->newest)
		series_advance(series, slot);
	series->means[slot % series->slots] = NAN;
	series->reset = slot;
}

static void series_take(struct series *series, const struct column *column, int64_t time_ms, double value)
{
	int64_t slot = slot_of(time_ms);
	if (slot < series->newest)
		return;
	if (series->newest != 0 && statistic_per_day(column->shows != NULL ? column->shows : column->stat) && value <= 0 && series->last > 0)
		series_end_day(series, slot);
	if (slot > series->newest)
		series_advance(series, slot);
	series->last = (float)value;
	series->sum += value;
	series->count++;
	if (slot != series->reset)
		series->means[slot % series->slots] = (float)(series->sum / series->count);
}

/* Whether the ring has a place for the slot that is not of another time. */
static bool series_holds(const struct series *series, int64_t slot)
{
	return slot > 0 && slot <= series->newest && slot > series->newest - series->slots;
}

/* What comes after it is there already, and is not judged anew. */
static void series_fill(struct series *series, const struct column *column, int64_t time_ms, double value)
{
	int64_t slot = slot_of(time_ms);
	if (slot > series->newest)
		series_take(series, column, time_ms, value);
	else if (series_holds(series, slot) && isnan(series->means[slot % series->slots]) && slot != series->reset)
		series->means[slot % series->slots] = (float)value;
}

static bool series_read(const struct series *series, int64_t now_ms, unsigned minutes, unsigned count, float *out)
{
	int64_t last = now_ms / HISTORY_SLOT_MS / minutes;
	bool any = false;
	for (unsigned i = 0; i < count; i++) {
		int64_t from = (last - (int64_t)count + 1 + (int64_t)i) * minutes + SLOTS_BEFORE;
		double sum = 0;
		unsigned values = 0;
		for (int64_t slot = from; slot < from + minutes; slot++) {
			if (!series_holds(series, slot) || isnan(series->means[slot % series->slots]))
				continue;
			sum += (double)series->means[slot % series->slots];
			values++;
		}
		out[i] = values > 0 ? (float)(sum / values) : NAN;
		any = any || values > 0;
	}
	return any;
}

/* ---- what is kept of a panel ---- */

static bool has_rows(const struct panel *panel)
{
	return panel->type == PANEL_SERVICE_GRID || panel->type == PANEL_AGENT_GRID;
}

static bool is_kept(const struct panel *panel, unsigned column)
{
	return panel_has_totals(panel->type) || (has_rows(panel) && panel->columns[column].picture == PICTURE_SPARK);
}

static const char *known_row_text(const void *context, unsigned item)
{
	return ((const struct known_row *)context)[item].key;
}

static void place_add_row(struct place *place, const char *key, int64_t seen_ms)
{
	size_t size = strlen(key) + 1;
	struct known_row *row = &place->rows[place->row_count++];
	*row = (struct known_row){ .key = must_alloc(size), .seen_ms = seen_ms,
		.series = series_new(place->count, HISTORY_SLOTS) };
	memcpy(row->key, key, size);
}

static void place_open(struct place *place, const struct panel *panel)
{
	*place = (struct place){ .swept = 0 };
	for (unsigned column = 0; column < panel->column_count; column++)
		if (is_kept(panel, column))
			place->columns[place->count++] = (unsigned char)column;
	if (place->count == 0)
		return;
	if (!has_rows(panel)) {
		place->series = series_new(place->count, panel->type == PANEL_CHART ? HISTORY_DAY_SLOTS : HISTORY_SLOTS);
		return;
	}
	place->rows = must_alloc((HISTORY_ROWS_MAX + 1UL) * sizeof(*place->rows));
	place->index = (struct text_index){ .text = known_row_text, .context = place->rows };
	text_index_clear(&place->index, HISTORY_ROWS_MAX + 1);
	place_add_row(place, "", 0);
}

static void known_row_free(struct known_row *row)
{
	free(row->key);
	free(row->series);
}

static void place_close(struct place *place)
{
	for (unsigned i = 0; i < place->row_count; i++)
		known_row_free(&place->rows[i]);
	free(place->rows);
	free(place->series);
	text_index_free(&place->index);
}

/* Once in a minute, rows of which nothing is left to be shown make room. */
static void place_sweep(struct place *place, int64_t now_ms)
{
	unsigned kept = 1;
	int64_t slot = slot_of(now_ms);
	if (slot == place->swept)
		return;
	place->swept = slot;
	for (unsigned i = 1; i < place->row_count; i++)
		if (place->rows[i].seen_ms > now_ms - HISTORY_SLOTS * (int64_t)HISTORY_SLOT_MS)
			place->rows[kept++] = place->rows[i];
		else
			known_row_free(&place->rows[i]);
	if (kept == place->row_count)
		return;
	place->row_count = kept;
	text_index_clear(&place->index, HISTORY_ROWS_MAX + 1);
	for (unsigned i = 1; i < kept; i++)
		(void)text_index_add(&place->index, place->rows[i].key, i);
}

/* NULL where there is no room. */
static struct known_row *place_row(struct place *place, const char *key, int64_t seen_ms)
{
	int found = text_index_find(&place->index, key);
	if (found >= 0)
		return &place->rows[found];
	if (place->row_count > HISTORY_ROWS_MAX)
		return NULL;
	place_add_row(place, key, seen_ms);
	(void)text_index_add(&place->index, key, place->row_count - 1);
	return &place->rows[place->row_count - 1];
}

struct history *history_new(const struct layout *layout)
{
	struct history *history = must_alloc(sizeof(*history));
	history->layout = layout;
	history->places = must_alloc(layout->panel_count * sizeof(*history->places));
	for (unsigned i = 0; i < layout->panel_count; i++)
		place_open(&history->places[i], &layout->panels[i]);
	return history;
}

void history_free(struct history *history)
{
	if (history == NULL)
		return;
	for (unsigned i = 0; i < history->layout->panel_count; i++)
		place_close(&history->places[i]);
	free(history->places);
	free(history);
}

/* ---- taking ---- */

typedef void take_value(struct series *series, const struct column *column, int64_t time_ms, double value);

static void take_rows(struct place *place, const struct panel *panel, const struct panel_data *data, take_value *take)
{
	const char *const *keys = board_keys(data);
	unsigned count = data->rows < HISTORY_ROWS_MAX ? data->rows : HISTORY_ROWS_MAX;
	for (unsigned i = 0; i < count; i++) {
		struct known_row *row = board_again(panel, data, i) ? NULL : place_row(place, keys[i], data->received_ms);
		if (row == NULL)
			continue;
		if (row->seen_ms < data->received_ms)
			row->seen_ms = data->received_ms;
		for (unsigned at = 0; at < place->count; at++) {
			struct cell cell = board_peek(data, i, place->columns[at]);
			if (cell.state == VALUE_NUMBER)
				take(&row->series[at], &panel->columns[place->columns[at]], data->received_ms, cell.number);
		}
	}
}

static void take_cells(struct series *series, const struct place *place, const struct panel *panel,
	const struct panel_data *data, const struct cell *cells, take_value *take)
{
	for (unsigned at = 0; at < place->count; at++) {
		unsigned column = place->columns[at];
		if (column < data->columns && cells[column].state == VALUE_NUMBER)
			take(&series[at], &panel->columns[column], data->received_ms, cells[column].number);
	}
}

static void take_panel(struct place *place, const struct panel *panel, const struct panel_data *data, take_value *take)
{
	if (place->rows == NULL && data->rows > 0)
		take_cells(place->series, place, panel, data, data->cells, take);
	if (place->rows == NULL)
		return;
	if (data->totals != NULL)
		take_cells(place->rows[0].series, place, panel, data, data->totals, take);
	take_rows(place, panel, data, take);
}

void history_take(struct history *history, const struct board *board)
{
	for (unsigned i = 0; i < history->layout->panel_count; i++) {
		const struct panel *panel = &history->layout->panels[i];
		const struct panel_data *data = board_data(board, panel);
		struct place *place = &history->places[i];
		if (place->count == 0 || !data->received || data->received_ms == place->received_ms)
			continue;
		place->received_ms = data->received_ms;
		if (place->rows != NULL)
			place_sweep(place, data->received_ms);
		take_panel(place, panel, data, series_take);
	}
}

void history_fill(struct history *history, const struct board *past)
{
	for (unsigned i = 0; i < history->layout->panel_count; i++) {
		const struct panel_data *data = board_data(past, &history->layout->panels[i]);
		if (history->places[i].count > 0 && data->received)
			take_panel(&history->places[i], &history->layout->panels[i], data, series_fill);
	}
}

/* ---- what stays, and what goes ---- */

void history_forget_percents(struct history *history)
{
	for (unsigned i = 0; i < history->layout->panel_count; i++) {
		struct place *place = &history->places[i];
		for (unsigned at = 0; at < place->count; at++) {
			if (history->layout->panels[i].columns[place->columns[at]].kind != KIND_PERCENT)
				continue;
			if (place->series != NULL)
				series_forget(&place->series[at]);
			for (unsigned row = 0; row < place->row_count; row++)
				series_forget(&place->rows[row].series[at]);
		}
	}
}

static void adopt_series(struct place *place, unsigned at, const struct place *old, unsigned from)
{
	if (place->series != NULL && old->series != NULL)
		series_copy(&place->series[at], &old->series[from]);
	if (place->rows == NULL || old->rows == NULL)
		return;
	series_copy(&place->rows[0].series[at], &old->rows[0].series[from]);
	for (unsigned i = 1; i < old->row_count; i++) {
		struct known_row *row = place_row(place, old->rows[i].key, old->rows[i].seen_ms);
		if (row != NULL)
			series_copy(&row->series[at], &old->rows[i].series[from]);
	}
}

void history_adopt(struct history *history, const struct history *old)
{
	for (unsigned i = 0; i < history->layout->panel_count; i++) {
		const struct panel *panel = &history->layout->panels[i];
		const struct panel *before = layout_panel(old->layout, panel->name);
		struct place *place = &history->places[i];
		if (before == NULL || !query_same_source(panel, before))
			continue;
		const struct place *kept = &old->places[before->index];
		place->received_ms = kept->received_ms;
		for (unsigned at = 0; at < place->count; at++)
			for (unsigned from = 0; from < kept->count; from++)
				if (column_same(&panel->columns[place->columns[at]], &before->columns[kept->columns[from]])) {
					adopt_series(place, at, kept, from);
					break;
				}
	}
}

/* ---- reading ---- */

static int place_series(const struct place *place, unsigned column)
{
	for (unsigned at = 0; at < place->count; at++)
		if (place->columns[at] == column)
			return (int)at;
	return -1;
}

bool history_read(const struct history *history, const struct panel *panel, unsigned column, int64_t now_ms,
	unsigned minutes, unsigned count, float *out)
{
	const struct place *place = &history->places[panel->index];
	int at = place_series(place, column);
	return at >= 0 && place->series != NULL && series_read(&place->series[at], now_ms, minutes, count, out);
}

bool history_read_row(const struct history *history, const struct panel *panel, const char *key, unsigned column,
	int64_t now_ms, unsigned minutes, unsigned count, float *out)
{
	const struct place *place = &history->places[panel->index];
	int at = place_series(place, column);
	int row = at < 0 || place->rows == NULL ? -1 : key == NULL ? 0 : text_index_find(&place->index, key);
	return row >= 0 && series_read(&place->rows[row].series[at], now_ms, minutes, count, out);
}
