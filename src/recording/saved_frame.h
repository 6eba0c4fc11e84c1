/*
 * The last answers of a wall, saved in a file of this session of the user ($XDG_RUNTIME_DIR/cxwall): its next start begins
 * from them.
 *
 * The file is a small recording (cxwall-recording(5)): START with whose data these are, the request with the last data,
 * the last answer of each kind, and the order of services. Each version is written under a temporary name and renamed, so
 * that a reader always opens a whole one. In the steady state, writing allocates nothing. A failure is reported once in the
 * log, and disturbs nothing else.
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

/* Whose data these are and where they are saved; for a start, what it looks for. Borrowed for each call. */
struct saved_frame_options {
	int folder;      /* a descriptor; -1: the system has none */
	const char *tag; /* of this run; its file is TAG.frame */
	const char *url, *tenant, *user;
	bool allow_plaintext;
	enum names names;            /* how much of people's names is saved */
	double interval;             /* seconds between polls, until the feed says its own */
	const struct layout *layout; /* that a start wants data for */
};

/* ---- writing: all functions accept NULL, for a wall that saves nothing ---- */

struct saved_frame;

/* NULL where there is no folder, or no valid address. Nothing is written yet. */
struct saved_frame *saved_frame_open(const struct saved_frame_options *options);

/* Adds an accepted frame, for the next write. interval: of its feed; 0: not known. */
void saved_frame_add(struct saved_frame *saved, const struct frame *frame, double interval);

/* Writes the file if there is a new frame. */
void saved_frame_write(struct saved_frame *saved, const struct board_view *view);

/* The file stays, for the next start. */
void saved_frame_close(struct saved_frame *saved);

/* ---- reading ---- */

/*
 * Deletes what was saved long ago, and brings the frames that suit the most panels of the layout, if they are of this login
 * and were saved less than SAVED_FRAME_HOURS_MAX ago. Their time of CLOCK_BOOTTIME gives their age. The board gets the order
 * of services.
 */
void saved_frame_restore(const struct saved_frame_options *options, struct board *board,
	void (*each)(void *context, const struct frame *frame), void *context);

#endif
