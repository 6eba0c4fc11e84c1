/*
 * What is remembered of a period, by parts of the day: calls of services and totals, or single statistics.
 *
 * Made of the rows of a store. Calls are what counters gained; what they gained while nobody looked is in the whole and in
 * no part. Service levels come from the counters' last values by the arithmetic of board/calls; where these do not fit
 * what was gained, because nobody looked or a counter began anew within a row, the difference is what may be wrong about
 * the level. Parts in which nothing is known are blank, and those of which a piece was not recorded are partial.
 *
 * The caller has a struct spans made with spans_new(), says which lines and series it wants, reads, and frees.
 */
#ifndef STORE_SPANS_H
#define STORE_SPANS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "board/calls.h"
#include "store/store.h"

/* Of all lines or series together: 150 MB. */
enum { SPANS_CELLS_MAX = 1000 * 1000 };

/* A part of the day, or what of it lies in the period. */
struct spans_part {
	int64_t from_s, until_s;
	bool partial; /* a piece of it was not recorded, is not in the period, or is still to come */
	bool seen;    /* something was recorded in it */
};

/* The calls of a service, or of totals. */
struct spans_line {
	enum store_scope scope;
	char name[STORE_NAME_MAX];
	struct calls_span *parts; /* as many as there are */
	struct calls_span whole;
	double missed[CALLS_COUNTERS]; /* of the whole: in no part */
	double threshold;              /* seconds, the last; -1: not known */
	bool sent[CALLS_STATS];        /* had a value in the period */
	unsigned decimals;             /* of the service level */
	struct calls_reading last, now;
	double gained[CALLS_COUNTERS]; /* in the row that is read; NAN: not known */
	double missed_now[CALLS_COUNTERS];
	bool touched;
};

struct spans_value {
	double mean, largest, last, gained; /* NAN: none */
	unsigned count; /* of rows */
};

struct spans_series {
	struct store_series about;
	struct spans_value *parts, whole;
	double missed; /* of the whole; NAN: none */
};

struct spans {
	int64_t from_s, until_s, now_s; /* whole quarter-hours, or minutes */
	int minutes;                    /* of a part; LOCAL_DAY_MINUTES: days; 1: minutes, where they are kept */
	int64_t minutes_from_s;         /* before it are quarter-hours instead of minutes; 0: nowhere */
	struct spans_part *parts;
	unsigned count;
	struct spans_line *lines;
	unsigned line_count;
	struct spans_series *series;
	unsigned series_count;
	unsigned resets;   /* times at which counters of the lines began anew */
	int64_t reset_s;   /* the row of the last one */
	int64_t missing_s; /* from the first to the last row, without any */
};

/*
 * The parts of a period; what lies before the first and behind the last row of the store is left out. NULL with an error if
 * there is no row in it, or the store cannot be read (*unreadable is then true).
 */
struct spans *spans_new(struct store *store, int64_t from_s, int64_t until_s, int64_t now_s, int minutes, bool *unreadable,
	struct error *error);
void spans_free(struct spans *spans);

/* What is to be read; false if it is too much. */
bool spans_add_line(struct spans *spans, enum store_scope scope, const char *name, struct error *error);
bool spans_add_series(struct spans *spans, const struct store_series *series, struct error *error);

/* Reads all that was added; series of the lines are looked up among `all`. False if the store cannot be read. */
bool spans_read(struct spans *spans, struct store *store, const struct store_series *all, unsigned all_count);

#endif
