#include "sim/body.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Ids are GUIDs, or at least short; more is cut and then not found. */
enum { ID_MAX = 128, TEXT_MAX = 512 };

struct reader {
	const struct json *json;
	const struct body_rules *rules;
	struct arena *arena;
	unsigned *status;
	struct error *error;
};

#define REFUSE(reader, code, ...) (*(reader)->status = (code), error_set((reader)->error, __VA_ARGS__))

static void *take(struct reader *reader, size_t count, size_t size)
{
	return arena_alloc(reader->arena, (count ? count : 1) * size);
}

static bool is_scalar(const struct json *json, int node)
{
	return json_kind(json, node) == JSON_STRING || json_kind(json, node) == JSON_NUMBER;
}

/* A missing, null or empty value counts as absent. */
static bool is_absent(const struct json *json, int node)
{
	enum json_kind kind = json_kind(json, node);
	return kind == JSON_NONE || kind == JSON_NULL || (kind == JSON_STRING && json_is(json, node, ""));
}

static bool read_limit(struct reader *reader, int node, unsigned *limit, const char *where)
{
	double number;
	if (is_absent(reader->json, node))
		return true;
	if (!json_number(reader->json, node, &number) || number < 0 || number > 1e9)
		return REFUSE(reader, 400, "limit of %s is no count", where);
	*limit = (unsigned)number;
	return true;
}

static bool read_flag(struct reader *reader, int object, const char *name, bool *flag, const char *where)
{
	int node = json_get(reader->json, object, name);
	enum json_kind kind = json_kind(reader->json, node);
	if (kind == JSON_TRUE || json_is(reader->json, node, "true"))
		*flag = true;
	else if (kind != JSON_FALSE && !is_absent(reader->json, node) && !json_is(reader->json, node, "false"))
		return REFUSE(reader, 400, "%s of %s is neither true nor false", name, where);
	return true;
}

static bool is_list(struct reader *reader, int node, const char *name, const char *where, bool *present)
{
	*present = !is_absent(reader->json, node);
	if (*present && json_kind(reader->json, node) != JSON_ARRAY)
		return REFUSE(reader, 400, "%s of %s is not an array", name, where);
	return true;
}

static bool read_services(struct reader *reader, int list, struct service_set *set, bool *some, const char *where)
{
	const struct centre *centre = reader->rules->centre;
	bool present;
	if (!is_list(reader, list, "the list of services", where, &present))
		return false;
	for (int at = present ? json_first(reader->json, list) : -1; at >= 0; at = json_next(reader->json, list, at)) {
		char id[ID_MAX];
		unsigned i;
		json_text(reader->json, at, id, sizeof(id));
		for (i = 0; i < centre->service_count; i++)
			if (strcasecmp(centre->services[i].id, id) == 0 &&
			    supervision_has_service(reader->rules->supervised, i))
				break;
		if (i == centre->service_count)
			return REFUSE(reader, 404, "service '%s' of %s not found", id, where);
		service_set_add(set, i);
		*some = true;
	}
	return true;
}

static bool read_teams(struct reader *reader, int list, uint64_t *set, const char *where)
{
	const struct centre *centre = reader->rules->centre;
	bool present;
	if (!is_list(reader, list, "team_ids", where, &present))
		return false;
	for (int at = present ? json_first(reader->json, list) : -1; at >= 0; at = json_next(reader->json, list, at)) {
		char id[ID_MAX];
		unsigned i;
		json_text(reader->json, at, id, sizeof(id));
		for (i = 0; i < centre->team_count; i++)
			if (strcasecmp(centre->teams[i].id, id) == 0 && supervision_has_team(reader->rules->supervised, i))
				break;
		if (i == centre->team_count)
			return REFUSE(reader, 404, "user team '%s' of %s not found", id, where);
		*set |= (uint64_t)1 << i;
	}
	return true;
}

static bool read_dispositions(struct reader *reader, int list, unsigned *set, const char *where)
{
	bool present;
	if (!is_list(reader, list, "the list of dispositions", where, &present))
		return false;
	for (int at = present ? json_first(reader->json, list) : -1; at >= 0; at = json_next(reader->json, list, at)) {
		unsigned i;
		for (i = 0; catalogue_dispositions[i].name; i++)
			if (json_is(reader->json, at, catalogue_dispositions[i].name))
				break;
		if (!catalogue_dispositions[i].name) {
			char name[ID_MAX];
			json_text(reader->json, at, name, sizeof(name));
			return REFUSE(reader, 404, "disposition '%s' of %s not found", name, where);
		}
		*set |= 1U << i;
	}
	return true;
}

