/* A layout as text: what is not changed stays as it is, whatever it is; what is changed is read back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "layout/layout.h"
#include "layout/layout_text.h"

/* ---- whether two layouts are the same but for where things stand in their files ---- */

/* A pointer that no row here compares stays in the copy, and the bytes of two copies then differ: a new field is noticed. */
#define COMPARED_TEXT(a, b, field) \
	do { \
		if (((a)->field == NULL) != ((b)->field == NULL) || ((a)->field != NULL && strcmp((a)->field, (b)->field) != 0)) \
			fail_msg("%s: '%s' is not '%s'", #field, (a)->field, (b)->field); \
		(a)->field = (b)->field = NULL; \
	} while (0)

#define COMPARED_TEXTS(a, b, field) \
	do { \
		assert_true(texts_same(&(a)->field, &(b)->field)); \
		(a)->field = (b)->field = (struct texts){ .count = 0 }; \
	} while (0)

static void same_column(const struct column *one, const struct column *other)
{
	struct column a, b;
	memcpy(&a, one, sizeof(a));
	memcpy(&b, other, sizeof(b));
	COMPARED_TEXT(&a, &b, name);
	COMPARED_TEXT(&a, &b, stat);
	COMPARED_TEXT(&a, &b, label);
	COMPARED_TEXT(&a, &b, head);
	COMPARED_TEXT(&a, &b, shows);
	COMPARED_TEXTS(&a, &b, sum);
	COMPARED_TEXTS(&a, &b, dispositions);
	assert_true((a.calc == NULL) == (b.calc == NULL));
	if (a.calc != NULL) {
		assert_string_equal(a.calc->text, b.calc->text);
		assert_memory_equal(&a.calc->formula, &b.calc->formula, sizeof(a.calc->formula));
	}
	assert_int_equal(a.limit_count, b.limit_count);
	for (unsigned i = 0; i < a.limit_count; i++) {
		struct limit limit, its;
		memcpy(&limit, &a.limits[i], sizeof(limit));
		memcpy(&its, &b.limits[i], sizeof(its));
		COMPARED_TEXT(&limit, &its, state_text);
		COMPARED_TEXT(&limit, &its, reason);
		assert_memory_equal(&limit, &its, sizeof(limit));
	}
	assert_int_equal(a.edges.count, b.edges.count);
	for (unsigned i = 0; i < a.edges.count; i++)
		assert_true(a.edges.numbers[i] == b.edges.numbers[i]);
	a.calc = b.calc = NULL;
	a.limits = b.limits = NULL;
	a.edges.numbers = b.edges.numbers = NULL;
	a.line = b.line = 0;
	assert_memory_equal(&a, &b, sizeof(a));
}

static void same_panel(const struct panel *one, const struct panel *other)
{
	struct panel a, b;
	memcpy(&a, one, sizeof(a));
	memcpy(&b, other, sizeof(b));
	COMPARED_TEXT(&a, &b, name);
	COMPARED_TEXT(&a, &b, title);
	COMPARED_TEXT(&a, &b, sort_stat);
	COMPARED_TEXT(&a, &b, filter_stat);
	COMPARED_TEXT(&a, &b, filter_value);
	COMPARED_TEXT(&a, &b, message_filter);
	COMPARED_TEXT(&a, &b, severity_from);
	COMPARED_TEXT(&a, &b, text);
	COMPARED_TEXT(&a, &b, format);
	COMPARED_TEXTS(&a, &b, services);
	COMPARED_TEXTS(&a, &b, teams);
	COMPARED_TEXTS(&a, &b, dispositions);
	assert_int_equal(a.column_count, b.column_count);
	for (unsigned i = 0; i < a.column_count; i++)
		same_column(&a.columns[i], &b.columns[i]);
	assert_true((a.time == NULL) == (b.time == NULL));
	if (a.time != NULL)
		same_column(a.time, b.time);
	a.columns = b.columns = a.time = b.time = NULL;
	assert_true((a.staffing == NULL) == (b.staffing == NULL));
	if (a.staffing != NULL)
		assert_int_equal(a.staffing->index, b.staffing->index);
	a.staffing = b.staffing = NULL;
	a.line = b.line = 0;
	assert_memory_equal(&a, &b, sizeof(a));
}

static void same_alert(const struct alert_rule *one, const struct alert_rule *other)
{
	struct alert_rule a, b;
	memcpy(&a, one, sizeof(a));
	memcpy(&b, other, sizeof(b));
	COMPARED_TEXT(&a, &b, name);
	COMPARED_TEXT(&a, &b, when);
	COMPARED_TEXT(&a, &b, clear);
	COMPARED_TEXT(&a, &b, sms_from);
	COMPARED_TEXTS(&a, &b, command);
	COMPARED_TEXTS(&a, &b, clear_command);
	COMPARED_TEXTS(&a, &b, sms);
	a.when_condition = a.clear_condition = b.when_condition = b.clear_condition = NULL;
	a.line = b.line = 0;
	assert_memory_equal(&a, &b, sizeof(a));
}

static void same_page(const struct page *one, const struct page *other)
{
	assert_string_equal(one->title, other->title);
	assert_int_equal(one->seconds, other->seconds);
	assert_int_equal(one->row_count, other->row_count);
	for (unsigned r = 0; r < one->row_count; r++) {
		struct layout_row a, b;
		memcpy(&a, &one->rows[r], sizeof(a));
		memcpy(&b, &other->rows[r], sizeof(b));
		for (unsigned i = 0; i < a.panel_count && i < b.panel_count; i++)
			assert_int_equal(a.panels[i]->index, b.panels[i]->index);
		a.panels = b.panels = NULL;
		assert_memory_equal(&a, &b, sizeof(a));
	}
}

static void same_layout(const struct layout *one, const struct layout *other)
{
	struct layout a = *one, b = *other;
	COMPARED_TEXT(&a, &b, name);
	COMPARED_TEXT(&a, &b, source);
	COMPARED_TEXT(&a, &b, title);
	assert_int_equal(a.page_count, b.page_count);
	for (unsigned i = 0; i < a.page_count; i++)
		same_page(&a.pages[i], &b.pages[i]);
	assert_int_equal(a.panel_count, b.panel_count);
	for (unsigned i = 0; i < a.panel_count; i++)
		same_panel(&a.panels[i], &b.panels[i]);
	assert_int_equal(a.alert_count, b.alert_count);
	for (unsigned i = 0; i < a.alert_count; i++)
		same_alert(&a.alerts[i], &b.alerts[i]);
	assert_true(a.interval == b.interval && a.rotate == b.rotate && a.status == b.status && a.turn == b.turn);
	assert_true((a.warnings == NULL) == (b.warnings == NULL));
}

/* ---- layouts to write ---- */

static struct layout *parse(const char *text)
{
	struct error error;
	struct layout *layout = layout_parse("sample", "sample.conf", text, &error);
	if (layout == NULL)
		fail_msg("%s\n%s", error.text, text);
	return layout;
}

/* An option of a panel in words that every type accepts which has it. */
static const struct {
	enum panel_key key;
	const char *text;
} samples[] = {
	{ PANEL_KEY_SERVICES, "services = [\"Sales\", \"Quote \\\" and \\\\ here\"]" },
	{ PANEL_KEY_TEAMS, "teams = ( \"Team 1\", # the first\n \"Team 2\" )" },
	{ PANEL_KEY_DISPOSITIONS, "dispositions = \"Sold\"" },
	{ PANEL_KEY_COLUMNS, NULL },
	{ PANEL_KEY_TILES, "tiles = ( { stat = \"in_calls_waiting\"  digits = 5  compare = \"yesterday\"  dispositions = [\"Sold\"] },"
		" { calc = \"agents_busy + 1\"  label = \"Busy } ] )\" }, \"agents_ready\","
		" { staff = \"missing\"  target = \"80/20\" } )" },
	{ PANEL_KEY_SORT, NULL },
	{ PANEL_KEY_FILTER, "filter = \"name NE ''\"" },
	{ PANEL_KEY_LIMIT, "limit = 0x20" },
	{ PANEL_KEY_TOTAL, "total = TRUE" },
	{ PANEL_KEY_LOGGED_IN_ONLY, "logged_in_only = true;" },
	{ PANEL_KEY_SUBTEAM_ONLY, "subteam_only : true" },
	{ PANEL_KEY_ALARMED_FIRST, "alarmed_first = true," },
	{ PANEL_KEY_SEVERITY, NULL },
	{ PANEL_KEY_DIGITS, "digits = 3" },
	{ PANEL_KEY_TEXT, "text = \"one { two\\n\" // goes on\n \"# three\"" },
	{ PANEL_KEY_FORMAT, "format = \"%H:%M\"" },
	{ PANEL_KEY_TURN, "turn = 0" },
	{ PANEL_KEY_LISTS, "lists = true" },
	{ PANEL_KEY_LIMITS, "limits = ( { state = \"not_ready\"  reason = \"Lunch\"  warn = \"> 30m\"  alert = \"> 1h\" } )" },
	{ PANEL_KEY_SIZE, "size = 3" },
	{ PANEL_KEY_SERIES, "series = ( { stat = \"in_calls_received_per_day\"  each = \"15m\" } )" },
	{ PANEL_KEY_SPAN, "span = \"2h\"" },
	{ PANEL_KEY_STYLE, "style = \"line\"" },
	{ PANEL_KEY_COMPARE, "compare = \"week\"" },
	{ PANEL_KEY_POOL, "pool = [\"Sales\"]" },
	{ PANEL_KEY_POOLS, "pools = ( { name = \"Both\"  pool = [\"Sales\", \"Chat\"]  target = \"90/15\" } )" },
	{ PANEL_KEY_TARGET, "target = \"80/20\"" },
};

static const char *sample_of(enum panel_type type, enum panel_key key)
{
	static const char *const services = "columns = ( { stat = \"name\"  width = 20  align = \"right\" },\n"
		" { stat = \"service_level\"  scale = \"fraction\"  total_scale = \"percent\"  warn = \"< 80\"  alert = \"< 70\" },"
		" { bullet = \"service_level\"  target = 80  label = \"SL\" }, { bar = \"agents_busy\" }, { spark = \"agents_busy\" },"
		" { sum = [\"agents_busy\", \"agents_ready\"]  label = \"All\"  priority = 7  lifts = false } )";
	static const char *const agents = "columns = ( \"first_last_name\", \"acd_state\", { name = \"time\"  stat = \"state_duration\""
		"  kind = \"duration\"  limits = ( { state = \"busy\"  warn = \"> 5m\" } ) } )";
	static const char *const halves = "columns = ( \"in_calls_received_per_day\", \"service_level\" )";
	bool people = type == PANEL_AGENT_GRID || type == PANEL_AGENT_STATES;
	if (key == PANEL_KEY_COLUMNS)
		return type == PANEL_SERVICE_GRID ? services : type == PANEL_AGENT_GRID ? agents : halves;
	if (key == PANEL_KEY_SORT || key == PANEL_KEY_SEVERITY)
		return key == PANEL_KEY_SORT ? (people ? "sort = \"time desc\"" : "sort = \"service_level\"")
			: people ? "severity = \"time\"" : "severity = \"service_level\"";
	if (key == PANEL_KEY_FILTER && people)
		return "filter = \"acd_state NE ''\"";
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
		if (samples[i].key == key)
			return samples[i].text;
	fail_msg("no sample of option %d: add it", (int)key);
	return NULL;
}

/* One panel of each type with every option that the type has, on a page of its kind of brackets and separators. */
static void put_everything(struct buffer *out)
{
	buffer_text(out, "# Everything: { ( [\ntitle = \"All of it\"\nstatus : \"off\"; rotate = \"hold\", turn = 20\ninterval = 2.5\n"
		"pages = ( { title = \"One\"  seconds = 30\n\trows = (");
	for (int type = 0; type < PANEL_TYPE_COUNT; type++) {
		buffer_print(out, "%s\n\t\t{ height = \"5%%\"  min_lines = 3  priority = 9\n\t\t\tpanels = (\n\t\t\t\t{\n\t\t\t\t\tname = \"p%d\"  "
			"type = \"%s\"  # of this type\n\t\t\t\t\ttitle = \"P \\\"%d\\\"\"  width = 30  min_columns = 8  frame = \"none\"  priority = 40",
			type > 0 ? (type % 6 == 0 ? "\n\t)\n}, {\n\trows = (" : ",") : "", type, panel_type_names[type], type);
		for (unsigned key = 1; key < PANEL_KEY_END; key <<= 1)
			if (panel_kind((enum panel_type)type)->keys & key)
				buffer_print(out, "\n\t\t\t\t\t%s", sample_of((enum panel_type)type, (enum panel_key)key));
		buffer_text(out, "\n\t\t\t\t}\n\t\t\t) }");
	}
	buffer_text(out, "\n\t) } )\nalerts = ( { name = \"long\"  when = \"p0.in_calls_waiting > 10\"  clear = \"p0.in_calls_waiting < 5\"\n"
		"\tfor = 30  after = \"1m\"  cooldown = \"5m\"  quiet = \"22:00-06:00\"  severity = \"warn\"  bell = true\n"
		"\tcommand = [\"/bin/true\", \"a # b\"]  clear_command = \"/bin/true\"  sms = [\"+15551234567\"]  sms_from = \"+15557654321\" } )\n");
}

static char *everything(void)
{
	struct buffer text;
	buffer_init(&text, LAYOUT_TEXT_MAX);
	put_everything(&text);
	return text.data;
}

/* ---- the tests ---- */

static void write_and_read(const struct layout *layout, const struct layout_changes *changes, struct buffer *text,
	struct layout **back)
{
	buffer_init(text, LAYOUT_TEXT_MAX);
	assert_true(layout_write(layout, changes, text));
	struct error error;
	*back = layout_parse(layout->name, layout->source, buffer_string(text), &error);
	if (*back == NULL)
		fail_msg("%s\n%s", error.text, buffer_string(text));
}

static void what_is_written_is_read_back(const struct layout *layout)
{
	struct layout_changes changes = { .head = "Made from 'sample'.\nWith two lines." };
	struct layout *back;
	struct buffer text;
	write_and_read(layout, &changes, &text, &back);
	same_layout(layout, back);
	assert_true(strncmp(buffer_string(&text), "# Made from 'sample'.\n# With two lines.\n\n", 41) == 0);
	layout_free(back);
	buffer_free(&text);
}

static void shipped_layouts_stay_what_they_are(void **state)
{
	(void)state;
	for (const struct builtin_layout *at = builtin_layouts; at->name != NULL; at++) {
		struct layout *layout = parse(at->text);
		what_is_written_is_read_back(layout);
		layout_free(layout);
	}
}

static void every_option_stays_what_it_is(void **state)
{
	char *text = everything();
	struct layout *layout = parse(text);
	(void)state;
	/* Two pools of the sample are panels of no page. */
	assert_int_equal(layout->panel_count, PANEL_TYPE_COUNT + 2);
	what_is_written_is_read_back(layout);
	layout_free(layout);
	free(text);
}

/* The keys of all tables of the reader, as the source has them, stand in the sample above. */
static void the_sample_has_every_option(void **state)
{
	const char *folder = getenv("srcdir");
	char path[1024], *text = everything(), *source = calloc(1, LAYOUT_TEXT_MAX);
	unsigned count = 0;
	(void)state;
	snprintf(path, sizeof(path), "%s/src/layout/layout_read.c", folder != NULL ? folder : ".");
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	assert_true(fread(source, 1, LAYOUT_TEXT_MAX - 1, file) > 10000);
	fclose(file);
	for (const char *at = source; (at = strstr(at, ".name = \"")) != NULL; count++) {
		char name[64], with_equals[80], with_colon[80];
		at += strlen(".name = \"");
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(at, "\""), at);
		snprintf(with_equals, sizeof(with_equals), "%s = ", name);
		snprintf(with_colon, sizeof(with_colon), "%s : ", name);
		if (strstr(text, with_equals) == NULL && strstr(text, with_colon) == NULL)
			fail_msg("the sample lacks the option '%s': add it", name);
	}
	assert_true(count > 50);
	free(text);
	free(source);
}

