/*
 * Reading a layout: the file, its pages, rows, panels, columns and alerts, from the smallest part to the whole.
 *
 * Each reader takes the setting, fills its struct, and returns false with "FILE:LINE: ..." in the error.
 */
#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "base/os.h"
#include "base/text.h"
#include "layout/expression.h"
#include "layout/layout.h"

enum {
	LAYOUT_BYTES_MAX = 8 * 1024 * 1024, /* many times the largest file that is read */
	PAGE_SECONDS_MAX = 86400,
	PANEL_NAME_MAX = 40, /* goes into an app id with the tag, and into expressions */
	PANEL_CELLS_MAX = 1000,
	PANEL_TEXT_MAX = 4000,
	UNKNOWN_WIDTH = 12,  /* of a column of an unknown statistic: marks and room for "1:02:03" */
	ALERT_NAME_MAX = 60, /* bytes: one line of a panel */
	ALERT_ARGUMENTS_MAX = 32,
	ALERT_PHONES_MAX = 8,
	DAY_MINUTES = 24 * 60,
	PATH_ROOM = 4096, /* the kernel's limit */
};

/* A CONFIG_CHOICE is stored as an int. */
static_assert(sizeof(enum panel_type) == sizeof(int), "a choice is an int");
static_assert(sizeof(enum scale) == sizeof(int), "a choice is an int");
static_assert(sizeof(enum align) == sizeof(int), "a choice is an int");
static_assert(sizeof(enum kind) == sizeof(int), "a choice is an int");
static_assert(sizeof(enum severity) == sizeof(int), "a choice is an int");
static_assert(sizeof(enum against) == sizeof(int), "a choice is an int");
static_assert(sizeof(enum chart_style) == sizeof(int), "a choice is an int");
static_assert(sizeof(enum rotate) == sizeof(int), "a choice is an int");
static_assert(sizeof(enum status_line) == sizeof(int), "a choice is an int");

static const char *const frame_names[] = { "line", "none", NULL };
static const char *const against_names[] = { "nothing", "yesterday", "week", NULL };
static const char *const style_names[] = { "area", "line", NULL };
static const char *const picture_names[PICTURES] = { "", "bar", "bullet", "spark" };
static const char *const align_names[] = { "default", "left", "right", NULL };
static const char *const rotate_names[] = { "on", "alarms", "hold", NULL };
static const char *const status_names[] = { "on", "off", NULL };
const char *const filter_operation_names[] = { "", "EQ", "NE", "LT", "GT", "LE", "GE", NULL };

/* Memory from the walk's arena for as many items; *out is a pointer to items of that size. */
static bool layout_allocate(const struct config_walk *walk, const struct config_node *node, unsigned count, size_t size,
	void *out, struct error *error)
{
	void *memory = arena_alloc(walk->arena, count * size);
	if (memory == NULL)
		return config_error(node, error, "the file is too large");
	memcpy(out, &memory, sizeof(memory));
	return true;
}

/* The items, all zero, of a list or array of at least one and at most max. */
static bool layout_allocate_list(const struct config_walk *walk, const struct config_node *node, const char *what,
	unsigned max, size_t size, void *out, struct error *error)
{
	if (config_kind(node) != CONFIG_LIST && config_kind(node) != CONFIG_ARRAY)
		return config_error(node, error, "%s must be a list in ( brackets )", what);
	if (config_length(node) == 0)
		return config_error(node, error, "%s must not be empty", what);
	if (config_length(node) > max)
		return config_error(node, error, "more than %u %s", max, what);
	return layout_allocate(walk, node, config_length(node), size, out, error);
}

static bool copy_text(const struct config_walk *walk, const struct config_node *node, const char *text, size_t length,
	const char **out, struct error *error)
{
	*out = arena_copy(walk->arena, text, length);
	return *out != NULL || config_error(node, error, "the file is too large");
}

/* Notes what is allowed and probably a mistake. */
static void layout_warn(const struct config_walk *walk, const struct config_node *node, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void layout_warn(const struct config_walk *walk, const struct config_node *node, const char *format, ...)
{
	struct layout *layout = walk->context;
	struct layout_warning *warning = arena_alloc(walk->arena, sizeof(*warning)), **end = &layout->warnings;
	struct error error;
	char text[ERROR_TEXT];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	config_error(node, &error, "%s", text);
	const char *copy = arena_copy(walk->arena, error.text, strlen(error.text));
	if (warning == NULL || copy == NULL)
		return;
	while (*end != NULL)
		end = &(*end)->next;
	*warning = (struct layout_warning){ .text = copy };
	*end = warning;
}

/* Cells, or a share such as "40%"; the field is a struct size. */
static bool read_size(const struct config_walk *walk, const struct config_node *node, void *field, struct error *error)
{
	struct size *size = field;
	(void)walk;
	if (config_kind(node) == CONFIG_INTEGER) {
		*size = (struct size){ SIZE_CELLS, (int)config_number(node) };
		return (size->amount >= 1 && size->amount <= PANEL_CELLS_MAX) ||
			config_error(node, error, "%s must be from 1 to %d", config_name(node), PANEL_CELLS_MAX);
	}
	char *end = NULL;
	long share = strtol(config_string(node), &end, 10);
	if (config_kind(node) == CONFIG_STRING && strcmp(end, "%") == 0 && share > 100)
		return config_error(node, error, "%s must be at most \"100%%\"", config_name(node));
	if (config_kind(node) != CONFIG_STRING || strcmp(end, "%") != 0 || share < 1 || share > 100)
		return config_error(node, error, "%s must be a number of cells or a share such as \"40%%\"",
			config_name(node));
	*size = (struct size){ SIZE_SHARE, (int)share };
	return true;
}

/* The most lines of a digit; "auto" leaves the int as it was. */
static bool read_digits(const struct config_walk *walk, const struct config_node *node, void *field,
	struct error *error)
{
	(void)walk;
	if (config_kind(node) == CONFIG_STRING && strcmp(config_string(node), "auto") == 0)
		return true;
	int number = (int)config_number(node);
	if (config_kind(node) != CONFIG_INTEGER || number < 1 || number > LAYOUT_DIGITS_MAX)
		return config_error(node, error, "digits must be \"auto\", or a number of lines from 1 to %d",
			LAYOUT_DIGITS_MAX);
	*(int *)field = number;
	return true;
}

/* Lines of a row of a grid; "auto" leaves the int as it was. */
static bool read_row_lines(const struct config_walk *walk, const struct config_node *node, void *field,
	struct error *error)
{
	(void)walk;
	if (config_kind(node) == CONFIG_STRING && strcmp(config_string(node), "auto") == 0)
		return true;
	int number = (int)config_number(node);
	if (config_kind(node) != CONFIG_INTEGER || (number != 1 && number != 3 && number != 5))
		return config_error(node, error, "size must be \"auto\", or 1, 3 or 5 lines for each row");
	*(int *)field = number;
	return true;
}

static const char *scope_plurals[] = { [SCOPE_AGENT] = "agents", [SCOPE_SERVICE] = "services", [SCOPE_TOTAL] = "totals" };

/* The names of the statistics of a scope, for text_nearest(). */
static const char *scope_statistic_at(const void *scope, size_t index)
{
	const struct statistic *row;
	for (size_t i = 0; (row = statistic_at(i)) != NULL; i++)
		if (row->scope == *(const enum scope *)scope && index-- == 0)
			return row->name;
	return NULL;
}

/* Whether a name that the scope does not have belongs to another one. */
static bool statistic_other_scope(const char *stat, enum scope scope, enum scope *other)
{
	for (*other = SCOPE_AGENT; *other <= SCOPE_TOTAL; (*other)++)
		if (*other != scope && statistic_find(*other, stat) != NULL)
			return true;
	return false;
}

/* The vendor's list of statistics is longer than ours, so that an unknown name is no error. */
static void warn_of_statistic(const struct config_walk *walk, const struct config_node *node, enum scope scope,
	const char *stat)
{
	const char *near = text_nearest(stat, scope_statistic_at, &scope);
	if (statistic_find(scope, stat) != NULL)
		return;
	enum scope other;
	if (strpbrk(stat, ",;") != NULL) {
		layout_warn(walk, node, "'%.60s' is not the name of a statistic; write each in \"quotes\" of its own", stat);
		return;
	}
	if (near == NULL && statistic_other_scope(stat, scope, &other)) {
		layout_warn(walk, node, "'%.60s' is a statistic of %s, not of %s; the server may refuse it", stat, scope_plurals[other],
			scope_plurals[scope]);
		return;
	}
	layout_warn(walk, node, "'%.60s' is not a statistic that cxwall knows%s", stat,
		text_hint(near, "; cxwall list statistics names those").text);
}

static bool threshold_is_above(const struct threshold *threshold)
{
	return threshold->comparison == COMPARE_GT || threshold->comparison == COMPARE_GE;
}

static bool threshold_is_below(const struct threshold *threshold)
{
	return threshold->comparison == COMPARE_LT || threshold->comparison == COMPARE_LE;
}

/* An alert that holds wherever the warning does leaves nothing to warn of. */
static bool threshold_covers(const struct threshold *alert, const struct threshold *warn)
{
	bool warn_above = threshold_is_above(warn), warn_below = threshold_is_below(warn);
	bool alert_above = threshold_is_above(alert), alert_below = threshold_is_below(alert);
	if ((warn_above && alert_above && warn->number > alert->number) ||
		(warn_below && alert_below && warn->number < alert->number))
		return true;
	if (warn->number != alert->number)
		return false;
	return warn->comparison == alert->comparison || (warn_above && alert->comparison == COMPARE_GE) ||
		(warn_below && alert->comparison == COMPARE_LE);
}

/* Whether the values of a column are known to lie between two numbers. */
static bool column_range(const struct column *column, double *least, double *most)
{
	*least = 0;
	*most = column->kind == KIND_PERCENT ? 100 : INFINITY;
	return column->known != NULL && column->kind == column->known->kind && !kind_is_text(column->kind);
}

/* what: "warn", or "alert 'NAME', when: STAT". percent: whether a % was written. */
static void warn_of_threshold(const struct config_walk *walk, const struct config_node *node, const char *what,
	const struct column *column, const struct threshold *threshold, bool percent)
{
	double least, most;
	if (threshold->comparison == COMPARE_NONE)
		return;
	enum threshold_reach reach = column_range(column, &least, &most) ? threshold_reach(threshold, least, most) : THRESHOLD_MAY;
	if (reach != THRESHOLD_MAY)
		layout_warn(walk, node, "%s %s holds: %s is %s", what, reach == THRESHOLD_NEVER ? "never" : "always", column->name,
			column->kind == KIND_PERCENT ? "from 0 to 100 %" : "never below 0");
	else if (column->kind == KIND_PERCENT && !percent && threshold->number > 0 && threshold->number < 1)
		layout_warn(walk, node, "%s compares with %.10g %%: write %.10g if %.10g %% is meant, else \"%.10g %%\"", what,
			threshold->number, 100 * threshold->number, 100 * threshold->number, threshold->number);
}

/* A limit on the good side marks what is well. */
static bool threshold_is_good(const struct threshold *threshold, enum direction good)
{
	return (good == DIRECTION_HIGH && threshold_is_above(threshold)) || (good == DIRECTION_LOW && threshold_is_below(threshold));
}

static void warn_of_thresholds(const struct config_walk *walk, const struct config_node *group, const struct column *column,
	const struct threshold *warn, const struct threshold *alert)
{
	static const char *const keys[] = { "warn", "alert" };
	const struct threshold *thresholds[] = { warn, alert };
	for (int i = 0; i < 2; i++) {
		const struct config_node *node = config_get(group, keys[i]);
		enum comparison written = COMPARE_NONE;
		if (node == NULL || thresholds[i]->comparison == COMPARE_NONE)
			continue;
		const char *text = config_string(node);
		char number[32];
		snprintf(number, sizeof(number), "%.10g", thresholds[i]->number);
		const char *written_as = config_kind(node) == CONFIG_STRING ? text + strspn(text, " ") : number;
		(void)threshold_operator(text + strspn(text, " "), &written);
		warn_of_threshold(walk, node, keys[i], column, thresholds[i], strchr(text, '%') != NULL);
		if (threshold_is_good(thresholds[i], column->good))
			layout_warn(walk, node, "%s marks good values, because %s is better when it is %s; is the sign right?", keys[i],
				column->name, column->good == DIRECTION_HIGH ? "high" : "low");
		if (written == COMPARE_NONE)
			layout_warn(walk, node, "%s has no sign and means \"%c %s\" here; write the sign", keys[i],
				thresholds[i]->comparison == COMPARE_GT ? '>' : '<', written_as);
	}
	if (warn->comparison != COMPARE_NONE && alert->comparison != COMPARE_NONE && threshold_covers(alert, warn))
		layout_warn(walk, config_get(group, "warn"), "this warning is never shown, because the alert of line %d comes before it",
			config_line(config_get(group, "alert")));
}

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
		config_error(node, error, "%s of %s: %s", key, column->name, why.text);
}

