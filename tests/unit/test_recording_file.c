/* Recordings: what was written is read; a tail cut at any byte, a damaged record, a full disk, the change of files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "board/record.h"
#include "recording/reader.h"

/* The test writes the file of a recorder record by record. */
#include "recording/recorder.c"

enum { WALL = 1000 * 1000, FRAME_ROOM = 6000 };

static const struct recording_limits wide = { .bytes = 1000 * 1000 * 1000, .age_ms = 7LL * 24 * 3600 * 1000 };

struct place {
	char folder[64], path[96], old[100];
};

static int open_place(void **state)
{
	static struct place place;
	strcpy(place.folder, "/tmp/cxwall-recording-XXXXXX");
	if (mkdtemp(place.folder) == NULL)
		return -1;
	snprintf(place.path, sizeof(place.path), "%s/day", place.folder);
	snprintf(place.old, sizeof(place.old), "%s/day.1", place.folder);
	*state = &place;
	return 0;
}

static int close_place(void **state)
{
	const struct place *place = *state;
	unlink(place->path);
	unlink(place->old);
	return rmdir(place->folder);
}

static struct writer *must_open(const struct place *place, const struct recording_limits *limits)
{
	struct error error = { "" };
	struct writer *writer = writer_open(place->path, limits, &error);
	if (writer == NULL)
		fail_msg("%s", error.text);
	return writer;
}

/* Frames that differ in a few places, as answers do. */
static size_t frame_text(char out[FRAME_ROOM], unsigned number)
{
	size_t used = 0;
	for (unsigned i = 0; i < 60; i++)
		used += (size_t)snprintf(out + used, FRAME_ROOM - used, "{\"1\":\"Agent %u\",\"2\":\"busy\",\"3\":\"%u\"},", i,
			(number * 7 + i * i) % 1000);
	return used;
}

static void put(struct writer *writer, enum record_kind kind, int64_t ms, const char *text)
{
	struct error error = { "" };
	if (!writer_put(writer, kind, ms, ms + WALL, text, strlen(text), &error))
		fail_msg("%s", error.text);
}

/* START is due once in each file. */
static bool begins(struct writer *writer)
{
	bool began = writer->began;
	writer->began = false;
	return began;
}

static void put_frames(struct writer *writer, unsigned from, unsigned count)
{
	char text[FRAME_ROOM];
	for (unsigned i = from; i < from + count; i++) {
		if (begins(writer))
			put(writer, RECORD_START, i * 1000, "{}");
		frame_text(text, i);
		put(writer, RECORD_DATA, i * 1000, text);
	}
}

static struct recording *must_read(const struct place *place)
{
	struct error error = { "" };
	struct recording *recording = recording_open(place->path, &error);
	if (recording == NULL)
		fail_msg("%s", error.text);
	return recording;
}

static void check_frame(struct recording *recording, uint32_t index, unsigned number)
{
	char text[FRAME_ROOM];
	struct error error = { "" };
	const struct buffer *bytes = recording_read(recording, index, &error);
	if (bytes == NULL)
		fail_msg("record %u: %s", index, error.text);
	assert_int_equal(bytes->length, frame_text(text, number));
	assert_memory_equal(buffer_string(bytes), text, bytes->length);
}

