/*
 * What a column, a tile or a panel means, in words: for whoever reads a wall and does not know the names of the API.
 *
 * All of it is made of the layout and the table of statistics. Nothing is allocated; the caller owns the lines.
 */
#ifndef LAYOUT_MEANING_H
#define LAYOUT_MEANING_H

#include "layout/expression.h"
#include "layout/layout.h"

enum { MEANING_LINES_MAX = 12, MEANING_TEXT_MAX = 1200 /* a formula is a line of a file */ };

struct meaning {
	const char *label; /* "Means", "Formula", "Limits", ... */
	char text[MEANING_TEXT_MAX];
};

/* Lines about a column, a tile or a series; their number. scales: of the server's percentages. */
unsigned meaning_of_column(const struct panel *panel, unsigned column, const struct scales *scales,
	struct meaning lines[MEANING_LINES_MAX]);

/* What the panel shows, as a sentence or two. */
const char *meaning_of_panel(const struct panel *panel);

/* How sure we are that the server knows the name, as a sentence. */
const char *meaning_of_evidence(const struct statistic *known);

/* A condition in words: "Waiting of Sales in Queues is above 10, and ...". */
void meaning_of_condition(const struct expression *condition, char *out, size_t size);

/* The limits of a column in one line, for each state where there are several; "none". */
void meaning_of_limits(const struct column *column, char *out, size_t size);

#endif
