/* From answers to the board: the collection's own examples, and what a server may get wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "board/board.h"
#include "board/decode.h"
#include "layout/state.h"

struct fixture {
	struct layout *layout;
	struct catalogue teams, services;
	struct request request;
	struct board *board;
	struct decode_report report;
	struct error error;
	int64_t now_ms;
};

static void begin(struct fixture *f, const char *panels)
{
	char text[4096];
	memset(f, 0, sizeof(*f));
	snprintf(text, sizeof(text), "pages = ( { rows = ( { panels = (%s) } ) } )", panels);
	f->layout = layout_parse("n", "n.conf", text, &f->error);
	if (f->layout == NULL)
		fail_msg("%s", f->error.text);
	catalogue_init(&f->teams);
	catalogue_init(&f->services);
	request_init(&f->request);
	request_plan(&f->request, f->layout, &f->teams, &f->services, "t");
	f->board = board_new(f->layout);
	f->now_ms = 1000;
}

static void end(struct fixture *f)
{
	board_free(f->board);
	request_free(&f->request);
	catalogue_free(&f->teams);
	catalogue_free(&f->services);
	layout_free(f->layout);
}

static bool decode_kind(struct fixture *f, enum frame_kind kind, const char *subject, const char *text)
{
	struct frame frame = {
		.kind = kind, .subject = subject, .received_ms = f->now_ms, .wall_ms = 1767225600000, .bytes = text,
		.length = strlen(text), .request = &f->request,
	};
	f->error.text[0] = '\0';
	return decode_frame(f->board, &frame, &f->report, &f->error);
}

static bool decode(struct fixture *f, const char *text)
{
	return decode_kind(f, FRAME_DATA, "", text);
}

static const struct cell *cell(const struct fixture *f, const char *panel, unsigned row, unsigned column)
{
	return board_cell(board_data(f->board, layout_panel(f->layout, panel)), row, column);
}

static char *fixture_file(const char *name)
{
	char path[512];
	static char text[8192];
	const char *srcdir = getenv("srcdir");
	snprintf(path, sizeof(path), "%s/tests/fixtures/%s", srcdir != NULL ? srcdir : ".", name);
	FILE *file = fopen(path, "r");
	if (file == NULL)
		fail_msg("%s cannot be opened", path);
	size_t length = fread(text, 1, sizeof(text) - 1, file);
	text[length] = '\0';
	fclose(file);
	return text;
}

static void the_collection_s_example_of_data(void **state)
{
	static const char *const services[] = { "Chat Service", "1", "Outbound Voice", "3", "Best Chat Service",
		"Voice Inbound", "Support for CSIM", "Email Svc", "Nice Inbound", "2" };
	struct fixture f;
	(void)state;
	begin(&f,
		"{ name = \"agents\" type = \"agent_grid\" columns = ( \"login_id\", \"x\" ) },"
		"{ name = \"queues\" type = \"service_grid\" columns = ( \"name\", \"agents_logged\" ) },"
		"{ name = \"now\" type = \"totals\" tiles = ( \"agents_logged\", \"in_average_speed_of_answer\", \"agents_ready\", \"service_level\" ) },"
		"{ name = \"news\" type = \"messages\" }");
	for (unsigned i = 0; i < f.request.set_count; i++)
		strcpy(f.request.sets[i].app_id, "example.subscription.string");
	strcpy(f.request.sets[0].grid_id, "example.agent.grid");
	strcpy(f.request.sets[1].grid_id, "example.service.grid");
	if (!decode(&f, fixture_file("data.json")))
		fail_msg("%s", f.error.text);
	assert_int_equal(board_data(f.board, layout_panel(f.layout, "agents"))->rows, 5);
	assert_string_equal(cell(&f, "agents", 4, 0)->text, "liza.smith");
	assert_string_equal(cell(&f, "agents", 4, 1)->text, "1");
	assert_int_equal(board_data(f.board, layout_panel(f.layout, "queues"))->rows, 10);
	for (unsigned i = 0; i < 10; i++) {
		assert_string_equal(cell(&f, "queues", i, 0)->text, services[i]);
		assert_int_equal(cell(&f, "queues", i, 0)->state, VALUE_TEXT);
		assert_int_equal(cell(&f, "queues", i, 1)->state, VALUE_NUMBER);
	}
	assert_true(cell(&f, "now", 0, 0)->number == 2);
	assert_int_equal(cell(&f, "now", 0, 1)->state, VALUE_BLANK);
	assert_int_equal(cell(&f, "now", 0, 3)->state, VALUE_NEVER);
	assert_true(board_data(f.board, layout_panel(f.layout, "news"))->received);
	assert_int_equal(board_data(f.board, layout_panel(f.layout, "news"))->rows, 0);
	end(&f);
}

static void the_other_examples(void **state)
{
	struct fixture f;
	struct json json;
	struct catalogue teams;
	(void)state;
	begin(&f, "{ name = \"open\" type = \"availability\" }, { name = \"camp\" type = \"campaigns\" }");
	assert_true(decode_kind(&f, FRAME_AVAILABILITY, "inbound", fixture_file("available-agents.json")));
	assert_int_equal(board_find_service(f.board, "inbound")->state, AVAILABILITY_AVAILABLE);
	assert_true(decode_kind(&f, FRAME_CHAT_HOURS, "", fixture_file("chat-hours.json")));
	assert_int_equal(f.board->chat.state, AVAILABILITY_AVAILABLE);
	assert_true(f.board->chat.wait_seconds == 3);
	assert_true(decode_kind(&f, FRAME_CAMPAIGNS, "", fixture_file("campaigns.json")));
	assert_string_equal(cell(&f, "camp", 0, CAMPAIGNS_COLUMN_NAME)->text, "CupIQ Dynamics Preview");
	assert_string_equal(cell(&f, "camp", 0, CAMPAIGNS_COLUMN_STATE)->text, "STOPPED");
	assert_string_equal(cell(&f, "camp", 0, CAMPAIGNS_COLUMN_LISTS)->text, "CupIQ Dynamics Preview.csv");
	assert_true(decode_kind(&f, FRAME_CAMPAIGNS, "", "[]"));
	json_init(&json);
	catalogue_init(&teams);
	const char *text = fixture_file("teams.json");
	assert_true(catalogue_read(&teams, &json, text, strlen(text), &f.error));
	assert_string_equal(catalogue_id(&teams, "Customer Service"), "F4ED90FA-5A49-4D76-9487-4E41B24CA45F");
	catalogue_free(&teams);
	json_free(&json);
	end(&f);
}

static const char two_panels[] =
	"{ name = \"a\" type = \"agent_grid\" columns = ( \"first_last_name\", \"state_duration\" ) },"
	"{ name = \"b\" type = \"totals\" tiles = ( \"in_calls_waiting\" ) }";

static void a_frame_speaks_for_what_it_names(void **state)
{
	struct fixture f;
	(void)state;
	begin(&f, two_panels);
	assert_true(decode(&f,
		"{\"t/a\":{\"agent_grids\":[{\"id\":\"grid\",\"values\":[{\"1\":\"Ann\",\"2\":\"61\",\"3\":\"ann\"}]}]},"
		"\"t/b\":{\"stats_totals\":{\"in_calls_waiting\":\"4\"}}}"));
	assert_int_equal(f.report.ours, 2);
	assert_true(cell(&f, "a", 0, 1)->number == 61);
	f.now_ms = 9000;
	assert_true(decode(&f, "{\"t/b\":{\"stats_totals\":{\"in_calls_waiting\":\"5\"}},\"other/x\":{}}"));
	assert_int_equal(f.report.foreign, 1);
	assert_true(cell(&f, "b", 0, 0)->number == 5);
	assert_string_equal(cell(&f, "a", 0, 0)->text, "Ann");
	assert_int_equal(board_data(f.board, layout_panel(f.layout, "a"))->received_ms, 1000);
	assert_int_equal(board_data(f.board, layout_panel(f.layout, "b"))->received_ms, 9000);
	assert_false(decode(&f, "{\"error\":\"internal\",\"b\":[]}"));
	assert_int_equal(f.report.foreign, 0);
	assert_string_equal(f.error.text, "The answer contains no statistics: error \"internal\"");
	end(&f);
}

static void a_bad_answer_harms_nothing(void **state)
{
	static const char *const bad[] = {
		"", "{", "[]", "12", "<html>", "{\"t/b\":[]}", "{\"t/b\":{\"stats_totals\":[]}}",
		"{\"t/b\":{\"stats_totals\":{\"in_calls_waiting\":\"9\"}},\"t/a\":{\"agent_grids\":{}}}",
		"{\"t/b\":{\"stats_totals\":{\"in_calls_waiting\":\"9\"}},\"t/a\":{\"agent_grids\":[{\"id\":\"grid\",\"values\":{}}]}}",
		"{\"t/b\":{\"stats_totals\":{\"in_calls_waiting\":\"9\"}},\"t/a\":{\"agent_grids\":[{\"id\":\"grid\",\"values\":[1]}]}}",
		"{\"t/a\":{\"agent_grids\":[{\"id\":\"grid\",\"values\":[{\"1\":[]}]}]}}",
		"{\"t/b\":{\"stats_totals\":{\"in_calls_waiting\":{}}}}",
		"{\"someone/else\":{}}",
	};
	struct fixture f;
	(void)state;
	begin(&f, two_panels);
	assert_true(decode(&f,
		"{\"t/a\":{\"agent_grids\":[{\"id\":\"grid\",\"values\":[{\"1\":\"Ann\",\"2\":\"61\",\"3\":\"ann\"}]}]},"
		"\"t/b\":{\"stats_totals\":{\"in_calls_waiting\":\"4\"}}}"));
	uint64_t generation = f.board->generation;
	f.now_ms = 5000;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (decode(&f, bad[i]))
			fail_msg("accepted: %s", bad[i]);
		assert_true(f.error.text[0] != '\0');
		assert_true(cell(&f, "b", 0, 0)->number == 4);
		assert_string_equal(cell(&f, "a", 0, 0)->text, "Ann");
	}
	assert_int_equal(f.board->generation, generation);
	assert_int_equal(f.board->accepted_ms, 1000);
	/* And the next good one is taken. */
	assert_true(decode(&f, "{\"t/b\":{\"stats_totals\":{\"in_calls_waiting\":\"6\"}}}"));
	assert_true(cell(&f, "b", 0, 0)->number == 6);
	end(&f);
}

