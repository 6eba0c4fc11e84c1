/*
 * Whole documents, byte for byte: what each format says of a board with everything on it, fresh, stale and before the
 * first answer. The sheets stand in tests/output/sheets; tests/screen/accept takes new ones for right.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "board/decode.h"
#include "layout/expression.h"
#include "output/csv.h"
#include "output/history.h"
#include "output/json.h"
#include "output/lines.h"
#include "output/metrics.h"
#include "output/plugin.h"
#include "output/summary.h"

enum { NOW = 1000 * 1000, SHEET_MAX = 1024 * 1024 };

/* 2026-11-24 14:05:10 UTC. */
static const int64_t WALL = 1795529110000;

static const char layout_text[] =
	"title = \"The whole\"\n"
	"pages = ( { rows = ( { panels = ("
	" { name = \"queues\" type = \"service_grid\" total = true columns = ( { stat = \"name\" label = \"Queue\" },"
	"   { stat = \"in_calls_waiting\" warn = \"> 3\" alert = \"> 5\" }, { stat = \"in_max_wait_time\" warn = \"> 1m\" },"
	"   { stat = \"service_level\" warn = \"< 80\" alert = \"< 70\" },"
	"   { stat = \"out_calls_handled_per_day\" dispositions = [\"Sold\"] },"
	"   { stat = \"out_calls_handled_per_day\" dispositions = [\"Sold\", \"Later\"] },"
	"   { stat = \"out_calls_handled_per_day\" dispositions = [\"Sold\"] label = \"Again\" },"
	"   { bar = \"in_calls_waiting\" }, { bullet = \"service_level\" target = 80 } ) },"
	" { name = \"agents\" type = \"agent_grid\" columns = ( \"first_last_name\", \"acd_state\", \"reason\","
	"   { stat = \"state_duration\" warn = \"> 10m\" }, \"login_id\", { bar = \"in_calls_handled_per_day\" warn = \"> 10\" } ) },"
	" { name = \"now\" type = \"totals\" services = [\"Sales\"] tiles = ( { stat = \"in_calls_waiting\" warn = \"> 3\" },"
	"   \"service_level\", { stat = \"live\" kind = \"count\" }, { stat = \"odd stat\" kind = \"count\" } ) },"
	" { name = \"states\" type = \"agent_states\" },"
	" { name = \"open\" type = \"availability\" services = [\"Sales\", \"Night\", \"Never\"] },"
	" { name = \"all-open\" type = \"availability\" },"
	" { name = \"news\" type = \"messages\" limit = 3 }, { name = \"dial\" type = \"campaigns\" },"
	" { name = \"never\" type = \"totals\" tiles = ( \"agents_ready\" ) },"
	" { name = \"hint\" type = \"text\" text = \"Call 17\" }, { name = \"time\" type = \"clock\" } ) } ) } )\n"
	"alerts = ( { name = \"long queue\" when = \"now.in_calls_waiting > 3\" severity = \"warn\" },"
	" { name = \"a queue\" when = \"queues[*].in_calls_waiting > 5\" severity = \"alert\" } )";

/* Hidden columns follow the shown ones. Two rows share a name, and one has none. */
static const char first[] =
	"{\"t/queues\":{\"service_grids\":[{\"id\":\"grid\",\"values\":["
	" {\"1\":\"Sales\",\"2\":\"4\",\"3\":\"61\",\"4\":\"79.5\",\"5\":\"3\",\"6\":\"5\",\"7\":\"3\"},"
	" {\"1\":\"Support\",\"2\":\"6\",\"3\":\"0\",\"4\":\"69\",\"5\":\"\",\"6\":\"1\",\"7\":\"\"},"
	" {\"1\":\"Twin\",\"2\":\"1\",\"3\":\"1\",\"4\":\"100\",\"5\":\"1\",\"6\":\"1\",\"7\":\"1\"},"
	" {\"1\":\"Twin\",\"2\":\"2\",\"3\":\"2\",\"4\":\"99\",\"5\":\"2\",\"6\":\"2\",\"7\":\"2\"},"
	" {\"1\":\"\",\"2\":\"3\",\"3\":\"3\",\"4\":\"98\",\"5\":\"3\",\"6\":\"3\",\"7\":\"3\"}]}]},"
	"\"t/agents\":{\"agent_grids\":[{\"id\":\"grid\",\"values\":["
	" {\"1\":\"Ana Li\",\"2\":\"busy\",\"3\":\"\",\"4\":\"601\",\"5\":\"ana.li\",\"7\":\"12\"},"
	" {\"1\":\"Bo Re\",\"2\":\"not_ready\",\"3\":\"Lunch\",\"4\":\"59\",\"5\":\"bo.re\"}]}]},"
	"\"t/now\":{\"stats_totals\":{\"in_calls_waiting\":\"4\",\"service_level\":\"80\",\"live\":\"1\",\"odd stat\":\"2\"}},"
	"\"t/states\":{\"agent_grids\":[{\"id\":\"grid\",\"values\":[{\"1\":\"busy\"},{\"1\":\"busy\"},{\"1\":\"ready\"},{\"1\":\"\"}]}]},"
	"\"t/news\":{\"chat_messages\":[{\"id\":\"1\",\"login_id\":\"ana.li\",\"first_name\":\"Ana\",\"last_name\":\"Li\","
	" \"send_time\":\"1767225000\",\"is_urgent\":\"1\",\"content\":\"fire | drill\"}]}}";

