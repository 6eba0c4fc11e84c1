#include "command/layout_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/os.h"
#include "base/text.h"
#include "command/app.h"

/* ---- the name ---- */

struct same_name {
	const char *name;
	char where[256]; /* "": none has it */
};

static void find_name(void *context, const char *name, const char *where)
{
	struct same_name *same = context;
	if (same->where[0] == '\0' && strcmp(name, same->name) == 0)
		snprintf(same->where, sizeof(same->where), "%s", where);
}

bool layout_file_path(const char *name, char path[LAYOUT_PATH_MAX], struct error *error)
{
	char clean[2 * LAYOUT_NAME_MAX], folder[512], shown[600];
	struct same_name same = { .name = name, .where = "" };
	if (name[0] == '\0')
		return error_set(error, "A layout needs a name, such as 'mine'.");
	if (strlen(name) >= LAYOUT_NAME_MAX)
		return error_set(error, "This name is too long. A layout's name has at most %d characters.", LAYOUT_NAME_MAX - 1);
	if (strchr(name, '/') != NULL)
		return error_set(error, "'%.60s' contains a /. A layout's name is not a path.", name);
	if (name[0] == '.' || name[0] == '-')
		return error_set(error, "A layout's name cannot begin with '%c'.", name[0]);
	size_t length = text_scrub(clean, sizeof(clean), name, strlen(name));
	if (length != strlen(name) || strcmp(clean, name) != 0 || strpbrk(name, " \"'\\$`*?[]{}()<>|&;!~#\t") != NULL)
		return error_set(error, "'%.60s' cannot be typed as one word. Use letters, digits, - and _.", clean);
	app_each_layout(find_name, &same);
	if (same.where[0] == '/') {
		os_short_path(same.where, shown, sizeof(shown));
		return error_set(error, "A layout '%s' already exists in %.120s. Choose another name.", name, shown);
	}
	if (same.where[0] != '\0')
		return error_set(error, "'%s' is a layout of cxwall itself. Choose another name.", name);
	if (!os_user_path(OS_FOLDER_CONFIG, "cxwall/layouts", folder, sizeof(folder)))
		return error_set(error, errno == ENOENT ? "Neither XDG_CONFIG_HOME nor HOME says where your layouts are."
			: "The path of your layouts is too long.");
	snprintf(path, LAYOUT_PATH_MAX, "%s/%s.conf", folder, name);
	return true;
}

/* ---- the file ---- */

static bool make_folder_of(const char *path, struct error *error)
{
	char folder[LAYOUT_PATH_MAX];
	const char *slash = strrchr(path, '/');
	if (slash == NULL || slash == path)
		return true;
	snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path), path);
	return os_make_folders(folder) || error_set(error, "cannot make %.180s: %s", folder, strerror(errno));
}

/* Complete on the disk, under a name that nobody looks for. */
static bool write_beside(const char *path, const struct buffer *text)
{
	int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (file < 0)
		return false;
	/* Whatever the umask: a layout that others can write runs no commands, and one that they cannot read is of no use to them. */
	bool good = fchmod(file, 0644) == 0 && os_write_all(file, text->data, text->length) && fsync(file) == 0;
	int why = errno;
	good = close(file) == 0 && good;
	if (!good) {
		unlink(path);
		errno = why;
	}
	return good;
}

bool layout_file_write(const char *path, const struct buffer *text, struct error *error)
{
	char beside[LAYOUT_PATH_MAX + 32], shown[LAYOUT_PATH_MAX];
	struct stat about;
	os_short_path(path, shown, sizeof(shown));
	if (strlen(path) >= LAYOUT_PATH_MAX)
		return error_set(error, "the path of the layout is too long");
	if (lstat(path, &about) == 0)
		return error_set(error, "%.180s already exists and is not overwritten. Choose another name.", shown);
	if (!make_folder_of(path, error))
		return false;
	snprintf(beside, sizeof(beside), "%s.%016llx", path, (unsigned long long)os_random());
	if (!write_beside(beside, text))
		return error_set(error, "cannot write %.180s: %s", shown, strerror(errno));
	/* A link is made only where there is nothing, unlike a new name. */
	bool good = link(beside, path) == 0;
	int why = errno;
	unlink(beside);
	if (good)
		return true;
	if (why == EEXIST)
		return error_set(error, "%.180s already exists and is not overwritten. Choose another name.", shown);
	return error_set(error, "cannot write %.180s: %s", shown, strerror(why));
}

