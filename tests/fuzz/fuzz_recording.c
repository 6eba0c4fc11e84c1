/*
 * Recordings: a file's bytes through the index, the reader, the cursor and the decoder, and through the writer that
 * goes on with them. Whatever is damaged, undamaged records before it read as they were written.
 *
 * The first byte chooses. Odd: the rest describes records (see add_record), which are packed here, by zlib and not by
 * recording/recorder, so that checksums and streams do not keep the fuzzer out. Even: the rest is the file; with
 * MEND its headers get the checksums that they should have.
 */
#include "fuzz_board.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "board/record.h"
#include "recording/reader.h"

/* The target writes the file of a recorder record by record. */
#include "recording/recorder.c"

enum { DESCRIBED = 1, MEND = 2, GO_ON = 4 };

/* Of a described record, beside RECORD_FOLLOWS. */
enum { BAD_CHECKSUM = 2, BAD_LENGTH = 4, BAD_HEADER = 8, AS_IT_IS = 16, FAR_AWAY = 32, PLAIN = 64 };

enum {
	RECORDS_MAX = 64,
	FILE_MAX = 512 * 1024,
	DESCRIPTION = 6, /* bytes before a described record */
	DICTIONARY_ID = 4,
};

struct described {
	const uint8_t *bytes;
	size_t length;
	bool whole; /* nothing was damaged on purpose */
};

struct made {
	unsigned char file[FILE_MAX];
	size_t length;
	struct described records[RECORDS_MAX];
	unsigned count;
	int64_t boot_ms, wall_ms;
	const struct described *before; /* the last data */
};

static size_t pack(const struct made *made, const uint8_t *bytes, size_t length, bool follows, unsigned char *out)
{
	z_stream zlib = { .next_in = (Bytef *)(uintptr_t)bytes, .avail_in = (uInt)length, .next_out = out };
	/* Without a stream to ask, the bound leaves the dictionary's four bytes out. */
	zlib.avail_out = (uInt)deflateBound(NULL, length) + DICTIONARY_ID;
	PROMISE(deflateInit(&zlib, 1) == Z_OK);
	if (follows && made->before != NULL)
		deflateSetDictionary(&zlib, made->before->bytes, (uInt)made->before->length);
	PROMISE(deflate(&zlib, Z_FINISH) == Z_STREAM_END);
	size_t packed = zlib.total_out;
	deflateEnd(&zlib);
	return packed;
}

static int64_t later(int64_t time_ms, uint8_t steps, int64_t step_ms)
{
	return (int64_t)((uint64_t)time_ms + (uint64_t)((int8_t)steps * step_ms));
}

/* Kind, flags, a step of the boot time in seconds and one of the wall clock in minutes, the length; the bytes. */
static size_t add_record(struct made *made, const uint8_t *at, size_t left)
{
	size_t length = (size_t)at[4] | (size_t)(at[5] & 0x0F) << 8;
	if (length > left - DESCRIPTION)
		length = left - DESCRIPTION;
	struct described *record = &made->records[made->count++];
	*record = (struct described){ .bytes = at + DESCRIPTION, .length = length };
	bool follows = at[1] & RECORD_FOLLOWS;
	unsigned char *out = made->file + made->length;
	made->boot_ms = later(made->boot_ms, at[2], at[1] & FAR_AWAY ? (int64_t)1 << 56 : 1000);
	made->wall_ms = later(made->wall_ms, at[3], at[1] & FAR_AWAY ? (int64_t)1 << 56 : 60000);
	struct record_header header = {
		.kind = at[0], .flags = (at[1] & RECORD_FOLLOWS) | (at[1] & PLAIN ? RECORD_PLAIN : 0), .raw = (uint32_t)length, .boot_ms = made->boot_ms,
		.wall_ms = made->wall_ms,
	};
	if (at[1] & (AS_IT_IS | PLAIN))
		memcpy(out + RECORDING_HEADER, record->bytes, header.stored = (uint32_t)length);
	else
		header.stored = (uint32_t)pack(made, record->bytes, length, follows, out + RECORDING_HEADER);
	header.checksum = record_checksum(out + RECORDING_HEADER, header.stored) ^ (at[1] & BAD_CHECKSUM ? 1 : 0);
	header.raw += at[1] & BAD_LENGTH ? 1 : 0;
	record_header_put(&header, out);
	out[39] ^= at[1] & BAD_HEADER ? 1 : 0;
	bool sound = (at[1] & (BAD_CHECKSUM | BAD_LENGTH | BAD_HEADER | FAR_AWAY)) == 0 &&
		(at[1] & PLAIN || !(at[1] & AS_IT_IS));
	bool timely = made->boot_ms >= 0 && made->boot_ms <= RECORDING_TIME_MAX;
	record->whole = timely && sound && (!follows || at[0] == RECORD_DATA);
	if (at[0] == RECORD_DATA)
		made->before = record;
	made->length += RECORDING_HEADER + header.stored;
	return DESCRIPTION + length;
}

