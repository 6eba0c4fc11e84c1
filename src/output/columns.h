/*
 * The columns that a panel shows, as documents name them: those of the layout, or the fixed ones of panels that
 * have none. Hidden columns are not among them. Everything is constant or borrowed from the layout.
 */
#ifndef OUTPUT_COLUMNS_H
#define OUTPUT_COLUMNS_H

#include "layout/layout.h"

struct shown_column {
	const char *name; /* statistic */
	const char *label;
	enum kind kind;
};

/* 0 for panels without rows, and for availability, which is no grid. */
unsigned columns_count(const struct panel *panel);
struct shown_column columns_at(const struct panel *panel, unsigned index);

#endif
