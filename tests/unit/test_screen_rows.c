/*
 * Rows and columns of grids: filter, order, selection by key, page turning, and which columns fit.
 */
#include "screen_board.h"

#include "alert/alert.h"

#include <curses.h>

#include "screen/panel.h"
#include "screen/style.h"
#include "screen/view.h"

static const char layout_text[] =
	"rotate = \"alarms\" pages = ( { title = \"One\" seconds = 10 rows = ( { panels = ("
	" { name = \"g\" type = \"service_grid\" alarmed_first = true columns = ( { stat = \"name\" width = 24 },"
	"   { stat = \"in_calls_waiting\" warn = \"> 5\" alert = \"> 10\" }, \"agents_logged\" ) } ) } ) },"
	" { title = \"Two\" seconds = 10 rows = ( { panels = ( { name = \"c\" type = \"clock\" } ) } ) },"
	" { title = \"Three\" seconds = 10 rows = ( { panels = ( { name = \"d\" type = \"clock\" } ) } ) } )";

static void rows_in_alarm_float(void **state)
{
	struct desk desk;
	struct order order;
	(void)state;
	desk_open(&desk, layout_text);
	desk_fill(&desk, "g", 3, "a|1|1;b|7|1;c||1;d|20|1;e|8|1");
	const struct panel *panel = layout_panel(desk.layout, "g");
	const struct panel_data *data = board_data(desk.board, panel);
	order_init(&order);
	order_update(&order, panel, data, false);
	static const unsigned expected[] = { 3, 1, 4, 0, 2 };
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(order_row(&order, i), expected[i]);
	/* Old data raise no alarm: the server's order. */
	order_update(&order, panel, data, true);
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(order_row(&order, i), i);
	order_free(&order);
	desk_close(&desk);
}

/* The title says so, where it has room for both words, and not of old data. */
static void worst_first_is_said(void **state)
{
	static const char layout[] = "pages = ( { rows = ( { panels = ( { name = \"g\" type = \"service_grid\" alarmed_first = true %s"
		" columns = ( \"name\", { stat = \"in_calls_waiting\" warn = \"> 5\" } ) } ) },"
		" { height = 3 panels = ( { name = \"t\" type = \"text\" text = \"-\" } ) } ) } )";
	static const struct {
		const char *sort;
		int columns, old_ms;
		const char *seen; /* NULL: nothing is said */
	} cases[] = {
		{ "", 60, 0, " g worst first -" }, { "", 32, 0, NULL }, { "", 60, 60 * 1000, NULL },
		{ "sort = \"in_calls_waiting desc\"", 60, 0, " g worst first, vWaiting -" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct desk desk;
		char text[600];
		snprintf(text, sizeof(text), layout, cases[i].sort);
		desk_open(&desk, text);
		desk_fill(&desk, "g", 2, "a|1;b|7");
		desk.scene.now_ms += cases[i].old_ms;
		char *picture = desk_picture(&desk, cases[i].columns, 24, GLYPHS_ASCII);
		if (cases[i].seen == NULL ? strstr(picture, "worst") != NULL : strstr(picture, cases[i].seen) == NULL)
			fail_msg("case %zu:\n%s", i, picture);
		free(picture);
		desk_close(&desk);
	}
}

/* A service level that is bad stays so for hours: it lifts no row above callers who wait now, unless the layout says so. */
static void the_day_lifts_nothing(void **state)
{
	static const char day[] = "pages = ( { rows = ( { panels = ( { name = \"g\" type = \"service_grid\" alarmed_first = true"
		" columns = ( { stat = \"name\" width = 24 }, { stat = \"in_calls_waiting\" warn = \"> 5\" },"
		" { stat = \"service_level\" alert = \"< 70\" %s }, { stat = \"in_calls_abandoned_total_per_day\" alert = \"> 5\" },"
		" { stat = \"in_average_speed_of_answer\" alert = \"> 9s\" } ) } ) } ) } )";
	static const struct { const char *lifts; unsigned rows[3]; } cases[] = {
		{ "", { 1, 0, 2 } }, { "lifts = false", { 1, 0, 2 } }, { "lifts = true", { 2, 1, 0 } },
	};
	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		char text[600];
		struct desk desk;
		struct order order;
		snprintf(text, sizeof(text), day, cases[i].lifts);
		desk_open(&desk, text);
		desk_fill(&desk, "g", 5, "a|0|90|9|20;b|7|90|0|3;c|0|50|0|3");
		const struct panel *panel = layout_panel(desk.layout, "g");
		order_init(&order);
		order_update(&order, panel, board_data(desk.board, panel), false);
		for (unsigned row = 0; row < 3; row++)
			assert_int_equal(order_row(&order, row), cases[i].rows[row]);
		order_free(&order);
		desk_close(&desk);
	}
}

