/* Where the secret may come from: modes of its file, its command, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <ev.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/secret.h"
#include "base/text.h"

static char folder[] = "/tmp/cxwall-secret-XXXXXX";
static char path[64];

static void put(const char *bytes, size_t length, mode_t mode)
{
	unlink(path);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	fclose(file);
	assert_int_equal(chmod(path, mode), 0);
}

/* NULL with the error if it was refused; else the secret's text. */
static char *load(const struct secret_source *source, struct error *error)
{
	struct secret secret;
	secret_init(&secret, source);
	bool good = secret_load(&secret, error);
	char *text = good ? strdup(buffer_string(&secret.text)) : NULL;
	secret_free(&secret);
	return text;
}

static void expect(const struct secret_source *source, const char *text)
{
	struct error error = { "" };
	char *found = load(source, &error);
	if (found == NULL)
		fail_msg("refused: %s", error.text);
	assert_string_equal(found, text);
	free(found);
}

static void expect_refusal(const struct secret_source *source, const char *words)
{
	struct error error = { "" };
	char *found = load(source, &error);
	if (found != NULL)
		fail_msg("'%s' was taken, expected: %s", found, words);
	if (strstr(error.text, words) == NULL)
		fail_msg("'%s' does not say: %s", error.text, words);
	assert_null(strstr(error.text, "hunter2"));
}

static void reads_files(void **unused)
{
	(void)unused;
	struct secret_source source = { .file = path };
	put("hunter2\n", 8, 0600);
	expect(&source, "hunter2");
	put("hunter2\r\n", 9, 0400);
	expect(&source, "hunter2");
	put("two words", 9, 0600);
	expect(&source, "two words");
}

static void checks_modes(void **unused)
{
	(void)unused;
	struct secret_source source = { .file = path };
	static const mode_t bad[] = { 0640, 0604, 0644, 0620, 0602, 0666 };
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		put("hunter2\n", 8, bad[i]);
		expect_refusal(&source, "chmod 600");
	}
	source.file = folder;
	expect_refusal(&source, "is no file");
	source.file = "/nonexistent/secret";
	expect_refusal(&source, "No such file");
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	source.file = path;
	expect_refusal(&source, "is no file");
}

/* LoadCredential= gives root's file with an access list, whose mask looks like a group's rights. */
static void takes_what_systemd_gives(void **unused)
{
	(void)unused;
	struct secret_source source = { .file = path };
	put("hunter2\n", 8, 0440);
	setenv("CREDENTIALS_DIRECTORY", folder, 1);
	/* What an ordinary user puts there is not root's, and gets no such indulgence. */
	if (geteuid() == 0)
		expect(&source, "hunter2");
	else
		expect_refusal(&source, "chmod 600");
	assert_int_equal(chmod(path, 0444), 0);
	expect_refusal(&source, "chmod 600");
	assert_int_equal(chmod(path, 0440), 0);
	setenv("CREDENTIALS_DIRECTORY", "/tmp/cxwall-secre", 1);
	expect_refusal(&source, "chmod 600");
	setenv("CREDENTIALS_DIRECTORY", "", 1);
	expect_refusal(&source, "chmod 600");
	unsetenv("CREDENTIALS_DIRECTORY");
	expect_refusal(&source, "chmod 600");
}

static void checks_bytes(void **unused)
{
	(void)unused;
	struct secret_source source = { .file = path };
	char long_one[SECRET_MAX + 10];
	memset(long_one, 'x', sizeof(long_one));
	put("", 0, 0600);
	expect_refusal(&source, "empty");
	put("\n", 1, 0600);
	expect_refusal(&source, "empty");
	put("\xef\xbb\xbf\r\n", 5, 0600);
	expect_refusal(&source, "empty");
	put("hunter2\r\nX: y", 13, 0600);
	expect_refusal(&source, "control characters");
	put("hun\0ter2", 8, 0600);
	expect_refusal(&source, "character 4 is a control character (U+0000)");
	put(long_one, sizeof(long_one), 0600);
	expect_refusal(&source, "longer than");
}

