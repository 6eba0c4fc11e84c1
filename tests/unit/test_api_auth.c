/* Signing in, by itself: who is told what and how often, where the secret comes from a command that takes its time. */
#include "feed_bench.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/auth.h"

enum { TURNS_MAX = 1000 }; /* of the loop until a command has ended: a few */

static char path[] = "/tmp/cxwall-auth-XXXXXX";
static char command[sizeof(path) + 20];
static struct api_config config;
static struct auth auth;
static struct ev_loop *loop;
static unsigned told;
static enum auth_result result;

static void on_done(void *context, enum auth_result ended)
{
	assert_ptr_equal(context, &told);
	told++;
	result = ended;
}

static void keep(const char *secret)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(secret, file);
	fclose(file);
}

static void open_auth(enum auth_kind kind, const char *file, const char *by)
{
	struct error error = { "" };
	config = (struct api_config){ .user = "ann", .tenant = "example.org", .auth = kind, .secret = { .file = file, .command = by } };
	if (!auth_open(&auth, loop, &config, on_done, &told, &error))
		fail_msg("%s", error.text);
	auth.http = &bench_network;
}

static int set_up(void **unused)
{
	(void)unused;
	bench_reset();
	told = 0;
	keep("secret-one\n");
	return 0;
}

static int tear_down(void **unused)
{
	(void)unused;
	auth_free(&auth);
	http_free(&bench_network);
	return bench_left() == 0 ? 0 : -1;
}

/* Until the command has ended. */
static void let_command_end(void)
{
	assert_true(auth.secret.pipe >= 0);
	for (int turns = 0; turns < TURNS_MAX && auth.secret.pipe >= 0; turns++)
		ev_run(loop, EVRUN_ONCE);
	assert_true(auth.secret.pipe < 0);
}

static void told_once(enum auth_result expected)
{
	assert_int_equal(told, 1);
	assert_int_equal(result, expected);
	told = 0;
}

/* ---- a refusal is remembered for other commands ---- */

static int open_folder(char name[40])
{
	snprintf(name, 40, "/tmp/cxwall-auth-XXXXXX");
	assert_non_null(mkdtemp(name));
	int folder = open(name, O_RDONLY | O_DIRECTORY);
	assert_true(folder > 0);
	return folder;
}

static unsigned calls_of_a_command(int folder)
{
	unsigned before = bench_counts[AT_TOKEN];
	open_auth(AUTH_OAUTH, path, NULL);
	auth.memory = folder;
	auth.heeds = true;
	result = auth_ask(&auth, false);
	bench_run(0);
	return bench_counts[AT_TOKEN] - before;
}

/* As a new process each time: the third and fourth would lock the account. */
static void commands_remember_a_refusal(void **unused)
{
	(void)unused;
	char where[40];
	int folder = open_folder(where), next = dup(folder);
	close(next);
	bench_reply(AT_TOKEN, 401, "{\"error\":\"invalid_client\"}");
	assert_int_equal(calls_of_a_command(folder), 1);
	/* The file in which it is remembered is closed again. */
	int after = dup(folder);
	close(after);
	assert_int_equal(after, next);
	for (int i = 0; i < 4; i++) {
		auth_free(&auth);
		assert_int_equal(calls_of_a_command(folder), 0);
		assert_int_equal(result, AUTH_STOPPED);
		assert_string_equal(auth.cause, "The secret was refused (401, invalid_client)");
		assert_non_null(strstr(auth.advice, "is not tried again before "));
	}
	/* Another user, or another secret, is another matter. */
	auth_free(&auth);
	keep("secret-two\n");
	assert_int_equal(calls_of_a_command(folder), 1);
	auth_free(&auth);
	keep("secret-one\n");
	assert_int_equal(calls_of_a_command(folder), 1);
	auth_free(&auth);
	assert_int_equal(calls_of_a_command(folder), 0);
	/* A wall asks as it always did, and its success is known to all. */
	auth_free(&auth);
	bench_heal(AT_TOKEN);
	open_auth(AUTH_OAUTH, path, NULL);
	auth.memory = folder;
	assert_int_equal(auth_ask(&auth, false), AUTH_PENDING);
	bench_run(0);
	told = 0;
	auth_free(&auth);
	assert_int_equal(calls_of_a_command(folder), 1);
	/* In the end it is over. */
	auth_free(&auth);
	bench_reply(AT_TOKEN, 401, "");
	assert_int_equal(calls_of_a_command(folder), 1);
	auth_free(&auth);
	bench_run(AUTH_REMEMBER_SECONDS + 1);
	assert_int_equal(calls_of_a_command(folder), 1);
	/* Nothing of the secret is written but 16 bits of a sum. */
	char name[100], text[400] = "";
	snprintf(name, sizeof(name), "%s/%s", where, auth.memory_name);
	int file = open(name, O_RDONLY);
	struct stat about;
	assert_true(file >= 0 && read(file, text, sizeof(text) - 1) > 0 && fstat(file, &about) == 0);
	assert_int_equal(about.st_mode & 0777, 0600);
	assert_null(strstr(text, "secret-one"));
	close(file);
	unlink(name);
	rmdir(where);
	close(folder);
	told = 0;
}