static void written_and_read(void **state)
{
	const struct place *place = *state;
	struct writer *writer = must_open(place, &wide);
	struct stat about;
	put_frames(writer, 1, 200);
	put(writer, RECORD_ALERT, 200500, "{\"event\":\"fired\"}");
	put(writer, RECORD_END, 201000, "");
	writer_close(writer);
	assert_int_equal(stat(place->path, &about), 0);
	assert_int_equal(about.st_mode & 0777, 0600);
	/* 200 frames of some 2,500 bytes: each is written as what changed. */
	assert_in_range(about.st_size, 1000, 100 * 1000);
	struct recording *recording = must_read(place);
	struct error error;
	assert_int_equal(recording->count, 203);
	assert_false(recording->cut);
	for (unsigned i = 1; i <= 200; i++)
		check_frame(recording, i, i);
	/* In any order, from far and near. */
	static const unsigned order[] = { 200, 1, 61, 60, 59, 121, 180, 181, 182, 3 };
	for (unsigned i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		check_frame(recording, order[i], order[i]);
	assert_string_equal(buffer_string(recording_read(recording, 201, &error)), "{\"event\":\"fired\"}");
	assert_int_equal(recording->entries[5].at_ms, WALL + 5000);
	assert_int_equal(recording_seek(recording, WALL + 5000), 5);
	assert_int_equal(recording_seek(recording, WALL + 5001), 6);
	assert_int_equal(recording_seek(recording, WALL + 900000), 203);
	assert_int_equal(recording_before(recording, 203, RECORD_DATA), 200);
	recording_close(recording);
}

/* Cut anywhere in the last record: all before it is whole, and a writer goes on from there. */
static void cut_tails(void **state)
{
	const struct place *place = *state;
	struct writer *writer = must_open(place, &wide);
	struct stat full, before;
	put_frames(writer, 1, 9);
	assert_int_equal(stat(place->path, &before), 0);
	put_frames(writer, 10, 1);
	writer_close(writer);
	assert_int_equal(stat(place->path, &full), 0);
	assert_true(full.st_size > before.st_size);
	for (off_t size = full.st_size - 1; size > before.st_size; size--) {
		assert_int_equal(truncate(place->path, size), 0);
		struct recording *recording = must_read(place);
		assert_int_equal(recording->count, 10);
		assert_true(recording->cut);
		/* Nothing that was whole is lost. */
		assert_int_equal(recording->damage_count, 0);
		check_frame(recording, 9, 9);
		recording_close(recording);
	}
	int next = dup(STDIN_FILENO);
	close(next);
	writer = must_open(place, &wide);
	assert_int_equal(stat(place->path, &full), 0);
	assert_int_equal(full.st_size, before.st_size);
	/* What it read of the file before is closed: its own file is the only one. */
	int after = dup(STDIN_FILENO);
	close(after);
	assert_int_equal(after, next + 1);
	put_frames(writer, 11, 3);
	writer_close(writer);
	struct recording *recording = must_read(place);
	assert_int_equal(recording->count, 14);
	check_frame(recording, 9, 9);
	check_frame(recording, 13, 13);
	recording_close(recording);
}

/* One wrong byte anywhere never passes for data, and nothing before it is lost. */
static void damaged(void **state)
{
	const struct place *place = *state;
	struct writer *writer = must_open(place, &wide);
	struct stat before, full;
	char byte;
	put_frames(writer, 1, 2);
	assert_int_equal(stat(place->path, &before), 0);
	put_frames(writer, 3, 1);
	writer_close(writer);
	assert_int_equal(stat(place->path, &full), 0);
	int file = open(place->path, O_RDWR | O_CLOEXEC);
	for (off_t at = before.st_size; at < full.st_size; at++) {
		assert_int_equal(pread(file, &byte, 1, at), 1);
		byte ^= 0x20;
		assert_int_equal(pwrite(file, &byte, 1, at), 1);
		struct recording *recording = must_read(place);
		assert_int_equal(recording->count, 3);
		check_frame(recording, 2, 2);
		recording_close(recording);
		byte ^= 0x20;
		assert_int_equal(pwrite(file, &byte, 1, at), 1);
	}
	close(file);
}

/* Where each record begins. */
static unsigned offsets_of(const struct place *place, int64_t out[], unsigned most)
{
	struct recording *recording = must_read(place);
	unsigned count = recording->count < most ? recording->count : most;
	for (unsigned i = 0; i < count; i++)
		out[i] = recording->entries[i].offset;
	recording_close(recording);
	return count;
}

static unsigned readable(struct recording *recording, unsigned from, unsigned to)
{
	struct error error = { "" };
	unsigned good = 0;
	for (unsigned i = from; i < to; i++)
		good += recording_read(recording, i, &error) != NULL;
	return good;
}

static size_t read_file(const struct place *place, char **bytes)
{
	struct stat about;
	int file = open(place->path, O_RDONLY | O_CLOEXEC);
	assert_int_equal(fstat(file, &about), 0);
	*bytes = malloc((size_t)about.st_size + 1);
	assert_int_equal(read(file, *bytes, (size_t)about.st_size), about.st_size);
	close(file);
	return (size_t)about.st_size;
}

static void write_file(const struct place *place, const char *parts[], const size_t lengths[], unsigned count)
{
	int file = open(place->path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	for (unsigned i = 0; i < count; i++)
		assert_int_equal(write(file, parts[i], lengths[i]), (ssize_t)lengths[i]);
	close(file);
}

enum { DAMAGED_FRAMES = 200, DAMAGED_RECORDS = DAMAGED_FRAMES + 1, FIRST_ALONE = 61 };

/* Whatever happens to the bytes of one record, the next that stands alone and all behind it are read. */
static void damaged_in_the_middle(void **state)
{
	const struct place *place = *state;
	int64_t at[DAMAGED_RECORDS];
	char *bytes, junk[9000];
	struct writer *writer = must_open(place, &wide);
	put_frames(writer, 1, DAMAGED_FRAMES);
	writer_close(writer);
	assert_int_equal(offsets_of(place, at, DAMAGED_RECORDS), DAMAGED_RECORDS);
	size_t size = read_file(place, &bytes), where = (size_t)at[10];
	memset(junk, 'C', sizeof(junk));
	static const struct {
		const char *what;
		size_t kept, junk, skipped; /* of the file before the damage, put in, left out */
		unsigned lost; /* records that are not in the index */
	} cases[] = {
		{ "junk between two records", 0, 7, 0, 0 }, { "much junk between two records", 0, 9000, 0, 0 },
		{ "a mark", 0, 4, 4, 1 }, { "a length", 8, 4, 4, 1 }, { "a byte of the last checksum", 39, 1, 1, 1 },
		{ "bytes that are gone from a record", 45, 0, 9, 1 }, { "a whole header that is gone", 0, 0, 40, 1 },
		{ "a record's bytes but not its length", 50, 3, 3, 0 },
	};
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t from = where + cases[i].kept, to = from + cases[i].skipped;
		write_file(place, (const char *[]){ bytes, junk, bytes + to }, (size_t[]){ from, cases[i].junk, size - to }, 3);
		struct recording *recording = must_read(place);
		print_message("%s\n", cases[i].what);
		unsigned lost = cases[i].lost;
		assert_int_equal(recording->count, DAMAGED_RECORDS - lost);
		assert_false(recording->cut);
		assert_int_equal(recording->damage_count, cases[i].junk == 3 ? 0 : 1);
		if (recording->damage_count > 0) {
			assert_int_equal(recording->damages[0].index, 10);
			assert_int_equal(recording->damages[0].bytes, (lost ? at[11] - at[10] : 0) + (int64_t)cases[i].junk -
				(int64_t)cases[i].skipped);
		}
		assert_int_equal(readable(recording, 0, 10), 10);
		/* Junk alone costs nothing; of what was compressed against a lost record nothing is made up. */
		unsigned alone = FIRST_ALONE - lost;
		bool whole = cases[i].lost == 0 && cases[i].junk != 3;
		assert_int_equal(readable(recording, 10, alone), whole ? alone - 10 : 0);
		for (unsigned frame = FIRST_ALONE; frame <= DAMAGED_FRAMES; frame++)
			check_frame(recording, frame - lost, frame);
		recording_close(recording);
		/* A writer keeps what is behind the damage. */
		writer = must_open(place, &wide);
		put_frames(writer, DAMAGED_FRAMES + 1, 1);
		writer_close(writer);
		recording = must_read(place);
		assert_int_equal(recording->count, DAMAGED_RECORDS - lost + 2);
		check_frame(recording, DAMAGED_FRAMES - lost, DAMAGED_FRAMES);
		check_frame(recording, recording->count - 1, DAMAGED_FRAMES + 1);
		recording_close(recording);
	}
	free(bytes);
}

/* The next header is found wherever it stands, at the edge of what is searched at once as well. */
static void junk_of_any_length(void **state)
{
	const struct place *place = *state;
	char *bytes, junk[1700];
	struct writer *writer = must_open(place, &wide);
	put_frames(writer, 1, 3);
	writer_close(writer);
	int64_t at[4];
	offsets_of(place, at, 4);
	size_t size = read_file(place, &bytes), where = (size_t)at[2];
	memset(junk, 'R', sizeof(junk));
	for (size_t length = 1; length <= sizeof(junk); length += length == 3 || length == 560 ? 440 : 1) {
		write_file(place, (const char *[]){ bytes, junk, bytes + where }, (size_t[]){ where, length, size - where }, 3);
		struct recording *recording = must_read(place);
		assert_int_equal(recording->count, 4);
		assert_int_equal(recording->damages[0].bytes, length);
		check_frame(recording, 3, 3);
		recording_close(recording);
	}
	free(bytes);
}

/* So many places are listed; the bytes of all further ones count with the last. */
static void more_damage_than_is_listed(void **state)
{
	enum { FRAMES = RECORDING_DAMAGES_MAX + 50 };
	const struct place *place = *state;
	static int64_t at[FRAMES + 1];
	static const char *parts[2 * FRAMES + 2];
	static size_t lengths[2 * FRAMES + 2];
	char *bytes;
	struct writer *writer = must_open(place, &wide);
	put_frames(writer, 1, FRAMES);
	writer_close(writer);
	assert_int_equal(offsets_of(place, at, FRAMES + 1), FRAMES + 1);
	size_t size = read_file(place, &bytes), from = 0;
	unsigned count = 0;
	for (unsigned i = 1; i <= FRAMES; from = (size_t)at[i++]) {
		parts[count] = bytes + from;
		lengths[count++] = (size_t)at[i] - from;
		parts[count] = &"junk"[i % 2];
		lengths[count++] = 3;
	}
	parts[count] = bytes + from;
	lengths[count++] = size - from;
	write_file(place, parts, lengths, count);
	struct recording *recording = must_read(place);
	assert_int_equal(recording->count, FRAMES + 1);
	assert_int_equal(recording->damage_count, RECORDING_DAMAGES_MAX);
	for (unsigned i = 0; i < RECORDING_DAMAGES_MAX; i++) {
		assert_int_equal(recording->damages[i].index, i + 1);
		assert_int_equal(recording->damages[i].bytes, i == RECORDING_DAMAGES_MAX - 1 ? 3 * 51 : 3);
	}
	check_frame(recording, FRAMES, FRAMES);
	recording_close(recording);
	free(bytes);
}

/* Pages of zeros, in the middle and at the end, as after a loss of power. */
static void pages_of_zeros(void **state)
{
	const struct place *place = *state;
	static const char page[4096];
	char *bytes;
	struct stat about;
	struct writer *writer = must_open(place, &wide);
	put_frames(writer, 1, 300);
	writer_close(writer);
	size_t size = read_file(place, &bytes);
	write_file(place, (const char *[]){ bytes, page, bytes + 3 * sizeof(page), page },
		(size_t[]){ 2 * sizeof(page), sizeof(page), size - 3 * sizeof(page), sizeof(page) }, 4);
	struct recording *recording = must_read(place);
	assert_true(recording->cut);
	assert_int_equal(recording->size, size);
	assert_int_equal(recording->damage_count, 2);
	assert_in_range(recording->damages[0].bytes, sizeof(page), sizeof(page) + 2000);
	assert_int_equal(recording->damages[1].bytes, sizeof(page));
	assert_int_equal(recording->damages[1].index, recording->count);
	check_frame(recording, recording->count - 1, 300);
	recording_close(recording);
	writer_close(must_open(place, &wide));
	assert_int_equal(stat(place->path, &about), 0);
	assert_int_equal(about.st_size, size);
	free(bytes);
}

/* Marks everywhere, and headers that say that they measure all that follows: it is read in one go. */
static void hostile_marks(void **state)
{
	const struct place *place = *state;
	enum { FILE_BYTES = 24 * 1000 * 1000 };
	char *bytes = malloc(FILE_BYTES), *header;
	struct writer *writer = must_open(place, &wide);
	put_frames(writer, 1, 1);
	writer_close(writer);
	size_t size = read_file(place, &header);
	for (int kind = 0; kind < 2; kind++) {
		for (size_t at = 0; at < FILE_BYTES; at += 4)
			memcpy(bytes + at, "CXR1", 4);
		for (size_t at = 0; kind == 1 && at + RECORDING_HEADER <= FILE_BYTES; at += RECORDING_HEADER + 1) {
			struct record_header lie = { .kind = RECORD_DATA, .stored = (uint32_t)(FILE_BYTES / 2), .raw = 10 };
			record_header_put(&lie, (unsigned char *)bytes + at);
		}
		write_file(place, (const char *[]){ header, bytes, header + 8 }, (size_t[]){ size, FILE_BYTES, size - 8 }, 3);
		clock_t began = clock();
		struct recording *recording = must_read(place);
		assert_true(recording->count >= 4);
		check_frame(recording, recording->count - 1, 1);
		recording_close(recording);
		/* A tenth of a second; what is not linear takes hours. */
		assert_true(clock() - began < 20 * CLOCKS_PER_SEC);
	}
	free(bytes);
	free(header);
}

/* Records of one boot at these times, each of which is 10 s of boot time after the one before. */
static struct recording *with_clock(const struct place *place, const int64_t wall_s[], unsigned count)
{
	struct writer *writer = must_open(place, &wide);
	struct error error = { "" };
	for (unsigned i = 0; i < count; i++) {
		enum record_kind kind = begins(writer) ? RECORD_START : RECORD_DATA;
		assert_true(writer_put(writer, kind, 50000 + i * 10000, wall_s[i] * 1000, "{}", 2, &error));
	}
	writer_close(writer);
	return must_read(place);
}

enum { CLOCK_RECORDS = 1000, TEN = 1000000 };

/* What the clock said: ten seconds more each time, and so many more from one record to another. */
static void tick(int64_t wall_s[CLOCK_RECORDS], unsigned from, unsigned to, int64_t by_s)
{
	for (unsigned i = from; i < to; i++)
		wall_s[i] = TEN + i * 10 + by_s;
}

static void check_times(const struct recording *recording, unsigned from, unsigned to, int64_t by_s)
{
	for (unsigned i = from; i < to; i++)
		if (recording->entries[i].wall_ms != (TEN + i * 10 + by_s) * 1000LL)
			fail_msg("record %u: %lld", i, (long long)recording->entries[i].wall_ms / 1000 - TEN - i * 10);
}

static void clock_that_was_set(void **state)
{
	const struct place *place = *state;
	enum { HOUR = 3600, DAY = 24 * HOUR, PARTS = 3 };
	static const struct {
		const char *what;
		struct {
			unsigned from;
			int64_t by_s;    /* as it was told */
			int64_t right_s; /* as it should read */
		} parts[PARTS];
		unsigned steps;
		bool corrected;
	} cases[] = {
		{ "right all the time", { { 0, 0, 0 } }, 0, false },
		{ "two hours ahead in the first minute", { { 0, 2 * HOUR, 0 }, { 6, 0, 0 } }, 1, true },
		{ "a day ahead in the first minute", { { 0, DAY, 0 }, { 6, 0, 0 } }, 1, true },
		{ "two days behind in the first minute", { { 0, -2 * DAY, 0 }, { 6, 0, 0 } }, 1, true },
		{ "ahead for 100 s", { { 0, 0, 0 }, { 400, 2 * HOUR, 0 }, { 410, 0, 0 } }, 2, true },
		{ "behind for 100 s", { { 0, 0, 0 }, { 400, -2 * HOUR, 0 }, { 410, 0, 0 } }, 2, true },
		{ "ahead for one answer", { { 0, 0, 0 }, { 400, 2 * HOUR, 0 }, { 401, 0, 0 } }, 2, true },
		{ "ahead at the end, just now", { { 0, 0, 0 }, { 990, DAY, 0 } }, 1, true },
		{ "an hour behind, then set right", { { 0, -HOUR, -HOUR }, { 500, 0, 0 } }, 1, false },
		{ "an hour ahead, then set right", { { 0, HOUR, 0 }, { 500, 0, 0 } }, 1, true },
		{ "wrong twice after booting", { { 0, DAY, 0 }, { 5, -DAY, 0 }, { 10, 0, 0 } }, 2, true },
	};
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t wall_s[CLOCK_RECORDS];
		print_message("%s\n", cases[i].what);
		for (unsigned part = 0; part < PARTS; part++)
			if (part == 0 || cases[i].parts[part].from > 0)
				tick(wall_s, cases[i].parts[part].from, CLOCK_RECORDS, cases[i].parts[part].by_s);
		struct recording *recording = with_clock(place, wall_s, CLOCK_RECORDS);
		for (unsigned part = 0; part < PARTS; part++) {
			unsigned end = part + 1 < PARTS && cases[i].parts[part + 1].from > 0 ? cases[i].parts[part + 1].from : CLOCK_RECORDS;
			if (part == 0 || cases[i].parts[part].from > 0)
				check_times(recording, cases[i].parts[part].from, end, cases[i].parts[part].right_s);
		}
		assert_int_equal(recording->step_count, cases[i].steps);
		for (unsigned step = 0; step < cases[i].steps; step++) {
			assert_int_equal(recording->steps[step].index, cases[i].parts[step + 1].from);
			assert_int_equal(recording->steps[step].by_ms,
				(cases[i].parts[step + 1].by_s - cases[i].parts[step].by_s) * 1000);
			assert_int_equal(recording->steps[step].corrected, cases[i].corrected);
		}
		for (unsigned at = 1; at < CLOCK_RECORDS; at++)
			assert_int_equal(recording->entries[at].at_ms - recording->entries[at - 1].at_ms, 10000);
		recording_close(recording);
		unlink(place->path);
	}
}