static const struct statistic *find_statistic(struct reader *reader, enum scope scope, int node, char *name,
	size_t size)
{
	json_text(reader->json, node, name, size);
	for (unsigned i = 0; i < reader->rules->refused_count; i++)
		if (strcmp(reader->rules->refused[i], name) == 0)
			return NULL;
	return statistic_find(scope, name);
}

/* Of two spellings of one property, the one that is there; false if it is ruled out. */
static bool spelling(struct reader *reader, int object, const char *schema, const char *example, const char *where,
	int *node)
{
	int by_schema = json_get(reader->json, object, schema);
	int by_example = json_get(reader->json, object, example);
	if (by_schema >= 0 && reader->rules->dialect == DIALECT_EXAMPLE)
		return REFUSE(reader, 400, "unknown property '%s' in %s", schema, where);
	if (by_example >= 0 && reader->rules->dialect == DIALECT_SCHEMA)
		return REFUSE(reader, 400, "unknown property '%s' in %s", example, where);
	*node = by_schema >= 0 ? by_schema : by_example;
	return true;
}

static bool add_statistic(struct reader *reader, const struct grid *grid, int node, struct column *column,
	const char *place)
{
	char name[ID_MAX];
	const struct statistic *statistic = find_statistic(reader, grid->scope, node, name, sizeof(name));
	if (!statistic)
		return REFUSE(reader, 400, "unknown statistic '%s' in %s", name, place);
	column->statistics[column->statistic_count++] = statistic;
	return true;
}

/* "NAME|SUM" with the names in sum_stat_names: their sum, in one column. */
static bool read_sum(struct reader *reader, int object, const struct grid *grid, struct column *column,
	const char *place)
{
	const struct json *json = reader->json;
	int list = json_get(json, object, "sum_stat_names");
	int count = json_count(json, list);
	if (json_kind(json, list) != JSON_ARRAY || count == 0)
		return REFUSE(reader, 400, "no sum_stat_names in %s", place);
	if (count > SUM_MAX || !(column->statistics = take(reader, (size_t)count, sizeof(*column->statistics))))
		return REFUSE(reader, 400, "too many sum_stat_names in %s", place);
	for (int at = json_first(json, list); at >= 0; at = json_next(json, list, at))
		if (!add_statistic(reader, grid, at, column, place))
			return false;
	return true;
}

static bool read_statistics(struct reader *reader, int object, int node, const struct grid *grid,
	struct column *column, const char *place)
{
	static const char mark[] = "|SUM";
	char name[ID_MAX];
	size_t length = json_text(reader->json, node, name, sizeof(name));
	if (json_kind(reader->json, node) != JSON_STRING)
		return REFUSE(reader, 400, "no statistic in %s", place);
	if (length > strlen(mark) && strcmp(name + length - strlen(mark), mark) == 0)
		return read_sum(reader, object, grid, column, place);
	column->statistics = take(reader, 1, sizeof(*column->statistics));
	if (!column->statistics)
		return REFUSE(reader, 400, "the body is too large");
	return add_statistic(reader, grid, node, column, place);
}

static bool read_column(struct reader *reader, int object, const struct grid *grid, struct column *column,
	const char *where)
{
	int id = json_get(reader->json, object, "id");
	int node = -1;
	char place[2 * ID_MAX];
	if (json_kind(reader->json, object) != JSON_OBJECT || !is_scalar(reader->json, id))
		return REFUSE(reader, 400, "a column of %s has no id", where);
	column->id = json_text_copy(reader->json, id, reader->arena, ID_MAX);
	if (!column->id)
		return REFUSE(reader, 400, "the body is too large");
	snprintf(place, sizeof(place), "column '%.60s' of %s", column->id, where);
	if (!spelling(reader, object, "stat_name", "statName", place, &node))
		return false;
	return read_statistics(reader, object, node, grid, column, place) &&
		read_dispositions(reader, json_get(reader->json, object, "dispositions"), &column->dispositions, place);
}

static bool read_columns(struct reader *reader, int list, struct grid *grid, const char *where)
{
	int count = json_count(reader->json, list);
	if (json_kind(reader->json, list) != JSON_ARRAY || count == 0)
		return REFUSE(reader, 400, "%s has no columns", where);
	if (count > COLUMNS_MAX || !(grid->columns = take(reader, (size_t)count, sizeof(*grid->columns))))
		return REFUSE(reader, 400, "%s has too many columns", where);
	for (int at = json_first(reader->json, list); at >= 0; at = json_next(reader->json, list, at))
		if (!read_column(reader, at, grid, &grid->columns[grid->column_count++], where))
			return false;
	return true;
}

