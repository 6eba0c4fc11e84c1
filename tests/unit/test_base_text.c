/* Scrubbing, widths and cuts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <stdlib.h>
#include <wchar.h>

#include "base/fold.h"
#include "base/text.h"

struct pair {
	const char *in, *out;
};

static void scrub_makes_text_harmless(void **state)
{
	static const struct pair pairs[] = {
		{ "plain", "plain" },
		{ "a\tb\nc\rd", "a b c d" },
		{ "a\r\n\r\nb", "a b" },
		{ "\x1b[2J\x1b]0;x\x07y", " [2J ]0;x y" },
		{ "a\xc2\x9b" "31mb", "a 31mb" },                  /* C1 CSI */
		{ "a\x7f" "b", "a b" },                            /* DEL */
		{ "a\xe2\x80\xae" "b\xe2\x81\xa6" "c", "abc" },    /* RLO, LRI */
		{ "a\xe2\x80\x8b" "b\xef\xbb\xbf" "c", "abc" },    /* zero width space, BOM */
		{ "\xe2\x9d\xa4\xef\xb8\x8f", "\xe2\x9d\xa4" },    /* heart, VS16 */
		{ "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb", "\xf0\x9f\x91\xa9\xf0\x9f\x92\xbb" }, /* ZWJ */
		{ "a\xff" "b", "a\xef\xbf\xbd" "b" },
		{ "\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd" },        /* overlong */
		{ "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ "a\xef\xbf\xbf", "a\xef\xbf\xbd" },              /* noncharacter */
		{ "e\xcc\x81\xcc\x82\xcc\x83\xcc\x84", "e\xcc\x81\xcc\x82" },
		{ "\xcc\x81" "a", "a" },                           /* a mark with nothing to stand on */
		{ "\xe5\xb1\xb1", "\xe5\xb1\xb1" },
		{ "a\xe2\x80\xa8" "b", "a b" },                    /* line separator */
		{ "  two  blanks ", "  two  blanks " },
		{ "a\n  b", "a b" },                               /* blanks behind a line's end belong to it */
		{ "a\n\xc3\xa9 b", "a \xc3\xa9 b" },
		{ "a\n\xc3\xa9\n b", "a \xc3\xa9 b" },
		{ "a \nb", "a b" },
	};
	char out[64];
	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		size_t length = text_scrub(out, sizeof(out), pairs[i].in, strlen(pairs[i].in));
		assert_string_equal(out, pairs[i].out);
		assert_int_equal(length, strlen(out));
	}
}

/* UTF-8 of a code; its length. */
static size_t encode(uint32_t code, char out[5])
{
	size_t length = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	static const unsigned char heads[] = { 0, 0, 0xC0, 0xE0, 0xF0 };
	for (size_t i = length - 1; i > 0; i--, code >>= 6)
		out[i] = (char)(0x80 | (code & 0x3F));
	out[0] = (char)(heads[length] | code);
	out[length] = '\0';
	return length;
}

/* What becomes of each code between two letters: by whole ranges, at both of their ends. */
static void scrub_knows_its_ranges(void **state)
{
	static const struct {
		uint32_t from, to;
		const char *becomes; /* NULL: stays */
	} rows[] = {
		{ 0x01, 0x1F, " " }, { 0x20, 0x7E, NULL }, { 0x7F, 0x9F, " " }, { 0xA1, 0xAC, NULL },
		{ 0x2028, 0x2029, " " }, { 0xFDCF, 0xFDCF, NULL }, { 0xFDD0, 0xFDEF, "\xef\xbf\xbd" }, { 0xFDF0, 0xFDF2, NULL },
		{ 0xFFFE, 0xFFFF, "\xef\xbf\xbd" }, { 0x10000, 0x1000B, NULL }, { 0x1FFFE, 0x1FFFF, "\xef\xbf\xbd" },
		{ 0x20000, 0x20000, NULL }, { 0x10FFFE, 0x10FFFF, "\xef\xbf\xbd" },
	};
	char in[8], wanted[8], out[16], code_text[5];
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (uint32_t code = rows[i].from; code <= rows[i].to; code++) {
			encode(code, code_text);
			snprintf(in, sizeof(in), "a%sb", code_text);
			snprintf(wanted, sizeof(wanted), "a%sb", rows[i].becomes != NULL ? rows[i].becomes : code_text);
			text_scrub(out, sizeof(out), in, strlen(in));
			if (strcmp(out, wanted) != 0 && !(rows[i].becomes == NULL && strstr(out, "\xef\xbf\xbd") != NULL && wcwidth((wchar_t)code) < 0))
				fail_msg("U+%04X: '%s'", (unsigned)code, out);
		}
}

