/*
 * What the history is about: series, which are named by what they are numbers of, and their rows. The name of a column's series
 * is the same in all layouts, so that what one wall saw fills the pictures of another.
 */
#ifndef STORE_SERIES_H
#define STORE_SERIES_H

#include <stdbool.h>
#include <stdint.h>

#include "layout/layout.h"

enum {
	STORE_MINUTE_S = 60,
	STORE_QUARTER_S = 15 * 60,
	STORE_MINUTES_HOURS = 48, /* minutes are kept so long: yesterday, to the minute, the whole of today */
	STORE_NAME_MAX = 512,     /* longer lists of services are cut, and told apart by a number */
	STORE_STATISTIC_MAX = 512,
	STORE_PATH_MAX = 1024,
};

enum store_every {
	STORE_MINUTE,
	STORE_QUARTER,
};

enum store_scope {
	STORE_SERVICE, /* a row of a grid, or totals over one service */
	STORE_TOTAL,   /* over several services, or all */
	STORE_SCOPES,
};

extern const char *const store_scope_names[]; /* NULL-ended, in enum order */

/* What a series is about. */
struct store_name {
	enum store_scope scope;
	char name[STORE_NAME_MAX];           /* the service, or the services in order, joined by ", "; "": all */
	char statistic[STORE_STATISTIC_MAX]; /* the API's name; what is counted or computed otherwise has a text of its own */
};

struct store_series {
	int id;
	struct store_name name;
	enum kind kind;
	bool counter; /* adds up over the day: rows say what it gained */
};

/* A minute or a quarter-hour of a series. Numbers are as they are shown: seconds, percents. */
struct store_row {
	int series;
	int64_t time_s; /* its start */
	double mean, largest, last;
	double gained; /* what a counter rose by within this time; NAN: not known, or no counter */
	double missed; /* what it rose by since the row before, when nobody looked; NAN likewise */
};

/*
 * The series of a column: of a row of a service grid with the service's name, else (NULL) of totals. False for what is never
 * kept: texts, agents.
 */
bool store_column_name(const struct panel *panel, unsigned column, const char *service, struct store_name *name);

/* Whether a column is kept: a number of services or totals. And whether a layout has any such column. */
bool store_column_is_kept(const struct panel *panel, unsigned column);
bool store_keeps(const struct layout *layout);

/* Whether the series of a column is a counter of the day. */
bool store_column_counts(const struct column *column);

#endif
