/* Panels at the borders of their room: the largest digits that fit, and what stands there where none do. */
#include "screen_board.h"

#include "alert/alert.h"
#include "screen/figures.h"

static void has(const struct desk *desk, int columns, int lines, const char *text)
{
	char *picture = desk_picture(desk, columns, lines, GLYPHS_ASCII);
	if (strstr(picture, text) == NULL)
		fail_msg("%dx%d lacks '%s':\n%s", columns, lines, text, picture);
	free(picture);
}

/* The first tile has a value that no digits have room for: it is shown as text, whole. */
static void a_long_value_is_plain(void **state)
{
	struct desk desk;
	(void)state;
	desk_open(&desk, "pages = ( { rows = ( { panels = ( { name = \"t\" type = \"totals\" tiles = ("
		" { stat = \"in_calls_waiting\" label = \"Waiting\" }, { stat = \"in_max_wait_time\" label = \"Longest\" } ) } ) } ) } )");
	desk_fill(&desk, "t", 2, "12345678|61");
	has(&desk, 30, 8,
		"\n Waiting        Longest\n"
		"                       _\n"
		"   12345678      |  . | |  |\n"
		"                 |  . |_|  |\n");
	desk_fill(&desk, "t", 2, "7|360000");
	has(&desk, 30, 8, "4d 04:00\n");
	/* Above the value, as text for all. */
	desk_fill(&desk, "t", 2, "12345678|360000");
	has(&desk, 24, 5, "Waiting      12345678\n");
	has(&desk, 24, 5, "Longest      4d 04:00\n");
	desk_close(&desk);
}

/* Digits are only as large as leaves room for the labels above them. */
static void labels_above_digits_are_whole(void **state)
{
	struct desk desk;
	unsigned sizes = 0;
	(void)state;
	desk_open(&desk, "pages = ( { rows = ( { panels = ( { name = \"t\" type = \"totals\" tiles = ("
		" { stat = \"in_calls_waiting\" label = \"Waiting\" }, { stat = \"in_max_wait_time\" label = \"Longest\" } ) } ) } ) } )");
	desk_fill(&desk, "t", 2, "7|61");
	for (int lines = 5; lines < 20; lines++)
		for (int columns = 24; columns < 90; columns++) {
			char *picture = desk_picture(&desk, columns, lines, GLYPHS_ASCII);
			bool digits = strpbrk(picture, "#_") != NULL;
			/* One word above the digits fits wherever there are any. */
			if (digits && (strstr(picture, "Waiting") == NULL || strstr(picture, "Longest") == NULL))
				fail_msg("%dx%d:\n%s", columns, lines, picture);
			sizes += digits;
			free(picture);
		}
	assert_true(sizes > 0);
	desk_close(&desk);
}

/* Services in block letters where all of them have room; a word that is no sure one stays a text. */
static void services_grow(void **state)
{
	struct desk desk;
	(void)state;
	desk_open(&desk, "pages = ( { rows = ( { panels = ( { name = \"open\" type = \"availability\" } ) } ) } )");
	struct service_availability *sales = board_service(desk.board, "Sales"), *chat = board_service(desk.board, "Chat");
	sales->state = AVAILABILITY_NOBODY;
	sales->received_ms = chat->received_ms = TEST_NOW;
	snprintf(chat->problem, sizeof(chat->problem), "refused: 403");
	desk.board->generation++;
	char *small = desk_picture(&desk, 62, 14, GLYPHS_UTF8), *large = desk_picture(&desk, 80, 14, GLYPHS_UTF8);
	assert_non_null(strstr(small, "Sales · · "));
	assert_null(strstr(small, "▄▀"));
	assert_null(strstr(large, "Sales"));
	assert_non_null(strstr(large, " ○ ▀▀█ █▀█ █   █▀▀ ▀▀█"));
	assert_non_null(strstr(large, "refused: 403"));
	free(small);
	free(large);
	desk_close(&desk);
}

