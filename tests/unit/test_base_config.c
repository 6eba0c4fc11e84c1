/* Configuration files: every error names its line, and the nearest known name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/config.h"
#include "base/text.h"

static const char *const colours[] = { "red", "green", "blue", NULL };

struct thing {
	const char *name;
	int number;
	double real;
	bool flag;
	int colour;
	struct texts list;
	const char *lines;
};

static const struct config_key keys[] = {
	{ .name = "name", .type = CONFIG_TEXT, .required = true, .offset = offsetof(struct thing, name) },
	{ .name = "number", .type = CONFIG_INT, .min = 1, .max = 10, .offset = offsetof(struct thing, number) },
	{ .name = "real", .type = CONFIG_REAL, .min = 0.5, .max = 2, .offset = offsetof(struct thing, real) },
	{ .name = "flag", .type = CONFIG_BOOL, .offset = offsetof(struct thing, flag) },
	{ .name = "colour", .type = CONFIG_CHOICE, .choices = colours, .offset = offsetof(struct thing, colour) },
	{ .name = "list", .type = CONFIG_TEXTS, .max = 3, .offset = offsetof(struct thing, list) },
	{ .name = "lines", .type = CONFIG_LINES, .offset = offsetof(struct thing, lines) },
	{ .name = NULL },
};

static bool fill(const char *text, struct arena *arena, struct thing *thing, struct error *error)
{
	struct config *config = config_parse("t.conf", text, error);
	struct config_walk walk = { .arena = arena };
	if (config == NULL)
		return false;
	bool good = config_fill(&walk, config_root(config), "thing", keys, thing, error);
	config_free(config);
	return good;
}

static void reads_every_type(void **state)
{
	struct arena arena;
	struct thing thing = { .number = 7 };
	struct error error;
	(void)state;
	arena_init(&arena, 10000);
	assert_true(fill("# a comment\nname = \"n\"\nreal = 1.5\nflag = true\ncolour = \"blue\"\nlist = [\"a\", \"b\"]\n", &arena,
		&thing, &error));
	assert_string_equal(thing.name, "n");
	assert_int_equal(thing.number, 7);
	assert_true(thing.real == 1.5);
	assert_true(thing.flag);
	assert_int_equal(thing.colour, 2);
	assert_int_equal(thing.list.count, 2);
	assert_string_equal(thing.list.items[1], "b");
	assert_true(fill("name = \"n\" real = 1 list = \"one\"", &arena, &thing, &error));
	assert_int_equal(thing.list.count, 1);
	arena_free(&arena);
}

struct wrong {
	const char *text, *error;
};

static void errors_name_line_and_nearest(void **state)
{
	static const struct wrong wrongs[] = {
		{ "name = \"n\"\n\nnumbr = 3\n", "t.conf:3: unknown key 'numbr' in thing (did you mean 'number'?)" },
		{ "name = \"n\"\nweather = 3\n", "t.conf:2: unknown key 'weather' in thing" },
		{ "number = 3\n", "t.conf:1: thing needs 'name'" },
		{ "name = 5\n", "t.conf:1: name must be a text in quotes" },
		{ "name = \"\"\n", "t.conf:1: name must not be empty" },
		{ "name = \"\xCD\x92\"\n", "t.conf:1: name must not be empty" },
		{ "name = \"n\"\nnumber = 11\n", "t.conf:2: number must be from 1 to 10" },
		{ "name = \"n\"\nnumber = 1.5\n", "t.conf:2: number must be a whole number" },
		{ "name = \"n\"\nnumber = 99999999999999\n", "t.conf:2: this number is too large; a telephone number is a text in \"double quotes\"" },
		{ "name = \"n\"\nreal = \"1\"\n", "t.conf:2: real must be a number" },
		{ "name = \"n\"\nflag = 1\n", "t.conf:2: flag must be true or false" },
		{ "name = \"n\"\ncolour = \"gren\"\n", "t.conf:2: unknown colour 'gren' (did you mean 'green'?)" },
		{ "name = \"n\"\ncolour = \"mauve\"\n", "t.conf:2: unknown colour 'mauve': one of red, green, blue" },
		{ "name = \"n\"\ncolour = \"mauve\"\n", "t.conf:2: unknown colour 'mauve': one of red, green, blue" },
		{ "name = \"n\"\nlist = [\"a\",\"b\",\"c\",\"d\"]\n", "t.conf:2: list has more than 3 items" },
		{ "name = \"n\"\nlist = 3\n", "t.conf:2: list must be a list of texts, as [\"a\", \"b\"]" },
		{ "name = \"n\"\nname = \"m\"\n", "t.conf:2: 'name' is set already, in line 1; remove one of the two" },
		{ "name = \"n\"\nreal = 1.000000000000000000000000000000000000000000000000000000000000000\n", "t.conf:2: a word of more than 64 characters" },
		{ "a = (\n{ b = 1\n", "t.conf:2: this { is never closed" },
		{ "a = (\n{ b = 1 )\n", "t.conf:2: ) does not close the { of line 2; is a } missing before it?" },
		{ "a = 1 }\n", "t.conf:1: } closes nothing; remove it" },
		{ "a = \"x\n\n", "t.conf:1: this text has no closing \"" },
		{ "/* a\n\n", "t.conf:1: this comment has no closing */" },
		{ "/* a\n\n*/ @include \"x\"\n", "t.conf:3: @include is not accepted; write the settings here" },
		{ "/* a */ // */\n# /*\n@include \"x\"\n", "t.conf:3: @include is not accepted; write the settings here" },
		{ "\n@include \"x\"\n", "t.conf:2: @include is not accepted; write the settings here" },
		{ "a = 1\n\x1b", "t.conf:2: a control character; remove it" },
		{ "name = \u201cn\u201d\n", "t.conf:1: a typographic quote; write \" instead" },
		{ "name = \"n\"\nnumber\u00a0= 3\n", "t.conf:2: a no-break space; write a plain one instead" },
		{ "name = \"n\"\n\ufeffnumber = 3\n", "t.conf:2: a byte order mark in the middle of the file; remove it" },
		{ "name = \"n\"\nnumber = \u22123\n", "t.conf:2: a dash; write - instead" },
		{ "name = 'n'\n", "t.conf:1: a single quote; a text must be in \"double quotes\"" },
		{ "name = \"n\" \xfc = 1\n", "t.conf:1: this character is not UTF-8; save the file as UTF-8" },
		{ "\xbf = 1\n", "t.conf:1: this character is not UTF-8; save the file as UTF-8" },
		{ "name = \"n\" \u00fc = 1\n", "t.conf:1: a letter that is not ASCII; a text must be in \"double quotes\"" },
		{ "a = { b = ( 1 }\n", "t.conf:1: } does not close the ( of line 1; is a ) missing before it?" },
		{ "a = ( 1 } )\n", "t.conf:1: a } too many; remove it, or open what it closes" },
		{ "a = ( 1 } # )\n)\n", "t.conf:1: a } too many; remove it, or open what it closes" },
		{ "a = { b = ( 1 }\n)\n", "t.conf:1: } does not close the ( of line 1; is a ) missing before it?" },
		{ "name = \"n\"\nnumber 3\n", "t.conf:2: = is missing after 'number'; if it is part of a text, the whole text must be in \"double quotes\"" },
	};
	struct arena arena;
	struct error error;
	(void)state;
	arena_init(&arena, 100000);
	for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
		struct thing thing = { 0 };
		assert_false(fill(wrongs[i].text, &arena, &thing, &error));
		assert_string_equal(error.text, wrongs[i].error);
	}
	arena_free(&arena);
}

