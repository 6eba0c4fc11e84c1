#include "board/pools.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/local_time.h"
#include "base/log.h"

enum { POOL_FILL_MINUTES = HISTORY_SLOTS, POOL_FILL_TRIES_MS = 10 * 60 * 1000, POOL_FILL_LEAST = 3 };

enum { POOL_MINUTE_MS = 60 * 1000, POOL_GAP_MS = 60 * 1000, POOL_QUARTER_S = 15 * 60, POOL_TEXT = 24 };

struct pool {
	const struct panel *panel;
	struct staffing_pool seen;
	struct staffing_inputs inputs;
	struct staffing_forecast forecast;
	enum staffing_stat lacks;
	bool filled;         /* what was before the first answer is known as far as it can be */
	int64_t first_ms;    /* of the first answer; 0: none came */
	bool known;          /* inputs and forecast are */
	int64_t computed_ms; /* 0: never */
	uint64_t version;    /* of the data that were taken */
	bool fresh;          /* they came with this answer */
};

struct pools {
	struct staffing_work *work;
	unsigned count;
	struct pool pools[];
};

struct pools *pools_new(const struct layout *layout)
{
	unsigned count = 0;
	for (unsigned i = 0; i < layout->panel_count; i++)
		count += layout->panels[i].type == PANEL_STAFFING;
	if (count == 0)
		return NULL;
	struct pools *pools = must_alloc(sizeof(*pools) + count * sizeof(pools->pools[0]));
	memset(pools, 0, sizeof(*pools) + count * sizeof(pools->pools[0]));
	pools->work = staffing_work_new();
	for (unsigned i = 0; i < layout->panel_count; i++)
		if (layout->panels[i].type == PANEL_STAFFING)
			pools->pools[pools->count++].panel = &layout->panels[i];
	return pools;
}

void pools_free(struct pools *pools)
{
	if (pools != NULL)
		staffing_work_free(pools->work);
	free(pools);
}

void pools_adopt(struct pools *pools, const struct pools *old)
{
	for (unsigned i = 0; pools != NULL && old != NULL && i < pools->count; i++) {
		for (unsigned k = 0; k < old->count; k++) {
			const struct pool *from = &old->pools[k];
			if (!texts_same(&pools->pools[i].panel->services, &from->panel->services))
				continue;
			pools->pools[i].seen = from->seen;
			pools->pools[i].first_ms = from->first_ms;
			pools->pools[i].filled = from->filled;
		}
	}
}

void pools_clear(struct pools *pools)
{
	for (unsigned i = 0; pools != NULL && i < pools->count; i++) {
		struct pool *pool = &pools->pools[i];
		*pool = (struct pool){ .panel = pool->panel };
	}
}

static struct pool *pool_of(const struct pools *pools, const struct panel *panel)
{
	for (unsigned i = 0; pools != NULL && i < pools->count; i++)
		if (pools->pools[i].panel == panel)
			return (struct pool *)&pools->pools[i];
	return NULL;
}

struct staffing_pool *pools_pool(struct pools *pools, const struct panel *panel)
{
	struct pool *pool = pool_of(pools, panel);
	return pool != NULL ? &pool->seen : NULL;
}

static double cell_number(const struct cell *cell)
{
	return cell->state == VALUE_NUMBER ? cell->number : (double)NAN;
}

static void pool_take(struct pool *pool, const struct panel_data *data, int64_t wall_ms, double interval)
{
	struct staffing_reading reading;
	for (unsigned i = 0; i < STAFFING_STATS; i++)
		reading.value[i] = cell_number(board_cell(data, 0, staff_stat_column((enum staffing_stat)i)));
	if (pool->first_ms == 0)
		pool->first_ms = wall_ms;
	staffing_pool_take(&pool->seen, &reading, wall_ms, POOL_GAP_MS + (int64_t)(2000 * interval));
}

