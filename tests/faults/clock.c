/*
 * Clocks that jump while a program runs, loaded before the C library's. The file FAULTS_CLOCK holds two numbers of
 * 64 bits: by how many seconds the time of day is off, and by how many the time since the start of the machine.
 * CLOCK_MONOTONIC is left alone: a suspend moves the other two, a changed clock the first.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *offsets(void)
{
	static const int64_t none[2];
	static const volatile int64_t *mapped;
	if (mapped != NULL)
		return mapped;
	const char *path = getenv("FAULTS_CLOCK");
	int file = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
	void *memory = file < 0 ? MAP_FAILED : mmap(NULL, sizeof(none), PROT_READ, MAP_SHARED, file, 0);
	if (file >= 0)
		close(file);
	mapped = memory == MAP_FAILED ? none : memory;
	return mapped;
}

int clock_gettime(clockid_t id, struct timespec *out)
{
	static int (*real)(clockid_t, struct timespec *);
	if (real == NULL)
		real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
	int done = real(id, out);
	if (done == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE))
		out->tv_sec += offsets()[0];
	if (done == 0 && id == CLOCK_BOOTTIME)
		out->tv_sec += offsets()[1];
	return done;
}

time_t time(time_t *out)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	if (out != NULL)
		*out = now.tv_sec;
	return now.tv_sec;
}

int gettimeofday(struct timeval *restrict out, void *restrict zone)
{
	struct timespec now;
	(void)zone;
	clock_gettime(CLOCK_REALTIME, &now);
	out->tv_sec = now.tv_sec;
	out->tv_usec = now.tv_nsec / 1000;
	return 0;
}
