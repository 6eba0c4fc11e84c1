/* What there is to choose from of services and teams, what is checked at first, and what keys made of a list as settings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "screen/chooser.h"
#include "screen/order.h"

static const char text[] = "pages = ( { rows = ( { panels = (\n"
	"{ name = \"q\"  type = \"service_grid\"  columns = ( \"name\", { stat = \"agents_busy\"  name = \"busy\" } )  services = [\"Sales\", \"3\"] },\n"
	"{ name = \"a\"  type = \"agent_grid\"  columns = ( \"acd_state\", \"team_name\" ) } ) } ) },\n"
	"{ rows = ( { panels = ( { name = \"t\"  type = \"clock\" } ) } ) } )";

static struct catalogue_entry entries[] = { { .id = "1", .name = "Support" }, { .id = "2", .name = "Sales" }, { .id = "3", .name = "Chat" } };
static const struct catalogue listed = { .entries = entries, .count = 3, .known = true }, unlisted = { .known = false };

struct stage {
	struct layout *layout;
	struct board *board;
	struct scene scene;
	struct chooser chooser;
};

static void open_stage(struct stage *stage, const struct catalogue *services)
{
	struct error error;
	memset(stage, 0, sizeof(*stage));
	stage->layout = layout_parse("a", "a.conf", text, &error);
	assert_non_null(stage->layout);
	stage->board = board_new(stage->layout);
	stage->scene = (struct scene){ .layout = stage->layout, .board = stage->board, .services = services, .teams = NULL };
}

static void close_stage(struct stage *stage)
{
	for (int kind = 0; kind < CHOICES; kind++)
		free(stage->chooser.lists[kind].rows);
	board_free(stage->board);
	layout_free(stage->layout);
}

static void expect_row(const struct chooser_list *list, unsigned row, const char *name, bool checked)
{
	assert_true(row < list->count);
	assert_string_equal(list->rows[row].name, name);
	assert_int_equal(list->rows[row].checked, checked);
}

static void what_the_layout_names_is_checked(void **state)
{
	struct stage stage;
	(void)state;
	open_stage(&stage, &listed);
	chooser_open(&stage.chooser, &stage.scene, 0);
	const struct chooser_list *list = &stage.chooser.lists[CHOICE_SERVICES];
	assert_int_equal(list->count, 3);
	/* By name, also where the layout has an id. */
	expect_row(list, 0, "Chat", true);
	expect_row(list, 1, "Sales", true);
	expect_row(list, 2, "Support", false);
	assert_true(stage.chooser.lists[CHOICE_TEAMS].suits);
	struct texts names = chooser_names(list);
	assert_int_equal(names.count, 2);
	assert_string_equal(names.items[1], "Sales");
	free((void *)names.items);
	close_stage(&stage);
}

static void a_list_that_comes_later_keeps_what_is_checked(void **state)
{
	struct stage stage;
	(void)state;
	open_stage(&stage, &unlisted);
	(void)board_service(stage.board, "Support");
	chooser_open(&stage.chooser, &stage.scene, 0);
	struct chooser_list *list = &stage.chooser.lists[CHOICE_SERVICES];
	/* What was seen, and what the layout names. */
	assert_int_equal(list->count, 3);
	expect_row(list, 0, "3", true);
	expect_row(list, 1, "Sales", true);
	expect_row(list, 2, "Support", false);
	list->rows[1].checked = false;
	list->rows[2].checked = true;
	stage.scene.services = &listed;
	chooser_bring(&stage.chooser, &stage.scene);
	expect_row(list, 0, "Chat", false);
	expect_row(list, 1, "Sales", false);
	expect_row(list, 2, "Support", true);
	close_stage(&stage);
}

static void a_page_without_such_panels_suits_nothing(void **state)
{
	struct stage stage;
	(void)state;
	open_stage(&stage, &listed);
	chooser_open(&stage.chooser, &stage.scene, 1);
	assert_false(stage.chooser.lists[CHOICE_SERVICES].suits || stage.chooser.lists[CHOICE_TEAMS].suits);
	close_stage(&stage);
}

static void expect_change(struct order *order, const struct panel *panel, const char *sort, const char *filter, const char *left)
{
	struct panel_change change;
	struct arena texts;
	struct buffer out;
	arena_init(&texts, 65536);
	buffer_init(&out, 1024);
	order_change(order, panel, &change, &texts, &out);
	assert_true(text_equal(change.sort, sort));
	assert_true(text_equal(change.filter, filter));
	assert_string_equal(buffer_string(&out), left);
	buffer_free(&out);
	arena_free(&texts);
}

static void an_order_becomes_settings(void **state)
{
	struct stage stage;
	struct order order;
	(void)state;
	open_stage(&stage, NULL);
	const struct panel *services = layout_panel(stage.layout, "q"), *agents = layout_panel(stage.layout, "a");
	order_init(&order);
	expect_change(&order, services, NULL, NULL, "");
	order_sort(&order, 1, true);
	expect_change(&order, services, "busy desc", NULL, "");
	order_sort(&order, 0, false);
	expect_change(&order, agents, "acd_state asc", NULL, "");
	order_state(&order, STATE_AFTER_CALL_WORK);
	expect_change(&order, agents, "acd_state asc", "acd_state EQ 'after_call_work'", "");
	/* What the server would not know, and what no layout can say. */
	order_state(&order, STATE_RINGING);
	order_filter(&order, "sa");
	expect_change(&order, agents, "acd_state asc", NULL, "state 'ringing' of a, filter 'sa' of a");
	order_free(&order);
	close_stage(&stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_layout_names_is_checked),
		cmocka_unit_test(a_list_that_comes_later_keeps_what_is_checked),
		cmocka_unit_test(a_page_without_such_panels_suits_nothing),
		cmocka_unit_test(an_order_becomes_settings),
	};
	(void)text_locale();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
