#include "alert/alert_actions.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/local_time.h"
#include "base/log.h"
#include "base/os.h"
#include "base/text.h"

/* A longer wait is split: the timer then plans the next part. */
static const double TIMER_SECONDS_MAX = 3600;

enum {
	VALUES = 8,
	VALUE_ROOM = 16 + ALERT_KEY_MAX,
	ARGUMENTS_MAX = 64,
	MINUTE_MS = 60 * 1000,
};

extern char **environ;

/* A command that waits or runs: copies, because the layout may change meanwhile. */
struct alert_command {
	struct alert_actions *actions;
	pid_t pid; /* 0: waits */
	bool over; /* its time was: it is being killed */
	char name[ALERT_ROW_MAX];
	char *arguments[ARGUMENTS_MAX + 1];
	char values[VALUES][VALUE_ROOM];
	ev_child child;
	ev_timer timer;
	struct alert_command *next;
};

/* ---- commands ---- */

static void kill_group(const struct alert_command *job)
{
	/* 0 and -1 would be groups of ours. */
	if (job->pid > 1)
		kill(-job->pid, SIGKILL);
}

static void job_fail(struct alert_actions *actions, const struct alert_command *job, const char *why)
{
	char text[ERROR_TEXT];
	snprintf(text, sizeof(text), "alert '%.60s': %.80s %.80s", job->name, job->arguments[0], why);
	text_trim(text);
	log_line("%s", text);
	snprintf(actions->trouble, sizeof(actions->trouble), "%s", text);
	snprintf(actions->trouble_of, sizeof(actions->trouble_of), "%s", job->name);
	actions->changed(actions->context, text);
}