/* Sales falls below its warning, Support stays, Twin is gone; Bo left, Cy came, Ana is ready; a message more. */
static const char second[] =
	"{\"t/queues\":{\"service_grids\":[{\"id\":\"grid\",\"values\":["
	" {\"1\":\"Sales\",\"2\":\"2\",\"3\":\"5\",\"4\":\"85\",\"5\":\"3\",\"6\":\"5\",\"7\":\"3\"},"
	" {\"1\":\"Support\",\"2\":\"6\",\"3\":\"130\",\"4\":\"69\",\"5\":\"\",\"6\":\"1\",\"7\":\"\"}]}]},"
	"\"t/agents\":{\"agent_grids\":[{\"id\":\"grid\",\"values\":["
	" {\"1\":\"Ana Li\",\"2\":\"ready\",\"3\":\"\",\"4\":\"3\",\"5\":\"ana.li\"},"
	" {\"1\":\"Cy So\",\"2\":\"acw\",\"3\":\"\",\"4\":\"\",\"5\":\"cy.so\"}]}]},"
	"\"t/now\":{\"stats_totals\":{\"in_calls_waiting\":\"\",\"service_level\":\"80\",\"live\":\"1\",\"odd stat\":\"2\"}},"
	"\"t/states\":{\"agent_grids\":[{\"id\":\"grid\",\"values\":[{\"1\":\"ready\"}]}]},"
	"\"t/news\":{\"chat_messages\":[{\"id\":\"1\",\"login_id\":\"ana.li\",\"first_name\":\"Ana\",\"last_name\":\"Li\","
	" \"send_time\":\"1767225000\",\"is_urgent\":\"1\",\"content\":\"fire | drill\"},{\"id\":\"2\",\"login_id\":\"bo.re\","
	" \"first_name\":\"Bo\",\"last_name\":\"Re\",\"send_time\":\"1767225001\",\"is_urgent\":\"0\",\"content\":\"over\"}]}}";

struct desk {
	struct layout *layout;
	struct catalogue teams, services;
	struct request request;
	struct board *board;
	struct link link;
	struct board_view view;
	struct buffer out, sheet;
};

static void take(struct desk *desk, enum frame_kind kind, const char *subject, const char *bytes, int64_t at_ms)
{
	struct error error = { "" };
	struct frame frame = { .kind = kind, .subject = subject, .received_ms = at_ms, .wall_ms = WALL + at_ms - NOW, .bytes = bytes,
		.length = strlen(bytes), .request = &desk->request };
	if (!decode_frame(desk->board, &frame, NULL, &error))
		fail_msg("%s", error.text);
}

static void fill(struct desk *desk)
{
	take(desk, FRAME_DATA, "", first, NOW - 1500);
	take(desk, FRAME_AVAILABILITY, "Sales", "{\"availability\":true}", NOW - 12300);
	take(desk, FRAME_AVAILABILITY, "Night", "{\"availability\":false}", NOW - 70000);
	take(desk, FRAME_AVAILABILITY, "Other", "{\"availability\":true}", NOW - 1000);
	take(desk, FRAME_CAMPAIGNS, "", "[{\"campaignId\":\"1\",\"name\":\"Spring\",\"state\":\"running\"}]", NOW - 2000);
	board_missed(desk->board, FRAME_AVAILABILITY, "Night", "The server reported an internal error (500)");
	board_missed(desk->board, FRAME_AVAILABILITY, "Never", "no answer");
}

static int open_desk(void **state)
{
	static struct desk desk;
	struct error error = { "" };
	memset(&desk, 0, sizeof(desk));
	assert_true(text_locale() || setenv("LC_ALL", "C.UTF-8", 1) == 0);
	setenv("TZ", "UTC", 1);
	desk.layout = layout_parse("test", "test.conf", layout_text, &error);
	if (desk.layout == NULL)
		fail_msg("%s", error.text);
	catalogue_init(&desk.teams);
	catalogue_init(&desk.services);
	request_init(&desk.request);
	request_plan(&desk.request, desk.layout, &desk.teams, &desk.services, "t");
	for (unsigned i = 0; i < desk.request.set_count; i++)
		desk.request.sets[i].skipped = false;
	desk.board = board_new(desk.layout);
	desk.link = (struct link){ .state = LINK_LIVE, .interval = 5, .accepted_ms = NOW - 1500, .polls = 12, .accepted = 10,
		.failures = 2 };
	desk.view = (struct board_view){ .board = desk.board, .link = &desk.link, .now_ms = NOW, .wall_ms = WALL };
	buffer_init(&desk.out, SHEET_MAX);
	buffer_init(&desk.sheet, SHEET_MAX);
	*state = &desk;
	return 0;
}

static int close_desk(void **state)
{
	struct desk *desk = *state;
	buffer_free(&desk->out);
	buffer_free(&desk->sheet);
	board_free(desk->board);
	request_free(&desk->request);
	catalogue_free(&desk->teams);
	catalogue_free(&desk->services);
	layout_free(desk->layout);
	return 0;
}

/* ---- sheets ---- */

/* The sheets outlive versions. */
static void add_text(struct desk *desk, const char *text)
{
	for (const char *at; (at = strstr(text, PACKAGE_VERSION)) != NULL; text = at + strlen(PACKAGE_VERSION)) {
		buffer_add(&desk->sheet, text, (size_t)(at - text));
		buffer_text(&desk->sheet, "VERSION");
	}
	buffer_text(&desk->sheet, text);
}

