/*
 * Everything that the server knows, in one place: the centre, the logins, the subscriptions, the faults.
 *
 * Owned by main(); the calls of the API borrow it for the length of one request. Real time is an argument in
 * milliseconds; the site turns it into simulated time.
 */
#ifndef SIM_SITE_H
#define SIM_SITE_H

#include "sim/auth.h"
#include "sim/centre.h"
#include "sim/fault.h"
#include "sim/options.h"
#include "sim/privilege.h"
#include "sim/subscription.h"
#include "sim/supervision.h"
#include "sim/text_message.h"

/* Room for a counter for each call of the API. */
enum { SITE_COUNTERS = 32 };

struct site {
	const struct options *options;
	struct centre centre;
	struct centre past; /* the same one at an earlier time, for site_past() */
	bool has_past;
	struct auth auth;
	struct subscriptions subscriptions;
	struct faults faults;
	struct text_messages messages;
	struct text_senders senders;
	struct json json; /* reused for every body */
	struct supervision supervised;
	unsigned lacking; /* a set of privileges */
	int64_t begun;       /* real milliseconds at the simulation's start */
	int64_t now;         /* real milliseconds of the present request */
	int64_t utc;         /* seconds, the same */
	unsigned counters[SITE_COUNTERS];
};

/* False, with a reason, if the options contradict what the centre has. */
bool site_init(struct site *site, const struct options *options, int64_t now, int64_t utc, struct error *error);
void site_free(struct site *site);

/*
 * The centre as it was so many real seconds ago; NULL if that is too long ago. Before the day of the start it is a centre
 * of the same services and agents that lives through an earlier day. It is quick for times that are asked for one after
 * the other, the earlier ones first.
 */
const struct centre *site_past(struct site *site, unsigned seconds);

/* The centre lives on to the moment that belongs to the real one. */
void site_advance(struct site *site, int64_t now, int64_t utc);

#endif
