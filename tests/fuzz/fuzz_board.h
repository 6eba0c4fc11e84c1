/*
 * What the targets share that end at a board: a layout with every type of panel that has data, an answer of each kind
 * that it takes, and what holds of any board, whatever came. The stage lasts as long as the process.
 */
#ifndef TESTS_FUZZ_FUZZ_BOARD_H
#define TESTS_FUZZ_FUZZ_BOARD_H

#include "fuzz.h"

#include "board/decode.h"

enum { FUZZ_KINDS = FRAME_CAMPAIGNS + 1 };

struct fuzz_stage {
	struct layout *layout;
	struct catalogue teams, services;
	struct request request;
};

struct fuzz_stage *fuzz_stage(void);

/* By enum frame_kind. */
extern const char *const fuzz_good_answers[FUZZ_KINDS];

/* Clean texts, finite numbers, sizes within their caps, keys that are unique. */
void fuzz_check_board(const struct board *board);

#endif
