/*
 * What follows from an alert: words in the log and for the screen, the bell, commands with their environment, how many
 * of them run and wait, and what is said of those that fail. The commands are real ones; the time is the test's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alert/alert_actions.h"
#include "base/log.h"
#include "board/decode.h"
#include "layout/layout.h"

enum { WALL_OFFSET = 1000 * 1000, ROWS = 60 };

struct place {
	char path[64], log[80];
	struct layout *layout;
	struct catalogue teams, services;
	struct request request;
	struct board *board;
	struct link link;
	struct alert_actions actions;
	int64_t now_ms;
	char notice[ERROR_TEXT];
	unsigned notices, events, unknown, sent;
	bool sends_fail;
};

static struct board_view view_of(void *context)
{
	struct place *place = context;
	return (struct board_view){ .board = place->board, .link = &place->link, .now_ms = place->now_ms,
		.wall_ms = place->now_ms + WALL_OFFSET };
}

static void on_changed(void *context, const char *notice)
{
	struct place *place = context;
	if (notice == NULL)
		return;
	place->notices++;
	snprintf(place->notice, sizeof(place->notice), "%s", notice);
}

static void on_event(void *context, const struct alert_event *event)
{
	struct place *place = context;
	(void)event;
	place->events++;
}

static void on_unknown(void *context, const struct alert_unknown *about)
{
	struct place *place = context;
	(void)about;
	place->unknown++;
}

static bool on_send(void *context, const struct alert_event *event, struct error *error)
{
	struct place *place = context;
	assert_int_equal(event->kind, ALERT_FIRED);
	place->sent++;
	return !place->sends_fail || error_set(error, "the message was not sent");
}

static int open_place(void **state)
{
	static struct place place;
	struct error error;
	place = (struct place){ .path = "/tmp/cxwall-actions-XXXXXX", .now_ms = 100 * 1000 };
	if (mkdtemp(place.path) == NULL)
		return -1;
	snprintf(place.log, sizeof(place.log), "%s/log", place.path);
	*state = &place;
	return log_open(place.log, &error) ? 0 : -1;
}

/* %s in the rules is the folder. */
static void begin(struct place *place, const char *rules, bool commands)
{
	char text[4096], own[3000] = "";
	struct error error = { "" };
	for (const char *at = rules; *at != '\0'; at++)
		snprintf(own + strlen(own), sizeof(own) - strlen(own), "%.*s", *at == '@' ? 100 : 1, *at == '@' ? place->path : at);
	snprintf(text, sizeof(text), "alerts = ( %s )\npages = ( { rows = ( { panels = ("
		" { name = \"now\" type = \"totals\" tiles = ( \"in_calls_waiting\", \"agents_ready\" ) },"
		" { name = \"queues\" type = \"service_grid\" columns = ( \"name\", \"in_calls_waiting\" ) } ) } ) } )", own);
	place->layout = layout_parse("test", "test.conf", text, &error);
	if (place->layout == NULL)
		fail_msg("%s", error.text);
	catalogue_init(&place->teams);
	catalogue_init(&place->services);
	request_init(&place->request);
	request_plan(&place->request, place->layout, &place->teams, &place->services, "t");
	place->board = board_new(place->layout);
	place->link = (struct link){ .state = LINK_LIVE, .interval = 5 };
	place->actions = (struct alert_actions){ .loop = ev_default_loop(EVFLAG_AUTO), .view = view_of, .event = on_event,
		.unknown = on_unknown, .send = on_send, .changed = on_changed, .context = place, .speed = 1 };
	alert_actions_start(&place->actions, place->layout, commands);
}

static void end(struct place *place)
{
	alert_actions_stop(&place->actions);
	board_free(place->board);
	request_free(&place->request);
	catalogue_free(&place->teams);
	catalogue_free(&place->services);
	layout_free(place->layout);
}

static int close_place(void **state)
{
	struct place *place = *state;
	char path[400];
	end(place);
	DIR *listing = opendir(place->path);
	struct dirent *entry;
	while ((entry = readdir(listing)) != NULL) {
		snprintf(path, sizeof(path), "%s/%s", place->path, entry->d_name);
		unlink(path);
	}
	closedir(listing);
	return rmdir(place->path);
}

static void answer(struct place *place, int seconds, const char *json)
{
	struct error error = { "" };
	place->now_ms += seconds * 1000LL;
	place->link.accepted_ms = place->now_ms;
	struct frame frame = { .kind = FRAME_DATA, .subject = "", .received_ms = place->now_ms,
		.wall_ms = place->now_ms + WALL_OFFSET, .bytes = json, .length = strlen(json), .request = &place->request };
	struct board_view view = view_of(place);
	alert_actions_before(&place->actions, &view);
	if (!decode_frame(place->board, &frame, NULL, &error))
		fail_msg("%s", error.text);
	view = view_of(place);
	alert_actions_frame(&place->actions, &view);
}

