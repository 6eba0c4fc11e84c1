/*
 * What a command prints once on standard output: a finished document, or a table made row by row. It is printed whole
 * or not at all.
 *
 * A table is padded text, a JSON list of objects, or CSV. Its columns and widths are borrowed; its text belongs to it
 * until table_end() or table_drop().
 */
#ifndef OUTPUT_STDOUT_DOCUMENT_H
#define OUTPUT_STDOUT_DOCUMENT_H

#include "base/buffer.h"
#include "board/link.h"

enum output_format { FORMAT_TEXT, FORMAT_JSON, FORMAT_CSV };

/* The exit status, after a message if it is a failure. A buffer that is full is not printed at all. */
enum status stdout_document(const struct buffer *document);

struct table {
	const char *const *columns; /* NULL-ended */
	const int *widths;          /* of all but the last */
	enum output_format format;
	struct buffer out;
};

void table_begin(struct table *table, enum output_format format);
void table_row(struct table *table, const char *const *cells);

/* Prints and frees. */
enum status table_end(struct table *table);

/* Frees without printing. */
void table_drop(struct table *table);

#endif
