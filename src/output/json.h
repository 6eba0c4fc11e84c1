/*
 * The board as one JSON document, for scripts: state and age, panels with columns and rows, raw text beside the typed value.
 *
 * Only what a panel shows leaves the process: hidden columns and row keys are not here. The document ends in a newline.
 */
#ifndef OUTPUT_JSON_H
#define OUTPUT_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "model/board.h"
#include "model/link.h"

enum {
	JSON_DOCUMENT_VERSION = 1,
	JSON_DOCUMENT_MAX = 256 * 1024 * 1024, /* the largest board there can be */
};

struct json_document {
	const struct board *board;
	const struct link *link;
	const char *tenant;
	const struct panel *only; /* NULL: all panels */
	int64_t now_ms, wall_ms;
};

/* Writes to a buffer that is cleared first; false only at its cap. */
bool json_document(const struct json_document *document, struct buffer *out);

#endif
