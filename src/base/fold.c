#include "base/fold.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <wctype.h>

#include "base/fold_pairs.h"
#include "base/text.h"

enum {
	TEXT_MAX = 512,    /* bytes of a text that is compared; more than a cell has */
	MARKS_MAX = 8,     /* on one character, before they are put in order */
	MARKS_FROM = 0x300,
	HANGUL = 0xAC00, HANGUL_END = 0xD7A3, HANGUL_VOWELS = 21, HANGUL_TAILS = 28,
};

struct folding {
	char *out;
	size_t size, used;
	enum fold how;
	uint32_t marks[MARKS_MAX];
	unsigned mark_count;
};

static bool fold_is_ascii(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)text[i] >= 0x80)
			return false;
	return true;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* 0: no mark, or one whose place among others does not matter. */
static unsigned mark_class(uint32_t code)
{
	return code >= MARKS_FROM && code < MARKS_FROM + sizeof(fold_classes) ? fold_classes[code - MARKS_FROM] : 0;
}

static void fold_put(struct folding *folding, uint32_t code)
{
	char bytes[4];
	size_t length = text_encode(bytes, code);
	if (folding->used + length >= folding->size)
		return;
	memcpy(folding->out + folding->used, bytes, length);
	folding->used += length;
}

static void fold_put_text(struct folding *folding, const char *text)
{
	for (; *text != '\0'; text++)
		if (folding->used + 1 < folding->size)
			folding->out[folding->used++] = *text;
}

static void flush_marks(struct folding *folding)
{
	for (unsigned i = 0; i < folding->mark_count && folding->how <= FOLD_CASE; i++)
		fold_put(folding, folding->marks[i]);
	folding->mark_count = 0;
}

/* Marks below and above a letter may come either way round; two above may not. */
static void fold_add_mark(struct folding *folding, uint32_t mark)
{
	unsigned at = folding->mark_count;
	if (at == MARKS_MAX)
		return;
	for (; at > 0 && mark_class(folding->marks[at - 1]) > mark_class(mark); at--)
		folding->marks[at] = folding->marks[at - 1];
	folding->marks[at] = mark;
	folding->mark_count++;
}

