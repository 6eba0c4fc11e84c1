/*
 * Whether a file may name commands: everything by which somebody else could put another file in its place.
 *
 * Each test builds a little tree below a folder of its own. What belongs to another user can only be made by root;
 * these checks are left out elsewhere.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/text.h"
#include "command/layout_permissions.h"

enum { STRANGER = 12345, PRIVATE = 12346 };

/* The accounts of this machine, where a test says them; "": there is no such file. */
static const char *accounts, *groups;

FILE *__real_fopen(const char *path, const char *mode);
FILE *__wrap_fopen(const char *path, const char *mode);

FILE *__wrap_fopen(const char *path, const char *mode)
{
	const char *text = strcmp(path, "/etc/passwd") == 0 ? accounts : strcmp(path, "/etc/group") == 0 ? groups : NULL;
	if (text == NULL)
		return __real_fopen(path, mode);
	return text[0] == '\0' ? NULL : fmemopen((char *)(uintptr_t)text, strlen(text), "r");
}

static char top[64];

static char *at(const char *name)
{
	static char paths[4][256];
	static unsigned next;
	char *path = paths[next++ % 4];
	snprintf(path, sizeof(paths[0]), "%s/%s", top, name);
	return path;
}

static void make_file(const char *name)
{
	FILE *file = fopen(at(name), "w");
	assert_non_null(file);
	fputs("title = \"x\"\n", file);
	fclose(file);
	assert_int_equal(chmod(at(name), 0644), 0);
}

static void make_folder(const char *name, mode_t mode)
{
	assert_int_equal(mkdir(at(name), 0700), 0);
	assert_int_equal(chmod(at(name), mode), 0);
}

static unsigned open_before; /* descriptors, and no more after a test */

static unsigned open_files(void)
{
	unsigned count = 0;
	for (int i = 0; i < 100; i++)
		count += fcntl(i, F_GETFD) >= 0;
	return count;
}

/* a/b/c/layout.conf, which is fit. */
static int build(void **state)
{
	(void)state;
	strcpy(top, "/tmp/cxwall-trust-XXXXXX");
	if (mkdtemp(top) == NULL)
		return -1;
	make_folder("a", 0755);
	make_folder("a/b", 0755);
	make_folder("a/b/c", 0755);
	make_file("a/b/c/layout.conf");
	open_before = open_files();
	return 0;
}

static int clear(void **state)
{
	char command[128];
	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", top);
	return chdir("/") == 0 && open_files() == open_before ? system(command) : -1;
}

static bool judge_path(const char *path, struct error *error)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(file >= 0);
	bool good = permissions_file(file, path, "the layout", error);
	close(file);
	return good;
}

static void is_fit(const char *path)
{
	struct error error = { "" };
	if (!judge_path(path, &error))
		fail_msg("%s: %s", path, error.text);
}

static void is_refused(const char *path, const char *why)
{
	struct error error = { "" };
	assert_false(judge_path(path, &error));
	if (strncmp(error.text, why, strlen(why)) != 0)
		fail_msg("%s: %s instead of %s", path, error.text, why);
}

static void what_is_ours_is_fit(void **state)
{
	(void)state;
	is_fit(at("a/b/c/layout.conf"));
	is_fit(at("a/./b//c/../c/layout.conf"));
	assert_int_equal(chdir(at("a/b")), 0);
	is_fit("c/layout.conf");
	is_fit("./c/layout.conf");
	is_fit("../b/c/layout.conf");
}

static void who_can_write_the_file_is_seen(void **state)
{
	(void)state;
	assert_int_equal(chmod(at("a/b/c/layout.conf"), 0646), 0);
	is_refused(at("a/b/c/layout.conf"), "others can write the layout: chmod o-w /tmp/cxwall-trust-");
	assert_int_equal(chmod(at("a/b/c/layout.conf"), 0666), 0);
	is_refused(at("a/b/c/layout.conf"), "others can write the layout: chmod ");
}

static void every_folder_above_counts(void **state)
{
	(void)state;
	assert_int_equal(chmod(at("a/b/c"), 0757), 0);
	is_refused(at("a/b/c/layout.conf"), "others can write its folder: chmod o-w /tmp/cxwall-trust-");
	assert_int_equal(chmod(at("a/b/c"), 0755), 0);
	assert_int_equal(chmod(at("a"), 0757), 0);
	is_refused(at("a/b/c/layout.conf"), "others can write a folder above it: chmod o-w /tmp/cxwall-trust-");
	assert_int_equal(chdir(at("a/b/c")), 0);
	is_refused("layout.conf", "others can write a folder above it: chmod o-w /tmp/cxwall-trust-");
	/* Nobody can exchange there what is not his. */
	assert_int_equal(chmod(at("a"), 01777), 0);
	is_fit(at("a/b/c/layout.conf"));
	is_fit("layout.conf");
}