/* With both choices, a sort and a filter everywhere, all else stays. */
static void changes_change_nothing_else(const struct layout *layout)
{
	static const char *const services[] = { "Sales \"1\"", "a\\b", "Überlänge", "Support" }, *const teams[] = { "Team 9" };
	struct layout_changes changes = { .title = "My \"own\"" };
	struct panel_change panels[LAYOUT_PANELS_MAX] = { { .sort = NULL } };
	struct layout *back;
	struct buffer text;
	for (unsigned i = 0; i < layout->page_count; i++) {
		changes.choices[i][CHOICE_SERVICES] = (struct choice){ true, { services, 4 } };
		changes.choices[i][CHOICE_TEAMS] = (struct choice){ true, { teams, 1 } };
	}
	changes.panels = panels;
	for (unsigned i = 0; i < layout->panel_count; i++)
		if (panel_kind(layout->panels[i].type)->keys & PANEL_KEY_SORT)
			panels[i] = (struct panel_change){ .sort = "name desc", .filter = "name EQ 'x'" };
	write_and_read(layout, &changes, &text, &back);
	assert_string_equal(back->title, "My \"own\"");
	assert_int_equal(back->panel_count, layout->panel_count);
	for (unsigned i = 0; i < back->panel_count; i++) {
		struct panel *panel = &back->panels[i];
		const struct panel *before = &layout->panels[i];
		enum choice_kind kind = choice_of_type(panel->type);
		if (kind == CHOICE_SERVICES && !texts_same(&panel->services, &changes.choices[0][CHOICE_SERVICES].names))
			fail_msg("%s has other services\n%s", panel->name, buffer_string(&text));
		if (kind == CHOICE_TEAMS)
			assert_true(texts_same(&panel->teams, &changes.choices[0][CHOICE_TEAMS].names));
		/* A list of services of a panel of agents is not what was chosen. */
		if (kind != CHOICE_SERVICES && panel->type != PANEL_STAFFING)
			assert_true(texts_same(&panel->services, &before->services));
		if (panels[i].sort != NULL) {
			assert_string_equal(panel->sort_stat, "name");
			assert_true(panel->sort_descending);
			assert_string_equal(panel->filter_value, "x");
			panel->sort_stat = before->sort_stat;
			panel->sort_here = before->sort_here;
			panel->sort_descending = before->sort_descending;
			panel->filter_stat = before->filter_stat;
			panel->filter_value = before->filter_value;
			panel->filter_operation = before->filter_operation;
		}
		/* The pool of tiles goes with them. */
		if (panel->type == PANEL_STAFFING)
			panel->title = before->title;
		panel->services = before->services;
		panel->teams = before->teams;
	}
	back->title = layout->title;
	back->warnings = layout->warnings;
	same_layout(layout, back);
	layout_free(back);
	buffer_free(&text);
}