static void describe(struct made *made, const uint8_t *data, size_t size)
{
	memcpy(made->file, RECORDING_MAGIC, RECORDING_MAGIC_BYTES);
	made->length = RECORDING_MAGIC_BYTES;
	made->boot_ms = 1000;
	made->wall_ms = 1767225600000;
	while (size >= DESCRIPTION && made->count < RECORDS_MAX) {
		size_t used = add_record(made, data, size);
		data += used;
		size -= used;
	}
}

static void put_checksum(unsigned char *out, uint32_t checksum)
{
	for (int i = 0; i < 4; i++)
		out[i] = (unsigned char)(checksum >> (8 * i));
}

/* Each header that says where its record ends gets both checksums. */
static void mend(struct made *made)
{
	size_t at = RECORDING_MAGIC_BYTES;
	while (at + RECORDING_HEADER <= made->length) {
		unsigned char *header = made->file + at;
		size_t stored = header[8] | (size_t)header[9] << 8 | (size_t)header[10] << 16;
		put_checksum(header, RECORDING_MARK);
		at += RECORDING_HEADER + stored;
		if (at <= made->length)
			put_checksum(header + 32, record_checksum(header + RECORDING_HEADER, stored));
		put_checksum(header + 36, record_checksum(header, 36));
	}
}

static void copy(struct made *made, const uint8_t *data, size_t size, bool mended)
{
	made->length = size < sizeof(made->file) ? size : sizeof(made->file);
	memcpy(made->file, data, made->length);
	if (mended)
		mend(made);
}

/* A file in memory, under a path of its own. */
static int write_file(const struct made *made, char path[64])
{
	int file = memfd_create("recording", MFD_CLOEXEC);
	PROMISE(file >= 0 && write(file, made->file, made->length) == (ssize_t)made->length);
	snprintf(path, 64, "/proc/self/fd/%d", file);
	return file;
}

static void check_index(const struct recording *recording, size_t length)
{
	PROMISE(recording->size >= RECORDING_MAGIC_BYTES && recording->size <= (int64_t)length);
	PROMISE(recording->cut == (recording->size < (int64_t)length));
	for (uint32_t i = 0; i < recording->count; i++) {
		const struct recording_entry *entry = &recording->entries[i], *before = i > 0 ? entry - 1 : NULL;
		PROMISE(entry->offset + RECORDING_HEADER <= recording->size && entry->base <= i);
		PROMISE(before == NULL || (entry->offset > before->offset && entry->at_ms >= before->at_ms));
		PROMISE(recording_before(recording, i, RECORD_REQUEST) < i ||
			recording_before(recording, i, RECORD_REQUEST) == recording->count);
		uint32_t found = recording_seek(recording, entry->at_ms);
		PROMISE(found <= i && recording->entries[found].at_ms == entry->at_ms);
	}
}

/* The sum of a record's bytes; 0: it is damaged. */
static uint32_t read_sum(struct recording *recording, uint32_t index)
{
	struct error error = { "" };
	const struct buffer *bytes = recording_read(recording, index, &error);
	PROMISE((bytes == NULL) == (error.text[0] != '\0') && fuzz_clean(error.text));
	return bytes == NULL ? 0 : record_checksum(buffer_string(bytes), bytes->length) | 1;
}

/* Forwards and backwards alike, and as they were written up to the first that is damaged. */
static void check_records(struct recording *recording, const struct made *made)
{
	uint32_t *sums = calloc(recording->count + 1, sizeof(*sums));
	bool whole = true;
	PROMISE(sums != NULL);
	for (uint32_t i = 0; i < recording->count; i++) {
		sums[i] = read_sum(recording, i);
		whole = whole && i < made->count && made->records[i].whole;
		if (whole)
			PROMISE(sums[i] == (record_checksum(made->records[i].bytes, made->records[i].length) | 1));
	}
	for (uint32_t i = recording->count; i-- > 0;)
		PROMISE(read_sum(recording, i) == sums[i]);
	for (unsigned i = 0; i < made->count && made->records[i].whole; i++)
		PROMISE(i < recording->count);
	free(sums);
}

