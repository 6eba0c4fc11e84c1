/*
 * What a wall with a keyboard shows while time passes and keys are pressed: lists that turn, what they hide, a pause,
 * themes, keys that can do nothing. The screen is on a pseudo-terminal, and its picture is compared as text.
 */
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "screen_board.h"

#include <curses.h>

enum { SECOND = 1000, PICTURE_MAX = 1000 * 1000 };

struct wall {
	struct desk desk;
	struct screen *screen;
	int master, input, output; /* our own 0 and 1, kept aside */
	char *picture;
};

static void wall_open_as(struct wall *wall, const char *type, const char *layout, unsigned short columns, unsigned short lines)
{
	struct winsize size = { .ws_col = columns, .ws_row = lines };
	struct screen_options options = { .utf8 = true };
	struct error error = { "" };
	int slave;
	memset(wall, 0, sizeof(*wall));
	setenv("TERM", type, 1);
	unsetenv("NO_COLOR");
	unsetenv("COLORTERM");
	unsetenv("COLORFGBG");
	assert_int_equal(openpty(&wall->master, &slave, NULL, NULL, &size), 0);
	fcntl(wall->master, F_SETFL, O_NONBLOCK);
	wall->input = dup(0);
	wall->output = dup(1);
	dup2(slave, 0);
	dup2(slave, 1);
	close(slave);
	desk_open(&wall->desk, layout);
	wall->screen = screen_open(&options, &error);
	if (wall->screen == NULL)
		fail_msg("%s", error.text);
}

static void wall_open(struct wall *wall, const char *layout, unsigned short columns, unsigned short lines)
{
	wall_open_as(wall, "xterm-256color", layout, columns, lines);
}

static void wall_close(struct wall *wall)
{
	/* The screen waits for what it asked the terminal. */
	assert_int_equal(write(wall->master, "\033[2;3R", 6), 6);
	screen_close(wall->screen);
	dup2(wall->input, 0);
	dup2(wall->output, 1);
	close(wall->input);
	close(wall->output);
	close(wall->master);
	free(wall->picture);
	desk_close(&wall->desk);
}

/* The picture now; it lasts until the next. */
static const char *see(struct wall *wall)
{
	char bytes[65536];
	struct buffer out;
	screen_draw(wall->screen, &wall->desk.scene);
	do {
		while (read(wall->master, bytes, sizeof(bytes)) > 0)
			;
		assert_true(screen_flush(wall->screen));
	} while (screen_pending(wall->screen));
	buffer_init(&out, PICTURE_MAX);
	assert_true(screen_text(wall->screen, &out));
	free(wall->picture);
	wall->picture = out.data;
	return wall->picture;
}

/* Time passes, with an answer each second that changes nothing, or without one. */
static void pass(struct wall *wall, int64_t seconds, bool answered)
{
	wall->desk.scene.now_ms += seconds * SECOND;
	wall->desk.scene.wall_ms += seconds * SECOND;
	if (!answered)
		return;
	wall->desk.link.accepted_ms = wall->desk.scene.now_ms;
	for (unsigned i = 0; i < wall->desk.layout->panel_count; i++) {
		struct panel_data *data = &wall->desk.board->panels[i].data[0];
		data->received_ms = data->received ? wall->desk.scene.now_ms : 0;
	}
	for (unsigned i = 0; i < wall->desk.board->service_count; i++)
		wall->desk.board->services[i].received_ms = wall->desk.scene.now_ms;
}

static unsigned press(struct wall *wall, const char *keys)
{
	unsigned ask = 0;
	for (; *keys != '\0'; keys++) {
		assert_int_equal(write(wall->master, keys, 1), 1);
		struct pollfd poller = { .fd = screen_input(wall->screen), .events = POLLIN };
		assert_int_equal(poll(&poller, 1, 5000), 1);
		ask |= screen_keys(wall->screen, &wall->desk.scene);
		(void)see(wall);
	}
	return ask;
}

static void assert_seen(const char *picture, const char *text, bool expected)
{
	if ((strstr(picture, text) != NULL) == expected)
		return;
	fprintf(stderr, "%s: '%s'\n%s", expected ? "not seen" : "seen", text, picture);
	fail_msg("'%s' is %s", text, expected ? "not seen" : "seen");
}

#define assert_shown(picture, text) assert_seen(picture, text, true)
#define assert_not_shown(picture, text) assert_seen(picture, text, false)

/* ---- lists that turn ---- */

#define GRID(options) "pages = ( { rows = ( { panels = ( { name = \"queues\" type = \"service_grid\" size = 1 " options \
	" columns = ( { stat = \"name\" width = 16 }, \"in_calls_waiting\" ) } ) } ) } )"

/* Rows 00, 01 and so on. */
static void fill_rows(struct wall *wall, unsigned count)
{
	char text[1000] = "";
	size_t used = 0;
	for (unsigned i = 0; i < count; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%srow %02u|1", i > 0 ? ";" : "", i);
	desk_fill(&wall->desk, "queues", 2, text);
}

/* 24 lines: 19 for rows. Without equal pages the last would have one row and 18 blank lines. */
static void pages_of_a_list_are_equal(void **state)
{
	struct wall wall;
	(void)state;
	wall_open(&wall, GRID(""), 80, 24);
	fill_rows(&wall, 39);
	const char *picture = see(&wall);
	assert_shown(picture, "1–19 of 39 · 1/3");
	assert_shown(picture, "row 00");
	pass(&wall, 10, true);
	picture = see(&wall);
	assert_shown(picture, "11–29 of 39 · 2/3");
	pass(&wall, 10, true);
	picture = see(&wall);
	assert_shown(picture, "21–39 of 39 · 3/3");
	assert_shown(picture, "row 20");
	assert_not_shown(picture, "row 19");
	assert_shown(picture, "row 38");
	pass(&wall, 10, true);
	assert_shown(see(&wall), "1–19 of 39 · 1/3");
	/* A key holds it, and the sign goes. */
	(void)press(&wall, "j");
	pass(&wall, 10, true);
	picture = see(&wall);
	assert_shown(picture, "1–19 of 39 ");
	assert_not_shown(picture, "/3");
	wall_close(&wall);
}

static void a_list_can_be_told_not_to_turn(void **state)
{
	static const char *const layouts[] = { GRID("turn = 0"), "turn = 0 " GRID(""), "turn = 7 " GRID("turn = 0") };
	struct wall wall;
	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		wall_open(&wall, layouts[i], 80, 24);
		fill_rows(&wall, 39);
		for (int round = 0; round < 5; round++) {
			assert_shown(see(&wall), " 1–19 of 39 ╮");
			pass(&wall, 10, true);
		}
		wall_close(&wall);
	}
	wall_open(&wall, "turn = 7 " GRID(""), 80, 24);
	fill_rows(&wall, 20);
	assert_shown(see(&wall), "1/2");
	pass(&wall, 7, true);
	assert_shown(see(&wall), "2–20 of 20 · 2/2");
	wall_close(&wall);
}