static bool find_column(struct reader *reader, const struct grid *grid, int node, const char *what, unsigned *column,
	const char *where)
{
	char id[ID_MAX];
	json_text(reader->json, node, id, sizeof(id));
	for (unsigned i = 0; i < grid->column_count; i++) {
		if (strcmp(grid->columns[i].id, id) == 0) {
			*column = i;
			return true;
		}
	}
	return REFUSE(reader, 400, "%s names column '%s', which %s does not have", what, id, where);
}

static bool add_order(struct reader *reader, struct grid *grid, int by, int direction, const char *where)
{
	char word[16];
	if (is_absent(reader->json, by))
		return true;
	if (grid->order_count == ORDERS_MAX)
		return REFUSE(reader, 400, "%s has too many orders", where);
	json_text(reader->json, direction, word, sizeof(word));
	if (*word && strcasecmp(word, "ASC") != 0 && strcasecmp(word, "DESC") != 0)
		return REFUSE(reader, 400, "order direction '%s' of %s is neither ASC nor DESC", word, where);
	grid->orders[grid->order_count].descending = strcasecmp(word, "DESC") == 0;
	return find_column(reader, grid, by, "order", &grid->orders[grid->order_count++].column, where);
}

static bool read_order(struct reader *reader, int object, struct grid *grid, const char *where)
{
	const struct json *json = reader->json;
	int node;
	if (!spelling(reader, object, "order_by", "order", where, &node))
		return false;
	if (json_get(json, object, "order_by") >= 0)
		return add_order(reader, grid, node, json_get(json, object, "order_dir"), where);
	if (is_absent(json, node))
		return true;
	if (json_kind(json, node) != JSON_ARRAY)
		return REFUSE(reader, 400, "order of %s is not an array", where);
	for (int at = json_first(json, node); at >= 0; at = json_next(json, node, at))
		if (!add_order(reader, grid, json_get(json, at, "by"), json_get(json, at, "dir"), where))
			return false;
	return true;
}

static bool read_filter(struct reader *reader, int object, struct grid *grid, const char *where)
{
	static const char *const words[] = { "EQ", "NE", "LT", "GT", "LE", "GE", NULL };
	const struct json *json = reader->json;
	int by = json_get(json, object, "filter_by");
	unsigned column = 0, operation;
	char word[16];
	grid->filter = -1;
	if (is_absent(json, by))
		return true;
	if (!find_column(reader, grid, by, "filter", &column, where))
		return false;
	json_text(json, json_get(json, object, "filter_operation"), word, sizeof(word));
	for (operation = 0; words[operation]; operation++)
		if (strcasecmp(words[operation], word) == 0)
			break;
	if (!words[operation] && *word)
		return REFUSE(reader, 400, "unknown filter_operation '%s' in %s", word, where);
	grid->filter = (int)column;
	grid->operation = *word ? (enum operation)operation : OPERATION_EQ;
	grid->value = json_text_copy(json, json_get(json, object, "filter_value"), reader->arena, TEXT_MAX);
	return grid->value || REFUSE(reader, 400, "the body is too large");
}

static bool read_grid(struct reader *reader, int object, struct grid *grid, const char *app_id)
{
	const struct json *json = reader->json;
	int id = json_get(json, object, "id");
	char where[ID_MAX];
	if (json_kind(json, object) != JSON_OBJECT || !is_scalar(json, id))
		return REFUSE(reader, 400, "a grid of app id '%.60s' has no id", app_id);
	grid->id = json_text_copy(json, id, reader->arena, ID_MAX);
	if (!grid->id)
		return REFUSE(reader, 400, "the body is too large");
	snprintf(where, sizeof(where), "grid '%.40s' of app id '%.60s'", grid->id, app_id);
	return read_columns(reader, json_get(json, object, "columns"), grid, where) &&
		read_order(reader, object, grid, where) &&
		read_limit(reader, json_get(json, object, "limit"), &grid->limit, where) &&
		read_filter(reader, object, grid, where) &&
		read_services(reader, json_get(json, object, "service_ids"), &grid->services, &grid->some_services,
			where) &&
		read_teams(reader, json_get(json, object, "team_ids"), &grid->teams, where) &&
		read_flag(reader, object, "my_subteam_only", &grid->subteam_only, where) &&
		read_flag(reader, object, "logged_in_agents_only", &grid->logged_in_only, where);
}

