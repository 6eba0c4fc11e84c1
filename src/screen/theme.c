#include "screen/theme.h"

#include <dirent.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <curses.h>

#include "base/config.h"
#include "base/os.h"
#include "base/text.h"

enum { PATH_ROOM = 512, THEME_BYTES = 16 * 1024 };

/* ---- one file ---- */

/* The theme that is shipped under that name; -1: none is. */
static int shipped_theme(const char *name)
{
	for (int i = 0; i < THEMES; i++)
		if (strcmp(theme_names[i + 1], name) == 0)
			return i;
	return -1;
}

static const char *color_name_at(const void *unused, size_t index)
{
	(void)unused;
	return palette_name(index);
}

static bool read_color(const struct config_walk *walk, const struct config_node *node, void *field, struct error *error)
{
	int *color = field;
	const char *text = config_string(node);
	double number = config_number(node);
	(void)walk;
	if (config_kind(node) == CONFIG_INTEGER) {
		*color = (int)number;
		return (number >= 0 && number < PALETTE_COLORS) || config_error(node, error, "%s must be from 0 to 255", config_name(node));
	}
	if (config_kind(node) != CONFIG_STRING)
		return config_error(node, error, "%s is a colour: \"#ffaf00\", a name such as \"red\", or a number from 0 to 255",
			config_name(node));
	if (strcmp(text, "default") == 0) {
		*color = PALETTE_OWN;
		return true;
	}
	return palette_read(text, color) || config_error(node, error, "unknown colour '%.40s'%s", text,
		text_hint(text_nearest(text, color_name_at, NULL), ": use \"#ffaf00\", a name such as \"red\", or a number from 0 to 255").text);
}

struct role_entry {
	int fg, bg;
	bool bold, dim, underline, reverse;
};

static const struct config_key role_keys[] = {
	{ .name = "fg", .type = CONFIG_READ, .offset = offsetof(struct role_entry, fg), .read = read_color },
	{ .name = "bg", .type = CONFIG_READ, .offset = offsetof(struct role_entry, bg), .read = read_color },
	{ .name = "bold", .type = CONFIG_BOOL, .offset = offsetof(struct role_entry, bold) },
	{ .name = "dim", .type = CONFIG_BOOL, .offset = offsetof(struct role_entry, dim) },
	{ .name = "underline", .type = CONFIG_BOOL, .offset = offsetof(struct role_entry, underline) },
	{ .name = "reverse", .type = CONFIG_BOOL, .offset = offsetof(struct role_entry, reverse) },
	{ .name = NULL },
};

/* What a role says counts alone: only its background stays that of the theme behind it, so that a wall has one. */
static bool read_role(const struct config_walk *walk, const struct config_node *node, void *field, struct error *error)
{
	struct theme *theme = walk->context;
	struct role_entry entry = { .fg = PALETTE_OWN, .bg = PALETTE_OWN };
	int role = 0;
	(void)field;
	while (role_names[role] != NULL && strcmp(role_names[role], config_name(node)) != 0)
		role++;
	if (config_kind(node) != CONFIG_GROUP)
		return config_error(node, error, "%s is a group: %s = { fg = \"#ffaf00\" }", config_name(node), config_name(node));
	if (config_get(node, "bg") == NULL && theme->base == THEME_CONTRAST)
		entry.bg = theme->looks[ROLE_TEXT].bg;
	if (!config_fill(walk, node, config_name(node), role_keys, &entry, error))
		return false;
	theme->own[role] = true;
	theme->looks[role] = (struct look){ entry.fg, entry.bg, (entry.bold ? A_BOLD : 0) | (entry.dim ? A_DIM : 0) |
		(entry.underline ? A_UNDERLINE : 0) | (entry.reverse ? A_REVERSE : 0) };
	return true;
}

struct head {
	int base, background;
};

static const struct config_key base_key = { .name = "base", .type = CONFIG_CHOICE, .choices = &theme_names[1],
	.offset = offsetof(struct head, base) };

/* The shipped theme behind it comes first, whatever the order of the file is. */
static bool read_base(const struct config_walk *walk, const struct config_node *root, struct theme *theme, struct error *error)
{
	struct themes themes;
	struct head head = { .base = THEME_DARK };
	const struct config_node *node = config_get(root, "base");
	char name[THEME_NAME_MAX];
	if (node != NULL && !config_read_value(walk, node, &base_key, &head, error))
		return false;
	themes_init(&themes);
	memcpy(name, theme->name, sizeof(name));
	*theme = themes.items[head.base];
	memcpy(theme->name, name, sizeof(name));
	return true;
}

static bool read_theme(struct theme *theme, const struct config_node *root, struct error *error)
{
	struct arena arena;
	struct config_walk walk = { .arena = &arena, .context = theme };
	struct config_key keys[ROLE_COUNT + 3] = { base_key,
		{ .name = "background", .type = CONFIG_CHOICE, .choices = background_names, .offset = offsetof(struct head, background) } };
	for (int role = 0; role < ROLE_COUNT; role++)
		keys[role + 2] = (struct config_key){ .name = role_names[role], .type = CONFIG_READ, .read = read_role };
	arena_init(&arena, THEME_BYTES);
	bool good = read_base(&walk, root, theme, error);
	struct head head = { .background = theme->background };
	good = good && config_fill(&walk, root, "the theme", keys, &head, error);
	theme->background = (enum background)head.background;
	arena_free(&arena);
	return good;
}

