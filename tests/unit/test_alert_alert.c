/* The alert engine: its times, its rows, what is unknown; and random series, against what must hold of any. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "alert/alert.h"
#include "alert/condition.h"
#include "base/text.h"
#include "board/decode.h"
#include "layout/expression.h"

enum { EVENTS_MAX = 4096, WALL_OFFSET = 1000 * 1000, INTERVAL = 5, STALE_SECONDS = 10 };

struct seen_event {
	enum alert_kind kind;
	char name[64], row[64];
	int64_t at_ms, lasted_ms;
	bool loud;
};

struct desk {
	struct layout *layout;
	struct catalogue teams, services;
	struct request request;
	struct board *board;
	struct link link;
	struct alerts *alerts;
	struct seen_event events[EVENTS_MAX];
	unsigned count;
};

/* The last ones that had no value. */
enum { TOLD_MAX = 8 };
static struct alert_unknown told[TOLD_MAX];
static unsigned told_count;

static void note_unknown(void *context, const struct alert_unknown *about)
{
	(void)context;
	told[told_count++ % TOLD_MAX] = *about;
}

static void note(void *context, const struct alert_event *event)
{
	struct desk *desk = context;
	assert_true(desk->count < EVENTS_MAX);
	struct seen_event *seen = &desk->events[desk->count++];
	*seen = (struct seen_event){ .kind = event->kind, .at_ms = event->at_ms, .lasted_ms = event->lasted_ms,
		.loud = event->loud };
	snprintf(seen->name, sizeof(seen->name), "%s", event->state->rule->name);
	snprintf(seen->row, sizeof(seen->row), "%.63s", event->state->row);
	assert_int_equal(event->wall_ms, event->at_ms + WALL_OFFSET);
}

static const char panels[] = "pages = ( { rows = ( { panels = ("
	" { name = \"now\" type = \"totals\" tiles = ( \"in_calls_waiting\", \"service_level\" ) },"
	" { name = \"queues\" type = \"service_grid\" columns = ( \"name\", \"in_calls_waiting\" ) },"
	" { name = \"agents\" type = \"agent_grid\" columns = ( \"first_last_name\", \"state_duration\" ) } ) } ) } )\n";

static void open_desk(struct desk *desk, const char *rules)
{
	char text[4096];
	struct error error = { "" };
	memset(desk, 0, sizeof(*desk));
	snprintf(text, sizeof(text), "alerts = ( %s )\n%s", rules, panels);
	desk->layout = layout_parse("test", "test.conf", text, &error);
	if (desk->layout == NULL)
		fail_msg("%s", error.text);
	catalogue_init(&desk->teams);
	catalogue_init(&desk->services);
	request_init(&desk->request);
	request_plan(&desk->request, desk->layout, &desk->teams, &desk->services, "t");
	desk->board = board_new(desk->layout);
	desk->link = (struct link){ .state = LINK_LIVE, .interval = INTERVAL };
	desk->alerts = alerts_new(desk->layout, (struct alerts_sink){ .event = note, .unknown = note_unknown, .context = desk });
}

static void close_desk(struct desk *desk)
{
	alerts_free(desk->alerts);
	board_free(desk->board);
	request_free(&desk->request);
	catalogue_free(&desk->teams);
	catalogue_free(&desk->services);
	layout_free(desk->layout);
}

static struct board_view moment_at(const struct desk *desk, int64_t ms)
{
	return (struct board_view){ .board = desk->board, .link = &desk->link, .now_ms = ms, .wall_ms = ms + WALL_OFFSET };
}

static void until(struct desk *desk, int seconds)
{
	struct board_view view = moment_at(desk, seconds * 1000LL);
	alerts_until(desk->alerts, &view);
}

static void answer(struct desk *desk, int seconds, const char *json)
{
	struct error error = { "" };
	struct frame frame = { .kind = FRAME_DATA, .subject = "", .received_ms = seconds * 1000LL,
		.wall_ms = seconds * 1000LL + WALL_OFFSET, .bytes = json, .length = strlen(json), .request = &desk->request };
	struct board_view view = moment_at(desk, seconds * 1000LL);
	alerts_before(desk->alerts, &view);
	if (!decode_frame(desk->board, &frame, NULL, &error))
		fail_msg("%s", error.text);
	alerts_frame(desk->alerts, &view);
}

