/*
 * Rows that the strict pass found and that jsmn need not see: between base/json, which shows them, and
 * base/json_check.
 */
#ifndef BASE_JSON_ROWS_H
#define BASE_JSON_ROWS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum {
	/* Where the API has the rows of grids: { app id: { grids: [ { "values": [ { */
	JSON_ROW_DEPTH = 6,
	/*
	 * Runs of neighbouring rows in one text. jsmn is called between them, and each call looks back over all tokens
	 * for what is still open: a cap keeps that linear. An answer has one run for each grid.
	 */
	JSON_RUNS_MAX = 128,
};

/* Bytes of a text, from the first to behind the last; no text is larger than 2 GB. */
struct json_span {
	unsigned start, end;
};

struct json_spans {
	struct json_span *list;
	unsigned count, room;
};

/* As json_check(); spans (emptied first) may be NULL. *tokens gets what jsmn will need without the insides of rows. */
bool json_check_rows(const char *text, size_t length, struct json_spans *spans, int *tokens, struct error *error);

#endif
