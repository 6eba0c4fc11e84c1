#include "screen/cell_cache.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"

enum { KEYS_OF_LINE = LAYOUT_COLUMNS_MAX + 2 };

void cell_cache_open(struct cell_cache *cache, int lines)
{
	cell_cache_close(cache);
	cache->lines = lines;
	cache->keys = must_alloc(((unsigned long)lines * KEYS_OF_LINE + 1) * sizeof(*cache->keys));
	cell_cache_forget(cache);
}

void cell_cache_close(struct cell_cache *cache)
{
	free(cache->keys);
	*cache = (struct cell_cache){ .valid = false };
}

void cell_cache_forget(struct cell_cache *cache)
{
	cache->valid = false;
	if (cache->keys != NULL)
		memset(cache->keys, 0, (size_t)cache->lines * KEYS_OF_LINE * sizeof(*cache->keys));
}

bool cell_cache_ground(struct cell_cache *cache, int line, uint64_t ground)
{
	uint64_t *keys = cache->keys + (size_t)line * KEYS_OF_LINE;
	if (keys[0] == ground)
		return false;
	keys[0] = ground;
	memset(keys + 1, 0, LAYOUT_COLUMNS_MAX * sizeof(*keys));
	return true;
}

bool cell_cache_cell(struct cell_cache *cache, int line, unsigned column, uint64_t key)
{
	uint64_t *at = &cache->keys[(size_t)line * KEYS_OF_LINE + 1 + column];
	bool differs = *at != key;
	*at = key;
	return differs;
}

/* FNV-1a of 64 bits: of a million different looks two share a key with a chance of one to thirty million. */
uint64_t cell_cache_key(uint64_t before, const char *text, unsigned number)
{
	static const uint64_t prime = 1099511628211u;
	uint64_t sum = before != 0 ? before : 14695981039346656037u;
	for (; *text != '\0'; text++)
		sum = (sum ^ (unsigned char)*text) * prime;
	sum = (sum ^ (number + 256)) * prime;
	return sum != 0 ? sum : 1;
}