/* What editors add is dropped; what nobody sees and nobody meant is named with its place, and never sent. */
static void names_what_nobody_sees(void **unused)
{
	(void)unused;
	static const char *const good[] = {
		"hunter2", "hunter2\n", "hunter2\n\n\n", "hunter2\r\n", "hunter2\r\n\r\n", "\xef\xbb\xbfhunter2", "\xef\xbb\xbfhunter2\r\n",
	};
	static const struct { const char *text, *words; } bad[] = {
		{ "hunter2 ", "blank behind the last character" }, { "hunter2 \n", "blank behind the last character" },
		{ " hunter2", "blank before the first character" }, { "hun\tter2", "character 4 is a tab" },
		{ "hunter2\u200b", "character 8 is a zero-width space (U+200B)" }, { "\u00a0hunter2", "character 1 is a no-break space (U+00A0)" },
		{ "hun\u00adter2", "character 4 is a soft hyphen (U+00AD)" }, { "hunter2\ufeff", "character 8 is a byte order mark" },
		{ "h\u202enter2", "character 2 is a character that cannot be seen (U+202E)" }, { "hunter\u2013 2", "character 7 is an en dash" },
		{ "hunter\xff", "character 7 is not UTF-8" }, { "hunter\xc3", "character 7 is not UTF-8" }, { "\xc3(x", "character 1 is not UTF-8" },
		{ "hunter2\x7f", "character 8 is a control character" }, { "hunter2\nhunter3\n", "more than one line" },
	};
	struct secret_source source = { .text = NULL };
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		put(good[i], strlen(good[i]), 0600);
		source = (struct secret_source){ .file = path };
		expect(&source, "hunter2");
		source = (struct secret_source){ .text = good[i] };
		expect(&source, "hunter2");
		char command[128];
		snprintf(command, sizeof(command), "cat '%s'", path);
		source = (struct secret_source){ .command = command };
		expect(&source, "hunter2");
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		put(bad[i].text, strlen(bad[i].text), 0600);
		source = (struct secret_source){ .file = path };
		expect_refusal(&source, bad[i].words);
		source = (struct secret_source){ .text = bad[i].text };
		expect_refusal(&source, bad[i].words);
	}
	/* Letters of any script were chosen by somebody. */
	source = (struct secret_source){ .text = "h\u00fcnt\"er\\2" };
	expect(&source, "h\u00fcnt\"er\\2");
	/* Blanks within are somebody's choice. */
	source = (struct secret_source){ .text = "hunter 2" };
	expect(&source, "hunter 2");
}

static void names_are_plain_too(void **unused)
{
	(void)unused;
	static const struct { const char *user, *tenant, *words; } bad[] = {
		{ "ann\u200b", "example.org", "user: character 4 is a zero-width space" }, { "ann ", "example.org", "user: there is a blank behind" },
		{ "ann", "example.org\u00a0", "tenant: character 12" }, { "ann", " example.org", "tenant: there is a blank before" },
		{ "ann", "https://example.org", "Write the domain alone: example.org" },
		{ "ann", "https://example.org:443/cx", "Write the domain alone: example.org" }, { "ann", "example.org/", "Write the domain alone: example.org" },
		{ "ann", "example.org:443", "'example.org:443' is not a domain. Write the domain alone: example.org" },
		{ "ann", "//example.org", "Write the domain alone: example.org" }, { "ann", "ann@example.org", "Write the domain alone: example.org" },
		{ "ann", "https://ann@example.org?x", "Write the domain alone: example.org" }, { "ann", "example.org?x=1", "Write the domain alone: example.org" },
		{ "ann", "example org", "is not a domain" },
	};
	struct error error;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(secret_check_login(bad[i].user, bad[i].tenant, &error));
		if (strstr(error.text, bad[i].words) == NULL)
			fail_msg("%s", error.text);
	}
	assert_true(secret_check_login("ann", "example.org", &error));
	assert_true(secret_check_login("J\u00fcrgen \"J\" \\ M", "example.org", &error));
	assert_false(secret_check_login("ann", "ex\u00e4mple.org", &error));
	assert_non_null(strstr(error.text, "not an ASCII character"));
	assert_true(secret_check_login(NULL, NULL, &error));
}

static void runs_commands(void **unused)
{
	(void)unused;
	struct secret_source source = { .command = "printf 'hunter%s\\n' 2" };
	expect(&source, "hunter2");
	source.command = "echo hunter2; exit 3";
	expect_refusal(&source, "status 3");
	source.command = "kill -9 $$";
	expect_refusal(&source, "signal 9");
	source.command = "true";
	expect_refusal(&source, "empty");
	source.command = "yes hunter2 | head -c 100000";
	expect_refusal(&source, "secret_command");
}

static double quicker = 1;

/* Ten seconds need not be waited for. */
int64_t clock_boot_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_BOOTTIME, &now);
	return (int64_t)(quicker * ((double)now.tv_sec * 1000 + (double)now.tv_nsec / 1e6));
}

int64_t clock_wall_ms(void)
{
	return 0;
}

/* It ends, whatever becomes of its output; and nothing that a command does holds the start for longer than ten seconds. */
static void commands_have_ten_seconds(void **unused)
{
	(void)unused;
	struct secret_source source = { .command = "(sleep 3; echo late) & echo hunter2" };
	int64_t began = clock_boot_ms();
	expect(&source, "hunter2");
	assert_true(clock_boot_ms() - began < 2000);
	static const char *const endless[] = {
		"exec >&-; sleep 60", "echo hunter2; exec >&-; sleep 60", "echo hunter2; sleep 60", "trap '' TERM HUP; sleep 60; sleep 60",
		"kill -STOP $$",
	};
	quicker = 20;
	for (size_t i = 0; i < sizeof(endless) / sizeof(endless[0]); i++) {
		source.command = endless[i];
		expect_refusal(&source, "longer than 10 s");
	}
	quicker = 1;
}

