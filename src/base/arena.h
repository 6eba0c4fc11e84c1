/*
 * Memory for many small things that die together: a layout's texts, a board's cells.
 *
 * arena_reset() forgets everything and keeps the memory, so a board that is decoded again and again
 * allocates nothing once it has seen its largest answer. Nothing is freed singly.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena_chunk;

struct arena {
	struct arena_chunk *first;
	struct arena_chunk *current;
	size_t total; /* bytes in all chunks */
	size_t max;   /* cap on total */
};

void arena_init(struct arena *arena, size_t max);

/* Zeroed, aligned for any type. NULL only when the cap would be passed: the input is too large. */
void *arena_alloc(struct arena *arena, size_t size);

/* The same, with whatever was there before: for what is filled at once. */
void *arena_room(struct arena *arena, size_t size);

/* A NUL-ended copy of length bytes, packed behind the last one; NULL at the cap. */
char *arena_copy(struct arena *arena, const char *text, size_t length);

void arena_reset(struct arena *arena);
void arena_free(struct arena *arena);

#endif