/* waiting NULL: blank. */
static void waiting(struct desk *desk, int seconds, const char *value)
{
	char json[200];
	snprintf(json, sizeof(json), "{\"t/now\":{\"stats_totals\":{\"in_calls_waiting\":\"%s\"}}}", value);
	answer(desk, seconds, json);
}

static void expect(const struct desk *desk, unsigned index, enum alert_kind kind, int seconds)
{
	if (index >= desk->count)
		fail_msg("event %u did not come", index);
	assert_int_equal(desk->events[index].kind, kind);
	assert_int_equal(desk->events[index].at_ms, seconds * 1000LL);
}

static void times(void **state)
{
	struct desk desk;
	(void)state;
	open_desk(&desk, "{ name = \"long\" when = \"now.in_calls_waiting > 10\" for = \"30s\""
		" clear = \"now.in_calls_waiting < 6\" after = \"1m\" }");
	for (int t = 100; t < 128; t += 5)
		waiting(&desk, t, "11");
	until(&desk, 129);
	assert_int_equal(desk.count, 0);
	until(&desk, 134);
	/* Looked at late, it fired when it was due. */
	expect(&desk, 0, ALERT_FIRED, 130);
	waiting(&desk, 135, "8");
	for (int t = 140; t < 199; t += 5)
		waiting(&desk, t, "5");
	until(&desk, 199);
	assert_int_equal(desk.count, 1);
	waiting(&desk, 200, "5");
	expect(&desk, 1, ALERT_CLEARED, 200);
	assert_int_equal(desk.events[1].lasted_ms, 70000);
	assert_int_equal(desk.count, 2);
	assert_null(alerts_firing(desk.alerts, 0));
	close_desk(&desk);
}

/* Above and below the limit at each answer: one firing, one clearing. */
static void flapping(void **state)
{
	struct desk desk;
	(void)state;
	open_desk(&desk, "{ name = \"long\" when = \"now.in_calls_waiting > 10\" clear = \"now.in_calls_waiting < 6\""
		" after = \"20s\" }");
	for (int t = 100; t < 400; t += 5)
		waiting(&desk, t, t % 10 == 0 ? "11" : "3");
	for (int t = 400; t < 440; t += 5)
		waiting(&desk, t, "3");
	assert_int_equal(desk.count, 2);
	expect(&desk, 0, ALERT_FIRED, 100);
	expect(&desk, 1, ALERT_CLEARED, 415);
	close_desk(&desk);
}

/* Where both hold, it goes on firing. */
static void overlap(void **state)
{
	struct desk desk;
	(void)state;
	open_desk(&desk, "{ name = \"long\" when = \"now.in_calls_waiting > 5\" clear = \"now.in_calls_waiting < 10\" }");
	for (int t = 100; t < 200; t += 5)
		waiting(&desk, t, "7");
	assert_int_equal(desk.count, 1);
	waiting(&desk, 200, "5");
	expect(&desk, 1, ALERT_CLEARED, 200);
	close_desk(&desk);
}

static void cooldown(void **state)
{
	struct desk desk;
	(void)state;
	open_desk(&desk, "{ name = \"long\" when = \"now.in_calls_waiting > 10\" cooldown = \"1m\" }");
	waiting(&desk, 100, "11");
	waiting(&desk, 105, "1");
	for (int t = 110; t <= 165; t += 5)
		waiting(&desk, t, "11");
	assert_int_equal(desk.count, 3);
	expect(&desk, 1, ALERT_CLEARED, 105);
	expect(&desk, 2, ALERT_FIRED, 165);
	close_desk(&desk);
}

/* Blank, missing and stale values never fire, never clear, and restart both times. */
static void unknown(void **state)
{
	struct desk desk;
	(void)state;
	open_desk(&desk, "{ name = \"long\" when = \"now.in_calls_waiting > 10\" for = \"16s\" after = \"12s\" }");
	waiting(&desk, 100, "11");
	waiting(&desk, 105, "");
	waiting(&desk, 110, "11");
	waiting(&desk, 115, "11");
	until(&desk, 121);
	assert_int_equal(desk.count, 0);
	/* Stale after ten seconds: the next answer begins anew. */
	waiting(&desk, 126, "11");
	waiting(&desk, 131, "11");
	waiting(&desk, 136, "11");
	until(&desk, 141);
	assert_int_equal(desk.count, 0);
	until(&desk, 142);
	expect(&desk, 0, ALERT_FIRED, 142);
	waiting(&desk, 145, "1");
	waiting(&desk, 150, "");
	waiting(&desk, 155, "1");
	until(&desk, 166);
	waiting(&desk, 168, "1");
	waiting(&desk, 175, "1");
	assert_int_equal(desk.count, 1);
	waiting(&desk, 180, "1");
	expect(&desk, 1, ALERT_CLEARED, 180);
	close_desk(&desk);
}

