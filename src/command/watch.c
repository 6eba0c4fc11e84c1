#include "command/watch.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "command/intake.h"
#include "command/last_frame.h"

/* As for one answer (command/oneshot). */
static const double FIRST_SECONDS = 20;

void watch_end(struct watch *watch, int status)
{
	if (watch->ending)
		return;
	watch->ending = true;
	watch->status = status;
	ev_timer_stop(watch->loop, &watch->deadline);
	ev_io_stop(watch->loop, &watch->reader);
	source_stop(&watch->source);
}

/* The other client may be the user's own wall. */
static bool is_own_wall(const struct watch *watch)
{
	const struct link *link = source_link(&watch->source);
	return (link->state == LINK_IN_USE || link->state == LINK_LIMIT) && last_frame_lives(watch->app);
}

static void give_up(struct watch *watch)
{
	const struct link *link = source_link(&watch->source);
	const char *advice = is_own_wall(watch) ? "a wall of yours has it; snapshot, check and metrics without --file read that"
		: link->advice;
	const char *otherwise = link->state == LINK_WAITING ? "the server has not sent any data" : "no answer in time";
	message("%s%s%s", link->cause[0] != '\0' ? link->cause : otherwise, advice[0] != '\0' ? ": " : "", advice);
	watch_end(watch, link->exit_status != STATUS_FINE ? link->exit_status : STATUS_NO_DATA);
}

static void on_alert(void *context, const struct alert_event *event)
{
	struct watch *watch = context;
	watch->dirty = true;
	recorder_alert(watch->recorder, event);
	watch->alert(watch, event);
}

static void on_unknown(void *context, const struct alert_unknown *about)
{
	struct watch *watch = context;
	watch->dirty = true;
	watch->unknown(watch, about);
}

static void on_alarm(void *context, const char *notice)
{
	struct watch *watch = context;
	watch->dirty = true;
	if (notice != NULL)
		watch->failed(watch, notice);
}

static void tell_record(struct watch *watch)
{
	char text[ERROR_TEXT];
	bool bad;
	if (!recorder_news(watch->recorder, text, sizeof(text), &bad))
		return;
	if (bad)
		watch->failed(watch, text);
	else
		message("record: %s", text);
}

static bool on_frame(void *context, const struct frame *frame, struct decode_report *report, struct error *error)
{
	struct watch *watch = context;
	bool alerts = watch->alert != NULL;
	struct intake intake = {
		.board = watch->board, .link = source_link(&watch->source),
		.alarms = alerts ? &watch->alarms : NULL, .recorder = alerts ? watch->recorder : NULL,
		.at_once = watch->source.relay != NULL,
	};
	watch->dirty = true;
	if (!intake_frame(&intake, frame, report, error))
		return false;
	tell_record(watch);
	return true;
}

static void on_missed(void *context, enum frame_kind kind, const char *subject, const char *cause)
{
	struct watch *watch = context;
	board_missed(watch->board, kind, subject, cause);
	watch->dirty = true;
}

static void on_changed(void *context)
{
	struct watch *watch = context;
	watch->dirty = true;
	/* live_new() reports before it returns. */
	if (source_ready(&watch->source))
		decode_reasons(watch->board, source_request(&watch->source));
}

static void on_confirmed(void *context, const struct panel *panel, int64_t received_ms)
{
	struct watch *watch = context;
	watch->dirty = true;
	board_confirm(watch->board, panel, received_ms);
}

static void on_ended(void *context)
{
	struct watch *watch = context;
	ev_break(watch->loop, EVBREAK_ALL);
}

static void on_prepare(struct ev_loop *loop, ev_prepare *watcher, int events)
{
	struct watch *watch = watcher->data;
	const struct link *link = source_link(&watch->source);
	(void)events;
	if (watch->ending || !watch->dirty)
		return;
	watch->dirty = false;
	if (!watch->first && link->state == LINK_LIVE) {
		watch->first = true;
		ev_timer_stop(loop, &watch->deadline);
	}
	if (watch->first)
		watch->turn(watch);
	else if (link_hopeless(link))
		give_up(watch);
}

static void on_deadline(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	give_up(timer->data);
}

