#include "store/spans.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/array.h"
#include "base/local_time.h"
#include "base/log.h"

/* ---- the parts of a period ---- */

static int64_t floor_to(int64_t time_s, int64_t unit_s)
{
	return time_s / unit_s * unit_s;
}

static int64_t ceil_to(int64_t time_s, int64_t unit_s)
{
	return (time_s + unit_s - 1) / unit_s * unit_s;
}

/* The first and the last row of either table, and of minutes alone; false where there is none. */
static bool spans_extent(struct store *store, int64_t *first_s, int64_t *end_s, int64_t *minutes_s)
{
	int64_t first[2], last[2];
	bool minutes = store_span(store, STORE_MINUTE, &first[0], &last[0]);
	bool quarters = store_span(store, STORE_QUARTER, &first[1], &last[1]);
	*first_s = INT64_MAX;
	*end_s = 0;
	*minutes_s = minutes ? first[0] : INT64_MAX;
	if (minutes) {
		*first_s = first[0];
		*end_s = last[0] + STORE_MINUTE_S;
	}
	if (quarters) {
		*first_s = first[1] < *first_s ? first[1] : *first_s;
		*end_s = last[1] + STORE_QUARTER_S > *end_s ? last[1] + STORE_QUARTER_S : *end_s;
	}
	return minutes || quarters;
}

static void spans_add_part(struct spans *spans, unsigned *room, int64_t begin_s, int64_t end_s)
{
	spans->parts = array_reserve(spans->parts, room, spans->count + 1, sizeof(*spans->parts));
	bool cut = begin_s < spans->from_s || end_s > spans->until_s;
	spans->parts[spans->count++] = (struct spans_part){
		.from_s = begin_s < spans->from_s ? spans->from_s : begin_s,
		.until_s = end_s > spans->until_s ? spans->until_s : end_s,
		.partial = cut,
	};
}

/* Quarter-hours where minutes are gone; what began with the first row of all is not. */
static void spans_find_minutes(struct spans *spans, int64_t first_s, int64_t minutes_s)
{
	if (spans->minutes > 1 || (minutes_s != INT64_MAX && minutes_s < first_s + STORE_QUARTER_S))
		return;
	spans->minutes_from_s = minutes_s == INT64_MAX ? spans->until_s : ceil_to(minutes_s, STORE_QUARTER_S);
}

static bool spans_make_parts(struct spans *spans, int64_t first_s, int64_t end_s, struct error *error)
{
	unsigned room = 0;
	int64_t at_s = spans->from_s > first_s ? spans->from_s : first_s;
	while (at_s < spans->until_s && at_s < end_s) {
		int minutes = at_s < spans->minutes_from_s ? STORE_QUARTER_S / LOCAL_MINUTE_S : spans->minutes;
		int64_t begin_s = local_part_begin(at_s, minutes), part_end_s = local_part_end(at_s, minutes);
		spans_add_part(spans, &room, begin_s, part_end_s);
		if (spans->count > SPANS_CELLS_MAX)
			return error_set(error,
				"the period has too many parts: choose a shorter one, or longer parts with --every");
		at_s = part_end_s;
	}
	return true;
}

