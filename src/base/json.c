#include "base/json.h"

#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* All of jsmn is here and nowhere else, so its macros cannot differ between files. */
#define JSMN_STATIC
#define JSMN_PARENT_LINKS
#define JSMN_STRICT
#include <jsmn.h>

#include "base/buffer.h"
#include "base/log.h"
#include "base/text.h"

enum {
	/* Bytes of one text that are looked at; a screen line of 1,000 columns holds less. */
	JSON_TEXT_MAX = 4096,
	/* A double needs 24 characters. */
	JSON_NUMBER_MAX = 64,
	/* In place of the number of members: a row that jsmn has not seen. */
	CLOSED = -1,
};

void json_init(struct json *json)
{
	*json = (struct json){ 0 };
}

void json_free(struct json *json)
{
	free(json->tokens);
	free(json->rows.list);
	json_init(json);
}

/* The token of a node, or NULL. */
static const jsmntok_t *json_token(const struct json *json, int node)
{
	if (node < 0 || node >= json->count)
		return NULL;
	return (const jsmntok_t *)json->tokens + node;
}

static void json_reserve(struct json *json, int tokens)
{
	if (tokens <= json->room)
		return;
	int room = json->room < 64 ? 64 : json->room;
	while (room < tokens)
		room *= 2;
	/* Nothing of the old ones is needed. */
	free(json->tokens);
	json->tokens = must_alloc((unsigned long)room * sizeof(jsmntok_t));
	json->room = room;
}

/* Puts tokens for a run of neighbouring rows as jsmn would, but closed. Returns the index of the row after the run. */
static unsigned json_put_run(struct json *json, jsmn_parser *parser, unsigned row)
{
	jsmntok_t *tokens = json->tokens;
	const struct json_spans *rows = &json->rows;
	do {
		tokens[parser->toknext++] = (jsmntok_t){
			.type = JSMN_OBJECT, .start = (int)rows->list[row].start, .end = (int)rows->list[row].end,
			.size = CLOSED, .parent = parser->toksuper,
		};
		tokens[parser->toksuper].size++;
		parser->pos = rows->list[row++].end;
		/* Behind a row there always is more than blanks, such as the end of its list. */
	} while (row < rows->count &&
		parser->pos + strspn(json->text + parser->pos, " \t\n\r,") == rows->list[row].start);
	return row;
}

/* The text passed the strict pass, so that behind a row there always is more of it. */
static int json_tokenise(struct json *json)
{
	jsmn_parser parser;
	jsmn_init(&parser);
	for (unsigned row = 0; row < json->rows.count; row = json_put_run(json, &parser, row))
		(void)jsmn_parse(&parser, json->text, json->rows.list[row].start, json->tokens, (unsigned)json->room);
	/* What it returns counts the tokens of this call alone. */
	if (jsmn_parse(&parser, json->text, json->length, json->tokens, (unsigned)json->room) < 0)
		return -1;
	return (int)parser.toknext;
}

static bool json_parse_with(struct json *json, const char *text, size_t length, struct json_spans *rows,
	struct error *error)
{
	int tokens = 0;
	json->count = 0;
	json->texts = false;
	json->rows.count = 0;
	if (length > INT_MAX)
		return error_set(error, "larger than 2 GB");
	if (!json_check_rows(text, length, rows, &tokens, error))
		return false;
	json_reserve(json, tokens);
	json->text = text;
	json->length = length;
	int count = json_tokenise(json);
	if (count < 1)
		return error_set(error, "neither an object nor an array");
	json->count = count;
	enum json_kind kind = json_kind(json, 0);
	if (kind == JSON_OBJECT || kind == JSON_ARRAY)
		return true;
	json->count = 0;
	return error_set(error, "neither an object nor an array");
}

bool json_parse(struct json *json, const char *text, size_t length, struct error *error)
{
	return json_parse_with(json, text, length, NULL, error);
}

bool json_parse_rows(struct json *json, const char *text, size_t length, struct error *error)
{
	return json_parse_with(json, text, length, &json->rows, error);
}

bool json_closed(const struct json *json, int node)
{
	const jsmntok_t *tok = json_token(json, node);
	return tok != NULL && tok->size == CLOSED;
}

struct json_span json_span(const struct json *json, int node)
{
	const jsmntok_t *tok = json_token(json, node);
	if (tok == NULL)
		return (struct json_span){ 0, 0 };
	/* jsmn leaves the quotes of a string out. */
	unsigned quote = tok->type == JSMN_STRING ? 1 : 0;
	return (struct json_span){ (unsigned)tok->start - quote, (unsigned)tok->end + quote };
}

