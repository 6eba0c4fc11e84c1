/*
 * Rows that the strict pass found and that jsmn need not see. Between base/json and base/json_check; nobody else includes it.
 */
#ifndef BASE_JSON_ROWS_H
#define BASE_JSON_ROWS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct json_spans;

enum {
	/*
	 * Runs of neighbouring rows in one text. jsmn is called between them, and each call looks back over all tokens for
	 * what is still open: a cap keeps that linear. An answer has one run for each grid.
	 */
	JSON_RUNS_MAX = 128,
};

/* As json_check(); spans (emptied first) may be NULL. *tokens gets what jsmn will need without the insides of rows. */
bool json_check_rows(const char *text, size_t length, struct json_spans *spans, int *tokens, struct error *error);

#endif
