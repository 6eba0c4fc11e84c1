/* What `cxwall setup` writes: texts that are read back as they were meant, and files that are written together or not at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/config.h"
#include "base/file_text.h"
#include "base/text.h"
#include "command/setup_files.h"

static struct buffer out;

static const char *value_of(const char *name)
{
	static char value[256];
	struct error error = { "" };
	struct config *config = config_parse("test", buffer_string(&out), &error);
	if (config == NULL)
		fail_msg("%s: %s", error.text, buffer_string(&out));
	const struct config_node *node = config_get(config_root(config), name);
	snprintf(value, sizeof(value), "%s", node != NULL ? config_string(node) : "(none)");
	config_free(config);
	return value;
}

static void texts_are_read_back(void **unused)
{
	static const char *const odd[] = { "plain", "a \"b\" c", "back\\slash", "\\", "\"", "\\\"", "\\n is no line break", "J\u00fcrg \u732b", "#no comment",
		"$HOME", "a;b,c", "%s", "  " };
	(void)unused;
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		struct setup_value values[] = { { "tenant", odd[i] }, { "url", NULL }, { "user", "x" } };
		buffer_clear(&out);
		setup_text_new(&out, values, 3);
		assert_string_equal(value_of("tenant"), odd[i]);
		assert_string_equal(value_of("user"), "x");
		assert_string_equal(value_of("url"), "(none)");
		buffer_clear(&out);
		assert_true(setup_text_changed(&out, "user = \"old\"\ntenant = \"o\\\"ld\"", values, 3));
		assert_string_equal(value_of("tenant"), odd[i]);
	}
}

static void other_lines_stay(void **unused)
{
	static const struct setup_value values[] = { { "tenant", "new" }, { "url", NULL }, { "secret_file", "~/s" } };
	static const struct { const char *old, *text; } good[] = {
		{ "", "tenant      = \"new\"\nsecret_file = \"~/s\"\n" },
		{ "# a\n\ntheme = \"dark\" # b\n", "# a\n\ntheme = \"dark\" # b\ntenant      = \"new\"\nsecret_file = \"~/s\"\n" },
		{ "tenant=\"old\";  # mine\nurl = \"https://x\"\nuser = \"u\"", "tenant      = \"new\";  # mine\nuser = \"u\"\nsecret_file = \"~/s\"\n" },
		{ "  tenant : \"old\"\r\n", "tenant      = \"new\"\r\nsecret_file = \"~/s\"\n" },
		{ "keys = {\n  quit = \"Q\"\n}\ntenant = \"\" // b\n", "keys = {\n  quit = \"Q\"\n}\ntenant      = \"new\" // b\nsecret_file = \"~/s\"\n" },
	};
	/* A setting beside another one, a text of two parts, and mistakes. */
	static const char *const bad[] = { "tenant = \"a\" user = \"b\"\n", "tenant = \"a\"\n \"b\"\n", "user = \"b\" tenant = \"a\"\n", "tenant = a\n", "tenant = \"a\n",
		"tenant =\n\"a\"\n", "keys = { tenant = \"x\" } tenant = \"y\"\n" };
	(void)unused;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		buffer_clear(&out);
		assert_true(setup_text_changed(&out, good[i].old, values, 3));
		assert_string_equal(buffer_string(&out), good[i].text);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		buffer_clear(&out);
		if (setup_text_changed(&out, bad[i], values, 3))
			fail_msg("%s: %s", bad[i], buffer_string(&out));
	}
}

static void differences_are_shown(void **unused)
{
	(void)unused;
	buffer_clear(&out);
	setup_text_compare(&out, "a\nb\nc\n", "a\nx\nc\nd\n");
	assert_string_equal(buffer_string(&out), "  a\n- b\n+ x\n  c\n+ d\n");
	buffer_clear(&out);
	setup_text_compare(&out, "", "a\n");
	assert_string_equal(buffer_string(&out), "+ a\n");
	buffer_clear(&out);
	setup_text_compare(&out, "a\nb\n", "b\na\n");
	assert_true(strstr(buffer_string(&out), "+ a") != NULL && strstr(buffer_string(&out), "- a") != NULL);
}