static const struct config_key limit_keys[] = {
	{ .name = "state", .type = CONFIG_TEXT, .required = true, .offset = offsetof(struct limit, state_text) },
	{ .name = "reason", .type = CONFIG_TEXT, .offset = offsetof(struct limit, reason) },
	{ .name = "warn", .type = CONFIG_KNOWN },
	{ .name = "alert", .type = CONFIG_KNOWN },
	{ .name = NULL },
};

static bool read_limits(const struct config_walk *walk, const struct config_node *node, struct column *column,
	struct error *error)
{
	if (!layout_allocate_list(walk, node, "limits", LAYOUT_LIMITS_MAX, sizeof(*column->limits), &column->limits, error))
		return false;
	for (unsigned i = 0; i < config_length(node); i++) {
		const struct config_node *group = config_at(node, i);
		struct limit *limit = &column->limits[i];
		if (!config_fill(walk, group, "limit", limit_keys, limit, error))
			return false;
		limit->state = state_read(limit->state_text);
		if (limit->state == STATE_UNKNOWN)
			return config_error(config_get(group, "state"), error,
				"unknown state '%.40s': ready, not_ready, busy, after_call_work and the like", limit->state_text);
		if (!read_threshold(group, "warn", column, &limit->warn, error) ||
			!read_threshold(group, "alert", column, &limit->alert, error))
			return false;
		warn_of_thresholds(walk, group, column, &limit->warn, &limit->alert);
		if (limit->warn.comparison == COMPARE_NONE && limit->alert.comparison == COMPARE_NONE)
			return config_error(group, error, "this limit needs 'warn' or 'alert'");
		for (unsigned before = 0; before < i; before++)
			if (column->limits[before].state == limit->state && text_equal(column->limits[before].reason, limit->reason))
				return config_error(group, error, "another limit is for '%.40s' (line %d)", limit->state_text,
					config_line(config_at(node, before)));
	}
	column->limit_count = config_length(node);
	return true;
}

/* CONFIG_KNOWN: read after the others, because their meaning depends on the statistic and its kind. */
static const struct config_key column_keys[] = {
	{ .name = "stat", .type = CONFIG_TEXT, .offset = offsetof(struct column, stat) },
	{ .name = "name", .type = CONFIG_TEXT, .min = 1, .max = 60, .offset = offsetof(struct column, name) },
	{ .name = "calc", .type = CONFIG_KNOWN },
	{ .name = "staff", .type = CONFIG_KNOWN },
	{ .name = "bar", .type = CONFIG_KNOWN },
	{ .name = "bullet", .type = CONFIG_KNOWN },
	{ .name = "spark", .type = CONFIG_KNOWN },
	{ .name = "target", .type = CONFIG_KNOWN },
	{ .name = "sum", .type = CONFIG_TEXTS, .max = LAYOUT_COLUMNS_MAX, .offset = offsetof(struct column, sum) },
	{ .name = "label", .type = CONFIG_TEXT, .min = 0, .max = 60, .offset = offsetof(struct column, label) },
	{ .name = "kind", .type = CONFIG_KNOWN },
	{ .name = "scale", .type = CONFIG_CHOICE, .choices = scale_names, .offset = offsetof(struct column, scale) },
	{ .name = "total_scale", .type = CONFIG_CHOICE, .choices = scale_names,
		.offset = offsetof(struct column, total_scale) },
	{ .name = "width", .type = CONFIG_INT, .min = 1, .max = 200, .offset = offsetof(struct column, width) },
	{ .name = "align", .type = CONFIG_CHOICE, .choices = align_names, .offset = offsetof(struct column, align) },
	{ .name = "priority", .type = CONFIG_INT, .min = 0, .max = 1000, .offset = offsetof(struct column, priority) },
	{ .name = "lifts", .type = CONFIG_BOOL, .offset = offsetof(struct column, lifts) },
	{ .name = "digits", .type = CONFIG_KNOWN },
	{ .name = "compare", .type = CONFIG_CHOICE, .choices = against_names, .offset = offsetof(struct column, against) },
	{ .name = "each", .type = CONFIG_KNOWN },
	{ .name = "dispositions", .type = CONFIG_TEXTS, .offset = offsetof(struct column, dispositions) },
	{ .name = "warn", .type = CONFIG_KNOWN },
	{ .name = "alert", .type = CONFIG_KNOWN },
	{ .name = "limits", .type = CONFIG_KNOWN },
	{ .name = NULL },
};

