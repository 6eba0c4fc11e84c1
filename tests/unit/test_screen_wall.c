/*
 * Whole pictures, drawn without a terminal and compared line by line: panels of each type, marks, ages, foreign
 * names, small sizes.
 */
#include "screen_board.h"

#include "screen/canvas.h"

static const char wall_text[] =
	"title = \"Wall\" pages = ( { title = \"Queues\" rows = ("
	" { height = 7 panels = ( { name = \"now\" type = \"totals\" tiles = ("
	"   { stat = \"in_calls_waiting\" label = \"Waiting\" warn = \"> 5\" alert = \"> 10\" },"
	"   { stat = \"service_level\" label = \"SL\" warn = \"< 80\" alert = \"< 70\" } ) },"
	"   { name = \"open\" type = \"availability\" width = 30 services = [ \"Sales\", \"Chat\", \"Fax\" ] } ) },"
	" { panels = ( { name = \"queues\" type = \"service_grid\" size = 1 sort = \"in_calls_waiting desc\" columns = ("
	"   { stat = \"name\" width = 16 }, { stat = \"in_calls_waiting\" warn = \"> 5\" alert = \"> 10\" },"
	"   { stat = \"in_max_wait_time\" warn = \"> 60s\" alert = \"> 2m\" } ) } ) } ) },"
	" { title = \"Agents\" rows = ( { panels = ( { name = \"agents\" type = \"agent_grid\" size = 1 columns = ("
	"   \"first_last_name\", \"acd_state\", { stat = \"state_duration\" warn = \"> 10m\" } ) } ) } ) } )";

static void open_wall(struct desk *desk)
{
	desk_open(desk, wall_text);
	desk_fill(desk, "now", 2, "12|84");
	desk_fill(desk, "queues", 3, "Support|12|112;Sales|3|41;日本語サポート窓口です|0|;1||?");
	desk_fill(desk, "agents", 3, "Marky Mark|not_ready|760;Liza Smith|busy|362;Ann||;Zoë|dancing|5");
	board_service(desk->board, "Sales")->state = AVAILABILITY_AVAILABLE;
	board_service(desk->board, "Sales")->received_ms = TEST_NOW;
	board_service(desk->board, "Chat")->state = AVAILABILITY_NOBODY;
	board_service(desk->board, "Chat")->received_ms = TEST_NOW;
}

static void a_page(void **state)
{
	struct desk desk;
	(void)state;
	open_wall(&desk);
	assert_picture(&desk, 76, 16, GLYPHS_UTF8,
" Wall   1 Queues   2 Agents                                ● live  14:05:00\n"
"╭ Waiting ────── !! ╮ ╭ SL ─────────────────╮ ╭ open ──────────────────────╮\n"
"│      ▄█  ▀▀█ !!   │ │      █▀█ █ █        │ │ ○ Chat            nobody ! │\n"
"│       █  █▀▀      │ │      █▀█ ▀▀█        │ │ ? Fax          no answer   │\n"
"│      ▀▀▀ ▀▀▀      │ │      ▀▀▀   ▀ %      │ │ ● Sales        available   │\n"
"│          limit 10 │ │         target 80 % │ │                            │\n"
"│                   │ │                     │ │                            │\n"
"╰───────────────────╯ ╰─────────────────────╯ ╰────────────────────────────╯\n"
"╭ queues ▾Waiting ─────────────────────────────────────────────── 1–4 of 4 ╮\n"
"│ Service                             ▾Waiting         Longest             │\n"
"│ Support                                   12 !!         1:52 !           │\n"
"│ Sales                                      3            0:41             │\n"
"│ 日本語サポート窓口です                     0               –             │\n"
"│ 1                                          –               ?             │\n"
"│                                                                          │\n"
"╰──────────────────────────────────────────────────────────────────────────╯\n");
	desk_close(&desk);
}

static void in_ascii(void **state)
{
	struct desk desk;
	(void)state;
	open_wall(&desk);
	assert_picture(&desk, 60, 16, GLYPHS_ASCII,
" Wall   1 Queues   2 Agents                * live  14:05:00\n"
"+ now ----------------------+ + open ----------------------+\n"
"| Waiting !!   SL           | | o Chat            nobody ! |\n"
"|       _  !!    _          | | ? Fax          no answer   |\n"
"|   |   _|      |_| |_|     | | * Sales        available   |\n"
"|   |  |_       |_|   | %   | |                            |\n"
"|   limit 10    target 80 % | |                            |\n"
"+---------------------------+ +----------------------------+\n"
"+ queues vWaiting ------------------------------- 1-4 of 4 +\n"
"| Service                      vWaiting         Longest    |\n"
"| Support                            12 !!         1:52 !  |\n"
"| Sales                               3            0:41    |\n"
"| 日本語サポート窓口です              0               -    |\n"
"| 1                                   -               ?    |\n"
"|                                                          |\n"
"+----------------------------------------------------------+\n");
	desk_close(&desk);
}

/* Ten minutes without a value, ten of zeros, then beyond the first limit, then beyond the second. */
static void fill_hour(struct desk *desk, struct history *history)
{
	int64_t now = desk->scene.now_ms;
	for (int minute = 1; minute <= 60; minute++) {
		char value[8];
		desk->scene.now_ms = now + (minute - 60) * 60 * 1000LL;
		if (minute > 10 && minute <= 20)
			continue;
		snprintf(value, sizeof(value), "%d", minute <= 10 ? 4 : minute <= 30 ? 0 : minute <= 50 ? 8 : 12);
		desk_fill(desk, "n", 1, value);
		history_take(history, desk->board, 0, 5);
	}
	desk->scene.history = history;
}

