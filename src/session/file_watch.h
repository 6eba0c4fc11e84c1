/*
 * Notices that a file is another one than before, however it became so: written in place, replaced, reached through a
 * link or a folder that now leads elsewhere, or saved twice within the granularity of its time stamps.
 *
 * The kernel tells of most changes at once (libev's watchers of the name and of the file behind its links). The name is
 * looked up again as well whenever the loop turns, but not more often than each two seconds, and each ten seconds if
 * nothing else turns it: so folder exchanges, network drives and a machine without free inotify watches are covered
 * without a wake-up of their own where there are others. Reads the file only to compare it; callbacks do the rest.
 */
#ifndef SESSION_FILE_WATCH_H
#define SESSION_FILE_WATCH_H

#include <ev.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/file_text.h"

enum { FILE_WATCH_PATH = 4096 };

struct file_watch {
	/* The owner's, set before the start. The watch may be stopped or started anew in them. */
	void (*changed)(void *context);
	void (*gone)(void *context, const char *why); /* and stays away: once, until it is there again */
	void *context;
	/* Ours. */
	struct ev_loop *loop; /* NULL: not watching */
	ev_stat named, real;
	ev_timer timer;
	char path[FILE_WATCH_PATH], target[FILE_WATCH_PATH];
	struct file_stamp seen;
	uint64_t sum;
	bool doubtful; /* time stamps may not have told everything yet */
	unsigned missed;
	int64_t looked_ms;
};

/* What was read of the file, so that nothing between the reading and the start is missed; borrows nothing. */
void file_watch_start(struct file_watch *watch, struct ev_loop *loop, const char *path, const struct file_stamp *seen,
	uint64_t sum);

/* Called at each turn of the loop. */
void file_watch_turn(struct file_watch *watch);
void file_watch_stop(struct file_watch *watch);

#endif
