/*
 * Whose the subscription is that stands there: after a 409, and before each DELETE. Nothing but its data tell.
 */
#include "api/live_state.h"
#include "base/clock.h"
#include "base/log.h"
#include "board/decode.h"

enum seen {
	SEEN_UNREADABLE,
	SEEN_NOTHING, /* nobody's yet */
	SEEN_OTHERS,
	SEEN_STRAY,   /* no map of app ids: an error object, some other service */
	SEEN_TWINS,   /* our tag, and neither this request nor one of this run */
	SEEN_OURS,
};

static const char no_statistics[] = "the answer is no statistics";

void live_made(struct live *live)
{
	uint32_t signature = live->posted;
	if (live->made_count > 0 && live->made[live->made_count - 1] == signature)
		return;
	if (live->made_count == LIVE_MADE_MAX) {
		for (unsigned i = 1; i < LIVE_MADE_MAX; i++)
			live->made[i - 1] = live->made[i];
		live->made_count--;
	}
	live->made[live->made_count++] = signature;
}

static bool made_by_us(const struct live *live, uint32_t signature)
{
	if (signature == live->request.signature)
		return true;
	for (unsigned i = 0; i < live->made_count; i++)
		if (live->made[i] == signature)
			return true;
	return false;
}

static enum seen one_key(const struct live *live, int key)
{
	char app_id[REQUEST_APP_ID_MAX];
	json_text(&live->json, key, app_id, sizeof(app_id));
	if (request_is_ours(&live->request, app_id))
		return made_by_us(live, request_signature(&live->request, app_id)) ? SEEN_OURS : SEEN_TWINS;
	return decode_is_set(&live->json, json_value(&live->json, key)) ? SEEN_OTHERS : SEEN_STRAY;
}

/* The most telling of the keys counts. */
static enum seen look_at(struct live *live, const struct http_response *response)
{
	struct error error = { "" };
	const struct json *json = &live->json;
	if (!json_parse(&live->json, response->body, response->length, &error)) {
		live_say_unreadable(live, &error);
		return SEEN_UNREADABLE;
	}
	int root = json_root(json);
	if (json_kind(json, root) != JSON_OBJECT) {
		live_say(live, "the answer is no object of app ids", "");
		return SEEN_UNREADABLE;
	}
	enum seen most = SEEN_NOTHING;
	for (int key = json_first(json, root); key >= 0 && most != SEEN_OURS; key = json_next(json, root, key)) {
		enum seen seen = one_key(live, key);
		if (seen > most)
			most = seen;
	}
	return most;
}

/* Another client's data under our login. Only take_over deletes them, once in a while. */
static enum sub_event foreign(struct live *live)
{
	int64_t now = clock_boot_ms();
	live->owned = false;
	if (!live->config->take_over || live->stopping ||
		(live->cleared_ms != 0 && now - live->cleared_ms < LIVE_CLEAR_AGAIN_MS))
		return EVENT_FOREIGN;
	live->cleared_ms = now;
	log_line("subscription: taking over another client's");
	return EVENT_LEFTOVER;
}

enum sub_event live_foreign_data(struct live *live, const struct http_response *response)
{
	enum seen seen = look_at(live, response);
	/* After another layout was subscribed to, a server may be slow to follow. */
	if (seen == SEEN_OURS) {
		live->hollow = "its answers are an earlier layout's";
		return EVENT_NOT_READY;
	}
	live->twin = seen == SEEN_TWINS;
	return foreign(live);
}

/* A subscription without data: of whom, only they can tell. After a few looks it counts as another client's. */
static enum sub_event empty_probe(struct live *live)
{
	if (++live->probes < LIVE_PROBES_MAX)
		return EVENT_NOT_READY;
	live->probes = 0;
	live->twin = false;
	return EVENT_NOT_READY_LONG;
}

static enum sub_event leftover(struct live *live)
{
	int64_t now = clock_boot_ms();
	live->owned = true;
	/* Deleted a moment ago and still there: the server is slow to forget, or there is a second one of us. */
	if (live->cleared_ms != 0 && now - live->cleared_ms < LIVE_CLEAR_AGAIN_MS) {
		live_say(live, "an earlier subscription of this very screen is still there", "");
		return EVENT_FAILED;
	}
	live->cleared_ms = now;
	log_line("subscription: deleting our own leftover");
	return EVENT_LEFTOVER;
}

/* Before this run had a subscription, one with our tag is of an earlier run, whatever the layout was then. */
static enum sub_event whose(struct live *live, enum seen seen)
{
	if (seen == SEEN_UNREADABLE)
		return EVENT_FAILED;
	if (seen == SEEN_NOTHING)
		return empty_probe(live);
	live->probes = 0;
	live->twin = seen == SEEN_TWINS && live->made_count > 0;
	if (seen == SEEN_STRAY) {
		live_say(live, no_statistics, "");
		return EVENT_FAILED;
	}
	return seen == SEEN_OTHERS || live->twin ? foreign(live) : leftover(live);
}

enum sub_event live_answer_probe(struct live *live, const struct http_response *response)
{
	enum sub_event event = live_answer_common(live, response);
	if (event != EVENT_NONE)
		return event;
	switch (response->status) {
	case 200:
		return whose(live, look_at(live, response));
	case 204:
		return empty_probe(live);
	case 404:
	case 410:
		live->owned = false;
		live->probes = 0;
		return EVENT_GONE;
	default:
		return live_answer_failed(live, response);
	}
}

/* What was ours while the last answer is not stale yet is ours. */
enum sub_event live_unseen(struct live *live)
{
	int64_t now = clock_boot_ms();
	bool lately = live->one_shot && live->ours_ms != 0 && now - live->ours_ms <= LIVE_TRUST_ONE_SHOT_MS;
	if (lately || !link_old(live->interval, live->ours_ms, now))
		return EVENT_OURS;
	log_line("subscription: nothing tells whether it is still ours: left where it is");
	return EVENT_FAILED;
}

/* Nothing yet: as of our own before its first data, and of one that replaced ours since. */
static enum sub_event seen_nothing(struct live *live)
{
	return live->stopping && live->fed && !live->one_shot ? EVENT_FAILED : EVENT_OURS;
}

enum sub_event live_answer_look(struct live *live, const struct http_response *response)
{
	enum sub_event event = live_answer_common(live, response);
	if (event == EVENT_UNAUTHORISED || event == EVENT_UNAUTHORISED_AGAIN)
		return event;
	if (event == EVENT_NONE && (response->status == 404 || response->status == 410)) {
		live->owned = false;
		return EVENT_GONE;
	}
	if (event == EVENT_NONE && response->status == 204)
		return seen_nothing(live);
	enum seen seen = event == EVENT_NONE && response->status == 200 ? look_at(live, response) : SEEN_UNREADABLE;
	live->twin = seen == SEEN_TWINS;
	if (seen == SEEN_OURS || seen == SEEN_NOTHING)
		return seen == SEEN_OURS ? EVENT_OURS : seen_nothing(live);
	if (seen == SEEN_OTHERS || seen == SEEN_TWINS)
		return foreign(live);
	if (seen == SEEN_STRAY)
		live_say(live, no_statistics, "");
	else if (event == EVENT_NONE && response->status != 200)
		live_answer_failed(live, response);
	return live_unseen(live);
}