static void the_last_hour(void **state)
{
	struct desk desk;
	(void)state;
	desk_open(&desk, "pages = ( { rows = ( { panels = ( { name = \"n\" type = \"totals\" tiles = ("
		" { stat = \"in_calls_waiting\" warn = \"> 5\" alert = \"> 10\" } ) } ) } ) } )");
	desk.scene.now_ms = 2 * 3600 * 1000;
	struct history *history = history_new(desk.layout);
	fill_hour(&desk, history);
	desk.link.accepted_ms = desk.scene.now_ms;
	assert_picture(&desk, 62, 18, GLYPHS_UTF8,
" test                                        ● live  14:05:00\n"
"╭ Waiting ─────────────────────────────────────────────── !! ╮\n"
"│                      ███         ██████    !!              │\n"
"│                   ▄▄▄███      ▄▄▄▀▀▀▀▀▀▄▄▄                 │\n"
"│                   ██████      ███      ███                 │\n"
"│                      ███               ███                 │\n"
"│                      ███            ▄▄▄▀▀▀                 │\n"
"│                      ███            ███                    │\n"
"│                      ███         ███                       │\n"
"│                      ███      ▄▄▄▀▀▀                       │\n"
"│                      ███      ███                          │\n"
"│                   █████████   ████████████                 │\n"
"│                   ▀▀▀▀▀▀▀▀▀   ▀▀▀▀▀▀▀▀▀▀▀▀                 │\n"
"│ ▲ 4 in 15 min                                     limit 10 │\n"
"│                                                 ⢸⣿⣿⣿⣿⣿⣿⣿⣿⣿ │\n"
"│ ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿ │\n"
"│ ⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿         ⢀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿ │\n"
"╰────────────────────────────────────────────────────────────╯\n");
	assert_picture(&desk, 62, 18, GLYPHS_CONSOLE,
" test                                        ■ live  14:05:00\n"
"┌ Waiting ─────────────────────────────────────────────── !! ┐\n"
"│                      ███         ██████    !!              │\n"
"│                   ▄▄▄███      ▄▄▄▀▀▀▀▀▀▄▄▄                 │\n"
"│                   ██████      ███      ███                 │\n"
"│                      ███               ███                 │\n"
"│                      ███            ▄▄▄▀▀▀                 │\n"
"│                      ███            ███                    │\n"
"│                      ███         ███                       │\n"
"│                      ███      ▄▄▄▀▀▀                       │\n"
"│                      ███      ███                          │\n"
"│                   █████████   ████████████                 │\n"
"│                   ▀▀▀▀▀▀▀▀▀   ▀▀▀▀▀▀▀▀▀▀▀▀                 │\n"
"│ + 4 in 15 min                                     limit 10 │\n"
"│                                                  █████████ │\n"
"│ -----------------------------█████████████████████████████ │\n"
"│ ██████████          _________█████████████████████████████ │\n"
"└────────────────────────────────────────────────────────────┘\n");
	assert_picture(&desk, 62, 18, GLYPHS_ASCII,
" test                                        * live  14:05:00\n"
"+ Waiting ----------------------------------------------- !! +\n"
"|                         ##      ####   !!                  |\n"
"|                       ####    ##    ##                     |\n"
"|                         ##          ##                     |\n"
"|                         ##        ##                       |\n"
"|                         ##      ##                         |\n"
"|                         ##    ##                           |\n"
"|                       ######  ########                     |\n"
"|                                                            |\n"
"| + 4 in 15 min                                     limit 10 |\n"
"|                                                  ######### |\n"
"|                                                  ######### |\n"
"|                              ############################# |\n"
"| ##########-------------------############################# |\n"
"| ##########          _________############################# |\n"
"| 13:05                                                14:05 |\n"
"+------------------------------------------------------------+\n");
	history_free(history);
	desk_close(&desk);
}

static void contains(const char *picture, const char *text)
{
	if (strstr(picture, text) != NULL)
		return;
	fprintf(stderr, "%s", picture);
	fail_msg("no \"%s\"", text);
}

/* Without room for the whole sentence it loses the words that all cards share. */
static void a_trend_is_never_cut(void **state)
{
	struct desk desk;
	unsigned whole = 0, brief = 0;
	(void)state;
	desk_open(&desk, "pages = ( { rows = ( { height = 8 panels = ( { name = \"n\" type = \"totals\" tiles = ("
		" \"in_calls_waiting\", \"in_calls_handled_per_day\", \"service_level\", \"agents_ready\" ) } ) },"
		" { panels = ( { name = \"c\" type = \"clock\" } ) } ) } )");
	desk.scene.now_ms = 2 * 3600 * 1000;
	struct history *history = history_new(desk.layout);
	desk_fill(&desk, "n", 4, "3|9|70|5");
	history_take(history, desk.board, 0, 5);
	desk.scene.now_ms += 15 * 60 * 1000;
	desk.link.accepted_ms = desk.scene.now_ms;
	desk_fill(&desk, "n", 4, "3|9|74|5");
	history_take(history, desk.board, 0, 5);
	desk.scene.history = history;
	for (int columns = 40; columns < 130; columns++) {
		char *picture = desk_picture(&desk, columns, 24, GLYPHS_UTF8);
		const char *trend = strstr(picture, "▲ ");
		char line[400];
		snprintf(line, sizeof(line), "%.*s", trend != NULL ? (int)strcspn(trend, "\n") : 0, trend != NULL ? trend : "");
		if (strstr(line, "…") != NULL || (trend != NULL && strncmp(line, "▲ 4 points", strlen("▲ 4 points")) != 0))
			fail_msg("%d columns:\n%s", columns, picture);
		whole += strstr(line, " in 15 min") != NULL;
		brief += trend != NULL && strstr(line, " in ") == NULL;
		free(picture);
	}
	assert_true(whole > 0 && brief > 0);
	history_free(history);
	desk_close(&desk);
}