static void scrub_takes_a_nul_for_a_control(void **state)
{
	char out[16];
	(void)state;
	text_scrub(out, sizeof(out), "a\0b", 3);
	assert_string_equal(out, "a b");
}

static void scrub_is_idempotent(void **state)
{
	char all[256], once[1024], twice[1024];
	(void)state;
	for (int i = 0; i < 256; i++)
		all[i] = (char)i;
	size_t length = text_scrub(once, sizeof(once), all, sizeof(all));
	text_scrub(twice, sizeof(twice), once, length);
	assert_string_equal(once, twice);
	for (size_t i = 0; i < length; i++)
		assert_true((unsigned char)once[i] >= 0x20 && once[i] != 0x7F);
}

static void scrub_cuts_on_a_border(void **state)
{
	char out[4];
	(void)state;
	assert_int_equal(text_scrub(out, sizeof(out), "ab\xe5\xb1\xb1", 5), 2);
	assert_string_equal(out, "ab");
	assert_int_equal(text_scrub(out, 1, "ab", 2), 0);
	assert_string_equal(out, "");
}

static void widths_are_columns(void **state)
{
	(void)state;
	assert_int_equal(text_width("abc"), 3);
	assert_int_equal(text_width("\xe5\xb1\xb1\xe7\x94\xb0"), 4);
	assert_int_equal(text_width("e\xcc\x81"), 1);
	assert_int_equal(text_width(""), 0);
}

struct cut {
	const char *in;
	int columns;
	const char *out;
	int used;
};

static void cuts_end_in_an_ellipsis(void **state)
{
	static const struct cut cuts[] = {
		{ "abcdef", 6, "abcdef", 6 },
		{ "abcdef", 5, "abcd\xe2\x80\xa6", 5 },
		{ "abcdef", 1, "\xe2\x80\xa6", 1 },
		{ "abcdef", 0, "", 0 },
		{ "\xe5\xb1\xb1\xe7\x94\xb0\xe5\xb1\xb1", 5, "\xe5\xb1\xb1\xe7\x94\xb0\xe2\x80\xa6", 5 },
		{ "\xe5\xb1\xb1\xe7\x94\xb0\xe5\xb1\xb1", 4, "\xe5\xb1\xb1\xe2\x80\xa6", 3 },
		{ "e\xcc\x81" "e\xcc\x81" "x", 2, "e\xcc\x81\xe2\x80\xa6", 2 },
	};
	char out[64];
	(void)state;
	for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		assert_int_equal(text_cut(out, sizeof(out), cuts[i].in, cuts[i].columns, "\xe2\x80\xa6"), cuts[i].used);
		assert_string_equal(out, cuts[i].out);
	}
}

static void a_long_ellipsis_gives_way(void **state)
{
	char out[16];
	(void)state;
	assert_int_equal(text_cut(out, sizeof(out), "abcdef", 2, "..."), 2);
	assert_string_equal(out, "ab");
}

static const char *names_at(const void *table, size_t index)
{
	return ((const char *const *)table)[index];
}