/* Blanks stand last both ways; equals keep the server's order. */
static void sorting(void **state)
{
	struct desk desk;
	struct order order;
	(void)state;
	desk_open(&desk, layout_text);
	desk_fill(&desk, "g", 3, "a|1|5;b|2|;c|3|9;d|4|5;e|5|?");
	const struct panel *panel = layout_panel(desk.layout, "g");
	const struct panel_data *data = board_data(desk.board, panel);
	order_init(&order);
	order_sort(&order, 2, true);
	order_update(&order, panel, data, true);
	static const unsigned down[] = { 2, 0, 3, 1, 4 }, up[] = { 0, 3, 2, 1, 4 };
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(order_row(&order, i), down[i]);
	order_sort(&order, 2, false);
	order_update(&order, panel, data, true);
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(order_row(&order, i), up[i]);
	desk.scene.now_ms++;
	desk_fill(&desk, "g", 3, "b|1|1;|2|1;a|3|1");
	order_sort(&order, 0, false);
	order_update(&order, panel, data, true);
	static const unsigned names[] = { 2, 0, 1 };
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(order_row(&order, i), names[i]);
	order_free(&order);
	desk_close(&desk);
}

static void sorts_many(void **state)
{
	enum { ROWS = 20000 };
	struct desk desk;
	struct order order;
	(void)state;
	desk_open(&desk, layout_text);
	char *text = malloc(ROWS * 20);
	size_t used = 0;
	for (unsigned i = 0; i < ROWS; i++)
		used += (size_t)sprintf(text + used, "%sn%u|%u|1", i > 0 ? ";" : "", i, i * 7919U % 997U);
	desk_fill(&desk, "g", 3, text);
	const struct panel *panel = layout_panel(desk.layout, "g");
	const struct panel_data *data = board_data(desk.board, panel);
	order_init(&order);
	order_sort(&order, 1, true);
	order_update(&order, panel, data, true);
	assert_int_equal(order.count, ROWS);
	for (unsigned i = 1; i < ROWS; i++) {
		unsigned before = order_row(&order, i - 1), row = order_row(&order, i);
		double a = board_cell(data, before, 1)->number, b = board_cell(data, row, 1)->number;
		assert_true(a > b || (a == b && before < row));
	}
	order_free(&order);
	free(text);
	desk_close(&desk);
}

static void selection_follows_its_key(void **state)
{
	struct desk desk;
	struct view view;
	(void)state;
	desk_open(&desk, layout_text);
	view_init(&view, NULL, NULL);
	view_reset(&view, desk.layout);
	desk_fill(&desk, "g", 3, "a|1|1;b|1|1;c|1|1;d|1|1");
	const struct panel *panel = layout_panel(desk.layout, "g");
	const struct panel_data *data = board_data(desk.board, panel);
	struct panel_view *grid = &view.panels[panel->index];
	grid->visible = 2;
	order_update(&grid->order, panel, data, false);
	view_select(grid, data, 2);
	assert_string_equal(grid->key, "c");
	assert_int_equal(grid->top, 1);
	desk.scene.now_ms++;
	desk_fill(&desk, "g", 3, "c|1|1;x|1|1;a|1|1;y|1|1");
	order_update(&grid->order, panel, data, false);
	view_follow(grid, data);
	assert_int_equal(grid->position, 0);
	assert_int_equal(grid->top, 0);
	/* It went away: its neighbour takes its place. */
	desk.scene.now_ms++;
	desk_fill(&desk, "g", 3, "x|1|1");
	order_update(&grid->order, panel, data, false);
	view_follow(grid, data);
	assert_string_equal(grid->key, "x");
	desk.scene.now_ms++;
	desk_fill(&desk, "g", 3, "");
	order_update(&grid->order, panel, data, false);
	view_follow(grid, data);
	assert_false(grid->selected);
	view_free(&view);
	desk_close(&desk);
}

static void reset_keeps_what_fits(void **state)
{
	struct desk desk, other;
	struct view view;
	(void)state;
	desk_open(&desk, layout_text);
	desk_open(&other, "pages = ( { title = \"One\" rows = ( { panels = ( { name = \"z\" type = \"clock\" },"
		" { name = \"g\" type = \"service_grid\" columns = ( \"name\" ) } ) } ) } )");
	view_init(&view, NULL, NULL);
	view_reset(&view, desk.layout);
	view_go(&view, desk.layout, 2, TEST_NOW);
	order_filter(&view.panels[0].order, "ab");
	order_sort(&view.panels[0].order, 2, true);
	view_reset(&view, other.layout);
	assert_int_equal(view.page, 0);
	const struct panel_view *grid = &view.panels[layout_panel(other.layout, "g")->index];
	assert_string_equal(grid->order.filter, "ab");
	assert_int_equal(grid->order.column, -1);
	view_free(&view);
	desk_close(&other);
	desk_close(&desk);
}

