#include "command/watch.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"

/* As for one answer (session/one_answer). */
static const double FIRST_SECONDS = 20;

static void watch_give_up(struct watch *watch)
{
	const struct link *link = session_link(&watch->session);
	const char *otherwise = link->state == LINK_WAITING ? "The server has not sent any data" : "No answer in time";
	char text[2 * ERROR_TEXT];
	text_cause(text, sizeof(text), link->cause[0] != '\0' ? link->cause : otherwise, link->advice);
	message("%s", text);
	session_end(&watch->session, link->exit_status != STATUS_FINE ? link->exit_status : STATUS_NO_DATA);
}

static void watch_on_turn(void *context)
{
	struct watch *watch = context;
	const struct link *link = session_link(&watch->session);
	if (watch->session.ending || !watch->session.dirty)
		return;
	watch->session.dirty = false;
	char text[ERROR_TEXT];
	if (!watch->told_of_alerts && session_acts_elsewhere(&watch->session, text, sizeof(text))) {
		watch->told_of_alerts = true;
		message("%s", text);
	}
	if (!watch->first && link->state == LINK_LIVE) {
		watch->first = true;
		ev_timer_stop(watch->session.loop, &watch->deadline);
	}
	if (watch->first)
		watch->turn(watch);
	else if (link_hopeless(link))
		watch_give_up(watch);
}

static void watch_on_ending(void *context)
{
	struct watch *watch = context;
	ev_timer_stop(watch->session.loop, &watch->deadline);
	ev_io_stop(watch->session.loop, &watch->reader);
}

static void watch_on_deadline(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	watch_give_up(timer->data);
}

/* The read end of a pipe is closed when the write end reports an error. */
static void watch_on_reader(struct ev_loop *loop, ev_io *watcher, int events)
{
	struct watch *watch = watcher->data;
	struct pollfd output = { .fd = STDOUT_FILENO };
	(void)loop;
	(void)events;
	if (poll(&output, 1, 0) > 0 && (output.revents & (POLLERR | POLLHUP)))
		session_end(&watch->session, STATUS_SIGNAL + SIGPIPE);
}

static void watch_start_watchers(struct watch *watch)
{
	struct ev_loop *loop = watch->session.loop;
	struct stat about;
	ev_timer_start(loop, &watch->deadline);
	if (watch->to_reader && fstat(STDOUT_FILENO, &about) == 0 && S_ISFIFO(about.st_mode))
		ev_io_start(loop, &watch->reader);
}

int watch_run(struct watch *watch)
{
	struct app *app = watch->app;
	struct session *session = &watch->session;
	struct error error;
	ev_timer_init(&watch->deadline, watch_on_deadline, FIRST_SECONDS, 0.);
	ev_io_init(&watch->reader, watch_on_reader, STDOUT_FILENO, EV_READ);
	watch->deadline.data = watch->reader.data = watch;
	session->layout = app->layout;
	session->names = app->options->names;
	session->acts = true;
	session->store_options = app_store_options(app);
	session->calls.turn = watch_on_turn;
	session->calls.ending = watch_on_ending;
	session->calls.context = watch;
	if (!session_open(session))
		return session->status;
	watch->feed = app_feed_options(app);
	if (!session_connect(session, &watch->feed, NULL, &error)) {
		message("%s", error.text);
		return session->status;
	}
	watch_start_watchers(watch);
	return session_run(session);
}

void watch_close(struct watch *watch)
{
	ev_timer_stop(watch->session.loop, &watch->deadline);
	ev_io_stop(watch->session.loop, &watch->reader);
	session_close(&watch->session);
}
