/* Keys of rows: how a selection finds its row again after the next answer. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "board/rows.h"

enum {
	KEY_TEXT_MAX = 256, /* of a key made of texts; the ordinal keeps longer ones apart */
};

/* Rows by key: open addressing, at most half full. */
struct key_table {
	uint32_t *slots; /* row + 1; 0: free */
	uint32_t *uses;  /* of the key of a row, how many rows wanted it */
	uint32_t size;
	const char *const *keys;
};

/* The row that has the key already, or -1 after entering this one. */
static int table_enter(struct key_table *table, const char *key, unsigned row)
{
	uint32_t at = text_hash(key) % table->size;
	while (table->slots[at] != 0) {
		uint32_t other = table->slots[at] - 1;
		if (strcmp(table->keys[other], key) == 0)
			return (int)other;
		at = (at + 1) % table->size;
	}
	table->slots[at] = row + 1;
	table->uses[row] = 1;
	return -1;
}

/*
 * All texts of the row, as one that ends in a newline. Numbers and states change; names do not. No text of the API
 * holds a newline, so that such a key, numbered or not, is never another row's own.
 */
static void texts_of_row(struct rows *rows, unsigned row, char out[KEY_TEXT_MAX])
{
	const struct cell *cells = rows_cells(rows, row);
	size_t used = 0;
	out[0] = '\0';
	for (unsigned i = 0; cells != NULL && i < rows->format.shown && used < KEY_TEXT_MAX - 1; i++) {
		if (rows->format.columns[i].kind != KIND_TEXT || cells[i].state != VALUE_TEXT)
			continue;
		int more = snprintf(out + used, KEY_TEXT_MAX - used, "%s\n", cells[i].text);
		used += more > 0 ? (size_t)more : 0;
	}
	if (used > KEY_TEXT_MAX - 1)
		used = KEY_TEXT_MAX - 1;
	if (used == 0)
		used = 1;
	memcpy(out + used - 1, "\n", 2);
}

/* At the cap a row has no key of its own: it cannot be selected, and nothing else is lost. */
static const char *keep(struct rows *rows, const char *text)
{
	const char *copy = arena_copy(&rows->arena, text, strlen(text));
	return copy == NULL ? "" : copy;
}

/* Row 0 .. row-1 have their keys. */
static void give_key(struct rows *rows, struct key_table *table, unsigned row)
{
	char wanted[ROWS_TEXT_MAX], texts[KEY_TEXT_MAX], key[KEY_TEXT_MAX + 16];
	rows_read_key(&rows->format, rows_open(rows, row), 0, wanted);
	if (wanted[0] != '\0') {
		rows->keys[row] = keep(rows, wanted);
		if (table_enter(table, rows->keys[row], row) < 0)
			return;
		rows->again[row] = true;
	}
	texts_of_row(rows, row, texts);
	/* Rows of equal texts are numbered; the first one's count tells how many there were. */
	rows->keys[row] = keep(rows, texts);
	int first = table_enter(table, rows->keys[row], row);
	if (first < 0)
		return;
	snprintf(key, sizeof(key), "%s#%u", texts, (unsigned)++table->uses[first]);
	rows->keys[row] = keep(rows, key);
}

const char *const *rows_keys(struct rows *rows)
{
	if (rows->keyed || rows->count == 0)
		return rows->keys;
	struct key_table table = {
		.slots = rows->slots, .uses = rows->uses, .size = rows->count * 2 + 1, .keys = rows->keys,
	};
	memset(rows->slots, 0, table.size * sizeof(*rows->slots));
	memset(rows->again, 0, rows->count * sizeof(*rows->again));
	for (unsigned row = 0; row < rows->count; row++)
		give_key(rows, &table, row);
	rows->keyed = true;
	return rows->keys;
}

bool rows_again(struct rows *rows, unsigned row)
{
	(void)rows_keys(rows);
	return rows->again[row];
}

/* A number or literal without quotes reads the same. */
static bool is_literal(const char *text, size_t length)
{
	return strspn(text, "0123456789+-.eE") >= length || (length == 4 && memcmp(text, "true", 4) == 0) ||
		(length == 5 && memcmp(text, "false", 5) == 0);
}

/* The first byte that is not printable ASCII, at which scrubbing may take something away; NULL: there is none. */
static const char *unusual(const char *at, const char *end)
{
	for (; at < end; at++)
		if ((unsigned char)*at >= 0x7F)
			return at;
	return NULL;
}

/* Whether scrubbing makes this text of another one. No row has a backslash, so that quotes end a text. */
static bool another_becomes(const struct rows *rows, size_t all, const char *text, size_t length)
{
	const char *end = rows->bytes + all;
	char clean[ROWS_TEXT_MAX];
	for (const char *at = rows->bytes; (at = unusual(at, end)) != NULL;) {
		const char *from = memrchr(rows->bytes, '"', (size_t)(at - rows->bytes)), *to = memchr(at, '"', (size_t)(end - at));
		if (from == NULL || to == NULL || to - from > ROWS_TEXT_MAX)
			return true;
		size_t left = text_scrub(clean, sizeof(clean), from + 1, (size_t)(to - from - 1));
		if (left == length && memcmp(clean, text, length) == 0)
			return true;
		at = to;
	}
	return false;
}

/* The quoted text of the row's key if it stands once among all rows, so that no other can be called the same. */
static const char *only_one(struct rows *rows, unsigned row, size_t *length)
{
	size_t all = rows->spans[rows->count - 1].end;
	if (rows->format.key < 0 || memchr(rows->bytes, '\\', all) != NULL)
		return NULL;
	const struct json *json = rows_open(rows, row);
	const char *text = json_plain(json, rows_value(&rows->format, json, (unsigned)rows->format.key), length);
	/* Longer ones are cut, and then as long as the room. */
	if (text == NULL || *length >= ROWS_TEXT_MAX - 1 || strspn(text, " ") >= *length || is_literal(text, *length))
		return NULL;
	const char *quoted = text - 1, *found = memmem(rows->bytes, all, quoted, *length + 2);
	if (found != quoted || memmem(found + 1, all - (size_t)(found + 1 - rows->bytes), quoted, *length + 2) != NULL)
		return NULL;
	return another_becomes(rows, all, text, *length) ? NULL : text;
}

const char *rows_key(struct rows *rows, unsigned row)
{
	size_t length = 0;
	if (row >= rows->count)
		return "";
	if (rows->one_key != NULL && rows->one_row == row)
		return rows->one_key;
	const char *text = rows->keyed ? NULL : only_one(rows, row, &length);
	const char *key = text == NULL ? NULL : arena_copy(&rows->arena, text, length);
	if (key == NULL)
		return rows_keys(rows)[row];
	rows->one_row = row;
	rows->one_key = key;
	return key;
}
