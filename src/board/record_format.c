#include "board/record_format.h"

#include <zlib.h>

static void put(unsigned char *out, uint64_t number, int bytes)
{
	for (int i = 0; i < bytes; i++)
		out[i] = (unsigned char)(number >> (8 * i));
}

static uint64_t get(const unsigned char *bytes, int count)
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
	put(out, RECORDING_MARK, 4);
	put(out + 4, header->kind, 1);
	put(out + 5, header->flags, 1);
	put(out + 6, 0, 2);
	put(out + 8, header->stored, 4);
	put(out + 12, header->raw, 4);
	put(out + 16, (uint64_t)header->boot_ms, 8);
	put(out + 24, (uint64_t)header->wall_ms, 8);
	put(out + 32, header->checksum, 4);
	put(out + 36, record_checksum(out, 36), 4);
}

static bool is_time(int64_t time_ms)
{
	return time_ms >= 0 && time_ms <= RECORDING_TIME_MAX;
}

bool record_header_get(struct record_header *header, const unsigned char bytes[RECORDING_HEADER])
{
	*header = (struct record_header){
		.kind = bytes[4], .flags = bytes[5], .stored = (uint32_t)get(bytes + 8, 4), .raw = (uint32_t)get(bytes + 12, 4),
		.boot_ms = (int64_t)get(bytes + 16, 8), .wall_ms = (int64_t)get(bytes + 24, 8),
		.checksum = (uint32_t)get(bytes + 32, 4),
	};
	return get(bytes, 4) == RECORDING_MARK && get(bytes + 36, 4) == record_checksum(bytes, 36) &&
		is_time(header->boot_ms) && is_time(header->wall_ms);
}
