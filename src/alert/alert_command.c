#include "alert/alert_command.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/os.h"
#include "base/text.h"

enum {
	VALUES = 7,
	VALUE_ROOM = 16 + ALERT_KEY_MAX,
	ARGUMENTS_MAX = 64,
};

extern char **environ;

/* A command that waits or runs: copies, because the layout may change meanwhile. */
struct job {
	struct alert_commands *commands;
	pid_t pid; /* 0: waits */
	bool over; /* its time was: it is being killed */
	char name[ALERT_ROW_MAX];
	char *arguments[ARGUMENTS_MAX + 1];
	char values[VALUES][VALUE_ROOM];
	ev_child child;
	ev_timer timer;
	struct job *next;
};

struct alert_commands {
	struct ev_loop *loop;
	void (*failed)(void *context, const char *text);
	void *context;
	struct job *jobs; /* in the order in which they came */
	unsigned running;
	char trouble[ERROR_TEXT], trouble_of[ALERT_ROW_MAX]; /* what failed last, and the alert that it was for */
};

struct alert_commands *alert_commands_new(struct ev_loop *loop, void (*failed)(void *context, const char *text), void *context)
{
	struct alert_commands *commands = must_alloc(sizeof(*commands));
	*commands = (struct alert_commands){ .loop = loop, .failed = failed, .context = context };
	return commands;
}

static void free_job(struct job *job)
{
	for (char **argument = job->arguments; *argument != NULL; argument++)
		free(*argument);
	free(job);
}

static void kill_group(const struct job *job)
{
	/* 0 and -1 would be groups of ours. */
	if (job->pid > 1)
		kill(-job->pid, SIGKILL);
}

void alert_commands_free(struct alert_commands *commands)
{
	if (commands == NULL)
		return;
	for (struct job *job = commands->jobs, *next; job != NULL; job = next) {
		next = job->next;
		kill_group(job);
		ev_child_stop(commands->loop, &job->child);
		ev_timer_stop(commands->loop, &job->timer);
		free_job(job);
	}
	free(commands);
}

static void job_fail(struct alert_commands *commands, const struct job *job, const char *why)
{
	char text[ERROR_TEXT];
	snprintf(text, sizeof(text), "alert '%.60s': %.80s %.80s", job->name, job->arguments[0], why);
	text_trim(text);
	log_line("%s", text);
	snprintf(commands->trouble, sizeof(commands->trouble), "%s", text);
	snprintf(commands->trouble_of, sizeof(commands->trouble_of), "%s", job->name);
	commands->failed(commands->context, text);
}

