/*
 * What a wall knows. Shared by wall.c and wall_frames.c, and by nobody else.
 */
#ifndef COMMAND_WALL_STATE_H
#define COMMAND_WALL_STATE_H

#include <ev.h>

#include "command/app.h"
#include "command/last_frame.h"
#include "recording/recorder.h"
#include "command/source.h"
#include "screen/screen.h"
#include "session/alarms.h"
#include "session/file_watch.h"
#include "session/signals.h"
#include "session/watchdog.h"

enum { WALL_SIGNALS = 3, NOTICE_MS = 10 * 1000 };

struct wall {
	struct app *app;
	const char *recording; /* NULL: live */
	struct ev_loop *loop;
	struct source source;
	struct board *board;
	struct history *history;
	struct screen *screen;
	struct alarms alarms;
	struct recorder *recorder; /* NULL: nothing is recorded */
	struct last_frame last;
	struct signals asked;
	ev_signal signals[WALL_SIGNALS];
	ev_io keys, output;
	ev_timer tick, repaint, key;
	struct file_watch file; /* the layout's */
	ev_prepare prepare;
	struct watchdog watchdog;
	char notice[ERROR_TEXT];
	int64_t notice_until_ms; /* 0: it stays */
	char refused[ERROR_TEXT]; /* why the layout's file was not taken; "" */
	int saved_stderr;
	bool dirty;
	bool ending;
	int status;
};

/* Empty, for the layout and the loop; and what frames and alarms then do with it. */
void wall_data_open(struct wall *wall);
void wall_data_close(struct wall *wall);

/*
 * The last frame of the recording that is gone on with, or those that the run before left, marked with their age, until
 * the first answer.
 */
void wall_data_restore(struct wall *wall);

/* Keeps the last frame, if there is news. */
void wall_data_keep(struct wall *wall);

/* Nothing is known: the time was moved. */
void wall_data_forget(void *context);

/* In a replay: the recorded wall began anew, and its alerts with it; alerts are as they were at a mark. */
void wall_data_restarted(void *context);
void wall_data_recall(void *context, const struct alerts_mark *mark);
void wall_data_settled(void *context);
void wall_data_told(void *context, const char *text);

/* The callbacks of a source; `ended` is the caller's. */
struct feed_sink wall_sink(struct wall *wall);

#endif
