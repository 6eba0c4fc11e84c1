/* One panel of a layout: the keys common to all, and those that its type takes. */
#include <stdlib.h>
#include <string.h>

#include "layout/layout_parts.h"

static const char *const frame_names[] = { "line", "none", NULL };

enum {
	PANEL_NAME_MAX = 40, /* goes into an app id with the tag, and into expressions */
	PANEL_CELLS_MAX = 1000,
	TEXT_MAX = 4000,
};

bool layout_read_size(const struct config_walk *walk, const struct config_node *node, void *field, struct error *error)
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
	if (config_kind(node) != CONFIG_STRING || strcmp(end, "%") != 0 || share < 1 || share > 100)
		return config_error(node, error, "%s must be a number of cells or a share such as \"40%%\"",
			config_name(node));
	*size = (struct size){ SIZE_SHARE, (int)share };
	return true;
}

static bool read_digits(const struct config_walk *walk, const struct config_node *node, void *field,
	struct error *error)
{
	return layout_read_digits(walk, node, field, error);
}

static bool read_frame(const struct config_walk *walk, const struct config_node *node, void *field, struct error *error)
{
	static const struct config_key key = { .name = "frame", .type = CONFIG_CHOICE, .choices = frame_names };
	int choice = 0;
	if (!config_read_value(walk, node, &key, &choice, error))
		return false;
	*(bool *)field = choice == 0;
	return true;
}

static bool copy_text(const struct config_walk *walk, const struct config_node *node, const char *text, size_t length,
	const char **out, struct error *error)
{
	*out = arena_copy(walk->arena, text, length);
	return *out != NULL || config_error(node, error, "the file is too large");
}

/* "in_calls_waiting desc" */
static bool read_sort(const struct config_walk *walk, const struct config_node *node, void *field, struct error *error)
{
	static const struct config_key key = { .name = "sort", .type = CONFIG_TEXT };
	struct panel *panel = field;
	const char *text;
	if (!config_read_value(walk, node, &key, &text, error))
		return false;
	size_t length = strcspn(text, " ");
	const char *direction = text + length + strspn(text + length, " ");
	if (length == 0 || (strcmp(direction, "") != 0 && strcmp(direction, "asc") != 0 && strcmp(direction, "desc") != 0))
		return config_error(node, error, "sort must be a statistic, and asc or desc");
	panel->sort_descending = strcmp(direction, "desc") == 0;
	return copy_text(walk, node, text, length, &panel->sort_stat, error);
}

const char *const filter_operation_names[] = { "", "EQ", "NE", "LT", "GT", "LE", "GE", NULL };

/* acd_state NE '' — the value in single quotes, or a plain word. */
static bool read_filter(const struct config_walk *walk, const struct config_node *node, void *field, struct error *error)
{
	static const struct config_key key = { .name = "filter", .type = CONFIG_TEXT };
	struct panel *panel = field;
	const char *text;
	if (!config_read_value(walk, node, &key, &text, error))
		return false;
	size_t length = strcspn(text, " ");
	const char *operation = text + length + strspn(text + length, " ");
	size_t word = strcspn(operation, " ");
	const char *value = operation + word + strspn(operation + word, " ");
	size_t value_length = strlen(value);
	for (int i = 1; filter_operation_names[i] != NULL; i++)
		if (strlen(filter_operation_names[i]) == word && strncasecmp(filter_operation_names[i], operation, word) == 0)
			panel->filter_operation = (enum filter_operation)i;
	if (value_length >= 2 && value[0] == '\'' && value[value_length - 1] == '\'') {
		value++;
		value_length -= 2;
	} else if (value_length == 0) {
		length = 0;
	}
	if (length == 0 || panel->filter_operation == FILTER_NONE)
		return config_error(node, error,
			"filter must be STATISTIC OPERATION 'VALUE', with EQ, NE, LT, GT, LE or GE");
	return copy_text(walk, node, text, length, &panel->filter_stat, error) &&
		copy_text(walk, node, value, value_length, &panel->filter_value, error);
}

static const struct config_key panel_keys[] = {
	{ .name = "name", .type = CONFIG_TEXT, .required = true, .min = 1, .max = PANEL_NAME_MAX,
		.offset = offsetof(struct panel, name) },
	{ .name = "type", .type = CONFIG_CHOICE, .required = true, .choices = panel_type_names,
		.offset = offsetof(struct panel, type) },
	{ .name = "title", .type = CONFIG_TEXT, .offset = offsetof(struct panel, title) },
	{ .name = "width", .type = CONFIG_READ, .read = layout_read_size, .offset = offsetof(struct panel, width) },
	{ .name = "frame", .type = CONFIG_READ, .read = read_frame, .offset = offsetof(struct panel, frame) },
	{ .name = "priority", .type = CONFIG_INT, .min = 0, .max = 1000, .offset = offsetof(struct panel, priority) },
	{ .name = NULL },
};