/* A mistake of the syntax is shown in its line, with a caret below it and the likely cause. */
static void mistakes_of_the_syntax_are_shown(void **state)
{
	static const struct {
		const char *text, *error, *excerpt;
	} wrongs[] = {
		{ "a = acme.example\n", "t.conf:1: a text must be in double quotes: a = \"acme.example\"",
			"    a = acme.example\n        ^\n" },
		{ "a = acme.example \t\n", "t.conf:1: a text must be in double quotes: a = \"acme.example\"",
			"    a = acme.example  \n        ^\n" },
		{ "a = acme.example\t # b\n", "t.conf:1: a text must be in double quotes: a = \"acme.example\"",
			"    a = acme.example  # b\n        ^\n" },
		{ "x = { a = 40% b = 1 }", "t.conf:1: a text must be in double quotes: a = \"40%\"",
			"    x = { a = 40% b = 1 }\n              ^\n" },
		{ "a = 'n'\n", "t.conf:1: a single quote; a text must be in \"double quotes\"", "    a = 'n'\n        ^\n" },
		{ "\ta = \u201cn\u201d\n", "t.conf:1: a typographic quote; write \" instead",
			"    a = \u201cn\u201d\n        ^\n" },
		{ "a = ( 1,\n 2, )", "t.conf:2: a comma too many: no item follows it", "    2, )\n     ^\n" },
		{ "a = ( \"x\"\n \"y\" )", "t.conf:1: a comma is missing between two items of the ( )",
			"    a = ( \"x\"\n             ^\n" },
		{ "a = ( { b = 1 }\n { b = 2 } )", "t.conf:1: a comma is missing between two items of the ( )",
			"    a = ( { b = 1 }\n                   ^\n" },
		{ "a = 1,, b = 2", "t.conf:1: a comma too many: nothing stands before it", "    a = 1,, b = 2\n          ^\n" },
		{ "a = 2,5", "t.conf:1: a number has a decimal point, not a comma", "    a = 2,5\n         ^\n" },
		{ "a = ( b = 1 )", "t.conf:1: settings in a list must be in { braces }", "    a = ( b = 1 )\n          ^\n" },
		{ "a = [ { b = 1 } ]", "t.conf:1: [ ] holds plain values only; write ( ) around what is in { brackets",
			"    a = [ { b = 1 } ]\n          ^\n" },
		{ "a = [ 1, \"x\" ]", "t.conf:1: the values in [ ] must all be of one kind; write ( ) around a mixture",
			"    a = [ 1, \"x\" ]\n    ^\n" },
		{ "a = \"x\nb = 2\nc = \"y\"\n", "t.conf:1: this text has no closing \" on its line", "    a = \"x\n        ^\n" },
		{ "a =\nb = 2\n", "t.conf:1: the value of 'a' is missing", "    a =\n    ^\n" },
		{ "a == 2\n", "t.conf:1: a second =; remove it", "    a == 2\n       ^\n" },
		{ "a = yes\n", "t.conf:1: 'yes' is not a value; write true, or a text in \"double quotes\"",
			"    a = yes\n        ^\n" },
		{ "\"a\" = 1\n", "t.conf:1: the name of a setting is expected here, without quotes", "    \"a\" = 1\n    ^\n" },
		{ "b = \"x\"\n\"a\" = 1\n", "t.conf:2: the name of a setting must stand without quotes", "    \"a\" = 1\n        ^\n" },
		{ "= 1\n", "t.conf:1: the name of a setting is missing before =", "    = 1\n    ^\n" },
		{ "a = ( 1; 2 )", "t.conf:1: a comma is expected between the items of a list, not ;",
			"    a = ( 1; 2 )\n           ^\n" },
		{ "a = ( { b = 1 )", "t.conf:1: ) does not close the { of line 1; is a } missing before it?",
			"    a = ( { b = 1 )\n                  ^\n" },
		/* A line that may hold a secret is not shown. */
		{ "secret = hunter2\n", "t.conf:1: a text must be in \"double quotes\"", "" },
		{ "proxy = http://me:hunter2@host\n", "t.conf:1: a text must be in \"double quotes\"", "" },
		{ "secret_file = ~/x\n", "t.conf:1: a text must be in double quotes: secret_file = \"~/x\"",
			"    secret_file = ~/x\n                  ^\n" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
		struct error error;
		assert_null(config_parse("t.conf", wrongs[i].text, &error));
		assert_string_equal(error.text, wrongs[i].error);
		assert_string_equal(error.excerpt, wrongs[i].excerpt);
	}
	/* Of a long line what is around the place. */
	char line[400], wanted[200];
	struct error error;
	snprintf(line, sizeof(line), "a = \"%0200d\" %0100d\n", 1, 1);
	assert_null(config_parse("t.conf", line, &error));
	snprintf(wanted, sizeof(wanted), "    %046d\" %024d\n%52s^\n", 1, 0, "");
	assert_string_equal(error.excerpt, wanted);
	/* What libconfig takes is taken, where it means what was written. */
	static const char *const good[] = { "a = \"x\"\n  \"y\"\n", "a : 1; b = 0x1F, c = -2.5e-3 d = [ ] e = ( ) f = { }", "a = ( 1, [ 2 ], ( ) )",
		"a = 1 # x\nb = True /* y */ c = 12L // z\n" };
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct config *config = config_parse("t.conf", good[i], &error);
		if (config == NULL)
			fail_msg("%s", error.text);
		config_free(config);
	}
}

