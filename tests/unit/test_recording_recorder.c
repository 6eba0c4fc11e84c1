/* --record: what it does while the disk is full, and when its file is deleted, moved or cut; with a given clock. */
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
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "board/query.h"
#include "layout/layout.h"
#include "recording/reader.h"
#include "recording/recorder.h"

static const int64_t SECOND = 1000, MINUTE = 60 * 1000, HOUR = 60 * 60 * 1000;

static const struct catalogue unknown = { .known = false };

struct place {
	char folder[64], path[96], moved[100];
	struct recorder *recorder;
	struct layout *layout;
	struct request request;
	int64_t now_ms;
	enum names names;
};

static bool begin(struct place *place)
{
	struct recorder_options options = {
		.path = place->path, .limits = { .bytes = 100 * 1000 * 1000, .age_ms = 7 * 24 * HOUR }, .names = place->names,
	};
	struct error error;
	place->recorder = recorder_open(&options, &error);
	return place->recorder != NULL;
}

static int open_place(void **state)
{
	static struct place place;
	static const char source[] = "pages = ( { rows = ( { panels = ( { name = \"q\" type = \"totals\""
		" tiles = ( \"in_calls_waiting\" ) } ) } ) } )";
	struct error error = { "" };
	place = (struct place){ .now_ms = 1000 };
	strcpy(place.folder, "/tmp/cxwall-record-XXXXXX");
	if (mkdtemp(place.folder) == NULL)
		return -1;
	snprintf(place.path, sizeof(place.path), "%s/day", place.folder);
	snprintf(place.moved, sizeof(place.moved), "%s/day.old", place.folder);
	place.layout = layout_parse("l", "l.conf", source, &error);
	request_init(&place.request);
	request_plan(&place.request, place.layout, &unknown, &unknown, "t");
	*state = &place;
	return begin(&place) ? 0 : -1;
}

static int close_place(void **state)
{
	struct place *place = *state;
	recorder_close(place->recorder);
	request_free(&place->request);
	layout_free(place->layout);
	unlink(place->path);
	unlink(place->moved);
	return rmdir(place->folder);
}

static void take(struct place *place, int64_t later_ms)
{
	static const char bytes[] = "{\"an\":\"answer\"}";
	place->now_ms += later_ms;
	struct frame frame = { .kind = FRAME_DATA, .subject = "", .received_ms = place->now_ms,
		.wall_ms = 1000000 + place->now_ms, .bytes = bytes, .length = strlen(bytes), .request = &place->request };
	recorder_frame(place->recorder, &frame, 5);
}

/* Kinds of the records in a file, a digit for each; the caller frees. */
static void check_kinds(const char *path, const char *wanted)
{
	struct error error = { "" };
	char kinds[100] = "";
	struct recording *recording = recording_open(path, &error);
	if (recording == NULL)
		fail_msg("%s", error.text);
	assert_false(recording->cut);
	assert_int_equal(recording->damage_count, 0);
	for (uint32_t i = 0; i < recording->count && i < sizeof(kinds) - 1; i++) {
		kinds[i] = (char)('0' + recording->entries[i].kind);
		assert_non_null(recording_read(recording, i, &error));
	}
	assert_string_equal(kinds, wanted);
	recording_close(recording);
}

static void check_news(struct place *place, const char *wanted)
{
	char news[ERROR_TEXT];
	bool bad;
	if (!recorder_news(place->recorder, news, sizeof(news), &bad))
		fail_msg("no news: %s", wanted);
	if (strstr(news, wanted) == NULL)
		fail_msg("%s", news);
	assert_false(recorder_news(place->recorder, news, sizeof(news), &bad));
}

static void limit_files(rlim_t size)
{
	struct rlimit limit;
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = size;
	setrlimit(RLIMIT_FSIZE, &limit);
}

