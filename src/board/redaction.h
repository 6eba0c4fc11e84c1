/*
 * What of a frame may be kept or sent on where not all names of people may be shown: initials and a number in their
 * place.
 *
 * The same name always has the same number while the struct lives, and no two names share one, so that rows stay
 * distinct; extensions are left out. So is what nobody asked for: an answer is written anew from the columns of its
 * request. Names are known by their statistic (board/privacy), not by their look. What a function gives lasts until the
 * next call.
 */
#ifndef BOARD_REDACTION_H
#define BOARD_REDACTION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/buffer.h"
#include "base/json.h"
#include "board/frame.h"
#include "board/privacy.h"
#include "board/record.h"

enum {
	PSEUDONYM_MAX = 128,
	/* Texts of all people that a wall may see in months; after that new ones are hidden. */
	PSEUDONYM_BYTES_MAX = 16 * 1024 * 1024,
};

struct request_set;

struct pseudonyms {
	struct arena arena;
	unsigned first;     /* numbers up to it stand for others: an earlier run's, of which no names are kept */
	const char **names; /* by number - first - 1 */
	unsigned count, room;
	struct text_index index; /* of the names */
	struct json json;
	bool full;       /* names of people may be kept as they are */
	bool shown_only; /* of hidden columns only the key is kept, as a number; service names stay */
};

void pseudonyms_init(struct pseudonyms *pseudonyms);
void pseudonyms_free(struct pseudonyms *pseudonyms);

/* "M. M. 7"; "" for a blank one. */
void pseudonym(struct pseudonyms *pseudonyms, enum person person, const char *name, char out[PSEUDONYM_MAX]);

/* Appends the bytes of a FRAME_DATA without what may not be kept. */
bool pseudonyms_frame(struct pseudonyms *pseudonyms, const struct frame *frame, struct buffer *out,
	struct error *error);

/*
 * The same for one app id at a time: reads an answer, then appends {"APP-ID": ...} of one of the request's sets.
 * False without an error if the answer has nothing for it; the frame must still be there.
 */
bool pseudonyms_open(struct pseudonyms *pseudonyms, const struct frame *frame, struct error *error);
bool pseudonyms_set(struct pseudonyms *pseudonyms, const struct request_set *set, struct buffer *out);

/* For whatever keeps frames: recordings, and the last frame. */
struct redaction {
	enum names names;
	struct buffer bytes;
	struct pseudonyms pseudonyms;
};

void redaction_init(struct redaction *redaction, enum names names);
void redaction_free(struct redaction *redaction);

/* The content of the record of a frame. */
bool redaction_content(struct redaction *redaction, const struct frame *frame, struct record_content *content,
	struct error *error);

/* The name of a row that is a person's, as it may be kept; until the next call. */
const char *redaction_row_name(struct redaction *redaction, const char *row, char out[PSEUDONYM_MAX]);

#endif
