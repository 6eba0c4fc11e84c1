#include "board/query.h"

#include <ctype.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"

enum {
	/* 64 sets of 34 columns with their texts are 200 kB. */
	REQUEST_BYTES_MAX = 4 * 1024 * 1024,
	/* Columns that a panel needs beside its own: sort, filter, key. */
	EXTRA_COLUMNS_MAX = 3,
	SIGNATURE_DIGITS = 8,
	/* Rows that were asked for where a layout had no limit, until it could have none. */
	QUERY_LIMIT_ONCE = 1000,
};

/* ---- the table: what a panel asks for ---- */

enum query_type {
	QUERY_TEXT,   /* const char *; NULL and "" are nothing */
	QUERY_TEXTS,  /* struct texts */
	QUERY_PARTS,  /* QUERY_TEXTS, and a body has those of each part */
	QUERY_CHOICE, /* an enum; 0 is nothing */
	QUERY_FLAG,   /* bool */
	QUERY_NUMBER, /* int; 0 is nothing */
	QUERY_SORT,   /* QUERY_TEXT, and a body has the order here */
	QUERY_FILTER, /* QUERY_TEXT, and a body has the filter here */
};

/* Whether the answer to one panel serves another one. */
enum query_match {
	QUERY_SAME,     /* only if both ask for the same */
	QUERY_ORDER,    /* if both ask for the same, or for no more rows than came */
	QUERY_AT_MOST,  /* if it asks for no more; 0 is all */
	QUERY_INCLUDED, /* if it does not ask for it, or both do */
};

/*
 * One row for each option of a panel that changes what the server answers. The body, a recorded request, the signature (a hash
 * of the body) and all comparisons of panels walk it: an option that is missing here is one by which screens are shown another
 * one's data. Rows are in the order of a body's members.
 */
struct query_option {
	const char *record; /* member of a recorded request */
	enum query_type type;
	enum query_match match;
	size_t offset;                       /* in struct panel */
	const char *grid, *totals, *messages; /* member of a body; NULL: not there */
	const char *record_ids;              /* member with the ids of what is written as names; NULL: none */
	size_t ids;                          /* in struct request_set; a body has these */
	const char *const *choices;
	bool blank; /* an empty text is a value too */
	const char *layout; /* its key in a layout; NULL: written with the option that it belongs to */
	enum panel_key key; /* a type of panel takes it */
};

#define OPTION(field) .record = #field, .offset = offsetof(struct panel, field)

static const struct query_option query_options[] = {
	{ OPTION(message_filter), .type = QUERY_TEXT, .messages = "filter", .layout = "filter", .key = PANEL_KEY_FILTER },
	{ OPTION(sort_stat), .type = QUERY_SORT, .match = QUERY_ORDER, .grid = "", .layout = "sort", .key = PANEL_KEY_SORT },
	{ OPTION(sort_descending), .type = QUERY_FLAG, .match = QUERY_ORDER },
	{ OPTION(limit), .type = QUERY_NUMBER, .match = QUERY_AT_MOST, .grid = "limit", .messages = "limit", .layout = "limit",
		.key = PANEL_KEY_LIMIT },
	{ OPTION(filter_stat), .type = QUERY_FILTER, .grid = "", .layout = "filter", .key = PANEL_KEY_FILTER },
	{ OPTION(filter_operation), .type = QUERY_CHOICE, .choices = filter_operation_names },
	{ OPTION(filter_value), .type = QUERY_TEXT, .blank = true },
	{ OPTION(teams), .type = QUERY_TEXTS, .grid = "team_ids", .record_ids = "team_ids",
		.ids = offsetof(struct request_set, team_ids), .layout = "teams", .key = PANEL_KEY_TEAMS },
	{ OPTION(services), .type = QUERY_TEXTS, .grid = "service_ids", .totals = "stats_totals_service_ids",
		.record_ids = "service_ids", .ids = offsetof(struct request_set, service_ids), .layout = "services",
		.key = PANEL_KEY_SERVICES },
	{ OPTION(dispositions), .type = QUERY_PARTS, .totals = "stats_totals_dispositions", .layout = "dispositions",
		.key = PANEL_KEY_DISPOSITIONS },
	{ OPTION(subteam_only), .type = QUERY_FLAG, .grid = "my_subteam_only", .layout = "subteam_only",
		.key = PANEL_KEY_SUBTEAM_ONLY },
	{ OPTION(logged_in_only), .type = QUERY_FLAG, .grid = "logged_in_agents_only", .layout = "logged_in_only",
		.key = PANEL_KEY_LOGGED_IN_ONLY },
	/* A body has the totals beside the grid. */
	{ OPTION(total), .type = QUERY_FLAG, .match = QUERY_INCLUDED, .layout = "total", .key = PANEL_KEY_TOTAL },
	/* A body has the columns that they need. */
	{ OPTION(lists), .type = QUERY_FLAG, .match = QUERY_INCLUDED, .layout = "lists", .key = PANEL_KEY_LISTS },
	{ .record = NULL },
};

/* Where rows are sorted here the server does not sort, and none may be missing. */
static bool query_is_done_here(const struct query_option *option, const struct panel *panel)
{
	return panel->sort_here >= 0 && (option->match == QUERY_ORDER || option->match == QUERY_AT_MOST);
}

static const char *query_text(const struct query_option *option, const struct panel *panel)
{
	if (query_is_done_here(option, panel))
		return NULL;
	const char *const *text = (const void *)((const char *)panel + option->offset);
	return *text;
}

static const struct texts *query_texts(const struct query_option *option, const struct panel *panel)
{
	return (const void *)((const char *)panel + option->offset);
}

static const struct texts *query_ids(const struct query_option *option, const struct request_set *set)
{
	return option->record_ids == NULL ? query_texts(option, set->panel) : (const void *)((const char *)set + option->ids);
}

static int query_number(const struct query_option *option, const struct panel *panel)
{
	if (query_is_done_here(option, panel))
		return 0;
	const void *field = (const char *)panel + option->offset;
	return option->type == QUERY_FLAG ? *(const bool *)field : *(const int *)field;
}

static bool query_option_same(const struct query_option *option, const struct panel *a, const struct panel *b)
{
	switch (option->type) {
	case QUERY_TEXT:
	case QUERY_SORT:
	case QUERY_FILTER:
		return text_equal(query_text(option, a), query_text(option, b));
	case QUERY_TEXTS:
	case QUERY_PARTS:
		return texts_same(query_texts(option, a), query_texts(option, b));
	case QUERY_CHOICE:
	case QUERY_FLAG:
	case QUERY_NUMBER:
		break;
	}
	return query_number(option, a) == query_number(option, b);
}

/* A chart asks for what tiles ask for: each finds the other's in a recording, and one of the two is published. */
static const char *recorded_type_name(const struct panel *panel)
{
	return panel_type_names[panel_has_totals(panel->type) ? PANEL_TOTALS : panel->type];
}

bool query_same_source(const struct panel *a, const struct panel *b)
{
	if (strcmp(recorded_type_name(a), recorded_type_name(b)) != 0)
		return false;
	for (const struct query_option *option = query_options; option->record != NULL; option++)
		if (option->match == QUERY_SAME && !query_option_same(option, a, b))
			return false;
	return true;
}

/* What a panel asks for to compute with: the next one after those that were given; NULL: no more. */
static const char *query_hidden(const struct panel *panel, unsigned *column, unsigned *operand)
{
	for (; *column < panel->column_count; ++*column, *operand = 0) {
		const struct calc *calc = panel->columns[*column].calc;
		for (; calc != NULL && *operand < calc->operand_count; ++*operand)
			if (calc->operands[*operand].column < 0)
				return calc->operands[(*operand)++].stat;
	}
	return NULL;
}

/* Whether a panel asks for a statistic for all dispositions, to show it or to compute with it. */
static bool query_has_stat(const struct panel *panel, const char *stat)
{
	unsigned column = 0, operand = 0;
	const char *hidden;
	for (unsigned i = 0; i < panel->column_count; i++)
		if (panel->columns[i].dispositions.count == 0 && strcmp(panel->columns[i].stat, stat) == 0)
			return true;
	while ((hidden = query_hidden(panel, &column, &operand)) != NULL)
		if (strcmp(hidden, stat) == 0)
			return true;
	return false;
}

/* What its answer has beside, to sort and filter rows and to tell them apart. */
static bool query_hides(const struct panel *panel, const char *stat);

static bool query_has_column(const struct panel *panel, const struct column *column, bool beside)
{
	if (column->calc != NULL)
		return true; /* of what it is computed with, each is looked for by itself */
	for (unsigned i = 0; i < panel->column_count; i++) {
		const struct column *own = &panel->columns[i];
		if (strcmp(own->stat, column->stat) == 0 && texts_same(&own->dispositions, &column->dispositions) &&
			texts_same(&own->sum, &column->sum))
			return true;
	}
	return column->dispositions.count == 0 && column->sum.count == 0 &&
		(query_has_stat(panel, column->stat) || (beside && query_hides(panel, column->stat)));
}