static void a_choice_changes_nothing_else(void **state)
{
	(void)state;
	for (const struct builtin_layout *at = builtin_layouts; at->name != NULL; at++) {
		struct layout *layout = parse(at->text);
		changes_change_nothing_else(layout);
		layout_free(layout);
	}
	char *text = everything();
	/* Pages of one list for all panels; without it the panels that have none. */
	struct layout *layout = parse(text);
	changes_change_nothing_else(layout);
	layout_free(layout);
	free(text);
}

static void expect_text(const char *before, const struct layout_changes *changes, const char *after)
{
	struct layout *layout = parse(before), *back;
	struct buffer text;
	write_and_read(layout, changes, &text, &back);
	assert_string_equal(buffer_string(&text), after);
	layout_free(back);
	layout_free(layout);
	buffer_free(&text);
}

#define ALL "{ name = \"a\"  type = \"availability\" }"
#define LISTED "{ name = \"a\"  type = \"availability\"  services = [\"Sales\"]  turn = 3 }"

static void a_setting_stands_where_a_person_would_write_it(void **state)
{
	static const char *const two[] = { "Sales", "Chat" };
	struct layout_changes chosen = { .choices = { { { true, { two, 2 } } } } }, all = { .choices = { { { true, { NULL, 0 } } } } };
	(void)state;
	expect_text("pages = ( { rows = ( { panels = ( " ALL " ) } ) } )", &chosen,
		"pages = ( { rows = ( { panels = ( { name = \"a\"  type = \"availability\"  services = [\"Sales\", \"Chat\"] } ) } ) } )");
	expect_text("pages = ( { rows = ( { panels = ( " LISTED " ) } ) } )", &chosen,
		"pages = ( { rows = ( { panels = ( { name = \"a\"  type = \"availability\"  services = [\"Sales\", \"Chat\"]  turn = 3 } ) } ) } )");
	expect_text("pages = ( { rows = ( { panels = ( " LISTED " ) } ) } )", &all,
		"pages = ( { rows = ( { panels = ( { name = \"a\"  type = \"availability\"  turn = 3 } ) } ) } )");
	expect_text("pages = ( { rows = ( { panels = (\n\t{\n\t\ttype = \"availability\" name = \"a\" # here; \"it is\"\n\t\tturn = 3\n\t}\n) } ) } )",
		&chosen, "pages = ( { rows = ( { panels = (\n\t{\n\t\ttype = \"availability\" name = \"a\" # here; \"it is\"\n"
		"\t\tservices = [\"Sales\", \"Chat\"]\n\t\tturn = 3\n\t}\n) } ) } )");
	expect_text("pages = ( { rows = ( { panels = (\n\t{\n\t\ttype = \"availability\" name = \"a\"\n\t\tservices = [\"Sales\"];\n\t}\n) } ) } )",
		&all, "pages = ( { rows = ( { panels = (\n\t{\n\t\ttype = \"availability\" name = \"a\"\n\t}\n) } ) } )");
	expect_text("# About.\n\npages = ( { rows = ( { panels = ( " ALL " ) } ) } )", &(struct layout_changes){ .title = "T", .head = "New." },
		"# New.\n\n# About.\n\ntitle = \"T\"\npages = ( { rows = ( { panels = ( " ALL " ) } ) } )");
}

