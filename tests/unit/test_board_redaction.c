/*
 * What recordings and brokers keep of an answer: initials and numbers for people, no extension, nothing that nobody
 * asked for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "board/redaction.h"
#include "board/query.h"

static const char layout_text[] =
	"pages = ( { rows = ( { panels = ("
	" { name = \"agents\" type = \"agent_grid\" columns = ( \"first_last_name\", \"extension\", \"acd_state\" ) },"
	" { name = \"queues\" type = \"service_grid\" columns = ( \"in_calls_waiting\" ) },"
	" { name = \"now\" type = \"totals\" tiles = ( \"in_calls_waiting\" ) },"
	" { name = \"news\" type = \"messages\" } ) } ) } )";

struct desk {
	struct layout *layout;
	struct catalogue teams, services;
	struct request request;
	struct pseudonyms pseudonyms;
	struct buffer out;
	struct error error;
};

static void desk_open_with(struct desk *desk, const char *text)
{
	memset(desk, 0, sizeof(*desk));
	desk->layout = layout_parse("t", "t.conf", text, &desk->error);
	if (desk->layout == NULL)
		fail_msg("%s", desk->error.text);
	catalogue_init(&desk->teams);
	catalogue_init(&desk->services);
	/* Services that could not be listed are asked for without their ids. */
	snprintf(desk->services.reason, sizeof(desk->services.reason), "500");
	request_init(&desk->request);
	request_plan(&desk->request, desk->layout, &desk->teams, &desk->services, "t");
	pseudonyms_init(&desk->pseudonyms);
	buffer_init(&desk->out, 64 * 1024);
}

static void desk_open(struct desk *desk)
{
	desk_open_with(desk, layout_text);
}

static void desk_close(struct desk *desk)
{
	buffer_free(&desk->out);
	pseudonyms_free(&desk->pseudonyms);
	request_free(&desk->request);
	catalogue_free(&desk->teams);
	catalogue_free(&desk->services);
	layout_free(desk->layout);
}

static struct frame frame_of(struct desk *desk, const char *text)
{
	return (struct frame){ .kind = FRAME_DATA, .subject = "", .bytes = text, .length = strlen(text),
		.request = &desk->request };
}

static void kept(struct desk *desk, const char *text, const char *expected)
{
	struct frame frame = frame_of(desk, text);
	desk->out.length = 0;
	if (!pseudonyms_frame(&desk->pseudonyms, &frame, &desk->out, &desk->error))
		fail_msg("%s", desk->error.text);
	assert_string_equal(buffer_string(&desk->out), expected);
}

static void people_become_initials_and_numbers(void **state)
{
	struct desk desk;
	(void)state;
	desk_open(&desk);
	/* Columns: name, extension, state, and the hidden login at the end. Nobody asked for column 9. */
	kept(&desk,
		"{\"t/agents\":{\"agent_grids\":[{\"id\":\"grid\",\"values\":["
		"{\"1\":\"Marky Mark\",\"2\":\"1001\",\"3\":\"busy\",\"4\":\"marky.mark\",\"9\":\"secret\"},"
		"{\"1\":\"Mona Mark\",\"2\":\"1002\",\"3\":\"\",\"4\":\"mona\"}]}]},\"other/x\":{\"stats_totals\":{}}}",
		"{\"t/agents\":{\"agent_grids\":[{\"id\":\"grid\",\"values\":["
		"{\"1\":\"M. M. 1\",\"3\":\"busy\",\"4\":\"m. m. 2\"},"
		"{\"1\":\"M. M. 3\",\"3\":\"\",\"4\":\"m. 4\"}]}]}}");
	/* The same people later, in another order: the same numbers. */
	kept(&desk,
		"{\"t/agents\":{\"agent_grids\":[{\"id\":\"grid\",\"values\":["
		"{\"1\":\"Mona Mark\",\"3\":\"ready\",\"4\":\"mona\"},{\"1\":\"Ann\",\"4\":\"\"}]}]}}",
		"{\"t/agents\":{\"agent_grids\":[{\"id\":\"grid\",\"values\":["
		"{\"1\":\"M. M. 3\",\"3\":\"ready\",\"4\":\"m. 4\"},{\"1\":\"A. 5\",\"4\":\"\"}]}]}}");
	desk_close(&desk);
}

