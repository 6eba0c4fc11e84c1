/*
 * What commands without a screen that go on share (follow, metrics --file): a session that gives up like the commands
 * that want one answer if nothing comes within 20 s, because then there is nothing to go on with. After the first data
 * trouble ends nothing.
 *
 * It ends by a signal, or when nobody reads standard output any more. `turn` is called at most once per turn of the loop.
 */
#ifndef COMMAND_WATCH_H
#define COMMAND_WATCH_H

#include <ev.h>
#include <stdbool.h>

#include "command/app.h"
#include "session/session.h"

struct watch {
	struct app *app;
	/* The callbacks of the session that the owner wants; turn, ending and context are the watch's. */
	struct session session;
	/* Something changed: data, availability, the link. Called after the first data only. */
	void (*turn)(struct watch *watch);
	bool to_reader; /* standard output is what it is for: the end of its reader is the end */
	/* Its own. */
	struct feed_options feed;
	ev_timer deadline;
	ev_io reader;
	bool first; /* the first data came */
	bool told_of_alerts; /* that another window does what they are to do */
};

/*
 * The layout is loaded, the connection complete, the tag taken. Returns the exit status; the loop is there until
 * watch_close(), which is due in any case.
 */
int watch_run(struct watch *watch);
void watch_close(struct watch *watch);

#endif