/* ---- what it says of itself ---- */

/* "services Sales, Support and 5 more" */
static void put_choice(struct buffer *out, const struct choice *choice, enum choice_kind kind)
{
	enum { NAMED_COLUMNS = 70 };
	int columns = 0;
	buffer_text(out, choice->names.count == 1 ? (kind == CHOICE_TEAMS ? "team " : "service ") : choice_keys[kind]);
	buffer_text(out, choice->names.count == 1 ? "" : " ");
	for (unsigned i = 0; i < choice->names.count; i++) {
		columns += text_width(choice->names.items[i]) + 2;
		if (i > 0 && columns > NAMED_COLUMNS) {
			buffer_print(out, " and %u more", choice->names.count - i);
			return;
		}
		buffer_print(out, "%s%s", i > 0 ? ", " : "", choice->names.items[i]);
	}
	if (choice->names.count == 0)
		buffer_text(out, "all");
}

/* Whether all pages that have a panel for it have the same choice. */
static bool is_same_choice(const struct layout *from, const struct layout_changes *changes, enum choice_kind kind)
{
	const struct choice *first = NULL;
	for (unsigned page = 0; page < from->page_count; page++) {
		const struct choice *choice = &changes->choices[page][kind];
		if (!choice_suits(from, page, kind))
			continue;
		if (first != NULL && (first->made != choice->made || !texts_same(&first->names, &choice->names)))
			return false;
		first = choice;
	}
	return true;
}

static void put_choices(struct buffer *out, const struct layout *from, const struct layout_changes *changes)
{
	const char *before = ": ";
	for (int kind = 0; kind < CHOICES; kind++) {
		bool same = is_same_choice(from, changes, (enum choice_kind)kind), said = false;
		for (unsigned page = 0; page < from->page_count && !(same && said); page++) {
			if (!changes->choices[page][kind].made)
				continue;
			buffer_text(out, before);
			if (!same)
				buffer_print(out, "page %u ", page + 1);
			put_choice(out, &changes->choices[page][kind], (enum choice_kind)kind);
			before = "; ";
			said = true;
		}
	}
}

bool layout_file_title(const struct layout *from, const struct layout_changes *changes, struct buffer *out)
{
	enum { NAMES_COLUMNS = 40, TITLE_BYTES = 255 };
	struct buffer names;
	bool any = false;
	buffer_init(&names, LAYOUT_TEXT_MAX);
	for (int kind = 0; kind < CHOICES; kind++) {
		const struct choice *choice = NULL;
		for (unsigned page = 0; page < from->page_count && choice == NULL; page++)
			if (changes->choices[page][kind].made)
				choice = &changes->choices[page][kind];
		if (choice == NULL || choice->names.count == 0 || !is_same_choice(from, changes, (enum choice_kind)kind))
			continue;
		buffer_clear(&names);
		for (unsigned i = 0; i < choice->names.count; i++)
			buffer_print(&names, "%s%s", i > 0 ? ", " : "", choice->names.items[i]);
		buffer_print(out, "%s", any ? "; " : from->title);
		buffer_text(out, any ? "" : ": ");
		if (text_width(buffer_string(&names)) <= NAMES_COLUMNS)
			buffer_text(out, buffer_string(&names));
		else
			buffer_print(out, "%u %s", choice->names.count, choice_keys[kind]);
		any = true;
	}
	buffer_free(&names);
	return any && !out->full && out->length <= TITLE_BYTES;
}

void layout_file_head(const struct layout *from, const struct layout_changes *changes, struct buffer *out)
{
	char day[32];
	(void)text_clock(day, sizeof(day), clock_wall_ms(), "%Y-%m-%d");
	buffer_text(out, changes->title != NULL ? changes->title : from->title);
	put_choices(out, from, changes);
	buffer_print(out, "\nMade by cxwall %s on %s from the layout '%s' (%s).\n"
		"cxwall-layout(5) explains each setting; `cxwall list statistics` names what can be shown.",
		PACKAGE_VERSION, day, from->name, strncmp(from->source, "built-in", 8) == 0 ? "built in" : from->source);
}
