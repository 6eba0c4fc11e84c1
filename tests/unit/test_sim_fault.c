/*
 * Fault specifications: how they are read, and which requests meet them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "sim/fault.h"

static const char data[] = "/statsapi/subscription/data";
static const char teams[] = "/statsapi/cfg/teams";

static struct faults *with(const char *text)
{
	static struct faults faults;
	struct error error;

	faults_init(&faults, 1);
	assert_true(faults_add(&faults, text, 1000, &error));
	return &faults;
}

static bool meets(struct faults *faults, const char *path, int64_t now)
{
	return faults_choose(faults, "GET", path, now) != NULL;
}

static void reads_kind_and_keys(void **state)
{
	struct faults *faults = with("429:retry=7,delay=0.5,path=/cfg/,method=GET,count=2");
	const struct fault *fault = &faults->list[0];

	(void)state;
	assert_string_equal(fault->kind->name, "429");
	assert_int_equal(fault->retry, 7);
	assert_true(fault->delay > 0.49 && fault->delay < 0.51);
	assert_string_equal(fault->path, "/cfg/");
	assert_string_equal(fault->method, "GET");
	assert_int_equal(fault->count, 2);
}

static void refuses_nonsense(void **state)
{
	static const char *const wrong[] = {
		"", "418", "slow:", "slow:delay", "slow:delay=", "slow:delay=x", "slow:delay=-1", "401:p=2",
		"401:count=0", "401:colour=red", "401:p=nan", "401:every=0",
	};
	struct faults faults;
	struct error error;

	(void)state;
	faults_init(&faults, 1);
	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		/* A colon with nothing behind it is no mistake. */
		bool fine = strcmp(wrong[i], "slow:") == 0;

		assert_int_equal(faults_add(&faults, wrong[i], 0, &error), fine);
	}
	assert_int_equal(faults.count, 1);
	assert_false(faults_add(&faults, "401:colour=red", 0, &error));
	assert_non_null(strstr(error.text, "colour"));
}

static void kinds_have_their_place(void **state)
{
	(void)state;
	assert_true(meets(with("404"), data, 1000));
	assert_false(meets(with("404"), teams, 1000));
	assert_true(meets(with("404:path=/teams"), teams, 1000));
	assert_true(meets(with("401"), teams, 1000));
	assert_false(meets(with("409"), "/statsapi/subscription", 1000));
	assert_non_null(faults_choose(with("409"), "POST", "/statsapi/subscription", 1000));
}

static void time_window(void **state)
{
	struct faults *faults = with("401:after=2,for=3");

	(void)state;
	assert_false(meets(faults, data, 2999));
	assert_true(meets(faults, data, 3000));
	assert_true(meets(faults, data, 5999));
	assert_false(meets(faults, data, 6000));
}

static void skip_count_every(void **state)
{
	static const bool expected[] = {false, false, true, false, false, true, false, false, false, false};
	struct faults *faults = with("401:skip=2,every=3,count=2");

	(void)state;
	for (unsigned i = 0; i < sizeof(expected); i++)
		assert_int_equal(meets(faults, data, 1000), expected[i]);
}

static void other_requests_do_not_count(void **state)
{
	struct faults *faults = with("500:path=/data,count=1");

	(void)state;
	assert_false(meets(faults, teams, 1000));
	assert_true(meets(faults, data, 1000));
	assert_false(meets(faults, data, 1000));
}

static void probability(void **state)
{
	struct faults *faults = with("401:p=0.25");
	unsigned met = 0;

	(void)state;
	for (unsigned i = 0; i < 10000; i++)
		met += meets(faults, data, 1000);
	assert_in_range(met, 2350, 2650);
	assert_false(meets(with("401:p=0"), data, 1000));
}

static void first_of_several(void **state)
{
	struct faults *faults = with("500:count=1");
	struct error error;

	(void)state;
	assert_true(faults_add(faults, "503", 1000, &error));
	assert_string_equal(faults_choose(faults, "GET", data, 1000)->kind->name, "500");
	assert_string_equal(faults_choose(faults, "GET", data, 1000)->kind->name, "503");
}

static void replaces_all_or_nothing(void **state)
{
	struct faults *faults = with("500");
	struct error error;

	(void)state;
	assert_false(faults_replace(faults, "401\nnonsense\n", 1000, &error));
	assert_int_equal(faults->count, 1);
	assert_string_equal(faults->list[0].kind->name, "500");
	assert_true(faults_replace(faults, "401\r\n\r\nslow:delay=1\n", 1000, &error));
	assert_int_equal(faults->count, 2);
	assert_string_equal(faults->list[1].kind->name, "slow");
	assert_true(faults_replace(faults, "", 1000, &error));
	assert_int_equal(faults->count, 0);
}

static void replies(void **state)
{
	struct reply reply;

	(void)state;
	reply_init(&reply);
	assert_true(fault_reply(&with("503:retry=9")->list[0], &reply));
	assert_int_equal(reply.status, 503);
	assert_string_equal(reply.headers[0].name, "Retry-After");
	assert_string_equal(reply.headers[0].value, "9");
	assert_non_null(strstr(buffer_string(&reply.body), "<html>"));
	reply_free(&reply);
	reply_init(&reply);
	assert_true(fault_reply(&with("deep:size=3")->list[0], &reply));
	assert_string_equal(buffer_string(&reply.body), "[[[]]]");
	reply_free(&reply);
	reply_init(&reply);
	assert_true(fault_reply(&with("403:reason=illegal login attempt")->list[0], &reply));
	assert_int_equal(reply.status, 403);
	assert_string_equal(buffer_string(&reply.body), "{\"error\": \"illegal login attempt\"}\n");
	assert_false(fault_reply(&with("slow")->list[0], &reply));
	reply_free(&reply);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_kind_and_keys),
		cmocka_unit_test(refuses_nonsense),
		cmocka_unit_test(kinds_have_their_place),
		cmocka_unit_test(time_window),
		cmocka_unit_test(skip_count_every),
		cmocka_unit_test(other_requests_do_not_count),
		cmocka_unit_test(probability),
		cmocka_unit_test(first_of_several),
		cmocka_unit_test(replaces_all_or_nothing),
		cmocka_unit_test(replies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
