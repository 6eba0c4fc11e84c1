/*
 * The board as one JSON document, for scripts: state and age, panels with columns and rows, raw text beside the
 * typed value.
 *
 * Only what a panel shows leaves the process: hidden columns and row keys are not here. The document ends in a
 * newline. Its form is that of doc/snapshot.schema.json.
 */
#ifndef OUTPUT_JSON_H
#define OUTPUT_JSON_H

#include <stdbool.h>

#include "base/buffer.h"
#include "board/board.h"

enum {
	JSON_DOCUMENT_VERSION = 1,
	JSON_DOCUMENT_MAX = 256 * 1024 * 1024, /* the largest board there can be */
};

/* Writes to a buffer that is cleared first; false only at its cap. tenant may be NULL; only NULL: all panels. */
bool json_document(const struct board_view *view, const char *tenant, const struct panel *only, struct buffer *out);

#endif
