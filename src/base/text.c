#include "base/text.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <wchar.h>

enum { REPLACEMENT = 0xFFFD };

/* LC_CTYPE and the order of texts only: with LC_NUMERIC of a German user 1.5 would be read as 1. */
bool text_locale(void)
{
	bool utf8 = setlocale(LC_CTYPE, "") != NULL && strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	if (!utf8)
		setlocale(LC_CTYPE, "C.UTF-8");
	if (!utf8 || setlocale(LC_COLLATE, "") == NULL)
		setlocale(LC_COLLATE, "C");
	return utf8;
}

/* Length of the sequence that the first byte announces, 0 if it announces none; *code gets its bits. */
static int lead_length(unsigned char lead, uint32_t *code)
{
	if (lead < 0x80)
		return *code = lead, 1;
	if (lead >= 0xC2 && lead <= 0xDF)
		return *code = lead & 0x1F, 2;
	if (lead >= 0xE0 && lead <= 0xEF)
		return *code = lead & 0x0F, 3;
	if (lead >= 0xF0 && lead <= 0xF4)
		return *code = lead & 0x07, 4;
	return 0;
}

uint32_t text_decode(const char **text, const char *end)
{
	const unsigned char *bytes = (const unsigned char *)*text;
	uint32_t code = 0;
	int length = lead_length(bytes[0], &code);
	if (length == 0 || end - *text < length) {
		*text += 1;
		return REPLACEMENT;
	}
	for (int i = 1; i < length; i++) {
		if ((bytes[i] & 0xC0) != 0x80) {
			*text += 1;
			return REPLACEMENT;
		}
		code = code << 6 | (bytes[i] & 0x3F);
	}
	/* Overlong forms, surrogates and codes above U+10FFFF are invalid (RFC 3629). */
	static const uint32_t least[5] = { 0, 0, 0x80, 0x800, 0x10000 };
	if (code < least[length] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) {
		*text += 1;
		return REPLACEMENT;
	}
	*text += length;
	return code;
}

size_t text_encode(char *out, uint32_t code)
{
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	size_t length = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	static const unsigned char leads[5] = { 0, 0, 0xC0, 0xE0, 0xF0 };
	for (size_t i = length - 1; i > 0; i--) {
		out[i] = (char)(0x80 | (code & 0x3F));
		code >>= 6;
	}
	out[0] = (char)(leads[length] | code);
	return length;
}

struct range {
	uint32_t first, last;
};

/* Characters that change the order or the width of what follows, or cannot be seen: UAX #9, UTS #39. */
static const struct range vanishing[] = {
	{ 0x00AD, 0x00AD }, { 0x034F, 0x034F }, { 0x061C, 0x061C }, { 0x115F, 0x1160 }, { 0x17B4, 0x17B5 },
	{ 0x180B, 0x180F }, { 0x200B, 0x200F }, { 0x202A, 0x202E }, { 0x2060, 0x206F }, { 0x3164, 0x3164 },
	{ 0xFE00, 0xFE0F }, { 0xFEFF, 0xFEFF }, { 0xFFA0, 0xFFA0 }, { 0xFFF0, 0xFFFB }, { 0x1BCA0, 0x1BCA3 },
	{ 0x1D173, 0x1D17A }, { 0xE0000, 0xE0FFF },
};

static bool code_vanishes(uint32_t code)
{
	for (size_t i = 0; i < sizeof(vanishing) / sizeof(vanishing[0]); i++)
		if (code >= vanishing[i].first && code <= vanishing[i].last)
			return true;
	return false;
}

bool text_has_control(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return true;
	return false;
}

struct scrub {
	char *out;
	size_t size;
	size_t used;
	int marks;        /* on the character before */
	bool after_blank; /* that stands for a control character */
};

/* Returns false when the output is full. */
static bool scrub_put(struct scrub *scrub, uint32_t code)
{
	char bytes[4];
	size_t length = text_encode(bytes, code);
	if (scrub->used + length >= scrub->size)
		return false;
	memcpy(scrub->out + scrub->used, bytes, length);
	scrub->used += length;
	return true;
}

