/*
 * A name server that does what a file says, loaded before the C library's: "hang", "unknown", "again", or the
 * address that the name wall.test has.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void read_mode(char *mode, size_t size)
{
	const char *path = getenv("FAULTS_RESOLVER");
	FILE *file = path == NULL ? NULL : fopen(path, "re");
	mode[0] = '\0';
	if (file == NULL)
		return;
	if (fgets(mode, (int)size, file) == NULL)
		mode[0] = '\0';
	mode[strcspn(mode, "\n")] = '\0';
	fclose(file);
}

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **out)
{
	static int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
	char mode[64];
	if (real == NULL)
		real = (int (*)(const char *, const char *, const struct addrinfo *, struct addrinfo **))
			dlsym(RTLD_NEXT, "getaddrinfo");
	if (name == NULL || strcmp(name, "wall.test") != 0)
		return real(name, service, hints, out);
	read_mode(mode, sizeof(mode));
	while (strcmp(mode, "hang") == 0) {
		usleep(100000);
		read_mode(mode, sizeof(mode));
	}
	if (strcmp(mode, "unknown") == 0)
		return EAI_NONAME;
	if (strcmp(mode, "again") == 0)
		return EAI_AGAIN;
	return real(mode, service, hints, out);
}
