/*
 * The table of actions: no key does two things, every key has a name that is known, and what keys do to the view.
 */
#include "screen_board.h"

#include "screen/action.h"
#include "screen/keyboard.h"
#include "screen/search.h"
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
	" { name = \"h\" type = \"agent_grid\" columns = ( \"first_last_name\", \"acd_state\" ) } ) } ) },"
	" { title = \"Two\" rows = ( { panels = ( { name = \"c\" type = \"clock\" }, { name = \"w\" type = \"text\" text = \"x\" } ) } ) } )"
	"alerts = ( { name = \"long\" when = \"t.in_calls_waiting > 5\" },"
	" { name = \"queue\" when = \"g[*].in_calls_waiting > 6\" severity = \"warn\" } )";

struct typist {
	struct desk desk;
	struct bindings bindings;
	struct themes themes;
	struct view view;
};

static void keyboard_open(struct typist *keyboard)
{
	desk_open(&keyboard->desk, layout_text);
	desk_fill(&keyboard->desk, "g", 2, "Sales|3;Support|7;Chat|5");
	desk_fill(&keyboard->desk, "h", 2, "Ana|busy;Bob|ready");
	action_bindings(&keyboard->bindings);
	themes_init(&keyboard->themes);
	view_init(&keyboard->view, &keyboard->themes, &keyboard->bindings);
	view_reset(&keyboard->view, keyboard->desk.layout);
}

static void update(struct typist *keyboard)
{
	for (unsigned i = 0; i < keyboard->desk.layout->panel_count; i++) {
		const struct panel *panel = &keyboard->desk.layout->panels[i];
		const struct panel_data *data = board_data(keyboard->desk.board, panel);
		order_update(&keyboard->view.panels[i].order, panel, data, false);
		view_follow(&keyboard->view.panels[i], data);
	}
}

static unsigned press(struct typist *keyboard, const char *keys)
{
	unsigned ask = 0;
	char name[16];
	while (key_next(&keys, name, sizeof(name))) {
		struct action_context context = { &keyboard->view, &keyboard->desk.scene, key_read(name), 0 };
		update(keyboard);
		ask |= action_key(&context);
	}
	update(keyboard);
	return ask;
}

static void keyboard_close(struct typist *keyboard)
{
	view_free(&keyboard->view);
	desk_close(&keyboard->desk);
}

static const struct panel_view *view_of(struct typist *keyboard, const char *name)
{
	return &keyboard->view.panels[layout_panel(keyboard->desk.layout, name)->index];
}

