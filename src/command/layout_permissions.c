#include "command/layout_permissions.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/text.h"

enum {
	PERMISSIONS_PATH_MAX = 4096, /* the kernel's limit of a path */
	LINKS_MAX = 40,        /* the kernel's limit of links in a path */
	ABOVE_MAX = 256,       /* folders above the current one */
	ADVICE_ROOM = 100,     /* of an error's text for a path: the rest says what is wrong */
	PATH_LEAST = 20,       /* ... for the file that is refused */
};

static const char path_too_long[] = "its path is too long";

/* ---- a group that has one member ---- */

/* Only local accounts are looked at: a server of accounts may not answer, and would keep a running wall waiting. */
static bool is_primary_group_of_one(gid_t group, uid_t user, char *name, size_t size)
{
	FILE *file = fopen("/etc/passwd", "re");
	bool own = false, others = false;
	struct passwd *entry;
	while (file != NULL && (entry = fgetpwent(file)) != NULL) {
		if (entry->pw_gid != group)
			continue;
		if (entry->pw_uid == user && !own) {
			own = true;
			snprintf(name, size, "%s", entry->pw_name);
		} else {
			others = true;
		}
	}
	if (file != NULL)
		fclose(file);
	return own && !others;
}

static bool has_no_other_member(gid_t group, const char *user)
{
	FILE *file = fopen("/etc/group", "re");
	bool alone = false;
	struct group *entry;
	while (file != NULL && (entry = fgetgrent(file)) != NULL) {
		if (entry->gr_gid != group)
			continue;
		/* A second entry of the same number may add members. */
		alone = true;
		for (char **member = entry->gr_mem; *member != NULL; member++)
			alone = alone && strcmp(*member, user) == 0;
		if (!alone)
			break;
	}
	if (file != NULL)
		fclose(file);
	return alone;
}

/* With an access list the group's bits stand for everybody whom the list names. */
static bool has_access_list(int fd)
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return getxattr(path, "system.posix_acl_access", NULL, 0) >= 0 || (errno != ENODATA && errno != ENOTSUP);
}

/* With umask 002 the group may write what a user makes; where that group is the user alone, nobody else can. */
static bool is_private_group(int fd, gid_t group)
{
	char name[256];
	/* Group 0 is never private: on many machines its members are the administrators. */
	return group != 0 && is_primary_group_of_one(group, geteuid(), name, sizeof(name)) &&
		has_no_other_member(group, name) && !has_access_list(fd);
}

/* ---- one file, folder or link ---- */

/* Where it is: as the kernel names it, or its last part if that is too long for a message. */
static void shown_path(int fd, char *out, size_t size)
{
	char link[64], path[PERMISSIONS_PATH_MAX];
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	ssize_t length = readlink(link, path, sizeof(path) - 1);
	path[length > 0 ? length : 0] = '\0';
	const char *slash = strrchr(path, '/');
	const char *shown = slash != NULL && (size_t)length >= size ? slash + 1 : path;
	/* Anybody may have named the folders behind a link, so the name is scrubbed. */
	text_scrub(out, size, shown, strlen(shown));
}

static mode_t others_may_write(int fd, const struct stat *about)
{
	mode_t others = about->st_mode & (S_IWGRP | S_IWOTH);
	if (S_ISDIR(about->st_mode) && (about->st_mode & S_ISVTX))
		return 0;
	if (others == S_IWGRP && is_private_group(fd, about->st_gid))
		return 0;
	return others;
}

static bool permissions_check(int fd, const struct stat *about, const char *what, struct error *error)
{
	char place[ADVICE_ROOM];
	shown_path(fd, place, sizeof(place));
	if (about->st_uid != 0 && about->st_uid != geteuid())
		return error_set(error, "%s belongs to another user: %s", what, place);
	if (S_ISLNK(about->st_mode))
		return true;
	mode_t others = others_may_write(fd, about);
	if (others == 0)
		return true;
	return error_set(error, "others can write %s: chmod %s-w %s", what,
		others == S_IWGRP ? "g" : others == S_IWOTH ? "o" : "go", place);
}

/* ---- from the root to the file ---- */

struct path_walk {
	int folder;                /* where we are */
	char rest[PERMISSIONS_PATH_MAX]; /* the path from there */
	unsigned links;
};

static const char *walk_folder_name(const struct path_walk *way)
{
	return strchr(way->rest + strspn(way->rest, "/"), '/') == NULL ? "its folder" : "a folder above it";
}

/* Goes on from another folder, which must pass the check. */
static bool walk_enter(struct path_walk *way, int folder, struct error *error)
{
	struct stat about;
	if (way->folder >= 0)
		close(way->folder);
	way->folder = folder;
	if (folder < 0 || fstat(folder, &about) != 0)
		return error_set(error, "%s cannot be opened: %s", walk_folder_name(way), strerror(errno));
	return permissions_check(folder, &about, walk_folder_name(way), error);
}

