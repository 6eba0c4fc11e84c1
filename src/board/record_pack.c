#include "board/record_pack.h"

#include <stdlib.h>
#include <zlib.h>

#include "base/log.h"

enum { PART = 16384 }; /* bytes that go through zlib at once */

struct packer {
	z_stream zlib;
};

struct unpacker {
	z_stream zlib;
};

struct packer *packer_new(void)
{
	struct packer *packer = must_alloc(sizeof(*packer));
	*packer = (struct packer){ .zlib = { .next_in = NULL } };
	if (deflateInit(&packer->zlib, Z_DEFAULT_COMPRESSION) != Z_OK)
		fatal("no memory to compress a recording");
	return packer;
}

void packer_free(struct packer *packer)
{
	if (packer == NULL)
		return;
	deflateEnd(&packer->zlib);
	free(packer);
}

struct unpacker *unpacker_new(void)
{
	struct unpacker *unpacker = must_alloc(sizeof(*unpacker));
	*unpacker = (struct unpacker){ .zlib = { .next_in = NULL } };
	if (inflateInit(&unpacker->zlib) != Z_OK)
		fatal("no memory to read a recording");
	return unpacker;
}

void unpacker_free(struct unpacker *unpacker)
{
	if (unpacker == NULL)
		return;
	inflateEnd(&unpacker->zlib);
	free(unpacker);
}

/* What of the data before stands within zlib's window. */
static const Bytef *window(const struct buffer *before, uInt *length)
{
	*length = before->length < RECORDING_WINDOW ? (uInt)before->length : RECORDING_WINDOW;
	return (const Bytef *)buffer_string(before) + before->length - *length;
}

static bool deflate_all(z_stream *zlib, const struct record_content *content, const struct buffer *before,
	struct buffer *out)
{
	unsigned char part[PART];
	deflateReset(zlib);
	if (before != NULL) {
		uInt used;
		const Bytef *bytes = window(before, &used);
		deflateSetDictionary(zlib, bytes, used);
	}
	int code;
	zlib->next_in = (Bytef *)(uintptr_t)content->bytes;
	zlib->avail_in = (uInt)content->length;
	do {
		zlib->next_out = part;
		zlib->avail_out = sizeof(part);
		code = deflate(zlib, Z_FINISH);
		buffer_add(out, part, sizeof(part) - zlib->avail_out);
	} while (code == Z_OK && !out->full);
	return code == Z_STREAM_END && !out->full;
}

static uint8_t flags_of(const struct packer *packer, enum record_kind kind, bool follows)
{
	if (packer != NULL)
		return follows ? RECORD_FOLLOWS : 0;
	return kind == RECORD_DATA ? RECORD_PLAIN | RECORD_UNSUMMED : RECORD_PLAIN;
}

static uint32_t sum_of(const struct record_header *header, const char *stored)
{
	return header->flags & RECORD_UNSUMMED ? 0 : record_checksum(stored, header->stored);
}

bool record_pack(struct packer *packer, const struct record_content *content, const struct buffer *before,
	struct buffer *out, struct error *error)
{
	static const unsigned char room[RECORDING_HEADER] = { 0 };
	size_t at = out->length;
	if (content->length > RECORDING_RAW_MAX)
		return error_set(error, "a record of more than %d MB", RECORDING_RAW_MAX >> 20);
	bool put = buffer_add(out, room, sizeof(room)) && (packer == NULL ? buffer_add(out, content->bytes, content->length)
		: deflate_all(&packer->zlib, content, before, out));
	if (!put) {
		buffer_cut(out, at);
		return error_set(error, "a record is too large to be packed");
	}
	struct record_header header = {
		.kind = (uint8_t)content->kind, .flags = flags_of(packer, content->kind, before != NULL),
		.stored = (uint32_t)(out->length - at - RECORDING_HEADER), .raw = (uint32_t)content->length,
		.boot_ms = content->boot_ms, .wall_ms = content->wall_ms,
	};
	header.checksum = sum_of(&header, out->data + at + RECORDING_HEADER);
	record_header_put(&header, (unsigned char *)out->data + at);
	return true;
}

bool record_check(const char *bytes, size_t length, struct record_header *header)
{
	return length >= RECORDING_HEADER && record_header_get(header, (const unsigned char *)bytes) &&
		header->raw <= RECORDING_RAW_MAX && header->stored <= RECORDING_STORED_MAX &&
		header->stored == length - RECORDING_HEADER &&
		sum_of(header, bytes + RECORDING_HEADER) == header->checksum;
}

/* With the data before as zlib's dictionary, if it asks for one. */
static int inflate_part(z_stream *zlib, const struct buffer *before)
{
	int code = inflate(zlib, Z_NO_FLUSH);
	if (code != Z_NEED_DICT || before == NULL)
		return code;
	uInt used;
	const Bytef *bytes = window(before, &used);
	return inflateSetDictionary(zlib, bytes, used);
}

bool record_inflate(struct unpacker *unpacker, const char *bytes, const struct record_header *header,
	const struct buffer *before, struct buffer *out)
{
	z_stream *zlib = &unpacker->zlib;
	unsigned char part[PART];
	buffer_clear(out);
	if (header->flags & RECORD_PLAIN)
		return header->stored == header->raw && buffer_add(out, bytes + RECORDING_HEADER, header->stored);
	int code = inflateReset(zlib);
	zlib->next_in = (Bytef *)(uintptr_t)bytes + RECORDING_HEADER;
	zlib->avail_in = header->stored;
	while (code == Z_OK && !out->full && out->length <= header->raw) {
		zlib->next_out = part;
		zlib->avail_out = sizeof(part);
		code = inflate_part(zlib, before);
		buffer_add(out, part, sizeof(part) - zlib->avail_out);
	}
	return code == Z_STREAM_END && zlib->avail_in == 0 && !out->full && out->length == header->raw;
}

bool record_unpack(struct unpacker *unpacker, const char *bytes, size_t length, struct buffer *out,
	struct record_content *content, struct error *error)
{
	struct record_header header;
	if (!record_check(bytes, length, &header))
		return error_set(error, "no record, or a damaged one");
	if (header.flags & RECORD_FOLLOWS)
		return error_set(error, "a record that needs another one to be read");
	if (header.raw > out->max)
		return error_set(error, "a record of more than %zu bytes", out->max);
	if (!record_inflate(unpacker, bytes, &header, NULL, out))
		return error_set(error, "a record that cannot be unpacked");
	*content = (struct record_content){
		.kind = (enum record_kind)header.kind, .boot_ms = header.boot_ms, .wall_ms = header.wall_ms,
		.bytes = buffer_string(out), .length = out->length,
	};
	return true;
}