static void texts_are_scrubbed(void **state)
{
	struct arena arena;
	struct thing thing = { 0 };
	struct error error;
	(void)state;
	arena_init(&arena, 10000);
	assert_true(fill("name = \"a\\x1b[2Jb\"\n", &arena, &thing, &error));
	assert_string_equal(thing.name, "a [2Jb");
	assert_true(fill("name = \"a\\nb\" lines = \"a\\nb\\n\\x1bc\"\n", &arena, &thing, &error));
	assert_string_equal(thing.name, "a b");
	assert_string_equal(thing.lines, "a\nb\n c");
	arena_free(&arena);
}

static void add_settings(struct buffer *text, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		buffer_print(text, "a%u=1\n", i);
}

static bool parses(const struct buffer *text, struct error *error)
{
	struct config *config = config_parse("t.conf", buffer_string(text), error);
	config_free(config);
	return config != NULL;
}

/* libconfig takes quadratic time for a group; whoever waits for it sees no other signal. */
static void too_many_settings_are_refused_at_once(void **state)
{
	struct buffer text;
	struct error error = { "" };
	(void)state;
	buffer_init(&text, CONFIG_BYTES_MAX);
	add_settings(&text, 200);
	assert_true(parses(&text, &error));
	add_settings(&text, 1);
	assert_false(parses(&text, &error));
	assert_string_equal(error.text, "t.conf:201: more than 200 settings in one group");
	buffer_clear(&text);
	buffer_text(&text, "g = {\n");
	add_settings(&text, 100 * 1000);
	buffer_text(&text, "}\n");
	assert_false(text.full);
	clock_t before = clock();
	assert_false(parses(&text, &error));
	assert_string_equal(error.text, "t.conf:202: more than 200 settings in one group");
	assert_true(clock() - before < CLOCKS_PER_SEC);
	/* In many groups each is small; a group that was closed does not count for the next. */
	for (unsigned groups = 249; groups <= 250; groups++) {
		buffer_clear(&text);
		buffer_text(&text, "x = (\n");
		for (unsigned i = 0; i < groups; i++) {
			buffer_text(&text, i == 0 ? "{\n" : ",{\n");
			add_settings(&text, 200);
			buffer_text(&text, "}\n");
		}
		buffer_text(&text, ")\n");
		assert_false(text.full);
		/* The list's own name is one too. */
		assert_int_equal(parses(&text, &error), groups == 249);
	}
	assert_string_equal(error.text, "t.conf:50500: more than 50000 settings");
	buffer_free(&text);
}