static void keys_move_and_ask(void **state)
{
	struct typist keyboard;
	(void)state;
	keyboard_open(&keyboard);
	const struct panel_view *grid = view_of(&keyboard, "g");
	assert_string_equal(view_panel(&keyboard.view, keyboard.desk.layout)->name, "g");
	press(&keyboard, "j j");
	assert_string_equal(grid->key, "Support");
	press(&keyboard, "G");
	assert_string_equal(grid->key, "Chat");
	press(&keyboard, "g");
	assert_string_equal(grid->key, "Sales");
	press(&keyboard, "k k");
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
	struct typist keyboard;
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

/* A zoom goes to every panel of the page, and on a page without a list to the first one. */
static void zoom_shows_any_panel(void **state)
{
	struct typist keyboard;
	(void)state;
	keyboard_open(&keyboard);
	const struct view *view = &keyboard.view;
	press(&keyboard, "z");
	assert_int_equal(view->zoomed, 1);
	press(&keyboard, "Tab Tab");
	assert_int_equal(view->zoomed, 0);
	assert_int_equal(view->focus, 2);
	press(&keyboard, "Shift-Tab");
	assert_int_equal(view->zoomed, 2);
	press(&keyboard, "Tab z");
	assert_int_equal(view->zoomed, -1);
	assert_int_equal(view->focus, 2);
	press(&keyboard, "Tab");
	assert_int_equal(view->focus, 1);
	press(&keyboard, "] z");
	assert_int_equal(view->zoomed, 3);
	press(&keyboard, "Tab");
	assert_int_equal(view->zoomed, 4);
	press(&keyboard, "Esc");
	assert_int_equal(view->zoomed, -1);
	keyboard_close(&keyboard);
}

static void filter_and_sort(void **state)
{
	struct typist keyboard;
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
	struct typist keyboard;
	(void)state;
	keyboard_open(&keyboard);
	press(&keyboard, "/ a é");
	assert_string_equal(keyboard.view.typed, "aé");
	struct action_context context = { &keyboard.view, &keyboard.desk.scene, INPUT_BACKSPACE, 0 };
	(void)action_key(&context);
	assert_string_equal(keyboard.view.typed, "a");
	(void)action_key(&context);
	(void)action_key(&context);
	assert_string_equal(keyboard.view.typed, "");
	context.key = 0x65E5;
	for (int i = 0; i < 200; i++)
		(void)action_key(&context);
	assert_true(strlen(keyboard.view.typed) < ORDER_FILTER_MAX);
	keyboard_close(&keyboard);
}

/* Without a filter: rows stay, the selection jumps, all the way round. */
static void matches_are_gone_through(void **state)
{
	struct typist keyboard;
	(void)state;
	keyboard_open(&keyboard);
	const struct panel_view *grid = view_of(&keyboard, "g");
	press(&keyboard, "n");
	assert_false(grid->selected);
	press(&keyboard, "/ S Enter");
	assert_int_equal(grid->order.count, 2);
	press(&keyboard, "Esc");
	assert_int_equal(grid->order.count, 3);
	press(&keyboard, "G n");
	assert_string_equal(grid->key, "Sales");
	press(&keyboard, "n");
	assert_string_equal(grid->key, "Support");
	press(&keyboard, "n");
	assert_string_equal(grid->key, "Sales");
	press(&keyboard, "N");
	assert_string_equal(grid->key, "Support");
	press(&keyboard, "/ 5 Esc g n");
	assert_string_equal(grid->key, "Chat");
	press(&keyboard, "/ z Esc n");
	assert_string_equal(grid->key, "Chat");
	keyboard_close(&keyboard);
}

/* From another panel: whoever asks for a state means the agents. */
static void agents_by_state(void **state)
{
	struct typist keyboard;
	(void)state;
	keyboard_open(&keyboard);
	desk_fill(&keyboard.desk, "h", 2, "Ana|after_call_work;Bob|busy;Cid|ACW;Dan|");
	const struct panel_view *agents = view_of(&keyboard, "h");
	press(&keyboard, "f");
	assert_string_equal(view_panel(&keyboard.view, keyboard.desk.layout)->name, "h");
	assert_int_equal(keyboard.view.prompt, PROMPT_STATE);
	press(&keyboard, "5");
	assert_int_equal(keyboard.view.prompt, PROMPT_NONE);
	assert_int_equal(agents->order.count, 2);
	assert_int_equal(order_row(&agents->order, 1), 2);
	press(&keyboard, "/ c i d Enter");
	assert_int_equal(agents->order.count, 1);
	press(&keyboard, "Esc");
	assert_int_equal(agents->order.count, 2);
	press(&keyboard, "Esc");
	assert_int_equal(agents->order.count, 4);
	press(&keyboard, "f 9");
	assert_int_equal(agents->order.count, 1);
	press(&keyboard, "f 0");
	assert_int_equal(agents->order.count, 4);
	/* On a page without agents there is nothing to ask. */
	press(&keyboard, "] f");
	assert_int_equal(keyboard.view.prompt, PROMPT_NONE);
	keyboard_close(&keyboard);
}

static void pages_of_rows(void **state)
{
	struct typist keyboard;
	(void)state;
	keyboard_open(&keyboard);
	struct panel_view *grid = &keyboard.view.panels[1];
	char rows[1024] = "";
	for (int i = 0; i < 30; i++)
		snprintf(rows + strlen(rows), sizeof(rows) - strlen(rows), "s%d|1;", i);
	desk_fill(&keyboard.desk, "g", 2, rows);
	update(&keyboard);
	grid->visible = 10;
	press(&keyboard, "PgDn");
	assert_int_equal(grid->top, 9);
	assert_int_equal(grid->position, 9);
	press(&keyboard, "j PgDn");
	assert_int_equal(grid->top, 18);
	assert_int_equal(grid->position, 19);
	press(&keyboard, "PgDn PgDn");
	assert_int_equal(grid->top, 20);
	assert_int_equal(grid->position, 29);
	press(&keyboard, "PgUp");
	assert_int_equal(grid->top, 11);
	assert_int_equal(grid->position, 20);
	press(&keyboard, "PgUp PgUp PgUp");
	assert_int_equal(grid->top, 0);
	assert_int_equal(grid->position, 0);
	keyboard_close(&keyboard);
}

static unsigned mouse(struct typist *keyboard, uint32_t key, const char *panel, int line)
{
	struct action_context context = { &keyboard->view, &keyboard->desk.scene, key, 0 };
	unsigned ask = move_mouse(&context, layout_panel(keyboard->desk.layout, panel), line, 20);
	update(keyboard);
	return ask;
}

static void the_mouse_focuses_selects_and_scrolls(void **state)
{
	struct typist keyboard;
	(void)state;
	keyboard_open(&keyboard);
	desk_fill(&keyboard.desk, "h", 2, "Ana|busy;Bob|ready;Cid|ready");
	update(&keyboard);
	struct panel_view *agents = &keyboard.view.panels[2], *grid = &keyboard.view.panels[1];
	agents->visible = grid->visible = 2;
	agents->rows_line = 5;
	mouse(&keyboard, INPUT_CLICK, "h", 6);
	assert_string_equal(view_panel(&keyboard.view, keyboard.desk.layout)->name, "h");
	assert_string_equal(agents->key, "Bob");
	/* The head, and what is below the rows, select nothing; tiles cannot be focused. */
	mouse(&keyboard, INPUT_CLICK, "h", 4);
	mouse(&keyboard, INPUT_CLICK, "h", 7);
	assert_string_equal(agents->key, "Bob");
	mouse(&keyboard, INPUT_CLICK, "t", 1);
	mouse(&keyboard, INPUT_CLICK, "nothing", 1);
	assert_string_equal(view_panel(&keyboard.view, keyboard.desk.layout)->name, "h");
	mouse(&keyboard, INPUT_WHEEL_DOWN, "g", 5);
	assert_int_equal(grid->top, 1);
	mouse(&keyboard, INPUT_WHEEL_UP, "g", 5);
	assert_int_equal(grid->top, 0);
	/* Rows of several lines, with the rule below them. */
	agents->rows_pitch = 4;
	mouse(&keyboard, INPUT_CLICK, "h", 8);
	assert_string_equal(agents->key, "Ana");
	mouse(&keyboard, INPUT_CLICK, "h", 9);
	assert_string_equal(agents->key, "Bob");
	press(&keyboard, "?");
	mouse(&keyboard, INPUT_WHEEL_DOWN, "g", 5);
	assert_int_equal(keyboard.view.list.top, 3);
	mouse(&keyboard, INPUT_CLICK, "g", 5);
	assert_int_equal(keyboard.view.overlay, OVERLAY_NONE);
	/* Help opens at its top, wherever it was left. */
	press(&keyboard, "?");
	assert_int_equal(keyboard.view.list.top, 0);
	press(&keyboard, "Esc");
	/* The wheel scrolls away from a selected row, which it drops. */
	keyboard.desk.scene.now_ms++;
	desk_fill(&keyboard.desk, "g", 2, "a|1;b|2;c|3;d|4;e|5;f|6;g|7;h|8");
	update(&keyboard);
	grid->rows_line = 5;
	mouse(&keyboard, INPUT_CLICK, "g", 5);
	assert_true(grid->selected);
	mouse(&keyboard, INPUT_WHEEL_DOWN, "g", 5);
	assert_false(grid->selected);
	assert_int_equal(grid->top, 3);
	keyboard_close(&keyboard);
}

/* Over all pages: to the first while one types, on with n and N all the way round, back with Esc. */
static void search_finds_everything(void **state)
{
	struct typist keyboard;
	char place[VIEW_SAID_MAX];
	(void)state;
	keyboard_open(&keyboard);
	struct view *view = &keyboard.view;
	const struct panel_view *grid = view_of(&keyboard, "g"), *agents = view_of(&keyboard, "h");
	/* "a": Sales, Chat, Ana, Bob who is ready, and the tile; not the clock. */
	press(&keyboard, "\\ a");
	assert_int_equal(view->prompt, PROMPT_SEARCH);
	search_place(view, place, sizeof(place));
	assert_string_equal(place, "1 of 5: Waiting");
	press(&keyboard, "n a");
	search_place(view, place, sizeof(place));
	assert_string_equal(place, "1 of 1: Ana");
	assert_string_equal(agents->key, "Ana");
	assert_string_equal(view_panel(view, keyboard.desk.layout)->name, "h");
	/* Letters are letters; what is not found leaves everything as it is. */
	press(&keyboard, "q");
	search_place(view, place, sizeof(place));
	assert_string_equal(place, "not found");
	struct action_context erase = { &keyboard.view, &keyboard.desk.scene, INPUT_BACKSPACE, 0, NULL };
	for (int i = 0; i < 3; i++)
		(void)action_key(&erase);
	press(&keyboard, "Enter n");
	assert_int_equal(view->prompt, PROMPT_NONE);
	search_place(view, place, sizeof(place));
	assert_string_equal(place, "2 of 5: Sales");
	assert_string_equal(grid->key, "Sales");
	press(&keyboard, "n n n n");
	search_place(view, place, sizeof(place));
	assert_string_equal(place, "1 of 5: Waiting");
	press(&keyboard, "N");
	search_place(view, place, sizeof(place));
	assert_string_equal(place, "5 of 5: Bob");
	/* From where somebody went meanwhile. */
	press(&keyboard, "Shift-Tab");
	press(&keyboard, "\\ o");
	press(&keyboard, "Enter g n");
	search_place(view, place, sizeof(place));
	assert_string_equal(place, "1 of 2: Support");
	/* Another page is gone to, and Esc comes back. */
	press(&keyboard, "2 \\ C h a t");
	assert_int_equal(view->page, 0);
	assert_string_equal(grid->key, "Chat");
	press(&keyboard, "Esc");
	assert_int_equal(view->page, 1);
	assert_int_equal(view->prompt, PROMPT_NONE);
	assert_false(search_goes_on(view));
	/* What is filtered away is not found; a bad expression finds nothing, and says why. */
	press(&keyboard, "1 / S a Enter \\ C h a t");
	search_place(view, place, sizeof(place));
	assert_string_equal(place, "not found");
	press(&keyboard, "(");
	search_place(view, place, sizeof(place));
	assert_string_equal(place, "( without )");
	press(&keyboard, "Esc Esc");
	/* Filtering takes n for itself again. */
	press(&keyboard, "\\ A n a Enter 1 / S u Enter Esc n");
	assert_string_equal(grid->key, "Support");
	keyboard_close(&keyboard);
}

/* The names that fit, completed, run, run again, and mistyped. */
static void commands_are_typed(void **state)
{
	static const struct scene_layout layouts[] = {
		{ .name = "queues", .about = "who waits", .source = "built-in queues" }, { .name = "night", .source = "/x/night.conf" },
	};
	struct typist keyboard;
	(void)state;
	keyboard_open(&keyboard);
	struct view *view = &keyboard.view;
	keyboard.desk.scene.layouts = layouts;
	keyboard.desk.scene.layout_count = 2;
	assert_int_equal(press(&keyboard, ":"), SCREEN_ASK_LAYOUTS);
	assert_int_equal(view->overlay, OVERLAY_COMMANDS);
	assert_true(action_types(view));
	/* Letters are no commands here. */
	press(&keyboard, "p a u");
	assert_false(view->paused);
	assert_string_equal(view->commands.text, "pau");
	press(&keyboard, "Tab");
	assert_string_equal(view->commands.text, "pause");
	press(&keyboard, "Enter");
	assert_true(view->paused);
	assert_int_equal(view->overlay, OVERLAY_NONE);
	press(&keyboard, ": Up");
	assert_string_equal(view->commands.text, "pause");
	press(&keyboard, "Down");
	assert_string_equal(view->commands.text, "");
	press(&keyboard, "Esc");
	assert_int_equal(view->overlay, OVERLAY_NONE);
	/* A page, a theme, a layout; a prefix is completed as far as all agree. */
	press(&keyboard, ": p a g e Space 2 Enter");
	assert_int_equal(view->page, 1);
	press(&keyboard, ": t h e m e Space l Tab");
	assert_string_equal(view->commands.text, "theme light");
	press(&keyboard, "Enter");
	assert_int_equal(view->theme, THEME_LIGHT);
	assert_int_equal(press(&keyboard, ": l a y o u t Space n Enter"), SCREEN_ASK_LAYOUTS | SCREEN_ASK_LAYOUT | SCREEN_ASK_DRAW);
	assert_string_equal(view->layout_wanted, "/x/night.conf");
	/* By what it does; Tab goes through them where there is nothing to add. */
	press(&keyboard, ": w a i t s Enter");
	assert_string_equal(view->layout_wanted, "built-in queues");
	press(&keyboard, ": n e x t Tab");
	assert_string_equal(view->commands.text, "next-");
	press(&keyboard, "Tab");
	assert_int_equal(view->list.cursor, 1);
	press(&keyboard, "Tab Shift-Tab Shift-Tab");
	assert_int_equal(view->list.cursor, 0);
	press(&keyboard, "Shift-Tab");
	assert_int_equal(view->list.cursor, 2);
	press(&keyboard, "Tab");
	assert_int_equal(view->list.cursor, 0);
	press(&keyboard, "Esc");
	/* History goes back to the first, and no further. */
	press(&keyboard, ": Up Up Up Up Up Up Up Up");
	assert_string_equal(view->commands.text, "pause");
	press(&keyboard, "Down");
	assert_string_equal(view->commands.text, "page 2");
	press(&keyboard, "Esc");
	/* A mistyped one runs nothing and stays to be mended. */
	press(&keyboard, "1 : p a u z e Enter");
	assert_int_equal(view->overlay, OVERLAY_COMMANDS);
	assert_string_equal(view->said, "There is no 'pauze'. Did you mean 'pause'?");
	assert_true(view->paused);
	press(&keyboard, "Esc : x y z x y z Enter");
	assert_string_equal(view->said, "There is no 'xyzxyz'.");
	/* What can do nothing says why, as its key does; keys of a replay are not offered. */
	press(&keyboard, "Esc 2 : s o r t Enter");
	assert_string_equal(view->said, "There is no list on this page.");
	press(&keyboard, ": f a s t e r Enter");
	assert_int_equal(view->overlay, OVERLAY_COMMANDS);
	keyboard.desk.scene.replay = "REPLAY";
	assert_int_equal(press(&keyboard, "Enter"), SCREEN_ASK_FASTER);
	/* An empty line closes. */
	press(&keyboard, ": Enter");
	assert_int_equal(view->overlay, OVERLAY_NONE);
	/* As many are kept as have a place. */
	for (int i = 0; i < 2 * COMMANDS_KEPT; i++)
		press(&keyboard, i % 2 == 0 ? ": p a g e Space 1 Enter" : ": p a g e Space 2 Enter");
	press(&keyboard, ":");
	for (int i = 0; i < 3 * COMMANDS_KEPT; i++)
		press(&keyboard, "Up");
	assert_string_equal(view->commands.text, "page 1");
	for (int i = 0; i < 3 * COMMANDS_KEPT; i++)
		press(&keyboard, "Down");
	assert_string_equal(view->commands.text, "");
	keyboard_close(&keyboard);
}

static void keep_event(void *context, const struct alert_event *event)
{
	alarm_log_event(context, event);
}

/* The alerts of the layout: of the totals, and of Support. */
static struct alerts *fire(struct typist *keyboard, struct alarm_log *log)
{
	struct scene *scene = &keyboard->desk.scene;
	struct alerts *alerts = alerts_new(keyboard->desk.layout, (struct alerts_sink){ .event = log != NULL ? keep_event : NULL, .context = log });
	desk_fill(&keyboard->desk, "t", 1, "9");
	struct board_view view = scene_board_view(scene);
	alerts_frame(alerts, &view);
	assert_non_null(alerts_firing(alerts, 1));
	scene->alerts = alerts;
	scene->alarms = log;
	return alerts;
}

/* Keys on the list of alarms are about the chosen one; Enter goes where it is. */
static void alarms_are_chosen(void **state)
{
	struct typist keyboard;
	(void)state;
	keyboard_open(&keyboard);
	struct view *view = &keyboard.view;
	struct alarm_log *log = alarm_log_new(false);
	struct alerts *alerts = fire(&keyboard, log);
	const struct alert_state *second = alerts_firing(alerts, 1);
	/* The newest, which is the last of the layout, is on top. */
	assert_int_equal(press(&keyboard, "A 1"), SCREEN_ASK_DRAW | SCREEN_ASK_ACKNOWLEDGE_ONE);
	assert_string_equal(view->wish.name, "queue");
	assert_int_equal(view->wish.minutes, 10);
	assert_int_equal(view->wish.fired_ms, second->fired_ms);
	assert_int_equal(view->wish.key, text_hash(second->key));
	assert_true(press(&keyboard, "j 0") & SCREEN_ASK_ACKNOWLEDGE_ONE);
	assert_string_equal(view->wish.name, "long");
	assert_int_equal(view->wish.minutes, ALERT_WISH_DAY);
	/* The key that means all elsewhere means this one here. */
	assert_int_equal(press(&keyboard, "k a"), SCREEN_ASK_DRAW | SCREEN_ASK_ACKNOWLEDGE_ONE);
	assert_int_equal(view->wish.minutes, 30);
	assert_string_equal(view->wish.name, "queue");
	assert_int_equal(press(&keyboard, "u"), SCREEN_ASK_DRAW);
	assert_string_equal(view->said, "This alarm is not acknowledged.");
	/* From another page to the row. */
	press(&keyboard, "Esc 2 A Enter");
	assert_int_equal(view->overlay, OVERLAY_NONE);
	assert_int_equal(view->page, 0);
	assert_string_equal(view_of(&keyboard, "g")->key, "Support");
	press(&keyboard, "2 A j Enter");
	assert_int_equal(view->page, 0);
	/* A row that is gone is told. */
	keyboard.desk.scene.now_ms++;
	desk_fill(&keyboard.desk, "g", 2, "Sales|3");
	press(&keyboard, "A g Enter");
	assert_string_equal(view->said, "'Support' is not in this list now.");
	alerts_free(alerts);
	alarm_log_free(log);
	keyboard_close(&keyboard);
}

/* Keys that go to rows say why they go nowhere. */
static void empty_lists_say_so(void **state)
{
	struct typist keyboard;
	(void)state;
	keyboard_open(&keyboard);
	press(&keyboard, "/ z z z Enter j");
	assert_string_equal(keyboard.view.said, "The filter hides all rows.");
	press(&keyboard, "PgDn");
	assert_string_equal(keyboard.view.said, "The filter hides all rows.");
	press(&keyboard, "n");
	assert_string_equal(keyboard.view.said, "The filter hides all rows.");
	press(&keyboard, "Esc");
	keyboard.desk.scene.now_ms++;
	desk_fill(&keyboard.desk, "g", 2, "");
	press(&keyboard, "G");
	assert_string_equal(keyboard.view.said, "This list has no rows.");
	keyboard_close(&keyboard);
}

/* What a key only asks the program for, each its own thing. */
static void keys_ask_the_program(void **state)
{
	static const struct {
		const char *keys;
		unsigned ask;
	} asks[] = {
		{ "q", SCREEN_ASK_QUIT }, { "Ctrl-R", SCREEN_ASK_RELOAD }, { "r", SCREEN_ASK_RETRY },
		{ "w", SCREEN_ASK_WRITE }, { "a", SCREEN_ASK_ACKNOWLEDGE }, { "m", SCREEN_ASK_MUTE },
		{ ".", SCREEN_ASK_STEP }, { ",", SCREEN_ASK_STEP_BACK }, { ">", SCREEN_ASK_JUMP },
		{ "<", SCREEN_ASK_JUMP_BACK }, { "+", SCREEN_ASK_FASTER }, { "=", SCREEN_ASK_FASTER },
		{ "-", SCREEN_ASK_SLOWER },
	};
	struct typist keyboard;
	(void)state;
	keyboard_open(&keyboard);
	keyboard.desk.scene.replay = "REPLAY";
	assert_int_equal(press(&keyboard, "a"), SCREEN_ASK_DRAW);
	assert_string_equal(keyboard.view.said, "There is no alert to acknowledge.");
	struct alerts *alerts = fire(&keyboard, NULL);
	for (size_t i = 0; i < sizeof(asks) / sizeof(asks[0]); i++)
		if (press(&keyboard, asks[i].keys) != asks[i].ask)
			fail_msg("%s does not ask for %u alone", asks[i].keys, asks[i].ask);
	alerts_free(alerts);
	keyboard_close(&keyboard);
}

static void keys_change_the_view(void **state)
{
	struct typist keyboard;
	(void)state;
	keyboard_open(&keyboard);
	struct view *view = &keyboard.view;
	/* Help and details take each other's place, and begin at their top. */
	assert_int_equal(press(&keyboard, "!"), SCREEN_ASK_DRAW);
	assert_int_equal(view->overlay, OVERLAY_DETAILS);
	view->list.top = 5;
	press(&keyboard, "?");
	assert_int_equal(view->overlay, OVERLAY_HELP);
	assert_int_equal(view->list.top, 0);
	view->list.top = 5;
	press(&keyboard, "!");
	assert_int_equal(view->overlay, OVERLAY_DETAILS);
	assert_int_equal(view->list.top, 0);
	press(&keyboard, "!");
	assert_int_equal(view->overlay, OVERLAY_NONE);
	/* Painting anew is asked for once. */
	assert_false(view->repaint);
	assert_int_equal(press(&keyboard, "Ctrl-L"), SCREEN_ASK_DRAW);
	assert_true(view->repaint);
	/* Panels in a ring, both ways. */
	assert_string_equal(view_panel(view, keyboard.desk.layout)->name, "g");
	press(&keyboard, "Shift-Tab");
	assert_string_equal(view_panel(view, keyboard.desk.layout)->name, "h");
	press(&keyboard, "Shift-Tab");
	assert_string_equal(view_panel(view, keyboard.desk.layout)->name, "g");
	/* Themes in a ring. */
	int first = view->theme, themes = 0;
	do {
		press(&keyboard, "t");
		themes++;
	} while (view->theme != first && themes < 100);
	assert_int_equal(themes, THEMES);
	assert_true(view->theme_chosen);
	/* Not those that cannot be read here. */
	view->background = 0x101010;
	for (themes = 0; themes < 2 * THEMES; themes++) {
		press(&keyboard, "t");
		assert_int_not_equal(view->theme, THEME_LIGHT);
	}
	view->background = 0xFAFAFA;
	for (themes = 0; themes < 2 * THEMES; themes++) {
		press(&keyboard, "t");
		assert_int_not_equal(view->theme, THEME_DARK);
	}
	view->background = -1;
	/* A picture that is held remembers since when; a replay waits instead. */
	assert_int_equal(press(&keyboard, "p"), SCREEN_ASK_DRAW);
	assert_true(view->paused);
	assert_int_equal(view->paused_since_ms, keyboard.desk.scene.now_ms);
	press(&keyboard, "Space");
	assert_false(view->paused);
	keyboard.desk.scene.replay = "a recording";
	assert_int_equal(press(&keyboard, "p"), SCREEN_ASK_HOLD);
	assert_false(view->paused);
	keyboard_close(&keyboard);
}

/* Esc takes one thing back at a time: what lies on top, the zoom, the filter, the state, the selection. */
static void back_takes_one_step(void **state)
{
	struct typist keyboard;
	(void)state;
	keyboard_open(&keyboard);
	struct view *view = &keyboard.view;
	press(&keyboard, "Tab j / a Enter f 1 z ?");
	const struct panel_view *agents = view_of(&keyboard, "h");
	assert_int_equal(view->overlay, OVERLAY_HELP);
	press(&keyboard, "Esc");
	assert_int_equal(view->overlay, OVERLAY_NONE);
	assert_true(view->zoomed >= 0 && agents->order.filter[0] != '\0');
	press(&keyboard, "Esc");
	assert_int_equal(view->zoomed, -1);
	assert_string_equal(agents->order.filter, "a");
	press(&keyboard, "Esc");
	assert_string_equal(agents->order.filter, "");
	assert_true(agents->order.state >= 0);
	press(&keyboard, "Esc");
	assert_int_equal(agents->order.state, -1);
	press(&keyboard, "j");
	assert_true(agents->selected);
	press(&keyboard, "Esc");
	assert_false(agents->selected);
	keyboard_close(&keyboard);
}

/* Inverting takes over the layout's own order, or the first column's, and then turns round what it finds. */
static void the_order_turns_round(void **state)
{
	static const struct {
		const char *sort;
		int column;
		bool descending[2];
	} cases[] = {
		{ "", 0, { true, false } },
		{ "sort = \"in_calls_waiting\"", 1, { true, false } },
		{ "sort = \"in_calls_waiting desc\"", 1, { false, true } },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct desk desk;
		struct view view;
		char text[400];
		snprintf(text, sizeof(text), "pages = ( { rows = ( { panels = ( { name = \"g\" type = \"service_grid\""
			" columns = ( \"name\", \"in_calls_waiting\" ) %s } ) } ) } )", cases[i].sort);
		desk_open(&desk, text);
		desk_fill(&desk, "g", 2, "Sales|3;Support|7");
		view_init(&view, NULL, NULL);
		view_reset(&view, desk.layout);
		struct action_context context = { &view, &desk.scene, 'I', 0 };
		for (int turn = 0; turn < 2; turn++) {
			assert_int_equal(action_at((unsigned)action_find("invert"))->run(&context, 0), SCREEN_ASK_DRAW);
			assert_int_equal(view.panels[0].order.column, cases[i].column);
			assert_int_equal(view.panels[0].order.descending, cases[i].descending[turn]);
		}
		view_free(&view);
		desk_close(&desk);
	}
}

static void keys_of_ones_own(void **state)
{
	struct typist keyboard;
	unsigned other, page = (unsigned)action_find("page"), end = (unsigned)action_find("quit");
	(void)state;
	keyboard_open(&keyboard);
	struct bindings *bindings = &keyboard.bindings;
	bindings_clear(bindings, end);
	assert_true(bindings_give(bindings, end, "Q", &other));
	assert_int_equal(press(&keyboard, "q") & SCREEN_ASK_QUIT, 0);
	assert_true(press(&keyboard, "Q") & SCREEN_ASK_QUIT);
	assert_true(action_quits(bindings, 'Q'));
	assert_false(action_quits(bindings, 'q'));
	/* A usual key of another action is taken from it; a user's own is not. */
	assert_true(bindings_give(bindings, end, "h", &other));
	assert_string_equal(bindings->keys[end], "Q h");
	assert_string_equal(bindings->keys[action_find("help")], "? F1");
	bindings_clear(bindings, page);
	assert_false(bindings_give(bindings, page, "h", &other));
	assert_int_equal(other, end);
	/* The page is the place in the list. */
	assert_true(bindings_give(bindings, page, "A", &other));
	assert_true(bindings_give(bindings, page, "F2", &other));
	assert_true(bindings_give(bindings, page, "F2", &other));
	press(&keyboard, "F2");
	assert_int_equal(keyboard.view.page, 1);
	press(&keyboard, "A");
	assert_int_equal(keyboard.view.page, 0);
	for (char key = 'B'; key <= 'Z'; key++)
		(void)bindings_give(bindings, page, (char[]){ key, '\0' }, &other);
	for (uint32_t code = 0x4E00; code < 0x4E80; code++) {
		char name[5] = "";
		text_encode(name, code);
		if (!bindings_give(bindings, page, name, &other))
			break;
	}
	assert_int_equal(other, page);
	assert_true(strlen(bindings->keys[page]) < BINDINGS_TEXT_MAX);
	assert_int_equal(action_find("nonsense"), -1);
	assert_string_equal(action_nearest("next-pge"), "next-page");
	assert_string_equal(key_nearest("PgDwn"), "PgDn");
	keyboard_close(&keyboard);
}

/* The key at the same place of other keyboards; a binding of its own wins, and text is text. */
static void other_alphabets_have_the_keys_places(void **state)
{
	static const char *const same[][2] = { { "й", "q" }, { "Й", "Q" }, { "ъ", "]" }, { "ю", "." }, { "э", "'" }, { "ё", "`" },
		{ "і", "s" }, { "ї", "]" }, { "ф", "a" }, { "Б", "<" }, { "ς", "w" }, { "ω", "v" }, { "μ", "m" }, { "Σ", "S" },
		{ "π", "p" }, { "q", "q" }, { "é", "é" }, { "Esc", "Esc" } };
	struct typist keyboard;
	unsigned other;
	(void)state;
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		assert_int_equal(key_latin(key_read(same[i][0])), key_read(same[i][1]));
	keyboard_open(&keyboard);
	assert_int_equal(press(&keyboard, "й"), SCREEN_ASK_QUIT);
	assert_true(action_quits(&keyboard.bindings, key_read("й")));
	assert_int_equal(press(&keyboard, "ь"), SCREEN_ASK_MUTE);
	assert_int_equal(press(&keyboard, "μ"), SCREEN_ASK_MUTE);
	/* The prompts: a letter is a place in one, and a letter in the other. */
	press(&keyboard, "ы 2");
	assert_int_equal(view_of(&keyboard, "g")->order.column, 1);
	press(&keyboard, "/ й Enter");
	assert_string_equal(view_of(&keyboard, "g")->order.filter, "й");
	assert_true(bindings_give(&keyboard.bindings, (unsigned)action_find("mute"), "й", &other));
	assert_int_equal(press(&keyboard, "й"), SCREEN_ASK_MUTE);
	assert_false(action_quits(&keyboard.bindings, key_read("й")));
	assert_int_equal(press(&keyboard, "q"), SCREEN_ASK_QUIT);
	keyboard_close(&keyboard);
}

static void unknown_keys_are_remembered(void **state)
{
	struct typist keyboard;
	(void)state;
	keyboard_open(&keyboard);
	assert_int_equal(press(&keyboard, "x"), SCREEN_ASK_NOTHING);
	assert_int_equal(keyboard.view.unknown_key, 'x');
	press(&keyboard, "j");
	assert_int_equal(keyboard.view.unknown_key, INPUT_NONE);
	press(&keyboard, "F9 Ctrl-E");
	assert_int_equal(keyboard.view.unknown_key, INPUT_NONE);
	press(&keyboard, "é");
	assert_int_equal(keyboard.view.unknown_key, key_read("é"));
	press(&keyboard, "/ x Esc");
	assert_int_equal(keyboard.view.unknown_key, INPUT_NONE);
	keyboard_close(&keyboard);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(other_alphabets_have_the_keys_places),
		cmocka_unit_test(unknown_keys_are_remembered),
		cmocka_unit_test(no_key_twice),
		cmocka_unit_test(each_is_described),
		cmocka_unit_test(key_names),
		cmocka_unit_test(keys_move_and_ask),
		cmocka_unit_test(keys_go_to_pages),
		cmocka_unit_test(zoom_shows_any_panel),
		cmocka_unit_test(filter_and_sort),
		cmocka_unit_test(typing_keeps_whole_characters),
		cmocka_unit_test(matches_are_gone_through),
		cmocka_unit_test(agents_by_state),
		cmocka_unit_test(pages_of_rows),
		cmocka_unit_test(the_mouse_focuses_selects_and_scrolls),
		cmocka_unit_test(search_finds_everything),
		cmocka_unit_test(commands_are_typed),
		cmocka_unit_test(alarms_are_chosen),
		cmocka_unit_test(empty_lists_say_so),
		cmocka_unit_test(keys_ask_the_program),
		cmocka_unit_test(keys_change_the_view),
		cmocka_unit_test(back_takes_one_step),
		cmocka_unit_test(the_order_turns_round),
		cmocka_unit_test(keys_of_ones_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
