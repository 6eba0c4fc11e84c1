#include "api/live.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/auth.h"
#include "api/extras.h"
#include "api/http.h"
#include "api/live_owner.h"
#include "api/sms.h"
#include "api/subscription.h"
#include "base/clock.h"
#include "base/file_text.h"
#include "base/log.h"
#include "base/os.h"
#include "base/text.h"
#include "base/url.h"

enum {
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
	LIVE_REFRESH_SECONDS = 180,       /* names that were not found are looked up again */
	LIVE_REFUSED_MS = 60 * 60 * 1000, /* refused panels are asked for again; a key does it at once */
	LIVE_SILENCE_MS = 2 * 60 * 1000,  /* after so long without data the status line says so */
	LIVE_RENEW_AGAIN_MS = 60 * 1000,  /* a new token that is refused too is no reason for another at once */
	LIVE_TIMER_LATE_MS = 20,          /* of the loop, on a machine that has time */
	LIVE_SECOND_MS = 1000,
	/* A user has a few tenants. A longer file is not ours, and is begun anew. */
	LIVE_MEMORY_BYTES_MAX = 64 * 1024,
	LIVE_MEMORY_PATH_MAX = 1024,
};

struct live {
	struct feed feed; /* first: a struct feed of ours is a struct live */
	struct ev_loop *loop;
	const struct api_config *config;
	const struct layout *layout;
	struct feed_sink sink;
	bool one_shot, lists_only;
	char tag[REQUEST_TAG_MAX];

	struct url_base base;
	struct http *http;
	struct auth auth;
	struct extras extras;
	struct sms sms;
	struct catalogue teams, services;
	struct request request;
	struct buffer body; /* of the POST */
	struct json json;
	struct link link;
	double interval;
	double hurry; /* seconds that others want to wait at most; 0: nobody does */

	struct subscription sub;
	enum sub_command pending; /* when the timer fires */
	enum sub_command asked;   /* whose request was sent last, until its answer */
	struct live_owner owner;
	ev_timer timer;
	ev_timer end;     /* the halves of the end, then the call of ended */
	ev_timer refresh; /* of the catalogues */
	int64_t due_ms;   /* the pending command was */
	int64_t poll_start_ms;
	int align_ms;       /* behind the full second, where polls are aligned; -1: they are not */
	int64_t planned_ms; /* when the request was planned last */
	int64_t renewed_ms;       /* a 401 came then, and no good answer since; 0: none */
	double retry_after;       /* of the last answer; -1 */
	unsigned amendments, spelling_tries;
	const char *empty_reason; /* why the last answer had no data, as the status line says it; NULL: a 204 */
	bool layout_changed; /* while a POST was on its way */
	bool plan_stale;
	bool names_stale; /* every name is to be looked up again */
	bool spelling_works;
	bool stopping;
	bool stop_half_over; /* ... and the first half of its time is over */
	unsigned generation; /* of the token that the subscription's last request was asked with */
	bool token_is_new;   /* that one was refused, and there is another by now */

	char fetch_path[LIVE_FETCH_PATH_MAX];
	unsigned fetch_generation; /* of the token that it was asked with */
	bool fetch_renewed;        /* a 401 came, and another token was asked for */
	void (*fetch_done)(void *context, int status, const char *bytes, size_t length, const struct error *error);
	void *fetch_context;
};

static const char data_path[] = "/statsapi/subscription/data";
static const char create_path[] = "/statsapi/subscription";
static const char delete_path[] = "/statsapi/subscription/active";

static struct live *live_of(struct feed *feed)
{
	return (struct live *)feed;
}

/* Takes an event through the table, and what follows at once from it. */
static void live_event(struct live *live, enum sub_event event);

static void live_set_cause(struct live *live, const char *cause, const char *advice)
{
	snprintf(live->link.cause, sizeof(live->link.cause), "%s", cause);
	snprintf(live->link.advice, sizeof(live->link.advice), "%s", advice);
	text_trim(live->link.cause);
	text_trim(live->link.advice);
}

/* ---- the plan of the request ---- */

static void live_plan(struct live *live)
{
	struct request *request = &live->request;
	request_plan(request, live->layout, &live->teams, &live->services, live->tag);
	request_sign(request);
	/* Before the names were looked up, that they are unknown says nothing. */
	for (unsigned i = 0; !live->extras.lists.complete && i < request->set_count; i++)
		request->sets[i].reason[0] = '\0';
	live->planned_ms = clock_boot_ms();
	live->plan_stale = false;
	live->amendments = 0;
}

/* Whether the catalogues now give another request than the one that was planned last. */
static bool live_plan_differs(const struct live *live)
{
	struct request fresh;
	request_init(&fresh);
	request_plan(&fresh, live->layout, &live->teams, &live->services, live->tag);
	request_sign(&fresh);
	bool differs = fresh.signature != live->request.signature;
	request_free(&fresh);
	return differs;
}

/* The catalogues are settled, so the request can be planned. */
static enum sub_event live_listed(struct live *live)
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
	live_set_cause(live, live->request.sets[0].reason, "No panel of this layout can be requested.");
	return EVENT_REJECTED;
}

/* ---- the link: what the screen says of a state ---- */

static void live_explain_in_use(struct live *live, enum sub_event event)
{
	const char *advice = live->one_shot ? "Close that one, or use a login of its own."
		: "Close that one, give this wall a login of its own, or start with --take-over.";
	if (live->owner.same_tag_elsewhere)
		live_set_cause(live, "Another screen of the same name uses this login",
			"Give each machine a host name and a login of its own.");
	else if (live->sub.state == SUB_REPLACED)
		live_set_cause(live, "Another client uses this login and replaced our subscription", advice);
	else if (event == EVENT_GONE_AGAIN)
		/* The two causes look alike. */
		live_set_cause(live, "Another client uses this login, or the server drops our subscription",
			"It was lost three times in five minutes. Use a login of its own, or tell the server's administrator.");
	else
		live_set_cause(live, "Another client uses this login (409)", advice);
}

