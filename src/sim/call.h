/*
 * A call (or chat, or form): what will happen to it is drawn when it comes, what did happen is kept beside it.
 *
 * Calls live in a pool and are used again. An event names a call by index and serial number, so that a call's patience
 * cannot end a later call in the same place. The pool owns all calls; queues and agents borrow them.
 */
#ifndef SIM_CALL_H
#define SIM_CALL_H

#include <stdbool.h>
#include <stdint.h>

/* Drawn at arrival, in milliseconds, so that the number of agents does not shift what callers are like. */
struct call_plan {
	int64_t talk;
	int64_t hold_at; /* into the talk; -1: never on hold */
	int64_t hold;
	int64_t after_call;
	int64_t patience; /* -1: for ever */
	unsigned disposition;
	int transfer_to; /* service, or -1 */
	bool callback;   /* asks to be called back instead of hanging up */
};

struct call {
	struct call_plan plan;
	uint32_t index;
	uint32_t serial;
	unsigned service;
	bool outbound;
	bool reached; /* outbound: somebody answered */
	bool waiting;
	int64_t arrived;
	int64_t answered;
	int64_t hold_since; /* -1: not on hold */
	int64_t held;       /* earlier holds of this call */
	struct call *previous;
	struct call *next; /* in the queue, or in the list of free ones */
};

struct call_block;

struct call_pool {
	struct call_block *blocks;
	struct call **all; /* by index */
	uint32_t count;
	uint32_t room;
	struct call *free;
};

void call_pool_init(struct call_pool *pool);
void call_pool_free(struct call_pool *pool);
struct call *call_take(struct call_pool *pool);
void call_give_back(struct call_pool *pool, struct call *call);

/* The call that an event means, or NULL if it is over. */
struct call *call_find(const struct call_pool *pool, uint32_t index, uint32_t serial);

#endif
