/*
 * The card of a row: what it takes from all panels, what stays when the row went away, what is copied of it; and the page of
 * meanings, which goes from one column to the next.
 */
#include "screen_board.h"

#include "screen/action.h"
#include "screen/card.h"
#include "screen/keyboard.h"
#include "screen/view.h"

static const char layout_text[] =
	"pages = ( { title = \"One\" rows = ( { panels = ("
	" { name = \"t\" type = \"totals\" tiles = ( \"in_calls_waiting\", \"agents_ready\" ) },"
	" { name = \"g\" type = \"service_grid\" columns = ( \"name\", { stat = \"in_calls_waiting\" warn = \"> 5\" alert = \"> 10\" },"
	" { bar = \"in_calls_waiting\" } ) },"
	" { name = \"h\" type = \"agent_grid\" columns = ( \"first_last_name\", \"acd_state\", \"state_duration\" ) },"
	" { name = \"o\" type = \"availability\" services = [\"Sales\", \"Fax\"] } ) } ) },"
	" { title = \"Two\" rows = ( { panels = ("
	" { name = \"d\" type = \"service_grid\" columns = ( \"name\", \"service_level\", \"in_calls_waiting\","
	" { bullet = \"service_level\" target = 80 }, { spark = \"in_calls_received_per_day\" } ) },"
	" { name = \"e\" type = \"agent_grid\" columns = ( \"last_first_name\", \"team_name\" ) },"
	" { name = \"m\" type = \"messages\" }, { name = \"c\" type = \"campaigns\" } ) } ) } )"
	"alerts = ( { name = \"many\" when = \"g[*].in_calls_waiting > 10\" clear = \"g[*].in_calls_waiting < 5\" after = \"90s\" } )";

struct typist {
	struct desk desk;
	struct bindings bindings;
	struct themes themes;
	struct view view;
};

static void typist_open(struct typist *typist)
{
	desk_open(&typist->desk, layout_text);
	desk_fill(&typist->desk, "g", 3, "Sales|7|7;Support|12|12;Chat|5|5");
	desk_fill(&typist->desk, "h", 3, "ana|not_ready|61;bob|ready|5");
	desk_fill(&typist->desk, "d", 5, "Support|64|12|64|412;Sales|81|7|81|230");
	desk_fill(&typist->desk, "e", 2, "ana|Leads");
	action_bindings(&typist->bindings);
	themes_init(&typist->themes);
	view_init(&typist->view, &typist->themes, &typist->bindings);
	view_reset(&typist->view, typist->desk.layout);
}

static void typist_close(struct typist *typist)
{
	view_free(&typist->view);
	desk_close(&typist->desk);
}

static unsigned press(struct typist *typist, const char *keys)
{
	unsigned ask = 0;
	char name[16];
	while (key_next(&keys, name, sizeof(name))) {
		struct action_context context = { .view = &typist->view, .scene = &typist->desk.scene, .key = key_read(name) };
		ask |= action_key(&context);
	}
	return ask;
}

/* The value of a label; "" if the card has none. */
static const char *value(const struct typist *typist, const char *label)
{
	const struct card *card = typist->view.card;
	for (unsigned i = 0; i < card->count; i++)
		if (strcmp(card->items[i].label, label) == 0)
			return card->items[i].value;
	return "";
}

static void take(struct typist *typist)
{
	card_take(typist->view.card, &typist->view, &typist->desk.scene);
}

static void a_service_of_all_grids(void **state)
{
	struct typist typist;
	(void)state;
	typist_open(&typist);
	press(&typist, "j j Enter");
	const struct card *card = typist.view.card;
	assert_int_equal(typist.view.overlay, OVERLAY_CARD);
	assert_string_equal(card->title, "Support");
	assert_string_equal(value(&typist, "Waiting"), "12");
	assert_string_equal(value(&typist, "Service level"), "64 %");
	assert_string_equal(value(&typist, "Received today"), "412");
	/* Each value once, whatever panels show it; pictures are no second one. */
	assert_int_equal(card->count, 4);
	assert_int_equal(card_item(card, "in_calls_waiting")->severity, SEVERITY_ALERT);
	assert_int_equal(card_item(card, "service_level")->severity, SEVERITY_NONE);
	assert_null(card_item(card, "agents_ready"));
	press(&typist, "Enter");
	assert_int_equal(typist.view.overlay, OVERLAY_NONE);
	typist_close(&typist);
}

static void an_agent_by_the_name_that_is_shown(void **state)
{
	struct typist typist;
	(void)state;
	typist_open(&typist);
	press(&typist, "Tab Enter");
	assert_string_equal(typist.view.card->title, "ana");
	assert_string_equal(value(&typist, "State"), "not ready");
	assert_string_equal(value(&typist, "Time in state"), "1:01");
	assert_string_equal(value(&typist, "Team"), "Leads");
	assert_true(typist.view.card->runs);
	assert_true(typist.view.panels[layout_panel(typist.desk.layout, "h")->index].selected);
	/* It runs on. */
	typist.desk.scene.now_ms += 2000;
	take(&typist);
	assert_string_equal(value(&typist, "Time in state"), "1:03");
	typist_close(&typist);
}