/* A clock that was set between two runs: of the same boot, and of another. */
/* The run that lasted longer is taken to be right, from its first record to its last. */
static void the_longer_run_is_right(void **state)
{
	const struct place *place = *state;
	static const struct {
		int seconds[2];
		bool corrected; /* the first run's times */
	} rows[] = { { { 60, 50 }, false }, { { 50, 60 }, true }, { { 55, 55 }, true }, { { 30, 60 }, true }, { { 100, 99 }, false } };
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct writer *writer = must_open(place, &wide);
		struct error error = { "" };
		/* The second begins twenty seconds before the end of the first. */
		const int64_t begins[2] = { 360000000, 360000000 + (rows[i].seconds[0] - 20) * 1000LL };
		for (int run = 0; run < 2; run++)
			for (int s = 0; s <= rows[i].seconds[run]; s++)
				assert_true(writer_put(writer, s == 0 ? RECORD_START : RECORD_DATA, (run == 0 ? 100000 : 1000) + s * 1000,
					begins[run] + s * 1000, "{}", 2, &error));
		writer_close(writer);
		struct recording *recording = must_read(place);
		assert_int_equal(recording->step_count, 1);
		if (recording->steps[0].corrected != rows[i].corrected)
			fail_msg("%d s, then %d s", rows[i].seconds[0], rows[i].seconds[1]);
		assert_int_equal(recording->steps[0].by_ms, -20000);
		recording_close(recording);
		unlink(place->path);
	}
}

