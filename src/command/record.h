/*
 * `--record`: what a wall or a follower does to keep its frames and its alerts' events in a file (recording/recording).
 *
 * Where names may not all be shown, people's are rewritten first. A failure (a full disk, a folder that is gone)
 * never ends the wall: it lasts, with words for the screen, until one of the tries each minute succeeds. All functions
 * do nothing when nothing is recorded.
 */
#ifndef COMMAND_RECORD_H
#define COMMAND_RECORD_H

#include <stdbool.h>

#include "alert/alert.h"
#include "board/keeping.h"
#include "command/app.h"
#include "recording/recording.h"

struct record {
	struct recorder *recorder; /* NULL: nothing is to be recorded */
	struct keeping keeping;
	double interval; /* the feed's */
	bool start_due;  /* nothing of the file's new beginning is in it yet */
	bool forced;     /* the request is written even if it is the same */
	int64_t request_ms; /* boot time of the last one */
	struct buffer request, next, line;
	unsigned numbers; /* of people, as the file knows */
	char trouble[ERROR_TEXT]; /* why nothing is recorded now; "" while all is well */
	int64_t retry_ms;         /* boot time of the next try */
	char news[ERROR_TEXT];    /* to be told once */
	bool bad_news;
};

/* As the options say; false after a message. */
bool record_open(struct record *record, const struct app *app);

/* An accepted frame. */
void record_frame(struct record *record, const struct frame *frame);
void record_alert(struct record *record, const struct alert_event *event);

/* Why nothing is recorded now, as long as that lasts; "". */
const char *record_trouble(const struct record *record);

/* Once: that it began to fail, works again, or what happened to the file. */
bool record_news(struct record *record, char *out, size_t size, bool *bad);

/* The end, in order. */
void record_close(struct record *record);

#endif