static void long_words_and_deep_nesting_are_refused(void **state)
{
	char text[200], deep[80];
	struct error error = { "" };
	(void)state;
	memset(text, 'a', 64);
	strcpy(text + 64, " = 1");
	struct config *config = config_parse("t.conf", text, &error);
	assert_non_null(config);
	config_free(config);
	memset(text, 'a', 65);
	strcpy(text + 65, " = 1");
	assert_null(config_parse("t.conf", text, &error));
	assert_string_equal(error.text, "t.conf:1: a word of more than 64 characters");
	for (unsigned depth = 32; depth <= 33; depth++) {
		memset(deep, '(', depth);
		memset(deep + depth, ')', depth);
		deep[2 * depth] = '\0';
		snprintf(text, sizeof(text), "\nx = %s\n", deep);
		config = config_parse("t.conf", text, &error);
		assert_int_equal(config != NULL, depth == 32);
		config_free(config);
	}
	assert_string_equal(error.text, "t.conf:2: nested too deeply");
}

/* 255 bytes where nothing else is said, and the largest that a row may name. */
static void a_text_may_be_as_long_as_it_may(void **state)
{
	static const struct config_key largest[] = {
		{ .name = "name", .type = CONFIG_TEXT, .max = 4096, .offset = offsetof(struct thing, name) },
		{ .name = "lines", .type = CONFIG_LINES, .max = 4096, .offset = offsetof(struct thing, lines) },
		{ .name = NULL },
	};
	static char text[6000], bytes[4098];
	struct arena arena;
	struct error error = { "" };
	(void)state;
	arena_init(&arena, 100000);
	memset(bytes, 'x', sizeof(bytes) - 1);
	for (int over = 0; over < 2; over++) {
		struct thing thing = { 0 };
		struct config_walk walk = { .arena = &arena };
		snprintf(text, sizeof(text), "name = \"%.*s\"", 255 + over, bytes);
		assert_int_equal(fill(text, &arena, &thing, &error), over == 0);
		if (over == 0)
			assert_int_equal(strlen(thing.name), 255);
		for (int i = 0; i < 2; i++) {
			snprintf(text, sizeof(text), "%s = \"%.*s\"", largest[i].name, 4096 + over, bytes);
			struct config *config = config_parse("t.conf", text, &error);
			assert_non_null(config);
			assert_int_equal(config_fill(&walk, config_root(config), "thing", largest, &thing, &error), over == 0);
			config_free(config);
			if (over == 0)
				assert_int_equal(strlen(i == 0 ? thing.name : thing.lines), 4096);
		}
	}
	assert_string_equal(error.text, "t.conf:1: lines is longer than 4096 bytes");
	arena_free(&arena);
}