/* Whether it ended as it should, else why not. */
static bool ended_well(const struct alert_command *job, int status, char *why, size_t size)
{
	if (job->over)
		snprintf(why, size, "took longer than %d s and was ended", ALERT_COMMANDS_SECONDS);
	else if (WIFSIGNALED(status))
		snprintf(why, size, "was ended by signal %d", WTERMSIG(status));
	else
		snprintf(why, size, "failed with status %d", WEXITSTATUS(status));
	return !job->over && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void remove_job(struct alert_actions *actions, struct alert_command *job)
{
	struct alert_command **at = &actions->commands;
	while (*at != job)
		at = &(*at)->next;
	*at = job->next;
	for (char **argument = job->arguments; *argument != NULL; argument++)
		free(*argument);
	free(job);
}

/* With the caller's variables without those of ours, and then ours. */
static int job_spawn(struct alert_command *job)
{
	static const int nothing[3] = { -1, -1, -1 };
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
	int code = os_spawn(&job->pid, job->arguments[0], job->arguments, variables, nothing);
	free(variables);
	return code;
}

static void start_jobs(struct alert_actions *actions);

static void job_on_child(struct ev_loop *loop, ev_child *child, int events)
{
	struct alert_command *job = child->data;
	struct alert_actions *actions = job->actions;
	int status = child->rstatus;
	char why[80];
	(void)events;
	ev_child_stop(loop, child);
	ev_timer_stop(loop, &job->timer);
	if (!ended_well(job, status, why, sizeof(why)))
		job_fail(actions, job, why);
	else if (strcmp(actions->trouble_of, job->name) == 0)
		actions->trouble[0] = actions->trouble_of[0] = '\0';
	/* What it left behind in its group goes with it. */
	kill_group(job);
	actions->running--;
	remove_job(actions, job);
	start_jobs(actions);
}

static void job_on_time(struct ev_loop *loop, ev_timer *timer, int events)
{
	struct alert_command *job = timer->data;
	(void)loop;
	(void)events;
	job->over = true;
	kill_group(job);
}

static void job_start(struct alert_actions *actions, struct alert_command *job)
{
	int code = job_spawn(job);
	if (code != 0) {
		char why[80];
		snprintf(why, sizeof(why), "cannot be run: %.60s", strerror(code));
		job->pid = 0;
		job_fail(actions, job, why);
		remove_job(actions, job);
		return;
	}
	actions->running++;
	ev_child_init(&job->child, job_on_child, job->pid, 0);
	ev_timer_init(&job->timer, job_on_time, ALERT_COMMANDS_SECONDS, 0.);
	job->child.data = job->timer.data = job;
	ev_child_start(actions->loop, &job->child);
	ev_timer_start(actions->loop, &job->timer);
}

/* How many commands of an alert run, or wait. */
static unsigned count_jobs(const struct alert_actions *actions, const char *name, bool running)
{
	unsigned count = 0;
	for (const struct alert_command *job = actions->commands; job != NULL; job = job->next)
		count += (job->pid != 0) == running && strcmp(job->name, name) == 0;
	return count;
}

/* The first that waits of the alert of which the fewest run; NULL: none does. */
static struct alert_command *find_next(const struct alert_actions *actions, unsigned *running)
{
	struct alert_command *found = NULL;
	for (struct alert_command *job = actions->commands; job != NULL; job = job->next) {
		unsigned count = job->pid != 0 ? 0 : count_jobs(actions, job->name, true);
		if (job->pid != 0 || (found != NULL && count >= *running))
			continue;
		found = job;
		*running = count;
	}
	return found;
}

/* An alert of which nothing runs has a place of its own, so that it never waits behind a chatty one. */
static void start_jobs(struct alert_actions *actions)
{
	struct alert_command *job;
	unsigned running = 0;
	while ((job = find_next(actions, &running)) != NULL &&
		actions->running < (running == 0 ? (unsigned)ALERT_COMMANDS_PLACES_MAX : (unsigned)ALERT_COMMANDS_RUNNING_MAX))
		job_start(actions, job);
}

static void job_set_values(struct alert_command *job, const struct alert_event *event)
{
	const struct alert_state *state = event->state;
	int n = 0;
	snprintf(job->values[n++], VALUE_ROOM, "CXWALL_ALERT=%s", state->rule->name);
	snprintf(job->values[n++], VALUE_ROOM, "CXWALL_STATE=%s", event->kind == ALERT_FIRED ? "firing" : "cleared");
	snprintf(job->values[n++], VALUE_ROOM, "CXWALL_ROW=%s", state->row);
	snprintf(job->values[n++], VALUE_ROOM, "CXWALL_VALUE=%s", state->value);
	snprintf(job->values[n++], VALUE_ROOM, "CXWALL_VALUE_TEXT=%s", state->shown);
	snprintf(job->values[n++], VALUE_ROOM, "CXWALL_SEVERITY=%s",
		state->rule->severity == SEVERITY_ALERT ? "alert" : "warn");
	snprintf(job->values[n++], VALUE_ROOM, "CXWALL_TIME=%lld", (long long)(event->wall_ms / 1000));
	snprintf(job->values[n], VALUE_ROOM, "CXWALL_SECONDS=%lld", (long long)(event->lasted_ms / 1000));
}

/* Runs the command that an event asks for, now or when others ended. Copies what it needs. */
static void actions_run(struct alert_actions *actions, const struct alert_event *event)
{
	const struct alert_rule *rule = event->state->rule;
	const struct texts *command = event->kind == ALERT_FIRED ? &rule->command : &rule->clear_command;
	if (!actions->runs_commands || !event->loud || event->kind == ALERT_REMINDED || command->count == 0)
		return;
	if (count_jobs(actions, rule->name, false) >= ALERT_COMMANDS_WAITING_MAX) {
		struct error error;
		error_set(&error, "alert '%s': more than %d commands wait: not run", rule->name, ALERT_COMMANDS_WAITING_MAX);
		log_line("%s", error.text);
		actions->changed(actions->context, error.text);
		return;
	}
	struct alert_command *job = must_alloc(sizeof(*job)), **last = &actions->commands;
	*job = (struct alert_command){ .actions = actions };
	snprintf(job->name, sizeof(job->name), "%s", rule->name);
	for (unsigned i = 0; i < command->count && i < ARGUMENTS_MAX; i++) {
		job->arguments[i] = must_alloc(strlen(command->items[i]) + 1);
		strcpy(job->arguments[i], command->items[i]);
	}
	job_set_values(job, event);
	while (*last != NULL)
		last = &(*last)->next;
	*last = job;
	start_jobs(actions);
}

/* ---- what follows from an event ---- */

/* Muting concerns the bell only; messages are still sent. */
static void actions_send(struct alert_actions *actions, const struct alert_event *event)
{
	struct error error;
	if (actions->send == NULL || !event->loud || event->kind != ALERT_FIRED || event->state->rule->sms.count == 0)
		return;
	if (!actions->send(actions->context, event, &error))
		actions->changed(actions->context, error.text);
}

static void actions_on_event(void *context, const struct alert_event *event)
{
	static const char *const words[] = {
		[ALERT_FIRED] = "fires", [ALERT_CLEARED] = "is over", [ALERT_REMINDED] = "fires still",
	};
	struct alert_actions *actions = context;
	const struct alert_state *state = event->state;
	log_line("alert '%s'%s%s %s (%s)", state->rule->name, state->row[0] != '\0' ? ", " : "", state->row,
		words[event->kind], state->shown);
	alarm_log_event(actions->own_log, event);
	if (actions->event != NULL)
		actions->event(actions->context, event);
	if (event->kind != ALERT_CLEARED && event->loud && state->rule->bell && !actions->muted)
		actions->ring_due = true;
	actions_run(actions, event);
	actions_send(actions, event);
	actions->changed(actions->context, NULL);
}

static void actions_on_unknown(void *context, const struct alert_unknown *about)
{
	struct alert_actions *actions = context;
	char lasted[32];
	value_format(lasted, sizeof(lasted), (double)((about->at_ms - about->since_ms) / 1000), KIND_DURATION, NULL);
	if (about->over)
		log_line("alert '%s' has a value again, after %s", about->rule->name, lasted);
	else
		log_line("alert '%s' has no value: %s", about->rule->name, about->why);
	if (actions->unknown != NULL)
		actions->unknown(actions->context, about);
	actions->changed(actions->context, NULL);
}

static void actions_plan(struct alert_actions *actions)
{
	struct board_view view = actions->view(actions->context);
	int64_t due = alerts_due(actions->alerts, &view);
	ev_timer_stop(actions->loop, &actions->timer);
	if (due == INT64_MAX || actions->speed <= 0)
		return;
	double seconds = (double)(due - view.now_ms) / 1000 / actions->speed;
	timer_start(actions->loop, &actions->timer, seconds > TIMER_SECONDS_MAX ? TIMER_SECONDS_MAX : seconds);
}

static void actions_on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	alert_actions_now(timer->data);
}

