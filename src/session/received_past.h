/*
 * What a publisher sends of its last day (store/hour), on its way into the history of a screen. Whatever came is checked,
 * kept until the panels have data of their own, and then filled in; after a lost connection only minutes that have no
 * value are.
 */
#ifndef SESSION_RECEIVED_PAST_H
#define SESSION_RECEIVED_PAST_H

#include "session/past_table.h"

/* All zero: nothing came yet. */
struct received_past {
	struct past_table *table; /* NULL: nothing waits */
	struct json json;
	int64_t hour_s;   /* that is read */
	bool ended;       /* all of it came, or none ever will; once at least */
	bool again;       /* what comes is of a later connection */
	int64_t until_ms; /* CLOCK_BOOTTIME; then what is not filled yet is given up; 0: not all came */
};

/* An hour came; NULL: no more will. The history is of this layout. */
void received_past_take(struct received_past *past, const struct layout *layout, struct history *history, const char *bytes,
	size_t length);

/* Panels may have got data. */
void received_past_fill(struct received_past *past, struct history *history);

/* Another layout or another history: what waits is dropped. */
void received_past_drop(struct received_past *past);
void received_past_free(struct received_past *past);

#endif
