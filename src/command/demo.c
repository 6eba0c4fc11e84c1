#include "command/demo.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/os.h"
#include "command/wall.h"

extern char **environ;

enum {
	START_MS = 5000,
	DAY_S = 24 * 3600,
	QUARTER_S = 15 * 60, /* zones differ by whole quarters of an hour, and half-hours of tables begin on them */
	DEMO_START_S = 10 * 3600 + 30 * 60, /* the time of day at which cxsim starts, unless it is told */
};

/* "cxsim" in the folder of our own executable, else where it is installed. */
static bool simulator_find(char *out, size_t size)
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

/*
 * The local time of a simulated centre, as a zone: whenever the demo is looked at, its day begins in the morning, and it
 * is about half past ten. Returns by how many seconds its clock is ahead of the time for which cxsim has chosen events.
 */
static int simulator_set_clock(void)
{
	int now = (int)(clock_wall_ms() / 1000 % DAY_S);
	int quarters = (DEMO_START_S - now + (DEMO_START_S > now ? QUARTER_S / 2 : -QUARTER_S / 2)) / QUARTER_S;
	clock_zone_set(quarters * QUARTER_S);
	return now + quarters * QUARTER_S - DEMO_START_S;
}

static bool simulator_spawn(struct simulator *simulator, char *program, int *output, struct error *error)
{
	int in[2], out[2];
	if (pipe2(in, O_CLOEXEC) != 0)
		return error_set(error, "pipe: %s", strerror(errno));
	if (pipe2(out, O_CLOEXEC) != 0) {
		close(in[0]);
		close(in[1]);
		return error_set(error, "pipe: %s", strerror(errno));
	}
	char port[] = "--port", any[] = "0", until_eof[] = "--until-eof", shift[32];
	char *arguments[] = { program, port, any, until_eof, shift, NULL };
	/* Its day ends at midnight by that clock. */
	snprintf(shift, sizeof(shift), "--reset-shift=%d", -simulator_set_clock());
	const int files[] = { in[0], out[1], -1 };
	/* In a session of its own: Ctrl-C in the terminal is for the wall, which ends the simulator. */
	int code = os_spawn(&simulator->process, program, arguments, environ, files);
	close(in[0]);
	close(out[1]);
	if (code != 0)
		simulator->process = -1;
	simulator->input = in[1];
	*output = out[0];
	return code == 0 || error_set(error, "%s: %s", program, strerror(code));
}

/* The first line of the child, or what came before it ended or the time was over. */
static void simulator_read_line(int output, char *line, size_t size)
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

/* Waits 5 s at most for its first line, which tells the port. */
static bool simulator_start(struct simulator *simulator, struct error *error)
{
	char program[512], line[256];
	int output = -1;
	*simulator = (struct simulator){ .process = -1, .input = -1 };
	if (!simulator_find(program, sizeof(program)))
		return error_set(error, "cxsim, the simulated contact centre, is not installed beside cxwall");
	if (!simulator_spawn(simulator, program, &output, error))
		return false;
	simulator_read_line(output, line, sizeof(line));
	close(output);
	const char *url = strstr(line, "http://");
	if (url == NULL || strchr(line, '\n') == NULL) {
		simulator_stop(simulator);
		return error_set(error, "%s did not start", program);
	}
	snprintf(simulator->url, sizeof(simulator->url), "%.*s", (int)strcspn(url, " \n"), url);
	return true;
}

/* ---- the command ---- */

/* The defaults of cxsim. They protect only a simulation on this machine. */
static const char demo_tenant[] = "demo.example", demo_user[] = "wall", demo_secret[] = "demo";

/* Fast enough that a visitor sees it live. */
static const double DEMO_INTERVAL = 1;

static void connect_to(struct api_config *config, const struct simulator *simulator)
{
	*config = (struct api_config){
		.tenant = demo_tenant,
		.url = simulator->url,
		.user = demo_user,
		.chat_app_id = "demo",
		.chat_client_id = "demo",
	};
}

bool simulator_open(struct simulator *simulator, struct app *app)
{
	struct error error;
	if (!simulator_start(simulator, &error)) {
		message("%s", error.text);
		return false;
	}
	options_wipe(app->options);
	connect_to(&app->options->api, simulator);
	app->options->api.secret.text = arena_copy(&app->options->arena, demo_secret, sizeof(demo_secret) - 1);
	app->options->broker_from = NULL;
	if (app->options->interval == 0)
		app->options->interval = DEMO_INTERVAL;
	app->simulated = true;
	return true;
}

static int demo_command(struct app *app)
{
	struct simulator simulator;
	if (!app_load_layout(app))
		return STATUS_USAGE;
	if (!simulator_open(&simulator, app))
		return STATUS_FAILED;
	app_tag(app);
	int status = wall_run(app);
	simulator_stop(&simulator);
	return status;
}

const struct command command_demo = {
	.name = "demo",
	.function = demo_command,
	.task = TASK_WALL,
	.operands = "",
	.help = "the wall on a simulated contact centre: no account, no network",
	.examples = {
		{ "cxwall demo", "A look at the wall without an account." },
		{ "cxwall demo -l night", "The same with another layout." },
	},
};
