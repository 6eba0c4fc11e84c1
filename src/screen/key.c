#include "screen/key.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

struct named {
	const char *name;
	uint32_t key;
};

static const struct named table[] = {
	{ "Up", INPUT_UP }, { "Down", INPUT_DOWN }, { "Left", INPUT_LEFT }, { "Right", INPUT_RIGHT },
	{ "PgUp", INPUT_PAGE_UP }, { "PgDn", INPUT_PAGE_DOWN }, { "Home", INPUT_HOME }, { "End", INPUT_END },
	{ "Tab", INPUT_TAB }, { "Shift-Tab", INPUT_BACK_TAB }, { "Enter", INPUT_ENTER }, { "Esc", INPUT_ESCAPE },
	{ "Space", ' ' }, { "F1", INPUT_F1 }, { "F2", INPUT_F1 + 1 }, { "F3", INPUT_F1 + 2 }, { "F4", INPUT_F1 + 3 },
	{ "F5", INPUT_F1 + 4 }, { "F6", INPUT_F1 + 5 }, { "F7", INPUT_F1 + 6 }, { "F8", INPUT_F1 + 7 },
	{ "F9", INPUT_F1 + 8 }, { "F10", INPUT_F1 + 9 }, { "F11", INPUT_F1 + 10 }, { "F12", INPUT_F12 },
};

uint32_t key_read(const char *name)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (text_same(table[i].name, name))
			return table[i].key;
	/* Ctrl-A is 1: the letter's low five bits. */
	if (strncmp(name, "Ctrl-", 5) == 0 && name[5] >= 'A' && name[5] <= 'Z' && name[6] == '\0')
		return (uint32_t)(name[5] & 0x1F);
	const char *at = name, *end = name + strlen(name);
	if (at == end)
		return INPUT_NONE;
	uint32_t code = text_decode(&at, end);
	return at == end ? code : INPUT_NONE;
}

/* Letters of other keyboards, and what stands at their places. */
static const struct {
	const char *letters, *latin;
} layouts[] = {
	{ "йцукенгшщзхъфывапролджэячсмитьбюё", "qwertyuiop[]asdfghjkl;'zxcvbnm,.`" },
	{ "ЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮЁ", "QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>~" },
	{ "іїєґўІЇЄҐЎ", "s]'\\oS}\"|O" },
	{ "ςερτυθιοπασδφγηξκλζχψωβνμ", "wertyuiopasdfghjklzxcvbnm" },
	{ "ΕΡΤΥΘΙΟΠΑΣΔΦΓΗΞΚΛΖΧΨΩΒΝΜ", "ERTYUIOPASDFGHJKLZXCVBNM" },
};

uint32_t key_latin(uint32_t key)
{
	for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]) && key >= 0x80; i++) {
		const char *at = layouts[i].letters, *end = at + strlen(at);
		for (const char *latin = layouts[i].latin; at < end; latin++)
			if (text_decode(&at, end) == key)
				return (unsigned char)*latin;
	}
	return key;
}

static const char *name_at(const void *context, size_t index)
{
	(void)context;
	return index < sizeof(table) / sizeof(table[0]) ? table[index].name : NULL;
}

const char *key_nearest(const char *name)
{
	return text_nearest(name, name_at, NULL);
}

int key_next(const char **list, char *name, int size)
{
	int used = 0;
	while (**list == ' ')
		(*list)++;
	for (; **list != '\0' && **list != ' '; (*list)++)
		if (used + 1 < size)
			name[used++] = **list;
	name[used] = '\0';
	return used > 0;
}

enum { NAME_MAX_BYTES = 16 };

void bindings_add(struct bindings *bindings, const char *keys)
{
	if (bindings->count == BINDINGS_MAX)
		return;
	bindings->own[bindings->count] = false;
	snprintf(bindings->keys[bindings->count++], BINDINGS_TEXT_MAX, "%s", keys);
}

void bindings_clear(struct bindings *bindings, unsigned action)
{
	bindings->own[action] = true;
	bindings->keys[action][0] = '\0';
}

static void append(char *list, const char *name)
{
	size_t used = strlen(list);
	snprintf(list + used, BINDINGS_TEXT_MAX - used, "%s%s", used > 0 ? " " : "", name);
}

/* The list without a key. */
static void take_away(struct bindings *bindings, unsigned action, uint32_t key)
{
	char before[BINDINGS_TEXT_MAX], name[NAME_MAX_BYTES];
	const char *at = before;
	memcpy(before, bindings->keys[action], sizeof(before));
	bindings->keys[action][0] = '\0';
	while (key_next(&at, name, sizeof(name)))
		if (key_read(name) != key)
			append(bindings->keys[action], name);
}

bool bindings_give(struct bindings *bindings, unsigned action, const char *name, unsigned *other)
{
	uint32_t key = key_read(name);
	unsigned place;
	int holder = bindings_find(bindings, key, &place);
	*other = holder >= 0 ? (unsigned)holder : action;
	if (holder == (int)action)
		return true;
	if (holder >= 0 && bindings->own[holder])
		return false;
	if (strlen(bindings->keys[action]) + strlen(name) + 2 > BINDINGS_TEXT_MAX)
		return false;
	if (holder >= 0)
		take_away(bindings, (unsigned)holder, key);
	append(bindings->keys[action], name);
	return true;
}

int bindings_find(const struct bindings *bindings, uint32_t key, unsigned *place)
{
	for (unsigned i = 0; i < bindings->count; i++) {
		const char *keys = bindings->keys[i];
		char name[NAME_MAX_BYTES];
		for (*place = 0; key_next(&keys, name, sizeof(name)); (*place)++)
			if (key_read(name) == key)
				return (int)i;
	}
	return -1;
}
