/*
 * Reading a recording: accepted frames in a file, with the requests that they answer. cxwall-recording(5) describes the
 * format.
 *
 * Opening one reads the headers alone and makes an index. A reader skips what is damaged and continues at the next
 * header whose checksum is right. Frames of data are compressed against the one before; each RECORDING_KEY_EVERY-th can
 * be read alone, so that reading any of them unpacks so many at most. Times of day are corrected where the clock was
 * set while the program ran. The struct owns its descriptor and buffers. It never writes to the file.
 *
 * A cursor is a place in a recording, moved forward record by record: what replay, back-test and summary read with, and
 * what a wall that continues its recording begins from. It collects the flaws of what it passes.
 */
#ifndef RECORDING_READER_H
#define RECORDING_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/json.h"
#include "board/board.h"
#include "board/frame.h"
#include "board/link.h"
#include "board/query.h"
#include "board/record.h"

enum {
	RECORDING_KEY_EVERY = 60,
	RECORDING_RECORDS_MAX = 50 * 1000 * 1000, /* a year at one a second */
	RECORDING_DAMAGES_MAX = 1000, /* listed one by one; the bytes of more are added to the last */
	RECORDING_STEPS_MAX = 1000,   /* changes of the clock that are listed; more are not */
};

struct recording_entry {
	enum record_kind kind;
	int64_t at_ms;   /* on one clock for the whole run of a program: its wall clock at START, and boot time since */
	int64_t wall_ms; /* time of day when it was written, corrected by how the clock was set later */
	int64_t offset;
	uint32_t base; /* of data: the record that can be read alone and is needed first */
};

/* Bytes that belong to no record, before the record with this index: the number of records at the end of the file. */
struct recording_damage {
	uint32_t index;
	int64_t bytes;
};

/* The machine's clock was set between two records. */
struct recording_step {
	uint32_t index;  /* the first record after it */
	int64_t by_ms;   /* negative: it was set back */
	bool corrected;  /* times on one side of it were wrong and are corrected */
};

struct recording {
	int file;
	int64_t size; /* up to the end of the last whole record */
	bool cut;     /* the file has more bytes after that */
	struct recording_damage *damages; /* in order */
	unsigned damage_count;
	struct recording_step *steps; /* in order */
	unsigned step_count;
	struct recording_entry *entries;
	uint32_t count, room;
	int64_t clock_ms; /* at_ms minus boot time, in the last run of the program */
	struct buffer data, next; /* the data that were read last, and room for those after them */
	uint32_t data_index;      /* the index of these data */
	struct buffer other;      /* the last record of another kind */
	struct buffer record;     /* the bytes of a record as stored */
	struct unpacker *unpacker;
};

/* Reads the index of a file; NULL with the reason. */
struct recording *recording_open(const char *path, struct error *error);

/* From a descriptor, which belongs to the recording from now on, also if this fails. The name is for messages. */
struct recording *recording_open_file(int file, const char *name, struct error *error);
void recording_close(struct recording *recording);

/* The bytes of a record, until the next call; NULL with the reason. */
const struct buffer *recording_read(struct recording *recording, uint32_t index, struct error *error);

/* The first record at or after a time; count if there is none. */
uint32_t recording_seek(const struct recording *recording, int64_t at_ms);

/* The last record of a kind before an index, within the same run of the program; count if there is none. */
uint32_t recording_before(const struct recording *recording, uint32_t index, enum record_kind kind);

/* ---- what is wrong with the part of a recording that was read ---- */

/* Of each list. The bytes of damage beyond it are added to the last entry; clock steps beyond it are counted. */
enum { FLAWS_MAX = 200 };

/* The time of day of the last record before the damage and of the first answer after it that could be read; 0: none. */
struct flaw_damage {
	int64_t from_ms, to_ms;
	int64_t bytes;
};

struct flaw_step {
	int64_t wall_ms; /* of the first record after it */
	int64_t by_ms;   /* negative: back */
	bool corrected;  /* the recorded times of day on one side of it were wrong, and are corrected */
};

struct flaws {
	struct flaw_damage damages[FLAWS_MAX];
	struct flaw_step steps[FLAWS_MAX];
	unsigned damage_count, step_count, steps_lost;
};

/* Appends a line for each of the first few flaws. dated: times have their date. */
void flaws_text(const struct flaws *flaws, bool dated, struct buffer *out);

/* Appends "213 bytes are damaged between 09:12 and 09:14", without a line break. */
void flaws_damage_text(const struct flaw_damage *damage, bool dated, struct buffer *out);

/* Puts the members "damage" and "clock_steps" into an object of JSON. */
void flaws_json(const struct flaws *flaws, struct buffer *out);

/*
 * ---- a place in a recording ----
 *
 * Each record of data is returned as a frame beside the recorded request, read for the cursor's layout; data whose
 * request is lost or damaged count as damaged too. Frames have times of the recording's own clock (struct
 * recording_entry, at_ms) in place of CLOCK_BOOTTIME, and last until the next call. The cursor owns the recording. The
 * request points into the layout, so cursor_layout() must be called before that is freed.
 */

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

/* Owns the recording from now on. False for NULL, the recording that could not be opened: nothing has to be closed. */
bool cursor_open(struct recording_cursor *cursor, struct recording *recording, const struct layout *layout);
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

#endif