static bool read_config(struct theme *theme, const char *name, struct config *config, struct error *error)
{
	*theme = (struct theme){ .base = THEME_DARK };
	(void)snprintf(theme->name, sizeof(theme->name), "%s", name);
	bool good = config != NULL && read_theme(theme, config_root(config), error);
	config_free(config);
	return good;
}

bool theme_parse(struct theme *theme, const char *name, const char *source, const char *text, struct error *error)
{
	return read_config(theme, name, config_parse(source, text, error), error);
}

/* ---- the folder ---- */

static bool theme_folder(char *out, size_t size)
{
	return os_user_path(OS_FOLDER_CONFIG, "cxwall/themes", out, size);
}

/* A name of a file in the folder, and not a way out of it. */
static bool theme_path(const char *name, char *out, size_t size)
{
	char folder[PATH_ROOM];
	if (name[0] == '\0' || name[0] == '.' || strchr(name, '/') != NULL || strlen(name) >= THEME_NAME_MAX ||
		!theme_folder(folder, sizeof(folder)))
		return false;
	return snprintf(out, size, "%s/%s.conf", folder, name) < (int)size;
}

/* The user's themes by name: sorted, so that the key goes through them in the same order each time. */
struct own_themes {
	unsigned count;
	char names[THEMES_MAX - THEMES][THEME_NAME_MAX];
};

static int compare_names(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void list_own(struct own_themes *own)
{
	char folder[PATH_ROOM];
	struct dirent *entry;
	own->count = 0;
	DIR *dir = theme_folder(folder, sizeof(folder)) ? opendir(folder) : NULL;
	while (dir != NULL && (entry = readdir(dir)) != NULL && own->count < THEMES_MAX - THEMES) {
		size_t length = strlen(entry->d_name);
		if (length <= 5 || length - 5 >= THEME_NAME_MAX || entry->d_name[0] == '.' ||
			strcmp(entry->d_name + length - 5, ".conf") != 0)
			continue;
		entry->d_name[length - 5] = '\0';
		if (strcmp(entry->d_name, theme_names[0]) != 0 && shipped_theme(entry->d_name) < 0)
			(void)snprintf(own->names[own->count++], THEME_NAME_MAX, "%.31s", entry->d_name);
	}
	if (dir != NULL)
		closedir(dir);
	qsort(own->names, own->count, THEME_NAME_MAX, compare_names);
}

static const char *known_name_at(const void *context, size_t index)
{
	const struct own_themes *own = context;
	if (index <= THEMES)
		return theme_names[index];
	return index - THEMES - 1 < own->count ? own->names[index - THEMES - 1] : NULL;
}

bool theme_known(const char *name, struct error *error)
{
	char path[PATH_ROOM], folder[PATH_ROOM], all[ERROR_TEXT / 2] = "";
	struct own_themes own;
	if (strcmp(name, theme_names[0]) == 0 || shipped_theme(name) >= 0)
		return true;
	if (theme_path(name, path, sizeof(path)) && access(path, F_OK) == 0)
		return true;
	list_own(&own);
	const char *near = text_nearest(name, known_name_at, &own);
	if (near != NULL)
		return error_set(error, "unknown theme '%.40s' (did you mean '%s'?)", name, near);
	for (size_t i = 0, used = 0; known_name_at(&own, i) != NULL && used < sizeof(all); i++)
		used += (size_t)snprintf(all + used, sizeof(all) - used, "%s%s", i > 0 ? ", " : "", known_name_at(&own, i));
	if (!theme_folder(folder, sizeof(folder)))
		return error_set(error, "unknown theme '%.40s': use one of %s", name, all);
	return error_set(error, "unknown theme '%.40s': use one of %s, or write %.200s/NAME.conf", name, all, folder);
}

static bool load_own(struct theme *theme, const char *name, struct error *error)
{
	char path[PATH_ROOM];
	if (!theme_path(name, path, sizeof(path)))
		return theme_known(name, error);
	return read_config(theme, name, config_load(path, error), error);
}

bool themes_load(struct themes *themes, const char *name, struct error *error)
{
	struct own_themes own;
	struct error ignored;
	themes_init(themes);
	if (name != NULL && strcmp(name, theme_names[0]) != 0) {
		if (!theme_known(name, error))
			return false;
		themes->chosen = shipped_theme(name);
	}
	bool found = name == NULL || themes->chosen >= 0 || strcmp(name, theme_names[0]) == 0;
	list_own(&own);
	for (unsigned i = 0; i < own.count; i++) {
		struct theme *theme = &themes->items[themes->count];
		bool wanted = !found && strcmp(own.names[i], name) == 0;
		if (load_own(theme, own.names[i], wanted ? error : &ignored))
			themes->count++;
		else if (wanted)
			return false;
		if (wanted) {
			themes->chosen = (int)themes->count - 1;
			found = true;
		}
	}
	/* One of very many. */
	if (!found && load_own(&themes->items[THEMES_MAX - 1], name, error)) {
		themes->count = THEMES_MAX;
		themes->chosen = THEMES_MAX - 1;
		found = true;
	}
	return found;
}
