/*
 * The machine of the live feed: an event, the table's row, the command, the delay.
 */
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "api/live_state.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

enum {
	SECOND_MS = 1000,
	TIMER_LATE_MS = 20, /* of the loop, on a machine that has time */
};

static const char data_path[] = "/statsapi/subscription/data";
static const char create_path[] = "/statsapi/subscription";
static const char delete_path[] = "/statsapi/subscription/active";

void live_start_timer(struct live *live, ev_timer *timer, double seconds)
{
	/* The loop's time is old after a long decode, and the timer would fire early. */
	ev_now_update(live->loop);
	ev_timer_stop(live->loop, timer);
	ev_timer_set(timer, seconds, 0.0);
	ev_timer_start(live->loop, timer);
}

void live_say(struct live *live, const char *cause, const char *advice)
{
	snprintf(live->link.cause, sizeof(live->link.cause), "%s", cause);
	snprintf(live->link.advice, sizeof(live->link.advice), "%s", advice);
	text_trim(live->link.cause);
	text_trim(live->link.advice);
}

/* Before the names were looked up, that they are unknown says nothing. */
static void forget_reasons(struct request *request)
{
	for (unsigned i = 0; i < request->set_count; i++)
		request->sets[i].reason[0] = '\0';
}

void live_plan(struct live *live)
{
	request_plan(&live->request, live->layout, &live->teams, &live->services, live->tag);
	request_sign(&live->request);
	if (!lists_complete(&live->lists))
		forget_reasons(&live->request);
	live->planned_ms = clock_boot_ms();
	live->plan_stale = false;
	live->amendments = 0;
}

double live_random_share(void)
{
	uint32_t number = 0;
	if (getrandom(&number, sizeof(number), GRND_NONBLOCK) != (ssize_t)sizeof(number))
		number = (uint32_t)clock_boot_ms() * 2654435761u;
	return (double)number / 4294967296.0;
}

/* What the state itself says, whatever the last answer was. */
static void explain_in_use(struct live *live, enum sub_event event)
{
	const char *advice = live->one_shot ? "end it, or use a login of its own"
		: "end it, use a login of its own, or start with --take-over";
	if (live->twin)
		live_say(live, "another screen of the same name uses this login",
			"give each machine a host name of its own, and a login");
	else if (live->state == SUB_REPLACED)
		live_say(live, "another client uses this login: it replaced our subscription", advice);
	else if (event == EVENT_GONE_AGAIN)
		/* Nothing tells the two causes apart. */
		live_say(live, "another client uses this login, or the server drops our subscription",
			"lost three times in five minutes: use a login of its own, or tell whoever runs the server");
	else
		live_say(live, "another client uses this login (409)", advice);
}

static void explain_waiting(struct live *live)
{
	int64_t now_ms = clock_boot_ms(), silent_ms = live->waiting_since_ms == 0 ? 0 : now_ms - live->waiting_since_ms;
	const char *how = live->hollow != NULL ? live->hollow : "204";
	char cause[ERROR_TEXT] = "";
	/* A command that gives up soon says at the end what it saw. */
	if (live->one_shot && (live->hollow != NULL || live->quick > 0))
		snprintf(cause, sizeof(cause), "the server has not sent any data (%s)", how);
	else if (silent_ms >= LIVE_SILENCE_MS)
		snprintf(cause, sizeof(cause), "the server has not sent any data for %d minutes (%s)",
			(int)(silent_ms / 60000), how);
	else if (live->link.accepted_ms != 0 && link_stale(&live->link, now_ms))
		snprintf(cause, sizeof(cause), "the server does not send any data now (%s)", how);
	live_say(live, cause, silent_ms >= LIVE_SILENCE_MS ? "check that the statistics of this tenant work at all" : "");
}

static void explain(struct live *live, enum sub_event event)
{
	switch (live->link.state) {
	case LINK_LIMIT:
		live_say(live, "the tenant's limit of subscriptions is reached (409)",
			"end another wallboard of this tenant, or ask for a higher limit");
		break;
	case LINK_IN_USE:
		explain_in_use(live, event);
		break;
	case LINK_WAITING:
		explain_waiting(live);
		break;
	case LINK_TROUBLE:
	case LINK_REFUSED:
		break; /* as the answer said */
	case LINK_STARTING:
	case LINK_SIGNING_IN:
	case LINK_SUBSCRIBING:
	case LINK_LIVE:
	case LINK_ENDING:
	case LINK_ENDED:
		live_say(live, "", "");
		break;
	}
}

