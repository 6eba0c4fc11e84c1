#include "command/setup_files.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/config.h"
#include "base/log.h"
#include "base/os.h"

enum { LINES_MAX = 2000, BACKUPS_MAX = 99, FOLDERS_MAX = 32, NAME_COLUMNS = 11 };

/* ---- texts ---- */

/* A text of the configuration's syntax: all but these two stand for themselves. */
static void add_quoted(struct buffer *out, const char *text)
{
	buffer_text(out, "\"");
	for (; *text != '\0'; text++)
		buffer_print(out, "%s%c", *text == '"' || *text == '\\' ? "\\" : "", *text);
	buffer_text(out, "\"");
}

static void add_setting(struct buffer *out, const struct setup_value *value)
{
	buffer_print(out, "%-*s = ", NAME_COLUMNS, value->name);
	add_quoted(out, value->value);
}

void setup_text_new(struct buffer *out, const struct setup_value *values, unsigned count)
{
	buffer_text(out, "# The connection of cxwall, see cxwall.conf(5).\n");
	for (unsigned i = 0; i < count; i++) {
		if (values[i].value == NULL)
			continue;
		add_setting(out, &values[i]);
		buffer_text(out, "\n");
	}
}

/* Where the line's value in quotes ends, if it holds this setting and nothing else; NULL if not. */
static const char *value_end(const char *line, const char *end, const char *name)
{
	line += strspn(line, " \t");
	if (strncmp(line, name, strlen(name)) != 0)
		return NULL;
	line += strlen(name);
	line += strspn(line, " \t");
	if (*line != '=' && *line != ':')
		return NULL;
	line++;
	line += strspn(line, " \t");
	if (*line++ != '"')
		return NULL;
	while (line < end && *line != '"')
		line += *line == '\\' ? 2 : 1;
	if (line >= end)
		return NULL;
	const char *rest = ++line;
	rest += strspn(rest, " \t;,\r");
	bool alone = rest >= end || *rest == '#' || strncmp(rest, "//", 2) == 0;
	return alone ? line : NULL;
}

/* The same settings as they were wanted, by the same reader that commands have. */
static bool reads_back(const char *text, const struct setup_value *values, unsigned count)
{
	struct config *config = config_parse("cxwall.conf", text, NULL);
	bool good = config != NULL;
	for (unsigned i = 0; good && i < count; i++) {
		const struct config_node *node = config_get(config_root(config), values[i].name);
		good = values[i].value == NULL ? node == NULL : node != NULL && strcmp(config_string(node), values[i].value) == 0;
	}
	config_free(config);
	return good;
}

bool setup_text_changed(struct buffer *out, const char *old, const struct setup_value *values, unsigned count)
{
	struct config *config = config_parse("cxwall.conf", old, NULL);
	if (config == NULL)
		return false;
	int number = 1;
	bool good = true;
	for (const char *line = old; good && *line != '\0'; number++) {
		const char *end = strchr(line, '\n') != NULL ? strchr(line, '\n') : line + strlen(line);
		const struct setup_value *here = NULL;
		for (unsigned i = 0; i < count; i++) {
			const struct config_node *node = config_get(config_root(config), values[i].name);
			here = node != NULL && config_line(node) == number ? &values[i] : here;
		}
		const char *after = here != NULL ? value_end(line, end, here->name) : NULL;
		good = here == NULL || after != NULL;
		if (here == NULL) {
			buffer_add(out, line, (size_t)(end - line));
		} else if (good && here->value != NULL) {
			add_setting(out, here);
			buffer_add(out, after, (size_t)(end - after));
		}
		if (here == NULL || here->value != NULL)
			buffer_text(out, "\n");
		line = *end == '\n' ? end + 1 : end;
	}
	for (unsigned i = 0; good && i < count; i++) {
		if (values[i].value == NULL || config_get(config_root(config), values[i].name) != NULL)
			continue;
		add_setting(out, &values[i]);
		buffer_text(out, "\n");
	}
	config_free(config);
	return good && !out->full && reads_back(buffer_string(out), values, count);
}

struct lines {
	const char *at[LINES_MAX];
	int length[LINES_MAX];
	unsigned count;
};

static void split(struct lines *lines, const char *text)
{
	for (lines->count = 0; *text != '\0' && lines->count < LINES_MAX; lines->count++) {
		size_t length = strcspn(text, "\n");
		lines->at[lines->count] = text;
		lines->length[lines->count] = (int)length;
		text += length + (text[length] == '\n');
	}
}