/* In one line the messages of the last hour take turns; older ones are seen when nothing newer is there, the newest of them. */
static void old_messages_do_not_turn(void **state)
{
	static const char layout[] = "pages = ( { rows = ( { panels = ( { name = \"t\" type = \"text\" text = \"T\" } ) },"
		" { height = 1 panels = ( { name = \"news\" type = \"messages\" frame = \"none\" } ) } ) } )";
	static const struct {
		int minutes[3]; /* ago */
		bool seen[3];
	} cases[] = {
		{ { 1, 50, 70 }, { true, true, false } },
		{ { 61, 62, 63 }, { true, false, false } },
		{ { 1, 2, 3 }, { true, true, true } },
	};
	struct wall wall;
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool seen[3] = { false };
		wall_open(&wall, layout, 40, 8);
		desk_fill(&wall.desk, "news", 4, "1|A|m0|0;1|A|m1|0;1|A|m2|0");
		struct panel_data *data = &wall.desk.board->panels[1].data[0];
		for (unsigned row = 0; row < data->rows; row++)
			data->cells[row * 4] = (struct cell){ .text = "", .state = VALUE_NUMBER,
				.number = (double)(wall.desk.scene.wall_ms / 1000 - 60 * cases[i].minutes[row]) };
		for (int turn = 0; turn < 6; turn++, pass(&wall, 10, true)) {
			const char *picture = see(&wall);
			assert_not_shown(picture, "+");
			for (int row = 0; row < 3; row++) {
				char text[8];
				snprintf(text, sizeof(text), "m%d", row);
				seen[row] = seen[row] || strstr(picture, text) != NULL;
			}
		}
		for (int row = 0; row < 3; row++)
			if (seen[row] != cases[i].seen[row])
				fail_msg("case %zu: message %d is %s", i, row, seen[row] ? "seen" : "never seen");
		wall_close(&wall);
	}
}

static void urgent_messages_stay(void **state)
{
	static const char layout[] =
		"pages = ( { rows = ( { panels = ( { name = \"news\" type = \"messages\" frame = \"none\" } ) } ) } )";
	struct wall wall;
	(void)state;
	for (unsigned urgent = 0; urgent < 2; urgent++) {
		wall_open(&wall, layout, 40, 8);
		desk_fill(&wall.desk, "news", 4, urgent ? "1|A|m0|1;1|A|m1|0;1|A|m2|0;1|A|m3|0;1|A|m4|0;1|A|m5|0;1|A|m6|0;1|A|m7|0"
			: "1|A|m0|0;1|A|m1|0;1|A|m2|0;1|A|m3|0;1|A|m4|0;1|A|m5|0;1|A|m6|0;1|A|m7|0");
		struct panel_data *data = &wall.desk.board->panels[0].data[0];
		for (unsigned row = 0; row < data->rows; row++)
			data->cells[row * 4 + 3].number = urgent && row == 0;
		assert_shown(see(&wall), "m0");
		pass(&wall, 10, true);
		assert_seen(see(&wall), "m0", urgent);
		assert_seen(see(&wall), "m7", !urgent);
		wall_close(&wall);
	}
}

/* ---- availability ---- */

#define OPEN(options) "pages = ( { rows = ( { panels = ( { name = \"open\" type = \"availability\" title = \"Open\" " options " } ) } ) } )"

static void put_services(struct wall *wall, const char *name, unsigned count, enum availability state)
{
	char text[32];
	for (unsigned i = 0; i < count; i++) {
		snprintf(text, sizeof(text), "%s %02u", name, i);
		struct service_availability *service = board_service(wall->desk.board, text);
		service->state = state;
		service->received_ms = TEST_NOW;
	}
	wall->desk.board->generation++;
}

/* 15 services in the lines for 12, the bad ones last in the catalogue. */
static void what_is_bad_stands_first(void **state)
{
	struct wall wall;
	(void)state;
	wall_open(&wall, OPEN("turn = 0"), 80, 16);
	put_services(&wall, "Fine", 2, AVAILABILITY_AVAILABLE);
	put_services(&wall, "Empty", 13, AVAILABILITY_NOBODY);
	const char *picture = see(&wall);
	assert_shown(picture, "Empty 00");
	assert_shown(picture, "Empty 11");
	assert_not_shown(picture, "Empty 12");
	assert_not_shown(picture, "Fine");
	assert_shown(picture, "Open ");
	assert_shown(picture, " 3 more, 1 without agents ╮");
	/* It scrolls, and says where; the selected row is marked. */
	(void)press(&wall, "G");
	picture = see(&wall);
	assert_shown(picture, "4–15 of 15");
	assert_shown(picture, "▸● Fine 01");
	assert_not_shown(picture, "Empty 02");
	(void)press(&wall, "g/fine\r");
	picture = see(&wall);
	assert_shown(picture, "Fine 00");
	assert_shown(picture, "Fine 01");
	assert_not_shown(picture, "Empty");
	wall_close(&wall);
}

/* Those without agents take turns among themselves: what is fine never takes their place. */
static void services_without_agents_take_turns(void **state)
{
	struct wall wall;
	(void)state;
	wall_open(&wall, OPEN(""), 80, 16);
	put_services(&wall, "Fine", 9, AVAILABILITY_AVAILABLE);
	put_services(&wall, "Empty", 14, AVAILABILITY_NOBODY);
	assert_shown(see(&wall), " 11 more, 2 without agents · 1/2 ╮");
	pass(&wall, 10, true);
	const char *picture = see(&wall);
	assert_shown(picture, " 11 more, 2 without agents · 2/2 ╮");
	assert_shown(picture, "Empty 02");
	assert_shown(picture, "Empty 13");
	assert_not_shown(picture, "Fine");
	wall_close(&wall);
	wall_open(&wall, OPEN(""), 80, 16);
	put_services(&wall, "Fine", 19, AVAILABILITY_AVAILABLE);
	put_services(&wall, "Empty", 2, AVAILABILITY_NOBODY);
	for (int round = 0; round < 4; round++) {
		picture = see(&wall);
		assert_shown(picture, "Empty 01");
		assert_shown(picture, " 9 more ╮");
		pass(&wall, 10, true);
	}
	wall_close(&wall);
}

