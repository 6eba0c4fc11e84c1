#include "alert/alert_actions.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"

/* A longer wait is split: the timer then plans the next part. */
static const double TIMER_SECONDS_MAX = 3600;

static void actions_run(struct alert_actions *actions, const struct alert_event *event)
{
	const struct alert_rule *rule = event->state->rule;
	const struct texts *command = event->kind == ALERT_FIRED ? &rule->command : &rule->clear_command;
	struct error error;
	if (actions->commands == NULL || !event->loud || event->kind == ALERT_REMINDED || command->count == 0)
		return;
	if (!alert_commands_add(actions->commands, event, command, &error)) {
		log_line("%s", error.text);
		actions->changed(actions->context, error.text);
	}
}

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
		words[event->kind], state->value);
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
	if (about->over)
		log_line("alert '%s' has a value again, after %lld s", about->rule->name,
			(long long)((about->at_ms - about->since_ms) / 1000));
	else
		log_line("alert '%s' has no value: %s", about->rule->name, about->why);
	if (actions->unknown != NULL)
		actions->unknown(actions->context, about);
	actions->changed(actions->context, NULL);
}

static void actions_open(struct alert_actions *actions, const struct layout *layout)
{
	actions->alerts = alerts_new(layout, actions_on_event, actions);
	alerts_on_unknown(actions->alerts, actions_on_unknown);
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

static void actions_on_command_failed(void *context, const char *text)
{
	struct alert_actions *actions = context;
	actions->changed(actions->context, text);
}

void alert_actions_start(struct alert_actions *actions, const struct layout *layout, bool commands)
{
	actions_open(actions, layout);
	actions->commands = commands ? alert_commands_new(actions->loop, actions_on_command_failed, actions) : NULL;
	ev_timer_init(&actions->timer, actions_on_timer, 0., 0.);
	actions->timer.data = actions;
}

void alert_actions_stop(struct alert_actions *actions)
{
	if (actions->alerts == NULL)
		return;
	ev_timer_stop(actions->loop, &actions->timer);
	alert_commands_free(actions->commands);
	alerts_free(actions->alerts);
	actions->alerts = NULL;
}

void alert_actions_set_layout(struct alert_actions *actions, const struct layout *layout)
{
	struct alerts *old = actions->alerts;
	actions_open(actions, layout);
	alerts_adopt(actions->alerts, old);
	alerts_free(old);
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
	actions_plan(actions);
}

void alert_actions_now(struct alert_actions *actions)
{
	struct board_view view = actions->view(actions->context);
	alerts_until(actions->alerts, &view);
	actions_plan(actions);
}

void alert_actions_acknowledge(struct alert_actions *actions)
{
	struct board_view view = actions->view(actions->context);
	char text[80];
	unsigned count = alerts_acknowledge(actions->alerts, view.now_ms);
	if (count > 0)
		snprintf(text, sizeof(text), "%u alert%s acknowledged for %d minutes", count, count == 1 ? "" : "s",
			ALERT_ACKNOWLEDGED_MS / 60000);
	else
		snprintf(text, sizeof(text), "There is no alert to acknowledge.");
	actions->changed(actions->context, text);
	actions_plan(actions);
}

void alert_actions_mute(struct alert_actions *actions)
{
	actions->muted = !actions->muted;
	actions->changed(actions->context, !actions->muted ? "Bell on."
		: "Bell muted: press the key again to unmute. Commands and text messages still go out.");
}

bool alert_actions_ring_due(struct alert_actions *actions)
{
	bool due = actions->ring_due;
	actions->ring_due = false;
	return due;
}