static void title(struct desk *desk, const char *text)
{
	buffer_print(&desk->sheet, "==== %s\n", text);
}

static void add_out(struct desk *desk)
{
	add_text(desk, buffer_string(&desk->out));
	buffer_clear(&desk->out);
}

/* After each brace and comma a line, so that a difference is one line. */
static void add_json(struct desk *desk)
{
	struct buffer lines;
	bool quoted = false;
	buffer_init(&lines, SHEET_MAX);
	for (const char *at = buffer_string(&desk->out); *at != '\0'; at++) {
		quoted = quoted != (*at == '"' && (at == buffer_string(&desk->out) || at[-1] != '\\'));
		buffer_print(&lines, "%c%s", *at, !quoted && (*at == '{' || *at == '}') && at[1] != ',' && at[1] != '\n' ? "\n" : "");
		if (!quoted && *at == ',' && at[-1] == '}')
			buffer_text(&lines, "\n");
	}
	buffer_clear(&desk->out);
	buffer_text(&desk->out, buffer_string(&lines));
	buffer_free(&lines);
	add_out(desk);
}

static void compare(const char *name, const char *wanted, const char *got)
{
	unsigned line = 1;
	if (strcmp(wanted, got) == 0)
		return;
	while (strcspn(wanted, "\n") == strcspn(got, "\n") && strncmp(wanted, got, strcspn(got, "\n")) == 0 && *got != '\0') {
		wanted += strcspn(wanted, "\n") + (wanted[strcspn(wanted, "\n")] != '\0');
		got += strcspn(got, "\n") + 1;
		line++;
	}
	fail_msg("%s, line %u\nwanted %.*s\ngot    %.*s", name, line, (int)strcspn(wanted, "\n"), wanted,
		(int)strcspn(got, "\n"), got);
}

static void check_sheet(struct desk *desk, const char *name)
{
	char path[1024], *wanted = calloc(1, SHEET_MAX);
	const char *folder = getenv("srcdir");
	snprintf(path, sizeof(path), "%s/tests/output/sheets/%s.txt", folder != NULL ? folder : ".", name);
	assert_false(desk->sheet.full);
	FILE *file = fopen(path, getenv("CXWALL_ACCEPT") != NULL ? "w" : "r");
	if (file == NULL)
		fail_msg("%s cannot be opened", path);
	if (getenv("CXWALL_ACCEPT") != NULL)
		fputs(buffer_string(&desk->sheet), file);
	else
		(void)!fread(wanted, 1, SHEET_MAX - 1, file);
	fclose(file);
	if (getenv("CXWALL_ACCEPT") == NULL)
		compare(name, wanted, buffer_string(&desk->sheet));
	free(wanted);
}

/* The moments at which each document is looked at. */
static const struct { const char *title; bool filled; int64_t later_ms; enum link_state state; } moments[] = {
	{ "fresh", true, 0, LINK_LIVE }, { "stale", true, 20000, LINK_TROUBLE }, { "before the first answer", false, 0, LINK_STARTING },
};

static void moment_begin(struct desk *desk, unsigned which)
{
	title(desk, moments[which].title);
	board_free(desk->board);
	desk->board = board_new(desk->layout);
	desk->view.board = desk->board;
	desk->view.now_ms = NOW + moments[which].later_ms;
	desk->view.wall_ms = WALL + moments[which].later_ms;
	desk->link.state = moments[which].state;
	desk->link.accepted_ms = moments[which].filled ? NOW - 1500 : 0;
	snprintf(desk->link.cause, sizeof(desk->link.cause), "%s", which == 1 ? "The server reported an internal error (500)" : "");
	snprintf(desk->link.advice, sizeof(desk->link.advice), "%s", which == 1 ? "wait" : "");
	if (moments[which].filled)
		fill(desk);
	else
		snprintf(desk->board->panels[0].reason, sizeof(desk->board->panels[0].reason), "team Green is unknown");
}

static void json(void **state)
{
	struct desk *desk = *state;
	for (unsigned i = 0; i < sizeof(moments) / sizeof(moments[0]); i++) {
		moment_begin(desk, i);
		assert_true(json_document(&desk->view, i == 2 ? NULL : "example.org", NULL, &desk->out));
		add_json(desk);
	}
	moment_begin(desk, 0);
	assert_true(json_document(&desk->view, "example.org", layout_panel(desk->layout, "now"), &desk->out));
	add_json(desk);
	check_sheet(desk, "json");
}

static void csv(void **state)
{
	struct desk *desk = *state;
	for (unsigned i = 0; i < sizeof(moments) / sizeof(moments[0]); i++) {
		moment_begin(desk, i);
		for (unsigned p = 0; p < desk->layout->panel_count; p++) {
			const struct panel *panel = &desk->layout->panels[p];
			struct error error = { "" };
			buffer_print(&desk->sheet, "== %s%s\n", panel->name, csv_suits(panel) ? "" : ": no table");
			if (csv_suits(panel) && csv_document(&desk->view, panel, &desk->out, &error))
				add_out(desk);
			else
				buffer_print(&desk->sheet, "%s\n", error.text);
		}
	}
	check_sheet(desk, "csv");
}

static void metrics(void **state)
{
	struct desk *desk = *state;
	for (unsigned i = 0; i < sizeof(moments) / sizeof(moments[0]); i++) {
		moment_begin(desk, i);
		assert_true(metrics_document(&desk->view, &desk->out));
		add_out(desk);
	}
	check_sheet(desk, "metrics");
}

