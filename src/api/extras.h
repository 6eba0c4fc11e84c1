/*
 * What is asked beside the subscription: the catalogues of teams (S6) and services (cfg/services), availability of
 * services (S5), hours of the chat entry (M1), campaigns (C1). Nothing here touches the subscription.
 *
 * The catalogues belong to the caller, and are fetched one after the other, if the layout needs them. If the server
 * refuses a list, its catalogue's reason says so and everything goes on without it. No answer at all is a failure the
 * first time and counts as a refusal the next time, so that a dead endpoint cannot keep the wall dark.
 *
 * Each of the others is a job with its own time; four run at once at most, and later rounds are spread so that they do
 * not come in bursts. A 401 is answered by one more try with another token: the first of availability, which needs none
 * by the documentation, by a try with the token that there is. The sink hears of each failure with its cause, and it is
 * asked again at its time.
 */
#ifndef API_EXTRAS_H
#define API_EXTRAS_H

#include <ev.h>
#include <stdbool.h>

#include "api/auth.h"
#include "api/http.h"
#include "base/json.h"
#include "board/board.h"
#include "board/catalogue.h"
#include "board/feed.h"
#include "layout/layout.h"

enum {
	EXTRAS_AGAIN_SECONDS = 5, /* what never had an answer is asked again sooner */
	EXTRAS_MAX = BOARD_SERVICES_MAX + 2,
	EXTRAS_AT_ONCE = HTTP_EXTRA_LAST - HTTP_EXTRA + 1,
};

/* One thing that is asked for again and again. */
struct extra {
	enum frame_kind kind;
	char subject[BOARD_SERVICE_NAME_MAX];
	double due; /* CLOCK_BOOTTIME, seconds */
	double every;
	unsigned generation; /* of the token that was used last; 0: none was */
	unsigned refused;    /* the one that a 401 answered, until another one is there; 0: none */
	double patience;     /* CLOCK_BOOTTIME, seconds: so long another token is waited for */
	bool renewed;        /* a 401 came and another token was asked for; no good answer since */
	bool asked;    /* once at least */
	bool answered; /* once at least */
	bool running;
};

enum lists_result {
	LISTS_PENDING, /* the callback follows */
	LISTS_DONE,
	LISTS_FAILED,
	LISTS_UNAUTHORISED,
};

enum lists_scope {
	LISTS_MISSING, /* what was neither answered nor refused yet */
	LISTS_ANEW,    /* all that are needed; the old entries stay until new ones come */
	LISTS_REFRESH, /* the same, and what fails counts as refused: there are entries that can be used */
	LISTS_ALL,     /* the same of both, whatever the layout needs */
};

/* The catalogues. */
struct lists {
	bool need_teams, need_services;   /* by the layout */
	bool asked_teams, asked_services; /* answered or refused */
	bool complete; /* all that are needed were */
	bool fetching_teams; /* by the request that runs; else services */
	bool refreshing;
	unsigned failures;
	char cause[ERROR_TEXT];
	const char *advice;
	double retry_after;
	void (*done)(void *context, enum lists_result result);
	struct json json;
};

struct extras;

/* One of the requests that may run at once. */
struct extra_lane {
	struct extras *extras;
	struct extra *job; /* NULL: free */
};

/* Begin with a struct that is zeroed but for what its user sets. */
struct extras {
	/* Set by the user. */
	struct ev_loop *loop;
	struct http *http;
	struct auth *auth;
	const struct api_config *config;
	const struct feed_sink *sink;
	struct catalogue *teams, *services;
	bool lists_only; /* both catalogues, and nothing else */
	void (*accepted)(void *context); /* an answer came */
	void *context; /* of all callbacks but the sink's */

	const struct layout *layout; /* whose jobs run; NULL: none do */
	struct lists lists;
	struct extra *jobs; /* EXTRAS_MAX */
	unsigned count;
	struct extra_lane lanes[EXTRAS_AT_ONCE];
	ev_timer timer;
	bool open_needs_token; /* availability was refused without one */
	char chat_header[512];
	int64_t accepted_ms; /* of the last answer that the sink took */
};

/* Which catalogues this layout needs is known from now on; nothing is asked yet. */
void extras_init(struct extras *extras, const struct layout *layout);
void extras_free(struct extras *extras);

/* Ends what runs, and begins the jobs that a layout needs. NULL: nothing is begun any more. */
void extras_set_layout(struct extras *extras, const struct layout *layout);

/* Asks for what is due: to be called after signing in. */
void extras_run(struct extras *extras);

/* Fetches catalogues; LISTS_DONE at once if there is nothing to fetch. Services that become known get their jobs. */
enum lists_result extras_list(struct extras *extras, enum lists_scope scope,
	void (*done)(void *context, enum lists_result result));

#endif
