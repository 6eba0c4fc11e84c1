/* Reading a recording: the index by hopping from header to header, one record at a time by seeking. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "feed/recording.h"
#include "feed/recording_format.h"
#include "feed/recording_pack.h"

static bool read_at(int file, void *out, size_t length, int64_t offset)
{
	char *at = out;
	while (length > 0) {
		ssize_t got = pread(file, at, length, offset);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		at += got;
		offset += got;
		length -= (size_t)got;
	}
	return true;
}

/* While the headers are read. */
struct indexing {
	struct recording *recording;
	int64_t file_size;
	int64_t offset_ms; /* from boot time to the clock of this run */
	int64_t last_ms;
	uint32_t key;
};

static void add_entry(struct indexing *indexing, const struct record_header *header, int64_t offset)
{
	struct recording *recording = indexing->recording;
	if (recording->count == recording->room) {
		recording->room = recording->room == 0 ? 1024 : 2 * recording->room;
		recording->entries = must_realloc(recording->entries, recording->room * sizeof(*recording->entries));
	}
	if (header->kind == RECORD_START || recording->count == 0)
		indexing->offset_ms = header->wall_ms - header->boot_ms;
	struct recording_entry *entry = &recording->entries[recording->count];
	*entry = (struct recording_entry){ .kind = (enum record_kind)header->kind, .wall_ms = header->wall_ms,
		.at_ms = header->boot_ms + indexing->offset_ms, .offset = offset };
	/* A clock that was set back between two runs: order is worth more than the minute. */
	if (entry->at_ms < indexing->last_ms)
		entry->at_ms = indexing->last_ms;
	if (entry->at_ms > RECORDING_TIME_MAX)
		entry->at_ms = RECORDING_TIME_MAX;
	indexing->offset_ms = entry->at_ms - header->boot_ms;
	indexing->last_ms = entry->at_ms;
	if (header->kind == RECORD_DATA && !(header->flags & RECORD_FOLLOWS))
		indexing->key = recording->count;
	entry->base = indexing->key;
	recording->count++;
}

static bool next_header(const struct indexing *indexing, struct record_header *header)
{
	unsigned char bytes[RECORDING_HEADER];
	int64_t offset = indexing->recording->size;
	return offset + RECORDING_HEADER <= indexing->file_size &&
		indexing->recording->count < RECORDING_RECORDS_MAX &&
		read_at(indexing->recording->file, bytes, sizeof(bytes), offset) && record_header_get(header, bytes) &&
		header->raw <= RECORDING_RAW_MAX && offset + RECORDING_HEADER + header->stored <= indexing->file_size;
}

/* The header and the stored bytes of a record, checked. */
static bool read_record(struct recording *recording, int64_t offset, struct record_header *header)
{
	unsigned char bytes[RECORDING_HEADER], part[16384];
	struct buffer *record = &recording->record;
	if (!read_at(recording->file, bytes, sizeof(bytes), offset) || !record_header_get(header, bytes))
		return false;
	buffer_clear(record);
	buffer_add(record, bytes, sizeof(bytes));
	offset += RECORDING_HEADER;
	for (size_t left = header->stored, now; left > 0; left -= now, offset += (int64_t)now) {
		now = left < sizeof(part) ? left : sizeof(part);
		if (!read_at(recording->file, part, now, offset) || !buffer_add(record, part, now))
			return false;
	}
	return record_check(buffer_string(record), record->length, header);
}

/* All but the last record was followed by another, so that it was written whole. */
static void check_last(struct indexing *indexing)
{
	struct recording *recording = indexing->recording;
	struct record_header header;
	if (recording->count > 0 && !read_record(recording, recording->entries[recording->count - 1].offset, &header))
		recording->size = recording->entries[--recording->count].offset;
	recording->cut = recording->size < indexing->file_size;
}

