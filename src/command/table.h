/*
 * A table that a command prints: padded text, a JSON list of objects, or CSV, whatever --format says. Printed
 * whole or not at all.
 */
#ifndef COMMAND_TABLE_H
#define COMMAND_TABLE_H

#include "base/buffer.h"
#include "command/app.h"

struct table {
	const char *const *columns; /* NULL-ended */
	const int *widths;          /* of all but the last */
	int format;
	unsigned rows;
	struct buffer out;
};

void table_begin(struct table *table, const struct app *app);
void table_row(struct table *table, const char *const *cells);

/* Prints and frees; an exit status. */
int table_end(struct table *table);

/* Frees without printing. */
void table_drop(struct table *table);

#endif
