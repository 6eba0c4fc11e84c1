/*
 * The table of actions: no key does two things, every key has a name that is known, and what keys do to the view.
 */
#include "screen_board.h"

#include "screen/action.h"
#include "screen/view.h"

static void no_key_twice(void **state)
{
	uint32_t keys[256];
	unsigned count = 0;
	(void)state;
	for (unsigned i = 0; action_at(i) != NULL; i++) {
		const char *list = action_at(i)->keys;
		char name[16];
		while (key_next(&list, name, sizeof(name))) {
			uint32_t key = key_read(name);
			if (key == INPUT_NONE)
				fail_msg("%s: no such key", name);
			for (unsigned j = 0; j < count; j++)
				if (keys[j] == key)
					fail_msg("%s is taken twice", name);
			keys[count++] = key;
		}
	}
	assert_true(count > 30);
}

static void each_is_described(void **state)
{
	(void)state;
	for (unsigned i = 0; action_at(i) != NULL; i++) {
		assert_true(strlen(action_at(i)->help) > 2);
		assert_non_null(action_at(i)->run);
		for (unsigned j = 0; j < i; j++)
			assert_string_not_equal(action_at(i)->name, action_at(j)->name);
	}
}

static void key_names(void **state)
{
	(void)state;
	assert_int_equal(key_read("q"), 'q');
	assert_int_equal(key_read("Ctrl-L"), 12);
	assert_int_equal(key_read("PgDn"), INPUT_PAGE_DOWN);
	assert_int_equal(key_read("Space"), ' ');
	assert_int_equal(key_read("é"), 0xE9);
	assert_int_equal(key_read("nonsense"), INPUT_NONE);
	assert_int_equal(key_read(""), INPUT_NONE);
}

static const char layout_text[] =
	"pages = ( { title = \"One\" rows = ( { panels = ("
	" { name = \"t\" type = \"totals\" tiles = ( \"in_calls_waiting\" ) },"
	" { name = \"g\" type = \"service_grid\" columns = ( \"name\", \"in_calls_waiting\" ) },"
	" { name = \"h\" type = \"agent_grid\" columns = ( \"first_last_name\" ) } ) } ) },"
	" { title = \"Two\" rows = ( { panels = ( { name = \"c\" type = \"clock\" } ) } ) } )";

struct keyboard {
	struct desk desk;
	struct view view;
};

static void keyboard_open(struct keyboard *keyboard)
{
	desk_open(&keyboard->desk, layout_text);
	desk_fill(&keyboard->desk, "g", 2, "Sales|3;Support|7;Chat|5");
	desk_fill(&keyboard->desk, "h", 1, "Ana;Bob");
	view_init(&keyboard->view, 0);
	view_reset(&keyboard->view, keyboard->desk.layout);
}

static void update(struct keyboard *keyboard)
{
	for (unsigned i = 0; i < keyboard->desk.layout->panel_count; i++) {
		const struct panel *panel = &keyboard->desk.layout->panels[i];
		const struct panel_data *data = board_data(keyboard->desk.board, panel);
		order_update(&keyboard->view.panels[i].order, panel, data, false);
		view_follow(&keyboard->view.panels[i], data);
	}
}

static unsigned press(struct keyboard *keyboard, const char *keys)
{
	unsigned ask = 0;
	char name[16];
	while (key_next(&keys, name, sizeof(name))) {
		struct acting acting = { &keyboard->view, &keyboard->desk.scene, key_read(name) };
		update(keyboard);
		ask |= action_key(&acting);
	}
	update(keyboard);
	return ask;
}

static void keyboard_close(struct keyboard *keyboard)
{
	view_free(&keyboard->view);
	desk_close(&keyboard->desk);
}

static const struct panel_view *view_of(struct keyboard *keyboard, const char *name)
{
	return &keyboard->view.panels[layout_panel(keyboard->desk.layout, name)->index];
}