static void live_explain_waiting(struct live *live)
{
	int64_t now_ms = clock_boot_ms(), since_ms = live->sub.waiting_since_ms;
	int64_t silent_ms = since_ms == 0 ? 0 : now_ms - since_ms;
	const char *reason = live->empty_reason != NULL ? live->empty_reason : "204";
	char cause[ERROR_TEXT] = "";
	/* A command that gives up soon says at the end what it saw. */
	if (live->one_shot && (live->empty_reason != NULL || live->sub.empty_polls > 0))
		snprintf(cause, sizeof(cause), "The server has not sent any data (%s)", reason);
	else if (silent_ms >= LIVE_SILENCE_MS)
		snprintf(cause, sizeof(cause), "The server has not sent any data for %d minutes (%s)",
			(int)(silent_ms / 60000), reason);
	else if (live->link.accepted_ms != 0 && link_stale(&live->link, now_ms))
		snprintf(cause, sizeof(cause), "The server does not send any data now (%s)", reason);
	live_set_cause(live, cause,
		silent_ms >= LIVE_SILENCE_MS ? "Check that this tenant has statistics at all." : "");
}

static void live_explain(struct live *live, enum sub_event event)
{
	switch (live->link.state) {
	case LINK_LIMIT:
		live_set_cause(live, "All subscriptions of this tenant are in use (409)",
			"Close another wallboard, or ask your provider for more.");
		break;
	case LINK_IN_USE:
		live_explain_in_use(live, event);
		break;
	case LINK_WAITING:
		live_explain_waiting(live);
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
		live_set_cause(live, "", "");
		break;
	}
}

/*
 * A wall of availability alone has its age from the extras' answers, which may come before it is known that there is
 * nothing to subscribe to.
 */
static void live_age_of_extras(void *context)
{
	struct live *live = context;
	if (live->sub.state == SUB_NOTHING && live->extras.accepted_ms > live->link.accepted_ms)
		live->link.accepted_ms = live->extras.accepted_ms;
}

static void live_update_link(struct live *live, enum sub_event event)
{
	const struct sub_about *about = subscription_about(live->sub.state);
	/* A token that ended is no trouble yet: a new one is on its way. */
	live->link.state = event == EVENT_UNAUTHORISED && about->link == LINK_TROUBLE ? LINK_SIGNING_IN : about->link;
	if (about->exit_status != SUB_STATUS_SAME)
		live->link.exit_status = about->exit_status;
	live->link.interval = live->sub.state == SUB_NOTHING ? PANEL_AVAILABILITY_SECONDS : live->interval;
	live_age_of_extras(live);
	live_explain(live, event);
}

/* ---- when the next command is due ---- */

/*
 * A wall wakes once for its clock and for the poll: each further wake-up costs 0.2 ms of CPU time (doc/PERFORMANCE.md).
 * Only for intervals of whole seconds. After the clock was set, the next poll is late by less than a second.
 */
static int64_t live_align_to_second(const struct live *live, int64_t due_ms)
{
	int64_t late_ms = (due_ms - clock_boot_ms() + clock_wall_ms()) % LIVE_SECOND_MS;
	bool whole = live->interval >= 1 && live->interval == (double)(int64_t)live->interval;
	if (live->align_ms < 0 || !whole || (late_ms >= 0 && late_ms < LIVE_ALIGN_MS))
		return due_ms;
	return due_ms + LIVE_SECOND_MS - late_ms + live->align_ms;
}

/* Until the pending command is due, or for as long as one piece of sleep. */
static void live_sleep(struct live *live)
{
	double left = (double)(live->link.next_try_ms - clock_boot_ms()) / 1000.0;
	timer_start(live->loop, &live->timer, left > LIVE_SLEEP_MAX_SECONDS ? LIVE_SLEEP_MAX_SECONDS : left);
}

static void live_schedule(struct live *live, const struct transition *row)
{
	bool polls = row->delay == DELAY_INTERVAL;
	double delay = live->sub.delay;
	if (polls)
		delay -= (double)(clock_boot_ms() - live->poll_start_ms) / 1000.0;
	if (delay < 0)
		delay = 0;
	if (live->retry_after > delay)
		delay = live->retry_after;
	/* A one-shot command does not wait for another client to go away. */
	if (live->one_shot && subscription_about(live->sub.state)->in_the_way && live->owner.empty_answers == 0)
		return;
	live->pending = row->command;
	live->link.next_try_ms = clock_boot_ms() + (int64_t)(delay * 1000.0 + 0.999);
	if (polls)
		live->link.next_try_ms = live_align_to_second(live, live->link.next_try_ms);
	live_sleep(live);
}

/*
 * ---- which tenants write percentages of totals as percents ----
 *
 * A value above 1 proved it once, and later runs of the same user know it before their first answer. One small file in the
 * user's state folder, a domain on each line; where it cannot be read or written, a run finds out for itself.
 */

static bool live_memory_read(struct file_text *file)
{
	char path[LIVE_MEMORY_PATH_MAX];
	return os_user_path(OS_FOLDER_STATE, "cxwall/percent-totals", path, sizeof(path)) &&
		file_text_read(file, path, LIVE_MEMORY_BYTES_MAX, NULL);
}

static bool live_memory_holds(const char *lines, const char *tenant)
{
	size_t length = strlen(tenant);
	for (const char *at = lines; *at != '\0';) {
		size_t line = strcspn(at, "\n");
		if (line == length && memcmp(at, tenant, length) == 0)
			return true;
		at += line + (at[line] == '\n');
	}
	return false;
}

static bool live_remembers_percents(const char *tenant)
{
	struct file_text file;
	if (!live_memory_read(&file))
		return false;
	bool found = live_memory_holds(buffer_string(&file.text), tenant);
	file_text_close(&file);
	return found;
}

