#include "command/runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_ROOM = 1024 };

static bool is_ours(int folder, const char *path, struct error *error)
{
	struct stat about;
	if (fstat(folder, &about) != 0)
		return error_set(error, "%.160s: %s", path, strerror(errno));
	if (about.st_uid != geteuid())
		return error_set(error, "%.160s belongs to another user", path);
	return (about.st_mode & 077) == 0 ||
		error_set(error, "%.160s is open to others: it must be yours alone (chmod 700)", path);
}

int runtime_open(struct error *error)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	char path[PATH_ROOM];
	if (runtime == NULL || runtime[0] != '/') {
		error_set(error, "XDG_RUNTIME_DIR is not set");
		return -1;
	}
	bool fits = snprintf(path, sizeof(path), "%s/cxwall", runtime) < (int)sizeof(path);
	if (fits)
		(void)mkdir(path, 0700);
	int folder = fits ? open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
	if (folder < 0) {
		error_set(error, "%.160s: %s", path, !fits ? "too long" : errno == ENOTDIR || errno == ELOOP
			? "is a link or no folder" : strerror(errno));
		return -1;
	}
	if (is_ours(folder, path, error))
		return folder;
	close(folder);
	return -1;
}
