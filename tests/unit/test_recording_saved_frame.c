/*
 * A wall's last frame as a file: what a reader finds in it, whose files it takes and whose it leaves, what is written
 * when, and what a later start begins from. With clocks in the test's hand.
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
#include <sys/file.h>
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

/* What a command with this layout reads: its board is the caller's. */
static enum saved_frame_found read_with(struct place *place, const struct layout *layout, struct board **board,
	struct link *link, struct error *error)
{
	struct saved_frame_options options = place->options;
	options.layout = layout;
	*board = board_of(layout);
	*link = (struct link){ .state = LINK_STARTING };
	*error = (struct error){ "" };
	return saved_frame_read(&options, *board, link, error);
}

/* The same, of which nothing but the result counts. */
static enum saved_frame_found look(struct place *place, const struct saved_frame_options *options)
{
	struct board *board = board_of(options->layout);
	struct link link = { .state = LINK_STARTING };
	struct error error;
	(void)place;
	enum saved_frame_found found = saved_frame_read(options, board, &link, &error);
	board_free(board);
	return found;
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

static void a_reader_knows_what_the_wall_knows(void **state)
{
	struct place *place = *state;
	struct board *board;
	struct link link;
	struct error error;
	struct stat about;
	give_all(place);
	board_missed(place->board, FRAME_AVAILABILITY, "Night", "timed out");
	board_missed(place->board, FRAME_CHAT_HOURS, "", "no chat here");
	board_missed(place->board, FRAME_CAMPAIGNS, "", "no right to campaigns");
	snprintf(place->board->panels[0].reason, sizeof(place->board->panels[0].reason), "without calls");
	snprintf(place->board->panels[1].reason, sizeof(place->board->panels[1].reason), "only some teams");
	place->link = (struct link){ .state = LINK_TROUBLE, .interval = 2.5, .next_try_ms = boot_ms + 700, .polls = 9, .accepted = 6,
		.failures = 3, .exit_status = 4, .cause = "the server failed (500)", .advice = "wait" };
	write_frame(place);
	assert_int_equal(fstatat(place->options.folder, "first.frame", &about, 0), 0);
	assert_int_equal(about.st_mode & 07777, 0600);
	assert_false(exists(place, "first.frame.tmp"));
	assert_int_equal(read_with(place, place->layout, &board, &link, &error), SAVED_FRAME_FOUND);
	assert_int_equal(link.state, LINK_TROUBLE);
	assert_true(link.interval > 2.4 && link.interval < 2.6);
	assert_int_equal(link.next_try_ms, boot_ms + 700);
	assert_int_equal(link.polls, 9);
	assert_int_equal(link.accepted, 6);
	assert_int_equal(link.failures, 3);
	assert_int_equal(link.exit_status, 4);
	assert_string_equal(link.cause, "the server failed (500)");
	assert_string_equal(link.advice, "wait");
	assert_int_equal(link.accepted_ms, boot_ms);
	assert_int_equal(board->accepted_ms, boot_ms);
	assert_string_equal(board_cell(board_data(board, &place->layout->panels[0]), 0, 0)->text, "7");
	assert_string_equal(board_cell(board_data(board, &place->layout->panels[1]), 0, 1)->text, "5");
	assert_string_equal(board->panels[0].reason, "without calls");
	assert_string_equal(board->panels[1].reason, "only some teams");
	assert_string_equal(board->panels[2].reason, "");
	assert_string_equal(board->panels[3].problem, "no right to campaigns");
	assert_int_equal(board_find_service(board, "Sales")->state, AVAILABILITY_AVAILABLE);
	assert_int_equal(board_find_service(board, "Night")->state, AVAILABILITY_NOBODY);
	assert_string_equal(board_find_service(board, "Sales")->problem, "");
	assert_string_equal(board_find_service(board, "Night")->problem, "timed out");
	assert_string_equal(board->chat.problem, "no chat here");
	assert_false(board->services_old);
	board_free(board);
	place->board->services_listed = true;
	saved_frame_changed(place->saved);
	write_frame(place);
	assert_int_equal(read_with(place, place->layout, &board, &link, &error), SAVED_FRAME_FOUND);
	assert_true(board->services_old);
	board_free(board);
}

static void another_layout_gets_what_it_asks_for(void **state)
{
	static const struct {
		const char *text, *missing;
	} rows[] = {
		{ "pages = ( { rows = ( { panels = ( { name = \"q\" type = \"service_grid\" columns = ( \"name\", \"in_calls_waiting\" ) } ) } ) } )", NULL },
		{ "pages = ( { rows = ( { panels = ( { name = \"s\" type = \"availability\" services = [\"Night\"] } ) } ) } )", NULL },
		{ "pages = ( { rows = ( { panels = ( { name = \"c\" type = \"campaigns\" } ) } ) } )", NULL },
		{ "pages = ( { rows = ( { panels = ( { name = \"more\" type = \"totals\" tiles = ( \"agents_ready\" ) } ) } ) } )", "more" },
		{ "pages = ( { rows = ( { panels = ( { name = \"s\" type = \"availability\" services = [\"Night\", \"Day\"] } ) } ) } )", "s" },
		{ "pages = ( { rows = ( { panels = ( { name = \"s\" type = \"availability\" services = [\"Day\", \"Night\"] } ) } ) } )", "s" },
		{ "pages = ( { rows = ( { panels = ( { name = \"s\" type = \"availability\" services = [\"Night\", \"Sales\"] } ) } ) } )", NULL },
		/* The wall has these two only, and does not know of others. */
		{ "pages = ( { rows = ( { panels = ( { name = \"s\" type = \"availability\" } ) } ) } )", "s" },
	};
	struct place *place = *state;
	give_all(place);
	for (unsigned i = 0; i < 4; i++)
		snprintf(place->board->panels[i].reason, sizeof(place->board->panels[i].reason), "a reason of '%s'",
			place->layout->panels[i].name);
	write_frame(place);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct layout *layout = parse("other", rows[i].text);
		struct board *board;
		struct link link;
		struct error error;
		char wanted[64] = "";
		enum saved_frame_found found = read_with(place, layout, &board, &link, &error);
		assert_int_equal(found, rows[i].missing == NULL ? SAVED_FRAME_FOUND : SAVED_FRAME_OTHER);
		if (rows[i].missing != NULL)
			snprintf(wanted, sizeof(wanted), "panel '%s'", rows[i].missing);
		assert_string_equal(error.text, wanted);
		/* Why the wall's panel is empty says nothing about this one. */
		assert_string_equal(board->panels[0].reason, "");
		assert_int_equal(link.state, rows[i].missing == NULL ? LINK_LIVE : LINK_STARTING);
		board_free(board);
		layout_free(layout);
	}
	/* All services, where the wall has a list of them. */
	place->board->services_listed = true;
	saved_frame_changed(place->saved);
	write_frame(place);
	struct saved_frame_options options = place->options;
	struct layout *all = parse("other", rows[sizeof(rows) / sizeof(rows[0]) - 1].text);
	options.layout = all;
	assert_int_equal(look(place, &options), SAVED_FRAME_FOUND);
	layout_free(all);
}