/* Whether it ended as it should, else why not. */
static bool ended_well(const struct job *job, int status, char *why, size_t size)
{
	if (job->over)
		snprintf(why, size, "took longer than %d s and was ended", ALERT_COMMANDS_SECONDS);
	else if (WIFSIGNALED(status))
		snprintf(why, size, "was ended by signal %d", WTERMSIG(status));
	else
		snprintf(why, size, "failed with status %d", WEXITSTATUS(status));
	return !job->over && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void remove_job(struct alert_commands *commands, struct job *job)
{
	struct job **at = &commands->jobs;
	while (*at != job)
		at = &(*at)->next;
	*at = job->next;
	free_job(job);
}

/* The caller's variables without those of ours, and then ours; the caller frees the list. */
static char **make_environment(struct job *job)
{
	size_t count = 0;
	while (environ[count] != NULL)
		count++;
	char **variables = must_alloc((count + VALUES + 1) * sizeof(*variables)), **next = variables;
	for (char **at = environ; *at != NULL; at++)
		if (strncmp(*at, "CXWALL_", 7) != 0)
			*next++ = *at;
	for (int i = 0; i < VALUES; i++)
		*next++ = job->values[i];
	*next = NULL;
	return variables;
}

static int job_spawn(struct job *job)
{
	static const int nothing[3] = { -1, -1, -1 };
	char **variables = make_environment(job);
	int code = os_spawn(&job->pid, job->arguments[0], job->arguments, variables, nothing);
	free(variables);
	return code;
}

static void commands_start_next(struct alert_commands *commands);

static void job_on_child(struct ev_loop *loop, ev_child *child, int events)
{
	struct job *job = child->data;
	struct alert_commands *commands = job->commands;
	int status = child->rstatus;
	char why[80];
	(void)events;
	ev_child_stop(loop, child);
	ev_timer_stop(loop, &job->timer);
	if (!ended_well(job, status, why, sizeof(why)))
		job_fail(commands, job, why);
	else if (strcmp(commands->trouble_of, job->name) == 0)
		commands->trouble[0] = commands->trouble_of[0] = '\0';
	/* What it left behind in its group goes with it. */
	kill_group(job);
	commands->running--;
	remove_job(commands, job);
	commands_start_next(commands);
}

static void job_on_time(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct job *job = timer->data;
	(void)loop;
	(void)events;
	job->over = true;
	kill_group(job);
}

static void job_start(struct alert_commands *commands, struct job *job)
{
	int code = job_spawn(job);
	if (code != 0) {
		char why[80];
		snprintf(why, sizeof(why), "cannot be run: %.60s", strerror(code));
		job->pid = 0;
		job_fail(commands, job, why);
		remove_job(commands, job);
		return;
	}
	commands->running++;
	ev_child_init(&job->child, job_on_child, job->pid, 0);
	ev_timer_init(&job->timer, job_on_time, ALERT_COMMANDS_SECONDS, 0.);
	job->child.data = job->timer.data = job;
	ev_child_start(commands->loop, &job->child);
	ev_timer_start(commands->loop, &job->timer);
}

/* How many commands of an alert run, or wait. */
static unsigned count_jobs(const struct alert_commands *commands, const char *name, bool running)
{
	unsigned count = 0;
	for (const struct job *job = commands->jobs; job != NULL; job = job->next)
		count += (job->pid != 0) == running && strcmp(job->name, name) == 0;
	return count;
}

/* The first that waits of the alert of which the fewest run; NULL: none does. */
static struct job *find_next(const struct alert_commands *commands, unsigned *running)
{
	struct job *found = NULL;
	for (struct job *job = commands->jobs; job != NULL; job = job->next) {
		unsigned count = job->pid != 0 ? 0 : count_jobs(commands, job->name, true);
		if (job->pid != 0 || (found != NULL && count >= *running))
			continue;
		found = job;
		*running = count;
	}
	return found;
}

/* An alert of which nothing runs has a place of its own, so that it never waits behind a chatty one. */
static void commands_start_next(struct alert_commands *commands)
{
	struct job *job;
	unsigned running = 0;
	while ((job = find_next(commands, &running)) != NULL &&
		commands->running < (running == 0 ? (unsigned)ALERT_COMMANDS_PLACES_MAX : (unsigned)ALERT_COMMANDS_RUNNING_MAX))
		job_start(commands, job);
}

static char *copy(const char *text)
{
	char *made = must_alloc(strlen(text) + 1);
	strcpy(made, text);
	return made;
}

static void set_values(struct job *job, const struct alert_event *event)
{
	const struct alert_state *state = event->state;
	int n = 0;
	snprintf(job->values[n++], VALUE_ROOM, "CXWALL_ALERT=%s", state->rule->name);
	snprintf(job->values[n++], VALUE_ROOM, "CXWALL_STATE=%s", event->kind == ALERT_FIRED ? "firing" : "cleared");
	snprintf(job->values[n++], VALUE_ROOM, "CXWALL_ROW=%s", state->row);
	snprintf(job->values[n++], VALUE_ROOM, "CXWALL_VALUE=%s", state->value);
	snprintf(job->values[n++], VALUE_ROOM, "CXWALL_SEVERITY=%s",
		state->rule->severity == SEVERITY_ALERT ? "alert" : "warn");
	snprintf(job->values[n++], VALUE_ROOM, "CXWALL_TIME=%lld", (long long)(event->wall_ms / 1000));
	snprintf(job->values[n], VALUE_ROOM, "CXWALL_SECONDS=%lld", (long long)(event->lasted_ms / 1000));
}

const char *alert_commands_trouble(const struct alert_commands *commands)
{
	return commands == NULL ? "" : commands->trouble;
}

bool alert_commands_add(struct alert_commands *commands, const struct alert_event *event, const struct texts *command,
	struct error *error)
{
	if (count_jobs(commands, event->state->rule->name, false) >= ALERT_COMMANDS_WAITING_MAX)
		return error_set(error, "alert '%s': more than %d commands wait: not run", event->state->rule->name,
			ALERT_COMMANDS_WAITING_MAX);
	struct job *job = must_alloc(sizeof(*job)), **last = &commands->jobs;
	*job = (struct job){ .commands = commands };
	snprintf(job->name, sizeof(job->name), "%s", event->state->rule->name);
	for (unsigned i = 0; i < command->count && i < ARGUMENTS_MAX; i++)
		job->arguments[i] = copy(command->items[i]);
	set_values(job, event);
	while (*last != NULL)
		last = &(*last)->next;
	*last = job;
	commands_start_next(commands);
	return true;
}
