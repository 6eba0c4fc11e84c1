#include "store/hour.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_write.h"
#include "base/log.h"

static const char hour_schema[] = "cxwall-past/1";

/* Beyond these no number of a contact centre is. */
static const double HOUR_NUMBER_MAX = 1e12;

/* Half of the seconds that a 64-bit clock of milliseconds has. */
static const double HOUR_TIME_MAX = 1e12;

struct hour_series {
	struct store_name name;
	bool counter;
	int id; /* in the store; -1 */
	struct store_minute minutes[STORE_HOUR_MINUTES];
};

struct store_hours {
	struct hour_series *series;
	struct hour_series **by_id;
	unsigned count, room;
	int64_t hour_s; /* that is collected */
	bool any;
};

/* The members of a series: those of a counter, and those of all others. */
static const struct hour_member {
	const char *key;
	size_t offset;
	bool of_counters, of_others;
	enum { HOUR_ALWAYS, HOUR_UNLESS_LAST, HOUR_UNLESS_0 } put; /* left out where it is the same as the last, or 0 */
} hour_members[] = {
	{ "last", offsetof(struct store_minute, last), true, true, HOUR_ALWAYS },
	{ "mean", offsetof(struct store_minute, mean), false, true, HOUR_UNLESS_LAST },
	{ "largest", offsetof(struct store_minute, largest), false, true, HOUR_UNLESS_LAST },
	{ "gained", offsetof(struct store_minute, gained), true, false, HOUR_ALWAYS },
	{ "missed", offsetof(struct store_minute, missed), true, false, HOUR_UNLESS_0 },
};

enum { HOUR_MEMBERS = sizeof(hour_members) / sizeof(hour_members[0]) };

static const struct store_minute no_minute = { .mean = NAN, .largest = NAN, .last = NAN, .gained = NAN, .missed = NAN };

static float *member_of(struct store_minute *minute, size_t offset)
{
	return (float *)(void *)((char *)minute + offset);
}

static float value_of(const struct store_minute *minute, size_t offset)
{
	return *(const float *)(const void *)((const char *)minute + offset);
}

/* ---- what is sent ---- */

struct store_hours *store_hours_new(void)
{
	struct store_hours *hours = must_alloc(sizeof(*hours));
	*hours = (struct store_hours){ .count = 0 };
	return hours;
}

void store_hours_free(struct store_hours *hours)
{
	if (hours == NULL)
		return;
	free(hours->series);
	free(hours->by_id);
	free(hours);
}

void store_hours_clear(struct store_hours *hours)
{
	hours->count = 0;
}

static bool same_name(const struct store_name *a, const struct store_name *b)
{
	return a->scope == b->scope && strcmp(a->name, b->name) == 0 && strcmp(a->statistic, b->statistic) == 0;
}

void store_hours_add(struct store_hours *hours, const struct store_name *name, bool counter)
{
	for (unsigned i = 0; i < hours->count; i++)
		if (same_name(&hours->series[i].name, name))
			return;
	if (hours->count == STORE_HOUR_SERIES_MAX)
		return;
	if (hours->count == hours->room) {
		hours->room = hours->room > 0 ? 2 * hours->room : 16;
		hours->series = must_realloc(hours->series, hours->room * sizeof(*hours->series));
		hours->by_id = must_realloc(hours->by_id, hours->room * sizeof(*hours->by_id));
	}
	hours->series[hours->count] = (struct hour_series){ .name = *name, .counter = counter, .id = -1 };
	hours->count++;
}

static int compare_ids(const void *a, const void *b)
{
	int left = (*(struct hour_series *const *)a)->id, right = (*(struct hour_series *const *)b)->id;
	return (left > right) - (left < right);
}

static void collect_row(void *context, const struct store_row *row)
{
	struct store_hours *hours = context;
	struct hour_series key = { .id = row->series }, *at = &key;
	struct hour_series **found = bsearch(&at, hours->by_id, hours->count, sizeof(*hours->by_id), compare_ids);
	int64_t minute = (row->time_s - hours->hour_s) / STORE_MINUTE_S;
	if (found == NULL || minute < 0 || minute >= STORE_HOUR_MINUTES)
		return;
	(*found)->minutes[minute] = (struct store_minute){ .mean = (float)row->mean, .largest = (float)row->largest,
		.last = (float)row->last, .gained = (float)row->gained, .missed = (float)row->missed };
	hours->any = true;
}

