/*
 * The statistics that the API is known to serve: one row each, and all that the program knows about them.
 *
 * A statistic belongs to a scope: the same name in an agent grid and in a service grid are two rows. The vendor's list
 * is longer than this one, so an unknown name is not an error: its values are text unless a layout gives its kind.
 * The table is constant; nothing is allocated.
 */
#ifndef LAYOUT_STATISTIC_H
#define LAYOUT_STATISTIC_H

#include <stdbool.h>
#include <stddef.h>

enum scope {
	SCOPE_AGENT,   /* a column of an agent grid */
	SCOPE_SERVICE, /* a column of a service grid */
	SCOPE_TOTAL,   /* one value over a set of services */
};

enum kind {
	KIND_TEXT, /* never parsed: a service may be called "1" */
	KIND_STATE,
	KIND_COUNT,
	KIND_DURATION, /* seconds */
	KIND_PERCENT,
};

/* How sure we are that the server knows the name. */
enum evidence {
	EVIDENCE_PUBLISHED, /* in the vendor's collection */
	EVIDENCE_OBSERVED,  /* in public client code */
	EVIDENCE_ASSUMED,   /* made up from the naming pattern: in a shipped layout only where a panel goes on without it */
};

/* Which way is better. */
enum direction {
	DIRECTION_NONE,
	DIRECTION_HIGH,
	DIRECTION_LOW,
};

struct statistic {
	const char *name;
	enum scope scope;
	enum kind kind;
	const char *label; /* in full, for tiles and lists */
	const char *head;  /* short, for the head of a column */
	int width;         /* columns on the screen */
	enum direction good;
	enum evidence evidence;
};

/* NULL if unknown. */
const struct statistic *statistic_find(enum scope scope, const char *name);

/* All rows in order; NULL after the last. */
const struct statistic *statistic_at(size_t index);

/* What it is, in words or as a formula; counters are of the day since the reset hour. "" if unknown. */
const char *statistic_meaning(const char *name);

/*
 * Whether a value adds up since the reset hour, as counters, ratios and averages of the day do: once it is bad it stays
 * so for hours. False for what is so at this moment, and for what is unknown.
 */
bool statistic_of_day(const char *name);

/* Whether its name says that it begins anew each day; the others of a day are shares and means that do not. */
bool statistic_per_day(const char *name);

/* Whether values of a kind compare as texts and not as numbers. */
bool kind_is_text(enum kind kind);

/* Words for lists and layouts; scope_names and kind_names are NULL-ended and in enum order. */
extern const char *const scope_names[];
extern const char *const kind_names[];
extern const char *const evidence_names[];

#endif
