/*
 * A wall's last frame as a file: what a start finds in it, whose files it takes and whose it leaves, and what is written
 * when. With clocks in the test's hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "board/decode.h"
#include "board/query.h"
#include "recording/reader.h"
#include "recording/saved_frame.h"

static const int64_t SECOND = 1000, HOUR = 60 * 60 * 1000;

static int64_t boot_ms, wall_ms;

int64_t clock_boot_ms(void)
{
	return boot_ms;
}

int64_t clock_wall_ms(void)
{
	return wall_ms;
}

void clock_zone_look(void)
{
}

static const struct catalogue unknown = { .known = false };

/* Totals and rows, availability of services that are named, campaigns. */
static const char layout_text[] =
	"pages = ( { rows = ( { panels = ("
	" { name = \"now\" type = \"totals\" tiles = ( \"in_calls_waiting\" ) },"
	" { name = \"queues\" type = \"service_grid\" columns = ( \"name\", \"in_calls_waiting\" ) },"
	" { name = \"open\" type = \"availability\" services = [\"Sales\", \"Night\"] },"
	" { name = \"calls\" type = \"campaigns\" } ) } ) } )";

static const char answer[] =
	"{\"t/now\":{\"stats_totals\":{\"in_calls_waiting\":\"7\"}},"
	"\"t/queues\":{\"service_grids\":[{\"id\":\"grid\",\"values\":[{\"1\":\"Sales\",\"2\":\"5\"}]}]}}";

struct place {
	char path[64], log[80];
	struct saved_frame_options options;
	struct layout *layout;
	struct board *board;
	struct request request;
	struct link link;
	struct saved_frame *saved;
};

static struct layout *parse(const char *name, const char *text)
{
	struct error error = { "" };
	struct layout *layout = layout_parse(name, "test.conf", text, &error);
	if (layout == NULL)
		fail_msg("%s", error.text);
	return layout;
}

static struct board *board_of(const struct layout *layout)
{
	struct board *board = board_new(layout);
	for (unsigned i = 0; i < layout->panel_count; i++)
		for (unsigned s = 0; s < layout->panels[i].services.count; s++)
			(void)board_service(board, layout->panels[i].services.items[s]);
	return board;
}

static int open_place(void **state)
{
	static struct place place;
	struct error error;
	place = (struct place){ .path = "/tmp/cxwall-frame-XXXXXX" };
	if (mkdtemp(place.path) == NULL)
		return -1;
	snprintf(place.log, sizeof(place.log), "%s/log", place.path);
	if (!log_open(place.log, &error))
		return -1;
	wall_ms = (int64_t)time(NULL) * 1000;
	boot_ms = 100 * HOUR;
	place.layout = parse("mine", layout_text);
	place.options = (struct saved_frame_options){
		.folder = open(place.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), .tag = "first", .url = "https://api.example.org",
		.tenant = "t", .user = "wall@example.org", .names = NAMES_FULL, .interval = 5, .layout = place.layout,
	};
	place.board = board_of(place.layout);
	request_init(&place.request);
	request_plan(&place.request, place.layout, &unknown, &unknown, "t");
	place.link = (struct link){ .state = LINK_LIVE, .interval = 5 };
	place.saved = saved_frame_open(&place.options);
	*state = &place;
	return place.saved == NULL ? -1 : 0;
}

static int close_place(void **state)
{
	struct place *place = *state;
	saved_frame_close(place->saved);
	request_free(&place->request);
	board_free(place->board);
	layout_free(place->layout);
	DIR *listing = opendir(place->path);
	struct dirent *entry;
	while ((entry = readdir(listing)) != NULL)
		(void)unlinkat(place->options.folder, entry->d_name, 0);
	closedir(listing);
	close(place->options.folder);
	return rmdir(place->path);
}

static void give(struct place *place, enum frame_kind kind, const char *subject, const char *bytes)
{
	struct error error = { "" };
	struct frame frame = { .kind = kind, .subject = subject, .received_ms = boot_ms, .wall_ms = wall_ms, .bytes = bytes,
		.length = strlen(bytes), .request = kind == FRAME_DATA ? &place->request : NULL };
	if (!decode_frame(place->board, &frame, NULL, &error))
		fail_msg("%s", error.text);
	saved_frame_add(place->saved, &frame, 0);
}

