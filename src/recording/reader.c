/* Reads recordings: an index of the headers, made once, then single records by seeking. */
#include "recording/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "board/record.h"

/* ---- the index ---- */

enum { SEARCH_LEAST = 512, SEARCH_MOST = 64 * 1024 }; /* bytes that are searched at once */

static const char mark[4] = { 'C', 'X', 'R', '1' };

static bool reader_read_at(int file, void *out, size_t length, int64_t offset)
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

/* The state while the headers are read. */
struct indexing {
	struct recording *recording;
	int64_t file_size, checks_left; /* bytes */
	uint32_t key; /* the last data that can be read alone */
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

/* Whether these bytes are a header whose record ends within the file. */
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
		reader_read_at(indexing->recording->file, bytes, sizeof(bytes), offset) && is_header(indexing, bytes, offset, header);
}

/* The offset of the first header in these bytes, -1 without one. Data may contain the mark by chance. */
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
 * The first header from an offset on; the file's size if there is none. The part that is read doubles, because most damage
 * is small, and so a file that is damaged everywhere is read about once.
 */
static int64_t find_record(const struct indexing *indexing, int64_t offset)
{
	char part[SEARCH_MOST];
	int64_t most = SEARCH_LEAST;
	while (offset + RECORDING_HEADER <= indexing->file_size) {
		int64_t left = indexing->file_size - offset, length = left < most ? left : most;
		if (!reader_read_at(indexing->recording->file, part, (size_t)length, offset))
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

/*
 * Whether the file ends within a record. A crash leaves that, and so does a wall that is writing now: nothing that was
 * whole is lost, so it is not damage.
 */
static bool is_unfinished(const struct indexing *indexing, int64_t offset)
{
	unsigned char bytes[RECORDING_HEADER];
	struct record_header header;
	int64_t left = indexing->file_size - offset;
	size_t length = left < RECORDING_HEADER ? (size_t)left : RECORDING_HEADER;
	if (!reader_read_at(indexing->recording->file, bytes, length, offset))
		return false;
	if (length < RECORDING_HEADER)
		return memcmp(bytes, mark, length < sizeof(mark) ? length : sizeof(mark)) == 0;
	return record_header_get(&header, bytes) && offset + RECORDING_HEADER + header.stored > indexing->file_size;
}

/* Reads the header and the stored bytes of a record, and checks both. */
static bool read_record(struct recording *recording, int64_t offset, struct record_header *header)
{
	unsigned char bytes[RECORDING_HEADER], part[16384];
	struct buffer *record = &recording->record;
	if (!reader_read_at(recording->file, bytes, sizeof(bytes), offset) || !record_header_get(header, bytes))
		return false;
	buffer_clear(record);
	buffer_add(record, bytes, sizeof(bytes));
	offset += RECORDING_HEADER;
	for (size_t left = header->stored, now; left > 0; left -= now, offset += (int64_t)now) {
		now = left < sizeof(part) ? left : sizeof(part);
		if (!reader_read_at(recording->file, part, now, offset) || !buffer_add(record, part, now))
			return false;
	}
	return record_check(buffer_string(record), record->length, header);
}

/* Checks all of a record, up to a number of bytes: a hostile file could ask for the same ones again and again. */
static bool is_record_whole(struct indexing *indexing, int64_t offset, const struct record_header *header)
{
	struct record_header again;
	if (header->stored > indexing->checks_left)
		return false;
	indexing->checks_left -= header->stored;
	return read_record(indexing->recording, offset, &again);
}

/* Finds the next record from `from` on. What lies between `offset` and it is damaged. */
static int64_t pass_over(struct indexing *indexing, int64_t offset, int64_t from)
{
	int64_t found = find_record(indexing, from);
	if (found < indexing->file_size || !is_unfinished(indexing, offset))
		add_damage(indexing->recording, found - offset);
	return found;
}

/*
 * Adds the record at an offset, and returns the offset of the next one. A record that another one follows was written
 * whole. Otherwise its bytes are checked; if that fails, another record may begin within the length that it claims.
 */
static int64_t index_record(struct indexing *indexing, int64_t offset)
{
	struct record_header header, next;
	if (!is_record(indexing, offset, &header))
		return pass_over(indexing, offset, offset + 1);
	int64_t end = offset + RECORDING_HEADER + header.stored;
	bool followed = is_record(indexing, end, &next);
	if (!followed && !is_record_whole(indexing, offset, &header))
		return pass_over(indexing, offset, offset + RECORDING_HEADER);
	add_entry(indexing, &header, offset);
	return followed || end == indexing->file_size ? end : pass_over(indexing, end, end + 1);
}

/*
 * ---- times of day ----
 *
 * A machine may have had a wrong clock until somebody set it right: for the first minutes after it booted, or for a
 * moment in the middle of a day. Boot time is not moved by this, so within a run of the program the difference of the
 * two clocks says when the time of day was set and by how much. The difference that held last is taken to be right,
 * and times by another one are corrected, so that no hour comes twice. A clock that ran for long and then was set
 * forward keeps its times: a virtual machine that was paused as a whole, boot time included, looks the same. All this is
 * pure, and linear in the number of records whatever the times are.
 */

enum {
	STEP_MS = 5000,             /* smaller steps are a clock that is being kept right */
	HELD_MS = 3 * 60 * 1000,    /* a setting that held this long is not a passing fault */
	TRUSTED_MS = 60 * 60 * 1000,   /* times before a step forward are kept if they held this long */
	DISORDER_MS = 60 * 1000,    /* an alert has its own time, a little before that of its answer */
	STRETCHES_MAX = 64,         /* of one clock; with more it cannot be trusted at all */
};

/* Records between two settings of the clock. */
struct stretch {
	uint32_t first;
	int64_t began_ms, held_ms; /* boot time */
	int64_t offset_ms;         /* from boot time to the time of day, at its end */
	bool trusted;              /* its times stay as they were written */
};

/* The runs between two boots of the machine: their boot times are comparable. */
struct clock {
	struct recording *recording;
	uint32_t first, end;
	struct stretch stretches[STRETCHES_MAX];
	unsigned count;
	int64_t offset_ms; /* the one that is taken to be right */
};

static int64_t time_distance(int64_t a, int64_t b)
{
	return a > b ? a - b : b - a;
}

static int64_t clock_offset(const struct recording_entry *entry)
{
	return entry->wall_ms - entry->at_ms;
}

/* Boot time goes back after a reboot. If only the time of day goes back, the clock was set between two runs. */
static bool is_other_clock(const struct recording_entry *before, const struct recording_entry *entry)
{
	if (entry->at_ms < before->at_ms - DISORDER_MS)
		return true;
	return entry->kind == RECORD_START && entry->wall_ms >= before->wall_ms - STEP_MS;
}

static void add_to_stretch(struct clock *clock, uint32_t index)
{
	const struct recording_entry *entry = &clock->recording->entries[index];
	struct stretch *last = clock->count > 0 ? &clock->stretches[clock->count - 1] : NULL;
	if (last == NULL || (time_distance(clock_offset(entry), last->offset_ms) > STEP_MS && clock->count < STRETCHES_MAX)) {
		last = &clock->stretches[clock->count++];
		*last = (struct stretch){ .first = index, .began_ms = entry->at_ms };
	}
	last->offset_ms = clock_offset(entry);
	last->held_ms = entry->at_ms - last->began_ms;
}

static uint32_t find_stretches(struct clock *clock)
{
	const struct recording *recording = clock->recording;
	uint32_t index = clock->first;
	clock->count = 0;
	do
		add_to_stretch(clock, index++);
	while (index < recording->count && !is_other_clock(&recording->entries[index - 1], &recording->entries[index]));
	return index;
}

/* How long a setting of the clock held, in all stretches that have it. */
static int64_t held_in_all(const struct clock *clock, unsigned index)
{
	int64_t held_ms = 0;
	for (unsigned i = 0; i < clock->count; i++)
		if (time_distance(clock->stretches[i].offset_ms, clock->stretches[index].offset_ms) <= STEP_MS)
			held_ms += clock->stretches[i].held_ms;
	return held_ms;
}

/* The last setting that held for a while; where none did, the last. */
static unsigned find_right(const struct clock *clock)
{
	for (unsigned i = clock->count; i > 0; i--)
		if (held_in_all(clock, i - 1) >= HELD_MS)
			return i - 1;
	return clock->count - 1;
}

static void choose_trusted(struct clock *clock, unsigned right)
{
	int64_t highest_ms = INT64_MIN;
	clock->offset_ms = clock->stretches[right].offset_ms;
	for (unsigned i = 0; i < clock->count; i++) {
		struct stretch *stretch = &clock->stretches[i];
		bool rising = stretch->offset_ms >= highest_ms && stretch->offset_ms < clock->offset_ms;
		stretch->trusted = time_distance(stretch->offset_ms, clock->offset_ms) <= STEP_MS ||
			(i < right && rising && stretch->held_ms >= TRUSTED_MS);
		if (stretch->held_ms >= HELD_MS && stretch->offset_ms > highest_ms)
			highest_ms = stretch->offset_ms;
	}
	/* The last stretch has several settings, since there was no room to list them. */
	if (clock->count == STRETCHES_MAX)
		clock->stretches[STRETCHES_MAX - 1].trusted = false;
}

static void add_step(struct recording *recording, uint32_t index, int64_t by_ms, bool corrected)
{
	if (recording->step_count == RECORDING_STEPS_MAX)
		return;
	if (recording->steps == NULL)
		recording->steps = must_alloc(RECORDING_STEPS_MAX * sizeof(*recording->steps));
	recording->steps[recording->step_count++] = (struct recording_step){ index, by_ms, corrected };
}

static void add_steps(const struct clock *clock)
{
	for (unsigned i = 1; i < clock->count; i++) {
		const struct stretch *before = &clock->stretches[i - 1], *stretch = &clock->stretches[i];
		add_step(clock->recording, stretch->first, stretch->offset_ms - before->offset_ms,
			!before->trusted || !stretch->trusted);
	}
}

static int64_t within_times(int64_t time_ms)
{
	return time_ms < 0 ? 0 : time_ms > RECORDING_TIME_MAX ? RECORDING_TIME_MAX : time_ms;
}

static void correct_times(const struct clock *clock)
{
	for (unsigned i = 0; i < clock->count; i++) {
		uint32_t end = i + 1 < clock->count ? clock->stretches[i + 1].first : clock->end;
		for (uint32_t at = clock->stretches[i].first; at < end && !clock->stretches[i].trusted; at++) {
			struct recording_entry *entry = &clock->recording->entries[at];
			entry->wall_ms = within_times(entry->at_ms + clock->offset_ms);
		}
	}
}

/* The time of day at which a boot began lies before the end of the boot before it. The longer run is taken to be right. */
static void put_in_order(struct recording *recording, uint32_t first, uint32_t second, uint32_t end)
{
	struct recording_entry *entries = recording->entries;
	int64_t began_ms = entries[second].wall_ms, over_ms = entries[second - 1].wall_ms - began_ms;
	if (over_ms <= STEP_MS)
		return;
	bool corrected = entries[second - 1].wall_ms - entries[first].wall_ms <= entries[end - 1].wall_ms - began_ms;
	add_step(recording, second, -over_ms, corrected);
	for (uint32_t at = first; at < second && corrected; at++)
		entries[at].wall_ms = within_times(entries[at].wall_ms - over_ms);
}

/* Makes at_ms of boot times: one clock for all boots, which never goes back. */
static void make_clock(struct recording *recording, const struct clock *clock, int64_t *last_ms)
{
	int64_t offset_ms = clock->offset_ms;
	for (uint32_t i = clock->first; i < clock->end; i++) {
		struct recording_entry *entry = &recording->entries[i];
		int64_t boot_ms = entry->at_ms;
		entry->at_ms = boot_ms + offset_ms;
		if (entry->at_ms < *last_ms)
			entry->at_ms = *last_ms;
		if (entry->at_ms > RECORDING_TIME_MAX)
			entry->at_ms = RECORDING_TIME_MAX;
		offset_ms = entry->at_ms - boot_ms;
		*last_ms = entry->at_ms;
	}
	recording->clock_ms = offset_ms;
}

/* Entries come with boot time in at_ms and the recorded time of day in wall_ms. Adds the steps, and sets clock_ms. */
static void set_times(struct recording *recording)
{
	struct clock clock = { .recording = recording };
	uint32_t before = 0;
	int64_t last_ms = 0;
	while (clock.end < recording->count) {
		before = clock.first;
		clock.first = clock.end;
		clock.end = find_stretches(&clock);
		choose_trusted(&clock, find_right(&clock));
		correct_times(&clock);
		if (clock.first > 0)
			put_in_order(recording, before, clock.first, clock.end);
		add_steps(&clock);
		make_clock(recording, &clock, &last_ms);
	}
}

/* ---- opening, reading ---- */

static bool make_index(struct recording *recording, const char *path, struct error *error)
{
	struct stat about;
	char magic[RECORDING_MAGIC_BYTES];
	if (fstat(recording->file, &about) != 0 || !S_ISREG(about.st_mode))
		return error_set(error, "%.160s: not a file", path);
	if (!reader_read_at(recording->file, magic, sizeof(magic), 0) || memcmp(magic, RECORDING_MAGIC, sizeof(magic)) != 0)
		return error_set(error, "%.160s: not a recording of this version of cxwall", path);
	struct indexing indexing = { .recording = recording, .file_size = about.st_size, .checks_left = 2 * about.st_size };
	int64_t offset = recording->size = RECORDING_MAGIC_BYTES;
	while (offset < indexing.file_size && recording->count < RECORDING_RECORDS_MAX)
		offset = index_record(&indexing, offset);
	recording->cut = recording->size < indexing.file_size;
	set_times(recording);
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

/* Starts from the data that were read last if they lie between, else from those that can be read alone. */
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