static void wait_of(const char *services, const char *seen, const char *unseen)
{
	struct desk desk;
	char text[600];
	snprintf(text, sizeof(text), "pages = ( { rows = ( { height = 8 panels = ( { name = \"n\" type = \"totals\" tiles = ("
		" \"in_max_wait_time\" ) } ) }, { panels = ( { name = \"q\" type = \"service_grid\" size = 1 %s columns = ("
		" \"name\", \"in_max_wait_time\" ) } ) } ) } )", services);
	desk_open(&desk, text);
	desk_fill(&desk, "n", 1, "95");
	desk_fill(&desk, "q", 2, "First|94;Second|95;Third|");
	char *picture = desk_picture(&desk, 70, 20, GLYPHS_UTF8);
	contains(picture, seen);
	assert_null(strstr(picture, unseen));
	free(picture);
	desk_close(&desk);
}

/* Of two rows that are a second apart the worst is named, and none where the grid is of another selection. */
static void the_row_of_the_longest_wait(void **state)
{
	(void)state;
	wait_of("", "│ in Second ", "in First");
	wait_of("services = [ \"Second\" ]", "│ Second ", "in Second");
}

/* Of how many some are ready is said where the layout knows it of the same agents, and has the same number of ready ones. */
static void how_many_are_on_duty(void **state)
{
	static const struct {
		const char *tiles, *values, *options, *states;
		bool stale;
		const char *seen; /* NULL: nothing is said */
	} cases[] = {
		{ "\"agents_logged\"", "3|8", "", "ready|3;busy|9", false, "of 8 on duty" },
		{ "\"agents_logged\"", "3|2", "", "ready|3;busy|9", false, NULL },
		{ "\"agents_logged\"", "3|?", "", "ready|3;busy|9", false, NULL },
		{ "\"agents_busy\"", "3|5", "", "ready|3;busy|5;dancing|1;offline|2;|4", false, "of 9 on duty" },
		{ "\"agents_busy\"", "0|5", "filter = \"acd_state NE ''\"", "ready|0;busy|5", false, "of 5 on duty" },
		{ "\"agents_busy\"", "3|5", "", "ready|4;busy|5", false, NULL },
		{ "\"agents_busy\"", "3|5", "teams = [ \"North\" ]", "ready|3;busy|5", false, NULL },
		{ "\"agents_busy\"", "3|5", "filter = \"acd_state EQ 'ready'\"", "ready|3", false, NULL },
		{ "\"agents_busy\"", "3|5", "", "ready|3;busy|5", true, NULL },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct desk desk;
		char text[600];
		snprintf(text, sizeof(text), "pages = ( { rows = ( { panels = ( { name = \"n\" type = \"totals\" tiles = ( \"agents_ready\", %s ) } ) },"
			" { height = 6 panels = ( { name = \"s\" type = \"agent_states\" %s } ) } ) } )", cases[i].tiles, cases[i].options);
		desk_open(&desk, text);
		desk_fill(&desk, "n", 2, cases[i].values);
		desk_fill(&desk, "s", 2, cases[i].states);
		if (cases[i].stale)
			desk.board->panels[1].data[0].received_ms -= 60 * 1000;
		char *picture = desk_picture(&desk, 80, 30, GLYPHS_UTF8);
		if (cases[i].seen != NULL)
			contains(picture, cases[i].seen);
		else if (strstr(picture, "on duty") != NULL)
			fail_msg("case %zu:\n%s", i, picture);
		free(picture);
		desk_close(&desk);
	}
}

