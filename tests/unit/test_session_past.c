/* The past of a demo: what is asked, the last hour first, and what becomes of each answer. The server is the test's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
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
	unsigned minutes, seconds, count, step, asked;
	bool services_only;
	void (*answer)(void *context, int status, const char *bytes, size_t length, const struct error *error);
	void *context;
	char log[32];
} bench;

/* 20 minutes past eleven, and half a minute. */
static const int64_t now_ms = 5000LL * HISTORY_SLOT_MS + 30 * 1000;
static const unsigned today = 11 * 60 + 19;

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
	int length = 0;
	assert_null(live);
	assert_int_equal(sscanf(path, "/cxsim/past?minutes=%u&seconds=%u&count=%u&step=%u%n", &bench.minutes, &bench.seconds,
		&bench.count, &bench.step, &length), 4);
	bench.services_only = strcmp(path + length, "&only=services") == 0;
	assert_true(bench.services_only || path[length] == '\0');
	/* The last second of each minute. */
	assert_int_equal(bench.seconds, 31);
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

/* The answer to what is asked, a line for each: the minutes themselves are the number. */
static void answer(void)
{
	static char bytes[64 * 1024];
	size_t used = 0;
	for (unsigned line = 0; line < bench.count; line++) {
		used += (size_t)snprintf(bytes + used, sizeof(bytes) - used, "{");
		for (unsigned i = 0; i < bench.request.set_count; i++)
			used += (size_t)snprintf(bytes + used, sizeof(bytes) - used,
				"%s\"%s\":{\"stats_totals\":{\"in_calls_waiting\":\"%u\"}}", i > 0 ? "," : "",
				bench.request.sets[i].app_id, bench.minutes - line * bench.step);
		used += (size_t)snprintf(bytes + used, sizeof(bytes) - used, "}\n");
	}
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

static void asks(unsigned minutes, unsigned until, unsigned step, bool services_only)
{
	while (true) {
		assert_int_equal(bench.done, 0);
		assert_int_equal(bench.minutes, minutes);
		assert_int_equal(bench.step, step);
		assert_int_equal(bench.services_only, services_only);
		unsigned last = minutes - (bench.count - 1) * step;
		assert_true(bench.count > 0 && last >= until);
		bench.session.dirty = false;
		answer();
		if (last < until + step)
			break;
		/* Drawn when all of it is there. */
		assert_false(bench.session.dirty);
		minutes = last - step;
	}
	assert_true(bench.session.dirty);
}

/* An hour, but for the minute that runs, then today, then yesterday; once. */
static void two_days_are_asked(void **state)
{
	float means[HISTORY_SLOTS];
	(void)state;
	begin(0);
	asks(HISTORY_SLOTS - 1, 0, 1, false);
	assert_true(history_read(bench.session.history, &bench.layout->panels[0], 0, now_ms, 1, HISTORY_SLOTS, means));
	for (unsigned i = 0; i < HISTORY_SLOTS - 1; i++)
		assert_true(means[i] == (float)(HISTORY_SLOTS - 2 - i));
	assert_true(isnan(means[HISTORY_SLOTS - 1]));
	asks(today, HISTORY_SLOTS, 1, true);
	past_begin(&bench.past);
	asks(48 * 60 - 1, today + 1, 1, true);
	unsigned asked = bench.asked;
	over(asked);
	past_begin(&bench.past);
	assert_int_equal(bench.asked, asked);
	logged("the past: 2880 answers in 0 ms");
}

static void a_chart_has_its_day(void **state)
{
	enum { DAY = 1440 };
	float means[DAY];
	(void)state;
	begin(DAY);
	while (bench.done == 0)
		answer();
	assert_true(history_read(bench.session.history, &bench.layout->panels[1], 0, now_ms, 1, DAY, means));
	for (unsigned i = 0; i < DAY - 1; i++)
		assert_true(means[i] == (float)(DAY - 2 - i));
}

static void what_goes_wrong_ends_it(void **state)
{
	static const struct { int status; const char *bytes, *words, *logged; } bad[] = {
		{ 200, "nonsense\n", "", "the past: " }, { 200, "{}", "", "not complete" }, { 404, "", "no such call", "the past: no such call" },
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
	bench.past.begun_ms = 0;
	past_begin(&bench.past);
	assert_int_equal(bench.asked, 1);
	assert_int_equal(bench.past.begun_ms, 0);
}

int main(void)
{
	setenv("TZ", "UTC0", 1);
	tzset();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(two_days_are_asked, end),
		cmocka_unit_test_teardown(a_chart_has_its_day, end),
		cmocka_unit_test_teardown(what_goes_wrong_ends_it, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
