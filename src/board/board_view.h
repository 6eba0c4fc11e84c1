/*
 * The board as it is now: what an expression, a document or a line of text is about. Borrowed for one call; nothing
 * here owns or changes anything, and the time is an argument.
 */
#ifndef BOARD_BOARD_VIEW_H
#define BOARD_BOARD_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "board/board.h"
#include "board/link.h"

struct board_view {
	const struct board *board;
	const struct link *link;
	int64_t now_ms;  /* CLOCK_BOOTTIME */
	int64_t wall_ms; /* time of day */
};

/* Whether a panel's own data are older than two of its own intervals; true before the first as well. */
bool board_view_stale(const struct board_view *view, const struct panel *panel);

/* Seconds since a panel's data came; -1 before the first. */
double board_view_age(const struct board_view *view, const struct panel *panel);

/* Whether what is known of a service's availability is that old; false while nothing is. */
bool board_view_service_stale(const struct board_view *view, const struct service_availability *service);

#endif