static void give_all(struct place *place)
{
	give(place, FRAME_AVAILABILITY, "Sales", "{\"availability\":true}");
	give(place, FRAME_AVAILABILITY, "Night", "{\"availability\":false}");
	give(place, FRAME_CHAT_HOURS, "", "{\"chat\":\"notAvailable\"}");
	give(place, FRAME_CAMPAIGNS, "", "[{\"campaignId\":\"1\",\"name\":\"Spring\",\"state\":\"running\"}]");
	give(place, FRAME_DATA, "", answer);
}

static void write_frame(struct place *place)
{
	struct board_view view = { .board = place->board, .link = &place->link, .now_ms = boot_ms, .wall_ms = wall_ms };
	saved_frame_write(place->saved, &view);
}

struct heard {
	unsigned count, data;
	int64_t received_ms;
	struct board *board;
};

static void hear(void *context, const struct frame *frame)
{
	struct heard *heard = context;
	struct error error;
	heard->count++;
	assert_true(decode_frame(heard->board, frame, NULL, &error));
	if (frame->kind != FRAME_DATA)
		return;
	heard->data++;
	heard->received_ms = frame->received_ms;
}

static struct heard start_with(const struct saved_frame_options *options, struct board *board)
{
	struct heard heard = { .board = board };
	saved_frame_restore(options, board, hear, &heard);
	return heard;
}

static struct heard restored(struct place *place)
{
	struct board *board = board_new(place->options.layout);
	struct heard heard = start_with(&place->options, board);
	board_free(board);
	return heard;
}

/* Whether a start a moment later begins from the file. */
static bool look(const struct saved_frame_options *options)
{
	struct board *board = board_new(options->layout);
	wall_ms++;
	struct heard heard = start_with(options, board);
	wall_ms--;
	board_free(board);
	return heard.count > 0;
}