static void rotate(struct view *view, struct desk *desk, int64_t seconds, unsigned expected)
{
	desk->scene.now_ms += seconds * 1000;
	desk->link.accepted_ms = desk->scene.now_ms;
	(void)view_rotate(view, &desk->scene);
	if (view->page != expected)
		fail_msg("page %u, not %u", view->page, expected);
}

static void pages_turn_and_visit_alarms(void **state)
{
	struct desk desk;
	struct view view;
	(void)state;
	desk_open(&desk, layout_text);
	view_init(&view, NULL, NULL);
	view_reset(&view, desk.layout);
	rotate(&view, &desk, 0, 0);
	rotate(&view, &desk, 9, 0);
	rotate(&view, &desk, 1, 1);
	rotate(&view, &desk, 10, 2);
	rotate(&view, &desk, 10, 0);
	/* A key holds the page for a minute. */
	view.last_key_ms = desk.scene.now_ms;
	rotate(&view, &desk, 30, 0);
	rotate(&view, &desk, 30, 1);
	/* The first page is in alarm: every second turn goes there, and the others are all seen. */
	desk_fill(&desk, "g", 3, "a|20|1");
	static const unsigned visits[] = { 2, 0, 1, 0, 2, 0, 1, 0, 2, 0, 1, 0 };
	for (size_t i = 0; i < sizeof(visits) / sizeof(visits[0]); i++)
		rotate(&view, &desk, 10, visits[i]);
	view_free(&view);
	desk_close(&desk);
}

/* Opens a desk whose layout turns its pages in another way. */
static void turning_open(struct desk *desk, struct view *view, const char *way)
{
	char text[sizeof(layout_text) + 20];
	snprintf(text, sizeof(text), "rotate = \"%s\"%s", way, strstr(layout_text, " pages"));
	desk_open(desk, text);
	view_init(view, NULL, NULL);
	view_reset(view, desk->layout);
	rotate(view, desk, 0, 0);
}

static void a_page_in_alarm_is_held_for_four_turns(void **state)
{
	struct desk desk;
	struct view view;
	(void)state;
	turning_open(&desk, &view, "hold");
	desk_fill(&desk, "g", 3, "a|20|1");
	rotate(&view, &desk, 10, 0);
	rotate(&view, &desk, 10, 0);
	rotate(&view, &desk, 19, 0);
	/* Then the others are seen, each for its own time. */
	rotate(&view, &desk, 1, 1);
	rotate(&view, &desk, 9, 1);
	rotate(&view, &desk, 1, 2);
	rotate(&view, &desk, 10, 0);
	/* The alarm is over: the page goes on after its own time. */
	rotate(&view, &desk, 15, 0);
	desk_fill(&desk, "g", 3, "a|7|1");
	rotate(&view, &desk, 1, 1);
	view_free(&view);
	desk_close(&desk);
}

static void old_alarms_hold_nothing(void **state)
{
	struct desk desk;
	struct view view;
	(void)state;
	turning_open(&desk, &view, "hold");
	desk_fill(&desk, "g", 3, "a|20|1");
	desk.scene.now_ms += 3600 * 1000;
	view.page_since_ms = desk.scene.now_ms - 10 * 1000;
	assert_true(view_rotate(&view, &desk.scene));
	assert_int_equal(view.page, 1);
	view_free(&view);
	desk_close(&desk);
}

static void what_keeps_pages_from_turning(void **state)
{
	struct desk desk;
	struct view view;
	(void)state;
	turning_open(&desk, &view, "on");
	view.paused = true;
	rotate(&view, &desk, 11, 0);
	view.paused = false;
	view.zoomed = 0;
	rotate(&view, &desk, 1, 0);
	view.zoomed = -1;
	view.last_key_ms = desk.scene.now_ms;
	rotate(&view, &desk, 30, 0);
	view.last_key_ms = 0;
	rotate(&view, &desk, 1, 1);
	/* A page in alarm is nothing special here. */
	desk_fill(&desk, "g", 3, "a|20|1");
	rotate(&view, &desk, 10, 2);
	rotate(&view, &desk, 10, 0);
	rotate(&view, &desk, 10, 1);
	view_free(&view);
	desk_close(&desk);
}

static void one_page_and_pages_without_seconds_stay(void **state)
{
	static const char *const texts[] = {
		"pages = ( { seconds = 5 rows = ( { panels = ( { name = \"c\" type = \"clock\" } ) } ) } )",
		"pages = ( { rows = ( { panels = ( { name = \"c\" type = \"clock\" } ) } ) },"
		" { rows = ( { panels = ( { name = \"d\" type = \"clock\" } ) } ) } )",
	};
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct desk desk;
		struct view view;
		desk_open(&desk, texts[i]);
		view_init(&view, NULL, NULL);
		view_reset(&view, desk.layout);
		for (int turn = 0; turn < 3; turn++) {
			desk.scene.now_ms += 3600 * 1000;
			assert_false(view_rotate(&view, &desk.scene));
		}
		view_free(&view);
		desk_close(&desk);
	}
}

