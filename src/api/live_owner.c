#include "api/live_owner.h"

#include <string.h>

#include "base/log.h"
#include "board/decode.h"
#include "board/link.h"

/* The oldest signature makes room. */
static void live_owner_remember(struct live_owner *owner, uint32_t signature)
{
	if (owner->signature_count > 0 && owner->signatures[owner->signature_count - 1] == signature)
		return;
	if (owner->signature_count == OWNER_SIGNATURES_MAX) {
		memmove(owner->signatures, owner->signatures + 1, sizeof(owner->signatures) - sizeof(owner->signatures[0]));
		owner->signature_count--;
	}
	owner->signatures[owner->signature_count++] = signature;
}

void live_owner_note(struct live_owner *owner, enum owner_news news, int64_t now_ms)
{
	switch (news) {
	case OWNER_POSTING:
		owner->posted = owner->request->signature;
		owner->subscribed_before_post = owner->subscribed;
		break;
	case OWNER_POST_REFUSED:
		owner->subscribed = owner->subscribed_before_post;
		break;
	case OWNER_POST_UNKNOWN:
		owner->subscribed = true;
		live_owner_remember(owner, owner->posted);
		break;
	case OWNER_POST_DONE:
		owner->subscribed = true;
		live_owner_remember(owner, owner->posted);
		owner->had_data = false;
		owner->confirmed_ms = now_ms;
		break;
	case OWNER_CONFIRMED:
		owner->subscribed = owner->had_data = true;
		owner->confirmed_ms = now_ms;
		break;
	case OWNER_GONE:
		owner->subscribed = owner->same_tag_elsewhere = false;
		owner->empty_answers = 0;
		break;
	}
}

static bool live_owner_made(const struct live_owner *owner, uint32_t signature)
{
	if (signature == owner->request->signature)
		return true;
	for (unsigned i = 0; i < owner->signature_count; i++)
		if (owner->signatures[i] == signature)
			return true;
	return false;
}

enum owner live_owner_of(const struct live_owner *owner, const struct json *json)
{
	enum owner found = OWNER_NO_DATA;
	int root = json_root(json);
	for (int key = json_first(json, root); key >= 0 && found != OWNER_US; key = json_next(json, root, key)) {
		char app_id[REQUEST_APP_ID_MAX];
		enum owner one;
		json_text(json, key, app_id, sizeof(app_id));
		if (request_is_ours(owner->request, app_id))
			one = live_owner_made(owner, request_signature(owner->request, app_id)) ? OWNER_US : OWNER_SAME_TAG;
		else
			one = decode_is_set(json, json_value(json, key)) ? OWNER_OTHER : OWNER_STRANGE;
		if (one > found)
			found = one;
	}
	return found;
}

/* Whether what is in the way may be deleted: once in a while. */
static bool live_owner_clear(struct live_owner *owner, int64_t now_ms)
{
	if (owner->cleared_ms != 0 && now_ms - owner->cleared_ms < OWNER_CLEAR_AGAIN_MS)
		return false;
	owner->cleared_ms = now_ms;
	return true;
}

/* Another client's data under our login. Only take_over deletes them. */
static enum sub_event live_owner_foreign(struct live_owner *owner, enum owner_look look, int64_t now_ms)
{
	owner->subscribed = false;
	if (!owner->take_over || look == LOOK_AT_END || !live_owner_clear(owner, now_ms))
		return EVENT_FOREIGN;
	log_line("subscription: taking over another client's");
	return EVENT_TAKE_OVER;
}

static enum sub_event live_owner_after_409(struct live_owner *owner, enum owner seen, int64_t now_ms)
{
	/* Before this run had a subscription, one with our tag is of an earlier run, whatever the layout was then. */
	bool leftover = seen == OWNER_US || (seen == OWNER_SAME_TAG && owner->signature_count == 0);
	if (seen == OWNER_UNKNOWN)
		return EVENT_FAILED;
	if (seen == OWNER_NO_DATA) {
		if (++owner->empty_answers < OWNER_EMPTY_MAX)
			return EVENT_NOT_READY;
		owner->empty_answers = 0;
		owner->same_tag_elsewhere = false;
		return EVENT_NOT_READY_LONG;
	}
	owner->empty_answers = 0;
	owner->same_tag_elsewhere = seen == OWNER_SAME_TAG && !leftover;
	if (seen == OWNER_STRANGE)
		return EVENT_FAILED;
	if (!leftover)
		return live_owner_foreign(owner, LOOK_AFTER_409, now_ms);
	owner->subscribed = true;
	/* Deleted lately and still there: the server is slow to forget, or another screen has the same tag. */
	if (!live_owner_clear(owner, now_ms))
		return EVENT_FAILED;
	log_line("subscription: deleting our own leftover");
	return EVENT_LEFTOVER;
}

static enum sub_event live_owner_before_delete(struct live_owner *owner, enum owner_look look, enum owner seen,
	int64_t now_ms)
{
	int64_t age_ms = now_ms - owner->confirmed_ms;
	bool confirmed = owner->confirmed_ms != 0;
	if (seen == OWNER_NOT_ASKED)
		return confirmed && age_ms <= OWNER_SURE_MS ? EVENT_OURS : EVENT_NONE;
	/* So is our own before its first data, and another client's that replaced it since. */
	if (seen == OWNER_NO_DATA)
		return look == LOOK_AT_END && owner->had_data && !owner->one_shot ? EVENT_FAILED : EVENT_OURS;
	owner->same_tag_elsewhere = seen == OWNER_SAME_TAG;
	if (seen == OWNER_US)
		return EVENT_OURS;
	if (seen == OWNER_OTHER || seen == OWNER_SAME_TAG)
		return live_owner_foreign(owner, look, now_ms);
	/* The owner is unknown: trust our own last confirmation as long as the data are not stale. */
	bool lately = owner->one_shot && confirmed && age_ms <= OWNER_TRUST_ONE_SHOT_MS;
	if (lately || !link_old(owner->interval, owner->confirmed_ms, now_ms))
		return EVENT_OURS;
	log_line("subscription: nothing tells whether it is still ours: left where it is");
	return EVENT_FAILED;
}

enum sub_event live_owner_verdict(struct live_owner *owner, enum owner_look look, enum owner seen, int64_t now_ms)
{
	if (seen == OWNER_NOBODY) {
		live_owner_note(owner, OWNER_GONE, now_ms);
		return EVENT_GONE;
	}
	if (look == LOOK_AFTER_409)
		return live_owner_after_409(owner, seen, now_ms);
	if (look != LOOK_POLL)
		return live_owner_before_delete(owner, look, seen, now_ms);
	/* After another layout was subscribed to, a server may be slow to follow. */
	if (seen == OWNER_US)
		return EVENT_NOT_READY;
	owner->same_tag_elsewhere = seen == OWNER_SAME_TAG;
	return live_owner_foreign(owner, look, now_ms);
}
