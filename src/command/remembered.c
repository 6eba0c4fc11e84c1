#include "command/remembered.h"

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
	const struct store_name *one = &((const struct store_series *)a)->name, *other = &((const struct store_series *)b)->name;
	bool all = one->name[0] == '\0', other_all = other->name[0] == '\0';
	if (all != other_all)
		return all ? -1 : 1;
	if (one->scope != other->scope)
		return one->scope == STORE_TOTAL ? -1 : 1;
	int order = strcmp(one->name, other->name);
	return order != 0 ? order : strcmp(one->statistic, other->statistic);
}

/* Nothing is there: what there is to do about it. */
static int remembered_nothing(const struct remembered *past, bool file)
{
	if (file)
		message("%.200s: nothing is remembered in it", past->of);
	else
		message("nothing is remembered of %.100s yet: the history begins with the first wall (cxwall), follow or publish of this "
			"user", past->of);
	return STATUS_NO_DATA;
}

int remembered_open(struct remembered *past, struct app *app, const char *file)
{
	struct store_options options = { .path = file, .tenant = text_skip_mark(app->options->api.tenant) };
	past->of = file != NULL ? file : options.tenant;
	if (past->of == NULL) {
		message("the tenant is not configured: name it with --tenant, or name a history's file");
		return STATUS_USAGE;
	}
	past->store = store_open(&options);
	(void)store_walk(past->store, remembered_add, past);
	if (store_trouble(past->store)[0] != '\0') {
		message("%.200s: %s", past->of, store_trouble(past->store));
		return STATUS_FAILED;
	}
	if (past->count == 0)
		return remembered_nothing(past, file != NULL);
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
	const struct store_series *const *found = bsearch(&wanted, extents->by_id, past->count, sizeof(*extents->by_id), compare_ids);
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