/* It lasts, in words, until there is room at one of the tries. */
static void full_disk(void **state)
{
	struct place *place = *state;
	struct stat about;
	take(place, SECOND);
	take(place, SECOND);
	assert_string_equal(recorder_trouble(place->recorder), "");
	stat(place->path, &about);
	limit_files((rlim_t)about.st_size + 10);
	take(place, SECOND);
	assert_non_null(strstr(recorder_trouble(place->recorder), "Not recording: "));
	assert_non_null(strstr(recorder_trouble(place->recorder), "File too large"));
	check_news(place, "Not recording: ");
	take(place, MINUTE);
	assert_non_null(strstr(recorder_trouble(place->recorder), "File too large"));
	limit_files(RLIM_INFINITY);
	take(place, 59 * SECOND);
	assert_string_not_equal(recorder_trouble(place->recorder), "");
	check_kinds(place->path, "1233");
	take(place, SECOND);
	assert_string_equal(recorder_trouble(place->recorder), "");
	check_news(place, "Recording again");
	take(place, SECOND);
	check_kinds(place->path, "1233233");
}

/* What stands at a file's beginning is not lost where the first try fails: START, or the request behind it. */
static void full_at_once(void **state)
{
	struct place *place = *state;
	for (rlim_t room = 12; room <= 200; room += 94) {
		unlink(place->path);
		take(place, SECOND);
		unlink(place->path);
		limit_files(room);
		take(place, SECOND);
		assert_string_not_equal(recorder_trouble(place->recorder), "");
		limit_files(RLIM_INFINITY);
		take(place, MINUTE);
		take(place, SECOND);
		assert_string_equal(recorder_trouble(place->recorder), "");
		check_kinds(place->path, "1233");
	}
}

/* A wall begins also where not even the first bytes of its file fit, and records as soon as they do. */
static void full_at_the_start(void **state)
{
	struct place *place = *state;
	for (rlim_t room = 0; room <= 5; room += 5) {
		recorder_close(place->recorder);
		unlink(place->path);
		limit_files(room);
		bool began = begin(place);
		take(place, SECOND);
		limit_files(RLIM_INFINITY);
		assert_true(began);
		assert_non_null(strstr(recorder_trouble(place->recorder), "File too large"));
		take(place, MINUTE);
		take(place, SECOND);
		assert_string_equal(recorder_trouble(place->recorder), "");
		check_kinds(place->path, "1233");
	}
}

static void write_bytes(const struct place *place, size_t zeros, const char *rest)
{
	FILE *file = fopen(place->path, "w");
	assert_non_null(file);
	while (zeros-- > 0)
		fputc('\0', file);
	fputs(rest, file);
	fclose(file);
}

/* Nothing was in it when the power failed. What is somebody else's is left alone. */
static void zeros_only(void **state)
{
	struct place *place = *state;
	struct stat about;
	static const size_t sizes[] = { 5, 8, 4096, 40000 };
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		recorder_close(place->recorder);
		write_bytes(place, sizes[i], "");
		assert_true(begin(place));
		take(place, SECOND);
		check_kinds(place->path, "123");
	}
	recorder_close(place->recorder);
	write_bytes(place, 40000, "x");
	assert_false(begin(place));
	stat(place->path, &about);
	assert_int_equal(about.st_size, 40001);
}

/* What no room would mend is said at once. */
static void cannot_be_opened(void **state)
{
	struct place *place = *state;
	recorder_close(place->recorder);
	unlink(place->path);
	assert_int_equal(symlink("elsewhere", place->path), 0);
	assert_false(begin(place));
	unlink(place->path);
}

static void deleted_and_moved(void **state)
{
	struct place *place = *state;
	char news[ERROR_TEXT];
	bool bad;
	take(place, SECOND);
	take(place, SECOND);
	assert_false(recorder_news(place->recorder, news, sizeof(news), &bad));
	unlink(place->path);
	take(place, SECOND);
	check_news(place, "was deleted while it was recorded; a new file is begun");
	take(place, SECOND);
	check_kinds(place->path, "1233");
	assert_int_equal(rename(place->path, place->moved), 0);
	take(place, SECOND);
	check_news(place, "was moved away while it was recorded; a new file is begun");
	check_kinds(place->moved, "1233");
	check_kinds(place->path, "123");
	/* Another file by this name is not touched. */
	assert_int_equal(rename(place->path, place->moved), 0);
	assert_int_equal(symlink("/nowhere", place->path), 0);
	take(place, SECOND);
	assert_non_null(strstr(recorder_trouble(place->recorder), "is a link"));
	check_kinds(place->moved, "123");
	unlink(place->path);
	take(place, MINUTE);
	check_kinds(place->path, "123");
}