static bool query_has_columns(const struct panel *panel, const struct panel *other, bool beside)
{
	unsigned column = 0, operand = 0;
	const char *hidden;
	for (unsigned i = 0; i < other->column_count; i++)
		if (!query_has_column(panel, &other->columns[i], beside))
			return false;
	while ((hidden = query_hidden(other, &column, &operand)) != NULL)
		if (!query_has_stat(panel, hidden) && !(beside && query_hides(panel, hidden)))
			return false;
	return true;
}

static bool query_has_all(const struct panel *panel, const struct panel *other, bool beside)
{
	if (!query_same_source(panel, other))
		return false;
	for (const struct query_option *option = query_options; option->record != NULL; option++) {
		bool enough = option->match == QUERY_INCLUDED && query_number(option, other) <= query_number(option, panel);
		/* Of another limit or order other rows would be left. */
		if (!enough && !query_option_same(option, panel, other))
			return false;
	}
	return query_has_columns(panel, other, beside);
}

bool query_covers(const struct panel *panel, const struct panel *other)
{
	return query_has_all(panel, other, false);
}

/* ---- the plan ---- */

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
static void *query_need(void *memory)
{
	if (memory == NULL)
		fatal("a request of more than %d bytes", REQUEST_BYTES_MAX);
	return memory;
}

/* Index of the statistic among the set's columns; dispositions make a column of its own. */
static int plan_find_column(const struct request_set *set, const char *stat)
{
	for (unsigned i = 0; i < set->column_count; i++)
		if (set->columns[i].calc == NULL && set->columns[i].dispositions.count == 0 && strcmp(set->columns[i].stat, stat) == 0)
			return (int)i;
	return -1;
}

static struct request_column *plan_add_column(struct request_set *set, const char *stat, struct texts dispositions)
{
	struct request_column *column = &set->columns[set->column_count];
	column->stat = stat;
	column->dispositions = dispositions;
	column->kind = KIND_TEXT;
	snprintf(column->id, sizeof(column->id), "%u", (set->column_count + 1) % 1000);
	set->column_count++;
	return column;
}

static void plan_add_hidden(struct request_set *set, const char *stat)
{
	if (stat != NULL && plan_find_column(set, stat) < 0)
		plan_add_column(set, stat, (struct texts){ 0 });
}

/* What the layout says of a column. Names and the like have no totals. */
static void plan_describe(struct request_column *column, const struct panel *panel, const struct column *about)
{
	column->kind = about->kind;
	column->sum = about->sum;
	column->scale = panel_has_totals(panel->type) ? SCALE_AUTO : about->scale;
	column->total_scale = panel_has_totals(panel->type) ? about->scale : about->total_scale;
	column->total = (panel_has_totals(panel->type) || panel->total) && (about->kind != KIND_TEXT || about->known == NULL) &&
		about->sum.count == 0 && about->calc == NULL;
}

/* What names a row, so that it is found again in the next answer whatever the order; NULL: no statistic does. */
static const char *plan_key_stat(const struct panel *panel)
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

static bool query_hides(const struct panel *panel, const char *stat)
{
	return (panel->sort_here < 0 && text_equal(panel->sort_stat, stat)) || text_equal(panel->filter_stat, stat) ||
		text_equal(plan_key_stat(panel), stat);
}

/* How a computed column is computed of the others; its operands are columns of the set by now. */
static void plan_calc(struct request *request, struct request_set *set, unsigned index)
{
	const struct calc *calc = set->panel->columns[index].calc;
	struct placed_formula *placed = query_need(arena_alloc(&request->arena, sizeof(*placed)));
	placed->formula = calc->formula;
	for (unsigned i = 0; i < calc->operand_count; i++) {
		const struct calc_operand *operand = &calc->operands[i];
		int column = operand->column >= 0 ? operand->column : plan_find_column(set, operand->stat);
		placed->columns[i] = (unsigned char)column;
	}
	set->columns[index].calc = placed;
	set->columns[index].total = false;
	set->columns[index].id[0] = '\0';
}

/* A statistic without a column of its own that is computed with. */
static void plan_describe_operand(struct request_column *column, const struct panel *panel, enum kind kind)
{
	column->kind = kind;
	column->total = panel_has_totals(panel->type) || panel->total;
}

/* Behind the panel's own columns, what is computed with: they are read, and not shown. */
static void plan_operands(struct request_set *set)
{
	const struct panel *panel = set->panel;
	for (unsigned i = 0; i < panel->column_count; i++) {
		const struct calc *calc = panel->columns[i].calc;
		for (unsigned o = 0; calc != NULL && o < calc->operand_count; o++) {
			const struct calc_operand *operand = &calc->operands[o];
			if (operand->column < 0 && plan_find_column(set, operand->stat) < 0)
				plan_describe_operand(plan_add_column(set, operand->stat, (struct texts){ 0 }), panel, operand->kind);
		}
	}
	set->read_count = set->column_count;
}

static void plan_calcs(struct request *request, struct request_set *set)
{
	for (unsigned i = 0; i < set->panel->column_count; i++)
		if (set->panel->columns[i].calc != NULL)
			plan_calc(request, set, i);
}

/* What agents are counted by; behind it, what their lists need. */
static const char *const states_asked[STATES_ASKED] = {
	[STATES_ASKED_STATE] = "acd_state", [STATES_ASKED_NAME] = "first_last_name", [STATES_ASKED_REASON] = "reason",
	[STATES_ASKED_TIME] = "state_duration",
};

static unsigned states_asked_count(const struct panel *panel)
{
	return panel->type != PANEL_AGENT_STATES ? 0 : panel->lists ? STATES_ASKED : 1;
}

static void states_describe(struct request_set *set)
{
	if (set->panel->lists)
		plan_describe(&set->columns[STATES_ASKED_TIME], set->panel, set->panel->time);
}

/* A filter by services that must be done here needs their names, whatever the columns are: the key column has them. */
static void plan_columns(struct request *request, struct request_set *set)
{
	const struct panel *panel = set->panel;
	size_t room = panel->column_count + LAYOUT_HIDDEN_MAX + STATES_ASKED + EXTRA_COLUMNS_MAX;
	set->columns = query_need(arena_alloc(&request->arena, room * sizeof(*set->columns)));
	set->key_column = -1;
	for (unsigned i = 0; i < states_asked_count(panel); i++)
		plan_add_column(set, states_asked[i], (struct texts){ 0 });
	states_describe(set);
	for (unsigned i = 0; i < panel->column_count; i++)
		plan_describe(plan_add_column(set, panel->columns[i].stat, panel->columns[i].dispositions), panel, &panel->columns[i]);
	set->shown_count = set->column_count;
	plan_operands(set);
	plan_calcs(request, set);
	if (panel_kind(panel->type)->ask != ASK_SERVICE_GRID && panel_kind(panel->type)->ask != ASK_AGENT_GRID)
		return;
	plan_add_hidden(set, panel->sort_here < 0 ? panel->sort_stat : NULL);
	plan_add_hidden(set, panel->filter_stat);
	const char *key = plan_key_stat(panel);
	if (key == NULL)
		return;
	plan_add_hidden(set, key);
	set->key_column = plan_find_column(set, key);
}

/* The part that counts these dispositions, made if there is none. */
static unsigned plan_part(struct request_set *set, const struct texts *dispositions)
{
	unsigned part = 0;
	while (part < set->part_count && !texts_same(&set->parts[part].dispositions, dispositions))
		part++;
	if (part == set->part_count)
		set->parts[set->part_count++].dispositions = *dispositions;
	return part;
}

static bool plan_has_text(const struct texts *texts, const char *text)
{
	for (unsigned i = 0; i < texts->count; i++)
		if (strcmp(texts->items[i], text) == 0)
			return true;
	return false;
}

static void plan_part_stats(struct request *request, struct request_set *set)
{
	for (unsigned part = 0; part < set->part_count; part++) {
		const char **items = query_need(arena_alloc(&request->arena, (set->column_count + 1) * sizeof(*items)));
		struct texts *stats = &set->parts[part].stats;
		*stats = (struct texts){ .items = items };
		for (unsigned i = 0; i < set->column_count; i++)
			if (set->columns[i].total && set->columns[i].part == part && !plan_has_text(stats, set->columns[i].stat))
				items[stats->count++] = set->columns[i].stat;
	}
}

/*
 * Totals that count other dispositions need another app id. Beside a grid the first part is that of all dispositions,
 * even if no column counts them.
 */
static void plan_parts(struct request *request, struct request_set *set)
{
	const struct panel *panel = set->panel;
	if (!panel_has_totals(panel->type) && !panel->total)
		return;
	set->parts = query_need(arena_alloc(&request->arena, (set->column_count + 1) * sizeof(*set->parts)));
	if (!panel_has_totals(panel->type))
		(void)plan_part(set, &panel->dispositions);
	for (unsigned i = 0; i < set->column_count; i++) {
		struct request_column *column = &set->columns[i];
		if (column->total)
			column->part = plan_part(set, column->dispositions.count > 0 ? &column->dispositions : &panel->dispositions);
	}
	plan_part_stats(request, set);
}

/* Bytes of each name and reason that a reason of ours repeats. */
enum { PLAN_REPEATED_MAX = 75 };

static const char *plan_name_at(const void *table, size_t index)
{
	const struct catalogue *catalogue = table;
	return index < catalogue->count ? catalogue->entries[index].name : NULL;
}

