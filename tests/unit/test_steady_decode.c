/*
 * The steady state allocates nothing of ours: once the largest answer was seen, decoding goes on in the memory that is
 * there.
 *
 * The linker wraps the allocating functions (-Wl,--wrap=...), which counts the calls of our own objects and no
 * library's; strdup and the like are wrapped too, because what they allocate is allocated inside the C library.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "board/decode.h"

enum {
	AGENTS = 1000,
	COLUMNS = 10,
	WARM_UP = 20,
	DECODES = 1000,
	REFUSALS = 200,
	ANSWER_MAX = 1024 * 1024,
};

static unsigned long allocations;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t length);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t length);

void *__wrap_malloc(size_t size)
{
	allocations++;
	return __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	allocations++;
	return __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
	allocations++;
	return __real_realloc(old, size);
}

char *__wrap_strdup(const char *text)
{
	allocations++;
	return __real_strdup(text);
}

char *__wrap_strndup(const char *text, size_t length)
{
	allocations++;
	return __real_strndup(text, length);
}

static const char layout_text[] =
	"pages = ( { rows = ( { panels = ("
	"{ name = \"agents\" type = \"agent_grid\" columns = ( \"first_last_name\", \"acd_state\", \"state_duration\","
	" \"reason\", \"extension\", \"a\", \"b\", \"c\", \"d\", \"e\" ) },"
	"{ name = \"states\" type = \"agent_states\" lists = true }, { name = \"news\" type = \"messages\" },"
	"{ name = \"queues\" type = \"service_grid\" total = true columns = ( \"name\", \"in_calls_waiting\" ) },"
	"{ name = \"now\" type = \"totals\" tiles = ( \"in_calls_waiting\", \"service_level\" ) } ) } ) } )";

struct scene {
	struct layout *layout;
	struct catalogue none;
	struct request request;
	struct board *board;
	struct buffer answer;
	unsigned turn;
};

/* Values of every length within their bounds, another set each time; the same seed gives the same ones. */
static unsigned any(unsigned below)
{
	static uint32_t state = 1279;
	state = state * 1664525u + 1013904223u;
	return (state >> 8) % below;
}

static void put_agents(struct buffer *out)
{
	static const char *const states[] = { "ready", "busy", "not_ready", "after_call_work", "" };
	static const char filling[] = "abcdefghijklmnopqrstuvwxyzabcdefghijkl";
	buffer_text(out, "\"t/agents\":{\"agent_grids\":[{\"id\":\"grid\",\"values\":[");
	for (unsigned i = 0; i < AGENTS; i++) {
		buffer_print(out, "%s{\"1\":\"Agent %u\",\"2\":\"%s\",\"3\":\"%u\"", i == 0 ? "" : ",", i,
			states[any(5)], any(90000));
		for (unsigned column = 4; column <= COLUMNS; column++)
			buffer_print(out, ",\"%u\":\"%.*s\"", column, (int)any(sizeof(filling)), filling);
		/* Some with the same key, so that texts and ordinals stand in. */
		bool alike = i % 10 == 0;
		buffer_print(out, ",\"%d\":\"%.*s%u\"}", COLUMNS + 1, alike ? 0 : 6, "agent.", alike ? 7 : i);
	}
	buffer_text(out, "]}]}");
}

static void put_rest(struct buffer *out)
{
	buffer_text(out, ",\"t/states\":{\"agent_grids\":[{\"id\":\"grid\",\"values\":["
		"{\"1\":\"busy\"},{\"1\":\"dancing\"}]}]}");
	buffer_text(out, ",\"t/news\":{\"chat_messages\":[");
	for (unsigned i = 0; i < 10; i++)
		buffer_print(out, "%s{\"from\":\"bob\",\"send_time\":\"%u\",\"text\":\"message %u \\u00e9\"}",
			i == 0 ? "" : ",", 1767225600 + any(1000), any(5));
	buffer_print(out, "]},\"t/queues\":{\"service_grids\":[{\"id\":\"grid\",\"values\":["
		"{\"1\":\"Sales\",\"2\":\"%u\"}]}],\"stats_totals\":{\"in_calls_waiting\":\"%u\"}},", any(99), any(99));
	buffer_print(out, "\"t/now\":{\"stats_totals\":{\"in_calls_waiting\":\"%u\",\"service_level\":\"%u\"}}",
		any(99), any(100));
}

static void make_answer(struct scene *scene)
{
	buffer_clear(&scene->answer);
	buffer_text(&scene->answer, "{");
	put_agents(&scene->answer);
	put_rest(&scene->answer);
	buffer_text(&scene->answer, "}");
	assert_false(scene->answer.full);
	scene->turn++;
}

static bool decode(struct scene *scene, const char *bytes, size_t length)
{
	struct error error = { "" };
	struct frame frame = {
		.kind = FRAME_DATA, .subject = "", .received_ms = scene->turn, .wall_ms = 1767225600000, .bytes = bytes,
		.length = length, .request = &scene->request,
	};
	return decode_frame(scene->board, &frame, NULL, &error);
}

static void begin(struct scene *scene)
{
	*scene = (struct scene){ 0 };
	scene->layout = layout_parse("t", "t.conf", layout_text, NULL);
	assert_non_null(scene->layout);
	catalogue_init(&scene->none);
	request_init(&scene->request);
	request_plan(&scene->request, scene->layout, &scene->none, &scene->none, "t");
	scene->board = board_new(scene->layout);
	buffer_init(&scene->answer, ANSWER_MAX);
}

static void end(struct scene *scene)
{
	buffer_free(&scene->answer);
	board_free(scene->board);
	request_free(&scene->request);
	layout_free(scene->layout);
}

static void the_counter_counts(void **state)
{
	(void)state;
	unsigned long before = allocations;
	struct scene scene;
	begin(&scene);
	make_answer(&scene);
	assert_true(decode(&scene, scene.answer.data, scene.answer.length));
	assert_true(allocations > before + 5);
	end(&scene);
}

static void a_thousand_polls_allocate_nothing(void **state)
{
	struct scene scene;
	(void)state;
	begin(&scene);
	for (unsigned i = 0; i < WARM_UP; i++) {
		make_answer(&scene);
		assert_true(decode(&scene, scene.answer.data, scene.answer.length));
	}
	unsigned long calls = 0;
	for (unsigned i = 0; i < DECODES; i++) {
		make_answer(&scene);
		unsigned long before = allocations;
		bool good = decode(&scene, scene.answer.data, scene.answer.length);
		calls += allocations - before;
		assert_true(good);
	}
	assert_int_equal(calls, 0);
	assert_int_equal(board_data(scene.board, layout_panel(scene.layout, "agents"))->rows, AGENTS);
	assert_int_equal(scene.board->generation, WARM_UP + DECODES);
	end(&scene);
}

/* Refusals neither: a server that sends nonsense all night must not make it grow. */
static void refused_answers_allocate_nothing(void **state)
{
	struct scene scene;
	(void)state;
	begin(&scene);
	for (unsigned i = 0; i < WARM_UP; i++) {
		make_answer(&scene);
		assert_true(decode(&scene, scene.answer.data, scene.answer.length));
	}
	unsigned long before = allocations;
	for (unsigned i = 0; i < REFUSALS; i++)
		assert_false(decode(&scene, scene.answer.data, scene.answer.length - 1 - i));
	assert_int_equal(allocations - before, 0);
	end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_counter_counts),
		cmocka_unit_test(a_thousand_polls_allocate_nothing),
		cmocka_unit_test(refused_answers_allocate_nothing),
	};
	text_locale();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