static void cut_and_written(void **state)
{
	struct place *place = *state;
	struct stat about;
	take(place, SECOND);
	take(place, SECOND);
	stat(place->path, &about);
	assert_int_equal(truncate(place->path, about.st_size - 20), 0);
	take(place, SECOND);
	check_news(place, "was cut while it was recorded; what is there is continued");
	check_kinds(place->path, "123123");
	static const off_t sizes[] = { 0, 5, 8, 20 };
	for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		assert_int_equal(truncate(place->path, sizes[i]), 0);
		take(place, SECOND);
		check_news(place, "was cut while it was recorded; a new file is begun");
		check_kinds(place->path, "123");
	}
	FILE *file = fopen(place->path, "a");
	fputs("somebody's notes", file);
	fclose(file);
	take(place, SECOND);
	check_news(place, "was written by somebody else");
	check_kinds(place->path, "123123");
	assert_string_equal(recorder_trouble(place->recorder), "");
}

/* While another program records into the file that has the name by now, not a byte goes there. */
static void a_file_of_another_program(void **state)
{
	struct place *place = *state;
	struct stat about;
	take(place, SECOND);
	unlink(place->path);
	int other = open(place->path, O_CREAT | O_RDWR | O_CLOEXEC, 0640), next = dup(other);
	close(next);
	assert_int_equal(flock(other, LOCK_EX | LOCK_NB), 0);
	for (int i = 0; i < 4; i++) {
		take(place, i == 0 ? SECOND : MINUTE);
		assert_non_null(strstr(recorder_trouble(place->recorder), "another program records into it"));
		assert_int_equal(stat(place->path, &about), 0);
		assert_int_equal(about.st_size, 0);
		/* Its mode is left alone, too. */
		assert_int_equal(about.st_mode & 07777, 0640);
	}
	check_news(place, "another program records into it. Retrying every minute.");
	/* The file is open only once, here, and the recorder's own is closed. */
	int after = dup(other);
	assert_true(after <= next);
	close(after);
	close(other);
	take(place, MINUTE);
	assert_string_equal(recorder_trouble(place->recorder), "");
	check_news(place, "Recording again");
	check_kinds(place->path, "123");
	assert_int_equal(stat(place->path, &about), 0);
	assert_int_equal(about.st_mode & 07777, 0600);
}

/* So that a damaged request does not cost a day. */
static void request_again(void **state)
{
	struct place *place = *state;
	take(place, SECOND);
	take(place, HOUR - SECOND);
	take(place, SECOND);
	take(place, HOUR - SECOND);
	take(place, SECOND);
	check_kinds(place->path, "123323323");
}

/* Appends the texts of all alerts of the file, a line each. */
static void alerts_of(const char *path, char *out, size_t size)
{
	struct error error = { "" };
	struct recording *recording = recording_open(path, &error);
	assert_non_null(recording);
	out[0] = '\0';
	for (uint32_t i = 0; i < recording->count; i++)
		if (recording->entries[i].kind == RECORD_ALERT) {
			const struct buffer *bytes = recording_read(recording, i, &error);
			assert_non_null(bytes);
			snprintf(out + strlen(out), size - strlen(out), "%.*s\n", (int)bytes->length, bytes->data);
		}
	recording_close(recording);
}