/* As many as there can be, in an outage: all are old at once, and nothing is looked for behind the last one. */
static void the_last_service_is_the_last(void **state)
{
	struct wall wall;
	(void)state;
	wall_open(&wall, OPEN("turn = 0"), 80, 16);
	put_services(&wall, "Fine", BOARD_SERVICES_MAX, AVAILABILITY_AVAILABLE);
	assert_null(board_service(wall.desk.board, "One more"));
	assert_null(board_find_service(wall.desk.board, "One more"));
	const char *picture = see(&wall);
	assert_shown(picture, " 244 more ");
	assert_shown(picture, "● Fine 11");
	assert_not_shown(picture, "s old");
	pass(&wall, 11, false);
	assert_shown(see(&wall), "11 s old");
	/* The last one alone still has an answer: they are believed. */
	wall.desk.board->services[BOARD_SERVICES_MAX - 1].received_ms = wall.desk.scene.now_ms;
	wall.desk.board->generation++;
	assert_not_shown(see(&wall), "s old");
	wall_close(&wall);
}

static void availability_zooms(void **state)
{
	static const char layout[] = "pages = ( { rows = ( { height = 5 panels = ( { name = \"open\" type = \"availability\" } ) },"
		" { panels = ( { name = \"time\" type = \"clock\" } ) } ) } )";
	struct wall wall;
	(void)state;
	wall_open(&wall, layout, 80, 24);
	put_services(&wall, "Empty", 14, AVAILABILITY_NOBODY);
	assert_not_shown(see(&wall), "Empty 13");
	(void)press(&wall, "z");
	assert_shown(see(&wall), "Empty 13");
	wall_close(&wall);
}

/* ---- a pause ---- */

static void a_pause_never_looks_live(void **state)
{
	static const char layout[] = "pages = ( { rows = ( { panels = ( { name = \"agents\" type = \"agent_grid\" size = 1 columns = ("
		" \"first_last_name\", \"acd_state\", \"state_duration\" ) } ) } ) } )";
	struct wall wall;
	(void)state;
	wall_open(&wall, layout, 80, 20);
	desk_fill(&wall.desk, "agents", 3, "Ann|busy|60");
	assert_shown(see(&wall), "● live");
	pass(&wall, 2, false);
	(void)press(&wall, "p");
	const char *picture = see(&wall);
	assert_shown(picture, "◐ PAUSED 0 s");
	assert_not_shown(picture, "live  ");
	assert_shown(picture, "PAUSED at 14:05:02, live data are not shown");
	assert_shown(picture, "p resumes or by itself in 10 min");
	assert_shown(picture, "1:02");
	/* The picture stands still, durations too; answers come and go unseen. */
	for (int second = 0; second < 7; second++) {
		pass(&wall, 1, true);
		desk_fill(&wall.desk, "agents", 3, "Bob|ready|5");
		picture = see(&wall);
		assert_shown(picture, "Ann");
		assert_shown(picture, "1:02");
		assert_not_shown(picture, " old");
	}
	/* The first line alone says how old it is. */
	pass(&wall, 2, true);
	picture = see(&wall);
	assert_shown(picture, "◐ PAUSED 9 s");
	pass(&wall, 589, true);
	picture = see(&wall);
	assert_shown(picture, "PAUSED 9 min");
	assert_shown(picture, "in 2 s");
	pass(&wall, 2, true);
	picture = see(&wall);
	assert_not_shown(picture, "PAUSED");
	assert_shown(picture, "● live");
	assert_shown(picture, "Bob");
	wall_close(&wall);
}

/* A key is somebody: ten minutes begin anew. And trouble is more than a pause. */
static void a_pause_with_keys_and_trouble(void **state)
{
	struct wall wall;
	(void)state;
	wall_open(&wall, GRID(""), 80, 24);
	fill_rows(&wall, 39);
	(void)see(&wall);
	(void)press(&wall, "p");
	pass(&wall, 599, true);
	(void)press(&wall, "j");
	pass(&wall, 599, true);
	assert_shown(see(&wall), "PAUSED");
	wall.desk.link.state = LINK_TROUBLE;
	snprintf(wall.desk.link.cause, sizeof(wall.desk.link.cause), "no route");
	const char *picture = see(&wall);
	assert_shown(picture, "✗ trouble");
	assert_shown(picture, "PAUSED at");
	(void)press(&wall, "p");
	assert_not_shown(see(&wall), "PAUSED");
	wall_close(&wall);
}

/* ---- an outage ---- */

/* Availability is asked each 30 s and would count as fresh for a minute; but no answer of any kind comes any more. */
static void an_outage_ages_availability_too(void **state)
{
	struct wall wall;
	(void)state;
	wall_open(&wall, OPEN(""), 70, 16);
	put_services(&wall, "Empty", 2, AVAILABILITY_NOBODY);
	put_services(&wall, "Fine", 2, AVAILABILITY_AVAILABLE);
	pass(&wall, 9, false);
	assert_shown(see(&wall), "available");
	pass(&wall, 2, false);
	const char *picture = see(&wall);
	assert_not_shown(picture, "available");
	assert_not_shown(picture, "nobody");
	assert_shown(picture, "!! ✗ no data for 11 s");
	assert_not_shown(picture, "old ╮");
	assert_shown(picture, "\n r try now   ! why   ? help");
	/* Nothing moves. */
	assert_true(strstr(picture, "Empty 00") < strstr(picture, "Fine 00"));
	/* The subscription alone fails: availability is still answered. */
	wall.desk.board->services[0].received_ms = wall.desk.scene.now_ms;
	wall.desk.board->generation++;
	pass(&wall, 1, false);
	assert_shown(see(&wall), "available");
	wall_close(&wall);
}

static void make_trouble(struct wall *wall, bool trouble)
{
	struct link *link = &wall->desk.link;
	link->state = trouble ? LINK_TROUBLE : LINK_LIVE;
	snprintf(link->cause, sizeof(link->cause), "%s", trouble ? "the server failed, and says at length why it did so" : "");
	snprintf(link->advice, sizeof(link->advice), "%s", trouble ? "wait, or tell whoever runs the server of it by telephone" : "");
}

/* A copy of so many lines of the picture without the first, which tells of the trouble. */
static char *lines_of(const char *picture, unsigned count)
{
	const char *from = strchr(picture, '\n') + 1, *to = from;
	for (; count > 1; count--)
		to = strchr(to, '\n') + 1;
	return strndup(from, (size_t)(to - from));
}