static void waiting(struct place *place, int seconds, const char *calls, const char *ready)
{
	char json[200];
	snprintf(json, sizeof(json), "{\"t/now\":{\"stats_totals\":{\"in_calls_waiting\":\"%s\",\"agents_ready\":\"%s\"}}}",
		calls, ready);
	answer(place, seconds, json);
}

/* So many rows, each with this number. */
static void rows(struct place *place, unsigned count, const char *calls)
{
	static char json[ROWS * 64 + 100];
	snprintf(json, sizeof(json), "{\"t/queues\":{\"service_grids\":[{\"id\":\"grid\",\"values\":[");
	for (unsigned i = 0; i < count; i++)
		snprintf(json + strlen(json), sizeof(json) - strlen(json), "%s{\"1\":\"row %u\",\"2\":\"%s\"}", i > 0 ? "," : "", i,
			calls);
	snprintf(json + strlen(json), sizeof(json) - strlen(json), "]}]}}");
	answer(place, 5, json);
}

static void run_all(struct place *place)
{
	while (place->actions.commands != NULL)
		ev_run(place->actions.loop, EVRUN_ONCE);
}

static char *read_text(const char *path)
{
	static char bytes[65536];
	FILE *file = fopen(path, "r");
	bytes[0] = '\0';
	if (file == NULL)
		return bytes;
	bytes[fread(bytes, 1, sizeof(bytes) - 1, file)] = '\0';
	fclose(file);
	return bytes;
}

static char *read_file(const struct place *place, const char *name)
{
	char path[100];
	snprintf(path, sizeof(path), "%s/%s", place->path, name);
	return read_text(path);
}

static bool logged(const struct place *place, const char *text)
{
	return strstr(read_text(place->log), text) != NULL;
}

static void what_happens_is_said(void **state)
{
	struct place *place = *state;
	begin(place, "{ name = \"long\" when = \"now.in_calls_waiting > 10\" bell = true },"
		" { name = \"few\" when = \"now.agents_ready < 1\" bell = true }", false);
	alert_actions_acknowledge(&place->actions, place->notice);
	assert_string_equal(place->notice, "There is no alert to acknowledge.");
	waiting(place, 0, "11", "5");
	assert_true(logged(place, "alert 'long' fires (11)"));
	assert_int_equal(place->events, 1);
	assert_true(alert_actions_ring_due(&place->actions));
	assert_false(alert_actions_ring_due(&place->actions));
	alert_actions_acknowledge(&place->actions, place->notice);
	assert_string_equal(place->notice, "1 alert acknowledged for 30 minutes");
	waiting(place, 5, "1", "5");
	assert_true(logged(place, "alert 'long' is over (1"));
	assert_false(alert_actions_ring_due(&place->actions));
	alert_actions_mute(&place->actions, place->notice);
	assert_string_equal(place->notice,
		"Bell muted: press the key again to unmute. Commands and text messages still go out.");
	waiting(place, 5, "11", "0");
	assert_false(alert_actions_ring_due(&place->actions));
	alert_actions_mute(&place->actions, place->notice);
	assert_string_equal(place->notice, "Bell on.");
	alert_actions_acknowledge(&place->actions, place->notice);
	assert_string_equal(place->notice, "2 alerts acknowledged for 30 minutes");
	waiting(place, 5, "1", "5");
	waiting(place, 5, "11", "5");
	assert_true(alert_actions_ring_due(&place->actions));
	/* What was moved in time begins anew, in silence. */
	waiting(place, 5, "1", "0");
	alert_actions_reset(&place->actions);
	assert_false(alert_actions_ring_due(&place->actions));
}

static void a_missing_value_is_said(void **state)
{
	struct place *place = *state;
	begin(place, "{ name = \"long\" when = \"now.in_calls_waiting > 10\" }", false);
	for (int i = 0; i < 16; i++)
		waiting(place, i == 0 ? 0 : 5, "", "5");
	assert_int_equal(place->unknown, 1);
	assert_true(logged(place, "alert 'long' has no value: "));
	waiting(place, 5, "1", "5");
	assert_int_equal(place->unknown, 2);
	assert_true(logged(place, "alert 'long' has a value again, after 1:20"));
	/* With a layout that was loaded again, too. */
	alert_actions_set_layout(&place->actions, place->layout);
	for (int i = 0; i < 16; i++)
		waiting(place, 5, "", "5");
	assert_int_equal(place->unknown, 3);
}

