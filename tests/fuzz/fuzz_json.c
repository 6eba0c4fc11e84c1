/* The JSON door: the strict pass and the tokens agree, every walk ends, and what comes out may be shown. */
#include "fuzz.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/json_write.h"
#include "base/text.h"

enum { TEXT_ROOM = 4096 };

/* Writing a text and reading it again gives the text. */
static void check_writing(const char *text)
{
	char again[TEXT_ROOM];
	struct json json;
	struct buffer buffer;
	buffer_init(&buffer, 16 * TEXT_ROOM);
	json_init(&json);
	PROMISE(buffer_text(&buffer, "[") && json_put_string(&buffer, text) && buffer_text(&buffer, "]"));
	PROMISE(json_parse(&json, buffer.data, buffer.length, NULL));
	json_text(&json, json_first(&json, 0), again, sizeof(again));
	PROMISE(strcmp(text, again) == 0);
	json_free(&json);
	buffer_free(&buffer);
}

static void check_text(const struct json *json, int node)
{
	char text[TEXT_ROOM], again[TEXT_ROOM], small[8];
	size_t length = json_text(json, node, text, sizeof(text));
	PROMISE(length == strlen(text) && length < sizeof(text));
	PROMISE(fuzz_clean(text));
	PROMISE(text_scrub(again, sizeof(again), text, length) == length && strcmp(text, again) == 0);
	PROMISE(json_text(json, node, small, sizeof(small)) < sizeof(small));
	PROMISE(fuzz_clean(small) && strncmp(text, small, strlen(small)) == 0);
	check_writing(text);
}

static void check_number(const struct json *json, int node)
{
	double number = NAN;
	bool good = json_number(json, node, &number);
	PROMISE(good == (isfinite(number) != 0));
	/* A literal always is a number, unless it is too long or too large. */
	if (json_kind(json, node) != JSON_NUMBER && json_kind(json, node) != JSON_STRING)
		PROMISE(!good);
}

static void check_copy(const struct json *json, int node, struct arena *arena)
{
	char text[101];
	const char *copy = json_text_copy(json, node, arena, sizeof(text) - 1);
	if (copy == NULL)
		return;
	json_text(json, node, text, sizeof(text));
	PROMISE(strcmp(copy, text) == 0);
}

/* Returns the nodes of the subtree. The strict pass has bounded the depth. */
static int walk(const struct json *json, int node, struct arena *arena, int depth)
{
	int nodes = 1, children = 0;
	enum json_kind kind = json_kind(json, node);
	PROMISE(kind != JSON_NONE);
	check_text(json, node);
	check_number(json, node);
	check_copy(json, node, arena);
	if (kind != JSON_OBJECT && kind != JSON_ARRAY) {
		PROMISE(json_first(json, node) < 0 && json_count(json, node) == 0);
		return nodes;
	}
	PROMISE(depth <= JSON_DEPTH_MAX);
	for (int at = json_first(json, node); at >= 0; at = json_next(json, node, at), children++) {
		int value = at;
		if (kind == JSON_OBJECT) {
			PROMISE(json_kind(json, at) == JSON_STRING);
			value = json_value(json, at);
			check_text(json, at);
			nodes++;
		}
		nodes += walk(json, value, arena, depth + 1);
		PROMISE(nodes <= json->count);
	}
	PROMISE(children == json_count(json, node));
	return nodes;
}

/* A key that json_is() knows is found. */
static void check_get(const struct json *json)
{
	char key[64];
	for (int at = json_first(json, 0); at >= 0 && json_kind(json, 0) == JSON_OBJECT; at = json_next(json, 0, at)) {
		json_text(json, at, key, sizeof(key));
		if (json_is(json, at, key))
			PROMISE(json_get(json, 0, key) > 0);
	}
	PROMISE(json_get(json, -1, "a") == -1 && json_get(json, json->count, "a") == -1);
}

/* What is kept closed has, once opened, the tokens that it has in the whole, also where it is like the row before. */
static void check_rows(const char *text, size_t size, int tokens)
{
	struct json json, row, like;
	json_init(&json);
	json_init(&row);
	json_init(&like);
	PROMISE(json_parse_rows(&json, text, size, NULL));
	int nodes = json.count;
	for (int at = 0; at < json.count; at++) {
		struct json_span span = json_span(&json, at);
		PROMISE(span.start < span.end && span.end <= size);
		if (!json_closed(&json, at))
			continue;
		PROMISE(text[span.start] == '{' && text[span.end - 1] == '}');
		json_open(&row, text + span.start, span.end - span.start);
		PROMISE(json_kind(&row, 0) == JSON_OBJECT);
		nodes += row.count - 1;
		(void)json_open_like(&like, text + span.start, span.end - span.start);
		PROMISE(like.count == row.count);
		for (int node = 0; node < row.count; node++) {
			struct json_span wanted = json_span(&row, node), found = json_span(&like, node);
			PROMISE(found.start == wanted.start && found.end == wanted.end && json_kind(&like, node) == json_kind(&row, node));
		}
	}
	PROMISE(nodes == tokens);
	json_free(&like);
	json_free(&row);
	json_free(&json);
}

/* Rows are checked many bytes at a time: with the same end, in the same words. */
static void check_refusal(const char *text, size_t size, bool valid, const struct error *error)
{
	struct json_spans spans = { 0 };
	struct error other = { "" };
	PROMISE(json_check_rows(text, size, &spans, NULL, &other) == valid);
	PROMISE(strcmp(other.text, error->text) == 0);
	free(spans.list);
}

int fuzz_json(const uint8_t *data, size_t size)
{
	static const char spaces[] = " \t\r\n";
	const char *text = (const char *)data;
	struct json json;
	struct arena arena;
	struct error error = { "" };
	int tokens = 0;
	fuzz_begin();
	json_init(&json);
	arena_init(&arena, 1024 * 1024);
	bool valid = json_check(text, size, &tokens, &error);
	PROMISE(valid == (error.text[0] == '\0') && fuzz_clean(error.text));
	check_refusal(text, size, valid, &error);
	size_t start = 0;
	while (start < size && text[start] != '\0' && strchr(spaces, text[start]) != NULL)
		start++;
	bool container = start < size && (text[start] == '{' || text[start] == '[');
	if (valid) {
		char *copy = fuzz_string(data, size);
		PROMISE(strlen(copy) == size && fuzz_utf8(copy));
		free(copy);
	}
	bool parsed = json_parse(&json, text, size, &error);
	PROMISE(parsed == (valid && container));
	if (parsed) {
		PROMISE(json.count == tokens);
		PROMISE(walk(&json, json_root(&json), &arena, 1) == tokens);
		check_get(&json);
		check_rows(text, size, tokens);
	} else {
		PROMISE(json_root(&json) < 0 && error.text[0] != '\0');
	}
	arena_free(&arena);
	json_free(&json);
	return 0;
}