static void never_by_age_alone(void **state)
{
	struct desk desk;
	(void)state;
	open_desk(&desk, "{ name = \"slow\" when = \"agents[*].state_duration > 10s\" }");
	answer(&desk, 100, "{\"t/agents\":{\"agent_grids\":[{\"id\":\"grid\",\"values\":["
		"{\"1\":\"Ann\",\"2\":\"9\",\"3\":\"ann\"}]}]}}");
	until(&desk, 105);
	until(&desk, 500);
	/* On the screen it ticks past the limit; nobody said that it did. */
	assert_int_equal(desk.count, 0);
	close_desk(&desk);
}

static void rows(void **state)
{
	struct desk desk;
	(void)state;
	open_desk(&desk, "{ name = \"slow\" when = \"agents[*].state_duration > 10s\" after = \"3s\" }");
	static const char both[] = "{\"t/agents\":{\"agent_grids\":[{\"id\":\"grid\",\"values\":["
		"{\"1\":\"Ann\",\"2\":\"11\",\"3\":\"ann\"},{\"1\":\"Bob\",\"2\":\"12\",\"3\":\"bob\"},"
		"{\"1\":\"Cid\",\"2\":\"1\",\"3\":\"cid\"}]}]}}";
	static const char without_bob[] = "{\"t/agents\":{\"agent_grids\":[{\"id\":\"grid\",\"values\":["
		"{\"1\":\"Cid\",\"2\":\"1\",\"3\":\"cid\"},{\"1\":\"Ann\",\"2\":\"15\",\"3\":\"ann\"}]}]}}";
	static const char nobody[] = "{\"t/agents\":{\"agent_grids\":[{\"id\":\"grid\",\"values\":[]}]}}";
	answer(&desk, 100, both);
	assert_int_equal(desk.count, 2);
	assert_string_equal(desk.events[0].row, "Ann");
	assert_string_equal(desk.events[1].row, "Bob");
	answer(&desk, 105, without_bob);
	until(&desk, 108);
	assert_int_equal(desk.count, 3);
	expect(&desk, 2, ALERT_CLEARED, 108);
	assert_string_equal(desk.events[2].row, "Bob");
	/* An empty grid says nothing of anybody: it may be a missing privilege. */
	answer(&desk, 110, nobody);
	until(&desk, 200);
	assert_int_equal(desk.count, 3);
	assert_string_equal(alerts_firing(desk.alerts, 0)->row, "Ann");
	assert_string_equal(alerts_firing(desk.alerts, 0)->value, "15");
	close_desk(&desk);
}

static void acknowledged(void **state)
{
	struct desk desk;
	int64_t since;
	(void)state;
	open_desk(&desk, "{ name = \"long\" when = \"now.in_calls_waiting > 10\" severity = \"warn\" }");
	waiting(&desk, 100, "11");
	const struct panel *now = layout_panel(desk.layout, "now");
	assert_int_equal(alerts_panel(desk.alerts, now, &since), SEVERITY_WARN);
	assert_int_equal(since, 100000);
	assert_int_equal(alerts_acknowledge(desk.alerts, 101000), 1);
	assert_int_equal(alerts_acknowledge(desk.alerts, 102000), 0);
	assert_int_equal(alerts_panel(desk.alerts, now, &since), SEVERITY_NONE);
	assert_int_equal(since, 0);
	assert_int_equal(alerts_panel(desk.alerts, layout_panel(desk.layout, "queues"), NULL), SEVERITY_NONE);
	until(&desk, 101 + 30 * 60 - 1);
	assert_int_equal(desk.count, 1);
	until(&desk, 101 + 30 * 60 + 5);
	expect(&desk, 1, ALERT_REMINDED, 101 + 30 * 60);
	close_desk(&desk);
}