/* The folder of the state and ours in it; a descriptor of ours, or -1 with errno. */
static int live_memory_folder(void)
{
	char path[LIVE_MEMORY_PATH_MAX];
	if (!os_user_path(OS_FOLDER_STATE, "cxwall", path, sizeof(path)) || !os_make_folders(path))
		return -1;
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void live_remember_percents(const char *tenant)
{
	struct file_text file;
	struct buffer text;
	bool known = live_memory_read(&file);
	if (known && live_memory_holds(buffer_string(&file.text), tenant)) {
		file_text_close(&file);
		return;
	}
	buffer_init(&text, 2 * LIVE_MEMORY_BYTES_MAX);
	if (known)
		buffer_add(&text, buffer_string(&file.text), file.text.length);
	buffer_print(&text, "%s\n", tenant);
	if (known)
		file_text_close(&file);
	int folder = live_memory_folder();
	if (folder < 0 || text.full ||
		!os_replace_file(folder, "percent-totals.tmp", "percent-totals", 0600, buffer_string(&text), text.length))
		log_line("that totals come as percents is not remembered: %s", strerror(errno));
	if (folder >= 0)
		close(folder);
	buffer_free(&text);
}

/* ---- answers become events ---- */

/* "The server refused the request (400): reason", scrubbed, without our secrets. */
static void live_set_status_cause(struct live *live, const struct http_response *response)
{
	struct api_words words = auth_explain(&live->auth, response);
	live_set_cause(live, words.cause, words.advice);
}

/* The status line is short: an error that says itself that it is about the answer needs no prefix. */
static void live_set_unreadable_cause(struct live *live, const char *prefix, const struct error *error)
{
	char cause[ERROR_TEXT];
	snprintf(cause, sizeof(cause), "%s%.200s", prefix, error->text);
	auth_mask(&live->auth, cause);
	live_set_cause(live, cause, "");
}

static const char unreadable[] = "The answer cannot be read: ";

/* A 401: a new token, unless that did not help lately. */
static enum sub_event live_unauthorised(struct live *live)
{
	int64_t now = clock_boot_ms(), before = live->renewed_ms;
	live->renewed_ms = now;
	live->token_is_new = false;
	return before != 0 && now - before < LIVE_RENEW_AGAIN_MS ? EVENT_UNAUTHORISED_AGAIN : EVENT_UNAUTHORISED;
}

/* What means the same whatever was asked; EVENT_NONE for the rest. */
static enum sub_event live_answer_common(struct live *live, const struct http_response *response)
{
	/* Beside a good answer it means nothing. */
	live->retry_after = response->status >= 400 ? response->retry_after : -1;
	live->link.latency_ms = response->latency_ms;
	if (response->cause[0] != '\0') {
		live_set_cause(live, response->cause, response->advice);
		return EVENT_FAILED;
	}
	if (response->status == 401) {
		live_set_status_cause(live, response);
		enum sub_event event = live_unauthorised(live);
		live->token_is_new = event == EVENT_UNAUTHORISED && live->config->auth == AUTH_OAUTH &&
			live->auth.generation != live->generation;
		return event;
	}
	/* A 409 or 500 says nothing about the token. */
	if (response->status < 300)
		live->renewed_ms = 0;
	if (response->status == 403) {
		live_set_status_cause(live, response);
		return EVENT_FORBIDDEN;
	}
	return EVENT_NONE;
}

static enum sub_event live_answer_failed(struct live *live, const struct http_response *response)
{
	live_set_status_cause(live, response);
	return EVENT_FAILED;
}

static void live_change_spelling(struct live *live)
{
	live->spelling_tries++;
	live->request.dialect = live->request.dialect == DIALECT_SCHEMA ? DIALECT_EXAMPLE : DIALECT_SCHEMA;
	log_line("subscription: trying the spelling of the %s",
		live->request.dialect == DIALECT_SCHEMA ? "schema" : "example");
}

/* There, and back if the other is no better: twice. */
static bool live_may_change_spelling(const struct live *live)
{
	return live->config->dialect == DIALECT_CHOICE_AUTO && !live->spelling_works && live->spelling_tries < 2;
}

/* Takes out of the plan what the body names. */
static bool live_amend(struct live *live, const struct http_response *response)
{
	char reason[API_REASON_MAX], whole[API_REASON_MAX];
	if (live->amendments++ >= LIVE_AMENDMENTS_MAX)
		return false;
	api_reason(response->path, &live->json, response->body, response->length, reason, sizeof(reason));
	auth_mask(&live->auth, reason);
	if (reason[0] != '\0' && request_refuse(&live->request, response->status, reason))
		return true;
	text_scrub(whole, sizeof(whole), response->body, response->length);
	auth_mask(&live->auth, whole);
	return whole[0] != '\0' && request_refuse(&live->request, response->status, whole);
}

/* A 400, or a 404 on the POST: something in the body does not suit the server. */
static enum sub_event live_answer_rejected(struct live *live, const struct http_response *response)
{
	live_set_status_cause(live, response);
	/* The old layout's body was refused: that says nothing about the new one. */
	if (live->layout_changed)
		return EVENT_LAYOUT;
	if (response->status == 400 && live_may_change_spelling(live)) {
		bool first = live->spelling_tries == 0;
		live_change_spelling(live);
		if (first)
			return EVENT_AMENDED;
	}
	if (!live_amend(live, response))
		return EVENT_REJECTED;
	live->sink.changed(live->sink.context);
	return request_live_sets(&live->request) > 0 ? EVENT_AMENDED : EVENT_REJECTED;
}

static enum sub_event live_answer_create(struct live *live, const struct http_response *response)
{
	switch (response->status) {
	case 200:
	case 201:
	case 202:
	case 204:
		live_owner_note(&live->owner, OWNER_POST_DONE, clock_boot_ms());
		return EVENT_CREATED;
	case 400:
	case 404:
		return live_answer_rejected(live, response);
	case 409:
		live_set_status_cause(live, response);
		live->owner.empty_answers = 0;
		return EVENT_CONFLICT;
	default:
		return live_answer_failed(live, response);
	}
}

/* Whose data a body holds; the cause says why if that cannot be read. */
static enum owner live_data_owner(struct live *live, const struct http_response *response)
{
	struct error error = { "" };
	if (!json_parse(&live->json, response->body, response->length, &error)) {
		live_set_unreadable_cause(live, unreadable, &error);
		return OWNER_UNKNOWN;
	}
	if (json_kind(&live->json, json_root(&live->json)) != JSON_OBJECT) {
		live_set_cause(live, "The answer is not an object of app ids", "");
		return OWNER_UNKNOWN;
	}
	return live_owner_of(&live->owner, &live->json);
}

/* Whose subscription an answer to a GET of the data shows; the cause says why if that is not known. */
static enum owner live_answer_owner(struct live *live, const struct http_response *response)
{
	enum owner seen = OWNER_UNKNOWN;
	if (response->status == 404 || response->status == 410)
		return OWNER_NOBODY;
	if (response->status == 204)
		return OWNER_NO_DATA;
	if (response->status == 200)
		seen = live_data_owner(live, response);
	else
		live_answer_failed(live, response);
	if (seen == OWNER_STRANGE)
		live_set_cause(live, "The answer contains no statistics", "");
	return seen;
}

/* After a 409: decides by the owner of the subscription that is in the way. */
static enum sub_event live_answer_conflict(struct live *live, const struct http_response *response)
{
	enum owner seen = live_answer_owner(live, response);
	enum sub_event event = live_owner_verdict(&live->owner, LOOK_AFTER_409, seen, clock_boot_ms());
	if (event == EVENT_FAILED && (seen == OWNER_US || seen == OWNER_SAME_TAG))
		live_set_cause(live, "An earlier subscription of this screen still exists", "");
	return event;
}

/* Before a DELETE: whether the subscription is still ours, by whose data were seen. */
static enum sub_event live_verdict(struct live *live, enum owner seen)
{
	return live_owner_verdict(&live->owner, live->stopping ? LOOK_AT_END : LOOK_BEFORE_DELETE, seen, clock_boot_ms());
}

static enum sub_event live_data_accepted(struct live *live, const struct decode_report *report, int64_t now_ms)
{
	/* Nothing, or our app ids without what was asked for. */
	live->empty_reason = report->filled == 0 ? "its answers are empty" : NULL;
	if (live->empty_reason != NULL)
		return EVENT_NOT_READY;
	if (report->blank_columns && live_may_change_spelling(live)) {
		live_change_spelling(live);
		return EVENT_BLANK;
	}
	if (!report->blank_columns)
		live->spelling_works = true;
	if (report->proved_percent)
		live_note_percents(live);
	live_owner_note(&live->owner, OWNER_CONFIRMED, now_ms);
	live->link.accepted++;
	live->link.accepted_ms = now_ms;
	return EVENT_DATA;
}

static enum sub_event live_data(struct live *live, const struct http_response *response)
{
	struct error error = { "" };
	struct decode_report report = { 0 };
	struct frame frame = {
		.kind = FRAME_DATA, .subject = "", .received_ms = clock_boot_ms(), .wall_ms = clock_wall_ms(),
		.bytes = response->body, .length = response->length, .request = &live->request,
	};
	live->link.bytes = (unsigned long)response->length;
	if (response->length == 0) {
		live_set_cause(live, "The answer is empty", "");
		return EVENT_FAILED;
	}
	bool good = live->sink.frame(live->sink.context, &frame, &report, &error);
	/* Not our answer, whether the sink has an opinion of it or not. */
	if (report.ours == 0 && report.foreign > 0) {
		enum owner seen = live_data_owner(live, response);
		if (seen == OWNER_US)
			live->empty_reason = "its answers are an earlier layout's";
		return live_owner_verdict(&live->owner, LOOK_POLL, seen, frame.received_ms);
	}
	if (good)
		return live_data_accepted(live, &report, frame.received_ms);
	live_set_unreadable_cause(live, report.bad_part ? unreadable : "", &error);
	return EVENT_FAILED;
}

static enum sub_event live_answer_poll(struct live *live, const struct http_response *response)
{
	switch (response->status) {
	case 200:
		return live_data(live, response);
	case 204:
		live->empty_reason = NULL;
		return EVENT_NOT_READY;
	case 404:
	case 410:
		live_owner_note(&live->owner, OWNER_GONE, 0);
		live_set_cause(live, "The subscription is gone (404); making a new one", "");
		return EVENT_GONE;
	default:
		return live_answer_failed(live, response);
	}
}

static enum sub_event live_answer_delete(struct live *live, const struct http_response *response)
{
	if (response->status == 429 || response->status >= 500)
		return live_answer_failed(live, response);
	/* 404 too: there is nothing (any more). */
	live_owner_note(&live->owner, OWNER_GONE, 0);
	return EVENT_DELETED;
}

/* What the answer to a command's request means. */
static enum sub_event live_answer(struct live *live, enum sub_command asked, const struct http_response *response)
{
	enum sub_event event = live_answer_common(live, response);
	bool unauthorised = event == EVENT_UNAUTHORISED || event == EVENT_UNAUTHORISED_AGAIN;
	/* Without an answer it is unknown whether the POST was carried out. */
	if (asked == COMMAND_CREATE)
		live_owner_note(&live->owner,
			response->status == 0 && response->sent ? OWNER_POST_UNKNOWN : OWNER_POST_REFUSED, 0);
	/* The end began meanwhile: this answer serves for the look before the DELETE. */
	if (live->sub.state == SUB_STOP_VERIFY)
		asked = COMMAND_VERIFY_BEFORE_DELETE;
	if (asked == COMMAND_POLL)
		live->link.polls++;
	if (asked == COMMAND_VERIFY_BEFORE_DELETE && !unauthorised)
		return live_verdict(live, event == EVENT_NONE ? live_answer_owner(live, response) : OWNER_UNKNOWN);
	if (event != EVENT_NONE)
		return event;
	if (asked == COMMAND_CREATE)
		return live_answer_create(live, response);
	if (asked == COMMAND_VERIFY_AFTER_409)
		return live_answer_conflict(live, response);
	return asked == COMMAND_DELETE ? live_answer_delete(live, response) : live_answer_poll(live, response);
}

static void live_on_answer(void *context, const struct http_response *response)
{
	struct live *live = context;
	enum sub_command asked = live->asked;
	live->asked = COMMAND_NONE;
	enum sub_event event = live_answer(live, asked, response);
	bool layout_changed = live->layout_changed;
	live->layout_changed = false;
	live_event(live, event);
	if (layout_changed && event == EVENT_CREATED && !live->stopping)
		live_event(live, EVENT_LAYOUT);
}

/* ---- commands ---- */

static void live_ask(struct live *live, enum sub_command command, const char *method, const char *path)
{
	http_cancel(live->http, HTTP_STATS);
	live->asked = command;
	live->generation = live->auth.generation;
	auth_start(&live->auth, HTTP_STATS, method, path, live_on_answer, live);
}

static enum sub_event live_create(struct live *live)
{
	buffer_clear(&live->body);
	if (!request_body(&live->request, &live->body)) {
		live_set_cause(live, "The layout asks for more than one request can hold", "Use fewer panels or columns.");
		return EVENT_REJECTED;
	}
	http_cancel(live->http, HTTP_STATS);
	live->asked = COMMAND_CREATE;
	live->generation = live->auth.generation;
	live_owner_note(&live->owner, OWNER_POSTING, 0);
	http_start(live->http, HTTP_STATS, &(struct http_request){
		.method = "POST",
		.path = create_path,
		.headers = { live->auth.line, "Content-Type: application/json", "Accept: application/json", "Expect:" },
		.body = buffer_string(&live->body),
		.body_length = live->body.length,
		.done = live_on_answer,
		.context = live,
	});
	return EVENT_NONE;
}

static void live_on_lists(void *context, enum lists_result result)
{
	struct live *live = context;
	const struct lists *lists = &live->extras.lists;
	if (result == LISTS_DONE) {
		live->plan_stale = true;
		live_event(live, live_listed(live));
		return;
	}
	live->retry_after = lists->retry_after;
	live_set_cause(live, lists->cause, lists->advice);
	live_event(live, result == LISTS_FAILED ? EVENT_FAILED : live_unauthorised(live));
}

static enum sub_event live_sign_in(struct live *live)
{
	/* Something else met the same refusal before. */
	bool token_is_new = live->token_is_new;
	live->token_is_new = false;
	if (token_is_new)
		return EVENT_TOKEN;
	/* A new try where the secret was refused too often is one that somebody, or the table, asks for. */
	enum auth_result result = auth_ask(&live->auth, subscription_about(live->sub.state)->anew == ANEW_SECRET);
	if (result == AUTH_PENDING)
		return EVENT_NONE;
	if (result == AUTH_READY)
		return EVENT_TOKEN;
	live->retry_after = -1;
	live_set_cause(live, live->auth.cause, live->auth.advice);
	return EVENT_TOKEN_STOPPED;
}

static enum sub_event live_poll(struct live *live)
{
	/* When it was meant to begin: a timer is always a little late, and polls must not wander. */
	int64_t now_ms = clock_boot_ms(), late_ms = now_ms - live->due_ms;
	live->poll_start_ms = late_ms >= 0 && late_ms < LIVE_TIMER_LATE_MS ? live->due_ms : now_ms;
	live_ask(live, COMMAND_POLL, "GET", data_path);
	return EVENT_NONE;
}

static enum sub_event live_verify(struct live *live)
{
	/* A poll on its way brings the same answer. To cancel it would close the connection that the DELETE needs. */
	if (live->stopping && http_busy(live->http, HTTP_STATS))
		return EVENT_NONE;
	enum sub_event event = live_verdict(live, OWNER_NOT_ASKED);
	if (event == EVENT_NONE && live->stop_half_over)
		return live_verdict(live, OWNER_UNKNOWN);
	if (event == EVENT_NONE)
		live_ask(live, COMMAND_VERIFY_BEFORE_DELETE, "GET", data_path);
	return event;
}

static enum sub_event live_list(struct live *live)
{
	enum lists_scope scope = live->names_stale ? LISTS_ANEW : LISTS_MISSING;
	live->names_stale = false;
	return extras_list(&live->extras, scope, live_on_lists) == LISTS_DONE ? live_listed(live) : EVENT_NONE;
}

static enum sub_event live_run(struct live *live, enum sub_command command)
{
	live->retry_after = -1;
	switch (command) {
	case COMMAND_SIGN_IN:
		return live_sign_in(live);
	case COMMAND_LIST:
		return live_list(live);
	case COMMAND_CREATE:
		return live_create(live);
	case COMMAND_POLL:
		return live_poll(live);
	case COMMAND_VERIFY_AFTER_409:
		live_ask(live, command, "GET", data_path);
		break;
	case COMMAND_VERIFY_BEFORE_DELETE:
		return live_verify(live);
	case COMMAND_DELETE:
		live_ask(live, command, "DELETE", delete_path);
		break;
	case COMMAND_END:
		http_cancel(live->http, HTTP_STATS);
		http_cancel(live->http, HTTP_TOKEN);
		ev_timer_stop(live->loop, &live->refresh);
		/* From the loop and not from here: the callback may free us. */
		timer_start(live->loop, &live->end, 0);
		break;
	case COMMAND_NONE:
	case COMMAND_COUNT:
		break;
	}
	return EVENT_NONE;
}

/* ---- what is asked for once ---- */

/* The callback may ask for the next thing at once. */
static void live_fetch_end(struct live *live, int status, const char *bytes, size_t length, const char *cause)
{
	struct error error;
	void (*done)(void *context, int, const char *, size_t, const struct error *) = live->fetch_done;
	live->fetch_done = NULL;
	error_set(&error, "%s", cause);
	if (done != NULL)
		done(live->fetch_context, status, bytes, length, &error);
}

/* "A privilege is missing (403): reason: what to do", for a refusal. */
static void live_explain_fetched(struct live *live, const struct http_response *response, char *out, size_t size)
{
	struct api_words words = auth_explain(&live->auth, response);
	text_cause(out, size, words.cause, words.advice);
	text_trim(out);
}

static void live_on_fetched(void *context, const struct http_response *response)
{
	struct live *live = context;
	char words[ERROR_TEXT] = "";
	bool usable = response->cause[0] == '\0';
	/* Asked again when another token is there. */
	if (usable && response->status == 401 && !live->fetch_renewed && live->config->auth == AUTH_OAUTH) {
		live->fetch_renewed = true;
		auth_renew(&live->auth, live->fetch_generation);
		return;
	}
	if (!usable)
		snprintf(words, sizeof(words), "%s", response->cause);
	else if (response->status != 200)
		live_explain_fetched(live, response, words, sizeof(words));
	live_fetch_end(live, usable ? response->status : 0, response->body, usable ? response->length : 0, words);
}

static void live_fetch_start(struct live *live)
{
	if (live->fetch_done == NULL || http_busy(live->http, HTTP_FETCH))
		return;
	live->fetch_generation = live->auth.generation;
	auth_start(&live->auth, HTTP_FETCH, "GET", live->fetch_path, live_on_fetched, live);
}

static void live_fetch_fail(struct live *live, const char *cause)
{
	if (live->fetch_done == NULL)
		return;
	http_cancel(live->http, HTTP_FETCH);
	live_fetch_end(live, 0, "", 0, cause);
}

void live_fetch(struct live *live, const char *path,
	void (*done)(void *context, int status, const char *bytes, size_t length, const struct error *error),
	void *context)
{
	struct error error;
	if (live->fetch_done != NULL || live->stopping || strlen(path) >= sizeof(live->fetch_path)) {
		error_set(&error, "this cannot be asked for now");
		done(context, 0, "", 0, &error);
		return;
	}
	snprintf(live->fetch_path, sizeof(live->fetch_path), "%s", path);
	live->fetch_done = done;
	live->fetch_context = context;
	live->fetch_renewed = false;
	if (live->auth.line != NULL)
		live_fetch_start(live);
	else if (live->sub.state == SUB_SECRET_STOPPED)
		live_fetch_fail(live, live->link.cause);
}

/* ---- the machine: an event, the table's row, the command, the delay ---- */

/* The event that follows at once. */
static enum sub_event live_step(struct live *live, enum sub_event event)
{
	const struct transition *row = subscription_step(&live->sub, event, live->interval, clock_boot_ms());
	if (row == NULL)
		return EVENT_NONE;
	/* An answer to what the old layout asked for is of no use. */
	if (event == EVENT_LAYOUT)
		http_cancel(live->http, HTTP_STATS);
	if (row->delay == DELAY_BACKOFF)
		live->link.failures++;
	live_update_link(live, row->event);
	ev_timer_stop(live->loop, &live->timer);
	live->pending = COMMAND_NONE;
	live->link.next_try_ms = 0;
	/* What waits for a token begins, or fails where there will be none. */
	if (event == EVENT_TOKEN && !live->stopping) {
		live_fetch_start(live);
		extras_run(&live->extras);
		sms_run(&live->sms);
	} else if (event == EVENT_TOKEN_STOPPED || (event == EVENT_TOKEN_REFUSED && live->one_shot)) {
		live_fetch_fail(live, live->link.cause);
	}
	if (row->delay == DELAY_NOW)
		return live_run(live, row->command);
	live_schedule(live, row);
	return EVENT_NONE;
}

static void live_event(struct live *live, enum sub_event event)
{
	while (event != EVENT_NONE)
		event = live_step(live, event);
	live->sink.changed(live->sink.context);
}

/* The pending command, now. */
static void live_fire(struct live *live)
{
	enum sub_command command = live->pending;
	enum sub_anew anew = subscription_about(live->sub.state)->anew;
	bool in_order = live->link.state == LINK_LIVE;
	live->pending = COMMAND_NONE;
	live->due_ms = live->link.next_try_ms;
	live->link.next_try_ms = 0;
	ev_timer_stop(live->loop, &live->timer);
	if (anew == ANEW_TOKEN)
		live->renewed_ms = 0;
	if (anew == ANEW_NAMES)
		live->plan_stale = live->names_stale = true;
	enum sub_event event = live_run(live, command);
	/* The screen does not change because one more poll begins. */
	if (event != EVENT_NONE || !in_order)
		live_event(live, event);
}

/* What waited for another token goes on. */
static void live_on_granted(void *context)
{
	struct live *live = context;
	if (live->stopping)
		return;
	live_fetch_start(live);
	extras_run(&live->extras);
	sms_run(&live->sms);
}

static void live_on_auth(void *context, enum auth_result result)
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
		if (live->sub.state == SUB_SECRET_STOPPED)
			live_fire(live);
		return;
	}
	live->retry_after = live->auth.retry_after;
	if (result != AUTH_READY)
		live_set_cause(live, live->auth.cause, live->auth.advice);
	live_event(live, events[result]);
}