static void nearest_finds_typing_errors(void **state)
{
	static const char *const names[] = { "services", "service_grid", "agent_grid", "clock", NULL };
	(void)state;
	assert_string_equal(text_nearest("servces", names_at, names), "services");
	assert_string_equal(text_nearest("agnet_grid", names_at, names), "agent_grid");
	assert_string_equal(text_nearest("Clock", names_at, names), "clock");
	/* Two letters that changed places are one mistake, wherever they stand; two that only look so are two. */
	assert_string_equal(text_nearest("lcok", names_at, (const char *const[]){ "lock", NULL }), "lock");
	assert_string_equal(text_nearest("ab", names_at, (const char *const[]){ "ba", NULL }), "ba");
	assert_null(text_nearest("ab", names_at, (const char *const[]){ "bc", NULL }));
	assert_null(text_nearest("ab", names_at, (const char *const[]){ "ca", NULL }));
	assert_string_equal(text_nearest("abc", names_at, (const char *const[]){ "abcde", NULL }), "abcde");
	assert_null(text_nearest("abc", names_at, (const char *const[]){ "abcdef", NULL }));
	/* Of several the nearest, and of equals the first. */
	assert_string_equal(text_nearest("tiles", names_at, (const char *const[]){ "titles", "tile", "files", NULL }), "titles");
	assert_string_equal(text_nearest("grids", names_at, (const char *const[]){ "grxx", "grid", NULL }), "grid");
	/* Longer names than any in a file have no neighbour. */
	char name[66];
	memset(name, 'x', sizeof(name));
	name[64] = '\0';
	assert_string_equal(text_nearest(name, names_at, (const char *const[]){ name, NULL }), name);
	name[64] = 'x';
	name[65] = '\0';
	assert_null(text_nearest(name, names_at, (const char *const[]){ name, NULL }));
	assert_null(text_nearest("weather", names_at, names));
	assert_null(text_nearest("zz", names_at, names));
}