static void links_lead_through_their_own_folder(void **state)
{
	(void)state;
	make_folder("links", 0755);
	assert_int_equal(symlink("../a/b/c/layout.conf", at("links/layout.conf")), 0);
	assert_int_equal(symlink(at("a/b"), at("links/b")), 0);
	is_fit(at("links/layout.conf"));
	is_fit(at("links/b/c/layout.conf"));
	/* The link's own folder, though the file's is fit. */
	assert_int_equal(chmod(at("links"), 0757), 0);
	is_refused(at("links/layout.conf"), "others can write its folder: chmod o-w");
	is_refused(at("links/b/c/layout.conf"), "others can write a folder above it: chmod o-w");
	/* A folder in the middle of the way, which neither the named nor the real path shows. */
	assert_int_equal(chmod(at("links"), 0755), 0);
	make_folder("middle", 0757);
	assert_int_equal(symlink("../a/b/c", at("middle/c")), 0);
	assert_int_equal(symlink("../middle/c/layout.conf", at("links/far.conf")), 0);
	is_refused(at("links/far.conf"), "others can write a folder above it: chmod o-w");
	assert_int_equal(chmod(at("middle"), 0755), 0);
	is_fit(at("links/far.conf"));
	/* The file's own folder. */
	assert_int_equal(chmod(at("a/b"), 0757), 0);
	is_refused(at("links/far.conf"), "others can write a folder above it: chmod o-w");
}

/* Between reading and judging: another file of the same name, another folder, another link. */
static void what_was_read_is_what_is_judged(void **state)
{
	struct error error = { "" };
	(void)state;
	int file = open(at("a/b/c/layout.conf"), O_RDONLY | O_CLOEXEC);
	make_file("a/b/c/new.conf");
	assert_int_equal(rename(at("a/b/c/new.conf"), at("a/b/c/layout.conf")), 0);
	assert_false(permissions_file(file, at("a/b/c/layout.conf"), "the layout", &error));
	assert_string_equal(error.text, "the layout was replaced while it was being read: try again");
	close(file);
	file = open(at("a/b/c/layout.conf"), O_RDONLY | O_CLOEXEC);
	make_folder("a/new", 0755);
	make_folder("a/new/c", 0755);
	make_file("a/new/c/layout.conf");
	assert_int_equal(rename(at("a/b"), at("a/old")), 0);
	assert_int_equal(rename(at("a/new"), at("a/b")), 0);
	assert_false(permissions_file(file, at("a/b/c/layout.conf"), "the layout", &error));
	assert_true(permissions_file(file, at("a/old/c/layout.conf"), "the layout", &error));
	assert_int_equal(unlink(at("a/b/c/layout.conf")), 0);
	assert_false(permissions_file(file, at("a/b/c/layout.conf"), "the layout", &error));
	assert_string_equal(error.text, "the layout cannot be found any more: No such file or directory");
	close(file);
}

static void links_without_end_are_refused(void **state)
{
	struct error error = { "" };
	(void)state;
	int file = open(at("a/b/c/layout.conf"), O_RDONLY | O_CLOEXEC);
	assert_int_equal(symlink("loop", at("loop")), 0);
	assert_false(permissions_file(file, at("loop"), "the layout", &error));
	assert_string_equal(error.text, "there are too many links on the way");
	/* The way ends before a file. */
	assert_false(permissions_file(file, at("a/b/c"), "the layout", &error));
	assert_string_equal(error.text, "the layout was replaced while it was being read: try again");
	close(file);
}

static void what_belongs_to_a_stranger_is_refused(void **state)
{
	(void)state;
	if (geteuid() != 0)
		return;
	make_folder("open", 01777);
	assert_int_equal(symlink(at("a/b/c/layout.conf"), at("open/link.conf")), 0);
	is_fit(at("open/link.conf"));
	/* In a sticky folder a link can be exchanged by its owner, and only by him. */
	assert_int_equal(lchown(at("open/link.conf"), STRANGER, STRANGER), 0);
	is_refused(at("open/link.conf"), "a link on the way belongs to another user: /tmp/cxwall-trust-");
	assert_int_equal(chown(at("a"), STRANGER, STRANGER), 0);
	is_refused(at("a/b/c/layout.conf"), "a folder above it belongs to another user: /tmp/cxwall-trust-");
	assert_int_equal(chown(at("a"), 0, 0), 0);
	assert_int_equal(chown(at("a/b/c/layout.conf"), STRANGER, STRANGER), 0);
	is_refused(at("a/b/c/layout.conf"), "the layout belongs to another user: /tmp/cxwall-trust-");
}

