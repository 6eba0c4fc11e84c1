/* Files that are replaced, folders of the user, programs that are started; and arrays, which have no file of their own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/array.h"
#include "base/os.h"

static void a_file_is_replaced_whole(void **state)
{
	char folder[] = "/tmp/cxwall-os-XXXXXX", bytes[16] = "";
	(void)state;
	assert_non_null(mkdtemp(folder));
	int at = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(os_replace_file(at, "new", "file", 0600, "first", 5));
	int old = openat(at, "file", O_RDONLY | O_CLOEXEC);
	/* What a killed run left is in nobody's way. */
	assert_int_equal(symlinkat("file", at, "new"), 0);
	assert_true(os_replace_file(at, "new", "file", 0600, "second", 6));
	assert_int_equal(read(old, bytes, sizeof(bytes)), 5);
	assert_string_equal(bytes, "first");
	close(old);
	old = openat(at, "file", O_RDONLY | O_CLOEXEC);
	assert_int_equal(read(old, bytes, sizeof(bytes)), 6);
	assert_memory_equal(bytes, "second", 6);
	close(old);
	assert_int_equal(faccessat(at, "new", F_OK, 0), -1);
	assert_int_equal(mkdirat(at, "folder", 0700), 0);
	assert_false(os_replace_file(at, "new", "folder", 0600, "x", 1));
	assert_int_equal(errno, EISDIR);
	assert_int_equal(faccessat(at, "new", F_OK, 0), -1);
	unlinkat(at, "file", 0);
	unlinkat(at, "folder", AT_REMOVEDIR);
	close(at);
	rmdir(folder);
}

static void folders_are_absolute_paths_of_the_users(void **state)
{
	char path[40];
	(void)state;
	setenv("XDG_STATE_HOME", "/x/state", 1);
	unsetenv("XDG_CONFIG_HOME");
	setenv("XDG_RUNTIME_DIR", "run", 1);
	setenv("HOME", "/home/a", 1);
	assert_true(os_user_path(OS_FOLDER_STATE, "cxwall", path, sizeof(path)));
	assert_string_equal(path, "/x/state/cxwall");
	assert_true(os_user_path(OS_FOLDER_CONFIG, "cxwall/cxwall.conf", path, sizeof(path)));
	assert_string_equal(path, "/home/a/.config/cxwall/cxwall.conf");
	assert_false(os_user_path(OS_FOLDER_CONFIG, "cxwall/a-name-that-is-too-long-for-it", path, sizeof(path)));
	assert_int_equal(errno, ENAMETOOLONG);
	/* Where systemd has made a folder for this user's sessions, it stands in. */
	char session[40];
	struct stat about;
	snprintf(session, sizeof(session), "/run/user/%u", (unsigned)geteuid());
	bool there = lstat(session, &about) == 0 && about.st_uid == geteuid() && (about.st_mode & 077) == 0;
	assert_int_equal(os_user_path(OS_FOLDER_RUNTIME, "cxwall", path, sizeof(path)), there);
	assert_int_equal(strncmp(path, session, strlen(session)) == 0, there);
	assert_true(there || (errno == ENOENT && path[0] == '\0'));
}

static void a_home_stands_for_a_sign(void **state)
{
	static const char *const rows[][2] = {
		{ "~", "/home/a" }, { "~/x", "/home/a/x" }, { "$HOME/x/y", "/home/a/x/y" }, { "${HOME}/x", "/home/a/x" },
		{ "${HOME}", "/home/a" }, { "~b/x", "~b/x" }, { "$HOMES/x", "$HOMES/x" }, { "x/~/y", "x/~/y" }, { "/x", "/x" },
		{ "", "" },
	};
	char out[16];
	(void)state;
	setenv("HOME", "/home/a", 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(os_expand_home(rows[i][0], out, sizeof(out)));
		assert_string_equal(out, rows[i][1]);
	}
	/* As much as there is room for, and nothing cut. */
	assert_true(os_expand_home("~/1234567", out, sizeof(out)));
	assert_false(os_expand_home("~/12345678", out, sizeof(out)));
	setenv("HOME", "here", 1);
	assert_false(os_expand_home("~/x", out, sizeof(out)));
	assert_true(os_expand_home("/x", out, sizeof(out)));
	unsetenv("HOME");
	assert_false(os_expand_home("~/x", out, sizeof(out)));
	assert_true(os_expand_home("x", out, sizeof(out)));
}

static void a_path_below_home_is_short(void **state)
{
	static const char *const rows[][2] = {
		{ "/home/a/x.conf", "~/x.conf" }, { "/home/a", "/home/a" }, { "/home/ab/x", "/home/ab/x" }, { "/etc/x", "/etc/x" },
	};
	char out[64];
	(void)state;
	setenv("HOME", "/home/a", 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		os_short_path(rows[i][0], out, sizeof(out));
		assert_string_equal(out, rows[i][1]);
	}
	setenv("HOME", "/", 1);
	os_short_path("//x", out, sizeof(out));
	assert_string_equal(out, "//x");
	unsetenv("HOME");
	os_short_path("/home/a/x", out, sizeof(out));
	assert_string_equal(out, "/home/a/x");
}