static bool collect(struct store_hours *hours, struct store *store, int64_t hour_s)
{
	hours->hour_s = hour_s;
	hours->any = false;
	for (unsigned i = 0; i < hours->count; i++) {
		struct hour_series *series = &hours->series[i];
		series->id = store_series(store, &series->name);
		hours->by_id[i] = series;
		for (unsigned minute = 0; minute < STORE_HOUR_MINUTES; minute++)
			series->minutes[minute] = no_minute;
	}
	qsort(hours->by_id, hours->count, sizeof(*hours->by_id), compare_ids);
	return store_read(store, -1, STORE_MINUTE, hour_s, hour_s + STORE_HOUR_S, collect_row, hours) && hours->any;
}

static void put_number(struct buffer *out, float value)
{
	double number = (double)value;
	if (!isfinite(number))
		json_put_null(out);
	else if (fabs(number) < HOUR_NUMBER_MAX && floor(number) >= number)
		json_put_integer(out, (long long)number);
	else
		json_put_real(out, number, 3);
}

static bool is_due(const struct hour_series *series, const struct hour_member *member)
{
	if (!(series->counter ? member->of_counters : member->of_others))
		return false;
	if (member->put == HOUR_ALWAYS)
		return true;
	for (unsigned i = 0; i < STORE_HOUR_MINUTES; i++) {
		float value = value_of(&series->minutes[i], member->offset);
		float plain = member->put == HOUR_UNLESS_LAST ? series->minutes[i].last : 0;
		if (!isnan(value) && (value < plain || value > plain))
			return true;
	}
	return false;
}

/* From the first minute that is known to the last one. */
static bool known_span(const struct hour_series *series, unsigned *first, unsigned *end)
{
	*end = 0;
	for (unsigned i = 0; i < STORE_HOUR_MINUTES; i++) {
		if (isnan(series->minutes[i].last))
			continue;
		if (*end == 0)
			*first = i;
		*end = i + 1;
	}
	return *end > 0;
}

static void put_series(struct buffer *out, const struct hour_series *series)
{
	unsigned first, end;
	if (!known_span(series, &first, &end))
		return;
	json_put_object(out);
	json_put_pair(out, "scope", store_scope_names[series->name.scope]);
	json_put_pair(out, "name", series->name.name);
	json_put_pair(out, "statistic", series->name.statistic);
	json_put_bool_pair(out, "counter", series->counter);
	json_put_integer_pair(out, "first", first);
	for (unsigned m = 0; m < HOUR_MEMBERS; m++) {
		if (!is_due(series, &hour_members[m]))
			continue;
		json_put_key(out, hour_members[m].key);
		json_put_array(out);
		for (unsigned i = first; i < end; i++)
			put_number(out, value_of(&series->minutes[i], hour_members[m].offset));
		json_put_array_end(out);
	}
	json_put_object_end(out);
}

bool store_hours_put(struct store_hours *hours, struct store *store, int64_t hour_s, struct buffer *out)
{
	static const size_t end = 8;
	if (!collect(hours, store, hour_s))
		return false;
	json_put_object(out);
	json_put_pair(out, "schema", hour_schema);
	json_put_integer_pair(out, "from", hour_s);
	json_put_key(out, "series");
	json_put_array(out);
	for (unsigned i = 0; i < hours->count; i++) {
		size_t before = out->length;
		put_series(out, &hours->series[i]);
		if (!out->full && out->length + end <= STORE_HOUR_BYTES_MAX)
			continue;
		log_line("the last day for screens: there is room for %u of %u series", i, hours->count);
		buffer_cut(out, before);
		break;
	}
	json_put_array_end(out);
	json_put_object_end(out);
	return true;
}

/* ---- what is read ---- */

