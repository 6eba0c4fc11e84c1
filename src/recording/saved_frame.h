/*
 * What a running wall knows, saved in a file of this login session ($XDG_RUNTIME_DIR/cxwall): a restart begins from it,
 * and one-shot commands of the same user read it while the wall runs, instead of asking for a subscription of their
 * own.
 *
 * The file is a small recording (cxwall-recording(5)): START with whose data these are, the request with the last data,
 * the last answer of each kind, and the state of the wall. Each version is written under a temporary name, locked, and
 * renamed, so that a reader always opens a whole one. The lock lasts until the wall ends or writes the next version; so
 * the file itself says whether its wall runs. In the steady state, writing allocates nothing. A failure is reported
 * once in the log, and disturbs nothing else.
 */
#ifndef RECORDING_SAVED_FRAME_H
#define RECORDING_SAVED_FRAME_H

#include <stdbool.h>

#include "board/board.h"
#include "board/frame.h"
#include "board/privacy.h"
#include "layout/layout.h"

/* A restart after a night and a day shows what was; older data say nothing about now. */
enum { SAVED_FRAME_HOURS_MAX = 24 };

/* Whose data these are and where they are saved; for readers, what they look for. Borrowed for each call. */
struct saved_frame_options {
	int folder;      /* a descriptor; -1: the system has none */
	const char *tag; /* of this run; its file is TAG.frame */
	const char *url, *tenant, *user;
	bool allow_plaintext;
	enum names names;            /* how much of people's names is saved */
	double interval;             /* seconds between polls, until the feed says its own */
	const struct layout *layout; /* that readers want data for */
};

/* ---- writing: all functions accept NULL, for a wall that saves nothing ---- */

struct saved_frame;

/* NULL where there is no folder, or no valid address. Nothing is written yet. */
struct saved_frame *saved_frame_open(const struct saved_frame_options *options);

/* Adds an accepted frame, for the next write. interval: of its feed; 0: not known. */
void saved_frame_add(struct saved_frame *saved, const struct frame *frame, double interval);

/* Something else that is saved has changed on the board. */
void saved_frame_changed(struct saved_frame *saved);

/* Writes the file if there is anything new: a frame, a change, or another state of the link. */
void saved_frame_write(struct saved_frame *saved, const struct board_view *view);

/* Gives up the lock. The file stays, for the next start. */
void saved_frame_close(struct saved_frame *saved);

/* ---- reading ---- */

/*
 * From the least to the best. Of two walls with one login the one that has data is the one that keeps the other
 * waiting, so what it says counts.
 */
enum saved_frame_found {
	SAVED_FRAME_NONE,  /* no wall of this login runs */
	SAVED_FRAME_EMPTY, /* one runs, and has no data yet; the link is filled in */
	SAVED_FRAME_OTHER, /* one runs, and asks for something else: the error says what is missing */
	SAVED_FRAME_FOUND, /* board and link are filled in */
};

/* Looks for a running wall of the same login that asks for all that the layout asks for. */
enum saved_frame_found saved_frame_read(const struct saved_frame_options *options, struct board *board,
	struct link *link, struct error *error);

/* Whether a wall of this login runs, whatever it asks for. */
bool saved_frame_wall_runs(const struct saved_frame_options *options);

/*
 * Deletes what ended long ago, and brings the frames of the wall that ended last, if that was less than
 * SAVED_FRAME_HOURS_MAX ago. Their time of CLOCK_BOOTTIME gives their age. The board gets the order of services.
 */
void saved_frame_restore(const struct saved_frame_options *options, struct board *board,
	void (*each)(void *context, const struct frame *frame), void *context);

#endif