static void odd_but_harmless_answers(void **state)
{
	struct fixture f;
	(void)state;
	begin(&f, two_panels);
	/* Numbers, null and truth for texts; unknown columns; a missing one; duplicate keys. */
	assert_true(decode(&f,
		"{\"t/a\":{\"agent_grids\":[{\"id\":\"zzz\",\"values\":[]},{\"id\":\"grid\",\"values\":["
		"{\"1\":7,\"2\":61,\"3\":\"a\",\"99\":\"x\",\"name\":\"y\"},{\"2\":null,\"3\":\"b\"},"
		"{\"1\":true,\"1\":\"second\",\"2\":\"soon\",\"3\":\"c\"}]}]}}"));
	assert_string_equal(cell(&f, "a", 0, 0)->text, "7");
	assert_true(cell(&f, "a", 0, 1)->number == 61);
	assert_int_equal(cell(&f, "a", 1, 0)->state, VALUE_NEVER);
	assert_int_equal(cell(&f, "a", 1, 1)->state, VALUE_BLANK);
	assert_string_equal(cell(&f, "a", 2, 0)->text, "true");
	assert_int_equal(cell(&f, "a", 2, 1)->state, VALUE_TEXT);
	assert_string_equal(cell(&f, "a", 2, 1)->text, "soon");
	/* No grid of ours: the panel says so and keeps its rows. */
	assert_true(decode(&f, "{\"t/a\":{\"agent_grids\":[{\"id\":\"zzz\",\"values\":[]}]}}"));
	assert_string_equal(f.board->panels[0].problem, "The answer has nothing for this panel");
	assert_int_equal(board_data(f.board, layout_panel(f.layout, "a"))->rows, 3);
	assert_true(decode(&f, "{\"t/a\":{\"agent_grids\":[{\"id\":\"grid\",\"values\":[]}]}}"));
	assert_string_equal(f.board->panels[0].problem, "");
	assert_int_equal(board_data(f.board, layout_panel(f.layout, "a"))->rows, 0);
	assert_true(decode(&f, "{}"));
	/* Rows that are null, or not there, are not the same as none: the last ones stay. */
	static const char *const without[] = { "{\"id\":\"grid\",\"values\":null}", "{\"id\":\"grid\"}" };
	for (size_t i = 0; i < 2; i++) {
		char answer[200];
		assert_true(decode(&f,
			"{\"t/a\":{\"agent_grids\":[{\"id\":\"grid\",\"values\":[{\"1\":\"Ann\",\"2\":\"61\",\"3\":\"a\"}]}]}}"));
		assert_string_equal(f.board->panels[0].problem, "");
		snprintf(answer, sizeof(answer), "{\"t/a\":{\"agent_grids\":[%s]}}", without[i]);
		assert_true(decode(&f, answer));
		assert_string_equal(f.board->panels[0].problem, "The answer has nothing for this panel");
		assert_int_equal(board_data(f.board, layout_panel(f.layout, "a"))->rows, 1);
	}
	for (size_t i = 0; i < 2; i++) {
		assert_true(decode(&f, i == 0 ? "{\"t/a\":{\"agent_grids\":null}}" : "{\"t/a\":{}}"));
		assert_string_equal(f.board->panels[0].problem, "The answer has nothing for this panel");
		assert_int_equal(board_data(f.board, layout_panel(f.layout, "a"))->rows, 1);
	}
	end(&f);
}

static void blank_columns_are_reported(void **state)
{
	struct fixture f;
	(void)state;
	begin(&f, two_panels);
	assert_true(decode(&f, "{\"t/a\":{\"agent_grids\":[{\"id\":\"grid\",\"values\":[{\"1\":\"\",\"2\":\"\"},{}]}]}}"));
	assert_true(f.report.blank_columns);
	assert_true(decode(&f, "{\"t/a\":{\"agent_grids\":[{\"id\":\"grid\",\"values\":[{\"1\":\"A\",\"2\":\"\"},{}]}]}}"));
	assert_false(f.report.blank_columns);
	assert_true(decode(&f, "{\"t/a\":{\"agent_grids\":[{\"id\":\"grid\",\"values\":[]}]}}"));
	assert_false(f.report.blank_columns);
	end(&f);
	/* Of agents that are only counted, too. */
	begin(&f, "{ name = \"s\" type = \"agent_states\" }");
	assert_true(decode(&f, "{\"t/s\":{\"agent_grids\":[{\"id\":\"grid\",\"values\":[{\"1\":\"\"},{}]}]}}"));
	assert_true(f.report.blank_columns);
	assert_true(decode(&f, "{\"t/s\":{\"agent_grids\":[{\"id\":\"grid\",\"values\":[{\"1\":\"\"},{\"1\":\"ready\"}]}]}}"));
	assert_false(f.report.blank_columns);
	end(&f);
}

static const char *key(const struct fixture *f, unsigned row)
{
	return board_keys(board_data(f->board, &f->layout->panels[0]))[row];
}

static void rows_have_keys(void **state)
{
	struct fixture f;
	(void)state;
	begin(&f, two_panels);
	assert_true(decode(&f,
		"{\"t/a\":{\"agent_grids\":[{\"id\":\"grid\",\"values\":["
		"{\"1\":\"Ann\",\"3\":\"ann\"},{\"1\":\"Bob\",\"3\":\"\"},{\"1\":\"Cy\",\"3\":\"ann\"},{\"1\":\"Bob\"},{\"1\":\"Bob\"}]}]}}"));
	assert_string_equal(key(&f, 0), "ann");
	assert_string_equal(key(&f, 1), "Bob\n");
	assert_string_equal(key(&f, 2), "Cy\n");
	assert_string_equal(key(&f, 3), "Bob\n#2");
	assert_string_equal(key(&f, 4), "Bob\n#3");
	/* The hidden column is no column of the board. */
	assert_int_equal(board_data(f.board, &f.layout->panels[0])->columns, 2);
	end(&f);
}

/* Nothing says that a server sends a row's columns in the order in which they were asked for. */
static void columns_come_in_any_order(void **state)
{
	static const char *const rows[] = {
		"{\"1\":\"Ann\",\"2\":\"61\",\"3\":\"ann\"}", "{\"1\":\"Ann\",\"3\":\"ann\",\"2\":\"61\"}", "{\"2\":\"61\",\"1\":\"Ann\",\"3\":\"ann\"}",
		"{\"2\":\"61\",\"3\":\"ann\",\"1\":\"Ann\"}", "{\"3\":\"ann\",\"1\":\"Ann\",\"2\":\"61\"}", "{\"3\":\"ann\",\"2\":\"61\",\"1\":\"Ann\"}",
		"{\"9\":\"x\",\"3\":\"ann\",\"9\":\"x\",\"2\":\"61\",\"9\":\"x\",\"1\":\"Ann\"}",
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fixture f;
		char text[256];
		begin(&f, two_panels);
		snprintf(text, sizeof(text), "{\"t/a\":{\"agent_grids\":[{\"id\":\"grid\",\"values\":[%s]}]}}", rows[i]);
		assert_true(decode(&f, text));
		/* A look at one value, a search and all cells go their own ways through a row. */
		const struct panel_data *data = board_data(f.board, &f.layout->panels[0]);
		assert_string_equal(board_peek(data, 0, 0).text, "Ann");
		assert_true(board_peek(data, 0, 1).number == 61);
		assert_true(board_contains(data, 0, "ann"));
		assert_string_equal(cell(&f, "a", 0, 0)->text, "Ann");
		assert_true(cell(&f, "a", 0, 1)->number == 61);
		assert_string_equal(key(&f, 0), "ann");
		end(&f);
	}
}

