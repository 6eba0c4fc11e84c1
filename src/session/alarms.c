#include "session/alarms.h"

#include <stdio.h>

#include "base/log.h"

/* A timer that comes late is early enough; one planned for longer is planned again. */
static const double TIMER_SECONDS_MAX = 3600;

static void say(struct alarms *alarms, const char *notice)
{
	alarms->changed(alarms->context, notice);
}

static void run(struct alarms *alarms, const struct alert_event *event)
{
	const struct alert_rule *rule = event->state->rule;
	const struct texts *command = event->kind == ALERT_FIRED ? &rule->command : &rule->clear_command;
	struct error error;
	if (alarms->runner == NULL || !event->loud || event->kind == ALERT_REMINDED || command->count == 0)
		return;
	if (!runner_add(alarms->runner, event, command, &error)) {
		log_line("%s", error.text);
		say(alarms, error.text);
	}
}

/* Whoever muted the bell did not mute a telephone. */
static void send(struct alarms *alarms, const struct alert_event *event)
{
	struct error error;
	if (alarms->live == NULL || !event->loud || event->kind != ALERT_FIRED || event->state->rule->sms.count == 0)
		return;
	if (!live_sms(alarms->live, event, alarms->names, &error))
		say(alarms, error.text);
}

static void on_event(void *context, const struct alert_event *event)
{
	static const char *const words[] = {
		[ALERT_FIRED] = "fires", [ALERT_CLEARED] = "is over", [ALERT_REMINDED] = "fires still",
	};
	struct alarms *alarms = context;
	const struct alert_state *state = event->state;
	log_line("alert '%s'%s%s %s (%s)", state->rule->name, state->row[0] != '\0' ? ", " : "", state->row,
		words[event->kind], state->value);
	if (alarms->event != NULL)
		alarms->event(alarms->context, event);
	if (event->kind != ALERT_CLEARED && event->loud && state->rule->bell && !alarms->muted)
		alarms->ring = true;
	run(alarms, event);
	send(alarms, event);
	say(alarms, NULL);
}

static void on_unknown(void *context, const struct alert_unknown *about)
{
	struct alarms *alarms = context;
	if (about->over)
		log_line("alert '%s' has a value again, after %lld s", about->rule->name,
			(long long)((about->at_ms - about->since_ms) / 1000));
	else
		log_line("alert '%s' has no value: %s", about->rule->name, about->why);
	if (alarms->unknown != NULL)
		alarms->unknown(alarms->context, about);
	say(alarms, NULL);
}

static void open_alerts(struct alarms *alarms, const struct layout *layout)
{
	alarms->alerts = alerts_new(layout, on_event, alarms);
	alerts_tell_unknown(alarms->alerts, on_unknown);
}

static void plan(struct alarms *alarms)
{
	struct moment moment = alarms->moment(alarms->context);
	int64_t due = alerts_due(alarms->alerts, &moment);
	ev_timer_stop(alarms->loop, &alarms->timer);
	if (due == INT64_MAX || alarms->speed <= 0)
		return;
	double seconds = (double)(due - moment.now_ms) / 1000 / alarms->speed;
	seconds = seconds < 0 ? 0 : seconds > TIMER_SECONDS_MAX ? TIMER_SECONDS_MAX : seconds;
	ev_now_update(alarms->loop);
	ev_timer_set(&alarms->timer, seconds, 0.);
	ev_timer_start(alarms->loop, &alarms->timer);
}

static void on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	alarms_now(timer->data);
}

static void on_failed(void *context, const char *text)
{
	say(context, text);
}

void alarms_start(struct alarms *alarms, const struct layout *layout, bool commands)
{
	open_alerts(alarms, layout);
	alarms->runner = commands ? runner_new(alarms->loop, on_failed, alarms) : NULL;
	ev_timer_init(&alarms->timer, on_timer, 0., 0.);
	alarms->timer.data = alarms;
}

void alarms_stop(struct alarms *alarms)
{
	if (alarms->alerts == NULL)
		return;
	ev_timer_stop(alarms->loop, &alarms->timer);
	runner_free(alarms->runner);
	alerts_free(alarms->alerts);
	alarms->alerts = NULL;
}

void alarms_layout(struct alarms *alarms, const struct layout *layout)
{
	struct alerts *old = alarms->alerts;
	open_alerts(alarms, layout);
	alerts_adopt(alarms->alerts, old);
	alerts_free(old);
}

void alarms_reset(struct alarms *alarms)
{
	alerts_reset(alarms->alerts);
	ev_timer_stop(alarms->loop, &alarms->timer);
	alarms->ring = false;
}

void alarms_return(struct alarms *alarms, const struct alerts_mark *mark)
{
	alarms_reset(alarms);
	alerts_return(alarms->alerts, mark);
}

void alarms_before(struct alarms *alarms, const struct moment *moment)
{
	alerts_before(alarms->alerts, moment);
}

void alarms_frame(struct alarms *alarms, const struct moment *moment)
{
	alerts_frame(alarms->alerts, moment);
	plan(alarms);
}

void alarms_now(struct alarms *alarms)
{
	struct moment moment = alarms->moment(alarms->context);
	alerts_until(alarms->alerts, &moment);
	plan(alarms);
}

void alarms_acknowledge(struct alarms *alarms)
{
	struct moment moment = alarms->moment(alarms->context);
	char text[80];
	unsigned count = alerts_acknowledge(alarms->alerts, moment.now_ms);
	if (count > 0)
		snprintf(text, sizeof(text), "%u acknowledged for %d minutes", count, ALERT_ACKNOWLEDGED_MS / 60000);
	else
		snprintf(text, sizeof(text), "no alert to acknowledge");
	say(alarms, text);
	plan(alarms);
}

void alarms_mute(struct alarms *alarms)
{
	alarms->muted = !alarms->muted;
	say(alarms, alarms->muted ? "alerts do not ring until the key is pressed again; commands and messages go on"
		: "alerts ring");
}

bool alarms_rings(struct alarms *alarms)
{
	bool ring = alarms->ring;
	alarms->ring = false;
	return ring;
}
