/* One layout of several: what is asked for twice is asked for once, and what differs stays apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "board/query.h"

static void leaf(const char *text, char *out, size_t size)
{
	snprintf(out, size, "%s", text);
}

static struct layout *parse(const char *panels)
{
	char text[2000];
	struct error error;
	snprintf(text, sizeof(text), "pages = ( { rows = ( { panels = ( %s ) } ) } )", panels);
	struct layout *layout = layout_parse("test", "test", text, &error);
	if (layout == NULL)
		fail_msg("%s", error.text);
	return layout;
}

/* How many panels two layouts of these make, and what the last is called. */
static unsigned together(const char *one, const char *two, char *last, size_t size)
{
	struct error error;
	struct layout *layouts[2] = { parse(one), parse(two) };
	struct layout *all = layout_merge("all", layouts, 2, leaf, &error);
	assert_non_null(all);
	unsigned count = all->panel_count;
	for (unsigned i = 0; i < count; i++)
		assert_int_equal(all->panels[i].index, i);
	snprintf(last, size, "%s", count > 0 ? all->panels[count - 1].name : "");
	layout_free(all);
	layout_free(layouts[0]);
	layout_free(layouts[1]);
	return count;
}

#define GRID "{ name = \"q\" type = \"service_grid\" columns = ( \"name\", \"in_calls_waiting\" ) %s }"

static void check(const char *one, const char *two, unsigned wanted, const char *name)
{
	char a[400], b[400], last[100];
	snprintf(a, sizeof(a), GRID, one);
	snprintf(b, sizeof(b), GRID, two);
	unsigned count = together(a, b, last, sizeof(last));
	if (count != wanted)
		fail_msg("'%s' and '%s' make %u panels, not %u", one, two, count, wanted);
	assert_string_equal(last, name);
}

static void equal_panels_are_one(void **unused)
{
	(void)unused;
	check("", "", 1, "q");
	check("title = \"A\"", "title = \"B\" width = 10", 1, "q");
	check("services = [\"Sales\"]", "services = [\"Sales\"]", 1, "q");
	check("total = true", "", 1, "q");
	check("sort = \"in_calls_waiting desc\"", "sort = \"in_calls_waiting desc\"", 1, "q");
	check("sort = \"in_calls_waiting\"", "sort = \"in_calls_waiting\"", 1, "q");
	check("limit = 10", "limit = 10", 1, "q");
}

static void others_are_two(void **unused)
{
	(void)unused;
	check("", "services = [\"Sales\"]", 2, "q-2");
	check("limit = 10", "limit = 20", 2, "q-2");
	check("sort = \"in_calls_waiting\"", "", 2, "q-2");
	check("sort = \"in_calls_waiting\"", "sort = \"name\"", 2, "q-2");
	check("limit = 10 sort = \"in_calls_waiting desc\"", "limit = 10 sort = \"in_calls_waiting\"", 2, "q-2");
	check("", "filter = \"in_calls_waiting GT 1\"", 2, "q-2");
}

static void columns_that_are_there_cost_nothing(void **unused)
{
	char last[100];
	(void)unused;
	static const char less[] = "{ name = \"small\" type = \"service_grid\" columns = ( \"name\" ) }";
	static const char more[] = "{ name = \"large\" type = \"service_grid\" columns = ( \"in_calls_waiting\", \"name\" ) }";
	assert_int_equal(together(more, less, last, sizeof(last)), 1);
	assert_string_equal(last, "large");
	assert_int_equal(together(less, more, last, sizeof(last)), 1);
	assert_string_equal(last, "large");
}

static void what_asks_for_nothing_is_left_out(void **unused)
{
	char last[100];
	(void)unused;
	assert_int_equal(together("{ name = \"t\" type = \"text\" text = \"x\" }", "{ name = \"c\" type = \"clock\" }", last,
		sizeof(last)), 0);
}

static void too_many_are_refused(void **unused)
{
	static struct layout *layouts[LAYOUT_PANELS_MAX + 1];
	char panel[200];
	struct error error;
	(void)unused;
	for (int i = 0; i <= LAYOUT_PANELS_MAX; i++) {
		snprintf(panel, sizeof(panel), "{ name = \"p\" type = \"service_grid\" columns = ( \"name\" ) limit = %d }", i + 1);
		layouts[i] = parse(panel);
	}
	struct layout *all = layout_merge("all", layouts, LAYOUT_PANELS_MAX, leaf, &error);
	assert_non_null(all);
	assert_int_equal(all->panel_count, LAYOUT_PANELS_MAX);
	layout_free(all);
	assert_null(layout_merge("all", layouts, LAYOUT_PANELS_MAX + 1, leaf, &error));
	assert_non_null(strstr(error.text, "64"));
	for (int i = 0; i <= LAYOUT_PANELS_MAX; i++)
		layout_free(layouts[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_panels_are_one),
		cmocka_unit_test(others_are_two),
		cmocka_unit_test(columns_that_are_there_cost_nothing),
		cmocka_unit_test(what_asks_for_nothing_is_left_out),
		cmocka_unit_test(too_many_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