static void it_follows_its_row(void **state)
{
	struct typist typist;
	(void)state;
	typist_open(&typist);
	press(&typist, "j j Enter");
	typist.desk.scene.now_ms += 5000;
	desk_fill(&typist.desk, "g", 3, "Support|3|3;Chat|9|9;Sales|1|1");
	take(&typist);
	assert_string_equal(value(&typist, "Waiting"), "3");
	assert_true(typist.view.card->there);
	/* Of a panel that still has the row it has what that knows. */
	desk_fill(&typist.desk, "g", 3, "Chat|9|9");
	take(&typist);
	assert_true(typist.view.card->there);
	assert_string_equal(value(&typist, "Service level"), "64 %");
	int64_t seen_ms = typist.view.card->seen_ms;
	typist.desk.scene.now_ms += 5000;
	desk_fill(&typist.desk, "d", 5, "Sales|81|7|81|230");
	take(&typist);
	assert_false(typist.view.card->there);
	assert_string_equal(typist.view.card->title, "Support");
	assert_string_equal(value(&typist, "Service level"), "64 %");
	assert_true(typist.view.card->seen_ms == seen_ms);
	desk_fill(&typist.desk, "g", 3, "Support|8|8");
	take(&typist);
	assert_true(typist.view.card->there);
	assert_string_equal(value(&typist, "Waiting"), "8");
	assert_string_equal(value(&typist, "Service level"), "");
	/* Another layout may have none of it. */
	view_reset(&typist.view, typist.desk.layout);
	assert_int_equal(typist.view.overlay, OVERLAY_NONE);
	typist_close(&typist);
}

static void a_service_that_is_asked_for(void **state)
{
	struct typist typist;
	(void)state;
	typist_open(&typist);
	struct service_availability *sales = board_service(typist.desk.board, "Sales");
	sales->state = AVAILABILITY_NOBODY;
	sales->received_ms = typist.desk.scene.now_ms;
	press(&typist, "Tab Tab j");
	const struct panel *open = layout_panel(typist.desk.layout, "o");
	assert_int_equal(typist.view.focus, (int)open->index);
	press(&typist, "g Enter");
	assert_string_equal(typist.view.card->title, "Sales");
	assert_true(typist.view.card->asked);
	assert_string_equal(value(&typist, "Waiting"), "7");
	press(&typist, "Esc G Enter");
	assert_string_equal(typist.view.card->title, "Fax");
	assert_int_equal(typist.view.card->count, 0);
	typist_close(&typist);
}

static void there_may_be_no_row(void **state)
{
	struct typist typist;
	(void)state;
	typist_open(&typist);
	desk_fill(&typist.desk, "g", 3, "");
	press(&typist, "Enter");
	assert_int_equal(typist.view.overlay, OVERLAY_NONE);
	assert_string_equal(typist.view.said, "There is no row to open.");
	press(&typist, "y");
	assert_string_equal(typist.view.said, "Select a row first, with the keys that move.");
	assert_int_equal(typist.view.clip.length, 0);
	typist_close(&typist);
}

static void what_is_copied(void **state)
{
	struct typist typist;
	(void)state;
	typist_open(&typist);
	press(&typist, "y");
	assert_int_equal(typist.view.clip.length, 0);
	press(&typist, "j y");
	assert_string_equal(buffer_string(&typist.view.clip), "Sales\t7");
	assert_string_equal(typist.view.said, "Copied: Sales");
	press(&typist, "Tab j y");
	assert_string_equal(buffer_string(&typist.view.clip), "ana\tnot ready\t1:01");
	press(&typist, "Shift-Tab Enter y");
	assert_string_equal(buffer_string(&typist.view.clip),
		"Sales\nWaiting\t7\nService level\t81 %\nReceived today\t230\n");
	assert_string_equal(typist.view.said, "Copied: Sales");
	/* What the server sent nothing for is empty, as in a spreadsheet. */
	desk_fill(&typist.desk, "g", 3, "Sales|?|?");
	press(&typist, "Esc g y");
	assert_string_equal(buffer_string(&typist.view.clip), "Sales\t");
	typist_close(&typist);
}

/* What is too long for a terminal is not cut, but refused. */
static void what_is_too_long(void **state)
{
	struct typist typist;
	char row[VIEW_CLIP_MAX + 64];
	(void)state;
	typist_open(&typist);
	snprintf(row, sizeof(row), "North|RUNNING|%0*d", VIEW_CLIP_MAX, 0);
	desk_fill(&typist.desk, "c", CAMPAIGNS_COLUMNS, row);
	press(&typist, "] Shift-Tab j y");
	assert_string_equal(typist.view.said, "This is too long to copy.");
	assert_int_equal(typist.view.clip.length, 0);
	desk_fill(&typist.desk, "m", MESSAGES_COLUMNS, "8:00|Ana|Fire drill|0");
	press(&typist, "Shift-Tab j y");
	assert_string_equal(buffer_string(&typist.view.clip), "8:00\tAna\tFire drill");
	typist_close(&typist);
}