static const struct row_look one_line = { .size = 1 };

static void columns_fit(void **state)
{
	struct desk desk;
	struct place places[LAYOUT_COLUMNS_MAX];
	(void)state;
	desk_open(&desk, layout_text);
	const struct panel *panel = layout_panel(desk.layout, "g");
	for (int total = 1; total <= 200; total++) {
		columns_place(panel, NULL, total, &one_line, places);
		assert_true(places[0].shown);
		int end = 0;
		for (unsigned i = 0; i < panel->column_count; i++) {
			if (!places[i].shown)
				continue;
			assert_true(places[i].left >= end);
			end = places[i].left + places[i].width + (places[i].marked ? COLUMNS_MARK : 0);
		}
		if (places[1].shown || total > 30)
			assert_true(end <= total);
		/* What has limits stays longer than what has none. */
		if (places[2].shown)
			assert_true(places[1].shown);
	}
	columns_place(panel, NULL, 100, &one_line, places);
	assert_true(places[1].marked && !places[2].marked && places[2].shown);
	assert_true(places[0].width >= 24);
	desk_close(&desk);
}

/* The columns behind the first, which stays, in the order in which they go when the room gets less, by their letters. */
static void check_order(const char *columns, const char *wanted)
{
	struct desk desk;
	struct place places[LAYOUT_COLUMNS_MAX];
	char text[1000], gone[LAYOUT_COLUMNS_MAX + 1] = "";
	snprintf(text, sizeof(text), "pages = ( { rows = ( { panels = ( { name = \"g\" type = \"agent_grid\""
		" sort = \"s\" columns = ( \"name\", %s ) } ) } ) } )", columns);
	desk_open(&desk, text);
	const struct panel *panel = layout_panel(desk.layout, "g");
	for (int total = 200; total > 0; total--) {
		columns_place(panel, NULL, total, &one_line, places);
		for (unsigned i = 0; i < panel->column_count; i++)
			if (!places[i].shown && strchr(gone, panel->columns[i].label[0]) == NULL)
				strncat(gone, panel->columns[i].label, 1);
	}
	assert_string_equal(gone, wanted);
	desk_close(&desk);
}

/* What each property of a column is worth: its priority, then limits, then to be a state or what rows are ordered by. */
static void columns_go_by_their_worth(void **state)
{
#define COLUMN(label, more) "{ stat = \"" label "\" label = \"" label "\" kind = \"count\" " more " }"
	(void)state;
	check_order(COLUMN("a", "") "," COLUMN("b", "") "," COLUMN("c", ""), "cba");
	check_order(COLUMN("s", "") "," COLUMN("l", "warn = \"> 1\"") "," COLUMN("p", ""), "psl");
	check_order(COLUMN("l", "alert = \"> 1\"") "," COLUMN("s", "") "," COLUMN("p", ""), "psl");
	check_order("{ stat = \"acd_state\" label = \"t\" }," COLUMN("l", "warn = \"> 1\"") "," COLUMN("p", ""), "ptl");
	check_order(COLUMN("p", "") ", { stat = \"acd_state\" label = \"t\" }", "pt");
	check_order(COLUMN("l", "warn = \"> 1\"") "," COLUMN("s", "warn = \"> 1\"") "," COLUMN("m", "warn = \"> 1\""), "mls");
	check_order(COLUMN("s", "warn = \"> 1\"") "," COLUMN("p", "priority = 51"), "sp");
	check_order(COLUMN("a", "priority = 49") "," COLUMN("b", ""), "ab");
#undef COLUMN
}

/* Columns of priority 0 are there where they narrow no other one. */
static void columns_for_cards_take_no_room(void **state)
{
	struct desk desk;
	struct place places[LAYOUT_COLUMNS_MAX];
	bool there = false, gone = false;
	(void)state;
	desk_open(&desk, "pages = ( { rows = ( { panels = ( { name = \"g\" type = \"agent_grid\" columns = ("
		" { stat = \"first_last_name\" width = 24 }, \"acd_state\", { stat = \"extension\" priority = 0 }, \"team_name\","
		" { stat = \"login_time\" priority = 0 } ) } ) } ) } )");
	const struct panel *panel = layout_panel(desk.layout, "g");
	for (int total = 150; total > 30; total--) {
		columns_place(panel, NULL, total, &one_line, places);
		bool spare = places[2].shown || places[4].shown;
		for (unsigned i = 0; i < panel->column_count && spare; i++)
			assert_true(!places[i].shown || places[i].width >= panel->columns[i].width);
		/* The last one goes first. */
		assert_true(places[2].shown || !places[4].shown);
		there = there || places[4].shown;
		gone = gone || !places[2].shown;
		assert_true(total < 70 || places[3].shown);
	}
	assert_true(there && gone);
	desk_close(&desk);
}

