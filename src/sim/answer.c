#include "sim/answer.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"

struct row {
	const struct answer_rules *rules;
	const struct grid *grid;
	unsigned index; /* of the agent or service; also what keeps the order stable */
	struct facts *facts; /* of a service */
	struct cell keys[ORDERS_MAX];
};

static struct cell compute(const struct row *row, unsigned at)
{
	const struct centre *centre = row->rules->centre;
	const struct column *column = &row->grid->columns[at];
	struct cell sum = cell_blank();
	for (unsigned i = 0; i < column->statistic_count; i++) {
		const struct statistic *statistic = column->statistics[i];
		struct cell cell = row->grid->scope == SCOPE_AGENT
			? statistic->agent(centre, &centre->agents[row->index], column->dispositions)
			: statistic->group(row->facts, column->dispositions);
		sum = i == 0 ? cell : cell_sum(sum, cell);
	}
	return row->rules->fraction_grids ? cell_fraction(sum) : sum;
}

/* The wanted value is a number only where the cell is: a service called "1" is compared as text. */
static bool passes(enum operation operation, const struct cell *cell, const char *value)
{
	char *end;
	double number = strtod(value, &end);
	struct cell wanted = cell_text(value);
	int order;
	if (cell->kind == CELL_NUMBER && *value && *end == '\0')
		wanted = (struct cell){ .kind = CELL_NUMBER, .number = number };
	order = cell_compare(cell, &wanted);
	switch (operation) {
	case OPERATION_EQ:
		return order == 0;
	case OPERATION_NE:
		return order != 0;
	case OPERATION_LT:
		return order < 0;
	case OPERATION_GT:
		return order > 0;
	case OPERATION_LE:
		return order <= 0;
	case OPERATION_GE:
		return order >= 0;
	}
	return false;
}

static bool wants_agent(const struct grid *grid, const struct agent *agent, const struct supervision *supervised)
{
	uint64_t team = (uint64_t)1 << agent->team;
	if (!(supervised->teams & team) || (grid->teams && !(grid->teams & team)))
		return false;
	if (grid->subteam_only && !agent->in_subteam)
		return false;
	if (grid->some_services && !service_set_meets(&agent->skill_set, &grid->services))
		return false;
	return !grid->logged_in_only || agent->state != AGENT_LOGGED_OUT;
}

/* Services of some teams are those that somebody in the teams can serve. */
static bool wants_service(const struct grid *grid, const struct answer_rules *rules, unsigned service)
{
	const struct centre *centre = rules->centre;
	if (!supervision_has_service(rules->supervised, service))
		return false;
	if (grid->some_services && !service_set_has(&grid->services, service))
		return false;
	if (!grid->teams)
		return true;
	for (unsigned i = 0; i < centre->agent_count; i++)
		if (grid->teams >> centre->agents[i].team & 1 &&
		    service_set_has(&centre->agents[i].skill_set, service))
			return true;
	return false;
}

static int compare_rows(const void *left, const void *right)
{
	const struct row *a = left, *b = right;
	for (unsigned i = 0; i < a->grid->order_count; i++) {
		int order = cell_compare(&a->keys[i], &b->keys[i]);
		if (order != 0)
			return a->grid->orders[i].descending ? -order : order;
	}
	return (a->index > b->index) - (a->index < b->index);
}

/* Fills in what the row needs; false if the filter drops it. */
static bool prepare(struct row *row)
{
	const struct centre *centre = row->rules->centre;
	const struct grid *grid = row->grid;
	if (grid->scope == SCOPE_SERVICE)
		*row->facts = facts_of_service(centre, &centre->services[row->index]);
	if (grid->filter >= 0) {
		struct cell cell = compute(row, (unsigned)grid->filter);
		if (!passes(grid->operation, &cell, grid->value))
			return false;
	}
	for (unsigned i = 0; i < grid->order_count; i++)
		row->keys[i] = compute(row, grid->orders[i].column);
	return true;
}

static unsigned select_rows(const struct grid *grid, const struct answer_rules *rules, struct row *rows,
	struct facts *facts)
{
	const struct centre *centre = rules->centre;
	bool allowed = grid->scope == SCOPE_AGENT ? rules->agent_metrics : rules->service_metrics;
	unsigned all = !allowed ? 0 : grid->scope == SCOPE_AGENT ? centre->agent_count : centre->service_count;
	unsigned count = 0;
	for (unsigned i = 0; i < all; i++) {
		bool wanted = grid->scope == SCOPE_AGENT ? wants_agent(grid, &centre->agents[i], rules->supervised)
							 : wants_service(grid, rules, i);
		if (!wanted)
			continue;
		rows[count] = (struct row){ .rules = rules, .grid = grid, .index = i, .facts = facts ? &facts[i] : NULL };
		if (prepare(&rows[count]))
			count++;
	}
	if (grid->order_count)
		qsort(rows, count, sizeof(*rows), compare_rows);
	return grid->limit && grid->limit < count ? grid->limit : count;
}