/* The closing quote of a text, from behind the one that opens it. */
static const char *json_text_end(const char *at, const char *end)
{
	while (at < end && *at != '"') {
#ifdef __SSE2__
		if (end - at >= 16) {
			__m128i bytes = _mm_loadu_si128((const void *)at);
			unsigned found = (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')),
				_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'))));
			if (found == 0) {
				at += 16;
				continue;
			}
			at += __builtin_ctz(found);
			if (*at == '"')
				break;
		}
#endif
		at += *at == '\\' ? 2 : 1;
	}
	return at;
}

/* As json_open() does, a row whose members are all texts, with no blanks but one behind a comma or colon. False: another one. */
static bool json_open_texts(struct json *json)
{
	jsmntok_t *tokens = json->tokens;
	const size_t length = json->length;
	const char *text = json->text, *end = text + length, *at = text;
	int count = 1, parent = 0;
	char before = '{', behind;
	if (at == end || *at++ != '{')
		return false;
	for (; before != '}'; before = behind) {
		if (at < end && *at == ' ' && before != '{')
			at++;
		if (at >= end || *at != '"' || count == json->room)
			return false;
		const char *start = ++at;
		at = json_text_end(at, end);
		bool key = before != ':';
		behind = at + 1 < end ? at[1] : '\0';
		if (key ? behind != ':' : behind != ',' && behind != '}')
			return false;
		tokens[count] = (jsmntok_t){ .type = JSMN_STRING, .start = (int)(start - text), .end = (int)(at - text),
			.size = key, .parent = parent };
		parent = key ? count : 0;
		count++;
		at += 2;
	}
	if (at != end)
		return false;
	tokens[0] = (jsmntok_t){ .type = JSMN_OBJECT, .end = (int)length, .size = (count - 1) / 2, .parent = -1 };
	json->count = count;
	return true;
}

/* As memcmp(), which is slow to begin with, for what is mostly between two texts of a row. */
static bool json_same_bytes(const char *a, const char *b, size_t count)
{
	uint32_t first[2], last[2];
	if (count < sizeof(first[0]) || count > 2 * sizeof(first[0]))
		return memcmp(a, b, count) == 0;
	memcpy(&first[0], a, sizeof(first[0]));
	memcpy(&first[1], b, sizeof(first[1]));
	memcpy(&last[0], a + count - sizeof(last[0]), sizeof(last[0]));
	memcpy(&last[1], b + count - sizeof(last[1]), sizeof(last[1]));
	return first[0] == first[1] && last[0] == last[1];
}

/*
 * As json_open_texts() does, a row with the same keys as the last one: what is written between two texts is compared
 * as it is, with the key in it, and moves to its new place. False: another row; the tokens are of no use then.
 */
static bool json_open_again(struct json *json, const char *text, size_t length)
{
	jsmntok_t *tokens = json->tokens;
	const char *end = text + length, *at = text;
	int from = 0; /* in the last row: behind its text before */
	for (int key = 1; key < json->count; key += 2) {
		jsmntok_t *value = &tokens[key + 1];
		int between = value->start - from, moved = (int)(at - text) - from;
		if (end - at <= between || !json_same_bytes(at, json->text + from, (size_t)between))
			return false;
		tokens[key].start += moved;
		tokens[key].end += moved;
		at += between;
		from = value->end;
		value->start = (int)(at - text);
		at = json_text_end(at, end);
		value->end = (int)(at - text);
	}
	size_t rest = json->length - (size_t)from;
	if (end - at != (ptrdiff_t)rest || memcmp(at, json->text + from, rest) != 0)
		return false;
	tokens[0].end = (int)length;
	json->text = text;
	json->length = length;
	return true;
}

void json_open(struct json *json, const char *text, size_t length)
{
	enum { ROOM_LEAST = 64 };
	jsmn_parser parser;
	int count;
	json->rows.count = 0;
	json->text = text;
	json->length = length;
	json_reserve(json, ROOM_LEAST);
	json->texts = json_open_texts(json);
	if (json->texts)
		return;
	jsmn_init(&parser);
	/* A longer row: what was tokenised so far would be in the way of the tokens' new place. */
	while ((count = jsmn_parse(&parser, text, length, json->tokens, (unsigned)json->room)) == JSMN_ERROR_NOMEM) {
		json_reserve(json, json->room * 2);
		jsmn_init(&parser);
	}
	json->count = count < 0 ? 0 : count;
}

bool json_open_like(struct json *json, const char *text, size_t length)
{
	if (json->texts && json_open_again(json, text, length))
		return true;
	json_open(json, text, length);
	return false;
}

void json_close(struct json *json)
{
	json->count = 0;
	json->texts = false;
}

bool json_flat(const struct json *json)
{
	return json_kind(json, 0) == JSON_OBJECT && json->count == 1 + 2 * json_count(json, 0);
}

const char *json_plain(const struct json *json, int node, size_t *length)
{
	const jsmntok_t *tok = json_token(json, node);
	if (tok == NULL || tok->type != JSMN_STRING)
		return NULL;
	const char *start = json->text + tok->start, *end = json->text + tok->end, *at = start;
#ifdef __SSE2__
	/* Bytes behind the string do not matter, but must be the text's. */
	for (; at < end && json->text + json->length - at >= 16; at += 16) {
		__m128i bytes = _mm_loadu_si128((const void *)at);
		/* Signed: accents are below zero. */
		__m128i others = _mm_or_si128(_mm_cmplt_epi8(bytes, _mm_set1_epi8(' ')),
			_mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('~' + 1)), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'))));
		unsigned found = (unsigned)_mm_movemask_epi8(others);
		if (end - at < 16)
			found &= (1u << (end - at)) - 1;
		if (found != 0)
			return NULL;
	}
#endif
	for (; at < end; at++)
		if (*at < ' ' || *at > '~' || *at == '\\')
			return NULL;
	*length = (size_t)(end - start);
	return start;
}

bool json_written_as(const struct json *json, int node, const char *bytes, size_t length)
{
	const jsmntok_t *tok = json_token(json, node);
	return tok != NULL && tok->type == JSMN_STRING && (size_t)(tok->end - tok->start) == length &&
		memcmp(json->text + tok->start, bytes, length) == 0;
}

int json_root(const struct json *json)
{
	return json->count > 0 ? 0 : -1;
}

enum json_kind json_kind(const struct json *json, int node)
{
	const jsmntok_t *tok = json_token(json, node);
	if (tok == NULL)
		return JSON_NONE;
	switch (tok->type) {
	case JSMN_OBJECT:
		return JSON_OBJECT;
	case JSMN_ARRAY:
		return JSON_ARRAY;
	case JSMN_STRING:
		return JSON_STRING;
	case JSMN_PRIMITIVE:
		break;
	case JSMN_UNDEFINED:
	default:
		return JSON_NONE;
	}
	char c = json->text[tok->start];
	return c == 't' ? JSON_TRUE : c == 'f' ? JSON_FALSE : c == 'n' ? JSON_NULL : JSON_NUMBER;
}

/* The node after the whole subtree of node. */
static int json_after(const struct json *json, int node)
{
	const jsmntok_t *tok = json_token(json, node);
	if (tok == NULL)
		return -1;
	int next = node + 1;
	for (const jsmntok_t *t = json_token(json, next); t != NULL && t->start < tok->end; t = json_token(json, next))
		next++;
	return next;
}

int json_first(const struct json *json, int node)
{
	enum json_kind kind = json_kind(json, node);
	if (kind != JSON_OBJECT && kind != JSON_ARRAY)
		return -1;
	return json_token(json, node)->size > 0 ? node + 1 : -1;
}

int json_next(const struct json *json, int parent, int child)
{
	const jsmntok_t *outer = json_token(json, parent);
	if (outer == NULL || json_token(json, child) == NULL)
		return -1;
	int last = outer->type == JSMN_OBJECT ? child + 1 : child;
	int next = json_after(json, last);
	const jsmntok_t *tok = json_token(json, next);
	return tok != NULL && tok->start < outer->end ? next : -1;
}

int json_count(const struct json *json, int node)
{
	enum json_kind kind = json_kind(json, node);
	int size = kind == JSON_OBJECT || kind == JSON_ARRAY ? json_token(json, node)->size : 0;
	return size == CLOSED ? 0 : size;
}

int json_value(const struct json *json, int key)
{
	const jsmntok_t *tok = json_token(json, key);
	return tok != NULL && tok->type == JSMN_STRING && tok->size == 1 ? key + 1 : -1;
}

static uint32_t hex4(const char *text)
{
	uint32_t code = 0;
	for (int i = 0; i < 4; i++) {
		char c = text[i];
		uint32_t digit = c <= '9' ? (uint32_t)(c - '0') : (uint32_t)((c | 0x20) - 'a' + 10);
		code = code << 4 | digit;
	}
	return code;
}

/* At the u of \uXXXX; steps over it, and over the second half of a pair. Lone halves become U+FFFD. */
static uint32_t unescape_unicode(const char **at, const char *end)
{
	uint32_t code = hex4(*at + 1);
	*at += 5;
	if (code < 0xD800 || code > 0xDFFF)
		return code;
	if (code <= 0xDBFF && end - *at >= 6 && (*at)[0] == '\\' && (*at)[1] == 'u') {
		uint32_t low = hex4(*at + 2);
		if (low >= 0xDC00 && low <= 0xDFFF) {
			*at += 6;
			return 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
		}
	}
	return 0xFFFD;
}

/* The character after a backslash. */
static uint32_t unescape_code(const char **at, const char *end)
{
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
	if (**at == 'u')
		return unescape_unicode(at, end);
	char c = *(*at)++;
	const char *found = strchr(from, c);
	return (unsigned char)(found == NULL ? c : to[found - from]);
}

/* Unescapes the checked inside of a string, as much as fits; returns the bytes written. */
static size_t json_unescape(char *out, size_t size, const char *at, const char *end)
{
	size_t used = 0;
	while (at < end && used + 4 < size) {
		if (*at != '\\') {
			do
				out[used++] = *at++;
			while (at < end && ((unsigned char)*at & 0xC0) == 0x80);
			continue;
		}
		at++;
		used += text_encode(out + used, unescape_code(&at, end));
	}
	return used;
}

/* As many bytes of checked text as are looked at, whole characters. */
static size_t json_within(const char *text, size_t length)
{
	if (length <= JSON_TEXT_MAX)
		return length;
	length = JSON_TEXT_MAX;
	while (length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80)
		length--;
	return length;
}

/* Raw bytes of a scalar; escaped strings are unescaped into room. */
static const char *json_raw(const struct json *json, int node, char room[JSON_TEXT_MAX], size_t *length)
{
	*length = 0;
	enum json_kind kind = json_kind(json, node);
	if (kind == JSON_NONE || kind == JSON_OBJECT || kind == JSON_ARRAY || kind == JSON_NULL)
		return "";
	const jsmntok_t *tok = json_token(json, node);
	const char *start = json->text + tok->start;
	size_t bytes = (size_t)(tok->end - tok->start);
	if (kind != JSON_STRING || memchr(start, '\\', bytes) == NULL) {
		*length = json_within(start, bytes);
		return start;
	}
	*length = json_unescape(room, JSON_TEXT_MAX, start, start + bytes);
	return room;
}

size_t json_text(const struct json *json, int node, char *out, size_t size)
{
	char room[JSON_TEXT_MAX];
	size_t length;
	const char *bytes = json_raw(json, node, room, &length);
	return text_scrub(out, size, bytes, length);
}

const char *json_text_copy(const struct json *json, int node, struct arena *arena, size_t max)
{
	char clean[JSON_TEXT_MAX];
	size_t length = json_text(json, node, clean, max < sizeof(clean) ? max + 1 : sizeof(clean));
	return arena_copy(arena, clean, length);
}

const char *json_text_percent(const struct json *json, int node, struct arena *arena)
{
	char room[JSON_TEXT_MAX];
	size_t length;
	const char *bytes = json_raw(json, node, room, &length);
	struct buffer escaped;
	buffer_init(&escaped, 3 * JSON_TEXT_MAX);
	const char *copy = buffer_percent(&escaped, bytes, length) ?
		arena_copy(arena, buffer_string(&escaped), escaped.length) : NULL;
	buffer_free(&escaped);
	return copy;
}

bool json_is(const struct json *json, int node, const char *text)
{
	char room[JSON_TEXT_MAX];
	size_t length;
	const char *bytes = json_raw(json, node, room, &length);
	return json_kind(json, node) != JSON_NONE && length == strlen(text) && memcmp(bytes, text, length) == 0;
}

int json_get(const struct json *json, int object, const char *key)
{
	if (json_kind(json, object) != JSON_OBJECT)
		return -1;
	for (int at = json_first(json, object); at >= 0; at = json_next(json, object, at))
		if (json_is(json, at, key))
			return json_value(json, at);
	return -1;
}

bool json_number(const struct json *json, int node, double *out)
{
	char room[JSON_TEXT_MAX], digits[JSON_NUMBER_MAX];
	size_t length;
	const char *bytes = json_raw(json, node, room, &length);
	/* Wholly one JSON number, and no other value. */
	if (length == 0 || length >= JSON_NUMBER_MAX || !(bytes[0] == '-' || (bytes[0] >= '0' && bytes[0] <= '9')) ||
		!json_check(bytes, length, NULL, NULL) || bytes[length - 1] < '0' || bytes[length - 1] > '9')
		return false;
	memcpy(digits, bytes, length);
	digits[length] = '\0';
	double number = strtod(digits, NULL);
	if (!isfinite(number))
		return false;
	*out = number;
	return true;
}
