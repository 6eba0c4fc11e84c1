#include "api/live_owner.h"

#include <string.h>

#include "board/decode.h"
#include "board/link.h"

void live_owner_posting(struct live_owner *owner, uint32_t signature)
{
	owner->posted = signature;
	owner->subscribed_before_post = owner->subscribed;
}

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

void live_owner_posted(struct live_owner *owner, enum post_result result, int64_t now_ms)
{
	owner->subscribed = result != POST_REFUSED || owner->subscribed_before_post;
	if (result != POST_REFUSED)
		live_owner_remember(owner, owner->posted);
	if (result == POST_DONE) {
		owner->had_data = false;
		owner->confirmed_ms = now_ms;
	}
}

void live_owner_confirm(struct live_owner *owner, int64_t now_ms)
{
	owner->subscribed = owner->had_data = true;
	owner->confirmed_ms = now_ms;
}

void live_owner_gone(struct live_owner *owner)
{
	owner->subscribed = owner->same_tag_elsewhere = false;
	owner->empty_answers = 0;
}

static bool live_owner_made(const struct live_owner *owner, const struct request *request, uint32_t signature)
{
	if (signature == request->signature)
		return true;
	for (unsigned i = 0; i < owner->signature_count; i++)
		if (owner->signatures[i] == signature)
			return true;
	return false;
}

enum owner live_owner_of(const struct live_owner *owner, const struct request *request, const struct json *json)
{
	enum owner found = OWNER_NO_DATA;
	int root = json_root(json);
	for (int key = json_first(json, root); key >= 0 && found != OWNER_US; key = json_next(json, root, key)) {
		char app_id[REQUEST_APP_ID_MAX];
		enum owner one;
		json_text(json, key, app_id, sizeof(app_id));
		if (request_is_ours(request, app_id))
			one = live_owner_made(owner, request, request_signature(request, app_id)) ? OWNER_US : OWNER_SAME_TAG;
		else
			one = decode_is_set(json, json_value(json, key)) ? OWNER_OTHER : OWNER_STRANGE;
		if (one > found)
			found = one;
	}
	return found;
}

bool live_owner_is_leftover(const struct live_owner *owner, enum owner seen)
{
	return seen == OWNER_US || (seen == OWNER_SAME_TAG && owner->signature_count == 0);
}

bool live_owner_empty(struct live_owner *owner)
{
	if (++owner->empty_answers < OWNER_EMPTY_MAX)
		return false;
	owner->empty_answers = 0;
	owner->same_tag_elsewhere = false;
	return true;
}

bool live_owner_clear(struct live_owner *owner, int64_t now_ms)
{
	if (owner->cleared_ms != 0 && now_ms - owner->cleared_ms < OWNER_CLEAR_AGAIN_MS)
		return false;
	owner->cleared_ms = now_ms;
	return true;
}

bool live_owner_is_sure(const struct live_owner *owner, int64_t now_ms)
{
	return owner->confirmed_ms != 0 && now_ms - owner->confirmed_ms <= OWNER_SURE_MS;
}

bool live_owner_is_trusted(const struct live_owner *owner, bool one_shot, double interval, int64_t now_ms)
{
	bool lately = one_shot && owner->confirmed_ms != 0 && now_ms - owner->confirmed_ms <= OWNER_TRUST_ONE_SHOT_MS;
	return lately || !link_old(interval, owner->confirmed_ms, now_ms);
}
