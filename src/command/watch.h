/*
 * What commands without a screen that go on share (follow, metrics --file): the feed, the board, the signals that
 * end them; and, for those that ask, alerts and a recording.
 *
 * Before the first data they give up like the commands that want one answer, 20 s at most: then there is nothing
 * to go on with. After that trouble ends nothing. It ends by SIGTERM, SIGINT, SIGHUP, or when nobody reads
 * standard output any more, and deletes the subscription (api/live). Handlers only mark; `turn` is called once
 * per turn of the loop.
 */
#ifndef COMMAND_WATCH_H
#define COMMAND_WATCH_H

#include <ev.h>
#include <stdbool.h>

#include "board/board_view.h"
#include "command/app.h"
#include "recording/recorder.h"
#include "command/source.h"
#include "session/alarms.h"
#include "session/signals.h"

struct watch {
	struct app *app;
	/* Something changed: data, availability, the link. Called after the first data only. */
	void (*turn)(struct watch *watch);
	/*
	 * NULL: alerts are not evaluated and nothing is recorded. Else: an alert's event; and a failure in words, of a
	 * command, a message, the recording. Before the turn that they belong to.
	 */
	void (*alert)(struct watch *watch, const struct alert_event *event);
	void (*unknown)(struct watch *watch, const struct alert_unknown *about); /* set if `alert` is */
	void (*failed)(struct watch *watch, const char *text);
	/* The loop is about to go: stop whatever of yours is in it. NULL: nothing. */
	void (*over)(struct watch *watch);
	void *context;
	bool to_reader; /* standard output is what it is for: the end of its reader is the end */
	/* Its own. */
	struct ev_loop *loop;
	struct source source;
	struct board *board;
	struct alarms alarms; /* these two if `alert` is set */
	struct recorder *recorder; /* NULL: nothing is recorded */
	struct signals signals;
	ev_timer deadline;
	ev_prepare prepare;
	ev_io reader;
	bool dirty, first, ending;
	int status;
};

/* The layout is loaded, the connection complete, the tag taken. Returns the exit status. */
int watch_run(struct watch *watch);

/* Begins the end with this status. */
void watch_end(struct watch *watch, int status);

struct moment watch_moment(const struct watch *watch);

#endif