static struct alerts_sink actions_sink(struct alert_actions *actions)
{
	return (struct alerts_sink){ .event = actions_on_event, .unknown = actions_on_unknown, .context = actions };
}

void alert_actions_start(struct alert_actions *actions, const struct layout *layout, bool commands)
{
	actions->alerts = alerts_new(layout, actions_sink(actions));
	actions->log = actions->own_log = alarm_log_new(false);
	actions->runs_commands = commands;
	ev_timer_init(&actions->timer, actions_on_timer, 0., 0.);
	actions->timer.data = actions;
}

void alert_actions_stop(struct alert_actions *actions)
{
	if (actions->alerts == NULL)
		return;
	ev_timer_stop(actions->loop, &actions->timer);
	while (actions->commands != NULL) {
		struct alert_command *job = actions->commands;
		kill_group(job);
		ev_child_stop(actions->loop, &job->child);
		ev_timer_stop(actions->loop, &job->timer);
		remove_job(actions, job);
	}
	alerts_free(actions->alerts);
	alarm_log_free(actions->own_log);
	actions->alerts = NULL;
	actions->log = actions->own_log = NULL;
}

void alert_actions_use_log(struct alert_actions *actions, struct alarm_log *log)
{
	actions->log = log != NULL ? log : actions->own_log;
}

void alert_actions_set_layout(struct alert_actions *actions, const struct layout *layout)
{
	struct alerts *old = actions->alerts;
	actions->alerts = alerts_new(layout, actions_sink(actions));
	alerts_adopt(actions->alerts, old);
	alerts_free(old);
	alarm_log_lose(actions->own_log, actions->alerts, actions->view(actions->context).wall_ms);
}