static void plan_skip(struct request_set *set, const char *what, const char *full, const struct catalogue *catalogue)
{
	const char *near = catalogue->known ? text_nearest(full, plan_name_at, catalogue) : NULL;
	const char *why = catalogue->reason[0] != '\0' ? catalogue->reason : "not asked";
	char name[PLAN_REPEATED_MAX + 1], other[PLAN_REPEATED_MAX + 1];
	/* Cut between characters. */
	text_scrub(name, sizeof(name), full, strlen(full));
	text_scrub(other, sizeof(other), near != NULL ? near : why, strlen(near != NULL ? near : why));
	set->skipped = true;
	if (!catalogue->known)
		snprintf(set->reason, sizeof(set->reason),
			"%ss cannot be listed (%s): write the id of %s '%s' in the layout", what, other, what, name);
	else
		snprintf(set->reason, sizeof(set->reason), "there is no %s '%s'%s", what, name,
			text_hint(near != NULL ? other : NULL, " that this login may see").text);
}

/* Names to ids; false if one is unknown, and the set is then skipped with the reason. */
static bool plan_resolve(struct request *request, struct request_set *set, const char *what, const struct texts *names,
	const struct catalogue *catalogue, struct texts *ids)
{
	const char **items = query_need(arena_alloc(&request->arena, names->count * sizeof(*items)));
	for (unsigned i = 0; i < names->count; i++) {
		const char *id = catalogue_id(catalogue, names->items[i]);
		if (id == NULL) {
			plan_skip(set, what, names->items[i], catalogue);
			return false;
		}
		items[i] = query_need(arena_copy(&request->arena, id, strlen(id)));
	}
	*ids = (struct texts){ .items = items, .count = names->count };
	return true;
}

static bool plan_all_ids(const struct texts *names)
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
	if (panel->teams.count > 0 && !plan_resolve(request, set, "team", &panel->teams, teams, &set->team_ids))
		return;
	if (panel->services.count == 0)
		return;
	if (!services->known && panel->type == PANEL_SERVICE_GRID && !plan_all_ids(&panel->services)) {
		set->filter_services_here = true;
		return;
	}
	plan_resolve(request, set, "service", &panel->services, services, &set->service_ids);
}

static void plan_name_set(const struct request *request, struct request_set *set)
{
	char signature[16] = "";
	if (request->signature != 0)
		snprintf(signature, sizeof(signature), "/%08" PRIx32, request->signature);
	snprintf(set->app_id, sizeof(set->app_id), "%s%s/%s", request->tag, signature, set->panel->name);
	/* The name of a panel has no point. */
	for (unsigned i = 0; i < set->part_count; i++)
		snprintf(set->parts[i].app_id, sizeof(set->parts[i].app_id), i == 0 ? "%.180s" : "%.180s.%u", set->app_id, i + 1);
}

void request_plan(struct request *request, const struct layout *layout, const struct catalogue *teams,
	const struct catalogue *services, const char *tag)
{
	enum dialect dialect = request->dialect;
	struct scales scales = request->scales;
	request_free(request);
	request->dialect = dialect;
	request->scales = scales;
	request->layout = layout;
	snprintf(request->tag, sizeof(request->tag), "%s", tag);
	request->sets = query_need(arena_alloc(&request->arena, layout->panel_count * sizeof(*request->sets)));
	for (unsigned i = 0; i < layout->panel_count; i++) {
		const struct panel *panel = &layout->panels[i];
		if (!panel_subscribes(panel->type))
			continue;
		struct request_set *set = &request->sets[request->set_count++];
		set->panel = panel;
		snprintf(set->grid_id, sizeof(set->grid_id), "%s", REQUEST_GRID_ID);
		set->limit = panel->sort_here < 0 ? panel->limit : 0;
		plan_columns(request, set);
		plan_parts(request, set);
		plan_name_set(request, set);
		plan_names(request, set, teams, services);
	}
}

/* ---- the body of S1, in either spelling: the collection's schema and its worked example ---- */

struct body {
	const struct request *request;
	struct buffer *out;
};

static const char *body_spelled(const struct body *body, const char *schema, const char *example)
{
	return body->request->dialect == DIALECT_SCHEMA ? schema : example;
}

static void query_put_texts(struct buffer *out, const char *key, const struct texts *texts)
{
	json_put_key(out, key);
	json_put_array(out);
	for (unsigned i = 0; i < texts->count; i++)
		json_put_string(out, texts->items[i]);
	json_put_array_end(out);
}

static void body_columns(struct body *body, const struct request_set *set)
{
	json_put_key(body->out, "columns");
	json_put_array(body->out);
	for (unsigned i = 0; i < set->column_count; i++) {
		const struct request_column *column = &set->columns[i];
		if (column->calc != NULL)
			continue;
		json_put_object(body->out);
		json_put_pair(body->out, "id", column->id);
		json_put_pair(body->out, body_spelled(body, "stat_name", "statName"), column->stat);
		if (column->dispositions.count > 0)
			query_put_texts(body->out, "dispositions", &column->dispositions);
		if (column->sum.count > 0)
			query_put_texts(body->out, "sum_stat_names", &column->sum);
		json_put_object_end(body->out);
	}
	json_put_array_end(body->out);
}

/* Of the column of all dispositions. NULL: no column of the set, since the server refused it. */
static const char *body_column_id(const struct request_set *set, const char *stat)
{
	int column = stat != NULL ? plan_find_column(set, stat) : -1;
	return column >= 0 ? set->columns[column].id : NULL;
}

static void body_order(struct body *body, const struct request_set *set)
{
	const char *id = body_column_id(set, set->panel->sort_stat);
	const char *direction = set->panel->sort_descending ? "DESC" : "ASC";
	if (id == NULL)
		return;
	if (body->request->dialect == DIALECT_SCHEMA) {
		json_put_pair(body->out, "order_by", id);
		json_put_pair(body->out, "order_dir", direction);
		return;
	}
	json_put_key(body->out, "order");
	json_put_array(body->out);
	json_put_object(body->out);
	json_put_pair(body->out, "by", id);
	json_put_pair(body->out, "dir", direction);
	json_put_object_end(body->out);
	json_put_array_end(body->out);
}

static void body_filter(struct body *body, const struct request_set *set)
{
	const struct panel *panel = set->panel;
	const char *id = body_column_id(set, panel->filter_stat);
	if (id == NULL)
		return;
	json_put_pair(body->out, "filter_by", id);
	json_put_pair(body->out, "filter_value", panel->filter_value);
	json_put_pair(body->out, "filter_operation", filter_operation_names[panel->filter_operation]);
}

static void body_option(struct body *body, const struct query_option *option, const struct request_set *set, const char *key)
{
	switch (option->type) {
	case QUERY_SORT:
		body_order(body, set);
		break;
	case QUERY_FILTER:
		body_filter(body, set);
		break;
	case QUERY_TEXT:
		json_put_pair(body->out, key, query_text(option, set->panel));
		break;
	case QUERY_TEXTS:
		if (query_ids(option, set)->count > 0)
			query_put_texts(body->out, key, query_ids(option, set));
		break;
	case QUERY_PARTS: /* see body_totals() */
		break;
	case QUERY_CHOICE:
		json_put_pair(body->out, key, option->choices[query_number(option, set->panel)]);
		break;
	case QUERY_FLAG:
		if (query_number(option, set->panel) == 0)
			break;
		json_put_key(body->out, key);
		json_put_bool(body->out, true);
		break;
	case QUERY_NUMBER:
		if (query_number(option, set->panel) == 0)
			break;
		json_put_key(body->out, key);
		json_put_integer(body->out, query_number(option, set->panel));
		break;
	}
}

static void body_grid(struct body *body, const struct request_set *set, const char *key)
{
	json_put_key(body->out, key);
	json_put_array(body->out);
	json_put_object(body->out);
	json_put_pair(body->out, "id", set->grid_id);
	body_columns(body, set);
	for (const struct query_option *option = query_options; option->record != NULL; option++)
		if (option->grid != NULL)
			body_option(body, option, set, option->grid);
	json_put_object_end(body->out);
	json_put_array_end(body->out);
}

/* The totals of a part; nothing where it has none. */
static void body_totals(struct body *body, const struct request_set *set, unsigned part)
{
	if (part >= set->part_count || set->parts[part].stats.count == 0)
		return;
	query_put_texts(body->out, "stats_totals", &set->parts[part].stats);
	for (const struct query_option *option = query_options; option->record != NULL; option++) {
		if (option->type == QUERY_PARTS && set->parts[part].dispositions.count > 0)
			query_put_texts(body->out, option->totals, &set->parts[part].dispositions);
		else if (option->totals != NULL)
			body_option(body, option, set, option->totals);
	}
}

static void body_messages(struct body *body, const struct request_set *set)
{
	json_put_key(body->out, "chat_messages");
	json_put_object(body->out);
	for (const struct query_option *option = query_options; option->record != NULL; option++)
		if (option->messages != NULL)
			body_option(body, option, set, option->messages);
	json_put_object_end(body->out);
}

static void body_set(struct body *body, const struct request_set *set)
{
	switch (panel_kind(set->panel->type)->ask) {
	case ASK_TOTALS:
		body_totals(body, set, 0);
		break;
	case ASK_SERVICE_GRID:
		body_grid(body, set, "service_grids");
		body_totals(body, set, 0);
		break;
	case ASK_AGENT_GRID:
		body_grid(body, set, "agent_grids");
		break;
	case ASK_MESSAGES:
		body_messages(body, set);
		break;
	case ASK_NOTHING:
	case ASK_AVAILABILITY:
	case ASK_CAMPAIGNS:
		break;
	}
}