/* What stands on the terminal that is to be, attributes and colours too. */
static void take_cells(cchar_t *cells, int columns, int lines)
{
	memset(cells, 0, (size_t)(columns * lines) * sizeof(*cells));
	for (int line = 0; line < lines; line++)
		for (int column = 0; column < columns; column++)
			mvwin_wch(newscr, line, column, &cells[line * columns + column]);
}

static unsigned any(unsigned below)
{
	static uint32_t state = 1279;
	state = state * 1664525u + 1013904223u;
	return (state >> 8) % below;
}

/* A few rows of a few values, so that some stay as they were; sometimes totals. */
static void fill_any(struct desk *desk, struct cell totals[3])
{
	static const char *const names[] = { "Sales", "Support", "Ch\xc3\xa9ri", "", "\xe6\x97\xa5\xe6\x9c\xac", "?" };
	char text[2048] = "";
	size_t used = 0;
	unsigned rows = any(4) == 0 ? any(20) : 6;
	for (unsigned i = 0; i < rows; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s|%u|%u", i > 0 ? ";" : "",
			any(5) == 0 ? names[any(6)] : "Chat", any(4) * 4, any(3));
	desk->scene.now_ms += 1000;
	desk->scene.wall_ms += 1000;
	desk->link.accepted_ms = desk->scene.now_ms;
	desk_fill(desk, "g", 3, text);
	struct panel_data *data = &desk->board->panels[layout_panel(desk->layout, "g")->index].data[0];
	for (unsigned i = 0; i < 3; i++)
		totals[i] = (struct cell){ .text = "", .number = any(3), .state = VALUE_NUMBER };
	data->totals = any(3) == 0 ? totals : NULL;
}

/* A frame that draws what differs looks like one that draws everything. */
static void what_is_kept_is_what_would_be_drawn(void **state)
{
	enum { COLUMNS = 60, HEIGHT = 14, FRAMES = 400, CELLS = COLUMNS * HEIGHT };
	static cchar_t kept[CELLS], drawn[CELLS];
	struct desk desk;
	struct cell totals[3];
	struct themes themes;
	struct screen_options options = { .utf8 = true, .glyphs = GLYPHS_UTF8, .color = COLOR_ALWAYS, .themes = &themes };
	(void)state;
	desk_open(&desk, layout_text);
	themes_init(&themes);
	for (themes.chosen = 0; themes.chosen < THEMES; themes.chosen++) {
		struct screen *screen = screen_open_text(&options, COLUMNS, HEIGHT, NULL);
		assert_non_null(screen);
		for (unsigned i = 0; i < FRAMES; i++) {
			fill_any(&desk, totals);
			/* Now and then the data are old, and new again. */
			desk.scene.now_ms += any(5) == 0 ? 20000 : 0;
			screen_draw(screen, &desk.scene);
			take_cells(kept, COLUMNS, HEIGHT);
			screen_repaint(screen);
			screen_draw(screen, &desk.scene);
			take_cells(drawn, COLUMNS, HEIGHT);
			if (memcmp(kept, drawn, sizeof(kept)) != 0)
				fail_msg("theme %d, frame %u is another one when everything is drawn", themes.chosen, i);
		}
		screen_close(screen);
	}
	desk_close(&desk);
}

static const char growing_text[] = "pages = ( { rows = ( { panels = (%s"
	" { name = \"g\" type = \"service_grid\" %s total = true columns = ( { stat = \"name\" width = 24 },"
	"  { stat = \"in_calls_waiting\" warn = \"> 5\" alert = \"> 10\" priority = 90 },"
	"  { bar = \"in_calls_waiting\" priority = 40 }, { stat = \"in_max_wait_time\" alert = \"> 60s\" priority = 80 },"
	"  { bullet = \"service_level\" target = 80 priority = 60 }, { spark = \"in_calls_waiting\" priority = 30 } ) }"
	" ) } ) } )";

