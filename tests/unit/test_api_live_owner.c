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
	owner = (struct live_owner){ .subscribed = false };
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
	enum owner found = live_owner_of(&owner, &request, &json);
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
	assert_true(live_owner_is_leftover(&owner, OWNER_SAME_TAG));
	assert_true(live_owner_is_leftover(&owner, OWNER_US));
	assert_false(live_owner_is_leftover(&owner, OWNER_OTHER));
	/* A refused POST made nothing; one without an answer may have. */
	live_owner_posting(&owner, signature);
	live_owner_posted(&owner, POST_REFUSED, 1000);
	assert_int_equal(of(first, ""), OWNER_SAME_TAG);
	assert_false(owner.subscribed);
	live_owner_posted(&owner, POST_UNKNOWN, 1000);
	assert_int_equal(of(first, ""), OWNER_US);
	assert_true(owner.subscribed);
	assert_false(live_owner_is_sure(&owner, 1000));
	/* From now on our tag with another signature is somebody else's. */
	assert_false(live_owner_is_leftover(&owner, OWNER_SAME_TAG));
	/* The oldest is forgotten. */
	for (unsigned i = 0; i < OWNER_SIGNATURES_MAX - 1; i++) {
		live_owner_posting(&owner, signature + 2 + i);
		live_owner_posted(&owner, POST_DONE, 1000);
		live_owner_posted(&owner, POST_DONE, 1000);
	}
	assert_int_equal(of(first, ""), OWNER_US);
	live_owner_posting(&owner, signature + 100);
	live_owner_posted(&owner, POST_DONE, 1000);
	assert_int_equal(of(first, ""), OWNER_SAME_TAG);
}

/* What was subscribed to before a POST that is refused still is. */
static void a_refused_post_changes_nothing(void **unused)
{
	(void)unused;
	live_owner_confirm(&owner, 1000);
	live_owner_posting(&owner, 7);
	live_owner_posted(&owner, POST_REFUSED, 0);
	assert_true(owner.subscribed);
	live_owner_gone(&owner);
	live_owner_posting(&owner, 7);
	live_owner_posted(&owner, POST_REFUSED, 0);
	assert_false(owner.subscribed);
}

static void what_stands_in_the_way_is_cleared_rarely(void **unused)
{
	(void)unused;
	assert_true(live_owner_clear(&owner, 5000));
	assert_false(live_owner_clear(&owner, 5000 + OWNER_CLEAR_AGAIN_MS - 1));
	assert_true(live_owner_clear(&owner, 5000 + OWNER_CLEAR_AGAIN_MS));
	owner.same_tag_elsewhere = true;
	for (int i = 1; i < OWNER_EMPTY_MAX; i++)
		assert_false(live_owner_empty(&owner));
	assert_true(owner.same_tag_elsewhere);
	assert_true(live_owner_empty(&owner));
	assert_false(owner.same_tag_elsewhere);
	assert_false(live_owner_empty(&owner));
}

/* What is gone has no data to wait for: the next one that is in the way gets all of its time. */
static void what_is_gone_is_forgotten(void **unused)
{
	(void)unused;
	live_owner_confirm(&owner, 1000);
	owner.same_tag_elsewhere = true;
	for (int i = 1; i < OWNER_EMPTY_MAX; i++)
		assert_false(live_owner_empty(&owner));
	live_owner_gone(&owner);
	assert_false(owner.subscribed);
	assert_false(owner.same_tag_elsewhere);
	for (int i = 1; i < OWNER_EMPTY_MAX; i++)
		assert_false(live_owner_empty(&owner));
	assert_true(live_owner_empty(&owner));
}

static void trust_ends(void **unused)
{
	(void)unused;
	assert_false(live_owner_is_sure(&owner, 0));
	assert_false(live_owner_is_trusted(&owner, true, 5, 0));
	live_owner_confirm(&owner, 1000);
	assert_true(live_owner_is_sure(&owner, 1000 + OWNER_SURE_MS));
	assert_false(live_owner_is_sure(&owner, 1001 + OWNER_SURE_MS));
	/* Two intervals; a one-shot command a minute. */
	assert_true(live_owner_is_trusted(&owner, false, 5, 1000 + 9999));
	assert_false(live_owner_is_trusted(&owner, false, 5, 1000 + 10001));
	assert_true(live_owner_is_trusted(&owner, true, 5, 1000 + OWNER_TRUST_ONE_SHOT_MS));
	assert_false(live_owner_is_trusted(&owner, true, 5, 1001 + OWNER_TRUST_ONE_SHOT_MS));
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
