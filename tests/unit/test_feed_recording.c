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
#include <unistd.h>

#include "base/text.h"
#include "feed/recording.h"

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

static struct recorder *must_open(const struct place *place, const struct recording_limits *limits)
{
	struct error error = { "" };
	struct recorder *recorder = recorder_open(place->path, limits, &error);
	if (recorder == NULL)
		fail_msg("%s", error.text);
	return recorder;
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

static void put(struct recorder *recorder, enum record_kind kind, int64_t ms, const char *text)
{
	struct error error = { "" };
	if (!recorder_put(recorder, kind, ms, ms + WALL, text, strlen(text), &error))
		fail_msg("%s", error.text);
}

static void put_frames(struct recorder *recorder, unsigned from, unsigned count)
{
	char text[FRAME_ROOM];
	for (unsigned i = from; i < from + count; i++) {
		if (recorder_began(recorder))
			put(recorder, RECORD_START, i * 1000, "{}");
		frame_text(text, i);
		put(recorder, RECORD_DATA, i * 1000, text);
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
	struct recorder *recorder = must_open(place, &wide);
	struct stat about;
	put_frames(recorder, 1, 200);
	put(recorder, RECORD_ALERT, 200500, "{\"event\":\"fired\"}");
	put(recorder, RECORD_END, 201000, "");
	recorder_close(recorder);
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
	struct recorder *recorder = must_open(place, &wide);
	struct stat full, before;
	put_frames(recorder, 1, 9);
	assert_int_equal(stat(place->path, &before), 0);
	put_frames(recorder, 10, 1);
	recorder_close(recorder);
	assert_int_equal(stat(place->path, &full), 0);
	assert_true(full.st_size > before.st_size);
	for (off_t size = full.st_size - 1; size > before.st_size; size--) {
		assert_int_equal(truncate(place->path, size), 0);
		struct recording *recording = must_read(place);
		assert_int_equal(recording->count, 10);
		assert_true(recording->cut);
		check_frame(recording, 9, 9);
		recording_close(recording);
	}
	recorder = must_open(place, &wide);
	assert_int_equal(stat(place->path, &full), 0);
	assert_int_equal(full.st_size, before.st_size);
	put_frames(recorder, 11, 3);
	recorder_close(recorder);
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
	struct recorder *recorder = must_open(place, &wide);
	struct stat before, full;
	char byte;
	put_frames(recorder, 1, 2);
	assert_int_equal(stat(place->path, &before), 0);
	put_frames(recorder, 3, 1);
	recorder_close(recorder);
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

static void full_disk(void **state)
{
	const struct place *place = *state;
	struct recorder *recorder = must_open(place, &wide);
	struct rlimit before, small;
	struct error error = { "" };
	char text[FRAME_ROOM];
	put_frames(recorder, 1, 5);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &before);
	struct stat about;
	stat(place->path, &about);
	small = (struct rlimit){ .rlim_cur = (rlim_t)about.st_size + 100, .rlim_max = before.rlim_max };
	setrlimit(RLIMIT_FSIZE, &small);
	size_t length = frame_text(text, 6);
	assert_false(recorder_put(recorder, RECORD_DATA, 6000, WALL + 6000, text, length, &error));
	setrlimit(RLIMIT_FSIZE, &before);
	assert_non_null(strstr(error.text, "File too large"));
	recorder_close(recorder);
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
	assert_null(recorder_open(place->path, &wide, &error));
	assert_non_null(strstr(error.text, "not a recording"));
	unlink(place->path);
	assert_int_equal(symlink("/nowhere", place->path), 0);
	assert_null(recorder_open(place->path, &wide, &error));
	assert_non_null(strstr(error.text, "is a link"));
	unlink(place->path);
	assert_null(recorder_open("/dev/full", &wide, &error));
	assert_non_null(strstr(error.text, "not a file"));
	struct recorder *recorder = must_open(place, &wide);
	assert_null(recorder_open(place->path, &wide, &error));
	assert_non_null(strstr(error.text, "another program"));
	recorder_close(recorder);
}

/* By size, and by age: the file and the one before it keep to the limits. */
static void change_of_files(void **state)
{
	const struct place *place = *state;
	struct recording_limits narrow = { .bytes = 20 * 1000, .age_ms = wide.age_ms };
	struct recorder *recorder = must_open(place, &narrow);
	struct stat now, old;
	put_frames(recorder, 1, 200);
	recorder_close(recorder);
	assert_int_equal(stat(place->path, &now), 0);
	assert_int_equal(stat(place->old, &old), 0);
	assert_in_range(now.st_size + old.st_size, 10 * 1000, 20 * 1000);
	struct recording *recording = must_read(place);
	assert_int_equal(recording->entries[0].kind, RECORD_START);
	recording_close(recording);
	unlink(place->path);
	unlink(place->old);
	narrow = (struct recording_limits){ .bytes = wide.bytes, .age_ms = 20 * 1000 };
	recorder = must_open(place, &narrow);
	put_frames(recorder, 1, 16);
	recorder_close(recorder);
	assert_int_equal(stat(place->old, &old), 0);
	recording = must_read(place);
	assert_int_equal(recording->entries[1].wall_ms, WALL + 13000);
	recording_close(recording);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(written_and_read, open_place, close_place),
		cmocka_unit_test_setup_teardown(cut_tails, open_place, close_place),
		cmocka_unit_test_setup_teardown(damaged, open_place, close_place),
		cmocka_unit_test_setup_teardown(full_disk, open_place, close_place),
		cmocka_unit_test_setup_teardown(refused, open_place, close_place),
		cmocka_unit_test_setup_teardown(change_of_files, open_place, close_place),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