/* ---- asking again for names that were not found, and for panels that were refused ---- */

/*
 * Names that were not found are looked up again every few minutes: the team may exist by now. What the server refused
 * is asked for again each hour only, because for that the working subscription has to be replaced.
 */

static bool live_is_unresolved(const struct live *live)
{
	for (unsigned i = 0; i < live->request.set_count; i++) {
		const struct request_set *set = &live->request.sets[i];
		if ((set->skipped && !set->refused) || set->filter_services_here)
			return true;
	}
	return live->extras.lists.need_services && !live->services.known;
}

/* Nothing else is being mended, and there is a token. */
static bool live_may_ask_again(const struct live *live)
{
	enum sub_state state = live->sub.state;
	return (state == SUB_WAITING || state == SUB_LIVE || state == SUB_NOTHING) && !live->stopping &&
		live->auth.line != NULL;
}

static bool live_has_refused(const struct live *live)
{
	bool refused = false;
	for (unsigned i = 0; i < live->request.set_count; i++)
		refused = refused || live->request.sets[i].refused;
	return refused;
}

/* True if there was a refused panel, and it is asked for now. */
static bool live_ask_refused(struct live *live)
{
	if (!live_has_refused(live) || !live_may_ask_again(live))
		return false;
	log_line("subscription: asking again for what was refused");
	live->plan_stale = live->names_stale = true;
	live_event(live, EVENT_LAYOUT);
	return true;
}