struct spans *spans_new(struct store *store, int64_t from_s, int64_t until_s, int64_t now_s, int minutes,
	bool *unreadable, struct error *error)
{
	int64_t first_s, end_s, minutes_s, unit_s = minutes > 1 ? STORE_QUARTER_S : STORE_MINUTE_S;
	struct spans *spans = must_alloc(sizeof(*spans));
	*spans = (struct spans){ .from_s = floor_to(from_s, unit_s),
		.until_s = ceil_to(until_s, unit_s),
		.now_s = now_s,
		.minutes = minutes };
	bool any = spans_extent(store, &first_s, &end_s, &minutes_s);
	*unreadable = store_trouble(store)[0] != '\0';
	if (*unreadable)
		(void)error_set(error, "%s", store_trouble(store));
	else if (!any)
		(void)error_set(error, "nothing is remembered yet");
	else
		spans_find_minutes(spans, first_s, minutes_s);
	if (!*unreadable && any && spans_make_parts(spans, first_s, end_s, error)) {
		if (spans->count > 0)
			return spans;
		char from[32], until[32];
		time_t first = (time_t)first_s, end = (time_t)end_s;
		struct tm local;
		strftime(from, sizeof(from), "%Y-%m-%d %H:%M", localtime_r(&first, &local));
		strftime(until, sizeof(until), "%Y-%m-%d %H:%M", localtime_r(&end, &local));
		(void)error_set(
			error, "nothing is remembered of this time; there is something from %s to %s", from, until);
	}
	spans_free(spans);
	return NULL;
}

void spans_free(struct spans *spans)
{
	if (spans == NULL)
		return;
	for (unsigned i = 0; i < spans->line_count; i++)
		free(spans->lines[i].parts);
	for (unsigned i = 0; i < spans->series_count; i++)
		free(spans->series[i].parts);
	free(spans->lines);
	free(spans->series);
	free(spans->parts);
	free(spans);
}

/* ---- what is wanted ---- */

static bool spans_room(const struct spans *spans, struct error *error)
{
	if ((spans->line_count + spans->series_count + 1UL) * spans->count <= SPANS_CELLS_MAX)
		return true;
	return error_set(error, "too much for one table: choose services with --service, a shorter period, or longer "
				"parts with --every");
}

bool spans_add_line(struct spans *spans, enum store_scope scope, const char *name, struct error *error)
{
	if (!spans_room(spans, error))
		return false;
	spans->lines = must_realloc(spans->lines, (spans->line_count + 1UL) * sizeof(*spans->lines));
	struct spans_line *line = &spans->lines[spans->line_count++];
	*line = (struct spans_line){ .scope = scope, .whole = calls_none, .threshold = -1,
		.parts = must_alloc(spans->count * sizeof(*line->parts)) };
	(void)snprintf(line->name, sizeof(line->name), "%s", name);
	for (unsigned i = 0; i < spans->count; i++) {
		line->parts[i] = calls_none;
		line->parts[i].from_ms = spans->parts[i].from_s * 1000;
	}
	line->whole.from_ms = spans->from_s * 1000;
	return true;
}

static const struct spans_value no_value = { .mean = NAN, .largest = NAN, .last = NAN, .gained = NAN };

bool spans_add_series(struct spans *spans, const struct store_series *series, struct error *error)
{
	if (!spans_room(spans, error))
		return false;
	spans->series = must_realloc(spans->series, (spans->series_count + 1UL) * sizeof(*spans->series));
	struct spans_series *added = &spans->series[spans->series_count++];
	*added = (struct spans_series){ .about = *series, .whole = no_value, .missed = NAN,
		.parts = must_alloc(spans->count * sizeof(*added->parts)) };
	for (unsigned i = 0; i < spans->count; i++)
		added->parts[i] = no_value;
	return true;
}

/* ---- reading ---- */

/* What a series of the store is read for: a statistic of a line, or a series; both, if both were added. */
struct target {
	int id;
	int line, stat, series; /* -1: none */
};

struct reading {
	struct spans *spans;
	struct target *targets;
	unsigned target_count;
	int64_t time_s, length_s; /* of the rows that come; 0: none came yet */
	int part;                 /* that holds them; -1: none does */
	unsigned at;              /* the part that was looked at last */
};

static int compare_targets(const void *a, const void *b)
{
	const struct target *one = a, *other = b;
	return one->id < other->id ? -1 : one->id > other->id;
}

static int spans_line_of(const struct spans *spans, const struct store_name *name)
{
	for (unsigned i = 0; i < spans->line_count; i++)
		if (spans->lines[i].scope == name->scope && strcmp(spans->lines[i].name, name->name) == 0)
			return (int)i;
	return -1;
}

