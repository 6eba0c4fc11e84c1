/* The strict pass, the tokens behind it, and scrubbing at the door. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/json_write.h"
#include "base/text.h"

static bool valid(const char *text)
{
	struct error error;
	return json_check(text, strlen(text), NULL, &error);
}

static void accepts_what_rfc_8259_allows(void **state)
{
	static const char *const good[] = {
		"{}", "[]", " [1] ", "[-0.5e+10]", "[0]", "[true,false,null]", "{\"a\":{\"b\":[]}}", "\"x\"", "12",
		"[\"\\u00e9\\ud83d\\ude00\\/\\\"\"]", "[\"\xf0\x9f\x98\x80\"]", "[\"\\ud800\"]", "{\"a\":1,\"a\":2}", "[1E5]",
	};
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (!valid(good[i]))
			fail_msg("refused: %s", good[i]);
}

/* The first lines are what jsmn in strict mode lets through. */
static void refuses_what_it_forbids(void **state)
{
	static const char *const bad[] = {
		"{\"a\":1,}", "[1,]", "[,]", "{,}", "[1 2]", "[\"a\"\"b\"]", "{\"a\":1 \"b\":2}", "{\"a\" \"b\"}", "{\"a\"}",
		"{\"a\":}", "{\"a\"::1}", "{\"a\":1:2}", "[1:2]", "{\"a\",\"b\":1}", "{}{}", "{}nothing", "{\"a\":1}\"x\"",
		"[01]", "[1.2.3]", "[-]", "[1e]", "[0x10]", "[tru]", "[nul]", "[nan]", "[n!@#]", "[truefalse]",
		"{\"a\":{\"b\":1}:2}", "[\"\t\"]", "[\"\x1b\"]", "[\"\xff\"]", "[\"\xc3\"]", "[\"\xed\xa0\x80\"]",
		"[\"\xc0\xaf\"]", "", "  ", "[", "]", "[}", "{\"a\":1", "[\"a", "[\"\\x\"]", "[\"\\u12\"]", "[+1]", "[.5]",
		"[1.]", "\xef\xbb\xbf{}", "{1:2}", "[1]]", "nul", "[\"\\", "{\"a\":[1}", "{'a':1}", "/**/{}",
		"{,\"a\":\"b\"}", "[{,\"a\":\"b\"}]", "{\"a\":\"b\",,\"c\":\"d\"}", "{\"a\":\"b\"\"c\":\"d\"}",
		"{\"a\":\"b\",\"c\":\"d\",}", "{\"a\":\"b\",\"c\":\"\x01\"}", "{\"a\":\"long enough\xff\"}",
	};
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		/* Far from the end of the text another way through it is taken. */
		char padded[128];
		snprintf(padded, sizeof(padded), "%s%40s", bad[i], "");
		if (valid(bad[i]) || valid(padded))
			fail_msg("accepted: %s", bad[i]);
	}
}

static void a_nul_is_no_end(void **state)
{
	struct error error;
	(void)state;
	assert_false(json_check("{\"a\":1}\0{}", 10, NULL, &error));
	assert_false(json_check("[\"a\0b\"]", 7, NULL, &error));
}

static void depth_is_capped(void **state)
{
	char text[2 * JSON_DEPTH_MAX + 4];
	(void)state;
	memset(text, '[', JSON_DEPTH_MAX);
	memset(text + JSON_DEPTH_MAX, ']', JSON_DEPTH_MAX);
	text[2 * JSON_DEPTH_MAX] = '\0';
	assert_true(valid(text));
	memset(text, '[', JSON_DEPTH_MAX + 1);
	memset(text + JSON_DEPTH_MAX + 1, ']', JSON_DEPTH_MAX + 1);
	text[2 * JSON_DEPTH_MAX + 2] = '\0';
	assert_false(valid(text));
}

