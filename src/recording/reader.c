/* Reading a recording: the index by hopping from header to header, over what is damaged; one record at a time by seeking. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "board/record_format.h"
#include "board/record_pack.h"
#include "recording/recording.h"
#include "recording/recording_clock.h"

enum { SEARCH_LEAST = 512, SEARCH_MOST = 64 * 1024 }; /* bytes that are looked through at once */

static const char mark[4] = { 'C', 'X', 'R', '1' };

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
	int64_t file_size, checks_left; /* bytes */
	uint32_t key;
};

static void add_entry(struct indexing *indexing, const struct record_header *header, int64_t offset)
{
	struct recording *recording = indexing->recording;
	if (recording->count == recording->room) {
		recording->room = recording->room == 0 ? 1024 : 2 * recording->room;
		recording->entries = must_realloc(recording->entries, recording->room * sizeof(*recording->entries));
	}
	struct recording_entry *entry = &recording->entries[recording->count];
	*entry = (struct recording_entry){ .kind = (enum record_kind)header->kind, .wall_ms = header->wall_ms,
		.at_ms = header->boot_ms, .offset = offset };
	if (header->kind == RECORD_DATA && !(header->flags & RECORD_FOLLOWS))
		indexing->key = recording->count;
	entry->base = indexing->key;
	recording->count++;
	recording->size = offset + RECORDING_HEADER + header->stored;
}

static void add_damage(struct recording *recording, int64_t bytes)
{
	if (bytes == 0)
		return;
	if (recording->damages == NULL)
		recording->damages = must_alloc(RECORDING_DAMAGES_MAX * sizeof(*recording->damages));
	struct recording_damage *last = recording->damage_count > 0 ? &recording->damages[recording->damage_count - 1] : NULL;
	if (last != NULL && (last->index >= recording->count || recording->damage_count == RECORDING_DAMAGES_MAX)) {
		last->index = last->index < recording->count ? last->index : recording->count;
		last->bytes += bytes;
		return;
	}
	recording->damages[recording->damage_count++] = (struct recording_damage){ recording->count, bytes };
}

/* A header whose record ends within the file. */
static bool is_header(const struct indexing *indexing, const unsigned char bytes[RECORDING_HEADER], int64_t offset,
	struct record_header *header)
{
	return record_header_get(header, bytes) && header->raw <= RECORDING_RAW_MAX &&
		offset + RECORDING_HEADER + header->stored <= indexing->file_size;
}

static bool is_record(const struct indexing *indexing, int64_t offset, struct record_header *header)
{
	unsigned char bytes[RECORDING_HEADER];
	return offset + RECORDING_HEADER <= indexing->file_size &&
		read_at(indexing->recording->file, bytes, sizeof(bytes), offset) && is_header(indexing, bytes, offset, header);
}

/* The first header in these bytes, of which more than one may be such a mark by chance; -1: none. */
static int64_t find_in(const struct indexing *indexing, const char *part, size_t length, int64_t offset)
{
	struct record_header header;
	const char *at = part, *end = part + length - RECORDING_HEADER;
	while (at <= end && (at = memmem(at, (size_t)(part + length - at), mark, sizeof(mark))) != NULL && at <= end) {
		if (is_header(indexing, (const unsigned char *)at, offset + (at - part), &header))
			return offset + (at - part);
		at++;
	}
	return -1;
}

/*
 * The first header from an offset on; the file's size if there is none. Reads little where little is damaged, as nearly
 * always, so that a file with damage everywhere is read about once.
 */
static int64_t find_record(const struct indexing *indexing, int64_t offset)
{
	char part[SEARCH_MOST];
	int64_t most = SEARCH_LEAST;
	while (offset + RECORDING_HEADER <= indexing->file_size) {
		int64_t left = indexing->file_size - offset, length = left < most ? left : most;
		if (!read_at(indexing->recording->file, part, (size_t)length, offset))
			break;
		int64_t found = find_in(indexing, part, (size_t)length, offset);
		if (found >= 0)
			return found;
		/* A header may begin in this part and end in the next. */
		offset += length - (RECORDING_HEADER - 1);
		most = most * 2 < SEARCH_MOST ? most * 2 : SEARCH_MOST;
	}
	return indexing->file_size;
}

/* A crash leaves the beginning of a record, and a wall that writes just now: nothing that was whole is lost. */
static bool is_unfinished(const struct indexing *indexing, int64_t offset)
{
	unsigned char bytes[RECORDING_HEADER];
	struct record_header header;
	int64_t left = indexing->file_size - offset;
	size_t length = left < RECORDING_HEADER ? (size_t)left : RECORDING_HEADER;
	if (!read_at(indexing->recording->file, bytes, length, offset))
		return false;
	if (length < RECORDING_HEADER)
		return memcmp(bytes, mark, length < sizeof(mark) ? length : sizeof(mark)) == 0;
	return record_header_get(&header, bytes) && offset + RECORDING_HEADER + header.stored > indexing->file_size;
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

/* Reads all of a record, unless so many were read that the file was made to keep readers busy. */
static bool is_whole(struct indexing *indexing, int64_t offset, const struct record_header *header)
{
	struct record_header again;
	if (header->stored > indexing->checks_left)
		return false;
	indexing->checks_left -= header->stored;
	return read_record(indexing->recording, offset, &again);
}

/* Looks for the next record from one offset on; what lies between another offset and it is damaged. */
static int64_t pass_over(struct indexing *indexing, int64_t offset, int64_t from)
{
	int64_t found = find_record(indexing, from);
	if (found < indexing->file_size || !is_unfinished(indexing, offset))
		add_damage(indexing->recording, found - offset);
	return found;
}

/*
 * Takes the record at an offset, and returns where the next one is. Where one follows, it was written whole; else its
 * bytes are checked, and if some are missing another record may begin within what it claims.
 */
static int64_t index_record(struct indexing *indexing, int64_t offset)
{
	struct record_header header, next;
	if (!is_record(indexing, offset, &header))
		return pass_over(indexing, offset, offset + 1);
	int64_t end = offset + RECORDING_HEADER + header.stored;
	bool followed = is_record(indexing, end, &next);
	if (!followed && !is_whole(indexing, offset, &header))
		return pass_over(indexing, offset, offset + RECORDING_HEADER);
	add_entry(indexing, &header, offset);
	return followed || end == indexing->file_size ? end : pass_over(indexing, end, end + 1);
}

static bool make_index(struct recording *recording, const char *path, struct error *error)
{
	struct stat about;
	char magic[RECORDING_MAGIC_BYTES];
	if (fstat(recording->file, &about) != 0 || !S_ISREG(about.st_mode))
		return error_set(error, "%.160s: not a file", path);
	if (!read_at(recording->file, magic, sizeof(magic), 0) || memcmp(magic, RECORDING_MAGIC, sizeof(magic)) != 0)
		return error_set(error, "%.160s: not a recording of this version of cxwall", path);
	struct indexing indexing = { .recording = recording, .file_size = about.st_size, .checks_left = 2 * about.st_size };
	int64_t offset = recording->size = RECORDING_MAGIC_BYTES;
	while (offset < indexing.file_size && recording->count < RECORDING_RECORDS_MAX)
		offset = index_record(&indexing, offset);
	recording->cut = recording->size < indexing.file_size;
	recording_clock(recording);
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
	free(recording->damages);
	free(recording->steps);
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

int64_t recording_damaged(struct recording *recording, uint32_t index)
{
	struct record_header header;
	if (read_record(recording, recording->entries[index].offset, &header))
		return 0;
	return RECORDING_HEADER + (int64_t)header.stored;
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
