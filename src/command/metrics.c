/*
 * `cxwall metrics`: OpenMetrics on standard output, or in a file that is replaced at each poll, for a collector of
 * text files. No port is opened. The file goes with the program: numbers of a program that ended would look like
 * fresh ones.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/os.h"
#include "base/text.h"
#include "command/app.h"
#include "command/watch.h"
#include "output/metrics.h"
#include "output/stdout.h"

/* Readable for a collector that runs as another user, if the umask allows it. */
enum { FILE_MODE = 0644, PATH_ROOM = 1024 };

struct metrics {
	struct watch watch; /* first: its callbacks get it */
	struct buffer text;
	const char *path;
	char temporary[PATH_ROOM]; /* in the same folder, so that the rename is atomic */
	ev_timer timer;            /* writes also while polls fail, so that stale numbers go */
	unsigned long polls;       /* at the last writing */
	bool failed;               /* the failure was reported */
	bool written;
	char said[ERROR_TEXT]; /* the trouble that was reported last */
};

/* A rename would replace a device or a pipe by a file, such as /dev/null when root runs it. */
static bool may_replace(const char *path)
{
	struct stat about;
	return lstat(path, &about) != 0 || S_ISREG(about.st_mode);
}

static bool metrics_replace_file(const struct metrics *metrics)
{
	return os_replace_file(AT_FDCWD, metrics->temporary, metrics->path, FILE_MODE, buffer_string(&metrics->text),
		metrics->text.length);
}

/* An old file would look fresh. Where it cannot be removed from its folder, it can perhaps be emptied. */
static bool metrics_remove_old(const struct metrics *metrics)
{
	return unlink(metrics->path) == 0 || errno == ENOENT || truncate(metrics->path, 0) == 0;
}

/* On a full disk, removing the old file may give the new one enough room. */
static bool metrics_put_file(struct metrics *metrics)
{
	if (metrics_replace_file(metrics))
		return true;
	int why = errno;
	if (why == ENOSPC && metrics->written && unlink(metrics->path) == 0 && metrics_replace_file(metrics))
		return true;
	errno = why;
	return false;
}

/* A failure, such as a full disk, is reported once and tried again at the next poll. */
static void metrics_replace(struct metrics *metrics)
{
	struct board_view view = session_view(&metrics->watch.session);
	bool whole = metrics_document(&view, &metrics->text), own = may_replace(metrics->path);
	bool good = whole && own && metrics_put_file(metrics);
	const char *why = !whole ? "the document is too large" : !own ? "not a regular file" : strerror(errno);
	metrics->polls = view.link->polls;
	bool removed = good || !metrics->written || !own || metrics_remove_old(metrics);
	metrics->written = metrics->written || good;
	if (!good && !metrics->failed)
		message("%s cannot be written: %s%s", metrics->path, why,
			removed ? "" : ". The old file could not be removed: its numbers are old");
	if (!good && !metrics->written)
		session_end(&metrics->watch.session, STATUS_FAILED);
	metrics->failed = !good;
}

static void metrics_say_trouble(struct metrics *metrics, const struct link *link)
{
	if (strcmp(metrics->said, link->cause) == 0)
		return;
	char text[2 * ERROR_TEXT];
	text_cause(text, sizeof(text), link->cause, link->advice);
	snprintf(metrics->said, sizeof(metrics->said), "%s", link->cause);
	if (link->cause[0] != '\0')
		message("%s", text);
	else
		message("live again");
}

static void metrics_on_notice(void *context, enum session_notice kind, const char *text)
{
	(void)context;
	(void)kind;
	message("%s", text);
}

static void metrics_on_turn(struct watch *watch)
{
	struct metrics *metrics = (struct metrics *)watch;
	const struct link *link = session_link(&watch->session);
	metrics_say_trouble(metrics, link);
	if (link->polls == metrics->polls && metrics->written)
		return;
	metrics_replace(metrics);
	if (!watch->session.ending)
		ev_timer_again(watch->session.loop, &metrics->timer);
}

static void metrics_on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	metrics_replace(timer->data);
}

static int metrics_write_file(struct app *app)
{
	struct metrics metrics = {
		.watch = { .app = app, .turn = metrics_on_turn, .session = { .calls = { .notice = metrics_on_notice } } }, .path = app->options->file,
	};
	if (!may_replace(metrics.path)) {
		message("--file: %s is not a regular file", metrics.path);
		return STATUS_USAGE;
	}
	if (snprintf(metrics.temporary, sizeof(metrics.temporary), "%s.%d.tmp", metrics.path, (int)getpid()) >=
		(int)sizeof(metrics.temporary)) {
		message("the name of the file is too long");
		return STATUS_USAGE;
	}
	buffer_init(&metrics.text, METRICS_BYTES_MAX);
	ev_timer_init(&metrics.timer, metrics_on_timer, 0., app_interval(app) + 1);
	metrics.timer.data = &metrics;
	int status = watch_run(&metrics.watch);
	watch_close(&metrics.watch);
	if (metrics.written && may_replace(metrics.path))
		unlink(metrics.path);
	buffer_free(&metrics.text);
	return status;
}

static int metrics_print_once(struct app *app)
{
	struct one_answer answer = app_one_answer(app, false);
	struct buffer out;
	int status = one_answer_run(&answer);
	if (status == STATUS_FINE) {
		struct board_view view = one_answer_view(&answer);
		buffer_init(&out, METRICS_BYTES_MAX);
		metrics_document(&view, &out);
		status = stdout_document(&out);
		buffer_free(&out);
	}
	one_answer_free(&answer);
	return status;
}

static int metrics_command(struct app *app)
{
	if (app->options->api.take_over && app->options->file == NULL) {
		message("--take-over needs --file: a command that prints once never ends another client's subscription");
		return STATUS_USAGE;
	}
	if (!app_load_layout(app) || !app_feed_configured(app))
		return STATUS_USAGE;
	app_feed_tag(app);
	return app->options->file != NULL ? metrics_write_file(app) : metrics_print_once(app);
}

const struct command command_metrics = {
	.name = "metrics",
	.function = metrics_command,
	.task = TASK_SCRIPTS,
	.operands = "",
	.help = "OpenMetrics, once or in a file",
	.examples = {
		{ "cxwall metrics", "Once, on standard output." },
		{ "cxwall metrics --file cxwall.prom", "A file that is replaced at each poll, for node_exporter." },
	},
};