static void services_and_totals_stay(void **state)
{
	static const char answer[] =
		"{\"t/queues\":{\"service_grids\":[{\"id\":\"grid\",\"values\":[{\"1\":\"3\",\"2\":\"Sales\"},{\"1\":\"0\",\"2\":\"Chat\"}]}]},"
		"\"t/now\":{\"stats_totals\":{\"in_calls_waiting\":\"3\"}}}";
	struct desk desk;
	(void)state;
	desk_open(&desk);
	kept(&desk, answer, answer);
	/* A total that nobody asked for, another client's grid, and shapes that are not the API's leave nothing. */
	kept(&desk,
		"{\"t/now\":{\"stats_totals\":{\"in_calls_waiting\":4,\"agents_ready\":\"9\"}},"
		"\"t/queues\":{\"service_grids\":[{\"id\":\"zzz\",\"values\":[{\"1\":\"7\"}]}]},\"t/agents\":{\"agent_grids\":{}}}",
		"{\"t/agents\":{},\"t/queues\":{\"service_grids\":[]},\"t/now\":{\"stats_totals\":{\"in_calls_waiting\":\"4\"}}}");
	kept(&desk, "{\"t/now\":{\"stats_totals\":{\"in_calls_waiting\":[1]}},\"t/queues\":7}",
		"{\"t/now\":{\"stats_totals\":{}}}");
	desk_close(&desk);
}

static void messages_keep_their_text_and_hide_who_wrote_it(void **state)
{
	struct desk desk;
	(void)state;
	desk_open(&desk);
	kept(&desk,
		"{\"t/news\":{\"chat_messages\":["
		"{\"content\":\"Hello \\\"all\\\"\",\"first_name\":\"Marky\",\"last_name\":\"Mark\",\"is_urgent\":true,\"phone\":\"555\"},"
		"{\"text\":\"Bye\",\"sender\":\"marky.mark\",\"time\":\"1\"},{\"message\":\"?\"}]}}",
		"{\"t/news\":{\"chat_messages\":["
		"{\"content\":\"Hello \\\"all\\\"\",\"is_urgent\":\"true\",\"first_name\":\"M. M. 1\"},"
		"{\"text\":\"Bye\",\"time\":\"1\",\"first_name\":\"m. m. 2\"},{\"message\":\"?\",\"first_name\":\"\"}]}}");
	desk_close(&desk);
}

static void where_names_may_be_kept_they_stay(void **state)
{
	struct desk desk;
	(void)state;
	desk_open(&desk);
	desk.pseudonyms.full = true;
	kept(&desk,
		"{\"t/agents\":{\"agent_grids\":[{\"id\":\"grid\",\"values\":["
		"{\"1\":\"Marky Mark\",\"2\":\"1001\",\"3\":\"busy\",\"4\":\"marky.mark\",\"9\":\"secret\"}]}]},"
		"\"t/news\":{\"chat_messages\":[{\"content\":\"Hi\",\"first_name\":\"Marky\",\"last_name\":\"Mark\"}]}}",
		"{\"t/agents\":{\"agent_grids\":[{\"id\":\"grid\",\"values\":["
		"{\"1\":\"Marky Mark\",\"2\":\"1001\",\"3\":\"busy\",\"4\":\"marky.mark\"}]}]},"
		"\"t/news\":{\"chat_messages\":[{\"content\":\"Hi\",\"first_name\":\"Marky Mark\"}]}}");
	desk_close(&desk);
}

