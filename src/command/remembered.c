#include "command/remembered.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/log.h"
#include "base/text.h"

static void remembered_add(void *context, const struct store_series *series)
{
	struct remembered *past = context;
	past->series = array_reserve(past->series, &past->room, past->count + 1, sizeof(*past->series));
	past->series[past->count++] = *series;
}

static int compare_series(const void *a, const void *b)
{
	const struct store_name *one = &((const struct store_series *)a)->name,
				*other = &((const struct store_series *)b)->name;
	bool all = one->name[0] == '\0', other_all = other->name[0] == '\0';
	if (all != other_all)
		return all ? -1 : 1;
	if (one->scope != other->scope)
		return one->scope == STORE_TOTAL ? -1 : 1;
	int order = strcmp(one->name, other->name);
	return order != 0 ? order : strcmp(one->statistic, other->statistic);
}

/* Nothing is there: what there is to do about it. */
static int remembered_nothing(const struct remembered *past, const struct options *options, bool file)
{
	if (file)
		message("%.200s: nothing is remembered in it", past->of);
	else if (options->history_days == 0)
		message("no history of %.100s is kept: the configuration says history = off", past->of);
	else
		message("nothing is remembered of %.100s yet: the history begins with the first wall (cxwall), follow "
			"or publish of this "
			"user",
			past->of);
	return STATUS_NO_DATA;
}

int remembered_open(struct remembered *past, struct app *app, const char *file)
{
	struct store_options options = { .path = file, .tenant = text_skip_mark(app->options->api.tenant) };
	past->of = file != NULL ? file : options.tenant;
	if (past->of == NULL) {
		message(app->options->broker_from != NULL
				? "a screen behind a broker keeps no history: ask on the machine of its publisher, or name a "
				  "history's file"
				: "the tenant is not configured: name it with --tenant, or name a history's file");
		return STATUS_USAGE;
	}
	past->store = store_open(&options);
	(void)store_walk(past->store, remembered_add, past);
	if (store_trouble(past->store)[0] != '\0') {
		message("%.200s: %s", past->of, store_trouble(past->store));
		return STATUS_FAILED;
	}
	if (past->count == 0)
		return remembered_nothing(past, app->options, file != NULL);
	qsort(past->series, past->count, sizeof(*past->series), compare_series);
	return STATUS_FINE;
}

void remembered_close(struct remembered *past)
{
	if (past->store != NULL)
		store_close(past->store, 0, 0);
	free(past->series);
	free(past->first_s);
	free(past->end_s);
}

/* ---- what there is ---- */

void names_said_add(struct names_said *said, const char *name)
{
	enum { MORE_ROOM = 200 };
	size_t used = strlen(said->text);
	if (used + strlen(name) + 3 > sizeof(said->text) - MORE_ROOM)
		said->more++;
	else
		snprintf(said->text + used, sizeof(said->text) - used, "%s%s", used > 0 ? ", " : "", name);
}

void names_say(const char *what, const struct names_said *said)
{
	if (said->more > 0)
		message("%s: %s and %u more", what, said->text, said->more);
	else
		message("%s: %s", what, said->text[0] != '\0' ? said->text : "none");
}

/* Whether a series is about what an earlier one of the list is about. */
static bool same_subject(const struct store_name *a, const struct store_name *b)
{
	return a->scope == b->scope && strcmp(a->name, b->name) == 0;
}

bool remembered_begins(const struct remembered *past, unsigned index)
{
	return index == 0 || !same_subject(&past->series[index - 1].name, &past->series[index].name);
}

const char *remembered_subject(const struct store_name *name)
{
	return name->name[0] != '\0' ? name->name : "all";
}

static const char *subject_at(const void *context, size_t index)
{
	const struct remembered *past = context;
	for (unsigned i = 0; i < past->count; i++)
		if (remembered_begins(past, i) && index-- == 0)
			return remembered_subject(&past->series[i].name);
	return NULL;
}

static bool is_asked(const struct store_name *name, const char *wanted)
{
	return text_same(remembered_subject(name), wanted);
}

static bool remembered_unknown_service(const struct remembered *past, const char *wanted)
{
	struct names_said said = { .text = "" };
	const char *near = text_nearest(wanted, subject_at, past), *name;
	for (size_t i = 0; (name = subject_at(past, i)) != NULL; i++)
		names_said_add(&said, name);
	if (strcmp(wanted, "all") == 0)
		message("the totals over all services are not remembered: no layout of a wall or publisher shows them");
	else
		message("nothing is remembered of service '%.60s'%s", wanted, text_hint(near, "").text);
	names_say("there is", &said);
	return false;
}