/* What another row reads as after scrubbing, after a cut, or without quotes, takes its key as well. */
static void a_key_asked_for_alone_is_the_same(void **state)
{
	static char longest[514], cut[700];
	const char *const others[] = { "\"ann\"", "\"Ann\"", "\"\xcc\x81" "ann\"", "\"ann\xe2\x80\x8b\"", "\"a\xc2\xadnn\"", "\"\xc3\xa4nn\"", "\"5\"", "5",
		"\"true\"", "true", "\"an\\u006e\"", longest, cut };
	(void)state;
	snprintf(longest, sizeof(longest), "\"%0511d\"", 0);
	snprintf(cut, sizeof(cut), "\"%0600d\"", 0);
	memset(longest + 1, 'x', 511);
	memset(cut + 1, 'x', 600);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		for (size_t k = 0; k < sizeof(others) / sizeof(others[0]); k++) {
			struct fixture f;
			char text[2048], alone[600];
			begin(&f, two_panels);
			snprintf(text, sizeof(text), "{\"t/a\":{\"agent_grids\":[{\"id\":\"grid\",\"values\":["
				"{\"1\":\"A\",\"3\":%s},{\"1\":\"B\",\"3\":%s}]}]}}", others[i], others[k]);
			assert_true(decode(&f, text));
			snprintf(alone, sizeof(alone), "%s", board_key(board_data(f.board, &f.layout->panels[0]), 1));
			assert_string_equal(alone, key(&f, 1));
			end(&f);
		}
	}
}

static void states_are_counted(void **state)
{
	struct fixture f;
	(void)state;
	begin(&f, "{ name = \"s\" type = \"agent_states\" }");
	assert_true(decode(&f,
		"{\"t/s\":{\"agent_grids\":[{\"id\":\"grid\",\"values\":[{\"1\":\"busy\"},{\"1\":\"ready\"},{\"1\":\"Not Ready\"},"
		"{\"1\":\"busy\"},{\"1\":\"\"},{\"1\":\"dancing\"},{}]}]}}"));
	const struct panel_data *data = board_data(f.board, &f.layout->panels[0]);
	assert_int_equal(data->rows, 5);
	static const char *const tokens[] = { "ready", "busy", "Not Ready", "logged_out", "dancing" };
	static const int counts[] = { 1, 2, 1, 2, 1 };
	for (unsigned i = 0; i < 5; i++) {
		assert_string_equal(board_cell(data, i, STATES_COLUMN_STATE)->text, tokens[i]);
		assert_true(board_cell(data, i, STATES_COLUMN_COUNT)->number == counts[i]);
	}
	end(&f);
}

/* "ann 40 !!, bob 7", as the list has them. */
static const char *listed(const struct fixture *f, enum agent_list_kind kind)
{
	static char text[8192];
	const struct agent_list *list = &board_data(f->board, &f->layout->panels[0])->lists[kind];
	size_t used = 0;
	text[0] = '\0';
	for (unsigned i = 0; i < list->count; i++) {
		static const char *const marks[] = { "", " !", " !!" };
		const struct listed_agent *agent = &list->agents[i];
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s %s %.0f%s", i > 0 ? ", " : "", agent->name,
			agent->reason[0] != '\0' ? agent->reason : agent->state, agent->time.number, marks[agent->severity]);
	}
	return text;
}

#define LISTED(name, state, reason, seconds, login) "{\"1\":\"" state "\",\"2\":\"" name "\",\"3\":\"" reason "\",\"4\":\"" \
	seconds "\",\"5\":\"" login "\"}"

/* Beyond a limit of state and reason the most severe first; who is free and who is busy, the longest first. */
static void agents_are_listed(void **state)
{
	struct fixture f;
	(void)state;
	begin(&f, "{ name = \"s\" type = \"agent_states\" lists = true limits = ("
		" { state = \"not_ready\" warn = \"> 60\" alert = \"> 600\" },"
		" { state = \"not_ready\" reason = \"Lunch\" warn = \"> 1800\" },"
		" { state = \"busy\" warn = \"> 300\" } ) }");
	assert_true(decode(&f, "{\"t/s\":{\"agent_grids\":[{\"id\":\"grid\",\"values\":["
		LISTED("Ann", "busy", "", "40", "ann") "," LISTED("Bo", "ready", "", "7", "bo") ","
		LISTED("Cy", "busy", "", "301", "cy") "," LISTED("Di", "not_ready", "Training", "601", "di") ","
		LISTED("Ed", "not_ready", "Lunch", "1799", "ed") "," LISTED("Fay", "ready", "", "90", "fay") ","
		/* Of two teams, and listed once; without a time, and counted only. */
		LISTED("Bo", "ready", "", "7", "bo") "," LISTED("Gus", "busy", "", "", "gus") ","
		LISTED("Hal", "busy", "", "1200", "hal") "," LISTED("Ida", "busy", "", "300", "ida") ","
		LISTED("Jo", "ready", "", "90", "jo") "," LISTED("Kai", "", "", "9000", "kai") "]}]}}"));
	assert_string_equal(listed(&f, AGENT_LIST_LOOK), "Di Training 601 !!, Hal busy 1200 !, Cy busy 301 !");
	assert_string_equal(listed(&f, AGENT_LIST_FREE), "Fay ready 90, Jo ready 90, Bo ready 7");
	assert_string_equal(listed(&f, AGENT_LIST_BUSY), "Ida busy 300, Ann busy 40");
	assert_int_equal(board_data(f.board, &f.layout->panels[0])->rows, 4);
	const struct agent_list *lists = board_data(f.board, &f.layout->panels[0])->lists;
	assert_int_equal(lists[AGENT_LIST_LOOK].untimed, 1);
	assert_int_equal(lists[AGENT_LIST_FREE].untimed, 0);
	assert_int_equal(lists[AGENT_LIST_BUSY].untimed, 1);
	/* A view that is paused has them too, when the next answer has come. */
	struct board *copy = board_copy(f.board), *shown = f.board;
	assert_true(decode(&f, "{\"t/s\":{\"agent_grids\":[{\"id\":\"grid\",\"values\":["
		LISTED("Lu", "ready", "", "1", "lu") "]}]}}"));
	assert_string_equal(listed(&f, AGENT_LIST_FREE), "Lu ready 1");
	assert_string_equal(listed(&f, AGENT_LIST_LOOK), "");
	f.board = copy;
	assert_string_equal(listed(&f, AGENT_LIST_LOOK), "Di Training 601 !!, Hal busy 1200 !, Cy busy 301 !");
	f.board = shown;
	board_free(copy);
	end(&f);
}

/* More than a screen has lines for are counted. */
static void the_longest_are_listed(void **state)
{
	struct fixture f;
	struct buffer answer;
	enum { AGENTS_OF_ANSWER = 3 * AGENT_LIST_MAX };
	(void)state;
	buffer_init(&answer, 1 << 20);
	begin(&f, "{ name = \"s\" type = \"agent_states\" lists = true }");
	buffer_text(&answer, "{\"t/s\":{\"agent_grids\":[{\"id\":\"grid\",\"values\":[");
	for (int i = 0; i < AGENTS_OF_ANSWER; i++)
		buffer_print(&answer, "%s{\"1\":\"ready\",\"2\":\"N%d\",\"3\":\"R%d\",\"4\":\"%d\",\"5\":\"l%d\"}", i > 0 ? "," : "", i, i,
			i * 7 % AGENTS_OF_ANSWER, i);
	buffer_text(&answer, "]}]}}");
	assert_true(decode(&f, buffer_string(&answer)));
	const struct agent_list *list = &board_data(f.board, &f.layout->panels[0])->lists[AGENT_LIST_FREE];
	assert_int_equal(list->total, AGENTS_OF_ANSWER);
	assert_int_equal(list->count, AGENT_LIST_MAX);
	for (unsigned i = 0; i < list->count; i++) {
		char name[16], reason[16];
		int row = 0;
		while (row * 7 % AGENTS_OF_ANSWER != AGENTS_OF_ANSWER - 1 - (int)i)
			row++;
		snprintf(name, sizeof(name), "N%d", row);
		snprintf(reason, sizeof(reason), "R%d", row);
		assert_true(list->agents[i].time.number == AGENTS_OF_ANSWER - 1 - (int)i);
		assert_string_equal(list->agents[i].name, name);
		assert_string_equal(list->agents[i].reason, reason);
	}
	end(&f);
	buffer_free(&answer);
}

