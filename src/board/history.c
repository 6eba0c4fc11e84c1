#include "board/history.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "board/query.h"

/* One tile. means[slot % HISTORY_SLOTS] belongs to a slot of the hour that ends with the newest. */
struct series {
	int64_t newest; /* slot of the last value; 0: none yet */
	double sum;     /* of the values of the newest slot */
	unsigned count;
	float last; /* value */
	float means[HISTORY_SLOTS];
};

/* The tiles of one panel stand side by side, from `first` on. */
struct place {
	unsigned first;
	int64_t received_ms; /* of the data that were taken last */
};

struct history {
	const struct layout *layout;
	struct place *places; /* by panel */
	struct series *series;
};

static unsigned tiles(const struct panel *panel)
{
	return panel->type == PANEL_TOTALS ? panel->column_count : 0;
}

static void history_forget(struct series *series)
{
	*series = (struct series){ .newest = 0 };
	for (unsigned i = 0; i < HISTORY_SLOTS; i++)
		series->means[i] = NAN;
}

struct history *history_new(const struct layout *layout)
{
	struct history *history = must_alloc(sizeof(*history));
	unsigned count = 0;
	history->layout = layout;
	history->places = must_alloc((layout->panel_count + 1UL) * sizeof(*history->places));
	for (unsigned i = 0; i < layout->panel_count; i++) {
		history->places[i] = (struct place){ .first = count };
		count += tiles(&layout->panels[i]);
	}
	history->series = must_alloc((count + 1UL) * sizeof(*history->series));
	for (unsigned i = 0; i < count; i++)
		history_forget(&history->series[i]);
	return history;
}

void history_free(struct history *history)
{
	if (history == NULL)
		return;
	free(history->series);
	free(history->places);
	free(history);
}

/* Minutes that passed without a value are gaps. */
static void history_advance(struct series *series, int64_t slot)
{
	int64_t from = series->newest + 1;
	if (from < slot - HISTORY_SLOTS + 1)
		from = slot - HISTORY_SLOTS + 1;
	for (int64_t gap = from; gap <= slot; gap++)
		series->means[gap % HISTORY_SLOTS] = NAN;
	series->newest = slot;
	series->sum = 0;
	series->count = 0;
}

static void history_take_panel(struct series *series, const struct column *column, int64_t now_ms, double value)
{
	int64_t slot = now_ms / HISTORY_SLOT_MS;
	if (slot < series->newest)
		return;
	if (series->newest != 0 && statistic_per_day(column->stat) && value <= 0 && series->last > 0)
		history_forget(series);
	if (slot > series->newest)
		history_advance(series, slot);
	series->last = (float)value;
	series->sum += value;
	series->count++;
	series->means[slot % HISTORY_SLOTS] = (float)(series->sum / series->count);
}

void history_take(struct history *history, const struct board *board)
{
	for (unsigned i = 0; i < history->layout->panel_count; i++) {
		const struct panel *panel = &history->layout->panels[i];
		const struct panel_data *data = board_data(board, panel);
		struct place *place = &history->places[i];
		if (!data->received || data->received_ms == place->received_ms)
			continue;
		place->received_ms = data->received_ms;
		for (unsigned column = 0; column < tiles(panel); column++) {
			const struct cell *cell = board_cell(data, 0, column);
			if (cell->state == VALUE_NUMBER)
				history_take_panel(&history->series[place->first + column], &panel->columns[column],
					data->received_ms, cell->number);
		}
	}
}

void history_forget_percents(struct history *history)
{
	for (unsigned i = 0; i < history->layout->panel_count; i++)
		for (unsigned column = 0; column < tiles(&history->layout->panels[i]); column++)
			if (history->layout->panels[i].columns[column].kind == KIND_PERCENT)
				history_forget(&history->series[history->places[i].first + column]);
}

static void adopt_tile(struct history *history, const struct panel *panel, unsigned column, const struct history *old,
	const struct panel *before)
{
	for (unsigned i = 0; i < tiles(before); i++)
		if (column_same(&panel->columns[column], &before->columns[i])) {
			history->series[history->places[panel->index].first + column] =
				old->series[old->places[before->index].first + i];
			return;
		}
}

void history_adopt(struct history *history, const struct history *old)
{
	for (unsigned i = 0; i < history->layout->panel_count; i++) {
		const struct panel *panel = &history->layout->panels[i];
		const struct panel *before = layout_panel(old->layout, panel->name);
		if (before == NULL || !query_same_source(panel, before))
			continue;
		history->places[i].received_ms = old->places[before->index].received_ms;
		for (unsigned column = 0; column < tiles(panel); column++)
			adopt_tile(history, panel, column, old, before);
	}
}

bool history_read(const struct history *history, const struct panel *panel, unsigned column, int64_t now_ms,
	unsigned count, float *out)
{
	if (column >= tiles(panel))
		return false;
	const struct series *series = &history->series[history->places[panel->index].first + column];
	int64_t share = HISTORY_SLOTS / count, last = now_ms / HISTORY_SLOT_MS / share;
	bool any = false;
	for (unsigned i = 0; i < count; i++) {
		int64_t from = (last - (int64_t)count + 1 + (int64_t)i) * share;
		double sum = 0;
		unsigned values = 0;
		for (int64_t slot = from; slot < from + share; slot++) {
			/* Outside of the hour that the ring holds there is a gap. */
			bool held = slot > 0 && slot <= series->newest && slot > series->newest - HISTORY_SLOTS;
			if (!held || isnan(series->means[slot % HISTORY_SLOTS]))
				continue;
			sum += (double)series->means[slot % HISTORY_SLOTS];
			values++;
		}
		out[i] = values > 0 ? (float)(sum / values) : NAN;
		any = any || values > 0;
	}
	return any;
}
