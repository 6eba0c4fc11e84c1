#include "api/live.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/live_state.h"
#include "base/clock.h"
#include "base/log.h"

static void on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	struct live *live = timer->data;
	if (live->state == SUB_START)
		live_event(live, EVENT_BEGIN);
	else if (live->pending != COMMAND_NONE && live->link.next_try_ms > clock_boot_ms())
		live_nap(live);
	else
		live_fire(live);
}

static double half_seconds(const struct live *live)
{
	int64_t trip_ms = http_round_trip_ms(live->http);
	int64_t half_ms = LIVE_STOP_HALF_MS + (trip_ms < 0 ? 0 : LIVE_STOP_TRIPS * trip_ms);
	return (double)(half_ms > LIVE_STOP_HALF_MAX_MS ? LIVE_STOP_HALF_MAX_MS : half_ms) / 1000.0;
}

/* A half of the time is over, or everything is done and only the call is left. */
static void on_end(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	struct live *live = timer->data;
	if (live->state == SUB_ENDED) {
		live->sink.ended(live->sink.context);
	} else if (live->half_over) {
		live_event(live, EVENT_TIME_UP);
	} else {
		live->half_over = true;
		live_start_timer(live, &live->end, half_seconds(live));
		/* The second half is for the DELETE, which needs the token if one is on its way. */
		if (live->state == SUB_PARTING && !http_busy(live->http, HTTP_TOKEN))
			live_event(live, live_unseen(live));
	}
}

static void on_auth(void *context, enum auth_result result)
{
	static const enum sub_event events[] = {
		[AUTH_PENDING] = EVENT_NONE,
		[AUTH_READY] = EVENT_TOKEN,
		[AUTH_FAILED] = EVENT_TOKEN_FAILED,
		[AUTH_REFUSED] = EVENT_TOKEN_REFUSED,
		[AUTH_STOPPED] = EVENT_TOKEN_STOPPED,
		[AUTH_CHANGED] = EVENT_NONE,
	};
	struct live *live = context;
	if (result == AUTH_CHANGED) {
		if (live->state == SUB_SECRET_STOPPED)
			live_fire(live);
		return;
	}
	live->retry_after = live->auth.retry_after;
	if (result != AUTH_READY)
		live_say(live, live->auth.cause, live->auth.advice);
	live_event(live, events[result]);
}

static void on_side_accepted(void *context)
{
	live_side_age(context);
}

static bool chat_clean(const char *text)
{
	return text == NULL || (http_header_clean(text) && strchr(text, '"') == NULL && strlen(text) < 200);
}

static bool check(struct live *live, struct error *error)
{
	const struct api_config *config = live->config;
	if (!chat_clean(config->chat_app_id) || !chat_clean(config->chat_client_id))
		return error_set(error, "chat_app_id or chat_client_id holds characters that cannot be sent");
	return url_base_read(&live->base, config->url, config->tenant, config->allow_plaintext, error);
}

static void init_parts(struct live *live)
{
	buffer_init(&live->body, REQUEST_BODY_MAX);
	catalogue_init(&live->teams);
	catalogue_init(&live->services);
	request_init(&live->request);
	json_init(&live->json);
	live->retry_after = -1;
	ev_timer_init(&live->timer, on_timer, 0.0, 0.0);
	ev_timer_init(&live->end, on_end, 0.0, 0.0);
	ev_timer_init(&live->refresh, live_on_refresh, 0.0, 0.0);
	live->timer.data = live->end.data = live->refresh.data = live;
}

/* What the server may be asked at most; on this machine there are only tests. */
static double interval_of(const struct live *live)
{
	double floor = live->base.loopback ? INTERVAL_MIN : 1.0;
	return live->config->interval < floor ? floor : live->config->interval;
}

static void init_link(struct live *live)
{
	live->link.state = LINK_STARTING;
	live->link.plaintext = live->base.plaintext;
	live->link.interval = live->interval;
	live->link.exit_status = subscription_about(SUB_START)->exit_status;
	snprintf(live->link.peer, sizeof(live->link.peer), "%.*s", (int)sizeof(live->link.peer) - 1, live->base.peer);
}

