/*
 * The dates of HTTP (RFC 9110, 5.6.7): the one that is written today and the two obsolete ones, always in GMT.
 *
 * Counts by itself, so that a date past 2038 is right also where time_t has 32 bits. Never looks at the clock.
 */
#ifndef API_HTTP_DATE_H
#define API_HTTP_DATE_H

#include <stdbool.h>
#include <stdint.h>

/* Seconds since 1970. now: the same, for the century of a year of two digits. False: not such a date. */
bool http_date_read(const char *text, int64_t now, int64_t *seconds);

#endif
