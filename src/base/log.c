#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"

/* A line of the log: a cause of ERROR_TEXT bytes, twice, and where it happened. */
enum { LOG_LINE_MAX = 1024 };

static const char *program = "cxwall";
static int log_file = -1;
static void (*exit_hook)(void);

void log_program(const char *name)
{
	program = name;
}

bool log_open(const char *path, struct error *error)
{
	log_close();
	log_file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0600);
	if (log_file < 0)
		return error_set(error, "%s: %s", path, strerror(errno));
	return true;
}

void log_close(void)
{
	if (log_file >= 0)
		close(log_file);
	log_file = -1;
}

/* One write for a line, so that lines of two programs with one log do not mix. */
static void __attribute__((format(printf, 1, 0))) log_put(const char *format, va_list args)
{
	char line[LOG_LINE_MAX];
	struct timespec now;
	struct tm local;
	clock_gettime(CLOCK_REALTIME, &now);
	localtime_r(&now.tv_sec, &local);
	size_t used = strftime(line, sizeof(line), "%Y-%m-%d %H:%M:%S ", &local);
	int more = vsnprintf(line + used, sizeof(line) - used - 1, format, args);
	if (more < 0)
		return;
	text_trim(line);
	used = strlen(line);
	line[used++] = '\n';
	/* A full disk must not harm the wall: there is nobody to tell. */
	ssize_t done = write(log_file, line, used);
	(void)done;
}

void log_line(const char *format, ...)
{
	if (log_file < 0)
		return;
	va_list args;
	va_start(args, format);
	log_put(format, args);
	va_end(args);
}

void message(const char *format, ...)
{
	va_list args;
	if (log_file >= 0) {
		va_start(args, format);
		log_put(format, args);
		va_end(args);
	}
	char line[LOG_LINE_MAX];
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	text_trim(line);
	fprintf(stderr, "%s: %s\n", program, line);
}

void log_exit_hook(void (*hook)(void))
{
	exit_hook = hook;
}

void fatal(const char *format, ...)
{
	void (*hook)(void) = exit_hook;
	exit_hook = NULL;
	if (hook != NULL)
		hook();
	char line[LOG_LINE_MAX];
	va_list args;
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	message("%s", line);
	exit(1);
}

void *must_alloc(unsigned long size)
{
	void *memory = malloc(size);
	if (memory == NULL)
		fatal("out of memory (%lu bytes)", size);
	return memory;
}

void *must_realloc(void *old, unsigned long size)
{
	void *memory = realloc(old, size);
	if (memory == NULL)
		fatal("out of memory (%lu bytes)", size);
	return memory;
}
