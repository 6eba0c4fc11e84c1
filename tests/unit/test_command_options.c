/* One setting means the same on the command line, in the environment and in a file, and is refused with the same words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "command/options.h"

static char path[64];

/* NULL: not given. */
static bool read_options(struct options *options, const char *command, const char *name, const char *value, struct error *error)
{
	char program[] = "cxwall", word[32], text[1024];
	char *arguments[] = { program, word, text, NULL };
	snprintf(word, sizeof(word), "%s", name != NULL ? name : "");
	snprintf(text, sizeof(text), "%s", value != NULL ? value : "");
	error->text[0] = '\0';
	return options_read(options, command, name == NULL ? 1 : value == NULL ? 2 : 3, arguments, error);
}

static void write_file(const char *text)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

/* The interval of an option, a variable, a text of a file, and where it is a plain number a number of a file. */
static void intervals(const char *text, bool number, double wanted, const char *why)
{
	struct options options;
	struct error error;
	char setting[200];
	for (int place = 0; place < (number ? 4 : 3); place++) {
		unsetenv("CXWALL_INTERVAL");
		if (place == 1)
			setenv("CXWALL_INTERVAL", text, 1);
		snprintf(setting, sizeof(setting), place == 2 ? "# a\ninterval = \"%s\"" : "# a\ninterval = %s", text);
		write_file(place >= 2 ? setting : "");
		bool good = read_options(&options, "run", place == 0 ? "-i" : NULL, place == 0 ? text : NULL, &error);
		if (good != (why == NULL) || (good && options.interval != wanted))
			fail_msg("'%s' at place %d: %g, %s", text, place, options.interval, error.text);
		if (why != NULL) {
			char whole[300];
			snprintf(whole, sizeof(whole), "%s%s%s", place >= 2 ? path : place == 1 ? "environment: " : "",
				place >= 2 ? ":2: " : "", why);
			assert_string_equal(error.text, whole);
		}
		options_free(&options);
	}
	unsetenv("CXWALL_INTERVAL");
	write_file("");
}

static void a_time_is_the_same_everywhere(void **state)
{
	(void)state;
	intervals("5", true, 5, NULL);
	intervals("0.5", true, 0.5, NULL);
	intervals("5s", false, 5, NULL);
	intervals("1m", false, 60, NULL);
	intervals("1.5 m", false, 90, NULL);
	intervals("1h", false, 3600, NULL);
	intervals("0.01", true, 0, "interval must be from 0.05 to 3600 seconds");
	intervals("3601", true, 0, "interval must be from 0.05 to 3600 seconds");
	intervals("2h", false, 0, "interval must be from 0.05 to 3600 seconds");
	intervals("5x", false, 0, "interval: '5x' is not a time; write seconds, or a number with s, m or h, such as 30s");
	intervals("nan", false, 0, "interval: 'nan' is not a time; write seconds, or a number with s, m or h, such as 30s");
	intervals("-5", false, 0, "interval: '-5' is not a time; write seconds, or a number with s, m or h, such as 30s");
	intervals("0x10", false, 0, "interval: '0x10' is not a time; write seconds, or a number with s, m or h, such as 30s");
}

/* Where none was given the layout has its own: no number is shown. */
static void check_printed(const char *text, const char *wanted)
{
	struct options options;
	struct error error;
	char *printed = NULL;
	size_t length;
	assert_true(read_options(&options, "run", text != NULL ? "-i" : NULL, text, &error));
	FILE *out = open_memstream(&printed, &length);
	assert_non_null(out);
	options_print(out, &options, "run", true);
	fclose(out);
	if (strstr(printed, wanted) == NULL)
		fail_msg("%s", printed);
	free(printed);
	options_free(&options);
}

static void a_time_is_printed_where_there_is_one(void **state)
{
	(void)state;
	check_printed(NULL, "interval         -  (built in)\n");
	check_printed("1m", "interval         60  (option)\n");
}