/* ---- files ---- */

static char top[64];

static void path_of(char path[200], const char *name)
{
	snprintf(path, 200, "%s/%s", top, name);
}

static void put(const char *name, const char *text)
{
	char path[200];
	path_of(path, name);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void holds(const char *name, const char *text)
{
	char path[200];
	struct file_text file;
	struct error error;
	path_of(path, name);
	if (text == NULL) {
		assert_int_equal(access(path, F_OK), -1);
		return;
	}
	assert_true(file_text_read(&file, path, 1000, &error));
	assert_string_equal(buffer_string(&file.text), text);
	file_text_close(&file);
}

static void find(struct setup_file *file, const char *name, const char *text)
{
	char path[200];
	struct error error;
	path_of(path, name);
	if (!setup_file_find(file, path, &error))
		fail_msg("%s", error.text);
	file->bytes = text;
	file->length = text != NULL ? strlen(text) : 0;
}

static int make_top(void **unused)
{
	(void)unused;
	text_locale();
	buffer_init(&out, 100000);
	strcpy(top, "/tmp/cxwall-setup-XXXXXX");
	return mkdtemp(top) == NULL;
}

static int remove_top(void **unused)
{
	char command[100];
	(void)unused;
	buffer_free(&out);
	snprintf(command, sizeof(command), "rm -rf '%s'", top);
	return system(command);
}

static void files_come_together(void **unused)
{
	struct setup_file files[2];
	struct error error;
	struct stat about;
	char path[200];
	(void)unused;
	find(&files[0], "a/b/secret", "s\n");
	find(&files[1], "a/b/conf", "c\n");
	assert_true(setup_files_write(files, 2, &error));
	holds("a/b/secret", "s\n");
	holds("a/b/conf", "c\n");
	path_of(path, "a/b");
	assert_true(stat(path, &about) == 0 && (about.st_mode & 0777) == 0700);
	/* Again: the former ones are kept, each under a name of its own. */
	for (int i = 2; i < 4; i++) {
		find(&files[0], "a/b/secret", NULL);
		find(&files[1], "a/b/conf", i == 2 ? "c2\n" : "c3\n");
		assert_true(setup_files_write(files, 2, &error));
	}
	holds("a/b/conf", "c3\n");
	holds("a/b/conf.bak", "c\n");
	holds("a/b/conf.bak2", "c2\n");
	holds("a/b/secret.bak", NULL);
}

static void one_that_fails_undoes_all(void **unused)
{
	struct setup_file files[2];
	struct error error;
	char path[200];
	(void)unused;
	path_of(path, "d");
	mkdir(path, 0700);
	put("d/secret", "old\n");
	find(&files[0], "d/secret", "new\n");
	find(&files[1], "d/conf", "c\n");
	/* Since it was looked for, a folder has come to stand there. */
	path_of(path, "d/conf");
	mkdir(path, 0700);
	assert_false(setup_files_write(files, 2, &error));
	assert_non_null(strstr(error.text, "Is a directory"));
	holds("d/secret", "old\n");
	holds("d/secret.bak", NULL);
	holds("d/.secret.new", NULL);
	holds("d/.conf.new", NULL);
	/* Folders that were made are gone again. */
	put("e", "a file\n");
	find(&files[0], "f/g/secret", "new\n");
	find(&files[1], "h", "c\n");
	path_of(path, "h");
	mkdir(path, 0700);
	assert_false(setup_files_write(files, 2, &error));
	holds("f", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_read_back),
		cmocka_unit_test(other_lines_stay),
		cmocka_unit_test(differences_are_shown),
		cmocka_unit_test(files_come_together),
		cmocka_unit_test(one_that_fails_undoes_all),
	};
	return cmocka_run_group_tests(tests, make_top, remove_top);
}