/* Keys that only some types take: see layout/panel_types. */
static const struct config_key option_keys[] = {
	{ .name = "services", .type = CONFIG_TEXTS, .offset = offsetof(struct panel, services) },
	{ .name = "teams", .type = CONFIG_TEXTS, .offset = offsetof(struct panel, teams) },
	{ .name = "dispositions", .type = CONFIG_TEXTS, .offset = offsetof(struct panel, dispositions) },
	{ .name = "columns", .type = CONFIG_KNOWN },
	{ .name = "tiles", .type = CONFIG_KNOWN },
	{ .name = "sort", .type = CONFIG_READ, .read = read_sort },
	{ .name = "filter", .type = CONFIG_KNOWN },
	{ .name = "limit", .type = CONFIG_INT, .min = 1, .max = LAYOUT_GRID_LIMIT_MAX,
		.offset = offsetof(struct panel, limit) },
	{ .name = "total", .type = CONFIG_BOOL, .offset = offsetof(struct panel, total) },
	{ .name = "logged_in_only", .type = CONFIG_BOOL, .offset = offsetof(struct panel, logged_in_only) },
	{ .name = "subteam_only", .type = CONFIG_BOOL, .offset = offsetof(struct panel, subteam_only) },
	{ .name = "alarmed_first", .type = CONFIG_BOOL, .offset = offsetof(struct panel, alarmed_first) },
	{ .name = "severity", .type = CONFIG_TEXT, .offset = offsetof(struct panel, severity_from) },
	{ .name = "digits", .type = CONFIG_READ, .read = read_digits, .offset = offsetof(struct panel, digits) },
	{ .name = "text", .type = CONFIG_LINES, .min = 1, .max = TEXT_MAX, .offset = offsetof(struct panel, text) },
	{ .name = "format", .type = CONFIG_TEXT, .min = 1, .max = 60, .offset = offsetof(struct panel, format) },
	{ .name = NULL },
};

enum {
	PANEL_KEY_COUNT = sizeof(panel_keys) / sizeof(panel_keys[0]) - 1,
	OPTION_KEY_COUNT = sizeof(option_keys) / sizeof(option_keys[0]) - 1,
};

/* The common keys and those of the type, as one table. */
static void keys_of(enum panel_type type, struct config_key out[PANEL_KEY_COUNT + OPTION_KEY_COUNT + 1])
{
	size_t used = PANEL_KEY_COUNT;
	memcpy(out, panel_keys, PANEL_KEY_COUNT * sizeof(*out));
	for (size_t i = 0; i < OPTION_KEY_COUNT; i++)
		if (panel_takes(type, option_keys[i].name))
			out[used++] = option_keys[i];
	out[used] = (struct config_key){ .name = NULL };
}

static bool read_type(const struct config_walk *walk, const struct config_node *node, struct panel *panel,
	struct error *error)
{
	if (config_kind(node) != CONFIG_GROUP)
		return config_error(node, error, "a panel must be in { braces }");
	const struct config_node *type = config_get(node, "type");
	if (type == NULL)
		return config_error(node, error, "panel needs 'type'");
	return config_read_value(walk, type, &panel_keys[1], panel, error);
}

/* A key of another type deserves a better answer than "unknown". */
static bool check_foreign(const struct config_node *node, const struct panel *panel, struct error *error)
{
	for (size_t i = 0; i < OPTION_KEY_COUNT; i++) {
		const struct config_node *option = config_get(node, option_keys[i].name);
		if (option != NULL && !panel_takes(panel->type, option_keys[i].name))
			return config_error(option, error, "'%s' does not belong to a panel of type %s", option_keys[i].name,
				panel_type_names[panel->type]);
	}
	return true;
}

static bool check_name(const struct config_node *node, const struct panel *panel, struct error *error)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
	static const char rest[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789-";
	if (strchr(letters, panel->name[0]) == NULL || strspn(panel->name, rest) != strlen(panel->name))
		return config_error(config_get(node, "name"), error,
			"the name of a panel is letters, digits, _ and -, and begins with a letter");
	return true;
}

static bool read_columns(const struct config_walk *walk, const struct config_node *node, struct panel *panel,
	struct error *error)
{
	const char *key = panel->type == PANEL_TOTALS ? "tiles" : "columns";
	if (!panel_takes(panel->type, key))
		return true;
	const struct config_node *list = config_get(node, key);
	if (list == NULL)
		return config_error(node, error, "a panel of type %s needs '%s'", panel_type_names[panel->type], key);
	return layout_read_columns(walk, list, panel, error);
}

static bool read_filters(const struct config_walk *walk, const struct config_node *node, struct panel *panel,
	struct error *error)
{
	const struct config_node *filter = config_get(node, "filter");
	static const struct config_key message = { .name = "filter", .type = CONFIG_TEXT };
	if (filter == NULL)
		return true;
	if (panel->type == PANEL_MESSAGES)
		return config_read_value(walk, filter, &message, &panel->message_filter, error);
	return read_filter(walk, filter, panel, error);
}

static void panel_defaults(struct panel *panel)
{
	panel->frame = true;
	panel->priority = 50;
	panel->limit = panel->type == PANEL_MESSAGES ? LAYOUT_MESSAGE_LIMIT : LAYOUT_GRID_LIMIT;
	panel->message_filter = "";
	panel->format = "%H:%M";
	panel->text = "";
}

bool layout_read_panel(const struct config_walk *walk, const struct config_node *node, struct panel *panel,
	struct error *error)
{
	struct config_key keys[PANEL_KEY_COUNT + OPTION_KEY_COUNT + 1];
	panel->line = config_line(node);
	if (!read_type(walk, node, panel, error))
		return false;
	panel_defaults(panel);
	keys_of(panel->type, keys);
	if (!check_foreign(node, panel, error) || !config_fill(walk, node, "panel", keys, panel, error) ||
		!check_name(node, panel, error) || !read_columns(walk, node, panel, error) ||
		!read_filters(walk, node, panel, error))
		return false;
	if (panel->title == NULL)
		panel->title = panel->name;
	if (panel->type == PANEL_TEXT && panel->text[0] == '\0')
		return config_error(node, error, "a panel of type text needs 'text'");
	if (panel->severity_from != NULL && panel_column(panel, panel->severity_from) < 0)
		return config_error(config_get(node, "severity"), error, "'%.60s' is no column of this panel",
			panel->severity_from);
	return true;
}
