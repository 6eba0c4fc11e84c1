/*
 * The pools of a layout: for each staffing panel what was seen of its services, and what follows from it, which goes into
 * the cells of that panel and of tiles that show it.
 *
 * Fed with the board after each accepted answer. At most one pool is computed at each answer, the one whose numbers are
 * oldest, so that fifty cost no more than one. Memory is taken at pools_new(); nothing is allocated afterwards. The layout must outlive
 * the pools.
 */
#ifndef BOARD_POOLS_H
#define BOARD_POOLS_H

#include <stdbool.h>
#include <stdint.h>

#include "board/board.h"
#include "board/history.h"
#include "board/staffing.h"

struct pools;

/* NULL: the layout has no pool. */
struct pools *pools_new(const struct layout *layout);
void pools_free(struct pools *pools);

/* Takes over what was seen of the same services by the pools of another version of the layout. */
void pools_adopt(struct pools *pools, const struct pools *old);

/* Nothing is known any more. */
void pools_clear(struct pools *pools);

/*
 * Begins with what a history has of the last hour, for pools that have seen less of it themselves; tried again at each call
 * for the first minutes, because a history is filled little by little. Accepts NULL for either.
 */
void pools_fill(struct pools *pools, const struct history *history, int64_t now_ms, int64_t wall_from_boot_ms);

/*
 * Takes panels that got new data since the last call, and puts numbers into the board. wall_from_boot_ms: what makes a time of
 * day; interval: seconds between two answers. Accepts NULL.
 */
void pools_take(struct pools *pools, struct board *board, int64_t wall_from_boot_ms, double interval);

/* Computes all pools now, for whoever shows one answer. */
void pools_take_all(struct pools *pools, struct board *board, int64_t wall_from_boot_ms, double interval);

/* Of a panel: what its numbers were made of. False where nothing is known: *lacks is the statistic then. */
bool pools_look(const struct pools *pools, const struct panel *panel, struct staffing_inputs *inputs, struct staffing_forecast *forecast,
	enum staffing_stat *lacks);

/* The pool of a staffing panel, for what is known of earlier times. NULL: it has none. */
struct staffing_pool *pools_pool(struct pools *pools, const struct panel *panel);

#endif