/* The board of a step: other rows and values in each, now and then a blank, a long time or a long name. */
static void fill_step(struct desk *desk, struct history *history, const char *widest, unsigned step)
{
	static const char *const names[] = { "Sales", "Support", "Billing", "Chat", "Returns" };
	char text[2000] = "";
	unsigned rows = step % 9, random = step * 2654435761u;
	for (unsigned i = 0; i < rows; i++) {
		random = random * 1664525u + 1013904223u;
		unsigned waiting = (random >> 16) % 14, wait = (random >> 8) % (step % 7 == 0 ? 9000 : 100);
		sprintf(text + strlen(text), "%s%s|%u|%u|%s%u|%u|%u", i > 0 ? ";" : "", i == step % 3 % rows ? widest : names[(i + step) % 5],
			waiting, waiting, waiting == 0 ? "x" : "", wait, (random >> 4) % 101, waiting);
	}
	desk->scene.now_ms += 60 * 1000;
	desk->link.accepted_ms = desk->scene.now_ms;
	desk_fill(desk, "g", 6, text);
	static struct cell totals[6];
	for (unsigned i = 0; i < 6; i++)
		totals[i] = (struct cell){ .text = "7", .number = 7 + step % 5, .state = i == 0 ? VALUE_NEVER : VALUE_NUMBER };
	desk->board->panels[desk->layout->panels[0].index].data[0].totals = totals;
	history_take(history, desk->board, 0, 5);
}

/*
 * An alarm's banner and lines of trouble leave a box less than its rows were arranged for: nothing is noted or drawn below
 * it. Each screen is opened with them, so that no memory is left of a larger box.
 */
static void trouble_leaves_little(void **state)
{
	static const int sizes[] = { 1, 3, 5 };
	struct scene_trouble trouble = { "! no log", "the disk is full" };
	char text[2000];
	(void)state;
	for (int height = 5; height < 26; height++) {
		struct desk desk;
		static struct cell totals[2];
		snprintf(text, sizeof(text), "pages = ( { rows = ( { panels = ( { name = \"c\" type = \"clock\" } ) }, { height = %d panels = ("
			"{ name = \"g\" type = \"service_grid\" frame = \"none\" total = true size = %d columns = ( \"name\", \"in_calls_waiting\" ) } ) } ) } )"
			" alerts = ( { name = \"many\" when = \"g[*].in_calls_waiting > 5\" severity = \"alert\" } )", height, sizes[height % 3]);
		desk_open(&desk, text);
		struct alerts *alerts = alerts_new(desk.layout, (struct alerts_sink){ 0 });
		desk.scene.alerts = alerts;
		desk_fill(&desk, "g", 2, "Sales|7");
		for (unsigned i = 0; i < 2; i++)
			totals[i] = (struct cell){ .text = "7", .number = 7, .state = i == 0 ? VALUE_NEVER : VALUE_NUMBER };
		desk.board->panels[1].data[0].totals = totals;
		struct board_view view = scene_board_view(&desk.scene);
		alerts_before(alerts, &view);
		alerts_frame(alerts, &view);
		for (unsigned troubles = 0; troubles <= SCENE_TROUBLES_MAX; troubles++) {
			desk.scene.trouble_count = troubles;
			for (unsigned i = 0; i < troubles; i++)
				desk.scene.troubles[i] = trouble;
			desk.scene.notice = troubles > 0 ? "written to a file" : "";
			free(desk_picture(&desk, 60, 36, GLYPHS_ASCII));
			free(desk_picture(&desk, 60, 60, GLYPHS_ASCII));
		}
		alerts_free(alerts);
		desk_close(&desk);
	}
}

static void size_of_step(unsigned step, int *columns, int *lines)
{
	*columns = 40 + (int)(step * 7919 % 201);
	*lines = 10 + (int)(step * 104729 % 58);
}

typedef void fill_for_step(struct desk *desk, struct history *history, const char *word, unsigned step);

/*
 * Only what is different is drawn: a screen that goes through 200 sizes and answers shows at each what one that is opened
 * there shows. Every size has three answers.
 */
static void expect_no_remains(const char *layout, fill_for_step *fill, int glyphs, const char *word)
{
	enum { STEPS = 600, EACH = 3 };
	static char *fresh[STEPS];
	for (int turn = 0; turn < 2; turn++) {
		struct desk desk;
		struct screen *screen = NULL;
		int columns, lines;
		desk_open(&desk, layout);
		struct history *history = history_new(desk.layout);
		desk.scene.history = history;
		if (turn == 1)
			screen = open_text(80, 24, glyphs);
		for (unsigned step = 0; step < STEPS; step++) {
			size_of_step(step / EACH, &columns, &lines);
			fill(&desk, history, word, step);
			if (turn == 0) {
				fresh[step] = desk_picture(&desk, columns, lines, glyphs);
				continue;
			}
			assert_int_equal(resizeterm(lines, columns), OK);
			char *picture = screen_picture(screen, &desk.scene);
			if (strcmp(picture, fresh[step]) != 0) {
				fprintf(stderr, "%s\nnot\n%s", picture, fresh[step]);
				fail_msg("step %u, %dx%d", step, columns, lines);
			}
			free(picture);
			free(fresh[step]);
		}
		if (turn == 1)
			screen_close(screen);
		for (unsigned i = 0; i < desk.layout->panel_count; i++)
			desk.board->panels[i].data[0].lists = NULL;
		history_free(history);
		desk_close(&desk);
	}
}

