/*
 * The strict pass: RFC 8259 to the letter, with a depth and a token cap, in one iterative walk. Duplicate keys are
 * allowed by the grammar (json_get takes the first); lone surrogates too (json_text makes U+FFFD of them).
 *
 * Every byte of every answer passes here, so rows of plain texts are taken 64 bytes at a time where the processor can
 * compare so many; else texts are looked at eight bytes at a time, and a member of an object is one step. On the way it
 * notes the rows that are kept closed (base/json.h).
 */
#include <ctype.h>
#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/json.h"
#include "base/log.h"
#include "base/text.h"

struct check {
	const char *text;
	const char *at, *end;
	unsigned depth;
	char open[JSON_DEPTH_MAX]; /* '{' or '[' */
	bool fresh;                /* the last thing was an opening bracket */
	int tokens;
	struct json_spans *rows; /* NULL: not asked for */
	const char *row;         /* the open one, flat so far; NULL: none */
	int row_tokens;          /* that stand before its inside */
	int inside;              /* tokens that are inside of the rows that are kept closed */
	bool run;                /* the neighbour before was kept closed */
	unsigned runs;
	struct error *error;
};

static bool check_fail(const struct check *check, const char *what)
{
	return error_set(check->error, "byte %zu: %s", (size_t)(check->at - check->text), what);
}

static bool check_ends(const struct check *check)
{
	return check_fail(check, check->tokens == 0 ? "nothing there" : "the text ends too early");
}

static inline bool check_token(struct check *check)
{
	if (check->tokens >= JSON_TOKENS_MAX)
		return check_fail(check, "more values than are accepted");
	check->tokens++;
	return true;
}

