/* Which recorded question answers which panel: everything that may differ, one thing at a time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "board/query.h"

struct record {
	struct layout *layout;
	struct request request;
	struct buffer text;
};

static struct layout *parse(const char *panels)
{
	static char text[8192];
	struct error error = { "" };
	snprintf(text, sizeof(text), "pages = ( { rows = ( { panels = ( %s ) } ) } )", panels);
	struct layout *layout = layout_parse("t", "t.conf", text, &error);
	if (layout == NULL)
		fail_msg("%s", error.text);
	return layout;
}

/* The request of a layout as a recording has it, with Sales and Team in the catalogues. */
static void record_open(struct record *record, const char *panels)
{
	static const char services_text[] = "[{\"id\":\"11\",\"name\":\"Sales\"},{\"id\":\"12\",\"name\":\"Chat\"}]";
	static const char teams_text[] = "[{\"id\":\"21\",\"name\":\"Team\"}]";
	struct catalogue services, teams;
	struct json json;
	struct error error = { "" };
	catalogue_init(&services);
	catalogue_init(&teams);
	json_init(&json);
	assert_true(catalogue_read(&services, &json, services_text, strlen(services_text), &error));
	assert_true(catalogue_read(&teams, &json, teams_text, strlen(teams_text), &error));
	record->layout = parse(panels);
	request_init(&record->request);
	request_plan(&record->request, record->layout, &teams, &services, "t");
	buffer_init(&record->text, REQUEST_BODY_MAX);
	assert_true(request_record_put(&record->request, 5, &record->text));
	json_free(&json);
	catalogue_free(&services);
	catalogue_free(&teams);
}

static void record_close(struct record *record)
{
	buffer_free(&record->text);
	request_free(&record->request);
	layout_free(record->layout);
}

/* Reads a record for other panels; the caller frees the request and the layout. */
static struct layout *read_for(const struct record *record, const char *panels, struct request *found)
{
	struct layout *layout = parse(panels);
	struct json json;
	struct error error = { "" };
	double interval = 0;
	json_init(&json);
	request_init(found);
	if (!request_record_read(found, layout, &json, record->text.data, record->text.length, &interval, &error))
		fail_msg("%s", error.text);
	assert_true(interval == 5);
	json_free(&json);
	return layout;
}

#define AGENTS(options) "{ name = \"a\" type = \"agent_grid\" columns = ( \"first_last_name\", \"acd_state\" ) " options " }"
#define QUEUES(options) "{ name = \"q\" type = \"service_grid\" columns = ( \"name\", \"in_calls_waiting\" ) " options " }"
#define TOTALS(tiles, options) "{ name = \"n\" type = \"totals\" tiles = ( " tiles " ) " options " }"
#define STATES(options) "{ name = \"s\" type = \"agent_states\" " options " }"
#define NEWS(options) "{ name = \"m\" type = \"messages\" " options " }"