static void live_on_refreshed(void *context, enum lists_result result)
{
	struct live *live = context;
	if (result == LISTS_UNAUTHORISED)
		auth_renew(&live->auth, live->auth.generation);
	if (result != LISTS_DONE || !live_may_ask_again(live) || !live_plan_differs(live))
		return;
	log_line("subscription: names were found: asking anew");
	live->plan_stale = true;
	live_event(live, EVENT_LAYOUT);
}

/* Somebody looks at the lists. */
static void live_on_named(void *context, enum lists_result result)
{
	struct live *live = context;
	live_on_refreshed(live, result);
	live->sink.changed(live->sink.context);
}

static void live_on_refresh(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	struct live *live = timer->data;
	timer_start(live->loop, timer, LIVE_REFRESH_SECONDS);
	if (clock_boot_ms() - live->planned_ms >= LIVE_REFUSED_MS && live_ask_refused(live))
		return;
	if (!live_is_unresolved(live) || !live_may_ask_again(live) || http_busy(live->http, HTTP_LIST))
		return;
	extras_list(&live->extras, LISTS_REFRESH, live_on_refreshed);
}

/* ---- the end ---- */

static double live_stop_half_seconds(const struct live *live)
{
	int64_t trip_ms = http_round_trip_ms(live->http);
	int64_t half_ms = LIVE_STOP_HALF_MS + (trip_ms < 0 ? 0 : LIVE_STOP_TRIPS * trip_ms);
	return (double)(half_ms > LIVE_STOP_HALF_MAX_MS ? LIVE_STOP_HALF_MAX_MS : half_ms) / 1000.0;
}