static void clock_between_runs(void **state)
{
	const struct place *place = *state;
	enum { HOUR = 3600 * 1000 };
	for (int same_boot = 0; same_boot < 2; same_boot++) {
		struct writer *writer = must_open(place, &wide);
		struct error error = { "" };
		for (int i = 0; i < 100; i++) {
			int64_t boot_ms = i < 10 ? 100000 + i * 1000 : same_boot ? 130000 + i * 1000 : i * 1000;
			int64_t wall_ms = 90 * HOUR + i * 1000 + (i < 10 ? 2 * HOUR : 30000);
			enum record_kind kind = i == 0 || i == 10 ? RECORD_START : RECORD_DATA;
			assert_true(writer_put(writer, kind, boot_ms, wall_ms, "{}", 2, &error));
		}
		writer_close(writer);
		struct recording *recording = must_read(place);
		assert_int_equal(recording->step_count, 1);
		assert_int_equal(recording->steps[0].index, 10);
		assert_in_range(-recording->steps[0].by_ms, 2 * HOUR - 31000, 2 * HOUR);
		assert_true(recording->steps[0].corrected);
		for (unsigned i = 1; i < recording->count; i++)
			assert_int_equal(recording->entries[i].wall_ms - recording->entries[i - 1].wall_ms,
				i != 10 ? 1000 : same_boot ? 31000 : 0);
		recording_close(recording);
		unlink(place->path);
	}
}

