#include <stdio.h>
#include <string.h>

#include "api/api_errors.h"
#include "api/live_state.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

/* "the server refused the request (400): reason", scrubbed, without our secrets. */
static void say_status(struct live *live, const struct http_response *response, bool with_reason)
{
	char words[ERROR_TEXT], reason[WORDS_REASON_MAX], cause[ERROR_TEXT];
	words_status(response->status, words, sizeof(words));
	reason[0] = '\0';
	if (with_reason)
		words_reason(&live->json, response->body, response->length, reason, sizeof(reason));
	auth_mask(&live->auth, reason);
	snprintf(cause, sizeof(cause), "%.100s%s%.150s", words, reason[0] != '\0' ? ": " : "", reason);
	live_say(live, cause, words_advice(response->status));
}

enum sub_event live_unauthorised(struct live *live)
{
	int64_t now = clock_boot_ms(), before = live->renewed_ms;
	live->renewed_ms = now;
	return before != 0 && now - before < LIVE_RENEW_AGAIN_MS ? EVENT_UNAUTHORISED_AGAIN : EVENT_UNAUTHORISED;
}

/* What means the same whatever was asked; EVENT_NONE for the rest. */
enum sub_event live_answer_common(struct live *live, const struct http_response *response)
{
	/* Beside a good answer it means nothing. */
	live->retry_after = response->status >= 400 ? response->retry_after : -1;
	live->link.latency_ms = response->latency_ms;
	if (response->cause[0] != '\0') {
		live_say(live, response->cause, response->advice);
		return EVENT_FAILED;
	}
	if (response->status == 401) {
		say_status(live, response, false);
		return live_unauthorised(live);
	}
	/* A 409 or 500 says nothing about the token. */
	if (response->status < 300)
		live->renewed_ms = 0;
	if (response->status == 403) {
		say_status(live, response, true);
		return EVENT_FORBIDDEN;
	}
	return EVENT_NONE;
}

enum sub_event live_answer_failed(struct live *live, const struct http_response *response)
{
	say_status(live, response, response->status < 500);
	return EVENT_FAILED;
}

static void other_spelling(struct live *live)
{
	live->spelling_tries++;
	live->request.dialect = live->request.dialect == DIALECT_SCHEMA ? DIALECT_EXAMPLE : DIALECT_SCHEMA;
	log_line("subscription: trying the spelling of the %s",
		live->request.dialect == DIALECT_SCHEMA ? "schema" : "example");
}

/* There, and back if the other is no better: twice. */
static bool may_respell(const struct live *live)
{
	return live->config->dialect == DIALECT_CHOICE_AUTO && live->spelling_tries < 2;
}

/* Takes out of the plan what the body names. */
static bool amend(struct live *live, const struct http_response *response)
{
	char reason[WORDS_REASON_MAX], whole[WORDS_REASON_MAX];
	if (live->amendments++ >= LIVE_AMENDMENTS_MAX)
		return false;
	words_reason(&live->json, response->body, response->length, reason, sizeof(reason));
	auth_mask(&live->auth, reason);
	if (reason[0] != '\0' && request_refuse(&live->request, response->status, reason))
		return true;
	text_scrub(whole, sizeof(whole), response->body, response->length);
	auth_mask(&live->auth, whole);
	return whole[0] != '\0' && request_refuse(&live->request, response->status, whole);
}

/* A 400, or a 404 on the POST: something in the body does not suit the server. */
static enum sub_event refused(struct live *live, const struct http_response *response)
{
	say_status(live, response, true);
	/* The old layout's body was refused: that says nothing about the new one. */
	if (live->relayout)
		return EVENT_LAYOUT;
	if (response->status == 400 && !live->spelling_proven && may_respell(live)) {
		bool first = live->spelling_tries == 0;
		other_spelling(live);
		if (first)
			return EVENT_AMENDED;
	}
	if (!amend(live, response))
		return EVENT_REJECTED;
	live->sink.changed(live->sink.context);
	return request_live_sets(&live->request) > 0 ? EVENT_AMENDED : EVENT_REJECTED;
}

