/* What a text message says and how many there may be: no network, and time is an argument. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "api/sms.h"

enum { MINUTE = 60 * 1000 };

static void an_alert_rests(void **state)
{
	struct sms_limit limit = { .taken_ms = { 0 } };
	bool news = false;
	(void)state;
	assert_true(sms_limit_alert(&limit, "a", 1, NULL));
	assert_true(sms_limit_message(&limit, "a", 1));
	assert_false(sms_limit_alert(&limit, "a", 1 + MINUTE, &news));
	assert_true(news);
	assert_false(sms_limit_alert(&limit, "a", 2 + MINUTE, &news));
	assert_false(news);
	assert_true(sms_limit_alert(&limit, "b", 2 + MINUTE, NULL));
	sms_limit_known(&limit, "a", true);
	assert_false(sms_limit_alert(&limit, "a", SMS_ALERT_MS, NULL));
	assert_true(sms_limit_alert(&limit, "a", 1 + SMS_ALERT_MS, NULL));
}

static void what_was_not_sent_holds_nothing_back(void **state)
{
	struct sms_limit limit = { .taken_ms = { 0 } };
	(void)state;
	assert_true(sms_limit_alert(&limit, "a", 1, NULL));
	assert_true(sms_limit_message(&limit, "a", 1));
	assert_true(sms_limit_message(&limit, "a", 1));
	sms_limit_known(&limit, "a", false);
	assert_false(sms_limit_alert(&limit, "a", MINUTE, NULL)); /* the other may have been */
	sms_limit_known(&limit, "a", false);
	assert_true(sms_limit_alert(&limit, "a", MINUTE, NULL));
}

static void an_hour_has_twenty(void **state)
{
	struct sms_limit limit = { .taken_ms = { 0 } };
	(void)state;
	for (int i = 0; i < SMS_HOUR_MAX; i++)
		assert_true(sms_limit_message(&limit, "a", (i + 1) * MINUTE));
	assert_false(sms_limit_message(&limit, "a", 59 * MINUTE));
	assert_false(sms_limit_message(&limit, "a", MINUTE + SMS_HOUR_MS - 1));
	assert_true(sms_limit_message(&limit, "a", MINUTE + SMS_HOUR_MS));
	assert_false(sms_limit_message(&limit, "a", MINUTE + SMS_HOUR_MS));
	assert_true(sms_limit_message(&limit, "a", 2 * MINUTE + SMS_HOUR_MS));
}

/* Layouts come and go: the table holds what is newest. */
static void names_beyond_the_table(void **state)
{
	struct sms_limit limit = { .taken_ms = { 0 } };
	char name[16];
	(void)state;
	for (int i = 0; i < 3 * LAYOUT_ALERTS_MAX; i++) {
		snprintf(name, sizeof(name), "a%d", i);
		assert_true(sms_limit_alert(&limit, name, i + 1, NULL));
		sms_limit_known(&limit, name, true);
	}
	assert_false(sms_limit_alert(&limit, name, 3 * LAYOUT_ALERTS_MAX + 1, NULL));
}

static void write_text(const char *name, const char *row, const char *value, enum names names, bool person,
	char out[SMS_TEXT_MAX])
{
	struct alert_rule rule = { .name = name, .severity = SEVERITY_WARN };
	struct alert_state about = { .rule = &rule, .about_person = person };
	struct alert_event event = { .kind = ALERT_FIRED, .state = &about, .wall_ms = (14 * 60 + 5) * MINUTE };
	snprintf(about.row, sizeof(about.row), "%s", row);
	snprintf(about.shown, sizeof(about.shown), "%s", value);
	sms_text(&event, names, out);
}

static void texts(void **state)
{
	char out[SMS_TEXT_MAX];
	(void)state;
	write_text("long queue", "", "17", NAMES_NONE, false, out);
	assert_string_equal(out, "14:05 WARN long queue, 17");
	write_text("break", "Ana Li", "not_ready", NAMES_FULL, true, out);
	assert_string_equal(out, "14:05 WARN break: Ana Li, not_ready");
	write_text("break", "A. L.", "not_ready", NAMES_INITIALS, true, out);
	assert_string_equal(out, "14:05 WARN break, not_ready");
}

static void fill(char *out, const char *character, int count)
{
	out[0] = '\0';
	for (int i = 0; i < count; i++)
		strcat(out, character);
}

/* Octets of the alphabet's table, and what is not in it. */
static void fits(void **state)
{
	char text[2048];
	static const struct { const char *character; int most; } rows[] = {
		{ "a", 160 }, { "ä", 160 }, { "Ω", 160 }, { "€", 80 }, { "[", 80 }, { "|", 80 },
		{ "`", 70 }, { "ł", 70 }, { "界", 70 }, { "😀", 35 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fill(text, rows[i].character, rows[i].most);
		if (!sms_text_fits(text))
			fail_msg("%s: %d do not fit", rows[i].character, rows[i].most);
		fill(text, rows[i].character, rows[i].most + 1);
		if (sms_text_fits(text))
			fail_msg("%s: one more than %d fits", rows[i].character, rows[i].most);
	}
}

/* The row goes first, the value stands. */
static void long_ones_are_cut(void **state)
{
	char row[ALERT_ROW_MAX], value[ALERT_VALUE_MAX], name[64], out[SMS_TEXT_MAX];
	(void)state;
	fill(row, "r", ALERT_ROW_MAX - 1);
	fill(name, "n", 60);
	write_text(name, row, "17", NAMES_FULL, false, out);
	assert_int_equal(strlen(out), 160);
	assert_string_equal(out + 154, "rr, 17");
	fill(row, "界", 30);
	write_text("queue", row, "17", NAMES_FULL, false, out);
	assert_true(sms_text_fits(out));
	assert_non_null(strstr(out, "界, 17"));
	fill(name, "ł", 30);
	fill(value, "v", ALERT_VALUE_MAX - 1);
	fill(row, "r", ALERT_ROW_MAX - 1);
	write_text(name, row, value, NAMES_FULL, false, out);
	assert_true(sms_text_fits(out));
	fill(name, "😀", 15);
	write_text(name, row, value, NAMES_FULL, false, out);
	assert_true(sms_text_fits(out));
	assert_memory_equal(out, "14:05 WARN ", 11);
}

static void numbers_are_masked(void **state)
{
	char out[64];
	(void)state;
	sms_text_mask("+15551234567", out, sizeof(out));
	assert_string_equal(out, "..567");
	sms_text_mask("no route to 16502505674 (400), code 123456", out, sizeof(out));
	assert_string_equal(out, "no route to ..674 (400), code 123456");
	sms_text_mask("+15551234567", out, 6);
	assert_true(strlen(out) < 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_alert_rests),
		cmocka_unit_test(what_was_not_sent_holds_nothing_back),
		cmocka_unit_test(an_hour_has_twenty),
		cmocka_unit_test(names_beyond_the_table),
		cmocka_unit_test(texts),
		cmocka_unit_test(fits),
		cmocka_unit_test(long_ones_are_cut),
		cmocka_unit_test(numbers_are_masked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
