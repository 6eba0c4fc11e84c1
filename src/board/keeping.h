/*
 * What of a frame may be kept: its bytes as they came, or, where names may not all be shown, with people's
 * rewritten. Shared by whatever keeps frames: recordings, and the last frame. A struct knows each person by the same
 * number as long as it lives; what it gives lasts until the next call.
 */
#ifndef BOARD_KEEPING_H
#define BOARD_KEEPING_H

#include <stdbool.h>

#include "board/frame.h"
#include "board/pseudonym.h"
#include "board/record_pack.h"

struct keeping {
	enum names names;
	struct buffer bytes;
	struct pseudonyms pseudonyms;
};

void keeping_init(struct keeping *keeping, enum names names);
void keeping_free(struct keeping *keeping);

/* The content of the record of a frame. */
bool keeping_frame(struct keeping *keeping, const struct frame *frame, struct record_content *content,
	struct error *error);

/* The name of a row that is a person's, as it may be kept; until the next call. */
const char *keeping_row(struct keeping *keeping, const char *row, char out[PSEUDONYM_MAX]);

#endif
