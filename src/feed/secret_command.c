#include "feed/secret_command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"
#include "feed/secret.h"

/*
 * Signals as a program expects them at its start: ours ignores SIGPIPE and may block others. A session of its own has no
 * terminal to write on, and leads a process group by which the command is killed.
 */
static void attributes_init(posix_spawnattr_t *attributes)
{
	sigset_t none, usual;
	sigemptyset(&none);
	sigemptyset(&usual);
	sigaddset(&usual, SIGPIPE);
	sigaddset(&usual, SIGINT);
	sigaddset(&usual, SIGTERM);
	posix_spawnattr_init(attributes);
	posix_spawnattr_setsigmask(attributes, &none);
	posix_spawnattr_setsigdefault(attributes, &usual);
	posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
}

static int command_spawn(const char *command, int output, pid_t *pid)
{
	extern char **environ;
	char shell[] = "sh", option[] = "-c";
	char *arguments[] = { shell, option, (char *)(uintptr_t)command, NULL };
	posix_spawnattr_t attributes;
	posix_spawn_file_actions_t files;
	attributes_init(&attributes);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
	child_hide_files();
	int code = posix_spawn(pid, "/bin/sh", &files, &attributes, arguments, environ);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attributes);
	return code;
}

bool secret_command_start(const char *command, pid_t *pid, int *pipe, struct error *error)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) != 0)
		return error_set(error, "secret_command: %s", strerror(errno));
	int code = command_spawn(command, ends[1], pid);
	close(ends[1]);
	if (code != 0) {
		close(ends[0]);
		return error_set(error, "secret_command: %s", strerror(code));
	}
	fcntl(ends[0], F_SETFL, fcntl(ends[0], F_GETFL) | O_NONBLOCK);
	*pipe = ends[0];
	return true;
}

bool secret_command_read(int pipe, struct buffer *out)
{
	char bytes[SECRET_MAX];
	for (;;) {
		ssize_t count = read(pipe, bytes, sizeof(bytes));
		if (count < 0 && errno == EINTR)
			continue;
		bool more = count < 0 && errno == EAGAIN;
		bool added = count > 0 && buffer_add(out, bytes, (size_t)count);
		explicit_bzero(bytes, sizeof(bytes));
		if (!added)
			return more;
	}
}

void secret_command_kill(pid_t pid)
{
	/* 0 and -1 would be groups of ours. */
	if (pid <= 1)
		return;
	kill(-pid, SIGKILL);
	kill(pid, SIGKILL);
}

bool secret_command_status(int status, struct error *error)
{
	if (WIFSIGNALED(status))
		return error_set(error, "secret_command: ended by signal %d", WTERMSIG(status));
	if (WEXITSTATUS(status) != 0)
		return error_set(error, "secret_command: failed with status %d", WEXITSTATUS(status));
	return true;
}

/* Until the end of the output or the time; true at the end. */
static bool command_collect(int pipe, struct buffer *out, int64_t end_ms)
{
	for (;;) {
		int64_t left = end_ms - clock_boot_ms();
		struct pollfd wait = { .fd = pipe, .events = POLLIN };
		if (left <= 0 || (poll(&wait, 1, (int)left) < 0 && errno != EINTR))
			return false;
		if (wait.revents != 0 && !secret_command_read(pipe, out))
			return true;
	}
}

bool secret_command_run(const char *command, struct buffer *out, struct error *error)
{
	pid_t pid = -1;
	int pipe = -1, status = 0;
	if (!secret_command_start(command, &pid, &pipe, error))
		return false;
	bool ended = command_collect(pipe, out, clock_boot_ms() + SECRET_COMMAND_SECONDS * 1000);
	close(pipe);
	if (!ended)
		secret_command_kill(pid);
	pid_t reaped;
	do
		reaped = waitpid(pid, &status, 0);
	while (reaped < 0 && errno == EINTR);
	if (!ended)
		return error_set(error, "secret_command: took longer than %d s", SECRET_COMMAND_SECONDS);
	return reaped != pid || secret_command_status(status, error);
}
