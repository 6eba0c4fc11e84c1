#include "base/child.h"

#include <fcntl.h>
#include <unistd.h>

/* A wall has fewer than a hundred: a few files, and some connections for each slot of api/http. */
enum { FILES_MAX = 512 };

void child_hide_files(void)
{
	for (int fd = STDERR_FILENO + 1; fd < FILES_MAX; fd++) {
		int flags = fcntl(fd, F_GETFD);
		if (flags >= 0 && (flags & FD_CLOEXEC) == 0)
			(void)fcntl(fd, F_SETFD, flags | FD_CLOEXEC);
	}
}
