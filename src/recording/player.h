/*
 * A recording, record by record, as frames for a layout: what replay, backtest and summary share, and what a wall
 * that goes on with its recording begins from.
 *
 * Frames come on the recording's own clock (struct recording_entry, at_ms), which stands for CLOCK_BOOTTIME. Each
 * frame of data is beside the recorded request, read for this layout; data whose request is lost or damaged are
 * damaged too. The request points into the layout: player_layout() must come before that is freed. Frames last until
 * the next call.
 */
#ifndef RECORDING_PLAYER_H
#define RECORDING_PLAYER_H

#include <stdbool.h>

#include "base/json.h"
#include "board/board_view.h"
#include "board/frame.h"
#include "board/query.h"
#include "recording/flaws.h"
#include "recording/reader.h"

struct player {
	struct recording *recording;
	const struct layout *layout;
	uint32_t next; /* the record that comes next */
	struct request request;
	struct link link; /* as of the last frame of data */
	struct json json;
	char subject[BOARD_SERVICE_NAME_MAX]; /* of the last availability */
	struct flaws flaws;                   /* that were passed since player_go() */
	unsigned damage_next, step_next;      /* of the recording's, which come next */
	bool in_damage;                       /* no answer could be read since the last damage */
};

enum played {
	PLAYED_OVER,    /* no more records */
	PLAYED_START,   /* another run of the program begins */
	PLAYED_FRAME,
	PLAYED_OTHER,   /* only its time matters: a request, an alert, an end */
	PLAYED_DAMAGED, /* the error says which; the next one may be good */
};

bool player_open(struct player *player, const char *path, const struct layout *layout, struct error *error);

/* The same with recording_open_file(). */
bool player_open_file(struct player *player, int file, const char *name, const struct layout *layout,
	struct error *error);
void player_close(struct player *player);

/* Another layout, or NULL, from now on; the request is read for it at the next player_go() or recorded request. */
void player_layout(struct player *player, const struct layout *layout);

/* Plays the next record; *entry gets what the index says of it. */
enum played player_next(struct player *player, struct frame *frame, const struct recording_entry **entry,
	struct error *error);

/* Passes over the next record, which the caller could not read. */
void player_skip(struct player *player);

/* No more is played: what is damaged at the end of the file is a flaw too, if all of it was played. */
void player_end(struct player *player);

/*
 * The last request of the run before a record that is whole; the number of records if there is none. One that is
 * damaged is nearly always the one before it again, and what answers another one has other app ids.
 */
uint32_t player_request_before(const struct player *player, uint32_t index);

/* The request that holds before a record, and that record is next. False if the request is lost; the record still is next. */
bool player_go(struct player *player, uint32_t index, struct error *error);

struct moment player_moment(const struct player *player, const struct board *board, int64_t now_ms, int64_t wall_ms);

#endif