/* False at the end of the text. */
static inline bool check_skip_space(struct check *check)
{
	const char *at = check->at;
	while (at < check->end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r'))
		at++;
	check->at = at;
	return at < check->end;
}

/* An object in an array at the right depth may be a row; whatever opens inside of it makes it none. */
static void check_row_open(struct check *check, char bracket)
{
	check->row = NULL;
	if (check->depth != JSON_ROW_DEPTH - 1)
		return;
	if (bracket == '{' && check->open[check->depth - 1] == '[')
		check->row = check->at;
	else
		check->run = false;
	check->row_tokens = check->tokens;
}

static void check_row_keep(struct check *check)
{
	struct json_spans *rows = check->rows;
	if (rows->count == rows->room) {
		rows->room = rows->room == 0 ? 64 : rows->room * 2;
		rows->list = must_realloc(rows->list, rows->room * sizeof(*rows->list));
	}
	rows->list[rows->count++] = (struct json_span){
		(unsigned)(check->row - check->text), (unsigned)(check->at - check->text),
	};
}

/* Behind the closing bracket; depth is what it was outside of it. */
static void check_row_close(struct check *check)
{
	if (check->depth != JSON_ROW_DEPTH - 1) {
		check->run = check->run && check->depth >= JSON_ROW_DEPTH;
		return;
	}
	bool keep = check->row != NULL && (check->run || check->runs < JSON_RUNS_MAX);
	if (keep) {
		check->runs += !check->run;
		check->inside += check->tokens - check->row_tokens;
		check_row_keep(check);
	}
	check->run = keep;
	check->row = NULL;
}

static bool check_open(struct check *check, char bracket)
{
	if (check->depth >= JSON_DEPTH_MAX)
		return check_fail(check, "nested deeper than is accepted");
	if (!check_token(check))
		return false;
	if (check->rows != NULL && check->depth >= JSON_ROW_DEPTH - 1)
		check_row_open(check, bracket);
	check->open[check->depth++] = bracket;
	check->fresh = true;
	check->at++;
	return true;
}

/* At the backslash. */
static bool check_escape(struct check *check)
{
	const char *at = check->at + 1;
	if (at >= check->end)
		return check_fail(check, "the text ends in an escape");
	if (*at == 'u') {
		for (int i = 1; i <= 4; i++)
			if (at + i >= check->end || !isxdigit((unsigned char)at[i]))
				return check_fail(check, "\\u without four hexadecimal digits");
		check->at = at + 5;
		return true;
	}
	if (*at == '\0' || strchr("\"\\/bfnrt", *at) == NULL)
		return check_fail(check, "an unknown escape");
	check->at = at + 1;
	return true;
}

/* Steps over one character above 0x7F. */
static bool check_utf8(struct check *check)
{
	const char *next = check->at;
	/* U+FFFD itself takes three bytes, a failed decode one. */
	if (text_decode(&next, check->end) == 0xFFFD && next - check->at == 1)
		return check_fail(check, "invalid UTF-8");
	check->at = next;
	return true;
}

/* Of a byte of a string that needs no second look. */
static inline bool check_is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

#if defined(__GNUC__) && defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__

#define EACH_BYTE(byte) ((uint64_t)0x0101010101010101u * (byte))

/* The high bit of each byte that is not plain; a borrow may set it wrongly above such a one, never in the lowest. */
static inline uint64_t special_bytes(const char *at)
{
	uint64_t word;
	memcpy(&word, at, sizeof(word));
	uint64_t quote = word ^ EACH_BYTE('"'), backslash = word ^ EACH_BYTE('\\');
	return ((word - EACH_BYTE(0x20)) | (quote - EACH_BYTE(1)) | (backslash - EACH_BYTE(1)) | word) &
		EACH_BYTE(0x80);
}

static const char *check_plain_end(const char *at, const char *end)
{
	for (; end - at >= 8; at += 8) {
		uint64_t special = special_bytes(at);
		if (special != 0)
			return at + (__builtin_ctzll(special) >> 3);
	}
	while (at < end && check_is_plain((unsigned char)*at))
		at++;
	return at;
}

/*
 * From behind the opening quote of a text of plain bytes to its closing one; NULL if it is another, or near the
 * end. The first bytes one by one: where a short text ends is guessed right more often than not, and the guess
 * costs no waiting.
 */
static inline const char *check_plain_text(const char *at, const char *end)
{
	enum { SINGLY = 3, WORD = 8 };
	uint64_t special = 0;
	if (end - at < SINGLY + WORD)
		return NULL;
	for (int i = 0; i < SINGLY; i++, at++) {
		if (*at == '"')
			return at;
		if (!check_is_plain((unsigned char)*at))
			return NULL;
	}
	for (; special == 0; at += WORD) {
		if (end - at < 2 * WORD)
			return NULL;
		special = special_bytes(at);
	}
	at += (__builtin_ctzll(special) >> 3) - WORD;
	return *at == '"' ? at : NULL;
}

/*
 * Members that are plain texts with nothing between them, which nearly all are: "key":"value","key":"value". At a
 * key, or at the comma before one; stops before the first that is otherwise.
 */
static void check_plain_members(struct check *check)
{
	const char *end = check->end, *at = check->at;
	if ((*at == ',') == check->fresh)
		return;
	while (check->tokens < JSON_TOKENS_MAX - 2) {
		const char *key = at + (*at == ',');
		if (end - key < 16 || *key != '"')
			break;
		const char *colon = check_plain_text(key + 1, end);
		if (colon == NULL || colon[1] != ':' || colon[2] != '"')
			break;
		const char *close = check_plain_text(colon + 3, end);
		if (close == NULL)
			break;
		check->tokens += 2;
		check->fresh = false;
		check->at = at = close + 1;
		if (*at != ',')
			break;
	}
}

#else

static const char *check_plain_end(const char *at, const char *end)
{
	while (at < end && check_is_plain((unsigned char)*at))
		at++;
	return at;
}

static void check_plain_members(struct check *check)
{
	(void)check;
}

#endif

#ifdef __SSE2__

/* What 64 bytes are, a bit for each, the first lowest. */
struct block {
	uint64_t quotes, colons, commas, opens, closes;
	uint64_t special; /* control characters, backslashes, and bytes above 0x7F */
};

static inline uint64_t block_bits(__m128i bytes, unsigned quarter)
{
	return (uint64_t)(unsigned)_mm_movemask_epi8(bytes) << (16 * quarter);
}

static inline void block_read(struct block *block, const char *at, unsigned quarter)
{
	__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(at + 16 * quarter));
	/* As signed numbers those above 0x7F are below a blank too. */
	__m128i special = _mm_or_si128(_mm_cmplt_epi8(bytes, _mm_set1_epi8(' ')),
		_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
	block->quotes |= block_bits(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')), quarter);
	block->colons |= block_bits(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(':')), quarter);
	block->commas |= block_bits(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(',')), quarter);
	block->opens |= block_bits(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('{')), quarter);
	block->closes |= block_bits(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('}')), quarter);
	block->special |= block_bits(special, quarter);
}

/* Each bit becomes the parity of itself and all below it: between two bits that were set, those are set. */
static inline uint64_t parity_below(uint64_t bits)
{
	bits ^= bits << 1;
	bits ^= bits << 2;
	bits ^= bits << 4;
	bits ^= bits << 8;
	bits ^= bits << 16;
	return bits ^ bits << 32;
}