static void errors_say_where(void **state)
{
	struct error error;
	(void)state;
	static const struct {
		const char *text, *error;
	} wrong[] = {
		{ "{\"a\":1 \"b\":2}", "byte 7: a comma or a closing bracket is missing" },
		{ "{\"a\":[1}", "byte 7: a bracket closes what is not open" },
		{ "{\"a\":1]", "byte 6: a bracket closes what is not open" },
		{ "[1}", "byte 2: a bracket closes what is not open" },
		{ "[\"a\\q\"]", "byte 3: an unknown escape" },
		{ "[\"\\u12g4\"]", "byte 2: \\u without four hexadecimal digits" },
		{ "[\"\\", "byte 2: the text ends in an escape" },
		{ "[\"abc", "byte 5: the text ends inside a string" },
		{ "[\"a\nb\"]", "byte 3: a control character in a string" },
		{ "[-]", "byte 1: not a number" },
		{ "[1.x]", "byte 1: not a number" },
		{ "[1e+]", "byte 1: not a number" },
		{ "[what]", "byte 1: not a JSON value" },
		{ "{1:2}", "byte 1: a key is missing" },
		{ "{\"a\" 1}", "byte 5: a colon is missing" },
	};
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_false(json_check(wrong[i].text, strlen(wrong[i].text), NULL, &error));
		assert_string_equal(error.text, wrong[i].error);
	}
}

/* Whatever an answer lacks at its end, the message is that it ends. The copies are as long as the texts, so that the
   sanitizers see a look beyond one. */
static void a_cut_text_ends_too_early(void **state)
{
	static const char *const texts[] = {
		"{\"a\":[1 , 2],\"b\" : {\"c\":\"d\"} ,\"e\":\"\\u00e9\" , \"f\":7 }",
		"[{\"a\":\"b\",\"c\":12},{\"a\":\"d\"} , {} , [[1,2],3] ]",
		"{\"rows\":[{\"1\":\"a\",\"2\":\"b\"},{\"1\":\"c\",\"2\":\"d\"}]}",
	};
	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_true(valid(texts[i]));
		for (size_t length = 1; length < strlen(texts[i]); length++) {
			struct error error;
			char *copy = malloc(length), where[32];
			assert_non_null(copy);
			memcpy(copy, texts[i], length);
			assert_false(json_check(copy, length, NULL, &error));
			free(copy);
			snprintf(where, sizeof(where), "byte %zu: ", length);
			if (strstr(error.text, "the text ends") == NULL && strstr(error.text, "four hexadecimal digits") == NULL)
				fail_msg("%.*s: %s", (int)length, texts[i], error.text);
			if (strstr(error.text, "too early") != NULL)
				assert_memory_equal(error.text, where, strlen(where));
		}
	}
}

static struct json parsed(const char *text)
{
	struct json json;
	struct error error;
	json_init(&json);
	if (!json_parse(&json, text, strlen(text), &error))
		fail_msg("%s: %s", text, error.text);
	return json;
}

static void walks_objects_and_arrays(void **state)
{
	struct json json = parsed("{\"rows\":[{\"1\":\"a\",\"2\":{}},{\"1\":\"b\"}],\"n\":null,\"end\":true}");
	int rows = json_get(&json, json_root(&json), "rows");
	char text[8];
	(void)state;
	assert_int_equal(json_kind(&json, rows), JSON_ARRAY);
	assert_int_equal(json_count(&json, rows), 2);
	int first = json_first(&json, rows), second = json_next(&json, rows, first);
	json_text(&json, json_get(&json, second, "1"), text, sizeof(text));
	assert_string_equal(text, "b");
	assert_int_equal(json_next(&json, rows, second), -1);
	int key = json_first(&json, first);
	assert_true(json_is(&json, key, "1"));
	key = json_next(&json, first, key);
	assert_true(json_is(&json, key, "2"));
	assert_int_equal(json_kind(&json, json_value(&json, key)), JSON_OBJECT);
	assert_int_equal(json_next(&json, first, key), -1);
	assert_int_equal(json_kind(&json, json_get(&json, 0, "n")), JSON_NULL);
	assert_int_equal(json_kind(&json, json_get(&json, 0, "end")), JSON_TRUE);
	assert_int_equal(json_get(&json, 0, "absent"), -1);
	json_free(&json);
}

static void no_node_answers_with_nothing(void **state)
{
	struct json json = parsed("[1]");
	char text[4] = "x";
	double number;
	(void)state;
	assert_int_equal(json_get(&json, -1, "a"), -1);
	assert_int_equal(json_first(&json, 1), -1);
	assert_int_equal(json_text(&json, -1, text, sizeof(text)), 0);
	assert_string_equal(text, "");
	assert_false(json_number(&json, -1, &number));
	/* Neither an element nor a value is a key. */
	assert_int_equal(json_value(&json, -1), -1);
	assert_int_equal(json_value(&json, 1), -1);
	json_free(&json);
	json = parsed("{\"a\":\"b\",\"c\":[\"d\"]}");
	assert_int_equal(json_value(&json, 1), 2);
	assert_int_equal(json_value(&json, 2), -1);
	assert_int_equal(json_value(&json, json_get(&json, 0, "c")), -1);
	assert_int_equal(json_value(&json, json_first(&json, json_get(&json, 0, "c"))), -1);
	json_free(&json);
}

