#include "command/running.h"

#include <ev.h>

#include "base/clock.h"
#include "local/feed.h"
#include "local/place.h"

static const double RUNNING_SECONDS = 2;

struct running {
	struct ev_loop *loop;
	struct local_feed *feed;
	bool teams;
	ev_timer deadline;
};

static const struct catalogue *running_of(const struct running *running)
{
	const struct feed *feed = local_feed_feed(running->feed);
	return running->teams ? feed->ops->teams(feed) : feed->ops->services(feed);
}

static bool running_on_frame(void *context, const struct frame *frame, struct decode_report *report, struct error *error)
{
	(void)context;
	(void)frame;
	(void)report;
	(void)error;
	return true;
}

static void running_on_missed(void *context, enum frame_kind kind, const char *subject, const char *cause)
{
	(void)context;
	(void)kind;
	(void)subject;
	(void)cause;
}

static void running_end(void *context)
{
	struct running *running = context;
	ev_break(running->loop, EVBREAK_ALL);
}

static void running_on_changed(void *context)
{
	struct running *running = context;
	if (running_of(running)->known)
		running_end(running);
}

static void running_on_deadline(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	running_end(timer->data);
}


bool running_names(struct app *app, bool teams, void (*use)(void *context, const struct catalogue *names), void *context,
	struct error *error)
{
	struct local_place place;
	struct local_login login;
	if (app->runtime < 0)
		app->runtime = app_runtime_folder(error);
	if (app->runtime < 0 || !app_login_place(app, &login, &place, error))
		return false;
	struct layout *nothing = app_layout_of_nothing("names");
	struct running running = { .loop = ev_loop_new(EVFLAG_AUTO), .teams = teams };
	struct local_feed_options options = { .command = "list", .lost = running_end, .context = &running };
	struct feed_sink sink = { .frame = running_on_frame, .missed = running_on_missed, .changed = running_on_changed,
		.ended = running_end, .context = &running };
	running.feed = local_feed_new(running.loop, &place, nothing, &options, &sink);
	struct feed *feed = local_feed_feed(running.feed);
	bool known = false;
	if (local_feed_connect(running.feed)) {
		ev_timer_init(&running.deadline, running_on_deadline, RUNNING_SECONDS, 0);
		running.deadline.data = &running;
		ev_timer_start(running.loop, &running.deadline);
		feed->ops->list_names(feed);
		ev_run(running.loop, 0);
		ev_timer_stop(running.loop, &running.deadline);
		known = running_of(&running)->known;
		if (known)
			use(context, running_of(&running));
	}
	feed->ops->free(feed);
	ev_loop_destroy(running.loop);
	layout_free(nothing);
	return known || error_set(error, "no wall of this login that knows its %s runs on this machine", teams ? "teams" : "services");
}