/* Lines that tell of trouble lie over the end of the page: no number moves, in tiles above or in cut ones. */
static void trouble_moves_nothing(void **state)
{
	static const char *const around[][2] = {
		{ "{ height = 8 panels = ( ", " ) }, { panels = ( { name = \"text\" type = \"text\" text = \"x\" } ) }" },
		{ "{ height = \"50%\" panels = ( ", " ) }, { panels = ( { name = \"text\" type = \"text\" text = \"x\" } ) }" },
		{ "{ panels = ( { name = \"text\" type = \"text\" text = \"x\" } ) }, { height = \"60%\" panels = ( ", " ) }" },
		{ "{ panels = ( ", " ) }" },
	};
	static const char tiles[] = "{ name = \"now\" type = \"totals\" tiles = ( \"in_calls_waiting\", \"in_max_wait_time\","
		" \"service_level\", \"agents_ready\" ) }";
	static const int sizes[][2] = { { 40, 10 }, { 80, 24 }, { 120, 40 }, { 160, 45 } };
	(void)state;
	for (unsigned i = 0; i < sizeof(around) / sizeof(around[0]); i++)
		for (unsigned size = 0; size < 4; size++) {
			char text[600];
			struct wall wall;
			snprintf(text, sizeof(text), "pages = ( { rows = ( %s%s%s ) } )", around[i][0], tiles, around[i][1]);
			wall_open(&wall, text, (unsigned short)sizes[size][0], (unsigned short)sizes[size][1]);
			struct history *history = history_new(wall.desk.layout);
			wall.desk.scene.history = history;
			desk_fill(&wall.desk, "now", 4, "5|90|84|3");
			/* Without the frame's and the last status lines, and of one panel alone without what its tiles can lose. */
			unsigned kept = (unsigned)sizes[size][1] - (i < 3 ? 5 : 11);
			if (sizes[size][1] < 24)
				kept = i < 3 ? 5 : 3;
			char *before = lines_of(see(&wall), kept);
			make_trouble(&wall, true);
			const char *after = see(&wall);
			assert_shown(after, "the server failed");
			char *during = lines_of(after, kept);
			if (strcmp(before, during) != 0) {
				fprintf(stderr, "before:\n%sduring:\n%s", before, after);
				fail_msg("layout %u at %dx%d moves", i, sizes[size][0], sizes[size][1]);
			}
			free(before);
			free(during);
			history_free(history);
			wall_close(&wall);
		}
}

/* ---- keys ---- */

/* A page with a list, another without; no agents, no alerts. */
static const char two_pages[] =
	"pages = ( { title = \"One\" rows = ( { panels = ( { name = \"queues\" type = \"service_grid\" size = 1 columns = ("
	" { stat = \"name\" width = 16 }, \"in_calls_waiting\" ) } ) } ) },"
	" { title = \"Two\" rows = ( { panels = ( { name = \"time\" type = \"clock\" } ) } ) } )";

static void keys_that_do_nothing_say_why(void **state)
{
	static const struct {
		const char *keys, *said;
	} cases[] = {
		{ "s9", "There is no column with the key 9." }, { "7", "There is no page 7: this wall has 2 pages." },
		{ "n", "Filter by a text first" }, { "/02\rn", "" }, { "f", "This layout has no grid of agents." },
		{ ".", "This key belongs to a replay." }, { "-", "This key belongs to a replay." }, { "r", "The connection is live." },
		{ "a", "This layout has no alerts." }, { "m", "This layout has no alerts." }, { "\t", "There is no other list on this page." },
		{ "]j", "There is no list on this page." }, { "]/", "There is no list on this page." },
		{ "]s", "There is no list on this page." }, { "]z", "The only panel of this page has all of the screen" }, { "Z", "There is no key Z." },
		{ "s2", "" }, { "j", "" }, { "\r", "" }, { "]", "" },
	};
	struct wall wall;
	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		wall_open(&wall, two_pages, 80, 24);
		fill_rows(&wall, 9);
		(void)see(&wall);
		(void)press(&wall, cases[i].keys);
		const char *picture = see(&wall);
		if (cases[i].said[0] == '\0') {
			assert_not_shown(picture, "There is no");
			assert_not_shown(picture, "first");
		} else {
			assert_shown(picture, cases[i].said);
			pass(&wall, 5, true);
			assert_not_shown(see(&wall), cases[i].said);
		}
		wall_close(&wall);
	}
	/* A panel of states has lists of agents, of which the key can leave nobody out. */
	wall_open(&wall, "pages = ( { rows = ( { panels = ( { name = \"s\" type = \"agent_states\" lists = true } ) } ) },"
		" { rows = ( { panels = ( { name = \"a\" type = \"agent_grid\" columns = ( \"acd_state\" ) } ) } ) } )", 80, 24);
	(void)see(&wall);
	(void)press(&wall, "f");
	assert_shown(see(&wall), "The grid of agents is on another page.");
	(void)press(&wall, "]f");
	assert_not_shown(see(&wall), "another page");
	assert_shown(wall.picture, "State:  0 all");
	wall_close(&wall);
	wall_open(&wall, GRID(""), 80, 24);
	fill_rows(&wall, 9);
	(void)see(&wall);
	(void)press(&wall, "7");
	assert_shown(see(&wall), "There is no page 7: this wall has 1 page.");
	(void)press(&wall, "]");
	assert_shown(see(&wall), "This wall has only one page.");
	wall_close(&wall);
}

/* The prompt offers states in which somebody is; no other is taken. */
static void a_state_that_nobody_is_in(void **state)
{
	static const char layout[] = "pages = ( { rows = ( { panels = ( { name = \"agents\" type = \"agent_grid\" size = 1 columns = ("
		" \"first_last_name\", \"acd_state\" ) } ) } ) } )";
	struct wall wall;
	(void)state;
	wall_open(&wall, layout, 80, 20);
	desk_fill(&wall.desk, "agents", 2, "Ann|busy;Bob|ready");
	(void)see(&wall);
	(void)press(&wall, "f3");
	const char *picture = see(&wall);
	assert_shown(picture, "No agent is in the state 'ringing'.");
	assert_shown(picture, "Ann");
	(void)press(&wall, "fz");
	assert_shown(see(&wall), "There is no state with the key z.");
	(void)press(&wall, "f2");
	picture = see(&wall);
	assert_not_shown(picture, "Bob");
	assert_not_shown(picture, "There is");
	wall_close(&wall);
}