static bool scrub_code(struct scrub *scrub, uint32_t code)
{
	bool control = code < 0x20 || (code >= 0x7F && code <= 0x9F) || code == 0x2028 || code == 0x2029;
	bool noncharacter = (code >= 0xFDD0 && code <= 0xFDEF) || (code & 0xFFFE) == 0xFFFE;
	if (control) {
		if (scrub->used > 0 && scrub->out[scrub->used - 1] == ' ')
			return true;
		scrub->marks = 0;
		scrub->after_blank = true;
		return scrub_put(scrub, ' ');
	}
	if (code == ' ' && scrub->after_blank)
		return true;
	if (code_vanishes(code))
		return true;
	if (noncharacter)
		code = REPLACEMENT;
	int width = wcwidth((wchar_t)code);
	if (width < 0)
		code = REPLACEMENT;
	scrub->after_blank = false;
	scrub->marks = width == 0 ? scrub->marks + 1 : 0;
	/* A mark needs a character to stand on: at the start it would join our own frame. */
	if (width == 0 && (scrub->marks > TEXT_MARKS_MAX || scrub->used == 0))
		return true;
	return scrub_put(scrub, code);
}

/* Characters of one byte that are what they are: nearly all there are. Returns how many it took. */
static size_t scrub_plain(struct scrub *scrub, const char *text, const char *end)
{
	size_t room = scrub->size - 1 - scrub->used, count = 0;
	if (scrub->after_blank && *text == ' ')
		return 0;
	while (text + count < end && count < room && text[count] >= ' ' && text[count] < 0x7F)
		count++;
	if (count == 0)
		return 0;
	memcpy(scrub->out + scrub->used, text, count);
	scrub->used += count;
	scrub->marks = 0;
	scrub->after_blank = false;
	return count;
}

size_t text_scrub(char *out, size_t size, const char *text, size_t length)
{
	struct scrub scrub = { .out = out, .size = size };
	if (size == 0)
		return 0;
	const char *end = text + length;
	while (text < end) {
		text += scrub_plain(&scrub, text, end);
		if (text < end && !scrub_code(&scrub, text_decode(&text, end)))
			break;
	}
	out[scrub.used] = '\0';
	return scrub.used;
}

void text_trim(char *text)
{
	const char *from = text, *end = text + strlen(text);
	while (from < end) {
		const char *begin = from;
		char bytes[4];
		/* Bytes that are no character come back as another one. */
		size_t length = text_encode(bytes, text_decode(&from, end));
		if (length != (size_t)(from - begin) || memcmp(bytes, begin, length) != 0)
			continue;
		memcpy(text, bytes, length);
		text += length;
	}
	*text = '\0';
}

static int code_width(uint32_t code)
{
	if (code >= ' ' && code < 0x7F)
		return 1;
	int width = wcwidth((wchar_t)code);
	return width < 0 ? 1 : width;
}

int text_width(const char *text)
{
	const char *end = text + strlen(text);
	int width = 0;
	while (text < end)
		width += code_width(text_decode(&text, end));
	return width;
}

/* The longest beginning of text that takes at most columns, marks of its last character included. */
static size_t text_prefix(const char *text, int columns, int *used)
{
	const char *end = text + strlen(text);
	const char *at = text;
	*used = 0;
	while (at < end) {
		const char *next = at;
		int width = code_width(text_decode(&next, end));
		if (*used + width > columns)
			break;
		*used += width;
		at = next;
	}
	return (size_t)(at - text);
}

static size_t text_copy_bytes(char *out, size_t size, size_t used, const char *text, size_t length)
{
	if (used + length >= size)
		return used;
	memcpy(out + used, text, length);
	return used + length;
}

