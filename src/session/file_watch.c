#include "session/file_watch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/config.h"

/*
 * libev's watchers hold a struct stat. Where configure made ours larger, on 32-bit machines, libev was built with the
 * smaller one: its watchers cannot be used there, and the file is looked at more often instead.
 */
#ifndef _FILE_OFFSET_BITS
enum { KERNEL_TELLS = 1 };
#else
enum { KERNEL_TELLS = 0 };
#endif

/* Seconds. */
static const double LOOK_SOON = 2, LOOK_SELDOM = KERNEL_TELLS ? 10 : 2;
/* Gives an editor that writes in two steps the time to finish. */
static const double SETTLE = 0.1;

enum {
	TURN_MS = 2 * 1000,
	MISSES = 2, /* a saving editor may have moved the old file away and not put the new one there yet */
};

static void file_watch_on_event(struct ev_loop *loop, ev_stat *watcher, int events)
{
	struct file_watch *watch = watcher->data;
	(void)events;
	timer_start(loop, &watch->timer, SETTLE);
}

/* libev looks at the name itself, so the file behind links needs a watcher of its own. */
static void file_watch_target(struct file_watch *watch)
{
	char *real = KERNEL_TELLS ? realpath(watch->path, NULL) : NULL;
	if (real != NULL && strlen(real) < sizeof(watch->target) && strcmp(real, watch->target) != 0) {
		ev_stat_stop(watch->loop, &watch->real);
		strcpy(watch->target, real);
		ev_stat_set(&watch->real, watch->target, LOOK_SOON);
		ev_stat_start(watch->loop, &watch->real);
	}
	free(real);
}

/* Whether the file has other bytes than were seen; keeps what it has now. */
static bool file_watch_other_bytes(struct file_watch *watch, const struct file_stamp *now)
{
	struct file_text file;
	uint64_t sum = 0;
	watch->seen = *now;
	if (file_text_read(&file, watch->path, CONFIG_BYTES_MAX, NULL)) {
		sum = file.sum;
		watch->seen = file.stamp;
		file_text_close(&file);
	}
	bool other = sum != watch->sum;
	watch->sum = sum;
	return other;
}

static void file_watch_miss(struct file_watch *watch, int code)
{
	bool news = watch->missed < MISSES && ++watch->missed == MISSES;
	timer_start(watch->loop, &watch->timer, watch->missed < MISSES ? LOOK_SOON : LOOK_SELDOM);
	if (news)
		watch->gone(watch->context, strerror(code));
}

static void file_watch_look(struct file_watch *watch)
{
	struct file_stamp now;
	watch->looked_ms = clock_boot_ms();
	if (!file_stamp_read(watch->path, &now)) {
		file_watch_miss(watch, errno);
		return;
	}
	bool back = watch->missed >= MISSES, changed = back || !file_stamp_same(&now, &watch->seen);
	watch->missed = 0;
	if (changed || watch->doubtful)
		changed = file_watch_other_bytes(watch, &now) || changed;
	/* A file system may count time in steps of two seconds: what comes within them is seen by its bytes alone. */
	watch->doubtful = changed;
	if (changed)
		file_watch_target(watch);
	timer_start(watch->loop, &watch->timer, watch->doubtful ? LOOK_SOON : LOOK_SELDOM);
	if (changed)
		watch->changed(watch->context);
}

static void file_watch_on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	file_watch_look(timer->data);
}

void file_watch_start(struct file_watch *watch, struct ev_loop *loop, const char *path, const struct file_stamp *seen,
	uint64_t sum)
{
	file_watch_stop(watch);
	if (snprintf(watch->path, sizeof(watch->path), "%s", path) >= (int)sizeof(watch->path))
		return;
	watch->loop = loop;
	watch->target[0] = '\0';
	watch->seen = *seen;
	watch->sum = sum;
	watch->doubtful = true;
	watch->missed = 0;
	watch->looked_ms = clock_boot_ms();
	ev_stat_init(&watch->named, file_watch_on_event, watch->path, LOOK_SOON);
	ev_stat_init(&watch->real, file_watch_on_event, watch->target, LOOK_SOON);
	ev_timer_init(&watch->timer, file_watch_on_timer, 0., 0.);
	watch->named.data = watch->real.data = watch->timer.data = watch;
	if (KERNEL_TELLS)
		ev_stat_start(loop, &watch->named);
	file_watch_target(watch);
	timer_start(watch->loop, &watch->timer, LOOK_SOON);
}

void file_watch_turn(struct file_watch *watch)
{
	if (watch->loop != NULL && clock_boot_ms() - watch->looked_ms >= TURN_MS)
		file_watch_look(watch);
}

void file_watch_stop(struct file_watch *watch)
{
	if (watch->loop == NULL)
		return;
	ev_stat_stop(watch->loop, &watch->named);
	ev_stat_stop(watch->loop, &watch->real);
	ev_timer_stop(watch->loop, &watch->timer);
	watch->loop = NULL;
}