/* ---- cookies: the secret is the token, and a 401 refuses it ---- */

static void cookies_of_a_command(void **unused)
{
	(void)unused;
	open_auth(AUTH_COOKIE, NULL, command);
	assert_null(auth.line);
	assert_int_equal(auth_ask(&auth, false), AUTH_READY);
	assert_string_equal(auth.line, "Cookie: X-STATSAPI-TOKEN=secret-one; X-STATSAPI-TENANT=example.org; X-STATSAPI-LOGIN=ann");
	assert_int_equal(auth.generation, 1);
	/* The command gives another one. */
	keep("secret-two\n");
	assert_int_equal(auth_ask(&auth, false), AUTH_PENDING);
	assert_int_equal(auth_ask(&auth, false), AUTH_PENDING);
	let_command_end();
	told_once(AUTH_READY);
	assert_non_null(strstr(auth.line, "=secret-two;"));
	assert_int_equal(auth.generation, 2);
	assert_int_equal(auth.refusals, 0);
	/* The same again. */
	assert_int_equal(auth_ask(&auth, false), AUTH_PENDING);
	let_command_end();
	told_once(AUTH_STOPPED);
	assert_string_equal(auth.cause, "The secret was refused (401)");
	assert_int_equal(auth_ask(&auth, false), AUTH_STOPPED);
	assert_true(auth.secret.pipe < 0);
	bench_run(100);
	assert_int_equal(told, 0);
	/* Only a request can tell whether it is still refused. */
	assert_int_equal(auth_ask(&auth, true), AUTH_READY);
	assert_int_equal(auth.generation, 1);
	/* A command that fails gives nothing new. */
	config.secret.command = "false";
	assert_int_equal(auth_ask(&auth, true), AUTH_PENDING);
	assert_int_equal(auth.generation, 1);
	let_command_end();
	told_once(AUTH_STOPPED);
	assert_int_equal(bench_counts[AT_TOKEN], 0);
}

static void cookies_of_a_file(void **unused)
{
	(void)unused;
	open_auth(AUTH_COOKIE, path, NULL);
	assert_int_equal(auth_ask(&auth, false), AUTH_READY);
	keep("secret-two\n");
	assert_int_equal(auth_ask(&auth, false), AUTH_READY);
	assert_non_null(strstr(auth.line, "=secret-two;"));
	/* Known at once, so nobody is called back. */
	assert_int_equal(auth_ask(&auth, false), AUTH_STOPPED);
	assert_int_equal(told, 0);
	assert_false(auth.wanted);
	/* What was allowed again takes the file as it is now. */
	keep("secret-three\n");
	assert_int_equal(auth_ask(&auth, true), AUTH_READY);
	assert_non_null(strstr(auth.line, "=secret-three;"));
	assert_int_equal(auth_ask(&auth, false), AUTH_STOPPED);
	keep("secret-four\n");
	bench_run(9.9);
	assert_int_equal(told, 0);
	bench_run(0.2);
	told_once(AUTH_CHANGED);
	assert_int_equal(auth_ask(&auth, false), AUTH_READY);
	assert_non_null(strstr(auth.line, "=secret-four;"));
	/* A cookie is no token: there is none to renew. */
	auth_renew(&auth, auth.generation);
	assert_int_equal(bench_counts[AT_TOKEN], 0);
	assert_true(auth.secret.pipe < 0);
}

/* ---- tokens ---- */

static void tokens_of_a_command(void **unused)
{
	(void)unused;
	open_auth(AUTH_OAUTH, NULL, command);
	bench_reply(AT_TOKEN, 401, "");
	assert_int_equal(auth_ask(&auth, false), AUTH_PENDING);
	assert_int_equal(auth_ask(&auth, false), AUTH_PENDING);
	bench_run(0);
	told_once(AUTH_REFUSED);
	assert_int_equal(bench_counts[AT_TOKEN], 1);
	/* The command is asked before the second try. */
	keep("secret-two\n");
	assert_int_equal(auth_ask(&auth, false), AUTH_PENDING);
	bench_run(0);
	assert_int_equal(bench_counts[AT_TOKEN], 1);
	let_command_end();
	bench_run(0);
	assert_int_equal(bench_counts[AT_TOKEN], 2);
	assert_non_null(strstr(bench_last_body[AT_TOKEN], "client_secret=secret-two&"));
	told_once(AUTH_STOPPED);
	assert_int_equal(auth_ask(&auth, false), AUTH_STOPPED);
	auth_renew(&auth, auth.generation);
	bench_run(1000);
	assert_int_equal(bench_counts[AT_TOKEN], 2);
	bench_heal(AT_TOKEN);
	assert_int_equal(auth_ask(&auth, true), AUTH_PENDING);
	let_command_end();
	bench_run(0);
	told_once(AUTH_READY);
	assert_string_equal(auth.line, "Authorization: Bearer TOKEN1");
}