static void the_first_of_duplicate_keys_stands(void **state)
{
	struct json json = parsed("{\"a\":\"1\",\"a\":\"2\"}");
	(void)state;
	assert_true(json_is(&json, json_get(&json, 0, "a"), "1"));
	json_free(&json);
}

static void texts_are_unescaped_and_scrubbed(void **state)
{
	struct json json = parsed("[\"a\\u001b[31m\\u0000\\u202eb\\ud800\\n\\tc\\ud83d\\ude00\"]");
	char text[64];
	(void)state;
	json_text(&json, json_first(&json, 0), text, sizeof(text));
	assert_string_equal(text, "a [31m b\xef\xbf\xbd c\xf0\x9f\x98\x80");
	json_free(&json);
}

static void long_texts_are_cut_on_a_border(void **state)
{
	struct json json = parsed("[\"\xc3\xa9\xc3\xa9\xc3\xa9\"]");
	char text[4];
	(void)state;
	assert_int_equal(json_text(&json, 1, text, sizeof(text)), 2);
	assert_string_equal(text, "\xc3\xa9");
	json_free(&json);
}

static void numbers_are_json_numbers(void **state)
{
	struct json json = parsed("[\"3600\", 12.5, \"1e999\", \"0x10\", \"nan\", \"\", \" 1\", \"1 \", \"-3\", true]");
	static const double wanted[] = { 3600, 12.5, 0, 0, 0, 0, 0, 0, -3, 0 };
	double number;
	int at = json_first(&json, 0);
	(void)state;
	for (int i = 0; i < 10; i++, at = json_next(&json, 0, at)) {
		bool good = json_number(&json, at, &number);
		assert_int_equal(good, wanted[i] != 0);
		if (good)
			assert_true(number == wanted[i]);
	}
	json_free(&json);
}

static void tokens_are_reused(void **state)
{
	struct json json = parsed("[1,2,3,4,5,6,7,8]");
	void *tokens = json.tokens;
	struct error error;
	(void)state;
	assert_true(json_parse(&json, "{\"a\":[1,2]}", 11, &error));
	assert_ptr_equal(json.tokens, tokens);
	assert_false(json_parse(&json, "{", 1, &error));
	assert_int_equal(json_root(&json), -1);
	json_free(&json);
}

static void a_scalar_is_no_answer(void **state)
{
	struct json json;
	struct error error;
	(void)state;
	json_init(&json);
	assert_false(json_parse(&json, "12", 2, &error));
	assert_false(json_parse(&json, "\"x\"", 3, &error));
	json_free(&json);
}

/* Linear time is a fraction of a second for this, quadratic time several minutes: the alarm ends the test then. */
static void many_objects_parse_in_linear_time(void **state)
{
	struct buffer buffer;
	struct json json;
	struct error error;
	(void)state;
	alarm(60);
	buffer_init(&buffer, 16 * 1024 * 1024);
	buffer_text(&buffer, "[");
	for (int i = 0; i < 200000; i++)
		buffer_print(&buffer, "%s{\"1\":\"%d\",\"2\":\"x\",\"3\":\"y\"}", i == 0 ? "" : ",", i);
	buffer_text(&buffer, "]");
	json_init(&json);
	assert_true(json_parse(&json, buffer_string(&buffer), buffer.length, &error));
	alarm(0);
	assert_int_equal(json_count(&json, 0), 200000);
	json_free(&json);
	buffer_free(&buffer);
}

static void writing_escapes(void **state)
{
	struct buffer buffer;
	(void)state;
	buffer_init(&buffer, 64);
	assert_true(json_put_string(&buffer, "a\"b\\c\n\x01\xc3\xa9"));
	assert_string_equal(buffer_string(&buffer), "\"a\\\"b\\\\c\\n\\u0001\xc3\xa9\"");
	buffer_free(&buffer);
}