static void many_names_go_over_lines(void **state)
{
	static char names[CHOICE_NAMES_MAX][24];
	const char *items[CHOICE_NAMES_MAX];
	for (int i = 0; i < CHOICE_NAMES_MAX; i++) {
		snprintf(names[i], sizeof(names[i]), "Service number %d", i);
		items[i] = names[i];
	}
	struct layout_changes changes = { .choices = { { { true, { items, CHOICE_NAMES_MAX } } } } };
	struct layout *layout = parse("pages = ( { rows = ( { panels = (\n\t\t{\n\t\t\tname = \"a\" type = \"availability\"\n\t\t}\n) } ) } )"), *back;
	struct buffer text;
	(void)state;
	write_and_read(layout, &changes, &text, &back);
	assert_int_equal(back->panels[0].services.count, CHOICE_NAMES_MAX);
	for (const char *at = buffer_string(&text); *at != '\0'; at += strcspn(at, "\n"), at += *at == '\n')
		assert_true(strcspn(at, "\n") <= 120);
	layout_free(back);
	layout_free(layout);
	buffer_free(&text);
}

/* A panel that is about one queue does not become one about another under the same title. */
static void panels_of_their_own_services_keep_to_them(void **state)
{
	static const char text[] = "pages = ( { rows = ( { panels = (\n"
		"{ name = \"sales\"  type = \"availability\"  services = [\"Sales\", \"Mail\"] },\n"
		"{ name = \"chat\"  type = \"availability\"  services = [\"Chat\"] },\n"
		"{ name = \"all\"  type = \"availability\" },\n"
		"{ name = \"people\"  type = \"agent_states\" } ) } ) } )";
	static const char *const chosen[] = { "Sales", "Billing" };
	struct layout_changes changes = { .choices = { { { true, { chosen, 2 } } } } };
	struct layout *layout = parse(text), *back;
	struct error error;
	struct texts names;
	(void)state;
	assert_false(choice_listed(layout, 0, CHOICE_SERVICES, &names));
	assert_true(choice_suits(layout, 0, CHOICE_TEAMS));
	back = layout_changed(layout, &changes, &error);
	assert_non_null(back);
	assert_int_equal(back->panels[0].services.count, 1);
	assert_string_equal(back->panels[0].services.items[0], "Sales");
	assert_int_equal(back->panels[1].services.count, 1);
	assert_string_equal(back->panels[1].services.items[0], "Chat");
	assert_int_equal(back->panels[2].services.count, 2);
	assert_int_equal(back->panels[3].services.count, 0);
	assert_int_equal(back->panels[3].teams.count, 0);
	layout_free(back);
	layout_free(layout);
}

