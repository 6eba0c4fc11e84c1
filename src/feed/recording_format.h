/*
 * The bytes of a recording: part of feed/recording, for its writer and its reader.
 *
 * Numbers are little-endian. The file begins with RECORDING_MAGIC; then come records, each a header and a zlib
 * stream, or plain bytes. The second checksum is of the header, so that lengths can be trusted without reading what
 * they measure.
 */
#ifndef FEED_RECORDING_FORMAT_H
#define FEED_RECORDING_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "feed/recording.h"

#define RECORDING_MAGIC "CXWREC1\n"

enum {
	RECORDING_MAGIC_BYTES = 8,
	RECORDING_HEADER = 40,
	RECORDING_MARK = 0x31525843, /* "CXR1" */
	RECORDING_WINDOW = 32768,    /* of zlib: what of the frame before is remembered */
	RECORD_FOLLOWS = 1,          /* flag: compressed against the data before */
	RECORD_PLAIN = 2,            /* flag: stored as it is, not compressed */
	RECORD_UNSUMMED = 4,         /* flag: the checksum is 0; what reads the bytes has its own rules for them */
	RECORDING_STORED_MAX = RECORDING_RAW_MAX + RECORDING_RAW_MAX / 8, /* what cannot be compressed grows a little */
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