static void what_a_number_is_judged_by(void **state)
{
	static const struct {
		const char *stat, *limit, *seen;
	} limits[] = {
		{ "in_calls_waiting", "> 5", " limit 5 │" }, { "in_calls_waiting", ">= 5", " below 5 │" },
		{ "agents_ready", "< 1", " at least 1 │" }, { "agents_ready", "<= 1", " above 1 │" },
		{ "service_level", "< 80", " target 80 % │" }, { "service_level", "<= 80", " above 80 % │" },
		{ "in_max_wait_time", "> 90s", " limit 1:30 │" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct desk desk;
		char text[300];
		snprintf(text, sizeof(text), "pages = ( { rows = ( { panels = ( { name = \"n\" type = \"totals\" tiles = ("
			" { stat = \"%s\" warn = \"%s\" } ) } ) } ) } )", limits[i].stat, limits[i].limit);
		desk_open(&desk, text);
		desk_fill(&desk, "n", 1, "3");
		char *picture = desk_picture(&desk, 62, 18, GLYPHS_UTF8);
		contains(picture, limits[i].seen);
		free(picture);
		desk_close(&desk);
	}
}

static void forty_by_ten(void **state)
{
	struct desk desk;
	(void)state;
	open_wall(&desk);
	assert_picture(&desk, 40, 10, GLYPHS_UTF8,
"  1 Queues  1/2    +1  ● live  14:05:00\n"
" Waiting   !!    ○ Chat        nobody !\n"
"      12         ? Fax      no answer\n"
" SL              ● Sales    available\n"
"     84 %\n"
"  target 80 %\n"
" Service        ▾Waiting     Longest\n"
" Support              12 !!     1:52 !\n"
" Sales                 3        0:41\n"
" 日本語サポート…       0           –\n");
	desk_close(&desk);
}

static void twenty_by_five(void **state)
{
	struct desk desk;
	(void)state;
	open_wall(&desk);
	assert_picture(&desk, 20, 5, GLYPHS_UTF8,
"  1 Queues    ● live\n"
"Waiting        12 !!\n"
"Support        12 !!\n"
"Support      1:52 !\n"
"SL           84 %\n");
	desk_close(&desk);
}

static char *page_picture(struct desk *desk, unsigned page, int columns, int lines)
{
	struct screen *screen = open_text(columns, lines, GLYPHS_UTF8);
	assert_true(screen_show_page(screen, &desk->scene, page));
	char *picture = screen_picture(screen, &desk->scene);
	screen_close(screen);
	return picture;
}

static void lacks(const char *picture, const char *text)
{
	if (strstr(picture, text) == NULL)
		return;
	fprintf(stderr, "%s", picture);
	fail_msg("there is \"%s\"", text);
}

/* Why a list of agents is empty: nobody, nobody else, or nobody knows. */
static void empty_lists_say_why(void **state)
{
	struct desk desk;
	struct listed_agent late[] = {
		{ .name = "Ann", .state = "ready", .reason = "Waiting for the supervisor", .severity = SEVERITY_WARN,
			.time = { .text = "", .state = VALUE_NUMBER, .number = 45296 } },
	};
	struct agent_list lists[AGENT_LISTS] = { { .agents = late } };
	(void)state;
	desk_open(&desk, "pages = ( { rows = ( { panels = ( { name = \"s\" type = \"agent_states\" lists = true } ) } ) } )");
	desk_fill(&desk, "s", 2, "ready|1;busy|1");
	desk.board->panels[0].data[0].lists = lists;
	char *picture = desk_picture(&desk, 44, 30, GLYPHS_ASCII);
	contains(picture, " nobody is beyond a limit\n");
	contains(picture, " nobody is free\n");
	contains(picture, " nobody is busy\n");
	free(picture);
	/* Who is free for too long is in the list of those who need a look; a long reason does not touch a long time. */
	lists[AGENT_LIST_LOOK].count = lists[AGENT_LIST_LOOK].total = 1;
	picture = desk_picture(&desk, 44, 30, GLYPHS_ASCII);
	contains(picture, " nobody else is free\n");
	contains(picture, " nobody is busy\n");
	contains(picture, "~ 12:34:56 !\n");
	free(picture);
	/* What has no room has its days. */
	static const struct {
		double days;
		const char *seen;
	} times[] = { { 9.5, "9d 12:00 !\n" }, { 10.5, " 10 days !\n" }, { 123.9, "123 days !\n" }, { 1234, " 1234 d !\n" } };
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		late[0].time.number = times[i].days * 86400;
		picture = desk_picture(&desk, 44, 30, GLYPHS_ASCII);
		contains(picture, times[i].seen);
		free(picture);
	}
	for (int i = 0; i < AGENT_LISTS; i++)
		lists[i].untimed = (unsigned)i + 2;
	picture = desk_picture(&desk, 44, 30, GLYPHS_ASCII);
	contains(picture, " 1 of 3\n");
	contains(picture, " unknown: 3 without a time\n");
	contains(picture, " unknown: 4 without a time\n");
	free(picture);
	desk.board->panels[0].data[0].lists = NULL;
	desk_close(&desk);
}

static void agent_states_and_times(void **state)
{
	struct desk desk;
	(void)state;
	open_wall(&desk);
	/* Running times go on between answers; nothing else does. */
	desk.scene.now_ms += 3000;
	char *picture = page_picture(&desk, 1, 60, 16);
	contains(picture, "◐ not ready");
	contains(picture, "12:43 !");
	contains(picture, "● busy");
	contains(picture, " 6:05  ");
	contains(picture, "– logged out");
	contains(picture, "◌ dancing");
	contains(picture, "● live  14:05:00");
	free(picture);
	desk_close(&desk);
}

/* A time that ran past its limit since the answer is no alarm: only what came is judged. */
static void no_alarm_from_a_running_time(void **state)
{
	struct desk desk;
	(void)state;
	open_wall(&desk);
	desk_fill(&desk, "agents", 3, "Ann|busy|598");
	desk.scene.now_ms += 4000;
	char *picture = page_picture(&desk, 1, 60, 16);
	contains(picture, "10:02   ");
	lacks(picture, "!");
	free(picture);
	desk_close(&desk);
}

static void stale_data_are_dim_and_tell_their_age(void **state)
{
	struct desk desk;
	(void)state;
	open_wall(&desk);
	desk.scene.now_ms += 45 * 1000;
	desk.link.state = LINK_TROUBLE;
	desk.link.next_try_ms = desk.scene.now_ms + 13001;
	snprintf(desk.link.cause, sizeof(desk.link.cause), "Cannot connect");
	snprintf(desk.link.advice, sizeof(desk.link.advice), "Check the network.");
	char *picture = desk_picture(&desk, 90, 24, GLYPHS_UTF8);
	/* Once: the frames leave it to the first line. */
	contains(picture, "!! ✗ no data for 45 s");
	lacks(picture, "old ╮");
	contains(picture, "!! Cannot connect. Check the network.");
	contains(picture, "next try in 14 s");
	/* No severity from old data, and no time runs. */
	contains(picture, " 12            1:52   ");
	free(picture);
	picture = page_picture(&desk, 1, 90, 24);
	contains(picture, "12:40 ");
	free(picture);
	desk_close(&desk);
}

/* A wall that was restarted has the data of the last frame, and no answer of its own yet: their age is told once all the same. */
static void data_of_the_last_frame_have_an_age(void **state)
{
	struct desk desk;
	(void)state;
	open_wall(&desk);
	desk.scene.now_ms += 45 * 1000;
	desk.link.accepted_ms = 0;
	desk.link.state = LINK_TROUBLE;
	desk.board->generation = 1;
	char *picture = desk_picture(&desk, 90, 24, GLYPHS_UTF8);
	contains(picture, "!! ✗ no data for 45 s");
	lacks(picture, "old ╮");
	free(picture);
	desk_close(&desk);
}

