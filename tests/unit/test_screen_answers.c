/*
 * Answers and keys in any order: whatever a key, a click or a search does, it does to the rows of the last answer, also
 * where they were not drawn yet and there are fewer of them.
 */
#include "screen_board.h"

#include <fcntl.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "board/decode.h"
#include "screen/action.h"
#include "screen/keyboard.h"
#include "screen/view.h"

static const char panels_text[] =
	"pages = ( { title = \"One\" rows = ( { panels = ("
	" { name = \"queues\" type = \"service_grid\" alarmed_first = true total = true columns = ( \"name\","
	"   { stat = \"in_calls_waiting\" warn = \"> 3\" alert = \"> 6\" } ) },"
	" { name = \"agents\" type = \"agent_grid\" columns = ( \"first_last_name\", \"acd_state\", \"state_duration\" ) } ) } ) },"
	" { title = \"Two\" rows = ( { panels = ( { name = \"news\" type = \"messages\" },"
	" { name = \"camp\" type = \"campaigns\" }, { name = \"states\" type = \"agent_states\" } ) } ) },"
	" { title = \"Three\" rows = ( { panels = ( { name = \"more\" type = \"agent_grid\" sort = \"login_id asc\""
	"   columns = ( \"login_id\" ) } ) } ) } )";

/* The same panels on other pages, and one with other columns: an edited layout. */
static const char edited_text[] =
	"pages = ( { title = \"Two\" rows = ( { panels = ("
	" { name = \"agents\" type = \"agent_grid\" columns = ( \"acd_state\", \"first_last_name\" ) },"
	" { name = \"queues\" type = \"service_grid\" alarmed_first = true total = true columns = ( \"name\","
	"   { stat = \"in_calls_waiting\" warn = \"> 3\" alert = \"> 6\" } ) } ) } ) },"
	" { title = \"One\" rows = ( { panels = ( { name = \"camp\" type = \"campaigns\" } ) } ) } )";

struct world {
	struct desk desk;
	struct catalogue teams, services;
	struct request request;
	struct bindings bindings;
	struct themes themes;
	struct view view;
};

static void plan(struct world *world)
{
	request_plan(&world->request, world->desk.layout, &world->teams, &world->services, "t");
}

static void world_open(struct world *world, const char *text)
{
	memset(world, 0, sizeof(*world));
	desk_open(&world->desk, text);
	catalogue_init(&world->teams);
	catalogue_init(&world->services);
	request_init(&world->request);
	plan(world);
	action_bindings(&world->bindings);
	themes_init(&world->themes);
	view_init(&world->view, &world->themes, &world->bindings);
	view_reset(&world->view, world->desk.layout);
}

static void world_close(struct world *world)
{
	view_free(&world->view);
	request_free(&world->request);
	catalogue_free(&world->teams);
	catalogue_free(&world->services);
	desk_close(&world->desk);
}

/* What the wall does when its layout was edited. */
static void edit(struct world *world, const char *text)
{
	struct error error = { "" };
	struct board *before = world->desk.board;
	struct layout *layout = world->desk.layout;
	world->desk.layout = layout_parse("test", "test", text, &error);
	if (world->desk.layout == NULL)
		fail_msg("%s", error.text);
	world->desk.board = board_new(world->desk.layout);
	board_adopt(world->desk.board, before);
	world->desk.scene.layout = world->desk.layout;
	world->desk.scene.board = world->desk.board;
	plan(world);
	view_reset(&world->view, world->desk.layout);
	board_free(before);
	layout_free(layout);
}

static void put_value(struct buffer *out, const char *stat, unsigned row)
{
	static const char *const states[] = { "ready", "busy", "after_call_work", "not_ready", "dancing", "" };
	if (strcmp(stat, "acd_state") == 0)
		buffer_text(out, states[row % 6]);
	else if (strcmp(stat, "in_calls_waiting") == 0 || strcmp(stat, "state_duration") == 0)
		buffer_print(out, "%u", row * 5 % 11);
	else
		buffer_print(out, "%s of a length that is its own %u", row % 3 == 0 ? "Zo\xc3\xab" : "Ana", row);
}

static void put_rows(struct buffer *out, const struct request_set *set, unsigned from, unsigned rows)
{
	for (unsigned row = from; row < from + rows; row++) {
		buffer_print(out, "%s{", row > from ? "," : "");
		for (unsigned i = 0; i < set->column_count; i++) {
			buffer_print(out, "%s\"%s\":\"", i > 0 ? "," : "", set->columns[i].id);
			put_value(out, set->columns[i].stat, row);
			buffer_text(out, "\"");
		}
		buffer_text(out, "}");
	}
}

