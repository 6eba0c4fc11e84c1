/*
 * A place in a recording, moved forward record by record: what replay, back-test and summary read with, and what a wall
 * that continues its recording begins from.
 *
 * Each record of data is returned as a frame beside the recorded request, read for the cursor's layout; data whose
 * request is lost or damaged count as damaged too. Frames have times of the recording's own clock (struct
 * recording_entry, at_ms) in place of CLOCK_BOOTTIME, and last until the next call. The cursor owns the recording. The
 * request points into the layout, so cursor_layout() must be called before that is freed.
 */
#ifndef RECORDING_CURSOR_H
#define RECORDING_CURSOR_H

#include <stdbool.h>

#include "base/json.h"
#include "board/board_view.h"
#include "board/frame.h"
#include "board/query.h"
#include "recording/flaws.h"
#include "recording/reader.h"

struct recording_cursor {
	struct recording *recording;
	const struct layout *layout;
	uint32_t next; /* index of the record that is read next */
	struct request request;
	struct link link; /* of the last frame of data */
	struct json json;
	char subject[BOARD_SERVICE_NAME_MAX]; /* of the last availability */
	struct flaws flaws;                   /* passed since cursor_go() */
	unsigned damage_next, step_next;      /* the recording's damages and steps that come next */
	bool in_damage;                       /* no answer could be read since the last damage */
};

enum cursor_step {
	CURSOR_END,     /* there are no more records */
	CURSOR_START,   /* another run of the recording program begins */
	CURSOR_FRAME,
	CURSOR_OTHER,   /* only its time matters: a request, an alert, an end */
	CURSOR_DAMAGED, /* the error says which record; the next one may be good */
};

/* False with the reason, and then nothing has to be closed. */
bool cursor_open(struct recording_cursor *cursor, const char *path, const struct layout *layout, struct error *error);

/* The same with recording_open_file(). */
bool cursor_open_file(struct recording_cursor *cursor, int file, const char *name, const struct layout *layout,
	struct error *error);
void cursor_close(struct recording_cursor *cursor);

/* Another layout, or NULL, from now on. The request is read for it at the next cursor_go() or recorded request. */
void cursor_layout(struct recording_cursor *cursor, const struct layout *layout);

/* Reads the next record; *entry gets its entry of the index. */
enum cursor_step cursor_next(struct recording_cursor *cursor, struct frame *frame,
	const struct recording_entry **entry, struct error *error);

/* Passes the next record, which the caller could not use, and counts it as damaged if its bytes are. */
void cursor_skip(struct recording_cursor *cursor);

/* To be called when no more is read: after the last record, damage at the end of the file becomes a flaw too. */
void cursor_end(struct recording_cursor *cursor);

/*
 * The last request before a record, in the same run of the program, that is not damaged; the number of records if there
 * is none. A damaged request usually repeats the one before it, and data that answer another one have other app ids.
 */
uint32_t cursor_request_before(const struct recording_cursor *cursor, uint32_t index);

/* Moves to a record, and reads the request that holds there. If the request is lost this is false, and still moves. */
bool cursor_go(struct recording_cursor *cursor, uint32_t index, struct error *error);

struct board_view cursor_view(const struct recording_cursor *cursor, const struct board *board, int64_t now_ms,
	int64_t wall_ms);

#endif