static void a_byte_order_mark_is_skipped(void **state)
{
	struct arena arena;
	struct thing thing = { 0 };
	struct error error = { "" };
	(void)state;
	arena_init(&arena, 10000);
	assert_true(fill("\xEF\xBB\xBFname = \"n\"\r\nnumber = 3\r\n", &arena, &thing, &error));
	assert_string_equal(thing.name, "n");
	assert_int_equal(thing.number, 3);
	assert_false(fill("\xEF\xBB\xBFname = \"n\"\r\nnumbr = 3\r\n", &arena, &thing, &error));
	assert_string_equal(error.text, "t.conf:2: unknown key 'numbr' in thing (did you mean 'number'?)");
	assert_false(fill("\xEF\xBB\xBFname = 5", &arena, &thing, &error));
	assert_string_equal(error.text, "t.conf:1: name must be a text in quotes");
	arena_free(&arena);
}

/* What is wrong with a file of these bytes, without the path. */
static const char *load_bytes(const char *bytes, size_t length, struct error *error)
{
	static char path[64];
	snprintf(path, sizeof(path), "/tmp/cxwall-test-config-%d.conf", (int)getpid());
	FILE *file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	fclose(file);
	error->text[0] = '\0';
	config_free(config_load(path, error));
	remove(path);
	return strncmp(error->text, path, strlen(path)) == 0 ? error->text + strlen(path) : error->text;
}