static void keys_move_and_ask(void **state)
{
	struct keyboard keyboard;
	(void)state;
	keyboard_open(&keyboard);
	const struct panel_view *grid = view_of(&keyboard, "g");
	assert_string_equal(view_panel(&keyboard.view, keyboard.desk.layout)->name, "g");
	press(&keyboard, "j j");
	assert_string_equal(grid->key, "Support");
	press(&keyboard, "G");
	assert_string_equal(grid->key, "Chat");
	press(&keyboard, "g k k");
	assert_string_equal(grid->key, "Sales");
	press(&keyboard, "Tab");
	assert_string_equal(view_panel(&keyboard.view, keyboard.desk.layout)->name, "h");
	press(&keyboard, "Tab");
	assert_string_equal(view_panel(&keyboard.view, keyboard.desk.layout)->name, "g");
	assert_true(press(&keyboard, "q") & SCREEN_ASK_QUIT);
	assert_true(press(&keyboard, "Ctrl-R") & SCREEN_ASK_RELOAD);
	assert_true(press(&keyboard, "r") & SCREEN_ASK_RETRY);
	keyboard_close(&keyboard);
}

static void keys_go_to_pages(void **state)
{
	struct keyboard keyboard;
	(void)state;
	keyboard_open(&keyboard);
	press(&keyboard, "]");
	assert_int_equal(keyboard.view.page, 1);
	press(&keyboard, "]");
	assert_int_equal(keyboard.view.page, 0);
	press(&keyboard, "2");
	assert_int_equal(keyboard.view.page, 1);
	assert_null(view_panel(&keyboard.view, keyboard.desk.layout));
	press(&keyboard, "j / s I Enter G");
	press(&keyboard, "9");
	assert_int_equal(keyboard.view.page, 1);
	press(&keyboard, "[");
	assert_int_equal(keyboard.view.page, 0);
	keyboard_close(&keyboard);
}

static void filter_and_sort(void **state)
{
	struct keyboard keyboard;
	(void)state;
	keyboard_open(&keyboard);
	const struct panel_view *grid = view_of(&keyboard, "g");
	press(&keyboard, "/ S a");
	assert_int_equal(keyboard.view.prompt, PROMPT_FILTER);
	assert_int_equal(grid->order.count, 1);
	press(&keyboard, "q Enter");
	assert_int_equal(grid->order.count, 0);
	press(&keyboard, "Esc");
	assert_int_equal(grid->order.count, 3);
	press(&keyboard, "s 2");
	assert_int_equal(order_row(&grid->order, 0), 1);
	press(&keyboard, "I");
	assert_int_equal(order_row(&grid->order, 0), 0);
	press(&keyboard, "s 1");
	assert_int_equal(order_row(&grid->order, 0), 2);
	press(&keyboard, "s 0");
	assert_int_equal(order_row(&grid->order, 0), 0);
	keyboard_close(&keyboard);
}

static void typing_keeps_whole_characters(void **state)
{
	struct keyboard keyboard;
	(void)state;
	keyboard_open(&keyboard);
	press(&keyboard, "/ a é");
	assert_string_equal(keyboard.view.typed, "aé");
	struct acting acting = { &keyboard.view, &keyboard.desk.scene, INPUT_BACKSPACE };
	(void)action_key(&acting);
	assert_string_equal(keyboard.view.typed, "a");
	(void)action_key(&acting);
	(void)action_key(&acting);
	assert_string_equal(keyboard.view.typed, "");
	acting.key = 0x65E5;
	for (int i = 0; i < 200; i++)
		(void)action_key(&acting);
	assert_true(strlen(keyboard.view.typed) < ORDER_FILTER_MAX);
	keyboard_close(&keyboard);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_key_twice),
		cmocka_unit_test(each_is_described),
		cmocka_unit_test(key_names),
		cmocka_unit_test(keys_move_and_ask),
		cmocka_unit_test(keys_go_to_pages),
		cmocka_unit_test(filter_and_sort),
		cmocka_unit_test(typing_keeps_whole_characters),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