static void play(struct recording_cursor *cursor)
{
	struct board *board = board_new(cursor->layout);
	const struct recording_entry *entry = NULL;
	uint32_t steps = 0;
	for (;;) {
		struct error error = { "" };
		struct frame frame;
		enum cursor_step step = cursor_next(cursor, &frame, &entry, &error);
		PROMISE((step == CURSOR_DAMAGED) == (error.text[0] != '\0') && fuzz_clean(error.text));
		if (step == CURSOR_END)
			break;
		PROMISE(++steps <= cursor->recording->count && entry == &cursor->recording->entries[steps - 1]);
		if (step == CURSOR_FRAME) {
			PROMISE(fuzz_clean(frame.subject));
			decode_frame(board, &frame, NULL, &error);
			PROMISE(fuzz_clean(error.text));
		}
		fuzz_check_board(board);
	}
	PROMISE(steps == cursor->recording->count && cursor->link.interval > 0);
	decode_reasons(board, &cursor->request);
	board_free(board);
}

static void check_player(const char *path)
{
	struct recording_cursor cursor;
	struct error error = { "" };
	if (!cursor_open(&cursor, recording_open(path, &error), fuzz_stage()->layout))
		return;
	play(&cursor);
	for (uint32_t i = 0; i < cursor.recording->count; i++) {
		error.text[0] = '\0';
		PROMISE(cursor_go(&cursor, i, &error) == (error.text[0] == '\0') && cursor.next == i);
	}
	cursor_close(&cursor);
}

/* What a writer takes for a file that was only begun: the first of the first bytes, or zeros where a disk lost them. */
static bool is_begun(const struct made *made)
{
	bool zeros = true;
	for (size_t i = 0; i < made->length; i++)
		zeros = zeros && made->file[i] == 0;
	return zeros || (made->length < RECORDING_MAGIC_BYTES && memcmp(made->file, RECORDING_MAGIC, made->length) == 0);
}

/*
 * A writer cuts off what is not whole, keeps all before it, and adds to that. Within damage that was made for it, what
 * follows may decide what is taken for a record.
 */
static void go_on(const struct made *made, uint32_t count, bool good, bool damaged)
{
	static const struct recording_limits wide = { .bytes = INT64_MAX, .age_ms = INT64_MAX };
	static const char more[] = "{\"more\":true}";
	const char *folder = getenv("TMPDIR");
	char path[512];
	struct error error = { "" };
	snprintf(path, sizeof(path), "%s/cxwall-fuzz-XXXXXX", folder != NULL ? folder : "/tmp");
	int file = mkstemp(path);
	PROMISE(file >= 0 && write(file, made->file, made->length) == (ssize_t)made->length);
	struct writer *writer = writer_open(path, &wide, &error);
	PROMISE((writer != NULL) == (good || is_begun(made)));
	if (writer != NULL) {
		PROMISE(writer_put(writer, RECORD_DATA, 1, 1, more, strlen(more), &error));
		writer_close(writer);
		struct recording *recording = recording_open(path, &error);
		PROMISE(recording != NULL && !recording->cut && recording->count > 0);
		PROMISE(recording->count == count + 1 || damaged);
		PROMISE(read_sum(recording, recording->count - 1) == (record_checksum(more, strlen(more)) | 1));
		recording_close(recording);
	}
	close(file);
	unlink(path);
}

int fuzz_recording(const uint8_t *data, size_t size)
{
	static struct made made;
	char path[64];
	struct error error = { "" };
	fuzz_begin();
	if (size < 1)
		return 0;
	made.count = 0;
	made.before = NULL;
	if (data[0] & DESCRIBED)
		describe(&made, data + 1, size - 1);
	else
		copy(&made, data + 1, size - 1, data[0] & MEND);
	int file = write_file(&made, path);
	struct recording *recording = recording_open(path, &error);
	PROMISE((recording == NULL) == (error.text[0] != '\0') && fuzz_clean(error.text));
	uint32_t count = 0;
	bool damaged = recording != NULL && recording->damage_count > 0;
	if (recording != NULL) {
		count = recording->count;
		check_index(recording, made.length);
		check_records(recording, &made);
		check_player(path);
	}
	if (data[0] & GO_ON)
		go_on(&made, count, recording != NULL, damaged);
	recording_close(recording);
	close(file);
	return 0;
}