static void hints_are_of_keys_that_do_something(void **state)
{
	struct wall wall;
	(void)state;
	wall_open(&wall, two_pages, 80, 24);
	fill_rows(&wall, 9);
	const char *picture = see(&wall);
	assert_shown(picture, "s sort");
	assert_shown(picture, "] page");
	assert_not_shown(picture, "f state");
	assert_not_shown(picture, "Tab panel");
	(void)press(&wall, "]");
	picture = see(&wall);
	assert_not_shown(picture, "s sort");
	assert_not_shown(picture, "Enter zoom");
	assert_shown(picture, "] page");
	wall_close(&wall);
	wall_open(&wall, GRID(""), 80, 24);
	assert_not_shown(see(&wall), "] page");
	wall_close(&wall);
}

/* ---- cells ---- */

struct shown {
	wchar_t character;
	attr_t attributes;
	short pair, fg, bg;
};

static struct shown shown_at(int line, int column)
{
	struct shown cell;
	cchar_t there;
	wchar_t characters[CCHARW_MAX + 1];
	mvwin_wch(newscr, line, column, &there);
	getcchar(&there, characters, &cell.attributes, &cell.pair, NULL);
	pair_content(cell.pair, &cell.fg, &cell.bg);
	cell.character = characters[0];
	return cell;
}

/* The cells that count between the first line and the last two, which have notices. */
static unsigned count_cells(bool (*counts)(const struct shown *cell, long about), long about)
{
	unsigned count = 0;
	for (int line = 1; line < LINES - 2; line++)
		for (int column = 0; column < COLS; column++) {
			struct shown cell = shown_at(line, column);
			count += counts(&cell, about);
		}
	return count;
}

/* The colours of a theme may be those of the background: its name stands on a ground of its own. */
static void a_theme_says_its_name(void **state)
{
	struct wall wall;
	(void)state;
	wall_open(&wall, GRID(""), 80, 24);
	fill_rows(&wall, 9);
	(void)see(&wall);
	(void)press(&wall, "t");
	assert_shown(see(&wall), "Theme 'light', for a light background");
	assert_shown(wall.picture, "t next theme");
	(void)see(&wall);
	struct shown cell = shown_at(22, 2);
	assert_true(cell.character == L'h' && cell.fg == 231 && cell.bg == 25);
	pass(&wall, 59, true);
	assert_shown(see(&wall), "Theme 'light'");
	pass(&wall, 1, true);
	assert_not_shown(see(&wall), "Theme");
	(void)press(&wall, "t");
	assert_shown(see(&wall), "Theme 'safe', for any background");
	(void)press(&wall, "j");
	assert_not_shown(see(&wall), "Theme");
	wall_close(&wall);
}

/* ---- words ---- */

/* Why there is nothing, what is wrong, and how much of what there is. */
static void words_of_panels(void **state)
{
	static const char layout[] = "pages = ( { rows = ( { panels = ("
		" { name = \"crew\" type = \"agent_grid\" size = 1 columns = ( \"first_last_name\", \"acd_state\" ) },"
		" { name = \"alarms\" type = \"alerts\" } ) } ) } )";
	struct wall wall;
	(void)state;
	wall_open(&wall, layout, 80, 16);
	desk_fill(&wall.desk, "crew", 2, "Ann Li|busy;Bo Ek|acw");
	assert_shown(see(&wall), "no alerts in this layout");
	/* Those in one state alone, which the last one leaves. */
	(void)press(&wall, "f2");
	assert_shown(see(&wall), "Ann Li");
	desk_fill(&wall.desk, "crew", 2, "Ann Li|ready;Bo Ek|acw");
	wall.desk.board->panels[0].data[0].version++;
	const char *picture = see(&wall);
	assert_shown(picture, "No agent is in the state 'busy'.");
	assert_shown(picture, "only busy");
	assert_not_shown(picture, "Ann Li");
	(void)press(&wall, "/x\r");
	picture = see(&wall);
	assert_shown(picture, "nothing matches /x");
	assert_shown(picture, "only busy /x");
	wall_close(&wall);
}

static void words_of_a_chat(void **state)
{
	struct wall wall;
	(void)state;
	wall_open(&wall, OPEN("services = [\"Fine 00\"]"), 60, 12);
	put_services(&wall, "Fine", 1, AVAILABILITY_AVAILABLE);
	struct chat_hours *chat = &wall.desk.board->chat;
	assert_not_shown(see(&wall), "Chat");
	snprintf(chat->problem, sizeof(chat->problem), "no such chat entry");
	wall.desk.board->generation++;
	assert_shown(see(&wall), "Chat");
	assert_shown(see(&wall), "no such chat entry\n");
	*chat = (struct chat_hours){ .state = AVAILABILITY_AVAILABLE, .wait_seconds = -1, .received_ms = wall.desk.scene.now_ms };
	wall.desk.board->generation++;
	assert_shown(see(&wall), " open\n");
	chat->wait_seconds = 0;
	wall.desk.board->generation++;
	assert_shown(see(&wall), " open, wait 0:00\n");
	chat->state = AVAILABILITY_NOBODY;
	wall.desk.board->generation++;
	assert_shown(see(&wall), " closed\n");
	pass(&wall, 61, true);
	assert_shown(see(&wall), " 1 min old\n");
	wall_close(&wall);
}

