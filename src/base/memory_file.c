#include "base/memory_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#ifdef HAVE_MEMFD_CREATE
#include <sys/mman.h>

int memory_file(const char *name)
{
	return memfd_create(name, MFD_CLOEXEC);
}

#else

int memory_file(const char *name)
{
	char path[4096];
	const char *folder = getenv("TMPDIR");
	snprintf(path, sizeof(path), "%.4000s/%.60s-XXXXXX", folder != NULL && folder[0] == '/' ? folder : "/tmp", name);
	int file = mkostemp(path, O_CLOEXEC);
	if (file >= 0)
		unlink(path);
	return file;
}

#endif
