/* The past of a demo: what is asked, minute by minute, and what becomes of each answer. The server is the test's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "session/past.h"

#define TILES "pages = ( { rows = ( { panels = ( { name = \"now\" type = \"totals\" tiles = ( \"in_calls_waiting\" ) }%s ) } ) } )"
#define CHART ", { name = \"long\" type = \"chart\" span = \"%dm\" series = ( \"in_calls_waiting\" ) }"

static const struct error none = { "" };

static struct {
	struct feed feed; /* first: its address is the session's feed */
	struct feed_ops ops;
	struct request request;
	struct layout *layout;
	struct session session;
	struct past past;
	unsigned done;
	/* What is asked for now. */
	unsigned minutes, asked;
	void (*answer)(void *context, int status, const char *bytes, size_t length, const struct error *error);
	void *context;
	char log[32];
} bench;

static const int64_t now_ms = 5000LL * HISTORY_SLOT_MS;

int64_t clock_boot_ms(void)
{
	return now_ms;
}

int64_t clock_wall_ms(void)
{
	return now_ms;
}

void clock_zone_look(void)
{
}

void live_fetch(struct live *live, const char *path,
	void (*done)(void *context, int status, const char *bytes, size_t length, const struct error *error), void *context)
{
	static const char asks[] = "/cxsim/past?minutes=";
	assert_null(live);
	assert_memory_equal(path, asks, strlen(asks));
	bench.minutes = (unsigned)strtoul(path + strlen(asks), NULL, 10);
	bench.asked++;
	bench.answer = done;
	bench.context = context;
}

static const struct request *feed_request(const struct feed *feed)
{
	(void)feed;
	return &bench.request;
}

static void on_done(void *context)
{
	assert_ptr_equal(context, &bench);
	bench.done++;
}

/* With a chart of so many minutes; 0: without. */
static void begin(int chart)
{
	struct catalogue unknown = { .known = false };
	struct error error = { "" };
	char text[400], more[200] = "";
	memset(&bench, 0, sizeof(bench));
	snprintf(bench.log, sizeof(bench.log), "/tmp/cxwall-past-XXXXXX");
	close(mkstemp(bench.log));
	assert_true(log_open(bench.log, &error));
	if (chart > 0)
		snprintf(more, sizeof(more), CHART, chart);
	snprintf(text, sizeof(text), TILES, more);
	bench.layout = layout_parse("test", "test", text, &error);
	if (bench.layout == NULL)
		fail_msg("%s", error.text);
	request_init(&bench.request);
	request_plan(&bench.request, bench.layout, &unknown, &unknown, "t");
	bench.ops.request = feed_request;
	bench.feed.ops = &bench.ops;
	bench.session.layout = bench.layout;
	bench.session.feed = &bench.feed;
	bench.session.board = board_new(bench.layout);
	bench.session.history = history_new(bench.layout);
	bench.past = (struct past){ .session = &bench.session, .done = on_done, .context = &bench };
	past_begin(&bench.past);
}

static int end(void **state)
{
	(void)state;
	past_stop(&bench.past);
	board_free(bench.session.board);
	history_free(bench.session.history);
	request_free(&bench.request);
	layout_free(bench.layout);
	log_close();
	unlink(bench.log);
	return 0;
}

/* The answer to what is asked: the minutes themselves are the number. */
static void answer(void)
{
	char bytes[500];
	size_t used = (size_t)snprintf(bytes, sizeof(bytes), "{");
	for (unsigned i = 0; i < bench.request.set_count; i++)
		used += (size_t)snprintf(bytes + used, sizeof(bytes) - used, "%s\"%s\":{\"stats_totals\":{\"in_calls_waiting\":\"%u\"}}",
			i > 0 ? "," : "", bench.request.sets[i].app_id, bench.minutes);
	used += (size_t)snprintf(bytes + used, sizeof(bytes) - used, "}");
	bench.answer(bench.context, 200, bytes, used, &none);
}

static void answer_other(int status, const char *bytes, const char *words)
{
	struct error error;
	snprintf(error.text, sizeof(error.text), "%s", words);
	bench.answer(bench.context, status, bytes, strlen(bytes), &error);
}