/* What the server refused to a wall with the same layout it would refuse to others with it, and to no one else. */
static void refused_panels_are_those_of_the_same_layout(void **state)
{
	static const char more[] =
		"pages = ( { rows = ( { panels = ( { name = \"now\" type = \"totals\" tiles = ( \"in_calls_waiting\" ) },"
		" { name = \"odd\" type = \"totals\" tiles = ( \"odd_stat\" ) } ) } ) } )";
	struct place *place = *state;
	struct layout *layout = parse("mine", more), *named_else = parse("else", more);
	give_all(place);
	board_free(place->board);
	place->board = board_of(layout);
	write_frame(place);
	struct saved_frame_options options = place->options;
	options.layout = layout;
	assert_int_equal(look(place, &options), SAVED_FRAME_OTHER);
	snprintf(place->board->panels[1].reason, sizeof(place->board->panels[1].reason), "unknown statistic: odd_stat");
	saved_frame_changed(place->saved);
	write_frame(place);
	struct board *board;
	struct link link;
	struct error error;
	assert_int_equal(read_with(place, layout, &board, &link, &error), SAVED_FRAME_FOUND);
	assert_string_equal(board->panels[0].reason, "");
	assert_string_equal(board->panels[1].reason, "unknown statistic: odd_stat");
	board_free(board);
	options.layout = named_else;
	assert_int_equal(look(place, &options), SAVED_FRAME_OTHER);
	layout_free(layout);
	layout_free(named_else);
}