/* For screens: a hidden login is only a number that tells rows apart; a service's hidden name is its key. */
static void hidden_logins_become_numbers(void **state)
{
	struct desk desk;
	(void)state;
	desk_open(&desk);
	desk.pseudonyms.full = desk.pseudonyms.shown_only = true;
	kept(&desk,
		"{\"t/agents\":{\"agent_grids\":[{\"id\":\"grid\",\"values\":["
		"{\"1\":\"Marky Mark\",\"4\":\"marky.mark\"},{\"1\":\"Mona\",\"4\":\"mona\"},{\"1\":\"Ann\",\"4\":\"\"},{\"4\":\"marky.mark\"}]}]},"
		"\"t/queues\":{\"service_grids\":[{\"id\":\"grid\",\"values\":[{\"1\":\"3\",\"2\":\"Sales\"}]}]}}",
		"{\"t/agents\":{\"agent_grids\":[{\"id\":\"grid\",\"values\":["
		"{\"1\":\"Marky Mark\",\"4\":\"1\"},{\"1\":\"Mona\",\"4\":\"2\"},{\"1\":\"Ann\"},{\"4\":\"1\"}]}]},"
		"\"t/queues\":{\"service_grids\":[{\"id\":\"grid\",\"values\":[{\"1\":\"3\",\"2\":\"Sales\"}]}]}}");
	desk_close(&desk);
}

static struct request_set *set_of(const struct desk *desk, const char *app_id)
{
	for (unsigned i = 0; i < desk->request.set_count; i++)
		if (strcmp(desk->request.sets[i].app_id, app_id) == 0)
			return &desk->request.sets[i];
	return NULL;
}

static void one_app_id_at_a_time(void **state)
{
	struct desk desk;
	(void)state;
	desk_open(&desk);
	struct frame frame = frame_of(&desk, "{\"t/now\":{\"stats_totals\":{\"in_calls_waiting\":\"3\"}}}");
	assert_true(pseudonyms_open(&desk.pseudonyms, &frame, &desk.error));
	assert_true(pseudonyms_set(&desk.pseudonyms, set_of(&desk, "t/now"), &desk.out));
	assert_string_equal(buffer_string(&desk.out), "{\"t/now\":{\"stats_totals\":{\"in_calls_waiting\":\"3\"}}}");
	assert_false(pseudonyms_set(&desk.pseudonyms, set_of(&desk, "t/news"), &desk.out));
	/* A set that is not posted has no answer of its own, whatever the body says. */
	set_of(&desk, "t/now")->skipped = true;
	assert_false(pseudonyms_set(&desk.pseudonyms, set_of(&desk, "t/now"), &desk.out));
	frame = frame_of(&desk, "{\"t/now\":");
	assert_false(pseudonyms_open(&desk.pseudonyms, &frame, &desk.error));
	desk_close(&desk);
}

/* Tiles that count other dispositions are kept under their own app ids, each with the statistics of its part alone. */
static void parts_are_kept_beside_their_panel(void **state)
{
	static const char answer[] =
		"{\"t/n\":{\"stats_totals\":{\"in_calls_waiting\":\"3\"}},"
		"\"t/n.2\":{\"stats_totals\":{\"calls_dispositions_per_day\":\"7\"}},"
		"\"t/n.3\":{\"stats_totals\":{\"calls_dispositions_per_day\":\"8\"}}}";
	struct desk desk;
	(void)state;
	desk_open_with(&desk, "pages = ( { rows = ( { panels = ( { name = \"n\" type = \"totals\" tiles = ( \"in_calls_waiting\","
		" { stat = \"calls_dispositions_per_day\" dispositions = [\"Sold\"] },"
		" { stat = \"calls_dispositions_per_day\" dispositions = [\"Lost\"] } ) } ) } ) } )");
	assert_int_equal(desk.request.sets[0].part_count, 3);
	kept(&desk, answer, answer);
	/* What belongs to no part, or is no object, leaves nothing. */
	kept(&desk,
		"{\"t/n\":{\"stats_totals\":{\"in_calls_waiting\":\"3\",\"calls_dispositions_per_day\":\"9\"}},"
		"\"t/n.2\":{\"stats_totals\":[]},\"t/n.3\":7,\"t/n.4\":{\"stats_totals\":{\"calls_dispositions_per_day\":\"7\"}}}",
		"{\"t/n\":{\"stats_totals\":{\"in_calls_waiting\":\"3\"}}}");
	/* Of a panel that is kept alone, they are kept with it. */
	struct frame frame = frame_of(&desk, answer);
	buffer_clear(&desk.out);
	assert_true(pseudonyms_open(&desk.pseudonyms, &frame, &desk.error));
	assert_true(pseudonyms_set(&desk.pseudonyms, &desk.request.sets[0], &desk.out));
	assert_string_equal(buffer_string(&desk.out), answer);
	desk_close(&desk);
}