static void write_row(struct buffer *out, const struct row *row)
{
	const struct grid *grid = row->grid;
	buffer_text(out, "{");
	for (unsigned i = 0; i < grid->column_count; i++) {
		struct cell cell = compute(row, i);
		if (i > 0)
			buffer_add(out, ",", 1);
		json_put_string(out, grid->columns[i].id);
		buffer_add(out, ":", 1);
		cell_put(out, &cell);
	}
	buffer_text(out, "}");
}

/* One grid's rows: a JSON array of objects. */
static void write_rows(struct buffer *out, const struct grid *grid, const struct answer_rules *rules)
{
	const struct centre *centre = rules->centre;
	unsigned all = grid->scope == SCOPE_AGENT ? centre->agent_count : centre->service_count;
	struct row *rows = must_alloc(all * sizeof(*rows));
	struct facts *facts = grid->scope == SCOPE_SERVICE ? must_alloc(all * sizeof(*facts)) : NULL;
	unsigned count = select_rows(grid, rules, rows, facts);
	buffer_text(out, "[");
	for (unsigned i = 0; i < count; i++) {
		if (i > 0)
			buffer_text(out, ",");
		write_row(out, &rows[i]);
	}
	buffer_text(out, "]");
	free(facts);
	free(rows);
}

static void write_grids(struct buffer *out, const char *name, const struct grid *grids, unsigned count,
	const struct answer_rules *rules)
{
	json_put_string(out, name);
	buffer_text(out, ":[");
	for (unsigned i = 0; i < count; i++) {
		buffer_text(out, i > 0 ? ",{\"id\":" : "{\"id\":");
		json_put_string(out, grids[i].id);
		buffer_text(out, ",\"values\":");
		write_rows(out, &grids[i], rules);
		buffer_text(out, "}");
	}
	buffer_text(out, "]");
}

static void write_totals(struct buffer *out, const struct wish *wish, const struct answer_rules *rules)
{
	struct facts facts = facts_of_set(rules->centre, &wish->services);
	buffer_text(out, "\"stats_totals\":{");
	for (unsigned i = 0; i < wish->total_count; i++) {
		struct cell cell = wish->totals[i]->group(&facts, wish->dispositions);
		if (rules->fraction_totals)
			cell = cell_fraction(cell);
		if (!rules->service_metrics)
			cell = cell_blank();
		if (i > 0)
			buffer_text(out, ",");
		json_put_string(out, wish->totals[i]->name);
		buffer_text(out, ":");
		cell_put(out, &cell);
	}
	buffer_text(out, "}");
}

static void write_note(struct buffer *out, const struct note *note)
{
	buffer_print(out, "{\"id\":\"%u\",\"login_id\":", note->number);
	json_put_string(out, note->from->login);
	buffer_text(out, ",\"first_name\":");
	json_put_string(out, note->from->first);
	buffer_text(out, ",\"last_name\":");
	json_put_string(out, note->from->last);
	buffer_print(out, ",\"send_time\":\"%lld\",\"is_urgent\":\"%d\",\"content\":", (long long)note->sent,
		note->text->urgent);
	json_put_string(out, note->text->content);
	buffer_text(out, "}");
}

/* Newest first. */
static void write_messages(struct buffer *out, const struct wish *wish, const struct centre *centre)
{
	unsigned written = 0;
	buffer_text(out, "\"chat_messages\":[");
	for (unsigned back = 1; back <= centre->note_count && back <= NOTES_MAX; back++) {
		const struct note *note = &centre->notes[(centre->note_count - back) % NOTES_MAX];
		if (wish->message_limit && written == wish->message_limit)
			break;
		if (!strcasestr(note->text->content, wish->message_filter))
			continue;
		if (written++ > 0)
			buffer_text(out, ",");
		write_note(out, note);
	}
	buffer_text(out, "]");
}

static void write_wish(struct buffer *out, const struct wish *wish, const struct answer_rules *rules)
{
	const char *comma = "";
	json_put_string(out, wish->app_id);
	buffer_text(out, ":{");
	if (wish->agent_grid_count && !rules->services_only) {
		write_grids(out, "agent_grids", wish->agent_grids, wish->agent_grid_count, rules);
		comma = ",";
	}
	if (wish->service_grid_count) {
		buffer_text(out, comma);
		write_grids(out, "service_grids", wish->service_grids, wish->service_grid_count, rules);
		comma = ",";
	}
	if (wish->wants_totals) {
		buffer_text(out, comma);
		write_totals(out, wish, rules);
		comma = ",";
	}
	if (wish->wants_messages && !rules->services_only) {
		buffer_text(out, comma);
		write_messages(out, wish, rules->centre);
	}
	buffer_text(out, "}");
}

void answer_write(struct buffer *out, const struct body *body, const struct answer_rules *rules)
{
	const char *comma = "";
	buffer_text(out, "{");
	for (unsigned i = 0; i < body->count; i++) {
		const struct wish *wish = &body->wishes[i];
		if (rules->services_only && wish->service_grid_count == 0 && !wish->wants_totals)
			continue;
		buffer_text(out, comma);
		write_wish(out, wish, rules);
		comma = ",";
	}
	buffer_text(out, "}");
}