static const struct {
	const char *recorded, *asked;
	bool found;
} pairs[] = {
	{ QUEUES(""), QUEUES(""), true },
	{ QUEUES(""), QUEUES("title = \"Other\" frame = \"none\" priority = 3"), true },
	{ QUEUES(""), "{ name = \"other\" type = \"service_grid\" columns = ( \"in_calls_waiting\" ) }", true },
	{ QUEUES(""), "{ name = \"q\" type = \"service_grid\" columns = ( \"name\", \"agents_ready\" ) }", false },
	{ QUEUES(""), AGENTS(""), false },
	{ QUEUES("services = [\"Sales\"]"), QUEUES("services = [\"Sales\"]"), true },
	/* By id what was recorded by name, and the other way round. */
	{ QUEUES("services = [\"Sales\"]"), QUEUES("services = [\"11\"]"), true },
	{ QUEUES("services = [\"Sales\", \"Chat\"]"), QUEUES("services = [\"Chat\", \"Sales\"]"), true },
	{ QUEUES("services = [\"Sales\", \"Chat\"]"), QUEUES("services = [\"Sales\"]"), false },
	{ QUEUES("services = [\"Sales\"]"), QUEUES("services = [\"Chat\"]"), false },
	{ QUEUES("services = [\"Sales\"]"), QUEUES(""), false },
	{ QUEUES(""), QUEUES("services = [\"Sales\"]"), false },
	/* Half of the rows are not all of them; all of them contain half. */
	{ QUEUES("limit = 10"), QUEUES("limit = 10"), true },
	{ QUEUES("limit = 10"), QUEUES("limit = 9"), true },
	{ QUEUES("limit = 10"), QUEUES("limit = 11"), false },
	{ QUEUES("total = true"), QUEUES(""), true },
	{ QUEUES("total = true"), QUEUES("total = true"), true },
	{ QUEUES(""), QUEUES("total = true"), false },
	{ QUEUES("sort = \"name\""), QUEUES(""), true },
	{ QUEUES("filter = \"in_calls_waiting GT 1\""), QUEUES("filter = \"in_calls_waiting GT 1\""), true },
	{ QUEUES("filter = \"in_calls_waiting GT 1\""), QUEUES("filter = \"in_calls_waiting GT 2\""), false },
	{ QUEUES("filter = \"in_calls_waiting GT 1\""), QUEUES("filter = \"in_calls_waiting GE 1\""), false },
	{ QUEUES("filter = \"in_calls_waiting GT 1\""), QUEUES("filter = \"agents_ready GT 1\""), false },
	{ QUEUES("filter = \"in_calls_waiting GT 1\""), QUEUES(""), false },
	{ QUEUES(""), QUEUES("filter = \"in_calls_waiting GT 1\""), false },
	{ AGENTS("teams = [\"Team\"]"), AGENTS("teams = [\"Team\"]"), true },
	{ AGENTS("teams = [\"Team\"]"), AGENTS("teams = [\"21\"]"), true },
	{ AGENTS("teams = [\"Team\"]"), AGENTS(""), false },
	{ AGENTS("logged_in_only = true"), AGENTS("logged_in_only = true"), true },
	{ AGENTS("logged_in_only = true"), AGENTS("logged_in_only = false"), false },
	{ AGENTS("logged_in_only = false"), AGENTS("logged_in_only = true"), false },
	{ AGENTS("subteam_only = true"), AGENTS("subteam_only = true"), true },
	{ AGENTS("subteam_only = true"), AGENTS(""), false },
	{ AGENTS(""), AGENTS("subteam_only = true"), false },
	{ AGENTS(""), "{ name = \"s\" type = \"agent_states\" }", false },
	{ STATES(""), STATES(""), true },
	{ STATES("lists = true"), STATES("lists = true limits = ( { state = \"busy\" warn = \"> 5m\" } )"), true },
	{ STATES("lists = true"), STATES(""), true },
	{ STATES(""), STATES("lists = true"), false },
	{ TOTALS("\"in_calls_waiting\", \"agents_ready\"", ""), TOTALS("\"agents_ready\"", ""), true },
	{ TOTALS("\"agents_ready\"", ""), TOTALS("\"in_calls_waiting\", \"agents_ready\"", ""), false },
	{ TOTALS("\"agents_ready\"", "dispositions = [\"Sold\"]"), TOTALS("\"agents_ready\"", "dispositions = [\"Sold\"]"), true },
	{ TOTALS("\"agents_ready\"", "dispositions = [\"Sold\"]"), TOTALS("\"agents_ready\"", "dispositions = [\"Lost\"]"), false },
	{ TOTALS("\"agents_ready\"", "dispositions = [\"Sold\"]"), TOTALS("\"agents_ready\"", ""), false },
	{ TOTALS("\"agents_ready\"", ""), TOTALS("\"agents_ready\"", "dispositions = [\"Sold\"]"), false },
	{ TOTALS("{ stat = \"agents_ready\" dispositions = [\"Sold\"] }", ""),
		TOTALS("{ stat = \"agents_ready\" dispositions = [\"Sold\"] }", ""), true },
	{ TOTALS("{ stat = \"agents_ready\" dispositions = [\"Sold\"] }", ""), TOTALS("\"agents_ready\"", ""), false },
	{ TOTALS("\"agents_ready\"", ""), TOTALS("{ stat = \"agents_ready\" dispositions = [\"Sold\"] }", ""), false },
	{ NEWS(""), NEWS(""), true },
	{ NEWS(""), NEWS("limit = 1"), true },
};

