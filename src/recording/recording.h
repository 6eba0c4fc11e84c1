/*
 * Recordings: accepted frames in a file, with the request that they answer. cxwall-recording(5) describes the format.
 *
 * Each record has its own length and checksums and is written by one call, so that whatever ends the program leaves
 * all earlier records whole. A reader passes over what is damaged and continues at the next header whose checksum is
 * right; a writer that continues a file cuts off only what no whole record follows. A frame of data is compressed
 * against the one before; each 60th stands alone, so that seeking reads 60 frames at most, and damage costs no more
 * than these. Reading headers alone gives the index. Times of day are corrected where the clock was set while the
 * program ran (recording/recording_clock). Owns its descriptor and buffers; in the steady state writing allocates nothing.
 */
#ifndef RECORDING_RECORDING_H
#define RECORDING_RECORDING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "board/record_format.h"

enum {
	RECORDING_KEY_EVERY = 60,
	RECORDING_RECORDS_MAX = 50 * 1000 * 1000, /* a year at one a second */
	RECORDING_DAMAGES_MAX = 1000, /* kept one by one; the bytes of more are added to the last */
	RECORDING_STEPS_MAX = 1000,   /* likewise of a clock that was set; more are not kept */
};

struct recording_limits {
	int64_t bytes;  /* of the file and the one before it together */
	int64_t age_ms; /* of the oldest record */
};

struct recorder;

/*
 * Opens FILE for appending, or makes it (0600); a file that is no recording, a link, or one that another program
 * writes is refused. When it is full, or its first record old, it becomes FILE.1 and takes the place of that. Age is
 * counted by boot time, or by times that were recorded; while the time of day is young or was just set, nothing is
 * removed because of it. On a full disk it is opened all the same: recorder_ready() tries again.
 */
struct recorder *recorder_open(const char *path, const struct recording_limits *limits, struct error *error);

/*
 * Looks whether the file is still the one that has the name, and as long as it was written; else it is opened anew, or
 * another one is begun. To be called before recorder_began(). False with the reason: nothing can be put. *news gets
 * what the user should know of the file, until recorder_told(), or NULL.
 */
bool recorder_ready(struct recorder *recorder, const char **news, struct error *error);

void recorder_told(struct recorder *recorder);

/* Appends; false with the reason, and then the record is not in the file. It may be tried again. */
bool recorder_put(struct recorder *recorder, enum record_kind kind, int64_t boot_ms, int64_t wall_ms,
	const char *bytes, size_t length, struct error *error);

/* True once after each change of the file: START and REQUEST must be put again. */
bool recorder_began(struct recorder *recorder);

void recorder_close(struct recorder *recorder);

struct recording_entry {
	enum record_kind kind;
	int64_t at_ms;   /* on one clock through all of a program's run: its wall clock at START, and boot time since */
	int64_t wall_ms; /* time of day when it was written, by the clock as it was set in the end */
	int64_t offset;
	uint32_t base; /* of data: the record that stands alone and is needed first */
};

/* Bytes that belong to no record, before the one with this index; as many as there are records: at the end. */
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
	bool cut;     /* something stands behind it */
	struct recording_damage *damages; /* in order */
	unsigned damage_count;
	struct recording_step *steps; /* in order */
	unsigned step_count;
	struct recording_entry *entries;
	uint32_t count, room;
	int64_t clock_ms; /* what at_ms is before boot time, in the last run of the program */
	struct buffer data, next; /* the last data that were read, and room for those after them */
	uint32_t data_index;      /* which they are */
	struct buffer other;      /* the last of other kinds */
	struct buffer record;     /* as it stands in the file */
	struct unpacker *unpacker;
};

/* The index of a file; NULL with the reason. */
struct recording *recording_open(const char *path, struct error *error);

/* Of one that is open for reading, and closed by this in any case; the name is for messages. */
struct recording *recording_open_file(int file, const char *name, struct error *error);
void recording_close(struct recording *recording);

/* Its bytes in the file if a record is damaged itself; 0 if it is whole, and lacks at most the one that it follows. */
int64_t recording_damaged(struct recording *recording, uint32_t index);

/* The bytes of a record, until the next call. */
const struct buffer *recording_read(struct recording *recording, uint32_t index, struct error *error);

/* The first record at or after a time; count if there is none. */
uint32_t recording_seek(const struct recording *recording, int64_t at_ms);

/* The last record of a kind before an index, within the same run of the program; count if there is none. */
uint32_t recording_before(const struct recording *recording, uint32_t index, enum record_kind kind);

#endif