/* Whatever is written as a string is read as the same one; only where it does not fit, nothing is. */
static void what_is_written_is_read_again(void **state)
{
	char text[300];
	size_t used = 0;
	struct json json;
	struct error error;
	(void)state;
	for (int c = 1; c < 128; c++)
		text[used++] = (char)c;
	strcpy(text + used, "\xc3\xa9\xe6\x97\xa5\xf0\x9f\x98\x80");
	json_init(&json);
	for (size_t room = 1; room < 400; room++) {
		struct buffer buffer;
		buffer_init(&buffer, room);
		bool whole = buffer_text(&buffer, "[") && json_put_string(&buffer, text) && buffer_text(&buffer, "]");
		assert_true(whole || room < 300);
		if (whole) {
			assert_true(json_parse(&json, buffer.data, buffer.length, &error));
			assert_true(json_is(&json, json_first(&json, json_root(&json)), text));
			for (size_t i = 0; i < buffer.length; i++)
				assert_true((unsigned char)buffer.data[i] >= 0x20);
		}
		buffer_free(&buffer);
	}
	json_free(&json);
}

/* { "a": { "g": [ { "v": [ ROWS ] } ] } } */
static void with_rows(struct buffer *out, const char *rows)
{
	buffer_init(out, 1024 * 1024);
	buffer_print(out, "{\"a\":{\"g\":[{\"v\":[%s]}]}}", rows);
}

static int rows_node(const struct json *json)
{
	int grid = json_first(json, json_get(json, json_get(json, 0, "a"), "g"));
	return json_get(json, grid, "v");
}

static void rows_stay_closed_until_they_are_opened(void **state)
{
	struct json json, row;
	struct buffer text;
	char value[8];
	(void)state;
	json_init(&json);
	json_init(&row);
	with_rows(&text, "{\"1\":\"x\"} , {},\n{\"1\":\"y\",\"2\":3}, {\"1\":[]}, 7, {\"1\":\"z\"}");
	assert_true(json_parse_rows(&json, text.data, text.length, NULL));
	int list = rows_node(&json), seen = 0;
	static const char *const wanted[] = { "x", "", "y", "-", "-", "z" };
	assert_int_equal(json_count(&json, list), 6);
	for (int at = json_first(&json, list); at >= 0; at = json_next(&json, list, at), seen++) {
		/* What holds a container, or is no object, is tokenised at once. */
		assert_int_equal(json_closed(&json, at), strcmp(wanted[seen], "-") != 0);
		if (!json_closed(&json, at))
			continue;
		assert_int_equal(json_kind(&json, at), JSON_OBJECT);
		assert_true(json_first(&json, at) < 0 && json_count(&json, at) == 0);
		struct json_span span = json_span(&json, at);
		json_open(&row, text.data + span.start, span.end - span.start);
		json_text(&row, json_get(&row, 0, "1"), value, sizeof(value));
		assert_string_equal(value, wanted[seen]);
	}
	assert_int_equal(seen, 6);
	/* Elsewhere nothing is closed. */
	assert_true(json_parse_rows(&json, "{\"a\":[{\"b\":1}]}", 15, NULL));
	assert_false(json_closed(&json, json_first(&json, json_get(&json, 0, "a"))));
	buffer_free(&text);
	json_free(&row);
	json_free(&json);
}

static void assert_reads_the_same(const struct json *a, const struct json *b)
{
	assert_int_equal(a->count, b->count);
	assert_int_equal(json_flat(a), json_flat(b));
	for (int node = 0; node < b->count; node++) {
		struct json_span span = json_span(a, node), other = json_span(b, node);
		assert_int_equal(span.start, other.start);
		assert_int_equal(span.end, other.end);
		assert_int_equal(json_kind(a, node), json_kind(b, node));
		assert_int_equal(json_count(a, node), json_count(b, node));
		assert_int_equal(json_first(a, node), json_first(b, node));
		assert_int_equal(json_next(a, 0, node), json_next(b, 0, node));
		assert_int_equal(json_value(a, node), json_value(b, node));
	}
}

