/*
 * One record of a recording in memory: made of what it says, and checked and taken apart again. Part of
 * recording/recording, for its writer and its reader, and for others that send records elsewhere than to a file.
 *
 * A record is the header of board/record_format and a zlib stream, or plain bytes. A packer and an unpacker own the
 * memory of zlib and reuse it: in the steady state neither allocates. They read and write no files and know no time.
 */
#ifndef BOARD_RECORD_PACK_H
#define BOARD_RECORD_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "board/record_format.h"

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