/* In rows of all sizes. */
static void nothing_remains(void **state)
{
	/* The widest name says for all whether they are in block letters, and is in all answers. */
	static const struct {
		int glyphs;
		const char *widest;
	} runs[] = { { GLYPHS_UTF8, "Web form" }, { GLYPHS_CONSOLE, "Web form" }, { GLYPHS_ASCII, "Web form" },
		{ GLYPHS_UTF8, "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e" } };
	char text[2000];
	(void)state;
	snprintf(text, sizeof(text), growing_text, "", "services = [\"a\", \"b\", \"c\", \"d\", \"e\", \"f\"]");
	for (size_t run = 0; run < sizeof(runs) / sizeof(runs[0]); run++)
		expect_no_remains(text, fill_step, runs[run].glyphs, runs[run].widest);
}

static const char picture_text[] = "pages = ( { rows = ( { panels = ("
	" { name = \"one\" type = \"chart\" series = ( { stat = \"in_calls_waiting\" warn = \"> 5\" alert = \"> 10\" } ) },"
	" { name = \"crew\" type = \"agent_states\" lists = true width = \"40%\" } ) },"
	" { panels = ( { name = \"two\" type = \"chart\" span = \"4h\" series = ( \"in_calls_waiting\", \"agents_ready\" ) },"
	" { name = \"now\" type = \"totals\" tiles = ( { stat = \"in_calls_waiting\" warn = \"> 5\" alert = \"> 10\" }, \"agents_ready\" ) }"
	" ) } ) } )";

/* Lists grow and shrink, states come and go, and now and then a minute has no value. */
static void fill_pictures(struct desk *desk, struct history *history, const char *word, unsigned step)
{
	enum { MOST = 20 };
	static struct listed_agent agents[AGENT_LISTS][MOST];
	static struct agent_list lists[AGENT_LISTS];
	static const char *const states[AGENT_LISTS] = { "not_ready", "ready", "busy" };
	static const char *const panels[] = { "one", "two", "now" };
	unsigned random = step * 2654435761u, waiting = (random >> 16) % 30;
	char text[200];
	desk->scene.now_ms += 60 * 1000;
	desk->link.accepted_ms = desk->scene.now_ms;
	for (unsigned i = 0; i < AGENT_LISTS; i++) {
		random = random * 1664525u + 1013904223u;
		lists[i] = (struct agent_list){ .agents = agents[i], .count = (random >> 16) % MOST };
		lists[i].total = lists[i].count;
		for (unsigned k = 0; k < lists[i].count; k++)
			agents[i][k] = (struct listed_agent){ .name = k % 3 == step % 3 ? word : "Ann Lee", .state = states[i],
				.reason = (k + step) % 4 == 0 ? "Lunch" : "", .severity = i == 0 ? SEVERITY_WARN : SEVERITY_NONE,
				.time = { .text = "", .state = VALUE_NUMBER, .number = (random >> 8) % (step % 7 == 0 ? 9000 : 100) } };
	}
	snprintf(text, sizeof(text), "ready|%u;busy|%u%s", lists[1].count, lists[2].count, step % 2 == 0 ? ";not_ready|3;dancing|1" : "");
	desk_fill(desk, "crew", STATES_COLUMNS, text);
	desk->board->panels[layout_panel(desk->layout, "crew")->index].data[0].lists = lists;
	for (size_t i = 0; i < sizeof(panels) / sizeof(panels[0]); i++) {
		unsigned columns = layout_panel(desk->layout, panels[i])->column_count;
		int used = snprintf(text, sizeof(text), "%s%u", waiting % 5 == 0 ? "x" : "", waiting);
		if (columns > 1)
			snprintf(text + used, sizeof(text) - (size_t)used, "|%u", lists[AGENT_LIST_FREE].count);
		desk_fill(desk, panels[i], columns, text);
	}
	history_take(history, desk->board, 0, 5);
}

/* Of charts, tiles, and states with their lists, which the size of their boxes arranges. */
static void nothing_remains_of_pictures(void **state)
{
	(void)state;
	for (int glyphs = GLYPHS_UTF8; glyphs <= GLYPHS_ASCII; glyphs++)
		expect_no_remains(picture_text, fill_pictures, glyphs, "A long name of somebody");
	expect_no_remains(picture_text, fill_pictures, GLYPHS_UTF8, "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e");
}