static void folders_are_made_for_their_owner(void **state)
{
	char folder[] = "/tmp/cxwall-os-XXXXXX", path[64], longest[1100];
	struct stat about;
	mode_t mask = umask(0);
	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/a/b", folder);
	assert_true(os_make_folders(path));
	assert_true(os_make_folders(path));
	assert_int_equal(stat(path, &about), 0);
	assert_int_equal(about.st_mode & 07777, 0700);
	rmdir(path);
	snprintf(path, sizeof(path), "%s/a", folder);
	assert_int_equal(stat(path, &about), 0);
	assert_int_equal(about.st_mode & 07777, 0700);
	rmdir(path);
	close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	snprintf(path, sizeof(path), "%s/a/b", folder);
	assert_false(os_make_folders(path));
	assert_int_equal(errno, ENOTDIR);
	/* What does not fit is refused before anything is made. */
	memset(longest, 'c', 1024);
	longest[1024] = '\0';
	memcpy(longest, folder, strlen(folder));
	longest[strlen(folder)] = longest[strlen(folder) + 2] = '/';
	assert_false(os_make_folders(longest));
	assert_int_equal(errno, ENAMETOOLONG);
	snprintf(path, sizeof(path), "%s/a", folder);
	unlink(path);
	assert_int_equal(rmdir(folder), 0);
	umask(mask);
}

static void a_program_gets_three_files_and_no_other(void **state)
{
	char shell[] = "sh", option[] = "-c", command[200], text[64] = "", home[] = "A=b";
	char *arguments[] = { shell, option, command, NULL }, *environment[] = { home, NULL };
	int ends[2], status = 0;
	pid_t process = 0;
	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	int open_to_others = dup(ends[0]), last = fcntl(ends[0], F_DUPFD, 511);
	assert_int_equal(last, 511);
	const int files[3] = { -1, ends[1], -1 };
	assert_int_equal(os_spawn(&process, "/nowhere/at/all", arguments, environment, files), ENOENT);
	snprintf(command, sizeof(command), "printf '%%s ' \"$A\"; cat; for file in %d %d; do"
		" (: <&$file) 2>/dev/null || printf ' closed'; done", open_to_others, last);
	assert_int_equal(os_spawn(&process, "/bin/sh", arguments, environment, files), 0);
	close(ends[1]);
	assert_int_equal(waitpid(process, &status, 0), process);
	assert_true(read(ends[0], text, sizeof(text) - 1) > 0);
	assert_string_equal(text, "b  closed closed");
	close(ends[0]);
	close(open_to_others);
	close(last);
}

static void shares_are_below_one(void **state)
{
	(void)state;
	for (int i = 0; i < 1000; i++) {
		double share = os_random_share();
		assert_true(share >= 0 && share < 1);
	}
	assert_true(os_random() != os_random());
}

static const char *number_text(const void *context, unsigned item)
{
	return ((const char (*)[8])context)[item];
}

static void texts_are_found_by_their_numbers(void **state)
{
	static char names[1000][8];
	struct text_index index = { .text = number_text, .context = names };
	(void)state;
	assert_int_equal(text_index_find(&index, "0"), -1);
	for (unsigned i = 0; i < 1000; i++) {
		snprintf(names[i], sizeof(names[i]), "%u", i / 2);
		assert_int_equal(text_index_add(&index, names[i], i), i % 2 == 0 ? -1 : (int)i - 1);
	}
	assert_int_equal(text_index_find(&index, "499"), 998);
	assert_int_equal(text_index_find(&index, "500"), -1);
	text_index_clear(&index, 10);
	assert_int_equal(text_index_find(&index, "499"), -1);
	assert_int_equal(text_index_add(&index, names[998], 998), -1);
	text_index_free(&index);
}

static void arrays_keep_what_they_hold(void **state)
{
	unsigned room = 0, *numbers = NULL;
	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		numbers = array_reserve(numbers, &room, i + 1, sizeof(*numbers));
		assert_true(room > i);
		numbers[i] = i;
	}
	for (unsigned i = 0; i < 100; i++)
		assert_int_equal(numbers[i], i);
	free(numbers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_replaced_whole),
		cmocka_unit_test(folders_are_absolute_paths_of_the_users),
		cmocka_unit_test(a_home_stands_for_a_sign),
		cmocka_unit_test(a_path_below_home_is_short),
		cmocka_unit_test(folders_are_made_for_their_owner),
		cmocka_unit_test(a_program_gets_three_files_and_no_other),
		cmocka_unit_test(shares_are_below_one),
		cmocka_unit_test(texts_are_found_by_their_numbers),
		cmocka_unit_test(arrays_keep_what_they_hold),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
