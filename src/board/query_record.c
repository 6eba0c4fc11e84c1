#include "board/query_record.h"

#include <stdio.h>
#include <string.h>

#include "base/json_write.h"
#include "base/log.h"

static void put_texts(struct buffer *out, const char *key, const struct texts *texts)
{
	buffer_print(out, ",\"%s\":[", key);
	for (unsigned i = 0; i < texts->count; i++) {
		buffer_text(out, i == 0 ? "" : ",");
		json_put_string(out, texts->items[i]);
	}
	buffer_text(out, "]");
}

static void put_text(struct buffer *out, const char *key, const char *text)
{
	buffer_print(out, ",\"%s\":", key);
	json_put_string(out, text);
}

static void put_column(struct buffer *out, const struct request_column *column, enum scale scale, bool first)
{
	buffer_print(out, "%s{\"id\":", first ? "" : ",");
	json_put_string(out, column->id);
	put_text(out, "stat", column->stat);
	if (column->dispositions.count > 0)
		put_texts(out, "dispositions", &column->dispositions);
	if (scale == SCALE_FRACTION)
		put_text(out, "scale", "fraction");
	buffer_text(out, "}");
}

/* What decides which rows come where a limit cuts. */
static void put_order(struct buffer *out, const struct panel *panel)
{
	if (panel->sort_stat != NULL) {
		put_text(out, "sort_stat", panel->sort_stat);
		buffer_print(out, ",\"sort_descending\":%s", panel->sort_descending ? "true" : "false");
	}
	if (panel->message_filter != NULL && panel->message_filter[0] != '\0')
		put_text(out, "message_filter", panel->message_filter);
}

static void put_set(struct buffer *out, const struct request_set *set)
{
	const struct panel *panel = set->panel;
	buffer_text(out, "{\"app_id\":");
	json_put_string(out, set->app_id);
	put_text(out, "panel", panel->name);
	put_text(out, "type", panel_type_names[panel->type]);
	put_text(out, "grid_id", set->grid_id);
	put_texts(out, "services", &panel->services);
	put_texts(out, "service_ids", &set->service_ids);
	put_texts(out, "teams", &panel->teams);
	put_texts(out, "team_ids", &set->team_ids);
	put_texts(out, "dispositions", &panel->dispositions);
	if (panel->filter_stat != NULL) {
		put_text(out, "filter_stat", panel->filter_stat);
		put_text(out, "filter_operation", filter_operation_names[panel->filter_operation]);
		put_text(out, "filter_value", panel->filter_value);
	}
	put_order(out, panel);
	buffer_print(out, ",\"limit\":%d,\"total\":%s,\"logged_in_only\":%s,\"subteam_only\":%s", panel->limit,
		panel->total ? "true" : "false", panel->logged_in_only ? "true" : "false",
		panel->subteam_only ? "true" : "false");
	buffer_print(out, ",\"filtered_here\":%s", set->filter_services_here ? "true" : "false");
	if (set->skipped)
		put_text(out, "reason", set->reason);
	if (set->key_column >= 0)
		put_text(out, "key", set->columns[set->key_column].id);
	buffer_text(out, ",\"columns\":[");
	for (unsigned i = 0; i < set->column_count; i++)
		put_column(out, &set->columns[i], i < panel->column_count ? panel->columns[i].scale : SCALE_PERCENT, i == 0);
	buffer_text(out, "]}");
}

static void put_sets(struct buffer *out, const struct request *request, bool skipped)
{
	bool first = true;
	for (unsigned i = 0; i < request->set_count; i++) {
		if (request->sets[i].skipped != skipped)
			continue;
		buffer_text(out, first ? "" : ",");
		put_set(out, &request->sets[i]);
		first = false;
	}
}

bool request_record_put(const struct request *request, double interval, struct buffer *out)
{
	buffer_text(out, "{\"layout\":");
	json_put_string(out, request->layout->name);
	buffer_print(out, ",\"interval\":%.3f,\"sets\":[", interval);
	put_sets(out, request, false);
	buffer_text(out, "],\"skipped\":[");
	put_sets(out, request, true);
	return buffer_text(out, "]}");
}

/* One recorded set, as nodes. */
struct recorded {
	const struct json *json;
	int set;
};

