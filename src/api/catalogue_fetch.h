/*
 * Fetching the catalogues: S6 for teams and cfg/services for services, one after the other, and only those that
 * are needed.
 *
 * The catalogues belong to the caller. A list that the server refuses is remembered in its catalogue's reason and
 * stops nothing; no answer at all is reported once, and remembered like a refusal the next time, so that a dead
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

enum lists_result {
	LISTS_PENDING, /* the callback follows */
	LISTS_DONE,
	LISTS_FAILED,
	LISTS_UNAUTHORISED,
};

struct lists {
	struct http *http;
	struct auth *auth;
	struct catalogue *teams, *services;
	struct json json;
	bool need_teams, need_services;   /* by the layout */
	bool asked_teams, asked_services; /* answered or refused */
	unsigned failures;
	char cause[ERROR_TEXT];
	const char *advice;
	double retry_after;
	void (*done)(void *context, enum lists_result result);
	void *context;
};

void lists_init(struct lists *lists, struct http *http, struct auth *auth, struct catalogue *teams,
	struct catalogue *services);
void lists_free(struct lists *lists);

/* What a layout needs: all tells to fetch both whatever it needs. */
void lists_need(struct lists *lists, const struct layout *layout, bool all);

/* Everything that is needed was answered or refused. */
bool lists_complete(const struct lists *lists);

/* Asks again for what is needed, keeping the old entries until new ones come. */
void lists_forget(struct lists *lists);

/* Fetches what is missing; LISTS_DONE at once if nothing is. */
enum lists_result lists_fetch(struct lists *lists, void (*done)(void *context, enum lists_result result),
	void *context);

void lists_cancel(struct lists *lists);

#endif