static void a_panel_finds_its_own_question(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		struct record record;
		struct request found;
		record_open(&record, pairs[i].recorded);
		struct layout *layout = read_for(&record, pairs[i].asked, &found);
		assert_int_equal(found.set_count, 1);
		const struct request_set *set = &found.sets[0];
		if (set->skipped == pairs[i].found)
			fail_msg("%s asked of %s: %s", pairs[i].asked, pairs[i].recorded, set->skipped ? set->reason : "found");
		if (pairs[i].found) {
			assert_string_equal(set->app_id, record.request.sets[0].app_id);
			assert_string_equal(set->grid_id, record.request.sets[0].grid_id);
			assert_int_equal(set->filter_services_here, record.request.sets[0].filter_services_here);
		}
		request_free(&found);
		layout_free(layout);
		record_close(&record);
	}
}

/* Of several that suit: the same rows in the same order, then the same name, then the first. */
static void the_nearest_is_taken(void **state)
{
#define ONE(name, options) "{ name = \"" name "\" type = \"service_grid\" columns = ( \"name\" ) " options " }"
	static const char recorded[] = ONE("a", "limit = 30") "," ONE("b", "limit = 20 sort = \"name\"") ","
		ONE("c", "limit = 20 sort = \"name desc\"") "," ONE("d", "limit = 20") "," ONE("e", "limit = 20");
	static const struct {
		const char *asked, *app_id;
	} cases[] = {
		{ ONE("x", "limit = 20"), "t/d" },
		{ ONE("e", "limit = 20"), "t/e" },
		{ ONE("x", "limit = 30"), "t/a" },
		{ ONE("e", "limit = 30"), "t/a" },
		{ ONE("x", "limit = 20 sort = \"name\""), "t/b" },
		{ ONE("x", "limit = 20 sort = \"name desc\""), "t/c" },
		{ ONE("x", "limit = 5 sort = \"name desc\""), "t/c" },
		{ ONE("x", "limit = 5"), "t/a" },
		{ ONE("e", "limit = 5"), "t/e" },
	};
	(void)state;
	struct record record;
	record_open(&record, recorded);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct request found;
		struct layout *layout = read_for(&record, cases[i].asked, &found);
		assert_false(found.sets[0].skipped);
		if (strcmp(found.sets[0].app_id, cases[i].app_id) != 0)
			fail_msg("%s: %s, not %s", cases[i].asked, found.sets[0].app_id, cases[i].app_id);
		request_free(&found);
		layout_free(layout);
	}
	record_close(&record);
}

static void columns_stand_where_the_panel_has_them(void **state)
{
	static const char recorded[] =
		"{ name = \"a\" type = \"agent_grid\" columns = ( \"first_last_name\", \"acd_state\", \"state_duration\" ) }";
	static const struct {
		const char *asked, *ids[3];
		unsigned shown;
		int key;
	} cases[] = {
		{ "{ name = \"a\" type = \"agent_grid\" columns = ( \"state_duration\", \"first_last_name\" ) }", { "3", "1", "4" }, 2, 2 },
		{ "{ name = \"s\" type = \"agent_states\" }", { "2" }, 1, -2 },
	};
	struct record record;
	(void)state;
	record_open(&record, recorded);
	for (size_t i = 0; i < 2; i++) {
		struct request found;
		struct layout *layout = read_for(&record, cases[i].asked, &found);
		const struct request_set *set = &found.sets[0];
		if (cases[i].key == -2) {
			/* A count of states is a question of its own. */
			assert_true(set->skipped);
		} else {
			assert_int_equal(set->shown_count, cases[i].shown);
			assert_int_equal(set->key_column, cases[i].key);
			for (unsigned c = 0; c < set->column_count; c++)
				assert_string_equal(set->columns[c].id, cases[i].ids[c]);
			assert_string_equal(set->columns[2].stat, "login_id");
		}
		request_free(&found);
		layout_free(layout);
	}
	record_close(&record);
}