bool request_body(const struct request *request, struct buffer *out)
{
	struct body body = { .request = request, .out = out };
	buffer_clear(out);
	json_put_object(out);
	for (unsigned i = 0; i < request->set_count; i++) {
		const struct request_set *set = &request->sets[i];
		if (set->skipped)
			continue;
		json_put_key(out, set->app_id);
		json_put_object(out);
		body_set(&body, set);
		json_put_object_end(out);
		for (unsigned part = 1; part < set->part_count; part++) {
			json_put_key(out, set->parts[part].app_id);
			json_put_object(out);
			body_totals(&body, set, part);
			json_put_object_end(out);
		}
	}
	json_put_object_end(out);
	return !out->full;
}

/* ---- whose app ids an answer has ---- */

unsigned request_live_sets(const struct request *request)
{
	unsigned count = 0;
	for (unsigned i = 0; i < request->set_count; i++)
		count += !request->sets[i].skipped;
	return count;
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
		plan_name_set(request, &request->sets[i]);
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

/* ---- a request written down ---- */

static void record_scale(struct buffer *out, const char *key, enum scale scale)
{
	if (scale != SCALE_AUTO)
		json_put_pair(out, key, scale_names[scale]);
}

static void record_column(struct buffer *out, const struct request_column *column, bool optional)
{
	json_put_object(out);
	json_put_pair(out, "id", column->id);
	json_put_pair(out, "stat", column->stat);
	if (column->dispositions.count > 0)
		query_put_texts(out, "dispositions", &column->dispositions);
	if (column->sum.count > 0)
		query_put_texts(out, "sum", &column->sum);
	if (column->part > 0) {
		json_put_key(out, "part");
		json_put_integer(out, column->part);
	}
	record_scale(out, "scale", column->scale);
	record_scale(out, "total_scale", column->total_scale);
	if (optional)
		json_put_bool_pair(out, "optional", true);
	json_put_object_end(out);
}

static void record_option(struct buffer *out, const struct query_option *option, const struct request_set *set)
{
	const char *text;
	switch (option->type) {
	case QUERY_TEXT:
	case QUERY_SORT:
	case QUERY_FILTER:
		text = query_text(option, set->panel);
		if (text != NULL && (text[0] != '\0' || option->blank))
			json_put_pair(out, option->record, text);
		break;
	case QUERY_TEXTS:
	case QUERY_PARTS:
		query_put_texts(out, option->record, query_texts(option, set->panel));
		if (option->record_ids != NULL)
			query_put_texts(out, option->record_ids, query_ids(option, set));
		break;
	case QUERY_CHOICE:
		if (query_number(option, set->panel) != 0)
			json_put_pair(out, option->record, option->choices[query_number(option, set->panel)]);
		break;
	case QUERY_FLAG:
		json_put_key(out, option->record);
		json_put_bool(out, query_number(option, set->panel) != 0);
		break;
	case QUERY_NUMBER:
		json_put_key(out, option->record);
		json_put_integer(out, query_number(option, set->panel));
		break;
	}
}

/* Whether the panel can do without a column: said where somebody else asks for it. */
static bool record_is_optional(const struct request_set *set, unsigned column)
{
	return panel_has_totals(set->panel->type) && column < set->panel->column_count && set->panel->columns[column].optional;
}

static void record_set(struct buffer *out, const struct request_set *set, bool wish)
{
	const struct panel *panel = set->panel;
	json_put_object(out);
	json_put_pair(out, "app_id", set->app_id);
	json_put_pair(out, "panel", panel->name);
	json_put_pair(out, "type", recorded_type_name(panel));
	json_put_pair(out, "grid_id", set->grid_id);
	for (const struct query_option *option = query_options; option->record != NULL; option++)
		record_option(out, option, set);
	json_put_key(out, "filtered_here");
	json_put_bool(out, set->filter_services_here);
	if (set->skipped)
		json_put_pair(out, "reason", set->reason);
	if (set->key_column >= 0)
		json_put_pair(out, "key", set->columns[set->key_column].id);
	/* The first part is the set itself. */
	if (set->part_count > 1) {
		json_put_key(out, "parts");
		json_put_array(out);
		for (unsigned i = 0; i < set->part_count; i++) {
			json_put_object(out);
			json_put_pair(out, "app_id", set->parts[i].app_id);
			query_put_texts(out, "dispositions", &set->parts[i].dispositions);
			json_put_object_end(out);
		}
		json_put_array_end(out);
	}
	json_put_key(out, "columns");
	json_put_array(out);
	/* What is hidden beside them follows from the other members. */
	unsigned count = wish ? set->read_count : set->column_count;
	for (unsigned i = 0; i < count; i++)
		if (set->columns[i].calc == NULL)
			record_column(out, &set->columns[i], wish && record_is_optional(set, i));
	json_put_array_end(out);
	json_put_object_end(out);
}

static void record_sets(struct buffer *out, const struct request *request, const char *key, bool skipped)
{
	json_put_key(out, key);
	json_put_array(out);
	for (unsigned i = 0; i < request->set_count; i++)
		if (request->sets[i].skipped == skipped)
			record_set(out, &request->sets[i], false);
	json_put_array_end(out);
}

bool request_record_put(const struct request *request, double interval, struct buffer *out)
{
	json_put_object(out);
	json_put_pair(out, "layout", request->layout->name);
	json_put_key(out, "interval");
	json_put_real(out, interval, 3);
	record_scale(out, "percent_totals", request->scales.totals);
	record_scale(out, "percent_grids", request->scales.grids);
	record_sets(out, request, "sets", false);
	record_sets(out, request, "skipped", true);
	json_put_object_end(out);
	return !out->full;
}

/* One recorded set, as nodes. */
struct recorded {
	const struct json *json;
	int set;
};

static int recorded_member(const struct recorded *recorded, const char *key)
{
	return json_get(recorded->json, recorded->set, key);
}

static bool recorded_flag(const struct recorded *recorded, const char *key)
{
	return json_kind(recorded->json, recorded_member(recorded, key)) == JSON_TRUE;
}

static bool recorded_is(const struct recorded *recorded, const char *key, const char *text)
{
	return json_is(recorded->json, recorded_member(recorded, key), text);
}

static bool recorded_holds(const struct json *json, int array, const char *text)
{
	for (int at = json_first(json, array); at >= 0; at = json_next(json, array, at))
		if (json_is(json, at, text))
			return true;
	return false;
}

/* As many, and each of ours is there by its name or its id. */
static bool recorded_names(const struct recorded *recorded, const struct texts *texts, const char *names, const char *ids)
{
	const struct json *json = recorded->json;
	if (json_count(json, recorded_member(recorded, names)) != (int)texts->count)
		return false;
	for (unsigned i = 0; i < texts->count; i++)
		if (!recorded_holds(json, recorded_member(recorded, names), texts->items[i]) &&
			(ids == NULL || !recorded_holds(json, recorded_member(recorded, ids), texts->items[i])))
			return false;
	return true;
}

static const struct texts none = { 0 };

/* Whether a recorded column has these texts as a member, or neither of them any. */
static bool recorded_has_texts(const struct recorded *column, const struct texts *texts, const char *key)
{
	return texts->count == 0 ? recorded_member(column, key) < 0 : recorded_names(column, texts, key, NULL);
}

/* The recorded column of a statistic with these dispositions and this sum; -1: it was not asked for. */
static int recorded_column(const struct recorded *recorded, const char *stat, const struct texts *dispositions, const struct texts *sum)
{
	const struct json *json = recorded->json;
	int columns = recorded_member(recorded, "columns");
	for (int at = json_first(json, columns); at >= 0; at = json_next(json, columns, at)) {
		struct recorded column = { json, at };
		if (recorded_is(&column, "stat", stat) && recorded_has_texts(&column, dispositions, "dispositions") &&
			recorded_has_texts(&column, sum, "sum"))
			return at;
	}
	return -1;
}

static int recorded_column_of(const struct recorded *recorded, const struct column *column)
{
	return recorded_column(recorded, column->stat, &column->dispositions, &column->sum);
}

static bool recorded_has_columns(const struct recorded *recorded, const struct panel *panel)
{
	unsigned column = 0, operand = 0;
	const char *hidden;
	for (unsigned i = 0; i < states_asked_count(panel); i++)
		if (recorded_column(recorded, states_asked[i], &none, &none) < 0)
			return false;
	for (unsigned i = 0; i < panel->column_count; i++)
		if (panel->columns[i].calc == NULL && recorded_column_of(recorded, &panel->columns[i]) < 0)
			return false;
	while ((hidden = query_hidden(panel, &column, &operand)) != NULL)
		if (recorded_column(recorded, hidden, &none, &none) < 0)
			return false;
	return true;
}

/* Whether the recorded set asked for the same as the panel by this option. */
static bool recorded_same(const struct recorded *recorded, const struct query_option *option, const struct panel *panel)
{
	const char *text = "";
	double number = 0;
	switch (option->type) {
	case QUERY_TEXTS:
	case QUERY_PARTS:
		return recorded_names(recorded, query_texts(option, panel), option->record, option->record_ids);
	case QUERY_FLAG:
		return recorded_flag(recorded, option->record) == (query_number(option, panel) != 0);
	case QUERY_NUMBER:
		json_number(recorded->json, recorded_member(recorded, option->record), &number);
		return (int)number == query_number(option, panel);
	case QUERY_CHOICE:
		text = option->choices[query_number(option, panel)];
		break;
	case QUERY_TEXT:
	case QUERY_SORT:
	case QUERY_FILTER:
		text = query_text(option, panel);
		break;
	}
	/* What says nothing is not written. */
	if (recorded_member(recorded, option->record) < 0)
		return text_equal(text, "");
	return recorded_is(recorded, option->record, text == NULL ? "" : text);
}

/* 0 is all. The limit of old recordings was sent where the layout had none. */
static bool recorded_limit_suffices(double recorded, int wanted)
{
	return recorded == 0 || (wanted == 0 ? recorded == QUERY_LIMIT_ONCE : recorded >= wanted);
}

static bool recorded_serves(const struct recorded *recorded, const struct query_option *option, const struct panel *panel)
{
	double number = 0;
	switch (option->match) {
	case QUERY_SAME:
		return recorded_same(recorded, option, panel);
	case QUERY_AT_MOST:
		json_number(recorded->json, recorded_member(recorded, option->record), &number);
		return recorded_limit_suffices(number, query_number(option, panel));
	case QUERY_INCLUDED:
		return query_number(option, panel) == 0 || recorded_same(recorded, option, panel);
	case QUERY_ORDER:
		break;
	}
	return true;
}

/* Whether its rows are those of the panel; if a part will do, fewer of them and without a total row. */
static bool recorded_is_about(const struct recorded *recorded, const struct panel *panel, bool part)
{
	if (!recorded_is(recorded, "type", recorded_type_name(panel)))
		return false;
	for (const struct query_option *option = query_options; option->record != NULL; option++)
		if ((!part || option->match == QUERY_SAME) && !recorded_serves(recorded, option, panel))
			return false;
	return true;
}

static bool recorded_suits(const struct recorded *recorded, const struct panel *panel)
{
	return recorded_is_about(recorded, panel, false) && recorded_has_columns(recorded, panel);
}

/* How many of the panel's own columns it has, where a part is better than nothing. */
static int recorded_shared(const struct recorded *recorded, const struct panel *panel)
{
	int shared = 0;
	if (panel->type != PANEL_SERVICE_GRID && panel->type != PANEL_AGENT_GRID && panel->type != PANEL_TOTALS)
		return 0;
	for (unsigned i = 0; i < panel->column_count && recorded_is_about(recorded, panel, true); i++)
		shared += panel->columns[i].calc == NULL && recorded_column_of(recorded, &panel->columns[i]) >= 0;
	return shared;
}

/* How near a set that suits is to what the panel asks: the same rows in the same order, then the same name. */
static int recorded_nearness(const struct recorded *recorded, const struct panel *panel)
{
	bool same_order = true, same_limit = true;
	for (const struct query_option *option = query_options; option->record != NULL; option++) {
		if (option->match == QUERY_ORDER)
			same_order = same_order && recorded_same(recorded, option, panel);
		if (option->match == QUERY_AT_MOST)
			same_limit = same_limit && recorded_same(recorded, option, panel);
	}
	return 4 * (same_order && same_limit) + 2 * same_order + recorded_is(recorded, "panel", panel->name);
}

/* Of those that suit the nearest, and of equals the first; if a part will do and none suits, that with most of it. -1: none. */
static int recorded_find(const struct json *json, int sets, const struct panel *panel, bool part)
{
	int found = -1, best = -1;
	for (int at = json_first(json, sets); at >= 0; at = json_next(json, sets, at)) {
		struct recorded recorded = { json, at };
		int near = recorded_suits(&recorded, panel) ? recorded_nearness(&recorded, panel) : -1;
		if (near > best) {
			best = near;
			found = at;
		}
	}
	for (int at = json_first(json, sets), most = 0; part && best < 0 && at >= 0; at = json_next(json, sets, at)) {
		int shared = recorded_shared(&(struct recorded){ json, at }, panel);
		if (shared > most) {
			most = shared;
			found = at;
		}
	}
	return found;
}

static enum scale recorded_scale(const struct json *json, int object, const char *key)
{
	int node = json_get(json, object, key);
	for (int scale = SCALE_AUTO; scale_names[scale] != NULL; scale++)
		if (json_is(json, node, scale_names[scale]))
			return (enum scale)scale;
	return SCALE_AUTO;
}

static void recorded_take_column(struct request_set *set, const struct json *json, int column, const char *stat,
	struct texts dispositions)
{
	struct request_column *out = &set->columns[set->column_count];
	out->stat = stat;
	out->dispositions = dispositions;
	double part = 0;
	json_number(json, json_get(json, column, "part"), &part);
	out->part = part >= 0 && part <= LAYOUT_COLUMNS_MAX ? (unsigned)part : 0;
	out->kind = KIND_TEXT;
	out->scale = recorded_scale(json, column, "scale");
	out->total_scale = recorded_scale(json, column, "total_scale");
	json_text(json, json_get(json, column, "id"), out->id, sizeof(out->id));
	/* A statistic that is shown twice is one column of the recording. */
	for (unsigned i = set->column_count; i > 0 && out->id[0] != '\0'; i--)
		if (strcmp(set->columns[i - 1].id, out->id) == 0) {
			set->columns[i - 1].twin = set->column_count;
			break;
		}
	set->column_count++;
}

/* The app ids of the totals; without any, the set's own has all of them. */
static void recorded_take_parts(struct request *request, struct request_set *set, const struct recorded *recorded)
{
	const struct json *json = recorded->json;
	int parts = recorded_member(recorded, "parts"), count = json_count(json, parts);
	if (!panel_has_totals(set->panel->type) && !set->panel->total)
		return;
	count = count < 1 ? 1 : count > LAYOUT_COLUMNS_MAX + 1 ? LAYOUT_COLUMNS_MAX + 1 : count;
	set->parts = query_need(arena_alloc(&request->arena, (unsigned)count * sizeof(*set->parts)));
	snprintf(set->parts[0].app_id, sizeof(set->parts[0].app_id), "%s", set->app_id);
	set->part_count = 1;
	int at = json_first(json, parts);
	for (at = at >= 0 ? json_next(json, parts, at) : -1; at >= 0 && set->part_count < (unsigned)count; at = json_next(json, parts, at)) {
		struct request_part *part = &set->parts[set->part_count++];
		json_text(json, json_get(json, at, "app_id"), part->app_id, sizeof(part->app_id));
	}
}

/* What is computed with and has no column, behind the panel's own. */
static void recorded_take_operands(struct request_set *set, const struct recorded *recorded)
{
	const struct panel *panel = set->panel;
	for (unsigned i = 0; i < panel->column_count; i++) {
		const struct calc *calc = panel->columns[i].calc;
		for (unsigned o = 0; calc != NULL && o < calc->operand_count; o++) {
			const struct calc_operand *operand = &calc->operands[o];
			if (operand->column >= 0 || plan_find_column(set, operand->stat) >= 0)
				continue;
			struct request_column *column = &set->columns[set->column_count];
			recorded_take_column(set, recorded->json, recorded_column(recorded, operand->stat, &none, &none), operand->stat, none);
			plan_describe_operand(column, panel, operand->kind);
		}
	}
	set->read_count = set->column_count;
}

/* What this layout pins goes before what the recorded one pinned. */
static void recorded_describe(struct request_set *set, unsigned index)
{
	struct request_column *column = &set->columns[index], recorded = *column;
	plan_describe(column, set->panel, &set->panel->columns[index]);
	if (column->scale == SCALE_AUTO)
		column->scale = recorded.scale;
	if (column->total_scale == SCALE_AUTO)
		column->total_scale = recorded.total_scale;
	if (column->part >= set->part_count)
		column->part = 0;
}

/* The panel's own columns in its own order, with the recorded ids, then the key. */
static void recorded_take_columns(struct request *request, struct request_set *set, const struct recorded *recorded)
{
	const struct panel *panel = set->panel;
	const struct json *json = recorded->json;
	char key[sizeof(set->columns->id)];
	size_t room = panel->column_count + LAYOUT_HIDDEN_MAX + STATES_ASKED + 1;
	set->columns = query_need(arena_alloc(&request->arena, room * sizeof(*set->columns)));
	set->key_column = -1;
	for (unsigned i = 0; i < states_asked_count(panel); i++)
		recorded_take_column(set, json, recorded_column(recorded, states_asked[i], &none, &none), states_asked[i], none);
	states_describe(set);
	for (unsigned i = 0; i < panel->column_count; i++)
		recorded_take_column(set, json, panel->columns[i].calc == NULL ? recorded_column_of(recorded, &panel->columns[i]) : -1,
			panel->columns[i].stat, panel->columns[i].dispositions);
	set->shown_count = set->column_count;
	recorded_take_operands(set, recorded);
	recorded_take_parts(request, set, recorded);
	for (unsigned i = 0; i < panel->column_count; i++)
		recorded_describe(set, i);
	plan_calcs(request, set);
	plan_part_stats(request, set);
	json_text(json, recorded_member(recorded, "key"), key, sizeof(key));
	if (key[0] == '\0')
		return;
	for (unsigned i = 0; i < set->column_count; i++)
		if (strcmp(set->columns[i].id, key) == 0)
			set->key_column = (int)i;
	if (set->key_column >= 0)
		return;
	set->key_column = (int)set->column_count;
	set->columns[set->column_count].kind = KIND_TEXT;
	set->columns[set->column_count].stat = panel->type == PANEL_SERVICE_GRID ? "name" : "login_id";
	memcpy(set->columns[set->column_count++].id, key, sizeof(key));
}

/* Nobody asked for it, or the server refused: who asked says why. */
static void recorded_skip(struct request_set *set, const struct json *json, int skipped)
{
	int at = recorded_find(json, skipped, set->panel, false);
	set->skipped = true;
	json_text(json, json_get(json, at, "reason"), set->reason, sizeof(set->reason));
	set->absent = set->reason[0] == '\0';
	if (set->absent)
		snprintf(set->reason, sizeof(set->reason), "not in this recording");
}

void request_explain_absent(struct request *request, const char *reason)
{
	for (unsigned i = 0; i < request->set_count; i++)
		if (request->sets[i].absent)
			snprintf(request->sets[i].reason, sizeof(request->sets[i].reason), "%s", reason);
}

static void recorded_take(struct request *request, const struct panel *panel, const struct json *json, int sets, bool part)
{
	struct request_set *set = &request->sets[request->set_count++];
	struct recorded recorded = { json, recorded_find(json, sets, panel, part) };
	set->panel = panel;
	set->key_column = -1;
	if (recorded.set < 0) {
		recorded_skip(set, json, json_get(json, json_root(json), "skipped"));
		return;
	}
	json_text(json, recorded_member(&recorded, "app_id"), set->app_id, sizeof(set->app_id));
	json_text(json, recorded_member(&recorded, "grid_id"), set->grid_id, sizeof(set->grid_id));
	double limit = 0;
	json_number(json, recorded_member(&recorded, "limit"), &limit);
	set->limit = limit >= 0 && limit <= LAYOUT_GRID_LIMIT_MAX ? (int)limit : 0;
	set->filter_services_here = recorded_flag(&recorded, "filtered_here");
	recorded_take_columns(request, set, &recorded);
}

static bool recorded_read(struct request *request, const struct layout *layout, struct json *json, const char *text,
	size_t length, double *interval, bool part, struct error *error)
{
	if (!json_parse(json, text, length, error))
		return error_prefix(error, "a recorded request: ");
	int sets = json_get(json, json_root(json), "sets");
	double seconds;
	if (json_kind(json, sets) != JSON_ARRAY || !json_number(json, json_get(json, json_root(json), "interval"), &seconds))
		return error_set(error, "a recorded request lacks its sets or its interval");
	if (!interval_valid(seconds))
		return error_set(error, "a recorded request with an interval of %g s", seconds);
	*interval = seconds;
	request_free(request);
	request->layout = layout;
	request->scales.totals = recorded_scale(json, json_root(json), "percent_totals");
	request->scales.grids = recorded_scale(json, json_root(json), "percent_grids");
	request->sets = query_need(arena_alloc(&request->arena, layout->panel_count * sizeof(*request->sets)));
	for (unsigned i = 0; i < layout->panel_count; i++)
		if (panel_subscribes(layout->panels[i].type))
			recorded_take(request, &layout->panels[i], json, sets, part);
	return true;
}

bool request_record_read(struct request *request, const struct layout *layout, struct json *json, const char *text,
	size_t length, double *interval, struct error *error)
{
	return recorded_read(request, layout, json, text, length, interval, false, error);
}

bool request_record_read_part(struct request *request, const struct layout *layout, struct json *json, const char *text,
	size_t length, struct error *error)
{
	double interval;
	return recorded_read(request, layout, json, text, length, &interval, true, error);
}

/* ---- a recorded set as a panel of a layout ---- */

enum { RECORDED_TEXT_MAX = 512 };

static void recorded_text(const struct recorded *recorded, const char *key, char out[RECORDED_TEXT_MAX])
{
	json_text(recorded->json, recorded_member(recorded, key), out, RECORDED_TEXT_MAX);
}

/* Layouts quote texts as JSON does. */
static void layout_put_texts(const struct recorded *recorded, const char *key, const char *layout_key, struct buffer *out)
{
	const struct json *json = recorded->json;
	int list = recorded_member(recorded, key);
	char text[RECORDED_TEXT_MAX];
	if (json_count(json, list) <= 0)
		return;
	buffer_print(out, " %s = [", layout_key);
	for (int at = json_first(json, list); at >= 0; at = json_next(json, list, at)) {
		json_text(json, at, text, sizeof(text));
		json_put_string(out, text);
	}
	buffer_text(out, "]");
}

static void layout_put_option(const struct recorded *recorded, const struct query_option *option, struct buffer *out)
{
	char stat[RECORDED_TEXT_MAX], operation[RECORDED_TEXT_MAX], value[RECORDED_TEXT_MAX], whole[3 * RECORDED_TEXT_MAX + 8];
	double number = 0;
	switch (option->type) {
	case QUERY_TEXT:
	case QUERY_SORT:
	case QUERY_FILTER:
		recorded_text(recorded, option->record, stat);
		recorded_text(recorded, "filter_operation", operation);
		recorded_text(recorded, "filter_value", value);
		if (stat[0] == '\0')
			return;
		if (option->type == QUERY_FILTER)
			snprintf(whole, sizeof(whole), "%s %s '%s'", stat, operation, value);
		else if (option->type == QUERY_SORT)
			snprintf(whole, sizeof(whole), "%s %s", stat, recorded_flag(recorded, "sort_descending") ? "desc" : "asc");
		else
			snprintf(whole, sizeof(whole), "%s", stat);
		buffer_print(out, " %s = ", option->layout);
		json_put_string(out, whole);
		break;
	case QUERY_TEXTS:
	case QUERY_PARTS:
		layout_put_texts(recorded, option->record, option->layout, out);
		break;
	case QUERY_FLAG:
		if (recorded_flag(recorded, option->record))
			buffer_print(out, " %s = true", option->layout);
		break;
	case QUERY_NUMBER:
		json_number(recorded->json, recorded_member(recorded, option->record), &number);
		if (number >= 1)
			buffer_print(out, " %s = %d", option->layout, (int)number);
		break;
	case QUERY_CHOICE:
		break;
	}
}

/* Of columns that were shown twice one is enough; those of dispositions differ by them. */
static bool recorded_is_repeated(const struct json *json, int columns, int column)
{
	char stat[RECORDED_TEXT_MAX];
	recorded_text(&(struct recorded){ json, column }, "stat", stat);
	for (int at = json_first(json, columns); at >= 0 && at != column; at = json_next(json, columns, at))
		if (json_get(json, column, "dispositions") < 0 && json_get(json, at, "dispositions") < 0 &&
			json_is(json, json_get(json, at, "stat"), stat))
			return true;
	return false;
}

/* The column that only tells the rows apart is the last. */
static bool recorded_is_hidden_key(const struct recorded *recorded, int columns, int column)
{
	char key[RECORDED_TEXT_MAX];
	recorded_text(recorded, "key", key);
	return column != json_first(recorded->json, columns) && json_next(recorded->json, columns, column) < 0 &&
		json_is(recorded->json, json_get(recorded->json, column, "id"), key);
}

static void layout_put_column(const struct recorded *column, unsigned number, struct buffer *out)
{
	char stat[RECORDED_TEXT_MAX];
	recorded_text(column, "stat", stat);
	buffer_text(out, number == 1 ? "\n\t\t\t\t\t\t{ " : ",\n\t\t\t\t\t\t{ ");
	if (recorded_member(column, "sum") >= 0) {
		/* A sum has no statistic to be called by. */
		buffer_print(out, "name = \"sum%u\" label = ", number);
		json_put_string(out, stat);
		layout_put_texts(column, "sum", "sum", out);
	} else {
		buffer_text(out, "stat = ");
		json_put_string(out, stat);
		layout_put_texts(column, "dispositions", "dispositions", out);
	}
	buffer_text(out, " }");
}

void request_record_panel(const struct json *json, int set, enum panel_type type,
	bool (*wanted)(const struct json *json, int column), struct buffer *out)
{
	struct recorded recorded = { json, set };
	unsigned keys = panel_kind(type)->keys, count = 0;
	int columns = recorded_member(&recorded, "columns");
	buffer_print(out, " type = \"%s\"", panel_type_names[type]);
	for (const struct query_option *option = query_options; option->record != NULL; option++)
		if (option->layout != NULL && (keys & option->key) != 0)
			layout_put_option(&recorded, option, out);
	if ((keys & (PANEL_KEY_COLUMNS | PANEL_KEY_TILES)) == 0)
		return;
	buffer_print(out, "\n\t\t\t\t\t%s = (", (keys & PANEL_KEY_TILES) != 0 ? "tiles" : "columns");
	for (int at = json_first(json, columns); at >= 0; at = json_next(json, columns, at))
		if (wanted != NULL ? wanted(json, at) : !recorded_is_hidden_key(&recorded, columns, at))
			if (!recorded_is_repeated(json, columns, at))
				layout_put_column(&(struct recorded){ json, at }, ++count, out);
	buffer_text(out, " )");
}

/* ---- what a refusal names ----
 *
 * The text of a 400 or 404 is searched for what we sent, from the most exact to the least. How the server words it is not
 * published, so only names that stand as words of their own count: an id "1" in "code 11" is not a name.
 */

/* Shorter refused_names (column ids, services called "1") are found in any message. */
enum { NAME_LEAST = 3 };

static bool refused_is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-';
}