static void too_large_an_answer_is_refused(void **state)
{
	struct desk desk;
	(void)state;
	desk_open(&desk);
	buffer_free(&desk.out);
	buffer_init(&desk.out, 20);
	struct frame frame = frame_of(&desk, "{\"t/now\":{\"stats_totals\":{\"in_calls_waiting\":\"3\"}}}");
	assert_false(pseudonyms_frame(&desk.pseudonyms, &frame, &desk.out, &desk.error));
	assert_string_equal(desk.error.text, "the answer is too large to be recorded");
	desk_close(&desk);
}

/* Numbers hold for as many people as there are, also while the table grows, and begin behind an earlier run's. */
static void many_people_stay_apart(void **state)
{
	enum { PEOPLE = 3000 };
	struct pseudonyms pseudonyms;
	char out[PSEUDONYM_MAX], name[32], expected[32];
	(void)state;
	pseudonyms_init(&pseudonyms);
	pseudonyms.first = 7;
	for (unsigned round = 0; round < 2; round++)
		for (unsigned i = 0; i < PEOPLE; i++) {
			snprintf(name, sizeof(name), "Ann %u", i);
			pseudonym(&pseudonyms, PERSON_FIRST, name, out);
			snprintf(expected, sizeof(expected), " %u", 8 + i);
			assert_string_equal(strrchr(out, ' '), expected);
			assert_null(strstr(out, "nn"));
		}
	pseudonym(&pseudonyms, PERSON_FIRST, "", out);
	assert_string_equal(out, "");
	pseudonyms_free(&pseudonyms);
}

/* When there is no room for more people, new ones are hidden, and the known ones keep their numbers. */
static void without_room_new_people_are_hidden(void **state)
{
	struct pseudonyms pseudonyms;
	char out[PSEUDONYM_MAX];
	(void)state;
	pseudonyms_init(&pseudonyms);
	arena_free(&pseudonyms.arena);
	arena_init(&pseudonyms.arena, 8);
	pseudonym(&pseudonyms, PERSON_FIRST_LAST, "Al Bo", out);
	assert_string_equal(out, "A. B. 1");
	pseudonym(&pseudonyms, PERSON_FIRST_LAST, "Somebody with a long name", out);
	assert_string_equal(out, "hidden");
	pseudonym(&pseudonyms, PERSON_FIRST_LAST, "Al Bo", out);
	assert_string_equal(out, "A. B. 1");
	pseudonyms_free(&pseudonyms);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(people_become_initials_and_numbers),
		cmocka_unit_test(services_and_totals_stay),
		cmocka_unit_test(messages_keep_their_text_and_hide_who_wrote_it),
		cmocka_unit_test(where_names_may_be_kept_they_stay),
		cmocka_unit_test(hidden_logins_become_numbers),
		cmocka_unit_test(one_app_id_at_a_time),
		cmocka_unit_test(parts_are_kept_beside_their_panel),
		cmocka_unit_test(too_large_an_answer_is_refused),
		cmocka_unit_test(many_people_stay_apart),
		cmocka_unit_test(without_room_new_people_are_hidden),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