/* The values of the event in the environment, and of ours nothing else. */
static void commands_get_the_values(void **state)
{
	struct place *place = *state;
	char wanted[400];
	setenv("CXWALL_SECRET", "hidden", 1);
	begin(place, "{ name = \"long\" when = \"queues[*].in_calls_waiting > 10\" severity = \"warn\""
		" command = [\"/bin/sh\", \"-c\", \"env | grep ^CXWALL | sort > @/$0\", \"fired\"]"
		" clear_command = [\"/bin/sh\", \"-c\", \"env | grep ^CXWALL | sort > @/$0\", \"over\"] }", true);
	rows(place, 1, "11");
	run_all(place);
	snprintf(wanted, sizeof(wanted), "CXWALL_ALERT=long\nCXWALL_ROW=row 0\nCXWALL_SECONDS=0\nCXWALL_SEVERITY=warn\n"
		"CXWALL_STATE=firing\nCXWALL_TIME=%lld\nCXWALL_VALUE=11\nCXWALL_VALUE_TEXT=11\n",
		(long long)(place->now_ms + WALL_OFFSET) / 1000);
	assert_string_equal(read_file(place, "fired"), wanted);
	assert_string_equal(read_file(place, "over"), "");
	rows(place, 1, "3");
	run_all(place);
	snprintf(wanted, sizeof(wanted), "CXWALL_ALERT=long\nCXWALL_ROW=row 0\nCXWALL_SECONDS=5\nCXWALL_SEVERITY=warn\n"
		"CXWALL_STATE=cleared\nCXWALL_TIME=%lld\nCXWALL_VALUE=3\nCXWALL_VALUE_TEXT=3\n",
		(long long)(place->now_ms + WALL_OFFSET) / 1000);
	char *over = read_file(place, "over");
	assert_string_equal(over, wanted);
	assert_string_equal(place->actions.trouble, "");
	assert_int_equal(place->actions.running, 0);
	unsetenv("CXWALL_SECRET");
}

static void no_commands_where_they_are_off(void **state)
{
	struct place *place = *state;
	begin(place, "{ name = \"long\" when = \"now.in_calls_waiting > 10\" command = [\"/bin/sh\", \"-c\", \": > @/ran\"] }", false);
	waiting(place, 0, "11", "5");
	assert_null(place->actions.commands);
}

/* The trouble of an alert ends when a command of the same alert succeeds. */
static void what_fails_is_said(void **state)
{
	static const struct {
		const char *command, *wanted;
	} cases[] = {
		{ "\"/bin/sh\", \"-c\", \"exit 3\"", "alert 'long': /bin/sh failed with status 3" },
		{ "\"/bin/sh\", \"-c\", \"kill -9 $$\"", "alert 'long': /bin/sh was ended by signal 9" },
		{ "\"/nowhere/x\"", "alert 'long': /nowhere/x cannot be run: No such file or directory" },
	};
	struct place *place = *state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char rules[500];
		snprintf(rules, sizeof(rules), "{ name = \"long\" when = \"now.in_calls_waiting > 10\" command = [%s]"
			" clear_command = [\"/bin/sh\", \"-c\", \"true\"] }, { name = \"few\" when = \"now.agents_ready < 1\""
			" command = [\"/bin/sh\", \"-c\", \"true\"] }", cases[i].command);
		if (i > 0)
			end(place);
		begin(place, rules, true);
		place->notice[0] = '\0';
		waiting(place, 5, "11", "5");
		run_all(place);
		assert_string_equal(place->actions.trouble, cases[i].wanted);
		assert_string_equal(place->notice, cases[i].wanted);
		assert_true(logged(place, cases[i].wanted));
		waiting(place, 5, "11", "0");
		run_all(place);
		assert_string_equal(place->actions.trouble, cases[i].wanted);
		waiting(place, 5, "1", "0");
		run_all(place);
		assert_string_equal(place->actions.trouble, "");
		assert_int_equal(place->actions.running, 0);
	}
}

/* Of one alert four run and 32 wait; the first of another one does not wait behind them. */
static void many_commands_take_turns(void **state)
{
	struct place *place = *state;
	begin(place, "{ name = \"rows\" when = \"queues[*].in_calls_waiting > 10\""
		" command = [\"/bin/sh\", \"-c\", \"echo $CXWALL_ROW >> @/ran; read line < @/gate\"] },"
		" { name = \"all\" when = \"now.in_calls_waiting > 10\" command = [\"/bin/sh\", \"-c\", \": > @/other\"] }", true);
	char gate[100];
	snprintf(gate, sizeof(gate), "%s/gate", place->path);
	assert_int_equal(mkfifo(gate, 0600), 0);
	rows(place, 40, "11");
	assert_int_equal(place->events, 40);
	assert_int_equal(place->actions.running, ALERT_COMMANDS_RUNNING_MAX);
	/* 4 run, 32 wait. */
	assert_int_equal(place->notices, 40 - 36);
	assert_string_equal(place->notice, "alert 'rows': more than 32 commands wait: not run");
	assert_true(logged(place, place->notice));
	waiting(place, 5, "11", "5");
	assert_int_equal(place->actions.running, ALERT_COMMANDS_RUNNING_MAX + 1);
	while (place->actions.running > ALERT_COMMANDS_RUNNING_MAX)
		ev_run(place->actions.loop, EVRUN_ONCE);
	/* Each that ends lets another one begin, in their order. */
	FILE *opened = fopen(gate, "r+");
	for (int i = 0; i < 36; i++) {
		fputs("go\n", opened);
		fflush(opened);
	}
	run_all(place);
	fclose(opened);
	unsigned count = 0;
	const char *ran = read_file(place, "ran");
	for (const char *at = ran; (at = strchr(at, '\n')) != NULL; at++)
		count++;
	assert_int_equal(count, 36);
	assert_non_null(strstr(ran, "row 35\n"));
	assert_null(strstr(ran, "row 36\n"));
	assert_string_equal(place->actions.trouble, "");
}