/* An expression alone, or a value with its limits. */
static void add_plugin(struct desk *desk, const char *text, const char *warn, const char *critical)
{
	struct error error = { "" };
	enum plugin_status status;
	if (warn == NULL) {
		struct expression *expression = expression_read(text, desk->layout, &error);
		if (expression == NULL)
			fail_msg("%s", error.text);
		status = plugin_expression(&desk->view, expression, text, &desk->out);
		expression_free(expression);
	} else {
		struct operand operand;
		struct plugin_limits limits = { .warn = { .comparison = COMPARE_NONE } };
		if (!expression_value(text, desk->layout, &operand, &error))
			fail_msg("%s", error.text);
		if (warn[0] != '\0')
			assert_true(threshold_read(warn, operand_column(&operand)->kind, DIRECTION_NONE, &limits.warn, &error));
		if (critical[0] != '\0')
			assert_true(threshold_read(critical, operand_column(&operand)->kind, DIRECTION_NONE, &limits.critical, &error));
		status = plugin_value(&desk->view, &operand, &limits, &desk->out);
	}
	buffer_print(&desk->sheet, "%d ", status);
	add_out(desk);
}

static void plugin(void **state)
{
	struct desk *desk = *state;
	static const char *const expressions[] = {
		"now.in_calls_waiting > 3", "now.in_calls_waiting > 3 and now.in_calls_waiting < 4",
		"now.in_calls_waiting < 9 and now.in_calls_waiting > 3 and now.service_level > 10",
		"queues[Sales].in_calls_waiting > 3 or queues[Support].in_max_wait_time > 1m", "queues[*].in_calls_waiting > 5",
		"queues[*].in_calls_waiting > 9", "queues[Nobody].in_calls_waiting > 9", "never.agents_ready > 1",
		"agents[\"Ana Li\"].acd_state = busy", "queues[Sales].service_level < 80 and now.in_calls_waiting > 3",
	};
	static const char *const values[][3] = {
		{ "now.in_calls_waiting", "> 3", "> 10" }, { "now.in_calls_waiting", "> 10", "> 3" }, { "now.in_calls_waiting", ">= 9", "<= 1" },
		{ "now.in_calls_waiting", "= 4", "!= 4" }, { "now.in_calls_waiting", "", "< 2" }, { "queues[*].in_calls_waiting", "> 3", "> 5" },
		{ "queues[*].in_calls_waiting", "> 0", "" }, { "queues[Sales].in_max_wait_time", "> 1m", "> 2m" },
		{ "queues[*].service_level", "< 80", "< 70" }, { "queues[Nobody].in_calls_waiting", "> 1", "> 2" },
		{ "queues[*].in_max_wait_time", "> 5m", "> 10m" },
	};
	for (unsigned m = 0; m < sizeof(moments) / sizeof(moments[0]); m++) {
		moment_begin(desk, m);
		for (unsigned i = 0; i < sizeof(expressions) / sizeof(expressions[0]); i++)
			add_plugin(desk, expressions[i], NULL, NULL);
		for (unsigned i = 0; i < sizeof(values) / sizeof(values[0]); i++)
			add_plugin(desk, values[i][0], values[i][1], values[i][2]);
	}
	plugin_unknown("nobody | knows", &desk->out);
	add_out(desk);
	check_sheet(desk, "plugin");
}

/* Six rows are as bad: five are named. */
static void plugin_rows(void **state)
{
	struct desk *desk = *state;
	char rows[900] = "{\"t/queues\":{\"service_grids\":[{\"id\":\"grid\",\"values\":[";
	for (int i = 0; i < 7; i++)
		snprintf(rows + strlen(rows), sizeof(rows) - strlen(rows), "%s{\"1\":\"Q%d\",\"2\":\"%d\",\"3\":\"1\",\"4\":\"%s\"}",
			i > 0 ? "," : "", i, i + 4, i == 0 ? "" : "50");
	snprintf(rows + strlen(rows), sizeof(rows) - strlen(rows), "]}]}}");
	take(desk, FRAME_DATA, "", rows, NOW);
	add_plugin(desk, "queues[*].in_calls_waiting", "> 3", "> 20");
	add_plugin(desk, "queues[*].in_calls_waiting", "> 4", "> 20");
	add_plugin(desk, "queues[*].in_calls_waiting", "> 5", "> 20");
	add_plugin(desk, "queues[*].service_level", "< 10", "< 5");
	check_sheet(desk, "plugin-rows");
}

/* ---- lines ---- */

static const struct lines_look no_look = { .utf8 = false }, color_look = { .utf8 = true, .colors = true };

static void on_change(void *context, const struct change *change)
{
	struct desk *desk = context;
	lines_text(&desk->view, change, &(struct lines_look){ .utf8 = true }, &desk->out);
	lines_text(&desk->view, change, &no_look, &desk->out);
	if (change->now != SEVERITY_NONE || change->was != SEVERITY_NONE)
		lines_text(&desk->view, change, &color_look, &desk->out);
	lines_json(&desk->view, change, &desk->out);
}