/* The details say first what is wrong: the connection, one alert, several, one limit, several. */
static void words_of_details(void **state)
{
	static const char layout[] = "pages = ( { rows = ( { panels = ( { name = \"now\" type = \"totals\" tiles = ("
		" \"in_calls_waiting\", \"service_level\" ) } ) } ) } )"
		" alerts = ( { name = \"queue\" when = \"now.in_calls_waiting > 10\" }, { name = \"level\" when = \"now.service_level < 80\" } )";
	struct wall wall;
	(void)state;
	wall_open(&wall, layout, 100, 30);
	struct alerts *alerts = alerts_new(wall.desk.layout, (struct alerts_sink){ 0 });
	struct board_view view = scene_board_view(&wall.desk.scene);
	wall.desk.scene.alerts = alerts;
	desk_fill(&wall.desk, "now", 2, "3|");
	alerts_before(alerts, &view);
	alerts_frame(alerts, &view);
	snprintf(wall.desk.link.cause, sizeof(wall.desk.link.cause), "it rains");
	wall.desk.link.state = LINK_TROUBLE;
	(void)press(&wall, "!");
	const char *picture = see(&wall);
	assert_shown(picture, "State            trouble");
	assert_not_shown(picture, "Tenant");
	assert_shown(picture, "Cause            it rains");
	assert_not_shown(picture, "Advice");
	assert_not_shown(picture, "queue has no value");
	assert_shown(picture, "Answers          0 polls, 0 accepted, 0 failed");
	snprintf(wall.desk.link.advice, sizeof(wall.desk.link.advice), "wait");
	assert_shown(see(&wall), "Advice           wait");
	wall.desk.scene.replay = "x1";
	wall.desk.link.accepted = 7;
	wall.desk.scene.tenant = "example.org";
	snprintf(wall.desk.link.peer, sizeof(wall.desk.link.peer), "cx.example.org");
	picture = see(&wall);
	assert_shown(picture, "Tenant           example.org");
	assert_shown(picture, "Server           cx.example.org");
	assert_shown(picture, "Layout           test");
	assert_shown(picture, "Last data        0 s ago");
	assert_shown(picture, "Interval         5 s");
	assert_shown(picture, "State            replay");
	assert_shown(picture, "Answers          7 shown");
	alerts_free(alerts);
	wall_close(&wall);
}

/* ---- alerts ---- */

static const char alert_layout[] =
	"pages = ( { rows = ( { panels = ( { name = \"queues\" type = \"service_grid\" size = 1 columns = ("
	" { stat = \"name\" width = 16 }, \"service_level\", \"in_max_wait_time\" ) } ) },"
	" { height = 6 panels = ( { name = \"alarms\" type = \"alerts\" width = 40 }, { name = \"time\" type = \"clock\" } ) } ) } )"
	" alerts = ( { name = \"low service level today\" when = \"queues[*].service_level < 70\" },"
	" { name = \"long wait\" when = \"queues[*].in_max_wait_time > 60s\" } )";

/* The colour of the corner of the first panel's frame. */
static short frame_pair(void)
{
	return shown_at(1, 0).pair;
}

static void alerts_name_the_row_first_and_calm_down(void **state)
{
	struct wall wall;
	(void)state;
	wall_open(&wall, alert_layout, 80, 24);
	struct alerts *alerts = alerts_new(wall.desk.layout, (struct alerts_sink){ 0 });
	wall.desk.scene.alerts = alerts;
	desk_fill(&wall.desk, "queues", 3, "Sales|66.3|5;Support|61|95");
	struct board_view view = scene_board_view(&wall.desk.scene);
	(void)see(&wall);
	short calm = frame_pair();
	alerts_frame(alerts, &view);
	pass(&wall, 75, true);
	const char *picture = see(&wall);
	/* The name is what is cut; the value has its unit, the age one form. */
	assert_shown(picture, "│ !! Sales  66 %  low servi…");
	assert_shown(picture, "│ !! Support  61 %  low ser…");
	assert_shown(picture, "│ !! Support  1:35  long wa");
	assert_shown(picture, "1 min │");
	assert_shown(picture, "\n !! Support  SL 61 %  low service level today");
	assert_shown(picture, "1 min   +2 more   a acknowledges");
	assert_shown(picture, "\n A alarms   ? help");
	assert_true(frame_pair() != calm);
	assert_int_equal(alerts_acknowledge(alerts, wall.desk.scene.now_ms), 3);
	wall.desk.board->generation++;
	picture = see(&wall);
	assert_shown(picture, "ack │");
	assert_shown(picture, "\n Support  SL 61 %  low service level today");
	assert_shown(picture, "+2 more   acknowledged for 30 min");
	assert_int_equal(frame_pair(), calm);
	alerts_free(alerts);
	wall_close(&wall);
}