/* Rows of plain members are opened without jsmn, and must read as jsmn reads them. */
static void opened_rows_are_what_a_parse_makes_of_them(void **state)
{
	static const char *const rows[] = {
		"{\"1\":\"x\"}", "{\"1\":\"x\",\"2\":\"\",\"10\":\"a text of more than sixteen bytes, and then some\"}",
		"{\"1\": \"x\", \"2\": \"y\"}", "{\"1\":\"sixteen bytes 16\",\"2\":\"b\"}", "{\"1\":\"fifteen bytes 1\",\"2\":\"b\"}",
		"{\"1\":\"say \\\"hi\\\"\",\"2\":\"\\\\\",\"3\":\"sixteen and more, then \\\\\"}",
		"{\"a\\\"b\":\"\\\"\",\"\":\"\\u00e9\"}", "{\"1\":\"J\xC3\xB6rg { [ : , } ]\"}",
		"{}", "{ }", "{ \"1\":\"x\" }", "{\"1\" : \"x\"}", "{\"1\":\n\"x\"}", "{\"1\":\"x\"  ,\"2\":\"y\"}",
		"{\"1\":3}", "{\"1\":\"x\",\"2\":null,\"3\":true}", "{\"1\":\"x\",\"2\":[\"y\"]}", "{\"1\":{\"2\":\"y\"},\"3\":\"z\"}",
	};
	struct json opened, parsed;
	(void)state;
	json_init(&opened);
	json_init(&parsed);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(json_parse(&parsed, rows[i], strlen(rows[i]), NULL));
		json_open(&opened, rows[i], strlen(rows[i]));
		assert_reads_the_same(&opened, &parsed);
	}
	json_free(&opened);
	json_free(&parsed);
}

/* Each row behind each other one: what is alike is found by the last row, and must read as it does by itself. */
static void rows_that_are_like_the_last_one(void **state)
{
	static const struct {
		int keys; /* the same number: the same keys, written alike */
		const char *text;
	} rows[] = {
		{ 1, "{\"1\":\"x\",\"2\":\"y\"}" }, { 1, "{\"1\":\"\",\"2\":\"\"}" },
		{ 1, "{\"1\":\"a text of more than sixteen bytes \",\"2\":\"sixteen bytes 16\"}" },
		{ 1, "{\"1\":\"\\\"\",\"2\":\"J\xC3\xB6rg { [ : , } ]\"}" },
		{ 2, "{\"1\":\"x\",\"3\":\"y\"}" }, { 3, "{\"1\": \"x\",\"2\":\"y\"}" }, { 4, "{\"1\":\"x\"}" },
		{ 5, "{\"1\":\"x\",\"2\":\"y\",\"3\":\"z\"}" }, { 6, "{\"2\":\"x\",\"1\":\"y\"}" },
		{ 7, "{\"a key of more than sixteen bytes\":\"x\",\"2\":\"y\"}" },
		{ 7, "{\"a key of more than sixteen bytes\":\"\",\"2\":\"\"}" },
		{ 8, "{\"a key of more than 16 other bytes\":\"x\",\"2\":\"y\"}" },
		{ 0, "{}" }, { 0, "{\"1\":3,\"2\":\"y\"}" }, { 0, "{\"1\":\"x\",\"2\":null}" }, { 0, "{\"1\":[\"x\"],\"2\":\"y\"}" },
	};
	enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
	struct json like, opened;
	(void)state;
	json_init(&like);
	json_init(&opened);
	for (int first = 0; first < ROWS; first++)
		for (int second = 0; second < ROWS; second++) {
			json_open(&like, rows[first].text, strlen(rows[first].text));
			bool found = json_open_like(&like, rows[second].text, strlen(rows[second].text));
			assert_int_equal(found, rows[first].keys != 0 && rows[first].keys == rows[second].keys);
			json_open(&opened, rows[second].text, strlen(rows[second].text));
			assert_reads_the_same(&like, &opened);
		}
	/* Nothing is known of a row that was closed, nor of a whole text. */
	json_close(&like);
	assert_int_equal(json_root(&like), -1);
	assert_false(json_open_like(&like, rows[0].text, strlen(rows[0].text)));
	assert_true(json_parse(&like, rows[0].text, strlen(rows[0].text), NULL));
	assert_false(json_open_like(&like, rows[0].text, strlen(rows[0].text)));
	json_free(&like);
	json_free(&opened);
}

static void rows_of_more_members_than_there_is_room_for(void **state)
{
	struct json json;
	struct buffer row;
	char value[8];
	enum { MEMBERS = 200 };
	(void)state;
	json_init(&json);
	buffer_init(&row, 1 << 16);
	for (int i = 0; i < MEMBERS; i++)
		buffer_print(&row, "%s\"%d\":\"v%d\"", i == 0 ? "{" : ",", i, i);
	buffer_text(&row, "}");
	/* The second time there is room. */
	for (int again = 0; again < 2; again++) {
		json_open(&json, row.data, row.length);
		assert_int_equal(json_count(&json, 0), MEMBERS);
		json_text(&json, json_get(&json, 0, "199"), value, sizeof(value));
		assert_string_equal(value, "v199");
	}
	buffer_free(&row);
	json_free(&json);
}