/* A wall of availability alone has its age from their answers, which may come before it is known that there is no other. */
void live_side_age(struct live *live)
{
	if (live->state == SUB_NOTHING && live->side.accepted_ms > live->link.accepted_ms)
		live->link.accepted_ms = live->side.accepted_ms;
}

static void show_state(struct live *live, enum sub_event event)
{
	const struct sub_about *about = subscription_about(live->state);
	/* A token that ended is no trouble yet: a new one is a moment away. */
	live->link.state = event == EVENT_UNAUTHORISED && about->link == LINK_TROUBLE ? LINK_SIGNING_IN : about->link;
	if (about->exit_status >= 0)
		live->link.exit_status = about->exit_status;
	live->link.interval = live->state == SUB_NOTHING ? PANEL_AVAILABILITY_SECONDS : live->interval;
	live_side_age(live);
	explain(live, event);
}

static void count(struct live *live, enum sub_event event, const struct transition *row)
{
	if (row->delay == DELAY_BACKOFF) {
		live->failures++;
		live->link.failures++;
	}
	if (event == EVENT_DATA) {
		live->failures = live->quick = 0;
		live->waiting_since_ms = 0;
	} else if (event == EVENT_CREATED) {
		live->quick = 0;
		live->waiting_since_ms = clock_boot_ms();
	} else if (event == EVENT_NOT_READY && live->state == SUB_WAITING) {
		live->failures = 0;
		live->quick++;
		if (live->waiting_since_ms == 0) {
			/* In mid-life there is no reason to hurry. */
			live->waiting_since_ms = clock_boot_ms();
			live->quick = SUB_QUICK_OVER;
		}
	}
}

/* A one-shot command does not wait for another client to go away. */
static bool is_final(const struct live *live)
{
	return live->one_shot && (live->state == SUB_LIMIT || live->state == SUB_IN_USE ||
		live->state == SUB_REPLACED) && live->probes == 0;
}

/*
 * A wall wakes once for its clock and for the poll. Only where each poll can stand at the same place in its second;
 * where the clock was set, the next one is late by less than a second.
 */
static int64_t on_the_beat(const struct live *live, int64_t due_ms)
{
	int64_t late_ms = (due_ms - clock_boot_ms() + clock_wall_ms()) % SECOND_MS;
	bool whole = live->interval >= 1 && live->interval == (double)(int64_t)live->interval;
	if (live->beat_ms < 0 || !whole || (late_ms >= 0 && late_ms < LIVE_BEAT_MS))
		return due_ms;
	return due_ms + SECOND_MS - late_ms + live->beat_ms;
}

static void schedule(struct live *live, const struct transition *row)
{
	bool by_chance = row->delay != DELAY_INTERVAL;
	struct sub_timing timing = {
		.interval = live->interval, .failures = live->failures, .quick = live->quick,
		.random = by_chance ? live_random_share() : 0,
	};
	double delay = subscription_delay(row->delay, &timing);
	if (row->delay == DELAY_INTERVAL)
		delay -= (double)(clock_boot_ms() - live->poll_began_ms) / 1000.0;
	if (delay < 0)
		delay = 0;
	if (live->retry_after > delay)
		delay = live->retry_after;
	if (is_final(live))
		return;
	live->pending = row->command;
	live->link.next_try_ms = clock_boot_ms() + (int64_t)(delay * 1000.0 + 0.999);
	if (row->delay == DELAY_INTERVAL)
		live->link.next_try_ms = on_the_beat(live, live->link.next_try_ms);
	live_nap(live);
}

void live_nap(struct live *live)
{
	double left = (double)(live->link.next_try_ms - clock_boot_ms()) / 1000.0;
	live_start_timer(live, &live->timer, left < 0 ? 0 : left > LIVE_NAP_SECONDS ? LIVE_NAP_SECONDS : left);
}