bool remembered_check_services(const struct remembered *past, const struct many *wanted)
{
	for (unsigned i = 0; i < wanted->count; i++) {
		bool found = false;
		for (unsigned at = 0; at < past->count && !found; at++)
			found = is_asked(&past->series[at].name, wanted->items[i]);
		if (!found)
			return remembered_unknown_service(past, wanted->items[i]);
	}
	return true;
}

bool remembered_wanted(const struct store_name *name, const struct many *wanted)
{
	for (unsigned i = 0; i < wanted->count; i++)
		if (is_asked(name, wanted->items[i]))
			return true;
	return wanted->count == 0;
}

/* Whether something of a subject is a statistic of calls before this one, in their order: counters are the first. */
static bool has_calls(const struct remembered *past, unsigned first, int below)
{
	for (unsigned i = first; i < past->count && same_subject(&past->series[first].name, &past->series[i].name);
		i++) {
		int stat = calls_stat_of(past->series[i].name.statistic);
		if (stat >= 0 && stat < below)
			return true;
	}
	return false;
}

static bool add_lines(const struct remembered *past, struct spans *spans, const struct many *wanted, int below,
	unsigned *left_out, struct error *error)
{
	for (unsigned i = 0; i < past->count; i++) {
		const struct store_name *name = &past->series[i].name;
		if (!remembered_begins(past, i) || !remembered_wanted(name, wanted))
			continue;
		if (!has_calls(past, i, below))
			*left_out += has_calls(past, i, CALLS_STATS);
		else if (!spans_add_line(spans, name->scope, name->name, error))
			return false;
	}
	return true;
}

bool remembered_add_lines(const struct remembered *past, struct spans *spans, const struct many *wanted,
	unsigned *left_out, struct error *error)
{
	unsigned none = 0;
	if (left_out != NULL)
		*left_out = 0;
	if (left_out != NULL && wanted->count == 0 && !add_lines(past, spans, wanted, CALLS_COUNTERS, left_out, error))
		return false;
	if (spans->line_count > 0)
		return true;
	if (left_out != NULL)
		*left_out = 0;
	if (!add_lines(past, spans, wanted, CALLS_STATS, &none, error))
		return false;
	return spans->line_count > 0 ||
	       error_set(error, "no calls are remembered; cxwall history --list shows what there is");
}

/* ---- from when to when ---- */

static int compare_ids(const void *a, const void *b)
{
	const struct store_series *const *one = a, *const *other = b;
	return (*one)->id < (*other)->id ? -1 : (*one)->id > (*other)->id;
}

struct extents {
	struct remembered *past;
	const struct store_series **by_id;
};

static void extents_row(void *context, const struct store_row *row)
{
	const struct extents *extents = context;
	struct remembered *past = extents->past;
	const struct store_series key = { .id = row->series }, *wanted = &key;
	const struct store_series *const *found =
		bsearch(&wanted, extents->by_id, past->count, sizeof(*extents->by_id), compare_ids);
	if (found == NULL)
		return;
	size_t at = (size_t)(*found - past->series);
	int64_t end_s = row->time_s + STORE_QUARTER_S;
	if (past->first_s[at] == 0 || row->time_s < past->first_s[at])
		past->first_s[at] = row->time_s;
	if (end_s > past->end_s[at])
		past->end_s[at] = end_s;
}

bool remembered_extents(struct remembered *past)
{
	struct extents extents = { .past = past, .by_id = must_alloc(past->count * sizeof(*extents.by_id)) };
	past->first_s = must_alloc(past->count * sizeof(*past->first_s));
	past->end_s = must_alloc(past->count * sizeof(*past->end_s));
	for (unsigned i = 0; i < past->count; i++) {
		past->first_s[i] = past->end_s[i] = 0;
		extents.by_id[i] = &past->series[i];
	}
	qsort(extents.by_id, past->count, sizeof(*extents.by_id), compare_ids);
	bool good = store_read(past->store, -1, STORE_QUARTER, 0, INT64_MAX, extents_row, &extents);
	free(extents.by_id);
	if (!good)
		message("%s", store_trouble(past->store));
	return good;
}