/* What was refused when it was recorded says why; what nobody asked for says that. */
static void what_was_refused_says_why(void **state)
{
	struct record record;
	struct request found;
	(void)state;
	record_open(&record, QUEUES("services = [\"Nobody\"]"));
	assert_true(record.request.sets[0].skipped);
	struct layout *layout = read_for(&record, QUEUES("services = [\"Nobody\"]"), &found);
	assert_true(found.sets[0].skipped);
	assert_string_equal(found.sets[0].reason, record.request.sets[0].reason);
	request_free(&found);
	layout_free(layout);
	layout = read_for(&record, AGENTS(""), &found);
	assert_true(found.sets[0].skipped);
	assert_string_not_equal(found.sets[0].reason, record.request.sets[0].reason);
	assert_true(found.sets[0].reason[0] != '\0');
	request_free(&found);
	layout_free(layout);
	record_close(&record);
}

static void what_is_not_a_request_is_refused(void **state)
{
	static const char *const wrong[] = {
		"", "{", "{}", "{\"sets\":[]}", "{\"interval\":5}", "{\"interval\":5,\"sets\":{}}", "{\"interval\":0,\"sets\":[]}",
		"{\"interval\":-1,\"sets\":[]}", "{\"interval\":1e9,\"sets\":[]}", "{\"interval\":\"x\",\"sets\":[]}",
	};
	struct layout *layout = parse(QUEUES(""));
	struct request request;
	struct json json;
	double interval = 7;
	(void)state;
	request_init(&request);
	json_init(&json);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct error error = { "" };
		if (request_record_read(&request, layout, &json, wrong[i], strlen(wrong[i]), &interval, &error))
			fail_msg("%s was taken", wrong[i]);
		assert_true(error.text[0] != '\0');
		assert_true(interval == 7);
	}
	json_free(&json);
	request_free(&request);
	layout_free(layout);
}

/* What only the screen makes of the answer. */
enum { LOOKS = PANEL_KEY_ALARMED_FIRST | PANEL_KEY_SEVERITY | PANEL_KEY_DIGITS | PANEL_KEY_TEXT | PANEL_KEY_FORMAT | PANEL_KEY_TURN |
	PANEL_KEY_LIMITS | PANEL_KEY_SIZE | PANEL_KEY_SPAN | PANEL_KEY_STYLE | PANEL_KEY_COMPARE | PANEL_KEY_TARGET };