static void a_wall_without_data_is_known(void **state)
{
	static const char services[] =
		"pages = ( { rows = ( { panels = ( { name = \"open\" type = \"availability\" services = [\"Sales\"] } ) } ) } )";
	struct place *place = *state;
	struct board *board;
	struct link link;
	struct error error;
	place->link = (struct link){ .state = LINK_WAITING, .cause = "409" };
	write_frame(place);
	assert_int_equal(read_with(place, place->layout, &board, &link, &error), SAVED_FRAME_EMPTY);
	assert_int_equal(link.state, LINK_WAITING);
	assert_string_equal(link.cause, "409");
	board_free(board);
	/* A layout that subscribes to nothing needs no data. */
	struct layout *layout = parse("mine", services);
	struct saved_frame_options options = place->options;
	options.layout = layout;
	assert_int_equal(look(place, &options), SAVED_FRAME_FOUND);
	layout_free(layout);
}

static void other_logins_files_are_left_alone(void **state)
{
	struct place *place = *state;
	struct saved_frame_options options;
	give_all(place);
	write_frame(place);
	options = place->options;
	assert_int_equal(look(place, &options), SAVED_FRAME_FOUND);
	assert_true(saved_frame_wall_runs(&options));
	options.user = "wall@example.or";
	assert_int_equal(look(place, &options), SAVED_FRAME_NONE);
	assert_false(saved_frame_wall_runs(&options));
	options = place->options;
	options.tenant = "u";
	assert_int_equal(look(place, &options), SAVED_FRAME_NONE);
	options = place->options;
	options.url = "https://api.example.net";
	assert_int_equal(look(place, &options), SAVED_FRAME_NONE);
	options.url = "no address";
	assert_int_equal(look(place, &options), SAVED_FRAME_NONE);
	assert_null(saved_frame_open(&options));
	options = place->options;
	options.folder = -1;
	assert_int_equal(look(place, &options), SAVED_FRAME_NONE);
	assert_null(saved_frame_open(&options));
	/* Who else may write into it, or read it, may have written it. */
	for (mode_t mode = 0; mode < 0100; mode++) {
		fchmodat(place->options.folder, "first.frame", 0600 | mode, 0);
		assert_int_equal(look(place, &place->options), mode == 0 ? SAVED_FRAME_FOUND : SAVED_FRAME_NONE);
	}
	fchmodat(place->options.folder, "first.frame", 0600, 0);
	/* Under another ending, and by a link, it is nobody's. */
	assert_int_equal(renameat(place->options.folder, "first.frame", place->options.folder, "first.other"), 0);
	assert_int_equal(look(place, &place->options), SAVED_FRAME_NONE);
	assert_int_equal(symlinkat("first.other", place->options.folder, "first.frame"), 0);
	assert_int_equal(look(place, &place->options), SAVED_FRAME_NONE);
	unlinkat(place->options.folder, "first.frame", 0);
	assert_int_equal(mkfifoat(place->options.folder, "first.frame", 0600), 0);
	assert_int_equal(look(place, &place->options), SAVED_FRAME_NONE);
	/* One of six letters has no name. */
	unlinkat(place->options.folder, "first.frame", 0);
	assert_int_equal(renameat(place->options.folder, "first.other", place->options.folder, ".frame"), 0);
	assert_int_equal(look(place, &place->options), SAVED_FRAME_NONE);
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
		assert_int_equal(look(place, &place->options), cut == length ? SAVED_FRAME_FOUND : SAVED_FRAME_NONE);
	}
	assert_int_equal(pwrite(file, "x", 1, length), 1);
	assert_int_equal(look(place, &place->options), SAVED_FRAME_NONE);
	assert_int_equal(ftruncate(file, length), 0);
	bytes[length / 2] ^= 1;
	assert_int_equal(pwrite(file, bytes, (size_t)length, 0), length);
	assert_int_equal(look(place, &place->options), SAVED_FRAME_NONE);
	close(file);
	assert_true(logged(place, "first.frame: it is not whole") > 3);
}

