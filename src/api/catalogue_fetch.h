/*
 * Fetching the catalogues: S6 for teams and cfg/services for services, one after the other, and only those that
 * are needed.
 *
 * The catalogues belong to the caller. If the server refuses a list, its catalogue's reason says so and everything goes
 * on without it. No answer at all is a failure the first time and counts as a refusal the next time, so that a dead
 * endpoint cannot keep the wall dark.
 */
#ifndef API_CATALOGUE_FETCH_H
#define API_CATALOGUE_FETCH_H

#include <stdbool.h>

#include "api/auth.h"
#include "api/http.h"
#include "base/json.h"
#include "board/catalogue.h"
#include "layout/layout.h"

enum catalogue_result {
	CATALOGUE_PENDING, /* the callback follows */
	CATALOGUE_DONE,
	CATALOGUE_FAILED,
	CATALOGUE_UNAUTHORISED,
};

struct catalogue_fetch {
	struct http *http;
	struct auth *auth;
	struct catalogue *teams, *services;
	struct json json;
	bool need_teams, need_services;   /* by the layout */
	bool asked_teams, asked_services; /* answered or refused */
	bool fetching_teams; /* by the request that runs; else services */
	unsigned failures;
	char cause[ERROR_TEXT];
	const char *advice;
	double retry_after;
	void (*done)(void *context, enum catalogue_result result);
	void *context;
};

void catalogue_fetch_init(struct catalogue_fetch *fetch, struct http *http, struct auth *auth, struct catalogue *teams,
	struct catalogue *services);
void catalogue_fetch_free(struct catalogue_fetch *fetch);

/* Decides which of them a layout needs; with `all`, both. */
void catalogue_fetch_need(struct catalogue_fetch *fetch, const struct layout *layout, bool all);

/* Everything that is needed was answered or refused. */
bool catalogue_fetch_complete(const struct catalogue_fetch *fetch);

/* Asks again for what is needed, keeping the old entries until new ones come. */
void catalogue_fetch_forget(struct catalogue_fetch *fetch);

/* Fetches what is missing; CATALOGUE_DONE at once if nothing is. */
enum catalogue_result catalogue_fetch_start(struct catalogue_fetch *fetch,
	void (*done)(void *context, enum catalogue_result result), void *context);

void catalogue_fetch_cancel(struct catalogue_fetch *fetch);

#endif