static bool refused_names(const char *text, const char *name)
{
	size_t length = strlen(name);
	if (length < NAME_LEAST)
		return false;
	for (const char *at = text; (at = strcasestr(at, name)) != NULL; at++)
		if ((at == text || !refused_is_word(at[-1])) && !refused_is_word(at[length]))
			return true;
	return false;
}

static bool refused_names_any(const char *text, const struct texts *texts)
{
	for (unsigned i = 0; i < texts->count; i++)
		if (refused_names(text, texts->items[i]))
			return true;
	return false;
}

static void refused_skip(struct request_set *set, int status, const char *text)
{
	set->skipped = true;
	set->refused = true;
	snprintf(set->reason, sizeof(set->reason), "The server refused this panel (%d): %s", status, text);
	text_trim(set->reason);
}

static bool refused_app(const struct request_set *set, const char *text)
{
	return refused_names(text, set->app_id);
}

static bool refused_object(const struct request_set *set, const char *text)
{
	return refused_names_any(text, &set->team_ids) || refused_names_any(text, &set->service_ids) ||
		refused_names_any(text, &set->panel->teams) || refused_names_any(text, &set->panel->services);
}

static bool refused_statistic(const struct request_set *set, const char *text)
{
	for (unsigned i = 0; i < set->column_count; i++)
		if (refused_names(text, set->columns[i].stat) || refused_names_any(text, &set->columns[i].dispositions))
			return true;
	return refused_names_any(text, &set->panel->dispositions);
}