static bool read_grids(struct reader *reader, int list, enum scope scope, struct grid **grids, unsigned *count,
	const char *app_id)
{
	const char *name = scope == SCOPE_AGENT ? "agent_grids" : "service_grids";
	int length = json_count(reader->json, list);
	bool present;
	if (!is_list(reader, list, name, app_id, &present) || !present)
		return !present;
	if (length > GRIDS_MAX || !(*grids = take(reader, (size_t)length, sizeof(**grids))))
		return REFUSE(reader, 400, "app id '%.60s' has too many grids", app_id);
	for (int at = json_first(reader->json, list); at >= 0; at = json_next(reader->json, list, at)) {
		struct grid *grid = &(*grids)[(*count)++];
		grid->scope = scope;
		if (!read_grid(reader, at, grid, app_id))
			return false;
	}
	return true;
}

static bool read_totals(struct reader *reader, int object, struct wish *wish)
{
	const struct json *json = reader->json;
	int list = json_get(json, object, "stats_totals");
	char where[ID_MAX], name[ID_MAX];
	bool some = false;
	snprintf(where, sizeof(where), "the totals of app id '%.60s'", wish->app_id);
	if (!is_list(reader, list, "stats_totals", where, &wish->wants_totals) || !wish->wants_totals)
		return !wish->wants_totals;
	if (json_count(json, list) > TOTALS_MAX ||
	    !(wish->totals = take(reader, (size_t)json_count(json, list), sizeof(struct statistic *))))
		return REFUSE(reader, 400, "%s are too many", where);
	for (int at = json_first(json, list); at >= 0; at = json_next(json, list, at)) {
		const struct statistic *statistic = find_statistic(reader, SCOPE_TOTAL, at, name, sizeof(name));
		if (!statistic)
			return REFUSE(reader, 400, "unknown statistic '%s' in %s", name, where);
		wish->totals[wish->total_count++] = statistic;
	}
	if (!read_services(reader, json_get(json, object, "stats_totals_service_ids"), &wish->services, &some, where))
		return false;
	if (!some)
		wish->services = reader->rules->supervised->services;
	return read_dispositions(reader, json_get(json, object, "stats_totals_dispositions"), &wish->dispositions,
		where);
}

static bool read_messages(struct reader *reader, int node, struct wish *wish)
{
	const struct json *json = reader->json;
	if (is_absent(json, node))
		return true;
	if (json_kind(json, node) != JSON_OBJECT)
		return REFUSE(reader, 400, "chat_messages of app id '%.60s' is not an object", wish->app_id);
	wish->wants_messages = true;
	wish->message_filter = json_text_copy(json, json_get(json, node, "filter"), reader->arena, TEXT_MAX);
	if (!wish->message_filter)
		return REFUSE(reader, 400, "the body is too large");
	return read_limit(reader, json_get(json, node, "limit"), &wish->message_limit, "chat_messages");
}

static bool read_wish(struct reader *reader, int key, struct wish *wish)
{
	const struct json *json = reader->json;
	int object = json_value(json, key);
	wish->app_id = json_text_copy(json, key, reader->arena, ID_MAX);
	if (!wish->app_id)
		return REFUSE(reader, 400, "the body is too large");
	if (json_kind(json, object) != JSON_OBJECT)
		return REFUSE(reader, 400, "app id '%.60s' is not an object", wish->app_id);
	return read_totals(reader, object, wish) &&
		read_grids(reader, json_get(json, object, "service_grids"), SCOPE_SERVICE, &wish->service_grids,
			&wish->service_grid_count, wish->app_id) &&
		read_grids(reader, json_get(json, object, "agent_grids"), SCOPE_AGENT, &wish->agent_grids,
			&wish->agent_grid_count, wish->app_id) &&
		read_messages(reader, json_get(json, object, "chat_messages"), wish);
}

bool body_read(struct body *body, const struct json *json, const struct body_rules *rules, struct arena *arena,
	unsigned *status, struct error *error)
{
	struct reader reader = { json, rules, arena, status, error };
	int root = json_root(json);
	*body = (struct body){ 0 };
	if (json_kind(json, root) != JSON_OBJECT || json_count(json, root) == 0)
		return REFUSE(&reader, 400, "the body is not an object of app ids");
	if (json_count(json, root) > WISHES_MAX ||
	    !(body->wishes = take(&reader, (size_t)json_count(json, root), sizeof(*body->wishes))))
		return REFUSE(&reader, 400, "too many app ids");
	for (int key = json_first(json, root); key >= 0; key = json_next(json, root, key))
		if (!read_wish(&reader, key, &body->wishes[body->count++]))
			return false;
	return true;
}
