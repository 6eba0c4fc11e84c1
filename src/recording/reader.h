/*
 * Reading a recording: accepted frames in a file, with the requests that they answer. cxwall-recording(5) describes the
 * format.
 *
 * Opening one reads the headers alone and makes an index. A reader skips what is damaged and continues at the next header
 * whose checksum is right. Frames of data are compressed against the one before; each RECORDING_KEY_EVERY-th can be read
 * alone, so that reading any of them unpacks so many at most. Times of day are corrected where the clock was set while
 * the program ran. The struct owns its descriptor and buffers. It never writes to the file.
 */
#ifndef RECORDING_READER_H
#define RECORDING_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
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

/* Bytes that belong to no record, before the record with this index. At the end of the file it is the number of records. */
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

/* The same from a descriptor, which belongs to the recording from now on, also if this fails. The name is for messages. */
struct recording *recording_open_file(int file, const char *name, struct error *error);
void recording_close(struct recording *recording);

/* The bytes that a record takes in the file if the record itself is damaged, else 0. The one it follows may still be damaged. */
int64_t recording_damaged(struct recording *recording, uint32_t index);

/* The bytes of a record, until the next call; NULL with the reason. */
const struct buffer *recording_read(struct recording *recording, uint32_t index, struct error *error);

/* The first record at or after a time; count if there is none. */
uint32_t recording_seek(const struct recording *recording, int64_t at_ms);

/* The last record of a kind before an index, within the same run of the program; count if there is none. */
uint32_t recording_before(const struct recording *recording, uint32_t index, enum record_kind kind);

#endif