/* One is acknowledged, and comes back, without the others. */
static void acknowledged_alone(void **state)
{
	struct desk desk;
	(void)state;
	open_desk(&desk, "{ name = \"long\" when = \"now.in_calls_waiting > 10\" }, { name = \"longer\" when = \"now.in_calls_waiting > 10\" }");
	waiting(&desk, 100, "11");
	const struct alert_state *first = alerts_firing(desk.alerts, 0), *second = alerts_firing(desk.alerts, 1);
	assert_ptr_equal(alerts_find(desk.alerts, "long", text_hash(first->key), 100000), first);
	assert_null(alerts_find(desk.alerts, "long", text_hash(first->key), 100001));
	assert_null(alerts_find(desk.alerts, "long", text_hash(first->key) + 1, 100000));
	assert_null(alerts_find(desk.alerts, "shorter", text_hash(first->key), 100000));
	assert_ptr_equal(alerts_acknowledge_one(desk.alerts, "long", text_hash(first->key), 100000, 700000), first);
	assert_int_equal(first->acknowledged_until_ms, 700000);
	assert_int_equal(second->acknowledged_until_ms, 0);
	assert_int_equal(alerts_panel(desk.alerts, layout_panel(desk.layout, "now"), NULL), SEVERITY_ALERT);
	until(&desk, 705);
	expect(&desk, 2, ALERT_REMINDED, 700);
	assert_int_equal(desk.count, 3);
	assert_string_equal(desk.events[2].name, "long");
	/* Taken back it is as before; what is over cannot be acknowledged. */
	(void)alerts_acknowledge_one(desk.alerts, "long", text_hash(first->key), 100000, 900000);
	(void)alerts_acknowledge_one(desk.alerts, "long", text_hash(first->key), 100000, 0);
	until(&desk, 950);
	assert_int_equal(desk.count, 3);
	waiting(&desk, 960, "1");
	assert_null(alerts_acknowledge_one(desk.alerts, "long", 0, 100000, 990000));
	close_desk(&desk);
}

static void quiet(void **state)
{
	struct desk desk;
	(void)state;
	setenv("TZ", "UTC", 1);
	/* The wall is 1000 s ahead: 00:16:40 at the beginning. */
	open_desk(&desk, "{ name = \"a\" when = \"now.in_calls_waiting > 10\" quiet = \"23:00-00:20\" }");
	waiting(&desk, 10, "11");
	waiting(&desk, 200, "1");
	waiting(&desk, 205, "11");
	assert_int_equal(desk.count, 3);
	assert_false(desk.events[0].loud);
	/* Nobody was told that it began. */
	assert_false(desk.events[1].loud);
	assert_true(desk.events[2].loud);
	close_desk(&desk);
}

/* localtime_r() alone need not look at the variable again. */
static void use_zone(const char *zone)
{
	time_t any = 0;
	setenv("TZ", zone, 1);
	(void)localtime(&any);
}

/* Each second's hour by the clocks of a place; the desk's own clock is 1000 s behind. */
static void quiet_at(struct desk *desk, int utc, bool expected)
{
	unsigned before = desk->count;
	waiting(desk, utc - WALL_OFFSET / 1000, "11");
	assert_int_equal(desk->count, before + 1);
	if (desk->events[before].loud == expected)
		fail_msg("%d is%s quiet", utc, expected ? " not" : "");
	waiting(desk, utc - WALL_OFFSET / 1000 + 1, "1");
}

static void quiet_by_the_clocks(void **state)
{
	enum { SPRING = 1774746000, AUTUMN = 1792890000 }; /* 2026-03-29 and 2026-10-25, 01:00 UTC: the changes in Europe */
	struct desk desk;
	(void)state;
	use_zone("CET-1CEST,M3.5.0,M10.5.0/3");
	open_desk(&desk, "{ name = \"a\" when = \"now.in_calls_waiting > 10\" quiet = \"02:30-03:30\" }");
	quiet_at(&desk, SPRING - 15 * 60, false);     /* 01:45 */
	quiet_at(&desk, SPRING + 15 * 60, true);      /* 03:15, after a half hour that there was not */
	quiet_at(&desk, SPRING + 30 * 60, false);     /* 03:30 */
	quiet_at(&desk, AUTUMN - 45 * 60, false);     /* 02:15 */
	quiet_at(&desk, AUTUMN - 15 * 60, true);      /* 02:45 */
	quiet_at(&desk, AUTUMN + 15 * 60, false);     /* 02:15 again */
	quiet_at(&desk, AUTUMN + 45 * 60, true);      /* 02:45 again */
	quiet_at(&desk, AUTUMN + 90 * 60, false);     /* 03:30 */
	close_desk(&desk);
	open_desk(&desk, "{ name = \"a\" when = \"now.in_calls_waiting > 10\" quiet = \"22:00-06:00\" }");
	quiet_at(&desk, AUTUMN - 301 * 60, false);    /* 21:59 */
	quiet_at(&desk, AUTUMN - 300 * 60, true);     /* 22:00 */
	quiet_at(&desk, AUTUMN - 180 * 60, true);     /* midnight */
	quiet_at(&desk, AUTUMN + 239 * 60, true);     /* 05:59 */
	quiet_at(&desk, AUTUMN + 240 * 60, false);    /* 06:00 */
	close_desk(&desk);
	use_zone("UTC");
}