static void changes(void **state)
{
	struct desk *desk = *state;
	struct changes told = { .each = on_change, .context = desk };
	title(desk, "the first answer");
	fill(desk);
	changes_report(&told, &desk->view);
	add_out(desk);
	title(desk, "nothing new");
	changes_report(&told, &desk->view);
	add_out(desk);
	title(desk, "the second answer");
	desk->view.now_ms += 5000;
	desk->view.wall_ms += 5000;
	take(desk, FRAME_DATA, "", second, desk->view.now_ms);
	take(desk, FRAME_AVAILABILITY, "Sales", "{\"availability\":false}", desk->view.now_ms);
	changes_report(&told, &desk->view);
	add_out(desk);
	title(desk, "the first again");
	desk->view.now_ms += 5000;
	desk->view.wall_ms += 5000;
	take(desk, FRAME_DATA, "", first, desk->view.now_ms);
	changes_report(&told, &desk->view);
	add_out(desk);
	check_sheet(desk, "changes");
}

static void link_lines(void **state)
{
	struct desk *desk = *state;
	for (unsigned i = 0; i < sizeof(moments) / sizeof(moments[0]); i++) {
		moment_begin(desk, i);
		for (int good = 0; good < 2; good++) {
			lines_link_text(&desk->view, good == 1, &no_look, &desk->out);
			lines_link_text(&desk->view, good == 1, &color_look, &desk->out);
			lines_link_json(&desk->view, good == 1, &desk->out);
		}
		add_out(desk);
	}
	title(desk, "failures");
	lines_failure_text(WALL, "alert 'x': \"page\" failed with status 1", &no_look, &desk->out);
	lines_failure_json(WALL, "alert 'x': \"page\" failed with status 1", &desk->out);
	add_out(desk);
	title(desk, "alerts");
	for (int kind = ALERT_FIRED; kind <= ALERT_REMINDED; kind++)
		for (unsigned rule = 0; rule < 2; rule++) {
			struct alert_state about = { .rule = &desk->layout->alerts[rule], .phase = ALERT_FIRING };
			struct alert_event event = { .kind = (enum alert_kind)kind, .state = &about, .at_ms = NOW, .wall_ms = WALL,
				.lasted_ms = 3725500, .loud = rule == 0 };
			snprintf(about.row, sizeof(about.row), "%s", rule == 1 ? "Sales" : "");
			snprintf(about.value, sizeof(about.value), "%s", rule == 0 || kind == ALERT_FIRED ? "12" : "");
			lines_alert_text(&event, &no_look, &desk->out);
			lines_alert_text(&event, &color_look, &desk->out);
			lines_alert_json(&event, &desk->out);
		}
	for (int over = 0; over < 2; over++) {
		struct alert_unknown about = { .rule = &desk->layout->alerts[0], .over = over == 1, .why = "panel 'now' is stale: 22 s old",
			.since_ms = NOW - 65500, .at_ms = NOW, .wall_ms = WALL };
		lines_unknown_text(&about, &no_look, &desk->out);
		lines_unknown_text(&about, &color_look, &desk->out);
		lines_unknown_json(&about, &desk->out);
	}
	add_out(desk);
	check_sheet(desk, "lines");
}

/* ---- summaries ---- */

static const char day_layout[] =
	"pages = ( { rows = ( { panels = ("
	" { name = \"q\" type = \"service_grid\" columns = ( \"name\", \"in_calls_waiting\", \"in_max_wait_time\","
	"   \"in_calls_received_per_day\", \"in_calls_answered_per_day\", \"in_calls_abandoned_in_queue_per_day\","
	"   \"in_calls_short_abandoned_in_queue_per_day\", \"service_level\", \"service_level_threshold_time\" ) },"
	" { name = \"all\" type = \"totals\" tiles = ( \"in_calls_waiting\", \"service_level\" ) } ) } ) } )";

static const char day_layout_poor[] =
	"pages = ( { rows = ( { panels = ("
	" { name = \"q\" type = \"service_grid\" columns = ( \"name\", \"in_calls_handled_per_day\", \"service_level\","
	"   \"in_calls_waiting\" ) } ) } ) } )";

struct day {
	struct layout *layout;
	struct board *board;
	struct request request;
	struct summary summary;
	int64_t begin_ms;
};

static void day_open(struct desk *desk, struct day *day, const char *text, int minutes)
{
	struct error error = { "" };
	day->layout = layout_parse("day", "day", text, &error);
	if (day->layout == NULL)
		fail_msg("%s", error.text);
	day->board = board_new(day->layout);
	request_init(&day->request);
	request_plan(&day->request, day->layout, &desk->teams, &desk->services, "t");
	day->begin_ms = WALL - WALL % SUMMARY_HOUR_MS;
	summary_init(&day->summary, day->begin_ms, day->begin_ms + (int64_t)minutes * 60000);
}

static void day_close(struct day *day)
{
	summary_free(&day->summary);
	board_free(day->board);
	request_free(&day->request);
	layout_free(day->layout);
}

static void day_take(struct day *day, double minute, const char *bytes)
{
	struct error error = { "" };
	int64_t at_ms = (int64_t)(minute * 60000);
	struct frame frame = { .kind = FRAME_DATA, .subject = "", .received_ms = NOW + at_ms, .wall_ms = day->begin_ms + at_ms,
		.bytes = bytes, .length = strlen(bytes), .request = &day->request };
	if (!decode_frame(day->board, &frame, NULL, &error))
		fail_msg("%s", error.text);
	summary_add_answer(&day->summary, day->board, frame.received_ms, frame.wall_ms);
}