static void full_disk(void **state)
{
	const struct place *place = *state;
	struct writer *writer = must_open(place, &wide);
	struct rlimit before, small;
	struct error error = { "" };
	char text[FRAME_ROOM];
	put_frames(writer, 1, 5);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &before);
	struct stat about;
	stat(place->path, &about);
	small = (struct rlimit){ .rlim_cur = (rlim_t)about.st_size + 100, .rlim_max = before.rlim_max };
	setrlimit(RLIMIT_FSIZE, &small);
	size_t length = frame_text(text, 6);
	assert_false(writer_put(writer, RECORD_DATA, 6000, WALL + 6000, text, length, &error));
	setrlimit(RLIMIT_FSIZE, &before);
	assert_non_null(strstr(error.text, "File too large"));
	writer_close(writer);
	struct recording *recording = must_read(place);
	assert_false(recording->cut);
	assert_int_equal(recording->count, 6);
	check_frame(recording, 5, 5);
	recording_close(recording);
}

static void refused(void **state)
{
	const struct place *place = *state;
	struct error error = { "" };
	FILE *file = fopen(place->path, "w");
	fputs("notes of my own", file);
	fclose(file);
	assert_null(writer_open(place->path, &wide, &error));
	assert_non_null(strstr(error.text, "not a recording"));
	unlink(place->path);
	assert_int_equal(symlink("/nowhere", place->path), 0);
	assert_null(writer_open(place->path, &wide, &error));
	assert_non_null(strstr(error.text, "is a link"));
	unlink(place->path);
	assert_null(writer_open("/dev/full", &wide, &error));
	assert_non_null(strstr(error.text, "not a file"));
	struct writer *writer = must_open(place, &wide);
	assert_null(writer_open(place->path, &wide, &error));
	assert_non_null(strstr(error.text, "another program"));
	writer_close(writer);
	unlink(place->path);
	assert_null(recording_open(place->path, &error));
	assert_non_null(strstr(error.text, "/day: No such file"));
	assert_int_equal(mkfifo(place->path, 0600), 0);
	assert_null(recording_open(place->path, &error));
	assert_non_null(strstr(error.text, "/day: not a file"));
	assert_null(recording_open(place->folder, &error));
	assert_non_null(strstr(error.text, ": not a file"));
}