/* As many ways to write a state as no server has; those that are not as they read, and members in another order. */
static void states_are_read_however_they_are_written(void **state)
{
	struct fixture f;
	struct buffer answer;
	enum { SPELLINGS = 64 };
	(void)state;
	buffer_init(&answer, 1 << 20);
	begin(&f, "{ name = \"s\" type = \"agent_states\" lists = true }");
	buffer_text(&answer, "{\"t/s\":{\"agent_grids\":[{\"id\":\"grid\",\"values\":[");
	buffer_text(&answer, "{\"1\":\"read\\u0079\",\"2\":\"Zo\xC3\xAB\",\"3\":\"caf\\u00e9\",\"4\":\"99\",\"5\":\"zoe\"},"
		"{\"5\":\"yan\",\"4\":98,\"2\":\"Yan\",\"1\":\"busy\",\"1\":\"ready\"},{\"1\":\"r\\u0065ady\",\"2\":\"Zoe\",\"4\":\"1\",\"5\":\"\\u007aoe\"},"
		"{\"1\":\"\\u00e9\",\"4\":\"1\"},{\"1\":\"\\u00e9\",\"4\":\"1\",\"5\":\" \"},"
		"{\"1\":\"\\u00e9\",\"4\":\"1\",\"5\":\" \"},");
	for (int i = 0; i < SPELLINGS; i++) {
		char token[] = "ready_";
		for (int bit = 0; bit < 6; bit++)
			if (i >> bit & 1)
				token[bit] = bit == 5 ? ' ' : (char)(token[bit] - 'a' + 'A');
		buffer_print(&answer, "{\"1\":\"%s\",\"2\":\"N\",\"4\":\"%d\",\"5\":\"l%d\"},", token, i, i);
		buffer_print(&answer, "{\"1\":\"%s\",\"2\":\"N\",\"4\":\"%d\",\"5\":\"m%d\"},", i % 2 == 0 ? "busy" : "not ready", i, i);
	}
	buffer_text(&answer, "{}]}]}}");
	assert_true(decode(&f, buffer_string(&answer)));
	const struct panel_data *data = board_data(f.board, &f.layout->panels[0]);
	static const char *const tokens[] = { "READY ", "busy", "not ready", "logged_out", "\xC3\xA9" };
	static const int counts[] = { SPELLINGS + 1, SPELLINGS / 2 + 1, SPELLINGS / 2, 1, 3 };
	assert_int_equal(data->rows, 5);
	for (unsigned i = 0; i < 5; i++) {
		assert_string_equal(board_cell(data, i, STATES_COLUMN_STATE)->text, tokens[i]);
		assert_true(board_cell(data, i, STATES_COLUMN_COUNT)->number == counts[i]);
	}
	const struct listed_agent *free = data->lists[AGENT_LIST_FREE].agents, *busy = data->lists[AGENT_LIST_BUSY].agents;
	assert_int_equal(data->lists[AGENT_LIST_FREE].total, SPELLINGS + 1);
	assert_string_equal(free[0].name, "Zo\xC3\xAB");
	assert_string_equal(free[0].state, "ready");
	assert_string_equal(free[0].reason, "caf\xC3\xA9");
	assert_string_equal(free[1].state, "READY ");
	assert_string_equal(busy[0].name, "Yan");
	assert_string_equal(busy[0].time.text, "98");
	end(&f);
	buffer_free(&answer);
}

static void messages_of_many_shapes(void **state)
{
	struct fixture f;
	(void)state;
	begin(&f, "{ name = \"m\" type = \"messages\" }");
	assert_true(decode(&f,
		"{\"t/m\":{\"chat_messages\":["
		"{\"id\":\"1\",\"login_id\":\"ana\",\"first_name\":\"Ana\",\"last_name\":\"Li\",\"send_time\":\"1767225000\",\"is_urgent\":\"1\",\"content\":\"fire drill\"},"
		"{\"from\":\"bob\",\"send_time\":1767225500000,\"text\":\"later\"}]}}"));
	assert_string_equal(cell(&f, "m", 0, MESSAGES_COLUMN_TEXT)->text, "later");
	assert_string_equal(cell(&f, "m", 0, MESSAGES_COLUMN_SENDER)->text, "bob");
	assert_true(cell(&f, "m", 0, MESSAGES_COLUMN_TIME)->number == 1767225500);
	assert_string_equal(cell(&f, "m", 1, MESSAGES_COLUMN_SENDER)->text, "Ana Li");
	assert_true(cell(&f, "m", 1, MESSAGES_COLUMN_URGENT)->number == 1);
	assert_true(decode(&f, "{\"t/m\":{\"chat_messages\":[\"plain\",{\"a\":\"x\",\"b\":\"y\",\"c\":3}]}}"));
	assert_string_equal(cell(&f, "m", 0, MESSAGES_COLUMN_TEXT)->text, "plain");
	assert_string_equal(cell(&f, "m", 1, MESSAGES_COLUMN_TEXT)->text, "x y");
	end(&f);
}

static void services_are_filtered_here_where_they_cannot_be_listed(void **state)
{
	struct fixture f;
	(void)state;
	begin(&f, "{ name = \"q\" type = \"service_grid\" services = [\"Sales\", \"1\"] columns = ( \"agents_logged\" ) }");
	assert_true(decode(&f,
		"{\"t/q\":{\"service_grids\":[{\"id\":\"grid\",\"values\":[{\"1\":\"1\",\"2\":\"Support\"},{\"1\":\"2\",\"2\":\"Sales\"},"
		"{\"1\":\"3\",\"2\":\"Chat\"},{\"1\":\"4\",\"2\":\"1\"}]}]}}"));
	const struct panel_data *data = board_data(f.board, &f.layout->panels[0]);
	assert_int_equal(data->rows, 2);
	assert_true(board_cell(data, 0, 0)->number == 2);
	assert_true(board_cell(data, 1, 0)->number == 4);
	end(&f);
}

static void a_row_of_totals_comes_from_the_server(void **state)
{
	struct fixture f;
	(void)state;
	begin(&f, "{ name = \"q\" type = \"service_grid\" total = true columns = ( \"name\", \"service_level\" ) }");
	assert_true(decode(&f,
		"{\"t/q\":{\"service_grids\":[{\"id\":\"grid\",\"values\":[{\"1\":\"A\",\"2\":\"90\"}]}],\"stats_totals\":{\"service_level\":\"81\"}}}"));
	const struct panel_data *data = board_data(f.board, &f.layout->panels[0]);
	assert_true(data->totals[1].number == 81);
	assert_int_equal(data->totals[0].state, VALUE_NEVER);
	end(&f);
}

static void limits_go_by_state_and_reason(void **state)
{
	struct fixture f;
	(void)state;
	begin(&f,
		"{ name = \"a\" type = \"agent_grid\" columns = ( \"acd_state\", \"reason\", { stat = \"state_duration\" warn = \"> 1h\"\n"
		"limits = ( { state = \"not_ready\" warn = \"10m\" alert = \"20m\" }, { state = \"not_ready\" reason = \"Lunch\" warn = \"30m\" } ) } ) }");
	assert_true(decode(&f,
		"{\"t/a\":{\"agent_grids\":[{\"id\":\"grid\",\"values\":["
		"{\"1\":\"not_ready\",\"2\":\"Break\",\"3\":\"700\"},{\"1\":\"not_ready\",\"2\":\"lunch\",\"3\":\"1700\"},"
		"{\"1\":\"busy\",\"2\":\"\",\"3\":\"1700\"},{\"1\":\"busy\",\"2\":\"\",\"3\":\"3700\"},{\"1\":\"not_ready\",\"2\":\"\",\"3\":\"1300\"},"
		"{\"1\":\"not_ready\",\"2\":\"\",\"3\":\"\"}]}]}}"));
	static const enum severity wanted[] = { SEVERITY_WARN, SEVERITY_NONE, SEVERITY_NONE, SEVERITY_WARN, SEVERITY_ALERT,
		SEVERITY_NONE };
	const struct panel *panel = &f.layout->panels[0];
	const struct panel_data *data = board_data(f.board, panel);
	for (unsigned row = 0; row < 6; row++) {
		assert_int_equal(board_severity(panel, data, row, 2, false), wanted[row]);
		assert_int_equal(board_row_severity(panel, data, row, false), wanted[row]);
		assert_int_equal(board_severity(panel, data, row, 2, true), SEVERITY_NONE);
	}
	end(&f);
	/* The one that names the reason goes first wherever it stands. */
	begin(&f,
		"{ name = \"a\" type = \"agent_grid\" columns = ( \"acd_state\", \"reason\", { stat = \"state_duration\"\n"
		"limits = ( { state = \"not_ready\" reason = \"Lunch\" warn = \"30m\" }, { state = \"not_ready\" warn = \"10m\" } ) } ) }");
	assert_true(decode(&f,
		"{\"t/a\":{\"agent_grids\":[{\"id\":\"grid\",\"values\":[{\"1\":\"not_ready\",\"2\":\"Lunch\",\"3\":\"1700\"}]}]}}"));
	assert_int_equal(board_severity(&f.layout->panels[0], board_data(f.board, &f.layout->panels[0]), 0, 2, false),
		SEVERITY_NONE);
	end(&f);
}

static void availability_that_fails_keeps_the_last(void **state)
{
	struct fixture f;
	(void)state;
	begin(&f, "{ name = \"open\" type = \"availability\" }");
	assert_true(decode_kind(&f, FRAME_AVAILABILITY, "Sales", "{\"availability\":false}"));
	assert_int_equal(board_find_service(f.board, "Sales")->state, AVAILABILITY_NOBODY);
	assert_false(decode_kind(&f, FRAME_AVAILABILITY, "Sales", "{\"availability\":\"maybe\"}"));
	assert_false(decode_kind(&f, FRAME_AVAILABILITY, "Sales", "{\"availability\":null}"));
	assert_false(decode_kind(&f, FRAME_AVAILABILITY, "Sales", "{}"));
	assert_int_equal(board_find_service(f.board, "Sales")->state, AVAILABILITY_NOBODY);
	assert_true(decode_kind(&f, FRAME_CHAT_HOURS, "", "{\"chat\":\"notAvailable\"}"));
	assert_int_equal(f.board->chat.state, AVAILABILITY_NOBODY);
	assert_true(f.board->chat.wait_seconds == -1);
	end(&f);
}