/* A live answer may leave a panel out: then the panel alone is old, and says why. */
static void a_panel_that_is_left_out_says_why(void **state)
{
	struct desk desk;
	(void)state;
	open_wall(&desk);
	desk.scene.now_ms += 45 * 1000;
	desk.link.accepted_ms = desk.scene.now_ms;
	snprintf(desk.board->panels[0].problem, sizeof(desk.board->panels[0].problem), "the answer has nothing");
	char *picture = desk_picture(&desk, 120, 24, GLYPHS_UTF8);
	contains(picture, "live");
	contains(picture, "45 s old: the answer has nothing ╮");
	free(picture);
	/* Where there is less room it is cut, and the age stays. */
	picture = desk_picture(&desk, 64, 24, GLYPHS_UTF8);
	contains(picture, "45 s old");
	lacks(picture, "the answer has nothing ╮");
	free(picture);
	desk_close(&desk);
}

static void nothing_yet(void **state)
{
	struct desk desk;
	(void)state;
	desk_open(&desk, wall_text);
	desk.link.accepted_ms = 0;
	desk.link.state = LINK_WAITING;
	char *picture = desk_picture(&desk, 80, 24, GLYPHS_UTF8);
	contains(picture, "waiting for the first data");
	lacks(picture, "old");
	free(picture);
	desk.link.state = LINK_REFUSED;
	snprintf(desk.link.cause, sizeof(desk.link.cause), "The secret was refused");
	picture = desk_picture(&desk, 80, 24, GLYPHS_UTF8);
	contains(picture, "The secret was refused");
	free(picture);
	snprintf(desk.board->panels[2].reason, BOARD_REASON_MAX, "service Sales is unknown");
	picture = desk_picture(&desk, 80, 24, GLYPHS_UTF8);
	contains(picture, "service Sales is unknown");
	free(picture);
	desk_fill(&desk, "agents", 3, "");
	picture = page_picture(&desk, 1, 80, 24);
	contains(picture, "no agents");
	contains(picture, "missing privilege");
	free(picture);
	desk_close(&desk);
}

static void one_panel(void **state)
{
	struct desk desk;
	(void)state;
	open_wall(&desk);
	struct screen *screen = open_text(60, 16, GLYPHS_UTF8);
	assert_true(screen_show_panel(screen, &desk.scene, "agents"));
	assert_false(screen_show_panel(screen, &desk.scene, "nothing"));
	char *picture = screen_picture(screen, &desk.scene);
	contains(picture, "╭ agents ");
	lacks(picture, "queues");
	free(picture);
	screen_close(screen);
	desk_close(&desk);
}

static const char other_text[] =
	"title = \"Wall\" pages = ( { title = \"Other\" rows = ("
	" { height = 9 panels = ( { name = \"states\" type = \"agent_states\" }, { name = \"time\" type = \"clock\" },"
	"   { name = \"say\" type = \"text\" text = \"Be kind. Always.\" } ) },"
	" { panels = ( { name = \"news\" type = \"messages\" }, { name = \"camp\" type = \"campaigns\" },"
	"   { name = \"al\" type = \"alerts\" } ) } ) },"
	" { rows = ( { panels = ( { name = \"now\" type = \"totals\" tiles = ( \"in_calls_waiting\" ) } ) } ) } )"
	" alerts = ( { name = \"long queue\" when = \"now.in_calls_waiting > 10\" } )";

static void put_count(struct desk *desk, unsigned row, double number)
{
	struct panel_data *data = &desk->board->panels[0].data[0];
	data->cells[row * STATES_COLUMNS + STATES_COLUMN_COUNT] = (struct cell){ .text = "", .number = number,
		.state = VALUE_NUMBER };
}

static void other_panels(void **state)
{
	struct desk desk;
	(void)state;
	desk_open(&desk, other_text);
	desk_fill(&desk, "states", STATES_COLUMNS, "ready|;busy|;loggedout|");
	put_count(&desk, 0, 4);
	put_count(&desk, 1, 8);
	put_count(&desk, 2, 0);
	desk_fill(&desk, "news", MESSAGES_COLUMNS, "13:58|Ana|fire drill|;13:40||bare|");
	struct panel_data *news = &desk.board->panels[layout_panel(desk.layout, "news")->index].data[0];
	news->cells[MESSAGES_COLUMN_URGENT] = (struct cell){ .text = "1", .number = 1, .state = VALUE_NUMBER };
	desk_fill(&desk, "camp", CAMPAIGNS_COLUMNS, "Renewals|running|north;Survey||");
	assert_picture(&desk, 96, 18, GLYPHS_UTF8,
" Wall   1 Other   2                                                            ● live  14:05:00\n"
"╭ states ────────── 12 agents ╮ ╭ time ───────────────────────╮ ╭ say ─────────────────────────╮\n"
"│ ○ ready         4  ████░░░░ │ │                             │ │                              │\n"
"│ ● busy          8  ████████ │ │                             │ │                              │\n"
"│ – logged out    0  ░░░░░░░░ │ │      ▄█  █ █ ▄ █▀█ █▀▀      │ │                              │\n"
"│                             │ │       █  ▀▀█ ▄ █ █ ▀▀█      │ │ Be kind. Always.             │\n"
"│                             │ │      ▀▀▀   ▀   ▀▀▀ ▀▀▀      │ │                              │\n"
"│                             │ │                             │ │                              │\n"
"│                             │ │                             │ │                              │\n"
"╰─────────────────────────────╯ ╰─────────────────────────────╯ ╰──────────────────────────────╯\n"
"╭ news ───────────────────────╮ ╭ camp ───────────── 1–2 of 2 ╮ ╭ al ──────────────────────────╮\n"
"│! 13:58 Ana: fire drill      │ │ Campaign       State        │ │ long queue     not evaluated │\n"
"│  13:40 bare                 │ │ Renewals       running      │ │                              │\n"
"│                             │ │ Survey         –            │ │                              │\n"
"│                             │ │                             │ │                              │\n"
"│                             │ │                             │ │                              │\n"
"│                             │ │                             │ │                              │\n"
"╰─────────────────────────────╯ ╰─────────────────────────────╯ ╰──────────────────────────────╯\n");
	desk_close(&desk);
}