/* Minutes of the history stand for answers: a mean of a counter is what it was in the middle of its minute. */
static void pool_fill(struct pool *pool, const struct history *history, int64_t now_ms, int64_t wall_ms)
{
	float minutes[STAFFING_STATS][POOL_FILL_MINUTES];
	struct staffing_reading last = pool->seen.last;
	int64_t last_ms = pool->seen.last_ms, seen = (wall_ms - pool->first_ms) / POOL_MINUTE_MS, known = 0;
	for (unsigned i = 0; i < STAFFING_STATS; i++)
		if (!history_read(history, pool->panel, staff_stat_column((enum staffing_stat)i), now_ms, 1, POOL_FILL_MINUTES, minutes[i]))
			for (unsigned at = 0; at < POOL_FILL_MINUTES; at++)
				minutes[i][at] = (float)NAN;
	for (unsigned at = 0; at + 1 < POOL_FILL_MINUTES; at++)
		known += !isnan(minutes[STAFFING_RECEIVED][at]);
	if (known < seen + POOL_FILL_LEAST)
		return;
	memset(pool->seen.minutes, 0, sizeof(pool->seen.minutes));
	pool->seen.last_ms = 0;
	for (unsigned at = 0; at + 1 < POOL_FILL_MINUTES; at++) {
		struct staffing_reading reading;
		int64_t middle_ms = wall_ms / POOL_MINUTE_MS * POOL_MINUTE_MS - (POOL_FILL_MINUTES - 1 - (int64_t)at) * POOL_MINUTE_MS +
			POOL_MINUTE_MS / 2;
		if (isnan(minutes[STAFFING_RECEIVED][at]))
			continue;
		for (unsigned i = 0; i < STAFFING_STATS; i++)
			reading.value[i] = (double)minutes[i][at];
		staffing_pool_take(&pool->seen, &reading, middle_ms, 3 * POOL_MINUTE_MS);
	}
	staffing_pool_take(&pool->seen, &last, last_ms, 3 * POOL_MINUTE_MS);
	pool->filled = true;
	pool->computed_ms = 0;
}

void pools_fill(struct pools *pools, const struct history *history, int64_t now_ms, int64_t wall_from_boot_ms)
{
	int64_t wall_ms = now_ms + wall_from_boot_ms;
	for (unsigned i = 0; pools != NULL && history != NULL && i < pools->count; i++) {
		struct pool *pool = &pools->pools[i];
		if (pool->filled || pool->first_ms == 0)
			continue;
		if (wall_ms - pool->first_ms > POOL_FILL_TRIES_MS)
			pool->filled = true;
		else
			pool_fill(pool, history, now_ms, wall_ms);
	}
}

/* Quarter-hours since the local day began, with a fraction. */
static double quarter_of(int64_t wall_ms)
{
	int64_t day_s = local_part_begin(wall_ms / 1000, LOCAL_DAY_MINUTES);
	return (double)(wall_ms / 1000 - day_s) / POOL_QUARTER_S;
}

static void pool_compute(struct pools *pools, struct pool *pool, int64_t wall_ms)
{
	const struct panel *panel = pool->panel;
	pool->known = staffing_look(&pool->seen, wall_ms, quarter_of(wall_ms), panel->target / 100, panel->threshold, &pool->inputs,
		&pool->lacks);
	if (pool->known)
		staffing_foresee(pools->work, &pool->inputs, &pool->forecast);
	pool->computed_ms = wall_ms;
}

/* ---- what is shown ---- */

