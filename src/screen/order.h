/*
 * Which rows of a grid are shown, and in which order: the server's order, filtered by a text, sorted by a
 * column, rows in alarm floated to the top.
 *
 * Rows are numbers into the panel's data; they are found anew when the data or the wishes change. Memory grows
 * with the largest grid and is kept; without a wish nothing is stored at all.
 */
#ifndef SCREEN_ORDER_H
#define SCREEN_ORDER_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "board/board.h"
#include "layout/layout_text.h"
#include "screen/pattern.h"

enum { ORDER_FILTER_MAX = PATTERN_MAX };

/* The row of a position that there is not: no data have so many. */
#define ORDER_NO_ROW UINT_MAX

struct order {
	char filter[ORDER_FILTER_MAX]; /* "": all rows */
	char search[ORDER_FILTER_MAX]; /* the last filter that was not ""; stays when the filter goes */
	struct pattern pattern;        /* of that */
	int state;                     /* only agents in this one (enum acd_state); -1: in any */
	int column;                    /* -1: the server's order */
	bool descending;
	bool changed; /* a wish changed */
	unsigned count;
	bool plain; /* rows stand as they came; `rows` means nothing */
	unsigned *rows, *scratch;
	struct order_key *keys; /* what rows are compared by */
	struct order_text *texts; /* by hash: which texts have which keys among the bytes */
	unsigned text_room, fresh; /* places; keys made since all were forgotten */
	char *bytes;
	unsigned long used, byte_room;
	unsigned room;
	const struct panel_data *data; /* that rows was made from, in this state; only compared */
	int64_t received_ms;
	uint64_t version;
	unsigned total; /* rows that there were, shown or not */
	bool stale;
};

void order_init(struct order *order);
void order_free(struct order *order);

/* A text, or an expression (screen/pattern). */
void order_filter(struct order *order, const char *text);

/* Why the filter hides nothing though there is one; NULL: it does. */
const char *order_filter_trouble(const struct order *order);

/* As settings of a layout, with texts in the arena; what a layout cannot say is appended to `left`. */
void order_change(const struct order *order, const struct panel *panel, struct panel_change *change, struct arena *texts,
	struct buffer *left);

void order_state(struct order *order, int state);
void order_sort(struct order *order, int column, bool descending);

/*
 * Brings rows up to date with the data. Whoever looks at positions does this first, because an answer may have come
 * since the last drawing; it costs nothing when none did.
 */
void order_update(struct order *order, const struct panel *panel, const struct panel_data *data, bool stale);

/* The row at a position; ORDER_NO_ROW at none. */
unsigned order_row(const struct order *order, unsigned position);

/* Position of a row's key, looked for from `near` first; -1 if it is not shown. */
long order_find(const struct order *order, const struct panel_data *data, const char *key, unsigned near);

/* Position of the next row in a direction (1, -1) that contains the search text, all the way round; -1: none does. */
long order_match(struct order *order, const struct panel_data *data, long from, int direction);

#endif