static void reload(void **state)
{
	struct desk desk;
	(void)state;
	open_desk(&desk, "{ name = \"a\" when = \"now.in_calls_waiting > 10\" },"
		" { name = \"b\" when = \"now.in_calls_waiting > 9\" }");
	waiting(&desk, 100, "11");
	struct alerts *next = alerts_new(desk.layout, (struct alerts_sink){ .event = note, .context = &desk });
	alerts_adopt(next, desk.alerts);
	alerts_free(desk.alerts);
	desk.alerts = next;
	waiting(&desk, 105, "11");
	assert_int_equal(desk.count, 2);
	waiting(&desk, 110, "1");
	assert_int_equal(desk.count, 4);
	assert_int_equal(desk.events[2].lasted_ms, 10000);
	close_desk(&desk);
}

struct bad_row {
	const char *rule, *error;
};

static void mistakes(void **state)
{
	static const struct bad_row bad[] = {
		{ "{ name = \"a\" when = \"now.in_calls_waitin > 1\" }",
			"test.conf:1: alert 'a', when: character 5: panel 'now' has no "
			"'in_calls_waitin' (did you mean 'in_calls_waiting'?)" },
		{ "{ name = \"a\" when = \"now.in_calls_waiting > 1\"\nclear = \"queues[*].in_calls_waiting < 1\" }",
			"test.conf:2: alert 'a', clear: [*] must walk the panel that it walks in 'when'" },
		{ "{ name = \"a\" when = \"now.in_calls_waiting > 1\" for = \"soon\" }", "for" },
		{ "{ name = \"a\" when = \"now.in_calls_waiting > 1\" for = 90000 }", "for must be from 0 to 86400 seconds" },
		{ "{ name = \"a\" when = \"now.in_calls_waiting > 1\" quiet = \"22-6\" }", "quiet must be two different times of one day" },
		{ "{ name = \"a\" when = \"now.in_calls_waiting > 1\" severity = \"none\" }", "unknown severity 'none': one of warn, alert" },
		{ "{ name = \"a\" when = \"now.in_calls_waiting > 1\" severity = \"alrt\" }", "did you mean 'alert'" },
		{ "{ name = \"a\" when = \"now.in_calls_waiting > 1\" command = \"logger\" }", "whole path of a program" },
		{ "{ name = \"a\" when = \"now.in_calls_waiting > 1\" sms = [\"+15551234567\"] }", "sms needs sms_from" },
		{ "{ name = \"a\" when = \"now.in_calls_waiting > 1\" sms = [\"0171 2345678\"] sms_from = \"+15551234567\" }",
			"'0171 2345678' is no telephone number" },
		{ "{ name = \"a\" when = \"now.in_calls_waiting > 1\" sms = [\"+15551234567\"] sms_from = \"CXWALL\" }",
			"'CXWALL' is no telephone number" },
		{ "{ name = \"a\" when = \"now.in_calls_waiting > 1\" }, { name = \"a\" when = \"now.service_level > 1\" }",
			"another alert is called 'a'" },
	};
	(void)state;
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char text[4096];
		struct error error = { "" };
		snprintf(text, sizeof(text), "alerts = ( %s )\n%s", bad[i].rule, panels);
		assert_null(layout_parse("test", "test.conf", text, &error));
		if (strncmp(error.text, "test.conf:", 10) != 0 || strstr(error.text, bad[i].error) == NULL)
			fail_msg("%s: %s", bad[i].rule, error.text);
	}
}