/* Of one pool, NAN: not known. People are those of this answer, also where the rest is older. */
static double pool_value(const struct pool *pool, enum staff_value value)
{
	const struct staffing_span *curve = pool->forecast.curve, *here = &curve[STAFFING_FEWER];
	double people = staffing_people(&pool->seen.last);
	if (value == STAFF_HERE)
		return people;
	if (!pool->known || isnan(people) || staffing_lacks(&pool->seen.last, pool->panel->target, pool->panel->threshold) != STAFFING_STATS)
		return (double)NAN;
	switch (value) {
	case STAFF_MISSING:
		return pool->forecast.needed - people;
	case STAFF_NEEDED:
		return pool->forecast.needed;
	case STAFF_LEVEL:
		return 100 * here->level;
	case STAFF_LOW:
		return 100 * here->low;
	case STAFF_HIGH:
		return 100 * here->high;
	case STAFF_WAIT:
		return here->people > 0 ? here->wait : (double)NAN;
	case STAFF_ABANDONED:
		return here->people > 0 ? 100 * here->abandons : (double)NAN;
	case STAFF_EVIDENCE:
		return pool->inputs.enough;
	case STAFF_FEWER_2:
	case STAFF_FEWER_1:
		return here->people > STAFF_MORE_1 - value ? 100 * curve[value - STAFF_FEWER_2].level : (double)NAN;
	case STAFF_MORE_1:
	case STAFF_MORE_2:
	case STAFF_MORE_3:
		return 100 * curve[STAFFING_FEWER + 1 + (value - STAFF_MORE_1)].level;
	case STAFF_NONE:
	case STAFF_HERE:
	case STAFF_END:
		break;
	}
	return (double)NAN;
}

static void pool_put(const struct pool *pool, struct board *board, const struct panel *panel)
{
	for (unsigned i = 0; i < panel->column_count; i++) {
		enum staff_value value = panel->columns[i].staff;
		char text[POOL_TEXT];
		if (value == STAFF_NONE)
			continue;
		double number = round(pool_value(pool, value));
		if (isnan(number))
			continue;
		snprintf(text, sizeof(text), "%.0f", number);
		board_put(board, panel, i, number, text);
	}
}

static void pools_put(const struct pools *pools, struct board *board)
{
	const struct layout *layout = board->layout;
	for (unsigned i = 0; i < pools->count; i++)
		if (pools->pools[i].fresh)
			pool_put(&pools->pools[i], board, pools->pools[i].panel);
	for (unsigned i = 0; i < layout->panel_count; i++) {
		const struct panel *panel = &layout->panels[i];
		const struct pool *pool = panel->staffing != NULL ? pool_of(pools, panel->staffing) : NULL;
		if (pool != NULL && pool->fresh)
			pool_put(pool, board, panel);
	}
}

static void take(struct pools *pools, struct board *board, int64_t wall_from_boot_ms, double interval, bool all)
{
	struct pool *oldest = NULL;
	int64_t wall_ms = 0;
	if (pools == NULL)
		return;
	for (unsigned i = 0; i < pools->count; i++) {
		struct pool *pool = &pools->pools[i];
		const struct panel_data *data = board_data(board, pool->panel);
		pool->fresh = data->received && data->rows > 0 && (all || data->version != pool->version);
		if (!pool->fresh)
			continue;
		pool->version = data->version;
		wall_ms = data->received_ms + wall_from_boot_ms;
		pool_take(pool, data, wall_ms, interval);
		if (all)
			pool_compute(pools, pool, wall_ms);
		else if (oldest == NULL || pool->computed_ms < oldest->computed_ms)
			oldest = pool;
	}
	if (oldest != NULL)
		pool_compute(pools, oldest, wall_ms);
	pools_put(pools, board);
}

void pools_take(struct pools *pools, struct board *board, int64_t wall_from_boot_ms, double interval)
{
	take(pools, board, wall_from_boot_ms, interval, false);
}

void pools_take_all(struct pools *pools, struct board *board, int64_t wall_from_boot_ms, double interval)
{
	take(pools, board, wall_from_boot_ms, interval, true);
}

bool pools_look(const struct pools *pools, const struct panel *panel, struct staffing_inputs *inputs, struct staffing_forecast *forecast,
	enum staffing_stat *lacks)
{
	const struct pool *pool = pool_of(pools, panel);
	*lacks = STAFFING_RECEIVED;
	if (pool == NULL)
		return false;
	*inputs = pool->inputs;
	*forecast = pool->forecast;
	*lacks = pool->lacks;
	return pool->known;
}