static const struct {
	unsigned key;
	const char *a, *b;
	bool messages;
} differences[] = {
	{ PANEL_KEY_SERVICES, "", "services = [\"Sales\"]", false },
	{ PANEL_KEY_SERVICES, "services = [\"Sales\"]", "services = [\"Chat\"]", false },
	{ PANEL_KEY_TEAMS, "", "teams = [\"Team\"]", false },
	{ PANEL_KEY_DISPOSITIONS, "", "dispositions = [\"Sold\"]", false },
	{ PANEL_KEY_DISPOSITIONS, "dispositions = [\"Sold\"]", "dispositions = [\"Lost\"]", false },
	{ PANEL_KEY_COLUMNS, "columns = ( \"in_calls_waiting\" )", "columns = ( \"in_calls_waiting\", \"agents_busy\" )", false },
	{ PANEL_KEY_TILES, "tiles = ( \"a\" )", "tiles = ( \"a\", \"b\" )", false },
	{ PANEL_KEY_SERIES, "series = ( \"agents_busy\" )", "series = ( \"agents_busy\", \"agents_ready\" )", false },
	{ PANEL_KEY_SORT, "", "sort = \"x\"", false },
	{ PANEL_KEY_SORT, "sort = \"x\"", "sort = \"y\"", false },
	{ PANEL_KEY_SORT, "sort = \"x\"", "sort = \"x desc\"", false },
	{ PANEL_KEY_FILTER, "", "filter = \"x EQ '1'\"", false },
	{ PANEL_KEY_FILTER, "filter = \"x EQ '1'\"", "filter = \"y EQ '1'\"", false },
	{ PANEL_KEY_FILTER, "filter = \"x EQ '1'\"", "filter = \"x NE '1'\"", false },
	{ PANEL_KEY_FILTER, "filter = \"x EQ '1'\"", "filter = \"x EQ '2'\"", false },
	{ PANEL_KEY_FILTER, "filter = \"x EQ '1'\"", "filter = \"x EQ ''\"", false },
	{ PANEL_KEY_FILTER, "", "filter = \"u\"", true },
	{ PANEL_KEY_FILTER, "filter = \"v\"", "filter = \"u\"", true },
	{ PANEL_KEY_LIMIT, "limit = 10", "limit = 11", false },
	{ PANEL_KEY_LIMIT, "limit = 10", "limit = 11", true },
	{ PANEL_KEY_TOTAL, "", "total = true", false },
	{ PANEL_KEY_LOGGED_IN_ONLY, "", "logged_in_only = true", false },
	{ PANEL_KEY_SUBTEAM_ONLY, "", "subteam_only = true", false },
	{ PANEL_KEY_LISTS, "", "lists = true", false },
	{ PANEL_KEY_POOL, "", "pool = [\"Sales\"]", false },
	{ PANEL_KEY_POOL, "pool = [\"Sales\"]", "pool = [\"Chat\"]", false },
	{ PANEL_KEY_POOLS, "pools = ( { pool = [\"Sales\"] } )", "pools = ( { pool = [\"Chat\"] } )", false },
};

/* A panel of the type with one option, and what it must have beside it. */
static const char *panel_text(char out[512], enum panel_type type, unsigned key, const char *option)
{
	unsigned keys = panel_kind(type)->keys;
	bool columns = (keys & PANEL_KEY_COLUMNS) != 0 && key != PANEL_KEY_COLUMNS;
	bool tiles = (keys & PANEL_KEY_TILES) != 0 && key != PANEL_KEY_TILES;
	bool series = (keys & PANEL_KEY_SERIES) != 0 && key != PANEL_KEY_SERIES;
	snprintf(out, 512, "{ name = \"p\" type = \"%s\" %s %s %s %s }", panel_type_names[type],
		series ? "series = ( \"agents_busy\" )" : "", columns ? "columns = ( \"in_calls_waiting\" )" : "", tiles ? "tiles = ( \"a\" )" : "", option);
	return out;
}

/* One has all of the other's rows and columns, in its order. */
static bool serves(const struct record *record, const char *panel)
{
	struct request found;
	struct layout *layout = read_for(record, panel, &found);
	bool good = !found.sets[0].skipped;
	request_free(&found);
	layout_free(layout);
	return good;
}

static void expect_difference(enum panel_type type, unsigned key, const char *option_a, const char *option_b)
{
	char text_a[512], text_b[512];
	struct record a, b;
	struct buffer body_a, body_b;
	record_open(&a, panel_text(text_a, type, key, option_a));
	record_open(&b, panel_text(text_b, type, key, option_b));
	buffer_init(&body_a, REQUEST_BODY_MAX);
	buffer_init(&body_b, REQUEST_BODY_MAX);
	for (int dialect = DIALECT_SCHEMA; dialect <= DIALECT_EXAMPLE; dialect++) {
		a.request.dialect = b.request.dialect = (enum dialect)dialect;
		assert_true(request_body(&a.request, &body_a) && request_body(&b.request, &body_b));
		if (strcmp(buffer_string(&body_a), buffer_string(&body_b)) == 0)
			fail_msg("one body for %s and %s", text_a, text_b);
	}
	if (strcmp(buffer_string(&a.text), buffer_string(&b.text)) == 0)
		fail_msg("one record for %s and %s", text_a, text_b);
	request_sign(&a.request);
	request_sign(&b.request);
	if (a.request.signature == b.request.signature)
		fail_msg("one signature for %s and %s", text_a, text_b);
	const struct panel *panel_a = &a.layout->panels[0], *panel_b = &b.layout->panels[0];
	if (query_covers(panel_a, panel_b) && query_covers(panel_b, panel_a))
		fail_msg("%s and %s are one panel", text_a, text_b);
	assert_true(query_covers(panel_a, panel_a) && query_covers(panel_b, panel_b));
	/* An order is only preferred: the_nearest_is_taken. */
	if (key != PANEL_KEY_SORT && serves(&a, text_b) && serves(&b, text_a))
		fail_msg("%s and %s find each other in a recording", text_a, text_b);
	assert_true(serves(&a, text_a) && serves(&b, text_b));
	buffer_free(&body_a);
	buffer_free(&body_b);
	record_close(&a);
	record_close(&b);
}