static const char name_first[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
static const char name_rest[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";

/* "Answer rate" is answer_rate, where a column has no statistic whose name it could take. */
static bool name_of_label(const struct config_walk *walk, const struct config_node *node, struct column *column,
	struct error *error)
{
	char name[61] = "";
	size_t used = 0;
	for (const char *at = column->label; *at != '\0' && used + 1 < sizeof(name); at++) {
		char c = *at >= 'A' && *at <= 'Z' ? (char)(*at - 'A' + 'a') : *at;
		if (strchr(name_rest, c) != NULL)
			name[used++] = c;
		else if (used > 0 && name[used - 1] != '_')
			name[used++] = '_';
	}
	while (used > 0 && name[used - 1] == '_')
		used--;
	if (used == 0 || strchr(name_first, name[0]) == NULL)
		return config_error(node, error, "'%.60s' gives no name for conditions: add name = \"...\"", column->label);
	return copy_text(walk, node, name, used, &column->name, error);
}

static bool column_has_own_name(const struct column *column)
{
	return column->calc != NULL || column->sum.count > 0 || strcmp(column->name, column->stat) != 0;
}

/* Of a group: which picture it is, and the setting that names its statistic; NULL: it is a number or a text. */
static const struct config_node *picture_setting(const struct config_node *group, enum column_picture *picture)
{
	for (*picture = PICTURE_BAR; *picture < PICTURES; (*picture)++)
		if (config_get(group, picture_names[*picture]) != NULL)
			return config_get(group, picture_names[*picture]);
	*picture = PICTURE_NONE;
	return NULL;
}

/* A picture shows a statistic of numbers, which it asks for as a computed column does. */
static const struct statistic *picture_statistic(const struct config_node *node, const struct panel *panel, const char *stat,
	struct error *error)
{
	enum scope scope = panel_kind(panel->type)->scope;
	const struct statistic *known = statistic_find(scope, stat);
	if (known == NULL) {
		const char *near = text_nearest(stat, scope_statistic_at, &scope);
		config_error(node, error, "there is no statistic '%.60s' of %s%s", stat, scope_plurals[scope], text_hint(near, "").text);
	} else if (kind_is_text(known->kind)) {
		config_error(node, error, "'%.60s' is a %s: a picture shows a number", stat, kind_names[known->kind]);
		known = NULL;
	}
	return known;
}

static bool read_picture_target(const struct config_walk *walk, const struct config_node *group, const struct panel *panel,
	struct column *column, struct error *error)
{
	const struct config_node *node = config_get(group, "target");
	static const struct config_key key = { .name = "target", .type = CONFIG_TEXT, .min = 1, .max = FORMULA_NAME_MAX };
	struct calc *calc = column->calc;
	struct error why;
	const char *text;
	if (node == NULL)
		return column->picture != PICTURE_BULLET || config_error(group, error, "a bullet needs a target");
	if (column->picture != PICTURE_BULLET)
		return config_error(node, error, "target belongs to a bullet");
	if (config_kind(node) == CONFIG_INTEGER || config_kind(node) == CONFIG_FLOAT) {
		column->target = config_number(node);
		return true;
	}
	if (!config_read_value(walk, node, &key, &text, error))
		return false;
	if (strchr("0123456789+-.", text[0]) != NULL)
		return threshold_number(text, column->kind, &column->target, &why) || config_error(node, error, "target: %s", why.text);
	const struct statistic *known = picture_statistic(node, panel, text, error);
	if (known == NULL)
		return false;
	if (known->kind != column->kind)
		return config_error(node, error, "'%.60s' is a %s and its target '%.60s' a %s", column->shows, kind_names[column->kind],
			known->name, kind_names[known->kind]);
	calc->operands[calc->operand_count++] =
		(struct calc_operand){ .column = -1, .stat = known->name, .kind = known->kind };
	return true;
}

/*
 * A picture is a column that is computed of its statistic alone: so the statistic is asked for once however often it is
 * shown, and documents have its number. The target of a bullet is a second operand, which nothing is computed with.
 */
static bool read_picture(const struct config_walk *walk, const struct config_node *group, const struct panel *panel,
	struct column *column, struct error *error)
{
	const struct config_node *node = picture_setting(group, &column->picture), *wrong = NULL;
	const struct config_key key = { .name = picture_names[column->picture], .type = CONFIG_TEXT, .min = 1,
		.max = FORMULA_NAME_MAX };
	char text[2 * FORMULA_NAME_MAX + 8];
	if (panel_has_totals(panel->type))
		return config_error(node, error, "%s is for the columns of grids", key.name);
	static const char *const others[] = { "stat", "calc", "sum", "dispositions", "limits", "kind", "scale", "total_scale",
		"align" };
	for (size_t i = 0; wrong == NULL && i < sizeof(others) / sizeof(others[0]); i++)
		wrong = config_get(group, others[i]);
	for (enum column_picture other = PICTURE_BAR; wrong == NULL && other < PICTURES; other++)
		if (other != column->picture)
			wrong = config_get(group, picture_names[other]);
	if (wrong != NULL)
		return config_error(wrong, error, "'%s' does not go with '%s'", config_name(wrong), key.name);
	if (!config_read_value(walk, node, &key, &column->shows, error))
		return false;
	const struct statistic *known = picture_statistic(node, panel, column->shows, error);
	if (known == NULL || !layout_allocate(walk, node, 1, sizeof(*column->calc), &column->calc, error))
		return false;
	column->known = known;
	column->kind = known->kind;
	column->stat = "";
	column->calc->operands[column->calc->operand_count++] =
		(struct calc_operand){ .column = -1, .stat = known->name, .kind = known->kind };
	column->calc->formula = (struct formula){ .count = 1, .operand_count = 1, .steps = { { .kind = FORMULA_OPERAND } } };
	if (!read_picture_target(walk, group, panel, column, error))
		return false;
	/* What its values are of, to compare columns by. */
	snprintf(text, sizeof(text), "%s %s", column->shows,
		column->calc->operand_count > 1 ? column->calc->operands[PICTURE_TARGET].stat : "");
	if (!copy_text(walk, group, text, strlen(text), &column->calc->text, error))
		return false;
	if (column->name != NULL)
		return true;
	snprintf(text, sizeof(text), "%s_%s", column->shows, key.name);
	return copy_text(walk, group, text, strlen(text), &column->name, error);
}

/* Where no number of it is shown, the picture has the name of its statistic: for conditions it is the column. */
static void name_pictures(const struct config_node *list, struct panel *panel)
{
	for (unsigned i = 0; i < panel->column_count; i++) {
		struct column *column = &panel->columns[i];
		if (column->picture != PICTURE_NONE && config_get(config_at(list, i), "name") == NULL &&
			panel_column(panel, column->shows) < 0)
			column->name = column->shows;
	}
}

/* What its columns are called. */
static const char *column_word(const struct panel *panel)
{
	return panel->type == PANEL_TOTALS ? "tile" : panel->type == PANEL_CHART ? "series" : "column";
}

/* "80/20": percent of calls within so many seconds. */
static bool read_staff_target(const struct config_node *node, double *target, double *threshold, struct error *error)
{
	const char *text = config_kind(node) == CONFIG_STRING ? config_string(node) : "";
	char *end;
	*target = strtod(text, &end);
	bool good = end != text && *end == '/' && *target > 0 && *target <= 100;
	if (good) {
		const char *seconds = end + 1;
		*threshold = strtod(seconds, &end);
		good = end != seconds && *end == '\0' && *threshold > 0 && *threshold <= LAYOUT_ALERT_SECONDS_MAX;
	}
	return good || config_error(node, error, "target must be percent and seconds, such as \"80/20\"");
}

/* What is computed for a pool stands in cells that are blank until it is. */
static bool staff_calc(const struct config_walk *walk, const struct config_node *node, struct column *column, struct error *error)
{
	/* A division by zero is blank. */
	static const struct formula nothing = { .count = 3, .steps = { { .kind = FORMULA_NUMBER }, { .kind = FORMULA_NUMBER },
		{ .kind = FORMULA_DIVIDE } } };
	if (!layout_allocate(walk, node, 1, sizeof(*column->calc), &column->calc, error))
		return false;
	*column->calc = (struct calc){ .text = staff_values[column->staff].name, .formula = nothing };
	column->stat = "";
	return true;
}

/* A tile of staffing: it is computed for the services of its panel. */
static bool read_staff_tile(const struct config_walk *walk, const struct config_node *node, const struct panel *panel,
	struct column *column, struct error *error)
{
	static const struct config_key key = { .name = "staff", .type = CONFIG_CHOICE, .choices = staff_tile_names };
	int choice = 0;
	if (panel->type != PANEL_TOTALS)
		return config_error(config_get(node, "staff"), error, "staff belongs to the tiles of totals");
	if (column->stat != NULL || config_get(node, "calc") != NULL)
		return config_error(node, error, "a tile has one of 'stat', 'calc' and 'staff'");
	if (config_get(node, "kind") != NULL)
		return config_error(config_get(node, "kind"), error, "the kind of a tile of staffing is known; remove it");
	if (!config_read_value(walk, config_get(node, "staff"), &key, &choice, error))
		return false;
	column->staff = (enum staff_value)(STAFF_MISSING + choice);
	if (column->name == NULL)
		column->name = staff_values[column->staff].name;
	if (column->label == NULL)
		column->label = staff_values[column->staff].label;
	if (!staff_calc(walk, node, column, error))
		return false;
	/* A panel that has no other tiles asks for something all the same, so that it gets an answer. */
	column->calc->operands[column->calc->operand_count++] = (struct calc_operand){ .column = -1,
		.stat = staffing_stat_names[STAFFING_READY], .kind = KIND_COUNT };
	return true;
}

/* The statistic or what stands for it, and the name by which conditions and documents know the column. */
static bool read_column_source(const struct config_walk *walk, const struct config_node *node, const struct panel *panel,
	struct column *column, struct error *error)
{
	const struct config_node *calc = config_get(node, "calc");
	const char *what = column_word(panel), *text;
	static const struct config_key calc_key = { .name = "calc", .type = CONFIG_TEXT, .min = 1, .max = LAYOUT_EXPRESSION_MAX };
	enum column_picture picture;
	if (column->name != NULL && (strchr(name_first, column->name[0]) == NULL || strspn(column->name, name_rest) != strlen(column->name)))
		return config_error(config_get(node, "name"), error, "the name of a column is letters, digits and _, and begins with a letter");
	if (picture_setting(node, &picture) != NULL)
		return read_picture(walk, node, panel, column, error);
	if (config_get(node, "staff") != NULL)
		return read_staff_tile(walk, node, panel, column, error);
	if (config_get(node, "target") != NULL)
		return config_error(config_get(node, "target"), error, "target belongs to a bullet");
	if ((column->stat != NULL) + (calc != NULL) + (column->sum.count > 0) != 1)
		return config_error(node, error, column->stat == NULL && calc == NULL && column->sum.count == 0
			? "%s needs 'stat', 'calc' or 'sum'" : "a %s has one of 'stat', 'calc' and 'sum'", what);
	if (column->sum.count > 0 && panel_has_totals(panel->type))
		return config_error(config_get(node, "sum"), error, "sum is for the columns of grids: write calc = \"a + b\" in a %s", what);
	if (column->stat == NULL && column->dispositions.count > 0)
		return config_error(config_get(node, "dispositions"), error, "dispositions belong to a column with 'stat'");
	if (column->stat != NULL) {
		column->name = column->name != NULL ? column->name : column->stat;
		return true;
	}
	if (column->label == NULL && column->name == NULL)
		return config_error(node, error, "a %s with '%s' needs a label", what, calc != NULL ? "calc" : "sum");
	if (column->label == NULL)
		column->label = column->name;
	if (column->name == NULL && !name_of_label(walk, node, column, error))
		return false;
	column->stat = "";
	if (column->sum.count > 0) {
		char sum[FORMULA_NAME_MAX + 4];
		snprintf(sum, sizeof(sum), "%.127s|SUM", column->sum.items[0]);
		return copy_text(walk, node, sum, strlen(sum), &column->stat, error);
	}
	if (!layout_allocate(walk, calc, 1, sizeof(*column->calc), &column->calc, error) ||
		!config_read_value(walk, calc, &calc_key, &text, error))
		return false;
	*column->calc = (struct calc){ .text = text };
	return true;
}

/* Numbers alone can be computed with and added up. */
static bool check_number_kind(const char *name, enum kind kind, struct error *error)
{
	return !kind_is_text(kind) || error_set(error, "'%.60s' is a %s: only numbers can be computed with", name, kind_names[kind]);
}

/* A sum is of the kind of what is added up. */
static bool read_sum(const struct config_walk *walk, const struct config_node *node, const struct panel *panel,
	struct column *column, struct error *error)
{
	struct error why;
	for (unsigned i = 0; i < column->sum.count; i++) {
		const struct statistic *known = statistic_find(panel_kind(panel->type)->scope, column->sum.items[i]);
		enum kind kind = known != NULL ? known->kind : KIND_COUNT;
		if (known == NULL)
			warn_of_statistic(walk, config_get(node, "sum"), panel_kind(panel->type)->scope, column->sum.items[i]);
		if (!check_number_kind(column->sum.items[i], kind, &why))
			return config_error(config_get(node, "sum"), error, "%s", why.text);
		if (i > 0 && kind != column->kind)
			return config_error(config_get(node, "sum"), error, "'%.60s' is a %s and '%.60s' a %s: they cannot be added up",
				column->sum.items[0], kind_names[column->kind], column->sum.items[i], kind_names[kind]);
		column->kind = kind;
	}
	return true;
}

/* A formula that is being read. */
struct calc_reading {
	const struct panel *panel;
	struct calc *calc;
};

/* Names near which a mistyped one may be: the statistics of the panel's scope, then its columns. */
static const char *calc_name_at(const void *table, size_t index)
{
	const struct panel *panel = table;
	size_t of_scope = 0;
	const struct statistic *statistic;
	for (size_t i = 0; (statistic = statistic_at(i)) != NULL; i++)
		if (statistic->scope == panel_kind(panel->type)->scope && !kind_is_text(statistic->kind) && of_scope++ == index)
			return statistic->name;
	return index - of_scope < panel->column_count ? panel->columns[index - of_scope].name : NULL;
}

/* A column by its own name, else the one that shows the statistic for all dispositions; -1: none. */
static int calc_column(const struct panel *panel, const char *name)
{
	for (unsigned i = 0; i < panel->column_count; i++)
		if (column_has_own_name(&panel->columns[i]) && panel->columns[i].picture == PICTURE_NONE &&
			strcmp(panel->columns[i].name, name) == 0)
			return (int)i;
	for (unsigned i = 0; i < panel->column_count; i++)
		if (panel->columns[i].dispositions.count == 0 && strcmp(panel->columns[i].stat, name) == 0)
			return (int)i;
	return -1;
}

static int calc_find(void *context, const char *name, struct error *error)
{
	struct calc_reading *reading = context;
	const struct panel *panel = reading->panel;
	struct calc *calc = reading->calc;
	int column = calc_column(panel, name);
	const struct statistic *known = statistic_find(panel_kind(panel->type)->scope, name);
	struct calc_operand operand = { .column = column, .stat = known != NULL ? known->name : "" };
	if (column < 0 && known == NULL) {
		enum scope other;
		if (statistic_other_scope(name, panel_kind(panel->type)->scope, &other)) {
			error_set(error, "'%.60s' is a statistic of %s, not of %s: give it a column of its own with a kind, to compute with it", name,
				scope_plurals[other], scope_plurals[panel_kind(panel->type)->scope]);
			return -1;
		}
		const char *near = text_nearest(name, calc_name_at, panel);
		error_set(error, "there is no statistic '%.60s'%s", name,
			text_hint(near, ": give it a column of its own with a kind, to compute with it").text);
		return -1;
	}
	operand.kind = column >= 0 ? panel->columns[column].kind : known->kind;
	if (column >= 0 && panel->columns[column].calc != NULL) {
		error_set(error, "'%.60s' is computed itself: write what it is computed of", name);
		return -1;
	}
	if (!check_number_kind(name, operand.kind, error))
		return -1;
	for (unsigned i = 0; i < calc->operand_count; i++)
		if (calc->operands[i].column == column && (column >= 0 || strcmp(calc->operands[i].stat, operand.stat) == 0))
			return (int)i;
	if (calc->operand_count == FORMULA_OPERANDS_MAX) {
		error_set(error, "more than %d statistics are computed with", FORMULA_OPERANDS_MAX);
		return -1;
	}
	calc->operands[calc->operand_count] = operand;
	return (int)calc->operand_count++;
}

/* Once all columns are read: a formula may name any of them. */
static bool read_calcs(const struct config_node *list, struct panel *panel, struct error *error)
{
	unsigned hidden = 0;
	for (unsigned i = 0; i < panel->column_count; i++) {
		struct column *column = &panel->columns[i];
		struct calc_reading reading = { .panel = panel, .calc = column->calc };
		struct error why;
		enum column_picture picture;
		if (column->calc == NULL || column->staff != STAFF_NONE)
			continue;
		const struct config_node *node = config_get(config_at(list, i), "calc");
		if (column->picture != PICTURE_NONE) {
			/* The same one as the number beside it, which is then asked for once. */
			for (unsigned o = 0; o < column->calc->operand_count; o++)
				column->calc->operands[o].column = calc_column(panel, column->calc->operands[o].stat);
			node = picture_setting(config_at(list, i), &picture);
		} else if (!formula_read(column->calc->text, calc_find, &reading, &column->calc->formula, &why))
			return config_error(node, error, "calc of '%.60s': %.200s", column->name, why.text);
		for (unsigned o = 0; o < column->calc->operand_count; o++)
			hidden += column->calc->operands[o].column < 0;
		if (hidden > LAYOUT_HIDDEN_MAX)
			return config_error(node, error, "the columns of this panel compute with more than %d statistics that it does not show",
				LAYOUT_HIDDEN_MAX);
	}
	return true;
}

/* What the layout leaves out comes from the statistic. */
static void column_defaults(struct column *column, const struct panel *panel)
{
	static const int picture_widths[PICTURES] = { [PICTURE_BAR] = 12, [PICTURE_BULLET] = 16, [PICTURE_SPARK] = 20 };
	if (column->picture == PICTURE_NONE) {
		column->known = statistic_find(panel_kind(panel->type)->scope, column->stat);
		column->kind = column->known != NULL ? column->known->kind : column->staff != STAFF_NONE ? staff_values[column->staff].kind :
			column->calc != NULL ? KIND_COUNT : KIND_TEXT;
	} else if (column->width == 0) {
		column->width = picture_widths[column->picture];
	}
	column->good = column->known != NULL ? column->known->good : DIRECTION_NONE;
	if (column->label == NULL && column->picture == PICTURE_SPARK)
		column->label = column->head = "Last hour";
	else if (column->label == NULL) {
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
		column->align = kind_is_text(column->kind) || column->picture != PICTURE_NONE ? ALIGN_LEFT : ALIGN_RIGHT;
}

static bool check_scale(const struct config_node *node, const struct column *column, const char *key, struct error *error)
{
	const struct config_node *scale = config_get(node, key);
	if (scale == NULL || column->kind == KIND_PERCENT)
		return true;
	return config_error(scale, error, column->known != NULL || column->calc != NULL || column->sum.count > 0
		? "%s is for percentages, and '%.60s' is a %s; remove it"
		: "%s is for percentages, and '%.60s' is a %s; add kind = \"percent\" if it is one", key, column->name, kind_names[column->kind]);
}

/* The same text twice in a list. */
static void warn_of_twice(const struct config_walk *walk, const struct config_node *group, const char *key, const struct texts *texts)
{
	for (unsigned i = 1; i < texts->count; i++)
		for (unsigned before = 0; before < i; before++)
			if (strcmp(texts->items[i], texts->items[before]) == 0)
				layout_warn(walk, config_get(group, key), "%s has '%.60s' twice; remove one of the two", key, texts->items[i]);
}

static bool counts_dispositions(const struct column *column)
{
	return column->known == NULL || strstr(column->stat, "disposition") != NULL;
}

static void warn_of_column(const struct config_walk *walk, const struct config_node *node, const struct column *column)
{
	if (column->dispositions.count > 0 && !counts_dispositions(column))
		layout_warn(walk, config_get(node, "dispositions"), "'%.60s' does not count dispositions; remove them", column->stat);
	warn_of_twice(walk, node, "dispositions", &column->dispositions);
	if (column->known != NULL && column->kind != column->known->kind)
		layout_warn(walk, config_get(node, "kind"), "'%.60s' is a %s, not a %s; remove kind unless your server says otherwise",
			column->stat, kind_names[column->known->kind], kind_names[column->kind]);
	if (config_get(node, "lifts") != NULL && column->lifts && !column_has_limits(column) && config_get(node, "limits") == NULL)
		layout_warn(walk, config_get(node, "lifts"), "lifts changes nothing, because this column has no warn, alert or limits");
}

/* What a tile is compared with, and what a series of a counter shows. */
static bool check_compare(const struct config_node *group, const struct panel *panel, struct column *column, struct error *error)
{
	const struct config_node *compare = config_get(group, "compare"), *each = config_get(group, "each");
	if (compare != NULL && panel->type != PANEL_TOTALS)
		return config_error(compare, error, "compare belongs to the tiles of totals, or to a chart as a whole");
	if (compare != NULL && kind_is_text(column->kind))
		return config_error(compare, error, "'%.60s' is a %s: numbers alone can be compared", column->name, kind_names[column->kind]);
	if (each == NULL)
		return true;
	column->gained = config_kind(each) == CONFIG_STRING && strcmp(config_string(each), "15m") == 0;
	if (!column->gained)
		return config_error(each, error, "each must be \"15m\"");
	if (panel->type != PANEL_CHART || column->kind != KIND_COUNT || !statistic_per_day(column->stat))
		return config_error(each, error, "each belongs to a series of a chart that is a counter of the day");
	return true;
}

/* A name alone, or a group with a name and what differs from the statistic's defaults. */
static bool read_column(const struct config_walk *walk, const struct config_node *node, struct panel *panel,
	struct column *column, struct error *error)
{
	static const struct config_key name_key = { .name = "stat", .type = CONFIG_TEXT };
	static const struct config_key kind_key = { .name = "kind", .type = CONFIG_CHOICE, .choices = kind_names };
	bool name_alone = config_kind(node) == CONFIG_STRING;
	column->line = config_line(node);
	column->lifts = true;
	column->target = NAN;
	if (!name_alone && config_kind(node) != CONFIG_GROUP)
		return config_error(node, error, "a %s must be the name of a statistic in quotes, or settings in { braces }",
			panel->type == PANEL_TOTALS ? "tile" : "column");
	if (name_alone ? !config_read_value(walk, node, &name_key, &column->stat, error)
		       : !config_fill(walk, node, column_word(panel), column_keys, column, error))
		return false;
	if (name_alone)
		column->name = column->stat;
	else if (!read_column_source(walk, node, panel, column, error))
		return false;
	column_defaults(column, panel);
	if (column->known == NULL && column->calc == NULL && column->sum.count == 0)
		warn_of_statistic(walk, name_alone ? node : config_get(node, "stat"), panel_kind(panel->type)->scope, column->stat);
	if (name_alone) {
		column_align(column);
		return true;
	}
	if (config_get(node, "lifts") == NULL)
		column->lifts = !statistic_of_day(column->picture == PICTURE_NONE ? column->stat : column->shows);
	else if (panel_has_totals(panel->type))
		return config_error(config_get(node, "lifts"), error, "lifts belongs to the columns of grids");
	const struct config_node *kind = config_get(node, "kind");
	if (column->sum.count > 0 && !read_sum(walk, node, panel, column, error))
		return false;
	if (kind != NULL && !config_read_value(walk, kind, &kind_key, &column->kind, error))
		return false;
	if (column->calc != NULL && column->picture == PICTURE_NONE && kind_is_text(column->kind))
		return config_error(kind, error, "a computed %s is a count, a duration or a percent",
			column_word(panel));
	column_align(column);
	const struct config_node *digits = config_get(node, "digits");
	if (digits != NULL && panel->type != PANEL_TOTALS)
		return config_error(digits, error, "digits belong to the tiles of totals");
	if (digits != NULL && !read_digits(walk, digits, &column->digits, error))
		return false;
	if (!check_compare(node, panel, column, error))
		return false;
	const struct config_node *total_scale = config_get(node, "total_scale");
	if (total_scale != NULL && !panel->total)
		return config_error(total_scale, error, "total_scale is for the total row of a service_grid with total = true");
	const struct config_node *limits = config_get(node, "limits");
	if (!read_threshold(node, "warn", column, &column->warn, error) ||
		!read_threshold(node, "alert", column, &column->alert, error))
		return false;
	warn_of_thresholds(walk, node, column, &column->warn, &column->alert);
	if (!check_scale(node, column, "scale", error) || !check_scale(node, column, "total_scale", error))
		return false;
	warn_of_column(walk, node, column);
	return limits == NULL || read_limits(walk, limits, column, error);
}

/* In totals the answer is keyed by the statistic alone, so it can be asked for once only. */
static bool check_column_twice(const struct config_node *node, const struct panel *panel, unsigned index,
	struct error *error)
{
	const struct column *column = &panel->columns[index];
	for (unsigned i = 0; i < index; i++)
		if (strcmp(panel->columns[i].name, column->name) == 0 && (column_has_own_name(column) ||
			column_has_own_name(&panel->columns[i]) ||
			(panel->columns[i].dispositions.count == 0 && column->dispositions.count == 0)))
			return config_error(node, error, "'%.60s' is there already (line %d)", column->name,
				panel->columns[i].line);
	return true;
}

/* One axis has one unit, and no words. */
static bool check_series(const struct config_node *node, const struct panel *panel, struct error *error)
{
	static const char *const kinds[] = { [KIND_COUNT] = "a count", [KIND_DURATION] = "a duration", [KIND_PERCENT] = "a percentage" };
	for (unsigned i = 0; i < panel->column_count; i++) {
		enum kind kind = panel->columns[i].kind, first = panel->columns[0].kind;
		if (kind != KIND_COUNT && kind != KIND_DURATION && kind != KIND_PERCENT)
			return config_error(config_at(node, i), error, "'%.60s' cannot be drawn: a series is a count, a duration or a percentage%s",
				panel->columns[i].name, panel->columns[i].known == NULL ? "; kind says which" : "");
		if (panel->columns[i].gained != panel->columns[0].gained)
			return config_error(config_at(node, i), error, "'each' belongs to all series of a chart, or to none");
		if (kind != first)
			return config_error(config_at(node, i), error, "'%.60s' is %s and '%.60s' is %s: a chart has one axis, so draw them in two",
				panel->columns[i].name, kinds[kind], panel->columns[0].name, kinds[first]);
	}
	return true;
}

/* What each row of intervals counts unless the layout says it, with words for a time that is not the whole day. */
static const struct {
	const char *stat, *label, *head;
	int width, priority; /* priority 0: it is read for the service level and the abandoned calls, and not shown */
} interval_columns[] = {
	{ "in_calls_received_per_day", "Offered", "Offered", 7, 100 },
	{ "in_calls_answered_per_day", "Answered", "Answered", 8, 50 },
	{ "in_calls_abandoned_total_per_day", "Abandoned", "Aband", 6, 60 },
	{ "service_level", "Service level", "SL", 6, 80 },
	{ "in_max_wait_time", "Longest wait", "Longest", 7, 40 },
	{ "agents_logged", "Agents", "Agents", 6, 30 },
	{ "in_calls_abandoned_in_queue_per_day", "Long abandoned", "Long ab", 7, 0 },
	{ "in_calls_short_abandoned_in_queue_per_day", "Short abandoned", "Short ab", 8, 0 },
};

enum { INTERVAL_COLUMNS = sizeof(interval_columns) / sizeof(interval_columns[0]) };

/* An average of the whole day says nothing about a part of it. */
static bool interval_suits(const struct column *column)
{
	bool level = strcmp(column->stat, "service_level") == 0, counter = column->kind == KIND_COUNT;
	return level || counter || (column->kind == KIND_DURATION && !statistic_of_day(column->stat));
}

static void interval_describe(struct column *column, unsigned row, bool label)
{
	if (label) {
		column->label = interval_columns[row].label;
		column->head = interval_columns[row].head;
	}
	column->optional = column->known == NULL || column->known->evidence == EVIDENCE_ASSUMED;
}

/* The columns that the layout lists, and behind them those that the arithmetic needs. */
static bool read_interval_columns(const struct config_walk *walk, const struct config_node *group, struct panel *panel,
	struct error *error)
{
	const struct config_node *node = config_get(group, "columns");
	unsigned listed = node != NULL ? config_length(node) : 0;
	if (node != NULL && config_kind(node) != CONFIG_LIST && config_kind(node) != CONFIG_ARRAY)
		return config_error(node, error, "columns must be a list in ( brackets )");
	if (listed > LAYOUT_COLUMNS_MAX - INTERVAL_COLUMNS)
		return config_error(node, error, "more than %d columns", LAYOUT_COLUMNS_MAX - INTERVAL_COLUMNS);
	if (!layout_allocate(walk, group, listed + INTERVAL_COLUMNS, sizeof(*panel->columns), &panel->columns, error))
		return false;
	for (unsigned i = 0; i < listed; i++) {
		const struct config_node *item = config_at(node, i);
		struct column *column = &panel->columns[i];
		column->priority = i == 0 ? 100 : 50;
		if (!read_column(walk, item, panel, column, error) || !check_column_twice(item, panel, i, error))
			return false;
		if (column->calc != NULL || column->dispositions.count > 0 || !interval_suits(column))
			return config_error(item, error, "'%.60s' is not known by half-hours: write counts, waits or service_level",
				column->name);
		panel->column_count++;
	}
	for (unsigned row = 0; row < INTERVAL_COLUMNS; row++) {
		int there = panel_column(panel, interval_columns[row].stat);
		if (there >= 0) {
			const struct config_node *item = config_at(node, (unsigned)there);
			interval_describe(&panel->columns[there], row, config_kind(item) == CONFIG_STRING || config_get(item, "label") == NULL);
			continue;
		}
		struct column *column = &panel->columns[panel->column_count++];
		*column = (struct column){ .name = interval_columns[row].stat, .stat = interval_columns[row].stat, .target = NAN,
			.width = interval_columns[row].width, .priority = interval_columns[row].priority, .line = config_line(group),
			.unshown = node != NULL || interval_columns[row].priority == 0 };
		column_defaults(column, panel);
		column_align(column);
		interval_describe(column, row, true);
	}
	return true;
}

static bool read_staffing_columns(const struct config_walk *walk, const struct config_node *node, struct panel *panel,
	struct error *error)
{
	if (!layout_allocate(walk, node, STAFF_COLUMNS, sizeof(*panel->columns), &panel->columns, error))
		return false;
	panel->column_count = STAFF_COLUMNS;
	for (unsigned i = 0; i < STAFF_COLUMNS; i++) {
		struct column *column = &panel->columns[i];
		*column = (struct column){ .line = config_line(node), .priority = 50, .target = NAN };
		if (i < STAFF_VALUES) {
			column->staff = (enum staff_value)(i + 1);
			column->name = staff_values[column->staff].name;
			column->label = staff_values[column->staff].label;
			column->scale = SCALE_PERCENT;
			if (!staff_calc(walk, node, column, error))
				return false;
		} else {
			column->name = column->stat = staffing_stat_names[i - STAFF_VALUES];
		}
		column_defaults(column, panel);
		column_align(column);
		column->optional = column->stat[0] != '\0' && (column->known == NULL || column->known->evidence == EVIDENCE_ASSUMED);
	}
	return true;
}

static bool staff_title(const struct config_walk *walk, const struct config_node *node, struct panel *panel, struct error *error)
{
	char title[PANEL_NAME_MAX * 2] = "";
	size_t used = 0;
	for (unsigned i = 0; i < panel->services.count && used < sizeof(title); i++)
		used += (size_t)snprintf(title + used, sizeof(title) - used, "%s%s", i > 0 ? " + " : "", panel->services.items[i]);
	return copy_text(walk, node, panel->services.count > 0 ? title : "All services", panel->services.count > 0 ? strlen(title) : 12,
		&panel->title, error);
}

/* One more pool of a staffing panel, or that of tiles: a panel that no page shows. */
static bool add_staffing(const struct config_walk *walk, const struct config_node *node, const char *owner, unsigned number,
	struct panel **out, struct error *error)
{
	struct layout *layout = walk->context;
	char name[PANEL_NAME_MAX + 24];
	if (layout->panel_count == LAYOUT_PANELS_MAX)
		return config_error(node, error, "more than %d panels and pools", LAYOUT_PANELS_MAX);
	struct panel *panel = *out = &layout->panels[layout->panel_count];
	snprintf(name, sizeof(name), "%.*s-%u", PANEL_NAME_MAX, owner, number);
	*panel = (struct panel){ .type = PANEL_STAFFING, .line = config_line(node), .frame = true, .priority = 50, .sort_here = -1,
		.message_filter = "", .turn = -1, .format = "%H:%M", .text = "", .target = NAN, .threshold = NAN };
	panel->index = layout->panel_count;
	if (!copy_text(walk, node, name, strlen(name), &panel->name, error) || !read_staffing_columns(walk, node, panel, error))
		return false;
	layout->panel_count++;
	return true;
}

static const struct config_key pool_keys[] = {
	{ .name = "name", .type = CONFIG_TEXT, .min = 1, .max = PANEL_NAME_MAX, .offset = offsetof(struct panel, title) },
	{ .name = "pool", .type = CONFIG_TEXTS, .required = true, .offset = offsetof(struct panel, services) },
	{ .name = "target", .type = CONFIG_KNOWN },
	{ .name = NULL },
};

/* A pool of its own, and those of a list; the first is the panel's. */
static bool read_pools(const struct config_walk *walk, const struct config_node *node, struct panel *panel, struct error *error)
{
	static const struct config_key pool_key = { .name = "pool", .type = CONFIG_TEXTS };
	const struct config_node *pool = config_get(node, "pool"), *pools = config_get(node, "pools"), *target = config_get(node, "target");
	if (pools != NULL && (config_kind(pools) != CONFIG_LIST || config_length(pools) == 0 || config_length(pools) > LAYOUT_POOLS_MAX))
		return config_error(pools, error, "pools must be a list in ( brackets ) of 1 to %d pools", LAYOUT_POOLS_MAX);
	panel->target = panel->threshold = NAN;
	panel->pools = (pools != NULL ? config_length(pools) : 0) + (pool != NULL || pools == NULL);
	if (target != NULL && !read_staff_target(target, &panel->target, &panel->threshold, error))
		return false;
	if (!read_staffing_columns(walk, node, panel, error))
		return false;
	if (pool != NULL && !config_read_value(walk, pool, &pool_key, &panel->services, error))
		return false;
	if (pools == NULL)
		return true;
	double level = panel->target, threshold = panel->threshold;
	struct layout *layout = walk->context;
	panel->index = layout->panel_count++;
	for (unsigned i = 0; i < config_length(pools); i++) {
		const struct config_node *item = config_at(pools, i);
		struct panel *of = panel;
		const char *title = panel->title;
		bool first = pool == NULL && i == 0;
		if (!first && !add_staffing(walk, item, panel->name, i + 1 + (pool != NULL), &of, error))
			return false;
		of->target = level;
		of->threshold = threshold;
		/* The names of pools stand in their lines; the panel keeps its own. */
		struct panel read = { .title = NULL };
		const struct config_node *own = config_get(item, "target");
		if (!config_fill(walk, item, "pool", pool_keys, &read, error) || (own != NULL && !read_staff_target(own, &of->target, &of->threshold, error)))
			return false;
		of->services = read.services;
		of->text = read.title != NULL ? read.title : "";
		if (!first && !staff_title(walk, item, of, error))
			return false;
		panel->title = title;
	}
	return true;
}

/* Tiles of staffing are computed by a panel of the same services. */
static bool read_staff_tiles(const struct config_walk *walk, const struct config_node *node, struct panel *panel, struct error *error)
{
	bool any = false;
	for (unsigned i = 0; i < panel->column_count; i++)
		any = any || panel->columns[i].staff != STAFF_NONE;
	if (!any)
		return true;
	struct layout *layout = walk->context;
	struct panel *staffing;
	panel->index = layout->panel_count++;
	if (!add_staffing(walk, node, panel->name, 0, &staffing, error))
		return false;
	staffing->services = panel->services;
	panel->staffing = staffing;
	/* The first target that a tile has is that of the panel. */
	const struct config_node *tiles = config_get(node, "tiles");
	for (unsigned i = 0; i < panel->column_count && isnan(staffing->target); i++) {
		const struct config_node *target = config_kind(config_at(tiles, i)) == CONFIG_GROUP && panel->columns[i].staff != STAFF_NONE ?
			config_get(config_at(tiles, i), "target") : NULL;
		if (target != NULL && !read_staff_target(target, &staffing->target, &staffing->threshold, error))
			return false;
	}
	return staff_title(walk, node, staffing, error);
}

/* The columns, tiles or series of a panel whose type takes them. */
static bool read_columns(const struct config_walk *walk, const struct config_node *group, struct panel *panel,
	struct error *error)
{
	const char *key = panel->type == PANEL_TOTALS ? "tiles" : panel->type == PANEL_CHART ? "series" : "columns";
	unsigned most = panel->type == PANEL_CHART ? LAYOUT_SERIES_MAX : LAYOUT_COLUMNS_MAX;
	const struct config_node *node = config_get(group, key);
	if (panel->type == PANEL_INTERVALS)
		return read_interval_columns(walk, group, panel, error);
	if (node == NULL)
		return config_error(group, error, "a panel of type %s needs '%s'", panel_type_names[panel->type], key);
	if (!layout_allocate_list(walk, node, key, most, sizeof(*panel->columns), &panel->columns, error))
		return false;
	for (unsigned i = 0; i < config_length(node); i++) {
		panel->columns[i].priority = i == 0 ? 100 : 50;
		if (!read_column(walk, config_at(node, i), panel, &panel->columns[i], error) ||
			!check_column_twice(config_at(node, i), panel, i, error))
			return false;
	}
	panel->column_count = config_length(node);
	name_pictures(node, panel);
	if (!read_calcs(node, panel, error) || (panel->type == PANEL_CHART && !check_series(node, panel, error)))
		return false;
	for (unsigned i = 0; i < panel->column_count; i++)
		if (panel->columns[i].limit_count > 0 && panel_column(panel, "acd_state") < 0)
			return config_error(config_at(node, i), error, "limits need the column acd_state in the same grid");
	return true;
}

/* The lists of agent_states have one column of numbers, which the panel's own limits judge. */
static bool read_lists(const struct config_walk *walk, const struct config_node *node, struct panel *panel,
	struct error *error)
{
	const struct config_node *limits = config_get(node, "limits");
	if (!panel->lists)
		return limits == NULL || config_error(limits, error, "limits are for the lists: add 'lists = true'");
	if (!layout_allocate(walk, node, 1, sizeof(*panel->time), &panel->time, error))
		return false;
	panel->time->name = panel->time->stat = "state_duration";
	column_defaults(panel->time, panel);
	column_align(panel->time);
	return limits == NULL || read_limits(walk, limits, panel->time, error);
}

static bool layout_read_frame(const struct config_walk *walk, const struct config_node *node, void *field,
	struct error *error)
{
	static const struct config_key key = { .name = "frame", .type = CONFIG_CHOICE, .choices = frame_names };
	int choice = 0;
	if (!config_read_value(walk, node, &key, &choice, error))
		return false;
	*(bool *)field = choice == 0;
	return true;
}

struct word {
	const char *text;
	size_t length;
};

/* What stands before the next blank; *at then is behind the blanks. */
static struct word next_word(const char **at)
{
	struct word word = { .text = *at, .length = strcspn(*at, " ") };
	*at += word.length;
	*at += strspn(*at, " ");
	return word;
}

/* "in_calls_waiting desc" */
static bool read_sort(const struct config_walk *walk, const struct config_node *node, void *field, struct error *error)
{
	static const struct config_key key = { .name = "sort", .type = CONFIG_TEXT };
	struct panel *panel = field;
	const char *rest;
	if (!config_read_value(walk, node, &key, &rest, error))
		return false;
	struct word stat = next_word(&rest);
	panel->sort_descending = strcmp(rest, "desc") == 0;
	if (stat.length == 0 || (*rest != '\0' && strcmp(rest, "asc") != 0 && !panel->sort_descending))
		return config_error(node, error, "sort must be one statistic, and asc or desc, such as \"in_calls_waiting desc\"");
	return copy_text(walk, node, stat.text, stat.length, &panel->sort_stat, error);
}

static enum filter_operation filter_operation(struct word word)
{
	for (int i = FILTER_EQ; filter_operation_names[i] != NULL; i++)
		if (strlen(filter_operation_names[i]) == word.length &&
			strncasecmp(filter_operation_names[i], word.text, word.length) == 0)
			return (enum filter_operation)i;
	return FILTER_NONE;
}

/* "acd_state NE ''": the value in single quotes, or as it is to the end. Of messages it is a text of the API's own. */
static bool read_filter(const struct config_walk *walk, const struct config_node *node, void *field, struct error *error)
{
	static const struct config_key key = { .name = "filter", .type = CONFIG_TEXT };
	struct panel *panel = field;
	const char *rest;
	if (!config_read_value(walk, node, &key, &rest, error))
		return false;
	if (panel->type == PANEL_MESSAGES) {
		panel->message_filter = rest;
		return true;
	}
	struct word stat = next_word(&rest);
	panel->filter_operation = filter_operation(next_word(&rest));
	struct word value = { .text = rest, .length = strlen(rest) };
	if (stat.length == 0 || panel->filter_operation == FILTER_NONE || value.length == 0)
		return config_error(node, error,
			"filter must be STATISTIC OPERATION 'VALUE', with EQ, NE, LT, GT, LE or GE, such as \"in_calls_waiting GT '0'\"");
	if (value.length >= 2 && rest[0] == '\'' && rest[value.length - 1] == '\'')
		value = (struct word){ .text = rest + 1, .length = value.length - 2 };
	return copy_text(walk, node, stat.text, stat.length, &panel->filter_stat, error) &&
		copy_text(walk, node, value.text, value.length, &panel->filter_value, error);
}

/* Minutes of a chart, from a time such as "15m" or "35d"; 0: "day", from midnight to midnight. */
static bool read_span(const struct config_walk *walk, const struct config_node *node, void *field, struct error *error)
{
	enum { SPAN_MIN = 15, DAYS_MAX = LAYOUT_SPAN_MINUTES_MAX / (24 * 60) };
	static const struct config_key key = { .name = "span", .type = CONFIG_SECONDS, .min = 0, .max = 7 * 86400 };
	const char *text = config_kind(node) == CONFIG_STRING ? config_string(node) : "";
	char *end;
	long days = strtol(text, &end, 10);
	double seconds = 86400.0 * (double)days;
	if (strcmp(text, "day") == 0) {
		*(int *)field = 0;
		return true;
	}
	bool in_days = end != text && strcmp(end, "d") == 0;
	if (in_days ? days < 1 || days > DAYS_MAX : !config_read_value(walk, node, &key, &seconds, error))
		return in_days && config_error(node, error, "span must be at most \"%dd\"", DAYS_MAX);
	*(int *)field = (int)(seconds / 60);
	if (seconds < SPAN_MIN * 60 || seconds > 60.0 * LAYOUT_SPAN_MINUTES_MAX || *(int *)field * 60 != seconds)
		return config_error(node, error, "span must be whole minutes, from \"15m\" to \"%dd\", or \"day\"", DAYS_MAX);
	return true;
}

/* The wall turns pages with its clock. */
static bool read_whole_seconds(const struct config_walk *walk, const struct config_node *node, void *field,
	struct error *error)
{
	const struct config_key key = { .name = config_name(node), .type = CONFIG_SECONDS, .min = 0, .max = PAGE_SECONDS_MAX };
	double seconds;
	if (!config_read_value(walk, node, &key, &seconds, error))
		return false;
	*(int *)field = (int)seconds;
	return *(int *)field == seconds || config_error(node, error, "%s must be whole seconds", key.name);
}

static const char *panel_column_at(const void *panel, size_t index)
{
	const struct panel *of = panel;
	return index < of->column_count ? of->columns[index].stat : NULL;
}

/* The column that is probably meant: nearly its name, its label, or a part of its name. */
static const char *column_near(const struct panel *panel, const char *typed)
{
	const char *near = text_nearest(typed, panel_column_at, panel);
	for (unsigned i = 0; near == NULL && i < panel->column_count; i++)
		if (text_same(panel->columns[i].label, typed) || text_same(panel->columns[i].head, typed))
			near = panel->columns[i].stat;
	for (unsigned i = 0; near == NULL && i < panel->column_count; i++)
		if (panel->columns[i].stat != NULL && strstr(panel->columns[i].stat, typed) != NULL)
			near = panel->columns[i].stat;
	return near;
}

/* A grid can be sorted and filtered by what it does not show, if that is a statistic. */
static void warn_of_hidden(const struct config_walk *walk, const struct config_node *node, const struct panel *panel,
	const char *stat)
{
	enum scope scope = panel_kind(panel->type)->scope;
	if (stat == NULL || panel_column(panel, stat) >= 0 || statistic_find(scope, stat) != NULL)
		return;
	const char *near = column_near(panel, stat);
	if (near == NULL)
		near = text_nearest(stat, scope_statistic_at, &scope);
	layout_warn(walk, node, "%s: '%.60s' is neither a column of this panel nor a statistic of %s%s", config_name(node), stat,
		scope_plurals[scope], text_hint(near, "; the server may refuse it").text);
}

static const struct config_key type_key = { .name = "type", .type = CONFIG_CHOICE, .choices = panel_type_names };

static const struct config_key panel_keys[] = {
	{ .name = "name", .type = CONFIG_TEXT, .required = true, .min = 1, .max = PANEL_NAME_MAX,
		.offset = offsetof(struct panel, name) },
	{ .name = "type", .type = CONFIG_KNOWN, .required = true },
	{ .name = "title", .type = CONFIG_TEXT, .offset = offsetof(struct panel, title) },
	{ .name = "width", .type = CONFIG_READ, .read = read_size, .offset = offsetof(struct panel, width) },
	{ .name = "min_columns", .type = CONFIG_INT, .min = 1, .max = 1000, .offset = offsetof(struct panel, min_columns) },
	{ .name = "frame", .type = CONFIG_READ, .read = layout_read_frame, .offset = offsetof(struct panel, frame) },
	{ .name = "priority", .type = CONFIG_INT, .min = 0, .max = 1000, .offset = offsetof(struct panel, priority) },
};

/* Keys that only some types take. */
static const struct {
	enum panel_key bit;
	struct config_key key;
} option_keys[] = {
	{ PANEL_KEY_SERVICES, { .name = "services", .type = CONFIG_TEXTS, .offset = offsetof(struct panel, services) } },
	{ PANEL_KEY_TEAMS, { .name = "teams", .type = CONFIG_TEXTS, .offset = offsetof(struct panel, teams) } },
	{ PANEL_KEY_DISPOSITIONS, { .name = "dispositions", .type = CONFIG_TEXTS,
		.offset = offsetof(struct panel, dispositions) } },
	{ PANEL_KEY_COLUMNS, { .name = "columns", .type = CONFIG_KNOWN } },
	{ PANEL_KEY_TILES, { .name = "tiles", .type = CONFIG_KNOWN } },
	{ PANEL_KEY_SERIES, { .name = "series", .type = CONFIG_KNOWN } },
	{ PANEL_KEY_SPAN, { .name = "span", .type = CONFIG_READ, .read = read_span, .offset = offsetof(struct panel, span) } },
	{ PANEL_KEY_COMPARE, { .name = "compare", .type = CONFIG_CHOICE, .choices = against_names,
		.offset = offsetof(struct panel, against) } },
	{ PANEL_KEY_STYLE, { .name = "style", .type = CONFIG_CHOICE, .choices = style_names, .offset = offsetof(struct panel, style) } },
	{ PANEL_KEY_SORT, { .name = "sort", .type = CONFIG_READ, .read = read_sort } },
	{ PANEL_KEY_FILTER, { .name = "filter", .type = CONFIG_KNOWN } },
	{ PANEL_KEY_LIMIT, { .name = "limit", .type = CONFIG_INT, .min = 1, .max = LAYOUT_GRID_LIMIT_MAX,
		.offset = offsetof(struct panel, limit) } },
	{ PANEL_KEY_TOTAL, { .name = "total", .type = CONFIG_BOOL, .offset = offsetof(struct panel, total) } },
	{ PANEL_KEY_LISTS, { .name = "lists", .type = CONFIG_BOOL, .offset = offsetof(struct panel, lists) } },
	{ PANEL_KEY_LIMITS, { .name = "limits", .type = CONFIG_KNOWN } },
	{ PANEL_KEY_LOGGED_IN_ONLY, { .name = "logged_in_only", .type = CONFIG_BOOL,
		.offset = offsetof(struct panel, logged_in_only) } },
	{ PANEL_KEY_SUBTEAM_ONLY, { .name = "subteam_only", .type = CONFIG_BOOL,
		.offset = offsetof(struct panel, subteam_only) } },
	{ PANEL_KEY_ALARMED_FIRST, { .name = "alarmed_first", .type = CONFIG_BOOL,
		.offset = offsetof(struct panel, alarmed_first) } },
	{ PANEL_KEY_TURN, { .name = "turn", .type = CONFIG_READ, .read = read_whole_seconds, .offset = offsetof(struct panel, turn) } },
	{ PANEL_KEY_SEVERITY, { .name = "severity", .type = CONFIG_TEXT, .offset = offsetof(struct panel, severity_from) } },
	{ PANEL_KEY_DIGITS, { .name = "digits", .type = CONFIG_READ, .read = read_digits,
		.offset = offsetof(struct panel, digits) } },
	{ PANEL_KEY_SIZE, { .name = "size", .type = CONFIG_READ, .read = read_row_lines,
		.offset = offsetof(struct panel, row_lines) } },
	{ PANEL_KEY_POOL, { .name = "pool", .type = CONFIG_KNOWN } },
	{ PANEL_KEY_POOLS, { .name = "pools", .type = CONFIG_KNOWN } },
	{ PANEL_KEY_TARGET, { .name = "target", .type = CONFIG_KNOWN } },
	{ PANEL_KEY_TEXT, { .name = "text", .type = CONFIG_LINES, .min = 1, .max = PANEL_TEXT_MAX,
		.offset = offsetof(struct panel, text) } },
	{ PANEL_KEY_FORMAT, { .name = "format", .type = CONFIG_TEXT, .min = 1, .max = 60,
		.offset = offsetof(struct panel, format) } },
};

enum {
	COMMON_KEY_COUNT = sizeof(panel_keys) / sizeof(panel_keys[0]),
	OPTION_KEY_COUNT = sizeof(option_keys) / sizeof(option_keys[0]),
};

/* The common keys and those of the type, as one table; a key of another type gets a better answer than "unknown". */
static bool panel_table(const struct config_node *node, enum panel_type type,
	struct config_key out[COMMON_KEY_COUNT + OPTION_KEY_COUNT + 1], struct error *error)
{
	size_t used = COMMON_KEY_COUNT;
	memcpy(out, panel_keys, sizeof(panel_keys));
	for (size_t i = 0; i < OPTION_KEY_COUNT; i++) {
		const struct config_node *option = config_get(node, option_keys[i].key.name);
		if (panel_kind(type)->keys & option_keys[i].bit)
			out[used++] = option_keys[i].key;
		else if (option != NULL)
			return config_error(option, error, "'%s' does not belong to a panel of type %s", option_keys[i].key.name,
				panel_type_names[type]);
	}
	out[used] = (struct config_key){ .name = NULL };
	return true;
}

static bool check_panel_name(const struct config_node *node, const struct panel *panel, struct error *error)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
	static const char rest[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789-";
	if (strchr(letters, panel->name[0]) == NULL || strspn(panel->name, rest) != strlen(panel->name))
		return config_error(config_get(node, "name"), error,
			"the name of a panel is letters, digits, _ and -, and begins with a letter");
	return true;
}

/* What strftime() knows, so that a mistyped letter is not shown as it is. */
static bool check_clock_format(const struct config_walk *walk, const struct config_node *node, const char *format,
	struct error *error)
{
	static const char letters[] = "aAbBcCdDeFgGhHIjklmMnpPrRsStTuUVwWxXyYzZ%+";
	bool moves = false;
	for (const char *at = format; node != NULL && *at != '\0'; at++) {
		if (*at != '%')
			continue;
		at += 1 + strspn(at + 1, "EO-_0^#");
		if (*at == '\0' || strchr(letters, *at) == NULL)
			return config_error(node, error, "format: %%%.1s is not known; use %%H, %%M, %%S, %%d and the others of strftime(3)", at);
		moves = moves || *at != '%';
	}
	if (node != NULL && !moves)
		layout_warn(walk, node, "format has no time in it; write it with %%H, %%M, %%S, %%d and the others of strftime(3)");
	return true;
}

static void warn_of_panel(const struct config_walk *walk, const struct config_node *node, const struct panel *panel)
{
	warn_of_twice(walk, node, "services", &panel->services);
	warn_of_twice(walk, node, "teams", &panel->teams);
	warn_of_twice(walk, node, "dispositions", &panel->dispositions);
	bool counted = panel->dispositions.count == 0;
	for (unsigned i = 0; i < panel->column_count; i++)
		counted = counted || counts_dispositions(&panel->columns[i]);
	if (!counted)
		layout_warn(walk, config_get(node, "dispositions"), "no tile of this panel counts dispositions; remove them");
	for (unsigned i = 0; panel->total && i < panel->column_count; i++)
		if (panel->columns[i].sum.count > 0)
			layout_warn(walk, config_get(node, "total"), "the total row has nothing below '%.60s', because the server adds up rows "
				"only; calc = \"a + b\" has a total", panel->columns[i].label);
	int severe = panel->severity_from != NULL ? panel_column(panel, panel->severity_from) : -1;
	if (severe >= 0 && !column_has_limits(&panel->columns[severe]))
		layout_warn(walk, config_get(node, "severity"), "severity changes nothing, because '%.60s' has no warn, alert or limits",
			panel->severity_from);
}

/* One panel, without its index. */
static bool layout_read_panel(const struct config_walk *walk, const struct config_node *node, struct panel *panel,
	struct error *error)
{
	struct config_key keys[COMMON_KEY_COUNT + OPTION_KEY_COUNT + 1];
	panel->line = config_line(node);
	if (config_kind(node) != CONFIG_GROUP)
		return config_error(node, error, "a panel must be in { braces }");
	/* The type first: it says which other keys there may be. */
	const struct config_node *type = config_get(node, "type");
	if (type == NULL)
		return config_error(node, error, "panel needs 'type'");
	if (!config_read_value(walk, type, &type_key, &panel->type, error))
		return false;
	panel->frame = true;
	panel->priority = 50;
	panel->limit = panel->type == PANEL_MESSAGES ? LAYOUT_MESSAGE_LIMIT : 0;
	panel->sort_here = -1;
	panel->message_filter = "";
	panel->turn = -1;
	panel->span = LAYOUT_SPAN_MINUTES;
	panel->text = "";
	if (!panel_table(node, panel->type, keys, error) || !config_fill(walk, node, "panel", keys, panel, error) ||
		!check_panel_name(node, panel, error))
		return false;
	if ((panel_kind(panel->type)->keys & (PANEL_KEY_COLUMNS | PANEL_KEY_TILES | PANEL_KEY_SERIES)) != 0 &&
		!read_columns(walk, node, panel, error))
		return false;
	if ((panel_kind(panel->type)->keys & PANEL_KEY_LISTS) != 0 && !read_lists(walk, node, panel, error))
		return false;
	if (panel->type == PANEL_STAFFING && !read_pools(walk, node, panel, error))
		return false;
	if (panel->type == PANEL_TOTALS && !read_staff_tiles(walk, node, panel, error))
		return false;
	const struct config_node *filter = config_get(node, "filter");
	if (filter != NULL && !read_filter(walk, filter, panel, error))
		return false;
	if (panel->sort_stat != NULL) {
		int column = panel_column(panel, panel->sort_stat);
		/* The server sorts by what a picture shows. */
		if (column >= 0 && panel->columns[column].picture != PICTURE_NONE)
			panel->sort_stat = panel->columns[column].shows;
		else
			panel->sort_here = column >= 0 && column_has_own_name(&panel->columns[column]) ? column : -1;
	}
	if (panel->filter_stat != NULL && statistic_find(panel_kind(panel->type)->scope, panel->filter_stat) == NULL) {
		int column = panel_column(panel, panel->filter_stat);
		if (column >= 0 && column_has_own_name(&panel->columns[column]))
			return config_error(filter, error, "the server filters, and knows no '%.60s': filter by a statistic", panel->filter_stat);
	}
	if (panel->sort_here < 0)
		warn_of_hidden(walk, config_get(node, "sort"), panel, panel->sort_stat);
	warn_of_hidden(walk, filter, panel, panel->filter_stat);
	if (panel->title == NULL)
		panel->title = panel->name;
	if (panel->type == PANEL_TEXT && panel->text[0] == '\0')
		return config_error(node, error, "a panel of type text needs 'text'");
	if (panel->severity_from != NULL && panel_column(panel, panel->severity_from) < 0)
		return config_error(config_get(node, "severity"), error, "'%.60s' is no column of this panel%s", panel->severity_from,
			text_hint(column_near(panel, panel->severity_from), "").text);
	if (panel->type == PANEL_CLOCK && !check_clock_format(walk, config_get(node, "format"), panel->format, error))
		return false;
	if (panel->against != AGAINST_NOTHING && panel->column_count > 1)
		return config_error(config_get(node, "compare"), error, "a chart of one series can be compared with another day");
	if (panel->against == AGAINST_YESTERDAY && panel->span > 24 * 60)
		return config_error(config_get(node, "compare"), error, "a chart of more than a day lies over its own yesterday");
	warn_of_panel(walk, node, panel);
	return true;
}

/* The panels of all pages go into one array: the layout is the walk's context. */
static bool read_panels(const struct config_walk *walk, const struct config_node *node, void *field,
	struct error *error)
{
	struct layout *layout = walk->context;
	struct layout_row *row = field;
	if (!layout_allocate_list(walk, node, "panels", LAYOUT_PANELS_MAX, sizeof(struct panel *), &row->panels, error))
		return false;
	for (unsigned i = 0; i < config_length(node); i++, row->panel_count++) {
		const struct config_node *item = config_at(node, i);
		if (layout->panel_count == LAYOUT_PANELS_MAX)
			return config_error(item, error, "more than %d panels", LAYOUT_PANELS_MAX);
		unsigned before = layout->panel_count;
		struct panel *panel = &layout->panels[before];
		if (!layout_read_panel(walk, item, panel, error))
			return false;
		const struct panel *same = layout_panel(layout, panel->name);
		if (same != NULL && same != panel)
			return config_error(config_get(item, "name"), error, "another panel is called '%s' (line %d)", panel->name,
				same->line);
		/* Panels of pools may stand behind it already. */
		if (layout->panel_count == before)
			layout->panel_count++;
		panel->index = before;
		row->panels[i] = panel;
	}
	int share = 0;
	for (unsigned i = 0; i < row->panel_count; i++)
		share += row->panels[i]->width.unit == SIZE_SHARE ? row->panels[i]->width.amount : 0;
	if (share > 100)
		layout_warn(walk, node, "the widths of this row are %d %% together; 100 %% is all there is", share);
	return true;
}

static const struct config_key row_keys[] = {
	{ .name = "height", .type = CONFIG_READ, .read = read_size, .offset = offsetof(struct layout_row, height) },
	{ .name = "min_lines", .type = CONFIG_INT, .min = 1, .max = 1000, .offset = offsetof(struct layout_row, min_lines) },
	{ .name = "priority", .type = CONFIG_INT, .min = 0, .max = 1000, .offset = offsetof(struct layout_row, priority) },
	{ .name = "panels", .type = CONFIG_READ, .required = true, .read = read_panels },
	{ .name = NULL },
};

static bool read_rows(const struct config_walk *walk, const struct config_node *node, void *field, struct error *error)
{
	struct page *page = field;
	if (!layout_allocate_list(walk, node, "rows", LAYOUT_ROWS_MAX, sizeof(*page->rows), &page->rows, error))
		return false;
	for (unsigned i = 0; i < config_length(node); i++, page->row_count++) {
		page->rows[i].priority = 50;
		if (!config_fill(walk, config_at(node, i), "row", row_keys, &page->rows[i], error))
			return false;
	}
	int share = 0;
	for (unsigned i = 0; i < page->row_count; i++)
		share += page->rows[i].height.unit == SIZE_SHARE ? page->rows[i].height.amount : 0;
	if (share > 100)
		layout_warn(walk, node, "the heights of these rows are %d %% together; 100 %% is all there is", share);
	return true;
}

static const struct config_key page_keys[] = {
	{ .name = "title", .type = CONFIG_TEXT, .offset = offsetof(struct page, title) },
	{ .name = "seconds", .type = CONFIG_READ, .read = read_whole_seconds, .offset = offsetof(struct page, seconds) },
	{ .name = "rows", .type = CONFIG_READ, .required = true, .read = read_rows },
	{ .name = NULL },
};

static bool read_pages(const struct config_walk *walk, const struct config_node *node, void *field, struct error *error)
{
	struct layout *layout = field;
	if (!layout_allocate_list(walk, node, "pages", LAYOUT_PAGES_MAX, sizeof(*layout->pages), &layout->pages, error))
		return false;
	for (unsigned i = 0; i < config_length(node); i++, layout->page_count++) {
		layout->pages[i].title = "";
		if (!config_fill(walk, config_at(node, i), "page", page_keys, &layout->pages[i], error))
			return false;
	}
	return true;
}

/* The field is milliseconds. */
static bool read_time(const struct config_walk *walk, const struct config_node *node, void *field, struct error *error)
{
	const struct config_key key = { .name = config_name(node), .type = CONFIG_SECONDS, .min = 0,
		.max = LAYOUT_ALERT_SECONDS_MAX };
	double seconds;
	if (!config_read_value(walk, node, &key, &seconds, error))
		return false;
	*(int64_t *)field = (int64_t)llround(seconds * 1000);
	return true;
}

/* "22:00-06:00" */
static bool read_quiet(const struct config_walk *walk, const struct config_node *node, void *field, struct error *error)
{
	const char *text = config_string(node);
	(void)walk;
	return (text != NULL && local_hours_read(field, text)) ||
		config_error(node, error, "quiet must be two different times of one day, such as \"22:00-06:00\"");
}

static bool read_severity(const struct config_walk *walk, const struct config_node *node, void *field,
	struct error *error)
{
	static const char *const choices[] = { "warn", "alert", NULL };
	static const struct config_key key = { .name = "severity", .type = CONFIG_CHOICE, .choices = choices };
	int choice = 0;
	if (!config_read_value(walk, node, &key, &choice, error))
		return false;
	*(enum severity *)field = choice == 0 ? SEVERITY_WARN : SEVERITY_ALERT;
	return true;
}

/* A program is named by its whole path: nothing is searched, and no shell reads anything. */
static bool read_command(const struct config_walk *walk, const struct config_node *node, void *field,
	struct error *error)
{
	static const struct config_key key = { .name = "command", .type = CONFIG_TEXTS, .max = ALERT_ARGUMENTS_MAX };
	struct texts *texts = field;
	if (!config_read_value(walk, node, &key, texts, error))
		return false;
	char path[PATH_ROOM];
	if (texts->count > 0 && !os_expand_home(texts->items[0], path, sizeof(path)))
		return config_error(node, error, "%s: ~ and $HOME cannot be replaced: HOME is not set, or too long", config_name(node));
	if (texts->count > 0 && strcmp(path, texts->items[0]) != 0 &&
		!copy_text(walk, node, path, strlen(path), &((const char **)texts->items)[0], error))
		return false;
	if (texts->count == 0 || texts->items[0][0] != '/')
		return config_error(node, error, "%s must begin with the whole path of a program, such as \"/usr/bin/logger\"",
			config_name(node));
	return true;
}

/* E.164, as the API's collection has it: 7 to 15 digits that do not begin with 0, with + or without. */
static bool check_phone(const struct config_node *node, const char *text, struct error *error)
{
	const char *digits = text + (*text == '+');
	size_t length = strspn(digits, "0123456789");
	if (digits[0] != '0' && length >= 7 && length <= 15 && digits[length] == '\0')
		return true;
	return config_error(node, error, "'%.40s' is no telephone number with its country, such as \"+15551234567\"", text);
}

static bool read_phones(const struct config_walk *walk, const struct config_node *node, void *field,
	struct error *error)
{
	static const struct config_key key = { .name = "sms", .type = CONFIG_TEXTS, .max = ALERT_PHONES_MAX };
	struct texts *texts = field;
	if (!config_read_value(walk, node, &key, texts, error))
		return false;
	for (unsigned i = 0; i < texts->count; i++)
		if (!check_phone(node, texts->items[i], error))
			return false;
	return true;
}

static bool read_phone(const struct config_walk *walk, const struct config_node *node, void *field,
	struct error *error)
{
	static const struct config_key key = { .name = "sms_from", .type = CONFIG_TEXT };
	const char **text = field;
	return config_read_value(walk, node, &key, text, error) && check_phone(node, *text, error);
}

static const struct config_key alert_keys[] = {
	{ .name = "name", .type = CONFIG_TEXT, .required = true, .min = 1, .max = ALERT_NAME_MAX,
		.offset = offsetof(struct alert_rule, name) },
	{ .name = "when", .type = CONFIG_TEXT, .required = true, .min = 1, .max = LAYOUT_EXPRESSION_MAX,
		.offset = offsetof(struct alert_rule, when) },
	{ .name = "clear", .type = CONFIG_TEXT, .min = 1, .max = LAYOUT_EXPRESSION_MAX,
		.offset = offsetof(struct alert_rule, clear) },
	{ .name = "for", .type = CONFIG_READ, .read = read_time, .offset = offsetof(struct alert_rule, for_ms) },
	{ .name = "after", .type = CONFIG_READ, .read = read_time, .offset = offsetof(struct alert_rule, after_ms) },
	{ .name = "cooldown", .type = CONFIG_READ, .read = read_time, .offset = offsetof(struct alert_rule, cooldown_ms) },
	{ .name = "quiet", .type = CONFIG_READ, .read = read_quiet, .offset = offsetof(struct alert_rule, quiet) },
	{ .name = "severity", .type = CONFIG_READ, .read = read_severity, .offset = offsetof(struct alert_rule, severity) },
	{ .name = "bell", .type = CONFIG_BOOL, .offset = offsetof(struct alert_rule, bell) },
	{ .name = "command", .type = CONFIG_READ, .read = read_command, .offset = offsetof(struct alert_rule, command) },
	{ .name = "clear_command", .type = CONFIG_READ, .read = read_command,
		.offset = offsetof(struct alert_rule, clear_command) },
	{ .name = "sms", .type = CONFIG_READ, .read = read_phones, .offset = offsetof(struct alert_rule, sms) },
	{ .name = "sms_from", .type = CONFIG_READ, .read = read_phone, .offset = offsetof(struct alert_rule, sms_from) },
	{ .name = NULL },
};

static bool read_alerts(const struct config_walk *walk, const struct config_node *node, void *field,
	struct error *error)
{
	struct layout *layout = field;
	if (!layout_allocate_list(walk, node, "alerts", LAYOUT_ALERTS_MAX, sizeof(*layout->alerts), &layout->alerts, error))
		return false;
	for (unsigned i = 0; i < config_length(node); i++, layout->alert_count++) {
		const struct config_node *group = config_at(node, i);
		struct alert_rule *rule = &layout->alerts[i];
		rule->line = config_line(group);
		rule->severity = SEVERITY_ALERT;
		if (!config_fill(walk, group, "alert", alert_keys, rule, error))
			return false;
		for (unsigned before = 0; before < i; before++)
			if (strcmp(layout->alerts[before].name, rule->name) == 0)
				return config_error(config_get(group, "name"), error, "another alert is called '%s' (line %d)",
					rule->name, layout->alerts[before].line);
		if (rule->sms.count > 0 && rule->sms_from == NULL)
			return config_error(config_get(group, "sms"), error, "sms needs sms_from, the number that it comes from");
		if (rule->sms.count == 0 && rule->sms_from != NULL)
			layout_warn(walk, config_get(group, "sms_from"), "nothing is sent, because this alert has no sms");
		warn_of_twice(walk, group, "sms", &rule->sms);
	}
	return true;
}

/*
 * Parses the conditions of an alert, which must suit the layout; *key names the one that does not: "when" or "clear". The
 * rows of both must be the same ones. The rule keeps its old conditions if one of the new ones is wrong.
 */
static bool parse_conditions(const struct layout *layout, struct alert_rule *rule, const char **key,
	struct error *error)
{
	struct expression *clear = NULL;
	*key = "when";
	struct expression *when = expression_read(rule->when, layout, error);
	if (when == NULL)
		return false;
	bool good = true;
	if (rule->clear != NULL) {
		*key = "clear";
		clear = expression_read(rule->clear, layout, error);
		good = clear != NULL;
		if (good && clear->panel != NULL && clear->panel != when->panel)
			good = error_set(error, "[*] must walk the panel that it walks in 'when'");
	}
	expression_free(good ? rule->when_condition : when);
	expression_free(good ? rule->clear_condition : clear);
	if (good) {
		rule->when_condition = when;
		rule->clear_condition = clear;
	}
	return good;
}

static const char *state_word_at(const void *table, size_t index)
{
	(void)table;
	return index < STATE_UNKNOWN ? state_label((enum acd_state)index) : NULL;
}

static void warn_of_condition(const struct config_walk *walk, const struct config_node *node, const struct alert_rule *rule,
	const char *key, const char *text, const struct expression *condition)
{
	const struct operand *operand;
	char what[200];
	for (unsigned i = 0; condition != NULL && (operand = expression_operand(condition, i)) != NULL; i++) {
		struct threshold threshold = expression_threshold(condition, i);
		const struct column *column = operand_column(operand);
		const char *compared = expression_text(condition, i);
		snprintf(what, sizeof(what), "alert '%.60s', %s: the comparison of %.60s", rule->name, key, column->name);
		warn_of_threshold(walk, config_get(node, key), what, column, &threshold, strchr(text, '%') != NULL);
		if (column->kind == KIND_STATE && state_read(compared) == STATE_UNKNOWN)
			layout_warn(walk, config_get(node, key), "alert '%.60s', %s: '%.40s' is not a state that cxwall knows%s", rule->name,
				key, compared, text_hint(text_nearest(compared, state_word_at, NULL), "").text);
	}
}

/* An end that holds only where the beginning does is never reached, because then the alert stays. */
static void warn_of_clear(const struct config_walk *walk, const struct config_node *node, const struct alert_rule *rule)
{
	const struct operand *when = expression_operand(rule->when_condition, 0), *clear = expression_operand(rule->clear_condition, 0);
	struct threshold begin = expression_threshold(rule->when_condition, 0), end = expression_threshold(rule->clear_condition, 0);
	bool single = expression_operand(rule->when_condition, 1) == NULL && expression_operand(rule->clear_condition, 1) == NULL;
	if (strcmp(rule->when, rule->clear) == 0 || (single && when->panel == clear->panel && when->column == clear->column &&
		begin.comparison != COMPARE_NONE && threshold_covers(&begin, &end)))
		layout_warn(walk, config_get(node, "clear"), "alert '%.60s' never clears, because 'when' still holds where 'clear' does",
			rule->name);
	else if (single && when->panel == clear->panel && when->column == clear->column &&
		threshold_is_above(&begin) == threshold_is_above(&end) && threshold_is_below(&begin) == threshold_is_below(&end) &&
		threshold_is_above(&begin) != threshold_is_below(&begin))
		layout_warn(walk, config_get(node, "clear"), "alert '%.60s': 'clear' looks to the same side as 'when'; is its sign right?",
			rule->name);
}

static bool parse_alerts(const struct config_walk *walk, struct layout *layout, const struct config_node *alerts,
	struct error *error)
{
	struct error why;
	const char *key;
	for (unsigned i = 0; i < layout->alert_count; i++) {
		const struct config_node *node = config_at(alerts, i);
		const struct alert_rule *rule = &layout->alerts[i];
		if (!parse_conditions(layout, &layout->alerts[i], &key, &why))
			return config_error(config_get(node, key), error, "alert '%.60s', %s: %.160s", rule->name, key, why.text);
		warn_of_condition(walk, node, rule, "when", rule->when, rule->when_condition);
		if (rule->clear == NULL)
			continue;
		warn_of_condition(walk, node, rule, "clear", rule->clear, rule->clear_condition);
		warn_of_clear(walk, node, rule);
	}
	return true;
}

/* A number by which the values of a column are judged, so that none is shown as if it were on the other side of it. */
static bool layout_add_edge(struct layout *layout, struct column *column, const struct threshold *threshold)
{
	struct edges *edges = &column->edges;
	if (threshold->comparison == COMPARE_NONE)
		return true;
	for (unsigned i = 0; i < edges->count; i++)
		if (edges->numbers[i] == threshold->number)
			return true;
	if (edges->count == edges->room) {
		unsigned room = edges->room == 0 ? 4 : 2 * edges->room;
		double *numbers = arena_alloc(&layout->arena, room * sizeof(*numbers));
		if (numbers == NULL)
			return false;
		if (edges->count > 0)
			memcpy(numbers, edges->numbers, edges->count * sizeof(*numbers));
		edges->numbers = numbers;
		edges->room = room;
	}
	edges->numbers[edges->count++] = threshold->number;
	return true;
}

static bool add_column_edges(struct layout *layout, struct column *column)
{
	bool good = layout_add_edge(layout, column, &column->warn) && layout_add_edge(layout, column, &column->alert);
	for (unsigned i = 0; good && i < column->limit_count; i++)
		good = layout_add_edge(layout, column, &column->limits[i].warn) &&
			layout_add_edge(layout, column, &column->limits[i].alert);
	return good;
}

static bool add_condition_edges(struct layout *layout, const struct expression *condition)
{
	const struct operand *operand;
	bool good = true;
	for (unsigned i = 0; condition != NULL && good && (operand = expression_operand(condition, i)) != NULL; i++) {
		struct threshold threshold = expression_threshold(condition, i);
		good = layout_add_edge(layout, &layout->panels[operand->panel->index].columns[operand->column], &threshold);
	}
	return good;
}

static bool gather_edges(struct layout *layout, struct error *error)
{
	bool good = true;
	for (unsigned p = 0; p < layout->panel_count; p++) {
		struct panel *panel = &layout->panels[p];
		for (unsigned c = 0; good && c < panel->column_count; c++)
			good = add_column_edges(layout, &panel->columns[c]);
		good = good && (panel->time == NULL || add_column_edges(layout, panel->time));
	}
	for (unsigned i = 0; good && i < layout->alert_count; i++)
		good = add_condition_edges(layout, layout->alerts[i].when_condition) &&
			add_condition_edges(layout, layout->alerts[i].clear_condition);
	return good || error_set(error, "the layout is too large");
}

static const struct config_key layout_keys[] = {
	{ .name = "title", .type = CONFIG_TEXT, .offset = offsetof(struct layout, title) },
	{ .name = "interval", .type = CONFIG_SECONDS, .min = INTERVAL_MIN, .max = INTERVAL_MAX,
		.offset = offsetof(struct layout, interval) },
	{ .name = "rotate", .type = CONFIG_CHOICE, .choices = rotate_names, .offset = offsetof(struct layout, rotate) },
	{ .name = "status", .type = CONFIG_CHOICE, .choices = status_names, .offset = offsetof(struct layout, status) },
	{ .name = "turn", .type = CONFIG_READ, .read = read_whole_seconds, .offset = offsetof(struct layout, turn) },
	{ .name = "pages", .type = CONFIG_READ, .required = true, .read = read_pages },
	{ .name = "alerts", .type = CONFIG_READ, .read = read_alerts },
	{ .name = NULL },
};

/* As many panels as there are on all pages: they are one array. */
/* Panels that a panel brings along: of its further pools, or of its tiles of staffing. */
static unsigned count_pools(const struct config_node *panel)
{
	const struct config_node *pools = config_kind(panel) == CONFIG_GROUP ? config_get(panel, "pools") : NULL;
	return 1 + (pools != NULL ? config_length(pools) : 0);
}

static unsigned count_panels(const struct config_node *root)
{
	unsigned count = 0;
	const struct config_node *pages = config_get(root, "pages");
	for (unsigned p = 0; pages != NULL && p < config_length(pages); p++) {
		const struct config_node *rows = config_get(config_at(pages, p), "rows");
		for (unsigned r = 0; rows != NULL && r < config_length(rows); r++) {
			const struct config_node *panels = config_get(config_at(rows, r), "panels");
			for (unsigned i = 0; panels != NULL && i < config_length(panels); i++)
				count += 1 + count_pools(config_at(panels, i));
		}
	}
	return count < LAYOUT_PANELS_MAX ? count : LAYOUT_PANELS_MAX;
}

static bool has_key(const struct config_key *keys, const char *name)
{
	while (keys->name != NULL && strcmp(keys->name, name) != 0)
		keys++;
	return keys->name != NULL;
}

/* What a key belongs to that stands where it does not belong. */
static const char *key_home(const char *name)
{
	static const struct { const char *what; const struct config_key *keys; } homes[] = {
		{ "it belongs to the layout, beside pages", layout_keys }, { "it belongs to a page", page_keys }, { "it belongs to a row", row_keys },
		{ "it belongs to a column or tile", column_keys }, { "it belongs to an alert", alert_keys }, { "it belongs to a limit", limit_keys },
	};
	for (size_t i = 0; i < OPTION_KEY_COUNT; i++)
		if (strcmp(option_keys[i].key.name, name) == 0)
			return "it belongs to a panel";
	for (size_t i = 0; i < COMMON_KEY_COUNT; i++)
		if (strcmp(panel_keys[i].name, name) == 0)
			return "it belongs to a panel";
	for (size_t i = 0; i < sizeof(homes) / sizeof(homes[0]); i++)
		if (has_key(homes[i].keys, name))
			return homes[i].what;
	return NULL;
}

static void warn_of_rotation(const struct config_walk *walk, const struct config_node *rotate, const struct layout *layout)
{
	bool turns = rotate == NULL;
	for (unsigned i = 0; i < layout->page_count; i++)
		turns = turns || layout->pages[i].seconds > 0;
	if (!turns)
		layout_warn(walk, rotate, "rotate changes nothing, because no page has seconds");
}

/* Frees the config. NULL with an error, as is a config of NULL, whose error is set already. */
static struct layout *read_layout(struct config *config, const char *name, const char *source, const char *text,
	struct error *error)
{
	if (config == NULL)
		return NULL;
	struct layout *layout = must_alloc(sizeof(*layout));
	*layout = (struct layout){ .turn = LAYOUT_TURN_SECONDS };
	arena_init(&layout->arena, LAYOUT_BYTES_MAX);
	layout->name = arena_copy(&layout->arena, name, strlen(name));
	layout->source = arena_copy(&layout->arena, source, strlen(source));
	text = text_skip_mark(text);
	layout->text = arena_copy(&layout->arena, text, strlen(text));
	layout->title = layout->name;
	struct config_walk walk = { .arena = &layout->arena, .context = layout, .home = key_home, .manual = "cxwall-layout(5)" };
	const struct config_node *root = config_root(config);
	if (!layout_allocate(&walk, root, count_panels(root), sizeof(*layout->panels), &layout->panels, error) ||
		!config_fill(&walk, root, "layout", layout_keys, layout, error) ||
		!parse_alerts(&walk, layout, config_get(root, "alerts"), error) || !gather_edges(layout, error)) {
		layout_free(layout);
		layout = NULL;
	}
	if (layout != NULL)
		warn_of_rotation(&walk, config_get(root, "rotate"), layout);
	/* A layout may say its own after its panels. */
	for (unsigned i = 0; layout != NULL && i < layout->panel_count; i++)
		if (layout->panels[i].turn < 0)
			layout->panels[i].turn = layout->turn;
	config_free(config);
	return layout;
}

void layout_free(struct layout *layout)
{
	if (layout == NULL)
		return;
	for (unsigned i = 0; i < layout->alert_count; i++) {
		expression_free(layout->alerts[i].when_condition);
		expression_free(layout->alerts[i].clear_condition);
	}
	arena_free(&layout->arena);
	free(layout);
}

struct layout *layout_parse(const char *name, const char *source, const char *text, struct error *error)
{
	return read_layout(config_parse(source, text, error), name, source, text, error);
}

struct layout *layout_load_open(const char *path, const struct file_text *file, struct error *error)
{
	/* The name is the file's, without folder and suffix. */
	char name[64];
	const char *slash = strrchr(path, '/');
	const char *base = slash == NULL ? path : slash + 1;
	size_t length = strlen(base);
	if (length > 5 && strcmp(base + length - 5, ".conf") == 0)
		length -= 5;
	if (length >= sizeof(name))
		length = sizeof(name) - 1;
	memcpy(name, base, length);
	name[length] = '\0';
	struct layout *layout = layout_parse(name, path, buffer_string(&file->text), error);
	if (layout != NULL) {
		layout->stamp = file->stamp;
		layout->sum = file->sum;
	}
	return layout;
}

/* KEY = "VALUE" in the file's own syntax, so that it is read like a file. */
static bool write_setting(const char *key, const char *value, char *out, size_t size)
{
	size_t used = (size_t)snprintf(out, size, "%s = \"", key);
	for (; *value != '\0' && used + 4 < size; value++) {
		if (*value == '"' || *value == '\\')
			out[used++] = '\\';
		out[used++] = *value;
	}
	memcpy(out + used, "\"", 2);
	return *value == '\0';
}

static const char *settable_at(const void *table, size_t index)
{
	static const char *const names[] = { "when", "clear", "for", "after", "cooldown", "quiet" };
	(void)table;
	return index < sizeof(names) / sizeof(names[0]) ? names[index] : NULL;
}

/* NULL with an error if the key of an alert is unknown, or cannot be set from outside. */
static const struct config_key *settable_key(const char *name, struct error *error)
{
	const char *known;
	for (size_t i = 0; (known = settable_at(NULL, i)) != NULL; i++)
		for (const struct config_key *key = alert_keys; strcmp(known, name) == 0 && key->name != NULL; key++)
			if (strcmp(key->name, name) == 0)
				return key;
	const char *near = text_nearest(name, settable_at, NULL);
	if (near != NULL)
		error_set(error, "'%.20s' cannot be set (did you mean '%s'?)", name, near);
	else
		error_set(error, "'%.20s' cannot be set: when, clear, for, after, cooldown and quiet can", name);
	return NULL;
}

bool alert_rule_set(struct layout *layout, struct alert_rule *rule, const char *key, const char *value,
	struct error *error)
{
	char text[2 * LAYOUT_EXPRESSION_MAX + 32];
	const struct config_key *row = settable_key(key, error);
	const char *wrong;
	if (row == NULL)
		return false;
	if (!write_setting(key, value, text, sizeof(text)))
		return error_set(error, "this value of '%s' is too long", key);
	struct config *config = config_parse("--set", text, error);
	if (config == NULL)
		return false;
	struct config_walk walk = { .arena = &layout->arena };
	bool good = config_read_value(&walk, config_get(config_root(config), key), row, rule, error);
	config_free(config);
	return good && parse_conditions(layout, rule, &wrong, error);
}
