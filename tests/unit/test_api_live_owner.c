/* Whose subscription stands at the server, and what may be deleted: by its data and the time alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "api/live_owner.h"
#include "layout/layout.h"

static const char text[] = "pages = ( { rows = ( { panels = ("
	"{ name = \"now\" type = \"totals\" services = [\"E66F7A0C-E464-4656-B4AA-026F53A3D403\"] tiles = (\"in_calls_waiting\") } ) } ) } )";

static struct layout *layout;
static struct request request;
static struct catalogue none;
static struct live_owner owner;

static int set_up(void **unused)
{
	struct error error = { "" };
	(void)unused;
	layout = layout_parse("test", "test", text, &error);
	assert_non_null(layout);
	catalogue_init(&none);
	request_init(&request);
	request_plan(&request, layout, &none, &none, "cxwall-host-user-test");
	request_sign(&request);
	owner = (struct live_owner){ .request = &request, .interval = 5 };
	return 0;
}

static int tear_down(void **unused)
{
	(void)unused;
	request_free(&request);
	catalogue_free(&none);
	layout_free(layout);
	return 0;
}

/* What is in the way after a 409 counts as: deletes that went before do not matter here. */
static enum sub_event in_the_way(enum owner seen)
{
	owner.cleared_ms = 0;
	return live_owner_verdict(&owner, LOOK_AFTER_409, seen, 1000);
}

static enum sub_event trusted(enum owner seen, int64_t now_ms)
{
	return live_owner_verdict(&owner, LOOK_BEFORE_DELETE, seen, now_ms);
}

/* A POST of this signature, and how it ended. */
static void post(uint32_t signature, enum owner_news news)
{
	uint32_t planned = request.signature;
	request.signature = signature;
	live_owner_note(&owner, OWNER_POSTING, 1000);
	request.signature = planned;
	live_owner_note(&owner, news, 1000);
}

/* Of an answer that holds these two members; each with ' for ". */
static enum owner of(const char *first, const char *second)
{
	char body[1000];
	struct json json;
	struct error error = { "" };
	snprintf(body, sizeof(body), "{%s%s%s}", first, first[0] != '\0' && second[0] != '\0' ? "," : "", second);
	for (char *at = body; *at != '\0'; at++)
		if (*at == '\'')
			*at = '"';
	json_init(&json);
	if (!json_parse(&json, body, strlen(body), &error))
		fail_msg("%s", error.text);
	enum owner found = live_owner_of(&owner, &json);
	json_free(&json);
	return found;
}

static void data_tell_whose_they_are(void **unused)
{
	static const char others[] = "'somebody/else':{'stats_totals':{'in_calls_waiting':'3'}}", strange[] = "'error':'none'";
	static const char same_tag[] = "'cxwall-host-user-test/0000beef/now':{'stats_totals':{}}";
	char ours[REQUEST_APP_ID_MAX + 30];
	(void)unused;
	snprintf(ours, sizeof(ours), "'%s':{'stats_totals':{}}", request.sets[0].app_id);
	assert_int_equal(of("", ""), OWNER_NO_DATA);
	assert_int_equal(of(others, ""), OWNER_OTHER);
	assert_int_equal(of(strange, ""), OWNER_STRANGE);
	assert_int_equal(of(same_tag, ""), OWNER_SAME_TAG);
	assert_int_equal(of(ours, ""), OWNER_US);
	/* The one that says most counts, wherever it stands. */
	assert_int_equal(of(others, strange), OWNER_STRANGE);
	assert_int_equal(of(same_tag, strange), OWNER_SAME_TAG);
	assert_int_equal(of(others, ours), OWNER_US);
	assert_int_equal(of(ours, others), OWNER_US);
}

static void what_this_run_made_is_ours(void **unused)
{
	char first[REQUEST_APP_ID_MAX + 30];
	(void)unused;
	snprintf(first, sizeof(first), "'%s':{'stats_totals':{}}", request.sets[0].app_id);
	uint32_t signature = request.signature;
	/* Another layout is planned now. */
	request.signature = signature + 1;
	assert_int_equal(of(first, ""), OWNER_SAME_TAG);
	assert_int_equal(in_the_way(OWNER_SAME_TAG), EVENT_LEFTOVER);
	assert_false(owner.same_tag_elsewhere);
	assert_int_equal(in_the_way(OWNER_US), EVENT_LEFTOVER);
	assert_int_equal(in_the_way(OWNER_OTHER), EVENT_FOREIGN);
	assert_false(owner.subscribed);
	/* A refused POST made nothing; one without an answer may have. */
	post(signature, OWNER_POST_REFUSED);
	assert_int_equal(of(first, ""), OWNER_SAME_TAG);
	assert_false(owner.subscribed);
	live_owner_note(&owner, OWNER_POST_UNKNOWN, 1000);
	assert_int_equal(of(first, ""), OWNER_US);
	assert_true(owner.subscribed);
	assert_int_equal(trusted(OWNER_NOT_ASKED, 1000), EVENT_NONE);
	/* From now on our tag with another signature is somebody else's. */
	assert_int_equal(in_the_way(OWNER_SAME_TAG), EVENT_FOREIGN);
	assert_true(owner.same_tag_elsewhere);
	/* The oldest is forgotten. */
	for (unsigned i = 0; i < OWNER_SIGNATURES_MAX - 1; i++) {
		post(signature + 2 + i, OWNER_POST_DONE);
		live_owner_note(&owner, OWNER_POST_DONE, 1000);
	}
	assert_int_equal(of(first, ""), OWNER_US);
	post(signature + 100, OWNER_POST_DONE);
	assert_int_equal(of(first, ""), OWNER_SAME_TAG);
}