/* A hidden key column goes before any panel does; the sort and filter columns are the panel's own wish. */
static bool refused_hidden_key(struct request_set *set, const char *text)
{
	if (set->key_column < (int)set->shown_count)
		return false;
	const struct request_column *key = &set->columns[set->key_column];
	if ((unsigned)set->key_column + 1 != set->column_count || !refused_names(text, key->stat) || set->filter_services_here)
		return false;
	set->column_count--;
	set->key_column = -1;
	return true;
}

static bool refused_hidden_keys(struct request *request, const char *text)
{
	bool changed = false;
	for (unsigned i = 0; i < request->set_count; i++)
		if (!request->sets[i].skipped && refused_hidden_key(&request->sets[i], text))
			changed = true;
	return changed;
}

/* What a panel can do without, it does without. */
static bool refused_optional(struct request *request, struct request_set *set, const char *text)
{
	bool changed = false;
	for (unsigned i = 0; i < set->panel->column_count; i++) {
		if (!set->panel->columns[i].optional || !set->columns[i].total || !refused_names(text, set->columns[i].stat))
			continue;
		set->columns[i].total = false;
		changed = true;
	}
	if (changed)
		plan_part_stats(request, set);
	return changed;
}

static bool refused_optionals(struct request *request, const char *text)
{
	bool changed = false;
	for (unsigned i = 0; i < request->set_count; i++)
		if (!request->sets[i].skipped && refused_optional(request, &request->sets[i], text))
			changed = true;
	return changed;
}