/* By size, and by age: the file and the one before it keep to the limits. */
static void change_of_files(void **state)
{
	const struct place *place = *state;
	struct recording_limits narrow = { .bytes = 20 * 1000, .age_ms = wide.age_ms };
	struct writer *writer = must_open(place, &narrow);
	struct stat now, old;
	put_frames(writer, 1, 200);
	writer_close(writer);
	assert_int_equal(stat(place->path, &now), 0);
	assert_int_equal(stat(place->old, &old), 0);
	assert_in_range(now.st_size + old.st_size, 10 * 1000, 20 * 1000);
	struct recording *recording = must_read(place);
	assert_int_equal(recording->entries[0].kind, RECORD_START);
	recording_close(recording);
	unlink(place->path);
	unlink(place->old);
	narrow = (struct recording_limits){ .bytes = wide.bytes, .age_ms = 20 * 1000 };
	writer = must_open(place, &narrow);
	put_frames(writer, 1, 16);
	writer_close(writer);
	assert_int_equal(stat(place->old, &old), 0);
	recording = must_read(place);
	assert_int_equal(recording->entries[1].wall_ms, WALL + 13000);
	recording_close(recording);
}

enum { DAY_S = 24 * 3600, OLD_S = 30 * DAY_S };

static void put_at(struct writer *writer, int64_t boot_s, int64_t wall_s)
{
	struct error error = { "" };
	/* Old files are looked for with records that stand alone. */
	for (unsigned i = 0; i < RECORDING_KEY_EVERY; i++)
		assert_true(writer_put(writer, RECORD_DATA, boot_s * 1000 + i, wall_s * 1000 + i, "{}", 2, &error));
}