/* Root's own group is no private one: who is in it cannot be known by its name. */
static void groups_of_others_are_refused(void **state)
{
	(void)state;
	if (geteuid() != 0)
		return;
	assert_int_equal(chmod(at("a/b/c/layout.conf"), 0664), 0);
	is_refused(at("a/b/c/layout.conf"), "others can write the layout: chmod g-w /tmp/cxwall-trust-");
	assert_int_equal(chown(at("a/b/c/layout.conf"), 0, STRANGER), 0);
	is_refused(at("a/b/c/layout.conf"), "others can write the layout: chmod g-w /tmp/cxwall-trust-");
}

/* A file of accounts: U stands for our number, G for the group's. */
static void fill(char *out, size_t size, const char *text, unsigned group)
{
	size_t used = 0;
	for (; *text != '\0' && used + 12 < size; text++)
		if (*text == 'U' || *text == 'G')
			used += (size_t)snprintf(out + used, size - used, "%u", *text == 'U' ? (unsigned)geteuid() : group);
		else
			out[used++] = *text;
	out[used] = '\0';
}

static void judge_accounts(const char *passwd, const char *group, bool fit)
{
	char users[300], members[300];
	unsigned number = geteuid() == 0 ? PRIVATE : (unsigned)getegid();
	fill(users, sizeof(users), passwd, number);
	fill(members, sizeof(members), group, number);
	accounts = users;
	groups = members;
	if (fit)
		is_fit(at("a/b/c/layout.conf"));
	else
		is_refused(at("a/b/c/layout.conf"), "others can write the layout: chmod g-w /tmp/cxwall-trust-");
	accounts = groups = NULL;
}

/* Where the group is the user alone, as many systems make one for each user, nobody else can write. */
static void a_group_of_ones_own_may_write(void **state)
{
	static const char me[] = "root2:x:7:7::/:\nme:x:U:G::/:\nann:x:8:8::/:\n", mine[] = "ann:x:8:bob\nme:x:G:\nbob:x:9:ann\n";
	(void)state;
	if (geteuid() != 0 && getegid() == 0)
		return;
	assert_int_equal(chmod(at("a/b/c/layout.conf"), 0664), 0);
	if (geteuid() == 0)
		assert_int_equal(chown(at("a/b/c/layout.conf"), 0, PRIVATE), 0);
	judge_accounts(me, mine, true);
	judge_accounts(me, "me:x:G:me\n", true);
	judge_accounts(me, "me:x:G:me\nalso:x:G:\n", true);
	/* Others are in it: by its own entry, by a second one, or as their first group. */
	judge_accounts(me, "me:x:G:ann\n", false);
	judge_accounts(me, "me:x:G:me,ann\n", false);
	judge_accounts(me, "me:x:G:ann,me\n", false);
	judge_accounts(me, "me:x:G:\nalso:x:G:ann\n", false);
	judge_accounts(me, "me:x:G:ann\nalso:x:G:\n", false);
	judge_accounts("me:x:U:G::/:\nann:x:8:G::/:\n", mine, false);
	judge_accounts("me:x:U:G::/:\nalso:x:U:G::/:\n", mine, false);
	/* Nothing is known of it. */
	judge_accounts("ann:x:8:8::/:\n", mine, false);
	judge_accounts("me:x:U:8::/:\n", mine, false);
	judge_accounts(me, "ann:x:8:\n", false);
	judge_accounts("", mine, false);
	judge_accounts(me, "", false);
	/* With an access list, a group's bits say what all of it may. */
	static const struct { uint32_t version; struct { uint16_t tag, rights; uint32_t id; } entries[5]; } list = { 2,
		{ { 1, 6, UINT32_MAX }, { 2, 6, STRANGER }, { 4, 6, UINT32_MAX }, { 16, 6, UINT32_MAX }, { 32, 4, UINT32_MAX } } };
	if (setxattr(at("a/b/c/layout.conf"), "system.posix_acl_access", &list, sizeof(list), 0) == 0) {
		judge_accounts(me, mine, false);
		assert_int_equal(removexattr(at("a/b/c/layout.conf"), "system.posix_acl_access"), 0);
	}
	assert_int_equal(chmod(at("a/b/c/layout.conf"), 0666), 0);
	is_refused(at("a/b/c/layout.conf"), "others can write the layout: chmod go-w /tmp/cxwall-trust-");
}