/* Of every length and with its byte at every place: what stands behind a string is not the string's. */
static void strings_that_read_as_they_are_written(void **state)
{
	static const char *const others[] = { "\xC3\xA9", "\\n", "\x7F", "\\\\" };
	enum { LONGEST = 40 };
	struct json json;
	(void)state;
	json_init(&json);
	for (size_t length = 0; length <= LONGEST; length++)
		for (size_t place = 0; place <= length; place++)
			for (size_t other = 0; other < 4; other++) {
				/* The string, and the same with another byte in it; behind both is what is not plain. */
				char text[4 * LONGEST];
				size_t bytes = 0;
				int used = snprintf(text, sizeof(text), "{\"%.*s\":\"%.*s%s%.*s\",\"%s\":\"%s\"}", (int)length,
					"~ abcdefghijklmnopqrstuvwxyz0123456789{}", (int)place, "0123456789012345678901234567890123456789",
					others[other], (int)(length - place), "0123456789012345678901234567890123456789", others[other], others[other]);
				assert_true(json_parse(&json, text, (size_t)used, NULL));
				const char *plain = json_plain(&json, 1, &bytes);
				assert_non_null(plain);
				assert_int_equal(bytes, length);
				assert_null(json_plain(&json, 2, &bytes));
				assert_null(json_plain(&json, 3, &bytes));
				assert_null(json_plain(&json, 4, &bytes));
				assert_true(json_written_as(&json, 1, plain, length));
				assert_false(json_written_as(&json, 1, plain, length + 1));
				assert_false(json_written_as(&json, 2, plain, length));
			}
	assert_null(json_plain(&json, 0, &(size_t){ 0 }));
	assert_false(json_written_as(&json, 0, "{", 1));
	assert_false(json_written_as(&json, -1, "", 0));
	json_free(&json);
}

static void many_runs_of_rows_are_read_in_linear_time(void **state)
{
	struct json json, whole;
	struct buffer rows, text;
	int closed = 0;
	(void)state;
	json_init(&json);
	json_init(&whole);
	buffer_init(&rows, 1024 * 1024);
	for (int i = 0; i < 50000; i++)
		buffer_text(&rows, i == 0 ? "{},1" : ",{},1");
	with_rows(&text, buffer_string(&rows));
	assert_true(json_parse_rows(&json, text.data, text.length, NULL));
	assert_true(json_parse(&whole, text.data, text.length, NULL));
	assert_int_equal(json.count, whole.count);
	for (int at = 0; at < json.count; at++) {
		assert_int_equal(json_span(&json, at).end, json_span(&whole, at).end);
		closed += json_closed(&json, at);
	}
	assert_in_range(closed, 1, 1000);
	buffer_free(&text);
	buffer_free(&rows);
	json_free(&whole);
	json_free(&json);
}

/* With rows that are kept closed as without: the same answer, the same words, the same number of tokens. */
static void expect_same(const char *text, size_t length, struct json_spans *spans)
{
	struct error error = { "" }, rows_error = { "" };
	int tokens = 0, rows_tokens = 0, inside = 0;
	bool good = json_check(text, length, &tokens, &error);
	bool rows_good = json_check_rows(text, length, spans, &rows_tokens, &rows_error);
	if (good != rows_good || strcmp(error.text, rows_error.text) != 0)
		fail_msg("%.*s: '%s', with rows '%s'", (int)length, text, error.text, rows_error.text);
	for (unsigned i = 0; good && i < spans->count; i++) {
		int row = 0;
		assert_true(json_check(text + spans->list[i].start, spans->list[i].end - spans->list[i].start, &row, &error));
		assert_true(text[spans->list[i].start] == '{');
		inside += row - 1;
	}
	if (good)
		assert_int_equal(tokens, rows_tokens + inside);
}