static void on_end_signal(void *context, int number)
{
	watch_end(context, STATUS_SIGNAL + number);
}

/* The read end of a pipe is closed when the write end reports an error. */
static void on_reader(struct ev_loop *loop, ev_io *watcher, int events)
{
	struct pollfd output = { .fd = STDOUT_FILENO };
	(void)loop;
	(void)events;
	if (poll(&output, 1, 0) > 0 && (output.revents & (POLLERR | POLLHUP)))
		watch_end(watcher->data, STATUS_SIGNAL + SIGPIPE);
}

static void start_watchers(struct watch *watch)
{
	struct stat about;
	ev_timer_init(&watch->deadline, on_deadline, FIRST_SECONDS, 0.);
	ev_prepare_init(&watch->prepare, on_prepare);
	ev_io_init(&watch->reader, on_reader, STDOUT_FILENO, EV_READ);
	watch->deadline.data = watch->prepare.data = watch->reader.data = watch;
	ev_timer_start(watch->loop, &watch->deadline);
	ev_prepare_start(watch->loop, &watch->prepare);
	if (watch->to_reader && fstat(STDOUT_FILENO, &about) == 0 && S_ISFIFO(about.st_mode))
		ev_io_start(watch->loop, &watch->reader);
}

static bool start_feed(struct watch *watch)
{
	struct app *app = watch->app;
	struct live_options options = { .tag = app->tag };
	struct feed_sink sink = {
		.frame = on_frame, .missed = on_missed, .sms_failed = on_alarm, .changed = on_changed, .ended = on_ended,
		.confirmed = on_confirmed, .context = watch,
	};
	struct error error;
	bool good = source_open(&watch->source, app, watch->loop, &options, &sink, &watch->status, &error);
	if (!good)
		message("%s", error.text);
	watch->alarms.live = watch->source.live;
	return good;
}

struct moment watch_moment(const struct watch *watch)
{
	return (struct moment){
		.board = watch->board, .link = source_link(&watch->source),
		.now_ms = clock_boot_ms(), .wall_ms = clock_wall_ms(),
	};
}

static struct moment on_moment(void *context)
{
	return watch_moment(context);
}

/* False after a message. */
static bool start_alerts(struct watch *watch)
{
	if (watch->alert == NULL)
		return true;
	watch->alarms = (struct alarms){
		.loop = watch->loop, .moment = on_moment, .event = on_alert, .changed = on_alarm, .unknown = on_unknown, .context = watch, .speed = 1,
		.names = (enum names)watch->app->options->names,
	};
	/* Of what is published, the publisher runs commands. */
	alarms_start(&watch->alarms, watch->app->layout, watch->app->options->broker_from == NULL);
	if (app_record(watch->app, &watch->recorder))
		return true;
	watch->status = STATUS_USAGE;
	return false;
}

static void stop_alerts(struct watch *watch)
{
	if (watch->alert == NULL)
		return;
	alarms_stop(&watch->alarms);
	recorder_close(watch->recorder);
}

static void stop_watchers(struct watch *watch)
{
	ev_timer_stop(watch->loop, &watch->deadline);
	ev_prepare_stop(watch->loop, &watch->prepare);
	ev_io_stop(watch->loop, &watch->reader);
}

int watch_run(struct watch *watch)
{
	struct app *app = watch->app;
	watch->loop = ev_default_loop(EVFLAG_NOENV);
	if (watch->loop == NULL)
		fatal("the event loop cannot start");
	app->options->api.interval = app_interval(app);
	watch->board = board_new(app->layout);
	watch->board->names = (enum names)app->options->names;
	watch->signals = (struct signals){ .loop = watch->loop, .end = on_end_signal, .context = watch };
	signals_start(&watch->signals);
	if (start_alerts(watch) && start_feed(watch)) {
		start_watchers(watch);
		ev_run(watch->loop, 0);
		stop_watchers(watch);
		source_free(&watch->source);
	}
	stop_alerts(watch);
	board_free(watch->board);
	if (watch->over != NULL)
		watch->over(watch);
	signals_stop(&watch->signals);
	ev_loop_destroy(watch->loop);
	return watch->status;
}