/* A panel that is made of its recorded set asks for all that the set asked for, and finds it again. */
static void expect_same_panel(const char *text)
{
	struct record record;
	struct json json;
	struct buffer made;
	struct request found;
	struct error error = { "" };
	record_open(&record, text);
	const struct panel *panel = &record.layout->panels[0];
	json_init(&json);
	buffer_init(&made, REQUEST_BODY_MAX);
	assert_true(json_parse(&json, record.text.data, record.text.length, &error));
	buffer_text(&made, "{ name = \"made\"");
	int set = json_first(&json, json_get(&json, json_root(&json), "sets"));
	/* A chart and half-hours are recorded as the tiles that they ask for. */
	request_record_panel(&json, set, panel_has_totals(panel->type) ? PANEL_TOTALS : panel->type, NULL, &made);
	buffer_text(&made, " }");
	struct layout *layout = read_for(&record, buffer_string(&made), &found);
	if (!query_covers(&layout->panels[0], panel) || layout->panels[0].total != panel->total || found.sets[0].skipped)
		fail_msg("%s became %s", text, buffer_string(&made));
	request_free(&found);
	layout_free(layout);
	buffer_free(&made);
	json_free(&json);
	record_close(&record);
}

static void a_recorded_set_makes_its_panel(void **state)
{
	static const char *const columns[] = {
		AGENTS(""),
		("{ name = \"q\" type = \"service_grid\" columns = ( \"name\", \"a\","
		" { stat = \"a\" dispositions = [\"Sold\", \"Lo\\\"st\"] },"
		" { stat = \"a\" dispositions = [\"Won\"] }, { sum = [\"in_calls_waiting\", \"agents_logged\"] label = \"Both\" } ) }"),
		"{ name = \"q\" type = \"totals\" tiles = ( \"a\", { label = \"Rate\" calc = \"in_calls_waiting / agents_logged\" } ) }",
		("{ name = \"q\" type = \"service_grid\" services = [\"Sales\", \"Chat\"] sort = \"x\" filter = \"y EQ 'a\\\"b\\\\'\""
		" limit = 7 total = true columns = ( \"a\", { stat = \"a\" name = \"again\" } ) }"),
	};
	char text[512];
	(void)state;
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		expect_same_panel(columns[i]);
	for (int type = 0; type < PANEL_TYPE_COUNT; type++)
		for (size_t i = 0; i < sizeof(differences) / sizeof(differences[0]); i++)
			if (panel_subscribes((enum panel_type)type) && differences[i].messages == (type == PANEL_MESSAGES) &&
				(panel_kind((enum panel_type)type)->keys & differences[i].key) != 0)
				expect_same_panel(panel_text(text, (enum panel_type)type, differences[i].key, differences[i].b));
}