static void services_stand_in_the_catalogue_s_order(void **state)
{
	static const char *const panels[] = { "{ name = \"o\" type = \"availability\" }",
		"{ name = \"o\" type = \"availability\" services = [\"b\"] }", "{ name = \"o\" type = \"clock\" }" };
	static const char listed[] = "[{\"id\":\"1\",\"name\":\"b\"},{\"id\":\"2\",\"name\":\"a\"}]";
	(void)state;
	for (int i = 0; i < 3; i++) {
		struct fixture f;
		begin(&f, panels[i]);
		board_list_services(f.board, &f.services);
		assert_int_equal(f.board->service_count, 0);
		assert_true(catalogue_read(&f.services, &f.board->json, listed, strlen(listed), &f.error));
		board_list_services(f.board, &f.services);
		board_list_services(f.board, &f.services);
		assert_int_equal(f.board->service_count, i == 0 ? 2 : 0);
		if (i == 0)
			assert_string_equal(f.board->services[0].service, "b");
		end(&f);
	}
}

static void services_that_cannot_be_listed_are_said(void **state)
{
	struct fixture f;
	(void)state;
	begin(&f, "{ name = \"o\" type = \"availability\" }, { name = \"p\" type = \"availability\" services = [\"b\"] }");
	board_list_services(f.board, &f.services);
	assert_string_equal(f.board->panels[0].reason, "");
	snprintf(f.services.reason, sizeof(f.services.reason), "The server reported an internal error (500)");
	board_list_services(f.board, &f.services);
	assert_string_equal(f.board->panels[0].reason,
		"services cannot be listed (The server reported an internal error (500)): name them in the layout");
	assert_string_equal(f.board->panels[1].reason, "");
	/* An empty list has a cause as well, which may pass. */
	f.services.known = true;
	board_list_services(f.board, &f.services);
	assert_string_equal(f.board->panels[0].reason,
		"No services. Only those of the teams that the user supervises are listed.");
	static const char listed[] = "[{\"id\":\"1\",\"name\":\"b\"}]";
	assert_true(catalogue_read(&f.services, &f.board->json, listed, strlen(listed), &f.error));
	board_list_services(f.board, &f.services);
	assert_string_equal(f.board->panels[0].reason, "");
	end(&f);
}

/* So many are asked; how many are not is known, on a held picture too. */
static void services_that_are_too_many_are_counted(void **state)
{
	struct fixture f;
	struct buffer list;
	(void)state;
	begin(&f, "{ name = \"o\" type = \"availability\" }");
	buffer_init(&list, 1 << 20);
	for (int i = 0; i < 300; i++)
		buffer_print(&list, "%s{\"id\":\"%d\",\"name\":\"S%d\"}", i ? "," : "[", i, i);
	buffer_text(&list, "]");
	assert_true(catalogue_read(&f.services, &f.board->json, buffer_string(&list), list.length, &f.error));
	board_list_services(f.board, &f.services);
	board_list_services(f.board, &f.services);
	assert_int_equal(f.board->service_count, BOARD_SERVICES_MAX);
	assert_int_equal(f.board->services_left, 300 - BOARD_SERVICES_MAX);
	struct board *copy = board_copy(f.board);
	assert_int_equal(copy->services_left, 300 - BOARD_SERVICES_MAX);
	board_free(copy);
	buffer_free(&list);
	end(&f);
}

/* The documentation's example has true, its table True. */
static void availability_in_words(void **state)
{
	static const struct { const char *answer; enum availability means; } cases[] = {
		{ "true", AVAILABILITY_AVAILABLE }, { "\"True\"", AVAILABILITY_AVAILABLE }, { "\"true\"", AVAILABILITY_AVAILABLE },
		{ "false", AVAILABILITY_NOBODY }, { "\"False\"", AVAILABILITY_NOBODY },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fixture f;
		char answer[64];
		begin(&f, "{ name = \"o\" type = \"availability\" }");
		snprintf(answer, sizeof(answer), "{\"availability\":%s}", cases[i].answer);
		assert_true(decode_kind(&f, FRAME_AVAILABILITY, "a", answer));
		assert_int_equal(board_find_service(f.board, "a")->state, cases[i].means);
		end(&f);
	}
}

/* Each by its own interval, whatever the subscription's is and how fresh that is. */
static void what_comes_beside_the_subscription_has_its_own_age(void **state)
{
	struct fixture f;
	struct link link = { .state = LINK_LIVE, .interval = 5 };
	(void)state;
	begin(&f, "{ name = \"o\" type = \"availability\" services = [\"b\"] }, { name = \"c\" type = \"campaigns\" }");
	const struct panel *open = &f.layout->panels[0], *campaigns = &f.layout->panels[1];
	struct board_view view = { .board = f.board, .link = &link, .now_ms = 1000 };
	assert_true(board_view_age(&view, open) == -1 && board_view_stale(&view, open));
	assert_false(board_view_service_stale(&view, board_find_service(f.board, "b")));
	assert_true(decode_kind(&f, FRAME_AVAILABILITY, "b", "{\"availability\":true}"));
	assert_true(decode_kind(&f, FRAME_CAMPAIGNS, "", "[{\"name\":\"x\",\"state\":\"RUNNING\"}]"));
	const struct service_availability *service = board_find_service(f.board, "b");
	view.now_ms = link.accepted_ms = 1000 + 60000;
	assert_false(board_view_stale(&view, open) || board_view_service_stale(&view, service));
	view.now_ms = link.accepted_ms = 1000 + 60001;
	assert_true(board_view_stale(&view, open) && board_view_service_stale(&view, service));
	assert_false(board_view_stale(&view, campaigns));
	view.now_ms = link.accepted_ms = 1000 + 120000;
	assert_false(board_view_stale(&view, campaigns));
	view.now_ms = link.accepted_ms = 1000 + 120001;
	assert_true(board_view_stale(&view, campaigns));
	end(&f);
}

/* Marks of spelling vanish from the screen, and a question must have them. */
static void names_go_back_as_they_came(void **state)
{
	struct fixture f;
	static const char listed[] = "[{\"id\":\"i1\",\"name\":\"co\xc2\xadop\"},{\"id\":\"i2\",\"name\":\"a b\"},"
		"{\"id\":\"i3\",\"name\":\"x\\u200cy/\"}]";
	(void)state;
	begin(&f, "{ name = \"o\" type = \"availability\" }");
	assert_true(catalogue_read(&f.services, &f.board->json, listed, strlen(listed), &f.error));
	assert_string_equal(f.services.entries[0].name, "coop");
	assert_string_equal(catalogue_escaped(&f.services, "coop"), "co%C2%ADop");
	assert_string_equal(catalogue_escaped(&f.services, "i1"), "co%C2%ADop");
	assert_null(catalogue_escaped(&f.services, "a b"));
	assert_null(catalogue_escaped(&f.services, "nobody's"));
	assert_string_equal(catalogue_escaped(&f.services, "xy/"), "x%E2%80%8Cy%2F");
	end(&f);
}

static void what_is_no_set_is_nobody_s(void **state)
{
	static const struct {
		const char *text;
		bool set;
	} cases[] = {
		{ "{}", true }, { "{\"stats_totals\":{}}", true }, { "{\"agent_grids\":[]}", true },
		{ "{\"chat_messages\":[],\"x\":1}", true }, { "{\"code\":500,\"message\":\"x\"}", false }, { "[]", false },
	};
	struct json json;
	struct error error;
	(void)state;
	json_init(&json);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_true(json_parse(&json, cases[i].text, strlen(cases[i].text), &error));
		assert_int_equal(decode_is_set(&json, json_root(&json)), cases[i].set);
	}
	json_free(&json);
}

/* A reload keeps what answers the same question, and nothing else. */
static void a_new_layout_adopts_what_stayed_the_same(void **state)
{
	static const char *const kept[] = {
		"{ name = \"b\" type = \"totals\" title = \"New\" width = 30 tiles = ( { stat = \"in_calls_waiting\" warn = \"> 1\" } ) }",
	};
	static const char *const dropped[] = {
		"{ name = \"b\" type = \"totals\" services = [\"Sales\"] tiles = ( \"in_calls_waiting\" ) }",
		"{ name = \"b\" type = \"totals\" dispositions = [\"Sold\"] tiles = ( \"in_calls_waiting\" ) }",
		"{ name = \"b\" type = \"totals\" tiles = ( \"agents_ready\" ) }",
		"{ name = \"b\" type = \"totals\" tiles = ( { stat = \"in_calls_waiting\" dispositions = [\"Sold\"] } ) }",
		"{ name = \"b\" type = \"service_grid\" columns = ( \"in_calls_waiting\" ) }",
		"{ name = \"c\" type = \"totals\" tiles = ( \"in_calls_waiting\" ) }",
	};
	(void)state;
	for (size_t i = 0; i < 1 + sizeof(dropped) / sizeof(dropped[0]); i++) {
		struct fixture old, new;
		begin(&old, two_panels);
		assert_true(decode(&old, "{\"t/b\":{\"stats_totals\":{\"in_calls_waiting\":\"4\"}}}"));
		begin(&new, i == 0 ? kept[0] : dropped[i - 1]);
		board_adopt(new.board, old.board);
		assert_int_equal(board_data(new.board, &new.layout->panels[0])->received, i == 0);
		if (i == 0)
			assert_true(cell(&new, "b", 0, 0)->number == 4);
		assert_int_equal(new.board->accepted_ms, 1000);
		end(&old);
		end(&new);
	}
}