/* What runs at the end is killed, with what it started. */
static void the_end_kills_what_runs(void **state)
{
	struct place *place = *state;
	begin(place, "{ name = \"long\" when = \"now.in_calls_waiting > 10\""
		" command = [\"/bin/sh\", \"-c\", \"sleep 600 & echo $! > @/pid.new; mv @/pid.new @/pid; wait\"] }", true);
	waiting(place, 0, "11", "5");
	while (read_file(place, "pid")[0] == '\0')
		usleep(2000);
	pid_t child = atoi(read_file(place, "pid"));
	assert_int_equal(kill(child, 0), 0);
	alert_actions_stop(&place->actions);
	/* Killed, it may stay a name without a process until somebody reaps it. */
	char path[64], *about;
	snprintf(path, sizeof(path), "/proc/%d/stat", (int)child);
	while ((about = read_text(path))[0] != '\0' && strstr(about, ") Z") == NULL)
		usleep(2000);
	alert_actions_stop(&place->actions);
}

static void messages_go_out_once(void **state)
{
	struct place *place = *state;
	begin(place, "{ name = \"long\" when = \"now.in_calls_waiting > 10\" sms = [\"+15551234567\"] sms_from = \"+15557654321\" }", true);
	place->sends_fail = true;
	alert_actions_mute(&place->actions, place->notice);
	place->notice[0] = '\0';
	waiting(place, 0, "11", "5");
	assert_int_equal(place->sent, 1);
	assert_string_equal(place->notice, "the message was not sent");
	waiting(place, 5, "1", "5");
	assert_int_equal(place->sent, 1);
	place->sends_fail = false;
	place->notice[0] = '\0';
	waiting(place, 5, "11", "5");
	assert_int_equal(place->sent, 2);
	assert_string_equal(place->notice, "");
	place->actions.send = NULL;
	waiting(place, 5, "1", "5");
	waiting(place, 5, "11", "5");
	assert_int_equal(place->sent, 2);
}

/* The engine is visited when something is due, sooner in a replay that is fast. */
static void the_timer_knows_what_is_due(void **state)
{
	struct place *place = *state;
	begin(place, "{ name = \"long\" when = \"now.in_calls_waiting > 10\" for = \"8s\" }", false);
	waiting(place, 0, "1", "5");
	double never = ev_is_active(&place->actions.timer) ? ev_timer_remaining(place->actions.loop, &place->actions.timer) : 3600;
	waiting(place, 5, "11", "5");
	assert_true(ev_is_active(&place->actions.timer));
	double due = ev_timer_remaining(place->actions.loop, &place->actions.timer);
	assert_true(due < never && due > 7 && due < 8.1);
	place->actions.speed = 1000;
	alert_actions_now(&place->actions);
	assert_int_equal(place->events, 0);
	place->now_ms += 8 * 1000;
	for (int i = 0; i < 1000 && place->events == 0; i++)
		ev_run(place->actions.loop, EVRUN_ONCE);
	assert_int_equal(place->events, 1);
	place->actions.speed = 0;
	alert_actions_now(&place->actions);
	assert_false(ev_is_active(&place->actions.timer));
	/* Nothing is visited once it was stopped. */
	place->actions.speed = 1;
	waiting(place, 1, "1", "5");
	waiting(place, 1, "11", "5");
	assert_true(ev_is_active(&place->actions.timer));
	alert_actions_stop(&place->actions);
	assert_false(ev_is_active(&place->actions.timer));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_place, close_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_happens_is_said), TEST(a_missing_value_is_said), TEST(commands_get_the_values),
		TEST(no_commands_where_they_are_off), TEST(what_fails_is_said), TEST(many_commands_take_turns),
		TEST(the_end_kills_what_runs), TEST(messages_go_out_once), TEST(the_timer_knows_what_is_due),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
