/* Charts: gaps and zeros, limits, round values at the left, local times below, and when the picture moves. */
#include "screen_board.h"

#include <time.h>

#include "board/history.h"

static const int64_t minute = HISTORY_SLOT_MS;

/* Another panel gives the chart a frame. */
static char *chart_picture(const struct desk *desk, int columns, int lines, int glyphs)
{
	return desk_picture(desk, columns, lines + 3, glyphs);
}

/* Wide enough for a column of ASCII for each minute of an hour: frame, margins, and "100 " at the left. */
enum { HOUR_COLUMNS = 60 + 4 + 4 };

/* The last minute is the one with 10,000 of them behind it; the time of day is 14:05:30 there. */
static void chart_open(struct desk *desk, const char *options, struct history **history)
{
	char text[1024];
	snprintf(text, sizeof(text), "pages = ( { rows = ( { panels = ( { name = \"c\" type = \"chart\" title = \"Chart\" %s } ) },"
		" { height = 3 panels = ( { name = \"t\" type = \"text\" text = \"-\" } ) } ) } )", options);
	desk_open(desk, text);
	desk->scene.now_ms = 10000 * minute + 30 * 1000;
	desk->scene.wall_ms += 30 * 1000;
	desk->link.accepted_ms = desk->scene.now_ms;
	desk->scene.history = *history = history_new(desk->layout);
}

static void chart_close(struct desk *desk, struct history *history)
{
	history_free(history);
	desk_close(desk);
}

/* What came so many minutes ago. */
static void give(struct desk *desk, struct history *history, int ago, const char *values)
{
	int64_t now_ms = desk->scene.now_ms;
	unsigned columns = desk->layout->panels[0].column_count;
	desk->scene.now_ms -= ago * minute;
	desk_fill(desk, "c", columns, values);
	history_take(history, desk->board, 0, 5);
	desk->scene.now_ms = now_ms;
	desk_fill(desk, "c", columns, values);
}

static const char *line_with(const char *picture, const char *text)
{
	static char line[1024];
	const char *at = strstr(picture, text);
	if (at == NULL)
		fail_msg("no '%s' in\n%s", text, picture);
	while (at > picture && at[-1] != '\n')
		at--;
	snprintf(line, sizeof(line), "%.*s", (int)strcspn(at, "\n"), at);
	return line;
}

static void expect(const struct desk *desk, int columns, int lines, int glyphs, const char *text)
{
	char *picture = chart_picture(desk, columns, lines, glyphs);
	if (strstr(picture, text) == NULL)
		fail_msg("%dx%d lacks '%s':\n%s", columns, lines, text, picture);
	free(picture);
}

/* Zeros are a line at the bottom, a gap is nothing; in every set of glyphs. */
static void gaps_are_no_zeros(void **state)
{
	struct desk desk;
	struct history *history;
	(void)state;
	chart_open(&desk, "series = ( \"in_calls_waiting\" )", &history);
	for (int ago = 9; ago >= 0; ago--)
		if (ago < 3 || ago > 5)
			give(&desk, history, ago, ago > 5 ? "0" : "8");
	char *picture = chart_picture(&desk, HOUR_COLUMNS, 12, GLYPHS_ASCII);
	assert_non_null(strstr(line_with(picture, "|   0 "), "  ____   ### |"));
	assert_non_null(strstr(line_with(picture, "|   8 "), "           ### |"));
	free(picture);
	expect(&desk, HOUR_COLUMNS, 12, GLYPHS_CONSOLE, "  ____   ███ │");
	expect(&desk, HOUR_COLUMNS, 12, GLYPHS_PLAIN, "  ____   ███ │");
	expect(&desk, HOUR_COLUMNS, 12, GLYPHS_UTF8, "  ⣀⣀⣀⣀   ⣿⣿⣿ │");
	chart_close(&desk, history);
	/* A line goes through the same cells, and is torn where there is a gap. */
	chart_open(&desk, "style = \"line\" series = ( \"in_calls_waiting\" )", &history);
	for (int ago = 9; ago >= 0; ago--)
		if (ago < 3 || ago > 5)
			give(&desk, history, ago, ago > 7 ? "0" : "8");
	picture = chart_picture(&desk, HOUR_COLUMNS, 12, GLYPHS_ASCII);
	assert_non_null(strstr(line_with(picture, "|   0 "), "  ##         |"));
	assert_non_null(strstr(line_with(picture, "|   4 "), "    #        |"));
	assert_non_null(strstr(line_with(picture, "|   8 "), "    ##   ### |"));
	free(picture);
	chart_close(&desk, history);
}