/* However long name and path are, the advice behind them is whole. */
static void advice_is_not_cut(void **state)
{
	char name[61], text[2048], deep[160];
	struct error error = { "" };
	(void)state;
	memset(name, 'n', sizeof(name) - 1);
	name[60] = '\0';
	memset(deep, 'd', sizeof(deep) - sizeof("/layout.conf"));
	deep[sizeof(deep) - sizeof("/layout.conf")] = '\0';
	make_folder(deep, 0755);
	snprintf(text, sizeof(text),
		"pages = ( { rows = ( { panels = ( { name = \"now\" type = \"totals\" tiles = ( \"in_calls_waiting\" ) } ) } ) } )\n"
		"alerts = ( { name = \"%s\" when = \"now.in_calls_waiting > 1\" command = \"/bin/true\" } )\n", name);
	struct layout *layout = layout_parse("t", "t.conf", text, &error);
	assert_non_null(layout);
	strcat(deep, "/layout.conf");
	make_file(deep);
	assert_int_equal(chmod(at(deep), 0646), 0);
	int file = open(at(deep), O_RDONLY | O_CLOEXEC);
	assert_false(permissions_layout(layout, file, at(deep), &error));
	assert_non_null(strstr(error.text, "/layout.conf:2: alert 'nnnn"));
	assert_non_null(strstr(error.text, ", but others can write the layout: chmod o-w layout.conf"));
	close(file);
	layout_free(layout);
}

/* Only what a layout does outside asks who could have written it. */
static void which_layouts_are_judged(void **state)
{
	static const struct { const char *alerts; bool judged; } layouts[] = {
		{ "", false }, { "alerts = ( { name = \"a\" when = \"now.in_calls_waiting > 1\" } )", false },
		{ "alerts = ( { name = \"b\" when = \"now.in_calls_waiting > 1\" }, { name = \"c\" when = \"now.in_calls_waiting > 2\" command = \"/bin/true\" } )", true },
		{ "alerts = ( { name = \"d\" when = \"now.in_calls_waiting > 1\" clear_command = \"/bin/true\" } )", true },
		{ "alerts = ( { name = \"e\" when = \"now.in_calls_waiting > 1\" sms = ( \"+15551234567\" ) sms_from = \"+15550000000\" } )", true },
	};
	(void)state;
	assert_int_equal(chmod(at("a/b/c/layout.conf"), 0646), 0);
	int file = open(at("a/b/c/layout.conf"), O_RDONLY | O_CLOEXEC);
	for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++) {
		char text[1000];
		struct error error = { "" };
		snprintf(text, sizeof(text), "pages = ( { rows = ( { panels ="
			" ( { name = \"now\" type = \"totals\" tiles = ( \"in_calls_waiting\" ) } ) } ) } )\n%s", layouts[i].alerts);
		struct layout *layout = layout_parse("t", "t.conf", text, &error);
		if (layout == NULL)
			fail_msg("%zu: %s", i, error.text);
		if (permissions_layout(layout, file, at("a/b/c/layout.conf"), &error) == layouts[i].judged)
			fail_msg("%zu: '%s'", i, error.text);
		layout_free(layout);
	}
	close(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_ours_is_fit, build, clear),
		cmocka_unit_test_setup_teardown(who_can_write_the_file_is_seen, build, clear),
		cmocka_unit_test_setup_teardown(every_folder_above_counts, build, clear),
		cmocka_unit_test_setup_teardown(links_lead_through_their_own_folder, build, clear),
		cmocka_unit_test_setup_teardown(what_was_read_is_what_is_judged, build, clear),
		cmocka_unit_test_setup_teardown(links_without_end_are_refused, build, clear),
		cmocka_unit_test_setup_teardown(what_belongs_to_a_stranger_is_refused, build, clear),
		cmocka_unit_test_setup_teardown(groups_of_others_are_refused, build, clear),
		cmocka_unit_test_setup_teardown(a_group_of_ones_own_may_write, build, clear),
		cmocka_unit_test_setup_teardown(which_layouts_are_judged, build, clear),
		cmocka_unit_test_setup_teardown(advice_is_not_cut, build, clear),
	};
	text_locale();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
