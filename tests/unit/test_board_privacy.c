/* How much of a name is shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/text.h"
#include "board/privacy.h"

struct name {
	enum person person;
	const char *full, *first, *initials, *none;
};

static const struct name names[] = {
	{ PERSON_FIRST_LAST, "Marky Mark", "Marky", "M. M.", "hidden" },
	{ PERSON_FIRST_LAST, "Ana", "Ana", "A.", "hidden" },
	{ PERSON_FIRST_LAST, "\xc3\x89mile van der Berg", "\xc3\x89mile", "\xc3\x89. v. d. B.", "hidden" },
	{ PERSON_FIRST_LAST, "\xe5\xb1\xb1\xe7\x94\xb0", "\xe5\xb1\xb1\xe7\x94\xb0", "\xe5\xb1\xb1.", "hidden" },
	{ PERSON_LAST_FIRST, "Mark, Marky", "Marky", "M. M.", "hidden" },
	{ PERSON_LAST_FIRST, "Mark Marky", "Marky", "M. M.", "hidden" },
	{ PERSON_FIRST, "Marky", "Marky", "M.", "hidden" },
	{ PERSON_LAST, "Mark", "hidden", "M.", "hidden" },
	{ PERSON_LOGIN, "marky.mark", "marky", "m. m.", "hidden" },
	{ PERSON_LOGIN, "marky@example.com", "marky", "m.", "hidden" },
	{ PERSON_EXTENSION, "1001", "1001", "hidden", "hidden" },
	{ PERSON_NOTHING, "Sales", "Sales", "Sales", "Sales" },
	{ PERSON_FIRST_LAST, "", "", "", "" },
};

static void check(enum names how, enum person person, const char *text, const char *wanted)
{
	char out[64] = "unchanged";
	bool changed = privacy_apply(how, person, text, out, sizeof(out));
	assert_string_equal(changed ? out : text, wanted);
}

static void each_level_shows_less(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		check(NAMES_FULL, names[i].person, names[i].full, names[i].full);
		check(NAMES_FIRST, names[i].person, names[i].full, names[i].first);
		check(NAMES_INITIALS, names[i].person, names[i].full, names[i].initials);
		check(NAMES_NONE, names[i].person, names[i].full, names[i].none);
	}
}

static void many_parts_do_not_overflow(void **state)
{
	char text[400] = "", out[64];
	(void)state;
	for (int i = 0; i < 100; i++)
		strcat(text, "Ab ");
	assert_true(privacy_apply(NAMES_INITIALS, PERSON_FIRST_LAST, text, out, sizeof(out)));
	assert_true(strlen(out) < sizeof(out));
	assert_memory_equal(out, "A. A. ", 6);
}

/* However short the room is: whole initials, as many as fit. */
static void initials_are_never_cut(void **state)
{
	static const char whole[] = "\xc3\x89. v. d. B.";
	(void)state;
	for (size_t size = 1; size <= sizeof(whole); size++) {
		char out[sizeof(whole)];
		memset(out, 'x', sizeof(out));
		assert_true(privacy_apply(NAMES_INITIALS, PERSON_FIRST_LAST, "\xc3\x89mile van der Berg", out, size));
		size_t length = strnlen(out, size);
		assert_true(length < size);
		assert_memory_equal(out, whole, length);
		assert_true(length == 0 || out[length - 1] == '.');
		/* The next one would not have fitted. */
		size_t next = strcspn(whole + length, ".");
		assert_true(whole[length] == '\0' || length + next + 1 >= size);
	}
}

static void persons_are_known_by_their_statistic(void **state)
{
	(void)state;
	assert_int_equal(privacy_person("first_last_name"), PERSON_FIRST_LAST);
	assert_int_equal(privacy_person("login_id"), PERSON_LOGIN);
	assert_int_equal(privacy_person("name"), PERSON_NOTHING);
	assert_int_equal(privacy_person("acd_state"), PERSON_NOTHING);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_level_shows_less),
		cmocka_unit_test(many_parts_do_not_overflow),
		cmocka_unit_test(initials_are_never_cut),
		cmocka_unit_test(persons_are_known_by_their_statistic),
	};
	text_locale();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
