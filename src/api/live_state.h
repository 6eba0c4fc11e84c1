/*
 * What the live feed knows. Shared by live_life.c, live_step.c, live_answer.c, live_whose.c, live_fetch.c and
 * live_refresh.c, and by nobody else.
 */
#ifndef API_LIVE_STATE_H
#define API_LIVE_STATE_H

#include "api/auth.h"
#include "api/catalogue_fetch.h"
#include "api/extras.h"
#include "api/http.h"
#include "api/live.h"
#include "api/sms.h"
#include "api/subscription.h"
#include "base/url.h"

enum {
	LIVE_PATH_MAX = 512,
	/* Probes of a subscription without data after a 409: two seconds apart. */
	LIVE_PROBES_MAX = 5,
	/* Panels that a server may refuse one by one, and their hidden columns. */
	LIVE_AMENDMENTS_MAX = 2 * LAYOUT_PANELS_MAX + 2,
	/*
	 * The end has two halves, one for the look and one for the DELETE, and each may need a new connection: three round
	 * trips with TLS 1.3, which are added to this. A server that never answers does not hold the program for longer
	 * than two halves of the maximum.
	 */
	LIVE_STOP_HALF_MS = 1000,
	LIVE_STOP_HALF_MAX_MS = 2500,
	LIVE_STOP_TRIPS = 3,
	LIVE_SURE_MS = 1000, /* after an answer of ours there is no need to look whether it still is */
	/* Subscriptions of this run that may still stand: one for each layout that was changed while nothing answered. */
	LIVE_MADE_MAX = 8,
	/* A one-shot command's subscription has a tag that no later run knows: it is rather deleted unseen. */
	LIVE_TRUST_ONE_SHOT_MS = 60 * 1000,
	LIVE_REFRESH_SECONDS = 180,      /* names that were not found are looked up again */
	LIVE_REFUSED_MS = 60 * 60 * 1000, /* refused panels are asked for again; a key does it at once */
	LIVE_SILENCE_MS = 2 * 60 * 1000, /* 204 for so long is worth a word */
	LIVE_NAP_SECONDS = 5, /* timers stand still while the machine sleeps: no wait is longer in one piece */
	LIVE_RENEW_AGAIN_MS = 60 * 1000, /* a new token that is refused too is no reason for another at once */
	LIVE_CLEAR_AGAIN_MS = 30 * 1000, /* what stands in the way is deleted once in so long: never a fight */
};

struct live {
	struct ev_loop *loop;
	const struct api_config *config;
	const struct layout *layout;
	struct feed_sink sink;
	bool one_shot, lists_only;
	char tag[REQUEST_TAG_MAX];

	struct url_base base;
	struct http *http;
	struct auth auth;
	struct lists lists;
	struct side side;
	struct sms sms;
	struct catalogue teams, services;
	struct request request;
	struct buffer body; /* of the POST */
	struct json json;
	struct link link;
	double interval;

	enum sub_state state;
	enum sub_command pending; /* when the timer fires */
	ev_timer timer;
	ev_timer end;     /* the halves of live_stop, then the call of ended */
	ev_timer refresh; /* of the catalogues */
	int64_t due_ms; /* the pending command was */
	int64_t poll_began_ms;
	int beat_ms; /* behind the full second, where polls are aligned; -1: they are not */
	int64_t planned_ms;
	int64_t waiting_since_ms; /* 0: data came */
	int64_t cleared_ms;       /* when we last deleted what stood in the way */
	double retry_after;       /* of the last answer; -1 */
	int64_t ours_ms;          /* when the server last said that what stands there is ours; 0: never */
	uint32_t posted;          /* signature of the POST that was sent last: the layout may change before its answer */
	uint32_t made[LIVE_MADE_MAX]; /* signatures of what this run subscribed to, the newest at made_count - 1 */
	unsigned made_count;
	unsigned failures, quick, probes, amendments;
	struct sub_losses losses;
	int64_t renewed_ms; /* a 401 came then, and no good answer since; 0: none */
	bool owned;      /* a subscription of ours may exist */
	bool owned_before; /* ... before the POST that is on its way */
	bool posting;
	bool relayout;   /* the layout changed while a POST was on its way */
	bool plan_stale;
	bool stopping;
	bool half_over;  /* ... and the first half of its time is over */
	bool spelling_proven;
	bool twin;       /* what stands in the way has our tag, and is not of this run */
	const char *hollow; /* what was wrong with an answer that has nothing for us and is nobody else's; NULL: 204 */
	bool fed;        /* data came since the subscription was made */
	unsigned spelling_tries;

	char fetch_path[LIVE_PATH_MAX];
	void (*fetch_done)(void *context, int status, const char *bytes, size_t length, const struct error *error);
	void *fetch_context;
};

/* live_step.c: the machine. */
void live_event(struct live *live, enum sub_event event);
void live_fire(struct live *live); /* the pending command, now */
void live_say(struct live *live, const char *cause, const char *advice);
void live_plan(struct live *live);
void live_side_age(struct live *live);
void live_start_timer(struct live *live, ev_timer *timer, double seconds);
double live_random_share(void); /* 0 to 1, 1 excluded */
void live_nap(struct live *live); /* until the pending command is due, or for as long as one nap */

/* live_fetch.c */
void live_fetch_start(struct live *live);
void live_fetch_fail(struct live *live, const char *cause);

/* live_refresh.c */
bool live_ask_refused(struct live *live); /* true if there was such a panel, and it is asked for now */
void live_on_refresh(struct ev_loop *loop, ev_timer *timer, int events);

/* live_answer.c: answers become events. */
enum sub_event live_answer_create(struct live *live, const struct http_response *response);
enum sub_event live_answer_poll(struct live *live, const struct http_response *response);
enum sub_event live_answer_delete(struct live *live, const struct http_response *response);
enum sub_event live_answer_common(struct live *live, const struct http_response *response); /* EVENT_NONE: go on */
enum sub_event live_unauthorised(struct live *live); /* a 401: a new token, unless that did not help a moment ago */
enum sub_event live_answer_failed(struct live *live, const struct http_response *response);
void live_say_unreadable(struct live *live, const struct error *error);

/* live_whose.c: whose the subscription is that stands there. */
enum sub_event live_answer_probe(struct live *live, const struct http_response *response);
enum sub_event live_answer_look(struct live *live, const struct http_response *response);
enum sub_event live_unseen(struct live *live); /* the look brought nothing: EVENT_OURS or EVENT_FAILED */
enum sub_event live_foreign_data(struct live *live, const struct http_response *response); /* a poll found no app id of ours */
void live_made(struct live *live); /* what was posted last was, or may have been, subscribed to */

#endif