/* Each line of the picture is as wide as the screen at most, whatever the names. */
/* The first line of a wall with a long title and two notes, at some width. */
static void head_is(unsigned columns, bool muted, bool plaintext, const char *expected)
{
	struct desk desk;
	desk_open(&desk, "title = \"The customers of the north and of the south\" pages = ( { rows = ( { panels = ("
		" { name = \"c\" type = \"clock\" } ) } ) } )");
	desk.scene.muted = muted;
	desk.link.plaintext = plaintext;
	char *picture = desk_picture(&desk, (int)columns, 10, GLYPHS_UTF8);
	picture[strcspn(picture, "\n")] = '\0';
	assert_string_equal(picture, expected);
	free(picture);
	desk_close(&desk);
}

static void notes_leave_the_title_its_place(void **state)
{
	(void)state;
	head_is(80, false, false, " The customers of the north and of the south                   ● live  14:05:00");
	head_is(80, true, false, " The customers of the north and of the south          ! muted  ● live  14:05:00");
	head_is(80, true, true, " The customers of the north and of…  ! muted  ! not encrypted  ● live  14:05:00");
	head_is(40, false, true, " The custome…  ! http  ● live  14:05:00");
	head_is(40, true, true, " Th…  ! muted  ! http  ● live  14:05:00");
}

/* Rows that have no room are counted: in the frame where there is one, else on the title line, at every size of grids. */
static void rows_without_room_are_counted(void **state)
{
	static const char one[] = "title = \"Wall\" pages = ( { rows = ( { panels = ( { name = \"q\" type = \"service_grid\" size = 1"
		" %s columns = ( \"name\" ) } ) } ) } )";
	static const char two[] = "title = \"Wall\" pages = ( { rows = ( { panels = ( { name = \"q\" title = \"Queues\""
		" type = \"service_grid\" size = 1 columns = ( \"name\" ) }, { name = \"a\" title = \"Open\" type = \"availability\" %s"
		" services = [ \"A\", \"B\", \"C\", \"D\", \"E\", \"F\", \"G\", \"H\", \"I\", \"J\", \"K\", \"L\" ] } ) } ) } )";
	static const struct {
		const char *layout, *option;
		int columns, lines;
		const char *expected;
	} cases[] = {
		{ one, "", 100, 16, "1–12 of 16" },
		{ one, "", 100, 15, "1–11 of 16" }, { one, "", 100, 14, "  +4  ● live" },
		{ one, "", 80, 10, "  +8  ● live" },
		{ one, "", 60, 8, "  +10  ● live" },
		{ one, "", 59, 24, " Wall                  " },
		{ one, "", 40, 10, " Wall              +8  ● live" },
		{ one, "", 30, 8, " Wall              +10  ● live" },
		{ one, "frame = \"none\"", 100, 17, "  +1  ● live" },
		{ one, "frame = \"none\"", 100, 30, "Wall       " },
		{ two, "", 80, 10, "  Queues +8  Open +3  ● live" },
		{ two, "", 40, 10, "  +11  ● live" },
		{ two, "frame = \"none\"", 80, 12, "  Queues +6  Open +1  ● live" },
		{ two, "", 80, 16, "1–12 of 16 " },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct desk desk;
		char text[600];
		snprintf(text, sizeof(text), cases[i].layout == one ? one : two, cases[i].option);
		desk_open(&desk, text);
		desk_fill(&desk, "q", 1, "a;b;c;d;e;f;g;h;i;j;k;l;m;n;o;p");
		char *picture = desk_picture(&desk, cases[i].columns, cases[i].lines, GLYPHS_UTF8);
		contains(picture, cases[i].expected);
		free(picture);
		desk_close(&desk);
	}
}

/* Names whose beginnings are the same are cut where they are; others, and ones that are the same as a whole, at the end. */
static void ends_tell_names_apart(void **state)
{
	struct desk desk;
	(void)state;
	desk_open(&desk, "pages = ( { rows = ( { panels = ( { name = \"q\" type = \"service_grid\" size = 1"
		" columns = ( { stat = \"name\" width = 20 } ) } ) } ) } )");
	desk_fill(&desk, "q", 1, "Customer Service EMEA - Premium Accounts - Voice;Customer Service EMEA - Premium Accounts - Chat;"
		"A name that is as long as those are, and alone;Twice the same name of too many letters;"
		"Twice the same name of too many letters;Kundenbetreuung f\xc3\xbcr \xe6\x97\xa5\xe6\x9c\xac\xe6\x97\xa5\xe6\x9c\xac One;"
		"Kundenbetreuung f\xc3\xbcr \xe6\x97\xa5\xe6\x9c\xac\xe6\x97\xa5\xe6\x9c\xac Two;Sales");
	char *picture = desk_picture(&desk, 32, 12, GLYPHS_UTF8);
	contains(picture, "Customer Servic…counts - Voice");
	contains(picture, "Customer Servic…ccounts - Chat");
	contains(picture, "A name that is as long as tho…");
	contains(picture, "Twice the same name of too ma…");
	contains(picture, "Kundenbetreuung…r 日本日本 One");
	contains(picture, "Kundenbetreuung…r 日本日本 Two");
	free(picture);
	/* The other one went: there is nothing to tell it from. */
	desk.scene.now_ms++;
	desk_fill(&desk, "q", 1, "Customer Service EMEA - Premium Accounts - Voice;Sales");
	picture = desk_picture(&desk, 32, 12, GLYPHS_ASCII);
	contains(picture, "Customer Service EMEA - Premi~");
	free(picture);
	desk_close(&desk);
}