static int member(const struct recorded *recorded, const char *key)
{
	return json_get(recorded->json, recorded->set, key);
}

static bool flag(const struct recorded *recorded, const char *key)
{
	return json_kind(recorded->json, member(recorded, key)) == JSON_TRUE;
}

static bool is_text(const struct recorded *recorded, const char *key, const char *text)
{
	return json_is(recorded->json, member(recorded, key), text);
}

static bool holds(const struct json *json, int array, const char *text)
{
	for (int at = json_first(json, array); at >= 0; at = json_next(json, array, at))
		if (json_is(json, at, text))
			return true;
	return false;
}

/* As many, and each of ours is there by its name or its id. */
static bool same_names(const struct recorded *recorded, const struct texts *texts, const char *names, const char *ids)
{
	const struct json *json = recorded->json;
	if (json_count(json, member(recorded, names)) != (int)texts->count)
		return false;
	for (unsigned i = 0; i < texts->count; i++)
		if (!holds(json, member(recorded, names), texts->items[i]) &&
			(ids == NULL || !holds(json, member(recorded, ids), texts->items[i])))
			return false;
	return true;
}

static bool same_filter(const struct recorded *recorded, const struct panel *panel)
{
	if (panel->filter_stat == NULL)
		return member(recorded, "filter_stat") < 0;
	return is_text(recorded, "filter_stat", panel->filter_stat) &&
		is_text(recorded, "filter_operation", filter_operation_names[panel->filter_operation]) &&
		is_text(recorded, "filter_value", panel->filter_value);
}

/* The recorded column of a statistic with these dispositions; -1: it was not asked for. */
static int find_column(const struct recorded *recorded, const char *stat, const struct texts *dispositions)
{
	const struct json *json = recorded->json;
	int columns = member(recorded, "columns");
	for (int at = json_first(json, columns); at >= 0; at = json_next(json, columns, at)) {
		struct recorded column = { json, at };
		if (!is_text(&column, "stat", stat))
			continue;
		if (dispositions->count == 0 ? member(&column, "dispositions") < 0
					     : same_names(&column, dispositions, "dispositions", NULL))
			return at;
	}
	return -1;
}

static const struct texts none = { 0 };

static bool has_columns(const struct recorded *recorded, const struct panel *panel)
{
	if (panel->type == PANEL_AGENT_STATES)
		return find_column(recorded, "acd_state", &none) >= 0;
	for (unsigned i = 0; i < panel->column_count; i++)
		if (find_column(recorded, panel->columns[i].stat, &panel->columns[i].dispositions) < 0)
			return false;
	return true;
}

/* Both have it, or neither; "" is nothing. */
static bool same_text(const struct recorded *recorded, const char *key, const char *text)
{
	if (text == NULL || text[0] == '\0')
		return member(recorded, key) < 0;
	return is_text(recorded, key, text);
}

static bool suits(const struct recorded *recorded, const struct panel *panel)
{
	double limit = 0;
	json_number(recorded->json, member(recorded, "limit"), &limit);
	return is_text(recorded, "type", panel_type_names[panel->type]) &&
		same_names(recorded, &panel->services, "services", "service_ids") &&
		same_names(recorded, &panel->teams, "teams", "team_ids") &&
		same_names(recorded, &panel->dispositions, "dispositions", NULL) && same_filter(recorded, panel) &&
		limit >= panel->limit && (!panel->total || flag(recorded, "total")) &&
		flag(recorded, "logged_in_only") == panel->logged_in_only &&
		flag(recorded, "subteam_only") == panel->subteam_only && same_text(recorded, "message_filter",
		panel->message_filter) && has_columns(recorded, panel);
}

/* How near a set that suits is to what the panel asks: the same rows in the same order, then the same name. */
static int nearness(const struct recorded *recorded, const struct panel *panel)
{
	double limit = 0;
	json_number(recorded->json, member(recorded, "limit"), &limit);
	bool same_order = same_text(recorded, "sort_stat", panel->sort_stat) &&
		flag(recorded, "sort_descending") == (panel->sort_stat != NULL && panel->sort_descending);
	return 4 * (same_order && (int)limit == panel->limit) + 2 * same_order + is_text(recorded, "panel", panel->name);
}