/* A label in block letters as it is drawn, one line after the other; "" if it has none in this room. */
static void letters(char *out, size_t size, int glyphs, const char *text, int columns, int lines)
{
	struct glyphs set = { .set = (enum glyph_set)glyphs };
	struct canvas canvas = { .glyphs = &set, .lines = lines, .columns = columns };
	int fits = letters_fit(&canvas, text, columns, lines);
	out[0] = '\0';
	if (fits > 1)
		snprintf(out, size, "%d lines, %d columns", fits, letters_width(&canvas, text, fits));
}

/* Every capital, every digit and the signs are there in all sizes; accents go, other scripts are text. */
static void labels_have_block_letters(void **state)
{
	static const struct {
		const char *text;
		int glyphs, columns, lines;
		const char *wanted;
	} cases[] = {
		{ "abcdefghijklmnopqrstuvwxyz", GLYPH_SET_UTF8, 240, 3, "3 lines, 110 columns" },
		{ "ABCDEFGHIJKLMNOPQRSTUVWXYZ", GLYPH_SET_CONSOLE, 240, 3, "3 lines, 110 columns" },
		{ "0123456789 .-/&%+:'(),", GLYPH_SET_UTF8, 1000, 28, "28 lines, 760 columns" },
		{ "Störung", GLYPH_SET_UTF8, 240, 3, "3 lines, 29 columns" },
		{ "STORUNG", GLYPH_SET_UTF8, 240, 3, "3 lines, 29 columns" },
		{ "Straße", GLYPH_SET_UTF8, 240, 3, "3 lines, 27 columns" },
		{ "Łódź", GLYPH_SET_UTF8, 240, 5, "5 lines, 30 columns" },
		/* The size is the largest that both lines and columns hold. */
		{ "Waiting", GLYPH_SET_UTF8, 70, 10, "7 lines, 70 columns" },
		{ "Waiting", GLYPH_SET_UTF8, 69, 10, "5 lines, 62 columns" },
		{ "Waiting", GLYPH_SET_UTF8, 61, 10, "3 lines, 31 columns" },
		{ "Waiting", GLYPH_SET_UTF8, 28, 10, "" },
		{ "Waiting", GLYPH_SET_UTF8, 240, 2, "" },
		/* ASCII has no half of a line. */
		{ "Waiting", GLYPH_SET_ASCII, 240, 4, "" },
		{ "Waiting", GLYPH_SET_ASCII, 240, 6, "5 lines, 62 columns" },
		{ "日本語", GLYPH_SET_UTF8, 240, 67, "" },
		{ "Поддержка", GLYPH_SET_UTF8, 240, 67, "" },
		{ "a_b", GLYPH_SET_UTF8, 240, 67, "" },
		{ "", GLYPH_SET_UTF8, 240, 67, "" },
		{ "a label that is so long that no wall of any size would have room for it", GLYPH_SET_UTF8, 2000, 67, "" },
	};
	(void)state;
	assert_true(text_locale() || setenv("LC_ALL", "C.UTF-8", 1) == 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char found[64];
		letters(found, sizeof(found), cases[i].glyphs, cases[i].text, cases[i].columns, cases[i].lines);
		if (strcmp(found, cases[i].wanted) != 0)
			fail_msg("'%s' in %dx%d: %s, not %s", cases[i].text, cases[i].columns, cases[i].lines, found, cases[i].wanted);
	}
}

/* Lines and columns of what stands below the line of the status. */
static void measure(const char *picture, int *lines, int *columns)
{
	int first = 1000, last = -1;
	*lines = 0;
	for (const char *line = strchr(picture, '\n'); line != NULL && line[1] != '\0'; line = strchr(line + 1, '\n')) {
		int length = (int)strcspn(line + 1, "\n"), blanks = (int)strspn(line + 1, " ");
		if (blanks >= length)
			continue;
		++*lines;
		first = blanks < first ? blanks : first;
		last = length - 1 > last ? length - 1 : last;
	}
	*columns = last < 0 ? 0 : last - first + 1;
}

