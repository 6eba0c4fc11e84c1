#include "base/array.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"

/* The first growth: fewer items would be grown at once. */
enum { ARRAY_ROOM_MIN = 16 };

void *array_reserve(void *items, unsigned *room, unsigned count, size_t size)
{
	if (count <= *room)
		return items;
	if (count > INT_MAX)
		fatal("an array of %u items", count);
	unsigned wanted = *room < ARRAY_ROOM_MIN ? ARRAY_ROOM_MIN : *room;
	while (wanted < count)
		wanted *= 2;
	*room = wanted;
	return must_realloc(items, wanted * size);
}

/* The slot of a text, or the free one where it belongs. */
static uint32_t *index_slot(const struct text_index *index, const char *text)
{
	uint32_t at = text_hash(text) % index->size;
	while (index->slots[at] != 0 && strcmp(index->text(index->context, index->slots[at] - 1), text) != 0)
		at = (at + 1) % index->size;
	return &index->slots[at];
}

void text_index_clear(struct text_index *index, unsigned items)
{
	/* At most half full. */
	uint32_t size = 2 * items + 1;
	if (size > index->size) {
		index->slots = must_realloc(index->slots, size * sizeof(*index->slots));
		index->size = size;
	}
	if (index->size > 0)
		memset(index->slots, 0, index->size * sizeof(*index->slots));
	index->count = 0;
}

static void index_grow(struct text_index *index)
{
	uint32_t *old = index->slots, size = index->size;
	index->slots = NULL;
	index->size = 0;
	text_index_clear(index, size < ARRAY_ROOM_MIN ? ARRAY_ROOM_MIN : size);
	for (uint32_t at = 0; at < size; at++)
		if (old[at] != 0)
			(void)text_index_add(index, index->text(index->context, old[at] - 1), old[at] - 1);
	free(old);
}

int text_index_find(const struct text_index *index, const char *text)
{
	return index->size == 0 ? -1 : (int)*index_slot(index, text) - 1;
}

int text_index_add(struct text_index *index, const char *text, unsigned item)
{
	if (2 * index->count >= index->size)
		index_grow(index);
	uint32_t *slot = index_slot(index, text);
	if (*slot != 0)
		return (int)*slot - 1;
	*slot = item + 1;
	index->count++;
	return -1;
}

void text_index_free(struct text_index *index)
{
	free(index->slots);
	*index = (struct text_index){ .text = index->text, .context = index->context };
}