/* The key that only tells rows apart is no column of a panel that is made. */
static void a_made_panel_shows_no_hidden_key(void **state)
{
	struct record record;
	struct json json;
	struct buffer made;
	struct error error = { "" };
	(void)state;
	json_init(&json);
	for (int shown = 0; shown < 2; shown++) {
		record_open(&record, shown == 1 ? "{ name = \"q\" type = \"agent_grid\" columns = ( \"acd_state\", \"login_id\", \"reason\" ) }"
			: "{ name = \"q\" type = \"agent_grid\" columns = ( \"acd_state\", \"reason\" ) }");
		buffer_init(&made, REQUEST_BODY_MAX);
		assert_true(json_parse(&json, record.text.data, record.text.length, &error));
		request_record_panel(&json, json_first(&json, json_get(&json, json_root(&json), "sets")), PANEL_AGENT_GRID, NULL, &made);
		assert_int_equal(strstr(buffer_string(&made), "login_id") != NULL, shown == 1);
		buffer_free(&made);
		record_close(&record);
	}
	json_free(&json);
}

/* Screens share a subscription and a recording by what their panels ask for: an option that one of the four forgets mixes up their data. */
static void what_differs_in_one_option_differs_everywhere(void **state)
{
	(void)state;
	for (int t = 0; t < PANEL_TYPE_COUNT; t++) {
		enum panel_type type = (enum panel_type)t;
		if (!panel_subscribes(type))
			continue;
		for (unsigned key = 1; key < PANEL_KEY_END; key <<= 1) {
			unsigned tried = 0;
			if ((panel_kind(type)->keys & ~(unsigned)LOOKS & key) == 0)
				continue;
			for (size_t i = 0; i < sizeof(differences) / sizeof(differences[0]); i++) {
				if (differences[i].key != key || differences[i].messages != (type == PANEL_MESSAGES))
					continue;
				expect_difference(type, key, differences[i].a, differences[i].b);
				tried++;
			}
			if (tried == 0)
				fail_msg("nothing to try for key %x of %s", key, panel_type_names[type]);
		}
	}
}

/* How the server writes percentages goes with the request, and what a layout pins before it. */
static void scales_are_recorded(void **state)
{
	struct record record;
	struct request found;
	struct json json;
	struct error error = { "" };
	double interval;
	(void)state;
	record_open(&record, "{ name = \"q\" type = \"service_grid\" total = true columns = ("
		" { stat = \"service_level\" scale = \"fraction\" total_scale = \"percent\" }, \"service_level_target\","
		" { stat = \"in_calls_waiting\" } ) }");
	assert_null(strstr(buffer_string(&record.text), "percent_totals"));
	record.request.scales = (struct scales){ .totals = SCALE_PERCENT, .grids = SCALE_FRACTION };
	buffer_clear(&record.text);
	assert_true(request_record_put(&record.request, 5, &record.text));
	struct layout *layout = parse("{ name = \"q\" type = \"service_grid\" total = true columns = ("
		" \"service_level\", { stat = \"service_level_target\" total_scale = \"fraction\" } ) }");
	request_init(&found);
	json_init(&json);
	if (!request_record_read(&found, layout, &json, record.text.data, record.text.length, &interval, &error))
		fail_msg("%s", error.text);
	assert_int_equal(found.scales.totals, SCALE_PERCENT);
	assert_int_equal(found.scales.grids, SCALE_FRACTION);
	assert_int_equal(found.sets[0].columns[0].scale, SCALE_FRACTION);
	assert_int_equal(found.sets[0].columns[0].total_scale, SCALE_PERCENT);
	assert_int_equal(found.sets[0].columns[1].scale, SCALE_AUTO);
	assert_int_equal(found.sets[0].columns[1].total_scale, SCALE_FRACTION);
	request_free(&found);
	json_free(&json);
	layout_free(layout);
	record_close(&record);
}

