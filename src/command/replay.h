/*
 * The recording as a feed: brings its frames at their times to the same sink as the live feed, faster or slower,
 * held, step by step, or from another moment.
 *
 * Its clock is the recording's own (struct recording_entry, at_ms); the sink's owner takes the time from here. When the
 * loop is late the clock stops just before the next record until that is brought, so that a play has the alerts of a jump.
 * A jump calls `moved` first, for a board that forgets, and then brings what happened in the minutes before, at
 * once, so that what is shown is what it was. Alerts may count from longer ago: recording/replay_index looks them up. Until it got
 * to the moment of a jump they are those of the last ten minutes, and the text says so.
 */
#ifndef COMMAND_REPLAY_H
#define COMMAND_REPLAY_H

#include <ev.h>
#include <stdbool.h>

#include "alert/alert.h"
#include "api/live.h"
#include "board/link.h"

struct replay;

struct replay_options {
	const char *path;
	const char *at; /* "14:05"; NULL: from the beginning */
	double speed;   /* recorded seconds in a second */
	enum names names;
};

/* What the sink's owner does about time, with the sink's context. */
struct replay_hooks {
	void (*moved)(void *context);     /* nothing is known */
	void (*restarted)(void *context); /* another run of the recorded program begins, as if at its first answer */
	void (*recall)(void *context, const struct alerts_mark *mark); /* alerts are as they were then */
	void (*told)(void *context, const char *text); /* what the user should know of the recording */
	void (*settled)(void *context);   /* the moved time is reached; what rings until then is silent */
};

/* NULL with the reason. Nothing is brought before replay_start(). */
struct replay *replay_new(struct ev_loop *loop, const struct layout *layout, const struct replay_options *options,
	const struct feed_sink *sink, const struct replay_hooks *hooks, struct error *error);
void replay_start(struct replay *replay);
void replay_free(struct replay *replay);

const struct link *replay_link(const struct replay *replay);
const struct request *replay_request(const struct replay *replay);
int64_t replay_now_ms(const struct replay *replay);
int64_t replay_wall_ms(const struct replay *replay);

/* 0 while it is held. */
double replay_speed(const struct replay *replay);

/* "REPLAY  Tue 2026-11-24 14:05:12  x8": for the status line; until the next call. */
const char *replay_text(struct replay *replay);

void replay_layout(struct replay *replay, const struct layout *layout);
void replay_hold(struct replay *replay);
void replay_step(struct replay *replay, int frames);     /* 1 or -1, and holds */
void replay_jump(struct replay *replay, int64_t milliseconds);
void replay_faster(struct replay *replay, bool faster);

#endif
