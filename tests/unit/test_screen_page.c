/*
 * Geometry: how lines and columns are divided, and that the boxes of a page fill it without gap or overlap at
 * every size.
 */
#include "screen_board.h"

#include "screen/page.h"
#include "screen/panel.h"

struct division {
	struct part parts[4];
	unsigned count;
	int total;
	int expected[4];
};

#define REST(least) { { SIZE_REST, 0 }, least, 50 }
#define CELLS(amount, least) { { SIZE_CELLS, amount }, least, 50 }
#define SHARE(amount, least) { { SIZE_SHARE, amount }, least, 50 }

static void divides(void **state)
{
	static const struct division table[] = {
		{ { REST(3) }, 1, 20, { 20 } },
		{ { REST(3), REST(3), REST(3) }, 3, 20, { 7, 7, 6 } },
		{ { CELLS(9, 4), REST(3) }, 2, 24, { 9, 15 } },
		{ { SHARE(40, 4), REST(3) }, 2, 50, { 20, 30 } },
		{ { CELLS(9, 4), REST(5), CELLS(4, 3) }, 3, 22, { 9, 9, 4 } },
		/* Nobody wants the rest: the last one takes it. */
		{ { CELLS(5, 2), CELLS(5, 2) }, 2, 24, { 5, 19 } },
		/* A size for a larger screen leaves something to the others. */
		{ { CELLS(30, 10), REST(10) }, 2, 40, { 24, 16 } },
		/* No room for all: the last of equals goes. */
		{ { REST(10), REST(10), REST(10) }, 3, 25, { 13, 12, 0 } },
		{ { REST(10) }, 1, 4, { 4 } },
		{ { REST(10), REST(10) }, 2, 1, { 1, 0 } },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		int out[4] = { 0 };
		page_divide(table[i].parts, table[i].count, table[i].total, out);
		for (unsigned j = 0; j < table[i].count; j++)
			if (out[j] != table[i].expected[j])
				fail_msg("row %zu, part %u: %d, not %d", i, j, out[j], table[i].expected[j]);
	}
}

static void lowest_priority_goes_first(void **state)
{
	static const struct part parts[] = { { { SIZE_REST, 0 }, 10, 10 }, { { SIZE_REST, 0 }, 10, 90 },
		{ { SIZE_REST, 0 }, 10, 50 } };
	int out[3];
	(void)state;
	page_divide(parts, 3, 25, out);
	assert_int_equal(out[0], 0);
	assert_int_equal(out[1] + out[2], 25);
	page_divide(parts, 3, 15, out);
	assert_int_equal(out[1], 15);
}

static const char layout_text[] =
	"pages = ( { title = \"P\" rows = ("
	" { height = 9 panels = ( { name = \"a\" type = \"totals\" tiles = ( \"in_calls_waiting\" ) },"
	"                         { name = \"b\" type = \"clock\" width = 30 } ) },"
	" { height = \"50%\" panels = ( { name = \"c\" type = \"agent_states\" } ) },"
	" { panels = ( { name = \"d\" type = \"text\" text = \"x\" }, "
	"   { name = \"e\" type = \"text\" text = \"y\" frame = \"none\" } ) } ) } )";

/*
 * Each cell of the screen belongs to one box at most, and every line with a box is covered but for the blanks
 * between frameless ones.
 */
static void boxes_never_overlap(void **state)
{
	struct desk desk;
	(void)state;
	desk_open(&desk, layout_text);
	for (int lines = 1; lines <= 70; lines++)
		for (int columns = 1; columns <= 130; columns += 3) {
			static char cells[70][130];
			struct box boxes[PAGE_BOXES_MAX];
			memset(cells, 0, sizeof(cells));
			unsigned count = page_boxes(&desk.layout->pages[0], lines, columns, boxes);
			assert_true(count > 0);
			for (unsigned i = 0; i < count; i++) {
				const struct box *box = &boxes[i];
				assert_true(box->lines > 0 && box->columns > 0 && box->line >= 0 && box->column >= 0);
				assert_true(box->line + box->lines <= lines && box->column + box->columns <= columns);
				for (int y = box->line; y < box->line + box->lines; y++)
					for (int x = box->column; x < box->column + box->columns; x++)
						assert_int_equal(cells[y][x]++, 0);
			}
			for (int y = 0; y < lines; y++)
				assert_int_equal(cells[y][0], 1);
		}
	desk_close(&desk);
}

