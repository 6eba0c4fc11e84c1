#include "board/record.h"

#include <stdlib.h>
#include <zlib.h>

#include "base/log.h"

enum { RECORD_PART = 16384 }; /* bytes that go through zlib at once */

struct packer {
	z_stream zlib;
};

struct unpacker {
	z_stream zlib;
};

static void record_put(unsigned char *out, uint64_t number, int bytes)
{
	for (int i = 0; i < bytes; i++)
		out[i] = (unsigned char)(number >> (8 * i));
}

static uint64_t record_get(const unsigned char *bytes, int count)
{
	uint64_t number = 0;
	for (int i = 0; i < count; i++)
		number |= (uint64_t)bytes[i] << (8 * i);
	return number;
}

uint32_t record_checksum(const void *bytes, size_t length)
{
	return (uint32_t)crc32_z(crc32_z(0, NULL, 0), bytes, length);
}

void record_header_put(const struct record_header *header, unsigned char out[RECORDING_HEADER])
{
	record_put(out, RECORDING_MARK, 4);
	record_put(out + 4, header->kind, 1);
	record_put(out + 5, header->flags, 1);
	record_put(out + 6, 0, 2);
	record_put(out + 8, header->stored, 4);
	record_put(out + 12, header->raw, 4);
	record_put(out + 16, (uint64_t)header->boot_ms, 8);
	record_put(out + 24, (uint64_t)header->wall_ms, 8);
	record_put(out + 32, header->checksum, 4);
	record_put(out + 36, record_checksum(out, 36), 4);
}

static bool is_time(int64_t time_ms)
{
	return time_ms >= 0 && time_ms <= RECORDING_TIME_MAX;
}

bool record_header_get(struct record_header *header, const unsigned char bytes[RECORDING_HEADER])
{
	*header = (struct record_header){
		.kind = bytes[4], .flags = bytes[5], .stored = (uint32_t)record_get(bytes + 8, 4),
		.raw = (uint32_t)record_get(bytes + 12, 4),
		.boot_ms = (int64_t)record_get(bytes + 16, 8), .wall_ms = (int64_t)record_get(bytes + 24, 8),
		.checksum = (uint32_t)record_get(bytes + 32, 4),
	};
	return record_get(bytes, 4) == RECORDING_MARK && record_get(bytes + 36, 4) == record_checksum(bytes, 36) &&
		is_time(header->boot_ms) && is_time(header->wall_ms);
}

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
static const Bytef *record_window(const struct buffer *before, uInt *length)
{
	*length = before->length < RECORDING_WINDOW ? (uInt)before->length : RECORDING_WINDOW;
	return (const Bytef *)buffer_string(before) + before->length - *length;
}

static bool record_deflate(z_stream *zlib, const struct record_content *content, const struct buffer *before,
	struct buffer *out)
{
	unsigned char part[RECORD_PART];
	deflateReset(zlib);
	if (before != NULL) {
		uInt used;
		const Bytef *bytes = record_window(before, &used);
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

static uint32_t record_sum(const struct record_header *header, const char *stored)
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
	bool put = buffer_add(out, room, sizeof(room)) &&
		(packer == NULL ? buffer_add(out, content->bytes, content->length)
		: record_deflate(&packer->zlib, content, before, out));
	if (!put) {
		buffer_cut(out, at);
		return error_set(error, "a record is too large to be packed");
	}
	uint8_t plain = content->kind == RECORD_DATA ? RECORD_PLAIN | RECORD_UNSUMMED : RECORD_PLAIN;
	struct record_header header = {
		.kind = (uint8_t)content->kind, .flags = packer == NULL ? plain : before != NULL ? RECORD_FOLLOWS : 0,
		.stored = (uint32_t)(out->length - at - RECORDING_HEADER), .raw = (uint32_t)content->length,
		.boot_ms = content->boot_ms, .wall_ms = content->wall_ms,
	};
	header.checksum = record_sum(&header, out->data + at + RECORDING_HEADER);
	record_header_put(&header, (unsigned char *)out->data + at);
	return true;
}

bool record_check(const char *bytes, size_t length, struct record_header *header)
{
	return length >= RECORDING_HEADER && record_header_get(header, (const unsigned char *)bytes) &&
		header->raw <= RECORDING_RAW_MAX && header->stored <= RECORDING_STORED_MAX &&
		header->stored == length - RECORDING_HEADER &&
		record_sum(header, bytes + RECORDING_HEADER) == header->checksum;
}

/* With the data before as zlib's dictionary, if it asks for one. */
static int record_inflate_part(z_stream *zlib, const struct buffer *before)
{
	int code = inflate(zlib, Z_NO_FLUSH);
	if (code != Z_NEED_DICT || before == NULL)
		return code;
	uInt used;
	const Bytef *bytes = record_window(before, &used);
	return inflateSetDictionary(zlib, bytes, used);
}

bool record_inflate(struct unpacker *unpacker, const char *bytes, const struct record_header *header,
	const struct buffer *before, struct buffer *out)
{
	z_stream *zlib = &unpacker->zlib;
	unsigned char part[RECORD_PART];
	buffer_clear(out);
	if (header->flags & RECORD_PLAIN)
		return header->stored == header->raw && buffer_add(out, bytes + RECORDING_HEADER, header->stored);
	int code = inflateReset(zlib);
	zlib->next_in = (Bytef *)(uintptr_t)bytes + RECORDING_HEADER;
	zlib->avail_in = header->stored;
	while (code == Z_OK && !out->full && out->length <= header->raw) {
		zlib->next_out = part;
		zlib->avail_out = sizeof(part);
		code = record_inflate_part(zlib, before);
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