int text_cut(char *out, size_t size, const char *text, int columns, const char *ellipsis)
{
	int used = 0;
	if (size == 0)
		return 0;
	out[0] = '\0';
	if (columns <= 0)
		return 0;
	size_t length = text_prefix(text, columns, &used);
	if (length < size && text[length] == '\0') {
		memcpy(out, text, length + 1);
		return used;
	}
	int tail = text_width(ellipsis);
	if (tail > columns) {
		ellipsis = "";
		tail = 0;
	}
	length = text_prefix(text, columns - tail, &used);
	size_t bytes = text_copy_bytes(out, size, 0, text, length);
	if (bytes == 0)
		used = 0;
	size_t with_tail = text_copy_bytes(out, size, bytes, ellipsis, strlen(ellipsis));
	if (with_tail > bytes)
		used += tail;
	out[with_tail] = '\0';
	return used;
}

size_t text_fit(const char *text, int columns)
{
	int used;
	return text_prefix(text, columns, &used);
}

/* Where the longest end begins that takes at most so many columns; a mark is not taken from its letter. */
static const char *text_ending(const char *text, int columns)
{
	const char *end = text + strlen(text), *at = text;
	int left = text_width(text);
	while (at < end) {
		const char *next = at;
		int width = code_width(text_decode(&next, end));
		if (left <= columns && width > 0)
			break;
		left -= width;
		at = next;
	}
	return at;
}

int text_cut_middle(char *out, size_t size, const char *text, int columns, const char *ellipsis)
{
	int room = columns - text_width(ellipsis), head = 0;
	if (text_width(text) <= columns || room < 2)
		return text_cut(out, size, text, columns, ellipsis);
	const char *ending = text_ending(text, room / 2);
	size_t length = text_prefix(text, room - room / 2, &head);
	size_t used = text_copy_bytes(out, size, 0, text, length);
	used = text_copy_bytes(out, size, used, ellipsis, strlen(ellipsis));
	used = text_copy_bytes(out, size, used, ending, strlen(ending));
	out[used] = '\0';
	return text_width(out);
}

bool text_equal(const char *a, const char *b)
{
	return strcmp(a == NULL ? "" : a, b == NULL ? "" : b) == 0;
}

uint32_t text_hash(const char *text)
{
	uint32_t sum = 2166136261u;
	for (; *text != '\0'; text++)
		sum = (sum ^ (unsigned char)*text) * 16777619u;
	return sum;
}

/* A format may be a layout's, which no compiler sees; strftime takes no arguments that could be missing. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"

bool text_clock(char *out, size_t size, int64_t wall_ms, const char *format)
{
	struct tm local;
	time_t seconds = (time_t)(wall_ms / 1000);
	if (localtime_r(&seconds, &local) != NULL && strftime(out, size, format, &local) > 0)
		return true;
	out[0] = '\0';
	return false;
}

#pragma GCC diagnostic pop

void text_age(char *out, size_t size, int64_t milliseconds)
{
	long long seconds = milliseconds / 1000;
	if (seconds < 0)
		seconds = 0;
	if (seconds < 60)
		snprintf(out, size, "%lld s", seconds);
	else if (seconds < 60 * 60)
		snprintf(out, size, "%lld min", seconds / 60);
	else if (seconds < 48 * 3600)
		snprintf(out, size, "%lld h", seconds / 3600);
	else
		snprintf(out, size, "%lld days", seconds / 86400);
}

const char *text_plural(uint64_t count, const char *one, const char *many)
{
	return count == 1 ? one : many;
}

void text_wrap(FILE *out, int at, int indent, const char *text)
{
	enum { COLUMNS = 80 };
	bool first = true;
	while (*text != '\0') {
		int length = (int)strcspn(text, " ");
		if (!first && at + 1 + length > COLUMNS) {
			fprintf(out, "\n%*s", indent, "");
			at = indent;
			first = true;
		}
		fprintf(out, "%s%.*s", first ? "" : " ", length, text);
		at += length + !first;
		first = false;
		text += length + (text[length] == ' ');
	}
	fputc('\n', out);
}

void text_cause(char *out, size_t size, const char *cause, const char *advice)
{
	size_t length = strlen(cause);
	bool stops = length > 0 && strchr(".?!", cause[length - 1]) != NULL;
	snprintf(out, size, "%s%s%s", cause, advice[0] == '\0' || length == 0 ? "" : stops ? " " : ". ", advice);
}
