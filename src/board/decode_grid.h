/*
 * Decoding of one panel's part of an answer into its spare data. Part of board/decode; nobody else includes it.
 *
 * Each function fills a freshly reset struct panel_data and returns false only for a structural fault, which
 * refuses the whole frame.
 */
#ifndef BOARD_DECODE_GRID_H
#define BOARD_DECODE_GRID_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "board/board.h"
#include "board/query.h"

/* What one decoding works with. */
struct decoding {
	const struct json *json;
	struct json *row;              /* for a row that is kept closed; NULL outside the subscription */
	const struct request_set *set; /* NULL outside the subscription */
	struct panel_data *data;       /* the spare */
	int64_t wall_ms;
	enum names names;
	struct error *error;
	unsigned filled;                 /* panels that found what was asked for */
	unsigned rows_seen, values_seen; /* of grids: for the blank-columns report */
};

/* node: the array of grids of the app id. found is false where our grid is not among them. */
bool decode_grid(struct decoding *decoding, int node, bool *found);

/* node: the object of stats_totals, to the row of the panel's columns. */
bool decode_totals_row(struct decoding *decoding, int node, struct cell **out);

/* An agent grid, counted by state. */
bool decode_states(struct decoding *decoding, int node, bool *found);

bool decode_messages(struct decoding *decoding, int node);
bool decode_campaigns(struct decoding *decoding, int node);

/* Room for rows x columns and the keys; false (with the error) at the arena's cap. */
bool decode_room(struct decoding *decoding, unsigned rows, unsigned columns);

/* The scrubbed text of a scalar; NULL (with the error) at the arena's cap. */
const char *decode_text(struct decoding *decoding, int node);

#endif
