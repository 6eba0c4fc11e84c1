#include "sim/subscription.h"

/* A body of REQUEST_BODY_MAX bytes that is all short columns takes about eight times its length. */
enum { SUBSCRIPTION_BYTES_MAX = 16 * 1024 * 1024 };

void subscriptions_init(struct subscriptions *subscriptions, unsigned limit)
{
	*subscriptions = (struct subscriptions){ .limit = limit };
	for (unsigned i = 0; i < LOGINS_MAX; i++)
		arena_init(&subscriptions->list[i].arena, SUBSCRIPTION_BYTES_MAX);
}

void subscriptions_free(struct subscriptions *subscriptions)
{
	for (unsigned i = 0; i < LOGINS_MAX; i++)
		arena_free(&subscriptions->list[i].arena);
}

bool subscription_allowed(const struct subscriptions *subscriptions, unsigned login)
{
	return !subscriptions->list[login].active && subscriptions->active < subscriptions->limit;
}

struct subscription *subscription_prepare(struct subscriptions *subscriptions, unsigned login)
{
	struct subscription *subscription = &subscriptions->list[login];
	arena_reset(&subscription->arena);
	subscription->body = (struct body){ 0 };
	return subscription;
}

void subscription_begin(struct subscriptions *subscriptions, struct subscription *subscription, int64_t now)
{
	subscription->active = true;
	subscription->created = now;
	subscription->polls = 0;
	subscriptions->active++;
}

void subscription_end(struct subscriptions *subscriptions, struct subscription *subscription)
{
	if (subscription->active)
		subscriptions->active--;
	subscription->active = false;
	subscription->body = (struct body){ 0 };
	arena_reset(&subscription->arena);
}