static void subject_is(const struct typist *typist, const char *panel, unsigned column)
{
	assert_int_equal(typist->view.overlay, OVERLAY_MEANING);
	assert_string_equal(typist->desk.layout->panels[typist->view.subject.panel].name, panel);
	assert_int_equal(typist->view.subject.column, column);
}

static void meanings_go_on(void **state)
{
	struct typist typist;
	(void)state;
	typist_open(&typist);
	press(&typist, "i");
	subject_is(&typist, "g", 0);
	press(&typist, "Right l Tab");
	subject_is(&typist, "h", 0);
	press(&typist, "Left h Shift-Tab");
	subject_is(&typist, "g", 0);
	press(&typist, "h");
	subject_is(&typist, "t", 1);
	press(&typist, "Left Left");
	subject_is(&typist, "o", 0);
	press(&typist, "l");
	subject_is(&typist, "t", 0);
	press(&typist, "i");
	assert_int_equal(typist.view.overlay, OVERLAY_NONE);
	/* Where rows are ordered by a column, that one is meant. */
	press(&typist, "s 2 i");
	subject_is(&typist, "g", 1);
	press(&typist, "Esc");
	assert_int_equal(typist.view.overlay, OVERLAY_NONE);
	/* A zoomed panel is the only one that is seen. */
	press(&typist, "z i l l l");
	subject_is(&typist, "g", 1);
	typist_close(&typist);
}

static void meanings_of_a_card(void **state)
{
	struct typist typist;
	(void)state;
	typist_open(&typist);
	press(&typist, "Tab Enter i");
	subject_is(&typist, "h", 0);
	press(&typist, "l");
	subject_is(&typist, "h", 1);
	press(&typist, "Esc");
	assert_int_equal(typist.view.overlay, OVERLAY_CARD);
	press(&typist, "i i");
	assert_int_equal(typist.view.overlay, OVERLAY_CARD);
	press(&typist, "Esc");
	assert_int_equal(typist.view.overlay, OVERLAY_NONE);
	press(&typist, "i Esc");
	assert_int_equal(typist.view.overlay, OVERLAY_NONE);
	typist_close(&typist);
}

static void keep_alarm(void *context, const struct alert_event *event)
{
	alarm_log_event(context, event);
}

/* What an alarm was about, from the page of alarms and back to it. */
static void an_alarm_in_words(void **state)
{
	struct typist typist;
	(void)state;
	typist_open(&typist);
	struct scene *scene = &typist.desk.scene;
	struct alarm_log *log = alarm_log_new(false);
	struct alerts *alerts = alerts_new(typist.desk.layout, (struct alerts_sink){ .event = keep_alarm, .context = log });
	struct board_view view = scene_board_view(scene);
	scene->alarms = log;
	scene->alerts = alerts;
	alarm_log_frame(log, &view);
	alerts_frame(alerts, &view);
	press(&typist, "A i");
	assert_int_equal(typist.view.overlay, OVERLAY_CARD);
	assert_string_equal(typist.view.card->title, "many: Support");
	assert_memory_equal(value(&typist, "Fires"), "since ", 6);
	assert_string_equal(value(&typist, "It has now"), "12");
	assert_string_equal(value(&typist, "Acknowledged"), "no");
	assert_string_equal(value(&typist, "Fires when"), "Waiting of any row in g is above 10");
	assert_string_equal(value(&typist, "Clears when"), "Waiting of any row in g is below 5, for 1:30");
	const struct alert_state *firing = alerts_firing(alerts, 0);
	int64_t until_ms = scene->wall_ms + 30 * 60000;
	(void)alerts_acknowledge_one(alerts, "many", text_hash(firing->key), firing->fired_ms, scene->now_ms + 30 * 60000);
	alarm_log_acknowledge(log, firing, scene->wall_ms, until_ms, "ann@pts/3");
	take(&typist);
	assert_string_equal(value(&typist, "Acknowledged"), "until 14:35, by ann@pts/3");
	press(&typist, "y");
	assert_memory_equal(buffer_string(&typist.view.clip), "many: Support\nFires\t", 20);
	press(&typist, "Esc");
	assert_int_equal(typist.view.overlay, OVERLAY_ALARMS);
	press(&typist, "Esc");
	assert_int_equal(typist.view.overlay, OVERLAY_NONE);
	alerts_free(alerts);
	alarm_log_free(log);
	typist_close(&typist);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_service_of_all_grids), cmocka_unit_test(an_agent_by_the_name_that_is_shown),
		cmocka_unit_test(it_follows_its_row), cmocka_unit_test(a_service_that_is_asked_for),
		cmocka_unit_test(there_may_be_no_row), cmocka_unit_test(what_is_copied), cmocka_unit_test(what_is_too_long),
		cmocka_unit_test(meanings_go_on), cmocka_unit_test(an_alarm_in_words), cmocka_unit_test(meanings_of_a_card),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
