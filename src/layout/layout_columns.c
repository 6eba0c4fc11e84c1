/*
 * Columns of grids and tiles of totals: a name, or a group with a name and what differs from the statistic's
 * defaults.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "layout/layout_parts.h"
#include "layout/state.h"

static const char *const scale_names[] = { "percent", "fraction", NULL };
static const char *const align_names[] = { "default", "left", "right", NULL };

static const struct config_key column_keys[] = {
	{ .name = "stat", .type = CONFIG_TEXT, .required = true, .offset = offsetof(struct column, stat) },
	{ .name = "label", .type = CONFIG_TEXT, .min = 0, .max = 60, .offset = offsetof(struct column, label) },
	{ .name = "kind", .type = CONFIG_KNOWN },
	{ .name = "scale", .type = CONFIG_CHOICE, .choices = scale_names, .offset = offsetof(struct column, scale) },
	{ .name = "width", .type = CONFIG_INT, .min = 1, .max = 200, .offset = offsetof(struct column, width) },
	{ .name = "align", .type = CONFIG_CHOICE, .choices = align_names, .offset = offsetof(struct column, align) },
	{ .name = "priority", .type = CONFIG_INT, .min = 0, .max = 1000, .offset = offsetof(struct column, priority) },
	{ .name = "digits", .type = CONFIG_KNOWN },
	{ .name = "dispositions", .type = CONFIG_TEXTS, .offset = offsetof(struct column, dispositions) },
	{ .name = "warn", .type = CONFIG_KNOWN },
	{ .name = "alert", .type = CONFIG_KNOWN },
	{ .name = "limits", .type = CONFIG_KNOWN },
	{ .name = NULL },
};

static const struct config_key limit_keys[] = {
	{ .name = "state", .type = CONFIG_TEXT, .required = true, .offset = offsetof(struct limit, state_text) },
	{ .name = "reason", .type = CONFIG_TEXT, .offset = offsetof(struct limit, reason) },
	{ .name = "warn", .type = CONFIG_KNOWN },
	{ .name = "alert", .type = CONFIG_KNOWN },
	{ .name = NULL },
};

static bool read_threshold(const struct config_node *group, const char *key, const struct column *column,
	struct threshold *out, struct error *error)
{
	const struct config_node *node = config_get(group, key);
	struct error why;
	char number[32];
	if (node == NULL)
		return true;
	const char *text = config_string(node);
	if (config_kind(node) == CONFIG_INTEGER || config_kind(node) == CONFIG_FLOAT) {
		snprintf(number, sizeof(number), "%.10g", config_number(node));
		text = number;
	} else if (config_kind(node) != CONFIG_STRING) {
		return config_error(node, error, "%s must be a text such as \"> 5\"", key);
	}
	return threshold_read(text, column->kind, column->good, out, &why) ||
		config_error(node, error, "%s of %s: %s", key, column->stat, why.text);
}

static bool read_limit(const struct config_walk *walk, const struct config_node *node, const struct column *column,
	struct limit *limit, struct error *error)
{
	if (!config_fill(walk, node, "limit", limit_keys, limit, error))
		return false;
	limit->state = (int)state_read(limit->state_text);
	if (limit->state == STATE_UNKNOWN)
		return config_error(config_get(node, "state"), error,
			"unknown state '%.40s': ready, not_ready, busy, after_call_work and the like", limit->state_text);
	return read_threshold(node, "warn", column, &limit->warn, error) &&
		read_threshold(node, "alert", column, &limit->alert, error);
}

static bool read_limits(const struct config_walk *walk, const struct config_node *group, struct column *column,
	struct error *error)
{
	const struct config_node *node = config_get(group, "limits");
	if (node == NULL)
		return true;
	if (!layout_list(node, "limits", LAYOUT_LIMITS_MAX, error))
		return false;
	unsigned count = config_length(node);
	if (!layout_room(walk, node, count, sizeof(*column->limits), &column->limits, error))
		return false;
	for (unsigned i = 0; i < count; i++)
		if (!read_limit(walk, config_at(node, i), column, &column->limits[i], error))
			return false;
	column->limit_count = count;
	return true;
}

/* Marks and room for "1:02:03" beside an unknown text. */
enum { UNKNOWN_WIDTH = 12 };