/* Damage with both ends, with one, and with none; a clock set forward and back; and more than are shown. */
static const struct flaws *some_flaws(const struct day *day)
{
	static struct flaws flaws;
	flaws = (struct flaws){ .damage_count = 10, .step_count = 2, .steps_lost = 9 };
	for (unsigned i = 0; i < flaws.damage_count; i++)
		flaws.damages[i] = (struct flaw_damage){ .bytes = i + 1, .from_ms = i == 1 || i == 3 ? 0 : day->begin_ms + i * 60000,
			.to_ms = i == 2 || i == 3 ? 0 : day->begin_ms + (i + 1) * 60000 };
	flaws.steps[0] = (struct flaw_step){ .wall_ms = day->begin_ms, .by_ms = 3600500 };
	flaws.steps[1] = (struct flaw_step){ .wall_ms = day->begin_ms + 60000, .by_ms = -61000, .corrected = true };
	return &flaws;
}

static const struct flaws no_flaws;

static void add_summary(struct desk *desk, const struct day *day, const struct summary_about *about)
{
	summary_text(&day->summary, about, &desk->out);
	add_out(desk);
	summary_json(&day->summary, about, &desk->out);
	add_json(desk);
}

/* Three services: one that has all, one that lacks its service level, one whose columns are blank; a gap; a reset. */
static void a_summary(void **state)
{
	struct desk *desk = *state;
	struct day day;
	day_open(desk, &day, day_layout, 150);
	for (int minute = -5; minute <= 155; minute++) {
		char bytes[1400];
		int calls = minute < 0 ? 10 : minute < 100 ? 10 + minute : minute - 100;
		if (minute > 70 && minute < 85)
			continue;
		snprintf(bytes, sizeof(bytes), "{\"t/q\":{\"service_grids\":[{\"id\":\"grid\",\"values\":["
			"{\"1\":\"Sales\",\"2\":\"%d\",\"3\":\"%d\",\"4\":\"%d\",\"5\":\"%d\",\"6\":\"%d\",\"7\":\"%d\",\"8\":\"%.1f\",\"9\":\"20\"},"
			"{\"1\":\"Support\",\"2\":\"%d\",\"3\":\"\",\"4\":\"%d\",\"5\":\"%d\",\"6\":\"\",\"7\":\"\",\"8\":\"\",\"9\":\"20\"},"
			"{\"1\":\"A service with a name that is too long\",\"2\":\"\",\"3\":\"\",\"4\":\"\",\"5\":\"\",\"6\":\"\",\"7\":\"\",\"8\":\"\",\"9\":\"\"}]}]},"
			"\"t/all\":{\"stats_totals\":{\"in_calls_waiting\":\"%d\",\"service_level\":\"%d\"}}}",
			minute % 7 < 0 ? 0 : minute % 7, 30 + minute % 50, calls * 5, calls * 4, calls / 2, calls / 4,
			90.0 - (double)(calls % 30), calls % 3, calls * 2, calls, calls % 5, 80 + calls % 10);
		day_take(&day, minute, bytes);
	}
	summary_alert(&day.summary, "long queue", day.begin_ms + 60000, 90000, false);
	summary_alert(&day.summary, "long queue", day.begin_ms + 3600000, 300000, false);
	summary_alert(&day.summary, "at the end", day.begin_ms + 7200000, 0, true);
	summary_end(&day.summary);
	title(desk, "as recorded");
	add_summary(desk, &day, &(struct summary_about){ .layout = "night", .alerts_known = true, .damaged = 2,
		.flaws = some_flaws(&day) });
	title(desk, "with the alerts of a layout");
	add_summary(desk, &day, &(struct summary_about){ .layout = "", .alert_source = "another layout", .alerts_known = true,
		.flaws = &no_flaws });
	check_sheet(desk, "shift");
	day_close(&day);
}

/* Little was recorded: calls handled stand for answered, the day's level for the hour's. */
static void a_poor_summary(void **state)
{
	struct desk *desk = *state;
	struct day day;
	day_open(desk, &day, day_layout_poor, 60 * 26);
	day.summary.gap_ms = 15 * 60000;
	for (int minute = 0; minute <= 60 * 26; minute += 10) {
		char bytes[600];
		snprintf(bytes, sizeof(bytes), "{\"t/q\":{\"service_grids\":[{\"id\":\"grid\",\"values\":["
			"{\"1\":\"Sales\",\"2\":\"%d\",\"3\":\"%d\",\"4\":\"0\"},{\"1\":\"Support\",\"2\":\"%d\",\"3\":\"%d\",\"4\":\"\"}]}]}}",
			minute, 90 - minute % 20, minute / 2, 60 + minute % 30);
		/* Ten little gaps, of which eight are shown. */
		if (minute % 100 != 90)
			day_take(&day, minute, bytes);
	}
	summary_end(&day.summary);
	title(desk, "two days");
	summary_text(&day.summary, &(struct summary_about){ .layout = "poor", .flaws = some_flaws(&day) }, &desk->out);
	add_out(desk);
	day_close(&day);
	title(desk, "nothing");
	day_open(desk, &day, day_layout_poor, 10);
	summary_end(&day.summary);
	add_summary(desk, &day, &(struct summary_about){ .layout = "", .flaws = &no_flaws });
	day_close(&day);
	check_sheet(desk, "shift-poor");
}