/* A limit is a dashed line with its number beside it, where the area does not reach; beyond the values too. */
static void limits_are_dashed_lines(void **state)
{
	struct desk desk;
	struct history *history;
	(void)state;
	chart_open(&desk, "series = ( { stat = \"in_calls_waiting\" warn = \"> 5\" alert = \"> 11\" } )", &history);
	give(&desk, history, 1, "3");
	give(&desk, history, 0, "7");
	char *picture = chart_picture(&desk, HOUR_COLUMNS, 14, GLYPHS_ASCII);
	assert_non_null(strstr(line_with(picture, "|   5 "), "5 -----------------------------------------------------------# |"));
	assert_non_null(strstr(line_with(picture, "|  11 "), "11 ------------------------------------------------------------ |"));
	/* The value and its mark are in the frame. */
	assert_non_null(strstr(line_with(picture, " Chart "), "- 7 ! +"));
	free(picture);
	chart_close(&desk, history);
}

/* The numbers at the left, from the bottom to the top, with commas between. */
static void axis_of(const struct desk *desk, int lines, char out[256], size_t size)
{
	char *picture = chart_picture(desk, 60, lines, GLYPHS_ASCII), *end;
	out[0] = '\0';
	for (char *at = picture; (end = strchr(at, '\n')) != NULL; at = end + 1) {
		char number[32] = "", before[256];
		*end = '\0';
		if (at[0] != '|' || sscanf(at + 1, "%9[ 0-9:%e+]", number) != 1)
			continue;
		for (size_t length = strlen(number); length > 0 && number[length - 1] == ' '; length--)
			number[length - 1] = '\0';
		while (number[0] == ' ')
			memmove(number, number + 1, strlen(number));
		if (number[0] == '\0')
			continue;
		snprintf(before, sizeof(before), "%.200s", out);
		snprintf(out, size, "%.31s%s%.200s", number, before[0] != '\0' ? "," : "", before);
	}
	free(picture);
}

