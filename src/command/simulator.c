#include "command/simulator.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

enum { START_MS = 5000 };

/* "cxsim" in the folder of our own executable, else where it is installed. */
static bool find_program(char *out, size_t size)
{
	ssize_t length = -1;
#ifdef USE_PROC
	length = readlink("/proc/self/exe", out, size - 8);
#endif
	/* Without /proc: as it was called, if that was with a path. */
	if (length <= 0 && strlen(program_invocation_name) < size - 8)
		length = (ssize_t)strlen(strcpy(out, program_invocation_name));
	if (length > 0) {
		out[length] = '\0';
		char *slash = strrchr(out, '/');
		if (slash != NULL) {
			strcpy(slash + 1, "cxsim");
			if (access(out, X_OK) == 0)
				return true;
		}
	}
	snprintf(out, size, "%s/cxsim", BINDIR);
	return access(out, X_OK) == 0;
}

static _Noreturn void child(const char *program, int input, int output)
{
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* Ctrl-C in the terminal is for the wall, which ends the simulator; and nothing but the wall writes there. */
	setsid();
	dup2(input, 0);
	dup2(output, 1);
	int null = open("/dev/null", O_WRONLY);
	if (null >= 0)
		dup2(null, 2);
	execl(program, program, "--port", "0", "--until-eof", (char *)NULL);
	_exit(127);
}

static bool spawn(struct simulator *simulator, const char *program, int *output, struct error *error)
{
	int in[2], out[2];
	if (pipe2(in, O_CLOEXEC) != 0)
		return error_set(error, "pipe: %s", strerror(errno));
	if (pipe2(out, O_CLOEXEC) != 0) {
		close(in[0]);
		close(in[1]);
		return error_set(error, "pipe: %s", strerror(errno));
	}
	simulator->process = fork();
	if (simulator->process == 0)
		child(program, in[0], out[1]);
	close(in[0]);
	close(out[1]);
	simulator->input = in[1];
	*output = out[0];
	return simulator->process > 0 || error_set(error, "fork: %s", strerror(errno));
}

/* The first line of the child, or what came before it ended or the time was over. */
static void read_line(int output, char *line, size_t size)
{
	size_t used = 0;
	int64_t end = clock_boot_ms() + START_MS, left;
	line[0] = '\0';
	while (used + 1 < size && strchr(line, '\n') == NULL && (left = end - clock_boot_ms()) > 0) {
		struct pollfd ready = { .fd = output, .events = POLLIN };
		if (poll(&ready, 1, (int)left) <= 0)
			continue;
		ssize_t got = read(output, line + used, size - used - 1);
		if (got <= 0)
			return;
		used += (size_t)got;
		line[used] = '\0';
	}
}

bool simulator_start(struct simulator *simulator, struct error *error)
{
	char program[512], line[256];
	int output = -1;
	*simulator = (struct simulator){ .process = -1, .input = -1 };
	if (!find_program(program, sizeof(program)))
		return error_set(error, "cxsim, the simulated contact centre, is not installed beside cxwall");
	if (!spawn(simulator, program, &output, error))
		return false;
	read_line(output, line, sizeof(line));
	close(output);
	const char *url = strstr(line, "http://");
	if (url == NULL || strchr(line, '\n') == NULL) {
		simulator_stop(simulator);
		return error_set(error, "%s did not start", program);
	}
	snprintf(simulator->url, sizeof(simulator->url), "%.*s", (int)strcspn(url, " \n"), url);
	return true;
}

void simulator_stop(struct simulator *simulator)
{
	if (simulator->input >= 0)
		close(simulator->input);
	simulator->input = -1;
	if (simulator->process > 0) {
		kill(simulator->process, SIGTERM);
		while (waitpid(simulator->process, NULL, 0) < 0 && errno == EINTR)
			;
	}
	simulator->process = -1;
}
