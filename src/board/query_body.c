/* The body of S1, in either spelling: the collection's schema and its worked example. */
#include <string.h>

#include "board/query.h"

#include "base/json_write.h"

struct body {
	const struct request *request;
	struct buffer *out;
};

static const char *spelled(const struct body *body, const char *schema, const char *example)
{
	return body->request->dialect == DIALECT_SCHEMA ? schema : example;
}

/* ,"key": or "key": for the first member */
static void put_key(struct buffer *out, bool first, const char *key)
{
	buffer_text(out, first ? "" : ",");
	json_put_string(out, key);
	buffer_text(out, ":");
}

static void put_pair(struct buffer *out, bool first, const char *key, const char *value)
{
	put_key(out, first, key);
	json_put_string(out, value);
}

static void put_texts(struct buffer *out, bool first, const char *key, const struct texts *texts)
{
	put_key(out, first, key);
	buffer_text(out, "[");
	for (unsigned i = 0; i < texts->count; i++) {
		buffer_text(out, i == 0 ? "" : ",");
		json_put_string(out, texts->items[i]);
	}
	buffer_text(out, "]");
}

static void put_columns(struct body *body, const struct request_set *set)
{
	put_key(body->out, false, "columns");
	buffer_text(body->out, "[");
	for (unsigned i = 0; i < set->column_count; i++) {
		const struct request_column *column = &set->columns[i];
		buffer_text(body->out, i == 0 ? "{" : ",{");
		put_pair(body->out, true, "id", column->id);
		put_pair(body->out, false, spelled(body, "stat_name", "statName"), column->stat);
		if (column->dispositions.count > 0)
			put_texts(body->out, false, "dispositions", &column->dispositions);
		buffer_text(body->out, "}");
	}
	buffer_text(body->out, "]");
}

static const char *column_id(const struct request_set *set, const char *stat)
{
	for (unsigned i = 0; i < set->column_count; i++)
		if (strcmp(set->columns[i].stat, stat) == 0)
			return set->columns[i].id;
	return NULL;
}

static void put_order(struct body *body, const struct request_set *set)
{
	const struct panel *panel = set->panel;
	const char *id = panel->sort_stat != NULL ? column_id(set, panel->sort_stat) : NULL;
	const char *direction = panel->sort_descending ? "DESC" : "ASC";
	if (id == NULL)
		return;
	if (body->request->dialect == DIALECT_SCHEMA) {
		put_pair(body->out, false, "order_by", id);
		put_pair(body->out, false, "order_dir", direction);
		return;
	}
	put_key(body->out, false, "order");
	buffer_text(body->out, "[{");
	put_pair(body->out, true, "by", id);
	put_pair(body->out, false, "dir", direction);
	buffer_text(body->out, "}]");
}

static void put_filter(struct body *body, const struct request_set *set)
{
	const struct panel *panel = set->panel;
	const char *id = panel->filter_stat != NULL ? column_id(set, panel->filter_stat) : NULL;
	if (id == NULL)
		return;
	put_pair(body->out, false, "filter_by", id);
	put_pair(body->out, false, "filter_value", panel->filter_value);
	put_pair(body->out, false, "filter_operation", filter_operation_names[panel->filter_operation]);
}

static void put_grid(struct body *body, const struct request_set *set, const char *key)
{
	const struct panel *panel = set->panel;
	put_key(body->out, true, key);
	buffer_text(body->out, "[{");
	put_pair(body->out, true, "id", set->grid_id);
	put_columns(body, set);
	put_order(body, set);
	buffer_print(body->out, ",\"limit\":%d", panel->limit);
	put_filter(body, set);
	if (set->team_ids.count > 0)
		put_texts(body->out, false, "team_ids", &set->team_ids);
	if (set->service_ids.count > 0)
		put_texts(body->out, false, "service_ids", &set->service_ids);
	if (panel->subteam_only)
		buffer_text(body->out, ",\"my_subteam_only\":true");
	if (panel->logged_in_only)
		buffer_text(body->out, ",\"logged_in_agents_only\":true");
	buffer_text(body->out, "}]");
}

/* Statistics of a panel as totals; names and the like have none. */
static void put_totals(struct body *body, const struct request_set *set, bool first)
{
	const struct panel *panel = set->panel;
	bool any = false;
	put_key(body->out, first, "stats_totals");
	buffer_text(body->out, "[");
	for (unsigned i = 0; i < panel->column_count; i++) {
		if (panel->columns[i].kind == KIND_TEXT && panel->columns[i].known != NULL)
			continue;
		buffer_text(body->out, any ? "," : "");
		json_put_string(body->out, panel->columns[i].stat);
		any = true;
	}
	buffer_text(body->out, "]");
	if (set->service_ids.count > 0)
		put_texts(body->out, false, "stats_totals_service_ids", &set->service_ids);
	if (panel->dispositions.count > 0)
		put_texts(body->out, false, "stats_totals_dispositions", &panel->dispositions);
}

static void put_messages(struct body *body, const struct request_set *set)
{
	put_key(body->out, true, "chat_messages");
	buffer_text(body->out, "{");
	put_pair(body->out, true, "filter", set->panel->message_filter);
	buffer_print(body->out, ",\"limit\":%d}", set->panel->limit);
}

static void put_set(struct body *body, const struct request_set *set)
{
	switch (panel_kind(set->panel->type)->ask) {
	case ASK_TOTALS:
		put_totals(body, set, true);
		break;
	case ASK_SERVICE_GRID:
		put_grid(body, set, "service_grids");
		if (set->panel->total)
			put_totals(body, set, false);
		break;
	case ASK_AGENT_GRID:
		put_grid(body, set, "agent_grids");
		break;
	case ASK_MESSAGES:
		put_messages(body, set);
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
	bool first = true;
	buffer_clear(out);
	buffer_text(out, "{");
	for (unsigned i = 0; i < request->set_count; i++) {
		const struct request_set *set = &request->sets[i];
		if (set->skipped)
			continue;
		put_key(out, first, set->app_id);
		buffer_text(out, "{");
		put_set(&body, set);
		buffer_text(out, "}");
		first = false;
	}
	buffer_text(out, "}");
	return !out->full;
}