static bool exists(const struct place *place, const char *name)
{
	return faccessat(place->options.folder, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static ino_t inode(const struct place *place)
{
	struct stat about;
	return fstatat(place->options.folder, "first.frame", &about, 0) == 0 ? about.st_ino : 0;
}

/* How often the log has a text. */
static unsigned logged(const struct place *place, const char *text)
{
	char bytes[8192] = "";
	unsigned count = 0;
	FILE *file = fopen(place->log, "r");
	assert_non_null(file);
	bytes[fread(bytes, 1, sizeof(bytes) - 1, file)] = '\0';
	fclose(file);
	for (const char *at = bytes; (at = strstr(at, text)) != NULL; at++)
		count++;
	return count;
}

static void a_start_knows_what_the_wall_knew(void **state)
{
	struct place *place = *state;
	struct stat about;
	give_all(place);
	place->board->services_listed = true;
	write_frame(place);
	assert_int_equal(fstatat(place->options.folder, "first.frame", &about, 0), 0);
	assert_int_equal(about.st_mode & 07777, 0600);
	struct board *board = board_new(place->layout);
	wall_ms += SECOND;
	struct heard heard = start_with(&place->options, board);
	assert_int_equal(heard.count, 5);
	assert_string_equal(board_cell(board_data(board, &place->layout->panels[0]), 0, 0)->text, "7");
	assert_string_equal(board_cell(board_data(board, &place->layout->panels[1]), 0, 1)->text, "5");
	/* In the order of the wall. */
	assert_string_equal(board->services[0].service, "Sales");
	assert_int_equal(board->services[0].state, AVAILABILITY_AVAILABLE);
	assert_int_equal(board->services[1].state, AVAILABILITY_NOBODY);
	assert_true(board->services_old);
	board_free(board);
}

static void the_file_that_suits_most_counts(void **state)
{
	static const char less[] =
		"pages = ( { rows = ( { panels = ( { name = \"now\" type = \"totals\" tiles = ( \"in_calls_waiting\" ) } ) } ) } )";
	static const char more[] =
		"pages = ( { rows = ( { panels = ( { name = \"now\" type = \"totals\" tiles = ( \"in_calls_waiting\" ) },"
		" { name = \"odd\" type = \"totals\" tiles = ( \"odd_stat\" ) } ) } ) } )";
	static const char other[] =
		"pages = ( { rows = ( { panels = ( { name = \"odd\" type = \"totals\" tiles = ( \"odd_stat\" ) } ) } ) } )";
	struct place *place = *state;
	struct layout *layouts[] = { parse("less", less), parse("more", more), parse("other", other) };
	give_all(place);
	write_frame(place);
	for (int i = 0; i < 3; i++) {
		struct saved_frame_options options = place->options;
		options.layout = layouts[i];
		/* A panel that it has is worth a start; one that it has not is no data of ours. */
		assert_int_equal(look(&options), i < 2);
		layout_free(layouts[i]);
	}
	/* The youngest of two has less of what a start wants. */
	struct layout *small = parse("small", less);
	struct saved_frame_options options = place->options;
	options.tag = "second";
	options.layout = small;
	struct saved_frame *second = saved_frame_open(&options);
	struct request request;
	request_init(&request);
	request_plan(&request, small, &unknown, &unknown, "t");
	boot_ms += SECOND;
	wall_ms += SECOND;
	struct frame frame = { .kind = FRAME_DATA, .subject = "", .received_ms = boot_ms, .wall_ms = wall_ms, .bytes = answer,
		.length = strlen(answer), .request = &request };
	struct board_view view = { .board = place->board, .link = &place->link, .now_ms = boot_ms, .wall_ms = wall_ms };
	saved_frame_add(second, &frame, 0);
	saved_frame_write(second, &view);
	saved_frame_close(second);
	wall_ms += SECOND;
	assert_int_equal(restored(place).received_ms, boot_ms - 2 * SECOND);
	request_free(&request);
	layout_free(small);
}

static void other_logins_files_are_left_alone(void **state)
{
	struct place *place = *state;
	struct saved_frame_options options;
	give_all(place);
	write_frame(place);
	options = place->options;
	assert_true(look(&options));
	options.user = "wall@example.or";
	assert_false(look(&options));
	options = place->options;
	options.tenant = "u";
	assert_false(look(&options));
	options = place->options;
	options.url = "https://api.example.net";
	assert_false(look(&options));
	options.url = "no address";
	assert_false(look(&options));
	assert_null(saved_frame_open(&options));
	options = place->options;
	options.folder = -1;
	assert_false(look(&options));
	assert_null(saved_frame_open(&options));
	/* Who else may write into it, or read it, may have written it. */
	for (mode_t mode = 0; mode < 0100; mode++) {
		fchmodat(place->options.folder, "first.frame", 0600 | mode, 0);
		assert_int_equal(look(&place->options), mode == 0);
	}
	fchmodat(place->options.folder, "first.frame", 0600, 0);
	/* Under another ending, and by a link, it is nobody's. */
	assert_int_equal(renameat(place->options.folder, "first.frame", place->options.folder, "first.other"), 0);
	assert_false(look(&place->options));
	assert_int_equal(symlinkat("first.other", place->options.folder, "first.frame"), 0);
	assert_false(look(&place->options));
	unlinkat(place->options.folder, "first.frame", 0);
	assert_int_equal(mkfifoat(place->options.folder, "first.frame", 0600), 0);
	assert_false(look(&place->options));
	/* One of six letters has no name. */
	unlinkat(place->options.folder, "first.frame", 0);
	assert_int_equal(renameat(place->options.folder, "first.other", place->options.folder, ".frame"), 0);
	assert_false(look(&place->options));
}

static void what_is_not_whole_is_not_read(void **state)
{
	struct place *place = *state;
	char bytes[65536];
	give_all(place);
	write_frame(place);
	int file = openat(place->options.folder, "first.frame", O_RDWR | O_CLOEXEC);
	ssize_t length = read(file, bytes, sizeof(bytes));
	assert_true(length > 100);
	for (ssize_t cut = 0; cut <= length; cut += cut < length - 8 ? 7 : 1) {
		assert_int_equal(ftruncate(file, 0), 0);
		assert_int_equal(pwrite(file, bytes, (size_t)cut, 0), cut);
		assert_int_equal(look(&place->options), cut == length);
	}
	assert_int_equal(pwrite(file, "x", 1, length), 1);
	assert_false(look(&place->options));
	assert_int_equal(ftruncate(file, length), 0);
	bytes[length / 2] ^= 1;
	assert_int_equal(pwrite(file, bytes, (size_t)length, 0), length);
	assert_false(look(&place->options));
	close(file);
	assert_true(logged(place, "first.frame: it is not whole") > 3);
}

static void nothing_new_is_not_written(void **state)
{
	struct place *place = *state;
	write_frame(place);
	assert_int_equal(inode(place), 0);
	give_all(place);
	write_frame(place);
	/* While it is open its number is not given to another. */
	int held = openat(place->options.folder, "first.frame", O_RDONLY | O_CLOEXEC);
	ino_t before = inode(place);
	assert_true(before != 0);
	place->link.polls++;
	place->link.state = LINK_TROUBLE;
	write_frame(place);
	assert_int_equal(inode(place), before);
	give(place, FRAME_AVAILABILITY, "Sales", "{\"availability\":false}");
	write_frame(place);
	assert_true(inode(place) != before);
	close(held);
}

static void a_failure_is_logged_once(void **state)
{
	static const char words[] = "the last frame cannot be kept";
	struct place *place = *state;
	give_all(place);
	assert_int_equal(mkdirat(place->options.folder, "first.frame", 0700), 0);
	for (int i = 0; i < 3; i++) {
		give(place, FRAME_DATA, "", answer);
		write_frame(place);
	}
	assert_int_equal(logged(place, words), 1);
	assert_int_equal(unlinkat(place->options.folder, "first.frame", AT_REMOVEDIR), 0);
	give(place, FRAME_DATA, "", answer);
	write_frame(place);
	assert_true(look(&place->options));
	unlinkat(place->options.folder, "first.frame", 0);
	assert_int_equal(mkdirat(place->options.folder, "first.frame", 0700), 0);
	give(place, FRAME_DATA, "", answer);
	write_frame(place);
	assert_int_equal(logged(place, words), 2);
	assert_int_equal(unlinkat(place->options.folder, "first.frame", AT_REMOVEDIR), 0);
}

static void touch(const struct place *place, const char *name, int64_t ms)
{
	struct timespec times[2] = { { .tv_sec = ms / 1000 }, { .tv_sec = ms / 1000 } };
	assert_int_equal(utimensat(place->options.folder, name, times, 0), 0);
}

static void a_start_begins_from_what_ended_last(void **state)
{
	struct place *place = *state;
	give_all(place);
	int64_t given_ms = boot_ms;
	write_frame(place);
	saved_frame_close(place->saved);
	place->saved = NULL;
	boot_ms += 10 * SECOND;
	wall_ms += 10 * SECOND;
	struct heard heard = restored(place);
	assert_int_equal(heard.count, 5);
	assert_int_equal(heard.data, 1);
	assert_int_equal(heard.received_ms, given_ms);
	/* After a boot the age is what the time of day says, */
	boot_ms = 2 * SECOND;
	assert_int_equal(restored(place).received_ms, boot_ms - 10 * SECOND);
	/* but not where the clock was set back behind it, */
	wall_ms -= 10 * SECOND;
	assert_int_equal(restored(place).count, 0);
	wall_ms += 1;
	assert_int_equal(restored(place).count, 5);
	/* nor after a day. */
	wall_ms += SAVED_FRAME_HOURS_MAX * HOUR - 1;
	touch(place, "first.frame", wall_ms - SAVED_FRAME_HOURS_MAX * HOUR);
	assert_int_equal(restored(place).count, 5);
	wall_ms += 1;
	assert_int_equal(restored(place).count, 0);
	assert_true(exists(place, "first.frame"));
	close(openat(place->options.folder, "first.frame.7.tmp", O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	close(openat(place->options.folder, "other.frame.8.tmp", O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	wall_ms += SECOND;
	touch(place, "first.frame.7.tmp", wall_ms - SAVED_FRAME_HOURS_MAX * HOUR - 2 * SECOND);
	touch(place, "other.frame.8.tmp", wall_ms - HOUR);
	assert_int_equal(restored(place).count, 0);
	assert_false(exists(place, "first.frame"));
	assert_false(exists(place, "first.frame.7.tmp"));
	assert_true(exists(place, "other.frame.8.tmp"));
}

static void the_youngest_of_several_counts(void **state)
{
	struct place *place = *state;
	static const char *const tags[] = { "a", "b", "c" };
	static const int ages[] = { 30, 10, 20 };
	int64_t now = boot_ms, now_wall = wall_ms;
	saved_frame_close(place->saved);
	for (int i = 0; i < 3; i++) {
		place->options.tag = tags[i];
		boot_ms = now - ages[i] * SECOND;
		wall_ms = now_wall - ages[i] * SECOND;
		place->saved = saved_frame_open(&place->options);
		give_all(place);
		write_frame(place);
		saved_frame_close(place->saved);
	}
	place->saved = NULL;
	boot_ms = now;
	wall_ms = now_wall;
	assert_int_equal(restored(place).received_ms, now - 10 * SECOND);
}

static void answers_are_the_last_of_each(void **state)
{
	struct place *place = *state;
	int64_t began_ms = boot_ms;
	give_all(place);
	boot_ms += SECOND;
	wall_ms += SECOND;
	give(place, FRAME_AVAILABILITY, "Sales", "{\"availability\":false}");
	give(place, FRAME_AVAILABILITY, "Gone", "{\"availability\":true}");
	write_frame(place);
	boot_ms += SECOND;
	wall_ms += SECOND;
	struct board *board = board_new(place->layout);
	(void)start_with(&place->options, board);
	assert_int_equal(board_find_service(board, "Sales")->state, AVAILABILITY_NOBODY);
	assert_int_equal(board_find_service(board, "Sales")->received_ms, boot_ms - SECOND);
	assert_int_equal(board->accepted_ms, began_ms);
	board_free(board);
	/* A layout that was loaded again no longer has one of them: its answer is left out. */
	board_free(place->board);
	place->board = board_of(place->layout);
	give(place, FRAME_DATA, "", answer);
	write_frame(place);
	boot_ms += SECOND;
	wall_ms += SECOND;
	board = board_new(place->layout);
	(void)start_with(&place->options, board);
	assert_null(board_find_service(board, "Gone"));
	assert_non_null(board_find_service(board, "Night"));
	board_free(board);
}

/* The file begins when its first answer came, by both clocks, and ends now. */
static void the_file_says_when_it_began(void **state)
{
	struct place *place = *state;
	struct error error = { "" };
	int64_t began_ms = boot_ms, began_wall_ms = wall_ms;
	give_all(place);
	boot_ms += 7 * SECOND;
	wall_ms += 7 * SECOND;
	write_frame(place);
	struct recording *recording =
		recording_open_file(openat(place->options.folder, "first.frame", O_RDONLY | O_CLOEXEC), "first.frame", &error);
	assert_non_null(recording);
	assert_int_equal(recording->step_count, 0);
	assert_int_equal(recording->entries[0].wall_ms, began_wall_ms);
	assert_int_equal(recording->entries[recording->count - 1].at_ms - recording->entries[0].at_ms, boot_ms - began_ms);
	assert_int_equal(recording->entries[recording->count - 1].wall_ms, wall_ms);
	recording_close(recording);
}

/* As many services as a board has room for, and then others: the ones heard least recently go. */
static void the_number_of_answers_is_bounded(void **state)
{
	struct place *place = *state;
	char name[32];
	struct heard heard;
	for (int i = 0; i < 2 * BOARD_SERVICES_MAX; i++) {
		static const char bytes[] = "{\"availability\":true}";
		struct frame frame = { .kind = FRAME_AVAILABILITY, .subject = name, .received_ms = boot_ms, .wall_ms = wall_ms,
			.bytes = bytes, .length = sizeof(bytes) - 1 };
		snprintf(name, sizeof(name), "service %d", i);
		if (i == 3)
			give(place, FRAME_DATA, "", answer);
		saved_frame_add(place->saved, &frame, 0);
	}
	struct board *board = place->board;
	place->board = board_new(place->layout);
	for (int i = 2 * BOARD_SERVICES_MAX - 1; i >= 0 && place->board->service_count < BOARD_SERVICES_MAX; i--) {
		snprintf(name, sizeof(name), "service %d", i);
		(void)board_service(place->board, name);
	}
	write_frame(place);
	board_free(board);
	saved_frame_close(place->saved);
	place->saved = NULL;
	wall_ms += SECOND;
	boot_ms += SECOND;
	struct saved_frame_options options = place->options;
	struct layout *layout = parse("mine",
		"pages = ( { rows = ( { panels = ( { name = \"now\" type = \"totals\" tiles = ( \"in_calls_waiting\" ) } ) } ) } )");
	options.layout = layout;
	board = board_new(layout);
	heard = start_with(&options, board);
	assert_int_equal(heard.data, 1);
	assert_int_equal(heard.count, BOARD_SERVICES_MAX + 1);
	board_free(board);
	layout_free(layout);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_place, close_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_start_knows_what_the_wall_knew), TEST(the_file_that_suits_most_counts),
		TEST(other_logins_files_are_left_alone), TEST(what_is_not_whole_is_not_read), TEST(nothing_new_is_not_written),
		TEST(a_failure_is_logged_once), TEST(a_start_begins_from_what_ended_last), TEST(the_youngest_of_several_counts),
		TEST(answers_are_the_last_of_each), TEST(the_file_says_when_it_began), TEST(the_number_of_answers_is_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