/* A half of the time is over, or everything is done and only the call is left. */
static void live_on_end(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	struct live *live = timer->data;
	if (live->sub.state == SUB_ENDED) {
		live->sink.ended(live->sink.context);
	} else if (live->stop_half_over) {
		live_event(live, EVENT_TIME_UP);
	} else {
		live->stop_half_over = true;
		timer_start(live->loop, &live->end, live_stop_half_seconds(live));
		/* The second half is for the DELETE, which needs the token if one is on its way. */
		if (live->sub.state == SUB_STOP_VERIFY && !http_busy(live->http, HTTP_TOKEN))
			live_event(live, live_verdict(live, OWNER_UNKNOWN));
	}
}

static void live_ops_stop(struct feed *feed)
{
	struct live *live = live_of(feed);
	if (live->stopping)
		return;
	live->stopping = true;
	ev_timer_stop(live->loop, &live->timer);
	ev_timer_stop(live->loop, &live->refresh);
	extras_set_layout(&live->extras, NULL);
	live->sms.stopped = true;
	sms_run(&live->sms);
	live_fetch_fail(live, "the program ends");
	timer_start(live->loop, &live->end, live_stop_half_seconds(live));
	if (live->asked == COMMAND_CREATE)
		live_event(live, EVENT_STOP_POSTING);
	else
		live_event(live, live->owner.subscribed ? EVENT_STOP_OWNED : EVENT_STOP);
}

