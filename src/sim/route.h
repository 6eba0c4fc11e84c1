/*
 * Which request goes to which call: one table of method, path, access and function.
 *
 * Knows nothing of sockets, so a test can ask it directly. Requests are counted for each row.
 */
#ifndef SIM_ROUTE_H
#define SIM_ROUTE_H

#include "sim/exchange.h"
#include "sim/site.h"

/* Fills the reply, whatever the request. */
void route_answer(struct site *site, const struct request *request, struct reply *reply);

/* Counts a request that a fault answered instead. */
void route_count(struct site *site, const struct request *request);

/* "METHOD PATH": N, ... */
void route_write_counters(struct buffer *out, const struct site *site);

/* Whether the path steers cxsim itself: no fault ever meets it. */
bool route_is_control(const char *path);

#endif