void alert_actions_reset(struct alert_actions *actions)
{
	alerts_reset(actions->alerts);
	ev_timer_stop(actions->loop, &actions->timer);
	actions->ring_due = false;
}

void alert_actions_restore(struct alert_actions *actions, const struct alerts_saved *mark)
{
	alert_actions_reset(actions);
	alerts_restore(actions->alerts, mark);
}

void alert_actions_before(struct alert_actions *actions, const struct board_view *view)
{
	alerts_before(actions->alerts, view);
}

void alert_actions_frame(struct alert_actions *actions, const struct board_view *view)
{
	alerts_frame(actions->alerts, view);
	alarm_log_frame(actions->own_log, view);
	actions_plan(actions);
}

void alert_actions_now(struct alert_actions *actions)
{
	struct board_view view = actions->view(actions->context);
	alerts_until(actions->alerts, &view);
	actions_plan(actions);
}

void alert_actions_acknowledge(struct alert_actions *actions, char answer[ALERT_ANSWER_MAX])
{
	struct board_view view = actions->view(actions->context);
	const struct alert_state *state;
	for (unsigned i = 0; (state = alerts_firing(actions->alerts, i)) != NULL; i++)
		if (state->acknowledged_until_ms == 0)
			alarm_log_acknowledge(actions->log, state, view.wall_ms, view.wall_ms + ALERT_ACKNOWLEDGED_MS, actions->who);
	unsigned count = alerts_acknowledge(actions->alerts, view.now_ms);
	if (count > 0)
		snprintf(answer, ALERT_ANSWER_MAX, "%u alert%s acknowledged for %d minutes", count, text_plural(count, "", "s"),
			ALERT_ACKNOWLEDGED_MS / MINUTE_MS);
	else
		snprintf(answer, ALERT_ANSWER_MAX, "There is no alert to acknowledge.");
	actions_plan(actions);
}

/* The time of day at which a wish ends; 0: it takes an acknowledgement back. */
static int64_t wish_ends_ms(const struct alert_wish *wish, int64_t wall_ms)
{
	if (wish->minutes == ALERT_WISH_DAY)
		return local_day(wall_ms / 1000, 1) * 1000;
	return wish->minutes == 0 ? 0 : wall_ms + (int64_t)wish->minutes * MINUTE_MS;
}

void alert_actions_acknowledge_one(struct alert_actions *actions, const struct alert_wish *wish, char answer[ALERT_ANSWER_MAX])
{
	struct board_view view = actions->view(actions->context);
	int64_t until_ms = wish_ends_ms(wish, view.wall_ms);
	const struct alert_state *state = alerts_acknowledge_one(actions->alerts, wish->name, wish->key, wish->fired_ms,
		until_ms == 0 ? 0 : view.now_ms + until_ms - view.wall_ms);
	if (state == NULL) {
		snprintf(answer, ALERT_ANSWER_MAX, "'%.80s' is over.", wish->name);
		return;
	}
	char whose[160], clock[16];
	alarm_log_acknowledge(actions->log, state, view.wall_ms, until_ms, actions->who);
	snprintf(whose, sizeof(whose), "'%.60s'%s%.60s", wish->name, state->row[0] != '\0' ? ", " : "", state->row);
	text_clock(clock, sizeof(clock), until_ms, "%H:%M");
	if (until_ms == 0)
		snprintf(answer, ALERT_ANSWER_MAX, "%s: not acknowledged any more", whose);
	else if (wish->minutes == ALERT_WISH_DAY)
		snprintf(answer, ALERT_ANSWER_MAX, "%s: acknowledged for today", whose);
	else
		snprintf(answer, ALERT_ANSWER_MAX, "%s: acknowledged until %s", whose, clock);
	actions_plan(actions);
}

void alert_actions_mute(struct alert_actions *actions, char answer[ALERT_ANSWER_MAX])
{
	actions->muted = !actions->muted;
	snprintf(answer, ALERT_ANSWER_MAX, "%s", !actions->muted ? "Bell on."
		: "Bell muted: press the key again to unmute. Commands and text messages still go out.");
}

bool alert_actions_ring_due(struct alert_actions *actions)
{
	bool due = actions->ring_due;
	actions->ring_due = false;
	return due;
}
