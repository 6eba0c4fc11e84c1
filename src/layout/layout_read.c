/* Reading a layout: the file, its pages and rows. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "layout/layout_parts.h"

enum {
	LAYOUT_BYTES_MAX = 8 * 1024 * 1024, /* many times the largest file that is read */
	PAGE_SECONDS_MAX = 86400,
};

static const char *const rotate_names[] = { "on", "alarms", "hold", NULL };
static const char *const status_names[] = { "on", "off", NULL };

/* While a file is read: the panels of all pages go into one array. */
struct reading {
	struct layout *layout;
};

bool layout_room(const struct config_walk *walk, const struct config_node *node, size_t count, size_t size, void *out,
	struct error *error)
{
	void *memory = arena_alloc(walk->arena, count * size + 1);
	if (memory == NULL)
		return config_error(node, error, "the file is too large");
	memcpy(out, &memory, sizeof(memory));
	return true;
}

bool layout_list(const struct config_node *node, const char *what, unsigned max, struct error *error)
{
	enum config_kind kind = config_kind(node);
	if (kind != CONFIG_LIST && kind != CONFIG_ARRAY)
		return config_error(node, error, "%s must be a list in ( brackets )", what);
	if (config_length(node) == 0)
		return config_error(node, error, "%s must not be empty", what);
	if (config_length(node) > max)
		return config_error(node, error, "more than %u %s", max, what);
	return true;
}

static bool add_panel(const struct config_walk *walk, const struct config_node *node, struct panel **out,
	struct error *error)
{
	struct layout *layout = ((struct reading *)walk->context)->layout;
	if (layout->panel_count == LAYOUT_PANELS_MAX)
		return config_error(node, error, "more than %d panels", LAYOUT_PANELS_MAX);
	struct panel *panel = &layout->panels[layout->panel_count];
	if (!layout_read_panel(walk, node, panel, error))
		return false;
	const struct panel *same = layout_panel(layout, panel->name);
	if (same != NULL)
		return config_error(config_get(node, "name"), error, "another panel is called '%s' (line %d)", panel->name,
			same->line);
	panel->index = layout->panel_count++;
	*out = panel;
	return true;
}

static bool read_panels(const struct config_walk *walk, const struct config_node *node, void *field,
	struct error *error)
{
	struct layout_row *row = field;
	if (!layout_list(node, "panels", LAYOUT_PANELS_MAX, error) ||
		!layout_room(walk, node, config_length(node), sizeof(*row->panels), &row->panels, error))
		return false;
	for (unsigned i = 0; i < config_length(node); i++, row->panel_count++)
		if (!add_panel(walk, config_at(node, i), &row->panels[i], error))
			return false;
	return true;
}

/* Heights of rows are read as the widths of panels are. */
static const struct config_key row_keys[] = {
	{ .name = "height", .type = CONFIG_READ, .read = layout_read_size, .offset = offsetof(struct layout_row, height) },
	{ .name = "priority", .type = CONFIG_INT, .min = 0, .max = 1000, .offset = offsetof(struct layout_row, priority) },
	{ .name = "panels", .type = CONFIG_READ, .required = true, .read = read_panels },
	{ .name = NULL },
};

static bool read_rows(const struct config_walk *walk, const struct config_node *node, void *field, struct error *error)
{
	struct page *page = field;
	if (!layout_list(node, "rows", LAYOUT_ROWS_MAX, error) ||
		!layout_room(walk, node, config_length(node), sizeof(*page->rows), &page->rows, error))
		return false;
	for (unsigned i = 0; i < config_length(node); i++, page->row_count++) {
		page->rows[i].priority = 50;
		if (!config_fill(walk, config_at(node, i), "row", row_keys, &page->rows[i], error))
			return false;
	}
	return true;
}

/* Whole seconds: the wall turns pages with its clock. */
static bool read_page_seconds(const struct config_walk *walk, const struct config_node *node, void *field,
	struct error *error)
{
	static const struct config_key key = { .name = "seconds", .type = CONFIG_SECONDS, .min = 0, .max = PAGE_SECONDS_MAX };
	double seconds;
	if (!config_read_value(walk, node, &key, &seconds, error))
		return false;
	*(int *)field = (int)seconds;
	return *(int *)field == seconds || config_error(node, error, "seconds must be whole seconds");
}