static void column_defaults(struct column *column, const struct panel *panel)
{
	column->known = statistic_find(panel_kind(panel->type)->scope, column->stat);
	column->kind = column->known != NULL ? column->known->kind : KIND_TEXT;
	column->good = column->known != NULL ? column->known->good : DIRECTION_NONE;
	if (column->label == NULL) {
		column->label = column->known != NULL ? column->known->label : column->stat;
		column->head = column->known != NULL ? column->known->head : column->stat;
	} else {
		column->head = column->label;
	}
	if (column->width == 0)
		column->width = column->known != NULL ? column->known->width : UNKNOWN_WIDTH;
}

static void column_align(struct column *column)
{
	if (column->align == ALIGN_DEFAULT)
		column->align = column->kind == KIND_TEXT || column->kind == KIND_STATE ? ALIGN_LEFT : ALIGN_RIGHT;
}

static bool read_kind(const struct config_walk *walk, const struct config_node *group, struct column *column,
	struct error *error)
{
	static const struct config_key key = { .name = "kind", .type = CONFIG_CHOICE, .choices = kind_names };
	const struct config_node *node = config_get(group, "kind");
	int kind = (int)column->kind;
	if (node != NULL && !config_read_value(walk, node, &key, &kind, error))
		return false;
	column->kind = (enum kind)kind;
	return true;
}

/* "auto", or rows of a digit. */
bool layout_read_digits(const struct config_walk *walk, const struct config_node *node, int *out, struct error *error)
{
	(void)walk;
	if (config_kind(node) == CONFIG_STRING && strcmp(config_string(node), "auto") == 0)
		return true;
	int number = (int)config_number(node);
	if (config_kind(node) != CONFIG_INTEGER || (number != 1 && number != 3 && number != 5 && number != 7))
		return config_error(node, error, "digits must be \"auto\", 1, 3, 5 or 7");
	*out = number;
	return true;
}

static bool read_column(const struct config_walk *walk, const struct config_node *node, struct panel *panel,
	struct column *column, struct error *error)
{
	const char *what = panel->type == PANEL_TOTALS ? "tile" : "column";
	column->line = config_line(node);
	if (config_kind(node) == CONFIG_STRING) {
		static const struct config_key key = { .name = "stat", .type = CONFIG_TEXT };
		if (!config_read_value(walk, node, &key, &column->stat, error))
			return false;
		column_defaults(column, panel);
		column_align(column);
		return true;
	}
	if (!config_fill(walk, node, what, column_keys, column, error))
		return false;
	column_defaults(column, panel);
	if (!read_kind(walk, node, column, error))
		return false;
	column_align(column);
	const struct config_node *digits = config_get(node, "digits");
	if (digits != NULL && panel->type != PANEL_TOTALS)
		return config_error(digits, error, "digits belong to the tiles of totals");
	if (digits != NULL && !layout_read_digits(walk, digits, &column->digits, error))
		return false;
	return read_threshold(node, "warn", column, &column->warn, error) &&
		read_threshold(node, "alert", column, &column->alert, error) && read_limits(walk, node, column, error);
}

/* In totals the answer is keyed by the statistic alone, so it can be asked for once only. */
static bool check_twice(const struct config_node *node, const struct panel *panel, unsigned index, struct error *error)
{
	const struct column *column = &panel->columns[index];
	for (unsigned i = 0; i < index; i++)
		if (strcmp(panel->columns[i].stat, column->stat) == 0 && panel->columns[i].dispositions.count == 0 &&
			column->dispositions.count == 0)
			return config_error(node, error, "'%.60s' is there already (line %d)", column->stat,
				panel->columns[i].line);
	return true;
}

bool layout_read_columns(const struct config_walk *walk, const struct config_node *node, struct panel *panel,
	struct error *error)
{
	if (!layout_list(node, panel->type == PANEL_TOTALS ? "tiles" : "columns", LAYOUT_COLUMNS_MAX, error))
		return false;
	unsigned count = config_length(node);
	if (!layout_room(walk, node, count, sizeof(*panel->columns), &panel->columns, error))
		return false;
	for (unsigned i = 0; i < count; i++) {
		panel->columns[i].priority = i == 0 ? 100 : 50;
		if (!read_column(walk, config_at(node, i), panel, &panel->columns[i], error) ||
			!check_twice(config_at(node, i), panel, i, error))
			return false;
	}
	panel->column_count = count;
	for (unsigned i = 0; i < count; i++)
		if (panel->columns[i].limit_count > 0 && panel_column(panel, "acd_state") < 0)
			return config_error(config_at(node, i), error, "limits need the column acd_state in the same grid");
	return true;
}