static void what_a_page_lists_is_known(void **state)
{
	struct layout *layout = parse("pages = ( { rows = ( { panels = (\n"
		"{ name = \"a\"  type = \"availability\"  services = [\"Sales\", \"Mail\"] },\n"
		"{ name = \"b\"  type = \"availability\"  services = [\"Chat\", \"Mail\"] },\n"
		"{ name = \"t\"  type = \"clock\" } ) } ) } )");
	struct texts names;
	(void)state;
	assert_true(choice_listed(layout, 0, CHOICE_SERVICES, &names));
	assert_int_equal(names.count, 3);
	assert_string_equal(names.items[2], "Chat");
	assert_false(choice_suits(layout, 0, CHOICE_TEAMS));
	free((void *)names.items);
	assert_false(choice_listed(layout, 1, CHOICE_SERVICES, &names));
	assert_int_equal(names.count, 0);
	layout_free(layout);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shipped_layouts_stay_what_they_are),
		cmocka_unit_test(every_option_stays_what_it_is),
		cmocka_unit_test(the_sample_has_every_option),
		cmocka_unit_test(a_choice_changes_nothing_else),
		cmocka_unit_test(a_setting_stands_where_a_person_would_write_it),
		cmocka_unit_test(many_names_go_over_lines),
		cmocka_unit_test(panels_of_their_own_services_keep_to_them),
		cmocka_unit_test(what_a_page_lists_is_known),
	};
	(void)text_locale();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