static bool make_index(struct recording *recording, const char *path, struct error *error)
{
	struct stat about;
	struct record_header header;
	char magic[RECORDING_MAGIC_BYTES];
	if (fstat(recording->file, &about) != 0 || !S_ISREG(about.st_mode))
		return error_set(error, "%.160s: not a file", path);
	if (!read_at(recording->file, magic, sizeof(magic), 0) || memcmp(magic, RECORDING_MAGIC, sizeof(magic)) != 0)
		return error_set(error, "%.160s: not a recording of this version of cxwall", path);
	struct indexing indexing = { .recording = recording, .file_size = about.st_size };
	recording->size = RECORDING_MAGIC_BYTES;
	while (next_header(&indexing, &header)) {
		add_entry(&indexing, &header, recording->size);
		recording->size += RECORDING_HEADER + header.stored;
	}
	recording->clock_ms = indexing.offset_ms;
	check_last(&indexing);
	return true;
}

struct recording *recording_open(const char *path, struct error *error)
{
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (file >= 0)
		return recording_open_file(file, path, error);
	error_set(error, "%.160s: %s", path, strerror(errno));
	return NULL;
}

struct recording *recording_open_file(int file, const char *name, struct error *error)
{
	struct recording *recording = must_alloc(sizeof(*recording));
	*recording = (struct recording){ .file = file, .data_index = UINT32_MAX };
	buffer_init(&recording->data, RECORDING_RAW_MAX);
	buffer_init(&recording->next, RECORDING_RAW_MAX);
	buffer_init(&recording->other, RECORDING_RAW_MAX);
	buffer_init(&recording->record, RECORDING_HEADER + RECORDING_STORED_MAX);
	recording->unpacker = unpacker_new();
	if (make_index(recording, name, error))
		return recording;
	recording_close(recording);
	return NULL;
}

void recording_close(struct recording *recording)
{
	if (recording == NULL)
		return;
	close(recording->file);
	free(recording->entries);
	buffer_free(&recording->data);
	buffer_free(&recording->next);
	buffer_free(&recording->other);
	buffer_free(&recording->record);
	unpacker_free(recording->unpacker);
	free(recording);
}

static bool read_data(struct recording *recording, uint32_t index)
{
	struct record_header header;
	struct buffer before = recording->data;
	bool good = read_record(recording, recording->entries[index].offset, &header) &&
		record_inflate(recording->unpacker, buffer_string(&recording->record), &header,
			header.flags & RECORD_FOLLOWS ? &before : NULL, &recording->next);
	recording->data = recording->next;
	recording->next = before;
	recording->data_index = good ? index : UINT32_MAX;
	return good;
}

/* From the data that are there already, if they are on the way, else from those that stand alone. */
static bool reach_data(struct recording *recording, uint32_t index)
{
	const struct recording_entry *entries = recording->entries;
	uint32_t from = entries[index].base;
	if (recording->data_index == index)
		return true;
	if (recording->data_index >= from && recording->data_index < index)
		from = recording->data_index + 1;
	for (uint32_t i = from; i <= index; i++)
		if (entries[i].kind == RECORD_DATA && !read_data(recording, i))
			return false;
	return true;
}

const struct buffer *recording_read(struct recording *recording, uint32_t index, struct error *error)
{
	struct record_header header;
	bool good;
	if (recording->entries[index].kind == RECORD_DATA) {
		good = reach_data(recording, index);
	} else {
		good = read_record(recording, recording->entries[index].offset, &header) &&
			record_inflate(recording->unpacker, buffer_string(&recording->record), &header, NULL, &recording->other);
	}
	if (!good) {
		error_set(error, "record %u of the recording is damaged", index + 1);
		return NULL;
	}
	return recording->entries[index].kind == RECORD_DATA ? &recording->data : &recording->other;
}

uint32_t recording_seek(const struct recording *recording, int64_t at_ms)
{
	uint32_t low = 0, high = recording->count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (recording->entries[middle].at_ms < at_ms)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

uint32_t recording_before(const struct recording *recording, uint32_t index, enum record_kind kind)
{
	while (index > 0) {
		index--;
		if (recording->entries[index].kind == kind)
			return index;
		if (recording->entries[index].kind == RECORD_START)
			break;
	}
	return recording->count;
}
