/*
 * Runs one program against the server of agents, in a 120x40 pseudo-terminal, and prints what it cost as JSON:
 *
 *     figures [--agents N] [--polls N] [--warm N] [--share X] [--keys KEYS] [--hold KEY] [--seconds S] -- PROGRAM ARGUMENT...
 *
 * @URL@ in an argument becomes the server's address. Polls are those of the program, at its own pace. The first
 * --warm ones are not counted. A key is sent a while after an answer, one for each poll, and its frame is timed.
 * With --seconds the program is watched for so long whether it polls or not. --hold is a key that is pressed once
 * data are there, and now and then: it keeps a wall from turning the pages of a long grid, which it does when
 * nobody is at the keys.
 */
#include <dirent.h>
#include <pty.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "figures.h"

enum {
	LINES_SHOWN = 40,
	COLUMNS_SHOWN = 120,
	SAMPLES_MAX = 100000,
	TAIL = 64,
	PATIENCE_MS = 60000, /* without a poll or a byte: it hangs */
	KEY_AFTER_MS = 300,
	HOLD_MS = 30000,
	WARM_SECONDS = 2, /* of a program that does not poll */
};

/* A frame is complete when nothing more of it comes for so long. */
static const double QUIET_MS = 25;

/* Without a frame, the next answer is made so long after the last. */
static const double RENDER_AFTER_MS = 30;

static const char marker[] = "Agent Number 00000";

struct samples {
	double *values;
	unsigned count;
};

struct usage {
	double cpu_ms;
	unsigned long switches;
	unsigned long bytes;
	unsigned polls;
	double at_ms;
};

/* What the program on the terminal is seen to do. */
struct run {
	unsigned agents, polls, warm, seconds;
	double share;
	const char *keys, *hold;
	double held_ms; /* when it was pressed last; 0: never */
	pid_t pid;
	int terminal;
	struct server server;
	struct cells cells;
	double began_ms, first_ms; /* first_ms 0: no agent was seen yet */
	double cause_ms, frame_ms; /* the answer or key, and the last byte of its frame so far; 0: none */
	bool by_key;
	double answered_ms; /* of the last answer; a key may follow it */
	bool rendered;      /* the next answer is ready */
	unsigned long bytes;
	char tail[TAIL + 1];
	struct samples frames, answers_to_keys;
};