static void logged(const char *wanted)
{
	char text[2000];
	FILE *file = fopen(bench.log, "r");
	assert_non_null(file);
	size_t length = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[length] = '\0';
	if (wanted[0] == '\0')
		assert_string_equal(text, "");
	else if (strstr(text, wanted) == NULL)
		fail_msg("'%s' lacks '%s'", text, wanted);
}

static void over(unsigned asked)
{
	assert_int_equal(bench.asked, asked);
	assert_int_equal(bench.done, 1);
	assert_null(bench.past.board);
	assert_true(bench.session.dirty);
	assert_true(bench.session.board->generation > 0);
}

/* An hour, but for the minute that runs; once. */
static void an_hour_is_asked(void **state)
{
	float means[HISTORY_SLOTS];
	(void)state;
	begin(0);
	for (unsigned minutes = HISTORY_SLOTS - 1; minutes > 0; minutes--) {
		assert_int_equal(bench.minutes, minutes);
		assert_int_equal(bench.done, 0);
		past_begin(&bench.past);
		answer();
	}
	over(HISTORY_SLOTS - 1);
	assert_true(history_read(bench.session.history, &bench.layout->panels[0], 0, now_ms, 1, HISTORY_SLOTS, means));
	for (unsigned i = 0; i < HISTORY_SLOTS - 1; i++)
		assert_true(means[i] == (float)(HISTORY_SLOTS - 1 - i));
	assert_true(isnan(means[HISTORY_SLOTS - 1]));
	past_begin(&bench.past);
	assert_int_equal(bench.asked, HISTORY_SLOTS - 1);
	logged("");
}

/* The hour is shown before what is longer ago is asked; where the simulation had not begun, it is looked for later. */
static void a_chart_asks_for_more(void **state)
{
	(void)state;
	begin(90);
	for (unsigned minutes = HISTORY_SLOTS - 1; minutes > 0; minutes--)
		answer();
	assert_true(bench.session.dirty);
	assert_int_equal(bench.done, 0);
	assert_int_equal(bench.minutes, 89);
	answer_other(404, "", "not begun");
	assert_int_equal(bench.minutes, 74);
	answer();
	assert_int_equal(bench.minutes, 73);
	while (bench.done == 0)
		answer();
	assert_int_equal(bench.minutes, HISTORY_SLOTS);
	over(HISTORY_SLOTS - 1 + 1 + 15);
	logged("");
	(void)end(NULL);
	/* None of it was simulated. */
	begin(90);
	for (unsigned minutes = HISTORY_SLOTS - 1; minutes > 0; minutes--)
		answer();
	answer_other(404, "", "not begun");
	answer_other(404, "", "not begun");
	over(HISTORY_SLOTS - 1 + 2);
	(void)end(NULL);
	/* An hour has no more. */
	begin(HISTORY_SLOTS);
	while (bench.done == 0)
		answer();
	over(HISTORY_SLOTS - 1);
}

static void what_goes_wrong_ends_it(void **state)
{
	static const struct { int status; const char *bytes, *words, *logged; } bad[] = {
		{ 200, "nonsense", "", "the past: " }, { 404, "", "no such call", "the past: no such call" },
		{ 0, "", "no answer", "the past: no answer" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		begin(90);
		answer();
		answer_other(bad[i].status, bad[i].bytes, bad[i].words);
		over(2);
		logged(bad[i].logged);
		(void)end(NULL);
	}
	/* An answer that comes after the end is nobody's. */
	begin(0);
	past_stop(&bench.past);
	answer();
	assert_int_equal(bench.done, 0);
	assert_false(bench.session.dirty);
	(void)end(NULL);
	/* At the program's end nothing more is asked. */
	begin(0);
	bench.session.ending = true;
	answer();
	over(1);
	bench.past.begun = false;
	past_begin(&bench.past);
	assert_int_equal(bench.asked, 1);
	assert_false(bench.past.begun);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(an_hour_is_asked, end),
		cmocka_unit_test_teardown(a_chart_asks_for_more, end),
		cmocka_unit_test_teardown(what_goes_wrong_ends_it, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