/* What needs a larger screen is left out of a smaller one, whatever its priority; but something always stays. */
static void some_need_a_larger_screen(void **state)
{
	static const struct {
		int lines, columns;
		const char *names;
	} cases[] = {
		{ 30, 100, "abcd" }, { 29, 100, "abd" }, { 30, 99, "acd" }, { 29, 99, "ad" }, { 20, 40, "ad" }, { 1, 40, "a" },
	};
	struct desk desk;
	(void)state;
	desk_open(&desk, "pages = ( { rows = ("
		" { panels = ( { name = \"a\" type = \"clock\" }, { name = \"b\" type = \"clock\" min_columns = 100 priority = 99 } ) },"
		" { min_lines = 30 priority = 99 panels = ( { name = \"c\" type = \"clock\" } ) },"
		" { priority = 40 panels = ( { name = \"d\" type = \"clock\" min_columns = 200 } ) } ) } )");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct box boxes[PAGE_BOXES_MAX];
		char names[PAGE_BOXES_MAX + 1] = "";
		unsigned count = page_boxes(&desk.layout->pages[0], cases[i].lines, cases[i].columns, boxes);
		for (unsigned at = 0; at < count; at++)
			names[at] = boxes[at].panel->name[0];
		if (strcmp(names, cases[i].names) != 0)
			fail_msg("%dx%d: %s, not %s", cases[i].columns, cases[i].lines, names, cases[i].names);
	}
	desk_close(&desk);
}

static void small_screens_have_no_frames(void **state)
{
	struct desk desk;
	struct box boxes[PAGE_BOXES_MAX];
	(void)state;
	desk_open(&desk, layout_text);
	(void)page_boxes(&desk.layout->pages[0], 8, 40, boxes);
	assert_false(boxes[0].framed);
	/* Nine lines were nine with a frame. */
	(void)page_boxes(&desk.layout->pages[0], 40, PAGE_FRAME_COLUMNS - 1, boxes);
	assert_int_equal(boxes[0].lines, 7);
	unsigned count = page_boxes(&desk.layout->pages[0], 40, 120, boxes);
	assert_true(boxes[0].framed);
	assert_int_equal(boxes[0].lines, 9);
	assert_int_equal(boxes[1].columns, 30);
	assert_false(boxes[count - 1].framed);
	desk_close(&desk);
}

/* An age grows by units that a glance can tell, and never claims more than has passed. */
static void ages_are_short(void **state)
{
	static const struct {
		int64_t ms;
		const char *text;
	} ages[] = {
		{ -5000, "0 s" }, { 0, "0 s" }, { 999, "0 s" }, { 1000, "1 s" }, { 59999, "59 s" }, { 60000, "1 min" },
		{ 179999, "2 min" }, { 180000, "3 min" }, { 60 * 60000 - 1, "59 min" }, { 60 * 60000, "1 h" },
		{ 48LL * 3600000 - 1, "47 h" }, { 48LL * 3600000, "2 days" }, { 400LL * 86400000, "400 days" },
	};
	char text[32];
	(void)state;
	for (size_t i = 0; i < sizeof(ages) / sizeof(ages[0]); i++) {
		panel_age(text, sizeof(text), ages[i].ms);
		assert_string_equal(text, ages[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ages_are_short),
		cmocka_unit_test(divides),
		cmocka_unit_test(lowest_priority_goes_first),
		cmocka_unit_test(boxes_never_overlap),
		cmocka_unit_test(some_need_a_larger_screen),
		cmocka_unit_test(small_screens_have_no_frames),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