static const struct fold_pair *find_pair(uint32_t code)
{
	size_t low = 0, high = sizeof(fold_pairs) / sizeof(fold_pairs[0]);
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (fold_pairs[middle].whole == code)
			return &fold_pairs[middle];
		if (fold_pairs[middle].whole < code)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* Letters that are not made of a letter and a mark, as whoever lacks them writes them. */
static const struct {
	uint16_t letter;
	char plain[3];
} plain_letters[] = {
	{ 0xDF, "ss" }, { 0xE6, "ae" }, { 0xF0, "d" }, { 0xF8, "o" }, { 0xFE, "th" }, { 0x111, "d" }, { 0x127, "h" },
	{ 0x131, "i" }, { 0x133, "ij" }, { 0x138, "k" }, { 0x142, "l" }, { 0x14B, "n" }, { 0x153, "oe" },
	{ 0x167, "t" },
	{ 0x17F, "s" }, { 0x180, "b" }, { 0x192, "f" }, { 0x19A, "l" }, { 0x1B6, "z" }, { 0x1E5, "g" }, { 0x253, "b" },
	{ 0x257, "d" }, { 0x268, "i" }, { 0x272, "n" },
};

/* Cyrillic letters whose number is not that of their place: behind all words that go on from the letter before. */
static const struct {
	uint16_t letter, before;
	unsigned char behind;
} cyrillic_places[] = {
	{ 0x452, 0x434, 0xF8 }, { 0x454, 0x435, 0xF8 }, { 0x455, 0x437, 0xF8 }, { 0x456, 0x438, 0xF8 },
	{ 0x458, 0x439, 0xF8 }, { 0x459, 0x43B, 0xF8 }, { 0x45A, 0x43D, 0xF8 }, { 0x45B, 0x442, 0xF8 },
	{ 0x45F, 0x447, 0xF8 }, { 0x491, 0x433, 0xF8 },
};

static bool put_place(struct folding *folding, uint32_t code)
{
	for (size_t i = 0; i < sizeof(cyrillic_places) / sizeof(cyrillic_places[0]); i++)
		if (cyrillic_places[i].letter == code) {
			fold_put(folding, cyrillic_places[i].before);
			if (folding->used + 1 < folding->size)
				folding->out[folding->used++] = (char)cyrillic_places[i].behind;
			return true;
		}
	return false;
}

static void put_base(struct folding *folding, uint32_t code)
{
	if (folding->how != FOLD_NAME)
		code = code < 0x80 ? (uint32_t)(unsigned char)lower((char)code) : (uint32_t)towlower((wint_t)code);
	/* A final sigma is a sigma. */
	if (code == 0x3C2 && folding->how != FOLD_NAME)
		code = 0x3C3;
	if (folding->how == FOLD_ORDER && put_place(folding, code))
		return;
	for (size_t i = 0; folding->how >= FOLD_BASE && i < sizeof(plain_letters) / sizeof(plain_letters[0]); i++)
		if (plain_letters[i].letter == code) {
			fold_put_text(folding, plain_letters[i].plain);
			return;
		}
	fold_put(folding, code);
}

/* Syllables are numbered by their letters. */
static void put_hangul(struct folding *folding, uint32_t code)
{
	uint32_t index = code - HANGUL, tail = index % HANGUL_TAILS;
	fold_put(folding, 0x1100 + index / (HANGUL_VOWELS * HANGUL_TAILS));
	fold_put(folding, 0x1161 + index / HANGUL_TAILS % HANGUL_VOWELS);
	if (tail > 0)
		fold_put(folding, 0x11A7 + tail);
}

static void fold_code(struct folding *folding, uint32_t code)
{
	uint32_t marks[MARKS_MAX];
	unsigned count = 0;
	const struct fold_pair *pair;
	if (mark_class(code) != 0) {
		fold_add_mark(folding, code);
		return;
	}
	flush_marks(folding);
	if (code >= HANGUL && code <= HANGUL_END) {
		put_hangul(folding, code);
		return;
	}
	/* й is a letter of its alphabet, not и with a mark. */
	bool whole = folding->how == FOLD_ORDER && (code == 0x419 || code == 0x439);
	while (!whole && count < MARKS_MAX && (pair = find_pair(code)) != NULL) {
		if (pair->mark != 0)
			marks[count++] = pair->mark;
		code = pair->base;
	}
	put_base(folding, code);
	while (count > 0) {
		uint32_t mark = marks[--count];
		/* Those of other writings, such as Japanese, change the letter. */
		if (mark_class(mark) != 0) {
			fold_add_mark(folding, mark);
		} else {
			flush_marks(folding);
			fold_put(folding, mark);
		}
	}
}

size_t fold_text(char *out, size_t size, const char *text, size_t length, enum fold how)
{
	struct folding folding = { .out = out, .size = size, .how = how };
	const char *end = text + length;
	if (size == 0)
		return 0;
	while (text < end) {
		/* Nearly all there are. */
		if ((unsigned char)*text < 0x80) {
			flush_marks(&folding);
			if (folding.used + 1 < size)
				out[folding.used++] = how == FOLD_NAME ? *text : lower(*text);
			text++;
			continue;
		}
		fold_code(&folding, text_decode(&text, end));
	}
	flush_marks(&folding);
	out[folding.used] = '\0';
	return folding.used;
}

static size_t trimmed(const char **text)
{
	*text += strspn(*text, " ");
	size_t length = strlen(*text);
	while (length > 0 && (*text)[length - 1] == ' ')
		length--;
	return length;
}

/* Not by the C library: in Turkish I is no i to it. */
static bool same_ascii(const char *a, const char *b, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (lower(a[i]) != lower(b[i]))
			return false;
	return true;
}

static bool same(const char *a, const char *b, enum fold how)
{
	size_t a_length = trimmed(&a), b_length = trimmed(&b);
	char one[FOLD_ROOM(TEXT_MAX)], other[FOLD_ROOM(TEXT_MAX)];
	if (a_length == b_length && memcmp(a, b, a_length) == 0)
		return true;
	if (fold_is_ascii(a, a_length) && fold_is_ascii(b, b_length))
		return how == FOLD_CASE && a_length == b_length && same_ascii(a, b, a_length);
	/* The longer one, cut, must not be the shorter. */
	if (a_length > TEXT_MAX || b_length > TEXT_MAX)
		return false;
	a_length = fold_text(one, sizeof(one), a, a_length, how);
	b_length = fold_text(other, sizeof(other), b, b_length, how);
	return a_length == b_length && memcmp(one, other, a_length) == 0;
}

bool fold_same_name(const char *a, const char *b)
{
	return same(a, b, FOLD_NAME);
}

bool fold_same_word(const char *a, const char *b)
{
	return same(a, b, FOLD_CASE);
}

/* As strcasestr(), whose preparations cost more than a whole search in texts as short as these. */
static bool contains_ascii(const char *text, size_t length, const char *wanted)
{
	size_t need = strlen(wanted);
	char first = lower(wanted[0]);
	for (; length >= need; text++, length--)
		if (need == 0 || (lower(*text) == first && same_ascii(text, wanted, need)))
			return true;
	return false;
}

bool fold_contains(const char *text, size_t length, const char *wanted)
{
	char folded[FOLD_ROOM(TEXT_MAX)], looked[FOLD_ROOM(TEXT_MAX)];
	size_t need = strlen(wanted);
	bool plain = fold_is_ascii(wanted, need);
	if (fold_is_ascii(text, length))
		return plain && contains_ascii(text, length, wanted);
	length = fold_text(folded, sizeof(folded), text, length, plain ? FOLD_BASE : FOLD_CASE);
	if (plain)
		return contains_ascii(folded, length, wanted);
	need = fold_text(looked, sizeof(looked), wanted, need, FOLD_CASE);
	return memmem(folded, length, looked, need) != NULL;
}

bool text_same(const char *a, const char *b)
{
	return fold_same_word(a, b);
}

/* Names in configuration files are shorter; a longer one has no near name. */
enum { NAME_MAX_COMPARED = 64, FOLDED_MAX = FOLD_ROOM(NAME_MAX_COMPARED) };

/* Bytes to insert, delete, change or swap to make b of a (optimal string alignment); both are folded. */
static size_t distance(const char *a, const char *b)
{
	size_t m = strlen(a), n = strlen(b);
	size_t rows[3][FOLDED_MAX + 1];
	for (size_t j = 0; j <= n; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= m; i++) {
		size_t *now = rows[i % 3], *before = rows[(i + 2) % 3], *earlier = rows[(i + 1) % 3];
		now[0] = i;
		for (size_t j = 1; j <= n; j++) {
			size_t change = before[j - 1] + (a[i - 1] != b[j - 1]);
			size_t best = before[j] < now[j - 1] ? before[j] + 1 : now[j - 1] + 1;
			if (change < best)
				best = change;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
				earlier[j - 2] + 1 < best)
				best = earlier[j - 2] + 1;
			now[j] = best;
		}
	}
	return rows[m % 3][n];
}