static void other_encodings_are_named(void **state)
{
	static const char utf16[] = ": this is UTF-16 text; save the file as UTF-8";
	struct error error;
	(void)state;
	assert_string_equal(load_bytes("\xff\xfe" "a\0=\0" "1\0\n\0", 10, &error), utf16);
	assert_string_equal(load_bytes("\xfe\xff" "\0a\0=\0" "1\0\n", 10, &error), utf16);
	assert_string_equal(load_bytes("a\0=\0" "1\0\n\0", 8, &error), utf16);
	assert_string_equal(load_bytes("\0a\0=\0" "1\0\n", 8, &error), utf16);
	assert_string_equal(load_bytes("a=1\0\n", 5, &error), ":1: a byte that is 0; is this a text file?");
	assert_string_equal(load_bytes("\0a=1\nb=2\n", 9, &error), ":1: a byte that is 0; is this a text file?");
	assert_string_equal(load_bytes("a\1=\0" "1\n", 6, &error), ":1: a byte that is 0; is this a text file?");
	assert_string_equal(load_bytes("\xEF\xBB\xBF" "a = 1\r\n", 10, &error), "");
	assert_string_equal(load_bytes("\xEF\xBB\xBF" "\r\na = \r\n", 11, &error), ":2: the value of 'a' is missing");
	assert_string_equal(load_bytes("", 0, &error), "");
}

static void missing_files_are_errors(void **state)
{
	struct error error;
	(void)state;
	assert_null(config_load("/nonexistent/x.conf", &error));
	assert_string_equal(error.text, "/nonexistent/x.conf: No such file or directory");
	assert_null(config_load("/", &error));
	assert_string_equal(error.text, "/: not a file");
	assert_null(config_load("/dev/zero", &error));
}

/* Names of any length are kept whole, and told in errors. */
static void names_may_be_long(void **state)
{
	char name[100] = "", wanted[140];
	struct error error;
	(void)state;
	config_free(NULL);
	for (size_t length = 1; length < sizeof(name); length++) {
		name[length - 1] = 'n';
		struct config *config = config_parse(name, "a = 1\nb = true", &error);
		assert_non_null(config);
		config_error(config_get(config_root(config), "b"), &error, "wrong");
		snprintf(wanted, sizeof(wanted), "%s:2: wrong", name);
		assert_string_equal(error.text, wanted);
		config_free(config);
	}
}

/* ---- lengths of time: what people write, and what is too odd to be guessed ---- */

static void reads_lengths_of_time(void **state)
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
		if (!config_text_seconds(forms[i].text, &seconds, NULL) || seconds != forms[i].seconds)
			fail_msg("'%s': %g", forms[i].text, seconds);
	}
}

static void refuses_odd_lengths_of_time(void **state)
{
	static const char *const forms[] = { "", " ", "s", ".", ".s", "x", "5x", "5 %", "-5", "+5", "5sm", "5 s s", "1m30s", "5ms", "1e3",
		"0x10", "nan", "inf", "0,5", "5..", "1.2.3", "5S", "1234567890123456789", "\xef\xbc\x95" };
	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		double seconds;
		struct error error = { "" };
		if (config_text_seconds(forms[i], &seconds, &error))
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
	assert_false(config_text_seconds("5\033[2J", &seconds, &error));
	assert_null(strchr(error.text, '\033'));
	memset(text, 'y', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_false(config_text_seconds(text, &seconds, &error));
	assert_non_null(strstr(error.text, "such as 30s"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_type),
		cmocka_unit_test(errors_name_line_and_nearest),
		cmocka_unit_test(mistakes_of_the_syntax_are_shown), cmocka_unit_test(texts_are_scrubbed),
		cmocka_unit_test(too_many_settings_are_refused_at_once),
		cmocka_unit_test(long_words_and_deep_nesting_are_refused),
		cmocka_unit_test(a_text_may_be_as_long_as_it_may),
		cmocka_unit_test(a_byte_order_mark_is_skipped),
		cmocka_unit_test(other_encodings_are_named),
		cmocka_unit_test(missing_files_are_errors),
		cmocka_unit_test(names_may_be_long),
		cmocka_unit_test(reads_lengths_of_time),
		cmocka_unit_test(refuses_odd_lengths_of_time),
		cmocka_unit_test(what_is_repeated_is_clean),
	};
	text_locale();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