/* FILE.1 as an earlier run left it, with its last record at a time, which the file system knows too. */
static void make_old(const struct place *place, int64_t wall_s)
{
	struct writer *writer = must_open(place, &wide);
	put_at(writer, 100, wall_s);
	writer_close(writer);
	assert_int_equal(rename(place->path, place->old), 0);
	struct timespec times[2] = { { .tv_sec = wall_s }, { .tv_sec = wall_s } };
	assert_int_equal(utimensat(AT_FDCWD, place->old, times, 0), 0);
}

static bool is_there(const char *path)
{
	return access(path, F_OK) == 0;
}

/* What was recorded is not removed because a clock says for a while that it is old. */
static void clock_that_jumps(void **state)
{
	const struct place *place = *state;
	make_old(place, OLD_S - 6 * DAY_S);
	struct writer *writer = must_open(place, &wide);
	int64_t boot_s = 1000;
	/* Five days ahead for some seconds, right after the start and after hours. */
	put_at(writer, boot_s, OLD_S + 5 * DAY_S);
	for (int turn = 0; turn < 3; turn++, boot_s += 5000) {
		put_at(writer, boot_s, OLD_S + boot_s);
		put_at(writer, boot_s + 4000, OLD_S + boot_s + 4000);
		put_at(writer, boot_s + 4100, OLD_S + boot_s + 5 * DAY_S);
		put_at(writer, boot_s + 4104, OLD_S + boot_s + 4 + 5 * DAY_S);
	}
	assert_true(is_there(place->old));
	struct recording *recording = must_read(place);
	assert_int_equal(recording->count, 13 * RECORDING_KEY_EVERY);
	recording_close(recording);
	/* It goes when it is that old, by a clock that holds. */
	put_at(writer, boot_s, OLD_S + boot_s);
	for (; boot_s < DAY_S + 4 * 3600; boot_s += 3600) {
		put_at(writer, boot_s, OLD_S + boot_s);
		assert_int_equal(is_there(place->old), boot_s <= DAY_S);
	}
	writer_close(writer);
}

