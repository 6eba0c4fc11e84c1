/*
 * The last day of a publisher by minute, while it is on its way into the history of a screen. Series have the names of the
 * store (store/series); only those that the layout draws over time are kept. It needs a megabyte or two, and is for a short
 * time.
 *
 * Times are seconds since 1970. The layout is borrowed.
 */
#ifndef SESSION_PAST_TABLE_H
#define SESSION_PAST_TABLE_H

#include "board/history.h"
#include "store/hour.h"

struct past_table;

/* So many minutes, which end with the one of until_s. */
struct past_table *past_table_new(const struct layout *layout, int64_t until_s, unsigned minutes);
void past_table_free(struct past_table *table);

/* An hour of a series, if the layout wants it. */
void past_table_add(struct past_table *table, const struct store_name *name, int64_t hour_s,
	const struct store_minute minutes[STORE_HOUR_MINUTES]);

/* Fills pictures that have data of this run and are not filled yet. */
void past_table_fill(struct past_table *table, struct history *history, int64_t wall_from_boot_ms);

/* Fills minutes that have no value although the pictures were filled: while a connection was lost. */
void past_table_mend(struct past_table *table, struct history *history, int64_t wall_from_boot_ms);

#endif