static void put_set(struct buffer *out, const struct request_set *set, unsigned from, unsigned rows)
{
	buffer_print(out, "\"%s\":{", set->app_id);
	if (set->panel->type == PANEL_MESSAGES) {
		buffer_text(out, "\"chat_messages\":[");
		for (unsigned i = 0; i < rows; i++)
			buffer_print(out, "%s{\"content\":\"message %u\"}", i > 0 ? "," : "", from + i);
		buffer_text(out, "]}");
		return;
	}
	buffer_print(out, "\"%s\":[{\"id\":\"%s\",\"values\":[",
		set->panel->type == PANEL_SERVICE_GRID ? "service_grids" : "agent_grids", set->grid_id);
	put_rows(out, set, from, rows);
	buffer_text(out, "]}]}");
}

static void take(struct world *world, enum frame_kind kind, const struct buffer *body)
{
	struct error error = { "" };
	struct frame frame = { .kind = kind, .subject = "", .received_ms = world->desk.scene.now_ms,
		.wall_ms = world->desk.scene.wall_ms, .bytes = body->data, .length = body->length, .request = &world->request };
	if (!decode_frame(world->desk.board, &frame, NULL, &error))
		fail_msg("%s", error.text);
	world->desk.link.accepted_ms = frame.received_ms;
}

/* An answer of so many rows for each panel, from one on: what was the first may be gone. */
static void answer(struct world *world, unsigned from, unsigned rows)
{
	struct buffer body;
	buffer_init(&body, 16 * 1024 * 1024);
	world->desk.scene.now_ms += 1000;
	world->desk.scene.wall_ms += 1000;
	buffer_text(&body, "{");
	for (unsigned i = 0, put = 0; i < world->request.set_count; i++) {
		if (world->request.sets[i].skipped)
			continue;
		buffer_text(&body, put++ > 0 ? "," : "");
		put_set(&body, &world->request.sets[i], from, rows);
	}
	buffer_text(&body, "}");
	take(world, FRAME_DATA, &body);
	buffer_clear(&body);
	buffer_text(&body, "[");
	for (unsigned i = 0; i < rows; i++)
		buffer_print(&body, "%s{\"name\":\"campaign %u\",\"state\":\"STOPPED\",\"lists\":[]}", i > 0 ? "," : "", from + i);
	buffer_text(&body, "]");
	take(world, FRAME_CAMPAIGNS, &body);
	buffer_free(&body);
}

/* What a drawing does with the rows of all panels. */
static void draw_all(struct world *world, unsigned visible)
{
	for (unsigned i = 0; i < world->desk.layout->panel_count; i++) {
		const struct panel *panel = &world->desk.layout->panels[i];
		world->view.panels[i].visible = visible;
		view_bring(&world->view.panels[i], panel, board_data(world->desk.board, panel), false);
	}
}

/* What a key selects is a row of the data that are there, and the key is its own. What it leaves alone may be old. */
static void check(const struct world *world, unsigned index, const char *before, uint32_t key)
{
	const struct panel_view *view = &world->view.panels[index];
	const struct panel_data *data = board_data(world->desk.board, &world->desk.layout->panels[index]);
	if (!view->selected || view->order.changed || strcmp(view->key, before) == 0)
		return;
	unsigned row = order_row(&view->order, view->position);
	if (row >= data->rows || strcmp(view->key, board_key(data, row)) != 0)
		fail_msg("key %x: '%s' is selected, row %u of %u", (unsigned)key, view->key, row, data->rows);
}

static void act(struct world *world, uint32_t key, unsigned line)
{
	struct action_context context = { .view = &world->view, .scene = &world->desk.scene, .key = key };
	unsigned count = world->desk.layout->panel_count;
	char before[LAYOUT_PANELS_MAX][256];
	for (unsigned i = 0; i < count; i++) {
		const struct panel_view *view = &world->view.panels[i];
		snprintf(before[i], sizeof(before[i]), "%s", view->selected ? view->key : "");
	}
	if (key == INPUT_CLICK || key == INPUT_WHEEL_UP || key == INPUT_WHEEL_DOWN)
		(void)move_mouse(&context, &world->desk.layout->panels[line % count], (int)line, 20);
	else
		(void)action_key(&context);
	for (unsigned i = 0; i < count; i++)
		check(world, i, before[i], key);
}

/* What may stand before the answer with fewer rows. */
static const char *const befores[] = { "", "j", "G", "/ A n a Enter G", "s 1 G", "s 2 j", "f 1 j", "Tab G", "] G", "] Tab G", "3 G",
	"z G", "/ A n a Enter Esc G", "p G", "PgDn PgDn" };

static void press(struct world *world, const char *keys, bool drawn)
{
	char name[16];
	while (key_next(&keys, name, sizeof(name))) {
		if (drawn)
			draw_all(world, 10);
		act(world, key_read(name), 0);
	}
}