/* Its process ends with it; the old secret is tried. */
static void a_command_has_ten_seconds(void **unused)
{
	(void)unused;
	open_auth(AUTH_OAUTH, NULL, command);
	bench_reply_once(AT_TOKEN, 401, "");
	(void)auth_ask(&auth, false);
	bench_run(0);
	told_once(AUTH_REFUSED);
	config.secret.command = "exec sleep 600";
	assert_int_equal(auth_ask(&auth, false), AUTH_PENDING);
	pid_t pid = auth.secret.pid;
	int output = auth.secret.pipe;
	bench_run(9.9);
	assert_int_equal(bench_counts[AT_TOKEN], 1);
	assert_int_equal(kill(pid, 0), 0);
	bench_run(0.1);
	assert_true(auth.secret.pipe < 0);
	assert_false(ev_is_active(&auth.secret.io) || ev_is_active(&auth.secret.timer) || ev_is_active(&auth.secret.child));
	assert_true(fcntl(output, F_GETFD) < 0);
	bench_run(0);
	told_once(AUTH_READY);
	assert_non_null(strstr(bench_last_body[AT_TOKEN], "client_secret=secret-one&"));
	/* The loop reaps it. */
	for (int turns = 0; turns < TURNS_MAX && kill(pid, 0) == 0; turns++) {
		ev_run(loop, EVRUN_NOWAIT);
		poll(NULL, 0, 1);
	}
	assert_int_equal(kill(pid, 0), -1);
}

/* Silent: only whoever asked is told. */
static void renewals(void **unused)
{
	(void)unused;
	static const double pauses[] = { 5, 10, 20, 40, 80, 80 };
	open_auth(AUTH_OAUTH, path, NULL);
	bench_log_open();
	(void)auth_ask(&auth, false);
	bench_run(0);
	told_once(AUTH_READY);
	assert_int_equal(bench_logged("sign-in: token for 3600 s"), 1);
	auth_renew(&auth, auth.generation - 1);
	assert_int_equal(bench_counts[AT_TOKEN], 1);
	auth_renew(&auth, auth.generation);
	auth_renew(&auth, auth.generation);
	bench_run(0);
	assert_int_equal(bench_counts[AT_TOKEN], 2);
	assert_int_equal(told, 0);
	assert_string_equal(auth.line, "Authorization: Bearer TOKEN2");
	/* Who asks while one is on its way is told of its end. */
	auth_renew(&auth, auth.generation);
	assert_int_equal(auth_ask(&auth, false), AUTH_PENDING);
	bench_run(0);
	told_once(AUTH_READY);
	assert_int_equal(bench_counts[AT_TOKEN], 3);
	/* What fails is tried again, later and later; not sooner than the server says. */
	bench_reply(AT_TOKEN, 500, "");
	auth_renew(&auth, auth.generation);
	bench_run(0);
	for (size_t i = 0; i < sizeof(pauses) / sizeof(pauses[0]); i++) {
		unsigned asked = bench_counts[AT_TOKEN];
		bench_run(pauses[i] - 0.1);
		assert_int_equal(bench_counts[AT_TOKEN], asked);
		bench_run(0.1);
		assert_int_equal(bench_counts[AT_TOKEN], asked + 1);
	}
	replies[AT_TOKEN].retry_after = 300;
	bench_run(80);
	unsigned asked = bench_counts[AT_TOKEN];
	bench_run(299);
	assert_int_equal(bench_counts[AT_TOKEN], asked);
	bench_run(1);
	assert_int_equal(bench_counts[AT_TOKEN], asked + 1);
	/* A good one begins anew. */
	bench_heal(AT_TOKEN);
	bench_run(300);
	assert_string_equal(auth.line, "Authorization: Bearer TOKEN4");
	bench_reply(AT_TOKEN, 500, "");
	auth_renew(&auth, auth.generation);
	bench_run(0);
	asked = bench_counts[AT_TOKEN];
	bench_run(5);
	assert_int_equal(bench_counts[AT_TOKEN], asked + 1);
	assert_int_equal(told, 0);
	/* Two refusals in silence are the last. */
	bench_reply(AT_TOKEN, 401, "");
	bench_run(10);
	assert_int_equal(auth.refusals, 1);
	bench_run(20);
	assert_int_equal(auth.refusals, 2);
	asked = bench_counts[AT_TOKEN];
	bench_run(1000);
	assert_int_equal(bench_counts[AT_TOKEN], asked);
	assert_int_equal(bench_logged("sign-in: renewal failed: The server could not sign in this user (500)"), 11);
	assert_int_equal(bench_logged("sign-in: renewal failed: The secret was refused (401)"), 1);
	assert_int_equal(bench_logged("sign-in: token for 3600 s"), 4);
	keep("secret-two\n");
	bench_run(10);
	assert_int_equal(bench_logged("sign-in: the secret changed"), 1);
	bench_log_close();
}

