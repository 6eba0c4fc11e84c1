#include "base/secret_command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/secret.h"

enum {
	TURN_MS = 20,    /* between looks whether the command has ended */
	KILLED_MS = 500, /* what it may take until a killed command is gone */
};

/* How the waiting for a command ended. */
enum secret_end { SECRET_END_ITSELF, SECRET_END_LATE, SECRET_END_SIGNAL };

struct running {
	pid_t pid;
	int pipe, signals;
	int64_t end_ms;
};

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

/* True once the command has ended; *status is 0 if somebody else took its exit status. */
static bool command_reap(pid_t pid, int *status)
{
	*status = 0;
	pid_t reaped;
	do
		reaped = waitpid(pid, status, WNOHANG);
	while (reaped < 0 && errno == EINTR);
	return reaped != 0;
}

void secret_command_end(pid_t pid)
{
	int status;
	secret_command_kill(pid);
	/* Even a killed program may hang in the kernel: it is left to init then. */
	for (int turns = KILLED_MS / TURN_MS; turns > 0 && !command_reap(pid, &status); turns--)
		poll(NULL, 0, TURN_MS);
}

/* Signals that end this program wait for signalfd(2), but not those that it was told to ignore. */
static int signals_hold(sigset_t *before)
{
	static const int ends[] = { SIGINT, SIGTERM, SIGQUIT, SIGHUP };
	sigset_t held;
	sigemptyset(&held);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		struct sigaction now;
		if (sigaction(ends[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN)
			sigaddset(&held, ends[i]);
	}
	sigprocmask(SIG_BLOCK, &held, before);
	return signalfd(-1, &held, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Until the command has ended, in *status, or was told to. Its output may end before it does, or be held open by others. */
static enum secret_end command_wait(const struct running *running, struct buffer *out, int *status, int *number)
{
	int pipe = running->pipe;
	for (;;) {
		struct signalfd_siginfo signal;
		bool gone = command_reap(running->pid, status);
		if (pipe >= 0 && !secret_command_read(pipe, out))
			pipe = -1;
		if (gone || out->full)
			return SECRET_END_ITSELF;
		if (read(running->signals, &signal, sizeof(signal)) == (ssize_t)sizeof(signal)) {
			*number = (int)signal.ssi_signo;
			return SECRET_END_SIGNAL;
		}
		if (clock_boot_ms() >= running->end_ms)
			return SECRET_END_LATE;
		struct pollfd waits[] = { { .fd = pipe, .events = POLLIN }, { .fd = running->signals, .events = POLLIN } };
		poll(waits, 2, TURN_MS);
	}
}

bool secret_command_run(const char *command, struct buffer *out, int *number, struct error *error)
{
	struct running running = { .pid = -1, .pipe = -1, .end_ms = clock_boot_ms() + SECRET_COMMAND_SECONDS * 1000 };
	sigset_t before;
	int status = 0;
	running.signals = signals_hold(&before);
	bool started = secret_command_start(command, &running.pid, &running.pipe, error);
	enum secret_end end = started ? command_wait(&running, out, &status, number) : SECRET_END_ITSELF;
	close(running.signals);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (!started)
		return false;
	close(running.pipe);
	if (end != SECRET_END_ITSELF || out->full)
		secret_command_end(running.pid);
	if (end == SECRET_END_SIGNAL)
		return error_set(error, "secret_command: ended by signal %d", *number);
	if (end == SECRET_END_LATE)
		return error_set(error, "secret_command: took longer than %d s", SECRET_COMMAND_SECONDS);
	return out->full || secret_command_status(status, error);
}