static void on_created(void *context, const struct http_response *response)
{
	struct live *live = context;
	live->posting = false;
	enum sub_event event = live_answer_create(live, response);
	bool relayout = live->relayout;
	live->relayout = false;
	live_event(live, event);
	if (relayout && event == EVENT_CREATED && !live->stopping)
		live_event(live, EVENT_LAYOUT);
}

static void on_polled(void *context, const struct http_response *response)
{
	struct live *live = context;
	/* The end began meanwhile, and this tells what the look before the DELETE would. */
	live_event(live, live->state == SUB_PARTING ? live_answer_look(live, response) : live_answer_poll(live, response));
}

static void on_probed(void *context, const struct http_response *response)
{
	struct live *live = context;
	live_event(live, live->state == SUB_PARTING ? live_answer_look(live, response) : live_answer_probe(live, response));
}

static void on_looked(void *context, const struct http_response *response)
{
	live_event(context, live_answer_look(context, response));
}

static void on_deleted(void *context, const struct http_response *response)
{
	live_event(context, live_answer_delete(context, response));
}

static void ask(struct live *live, const char *method, const char *path,
	void (*done)(void *context, const struct http_response *response))
{
	http_cancel(live->http, HTTP_STATS);
	http_start(live->http, HTTP_STATS, &(struct http_request){
		.method = method,
		.path = path,
		.headers = { auth_header(&live->auth), "Accept: application/json" },
		.done = done,
		.context = live,
	});
}

static enum sub_event run_create(struct live *live)
{
	buffer_clear(&live->body);
	if (!request_body(&live->request, &live->body)) {
		live_say(live, "the layout asks for more than one request can hold", "use fewer panels or columns");
		return EVENT_REJECTED;
	}
	http_cancel(live->http, HTTP_STATS);
	live->posting = true;
	live->posted = live->request.signature;
	live->owned_before = live->owned;
	http_start(live->http, HTTP_STATS, &(struct http_request){
		.method = "POST",
		.path = create_path,
		.headers = { auth_header(&live->auth), "Content-Type: application/json", "Accept: application/json",
			"Expect:" },
		.body = buffer_string(&live->body),
		.body_length = live->body.length,
		.done = on_created,
		.context = live,
	});
	return EVENT_NONE;
}

static enum sub_event listed(struct live *live)
{
	if (live->lists_only)
		return EVENT_NOTHING;
	if (live->plan_stale) {
		live_plan(live);
		live->sink.changed(live->sink.context);
	}
	if (live->request.set_count == 0)
		return EVENT_NOTHING;
	if (request_live_sets(&live->request) > 0)
		return EVENT_LISTED;
	live_say(live, live->request.sets[0].reason, "no panel of this layout can be asked for");
	return EVENT_REJECTED;
}

static void on_lists(void *context, enum lists_result result)
{
	struct live *live = context;
	if (result == LISTS_DONE) {
		live->plan_stale = true;
		if (!live->lists_only)
			side_add(&live->side, live->layout);
		live_event(live, listed(live));
		return;
	}
	live->retry_after = live->lists.retry_after;
	live_say(live, live->lists.cause, live->lists.advice);
	live_event(live, result == LISTS_FAILED ? EVENT_FAILED : live_unauthorised(live));
}

static enum sub_event run_sign_in(struct live *live)
{
	enum auth_result result = auth_ask(&live->auth);
	if (result == AUTH_PENDING)
		return EVENT_NONE;
	if (result == AUTH_READY)
		return EVENT_TOKEN;
	live->retry_after = -1;
	live_say(live, live->auth.cause, live->auth.advice);
	return EVENT_TOKEN_STOPPED;
}

static enum sub_event run_look(struct live *live)
{
	/* A poll on its way brings the same answer. To cancel it would close the connection that the DELETE needs. */
	if (live->stopping && http_busy(live->http, HTTP_STATS))
		return EVENT_NONE;
	if (live->ours_ms != 0 && clock_boot_ms() - live->ours_ms <= LIVE_SURE_MS)
		return EVENT_OURS;
	if (live->half_over)
		return live_unseen(live);
	ask(live, "GET", data_path, on_looked);
	return EVENT_NONE;
}