/* What could not be had is said where it is missing, and nowhere else; what is there stays. */
static void what_was_missed_is_said_in_its_place(void **state)
{
	struct fixture f;
	(void)state;
	begin(&f, "{ name = \"o\" type = \"availability\" services = [\"a\", \"b\"] }, { name = \"c\" type = \"campaigns\" },"
		" { name = \"t\" type = \"totals\" tiles = ( \"in_calls_waiting\" ) }");
	assert_true(decode_kind(&f, FRAME_AVAILABILITY, "a", "{\"availability\":true}"));
	board_missed(f.board, FRAME_AVAILABILITY, "a", "timed out");
	assert_string_equal(board_find_service(f.board, "a")->problem, "timed out");
	assert_int_equal(board_find_service(f.board, "a")->state, AVAILABILITY_AVAILABLE);
	assert_null(board_find_service(f.board, "b"));
	board_missed(f.board, FRAME_CHAT_HOURS, "", "no chat");
	assert_string_equal(f.board->chat.problem, "no chat");
	assert_string_equal(f.board->panels[1].problem, "");
	board_missed(f.board, FRAME_CAMPAIGNS, "", "no right");
	assert_string_equal(f.board->panels[0].problem, "");
	assert_string_equal(f.board->panels[1].problem, "no right");
	assert_string_equal(f.board->panels[2].problem, "");
	/* A good answer takes it back. */
	assert_true(decode_kind(&f, FRAME_AVAILABILITY, "a", "{\"availability\":true}"));
	assert_string_equal(board_find_service(f.board, "a")->problem, "");
	assert_true(decode_kind(&f, FRAME_CAMPAIGNS, "", "[{\"name\":\"x\",\"state\":\"RUNNING\"}]"));
	assert_string_equal(f.board->panels[1].problem, "");
	end(&f);
}

/* A publisher says that nothing changed: the data are as young as that, and never older than they were. */
static void confirmed_data_are_young_again(void **state)
{
	struct fixture f;
	(void)state;
	begin(&f, two_panels);
	const struct panel *a = layout_panel(f.layout, "a"), *b = layout_panel(f.layout, "b");
	board_confirm(f.board, b, 5000);
	assert_false(board_data(f.board, b)->received);
	assert_int_equal(f.board->accepted_ms, 0);
	assert_true(decode(&f, "{\"t/b\":{\"stats_totals\":{\"in_calls_waiting\":\"4\"}}}"));
	board_confirm(f.board, b, 7000);
	assert_int_equal(board_data(f.board, b)->received_ms, 7000);
	assert_int_equal(f.board->accepted_ms, 7000);
	assert_true(cell(&f, "b", 0, 0)->number == 4);
	board_confirm(f.board, a, 8000);
	assert_false(board_data(f.board, a)->received);
	assert_int_equal(f.board->accepted_ms, 7000);
	board_confirm(f.board, b, 6500);
	assert_int_equal(f.board->accepted_ms, 7000);
	end(&f);
}

/* The cap of rows: so many are shown, one more refuses the answer and keeps the last. */
static void rows_have_a_cap(void **state)
{
	struct fixture f;
	(void)state;
	begin(&f, "{ name = \"q\" type = \"service_grid\" columns = ( \"name\" ) }");
	for (unsigned count = LAYOUT_GRID_LIMIT_MAX; count <= LAYOUT_GRID_LIMIT_MAX + 1; count++) {
		char *text = malloc(count * 16 + 100);
		size_t used = (size_t)sprintf(text, "{\"t/q\":{\"service_grids\":[{\"id\":\"grid\",\"values\":[");
		for (unsigned i = 0; i < count; i++)
			used += (size_t)sprintf(text + used, "%s{\"1\":\"%u\"}", i > 0 ? "," : "", i);
		strcpy(text + used, "]}]}}");
		bool fits = count == LAYOUT_GRID_LIMIT_MAX;
		assert_int_equal(decode(&f, text), fits);
		if (!fits)
			assert_string_equal(f.error.text, "panel 'q': more than 50000 rows in one grid");
		assert_int_equal(board_data(f.board, &f.layout->panels[0])->rows, LAYOUT_GRID_LIMIT_MAX);
		free(text);
	}
	end(&f);
}

static void services_have_a_cap(void **state)
{
	struct fixture f;
	char name[32];
	(void)state;
	begin(&f, "{ name = \"o\" type = \"availability\" }");
	for (unsigned i = 0; i <= BOARD_SERVICES_MAX; i++) {
		snprintf(name, sizeof(name), "service %u", i);
		assert_int_equal(decode_kind(&f, FRAME_AVAILABILITY, name, "{\"availability\":true}"), i < BOARD_SERVICES_MAX);
	}
	assert_string_equal(f.error.text, "more than 256 services");
	assert_int_equal(f.board->service_count, BOARD_SERVICES_MAX);
	assert_non_null(board_find_service(f.board, "service 255"));
	assert_null(board_find_service(f.board, "service 256"));
	end(&f);
}

/* A row that nobody has, of a grid that came and of one that never did. */
static void cells_that_are_not_there_never_came(void **state)
{
	struct fixture f;
	(void)state;
	begin(&f, two_panels);
	const struct panel_data *data = board_data(f.board, layout_panel(f.layout, "a"));
	assert_int_equal(board_cell(data, 0, 0)->state, VALUE_NEVER);
	assert_int_equal(board_peek(data, 0, 0).state, VALUE_NEVER);
	assert_true(decode(&f,
		"{\"t/a\":{\"agent_grids\":[{\"id\":\"grid\",\"values\":[{\"1\":\"Ann\",\"2\":\"61\",\"3\":\"ann\"}]}]}}"));
	data = board_data(f.board, layout_panel(f.layout, "a"));
	assert_string_equal(board_cell(data, 0, 0)->text, "Ann");
	assert_true(board_peek(data, 0, 1).number == 61);
	assert_int_equal(board_cell(data, 1, 0)->state, VALUE_NEVER);
	assert_int_equal(board_peek(data, 1, 1).state, VALUE_NEVER);
	assert_int_equal(board_cell(data, 0, 99)->state, VALUE_NEVER);
	assert_int_equal(board_peek(data, 0, 99).state, VALUE_NEVER);
	end(&f);
}

static void the_same_answer_again_allocates_nothing(void **state)
{
	struct fixture f;
	(void)state;
	begin(&f, two_panels);
	const char *text = "{\"t/a\":{\"agent_grids\":[{\"id\":\"grid\",\"values\":[{\"1\":\"Ann\",\"2\":\"61\",\"3\":\"ann\"},"
		"{\"1\":\"Bob\",\"2\":\"7\",\"3\":\"bob\"}]}]},\"t/b\":{\"stats_totals\":{\"in_calls_waiting\":\"4\"}}}";
	for (int i = 0; i < 4; i++)
		assert_true(decode(&f, text));
	size_t before = 0, after = 0;
	void *tokens = f.board->json.tokens;
	for (int side = 0; side < 2; side++)
		before += f.board->panels[0].data[side].arena.total + f.board->panels[1].data[side].arena.total;
	for (int i = 0; i < 1000; i++)
		assert_true(decode(&f, text));
	for (int side = 0; side < 2; side++)
		after += f.board->panels[0].data[side].arena.total + f.board->panels[1].data[side].arena.total;
	assert_int_equal(before, after);
	assert_ptr_equal(f.board->json.tokens, tokens);
	end(&f);
}

/* A panel of totals, another one, and a grid with its total row: two scopes in one answer. */
static const char scaled_panels[] =
	"{ name = \"now\" type = \"totals\" tiles = ( \"service_level\", \"in_calls_waiting\" ) },"
	"{ name = \"lost\" type = \"totals\" tiles = ( \"in_calls_abandoned_in_queue_ratio_per_day\","
	" { stat = \"service_level\" scale = \"percent\" } ) },"
	"{ name = \"q\" type = \"service_grid\" total = true columns = ( \"name\", \"service_level\" ) }";

static double number_of(const struct cell *cell)
{
	assert_int_equal(cell->state, VALUE_NUMBER);
	return cell->number;
}

static double total_of(const struct fixture *f, const char *panel, unsigned column)
{
	return number_of(&board_data(f->board, layout_panel(f->layout, panel))->totals[column]);
}

#define SCALED(now, lost, row, total) \
	"{\"t/now\":{\"stats_totals\":{\"service_level\":\"" now "\",\"in_calls_waiting\":\"3\"}}," \
	"\"t/lost\":{\"stats_totals\":{\"in_calls_abandoned_in_queue_ratio_per_day\":\"" lost "\",\"service_level\":\"85\"}}," \
	"\"t/q\":{\"service_grids\":[{\"id\":\"grid\",\"values\":[{\"1\":\"Sales\",\"2\":\"" row "\"}]}]," \
	"\"stats_totals\":{\"service_level\":\"" total "\"}}}"