static void trim_takes_what_is_cut(void **state)
{
	static const char *const rows[][2] = {
		{ "", "" }, { "plain", "plain" }, { "d\xC3\xA9j\xC3\xA0", "d\xC3\xA9j\xC3\xA0" }, { "d\xC3", "d" },
		{ "'\xE2\x82' is no number", "'' is no number" }, { "\xF0\x9F\x98", "" }, { "a\x80\xBF" "b", "ab" },
		{ "\xEF\xBF\xBD stays", "\xEF\xBF\xBD stays" }, { "\xF0\x9F\x98\x80\xF0", "\xF0\x9F\x98\x80" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[64];
		strcpy(text, rows[i][0]);
		text_trim(text);
		assert_string_equal(text, rows[i][1]);
	}
}

static void hashes_never_change(void **state)
{
	(void)state;
	assert_int_equal(text_hash(""), 0x811c9dc5);
	assert_int_equal(text_hash("a"), 0xe40c292c);
	assert_int_equal(text_hash("foobar"), 0xbf9cf968);
	assert_int_equal(text_hash("M\xC3\xBCller"), 0x78b60f3c);
}

/* At any width: never too wide, never half a character, the ellipsis between a beginning and an end. */
static void middles_are_cut_out(void **state)
{
	static const char text[] = "ab\u65e5\u672ccdef\U0001F600ghe\u0301ij";
	char out[64];
	(void)state;
	for (int columns = 0; columns < 20; columns++) {
		int width = text_cut_middle(out, sizeof(out), text, columns, "\u2026");
		assert_true(width <= columns && width == text_width(out));
		if (columns >= 3 && columns < text_width(text)) {
			assert_int_equal(out[0], 'a');
			const char *gap = strstr(out, "\u2026");
			assert_non_null(gap);
			/* No mark without its letter. */
			assert_int_not_equal((unsigned char)gap[3], 0xCC);
			assert_int_equal(out[strlen(out) - 1], 'j');
		}
		if (columns >= text_width(text))
			assert_string_equal(out, text);
	}
}

/* Accents apart (NFD) and joined (NFC), marks below and above either way round, blanks around. */
static void names_are_the_same_however_they_are_written(void **state)
{
	static const struct {
		const char *a, *b;
		bool name, word;
	} pairs[] = {
		{ "Caf\u00e9", "Cafe\u0301", true, true }, { "Caf\u00e9", "Cafe", false, false }, { "Sales", "Sales ", true, true },
		{ "  Sales", "Sales", true, true }, { "Sales", "sales", false, true }, { "\u00c9mile", "e\u0301mile", false, true },
		{ "\u1ead", "a\u0323\u0302", true, true }, { "\u1ead", "\u00e2\u0323", true, true }, { "a\u0302\u0323", "\u1ead", true, true },
		{ "\u1ebf", "e\u0302\u0301", true, true }, { "\u1ebf", "e\u0301\u0302", false, false },
		{ "\u0418\u0306", "\u0439", false, true }, { "\u0418\u0412\u0410\u041d\u041e\u0412", "\u0438\u0432\u0430\u043d\u043e\u0432", false, true },
		{ "\ud55c\uae00", "\u1112\u1161\u11ab\u1100\u1173\u11af", true, true }, { "\u304c", "\u304b\u3099", true, true },
		{ "\u039f\u0394\u039f\u03a3", "\u03bf\u03b4\u03bf\u03c2", false, true }, { "\u212b", "A\u030a", true, true }, { "", " ", true, true },
		{ "a", "", false, false }, { "\u00df", "ss", false, false }, { "\u0141", "L", false, false }, { "ID", "id", false, true },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		if (fold_same_name(pairs[i].a, pairs[i].b) != pairs[i].name || fold_same_name(pairs[i].b, pairs[i].a) != pairs[i].name)
			fail_msg("'%s' and '%s' as names", pairs[i].a, pairs[i].b);
		if (fold_same_word(pairs[i].a, pairs[i].b) != pairs[i].word)
			fail_msg("'%s' and '%s' as words", pairs[i].a, pairs[i].b);
	}
}

static void a_search_knows_letters(void **state)
{
	static const struct {
		const char *text, *wanted;
		bool found;
	} cases[] = {
		{ "\u00d6znur Z", "\u00f6znur", true }, { "\u00d6znur Z", "\u00d6ZNUR", true }, { "\u00d6znur Z", "oznur", true },
		{ "O\u0308znur Z", "\u00f6znur", true }, { "\u00d6znur Z", "o\u0308zn", true }, { "Oznur", "\u00f6znur", false },
		{ "\u0418\u0412\u0410\u041d\u041e\u0412", "\u0438\u0432\u0430\u043d", true }, { "\u00c9mile", "\u00e9mile", true }, { "\u00c9mile", "EMILE", true },
		{ "\u0141ukasz", "lukasz", true }, { "\u0141ukasz", "\u0142uk", true }, { "Stra\u00dfe", "strasse", true },
		{ "\u0130stanbul", "istanbul", true }, { "Ana Bell", "ana b", true }, { "Ana", "anab", false }, { "", "a", false },
		{ "\u65e5\u672c\u8a9e", "\u672c", true }, { "\u65e5\u672c\u8a9e", "\u6728", false }, { "Ana", "", true },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (fold_contains(cases[i].text, strlen(cases[i].text), cases[i].wanted) != cases[i].found)
			fail_msg("'%s' in '%s'", cases[i].wanted, cases[i].text);
	assert_true(fold_contains("abcdef", 3, "c"));
	assert_false(fold_contains("abcdef", 3, "d"));
}

/* Each after the one before; the same whichever way the accents are written. */
static void names_have_an_order(void **state)
{
	static const char *const names[] = {
		"anna", "Emil", "Emile", "\u00c9mile", "Emily", "Lukas", "\u0141ukasz", "Luna", "Oz", "\u00d6znur", "Pia", "Zoe", "Zo\u00eb", "Zora",
		"\u0410\u043d\u043d\u0430", "\u0413\u044f", "\u0490\u0430", "\u0415\u0432\u0430", "\u0401\u043b\u043a\u0430", "\u0404\u0432\u0430",
		"\u0418\u044f", "\u0406\u0432\u0430\u043d", "\u0407\u0436\u0430", "\u0419\u043e\u0434", "\u041a\u0430\u0442\u044f", "\u042f\u043d\u0430",
	};
	char before[1024] = "", key[1024], apart[2048];
	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)fold_order(key, sizeof(key), names[i]);
		if (strcmp(before, key) >= 0)
			fail_msg("%s does not come after %s", names[i], names[i - 1]);
		strcpy(before, key);
		fold_text(apart, sizeof(apart), names[i], strlen(names[i]), FOLD_NAME);
		(void)fold_order(key, sizeof(key), apart);
		assert_string_equal(key, before);
	}
	/* Never beyond its room, never without an end. */
	for (size_t size = 1; size < 40; size++) {
		memset(key, 'x', sizeof(key));
		size_t length = fold_order(key, size, "\u00c9mile \u0152uvre \u1ead\u1ead\u0419\u0491 \ud55c");
		assert_true(length < size && key[length] == '\0' && key[size] == 'x');
	}
}

