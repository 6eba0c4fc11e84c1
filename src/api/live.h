/*
 * The live feed: signs in, resolves names, holds one subscription, polls it, asks for availability and campaigns,
 * and brings frames.
 *
 * It lives in the caller's libev loop and never blocks it. One poll is in flight at most; the next begins one
 * interval after the last began, and never before it ended. What it does in each state is the table of
 * api/subscription; whose a subscription is, api/live_owner says. It never deletes one that is not its own unless the
 * configuration says take_over.
 */
#ifndef API_LIVE_H
#define API_LIVE_H

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>

#include "api/api_config.h"
#include "base/error.h"
#include "board/catalogue.h"
#include "board/feed.h"
#include "layout/layout.h"

enum {
	LIVE_ALIGN_MS = 250, /* how far behind a full second aligned polls begin at most: each wall at a place of its own */
	LIVE_FETCH_PATH_MAX = 512,
	LIVE_SLEEP_MAX_SECONDS = 5, /* timers stand still while the machine sleeps: no wait is longer in one piece */
};

struct live_options {
	bool one_shot;   /* a command that wants one answer: a login in use or a limit is final, not retried */
	const char *tag; /* instance tag, e.g. "cxwall-HOST-USER-LAYOUT"; copied */
	bool lists_only; /* signs in and fetches the catalogues, no subscription: for `list` */
	int memory; /* descriptor of the folder where a refused secret is remembered; 0 or less: nowhere */
	bool align_to_second; /* polls begin just behind a full second of the clock, for a screen that shows one */
};

struct live;

/*
 * Checks the configuration (url, plaintext rules, secret) and makes the feed. NULL with an error for what only the user
 * can mend: *status is then the program's exit status. Layout and configuration must outlive it. It ends, or is freed,
 * as a feed: its end deletes the subscription if it is ours, which takes 2 s at most, with a server that is far away or
 * slow up to 5 s.
 */
struct live *live_new(struct ev_loop *loop, const struct api_config *config, const struct layout *layout,
	const struct live_options *options, const struct feed_sink *sink, int *status, struct error *error);

/* The same object as a feed: its retry asks again for refused panels too, its send is api/sms. */
struct feed *live_feed(struct live *live);

const struct catalogue *live_teams(const struct live *live);
const struct catalogue *live_services(const struct live *live);

/* True once both catalogues were answered or refused. */
bool live_lists_done(const struct live *live);

/* The secret was refused too often, and nothing is asked for now. */
bool live_secret_stopped(const struct live *live);

/* The server refuses the whole request, and does not say what of it. */
bool live_rejected(const struct live *live);

/* Polls at least as often as that, in seconds, where the configuration says less often; 0: as configured. */
void live_hurry(struct live *live, double interval);

/* Percentages of totals come as percents: an answer proved it to somebody who read it. */
void live_note_percents(struct live *live);

/* From now on another client's subscription may be ended; tries at once. */
void live_take_over(struct live *live);

/*
 * A GET of a path that is not polled ("/statsapi/cfg/dispositions?inbound=1", "/configapi/v2/phone/user"), with
 * authorisation; one at a time, after signing in. done is called once: status 0 means no answer. error says why, and
 * what any status but 200 means.
 */
void live_fetch(struct live *live, const char *path,
	void (*done)(void *context, int status, const char *bytes, size_t length, const struct error *error),
	void *context);

#endif