static bool same_line(const struct lines *a, unsigned i, const struct lines *b, unsigned k)
{
	return a->length[i] == b->length[k] && memcmp(a->at[i], b->at[k], (size_t)a->length[i]) == 0;
}

/* The longest lines in common; those between are a change. Files of a person have a few dozen lines. */
static void compare_lines(struct buffer *out, const struct lines *a, const struct lines *b)
{
	unsigned width = b->count + 1, i = 0, k = 0;
	uint16_t *common = must_alloc((size_t)(a->count + 1) * width * sizeof(*common));
	memset(common, 0, (size_t)(a->count + 1) * width * sizeof(*common));
	for (unsigned x = a->count; x-- > 0;)
		for (unsigned y = b->count; y-- > 0;) {
			uint16_t down = common[(x + 1) * width + y], right = common[x * width + y + 1];
			common[x * width + y] = same_line(a, x, b, y) ? (uint16_t)(common[(x + 1) * width + y + 1] + 1)
				: down > right ? down : right;
		}
	while (i < a->count || k < b->count) {
		if (i < a->count && k < b->count && same_line(a, i, b, k)) {
			buffer_print(out, "  %.*s\n", b->length[k], b->at[k]);
			i++;
			k++;
		} else if (i < a->count && (k == b->count || common[(i + 1) * width + k] >= common[i * width + k + 1])) {
			buffer_print(out, "- %.*s\n", a->length[i], a->at[i]);
			i++;
		} else {
			buffer_print(out, "+ %.*s\n", b->length[k], b->at[k]);
			k++;
		}
	}
	free(common);
}

void setup_text_compare(struct buffer *out, const char *old, const char *text)
{
	struct lines *pair = must_alloc(2 * sizeof(*pair));
	split(&pair[0], old);
	split(&pair[1], text);
	compare_lines(out, &pair[0], &pair[1]);
	free(pair);
}

/* ---- files ---- */

static void folder_of(const char *path, char out[SETUP_PATH_MAX])
{
	/* The two may be one. */
	memmove(out, path, strlen(path) + 1);
	char *slash = strrchr(out, '/');
	if (slash == out)
		slash++;
	if (slash != NULL)
		*slash = '\0';
}

/* What others can write they can exchange, and the secret with it. */
static bool check_folder(const char *path, struct error *error)
{
	struct stat about;
	if (stat(path, &about) != 0)
		return error_set(error, "%.160s: %s", path, strerror(errno));
	if (!S_ISDIR(about.st_mode))
		return error_set(error, "%.160s is not a folder", path);
	if (access(path, W_OK | X_OK) != 0)
		return error_set(error, "%.160s cannot be written: %s", path, strerror(errno));
	return true;
}

static bool check_own_folder(const char *path, struct error *error)
{
	struct stat about;
	if (stat(path, &about) != 0)
		return true;
	if (about.st_uid != geteuid() && about.st_uid != 0)
		return error_set(error, "%.160s belongs to another user", path);
	return (about.st_mode & 022) == 0 || (about.st_mode & S_ISVTX) != 0 ||
		error_set(error, "others can write to %.140s: chmod go-w it first", path);
}

bool setup_file_find(struct setup_file *file, const char *path, struct error *error)
{
	struct stat about;
	char folder[SETUP_PATH_MAX];
	file->backup[0] = '\0';
	if (strlen(path) + 32 > SETUP_PATH_MAX)
		return error_set(error, "the path of the configuration is too long");
	snprintf(file->path, sizeof(file->path), "%s", path);
	file->exists = lstat(path, &about) == 0;
	if (file->exists) {
		char *whole = realpath(path, NULL);
		if (whole == NULL || strlen(whole) + 32 > SETUP_PATH_MAX) {
			free(whole);
			return error_set(error, "%.160s is a link that leads nowhere", path);
		}
		snprintf(file->path, sizeof(file->path), "%s", whole);
		free(whole);
		if (stat(file->path, &about) != 0 || !S_ISREG(about.st_mode))
			return error_set(error, "%.160s is not a file", path);
	}
	folder_of(file->path, folder);
	if (!check_own_folder(folder, error))
		return false;
	/* The nearest that is there: the others are made. */
	while (lstat(folder, &about) != 0 && errno == ENOENT && strcmp(folder, "/") != 0)
		folder_of(folder, folder);
	return check_folder(folder, error);
}

/* Folders that are made on the way, so that they can be removed again. */
struct folders {
	char made[FOLDERS_MAX][SETUP_PATH_MAX];
	unsigned count;
};