static void totals_are_fractions_and_grids_percents(void **state)
{
	struct fixture f;
	(void)state;
	begin(&f, scaled_panels);
	assert_true(decode(&f, SCALED("0.85", "0.12", "91", "0.89")));
	assert_false(f.report.proved_percent);
	assert_true(number_of(cell(&f, "now", 0, 0)) == 85 && number_of(cell(&f, "now", 0, 1)) == 3);
	assert_true(number_of(cell(&f, "lost", 0, 0)) == 12 && number_of(cell(&f, "lost", 0, 1)) == 85);
	assert_true(number_of(cell(&f, "q", 0, 1)) == 91 && total_of(&f, "q", 1) == 89);
	/* A whole, and a small value of a grid, prove nothing. */
	assert_true(decode(&f, SCALED("1", "0", "0.85", "1.0")));
	assert_true(number_of(cell(&f, "now", 0, 0)) == 100 && number_of(cell(&f, "q", 0, 1)) == 0.85);
	assert_true(total_of(&f, "q", 1) == 100 && f.request.scales.totals == SCALE_AUTO);
	end(&f);
}

/* One value above 1, wherever it is among the totals, and all of them are percents at once and from then on. */
static void a_value_above_one_proves_percents(void **state)
{
	static const char *const answers[] = { SCALED("85", "0.7", "91", "0.9"), SCALED("0.85", "7", "91", "0.9"),
		SCALED("0.85", "0.7", "91", "89.5") };
	for (unsigned i = 0; i < 3; i++) {
		struct fixture f;
		(void)state;
		begin(&f, scaled_panels);
		assert_true(decode(&f, answers[i]));
		assert_true(f.report.proved_percent && f.request.scales.totals == SCALE_PERCENT);
		assert_true(number_of(cell(&f, "now", 0, 0)) == (i == 0 ? 85 : 0.85));
		assert_true(number_of(cell(&f, "lost", 0, 0)) == (i == 1 ? 7 : 0.7));
		assert_true(total_of(&f, "q", 1) == (i == 2 ? 89.5 : 0.9));
		assert_true(decode(&f, SCALED("0.5", "0.5", "0.5", "0.5")));
		assert_false(f.report.proved_percent);
		assert_true(number_of(cell(&f, "now", 0, 0)) == 0.5 && total_of(&f, "q", 1) == 0.5);
		end(&f);
	}
}

/* Of an answer that is refused nothing is learnt; a percent sign needs no scale; what stands on other panels is read anew. */
static void what_proves_percents_and_what_it_changes(void **state)
{
	struct fixture f;
	(void)state;
	begin(&f, scaled_panels);
	assert_true(decode(&f, SCALED("0.85", "0.12", "91", "0.89")));
	assert_false(decode(&f, "{\"t/now\":{\"stats_totals\":{\"service_level\":\"85\"}},\"t/lost\":[]}"));
	assert_true(f.request.scales.totals == SCALE_AUTO && number_of(cell(&f, "now", 0, 0)) == 85);
	assert_true(decode(&f, "{\"t/now\":{\"stats_totals\":{\"service_level\":\"0.7 %\",\"in_calls_waiting\":\"7\"}}}"));
	assert_true(f.request.scales.totals == SCALE_AUTO && number_of(cell(&f, "now", 0, 0)) == 0.7);
	assert_true(decode(&f, "{\"t/now\":{\"stats_totals\":{\"service_level\":\"70\"}}}"));
	assert_true(number_of(cell(&f, "now", 0, 0)) == 70);
	assert_true(number_of(cell(&f, "lost", 0, 0)) == 0.12 && number_of(cell(&f, "lost", 0, 1)) == 85);
	assert_true(total_of(&f, "q", 1) == 0.89 && number_of(cell(&f, "q", 0, 1)) == 91);
	end(&f);
}

static void a_scale_is_pinned(void **state)
{
	struct fixture f;
	(void)state;
	begin(&f, "{ name = \"now\" type = \"totals\" tiles = ( \"service_level\" ) },"
		"{ name = \"q\" type = \"service_grid\" total = true columns = ( \"name\","
		" { stat = \"service_level\" scale = \"fraction\" total_scale = \"percent\" }, \"service_level_target\" ) }");
	f.request.scales = (struct scales){ .totals = SCALE_FRACTION, .grids = SCALE_FRACTION };
	assert_true(decode(&f, "{\"t/now\":{\"stats_totals\":{\"service_level\":\"1.2\"}},"
		"\"t/q\":{\"service_grids\":[{\"id\":\"grid\",\"values\":[{\"1\":\"Sales\",\"2\":\"0.91\",\"3\":\"0.8\"}]}],"
		"\"stats_totals\":{\"service_level\":\"89\",\"service_level_target\":\"0.8\"}}}"));
	assert_false(f.report.proved_percent);
	assert_true(number_of(cell(&f, "now", 0, 0)) == 120);
	assert_true(number_of(cell(&f, "q", 0, 1)) == 91 && number_of(cell(&f, "q", 0, 2)) == 80);
	assert_true(total_of(&f, "q", 1) == 89 && total_of(&f, "q", 2) == 80);
	end(&f);
}

static const char narrowed_panels[] =
	"{ name = \"n\" type = \"totals\" tiles = ( { stat = \"calls_dispositions_per_day\" kind = \"count\" dispositions = [\"Sold\"] },"
	" { stat = \"calls_dispositions_per_day\" kind = \"count\" dispositions = [\"Lost\"] },"
	" { stat = \"calls_dispositions_per_day\" kind = \"count\" } ) },"
	"{ name = \"q\" type = \"service_grid\" total = true columns = ( \"name\","
	" { stat = \"calls_dispositions_per_day\" kind = \"count\" dispositions = [\"Sold\"] },"
	" { stat = \"calls_dispositions_per_day\" kind = \"count\" } ) }";

static void each_part_has_its_own_number(void **state)
{
	struct fixture f;
	(void)state;
	begin(&f, narrowed_panels);
	assert_true(decode(&f, "{\"t/n.3\":{\"stats_totals\":{\"calls_dispositions_per_day\":\"40\"}},"
		"\"t/n\":{\"stats_totals\":{\"calls_dispositions_per_day\":\"17\"}},"
		"\"t/n.2\":{\"stats_totals\":{\"calls_dispositions_per_day\":\"5\"}},"
		"\"t/q\":{\"service_grids\":[{\"id\":\"grid\",\"values\":[{\"1\":\"A\",\"2\":\"3\",\"3\":\"8\"}]}],"
		"\"stats_totals\":{\"calls_dispositions_per_day\":\"41\"}},"
		"\"t/q.2\":{\"stats_totals\":{\"calls_dispositions_per_day\":\"18\"}}}"));
	assert_true(number_of(cell(&f, "n", 0, 0)) == 17 && number_of(cell(&f, "n", 0, 1)) == 5);
	assert_true(number_of(cell(&f, "n", 0, 2)) == 40);
	assert_true(number_of(cell(&f, "q", 0, 1)) == 3 && number_of(cell(&f, "q", 0, 2)) == 8);
	assert_true(total_of(&f, "q", 1) == 18 && total_of(&f, "q", 2) == 41);
	assert_int_equal(f.report.foreign, 0);
	/* A part that is missing never came; one of a wrong shape is refused. */
	assert_true(decode(&f, "{\"t/n\":{\"stats_totals\":{\"calls_dispositions_per_day\":\"18\"}}}"));
	assert_true(number_of(cell(&f, "n", 0, 0)) == 18 && cell(&f, "n", 0, 1)->state == VALUE_NEVER);
	assert_false(decode(&f, "{\"t/n\":{\"stats_totals\":{\"calls_dispositions_per_day\":\"19\"}},\"t/n.2\":{\"stats_totals\":[]}}"));
	assert_true(number_of(cell(&f, "n", 0, 0)) == 18);
	end(&f);
}

static void a_limit_that_was_reached_is_noted(void **state)
{
	static const char three[] = "[{\"id\":\"grid\",\"values\":[{\"1\":\"a\",\"2\":\"a\"},{\"1\":\"b\",\"2\":\"b\"},{\"1\":\"c\",\"2\":\"c\"}]}]";
	static const struct {
		const char *limit;
		unsigned noted;
	} rows[] = { { "", 0 }, { "limit = 3", 3 }, { "limit = 4", 0 }, { "limit = 2", 2 } };
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fixture f;
		char text[400];
		snprintf(text, sizeof(text), "{ name = \"a\" type = \"agent_grid\" %s columns = ( \"login_id\", \"extension\" ) },"
			"{ name = \"s\" type = \"agent_states\" %s }", rows[i].limit, rows[i].limit);
		begin(&f, text);
		snprintf(text, sizeof(text), "{\"t/a\":{\"agent_grids\":%s},\"t/s\":{\"agent_grids\":%s}}", three, three);
		assert_true(decode(&f, text));
		assert_int_equal(board_data(f.board, layout_panel(f.layout, "a"))->limit, rows[i].noted);
		assert_int_equal(board_data(f.board, layout_panel(f.layout, "s"))->limit, rows[i].noted);
		struct board *copy = board_copy(f.board);
		assert_int_equal(board_data(copy, layout_panel(f.layout, "a"))->limit, rows[i].noted);
		board_free(copy);
		end(&f);
	}
}