/* Where the ends are the same as well, the name begins where it differs: not within a character or before its mark. */
static void middles_tell_names_apart(void **state)
{
	struct desk desk;
	(void)state;
	desk_open(&desk, "pages = ( { rows = ( { panels = ( { name = \"q\" type = \"service_grid\" size = 1"
		" columns = ( { stat = \"name\" width = 20 } ) } ) } ) } )");
	desk_fill(&desk, "q", 1, "Customer Service EMEA - Premium Accounts - Berlin;Customer Service EMEA - Standard Accounts - Berlin;"
		"Customer Service EMEA - Premium Accounts - Paris;Customer Service EMEA - Standard Accounts - Paris;"
		"A queue of many letters, line \xc3\xa9 and the same end;A queue of many letters, line \xc3\xa8 and the same end;"
		"Another one with an accent, or e\xcc\x81 and the same end;Another one with an accent, or e\xcc\x80 and the same end");
	char *picture = desk_picture(&desk, 32, 12, GLYPHS_UTF8);
	contains(picture, "…Premium Accounts - Berlin");
	contains(picture, "…Standard Accounts - Berlin");
	contains(picture, "…Premium Accounts - Paris");
	contains(picture, "…é and the same end");
	contains(picture, "…è and the same end");
	contains(picture, "…e\xcc\x81 and the same end");
	contains(picture, "…e\xcc\x80 and the same end");
	free(picture);
	desk.scene.now_ms++;
	desk_fill(&desk, "q", 1, "Customer Service EMEA - Premium Accounts of the South - Berlin;"
		"Customer Service EMEA - Standard Accounts of the South - Berlin;Customer Service EMEA - Standard Accounts - Paris;"
		"Customer Service EMEA - Premium Accounts - Paris");
	picture = desk_picture(&desk, 32, 12, GLYPHS_ASCII);
	contains(picture, "~Premium Accoun~South - Berlin");
	contains(picture, "~Standard Accou~South - Berlin");
	contains(picture, "~Premium Accounts - Paris");
	free(picture);
	desk_close(&desk);
}

/* Services whose availability is shown are told apart as rows of a grid are. */
static void services_are_told_apart(void **state)
{
	struct desk desk;
	(void)state;
	desk_open(&desk, "pages = ( { rows = ( { panels = ( { name = \"a\" type = \"availability\" services = ["
		" \"Customer Service EMEA - Premium Accounts - Voice\", \"Customer Service EMEA - Premium Accounts - Chat\","
		" \"Customer Service EMEA - Standard Accounts - Chat\", \"A name that is long, and alone\" ] } ) } ) } )");
	char *picture = desk_picture(&desk, 36, 9, GLYPHS_UTF8);
	contains(picture, "Customer S…s - Voice ");
	contains(picture, "…Premium A…ts - Chat ");
	contains(picture, "…Standard …ts - Chat ");
	contains(picture, "A name that is long… ");
	free(picture);
	desk_close(&desk);
}

/* What a frame says: a title takes what a corner leaves it, and all of the line where there is none. */
static void titles_take_the_room_there_is(void **state)
{
	static const char *const expected[] = { "╭ Twenty-six letters, I sa… ─╮", "╭ Twenty-six letters, I said ─╮",
		"╭ Twenty-six letters, I said ──╮" };
	(void)state;
	for (int width = 31; width <= 33; width++) {
		struct desk desk;
		char text[400];
		snprintf(text, sizeof(text), "pages = ( { rows = ( { panels = ( { name = \"c\" type = \"clock\" width = %d"
			" title = \"Twenty-six letters, I said\" }, { name = \"d\" type = \"clock\" } ) } ) } )", width);
		desk_open(&desk, text);
		char *picture = desk_picture(&desk, 80, 24, GLYPHS_UTF8);
		contains(picture, expected[width - 31]);
		free(picture);
		desk_close(&desk);
	}
}

