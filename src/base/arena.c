#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/guard.h"
#include "base/log.h"

/* Where memory is guarded, so much follows each piece. Texts are packed without it. */
enum { ARENA_GUARD = GUARD_BYTES };

struct arena_chunk {
	struct arena_chunk *next;
	size_t room;
	size_t used;
	alignas(max_align_t) char bytes[];
};

/* The first chunk holds a small panel; later ones double. */
enum { ARENA_CHUNK_MIN = 4096 };

void arena_init(struct arena *arena, size_t max)
{
	*arena = (struct arena){ .max = max };
}

static struct arena_chunk *arena_grow(struct arena *arena, size_t size)
{
	size_t room = arena->total > ARENA_CHUNK_MIN ? arena->total : ARENA_CHUNK_MIN;
	if (room < size)
		room = size;
	if (size > arena->max - arena->total)
		return NULL;
	if (room > arena->max - arena->total)
		room = arena->max - arena->total;
	struct arena_chunk *chunk = must_alloc(sizeof(*chunk) + room);
	*chunk = (struct arena_chunk){ .room = room };
	guard_close(chunk->bytes, room);
	arena->total += room;
	struct arena_chunk **last = &arena->first;
	while (*last != NULL)
		last = &(*last)->next;
	*last = chunk;
	return chunk;
}

/* `guard`: bytes that stay free behind it. */
static char *arena_take(struct arena *arena, size_t size, size_t align, size_t guard)
{
	struct arena_chunk *chunk = arena->current != NULL ? arena->current : arena->first;
	for (; chunk != NULL; chunk = chunk->next) {
		size_t from = (chunk->used + align - 1) / align * align;
		if (from > chunk->room || chunk->room - from < size + guard)
			continue;
		chunk->used = from + size + guard;
		arena->current = chunk;
		guard_open(chunk->bytes + from, size);
		return chunk->bytes + from;
	}
	chunk = arena_grow(arena, size + guard);
	if (chunk == NULL)
		return NULL;
	arena->current = chunk;
	chunk->used = size + guard;
	guard_open(chunk->bytes, size);
	return chunk->bytes;
}

void *arena_room(struct arena *arena, size_t size)
{
	size_t align = alignof(max_align_t);
	if (size > SIZE_MAX - align - ARENA_GUARD)
		return NULL;
	return arena_take(arena, size, align, ARENA_GUARD);
}

void *arena_alloc(struct arena *arena, size_t size)
{
	void *memory = arena_room(arena, size);
	if (memory != NULL)
		memset(memory, 0, size);
	return memory;
}

char *arena_copy(struct arena *arena, const char *text, size_t length)
{
	char *copy = arena_take(arena, length + 1, 1, 0);
	if (copy == NULL)
		return NULL;
	memcpy(copy, text, length);
	copy[length] = '\0';
	return copy;
}

void arena_reset(struct arena *arena)
{
	for (struct arena_chunk *chunk = arena->first; chunk != NULL; chunk = chunk->next) {
		chunk->used = 0;
		guard_close(chunk->bytes, chunk->room);
	}
	arena->current = arena->first;
}

void arena_free(struct arena *arena)
{
	struct arena_chunk *chunk = arena->first;
	while (chunk != NULL) {
		struct arena_chunk *next = chunk->next;
		free(chunk);
		chunk = next;
	}
	arena_init(arena, arena->max);
}
