#include "board/link.h"

/* So that a board polled each second does not flicker at one slow answer. */
static const double STALE_LEAST_SECONDS = 5;

static double patience(double interval)
{
	return 2 * interval > STALE_LEAST_SECONDS ? 2 * interval : STALE_LEAST_SECONDS;
}

bool link_old(double interval, int64_t accepted_ms, int64_t now_ms)
{
	return accepted_ms == 0 || (double)(now_ms - accepted_ms) / 1000 > patience(interval);
}

bool link_stale(const struct link *link, int64_t now_ms)
{
	return link_old(link->interval, link->accepted_ms, now_ms);
}

int64_t link_stale_at(const struct link *link, int64_t accepted_ms)
{
	int64_t after = (int64_t)(patience(link->interval) * 1000);
	/* As link_stale() sees it, whatever the fractions do. */
	while (!((double)after / 1000 > patience(link->interval)))
		after++;
	return accepted_ms + after;
}

double link_age(const struct link *link, int64_t now_ms)
{
	return link->accepted_ms == 0 ? -1 : (double)(now_ms - link->accepted_ms) / 1000;
}

bool link_hopeless(const struct link *link)
{
	return link->state == LINK_REFUSED || link->state == LINK_LIMIT || link->state == LINK_IN_USE;
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
