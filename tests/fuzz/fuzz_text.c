/* Text from others: scrubbing, cutting, widths. The first two bytes choose a size and a number of columns. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "base/text.h"

static const char *const ellipses[] = { "…", "...", "~" };

/* Each step goes on, and never beyond the end; valid characters are written as they were read. */
static void check_decode(const char *text, size_t length)
{
	const char *at = text, *end = text + length;
	while (at < end) {
		const char *before = at;
		char again[4];
		uint32_t code = text_decode(&at, end);
		PROMISE(at > before && at <= end && at - before <= 4);
		PROMISE(code <= 0x10FFFF && !(code >= 0xD800 && code <= 0xDFFF));
		size_t step = (size_t)(at - before);
		if (code != 0xFFFD || step > 1)
			PROMISE(text_encode(again, code) == step && memcmp(again, before, step) == 0);
	}
}

static void check_scrub(const char *text, size_t length, char *clean, size_t size)
{
	size_t used = text_scrub(clean, size, text, length);
	PROMISE(used < size && used == strlen(clean));
	PROMISE(fuzz_clean(clean));
	char *again = malloc(size);
	PROMISE(text_scrub(again, size, clean, used) == used && strcmp(again, clean) == 0);
	free(again);
}

/* A smaller room gives a beginning of the same. */
static void check_scrub_small(const char *text, size_t length, const char *clean, size_t size)
{
	char *small = malloc(size + 1);
	size_t used = text_scrub(small, size, text, length);
	PROMISE(used == 0 || used < size);
	PROMISE(size == 0 || strncmp(small, clean, used) == 0);
	free(small);
}

/* The rest of the text must begin with a character that takes room of its own: marks stay with theirs. */
static void check_border(const char *rest)
{
	const char *next = rest;
	if (*rest == '\0')
		return;
	uint32_t code = text_decode(&next, rest + strlen(rest));
	PROMISE(wcwidth((wchar_t)code) != 0);
}

static void check_cut(const char *clean, int columns, const char *ellipsis, size_t size)
{
	char *out = malloc(size + 1);
	int used = text_cut(out, size, clean, columns, ellipsis);
	size_t length = size == 0 ? 0 : strlen(out), tail = strlen(ellipsis);
	if (size == 0) {
		free(out);
		return;
	}
	PROMISE(length < size && fuzz_clean(out));
	PROMISE(used >= 0 && (columns <= 0 ? used == 0 : used <= columns) && used == text_width(out));
	bool whole = strcmp(out, clean) == 0;
	if (!whole && length >= tail && strcmp(out + length - tail, ellipsis) == 0)
		length -= tail;
	PROMISE(strncmp(out, clean, length) == 0);
	if (!whole)
		check_border(clean + length);
	if (text_width(clean) <= columns && strlen(clean) < size)
		PROMISE(whole);
	free(out);
}

/* Wherever a snprintf() ends, whole characters are left. */
static void check_trim(const char *clean, size_t cut)
{
	size_t length = strlen(clean);
	cut = cut < length ? cut : length;
	char *text = fuzz_string((const uint8_t *)clean, cut);
	text_trim(text);
	PROMISE(fuzz_utf8(text) && strncmp(text, clean, strlen(text)) == 0 && strlen(text) + 4 > cut);
	free(text);
}

static const char *name_at(const void *table, size_t index)
{
	static const char *const names[] = { "in_calls_waiting", "agents_ready", "service_level", "a", "" };
	(void)table;
	return index < sizeof(names) / sizeof(names[0]) ? names[index] : NULL;
}

int fuzz_text(const uint8_t *data, size_t size)
{
	fuzz_begin();
	if (size < 2)
		return 0;
	size_t room = data[0];
	int columns = (int)data[1] - 1;
	const char *text = (const char *)data + 2;
	size_t length = size - 2, full = 4 * length + 8;
	char *clean = malloc(full);
	check_decode(text, length);
	check_scrub(text, length, clean, full);
	check_scrub_small(text, length, clean, room);
	check_trim(clean, room);
	for (size_t i = 0; i < sizeof(ellipses) / sizeof(ellipses[0]); i++) {
		check_cut(clean, columns, ellipses[i], full);
		check_cut(clean, columns, ellipses[i], room);
	}
	const char *near = text_nearest(clean, name_at, NULL);
	PROMISE(near == NULL || strlen(near) <= 2 * strlen(clean) + 1);
	/* What is much longer than every name is near to none. */
	PROMISE(near == NULL || strlen(clean) <= 64);
	free(clean);
	return 0;
}