static int spans_series_of(const struct spans *spans, int id)
{
	for (unsigned i = 0; i < spans->series_count; i++)
		if (spans->series[i].about.id == id)
			return (int)i;
	return -1;
}

static void reading_open(
	struct reading *reading, struct spans *spans, const struct store_series *all, unsigned all_count)
{
	*reading = (struct reading){
		.spans = spans, .part = -1, .targets = must_alloc((all_count + 1UL) * sizeof(*reading->targets))
	};
	for (unsigned i = 0; i < all_count; i++) {
		struct target target = { .id = all[i].id, .line = -1, .stat = calls_stat_of(all[i].name.statistic),
			.series = spans_series_of(spans, all[i].id) };
		target.line = target.stat >= 0 ? spans_line_of(spans, &all[i].name) : -1;
		if (target.line >= 0 || target.series >= 0)
			reading->targets[reading->target_count++] = target;
	}
	if (reading->target_count > 0)
		qsort(reading->targets, reading->target_count, sizeof(*reading->targets), compare_targets);
}

static const struct target *reading_find(const struct reading *reading, int id)
{
	const struct target key = { .id = id };
	return reading->target_count == 0 ? NULL :
		bsearch(&key, reading->targets, reading->target_count, sizeof(*reading->targets), compare_targets);
}

static bool known(double number)
{
	return !isnan(number);
}

static double larger(double a, double b)
{
	return !known(a) || b > a ? b : a;
}

/* The rows hold numbers alone: of a percentage that was sent as 81.3 the digit is still there. */
static unsigned number_decimals(double number)
{
	enum { DECIMALS_MAX = 4 };
	for (unsigned decimals = 0; decimals < DECIMALS_MAX; decimals++) {
		double whole = number * pow(10, decimals);
		if (fabs(whole - round(whole)) < 1e-6)
			return decimals;
	}
	return DECIMALS_MAX;
}

static void spans_on_decimals(void *context, const struct store_row *row)
{
	const struct reading *reading = context;
	const struct target *target = reading_find(reading, row->series);
	if (target == NULL || target->line < 0 || target->stat != CALLS_LEVEL)
		return;
	struct spans_line *line = &reading->spans->lines[target->line];
	unsigned decimals = number_decimals(row->last);
	line->decimals = decimals > line->decimals ? decimals : line->decimals;
}

/* ---- lines: the rows of one time ---- */

static double counted_of(const struct spans_line *line, enum calls_stat stat, bool whole)
{
	return line->gained[stat] + (whole && known(line->missed_now[stat]) ? line->missed_now[stat] : 0);
}

/*
 * The counters' difference is not what was gained where calls came unseen, or a counter began anew within the row: so many calls
 * may be within the threshold or not.
 */
static void line_add_level(struct calls_span *span, const struct spans_line *line, bool whole)
{
	double of = counted_of(line, CALLS_ANSWERED, whole) + counted_of(line, CALLS_ABANDONED_LONG, whole);
	struct calls_span before = *span;
	if (!known(of))
		return;
	calls_add_level(span, &line->last, &line->now);
	double rose = span->in_time_of - before.in_time_of, misfit = rose - of;
	if (fabs(misfit) < 0.5)
		return;
	double share = rose >= 0.5 ? (span->in_time - before.in_time) / rose : 0.5;
	span->in_time -= share * misfit;
	span->in_time_of -= misfit;
	span->uncertain_from += fabs(misfit);
	span->uncertain += fabs(misfit);
}

static void line_add(struct calls_span *span, const struct spans_line *line, bool whole)
{
	for (int i = 0; i < CALLS_COUNTERS; i++) {
		double count = counted_of(line, (enum calls_stat)i, whole);
		if (!known(count))
			continue;
		span->counted[i] = true;
		span->calls[i] += count;
	}
	if (line->now.known[CALLS_LEVEL])
		span->running = line->now.value[CALLS_LEVEL];
	if (line->now.level_known && line->last.level_known)
		line_add_level(span, line, whole);
}