static void run_end(struct live *live)
{
	http_cancel(live->http, HTTP_STATS);
	http_cancel(live->http, HTTP_TOKEN);
	ev_timer_stop(live->loop, &live->refresh);
	/* From the loop and not from here: the callback may free us. */
	live_start_timer(live, &live->end, 0);
}

/* When it was meant to begin: a timer is always a little late, and polls must not wander. */
static int64_t began(const struct live *live)
{
	int64_t now_ms = clock_boot_ms(), late_ms = now_ms - live->due_ms;
	return late_ms >= 0 && late_ms < TIMER_LATE_MS ? live->due_ms : now_ms;
}

static enum sub_event run(struct live *live, enum sub_command command)
{
	live->retry_after = -1;
	switch (command) {
	case COMMAND_SIGN_IN:
		return run_sign_in(live);
	case COMMAND_LIST:
		return lists_fetch(&live->lists, on_lists, live) == LISTS_DONE ? listed(live) : EVENT_NONE;
	case COMMAND_CREATE:
		return run_create(live);
	case COMMAND_POLL:
		live->poll_began_ms = began(live);
		ask(live, "GET", data_path, on_polled);
		return EVENT_NONE;
	case COMMAND_PROBE:
		ask(live, "GET", data_path, on_probed);
		return EVENT_NONE;
	case COMMAND_LOOK:
		return run_look(live);
	case COMMAND_DELETE:
		ask(live, "DELETE", delete_path, on_deleted);
		return EVENT_NONE;
	case COMMAND_END:
		run_end(live);
		return EVENT_NONE;
	case COMMAND_NONE:
	case COMMAND_COUNT:
		break;
	}
	return EVENT_NONE;
}

/* What waits for a token, or for the news that there will be none. */
static void tell_waiting(struct live *live, enum sub_event event)
{
	if (live->stopping)
		return;
	if (event == EVENT_TOKEN) {
		live_fetch_start(live);
		side_kick(&live->side);
		sms_kick(&live->sms);
	} else if (event == EVENT_TOKEN_STOPPED || (event == EVENT_TOKEN_REFUSED && live->one_shot)) {
		live_fetch_fail(live, live->link.cause);
	}
}

static enum sub_event step(struct live *live, enum sub_event event)
{
	const struct transition *row = subscription_next(live->state, event);
	if (row == NULL)
		return EVENT_NONE;
	enum sub_state next = row->next == SUB_SAME ? live->state : row->next;
	if (next != live->state)
		log_line("subscription: %s, %s: %s", subscription_about(live->state)->name,
			subscription_event_name(event), subscription_about(next)->name);
	live->state = next;
	count(live, event, row);
	show_state(live, event);
	ev_timer_stop(live->loop, &live->timer);
	live->pending = COMMAND_NONE;
	live->link.next_try_ms = 0;
	tell_waiting(live, event);
	if (row->delay == DELAY_NOW)
		return run(live, row->command);
	schedule(live, row);
	return EVENT_NONE;
}

void live_event(struct live *live, enum sub_event event)
{
	while (event != EVENT_NONE)
		event = step(live, event);
	live->sink.changed(live->sink.context);
}

void live_fire(struct live *live)
{
	enum sub_command command = live->pending;
	bool in_order = live->link.state == LINK_LIVE;
	live->pending = COMMAND_NONE;
	live->due_ms = live->link.next_try_ms;
	live->link.next_try_ms = 0;
	ev_timer_stop(live->loop, &live->timer);
	/* A new attempt deserves a new token, another look at the names, and every panel. */
	if (live->state == SUB_REFUSED || live->state == SUB_POLL_REFUSED)
		live->renewed_ms = 0;
	if (live->state == SUB_SECRET_STOPPED)
		auth_allow(&live->auth);
	if (live->state == SUB_REJECTED) {
		live->plan_stale = true;
		lists_forget(&live->lists);
	}
	enum sub_event event = run(live, command);
	/* That one more poll begins is nothing to look at. */
	if (event != EVENT_NONE || !in_order)
		live_event(live, event);
}