/* ---- the beginning ---- */

static void live_on_timer(struct ev_loop *loop, ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	struct live *live = timer->data;
	if (live->sub.state == SUB_START) {
		extras_set_layout(&live->extras, live->layout);
		live_event(live, EVENT_BEGIN);
	} else if (live->pending != COMMAND_NONE && live->link.next_try_ms > clock_boot_ms()) {
		live_sleep(live);
	} else {
		live_fire(live);
	}
}

static void live_ops_start(struct feed *feed)
{
	struct live *live = live_of(feed);
	if (live->sub.state != SUB_START)
		return;
	timer_start(live->loop, &live->timer, 0);
	timer_start(live->loop, &live->refresh, LIVE_REFRESH_SECONDS);
}

static bool live_chat_clean(const char *text)
{
	return text == NULL || (!text_has_control(text) && strchr(text, '"') == NULL && strlen(text) < 200);
}

static bool live_check(struct live *live, struct error *error)
{
	const struct api_config *config = live->config;
	if (!live_chat_clean(config->chat_app_id) || !live_chat_clean(config->chat_client_id))
		return error_set(error, "chat_app_id or chat_client_id holds characters that cannot be sent");
	return url_base_read(&live->base, config->url, config->tenant, config->allow_plaintext, error);
}

/* What the server may be asked at most; on this machine there are only tests. */
static double live_interval(const struct live *live)
{
	double floor = live->base.loopback ? INTERVAL_MIN : 1.0, wanted = live->config->interval;
	if (live->hurry > 0 && live->hurry < wanted)
		wanted = live->hurry;
	return wanted < floor ? floor : wanted;
}

/* What needs the connection and its address. */
static void live_init_parts(struct live *live)
{
	live->interval = live_interval(live);
	live->link.state = LINK_STARTING;
	live->link.plaintext = live->base.plaintext;
	live->link.interval = live->interval;
	live->link.exit_status = subscription_about(SUB_START)->exit_status;
	snprintf(live->link.peer, sizeof(live->link.peer), "%.*s", (int)sizeof(live->link.peer) - 1, live->base.peer);
	live->owner = (struct live_owner){
		.request = &live->request, .interval = live->interval, .one_shot = live->one_shot,
		.take_over = live->config->take_over,
	};
	live->auth.http = live->http;
	live->auth.granted = live_on_granted;
	live->extras = (struct extras){
		.loop = live->loop, .http = live->http, .auth = &live->auth, .config = live->config, .sink = &live->sink,
		.teams = &live->teams, .services = &live->services, .lists_only = live->lists_only,
		.accepted = live_age_of_extras, .context = live,
	};
	extras_init(&live->extras, live->layout);
	live->sms = (struct sms){
		.loop = live->loop, .http = live->http, .auth = &live->auth, .failed = live->sink.sms_failed,
		.context = live->sink.context,
		/* As for the interval: on this machine there are only tests. */
		.pace = live->base.loopback ? 0.05 : 1,
	};
	sms_init(&live->sms);
}