static void nothing_new_is_not_written(void **state)
{
	struct place *place = *state;
	static const struct link links[] = {
		{ .state = LINK_LIVE, .interval = 5 },
		{ .state = LINK_LIVE, .interval = 6 },
		{ .state = LINK_TROUBLE, .interval = 6 },
		{ .state = LINK_TROUBLE, .interval = 6, .cause = "x" },
		{ .state = LINK_TROUBLE, .interval = 6, .cause = "x", .next_try_ms = 5 },
		{ .state = LINK_TROUBLE, .interval = 6, .cause = "x", .next_try_ms = 5, .advice = "y" },
		{ .state = LINK_LIVE, .interval = 6 },
	};
	give_all(place);
	int held = -1;
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		ino_t before = inode(place);
		place->link = links[i];
		write_frame(place);
		assert_true(inode(place) != before);
		/* While it is open its number is not given to another. */
		close(held);
		held = openat(place->options.folder, "first.frame", O_RDONLY | O_CLOEXEC);
		before = inode(place);
		place->link.polls++;
		write_frame(place);
		assert_int_equal(inode(place), before);
	}
	ino_t before = inode(place);
	place->link.next_try_ms += 5000;
	write_frame(place);
	assert_int_equal(inode(place), before);
	saved_frame_changed(place->saved);
	write_frame(place);
	assert_true(inode(place) != before);
	close(held);
	held = openat(place->options.folder, "first.frame", O_RDONLY | O_CLOEXEC);
	before = inode(place);
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
		saved_frame_changed(place->saved);
		write_frame(place);
	}
	assert_int_equal(logged(place, words), 1);
	assert_false(exists(place, "first.frame.tmp"));
	assert_int_equal(unlinkat(place->options.folder, "first.frame", AT_REMOVEDIR), 0);
	saved_frame_changed(place->saved);
	write_frame(place);
	assert_int_equal(look(place, &place->options), SAVED_FRAME_FOUND);
	unlinkat(place->options.folder, "first.frame", 0);
	assert_int_equal(mkdirat(place->options.folder, "first.frame", 0700), 0);
	saved_frame_changed(place->saved);
	write_frame(place);
	assert_int_equal(logged(place, words), 2);
	assert_int_equal(unlinkat(place->options.folder, "first.frame", AT_REMOVEDIR), 0);
}

struct heard {
	unsigned count, data;
	int64_t received_ms;
};

static void hear(void *context, const struct frame *frame)
{
	struct heard *heard = context;
	heard->count++;
	if (frame->kind != FRAME_DATA)
		return;
	heard->data++;
	heard->received_ms = frame->received_ms;
}

static struct heard restored(struct place *place)
{
	struct heard heard = { 0 };
	saved_frame_restore(&place->options, place->board, hear, &heard);
	return heard;
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
	/* While it runs it is no earlier run. */
	assert_int_equal(restored(place).count, 0);
	saved_frame_close(place->saved);
	place->saved = NULL;
	assert_false(saved_frame_wall_runs(&place->options));
	assert_int_equal(look(place, &place->options), SAVED_FRAME_NONE);
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
	close(openat(place->options.folder, "first.frame.tmp", O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	wall_ms += SECOND;
	assert_int_equal(look(place, &place->options), SAVED_FRAME_NONE);
	assert_true(exists(place, "first.frame"));
	assert_int_equal(restored(place).count, 0);
	assert_false(exists(place, "first.frame"));
	assert_false(exists(place, "first.frame.tmp"));
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
	struct board *board;
	struct link link;
	struct error error;
	give_all(place);
	boot_ms += SECOND;
	give(place, FRAME_AVAILABILITY, "Sales", "{\"availability\":false}");
	boot_ms += SECOND;
	give(place, FRAME_AVAILABILITY, "Gone", "{\"availability\":true}");
	write_frame(place);
	assert_int_equal(read_with(place, place->layout, &board, &link, &error), SAVED_FRAME_FOUND);
	assert_int_equal(board_find_service(board, "Sales")->state, AVAILABILITY_NOBODY);
	assert_int_equal(board_find_service(board, "Sales")->received_ms, boot_ms - SECOND);
	assert_int_equal(board->accepted_ms, boot_ms - 2 * SECOND);
	board_free(board);
	/* A layout that was loaded again no longer has one of them: its answer is left out. */
	board_free(place->board);
	place->board = board_of(place->layout);
	saved_frame_changed(place->saved);
	write_frame(place);
	assert_int_equal(read_with(place, place->layout, &board, &link, &error), SAVED_FRAME_FOUND);
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
	heard = (struct heard){ 0 };
	board = board_of(layout);
	saved_frame_restore(&options, board, hear, &heard);
	assert_int_equal(heard.data, 1);
	assert_int_equal(heard.count, BOARD_SERVICES_MAX + 1);
	board_free(board);
	layout_free(layout);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_place, close_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_reader_knows_what_the_wall_knows), TEST(another_layout_gets_what_it_asks_for),
		TEST(refused_panels_are_those_of_the_same_layout), TEST(a_wall_without_data_is_known),
		TEST(other_logins_files_are_left_alone), TEST(what_is_not_whole_is_not_read), TEST(nothing_new_is_not_written),
		TEST(a_failure_is_logged_once), TEST(a_start_begins_from_what_ended_last), TEST(the_youngest_of_several_counts),
		TEST(answers_are_the_last_of_each), TEST(the_file_says_when_it_began), TEST(the_number_of_answers_is_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