/* Every key of every action, after each of those, with an answer of fewer rows that nobody drew. */
static void each_action_bears_fewer_rows(void **state)
{
	static const unsigned lefts[] = { 0, 1, 2, 9 };
	static const char *const more[] = { "/ A", "/ z Enter", "f 1", "s 2", "n", "N", "2 j", "3 G k" };
	(void)state;
	for (unsigned b = 0; b < sizeof(befores) / sizeof(befores[0]); b++)
		for (unsigned l = 0; l < sizeof(lefts) / sizeof(lefts[0]); l++)
			for (unsigned i = 0; action_at(i) != NULL || i < 64; i++) {
				struct world world;
				const char *keys = action_at(i) != NULL ? action_at(i)->keys : more[i % 8];
				world_open(&world, panels_text);
				answer(&world, 0, 40);
				press(&world, befores[b], true);
				draw_all(&world, 10);
				answer(&world, 30, lefts[l]);
				press(&world, keys, false);
				world_close(&world);
			}
}

static void the_mouse_bears_fewer_rows(void **state)
{
	static const uint32_t keys[] = { INPUT_CLICK, INPUT_WHEEL_UP, INPUT_WHEEL_DOWN };
	(void)state;
	for (unsigned b = 0; b < sizeof(befores) / sizeof(befores[0]); b++)
		for (unsigned left = 0; left < 4; left++)
			for (unsigned i = 0; i < 3 * 12; i++) {
				struct world world;
				world_open(&world, panels_text);
				answer(&world, 0, 40);
				press(&world, befores[b], true);
				draw_all(&world, 10);
				answer(&world, 30, left);
				act(&world, keys[i % 3], i / 3);
				world_close(&world);
			}
}

/* The order belongs to data: other ones at the same place, of the same time or with the same rows, are other ones. */
static void an_order_is_of_its_data(void **state)
{
	struct world world;
	struct order order;
	(void)state;
	world_open(&world, panels_text);
	const struct panel *panel = layout_panel(world.desk.layout, "queues");
	order_init(&order);
	order_sort(&order, 1, true);
	for (unsigned i = 0; i < 4; i++) {
		/* Two, so that they are at the same place again. */
		answer(&world, 0, 8);
		answer(&world, i, 8);
		world.desk.scene.now_ms -= 2000;
		const struct panel_data *data = board_data(world.desk.board, panel);
		order_update(&order, panel, data, true);
		for (unsigned at = 1; at < order.count; at++)
			assert_true(board_cell(data, order_row(&order, at - 1), 1)->number >=
				board_cell(data, order_row(&order, at), 1)->number);
	}
	/* Beyond its end there is no row, and nothing that takes one minds. */
	const struct panel_data *data = board_data(world.desk.board, panel);
	assert_int_equal(order_row(&order, order.count), ORDER_NO_ROW);
	assert_string_equal(board_key(data, ORDER_NO_ROW), "");
	assert_string_equal(board_key(data, data->rows), "");
	assert_int_equal(board_cell(data, ORDER_NO_ROW, 0)->state, VALUE_NEVER);
	assert_int_equal(board_peek(data, data->rows, 0).state, VALUE_NEVER);
	assert_false(board_contains(data, data->rows, "a"));
	data = board_data(world.desk.board, layout_panel(world.desk.layout, "news"));
	assert_string_equal(board_key(data, data->rows), "");
	assert_false(board_contains(data, data->rows, ""));
	order_free(&order);
	world_close(&world);
}

/* Keys that are read in one go act one after the other; what was clicked on is what was drawn before them. */
static void a_click_on_another_page_is_none(void **state)
{
	struct world world;
	(void)state;
	world_open(&world, panels_text);
	answer(&world, 0, 40);
	draw_all(&world, 10);
	press(&world, "2", false);
	int focus = world.view.focus;
	act(&world, INPUT_CLICK, 0);
	assert_int_equal(world.view.focus, focus);
	press(&world, "1 z", false);
	int zoomed = world.view.zoomed;
	act(&world, INPUT_CLICK, 1);
	assert_int_equal(world.view.zoomed, zoomed);
	world_close(&world);
}

static unsigned any(unsigned below)
{
	static uint32_t state = 4711;
	state = state * 1664525u + 1013904223u;
	return (state >> 8) % below;
}

static uint32_t any_key(void)
{
	static const uint32_t others[] = { INPUT_ENTER, INPUT_ESCAPE, INPUT_TAB, INPUT_BACK_TAB, INPUT_PAGE_DOWN,
		INPUT_PAGE_UP, INPUT_CLICK, INPUT_WHEEL_UP, INPUT_WHEEL_DOWN, INPUT_BACKSPACE };
	static const char often[] = "jjkkGgnN/an12390sIfp e]ziyl";
	unsigned kind = any(4);
	if (kind == 0)
		return others[any(sizeof(others) / sizeof(others[0]))];
	return kind == 1 ? ' ' + any(95) : (uint32_t)often[any(sizeof(often) - 1)];
}