/* A clock grows as soon as there is room for the larger digits and one blank at each side. */
static void a_clock_takes_its_room(void **state)
{
	struct desk desk;
	int sizes = 0, before = 0;
	(void)state;
	desk_open(&desk, "pages = ( { rows = ( { panels = ( { name = \"c\" type = \"clock\" format = \"%H:%M:%S:%H\" } ) } ) } )");
	/* The outer digits fill all of their columns. */
	desk.scene.wall_ms = ((8 * 60 + 8) * 60 + 8) * 1000;
	for (int columns = 30; columns < 140; columns++) {
		int lines, used;
		char *picture = desk_picture(&desk, columns, 11, GLYPHS_ASCII);
		measure(picture, &lines, &used);
		if (lines > 1 && used + 2 > columns)
			fail_msg("%d columns of %d are used:\n%s", used, columns, picture);
		if (lines > before && before > 0) {
			sizes++;
			if (used + 2 != columns)
				fail_msg("%d columns of %d are used:\n%s", used, columns, picture);
		}
		if (lines < before)
			fail_msg("smaller at %d columns:\n%s", columns, picture);
		before = lines;
		free(picture);
	}
	assert_true(sizes >= 3);
	desk_close(&desk);
}

/* A value that is longer than usual grows as soon as its tile has the columns for it, to the last one. */
static void a_long_value_takes_its_tile(void **state)
{
	static const struct { const char *statistic, *value; } tiles[] = {
		{ "in_calls_waiting", "88888" }, { "in_calls_waiting", "8888888" }, { "service_level", "8888" }, { "in_max_wait_time", "28888" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(tiles) / sizeof(tiles[0]); i++) {
		char text[200];
		struct desk desk;
		int sizes = 0, before = 0;
		snprintf(text, sizeof(text), "pages = ( { rows = ( { panels = ( { name = \"t\" type = \"totals\" frame = \"none\""
			" tiles = ( { stat = \"%s\" label = \"x\" } ) } ) } ) } )", tiles[i].statistic);
		desk_open(&desk, text);
		desk_fill(&desk, "t", 1, tiles[i].value);
		for (int columns = 16; columns < 140; columns++) {
			int lines, used;
			char *picture = desk_picture(&desk, columns, 14, GLYPHS_ASCII), *label = strchr(picture, 'x');
			assert_non_null(label);
			measure(label, &lines, &used);
			if (used > columns || lines < before)
				fail_msg("%s: %d columns of %d:\n%s", tiles[i].value, used, columns, picture);
			if (lines > before && before > 1) {
				sizes++;
				if (used != columns)
					fail_msg("%s grows with %d columns of %d:\n%s", tiles[i].value, used, columns, picture);
			}
			before = lines;
			free(picture);
		}
		if (sizes < 2)
			fail_msg("%s: %d", tiles[i].value, sizes);
		desk_close(&desk);
	}
}

/* Where so many lines of a text begin. */
static const char *after_lines(const char *text, int lines)
{
	for (; lines > 0; lines--)
		text = strchr(text, '\n') + 1;
	return text;
}

/* A line of trouble lies over the last items of tiles, and the others stay where they are. */
static void items_stay_where_they_are(void **state)
{
	static const char *const stats[] = { "in_calls_waiting", "agents_logged", "agents_busy", "agents_ready", "agents_not_ready",
		"agents_acw", "agents_busy_svc", "in_calls_queued_per_day", "in_calls_received_per_day" };
	enum { COLUMNS = 44, LINES = 12, MOST = sizeof(stats) / sizeof(stats[0]) };
	unsigned compared = 0;
	(void)state;
	for (int count = 2; count <= MOST; count++)
		for (int height = 3; height <= 6; height++) {
			struct desk desk;
			char text[1000], values[40] = "";
			size_t used = (size_t)snprintf(text, sizeof(text), "pages = ( { rows = ( { panels = ( { name = \"c\" type = \"clock\" } ) },"
				" { height = %d panels = ( { name = \"t\" type = \"totals\" frame = \"none\" tiles = ( ", height);
			for (int i = 0; i < count; i++) {
				used += (size_t)snprintf(text + used, sizeof(text) - used, "%s{ stat = \"%s\" label = \"L%d\" }", i > 0 ? ", " : "",
					stats[i], i);
				snprintf(values + strlen(values), sizeof(values) - strlen(values), "%s%d", i > 0 ? "|" : "", i);
			}
			snprintf(text + used, sizeof(text) - used, " ) } ) } ) } )");
			desk_open(&desk, text);
			desk_fill(&desk, "t", (unsigned)count, values);
			char *calm = desk_picture(&desk, COLUMNS, LINES, GLYPHS_ASCII);
			desk.scene.notice = "written to a file";
			char *cut = desk_picture(&desk, COLUMNS, LINES, GLYPHS_ASCII);
			const char *from = after_lines(calm, LINES - height), *to = after_lines(from, height - 1);
			/* As items, the first has its value beside it. */
			char after = from[strcspn(from, "\n") < 4 ? 0 : 4 + strcspn(from + 4, "L0123456789\n")];
			if (strncmp(from, " L0 ", 4) == 0 && after >= '0' && after <= '9') {
				int across = 0;
				for (const char *at = from; *at != '\n'; at++)
					across += *at == 'L';
				assert_int_equal(across, (count + height - 1) / height > 3 ? 3 : (count + height - 1) / height);
				compared += to > from;
				if (strncmp(from, after_lines(cut, LINES - height), (size_t)(to - from)) != 0)
					fail_msg("%d in %d lines:\n%s\n%s", count, height, calm, cut);
			}
			free(calm);
			free(cut);
			desk_close(&desk);
		}
	if (compared < 8)
		fail_msg("%u", compared);
}

/* Name and reason at the left, since when at the right, and one blank before the frame. */
static void an_alert_without_a_value_ends_at_the_edge(void **state)
{
	struct desk desk;
	(void)state;
	desk_open(&desk, "pages = ( { rows = ( { panels = ("
		" { name = \"q\" type = \"service_grid\" columns = ( \"name\", \"in_calls_waiting\" ) },"
		" { name = \"a\" type = \"alerts\" } ) } ) } )"
		" alerts = ( { name = \"gone\" when = \"q[Nobody].in_calls_waiting > 5\" } )");
	struct alerts *alerts = alerts_new(desk.layout, (struct alerts_sink){ 0 });
	desk.scene.alerts = alerts;
	struct board_view view = scene_board_view(&desk.scene);
	desk_fill(&desk, "q", 2, "Nobody|1");
	alerts_before(alerts, &view);
	alerts_frame(alerts, &view);
	desk.scene.now_ms += 61000;
	desk.scene.wall_ms += 61000;
	desk.link.accepted_ms = desk.scene.now_ms;
	view = scene_board_view(&desk.scene);
	alerts_before(alerts, &view);
	desk_fill(&desk, "q", 2, "Sales|1");
	alerts_frame(alerts, &view);
	char *picture = desk_picture(&desk, 120, 10, GLYPHS_ASCII);
	const char *line = strstr(picture, "?  gone  no value: panel 'q' has no row");
	assert_non_null(line);
	while (line > picture && line[-1] != '\n')
		line--;
	size_t length = strcspn(line, "\n");
	assert_int_equal(length, 119);
	assert_memory_equal(line + length - 5, " 50 s", 5);
	free(picture);
	alerts_free(alerts);
	desk_close(&desk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_long_value_is_plain),
		cmocka_unit_test(labels_above_digits_are_whole),
		cmocka_unit_test(labels_have_block_letters),
		cmocka_unit_test(services_grow),
		cmocka_unit_test(a_clock_takes_its_room),
		cmocka_unit_test(a_long_value_takes_its_tile),
		cmocka_unit_test(items_stay_where_they_are),
		cmocka_unit_test(an_alert_without_a_value_ends_at_the_edge),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
