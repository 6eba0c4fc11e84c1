/* Lengths of time: what people write, and what is too odd to be guessed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/duration.h"
#include "base/text.h"

static void forms_that_are_read(void **state)
{
	static const struct {
		const char *text;
		double seconds;
	} forms[] = {
		{ "5", 5 }, { "0.5", 0.5 }, { ".5", 0.5 }, { "5.", 5 }, { "5s", 5 }, { "0.5s", 0.5 }, { "1m", 60 }, { "1.5m", 90 },
		{ "2h", 7200 }, { " 5 s ", 5 }, { "5\ts", 5 }, { "0", 0 }, { "007", 7 }, { "123456789012345678", 123456789012345678.0 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		double seconds = -1;
		if (!duration_read(forms[i].text, &seconds, NULL) || seconds != forms[i].seconds)
			fail_msg("'%s': %g", forms[i].text, seconds);
	}
}

static void forms_that_are_refused(void **state)
{
	static const char *const forms[] = { "", " ", "s", ".", ".s", "x", "5x", "5 %", "-5", "+5", "5sm", "5 s s", "1m30s", "5ms", "1e3",
		"0x10", "nan", "inf", "0,5", "5..", "1.2.3", "5S", "1234567890123456789", "\xef\xbc\x95" };
	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		double seconds;
		struct error error = { "" };
		if (duration_read(forms[i], &seconds, &error))
			fail_msg("'%s' is read as %g", forms[i], seconds);
		assert_non_null(strstr(error.text, "' is not a time; write seconds, or a number with s, m or h, such as 30s"));
	}
}

static void what_is_repeated_is_clean(void **state)
{
	char text[300];
	double seconds;
	struct error error;
	(void)state;
	assert_false(duration_read("5\033[2J", &seconds, &error));
	assert_null(strchr(error.text, '\033'));
	memset(text, 'y', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_false(duration_read(text, &seconds, &error));
	assert_non_null(strstr(error.text, "such as 30s"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forms_that_are_read),
		cmocka_unit_test(forms_that_are_refused),
		cmocka_unit_test(what_is_repeated_is_clean),
	};
	text_locale();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
