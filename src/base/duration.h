/*
 * Lengths of time as people write them, the same in files, options and variables: "5", "0.5", "5s", "2m", "1h".
 */
#ifndef BASE_DURATION_H
#define BASE_DURATION_H

#include <stdbool.h>

#include "base/error.h"

/* Seconds; blanks around number and unit are allowed. False with "'TEXT' is not a time; ...". Never negative. */
bool duration_read(const char *text, double *seconds, struct error *error);

#endif