/* What is computed may be shown as well, first, last or not at all, in any order of the formula. */
static void operands_are_columns_or_not(void **state)
{
	static const struct {
		const char *tiles;
		unsigned place;
	} rows[] = {
		{ "{ label = \"X\" kind = \"count\" calc = \"agents_ready + 10 * in_calls_waiting\" }", 0 },
		{ "\"in_calls_waiting\", { label = \"X\" kind = \"count\" calc = \"agents_ready + 10 * in_calls_waiting\" }", 1 },
		{ "\"agents_ready\", { label = \"X\" kind = \"count\" calc = \"agents_ready + 10 * in_calls_waiting\" }", 1 },
		{ "\"agents_ready\", { label = \"X\" kind = \"count\" calc = \"10 * in_calls_waiting + agents_ready\" }", 1 },
		{ "{ label = \"X\" kind = \"count\" calc = \"agents_ready + 10 * in_calls_waiting\" }, \"in_calls_waiting\"", 0 },
		{ "\"in_calls_waiting\", \"agents_ready\", { label = \"X\" kind = \"count\" calc ="
			" \"agents_ready + 5 * in_calls_waiting + 5 * in_calls_waiting\" }", 2 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fixture f;
		char panel[400];
		snprintf(panel, sizeof(panel), "{ name = \"n\" type = \"totals\" tiles = ( %s ) }", rows[i].tiles);
		begin(&f, panel);
		assert_true(decode(&f, "{\"t/n\":{\"stats_totals\":{\"in_calls_waiting\":\"3\",\"agents_ready\":\"4\"}}}"));
		if (number_of(cell(&f, "n", 0, rows[i].place)) != 34)
			fail_msg("%s: %s", rows[i].tiles, cell(&f, "n", 0, rows[i].place)->text);
		end(&f);
	}
}

/* Rows, tiles and the total row; sorted and cut here, with what is blank last. */
static void computed_columns_have_values(void **state)
{
	struct fixture f;
	(void)state;
	begin(&f, "{ name = \"q\" type = \"service_grid\" total = true limit = 3 sort = \"lost desc\" columns = ( \"name\","
		" { label = \"Lost\" kind = \"percent\" warn = \"> 20\" calc = \"100 * in_calls_abandoned_in_queue_per_day / in_calls_received_per_day\" } ) },"
		"{ name = \"n\" type = \"totals\" tiles = ( { label = \"Gap\" kind = \"percent\" calc = \"service_level_target - service_level\" } ) }");
	assert_true(decode(&f, "{\"t/q\":{\"service_grids\":[{\"id\":\"grid\",\"values\":["
		"{\"1\":\"A\",\"3\":\"1\",\"4\":\"10\"},{\"1\":\"B\",\"3\":\"0\",\"4\":\"0\"},"
		"{\"1\":\"C\",\"3\":\"\",\"4\":\"4\"},{\"1\":\"D\",\"4\":\"10\",\"3\":\"3\"}]}],"
		"\"stats_totals\":{\"in_calls_abandoned_in_queue_per_day\":\"4\",\"in_calls_received_per_day\":\"24\"}},"
		"\"t/n\":{\"stats_totals\":{\"service_level\":\"0.75\",\"service_level_target\":\"0.8\"}}}"));
	const struct panel *panel = layout_panel(f.layout, "q");
	const struct panel_data *data = board_data(f.board, panel);
	assert_int_equal(data->rows, 3);
	assert_int_equal(data->limit, 3);
	assert_string_equal(cell(&f, "q", 0, 0)->text, "D");
	assert_true(number_of(cell(&f, "q", 0, 1)) == 30);
	assert_string_equal(cell(&f, "q", 0, 1)->text, "30");
	assert_int_equal(board_severity(panel, data, 0, 1, false), SEVERITY_WARN);
	assert_string_equal(cell(&f, "q", 1, 0)->text, "A");
	assert_string_equal(cell(&f, "q", 2, 0)->text, "B");
	assert_int_equal(cell(&f, "q", 2, 1)->state, VALUE_BLANK);
	assert_true(total_of(&f, "q", 1) > 16.6 && total_of(&f, "q", 1) < 16.7);
	assert_true(number_of(cell(&f, "n", 0, 0)) == 5);
	assert_true(board_contains(data, 1, "10") && !board_contains(data, 0, "10"));
	struct board *copy = board_copy(f.board);
	const struct panel_data *copied = board_data(copy, panel);
	end(&f);
	assert_string_equal(board_cell(copied, 0, 0)->text, "D");
	assert_true(board_cell(copied, 0, 1)->number == 30);
	board_free(copy);
}

/* A picture has the number of its statistic, and its target beside it: in rows, in the total row and in a copy. */
static void pictures_have_their_numbers(void **state)
{
	struct fixture f;
	(void)state;
	begin(&f, "{ name = \"q\" type = \"service_grid\" total = true columns = ( \"name\", { bar = \"in_calls_waiting\" warn = \"> 5\" },"
		" { bullet = \"service_level\" target = \"service_level_target\" } ) }");
	assert_true(decode(&f, "{\"t/q\":{\"service_grids\":[{\"id\":\"grid\",\"values\":["
		"{\"1\":\"A\",\"4\":\"7\",\"5\":\"64\",\"6\":\"80\"},{\"1\":\"B\",\"4\":\"\",\"5\":\"90\",\"6\":\"\"}]}],"
		"\"stats_totals\":{\"in_calls_waiting\":\"7\",\"service_level\":\"0.7\",\"service_level_target\":\"0.85\"}}}"));
	const struct panel *panel = layout_panel(f.layout, "q");
	struct board *copy = board_copy(f.board);
	for (int turn = 0; turn < 2; turn++) {
		const struct panel_data *data = board_data(turn == 0 ? f.board : copy, panel);
		assert_int_equal(data->columns, 3);
		assert_true(board_operand(data, 0, 2, PICTURE_TARGET).number == 80);
		assert_true(number_of(board_cell(data, 0, 1)) == 7);
		assert_int_equal(board_severity(panel, data, 0, 1, false), SEVERITY_WARN);
		assert_int_equal(board_cell(data, 1, 1)->state, VALUE_BLANK);
		assert_true(number_of(board_cell(data, 1, 2)) == 90);
		assert_int_equal(board_operand(data, 1, 2, PICTURE_TARGET).state, VALUE_BLANK);
		assert_true(board_operand(data, 2, 2, 0).number == 70);
		assert_true(board_operand(data, 2, 2, PICTURE_TARGET).number == 85);
		assert_int_equal(board_operand(data, 0, 0, 0).state, VALUE_NEVER);
	}
	board_free(copy);
	end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(totals_are_fractions_and_grids_percents),
		cmocka_unit_test(a_value_above_one_proves_percents),
		cmocka_unit_test(what_proves_percents_and_what_it_changes),
		cmocka_unit_test(a_scale_is_pinned),
		cmocka_unit_test(operands_are_columns_or_not),
		cmocka_unit_test(computed_columns_have_values),
		cmocka_unit_test(pictures_have_their_numbers),
		cmocka_unit_test(each_part_has_its_own_number),
		cmocka_unit_test(a_limit_that_was_reached_is_noted),
		cmocka_unit_test(the_collection_s_example_of_data),
		cmocka_unit_test(the_other_examples),
		cmocka_unit_test(a_frame_speaks_for_what_it_names),
		cmocka_unit_test(a_bad_answer_harms_nothing),
		cmocka_unit_test(odd_but_harmless_answers),
		cmocka_unit_test(blank_columns_are_reported),
		cmocka_unit_test(rows_have_keys),
		cmocka_unit_test(columns_come_in_any_order),
		cmocka_unit_test(a_key_asked_for_alone_is_the_same),
		cmocka_unit_test(states_are_counted),
		cmocka_unit_test(agents_are_listed),
		cmocka_unit_test(the_longest_are_listed),
		cmocka_unit_test(states_are_read_however_they_are_written),
		cmocka_unit_test(messages_of_many_shapes),
		cmocka_unit_test(services_are_filtered_here_where_they_cannot_be_listed),
		cmocka_unit_test(a_row_of_totals_comes_from_the_server),
		cmocka_unit_test(limits_go_by_state_and_reason),
		cmocka_unit_test(availability_that_fails_keeps_the_last),
		cmocka_unit_test(services_that_cannot_be_listed_are_said),
		cmocka_unit_test(services_that_are_too_many_are_counted),
		cmocka_unit_test(availability_in_words),
		cmocka_unit_test(what_comes_beside_the_subscription_has_its_own_age),
		cmocka_unit_test(names_go_back_as_they_came),
		cmocka_unit_test(what_is_no_set_is_nobody_s),
		cmocka_unit_test(services_stand_in_the_catalogue_s_order),
		cmocka_unit_test(what_was_missed_is_said_in_its_place),
		cmocka_unit_test(confirmed_data_are_young_again),
		cmocka_unit_test(rows_have_a_cap),
		cmocka_unit_test(services_have_a_cap),
		cmocka_unit_test(cells_that_are_not_there_never_came),
		cmocka_unit_test(a_new_layout_adopts_what_stayed_the_same),
		cmocka_unit_test(the_same_answer_again_allocates_nothing),
	};
	text_locale();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
