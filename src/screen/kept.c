#include "screen/kept.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"

enum { KEYS_OF_LINE = LAYOUT_COLUMNS_MAX + 2 };

void kept_open(struct kept *kept, int lines)
{
	kept_close(kept);
	kept->lines = lines;
	kept->keys = must_alloc(((unsigned long)lines * KEYS_OF_LINE + 1) * sizeof(*kept->keys));
	kept_forget(kept);
}

void kept_close(struct kept *kept)
{
	free(kept->keys);
	*kept = (struct kept){ .valid = false };
}

void kept_forget(struct kept *kept)
{
	kept->valid = false;
	if (kept->keys != NULL)
		memset(kept->keys, 0, (size_t)kept->lines * KEYS_OF_LINE * sizeof(*kept->keys));
}

bool kept_ground(struct kept *kept, int line, uint64_t ground)
{
	uint64_t *keys = kept->keys + (size_t)line * KEYS_OF_LINE;
	if (keys[0] == ground)
		return false;
	keys[0] = ground;
	memset(keys + 1, 0, LAYOUT_COLUMNS_MAX * sizeof(*keys));
	return true;
}

bool kept_cell(struct kept *kept, int line, unsigned column, uint64_t key)
{
	uint64_t *at = &kept->keys[(size_t)line * KEYS_OF_LINE + 1 + column];
	bool differs = *at != key;
	*at = key;
	return differs;
}

/* FNV-1a of 64 bits: of a million different looks two share a key with a chance of one to thirty million. */
uint64_t kept_key(uint64_t before, const char *text, unsigned number)
{
	static const uint64_t prime = 1099511628211u;
	uint64_t sum = before != 0 ? before : 14695981039346656037u;
	for (; *text != '\0'; text++)
		sum = (sum ^ (unsigned char)*text) * prime;
	sum = (sum ^ (number + 256)) * prime;
	return sum != 0 ? sum : 1;
}
