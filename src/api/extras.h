/*
 * What is asked beside the subscription: availability of services (S5), hours of the chat entry (M1), campaigns (C1).
 *
 * A 401 is answered by one more try with another token: the first of availability, which needs none by the
 * documentation, by a try with the token that there is. Each is a job with its own time; four run at once at most, and later rounds are spread so that they do not come
 * in bursts. The sink hears of each failure with its cause, and it is asked again at its time. Nothing here touches
 * the subscription.
 */
#ifndef API_EXTRAS_H
#define API_EXTRAS_H

#include <ev.h>
#include <stdbool.h>

#include "api/auth.h"
#include "api/http.h"
#include "board/board.h"
#include "board/feed.h"

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

struct extras;

/* One of the requests that may run at once. */
struct extra_lane {
	struct extras *extras;
	struct extra *job; /* NULL: free */
};

struct extras {
	struct ev_loop *loop;
	struct http *http;
	struct auth *auth;
	const struct api_config *config;
	const struct feed_sink *sink;
	const struct catalogue *services;
	struct extra *jobs; /* EXTRAS_MAX */
	unsigned count;
	struct extra_lane lanes[EXTRAS_AT_ONCE];
	ev_timer timer;
	bool stopped;
	bool open_needs_token; /* availability was refused without one */
	char chat_header[512];
	int64_t accepted_ms; /* of the last answer that the sink took */
	void (*accepted)(void *context);
	void *context;
};

void extras_init(struct extras *extras, struct ev_loop *loop, struct http *http, struct auth *auth,
	const struct api_config *config, const struct feed_sink *sink, const struct catalogue *services);

/* Makes the jobs that a layout needs, from now. */
void extras_set_layout(struct extras *extras, const struct layout *layout);

/* Adds the jobs that services which became known bring, and leaves the others alone. */
void extras_add(struct extras *extras, const struct layout *layout);

/* Asks for what is due: to be called after signing in, and when services became known. */
void extras_run(struct extras *extras);

void extras_stop(struct extras *extras);
void extras_free(struct extras *extras);

#endif
