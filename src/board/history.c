#include "board/history.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/array.h"
#include "base/local_time.h"
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
	bool filled; /* with what was before */
	float *means;
};

/* means[quarter % slots], or what a counter gained, by the time of day: another run goes on with them. */
struct quarters {
	int64_t newest; /* 0: none yet */
	double sum;     /* of the values of the newest */
	unsigned count;
	unsigned slots; /* 0: none are kept */
	bool gains;     /* what a counter rose by */
	bool filled;    /* with what was before */
	double last;    /* of a counter */
	int64_t last_ms;             /* time of day of `last`; 0: none */
	int64_t first_ms;            /* ... of the first value; 0: none */
	double first;
	double before;               /* what was put or filled in last, and when; 0: nothing */
	int64_t before_ms;
	double run, joint;           /* the first of what is filled in now, and of all that follows it in time */
	int64_t run_ms, joint_ms;
	int64_t fill;                /* the quarter-hour that is filled in, its sum and its count */
	double fill_sum;
	unsigned fill_count;
	float *values;
};

/* What is known of one column in a half-hour. */
struct half_column {
	double gained, sum, largest;
	unsigned count; /* of `sum` */
	bool counted;
};

struct half {
	int64_t from_ms; /* time of day; 0: nothing was seen */
	bool gap;        /* something was not */
	struct calls_span span;
	struct half_column *columns;
};

/* The half-hours of an intervals panel. */
struct day {
	struct half halves[HISTORY_HALVES]; /* by their start */
	struct calls_reading now, last, first, put, run, joint;
	/* Of the columns: the last, this run's first, the last that was put, and as for quarters; NAN: none. */
	double *values, *firsts, *puts, *runs, *joints;
	unsigned columns;
	unsigned decimals; /* of the service level, the most that were seen */
	int64_t last_ms, first_ms, put_ms, run_ms, joint_ms; /* time of day; 0: none */
	bool filled;    /* with what was before */
	bool first_gap; /* this run's first answer is the first of its half-hour */
	int64_t reset_ms; /* the half-hour in which counters began anew last; 0: none */
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
	struct quarters *quarters; /* beside `series`; NULL: none are kept */
	struct day *day; /* of intervals */
	struct known_row *rows; /* NULL: not of a grid */
	unsigned row_count;
	struct text_index index; /* of the rows but the first */
	int64_t swept; /* slot in which rows that are gone were looked for */
	int64_t received_ms; /* of the data that were taken last */
};

