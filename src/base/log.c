#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"

/* A line of the log: a cause of ERROR_TEXT bytes, twice, and where it happened. */
enum { LOG_LINE_MAX = 1024 };

/* A reader that is merely slow gets the message, and a program that ends is not held up. */
enum { STDERR_WAIT_MS = 200 };

static const char *program = "cxwall";
static int log_file = -1;
static char lost[ERROR_TEXT]; /* why the last line is not in the log; "": it is */
static char *log_path; /* as it was given; NULL: no log */
static bool log_is_journal;
static void (*exit_hook)(void);

void log_program(const char *name)
{
	program = name;
}

/* Non-blocking: a pipe or terminal that nobody reads must not stop the program. Regular files do not care. */
static int log_open_file(const char *path, struct error *error)
{
	int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
	if (file < 0)
		error_set(error, "%.200s: %s", path, errno == ENXIO ? "nothing reads from this pipe" : strerror(errno));
	return file;
}

/* As systemd documents it: the variable names the device and inode of the stream, which a redirection does not have. */
static bool is_journal(int fd)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat about;
	return stream != NULL && sscanf(stream, "%llu:%llu", &device, &inode) == 2 && fstat(fd, &about) == 0 &&
		about.st_dev == (dev_t)device && about.st_ino == (ino_t)inode;
}

/* A descriptor of its own: the wall takes standard error away while it has the terminal. */
static int log_open_journal(struct error *error)
{
	if (is_journal(STDERR_FILENO))
		return fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	error_set(error, "journal: standard error does not go there; this is for services of systemd with StandardError=journal "
		"(a file of that name is ./journal)");
	return -1;
}

bool log_open(const char *path, struct error *error)
{
	log_close();
	log_is_journal = strcmp(path, "journal") == 0;
	log_file = log_is_journal ? log_open_journal(error) : log_open_file(path, error);
	if (log_file < 0) {
		log_is_journal = false;
		return false;
	}
	log_path = must_alloc(strlen(path) + 1);
	strcpy(log_path, path);
	return true;
}

bool log_reopen(struct error *error)
{
	if (log_path == NULL || log_is_journal)
		return true;
	int file = log_open_file(log_path, error);
	if (file < 0)
		return false;
	close(log_file);
	log_file = file;
	return true;
}

int log_descriptor(void)
{
	return log_file;
}

const char *log_trouble(void)
{
	return log_file >= 0 ? lost : "";
}

void log_close(void)
{
	if (log_file >= 0)
		close(log_file);
	log_file = -1;
	free(log_path);
	log_path = NULL;
	log_is_journal = false;
}

/* Priorities of syslog(3), as sd-daemon(3) has them at the beginning of a line. */
enum { PRIORITY_ERROR = 3, PRIORITY_WARNING = 4, PRIORITY_INFO = 6 };

static size_t log_begin(char *out, size_t size, int priority)
{
	struct timespec now;
	struct tm local;
	if (log_is_journal)
		return (size_t)snprintf(out, size, "<%d>", priority);
	clock_gettime(CLOCK_REALTIME, &now);
	localtime_r(&now.tv_sec, &local);
	return strftime(out, size, "%Y-%m-%d %H:%M:%S ", &local);
}

/* One write for a line, so that lines of two programs with one log do not mix. */
static void __attribute__((format(printf, 2, 0))) log_put(int priority, const char *format, va_list args)
{
	char line[LOG_LINE_MAX];
	size_t used = log_begin(line, sizeof(line), priority);
	int more = vsnprintf(line + used, sizeof(line) - used - 1, format, args);
	if (more < 0)
		return;
	text_trim(line);
	used = strlen(line);
	line[used++] = '\n';
	/* A full disk, a pipe that is full, or a journal that does not read must not harm the wall, which asks log_trouble(). */
	ssize_t done = log_is_journal ? send(log_file, line, used, MSG_DONTWAIT | MSG_NOSIGNAL) : write(log_file, line, used);
	lost[0] = '\0';
	if (done != (ssize_t)used)
		snprintf(lost, sizeof(lost), "The log cannot be written: %s.", strerror(done < 0 ? errno : ENOSPC));
}

void log_line(const char *format, ...)
{
	if (log_file < 0)
		return;
	va_list args;
	va_start(args, format);
	log_put(PRIORITY_INFO, format, args);
	va_end(args);
}

/* Standard error that nobody reads, or a stopped terminal, must not stop the program. The log has the message. */
static bool stderr_takes(void)
{
	static bool stuck; /* waited for once already */
	struct pollfd output = { .fd = STDERR_FILENO, .events = POLLOUT };
	int ready;
	do
		ready = poll(&output, 1, stuck ? 0 : STDERR_WAIT_MS);
	while (ready < 0 && errno == EINTR);
	stuck = ready == 0;
	return !stuck;
}

static void __attribute__((format(printf, 2, 0))) say(int priority, const char *format, va_list args)
{
	char line[LOG_LINE_MAX];
	va_list again;
	va_copy(again, args);
	if (log_file >= 0)
		log_put(priority, format, again);
	va_end(again);
	/* The journal has it already. */
	if (log_is_journal)
		return;
	vsnprintf(line, sizeof(line), format, args);
	text_trim(line);
	if (stderr_takes())
		fprintf(stderr, "%s: %s\n", program, line);
}

void message(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	say(PRIORITY_WARNING, format, args);
	va_end(args);
}

void message_error(const struct error *error)
{
	message("%s", error->text);
	if (error->excerpt[0] != '\0' && stderr_takes())
		fputs(error->excerpt, stderr);
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
	va_list args;
	va_start(args, format);
	say(PRIORITY_ERROR, format, args);
	va_end(args);
	exit(1);
}

void *must_alloc(unsigned long size)
{
	/* Where an array is empty, not every system returns memory. */
	void *memory = malloc(size > 0 ? size : 1);
	if (memory == NULL)
		fatal("out of memory (%lu bytes)", size);
	return memory;
}

void *must_realloc(void *old, unsigned long size)
{
	void *memory = realloc(old, size > 0 ? size : 1);
	if (memory == NULL)
		fatal("out of memory (%lu bytes)", size);
	return memory;
}