enum sub_event live_answer_create(struct live *live, const struct http_response *response)
{
	enum sub_event event = live_answer_common(live, response);
	/* No answer after it was sent: nobody knows. */
	bool unknown = response->status == 0 && response->sent;
	live->owned = unknown || live->owned_before;
	if (unknown)
		live_made(live);
	if (event != EVENT_NONE)
		return event;
	switch (response->status) {
	case 200:
	case 201:
	case 202:
	case 204:
		live_made(live);
		live->owned = true;
		live->fed = false;
		live->ours_ms = clock_boot_ms();
		return EVENT_CREATED;
	case 400:
	case 404:
		return refused(live, response);
	case 409:
		say_status(live, response, true);
		live->probes = 0;
		return EVENT_CONFLICT;
	default:
		return live_answer_failed(live, response);
	}
}

static enum sub_event gone(struct live *live)
{
	live->owned = live->twin = false;
	live_say(live, "the subscription is gone (404): making a new one", "");
	return subscription_lost(&live->losses, clock_boot_ms()) ? EVENT_GONE_AGAIN : EVENT_GONE;
}

static enum sub_event accepted(struct live *live, const struct decode_report *report, int64_t now_ms)
{
	/* Nothing, or our app ids without what was asked for. */
	live->hollow = report->filled == 0 ? "its answers are empty" : NULL;
	if (live->hollow != NULL)
		return EVENT_NOT_READY;
	if (report->blank_columns && !live->spelling_proven && may_respell(live)) {
		other_spelling(live);
		return EVENT_BLANK;
	}
	if (!report->blank_columns)
		live->spelling_proven = true;
	live->owned = live->fed = true;
	live->link.accepted++;
	live->link.accepted_ms = live->ours_ms = now_ms;
	return EVENT_DATA;
}

/* The status line is short: what says already that it is about the answer needs no more. */
void live_say_unreadable(struct live *live, const struct error *error)
{
	char cause[ERROR_TEXT];
	bool said = strncmp(error->text, "the answer", strlen("the answer")) == 0;
	snprintf(cause, sizeof(cause), "%s%.200s", said ? "" : "the answer could not be read: ", error->text);
	auth_mask(&live->auth, cause);
	live_say(live, cause, "");
}

static enum sub_event take_data(struct live *live, const struct http_response *response)
{
	struct error error = { "" };
	struct decode_report report = { 0 };
	struct frame frame = {
		.kind = FRAME_DATA, .subject = "", .received_ms = clock_boot_ms(), .wall_ms = clock_wall_ms(),
		.bytes = response->body, .length = response->length, .request = &live->request,
	};
	live->link.bytes = (unsigned long)response->length;
	if (response->length == 0) {
		live_say(live, "the answer is empty", "");
		return EVENT_FAILED;
	}
	bool good = live->sink.frame(live->sink.context, &frame, &report, &error);
	/* Not our answer, whether the sink has an opinion of it or not. */
	if (report.ours == 0 && report.foreign > 0)
		return live_foreign_data(live, response);
	if (good)
		return accepted(live, &report, frame.received_ms);
	live_say_unreadable(live, &error);
	return EVENT_FAILED;
}

enum sub_event live_answer_poll(struct live *live, const struct http_response *response)
{
	enum sub_event event = live_answer_common(live, response);
	live->link.polls++;
	if (event != EVENT_NONE)
		return event;
	switch (response->status) {
	case 200:
		return take_data(live, response);
	case 204:
		live->hollow = NULL;
		return EVENT_NOT_READY;
	case 404:
	case 410:
		return gone(live);
	default:
		return live_answer_failed(live, response);
	}
}

enum sub_event live_answer_delete(struct live *live, const struct http_response *response)
{
	enum sub_event event = live_answer_common(live, response);
	if (event != EVENT_NONE)
		return event;
	if (response->status == 429 || response->status >= 500)
		return live_answer_failed(live, response);
	/* 404 too: there is nothing (any more). */
	live->owned = false;
	return EVENT_DELETED;
}
