/*
 * A recording as a feed: brings its frames at their times to the same sink as the live feed, faster or slower, paused,
 * step by step, or from another time.
 *
 * Its times are of the recording's own clock (struct recording_entry, at_ms), which the feed's now_ms gives. When the
 * loop is late, that clock stops just before the next record until it is brought, so that playing and jumping give the
 * same alerts.
 *
 * A jump calls `moved` first, for a board that forgets, and then brings the frames of the minutes before at once, so
 * that the board is what it was. Alerts may have begun longer ago. So while the loop has nothing else to do, the whole
 * recording is read once through alerts of its own, and a mark of their state is kept for every five minutes. Until
 * that has passed the time of a jump, alerts are those of the last ten minutes, and replay_text() says so.
 *
 * The replay borrows the loop and the layout and copies its options, except for the path.
 */
#ifndef RECORDING_REPLAY_H
#define RECORDING_REPLAY_H

#include <ev.h>
#include <stdbool.h>
#include <stdint.h>

#include "alert/alarm_log.h"
#include "alert/alert.h"
#include "board/board.h"
#include "board/feed.h"
#include "recording/reader.h"

struct replay;

struct replay_options {
	const char *path; /* must last as long as the replay */
	const char *at;   /* "14:05"; NULL: from the beginning */
	double speed;     /* recorded seconds in a second */
	enum names names;
};

/* What the sink's owner does about time; called with the sink's context. */
struct replay_hooks {
	void (*moved)(void *context);     /* forget everything: frames of another time follow */
	void (*restarted)(void *context); /* another run of the recorded program begins: reset alerts */
	void (*recall)(void *context, const struct alerts_saved *mark); /* return alerts to this mark */
	void (*notice)(void *context, const char *text); /* what the user should know about the recording */
	void (*settled)(void *context);   /* a jump is complete: alerts that fired during it stay silent */
};

/* NULL with the reason. Frames come once the feed is started. */
struct replay *replay_new(struct ev_loop *loop, const struct layout *layout, const struct replay_options *options,
	const struct feed_sink *sink, const struct replay_hooks *hooks, struct error *error);

/* The replay as a feed: it is started, asked and freed by this. */
struct feed *replay_feed(struct replay *replay);

/* 0 while it is paused. */
double replay_speed(const struct replay *replay);

/* "REPLAY  Tue 2026-11-24 14:05:12  x8": for the status line; until the next call. */
const char *replay_text(struct replay *replay);

/* What fired in the recording, also later than the replay is; NULL: the layout has no alerts. Until the layout changes. */
struct alarm_log *replay_alarms(const struct replay *replay);

/* The times of day of the recording's beginning and end, and how much of it was shown, from 0 to 1. */
struct replay_progress {
	int64_t begin_ms, end_ms;
	double done;
};
struct replay_progress replay_progress(const struct replay *replay);

/* Pauses or resumes. */
void replay_hold(struct replay *replay);

/* Moves by one frame of data, 1 or -1, and pauses. */
void replay_step(struct replay *replay, int frames);
void replay_jump(struct replay *replay, int64_t milliseconds);
void replay_faster(struct replay *replay, bool faster);

/*
 * ---- a recording through the alerts of a layout ----
 *
 * Record by record, as fast as it can be read: what a back-test counts, and what a replay looks up after a jump. The
 * engine is a wall's (alert/alert), with the recording's own times. Each run of the recording program begins with
 * alerts that have just been reset, as it did then; run_ends is called before. The struct owns what it opens and
 * borrows the layout; its address must stay.
 */

struct replay_alerts {
	struct recording_cursor cursor;
	struct board *board;
	struct alerts *alerts;
	struct board_view view; /* of the last record */
	unsigned long frames, damaged;
	void (*run_ends)(void *context); /* may be NULL */
	void *context;
};

bool replay_alerts_open(struct replay_alerts *replay, const char *path, const struct layout *layout, enum names names,
	void (*each)(void *context, const struct alert_event *event), void *context, struct error *error);
void replay_alerts_close(struct replay_alerts *replay);

/* Reads the next record; false after the last, once run_ends was called for it as well. */
bool replay_alerts_step(struct replay_alerts *replay);

#endif