static bool make_folders(struct folders *folders, const char *path, struct error *error)
{
	char missing[SETUP_PATH_MAX];
	struct stat about;
	snprintf(missing, sizeof(missing), "%s", path);
	unsigned before = folders->count;
	while (stat(missing, &about) != 0 && folders->count < FOLDERS_MAX && strcmp(missing, "/") != 0) {
		snprintf(folders->made[folders->count++], SETUP_PATH_MAX, "%s", missing);
		folder_of(missing, missing);
	}
	/* From the top down; in the list they stay from the bottom up, as they are removed. */
	for (unsigned i = folders->count; i-- > before;)
		if (mkdir(folders->made[i], 0700) != 0 && errno != EEXIST)
			return error_set(error, "%.160s cannot be made: %s", folders->made[i], strerror(errno));
	return true;
}

static void remove_folders(const struct folders *folders)
{
	for (unsigned i = 0; i < folders->count; i++)
		(void)rmdir(folders->made[i]);
}

/* The same for each run, so that what a killed one left is found. */
static void staged_name(const struct setup_file *file, char out[SETUP_PATH_MAX])
{
	char folder[SETUP_PATH_MAX];
	folder_of(file->path, folder);
	snprintf(out, SETUP_PATH_MAX, "%.*s.%.200s.new", (int)(strlen(folder) + (strcmp(folder, "/") != 0)), file->path,
		strrchr(file->path, '/') + 1);
}

static bool stage(const struct setup_file *file, struct error *error)
{
	char name[SETUP_PATH_MAX];
	staged_name(file, name);
	(void)unlink(name);
	int out = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool good = out >= 0 && os_write_all(out, file->bytes, file->length) && fsync(out) == 0;
	int why = errno;
	if (out >= 0 && close(out) != 0 && good) {
		good = false;
		why = errno;
	}
	if (!good && out >= 0)
		(void)unlink(name);
	return good || error_set(error, "%.160s cannot be written: %s", file->path, strerror(why));
}

static void unstage(const struct setup_file *file)
{
	char name[SETUP_PATH_MAX];
	staged_name(file, name);
	(void)unlink(name);
}

/* A second name for the former file: no bytes are copied, so that a full disk does not matter. */
static bool keep_former(struct setup_file *file, struct error *error)
{
	if (!file->exists)
		return true;
	for (int number = 1; number <= BACKUPS_MAX; number++) {
		snprintf(file->backup, sizeof(file->backup), number == 1 ? "%.1000s.bak" : "%.1000s.bak%d", file->path, number);
		if (link(file->path, file->backup) == 0)
			return true;
		if (errno != EEXIST)
			break;
	}
	file->backup[0] = '\0';
	return error_set(error, "the former %.140s cannot be kept beside it: %s", file->path, strerror(errno));
}

/* The file is as it was before place(). */
static void put_back(const struct setup_file *file)
{
	if (!file->exists)
		(void)unlink(file->path);
	else if (file->backup[0] != '\0')
		(void)rename(file->backup, file->path);
}

static bool place(struct setup_file *file, struct error *error)
{
	char name[SETUP_PATH_MAX];
	staged_name(file, name);
	if (!keep_former(file, error))
		return false;
	if (rename(name, file->path) == 0)
		return true;
	error_set(error, "%.160s cannot be replaced: %s", file->path, strerror(errno));
	/* Both names are still those of the former one: rename() would do nothing. */
	if (file->backup[0] != '\0')
		(void)unlink(file->backup);
	file->backup[0] = '\0';
	return false;
}

static bool write_all(struct setup_file *files, unsigned count, struct folders *folders, struct error *error)
{
	char folder[SETUP_PATH_MAX];
	unsigned staged = 0, placed = 0;
	bool good = true;
	for (; good && staged < count; staged += good) {
		folder_of(files[staged].path, folder);
		good = files[staged].bytes == NULL || (make_folders(folders, folder, error) && stage(&files[staged], error));
	}
	for (; good && placed < count; placed += good)
		good = files[placed].bytes == NULL || place(&files[placed], error);
	if (good)
		return true;
	for (unsigned i = 0; i < placed; i++)
		if (files[i].bytes != NULL)
			put_back(&files[i]);
	for (unsigned i = 0; i < staged; i++)
		if (files[i].bytes != NULL)
			unstage(&files[i]);
	remove_folders(folders);
	return false;
}

bool setup_files_write(struct setup_file *files, unsigned count, struct error *error)
{
	struct folders *folders = must_alloc(sizeof(*folders));
	sigset_t all, before;
	folders->count = 0;
	/* A signal waits until all is written or nothing is. */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	bool good = write_all(files, count, folders, error);
	sigprocmask(SIG_SETMASK, &before, NULL);
	free(folders);
	return good;
}