/* Who waited in the worst quarter-hour where nothing but the number of the waiting is known: nobody, one, two. */
static void who_waited(void **state)
{
	static const char *const wanted[] = { "nobody waited\n", " 14:15         -          1           -\n",
		" 14:15         -          2           -\n" };
	struct desk *desk = *state;
	for (unsigned waiting = 0; waiting < 3; waiting++) {
		struct day day;
		day_open(desk, &day, day_layout_poor, 30);
		for (int minute = 0; minute <= 30; minute++) {
			char bytes[300];
			snprintf(bytes, sizeof(bytes), "{\"t/q\":{\"service_grids\":[{\"id\":\"grid\",\"values\":["
				"{\"1\":\"Sales\",\"2\":\"1\",\"3\":\"\",\"4\":\"%u\"}]}]}}", minute == 20 ? waiting : 0);
			day_take(&day, minute, bytes);
		}
		summary_end(&day.summary);
		summary_text(&day.summary, &(struct summary_about){ .layout = "poor", .flaws = &no_flaws }, &desk->out);
		const char *worst = strstr(buffer_string(&desk->out), "\nWorst quarter-hour");
		assert_non_null(worst);
		if (strstr(worst, wanted[waiting]) == NULL)
			fail_msg("%s", worst);
		buffer_clear(&desk->out);
		day_close(&day);
	}
}

/* The total row of a grid is a line of its own; of services that differ the one with the most hours says which there are. */
static void a_total_and_a_service_that_goes(void **state)
{
	static const char layout[] = "pages = ( { rows = ( { panels = ( { name = \"q\" type = \"service_grid\" total = true columns = ("
		" \"name\", \"in_calls_received_per_day\", \"in_calls_answered_per_day\", \"in_calls_abandoned_in_queue_per_day\","
		" \"in_calls_short_abandoned_in_queue_per_day\", \"service_level\" ) } ) } ) } )";
	struct desk *desk = *state;
	struct day day;
	day_open(desk, &day, layout, 120);
	day.summary.gap_ms = 15 * 60000;
	for (int minute = 0; minute < 120; minute += 5) {
		char bytes[600], chat[120] = "";
		if (minute < 50)
			snprintf(chat, sizeof(chat), "{\"1\":\"Chat\",\"2\":\"%d\",\"3\":\"%d\",\"4\":\"0\",\"5\":\"0\",\"6\":\"90\"},", minute, minute);
		snprintf(bytes, sizeof(bytes), "{\"t/q\":{\"service_grids\":[{\"id\":\"grid\",\"values\":[%s"
			"{\"1\":\"Sales\",\"2\":\"%d\",\"3\":\"%d\",\"4\":\"0\",\"5\":\"0\",\"6\":\"80\"}]}],\"stats_totals\":{"
			"\"in_calls_received_per_day\":\"%d\",\"in_calls_answered_per_day\":\"%d\"}}}",
			chat, minute * 2, minute * 2, minute * 3, minute * 3);
		day_take(&day, minute, bytes);
	}
	summary_end(&day.summary);
	summary_text(&day.summary, &(struct summary_about){ .layout = "", .flaws = &no_flaws }, &desk->out);
	const char *out = buffer_string(&desk->out);
	if (strstr(out, "Totals, by panel                  offered   answered\n  q                                   345        345\n") == NULL ||
		strstr(out, "  hour                Chat       Sales\n  14:00               91 %      80 %~1\n  15:00                  -      80 %~2\n") == NULL)
		fail_msg("%s", out);
	day_close(&day);
}

/* The clock was set back while the alert rang: when it rang longest is not known. */
static void an_alert_without_a_length(void **state)
{
	struct desk *desk = *state;
	struct day day;
	day_open(desk, &day, day_layout_poor, 10);
	summary_alert(&day.summary, "back", day.begin_ms, -2000, false);
	summary_end(&day.summary);
	summary_json(&day.summary, &(struct summary_about){ .layout = "", .alerts_known = true, .flaws = &no_flaws }, &desk->out);
	assert_non_null(strstr(buffer_string(&desk->out), "\"name\":\"back\",\"count\":1,\"unfinished\":0,\"seconds\":-2.000,"
		"\"longest\":0.000,\"longest_from\":null}"));
	day_close(&day);
}

/* ---- what is remembered ---- */

enum { PARTS = 8, QUARTER = 15 * 60 };

/* Parts from 12:00 on: nothing, a piece, whole ones, a gap of two, a whole one, nothing. */
static struct spans_part *some_parts(void)
{
	static struct spans_part parts[PARTS];
	for (unsigned i = 0; i < PARTS; i++)
		parts[i] = (struct spans_part){ .from_s = 1795521600 + i * 2 * QUARTER, .until_s = 1795521600 + (i + 1) * 2 * QUARTER,
			.seen = i != 0 && i != 4 && i != 5 && i != 7, .partial = i == 1 || i == 3 };
	return parts;
}

static struct calls_span span_of(double offered, double answered, double late, double in_time, double uncertain)
{
	struct calls_span span = calls_none;
	const double calls[CALLS_COUNTERS] = { offered, answered, answered, offered - answered, late, offered - answered - late };
	for (int i = 0; i < CALLS_COUNTERS; i++) {
		span.calls[i] = calls[i];
		span.counted[i] = true;
	}
	span.in_time = in_time;
	span.in_time_of = answered + late;
	span.uncertain = uncertain;
	span.longest = 95;
	span.waiting = 4;
	span.running = 80;
	return span;
}