static void values_at_the_left_are_round(void **state)
{
	static const struct {
		const char *stat, *least, *most, *wanted;
	} cases[] = {
		{ "in_calls_waiting", "0", "0", "0,1" },
		{ "in_calls_waiting", "0", "1", "0,1" },
		{ "in_calls_waiting", "3", "7", "0,2,4,6,8" },
		{ "in_calls_waiting", "1", "17", "0,5,10,15,20" },
		{ "agents_ready", "90", "101", "0,50,100,150" },
		{ "agents_ready", "9000", "9999", "0,2000,4000,6000,8000,10000" },
		/* What grows all day begins near its least. */
		{ "in_calls_received_per_day", "412", "431", "410,415,420,425,430,435" },
		/* ... whichever of the series does. */
		{ "agents_ready\", \"in_calls_received_per_day", "391|412", "402|431", "390,400,410,420,430,440" },
		{ "service_level", "81", "84", "81 %,82 %,83 %,84 %" },
		{ "service_level", "97", "100", "97 %,98 %,99 %,100 %" },
		{ "service_level", "0", "100", "0 %,20 %,40 %,60 %,80 %,100 %" },
		{ "in_max_wait_time", "0", "47", "0:00,0:10,0:20,0:30,0:40,0:50" },
		{ "in_max_wait_time", "0", "200", "0:00,1:00,2:00,3:00,4:00" },
		{ "in_max_wait_time", "0", "4000", "0:00,15:00,30:00,45:00,1:00:00,1:15:00" },
		/* However large: the picture keeps its room, and each is drawn. */
		{ "in_calls_waiting", "0", "3500000000000000000000000000000", "0,1e+30,2e+30,3e+30,4e+30" },
		{ "service_level", "0", "35000000000000000000000", "0 %,1e+22 %,2e+22 %,3e+22 %,4e+22 %" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct desk desk;
		struct history *history;
		char options[256], found[256];
		snprintf(options, sizeof(options), "series = ( \"%s\" )", cases[i].stat);
		chart_open(&desk, options, &history);
		give(&desk, history, 1, cases[i].least);
		give(&desk, history, 0, cases[i].most);
		axis_of(&desk, 15, found, sizeof(found));
		if (strcmp(found, cases[i].wanted) != 0)
			fail_msg("%s from %s to %s: %s, not %s", cases[i].stat, cases[i].least, cases[i].most, found, cases[i].wanted);
		chart_close(&desk, history);
	}
}

/* The times below, with blanks between. */
static void times_of(const struct desk *desk, int columns, char *out, size_t size)
{
	char *picture = chart_picture(desk, columns, 12, GLYPHS_ASCII);
	const char *line = strstr(strstr(picture, "+ Chart"), "\n+");
	assert_non_null(line);
	while (line[-1] != '\n')
		line--;
	out[0] = '\0';
	for (const char *at = line; *at != '\n'; at++)
		if ((at[0] >= '0' && at[0] <= '2') && at[2] == ':') {
			size_t used = strlen(out);
			snprintf(out + used, size - used, "%s%.5s", used > 0 ? " " : "", at);
			at += 4;
		}
	free(picture);
}

/* Round times of the clock on the wall, also over a change of the zone's offset; and they stand where they belong. */
static void times_are_those_of_the_wall(void **state)
{
	static const struct {
		const char *zone, *span;
		int64_t wall; /* seconds since 1970 */
		int columns;
		const char *wanted;
	} cases[] = {
		{ "UTC", "1h", 1764079530, HOUR_COLUMNS, "13:10 13:20 13:30 13:40 13:50 14:00" },
		{ "UTC", "15m", 1764079530, HOUR_COLUMNS, "13:55 14:00 14:05" },
		{ "UTC", "1d", 1764079530, HOUR_COLUMNS, "16:00 20:00 00:00 04:00 08:00 12:00" },
		{ "UTC", "1d", 1764079530, 120, "16:00 18:00 20:00 22:00 00:00 02:00 04:00 06:00 08:00 10:00 12:00 14:00" },
		{ "IST-5:30", "1h", 1764079530, HOUR_COLUMNS, "18:40 18:50 19:00 19:10 19:20 19:30" },
		/* 29 March 2026, 10:00 in summer time: 02:00 is not there. */
		{ "CET-1CEST,M3.5.0,M10.5.0/3", "1d", 1774771200, 120, "10:00 12:00 14:00 16:00 18:00 20:00 22:00 00:00 04:00 06:00 08:00 10:00" },
		/* 25 October 2026, 10:00 in winter time: 02:00 is there twice, and has room once. */
		{ "CET-1CEST,M3.5.0,M10.5.0/3", "1d", 1792918800, 120, "12:00 14:00 16:00 18:00 20:00 22:00 00:00 02:00 04:00 06:00 08:00 10:00" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct desk desk;
		struct history *history;
		char options[256], found[256];
		snprintf(options, sizeof(options), "span = \"%s\" series = ( \"in_calls_waiting\" )", cases[i].span);
		chart_open(&desk, options, &history);
		setenv("TZ", cases[i].zone, 1);
		tzset();
		desk.scene.wall_ms = cases[i].wall * 1000;
		give(&desk, history, 0, "3");
		times_of(&desk, cases[i].columns, found, sizeof(found));
		if (strcmp(found, cases[i].wanted) != 0)
			fail_msg("%s of %s: %s, not %s", cases[i].span, cases[i].zone, found, cases[i].wanted);
		chart_close(&desk, history);
	}
	setenv("TZ", "UTC", 1);
	tzset();
}

/* A time is below the minute that it is of. */
static void times_are_below_their_minutes(void **state)
{
	struct desk desk;
	struct history *history;
	(void)state;
	chart_open(&desk, "series = ( \"in_calls_waiting\" )", &history);
	/* 14:05 is the last column, 13:40 25 before it. */
	give(&desk, history, 25, "8");
	give(&desk, history, 0, "0");
	char *picture = chart_picture(&desk, HOUR_COLUMNS, 12, GLYPHS_ASCII);
	const char *peak = line_with(picture, "|   8 ");
	long column = strchr(peak, '#') - peak;
	const char *below = line_with(picture, "13:40");
	assert_int_equal(strstr(below, "13:40") - below + 2, column);
	free(picture);
	chart_close(&desk, history);
}

/* Over the end of a day both days are there, with a gap between. */
static void a_day_over_the_reset(void **state)
{
	struct desk desk;
	struct history *history;
	(void)state;
	chart_open(&desk, "span = \"1h\" series = ( \"in_calls_received_per_day\" )", &history);
	for (int ago = 9; ago > 5; ago--)
		give(&desk, history, ago, "800");
	give(&desk, history, 5, "0");
	give(&desk, history, 5, "2");
	for (int ago = 4; ago >= 0; ago--)
		give(&desk, history, ago, "400");
	char *picture = chart_picture(&desk, HOUR_COLUMNS, 12, GLYPHS_ASCII);
	assert_non_null(strstr(line_with(picture, "| 400 "), "  #### _____ |"));
	assert_non_null(strstr(line_with(picture, "| 800 "), "  ####       |"));
	/* The 0 itself is no part of the picture, which would begin there. */
	assert_null(strstr(picture, "|   0 "));
	free(picture);
	chart_close(&desk, history);
}

/* A day is drawn of means; yesterday at this time is the first of them. */
static void a_whole_day(void **state)
{
	struct desk desk;
	struct history *history;
	(void)state;
	chart_open(&desk, "span = \"1d\" series = ( \"in_calls_waiting\" )", &history);
	for (int ago = 1439; ago >= 0; ago--)
		give(&desk, history, ago, ago >= 720 ? "4" : ago % 2 == 0 ? "1" : "3");
	char *picture = chart_picture(&desk, HOUR_COLUMNS, 12, GLYPHS_ASCII);
	assert_non_null(strstr(line_with(picture, "|   4 "), "4 #############################                                |"));
	assert_non_null(strstr(line_with(picture, "|   2 "), "2 ############################################################ |"));
	free(picture);
	chart_close(&desk, history);
}

/* Between two minutes nothing moves without new data, and then all moves by one. */
static void it_moves_once_a_minute(void **state)
{
	struct desk desk;
	struct history *history;
	(void)state;
	chart_open(&desk, "span = \"4h\" series = ( \"in_calls_waiting\" )", &history);
	for (int ago = 239; ago >= 0; ago--)
		give(&desk, history, ago, ago % 7 > 3 ? "4" : "1");
	desk.link.interval = 3600;
	desk.scene.now_ms -= 30 * 1000;
	desk.scene.wall_ms -= 30 * 1000;
	char *picture = chart_picture(&desk, HOUR_COLUMNS, 12, GLYPHS_ASCII);
	const char *body = strchr(picture, '\n');
	int moved = 0;
	/* Four minutes in a column: whatever the time, one of the next four begins another one. */
	for (int second = 1; second <= 240; second++) {
		desk.scene.now_ms += 1000;
		desk.scene.wall_ms += 1000;
		char *next = chart_picture(&desk, HOUR_COLUMNS, 12, GLYPHS_ASCII);
		bool same = strcmp(body, strchr(next, '\n')) == 0;
		if (!same && desk.scene.now_ms % minute != 0)
			fail_msg("%d seconds later:\n%s\n%s", second, picture, next);
		moved += !same;
		free(picture);
		picture = next;
		body = strchr(picture, '\n');
	}
	assert_int_equal(moved, 1);
	free(picture);
	chart_close(&desk, history);
}

/* Several series are lines, with letters where colours do not tell them apart. */
static void several_series_have_letters(void **state)
{
	struct desk desk;
	struct history *history;
	(void)state;
	chart_open(&desk, "series = ( { stat = \"in_calls_waiting\" warn = \"> 5\" }, { stat = \"agents_ready\" label = \"Free\" } )", &history);
	for (int ago = 9; ago >= 0; ago--)
		give(&desk, history, ago, "9|4");
	char *picture = chart_picture(&desk, HOUR_COLUMNS, 14, GLYPHS_ASCII);
	assert_non_null(strstr(picture, "| A Waiting 9 !   B Free 4 "));
	assert_non_null(strstr(picture, "   AAAAAAAAAAA A  |"));
	assert_non_null(strstr(picture, "   BBBBBBBBBBB B  |"));
	free(picture);
	chart_close(&desk, history);
	/* Where they meet, side by side. */
	chart_open(&desk, "series = ( { stat = \"in_calls_waiting\" label = \"Waiting in the queues\" }, \"agents_ready\" )", &history);
	give(&desk, history, 0, "4|4");
	expect(&desk, HOUR_COLUMNS, 14, GLYPHS_ASCII, "B AB |");
	/* In a narrow box the labels go before the values, and not a column earlier than they must. */
	expect(&desk, 32, 14, GLYPHS_ASCII, " A 4   B 4\n");
	chart_close(&desk, history);
	chart_open(&desk, "series = ( { stat = \"in_calls_waiting\" label = \"Waiting in all the queues of this centre\" },"
		" { stat = \"agents_ready\" label = \"Agents who are ready\" } )", &history);
	give(&desk, history, 0, "4|4");
	const int frame = 4, room = (int)strlen("A Waiting in all the queues of this centre 4   B Agents who are ready 4");
	expect(&desk, room + frame, 14, GLYPHS_ASCII, "| A Waiting in all the queues of this centre 4   B Agents who are ready 4 |");
	expect(&desk, room + frame - 1, 14, GLYPHS_ASCII, "| A 4   B 4 ");
	chart_close(&desk, history);
}

/* What is not there is said: before the first data, without a number, and when the data are old. */
static void what_is_missing_is_said(void **state)
{
	struct desk desk;
	struct history *history;
	(void)state;
	chart_open(&desk, "series = ( \"in_calls_waiting\" )", &history);
	desk.link.state = LINK_WAITING;
	expect(&desk, HOUR_COLUMNS, 12, GLYPHS_ASCII, "waiting for the first data");
	desk.link.state = LINK_LIVE;
	give(&desk, history, 1, "?");
	expect(&desk, HOUR_COLUMNS, 12, GLYPHS_ASCII, "no value yet");
	give(&desk, history, 0, "3");
	desk.scene.now_ms += 45 * 1000;
	expect(&desk, HOUR_COLUMNS, 12, GLYPHS_ASCII, "no data for 45 s");
	expect(&desk, HOUR_COLUMNS, 12, GLYPHS_ASCII, "#");
	/* Where all else is fresh. */
	desk.link.accepted_ms = desk.scene.now_ms;
	expect(&desk, HOUR_COLUMNS, 12, GLYPHS_ASCII, "- 3, 45 s old +");
	chart_close(&desk, history);
}

/* No size tears it. */
static void every_size_is_drawn(void **state)
{
	struct desk desk;
	struct history *history;
	(void)state;
	chart_open(&desk, "series = ( { stat = \"in_calls_waiting\" warn = \"> 2\" }, \"agents_ready\" )", &history);
	for (int ago = 30; ago >= 0; ago--)
		give(&desk, history, ago, ago % 2 == 0 ? "1|3" : "4|0");
	for (int columns = 20; columns < 340; columns += columns < 60 ? 1 : 20)
		for (int lines = 5; lines < 90; lines += lines < 20 ? 1 : 30)
			for (int glyphs = GLYPHS_UTF8; glyphs <= GLYPHS_ASCII; glyphs++)
				free(chart_picture(&desk, columns, lines, glyphs));
	chart_close(&desk, history);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gaps_are_no_zeros),
		cmocka_unit_test(limits_are_dashed_lines),
		cmocka_unit_test(values_at_the_left_are_round),
		cmocka_unit_test(times_are_those_of_the_wall),
		cmocka_unit_test(times_are_below_their_minutes),
		cmocka_unit_test(a_day_over_the_reset),
		cmocka_unit_test(a_whole_day),
		cmocka_unit_test(it_moves_once_a_minute),
		cmocka_unit_test(several_series_have_letters),
		cmocka_unit_test(what_is_missing_is_said),
		cmocka_unit_test(every_size_is_drawn),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
