#include "output/page_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/os.h"
#include "base/text.h"

enum { NAMES_A_SECOND = 99 };

static bool state_folder(char *out, size_t size, struct error *error)
{
	if (!os_user_path(OS_FOLDER_STATE, "cxwall", out, size))
		return error_set(error, errno == ENOENT ? "XDG_STATE_HOME and HOME are not set, so there is no place for the page"
			: "the path of the state folder is too long");
	return os_make_folders(out) || error_set(error, "cannot make %.180s: %s", out, strerror(errno));
}

/* A new file, with a number behind its name when the second has one already; -1 on failure. */
static int page_file_create(const char *folder, int64_t wall_ms, char *out, size_t size)
{
	char stamp[32], more[8] = "";
	if (!text_clock(stamp, sizeof(stamp), wall_ms, "%Y-%m-%d-%H%M%S"))
		return -1;
	for (int i = 2; i <= NAMES_A_SECOND; i++) {
		snprintf(out, size, "%s/page-%s%s.txt", folder, stamp, more);
		int fd = open(out, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (fd >= 0 || errno != EEXIST)
			return fd;
		snprintf(more, sizeof(more), "-%d", i);
	}
	return -1;
}

bool page_file_write(const char *text, size_t length, int64_t wall_ms, char *out, size_t size, struct error *error)
{
	char folder[400];
	if (!state_folder(folder, sizeof(folder), error))
		return false;
	int fd = page_file_create(folder, wall_ms, out, size);
	if (fd < 0)
		return error_set(error, "cannot make a file in %.180s: %s", folder, strerror(errno));
	bool good = os_write_all(fd, text, length);
	good = close(fd) == 0 && good;
	return good || error_set(error, "cannot write %.180s: %s", out, strerror(errno));
}