/* Counted by dispositions: handled calls, no level; abandoned ones as a whole alone. */
static struct calls_span span_of_handled(double handled)
{
	struct calls_span span = calls_none;
	span.calls[CALLS_HANDLED] = handled;
	span.counted[CALLS_HANDLED] = true;
	return span;
}

static void add_history(struct desk *desk, const struct spans *spans, const struct history_about *about)
{
	history_text(spans, about, &desk->out);
	add_out(desk);
	history_csv(spans, &desk->out);
	add_out(desk);
	history_json(spans, about, &desk->out);
	add_json(desk);
}

static void a_history(void **state)
{
	struct desk *desk = *state;
	static struct calls_span sales[PARTS], night[PARTS];
	static struct spans_value waiting[PARTS], received[PARTS];
	for (unsigned i = 0; i < PARTS; i++) {
		sales[i] = night[i] = calls_none;
		waiting[i] = received[i] = (struct spans_value){ .mean = NAN, .largest = NAN, .last = NAN, .gained = NAN };
	}
	sales[1] = span_of(10, 8, 1, 7, 0);
	sales[2] = span_of(200, 180, 10, 150, 6);
	sales[3] = span_of(0, 0, 0, 0, 0);
	sales[6] = span_of(4, 3, 1, 1, 3);
	night[2] = span_of_handled(12);
	for (unsigned i = 1; i < 4; i++) {
		waiting[i] = (struct spans_value){ .mean = 1.0 / i, .largest = i, .last = 0, .gained = NAN };
		received[i] = (struct spans_value){ .mean = 100 * i, .largest = 100 * i + 50, .last = 100 * i + 50, .gained = 100 };
	}
	struct spans_line lines[] = {
		{ .scope = STORE_TOTAL, .name = "Night, Sales", .parts = night, .whole = span_of_handled(12), .threshold = -1 },
		{ .scope = STORE_SERVICE, .name = "Sales \"North\", a name that is much longer than the table is wide, so that it is cut",
			.parts = sales, .whole = span_of(214, 191, 12, 158, 6), .threshold = 20, .missed = { 7 },
			.sent = { true, true, true, true, true, true, true, true, true, true } },
	};
	struct spans_series series[] = {
		{ .about = { .name = { .scope = STORE_TOTAL, .statistic = "in_calls_waiting" }, .kind = KIND_COUNT }, .parts = waiting,
			.whole = { .mean = 0.61, .largest = 3, .last = 0, .gained = NAN }, .missed = NAN },
		{ .about = { .name = { .scope = STORE_SERVICE, .name = "Sales", .statistic = "in_calls_received_per_day" }, .kind = KIND_COUNT,
			.counter = true }, .parts = received, .whole = { .mean = 200, .largest = 350, .last = 350, .gained = 300 }, .missed = 7 },
	};
	struct spans spans = { .from_s = 1795521600, .until_s = 1795521600 + PARTS * 2 * QUARTER, .now_s = WALL / 1000, .minutes = 30,
		.parts = some_parts(), .count = PARTS, .lines = lines, .line_count = 2, .missing_s = 3600 };
	add_history(desk, &spans, &(struct history_about){ .of = "example.cx.onecloud.com", .every = HISTORY_HALF_HOUR });
	spans.lines = NULL;
	spans.line_count = 0;
	spans.series = series;
	spans.series_count = 2;
	spans.minutes = 1;
	spans.minutes_from_s = spans.parts[2].from_s;
	add_history(desk, &spans, &(struct history_about){ .of = "a file", .every = HISTORY_MINUTE });
	check_sheet(desk, "history");
}

/* The page of a shift that is made of it. */
static void a_summary_of_a_history(void **state)
{
	struct desk *desk = *state;
	struct summary summary;
	summary_init(&summary, WALL - 7200000, WALL);
	summary.first_ms = WALL - 7200000;
	summary.last_ms = WALL - 1800000;
	struct summary_line *line = summary_begin_line(&summary, SUMMARY_SERVICE, "Sales");
	struct calls_span quarters[] = { span_of(10, 8, 1, 7, 0), span_of(4, 3, 1, 1, 0) };
	quarters[0].from_ms = WALL - 7200000;
	quarters[1].from_ms = WALL - 6300000;
	quarters[1].longest = 120;
	line->whole = span_of(16, 12, 2, 9, 0);
	summary_add_hour(line, &quarters[0]);
	summary_add_quarter(line, &quarters[0]);
	summary_add_quarter(line, &quarters[1]);
	*summary_begin_line(&summary, SUMMARY_TOTAL, "all services") = (struct summary_line){ .kind = SUMMARY_TOTAL, .name = "all services",
		.whole = span_of(16, 12, 2, 9, 0), .threshold = -1 };
	summary_add_gap(&summary, WALL - 1800000, WALL);
	const struct summary_about about = { .remembered = "example.cx.onecloud.com", .layout = "", .flaws = &no_flaws };
	summary_text(&summary, &about, &desk->out);
	add_out(desk);
	summary_json(&summary, &about, &desk->out);
	add_json(desk);
	summary_free(&summary);
	check_sheet(desk, "shift-history");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, open_desk, close_desk)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(json), TEST(csv), TEST(metrics), TEST(plugin), TEST(plugin_rows), TEST(changes), TEST(link_lines), TEST(a_summary),
		TEST(a_poor_summary), TEST(who_waited), TEST(a_total_and_a_service_that_goes), TEST(an_alert_without_a_length),
		TEST(a_history), TEST(a_summary_of_a_history),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
