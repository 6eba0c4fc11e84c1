/*
 * `--record`: what a wall or a follower does to keep its frames and its alerts' events in a file (feed/recording).
 *
 * Where names may not all be shown, people's are rewritten first. A failure (a full disk) ends the recording with
 * words for the screen, and never the wall. All functions do nothing when nothing is recorded.
 */
#ifndef APP_RECORD_H
#define APP_RECORD_H

#include <stdbool.h>

#include "app/app.h"
#include "app/keeping.h"
#include "feed/recording.h"
#include "model/alert.h"

struct record {
	struct recorder *recorder; /* NULL: nothing is recorded, or no more */
	struct keeping keeping;
	double interval; /* the feed's */
	bool forced;     /* the request is written even if it is the same */
	struct buffer request, next, line;
	unsigned numbers; /* of people, as the file knows */
	char failure[ERROR_TEXT]; /* why it ended; told once */
};

/* As the options say; false after a message. */
bool record_open(struct record *record, const struct app *app);

/* An accepted frame. */
void record_frame(struct record *record, const struct frame *frame);
void record_alert(struct record *record, const struct alert_event *event);

/* Once after the recording ended by itself: why. */
bool record_failed(struct record *record, char *out, size_t size);

/* The end, in order. */
void record_close(struct record *record);

#endif