/* A relative path begins in the current folder, so the folders above that are checked as well. */
static bool permissions_check_above(struct error *error)
{
	struct stat here, above;
	int at = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	bool good = at >= 0 && fstat(at, &here) == 0;
	if (!good)
		error_set(error, "its folder cannot be opened: %s", strerror(errno));
	for (unsigned i = 0; good; i++) {
		int next = i < ABOVE_MAX ? openat(at, "..", O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
		close(at);
		at = next;
		good = at >= 0 && fstat(at, &above) == 0;
		if (!good) {
			error_set(error, "a folder above it cannot be opened: %s", strerror(errno));
			break;
		}
		if (above.st_dev == here.st_dev && above.st_ino == here.st_ino)
			break;
		here = above;
		good = permissions_check(at, &above, "a folder above it", error);
	}
	if (at >= 0)
		close(at);
	return good;
}

static bool walk_begin(struct path_walk *way, struct error *error)
{
	const char *from = way->rest[0] == '/' ? "/" : ".";
	if (way->rest[0] != '/' && way->folder < 0 && !permissions_check_above(error))
		return false;
	if (way->rest[0] != '/' && way->folder >= 0)
		return true;
	return walk_enter(way, open(from, O_PATH | O_DIRECTORY | O_CLOEXEC), error);
}

/* Replaces the link by its target in the rest of the path. */
static bool walk_link(struct path_walk *way, int link, struct error *error)
{
	char target[PERMISSIONS_PATH_MAX];
	ssize_t length = readlinkat(link, "", target, sizeof(target) - 1);
	if (length < 0)
		return error_set(error, "a link on the way cannot be read: %s", strerror(errno));
	target[length] = '\0';
	if (++way->links > LINKS_MAX)
		return error_set(error, "there are too many links on the way");
	size_t rest = strlen(way->rest);
	if ((size_t)length + rest >= sizeof(way->rest))
		return error_set(error, "%s", path_too_long);
	/* What is left is empty or begins with a slash. */
	memmove(way->rest + length, way->rest, rest + 1);
	memcpy(way->rest, target, (size_t)length);
	return walk_begin(way, error);
}

/* Takes the first part off the rest of the path; false at its end. */
static bool walk_next_part(struct path_walk *way, char *part)
{
	char *from = way->rest + strspn(way->rest, "/");
	size_t length = strcspn(from, "/");
	memcpy(part, from, length);
	part[length] = '\0';
	memmove(way->rest, from + length, strlen(from + length) + 1);
	return length > 0;
}

/* A step into a folder or along a link; true and *found at the file itself. */
static bool walk_step(struct path_walk *way, const char *part, const struct stat *wanted, const char *what, bool *found,
	struct error *error)
{
	struct stat about;
	int at = openat(way->folder, part, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (at < 0 || fstat(at, &about) != 0) {
		error_set(error, "%s cannot be found any more: %s", what, strerror(errno));
		if (at >= 0)
			close(at);
		return false;
	}
	if (S_ISDIR(about.st_mode))
		return walk_enter(way, at, error);
	bool good;
	if (S_ISLNK(about.st_mode)) {
		good = permissions_check(at, &about, "a link on the way", error) && walk_link(way, at, error);
	} else {
		*found = about.st_dev == wanted->st_dev && about.st_ino == wanted->st_ino;
		good = *found || error_set(error, "%s was replaced while it was being read: try again", what);
	}
	close(at);
	return good;
}

static bool walk_path(struct path_walk *way, const struct stat *wanted, const char *what, struct error *error)
{
	char part[PERMISSIONS_PATH_MAX];
	bool found = false;
	if (!walk_begin(way, error))
		return false;
	while (!found && walk_next_part(way, part))
		if (!walk_step(way, part, wanted, what, &found, error))
			return false;
	return found || error_set(error, "%s was replaced while it was being read: try again", what);
}

bool permissions_file(int file, const char *path, const char *what, struct error *error)
{
	struct stat about;
	struct path_walk way = { .folder = -1 };
	if (fstat(file, &about) != 0)
		return error_set(error, "%s cannot be looked at: %s", what, strerror(errno));
	if (!permissions_check(file, &about, what, error))
		return false;
	if (snprintf(way.rest, sizeof(way.rest), "%s", path) >= (int)sizeof(way.rest))
		return error_set(error, "%s", path_too_long);
	bool good = walk_path(&way, &about, what, error);
	if (way.folder >= 0)
		close(way.folder);
	return good;
}

/* The end of a path that is too long for a message: what is to be done stands behind it and must not be cut off. */
static const char *path_tail(const char *path, size_t room)
{
	size_t length = strlen(path);
	const char *from = length > room ? path + length - room : path;
	while (((unsigned char)*from & 0xc0) == 0x80)
		from++;
	return from;
}

bool permissions_command(int file, const char *path, const char *what, int line, const char *who, struct error *error)
{
	char rest[ERROR_TEXT];
	struct error why;
	if (permissions_file(file, path, what, &why))
		return true;
	int length = snprintf(rest, sizeof(rest), ":%d: %s, but %s", line, who, why.text);
	size_t room = (size_t)length + PATH_LEAST < sizeof(rest) ? sizeof(rest) - (size_t)length - 1 : PATH_LEAST;
	return error_set(error, "%s%s", path_tail(path, room), rest);
}

bool permissions_layout(const struct layout *layout, int file, const char *path, struct error *error)
{
	for (unsigned i = 0; i < layout->alert_count; i++) {
		const struct alert_rule *rule = &layout->alerts[i];
		char who[ERROR_TEXT];
		if (rule->command.count == 0 && rule->clear_command.count == 0 && rule->sms.count == 0)
			continue;
		snprintf(who, sizeof(who), "alert '%s' runs a command or sends", rule->name);
		return permissions_command(file, path, "the layout", rule->line, who, error);
	}
	return true;
}