static bool refused_where(struct request *request, int status, const char *text,
	bool (*named)(const struct request_set *set, const char *text))
{
	bool changed = false;
	for (unsigned i = 0; i < request->set_count; i++) {
		struct request_set *set = &request->sets[i];
		if (set->skipped || !named(set, text))
			continue;
		refused_skip(set, status, text);
		changed = true;
	}
	return changed;
}

bool request_refuse(struct request *request, int status, const char *text)
{
	return refused_hidden_keys(request, text) || refused_optionals(request, text) ||
		refused_where(request, status, text, refused_app) ||
		refused_where(request, status, text, refused_object) ||
		refused_where(request, status, text, refused_statistic);
}

/* ---- one layout of several ---- */

enum { MERGE_BYTES_MAX = 1024 * 1024, MERGE_NAME_ROOM = 96 };

static bool merge_asks(const struct panel *panel)
{
	return panel_kind(panel->type)->ask != ASK_NOTHING;
}

static void *merge_need(void *memory)
{
	if (memory == NULL)
		fatal("layouts of more than %d bytes", MERGE_BYTES_MAX);
	return memory;
}

/* Of two panels of one name the second gets a number. */
static const char *merge_name(struct layout *layout, const char *name)
{
	char numbered[MERGE_NAME_ROOM];
	snprintf(numbered, sizeof(numbered), "%s", name);
	for (unsigned i = 2; layout_panel(layout, numbered) != NULL; i++)
		snprintf(numbered, sizeof(numbered), "%.80s-%u", name, i);
	return merge_need(arena_copy(&layout->arena, numbered, strlen(numbered)));
}

static bool merge_add(struct layout *layout, const struct panel *panel,
	void (*leaf)(const char *text, char *out, size_t size), struct error *error)
{
	char name[MERGE_NAME_ROOM - 16];
	unsigned kept = 0;
	for (unsigned i = 0; i < layout->panel_count; i++)
		if (query_covers(&layout->panels[i], panel))
			return true;
	/* What the new one brings as well goes. */
	for (unsigned i = 0; i < layout->panel_count; i++)
		if (!query_covers(panel, &layout->panels[i]))
			layout->panels[kept++] = layout->panels[i];
	layout->panel_count = kept;
	if (kept == LAYOUT_PANELS_MAX)
		return error_set(error, "the layouts have more than %d different panels", LAYOUT_PANELS_MAX);
	leaf(panel->name, name, sizeof(name));
	const char *own = merge_name(layout, name);
	layout->panels[kept] = *panel;
	layout->panels[kept].name = own;
	layout->panel_count++;
	return true;
}

struct layout *layout_merge(const char *name, struct layout *const *layouts, unsigned count,
	void (*leaf)(const char *text, char *out, size_t size), struct error *error)
{
	struct layout *layout = must_alloc(sizeof(*layout));
	bool good = true;
	*layout = (struct layout){ .source = "layouts", .title = "" };
	arena_init(&layout->arena, MERGE_BYTES_MAX);
	layout->name = merge_need(arena_copy(&layout->arena, name, strlen(name)));
	layout->panels = merge_need(arena_alloc(&layout->arena, LAYOUT_PANELS_MAX * sizeof(*layout->panels)));
	for (unsigned i = 0; good && i < count; i++)
		for (unsigned p = 0; good && p < layouts[i]->panel_count; p++)
			if (merge_asks(&layouts[i]->panels[p]))
				good = merge_add(layout, &layouts[i]->panels[p], leaf, error);
	for (unsigned i = 0; i < layout->panel_count; i++)
		layout->panels[i].index = i;
	if (good)
		return layout;
	layout_free(layout);
	return NULL;
}

/* ---- what another window of the same login asks for ---- */

enum {
	WISH_BYTES_MAX = 1024 * 1024,
	WISH_TEXT_MAX = 1024, /* of one name or value */
	WISH_TEXTS_MAX = 1024,
	WISH_COLUMNS_MAX = LAYOUT_COLUMNS_MAX + LAYOUT_HIDDEN_MAX + STATES_ASKED + EXTRA_COLUMNS_MAX,
};

bool query_wish_put(const struct layout *layout, struct buffer *out)
{
	struct request request;
	struct catalogue unknown;
	bool campaigns = false;
	request_init(&request);
	catalogue_init(&unknown);
	request_plan(&request, layout, &unknown, &unknown, "");
	json_put_object(out);
	json_put_key(out, "sets");
	json_put_array(out);
	for (unsigned i = 0; i < request.set_count; i++)
		record_set(out, &request.sets[i], true);
	json_put_array_end(out);
	json_put_key(out, "availability");
	json_put_array(out);
	for (unsigned i = 0; i < layout->panel_count; i++) {
		const struct panel *panel = &layout->panels[i];
		campaigns = campaigns || panel->type == PANEL_CAMPAIGNS;
		if (panel->type != PANEL_AVAILABILITY)
			continue;
		json_put_object(out);
		query_put_texts(out, "services", &panel->services);
		json_put_object_end(out);
	}
	json_put_array_end(out);
	json_put_bool_pair(out, "campaigns", campaigns);
	json_put_object_end(out);
	request_free(&request);
	return !out->full;
}

/* A layout that is made of a wish; full: it passed a cap. */
struct wish_reading {
	const struct json *json;
	struct layout *layout;
	bool full;
};

static void *wish_allocate(struct wish_reading *reading, size_t size)
{
	void *memory = arena_alloc(&reading->layout->arena, size);
	reading->full = reading->full || memory == NULL;
	return memory;
}

static const char *wish_text(struct wish_reading *reading, int node)
{
	const char *text = json_text_copy(reading->json, node, &reading->layout->arena, WISH_TEXT_MAX);
	reading->full = reading->full || text == NULL;
	return text != NULL ? text : "";
}

