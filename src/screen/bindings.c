#include "screen/bindings.h"

#include <stdio.h>
#include <string.h>

#include "screen/key.h"

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
