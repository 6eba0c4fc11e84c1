/*
 * What is asked beside the subscription: availability of services (S5), hours of the chat entry (M1), campaigns (C1).
 *
 * Each is a job with its own time; four run at once at most, and later rounds are spread so that they do not come
 * in bursts. What fails is told to the sink with its cause and asked again at its time; nothing here touches the
 * subscription.
 */
#ifndef API_EXTRAS_H
#define API_EXTRAS_H

#include <ev.h>
#include <stdbool.h>

#include "api/auth.h"
#include "api/http.h"
#include "api/live.h"
#include "board/board.h"

enum {
	SIDE_AGAIN_SECONDS = 5, /* what never had an answer is asked again sooner */
	SIDE_JOBS_MAX = BOARD_SERVICES_MAX + 2,
	SIDE_AT_ONCE = HTTP_SIDE_LAST - HTTP_SIDE + 1,
};

struct side_job {
	enum frame_kind kind;
	char subject[BOARD_SERVICE_NAME_MAX];
	double due; /* CLOCK_BOOTTIME, seconds */
	double every;
	bool asked;    /* once at least */
	bool answered; /* once at least */
	bool running;
};

struct side;

struct side_lane {
	struct side *side;
	struct side_job *job; /* NULL: free */
};

struct side {
	struct ev_loop *loop;
	struct http *http;
	struct auth *auth;
	const struct api_config *config;
	const struct feed_sink *sink;
	const struct catalogue *services;
	struct side_job *jobs; /* SIDE_JOBS_MAX */
	unsigned count;
	struct side_lane lanes[SIDE_AT_ONCE];
	ev_timer timer;
	bool stopped;
	char chat_header[512];
	int64_t accepted_ms; /* of the last answer that the sink took */
	void (*accepted)(void *context);
	void *context;
};

void side_init(struct side *side, struct ev_loop *loop, struct http *http, struct auth *auth,
	const struct api_config *config, const struct feed_sink *sink, const struct catalogue *services);

/* Makes the jobs that a layout needs, from now. */
void side_set_layout(struct side *side, const struct layout *layout);

/* Adds the jobs that services which became known bring, and leaves the others alone. */
void side_add(struct side *side, const struct layout *layout);

/* Looks for work: after signing in, and when services became known. */
void side_kick(struct side *side);

void side_stop(struct side *side);
void side_free(struct side *side);

#endif