static void numbers_are_whole_and_plain(void **state)
{
	static const struct {
		const char *command, *name, *value, *error;
	} cases[] = {
		{ "snapshot", "--page", "2", NULL },
		{ "snapshot", "--page", "1.5", "page: '1.5' is not a whole number" },
		{ "snapshot", "--page", "10", "page must be from 1 to 9" },
		{ "run", "--record-days", "7", NULL },
		{ "run", "--record-days", "7d", "record-days: '7d' is not a whole number" },
		{ "run", "--record-days", "1e3", "record-days: '1e3' is not a whole number" },
		{ "replay", "--speed", "0.5", NULL },
		{ "replay", "--speed", "8s", "speed: '8s' is not a number" },
		{ "replay", "--speed", "nan", "speed: 'nan' is not a number" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct options options;
		struct error error;
		bool good = read_options(&options, cases[i].command, cases[i].name, cases[i].value, &error);
		options_free(&options);
		assert_int_equal(good, cases[i].error == NULL);
		assert_string_equal(error.text, good ? "" : cases[i].error);
	}
}

/* A number at each place at which it may stand: whether it is accepted is the same everywhere. */
static void check_number(const struct option_row *row, double number, bool wanted)
{
	char value[32], option[64], name[64], setting[128], command[32];
	struct options options;
	struct error error;
	snprintf(value, sizeof(value), "%.10g", number);
	snprintf(option, sizeof(option), "--%s", row->name);
	snprintf(command, sizeof(command), "%.*s", row->commands == NULL ? 3 : (int)strcspn(row->commands, " "),
		row->commands == NULL ? "run" : row->commands);
	snprintf(name, sizeof(name), "CXWALL_%s", row->name);
	for (char *at = name; *at != '\0'; at++)
		*at = *at == '-' ? '_' : *at >= 'a' && *at <= 'z' ? (char)(*at - 'a' + 'A') : *at;
	snprintf(setting, sizeof(setting), "%s = %s\n", row->name, value);
	for (char *at = setting; *at != ' '; at++)
		*at = *at == '-' ? '_' : *at;
	for (unsigned place = PLACE_COMMAND_LINE; place <= PLACE_FILE; place *= 2) {
		if (!(row->places & place))
			continue;
		if (place == PLACE_ENVIRONMENT)
			setenv(name, value, 1);
		write_file(place == PLACE_FILE ? setting : "");
		bool there = place == PLACE_COMMAND_LINE;
		bool good = read_options(&options, command, there ? option : NULL, there ? value : NULL, &error);
		const char *field = (const char *)&options + row->offset;
		double got = row->type == OPTION_NUMBER ? *(const int *)(const void *)field : *(const double *)(const void *)field;
		if (good != wanted || (good && got != number) || (!good && strstr(error.text, " must be from ") == NULL))
			fail_msg("%s %s at place %u: %g, %s", row->name, value, place, got, error.text);
		options_free(&options);
		unsetenv(name);
	}
	write_file("");
}

static void both_ends_of_a_range_belong_to_it(void **state)
{
	unsigned checked = 0;
	(void)state;
	for (unsigned i = 0; i < option_count; i++) {
		const struct option_row *row = &option_rows[i];
		if (row->type != OPTION_SECONDS && row->type != OPTION_REAL && row->type != OPTION_NUMBER)
			continue;
		checked++;
		check_number(row, row->min, true);
		check_number(row, row->max, true);
		check_number(row, row->type == OPTION_NUMBER ? row->min - 1 : row->min / 2, false);
		check_number(row, row->max + 1, false);
	}
	assert_true(checked >= 4);
}

/* An option without a text is a mistake; a variable without one is as if it were not set. */
static void an_empty_text_is_refused(void **state)
{
	static const struct {
		const char *command, *name;
	} cases[] = {
		{ "run", "--tenant" }, { "run", "--user" }, { "run", "--url" }, { "run", "--layout" }, { "run", "--log" },
		{ "run", "--ca-file" }, { "run", "--record" }, { "summary", "--service" }, { "backtest", "--set" }, { "check", "--warn" },
		{ "run", "--interval" },
	};
	struct options options;
	struct error error;
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char wanted[64];
		assert_false(read_options(&options, cases[i].command, cases[i].name, "", &error));
		snprintf(wanted, sizeof(wanted), "%s must not be empty", cases[i].name + 2);
		assert_string_equal(error.text, wanted);
		options_free(&options);
	}
	setenv("CXWALL_TENANT", "", 1);
	assert_true(read_options(&options, "run", NULL, NULL, &error));
	assert_null(options.api.tenant);
	options_free(&options);
	unsetenv("CXWALL_TENANT");
	write_file("tenant = \"\"\n");
	assert_false(read_options(&options, "run", NULL, NULL, &error));
	assert_non_null(strstr(error.text, ":1: tenant must not be empty"));
	options_free(&options);
	write_file("");
}

static int build(void **state)
{
	(void)state;
	snprintf(path, sizeof(path), "/tmp/cxwall-test-options-%d.conf", (int)getpid());
	write_file("");
	return setenv("CXWALL_CONFIG", path, 1);
}

static int clear(void **state)
{
	(void)state;
	return remove(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_time_is_the_same_everywhere),
		cmocka_unit_test(a_time_is_printed_where_there_is_one),
		cmocka_unit_test(numbers_are_whole_and_plain),
		cmocka_unit_test(both_ends_of_a_range_belong_to_it),
		cmocka_unit_test(an_empty_text_is_refused),
	};
	text_locale();
	return cmocka_run_group_tests(tests, build, clear);
}