struct history {
	const struct layout *layout;
	struct place *places; /* by panel */
	struct state_log *states;
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

/* ---- quarter-hours ---- */

static void quarters_forget(struct quarters *quarters)
{
	*quarters = (struct quarters){ .slots = quarters->slots, .gains = quarters->gains, .values = quarters->values };
	for (unsigned i = 0; i < quarters->slots; i++)
		quarters->values[i] = NAN;
}

static bool quarters_holds(const struct quarters *quarters, int64_t slot)
{
	return quarters->newest > 0 && slot <= quarters->newest && slot > quarters->newest - quarters->slots;
}

/* Forward over gaps; and back, where the clock was: what was filed under times that have not come yet is forgotten. */
static void quarters_go(struct quarters *quarters, int64_t slot)
{
	if (quarters->newest == 0 || slot < quarters->newest - quarters->slots || slot >= quarters->newest + quarters->slots) {
		for (unsigned i = 0; i < quarters->slots; i++)
			quarters->values[i] = NAN;
	} else {
		for (int64_t gap = quarters->newest + 1; gap <= slot; gap++)
			quarters->values[gap % quarters->slots] = NAN;
		for (int64_t ahead = quarters->newest; ahead > slot; ahead--)
			quarters->values[ahead % quarters->slots] = NAN;
	}
	quarters->newest = slot;
	float there = quarters->values[slot % quarters->slots];
	quarters->count = isnan(there) ? 0 : 1;
	quarters->sum = isnan(there) ? 0 : (double)there;
}

/* What a counter rose by since it was read before; false where that was in another quarter-hour, before a gap. */
static bool quarters_rise(double before, int64_t before_ms, double now, int64_t now_ms, int64_t gap_ms, double *rise)
{
	bool together = before_ms / HISTORY_QUARTER_MS == now_ms / HISTORY_QUARTER_MS;
	*rise = now - (calls_began_anew(before, now) ? 0 : before);
	return before_ms != 0 && (together || now_ms - before_ms <= gap_ms);
}

static void quarters_add(struct quarters *quarters, double rise)
{
	float *value = &quarters->values[quarters->newest % quarters->slots];
	double sum = (isnan(*value) ? 0 : (double)*value) + rise;
	*value = sum > 0 ? (float)sum : 0;
}

static void quarters_take(struct quarters *quarters, int64_t wall_ms, double value, int64_t gap_ms)
{
	int64_t slot = wall_ms / HISTORY_QUARTER_MS;
	double rise;
	if (slot != quarters->newest)
		quarters_go(quarters, slot);
	if (!quarters->gains) {
		quarters->sum += value;
		quarters->count++;
		quarters->values[slot % quarters->slots] = (float)(quarters->sum / quarters->count);
	} else if (quarters_rise(quarters->last, quarters->last_ms, value, wall_ms, gap_ms, &rise)) {
		quarters_add(quarters, rise);
	}
	quarters->last = value;
	quarters->last_ms = wall_ms;
	if (quarters->first_ms != 0)
		return;
	quarters->first = quarters->joint = value;
	quarters->first_ms = quarters->joint_ms = wall_ms;
}

static void quarters_add_at(struct quarters *quarters, int64_t wall_ms, double rise)
{
	int64_t slot = wall_ms / HISTORY_QUARTER_MS;
	if (!quarters_holds(quarters, slot))
		return;
	float *there = &quarters->values[slot % quarters->slots];
	*there = (float)fmax((isnan(*there) ? 0 : (double)*there) + rise, 0);
}

/* Answers of earlier times come in runs, each in order of time, the last one first: where two meet, what came between counts. */
static void quarters_fill(struct quarters *quarters, int64_t wall_ms, double value)
{
	int64_t slot = wall_ms / HISTORY_QUARTER_MS;
	double rise;
	bool goes_on = wall_ms > quarters->before_ms && wall_ms - quarters->before_ms <= CALLS_GAP_MS;
	if (quarters->first_ms == 0 || wall_ms >= quarters->first_ms)
		return;
	if (!goes_on) {
		quarters->run = value;
		quarters->run_ms = wall_ms;
	}
	if (quarters->gains && goes_on &&
		quarters_rise(quarters->before, quarters->before_ms, value, wall_ms, CALLS_GAP_MS, &rise))
		quarters_add_at(quarters, wall_ms, rise);
	if (quarters->joint_ms > wall_ms && quarters->joint_ms - wall_ms <= CALLS_GAP_MS) {
		if (quarters->gains && quarters_rise(value, wall_ms, quarters->joint, quarters->joint_ms, CALLS_GAP_MS, &rise))
			quarters_add_at(quarters, quarters->joint_ms, rise);
		quarters->joint = quarters->run;
		quarters->joint_ms = quarters->run_ms;
	}
	quarters->before = value;
	quarters->before_ms = wall_ms;
	if (quarters->gains || !quarters_holds(quarters, slot))
		return;
	float *there = &quarters->values[slot % quarters->slots];
	if (slot != quarters->fill && !isnan(*there))
		return;
	if (slot != quarters->fill)
		quarters->fill_sum = quarters->fill_count = 0;
	quarters->fill = slot;
	quarters->fill_sum += value;
	quarters->fill_count++;
	*there = (float)(quarters->fill_sum / quarters->fill_count);
}

static void quarters_put(struct quarters *quarters, const struct history_past *past)
{
	enum { ANSWERS = 12 }; /* of a minute, about: a mean of many answers weighs more than one of few */
	int64_t slot = past->from_ms / HISTORY_QUARTER_MS;
	double value = quarters->gains ? past->gained : past->mean;
	if (!isnan(past->last)) {
		quarters->before = past->last;
		quarters->before_ms = past->from_ms + HISTORY_SLOT_MS;
	}
	if (isnan(value) || !quarters_holds(quarters, slot))
		return;
	float *there = &quarters->values[slot % quarters->slots];
	if (quarters->gains) {
		quarters_add_at(quarters, past->from_ms, value);
	} else if (slot == quarters->newest) {
		quarters->sum += value * ANSWERS;
		quarters->count += ANSWERS;
		*there = (float)(quarters->sum / quarters->count);
	} else if (isnan(*there)) {
		*there = (float)value;
	}
}

/* What came between the last that was put and this run's first answer belongs to the latter's time. */
static void quarters_put_end(struct quarters *quarters)
{
	double rise;
	if (quarters->gains && quarters->first_ms != 0 &&
		quarters_rise(quarters->before, quarters->before_ms, quarters->first, quarters->first_ms, CALLS_GAP_MS, &rise))
		quarters_add_at(quarters, quarters->first_ms, rise);
}

/* ---- half-hours of a day ---- */

enum { HALF_MS = LAYOUT_INTERVAL_MINUTES * 60 * 1000 };

static int64_t half_begin(int64_t wall_ms)
{
	return local_part_begin(wall_ms / 1000, LAYOUT_INTERVAL_MINUTES) * 1000;
}

static struct day *day_new(unsigned columns)
{
	struct day *day = must_alloc(sizeof(*day));
	*day = (struct day){ .columns = columns };
	day->values = must_alloc(5UL * columns * sizeof(*day->values));
	day->firsts = day->values + columns;
	day->puts = day->firsts + columns;
	day->runs = day->puts + columns;
	day->joints = day->runs + columns;
	for (unsigned i = 0; i < 5 * columns; i++)
		day->values[i] = NAN;
	struct half_column *all = must_alloc((size_t)HISTORY_HALVES * columns * sizeof(*all));
	for (unsigned i = 0; i < HISTORY_HALVES; i++)
		day->halves[i].columns = all + (size_t)i * columns;
	return day;
}

static void day_free(struct day *day)
{
	if (day == NULL)
		return;
	free(day->halves[0].columns);
	free(day->values);
	free(day);
}

/* The half-hour of a time of day, made if nothing was seen of it yet. */
static struct half *day_half(struct day *day, int64_t wall_ms)
{
	int64_t from_ms = half_begin(wall_ms);
	struct half *half = &day->halves[from_ms / HALF_MS % HISTORY_HALVES];
	if (half->from_ms == from_ms)
		return half;
	half->from_ms = from_ms;
	half->gap = false;
	half->span = calls_none;
	half->span.from_ms = from_ms;
	for (unsigned i = 0; i < day->columns; i++)
		half->columns[i] = (struct half_column){ .largest = -1 };
	return half;
}

static const struct half *day_known_half(const struct day *day, int64_t from_ms)
{
	const struct half *half = &day->halves[from_ms / HALF_MS % HISTORY_HALVES];
	return half->from_ms == from_ms && from_ms != 0 ? half : NULL;
}

static void day_mark_gap(struct day *day, int64_t wall_ms)
{
	int64_t from_ms = half_begin(wall_ms);
	struct half *half = &day->halves[from_ms / HALF_MS % HISTORY_HALVES];
	if (half->from_ms == from_ms)
		half->gap = true;
}

/* A new day of the tenant: what falls by a call or two is a correction. */
static void day_note_reset(struct day *day, int64_t wall_ms)
{
	enum { NEARLY_MS = 5 * 60 * 1000 }; /* the tenant's clock is not this machine's */
	day->reset_ms = half_begin(wall_ms + NEARLY_MS);
}

static bool interval_counts(const struct column *column)
{
	return statistic_per_day(column->stat);
}

static void day_add_rise(struct half_column *column, double before, double now)
{
	column->counted = true;
	column->gained += now - (calls_began_anew(before, now) ? 0 : before);
}

/* begun: the answer before it was within the half-hour, or shortly before. */
static void day_add(struct day *day, struct half *half, const struct panel *panel, const double *before,
	const struct panel_data *data, bool begun)
{
	for (unsigned i = 0; i < day->columns && i < data->columns; i++) {
		if (data->cells[i].state != VALUE_NUMBER)
			continue;
		struct half_column *column = &half->columns[i];
		double value = data->cells[i].number;
		if (interval_counts(&panel->columns[i])) {
			if (begun && !isnan(before[i]))
				day_add_rise(column, before[i], value);
		} else {
			column->sum += value;
			column->count++;
			column->largest = fmax(column->largest, value);
		}
	}
}

static void day_read(struct day *day, const struct panel *panel, const struct panel_data *data)
{
	struct calls_reading *now = &day->now;
	*now = (struct calls_reading){ .level_known = false };
	for (unsigned i = 0; i < day->columns && i < data->columns; i++) {
		int stat = calls_stat_of(panel->columns[i].stat);
		if (stat < 0 || data->cells[i].state != VALUE_NUMBER)
			continue;
		now->known[stat] = true;
		now->value[stat] = data->cells[i].number;
		if (stat == CALLS_LEVEL && calls_level_decimals(&data->cells[i]) > day->decimals)
			day->decimals = calls_level_decimals(&data->cells[i]);
	}
	calls_read_level(now, day->decimals);
}

static void day_keep_values(struct day *day, const struct panel_data *data, double *values)
{
	for (unsigned i = 0; i < day->columns && i < data->columns; i++)
		if (data->cells[i].state == VALUE_NUMBER)
			values[i] = data->cells[i].number;
}

static void day_take(struct day *day, const struct panel *panel, const struct panel_data *data, int64_t wall_ms, int64_t gap_ms)
{
	bool gap = day->last_ms != 0 && (wall_ms - day->last_ms > gap_ms || wall_ms < day->last_ms - gap_ms);
	if (gap)
		day_mark_gap(day, day->last_ms);
	struct half *half = day_half(day, wall_ms);
	bool begun = day->last_ms != 0 && (!gap || day->last_ms >= half->from_ms);
	half->gap = half->gap || gap;
	day_read(day, panel, data);
	day_add(day, half, panel, day->values, data, begun);
	if (calls_add(&half->span, &day->last, &day->now, begun))
		day_note_reset(day, wall_ms);
	if (day->first_ms == 0) {
		day->first_ms = day->joint_ms = wall_ms;
		day->first = day->joint = day->now;
		day_keep_values(day, data, day->firsts);
		day_keep_values(day, data, day->joints);
		day->first_gap = wall_ms - half->from_ms > gap_ms;
	}
	calls_keep(&day->last, &day->now);
	day_keep_values(day, data, day->values);
	day->last_ms = wall_ms;
}

/* What came between an answer that is filled in and the first of those that follow it in time. */
static void day_join(struct day *day, const struct panel *panel)
{
	struct half *half = day_half(day, day->joint_ms);
	for (unsigned i = 0; i < day->columns; i++)
		if (interval_counts(&panel->columns[i]) && !isnan(day->puts[i]) && !isnan(day->joints[i]))
			day_add_rise(&half->columns[i], day->puts[i], day->joints[i]);
	if (calls_add(&half->span, &day->put, &day->joint, true) && day->joint_ms > day->reset_ms)
		day_note_reset(day, day->joint_ms);
	day->first_gap = day->first_gap && day->joint_ms != day->first_ms;
	day->joint_ms = day->run_ms;
	day->joint = day->run;
	memcpy(day->joints, day->runs, day->columns * sizeof(*day->joints));
}

/* As quarters_fill(). */
static void day_fill(struct day *day, const struct panel *panel, const struct panel_data *data, int64_t wall_ms)
{
	bool goes_on = wall_ms > day->put_ms && wall_ms - day->put_ms <= CALLS_GAP_MS;
	if (day->first_ms == 0 || wall_ms >= day->first_ms || day->last_ms - wall_ms > (HISTORY_HALVES - 2) * (int64_t)HALF_MS)
		return;
	struct half *half = day_half(day, wall_ms);
	day_read(day, panel, data);
	day_add(day, half, panel, day->puts, data, goes_on);
	if (calls_add(&half->span, &day->put, &day->now, goes_on) && wall_ms > day->reset_ms)
		day_note_reset(day, wall_ms);
	if (!goes_on) {
		day->run_ms = wall_ms;
		day->run = day->now;
		day_keep_values(day, data, day->runs);
		day->put = (struct calls_reading){ .level_known = false };
	}
	calls_keep(&day->put, &day->now);
	day_keep_values(day, data, day->puts);
	day->put_ms = wall_ms;
	if (day->joint_ms > wall_ms && day->joint_ms - wall_ms <= CALLS_GAP_MS)
		day_join(day, panel);
}

/* Of another day's numbers, or of another wall's. */
static void day_copy(struct day *day, const struct day *from)
{
	struct half_column *all = day->halves[0].columns;
	double *values = day->values;
	*day = *from;
	day->values = values;
	day->firsts = values + day->columns;
	day->puts = day->firsts + day->columns;
	day->runs = day->puts + day->columns;
	day->joints = day->runs + day->columns;
	memcpy(values, from->values, 5UL * day->columns * sizeof(*values));
	for (unsigned i = 0; i < HISTORY_HALVES; i++)
		day->halves[i].columns = all + (size_t)i * day->columns;
	memcpy(all, from->halves[0].columns, (size_t)HISTORY_HALVES * day->columns * sizeof(*all));
}

static void reading_forget_level(struct calls_reading *reading)
{
	reading->known[CALLS_LEVEL] = reading->level_known = false;
	reading->in_time = reading->in_time_of = reading->uncertain = 0;
}

static void day_forget_level(struct day *day)
{
	reading_forget_level(&day->last);
	reading_forget_level(&day->first);
	for (unsigned i = 0; i < HISTORY_HALVES; i++) {
		struct calls_span *span = &day->halves[i].span;
		span->in_time = span->in_time_of = span->uncertain = span->uncertain_from = 0;
		span->levelled = false;
		span->running = -1;
	}
}

/* ---- what is kept of a panel ---- */

static bool has_rows(const struct panel *panel)
{
	return panel->type == PANEL_SERVICE_GRID || panel->type == PANEL_AGENT_GRID;
}

/* What the card of a service draws, where no spark of it is kept. */
static bool is_waiting(const struct panel *panel, unsigned column)
{
	if (panel->type != PANEL_SERVICE_GRID || strcmp(panel->columns[column].stat, "in_calls_waiting") != 0)
		return false;
	for (unsigned i = 0; i < panel->column_count; i++)
		if (panel->columns[i].picture == PICTURE_SPARK && strcmp(panel->columns[i].shows, "in_calls_waiting") == 0)
			return false;
	return panel_column(panel, "in_calls_waiting") == (int)column;
}

static bool is_kept(const struct panel *panel, unsigned column)
{
	if (panel->type == PANEL_INTERVALS)
		return column == 0; /* stands for all of them */
	return panel_has_totals(panel->type) || (has_rows(panel) && panel->columns[column].picture == PICTURE_SPARK) ||
		is_waiting(panel, column);
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

/* Minutes of another day that are shown beside today, with one for the day of 25 hours. */
static unsigned against_minutes(enum against against)
{
	enum { DAY = 24 * 60, MORE = 60 };
	return against == AGAINST_NOTHING ? 0 : against == AGAINST_YESTERDAY ? DAY + MORE : 7 * DAY + MORE;
}

/* How many quarter-hours of a panel are shown; 0: none. */
static unsigned quarters_wanted(const struct panel *panel)
{
	enum { DAY = 24 * 60, MINUTES = 15 };
	unsigned span = (unsigned)panel->span, against = against_minutes(panel->against);
	bool wanted = panel->type == PANEL_CHART && (span > DAY || against > 0);
	for (unsigned i = 0; i < panel->column_count; i++) {
		unsigned own = against_minutes(panel->columns[i].against);
		wanted = wanted || own > 0 || panel->columns[i].gained;
		against = own > against ? own : against;
	}
	if (!wanted)
		return 0;
	if (panel->type != PANEL_CHART)
		span = MINUTES;
	else if (span == 0)
		span = DAY + 60;
	unsigned count = (span + against) / MINUTES + 2;
	return count < HISTORY_QUARTERS_MAX ? count : HISTORY_QUARTERS_MAX;
}

static struct quarters *quarters_new(const struct place *place, const struct panel *panel)
{
	unsigned slots = quarters_wanted(panel);
	if (slots == 0)
		return NULL;
	struct quarters *quarters = must_alloc(place->count * sizeof(*quarters) + (size_t)place->count * slots * sizeof(float));
	float *values = (float *)(void *)(quarters + place->count);
	for (unsigned i = 0; i < place->count; i++) {
		quarters[i] = (struct quarters){ .slots = slots, .gains = panel->columns[place->columns[i]].gained,
			.values = values + (size_t)i * slots };
		quarters_forget(&quarters[i]);
	}
	return quarters;
}

static void place_open(struct place *place, const struct panel *panel)
{
	*place = (struct place){ .swept = 0 };
	for (unsigned column = 0; column < panel->column_count; column++)
		if (is_kept(panel, column))
			place->columns[place->count++] = (unsigned char)column;
	if (place->count == 0)
		return;
	if (panel->type == PANEL_INTERVALS) {
		place->day = day_new(panel->column_count);
		return;
	}
	if (!has_rows(panel)) {
		place->quarters = quarters_new(place, panel);
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
	free(place->quarters);
	day_free(place->day);
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
	history->states = state_log_new(layout);
	return history;
}

void history_free(struct history *history)
{
	if (history == NULL)
		return;
	for (unsigned i = 0; i < history->layout->panel_count; i++)
		place_close(&history->places[i]);
	free(history->places);
	state_log_free(history->states);
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
	if (place->day != NULL)
		return;
	if (place->rows == NULL && data->rows > 0)
		take_cells(place->series, place, panel, data, data->cells, take);
	if (place->rows == NULL)
		return;
	if (data->totals != NULL)
		take_cells(place->rows[0].series, place, panel, data, data->totals, take);
	take_rows(place, panel, data, take);
}

static void take_quarters(struct place *place, const struct panel_data *data, int64_t wall_ms, int64_t gap_ms)
{
	for (unsigned at = 0; at < place->count; at++) {
		unsigned column = place->columns[at];
		if (column < data->columns && data->cells[column].state == VALUE_NUMBER)
			quarters_take(&place->quarters[at], wall_ms, data->cells[column].number, gap_ms);
	}
}

void history_take(struct history *history, const struct board *board, int64_t wall_from_boot_ms, double interval)
{
	int64_t gap_ms = (int64_t)(2000 * interval);
	if (gap_ms < CALLS_GAP_MS)
		gap_ms = CALLS_GAP_MS;
	state_log_take(history->states, board, interval);
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
		int64_t wall_ms = data->received_ms + wall_from_boot_ms;
		if (place->quarters != NULL && data->rows > 0)
			take_quarters(place, data, wall_ms, gap_ms);
		if (place->day != NULL && data->rows > 0)
			day_take(place->day, panel, data, wall_ms, gap_ms);
	}
}

static void fill_panel(struct place *place, const struct panel *panel, const struct panel_data *data, int64_t wall_ms)
{
	take_panel(place, panel, data, series_fill);
	if (place->day != NULL && data->rows > 0)
		day_fill(place->day, panel, data, wall_ms);
	for (unsigned at = 0; at < place->count && place->quarters != NULL && data->rows > 0; at++)
		if (place->columns[at] < data->columns && data->cells[place->columns[at]].state == VALUE_NUMBER)
			quarters_fill(&place->quarters[at], wall_ms, data->cells[place->columns[at]].number);
}

void history_fill(struct history *history, const struct board *past, int64_t wall_from_boot_ms)
{
	state_log_fill(history->states, past);
	for (unsigned i = 0; i < history->layout->panel_count; i++) {
		const struct panel_data *data = board_data(past, &history->layout->panels[i]);
		if (history->places[i].count > 0 && data->received)
			fill_panel(&history->places[i], &history->layout->panels[i], data, data->received_ms + wall_from_boot_ms);
	}
}

/* ---- what stays, and what goes ---- */

void history_forget_percents(struct history *history)
{
	for (unsigned i = 0; i < history->layout->panel_count; i++) {
		struct place *place = &history->places[i];
		if (place->day != NULL)
			day_forget_level(place->day);
		for (unsigned at = 0; at < place->count; at++) {
			if (history->layout->panels[i].columns[place->columns[at]].kind != KIND_PERCENT)
				continue;
			if (place->series != NULL)
				series_forget(&place->series[at]);
			if (place->quarters != NULL)
				quarters_forget(&place->quarters[at]);
			for (unsigned row = 0; row < place->row_count; row++)
				series_forget(&place->rows[row].series[at]);
		}
	}
}

static void quarters_copy(struct quarters *quarters, const struct quarters *from)
{
	float *values = quarters->values;
	unsigned slots = quarters->slots;
	if (quarters->gains != from->gains || from->slots == 0)
		return;
	*quarters = *from;
	quarters->values = values;
	quarters->slots = slots;
	for (unsigned i = 0; i < slots; i++) {
		int64_t slot = from->newest - i;
		values[slot < 0 ? i : slot % slots] = quarters_holds(from, slot) ? from->values[slot % from->slots] : NAN;
	}
}

static bool same_columns(const struct panel *panel, const struct panel *before)
{
	if (panel->column_count != before->column_count)
		return false;
	for (unsigned i = 0; i < panel->column_count; i++)
		if (!column_same(&panel->columns[i], &before->columns[i]))
			return false;
	return true;
}

static void adopt_series(struct place *place, unsigned at, const struct place *old, unsigned from)
{
	if (place->series != NULL && old->series != NULL)
		series_copy(&place->series[at], &old->series[from]);
	if (place->quarters != NULL && old->quarters != NULL)
		quarters_copy(&place->quarters[at], &old->quarters[from]);
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
	state_log_adopt(history->states, old->states);
	for (unsigned i = 0; i < history->layout->panel_count; i++) {
		const struct panel *panel = &history->layout->panels[i];
		const struct panel *before = layout_panel(old->layout, panel->name);
		struct place *place = &history->places[i];
		if (before == NULL || !query_same_source(panel, before))
			continue;
		const struct place *kept = &old->places[before->index];
		place->received_ms = kept->received_ms;
		if (place->day != NULL || kept->day != NULL) {
			if (place->day != NULL && kept->day != NULL && same_columns(panel, before))
				day_copy(place->day, kept->day);
			continue;
		}
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

bool history_read_quarters(const struct history *history, const struct panel *panel, unsigned column, int64_t from_ms,
	int64_t step_ms, unsigned count, float *out)
{
	const struct place *place = &history->places[panel->index];
	int at = place_series(place, column);
	bool any = false;
	for (unsigned i = 0; i < count; i++) {
		const struct quarters *quarters = at >= 0 && place->quarters != NULL ? &place->quarters[at] : NULL;
		int64_t first = (from_ms + i * step_ms) / HISTORY_QUARTER_MS, end = (from_ms + (i + 1) * step_ms) / HISTORY_QUARTER_MS;
		double sum = 0;
		unsigned values = 0;
		for (int64_t slot = first; quarters != NULL && (slot < end || slot == first); slot++)
			if (quarters_holds(quarters, slot) && !isnan(quarters->values[slot % quarters->slots])) {
				sum += (double)quarters->values[slot % quarters->slots];
				values++;
			}
		out[i] = values > 0 ? (float)(sum / values) : NAN;
		any = any || values > 0;
	}
	return any;
}

const struct state_log *history_states(const struct history *history)
{
	return history->states;
}

/* ---- the day by half-hours ---- */

/* The same time of the local clock on the next day. */
static int64_t next_day(int64_t wall_ms)
{
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm local;
	if (localtime_r(&seconds, &local) == NULL)
		return wall_ms + INT64_C(86400000);
	local.tm_mday++;
	local.tm_isdst = -1;
	return (int64_t)mktime(&local) * 1000;
}

/* Where counters began anew within the last day, the day is the tenant's. */
static int64_t day_start(const struct day *day, int64_t wall_ms)
{
	if (day->reset_ms > 0 && day->reset_ms <= wall_ms && next_day(day->reset_ms) > wall_ms)
		return day->reset_ms;
	return local_day(wall_ms / 1000, 0) * 1000;
}

static double interval_value(const struct column *about, const struct half_column *column, const struct calls_span *span,
	struct history_interval *interval)
{
	double percent = NAN, margin = 0, calls;
	bool handled;
	switch (calls_stat_of(about->stat)) {
	case CALLS_LEVEL:
		interval->idle = span->levelled && span->in_time_of < 0.5;
		if (!calls_level(span, &percent, &margin))
			return (double)NAN;
		interval->margin = (float)margin;
		return percent;
	case CALLS_ANSWERED:
		calls = calls_answered(span, &handled);
		interval->handled = handled;
		return calls < 0 && !span->counted[CALLS_ANSWERED] ? (double)NAN : fmax(calls, 0);
	case CALLS_ABANDONED:
		calls = calls_abandoned(span);
		return calls < 0 ? (double)NAN : calls;
	default:
		break;
	}
	if (interval_counts(about))
		return column->counted ? fmax(column->gained, 0) : (double)NAN;
	if (about->kind == KIND_DURATION)
		return column->largest >= 0 ? column->largest : (double)NAN;
	return column->count > 0 ? column->sum / column->count : (double)NAN;
}

static void interval_add(struct calls_span *all, struct half_column *columns, const struct half *half, unsigned count)
{
	for (int i = 0; i < CALLS_COUNTERS; i++) {
		all->calls[i] += half->span.calls[i];
		all->counted[i] = all->counted[i] || half->span.counted[i];
	}
	all->levelled = all->levelled || half->span.levelled;
	all->in_time += half->span.in_time;
	all->in_time_of += half->span.in_time_of;
	/* What one half-hour has too much the next has too little. */
	all->uncertain = fmax(all->uncertain, half->span.uncertain);
	for (unsigned i = 0; i < count; i++) {
		columns[i].gained += half->columns[i].gained;
		columns[i].counted = columns[i].counted || half->columns[i].counted;
		/* Of what is counted at a moment the half-hour with the most: a mean of day and night is of nothing. */
		if (half->columns[i].count > 0)
			columns[i].sum = fmax(columns[i].sum, half->columns[i].sum / half->columns[i].count);
		columns[i].count = columns[i].count > 0 || half->columns[i].count > 0;
		columns[i].largest = fmax(columns[i].largest, half->columns[i].largest);
	}
}

static void interval_fill(struct history_interval *interval, const struct panel *panel, const struct calls_span *span,
	const struct half_column *columns)
{
	for (unsigned i = 0; i < panel->column_count; i++)
		interval->values[i] = (float)interval_value(&panel->columns[i], &columns[i], span, interval);
}

unsigned history_intervals(const struct history *history, const struct panel *panel, int64_t wall_ms,
	struct history_interval out[HISTORY_HALVES], struct history_interval *sum)
{
	const struct day *day = history->places[panel->index].day;
	struct calls_span all = calls_none;
	struct half_column columns[LAYOUT_COLUMNS_MAX];
	unsigned count = 0;
	*sum = (struct history_interval){ .known = false };
	if (day == NULL)
		return 0;
	for (unsigned i = 0; i < LAYOUT_COLUMNS_MAX; i++)
		columns[i] = (struct half_column){ .largest = -1 };
	int64_t start_ms = day_start(day, wall_ms), end_ms = next_day(start_ms);
	for (int64_t at_ms = start_ms; at_ms < end_ms && count < HISTORY_HALVES;) {
		struct history_interval *interval = &out[count++];
		int64_t until_ms = local_part_end(at_ms / 1000, LAYOUT_INTERVAL_MINUTES) * 1000;
		bool begins = day->first_gap && day->first_ms >= at_ms && day->first_ms < until_ms;
		*interval = (struct history_interval){ .from_ms = at_ms, .until_ms = until_ms, .seen_ms = begins ? day->first_ms : at_ms };
		const struct half *half = at_ms <= wall_ms ? day_known_half(day, at_ms) : NULL;
		interval->running = wall_ms >= at_ms && wall_ms < until_ms;
		for (unsigned i = 0; i < panel->column_count; i++)
			interval->values[i] = NAN;
		if (half != NULL) {
			interval->known = true;
			interval->partial = half->gap || begins ||
				(day->last_ms < (until_ms < wall_ms ? until_ms : wall_ms) - CALLS_GAP_MS && day->last_ms >= at_ms);
			interval_fill(interval, panel, &half->span, half->columns);
			interval_add(&all, columns, half, day->columns);
			sum->known = true;
			sum->partial = sum->partial || interval->partial;
		} else if (sum->known && at_ms <= wall_ms) {
			sum->partial = true;
		}
		at_ms = until_ms;
	}
	sum->from_ms = start_ms;
	sum->until_ms = end_ms;
	interval_fill(sum, panel, &all, columns);
	return count;
}

/* ---- what was before ---- */

static bool want_series(const struct series *series, int64_t wall_from_boot_ms, struct history_want *want)
{
	if (series->filled || series->newest == 0)
		return false;
	want->kind = HISTORY_MINUTES;
	want->count = series->slots;
	want->until_ms = (series->newest + 1 - SLOTS_BEFORE) * (int64_t)HISTORY_SLOT_MS + wall_from_boot_ms;
	return true;
}

static bool want_place(const struct place *place, int64_t wall_from_boot_ms, struct history_want *want)
{
	for (unsigned at = 0; at < place->count && place->series != NULL; at++) {
		want->column = place->columns[at];
		if (want_series(&place->series[at], wall_from_boot_ms, want))
			return true;
	}
	for (want->row = 0; want->row < place->row_count; want->row++)
		for (unsigned at = 0; at < place->count; at++) {
			want->column = place->columns[at];
			want->key = want->row > 0 ? place->rows[want->row].key : NULL;
			if (want_series(&place->rows[want->row].series[at], wall_from_boot_ms, want))
				return true;
		}
	want->key = NULL;
	return false;
}

static bool want_quarters(const struct place *place, struct history_want *want)
{
	if (place->day != NULL && !place->day->filled && place->day->first_ms != 0) {
		want->kind = HISTORY_INTERVALS;
		/* Not as far back as the half-hours whose places this run's own have by now. */
		want->count = (HISTORY_HALVES - 3) * HALF_MS / HISTORY_QUARTER_MS;
		want->until_ms = place->day->first_ms;
		return true;
	}
	for (unsigned at = 0; at < place->count && place->quarters != NULL; at++) {
		const struct quarters *quarters = &place->quarters[at];
		if (quarters->filled || quarters->first_ms == 0)
			continue;
		want->kind = HISTORY_QUARTERS;
		want->column = place->columns[at];
		want->count = quarters->slots;
		want->until_ms = quarters->first_ms;
		return true;
	}
	return false;
}

/* The last hours first, then what is longer ago. */
bool history_next_want(const struct history *history, int64_t wall_from_boot_ms, struct history_want *want)
{
	for (int pass = 0; pass < 2; pass++)
		for (unsigned i = 0; i < history->layout->panel_count; i++) {
			const struct place *place = &history->places[i];
			*want = (struct history_want){ .panel = &history->layout->panels[i] };
			if (pass == 0 ? want_place(place, wall_from_boot_ms, want) : want_quarters(place, want))
				return true;
		}
	return false;
}

static struct series *wanted_series(struct history *history, const struct history_want *want)
{
	struct place *place = &history->places[want->panel->index];
	int at = place_series(place, want->column);
	return place->series != NULL ? &place->series[at] : &place->rows[want->row].series[at];
}

static void put_minute(struct series *series, const struct column *column, int64_t boot_ms, double mean)
{
	const char *stat = column->shows != NULL ? column->shows : column->stat;
	/* An hour has no days: what a counter was before it began anew would be drawn as a fall. */
	if (isnan(mean) || (series->slots == HISTORY_SLOTS && statistic_per_day(stat) && calls_began_anew(mean, (double)series->last)))
		return;
	int64_t slot = slot_of(boot_ms);
	if (series_holds(series, slot) && isnan(series->means[slot % series->slots]) && slot != series->reset)
		series->means[slot % series->slots] = (float)mean;
}

void history_put(struct history *history, const struct history_want *want, int64_t wall_from_boot_ms,
	const struct history_past *past)
{
	struct place *place = &history->places[want->panel->index];
	if (want->kind == HISTORY_QUARTERS)
		quarters_put(&place->quarters[place_series(place, want->column)], past);
	else if (want->kind == HISTORY_MINUTES)
		put_minute(wanted_series(history, want), &want->panel->columns[want->column],
			past->from_ms + HISTORY_SLOT_MS / 2 - wall_from_boot_ms, past->mean);
}

/* A gap before this time, or an end of what is known. */
static void day_put_gap(struct day *day, int64_t from_ms)
{
	struct half *half = day_half(day, from_ms);
	bool begins = day->put_ms == 0 && from_ms - half->from_ms > CALLS_GAP_MS;
	bool gap = day->put_ms != 0 && from_ms - day->put_ms > CALLS_GAP_MS;
	if (gap)
		day_mark_gap(day, day->put_ms);
	day_half(day, from_ms)->gap |= gap || begins;
}

void history_put_all(struct history *history, const struct history_want *want, int64_t from_ms, int64_t length_ms,
	const struct history_past *pasts)
{
	enum { ANSWERS = 12 }; /* of a minute, about */
	struct day *day = history->places[want->panel->index].day;
	struct calls_reading now = { .level_known = false };
	double gained[CALLS_COUNTERS];
	if (day->last_ms - from_ms > (HISTORY_HALVES - 2) * (int64_t)HALF_MS)
		return;
	day_put_gap(day, from_ms);
	struct half *half = day_half(day, from_ms);
	for (int i = 0; i < CALLS_COUNTERS; i++)
		gained[i] = NAN;
	for (unsigned i = 0; i < day->columns; i++) {
		const struct history_past *past = &pasts[i];
		struct half_column *column = &half->columns[i];
		int stat = calls_stat_of(want->panel->columns[i].stat);
		if (past->from_ms == 0)
			continue;
		if (stat >= 0 && !isnan(past->last)) {
			now.known[stat] = true;
			now.value[stat] = past->last;
		}
		if (interval_counts(&want->panel->columns[i])) {
			if (stat >= 0 && stat < CALLS_COUNTERS)
				gained[stat] = past->gained;
			if (!isnan(past->gained)) {
				column->counted = true;
				column->gained += past->gained;
			}
			half->gap = half->gap || past->missed > 0;
			day->puts[i] = isnan(past->last) ? day->puts[i] : past->last;
		} else if (!isnan(past->mean)) {
			unsigned weight = (unsigned)(length_ms / HISTORY_SLOT_MS) * ANSWERS;
			column->sum += past->mean * weight;
			column->count += weight;
			column->largest = fmax(column->largest, past->largest);
		}
	}
	calls_read_level(&now, day->decimals);
	calls_add_kept(&half->span, &day->put, &now, gained);
	if (day->put.known[CALLS_RECEIVED] && now.known[CALLS_RECEIVED] && day->put.value[CALLS_RECEIVED] > 2 &&
		calls_began_anew(day->put.value[CALLS_RECEIVED], now.value[CALLS_RECEIVED]))
		day_note_reset(day, from_ms);
	calls_keep(&day->put, &now);
	day->put_ms = from_ms + length_ms;
}

/* What came between the last that was put and this run's first answer belongs to the latter's time. */
static void day_put_end(struct day *day, const struct panel *panel)
{
	if (day->put_ms == 0)
		return;
	int64_t from_ms = half_begin(day->first_ms);
	bool gap = day->first_ms - day->put_ms > CALLS_GAP_MS;
	if (gap)
		day_put_gap(day, day->first_ms);
	day->first_gap = day->first_gap && day->put_ms <= from_ms && gap;
	if (gap && day->put_ms <= from_ms)
		return;
	struct half *half = day_half(day, day->first_ms);
	for (unsigned i = 0; i < day->columns; i++)
		if (interval_counts(&panel->columns[i]) && !isnan(day->puts[i]) && !isnan(day->firsts[i]))
			day_add_rise(&half->columns[i], day->puts[i], day->firsts[i]);
	if (calls_add(&half->span, &day->put, &day->first, true))
		day_note_reset(day, day->first_ms);
}

void history_put_end(struct history *history, const struct history_want *want)
{
	struct place *place = &history->places[want->panel->index];
	switch (want->kind) {
	case HISTORY_MINUTES:
		wanted_series(history, want)->filled = true;
		break;
	case HISTORY_QUARTERS:
		quarters_put_end(&place->quarters[place_series(place, want->column)]);
		place->quarters[place_series(place, want->column)].filled = true;
		break;
	case HISTORY_INTERVALS:
		day_put_end(place->day, want->panel);
		place->day->filled = true;
		break;
	}
}