/* Of its own run it knows the age by boot time, whatever the clock says. */
static void age_by_boot_time(void **state)
{
	const struct place *place = *state;
	struct recording_limits narrow = { .bytes = wide.bytes, .age_ms = 2LL * DAY_S * 1000 };
	struct writer *writer = must_open(place, &narrow);
	put_at(writer, 1000, OLD_S + 900 * DAY_S);
	put_at(writer, 2000, OLD_S);
	put_at(writer, DAY_S, OLD_S);
	assert_false(is_there(place->old));
	put_at(writer, DAY_S + 2000, OLD_S);
	assert_true(is_there(place->old));
	put_at(writer, 2 * DAY_S, OLD_S + 800 * DAY_S);
	assert_true(is_there(place->old));
	writer_close(writer);
}

/* A file that is no recording was not made by us. */
static void old_file_of_others(void **state)
{
	const struct place *place = *state;
	struct timespec times[2] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };
	FILE *file = fopen(place->old, "w");
	fputs("chapter one", file);
	fclose(file);
	assert_int_equal(utimensat(AT_FDCWD, place->old, times, 0), 0);
	struct writer *writer = must_open(place, &wide);
	put_at(writer, 1000, OLD_S);
	put_at(writer, 9000, OLD_S + 8000);
	writer_close(writer);
	assert_true(is_there(place->old));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(written_and_read, open_place, close_place),
		cmocka_unit_test_setup_teardown(cut_tails, open_place, close_place),
		cmocka_unit_test_setup_teardown(damaged, open_place, close_place),
		cmocka_unit_test_setup_teardown(damaged_in_the_middle, open_place, close_place),
		cmocka_unit_test_setup_teardown(junk_of_any_length, open_place, close_place),
		cmocka_unit_test_setup_teardown(more_damage_than_is_listed, open_place, close_place),
		cmocka_unit_test_setup_teardown(pages_of_zeros, open_place, close_place),
		cmocka_unit_test_setup_teardown(hostile_marks, open_place, close_place),
		cmocka_unit_test_setup_teardown(clock_that_was_set, open_place, close_place),
		cmocka_unit_test_setup_teardown(clock_between_runs, open_place, close_place),
		cmocka_unit_test_setup_teardown(the_longer_run_is_right, open_place, close_place),
		cmocka_unit_test_setup_teardown(full_disk, open_place, close_place),
		cmocka_unit_test_setup_teardown(refused, open_place, close_place),
		cmocka_unit_test_setup_teardown(change_of_files, open_place, close_place),
		cmocka_unit_test_setup_teardown(clock_that_jumps, open_place, close_place),
		cmocka_unit_test_setup_teardown(age_by_boot_time, open_place, close_place),
		cmocka_unit_test_setup_teardown(old_file_of_others, open_place, close_place),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