const char *text_nearest(const char *typed, const char *(*name_at)(const void *table, size_t index), const void *table)
{
	const char *best = NULL, *name;
	char wanted[FOLDED_MAX], folded[FOLDED_MAX];
	size_t least = strlen(typed) / 3 + 1;
	if (strlen(typed) > NAME_MAX_COMPARED)
		return NULL;
	fold_text(wanted, sizeof(wanted), typed, strlen(typed), FOLD_CASE);
	for (size_t i = 0; (name = name_at(table, i)) != NULL; i++) {
		if (strlen(name) > NAME_MAX_COMPARED)
			continue;
		fold_text(folded, sizeof(folded), name, strlen(name), FOLD_CASE);
		size_t far = distance(wanted, folded);
		if (far <= least && (best == NULL || far < least)) {
			best = name;
			least = far;
		}
	}
	return best;
}

struct text_hint text_hint(const char *near, const char *otherwise)
{
	struct text_hint hint;
	if (near != NULL)
		snprintf(hint.text, sizeof(hint.text), " (did you mean '%.80s'?)", near);
	else
		snprintf(hint.text, sizeof(hint.text), "%s", otherwise);
	return hint;
}

const char *text_skip_mark(const char *text)
{
	static const char mark[] = "\xef\xbb\xbf";
	return text != NULL && strncmp(text, mark, sizeof(mark) - 1) == 0 ? text + sizeof(mark) - 1 : text;
}

/* C, POSIX and C.UTF-8 order by numbers, which puts É behind Z. */
static bool locale_orders(void)
{
	const char *name = setlocale(LC_COLLATE, NULL);
	return name != NULL && strcmp(name, "POSIX") != 0 && strcmp(name, "C") != 0 && strncmp(name, "C.", 2) != 0;
}

/* The whole of a letter and its mark; 0: there is none. */
static uint32_t fold_join(uint32_t base, uint32_t mark)
{
	for (size_t i = 0; i < sizeof(fold_pairs) / sizeof(fold_pairs[0]); i++)
		if (fold_pairs[i].base == base && fold_pairs[i].mark == mark)
			return fold_pairs[i].whole;
	return 0;
}

/* Letters and marks joined, for locales know letters of their alphabet as wholes. */
static void fold_compose(char *out, size_t size, const char *text)
{
	const char *end = text + strlen(text);
	size_t used = 0, begin = 0;
	uint32_t base = 0;
	while (text < end) {
		uint32_t code = text_decode(&text, end), whole = base != 0 &&
			mark_class(code) != 0 ? fold_join(base, code) : 0;
		if (whole != 0)
			used = begin;
		if (used + 4 >= size)
			break;
		begin = mark_class(code) == 0 || whole != 0 ? used : begin;
		base = whole != 0 ? whole : mark_class(code) == 0 ? code : base;
		used += text_encode(out + used, whole != 0 ? whole : code);
	}
	out[used] = '\0';
}

size_t fold_order(char *out, size_t size, const char *text)
{
	char whole[TEXT_MAX + 4] = "";
	size_t length = strlen(text);
	bool ascii = fold_is_ascii(text, length);
	if (!ascii) {
		fold_compose(whole, sizeof(whole), text);
		text = whole;
		length = strlen(text);
	}
	if (locale_orders()) {
		size_t need = strxfrm(out, text, size);
		if (need < size)
			return need;
	}
	size_t used = fold_text(out, size, text, length, FOLD_ORDER);
	/* Where the letters are the same, the ones with accents come after. */
	if (!ascii && used + 2 < size) {
		out[used++] = '\1';
		used += fold_text(out + used, size - used, text, length, FOLD_CASE);
	}
	return used;
}