static void live_ops_free(struct feed *feed)
{
	struct live *live = live_of(feed);
	ev_timer_stop(live->loop, &live->timer);
	ev_timer_stop(live->loop, &live->end);
	ev_timer_stop(live->loop, &live->refresh);
	if (live->http != NULL) {
		extras_free(&live->extras);
		sms_free(&live->sms);
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

/* ---- as a feed ---- */

static void live_ops_retry(struct feed *feed)
{
	struct live *live = live_of(feed);
	if (live_ask_refused(live))
		return;
	if (live->pending != COMMAND_NONE && live->sub.state != SUB_LIVE && !live->stopping)
		live_fire(live);
}

/* Another interval holds for the poll that waits too. */
static void live_use_interval(struct live *live)
{
	if (live->sub.state != SUB_LIVE || live->pending != COMMAND_POLL)
		return;
	live->link.interval = live->interval;
	live->link.next_try_ms = live_align_to_second(live, live->poll_start_ms + (int64_t)(live->interval * 1000));
	live_sleep(live);
}

/* Whether the subscription that lives is what the new plan asks for: then it goes on, and only what is asked beside differs. */
static bool live_goes_on(const struct live *live, uint32_t before, const char *tag)
{
	return (live->sub.state == SUB_LIVE || live->sub.state == SUB_WAITING) && live->request.signature == before &&
		strcmp(tag, live->request.tag) == 0;
}

static void live_ops_set_layout(struct feed *feed, const struct layout *layout, const char *tag)
{
	struct live *live = live_of(feed);
	/* What was refused is asked for again. */
	bool may_go_on = !live->plan_stale && !live_has_refused(live) && strcmp(tag, live->tag) == 0;
	uint32_t before = live->request.signature;
	live->interval = live->owner.interval = live_interval(live);
	live->layout = layout;
	snprintf(live->tag, sizeof(live->tag), "%s", tag);
	if (live->stopping)
		return;
	extras_set_layout(&live->extras, layout);
	/* At once, because the old layout may go away; once more when the names are known. */
	live_plan(live);
	if (may_go_on && live_goes_on(live, before, tag)) {
		(void)extras_list(&live->extras, LISTS_MISSING, live_on_refreshed);
		live_use_interval(live);
		live->sink.changed(live->sink.context);
		return;
	}
	live->plan_stale = true;
	if (live->asked == COMMAND_CREATE) {
		live->layout_changed = true;
		live->sink.changed(live->sink.context);
		return;
	}
	live_event(live, EVENT_LAYOUT);
}

static const struct link *live_ops_link(const struct feed *feed)
{
	return &((const struct live *)feed)->link;
}

static const struct request *live_ops_request(const struct feed *feed)
{
	return &((const struct live *)feed)->request;
}

static const struct catalogue *live_ops_services(const struct feed *feed)
{
	return &((const struct live *)feed)->services;
}

static const struct catalogue *live_ops_teams(const struct feed *feed)
{
	return live_teams((const struct live *)feed);
}

static void live_ops_list_names(struct feed *feed)
{
	struct live *live = live_of(feed);
	if ((!live->teams.known || !live->services.known) && live_may_ask_again(live) && !http_busy(live->http, HTTP_LIST))
		extras_list(&live->extras, LISTS_ALL, live_on_named);
}

static bool live_ops_send(struct feed *feed, const struct alert_event *event, enum names names, struct error *error)
{
	return sms_add(&live_of(feed)->sms, event, names, error);
}

static bool live_ops_planned(const struct feed *feed)
{
	const struct live *live = (const struct live *)feed;
	return live->extras.lists.complete && !live->plan_stale;
}

static const struct feed_ops live_ops = {
	.planned = live_ops_planned,
	.start = live_ops_start,
	.stop = live_ops_stop,
	.retry = live_ops_retry,
	.set_layout = live_ops_set_layout,
	.link = live_ops_link,
	.request = live_ops_request,
	.teams = live_ops_teams,
	.list_names = live_ops_list_names,
	.services = live_ops_services,
	.send = live_ops_send,
	.free = live_ops_free,
};

struct live *live_new(struct ev_loop *loop, const struct api_config *config, const struct layout *layout,
	const struct live_options *options, const struct feed_sink *sink, int *status, struct error *error)
{
	struct live *live = must_alloc(sizeof(*live));
	*live = (struct live){
		.feed = { .ops = &live_ops, .owns = true }, .loop = loop, .config = config, .layout = layout, .sink = *sink,
		.one_shot = options->one_shot, .lists_only = options->lists_only, .retry_after = -1,
		/* The screen waits a little for the answer: its second is not to be seen late. */
		.align_ms = options->align_to_second ? (int)(os_random_share() * LIVE_ALIGN_MS * 3 / 4) : -1,
	};
	snprintf(live->tag, sizeof(live->tag), "%s", options->tag);
	buffer_init(&live->body, REQUEST_BODY_MAX);
	catalogue_init(&live->teams);
	catalogue_init(&live->services);
	request_init(&live->request);
	json_init(&live->json);
	ev_timer_init(&live->timer, live_on_timer, 0.0, 0.0);
	ev_timer_init(&live->end, live_on_end, 0.0, 0.0);
	ev_timer_init(&live->refresh, live_on_refresh, 0.0, 0.0);
	live->timer.data = live->end.data = live->refresh.data = live;
	if (live_check(live, error) && auth_open(&live->auth, loop, config, live_on_auth, live, error)) {
		live->auth.memory = options->memory;
		live->auth.heeds = options->one_shot;
		live->http = http_new(loop, &live->base, config->proxy, config->ca_file, error);
	}
	if (live->http == NULL) {
		*status = live->auth.secret.signal != 0 ? STATUS_SIGNAL + live->auth.secret.signal : STATUS_USAGE;
		live_ops_free(&live->feed);
		return NULL;
	}
	*status = STATUS_FINE;
	live_init_parts(live);
	live->request.dialect = config->dialect == DIALECT_CHOICE_EXAMPLE ? DIALECT_EXAMPLE : DIALECT_SCHEMA;
	live->request.scales = (struct scales){ .totals = config->percent_totals, .grids = config->percent_grids };
	if (config->percent_totals == SCALE_AUTO && config->tenant != NULL && live_remembers_percents(config->tenant))
		live->request.scales.totals = SCALE_PERCENT;
	live_plan(live);
	live->plan_stale = true;
	return live;
}

struct feed *live_feed(struct live *live)
{
	return &live->feed;
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
	return live->extras.lists.complete;
}

bool live_secret_stopped(const struct live *live)
{
	return live->sub.state == SUB_SECRET_STOPPED;
}

bool live_rejected(const struct live *live)
{
	return live->sub.state == SUB_REJECTED;
}

void live_take_over(struct live *live)
{
	live->owner.take_over = true;
	if (live->pending != COMMAND_NONE && subscription_about(live->sub.state)->in_the_way && !live->stopping)
		live_fire(live);
}

void live_note_percents(struct live *live)
{
	if (live->config->percent_totals != SCALE_AUTO)
		return;
	live->request.scales.totals = SCALE_PERCENT;
	log_line("totals: percentages come as percents, since one is above 1");
	live_remember_percents(live->config->tenant);
}

void live_hurry(struct live *live, double interval)
{
	live->hurry = interval;
	double before = live->interval;
	live->interval = live->owner.interval = live_interval(live);
	if (live->interval == before)
		return;
	live_use_interval(live);
	live->sink.changed(live->sink.context);
}
