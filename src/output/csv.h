/*
 * One panel as CSV (RFC 4180): a line of names, then a line for each row, ended by CR LF; fields that need it are
 * in quotes.
 *
 * Numbers are plain (seconds, percents, counts), so that a spreadsheet can compute with them; blank and missing
 * values are empty fields. Texts are as the server sent them: nothing is put before a text that a spreadsheet may
 * take for a formula.
 */
#ifndef OUTPUT_CSV_H
#define OUTPUT_CSV_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/error.h"
#include "board/board.h"

enum { CSV_DOCUMENT_MAX = 128 * 1024 * 1024 };

/* A field, with the comma before it if it is not the first. */
void csv_field(struct buffer *out, bool first, const char *text);

/* Whether the panel has rows. */
bool csv_suits(const struct panel *panel);

/* False with the reason where the panel's data never came: an empty table would look like an answer. */
bool csv_document(const struct board_view *view, const struct panel *panel, struct buffer *out, struct error *error);

#endif
