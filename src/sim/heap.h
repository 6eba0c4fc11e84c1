/*
 * The simulation's calendar: a binary heap of events, earliest first, and in order of adding among equals.
 *
 * The order among equals is what makes a day repeatable to the byte. Events are never taken out before their time: an
 * event carries the serial number of its subject, and whoever handles it drops it when the subject has moved on.
 * The heap owns its array.
 */
#ifndef SIM_HEAP_H
#define SIM_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event {
	int64_t at;     /* milliseconds */
	uint64_t order; /* set by heap_add() */
	uint32_t kind;
	uint32_t subject;
	uint32_t serial;
	uint32_t detail;
};

struct heap {
	struct event *events;
	size_t count;
	size_t room;
	uint64_t added;
};

void heap_init(struct heap *heap);
void heap_free(struct heap *heap);
void heap_add(struct heap *heap, struct event event);

/* Takes the earliest event out if it is not later than `until`; false if there is none. */
bool heap_take(struct heap *heap, int64_t until, struct event *out);

#endif