/* A computed column finds what it is computed of, shown or hidden, in what another layout asked for. */
static void computed_columns_find_their_operands(void **state)
{
	static const char rate[] = "{ name = \"n\" type = \"service_grid\" columns = ( \"name\","
		" { label = \"Rate\" kind = \"percent\" calc = \"100 * in_calls_waiting / agents_logged\" } ) }";
	static const char *const recorded[] = {
		rate,
		"{ name = \"n\" type = \"service_grid\" columns = ( \"agents_logged\", \"in_calls_waiting\", \"name\" ) }",
		"{ name = \"n\" type = \"service_grid\" columns = ( \"name\", \"agents_logged\" ) }",
	};
	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		struct record record;
		struct request found;
		request_init(&found);
		record_open(&record, recorded[i]);
		struct layout *layout = read_for(&record, rate, &found);
		assert_int_equal(found.sets[0].skipped, i == 2);
		if (i < 2) {
			const struct request_set *set = &found.sets[0];
			assert_int_equal(set->shown_count, 2);
			assert_int_equal(set->read_count, 4);
			const struct placed_formula *calc = set->columns[1].calc;
			assert_string_equal(set->columns[calc->columns[0]].stat, "in_calls_waiting");
			assert_string_equal(set->columns[calc->columns[1]].stat, "agents_logged");
		}
		request_free(&found);
		layout_free(layout);
		record_close(&record);
	}
}

/* A recording of either has the data of both. */
static void charts_and_tiles_ask_for_the_same(void **state)
{
	static const char tiles[] = "{ name = \"n\" type = \"totals\" services = [\"Sales\"] tiles = ( \"agents_busy\", \"agents_ready\" ) }";
	static const char chart[] = "{ name = \"c\" type = \"chart\" services = [\"Sales\"] series = ( \"agents_ready\" ) }";
	static const char other[] = "{ name = \"c\" type = \"chart\" series = ( \"agents_ready\" ) }";
	struct record record;
	(void)state;
	record_open(&record, tiles);
	assert_true(serves(&record, chart));
	assert_false(serves(&record, other));
	record_close(&record);
	record_open(&record, chart);
	assert_non_null(strstr(buffer_string(&record.text), "\"type\":\"totals\""));
	assert_false(serves(&record, tiles));
	assert_true(serves(&record, "{ name = \"n\" type = \"totals\" services = [\"Sales\"] tiles = ( \"agents_ready\" ) }"));
	record_close(&record);
}

/* Statistics of other dispositions are asked for apart: which column is of which part stands in the record. */
static void parts_are_recorded(void **state)
{
	static const char panels[] =
		"{ name = \"n\" type = \"totals\" tiles = ("
		" { stat = \"calls_dispositions_per_day\" kind = \"count\" dispositions = [\"Sold\"] },"
		" { stat = \"calls_dispositions_per_day\" kind = \"count\" dispositions = [\"Lost\"] },"
		" { stat = \"calls_dispositions_per_day\" kind = \"count\" } ) }";
	struct record record;
	struct request found;
	struct json json;
	struct error error = { "" };
	unsigned apart = 0;
	(void)state;
	record_open(&record, panels);
	json_init(&json);
	if (!json_parse(&json, record.text.data, record.text.length, &error))
		fail_msg("%s: %s", error.text, record.text.data);
	json_free(&json);
	struct layout *layout = read_for(&record, panels, &found);
	assert_int_equal(found.sets[0].column_count, record.request.sets[0].column_count);
	for (unsigned i = 0; i < found.sets[0].column_count; i++) {
		assert_int_equal(found.sets[0].columns[i].part, record.request.sets[0].columns[i].part);
		apart += found.sets[0].columns[i].part > 0;
	}
	assert_true(apart >= 2);
	request_free(&found);
	layout_free(layout);
	record_close(&record);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(computed_columns_find_their_operands),
		cmocka_unit_test(a_recorded_set_makes_its_panel),
		cmocka_unit_test(a_made_panel_shows_no_hidden_key),
		cmocka_unit_test(parts_are_recorded),
		cmocka_unit_test(scales_are_recorded),
		cmocka_unit_test(a_panel_finds_its_own_question),
		cmocka_unit_test(the_nearest_is_taken),
		cmocka_unit_test(columns_stand_where_the_panel_has_them),
		cmocka_unit_test(what_was_refused_says_why),
		cmocka_unit_test(what_is_not_a_request_is_refused),
		cmocka_unit_test(charts_and_tiles_ask_for_the_same),
		cmocka_unit_test(what_differs_in_one_option_differs_everywhere),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
