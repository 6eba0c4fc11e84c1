#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define FUZZ_ROW(name) { #name, fuzz_##name },
const struct fuzz_target fuzz_targets[] = { FUZZ_TARGETS(FUZZ_ROW) { NULL, NULL } };

void fuzz_broken(const char *file, int line, const char *promise)
{
	fprintf(stderr, "%s:%d: broken promise: %s\n", file, line, promise);
	fflush(NULL);
	abort();
}

void fuzz_begin(void)
{
	static bool begun;
	if (!begun)
		text_locale();
	begun = true;
}

char *fuzz_string(const uint8_t *data, size_t size)
{
	size_t length = size == 0 ? 0 : strnlen((const char *)data, size);
	char *text = malloc(length + 1);
	if (text == NULL)
		abort();
	if (length > 0)
		memcpy(text, data, length);
	text[length] = '\0';
	return text;
}

/* The next code point, or -1 where the bytes are no UTF-8. By the table of RFC 3629, section 4. */
static int32_t next_code(const unsigned char **at)
{
	static const struct {
		unsigned char first, last, second_first, second_last;
		int more;
	} rows[] = {
		{ 0x01, 0x7F, 0, 0, 0 }, { 0xC2, 0xDF, 0x80, 0xBF, 1 }, { 0xE0, 0xE0, 0xA0, 0xBF, 2 },
		{ 0xE1, 0xEC, 0x80, 0xBF, 2 }, { 0xED, 0xED, 0x80, 0x9F, 2 }, { 0xEE, 0xEF, 0x80, 0xBF, 2 },
		{ 0xF0, 0xF0, 0x90, 0xBF, 3 }, { 0xF1, 0xF3, 0x80, 0xBF, 3 }, { 0xF4, 0xF4, 0x80, 0x8F, 3 },
	};
	static const unsigned char masks[] = { 0x7F, 0x1F, 0x0F, 0x07 };
	const unsigned char *text = *at;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (text[0] < rows[i].first || text[0] > rows[i].last)
			continue;
		int32_t code = text[0] & masks[rows[i].more];
		for (int part = 1; part <= rows[i].more; part++) {
			unsigned char least = part == 1 ? rows[i].second_first : 0x80;
			unsigned char most = part == 1 ? rows[i].second_last : 0xBF;
			if (text[part] < least || text[part] > most)
				return -1;
			code = code << 6 | (text[part] & 0x3F);
		}
		*at += rows[i].more + 1;
		return code;
	}
	return -1;
}

bool fuzz_utf8(const char *text)
{
	const unsigned char *at = (const unsigned char *)text;
	while (*at != '\0')
		if (next_code(&at) < 0)
			return false;
	return true;
}

static bool may_be_shown(int32_t code)
{
	static const int32_t hidden[][2] = {
		{ 0x00, 0x1F }, { 0x7F, 0x9F }, { 0xAD, 0xAD }, { 0x61C, 0x61C }, { 0x200B, 0x200F },
		{ 0x2028, 0x202E },
		{ 0x2060, 0x206F }, { 0xFE00, 0xFE0F }, { 0xFEFF, 0xFEFF }, { 0xFFF9, 0xFFFB }, { 0xFFFE, 0xFFFF },
		{ 0xE0000, 0xE007F },
	};
	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		if (code >= hidden[i][0] && code <= hidden[i][1])
			return false;
	return code >= 0;
}

bool fuzz_clean(const char *text)
{
	const unsigned char *at = (const unsigned char *)text;
	while (*at != '\0')
		if (!may_be_shown(next_code(&at)))
			return false;
	return true;
}