/* What the byte before a block was; each is 0 or 1, but for the two that are all bits or none. */
struct before {
	uint64_t inside;     /* of a text: all bits */
	uint64_t behind_key; /* from the end of a key to that of its value: all bits */
	uint64_t closing, colon, open, close, member_comma, row_comma;
};

static inline uint64_t spread_last(uint64_t bits)
{
	return bits >> 63 != 0 ? ~(uint64_t)0 : 0;
}

/*
 * Which of 64 bytes are as they are in rows of plain texts with nothing between them:
 * {"key":"value","key":"value"},{... *texts gets the closing quotes, *rows the closing brackets.
 */
static inline uint64_t plain_rows(const char *at, struct before *before, uint64_t *texts, uint64_t *rows)
{
	struct block block = { 0, 0, 0, 0, 0, 0 };
	block_read(&block, at, 0);
	block_read(&block, at, 1);
	block_read(&block, at, 2);
	block_read(&block, at, 3);
	/* With the opening quote, without the closing one. */
	uint64_t inside = parity_below(block.quotes) ^ before->inside;
	uint64_t opening = block.quotes & inside, closing = block.quotes & ~inside, between = ~(inside | block.quotes);
	uint64_t behind_key = parity_below(closing) ^ before->behind_key;
	uint64_t colon = block.colons & between, comma = block.commas & between;
	uint64_t open = block.opens & between, close = block.closes & between;
	uint64_t behind_text = closing << 1 | before->closing;
	uint64_t member_comma = comma & behind_text & ~behind_key;
	uint64_t row_comma = comma & (close << 1 | before->close);
	uint64_t right = (inside & ~(block.quotes | block.special)) | closing | (colon & behind_text & behind_key) |
		member_comma | row_comma | (close & behind_text & ~behind_key) |
		(open & (row_comma << 1 | before->row_comma)) |
		(opening & behind_key & (colon << 1 | before->colon)) |
		(opening & ~behind_key & ((open | member_comma) << 1 | before->open | before->member_comma));
	*before = (struct before){
		.inside = spread_last(inside), .behind_key = spread_last(behind_key), .closing = closing >> 63,
		.colon = colon >> 63, .open = open >> 63, .close = close >> 63,
		.member_comma = member_comma >> 63, .row_comma = row_comma >> 63,
	};
	*texts = closing;
	*rows = close;
	return right;
}

/* A row that ends before `end`; false at the cap of tokens. */
static bool check_plain_row(struct check *check, const char *end, unsigned texts)
{
	if (check->tokens + 1 + (int)texts > JSON_TOKENS_MAX)
		return false;
	check->tokens += 1 + (int)texts;
	check->inside += (int)texts;
	check->runs += !check->run;
	check->run = true;
	check->row = check->at;
	check->at = end;
	check_row_keep(check);
	check->row = NULL;
	return true;
}

/*
 * Rows of plain texts from the opening bracket of one on, 64 bytes at a time; stops behind the last that is whole. No
 * branch depends on where texts end, which no processor can guess. False if the first row is another, or near the end
 * of the text.
 */
static bool check_plain_rows(struct check *check)
{
	enum { BLOCK = 64 };
	struct before before = { .row_comma = 1 };
	const char *first = check->at;
	uint64_t right = ~(uint64_t)0;
	unsigned in_row = 0;
	if (check->rows == NULL || (!check->run && check->runs >= JSON_RUNS_MAX))
		return false;
	for (const char *at = first; right == ~(uint64_t)0 && check->end - at >= BLOCK; at += BLOCK) {
		uint64_t texts, rows;
		right = plain_rows(at, &before, &texts, &rows);
		uint64_t good = (~right & (right + 1)) - 1; /* all below the first that is wrong */
		for (rows &= good; rows != 0; rows &= rows - 1) {
			uint64_t below = (rows & -rows) - 1;
			in_row += (unsigned)__builtin_popcountll(texts & below);
			texts &= ~below;
			if (!check_plain_row(check, at + __builtin_ctzll(rows) + 1, in_row)) {
				right = 0;
				break;
			}
			in_row = 0;
			/* The comma, if another row follows; where none does, nothing more is taken. */
			check->at++;
		}
		in_row += (unsigned)__builtin_popcountll(texts);
	}
	if (check->at == first)
		return false;
	check->at--;
	return true;
}

#else

static bool check_plain_rows(struct check *check)
{
	(void)check;
	return false;
}

#endif

static bool check_string(struct check *check)
{
	if (!check_token(check))
		return false;
	check->at++;
	for (;;) {
		check->at = check_plain_end(check->at, check->end);
		if (check->at == check->end)
			return check_fail(check, "the text ends inside a string");
		unsigned char c = (unsigned char)*check->at;
		if (c == '"')
			break;
		if (c < 0x20)
			return check_fail(check, "a control character in a string");
		if (c == '\\' ? !check_escape(check) : !check_utf8(check))
			return false;
	}
	check->at++;
	return true;
}