/* Rows are checked many bytes at a time: every byte made another one, wherever it is within them, is found all the same. */
static void each_byte_of_a_row_counts(void **state)
{
	static const char others[] = { '"', '\\', '{', '}', ':', ',', ' ', '[', ']', 'x', '1', '\n', '\0', '\x7f', '\x80', '\xc3' };
	static const char *const rows[] = {
		"{\"1\":\"Marky Mark\",\"2\":\"\",\"3\":\"after_call_work\"},{\"1\":\"a\",\"2\":\"b\"},{\"1\":\"c,d\",\"2\":\"e:f\"}",
		"{\"1\":\"a text that is longer than sixty-four bytes, so that a whole block is in the middle of it: {}\"},{\"\":\"\"}",
		"{\"1\":\"a\"},{},{\"1\":\"b\"},{\"1\":{\"2\":\"3\"}},{\"1\":\"c\"},1,{\"1\":\"d\"},{\"1\":2},{\"1\":\"\xc3\xa9\"},{\"1\":\"e\"}",
	};
	static const char tail[] = "]}],\"more\":\"than a block of bytes behind the last row, which is not looked at together with it\"}}";
	struct json_spans spans = { 0 };
	(void)state;
	for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++)
		for (int pad = 0; pad < 64; pad += r == 0 ? 1 : 9) {
			char text[512], other[512];
			size_t head = (size_t)snprintf(text, sizeof(text), "{\"a\":{\"g\":[{\"v\":[{\"0\":\"%*s\"},", pad, "");
			size_t end = head + strlen(rows[r]) + 1;
			size_t length = (size_t)snprintf(text + head, sizeof(text) - head, "%s%s", rows[r], tail) + head;
			expect_same(text, length, &spans);
			assert_true(spans.count >= 3);
			for (size_t at = head; at < end; at++) {
				/* Without the byte, with another one in its place, and with one before it. */
				memcpy(other, text, at);
				memcpy(other + at, text + at + 1, length - at - 1);
				expect_same(other, length - 1, &spans);
				for (size_t i = 0; i < sizeof(others); i++) {
					memcpy(other, text, length);
					other[at] = others[i];
					expect_same(other, length, &spans);
					memcpy(other + at + 1, text + at, length - at);
					expect_same(other, length + 1, &spans);
				}
				expect_same(text, at, &spans);
			}
		}
	free(spans.list);
}

/* The cap is met within rows as it is elsewhere. */
static void rows_of_too_many_values_are_refused(void **state)
{
	struct json_spans spans = { 0 };
	struct buffer text;
	(void)state;
	buffer_init(&text, 64UL << 20);
	buffer_text(&text, "{\"a\":{\"g\":[{\"v\":[");
	for (int row = 0; row < JSON_TOKENS_MAX / 5 + 10; row++)
		buffer_text(&text, row == 0 ? "{\"1\":\"2\",\"3\":\"4\"}" : ",{\"1\":\"2\",\"3\":\"4\"}");
	buffer_text(&text, "]}]}}");
	assert_false(text.full);
	expect_same(text.data, text.length, &spans);
	buffer_free(&text);
	free(spans.list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_stay_closed_until_they_are_opened),
		cmocka_unit_test(each_byte_of_a_row_counts),
		cmocka_unit_test(rows_of_too_many_values_are_refused),
		cmocka_unit_test(opened_rows_are_what_a_parse_makes_of_them),
		cmocka_unit_test(rows_that_are_like_the_last_one),
		cmocka_unit_test(strings_that_read_as_they_are_written),
		cmocka_unit_test(rows_of_more_members_than_there_is_room_for),
		cmocka_unit_test(many_runs_of_rows_are_read_in_linear_time),
		cmocka_unit_test(accepts_what_rfc_8259_allows),
		cmocka_unit_test(refuses_what_it_forbids),
		cmocka_unit_test(a_nul_is_no_end),
		cmocka_unit_test(depth_is_capped),
		cmocka_unit_test(errors_say_where),
		cmocka_unit_test(a_cut_text_ends_too_early),
		cmocka_unit_test(walks_objects_and_arrays),
		cmocka_unit_test(no_node_answers_with_nothing),
		cmocka_unit_test(the_first_of_duplicate_keys_stands),
		cmocka_unit_test(texts_are_unescaped_and_scrubbed),
		cmocka_unit_test(long_texts_are_cut_on_a_border),
		cmocka_unit_test(numbers_are_json_numbers),
		cmocka_unit_test(tokens_are_reused),
		cmocka_unit_test(a_scalar_is_no_answer),
		cmocka_unit_test(many_objects_parse_in_linear_time),
		cmocka_unit_test(writing_escapes),
		cmocka_unit_test(what_is_written_is_read_again),
	};
	text_locale();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
