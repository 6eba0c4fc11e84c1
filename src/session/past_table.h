/*
 * What was before, by minute and by quarter-hour, while it is on its way into a session's history: of a simulation, whose
 * answers come one by one, or of a publisher, whose hours a broker keeps. Series have the names of the store (store/series);
 * only those that the layout draws over time are kept. It needs some megabytes, and is for a short time.
 *
 * Times are seconds since 1970. The layout is borrowed.
 */
#ifndef SESSION_PAST_TABLE_H
#define SESSION_PAST_TABLE_H

#include "board/history.h"
#include "store/hour.h"

struct past_table;

/* Minutes that end with the one at until_s, and before them quarter-hours: so many of both. */
struct past_table *past_table_new(const struct layout *layout, int64_t until_s, unsigned minutes, unsigned quarters);
void past_table_free(struct past_table *table);

/* Quarter-hours behind `minutes` that the layout compares today with, or that its charts show. */
unsigned past_table_quarters(const struct layout *layout, unsigned minutes);

/* The totals of a board as they were at the end of a minute, or of a quarter-hour. In any order. */
void past_table_take(struct past_table *table, const struct board *board, int64_t time_s);

/* An hour of a series, if the layout wants it. */
void past_table_add(struct past_table *table, const struct store_name *name, int64_t hour_s,
	const struct store_minute minutes[STORE_HOUR_MINUTES]);

/* Fills pictures that have data of this run and are not filled yet. */
void past_table_fill(struct past_table *table, struct history *history, int64_t wall_from_boot_ms);

/* Fills minutes that have no value although the pictures were filled: while a connection was lost. */
void past_table_mend(struct past_table *table, struct history *history, int64_t wall_from_boot_ms);

#endif
