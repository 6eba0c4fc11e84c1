/*
 * In which state each agent was in the last hour, for the card of an agent.
 *
 * In memory alone, and only where a grid of agents shows their state. Agents are known by a hash of their row's key: no name
 * and no login is kept. Each has 360 places of ten seconds, filled by one look in each of them, so that a short state may be
 * missed; what nobody saw is unknown, as all before the start is. Times are CLOCK_BOOTTIME, as those of the answers.
 */
#ifndef BOARD_STATE_LOG_H
#define BOARD_STATE_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "board/board.h"
#include "layout/state.h"

enum {
	STATE_LOG_SLOT_MS = 10 * 1000, /* a line of 120 cells has three for each; more looks would cost more CPU time */
	STATE_LOG_SLOTS = 360,         /* an hour */
	STATE_LOG_AGENTS_MAX = 2000,   /* 400 kB; a grid of more agents is not read by one person, and is left out */
	STATE_LOG_UNKNOWN = 0,         /* else the state + 1 */
};

struct state_log;

/* NULL: no grid of the layout shows states. The layout must outlive it. */
struct state_log *state_log_new(const struct layout *layout);
void state_log_free(struct state_log *log);

/* Looks at the grids that have new data, each once in ten seconds; interval: seconds between two answers. NULL is fine. */
void state_log_take(struct state_log *log, const struct board *board, double interval);

/* Takes what a board of the same layout knew at an earlier time: a look for each minute, into places that are unknown. */
void state_log_fill(struct state_log *log, const struct board *past);

/* Copies what the log of another version of the layout knows; either may be NULL. */
void state_log_adopt(struct state_log *log, const struct state_log *old);

/*
 * The hour until now_ms of the agent whose row has this key (board_key()), oldest first. False if nothing of it is known: then
 * out is all unknown.
 */
bool state_log_read(const struct state_log *log, const char *key, int64_t now_ms, unsigned char out[STATE_LOG_SLOTS]);

#endif