static void any_answer(struct world *world)
{
	answer(world, any(3) == 0 ? any(50) : 0, any(3) == 0 ? any(3) : any(60));
}

static void any_order_of_answers_and_keys(void **state)
{
	struct world world;
	(void)state;
	world_open(&world, panels_text);
	for (unsigned i = 0; i < 20000; i++) {
		unsigned what = any(40);
		if (what == 0)
			any_answer(&world);
		else if (what == 1)
			draw_all(&world, any(20));
		else if (what == 2 && any(10) == 0)
			edit(&world, any(2) == 0 ? panels_text : edited_text);
		else
			act(&world, any_key(), any(30));
	}
	world_close(&world);
}

struct tty {
	struct world world;
	struct screen *screen;
	int master, input, output; /* our own 0 and 1, kept aside */
};

static void size_tty(struct tty *tty, unsigned short columns, unsigned short lines)
{
	struct winsize size = { .ws_col = columns, .ws_row = lines };
	assert_int_equal(ioctl(tty->master, TIOCSWINSZ, &size), 0);
}

static void open_tty(struct tty *tty)
{
	struct screen_options options = { .utf8 = true, .mouse = true };
	struct error error = { "" };
	int slave;
	setenv("TERM", "xterm-256color", 1);
	assert_int_equal(openpty(&tty->master, &slave, NULL, NULL, NULL), 0);
	fcntl(tty->master, F_SETFL, O_NONBLOCK);
	size_tty(tty, 80, 24);
	tty->input = dup(0);
	tty->output = dup(1);
	dup2(slave, 0);
	dup2(slave, 1);
	close(slave);
	tty->screen = screen_open(&options, &error);
	if (tty->screen == NULL)
		fail_msg("%s", error.text);
}

static void close_tty(struct tty *tty)
{
	screen_close(tty->screen);
	dup2(tty->input, 0);
	dup2(tty->output, 1);
	close(tty->input);
	close(tty->output);
	close(tty->master);
}

/* Several in one read; a click as the terminal of this type sends it. */
static void any_bytes(struct tty *tty)
{
	static const char *const texts[] = { "j", "k", "G", "g", "2j", " j", "1", "2", "3", "n", "N", "/a\r", "\033[B", "\033[6~", "s2",
		"f1", "e", "p", "\t", "I", "]j", "pj", "  G", "!", "?", "\r" };
	char bytes[64] = "";
	for (unsigned i = any(4) + 1; i > 0; i--)
		if (any(4) == 0)
			snprintf(bytes + strlen(bytes), sizeof(bytes) - strlen(bytes), "\033[<%d;%u;%uM", any(2) == 0 ? 0 : 65,
				any(80) + 1, any(24) + 1);
		else
			snprintf(bytes + strlen(bytes), sizeof(bytes) - strlen(bytes), "%s", texts[any(sizeof(texts) / sizeof(texts[0]))]);
	assert_true(write(tty->master, bytes, strlen(bytes)) > 0);
	(void)screen_keys(tty->screen, &tty->world.desk.scene);
}

static void read_tty(struct tty *tty)
{
	char bytes[65536];
	while (read(tty->master, bytes, sizeof(bytes)) > 0)
		(void)screen_flush(tty->screen);
}

/* The whole screen on a terminal that reads now and then, of sizes at which grids are drawn, and others. */
static void a_terminal_that_is_read_now_and_then(void **state)
{
	static struct tty tty;
	(void)state;
	world_open(&tty.world, panels_text);
	open_tty(&tty);
	for (unsigned i = 0; i < 3000; i++) {
		unsigned what = any(24);
		if (what < 4)
			any_answer(&tty.world);
		else if (what < 9)
			screen_draw(tty.screen, &tty.world.desk.scene);
		else if (what < 11)
			read_tty(&tty);
		else if (what == 11 && any(4) == 0) {
			size_tty(&tty, (unsigned short)(any(3) == 0 ? any(100) + 1 : 80), (unsigned short)(any(3) == 0 ? any(30) + 1 : 24));
			screen_resize(tty.screen);
		} else if (what == 12 && any(8) == 0) {
			edit(&tty.world, any(2) == 0 ? panels_text : edited_text);
			screen_reset(tty.screen, &tty.world.desk.scene);
		} else {
			any_bytes(&tty);
		}
	}
	close_tty(&tty);
	world_close(&tty.world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_action_bears_fewer_rows),
		cmocka_unit_test(the_mouse_bears_fewer_rows),
		cmocka_unit_test(an_order_is_of_its_data),
		cmocka_unit_test(a_click_on_another_page_is_none),
		cmocka_unit_test(any_order_of_answers_and_keys),
		cmocka_unit_test(a_terminal_that_is_read_now_and_then),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
