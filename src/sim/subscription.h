/*
 * The active subscriptions: at most one for each login, and no more than the tenant's limit.
 *
 * A subscription owns what was read from its body. Ending it forgets everything, as the API's DELETE does.
 */
#ifndef SIM_SUBSCRIPTION_H
#define SIM_SUBSCRIPTION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "sim/auth.h"
#include "sim/body.h"

struct subscription {
	bool active;
	int64_t created; /* milliseconds */
	unsigned polls;
	struct body body;
	struct arena arena;
};

struct subscriptions {
	struct subscription list[LOGINS_MAX]; /* by the login's place */
	unsigned active;
	unsigned limit;
};

void subscriptions_init(struct subscriptions *subscriptions, unsigned limit);
void subscriptions_free(struct subscriptions *subscriptions);

/* Whether the login may have one more: it has none, and the tenant is below its limit. */
bool subscription_allowed(const struct subscriptions *subscriptions, unsigned login);

/* Where the body of a new one is read into; emptied of anything left from a refused body. */
struct subscription *subscription_prepare(struct subscriptions *subscriptions, unsigned login);

/* Makes a prepared one active. */
void subscription_begin(struct subscriptions *subscriptions, struct subscription *subscription, int64_t now);

void subscription_end(struct subscriptions *subscriptions, struct subscription *subscription);

#endif
