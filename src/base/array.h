/*
 * Arrays that grow, and an index of items by their texts. Memory is kept until it is freed, so that what is filled
 * again and again allocates nothing once it has seen its largest content. There are no errors: no memory ends the
 * program (base/log).
 */
#ifndef BASE_ARRAY_H
#define BASE_ARRAY_H

#include <stddef.h>
#include <stdint.h>

/*
 * Room for at least `count` items of `size` bytes. Returns items, perhaps moved; NULL and *room = 0 begin an array. New
 * memory is not cleared; the caller frees the array with free().
 */
void *array_reserve(void *items, unsigned *room, unsigned count, size_t size);

/*
 * An open-addressed hash of numbers, found by a text that the owner has for each. Zeroed but for text and context is
 * empty.
 */
struct text_index {
	uint32_t *slots; /* item + 1; 0: free */
	uint32_t size;
	uint32_t count;
	const char *(*text)(const void *context, unsigned item);
	const void *context;
};

/* Forgets all items, and makes room for so many. */
void text_index_clear(struct text_index *index, unsigned items);

/* The item of this text; -1: none. */
int text_index_find(const struct text_index *index, const char *text);

/* The item that has this text already, or -1 after entering this one. */
int text_index_add(struct text_index *index, const char *text, unsigned item);

void text_index_free(struct text_index *index);

#endif