/* The head of a number may use the gap at its left, of two columns, and no more. */
static void heads_keep_apart(void **state)
{
	static const struct {
		const char *head, *expected;
	} heads[] = {
		{ "abcd", "left wing     abcd" },
		{ "abcdef", "left wing   abcdef" },
		{ "abcdefg", "left wing   abcde…" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		struct desk desk;
		char text[500];
		snprintf(text, sizeof(text), "pages = ( { rows = ( { panels = ( { name = \"q\" type = \"service_grid\" size = 1"
			" columns = ( { stat = \"agents_ready\" label = \"left wing\" width = 9 },"
			" { stat = \"in_calls_waiting\" label = \"%s\" width = 4 } ) } ) } ) } )", heads[i].head);
		desk_open(&desk, text);
		desk_fill(&desk, "q", 2, "1|2");
		char *picture = desk_picture(&desk, 40, 12, GLYPHS_UTF8);
		contains(picture, heads[i].expected);
		free(picture);
		desk_close(&desk);
	}
}

/* An availability panel that is old by a fault of its own says what it was. */
static void old_availability_says_why(void **state)
{
	struct desk desk;
	(void)state;
	open_wall(&desk);
	for (unsigned i = 0; i < 2; i++) {
		struct service_availability *service = board_service(desk.board, i == 0 ? "Sales" : "Chat");
		service->received_ms = TEST_NOW - 300 * 1000;
		snprintf(service->problem, sizeof(service->problem), "%s", i == 0 ? "" : "timed out");
	}
	char *picture = desk_picture(&desk, 140, 24, GLYPHS_UTF8);
	contains(picture, "timed out");
	free(picture);
	desk_close(&desk);
}

/* Alerts with how long ago they fired, or since when they have no value. */
static void alerts_tell_since_when(void **state)
{
	static const char text[] =
		"pages = ( { rows = ( { panels = ("
		" { name = \"now\" type = \"totals\" tiles = ( \"in_calls_waiting\", \"service_level\" ) },"
		" { name = \"a\" type = \"alerts\" width = 70 } ) } ) } ) "
		"alerts = ( { name = \"long queue\" when = \"now.in_calls_waiting > 10\" },"
		" { name = \"level\" when = \"now.service_level < 80\" } )";
	struct desk desk;
	(void)state;
	desk_open(&desk, text);
	struct alerts *alerts = alerts_new(desk.layout, (struct alerts_sink){ 0 });
	struct board_view view = { .board = desk.board, .link = &desk.link, .now_ms = TEST_NOW, .wall_ms = desk.scene.wall_ms };
	desk.scene.alerts = alerts;
	desk_fill(&desk, "now", 2, "12|");
	alerts_frame(alerts, &view);
	char *picture = desk_picture(&desk, 100, 16, GLYPHS_UTF8);
	contains(picture, "!! long queue  12");
	contains(picture, "14:05 0 s │");
	free(picture);
	desk.scene.now_ms += 12 * 60000;
	desk.scene.wall_ms += 12 * 60000;
	desk.link.accepted_ms = view.now_ms = desk.scene.now_ms;
	view.wall_ms = desk.scene.wall_ms;
	desk_fill(&desk, "now", 2, "13|");
	alerts_frame(alerts, &view);
	picture = desk_picture(&desk, 100, 16, GLYPHS_UTF8);
	contains(picture, "14:05 12 min │");
	contains(picture, "?  level  no value: ");
	contains(picture, "1, 1 without value");
	free(picture);
	alerts_free(alerts);
	desk_close(&desk);
}

/* A line of a text panel about as long as what is drawn at once: nothing is written beyond it. */
static void long_lines_of_text(void **state)
{
	enum { AROUND = 4 };
	char words[CANVAS_TEXT_MAX + AROUND + 1], text[CANVAS_TEXT_MAX + 200];
	(void)state;
	for (unsigned length = CANVAS_TEXT_MAX - AROUND; length < CANVAS_TEXT_MAX + AROUND; length++) {
		struct desk desk;
		memset(words, 'x', length);
		words[length] = '\0';
		snprintf(text, sizeof(text), "pages = ( { rows = ( { panels = ( { name = \"t\" type = \"text\" text = \"%s\" } ) } ) } )",
			words);
		desk_open(&desk, text);
		char *picture = desk_picture(&desk, CANVAS_TEXT_MAX + 100, 10, GLYPHS_UTF8);
		unsigned shown = 0;
		for (const char *at = picture; *at != '\0'; at++)
			shown += *at == 'x';
		/* The hints below have an x or two. */
		assert_true(shown >= CANVAS_TEXT_MAX - AROUND && shown <= length + 4);
		free(picture);
		desk_close(&desk);
	}
}

static void no_line_is_too_wide(void **state)
{
	struct desk desk;
	(void)state;
	open_wall(&desk);
	desk_fill(&desk, "queues", 3,
		"Việt Nam|12|5;e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301|1|1;"
		"🎧🎧🎧🎧🎧🎧🎧🎧🎧🎧🎧🎧|11|200");
	for (int columns = 1; columns < 140; columns += 7)
		for (int lines = 1; lines < 50; lines += 3) {
			char *picture = desk_picture(&desk, columns, lines, GLYPHS_UTF8);
			int count = 0;
			for (char *line = strtok(picture, "\n"); line != NULL; line = strtok(NULL, "\n"), count++)
				assert_true(text_width(line) <= columns);
			assert_true((count > 0 || columns < 20) && count <= lines);
			free(picture);
		}
	desk_close(&desk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_page),
		cmocka_unit_test(long_lines_of_text),
		cmocka_unit_test(alerts_tell_since_when),
		cmocka_unit_test(in_ascii),
		cmocka_unit_test(the_last_hour),
		cmocka_unit_test(the_row_of_the_longest_wait),
		cmocka_unit_test(a_trend_is_never_cut), cmocka_unit_test(how_many_are_on_duty),
		cmocka_unit_test(what_a_number_is_judged_by),
		cmocka_unit_test(forty_by_ten),
		cmocka_unit_test(twenty_by_five),
		cmocka_unit_test(agent_states_and_times),
		cmocka_unit_test(empty_lists_say_why),
		cmocka_unit_test(no_alarm_from_a_running_time),
		cmocka_unit_test(stale_data_are_dim_and_tell_their_age),
		cmocka_unit_test(data_of_the_last_frame_have_an_age), cmocka_unit_test(a_panel_that_is_left_out_says_why),
		cmocka_unit_test(nothing_yet),
		cmocka_unit_test(one_panel),
		cmocka_unit_test(other_panels),
		cmocka_unit_test(notes_leave_the_title_its_place),
		cmocka_unit_test(rows_without_room_are_counted),
		cmocka_unit_test(ends_tell_names_apart),
		cmocka_unit_test(middles_tell_names_apart),
		cmocka_unit_test(services_are_told_apart),
		cmocka_unit_test(titles_take_the_room_there_is),
		cmocka_unit_test(heads_keep_apart),
		cmocka_unit_test(old_availability_says_why),
		cmocka_unit_test(no_line_is_too_wide),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