double now_ms(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static void fail(const char *what)
{
	fprintf(stderr, "figures: %s\n", what);
	exit(EXIT_FAILURE);
}

static void add(struct samples *samples, double value)
{
	if (samples->values == NULL)
		samples->values = calloc(SAMPLES_MAX, sizeof(double));
	if (samples->values != NULL && samples->count < SAMPLES_MAX)
		samples->values[samples->count++] = value;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double percentile(const struct samples *samples, double share)
{
	if (samples->count == 0)
		return -1;
	return samples->values[(unsigned)(share * (samples->count - 1) + 0.5)];
}

static void print_samples(const char *name, struct samples *samples)
{
	if (samples->count > 0)
		qsort(samples->values, samples->count, sizeof(double), by_size);
	printf(", \"%s\": {\"n\": %u, \"p50\": %.3f, \"p95\": %.3f, \"p99\": %.3f, \"max\": %.3f}", name, samples->count,
		percentile(samples, 0.50), percentile(samples, 0.95), percentile(samples, 0.99), percentile(samples, 1));
}

/* Sum of the numbers behind a key in a file of lines "key: number". */
static unsigned long numbers_of(const char *path, const char *key)
{
	char line[256];
	unsigned long sum = 0;
	FILE *file = fopen(path, "r");
	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		if (strncmp(line, key, strlen(key)) == 0)
			sum += strtoul(line + strlen(key), NULL, 10);
	if (file != NULL)
		fclose(file);
	return sum;
}

static unsigned long of_process(const struct run *run, const char *file, const char *key)
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/%d/%s", (int)run->pid, file);
	return numbers_of(path, key);
}

/* Of all threads that live. */
static unsigned long switches(const struct run *run)
{
	char path[320];
	unsigned long sum = 0;
	snprintf(path, sizeof(path), "/proc/%d/task", (int)run->pid);
	DIR *tasks = opendir(path);
	for (struct dirent *task = tasks == NULL ? NULL : readdir(tasks); task != NULL; task = readdir(tasks)) {
		snprintf(path, sizeof(path), "/proc/%d/task/%s/status", (int)run->pid, task->d_name);
		if (task->d_name[0] != '.')
			sum += numbers_of(path, "voluntary_ctxt_switches:") + numbers_of(path, "nonvoluntary_ctxt_switches:");
	}
	if (tasks != NULL)
		closedir(tasks);
	return sum;
}

/* Of its children that ended, in the kernel's ticks. */
static double children_ms(const struct run *run)
{
	char path[64], text[1024];
	unsigned long user = 0, system = 0;
	snprintf(path, sizeof(path), "/proc/%d/stat", (int)run->pid);
	FILE *file = fopen(path, "r");
	size_t got = file == NULL ? 0 : fread(text, 1, sizeof(text) - 1, file);
	text[got] = '\0';
	if (file != NULL)
		fclose(file);
	const char *after = strrchr(text, ')');
	if (after != NULL)
		sscanf(after + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %lu %lu", &user, &system);
	return (double)(user + system) * 1e3 / (double)sysconf(_SC_CLK_TCK);
}

static struct usage usage(const struct run *run)
{
	struct timespec time = { 0, 0 };
	clockid_t clock;
	if (clock_getcpuclockid(run->pid, &clock) == 0)
		clock_gettime(clock, &time);
	return (struct usage){
		.cpu_ms = (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6 + children_ms(run),
		.switches = switches(run),
		.bytes = run->bytes,
		.polls = run->server.polls,
		.at_ms = now_ms(),
	};
}

/*
 * On two processors of those that there are: one for the server and the terminal, one for the program. A program that
 * is moved between them, or waits for the one that measures it, is measured by chance.
 */
static void stay_on(unsigned which)
{
	cpu_set_t all, one;
	if (sched_getaffinity(0, sizeof(all), &all) != 0 || CPU_COUNT(&all) < 2)
		return;
	CPU_ZERO(&one);
	for (unsigned cpu = 0, seen = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &all) && seen++ == which)
			CPU_SET(cpu, &one);
	(void)sched_setaffinity(0, sizeof(one), &one);
}

static void start(struct run *run, char **arguments)
{
	struct winsize size = { .ws_row = LINES_SHOWN, .ws_col = COLUMNS_SHOWN };
	char url[64];
	snprintf(url, sizeof(url), "http://127.0.0.1:%d", run->server.port);
	for (char **argument = arguments; *argument != NULL; argument++) {
		char *place = strstr(*argument, "@URL@");
		if (place == NULL)
			continue;
		char *made = malloc(strlen(*argument) + sizeof(url));
		if (made == NULL)
			fail("out of memory");
		sprintf(made, "%.*s%s%s", (int)(place - *argument), *argument, url, place + 5);
		*argument = made;
	}
	run->began_ms = now_ms();
	run->pid = forkpty(&run->terminal, NULL, NULL, &size);
	if (run->pid < 0)
		fail("no pseudo-terminal");
	if (run->pid == 0) {
		stay_on(1);
		execvp(arguments[0], arguments);
		_exit(127);
	}
}

/* The frame that an answer or a key caused is complete. */
static void close_frame(struct run *run)
{
	if (run->cause_ms > 0 && run->frame_ms > 0 && run->server.polls > run->warm)
		add(run->by_key ? &run->answers_to_keys : &run->frames, run->frame_ms - run->cause_ms);
	run->cause_ms = run->frame_ms = 0;
}

static void look_for_data(struct run *run, const char *bytes, size_t length)
{
	/* Of a large first frame it stands in the first piece or across two: a window of the last bytes is enough. */
	char window[TAIL + 65536 + 1];
	size_t kept = strlen(run->tail);
	memcpy(window, run->tail, kept);
	for (size_t i = 0; i < length; i++)
		window[kept + i] = bytes[i] == '\0' ? ' ' : bytes[i];
	window[kept + length] = '\0';
	if (strstr(window, marker) != NULL)
		run->first_ms = now_ms();
	size_t tail = kept + length < sizeof(marker) ? kept + length : sizeof(marker);
	memcpy(run->tail, window + kept + length - tail, tail + 1);
}

/* False: the program is gone. */
static bool take_output(struct run *run)
{
	char bytes[65536];
	ssize_t got = read(run->terminal, bytes, sizeof(bytes));
	double at = now_ms();
	if (got <= 0)
		return false;
	run->bytes += (unsigned long)got;
	if (run->first_ms <= 0)
		look_for_data(run, bytes, (size_t)got);
	if (run->cause_ms > 0 && (run->frame_ms <= 0 || at - run->frame_ms < QUIET_MS))
		run->frame_ms = at;
	return true;
}

static void press(struct run *run)
{
	if (*run->keys == '\0' || run->by_key || run->answered_ms <= 0 || now_ms() - run->answered_ms < KEY_AFTER_MS ||
		run->server.polls <= run->warm)
		return;
	close_frame(run);
	run->by_key = true;
	run->cause_ms = now_ms();
	if (write(run->terminal, run->keys, 1) == 1)
		run->keys++;
}

/* In a pause, and only while no other keys are timed. */
static void hold(struct run *run)
{
	if (run->hold[0] == '\0' || run->first_ms <= 0 || run->keys[0] != '\0' || run->by_key || !run->rendered ||
		(run->held_ms > 0 && now_ms() - run->held_ms < HOLD_MS))
		return;
	run->held_ms = now_ms();
	if (write(run->terminal, run->hold, 1) != 1)
		fail("the terminal takes no key");
}

/* After each turn of the loop. */
static void account(struct run *run)
{
	if (run->server.answered_ms > 0) {
		run->cause_ms = run->answered_ms = run->server.answered_ms;
		run->server.answered_ms = 0;
		run->frame_ms = 0;
		run->by_key = run->rendered = false;
	}
	/* The next answer is made while the program sleeps. */
	double since = run->frame_ms > 0 ? run->frame_ms : run->answered_ms + RENDER_AFTER_MS;
	if (!run->rendered && run->answered_ms > 0 && now_ms() - since > QUIET_MS) {
		if (!run->by_key && *run->keys == '\0' && run->frame_ms > 0)
			close_frame(run);
		cells_change(&run->cells, run->share);
		cells_render(&run->cells);
		run->rendered = true;
	}
	press(run);
	hold(run);
}

static void turn(struct run *run)
{
	struct pollfd fds[CLIENTS_MAX + 2];
	/* The program's bytes first, so that its frame is timed and not our own work. */
	fds[0] = (struct pollfd){ .fd = run->terminal, .events = POLLIN };
	int count = server_watch(&run->server, fds + 1);
	int ready = poll(fds, (nfds_t)(count + 1), 10);
	if (ready < 0)
		fail("poll");
	if (fds[0].revents != 0 && !take_output(run))
		fail("the program ended");
	/* What is drawn from here on answers this poll. */
	server_serve(&run->server, fds + 1, count);
	if (run->server.asked && run->cause_ms > 0)
		close_frame(run);
	run->server.asked = false;
	account(run);
}

static void run_until(struct run *run, unsigned polls)
{
	double last_ms = now_ms();
	unsigned seen = run->server.polls;
	while (run->server.polls < polls) {
		turn(run);
		if (run->server.polls != seen)
			last_ms = now_ms();
		seen = run->server.polls;
		if (now_ms() - last_ms > PATIENCE_MS)
			fail("no poll for a minute");
	}
}

static void run_for(struct run *run, double seconds)
{
	for (double end_ms = now_ms() + seconds * 1e3; now_ms() < end_ms;)
		turn(run);
}

static void end(struct run *run)
{
	char bytes[65536];
	kill(run->pid, SIGTERM);
	/* A closed terminal ends what does not hear. */
	for (int i = 0; i < 200; i++) {
		struct pollfd fds[CLIENTS_MAX + 2] = { { .fd = run->terminal, .events = POLLIN } };
		int count = server_watch(&run->server, fds + 1);
		if (waitpid(run->pid, NULL, WNOHANG) == run->pid)
			break;
		if (poll(fds, (nfds_t)(count + 1), 10) > 0) {
			if (fds[0].revents != 0 && read(run->terminal, bytes, sizeof(bytes)) <= 0)
				usleep(1000);
			server_serve(&run->server, fds + 1, count);
		}
		if (i == 150)
			kill(run->pid, SIGKILL);
	}
	close(run->terminal);
}

static void report(struct run *run, const struct usage *from, const struct usage *to)
{
	double polls = to->polls > from->polls ? to->polls - from->polls : 1, minutes = (to->at_ms - from->at_ms) / 60e3;
	printf("{\"agents\": %u, \"polls\": %u, \"body\": %zu, \"seconds\": %.1f", run->agents, to->polls - from->polls,
		run->cells.length, (to->at_ms - from->at_ms) / 1e3);
	printf(", \"cpu_ms_per_poll\": %.4f, \"cpu_ms_per_minute\": %.2f", (to->cpu_ms - from->cpu_ms) / polls,
		(to->cpu_ms - from->cpu_ms) / minutes);
	printf(", \"peak_kib\": %lu, \"pss_kib\": %lu", of_process(run, "status", "VmHWM:"),
		of_process(run, "smaps_rollup", "Pss:"));
	printf(", \"private_kib\": %lu", of_process(run, "smaps_rollup", "Private_Clean:") +
		of_process(run, "smaps_rollup", "Private_Dirty:"));
	printf(", \"bytes_per_minute\": %.0f", (double)(to->bytes - from->bytes) / minutes);
	printf(", \"bytes_per_poll\": %.1f, \"switches_per_poll\": %.2f", (double)(to->bytes - from->bytes) / polls,
		(double)(to->switches - from->switches) / polls);
	printf(", \"start_ms\": %.2f", run->first_ms > 0 ? run->first_ms - run->began_ms : -1);
	print_samples("frame_ms", &run->frames);
	print_samples("key_ms", &run->answers_to_keys);
	printf("}\n");
}

static char **options(struct run *run, int count, char **arguments)
{
	for (int i = 1; i + 1 < count; i += 2) {
		const char *name = arguments[i], *value = arguments[i + 1];
		if (strcmp(name, "--") == 0)
			return arguments + i + 1;
		if (strcmp(name, "--agents") == 0)
			run->agents = (unsigned)atoi(value);
		else if (strcmp(name, "--polls") == 0)
			run->polls = (unsigned)atoi(value);
		else if (strcmp(name, "--warm") == 0)
			run->warm = (unsigned)atoi(value);
		else if (strcmp(name, "--share") == 0)
			run->share = atof(value);
		else if (strcmp(name, "--hold") == 0)
			run->hold = value;
		else if (strcmp(name, "--seconds") == 0)
			run->seconds = (unsigned)atoi(value);
		else if (strcmp(name, "--keys") == 0)
			run->keys = value;
		else
			fail("an unknown option");
	}
	fail("no program");
	return NULL;
}

int main(int count, char **arguments)
{
	static struct run run;
	run.agents = 1000;
	run.polls = 20;
	run.warm = 3;
	run.share = 0.1;
	run.keys = run.hold = "";
	char **program = options(&run, count, arguments);
	cells_init(&run.cells, run.agents);
	server_init(&run.server, &run.cells);
	start(&run, program);
	stay_on(0);
	if (run.seconds > 0)
		run_for(&run, WARM_SECONDS);
	else
		run_until(&run, run.warm + 1);
	struct usage from = usage(&run);
	if (run.seconds > 0)
		run_for(&run, run.seconds);
	else
		run_until(&run, run.warm + 1 + run.polls);
	struct usage to = usage(&run);
	report(&run, &from, &to);
	end(&run);
	server_free(&run.server);
	cells_free(&run.cells);
	return EXIT_SUCCESS;
}