/* ---- random series, second by second, beside a plain account of what was known when ---- */

enum { ROWS = 3, SECONDS = 1500, RUNS = 300, FOR = 12, AFTER = 17, COOLDOWN = 40 };

struct account {
	/* Of each second and row: what `when` (> 10) and `clear` (< 6) say once the second's answer came. */
	enum truth when[SECONDS][ROWS], clear[SECONDS][ROWS];
};

static enum truth truth_of(bool known, bool holds)
{
	return !known ? TRUTH_UNKNOWN : holds ? TRUTH_TRUE : TRUTH_FALSE;
}

static unsigned next_random(unsigned *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

struct series {
	int values[ROWS]; /* -1: blank; -2: the row is not there */
	int came;         /* second of the last answer */
};

static void enter(struct account *account, const struct series *series, int now)
{
	bool fresh = series->came > 0 && now - series->came <= STALE_SECONDS, any = false;
	for (int row = 0; row < ROWS; row++)
		any = any || series->values[row] != -2;
	for (int row = 0; row < ROWS; row++) {
		int value = series->values[row];
		bool gone = fresh && any && value == -2, known = fresh && value >= 0;
		account->when[now][row] = gone ? TRUTH_FALSE : truth_of(known, value > 10);
		account->clear[now][row] = gone ? TRUTH_TRUE : truth_of(known, value < 6);
	}
}

static void draw_values(struct series *series, unsigned *seed)
{
	for (int row = 0; row < ROWS; row++) {
		unsigned dice = next_random(seed) % 40;
		/* Often as before, so that something lasts. */
		if (dice < 26)
			continue;
		series->values[row] = dice == 26 ? -1 : dice == 27 ? -2 : dice < 34 ? 12 : (int)(next_random(seed) % 14);
	}
}

static void send(struct desk *desk, const struct series *series, int now)
{
	char json[400];
	int used = snprintf(json, sizeof(json), "{\"t/queues\":{\"service_grids\":[{\"id\":\"grid\",\"values\":[");
	const char *comma = "";
	for (int row = 0; row < ROWS; row++) {
		char value[16] = "";
		if (series->values[row] >= 0)
			snprintf(value, sizeof(value), "%d", series->values[row]);
		if (series->values[row] != -2)
			used += snprintf(json + used, sizeof(json) - (size_t)used, "%s{\"1\":\"q%d\",\"2\":\"%s\"}", comma, row, value);
		if (series->values[row] != -2)
			comma = ",";
	}
	snprintf(json + used, sizeof(json) - (size_t)used, "]}]}}");
	answer(desk, now, json);
}

static bool lasted(const enum truth truths[SECONDS][ROWS], int row, int from, int to)
{
	for (int i = from > 0 ? from : 0; i <= to; i++)
		if (truths[i][row] != TRUTH_TRUE)
			return false;
	return from >= 0;
}

/* Each second of each row: what the events say must be what the account allows, and what it demands. */
static void check_row(const struct desk *desk, const struct account *account, int row, unsigned run)
{
	int fired = -1, cleared = -1000;
	unsigned next = 0;
	char name[8];
	snprintf(name, sizeof(name), "q%d", row);
	for (int now = 1; now < SECONDS; now++) {
		while (next < desk->count && strcmp(desk->events[next].row, name) != 0)
			next++;
		const struct seen_event *event = next < desk->count ? &desk->events[next] : NULL;
		bool here = event != NULL && event->at_ms == now * 1000LL;
		bool may_fire = fired < 0 && lasted(account->when, row, now - FOR, now) && now - cleared >= COOLDOWN;
		bool may_clear = fired >= 0 && lasted(account->clear, row, now - AFTER > fired ? now - AFTER : fired + 1, now) &&
			now - AFTER > fired;
		if (here != (may_fire || may_clear))
			fail_msg("run %u, %s, second %d: %s", run, name, now, here ? "an event that must not be" : "no event");
		if (!here)
			continue;
		assert_int_equal(event->kind, fired < 0 ? ALERT_FIRED : ALERT_CLEARED);
		if (fired < 0) {
			fired = now;
		} else {
			assert_int_equal(event->lasted_ms, (now - fired) * 1000LL);
			cleared = now;
			fired = -1;
		}
		next++;
	}
}

/* Another engine goes on from a mark, as a replay does after a jump: nobody must notice. */
static void change_engine(struct desk *desk)
{
	struct alerts *other = alerts_new(desk->layout, (struct alerts_sink){ .event = note, .unknown = note_unknown, .context = desk });
	struct alerts_saved *mark = alerts_save(desk->alerts);
	assert_true(alerts_saved_bytes(mark) > 0);
	alerts_free(desk->alerts);
	alerts_restore(other, mark);
	free(mark);
	desk->alerts = other;
}

static void random_series(void **state)
{
	static struct account account;
	static struct desk desk;
	unsigned fired = 0;
	(void)state;
	for (unsigned run = 1; run <= RUNS; run++) {
		unsigned seed = run;
		struct series series = { .values = { -2, -2, -2 } };
		open_desk(&desk, "{ name = \"q\" when = \"queues[*].in_calls_waiting > 10\" for = \"12s\""
			" clear = \"queues[*].in_calls_waiting < 6\" after = \"17s\" cooldown = \"40s\" }");
		memset(&account, 0, sizeof(account));
		for (int now = 0; now < SECONDS; now++) {
			/*
			 * Answers come every few seconds, now and then one is late; the timer sometimes is. None comes in the very
			 * second in which data turn stale, which an account by seconds cannot tell.
			 */
			unsigned chance = series.came > 0 && now - series.came < 4 ? 3 : 45;
			if (now > 0 && now - series.came != STALE_SECONDS + 1 && next_random(&seed) % 100 < chance) {
				draw_values(&series, &seed);
				series.came = now;
				send(&desk, &series, now);
			} else if (next_random(&seed) % 3 == 0) {
				until(&desk, now);
			}
			enter(&account, &series, now);
			if (run % 2 == 0 && next_random(&seed) % 50 == 0)
				change_engine(&desk);
		}
		until(&desk, SECONDS - 1);
		for (int row = 0; row < ROWS; row++)
			check_row(&desk, &account, row, run);
		fired += desk.count;
		close_desk(&desk);
	}
	/* A series in which nothing happens proves nothing. */
	assert_true(fired > 5 * RUNS);
}

static void expect_unknown(const struct desk *desk, int64_t since_ms, const char *why)
{
	struct alert_unknown about = { .why = "it has a value" };
	bool unknown = alerts_unknown(desk->alerts, 0, &about);
	if (why == NULL && unknown)
		fail_msg("no value: %s", about.why);
	if (why == NULL)
		return;
	if (!unknown || strstr(about.why, why) == NULL)
		fail_msg("'%s', not '%s'", about.why, why);
	assert_int_equal(about.since_ms, since_ms);
}

static void open_unknown(struct desk *desk, const char *when)
{
	char rule[200];
	snprintf(rule, sizeof(rule), "{ name = \"a\" when = \"%s\" }", when);
	open_desk(desk, rule);
	told_count = 0;
}

/* A third state beside firing and not: each way in which a value can be missing. */
static void no_value(void **state)
{
	static const struct {
		const char *when, *json, *why; /* NULL: it has one */
	} cases[] = {
		{ "queues['Sales EU'].in_calls_waiting > 0", "{\"t/queues\":{\"service_grids\":[{\"id\":\"grid\",\"values\":["
			"{\"1\":\"Sales\",\"2\":\"3\"}]}]}}", "has no row 'Sales EU'" },
		{ "queues['Sales'].in_calls_waiting > 0", "{\"t/queues\":{\"service_grids\":[{\"id\":\"grid\",\"values\":["
			"{\"1\":\"Sales\",\"2\":\"0\"}]}]}}", NULL },
		{ "now.in_calls_waiting > 0", "{\"t/now\":{\"stats_totals\":{\"in_calls_waiting\":\"\"}}}", "is blank" },
		{ "now.service_level < 80", "{\"t/now\":{\"stats_totals\":{\"service_level\":\"12,5\"}}}", "'12,5'" },
		{ "now.service_level < 80", "{\"t/now\":{\"stats_totals\":{\"in_calls_waiting\":\"1\"}}}", "was not sent" },
		{ "now.service_level < 80", "{\"t/now\":{\"stats_totals\":{\"service_level\":\"4294967295\"}}}", "'4294967295'" },
		{ "now.in_calls_waiting > 0", "{\"t/queues\":{\"service_grids\":[{\"id\":\"grid\",\"values\":[]}]}}", "has no data" },
		/* Unknown or true is true, unknown and false is false. */
		{ "now.in_calls_waiting > 5 and now.service_level < 80", "{\"t/now\":{\"stats_totals\":"
			"{\"in_calls_waiting\":\"\",\"service_level\":\"90\"}}}", NULL },
		{ "now.in_calls_waiting > 5 or now.service_level < 80", "{\"t/now\":{\"stats_totals\":"
			"{\"in_calls_waiting\":\"\",\"service_level\":\"90\"}}}", "is blank" },
		/* Of each row: one with a value suffices; no agents are nobody who could fire, no queues are none. */
		{ "queues[*].in_calls_waiting > 5", "{\"t/queues\":{\"service_grids\":[{\"id\":\"grid\",\"values\":["
			"{\"1\":\"Sales\",\"2\":\"\"},{\"1\":\"Support\",\"2\":\"1\"}]}]}}", NULL },
		{ "queues[*].in_calls_waiting > 5", "{\"t/queues\":{\"service_grids\":[{\"id\":\"grid\",\"values\":["
			"{\"1\":\"Sales\",\"2\":\"\"},{\"1\":\"Support\",\"2\":\"n/a\"}]}]}}", "is blank" },
		{ "queues[*].in_calls_waiting > 5", "{\"t/queues\":{\"service_grids\":[{\"id\":\"grid\",\"values\":[]}]}}",
			"has no rows" },
		{ "agents[*].state_duration > 5m", "{\"t/agents\":{\"agent_grids\":[{\"id\":\"grid\",\"values\":[]}]}}", NULL },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct desk desk;
		open_unknown(&desk, cases[i].when);
		expect_unknown(&desk, 0, "no answer yet");
		answer(&desk, 100, cases[i].json);
		expect_unknown(&desk, 100 * 1000, cases[i].why);
		answer(&desk, 103, cases[i].json);
		assert_int_equal(told_count, 0);
		until(&desk, 106);
		assert_int_equal(told_count, cases[i].why != NULL);
		if (told_count > 0)
			assert_int_equal(told[0].at_ms, 105 * 1000);
		close_desk(&desk);
	}
}

static void no_value_comes_and_goes(void **state)
{
	struct desk desk;
	(void)state;
	open_unknown(&desk, "now.in_calls_waiting > 10");
	waiting(&desk, 100, "3");
	/* Stale between answers, at its own moment, whenever somebody looks. */
	until(&desk, 109);
	expect_unknown(&desk, 0, NULL);
	until(&desk, 130);
	expect_unknown(&desk, 110 * 1000 + 1, "is stale");
	assert_int_equal(told_count, 1);
	assert_int_equal(told[0].at_ms, 115 * 1000 + 1);
	waiting(&desk, 131, "3");
	expect_unknown(&desk, 0, NULL);
	assert_int_equal(told_count, 2);
	assert_true(told[1].over);
	assert_int_equal(told[1].since_ms, 110 * 1000 + 1);
	/* One odd answer is no news. */
	waiting(&desk, 135, "");
	waiting(&desk, 138, "3");
	assert_int_equal(told_count, 2);
	struct alert_totals account = alerts_totals(desk.alerts, 0);
	assert_int_equal(account.evaluations, 3);
	assert_int_equal(account.no_value_ms, 24 * 1000 - 1);
	assert_non_null(strstr(account.why, "is blank"));
	/* A limit that cannot be judged any more cannot clear either; what fires goes on. */
	waiting(&desk, 140, "17");
	waiting(&desk, 145, "n/a");
	expect_unknown(&desk, 145 * 1000, "'n/a'");
	assert_non_null(alerts_firing(desk.alerts, 0));
	close_desk(&desk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times),
		cmocka_unit_test(flapping),
		cmocka_unit_test(overlap),
		cmocka_unit_test(cooldown),
		cmocka_unit_test(unknown),
		cmocka_unit_test(never_by_age_alone),
		cmocka_unit_test(rows),
		cmocka_unit_test(acknowledged),
		cmocka_unit_test(acknowledged_alone),
		cmocka_unit_test(quiet),
		cmocka_unit_test(quiet_by_the_clocks),
		cmocka_unit_test(reload),
		cmocka_unit_test(mistakes),
		cmocka_unit_test(no_value),
		cmocka_unit_test(no_value_comes_and_goes),
		cmocka_unit_test(random_series),
	};
	return text_locale() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