/* A first row that gained all that its counters have began with the day. */
static void line_begin_level(struct spans_line *line)
{
	static const enum calls_stat parts[] = { CALLS_ANSWERED, CALLS_ABANDONED_LONG };
	for (unsigned i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (!line->now.known[parts[i]] || !(fabs(line->now.value[parts[i]] - line->gained[parts[i]]) < 0.5))
			return;
	line->last.level_known = true;
}

/* A fall by a call or two is a correction. */
static bool line_began_anew(const struct spans_line *line)
{
	for (int i = 0; i < CALLS_COUNTERS; i++)
		if (line->last.known[i] && line->now.known[i] && line->last.value[i] > 2 &&
			calls_began_anew(line->last.value[i], line->now.value[i]))
			return true;
	return false;
}

/* All rows of this time are read. */
static void reading_end_time(struct reading *reading)
{
	struct spans *spans = reading->spans;
	bool anew = false;
	for (unsigned i = 0; i < spans->line_count; i++) {
		struct spans_line *line = &spans->lines[i];
		if (!line->touched)
			continue;
		calls_read_level(&line->now, line->decimals);
		if (!line->last.level_known)
			line_begin_level(line);
		anew = anew || (reading->part >= 0 && line_began_anew(line));
		if (reading->part >= 0) {
			line_add(&line->parts[reading->part], line, false);
			line_add(&line->whole, line, true);
			for (int stat = 0; stat < CALLS_COUNTERS; stat++)
				line->missed[stat] += known(line->missed_now[stat]) ? line->missed_now[stat] : 0;
		}
		calls_keep(&line->last, &line->now);
		line->touched = false;
	}
	spans->resets += anew;
	spans->reset_s = anew ? reading->time_s : spans->reset_s;
}

static void line_take(struct spans_line *line, enum calls_stat stat, const struct store_row *row, int part)
{
	if (!line->touched) {
		line->now = (struct calls_reading){ .level_known = false };
		for (int i = 0; i < CALLS_COUNTERS; i++)
			line->gained[i] = line->missed_now[i] = NAN;
		line->touched = true;
	}
	line->now.known[stat] = true;
	line->now.value[stat] = row->last;
	if (stat < CALLS_COUNTERS) {
		line->gained[stat] = row->gained;
		line->missed_now[stat] = row->missed;
	}
	if (part < 0)
		return;
	line->sent[stat] = true;
	if (stat == CALLS_THRESHOLD)
		line->threshold = row->last;
	struct calls_span *spans[] = { &line->parts[part], &line->whole };
	for (unsigned i = 0; i < 2; i++) {
		if (stat == CALLS_LONGEST && row->largest > spans[i]->longest)
			spans[i]->longest = row->largest;
		if (stat == CALLS_WAITING && row->largest > spans[i]->waiting)
			spans[i]->waiting = row->largest;
	}
}

static void value_add(struct spans_value *value, const struct store_row *row)
{
	if (known(row->mean)) {
		value->mean =
			value->count == 0 ? row->mean : value->mean + (row->mean - value->mean) / (value->count + 1);
		value->count++;
	}
	if (known(row->largest))
		value->largest = larger(value->largest, row->largest);
	if (known(row->last))
		value->last = row->last;
	if (known(row->gained))
		value->gained = (known(value->gained) ? value->gained : 0) + row->gained;
}

/* ---- which time was recorded ---- */

/* The part that holds a time; times only rise. */
static int reading_part(struct reading *reading, int64_t time_s)
{
	const struct spans *spans = reading->spans;
	while (reading->at < spans->count && spans->parts[reading->at].until_s <= time_s)
		reading->at++;
	return reading->at < spans->count && spans->parts[reading->at].from_s <= time_s ? (int)reading->at : -1;
}

static void reading_mark(const struct reading *reading, int part)
{
	if (part >= 0)
		reading->spans->parts[part].partial = true;
}

/* Beside a time without rows a row may be one of a few minutes. */
static void reading_begin_time(struct reading *reading, int64_t time_s, int64_t length_s)
{
	int before = reading->part;
	int64_t end_s = reading->time_s + reading->length_s;
	bool gap = reading->time_s == 0 || end_s < time_s;
	reading->part = reading_part(reading, time_s);
	if (gap) {
		reading_mark(reading, before);
		reading_mark(reading, reading->part);
	}
	if (gap && reading->time_s != 0 && time_s <= reading->spans->until_s)
		reading->spans->missing_s += time_s - end_s;
	if (reading->part >= 0)
		reading->spans->parts[reading->part].seen = true;
	reading->time_s = time_s;
	reading->length_s = length_s;
}

static void reading_row(struct reading *reading, const struct store_row *row, int64_t length_s)
{
	if (row->time_s != reading->time_s) {
		reading_end_time(reading);
		reading_begin_time(reading, row->time_s, length_s);
	}
	const struct target *target = reading_find(reading, row->series);
	if (known(row->missed) && row->missed > 0)
		reading_mark(reading, reading->part);
	if (target == NULL)
		return;
	if (target->line >= 0)
		line_take(&reading->spans->lines[target->line], (enum calls_stat)target->stat, row, reading->part);
	if (target->series < 0 || reading->part < 0)
		return;
	struct spans_series *series = &reading->spans->series[target->series];
	value_add(&series->parts[reading->part], row);
	value_add(&series->whole, row);
	if (known(row->missed))
		series->missed = (known(series->missed) ? series->missed : 0) + row->missed;
}

static void spans_on_quarter(void *context, const struct store_row *row)
{
	reading_row(context, row, STORE_QUARTER_S);
}

static void spans_on_minute(void *context, const struct store_row *row)
{
	reading_row(context, row, STORE_MINUTE_S);
}

/* The last row is of a time that still runs, or what comes after it was not recorded. */
static void reading_end(struct reading *reading)
{
	enum { WRITTEN_WITHIN_S = 3 * STORE_MINUTE_S };
	int64_t end_s = reading->time_s + reading->length_s, now_s = reading->spans->now_s;
	reading_end_time(reading);
	if (end_s > now_s || (end_s < now_s - WRITTEN_WITHIN_S && reading->time_s < reading->spans->until_s))
		reading_mark(reading, reading->part);
}

bool spans_read(struct spans *spans, struct store *store, const struct store_series *all, unsigned all_count)
{
	struct reading reading;
	bool minutes = spans->minutes == 1;
	int64_t length_s = minutes ? STORE_MINUTE_S : STORE_QUARTER_S;
	int64_t change_s = minutes ? spans->minutes_from_s : spans->until_s + length_s;
	reading_open(&reading, spans, all, all_count);
	/* One row more on either side says whether the outermost ones are whole. */
	bool good = spans->line_count == 0 || store_read(store, -1, STORE_QUARTER, spans->from_s - STORE_QUARTER_S,
						      spans->until_s, spans_on_decimals, &reading);
	if (good && (!minutes || change_s > spans->from_s))
		good = store_read(store, -1, STORE_QUARTER, spans->from_s - STORE_QUARTER_S, change_s, spans_on_quarter,
			&reading);
	int64_t minutes_s = change_s > spans->from_s - STORE_MINUTE_S ? change_s : spans->from_s - STORE_MINUTE_S;
	if (good && minutes)
		good = store_read(
			store, -1, STORE_MINUTE, minutes_s, spans->until_s + STORE_MINUTE_S, spans_on_minute, &reading);
	reading_end(&reading);
	free(reading.targets);
	return good;
}