static const char *name_of(const void *table, size_t index)
{
	const char *const *names = table;
	return names[index];
}

static void the_nearest_in_any_case(void **state)
{
	static const char *const names[] = { "\u041f\u0420\u041e\u0414\u0410\u0416\u0418", "\u00dcberlauf", "Support", NULL };
	(void)state;
	assert_string_equal(text_nearest("\u043f\u0440\u043e\u0434\u0430\u0436\u0430", name_of, names), names[0]);
	assert_string_equal(text_nearest("u\u0308berlaf", name_of, names), names[1]);
	assert_string_equal(text_nearest("SUPORT", name_of, names), names[2]);
	assert_null(text_nearest("nothing", name_of, names));
}

static void nothing_and_an_empty_text_are_equal(void **state)
{
	(void)state;
	assert_true(text_equal(NULL, NULL) && text_equal(NULL, "") && text_equal("", NULL) && text_equal("a", "a"));
	assert_false(text_equal("a", NULL) || text_equal("", "a") || text_equal("a", "A"));
}

static void a_hint_names_what_is_near(void **state)
{
	(void)state;
	assert_string_equal(text_hint("queues", "; see there").text, " (did you mean 'queues'?)");
	assert_string_equal(text_hint(NULL, "; see there").text, "; see there");
}

static void a_clock_that_does_not_fit_is_nothing(void **state)
{
	char out[9] = "x";
	(void)state;
	setenv("TZ", "UTC", 1);
	tzset();
	assert_true(text_clock(out, sizeof(out), 3723000, "%H:%M:%S"));
	assert_string_equal(out, "01:02:03");
	assert_false(text_clock(out, sizeof(out), 3723000, "%Y-%m-%d"));
	assert_string_equal(out, "");
}

static void one_is_singular(void **state)
{
	(void)state;
	assert_string_equal(text_plural(0, "row", "rows"), "rows");
	assert_string_equal(text_plural(1, "row", "rows"), "row");
	assert_string_equal(text_plural(2, "row", "rows"), "rows");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_and_an_empty_text_are_equal),
		cmocka_unit_test(a_hint_names_what_is_near),
		cmocka_unit_test(a_clock_that_does_not_fit_is_nothing),
		cmocka_unit_test(middles_are_cut_out),
		cmocka_unit_test(names_are_the_same_however_they_are_written),
		cmocka_unit_test(a_search_knows_letters),
		cmocka_unit_test(names_have_an_order),
		cmocka_unit_test(the_nearest_in_any_case),
		cmocka_unit_test(scrub_makes_text_harmless),
		cmocka_unit_test(scrub_knows_its_ranges),
		cmocka_unit_test(scrub_takes_a_nul_for_a_control),
		cmocka_unit_test(scrub_is_idempotent),
		cmocka_unit_test(scrub_cuts_on_a_border),
		cmocka_unit_test(widths_are_columns),
		cmocka_unit_test(cuts_end_in_an_ellipsis),
		cmocka_unit_test(a_long_ellipsis_gives_way),
		cmocka_unit_test(trim_takes_what_is_cut),
		cmocka_unit_test(one_is_singular),
		cmocka_unit_test(nearest_finds_typing_errors),
		cmocka_unit_test(hashes_never_change),
	};
	text_locale();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
