/*
 * From a frame to the board: the only reader of the API's answers.
 *
 * All or nothing: on any structural fault the board stays as it was and the error says what was wrong. Missing
 * columns are VALUE_NEVER, an app id that is not ours is passed over, a number, true or null where the API writes
 * texts is taken as that text (null as blank).
 */
#ifndef BOARD_DECODE_H
#define BOARD_DECODE_H

#include <stdbool.h>

#include "base/error.h"
#include "board/board.h"
#include "board/frame.h"
#include "board/query.h"

/* What an accepted answer showed beside the data. */
struct decode_report {
	unsigned ours;       /* sets of ours that it spoke for */
	unsigned filled;     /* panels that got data */
	unsigned foreign;    /* app ids that are not ours */
	int stray;           /* the first key that is no app id, as of an error; 0: none */
	bool bad_part;       /* refused for the data of one app id, and the error does not say that they are of the answer */
	bool proved_percent; /* its totals show for the first time that percentages of totals come as percents */
	bool blank_columns;  /* it has rows, and every column that was asked for is blank or missing: perhaps the other spelling */
};

/* Members of a message that hold its text, its sender (beside first_name and last_name) and its time; NULL-ended. */
struct decode_names {
	const char *content[5], *sender[7], *time[4];
};
extern const struct decode_names decode_names;

/* Report may be NULL. */
bool decode_frame(struct board *board, const struct frame *frame, struct decode_report *report, struct error *error);

/* Whether a value has the form of an app id's part of the answer; an error object has not. */
bool decode_is_set(const struct json *json, int node);

/* Copies the reasons of skipped sets to their panels. */
void decode_reasons(struct board *board, const struct request *request);

#endif
