#include "board/query.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"

enum {
	/* 64 sets of 34 columns with their texts are 200 kB. */
	REQUEST_BYTES_MAX = 4 * 1024 * 1024,
	/* Columns that a panel needs beside its own: the state of agent_states, sort, filter, key. */
	EXTRA_COLUMNS_MAX = 4,
	SIGNATURE_DIGITS = 8,
};

void request_init(struct request *request)
{
	*request = (struct request){ 0 };
	arena_init(&request->arena, REQUEST_BYTES_MAX);
}

void request_free(struct request *request)
{
	arena_free(&request->arena);
	request_init(request);
}

/* The layout's caps keep a plan far below the arena's. */
static void *need(void *memory)
{
	if (memory == NULL)
		fatal("a request of more than %d bytes", REQUEST_BYTES_MAX);
	return memory;
}

/* Index of the statistic among the set's columns; dispositions make a column of its own. */
static int set_column(const struct request_set *set, const char *stat)
{
	for (unsigned i = 0; i < set->column_count; i++)
		if (set->columns[i].dispositions.count == 0 && strcmp(set->columns[i].stat, stat) == 0)
			return (int)i;
	return -1;
}

static int add_column(struct request_set *set, const char *stat, struct texts dispositions)
{
	struct request_column *column = &set->columns[set->column_count];
	column->stat = stat;
	column->dispositions = dispositions;
	snprintf(column->id, sizeof(column->id), "%u", (set->column_count + 1) % 1000);
	return (int)set->column_count++;
}

static void add_hidden(struct request_set *set, const char *stat)
{
	if (stat != NULL && set_column(set, stat) < 0)
		add_column(set, stat, (struct texts){ 0 });
}

/* What names a row, so that it is found again in the next answer whatever the order; NULL: no statistic does. */
static const char *key_stat(const struct panel *panel)
{
	switch (panel->type) {
	case PANEL_SERVICE_GRID:
		return "name";
	case PANEL_AGENT_GRID:
	case PANEL_AGENT_STATES: /* an agent of two teams has two rows, and is one */
		return "login_id";
	default:
		return NULL;
	}
}

/* A filter by services that must be done here needs their names, whatever the columns are: the key column has them. */
static void plan_columns(struct request *request, struct request_set *set)
{
	const struct panel *panel = set->panel;
	size_t room = panel->column_count + EXTRA_COLUMNS_MAX;
	set->columns = need(arena_alloc(&request->arena, room * sizeof(*set->columns)));
	set->key_column = -1;
	if (panel->type == PANEL_AGENT_STATES)
		add_column(set, "acd_state", (struct texts){ 0 });
	for (unsigned i = 0; i < panel->column_count; i++)
		add_column(set, panel->columns[i].stat, panel->columns[i].dispositions);
	set->shown_count = set->column_count;
	if (panel_kind(panel->type)->ask != ASK_SERVICE_GRID && panel_kind(panel->type)->ask != ASK_AGENT_GRID)
		return;
	add_hidden(set, panel->sort_stat);
	add_hidden(set, panel->filter_stat);
	const char *key = key_stat(panel);
	if (key == NULL)
		return;
	add_hidden(set, key);
	set->key_column = set_column(set, key);
}

/* Bytes of each name and reason that a reason of ours repeats. */
enum { REPEATED_MAX = 75 };

static void skip(struct request_set *set, const char *what, const char *full, const struct catalogue *catalogue)
{
	const char *near = catalogue->known ? catalogue_nearest(catalogue, full) : NULL;
	const char *why = catalogue->reason[0] != '\0' ? catalogue->reason : "not asked";
	char name[REPEATED_MAX + 1], other[REPEATED_MAX + 1];
	/* Cut between characters. */
	text_scrub(name, sizeof(name), full, strlen(full));
	text_scrub(other, sizeof(other), near != NULL ? near : why, strlen(near != NULL ? near : why));
	set->skipped = true;
	if (!catalogue->known)
		snprintf(set->reason, sizeof(set->reason),
			"%ss cannot be listed (%s): write the id of %s '%s' in the layout", what, other, what, name);
	else if (near != NULL)
		snprintf(set->reason, sizeof(set->reason), "there is no %s '%s' (did you mean '%s'?)", what, name, other);
	else
		snprintf(set->reason, sizeof(set->reason), "there is no %s '%s' that this login may see", what, name);
}