/* Not known, or a number within reason. */
static bool read_values(const struct json *json, int array, unsigned first, struct store_minute *minutes, size_t offset)
{
	if (array < 0)
		return true;
	if (json_kind(json, array) != JSON_ARRAY)
		return false;
	unsigned minute = first;
	for (int node = json_first(json, array); node >= 0; node = json_next(json, array, node)) {
		double value;
		if (minute == STORE_HOUR_MINUTES)
			return false;
		if (json_number(json, node, &value)) {
			if (fabs(value) > HOUR_NUMBER_MAX)
				return false;
			*member_of(&minutes[minute], offset) = (float)value;
		}
		minute++;
	}
	return true;
}

static bool read_scope(const struct json *json, int node, enum store_scope *scope)
{
	for (unsigned i = 0; i < STORE_SCOPES; i++)
		if (json_is(json, node, store_scope_names[i])) {
			*scope = (enum store_scope)i;
			return true;
		}
	return false;
}

/* What was left out is what it stands for. */
static void complete(struct store_minute *minute, bool counter)
{
	if (isnan(minute->last)) {
		*minute = no_minute;
		return;
	}
	if (isnan(minute->mean))
		minute->mean = minute->last;
	if (isnan(minute->largest))
		minute->largest = minute->last;
	if (!counter)
		minute->gained = NAN;
	if (isnan(minute->gained))
		minute->missed = NAN;
	else if (isnan(minute->missed))
		minute->missed = 0;
}

static bool read_series(const struct json *json, int node, struct store_name *name, struct store_minute minutes[STORE_HOUR_MINUTES])
{
	double first;
	bool counter = json_is(json, json_get(json, node, "counter"), "true");
	if (json_kind(json, node) != JSON_OBJECT || !read_scope(json, json_get(json, node, "scope"), &name->scope) ||
		!json_number(json, json_get(json, node, "first"), &first) || !(first >= 0 && first < STORE_HOUR_MINUTES))
		return false;
	json_text(json, json_get(json, node, "name"), name->name, sizeof(name->name));
	if (json_text(json, json_get(json, node, "statistic"), name->statistic, sizeof(name->statistic)) == 0)
		return false;
	for (unsigned i = 0; i < STORE_HOUR_MINUTES; i++)
		minutes[i] = no_minute;
	for (unsigned m = 0; m < HOUR_MEMBERS; m++)
		if (!read_values(json, json_get(json, node, hour_members[m].key), (unsigned)first, minutes, hour_members[m].offset))
			return false;
	for (unsigned i = 0; i < STORE_HOUR_MINUTES; i++)
		complete(&minutes[i], counter);
	return true;
}

bool store_hour_read(struct json *json, const char *bytes, size_t length, int64_t *hour_s, store_hour_series *each, void *context,
	struct error *error)
{
	struct store_name name;
	struct store_minute minutes[STORE_HOUR_MINUTES];
	unsigned count = 0;
	double from;
	if (length > STORE_HOUR_BYTES_MAX)
		return error_set(error, "it is larger than %d bytes", STORE_HOUR_BYTES_MAX);
	if (!json_parse(json, bytes, length, error))
		return false;
	int root = json_root(json), list = json_get(json, root, "series");
	if (!json_is(json, json_get(json, root, "schema"), hour_schema) || json_kind(json, list) != JSON_ARRAY)
		return error_set(error, "it is of another version");
	if (!json_number(json, json_get(json, root, "from"), &from) || !(from > 0 && from < HOUR_TIME_MAX) ||
		(int64_t)from % STORE_HOUR_S != 0)
		return error_set(error, "it does not begin with an hour");
	for (int node = json_first(json, list); node >= 0; node = json_next(json, list, node))
		if (++count > STORE_HOUR_SERIES_MAX || !read_series(json, node, &name, minutes))
			return error_set(error, "series %u of it is damaged", count);
	*hour_s = (int64_t)from;
	for (int node = json_first(json, list); node >= 0; node = json_next(json, list, node))
		if (read_series(json, node, &name, minutes))
			each(context, &name, minutes);
	return true;
}
