/*
 * `PANEL[ROW].STAT`: which value of the board is meant, read once against a layout and looked up as often as one
 * likes.
 *
 * A row is named by its key or by the name that is shown, in quotes if it has blanks; `*` is any row; totals have
 * none. The struct borrows the layout and owns its few texts; looking up allocates nothing. Part of the grammar of
 * model/expression.
 */
#ifndef MODEL_OPERAND_H
#define MODEL_OPERAND_H

#include <stdbool.h>

#include "base/buffer.h"
#include "base/error.h"
#include "model/moment.h"

enum { OPERAND_ROW_MAX = 256 };

enum operand_rows {
	OPERAND_TOTALS, /* the one row of totals, or the totals under a grid */
	OPERAND_NAMED,
	OPERAND_ANY, /* [*] */
};

struct operand {
	const struct panel *panel;
	unsigned column;
	enum operand_rows rows;
	char row[OPERAND_ROW_MAX];
};

/* A text that is being read. */
struct scan {
	const char *text;
	const char *at;
	const struct layout *layout;
};

void scan_blanks(struct scan *scan);

/* "character 12: " before the error; returns false. */
bool scan_fail(const struct scan *scan, const char *where, struct error *error);

/* A text between ' or " at the scan's place, into out; false with an error if it does not end. */
bool scan_quoted(struct scan *scan, char *out, size_t size, struct error *error);

/* Reads an operand and steps over it. */
bool operand_scan(struct scan *scan, struct operand *operand, struct error *error);

/* The column of the layout that it names. */
const struct column *operand_column(const struct operand *operand);

/*
 * The cell that is meant, with a value in it; row counts for [*] only. NULL where there is none (stale, blank,
 * missing, no such row, two such rows): why (may be NULL) then says so.
 */
const struct cell *operand_cell(const struct operand *operand, const struct moment *moment, unsigned row,
	struct error *why);

/* Whether it names a row that fresh data do not have. */
bool operand_lacks_row(const struct operand *operand, const struct moment *moment);

/* The name of a row that is near the one that it names; NULL: none is. */
const char *operand_near_row(const struct operand *operand, const struct moment *moment);

/* Writes it as a person would: "queues[Sales].in_calls_waiting"; for [*] with the name of the row. */
void operand_print(const struct operand *operand, const struct moment *moment, unsigned row, struct buffer *out);

/* The name that a row shows: of a service, of an agent, else its first column. "" if it shows none. */
const char *row_name(const struct panel *panel, const struct panel_data *data, unsigned row);

#endif
