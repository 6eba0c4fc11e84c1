/*
 * The last answer of the subscription with the request that it answers, so that another layout can show at once what is in
 * it: the preview of one that may be chosen, and one that was chosen before its own first answer. Memory is reused.
 */
#ifndef BOARD_LAST_ANSWER_H
#define BOARD_LAST_ANSWER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/json.h"
#include "board/board.h"
#include "board/frame.h"

enum { LAST_ANSWER_BYTES_MAX = 4 * 1024 * 1024 }; /* a larger one is not kept: that many agents are no preview */

struct last_answer {
	bool known;
	struct buffer bytes, request; /* the request as it is recorded */
	int64_t received_ms, wall_ms;
	struct json json;
};

void last_answer_init(struct last_answer *last);
void last_answer_free(struct last_answer *last);

/* Keeps an accepted frame of data; others are not looked at. */
void last_answer_keep(struct last_answer *last, const struct frame *frame, double interval);

/* It is about another time, as after a jump in a replay. */
void last_answer_forget(struct last_answer *last);

/* Puts into the board, of whatever layout, the data of its panels that are in it. */
void last_answer_fill(struct last_answer *last, struct board *board);

/*
 * A board of another layout with what is known for it: panels that ask for the same, and what of others is in the last
 * answer. Columns and tiles that are not in it are what never came; panels say why they have nothing. The caller frees it
 * before the layout.
 */
struct board *last_answer_board(struct last_answer *last, const struct board *now, const struct layout *layout, const char *absent);

#endif
