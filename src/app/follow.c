/* `cxwall follow`: a line for each change that matters, until ended. Each line is written whole and at once. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "app/app.h"
#include "app/watch.h"
#include "base/log.h"
#include "output/lines.h"

enum { LINES_BYTES_MAX = 64 * 1024 * 1024 };

struct follow {
	struct watch watch;
	struct changes changes;
	struct moment moment; /* of the lines being written */
	struct buffer lines;
	bool json, utf8;
	bool begun, good;     /* what was last said of the link */
	char said[ERROR_TEXT]; /* its cause */
};

static void on_change(void *context, const struct change *change)
{
	struct follow *follow = context;
	if (follow->json)
		lines_json(&follow->moment, change, &follow->lines);
	else
		lines_text(&follow->moment, change, follow->utf8, &follow->lines);
}

static void tell_link(struct follow *follow)
{
	const struct link *link = follow->moment.link;
	bool good = link->state == LINK_LIVE, passing = !good && link->cause[0] == '\0';
	/* The way back (signing in, subscribing) is no news. */
	if (follow->begun && (passing || (good == follow->good && (good || strcmp(follow->said, link->cause) == 0))))
		return;
	follow->begun = true;
	follow->good = good;
	snprintf(follow->said, sizeof(follow->said), "%s", link->cause);
	if (follow->json)
		lines_link_json(&follow->moment, good, &follow->lines);
	else
		lines_link_text(&follow->moment, good, &follow->lines);
}

static void print_lines(struct follow *follow)
{
	const struct buffer *lines = &follow->lines;
	if (lines->length == 0 ||
		(fwrite(buffer_string(lines), 1, lines->length, stdout) == lines->length && fflush(stdout) == 0))
		return;
	if (errno == EPIPE) {
		watch_end(&follow->watch, STATUS_SIGNAL + SIGPIPE);
		return;
	}
	message("standard output cannot be written: %s", strerror(errno));
	watch_end(&follow->watch, STATUS_FAILED);
}

static void on_turn(struct watch *watch)
{
	struct follow *follow = watch->context;
	follow->moment = watch_moment(watch);
	buffer_clear(&follow->lines);
	tell_link(follow);
	changes_tell(&follow->changes, &follow->moment);
	print_lines(follow);
}

int command_follow(struct app *app)
{
	struct follow follow = {
		.watch = { .app = app, .turn = on_turn, .context = &follow, .to_reader = true },
		.changes = { .each = on_change, .context = &follow },
		.json = app->options->format == FORMAT_JSON,
		.utf8 = app->utf8,
	};
	if (app->options->format == FORMAT_CSV) {
		message("follow prints text or json");
		return STATUS_USAGE;
	}
	if (!app_load_layout(app) || !app_connection(app))
		return STATUS_USAGE;
	app_tag(app);
	buffer_init(&follow.lines, LINES_BYTES_MAX);
	int status = watch_run(&follow.watch);
	buffer_free(&follow.lines);
	return status;
}
