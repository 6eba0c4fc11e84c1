/* Reads recordings: an index of the headers, made once, then single records by seeking, or one after the other. */
#include "recording/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/json_write.h"
#include "base/log.h"
#include "base/text.h"
#include "layout/value.h"

/* ---- the index ---- */

enum { SEARCH_LEAST = 512, SEARCH_MOST = 64 * 1024 }; /* bytes that are searched at once */

static const char record_mark[4] = { 'C', 'X', 'R', '1' };

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

static void index_add_entry(struct indexing *indexing, const struct record_header *header, int64_t offset)
{
	struct recording *recording = indexing->recording;
	recording->entries = array_reserve(recording->entries, &recording->room, recording->count + 1,
		sizeof(*recording->entries));
	struct recording_entry *entry = &recording->entries[recording->count];
	*entry = (struct recording_entry){ .kind = (enum record_kind)header->kind, .wall_ms = header->wall_ms,
		.at_ms = header->boot_ms, .offset = offset };
	if (header->kind == RECORD_DATA && !(header->flags & RECORD_FOLLOWS))
		indexing->key = recording->count;
	entry->base = indexing->key;
	recording->count++;
	recording->size = offset + RECORDING_HEADER + header->stored;
}

static void index_add_damage(struct recording *recording, int64_t bytes)
{
	if (bytes == 0)
		return;
	if (recording->damages == NULL)
		recording->damages = must_alloc(RECORDING_DAMAGES_MAX * sizeof(*recording->damages));
	struct recording_damage *damages = recording->damages;
	struct recording_damage *last = recording->damage_count > 0 ? &damages[recording->damage_count - 1] : NULL;
	if (last != NULL && (last->index >= recording->count || recording->damage_count == RECORDING_DAMAGES_MAX)) {
		last->index = last->index < recording->count ? last->index : recording->count;
		last->bytes += bytes;
		return;
	}
	/* must_alloc() never returns NULL. NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
	damages[recording->damage_count++] = (struct recording_damage){ recording->count, bytes };
}

/* Whether these bytes are a header whose record ends within the file. */
static bool index_is_header(const struct indexing *indexing, const unsigned char bytes[RECORDING_HEADER],
	int64_t offset, struct record_header *header)
{
	return record_header_get(header, bytes) && header->raw <= RECORDING_RAW_MAX &&
		offset + RECORDING_HEADER + header->stored <= indexing->file_size;
}

static bool index_is_record(const struct indexing *indexing, int64_t offset, struct record_header *header)
{
	unsigned char bytes[RECORDING_HEADER];
	return offset + RECORDING_HEADER <= indexing->file_size &&
		reader_read_at(indexing->recording->file, bytes, sizeof(bytes), offset) &&
		index_is_header(indexing, bytes, offset, header);
}

/* The offset of the first header in these bytes, -1 without one. Data may contain the mark by chance. */
static int64_t index_find_in(const struct indexing *indexing, const char *part, size_t length, int64_t offset)
{
	struct record_header header;
	const char *end = part + length;
	for (const char *at = part; at + RECORDING_HEADER <= end; at++) {
		at = memmem(at, (size_t)(end - at), record_mark, sizeof(record_mark));
		if (at == NULL || at + RECORDING_HEADER > end)
			break;
		if (index_is_header(indexing, (const unsigned char *)at, offset + (at - part), &header))
			return offset + (at - part);
	}
	return -1;
}

/*
 * The first header from an offset on; the file's size if there is none. The part that is read doubles, because most
 * damage is small, and so a file that is damaged everywhere is read about once.
 */
static int64_t index_find_record(const struct indexing *indexing, int64_t offset)
{
	char part[SEARCH_MOST];
	int64_t most = SEARCH_LEAST;
	while (offset + RECORDING_HEADER <= indexing->file_size) {
		int64_t left = indexing->file_size - offset, length = left < most ? left : most;
		if (!reader_read_at(indexing->recording->file, part, (size_t)length, offset))
			break;
		int64_t found = index_find_in(indexing, part, (size_t)length, offset);
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
static bool index_is_unfinished(const struct indexing *indexing, int64_t offset)
{
	unsigned char bytes[RECORDING_HEADER];
	struct record_header header;
	int64_t left = indexing->file_size - offset;
	size_t length = left < RECORDING_HEADER ? (size_t)left : RECORDING_HEADER;
	if (!reader_read_at(indexing->recording->file, bytes, length, offset))
		return false;
	if (length < RECORDING_HEADER)
		return memcmp(bytes, record_mark, length < sizeof(record_mark) ? length : sizeof(record_mark)) == 0;
	return record_header_get(&header, bytes) && offset + RECORDING_HEADER + header.stored > indexing->file_size;
}

/* Reads the header and the stored bytes of a record, and checks both. */
static bool reader_read_record(struct recording *recording, int64_t offset, struct record_header *header)
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

/* Finds the next record from `from` on. What lies between `offset` and it is damaged. */
static int64_t index_pass_over(struct indexing *indexing, int64_t offset, int64_t from)
{
	int64_t found = index_find_record(indexing, from);
	if (found < indexing->file_size || !index_is_unfinished(indexing, offset))
		index_add_damage(indexing->recording, found - offset);
	return found;
}

/*
 * Adds the record at an offset, and returns the offset of the next one. A record that another one follows was written
 * whole. Otherwise its bytes are checked; if that fails, another record may begin within the length that it claims.
 */
static int64_t index_add_record(struct indexing *indexing, int64_t offset)
{
	struct record_header header, other;
	if (!index_is_record(indexing, offset, &header))
		return index_pass_over(indexing, offset, offset + 1);
	int64_t end = offset + RECORDING_HEADER + header.stored;
	bool followed = index_is_record(indexing, end, &other);
	if (!followed) {
		/* Check no more than so many bytes: a hostile file could ask for the same ones again and again. */
		bool whole = header.stored <= indexing->checks_left;
		indexing->checks_left -= whole ? header.stored : 0;
		if (!whole || !reader_read_record(indexing->recording, offset, &other))
			return index_pass_over(indexing, offset, offset + RECORDING_HEADER);
	}
	index_add_entry(indexing, &header, offset);
	return followed || end == indexing->file_size ? end : index_pass_over(indexing, end, end + 1);
}

/*
 * ---- times of day ----
 *
 * A machine may have had a wrong clock until somebody set it right: for the first minutes after it booted, or for a
 * moment in the middle of a day. Boot time is not moved by this, so within a run of the program the difference of the
 * two clocks says when the time of day was set and by how much. The difference that held last is taken to be right,
 * and times by another one are corrected, so that no hour comes twice. A clock that ran for long and then was set
 * forward keeps its times: a virtual machine that was paused as a whole, boot time included, looks the same. All this
 * is pure, and linear in the number of records whatever the times are.
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
static bool clock_is_other(const struct recording_entry *before, const struct recording_entry *entry)
{
	if (entry->at_ms < before->at_ms - DISORDER_MS)
		return true;
	return entry->kind == RECORD_START && entry->wall_ms >= before->wall_ms - STEP_MS;
}

static void clock_add_record(struct clock *clock, uint32_t index)
{
	const struct recording_entry *entry = &clock->recording->entries[index];
	struct stretch *last = clock->count > 0 ? &clock->stretches[clock->count - 1] : NULL;
	if (last == NULL ||
		(time_distance(clock_offset(entry), last->offset_ms) > STEP_MS && clock->count < STRETCHES_MAX)) {
		last = &clock->stretches[clock->count++];
		*last = (struct stretch){ .first = index, .began_ms = entry->at_ms };
	}
	last->offset_ms = clock_offset(entry);
	last->held_ms = entry->at_ms - last->began_ms;
}

static uint32_t clock_find_stretches(struct clock *clock)
{
	const struct recording *recording = clock->recording;
	uint32_t index = clock->first;
	clock->count = 0;
	do
		clock_add_record(clock, index++);
	while (index < recording->count &&
		!clock_is_other(&recording->entries[index - 1], &recording->entries[index]));
	return index;
}

/* How long a setting of the clock held, in all stretches that have it. */
static int64_t clock_held_ms(const struct clock *clock, unsigned index)
{
	int64_t held_ms = 0;
	for (unsigned i = 0; i < clock->count; i++)
		if (time_distance(clock->stretches[i].offset_ms, clock->stretches[index].offset_ms) <= STEP_MS)
			held_ms += clock->stretches[i].held_ms;
	return held_ms;
}

/* The last setting that held for a while; where none did, the last. */
static unsigned clock_find_right(const struct clock *clock)
{
	for (unsigned i = clock->count; i > 0; i--)
		if (clock_held_ms(clock, i - 1) >= HELD_MS)
			return i - 1;
	return clock->count - 1;
}

static void clock_choose_trusted(struct clock *clock, unsigned right)
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

static void clock_add_step(struct recording *recording, uint32_t index, int64_t by_ms, bool corrected)
{
	if (recording->step_count == RECORDING_STEPS_MAX)
		return;
	if (recording->steps == NULL)
		recording->steps = must_alloc(RECORDING_STEPS_MAX * sizeof(*recording->steps));
	recording->steps[recording->step_count++] = (struct recording_step){ index, by_ms, corrected };
}

static int64_t clock_limit(int64_t time_ms)
{
	return time_ms < 0 ? 0 : time_ms > RECORDING_TIME_MAX ? RECORDING_TIME_MAX : time_ms;
}

static void clock_correct_times(const struct clock *clock)
{
	for (unsigned i = 0; i < clock->count; i++) {
		uint32_t end = i + 1 < clock->count ? clock->stretches[i + 1].first : clock->end;
		for (uint32_t at = clock->stretches[i].first; at < end && !clock->stretches[i].trusted; at++) {
			struct recording_entry *entry = &clock->recording->entries[at];
			entry->wall_ms = clock_limit(entry->at_ms + clock->offset_ms);
		}
	}
}

/*
 * Where the time of day at which a boot began lies before the end of the boot before it, the longer run is taken to be
 * right.
 */
static void clock_put_in_order(struct recording *recording, uint32_t first, uint32_t second, uint32_t end)
{
	struct recording_entry *entries = recording->entries;
	int64_t began_ms = entries[second].wall_ms, over_ms = entries[second - 1].wall_ms - began_ms;
	if (over_ms <= STEP_MS)
		return;
	bool corrected = entries[second - 1].wall_ms - entries[first].wall_ms <= entries[end - 1].wall_ms - began_ms;
	clock_add_step(recording, second, -over_ms, corrected);
	for (uint32_t at = first; at < second && corrected; at++)
		entries[at].wall_ms = clock_limit(entries[at].wall_ms - over_ms);
}

/* Makes at_ms of boot times: one clock for all boots, which never goes back. */
static void clock_make_times(struct recording *recording, const struct clock *clock, int64_t *last_ms)
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
static void clock_set_times(struct recording *recording)
{
	struct clock clock = { .recording = recording };
	uint32_t before = 0;
	int64_t last_ms = 0;
	while (clock.end < recording->count) {
		before = clock.first;
		clock.first = clock.end;
		clock.end = clock_find_stretches(&clock);
		clock_choose_trusted(&clock, clock_find_right(&clock));
		clock_correct_times(&clock);
		if (clock.first > 0)
			clock_put_in_order(recording, before, clock.first, clock.end);
		for (unsigned i = 1; i < clock.count; i++) {
			const struct stretch *earlier = &clock.stretches[i - 1], *stretch = &clock.stretches[i];
			clock_add_step(recording, stretch->first, stretch->offset_ms - earlier->offset_ms,
				!earlier->trusted || !stretch->trusted);
		}
		clock_make_times(recording, &clock, &last_ms);
	}
}

/* ---- opening, reading ---- */

static bool reader_make_index(struct recording *recording, const char *path, struct error *error)
{
	struct stat about;
	char magic[RECORDING_MAGIC_BYTES];
	if (fstat(recording->file, &about) != 0 || !S_ISREG(about.st_mode))
		return error_set(error, "%.160s: not a file", path);
	if (!reader_read_at(recording->file, magic, sizeof(magic), 0) ||
		memcmp(magic, RECORDING_MAGIC, sizeof(magic)) != 0)
		return error_set(error, "%.160s: not a recording of this version of cxwall", path);
	struct indexing indexing = {
		.recording = recording, .file_size = about.st_size, .checks_left = 2 * about.st_size,
	};
	int64_t offset = recording->size = RECORDING_MAGIC_BYTES;
	while (offset < indexing.file_size && recording->count < RECORDING_RECORDS_MAX)
		offset = index_add_record(&indexing, offset);
	recording->cut = recording->size < indexing.file_size;
	clock_set_times(recording);
	return true;
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
	if (reader_make_index(recording, name, error))
		return recording;
	recording_close(recording);
	return NULL;
}

struct recording *recording_open(const char *path, struct error *error)
{
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (file >= 0)
		return recording_open_file(file, path, error);
	error_set(error, "%.160s: %s", path, strerror(errno));
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

static bool reader_read_data(struct recording *recording, uint32_t index)
{
	struct record_header header;
	struct buffer before = recording->data;
	bool good = reader_read_record(recording, recording->entries[index].offset, &header) &&
		record_inflate(recording->unpacker, buffer_string(&recording->record), &header,
			header.flags & RECORD_FOLLOWS ? &before : NULL, &recording->next);
	recording->data = recording->next;
	recording->next = before;
	recording->data_index = good ? index : UINT32_MAX;
	return good;
}

/* Starts from the data that were read last if they lie between, else from those that can be read alone. */
static bool reader_reach_data(struct recording *recording, uint32_t index)
{
	const struct recording_entry *entries = recording->entries;
	uint32_t from = entries[index].base;
	if (recording->data_index == index)
		return true;
	if (recording->data_index >= from && recording->data_index < index)
		from = recording->data_index + 1;
	for (uint32_t i = from; i <= index; i++)
		if (entries[i].kind == RECORD_DATA && !reader_read_data(recording, i))
			return false;
	return true;
}

/* The bytes that a record takes in the file if it is itself damaged, else 0. The one it follows may be damaged. */
static int64_t reader_damaged(struct recording *recording, uint32_t index)
{
	struct record_header header = { .stored = 0 };
	if (reader_read_record(recording, recording->entries[index].offset, &header))
		return 0;
	return RECORDING_HEADER + (int64_t)header.stored;
}

const struct buffer *recording_read(struct recording *recording, uint32_t index, struct error *error)
{
	bool data = recording->entries[index].kind == RECORD_DATA;
	struct record_header header;
	bool good = data ? reader_reach_data(recording, index)
		: reader_read_record(recording, recording->entries[index].offset, &header) &&
			record_inflate(recording->unpacker, buffer_string(&recording->record), &header, NULL,
				&recording->other);
	if (good)
		return data ? &recording->data : &recording->other;
	error_set(error, "record %u of the recording is damaged", index + 1);
	return NULL;
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

/* ---- a place in a recording, moved forward ---- */

bool cursor_open(struct recording_cursor *cursor, struct recording *recording, const struct layout *layout)
{
	*cursor = (struct recording_cursor){
		.recording = recording, .layout = layout, .link = { .state = LINK_LIVE, .interval = 5 },
	};
	request_init(&cursor->request);
	json_init(&cursor->json);
	if (recording == NULL)
		cursor_close(cursor);
	return recording != NULL;
}

void cursor_close(struct recording_cursor *cursor)
{
	recording_close(cursor->recording);
	request_free(&cursor->request);
	json_free(&cursor->json);
	*cursor = (struct recording_cursor){ .recording = NULL };
}

void cursor_layout(struct recording_cursor *cursor, const struct layout *layout)
{
	cursor->layout = layout;
	request_free(&cursor->request);
}

/* Without a valid one, the data that follow have no request until the next that is recorded. */
static bool cursor_read_request(struct recording_cursor *cursor, const struct buffer *bytes, struct error *error)
{
	request_free(&cursor->request);
	return bytes != NULL && request_record_read(&cursor->request, cursor->layout, &cursor->json,
		buffer_string(bytes), bytes->length, &cursor->link.interval, error);
}

/* Flaws before the first record count only if reading begins there. */
static void cursor_begin_flaws(struct recording_cursor *cursor, uint32_t index)
{
	const struct recording *recording = cursor->recording;
	cursor->flaws.damage_count = cursor->flaws.step_count = cursor->flaws.steps_lost = 0;
	cursor->damage_next = cursor->step_next = 0;
	cursor->in_damage = false;
	while (index > 0 && cursor->damage_next < recording->damage_count &&
		recording->damages[cursor->damage_next].index <= index)
		cursor->damage_next++;
	while (index > 0 && cursor->step_next < recording->step_count &&
		recording->steps[cursor->step_next].index <= index)
		cursor->step_next++;
}

/* Damages without a readable answer between them are listed as one. */
static void cursor_add_damage(struct recording_cursor *cursor, uint32_t index, int64_t bytes)
{
	struct flaws *flaws = &cursor->flaws;
	if (!cursor->in_damage && flaws->damage_count < FLAWS_MAX)
		flaws->damages[flaws->damage_count++] = (struct flaw_damage){
			.from_ms = index > 0 ? cursor->recording->entries[index - 1].wall_ms : 0,
		};
	cursor->in_damage = true;
	flaws->damages[flaws->damage_count - 1].bytes += bytes;
	flaws->damages[flaws->damage_count - 1].to_ms = 0;
}

/* Adds the damages and clock steps before a record to the flaws. */
static void cursor_pass_flaws(struct recording_cursor *cursor, uint32_t index)
{
	const struct recording *recording = cursor->recording;
	struct flaws *flaws = &cursor->flaws;
	while (cursor->damage_next < recording->damage_count && recording->damages[cursor->damage_next].index <= index)
		cursor_add_damage(cursor, index, recording->damages[cursor->damage_next++].bytes);
	while (cursor->step_next < recording->step_count && recording->steps[cursor->step_next].index <= index) {
		const struct recording_step *step = &recording->steps[cursor->step_next++];
		if (flaws->step_count == FLAWS_MAX)
			flaws->steps_lost++;
		else
			flaws->steps[flaws->step_count++] = (struct flaw_step){
				.by_ms = step->by_ms,
				.corrected = step->corrected,
				.wall_ms = recording->entries[step->index].wall_ms,
			};
	}
}

void cursor_end(struct recording_cursor *cursor)
{
	if (cursor->next >= cursor->recording->count)
		cursor_pass_flaws(cursor, cursor->recording->count);
}

static void cursor_note_damage(struct recording_cursor *cursor, uint32_t index, enum cursor_step step)
{
	const struct recording_entry *entry = &cursor->recording->entries[index];
	int64_t bytes = step == CURSOR_DAMAGED ? reader_damaged(cursor->recording, index) : 0;
	if (bytes > 0)
		cursor_add_damage(cursor, index, bytes);
	if (step != CURSOR_FRAME || entry->kind != RECORD_DATA || !cursor->in_damage)
		return;
	cursor->in_damage = false;
	cursor->flaws.damages[cursor->flaws.damage_count - 1].to_ms = entry->wall_ms;
}

uint32_t cursor_request_before(const struct recording_cursor *cursor, uint32_t index)
{
	struct recording *recording = cursor->recording;
	do
		index = recording_before(recording, index, RECORD_REQUEST);
	while (index < recording->count && reader_damaged(recording, index) > 0);
	return index;
}

bool cursor_go(struct recording_cursor *cursor, uint32_t index, struct error *error)
{
	const struct recording *recording = cursor->recording;
	uint32_t at = cursor_request_before(cursor, index);
	cursor->next = index;
	cursor_begin_flaws(cursor, index);
	request_free(&cursor->request);
	/* Where all are damaged, read the last one for its error. */
	if (at == recording->count)
		at = recording_before(recording, index, RECORD_REQUEST);
	if (at == recording->count)
		return true;
	return cursor_read_request(cursor, recording_read(cursor->recording, at, error), error);
}

/* The name of the service stands before the answer. It is scrubbed again, since anybody may have written the file. */
static bool cursor_fill_availability(struct recording_cursor *cursor, struct frame *frame, const struct buffer *bytes,
	struct error *error)
{
	const char *end = bytes->length > 0 ? memchr(bytes->data, '\0', bytes->length) : NULL;
	if (end == NULL)
		return error_set(error, "a recorded availability lacks its service");
	text_scrub(cursor->subject, sizeof(cursor->subject), bytes->data, (size_t)(end - bytes->data));
	frame->subject = cursor->subject;
	frame->bytes = end + 1;
	frame->length = bytes->length - (size_t)(frame->bytes - bytes->data);
	return true;
}

static enum cursor_step cursor_read_frame(struct recording_cursor *cursor, const struct recording_entry *entry,
	const struct buffer *bytes, struct frame *frame, struct error *error)
{
	frame->bytes = buffer_string(bytes);
	frame->length = bytes->length;
	switch (entry->kind) {
	case RECORD_START:
		request_free(&cursor->request);
		return CURSOR_START;
	case RECORD_REQUEST:
		return cursor_read_request(cursor, bytes, error) ? CURSOR_OTHER : CURSOR_DAMAGED;
	case RECORD_DATA:
		if (cursor->request.layout == NULL) {
			error_set(error, "a recorded answer lacks its request");
			return CURSOR_DAMAGED;
		}
		frame->request = &cursor->request;
		cursor->link.accepted_ms = entry->at_ms;
		cursor->link.accepted++;
		return CURSOR_FRAME;
	case RECORD_AVAILABILITY:
		frame->kind = FRAME_AVAILABILITY;
		return cursor_fill_availability(cursor, frame, bytes, error) ? CURSOR_FRAME : CURSOR_DAMAGED;
	case RECORD_CHAT_HOURS:
		frame->kind = FRAME_CHAT_HOURS;
		return CURSOR_FRAME;
	case RECORD_CAMPAIGNS:
		frame->kind = FRAME_CAMPAIGNS;
		return CURSOR_FRAME;
	case RECORD_ALERT:
	case RECORD_END:
	case RECORD_STATE:
	case RECORD_NUMBERS:
	case RECORD_PAST:
		break;
	}
	return CURSOR_OTHER;
}

void cursor_skip(struct recording_cursor *cursor)
{
	uint32_t index = cursor->next++;
	cursor_pass_flaws(cursor, index);
	cursor_note_damage(cursor, index, CURSOR_DAMAGED);
	if (cursor->recording->entries[index].kind == RECORD_REQUEST &&
		reader_damaged(cursor->recording, index) == 0)
		request_free(&cursor->request);
}

enum cursor_step cursor_next(struct recording_cursor *cursor, struct frame *frame,
	const struct recording_entry **entry, struct error *error)
{
	if (cursor->next >= cursor->recording->count)
		return CURSOR_END;
	uint32_t index = cursor->next++;
	const struct recording_entry *at = &cursor->recording->entries[index];
	*entry = at;
	*frame = (struct frame){ .kind = FRAME_DATA, .subject = "", .received_ms = at->at_ms, .wall_ms = at->wall_ms };
	cursor_pass_flaws(cursor, index);
	const struct buffer *bytes = recording_read(cursor->recording, index, error);
	enum cursor_step step = bytes == NULL ? CURSOR_DAMAGED : cursor_read_frame(cursor, at, bytes, frame, error);
	cursor_note_damage(cursor, index, step);
	return step;
}

/* ---- flaws in words ---- */

enum { FLAWS_CLOCK_ROOM = 32, FLAWS_SHOWN_MAX = 8 };

void flaws_damage_text(const struct flaw_damage *damage, bool dated, struct buffer *out)
{
	char from[FLAWS_CLOCK_ROOM], to[FLAWS_CLOCK_ROOM];
	buffer_print(out, "%lld %s damaged", (long long)damage->bytes, text_plural(damage->bytes, "byte is", "bytes are"));
	text_clock(from, sizeof(from), damage->from_ms, dated ? "%m-%d %H:%M" : "%H:%M");
	text_clock(to, sizeof(to), damage->to_ms, dated ? "%m-%d %H:%M" : "%H:%M");
	if (damage->from_ms != 0 && damage->to_ms != 0)
		buffer_print(out, " between %s and %s", from, to);
	else if (damage->from_ms != 0)
		buffer_print(out, " after %s", from);
	else if (damage->to_ms != 0)
		buffer_print(out, " before %s", to);
}

void flaws_text(const struct flaws *flaws, bool dated, struct buffer *out)
{
	for (unsigned i = 0; i < flaws->damage_count && i < FLAWS_SHOWN_MAX; i++) {
		flaws_damage_text(&flaws->damages[i], dated, out);
		buffer_text(out, ".\n");
	}
	if (flaws->damage_count > FLAWS_SHOWN_MAX)
		buffer_print(out, "  and damage at %u more places\n", flaws->damage_count - FLAWS_SHOWN_MAX);
	for (unsigned i = 0; i < flaws->step_count && i < FLAWS_SHOWN_MAX; i++) {
		const struct flaw_step *step = &flaws->steps[i];
		char at[FLAWS_CLOCK_ROOM], by[32];
		int64_t length_ms = step->by_ms < 0 ? -step->by_ms : step->by_ms;
		value_format(by, sizeof(by), (double)(length_ms / 1000), KIND_DURATION, NULL);
		text_clock(at, sizeof(at), step->wall_ms, dated ? "%m-%d %H:%M" : "%H:%M");
		buffer_print(out, "The clock was set %s by %s at %s; times are %s.\n",
			step->by_ms < 0 ? "back" : "forward", by, at, step->corrected ? "corrected" : "as recorded");
	}
	unsigned steps = flaws->step_count + flaws->steps_lost;
	if (steps > FLAWS_SHOWN_MAX)
		buffer_print(out, "  and %u more times\n", steps - FLAWS_SHOWN_MAX);
}

void flaws_json(const struct flaws *flaws, struct buffer *out)
{
	json_put_key(out, "damage");
	json_put_array(out);
	for (unsigned i = 0; i < flaws->damage_count; i++) {
		const struct flaw_damage *damage = &flaws->damages[i];
		json_put_object(out);
		json_put_time_pair(out, "from", damage->from_ms != 0, damage->from_ms);
		json_put_time_pair(out, "to", damage->to_ms != 0, damage->to_ms);
		json_put_integer_pair(out, "bytes", damage->bytes);
		json_put_object_end(out);
	}
	json_put_array_end(out);
	json_put_key(out, "clock_steps");
	json_put_array(out);
	for (unsigned i = 0; i < flaws->step_count; i++) {
		const struct flaw_step *step = &flaws->steps[i];
		json_put_object(out);
		json_put_time_pair(out, "at", step->wall_ms != 0, step->wall_ms);
		json_put_real_pair(out, "seconds", true, (double)step->by_ms / 1000, 3);
		json_put_bool_pair(out, "corrected", step->corrected);
		json_put_object_end(out);
	}
	json_put_array_end(out);
}
