/*
 * The bytes of a recording: part of recording/recording, for its writer and its reader.
 *
 * Numbers are little-endian. The file begins with RECORDING_MAGIC; then come records, each a header and a zlib
 * stream, or plain bytes. The second checksum is of the header, so that lengths can be trusted without reading what
 * they measure.
 */
#ifndef BOARD_RECORD_FORMAT_H
#define BOARD_RECORD_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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
	RECORD_STATE = 9,        /* how the wall was: of a last frame (command/last_frame), in no recording */
	RECORD_NUMBERS = 10,     /* how far the numbers of people go: {"numbers":N} */
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

#endif
