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
#include "command/app.h"
#include "command/watch.h"
#include "output/metrics.h"
#include "output/stdout_document.h"

/* Readable by the collector, whoever it runs as; the umask takes away what it must. */
enum { FILE_MODE = 0644, PATH_ROOM = 1024 };

struct metrics {
	struct watch watch; /* first: its callbacks get it */
	struct buffer text;
	const char *path;
	char temporary[PATH_ROOM]; /* in the same folder, so that the rename is atomic */
	ev_timer timer;            /* goes on while polls fail, so that what is stale vanishes */
	unsigned long polls;       /* at the last writing */
	bool failed;               /* said so */
	bool written;
	char said[ERROR_TEXT]; /* last trouble that was told */
};

static bool write_whole(int fd, const struct buffer *text)
{
	const char *at = buffer_string(text);
	size_t left = text->length;
	while (left > 0) {
		ssize_t done = write(fd, at, left);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		at += done;
		left -= (size_t)done;
	}
	return true;
}

/* A rename puts a file in the place of a device or a pipe, wherever its folder allows it: of /dev/null, for root. */
static bool may_replace(const char *path)
{
	struct stat about;
	return lstat(path, &about) != 0 || S_ISREG(about.st_mode);
}

static bool replace_file(struct metrics *metrics)
{
	/* What a killed run left, or somebody put there, is never opened: a pipe would hold the program. */
	unlink(metrics->temporary);
	int fd = open(metrics->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
	if (fd < 0)
		return false;
	bool good = write_whole(fd, &metrics->text);
	good = close(fd) == 0 && good;
	if (good && rename(metrics->temporary, metrics->path) == 0)
		return true;
	int why = errno;
	unlink(metrics->temporary);
	errno = why;
	return false;
}

/* The old file would look fresh for ever. Where its folder is closed to us, its contents may still be open. */
static bool remove_old(const struct metrics *metrics)
{
	return unlink(metrics->path) == 0 || errno == ENOENT || truncate(metrics->path, 0) == 0;
}

/* On a full disk the room of the old file may be all that the new one needs. */
static bool put_file(struct metrics *metrics)
{
	if (replace_file(metrics))
		return true;
	int why = errno;
	if (why == ENOSPC && metrics->written && unlink(metrics->path) == 0 && replace_file(metrics))
		return true;
	errno = why;
	return false;
}

/* A full disk ends nothing: it is said once, and tried again at the next poll. */
static void write_file(struct metrics *metrics)
{
	struct board_view view = session_moment(&metrics->watch.session);
	bool whole = metrics_document(&view, &metrics->text), own = may_replace(metrics->path);
	bool good = whole && own && put_file(metrics);
	const char *why = !whole ? "the document is too large" : !own ? "not a regular file" : strerror(errno);
	metrics->polls = view.link->polls;
	bool removed = good || !metrics->written || !own || remove_old(metrics);
	metrics->written = metrics->written || good;
	if (!good && !metrics->failed)
		message("%s cannot be written: %s%s", metrics->path, why,
			removed ? "" : ". The old file could not be removed: its numbers are old");
	if (!good && !metrics->written)
		session_end(&metrics->watch.session, STATUS_FAILED);
	metrics->failed = !good;
}

static void tell_trouble(struct metrics *metrics, const struct link *link)
{
	if (strcmp(metrics->said, link->cause) == 0)
		return;
	snprintf(metrics->said, sizeof(metrics->said), "%s", link->cause);
	if (link->cause[0] != '\0')
		message("%s%s%s", link->cause, link->advice[0] != '\0' ? ": " : "", link->advice);
	else
		message("live again");
}

static void on_turn(struct watch *watch)
{
	struct metrics *metrics = (struct metrics *)watch;
	const struct link *link = session_link(&watch->session);
	tell_trouble(metrics, link);
	if (link->polls == metrics->polls && metrics->written)
		return;
	write_file(metrics);
	if (!watch->session.ending)
		ev_timer_again(watch->session.loop, &metrics->timer);
}

static void on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	write_file(timer->data);
}

static int write_on(struct app *app)
{
	struct metrics metrics = {
		.watch = { .app = app, .turn = on_turn }, .path = app->options->file,
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
	ev_timer_init(&metrics.timer, on_timer, 0., app_interval(app) + 1);
	metrics.timer.data = &metrics;
	int status = watch_run(&metrics.watch);
	watch_close(&metrics.watch);
	if (metrics.written && may_replace(metrics.path))
		unlink(metrics.path);
	buffer_free(&metrics.text);
	return status;
}

static int print_once(struct app *app)
{
	struct one_answer answer = app_one_answer(app, false);
	struct buffer out;
	int status = one_answer_run(&answer);
	if (status == STATUS_FINE) {
		struct board_view view = one_answer_moment(&answer);
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
		message("--take-over needs --file: a command that prints once ends nobody's subscription");
		return STATUS_USAGE;
	}
	if (!app_load_layout(app) || !app_feed_configured(app))
		return STATUS_USAGE;
	app_feed_tag(app);
	return app->options->file != NULL ? write_on(app) : print_once(app);
}

const struct command command_metrics = {
	.name = "metrics",
	.function = metrics_command,
	.operands = "",
	.help = "OpenMetrics, once or in a file",
};