static struct texts wish_texts(struct wish_reading *reading, int list)
{
	const struct json *json = reading->json;
	int count = json_kind(json, list) == JSON_ARRAY ? json_count(json, list) : 0;
	struct texts texts = { .count = 0 };
	if (count <= 0)
		return texts;
	const char **items = count <= WISH_TEXTS_MAX ? wish_allocate(reading, (size_t)count * sizeof(*items)) : NULL;
	reading->full = reading->full || items == NULL;
	texts.items = items;
	for (int at = json_first(json, list); items != NULL && at >= 0; at = json_next(json, list, at))
		items[texts.count++] = wish_text(reading, at);
	return texts;
}

static void wish_option(struct wish_reading *reading, int set, const struct query_option *option, struct panel *panel)
{
	const struct json *json = reading->json;
	int node = json_get(json, set, option->record);
	char *field = (char *)panel + option->offset;
	double number = 0;
	switch (option->type) {
	case QUERY_TEXT:
	case QUERY_SORT:
	case QUERY_FILTER:
		if (node >= 0)
			*(const char **)(void *)field = wish_text(reading, node);
		break;
	case QUERY_TEXTS:
	case QUERY_PARTS:
		*(struct texts *)(void *)field = wish_texts(reading, node);
		break;
	case QUERY_CHOICE:
		for (int i = 0; option->choices[i] != NULL; i++)
			if (json_is(json, node, option->choices[i]))
				*(int *)(void *)field = i;
		break;
	case QUERY_FLAG:
		*(bool *)(void *)field = json_kind(json, node) == JSON_TRUE;
		break;
	case QUERY_NUMBER:
		if (json_number(json, node, &number) && number >= 0 && number <= LAYOUT_GRID_LIMIT_MAX)
			*(int *)(void *)field = (int)number;
		break;
	}
}

static void wish_column(struct wish_reading *reading, int node, struct panel *panel)
{
	const struct json *json = reading->json;
	struct column *column = &panel->columns[panel->column_count];
	column->stat = wish_text(reading, json_get(json, node, "stat"));
	column->name = column->label = column->head = column->stat;
	column->dispositions = wish_texts(reading, json_get(json, node, "dispositions"));
	column->sum = wish_texts(reading, json_get(json, node, "sum"));
	column->known = statistic_find(panel_kind(panel->type)->scope, column->stat);
	column->kind = column->known != NULL ? column->known->kind : KIND_TEXT;
	column->optional = json_kind(json, json_get(json, node, "optional")) == JSON_TRUE;
	/* What was computed of other columns asks for nothing itself. */
	panel->column_count += column->stat[0] != '\0';
}

static void wish_columns(struct wish_reading *reading, int set, struct panel *panel)
{
	const struct json *json = reading->json;
	int columns = json_get(json, set, "columns"), count = json_count(json, columns);
	if (panel->lists) {
		panel->time = wish_allocate(reading, sizeof(*panel->time));
		if (panel->time != NULL)
			panel->time->name = panel->time->stat = states_asked[STATES_ASKED_TIME];
	}
	/* Of counts of states it is known what they ask for. */
	if (json_kind(json, columns) != JSON_ARRAY || count <= 0 || panel->type == PANEL_AGENT_STATES || panel->type == PANEL_MESSAGES)
		return;
	panel->columns = count <= WISH_COLUMNS_MAX ? wish_allocate(reading, (size_t)count * sizeof(*panel->columns)) : NULL;
	reading->full = reading->full || panel->columns == NULL;
	for (int at = json_first(json, columns); panel->columns != NULL && at >= 0; at = json_next(json, columns, at))
		wish_column(reading, at, panel);
}

static struct panel *wish_panel(struct wish_reading *reading, enum panel_type type)
{
	struct layout *layout = reading->layout;
	char name[16];
	if (layout->panel_count == LAYOUT_PANELS_MAX || reading->full)
		return NULL;
	struct panel *panel = &layout->panels[layout->panel_count];
	snprintf(name, sizeof(name), "w%u", layout->panel_count + 1);
	*panel = (struct panel){ .type = type, .index = layout->panel_count++, .title = "", .sort_here = -1, .filter_value = "",
		.message_filter = "" };
	panel->name = panel->text = arena_copy(&layout->arena, name, strlen(name));
	reading->full = reading->full || panel->name == NULL;
	return panel;
}

static void wish_set(struct wish_reading *reading, int set)
{
	enum panel_type type = PANEL_TOTALS;
	while (type < PANEL_TYPE_COUNT && !json_is(reading->json, json_get(reading->json, set, "type"), panel_type_names[type]))
		type++;
	struct panel *panel = type < PANEL_TYPE_COUNT && panel_subscribes(type) ? wish_panel(reading, type) : NULL;
	if (panel == NULL)
		return;
	for (const struct query_option *option = query_options; option->record != NULL; option++)
		wish_option(reading, set, option, panel);
	wish_columns(reading, set, panel);
	/* A filter is three options that have a meaning together. */
	if (panel->filter_stat == NULL || panel->filter_operation == 0)
		panel->filter_stat = NULL;
}

struct layout *query_wish_read(const struct json *json, int wish, struct error *error)
{
	struct wish_reading reading = { .json = json, .layout = must_alloc(sizeof(*reading.layout)) };
	struct layout *layout = reading.layout;
	static const char *const lists[] = { "sets", "skipped" };
	*layout = (struct layout){ .name = "window", .source = "window", .title = "" };
	arena_init(&layout->arena, WISH_BYTES_MAX);
	layout->panels = query_need(arena_alloc(&layout->arena, LAYOUT_PANELS_MAX * sizeof(*layout->panels)));
	for (unsigned i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		int sets = json_get(json, wish, lists[i]);
		for (int at = json_first(json, sets); at >= 0; at = json_next(json, sets, at))
			wish_set(&reading, at);
	}
	int availability = json_get(json, wish, "availability");
	for (int at = json_first(json, availability); at >= 0; at = json_next(json, availability, at)) {
		struct panel *panel = wish_panel(&reading, PANEL_AVAILABILITY);
		if (panel != NULL)
			panel->services = wish_texts(&reading, json_get(json, at, "services"));
	}
	if (json_kind(json, json_get(json, wish, "campaigns")) == JSON_TRUE)
		(void)wish_panel(&reading, PANEL_CAMPAIGNS);
	if (!reading.full)
		return layout;
	layout_free(layout);
	error_set(error, "it asks for more than a layout can");
	return NULL;
}

/* Who shows all services asks about each of them. */
static bool extend_covers(const struct panel *panel, const struct panel *other)
{
	bool both = panel->type == PANEL_AVAILABILITY && other->type == PANEL_AVAILABILITY;
	return query_has_all(panel, other, true) || (both && panel->services.count == 0);
}

struct layout *layout_extend(const struct layout *own, const struct layout *const *others, unsigned count, unsigned most,
	unsigned *left_out)
{
	struct layout *layout = must_alloc(sizeof(*layout));
	*layout = (struct layout){ .name = own->name, .source = own->source, .title = own->title, .interval = own->interval };
	arena_init(&layout->arena, MERGE_BYTES_MAX);
	unsigned room = own->panel_count > most ? own->panel_count : most;
	layout->panels = merge_need(arena_alloc(&layout->arena, room * sizeof(*layout->panels)));
	memcpy(layout->panels, own->panels, own->panel_count * sizeof(*layout->panels));
	layout->panel_count = own->panel_count;
	*left_out = 0;
	for (unsigned i = 0; i < count; i++)
		for (unsigned p = 0; p < others[i]->panel_count; p++) {
			const struct panel *panel = &others[i]->panels[p];
			bool there = !merge_asks(panel);
			for (unsigned k = 0; !there && k < layout->panel_count; k++)
				there = extend_covers(&layout->panels[k], panel);
			if (there)
				continue;
			if (layout->panel_count == room) {
				++*left_out;
				continue;
			}
			const char *name = merge_name(layout, panel->name);
			struct panel *added = &layout->panels[layout->panel_count];
			*added = *panel;
			added->name = name;
			added->index = layout->panel_count++;
		}
	return layout;
}

bool layout_borrows(const struct layout *layout, const struct layout *wish)
{
	for (unsigned i = 0; i < layout->panel_count; i++)
		for (unsigned p = 0; p < wish->panel_count; p++)
			if (layout->panels[i].text == wish->panels[p].text)
				return true;
	return false;
}

bool layout_wants(const struct layout *layout, enum frame_kind kind, const char *subject)
{
	for (unsigned i = 0; i < layout->panel_count; i++) {
		const struct panel *panel = &layout->panels[i];
		const struct texts *services = &panel->services;
		if (kind == FRAME_CAMPAIGNS && panel->type == PANEL_CAMPAIGNS)
			return true;
		if (panel->type != PANEL_AVAILABILITY || (kind != FRAME_CHAT_HOURS && kind != FRAME_AVAILABILITY))
			continue;
		if (kind == FRAME_CHAT_HOURS || services->count == 0)
			return true;
		/* As much of a name as a board keeps. */
		for (unsigned k = 0; k < services->count; k++)
			if (strncmp(services->items[k], subject, QUERY_SUBJECT_MAX - 1) == 0)
				return true;
	}
	return kind == FRAME_DATA;
}