/* Names to ids; false if one is unknown, and the set is then skipped with the reason. */
static bool resolve(struct request *request, struct request_set *set, const char *what, const struct texts *names,
	const struct catalogue *catalogue, struct texts *ids)
{
	const char **items = need(arena_alloc(&request->arena, (names->count + 1) * sizeof(*items)));
	for (unsigned i = 0; i < names->count; i++) {
		const char *id = catalogue_id(catalogue, names->items[i]);
		if (id == NULL) {
			skip(set, what, names->items[i], catalogue);
			return false;
		}
		items[i] = need(arena_copy(&request->arena, id, strlen(id)));
	}
	*ids = (struct texts){ .items = items, .count = names->count };
	return true;
}

static bool all_guids(const struct texts *names)
{
	for (unsigned i = 0; i < names->count; i++)
		if (!catalogue_is_guid(names->items[i]))
			return false;
	return true;
}

static void plan_names(struct request *request, struct request_set *set, const struct catalogue *teams,
	const struct catalogue *services)
{
	const struct panel *panel = set->panel;
	if (panel->teams.count > 0 && !resolve(request, set, "team", &panel->teams, teams, &set->team_ids))
		return;
	if (panel->services.count == 0)
		return;
	if (!services->known && panel->type == PANEL_SERVICE_GRID && !all_guids(&panel->services)) {
		set->filter_services_here = true;
		return;
	}
	resolve(request, set, "service", &panel->services, services, &set->service_ids);
}

static void name_set(const struct request *request, struct request_set *set)
{
	char signature[16] = "";
	if (request->signature != 0)
		snprintf(signature, sizeof(signature), "/%08" PRIx32, request->signature);
	snprintf(set->app_id, sizeof(set->app_id), "%s%s/%s", request->tag, signature, set->panel->name);
}

void request_plan(struct request *request, const struct layout *layout, const struct catalogue *teams,
	const struct catalogue *services, const char *tag)
{
	enum dialect dialect = request->dialect;
	request_free(request);
	request->dialect = dialect;
	request->layout = layout;
	snprintf(request->tag, sizeof(request->tag), "%s", tag);
	request->sets = need(arena_alloc(&request->arena, (layout->panel_count + 1) * sizeof(*request->sets)));
	for (unsigned i = 0; i < layout->panel_count; i++) {
		const struct panel *panel = &layout->panels[i];
		if (!panel_subscribes(panel->type))
			continue;
		struct request_set *set = &request->sets[request->set_count++];
		set->panel = panel;
		name_set(request, set);
		snprintf(set->grid_id, sizeof(set->grid_id), "%s", REQUEST_GRID_ID);
		plan_columns(request, set);
		plan_names(request, set, teams, services);
	}
}

unsigned request_live_sets(const struct request *request)
{
	unsigned count = 0;
	for (unsigned i = 0; i < request->set_count; i++)
		count += !request->sets[i].skipped;
	return count;
}

struct request_set *request_find(const struct request *request, const char *app_id)
{
	for (unsigned i = 0; i < request->set_count; i++)
		if (strcmp(request->sets[i].app_id, app_id) == 0)
			return &request->sets[i];
	return NULL;
}

bool request_is_ours(const struct request *request, const char *app_id)
{
	size_t length = strlen(request->tag);
	return strncmp(app_id, request->tag, length) == 0 && app_id[length] == '/';
}

void request_sign(struct request *request)
{
	struct buffer body;
	buffer_init(&body, REQUEST_BODY_MAX);
	enum dialect used = request->dialect;
	request->dialect = DIALECT_SCHEMA;
	request_body(request, &body);
	request->dialect = used;
	request->signature = text_hash(buffer_string(&body));
	request->signature += request->signature == 0;
	buffer_free(&body);
	for (unsigned i = 0; i < request->set_count; i++)
		name_set(request, &request->sets[i]);
}

uint32_t request_signature(const struct request *request, const char *app_id)
{
	if (!request_is_ours(request, app_id))
		return 0;
	const char *digits = app_id + strlen(request->tag) + 1;
	if (strspn(digits, "0123456789abcdef") != SIGNATURE_DIGITS || digits[SIGNATURE_DIGITS] != '/')
		return 0;
	return (uint32_t)strtoul(digits, NULL, 16);
}
