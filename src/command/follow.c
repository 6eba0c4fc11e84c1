/*
 * `cxwall follow`: a line for each change that matters and each event of an alert, until ended. Lines are written
 * whole, once per turn of the loop.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "command/app.h"
#include "command/watch.h"
#include "output/lines.h"
#include "output/stdout.h"

enum { LINES_BYTES_MAX = 64 * 1024 * 1024 };

struct follow {
	struct watch watch; /* first: its callbacks get it */
	struct changes changes;
	struct board_view view; /* of the lines being written */
	struct buffer lines; /* of this turn */
	struct stdout_stream stream;
	struct buffer events; /* of alerts; written after the changes that caused them */
	bool json, terminal;
	struct lines_look look;
	int date;             /* the one that was printed last; 0: none */
	bool begun, good;     /* whether the link's state was printed, and whether it was live */
	char said[ERROR_TEXT]; /* its cause */
};

static void follow_on_change(void *context, const struct change *change)
{
	struct follow *follow = context;
	if (follow->json)
		lines_json(&follow->view, change, &follow->lines);
	else
		lines_text(&follow->view, change, &follow->look, &follow->lines);
}

static void follow_on_alert(void *context, const struct alert_event *event)
{
	struct follow *follow = context;
	if (follow->json)
		lines_alert_json(event, &follow->events);
	else
		lines_alert_text(event, &follow->look, &follow->events);
}

static void follow_on_unknown(void *context, const struct alert_unknown *about)
{
	struct follow *follow = context;
	if (follow->json)
		lines_unknown_json(about, &follow->events);
	else
		lines_unknown_text(about, &follow->look, &follow->events);
}

static void follow_on_notice(void *context, enum session_notice kind, const char *text)
{
	struct follow *follow = context;
	if (kind == SESSION_RECORD)
		message("record: %s", text);
	else if (kind == SESSION_HISTORY || kind == SESSION_HISTORY_FAILED)
		message("%s", text);
	else if (follow->json)
		lines_failure_json(clock_wall_ms(), text, &follow->events);
	else
		lines_failure_text(clock_wall_ms(), text, &follow->look, &follow->events);
}

static void follow_add_events(struct follow *follow)
{
	buffer_add(&follow->lines, buffer_string(&follow->events), follow->events.length);
	buffer_clear(&follow->events);
	/* Only a terminal rings; in a file or a journal the character would be a nuisance. */
	if (alert_actions_ring_due(&follow->watch.session.alerts) && follow->terminal && !follow->json)
		buffer_text(&follow->lines, "\a");
}

static void follow_add_link(struct follow *follow)
{
	const struct link *link = follow->view.link;
	bool good = link->state == LINK_LIVE, passing = !good && link->cause[0] == '\0';
	/* The states on the way back, such as signing in, are not printed. */
	if (follow->begun && (passing || (good == follow->good && (good || strcmp(follow->said, link->cause) == 0))))
		return;
	follow->begun = true;
	follow->good = good;
	snprintf(follow->said, sizeof(follow->said), "%s", link->cause);
	if (follow->json)
		lines_link_json(&follow->view, good, &follow->lines);
	else
		lines_link_text(&follow->view, good, &follow->look, &follow->lines);
}

static void on_output_failed(void *context, int error)
{
	struct follow *follow = context;
	if (error != EPIPE)
		message("standard output cannot be written: %s", strerror(error));
	session_end(&follow->watch.session, error == EPIPE ? STATUS_SIGNAL + SIGPIPE : STATUS_FAILED);
}

static void on_lines_lost(void *context, unsigned long lines, struct buffer *out)
{
	struct follow *follow = context;
	char text[80];
	snprintf(text, sizeof(text), "%lu lines were not read in time and are lost", lines);
	if (follow->json)
		lines_failure_json(clock_wall_ms(), text, out);
	else
		lines_failure_text(clock_wall_ms(), text, &follow->look, out);
}

/* A date before the first lines, and before those of another day. */
static void follow_print_lines(struct follow *follow)
{
	char date[LINES_DATE_MAX];
	struct buffer head;
	if (follow->lines.length > 0 && !follow->json) {
		buffer_init(&head, sizeof(date));
		buffer_text(&head, lines_date(date, follow->view.wall_ms, &follow->date));
		stdout_stream_add(&follow->stream, &head);
		buffer_free(&head);
	}
	stdout_stream_add(&follow->stream, &follow->lines);
}

static void follow_on_turn(struct watch *watch)
{
	struct follow *follow = (struct follow *)watch;
	if (follow->stream.loop == NULL) {
		follow->stream.loop = watch->session.loop;
		stdout_stream_open(&follow->stream);
	}
	follow->view = session_view(&watch->session);
	buffer_clear(&follow->lines);
	follow_add_link(follow);
	changes_report(&follow->changes, &follow->view);
	follow_add_events(follow);
	follow_print_lines(follow);
}

static int follow_command(struct app *app)
{
	struct follow follow = {
		.watch = { .app = app, .turn = follow_on_turn, .to_reader = true,
			.session = { .evaluates_alerts = true, .record_options = app_record_options(app),
				.calls = { .alert = follow_on_alert, .unknown = follow_on_unknown, .notice = follow_on_notice } } },
		.changes = { .each = follow_on_change, .context = &follow },
		.json = app->options->format == FORMAT_JSON,
		.look = { .utf8 = app->utf8, .colors = app_colors(app) },
		.terminal = isatty(STDOUT_FILENO),
	};
	if (app->options->format == FORMAT_CSV) {
		message("follow has no CSV: use --format text or json");
		return STATUS_USAGE;
	}
	if (!app_load_layout(app) || !app_feed_configured_to_act(app))
		return STATUS_USAGE;
	app_feed_tag(app);
	buffer_init(&follow.lines, LINES_BYTES_MAX);
	buffer_init(&follow.events, LINES_BYTES_MAX);
	follow.stream = (struct stdout_stream){ .failed = on_output_failed, .lost = on_lines_lost, .context = &follow };
	int status = watch_run(&follow.watch);
	if (follow.stream.loop != NULL)
		stdout_stream_close(&follow.stream);
	watch_close(&follow.watch);
	buffer_free(&follow.lines);
	buffer_free(&follow.events);
	return status;
}

const struct command command_follow = {
	.name = "follow",
	.function = follow_command,
	.task = TASK_SCRIPTS,
	.operands = "",
	.help = "a line for each change that matters",
	.examples = {
		{ "cxwall follow", "Lines for people, until Ctrl-C." },
		{ "cxwall follow -l queues --format json", "An object in each line, for programs." },
	},
};