/* Beside the largest figures all names are in block letters or none is; for hours a figure leaves the seconds out. */
static void names_are_alike(void **state)
{
	static const struct {
		const char *rows;
		int columns;
		bool plain;
	} cases[] = { { "Sales|1:02:43;Web form|5", 120, false }, { "Sales|1:02:43;\xe6\x97\xa5\xe6\x9c\xac|5", 120, true },
		{ "Sales|1:02:43;A name that is too long for letters|5", 120, true }, { "Sales|1:02:43;Web form|5", 60, true } };
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct desk desk;
		desk_open(&desk, "pages = ( { rows = ( { panels = ( { name = \"g\" type = \"service_grid\" columns = ("
			" { stat = \"name\" width = 20 }, \"in_max_wait_time\" ) } ) } ) } )");
		desk_fill(&desk, "g", 2, cases[i].rows);
		char *picture = desk_picture(&desk, cases[i].columns, 24, GLYPHS_UTF8);
		if ((strstr(picture, "Sales") != NULL) != cases[i].plain || strstr(picture, " h ") == NULL || strstr(picture, "1:02") != NULL)
			fail_msg("%zu:\n%s", i, picture);
		free(picture);
		desk_close(&desk);
	}
	/* Of a limit that it is beyond the whole time is shown: 1:00 h would look like the limit. */
	struct desk desk;
	desk_open(&desk, "pages = ( { rows = ( { panels = ( { name = \"g\" type = \"service_grid\" size = 3 columns = ("
		" { stat = \"name\" width = 20 }, { stat = \"in_max_wait_time\" alert = \"> 60m\" } ) } ) } ) } )");
	desk_fill(&desk, "g", 2, "Sales|1:00:30;Web form|1:01:30");
	char *picture = desk_picture(&desk, 100, 24, GLYPHS_UTF8);
	assert_non_null(strstr(picture, "1:00:30"));
	assert_null(strstr(picture, "1:01:30"));
	free(picture);
	desk_close(&desk);
}

/* Lines from the first row to the second one: of names at the left that stand in lines of their own. */
static int pitch_of(const char *picture)
{
	const char *first = strstr(picture, "row a"), *second = strstr(picture, "row b");
	int lines = 0;
	assert_true(first != NULL && second != NULL);
	for (; first < second; first++)
		lines += *first == '\n';
	return lines;
}

/* Rows become smaller at once when there are more, and larger when there were fewer for half an hour to an hour. */
static void rows_do_not_jump(void **state)
{
	static const struct {
		int minutes;
		unsigned rows;
		int pitch;
	} steps[] = { { 0, 4, 7 }, { 1, 7, 4 }, { 2, 4, 4 }, { 3, 14, 2 }, { 4, 4, 2 }, { 29, 4, 2 }, { 31, 4, 2 }, { 59, 4, 2 },
		{ 61, 4, 7 }, { 62, 40, 1 }, { 63, 4, 1 }, { 400, 4, 7 }, { 401, 7, 4 }, { 50, 4, 7 } };
	struct desk desk;
	(void)state;
	desk_open(&desk, "pages = ( { rows = ( { panels = ( { name = \"g\" type = \"agent_grid\" columns = ("
		" \"first_last_name\", \"in_calls_handled_per_day\" ) } ) } ) } )");
	struct screen *screen = open_text(80, 34, GLYPHS_ASCII);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		char text[1000] = "";
		for (unsigned row = 0; row < steps[i].rows; row++)
			sprintf(text + strlen(text), "%srow %c|%u", row > 0 ? ";" : "", (int)('a' + row % 26), row);
		desk.scene.now_ms = TEST_NOW + (int64_t)steps[i].minutes * 60 * 1000;
		desk.link.accepted_ms = desk.scene.now_ms;
		desk_fill(&desk, "g", 2, text);
		char *picture = screen_picture(screen, &desk.scene);
		if (pitch_of(picture) != steps[i].pitch)
			fail_msg("step %zu: a row has %d lines, not %d:\n%s", i, pitch_of(picture), steps[i].pitch, picture);
		free(picture);
	}
	screen_close(screen);
	desk_close(&desk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_kept_is_what_would_be_drawn),
		cmocka_unit_test(rows_in_alarm_float), cmocka_unit_test(worst_first_is_said), cmocka_unit_test(the_day_lifts_nothing),
		cmocka_unit_test(sorting),
		cmocka_unit_test(sorts_many),
		cmocka_unit_test(selection_follows_its_key),
		cmocka_unit_test(reset_keeps_what_fits),
		cmocka_unit_test(pages_turn_and_visit_alarms),
		cmocka_unit_test(a_page_in_alarm_is_held_for_four_turns),
		cmocka_unit_test(old_alarms_hold_nothing),
		cmocka_unit_test(what_keeps_pages_from_turning),
		cmocka_unit_test(one_page_and_pages_without_seconds_stay),
		cmocka_unit_test(columns_fit),
		cmocka_unit_test(nothing_remains),
		cmocka_unit_test(nothing_remains_of_pictures),
		cmocka_unit_test(trouble_leaves_little),
		cmocka_unit_test(rows_do_not_jump),
		cmocka_unit_test(names_are_alike),
		cmocka_unit_test(columns_go_by_their_worth), cmocka_unit_test(columns_for_cards_take_no_room),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