static void on_alarm(int number)
{
	(void)number;
	kill(getpid(), SIGTERM);
}

static volatile sig_atomic_t terminated;

static void on_term(int number)
{
	(void)number;
	terminated = 1;
}

static void a_signal_ends_the_waiting(void **unused)
{
	(void)unused;
	static const char *const endless[] = { "sleep 60", "exec >&-; sleep 60" };
	signal(SIGALRM, on_alarm);
	for (size_t i = 0; i < sizeof(endless) / sizeof(endless[0]); i++) {
		struct secret_source source = { .command = endless[i] };
		struct secret secret;
		struct error error;
		signal(SIGTERM, on_term);
		secret_init(&secret, &source);
		int64_t began = clock_boot_ms();
		setitimer(ITIMER_REAL, &(struct itimerval){ .it_value.tv_usec = 100 * 1000 }, NULL);
		assert_false(secret_load(&secret, &error));
		assert_true(clock_boot_ms() - began < 5000);
		assert_int_equal(secret.signal, SIGTERM);
		secret_free(&secret);
	}
	/* What is ignored is none. */
	struct secret_source source = { .command = "sleep 0.3; echo hunter2" };
	signal(SIGTERM, SIG_IGN);
	setitimer(ITIMER_REAL, &(struct itimerval){ .it_value.tv_usec = 100 * 1000 }, NULL);
	expect(&source, "hunter2");
	signal(SIGTERM, SIG_DFL);
	signal(SIGALRM, SIG_DFL);
}

static void has_an_order(void **unused)
{
	(void)unused;
	put("file\n", 5, 0600);
	struct secret_source source = { .text = "given", .file = path, .command = "echo command" };
	expect(&source, "given");
	source.text = NULL;
	expect(&source, "file");
	source.file = NULL;
	expect(&source, "command");
	source.command = NULL;
	expect_refusal(&source, "no secret is configured");
}

static void notices_another_file(void **unused)
{
	(void)unused;
	struct secret_source source = { .file = path };
	struct secret secret;
	struct error error;
	put("one\n", 4, 0600);
	secret_init(&secret, &source);
	assert_true(secret_load(&secret, &error));
	assert_true(secret_can_change(&secret));
	assert_false(secret_reread(&secret));
	put("two\n", 4, 0600);
	assert_true(secret_reread(&secret));
	assert_string_equal(buffer_string(&secret.text), "two");
	put("three\n", 6, 0644);
	assert_false(secret_reread(&secret));
	assert_string_equal(buffer_string(&secret.text), "two");
	secret_free(&secret);
}

struct asked {
	bool called, changed;
	struct error error;
};

static void on_asked(void *context, bool changed, const struct error *error)
{
	struct asked *asked = context;
	asked->called = true;
	asked->changed = changed;
	asked->error = *error;
	ev_break(ev_default_loop(0), EVBREAK_ALL);
}

static void asks_beside_the_loop(void **unused)
{
	(void)unused;
	struct ev_loop *loop = ev_default_loop(EVFLAG_NOENV);
	char command[128];
	snprintf(command, sizeof(command), "cat %s", path);
	struct secret_source source = { .command = command };
	struct secret secret;
	struct error error;
	struct asked asked = { .called = false };
	put("one\n", 4, 0600);
	secret_init(&secret, &source);
	assert_true(secret_load(&secret, &error));
	put("two\n", 4, 0600);
	assert_true(secret_ask(&secret, loop, on_asked, &asked));
	assert_false(secret_ask(&secret, loop, on_asked, &asked));
	ev_run(loop, 0);
	assert_true(asked.called && asked.changed);
	assert_string_equal(asked.error.text, "");
	assert_string_equal(buffer_string(&secret.text), "two");
	unlink(path);
	assert_true(secret_ask(&secret, loop, on_asked, &asked));
	ev_run(loop, 0);
	assert_false(asked.changed);
	assert_non_null(strstr(asked.error.text, "status"));
	assert_string_equal(buffer_string(&secret.text), "two");
	/* Ended while the command runs. */
	source.command = "sleep 60";
	assert_true(secret_ask(&secret, loop, on_asked, &asked));
	secret_free(&secret);
	ev_loop_destroy(loop);
}

static int make_folder(void **unused)
{
	(void)unused;
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/secret", folder);
	return 0;
}

static int remove_folder(void **unused)
{
	(void)unused;
	unlink(path);
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_files),
		cmocka_unit_test(checks_modes),
		cmocka_unit_test(takes_what_systemd_gives),
		cmocka_unit_test(checks_bytes),
		cmocka_unit_test(names_what_nobody_sees),
		cmocka_unit_test(names_are_plain_too),
		cmocka_unit_test(runs_commands),
		cmocka_unit_test(commands_have_ten_seconds),
		cmocka_unit_test(a_signal_ends_the_waiting),
		cmocka_unit_test(has_an_order),
		cmocka_unit_test(notices_another_file),
		cmocka_unit_test(asks_beside_the_loop),
	};
	text_locale();
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
