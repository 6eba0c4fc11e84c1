/*
 * The last frame of a running wall, in a file of this session ($XDG_RUNTIME_DIR/cxwall): a restart begins from it, and one-shot
 * commands of the same user read it while the wall lives, instead of asking for a subscription of their own.
 *
 * The file is a little recording (cxwall-recording(5)): START with whose data these are, the request with the last
 * data, the last answer of each kind beside them, and the state of the wall. Two files change places: the one that
 * nobody is sent to is written over, and then gets the name. Their writer holds locks on both as long as it lives: so
 * the file itself says whether its wall does. Who reads takes a copy first, and looks whether it was written meanwhile.
 * Writing allocates nothing in the steady state; a failure is told once in the log, and harms nothing else.
 */
#ifndef RECORDING_LAST_FRAME_H
#define RECORDING_LAST_FRAME_H

#include <stdbool.h>

#include "base/json.h"
#include "board/board.h"
#include "board/board_view.h"
#include "board/frame.h"
#include "board/redaction.h"
#include "board/privacy.h"

enum {
	LAST_FRAME_NAME_MAX = 96,
	LAST_FRAME_ITEMS_MAX = BOARD_SERVICES_MAX + 3, /* each service; data, chat hours, campaigns */
	/* A restart after a night and a day shows what was; older data say nothing about now. */
	LAST_FRAME_HOURS_MAX = 24,
};

/* The last answer of a kind, packed; data with their request before them. */
struct kept_answer {
	enum record_kind kind;
	char subject[BOARD_SERVICE_NAME_MAX];
	int64_t boot_ms;
	struct buffer packed;
};

/* Whose wall it is and where its frame is kept; for readers, what they look for. Borrowed for each call. */
struct last_frame_options {
	int folder;                    /* a descriptor; -1: the system gives none */
	const char *tag;               /* of this run, for the name of its file */
	const char *url, *tenant, *user;
	bool allow_plaintext;
	enum names names;              /* how much of a name stands in it */
	double interval;               /* until the feed says its own */
	const struct layout *layout;   /* that readers want data for */
};

struct last_frame {
	bool keeps;            /* else each function does nothing */
	int folder;            /* the caller's */
	int file;              /* what stands in place, locked; -1: nothing yet */
	int spare;             /* what stood there before, under the temporary name, locked; -1: none */
	char name[LAST_FRAME_NAME_MAX], temporary[LAST_FRAME_NAME_MAX + 4];
	double interval; /* the feed's */
	struct redaction redaction;
	struct kept_answer *kept[LAST_FRAME_ITEMS_MAX]; /* the oldest first */
	unsigned count;
	struct buffer start, text;
	struct buffer first, state; /* what stands before and behind what is kept */
	struct link written; /* of the last file */
	bool dirty; /* there is news beside the link's */
	bool failed;
};

/* Begins; where the system gives no folder nothing is kept, which app_tag() said. Then each function does nothing. */
void last_frame_open(struct last_frame *last, const struct last_frame_options *options);

/* An accepted frame; it is written by the next last_frame_write(). */
void last_frame_take(struct last_frame *last, const struct frame *frame);

/* Writes the file if there is news: a frame, or another state of the wall. */
void last_frame_write(struct last_frame *last, const struct board_view *view);

/* The file stays, without its lock. */
void last_frame_close(struct last_frame *last);

/* ---- reading ---- */

enum last_frame_found {
	LAST_FRAME_NONE,  /* no wall of this login lives */
	LAST_FRAME_OTHER, /* one does, and asks for something else: the error says what it lacks */
	LAST_FRAME_EMPTY, /* one does, and has no data yet; the link is its */
	LAST_FRAME_THERE, /* board and link have what it knows */
};

/*
 * Looks for the frame of a living wall of the same login that asks for all that the layout asks. Fills board and
 * link only where it says so.
 */
enum last_frame_found last_frame_read(const struct last_frame_options *options, struct board *board, struct link *link,
	struct error *error);

/* Whether a wall of this login lives, whatever it asks for. */
bool last_frame_lives(const struct last_frame_options *options);

/*
 * Removes what runs left that ended long ago, and brings the frames that the last one left, if it ended less than
 * LAST_FRAME_HOURS_MAX ago, each with a time of CLOCK_BOOTTIME that gives its age; the board gets the order of services.
 */
void last_frame_restore(const struct last_frame_options *options, struct board *board,
	void (*each)(void *context, const struct frame *frame), void *context);

/* ---- the record of the state: last_frame_state.c ---- */

void last_state_put(const struct board_view *view, struct buffer *out);

/* Whether the wall of a state, and a request that was read for the layout, ask for all that the layout asks. */
bool last_state_suits(const struct json *state, const struct request *request, const struct layout *layout,
	struct error *error);

/* What the state says beside the data. The link's accepted_ms stays. */
void last_state_take(const struct json *state, struct board *board, struct link *link);

/* The services alone, in the wall's order, which is the server's. */
void last_state_services(const struct json *state, struct board *board);

/* ---- whose data these are: in START ---- */

bool last_frame_identity(const struct last_frame_options *options, struct buffer *out);

#endif