static size_t check_digits(const struct check *check, const char *at)
{
	const char *start = at;
	while (at < check->end && *at >= '0' && *at <= '9')
		at++;
	return (size_t)(at - start);
}

static char check_char(const struct check *check, const char *at)
{
	return at < check->end ? *at : '\0';
}

static bool check_number(struct check *check)
{
	if (!check_token(check))
		return false;
	const char *at = check->at;
	if (check_char(check, at) == '-')
		at++;
	size_t whole = check_digits(check, at);
	if (whole == 0 || (whole > 1 && *at == '0'))
		return check_fail(check, "not a number");
	at += whole;
	if (check_char(check, at) == '.') {
		size_t part = check_digits(check, at + 1);
		if (part == 0)
			return check_fail(check, "not a number");
		at += 1 + part;
	}
	if (check_char(check, at) == 'e' || check_char(check, at) == 'E') {
		at++;
		if (check_char(check, at) == '+' || check_char(check, at) == '-')
			at++;
		size_t part = check_digits(check, at);
		if (part == 0)
			return check_fail(check, "not a number");
		at += part;
	}
	check->at = at;
	return true;
}

static bool check_literal(struct check *check)
{
	static const char *const literals[] = { "true", "false", "null" };
	for (size_t i = 0; i < sizeof(literals) / sizeof(literals[0]); i++) {
		size_t length = strlen(literals[i]);
		if ((size_t)(check->end - check->at) >= length && memcmp(check->at, literals[i], length) == 0) {
			check->at += length;
			return check_token(check);
		}
	}
	return check_fail(check, "not a JSON value");
}

/* What is no string; a container is only opened. */
static bool check_other(struct check *check)
{
	char c = *check->at;
	if (c == '{' || c == '[')
		return check_open(check, c);
	return c == '-' || (c >= '0' && c <= '9') ? check_number(check) : check_literal(check);
}

static inline bool check_value(struct check *check)
{
	return *check->at == '"' ? check_string(check) : check_other(check);
}

/* An element of an array. One that is no row ends a run of rows. */
static bool check_element(struct check *check)
{
	if (check->depth == JSON_ROW_DEPTH - 1) {
		if (*check->at == '{' && check_plain_rows(check))
			return true;
		if (*check->at != '{')
			check->run = false;
	}
	return check_value(check);
}

/* A key, a colon, a value. */
static bool check_member(struct check *check)
{
	if (*check->at != '"')
		return check_fail(check, "a key is missing");
	if (!check_string(check))
		return false;
	if (!check_skip_space(check))
		return check_ends(check);
	if (*check->at != ':')
		return check_fail(check, "a colon is missing");
	check->at++;
	return check_skip_space(check) ? check_value(check) : check_ends(check);
}

/* The next step inside of the innermost container: its end, its first member, or a comma and another. */
static bool check_inside(struct check *check)
{
	bool object = check->open[check->depth - 1] == '{';
	if (!check_skip_space(check))
		return check_ends(check);
	if (object) {
		check_plain_members(check);
		if (!check_skip_space(check))
			return check_ends(check);
	}
	char c = *check->at;
	if (c == (object ? '}' : ']')) {
		check->depth--;
		check->fresh = false;
		check->at++;
		if (check->rows != NULL)
			check_row_close(check);
		return true;
	}
	if (!check->fresh) {
		if (c == '}' || c == ']')
			return check_fail(check, "a bracket closes what is not open");
		if (c != ',')
			return check_fail(check, "a comma or a closing bracket is missing");
		check->at++;
		if (!check_skip_space(check))
			return check_ends(check);
	}
	check->fresh = false;
	return object ? check_member(check) : check_element(check);
}

bool json_check_rows(const char *text, size_t length, struct json_spans *spans, int *tokens, struct error *error)
{
	struct check check = { .text = text, .at = text, .end = text + length, .rows = spans, .error = error };
	if (spans != NULL)
		spans->count = 0;
	if (!check_skip_space(&check))
		return check_ends(&check);
	if (!check_value(&check))
		return false;
	while (check.depth > 0)
		if (!check_inside(&check))
			return false;
	if (check_skip_space(&check))
		return check_fail(&check, "something follows the end");
	if (tokens != NULL)
		*tokens = check.tokens - check.inside;
	return true;
}

bool json_check(const char *text, size_t length, int *tokens, struct error *error)
{
	return json_check_rows(text, length, NULL, tokens, error);
}
