#include "sim/heap.h"

#include <stdlib.h>

#include "base/log.h"

/* A day of 40 agents has about 200 events pending. */
enum { HEAP_ROOM_FIRST = 256 };

void heap_init(struct heap *heap)
{
	*heap = (struct heap){ 0 };
}

void heap_free(struct heap *heap)
{
	free(heap->events);
	heap_init(heap);
}

static bool earlier(const struct event *a, const struct event *b)
{
	return a->at != b->at ? a->at < b->at : a->order < b->order;
}

void heap_add(struct heap *heap, struct event event)
{
	size_t at = heap->count++;
	if (heap->count > heap->room) {
		heap->room = heap->room ? heap->room * 2 : HEAP_ROOM_FIRST;
		heap->events = must_realloc(heap->events, heap->room * sizeof(*heap->events));
	}
	event.order = heap->added++;
	while (at > 0 && earlier(&event, &heap->events[(at - 1) / 2])) {
		heap->events[at] = heap->events[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	heap->events[at] = event;
}

static void sink(struct heap *heap, struct event event)
{
	size_t at = 0, child;
	while ((child = 2 * at + 1) < heap->count) {
		if (child + 1 < heap->count && earlier(&heap->events[child + 1], &heap->events[child]))
			child++;
		if (!earlier(&heap->events[child], &event))
			break;
		heap->events[at] = heap->events[child];
		at = child;
	}
	heap->events[at] = event;
}

bool heap_take(struct heap *heap, int64_t until, struct event *out)
{
	if (heap->count == 0 || heap->events[0].at > until)
		return false;
	*out = heap->events[0];
	heap->count--;
	if (heap->count > 0)
		sink(heap, heap->events[heap->count]);
	return true;
}