/* What was subscribed to before a POST that is refused still is. */
static void a_refused_post_changes_nothing(void **unused)
{
	(void)unused;
	live_owner_note(&owner, OWNER_CONFIRMED, 1000);
	post(7, OWNER_POST_REFUSED);
	assert_true(owner.subscribed);
	live_owner_note(&owner, OWNER_GONE, 1000);
	post(7, OWNER_POST_REFUSED);
	assert_false(owner.subscribed);
}

static void what_stands_in_the_way_is_cleared_rarely(void **unused)
{
	static const enum owner_look looks[] = { LOOK_POLL, LOOK_AFTER_409, LOOK_BEFORE_DELETE };
	(void)unused;
	assert_int_equal(live_owner_verdict(&owner, LOOK_AFTER_409, OWNER_US, 5000), EVENT_LEFTOVER);
	assert_int_equal(live_owner_verdict(&owner, LOOK_AFTER_409, OWNER_US, 5000 + OWNER_CLEAR_AGAIN_MS - 1), EVENT_FAILED);
	assert_int_equal(live_owner_verdict(&owner, LOOK_AFTER_409, OWNER_US, 5000 + OWNER_CLEAR_AGAIN_MS), EVENT_LEFTOVER);
	/* Another client's only where that is permitted, and never at the end. */
	for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++) {
		owner.cleared_ms = 0;
		owner.take_over = false;
		assert_int_equal(live_owner_verdict(&owner, looks[i], OWNER_OTHER, 5000), EVENT_FOREIGN);
		owner.take_over = true;
		assert_int_equal(live_owner_verdict(&owner, LOOK_AT_END, OWNER_OTHER, 5000), EVENT_FOREIGN);
		assert_int_equal(live_owner_verdict(&owner, looks[i], OWNER_OTHER, 5000), EVENT_TAKE_OVER);
		assert_int_equal(live_owner_verdict(&owner, looks[i], OWNER_OTHER, 5000 + OWNER_CLEAR_AGAIN_MS - 1), EVENT_FOREIGN);
		assert_int_equal(live_owner_verdict(&owner, looks[i], OWNER_OTHER, 5000 + OWNER_CLEAR_AGAIN_MS), EVENT_TAKE_OVER);
		assert_false(owner.subscribed);
	}
	owner.same_tag_elsewhere = true;
	for (int i = 1; i < OWNER_EMPTY_MAX; i++)
		assert_int_equal(in_the_way(OWNER_NO_DATA), EVENT_NOT_READY);
	assert_true(owner.same_tag_elsewhere);
	assert_int_equal(in_the_way(OWNER_NO_DATA), EVENT_NOT_READY_LONG);
	assert_false(owner.same_tag_elsewhere);
	assert_int_equal(in_the_way(OWNER_NO_DATA), EVENT_NOT_READY);
}

/* What is gone has no data to wait for: the next one that is in the way gets all of its time. */
static void what_is_gone_is_forgotten(void **unused)
{
	(void)unused;
	live_owner_note(&owner, OWNER_CONFIRMED, 1000);
	owner.same_tag_elsewhere = true;
	for (int i = 1; i < OWNER_EMPTY_MAX; i++)
		assert_int_equal(in_the_way(OWNER_NO_DATA), EVENT_NOT_READY);
	live_owner_note(&owner, OWNER_GONE, 1000);
	assert_false(owner.subscribed);
	assert_false(owner.same_tag_elsewhere);
	for (int i = 1; i < OWNER_EMPTY_MAX; i++)
		assert_int_equal(in_the_way(OWNER_NO_DATA), EVENT_NOT_READY);
	assert_int_equal(in_the_way(OWNER_NO_DATA), EVENT_NOT_READY_LONG);
}

static void trust_ends(void **unused)
{
	(void)unused;
	assert_int_equal(trusted(OWNER_NOT_ASKED, 0), EVENT_NONE);
	owner.one_shot = true;
	assert_int_equal(trusted(OWNER_UNKNOWN, 0), EVENT_FAILED);
	live_owner_note(&owner, OWNER_CONFIRMED, 1000);
	assert_int_equal(trusted(OWNER_NOT_ASKED, 1000 + OWNER_SURE_MS), EVENT_OURS);
	assert_int_equal(trusted(OWNER_NOT_ASKED, 1001 + OWNER_SURE_MS), EVENT_NONE);
	/* Two intervals; a one-shot command a minute. */
	owner.one_shot = false;
	assert_int_equal(trusted(OWNER_UNKNOWN, 1000 + 9999), EVENT_OURS);
	assert_int_equal(trusted(OWNER_UNKNOWN, 1000 + 10001), EVENT_FAILED);
	owner.one_shot = true;
	assert_int_equal(trusted(OWNER_STRANGE, 1000 + OWNER_TRUST_ONE_SHOT_MS), EVENT_OURS);
	assert_int_equal(trusted(OWNER_STRANGE, 1001 + OWNER_TRUST_ONE_SHOT_MS), EVENT_FAILED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(data_tell_whose_they_are), TEST(what_this_run_made_is_ours), TEST(a_refused_post_changes_nothing),
		TEST(what_stands_in_the_way_is_cleared_rarely), TEST(what_is_gone_is_forgotten),
		TEST(trust_ends),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
