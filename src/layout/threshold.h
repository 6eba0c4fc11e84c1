/*
 * Limits of values: "> 5", "< 80 %", ">= 2m", and the severity that follows from them.
 *
 * A threshold is in displayed units (seconds, percents, counts). It holds only where a cell is wholly a number: no
 * blank, stale, missing or textual value is ever severe.
 */
#ifndef LAYOUT_THRESHOLD_H
#define LAYOUT_THRESHOLD_H

#include <stdbool.h>

#include "base/error.h"
#include "layout/value.h"

enum severity {
	SEVERITY_NONE,
	SEVERITY_WARN,
	SEVERITY_ALERT,
};

extern const char *const severity_names[]; /* by enum severity, NULL-ended */

enum comparison {
	COMPARE_NONE, /* no threshold */
	COMPARE_LT,
	COMPARE_LE,
	COMPARE_GT,
	COMPARE_GE,
	COMPARE_EQ,
	COMPARE_NE,
};

struct threshold {
	enum comparison comparison;
	double number;
};

/* A number with an optional unit s, m, h, % (blanks allowed); seconds for s, m, h. The unit must suit the kind. */
bool threshold_number(const char *text, enum kind kind, double *number, struct error *error);

/* The operator that a text begins with; returns its length, 0 if there is none. */
size_t threshold_operator(const char *text, enum comparison *out);

/* An operator and a number; "60" alone means "> 60" where low is good, and is refused where it is not known. */
bool threshold_read(const char *text, enum kind kind, enum direction good, struct threshold *out, struct error *error);

/* As people read it: "> 5", "< 80 %", "> 1:00"; "" without one. */
void threshold_text(const struct threshold *threshold, enum kind kind, char *out, size_t size);

bool threshold_holds(const struct threshold *threshold, double number);

/* Whether it holds for some numbers from least to most, for none, or for all of them. */
enum threshold_reach { THRESHOLD_MAY, THRESHOLD_NEVER, THRESHOLD_ALWAYS };
enum threshold_reach threshold_reach(const struct threshold *threshold, double least, double most);

/* The worse of the two that holds. */
enum severity threshold_severity(const struct threshold *warn, const struct threshold *alert, const struct cell *cell);

#endif