static void begin(struct live *live)
{
	lists_init(&live->lists, live->http, &live->auth, &live->teams, &live->services);
	side_init(&live->side, live->loop, live->http, &live->auth, live->config, &live->sink, &live->services);
	sms_init(&live->sms, live->loop, live->http, &live->auth);
	live->sms.failed = live->sink.sms_failed;
	live->sms.context = live->sink.context;
	/* As for the interval: on this machine there are only tests. */
	live->sms.pace = live->base.loopback ? 0.05 : 1;
	live->side.accepted = on_side_accepted;
	live->side.context = live;
	live->request.dialect = live->config->dialect == DIALECT_CHOICE_EXAMPLE ? DIALECT_EXAMPLE
		: DIALECT_SCHEMA;
	lists_need(&live->lists, live->layout, live->lists_only);
	live_plan(live);
	live->plan_stale = true;
	if (!live->lists_only)
		side_set_layout(&live->side, live->layout);
	live_start_timer(live, &live->timer, 0);
	live_start_timer(live, &live->refresh, LIVE_REFRESH_SECONDS);
}

struct live *live_new(struct ev_loop *loop, const struct api_config *config, const struct layout *layout,
	const struct live_options *options, const struct feed_sink *sink, int *status, struct error *error)
{
	struct live *live = must_alloc(sizeof(*live));
	memset(live, 0, sizeof(*live));
	live->loop = loop;
	live->config = config;
	live->layout = layout;
	live->sink = *sink;
	live->one_shot = options->one_shot;
	/* The screen waits a little for the answer: its second is not to be seen late. */
	live->beat_ms = options->on_the_beat ? (int)(live_random_share() * LIVE_BEAT_MS * 3 / 4) : -1;
	live->lists_only = options->lists_only;
	snprintf(live->tag, sizeof(live->tag), "%s", options->tag);
	init_parts(live);
	*status = 2;
	auth_init(&live->auth, loop, config);
	if (check(live, error) && auth_load(&live->auth, error))
		live->http = http_new(loop, &live->base, config->proxy, config->ca_file, error);
	if (live->auth.secret.signal != 0)
		*status = 128 + live->auth.secret.signal;
	if (live->http == NULL) {
		live_free(live);
		return NULL;
	}
	*status = 0;
	live->interval = interval_of(live);
	auth_attach(&live->auth, live->http, on_auth, live);
	init_link(live);
	begin(live);
	return live;
}

const struct link *live_link(const struct live *live)
{
	return &live->link;
}

const struct request *live_request(const struct live *live)
{
	return &live->request;
}

const struct catalogue *live_teams(const struct live *live)
{
	return &live->teams;
}

const struct catalogue *live_services(const struct live *live)
{
	return &live->services;
}

bool live_lists_done(const struct live *live)
{
	return lists_complete(&live->lists);
}

void live_set_layout(struct live *live, const struct layout *layout, const char *tag)
{
	live->interval = interval_of(live);
	live->layout = layout;
	snprintf(live->tag, sizeof(live->tag), "%s", tag);
	if (live->stopping)
		return;
	lists_cancel(&live->lists);
	lists_need(&live->lists, layout, live->lists_only);
	/* At once, because the old layout may go away; once more when the names are known. */
	live_plan(live);
	live->plan_stale = true;
	if (!live->lists_only)
		side_set_layout(&live->side, layout);
	if (live->posting) {
		live->relayout = true;
		live->sink.changed(live->sink.context);
		return;
	}
	if (subscription_next(live->state, EVENT_LAYOUT) != NULL)
		http_cancel(live->http, HTTP_STATS);
	live_event(live, EVENT_LAYOUT);
}

void live_retry(struct live *live)
{
	if (live_ask_refused(live))
		return;
	if (live->pending != COMMAND_NONE && live->state != SUB_LIVE && !live->stopping)
		live_fire(live);
}

bool live_sms(struct live *live, const struct alert_event *event, enum names names, struct error *error)
{
	return sms_add(&live->sms, event, names, error);
}

void live_stop(struct live *live)
{
	if (live->stopping)
		return;
	live->stopping = true;
	ev_timer_stop(live->loop, &live->timer);
	ev_timer_stop(live->loop, &live->refresh);
	side_stop(&live->side);
	sms_stop(&live->sms);
	lists_cancel(&live->lists);
	live_fetch_fail(live, "the program ends");
	live_start_timer(live, &live->end, half_seconds(live));
	if (live->posting)
		live_event(live, EVENT_STOP_POSTING);
	else
		live_event(live, live->owned ? EVENT_STOP_OWNED : EVENT_STOP);
}

void live_free(struct live *live)
{
	if (live == NULL)
		return;
	ev_timer_stop(live->loop, &live->timer);
	ev_timer_stop(live->loop, &live->end);
	ev_timer_stop(live->loop, &live->refresh);
	if (live->http != NULL) {
		side_free(&live->side);
		sms_free(&live->sms);
		lists_free(&live->lists);
	}
	http_free(live->http);
	auth_free(&live->auth);
	request_free(&live->request);
	catalogue_free(&live->teams);
	catalogue_free(&live->services);
	buffer_free(&live->body);
	json_free(&live->json);
	free(live);
}