/* What fires, is cleared and is repeated, with as much of a person's name as the recording may hold. */
static void alerts_are_recorded(void **state)
{
	static const struct {
		enum names names;
		const char *wanted;
	} rows[] = {
		{ NAMES_FULL,
			"{\"event\":\"fired\",\"alert\":\"late\",\"row\":\"Ann Berg\",\"value\":\"61\",\"lasted_ms\":0,\"quiet\":false}\n"
			"{\"event\":\"cleared\",\"alert\":\"late\",\"row\":\"Sales\",\"value\":\"ann.berg\",\"lasted_ms\":7000,\"quiet\":true}\n"
			"{\"event\":\"reminded\",\"alert\":\"late\",\"row\":\"Sales\",\"value\":\"62\",\"lasted_ms\":0,\"quiet\":false}\n" },
		{ NAMES_INITIALS,
			"{\"event\":\"fired\",\"alert\":\"late\",\"row\":\"A. B. 1\",\"value\":\"\",\"lasted_ms\":0,\"quiet\":false}\n"
			"{\"event\":\"cleared\",\"alert\":\"late\",\"row\":\"Sales\",\"value\":\"\",\"lasted_ms\":7000,\"quiet\":true}\n"
			"{\"event\":\"reminded\",\"alert\":\"late\",\"row\":\"Sales\",\"value\":\"62\",\"lasted_ms\":0,\"quiet\":false}\n" },
	};
	struct place *place = *state;
	char found[1024];
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		recorder_close(place->recorder);
		unlink(place->path);
		place->names = rows[i].names;
		assert_true(begin(place));
		const struct alert_rule rule = { .name = "late" };
		struct alert_state person = { .rule = &rule, .row = "Ann Berg", .value = "61" };
		struct alert_state value = { .rule = &rule, .row = "Sales", .value = "ann.berg", .value_of_person = true };
		struct alert_state plain = { .rule = &rule, .row = "Sales", .value = "62" };
		take(place, SECOND);
		recorder_alert(place->recorder, &(struct alert_event){ .kind = ALERT_FIRED, .state = &person, .at_ms = place->now_ms,
			.wall_ms = 1000000 + place->now_ms, .about_person = true, .loud = true });
		recorder_alert(place->recorder, &(struct alert_event){ .kind = ALERT_CLEARED, .state = &value, .at_ms = place->now_ms,
			.wall_ms = 1000000 + place->now_ms, .lasted_ms = 7000 });
		recorder_alert(place->recorder, &(struct alert_event){ .kind = ALERT_REMINDED, .state = &plain, .at_ms = place->now_ms,
			.wall_ms = 1000000 + place->now_ms, .loud = true });
		alerts_of(place->path, found, sizeof(found));
		assert_string_equal(found, rows[i].wanted);
	}
}

/* An alert that cannot be written is trouble like any other, and one that can ends it. */
static void an_alert_on_a_full_disk(void **state)
{
	struct place *place = *state;
	const struct alert_rule rule = { .name = "late" };
	struct alert_state alert = { .rule = &rule, .row = "Sales", .value = "61" };
	struct alert_event event = { .kind = ALERT_FIRED, .state = &alert, .loud = true };
	struct stat about;
	take(place, SECOND);
	stat(place->path, &about);
	limit_files((rlim_t)about.st_size + 5);
	event.at_ms = place->now_ms;
	recorder_alert(place->recorder, &event);
	assert_non_null(strstr(recorder_trouble(place->recorder), "File too large"));
	check_news(place, "Not recording: ");
	limit_files(RLIM_INFINITY);
	event.at_ms = place->now_ms + MINUTE - 1;
	recorder_alert(place->recorder, &event);
	assert_string_not_equal(recorder_trouble(place->recorder), "");
	event.at_ms++;
	recorder_alert(place->recorder, &event);
	assert_string_equal(recorder_trouble(place->recorder), "");
	check_news(place, "Recording again");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(full_disk, open_place, close_place),
		cmocka_unit_test_setup_teardown(full_at_once, open_place, close_place),
		cmocka_unit_test_setup_teardown(full_at_the_start, open_place, close_place),
		cmocka_unit_test_setup_teardown(zeros_only, open_place, close_place),
		cmocka_unit_test_setup_teardown(cannot_be_opened, open_place, close_place),
		cmocka_unit_test_setup_teardown(deleted_and_moved, open_place, close_place),
		cmocka_unit_test_setup_teardown(cut_and_written, open_place, close_place),
		cmocka_unit_test_setup_teardown(alerts_are_recorded, open_place, close_place),
		cmocka_unit_test_setup_teardown(an_alert_on_a_full_disk, open_place, close_place),
		cmocka_unit_test_setup_teardown(a_file_of_another_program, open_place, close_place),
		cmocka_unit_test_setup_teardown(request_again, open_place, close_place),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