/* Of equally severe alerts the banner has the first of the layout, and of its rows the one that is furthest beyond the limit. */
static void the_worst_row_has_the_banner(void **state)
{
	static const struct {
		const char *rows, *worst;
	} cases[] = {
		{ "Sales|66|200;Support|61|95", "\n !! Support  SL 61 %  low service level today" },
		{ "Sales|61|20;Support|66|95", "\n !! Sales  SL 61 %  low service level today" },
		{ "Sales|90|70;Support|90|95;Chat|90|80", "\n !! Support  Longest 1:35  long wait" },
		{ "Sales|x|70;Support|90|95;Chat|69|80", "\n !! Chat  SL 69 %  low service level today" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct wall wall;
		wall_open(&wall, alert_layout, 80, 24);
		struct alerts *alerts = alerts_new(wall.desk.layout, (struct alerts_sink){ 0 });
		wall.desk.scene.alerts = alerts;
		desk_fill(&wall.desk, "queues", 3, cases[i].rows);
		struct board_view view = scene_board_view(&wall.desk.scene);
		alerts_frame(alerts, &view);
		assert_shown(see(&wall), cases[i].worst);
		alerts_free(alerts);
		wall_close(&wall);
	}
}

/* What tells that something worked is not in the colour of a warning. */
static void only_warnings_warn(void **state)
{
	struct wall wall;
	short pairs[2];
	(void)state;
	wall_open(&wall, GRID(""), 80, 24);
	fill_rows(&wall, 9);
	for (unsigned warns = 0; warns < 2; warns++) {
		wall.desk.scene.notice = warns ? "it failed" : "it worked";
		wall.desk.scene.warns = warns;
		(void)see(&wall);
		struct shown cell = shown_at(22, 1);
		pairs[warns] = cell.pair;
		assert_true(cell.character == L'i');
	}
	assert_true(pairs[0] != pairs[1]);
	wall_close(&wall);
}

/* An answer to a key lies over the one line of a list that was gone to: the page stays as it is. */
static void a_notice_turns_no_page(void **state)
{
	static const char layout[] = "pages = ( { rows = ( { panels = ( { name = \"queues\" type = \"service_grid\" size = 1 columns = ( \"name\" ) } ) },"
		" { height = 1 panels = ( { name = \"last\" type = \"service_grid\" frame = \"none\" columns = ( \"name\" ) } ) } ) } )";
	struct wall wall;
	(void)state;
	wall_open(&wall, layout, 80, 24);
	desk_fill(&wall.desk, "queues", 1, "row 00;row 01");
	desk_fill(&wall.desk, "last", 1, "at the end;below it");
	(void)see(&wall);
	(void)press(&wall, "\t");
	assert_shown(see(&wall), "row 00");
	wall.desk.scene.notice = "written";
	const char *picture = see(&wall);
	assert_shown(picture, "written");
	assert_shown(picture, "row 00");
	wall_close(&wall);
}

/* ---- looks ---- */

static bool is_filled(const struct shown *cell, long wall)
{
	return cell->bg != wall || (cell->attributes & A_REVERSE) != 0;
}

/* Cells of the picture with a ground of their own, other than the wall's. */
static unsigned filled_cells(void)
{
	return count_cells(is_filled, shown_at(1, 0).bg);
}

/* In no theme and with no number of colours is a first limit louder than a second one. */
static void a_warning_is_smaller_than_an_alert(void **state)
{
	static const char layout[] = "pages = ( { rows = ( { panels = ( { name = \"now\" type = \"totals\" tiles = ("
		" { stat = \"in_calls_waiting\" warn = \"> 5\" alert = \"> 10\" } ) } ) } ) } )";
	static const char *const types[] = { "xterm-256color", "xterm" };
	(void)state;
	for (unsigned type = 0; type < 2; type++)
		for (int theme = 0; theme < THEMES; theme++) {
			struct wall wall;
			wall_open_as(&wall, types[type], layout, 80, 24);
			(void)see(&wall);
			for (int i = 0; i < theme; i++)
				(void)press(&wall, "t");
			desk_fill(&wall.desk, "now", 1, "7");
			(void)see(&wall);
			unsigned warned = filled_cells();
			desk_fill(&wall.desk, "now", 1, "70");
			(void)see(&wall);
			if (warned > 78 || filled_cells() < 10 * 78)
				fail_msg("%s, theme %s: %u cells warn, %u cells alert", types[type], theme_names[theme + 1], warned, filled_cells());
			wall_close(&wall);
		}
}

/* Whole blocks with at least these attributes. */
static bool is_block(const struct shown *cell, long attributes)
{
	return cell->character == L'\u2588' && (cell->attributes & (attr_t)attributes) == (attr_t)attributes;
}

/* A bold block of xterm's is wider than its cell; with eight colours bold is a colour. */
static void blocks_are_bold_with_few_colors_only(void **state)
{
	static const char layout[] = "pages = ( { rows = ( { panels = ("
		" { name = \"now\" type = \"totals\" tiles = ( \"in_calls_waiting\" ) } ) } ) } )";
	static const char *const types[] = { "xterm-256color", "xterm" };
	(void)state;
	for (unsigned type = 0; type < 2; type++) {
		struct wall wall;
		wall_open_as(&wall, types[type], layout, 80, 24);
		desk_fill(&wall.desk, "now", 1, "7");
		(void)see(&wall);
		unsigned bold = count_cells(is_block, A_BOLD);
		assert_true(count_cells(is_block, A_NORMAL) > 10);
		assert_true(type == 0 ? bold == 0 : bold > 10);
		wall_close(&wall);
	}
}

static bool is_in_color(const struct shown *cell, long color)
{
	return cell->pair > 0 && cell->fg == color;
}

/* The word and its mark are one piece. */
static void nobody_has_no_gap(void **state)
{
	struct wall wall;
	(void)state;
	/* One column less than block letters need. */
	wall_open_as(&wall, "xterm", OPEN(""), 78, 16);
	put_services(&wall, "Empty", 1, AVAILABILITY_NOBODY);
	assert_shown(see(&wall), "nobody ! │");
	/* The mark, the blank before it, and the word. */
	assert_int_equal(count_cells(is_in_color, COLOR_YELLOW), 8 + 1);
	wall_close(&wall);
}

/* Beside the help there are no pieces of the words below it, and its last line says which key goes on. */
static void help_stands_alone(void **state)
{
	struct wall wall;
	(void)state;
	wall_open(&wall, GRID(""), 80, 24);
	(void)see(&wall);
	(void)press(&wall, "?");
	const char *picture = see(&wall);
	for (const char *line = strchr(picture, '\n') + 1; *line != '\0'; line = strchr(line, '\n') + 1)
		if (strncmp(line, "╭", 3) != 0 && strncmp(line, "│", 3) != 0 && strncmp(line, "╰", 3) != 0)
			fail_msg("beside the help:\n%s", picture);
	/* All of it in two columns, the last key beside the others. */
	assert_not_shown(picture, "more ─╯");
	assert_shown(picture, "╰─ Esc closes ─ / filter ─");
	assert_shown(picture, "│ Lists  ");
	assert_shown(picture, " q           quit ");
	assert_not_shown(picture, "Replay");
	wall_close(&wall);
	/* On a narrow screen nothing of a text is cut. */
	wall_open(&wall, GRID(""), 40, 10);
	(void)see(&wall);
	(void)press(&wall, "?");
	assert_shown(see(&wall), ", j: more ─╯");
	for (int i = 0; i < 100 && strstr(see(&wall), "page with that") == NULL; i++)
		(void)press(&wall, "j");
	assert_shown(see(&wall), "1-9 ");
	assert_not_shown(see(&wall), "…");
	(void)press(&wall, "G");
	assert_shown(see(&wall), ", k: back ─╯");
	assert_shown(see(&wall), "q           quit");
	wall_close(&wall);
}

/* Attributes and colour of a cell of the page, as one number. */
static long dress_of(int line, int column)
{
	struct shown cell = shown_at(line, column);
	return (long)cell.attributes * 1000 + cell.pair;
}

/* What lies below the help is in one quiet colour, and as before when it goes. */
static void help_dims_what_lies_below(void **state)
{
	struct wall wall;
	(void)state;
	wall_open(&wall, GRID(""), 120, 40);
	fill_rows(&wall, 39);
	(void)see(&wall);
	long before = dress_of(3, 3), frame = dress_of(1, 0), title = dress_of(0, 1);
	assert_true(before != frame && title != frame);
	(void)press(&wall, "?");
	(void)see(&wall);
	assert_int_equal(dress_of(3, 3), frame);
	assert_int_equal(dress_of(0, 1), frame);
	/* It stands while seconds and data go on behind it. */
	char *help = malloc(strlen(wall.picture) + 1);
	assert_non_null(help);
	strcpy(help, wall.picture);
	for (unsigned rows = 3; rows < 39; rows += 9) {
		wall.desk.scene.now_ms += 1000;
		wall.desk.scene.wall_ms += 1000;
		fill_rows(&wall, rows);
		const char *picture = see(&wall);
		unsigned inside = 0;
		for (const char *line = strstr(help, "─ Keys ─"); line != NULL && strstr(line, "Esc closes") != NULL; line = strchr(line + 1, '\n')) {
			const char *end = strchr(line + 1, '\n'), *first = strstr(line, "│ ");
			char text[400] = "";
			if (end != NULL && first != NULL && first < end)
				snprintf(text, sizeof(text), "%.*s", (int)(end - first) < 60 ? (int)(end - first) : 60, first);
			assert_non_null(strstr(picture, text));
			inside++;
		}
		assert_true(inside > 15);
	}
	free(help);
	(void)press(&wall, "?");
	(void)see(&wall);
	assert_int_equal(dress_of(3, 3), before);
	assert_int_equal(dress_of(0, 1), title);
	/* The details are as high as what they say. */
	(void)press(&wall, "!");
	const char *terminal = strstr(see(&wall), "Terminal"), *closes = strstr(wall.picture, "╰─ Esc closes");
	assert_true(terminal != NULL && closes > terminal);
	unsigned ends = 0;
	for (const char *at = terminal; at < closes; at++)
		ends += *at == '\n';
	assert_int_equal(ends, 1);
	wall_close(&wall);
}

/* The first limit that cannot apply is told in full, and how many others there are. */
static void limits_that_cannot_apply_are_counted(void **state)
{
	static const struct {
		const char *columns, *row;
		bool more;
	} rows[] = {
		{ "\"name\", { stat = \"in_calls_waiting\" warn = \"> 5\" }", "Sales|x", false },
		{ "\"name\", { stat = \"in_calls_waiting\" warn = \"> 5\" }, { stat = \"agents_ready\" warn = \"< 1\" }", "Sales|x|y", true },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct wall wall;
		char layout[400];
		snprintf(layout, sizeof(layout), "pages = ( { rows = ( { panels = ("
			" { name = \"q\" type = \"service_grid\" columns = ( %s ) } ) } ) } )", rows[i].columns);
		wall_open(&wall, layout, 160, 40);
		desk_fill(&wall.desk, "q", rows[i].more ? 3 : 2, rows[i].row);
		(void)press(&wall, "!");
		const char *picture = see(&wall);
		assert_seen(picture, "limit never applies", true);
		assert_seen(picture, "(and 1 more)", rows[i].more);
		wall_close(&wall);
	}
}

/* Where a recording begins and ends, and how much of it was shown. */
static void a_replay_has_a_bar(void **state)
{
	struct wall wall;
	(void)state;
	wall_open(&wall, GRID(""), 120, 24);
	fill_rows(&wall, 9);
	wall.desk.scene.replay = "REPLAY  Tue 2026-11-24 10:00:00  x1";
	wall.desk.scene.replay_begin_ms = 8 * 3600 * 1000;
	wall.desk.scene.replay_end_ms = 16 * 3600 * 1000;
	wall.desk.scene.replay_done = 0.25;
	const char *bar = strstr(see(&wall), "08:00 ");
	assert_non_null(bar);
	bar += 6;
	unsigned done = 0, left = 0;
	for (; strncmp(bar, "█", 3) == 0; bar += 3)
		done++;
	for (; strncmp(bar, "░", 3) == 0; bar += 3)
		left++;
	assert_true(strncmp(bar, " 16:00", 6) == 0);
	assert_true(done >= 4 && left >= 3 * done - 2 && left <= 3 * done + 2);
	wall_close(&wall);
}

/* Several panels wait for one thing: it is said once. */
static void before_the_first_data_there_is_one_message(void **state)
{
	struct wall wall;
	(void)state;
	wall_open(&wall, "pages = ( { rows = ( { panels = ( { name = \"a\" type = \"agent_grid\" columns = ( \"first_last_name\" ) } ) },"
		" { panels = ( { name = \"b\" type = \"service_grid\" columns = ( \"name\" ) }, { name = \"c\" type = \"availability\" } ) } ) } )", 100, 24);
	wall.desk.board->generation = 0;
	wall.desk.link.accepted_ms = 0;
	wall.desk.link.state = LINK_SIGNING_IN;
	wall.desk.scene.tenant = "demo.example";
	const char *first = strstr(see(&wall), "signing in at demo.example");
	assert_non_null(first);
	assert_null(strstr(first + 1, "signing in at"));
	assert_not_shown(wall.picture, "not asked yet");
	wall.desk.link.state = LINK_REFUSED;
	snprintf(wall.desk.link.cause, sizeof(wall.desk.link.cause), "The secret was refused");
	snprintf(wall.desk.link.advice, sizeof(wall.desk.link.advice), "correct it");
	assert_shown(see(&wall), " The secret was refused ");
	wall.desk.board->generation = 1;
	wall.desk.link.accepted_ms = wall.desk.scene.now_ms;
	wall.desk.link.state = LINK_LIVE;
	wall.desk.link.cause[0] = wall.desk.link.advice[0] = '\0';
	assert_not_shown(see(&wall), "refused");
	wall_close(&wall);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_of_a_list_are_equal), cmocka_unit_test(a_list_can_be_told_not_to_turn),
		cmocka_unit_test(old_messages_do_not_turn), cmocka_unit_test(urgent_messages_stay), cmocka_unit_test(what_is_bad_stands_first),
		cmocka_unit_test(services_without_agents_take_turns), cmocka_unit_test(availability_zooms),
		cmocka_unit_test(the_last_service_is_the_last), cmocka_unit_test(words_of_panels), cmocka_unit_test(words_of_a_chat),
		cmocka_unit_test(words_of_details),
		cmocka_unit_test(an_outage_ages_availability_too), cmocka_unit_test(a_pause_never_looks_live),
		cmocka_unit_test(a_pause_with_keys_and_trouble), cmocka_unit_test(keys_that_do_nothing_say_why),
		cmocka_unit_test(a_state_that_nobody_is_in), cmocka_unit_test(hints_are_of_keys_that_do_something),
		cmocka_unit_test(a_theme_says_its_name), cmocka_unit_test(help_dims_what_lies_below),
		cmocka_unit_test(limits_that_cannot_apply_are_counted),
		cmocka_unit_test(a_replay_has_a_bar), cmocka_unit_test(before_the_first_data_there_is_one_message), cmocka_unit_test(alerts_name_the_row_first_and_calm_down),
		cmocka_unit_test(the_worst_row_has_the_banner), cmocka_unit_test(only_warnings_warn), cmocka_unit_test(a_notice_turns_no_page), cmocka_unit_test(trouble_moves_nothing),
		cmocka_unit_test(a_warning_is_smaller_than_an_alert), cmocka_unit_test(nobody_has_no_gap), cmocka_unit_test(blocks_are_bold_with_few_colors_only), cmocka_unit_test(help_stands_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
