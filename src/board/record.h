/*
 * One record of a recording: its bytes, how they are made of what it says, and how they are checked and taken apart
 * again. For recording/recorder and recording/reader, and for others that send records elsewhere than to a file.
 *
 * Numbers are little-endian. A file begins with RECORDING_MAGIC; then come records, each a header and a zlib stream, or
 * plain bytes. The second checksum is of the header, so that lengths can be trusted without reading what they measure.
 * A packer and an unpacker own the memory of zlib and reuse it: in the steady state neither allocates. Nothing here
 * reads or writes files, or knows the time.
 */
#ifndef BOARD_RECORD_H
#define BOARD_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"

#define RECORDING_MAGIC "CXWREC1\n"

enum {
	RECORDING_RAW_MAX = 64 * 1024 * 1024, /* of one record: the largest answer that is accepted */
	RECORDING_MAGIC_BYTES = 8,
	RECORDING_HEADER = 40,
	RECORDING_MARK = 0x31525843, /* "CXR1" */
	RECORDING_WINDOW = 32768,    /* of zlib: what of the frame before is remembered */
	RECORD_FOLLOWS = 1,          /* flag: compressed against the data before */
	RECORD_PLAIN = 2,            /* flag: stored as it is, not compressed */
	RECORD_UNSUMMED = 4,         /* flag: the checksum is 0; what reads the bytes has its own rules for them */
	RECORDING_STORED_MAX = RECORDING_RAW_MAX + RECORDING_RAW_MAX / 8, /* what cannot be compressed grows a little */
};

enum record_kind {
	RECORD_START = 1,        /* a program began to write; what follows has its clock */
	RECORD_REQUEST = 2,      /* what the frames after it answer, by request_record_put() */
	RECORD_DATA = 3,         /* S2 */
	RECORD_AVAILABILITY = 4, /* S5: the service, a NUL, the answer */
	RECORD_CHAT_HOURS = 5,   /* M1 */
	RECORD_CAMPAIGNS = 6,    /* C1 */
	RECORD_ALERT = 7,        /* one line of JSON */
	RECORD_END = 8,          /* it ended in order */
	RECORD_STATE = 9,        /* how the wall was: of a last frame (recording/saved_frame), in no recording */
	RECORD_NUMBERS = 10,     /* how far the numbers of people go: {"numbers":N} */
	RECORD_PAST = 11,        /* an hour of the history (store/hour), whose beginning is its time of day: at a broker, in no recording */
};

/* Milliseconds, 35,000 years: sums of three such times fit, and no clock of ours says more. */
#define RECORDING_TIME_MAX ((int64_t)1 << 50)

struct record_header {
	uint8_t kind, flags;
	uint32_t stored, raw; /* bytes in the file, and unpacked */
	int64_t boot_ms, wall_ms;
	uint32_t checksum; /* CRC-32 of the stored bytes */
};

void record_header_put(const struct record_header *header, unsigned char out[RECORDING_HEADER]);

/* False if these are no header, or damaged, or of times that no clock tells. */
bool record_header_get(struct record_header *header, const unsigned char bytes[RECORDING_HEADER]);

uint32_t record_checksum(const void *bytes, size_t length);

struct record_content {
	enum record_kind kind;
	int64_t boot_ms, wall_ms;
	const char *bytes;
	size_t length;
};

struct packer;
struct unpacker;

struct packer *packer_new(void);
void packer_free(struct packer *packer);

/*
 * Appends a record to out; false with the reason if it is longer than RECORDING_RAW_MAX or than what out may hold,
 * and out is then as it was. `before`: the data record before it, against which it is compressed and without which
 * it cannot be read; NULL: it stands alone. Without a packer the record is plain, for what is read once, if at all, and
 * replaced at the next poll: compressing takes many times as long as all else that a poll does, and even a checksum of
 * its data as long as a quarter of it. They are text, of which every byte is checked when it is read.
 */
bool record_pack(struct packer *packer, const struct record_content *content, const struct buffer *before,
	struct buffer *out, struct error *error);

struct unpacker *unpacker_new(void);
void unpacker_free(struct unpacker *unpacker);

/*
 * Whether these bytes are one record, whole and as it was written, as far as that can be told without unpacking it:
 * mark, checksum of the header, the caps of both lengths, an exact end, checksum of what is stored.
 */
bool record_check(const char *bytes, size_t length, struct record_header *header);

/*
 * Unpacks one that was checked into `out`, which is cleared before; its cap is the cap of what comes out. `before` as
 * in record_pack(). False if the stream is damaged, needs what is not there, goes on behind its end, or is of another
 * length than the header says.
 */
bool record_inflate(struct unpacker *unpacker, const char *bytes, const struct record_header *header,
	const struct buffer *before, struct buffer *out);

/*
 * Both, for a record that stands alone; one that does not is refused. content->bytes are those of `out`, and end with
 * a NUL that is not counted. Which kinds make sense is the caller's to say.
 */
bool record_unpack(struct unpacker *unpacker, const char *bytes, size_t length, struct buffer *out,
	struct record_content *content, struct error *error);

#endif
