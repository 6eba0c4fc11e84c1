/*
 * What a pool of services is told by, and what is told of it: the statistics that staffing needs, and the values that follow
 * from them, as columns of a staffing panel. The values stand first, the statistics behind them.
 */
#ifndef LAYOUT_STAFF_H
#define LAYOUT_STAFF_H

#include "layout/staffing_stat.h"
#include "layout/value.h"

enum staff_value {
	STAFF_NONE, /* it is none */
	STAFF_MISSING, /* people: needed less those here; below 0 some are spare */
	STAFF_NEEDED,
	STAFF_HERE,
	STAFF_LEVEL, /* of the next half-hour */
	STAFF_LOW,
	STAFF_HIGH,
	STAFF_WAIT,
	STAFF_ABANDONED,
	STAFF_EVIDENCE, /* 1: there is enough of it, 0: there is not */
	STAFF_FEWER_2,  /* the level with so many people */
	STAFF_FEWER_1,
	STAFF_MORE_1,
	STAFF_MORE_2,
	STAFF_MORE_3,
	STAFF_END,
};

enum { STAFF_VALUES = STAFF_END - 1, STAFF_COLUMNS = STAFF_VALUES + STAFFING_STATS };

struct staff_about {
	const char *name;  /* by which conditions and documents know it */
	const char *label;
	enum kind kind;
};

/* By enum staff_value; that of STAFF_NONE is empty. */
extern const struct staff_about staff_values[STAFF_END];

/* The settings of a tile, from STAFF_MISSING on; NULL-ended. */
extern const char *const staff_tile_names[];

/* Columns of a staffing panel. */
static inline unsigned staff_column(enum staff_value value)
{
	return (unsigned)value - 1;
}

static inline unsigned staff_stat_column(enum staffing_stat stat)
{
	return STAFF_VALUES + (unsigned)stat;
}

#endif