static void answers_in_words(void **unused)
{
	(void)unused;
	static const char check[] = "Check user, secret and tenant.";
	static const struct { int status; const char *body; enum auth_result result; const char *cause, *advice; } answers[] = {
		{ 400, "{\"error\":\"invalid_client\"}", AUTH_REFUSED, "The sign-in was refused (400, invalid_client)", check },
		{ 401, "", AUTH_REFUSED, "The secret was refused (401)", check },
		{ 403, "", AUTH_REFUSED, "This user may not sign in here (403)", check },
		{ 423, "", AUTH_STOPPED, "The account is locked (423)",
			"Wait until the lock ends, or ask an administrator to unlock the user. The secret may be right." },
		{ 200, "{\"error\":\"invalid_grant\"}", AUTH_REFUSED, "The secret was refused (200, invalid_grant)", check },
		{ 200, "{\"error\":\"unauthorized_client\"}", AUTH_REFUSED, "The secret was refused (200, unauthorized_client)", check },
		{ 200, "{\"error\":\"access_denied\"}", AUTH_REFUSED, "The secret was refused (200, access_denied)", check },
		{ 404, "", AUTH_FAILED, "There is no sign-in at this address (404)", "Check the url." },
		{ 405, "", AUTH_FAILED, "There is no sign-in at this address (405)", "Check the url." },
		{ 500, "", AUTH_FAILED, "The server could not sign in this user (500)", "If this lasts, check the url." },
		{ 503, "", AUTH_FAILED, "The server could not sign in this user (503)", "" },
		{ 0, NULL, AUTH_FAILED, "no answer within 10 s", "" },
	};
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		set_up(NULL);
		open_auth(AUTH_OAUTH, path, NULL);
		bench_reply(AT_TOKEN, answers[i].status, answers[i].body);
		(void)auth_ask(&auth, false);
		bench_run(0);
		told_once(answers[i].result);
		assert_string_equal(auth.cause, answers[i].cause);
		assert_string_equal(auth.advice, answers[i].advice);
		assert_null(auth.line);
		assert_int_equal(tear_down(NULL), 0);
	}
	/* Other errors say nothing of the secret. */
	set_up(NULL);
	open_auth(AUTH_OAUTH, path, NULL);
	bench_reply(AT_TOKEN, 200, "{\"error\":\"server_error\"}");
	(void)auth_ask(&auth, false);
	bench_run(0);
	told_once(AUTH_FAILED);
	assert_string_equal(auth.advice, "Check the url.");
}

/* Neither the secret nor the token stands in what is shown. */
static void masks(void **unused)
{
	(void)unused;
	char text[100] = "secret-one, TOKEN1 and secret-one", short_one[] = "one TOKEN1";
	open_auth(AUTH_OAUTH, path, NULL);
	(void)auth_ask(&auth, false);
	bench_run(0);
	auth_mask(&auth, text);
	assert_string_equal(text, "**********, ****** and **********");
	auth_free(&auth);
	/* Three letters stand in any word. */
	keep("one\n");
	open_auth(AUTH_COOKIE, path, NULL);
	(void)auth_ask(&auth, false);
	auth_mask(&auth, short_one);
	assert_string_equal(short_one, "one TOKEN1");
	auth_free(&auth);
	keep("four\n");
	open_auth(AUTH_COOKIE, path, NULL);
	snprintf(text, sizeof(text), "fourfour four");
	auth_mask(&auth, text);
	assert_string_equal(text, "******** ****");
}

static int make_file(void **unused)
{
	(void)unused;
	int file = mkstemp(path);
	if (file < 0)
		return -1;
	close(file);
	snprintf(command, sizeof(command), "cat %s", path);
	loop = ev_default_loop(EVFLAG_NOENV);
	return 0;
}

static int remove_file(void **unused)
{
	(void)unused;
	unlink(path);
	ev_loop_destroy(loop);
	return 0;
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(cookies_of_a_command), TEST(cookies_of_a_file), TEST(tokens_of_a_command), TEST(a_command_has_ten_seconds),
		TEST(renewals), TEST(answers_in_words), TEST(masks), TEST(commands_remember_a_refusal),
	};
	return cmocka_run_group_tests(tests, make_file, remove_file);
}
