#include "model/link.h"

/* So that a board polled each second does not flicker at one slow answer. */
static const double STALE_LEAST_SECONDS = 5;

bool link_stale(const struct link *link, int64_t now_ms)
{
	double limit = 2 * link->interval > STALE_LEAST_SECONDS ? 2 * link->interval : STALE_LEAST_SECONDS;
	return link->accepted_ms == 0 || (double)(now_ms - link->accepted_ms) / 1000 > limit;
}

double link_age(const struct link *link, int64_t now_ms)
{
	return link->accepted_ms == 0 ? -1 : (double)(now_ms - link->accepted_ms) / 1000;
}

const char *link_word(enum link_state state)
{
	static const char *const words[] = {
		[LINK_STARTING] = "starting",
		[LINK_SIGNING_IN] = "signing in",
		[LINK_SUBSCRIBING] = "subscribing",
		[LINK_WAITING] = "waiting",
		[LINK_LIVE] = "live",
		[LINK_TROUBLE] = "trouble",
		[LINK_REFUSED] = "refused",
		[LINK_LIMIT] = "limit reached",
		[LINK_IN_USE] = "login in use",
		[LINK_ENDING] = "ending",
		[LINK_ENDED] = "ended",
	};
	return words[state];
}
