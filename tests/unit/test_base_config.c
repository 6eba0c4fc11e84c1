/* Configuration files: every error names its line, and the nearest known name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

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
		{ "name = \"n\"\nnumber = 99999999999999\n", "t.conf:2: this number is too large" },
		{ "name = \"n\"\nreal = \"1\"\n", "t.conf:2: real must be a number" },
		{ "name = \"n\"\nflag = 1\n", "t.conf:2: flag must be true or false" },
		{ "name = \"n\"\ncolour = \"gren\"\n", "t.conf:2: unknown colour 'gren' (did you mean 'green'?)" },
		{ "name = \"n\"\ncolour = \"mauve\"\n", "t.conf:2: unknown colour 'mauve': one of red, green, blue" },
		{ "name = \"n\"\nlist = [\"a\",\"b\",\"c\",\"d\"]\n", "t.conf:2: list has more than 3 items" },
		{ "name = \"n\"\nlist = 3\n", "t.conf:2: list must be a list of texts, as [\"a\", \"b\"]" },
		{ "name = \"n\"\nname = \"m\"\n", "t.conf:2: duplicate setting name" },
		{ "a = (\n{ b = 1\n", "t.conf:2: this { is never closed" },
		{ "a = (\n{ b = 1 )\n", "t.conf:2: ) does not close the { of line 2" },
		{ "a = 1 }\n", "t.conf:1: } closes nothing" },
		{ "a = \"x\n\n", "t.conf:1: this text has no closing \"" },
		{ "/* a\n\n", "t.conf:1: this comment has no closing */" },
		{ "\n@include \"x\"\n", "t.conf:2: @include is not accepted" },
		{ "a = 1\n\x1b", "t.conf:2: a control character" },
		{ "name = \"n\"\nnumber 3\n", "t.conf:2: syntax error" },
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

/* config_load() of these bytes: what is wrong, without the path. */
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
	assert_string_equal(load_bytes("a=1\0\n", 5, &error), ": not a text file");
	assert_string_equal(load_bytes("\xEF\xBB\xBF" "a = 1\r\n", 10, &error), "");
	assert_string_equal(load_bytes("\xEF\xBB\xBF" "\r\na = \r\n", 11, &error), ":3: syntax error");
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_type),
		cmocka_unit_test(errors_name_line_and_nearest),
		cmocka_unit_test(texts_are_scrubbed),
		cmocka_unit_test(a_byte_order_mark_is_skipped),
		cmocka_unit_test(other_encodings_are_named),
		cmocka_unit_test(missing_files_are_errors),
	};
	text_locale();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