/* Of those that suit the nearest, and of equals the first; -1: none. */
static int find_set(const struct json *json, int sets, const struct panel *panel)
{
	int found = -1, best = -1;
	for (int at = json_first(json, sets); at >= 0; at = json_next(json, sets, at)) {
		struct recorded recorded = { json, at };
		int near = suits(&recorded, panel) ? nearness(&recorded, panel) : -1;
		if (near > best) {
			best = near;
			found = at;
		}
	}
	return found;
}

static void *need(void *memory)
{
	if (memory == NULL)
		fatal("a recorded request of more memory than a request may have");
	return memory;
}

static void take_column(struct request_set *set, const struct json *json, int column, const char *stat,
	struct texts dispositions)
{
	struct request_column *out = &set->columns[set->column_count];
	out->stat = stat;
	out->dispositions = dispositions;
	json_text(json, json_get(json, column, "id"), out->id, sizeof(out->id));
	/* A statistic that is shown twice is one column of the recording. */
	for (unsigned i = set->column_count; i > 0; i--)
		if (strcmp(set->columns[i - 1].id, out->id) == 0) {
			set->columns[i - 1].twin = set->column_count;
			break;
		}
	set->column_count++;
}

/* The panel's own columns in its own order, with the recorded ids, then the key. */
static void take_columns(struct request *request, struct request_set *set, const struct recorded *recorded)
{
	const struct panel *panel = set->panel;
	const struct json *json = recorded->json;
	char key[sizeof(set->columns->id)];
	set->columns = need(arena_alloc(&request->arena, (panel->column_count + 2) * sizeof(*set->columns)));
	set->key_column = -1;
	if (panel->type == PANEL_AGENT_STATES)
		take_column(set, json, find_column(recorded, "acd_state", &none), "acd_state", none);
	for (unsigned i = 0; i < panel->column_count; i++)
		take_column(set, json, find_column(recorded, panel->columns[i].stat, &panel->columns[i].dispositions),
			panel->columns[i].stat, panel->columns[i].dispositions);
	set->shown_count = set->column_count;
	json_text(json, member(recorded, "key"), key, sizeof(key));
	if (key[0] == '\0')
		return;
	for (unsigned i = 0; i < set->column_count; i++)
		if (strcmp(set->columns[i].id, key) == 0)
			set->key_column = (int)i;
	if (set->key_column >= 0)
		return;
	set->key_column = (int)set->column_count;
	set->columns[set->column_count].stat = panel->type == PANEL_SERVICE_GRID ? "name" : "login_id";
	memcpy(set->columns[set->column_count++].id, key, sizeof(key));
}

/* Nobody asked for it, or the server refused: who asked says why. */
static void skip_set(struct request_set *set, const struct json *json, int skipped)
{
	int at = find_set(json, skipped, set->panel);
	set->skipped = true;
	json_text(json, json_get(json, at, "reason"), set->reason, sizeof(set->reason));
	if (set->reason[0] == '\0')
		snprintf(set->reason, sizeof(set->reason), "there is nothing that was asked for like this panel");
}

static void take_set(struct request *request, const struct panel *panel, const struct json *json, int sets)
{
	struct request_set *set = &request->sets[request->set_count++];
	struct recorded recorded = { json, find_set(json, sets, panel) };
	set->panel = panel;
	set->key_column = -1;
	if (recorded.set < 0) {
		skip_set(set, json, json_get(json, json_root(json), "skipped"));
		return;
	}
	json_text(json, member(&recorded, "app_id"), set->app_id, sizeof(set->app_id));
	json_text(json, member(&recorded, "grid_id"), set->grid_id, sizeof(set->grid_id));
	set->filter_services_here = flag(&recorded, "filtered_here");
	take_columns(request, set, &recorded);
}

bool request_record_read(struct request *request, const struct layout *layout, struct json *json, const char *text,
	size_t length, double *interval, struct error *error)
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
	request->sets = need(arena_alloc(&request->arena, (layout->panel_count + 1) * sizeof(*request->sets)));
	for (unsigned i = 0; i < layout->panel_count; i++)
		if (panel_subscribes(layout->panels[i].type))
			take_set(request, &layout->panels[i], json, sets);
	return true;
}
