/*
 * Reading HTTP headers: dates, Retry-After, and whether a text may be a header at all.
 *
 * Pure: the clock is an argument. Dates (RFC 9110, 5.6.7) are the one that is written today and the two obsolete ones,
 * always in GMT; they are counted by hand, so that a date past 2038 is right also where time_t has 32 bits.
 */
#ifndef API_HTTP_HEADER_H
#define API_HTTP_HEADER_H

#include <stdbool.h>
#include <stdint.h>

enum { HTTP_RETRY_AFTER_MAX = 600 }; /* seconds: no server may silence a wall for longer */

/* Whether a text may be put into a header: it must not contain control characters. */
bool http_header_clean(const char *text);

/* Seconds of a Retry-After header, a number or a date; capped; -1 if it says nothing. */
double http_retry_after(const char *value, int64_t wall_ms);

/* Seconds since 1970. now: the same, for the century of a year of two digits. False: not such a date. */
bool http_date_read(const char *text, int64_t now, int64_t *seconds);

#endif