static const struct config_key page_keys[] = {
	{ .name = "title", .type = CONFIG_TEXT, .offset = offsetof(struct page, title) },
	{ .name = "seconds", .type = CONFIG_READ, .read = read_page_seconds, .offset = offsetof(struct page, seconds) },
	{ .name = "rows", .type = CONFIG_READ, .required = true, .read = read_rows },
	{ .name = NULL },
};

static bool read_pages(const struct config_walk *walk, const struct config_node *node, void *field, struct error *error)
{
	struct layout *layout = field;
	if (!layout_list(node, "pages", LAYOUT_PAGES_MAX, error) ||
		!layout_room(walk, node, config_length(node), sizeof(*layout->pages), &layout->pages, error))
		return false;
	for (unsigned i = 0; i < config_length(node); i++, layout->page_count++) {
		layout->pages[i].title = "";
		if (!config_fill(walk, config_at(node, i), "page", page_keys, &layout->pages[i], error))
			return false;
	}
	return true;
}

static const struct config_key layout_keys[] = {
	{ .name = "title", .type = CONFIG_TEXT, .offset = offsetof(struct layout, title) },
	{ .name = "interval", .type = CONFIG_SECONDS, .min = INTERVAL_MIN, .max = INTERVAL_MAX, .offset = offsetof(struct layout, interval) },
	{ .name = "rotate", .type = CONFIG_CHOICE, .choices = rotate_names, .offset = offsetof(struct layout, rotate) },
	{ .name = "status", .type = CONFIG_CHOICE, .choices = status_names, .offset = offsetof(struct layout, status) },
	{ .name = "pages", .type = CONFIG_READ, .required = true, .read = read_pages },
	{ .name = "alerts", .type = CONFIG_READ, .read = layout_read_alerts },
	{ .name = NULL },
};

static bool read_layout(struct layout *layout, const struct config *config, const char *name, const char *source,
	struct error *error)
{
	struct reading reading = { .layout = layout };
	struct config_walk walk = { .arena = &layout->arena, .context = &reading };
	const struct config_node *root = config_root(config);
	layout->title = "cxwall";
	layout->name = arena_copy(&layout->arena, name, strlen(name));
	layout->source = arena_copy(&layout->arena, source, strlen(source));
	return layout_room(&walk, root, LAYOUT_PANELS_MAX, sizeof(*layout->panels), &layout->panels, error) &&
		config_fill(&walk, root, "layout", layout_keys, layout, error) &&
		layout_check_alerts(layout, config_get(root, "alerts"), error) && layout_gather_edges(layout, error);
}

/* Takes the parsed file, or NULL after an error. */
static struct layout *layout_from(struct config *config, const char *name, const char *source, struct error *error)
{
	if (config == NULL)
		return NULL;
	struct layout *layout = must_alloc(sizeof(*layout));
	*layout = (struct layout){ 0 };
	arena_init(&layout->arena, LAYOUT_BYTES_MAX);
	if (!read_layout(layout, config, name, source, error)) {
		layout_free(layout);
		layout = NULL;
	}
	config_free(config);
	return layout;
}

/* Without folder and suffix. */
static void name_of(const char *path, char *out, size_t size)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash == NULL ? path : slash + 1;
	size_t length = strlen(base);
	if (length > 5 && strcmp(base + length - 5, ".conf") == 0)
		length -= 5;
	if (length >= size)
		length = size - 1;
	memcpy(out, base, length);
	out[length] = '\0';
}

struct layout *layout_load_open(const char *path, const struct file_text *file, struct error *error)
{
	char name[64];
	name_of(path, name, sizeof(name));
	struct layout *layout = layout_from(config_parse(path, buffer_string(&file->text), error), name, path, error);
	if (layout != NULL) {
		layout->stamp = file->stamp;
		layout->sum = file->sum;
	}
	return layout;
}

struct layout *layout_load(const char *path, struct error *error)
{
	struct file_text file;
	if (!file_text_read(&file, path, CONFIG_BYTES_MAX, error))
		return NULL;
	struct layout *layout = layout_load_open(path, &file, error);
	file_text_close(&file);
	return layout;
}

struct layout *layout_parse(const char *name, const char *source, const char *text, struct error *error)
{
	return layout_from(config_parse(source, text, error), name, source, error);
}
