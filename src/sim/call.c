#include "sim/call.h"

#include <stdlib.h>

#include "base/log.h"

/* Calls are taken from the heap by the block, so that pointers to them stay good while the pool grows. */
enum { BLOCK_CALLS = 128 };

struct call_block {
	struct call_block *next;
	struct call calls[BLOCK_CALLS];
};

void call_pool_init(struct call_pool *pool)
{
	*pool = (struct call_pool){ 0 };
}

void call_pool_free(struct call_pool *pool)
{
	while (pool->blocks) {
		struct call_block *next = pool->blocks->next;
		free(pool->blocks);
		pool->blocks = next;
	}
	free(pool->all);
	call_pool_init(pool);
}

static void add_block(struct call_pool *pool)
{
	struct call_block *block = must_alloc(sizeof(*block));
	block->next = pool->blocks;
	pool->blocks = block;
	pool->room += BLOCK_CALLS;
	pool->all = must_realloc(pool->all, pool->room * sizeof(struct call *));
	for (unsigned i = 0; i < BLOCK_CALLS; i++) {
		struct call *call = &block->calls[i];
		*call = (struct call){ .index = pool->count, .next = pool->free };
		pool->all[pool->count++] = call;
		pool->free = call;
	}
}

struct call *call_take(struct call_pool *pool)
{
	struct call *call;
	if (!pool->free)
		add_block(pool);
	call = pool->free;
	pool->free = call->next;
	*call = (struct call){ .index = call->index, .serial = call->serial, .hold_since = -1 };
	return call;
}

void call_give_back(struct call_pool *pool, struct call *call)
{
	call->serial++;
	call->waiting = false;
	call->next = pool->free;
	pool->free = call;
}

struct call *call_find(const struct call_pool *pool, uint32_t index, uint32_t serial)
{
	if (index >= pool->count || pool->all[index]->serial != serial)
		return NULL;
	return pool->all[index];
}
